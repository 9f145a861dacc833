//! How final a period's figures are, and from which day a review may rest on them: what a reader asks before using one.

use chrono::{Days, NaiveDate};

use super::duty::{Duty, EndOfPeriod};
use super::period::{Period, State};

/// How final the figures of a period are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finality {
    /// The period is not over.
    Running {
        /// Its last day.
        until: NaiveDate,
    },
    /// It is over, and its result has not been told.
    Unpublished {
        /// Somebody has begun to settle what is left out and entered late.
        evaluating: bool,
        /// The day the result is to be told by (D-3.1(3)).
        tell_by: NaiveDate,
        /// That day is over.
        overdue: bool,
    },
    /// Its result was told, and it is looked at again.
    Reopened {
        /// The day the result was told first.
        told: NaiveDate,
    },
    /// The result is told, and may be objected to (D-4.1).
    Contestable {
        /// The last day.
        until: NaiveDate,
        /// The day from which it can be sealed.
        seal_from: NaiveDate,
    },
    /// Nobody may object any more; nobody has sealed it.
    Sealable,
    /// It was sealed for a reason before the term to object was over, which still runs.
    SealedEarly {
        /// The last day.
        until: NaiveDate,
    },
    /// It does not change any more.
    Sealed,
}

impl Finality {
    /// Of a period on a day of the organisation; `told` is the day on which its result was told first, and `objection`
    /// the term to object while it is told.
    pub fn of(
        period: Period,
        state: State,
        end: &EndOfPeriod,
        (told, objection): (Option<NaiveDate>, Option<Duty>),
        today: NaiveDate,
    ) -> Self {
        let told_by = end.binding();
        match (state, objection) {
            (State::Sealed, Some(duty)) if today <= duty.due => Self::SealedEarly { until: duty.due },
            (State::Sealed, _) => Self::Sealed,
            (State::Published, Some(duty)) if today <= duty.due => {
                let seal_from = duty.due.checked_add_days(Days::new(1)).unwrap_or(duty.due);
                Self::Contestable { until: duty.due, seal_from }
            }
            (State::Published, _) => Self::Sealable,
            (State::Open, _) if today <= period.end() => Self::Running { until: period.end() },
            (State::Open | State::Evaluating, _) => told.map_or(
                Self::Unpublished {
                    evaluating: state == State::Evaluating,
                    tell_by: told_by.aim,
                    overdue: today > told_by.due,
                },
                |told| Self::Reopened { told },
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::duty::{Terms, end_of_period, objection};
    use crate::domain::work_calendar::WorkCalendar;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// Of October 2026, whose result was told on 13 November.
    fn october(state: State, today: &str) -> Finality {
        let (period, calendar, terms) = ("2026-10".parse().unwrap(), WorkCalendar::shipped(), Terms::default());
        let end = end_of_period(period, &calendar, &terms);
        let told = (state > State::Evaluating).then(|| date("2026-11-13"));
        let objection = told.map(|told| objection(told, &calendar, &terms));
        Finality::of(period, state, &end, (told, objection), date(today))
    }

    #[test]
    fn what_was_told_is_not_overdue_but_reopened() {
        let (period, told) = ("2026-10".parse().unwrap(), date("2026-11-13"));
        let end = end_of_period(period, &WorkCalendar::shipped(), &Terms::default());
        let found = Finality::of(period, State::Evaluating, &end, (Some(told), None), date("2026-11-23"));
        assert_eq!(found, Finality::Reopened { told });
    }

    #[test]
    fn a_seal_within_the_term_to_object_is_early_until_it_is_over() {
        let until = date("2026-11-27");
        assert_eq!(october(State::Sealed, "2026-11-22"), Finality::SealedEarly { until });
        assert_eq!(october(State::Sealed, "2026-11-27"), Finality::SealedEarly { until });
    }

    #[test]
    fn a_period_runs_through_its_last_day() {
        assert_eq!(october(State::Open, "2026-10-31"), Finality::Running { until: date("2026-10-31") });
        let over = Finality::Unpublished { evaluating: false, tell_by: date("2026-11-13"), overdue: false };
        assert_eq!(october(State::Open, "2026-11-01"), over);
    }

    #[test]
    fn a_result_not_told_in_time_is_overdue() {
        let overdue = |today| matches!(october(State::Evaluating, today), Finality::Unpublished { overdue: true, .. });
        assert_eq!(["2026-11-13", "2026-11-14", "2026-11-15"].map(overdue), [false, true, true]);
    }

    #[test]
    fn it_can_be_sealed_on_the_day_after_the_last_objection() {
        let (until, seal_from) = (date("2026-11-27"), date("2026-11-28"));
        assert_eq!(october(State::Published, "2026-11-27"), Finality::Contestable { until, seal_from });
        assert_eq!(october(State::Published, "2026-11-28"), Finality::Sealable);
        assert_eq!(october(State::Sealed, "2026-11-28"), Finality::Sealed);
    }
}
