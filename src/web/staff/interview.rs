//! `/samples/{period}/{record}`: a customer drawn for the follow-up is called, and what came of it is noted.

use actix_web::HttpResponse;
use actix_web::web::{Bytes, Path};

use super::super::frame::{Page, Refusal};
use super::super::session::Session;
use super::super::survey::fields::{explain, fields, target};
use super::super::survey::form::SurveyForm;
use super::super::views::follow_up::{AttemptRow, InterviewPage};
use super::super::views::{Area, Done, Problem};
use super::sample::{WRITERS, case_row};
use super::{field, parse, posted, see_other};
use crate::db::department::Departments;
use crate::db::follow_up::{self, Attempt, Case, Interview, Interviewer, NoteError};
use crate::db::period::Progress;
use crate::db::sample::{self, Sample};
use crate::db::{self};
use crate::domain::period::Period;
use crate::domain::questionnaire::{AnswerError, Questionnaire};
use crate::domain::sample::Disposition;
use crate::domain::service_record::Contact;
use crate::i18n::Texts;

/// A quarter, and the key of a service record.
type Place = (Period, i64);

/// Answers as sent: question code and value.
type Sent = Vec<(String, String)>;

/// `GET /samples/{period}/{record}`
pub async fn show(page: Page, place: Path<(String, String)>) -> HttpResponse {
    let result = async { render(&page, read(&place)?, false, Tried::default()).await };
    let result = result.await;
    page.answer(result)
}

/// `POST /samples/{period}/{record}/contact`: shows how to reach the customer, and notes that it was shown.
pub async fn contact(page: Page, place: Path<(String, String)>, body: Bytes) -> HttpResponse {
    let result = async {
        let (session, _) = posted(&page, &WRITERS, &body)?;
        let place = read(&place)?;
        let (by, now) = (session.user.email.clone(), page.web.context.now());
        let find = find(&page, place);
        let work = move |conn: &mut db::Connection| -> Result<(), Refusal> {
            let (sample, case) = find(conn)?;
            Ok(follow_up::show_contact(conn, &sample, &case, &by, now)?)
        };
        page.pool().write(work).await?;
        render(&page, place, true, Tried::default()).await
    };
    let result = result.await;
    page.answer(result)
}

/// `POST /samples/{period}/{record}/note`: what came of an attempt that brought no interview.
pub async fn note(page: Page, place: Path<(String, String)>, body: Bytes) -> HttpResponse {
    let result = async {
        let (session, fields) = posted(&page, &WRITERS, &body)?;
        let place = read(&place)?;
        let disposition: Disposition = field(&fields, "disposition").parse().map_err(|_| Problem::BadRequest)?;
        if !disposition.is_noted() {
            return Err(Problem::BadRequest.into());
        }
        let (by, now, t) = (interviewer(session), page.web.context.now(), page.t);
        let find = find(&page, place);
        let work = move |conn: &mut db::Connection| -> Result<(), Refusal> {
            let (sample, case) = find(conn)?;
            follow_up::note(conn, &sample, &case, disposition, &by, now).map_err(|error| refusal(t, error))
        };
        page.pool().write(work).await?;
        Ok(see_other(&format!("{}#list", Done::Attempt.on(&format!("/samples/{}", place.0)))))
    };
    let result = result.await;
    page.answer(result)
}

/// `POST /samples/{period}/{record}/interview`: the questionnaire, asked and keyed in by an interviewer.
pub async fn answer(page: Page, place: Path<(String, String)>, body: Bytes) -> HttpResponse {
    let result = async {
        let (session, fields) = posted(&page, &WRITERS, &body)?;
        let place = read(&place)?;
        let sent = SurveyForm::parse(&body).map_err(|_| Problem::BadRequest)?.answers;
        let version_id = field(&fields, "version").parse().unwrap_or_default();
        match store(&page, place, interviewer(session), version_id, sent.clone()).await? {
            Refused::Nothing => {
                Ok(see_other(&format!("{}#list", Done::Interview.on(&format!("/samples/{}", place.0)))))
            }
            refused => render(&page, place, false, Tried { sent, version_id, refused }).await,
        }
    };
    let result = result.await;
    page.answer(result)
}

/// What was sent, and why it was not stored.
#[derive(Default)]
struct Tried {
    sent: Sent,
    /// Key of the version that the page showed.
    version_id: i64,
    refused: Refused,
}

/// Why an interview was not stored.
#[derive(Default)]
enum Refused {
    /// It was, or it was not tried.
    #[default]
    Nothing,
    /// Answers are missing or wrong.
    Answers(Vec<AnswerError>),
    /// The page showed questions that are not asked any more.
    Version,
}

impl Refused {
    fn errors(&self) -> &[AnswerError] {
        if let Self::Answers(errors) = self { errors } else { &[] }
    }

    const fn status(&self) -> u16 {
        match self {
            Self::Nothing => 200,
            Self::Answers(_) => 422,
            Self::Version => 409,
        }
    }
}

/// Where an address leads.
fn read((period, record): &(String, String)) -> Result<Place, Refusal> {
    Ok((parse(period)?, parse(record)?))
}

/// Stores the answers to the version that was shown, or says what is wrong with them.
async fn store(page: &Page, place: Place, by: Interviewer, shown: i64, sent: Sent) -> Result<Refused, Refusal> {
    let context = &page.web.context;
    let (now, zone, t) = (context.now(), context.config.time_zone, page.t);
    let (find, questionnaires) = (find(page, place), context.questionnaires.clone());
    let work = move |conn: &mut db::Connection| -> Result<Refused, Refusal> {
        let (sample, case) = find(conn)?;
        let Some(version_id) = follow_up::shown(conn, &case, shown, now)? else { return Ok(Refused::Version) };
        let questionnaire = questionnaires.get(conn, version_id)?;
        let answers = match questionnaire.read(sent.iter().map(|(code, value)| (code.as_str(), value.as_str()))) {
            Ok(answers) => answers,
            Err(errors) => return Ok(Refused::Answers(errors)),
        };
        let (sample, case, by, questionnaire) = (&sample, &case, &by, &*questionnaire);
        let interview = Interview { sample, case, version_id, questionnaire, answers, by };
        follow_up::interview(conn, interview, now, zone).map_err(|error| refusal(t, error))?;
        Ok(Refused::Nothing)
    };
    page.pool().write(work).await
}

/// Looks for a record in the draw in force of a quarter.
fn find(
    page: &Page,
    place: Place,
) -> impl FnOnce(&mut db::Connection) -> Result<(Sample, Case), Refusal> + Send + use<> {
    let (period, record_id) = place;
    let (secrets, t) = (page.web.context.secrets.clone(), page.t);
    move |conn| {
        let sample = sample::current(conn, period)?.ok_or(Problem::NotFound)?;
        let case = follow_up::case(conn, &secrets, &sample, record_id)?;
        Ok((sample, case.ok_or_else(|| refusal(t, NoteError::NotDrawn))?))
    }
}

/// What the page is made of.
struct Loaded {
    case: Case,
    attempts: Vec<Attempt>,
    version_id: i64,
    questionnaire: std::sync::Arc<Questionnaire>,
    departments: Departments,
    takes_responses: bool,
}

async fn render(page: &Page, place: Place, with_contact: bool, tried: Tried) -> Result<HttpResponse, Refusal> {
    let session = page.reader(&WRITERS)?;
    let (period, record_id) = place;
    let Tried { sent, version_id, refused } = tried;
    let Loaded { case, attempts, version_id, questionnaire, departments, takes_responses } =
        load(page, place, version_id).await?;
    let zone = page.web.context.config.time_zone;
    let attempt = |attempt: Attempt| AttemptRow {
        at: attempt.at.with_timezone(&zone).naive_local(),
        by: attempt.by,
        disposition: attempt.disposition,
    };
    let noted: Vec<&AnswerError> = refused.errors().iter().collect();
    let summaries = noted.iter().map(|error| summary(page.t, &questionnaire, &sent, error));
    let overtaken =
        matches!(refused, Refused::Version).then(|| ("interview".to_owned(), page.t.get("sample-error-version")));
    let view = InterviewPage {
        shell: page.shell(Some(Area::Samples)),
        period,
        service_type: case.service_type.clone(),
        path: format!("/samples/{period}/{record_id}"),
        contact: with_contact.then(|| lines(page.t, &case.contact)),
        attempts: attempts.into_iter().map(attempt).collect(),
        is_open: takes_responses && case.last != Some(Disposition::Answered),
        interviewer: session.user.name.clone(),
        fields: fields(page.t, &questionnaire, &sent, &noted),
        problems: overtaken.into_iter().chain(summaries).collect(),
        version: version_id,
        case: case_row(page, &departments, period, &case, true),
    };
    page.html(&view, refused.status())
}

/// What a page shows: the questions of the version that it showed before, or else of the one that is asked now.
async fn load(page: &Page, place: Place, shown: i64) -> Result<Loaded, Refusal> {
    let (find, questionnaires) = (find(page, place), page.web.context.questionnaires.clone());
    let now = page.web.context.now();
    let work = move |conn: &mut db::Connection| -> Result<Loaded, Refusal> {
        let (sample, case) = find(conn)?;
        let version_id = match follow_up::shown(conn, &case, shown, now)? {
            Some(shown) => shown,
            None => follow_up::asks(conn, &case)?,
        };
        Ok(Loaded {
            version_id,
            attempts: follow_up::attempts(conn, case.record_id)?,
            questionnaire: questionnaires.get(conn, version_id)?,
            departments: Departments::load(conn)?,
            takes_responses: Progress::load(conn)?.state(sample.period).takes_responses(),
            case,
        })
    };
    page.pool().read(work).await
}

/// A line of the error summary: the field to go to, and what to say.
fn summary(t: Texts, questionnaire: &Questionnaire, sent: &Sent, error: &AnswerError) -> (String, String) {
    let target = target(questionnaire, &error.code).map_or("submit".to_owned(), |(_, target)| target);
    (target, explain(t, questionnaire, sent, error))
}

/// How to reach a customer, in full.
fn lines(t: Texts, contact: &Contact) -> Vec<(String, String)> {
    if *contact == Contact::default() {
        return Vec::new();
    }
    let line = |label: &str, value: &Option<String>| Some((t.get(label), value.clone()?));
    let phone = contact.phone.clone().unwrap_or_else(|| t.get("sample-no-phone"));
    [
        line("sample-contact-name", &contact.name),
        line("sample-contact-phone", &Some(phone)),
        line("sample-contact-email", &contact.email),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn interviewer(session: &Session) -> Interviewer {
    Interviewer { id: session.user.id, email: session.user.email.clone() }
}

fn refusal(t: Texts, error: NoteError) -> Refusal {
    match error {
        NoteError::Database(error) => error.into(),
        NoteError::NotDrawn => Refusal::Problem(Problem::NotFound, Some(t.get("sample-not-drawn"))),
        NoteError::Answered => Refusal::Problem(Problem::Conflict, Some(t.get("sample-is-answered"))),
        NoteError::Told(_) => Refusal::Problem(Problem::Conflict, Some(t.get("sample-error-told"))),
    }
}
