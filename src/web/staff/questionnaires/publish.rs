//! A draft is published: first what changes is shown, then new invitations ask it.

use actix_web::HttpResponse;
use actix_web::web::{Bytes, Path};

use super::super::super::frame::{Page, Refusal};
use super::super::super::see_other;
use super::super::super::survey::preview;
use super::super::super::views::questionnaires::publish::PublishPage;
use super::super::super::views::questionnaires::{PATH, Sheet, faults};
use super::super::super::views::{Area, Problem};
use super::super::{field, parse, posted};
use super::{Known, WRITERS, known};
use crate::db::questionnaire_draft::{self, PublishError, SaveError};
use crate::db::{self, questionnaire};
use crate::domain::questionnaire_change::Changes;
use crate::domain::questionnaire_draft::is_code;

/// `GET /staff/questionnaires/{code}/publish`
pub async fn show(page: Page, code: Path<String>) -> HttpResponse {
    let result = async {
        page.reader(&WRITERS)?;
        confirm(&page, &known(&page).await?, &code, Shown::Asked)
    };
    let result = result.await;
    page.answer(result)
}

/// `POST /staff/questionnaires/{code}/publish`
pub async fn publish(page: Page, code: Path<String>, body: Bytes) -> HttpResponse {
    let result = async {
        let (session, fields) = posted(&page, &WRITERS, &body)?;
        let seen: i64 = field(&fields, "revision").parse().map_err(|_| Problem::BadRequest)?;
        let (by, now, of) = (session.user.email.clone(), page.web.context.now(), code.clone());
        let work = move |conn: &mut db::Connection| questionnaire_draft::publish(conn, &of, seen, &by, now);
        match page.pool().write(work).await {
            Ok(_) => Ok(see_other(&format!("{PATH}/{code}"))),
            Err(PublishError::Save(SaveError::Database(error))) => Err(error.into()),
            Err(PublishError::Save(SaveError::Gone)) => Err(Problem::NotFound.into()),
            Err(PublishError::Save(SaveError::Changed(_))) => {
                confirm(&page, &known(&page).await?, &code, Shown::Overtaken)
            }
            Err(PublishError::Faulty) => confirm(&page, &known(&page).await?, &code, Shown::Faulty),
        }
    };
    let result = result.await;
    page.answer(result)
}

/// `GET /staff/questionnaires/{code}/preview?lang=&big=`: the page as customers get it, of the draft. Nothing can be sent
/// from it.
pub async fn look(page: Page, code: Path<String>) -> HttpResponse {
    let result = async {
        page.reader(&WRITERS)?;
        let find = move |conn: &mut db::Connection| questionnaire_draft::get(conn, &code);
        let stored = page.pool().read(find).await?.ok_or(Problem::NotFound)?;
        let code = &stored.code;
        Ok(preview::page(&page.web, &page.request, &stored.draft.read(code).0))
    };
    let result = result.await;
    page.answer(result)
}

/// `GET /staff/questionnaires/{code}/preview/{version}?lang=&big=`: likewise, of a published version.
pub async fn look_back(page: Page, path: Path<(String, String)>) -> HttpResponse {
    let result = async {
        page.reader(&WRITERS)?;
        let (code, version) = path.into_inner();
        let version: i32 = parse(&version)?;
        if !is_code(&code) {
            return Err(Problem::NotFound.into());
        }
        let find = move |conn: &mut db::Connection| questionnaire::published(conn, &code, version);
        let published = page.pool().read(find).await?.ok_or(Problem::NotFound)?;
        Ok(preview::page(&page.web, &page.request, &published))
    };
    let result = result.await;
    page.answer(result)
}

/// Why the page is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    /// Somebody came to publish.
    Asked,
    /// What was to be published has faults.
    Faulty,
    /// Somebody else has changed it in the meantime.
    Overtaken,
}

fn confirm(page: &Page, known: &Known, code: &str, shown: Shown) -> Result<HttpResponse, Refusal> {
    let stored = known.draft(code).ok_or(Problem::NotFound)?;
    let checked = stored.draft.check_after(code, &known.past(code));
    let newest = known.of(code).next();
    let changes = newest.map(|version| {
        let before = version.questionnaire.clone();
        let changes = Changes::between(&before, &checked.questionnaire);
        (before, changes)
    });
    let view = PublishPage {
        shell: page.shell(Some(Area::Questionnaires)),
        code: code.to_owned(),
        revision: stored.revision,
        version: newest.map_or(0, |version| version.version) + 1,
        sheet: Sheet::of_draft(&page.t, code, &stored.draft, &checked),
        faults: faults(&page.t, code, &stored.draft, &checked),
        changes,
        questionnaire: checked.questionnaire,
        channels: known.channels(code),
        overtaken: shown == Shown::Overtaken,
    };
    let status = match shown {
        Shown::Asked => 200,
        Shown::Faulty => 422,
        Shown::Overtaken => 409,
    };
    page.html(&view, status)
}
