//! Reading tallies into a [`Scorebook`].

use diesel::prelude::*;

use super::schema::{department, sample, sample_stratum, service_tally, tally};
use super::{Connection, Error, Result, parse};
use crate::domain::period::{Grain, Period};
use crate::domain::response::Periods;
use crate::domain::scorebook::{Frame, Line, Scorebook, ServiceLine, Services};
use crate::domain::scorecard::{Reach, Sums};

/// What to read.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// These departments; `None` = all.
    pub departments: Option<&'a [i64]>,
    /// Figures of persons too, in this period alone. They have none of single questions.
    pub employees: Option<Period>,
    /// Figures of questions too.
    pub questions: bool,
    /// The first month.
    pub from: Period,
    /// The last month.
    pub to: Period,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = tally)]
struct TallyRow {
    department_id: i64,
    employee_id: i64,
    question: String,
    channel: String,
    base: String,
    mode: String,
    month: String,
    quarter: String,
    year: String,
    n: i64,
    satisfied: i64,
    scored: i64,
    points_sum: i64,
    points_sq_sum: i64,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = service_tally)]
struct ServiceRow {
    department_id: i64,
    employee_id: i64,
    channel: String,
    month: String,
    quarter: String,
    year: String,
    records: i64,
    invited: i64,
    responded: i64,
    resolved: i64,
    resolution_known: i64,
    timely: i64,
    timed: i64,
    complaints: i64,
}

/// Reads the tallies of some departments over some months, and the sealed figures that stand in their place.
pub fn load(conn: &mut Connection, wanted: &Wanted<'_>) -> Result<Scorebook> {
    let mut book = live(conn, wanted)?;
    for (period, score) in super::seal::in_months(conn, wanted)? {
        book.add_sealed(period, score);
    }
    Ok(book)
}

/// Reads the tallies of some departments over some months, as they are now, and how many answers the others
/// have. Late answers count in later months than their service's, so a quarter or year is read from its first month to
/// the last there is.
pub(super) fn live(conn: &mut Connection, wanted: &Wanted<'_>) -> Result<Scorebook> {
    let tree: Vec<(i64, Option<i64>)> = department::table.select((department::id, department::parent_id)).load(conn)?;
    let mut lines = of_departments(conn, wanted)?;
    if let Some(period) = wanted.employees {
        let all: Vec<i64> = tree.iter().map(|(id, _)| *id).collect();
        let months = months_to_read(conn, period, period)?;
        let of_persons = of_persons(conn, &all, months)?;
        lines.0.extend(of_persons.0);
        lines.1.extend(of_persons.1);
    }
    let mut book = Scorebook::of(tree);
    book.tell_complaints_since(complaints_since(conn)?);
    // Which figures of one department may be shown depends on those of the others.
    let is_wanted = |id: i64| wanted.departments.is_none_or(|wanted| wanted.contains(&id));
    for row in lines.0 {
        let (id, line) = (row.department_id, row.read()?);
        if is_wanted(id) { book.add(id, line) } else { book.add_beside(id, &line) }
    }
    for row in lines.1 {
        let (id, line) = (row.department_id, row.read()?);
        if is_wanted(id) { book.add_services(id, line) } else { book.add_services_beside(id, &line) }
    }
    for (id, line) in super::exclusion::lines(conn, wanted)? {
        if is_wanted(id) { book.leave_out(id, line) } else { book.leave_out_beside(id, &line) }
    }
    for (department_id, frame) in frames(conn, wanted)? {
        book.add_frame(department_id, frame);
    }
    Ok(book)
}

type Rows = (Vec<TallyRow>, Vec<ServiceRow>);

/// What all departments have, persons included.
fn of_departments(conn: &mut Connection, wanted: &Wanted<'_>) -> Result<Rows> {
    let (from, to) = (wanted.from.to_string(), wanted.to.to_string());
    let mut rows = tally::table
        .filter(tally::employee_id.eq(0))
        .filter(tally::client_id.eq(0))
        .filter(tally::month.between(&from, &to))
        .select(TallyRow::as_select())
        .into_boxed();
    if !wanted.questions {
        rows = rows.filter(tally::question.eq(""));
    }
    let services = service_tally::table
        .filter(service_tally::employee_id.eq(0))
        .filter(service_tally::client_id.eq(0))
        .filter(service_tally::month.between(&from, &to))
        .select(ServiceRow::as_select());
    Ok((rows.load(conn)?, services.load(conn)?))
}

/// What the persons in some departments have. There are many more of them than departments: found by month, not by
/// person, which are years of rows to pass over.
fn of_persons(conn: &mut Connection, departments: &[i64], (from, to): (Period, Period)) -> Result<Rows> {
    let (from, to) = (from.to_string(), to.to_string());
    let rows = tally::table
        .filter(tally::department_id.eq_any(departments))
        .filter(tally::month.between(&from, &to))
        .filter(tally::employee_id.ne(0))
        .filter(tally::client_id.eq(0))
        .filter(tally::question.eq(""))
        .select(TallyRow::as_select());
    let services = service_tally::table
        .filter(service_tally::department_id.eq_any(departments))
        .filter(service_tally::month.between(&from, &to))
        .filter(service_tally::employee_id.ne(0))
        .filter(service_tally::client_id.eq(0))
        .select(ServiceRow::as_select());
    Ok((rows.load(conn)?, services.load(conn)?))
}

/// What the samples of the quarters in these months were drawn from, by the draw in force.
fn frames(conn: &mut Connection, wanted: &Wanted<'_>) -> Result<Vec<(i64, Frame)>> {
    let quarter = |month: Period| Period::containing(month.start(), Grain::Quarter).to_string();
    let drawn: Vec<(String, i64)> = sample::table
        .filter(sample::period.between(quarter(wanted.from), quarter(wanted.to)))
        .order(sample::number)
        .select((sample::period, sample::id))
        .load(conn)?;
    // The last of each quarter.
    let in_force: std::collections::HashMap<String, i64> = drawn.into_iter().collect();
    if in_force.is_empty() {
        return Ok(Vec::new());
    }
    let mut rows = sample_stratum::table
        .inner_join(sample::table)
        .filter(sample::id.eq_any(in_force.into_values().collect::<Vec<_>>()))
        .select((
            sample_stratum::department_id,
            (sample::period, sample_stratum::channel, sample_stratum::eligible, sample_stratum::drawn),
        ))
        .into_boxed();
    if let Some(departments) = wanted.departments {
        rows = rows.filter(sample_stratum::department_id.eq_any(departments));
    }
    let rows: Vec<(i64, (String, String, i64, i64))> = rows.load(conn)?;
    let read = |(department_id, (period, channel, eligible, drawn)): (i64, (String, String, i64, i64))| {
        let frame = Frame {
            quarter: parse("sample", "period", &period)?,
            channel: parse("sample_stratum", "channel", &channel)?,
            eligible: count(eligible)?,
            drawn: count(drawn)?,
        };
        Ok((department_id, frame))
    };
    rows.into_iter().map(read).collect()
}

/// The months to read for some periods. The month of what comes late (an answer, a complaint) may be published while its
/// quarter or year is not: it
/// then counts in a later month and still in its own quarter, so those are read to the last month there is.
pub fn months_to_read(conn: &mut Connection, first: Period, last: Period) -> Result<(Period, Period)> {
    let from = first.months().next().unwrap_or(first);
    let to = last.months().last().unwrap_or(last);
    if first.grain() == Grain::Month {
        return Ok((from, to));
    }
    let newest = [months(conn)?, service_months(conn)?].into_iter().flatten().map(|(_, newest)| newest).max();
    Ok((from, newest.map_or(to, |newest| newest.max(to))))
}

/// The first and the last month in which a service or a complaint counts; `None` while there is none.
pub(super) fn service_months(conn: &mut Connection) -> Result<Option<(Period, Period)>> {
    use diesel::dsl::{max, min};
    let whole = service_tally::table.filter(service_tally::employee_id.eq(0)).filter(service_tally::client_id.eq(0));
    let (first, last): (Option<String>, Option<String>) =
        whole.select((min(service_tally::month), max(service_tally::month))).get_result(conn)?;
    let read = |text: Option<String>| text.map(|text| parse("service_tally", "month", &text)).transpose();
    Ok(read(first)?.zip(read(last)?))
}

/// The first and the last month with a tally; `None` while there is none.
pub fn months(conn: &mut Connection) -> Result<Option<(Period, Period)>> {
    use diesel::dsl::{max, min};
    let whole =
        tally::table.filter(tally::employee_id.eq(0)).filter(tally::client_id.eq(0)).filter(tally::question.eq(""));
    let (first, last): (Option<String>, Option<String>) =
        whole.select((min(tally::month), max(tally::month))).get_result(conn)?;
    let read = |text: Option<String>| text.map(|text| parse("tally", "month", &text)).transpose();
    Ok(read(first)?.zip(read(last)?))
}

/// The first month, quarter and year in which a complaint counts; none while none was handed in.
fn complaints_since(conn: &mut Connection) -> Result<Vec<Period>> {
    use diesel::dsl::min;
    let whole = service_tally::table.filter(service_tally::employee_id.eq(0)).filter(service_tally::client_id.eq(0));
    let (month, quarter, year): (Option<String>, Option<String>, Option<String>) = whole
        .filter(service_tally::complaints.gt(0))
        .select((min(service_tally::month), min(service_tally::quarter), min(service_tally::year)))
        .get_result(conn)?;
    let read = |text: String| parse("service_tally", "complaints", &text);
    [month, quarter, year].into_iter().flatten().map(read).collect()
}

fn periods(month: &str, quarter: &str, year: &str) -> Result<Periods> {
    Ok(Periods {
        month: parse("tally", "month", month)?,
        quarter: parse("tally", "quarter", quarter)?,
        year: parse("tally", "year", year)?,
    })
}

/// Empty = not said.
fn channel(word: &str) -> Result<Option<crate::domain::service_record::Channel>> {
    if word.is_empty() { Ok(None) } else { parse("tally", "channel", word).map(Some) }
}

/// 0 = all.
fn one(id: i64) -> Option<i64> {
    (id != 0).then_some(id)
}

fn count(value: i64) -> Result<u32> {
    u32::try_from(value).map_err(|_| Error::Stored {
        table: "service_tally",
        column: "counts",
        value: value.to_string(),
    })
}

impl TallyRow {
    fn read(self) -> Result<Line> {
        let sums =
            Sums::new(self.n, self.satisfied, self.scored, self.points_sum, self.points_sq_sum).map_err(|_| {
                Error::Stored { table: "tally", column: "sums", value: format!("{} of {}", self.satisfied, self.n) }
            })?;
        Ok(Line {
            employee_id: one(self.employee_id),
            channel: channel(&self.channel)?,
            base: parse("tally", "base", &self.base)?,
            mode: parse("tally", "mode", &self.mode)?,
            periods: periods(&self.month, &self.quarter, &self.year)?,
            question: self.question,
            sums,
        })
    }
}

impl ServiceRow {
    fn read(self) -> Result<ServiceLine> {
        Ok(ServiceLine {
            employee_id: one(self.employee_id),
            channel: channel(&self.channel)?,
            periods: periods(&self.month, &self.quarter, &self.year)?,
            services: Services {
                records: count(self.records)?,
                reach: Reach { invited: count(self.invited)?, responded: count(self.responded)? },
                resolved: (count(self.resolved)?, count(self.resolution_known)?),
                timely: (count(self.timely)?, count(self.timed)?),
                complaints: count(self.complaints)?,
            },
        })
    }
}
