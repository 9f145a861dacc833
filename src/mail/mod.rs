//! Mail out: what it looks like ([`render`]), how it is put together ([`build`]), how it leaves ([`Mailer`]) and what
//! the server's reply means ([`reply`]).
//!
//! Nothing here reads the clock, the database or the environment. A mail is an outbox row before it is sent and after:
//! claiming, repeating and giving up are decided by whoever calls [`Mailer::send`], by the [`Outcome`].

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

mod address;
pub mod bounce;
mod dialogue;
pub mod directory;
pub mod dkim;
#[cfg(test)]
mod lint;
mod message;
pub mod render;
pub mod reply;
pub mod sample;
#[cfg(test)]
mod sink;
mod smtp;
mod url;

pub use address::{Address, AddressError};
pub use dialogue::Dialogue;
pub use message::{BuildError, Content, Header, Mail, build, one_line};
pub use reply::{Outcome, Rejection, Reply};
pub use smtp::{Greeting, Limits, SmtpMailer};
pub use url::MailUrlError;

use url::Target;

/// Where mail goes. Cheap to clone; all clones share the connections.
#[derive(Debug, Clone)]
pub enum Mailer {
    /// To a mail server.
    Smtp(Arc<SmtpMailer>),
    /// Into `.eml` files, to be looked at.
    Directory(PathBuf),
    /// Into a list, for tests.
    Memory(Arc<Mutex<Vec<Mail>>>),
}

impl Mailer {
    /// Reads `smtp://[user:password@]host:port[?tls=none|opportunistic|required][&connections=N][&timeout=SECONDS]`,
    /// `smtps://…`, `file:DIR` or `memory:`. Connects to nothing yet.
    ///
    /// Without `tls=` a server on this machine is spoken to in plain, any other must offer STARTTLS.
    pub fn from_url(url: &str) -> Result<Self, MailUrlError> {
        Self::with_limits(url, None)
    }

    /// [`Mailer::from_url`] with other timeouts than those of the URL.
    pub fn with_limits(url: &str, limits: Option<Limits>) -> Result<Self, MailUrlError> {
        match url::parse(url)? {
            Target::Smtp(server) => {
                let limits = limits.unwrap_or_else(|| Limits::by_connect(server.timeout));
                Ok(Self::Smtp(Arc::new(SmtpMailer::new(server, limits)?)))
            }
            Target::Directory(dir) => Ok(Self::Directory(dir)),
            Target::Memory => Ok(Self::memory()),
        }
    }

    /// Keeps mail in memory.
    pub fn memory() -> Self {
        Self::Memory(Arc::default())
    }

    /// Sends one mail. Never longer than the sum of the [`Limits`], and an answer in every case.
    pub async fn send(&self, mail: &Mail) -> Outcome {
        match self {
            Self::Smtp(smtp) => smtp.send(mail).await,
            Self::Directory(dir) => {
                let (dir, mail) = (dir.clone(), mail.clone());
                let stored = tokio::task::spawn_blocking(move || directory::store(&dir, &mail)).await;
                match stored.map_err(std::io::Error::other).and_then(|stored| stored) {
                    Ok(_) => accepted("stored as a file"),
                    Err(error) => Outcome::NotStarted {
                        cause: format!("the mail could not be stored: {error}"),
                        relay_wide: true,
                    },
                }
            }
            Self::Memory(mails) => {
                mails.lock().unwrap_or_else(PoisonError::into_inner).push(mail.clone());
                accepted("kept in memory")
            }
        }
    }

    /// [`send`](Self::send) for a test: what is said is kept.
    pub async fn send_aloud(&self, mail: &Mail, dialogue: &Dialogue) -> Outcome {
        match self {
            Self::Smtp(smtp) => smtp.send_aloud(mail, dialogue).await,
            _ => self.send(mail).await,
        }
    }

    /// How many mails can be on their way at the same time, 1 or more.
    pub fn connections(&self) -> usize {
        if let Self::Smtp(smtp) = self { smtp.connections() } else { url::CONNECTIONS }
    }

    /// How long one mail may take at most.
    pub fn longest(&self) -> Duration {
        if let Self::Smtp(smtp) = self { smtp.longest() } else { Duration::ZERO }
    }

    /// Says goodbye on connections that are not in use: call it when the outbox is empty and before the end.
    pub async fn rest(&self) {
        if let Self::Smtp(smtp) = self {
            smtp.rest().await;
        }
    }

    /// The mails kept in memory so far; none for the other kinds.
    pub fn sent(&self) -> Vec<Mail> {
        match self {
            Self::Memory(mails) => mails.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            _ => Vec::new(),
        }
    }
}

fn accepted(text: &str) -> Outcome {
    Outcome::Accepted { reply: Reply::new(250, text, None) }
}

#[cfg(test)]
mod tests {
    use super::message::tests::mail_of;
    use super::*;

    #[tokio::test]
    async fn memory_keeps_what_is_sent() {
        let mailer = Mailer::from_url("memory:").unwrap();
        let mail = mail_of("a", "b", "c", "d");
        assert!(matches!(mailer.send(&mail).await, Outcome::Accepted { .. }));
        assert_eq!(mailer.clone().sent(), [mail]);
    }

    #[tokio::test]
    async fn a_directory_is_made_and_filled() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new");
        let mailer = Mailer::from_url(&format!("file:{}", path.display())).unwrap();
        assert!(matches!(mailer.send(&mail_of("a", "b", "c", "d")).await, Outcome::Accepted { .. }));
        assert_eq!(directory::list(&path).unwrap(), ["abc234.eml"]);
    }

    #[tokio::test]
    async fn a_directory_that_cannot_be_written_charges_no_attempt() {
        let mailer = Mailer::from_url("file:/proc/nowhere").unwrap();
        assert!(matches!(mailer.send(&mail_of("a", "b", "c", "d")).await, Outcome::NotStarted { .. }));
    }
}
