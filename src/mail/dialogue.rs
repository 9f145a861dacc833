//! What we and a server say to each other while a test mail is sent, for whoever sets mail up.

use std::fmt::Display;
use std::sync::{Arc, Mutex, PoisonError};

use lettre::transport::smtp::Error;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::response::Response;

/// Lines, `>` before ours and `<` before the server's. Nothing is kept of real mails. Cheap to clone; all clones share
/// the lines.
#[derive(Debug, Clone, Default)]
pub struct Dialogue(Option<Arc<Mutex<Vec<String>>>>);

impl Dialogue {
    /// One that keeps what is said.
    pub fn kept() -> Self {
        Self(Some(Arc::default()))
    }

    /// What has been said so far.
    pub fn lines(&self) -> Vec<String> {
        let lines = |lines: &Arc<Mutex<Vec<String>>>| lines.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.0.as_ref().map(lines).unwrap_or_default()
    }

    pub(super) fn ours(&self, text: impl FnOnce() -> String) {
        self.add('>', text);
    }

    pub(super) fn theirs(&self, said: &Result<Response, Error>) {
        match said {
            Ok(reply) => reply.message().for_each(|line| self.add('<', || format!("{} {line}", reply.code()))),
            Err(error) => self.add('<', || match (error.status(), std::error::Error::source(error)) {
                (Some(code), Some(said)) => format!("{code} {said}"),
                _ => error.to_string(),
            }),
        }
    }

    fn add(&self, mark: char, text: impl FnOnce() -> String) {
        if let Some(lines) = &self.0 {
            let text = text();
            let said = text.lines().map(|line| format!("{mark} {}", line.trim_end()));
            lines.lock().unwrap_or_else(PoisonError::into_inner).extend(said);
        }
    }

    /// Gives a command, and hears the first reply to it.
    pub(super) async fn command(
        &self,
        smtp: &mut AsyncSmtpConnection,
        command: impl Display,
    ) -> Result<Response, Error> {
        self.ours(|| command.to_string());
        let said = smtp.command(command).await;
        self.theirs(&said);
        said
    }
}
