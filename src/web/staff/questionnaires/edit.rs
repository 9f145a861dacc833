//! The draft of a questionnaire: every button of its pages saves what is typed, and then does what it says.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Bytes, Path};

use super::super::super::download;
use super::super::super::frame::{Page, Refusal};
use super::super::super::see_other;
use super::super::super::views::questionnaires::edit::{EditPage, FaultHere, Overtaken, QuestionPage, earlier, judged};
use super::super::super::views::questionnaires::{PATH, Sheet, faults};
use super::super::super::views::{self, Area, Problem};
use super::super::{Fields, field, parse, posted};
use super::form::{self, List, Step};
use super::{WRITERS, local, saved};
use crate::db::questionnaire_draft::{self, SaveError, Stored};
use crate::db::{self, questionnaire};
use crate::domain::questionnaire::Kind;
use crate::domain::questionnaire_draft::{Draft, DraftQuestion, Toward};
use crate::domain::questionnaire_past::Past;

/// A draft, and what was published of its questionnaire before.
pub(super) struct Opened {
    pub stored: Stored,
    pub past: Past,
}

/// `GET /staff/questionnaires/{code}/edit`
pub async fn show(page: Page, code: Path<String>) -> HttpResponse {
    let result = async {
        page.reader(&WRITERS)?;
        let Opened { stored, past } = open(&page, &code).await?;
        draft_page(&page, &stored, &past, &stored.draft, None)
    };
    let result = result.await;
    page.answer(result)
}

/// `POST /staff/questionnaires/{code}/edit`
pub async fn change(page: Page, code: Path<String>, body: Bytes) -> HttpResponse {
    let result = take(&page, &code, &body).await;
    page.answer(result)
}

/// `GET /staff/questionnaires/{code}/edit/{id}`
pub async fn show_question(page: Page, path: Path<(String, String)>) -> HttpResponse {
    let result = async {
        page.reader(&WRITERS)?;
        let (code, id) = path.into_inner();
        let opened = open(&page, &code).await?;
        let question = opened.stored.draft.question(parse(&id)?).ok_or(Problem::NotFound)?.clone();
        question_page(&page, &opened, question, None)
    };
    let result = result.await;
    page.answer(result)
}

/// `POST /staff/questionnaires/{code}/edit/{id}`
pub async fn change_question(page: Page, path: Path<(String, String)>, body: Bytes) -> HttpResponse {
    let (code, id) = path.into_inner();
    let result = async { take_question(&page, &code, parse(&id)?, &body).await };
    let result = result.await;
    page.answer(result)
}

/// `GET /staff/questionnaires/{code}/draft.json`: what the draft comes to, as it can be pasted into a new one.
pub async fn file(page: Page, code: Path<String>) -> HttpResponse {
    let result = async {
        page.reader(&WRITERS)?;
        let stored = open(&page, &code).await?.stored;
        let (questionnaire, _) = stored.draft.read(&code);
        let text = serde_json::to_vec_pretty(&questionnaire).map_err(|error| Refusal::Internal(error.to_string()))?;
        Ok(download::file(&format!("{code}.json"), "application/json", text))
    };
    let result = result.await;
    page.answer(result)
}

pub(super) async fn open(page: &Page, code: &str) -> Result<Opened, Refusal> {
    let code = code.to_owned();
    let load = move |conn: &mut db::Connection| -> db::Result<Option<Opened>> {
        let Some(stored) = questionnaire_draft::get(conn, &code)? else { return Ok(None) };
        Ok(Some(Opened { past: questionnaire::past(conn, &code)?, stored }))
    };
    Ok(page.pool().read(load).await?.ok_or(Problem::NotFound)?)
}

async fn take(page: &Page, code: &str, body: &[u8]) -> Result<HttpResponse, Refusal> {
    let (session, fields) = posted(page, &WRITERS, body)?;
    let by = session.user.email.clone();
    let (seen, now, path) = (revision(&fields)?, page.web.context.now(), format!("{PATH}/{code}/edit"));
    let Opened { stored, past } = open(page, code).await?;
    let mut draft = stored.draft;
    draft.title = form::words(&fields, "title");
    if fields.iter().any(|(name, _)| name == "long") {
        field(&fields, "long").clone_into(&mut draft.long_because);
    }
    let typed = draft.clone();
    let (word, at) = form::split(field(&fields, "step"));
    let mut to = path.clone();
    match word {
        "discard" => {
            let of = code.to_owned();
            let work = move |conn: &mut db::Connection| questionnaire_draft::discard(conn, &of, seen, &by, now);
            return match page.pool().write(work).await {
                Ok(()) => Ok(see_other(PATH)),
                Err(error) => overtaken(page, error, &past, &typed),
            };
        }
        "add" => {
            let kind: Kind = field(&fields, "kind").parse().map_err(|_| Problem::BadRequest)?;
            let added = draft.add(kind);
            if let Some(mut question) = added.and_then(|id| draft.question(id)).cloned() {
                question.rename_retired(&draft, &past);
                draft.put(question);
            }
            to = added.map_or(to, |id| format!("{path}/{id}"));
        }
        word => {
            if let Some(toward) = Toward::from_word(word) {
                let id = parse(at)?;
                draft.shift(id, toward);
                let place = draft.questions.iter().position(|question| question.id == id).unwrap_or(0) + 1;
                to = format!("{path}#question-{place}");
            }
        }
    }
    let of = code.to_owned();
    let work = move |conn: &mut db::Connection| questionnaire_draft::save(conn, &of, seen, &draft, &by, now);
    match page.pool().write(work).await {
        Ok(_) => Ok(see_other(&to)),
        Err(error) => overtaken(page, error, &past, &typed),
    }
}

async fn take_question(page: &Page, code: &str, id: u32, body: &[u8]) -> Result<HttpResponse, Refusal> {
    let (session, fields) = posted(page, &WRITERS, body)?;
    let (by, now, seen) = (session.user.email.clone(), page.web.context.now(), revision(&fields)?);
    let step = Step::read(&fields).ok_or(Problem::BadRequest)?;
    let opened = open(page, code).await?;
    let unknown = DraftQuestion::empty(id, field(&fields, "code").to_owned(), Kind::Text);
    let stored = opened.stored.draft.question(id).cloned().unwrap_or(unknown);
    let is_published = opened.past.goes_on(&stored.code);
    let mut question = form::question(&fields, &stored, is_published);
    let typed = question.clone();
    let mut draft = opened.stored.draft.clone();
    step.apply(&mut question);
    match step {
        Step::Add(List::Options) => question.add_option(),
        Step::Add(List::Rows) => question.add_row(&draft),
        Step::Add(List::Reasons) => question.add_reason(),
        _ => question.begin(&draft),
    }
    question.rename_retired(&draft, &opened.past);
    let path = format!("{PATH}/{code}/edit");
    let to = match step {
        Step::Close => format!("{path}#question-{}", place(&draft, id)),
        Step::Remove => path,
        step => format!("{path}/{id}#{}", step.anchor(&question)),
    };
    match step {
        Step::Remove => draft.remove(id),
        _ => draft.put(question),
    }
    let of = code.to_owned();
    let work = move |conn: &mut db::Connection| questionnaire_draft::save(conn, &of, seen, &draft, &by, now);
    match page.pool().write(work).await {
        Ok(_) => Ok(see_other(&to)),
        Err(error) => {
            let (stored, overtaken) = who(page, error)?;
            let opened = Opened { stored: stored.map_or(opened.stored, |stored| *stored), ..opened };
            question_page(page, &opened, typed, Some(overtaken))
        }
    }
}

fn revision(fields: &Fields) -> Result<i64, Refusal> {
    field(fields, "revision").parse().map_err(|_| Problem::BadRequest.into())
}

/// The page with what was typed, over what somebody else has saved.
fn overtaken(page: &Page, error: SaveError, past: &Past, typed: &Draft) -> Result<HttpResponse, Refusal> {
    match who(page, error)? {
        (Some(stored), overtaken) => draft_page(page, &stored, past, typed, Some(overtaken)),
        (None, _) => Err(Refusal::Problem(Problem::NotFound, Some(page.t.get("questionnaire-overtaken-gone")))),
    }
}

/// Who was faster, with what they have saved.
fn who(page: &Page, error: SaveError) -> Result<(Option<Box<Stored>>, Overtaken), Refusal> {
    match error {
        SaveError::Database(error) => Err(error.into()),
        SaveError::Gone => Ok((None, Overtaken::Gone)),
        SaveError::Changed(stored) => {
            let by = Overtaken::By(stored.changed_by.clone(), local(page, stored.changed_at));
            Ok((Some(stored), by))
        }
    }
}

/// The draft as it is stored, with the words as typed.
fn draft_page(
    page: &Page,
    stored: &Stored,
    past: &Past,
    typed: &Draft,
    overtaken: Option<Overtaken>,
) -> Result<HttpResponse, Refusal> {
    let checked = stored.draft.check_after(&stored.code, past);
    let view = EditPage {
        shell: page.shell(Some(Area::Questionnaires)),
        code: stored.code.clone(),
        revision: stored.revision,
        saved: saved(page, stored),
        base: stored.base,
        title: typed.title.clone(),
        long_because: typed.long_because.clone(),
        sheet: Sheet::of_draft(&page.t, &stored.code, &stored.draft, &checked),
        faults: faults(&page.t, &stored.code, &stored.draft, &checked),
        overtaken,
    };
    let status = if view.overtaken.is_some() { 409 } else { 200 };
    framing(page.html(&view, status)?)
}

/// The page of a question; its faults are those of what is shown, in the draft as it is stored.
fn question_page(
    page: &Page,
    opened: &Opened,
    question: DraftQuestion,
    overtaken: Option<Overtaken>,
) -> Result<HttpResponse, Refusal> {
    let stored = &opened.stored;
    let theirs = overtaken.map(|overtaken| {
        let checked = stored.draft.check_after(&stored.code, &opened.past);
        let sheet = Sheet::of_draft(&page.t, &stored.code, &stored.draft, &checked);
        (overtaken, sheet.cards.into_iter().find(|card| card.id == question.id))
    });
    let mut draft = stored.draft.clone();
    draft.put(question.clone());
    let checked = draft.check_after(&stored.code, &opened.past);
    let at = place(&draft, question.id);
    let neighbour = |at: usize| draft.questions.get(at).map(|question| question.id);
    let own = checked.faults.iter().filter(|fault| fault.place.question.is_some_and(|found| found + 1 == at));
    let (satisfied, mismatches) = judged(&page.t, &checked.questionnaire, &question.code);
    let view = QuestionPage {
        shell: page.shell(Some(Area::Questionnaires)),
        code: stored.code.clone(),
        revision: stored.revision,
        place: (at, draft.questions.len()),
        neighbours: (at.checked_sub(2).and_then(neighbour), neighbour(at)),
        is_published: opened.past.goes_on(&question.code),
        faults: own.map(|fault| FaultHere::of(&page.t, fault)).collect(),
        earlier: earlier(&page.t, &draft, &checked, &question),
        question,
        mismatches,
        satisfied,
        overtaken: theirs,
    };
    let status = if view.overtaken.is_some() { 409 } else { 200 };
    framing(page.html(&view, status)?)
}

/// A question's place, from 1; after the last one if it is not there.
fn place(draft: &Draft, id: u32) -> usize {
    draft.questions.iter().position(|question| question.id == id).unwrap_or(draft.questions.len()) + 1
}

/// Lets a page hold the preview in a frame, which no other page may.
fn framing(mut response: HttpResponse) -> Result<HttpResponse, Refusal> {
    let policy = header::HeaderValue::from_static(views::FRAMING_CSP);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}
