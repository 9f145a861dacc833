//! `/complaints`: which are open, for how long, and which were closed; staff close one, and enter one by hand.

use actix_web::HttpResponse;
use actix_web::web::{Bytes, Path};
use chrono::{DateTime, NaiveDateTime, Utc};

use super::super::frame::{Page, Refusal, encode};
use super::super::views::complaints::{
    Asked, ClosingForm, ComplaintForm, ComplaintFormPage, ComplaintRow, ComplaintsPage, Standing, problem,
};
use super::super::views::{Area, Done, Problem, format};
use super::{Fields, field, narrow, parse, plain, posted, see_other};
use crate::db::complaint::{self, By, Closing, Desk, Listed, Outcome, Which};
use crate::db::department::{Department, Departments};
use crate::db::{self, announcement};
use crate::domain::complaint::{Complaint, FIELDS, RawComplaint};
use crate::domain::field::{FieldError, Reason};
use crate::domain::period::{Grain, Period};
use crate::domain::raw_service_record::Rules;
use crate::domain::text;
use crate::domain::user::Role;

/// Who may look: a head at those about the own department and all that are part of it.
pub(in crate::web) const READERS: [Role; 3] = [Role::Admin, Role::Quality, Role::Head];

/// Who may close and enter one.
const WRITERS: [Role; 2] = [Role::Admin, Role::Quality];

/// Where they are listed.
pub(in crate::web) const PATH: &str = "/complaints";

/// Numbers and codes, which a Chinese keyboard may have typed in full width.
const PLAIN: [&str; 6] = ["reference", "external_id", "customer_ref", "received_at", "email", "phone"];

/// Rows on a page, and of those closed lately below the open ones.
const LISTED: i64 = 50;
const RECENT: i64 = 10;

/// The last page that is looked for.
const LAST: i64 = 100_000;

/// `GET /complaints?state=open&department=D1&number=T-1&page=2`
pub async fn list(page: Page) -> HttpResponse {
    let result = show(&page, None).await;
    page.answer(result)
}

/// `POST /complaints/{id}/close`, with the query of the list it is closed from.
pub async fn close(page: Page, id: Path<String>, body: Bytes) -> HttpResponse {
    let result = async { finish(&page, parse(&id)?, &body).await };
    let result = result.await;
    page.answer(result)
}

/// `GET /complaints/new`
pub async fn form(page: Page) -> HttpResponse {
    let received_at = format::minute(&local(&page, page.web.context.now()));
    let fields = vec![("received_at".to_owned(), received_at)];
    let result = fill_in(&page, ComplaintForm { fields, ..ComplaintForm::default() }).await;
    page.answer(result)
}

/// `POST /complaints`: enters one.
pub async fn enter(page: Page, body: Bytes) -> HttpResponse {
    let result = take(&page, &body).await;
    page.answer(result)
}

async fn show(page: &Page, refused: Option<ClosingForm>) -> Result<HttpResponse, Refusal> {
    let session = page.reader(&READERS)?;
    let departments = page.pool().query(Departments::load).await?;
    let own = own(page, &departments)?;
    let (asked, among) = asked(page, &departments, own.as_deref())?;
    let wanted = asked.clone();
    let load = move |conn: &mut db::Connection| -> db::Result<_> {
        let place = ((wanted.page - 1) * LISTED, LISTED);
        let mut of = |which, place| complaint::list(conn, among.as_deref(), which, place);
        let (rows, recent) = match (&wanted.number, wanted.standing) {
            (Some(number), _) => (of(Which::Numbered(number), (0, 2))?, Vec::new()),
            (None, Standing::Closed) => (of(Which::Closed, place)?, Vec::new()),
            (None, Standing::Open) => (of(Which::Open, place)?, of(Which::Closed, (0, RECENT))?),
        };
        Ok((rows, recent, complaint::counts(conn, among.as_deref())?))
    };
    let (rows, recent, counts) = page.pool().read(load).await?;
    let row = |one: Listed| row(page, &departments, one);
    let locale = page.t.locale();
    let offered = departments.iter().filter(|one| own.as_ref().is_none_or(|own| own.contains(&one.id)));
    let mut offered: Vec<_> = offered.map(|one| (one.code.clone(), one.name(locale).to_owned())).collect();
    offered.sort_by(|a, b| a.1.cmp(&b.1));
    let status = if refused.is_some() { 422 } else { 200 };
    let all = if asked.standing == Standing::Open { counts.0 } else { counts.1 };
    let view = ComplaintsPage {
        shell: page.shell(Some(Area::Complaints)),
        may_write: WRITERS.contains(&session.role),
        now: local(page, page.web.context.now()),
        pages: (all + LISTED - 1) / LISTED,
        recent: if asked.page == 1 { recent.into_iter().map(row).collect() } else { Vec::new() },
        rows: rows.into_iter().map(row).collect(),
        departments: offered,
        counts,
        asked,
        refused,
    };
    page.html(&view, status)
}

/// What the address asks for, and the departments (`None` = all) that it is looked for in.
fn asked(page: &Page, departments: &Departments, own: Option<&[i64]>) -> Result<(Asked, Option<Vec<i64>>), Refusal> {
    let given = |name: &str| page.query(name).map(|text| text::trim(&text).to_owned()).filter(|text| !text.is_empty());
    let standing = match given("state").as_deref() {
        None | Some("open") => Standing::Open,
        Some("closed") => Standing::Closed,
        Some(_) => return Err(Problem::BadRequest.into()),
    };
    let number = given("page").map_or(Ok(1), |text| text.parse::<i64>().map_err(|_| Problem::BadRequest))?;
    let asked =
        Asked { standing, department: given("department"), number: given("number"), page: number.clamp(1, LAST) };
    let Some(code) = &asked.department else { return Ok((asked, own.map(<[i64]>::to_vec))) };
    let among = departments.by_code(code).map(|one| departments.with_descendants(one.id));
    let may_see = |one: &i64| own.is_none_or(|own| own.contains(one));
    let among = among.filter(|among| among.iter().all(may_see)).ok_or(Problem::NotFound)?;
    Ok((asked, Some(among)))
}

/// The departments that the reader may see; `None` = all.
fn own(page: &Page, departments: &Departments) -> Result<Option<Vec<i64>>, Refusal> {
    let session = page.reader(&READERS)?;
    if session.sees_everything() {
        return Ok(None);
    }
    let own = session.user.department_id.ok_or(Problem::Forbidden)?;
    Ok(Some(departments.with_descendants(own)))
}

fn row(page: &Page, departments: &Departments, one: Listed) -> ComplaintRow {
    let name = |one: &Department| one.name(page.t.locale()).to_owned();
    ComplaintRow {
        id: one.id,
        reference: one.reference,
        department: departments.by_id(one.department_id).map(name).unwrap_or_default(),
        channel: one.channel,
        record: one.external_id,
        kind: one.kind,
        urgent: one.urgent,
        received: local(page, one.received_at),
        month: Period::at(one.received_at, page.web.context.config.time_zone, Grain::Month),
        counts_in: one.month,
        closed: one.closed_at.map(|at| local(page, at)),
        lasted: one.closed_at.unwrap_or_else(|| page.web.context.now()) - one.received_at,
    }
}

fn local(page: &Page, at: DateTime<Utc>) -> NaiveDateTime {
    at.with_timezone(&page.web.context.config.time_zone).naive_local()
}

async fn finish(page: &Page, id: i64, body: &[u8]) -> Result<HttpResponse, Refusal> {
    let (session, fields) = posted(page, &WRITERS, body)?;
    let typed = narrow(&fields, "closed_at");
    let (email, now) = (session.user.email.clone(), page.web.context.now());
    let refuse = |why: String| show(page, Some(ClosingForm { id, closed_at: typed.clone(), why }));
    let at = match rules(page).moment("closed_at", text::trim(&typed)) {
        Ok(moment) => moment.at,
        Err(_) if typed.is_empty() => return refuse(problem(&page.t, &FieldError::missing("closed_at"))).await,
        Err(reason) => return refuse(problem(&page.t, &FieldError::new("closed_at", &typed, reason))).await,
    };
    let work = move |conn: &mut db::Connection| complaint::close(conn, id, at, By { email: &email, now });
    let moment = |at: DateTime<Utc>| [("time", format::date_time(&page.t, &local(page, at)))];
    match page.pool().write(work).await? {
        Closing::Closed | Closing::Unchanged => {
            Ok(see_other(&Done::ComplaintClosed.on(&format!("{PATH}?{}", page.request.query_string()))))
        }
        Closing::Already(at) => refuse(page.t.with("complaint-error-already", &moment(at))).await,
        Closing::NotYetReceived(at) => refuse(page.t.with("complaint-error-received", &moment(at))).await,
        Closing::Unknown => Err(Problem::NotFound.into()),
    }
}

async fn fill_in(page: &Page, form: ComplaintForm) -> Result<HttpResponse, Refusal> {
    page.reader(&WRITERS)?;
    let load =
        |conn: &mut db::Connection| -> db::Result<_> { Ok((Departments::load(conn)?, announcement::clients(conn)?)) };
    let (departments, clients) = page.pool().read(load).await?;
    let named = |one: &Department| (one.code.clone(), one.name(page.t.locale()).to_owned());
    let mut departments: Vec<_> = departments.iter().map(named).collect();
    departments.sort_by(|a, b| a.1.cmp(&b.1));
    let status = if form.errors.is_empty() { 200 } else { 422 };
    let view = ComplaintFormPage {
        shell: page.shell(Some(Area::Complaints)),
        form: ComplaintForm { departments, clients, ..form },
    };
    page.html(&view, status)
}

async fn take(page: &Page, body: &[u8]) -> Result<HttpResponse, Refusal> {
    let (session, fields) = posted(page, &WRITERS, body)?;
    let fields = fields.into_iter().filter(|(name, _)| FIELDS.contains(&name.as_str())).map(|one| plain(&PLAIN, one));
    let fields: Fields = fields.collect();
    let mut raw = RawComplaint::default();
    for (name, value) in &fields {
        raw.set(name, value.as_str().into());
    }
    let errors = match raw.validate(&rules(page)) {
        Err(mut errors) => {
            errors.extend(unsaid(&fields));
            errors
        }
        Ok(_) if unsaid(&fields).is_some() => unsaid(&fields).into_iter().collect(),
        Ok(complaint) => {
            let number = complaint.reference.clone();
            match store(page, complaint, &session.user.email).await? {
                Some(Outcome::Conflict) => vec![FieldError::new("reference", &number, Reason::Conflict)],
                Some(Outcome::Invalid(errors)) => errors,
                outcome => {
                    let known = outcome == Some(Outcome::Unchanged);
                    let done = if known { Done::ComplaintKnown } else { Done::Complaint };
                    return Ok(see_other(&done.on(&format!("{PATH}?number={}", encode(&number)))));
                }
            }
        }
    };
    fill_in(page, ComplaintForm { fields, errors, ..ComplaintForm::default() }).await
}

/// What somebody enters by hand says what it is about: nobody could act on it, or look back on it, otherwise.
fn unsaid(fields: &Fields) -> Option<FieldError> {
    text::trim(field(fields, "summary")).is_empty().then(|| FieldError::missing("summary"))
}

async fn store(page: &Page, complaint: Complaint, email: &str) -> Result<Option<Outcome>, Refusal> {
    let (context, email) = (page.web.context.clone(), email.to_owned());
    let work = move |conn: &mut db::Connection| {
        let (zone, now) = (context.config.time_zone, context.now());
        let desk = Desk::load(conn, &context.secrets, zone, now)?;
        desk.enter(conn, &complaint, By { email: &email, now })
    };
    Ok(page.pool().write_again(work).await?)
}

fn rules(page: &Page) -> Rules {
    Rules::new(page.web.context.config.time_zone, page.web.context.now())
}
