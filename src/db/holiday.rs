//! Holidays and make-up workdays that the organisation has added to the shipped calendar.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::schema::holiday;
use super::{Connection, Result};
use crate::domain::work_calendar::{SpecialDay, WorkCalendar, shipped_days};

/// A day that is not what its weekday says.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = holiday, treat_none_as_default_value = false)]
pub struct Holiday {
    /// The day.
    pub date: NaiveDate,
    /// `holiday` or `workday`.
    pub kind: String,
    /// What it is called.
    pub name: Option<String>,
}

/// All of them, by date.
pub fn all(conn: &mut Connection) -> Result<Vec<Holiday>> {
    Ok(holiday::table.order(holiday::date).load(conn)?)
}

/// The work calendar: the days shipped with the program, and those stored here, which win.
pub fn calendar(conn: &mut Connection) -> Result<WorkCalendar> {
    let own = all(conn)?.into_iter().map(|day| {
        let kind = super::parse("holiday", "kind", &day.kind)?;
        Ok(SpecialDay { date: day.date, kind, name: day.name.unwrap_or_default() })
    });
    let own: Vec<SpecialDay> = own.collect::<Result<_>>()?;
    Ok(WorkCalendar::new(shipped_days().chain(own)))
}

/// Stores a day; `false` if it stood there just so already.
pub fn put(conn: &mut Connection, new: &Holiday) -> Result<bool> {
    let there: Option<Holiday> = holiday::table.find(new.date).get_result(conn).optional()?;
    if there.as_ref() == Some(new) {
        return Ok(false);
    }
    diesel::delete(holiday::table.find(new.date)).execute(conn)?;
    diesel::insert_into(holiday::table).values(new).execute(conn)?;
    Ok(true)
}
