//! Responses left out of every figure: asked for by one person, agreed to by another, and let back in. The tallies move
//! in the same transaction, so that a page and a recount see the same.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use diesel::result::DatabaseErrorKind::UniqueViolation;
use diesel::result::Error::DatabaseError;
use serde_json::json;

use super::period::Progress;
use super::questionnaire::Published;
use super::schema::{anonymous_response, exclusion, response, service_record};
use super::scorebook::Wanted;
use super::{Connection, Error, audit, parse, tally};
use crate::domain::exclusion::{Reason, Refusal, Stage, Step, after, may_change};
use crate::domain::questionnaire::Answers;
use crate::domain::response::{Attribution, Periods, Response};
use crate::domain::scorebook::Line;
use crate::domain::scorecard::Sums;
use crate::domain::service_record::Channel;
use crate::domain::tally::Tallies;

/// An exclusion as stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = exclusion)]
pub struct Exclusion {
    /// Its key.
    pub id: i64,
    /// The response as other systems know it: a number, or 32 hex digits of an anonymous one.
    pub response: String,
    /// Key of the department.
    pub department_id: i64,
    /// The month it counts in.
    pub month: String,
    /// A word of [`Reason`].
    pub reason: String,
    /// More about it.
    pub note: Option<String>,
    /// A word of [`Stage`].
    pub state: String,
    /// Address of who asked for it.
    pub requested_by: String,
    /// When.
    pub requested_at: NaiveDateTime,
    /// Address of who agreed, or did not.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<NaiveDateTime>,
    /// Address of who let it count again.
    pub restored_by: Option<String>,
    /// When.
    pub restored_at: Option<NaiveDateTime>,
}

/// An exclusion with what a reader needs to place it; nothing of what was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// As stored.
    pub exclusion: Exclusion,
    /// How far it has come.
    pub stage: Stage,
    /// The periods it counts in.
    pub counts_in: Periods,
    /// Over which channel; `None` where an anonymous one had to be generalised.
    pub channel: Option<Channel>,
    /// The number of the service record, of an answer by name.
    pub record: Option<String>,
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum ExclusionError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] Error),
    /// No response has this id.
    #[error("no response has this id")]
    Unknown,
    /// It is asked for already, or left out already.
    #[error("it is asked for already")]
    Already,
    /// The step is not allowed.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl From<diesel::result::Error> for ExclusionError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error.into())
    }
}

type Result<T> = std::result::Result<T, ExclusionError>;

/// Who does something, and when.
#[derive(Debug, Clone, Copy)]
pub struct By<'a> {
    /// Address of the user.
    pub email: &'a str,
    /// When.
    pub now: DateTime<Utc>,
}

/// Asks for a response to be left out; it counts until somebody else agrees.
///
/// # Errors
/// [`ExclusionError`]: no such response, asked for already, a period published.
pub fn request(conn: &mut Connection, id: &str, reason: Reason, note: Option<&str>, by: By<'_>) -> Result<i64> {
    let id = id.trim().to_lowercase();
    let found = read(conn, &id)?.ok_or(ExclusionError::Unknown)?;
    let open = exclusion::table.filter(exclusion::response.eq(&id)).filter(exclusion::state.eq_any(OPEN));
    if found.excluded || diesel::select(diesel::dsl::exists(open)).get_result(conn)? {
        return Err(ExclusionError::Already);
    }
    let Response { counts_in, attribution, base, .. } = &found.response;
    let progress = Progress::load(conn)?;
    may_change(counts_in, |period| progress.state(period))?;
    let row = diesel::insert_into(exclusion::table)
        .values((
            exclusion::response.eq(&id),
            exclusion::department_id.eq(attribution.department_id),
            exclusion::month.eq(counts_in.month.to_string()),
            exclusion::quarter.eq(counts_in.quarter.to_string()),
            exclusion::year.eq(counts_in.year.to_string()),
            exclusion::channel.eq(attribution.channel.map_or("", Channel::as_str)),
            exclusion::base.eq(base.as_str()),
            exclusion::reason.eq(reason.as_str()),
            exclusion::note.eq(note),
            exclusion::state.eq(Stage::Requested.as_str()),
            exclusion::requested_by.eq(by.email),
            exclusion::requested_at.eq(by.now.naive_utc()),
        ))
        .returning(exclusion::id);
    // Somebody else may have asked for it at the same moment.
    let key = row.get_result(conn).map_err(|error| match error {
        DatabaseError(UniqueViolation, _) => ExclusionError::Already,
        other => other.into(),
    })?;
    let detail = json!({ "exclusion": key, "reason": reason.as_str(), "note": note });
    audit::append(conn, by.now, by.email, "exclusion.request", &id, &detail)?;
    Ok(key)
}

/// Agrees, refuses or restores. Where the response stops counting, or counts again, its sums move too.
///
/// # Errors
/// [`ExclusionError`]: nothing there to decide, the same person, a period published.
pub fn step(conn: &mut Connection, id: &str, step: Step, by: By<'_>) -> Result<()> {
    if let Connection::Postgres(c) = conn {
        // No period may be published while the sums in it move.
        diesel::sql_query("LOCK TABLE period IN SHARE MODE").execute(c)?;
    }
    let id = id.trim().to_lowercase();
    let stored: Option<Exclusion> = exclusion::table
        .filter(exclusion::response.eq(&id))
        .filter(exclusion::state.eq_any(OPEN))
        .select(Exclusion::as_select())
        .first(conn)
        .optional()?;
    let stored = stored.ok_or(Refusal::OutOfOrder)?;
    let before: Stage = parse("exclusion", "state", &stored.state)?;
    let stage = after(before, step, &stored.requested_by, by.email)?;
    let moved = match stage {
        Stage::Excluded => Some(true),
        Stage::Restored => Some(false),
        Stage::Requested | Stage::Refused => None,
    };
    if let Some(excluded) = moved {
        // Marked first: whoever corrects the answer meanwhile has finished before it is read.
        mark(conn, &id, excluded)?;
        let found = read(conn, &id)?.ok_or(ExclusionError::Unknown)?;
        let progress = Progress::load(conn)?;
        may_change(&found.response.counts_in, |period| progress.state(period))?;
        let mut tallies = Tallies::default();
        tallies.add_response(&found.response);
        tally::add(conn, &if excluded { tallies.negated() } else { tallies })?;
    }
    let (who, now) = (Some(by.email), Some(by.now.naive_utc()));
    let row = exclusion::table.filter(exclusion::id.eq(stored.id)).filter(exclusion::state.eq(before.as_str()));
    let changed = if stage == Stage::Restored {
        let to = (exclusion::state.eq(stage.as_str()), exclusion::restored_by.eq(who), exclusion::restored_at.eq(now));
        diesel::update(row).set(to).execute(conn)?
    } else {
        let to = (exclusion::state.eq(stage.as_str()), exclusion::decided_by.eq(who), exclusion::decided_at.eq(now));
        diesel::update(row).set(to).execute(conn)?
    };
    if changed != 1 {
        // Somebody else was faster: the whole transaction gives way.
        return Err(Refusal::OutOfOrder.into());
    }
    let action = match stage {
        Stage::Excluded => "exclusion.approve",
        Stage::Restored => "exclusion.restore",
        Stage::Requested | Stage::Refused => "exclusion.refuse",
    };
    audit::append(conn, by.now, by.email, action, &id, &json!({ "exclusion": stored.id }))?;
    Ok(())
}

/// As [`step`], of the exclusion with this key: what a person saw is what the person decides, also where it was
/// withdrawn and asked for anew in the meantime.
///
/// # Errors
/// [`ExclusionError`]
pub fn decide(conn: &mut Connection, key: i64, what: Step, by: By<'_>) -> Result<()> {
    let open = exclusion::table.find(key).filter(exclusion::state.eq_any(OPEN)).select(exclusion::response);
    let id: Option<String> = open.first(conn).optional()?;
    step(conn, &id.ok_or(Refusal::OutOfOrder)?, what, by)
}

/// The id of the answer by name that a service record has; an anonymous one is not found by its record.
///
/// # Errors
/// The database's.
pub fn of_record(conn: &mut Connection, external_id: &str) -> super::Result<Option<String>> {
    let key: Option<i64> = response::table
        .inner_join(service_record::table.on(response::service_record_id.eq(service_record::id.nullable())))
        .filter(service_record::external_id.eq(external_id))
        .filter(response::base.eq("invited"))
        .select(response::id)
        .first(conn)
        .optional()?;
    Ok(key.map(|key| key.to_string()))
}

/// All of them, the newest first, with what a reader needs to place them.
///
/// # Errors
/// The database's.
pub fn list(conn: &mut Connection, limit: i64) -> super::Result<Vec<Listed>> {
    type Place = (Exclusion, String, String, String);
    let columns = (Exclusion::as_select(), exclusion::quarter, exclusion::year, exclusion::channel);
    let rows: Vec<Place> = exclusion::table.order(exclusion::id.desc()).limit(limit).select(columns).load(conn)?;
    let named: Vec<i64> = rows.iter().filter_map(|(one, ..)| Id::of(&one.response)?.named()).collect();
    let records: Vec<(i64, String)> = response::table
        .inner_join(service_record::table.on(response::service_record_id.eq(service_record::id.nullable())))
        .filter(response::id.eq_any(named))
        .select((response::id, service_record::external_id))
        .load(conn)?;
    let records: HashMap<String, String> = records.into_iter().map(|(id, record)| (id.to_string(), record)).collect();
    let read = |(one, quarter, year, channel): Place| {
        Ok(Listed {
            stage: parse("exclusion", "state", &one.state)?,
            counts_in: Periods {
                month: parse("exclusion", "month", &one.month)?,
                quarter: parse("exclusion", "quarter", &quarter)?,
                year: parse("exclusion", "year", &year)?,
            },
            channel: channel_of(Some(channel))?,
            record: records.get(&one.response).cloned(),
            exclusion: one,
        })
    };
    rows.into_iter().map(read).collect()
}

/// All of them, the newest first.
///
/// # Errors
/// The database's.
pub fn all(conn: &mut Connection, limit: i64) -> super::Result<Vec<Exclusion>> {
    let rows = exclusion::table.order(exclusion::id.desc()).limit(limit).select(Exclusion::as_select());
    Ok(rows.load(conn)?)
}

/// What is left out in some months, as lines of a scorebook with their departments, of persons too if wanted. Without any
/// exclusion it costs one look at a small table.
///
/// # Errors
/// The database's.
pub fn lines(conn: &mut Connection, wanted: &Wanted<'_>) -> super::Result<Vec<(i64, Line)>> {
    let ids: Vec<String> = exclusion::table
        .filter(exclusion::state.eq(Stage::Excluded.as_str()))
        .filter(exclusion::month.between(wanted.from.to_string(), wanted.to.to_string()))
        .order(exclusion::id)
        .select(exclusion::response)
        .load(conn)?;
    let (mut named, mut anonymous): (Vec<i64>, Vec<Vec<u8>>) = (Vec::new(), Vec::new());
    for id in ids {
        match Id::of(&id) {
            Some(Id::Named(key)) => named.push(key),
            Some(Id::Anonymous(key)) => anonymous.push(key),
            None => {}
        }
    }
    let mut rows: Vec<Left> = Vec::new();
    for keys in named.chunks(BATCH) {
        rows.extend(response::table.filter(response::id.eq_any(keys)).select(left!(response)).load::<Left>(conn)?);
    }
    for keys in anonymous.chunks(BATCH) {
        let found = anonymous_response::table.filter(anonymous_response::id.eq_any(keys));
        rows.extend(found.select(left!(anonymous_response)).load::<Left>(conn)?);
    }
    let mut lines = Vec::new();
    for (department, employee, channel, mode, base, (overall, points), (month, quarter, year)) in rows {
        let mut sums = Sums::default();
        let overall = overall.and_then(|points| u8::try_from(points).ok());
        sums.add_response(overall, points.and_then(|points| u32::try_from(points).ok()));
        let line = Line {
            employee_id: None,
            question: String::new(),
            channel: channel_of(channel)?,
            base: parse("response", "base", &base)?,
            mode: parse("response", "mode", &mode)?,
            periods: Periods {
                month: parse("response", "month", &month)?,
                quarter: parse("response", "quarter", &quarter)?,
                year: parse("response", "year", &year)?,
            },
            sums,
        };
        let of_person =
            employee.filter(|_| wanted.employees.is_some()).map(|id| Line { employee_id: Some(id), ..line.clone() });
        lines.extend(std::iter::once(line).chain(of_person).map(|line| (department, line)));
    }
    Ok(lines)
}

/// Ids in one statement.
const BATCH: usize = 500;

type Left = (i64, Option<i64>, Option<String>, String, String, (Option<i16>, Option<i32>), (String, String, String));

macro_rules! left {
    ($table:ident) => {
        (
            $table::department_id,
            $table::employee_id,
            $table::channel.nullable(),
            $table::mode,
            $table::base,
            ($table::overall, $table::points),
            ($table::month, $table::quarter, $table::year),
        )
    };
}
use left;

const OPEN: [&str; 2] = [Stage::Requested.as_str(), Stage::Excluded.as_str()];

pub(super) struct Found {
    /// Without its comment.
    pub(super) response: Response,
    /// It counts in no figure.
    pub(super) excluded: bool,
}

type Row = (i64, Option<i64>, Option<i64>, Option<String>, String, String, i64, String, [String; 3], bool);

/// The response with this id, without its comment.
pub(super) fn read(conn: &mut Connection, id: &str) -> super::Result<Option<Found>> {
    let row = match Id::of(id) {
        None => None,
        Some(Id::Named(key)) => named(conn, key)?,
        Some(Id::Anonymous(key)) => anonymous(conn, &key)?,
    };
    let Some((department_id, employee_id, client_id, channel, mode, base, version_id, answers, counted, excluded)) =
        row
    else {
        return Ok(None);
    };
    let channel = channel_of(channel)?;
    let [month, quarter, year] = &counted;
    let counts_in = Periods {
        month: parse("response", "month", month)?,
        quarter: parse("response", "quarter", quarter)?,
        year: parse("response", "year", year)?,
    };
    let answers: Answers = serde_json::from_str(&answers).map_err(|_| Error::Stored {
        table: "response",
        column: "answers",
        // What stands there is a customer's: it is not repeated.
        value: "…".to_owned(),
    })?;
    let scored = Published::default().get(conn, version_id)?.score(&answers);
    let response = Response {
        attribution: Attribution { department_id, employee_id, client_id, touchpoint: None, channel },
        served: counts_in,
        counts_in,
        mode: parse("response", "mode", &mode)?,
        base: parse("response", "base", &base)?,
        questionnaire_version_id: version_id,
        answers,
        comment: None,
        notice_id: None,
        counter_id: None,
        scored,
    };
    Ok(Some(Found { response, excluded }))
}

fn channel_of(word: Option<String>) -> super::Result<Option<Channel>> {
    word.filter(|word| !word.is_empty()).map(|word| parse("response", "channel", &word)).transpose()
}

/// A response's key in its table.
enum Id {
    Named(i64),
    Anonymous(Vec<u8>),
}

impl Id {
    fn named(self) -> Option<i64> {
        if let Self::Named(key) = self { Some(key) } else { None }
    }

    fn of(text: &str) -> Option<Self> {
        let bytes = || hex::decode(text).ok().map(Self::Anonymous);
        if text.len() == 32 { bytes() } else { text.parse().ok().map(Self::Named) }
    }
}

macro_rules! columns {
    ($table:ident) => {
        (
            $table::department_id,
            $table::employee_id,
            $table::client_id,
            $table::channel.nullable(),
            $table::mode,
            $table::base,
            $table::questionnaire_version_id,
            $table::answers,
            ($table::month, $table::quarter, $table::year),
            $table::excluded,
        )
    };
}

type Loaded =
    (i64, Option<i64>, Option<i64>, Option<String>, String, String, i64, String, (String, String, String), bool);

fn named(conn: &mut Connection, key: i64) -> super::Result<Option<Row>> {
    let row: Option<Loaded> = response::table.find(key).select(columns!(response)).first(conn).optional()?;
    Ok(row.map(row_of))
}

fn anonymous(conn: &mut Connection, key: &[u8]) -> super::Result<Option<Row>> {
    let rows = anonymous_response::table.find(key).select(columns!(anonymous_response));
    Ok(rows.first(conn).optional()?.map(row_of))
}

fn row_of(loaded: Loaded) -> Row {
    let (department, employee, client, channel, mode, base, version, answers, (month, quarter, year), excluded) =
        loaded;
    (department, employee, client, channel, mode, base, version, answers, [month, quarter, year], excluded)
}

fn mark(conn: &mut Connection, id: &str, excluded: bool) -> super::Result<()> {
    match Id::of(id) {
        Some(Id::Named(key)) => {
            diesel::update(response::table.find(key)).set(response::excluded.eq(excluded)).execute(conn)?;
        }
        Some(Id::Anonymous(key)) => {
            let row = anonymous_response::table.find(key);
            diesel::update(row).set(anonymous_response::excluded.eq(excluded)).execute(conn)?;
        }
        None => {}
    }
    Ok(())
}
