//! Responses page by page, for other systems: the named ones in the order they came, then the released anonymous ones
//! in the order of their keys, which tells nothing that they do not show. What is there when the first page is read is
//! listed exactly once.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;

use super::department::Departments;
use super::schema::{anonymous_response, questionnaire, questionnaire_version, response, service_record};
use super::{Connection, Error, Result, employee, utc};
use crate::domain::points::{Hundredths, from_hundredths};
use crate::domain::questionnaire::Answers;

/// The place after which a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cursor {
    /// After the named response with this key.
    Named(i64),
    /// After all named ones and the anonymous one with this id.
    Anonymous(Vec<u8>),
}

/// One response (CONTRACT §6). Whose it is stands only in a named one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Item {
    /// The key of a named one; 32 hex digits, at random, of an anonymous one.
    pub id: String,
    /// The month it counts in.
    pub period: String,
    /// Code of the department.
    pub department: String,
    /// `online` or `offline`; `None` where an anonymous one had to be generalised.
    pub channel: Option<String>,
    /// Who entered it: `self`, `phone` or `paper`.
    pub mode: String,
    /// How the customer came to be asked.
    pub base: String,
    /// Code of the questionnaire.
    pub questionnaire: String,
    /// Its version.
    pub version: i32,
    /// Option values by question or row of a matrix, several separated by spaces; texts are not among them.
    pub answers: Answers,
    /// 0–100; `None` if too little was answered.
    pub points: Option<f64>,
    /// Left out of every figure.
    pub excluded: bool,
    /// Number of the service record, of a named one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Number of the employee, of a named one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub employee: Option<String>,
    /// When it was given, of a named one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub responded_at: Option<DateTime<Utc>>,
}

/// At most `limit` responses after a place (from the beginning without one), and the place after which to go on if
/// there are more.
pub fn page(conn: &mut Connection, after: Option<Cursor>, limit: usize) -> Result<(Vec<Item>, Option<Cursor>)> {
    let departments = Departments::load(conn)?;
    let versions = versions(conn)?;
    // One more than asked for tells whether there is a next page.
    let wanted = limit.saturating_add(1);
    let mut rows = match &after {
        None => named(conn, None, wanted)?,
        Some(Cursor::Named(id)) => named(conn, Some(*id), wanted)?,
        Some(Cursor::Anonymous(_)) => Vec::new(),
    };
    if rows.len() < wanted {
        let begin = match after {
            Some(Cursor::Anonymous(id)) => Some(id),
            _ => None,
        };
        rows.extend(anonymous(conn, begin, wanted - rows.len())?);
    }
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| has_more).map(Row::cursor);
    let items = items(conn, rows, &departments, &versions)?;
    Ok((items, next))
}

/// What both kinds have in common, and which it is.
struct Row {
    key: Key,
    department_id: i64,
    channel: Option<String>,
    mode: String,
    base: String,
    version_id: i64,
    answers: String,
    points: Option<Hundredths>,
    month: String,
    excluded: bool,
}

enum Key {
    Named { id: i64, service_record_id: Option<i64>, employee_id: Option<i64>, responded_at: NaiveDateTime },
    Anonymous(Vec<u8>),
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = response)]
struct NamedRow {
    id: i64,
    service_record_id: Option<i64>,
    department_id: i64,
    employee_id: Option<i64>,
    channel: String,
    mode: String,
    base: String,
    questionnaire_version_id: i64,
    answers: String,
    points: Option<i32>,
    month: String,
    responded_at: NaiveDateTime,
    excluded: bool,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = anonymous_response)]
struct AnonymousRow {
    id: Vec<u8>,
    department_id: i64,
    channel: Option<String>,
    mode: String,
    base: String,
    questionnaire_version_id: i64,
    answers: String,
    points: Option<i32>,
    month: String,
    excluded: bool,
}

fn named(conn: &mut Connection, after: Option<i64>, limit: usize) -> Result<Vec<Row>> {
    let rows: Vec<NamedRow> = response::table
        .filter(response::id.gt(after.unwrap_or(i64::MIN)))
        .order(response::id)
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .select(NamedRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Row::from).collect())
}

fn anonymous(conn: &mut Connection, after: Option<Vec<u8>>, limit: usize) -> Result<Vec<Row>> {
    let rows: Vec<AnonymousRow> = anonymous_response::table
        // Every id is longer than the empty one, and so comes after it.
        .filter(anonymous_response::id.gt(after.unwrap_or_default()))
        .order(anonymous_response::id)
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .select(AnonymousRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Row::from).collect())
}

/// Code and number of every version.
fn versions(conn: &mut Connection) -> Result<HashMap<i64, (String, i32)>> {
    let rows: Vec<(i64, String, i32)> = questionnaire_version::table
        .inner_join(questionnaire::table)
        .select((questionnaire_version::id, questionnaire::code, questionnaire_version::version))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, code, version)| (id, (code, version))).collect())
}

fn items(
    conn: &mut Connection,
    rows: Vec<Row>,
    departments: &Departments,
    versions: &HashMap<i64, (String, i32)>,
) -> Result<Vec<Item>> {
    let people: Vec<i64> = rows.iter().filter_map(Row::employee_id).collect();
    let employees = employee::by_ids(conn, &people)?;
    let records: Vec<i64> = rows.iter().filter_map(Row::service_record_id).collect();
    let numbers: Vec<(i64, String)> = service_record::table
        .filter(service_record::id.eq_any(records))
        .select((service_record::id, service_record::external_id))
        .load(conn)?;
    let numbers: HashMap<i64, String> = numbers.into_iter().collect();
    let item = |row: Row| {
        let employee = row.employee_id().and_then(|id| Some(employees.get(&id)?.employee_no.clone()));
        let external_id = row.service_record_id().and_then(|id| numbers.get(&id).cloned());
        let (id, responded_at) = match row.key {
            Key::Named { id, responded_at, .. } => (id.to_string(), Some(utc(responded_at))),
            Key::Anonymous(id) => (hex::encode(id), None),
        };
        let (questionnaire, version) = versions.get(&row.version_id).cloned().unwrap_or_default();
        Ok(Item {
            id,
            period: row.month,
            department: departments.by_id(row.department_id).map(|d| d.code.clone()).unwrap_or_default(),
            channel: row.channel,
            mode: row.mode,
            base: row.base,
            questionnaire,
            version,
            answers: serde_json::from_str(&row.answers).map_err(|_| unreadable())?,
            points: row.points.map(from_hundredths),
            excluded: row.excluded,
            external_id,
            employee,
            responded_at,
        })
    };
    rows.into_iter().map(item).collect()
}

fn unreadable() -> Error {
    // What stands there is a customer's: it is not repeated.
    Error::Stored { table: "response", column: "answers", value: "…".to_owned() }
}

impl Row {
    fn cursor(&self) -> Cursor {
        match &self.key {
            Key::Named { id, .. } => Cursor::Named(*id),
            Key::Anonymous(id) => Cursor::Anonymous(id.clone()),
        }
    }

    fn employee_id(&self) -> Option<i64> {
        match self.key {
            Key::Named { employee_id, .. } => employee_id,
            Key::Anonymous(_) => None,
        }
    }

    fn service_record_id(&self) -> Option<i64> {
        match self.key {
            Key::Named { service_record_id, .. } => service_record_id,
            Key::Anonymous(_) => None,
        }
    }
}

impl From<NamedRow> for Row {
    fn from(row: NamedRow) -> Self {
        let NamedRow { id, service_record_id, employee_id, responded_at, .. } = row;
        Self {
            key: Key::Named { id, service_record_id, employee_id, responded_at },
            department_id: row.department_id,
            channel: Some(row.channel),
            mode: row.mode,
            base: row.base,
            version_id: row.questionnaire_version_id,
            answers: row.answers,
            points: row.points,
            month: row.month,
            excluded: row.excluded,
        }
    }
}

impl From<AnonymousRow> for Row {
    fn from(row: AnonymousRow) -> Self {
        Self {
            key: Key::Anonymous(row.id),
            department_id: row.department_id,
            channel: row.channel,
            mode: row.mode,
            base: row.base,
            version_id: row.questionnaire_version_id,
            answers: row.answers,
            points: row.points,
            month: row.month,
            excluded: row.excluded,
        }
    }
}
