//! The customer's pages: the questionnaire behind a link, and its thanks. GET never changes anything; an answer is
//! acknowledged when it is stored.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use chrono::TimeDelta;

use super::{Web, see_other};
use crate::crypto::Token;
use crate::db::invitation::Found;
use crate::db::response::Named;
use crate::db::response_writer::{Answer, Receipt, Submission};
use crate::db::suspect::{self, Reason};
use crate::db::{self, Error};
use crate::domain::invitation::State as Invited;
use crate::domain::period::local_date;
use crate::domain::questionnaire::{Answers, Questionnaire};
use crate::domain::response::{Periods, Response};
use form::{FormError, Identity, Preselection, SurveyForm};
use frame::Frame;
use notice::{Notice, State};
use style::CustomerPage;
use suspects::client;
use view::{About, Links, Privacy, Problem, Service, Stage, Step, SurveyPage};

pub mod after;
pub(in crate::web) mod crowds;
pub mod fields;
pub mod form;
pub mod frame;
#[cfg(test)]
mod kinds_tests;
pub mod notice;
#[cfg(test)]
mod notice_tests;
mod pages;
pub(in crate::web) mod pause;
pub(in crate::web) mod preview;
pub mod style;
pub(in crate::web) mod suspects;
pub mod unsubscribe;
pub mod view;
#[cfg(test)]
mod view_tests;
pub mod walk_up;
pub mod words;

/// A page's nonce is good for this long.
const NONCE_AGE: TimeDelta = TimeDelta::hours(24);

/// A link that leads somewhere.
struct Opened {
    token: Token,
    invitation: Found,
    questionnaire: Arc<Questionnaire>,
    /// No answers are taken for the moment.
    is_paused: bool,
}

/// What a page shows beside its questions.
#[derive(Default)]
struct Filled {
    /// Question code and value.
    answers: Vec<(String, String)>,
    identity: Identity,
    problems: Vec<Problem>,
    stage: Stage,
    /// Whoever sends this page again is no robot.
    is_confirmed: bool,
    /// Which page of several; `None` = all on one.
    step: Option<Step>,
    /// Codes of the texts that stay unless others are written.
    kept_texts: Box<[String]>,
}

/// What an answer is sent with: its form and how the page is to be shown.
type Body = Result<Bytes, actix_web::Error>;

/// `GET /s/{token}`
pub async fn open(web: Data<Web>, request: HttpRequest, token: Path<String>) -> HttpResponse {
    let opened = match find_open(&web, &request, &token).await {
        Ok(opened) => opened,
        Err(response) => return response,
    };
    let seen = Preselection::from_query(request.query_string(), &opened.questionnaire);
    web.suspects.opened(&client(&web, &request), &opened.token.hash(), &seen.answers, web.context.now());
    if opened.questionnaire.has_pages() {
        return pages::open(&web, &request, &opened, seen).await;
    }
    let answers = seen.answers;
    page(&web, &request, &opened, Filled { answers, ..Filled::default() })
}

/// `POST /s/{token}`
pub async fn answer(web: Data<Web>, request: HttpRequest, token: Path<String>, body: Body) -> HttpResponse {
    let opened = match find_open(&web, &request, &token).await {
        Ok(opened) => opened,
        Err(response) => return response,
    };
    if opened.questionnaire.has_pages() {
        return pages::answer(&web, &request, &opened, &body).await;
    }
    let form = match read(&body, Stage::Opened) {
        Ok(form) => form,
        Err(shown) => return page(&web, &request, &opened, shown),
    };
    send(&web, &request, &opened, &form).await
}

/// Stores what a form says as the answer, or shows it again with what is wrong.
async fn send(web: &Web, request: &HttpRequest, opened: &Opened, form: &SurveyForm) -> HttpResponse {
    let (answers, identity) = match check(web, request, opened, form).await {
        Ok(checked) => checked,
        Err(refused) => return page(web, request, opened, refused),
    };
    match store(web, opened, answers, identity).await {
        Ok(Receipt::Stored) => {
            see_other(&format!("/s/{}/thanks?{}", opened.token.as_str(), here(web, request, opened)))
        }
        Ok(Receipt::Late) => after::answered(web, request, opened).await,
        Err(error) => {
            if !matches!(error, Error::Busy | Error::Stopped) {
                tracing::error!(%error, "an answer could not be stored");
            }
            page(web, request, opened, form.filled(vec![Problem::Busy]))
        }
    }
}

/// The form of a body; or what to show instead, where it cannot be read or only asks to be shown otherwise.
fn read(body: &Body, stage: Stage) -> Result<SurveyForm, Filled> {
    let form = parse(body, stage)?;
    if form.is_draft { Err(Filled { stage: stage.as_draft(), ..form.filled(Vec::new()) }) } else { Ok(form) }
}

/// The form of a body; or what to show instead of one that cannot be read, of which nothing could be kept.
fn parse(body: &Body, stage: Stage) -> Result<SurveyForm, Filled> {
    let parsed = body.as_ref().map_err(|_| FormError::TooLarge).and_then(|bytes| SurveyForm::parse(bytes));
    parsed.map_err(|error| Filled { problems: vec![Problem::Form(error)], stage, ..Filled::default() })
}

/// The invitation behind a link, if it takes an answer; the page to show instead if it does not.
async fn find_open(web: &Web, request: &HttpRequest, token: &str) -> Result<Opened, HttpResponse> {
    let opened = find(web, request, token).await.map_err(|state| notice(web, request, None, &state))?;
    let invitation = &opened.invitation;
    if invitation.takes_answers(web.context.now()) {
        let is_paused = opened.is_paused;
        return if is_paused { Err(notice(web, request, Some(&opened), &State::Paused)) } else { Ok(opened) };
    }
    let state = match invitation.state {
        Invited::Answered => return Err(after::answered(web, request, &opened).await),
        Invited::Declined => State::NotMeDone,
        Invited::Expired | Invited::Scheduled | Invited::Queued | Invited::Sent => {
            State::Expired { on: local_date(invitation.expires_at, web.context.config.time_zone) }
        }
        _ => State::Withdrawn,
    };
    Err(notice(web, request, Some(&opened), &state))
}

/// The invitation behind a token. Every wrong token gets the same answer; too many of them from one place get none.
async fn find(web: &Web, request: &HttpRequest, token: &str) -> Result<Opened, State> {
    let token = Token::from_text(token);
    let (questionnaires, pause) = (web.context.questionnaires.clone(), web.pause.clone());
    let read = move |conn: &mut db::Connection, invitation: Found| -> db::Result<_> {
        let questionnaire = questionnaires.get(conn, invitation.questionnaire_version_id)?;
        Ok((invitation, questionnaire, pause.is_on(conn)?))
    };
    match web.links.find(token.hash(), read).await {
        Ok(Some((invitation, questionnaire, is_paused))) => Ok(Opened { token, invitation, questionnaire, is_paused }),
        Ok(None) => {
            Err(web.guesses.check(web.client(request)).map_or_else(|wait| State::TooMany { wait }, |()| State::Unknown))
        }
        Err(error) => {
            tracing::error!(%error, "a link could not be looked up");
            Err(State::Busy)
        }
    }
}

/// The answers and the identity of a form, or the page with everything that is wrong with it.
async fn check(
    web: &Web,
    request: &HttpRequest,
    opened: &Opened,
    form: &SurveyForm,
) -> Result<(Answers, Identity), Filled> {
    let Trust { mut problems, is_confirmed } = trust(web, request, opened, form).await;
    let answers = opened.questionnaire.read(form.fields());
    if let Err(errors) = &answers {
        problems.extend(errors.iter().cloned().map(Problem::Answer));
    }
    match (answers, form.identity) {
        // Who wishes to be contacted must be known: the page says so beside the wish.
        (Ok(answers), Ok(_)) if problems.is_empty() && answers.wants_contact() => Ok((answers, Identity::Named)),
        (Ok(answers), Ok(identity)) if problems.is_empty() => Ok((answers, identity)),
        _ => Err(Filled { is_confirmed, ..form.filled(problems) }),
    }
}

/// Whether a form is a person's, from a page of ours.
struct Trust {
    /// What is wrong with it.
    problems: Vec<Problem>,
    /// Whoever sends it again is no robot.
    is_confirmed: bool,
}

async fn trust(web: &Web, request: &HttpRequest, opened: &Opened, form: &SurveyForm) -> Trust {
    let mut problems = Vec::new();
    let (context, link) = (&web.context, opened.token.hash());
    let is_fresh = |subject: &[u8]| context.secrets.check_page_nonce(&form.nonce, subject, context.now(), NONCE_AGE);
    let is_first = is_fresh(&link);
    let is_confirmed = !is_first && is_fresh(&confirmed(&link));
    let is_fresh = is_first || is_confirmed;
    let opened_several = !is_confirmed && web.suspects.ask(&client(web, request), &link, context.now());
    let suspect = match form.is_suspect() {
        true => Some(Reason::HiddenField),
        false => opened_several.then_some(Reason::SeveralAnswers),
    };
    if let Some(reason) = suspect {
        put_aside(web, reason).await;
    }
    if !is_fresh || suspect.is_some() {
        problems.push(Problem::StaleNonce);
    }
    if form.identity.is_err() {
        problems.push(Problem::UnknownIdentity);
    }
    Trust { problems, is_confirmed: is_confirmed || is_first && suspect.is_some() }
}

/// What the nonce of a page stands for that asks a suspect to press the button once more.
fn confirmed(link: &[u8]) -> Vec<u8> {
    [link, b"once more"].concat()
}

/// Counts a form that only a robot would send; nothing else is kept of it.
async fn put_aside(web: &Web, reason: Reason) {
    let day = local_date(web.context.now(), web.context.config.time_zone);
    let counted = web.context.pool.write(move |conn| suspect::count(conn, day, reason)).await;
    if let Err(error) = counted {
        tracing::error!(%error, "a suspect form could not be counted");
    }
}

/// What a customer answers now.
fn response(web: &Web, opened: &Opened, answers: Answers) -> Response {
    let invitation = &opened.invitation;
    let served = Periods::at(invitation.completed_at, web.context.config.time_zone);
    let version = invitation.questionnaire_version_id;
    Response {
        notice_id: web.context.notice().map(|notice| notice.id),
        ..Response::own(invitation.attribution, served, version, &opened.questionnaire, answers)
    }
}

async fn store(web: &Web, opened: &Opened, answers: Answers, identity: Identity) -> db::Result<Receipt> {
    let invitation = &opened.invitation;
    let response = response(web, opened, answers);
    let answer = match identity {
        Identity::Anonymous => Answer::Anonymous(response),
        Identity::Named => Answer::Named(Named {
            invitation_id: Some(invitation.id),
            service_record_id: invitation.service_record_id,
            responded_at: web.context.now(),
            entered_by: None,
            response,
        }),
    };
    let has_pages = opened.questionnaire.has_pages();
    let (invitation_id, is_sent) = (invitation.id, invitation.is_sent);
    let submission = Submission::Invited { invitation_id, is_sent, has_pages, answer };
    web.writer.submit(submission).await
}

fn page(web: &Web, request: &HttpRequest, opened: &Opened, filled: Filled) -> HttpResponse {
    let Filled { answers, identity, problems, stage, is_confirmed, step, kept_texts } = filled;
    let subject = if is_confirmed { confirmed(&opened.token.hash()) } else { opened.token.hash() };
    let invitation = &opened.invitation;
    let Web { context, .. } = web;
    let frame = Frame::of(web, request, Some(invitation));
    let unsubscribe = format!("/u/{}", context.secrets.unsubscribe_token(invitation.id));
    let page = SurveyPage {
        questionnaire: &opened.questionnaire,
        about: About::Service {
            service: &Service {
                department: invitation.department.name(frame.t.locale()).to_owned(),
                service_type: invitation.service_type.clone(),
                completed_on: local_date(invitation.completed_at, context.config.time_zone),
                reference: view::mask(&invitation.external_id),
            },
            expires_on: local_date(invitation.expires_at, context.config.time_zone),
        },
        links: &Links {
            not_me: format!("{unsubscribe}/not-me"),
            unsubscribe: Some(unsubscribe),
            privacy: "/privacy".into(),
        },
        privacy: &privacy(web, &frame),
        nonce: context.secrets.page_nonce(&subject, context.now()),
        answers,
        identity,
        stage,
        problems,
        step,
        kept_texts: kept_texts.into_vec(),
        frame: &frame,
    };
    render(&page, page.status(), page.wait())
}

/// What the privacy lines say.
fn privacy(web: &Web, frame: &Frame) -> Privacy {
    Privacy {
        company: frame.organisation.clone(),
        purpose: None,
        retention_months: web.context.config.retention_months,
    }
}

fn notice(web: &Web, request: &HttpRequest, opened: Option<&Opened>, state: &State) -> HttpResponse {
    let frame = Frame::of(web, request, opened.map(|opened| &opened.invitation));
    render(&Notice { frame: &frame, state }, state.status(), state.retry_after())
}

/// The query that keeps language and size.
fn here(web: &Web, request: &HttpRequest, opened: &Opened) -> String {
    Frame::of(web, request, Some(&opened.invitation)).here()
}

/// A customer's page: never cached, never indexed, no referrer, nothing from elsewhere.
fn render(template: &impl CustomerPage, status: u16, retry_after: Option<u32>) -> HttpResponse {
    let Ok(html) = template.render() else { return HttpResponse::InternalServerError().finish() };
    let status = actix_web::http::StatusCode::from_u16(status).unwrap_or_default();
    let mut response = HttpResponse::build(status);
    response
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, style::csp(&template.rules()).into_owned()))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header(("X-Robots-Tag", "noindex, nofollow"));
    if let Some(seconds) = retry_after {
        response.insert_header((header::RETRY_AFTER, seconds.to_string()));
    }
    response.body(html)
}

impl SurveyForm {
    /// The page that keeps what was sent.
    fn filled(&self, problems: Vec<Problem>) -> Filled {
        let identity = self.identity.unwrap_or_default();
        Filled { answers: self.answers.clone(), identity, problems, ..Filled::default() }
    }
}
