//! How far the judging of each period has come. A period without a row is open.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::schema::{period, tally};
use super::{Connection, Result, parse, utc};
use crate::domain::period::{Grain, Period, State};
use crate::domain::period_step::Step;

/// State and revision of every period that has moved on from open.
#[derive(Debug, Clone, Default)]
pub struct Progress(HashMap<Period, Course>);

/// How a period has moved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Course {
    /// How far it has come.
    pub state: State,
    /// The revision that is sealed, or is in work after a reopening; 0 until the first seal.
    pub revision: i32,
    /// When its evaluation was begun.
    pub evaluated_at: Option<DateTime<Utc>>,
    /// When its result was told; after a reopening, told again.
    pub published_at: Option<DateTime<Utc>>,
    /// When it was sealed.
    pub sealed_at: Option<DateTime<Utc>>,
    /// When its result was told first.
    pub told_at: Option<DateTime<Utc>>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = period)]
struct Row {
    id: String,
    state: String,
    revision: i32,
    evaluated_at: Option<NaiveDateTime>,
    published_at: Option<NaiveDateTime>,
    sealed_at: Option<NaiveDateTime>,
    told_at: Option<NaiveDateTime>,
}

impl Course {
    /// The revision whose seal its figures have; 0 = none.
    pub fn sealed_revision(&self) -> u32 {
        self.state.sealed_revision(self.revision)
    }
}

impl Progress {
    /// Loads them: a few rows a year.
    pub fn load(conn: &mut Connection) -> Result<Self> {
        let rows: Vec<Row> = period::table.select(Row::as_select()).load(conn)?;
        let read = |row: Row| Ok((parse("period", "id", &row.id)?, row.read()?));
        rows.into_iter().map(read).collect::<Result<_>>().map(Self)
    }

    /// Loads them for a transaction that adds to what counts in a period: until it ends, no period moves.
    pub fn hold(conn: &mut Connection) -> Result<Self> {
        if let Connection::Postgres(c) = conn {
            diesel::sql_query("LOCK TABLE period IN SHARE MODE").execute(c)?;
        }
        Self::load(conn)
    }

    /// Loads them for a transaction that moves a period: it waits for those who [`hold`](Self::hold) them.
    pub fn hold_to_move(conn: &mut Connection) -> Result<Self> {
        if let Connection::Postgres(c) = conn {
            diesel::sql_query("LOCK TABLE period IN EXCLUSIVE MODE").execute(c)?;
        }
        Self::load(conn)
    }

    /// Every period that has moved.
    pub fn all(&self) -> impl Iterator<Item = (Period, Course)> {
        self.0.iter().map(|(period, course)| (*period, *course))
    }

    /// How a period has moved.
    pub fn course(&self, period: Period) -> Course {
        self.0.get(&period).copied().unwrap_or_default()
    }

    /// The state of a period.
    pub fn state(&self, period: Period) -> State {
        self.course(period).state
    }

    /// The periods whose results have been told, newest first.
    pub fn told(&self) -> Vec<Period> {
        let mut told: Vec<_> = self.0.keys().copied().filter(|period| !self.state(*period).takes_responses()).collect();
        told.sort_by_key(|period| std::cmp::Reverse((period.end(), *period)));
        told
    }

    /// The sealed periods with their revisions.
    pub fn sealed(&self) -> impl Iterator<Item = (Period, i32)> {
        let sealed = self.0.iter().filter(|(_, course)| course.state == State::Sealed);
        sealed.map(|(period, course)| (*period, course.revision))
    }

    /// The newest sealed period of a grain.
    pub fn newest_sealed(&self, grain: Grain) -> Option<Period> {
        self.sealed()
            .map(|(period, _)| period)
            .filter(|period| period.grain() == grain)
            .max_by_key(|period| period.end())
    }

    /// 0 until the first seal.
    pub fn revision(&self, period: Period) -> i32 {
        self.course(period).revision
    }

    /// The shorter periods within one that have figures and are not told yet, oldest first.
    pub fn untold_within(&self, conn: &mut Connection, whole: Period) -> Result<Vec<Period>> {
        let mut shorter: Vec<Period> = Vec::new();
        for month in whole.months().filter(|month| *month != whole) {
            let quarter = Period::containing(month.start(), Grain::Quarter);
            shorter.push(month);
            if quarter != whole && !shorter.contains(&quarter) {
                shorter.push(quarter);
            }
        }
        shorter.retain(|period| self.state(*period).takes_responses());
        shorter.sort_by_key(|period| (period.end(), period.grain()));
        let names: Vec<String> = shorter.iter().map(ToString::to_string).collect();
        let whole = tally::table.filter(tally::employee_id.eq(0)).filter(tally::question.eq(""));
        let months: Vec<String> =
            whole.filter(tally::month.eq_any(&names)).select(tally::month).distinct().load(conn)?;
        let quarters: Vec<String> =
            whole.filter(tally::quarter.eq_any(&names)).select(tally::quarter).distinct().load(conn)?;
        shorter.retain(|period| months.contains(&period.to_string()) || quarters.contains(&period.to_string()));
        Ok(shorter)
    }

    /// The longer periods around one that are told, the shortest first.
    pub fn told_around(&self, inner: Period) -> Vec<Period> {
        let longer = Grain::ALL.into_iter().filter(|grain| *grain > inner.grain());
        let around = longer.map(|grain| Period::containing(inner.start(), grain));
        around.filter(|period| !self.state(*period).takes_responses()).collect()
    }
}

/// Writes a step of a period; returns how it stands then.
pub(super) fn set(
    conn: &mut Connection,
    which: Period,
    before: Course,
    (step, state): (Step, State),
    now: DateTime<Utc>,
) -> Result<Course> {
    let mut course = Course { state, ..before };
    match step {
        Step::Evaluate => course.evaluated_at = course.evaluated_at.or(Some(now)),
        Step::Publish => {
            course.published_at = Some(now);
            course.told_at = course.told_at.or(Some(now));
        }
        Step::Seal => {
            course.sealed_at = Some(now);
            course.revision = course.revision.max(1);
        }
        Step::Reopen => {
            course.revision += i32::from(before.state == State::Sealed);
            (course.published_at, course.sealed_at) = (None, None);
        }
    }
    let naive = |at: Option<DateTime<Utc>>| at.map(|at| at.naive_utc());
    let values = (
        period::state.eq(state.as_str()),
        period::revision.eq(course.revision),
        period::evaluated_at.eq(naive(course.evaluated_at)),
        period::published_at.eq(naive(course.published_at)),
        period::sealed_at.eq(naive(course.sealed_at)),
        period::told_at.eq(naive(course.told_at)),
    );
    let id = which.to_string();
    if diesel::update(period::table.find(&id)).set(values).execute(conn)? == 0 {
        diesel::insert_into(period::table).values((period::id.eq(&id), values)).execute(conn)?;
    }
    Ok(course)
}

impl Row {
    fn read(&self) -> Result<Course> {
        Ok(Course {
            state: parse("period", "state", &self.state)?,
            revision: self.revision,
            evaluated_at: self.evaluated_at.map(utc),
            published_at: self.published_at.map(utc),
            sealed_at: self.sealed_at.map(utc),
            told_at: self.told_at.map(utc),
        })
    }
}
