//! `/u/{token}`: "stop these invitations", `/u/{token}/preferences`: which mails are wanted, and `/u/{token}/not-me`: "not
//! your service?". GET shows a form, POST acts; a mail
//! program's one-click POST (RFC 8058) is the same POST.

use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};

use super::form;
use super::frame::Frame;
use super::notice::{Notice, RESUME, State, WANTED};
use super::{Web, render};
use crate::db::invitation::Found;
use crate::db::{self, invitation, mail_preference, suppression};
use crate::domain::mail_preference::MailPreference;

/// `GET /u/{token}`
pub async fn ask_stop(web: Data<Web>, request: HttpRequest, token: Path<String>) -> HttpResponse {
    match find(&web, &request, &token).await {
        Ok(found) => {
            let preferences = format!("/u/{token}/preferences");
            show(&web, &request, Some(&found), &State::StopAsk { preferences })
        }
        Err(state) => show(&web, &request, None, &state),
    }
}

/// `GET /u/{token}/not-me`
pub async fn ask_not_me(web: Data<Web>, request: HttpRequest, token: Path<String>) -> HttpResponse {
    match find(&web, &request, &token).await {
        Ok(found) => {
            let survey = found.salt.as_ref().map(|salt| web.context.secrets.invitation_token(salt));
            let back = survey.map(|token| format!("/s/{}", token.as_str())).unwrap_or_default();
            show(&web, &request, Some(&found), &State::NotMeAsk { back })
        }
        Err(state) => show(&web, &request, None, &state),
    }
}

/// `GET /u/{token}/preferences`
pub async fn preferences(web: Data<Web>, request: HttpRequest, token: Path<String>) -> HttpResponse {
    let found = match find(&web, &request, &token).await {
        Ok(found) => found,
        Err(state) => return show(&web, &request, None, &state),
    };
    let (hash, now) = (found.email_hash.clone(), web.context.now());
    let load = move |conn: &mut db::Connection| match hash {
        Some(hash) => mail_preference::get(conn, &hash, now),
        None => Ok(MailPreference::Nothing),
    };
    match web.context.pool.read(load).await {
        Ok(wanted) => show(&web, &request, Some(&found), &State::Preferences { wanted, saved: false }),
        Err(error) => {
            tracing::error!(%error, "what a customer wants could not be looked up");
            show(&web, &request, Some(&found), &State::Busy)
        }
    }
}

/// `POST /u/{token}/preferences`: which mails are wanted.
pub async fn prefer(web: Data<Web>, request: HttpRequest, token: Path<String>, body: Bytes) -> HttpResponse {
    let fields = form::fields(&body).unwrap_or_default();
    let wanted = fields.iter().find(|(name, _)| name == WANTED).and_then(|(_, word)| word.parse().ok());
    // Without a choice nothing changes.
    let Some(wanted) = wanted else { return preferences(web, request, token).await };
    let found = match find(&web, &request, &token).await {
        Ok(found) => found,
        Err(state) => return show(&web, &request, None, &state),
    };
    let (subject, now) = (found.clone(), web.context.now());
    let work = move |conn: &mut db::Connection| -> db::Result<MailPreference> {
        mail_preference::set(conn, &subject, wanted, now)?;
        // An address that takes no mail for another reason stays as it is, and the page says what holds.
        subject.email_hash.as_ref().map_or(Ok(wanted), |hash| mail_preference::get(conn, hash, now))
    };
    match web.context.pool.write(work).await {
        Ok(holds) => show(&web, &request, Some(&found), &State::Preferences { wanted: holds, saved: holds == wanted }),
        Err(error) => {
            tracing::error!(%error, "what a customer asked of us could not be stored");
            show(&web, &request, Some(&found), &State::Busy)
        }
    }
}

/// `POST /u/{token}`: no more invitations to this address; or the opposite, to take it back.
pub async fn stop(web: Data<Web>, request: HttpRequest, token: Path<String>, body: Bytes) -> HttpResponse {
    let fields = form::fields(&body).unwrap_or_default();
    let resume = fields.iter().any(|(name, value)| name == "action" && value == RESUME);
    let preferences = format!("/u/{token}/preferences");
    let state = if resume { State::Resumed } else { State::StopDone { preferences } };
    act(&web, &request, &token, state, move |conn, found, now| match &found.email_hash {
        Some(hash) if resume => suppression::resume(conn, hash),
        Some(_) => mail_preference::set(conn, found, MailPreference::Nothing, now),
        None => Ok(()),
    })
    .await
}

/// `POST /u/{token}/not-me`: this invitation went to the wrong person.
pub async fn not_me(web: Data<Web>, request: HttpRequest, token: Path<String>) -> HttpResponse {
    act(&web, &request, &token, State::NotMeDone, |conn, found, now| invitation::decline(conn, found.id, now)).await
}

async fn act(
    web: &Web,
    request: &HttpRequest,
    token: &str,
    done: State,
    work: impl FnOnce(&mut db::Connection, &Found, chrono::DateTime<chrono::Utc>) -> db::Result<()> + Send + 'static,
) -> HttpResponse {
    let found = match find(web, request, token).await {
        Ok(found) => found,
        Err(state) => return show(web, request, None, &state),
    };
    let (subject, now) = (found.clone(), web.context.now());
    match web.context.pool.write(move |conn| work(conn, &subject, now)).await {
        Ok(()) => show(web, request, Some(&found), &done),
        Err(error) => {
            tracing::error!(%error, "what a customer asked of us could not be stored");
            show(web, request, Some(&found), &State::Busy)
        }
    }
}

async fn find(web: &Web, request: &HttpRequest, token: &str) -> Result<Found, State> {
    let unknown =
        || web.guesses.check(web.client(request)).map_or_else(|wait| State::TooMany { wait }, |()| State::Unknown);
    let Some(id) = web.context.secrets.open_unsubscribe_token(token) else { return Err(unknown()) };
    match web.context.pool.query(move |conn| invitation::by_id(conn, id)).await {
        Ok(found) => found.ok_or_else(unknown),
        Err(error) => {
            tracing::error!(%error, "an invitation could not be looked up");
            Err(State::Busy)
        }
    }
}

fn show(web: &Web, request: &HttpRequest, found: Option<&Found>, state: &State) -> HttpResponse {
    let frame = Frame::of(web, request, found);
    render(&Notice { frame: &frame, state }, state.status(), state.retry_after())
}
