//! What a new commitment follows: which one it ends, and whether it may begin when it says (A1-4.1, A1-4.2, B4-6).

use std::ops::RangeInclusive;

use chrono::NaiveDate;

use super::commitment::Commitment;
use super::notice::{self, Change, NoticeRefused, Waiver};
use super::period::{Grain, Period};

/// How a new commitment joins those there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Succession<'a> {
    /// It begins; these of the same scope end on the day before.
    Begins(Vec<&'a Commitment>),
    /// It stands there already, word for word.
    Unchanged(&'a Commitment),
}

/// Why a new commitment is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Too late for those who rely on the one before.
    #[error(transparent)]
    Notice(#[from] NoticeRefused),
    /// One of the same scope begins later, and would end this one unseen.
    #[error("another commitment of the same scope begins on {begins}; this one may not begin before it")]
    Later {
        /// Its first day.
        begins: NaiveDate,
    },
    /// Its last day lies before its first.
    #[error("the last day lies before the first")]
    Backwards,
    /// A period it would judge is published and not sealed: readers know its verdict already.
    #[error("{period} is published, and its verdict would change; it has to be reopened first")]
    Told {
        /// The first such period.
        period: Period,
    },
}

/// Why a commitment does not end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndRefused {
    /// As a new one is refused.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// It ends on that day already, or earlier.
    #[error("it ends on {last_day} already")]
    Ended {
        /// Its last day.
        last_day: NaiveDate,
    },
}

/// How `new`, announced on `announced`, joins `existing`.
///
/// What it is measured against is the promise that holds on its first day without it: the one of its own scope, or the
/// wider one that it is an exception from. An exception is a weakening too, or it would be the way round the notice.
///
/// # Errors
/// [`Refused`].
pub fn follow<'a>(
    existing: &'a [Commitment],
    new: &Commitment,
    announced: NaiveDate,
    waiver: Option<Waiver>,
) -> Result<Succession<'a>, Refused> {
    if new.valid_to.is_some_and(|last| last < new.valid_from) {
        return Err(Refused::Backwards);
    }
    let own: Vec<&Commitment> = existing.iter().filter(|one| has_same_scope(one, new) && is_ever_valid(one)).collect();
    if let Some(same) = own.iter().find(|one| says_the_same(one, new)) {
        return Ok(Succession::Unchanged(same));
    }
    if let Some(begins) = own.iter().map(|one| one.valid_from).filter(|begins| *begins > new.valid_from).max() {
        return Err(Refused::Later { begins });
    }
    let ended: Vec<&Commitment> = own.into_iter().filter(|one| one.is_valid_on(new.valid_from)).collect();
    match before(existing, new) {
        Some(before) => notice::check(before, Change::Replace(new), announced, waiver)?,
        None if new.valid_from < announced && waiver != Some(Waiver::Correction) => {
            return Err(NoticeRefused::Backdated { earliest: announced }.into());
        }
        None => {}
    }
    if let Some(last) = new.valid_to {
        let outlasts = |one: &&&Commitment| one.valid_to.is_none_or(|end| end > last);
        if let Some(before) = ended.iter().find(outlasts) {
            notice::check(before, Change::End(last), announced, waiver)?;
        }
    }
    Ok(Succession::Begins(ended))
}

/// Whether a commitment may end with `last_day`, as announced on `announced`.
///
/// Where a wider one goes on to bind the same figures, that one takes its place and only what is weaker in it needs
/// notice; otherwise the end itself does.
///
/// # Errors
/// [`EndRefused`]
pub fn end(
    existing: &[Commitment],
    ended: &Commitment,
    last_day: NaiveDate,
    announced: NaiveDate,
    waiver: Option<Waiver>,
) -> Result<(), EndRefused> {
    if last_day < ended.valid_from {
        return Err(Refused::Backwards.into());
    }
    if let Some(known) = ended.valid_to.filter(|known| *known <= last_day) {
        return Err(EndRefused::Ended { last_day: known });
    }
    let wider = after(existing, ended, last_day);
    let change = wider.as_ref().map_or(Change::End(last_day), Change::Replace);
    Ok(notice::check(ended, change, announced, waiver).map_err(Refused::from)?)
}

/// The wider promise that binds the same figures once this one has ended, from the day after; `None` if none does.
pub fn after(existing: &[Commitment], ended: &Commitment, last_day: NaiveDate) -> Option<Commitment> {
    let valid_from = last_day.succ_opt()?;
    let others: Vec<Commitment> = existing.iter().filter(|one| one.id != ended.id).cloned().collect();
    let wider = before(&others, &Commitment { valid_from, ..ended.clone() })?;
    Some(Commitment { valid_from, ..wider.clone() })
}

/// The one of the same scope that takes the place of `one` when it ends.
pub fn next<'a>(existing: &'a [Commitment], one: &Commitment) -> Option<&'a Commitment> {
    let begins = one.valid_to?.succ_opt()?;
    existing.iter().find(|other| has_same_scope(other, one) && is_ever_valid(other) && other.valid_from == begins)
}

/// The days whose promise is another once `new` is announced: its own, and those of what it takes the place of.
pub fn reach(new: &Commitment, ended: &[Commitment]) -> RangeInclusive<NaiveDate> {
    let last = |one: &Commitment| one.valid_to.unwrap_or(NaiveDate::MAX);
    new.valid_from..=ended.iter().map(last).fold(last(new), NaiveDate::max)
}

/// The days on which `ended` no longer binds once it ends with `last_day`.
pub fn reach_of_end(ended: &Commitment, last_day: NaiveDate) -> RangeInclusive<NaiveDate> {
    last_day.succ_opt().unwrap_or(last_day)..=ended.valid_to.unwrap_or(NaiveDate::MAX)
}

/// The periods that are over on a day and whose last day, which decides, is among `days`; at most so many of them, the
/// newest first.
pub fn judged_again(grain: Grain, days: &RangeInclusive<NaiveDate>, today: NaiveDate, most: usize) -> Vec<Period> {
    let current = Period::containing(today, grain);
    let over = current.last_n(most + 1).into_iter().rev().filter(|period| *period < current);
    over.filter(|period| days.contains(&period.end())).collect()
}

/// Refuses a change that reaches back into a period that is published and not sealed: its verdict would move under the
/// readers' eyes. A sealed one stands by itself and keeps its verdict whatever the register says.
///
/// # Errors
/// [`Refused::Told`]
pub fn keeps_told(grain: Grain, days: &RangeInclusive<NaiveDate>, published: &[Period]) -> Result<(), Refused> {
    let judged = published.iter().filter(|period| period.grain() == grain && days.contains(&period.end()));
    judged.min_by_key(|period| period.end()).map_or(Ok(()), |period| Err(Refused::Told { period: *period }))
}

/// The promise that would bind the same figures on the new one's first day, the narrowest first.
pub fn before<'a>(existing: &'a [Commitment], new: &Commitment) -> Option<&'a Commitment> {
    let covers = |wide: &Option<String>, narrow: &Option<String>| wide.is_none() || wide == narrow;
    let binding = existing.iter().filter(|one| {
        has_same_figure(one, new)
            && one.is_valid_on(new.valid_from)
            && covers(&one.department_code, &new.department_code)
            && covers(&one.client_code, &new.client_code)
    });
    binding.max_by_key(|one| (one.client_code.is_some(), one.department_code.is_some(), one.valid_from, one.id))
}

fn has_same_figure(a: &Commitment, b: &Commitment) -> bool {
    (a.metric, a.level, a.channel, a.grain) == (b.metric, b.level, b.channel, b.grain)
}

fn has_same_scope(a: &Commitment, b: &Commitment) -> bool {
    has_same_figure(a, b) && a.department_code == b.department_code && a.client_code == b.client_code
}

/// One that was replaced on its first day never was.
pub fn is_ever_valid(one: &Commitment) -> bool {
    one.is_valid_on(one.valid_from)
}

fn says_the_same(a: &Commitment, b: &Commitment) -> bool {
    Commitment { id: b.id, ..a.clone() } == *b
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::commitment;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// The organisation's monthly online rate of 90 % with 5 points of tolerance, from 2026-01-01, changed.
    fn promise(id: i64, change: impl Fn(&mut Commitment)) -> Commitment {
        let mut commitment = commitment::defaults(date("2026-01-01")).remove(0);
        commitment.id = id;
        change(&mut commitment);
        commitment
    }

    fn from(day: &str) -> impl Fn(&mut Commitment) {
        move |c| c.valid_from = date(day)
    }

    const TODAY: &str = "2026-10-01";

    #[track_caller]
    fn check(existing: &[Commitment], new: &Commitment, waiver: Option<Waiver>) -> Result<Vec<i64>, Refused> {
        match follow(existing, new, date(TODAY), waiver)? {
            Succession::Begins(ended) => Ok(ended.into_iter().map(|one| one.id).collect()),
            Succession::Unchanged(one) => Ok(vec![-one.id]),
        }
    }

    #[test]
    fn the_one_of_the_same_scope_ends() {
        let existing = [promise(1, |_| ()), promise(2, |c| c.channel = None)];
        let new = promise(0, |c| (c.valid_from, c.target) = (date("2026-11-01"), 9_500));
        assert_eq!(check(&existing, &new, None), Ok(vec![1]));
    }

    #[test]
    fn a_weaker_one_needs_notice_or_a_reason() {
        let existing = [promise(1, |_| ())];
        let new = promise(0, |c| (c.valid_from, c.target) = (date("2026-10-30"), 8_500));
        assert!(matches!(check(&existing, &new, None), Err(Refused::Notice(NoticeRefused::TooShort { .. }))));
        assert_eq!(check(&existing, &new, Some(Waiver::Law)), Ok(vec![1]));
    }

    #[test]
    fn an_exception_for_one_department_is_a_weakening_too() {
        let existing = [promise(1, |_| ())];
        let exception = |c: &mut Commitment| {
            (c.department_code, c.valid_from, c.target) = (Some("D1".into()), date("2026-10-02"), 8_000);
        };
        let new = promise(0, exception);
        assert!(matches!(check(&existing, &new, None), Err(Refused::Notice(NoticeRefused::TooShort { .. }))));
        assert_eq!(check(&existing, &new, Some(Waiver::Consent)), Ok(vec![]));
    }

    #[test]
    fn the_same_again_changes_nothing() {
        assert_eq!(check(&[promise(7, |_| ())], &promise(0, |_| ()), None), Ok(vec![-7]));
    }

    #[test]
    fn one_that_begins_later_stands_in_the_way() {
        let existing = [promise(1, |_| ()), promise(2, from("2027-01-01"))];
        let new = promise(0, |c| (c.valid_from, c.target) = (date("2026-12-01"), 9_500));
        assert_eq!(check(&existing, &new, None), Err(Refused::Later { begins: date("2027-01-01") }));
    }

    #[test]
    fn what_was_never_in_force_is_no_obstacle() {
        let never = promise(2, |c| (c.valid_from, c.valid_to) = (date("2027-01-01"), Some(date("2026-12-31"))));
        let new = promise(0, |c| (c.valid_from, c.target) = (date("2026-12-01"), 9_500));
        assert_eq!(check(&[promise(1, |_| ()), never], &new, None), Ok(vec![1]));
    }

    #[test]
    fn a_first_promise_may_not_begin_in_the_past() {
        let backdated = Refused::Notice(NoticeRefused::Backdated { earliest: date(TODAY) });
        assert_eq!(check(&[], &promise(0, from("2026-09-30")), None), Err(backdated));
        assert_eq!(check(&[], &promise(0, from("2026-09-30")), Some(Waiver::Correction)), Ok(vec![]));
        assert_eq!(check(&[], &promise(0, from(TODAY)), None), Ok(vec![]));
    }

    #[test]
    fn an_end_needs_notice_where_something_would_go_on() {
        let short = |c: &mut Commitment| {
            (c.valid_from, c.target, c.valid_to) = (date("2026-10-02"), 9_500, Some(date("2026-10-20")));
        };
        let ended = check(&[promise(1, |_| ())], &promise(0, short), None);
        assert!(matches!(ended, Err(Refused::Notice(NoticeRefused::TooShort { .. }))));
        let ending = promise(1, |c| c.valid_to = Some(date("2026-10-10")));
        assert_eq!(check(&[ending], &promise(0, short), None), Ok(vec![1]));
    }

    #[test]
    fn an_end_needs_notice_unless_something_stronger_goes_on() {
        let whole = promise(1, |_| ());
        let exception = |target| promise(2, |c| (c.department_code, c.target) = (Some("D1".into()), target));
        let end = |existing: &[Commitment], id: i64, day: &str| {
            let ended = existing.iter().find(|one| one.id == id).unwrap();
            end(existing, ended, date(day), date(TODAY), None)
        };
        let short = |found| matches!(found, Err(EndRefused::Refused(Refused::Notice(NoticeRefused::TooShort { .. }))));
        assert!(short(end(std::slice::from_ref(&whole), 1, "2026-10-15")));
        assert_eq!(end(std::slice::from_ref(&whole), 1, "2026-10-30"), Ok(()));
        assert_eq!(end(&[whole.clone(), exception(8_000)], 2, "2026-10-15"), Ok(()));
        assert!(short(end(&[whole.clone(), exception(9_500)], 2, "2026-10-15")));
        assert_eq!(end(&[whole], 1, "2025-12-31"), Err(Refused::Backwards.into()));
        let ending = promise(1, |c| c.valid_to = Some(date("2026-12-31")));
        assert_eq!(end(&[ending], 1, "2026-12-31"), Err(EndRefused::Ended { last_day: date("2026-12-31") }));
    }

    #[test]
    fn what_is_published_keeps_its_verdict() {
        let told = ["2026-09", "2026-08", "2026-Q3"].map(|period| period.parse().unwrap());
        let refused = |day: &str| keeps_told(Grain::Month, &(date(day)..=NaiveDate::MAX), &told);
        assert_eq!(refused("2026-10-01"), Ok(()));
        assert_eq!(refused("2026-09-30"), Err(Refused::Told { period: told[0] }));
        assert_eq!(refused("2026-01-01"), Err(Refused::Told { period: told[1] }));
    }

    #[test]
    fn what_is_over_is_judged_again_only_by_what_reaches_back() {
        let again = |day: &str| judged_again(Grain::Month, &(date(day)..=NaiveDate::MAX), date(TODAY), 12);
        assert_eq!(again("2026-10-01"), []);
        assert_eq!(again("2026-09-30"), ["2026-09".parse().unwrap()]);
        assert_eq!((again("2026-07-15").len(), again("2000-01-01").len()), (3, 12));
    }

    #[test]
    fn a_bounded_change_reaches_no_further_than_what_it_replaces() {
        let july = promise(0, |c| (c.valid_from, c.valid_to) = (date("2026-07-01"), Some(date("2026-07-31"))));
        let again = |ended: &[Commitment]| judged_again(Grain::Month, &reach(&july, ended), date(TODAY), 12);
        assert_eq!(again(&[]), ["2026-07".parse().unwrap()]);
        assert_eq!(again(&[promise(1, |_| ())]).len(), 3);
        let august = promise(1, |c| c.valid_to = Some(date("2026-08-31")));
        assert_eq!(judged_again(Grain::Month, &reach_of_end(&august, date("2026-06-30")), date(TODAY), 12).len(), 2);
    }

    #[test]
    fn what_follows_is_found() {
        let first = promise(1, |c| c.valid_to = Some(date("2026-10-31")));
        let all = [first.clone(), promise(2, |c| c.valid_from = date("2026-11-01")), promise(3, |c| c.channel = None)];
        assert_eq!(next(&all, &first).map(|one| one.id), Some(2));
        assert_eq!(next(&all, &all[1]), None);
    }

    #[test]
    fn the_last_day_is_not_before_the_first() {
        let new = promise(0, |c| (c.valid_from, c.valid_to) = (date("2026-11-01"), Some(date("2026-10-31"))));
        assert_eq!(check(&[], &new, None), Err(Refused::Backwards));
    }
}
