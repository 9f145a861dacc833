//! How numbers, dates and periods are written in each language. Arguments are borrowed because templates lend theirs.

use chrono::NaiveDateTime;

use crate::domain::period::{Grain, Period, State};
use crate::domain::service_record::Channel;
use crate::i18n::{Texts, month};
pub use crate::i18n::{date, period};

/// The true minus sign, U+2212.
pub const MINUS: char = '\u{2212}';

/// A count with thousands separated: `2,310`.
pub fn count(n: &u32) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A number with one decimal, half up, with a true minus sign: `91.6`, `−5.1`, never `−0.0`.
pub fn decimal(value: f64) -> String {
    let tenths = (value.abs() * 10.0 + 0.5 + 1e-9).floor() / 10.0;
    let sign = if value < 0.0 && tenths > 0.0 { "\u{2212}" } else { "" };
    format!("{sign}{tenths:.1}")
}

/// As [`decimal`], with a plus before what is not negative: `+0.4`.
pub fn signed(value: f64) -> String {
    let text = decimal(value);
    if text.starts_with(MINUS) { text } else { format!("+{text}") }
}

/// Two written numbers as an interval: `87.0–94.7`; with a minus in it `−9.0 to −1.2`, since a dash between would be
/// misread.
pub fn range(t: &Texts, low: &str, high: &str) -> String {
    if low.contains(MINUS) || high.contains(MINUS) {
        return t.with("staff-range", &[("low", low), ("high", high)]);
    }
    format!("{low}–{high}")
}

/// A target: `90`, `92.5`.
pub fn target(value: f64) -> String {
    let text = decimal(value);
    text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
}

/// A number already written, as a percentage: `91.6 %` in Chinese text, `91.6%` in English.
pub fn percent(t: &Texts, number: &str) -> String {
    t.with("staff-percent", &[("number", number)])
}

/// A period without its year, unless it is one: `10 月`, `October`; `第 4 季度`, `Q4`.
pub fn short_period(t: &Texts, period: &Period) -> String {
    match period.grain() {
        Grain::Month => t.with("staff-period-month-short", &[("month", month(t, period.number()))]),
        Grain::Quarter => t.with("staff-period-quarter-short", &[("number", period.number())]),
        Grain::Year => t.with("staff-period-year", &[("year", period.year())]),
    }
}

/// A month as short as on the axis of a chart: `10月`, `Oct`.
pub fn month_mark(t: &Texts, period: &Period) -> String {
    let place = period.number().checked_sub(1).and_then(|before| usize::try_from(before).ok());
    let marks = t.get("chart-months");
    place.and_then(|place| marks.split(' ').nth(place)).unwrap_or_default().to_owned()
}

/// How far the judging of a period has come: `已公布`, `sealed, revision 2`.
pub fn state(t: &Texts, state: &State, revision: &u32) -> String {
    match state {
        State::Open => t.get("staff-state-open"),
        State::Evaluating => t.get("staff-state-evaluating"),
        State::Published => t.get("staff-state-published"),
        State::Sealed => t.with("staff-state-sealed", &[("revision", revision)]),
    }
}

/// A channel, or all of them.
pub fn channel(t: &Texts, channel: &Option<Channel>) -> String {
    t.get(match channel {
        Some(Channel::Online) => "channel-online",
        Some(Channel::Offline) => "channel-offline",
        None => "channel-all",
    })
}

/// The value of the query parameter `channel`.
pub const fn channel_code(channel: &Option<Channel>) -> &'static str {
    match channel {
        Some(Channel::Online) => "online",
        Some(Channel::Offline) => "offline",
        None => "all",
    }
}

/// A moment to the minute: `2026 年 11 月 16 日 21:00`, `16 November 2026, 21:00`.
pub fn date_time(t: &Texts, moment: &NaiveDateTime) -> String {
    let time = moment.format("%H:%M").to_string();
    t.with("staff-date-time", &[("date", date(t, &moment.date())), ("time", time)])
}

/// A moment as a field for date and time takes it: `2026-11-16T21:00`.
pub fn minute(moment: &NaiveDateTime) -> String {
    moment.format("%Y-%m-%dT%H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Locale;

    const ZH: Texts = Texts::new(Locale::ZhCn);
    const EN: Texts = Texts::new(Locale::En);

    #[test]
    fn counts_are_grouped_by_thousands() {
        assert_eq!([0, 999, 1_000, 2_310, 1_234_567].map(|n| count(&n)), ["0", "999", "1,000", "2,310", "1,234,567"]);
    }

    #[test]
    fn one_decimal_half_up_with_a_true_minus() {
        assert_eq!([91.6256, 87.25, 0.05, -5.12, -0.04].map(decimal), ["91.6", "87.3", "0.1", "−5.1", "0.0"]);
    }

    #[test]
    fn a_difference_has_a_sign() {
        assert_eq!([0.4, -5.1, 0.0].map(signed), ["+0.4", "−5.1", "+0.0"]);
    }

    #[test]
    fn a_whole_target_has_no_decimal() {
        assert_eq!([90.0, 92.5].map(target), ["90", "92.5"]);
    }

    #[test]
    fn periods_read_in_both_languages() {
        let texts = |p: &str| [ZH, EN].map(|t| period(&t, &p.parse().unwrap()));
        assert_eq!(texts("2026-10"), ["2026 年 10 月", "October 2026"]);
        assert_eq!(texts("2026-Q4"), ["2026 年第 4 季度", "Q4 2026"]);
        assert_eq!(texts("2026"), ["2026 年", "2026"]);
    }

    #[test]
    fn short_periods_leave_the_year_out() {
        let texts = |p: &str| [ZH, EN].map(|t| short_period(&t, &p.parse().unwrap()));
        assert_eq!(texts("2026-10"), ["10 月", "October"]);
        assert_eq!(texts("2026-Q4"), ["第 4 季度", "Q4"]);
    }

    #[test]
    fn moments_read_in_both_languages() {
        let moment = "2026-11-06T09:05:00".parse().unwrap();
        assert_eq!(date_time(&ZH, &moment), "2026 年 11 月 6 日 09:05");
        assert_eq!(date_time(&EN, &moment), "6 November 2026, 09:05");
    }
}
