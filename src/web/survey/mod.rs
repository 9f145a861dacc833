//! The customer's pages: the questionnaire behind a link, and its thanks. GET never changes anything; an answer is
//! acknowledged when it is stored.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::TimeDelta;

use super::Web;
use crate::crypto::Token;
use crate::db::invitation::Found;
use crate::db::response::Named;
use crate::db::response_writer::{Answer, Receipt, Submission};
use crate::db::{self, Error};
use crate::domain::invitation::State as Invited;
use crate::domain::period::local_date;
use crate::domain::questionnaire::{Answers, Questionnaire};
use crate::domain::response::{Periods, Response};
use crate::i18n::{Locale, Texts};
use form::{Display, FormError, Identity, Preselection, SurveyForm};
use notice::{Notice, State};
use view::{Frame, Links, Privacy, Problem, Service, SurveyPage};

pub mod fields;
pub mod form;
pub mod notice;
#[cfg(test)]
mod notice_tests;
pub mod style;
pub mod unsubscribe;
pub mod view;
#[cfg(test)]
mod view_tests;

/// A page's nonce is good for this long.
const NONCE_AGE: TimeDelta = TimeDelta::hours(24);

/// A link that leads somewhere.
struct Opened {
    token: Token,
    invitation: Found,
    questionnaire: Arc<Questionnaire>,
}

/// `GET /s/{token}`
pub async fn open(web: Data<Web>, request: HttpRequest, token: Path<String>) -> HttpResponse {
    let display = Display::from_query(request.query_string());
    let opened = match find(&web, &request, &token).await {
        Ok(opened) => opened,
        Err(state) => return notice(&web, &request, display, None, &state),
    };
    if let Some(state) = ended(&web, &opened.invitation) {
        return notice(&web, &request, display, Some(&opened), &state);
    }
    let chosen = Preselection::from_query(request.query_string(), &opened.questionnaire).answers;
    page(&web, &request, &opened, chosen, Identity::Anonymous, Vec::new())
}

/// `POST /s/{token}`
pub async fn answer(web: Data<Web>, request: HttpRequest, token: Path<String>, body: Bytes) -> HttpResponse {
    let display = Display::from_query(request.query_string());
    let opened = match find(&web, &request, &token).await {
        Ok(opened) => opened,
        Err(state) => return notice(&web, &request, display, None, &state),
    };
    if let Some(state) = ended(&web, &opened.invitation) {
        return notice(&web, &request, display, Some(&opened), &state);
    }
    let form = match SurveyForm::parse(&body) {
        Ok(form) => form,
        Err(error) => return unreadable(&web, &request, &opened, error),
    };
    let (answers, identity) = match check(&web, &opened, &form) {
        Ok(checked) => checked,
        Err(problems) => {
            let identity = form.identity.unwrap_or_default();
            return page(&web, &request, &opened, form.answers, identity, problems);
        }
    };
    let query = frame(&web, &request, display, Some(&opened.invitation)).here();
    match store(&web, &opened, answers, identity).await {
        Ok(Receipt::Stored) => {
            let path = format!("/s/{}/thanks?identity={}&{query}", token.as_str(), identity.as_str());
            HttpResponse::SeeOther().insert_header((header::LOCATION, path)).finish()
        }
        Ok(Receipt::Late) => {
            let state = State::Answered { on: None, correction: None };
            notice(&web, &request, display, Some(&opened), &state)
        }
        Err(error) => {
            if !matches!(error, Error::Busy | Error::Stopped) {
                tracing::error!(%error, "an answer could not be stored");
            }
            page(&web, &request, &opened, form.answers, identity, vec![Problem::Busy])
        }
    }
}

/// `GET /s/{token}/thanks`
pub async fn thanks(web: Data<Web>, request: HttpRequest, token: Path<String>) -> HttpResponse {
    let display = Display::from_query(request.query_string());
    let opened = match find(&web, &request, &token).await {
        Ok(opened) => opened,
        Err(state) => return notice(&web, &request, display, None, &state),
    };
    if opened.invitation.state != Invited::Answered {
        let path = format!("/s/{}", token.as_str());
        return HttpResponse::SeeOther().insert_header((header::LOCATION, path)).finish();
    }
    let named = request.query_string().split('&').any(|pair| pair == "identity=named");
    let state = if named { State::ThanksNamed { correction: None } } else { State::ThanksAnonymous };
    notice(&web, &request, display, Some(&opened), &state)
}

/// The invitation behind a token. Every wrong token gets the same answer; too many of them from one place get none.
async fn find(web: &Web, request: &HttpRequest, token: &str) -> Result<Opened, State> {
    let token = Token::from_text(token);
    let hash = token.hash();
    let questionnaires = web.context.questionnaires.clone();
    let look = move |conn: &mut db::Connection| -> db::Result<_> {
        let Some(invitation) = db::invitation::by_token_hash(conn, &hash)? else { return Ok(None) };
        let questionnaire = questionnaires.get(conn, invitation.questionnaire_version_id)?;
        Ok(Some((invitation, questionnaire)))
    };
    match web.context.pool.look_up(look).await {
        Ok(Some((invitation, questionnaire))) => Ok(Opened { token, invitation, questionnaire }),
        Ok(None) => Err(web.guesses.check(request).map_or_else(|wait| State::TooMany { wait }, |()| State::Unknown)),
        Err(error) => {
            tracing::error!(%error, "a link could not be looked up");
            Err(State::Busy)
        }
    }
}

/// What an invitation that takes no answer leads to.
fn ended(web: &Web, invitation: &Found) -> Option<State> {
    let now = web.context.now();
    if invitation.takes_answers(now) {
        return None;
    }
    Some(match invitation.state {
        Invited::Answered => State::Answered { on: None, correction: None },
        Invited::Declined => State::NotMeDone,
        Invited::Expired | Invited::Scheduled | Invited::Queued | Invited::Sent => {
            State::Expired { on: local_date(invitation.expires_at, web.context.config.time_zone) }
        }
        _ => State::Withdrawn,
    })
}

/// The answers and the identity of a form, or everything that is wrong with it.
fn check(web: &Web, opened: &Opened, form: &SurveyForm) -> Result<(Answers, Identity), Vec<Problem>> {
    let mut problems = Vec::new();
    let context = &web.context;
    let subject = opened.token.hash();
    let fresh = context.secrets.check_page_nonce(&form.nonce, &subject, context.now(), NONCE_AGE);
    if !fresh || form.is_suspect() {
        problems.push(Problem::StaleNonce);
    }
    if form.identity.is_err() {
        problems.push(Problem::UnknownIdentity);
    }
    let answers = opened.questionnaire.read(form.fields());
    if let Err(errors) = &answers {
        problems.extend(errors.iter().cloned().map(Problem::Answer));
    }
    match (answers, form.identity) {
        (Ok(answers), Ok(identity)) if problems.is_empty() => Ok((answers, identity)),
        _ => Err(problems),
    }
}

async fn store(web: &Web, opened: &Opened, answers: Answers, identity: Identity) -> db::Result<Receipt> {
    let invitation = &opened.invitation;
    let served = Periods::at(invitation.completed_at, web.context.config.time_zone);
    let version = invitation.questionnaire_version_id;
    let response = Response::own(invitation.attribution, served, version, &opened.questionnaire, answers);
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
    let submission = Submission { invitation_id: invitation.id, is_sent: invitation.is_sent, answer };
    web.writer.submit(submission).await
}

fn page(
    web: &Web,
    request: &HttpRequest,
    opened: &Opened,
    answers: Vec<(String, String)>,
    identity: Identity,
    problems: Vec<Problem>,
) -> HttpResponse {
    let invitation = &opened.invitation;
    let Web { context, .. } = web;
    let frame = frame(web, request, Display::from_query(request.query_string()), Some(invitation));
    let unsubscribe = format!("/u/{}", context.secrets.unsubscribe_token(invitation.id));
    let page = SurveyPage {
        questionnaire: &opened.questionnaire,
        service: &Service {
            department: invitation.department.name(frame.t.locale()).to_owned(),
            service_type: invitation.service_type.clone(),
            completed_on: local_date(invitation.completed_at, context.config.time_zone),
            reference: view::mask(&invitation.external_id),
        },
        links: &Links {
            not_me: format!("{unsubscribe}/not-me"),
            unsubscribe: Some(unsubscribe),
            privacy: "/privacy".into(),
        },
        privacy: &Privacy {
            company: frame.organisation.clone(),
            purpose: None,
            retention_months: context.config.retention_months,
        },
        nonce: context.secrets.page_nonce(&opened.token.hash(), context.now()),
        expires_on: local_date(invitation.expires_at, context.config.time_zone),
        answers,
        identity,
        correction: false,
        problems,
        frame: &frame,
    };
    let status = page.status();
    render(&page, status, (status == 503).then_some(30))
}

fn notice(web: &Web, request: &HttpRequest, display: Display, opened: Option<&Opened>, state: &State) -> HttpResponse {
    let frame = frame(web, request, display, opened.map(|opened| &opened.invitation));
    render(&Notice { frame: &frame, state }, state.status(), state.retry_after())
}

/// A form of which nothing could be kept.
fn unreadable(web: &Web, request: &HttpRequest, opened: &Opened, error: FormError) -> HttpResponse {
    page(web, request, opened, Vec::new(), Identity::Anonymous, vec![Problem::Form(error)])
}

/// The reader's language: the link's, the invitation's, the browser's, the organisation's.
fn frame(web: &Web, request: &HttpRequest, display: Display, invitation: Option<&Found>) -> Frame {
    let config = &web.context.config;
    let browser = || {
        let header = request.headers().get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
        Locale::from_accept_language(header)
    };
    let locale = display.locale.or(invitation.map(|found| found.locale)).or_else(browser).unwrap_or(config.locale);
    Frame {
        t: Texts::new(locale),
        organisation: web.context.organisation(locale),
        phone: config.phone.clone(),
        big: display.big,
    }
}

/// A customer's page: never cached, never indexed, no referrer, nothing from elsewhere.
fn render(template: &impl Template, status: u16, retry_after: Option<u32>) -> HttpResponse {
    let Ok(html) = template.render() else { return HttpResponse::InternalServerError().finish() };
    let status = actix_web::http::StatusCode::from_u16(status).unwrap_or_default();
    let mut response = HttpResponse::build(status);
    response
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, style::csp()))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header(("X-Robots-Tag", "noindex, nofollow"));
    if let Some(seconds) = retry_after {
        response.insert_header((header::RETRY_AFTER, seconds.to_string()));
    }
    response.body(html)
}
