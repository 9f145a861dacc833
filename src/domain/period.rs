//! Periods of assessment: month, quarter, year (COMMITMENTS §4), in the organisation's time zone.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// How long a period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grain {
    /// A calendar month (C-3.4, D-3.1(4)).
    Month,
    /// A calendar quarter (B3-2.3.3, A2-2.3.3).
    Quarter,
    /// A calendar year (A1-1.4, A1-3.1).
    Year,
}

/// A month, quarter or year. Written `2026-09`, `2026-Q3`, `2026`.
///
/// Ordered by first day; of two that begin together the shorter comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Period {
    year: i32,
    /// The first month, 1–12; 1, 4, 7 or 10 of a quarter, 1 of a year.
    month: u32,
    grain: Grain,
}

/// How far the judging of a period has come; it only moves on, except by reopening (DESIGN decision 10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Running, or over and not yet looked at.
    #[default]
    Open,
    /// Over; exclusions and late entries are being settled.
    Evaluating,
    /// Told to departments and clients; objections may come.
    Published,
    /// Final: written canonically, hashed, never changed again.
    Sealed,
}

impl State {
    /// The revision whose seal the figures of a period have; 0 = none, also while `revision` is in work after a reopening.
    pub fn sealed_revision(self, revision: i32) -> u32 {
        if self == Self::Sealed { u32::try_from(revision).unwrap_or(0) } else { 0 }
    }
}

/// A text that is no period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a period: write 2026-09 (month), 2026-Q3 (quarter) or 2026 (year)")]
pub struct InvalidPeriod(pub String);

/// A word that is no grain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a period length: write month, quarter or year")]
pub struct InvalidGrain(pub String);

/// A word that is no state of a period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a state of a period: write open, evaluating, published or sealed")]
pub struct InvalidState(pub String);

/// The organisation's calendar day at an instant.
pub fn local_date(instant: DateTime<Utc>, zone: Tz) -> NaiveDate {
    instant.with_timezone(&zone).date_naive()
}

/// The first instant of a day in a zone. Where the clock jumps over midnight the day begins after the jump.
pub fn start_of_day(date: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let midnight = date.and_time(NaiveTime::MIN);
    // A zone has left out up to one whole day (Apia, 2011-12-30).
    let tries = (0..=2 * 24 * 4)
        .filter_map(|quarter_hours| midnight.checked_add_signed(TimeDelta::minutes(15 * quarter_hours)));
    tries
        .filter_map(|time| time.and_local_timezone(zone).earliest())
        .next()
        .map_or_else(|| midnight.and_utc(), |found| found.with_timezone(&Utc))
}

impl Grain {
    /// All of them, the shortest first.
    pub const ALL: [Self; 3] = [Self::Month, Self::Quarter, Self::Year];

    /// `month`, `quarter` or `year`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }

    /// Months in one period.
    pub const fn months(self) -> u32 {
        match self {
            Self::Month => 1,
            Self::Quarter => 3,
            Self::Year => 12,
        }
    }
}

impl Period {
    /// The period of this length that a day lies in.
    pub fn containing(date: NaiveDate, grain: Grain) -> Self {
        let month = date.month0() / grain.months() * grain.months() + 1;
        Self { year: date.year(), month, grain }
    }

    /// The period of this length that an instant lies in, in the organisation's zone.
    pub fn at(instant: DateTime<Utc>, zone: Tz, grain: Grain) -> Self {
        Self::containing(local_date(instant, zone), grain)
    }

    /// Every period as long as `from`, from `from` to the last that begins in or before `to`; oldest first.
    pub fn range(from: Self, to: Self) -> impl Iterator<Item = Self> + Clone {
        std::iter::successors(Some(from), |period| Some(period.next()))
            .take_while(move |period| period.start() <= to.end() && period.year <= MAX_YEAR)
    }

    /// The last `n` periods up to and including this one, oldest first.
    pub fn last_n(self, n: usize) -> Vec<Self> {
        let mut periods: Vec<_> = std::iter::successors(Some(self), |period| Some(period.prev())).take(n).collect();
        periods.reverse();
        periods
    }

    /// How long it is.
    pub const fn grain(self) -> Grain {
        self.grain
    }

    /// The calendar year.
    pub const fn year(self) -> i32 {
        self.year
    }

    /// Which month (1–12) or quarter (1–4) of its year; 1 for a year.
    pub const fn number(self) -> u32 {
        (self.month - 1) / self.grain.months() + 1
    }

    /// The first day.
    pub fn start(self) -> NaiveDate {
        first_of(self.year, self.month)
    }

    /// The last day.
    pub fn end(self) -> NaiveDate {
        let next = self.next();
        first_of(next.year, next.month).pred_opt().unwrap_or(NaiveDate::MIN)
    }

    /// The first instant, and the first instant after it, in the organisation's zone.
    pub fn bounds(self, zone: Tz) -> (DateTime<Utc>, DateTime<Utc>) {
        (start_of_day(self.start(), zone), start_of_day(self.next().start(), zone))
    }

    /// The one after it, of the same length.
    pub const fn next(self) -> Self {
        let month = self.month + self.grain.months();
        if month > 12 { Self { year: self.year + 1, month: 1, ..self } } else { Self { month, ..self } }
    }

    /// The one before it, of the same length.
    pub const fn prev(self) -> Self {
        if self.month == 1 {
            Self { year: self.year - 1, month: 13 - self.grain.months(), ..self }
        } else {
            Self { month: self.month - self.grain.months(), ..self }
        }
    }

    /// Whether a day lies in it.
    pub fn contains(self, date: NaiveDate) -> bool {
        Self::containing(date, self.grain) == self
    }

    /// The months it consists of, oldest first.
    pub fn months(self) -> impl Iterator<Item = Self> + Clone {
        (self.month..self.month + self.grain.months()).map(move |month| Self {
            year: self.year,
            month,
            grain: Grain::Month,
        })
    }

    /// The period a response counts in whose service was completed in this one: this one, or the first later one that
    /// is not yet published (CONTRACT §8.2).
    pub fn first_open(self, state: impl Fn(Self) -> State) -> Self {
        let later = std::iter::successors(Some(self), |period| Some(period.next()));
        later.take_while(|period| period.year <= MAX_YEAR).find(|&p| state(p).takes_responses()).unwrap_or(self)
    }
}

impl State {
    /// All of them, in the order they are passed.
    pub const ALL: [Self; 4] = [Self::Open, Self::Evaluating, Self::Published, Self::Sealed];

    /// `open`, `evaluating`, `published` or `sealed`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Evaluating => "evaluating",
            Self::Published => "published",
            Self::Sealed => "sealed",
        }
    }

    /// Whether a new response may still count in the period; later ones count in the next.
    pub const fn takes_responses(self) -> bool {
        matches!(self, Self::Open | Self::Evaluating)
    }

    /// The state after this one; `None` after sealed.
    pub const fn next(self) -> Option<Self> {
        match self {
            Self::Open => Some(Self::Evaluating),
            Self::Evaluating => Some(Self::Published),
            Self::Published => Some(Self::Sealed),
            Self::Sealed => None,
        }
    }
}

/// Years are written with four digits.
const MAX_YEAR: i32 = 9999;
const MIN_YEAR: i32 = 1900;

fn first_of(year: i32, month: u32) -> NaiveDate {
    // Only a date outside chrono's 262,000 years has no first day; it is then as far away as a date can be.
    NaiveDate::from_ymd_opt(year, month, 1).unwrap_or(NaiveDate::MAX)
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.grain {
            Grain::Month => write!(f, "{:04}-{:02}", self.year, self.month),
            Grain::Quarter => write!(f, "{:04}-Q{}", self.year, self.number()),
            Grain::Year => write!(f, "{:04}", self.year),
        }
    }
}

impl FromStr for Period {
    type Err = InvalidPeriod;

    fn from_str(text: &str) -> Result<Self, InvalidPeriod> {
        parse(text).ok_or_else(|| InvalidPeriod(text.to_owned()))
    }
}

fn parse(text: &str) -> Option<Period> {
    let digits = |part: &str, width| {
        let plain = part.len() == width && part.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| part.parse::<u32>().ok()).flatten()
    };
    let (year, rest) = text.split_once('-').map_or((text, None), |(year, rest)| (year, Some(rest)));
    let (month, grain) = match rest {
        None => (1, Grain::Year),
        Some(rest) => match rest.strip_prefix('Q') {
            Some(quarter) => (digits(quarter, 1).filter(|q| (1..=4).contains(q))? * 3 - 2, Grain::Quarter),
            None => (digits(rest, 2).filter(|month| (1..=12).contains(month))?, Grain::Month),
        },
    };
    let year = i32::try_from(digits(year, 4)?).ok()?;
    (MIN_YEAR..=MAX_YEAR).contains(&year).then_some(Period { year, month, grain })
}

impl TryFrom<String> for Period {
    type Error = InvalidPeriod;

    fn try_from(text: String) -> Result<Self, InvalidPeriod> {
        text.parse()
    }
}

impl From<Period> for String {
    fn from(period: Period) -> Self {
        period.to_string()
    }
}

impl fmt::Display for Grain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Grain {
    type Err = InvalidGrain;

    fn from_str(word: &str) -> Result<Self, InvalidGrain> {
        Self::ALL.into_iter().find(|grain| grain.as_str() == word).ok_or_else(|| InvalidGrain(word.to_owned()))
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for State {
    type Err = InvalidState;

    fn from_str(word: &str) -> Result<Self, InvalidState> {
        Self::ALL.into_iter().find(|state| state.as_str() == word).ok_or_else(|| InvalidState(word.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use chrono::Days;
    use proptest::prelude::*;

    use super::*;

    fn period(text: &str) -> Period {
        text.parse().unwrap()
    }

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn instant(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[track_caller]
    fn spans(text: &str, start: &str, end: &str) {
        assert_eq!((period(text).start(), period(text).end()), (date(start), date(end)));
        assert_eq!(period(text).to_string(), text);
    }

    #[test]
    fn each_grain_spans_its_days() {
        spans("2026-09", "2026-09-01", "2026-09-30");
        spans("2026-12", "2026-12-01", "2026-12-31");
        spans("2024-02", "2024-02-01", "2024-02-29");
        spans("2026-Q3", "2026-07-01", "2026-09-30");
        spans("2026-Q4", "2026-10-01", "2026-12-31");
        spans("2026", "2026-01-01", "2026-12-31");
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "26-09", "2026-9", "2026-13", "2026-00", "2026-Q0", "2026-Q5", "2026-q3", "2026-09-01"] {
            assert_eq!(text.parse::<Period>(), Err(InvalidPeriod(text.into())));
        }
        for text in ["+026", "2026 ", "0000", "２０２６", "2026-Q３", "2026-"] {
            assert!(text.parse::<Period>().is_err(), "{text}");
        }
    }

    #[test]
    fn neighbours_cross_the_year() {
        assert_eq!(period("2025-12").next(), period("2026-01"));
        assert_eq!(period("2026-Q1").prev(), period("2025-Q4"));
        assert_eq!(period("2026").prev(), period("2025"));
    }

    #[test]
    fn order_is_by_first_day() {
        assert!(period("2026-09") < period("2026-10"));
        assert!(period("2026-07") < period("2026-Q3"));
        assert!(period("2026-Q1") < period("2026"));
    }

    #[test]
    fn a_range_has_the_length_of_its_first() {
        let texts = |from, to| Period::range(period(from), period(to)).map(|p| p.to_string()).collect::<Vec<_>>();
        assert_eq!(texts("2025-11", "2026-01"), ["2025-11", "2025-12", "2026-01"]);
        assert_eq!(texts("2026-08", "2026-Q3"), ["2026-08", "2026-09"]);
        assert_eq!(texts("2026-02", "2026-01"), [""; 0]);
    }

    #[test]
    fn the_last_n_end_with_this_one() {
        assert_eq!(period("2026-Q1").last_n(2), [period("2025-Q4"), period("2026-Q1")]);
        assert_eq!(period("2026-01").last_n(0), []);
    }

    #[test]
    fn a_quarter_is_three_months() {
        assert!(period("2026-Q3").months().eq(["2026-07", "2026-08", "2026-09"].map(period)));
    }

    #[test]
    fn the_zone_decides_the_day() {
        let late = instant("2026-08-31T16:00:00Z");
        assert_eq!(Period::at(late, Tz::Asia__Shanghai, Grain::Month), period("2026-09"));
        assert_eq!(Period::at(late - TimeDelta::seconds(1), Tz::Asia__Shanghai, Grain::Month), period("2026-08"));
        assert_eq!(Period::at(late, Tz::UTC, Grain::Quarter), period("2026-Q3"));
    }

    #[test]
    fn bounds_are_local_midnights() {
        let (start, end) = period("2026-09").bounds(Tz::Asia__Shanghai);
        assert_eq!((start, end), (instant("2026-08-31T16:00:00Z"), instant("2026-09-30T16:00:00Z")));
    }

    #[test]
    fn a_day_may_begin_after_a_jump_or_be_left_out() {
        let beirut = start_of_day(date("2021-03-28"), Tz::Asia__Beirut);
        assert_eq!(beirut, instant("2021-03-27T22:00:00Z")); // 00:00 did not exist, 01:00 did
        let apia = start_of_day(date("2011-12-30"), Tz::Pacific__Apia);
        assert_eq!(apia, start_of_day(date("2011-12-31"), Tz::Pacific__Apia));
    }

    #[test]
    fn the_ends_of_time_do_not_panic() {
        for day in [NaiveDate::MIN, NaiveDate::MAX] {
            for grain in Grain::ALL {
                let period = Period::containing(day, grain);
                let _ = (period.bounds(Tz::Asia__Shanghai), period.end(), period.prev().bounds(Tz::UTC));
            }
        }
    }

    #[test]
    fn a_late_answer_counts_in_the_next_open_period() {
        let state = |p| if p <= period("2026-09") { State::Published } else { State::Open };
        assert_eq!(period("2026-07").first_open(state), period("2026-10"));
        assert_eq!(period("2026-11").first_open(state), period("2026-11"));
    }

    #[test]
    fn states_go_one_way() {
        assert_eq!(State::Open.next(), Some(State::Evaluating));
        assert_eq!(State::Sealed.next(), None);
        assert!(State::Evaluating.takes_responses() && !State::Published.takes_responses());
    }

    #[test]
    fn json_is_the_text() {
        assert_eq!(serde_json::to_string(&period("2026-Q3")).unwrap(), r#""2026-Q3""#);
        assert!(serde_json::from_str::<Period>(r#""2026-Q5""#).is_err());
    }

    fn any_date() -> impl Strategy<Value = NaiveDate> {
        (0..80_000_u64).prop_map(|days| date("1900-01-01") + Days::new(days))
    }

    proptest! {
        #[test]
        fn a_day_lies_in_the_period_that_contains_it(day in any_date(), grain in prop::sample::select(&Grain::ALL)) {
            let found = Period::containing(day, grain);
            prop_assert!(found.start() <= day && day <= found.end() && found.contains(day));
            prop_assert_eq!(found.end() + Days::new(1), found.next().start());
            prop_assert_eq!(found.next().prev(), found);
            prop_assert_eq!(found.to_string().parse(), Ok(found));
        }

        #[test]
        fn a_day_begins_at_its_first_instant(day in any_date(), zone in prop::sample::select(vec![
            Tz::Asia__Shanghai, Tz::America__New_York, Tz::Asia__Kolkata, Tz::Australia__Lord_Howe, Tz::America__Havana,
        ])) {
            let start = start_of_day(day, zone);
            prop_assert_eq!(local_date(start, zone), day);
            prop_assert!(local_date(start - TimeDelta::seconds(1), zone) < day);
        }

        #[test]
        fn no_text_panics(text in ".{0,12}") {
            let _ = text.parse::<Period>();
        }
    }
}
