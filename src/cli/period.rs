//! `manyi period evaluate`, `publish`, `seal`, `reopen`

use clap::Subcommand;
use serde_json::json;

use super::output::say_json;
use super::{ACTOR, Failure, open, say, texts};
use crate::db::closing::{Move, MoveError, Moved, Setting, take};
use crate::db::holiday;
use crate::domain::duty::{Terms, end_of_period, objection};
use crate::domain::period::{Period, State, local_date};
use crate::domain::period_step::Step;
use crate::i18n::{Texts, refusal};

/// How to move a period on.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Begin the evaluation of a period that is over
    Evaluate(Args),
    /// Tell the result: from then on objections may come, and later answers count in the next period
    Publish(Args),
    /// Make the result final; refused while objections may come, unless --reason says why, and not by who published it
    Seal(Args),
    /// Look at a published or sealed result again; of a sealed one this makes another revision: takes --by, --second and --reason
    Reopen(Args),
}

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Month, quarter or year: 2026-09, 2026-Q3, 2026
    period: Period,
    /// Address of the user who does it
    #[arg(long, value_name = "EMAIL")]
    by: Option<String>,
    /// Address of the user who confirms a reopening
    #[arg(long, value_name = "EMAIL")]
    second: Option<String>,
    /// Why a rule is passed over, or why it is reopened
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(command: Command) -> Result<(), Failure> {
    let (step, args) = match command {
        Command::Evaluate(args) => (Step::Evaluate, args),
        Command::Publish(args) => (Step::Publish, args),
        Command::Seal(args) => (Step::Seal, args),
        Command::Reopen(args) => (Step::Reopen, args),
    };
    let context = open()?;
    let (now, zone, terms) = (context.now(), context.config.time_zone, Terms::default());
    let setting = Setting { zone, terms, thresholds: context.thresholds, secrets: context.secrets.clone() };
    let Args { period, by, second, reason, json } = args;
    let wanted = Move { period, step, reason, by, second };
    let told = |error| failure(period, error);
    let moved = context.pool.write_now(|conn| take(conn, &wanted, ACTOR, &setting, now)).map_err(told)?;
    if json {
        return say_json(&json!({
            "period": period,
            "state": moved.course.state,
            "revision": moved.course.revision,
            "hash": moved.hash.as_ref().map(hex::encode),
        }));
    }
    let calendar = context.pool.query_now(holiday::calendar)?;
    let due = match moved.course.state {
        State::Published => objection(local_date(now, zone), &calendar, &terms).due,
        _ => end_of_period(period, &calendar, &terms).binding().due,
    };
    say(&done(texts(), period, step, &moved, &due.to_string()));
    Ok(())
}

fn done(t: Texts, period: Period, step: Step, moved: &Moved, due: &str) -> String {
    let args = [
        ("period", period.to_string()),
        ("revision", moved.course.revision.to_string()),
        ("due", due.to_owned()),
        ("hash", moved.hash.as_ref().map(hex::encode).unwrap_or_default()),
    ];
    let key = match step {
        Step::Evaluate => "cli-period-evaluated",
        Step::Publish => "cli-period-published",
        Step::Seal => "cli-period-sealed",
        Step::Reopen => "cli-period-reopened",
    };
    t.with(key, &args)
}

fn failure(period: Period, error: MoveError) -> Failure {
    let t = texts();
    match error {
        MoveError::Database(error) => error.into(),
        MoveError::Refused(refused) => Failure::new(refusal(&t, period, &refused)),
        MoveError::UnknownUser(email) => Failure::new(t.with("cli-user-unknown", &[("email", email)])),
        MoveError::NotAllowed(email) => Failure::new(t.with("cli-period-not-allowed", &[("email", email)])),
        MoveError::NothingAsked | MoveError::AskerMayNot(_) | MoveError::AlreadyAsked => {
            Failure::new(error.to_string())
        }
    }
}
