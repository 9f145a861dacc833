//! `manyi exclusion request|approve|refuse|restore|list`

use clap::Subcommand;
use serde_json::json;

use super::output::say_json;
use super::text_table::TextTable;
use super::{Failure, open, say, texts};
use crate::db::exclusion::{self, By, Exclusion, ExclusionError};
use crate::db::{self, user};
use crate::domain::exclusion::{Reason, Refusal, Step};
use crate::domain::text;
use crate::domain::user::Role;

/// What to do about responses that are to be left out of every figure.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Ask for a response to be left out; it counts until somebody else agrees
    ///
    /// Reasons: `mistaken`, the customer says that another word was meant; `wrong_service`, it is about another service or
    /// department; `duplicate`, it was given twice; `influenced`, staff answered or told what to answer; `malicious`, it
    /// is about no service that took place; `trial`, it was made to try the system. A low rating is no reason.
    Request {
        /// The id of the response, as /api/v1/responses gives it
        response: String,
        /// Why: mistaken, wrong_service, duplicate, influenced, malicious or trial
        #[arg(long)]
        reason: Reason,
        /// What else is to be said about it
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
        /// Address of the quality or admin user who asks
        #[arg(long, value_name = "EMAIL")]
        by: String,
    },
    /// Agree, as a second person: the response no longer counts
    Approve(Decision),
    /// Do not agree: the response goes on counting
    Refuse(Decision),
    /// Let a response count again
    Restore(Decision),
    /// List what was asked for and decided, the newest first
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// Which response, and who decides.
#[derive(Debug, clap::Args)]
pub struct Decision {
    /// The id of the response
    response: String,
    /// Address of the quality or admin user who decides
    #[arg(long, value_name = "EMAIL")]
    by: String,
}

/// Rows listed.
const LISTED: i64 = 200;

/// Characters a note may have.
const MAX_NOTE: usize = 500;

pub(super) fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Request { response, reason, note, by } => request(&response, reason, note.as_deref(), &by),
        Command::Approve(decision) => decide(&decision, Step::Approve, "cli-exclusion-approved"),
        Command::Refuse(decision) => decide(&decision, Step::Refuse, "cli-exclusion-refused"),
        Command::Restore(decision) => decide(&decision, Step::Restore, "cli-exclusion-restored"),
        Command::List { json } => list(json),
    }
}

fn request(response: &str, reason: Reason, note: Option<&str>, by: &str) -> Result<(), Failure> {
    let t = texts();
    let note = note.map(|note| text::line(note, MAX_NOTE)).transpose();
    let note = note.map_err(|_| Failure::wrong_use(t.with("cli-exclusion-bad-note", &[("max", MAX_NOTE)])))?;
    let context = open()?;
    let now = context.now();
    context.pool.write_now(|conn| -> Result<(), Failure> {
        let email = person(conn, by)?;
        let by = By { email: &email, now };
        exclusion::request(conn, response, reason, note.as_deref(), by).map_err(|error| failed(error, response))?;
        Ok(())
    })?;
    say(&t.with("cli-exclusion-requested", &[("response", response)]));
    Ok(())
}

fn decide(decision: &Decision, step: Step, done: &'static str) -> Result<(), Failure> {
    let context = open()?;
    let now = context.now();
    context.pool.write_now(|conn| -> Result<(), Failure> {
        let email = person(conn, &decision.by)?;
        let by = By { email: &email, now };
        exclusion::step(conn, &decision.response, step, by).map_err(|error| failed(error, &decision.response))
    })?;
    say(&texts().with(done, &[("response", &decision.response)]));
    Ok(())
}

fn list(json: bool) -> Result<(), Failure> {
    let all = open()?.pool.read_now(|conn| exclusion::all(conn, LISTED))?;
    if json {
        let item = |one: &Exclusion| {
            json!({
                "response": one.response, "period": one.month, "reason": one.reason, "note": one.note,
                "state": one.state, "requested_by": one.requested_by, "decided_by": one.decided_by,
                "restored_by": one.restored_by,
            })
        };
        return say_json(&json!({ "items": all.iter().map(item).collect::<Vec<_>>() }));
    }
    let t = texts();
    if all.is_empty() {
        say(&t.get("cli-exclusion-none"));
        return Ok(());
    }
    let columns = ["cli-exclusion-response", "cli-exclusion-month", "cli-exclusion-reason", "cli-exclusion-state"];
    let columns = columns.into_iter().chain(["cli-exclusion-by", "cli-exclusion-decided-by"]);
    let mut table = TextTable::new(&columns.map(|key| (t.get(key), false)).collect::<Vec<_>>());
    for one in &all {
        let decided = one.decided_by.as_deref().unwrap_or_default();
        table.row(&[&one.response, &one.month, &one.reason, &one.state, &one.requested_by, decided]);
    }
    say(&table.to_string());
    Ok(())
}

/// The address of a user who may leave answers out, as stored: two spellings are not two persons.
fn person(conn: &mut db::Connection, email: &str) -> Result<String, Failure> {
    let t = texts();
    let found = user::by_email(conn, email)?.filter(|user| user.disabled_at.is_none());
    let found = found.ok_or_else(|| Failure::new(t.with("cli-user-unknown", &[("email", email)])))?;
    match found.role()? {
        Role::Admin | Role::Quality => Ok(found.email),
        _ => Err(Failure::new(t.with("cli-exclusion-not-allowed", &[("email", email)]))),
    }
}

fn failed(error: ExclusionError, response: &str) -> Failure {
    let t = texts();
    let of = |key: &str| Failure::new(t.with(key, &[("response", response)]));
    match error {
        ExclusionError::Database(error) => error.into(),
        ExclusionError::Unknown => of("cli-exclusion-unknown"),
        ExclusionError::Already => of("cli-exclusion-already"),
        ExclusionError::Refused(Refusal::OutOfOrder) => of("cli-exclusion-out-of-order"),
        ExclusionError::Refused(Refusal::SamePerson) => of("cli-exclusion-same-person"),
        ExclusionError::Refused(Refusal::Published(period)) => {
            Failure::new(t.with("cli-exclusion-published", &[("period", period)]))
        }
    }
}
