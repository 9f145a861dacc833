//! Addresses not to be written to, by keyed hash.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::schema::suppression;
use super::{Connection, Result};

/// Why an address is not written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The customer wants no more of these.
    OptOut,
    /// The mail server says that there is no such address.
    HardBounce,
}

impl Reason {
    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OptOut => "opt_out",
            Self::HardBounce => "hard_bounce",
        }
    }
}

/// Puts an address on the list; one that is there stays with its first reason.
pub fn add(conn: &mut Connection, email_hash: &[u8], reason: Reason, now: DateTime<Utc>) -> Result<()> {
    on_each!(conn, |c| {
        diesel::insert_into(suppression::table)
            .values((
                suppression::email_hash.eq(email_hash),
                suppression::reason.eq(reason.as_str()),
                suppression::created_at.eq(now.naive_utc()),
            ))
            .on_conflict_do_nothing()
            .execute(c)
    })?;
    Ok(())
}

/// Takes an address off the list.
pub fn remove(conn: &mut Connection, email_hash: &[u8]) -> Result<()> {
    diesel::delete(suppression::table.find(email_hash)).execute(conn)?;
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
