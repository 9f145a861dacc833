//! A complaint, made through a formal channel of the organisation (A2-1.2): as it arrives, by file or by API, and the
//! one set of rules it must pass. It has the number that the organisation gave it (E-3.1.3); what is done about it is
//! not kept here.
//!
//! A complaint counts in the period in which it was **received**, whenever the service was. That is known at once and
//! moves no period that is past; a complaint about a service of last year says something about this month's care; and
//! of many complaints no service is known. The complaint rate is therefore events on services, not a share of them.
//!
//! ```
//! use manyi::domain::complaint::RawComplaint;
//! use manyi::domain::raw_service_record::Rules;
//! let rules = Rules::new(chrono_tz::Tz::Asia__Shanghai, "2026-02-01T00:00:00Z".parse().unwrap());
//! let raw = RawComplaint {
//!     reference: Some("TS-1".into()),
//!     department_code: Some("repair".into()),
//!     channel: Some("线下".into()),
//!     received_at: Some("2026/1/5 9:30".into()),
//!     ..RawComplaint::default()
//! };
//! assert!(raw.validate(&rules).unwrap().is_open("2026-02-01T00:00:00Z".parse().unwrap()));
//! ```

use std::borrow::Cow;

use chrono::{DateTime, SecondsFormat, Utc};

use super::address;
use super::field::{FieldError, Reason};
use super::raw_service_record::{Faults, Rules, yes_or_no};
use super::service_record::{Channel, Contact};
use super::text;

/// The fields of a complaint.
pub const FIELDS: [&str; 15] = [
    "reference",
    "department_code",
    "channel",
    "received_at",
    "closed_at",
    "external_id",
    "kind",
    "urgent",
    "customer_ref",
    "customer_name",
    "email",
    "phone",
    "client_code",
    "summary",
    "demand",
];

/// A complaint that passed validation, not yet stored: departments, services and clients are still codes.
#[derive(Debug, Clone, PartialEq)]
pub struct Complaint {
    /// The number the organisation gave it; unique.
    pub reference: String,
    /// Code of the department whose service it is about; `None` = that of the service record.
    pub department_code: Option<String>,
    /// The channel of that service; `None` = that of the service record.
    pub channel: Option<Channel>,
    /// When it was received; decides the periods it counts in.
    pub received_at: DateTime<Utc>,
    /// When it was closed; `None` = it is open.
    pub closed_at: Option<DateTime<Utc>>,
    /// Number of the service record it is about.
    pub external_id: Option<String>,
    /// What kind of complaint it is, in the organisation's own words.
    pub kind: Option<String>,
    /// An urgent matter.
    pub urgent: bool,
    /// Code of the client organisation the customer belongs to; `None` = that of the service record.
    pub client_code: Option<String>,
    /// What is personal in it.
    pub details: Details,
}

/// What of a complaint is personal: encrypted where it is stored, never logged (hence no `Debug` of the values).
#[derive(Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Details {
    /// Who complains, and how to reach them.
    #[serde(default)]
    pub contact: Contact,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// What the customer wants done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub demand: Option<String>,
}

/// The values of one complaint as texts. Absent and empty are the same.
#[derive(Clone, Default)]
pub struct RawComplaint<'a> {
    /// Required.
    pub reference: Option<Cow<'a, str>>,
    /// Required, unless the service record is named.
    pub department_code: Option<Cow<'a, str>>,
    /// Required, unless the service record is named.
    pub channel: Option<Cow<'a, str>>,
    /// Required.
    pub received_at: Option<Cow<'a, str>>,
    /// Optional.
    pub closed_at: Option<Cow<'a, str>>,
    /// Optional.
    pub external_id: Option<Cow<'a, str>>,
    /// Optional.
    pub kind: Option<Cow<'a, str>>,
    /// Optional, false if absent.
    pub urgent: Option<Cow<'a, str>>,
    /// Optional.
    pub customer_ref: Option<Cow<'a, str>>,
    /// Optional.
    pub customer_name: Option<Cow<'a, str>>,
    /// Optional.
    pub email: Option<Cow<'a, str>>,
    /// Optional.
    pub phone: Option<Cow<'a, str>>,
    /// Optional.
    pub client_code: Option<Cow<'a, str>>,
    /// Optional.
    pub summary: Option<Cow<'a, str>>,
    /// Optional.
    pub demand: Option<Cow<'a, str>>,
}

impl<'a> RawComplaint<'a> {
    /// Sets a field by its name; `false` if there is no such field.
    pub fn set(&mut self, field: &str, value: Cow<'a, str>) -> bool {
        let slot = match field {
            "reference" => &mut self.reference,
            "department_code" => &mut self.department_code,
            "channel" => &mut self.channel,
            "received_at" => &mut self.received_at,
            "closed_at" => &mut self.closed_at,
            "external_id" => &mut self.external_id,
            "kind" => &mut self.kind,
            "urgent" => &mut self.urgent,
            "customer_ref" => &mut self.customer_ref,
            "customer_name" => &mut self.customer_name,
            "email" => &mut self.email,
            "phone" => &mut self.phone,
            "client_code" => &mut self.client_code,
            "summary" => &mut self.summary,
            "demand" => &mut self.demand,
            _ => return false,
        };
        *slot = Some(value);
        true
    }

    /// Judges every field.
    ///
    /// # Errors
    /// All that is wrong, field by field.
    pub fn validate(self, rules: &Rules) -> Result<Complaint, Vec<FieldError>> {
        let mut faults = Faults::default();
        let code = |text: &str| text::code(text, text::MAX_CODE).map(str::to_owned);
        let number = |text: &str| text::code(text, text::MAX_EXTERNAL_ID).map(str::to_owned);
        let name = |text: &str| text::line(text, text::MAX_NAME).map(Cow::into_owned);
        let words = |text: &str| text::paragraphs(text, text::MAX_COMMENT);
        let time = |field| move |text: &str| rules.moment(field, text).map(|moment| moment.at);
        let channel = |text: &str| text.parse::<Channel>().map_err(|_| Reason::UnknownChannel);

        let reference = faults.required("reference", self.reference.as_deref(), number);
        let is_of_service = self.external_id.as_deref().is_some_and(|text| !text::trim(text).is_empty());
        let (department_code, channel) = if is_of_service {
            let department = faults.optional("department_code", self.department_code.as_deref(), code);
            (department, faults.optional("channel", self.channel.as_deref(), channel))
        } else {
            let department = faults.required("department_code", self.department_code.as_deref(), code);
            (department, faults.required("channel", self.channel.as_deref(), channel))
        };
        let received_at = faults.required("received_at", self.received_at.as_deref(), time("received_at"));
        let closed_at = faults.optional("closed_at", self.closed_at.as_deref(), time("closed_at"));
        if let (Some(closed), Some(received)) = (closed_at, received_at)
            && closed < received
        {
            let written = text::trim(self.closed_at.as_deref().unwrap_or_default());
            faults.push(FieldError::new("closed_at", written, Reason::ClosedBeforeReceived));
        }
        let external_id = faults.optional("external_id", self.external_id.as_deref(), number);
        let kind = faults.optional("kind", self.kind.as_deref(), name);
        let urgent = faults.optional("urgent", self.urgent.as_deref(), yes_or_no).unwrap_or(false);
        let contact = Contact {
            customer_ref: faults.optional("customer_ref", self.customer_ref.as_deref(), code),
            name: faults.optional("customer_name", self.customer_name.as_deref(), name),
            email: faults.optional("email", self.email.as_deref(), |text| address::email(text).map(str::to_owned)),
            phone: faults.optional("phone", self.phone.as_deref(), |text| address::phone(text).map(Cow::into_owned)),
        };
        let client_code = faults.optional("client_code", self.client_code.as_deref(), code);
        let summary = faults.optional("summary", self.summary.as_deref(), words);
        let demand = faults.optional("demand", self.demand.as_deref(), words);
        let complaint = reference.zip(received_at).map(|(reference, received_at)| Complaint {
            reference,
            department_code,
            channel,
            received_at,
            closed_at,
            external_id,
            kind,
            urgent,
            client_code,
            details: Details { contact, summary, demand },
        });
        faults.finish(complaint)
    }
}

impl Complaint {
    /// Whether it is not closed yet: while it is, nobody asks its customer how satisfied they are (FEATURES B3).
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        self.closed_at.is_none_or(|closed| closed > now)
    }

    /// Everything but its end as one text, to tell the same complaint handed in again from another one.
    pub fn canonical(&self) -> String {
        let mut all = String::with_capacity(320);
        let mut line = |field: &str, value: Option<&str>| {
            if let Some(value) = value {
                for part in [field, "=", value, "\n"] {
                    all.push_str(part);
                }
            }
        };
        let Details { contact, summary, demand } = &self.details;
        line("reference", Some(&self.reference));
        line("department_code", self.department_code.as_deref());
        line("channel", self.channel.map(Channel::as_str));
        line("received_at", Some(&self.received_at.to_rfc3339_opts(SecondsFormat::Micros, true)));
        line("external_id", self.external_id.as_deref());
        line("kind", self.kind.as_deref());
        line("urgent", self.urgent.then_some("true"));
        line("customer_ref", contact.customer_ref.as_deref());
        line("customer_name", contact.name.as_deref());
        line("email", contact.email.as_deref());
        line("phone", contact.phone.as_deref());
        line("client_code", self.client_code.as_deref());
        line("summary", summary.as_deref());
        line("demand", demand.as_deref());
        all
    }
}

impl std::fmt::Debug for Details {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Details(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> Rules {
        Rules::new(chrono_tz::Tz::Asia__Shanghai, "2026-02-01T00:00:00Z".parse().unwrap())
    }

    fn read(fields: &[(&str, &'static str)]) -> Result<Complaint, Vec<(String, Reason)>> {
        let mut raw = RawComplaint::default();
        for (field, value) in fields {
            assert!(raw.set(field, (*value).into()), "{field}");
        }
        let told = |errors: Vec<FieldError>| errors.into_iter().map(|e| (e.field.into_owned(), e.reason)).collect();
        raw.validate(&rules()).map_err(told)
    }

    const LEAST: [(&str, &str); 4] =
        [("reference", "TS-1"), ("department_code", "D1"), ("channel", "offline"), ("received_at", "2026-01-05 09:30")];

    #[test]
    fn every_field_has_a_name() {
        assert!(FIELDS.iter().all(|field| RawComplaint::default().set(field, "x".into())));
        assert!(!RawComplaint::default().set("touchpoint", "x".into()));
    }

    #[test]
    fn without_a_service_it_says_whose_it_is() {
        assert!(read(&LEAST).is_ok());
        let missing = read(&[("reference", "TS-1"), ("received_at", "2026-01-05 09:30")]).unwrap_err();
        assert_eq!(missing, [("department_code".into(), Reason::Missing), ("channel".into(), Reason::Missing)]);
        assert!(read(&[("reference", "TS-1"), ("received_at", "2026-01-05 09:30"), ("external_id", "A-1")]).is_ok());
    }

    #[test]
    fn it_cannot_end_before_it_came() {
        let ended = |at| read(&[LEAST.as_slice(), &[("closed_at", at)]].concat());
        assert_eq!(ended("2026-01-05 09:29").unwrap_err(), [("closed_at".into(), Reason::ClosedBeforeReceived)]);
        assert!(!ended("2026-01-05 09:30").unwrap().is_open(rules().now));
    }

    #[test]
    fn its_end_is_no_part_of_what_it_says() {
        let open = read(&LEAST).unwrap();
        let closed = read(&[LEAST.as_slice(), &[("closed_at", "2026-01-06 10:00")]].concat()).unwrap();
        assert_eq!(open.canonical(), closed.canonical());
        let other = read(&[LEAST.as_slice(), &[("demand", "退款")]].concat()).unwrap();
        assert_ne!(open.canonical(), other.canonical());
    }

    #[test]
    fn what_the_customer_said_is_in_no_message() {
        let complaint = read(&[LEAST.as_slice(), &[("summary", "secret"), ("email", "w@example.com")]].concat());
        assert!(!format!("{:?}", complaint.unwrap()).contains("secret"));
        let long = FieldError::new("summary", "secret", Reason::TooLong { max: 1 });
        assert_eq!(long.value, "…");
    }
}
