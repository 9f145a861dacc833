//! What HR pulls of a period.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::department::Departments;
use super::period::{Course, Progress};
use super::pull::{Kind, Pulled};
use super::schema::sealed_score;
use super::seal::{self, Seal};
use super::{Connection, Result, parse, scores};
use crate::domain::appraisal::{Record, records};
use crate::domain::commitment::Level;
use crate::domain::figures::Ask;
use crate::domain::locale::Locale;
use crate::domain::period::{Period, State};
use crate::domain::scorecard::Score;
use crate::domain::service_record::Channel;
use crate::domain::verdict::Thresholds;

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

/// The records of a period, with the departments' names in a language.
pub fn appraisals(
    conn: &mut Connection,
    period: Period,
    locale: Locale,
    thresholds: &Thresholds,
    now: DateTime<Utc>,
) -> Result<Appraisals> {
    let course = Progress::load(conn)?.course(period);
    if course.state == State::Sealed
        && let Some(found) = of_seal(conn, (period, course.revision), locale, thresholds)?
    {
        return Ok(Appraisals { course, ..found });
    }
    let departments = Departments::load(conn)?;
    let names = departments.iter().map(|d| (d.code.clone(), d.name(locale).to_owned())).collect();
    let asks: Vec<Ask<'_>> = asks(period).collect();
    let figures = scores::live(conn, &departments, None, period, &asks, thresholds)?;
    let rows = rows(&figures, &names, thresholds);
    Ok(Appraisals { period, course, seal: None, computed_at: now, rows })
}

/// The records of one seal of a period, also of one that was followed by another; `None` if there is none.
pub fn of_seal(
    conn: &mut Connection,
    (period, revision): (Period, i32),
    locale: Locale,
    thresholds: &Thresholds,
) -> Result<Option<Appraisals>> {
    let mut seals = seal::all(conn)?.into_iter();
    let Some(seal) = seals.find(|seal| seal.period == period && seal.revision == revision) else { return Ok(None) };
    let places = seal::places(conn, period, revision)?.into_iter();
    let names = places.map(|place| (place.code.clone(), place.name(locale).to_owned())).collect();
    let mut figures: Vec<Score> = Vec::new();
    for ask in asks(period) {
        figures.extend(seal::scores(conn, revision, &ask)?);
    }
    let rows = rows(&figures, &names, thresholds);
    let course = Course { state: State::Sealed, revision, ..Progress::load(conn)?.course(period) };
    Ok(Some(Appraisals { period, course, computed_at: seal.sealed_at, seal: Some(seal), rows }))
}

/// All that [`records`] has to see.
fn asks(period: Period) -> impl Iterator<Item = Ask<'static>> {
    let channels = [None, Some(Channel::Online), Some(Channel::Offline)];
    let levels = [Level::Organisation, Level::Department, Level::Employee].into_iter();
    levels.flat_map(move |level| channels.map(|channel| Ask { period, level, channel, department: None }))
}

fn rows(figures: &[Score], names: &HashMap<String, String>, thresholds: &Thresholds) -> Vec<(Record, String)> {
    let named = |record: Record| {
        let name = record.department.as_ref().and_then(|code| names.get(code)).cloned().unwrap_or_default();
        (record, name)
    };
    records(figures, thresholds).into_iter().map(named).collect()
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

impl Appraisals {
    /// What is noted of a file made of it.
    pub fn pulled(&self, format: &str, bytes: &[u8]) -> Pulled {
        let of = (self.period, &self.course);
        Pulled::new(Kind::Appraisals, of, format, self.rows.len(), bytes).sealed(self.hash())
    }

    /// The seal's hash in hexadecimal.
    pub fn hash(&self) -> Option<String> {
        self.seal.as_ref().map(|seal| hex::encode(&seal.hash))
    }
}
