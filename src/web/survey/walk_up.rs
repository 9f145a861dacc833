//! `/q/{code}`: the questionnaire of a counter, for whoever comes by. Nobody is asked for a name, nothing is kept of the
//! device, and one page is good for one answer.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

use super::form::{Identity, SurveyForm};
use super::frame::Frame;
use super::notice::{Notice, State};
use super::view::{About, AtCounter, Links, Problem, Stage, SurveyPage};
use super::{Body, Filled, NONCE_AGE, Web, confirmed, parse, privacy, put_aside, render, see_other};
use crate::crypto::random;
use crate::db::counter::{self, Counter};
use crate::db::department::Department;
use crate::db::response_writer::{Receipt, Submission};
use crate::db::suspect::Reason;
use crate::db::{self, Error, questionnaire};
use crate::domain::counter::Code;
use crate::domain::questionnaire::{Answers, Questionnaire};
use crate::domain::response::{Base, Periods, Response};

/// Seconds that the thanks stay on a kiosk.
const THANKS: u32 = 10;

/// Seconds until a kiosk tries again where it could not be used.
const AGAIN: u32 = 60;

/// Seconds after which a kiosk's form is loaded anew whatever happens on it. Whoever goes on filling it in has been asked
/// long before, and loaded it anew by saying so; this takes what was left there out of the browser.
const FORGET: u32 = 900;

/// A code that leads to a counter.
struct Visit {
    counter: Counter,
    department: Department,
    version_id: i64,
    questionnaire: Arc<Questionnaire>,
    is_paused: bool,
}

/// `GET /q/{code}`
pub async fn open(web: Data<Web>, request: HttpRequest, code: Path<String>) -> HttpResponse {
    match find_open(&web, &request, &code).await {
        Ok(visit) => page(&web, &request, &visit, Filled::default()),
        Err(response) => response,
    }
}

/// `POST /q/{code}`
pub async fn answer(web: Data<Web>, request: HttpRequest, code: Path<String>, body: Body) -> HttpResponse {
    let visit = match find_open(&web, &request, &code).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    let form = match parse(&body, Stage::Opened) {
        Ok(form) => form,
        Err(shown) => return page(&web, &request, &visit, shown),
    };
    let visit = match as_shown(&web, visit, &form).await {
        Ok(visit) => visit,
        Err(busy) => return notice(&web, &request, &busy),
    };
    if form.is_draft {
        return page(&web, &request, &visit, Filled { stage: Stage::Draft, ..form.filled(Vec::new()) });
    }
    let (answers, sent) = match check(&web, &visit, &form).await {
        Ok(checked) => checked,
        Err(refused) => return page(&web, &request, &visit, refused),
    };
    if let Err(wait) = web.crowds.check(web.client(&request), &visit.counter.code, web.context.now()) {
        return page(&web, &request, &visit, form.filled(vec![Problem::TooMany { wait }]));
    }
    match store(&web, &visit, answers, sent).await {
        Ok(Receipt::Stored) => see_other(&format!("{}/thanks?{}", address(&visit), here(&web, &request))),
        Ok(Receipt::Late) => notice(&web, &request, &State::SentBefore { form: address(&visit) }),
        Err(error) => {
            if !matches!(error, Error::Busy | Error::Stopped) {
                tracing::error!(%error, "a walk-up answer could not be stored");
            }
            page(&web, &request, &visit, form.filled(vec![Problem::Busy]))
        }
    }
}

/// `GET /q/{code}/thanks`
pub async fn thanks(web: Data<Web>, request: HttpRequest, code: Path<String>) -> HttpResponse {
    match find(&web, &request, &code).await {
        Ok(visit) => notice(&web, &request, &State::ThanksWalkUp { form: start(&visit) }),
        Err(state) => notice(&web, &request, &state),
    }
}

/// The counter behind a code, if it takes answers; the page to show instead if it does not.
async fn find_open(web: &Web, request: &HttpRequest, code: &str) -> Result<Visit, HttpResponse> {
    let visit = find(web, request, code).await.map_err(|state| notice(web, request, &state))?;
    match &visit {
        Visit { counter: Counter { ended_at: Some(_), .. }, .. } => Err(notice(web, request, &State::CounterEnded)),
        Visit { is_paused: true, .. } => Err(notice(web, request, &State::Paused)),
        _ => Ok(visit),
    }
}

/// The counter behind a code. Every wrong code gets the same answer, and is looked for in the same way; too many of them
/// from one place get none.
async fn find(web: &Web, request: &HttpRequest, typed: &str) -> Result<Visit, State> {
    // What is no code is looked for all the same, as one that nobody has.
    let code = typed.parse::<Code>().map_or_else(|_| String::new(), |code| code.as_str().to_owned());
    let (questionnaires, pause) = (web.context.questionnaires.clone(), web.pause.clone());
    let look = move |conn: &mut db::Connection| -> db::Result<_> {
        let Some((counter, department)) = counter::with_department(conn, &code)? else { return Ok(None) };
        let version_id = questionnaire::current(conn)?.offline;
        let questionnaire = questionnaires.get(conn, version_id)?;
        Ok(Some(Visit { counter, department, version_id, questionnaire, is_paused: pause.is_on(conn)? }))
    };
    match web.context.pool.look_up(look).await {
        Ok(Some(visit)) => Ok(visit),
        Ok(None) => Err(web
            .guesses
            .check(web.client(request))
            .map_or_else(|wait| State::TooMany { wait }, |()| State::UnknownCode)),
        Err(error) => {
            tracing::error!(%error, "a counter could not be looked up");
            Err(State::Busy)
        }
    }
}

/// The visit with the questions that the form's page showed, which need not be those that are asked by now.
async fn as_shown(web: &Web, visit: Visit, form: &SurveyForm) -> Result<Visit, State> {
    let version_id = match Sent::read(web, &visit, form) {
        Sent { version_id, freshness: Some(_), .. } if version_id != visit.version_id => version_id,
        _ => return Ok(visit),
    };
    let questionnaires = web.context.questionnaires.clone();
    match web.context.pool.look_up(move |conn| questionnaires.get(conn, version_id)).await {
        Ok(questionnaire) => Ok(Visit { version_id, questionnaire, ..visit }),
        Err(error) => {
            tracing::error!(%error, "the questions of a page could not be looked up");
            Err(State::Busy)
        }
    }
}

/// What the nonce of a form says.
struct Sent<'a> {
    /// Random, of this page alone.
    salt: &'a str,
    /// Key of the version that the page showed; it means nothing without [`freshness`](Self::freshness).
    version_id: i64,
    /// `None` of a page that is not ours, or too old.
    freshness: Option<Freshness>,
}

/// Which nonce a page of ours had.
#[derive(PartialEq)]
enum Freshness {
    /// Of a page that was opened.
    First,
    /// Of a page that asked to press once more.
    Confirmed,
}

impl<'a> Sent<'a> {
    fn read(web: &Web, visit: &Visit, form: &'a SurveyForm) -> Self {
        let mut parts = form.nonce.splitn(3, '.');
        let salt = parts.next().unwrap_or_default();
        let version_id = parts.next().and_then(|id| id.parse().ok()).unwrap_or_default();
        let (nonce, context) = (parts.next().unwrap_or_default(), &web.context);
        let subject = subject(visit, version_id, salt);
        let is_fresh = |subject: &[u8]| context.secrets.check_page_nonce(nonce, subject, context.now(), NONCE_AGE);
        let freshness = match () {
            () if is_fresh(&subject) => Some(Freshness::First),
            () if is_fresh(&confirmed(&subject)) => Some(Freshness::Confirmed),
            () => None,
        };
        Self { salt, version_id, freshness }
    }
}

/// The answers of a form and the hash of its page, or the page with everything that is wrong with it.
async fn check(web: &Web, visit: &Visit, form: &SurveyForm) -> Result<(Answers, Vec<u8>), Filled> {
    let (context, mut problems) = (&web.context, Vec::new());
    let Sent { salt, freshness, .. } = Sent::read(web, visit, form);
    let (is_first, is_confirmed) = (freshness == Some(Freshness::First), freshness == Some(Freshness::Confirmed));
    if form.is_suspect() {
        put_aside(web, Reason::HiddenField).await;
    }
    if !(is_first || is_confirmed) || form.is_suspect() {
        problems.push(Problem::StaleNonce);
    }
    // Whatever is sent as a name or a wish to be contacted is left where it came from.
    let asked = form.fields().filter(|(code, _)| !code.ends_with(crate::domain::questionnaire::CONTACT));
    match visit.questionnaire.read(asked) {
        Ok(answers) if problems.is_empty() => Ok((answers, context.secrets.lookup("counter page", salt))),
        Ok(_) => Err(Filled { is_confirmed: is_confirmed || is_first, ..form.filled(problems) }),
        Err(errors) => {
            problems.extend(errors.into_iter().map(Problem::Answer));
            Err(Filled { is_confirmed: is_confirmed || is_first && form.is_suspect(), ..form.filled(problems) })
        }
    }
}

async fn store(web: &Web, visit: &Visit, answers: Answers, page: Vec<u8>) -> db::Result<Receipt> {
    let (now, zone) = (web.context.now(), web.context.config.time_zone);
    let attribution = visit.counter.attribution()?;
    let own = Response::own(attribution, Periods::at(now, zone), visit.version_id, &visit.questionnaire, answers);
    let response = Response {
        base: Base::WalkUp,
        notice_id: web.context.notice().map(|notice| notice.id),
        counter_id: Some(visit.counter.id),
        ..own
    };
    let until = (now + NONCE_AGE).date_naive();
    web.writer.submit(Submission::WalkUp { page, until, response }).await
}

/// What the nonce of a page stands for: this page of this counter, with the questions of this version.
fn subject(visit: &Visit, version_id: i64, salt: &str) -> Vec<u8> {
    ["counter", &visit.counter.code, &version_id.to_string(), salt].join("\0").into_bytes()
}

fn page(web: &Web, request: &HttpRequest, visit: &Visit, filled: Filled) -> HttpResponse {
    let Filled { answers, problems, stage, is_confirmed, .. } = filled;
    let (context, frame) = (&web.context, Frame::of(web, request, None));
    let salt = hex::encode(random::<16>());
    let subject = subject(visit, visit.version_id, &salt);
    let subject = if is_confirmed { confirmed(&subject) } else { subject };
    let locale = frame.t.locale();
    let counter =
        AtCounter { name: visit.counter.name(locale).to_owned(), department: visit.department.name(locale).to_owned() };
    let notice = if frame.kiosk { format!("{}/privacy", context.base_url()) } else { "/privacy".to_owned() };
    let page = SurveyPage {
        questionnaire: &visit.questionnaire,
        about: About::Counter(&counter),
        links: &Links { not_me: String::new(), unsubscribe: None, privacy: notice },
        privacy: &privacy(web, &frame),
        nonce: format!("{salt}.{}.{}", visit.version_id, context.secrets.page_nonce(&subject, context.now())),
        answers,
        identity: Identity::Anonymous,
        stage,
        problems,
        step: None,
        kept_texts: Vec::new(),
        frame: &frame,
    };
    let response = render(&page, page.status(), page.wait());
    if frame.kiosk { refreshed(response, FORGET, &start(visit)) } else { response }
}

fn notice(web: &Web, request: &HttpRequest, state: &State) -> HttpResponse {
    let frame = Frame::of(web, request, None);
    let response = render(&Notice { frame: &frame, state }, state.status(), state.retry_after());
    let start = format!("{}?kiosk=1", request.path().trim_end_matches("/thanks"));
    match state {
        _ if !frame.kiosk => response,
        State::ThanksWalkUp { .. } | State::SentBefore { .. } => refreshed(response, THANKS, &start),
        State::Paused | State::Busy => refreshed(response, AGAIN, &start),
        _ => response,
    }
}

/// A page that gives way to another by itself.
fn refreshed(mut response: HttpResponse, seconds: u32, address: &str) -> HttpResponse {
    if let Ok(next) = header::HeaderValue::from_str(&format!("{seconds}; url={address}")) {
        response.headers_mut().insert(header::REFRESH, next);
    }
    response
}

/// The query that keeps language and size.
fn here(web: &Web, request: &HttpRequest) -> String {
    Frame::of(web, request, None).here()
}

fn address(visit: &Visit) -> String {
    format!("/q/{}", visit.counter.code)
}

/// Where a kiosk begins, in the device's own language.
fn start(visit: &Visit) -> String {
    format!("{}?kiosk=1", address(visit))
}
