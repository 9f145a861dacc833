//! The work calendar: which days are worked, with public holidays and make-up working days (调休), and the time rules
//! of 民法典 201 and 203: the first day is not counted, and an end on a rest day moves to the next working day.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    ops::RangeInclusive,
    str::FromStr,
    sync::LazyLock,
};

use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

/// What makes a day special.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    /// A rest day by notice.
    Holiday,
    /// A Saturday or Sunday that is worked (调休).
    Workday,
}

/// One day that differs from the plain week: a row of the file `holidays` (CONTRACT §4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpecialDay {
    /// The day.
    pub date: NaiveDate,
    /// Rest or work.
    pub kind: DayKind,
    /// The holiday it belongs to; may be empty.
    pub name: String,
}

/// Monday to Friday, changed by special days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkCalendar {
    days: BTreeMap<NaiveDate, (DayKind, String)>,
    years: BTreeSet<i32>,
}

/// A word that is no kind of day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a kind of day: write holiday or workday")]
pub struct InvalidDayKind(pub String);

/// The State Council's holidays and make-up working days of 2004 to 2026 that come with manyi, oldest first.
/// Source, licence and how they were checked: the head of `holidays.csv`.
pub fn shipped_days() -> impl Iterator<Item = SpecialDay> {
    // Read once: it is asked for with every few mails that go out.
    static SHIPPED: LazyLock<Vec<SpecialDay>> = LazyLock::new(|| {
        let day = |line: &str| {
            let mut fields = line.splitn(3, ',');
            // The comment and the header have no date.
            let date = fields.next()?.parse().ok()?;
            let kind = fields.next()?.parse().ok()?;
            Some(SpecialDay { date, kind, name: fields.next()?.to_owned() })
        };
        include_str!("holidays.csv").lines().filter_map(day).collect()
    });
    SHIPPED.iter().cloned()
}

impl WorkCalendar {
    /// A calendar with these special days; of two rows for one day the later holds.
    pub fn new(days: impl IntoIterator<Item = SpecialDay>) -> Self {
        let days: BTreeMap<_, _> = days.into_iter().map(|day| (day.date, (day.kind, day.name))).collect();
        let years = days.iter().filter(|(date, (kind, _))| *kind == DayKind::Holiday && in_national_week(**date));
        Self { years: years.map(|(date, _)| date.year()).collect(), days }
    }

    /// The calendar that comes with manyi: [`shipped_days`].
    pub fn shipped() -> Self {
        Self::new(shipped_days())
    }

    /// Whether the day is worked.
    pub fn is_workday(&self, date: NaiveDate) -> bool {
        match self.days.get(&date) {
            Some((kind, _)) => *kind == DayKind::Workday,
            None => !matches!(date.weekday(), Weekday::Sat | Weekday::Sun),
        }
    }

    /// What kind of special day it is and which holiday it belongs to.
    pub fn special(&self, date: NaiveDate) -> Option<(DayKind, &str)> {
        self.days.get(&date).map(|(kind, name)| (*kind, name.as_str()))
    }

    /// The `n`-th working day after `date`; `date` itself is not counted (民法典 201), nor are rest days.
    /// With `n` = 0 it is `date`, or the next working day if `date` is a rest day (民法典 203).
    pub fn add_workdays(&self, date: NaiveDate, n: u16) -> NaiveDate {
        if n == 0 { self.on_or_after(date) } else { (0..n).fold(date, |day, _| self.on_or_after(plus(day, 1))) }
    }

    /// The last day of a term of `n` calendar days: the first day is not counted, and an end on a rest day moves to the
    /// next working day (民法典 201, 203).
    pub fn add_days(&self, date: NaiveDate, n: u16) -> NaiveDate {
        self.on_or_after(plus(date, n))
    }

    /// The day itself if it is worked, else the next working day.
    pub fn on_or_after(&self, date: NaiveDate) -> NaiveDate {
        self.first_workday(date, NaiveDate::succ_opt)
    }

    /// The day itself if it is worked, else the working day before it.
    pub fn on_or_before(&self, date: NaiveDate) -> NaiveDate {
        self.first_workday(date, NaiveDate::pred_opt)
    }

    /// How many working days lie after `from`, up to and including `to`; 0 if `to` is not after `from`.
    pub fn workdays_between(&self, from: NaiveDate, to: NaiveDate) -> usize {
        from.iter_days().skip(1).take_while(|day| *day <= to).filter(|day| self.is_workday(*day)).count()
    }

    /// Whether the year's notice is missing, so that every date computed from it may still move (FEATURES H2).
    ///
    /// A year counts as loaded when it has a holiday in the week of 1 October, the last one in every notice.
    pub fn is_provisional(&self, year: i32) -> bool {
        !self.years.contains(&year)
    }

    /// Whether any of these days lies in a year whose notice is missing.
    pub fn is_provisional_in(&self, days: RangeInclusive<NaiveDate>) -> bool {
        (days.start().year()..=days.end().year()).any(|year| self.is_provisional(year))
    }

    /// The last year whose notice is loaded.
    pub fn last_loaded_year(&self) -> Option<i32> {
        self.years.last().copied()
    }

    fn first_workday(&self, date: NaiveDate, step: impl Fn(&NaiveDate) -> Option<NaiveDate>) -> NaiveDate {
        std::iter::successors(Some(date), step).find(|day| self.is_workday(*day)).unwrap_or(date)
    }
}

/// Held at the last day there is.
fn plus(date: NaiveDate, days: u16) -> NaiveDate {
    date.checked_add_days(Days::new(days.into())).unwrap_or(NaiveDate::MAX)
}

fn in_national_week(date: NaiveDate) -> bool {
    date.month() == 10 && date.day() <= 7
}

impl DayKind {
    /// `holiday` or `workday`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Holiday => "holiday",
            Self::Workday => "workday",
        }
    }
}

impl fmt::Display for DayKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for DayKind {
    type Err = InvalidDayKind;

    fn from_str(word: &str) -> Result<Self, InvalidDayKind> {
        match word {
            "holiday" => Ok(Self::Holiday),
            "workday" => Ok(Self::Workday),
            _ => Err(InvalidDayKind(word.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn special(text: &str, kind: DayKind) -> SpecialDay {
        SpecialDay { date: date(text), kind, name: String::new() }
    }

    #[track_caller]
    fn after(start: &str, n: u16, expected: &str) {
        assert_eq!(WorkCalendar::shipped().add_workdays(date(start), n), date(expected));
    }

    #[test]
    fn every_shipped_row_is_read() {
        let rows = include_str!("holidays.csv").lines().filter(|line| !line.starts_with('#')).count() - 1;
        let (holidays, workdays): (Vec<_>, Vec<_>) = shipped_days().partition(|day| day.kind == DayKind::Holiday);
        assert_eq!((rows, holidays.len(), workdays.len()), (769, 619, 150));
    }

    #[test]
    fn shipped_days_are_in_order_and_make_up_days_are_weekends() {
        let days: Vec<_> = shipped_days().collect();
        assert!(days.is_sorted_by(|a, b| a.date < b.date));
        let weekend = |day: &SpecialDay| matches!(day.date.weekday(), Weekday::Sat | Weekday::Sun);
        assert!(days.iter().filter(|day| day.kind == DayKind::Workday).all(weekend));
    }

    #[test]
    fn make_up_days_of_2026() {
        let days: Vec<_> = shipped_days().filter(|d| d.date.year() == 2026 && d.kind == DayKind::Workday).collect();
        let expected = ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"];
        assert!(days.iter().map(|day| day.date).eq(expected.map(date)));
    }

    #[test]
    fn five_working_days_across_the_spring_festival() {
        after("2026-02-12", 5, "2026-02-26");
        assert_eq!(WorkCalendar::default().add_workdays(date("2026-02-12"), 5), date("2026-02-19"));
    }

    #[test]
    fn ten_working_days_after_each_month_of_2026() {
        // The month before ended on its last day; FEATURES §5.
        after("2025-12-31", 10, "2026-01-15");
        after("2026-01-31", 10, "2026-02-13");
        after("2026-02-28", 10, "2026-03-13");
        after("2026-03-31", 10, "2026-04-15");
        after("2026-04-30", 10, "2026-05-18");
        after("2026-05-31", 10, "2026-06-12");
        after("2026-06-30", 10, "2026-07-14");
        after("2026-07-31", 10, "2026-08-14");
        after("2026-08-31", 10, "2026-09-14");
        after("2026-09-30", 10, "2026-10-20");
        after("2026-10-31", 10, "2026-11-13");
        after("2026-11-30", 10, "2026-12-14");
    }

    #[test]
    fn without_make_up_days_three_months_of_2026_would_be_wrong() {
        let holidays = WorkCalendar::new(shipped_days().filter(|day| day.kind == DayKind::Holiday));
        assert_eq!(holidays.add_workdays(date("2025-12-31"), 10), date("2026-01-16"));
        assert_eq!(holidays.add_workdays(date("2026-04-30"), 10), date("2026-05-19"));
        assert_eq!(holidays.add_workdays(date("2026-09-30"), 10), date("2026-10-21"));
    }

    #[test]
    fn a_term_that_ends_on_a_rest_day_moves_on() {
        let calendar = WorkCalendar::shipped();
        assert_eq!(calendar.add_days(date("2026-09-24"), 7), date("2026-10-08"));
        assert_eq!(calendar.add_days(date("2026-02-07"), 7), date("2026-02-14")); // a worked Saturday
    }

    #[test]
    fn zero_working_days_is_today_or_the_next_working_day() {
        after("2026-09-01", 0, "2026-09-01");
        after("2026-10-01", 0, "2026-10-08");
    }

    #[test]
    fn the_working_day_before_a_rest_day() {
        let calendar = WorkCalendar::shipped();
        assert_eq!(calendar.on_or_before(date("2026-11-15")), date("2026-11-13"));
        assert_eq!(calendar.on_or_before(date("2026-02-15")), date("2026-02-14"));
    }

    #[test]
    fn a_special_day_tells_its_name() {
        let calendar = WorkCalendar::shipped();
        assert_eq!(calendar.special(date("2026-02-17")), Some((DayKind::Holiday, "春节")));
        assert_eq!(calendar.special(date("2026-02-25")), None);
    }

    #[test]
    fn a_year_without_its_notice_is_provisional() {
        let calendar = WorkCalendar::shipped();
        assert!((2004..=2026).all(|year| !calendar.is_provisional(year)));
        assert!(calendar.is_provisional(2003) && calendar.is_provisional(2027));
        assert!(calendar.is_provisional_in(date("2026-12-31")..=date("2027-01-14")));
        assert_eq!(calendar.last_loaded_year(), Some(2026));
    }

    #[test]
    fn a_single_holiday_loads_no_year() {
        let calendar = WorkCalendar::new([special("2027-01-01", DayKind::Holiday)]);
        assert!(calendar.is_provisional(2027));
        assert!(!WorkCalendar::new([special("2027-10-01", DayKind::Holiday)]).is_provisional(2027));
    }

    #[test]
    fn a_later_row_corrects_an_earlier_one() {
        let rows = [special("2026-09-03", DayKind::Holiday), special("2026-09-03", DayKind::Workday)];
        assert!(WorkCalendar::new(rows).is_workday(date("2026-09-03")));
    }

    #[test]
    fn an_end_of_time_does_not_hang() {
        let calendar = WorkCalendar::default();
        assert_eq!(calendar.add_workdays(NaiveDate::MAX, u16::MAX), NaiveDate::MAX);
        assert_eq!(calendar.add_days(NaiveDate::MAX, 1), NaiveDate::MAX);
    }

    fn any_date() -> impl Strategy<Value = NaiveDate> {
        (0..9_500_u64).prop_map(|days| date("2003-06-01") + Days::new(days))
    }

    proptest! {
        #[test]
        fn the_nth_working_day_has_n_working_days_up_to_it(start in any_date(), n in 1..60_u16) {
            let calendar = WorkCalendar::shipped();
            let end = calendar.add_workdays(start, n);
            prop_assert!(calendar.is_workday(end));
            prop_assert_eq!(calendar.workdays_between(start, end), usize::from(n));
        }

        #[test]
        fn steps_add_up(start in any_date(), a in 1..30_u16, b in 1..30_u16) {
            let calendar = WorkCalendar::shipped();
            let two_steps = calendar.add_workdays(calendar.add_workdays(start, a), b);
            prop_assert_eq!(two_steps, calendar.add_workdays(start, a + b));
        }

        #[test]
        fn between_is_empty_backwards(a in any_date(), b in any_date()) {
            prop_assume!(a >= b);
            prop_assert_eq!(WorkCalendar::shipped().workdays_between(a, b), 0);
        }
    }
}
