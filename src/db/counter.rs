//! Counters: where customers may answer uninvited, by a code. None is ever deleted: what was answered there names it.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::prelude::*;
use serde_json::json;

use super::department::{Department, Departments};
use super::schema::{anonymous_response, counter, department, response, sent_page};
use super::{Connection, Error, Result, audit, parse};
use crate::crypto::random;
use crate::domain::counter::{Code, InvalidCounter, NewCounter, name};
use crate::domain::locale::Locale;
use crate::domain::period::Period;
use crate::domain::response::Attribution;
use crate::domain::service_record::Touchpoint;

/// The audit log's names.
const MADE: &str = "counter.add";
const ENDED: &str = "counter.end";

/// A counter as stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = counter)]
pub struct Counter {
    /// Its key.
    pub id: i64,
    /// A [`Code`].
    pub code: String,
    /// Key of the department.
    pub department_id: i64,
    /// A word of [`Touchpoint`].
    pub touchpoint: String,
    /// As customers know it, in Chinese.
    pub name_zh: String,
    /// As customers know it, in English.
    pub name_en: String,
    /// Address of who made it.
    pub created_by: String,
    /// When.
    pub created_at: NaiveDateTime,
    /// Since when no answers are taken there.
    pub ended_at: Option<NaiveDateTime>,
}

/// Why a counter was not made, or not ended.
#[derive(Debug, thiserror::Error)]
pub enum CounterError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] Error),
    /// What is wrong with the new one.
    #[error("the counter is not valid")]
    Invalid(Vec<InvalidCounter>),
    /// There is none of this code, or none in the departments that the user speaks for.
    #[error("there is no such counter")]
    Unknown,
}

/// Who makes or ends counters.
#[derive(Debug, Clone, Copy)]
pub struct By<'a> {
    /// Address of the user.
    pub email: &'a str,
    /// The departments the user speaks for; `None` = all.
    pub departments: Option<&'a [i64]>,
    /// Now.
    pub now: DateTime<Utc>,
}

impl Counter {
    /// The name in a language.
    pub fn name(&self, locale: Locale) -> &str {
        name(locale, &self.name_zh, &self.name_en)
    }

    /// The code.
    pub fn code(&self) -> Result<Code> {
        parse("counter", "code", &self.code)
    }

    /// Where the service is given.
    pub fn touchpoint(&self) -> Result<Touchpoint> {
        parse("counter", "touchpoint", &self.touchpoint)
    }

    /// Whom answers given there are about: the department, nobody in particular.
    pub fn attribution(&self) -> Result<Attribution> {
        let touchpoint = self.touchpoint()?;
        Ok(Attribution {
            department_id: self.department_id,
            employee_id: None,
            client_id: None,
            touchpoint: Some(touchpoint),
            channel: Some(touchpoint.channel()),
        })
    }
}

/// The counter of a code, whether it has ended or not.
pub fn by_code(conn: &mut Connection, code: &str) -> Result<Option<Counter>> {
    Ok(counter::table.filter(counter::code.eq(code)).select(Counter::as_select()).get_result(conn).optional()?)
}

/// The same with its department.
pub fn with_department(conn: &mut Connection, code: &str) -> Result<Option<(Counter, Department)>> {
    let Some(found) = by_code(conn, code)? else { return Ok(None) };
    let department = department::table.find(found.department_id).select(Department::as_select()).get_result(conn)?;
    Ok(Some((found, department)))
}

/// All counters of some departments (`None` = of all), those in use first, then in the order they were made.
pub fn list(conn: &mut Connection, departments: Option<&[i64]>) -> Result<Vec<Counter>> {
    let mut rows = counter::table
        .order((counter::ended_at.is_not_null(), counter::department_id, counter::id))
        .select(Counter::as_select())
        .into_boxed();
    if let Some(departments) = departments {
        rows = rows.filter(counter::department_id.eq_any(departments));
    }
    Ok(rows.load(conn)?)
}

/// How many answers given at each counter count in a month, excluded ones too. What waits for company is not among
/// them, nor what was released without its counter.
pub fn answers(conn: &mut Connection, month: Period) -> Result<HashMap<i64, i64>> {
    let month = month.to_string();
    let named: Vec<(Option<i64>, i64)> = response::table
        .filter(response::counter_id.is_not_null())
        .filter(response::month.eq(&month))
        .group_by(response::counter_id)
        .select((response::counter_id, diesel::dsl::count_star()))
        .load(conn)?;
    let anonymous: Vec<(Option<i64>, i64)> = anonymous_response::table
        .filter(anonymous_response::counter_id.is_not_null())
        .filter(anonymous_response::month.eq(&month))
        .group_by(anonymous_response::counter_id)
        .select((anonymous_response::counter_id, diesel::dsl::count_star()))
        .load(conn)?;
    let mut counts = HashMap::new();
    for (id, n) in named.into_iter().chain(anonymous) {
        if let Some(id) = id {
            *counts.entry(id).or_default() += n;
        }
    }
    Ok(counts)
}

/// Makes a counter with a code of its own.
///
/// # Errors
/// [`CounterError`]
pub fn add(conn: &mut Connection, new: NewCounter, by: By<'_>) -> std::result::Result<Code, CounterError> {
    let departments = Departments::load(conn)?;
    let found = departments.by_code(&new.department).map(|department| department.id);
    let department_id = found.filter(|id| by.departments.is_none_or(|own| own.contains(id)));
    let mut problems: Vec<_> = if department_id.is_none() { vec![InvalidCounter::Department] } else { Vec::new() };
    let checked = new.checked();
    let (Ok(new), Some(department_id)) = (&checked, department_id) else {
        problems.extend(checked.err().unwrap_or_default());
        return Err(CounterError::Invalid(problems));
    };
    let in_use = list(conn, Some(&[department_id]))?.into_iter().filter(|counter| counter.ended_at.is_none());
    if in_use.into_iter().any(|counter| counter.name_zh == new.name_zh || counter.name_en == new.name_en) {
        return Err(CounterError::Invalid(vec![InvalidCounter::Repeated]));
    }
    let touchpoint = new.touchpoint.map_or("", Touchpoint::as_str);
    let code = code();
    let row = (
        counter::code.eq(code.as_str()),
        counter::department_id.eq(department_id),
        counter::touchpoint.eq(touchpoint),
        counter::name_zh.eq(&new.name_zh),
        counter::name_en.eq(&new.name_en),
        counter::created_by.eq(by.email),
        counter::created_at.eq(by.now.naive_utc()),
    );
    diesel::insert_into(counter::table).values(row).execute(conn).map_err(Error::from)?;
    let detail = json!({ "department": new.department, "touchpoint": touchpoint, "name": new.name_zh });
    audit::append(conn, by.now, by.email, MADE, code.as_str(), &detail)?;
    Ok(code)
}

/// Ends a counter: its code is told to have ended from now on. Ending it again changes nothing.
///
/// # Errors
/// [`CounterError`]
pub fn end(conn: &mut Connection, code: &Code, by: By<'_>) -> std::result::Result<(), CounterError> {
    let found = by_code(conn, code.as_str())?.ok_or(CounterError::Unknown)?;
    if by.departments.is_some_and(|own| !own.contains(&found.department_id)) {
        return Err(CounterError::Unknown);
    }
    let ended = diesel::update(counter::table.find(found.id))
        .filter(counter::ended_at.is_null())
        .set(counter::ended_at.eq(Some(by.now.naive_utc())))
        .execute(conn)
        .map_err(Error::from)?;
    if ended > 0 {
        audit::append(conn, by.now, by.email, ENDED, code.as_str(), &json!({}))?;
    }
    Ok(())
}

/// Notes that pages were sent; returns of each whether it was not before. A page is good for one answer, whichever
/// instance takes it.
pub(super) fn spend(conn: &mut Connection, pages: &[(&[u8], NaiveDate)]) -> Result<Vec<bool>> {
    // In one order, so that two instances do not lock crosswise.
    let mut order: Vec<usize> = (0..pages.len()).collect();
    order.sort_by_key(|at| pages.get(*at).map(|page| page.0));
    let mut is_first = vec![false; pages.len()];
    for at in order {
        let (Some((hash, until)), Some(first)) = (pages.get(at), is_first.get_mut(at)) else { continue };
        let row = (sent_page::hash.eq(*hash), sent_page::until.eq(*until));
        let inserted =
            on_each!(conn, |c| diesel::insert_into(sent_page::table).values(row).on_conflict_do_nothing().execute(c))?;
        *first = inserted > 0;
    }
    Ok(is_first)
}

/// Forgets the pages that are too old to be sent; returns how many.
pub fn forget_pages(conn: &mut Connection, today: NaiveDate) -> Result<usize> {
    Ok(diesel::delete(sent_page::table.filter(sent_page::until.lt(today))).execute(conn)?)
}

fn code() -> Code {
    loop {
        // All but one in a million draws have enough letters.
        if let Some(code) = Code::from_random(&random::<32>()) {
            return code;
        }
    }
}
