//! What a used link leads to: thanks, "already answered", and the one correction of an answer by name. Who answered
//! anonymously is told the same as everybody: no row leads from the invitation to the answer.

use actix_web::http::header;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

use super::form::{Identity, SurveyForm};
use super::notice::{Correction, Receipt, Reply, State};
use super::view::{Problem, Stage, mask};
use super::{Body, Filled, Invited, Opened, Web, check, find, here, notice, page, read, response, see_other};
use crate::db::correction::{self, Given, Standing};
use crate::db::{self, holiday, period::Progress};
use crate::domain::duty::{LOW_ANSWER, Terms, end_of_period};
use crate::domain::period::{Period, local_date};
use crate::domain::response::{Periods, texts};

/// Answers as sent: question code and value.
type Sent = Vec<(String, String)>;

/// `GET /s/{token}/thanks`
pub async fn thanks(web: Data<Web>, request: HttpRequest, token: Path<String>) -> HttpResponse {
    match find_used(&web, &request, &token).await {
        Ok(opened) => {
            let state = thanked(&web, &opened).await;
            notice(&web, &request, Some(&opened), &state)
        }
        Err(shown) => shown,
    }
}

/// `GET /s/{token}/correct`
pub async fn correct(web: Data<Web>, request: HttpRequest, token: Path<String>) -> HttpResponse {
    match correctable(&web, &request, &token).await {
        Ok((opened, given)) => page(&web, &request, &opened, Filled::correction(&opened, &given, given.sent())),
        Err(shown) => shown,
    }
}

/// `POST /s/{token}/correct`
pub async fn corrected(web: Data<Web>, request: HttpRequest, token: Path<String>, body: Body) -> HttpResponse {
    let (opened, given) = match correctable(&web, &request, &token).await {
        Ok(found) => found,
        Err(shown) => return shown,
    };
    let texts = given.texts(&opened);
    let kept_texts = texts.iter().map(|(code, _)| code.clone()).collect();
    let form = match read(&body, Stage::Correction) {
        Ok(form) => form,
        Err(shown) => return page(&web, &request, &opened, Filled { kept_texts, ..shown }),
    };
    let answers = match check(&web, &request, &opened, &form.with_texts(texts)).await {
        Ok((answers, _)) => answers,
        Err(refused) => {
            // As it was sent: the texts that stay are not shown.
            let answers = form.answers.clone();
            return page(&web, &request, &opened, Filled { stage: Stage::Correction, kept_texts, answers, ..refused });
        }
    };
    let (invitation, now, said) = (opened.invitation.clone(), web.context.now(), response(&web, &opened, answers));
    let work = move |conn: &mut db::Connection| correction::correct(conn, &invitation, said, now);
    match web.context.pool.write(work).await {
        Ok(Some(Standing::Open)) => {
            see_other(&format!("/s/{}/thanks?{}", opened.token.as_str(), here(&web, &request, &opened)))
        }
        Ok(_) => answered(&web, &request, &opened).await,
        Err(error) => {
            tracing::error!(%error, "a correction could not be stored");
            let filled = Filled::correction(&opened, &given, form.answers.clone());
            page(&web, &request, &opened, Filled { problems: vec![Problem::Busy], ..filled })
        }
    }
}

/// "You have already answered."
pub(super) async fn answered(web: &Web, request: &HttpRequest, opened: &Opened) -> HttpResponse {
    let zone = web.context.config.time_zone;
    let state = match given(web, opened).await {
        Err(busy) => busy,
        Ok(None) => State::Answered { on: None, correction: None },
        Ok(Some(given)) if given.standing == Standing::Used => State::Corrected { reply: None },
        Ok(Some(given)) => State::Answered {
            on: Some(local_date(given.responded_at, zone)),
            correction: way_to_correct(web, opened, &given),
        },
    };
    notice(web, request, Some(opened), &state)
}

/// A link that was used; the page to show instead if it was not.
async fn find_used(web: &Web, request: &HttpRequest, token: &str) -> Result<Opened, HttpResponse> {
    let opened = find(web, request, token).await.map_err(|state| notice(web, request, None, &state))?;
    if opened.invitation.state == Invited::Answered {
        return Ok(opened);
    }
    let path = format!("/s/{token}?{}", here(web, request, &opened));
    Err(HttpResponse::SeeOther().insert_header((header::LOCATION, path)).finish())
}

/// A link with an answer that may be corrected now; the page to show instead if there is none.
async fn correctable(web: &Web, request: &HttpRequest, token: &str) -> Result<(Opened, Given), HttpResponse> {
    let opened = find_used(web, request, token).await?;
    if opened.is_paused {
        return Err(notice(web, request, Some(&opened), &State::Paused));
    }
    match given(web, &opened).await {
        Ok(Some(given)) if given.standing == Standing::Open => Ok((opened, given)),
        Ok(_) => Err(answered(web, request, &opened).await),
        Err(busy) => Err(notice(web, request, Some(&opened), &busy)),
    }
}

/// What was answered by name.
async fn given(web: &Web, opened: &Opened) -> Result<Option<Given>, State> {
    let (invitation, now) = (opened.invitation.clone(), web.context.now());
    let found = web.context.pool.query(move |conn| correction::given(conn, &invitation, now)).await;
    found.map_err(busy)
}

/// The thanks that fit the answer.
async fn thanked(web: &Web, opened: &Opened) -> State {
    let (invitation, now, zone) = (opened.invitation.clone(), web.context.now(), web.context.config.time_zone);
    let work = move |conn: &mut db::Connection| -> db::Result<_> {
        let given = correction::given(conn, &invitation, now)?;
        let progress = Progress::load(conn)?;
        let served = Periods::at(invitation.completed_at, zone).counting(|period| progress.state(period));
        let month = given.as_ref().map_or(served.month, |given| given.month);
        let results_by = end_of_period(month, &holiday::calendar(conn)?, &Terms::default()).notice.aim;
        Ok((given, (month, results_by)))
    };
    match web.context.pool.read(work).await {
        Err(error) => busy(error),
        Ok((None, results)) => State::ThanksAnonymous { results },
        Ok((Some(given), results)) => named(web, opened, &given, results),
    }
}

fn named(web: &Web, opened: &Opened, given: &Given, results: (Period, chrono::NaiveDate)) -> State {
    let reply = reply(web, opened, given);
    if given.standing == Standing::Used {
        return State::Corrected { reply };
    }
    State::ThanksNamed(Receipt {
        reference: mask(&opened.invitation.external_id),
        ratings: opened.questionnaire.score(&given.answers).items.len(),
        has_comment: given.comment.is_some(),
        reply,
        results,
        correction: way_to_correct(web, opened, given),
    })
}

/// By when a low answer is handled, as long as that is still to come.
fn reply(web: &Web, opened: &Opened, given: &Given) -> Option<Reply> {
    let by = given.corrected_at.unwrap_or(given.responded_at) + LOW_ANSWER;
    let is_owed = opened.questionnaire.is_low(&given.answers) && web.context.now() < by;
    is_owed.then(|| Reply {
        by: by.with_timezone(&web.context.config.time_zone).naive_local(),
        contact: given.answers.wants_contact(),
    })
}

fn way_to_correct(web: &Web, opened: &Opened, given: &Given) -> Option<Correction> {
    (given.standing == Standing::Open).then(|| Correction {
        until: local_date(opened.invitation.expires_at, web.context.config.time_zone),
        path: format!("/s/{}/correct", opened.token.as_str()),
    })
}

fn busy(error: db::Error) -> State {
    tracing::error!(%error, "an answer could not be looked up");
    State::Busy
}

impl Given {
    /// What was written, by the codes of its questions.
    fn texts(&self, opened: &Opened) -> Sent {
        self.comment.as_ref().map(|comment| texts(&opened.questionnaire, comment)).unwrap_or_default()
    }

    /// The answers as a form sends them.
    fn sent(&self) -> Sent {
        self.answers.0.iter().map(|(code, value)| (code.clone(), value.clone())).collect()
    }
}

impl SurveyForm {
    /// The form with those texts that it does not write anew.
    fn with_texts(&self, texts: Sent) -> Self {
        let is_written = |code: &str| self.fields().any(|(sent, text)| sent == code && !text.trim().is_empty());
        let kept: Sent = texts.into_iter().filter(|(code, _)| !is_written(code)).collect();
        let is_kept = |code: &str| kept.iter().any(|(kept, _)| kept == code);
        let mut answers: Sent = self.answers.iter().filter(|(code, _)| !is_kept(code)).cloned().collect();
        answers.extend(kept);
        Self { answers, ..self.clone() }
    }
}

impl Filled {
    fn correction(opened: &Opened, given: &Given, answers: Sent) -> Self {
        let kept_texts = given.texts(opened).into_iter().map(|(code, _)| code).collect();
        Self { answers, identity: Identity::Named, stage: Stage::Correction, kept_texts, ..Self::default() }
    }
}
