//! A commitment is announced: it is stored with its dates, and the one it follows ends on the day before.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde_json::json;

use super::department::Departments;
use super::schema::{client, commitment};
use super::scores::{RequestError, find};
use super::{Connection, Error, Result, audit};
use crate::domain::commitment::Commitment;
use crate::domain::notice::Waiver;
use crate::domain::succession::{Refused, Succession, follow};

/// Every reason for which a commitment may come without notice.
pub const WAIVERS: [Waiver; 3] = [Waiver::Law, Waiver::Consent, Waiver::Correction];

/// What is announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// The commitment; its `id` is given when it is stored.
    pub commitment: Commitment,
    /// Why it may come without notice.
    pub waiver: Option<Waiver>,
    /// More about it: the law, the consent, the mistake.
    pub note: Option<String>,
}

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
    // Two at once must not both follow the same one.
    if let Connection::Postgres(c) = conn {
        diesel::sql_query("LOCK TABLE commitment IN SHARE ROW EXCLUSIVE MODE").execute(c).map_err(Error::from)?;
    }
    let Announcement { commitment: wanted, waiver, note } = new;
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
    let ended: Vec<i64> = match follow(&existing, wanted, today, *waiver)? {
        Succession::Unchanged(same) => return Ok(Announced::Unchanged(same.clone())),
        Succession::Begins(ended) => ended.into_iter().map(|one| one.id).collect(),
    };
    end(conn, &ended, wanted.valid_from.pred_opt().unwrap_or(wanted.valid_from))?;
    let reason = reason(*waiver, note.as_deref());
    let id = super::commitment::insert(conn, wanted, reason.as_deref(), now)?;
    let stored = Commitment { id, ..wanted.clone() };
    let detail = json!({ "commitment": stored, "ended": ended, "reason": waiver, "note": note });
    audit::append(conn, now, actor, "commitment.announce", &stored.clause, &detail)?;
    Ok(Announced::Created(stored))
}

/// `law`, `consent` or `correction`.
pub const fn word(waiver: Waiver) -> &'static str {
    match waiver {
        Waiver::Law => "law",
        Waiver::Consent => "consent",
        Waiver::Correction => "correction",
    }
}

fn end(conn: &mut Connection, ids: &[i64], last_day: NaiveDate) -> Result<()> {
    diesel::update(commitment::table.filter(commitment::id.eq_any(ids)))
        .set(commitment::valid_to.eq(Some(last_day)))
        .execute(conn)?;
    Ok(())
}

/// As the table keeps it: `law: Regulation 12 of 2026`.
fn reason(waiver: Option<Waiver>, note: Option<&str>) -> Option<String> {
    let word = waiver.map(word);
    match (word, note) {
        (Some(word), Some(note)) => Some(format!("{word}: {note}")),
        (word, note) => word.or(note).map(str::to_owned),
    }
}
