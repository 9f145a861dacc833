//! `/staff/commitments`: the register of what is promised, and the forms that change it (A1-4.1, B4-6).

use actix_web::HttpResponse;
use actix_web::web::{Bytes, Path};
use chrono::NaiveDate;

use super::super::frame::{Page, Refusal};
use super::super::session::Session;
use super::super::views::commitment_form::{EndPage, Form, FormPage, Step};
use super::super::views::commitments::{LogRow, Preview, PreviewPage, RegisterPage, Row};
use super::super::views::promise::Names;
use super::super::views::{Area, Done, Problem};
use super::{Fields, field, parse, plain, posted, see_other};
use crate::db::announcement::{self, AnnounceError, Announced, EndError, Logged, Planned};
use crate::db::department::Departments;
use crate::db::period::Progress;
use crate::db::scores::RequestError;
use crate::db::{self, commitment};
use crate::domain::announcement::{Announcement, Ending, number, read, read_ending};
use crate::domain::commitment::{Commitment, Level, Metric};
use crate::domain::notice::proposal;
use crate::domain::period::local_date;
use crate::domain::succession::{judged_again, next, reach, reach_of_end};
use crate::domain::user::Role;

/// Who may look; a head of department sees what binds the own departments.
pub(in crate::web) const READERS: [Role; 5] = [Role::Admin, Role::Quality, Role::Head, Role::Hr, Role::Auditor];

/// Who may change it.
const WRITERS: [Role; 2] = [Role::Admin, Role::Quality];

/// Changes listed.
const LOGGED: usize = 30;

/// Periods that are over and named in a preview.
const OVER: usize = 12;

/// Numbers, codes and days, which a Chinese keyboard may have typed in full width.
const PLAIN: [&str; 5] = ["target", "tolerance", "clause", "valid_from", "valid_to"];

const PATH: &str = "/staff/commitments";
const NEW: &str = "/staff/commitments/new";

/// `GET /staff/commitments`
pub async fn list(page: Page) -> HttpResponse {
    let result = register(&page).await;
    page.answer(result)
}

/// `GET /staff/commitments/new?follow=7`, and the preview of what the fields in the address would do: one can come back to
/// it, and nothing is stored by looking.
pub async fn form(page: Page) -> HttpResponse {
    let result = async {
        page.reader(&WRITERS)?;
        if let Some(step) = page.query("step") {
            return look(&page, &step).await;
        }
        let followed: Option<i64> = page.query("follow").map(|text| parse(&text)).transpose()?;
        let known = page.pool().query(commitment::all).await?;
        let followed = followed.map(|id| known.into_iter().find(|one| one.id == id).ok_or(Problem::NotFound));
        let fields = match followed.transpose()? {
            Some(one) => as_typed(&one, today(&page)),
            None => vec![("tolerance".into(), "5".into()), ("evidence_rule".into(), "verdict_stands".into())],
        };
        show_form(&page, fields, Vec::new()).await
    };
    let result = result.await;
    page.answer(result)
}

/// `POST /staff/commitments/new`: shows what it would do, or stores it.
pub async fn announce(page: Page, body: Bytes) -> HttpResponse {
    let result = take(&page, &body).await;
    page.answer(result)
}

/// `GET /staff/commitments/{id}/end`, and the preview of what the fields in the address would do.
pub async fn end_form(page: Page, id: Path<String>) -> HttpResponse {
    let result = async {
        page.reader(&WRITERS)?;
        let one = find(&page, parse(&id)?).await?;
        if let Some(step) = page.query("step") {
            return look_at_end(&page, one, &step).await;
        }
        let last_day = proposal(today(&page), one.grain).pred_opt().unwrap_or(NaiveDate::MAX);
        show_end(&page, one, vec![("valid_to".into(), last_day.to_string())], Vec::new()).await
    };
    let result = result.await;
    page.answer(result)
}

/// `POST /staff/commitments/{id}/end`: shows what it would do, or ends it.
pub async fn end(page: Page, id: Path<String>, body: Bytes) -> HttpResponse {
    let result = async { take_end(&page, parse(&id)?, &body).await };
    let result = result.await;
    page.answer(result)
}

fn today(page: &Page) -> NaiveDate {
    local_date(page.web.context.now(), page.web.context.config.time_zone)
}

/// The register as the reader may see it, and the departments by code.
async fn register(page: &Page) -> Result<HttpResponse, Refusal> {
    let session = page.reader(&READERS)?;
    let wants_log = session.sees_everything();
    let load = move |conn: &mut db::Connection| -> db::Result<_> {
        let log = if wants_log { announcement::log(conn, LOGGED)? } else { Vec::new() };
        Ok((commitment::all(conn)?, Departments::load(conn)?, log))
    };
    let (all, departments, log) = page.pool().read(load).await?;
    let names = names(page, &departments, |id| session.sees(&departments, id));
    let metric: Option<Metric> = page.query("metric").and_then(|word| word.parse().ok());
    let department = page.query("department").filter(|code| names.contains_key(code));
    let concerns = |one: &&Commitment| {
        is_for(session, one, &names)
            && metric.is_none_or(|metric| one.metric == metric)
            && (one.level != Level::Department
                || department.is_none()
                || one.department_code.is_none()
                || one.department_code == department)
    };
    let row = |one: &Commitment| Row { next: next(&all, one).cloned(), commitment: one.clone() };
    let view = RegisterPage {
        shell: page.shell(Some(Area::Commitments)),
        today: today(page),
        may_write: WRITERS.contains(&session.role),
        rows: all.iter().filter(concerns).map(row).collect(),
        metric,
        department,
        log: log.into_iter().map(|logged| log_row(page, logged)).collect(),
        names,
    };
    page.html(&view, 200)
}

/// A promise to a client is nobody's but those who see everything.
fn is_for(session: &Session, one: &Commitment, names: &Names) -> bool {
    session.sees_everything()
        || match one.level {
            Level::Organisation => true,
            Level::Department => one.department_code.as_ref().is_none_or(|code| names.contains_key(code)),
            Level::Client | Level::Employee => false,
        }
}

fn names(page: &Page, departments: &Departments, sees: impl Fn(i64) -> bool) -> Names {
    let seen = departments.iter().filter(|one| sees(one.id));
    seen.map(|one| (one.code.clone(), one.name(page.t.locale()).to_owned())).collect()
}

fn log_row(page: &Page, logged: Logged) -> LogRow {
    let zone = page.web.context.config.time_zone;
    LogRow {
        at: logged.at.with_timezone(&zone).naive_local(),
        by: logged.actor,
        is_end: logged.is_end,
        commitment: logged.commitment,
        waiver: logged.waiver,
        note: logged.note,
    }
}

async fn find(page: &Page, id: i64) -> Result<Commitment, Refusal> {
    let known = page.pool().query(commitment::all).await?;
    known.into_iter().find(|one| one.id == id).ok_or_else(|| Problem::NotFound.into())
}

/// What a form that follows a commitment says at first: the same from the first day that keeps the notice.
fn as_typed(one: &Commitment, today: NaiveDate) -> Fields {
    let scope = match (one.level, &one.department_code, &one.client_code) {
        (Level::Organisation, ..) => "organisation".to_owned(),
        (Level::Client, _, code) => format!("client:{}", code.as_deref().unwrap_or_default()),
        (_, Some(code), _) => format!("department:{code}"),
        (_, None, _) => "departments".to_owned(),
    };
    let fields = [
        ("scope", scope),
        ("metric", one.metric.to_string()),
        ("channel", one.channel.map_or("all", |channel| channel.as_str()).to_owned()),
        ("grain", one.grain.as_str().to_owned()),
        ("target", number(one.target)),
        ("tolerance", number(one.tolerance)),
        ("consequence", one.consequence.map_or("", |consequence| consequence.as_str()).to_owned()),
        ("clause", one.clause.clone()),
        ("evidence_rule", one.evidence_rule.to_string()),
        ("valid_from", proposal(today, one.grain).max(one.valid_from).to_string()),
    ];
    fields.map(|(name, text)| (name.to_owned(), text)).to_vec()
}

/// The text of a field as the rules know it: the form has one choice for level, department and client.
fn given<'a>(typed: &'a Fields, name: &str) -> Option<&'a str> {
    let scope = field(typed, "scope");
    let text = match name {
        "level" if scope.starts_with("client:") => "client",
        "level" if scope == "departments" || scope.starts_with("department:") => "department",
        "level" => scope,
        "department" => scope.strip_prefix("department:").unwrap_or_default(),
        "client" => scope.strip_prefix("client:").unwrap_or_default(),
        name => field(typed, name),
    };
    Some(text).filter(|text| !text.is_empty())
}

/// The fields of a form.
fn typed(fields: Fields) -> Fields {
    fields.into_iter().map(|one| plain(&PLAIN, one)).collect()
}

/// What an announcement's fields say, or what is wrong with them.
fn announced(page: &Page, fields: &Fields) -> Result<Announcement, Vec<(&'static str, String)>> {
    let told = |faults: Vec<_>| faults.iter().map(|fault| Form::problem_of(&page.t, fault)).collect();
    read(|name| given(fields, name)).map_err(told)
}

/// What the fields of an end say, or what is wrong with them.
fn ending(page: &Page, fields: &Fields) -> Result<Ending, Vec<(&'static str, String)>> {
    let told = |faults: Vec<_>| faults.iter().map(|fault| Form::problem_of(&page.t, fault)).collect();
    read_ending(|name| given(fields, name)).map_err(told)
}

async fn look(page: &Page, step: &str) -> Result<HttpResponse, Refusal> {
    let fields = typed(page.queries());
    if step == Step::Edit.as_str() {
        return show_form(page, fields, Vec::new()).await;
    }
    match announced(page, &fields) {
        Ok(announcement) => preview(page, fields, announcement, false).await,
        Err(problems) => show_form(page, fields, problems).await,
    }
}

async fn look_at_end(page: &Page, one: Commitment, step: &str) -> Result<HttpResponse, Refusal> {
    let fields = typed(page.queries());
    if step == Step::Edit.as_str() {
        return show_end(page, one, fields, Vec::new()).await;
    }
    match ending(page, &fields) {
        Ok(ending) => preview_end(page, one, fields, ending, false).await,
        Err(problems) => show_end(page, one, fields, problems).await,
    }
}

async fn take(page: &Page, body: &[u8]) -> Result<HttpResponse, Refusal> {
    let (session, fields) = posted(page, &WRITERS, body)?;
    let fields = typed(fields);
    let announcement = match announced(page, &fields) {
        Ok(announcement) => announcement,
        Err(problems) => return show_form(page, fields, problems).await,
    };
    match field(&fields, "step").parse() {
        Ok(Step::Edit) => show_form(page, fields, Vec::new()).await,
        Ok(Step::Save) => save(page, session, fields, announcement).await,
        _ => preview(page, fields, announcement, false).await,
    }
}

/// Shows what an announcement would do.
async fn preview(page: &Page, fields: Fields, new: Announcement, is_late: bool) -> Result<HttpResponse, Refusal> {
    let (today, asked) = (today(page), new.clone());
    let load = move |conn: &mut db::Connection| -> Result<_, AnnounceError> {
        Ok((announcement::plan(conn, &asked, today)?, Departments::load(conn)?, Progress::load(conn)?))
    };
    let (planned, departments, progress) = match page.pool().read(load).await {
        Ok(loaded) => loaded,
        Err(error) => return refused(page, fields, error).await,
    };
    let Planned::Begins { before, ended } = planned else { return unchanged(page, fields).await };
    let over = judged_again(new.commitment.grain, &reach(&new.commitment, &ended), today, OVER);
    let view = PreviewPage {
        shell: page.shell(Some(Area::Commitments)),
        action: NEW.into(),
        seen: seen(before.as_deref(), &ended),
        is_late,
        today,
        over: over.into_iter().map(|period| (period, progress.state(period))).collect(),
        names: names(page, &departments, |_| true),
        waiver: new.waiver,
        note: new.note,
        change: Preview::Begins { new: new.commitment, before: before.map(|before| *before), ended },
        fields,
    };
    page.html(&view, 200)
}

/// What a preview rests on: it is shown again if that has changed when it is to be stored.
fn seen(before: Option<&Commitment>, ended: &[Commitment]) -> String {
    let day = |one: &Commitment| one.valid_to.map(|day| day.to_string()).unwrap_or_default();
    let marks: Vec<String> = before.into_iter().chain(ended).map(|one| format!("{}/{}", one.id, day(one))).collect();
    marks.join(",")
}

async fn save(page: &Page, session: &Session, fields: Fields, new: Announcement) -> Result<HttpResponse, Refusal> {
    let (now, by, known) = (page.web.context.now(), session.user.email.clone(), field(&fields, "seen").to_owned());
    let (today, asked) = (today(page), new.clone());
    let work = move |conn: &mut db::Connection| -> Result<Option<i64>, AnnounceError> {
        announcement::hold(conn)?;
        if let Planned::Begins { before, ended } = announcement::plan(conn, &asked, today)?
            && seen(before.as_deref(), &ended) != known
        {
            return Ok(None);
        }
        let (Announced::Created(stored) | Announced::Unchanged(stored)) =
            announcement::announce(conn, &asked, &by, today, now)?;
        Ok(Some(stored.id))
    };
    match page.pool().write(work).await {
        Ok(Some(id)) => Ok(see_other(&format!("{}&at={id}", Done::Commitment.on(PATH)))),
        Ok(None) => preview(page, fields, new, true).await,
        Err(error) => refused(page, fields, error).await,
    }
}

async fn unchanged(page: &Page, fields: Fields) -> Result<HttpResponse, Refusal> {
    let problem = ("target", page.t.get("commitment-error-unchanged"));
    show_form(page, fields, vec![problem]).await
}

async fn refused(page: &Page, fields: Fields, error: AnnounceError) -> Result<HttpResponse, Refusal> {
    let problem = match error {
        AnnounceError::Refused(refused) => Form::refusal(&page.t, &refused),
        AnnounceError::Request(RequestError::Database(error)) => return Err(error.into()),
        AnnounceError::Request(_) | AnnounceError::UnknownClient => ("scope", page.t.get("commitment-error-scope")),
    };
    show_form(page, fields, vec![problem]).await
}

async fn show_form(
    page: &Page,
    fields: Fields,
    problems: Vec<(&'static str, String)>,
) -> Result<HttpResponse, Refusal> {
    let load =
        |conn: &mut db::Connection| -> db::Result<_> { Ok((Departments::load(conn)?, announcement::clients(conn)?)) };
    let (departments, clients) = page.pool().read(load).await?;
    let status = if problems.is_empty() { 200 } else { 422 };
    let view = FormPage {
        shell: page.shell(Some(Area::Commitments)),
        action: NEW.into(),
        form: Form { fields, problems, names: names(page, &departments, |_| true), clients },
    };
    page.html(&view, status)
}

async fn show_end(
    page: &Page,
    commitment: Commitment,
    fields: Fields,
    problems: Vec<(&'static str, String)>,
) -> Result<HttpResponse, Refusal> {
    let departments = page.pool().query(Departments::load).await?;
    let status = if problems.is_empty() { 200 } else { 422 };
    let names = names(page, &departments, |_| true);
    let view = EndPage {
        shell: page.shell(Some(Area::Commitments)),
        action: format!("{PATH}/{}/end", commitment.id),
        form: Form { fields, problems, names, clients: Vec::new() },
        commitment,
    };
    page.html(&view, status)
}

async fn take_end(page: &Page, id: i64, body: &[u8]) -> Result<HttpResponse, Refusal> {
    let (session, fields) = posted(page, &WRITERS, body)?;
    let fields = typed(fields);
    let one = find(page, id).await?;
    let ending = match ending(page, &fields) {
        Ok(ending) => ending,
        Err(problems) => return show_end(page, one, fields, problems).await,
    };
    match field(&fields, "step").parse() {
        Ok(Step::Edit) => show_end(page, one, fields, Vec::new()).await,
        Ok(Step::Save) => save_end(page, session, one, fields, ending).await,
        _ => preview_end(page, one, fields, ending, false).await,
    }
}

async fn preview_end(
    page: &Page,
    one: Commitment,
    fields: Fields,
    ending: Ending,
    is_late: bool,
) -> Result<HttpResponse, Refusal> {
    let (today, id, asked) = (today(page), one.id, ending.clone());
    let load = move |conn: &mut db::Connection| -> Result<_, EndError> {
        Ok((announcement::plan_end(conn, id, &asked, today)?, Departments::load(conn)?, Progress::load(conn)?))
    };
    let ((one, after), departments, progress) = match page.pool().read(load).await {
        Ok(loaded) => loaded,
        Err(error) => return end_refused(page, one, fields, error).await,
    };
    let over = judged_again(one.grain, &reach_of_end(&one, ending.last_day), today, OVER);
    let view = PreviewPage {
        shell: page.shell(Some(Area::Commitments)),
        action: format!("{PATH}/{}/end", one.id),
        seen: seen(after.as_ref(), std::slice::from_ref(&one)),
        is_late,
        today,
        over: over.into_iter().map(|period| (period, progress.state(period))).collect(),
        names: names(page, &departments, |_| true),
        waiver: ending.waiver,
        note: ending.note,
        change: Preview::Ends { ended: one, after, last_day: ending.last_day },
        fields,
    };
    page.html(&view, 200)
}

async fn save_end(
    page: &Page,
    session: &Session,
    one: Commitment,
    fields: Fields,
    ending: Ending,
) -> Result<HttpResponse, Refusal> {
    let (now, by, known) = (page.web.context.now(), session.user.email.clone(), field(&fields, "seen").to_owned());
    let (today, id, asked) = (today(page), one.id, ending.clone());
    let work = move |conn: &mut db::Connection| -> Result<bool, EndError> {
        announcement::hold(conn)?;
        let (ended, after) = announcement::plan_end(conn, id, &asked, today)?;
        if seen(after.as_ref(), std::slice::from_ref(&ended)) != known {
            return Ok(false);
        }
        announcement::end(conn, id, &asked, &by, today, now).map(|()| true)
    };
    match page.pool().write(work).await {
        Ok(true) => Ok(see_other(&format!("{}&at={id}", Done::CommitmentEnd.on(PATH)))),
        Ok(false) => preview_end(page, one, fields, ending, true).await,
        Err(error) => end_refused(page, one, fields, error).await,
    }
}

async fn end_refused(page: &Page, one: Commitment, fields: Fields, error: EndError) -> Result<HttpResponse, Refusal> {
    match error {
        EndError::Database(error) => Err(error.into()),
        EndError::Unknown => Err(Problem::NotFound.into()),
        EndError::Refused(refused) => {
            let problem = Form::end_refusal(&page.t, &refused);
            show_end(page, one, fields, vec![problem]).await
        }
    }
}
