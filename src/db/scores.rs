//! The scores of a period, as `manyi score` and `/api/v1/scores` give them: one question, one answer.

use std::collections::HashMap;

use diesel::prelude::*;
use serde::Serialize;

use super::department::{Department, Departments};
use super::period::Progress;
use super::schema::employee;
use super::scorebook::{self, Wanted};
use super::{Connection, Error, Result, commitment, seal};
use crate::domain::commitment::{Level, Metric};
use crate::domain::figures::{Ask, Basis, Roll};
use crate::domain::period::{Period, State};
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

/// The scores asked for: of a sealed period as they were sealed, of another as they follow from what counts now.
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
    let course = Progress::load(conn)?.course(request.period);
    let ask = Ask {
        period: request.period,
        level: request.level,
        channel: request.channel,
        department: request.department.as_deref(),
    };
    let answer = |scores| Scores { period: request.period, state: course.state, revision: course.revision, scores };
    if course.state == State::Sealed {
        return Ok(answer(seal::scores(conn, course.revision, &ask)?));
    }
    let ids = chosen.map(|department| departments.with_descendants(department.id));
    Ok(answer(live(conn, &departments, ids.as_deref(), request.period, &[ask], thresholds)?))
}

/// The figures asked for as they follow from what counts now, from one reading of the period's tallies; of these
/// departments, `None` = all.
pub(super) fn live(
    conn: &mut Connection,
    departments: &Departments,
    ids: Option<&[i64]>,
    period: Period,
    asks: &[Ask<'_>],
    thresholds: &Thresholds,
) -> Result<Vec<Score>> {
    let (from, to) = scorebook::months_to_read(conn, period, period)?;
    let employees = asks.iter().any(|ask| ask.level == Level::Employee);
    let wanted = Wanted { departments: ids, employees: employees.then_some(period), questions: false, from, to };
    let book = scorebook::load(conn, &wanted)?;
    let commitments = commitment::all(conn)?;
    let numbers = if employees { employee_numbers(conn)? } else { HashMap::new() };
    let basis = Basis { book: &book, commitments: &commitments, thresholds };
    let roll = Roll::new(departments.units(), numbers);
    Ok(asks.iter().flat_map(|ask| roll.scores(ask, &basis)).collect())
}

/// The department with this code, or the error that names the most similar one.
pub fn find<'a>(departments: &'a Departments, code: &str) -> std::result::Result<&'a Department, RequestError> {
    departments
        .by_code(code)
        .ok_or_else(|| RequestError::UnknownDepartment { code: code.to_owned(), nearest: nearest(code, departments) })
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

fn employee_numbers(conn: &mut Connection) -> Result<HashMap<i64, String>> {
    let all: Vec<(i64, String)> = employee::table.select((employee::id, employee::employee_no)).load(conn)?;
    Ok(all.into_iter().collect())
}

/// Whether a metric is one of a single channel: the gap between them is not.
pub(super) fn fits(metric: Metric, channel: Option<Channel>) -> std::result::Result<(), RequestError> {
    if metric == Metric::ChannelGap && channel.is_some() { Err(RequestError::GapOfOneChannel) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;
    use crate::db::department::NewDepartment;
    use crate::db::employee::NewEmployee;
    use crate::db::trend::{Trend, TrendRequest, trend};
    use crate::db::{Pool, department, employee, tally};
    use crate::domain::period::Grain;
    use crate::domain::questionnaire::{Answers, Questionnaire};
    use crate::domain::response::{Attribution, Periods, Response};
    use crate::domain::tally::Tallies;

    /// An organisation: `a` with `b` below it, `c` beside them, and employee 7 who served in `b` and in `c`.
    struct Organisation {
        pool: Pool,
        _folder: tempfile::TempDir,
        departments: Vec<i64>,
        employee: i64,
    }

    impl Organisation {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let pool = Pool::open(&format!("sqlite:{}/m.db", folder.path().display())).unwrap();
            pool.run_now(|conn| conn.migrate().map(drop)).unwrap();
            let now = DateTime::UNIX_EPOCH;
            let add = |code: &str, parent_id| {
                let new = NewDepartment {
                    code: code.into(),
                    name_zh: format!("{code}部"),
                    name_en: None,
                    parent_id,
                    head_email: None,
                };
                pool.write_now(|conn| department::insert(conn, &new, now)).unwrap()
            };
            let a = add("a", None);
            let departments = vec![a, add("b", Some(a)), add("c", None)];
            let new =
                NewEmployee { employee_no: "7".into(), name: "王".into(), department_id: departments[1], email: None };
            let employee = pool.write_now(|conn| employee::insert(conn, &new, now)).unwrap();
            pool.write_now(|conn| commitment::seed(conn, now)).unwrap();
            Self { pool, _folder: folder, departments, employee }
        }

        /// `satisfied` fives and `others` ones to the department with this number, all by employee 7.
        fn rate(&self, department: usize, month: &str, satisfied: usize, others: usize) {
            let questionnaire: Questionnaire = serde_json::from_str(Questionnaire::ONLINE_JSON).unwrap();
            let instant: DateTime<Utc> = format!("{month}-15T00:00:00Z").parse().unwrap();
            let periods = Periods::at(instant, chrono_tz::UTC);
            let mut tallies = Tallies::default();
            for at in 0..satisfied + others {
                let value = if at < satisfied { "5" } else { "1" };
                let answers = Answers([("overall".to_owned(), value.to_owned())].into());
                let attribution = Attribution {
                    department_id: self.departments[department],
                    employee_id: Some(self.employee),
                    client_id: None,
                    touchpoint: None,
                    channel: Some(Channel::Online),
                };
                tallies.add_response(&Response::own(attribution, periods, 1, &questionnaire, answers));
            }
            self.pool.write_now(|conn| tally::add(conn, &tallies)).unwrap();
        }

        fn ask(
            &self,
            period: &str,
            department: Option<&str>,
            level: Level,
        ) -> std::result::Result<Scores, RequestError> {
            let period = period.parse().unwrap();
            let request = Request { period, department: department.map(str::to_owned), channel: None, level };
            self.pool.read_now(|conn| scores(conn, &request, &Thresholds::default()))
        }

        /// (department, employee, satisfied, n) of each satisfaction rate.
        fn rates(
            &self,
            period: &str,
            department: Option<&str>,
            level: Level,
        ) -> Vec<(String, String, Option<u32>, u32)> {
            let found = self.ask(period, department, level).unwrap().scores;
            let rates = found.into_iter().filter(|score| score.metric == Metric::SatisfactionRate);
            rates
                .map(|s| (s.department.unwrap_or_default(), s.employee.unwrap_or_default(), s.satisfied, s.n))
                .collect()
        }

        fn trend(
            &self,
            grain: Grain,
            from: Option<&str>,
            to: Option<&str>,
        ) -> std::result::Result<Trend, RequestError> {
            let request = TrendRequest {
                department: "a".into(),
                metric: Metric::SatisfactionRate,
                grain,
                from: from.map(|text| text.parse().unwrap()),
                to: to.map(|text| text.parse().unwrap()),
                channel: None,
                zone: chrono_tz::UTC,
            };
            self.pool.read_now(|conn| trend(conn, &request, &Thresholds::default()))
        }
    }

    fn row(department: &str, employee: &str, satisfied: Option<u32>, n: u32) -> (String, String, Option<u32>, u32) {
        (department.into(), employee.into(), satisfied, n)
    }

    #[test]
    fn a_parent_includes_its_descendants_and_the_organisation_all() {
        let organisation = Organisation::new();
        organisation.rate(0, "2026-09", 5, 1);
        organisation.rate(1, "2026-09", 6, 2);
        organisation.rate(2, "2026-09", 4, 4);
        assert_eq!(
            organisation.rates("2026-09", None, Level::Department),
            [row("a", "", Some(11), 14), row("b", "", Some(6), 8), row("c", "", Some(4), 8)]
        );
        assert_eq!(organisation.rates("2026-Q3", Some("a"), Level::Department), [row("a", "", Some(11), 14)]);
        assert_eq!(organisation.rates("2026", None, Level::Organisation), [row("", "", Some(15), 22)]);
    }

    #[test]
    fn an_employee_stands_in_each_department_served_in() {
        let organisation = Organisation::new();
        organisation.rate(1, "2026-09", 6, 0);
        organisation.rate(2, "2026-09", 3, 2);
        assert_eq!(
            organisation.rates("2026-09", None, Level::Employee),
            [row("b", "7", Some(6), 6), row("c", "7", Some(3), 5)]
        );
        assert_eq!(organisation.rates("2026-09", Some("a"), Level::Employee), [row("b", "7", Some(6), 6)]);
    }

    #[test]
    fn a_wrong_code_names_the_nearest() {
        let organisation = Organisation::new();
        let nearest = |code| match organisation.ask("2026", Some(code), Level::Department) {
            Err(RequestError::UnknownDepartment { nearest, .. }) => nearest,
            other => panic!("{other:?}"),
        };
        assert_eq!(nearest("B"), Some("b".into()));
        assert_eq!(nearest("c部"), Some("c".into()));
        assert_eq!(nearest("xyzzy"), None);
        let contradiction = organisation.ask("2026", Some("a"), Level::Organisation);
        assert!(matches!(contradiction, Err(RequestError::DepartmentOfOrganisation)));
    }

    #[test]
    fn a_trend_keeps_gaps_and_begins_with_the_first_data() {
        let organisation = Organisation::new();
        organisation.rate(1, "2026-03", 9, 1);
        organisation.rate(0, "2026-06", 4, 0);
        let points = organisation.trend(Grain::Month, None, None).unwrap().points;
        let shown: Vec<_> = points.iter().map(|p| (p.period.to_string(), p.n, p.value)).collect();
        let gap = |month: &str, n| (month.to_owned(), n, None);
        assert_eq!(
            shown,
            [("2026-03".into(), 10, Some(90.0)), gap("2026-04", 0), gap("2026-05", 0), gap("2026-06", 4)]
        );
        assert_eq!(points[1].target, Some(90.0));
        let quarters = organisation.trend(Grain::Quarter, Some("2026-02"), Some("2026")).unwrap().points;
        let shown: Vec<_> = quarters.iter().map(|p| (p.period.to_string(), p.n)).collect();
        assert_eq!(
            shown,
            [("2026-Q1".into(), 10), ("2026-Q2".into(), 4), ("2026-Q3".into(), 0), ("2026-Q4".into(), 0)]
        );
    }

    #[test]
    fn a_trend_of_nothing_is_empty_and_a_wrong_span_is_refused() {
        let organisation = Organisation::new();
        assert!(organisation.trend(Grain::Month, None, None).unwrap().points.is_empty());
        let backwards = organisation.trend(Grain::Month, Some("2026-09"), Some("2026-01"));
        assert!(matches!(backwards, Err(RequestError::Backwards { .. })));
        let endless = organisation.trend(Grain::Month, Some("1900"), Some("9999"));
        assert!(matches!(endless, Err(RequestError::TooManyPeriods { max: 180, .. })));
    }
}
