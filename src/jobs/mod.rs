//! Work that nobody waits for. Every job is one step that either ran or was idle, so that a test can drain it by hand
//! and a loop around it stays thin. Several instances may step at once: claims are leases in the database.

use std::time::Duration;

use tokio::sync::watch;

use crate::context::Context;
use crate::db;

pub mod bounces;
pub mod deliver;
pub mod tidy;

/// What a step found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// There was work, and there may be more.
    Ran,
    /// Nothing is due.
    Idle,
}

/// How long an idle worker sleeps before it looks again.
const POLL: Duration = Duration::from_millis(500);

/// How often ends of terms are looked for.
const TIDY_EVERY: chrono::TimeDelta = chrono::TimeDelta::minutes(1);

/// How often mail that came back is looked for.
const BOUNCES_EVERY: chrono::TimeDelta = chrono::TimeDelta::seconds(5);

/// Works until `stop` turns true; what is on the wire then is finished first.
pub async fn run(context: Context, mut stop: watch::Receiver<bool>) {
    let deliver = deliver::Deliver::new(context.clone()).until(stop.clone());
    let bounces = bounces::Bounces::new(context.clone());
    let (mut tidied, mut listened) = (None, None);
    while !*stop.borrow() {
        let now = context.now();
        if tidied.is_none_or(|last| now - last >= TIDY_EVERY) {
            tidied = Some(now);
            note(tidy::step(&context).await, "tidy");
            bounces.forget().await;
        }
        if listened.is_none_or(|last| now - last >= BOUNCES_EVERY) {
            listened = Some(now);
            note(bounces.step().await, "bounces");
        }
        if note(deliver.step().await, "deliver") == Step::Idle {
            // Ends early when we are told to stop.
            let _ = tokio::time::timeout(POLL, stop.wait_for(|stop| *stop)).await;
        }
    }
    if let Err(error) = deliver.rest().await {
        tracing::error!(%error, "what became of the last mails could not be stored");
    }
    if let Some(mailer) = &context.mailer {
        mailer.rest().await;
    }
}

/// A step that failed is tried again after a pause; its rows come back when their lease ends.
fn note(result: db::Result<Step>, job: &str) -> Step {
    result.unwrap_or_else(|error| {
        tracing::error!(job, %error, "a job failed and will be tried again");
        Step::Idle
    })
}
