//! Changing a commitment: what makes it weaker needs 30 days' public notice or a reason (A1-4.1, A1-4.2, B4-6).

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::{
    commitment::{Commitment, Direction},
    period::{Grain, Period},
    points::Hundredths,
};

/// What a change does to a commitment.
#[derive(Debug, Clone, Copy)]
pub enum Change<'a> {
    /// Another takes its place on its `valid_from`.
    Replace(&'a Commitment),
    /// It ends; the date is its last day.
    End(NaiveDate),
}

/// Why a change may come without 30 days' notice (A1-4.2, B4-6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Waiver {
    /// Laws or industry rules changed; standards follow at once.
    Law,
    /// The client consented in writing.
    Consent,
    /// The commitment was recorded wrongly. The only reason that may reach back in time.
    Correction,
}

/// How a change makes a promise weaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weakening {
    /// The target is easier to meet; in hundredths.
    Target {
        /// Before the change.
        from: Hundredths,
        /// After it.
        to: Hundredths,
    },
    /// More counts as a minor breach; in hundredths.
    Tolerance {
        /// Before the change.
        from: Hundredths,
        /// After it.
        to: Hundredths,
    },
    /// The promise ends.
    Ended,
}

/// Why a change is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoticeRefused {
    /// It would begin before the day it was announced and move verdicts that were already readable.
    #[error("a change may not begin before it is announced; the earliest day is {earliest}")]
    Backdated {
        /// The first day allowed.
        earliest: NaiveDate,
    },
    /// It weakens the promise with less than 30 days' notice and names no reason (A1-4.1).
    #[error("a weaker commitment needs 30 days' notice: it may begin on {earliest}, or earlier with a reason")]
    TooShort {
        /// What becomes weaker.
        weakened: Vec<Weakening>,
        /// The first day allowed without a reason.
        earliest: NaiveDate,
    },
}

/// Days of public notice before a promise may become weaker (A1-4.1).
pub const NOTICE_DAYS: u64 = 30;

/// The first day on which a promise that is announced today may become weaker without a reason (A1-4.1).
pub fn earliest(announced: NaiveDate) -> NaiveDate {
    announced.checked_add_days(Days::new(NOTICE_DAYS)).unwrap_or(NaiveDate::MAX)
}

/// The first day of the first whole period that begins with its notice kept: what a form proposes.
pub fn proposal(announced: NaiveDate, grain: Grain) -> NaiveDate {
    let earliest = earliest(announced);
    let period = Period::containing(earliest, grain);
    if period.start() == earliest { earliest } else { period.next().start() }
}

/// Whether a change to `before` that is announced on `announced` may be made (A1-4.1, A1-4.2, B4-6).
///
/// A weaker target, a wider tolerance or an end needs 30 days between the announcement and the first day, or a reason.
/// A stronger promise may begin at once, but nothing may begin in the past except a correction.
pub fn check(
    before: &Commitment,
    change: Change<'_>,
    announced: NaiveDate,
    waiver: Option<Waiver>,
) -> Result<(), NoticeRefused> {
    if waiver == Some(Waiver::Correction) {
        return Ok(());
    }
    let begins = change.begins();
    if begins < announced {
        return Err(NoticeRefused::Backdated { earliest: announced });
    }
    let earliest = earliest(announced);
    let weakened = change.weakened(before);
    if waiver.is_none() && begins < earliest && !weakened.is_empty() {
        return Err(NoticeRefused::TooShort { weakened, earliest });
    }
    Ok(())
}

impl Waiver {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Law, Self::Consent, Self::Correction];

    /// `law`, `consent` or `correction`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Law => "law",
            Self::Consent => "consent",
            Self::Correction => "correction",
        }
    }
}

impl Change<'_> {
    /// The first day on which it shows.
    pub fn begins(&self) -> NaiveDate {
        match self {
            Self::Replace(after) => after.valid_from,
            Self::End(last_day) => last_day.succ_opt().unwrap_or(*last_day),
        }
    }

    /// In what it is weaker than `before`; empty if in nothing.
    pub fn weakened(&self, before: &Commitment) -> Vec<Weakening> {
        let Self::Replace(after) = self else { return vec![Weakening::Ended] };
        let easier = match before.metric.direction() {
            Direction::AtLeast => after.target < before.target,
            Direction::AtMost | Direction::Within => after.target > before.target,
        };
        let wider = after.tolerance > before.tolerance;
        let target = easier.then_some(Weakening::Target { from: before.target, to: after.target });
        let tolerance = wider.then_some(Weakening::Tolerance { from: before.tolerance, to: after.tolerance });
        target.into_iter().chain(tolerance).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::commitment::{self, Metric};

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// The first default, a rate of 90 % with a tolerance of 5 points, changed.
    fn promise(id: i64, change: impl Fn(&mut Commitment)) -> Commitment {
        let mut commitment = commitment::defaults(date("2026-01-01")).remove(0);
        commitment.id = id;
        change(&mut commitment);
        commitment
    }

    #[track_caller]
    fn notice(change: Change<'_>, announced: &str, waiver: Option<Waiver>, allowed: bool) {
        let before = promise(1, |_| ());
        assert_eq!(check(&before, change, date(announced), waiver).is_ok(), allowed);
    }

    #[test]
    fn a_lower_target_needs_thirty_days() {
        let lower = promise(2, |c| (c.valid_from, c.target) = (date("2026-10-01"), 8_999));
        notice(Change::Replace(&lower), "2026-09-01", None, true);
        notice(Change::Replace(&lower), "2026-09-02", None, false);
        notice(Change::Replace(&lower), "2026-09-02", Some(Waiver::Law), true);
    }

    #[test]
    fn the_refusal_says_what_and_from_when() {
        let weaker = promise(2, |c| (c.valid_from, c.target, c.tolerance) = (date("2026-10-01"), 8_000, 700));
        let refused = check(&promise(1, |_| ()), Change::Replace(&weaker), date("2026-09-15"), None);
        let weakened = vec![Weakening::Target { from: 9_000, to: 8_000 }, Weakening::Tolerance { from: 500, to: 700 }];
        assert_eq!(refused, Err(NoticeRefused::TooShort { weakened, earliest: date("2026-10-15") }));
    }

    #[test]
    fn a_higher_target_may_begin_at_once_but_not_yesterday() {
        let higher = promise(2, |c| (c.valid_from, c.target) = (date("2026-10-01"), 9_500));
        notice(Change::Replace(&higher), "2026-10-01", None, true);
        notice(Change::Replace(&higher), "2026-10-02", None, false);
        notice(Change::Replace(&higher), "2026-10-02", Some(Waiver::Consent), false);
        notice(Change::Replace(&higher), "2026-10-02", Some(Waiver::Correction), true);
    }

    #[test]
    fn a_whole_period_is_proposed() {
        let proposed = |day: &str, grain| proposal(date(day), grain).to_string();
        assert_eq!(proposed("2026-09-01", Grain::Month), "2026-10-01");
        assert_eq!(proposed("2026-09-02", Grain::Month), "2026-11-01");
        assert_eq!(proposed("2026-09-02", Grain::Year), "2027-01-01");
    }

    #[test]
    fn an_end_is_a_weakening() {
        notice(Change::End(date("2026-09-30")), "2026-09-01", None, true);
        notice(Change::End(date("2026-09-29")), "2026-09-01", None, false);
    }

    #[test]
    fn more_complaints_allowed_is_weaker() {
        let before = promise(1, |c| c.metric = Metric::ComplaintRate);
        let (fewer, more) = (promise(2, |c| c.target = 8_000), promise(3, |c| c.target = 9_500));
        assert_eq!(Change::Replace(&fewer).weakened(&before), []);
        assert_eq!(Change::Replace(&more).weakened(&before), [Weakening::Target { from: 9_000, to: 9_500 }]);
    }
}
