//! `/staff/counters`: the places where customers may answer uninvited, and the codes that hang there.

use actix_web::HttpResponse;
use actix_web::web::{Bytes, Path};

use super::super::download;
use super::super::frame::{Page, Refusal};
use super::super::survey::view::minutes;
use super::super::views::counters::{CounterForm, CounterRow, CountersPage, SheetPage, SheetSide};
use super::super::views::qr::Qr;
use super::super::views::{Area, Problem};
use super::{field, posted, see_other};
use crate::db::counter::{self, By, Counter, CounterError};
use crate::db::department::{Department, Departments};
use crate::db::{self, questionnaire};
use crate::domain::counter::{Code, NewCounter};
use crate::domain::period::{Grain, Period, local_date};
use crate::domain::user::Role;
use crate::i18n::{Locale, Texts};

/// Who may see and make counters: a head those of the own department and of all that are part of it.
pub(in crate::web) const WRITERS: [Role; 3] = [Role::Admin, Role::Quality, Role::Head];

/// Where they are listed.
pub(super) const PATH: &str = "/staff/counters";

/// `GET /staff/counters`
pub async fn list(page: Page) -> HttpResponse {
    let result = show(&page, CounterForm::default()).await;
    page.answer(result)
}

/// `POST /staff/counters`: makes one.
pub async fn add(page: Page, body: Bytes) -> HttpResponse {
    let result = make(&page, &body).await;
    page.answer(result)
}

/// `POST /staff/counters/{code}/end`
pub async fn end(page: Page, code: Path<String>, body: Bytes) -> HttpResponse {
    let result = finish(&page, &code, &body).await;
    page.answer(result)
}

/// `GET /staff/counters/{code}/sheet`
pub async fn sheet(page: Page, code: Path<String>) -> HttpResponse {
    let result = print(&page, &code).await;
    page.answer(result)
}

/// `GET /staff/counters/{code}/qr.svg`
pub async fn qr(page: Page, code: Path<String>) -> HttpResponse {
    let result = picture(&page, &code).await;
    page.answer(result)
}

async fn make(page: &Page, body: &[u8]) -> Result<HttpResponse, Refusal> {
    let (session, fields) = posted(page, &WRITERS, body)?;
    let mut form = CounterForm {
        department: field(&fields, "department").to_owned(),
        touchpoint: field(&fields, "touchpoint").parse().ok(),
        name_zh: field(&fields, "name_zh").to_owned(),
        name_en: field(&fields, "name_en").to_owned(),
        ..CounterForm::default()
    };
    let new = NewCounter {
        department: form.department.clone(),
        touchpoint: form.touchpoint,
        name_zh: form.name_zh.clone(),
        name_en: form.name_en.clone(),
    };
    let (email, own, now) = (session.user.email.clone(), own(page).await?, page.web.context.now());
    let work = move |conn: &mut db::Connection| {
        counter::add(conn, new, By { email: &email, departments: own.as_deref(), now })
    };
    match page.pool().write(work).await {
        Ok(_) => Ok(see_other(PATH)),
        Err(CounterError::Invalid(problems)) => {
            form.problems = problems;
            show(page, form).await
        }
        Err(error) => Err(refusal(error)),
    }
}

async fn finish(page: &Page, code: &str, body: &[u8]) -> Result<HttpResponse, Refusal> {
    let (session, _) = posted(page, &WRITERS, body)?;
    let code: Code = super::parse(code)?;
    let (email, own, now) = (session.user.email.clone(), own(page).await?, page.web.context.now());
    let work = move |conn: &mut db::Connection| {
        counter::end(conn, &code, By { email: &email, departments: own.as_deref(), now })
    };
    page.pool().write(work).await.map_err(refusal)?;
    Ok(see_other(PATH))
}

async fn show(page: &Page, form: CounterForm) -> Result<HttpResponse, Refusal> {
    page.reader(&WRITERS)?;
    let (context, own) = (&page.web.context, own(page).await?);
    let month = Period::at(context.now(), context.config.time_zone, Grain::Month);
    let load = move |conn: &mut db::Connection| -> db::Result<_> {
        let departments = Departments::load(conn)?;
        Ok((counter::list(conn, own.as_deref())?, counter::answers(conn, month)?, departments, own))
    };
    let (counters, answers, departments, own) = page.pool().read(load).await?;
    let locale = page.t.locale();
    let offered = departments.iter().filter(|one| own.as_ref().is_none_or(|own| own.contains(&one.id)));
    let mut offered: Vec<_> = offered.map(|one| (one.code.clone(), one.name(locale).to_owned())).collect();
    offered.sort_by(|a, b| a.1.cmp(&b.1));
    let row = |counter: &Counter| {
        let department = departments.by_id(counter.department_id).map(|one| one.name(locale).to_owned());
        row(page, counter, department.unwrap_or_default(), answers.get(&counter.id).copied().unwrap_or(0))
    };
    let status = if form.problems.is_empty() { 200 } else { 422 };
    let view = CountersPage {
        shell: page.shell(Some(Area::Counters)),
        rows: counters.iter().map(row).collect::<Result<_, _>>()?,
        form: CounterForm { departments: offered, ..form },
    };
    page.html(&view, status)
}

fn row(page: &Page, counter: &Counter, department: String, answers: i64) -> Result<CounterRow, Refusal> {
    let zone = page.web.context.config.time_zone;
    Ok(CounterRow {
        name: counter.name(page.t.locale()).to_owned(),
        department,
        touchpoint: counter.touchpoint()?,
        code: counter.code()?.grouped(),
        path: format!("{PATH}/{}", counter.code),
        survey: format!("/q/{}", counter.code),
        answers,
        ended_on: counter.ended_at.map(|at| local_date(at.and_utc(), zone)),
    })
}

async fn print(page: &Page, code: &str) -> Result<HttpResponse, Refusal> {
    let (counter, department) = find(page, code).await?;
    let (context, questionnaires) = (&page.web.context, page.web.context.questionnaires.clone());
    let load = move |conn: &mut db::Connection| -> db::Result<_> {
        let asked = questionnaire::current(conn)?.offline;
        questionnaires.get(conn, asked)
    };
    let minutes = minutes(&*page.pool().read(load).await?);
    let side = |locale: Locale| SheetSide {
        t: Texts::new(locale),
        organisation: context.organisation(locale),
        department: department.name(locale).to_owned(),
        counter: counter.name(locale).to_owned(),
        minutes,
    };
    let view = SheetPage {
        shell: page.shell(Some(Area::Counters)),
        code: counter.code()?.grouped(),
        svg_href: format!("{PATH}/{}/qr.svg", counter.code),
        address: address(page, &counter),
        svg: drawn(page, &counter)?,
        sides: [Locale::ZhCn, Locale::En].map(side).into(),
        phone: context.config.phone.clone(),
    };
    page.html(&view, 200)
}

async fn picture(page: &Page, code: &str) -> Result<HttpResponse, Refusal> {
    let (counter, _) = find(page, code).await?;
    let svg = drawn(page, &counter)?;
    Ok(download::file(&format!("manyi-{}.svg", counter.code), "image/svg+xml", svg.into_bytes()))
}

/// What the code of a counter holds.
fn address(page: &Page, counter: &Counter) -> String {
    format!("{}/q/{}", page.web.context.base_url(), counter.code)
}

fn drawn(page: &Page, counter: &Counter) -> Result<String, Refusal> {
    let address = address(page, counter);
    let qr = Qr::new(&address).map_err(|error| Refusal::Internal(error.to_string()))?;
    Ok(qr.svg(&page.t.with("counter-qr-name", &[("address", address)])))
}

/// A counter that the reader may speak for, with its department. Of others a head learns nothing.
pub(super) async fn find(page: &Page, code: &str) -> Result<(Counter, Department), Refusal> {
    page.reader(&WRITERS)?;
    let (code, own): (Code, _) = (super::parse(code)?, own(page).await?);
    let found = page.pool().query(move |conn| counter::with_department(conn, code.as_str())).await?;
    let (counter, department) = found.ok_or(Problem::NotFound)?;
    let is_own = own.is_none_or(|own| own.contains(&counter.department_id));
    if is_own { Ok((counter, department)) } else { Err(Problem::NotFound.into()) }
}

/// The departments that the reader may speak for; `None` = all.
pub(super) async fn own(page: &Page) -> Result<Option<Vec<i64>>, Refusal> {
    let session = page.reader(&WRITERS)?;
    if session.sees_everything() {
        return Ok(None);
    }
    let own = session.user.department_id.ok_or(Problem::Forbidden)?;
    let departments = page.pool().query(Departments::load).await?;
    Ok(Some(departments.with_descendants(own)))
}

fn refusal(error: CounterError) -> Refusal {
    match error {
        CounterError::Database(error) => error.into(),
        CounterError::Invalid(_) => Problem::BadRequest.into(),
        CounterError::Unknown => Problem::NotFound.into(),
    }
}
