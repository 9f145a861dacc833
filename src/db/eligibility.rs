//! The rules of who is asked, version by version.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use serde_json::json;

use super::schema::{department, eligibility};
use super::{Connection, Error, Result, audit, utc};
use crate::domain::eligibility::{InvalidRule, Rule, Rules};

/// A version of the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// What it says.
    pub rules: Rules,
    /// Since when.
    pub made_at: DateTime<Utc>,
    /// A user's address.
    pub made_by: String,
}

/// A change of the rules.
#[derive(Debug, Clone)]
pub enum Change {
    /// One more.
    Add(Rule),
    /// All but that at a place, from 0.
    Remove(usize),
}

/// Why the rules stay as they are.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] Error),
    /// Somebody else changed them in the meantime.
    #[error("the rules were changed in the meantime")]
    Changed,
    /// What is wrong with the new one.
    #[error("the rule is not valid")]
    Invalid(Vec<InvalidRule>),
}

/// All versions, the one in force first.
pub fn versions(conn: &mut Connection) -> Result<Vec<Version>> {
    let rows: Vec<(i64, String, NaiveDateTime, String)> = eligibility::table
        .order(eligibility::version.desc())
        .select((eligibility::version, eligibility::rules, eligibility::made_at, eligibility::made_by))
        .load(conn)?;
    let read = |(version, text, made_at, made_by): (i64, String, NaiveDateTime, String)| {
        Ok(Version { rules: rules(version, &text)?, made_at: utc(made_at), made_by })
    };
    rows.into_iter().map(read).collect()
}

/// The rules in force.
pub fn current(conn: &mut Connection) -> Result<Rules> {
    let newest: Option<(i64, String)> = eligibility::table
        .order(eligibility::version.desc())
        .select((eligibility::version, eligibility::rules))
        .first(conn)
        .optional()?;
    newest.map_or_else(|| Ok(Rules::default()), |(version, text)| rules(version, &text))
}

/// Changes the rules that `seen` is the version of, from now on; what was judged stays. Returns the new version.
///
/// # Errors
/// [`ChangeError`]
pub fn change(
    conn: &mut Connection,
    seen: i64,
    change: Change,
    by: &str,
    now: DateTime<Utc>,
) -> std::result::Result<i64, ChangeError> {
    let rules = current(conn)?;
    if rules.version != seen {
        return Err(ChangeError::Changed);
    }
    let version = seen + 1;
    let (action, detail, list) = match change {
        Change::Add(rule) => {
            if let Some(code) = &rule.department {
                let known = department::table.filter(department::code.eq(code)).count().get_result::<i64>(conn);
                if known.map_err(Error::from)? == 0 {
                    return Err(ChangeError::Invalid(vec![InvalidRule::Department]));
                }
            }
            let list = rules.with(rule).map_err(ChangeError::Invalid)?;
            ("eligibility.add", json!({ "version": version, "rule": list.last() }), list)
        }
        Change::Remove(at) => {
            let mut list = rules.list;
            if at >= list.len() {
                return Err(ChangeError::Changed);
            }
            let removed = list.remove(at);
            ("eligibility.remove", json!({ "version": version, "rule": removed }), list)
        }
    };
    let text = serde_json::to_string(&list).map_err(|_| unreadable(version))?;
    let row = (
        eligibility::version.eq(version),
        eligibility::rules.eq(text),
        eligibility::made_at.eq(now.naive_utc()),
        eligibility::made_by.eq(by),
    );
    diesel::insert_into(eligibility::table).values(row).execute(conn).map_err(|error| match error {
        diesel::result::Error::DatabaseError(diesel::result::DatabaseErrorKind::UniqueViolation, _) => {
            ChangeError::Changed
        }
        other => Error::from(other).into(),
    })?;
    audit::append(conn, now, by, action, "", &detail)?;
    Ok(version)
}

fn rules(version: i64, text: &str) -> Result<Rules> {
    Ok(Rules { version, list: serde_json::from_str(text).map_err(|_| unreadable(version))? })
}

fn unreadable(version: i64) -> Error {
    Error::Stored { table: "eligibility", column: "rules", value: version.to_string() }
}
