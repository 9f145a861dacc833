//! The scores of a period, as `manyi score` and `/api/v1/scores` give them: one question, one answer.

use diesel::prelude::*;
use serde::Serialize;

use super::department::{Department, Departments};
use super::period::Progress;
use super::schema::employee;
use super::scorebook::{self, Wanted};
use super::{Connection, Error, Result, commitment};
use crate::domain::commitment::{Commitment, Level, Metric};
use crate::domain::period::{Grain, Period, State};
use crate::domain::response::Base;
use crate::domain::scorebook::{Named, Scorebook, Slice};
use crate::domain::scorecard::Score;
use crate::domain::service_record::Channel;
use crate::domain::verdict::Thresholds;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Month, quarter or year.
    pub period: Period,
    /// Code of one department; `None` = all of them.
    pub department: Option<String>,
    /// `None` = all channels together.
    pub channel: Option<Channel>,
    /// Whose figures. A client's figures are not among these: they have a door of their own.
    pub level: Level,
}

/// The answer: the body of `/api/v1/scores` (CONTRACT §6).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scores {
    /// The period asked for.
    pub period: Period,
    /// How far its judging has come.
    pub state: State,
    /// 0 until the first seal.
    pub revision: i32,
    /// The organisation's, or by department code, or by department code and employee number.
    pub scores: Vec<Score>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] Error),
    /// No department has this code.
    #[error("no department has the code {code:?}")]
    UnknownDepartment {
        /// As asked for.
        code: String,
        /// The code that resembles it most, if one does.
        nearest: Option<String>,
    },
    /// One department's figures were asked for at the level of the organisation.
    #[error("the figures of the organisation are of no single department")]
    DepartmentOfOrganisation,
    /// The difference between the channels was asked for in one of them.
    #[error("the difference between the channels is of no single channel")]
    GapOfOneChannel,
    /// The last period lies before the first.
    #[error("{to} lies before {from}")]
    Backwards {
        /// The first.
        from: Period,
        /// The last.
        to: Period,
    },
    /// More periods than a chart or a page can show.
    #[error("{count} periods are too many; {max} can be shown")]
    TooManyPeriods {
        /// Periods asked for.
        count: usize,
        /// The most there may be.
        max: usize,
    },
}

/// The scores asked for.
///
/// # Errors
/// [`RequestError::UnknownDepartment`], [`RequestError::DepartmentOfOrganisation`], or the database's.
pub fn scores(
    conn: &mut Connection,
    request: &Request,
    thresholds: &Thresholds,
) -> std::result::Result<Scores, RequestError> {
    let departments = Departments::load(conn)?;
    let chosen = match &request.department {
        Some(_) if request.level == Level::Organisation => return Err(RequestError::DepartmentOfOrganisation),
        Some(code) => Some(find(&departments, code)?),
        None => None,
    };
    let progress = Progress::load(conn)?;
    let ids = chosen.map(|department| departments.with_descendants(department.id));
    let (from, to) = months_to_read(conn, request.period, request.period)?;
    let employees = request.level == Level::Employee;
    let book = scorebook::load(conn, &Wanted { departments: ids.as_deref(), employees, questions: false, from, to })?;
    let commitments = commitment::all(conn)?;
    let page = Page { request, book: &book, commitments: &commitments, thresholds };
    let scores = match request.level {
        Level::Organisation => page.organisation(&departments),
        Level::Department => page.departments(&departments, chosen),
        Level::Employee => page.employees(&departments, ids.as_deref(), &employee_numbers(conn)?),
        Level::Client => Vec::new(),
    };
    let state = progress.state(request.period);
    Ok(Scores { period: request.period, state, revision: progress.revision(request.period), scores })
}

/// The department with this code, or the error that names the most similar one.
pub fn find<'a>(departments: &'a Departments, code: &str) -> std::result::Result<&'a Department, RequestError> {
    departments
        .by_code(code)
        .ok_or_else(|| RequestError::UnknownDepartment { code: code.to_owned(), nearest: nearest(code, departments) })
}

/// The months to read for some periods. A late answer's month may be published while its quarter or year is not: it
/// then counts in a later month and still in its own quarter, so those are read to the last month there is.
pub(super) fn months_to_read(conn: &mut Connection, first: Period, last: Period) -> Result<(Period, Period)> {
    let from = first.months().next().unwrap_or(first);
    let to = last.months().last().unwrap_or(last);
    if first.grain() == Grain::Month {
        return Ok((from, to));
    }
    Ok((from, scorebook::months(conn)?.map_or(to, |(_, newest)| newest.max(to))))
}

/// Codes that differ by case or a slip; a name typed where the code belongs.
fn nearest(code: &str, departments: &Departments) -> Option<String> {
    let folded = code.to_lowercase();
    let likeness = |text: &str| strsim::jaro_winkler(&folded, &text.to_lowercase());
    let best = |d: &Department| {
        let names = [Some(&d.name_zh), d.name_en.as_ref()].into_iter().flatten();
        names.map(|name| likeness(name)).fold(likeness(&d.code), f64::max)
    };
    let similar = departments.iter().map(|department| (best(department), department));
    let found = similar.filter(|(score, _)| *score >= 0.7).max_by(|(a, _), (b, _)| a.total_cmp(b));
    found.map(|(_, department)| department.code.clone())
}

fn employee_numbers(conn: &mut Connection) -> Result<std::collections::HashMap<i64, String>> {
    let all: Vec<(i64, String)> = employee::table.select((employee::id, employee::employee_no)).load(conn)?;
    Ok(all.into_iter().collect())
}

/// What every figure of one answer is made with.
struct Page<'a> {
    request: &'a Request,
    book: &'a Scorebook,
    commitments: &'a [Commitment],
    thresholds: &'a Thresholds,
}

impl Page<'_> {
    fn slice<'s>(&self, departments: &'s [i64], employee: Option<i64>) -> Slice<'s> {
        Slice { departments, employee, channel: self.request.channel, period: self.request.period, base: Base::Invited }
    }

    fn organisation(&self, departments: &Departments) -> Vec<Score> {
        let all: Vec<i64> = departments.iter().map(|department| department.id).collect();
        let named = Named { level: Level::Organisation, department: None, employee: None };
        self.book.scores(&self.slice(&all, None), &named, self.commitments, self.thresholds)
    }

    fn departments(&self, departments: &Departments, chosen: Option<&Department>) -> Vec<Score> {
        let shown = departments.iter().filter(|department| chosen.is_none_or(|chosen| chosen.id == department.id));
        let scores = shown.flat_map(|department| {
            let ids = departments.with_descendants(department.id);
            let named = Named { level: Level::Department, department: Some(&department.code), employee: None };
            self.book.scores(&self.slice(&ids, None), &named, self.commitments, self.thresholds)
        });
        scores.collect()
    }

    /// Each employee in each department that they served in, also before they moved.
    fn employees(
        &self,
        departments: &Departments,
        chosen: Option<&[i64]>,
        numbers: &std::collections::HashMap<i64, String>,
    ) -> Vec<Score> {
        let mut scores = Vec::new();
        for department in departments.iter().filter(|d| chosen.is_none_or(|ids| ids.contains(&d.id))) {
            let own = [department.id];
            let mut staff: Vec<(&str, i64)> = self
                .book
                .employees(&self.slice(&own, None))
                .into_iter()
                .filter_map(|id| Some((numbers.get(&id)?.as_str(), id)))
                .collect();
            staff.sort_unstable();
            for (number, id) in staff {
                let named =
                    Named { level: Level::Employee, department: Some(&department.code), employee: Some(number) };
                scores.extend(self.book.scores(&self.slice(&own, Some(id)), &named, self.commitments, self.thresholds));
            }
        }
        scores
    }
}

/// Whether a metric is one of a single channel: the gap between them is not.
pub(super) fn fits(metric: Metric, channel: Option<Channel>) -> std::result::Result<(), RequestError> {
    if metric == Metric::ChannelGap && channel.is_some() { Err(RequestError::GapOfOneChannel) } else { Ok(()) }
}
