//! `manyi survey pause`, `manyi survey resume`, `manyi survey status`

use clap::Subcommand;
use serde_json::json;

use super::output::say_json;
use super::{ACTOR, Failure, open, say, texts};
use crate::db::{audit, setting};

/// What to do with the collecting of answers.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum Command {
    /// Take no answers until `resume`; links stay valid and say so
    Pause,
    /// Take answers again
    Resume,
    /// Tell whether answers are taken
    Status {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

pub(super) fn run(command: Command) -> Result<(), Failure> {
    let (context, t) = (open()?, texts());
    let now = context.now();
    let paused = context.pool.write_now(|conn| -> Result<bool, Failure> {
        let paused = setting::get(conn, setting::SURVEY_PAUSED)?.is_some();
        match command {
            Command::Pause if !paused => {
                setting::set(conn, setting::SURVEY_PAUSED, &now.to_rfc3339())?;
                audit::append(conn, now, ACTOR, "survey.pause", "", &json!({}))?;
                Ok(true)
            }
            Command::Resume if paused => {
                setting::remove(conn, setting::SURVEY_PAUSED)?;
                audit::append(conn, now, ACTOR, "survey.resume", "", &json!({}))?;
                Ok(false)
            }
            _ => Ok(paused),
        }
    })?;
    if matches!(command, Command::Status { json: true }) {
        return say_json(&json!({ "paused": paused }));
    }
    say(&t.get(if paused { "cli-survey-is-paused" } else { "cli-survey-is-open" }));
    Ok(())
}
