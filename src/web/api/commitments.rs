//! `GET` and `POST /api/v1/commitments`: what was promised, by clause, from when to when; and what will be.

use std::borrow::Cow;

use actix_web::HttpResponse;
use actix_web::web::Payload;
use chrono::NaiveDate;
use serde::Serialize;

use super::Call;
use super::body::{self, Document, Element, Scalar};
use super::element::{plain, unknown};
use super::problem::{Fault, Refusal};
use super::query::Parameters;
use crate::db::announcement::{AnnounceError, Announced, announce as put};
use crate::db::scores::RequestError;
use crate::db::{self, commitment};
use crate::domain::announcement::{self, Announcement, FIELDS, MAX_NOTE, Problem};
use crate::domain::commitment::{Commitment, Consequence, EvidenceRule, Level, Metric};
use crate::domain::period::{Grain, local_date};
use crate::domain::points::from_hundredths;
use crate::domain::user::Scope;
use crate::i18n::Texts;

/// All commitments.
#[derive(Debug, Serialize)]
pub(super) struct List {
    /// In the order they were stored.
    pub items: Vec<CommitmentView>,
}

/// A commitment as other systems read it.
#[derive(Debug, Serialize)]
pub(super) struct CommitmentView {
    id: i64,
    metric: Metric,
    level: Level,
    department: Option<String>,
    client: Option<String>,
    channel: &'static str,
    grain: Grain,
    target: f64,
    tolerance: f64,
    consequence: Option<Consequence>,
    clause: String,
    evidence_rule: EvidenceRule,
    valid_from: NaiveDate,
    valid_to: Option<NaiveDate>,
}

/// `GET /api/v1/commitments`
pub(super) async fn list(call: Call) -> HttpResponse {
    call.answer(all(&call).await)
}

/// `POST /api/v1/commitments`
pub(super) async fn announce(call: Call, payload: Payload) -> HttpResponse {
    call.answer(store(&call, payload).await)
}

async fn all(call: &Call) -> Result<HttpResponse, Refusal> {
    call.enter(Scope::ScoresRead)?;
    Parameters::read(&call.request, call.t, &[]).finish(Some(()))?;
    let all = call.pool().read(commitment::all).await?;
    call.json(&List { items: all.into_iter().map(CommitmentView::new).collect() })
}

async fn store(call: &Call, payload: Payload) -> Result<HttpResponse, Refusal> {
    call.enter(Scope::Admin)?;
    let announcement = match body::read(&call.request, payload).await? {
        Document::One(Element::Object(members)) => read(&members, call.t)?,
        _ => return Err(Refusal::Body(vec![Fault::of_value("", call.t.get("api-not-an-object"))])),
    };
    let (now, actor) = (call.web.context.now(), format!("token:{}", call.caller));
    let today = local_date(now, call.web.context.config.time_zone);
    let work = move |conn: &mut db::Connection| put(conn, &announcement, &actor, today, now);
    match call.pool().write(work).await.map_err(|error| refused(error, call.t))? {
        Announced::Created(stored) => Ok(HttpResponse::Created().json(CommitmentView::new(stored))),
        Announced::Unchanged(stored) => Ok(HttpResponse::Ok().json(CommitmentView::new(stored))),
    }
}

/// What can't be found stands in the body, not in the address.
fn refused(error: AnnounceError, t: Texts) -> Refusal {
    match error {
        AnnounceError::Refused(refused) => Refusal::Announce(refused),
        AnnounceError::Request(RequestError::UnknownDepartment { .. }) => {
            Refusal::Body(vec![Fault::of_member("", "department", t.get("intake-reason-unknown-department"))])
        }
        AnnounceError::Request(error) => error.into(),
        AnnounceError::UnknownClient => {
            Refusal::Body(vec![Fault::of_member("", "client", t.get("intake-reason-unknown-client"))])
        }
    }
}

/// What is announced, or all that is wrong with it.
fn read(given: &[(String, Scalar)], t: Texts) -> Result<Announcement, Refusal> {
    let (members, mut faults) = members(given, t);
    let text = |name: &str| members.iter().find(|(given, _)| *given == name).map(|(_, text)| text.as_ref());
    match announcement::read(text) {
        Ok(announcement) if faults.is_empty() => Ok(announcement),
        Ok(_) => Err(Refusal::Body(faults)),
        Err(wrong) => {
            let known: Vec<_> = faults.iter().filter_map(|fault| fault.pointer.clone()).collect();
            // What can't be read at all is not missing as well.
            let is_new = |wrong: &announcement::Fault| {
                wrong.problem != Problem::Missing || !known.contains(&format!("/{}", wrong.field))
            };
            let wrong = wrong.into_iter().filter(is_new);
            faults.extend(wrong.map(|wrong| Fault::of_member("", wrong.field, explain(&wrong.problem, t))));
            Err(Refusal::Body(faults))
        }
    }
}

fn explain(problem: &Problem, t: Texts) -> String {
    let allowed = match problem {
        Problem::Missing => return t.get("api-missing"),
        Problem::DoesNotAgree => return t.get("api-does-not-agree"),
        Problem::NotOneOf(words) => words.join(", "),
        Problem::NotACode => t.get("api-allowed-code"),
        Problem::NotANumber => t.get("api-allowed-number"),
        Problem::NotADate => t.get("api-allowed-date"),
        Problem::NotANote => t.with("api-allowed-note", &[("max", MAX_NOTE)]),
    };
    t.with("api-allowed", &[("allowed", allowed)])
}

/// The members with their texts, and what can't be a member.
fn members(given: &[(String, Scalar)], t: Texts) -> (Vec<(&str, Cow<'_, str>)>, Vec<Fault>) {
    let mut members: Vec<(&str, Cow<'_, str>)> = Vec::new();
    let mut faults = Vec::new();
    for (name, value) in given.iter().take(FIELDS.len() * 2) {
        if !FIELDS.contains(&name.as_str()) {
            faults.push(Fault::of_member("", name, unknown(name, FIELDS, t)));
        } else if members.iter().any(|(other, _)| other == name) {
            faults.push(Fault::of_member("", name, t.get("api-given-twice")));
        } else if *value == Scalar::Nested {
            faults.push(Fault::of_member("", name, t.get("api-not-plain")));
        } else if let Some(text) = plain(value) {
            members.push((name, text));
        }
    }
    (members, faults)
}

impl CommitmentView {
    pub(super) fn new(one: Commitment) -> Self {
        Self {
            id: one.id,
            metric: one.metric,
            level: one.level,
            department: one.department_code,
            client: one.client_code,
            channel: one.channel.map_or("all", |channel| channel.as_str()),
            grain: one.grain,
            target: from_hundredths(one.target),
            tolerance: from_hundredths(one.tolerance),
            consequence: one.consequence,
            clause: one.clause,
            evidence_rule: one.evidence_rule,
            valid_from: one.valid_from,
            valid_to: one.valid_to,
        }
    }
}
