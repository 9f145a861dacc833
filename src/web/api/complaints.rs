//! `POST /api/v1/complaints`

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::Payload;
use serde::Serialize;

use super::Call;
use super::body::{self, Document, Element, MAX_RECORDS};
use super::problem::{Fault, Refusal, Results};
use super::records::{Found, TRIES, faults, number};
use crate::db::complaint::{Desk, Outcome};
use crate::db::service_record::was_overtaken;
use crate::db::{self};
use crate::domain::complaint::{Complaint, FIELDS, RawComplaint};
use crate::domain::field::{FieldError, Reason};
use crate::domain::raw_service_record::Rules;
use crate::domain::user::Scope;
use crate::i18n::Texts;

/// What became of one complaint.
#[derive(Debug, Serialize)]
pub(super) struct Judgement {
    /// Its number, if it has one that can be read.
    pub reference: Option<String>,
    /// `created`, `closed`, `unchanged`, `conflict` or `invalid`.
    pub status: &'static str,
    /// What is wrong with it.
    pub errors: Vec<Fault>,
}

/// `POST /api/v1/complaints`
pub(super) async fn hand_in(call: Call, payload: Payload) -> HttpResponse {
    call.answer(take(&call, payload).await)
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
    match judged.first().map(|judgement| judgement.status) {
        Some("conflict") => Err(Refusal::Conflict(Results::Complaints(judged))),
        Some("invalid") => Err(Refusal::Invalid(Results::Complaints(judged))),
        Some("created") => Ok(HttpResponse::Created().json(judged)),
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
        .map(|(element, place)| (number(element, "reference"), read(element, &place, &rules, call.t), place))
        .collect();
    let valid: Vec<Complaint> = read.iter().filter_map(|(_, complaint, _)| complaint.as_ref().ok().cloned()).collect();
    let mut outcomes = store(call, valid).await?.into_iter();
    let judgement = |(reference, complaint, place): (Option<String>, Result<Complaint, Vec<Fault>>, String)| {
        if let Err(errors) = complaint {
            return Some(Judgement { reference, status: "invalid", errors });
        }
        let (status, errors) = status(outcomes.next()?, &place, call.t);
        Some(Judgement { reference, status, errors })
    };
    Ok(read.into_iter().filter_map(judgement).collect())
}

fn status(outcome: Outcome, place: &str, t: Texts) -> (&'static str, Vec<Fault>) {
    match outcome {
        Outcome::Created => ("created", Vec::new()),
        Outcome::Closed => ("closed", Vec::new()),
        Outcome::Unchanged => ("unchanged", Vec::new()),
        Outcome::Conflict => ("conflict", faults(place, &[FieldError::new("reference", "", Reason::Conflict)], t)),
        Outcome::Invalid(errors) => ("invalid", faults(place, &errors, t)),
    }
}

/// Stores valid complaints. Who loses the race for a number begins again and finds the complaint there.
async fn store(call: &Call, complaints: Vec<Complaint>) -> Result<Vec<Outcome>, Refusal> {
    if complaints.is_empty() {
        return Ok(Vec::new());
    }
    let complaints = Arc::new(complaints);
    let mut tries = 1;
    loop {
        let (context, complaints) = (call.web.context.clone(), complaints.clone());
        let work = move |conn: &mut db::Connection| {
            let desk = Desk::load(conn, &context.secrets, context.config.time_zone, context.now())?;
            desk.store(conn, &complaints.iter().collect::<Vec<_>>())
        };
        match call.pool().write(work).await {
            Err(error) if tries < TRIES && was_overtaken(&error) => tries += 1,
            result => return Ok(result?),
        }
    }
}

/// Reads one element by the rules that files have.
fn read(element: &Element, place: &str, rules: &Rules, t: Texts) -> Result<Complaint, Vec<Fault>> {
    let Element::Object(members) = element else {
        return Err(vec![Fault::of_value(place, t.get("api-not-an-object"))]);
    };
    let mut raw = RawComplaint::default();
    let found = Found::of(members, place, &FIELDS, None, t, |name, value| raw.set(name, value));
    found.settle(raw.validate(rules), place, t)
}
