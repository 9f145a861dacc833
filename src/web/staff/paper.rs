//! `/staff/counters/{code}/form` and `/entry`: the questionnaire on paper, and staff keying in what came back on paper or
//! was said by phone, one form after another.

use actix_web::HttpResponse;
use actix_web::web::{Bytes, Path};
use chrono::{NaiveDate, TimeDelta};

use super::super::frame::{Page, Refusal, encode};
use super::super::survey::fields::explain;
use super::super::survey::form::ANSWER_PREFIX;
use super::super::views::paper::{EntryPage, FormChoice, MAX_NUMBER, PaperFormPage, lines};
use super::super::views::{Area, Problem};
use super::counters::{PATH, WRITERS, find};
use super::{Fields, field, narrow, posted, see_other};
use crate::crypto::random;
use crate::db::counter::Counter;
use crate::db::department::Department;
use crate::db::paper::{self, Earlier, Filled, KeyInError};
use crate::db::questionnaire_choice::{self, Form};
use crate::db::{self};
use crate::domain::period::local_date;
use crate::domain::questionnaire::{AnswerError, Questionnaire};
use crate::domain::response::Mode;
use crate::domain::service_record::Channel;
use crate::domain::text;
use crate::i18n::{Locale, Texts};

/// Forms that have lain for longer are no answer to how the service is now.
const OLDEST: TimeDelta = TimeDelta::days(366);

/// `GET /staff/counters/{code}/form`
pub async fn form(page: Page, code: Path<String>) -> HttpResponse {
    let result = print(&page, &code).await;
    page.answer(result)
}

/// `GET /staff/counters/{code}/entry`
pub async fn entry(page: Page, code: Path<String>) -> HttpResponse {
    let result = begin(&page, &code).await;
    page.answer(result)
}

/// `POST /staff/counters/{code}/entry`
pub async fn key_in(page: Page, code: Path<String>, body: Bytes) -> HttpResponse {
    let result = take(&page, &code, &body).await;
    page.answer(result)
}

/// What a form is about.
struct Asked {
    counter: Counter,
    department: Department,
    /// The newest first.
    forms: Vec<Form>,
    /// The one wanted, or else the newest.
    form: Form,
    /// There is such a one as was wanted.
    is_known: bool,
    questionnaire: std::sync::Arc<Questionnaire>,
}

/// What was typed.
#[derive(Default)]
struct Typed {
    mode: Option<Mode>,
    day: String,
    number: String,
    repeated: bool,
    /// The page's own mark.
    entry: String,
    /// Code of question and keys.
    keys: Vec<(String, String)>,
}

/// What is wrong with it.
#[derive(Default)]
struct Wrong {
    answers: Vec<AnswerError>,
    /// The field and what to say.
    others: Vec<(String, String)>,
    earlier: Option<Earlier>,
    /// It can't be stored as the page stood, which is told with another page.
    is_overtaken: bool,
}

async fn print(page: &Page, code: &str) -> Result<HttpResponse, Refusal> {
    let asked = ask(page, code, None).await?;
    let wanted = page.query("in").and_then(|word| word.parse::<Locale>().ok());
    let (context, on) = (&page.web.context, Texts::new(wanted.unwrap_or(page.t.locale())));
    let view = PaperFormPage {
        shell: page.shell(Some(Area::Counters)),
        path: format!("{PATH}/{}", asked.counter.code),
        organisation: context.organisation(on.locale()),
        department: asked.department.name(on.locale()).to_owned(),
        counter: asked.counter.name(on.locale()).to_owned(),
        code: asked.counter.code()?.grouped(),
        form: named(&asked.form),
        lines: lines(on, &asked.questionnaire, &[], |_| None),
        phone: context.config.phone.clone(),
        retention_months: context.config.retention_months,
        privacy: format!("{}/privacy", context.base_url()),
        on,
    };
    page.html(&view, 200)
}

async fn begin(page: &Page, code: &str) -> Result<HttpResponse, Refusal> {
    let asked = ask(page, code, page.query("form").and_then(|id| id.parse().ok())).await?;
    let today = local_date(page.web.context.now(), page.web.context.config.time_zone);
    let typed = Typed {
        mode: page.query("mode").and_then(|word| word.parse().ok()),
        day: page.query("day").unwrap_or_else(|| today.to_string()),
        number: page.query("number").unwrap_or_default(),
        entry: new_entry(),
        ..Typed::default()
    };
    show(page, &asked, &typed, Wrong::default())
}

async fn take(page: &Page, code: &str, body: &[u8]) -> Result<HttpResponse, Refusal> {
    let (session, fields) = posted(page, &WRITERS, body)?;
    let asked = ask(page, code, field(&fields, "form").parse().ok()).await?;
    let mut typed = read(&fields)?;
    let mut wrong = Wrong::default();
    if !asked.is_known {
        wrong.others.push(("forms".into(), page.t.get("paper-error-form")));
        wrong.is_overtaken = true;
        return show(page, &asked, &typed, wrong);
    }
    let (mode, day) = (typed.mode, day(page, &asked.counter, &typed.day));
    if mode.is_none() {
        wrong.others.push(("mode".into(), page.t.get("paper-error-mode")));
    }
    if day.is_none() {
        wrong.others.push(("day".into(), page.t.get("paper-error-day")));
    }
    let number = number(page, &typed, &mut wrong);
    let sent = asked.questionnaire.keyed(typed.keys.iter().map(|(code, keys)| (code.as_str(), keys.as_str())));
    let answers = asked.questionnaire.read(sent.iter().map(|(code, value)| (code.as_str(), value.as_str())));
    let (Ok(answers), Some(mode), Some(day), true) = (&answers, mode, day, wrong.others.is_empty()) else {
        wrong.answers = answers.err().unwrap_or_default();
        return show(page, &asked, &typed, wrong);
    };
    let (user, email, answers, repeated) =
        (session.user.id, session.user.email.clone(), answers.clone(), typed.repeated);
    let (now, zone) = (page.web.context.now(), page.web.context.config.time_zone);
    let (counter, version_id) = (asked.counter.clone(), asked.form.version_id);
    let (questionnaire, kept) = (asked.questionnaire.clone(), (number.clone(), typed.entry.clone()));
    let work = move |conn: &mut db::Connection| {
        let (counter, questionnaire, by) = (&counter, &*questionnaire, (user, email.as_str()));
        let (number, entry) = (kept.0.as_deref(), kept.1.as_str());
        let filled = Filled { counter, version_id, questionnaire, answers, mode, day, number, repeated, entry, by };
        paper::key_in(conn, filled, now, zone)
    };
    match page.pool().write(work).await {
        Ok(month) => Ok(see_other(&next(&asked, mode, day, number.as_deref(), &month.to_string()))),
        Err(KeyInError::Repeated(earlier)) => {
            wrong.earlier = Some(earlier);
            show(page, &asked, &typed, wrong)
        }
        Err(KeyInError::Sent) => {
            wrong.others.push(("submit".into(), page.t.get("paper-error-sent")));
            wrong.is_overtaken = true;
            typed.entry = new_entry();
            show(page, &asked, &typed, wrong)
        }
        Err(KeyInError::Database(error)) => Err(error.into()),
    }
}

/// The mark of a page: what is sent twice is entered once.
fn new_entry() -> String {
    hex::encode(random::<16>())
}

/// Where the next form is keyed in, with what it will have in common with this one.
fn next(asked: &Asked, mode: Mode, day: NaiveDate, number: Option<&str>, month: &str) -> String {
    let number = number.unwrap_or_default();
    let following = number.parse::<u32>().ok().and_then(|number| number.checked_add(1));
    let following = following.map(|next| format!("{next:0width$}", width = number.len())).unwrap_or_default();
    format!(
        "{PATH}/{}/entry?form={}&mode={}&day={day}&number={following}&saved={}&month={month}",
        asked.counter.code,
        asked.form.version_id,
        mode.as_str(),
        encode(number),
    )
}

/// The counter of a code and its form: the one wanted, if there is such a one, else the newest.
async fn ask(page: &Page, code: &str, wanted: Option<i64>) -> Result<Asked, Refusal> {
    let (counter, department) = find(page, code).await?;
    let (questionnaires, since) = (page.web.context.questionnaires.clone(), page.web.context.now() - OLDEST);
    let load = move |conn: &mut db::Connection| -> Result<_, Refusal> {
        let forms = questionnaire_choice::forms(conn, Channel::Offline, since)?;
        let known = forms.iter().find(|form| Some(form.version_id) == wanted);
        let form = known.or(forms.first()).cloned().ok_or(Problem::NotFound)?;
        let questionnaire = questionnaires.get(conn, form.version_id)?;
        Ok(Asked { counter, department, is_known: known.is_some(), forms, form, questionnaire })
    };
    page.pool().read(load).await
}

fn read(fields: &Fields) -> Result<Typed, Refusal> {
    let answer = |(name, value): &(String, String)| Some((name.strip_prefix(ANSWER_PREFIX)?.to_owned(), value.clone()));
    let entry = field(fields, "entry");
    if entry.len() != 32 || !entry.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Problem::BadRequest.into());
    }
    Ok(Typed {
        mode: field(fields, "mode").parse().ok().filter(|mode| *mode != Mode::Own),
        day: narrow(fields, "day"),
        number: narrow(fields, "number"),
        repeated: field(fields, "repeated") == "yes",
        entry: entry.to_owned(),
        keys: fields.iter().filter_map(answer).collect(),
    })
}

/// The day on a form: not in the future, not after the counter's end, and not too long ago.
fn day(page: &Page, counter: &Counter, typed: &str) -> Option<NaiveDate> {
    let zone = page.web.context.config.time_zone;
    let today = local_date(page.web.context.now(), zone);
    let last = counter.ended_at.map_or(today, |at| local_date(at.and_utc(), zone).min(today));
    typed.parse::<NaiveDate>().ok().filter(|day| (today - OLDEST..=last).contains(day))
}

/// The number on a form, which paper needs to have.
fn number(page: &Page, typed: &Typed, wrong: &mut Wrong) -> Option<String> {
    let number = text::code(&typed.number, MAX_NUMBER).ok().filter(|number| !number.is_empty());
    let is_needed = typed.mode != Some(Mode::Phone) || !typed.number.is_empty();
    if number.is_none() && is_needed {
        wrong.others.push(("number".into(), page.t.with("paper-error-number", &[("max", MAX_NUMBER)])));
    }
    number.map(str::to_owned)
}

fn show(page: &Page, asked: &Asked, typed: &Typed, wrong: Wrong) -> Result<HttpResponse, Refusal> {
    let session = page.reader(&WRITERS)?;
    let (t, questionnaire, zone) = (page.t, &asked.questionnaire, page.web.context.config.time_zone);
    let said = |error: &AnswerError| explain(t, questionnaire, &typed.keys, error);
    let error = |code: &str| wrong.answers.iter().find(|error| error.code == code).map(&said);
    let mut problems = wrong.others.clone();
    problems.extend(wrong.answers.iter().map(|error| (format!("q-{}", error.code.replace('.', "-")), said(error))));
    let status = match () {
        () if wrong.is_overtaken => 409,
        () if problems.is_empty() && wrong.earlier.is_none() => 200,
        () => 422,
    };
    let month = page.query("month").and_then(|month| month.parse().ok());
    let view = EntryPage {
        shell: page.shell(Some(Area::Counters)),
        path: format!("{PATH}/{}", asked.counter.code),
        counter: asked.counter.name(t.locale()).to_owned(),
        department: asked.department.name(t.locale()).to_owned(),
        interviewer: session.user.name.clone(),
        mode: typed.mode.unwrap_or(Mode::Paper),
        day: typed.day.clone(),
        today: local_date(page.web.context.now(), zone),
        number: typed.number.clone(),
        earlier: wrong.earlier.map(|earlier| (earlier.by, local_date(earlier.given_at, zone))),
        forms: asked
            .forms
            .iter()
            .map(|one| FormChoice {
                id: one.version_id,
                name: named(one),
                current: one.version_id == asked.form.version_id,
            })
            .collect(),
        form: asked.form.version_id,
        entry: typed.entry.clone(),
        lines: lines(t, questionnaire, &typed.keys, error),
        problems,
        saved: page.query("saved").filter(|_| status == 200).zip(month),
    };
    page.html(&view, status)
}

fn named(form: &Form) -> String {
    format!("{} {}", form.code, form.version)
}
