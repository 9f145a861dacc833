//! One figure of one department over successive periods: the series behind a chart, `/api/v1/trend` and
//! `manyi chart`.

use chrono_tz::Tz;
use diesel::prelude::*;
use serde::Serialize;

use super::department::Departments;
use super::schema::service_tally;
use super::scorebook::{self, Wanted};
use super::scores::{RequestError, find, fits, months_to_read};
use super::{Connection, Error, commitment, parse, questionnaire};
use crate::domain::commitment::{Level, Metric};
use crate::domain::period::{Grain, Period};
use crate::domain::response::Base;
use crate::domain::scorebook::{Named, Slice};
use crate::domain::scorecard::Measure;
use crate::domain::service_record::Channel;
use crate::domain::trend::{Point, Reading, draw_limits, note_editions};
use crate::domain::verdict::Thresholds;

/// The most periods of one series: fifteen years of months, and as many as a chart has room for.
pub const MAX_PERIODS: usize = 180;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrendRequest {
    /// Code of the department; its descendants are included.
    pub department: String,
    /// What is measured.
    pub metric: Metric,
    /// The length of one period.
    pub grain: Grain,
    /// The first period, or a longer or shorter one that says where to begin; `None` = as far back as is usual.
    pub from: Option<Period>,
    /// The last one; `None` = the last with data.
    pub to: Option<Period>,
    /// `None` = all channels together.
    pub channel: Option<Channel>,
    /// The organisation's time zone: in which month a new version of a questionnaire began.
    pub zone: Tz,
}

/// The answer: the body of `/api/v1/trend` (CONTRACT §6).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trend {
    /// Code of the department.
    pub department: String,
    /// What is measured.
    pub metric: Metric,
    /// The length of one period.
    pub grain: Grain,
    /// `online`, `offline` or `all`.
    pub channel: &'static str,
    /// Every period from the first to the last, those without answers too.
    pub points: Vec<Point>,
    /// What the control limits say of the latest period; `None` where there are none.
    #[serde(skip)]
    pub reading: Option<Reading>,
}

/// The series asked for.
///
/// # Errors
/// [`RequestError`]: an unknown department, a span that ends before it begins or is too long, the gap of one channel.
pub fn trend(conn: &mut Connection, request: &TrendRequest, thresholds: &Thresholds) -> Result<Trend, RequestError> {
    fits(request.metric, request.channel)?;
    let departments = Departments::load(conn)?;
    let department = find(&departments, &request.department)?;
    let (points, reading) = match span(conn, request)? {
        None => (Vec::new(), None),
        Some((first, last)) => {
            let ids = departments.with_descendants(department.id);
            let (from, to) = months_to_read(conn, first, last)?;
            let wanted = Wanted { departments: Some(&ids), employees: false, questions: false, from, to };
            let book = scorebook::load(conn, &wanted)?;
            let commitments = commitment::all(conn)?;
            let named = Named { level: Level::Department, department: Some(&department.code), employee: None };
            let slice = |period| Slice {
                departments: &ids,
                employee: None,
                channel: request.channel,
                period,
                base: Base::Invited,
            };
            let periods: Vec<Period> = Period::range(first, last).collect();
            let scores = periods
                .iter()
                .map(|period| (*period, book.score(&slice(*period), &named, request.metric, &commitments, thresholds)));
            let mut points: Vec<Point> = scores.map(|(period, score)| Point::new(period, &score)).collect();
            let measures: Vec<Measure> =
                periods.iter().map(|period| book.measured(&slice(*period), &named, request.metric)).collect();
            let reading = draw_limits(&mut points, &measures, request.metric);
            if !rests_on_services(request.metric) {
                note_editions(&mut points, &questionnaire::editions(conn, request.channel)?, request.zone);
            }
            (points, reading)
        }
    };
    Ok(Trend {
        department: department.code.clone(),
        metric: request.metric,
        grain: request.grain,
        channel: request.channel.map_or("all", Channel::as_str),
        points,
        reading,
    })
}

/// The first and the last period; `None` while there are no answers and nobody said which.
fn span(conn: &mut Connection, request: &TrendRequest) -> Result<Option<(Period, Period)>, RequestError> {
    let grain = request.grain;
    let begin = request.from.map(|from| Period::containing(from.start(), grain));
    let end = request.to.map(|to| Period::containing(to.end(), grain));
    let known = if rests_on_services(request.metric) { service_months(conn)? } else { scorebook::months(conn)? };
    let known =
        known.map(|(first, last)| (Period::containing(first.start(), grain), Period::containing(last.start(), grain)));
    let Some(to) = end.or_else(|| known.map(|(_, last)| begin.map_or(last, |begin| begin.max(last)))).or(begin) else {
        return Ok(None);
    };
    let from = begin.unwrap_or_else(|| {
        let usual = to.last_n(usual_length(grain)).first().copied().unwrap_or(to);
        known.map_or(usual, |(first, _)| usual.max(first)).min(to)
    });
    if from > to {
        return Err(RequestError::Backwards { from, to });
    }
    let count = Period::range(from, to).count();
    if count > MAX_PERIODS {
        return Err(RequestError::TooManyPeriods { count, max: MAX_PERIODS });
    }
    Ok(Some((from, to)))
}

/// Whether a figure is made from service records, which may be there long before the first answer.
const fn rests_on_services(metric: Metric) -> bool {
    matches!(metric, Metric::ResponseRate | Metric::ResolutionRate | Metric::ResponseTime | Metric::ComplaintRate)
}

/// The first and the last month with a service record.
fn service_months(conn: &mut Connection) -> Result<Option<(Period, Period)>, Error> {
    use diesel::dsl::{max, min};
    let whole = service_tally::table.filter(service_tally::employee_id.eq(0)).filter(service_tally::client_id.eq(0));
    let (first, last): (Option<String>, Option<String>) =
        whole.select((min(service_tally::month), max(service_tally::month))).get_result(conn)?;
    let read = |text: Option<String>| text.map(|text| parse("service_tally", "month", &text)).transpose();
    Ok(read(first)?.zip(read(last)?))
}

/// A year and the two months before it, two years of quarters, a few years.
const fn usual_length(grain: Grain) -> usize {
    match grain {
        Grain::Month => 14,
        Grain::Quarter => 8,
        Grain::Year => 5,
    }
}
