//! `POST /api/v1/complaints`

use actix_web::HttpResponse;
use actix_web::web::Payload;
use serde::Serialize;

use super::Call;
use super::element::{Found, HandedIn, Members, faults};
use super::problem::{Fault, Refusal, Results};
use crate::context::Context;
use crate::db::complaint::{Desk, Outcome};
use crate::db::{self, Connection};
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
    let handed_in = HandedIn::read(call, payload).await?;
    let (t, context) = (call.t, &call.web.context);
    let rules = Rules::new(context.config.time_zone, context.now());
    let read = |members: &Members, place: &str| {
        let mut raw = RawComplaint::default();
        let found = Found::of(members, place, &FIELDS, None, t, |name, value| raw.set(name, value));
        found.settle(raw.validate(&rules), place, t)
    };
    let judged = handed_in
        .judged(call, "reference", read, store, |number, outcome, place| Judgement::new(number, outcome, place, t));
    answer(judged.await?, handed_in.is_array)
}

fn store(conn: &mut Connection, context: &Context, complaints: &[Complaint]) -> db::Result<Vec<Outcome>> {
    let desk = Desk::load(conn, &context.secrets, context.config.time_zone, context.now())?;
    desk.store(conn, &complaints.iter().collect::<Vec<_>>(), |_| ())
}

/// Of one object its result decides the answer.
fn answer(judged: Vec<Judgement>, is_array: bool) -> Result<HttpResponse, Refusal> {
    match judged.first().filter(|_| !is_array).map(|judgement| judgement.status) {
        Some("conflict") => Err(Refusal::Conflict(Results::Complaints(judged))),
        Some("invalid") => Err(Refusal::Invalid(Results::Complaints(judged))),
        Some("created") => Ok(HttpResponse::Created().json(judged)),
        _ => Ok(HttpResponse::Ok().json(judged)),
    }
}

impl Judgement {
    fn new(reference: Option<String>, outcome: Result<Outcome, Vec<Fault>>, place: &str, t: Texts) -> Self {
        let (status, errors) = match outcome {
            Ok(Outcome::Created) => ("created", Vec::new()),
            Ok(Outcome::Closed) => ("closed", Vec::new()),
            Ok(Outcome::Unchanged) => ("unchanged", Vec::new()),
            Ok(Outcome::Conflict) => {
                ("conflict", faults(place, &[FieldError::new("reference", "", Reason::Conflict)], t))
            }
            Ok(Outcome::Invalid(errors)) => ("invalid", faults(place, &errors, t)),
            Err(errors) => ("invalid", errors),
        };
        Self { reference, status, errors }
    }
}
