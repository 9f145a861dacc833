//! Forms that only a robot would send: counted by day and put aside, without a word of what they said.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::schema::suspect_tally;
use super::{Connection, Result};

/// Why a form was put aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The field that people do not see was filled in.
    HiddenField,
    /// Several answers of one mail were opened within a minute.
    SeveralAnswers,
}

impl Reason {
    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HiddenField => "hidden_field",
            Self::SeveralAnswers => "several_answers",
        }
    }
}

/// Counts one.
///
/// # Errors
/// The database's.
pub fn count(conn: &mut Connection, day: NaiveDate, reason: Reason) -> Result<()> {
    let row = (suspect_tally::day.eq(day), suspect_tally::reason.eq(reason.as_str()), suspect_tally::n.eq(1));
    on_each!(conn, |c| diesel::insert_into(suspect_tally::table)
        .values(row)
        .on_conflict((suspect_tally::day, suspect_tally::reason))
        .do_update()
        .set(suspect_tally::n.eq(suspect_tally::n + 1))
        .execute(c))?;
    Ok(())
}

/// How many there were for each reason.
///
/// # Errors
/// The database's.
pub fn totals(conn: &mut Connection) -> Result<Vec<(String, i64)>> {
    let rows: Vec<(String, i64)> = suspect_tally::table.select((suspect_tally::reason, suspect_tally::n)).load(conn)?;
    let mut totals = std::collections::BTreeMap::new();
    rows.into_iter().for_each(|(reason, n)| *totals.entry(reason).or_default() += n);
    Ok(totals.into_iter().collect())
}
