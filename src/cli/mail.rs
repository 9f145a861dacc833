//! `manyi mail pause`, `manyi mail resume`, `manyi mail status`

use chrono::{DateTime, Utc};
use clap::Subcommand;
use serde_json::json;

use super::output::say_json;
use super::{ACTOR, Failure, open, say, texts};
use crate::context::Context;
use crate::db::{self, mail_queue, outbox, setting};

/// What to do with mail.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Send nothing until `resume`; what is due waits
    Pause,
    /// Go on sending
    Resume,
    /// Tell whether mail is sent, what waits and what became of the rest
    Status {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// How mail stands.
struct Standing {
    paused: bool,
    mails: Vec<(String, i64)>,
    oldest_due: Option<DateTime<Utc>>,
}

pub(super) fn run(command: &Command) -> Result<(), Failure> {
    let (context, t) = (open()?, texts());
    match command {
        Command::Pause => {
            let done = switch(&context, true)?;
            say(&t.get(if done { "cli-mail-paused" } else { "cli-mail-paused-before" }));
        }
        Command::Resume => {
            let done = switch(&context, false)?;
            say(&t.get(if done { "cli-mail-resumed" } else { "cli-mail-not-paused" }));
        }
        Command::Status { json } => status(&context, *json)?,
    }
    Ok(())
}

/// Returns whether that was news.
fn switch(context: &Context, pause: bool) -> Result<bool, Failure> {
    let now = context.now();
    Ok(context.pool.write_now(|conn| mail_queue::switch(conn, pause, ACTOR, now))?)
}

fn status(context: &Context, as_json: bool) -> Result<(), Failure> {
    let t = texts();
    let now = context.now();
    let standing = context.pool.read_now(|conn| -> db::Result<Standing> {
        let mut mails = outbox::counts_by_state(conn)?;
        mails.sort();
        let oldest_due = outbox::oldest_due(conn, now)?;
        Ok(Standing { paused: setting::get(conn, setting::MAIL_PAUSED)?.is_some(), mails, oldest_due })
    })?;
    if as_json {
        let mails: serde_json::Map<_, _> = standing.mails.iter().map(|(state, n)| (state.clone(), json!(n))).collect();
        let (paused, configured) = (standing.paused, context.mailer.is_some());
        let oldest_due = standing.oldest_due;
        return say_json(
            &json!({ "paused": paused, "configured": configured, "mails": mails, "oldest_due": oldest_due }),
        );
    }
    say(&t.get(match (standing.paused, &context.mailer) {
        (true, _) => "cli-mail-is-paused",
        (false, None) => "cli-mail-is-nowhere",
        (false, Some(_)) => "cli-mail-is-on",
    }));
    for (state, n) in &standing.mails {
        say(&format!("  {:>8}  {}", n, mail_state(state)));
    }
    if let Some(due) = standing.oldest_due {
        let local = due.with_timezone(&context.config.time_zone).format("%Y-%m-%d %H:%M").to_string();
        say(&t.with("cli-mail-oldest", &[("time", local)]));
    }
    Ok(())
}

/// The state of a mail in words.
fn mail_state(state: &str) -> String {
    let t = texts();
    match state {
        "queued" => t.get("queue-state-queued"),
        "claimed" => t.get("queue-state-claimed"),
        "retry" => t.get("queue-state-retry"),
        "accepted" => t.get("queue-state-accepted"),
        "suppressed" => t.get("queue-state-suppressed"),
        "expired" => t.get("queue-state-expired"),
        "unknown" => t.get("queue-state-unknown"),
        "failed" => t.get("queue-state-failed"),
        other => other.to_owned(),
    }
}
