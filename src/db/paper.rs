//! Answers at counters that staff key in, from a paper form or by phone: with who entered them, on the base `walk_up`.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Tz;
use diesel::prelude::*;
use serde_json::json;

use super::counter::Counter;
use super::period::Progress;
use super::questionnaire;
use super::response::{self, KeyedIn};
use super::schema::{app_user, questionnaire as asked, questionnaire_version, response as given};
use super::{Connection, Error, Result, audit, tally, utc};
use crate::domain::period::{Period, start_of_day};
use crate::domain::questionnaire::{Answers, Questionnaire};
use crate::domain::response::{Base, Mode, Periods, Response};
use crate::domain::tally::Tallies;

/// The audit log's name.
const KEYED: &str = "response.key_in";

/// A published version of the questionnaire that counters ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// Key of the version.
    pub version_id: i64,
    /// Code of the questionnaire.
    pub code: String,
    /// 1 for the first.
    pub version: i32,
}

/// A form as it was filled in.
pub struct Filled<'a> {
    /// Where.
    pub counter: &'a Counter,
    /// Key of the questionnaire's version.
    pub version_id: i64,
    /// What was asked.
    pub questionnaire: &'a Questionnaire,
    /// Valid answers, the comment among them.
    pub answers: Answers,
    /// On paper or by phone.
    pub mode: Mode,
    /// The day it was filled in, in the organisation's zone.
    pub day: NaiveDate,
    /// The number that staff wrote on it.
    pub number: Option<&'a str>,
    /// Who enters it knows that the number is there already.
    pub repeated: bool,
    /// Key of the user who enters it, and their address.
    pub by: (i64, &'a str),
}

/// An earlier form with the same number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// Name of who entered it.
    pub by: String,
    /// The day on it, as stored.
    pub given_at: DateTime<Utc>,
}

/// Why a form was not entered.
#[derive(Debug, thiserror::Error)]
pub enum KeyInError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] Error),
    /// The counter has a form of this number already.
    #[error("a form of this number is there already")]
    Repeated(Earlier),
}

/// The versions of the questionnaire that counters ask, the newest first: older forms may still lie in a box.
pub fn forms(conn: &mut Connection) -> Result<Vec<Form>> {
    let current = questionnaire::current(conn)?.offline;
    let questionnaire_id: i64 =
        questionnaire_version::table.find(current).select(questionnaire_version::questionnaire_id).get_result(conn)?;
    let rows: Vec<(i64, String, i32)> = questionnaire_version::table
        .inner_join(asked::table)
        .filter(questionnaire_version::questionnaire_id.eq(questionnaire_id))
        .filter(questionnaire_version::published_at.is_not_null())
        .order(questionnaire_version::version.desc())
        .select((questionnaire_version::id, asked::code, questionnaire_version::version))
        .load(conn)?;
    Ok(rows.into_iter().map(|(version_id, code, version)| Form { version_id, code, version }).collect())
}

/// Stores a form with its tallies; the month it counts in, which is a later one where its own is told already.
///
/// # Errors
/// [`KeyInError`]
pub fn key_in(
    conn: &mut Connection,
    filled: Filled<'_>,
    now: DateTime<Utc>,
    zone: Tz,
) -> std::result::Result<Period, KeyInError> {
    let Filled { counter, version_id, questionnaire, answers, mode, day, number, repeated, by } = filled;
    let progress = Progress::hold(conn)?;
    if let Some(number) = number.filter(|_| !repeated)
        && let Some(earlier) = earlier(conn, counter.id, number)?
    {
        return Err(KeyInError::Repeated(earlier));
    }
    let given_at = start_of_day(day, zone);
    let served = Periods::at(given_at, zone);
    let response = Response {
        counts_in: served.counting(|period| progress.state(period)),
        mode,
        base: Base::WalkUp,
        counter_id: Some(counter.id),
        ..Response::own(counter.attribution()?, served, version_id, questionnaire, answers)
    };
    let mut tallies = Tallies::default();
    tallies.add_response(&response);
    let keyed = KeyedIn { response: &response, given_at, entered_by: by.0, form_number: number };
    response::insert_keyed(conn, &keyed)?;
    tally::add(conn, &tallies)?;
    let month = response.counts_in.month;
    let detail = json!({ "mode": mode.as_str(), "number": number, "month": month });
    audit::append(conn, now, by.1, KEYED, &counter.code, &detail)?;
    Ok(month)
}

/// The last form of a counter with this number.
fn earlier(conn: &mut Connection, counter_id: i64, number: &str) -> Result<Option<Earlier>> {
    let found: Option<(NaiveDateTime, Option<i64>)> = given::table
        .filter(given::counter_id.eq(counter_id))
        .filter(given::form_number.eq(number))
        .order(given::id.desc())
        .select((given::responded_at, given::entered_by))
        .first(conn)
        .optional()?;
    let Some((at, by)) = found else { return Ok(None) };
    let name = by.map(|id| app_user::table.find(id).select(app_user::name).get_result::<String>(conn).optional());
    Ok(Some(Earlier { by: name.transpose()?.flatten().unwrap_or_default(), given_at: utc(at) }))
}
