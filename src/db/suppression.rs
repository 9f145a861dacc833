//! Addresses not to be written to, by keyed hash.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::schema::suppression;
use super::{Connection, Result};

/// Why an address is not written to (FEATURES B4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The customer wants no more of these.
    OptOut,
    /// The mail server says that there is no such address.
    HardBounce,
    /// The customer called a mail of ours spam.
    Complaint,
    /// The customer's data was erased, and is not to come back.
    Erased,
    /// Somebody of ours put it there.
    Manual,
    /// The mailbox has been full for long: for a time only.
    MailboxFull,
}

impl Reason {
    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OptOut => "opt_out",
            Self::HardBounce => "hard_bounce",
            Self::Complaint => "complaint",
            Self::Erased => "erased",
            Self::Manual => "manual",
            Self::MailboxFull => "mailbox_full",
        }
    }
}

/// Puts an address on the list for good; one that is there for good stays with its first reason.
pub fn add(conn: &mut Connection, email_hash: &[u8], reason: Reason, now: DateTime<Utc>) -> Result<()> {
    add_until(conn, email_hash, reason, None, now)
}

/// Puts an address on the list, for good or until a time. What is there for a time only gives way: a rest that is over
/// must not hide that the customer wants no more mail. Within a writing transaction.
pub fn add_until(
    conn: &mut Connection,
    email_hash: &[u8],
    reason: Reason,
    until: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<()> {
    let for_a_time = suppression::table.find(email_hash).filter(suppression::expires_at.is_not_null());
    diesel::delete(for_a_time).execute(conn)?;
    on_each!(conn, |c| {
        diesel::insert_into(suppression::table)
            .values((
                suppression::email_hash.eq(email_hash),
                suppression::reason.eq(reason.as_str()),
                suppression::created_at.eq(now.naive_utc()),
                suppression::expires_at.eq(until.map(|until| until.naive_utc())),
            ))
            .on_conflict_do_nothing()
            .execute(c)
    })?;
    Ok(())
}

/// Takes an address off the list at the customer's wish, if it is there by the customer's wish: an address that does not
/// exist, or was erased or put there by us, stays.
pub fn resume(conn: &mut Connection, email_hash: &[u8]) -> Result<()> {
    let own = [Reason::OptOut, Reason::Complaint].map(Reason::as_str);
    diesel::delete(suppression::table.find(email_hash).filter(suppression::reason.eq_any(own))).execute(conn)?;
    Ok(())
}

/// Those of these addresses that are on the list now.
pub fn among(conn: &mut Connection, email_hashes: &[Vec<u8>], now: DateTime<Utc>) -> Result<Vec<Vec<u8>>> {
    if email_hashes.is_empty() {
        return Ok(Vec::new());
    }
    let holds = suppression::expires_at.is_null().or(suppression::expires_at.gt(now.naive_utc()));
    let listed = suppression::table
        .filter(suppression::email_hash.eq_any(email_hashes))
        .filter(holds)
        .select(suppression::email_hash);
    Ok(listed.load(conn)?)
}
