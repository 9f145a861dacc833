//! `/mail/texts`: what the organisation says in its own words in its mails, and whether these ask the first question.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Bytes, Path};

use super::super::super::frame::{Page, Refusal};
use super::super::super::see_other;
use super::super::super::views::mail_queue::Tested;
use super::super::super::views::mail_text::{
    BlockRow, MailTextPage, MailTextsPage, PATH, Preview, TextRow, Typed, problem,
};
use super::super::super::views::{self, Area, Problem};
use super::super::{Fields, field, posted};
use super::try_out::{self, Written};
use super::{WRITERS, local};
use crate::db::mail_text::{self, Revision, SaveError};
use crate::db::{self, questionnaire, questionnaire_choice};
use crate::domain::locale::Locale;
use crate::domain::mail_text::{Block, FirstQuestion, MailText, Trial};
use crate::domain::questionnaire::{Question, Questionnaire};
use crate::domain::service_record::Channel;
use crate::mail::render::Reminder;

/// The texts of a questionnaire's mails as they are stored.
pub(super) struct Stored {
    code: String,
    revision: Revision,
    questionnaire: Arc<Questionnaire>,
    question: Question,
}

/// What a form says: the texts that can be read, and what was typed where one can't.
struct Form {
    text: MailText,
    typed: Vec<Typed>,
}

impl Stored {
    /// What a mail is written from as it stands.
    pub fn written(&self) -> Written<'_> {
        Written { text: &self.revision.text, question: &self.question }
    }

    /// The form as it stands.
    fn form(&self) -> Form {
        let text = self.revision.text.clone();
        let typed = |block: Block, locale: Locale| text.blocks(locale).get(block).typed(locale);
        let typed = Block::ALL.iter().flat_map(|block| {
            Locale::ALL.map(|locale| Typed { block: *block, locale, text: typed(*block, locale), wrong: None })
        });
        Form { typed: typed.collect(), text }
    }
}

impl Form {
    /// Reads what was posted over what is stored, which stays where something is wrong.
    fn read(page: &Page, fields: &Fields, stored: &MailText) -> Result<Self, Refusal> {
        let first = field(fields, "first").parse::<FirstQuestion>().map_err(|_| Problem::BadRequest)?;
        let mut text = MailText { first_question: first, ..stored.clone() };
        let mut typed = Vec::new();
        for block in Block::ALL {
            for locale in Locale::ALL {
                let name = Typed::name(block, locale);
                let written = fields.iter().find(|(key, _)| *key == name).ok_or(Problem::BadRequest)?.1.clone();
                let wrong = match block.read(&written, locale) {
                    Ok(words) => {
                        text.blocks_mut(locale).set(block, words);
                        None
                    }
                    Err(found) => Some(problem(&page.t, &found)),
                };
                typed.push(Typed { block, locale, text: written, wrong });
            }
        }
        Ok(Self { text, typed })
    }

    fn is_good(&self) -> bool {
        self.typed.iter().all(|typed| typed.wrong.is_none())
    }
}

/// What is told above the form.
#[derive(Default)]
struct Told {
    saved: bool,
    tested: Option<Tested>,
    overtaken: Option<Revision>,
}

/// `GET /mail/texts`
pub async fn list(page: Page) -> HttpResponse {
    let result = async {
        page.reader(&WRITERS)?;
        let codes = page.pool().read(codes).await?;
        let mut rows = Vec::new();
        for (code, channels) in codes {
            let Some(stored) = open(&page, &code).await? else { continue };
            rows.push(TextRow {
                title: stored.questionnaire.title.text(page.t.locale()).to_owned(),
                code,
                channels,
                saved: saved(&page, &stored.revision),
                first: stored.revision.text.first_question,
            });
        }
        page.html(&MailTextsPage { shell: page.shell(Some(Area::Queue)), rows }, 200)
    };
    let result = result.await;
    page.answer(result)
}

/// `GET /mail/texts/{code}`
pub async fn show(page: Page, code: Path<String>) -> HttpResponse {
    let result = async {
        page.reader(&WRITERS)?;
        let stored = open(&page, &code).await?.ok_or(Problem::NotFound)?;
        let told = Told { saved: page.query("saved").is_some(), ..Told::default() };
        show_form(&page, &stored, stored.form(), told, 200).await
    };
    let result = result.await;
    page.answer(result)
}

/// `POST /mail/texts/{code}`: `step` is `look`, `try`, `save` or `usual`.
pub async fn change(page: Page, code: Path<String>, body: Bytes) -> HttpResponse {
    let result = take(&page, &code, &body).await;
    page.answer(result)
}

/// The questionnaire's texts; `None` if it was never published.
pub(super) async fn open(page: &Page, code: &str) -> Result<Option<Stored>, Refusal> {
    let (published, code) = (page.web.context.questionnaires.clone(), code.to_owned());
    let load = move |conn: &mut db::Connection| -> db::Result<Option<Stored>> {
        let Some(questionnaire) = questionnaire::newest(conn, &published, &code)? else { return Ok(None) };
        let Some(question) = questionnaire.questions.first().cloned() else { return Ok(None) };
        let Some(revision) = mail_text::current(conn, &code)? else { return Ok(None) };
        Ok(Some(Stored { code, revision, question, questionnaire }))
    };
    Ok(page.pool().read(load).await?)
}

/// The questionnaires that are asked, with the channels that ask them.
fn codes(conn: &mut db::Connection) -> db::Result<Vec<(String, Vec<Channel>)>> {
    let mut codes: Vec<(String, Vec<Channel>)> = Vec::new();
    for channel in Channel::ALL {
        let code = questionnaire_choice::of_channel(conn, channel)?;
        match codes.iter_mut().find(|(known, _)| *known == code) {
            Some((_, channels)) => channels.push(channel),
            None => codes.push((code, vec![channel])),
        }
    }
    Ok(codes)
}

async fn take(page: &Page, code: &str, body: &[u8]) -> Result<HttpResponse, Refusal> {
    let (session, fields) = posted(page, &WRITERS, body)?;
    let stored = open(page, code).await?.ok_or(Problem::NotFound)?;
    let seen: i64 = field(&fields, "revision").parse().map_err(|_| Problem::BadRequest)?;
    let form = Form::read(page, &fields, &stored.revision.text)?;
    let text = match field(&fields, "step") {
        "look" => {
            let status = if form.is_good() { 200 } else { 422 };
            return show_form(page, &stored, form, Told::default(), status).await;
        }
        "usual" => MailText { first_question: stored.revision.text.first_question, ..MailText::usual().clone() },
        _ if !form.is_good() => return show_form(page, &stored, form, Told::default(), 422).await,
        "try" => {
            let written = Written { text: &form.text, question: &stored.question };
            let tested = try_out::send(page, &written, &session.user.email).await?;
            return show_form(page, &stored, form, Told { tested, ..Told::default() }, 200).await;
        }
        "save" => form.text.clone(),
        _ => return Err(Problem::BadRequest.into()),
    };
    let (of, by, now) = (code.to_owned(), session.user.email.clone(), page.web.context.now());
    let work = move |conn: &mut db::Connection| mail_text::save(conn, &of, seen, &text, &by, now);
    match page.pool().write(work).await {
        Ok(_) => Ok(see_other(&format!("{PATH}/{code}?saved=1"))),
        Err(SaveError::Changed(other)) => {
            let told = Told { overtaken: Some(*other.clone()), ..Told::default() };
            show_form(page, &Stored { revision: *other, ..stored }, form, told, 409).await
        }
        Err(SaveError::Unknown) => Err(Problem::NotFound.into()),
        Err(SaveError::Database(error)) => Err(error.into()),
    }
}

async fn show_form(page: &Page, stored: &Stored, form: Form, told: Told, status: u16) -> Result<HttpResponse, Refusal> {
    let (code, now) = (stored.code.clone(), page.web.context.now());
    let trial: Option<Trial> = page.pool().read(move |conn| mail_text::trial(conn, &code, now)).await?;
    let written = Written { text: &form.text, question: &stored.question };
    let view = MailTextPage {
        shell: page.shell(Some(Area::Queue)),
        code: stored.code.clone(),
        title: stored.questionnaire.title.text(page.t.locale()).to_owned(),
        revision: stored.revision.revision,
        saved: saved(page, &stored.revision),
        previews: Locale::ALL.into_iter().filter_map(|locale| preview(page, &written, locale)).collect(),
        first: form.text.first_question,
        can_ask: stored.question.kind == crate::domain::questionnaire::Kind::Rating,
        rows: BlockRow::all(form.typed),
        trial,
        own_address: page.session.as_ref().map(|session| session.user.email.clone()).unwrap_or_default(),
        can_send: page.web.context.mailer.is_some(),
        is_saved: told.saved,
        tested: told.tested,
        overtaken: told.overtaken.as_ref().and_then(|other| saved(page, other)),
    };
    let mut response = page.html(&view, status)?;
    let policy = header::HeaderValue::from_static(views::MAIL_CSP);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

/// The mail as it will be read, in one language.
fn preview(page: &Page, written: &Written<'_>, locale: Locale) -> Option<Preview> {
    let asks = written.text.first_question.asks(true);
    let mail = try_out::with(page, written, locale, (asks, None), |mail| Some((mail.from_name(), mail.render().ok()?)));
    let (from, content) = mail?;
    let reminder = (asks, Some(Reminder::Only));
    let reminder = try_out::with(page, written, locale, reminder, |mail| mail.render().ok())?;
    let link = FirstQuestion::Trial == written.text.first_question;
    let link = link.then(|| try_out::with(page, written, locale, (false, None), |mail| mail.render().ok())).flatten();
    Some(Preview {
        locale,
        from,
        subject: content.subject,
        reminder_subject: reminder.subject,
        html: content.html,
        text: content.text,
        other_html: link.map(|content| content.html),
    })
}

fn saved(page: &Page, revision: &Revision) -> Option<(chrono::NaiveDateTime, String)> {
    revision.saved.as_ref().map(|(at, by)| (local(page, *at), by.clone()))
}
