//! The words for what is wrong: a reason, and how to repair it. The API uses the same ones.

use serde::Serialize;

use super::FileError;
use super::map::{Expected, MapError};
use super::stage::RowError;
use crate::domain::field::Reason;
use crate::domain::service_record::Channel;
use crate::i18n::Texts;

/// A fault of one row in words, as `--json` prints it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowMessage {
    /// The line it begins on.
    pub line: u64,
    /// The column's header; empty if the whole row is at fault.
    pub column: String,
    /// The value, shortened; customer data is masked.
    pub value: String,
    /// The reason's stable name.
    pub code: &'static str,
    /// What is wrong.
    pub reason: String,
    /// What to do about it.
    pub repair: String,
}

/// A fault of one row in words.
pub fn row(error: &RowError, t: Texts) -> RowMessage {
    RowMessage {
        line: error.line,
        column: error.column.clone(),
        value: error.value.clone(),
        code: error.reason.code(),
        reason: reason(&error.reason, t),
        repair: repair(&error.reason, t),
    }
}

/// What is wrong with a value, as a sentence.
pub fn reason(reason: &Reason, t: Texts) -> String {
    match reason {
        Reason::Missing => t.get("intake-reason-missing"),
        Reason::TooLong { max } => t.with("intake-reason-too-long", &[("max", max)]),
        Reason::Unprintable { code_point } => {
            t.with("intake-reason-unprintable", &[("code", format!("U+{code_point:04X}"))])
        }
        Reason::ExcelNumber => t.get("intake-reason-excel-number"),
        Reason::UnknownTouchpoint => t.get("intake-reason-unknown-touchpoint"),
        Reason::UnknownChannel => t.get("intake-reason-unknown-channel"),
        Reason::ChannelMismatch { expected } => {
            t.with("intake-reason-channel-mismatch", &[("expected", channel(*expected, t))])
        }
        Reason::BadTime => t.get("intake-reason-bad-time"),
        Reason::NoSuchTime => t.get("intake-reason-no-such-time"),
        Reason::AmbiguousDate => t.get("intake-reason-ambiguous-date"),
        Reason::SkippedTime => t.get("intake-reason-skipped-time"),
        Reason::FormatMismatch { format } => t.with("intake-reason-format-mismatch", &[("format", format)]),
        Reason::TooEarly => t.get("intake-reason-too-early"),
        Reason::InFuture => t.get("intake-reason-in-future"),
        Reason::BadEmail { .. } => t.get("intake-reason-bad-email"),
        Reason::BadPhone => t.get("intake-reason-bad-phone"),
        Reason::BadNumber => t.get("intake-reason-bad-number"),
        Reason::OutOfRange { min, max } => t.with("intake-reason-out-of-range", &[("min", min), ("max", max)]),
        Reason::BadBoolean => t.get("intake-reason-bad-boolean"),
        Reason::UnknownLocale => t.get("intake-reason-unknown-locale"),
        Reason::UnknownHolidayKind => t.get("intake-reason-unknown-holiday-kind"),
        Reason::UnknownAnswer => t.get("intake-reason-unknown-answer"),
        Reason::NoAnswer => t.get("intake-reason-no-answer"),
        Reason::RaggedRow { expected, found } => {
            t.with("intake-reason-ragged-row", &[("expected", expected), ("found", found)])
        }
        Reason::StrayQuote => t.get("intake-reason-stray-quote"),
        Reason::OpenQuote => t.get("intake-reason-open-quote"),
        Reason::Formula => t.get("intake-reason-formula"),
        Reason::CellError => t.get("intake-reason-cell-error"),
        Reason::Duplicate { line } => t.with("intake-reason-duplicate", &[("line", line)]),
        Reason::Conflict => t.get("intake-reason-conflict"),
        Reason::UnknownDepartment => t.get("intake-reason-unknown-department"),
        Reason::UnknownEmployee => t.get("intake-reason-unknown-employee"),
        Reason::UnknownServiceRecord => t.get("intake-reason-unknown-service-record"),
        Reason::ClosedBeforeReceived => t.get("intake-reason-closed-before-received"),
        Reason::ParentCycle => t.get("intake-reason-parent-cycle"),
        Reason::ResponseBeforeRequest => t.get("intake-reason-response-before-request"),
        Reason::CompletedBeforeRequest => t.get("intake-reason-completed-before-request"),
        Reason::RatedBeforeCompleted => t.get("intake-reason-rated-before-completed"),
    }
}

/// What to do about it, as a sentence.
pub fn repair(reason: &Reason, t: Texts) -> String {
    match reason {
        Reason::Missing => t.get("intake-repair-missing"),
        Reason::TooLong { .. } => t.get("intake-repair-too-long"),
        Reason::Unprintable { .. } => t.get("intake-repair-unprintable"),
        Reason::ExcelNumber => t.get("intake-repair-excel-number"),
        Reason::UnknownTouchpoint => t.get("intake-repair-unknown-touchpoint"),
        Reason::UnknownChannel => t.get("intake-repair-unknown-channel"),
        Reason::ChannelMismatch { .. } => t.get("intake-repair-channel-mismatch"),
        Reason::BadTime | Reason::NoSuchTime => t.get("intake-repair-time"),
        Reason::AmbiguousDate => t.get("intake-repair-ambiguous-date"),
        Reason::SkippedTime => t.get("intake-repair-skipped-time"),
        Reason::FormatMismatch { .. } => t.get("intake-repair-format-mismatch"),
        Reason::TooEarly | Reason::InFuture => t.get("intake-repair-out-of-time"),
        Reason::BadEmail { suggestion: Some(address) } => t.with("intake-repair-email-slip", &[("address", address)]),
        Reason::BadEmail { suggestion: None } => t.get("intake-repair-bad-email"),
        Reason::BadPhone => t.get("intake-repair-bad-phone"),
        Reason::BadNumber | Reason::OutOfRange { .. } => t.get("intake-repair-number"),
        Reason::BadBoolean => t.get("intake-repair-bad-boolean"),
        Reason::UnknownLocale => t.get("intake-repair-unknown-locale"),
        Reason::UnknownHolidayKind => t.get("intake-repair-unknown-holiday-kind"),
        Reason::UnknownAnswer => t.get("intake-repair-unknown-answer"),
        Reason::NoAnswer => t.get("intake-repair-no-answer"),
        Reason::RaggedRow { .. } => t.get("intake-repair-ragged-row"),
        Reason::StrayQuote | Reason::OpenQuote => t.get("intake-repair-quote"),
        Reason::Formula | Reason::CellError => t.get("intake-repair-formula"),
        Reason::Duplicate { .. } | Reason::Conflict => t.get("intake-repair-duplicate"),
        Reason::UnknownDepartment => t.get("intake-repair-unknown-department"),
        Reason::UnknownEmployee => t.get("intake-repair-unknown-employee"),
        Reason::UnknownServiceRecord => t.get("intake-repair-unknown-service-record"),
        Reason::ClosedBeforeReceived => t.get("intake-repair-order-of-times"),
        Reason::ParentCycle => t.get("intake-repair-parent-cycle"),
        Reason::ResponseBeforeRequest | Reason::CompletedBeforeRequest | Reason::RatedBeforeCompleted => {
            t.get("intake-repair-order-of-times")
        }
    }
}

/// Why a file as a whole was refused, and what to do: one or two sentences.
pub fn file_error(error: &FileError, t: Texts) -> String {
    match error {
        FileError::Unreadable(cause) => t.with("intake-file-unreadable", &[("cause", cause)]),
        FileError::TooLarge => t.get("intake-file-too-large"),
        FileError::TooWide => t.get("intake-file-too-wide"),
        FileError::NotATable => t.get("intake-file-not-a-table"),
        FileError::OldExcel => t.get("intake-file-old-excel"),
        FileError::Locked => t.get("intake-file-locked"),
        FileError::BadWorkbook(cause) => t.with("intake-file-bad-workbook", &[("cause", cause)]),
        FileError::MixedEncoding { line } => t.with("intake-file-mixed-encoding", &[("line", line)]),
        FileError::UnknownEncoding => t.get("intake-file-unknown-encoding"),
        FileError::Empty => t.get("intake-file-empty"),
        FileError::BadHeader => t.get("intake-file-bad-header"),
        FileError::DuplicateColumn(column) => t.with("intake-file-duplicate-column", &[("column", column)]),
        FileError::MissingColumns { kind, missing } => {
            t.with("intake-file-missing-columns", &[("kind", kind.as_str()), ("missing", &missing.join(", "))])
        }
        FileError::UnknownColumn { column, nearest } => {
            let what = t.with("intake-file-unknown-column", &[("column", column)]);
            with_nearest(what, nearest.as_deref(), t)
        }
        FileError::Map(error) => map_error(error, t),
        FileError::Hopeless => t.get("intake-file-hopeless"),
    }
}

/// What is wrong with a map file.
pub fn map_error(error: &MapError, t: Texts) -> String {
    match error {
        MapError::Syntax { line, message } => {
            t.with("intake-map-syntax", &[("line", line.to_string()), ("message", message.clone())])
        }
        MapError::UnknownKey { key, nearest } => {
            with_nearest(t.with("intake-map-unknown-key", &[("key", key)]), nearest.as_deref(), t)
        }
        MapError::WrongType { key, expected: Expected::Text } => t.with("intake-map-not-a-text", &[("key", key)]),
        MapError::WrongType { key, expected: Expected::Table } => t.with("intake-map-not-a-table", &[("key", key)]),
        MapError::WrongType { key, expected: Expected::Truth } => t.with("intake-map-not-a-truth", &[("key", key)]),
        MapError::BadFormat { key, source } => t.with("intake-map-bad-format", &[("key", key), ("format", &source.0)]),
        MapError::Twice(field) => t.with("intake-map-twice", &[("field", field)]),
    }
}

fn with_nearest(what: String, nearest: Option<&str>, t: Texts) -> String {
    match nearest {
        Some(nearest) => what + &t.with("intake-nearest", &[("nearest", nearest)]),
        None => what,
    }
}

fn channel(channel: Channel, t: Texts) -> String {
    match channel {
        Channel::Online => t.get("channel-online"),
        Channel::Offline => t.get("channel-offline"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::field::FieldError;
    use crate::i18n::Locale;

    /// One of each.
    fn reasons() -> Vec<Reason> {
        vec![
            Reason::Missing,
            Reason::TooLong { max: 100 },
            Reason::Unprintable { code_point: 0x202e },
            Reason::ExcelNumber,
            Reason::UnknownTouchpoint,
            Reason::UnknownChannel,
            Reason::ChannelMismatch { expected: Channel::Offline },
            Reason::BadTime,
            Reason::NoSuchTime,
            Reason::AmbiguousDate,
            Reason::SkippedTime,
            Reason::FormatMismatch { format: "%d/%m/%Y".into() },
            Reason::TooEarly,
            Reason::InFuture,
            Reason::BadEmail { suggestion: None },
            Reason::BadEmail { suggestion: Some("z***@qq.com".into()) },
            Reason::BadPhone,
            Reason::BadNumber,
            Reason::OutOfRange { min: 0, max: 44_640 },
            Reason::BadBoolean,
            Reason::UnknownLocale,
            Reason::UnknownHolidayKind,
            Reason::UnknownAnswer,
            Reason::NoAnswer,
            Reason::RaggedRow { expected: 3, found: 2 },
            Reason::StrayQuote,
            Reason::OpenQuote,
            Reason::Formula,
            Reason::CellError,
            Reason::Duplicate { line: 7 },
            Reason::Conflict,
            Reason::UnknownDepartment,
            Reason::UnknownEmployee,
            Reason::ParentCycle,
            Reason::ResponseBeforeRequest,
            Reason::CompletedBeforeRequest,
            Reason::RatedBeforeCompleted,
        ]
    }

    /// Fluent answers `Unknown localization key: "…"` for a missing key and leaves `{$name}` for a missing argument.
    fn reads_well(text: &str) {
        assert!(!text.is_empty() && !text.contains("intake-") && !text.contains(['{', '$']), "{text}");
    }

    #[test]
    fn every_reason_has_words_in_both_languages() {
        for t in Locale::ALL.map(Texts::new) {
            for reason in reasons() {
                reads_well(&super::reason(&reason, t));
                reads_well(&repair(&reason, t));
            }
        }
    }

    #[test]
    fn every_refusal_of_a_file_has_words_in_both_languages() {
        let map = |error| FileError::Map(error);
        let key = || "columns.emial".to_owned();
        for t in Locale::ALL.map(Texts::new) {
            for error in [
                FileError::Unreadable(std::io::ErrorKind::NotFound.into()),
                FileError::TooLarge,
                FileError::TooWide,
                FileError::NotATable,
                FileError::OldExcel,
                FileError::Locked,
                FileError::BadWorkbook("x".into()),
                FileError::MixedEncoding { line: 3 },
                FileError::UnknownEncoding,
                FileError::Empty,
                FileError::BadHeader,
                FileError::DuplicateColumn("a".into()),
                FileError::MissingColumns { kind: super::super::kind::Kind::Staff, missing: vec!["name"] },
                FileError::UnknownColumn { column: "a".into(), nearest: Some("b".into()) },
                FileError::Hopeless,
                map(MapError::Syntax { line: 1, message: "x".into() }),
                map(MapError::UnknownKey { key: key(), nearest: None }),
                map(MapError::WrongType { key: key(), expected: Expected::Text }),
                map(MapError::WrongType { key: key(), expected: Expected::Table }),
                map(MapError::WrongType { key: key(), expected: Expected::Truth }),
                map(MapError::BadFormat { key: key(), source: crate::domain::timestamp::BadFormat("%Q".into()) }),
                map(MapError::Twice("email".into())),
            ] {
                reads_well(&file_error(&error, t));
            }
        }
    }

    #[test]
    fn the_message_of_a_slip() {
        let slip = Reason::BadEmail { suggestion: Some("z***@qq.com".into()) };
        let error = RowError::new(88, "邮箱", FieldError::new("email", "zhang@qq,com", slip));
        let message = row(&error, Texts::new(Locale::ZhCn));
        assert_eq!((message.line, message.value.as_str(), message.code), (88, "zhang@qq,com", "bad_email"));
        assert!(message.repair.contains("z***@qq.com"), "{}", message.repair);
    }

    #[test]
    fn a_number_that_excel_changed_names_excel() {
        for t in Locale::ALL.map(Texts::new) {
            assert!(reason(&Reason::ExcelNumber, t).contains("Excel"));
        }
    }
}
