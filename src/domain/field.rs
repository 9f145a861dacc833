//! What is wrong with one value of a service record, a rating, a department and so on, said once for the file import
//! and the API. The words for people ("reason", "repair") are keys of the intake texts; here is only the fact.

use std::borrow::Cow;

use super::service_record::Channel;
use super::text;

/// Characters of a value that a message repeats.
const SHOWN: usize = 40;

/// One value that was refused, or that is worth a look ([`Reason::is_warning`]).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {}", reason.code())]
pub struct FieldError {
    /// The field as in CONTRACT §4, such as `completed_at` or `answer.overall`.
    pub field: Cow<'static, str>,
    /// The value as given, at most 40 characters; customer data is masked unless it is unusable.
    pub value: String,
    /// What is wrong with it.
    pub reason: Reason,
}

impl FieldError {
    /// A fault of `field`; `value` is shortened, and masked if the field holds customer data (a broken address is not).
    pub fn new(field: impl Into<Cow<'static, str>>, value: &str, reason: Reason) -> Self {
        let field = field.into();
        let value = match reason {
            // What Excel left of a number gives nobody away, and an address that reaches nobody must be found again.
            Reason::ExcelNumber | Reason::BadEmail { .. } => shorten(value),
            _ => shown(&field, value),
        };
        Self { field, value, reason }
    }

    /// A required field that is absent or empty.
    pub fn missing(field: impl Into<Cow<'static, str>>) -> Self {
        Self { field: field.into(), value: String::new(), reason: Reason::Missing }
    }
}

/// Why a value was refused. Files, API and database layer share it; [`Reason::code`] never changes its meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// A required value is absent or empty.
    Missing,
    /// More characters than fit.
    TooLong {
        /// The most that fit.
        max: usize,
    },
    /// A control character, a direction override or a lost character (U+FFFD) inside.
    Unprintable {
        /// The Unicode code point.
        code_point: u32,
    },
    /// Excel's `1.38E+10` where a number of many figures was: digits are lost.
    ExcelNumber,
    /// None of the eight touchpoints.
    UnknownTouchpoint,
    /// Neither `online` nor `offline`.
    UnknownChannel,
    /// The channel named is not the one the touchpoint belongs to.
    ChannelMismatch {
        /// The touchpoint's channel.
        expected: Channel,
    },
    /// Not a date or time in any form understood.
    BadTime,
    /// Shaped like a time, but no calendar has it: 2026/2/30, 25:00.
    NoSuchTime,
    /// `05/08/2026`: fifth of August or eighth of May.
    AmbiguousDate,
    /// A local time that the clocks jumped over.
    SkippedTime,
    /// Not as the map file's format says.
    FormatMismatch {
        /// The format, in chrono's notation.
        format: String,
    },
    /// Before 2000-01-01 UTC.
    TooEarly,
    /// Later than now.
    InFuture,
    /// No deliverable e-mail address.
    BadEmail {
        /// What was probably meant, masked.
        suggestion: Option<String>,
    },
    /// No plausible telephone number.
    BadPhone,
    /// Not a whole number.
    BadNumber,
    /// A number outside its range.
    OutOfRange {
        /// The least allowed.
        min: i64,
        /// The most allowed.
        max: i64,
    },
    /// Neither `true` nor `false`.
    BadBoolean,
    /// Neither `zh-CN` nor `en`.
    UnknownLocale,
    /// Neither `holiday` nor `workday`.
    UnknownHolidayKind,
    /// No option of the question has this value.
    UnknownAnswer,
    /// A rating in which no question is answered.
    NoAnswer,
    /// Another number of cells than the header has.
    RaggedRow {
        /// Cells of the header.
        expected: usize,
        /// Cells of the row.
        found: usize,
    },
    /// Text after a closing quotation mark.
    StrayQuote,
    /// A quotation mark that is never closed.
    OpenQuote,
    /// A formula where a value should be.
    Formula,
    /// A cell that holds an error of the spreadsheet, such as `#REF!`.
    CellError,
    /// The same key again in this file, with other content.
    Duplicate {
        /// Line of the first one.
        line: u64,
    },
    /// The same `external_id`, or the same `reference` of a complaint, is stored with other content.
    Conflict,
    /// No department has this code.
    UnknownDepartment,
    /// No employee has this number.
    UnknownEmployee,
    /// No service record has this number.
    UnknownServiceRecord,
    /// A complaint that ended before it was received.
    ClosedBeforeReceived,
    /// The department would be above itself.
    ParentCycle,
    /// Warning: answered before asked; the row counts, the interval does not.
    ResponseBeforeRequest,
    /// Warning: completed before asked; the row counts.
    CompletedBeforeRequest,
    /// Warning: rated before the service ended; the row counts.
    RatedBeforeCompleted,
}

impl Reason {
    /// The stable name for machines.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::TooLong { .. } => "too_long",
            Self::Unprintable { .. } => "unprintable",
            Self::ExcelNumber => "excel_number",
            Self::UnknownTouchpoint => "unknown_touchpoint",
            Self::UnknownChannel => "unknown_channel",
            Self::ChannelMismatch { .. } => "channel_mismatch",
            Self::BadTime => "bad_time",
            Self::NoSuchTime => "no_such_time",
            Self::AmbiguousDate => "ambiguous_date",
            Self::SkippedTime => "skipped_time",
            Self::FormatMismatch { .. } => "format_mismatch",
            Self::TooEarly => "too_early",
            Self::InFuture => "in_future",
            Self::BadEmail { .. } => "bad_email",
            Self::BadPhone => "bad_phone",
            Self::BadNumber => "bad_number",
            Self::OutOfRange { .. } => "out_of_range",
            Self::BadBoolean => "bad_boolean",
            Self::UnknownLocale => "unknown_locale",
            Self::UnknownHolidayKind => "unknown_holiday_kind",
            Self::UnknownAnswer => "unknown_answer",
            Self::NoAnswer => "no_answer",
            Self::RaggedRow { .. } => "ragged_row",
            Self::StrayQuote => "stray_quote",
            Self::OpenQuote => "open_quote",
            Self::Formula => "formula",
            Self::CellError => "cell_error",
            Self::Duplicate { .. } => "duplicate",
            Self::Conflict => "conflict",
            Self::UnknownDepartment => "unknown_department",
            Self::UnknownEmployee => "unknown_employee",
            Self::UnknownServiceRecord => "unknown_service_record",
            Self::ClosedBeforeReceived => "closed_before_received",
            Self::ParentCycle => "parent_cycle",
            Self::ResponseBeforeRequest => "response_before_request",
            Self::CompletedBeforeRequest => "completed_before_request",
            Self::RatedBeforeCompleted => "rated_before_completed",
        }
    }

    /// Whether the row counts all the same.
    pub const fn is_warning(&self) -> bool {
        matches!(self, Self::ResponseBeforeRequest | Self::CompletedBeforeRequest | Self::RatedBeforeCompleted)
    }
}

/// An address with only its first character and its domain: `z***@qq.com`.
pub fn mask_email(address: &str) -> String {
    match address.rsplit_once(['@', '＠']) {
        Some((local, domain)) => format!("{}@{domain}", keep(local, 1, 0)),
        None => keep(address, 1, 0),
    }
}

/// A telephone number without its middle: `139****1234`.
pub fn mask_phone(number: &str) -> String {
    if number.chars().count() >= 11 { keep(number, 3, 4) } else { keep(number, 1, 1) }
}

/// A name of which only the first character is left: `王**`.
pub fn mask_name(name: &str) -> String {
    name.chars().take(1).chain("**".chars()).collect()
}

/// The value as a message may show it, masked if the field holds customer data.
fn shown(field: &str, value: &str) -> String {
    if value.is_empty() {
        return String::new();
    }
    shorten(&match field {
        "email" => mask_email(value),
        "phone" => mask_phone(value),
        "customer_name" => mask_name(value),
        "customer_ref" => keep(value, 0, 4),
        // What a customer wrote is never repeated.
        "comment" | "summary" | "demand" => "…".to_owned(),
        _ => value.to_owned(),
    })
}

/// The first `head` and last `tail` characters with stars between. Short texts keep their first at most.
fn keep(text: &str, head: usize, tail: usize) -> String {
    let count = text.chars().count();
    let (head, tail) = if count < head + tail + 3 { (head.min(1), 0) } else { (head, tail) };
    let stars = if tail > 0 { "****" } else { "***" };
    text.chars().take(head).chain(stars.chars()).chain(text.chars().skip(count - tail)).collect()
}

fn shorten(value: &str) -> String {
    // A control character in a message could rewrite the terminal.
    let visible =
        |c: char| if text::line(c.encode_utf8(&mut [0; 4]), 1).is_ok_and(|t| !t.is_empty()) { c } else { '·' };
    let mut short: String = value.chars().take(SHOWN).map(visible).collect();
    if value.chars().nth(SHOWN).is_some() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contact_values_are_masked() {
        let shown = |field: &'static str, value| FieldError::new(field, value, Reason::BadTime).value;
        assert_eq!(shown("email", "zhang@qq.com"), "z***@qq.com");
        assert_eq!(shown("phone", "13912341234x"), "139****234x");
        assert_eq!(shown("customer_name", "王小明"), "王**");
        assert_eq!(shown("customer_ref", "C-100042"), "****0042");
        assert_eq!(shown("comment", "secret"), "…");
        assert_eq!(shown("department_code", "D1"), "D1");
    }

    #[test]
    fn short_secrets_show_no_more_than_their_first_character() {
        assert_eq!(mask_phone("12"), "1***");
        assert_eq!(mask_email("ab@x.cn"), "a***@x.cn");
        assert_eq!(FieldError::new("customer_ref", "12", Reason::BadTime).value, "***");
    }

    #[test]
    fn what_excel_left_of_a_number_is_shown() {
        assert_eq!(FieldError::new("phone", "1.38E+10", Reason::ExcelNumber).value, "1.38E+10");
    }

    #[test]
    fn an_address_with_a_slip_is_shown() {
        let error = FieldError::new("email", "zhang@qq,com", Reason::BadEmail { suggestion: None });
        assert_eq!(error.value, "zhang@qq,com");
    }

    #[test]
    fn long_values_are_cut_and_control_characters_dotted() {
        let error = FieldError::new("external_id", &format!("a\u{1b}[31m\n{}", "x".repeat(99)), Reason::BadTime);
        assert!(error.value.starts_with("a·[31m·x") && error.value.ends_with('…'), "{}", error.value);
        assert_eq!(error.value.chars().count(), SHOWN + 1);
    }

    #[test]
    fn the_log_line_has_no_value() {
        assert_eq!(FieldError::new("phone", "139", Reason::BadPhone).to_string(), "phone: bad_phone");
    }
}
