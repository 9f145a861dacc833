//! One figure of one department over successive periods: the series behind a chart, `/api/v1/trend` and
//! `manyi chart`.

use chrono_tz::Tz;
use serde::Serialize;

use super::department::Departments;
use super::scorebook::{self, Wanted};
use super::scores::{RequestError, find, fits};
use super::{Connection, commitment, questionnaire};
use crate::domain::commitment::{Commitment, Level, Metric};
use crate::domain::period::{Grain, Period};
use crate::domain::response::Base;
use crate::domain::scorebook::{Named, Scorebook, Slice};
use crate::domain::scorecard::Measure;
use crate::domain::service_record::Channel;
use crate::domain::trend::{Movement, Point, Reading, draw_limits, movement, note_editions};
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
    /// Whether it rose or fell of late; `None` where that cannot be tested.
    #[serde(skip)]
    pub movement: Option<Movement>,
}

/// The series asked for.
///
/// # Errors
/// [`RequestError`]: an unknown department, a span that ends before it begins or is too long, the gap of one channel.
pub fn trend(conn: &mut Connection, request: &TrendRequest, thresholds: &Thresholds) -> Result<Trend, RequestError> {
    fits(request.metric, request.channel)?;
    Ground::load(conn, request)?.trend(conn, request.metric, request.channel, thresholds)
}

/// Several series over the same periods, from one reading of the tallies: of each a metric and a channel, in place of
/// those of the request.
///
/// # Errors
/// As [`trend`].
pub fn trends(
    conn: &mut Connection,
    request: &TrendRequest,
    of: &[(Metric, Option<Channel>)],
    thresholds: &Thresholds,
) -> Result<Vec<Trend>, RequestError> {
    let ground = Ground::load(conn, request)?;
    of.iter().map(|(metric, channel)| ground.trend(conn, *metric, *channel, thresholds)).collect()
}

/// What series of a department are made from.
struct Ground {
    department: String,
    ids: Vec<i64>,
    grain: Grain,
    zone: Tz,
    periods: Vec<Period>,
    book: Scorebook,
    commitments: Vec<Commitment>,
}

impl Ground {
    fn load(conn: &mut Connection, request: &TrendRequest) -> Result<Self, RequestError> {
        let departments = Departments::load(conn)?;
        let department = find(&departments, &request.department)?;
        let ids = departments.with_descendants(department.id);
        let (periods, book) = match span(conn, request)? {
            None => (Vec::new(), Scorebook::of(Vec::new())),
            Some((first, last)) => {
                let (from, to) = scorebook::months_to_read(conn, first, last)?;
                let wanted = Wanted { departments: Some(&ids), employees: None, questions: false, from, to };
                (Period::range(first, last).collect(), scorebook::load(conn, &wanted)?)
            }
        };
        Ok(Self {
            department: department.code.clone(),
            ids,
            grain: request.grain,
            zone: request.zone,
            periods,
            book,
            commitments: commitment::all(conn)?,
        })
    }

    fn trend(
        &self,
        conn: &mut Connection,
        metric: Metric,
        channel: Option<Channel>,
        thresholds: &Thresholds,
    ) -> Result<Trend, RequestError> {
        fits(metric, channel)?;
        let named = Named { level: Level::Department, department: Some(&self.department), employee: None };
        let slice = |period| Slice { departments: &self.ids, employee: None, channel, period, base: Base::Invited };
        let point = |period: &Period| {
            Point::new(*period, &self.book.score(&slice(*period), &named, metric, &self.commitments, thresholds))
        };
        let mut points: Vec<Point> = self.periods.iter().map(point).collect();
        let measures: Vec<Measure> =
            self.periods.iter().map(|period| self.book.measured(&slice(*period), &named, metric)).collect();
        let reading = draw_limits(&mut points, &measures, metric);
        let movement = movement(&points, &measures);
        if !rests_on_services(metric) && !points.is_empty() {
            note_editions(&mut points, &questionnaire::editions(conn, channel)?, self.zone);
        }
        Ok(Trend {
            department: self.department.clone(),
            metric,
            grain: self.grain,
            channel: channel.map_or("all", Channel::as_str),
            points,
            reading,
            movement,
        })
    }
}

/// The first and the last period; `None` while there are no answers and nobody said which.
fn span(conn: &mut Connection, request: &TrendRequest) -> Result<Option<(Period, Period)>, RequestError> {
    let grain = request.grain;
    let begin = request.from.map(|from| Period::containing(from.start(), grain));
    let end = request.to.map(|to| Period::containing(to.end(), grain));
    let known =
        if rests_on_services(request.metric) { scorebook::service_months(conn)? } else { scorebook::months(conn)? };
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

/// A year and the two months before it, two years of quarters, a few years.
const fn usual_length(grain: Grain) -> usize {
    match grain {
        Grain::Month => 14,
        Grain::Quarter => 8,
        Grain::Year => 5,
    }
}
