//! How a period moves on: open → evaluating → published → sealed, and back by reopening (DESIGN decision 10). Every rule
//! that refuses a step is here.

use chrono::NaiveDate;

use super::duty::Duty;
use super::period::{Period, State};

/// A step of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// The period is over; exclusions and late entries are settled from now on.
    Evaluate,
    /// The result is told to departments and clients (D-3.1(3)); they may object (D-4.1).
    Publish,
    /// The result is final.
    Seal,
    /// A told or sealed result is looked at again, which makes another revision.
    Reopen,
}

/// What is known of a period when it is to move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The period.
    pub period: Period,
    /// How far it has come.
    pub state: State,
    /// The organisation's day.
    pub today: NaiveDate,
    /// The term to object, once its result is told.
    pub objection: Option<Duty>,
    /// The shorter periods within it that have figures and are not told yet.
    pub untold: Vec<Period>,
    /// The longer periods around it that are told.
    pub told_around: Vec<Period>,
    /// Why a rule may be passed over, or why it is reopened.
    pub reason: Option<String>,
    /// Who told the result; `None` = whoever holds the machine, or not told.
    pub told_by: Option<String>,
    /// Who does it, and who confirms; reopening needs both.
    pub persons: (Option<String>, Option<String>),
}

/// Why a period does not move.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The step does not follow on the state.
    #[error("{step:?} does not follow on {state}")]
    OutOfOrder {
        /// The step.
        step: Step,
        /// Where the period stands.
        state: State,
    },
    /// It is not over.
    #[error("{period} ends on {end}")]
    NotOver {
        /// The period.
        period: Period,
        /// Its last day.
        end: NaiveDate,
    },
    /// Shorter periods within it are not told yet; only a reason helps.
    #[error("some periods within it are not published")]
    ShorterFirst(Vec<Period>),
    /// Longer periods around it stand on its figures.
    #[error("some periods around it are published")]
    LongerFirst(Vec<Period>),
    /// The term to object has not ended; only a reason helps.
    #[error("objections may come until {0}")]
    MayObject(NaiveDate),
    /// The term to object has not ended, and who told the result would be who ends it; another person may, with a reason.
    #[error("objections may come until {0}; who told the result may not seal it before")]
    SameHand(NaiveDate),
    /// Reopening needs a reason.
    #[error("reopening needs a reason")]
    NoReason,
    /// Reopening needs two persons.
    #[error("reopening needs two persons")]
    OnePerson,
}

impl Step {
    /// The word in commands, forms and the audit log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Evaluate => "evaluate",
            Self::Publish => "publish",
            Self::Seal => "seal",
            Self::Reopen => "reopen",
        }
    }

    /// The state it leads to, if it may be taken.
    ///
    /// Evaluating is begun after the last day, and may be begun again (what waits is settled then). A quarter or a year is told after the months and quarters that it is made
    /// of, and a result is sealed when nobody may object any more (D-4.1); a reason passes over either, but who told the result
    /// does not cut short the term to object to it. Reopening takes a reason and two persons, and begins with the longest period.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn check(self, facts: &Facts) -> Result<State, Refused> {
        let from: &[State] = match self {
            Self::Evaluate => &[State::Open, State::Evaluating],
            Self::Publish => &[State::Evaluating],
            Self::Seal => &[State::Published],
            Self::Reopen => &[State::Published, State::Sealed],
        };
        if !from.contains(&facts.state) {
            return Err(Refused::OutOfOrder { step: self, state: facts.state });
        }
        let has_reason = facts.reason.as_deref().is_some_and(|reason| !reason.trim().is_empty());
        match self {
            Self::Evaluate => facts.is_over().map(|()| State::Evaluating),
            Self::Publish if !has_reason && !facts.untold.is_empty() => {
                Err(Refused::ShorterFirst(facts.untold.clone()))
            }
            Self::Publish => Ok(State::Published),
            Self::Seal => match facts.objection {
                Some(duty) if facts.today <= duty.due && !has_reason => Err(Refused::MayObject(duty.due)),
                Some(duty) if facts.today <= duty.due && facts.is_same_hand() => Err(Refused::SameHand(duty.due)),
                _ => Ok(State::Sealed),
            },
            Self::Reopen if !has_reason => Err(Refused::NoReason),
            Self::Reopen if !facts.told_around.is_empty() => Err(Refused::LongerFirst(facts.told_around.clone())),
            Self::Reopen => facts.are_two().map(|()| State::Evaluating),
        }
    }
}

impl Facts {
    fn is_over(&self) -> Result<(), Refused> {
        let (period, end) = (self.period, self.period.end());
        if self.today > end { Ok(()) } else { Err(Refused::NotOver { period, end }) }
    }

    fn is_same_hand(&self) -> bool {
        let told_by = self.told_by.as_deref().map(|email| email.trim().to_lowercase());
        told_by.is_some() && told_by == self.persons.0.as_deref().map(|email| email.trim().to_lowercase())
    }

    fn are_two(&self) -> Result<(), Refused> {
        match &self.persons {
            (Some(one), Some(other)) if one.trim().to_lowercase() != other.trim().to_lowercase() => Ok(()),
            _ => Err(Refused::OnePerson),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::duty::{Terms, objection};
    use crate::domain::work_calendar::WorkCalendar;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn facts(state: State, today: &str) -> Facts {
        Facts {
            period: "2026-09".parse().unwrap(),
            state,
            today: date(today),
            objection: None,
            untold: Vec::new(),
            told_around: Vec::new(),
            reason: None,
            told_by: None,
            persons: (None, None),
        }
    }

    fn two(one: &str, other: &str) -> (Option<String>, Option<String>) {
        (Some(one.into()), Some(other.into()))
    }

    #[test]
    fn a_step_follows_on_its_states_only() {
        let all = [Step::Evaluate, Step::Publish, Step::Seal, Step::Reopen];
        for state in State::ALL {
            for step in all {
                let facts = Facts { reason: Some("a".into()), persons: two("a", "b"), ..facts(state, "2026-10-08") };
                let may = match step {
                    Step::Evaluate => state.takes_responses(),
                    Step::Publish => state == State::Evaluating,
                    Step::Seal => state == State::Published,
                    Step::Reopen => !state.takes_responses(),
                };
                assert_eq!(step.check(&facts).is_ok(), may, "{step:?} on {state}");
            }
        }
    }

    #[test]
    fn a_period_is_evaluated_from_the_day_after_its_last() {
        let end = date("2026-09-30");
        let early = Step::Evaluate.check(&facts(State::Open, "2026-09-30"));
        assert_eq!(early, Err(Refused::NotOver { period: "2026-09".parse().unwrap(), end }));
        assert_eq!(Step::Evaluate.check(&facts(State::Open, "2026-10-01")), Ok(State::Evaluating));
    }

    #[test]
    fn a_quarter_is_told_after_its_months_or_with_a_reason() {
        let untold: Vec<Period> = vec!["2026-08".parse().unwrap()];
        let mut quarter = Facts { untold: untold.clone(), ..facts(State::Evaluating, "2026-10-08") };
        assert_eq!(Step::Publish.check(&quarter), Err(Refused::ShorterFirst(untold)));
        quarter.reason = Some("months are not judged".into());
        assert_eq!(Step::Publish.check(&quarter), Ok(State::Published));
    }

    #[test]
    fn nothing_is_sealed_while_one_may_object() {
        let duty = objection(date("2026-10-14"), &WorkCalendar::shipped(), &Terms::default());
        assert_eq!(duty.due, date("2026-10-28"));
        let told = |today, reason: Option<&str>| {
            let objection = Some(duty);
            Step::Seal.check(&Facts { objection, reason: reason.map(Into::into), ..facts(State::Published, today) })
        };
        assert_eq!(told("2026-10-28", None), Err(Refused::MayObject(duty.due)));
        assert_eq!(told("2026-10-28", Some("  ")), Err(Refused::MayObject(duty.due)));
        assert_eq!(told("2026-10-28", Some("all have agreed")), Ok(State::Sealed));
        assert_eq!(told("2026-10-29", None), Ok(State::Sealed));
    }

    #[test]
    fn who_told_the_result_does_not_seal_it_early() {
        let duty = objection(date("2026-10-14"), &WorkCalendar::shipped(), &Terms::default());
        let seal = |by: &str, today| {
            let persons = (Some(by.to_owned()), None);
            let (told_by, reason) = (Some("a@x".to_owned()), Some("all have agreed".to_owned()));
            let told = facts(State::Published, today);
            Step::Seal.check(&Facts { objection: Some(duty), told_by, reason, persons, ..told })
        };
        assert_eq!(seal("A@x", "2026-10-28"), Err(Refused::SameHand(duty.due)));
        assert_eq!(seal("b@x", "2026-10-28"), Ok(State::Sealed));
        assert_eq!(seal("a@x", "2026-10-29"), Ok(State::Sealed));
    }

    #[test]
    fn reopening_takes_a_reason_and_two_persons() {
        let sealed = facts(State::Sealed, "2026-11-08");
        assert_eq!(Step::Reopen.check(&sealed), Err(Refused::NoReason));
        let reopen =
            |persons| Step::Reopen.check(&Facts { reason: Some("a wrong import".into()), persons, ..sealed.clone() });
        assert_eq!(reopen((Some("a@x".into()), None)), Err(Refused::OnePerson));
        assert_eq!(reopen(two("a@x", "A@x ")), Err(Refused::OnePerson));
        assert_eq!(reopen(two("a@x", "b@x")), Ok(State::Evaluating));
    }

    #[test]
    fn a_month_is_not_reopened_under_a_told_quarter() {
        let around: Vec<Period> = vec!["2026-Q3".parse().unwrap()];
        let month = Facts {
            told_around: around.clone(),
            reason: Some("a wrong import".into()),
            persons: two("a@x", "b@x"),
            ..facts(State::Sealed, "2026-11-08")
        };
        assert_eq!(Step::Reopen.check(&month), Err(Refused::LongerFirst(around)));
    }
}
