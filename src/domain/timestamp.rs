//! Times as people and programs write them: ISO 8601, `2026/1/5`, `2026年1月5日 9时30分`, `20260105`, Excel's day
//! numbers, or a format that a map file names. What could be two days is refused, never guessed.

use std::collections::BTreeMap;

use chrono::format::{Item, ParseErrorKind, Parsed, StrftimeItems};
use chrono::{DateTime, Days, Duration, FixedOffset, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;

use super::field::Reason;
use super::text;

/// A moment that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The instant, cut to microseconds. For a date alone: its first instant in the organisation's zone.
    pub at: DateTime<Utc>,
    /// Whether only a date was written, so that comparing it by the hour would mislead.
    pub date_only: bool,
}

/// A notation of times in chrono's `strftime` letters, such as `%d/%m/%Y %H:%M`. Without a time it is a date.
#[derive(Debug, Clone, PartialEq)]
pub struct Format {
    pattern: String,
    items: Vec<Item<'static>>,
    has_time: bool,
}

/// The pattern has an unknown letter, or does not say year, month and day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the time format {0:?} is not understood, or lacks year, month or day")]
pub struct BadFormat(pub String);

/// The formats of a table: one for all its times, and some columns' own, which win.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Formats {
    all: Option<Format>,
    own: BTreeMap<String, Format>,
}

enum Written {
    Date(NaiveDate),
    Local(NaiveDateTime),
    Exact(DateTime<Utc>),
}

impl Format {
    /// Reads a pattern.
    ///
    /// # Errors
    /// [`BadFormat`] if chrono does not know a letter, or a date written with it could not be read back.
    pub fn new(pattern: &str) -> Result<Self, BadFormat> {
        let bad = || BadFormat(pattern.to_owned());
        let items = StrftimeItems::new(pattern).parse_to_owned().map_err(|_| bad())?;
        // Write a moment none of whose parts could stand for another, and see whether it comes back.
        let day = NaiveDate::from_ymd_opt(2023, 11, 26).ok_or_else(bad)?;
        let sample = day.and_hms_opt(18, 39, 5).ok_or_else(bad)?.and_utc();
        let mut written = String::new();
        std::fmt::write(&mut written, format_args!("{}", sample.format_with_items(items.iter()))).map_err(|_| bad())?;
        let mut parsed = Parsed::new();
        chrono::format::parse(&mut parsed, &written, items.iter()).map_err(|_| bad())?;
        let has_time = parsed.timestamp().is_some() || parsed.to_naive_time().is_ok();
        if !has_time && (parsed.hour_div_12().is_some() || parsed.hour_mod_12().is_some()) {
            return Err(bad());
        }
        let read =
            if has_time { parsed.to_naive_datetime_with_offset(0).map(|t| t.date()) } else { parsed.to_naive_date() };
        if read == Ok(day) { Ok(Self { pattern: pattern.to_owned(), items, has_time }) } else { Err(bad()) }
    }

    fn read(&self, text: &str) -> Result<Written, Reason> {
        let fault = |error: chrono::ParseError| match error.kind() {
            ParseErrorKind::OutOfRange | ParseErrorKind::Impossible => Reason::NoSuchTime,
            _ => Reason::FormatMismatch { format: self.pattern.clone() },
        };
        let mut parsed = Parsed::new();
        chrono::format::parse(&mut parsed, text, self.items.iter()).map_err(fault)?;
        if !self.has_time {
            return parsed.to_naive_date().map(Written::Date).map_err(fault);
        }
        if let Some(offset) = parsed.offset() {
            return parsed
                .to_naive_datetime_with_offset(offset)
                .map(|t| Written::Exact(t.and_utc() - Duration::seconds(offset.into())))
                .map_err(fault);
        }
        let time = parsed.to_naive_datetime_with_offset(0).map_err(fault)?;
        Ok(if parsed.timestamp().is_some() { Written::Exact(time.and_utc()) } else { Written::Local(time) })
    }
}

impl Formats {
    /// Sets the format of every time column that has none of its own.
    pub fn set_all(&mut self, format: Format) {
        self.all = Some(format);
    }

    /// Sets one column's own format.
    pub fn set(&mut self, field: impl Into<String>, format: Format) {
        self.own.insert(field.into(), format);
    }

    /// The format for a field, if any was named.
    pub fn of(&self, field: &str) -> Option<&Format> {
        self.own.get(field).or(self.all.as_ref())
    }
}

/// Reads a moment; a text without offset is in `zone`.
///
/// A local time that occurs twice (the clocks went back) is the earlier one. With a `format`, ISO 8601 is
/// still understood, because that is how the date cells of a spreadsheet arrive.
///
/// # Errors
/// What is wrong with the text; nothing is judged about early or late.
pub fn parse(text: &str, zone: Tz, format: Option<&Format>) -> Result<Moment, Reason> {
    match read(text, format)? {
        Written::Date(date) => start_of_day(date, zone).map(|at| Moment { at, date_only: true }),
        Written::Exact(at) => Ok(Moment { at, date_only: false }),
        Written::Local(time) => match zone.from_local_datetime(&time) {
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => {
                Ok(Moment { at: at.with_timezone(&Utc), date_only: false })
            }
            LocalResult::None => Err(Reason::SkippedTime),
        },
    }
}

/// Reads a calendar date; a time beside it must be midnight.
///
/// # Errors
/// What is wrong with the text.
pub fn parse_date(text: &str, format: Option<&Format>) -> Result<NaiveDate, Reason> {
    match read(text, format)? {
        Written::Date(date) => Ok(date),
        Written::Local(time) if time.time() == NaiveTime::MIN => Ok(time.date()),
        Written::Local(_) | Written::Exact(_) => Err(Reason::BadTime),
    }
}

/// The first instant of a day: midnight, or what follows it where the clocks jump over midnight.
///
/// # Errors
/// [`Reason::SkippedTime`] if the zone left the whole day out.
pub fn start_of_day(date: NaiveDate, zone: Tz) -> Result<DateTime<Utc>, Reason> {
    let midnight = date.and_time(NaiveTime::MIN);
    (0..=8)
        .map(|quarter| midnight + Duration::minutes(15 * quarter))
        .find_map(|time| zone.from_local_datetime(&time).earliest())
        .map(|at| at.with_timezone(&Utc))
        .ok_or(Reason::SkippedTime)
}

fn read(raw: &str, format: Option<&Format>) -> Result<Written, Reason> {
    let text = text::halfwidth(text::trim(raw));
    if text::is_excel_number(&text) {
        return Err(Reason::ExcelNumber);
    }
    let Some(format) = format else { return free(&text) };
    match format.read(&text) {
        // Year first with hyphens is ISO, whatever the pattern.
        Err(_) if text.get(4..5) == Some("-") && text.get(7..8) == Some("-") => free(&text),
        other => other,
    }
}

fn free(text: &str) -> Result<Written, Reason> {
    if let Some(written) = figures(text) {
        return written;
    }
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Reason::BadTime);
    }
    let mut scan = Scan { rest: text };
    let date = scan.date()?;
    if scan.rest.is_empty() {
        return Ok(Written::Date(date));
    }
    let time = scan.time()?;
    let local = date.and_time(time);
    let written = match scan.offset()? {
        // Subtraction within a day of the calendar's ends: no overflow for four-digit years.
        Some(offset) => Written::Exact((local - offset).and_utc()),
        None => Written::Local(local),
    };
    if scan.rest.is_empty() { Ok(written) } else { Err(Reason::BadTime) }
}

/// Figures alone: `20260105`, `202601050930`, `20260105093000`, or the number Excel counts days by.
fn figures(text: &str) -> Option<Result<Written, Reason>> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
        return None;
    }
    match (whole.len(), fraction.len()) {
        (5, 0..=18) => Some(serial(text)),
        (8, 0) => Some((Scan { rest: whole }).date().map(Written::Date)),
        (12 | 14, 0) => Some(whole.split_at_checked(8).ok_or(Reason::BadTime).and_then(|(date, time)| {
            let date = (Scan { rest: date }).date()?;
            Ok(Written::Local(date.and_time((Scan { rest: time }).basic_time()?)))
        })),
        _ => None,
    }
}

/// Excel's day number: 1 is the first of January 1900, and 1900 counts as a leap year; five figures are past that.
fn serial(text: &str) -> Result<Written, Reason> {
    let number: f64 = text.parse().map_err(|_| Reason::BadTime)?;
    let (days, fraction) = (number.trunc(), number.fract());
    let date = (NaiveDate::from_ymd_opt(1899, 12, 30))
        .and_then(|zero| zero.checked_add_days(Days::new(whole(days))))
        .ok_or(Reason::NoSuchTime)?;
    if !text.contains('.') {
        return Ok(Written::Date(date));
    }
    let seconds = i64::try_from(whole((fraction * 86_400.0).round())).map_err(|_| Reason::BadTime)?;
    Ok(Written::Local(date.and_time(NaiveTime::MIN) + Duration::seconds(seconds)))
}

/// A small float without fraction and sign as an integer.
#[expect(clippy::as_conversions, reason = "std has no other way; the caller's values lie in 0..=99999")]
const fn whole(value: f64) -> u64 {
    value as u64
}

/// Reads a text from its front.
struct Scan<'a> {
    rest: &'a str,
}

impl Scan<'_> {
    /// Up to `most` figures: their value and how many they were.
    fn number(&mut self, most: usize) -> Option<(u32, usize)> {
        let count = self.rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let (figures, rest) = self.rest.split_at_checked(count)?;
        let value = figures.parse().ok()?;
        self.rest = rest;
        Some((value, count))
    }

    /// Takes the first of `signs` that comes next.
    fn take<'s>(&mut self, signs: &[&'s str]) -> Option<&'s str> {
        let sign = signs.iter().find(|sign| self.rest.starts_with(**sign))?;
        self.rest = self.rest.get(sign.len()..)?;
        Some(sign)
    }

    fn skip_spaces(&mut self) {
        self.rest = self.rest.trim_start_matches(' ');
    }

    /// Year, month, day; leaves what follows.
    fn date(&mut self) -> Result<NaiveDate, Reason> {
        const SIGNS: [&str; 4] = ["-", "/", ".", "年"];
        let (first, figures) = self.number(4).ok_or(Reason::BadTime)?;
        if figures == 4 && self.rest.bytes().take(4).filter(u8::is_ascii_digit).count() == 4 {
            let (month, _) = self.number(2).ok_or(Reason::BadTime)?;
            let (day, _) = self.number(2).ok_or(Reason::BadTime)?;
            return ymd(first, month, day);
        }
        let sign = self.take(&SIGNS).ok_or(Reason::BadTime)?;
        let second = self.number(2).ok_or(Reason::BadTime)?.0;
        self.take(&[if sign == "年" { "月" } else { sign }]).ok_or(Reason::BadTime)?;
        let (third, _) = self.number(4).ok_or(Reason::BadTime)?;
        if figures < 3 {
            return Err(Reason::AmbiguousDate);
        }
        if figures != 4 {
            return Err(Reason::BadTime);
        }
        if sign == "年" {
            self.take(&["日", "号"]);
        }
        ymd(first, second, third)
    }

    /// A time of day after a date: `T09:30:00.5`, ` 9:30`, ` 下午3时05分`, `T093000`.
    fn time(&mut self) -> Result<NaiveTime, Reason> {
        let separated = self.take(&["T", "t"]).is_some() || self.rest.starts_with(' ') || !self.rest.is_ascii();
        if !separated {
            return Err(Reason::BadTime);
        }
        self.skip_spaces();
        let half = self.half();
        self.skip_spaces();
        if self.rest.bytes().take(4).filter(u8::is_ascii_digit).count() == 4 {
            return self.basic_time();
        }
        let hour = self.number(2).ok_or(Reason::BadTime)?.0;
        let sign = self.take(&[":", "时", "點", "点"]).ok_or(Reason::BadTime)?;
        let (mut minute, mut second) = (0, 0);
        let mut micro = 0;
        if sign == ":" {
            minute = self.number(2).ok_or(Reason::BadTime)?.0;
            if self.take(&[":"]).is_some() {
                second = self.number(2).ok_or(Reason::BadTime)?.0;
                micro = self.fraction()?;
            }
        } else if let Some((value, _)) = self.number(2) {
            minute = value;
            self.take(&["分"]).ok_or(Reason::BadTime)?;
            if let Some((value, _)) = self.number(2) {
                second = value;
                self.take(&["秒"]).ok_or(Reason::BadTime)?;
            }
        }
        self.skip_spaces();
        let hour = match half.or_else(|| self.half()) {
            None => hour,
            Some(_) if !(1..=12).contains(&hour) => return Err(Reason::NoSuchTime),
            Some(afternoon) => hour % 12 + if afternoon { 12 } else { 0 },
        };
        NaiveTime::from_hms_micro_opt(hour, minute, second, micro).ok_or(Reason::NoSuchTime)
    }

    /// `0930` or `093000`.
    fn basic_time(&mut self) -> Result<NaiveTime, Reason> {
        let hour = self.number(2).ok_or(Reason::BadTime)?.0;
        let minute = self.number(2).ok_or(Reason::BadTime)?.0;
        let second = self.number(2).map_or(0, |(value, _)| value);
        NaiveTime::from_hms_opt(hour, minute, second).ok_or(Reason::NoSuchTime)
    }

    /// A fraction of a second, in microseconds; finer figures are cut.
    fn fraction(&mut self) -> Result<u32, Reason> {
        if self.take(&[".", ","]).is_none() {
            return Ok(0);
        }
        let (value, figures) = self.number(6).ok_or(Reason::BadTime)?;
        self.rest = self.rest.trim_start_matches(|c: char| c.is_ascii_digit());
        Ok((figures..6).fold(value, |micros, _| micros * 10))
    }

    /// Whether a mark of the half day follows, and if it is the afternoon's.
    fn half(&mut self) -> Option<bool> {
        self.take(&["上午", "AM", "am", "Am", "下午", "PM", "pm", "Pm"])
            .map(|mark| matches!(mark, "下午" | "PM" | "pm" | "Pm"))
    }

    /// `Z`, `+08:00`, `+0800`, `+08`.
    fn offset(&mut self) -> Result<Option<FixedOffset>, Reason> {
        self.skip_spaces();
        let Some(sign) = self.take(&["Z", "z", "+", "-"]) else { return Ok(None) };
        let seconds = if matches!(sign, "Z" | "z") {
            0
        } else {
            let (hours, figures) = self.number(2).ok_or(Reason::BadTime)?;
            self.take(&[":"]);
            let minutes = self.number(2).map_or(0, |(value, _)| value);
            if figures != 2 || hours > 14 || minutes > 59 {
                return Err(Reason::BadTime);
            }
            i32::try_from(hours * 3600 + minutes * 60).map_err(|_| Reason::BadTime)?
        };
        let east = if sign == "-" { -seconds } else { seconds };
        FixedOffset::east_opt(east).map(Some).ok_or(Reason::BadTime)
    }
}

fn ymd(year: u32, month: u32, day: u32) -> Result<NaiveDate, Reason> {
    (i32::try_from(year).ok()).and_then(|y| NaiveDate::from_ymd_opt(y, month, day)).ok_or(Reason::NoSuchTime)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: &str) {
        let got = parse(text, Tz::Asia__Shanghai, None).map(|m| m.at.to_rfc3339());
        assert_eq!(got.as_deref(), Ok(expected), "{text}");
    }

    fn refused(text: &str, reason: Reason) {
        assert_eq!(parse(text, Tz::Asia__Shanghai, None), Err(reason), "{text}");
    }

    #[test]
    fn iso_with_and_without_offset() {
        check("2026-01-05T09:30:00+08:00", "2026-01-05T01:30:00+00:00");
        check("2026-01-05T09:30:00Z", "2026-01-05T09:30:00+00:00");
        check("2026-01-05T09:30:00-0330", "2026-01-05T13:00:00+00:00");
        check("2026-01-05 09:30", "2026-01-05T01:30:00+00:00");
        check("20260105T093000Z", "2026-01-05T09:30:00+00:00");
        check("2026-01-05T09:30:00.1234567", "2026-01-05T01:30:00.123456+00:00");
    }

    #[test]
    fn dates_as_written_in_china() {
        for text in
            ["2026/1/5", "2026年1月5日", "2026年01月05号", "20260105", "2026.1.5", "２０２６／１／５", " 2026-01-05　"]
        {
            check(text, "2026-01-04T16:00:00+00:00");
        }
        check("2026年1月5日9时30分", "2026-01-05T01:30:00+00:00");
        check("2026年1月5日 下午3点05分", "2026-01-05T07:05:00+00:00");
        check("2026/1/5 下午3:05:09", "2026-01-05T07:05:09+00:00");
        check("2026/1/5 12:05 AM", "2026-01-04T16:05:00+00:00");
        check("20260105093000", "2026-01-05T01:30:00+00:00");
    }

    #[test]
    fn excel_day_numbers() {
        check("46027", "2026-01-04T16:00:00+00:00");
        check("46027.395833333336", "2026-01-05T01:30:00+00:00");
        check("45351.999999", "2024-02-29T16:00:00+00:00");
    }

    #[test]
    fn a_date_alone_says_so() {
        assert!(parse("2026-01-05", Tz::UTC, None).unwrap().date_only);
        assert!(!parse("2026-01-05 00:00", Tz::UTC, None).unwrap().date_only);
    }

    #[test]
    fn day_or_month_first_is_never_guessed() {
        for text in ["05/08/2026", "26/08/2026", "5-8-26", "05/08/2026 10:00"] {
            refused(text, Reason::AmbiguousDate);
        }
    }

    #[test]
    fn days_and_hours_that_do_not_exist() {
        for text in ["2026/2/30", "2026-13-01", "2026-01-05 25:00", "2026-01-05 13:00 PM", "20260230", "2025-02-29"] {
            refused(text, Reason::NoSuchTime);
        }
    }

    #[test]
    fn what_excel_left_of_a_number() {
        refused("2.02601E+13", Reason::ExcelNumber);
    }

    #[test]
    fn everything_else_is_no_time() {
        for text in
            ["", "tomorrow", "2026", "2026-01", "2026-01-05x", "2026-01-05 9", "1767225600", "2026-01-05T09:30+8"]
        {
            refused(text, Reason::BadTime);
        }
    }

    #[test]
    fn clocks_that_jump() {
        let berlin = Tz::Europe__Berlin;
        assert_eq!(parse("2026-03-29 02:30", berlin, None), Err(Reason::SkippedTime));
        let twice = parse("2026-10-25 02:30", berlin, None).unwrap();
        assert_eq!(twice.at.to_rfc3339(), "2026-10-25T00:30:00+00:00");
    }

    #[test]
    fn a_day_may_begin_after_midnight() {
        let at = parse("2018-11-04", Tz::America__Sao_Paulo, None).unwrap().at;
        assert_eq!(at.to_rfc3339(), "2018-11-04T03:00:00+00:00");
    }

    #[test]
    fn a_format_of_the_map_file() {
        let format = Format::new("%d/%m/%Y %H:%M").unwrap();
        let at = |text| parse(text, Tz::Asia__Shanghai, Some(&format)).map(|m| m.at.to_rfc3339());
        assert_eq!(at("05/08/2023 18:39").unwrap(), "2023-08-05T10:39:00+00:00");
        assert_eq!(at("2023-08-05T18:39:00").unwrap(), "2023-08-05T10:39:00+00:00");
        assert_eq!(at("2023-08-05").unwrap(), "2023-08-04T16:00:00+00:00");
        assert_eq!(at("31/02/2023 18:39"), Err(Reason::NoSuchTime));
        assert_eq!(at("05.08.2023"), Err(Reason::FormatMismatch { format: "%d/%m/%Y %H:%M".into() }));
    }

    #[test]
    fn a_format_without_time_is_a_date() {
        let format = Format::new("%d-%b-%y").unwrap();
        let moment = parse("26-Aug-23", Tz::UTC, Some(&format)).unwrap();
        assert_eq!((moment.at.to_rfc3339().as_str(), moment.date_only), ("2023-08-26T00:00:00+00:00", true));
    }

    #[test]
    fn a_format_with_an_offset_or_a_unix_time() {
        let offset = Format::new("%Y-%m-%d %H:%M:%S %z").unwrap();
        let unix = Format::new("%s").unwrap();
        let at = |text, format| parse(text, Tz::Asia__Shanghai, Some(format)).unwrap().at.to_rfc3339();
        assert_eq!(at("2023-08-26 18:39:00 +0200", &offset), "2023-08-26T16:39:00+00:00");
        assert_eq!(at("0", &unix), "1970-01-01T00:00:00+00:00");
    }

    #[test]
    fn a_format_must_say_the_whole_date() {
        for pattern in ["%d/%m", "%H:%M", "%Q", "", "%Y-%m-%d %H", "no letters"] {
            assert_eq!(Format::new(pattern), Err(BadFormat(pattern.to_owned())), "{pattern}");
        }
    }

    #[test]
    fn a_column_may_have_its_own_format() {
        let mut formats = Formats::default();
        formats.set_all(Format::new("%Y").unwrap_or(Format::new("%Y/%m/%d").unwrap()));
        formats.set("responded_at", Format::new("%d-%b-%y").unwrap());
        assert_eq!(formats.of("responded_at").unwrap().pattern, "%d-%b-%y");
        assert_eq!(formats.of("completed_at").unwrap().pattern, "%Y/%m/%d");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC*", wild in "[0-9:/ T年月日.+E-]{0,30}") {
            let format = Format::new("%d/%m/%Y %H:%M %z").unwrap();
            for text in [text, wild] {
                let _ = parse(&text, Tz::Europe__Berlin, None);
                let _ = parse(&text, Tz::Europe__Berlin, Some(&format));
                let _ = parse_date(&text, None);
                let _ = Format::new(&text);
            }
        }

        #[test]
        fn what_chrono_writes_comes_back(seconds in 946_684_800_i64..4_102_444_800) {
            let at = DateTime::from_timestamp(seconds, 0).unwrap();
            let shanghai = at.with_timezone(&Tz::Asia__Shanghai);
            for text in [at.to_rfc3339(), shanghai.to_rfc3339(), shanghai.format("%Y/%-m/%-d %H:%M:%S").to_string()] {
                prop_assert_eq!(parse(&text, Tz::Asia__Shanghai, None).unwrap().at, at);
            }
        }
    }
}
