//! Complaints: which are open and for how long, and the form to enter one. Nothing personal of a stored one is on them.

use askama::Template;
use chrono::{NaiveDateTime, TimeDelta};

use super::super::frame::encode;
use super::commitment_form::Choice;
use super::{format, shell::Shell};
use crate::domain::field::{FieldError, Reason};
use crate::domain::period::Period;
use crate::domain::service_record::Channel;
use crate::i18n::Texts;
use crate::intake::message;

/// `GET /complaints?state=closed&department=repair&page=2`, and the answer 422 to closing one.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/complaints.html")]
pub struct ComplaintsPage {
    /// The frame.
    pub shell: Shell,
    /// What is listed.
    pub asked: Asked,
    /// Code and name of the departments to choose from, by name.
    pub departments: Vec<(String, String)>,
    /// Open ones, and closed ones, of the department asked for.
    pub counts: (i64, i64),
    /// Pages there are.
    pub pages: i64,
    /// The page's complaints, in their order.
    pub rows: Vec<ComplaintRow>,
    /// Below the open ones: those closed lately.
    pub recent: Vec<ComplaintRow>,
    /// The reader may close and enter them.
    pub may_write: bool,
    /// The present, in the organisation's zone.
    pub now: NaiveDateTime,
    /// Why one was not closed.
    pub refused: Option<ClosingForm>,
}

/// What the address asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Open ones or closed ones.
    pub standing: Standing,
    /// Of this department and all that are part of it, by code.
    pub department: Option<String>,
    /// The one with this number, open or closed.
    pub number: Option<String>,
    /// From 1 on.
    pub page: i64,
}

/// Whether a complaint has an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Its customer is asked nothing.
    Open,
    /// It is over.
    Closed,
}

/// A complaint.
#[derive(Debug, Clone)]
pub struct ComplaintRow {
    /// Its key.
    pub id: i64,
    /// The number the organisation gave it.
    pub reference: String,
    /// The department's name.
    pub department: String,
    /// The channel of the service.
    pub channel: Channel,
    /// The number of the service, if it is known.
    pub record: Option<String>,
    /// What kind it is, in the organisation's own words.
    pub kind: Option<String>,
    /// An urgent matter.
    pub urgent: bool,
    /// When it was received, in the organisation's zone.
    pub received: NaiveDateTime,
    /// The month in which it was received.
    pub month: Period,
    /// The month it counts in: a later one, if that one was published.
    pub counts_in: Period,
    /// When it was closed.
    pub closed: Option<NaiveDateTime>,
    /// From then until it was closed, or until now.
    pub lasted: TimeDelta,
}

/// A complaint that was not closed. Form fields: `csrf`, `closed_at`.
#[derive(Debug, Clone)]
pub struct ClosingForm {
    /// Its key.
    pub id: i64,
    /// As typed.
    pub closed_at: String,
    /// Why not.
    pub why: String,
}

/// `GET /complaints/new`, and the answer 422.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/complaint_form.html")]
pub struct ComplaintFormPage {
    /// The frame.
    pub shell: Shell,
    /// What is filled in.
    pub form: ComplaintForm,
}

/// The form to enter one. Form fields: `csrf` and those of [`crate::domain::complaint::FIELDS`].
#[derive(Debug, Clone, Default)]
pub struct ComplaintForm {
    /// As typed.
    pub fields: Vec<(String, String)>,
    /// Why the last attempt was refused.
    pub errors: Vec<FieldError>,
    /// Code and name of the departments to choose from, by name.
    pub departments: Vec<(String, String)>,
    /// Codes of the client organisations to choose from.
    pub clients: Vec<String>,
}

/// What is wrong with a field, and what to do.
pub fn problem(t: &Texts, error: &FieldError) -> String {
    let name = field_name(t, &error.field);
    match error.reason {
        Reason::Missing => t.with("complaint-error-missing", &[("field", name)]),
        Reason::Conflict => t.get("complaint-error-number"),
        _ => {
            let (reason, repair) = (message::reason(&error.reason, *t), message::repair(&error.reason, *t));
            t.with("complaint-error", &[("field", name), ("reason", reason), ("repair", repair)])
        }
    }
}

fn field_name(t: &Texts, field: &str) -> String {
    t.get(match field {
        "reference" => "complaint-number",
        "department_code" => "complaint-department",
        "channel" => "complaint-channel",
        "received_at" => "complaint-received",
        "closed_at" => "complaint-closed-at",
        "external_id" => "complaint-record",
        "kind" => "complaint-kind",
        "urgent" => "complaint-urgent",
        "customer_ref" => "complaint-customer-ref",
        "customer_name" => "complaint-customer-name",
        "email" => "complaint-email",
        "phone" => "complaint-phone",
        "client_code" => "complaint-client",
        "summary" => "complaint-summary",
        _ => "complaint-demand",
    })
}

impl Standing {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Open, Self::Closed];

    /// The value of the query parameter `state`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }
}

impl Asked {
    /// The query that asks for this.
    pub fn query(&self) -> String {
        let mut query = format!("state={}", self.standing.as_str());
        let given = [("department", &self.department), ("number", &self.number)];
        for (name, value) in given.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?))) {
            query.push_str(&format!("&{name}={}", encode(value)));
        }
        if self.page > 1 {
            query.push_str(&format!("&page={}", self.page));
        }
        query
    }
}

impl ComplaintsPage {
    /// The same departments, open or closed.
    fn href(&self, standing: &Standing) -> String {
        let asked = Asked { standing: *standing, number: None, page: 1, ..self.asked.clone() };
        format!("/complaints?{}", asked.query())
    }

    /// Another page of the same.
    fn turned(&self, by: i64) -> Option<String> {
        let page = self.asked.page + by;
        let there = self.asked.number.is_none() && (1..=self.pages).contains(&page);
        there.then(|| format!("/complaints?{}", Asked { page, ..self.asked.clone() }.query()))
    }

    fn segment(&self, t: &Texts, standing: &Standing) -> String {
        match standing {
            Standing::Open => t.with("complaint-open-count", &[("n", self.counts.0)]),
            Standing::Closed => t.with("complaint-closed-count", &[("n", self.counts.1)]),
        }
    }

    fn heading(&self, t: &Texts) -> String {
        match (&self.asked.number, self.asked.standing) {
            (Some(number), _) => t.with("complaint-numbered", &[("number", number)]),
            (None, Standing::Open) => t.get("complaint-open"),
            (None, Standing::Closed) => t.get("complaint-closed"),
        }
    }

    fn none(&self, t: &Texts) -> String {
        t.get(match (&self.asked.number, self.asked.standing) {
            (Some(_), _) => "complaint-none-numbered",
            (None, Standing::Open) => "complaint-none-open",
            (None, Standing::Closed) => "complaint-none-closed",
        })
    }

    fn csrf(&self) -> String {
        self.shell.account.as_ref().map(|account| account.csrf.clone()).unwrap_or_default()
    }

    fn is_chosen(&self, code: &str) -> bool {
        self.asked.department.as_deref() == Some(code)
    }

    /// Where one is closed, and what stands in its form.
    fn closing(&self, row: &ComplaintRow) -> Option<Closing<'_>> {
        let refused = self.refused.as_ref().filter(|refused| refused.id == row.id);
        let closed_at = refused.map_or_else(|| format::minute(&self.now), |refused| refused.closed_at.clone());
        (self.may_write && row.closed.is_none()).then(|| Closing {
            action: format!("/complaints/{}/close?{}", row.id, self.asked.query()),
            closed_at,
            wrong: refused.map(|refused| refused.why.as_str()),
        })
    }
}

/// The form below an open complaint.
struct Closing<'a> {
    action: String,
    closed_at: String,
    wrong: Option<&'a str>,
}

impl ComplaintRow {
    /// For how long it was, or has been, open: hours for two days, then days.
    fn duration(&self, t: &Texts) -> String {
        let hours = self.lasted.num_hours().max(0);
        if hours < 48 { t.count("complaint-hours", hours) } else { t.count("complaint-days", self.lasted.num_days()) }
    }

    /// Where it counts, if not in the month in which it was received.
    fn counts_later(&self, t: &Texts) -> Option<String> {
        let args = [("month", format::period(t, &self.month)), ("later", format::period(t, &self.counts_in))];
        (self.month != self.counts_in).then(|| t.with("complaint-counts-later", &args))
    }

    fn channel(&self, t: &Texts) -> String {
        format::channel(t, &Some(self.channel))
    }
}

impl ComplaintForm {
    fn value(&self, field: &str) -> &str {
        self.fields.iter().find(|(name, _)| name == field).map_or("", |(_, text)| text)
    }

    fn wrong(&self, t: &Texts, field: &str) -> Option<String> {
        self.errors.iter().find(|error| error.field == field).map(|error| problem(t, error))
    }

    /// The fields that are wrong, in words.
    fn problems(&self, t: &Texts) -> Vec<(String, String)> {
        self.errors.iter().map(|error| (error.field.to_string(), problem(t, error))).collect()
    }

    fn choices(&self, field: &str, all: impl IntoIterator<Item = (String, String)>) -> Vec<Choice> {
        let chosen = self.value(field);
        all.into_iter().map(|(value, label)| Choice { chosen: value == chosen, value, label }).collect()
    }

    fn departments(&self, t: &Texts) -> Vec<Choice> {
        let unsaid = (String::new(), t.get("complaint-of-service"));
        self.choices("department_code", std::iter::once(unsaid).chain(self.departments.iter().cloned()))
    }

    fn channels(&self, t: &Texts) -> Vec<Choice> {
        let unsaid = (String::new(), t.get("complaint-of-service"));
        let named = |one: Channel| (one.as_str().to_owned(), format::channel(t, &Some(one)));
        let all = std::iter::once(unsaid).chain([Channel::Online, Channel::Offline].map(named));
        self.choices("channel", all)
    }

    fn clients(&self, t: &Texts) -> Vec<Choice> {
        let unsaid = (String::new(), t.get("complaint-no-client"));
        let all = std::iter::once(unsaid).chain(self.clients.iter().map(|code| (code.clone(), code.clone())));
        self.choices("client_code", all)
    }

    fn is_urgent(&self) -> bool {
        !self.value("urgent").is_empty()
    }
}
