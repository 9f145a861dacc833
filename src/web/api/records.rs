//! `POST /api/v1/service-records` and `GET /api/v1/service-records/{external_id}`.

use actix_web::http::header;
use actix_web::web::{Path, Payload};
use actix_web::{FromRequest, HttpResponse};
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::element::{Found, HandedIn, Members, faults};
use super::problem::{Fault, Refusal, Results};
use super::{Call, PREFIX};
use crate::context::Context;
use crate::db::intake::{Intake, Outcome};
use crate::db::service_record::{self, StoredRecord};
use crate::db::{self, Connection};
use crate::domain::field::{FieldError, Reason, mask_email, mask_phone};
use crate::domain::invitation::State;
use crate::domain::raw_service_record::{FIELDS, RawServiceRecord, Rules};
use crate::domain::service_record::ServiceRecord;
use crate::domain::user::Scope;
use crate::i18n::Texts;
use crate::web::frame::encode;

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
    let handed_in = HandedIn::read(call, payload).await?;
    let (t, context) = (call.t, &call.web.context);
    let rules = Rules::new(context.config.time_zone, context.now());
    let read = |members: &Members, place: &str| {
        let mut raw = RawServiceRecord::default();
        // Only minutes are a number; everywhere else digits would be lost that nobody sees.
        let found = Found::of(members, place, &FIELDS, Some("waiting_minutes"), t, |name, value| raw.set(name, value));
        found.settle(raw.validate(&rules), place, t)
    };
    let judged = handed_in
        .judged(call, "external_id", read, store, |number, outcome, place| Judgement::new(number, outcome, place, t));
    answer(judged.await?, handed_in.is_array)
}

fn store(
    conn: &mut Connection,
    context: &Context,
    records: &[ServiceRecord],
) -> db::Result<Vec<(Outcome, Option<State>)>> {
    let (config, now) = (&context.config, context.now());
    let mut intake = Intake::load(conn, &context.secrets, &config.asking, config.time_zone, config.locale, now)?;
    service_record::hand_in(conn, &mut intake, records, now)
}

/// Of one object its result decides the answer.
fn answer(judged: Vec<Judgement>, is_array: bool) -> Result<HttpResponse, Refusal> {
    match judged.first().filter(|_| !is_array) {
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

impl Judgement {
    fn new(
        external_id: Option<String>,
        outcome: Result<(Outcome, Option<State>), Vec<Fault>>,
        place: &str,
        t: Texts,
    ) -> Self {
        let (outcome, state) = match outcome {
            Ok(outcome) => outcome,
            Err(errors) => return Self { external_id, status: "invalid", invitation: None, errors },
        };
        let (status, errors) = match outcome {
            Outcome::Created(_) => ("created", Vec::new()),
            Outcome::Unchanged => ("unchanged", Vec::new()),
            Outcome::Conflict => {
                ("conflict", faults(place, &[FieldError::new("external_id", "", Reason::Conflict)], t))
            }
            Outcome::Invalid(errors) => ("invalid", faults(place, &errors, t)),
        };
        Self { external_id, status, invitation: state.map(State::as_str), errors }
    }
}

async fn find(call: &Call) -> Result<HttpResponse, Refusal> {
    call.enter(Scope::RecordsWrite)?;
    let number = Path::<String>::extract(&call.request).await.map_err(|_| Refusal::NoRecord)?.into_inner();
    let context = call.web.context.clone();
    let look = move |conn: &mut Connection| service_record::find(conn, &context.secrets, &number, context.now());
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
