//! What HR pulls of a period, and the note in the audit log without which nothing leaves.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::json;

use super::department::Departments;
use super::period::{Course, Progress};
use super::schema::sealed_score;
use super::scores::{Request, RequestError, scores};
use super::seal::{self, Seal};
use super::{Connection, Result, audit, parse};
use crate::crypto::sha256;
use crate::domain::appraisal::{Record, records};
use crate::domain::commitment::Level;
use crate::domain::locale::Locale;
use crate::domain::period::{Period, State};
use crate::domain::scorecard::Score;
use crate::domain::service_record::Channel;
use crate::domain::verdict::Thresholds;

/// The audit log's name of a pull.
pub const PULLED: &str = "export.appraisals";

/// What is pulled: of a sealed period as it was sealed, of another as it is now.
#[derive(Debug, Clone, PartialEq)]
pub struct Appraisals {
    /// Of which period.
    pub period: Period,
    /// How it has moved.
    pub course: Course,
    /// Its seal, if it is sealed.
    pub seal: Option<Seal>,
    /// When the figures were computed: when it was sealed, or now.
    pub computed_at: DateTime<Utc>,
    /// The records, each with its department's name.
    pub rows: Vec<(Record, String)>,
}

/// Who pulls, and in which format.
#[derive(Debug, Clone, Copy)]
pub struct Puller<'a> {
    /// A user's address, `cli`, or a token's name.
    pub actor: &'a str,
    /// `xlsx`, `csv` or `json`.
    pub format: &'a str,
    /// When.
    pub now: DateTime<Utc>,
}

/// The records of a period, with the departments' names in a language.
pub fn appraisals(
    conn: &mut Connection,
    period: Period,
    locale: Locale,
    thresholds: &Thresholds,
    now: DateTime<Utc>,
) -> Result<Appraisals> {
    let course = Progress::load(conn)?.course(period);
    let sealed = (course.state == State::Sealed).then_some(course.revision);
    let names: HashMap<String, String> = match sealed {
        Some(revision) => {
            let places = seal::places(conn, period, revision)?.into_iter();
            places.map(|place| (place.code.clone(), place.name(locale).to_owned())).collect()
        }
        None => Departments::load(conn)?.iter().map(|d| (d.code.clone(), d.name(locale).to_owned())).collect(),
    };
    let mut figures: Vec<Score> = Vec::new();
    for level in [Level::Organisation, Level::Department, Level::Employee] {
        for channel in [None, Some(Channel::Online), Some(Channel::Offline)] {
            let request = Request { period, department: None, channel, level };
            figures.extend(all(scores(conn, &request, thresholds))?);
        }
    }
    let name =
        |record: &Record| record.department.as_ref().and_then(|code| names.get(code)).cloned().unwrap_or_default();
    let rows = records(&figures, thresholds).into_iter().map(|record| (name(&record), record));
    let rows = rows.map(|(name, record)| (record, name)).collect();
    let seal = seal::all(conn)?.into_iter().find(|seal| seal.period == period && Some(seal.revision) == sealed);
    let computed_at = seal.as_ref().map_or(now, |seal| seal.sealed_at);
    Ok(Appraisals { period, course, seal, computed_at, rows })
}

/// Makes a file of what is pulled, and notes who pulled it, in one transaction.
///
/// # Errors
/// The database's, or those of `make`; nothing is noted then, and nothing may be handed out.
pub fn pull<E: From<super::Error>>(
    conn: &mut Connection,
    found: &Appraisals,
    puller: &Puller<'_>,
    make: impl FnOnce(&Appraisals) -> std::result::Result<Vec<u8>, E>,
) -> std::result::Result<Vec<u8>, E> {
    let bytes = make(found)?;
    let detail = json!({
        "format": puller.format,
        "rows": found.rows.len(),
        "revision": found.course.revision,
        "state": found.course.state,
        "seal": found.hash(),
        "sha256": hex::encode(sha256(&bytes)),
    });
    audit::append(conn, puller.now, puller.actor, PULLED, &found.period.to_string(), &detail)?;
    Ok(bytes)
}

/// The sealed periods in which an employee has figures, newest first.
pub fn periods_of(conn: &mut Connection, employee_no: &str, limit: usize) -> Result<Vec<Period>> {
    let names: Vec<String> = sealed_score::table
        .filter(sealed_score::employee.eq(employee_no))
        .filter(sealed_score::employee.ne(""))
        .select(sealed_score::period)
        .distinct()
        .load(conn)?;
    let progress = Progress::load(conn)?;
    let mut periods: Vec<Period> =
        names.iter().map(|name| parse("sealed_score", "period", name)).collect::<Result<_>>()?;
    periods.retain(|period| progress.state(*period) == State::Sealed);
    periods.sort_by_key(|period| std::cmp::Reverse((period.end(), *period)));
    periods.truncate(limit);
    Ok(periods)
}

fn all(found: std::result::Result<super::scores::Scores, RequestError>) -> Result<Vec<Score>> {
    match found {
        Ok(found) => Ok(found.scores),
        Err(RequestError::Database(error)) => Err(error),
        // No department was asked for, so none is unknown.
        Err(_) => Ok(Vec::new()),
    }
}

impl Appraisals {
    /// The seal's hash in hexadecimal.
    pub fn hash(&self) -> Option<String> {
        self.seal.as_ref().map(|seal| hex::encode(&seal.hash))
    }
}
