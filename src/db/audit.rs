//! The audit log: who did what and when. Append-only in the database, every row hashed with the hash before it, so
//! that a changed, lost or inserted row is found (FEATURES J5).

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;

use super::schema::audit_log;
use super::{Connection, Result};

/// An entry as stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = audit_log)]
pub struct Entry {
    /// 1, 2, 3 … without a gap.
    pub id: i64,
    /// When.
    pub at: NaiveDateTime,
    /// Who: a user's address, `cli`, or `system`.
    pub actor: String,
    /// What: `user.add`, `export.scores`, …
    pub action: String,
    /// On what: a code, a period, an id.
    pub subject: String,
    /// JSON.
    pub detail: String,
    /// SHA-256 over the previous hash and this entry.
    pub hash: Vec<u8>,
}

/// Appends an entry; call it in the transaction of what it tells of.
pub fn append(
    conn: &mut Connection,
    now: DateTime<Utc>,
    actor: &str,
    action: &str,
    subject: &str,
    detail: &Value,
) -> Result<()> {
    if let Connection::Postgres(c) = conn {
        // Two instances must not continue the chain from the same link.
        diesel::sql_query("LOCK TABLE audit_log IN EXCLUSIVE MODE").execute(c)?;
    }
    let last: Option<(i64, Vec<u8>)> =
        audit_log::table.select((audit_log::id, audit_log::hash)).order(audit_log::id.desc()).first(conn).optional()?;
    let (last_id, last_hash) = last.unwrap_or_default();
    let mut entry = Entry {
        id: last_id + 1,
        at: now.naive_utc(),
        actor: actor.to_owned(),
        action: action.to_owned(),
        subject: subject.to_owned(),
        detail: detail.to_string(),
        hash: Vec::new(),
    };
    entry.hash = entry.chained(&last_hash);
    diesel::insert_into(audit_log::table)
        .values((
            audit_log::id.eq(entry.id),
            audit_log::at.eq(entry.at),
            audit_log::actor.eq(entry.actor),
            audit_log::action.eq(entry.action),
            audit_log::subject.eq(entry.subject),
            audit_log::detail.eq(entry.detail),
            audit_log::hash.eq(entry.hash),
        ))
        .execute(conn)?;
    Ok(())
}

/// The newest entries of an action, newest first.
pub fn latest(conn: &mut Connection, action: &str, limit: i64) -> Result<Vec<Entry>> {
    // With an equality PostgreSQL, too, reads the index in its order and stops.
    let entries = audit_log::table.filter(audit_log::action.eq(action)).order(audit_log::id.desc()).limit(limit);
    Ok(entries.load(conn)?)
}

/// The newest entries of some actions, newest first.
pub fn latest_of(conn: &mut Connection, actions: &[&str], limit: i64) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for action in actions {
        entries.extend(latest(conn, action, limit)?);
    }
    entries.sort_unstable_by_key(|entry| std::cmp::Reverse(entry.id));
    entries.truncate(usize::try_from(limit).unwrap_or_default());
    Ok(entries)
}

/// Every entry of some actions on some subjects, newest first.
pub fn all_on(conn: &mut Connection, actions: &[&str], subjects: &[&str]) -> Result<Vec<Entry>> {
    let of = audit_log::table.filter(audit_log::action.eq_any(actions)).filter(audit_log::subject.eq_any(subjects));
    Ok(of.order(audit_log::id.desc()).load(conn)?)
}

/// The newest entry of an action on a subject.
pub fn last(conn: &mut Connection, action: &str, subject: &str) -> Result<Option<Entry>> {
    let of = audit_log::table.filter(audit_log::action.eq(action)).filter(audit_log::subject.eq(subject));
    Ok(of.order(audit_log::id.desc()).first(conn).optional()?)
}

/// The number of the first entry that does not follow from the one before it; `None` if the whole chain holds.
pub fn first_break(conn: &mut Connection) -> Result<Option<i64>> {
    let mut hash = Vec::new();
    let entries: Vec<Entry> = audit_log::table.order(audit_log::id).load(conn)?;
    for (expected, entry) in (1..).zip(entries) {
        if entry.id != expected || entry.hash != entry.chained(&hash) {
            return Ok(Some(expected));
        }
        hash = entry.hash;
    }
    Ok(None)
}

impl Entry {
    fn chained(&self, previous: &[u8]) -> Vec<u8> {
        let at = self.at.and_utc().timestamp_micros().to_string();
        let id = self.id.to_string();
        crate::crypto::chained(previous, &[&id, &at, &self.actor, &self.action, &self.subject, &self.detail])
    }
}
