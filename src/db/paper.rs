//! Answers at counters that staff key in, from a paper form or by phone: with who entered them, on the base `walk_up`.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Tz;
use diesel::prelude::*;
use serde_json::json;

use super::counter::Counter;
use super::period::Progress;
use super::response::{self, KeyedIn};
use super::schema::{app_user, counter as counters, response as given};
use super::{Connection, Error, Result, audit, parse, tally, utc};
use crate::domain::period::{Period, start_of_day};
use crate::domain::questionnaire::{Answers, Questionnaire};
use crate::domain::response::{Base, Mode, Periods, Response};
use crate::domain::tally::Tallies;

/// The audit log's name.
const KEYED: &str = "response.key_in";

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
    /// Random, of the page it was typed into: what is sent twice is entered once.
    pub entry: &'a str,
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
    /// The same page was sent before, and said something else.
    #[error("the page was sent before with other answers")]
    Sent,
}

/// Stores a form with its tallies; the month it counts in, which is a later one where its own is told already. What is
/// sent again from the same page is not stored again.
///
/// # Errors
/// [`KeyInError`]
pub fn key_in(
    conn: &mut Connection,
    filled: Filled<'_>,
    now: DateTime<Utc>,
    zone: Tz,
) -> std::result::Result<Period, KeyInError> {
    let Filled { counter, version_id, questionnaire, answers, mode, day, number, repeated, entry, by } = filled;
    let progress = Progress::hold(conn)?;
    // A write first: whoever enters at the same counter at the same time waits here, and sees what was entered.
    let row = counters::table.find(counter.id);
    diesel::update(row).set(counters::ended_at.eq(counters::ended_at)).execute(conn).map_err(Error::from)?;
    let given_at = start_of_day(day, zone);
    let served = Periods::at(given_at, zone);
    let response = Response {
        counts_in: served.counting(|period| progress.state(period)),
        mode,
        base: Base::WalkUp,
        counter_id: Some(counter.id),
        ..Response::own(counter.attribution()?, served, version_id, questionnaire, answers)
    };
    let keyed = KeyedIn { response: &response, given_at, entered_by: by.0, form_number: number, entry };
    if let Some(month) = sent_before(conn, &keyed)? {
        return Ok(month);
    }
    if let Some(number) = number.filter(|_| !repeated)
        && let Some(earlier) = earlier(conn, counter.id, number)?
    {
        return Err(KeyInError::Repeated(earlier));
    }
    let mut tallies = Tallies::default();
    tallies.add_response(&response);
    response::insert_keyed(conn, &keyed, &mut tallies)?;
    tally::add(conn, &tallies)?;
    let month = response.counts_in.month;
    let detail = json!({ "mode": mode.as_str(), "number": number, "month": month });
    audit::append(conn, now, by.1, KEYED, &counter.code, &detail)?;
    Ok(month)
}

/// The month that what was sent from the same page before counts in.
///
/// # Errors
/// [`KeyInError::Sent`] if it said something else.
fn sent_before(conn: &mut Connection, keyed: &KeyedIn<'_>) -> std::result::Result<Option<Period>, KeyInError> {
    type Row = (i64, String, String, Option<String>, (String, NaiveDateTime), Option<String>);
    let found: Option<Row> = given::table
        .filter(given::entry.eq(keyed.entry))
        .select((
            given::questionnaire_version_id,
            given::mode,
            given::answers,
            given::comment,
            (given::month, given::responded_at),
            given::form_number,
        ))
        .get_result(conn)
        .optional()
        .map_err(Error::from)?;
    let Some((version_id, mode, answers, comment, (month, given_at), number)) = found else { return Ok(None) };
    let now = keyed.response;
    let is_same = version_id == now.questionnaire_version_id
        && (mode.as_str(), utc(given_at)) == (now.mode.as_str(), keyed.given_at)
        && (comment.as_deref(), number.as_deref()) == (now.comment.as_deref(), keyed.form_number)
        && serde_json::from_str(&answers).is_ok_and(|answers: Answers| answers == now.answers);
    if is_same { Ok(Some(parse("response", "month", &month)?)) } else { Err(KeyInError::Sent) }
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
