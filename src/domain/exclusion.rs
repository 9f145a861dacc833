//! Leaving a response out of every figure: for one of a few reasons, by two persons, before its periods are published,
//! and never for good (FEATURES E6).

use super::period::{Period, State};
use super::response::Periods;

/// Why a response is left out. That it is bad is no reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The customer chose another word than was meant, and said so.
    Mistaken,
    /// It is about another service or another department.
    WrongService,
    /// The same customer answered twice about the same service.
    Duplicate,
    /// Staff answered for the customer, or told the customer what to answer.
    Influenced,
    /// It was made to harm and not about a service that took place.
    Malicious,
    /// It was made to try the system.
    Trial,
}

/// How far leaving a response out has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// One person asked for it; it counts still.
    Requested,
    /// A second one agreed; it does not count.
    Excluded,
    /// The second one did not agree; it counts.
    Refused,
    /// It counts again.
    Restored,
}

/// What is to be done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// Agree.
    Approve,
    /// Do not agree.
    Refuse,
    /// Let it count again.
    Restore,
}

/// Why a step is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nothing is asked for, or nothing is left out.
    #[error("this step does not follow from where it stands")]
    OutOfOrder,
    /// Whoever asked must not agree as well.
    #[error("whoever asked for it may not agree to it as well")]
    SamePerson,
    /// A period it counts in is published: its figures do not change any more.
    #[error("{0} is published, and its figures do not change any more")]
    Published(Period),
}

/// A word that is no reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown reason {0:?}: use mistaken, wrong_service, duplicate, influenced, malicious or trial")]
pub struct UnknownReason(pub String);

/// A word that is no stage.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown stage {0:?}")]
pub struct UnknownStage(pub String);

/// The stage after a step; who asked and who takes the step are addresses of users.
///
/// # Errors
/// [`Refusal::OutOfOrder`], [`Refusal::SamePerson`]
pub fn after(stage: Stage, step: Step, requested_by: &str, by: &str) -> Result<Stage, Refusal> {
    match (stage, step) {
        (Stage::Requested, Step::Approve) if requested_by == by => Err(Refusal::SamePerson),
        (Stage::Requested, Step::Approve) => Ok(Stage::Excluded),
        (Stage::Requested, Step::Refuse) => Ok(Stage::Refused),
        (Stage::Excluded, Step::Restore) => Ok(Stage::Restored),
        _ => Err(Refusal::OutOfOrder),
    }
}

/// Whether what counts in these periods may still change.
///
/// # Errors
/// [`Refusal::Published`] with the shortest period that is published or sealed.
pub fn may_change(periods: &Periods, state: impl Fn(Period) -> State) -> Result<(), Refusal> {
    let all = [periods.month, periods.quarter, periods.year];
    let told = all.into_iter().find(|period| !state(*period).takes_responses());
    told.map_or(Ok(()), |period| Err(Refusal::Published(period)))
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Mistaken, Self::WrongService, Self::Duplicate, Self::Influenced, Self::Malicious, Self::Trial];

    /// The word in commands and the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mistaken => "mistaken",
            Self::WrongService => "wrong_service",
            Self::Duplicate => "duplicate",
            Self::Influenced => "influenced",
            Self::Malicious => "malicious",
            Self::Trial => "trial",
        }
    }
}

impl Step {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Approve, Self::Refuse, Self::Restore];

    /// The word in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Refuse => "refuse",
            Self::Restore => "restore",
        }
    }
}

impl Stage {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Excluded => "excluded",
            Self::Refused => "refused",
            Self::Restored => "restored",
        }
    }
}

impl std::str::FromStr for Reason {
    type Err = UnknownReason;

    fn from_str(word: &str) -> Result<Self, UnknownReason> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word).ok_or_else(|| UnknownReason(word.to_owned()))
    }
}

impl std::str::FromStr for Stage {
    type Err = UnknownStage;

    fn from_str(word: &str) -> Result<Self, UnknownStage> {
        let all = [Self::Requested, Self::Excluded, Self::Refused, Self::Restored];
        all.into_iter().find(|stage| stage.as_str() == word).ok_or_else(|| UnknownStage(word.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_asked_does_not_agree_too() {
        assert_eq!(after(Stage::Requested, Step::Approve, "a@x", "a@x"), Err(Refusal::SamePerson));
        assert_eq!(after(Stage::Requested, Step::Approve, "a@x", "b@x"), Ok(Stage::Excluded));
        assert_eq!(after(Stage::Requested, Step::Refuse, "a@x", "a@x"), Ok(Stage::Refused));
    }

    #[test]
    fn only_what_is_left_out_is_restored() {
        assert_eq!(after(Stage::Excluded, Step::Restore, "a@x", "a@x"), Ok(Stage::Restored));
        for stage in [Stage::Requested, Stage::Refused, Stage::Restored] {
            assert_eq!(after(stage, Step::Restore, "a@x", "b@x"), Err(Refusal::OutOfOrder));
        }
        assert_eq!(after(Stage::Restored, Step::Approve, "a@x", "b@x"), Err(Refusal::OutOfOrder));
    }

    #[test]
    fn a_published_month_does_not_change() {
        let periods = Periods::at(chrono::DateTime::UNIX_EPOCH, chrono_tz::UTC);
        let month = periods.month;
        let state = |period| if period == month { State::Published } else { State::Open };
        assert_eq!(may_change(&periods, state), Err(Refusal::Published(month)));
        assert_eq!(may_change(&periods, |_| State::Evaluating), Ok(()));
    }
}
