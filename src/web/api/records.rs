//! `POST /api/v1/service-records` and `GET /api/v1/service-records/{external_id}`.

use std::borrow::Cow;
use std::sync::Arc;

use actix_web::http::header;
use actix_web::web::{Path, Payload};
use actix_web::{FromRequest, HttpResponse};
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::body::{self, Document, Element, MAX_RECORDS, Scalar};
use super::problem::{Fault, Refusal, Results};
use super::{Call, PREFIX};
use crate::db::intake::{Intake, Outcome};
use crate::db::service_record::{self, StoredRecord};
use crate::db::{self};
use crate::domain::field::{FieldError, Reason, mask_email, mask_phone};
use crate::domain::invitation::State;
use crate::domain::raw_service_record::{FIELDS, RawServiceRecord, Rules};
use crate::domain::service_record::ServiceRecord;
use crate::domain::text;
use crate::domain::user::Scope;
use crate::i18n::Texts;
use crate::intake::kind::nearest;
use crate::intake::message;
use crate::web::frame::encode;

/// Times that a transaction is begun, as another one may store the same record first.
pub(super) const TRIES: usize = 4;

/// The most faults told of one record.
const MOST_FAULTS: usize = 25;

/// What became of one record.
#[derive(Debug, Serialize)]
pub(super) struct Judgement {
    /// Its number, if it has one that can be read.
    pub external_id: Option<String>,
    /// `created`, `unchanged`, `conflict` or `invalid`.
    pub status: &'static str,
    /// The state of the invitation of the record that is stored under this number.
    pub invitation: Option<&'static str>,
    /// What is wrong with it.
    pub errors: Vec<Fault>,
}

/// A record as it was handed in; the customer's address and telephone number are masked.
#[derive(Debug, Serialize)]
pub(super) struct RecordView {
    external_id: String,
    department_code: String,
    touchpoint: Option<&'static str>,
    channel: &'static str,
    completed_at: DateTime<Utc>,
    employee_no: Option<String>,
    service_type: Option<String>,
    customer_ref: Option<String>,
    customer_name: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    locale: Option<&'static str>,
    requested_at: Option<DateTime<Utc>>,
    first_response_at: Option<DateTime<Utc>>,
    waiting_minutes: Option<i32>,
    resolved: Option<bool>,
    client_code: Option<String>,
    urgent: bool,
    closed_automatically: bool,
    invitation: &'static str,
}

/// `POST /api/v1/service-records`
pub(super) async fn hand_in(call: Call, payload: Payload) -> HttpResponse {
    call.answer(take(&call, payload).await)
}

/// `GET /api/v1/service-records/{external_id}`
pub(super) async fn show(call: Call) -> HttpResponse {
    call.answer(find(&call).await)
}

async fn take(call: &Call, payload: Payload) -> Result<HttpResponse, Refusal> {
    call.enter(Scope::RecordsWrite)?;
    match body::read(&call.request, payload).await? {
        Document::Many(elements) if elements.len() > MAX_RECORDS => Err(Refusal::TooManyRecords),
        Document::Many(elements) => Ok(HttpResponse::Ok().json(judge(call, &elements, true).await?)),
        Document::One(element) => one(judge(call, &[element], false).await?),
    }
}

/// The answer to one object: its result decides.
fn one(judged: Vec<Judgement>) -> Result<HttpResponse, Refusal> {
    match judged.first() {
        Some(Judgement { status: "conflict", .. }) => Err(Refusal::Conflict(Results::Records(judged))),
        Some(Judgement { status: "invalid", .. }) => Err(Refusal::Invalid(Results::Records(judged))),
        Some(Judgement { status: "created", external_id, .. }) => {
            let number = encode(external_id.as_deref().unwrap_or_default());
            let place = format!("{PREFIX}/service-records/{number}");
            Ok(HttpResponse::Created().insert_header((header::LOCATION, place)).json(judged))
        }
        _ => Ok(HttpResponse::Ok().json(judged)),
    }
}

/// Judges each element alone and stores what is valid, in one transaction.
async fn judge(call: &Call, elements: &[Element], is_array: bool) -> Result<Vec<Judgement>, Refusal> {
    let context = &call.web.context;
    let rules = Rules::new(context.config.time_zone, context.now());
    let places = (0..elements.len()).map(|at| if is_array { format!("/{at}") } else { String::new() });
    let read: Vec<_> = elements
        .iter()
        .zip(places)
        .map(|(element, place)| (number(element, "external_id"), read(element, &place, &rules, call.t), place))
        .collect();
    let valid: Vec<ServiceRecord> = read.iter().filter_map(|(_, record, _)| record.as_ref().ok().cloned()).collect();
    let mut outcomes = store(call, valid).await?.into_iter();
    let judgement = |(external_id, record, place): (Option<String>, Result<ServiceRecord, Vec<Fault>>, String)| {
        if let Err(errors) = record {
            return Some(Judgement { external_id, status: "invalid", invitation: None, errors });
        }
        let (outcome, state) = outcomes.next()?;
        Some(judgement(external_id, outcome, state, &place, call.t))
    };
    Ok(read.into_iter().filter_map(judgement).collect())
}

fn judgement(external_id: Option<String>, outcome: Outcome, state: Option<State>, place: &str, t: Texts) -> Judgement {
    let (status, errors) = match outcome {
        Outcome::Created(_) => ("created", Vec::new()),
        Outcome::Unchanged(_) => ("unchanged", Vec::new()),
        Outcome::Conflict => {
            let error = FieldError::new("external_id", "", Reason::Conflict);
            ("conflict", faults(place, &[error], t))
        }
        Outcome::Invalid(errors) => ("invalid", faults(place, &errors, t)),
    };
    Judgement { external_id, status, invitation: state.map(State::as_str), errors }
}

/// Stores valid records. Who loses the race for a number begins again and finds the record there.
async fn store(call: &Call, records: Vec<ServiceRecord>) -> Result<Vec<(Outcome, Option<State>)>, Refusal> {
    if records.is_empty() {
        return Ok(Vec::new());
    }
    let records = Arc::new(records);
    let mut tries = 1;
    loop {
        let (context, records) = (call.web.context.clone(), records.clone());
        let work = move |conn: &mut db::Connection| {
            let (config, now) = (&context.config, context.now());
            let mut intake =
                Intake::load(conn, &context.secrets, &config.asking, config.time_zone, config.locale, now)?;
            service_record::hand_in(conn, &mut intake, &records, now)
        };
        match call.pool().write(work).await {
            Err(error) if tries < TRIES && service_record::was_overtaken(&error) => tries += 1,
            result => return Ok(result?),
        }
    }
}

/// The number of an element, where it is one.
pub(super) fn number(element: &Element, field: &str) -> Option<String> {
    let Element::Object(members) = element else { return None };
    let text = members.iter().find(|(name, _)| name == field).and_then(|(_, value)| plain(value))?;
    let number = text::code(text::trim(&text), text::MAX_EXTERNAL_ID).ok()?;
    (!number.is_empty()).then(|| number.to_owned())
}

/// Reads one element by the rules that files have.
fn read(element: &Element, place: &str, rules: &Rules, t: Texts) -> Result<ServiceRecord, Vec<Fault>> {
    let Element::Object(members) = element else {
        return Err(vec![Fault::of_value(place, t.get("api-not-an-object"))]);
    };
    let mut raw = RawServiceRecord::default();
    // Only minutes are a number; everywhere else digits would be lost that nobody sees.
    let found = Found::of(members, place, &FIELDS, Some("waiting_minutes"), t, |name, value| raw.set(name, value));
    found.settle(raw.validate(rules), place, t)
}

/// What can't be read of an object, before its values are judged.
pub(super) struct Found<'e> {
    faults: Vec<Fault>,
    unreadable: Vec<&'e str>,
}

impl<'e> Found<'e> {
    /// Hands every member that is known to `set`, as the text that a file would have. `number` may be inexact.
    pub fn of(
        members: &'e [(String, Scalar)],
        place: &str,
        known: &[&'static str],
        number: Option<&str>,
        t: Texts,
        mut set: impl FnMut(&str, Cow<'e, str>) -> bool,
    ) -> Self {
        let mut found = Self { faults: Vec::new(), unreadable: Vec::new() };
        let mut seen: Vec<&str> = Vec::with_capacity(members.len().min(known.len()));
        for (name, value) in members {
            if found.faults.len() >= MOST_FAULTS {
                break;
            }
            if !known.contains(&name.as_str()) {
                found.faults.push(Fault::of_member(place, name, unknown(name, known.iter().copied(), t)));
                continue;
            }
            if seen.contains(&name.as_str()) {
                found.faults.push(Fault::of_member(place, name, t.get("api-given-twice")));
                continue;
            }
            seen.push(name);
            let fault = match value {
                Scalar::Nested => Some(t.get("api-not-plain")),
                Scalar::Number(digits) if digits.is_f64() && number != Some(name) => Some(t.get("api-inexact-number")),
                _ => None,
            };
            match fault {
                Some(message) => {
                    found.unreadable.push(name);
                    found.faults.push(Fault::of_member(place, name, message));
                }
                None => {
                    set(name, plain(value).unwrap_or_default());
                }
            }
        }
        found
    }

    /// The value, if it is valid and nothing was unreadable; else all that is wrong.
    pub fn settle<T>(mut self, judged: Result<T, Vec<FieldError>>, place: &str, t: Texts) -> Result<T, Vec<Fault>> {
        match judged {
            Ok(value) if self.faults.is_empty() => Ok(value),
            Ok(_) => Err(self.faults),
            Err(errors) => {
                // What is there but can't be read is not missing as well.
                let errors: Vec<_> =
                    errors.into_iter().filter(|e| !self.unreadable.contains(&e.field.as_ref())).collect();
                self.faults.extend(faults(place, &errors, t));
                Err(self.faults)
            }
        }
    }
}

/// A plain value as the text that a file would have; `None` if it is absent or no plain value.
pub(super) fn plain(value: &Scalar) -> Option<Cow<'_, str>> {
    match value {
        Scalar::Text(text) => Some(Cow::Borrowed(text)),
        Scalar::Number(number) => Some(Cow::Owned(number.to_string())),
        Scalar::Truth(truth) => Some(Cow::Borrowed(if *truth { "true" } else { "false" })),
        Scalar::Null | Scalar::Nested => None,
    }
}

/// What to say of a member that is not known.
pub(super) fn unknown<'a>(name: &str, known: impl IntoIterator<Item = &'a str>, t: Texts) -> String {
    let message = t.get("api-unknown-member");
    match nearest(name, known) {
        Some(nearest) => message + &t.with("api-nearest", &[("nearest", nearest)]),
        None => message,
    }
}

/// What is wrong with values, each with what to do about it.
pub(super) fn faults(place: &str, errors: &[FieldError], t: Texts) -> Vec<Fault> {
    let words = |error: &FieldError| {
        let (reason, repair) = (message::reason(&error.reason, t), repair(&error.reason, t));
        let message = t.with("api-reason-and-repair", &[("reason", reason), ("repair", repair)]);
        Fault::of_member(place, &error.field, message)
    };
    errors.iter().map(words).collect()
}

/// What to do about it. Where the words for files speak of files, the API has its own.
fn repair(reason: &Reason, t: Texts) -> String {
    match reason {
        Reason::Unprintable { .. } => t.get("api-repair-unprintable"),
        Reason::ExcelNumber => t.get("api-repair-excel-number"),
        Reason::AmbiguousDate => t.get("api-repair-ambiguous-date"),
        Reason::UnknownDepartment => t.get("api-repair-unknown-department"),
        Reason::UnknownEmployee => t.get("api-repair-unknown-employee"),
        reason => message::repair(reason, t),
    }
}

async fn find(call: &Call) -> Result<HttpResponse, Refusal> {
    call.enter(Scope::RecordsWrite)?;
    let number = Path::<String>::extract(&call.request).await.map_err(|_| Refusal::NoRecord)?.into_inner();
    let context = call.web.context.clone();
    let look = move |conn: &mut db::Connection| service_record::find(conn, &context.secrets, &number, context.now());
    let found = call.pool().read(look).await?.ok_or(Refusal::NoRecord)?;
    call.json(&RecordView::new(found))
}

impl RecordView {
    pub(super) fn new(stored: StoredRecord) -> Self {
        let record = stored.record;
        let contact = record.contact;
        Self {
            external_id: record.external_id,
            department_code: record.department_code,
            touchpoint: record.touchpoint.map(|touchpoint| touchpoint.as_str()),
            channel: record.channel.as_str(),
            completed_at: record.completed_at,
            employee_no: record.employee_no,
            service_type: record.service_type,
            customer_ref: contact.customer_ref,
            customer_name: contact.name,
            email: contact.email.as_deref().map(mask_email),
            phone: contact.phone.as_deref().map(mask_phone),
            locale: record.locale.map(|locale| locale.as_str()),
            requested_at: record.requested_at,
            first_response_at: record.first_response_at,
            waiting_minutes: record.waiting_minutes,
            resolved: record.resolved,
            client_code: record.client_code,
            urgent: record.urgent,
            closed_automatically: record.closed_automatically,
            invitation: stored.invitation.as_str(),
        }
    }
}
