//! Dated duties: what is owed by which working day, with its clause. A duty is on time, late or open (FEATURES G6).

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::{period, period::Period, work_calendar::WorkCalendar};

/// What is owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DutyKind {
    /// The period's evaluation is done.
    Evaluation,
    /// The result is told to departments and clients, in writing or electronically.
    Notice,
    /// The client or the department may object until then.
    Objection,
}

/// A duty with its dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Duty {
    /// What is owed.
    pub kind: DutyKind,
    /// The clause it comes from.
    pub clause: &'static str,
    /// The last day on which it is in time, all of it.
    pub due: NaiveDate,
    /// The working day to aim at: `due`, or the working day before it where `due` is a rest day.
    pub aim: NaiveDate,
    /// The notice of a year it reaches into is not loaded, so the dates may still move.
    pub provisional: bool,
}

/// How a duty stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Not done, and still in time.
    Open,
    /// Done by the last day.
    OnTime,
    /// Done after it, or not done and over.
    Late,
}

/// The terms of D-3.1(3) and D-4.1, each of which an organisation may set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// Working days after the period's end until the evaluation is done. Default 10.
    pub evaluation_workdays: u16,
    /// The day of the next month by whose end the result is told, 1–28. "Before the 15th" (15日前) is read as by the
    /// end of the 14th, the default; 15 is the other reading.
    pub told_by_day: u32,
    /// Working days after the result was received within which one may object. Default 10.
    pub objection_workdays: u16,
}

/// The two duties at a period's end, both shown and alarmed; the earlier binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndOfPeriod {
    /// Evaluation by the 10th working day.
    pub evaluation: Duty,
    /// Result told before the 15th.
    pub notice: Duty,
}

/// What is due after a period has ended (D-3.1(3)). The clause speaks of the month; our reading: a quarter and a year
/// have the same two terms after their last month.
pub fn end_of_period(period: Period, calendar: &WorkCalendar, terms: &Terms) -> EndOfPeriod {
    let end = period.end();
    let next_month = period.next().start();
    let told_by = next_month.with_day(terms.told_by_day.clamp(1, 28)).unwrap_or(next_month);
    let duty = |kind, due| Duty::new(kind, "D-3.1(3)", end, due, calendar);
    EndOfPeriod {
        evaluation: duty(DutyKind::Evaluation, calendar.add_workdays(end, terms.evaluation_workdays)),
        notice: duty(DutyKind::Notice, told_by),
    }
}

/// How long a low answer may wait until it is handled and replied to (C-3.3). Hours, not working hours: the clause
/// knows no rest days.
pub const LOW_ANSWER: TimeDelta = TimeDelta::hours(24);

/// Until when one may object to a result that was received on `received` (D-4.1); that day is not counted.
pub fn objection(received: NaiveDate, calendar: &WorkCalendar, terms: &Terms) -> Duty {
    let due = calendar.add_workdays(received, terms.objection_workdays);
    Duty::new(DutyKind::Objection, "D-4.1", received, due, calendar)
}

impl Default for Terms {
    fn default() -> Self {
        Self { evaluation_workdays: 10, told_by_day: 14, objection_workdays: 10 }
    }
}

impl Duty {
    fn new(kind: DutyKind, clause: &'static str, from: NaiveDate, due: NaiveDate, calendar: &WorkCalendar) -> Self {
        let provisional = calendar.is_provisional_in(from..=due);
        Self { kind, clause, due, aim: calendar.on_or_before(due), provisional }
    }

    /// How it stands on `today` if it was done on `done`.
    pub fn standing(&self, done: Option<NaiveDate>, today: NaiveDate) -> Standing {
        match done {
            Some(day) if day <= self.due => Standing::OnTime,
            None if today <= self.due => Standing::Open,
            _ => Standing::Late,
        }
    }

    /// The first instant at which it is late: the end of the last day in the organisation's zone.
    pub fn late_from(&self, zone: Tz) -> DateTime<Utc> {
        period::start_of_day(self.due.succ_opt().unwrap_or(self.due), zone)
    }
}

impl EndOfPeriod {
    /// The duty that binds: the one to be aimed at first; the evaluation if both are on one day.
    pub fn binding(&self) -> &Duty {
        if self.notice.aim < self.evaluation.aim { &self.notice } else { &self.evaluation }
    }

    /// Whether the result must be told before the term of its evaluation is over: a warning is due (FEATURES §5).
    pub fn collide(&self) -> bool {
        self.notice.aim < self.evaluation.aim
    }
}

impl DutyKind {
    /// `evaluation`, `notice` or `objection`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Evaluation => "evaluation",
            Self::Notice => "notice",
            Self::Objection => "objection",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn duties(period: &str) -> EndOfPeriod {
        end_of_period(period.parse().unwrap(), &WorkCalendar::shipped(), &Terms::default())
    }

    #[track_caller]
    fn end(period: &str, evaluation: &str, notice: &str, aim: &str, binding: DutyKind) {
        let found = duties(period);
        assert_eq!(found.evaluation.due, date(evaluation));
        assert_eq!((found.notice.due, found.notice.aim), (date(notice), date(aim)));
        assert_eq!(found.binding().kind, binding);
        assert_eq!(found.collide(), binding == DutyKind::Notice);
    }

    #[test]
    fn each_month_told_in_2026() {
        use DutyKind::{Evaluation, Notice};
        end("2025-12", "2026-01-15", "2026-01-14", "2026-01-14", Notice);
        end("2026-01", "2026-02-13", "2026-02-14", "2026-02-14", Evaluation);
        end("2026-02", "2026-03-13", "2026-03-14", "2026-03-13", Evaluation);
        end("2026-03", "2026-04-15", "2026-04-14", "2026-04-14", Notice);
        end("2026-04", "2026-05-18", "2026-05-14", "2026-05-14", Notice);
        end("2026-05", "2026-06-12", "2026-06-14", "2026-06-12", Evaluation);
        end("2026-06", "2026-07-14", "2026-07-14", "2026-07-14", Evaluation);
        end("2026-07", "2026-08-14", "2026-08-14", "2026-08-14", Evaluation);
        end("2026-08", "2026-09-14", "2026-09-14", "2026-09-14", Evaluation);
        end("2026-09", "2026-10-20", "2026-10-14", "2026-10-14", Notice);
        end("2026-10", "2026-11-13", "2026-11-14", "2026-11-13", Evaluation);
        end("2026-11", "2026-12-14", "2026-12-14", "2026-12-14", Evaluation);
    }

    #[test]
    fn by_the_other_reading_the_15th_comes_first_in_may_and_october() {
        let terms = Terms { told_by_day: 15, ..Terms::default() };
        let collides = |month: &Period| end_of_period(*month, &WorkCalendar::shipped(), &terms).collide();
        let year = Period::range("2025-12".parse().unwrap(), "2026-11".parse().unwrap());
        assert!(year.filter(collides).map(|p| p.to_string()).eq(["2026-04", "2026-09"]));
    }

    #[test]
    fn by_the_other_reading_a_15th_that_is_a_rest_day_is_aimed_at_before() {
        let terms = Terms { told_by_day: 15, ..Terms::default() };
        let aim = |month: &str| {
            end_of_period(month.parse().unwrap(), &WorkCalendar::shipped(), &terms).notice.aim.to_string()
        };
        assert_eq!(
            ["2026-01", "2026-02", "2026-07", "2026-10"].map(aim),
            ["2026-02-14", "2026-03-13", "2026-08-14", "2026-11-13"]
        );
    }

    #[test]
    fn a_quarter_is_due_after_its_last_month() {
        assert_eq!(duties("2026-Q3"), duties("2026-09"));
    }

    #[test]
    fn a_year_without_its_notice_gives_provisional_dates() {
        assert!(!duties("2026-11").evaluation.provisional);
        assert!(duties("2026-12").evaluation.provisional && duties("2026-12").notice.provisional);
    }

    #[test]
    fn objection_ends_after_ten_working_days() {
        let told = objection(date("2026-09-14"), &WorkCalendar::shipped(), &Terms::default());
        assert_eq!((told.due, told.clause), (date("2026-09-28"), "D-4.1")); // 20 September is worked, 25 to 27 rest
    }

    #[test]
    fn standing_is_open_on_time_or_late() {
        let duty = duties("2026-08").evaluation;
        let (last, after) = (date("2026-09-14"), date("2026-09-15"));
        assert_eq!([duty.standing(None, last), duty.standing(None, after)], [Standing::Open, Standing::Late]);
        let done = |day| duty.standing(Some(day), after);
        assert_eq!([done(last), done(after)], [Standing::OnTime, Standing::Late]);
    }

    #[test]
    fn it_is_late_when_the_day_has_ended_there() {
        let late = duties("2026-08").evaluation.late_from(Tz::Asia__Shanghai);
        assert_eq!(late.to_rfc3339(), "2026-09-14T16:00:00+00:00");
    }
}
