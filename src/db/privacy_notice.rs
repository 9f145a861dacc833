//! The privacy notice word for word, in every version that customers were told: a response names its own.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::schema::privacy_notice;
use super::{Connection, Result, utc};
use crate::crypto::chained;

/// A version of the notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notice {
    /// Key.
    pub id: i64,
    /// Since when it reads so.
    pub since: DateTime<Utc>,
}

/// The version that reads so in the two languages, which is stored if it is new.
///
/// # Errors
/// The database's.
pub fn keep(conn: &mut Connection, zh_cn: &str, en: &str, now: DateTime<Utc>) -> Result<Notice> {
    let hash = chained(&[], &[zh_cn, en]);
    let found = |conn: &mut Connection| -> Result<Option<Notice>> {
        let row: Option<(i64, NaiveDateTime)> = privacy_notice::table
            .filter(privacy_notice::hash.eq(&hash))
            .select((privacy_notice::id, privacy_notice::since))
            .get_result(conn)
            .optional()?;
        Ok(row.map(|(id, since)| Notice { id, since: utc(since) }))
    };
    if let Some(notice) = found(conn)? {
        return Ok(notice);
    }
    let row = (
        privacy_notice::hash.eq(&hash),
        privacy_notice::zh_cn.eq(zh_cn),
        privacy_notice::en.eq(en),
        privacy_notice::since.eq(now.naive_utc()),
    );
    // Another instance may have been first.
    on_each!(conn, |c| diesel::insert_into(privacy_notice::table)
        .values(row)
        .on_conflict(privacy_notice::hash)
        .do_nothing()
        .execute(c))?;
    found(conn)?.ok_or_else(|| diesel::result::Error::NotFound.into())
}
