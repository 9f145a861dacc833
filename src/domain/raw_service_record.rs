//! A service record as it arrives, and the one set of rules it must pass, by file or by API.
//!
//! ```
//! use manyi::domain::raw_service_record::{RawServiceRecord, Rules};
//! let rules = Rules::new(chrono_tz::Tz::Asia__Shanghai, "2026-02-01T00:00:00Z".parse().unwrap());
//! let raw = RawServiceRecord {
//!     external_id: Some("A-1".into()),
//!     department_code: Some("repair".into()),
//!     touchpoint: Some("E-Mail".into()),
//!     completed_at: Some("2026/1/5 9:30".into()),
//!     ..RawServiceRecord::default()
//! };
//! assert_eq!(raw.validate(&rules).unwrap().completed_at.to_rfc3339(), "2026-01-05T01:30:00+00:00");
//! ```

use std::borrow::Cow;

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;

use super::address;
use super::field::{FieldError, Reason};
use super::locale::Locale;
use super::service_record::{Channel, Contact, ServiceRecord, Touchpoint, fold};
use super::text;
use super::timestamp::{self, Formats, Moment};

/// The fields of a service record, in the order of CONTRACT §4.
pub const FIELDS: [&str; 18] = [
    "external_id",
    "department_code",
    "touchpoint",
    "completed_at",
    "employee_no",
    "service_type",
    "customer_ref",
    "customer_name",
    "email",
    "phone",
    "locale",
    "requested_at",
    "first_response_at",
    "waiting_minutes",
    "resolved",
    "client_code",
    "urgent",
    "closed_automatically",
];

/// Minutes that a sender's clock may be ahead of ours.
const CLOCK_SLACK_MINUTES: i64 = 5;
/// The longest wait believed, in minutes: a month.
const MAX_WAITING_MINUTES: i32 = 31 * 24 * 60;
/// 2000-01-01 UTC in seconds: nothing was served before it.
const EARLIEST: i64 = 946_684_800;

/// The values of one service record as texts. Absent and empty are the same.
#[derive(Clone, Default)]
pub struct RawServiceRecord<'a> {
    /// Required.
    pub external_id: Option<Cow<'a, str>>,
    /// Required.
    pub department_code: Option<Cow<'a, str>>,
    /// Required, unless [`Rules::channel_alone`].
    pub touchpoint: Option<Cow<'a, str>>,
    /// Only in imported ratings; must agree with the touchpoint if both are there.
    pub channel: Option<Cow<'a, str>>,
    /// Required.
    pub completed_at: Option<Cow<'a, str>>,
    /// Optional.
    pub employee_no: Option<Cow<'a, str>>,
    /// Optional.
    pub service_type: Option<Cow<'a, str>>,
    /// Optional.
    pub customer_ref: Option<Cow<'a, str>>,
    /// Optional.
    pub customer_name: Option<Cow<'a, str>>,
    /// Optional.
    pub email: Option<Cow<'a, str>>,
    /// Optional.
    pub phone: Option<Cow<'a, str>>,
    /// Optional.
    pub locale: Option<Cow<'a, str>>,
    /// Optional.
    pub requested_at: Option<Cow<'a, str>>,
    /// Optional.
    pub first_response_at: Option<Cow<'a, str>>,
    /// Optional.
    pub waiting_minutes: Option<Cow<'a, str>>,
    /// Optional.
    pub resolved: Option<Cow<'a, str>>,
    /// Optional.
    pub client_code: Option<Cow<'a, str>>,
    /// Optional, false if absent.
    pub urgent: Option<Cow<'a, str>>,
    /// `true` or `false`: closed without a person; absent = no.
    pub closed_automatically: Option<Cow<'a, str>>,
}

/// What judging a record needs besides the record.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The organisation's zone: times without offset are in it.
    pub zone: Tz,
    /// The present; nothing may have happened after it (five minutes are granted to a fast clock).
    pub now: DateTime<Utc>,
    /// Formats of a map file; none for the API.
    pub formats: Formats,
    /// Whether a channel may stand in for the touchpoint (imported ratings only).
    pub channel_alone: bool,
}

impl Rules {
    /// The rules of the API and of files without a map.
    pub fn new(zone: Tz, now: DateTime<Utc>) -> Self {
        Self { zone, now, formats: Formats::default(), channel_alone: false }
    }

    /// Reads a time field of the past.
    ///
    /// # Errors
    /// What is wrong with the text, [`Reason::TooEarly`], [`Reason::InFuture`].
    pub fn moment(&self, field: &str, text: &str) -> Result<Moment, Reason> {
        let moment = timestamp::parse(text, self.zone, self.formats.of(field))?;
        if moment.at.timestamp() < EARLIEST {
            Err(Reason::TooEarly)
        } else if moment.at > self.now + Duration::minutes(CLOCK_SLACK_MINUTES) {
            Err(Reason::InFuture)
        } else {
            Ok(moment)
        }
    }
}

/// Collects what is wrong with the fields of one row or object, so that all of it is told at once.
#[derive(Debug, Default)]
pub struct Faults(Vec<FieldError>);

impl Faults {
    /// Reads an optional field; empty is absent.
    pub fn optional<T>(
        &mut self,
        field: &'static str,
        raw: Option<&str>,
        read: impl FnOnce(&str) -> Result<T, Reason>,
    ) -> Option<T> {
        let text = text::trim(raw?);
        if text.is_empty() {
            return None;
        }
        read(text).map_err(|reason| self.0.push(FieldError::new(field, text, reason))).ok()
    }

    /// Reads a field that must be there.
    pub fn required<T>(
        &mut self,
        field: &'static str,
        raw: Option<&str>,
        read: impl FnOnce(&str) -> Result<T, Reason>,
    ) -> Option<T> {
        let before = self.0.len();
        let value = self.optional(field, raw, read);
        if value.is_none() && self.0.len() == before {
            self.0.push(FieldError::missing(field));
        }
        value
    }

    /// Adds a fault found elsewhere.
    pub fn push(&mut self, error: FieldError) {
        self.0.push(error);
    }

    /// The value, if nothing was wrong anywhere.
    ///
    /// # Errors
    /// All that was wrong, in the order of the fields.
    pub fn finish<T>(self, value: Option<T>) -> Result<T, Vec<FieldError>> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(self.0),
        }
    }
}

impl<'a> RawServiceRecord<'a> {
    /// Sets a field by its name; `false` if there is no such field. Besides [`FIELDS`] it knows `channel`.
    pub fn set(&mut self, field: &str, value: Cow<'a, str>) -> bool {
        let slot = match field {
            "external_id" => &mut self.external_id,
            "department_code" => &mut self.department_code,
            "touchpoint" => &mut self.touchpoint,
            "channel" => &mut self.channel,
            "completed_at" => &mut self.completed_at,
            "employee_no" => &mut self.employee_no,
            "service_type" => &mut self.service_type,
            "customer_ref" => &mut self.customer_ref,
            "customer_name" => &mut self.customer_name,
            "email" => &mut self.email,
            "phone" => &mut self.phone,
            "locale" => &mut self.locale,
            "requested_at" => &mut self.requested_at,
            "first_response_at" => &mut self.first_response_at,
            "waiting_minutes" => &mut self.waiting_minutes,
            "resolved" => &mut self.resolved,
            "client_code" => &mut self.client_code,
            "urgent" => &mut self.urgent,
            "closed_automatically" => &mut self.closed_automatically,
            _ => return false,
        };
        *slot = Some(value);
        true
    }

    /// Judges every field; ask [`ServiceRecord::warnings`] for what is merely odd.
    ///
    /// # Errors
    /// All that is wrong, field by field, in the order of [`FIELDS`].
    pub fn validate(self, rules: &Rules) -> Result<ServiceRecord, Vec<FieldError>> {
        let mut faults = Faults::default();
        let code = |text: &str| text::code(text, text::MAX_CODE).map(str::to_owned);
        let name = |text: &str| text::line(text, text::MAX_NAME).map(Cow::into_owned);
        let time = |field| move |text: &str| rules.moment(field, text).map(|moment| moment.at);

        let external_id = faults.required("external_id", self.external_id.as_deref(), |text| {
            text::code(text, text::MAX_EXTERNAL_ID).map(str::to_owned)
        });
        let department_code = faults.required("department_code", self.department_code.as_deref(), code);
        let (touchpoint, channel) = self.place(rules, &mut faults);
        let completed_at = faults.required("completed_at", self.completed_at.as_deref(), time("completed_at"));
        let employee_no = faults.optional("employee_no", self.employee_no.as_deref(), code);
        let service_type = faults.optional("service_type", self.service_type.as_deref(), name);
        let contact = Contact {
            customer_ref: faults.optional("customer_ref", self.customer_ref.as_deref(), code),
            name: faults.optional("customer_name", self.customer_name.as_deref(), name),
            email: faults.optional("email", self.email.as_deref(), |text| address::email(text).map(str::to_owned)),
            phone: faults.optional("phone", self.phone.as_deref(), |text| address::phone(text).map(Cow::into_owned)),
        };
        let locale = faults.optional("locale", self.locale.as_deref(), locale);
        let requested_at = faults.optional("requested_at", self.requested_at.as_deref(), time("requested_at"));
        let first_response_at =
            faults.optional("first_response_at", self.first_response_at.as_deref(), time("first_response_at"));
        let waiting_minutes = faults.optional("waiting_minutes", self.waiting_minutes.as_deref(), waiting);
        let resolved = faults.optional("resolved", self.resolved.as_deref(), yes_or_no);
        let client_code = faults.optional("client_code", self.client_code.as_deref(), code);
        let urgent = faults.optional("urgent", self.urgent.as_deref(), yes_or_no).unwrap_or(false);
        let closed_automatically =
            faults.optional("closed_automatically", self.closed_automatically.as_deref(), yes_or_no);

        let record = match (external_id, department_code, channel, completed_at) {
            (Some(external_id), Some(department_code), Some(channel), Some(completed_at)) => Some(ServiceRecord {
                external_id,
                department_code,
                touchpoint,
                channel,
                completed_at,
                employee_no,
                service_type,
                contact,
                locale,
                requested_at,
                first_response_at,
                waiting_minutes,
                resolved,
                client_code,
                urgent,
                closed_automatically: closed_automatically.unwrap_or(false),
            }),
            _ => None,
        };
        faults.finish(record)
    }

    /// Touchpoint and channel; the channel alone where the rules allow it.
    fn place(&self, rules: &Rules, faults: &mut Faults) -> (Option<Touchpoint>, Option<Channel>) {
        let touchpoint = |text: &str| text.parse::<Touchpoint>().map_err(|_| Reason::UnknownTouchpoint);
        let channel = |text: &str| text.parse::<Channel>().map_err(|_| Reason::UnknownChannel);
        if !rules.channel_alone {
            let touchpoint = faults.required("touchpoint", self.touchpoint.as_deref(), touchpoint);
            return (touchpoint, touchpoint.map(Touchpoint::channel));
        }
        let named = self.channel.as_deref().filter(|text| !text::trim(text).is_empty());
        let touchpoint = if named.is_some() {
            faults.optional("touchpoint", self.touchpoint.as_deref(), touchpoint)
        } else {
            faults.required("touchpoint", self.touchpoint.as_deref(), touchpoint)
        };
        let given = faults.optional("channel", named, channel);
        match (touchpoint.map(Touchpoint::channel), given) {
            (Some(expected), Some(given)) if expected != given => {
                faults.push(FieldError::new("channel", given.as_str(), Reason::ChannelMismatch { expected }));
                (touchpoint, Some(expected))
            }
            (of_touchpoint, given) => (touchpoint, of_touchpoint.or(given)),
        }
    }
}

/// `true` and `false`, and what people and tables write for them.
///
/// # Errors
/// [`Reason::BadBoolean`].
pub fn yes_or_no(text: &str) -> Result<bool, Reason> {
    match fold(text).as_str() {
        "true" | "yes" | "y" | "t" | "1" | "是" | "已解决" | "已" => Ok(true),
        "false" | "no" | "n" | "f" | "0" | "否" | "未解决" | "未" => Ok(false),
        _ => Err(Reason::BadBoolean),
    }
}

fn locale(text: &str) -> Result<Locale, Reason> {
    match fold(text).as_str() {
        "中文" | "简体中文" | "汉语" | "chinese" => Ok(Locale::ZhCn),
        "英文" | "英语" | "english" => Ok(Locale::En),
        _ => text.parse().map_err(|_| Reason::UnknownLocale),
    }
}

fn waiting(text: &str) -> Result<i32, Reason> {
    let text = text::halfwidth(text);
    // Spreadsheets and data frames write whole numbers as "12.0".
    let whole = text.strip_suffix(".0").unwrap_or(&text);
    if whole.is_empty() || !whole.trim_start_matches(['-', '+']).bytes().all(|b| b.is_ascii_digit()) {
        return Err(if text::is_excel_number(&text) { Reason::ExcelNumber } else { Reason::BadNumber });
    }
    let out_of_range = Reason::OutOfRange { min: 0, max: MAX_WAITING_MINUTES.into() };
    // Only figures are left, so what does not fit is too large.
    match whole.parse::<i32>() {
        Ok(minutes) if (0..=MAX_WAITING_MINUTES).contains(&minutes) => Ok(minutes),
        _ => Err(out_of_range),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rules() -> Rules {
        Rules::new(Tz::Asia__Shanghai, "2026-02-01T00:00:00Z".parse().unwrap())
    }

    fn good() -> RawServiceRecord<'static> {
        RawServiceRecord {
            external_id: Some("A-1".into()),
            department_code: Some("D1".into()),
            touchpoint: Some("counter".into()),
            completed_at: Some("2026-01-05 09:30".into()),
            ..RawServiceRecord::default()
        }
    }

    /// The one fault of a good record in which `field` was set to `value`.
    fn fault(field: &str, value: &'static str) -> Reason {
        let mut raw = good();
        assert!(raw.set(field, value.into()));
        match raw.validate(&rules()).unwrap_err().as_slice() {
            [one] if one.field == field => one.reason.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_least_record() {
        let record = good().validate(&rules()).unwrap();
        assert_eq!(record.channel, Channel::Offline);
        assert!(!record.urgent && record.contact == Contact::default());
    }

    #[test]
    fn every_field_has_a_name() {
        for field in FIELDS {
            assert!(RawServiceRecord::default().set(field, "x".into()), "{field}");
        }
        assert!(!RawServiceRecord::default().set("nps", "x".into()));
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let errors = RawServiceRecord::default().validate(&rules()).unwrap_err();
        let fields: Vec<_> = errors.iter().map(|e| e.field.as_ref()).collect();
        assert_eq!(fields, ["external_id", "department_code", "touchpoint", "completed_at"]);
        assert!(errors.iter().all(|e| e.reason == Reason::Missing));
    }

    #[test]
    fn space_is_empty() {
        assert_eq!(fault("external_id", " 　\t"), Reason::Missing);
    }

    #[test]
    fn each_field_has_its_fault() {
        assert_eq!(fault("external_id", "1.38E+10"), Reason::ExcelNumber);
        assert_eq!(fault("touchpoint", "fax"), Reason::UnknownTouchpoint);
        assert_eq!(fault("completed_at", "05/08/2025"), Reason::AmbiguousDate);
        assert_eq!(fault("phone", "1.38E+10"), Reason::ExcelNumber);
        assert_eq!(fault("email", "zhang@qq,com"), Reason::BadEmail { suggestion: Some("z***@qq.com".into()) });
        assert_eq!(fault("locale", "fr"), Reason::UnknownLocale);
        assert_eq!(fault("resolved", "perhaps"), Reason::BadBoolean);
        assert_eq!(fault("waiting_minutes", "1.5"), Reason::BadNumber);
        assert_eq!(fault("waiting_minutes", "-3"), Reason::OutOfRange { min: 0, max: 44_640 });
        assert_eq!(fault("waiting_minutes", "99999999999"), Reason::OutOfRange { min: 0, max: 44_640 });
    }

    #[test]
    fn nothing_before_2000_and_nothing_in_the_future() {
        assert_eq!(fault("completed_at", "1999-12-31"), Reason::TooEarly);
        assert_eq!(fault("completed_at", "2026-02-01T00:05:01Z"), Reason::InFuture);
        assert_eq!(fault("requested_at", "2027-01-01"), Reason::InFuture);
        let mut raw = good();
        raw.set("completed_at", "2026-02-01T00:04:59Z".into());
        assert!(raw.validate(&rules()).is_ok());
    }

    #[test]
    fn an_answer_before_the_question_counts_with_a_warning() {
        let mut raw = good();
        raw.set("requested_at", "2026-01-05 09:00".into());
        raw.set("first_response_at", "2026-01-05 08:59".into());
        assert_eq!(raw.validate(&rules()).unwrap().warnings().len(), 1);
    }

    #[test]
    fn whole_numbers_of_a_data_frame() {
        let mut raw = good();
        raw.set("waiting_minutes", "12.0".into());
        assert_eq!(raw.validate(&rules()).unwrap().waiting_minutes, Some(12));
    }

    #[test]
    fn a_channel_alone_only_where_allowed() {
        let raw = RawServiceRecord { touchpoint: None, channel: Some("Online".into()), ..good() };
        assert!(raw.clone().validate(&rules()).is_err());
        let record = raw.validate(&Rules { channel_alone: true, ..rules() }).unwrap();
        assert_eq!((record.touchpoint, record.channel), (None, Channel::Online));
    }

    #[test]
    fn channel_and_touchpoint_must_agree() {
        let raw = RawServiceRecord { channel: Some("online".into()), ..good() };
        let errors = raw.validate(&Rules { channel_alone: true, ..rules() }).unwrap_err();
        assert_eq!(errors[0].reason, Reason::ChannelMismatch { expected: Channel::Offline });
    }

    #[test]
    fn local_times_are_the_organisations() {
        assert_eq!(good().validate(&rules()).unwrap().completed_at.to_rfc3339(), "2026-01-05T01:30:00+00:00");
    }

    proptest! {
        #[test]
        fn no_value_makes_it_panic_and_none_that_passes_breaks_a_line(
            values in proptest::collection::vec("\\PC{0,20}|[\\x00-\\x7f\u{80}-\u{ff}\u{2020}-\u{2070}]{0,20}", 17)
        ) {
            let mut raw = good();
            for (field, value) in FIELDS.into_iter().zip(&values) {
                if field != "touchpoint" && field != "completed_at" {
                    raw.set(field, value.as_str().into());
                }
            }
            raw.urgent = None;
            let mut lenient = raw.clone();
            (lenient.locale, lenient.waiting_minutes, lenient.resolved) = (None, None, None);
            let _ = raw.validate(&rules());
            if let Ok(record) = lenient.validate(&rules()) {
                prop_assert!(record.canonical().lines().all(|line| line.contains('=')));
            }
        }
    }
}
