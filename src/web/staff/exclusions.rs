//! `/exclusions`: answers that are left out of every figure, by two persons and before their periods are published.

use actix_web::HttpResponse;
use actix_web::web::{Bytes, Path};
use chrono::NaiveDateTime;

use super::super::frame::{Page, Refusal};
use super::super::session::Session;
use super::super::views::exclusions::{ExclusionRow, ExclusionsPage, Kind, ProposalForm, refusal};
use super::super::views::{Area, Done, Problem};
use super::{field, parse, posted, see_other};
use crate::db;
use crate::db::department::Departments;
use crate::db::exclusion::{self, By, ExclusionError, Listed};
use crate::db::period::Progress;
use crate::domain::exclusion::{Reason, Refusal as Refused, Stage, Step, may_change};
use crate::domain::text;
use crate::domain::user::Role;

/// Who may look.
pub(in crate::web) const READERS: [Role; 4] = [Role::Admin, Role::Quality, Role::Hr, Role::Auditor];

/// Who may propose and decide.
pub(super) const WRITERS: [Role; 2] = [Role::Admin, Role::Quality];

/// Rows listed.
const LISTED: i64 = 500;

const PATH: &str = "/exclusions";

/// `GET /exclusions?response=17`
pub async fn list(page: Page) -> HttpResponse {
    let named = page.query("response").map(|reference| text::trim(&reference).to_owned());
    let kind = if named.is_some() { Kind::Response } else { Kind::Record };
    let form = ProposalForm { kind, reference: named.unwrap_or_default(), ..ProposalForm::default() };
    let result = show(&page, form, None).await;
    page.answer(result)
}

/// `POST /exclusions`: proposes one.
pub async fn propose(page: Page, body: Bytes) -> HttpResponse {
    let result = ask(&page, &body).await;
    page.answer(result)
}

/// `POST /exclusions/{id}`: agrees, refuses, restores.
pub async fn decide(page: Page, id: Path<String>, body: Bytes) -> HttpResponse {
    let result = async { take(&page, parse(&id)?, &body).await };
    let result = result.await;
    page.answer(result)
}

async fn ask(page: &Page, body: &[u8]) -> Result<HttpResponse, Refusal> {
    let (session, fields) = posted(page, &WRITERS, body)?;
    let kind = if field(&fields, "kind") == Kind::Response.as_str() { Kind::Response } else { Kind::Record };
    let mut form = ProposalForm {
        kind,
        reference: text::trim(field(&fields, "reference")).to_owned(),
        reason: field(&fields, "reason").to_owned(),
        note: field(&fields, "note").to_owned(),
        problems: Vec::new(),
    };
    let Some((reason, note)) = read(page, &mut form) else { return show(page, form, None).await };
    let (email, now, reference) = (session.user.email.clone(), page.web.context.now(), form.reference.clone());
    let work = move |conn: &mut db::Connection| -> Result<(), ExclusionError> {
        let response = match kind {
            Kind::Response => text::halfwidth(&reference).into_owned(),
            Kind::Record => {
                let readings = text::readings(&reference);
                let found = readings.iter().find_map(|number| exclusion::of_record(conn, number).transpose());
                found.transpose()?.ok_or(ExclusionError::Unknown)?
            }
        };
        exclusion::request(conn, &response, reason, note.as_deref(), By { email: &email, now }).map(drop)
    };
    match page.pool().write(work).await {
        Ok(()) => Ok(see_other(&Done::Proposed.on(PATH))),
        Err(ExclusionError::Database(error)) => Err(error.into()),
        Err(error) => {
            form.problems.push(("reference", words(page, &error, kind)));
            show(page, form, None).await
        }
    }
}

/// What a form asks for; `None` with the problems noted in it.
fn read(page: &Page, form: &mut ProposalForm) -> Option<(Reason, Option<String>)> {
    let t = &page.t;
    if form.reference.is_empty() {
        form.problems.push(("reference", t.get("exclusion-error-reference")));
    }
    let reason = form.reason.parse::<Reason>().ok();
    if reason.is_none() {
        form.problems.push(("reason", t.get("exclusion-error-reason")));
    }
    let note = text::line(&form.note, text::MAX_REASON).ok().map(|note| note.into_owned());
    if note.is_none() {
        form.problems.push(("note", t.with("exclusion-error-note", &[("max", text::MAX_REASON)])));
    }
    let note = note.filter(|_| form.problems.is_empty())?;
    Some((reason?, Some(note).filter(|note| !note.is_empty())))
}

async fn take(page: &Page, id: i64, body: &[u8]) -> Result<HttpResponse, Refusal> {
    let (session, fields) = posted(page, &WRITERS, body)?;
    let wanted = Step::ALL.into_iter().find(|step| step.as_str() == field(&fields, "step"));
    let step = wanted.ok_or(Problem::BadRequest)?;
    let (email, now) = (session.user.email.clone(), page.web.context.now());
    let work = move |conn: &mut db::Connection| exclusion::decide(conn, id, step, By { email: &email, now });
    match page.pool().write(work).await {
        Ok(()) => Ok(see_other(&Done::from(step).on(PATH))),
        Err(ExclusionError::Database(error)) => Err(error.into()),
        Err(error) => {
            let why = words(page, &error, Kind::Response);
            show(page, ProposalForm::default(), Some(why)).await
        }
    }
}

fn words(page: &Page, error: &ExclusionError, kind: Kind) -> String {
    let t = &page.t;
    match error {
        ExclusionError::Refused(refused) => refusal(t, refused),
        ExclusionError::Already => t.get("exclusion-error-already"),
        _ if kind == Kind::Record => t.get("exclusion-error-no-record"),
        _ => t.get("exclusion-error-unknown"),
    }
}

async fn show(page: &Page, form: ProposalForm, refused: Option<String>) -> Result<HttpResponse, Refusal> {
    let session = page.reader(&READERS)?;
    let load = |conn: &mut db::Connection| -> db::Result<_> {
        Ok((exclusion::list(conn, LISTED)?, Departments::load(conn)?, Progress::load(conn)?))
    };
    let (listed, departments, progress) = page.pool().read(load).await?;
    let status = if refused.is_some() || !form.problems.is_empty() { 422 } else { 200 };
    let rows = listed.into_iter().map(|one| row(page, session, &departments, &progress, one)).collect();
    let view = ExclusionsPage {
        shell: page.shell(Some(Area::Exclusions)),
        form: WRITERS.contains(&session.role).then_some(form),
        refused,
        rows,
    };
    page.html(&view, status)
}

fn row(page: &Page, session: &Session, departments: &Departments, progress: &Progress, listed: Listed) -> ExclusionRow {
    let told = match may_change(&listed.counts_in, |period| progress.state(period)) {
        Err(Refused::Published(period)) => Some(period),
        _ => None,
    };
    let Listed { exclusion: one, stage, counts_in, channel, record } = listed;
    let own = one.requested_by == session.user.email;
    let steps = match stage {
        _ if !WRITERS.contains(&session.role) => Vec::new(),
        Stage::Requested if own || told.is_some() => vec![Step::Refuse],
        Stage::Requested => vec![Step::Approve, Step::Refuse],
        Stage::Excluded if told.is_none() => vec![Step::Restore],
        _ => Vec::new(),
    };
    let local = |at: NaiveDateTime| at.and_utc().with_timezone(&page.web.context.config.time_zone).naive_local();
    let by = |who: Option<String>, at: Option<NaiveDateTime>| Some((who?, local(at?)));
    ExclusionRow {
        id: one.id,
        record,
        department: departments
            .by_id(one.department_id)
            .map(|d| d.name(page.t.locale()).to_owned())
            .unwrap_or_default(),
        channel,
        month: counts_in.month,
        reason: one.reason.parse().ok(),
        note: one.note,
        stage,
        asked: (one.requested_by, local(one.requested_at)),
        decided: by(one.decided_by, one.decided_at),
        restored: by(one.restored_by, one.restored_at),
        response: one.response,
        steps,
        own,
        told: told.filter(|_| matches!(stage, Stage::Requested | Stage::Excluded)),
    }
}
