//! Periods and days as people write them.

use chrono::{Datelike, NaiveDate};

use super::{Locale, Texts};
use crate::domain::period::{Grain, Period};

/// A period with its year: `2026 年 10 月`, `October 2026`.
pub fn period(t: &Texts, period: &Period) -> String {
    let year = period.year().to_string();
    match period.grain() {
        Grain::Month => t.with("staff-period-month", &[("year", year), ("month", month(t, period.number()))]),
        Grain::Quarter => t.with("staff-period-quarter", &[("year", year), ("number", period.number().to_string())]),
        Grain::Year => t.with("staff-period-year", &[("year", year)]),
    }
}

/// A day: `2026 年 11 月 16 日`, `16 November 2026`.
pub fn date(t: &Texts, date: &NaiveDate) -> String {
    let args = [("year", date.year().to_string()), ("month", month(t, date.month())), ("day", date.day().to_string())];
    t.with("staff-date", &args)
}

/// A month of the year as it stands in a date: `11`, `November`.
pub(crate) fn month(t: &Texts, number: u32) -> String {
    if t.locale() == Locale::ZhCn {
        return number.to_string();
    }
    t.get(match number {
        1 => "staff-month-1",
        2 => "staff-month-2",
        3 => "staff-month-3",
        4 => "staff-month-4",
        5 => "staff-month-5",
        6 => "staff-month-6",
        7 => "staff-month-7",
        8 => "staff-month-8",
        9 => "staff-month-9",
        10 => "staff-month-10",
        11 => "staff-month-11",
        _ => "staff-month-12",
    })
}
