//! A commitment is announced: it is stored with its dates, and the one it follows ends on the day before.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde::Deserialize;
use serde_json::json;

use super::audit::Entry;
use super::department::Departments;
use super::period::Progress;
use super::schema::{client, commitment};
use super::scores::{RequestError, find};
use super::{Connection, Error, Result, audit, utc};
use crate::domain::announcement::{Announcement, Ending};
use crate::domain::commitment::Commitment;
use crate::domain::notice::Waiver;
use crate::domain::period::{Period, State};
use crate::domain::succession::{self, EndRefused, Refused, Succession, follow, keeps_told, reach, reach_of_end};

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Announced {
    /// Stored now.
    Created(Commitment),
    /// It stood there already.
    Unchanged(Commitment),
}

/// Why it was not stored.
#[derive(Debug, thiserror::Error)]
pub enum AnnounceError {
    /// The database failed, or no department has the code.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// No client has the code.
    #[error("no client has this code")]
    UnknownClient,
    /// The dates are not allowed.
    #[error(transparent)]
    Refused(#[from] Refused),
}

impl From<Error> for AnnounceError {
    fn from(error: Error) -> Self {
        Self::Request(error.into())
    }
}

/// What a new commitment would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Planned {
    /// Nothing: it stands there already.
    Unchanged(Commitment),
    /// It begins.
    Begins {
        /// What binds the same figures on its first day without it.
        before: Option<Box<Commitment>>,
        /// Those of the same scope that end on the day before.
        ended: Vec<Commitment>,
    },
}

/// Why a commitment does not end.
#[derive(Debug, thiserror::Error)]
pub enum EndError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] Error),
    /// No commitment has this number.
    #[error("no commitment has this number")]
    Unknown,
    /// The day is not allowed.
    #[error(transparent)]
    Refused(#[from] EndRefused),
}

/// A change of the register, as the audit log keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct Logged {
    /// When.
    pub at: DateTime<Utc>,
    /// A user's address, or a token's name.
    pub actor: String,
    /// It ended; else it was announced.
    pub is_end: bool,
    /// The commitment; one that ended has its last day.
    pub commitment: Commitment,
    /// Why it came without notice.
    pub waiver: Option<Waiver>,
    /// More about it.
    pub note: Option<String>,
    /// Whoever wrote it knew that everybody may read it.
    pub public: bool,
}

const ANNOUNCED: &str = "commitment.announce";
const ENDED: &str = "commitment.end";

/// What an announcement of today would do; nothing is stored.
///
/// # Errors
/// [`AnnounceError`]
pub fn plan(
    conn: &mut Connection,
    new: &Announcement,
    today: NaiveDate,
) -> std::result::Result<Planned, AnnounceError> {
    let Announcement { commitment: wanted, waiver, .. } = new;
    if let Some(code) = &wanted.department_code {
        find(&Departments::load(conn)?, code)?;
    }
    if let Some(code) = &wanted.client_code {
        let known = client::table.filter(client::code.eq(code));
        if !diesel::select(diesel::dsl::exists(known)).get_result(conn).map_err(Error::from)? {
            return Err(AnnounceError::UnknownClient);
        }
    }
    let existing = super::commitment::all(conn)?;
    let ended: Vec<Commitment> = match follow(&existing, wanted, today, *waiver)? {
        Succession::Unchanged(same) => return Ok(Planned::Unchanged(same.clone())),
        Succession::Begins(ended) => ended.into_iter().cloned().collect(),
    };
    keeps_told(wanted.grain, &reach(wanted, &ended), &published(conn)?)?;
    let before = succession::before(&existing, wanted).cloned().map(Box::new);
    Ok(Planned::Begins { before, ended })
}

/// Stores a commitment that is announced today by `actor`, ends what it replaces, and notes it in the audit log; all in
/// the caller's transaction.
///
/// # Errors
/// [`AnnounceError`]; nothing is stored then.
pub fn announce(
    conn: &mut Connection,
    new: &Announcement,
    actor: &str,
    today: NaiveDate,
    now: DateTime<Utc>,
) -> std::result::Result<Announced, AnnounceError> {
    hold(conn)?;
    let Announcement { commitment: wanted, waiver, note } = new;
    let existing = super::commitment::all(conn)?;
    let ended: Vec<i64> = match plan(conn, new, today)? {
        Planned::Unchanged(same) => return Ok(Announced::Unchanged(same)),
        Planned::Begins { ended, .. } => ended.into_iter().map(|one| one.id).collect(),
    };
    set_last_day(conn, &ended, wanted.valid_from.pred_opt().unwrap_or(wanted.valid_from))?;
    // A reason that was not needed is none: the public is told of short notice only where it was short.
    let waiver = waiver.filter(|_| follow(&existing, wanted, today, None).is_err());
    let reason = reason(waiver, note.as_deref());
    let id = super::commitment::insert(conn, wanted, reason.as_deref(), now)?;
    let stored = Commitment { id, ..wanted.clone() };
    let detail = json!({ "commitment": stored, "ended": ended, "reason": waiver, "note": note, "public": true });
    audit::append(conn, now, actor, ANNOUNCED, &stored.clause, &detail)?;
    Ok(Announced::Created(stored))
}

/// What the end of a commitment would do, announced today: the commitment as it is, and what binds its figures
/// afterwards. Nothing is stored.
///
/// # Errors
/// [`EndError`]
pub fn plan_end(
    conn: &mut Connection,
    id: i64,
    ending: &Ending,
    today: NaiveDate,
) -> std::result::Result<(Commitment, Option<Commitment>), EndError> {
    let existing = super::commitment::all(conn)?;
    let ended = existing.iter().find(|one| one.id == id).ok_or(EndError::Unknown)?;
    succession::end(&existing, ended, ending.last_day, today, ending.waiver)?;
    let days = reach_of_end(ended, ending.last_day);
    keeps_told(ended.grain, &days, &published(conn)?).map_err(EndRefused::from)?;
    Ok((ended.clone(), succession::after(&existing, ended, ending.last_day)))
}

/// Ends a commitment, announced today by `actor`, and notes it in the audit log.
///
/// # Errors
/// [`EndError`]; nothing is stored then.
pub fn end(
    conn: &mut Connection,
    id: i64,
    ending: &Ending,
    actor: &str,
    today: NaiveDate,
    now: DateTime<Utc>,
) -> std::result::Result<(), EndError> {
    hold(conn)?;
    let (ended, _) = plan_end(conn, id, ending, today)?;
    let existing = super::commitment::all(conn)?;
    let is_short = succession::end(&existing, &ended, ending.last_day, today, None).is_err();
    let waiver = ending.waiver.filter(|_| is_short);
    set_last_day(conn, &[id], ending.last_day)?;
    let stored = Commitment { valid_to: Some(ending.last_day), ..ended };
    let detail = json!({ "commitment": stored, "reason": waiver, "note": ending.note, "public": true });
    audit::append(conn, now, actor, ENDED, &stored.clause, &detail)?;
    Ok(())
}

/// The latest changes, the newest first.
///
/// # Errors
/// The database's.
pub fn log(conn: &mut Connection, limit: usize) -> Result<Vec<Logged>> {
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    let entries = audit::latest_of(conn, &[ANNOUNCED, ENDED], most)?;
    entries.iter().map(Logged::read).collect()
}

/// Every change of the commitments to these clauses.
///
/// # Errors
/// The database's.
pub fn log_of(conn: &mut Connection, clauses: &[&str]) -> Result<Vec<Logged>> {
    audit::all_on(conn, &[ANNOUNCED, ENDED], clauses)?.iter().map(Logged::read).collect()
}

/// The codes of the clients there are.
///
/// # Errors
/// The database's.
pub fn clients(conn: &mut Connection) -> Result<Vec<String>> {
    Ok(client::table.order(client::code).select(client::code).load(conn)?)
}

/// Keeps the register and the published periods as they are until the transaction ends: two at once must not both follow
/// the same one, and what was planned after it is what is stored.
///
/// # Errors
/// The database's.
pub fn hold(conn: &mut Connection) -> Result<()> {
    if let Connection::Postgres(c) = conn {
        diesel::sql_query("LOCK TABLE period IN SHARE MODE").execute(c)?;
        diesel::sql_query("LOCK TABLE commitment IN SHARE ROW EXCLUSIVE MODE").execute(c)?;
    }
    Ok(())
}

fn published(conn: &mut Connection) -> Result<Vec<Period>> {
    let progress = Progress::load(conn)?;
    let published = progress.all().filter(|(_, course)| course.state == State::Published);
    Ok(published.map(|(period, _)| period).collect())
}

fn set_last_day(conn: &mut Connection, ids: &[i64], last_day: NaiveDate) -> Result<()> {
    diesel::update(commitment::table.filter(commitment::id.eq_any(ids)))
        .set(commitment::valid_to.eq(Some(last_day)))
        .execute(conn)?;
    Ok(())
}

/// As the table keeps it: `law: Regulation 12 of 2026`.
fn reason(waiver: Option<Waiver>, note: Option<&str>) -> Option<String> {
    let word = waiver.map(Waiver::as_str);
    match (word, note) {
        (Some(word), Some(note)) => Some(format!("{word}: {note}")),
        (word, note) => word.or(note).map(str::to_owned),
    }
}

impl Logged {
    fn read(entry: &Entry) -> Result<Self> {
        let unreadable = || Error::Stored { table: "audit_log", column: "detail", value: entry.id.to_string() };
        let Detail { commitment, reason, note, public } =
            serde_json::from_str(&entry.detail).map_err(|_| unreadable())?;
        Ok(Self {
            at: utc(entry.at),
            actor: entry.actor.clone(),
            is_end: entry.action == ENDED,
            commitment,
            waiver: reason,
            note,
            public,
        })
    }
}

/// What the log says of a change.
#[derive(Deserialize)]
struct Detail {
    commitment: Commitment,
    reason: Option<Waiver>,
    note: Option<String>,
    #[serde(default)]
    public: bool,
}
