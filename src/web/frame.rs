//! What every staff and public page is given: who reads, in which language, and the frame around the page.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::{Method, StatusCode, header};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use askama::Template;

use super::session::Session;
use super::views::{self, Account, Area, ErrorPage, Freshness, NavEntry, Problem, Shell, Told};
use super::{Web, assets, see_other};
use crate::db::{self, Pool};
use crate::domain::period::{Period, State};
use crate::domain::user::Role;
use crate::i18n::{Locale, Texts};

/// The cookie that keeps the language a reader chose.
const LANGUAGE: &str = "lang";

/// A request for a page.
pub(super) struct Page {
    /// Shared data.
    pub web: Data<Web>,
    /// What was asked.
    pub request: HttpRequest,
    /// The reader's language.
    pub t: Texts,
    /// Who reads, if signed in.
    pub session: Option<Session>,
}

/// Why a page is not shown.
pub(super) enum Refusal {
    /// Somebody has to sign in first.
    SignIn,
    /// Something to tell the reader, with more about it.
    Problem(Problem, Option<String>),
    /// Our fault: logged, and not told.
    Internal(String),
}

impl From<db::Error> for Refusal {
    fn from(error: db::Error) -> Self {
        if error.is_passing() {
            return Self::Problem(Problem::Unavailable(Some(30)), None);
        }
        Self::Internal(error.to_string())
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem, None)
    }
}

impl From<askama::Error> for Refusal {
    fn from(error: askama::Error) -> Self {
        Self::Internal(error.to_string())
    }
}

impl FromRequest for Page {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, actix_web::Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let Some(web) = request.app_data::<Data<Web>>().cloned() else {
                return Err(actix_web::error::ErrorInternalServerError("no shared data"));
            };
            let session = match Session::of(&web, &request).await {
                Ok(session) => session,
                Err(error) => {
                    tracing::error!(%error, "a session could not be looked up");
                    None
                }
            };
            let t = Texts::new(locale(&web, &request, session.as_ref()));
            Ok(Self { web, request, t, session })
        })
    }
}

/// The link's language, then the cookie's, the user's, the browser's, the organisation's.
fn locale(web: &Web, request: &HttpRequest, session: Option<&Session>) -> Locale {
    let parse = |text: &str| text.parse::<Locale>().ok();
    let cookie = || parse(request.cookie(LANGUAGE)?.value());
    let browser = || Locale::from_accept_language(request.headers().get(header::ACCEPT_LANGUAGE)?.to_str().ok()?);
    query(request, LANGUAGE)
        .as_deref()
        .and_then(parse)
        .or_else(cookie)
        .or_else(|| parse(session?.user.locale.as_deref()?))
        .or_else(browser)
        .unwrap_or(web.context.config.locale)
}

/// A parameter of the address.
fn query(request: &HttpRequest, name: &str) -> Option<String> {
    queries(request).into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
}

fn queries(request: &HttpRequest) -> Vec<(String, String)> {
    let pairs = actix_web::web::Query::<Vec<(String, String)>>::from_query(request.query_string());
    pairs.map(actix_web::web::Query::into_inner).unwrap_or_default()
}

impl Page {
    /// The database.
    pub fn pool(&self) -> &Pool {
        &self.web.context.pool
    }

    /// A parameter of the address.
    pub fn query(&self, name: &str) -> Option<String> {
        query(&self.request, name)
    }

    /// All parameters of the address.
    pub fn queries(&self) -> Vec<(String, String)> {
        queries(&self.request)
    }

    /// A period in the address: `None` if there is none, a refusal if it is none.
    pub fn period(&self) -> Result<Option<Period>, Refusal> {
        let parse = |text: String| text.parse().map_err(|_| Refusal::from(Problem::BadRequest));
        self.query("period").filter(|text| !text.is_empty()).map(parse).transpose()
    }

    /// Who reads, if that is one of these roles.
    pub fn reader(&self, roles: &[Role]) -> Result<&Session, Refusal> {
        let session = self.session.as_ref().ok_or(Refusal::SignIn)?;
        if roles.contains(&session.role) { Ok(session) } else { Err(Problem::Forbidden.into()) }
    }

    /// The frame, with `current` marked.
    pub fn shell(&self, current: Option<Area>) -> Shell {
        let context = &self.web.context;
        let account = self.session.as_ref().map(|session| Account {
            name: session.user.name.clone(),
            role: session.role,
            csrf: session.csrf(&self.web),
        });
        Shell {
            t: self.t,
            organisation: context.organisation(self.t.locale()),
            stylesheet: assets::stylesheet(),
            demo: self.web.demo.is_some(),
            language_href: self.in_other_language(),
            account,
            nav: self.nav(current),
            freshness: None,
            told: self.told(),
        }
    }

    /// What a form did that led here; an answer to a form itself tells its own. A link from elsewhere tells nothing.
    fn told(&self) -> Option<Told> {
        let site = self.request.headers().get("sec-fetch-site");
        let is_ours = self.session.is_some() && site.is_none_or(|site| site == "same-origin");
        let is_read = self.request.method() == Method::GET;
        self.query("done")
            .filter(|_| is_read && is_ours)
            .and_then(|done| Told::read(&done, self.query("at").as_deref()))
    }

    /// The frame of a page with figures of a period.
    pub fn shell_of(&self, current: Area, period: Period, state: State, revision: i32) -> Shell {
        let zone = self.web.context.config.time_zone;
        let freshness = Freshness {
            as_of: self.web.context.now().with_timezone(&zone).naive_local(),
            period: Some((period, state, u32::try_from(revision).unwrap_or(0))),
        };
        Shell { freshness: Some(freshness), ..self.shell(Some(current)) }
    }

    fn nav(&self, current: Option<Area>) -> Vec<NavEntry> {
        let mut areas = Vec::new();
        if let Some(session) = &self.session {
            if session.sees_everything() {
                areas.push((Area::Overview, "/overview".to_owned()));
                areas.push((Area::Comparison, "/comparison".to_owned()));
            }
            if session.role == Role::Head {
                areas.push((Area::Department, "/".to_owned()));
            }
            if APPRAISALS.contains(&session.role) {
                areas.push((Area::Asking, "/asking".to_owned()));
            }
            if super::staff::questionnaires::WRITERS.contains(&session.role) {
                areas.push((Area::Questionnaires, views::questionnaires::PATH.to_owned()));
            }
            if super::staff::mail::READERS.contains(&session.role) {
                areas.push((Area::Queue, "/mail".to_owned()));
            }
            if super::staff::sample::READERS.contains(&session.role) {
                areas.push((Area::Samples, "/samples".to_owned()));
            }
            if super::staff::counters::WRITERS.contains(&session.role) {
                areas.push((Area::Counters, "/staff/counters".to_owned()));
            }
            if session.role == Role::Employee {
                areas.push((Area::Record, "/record".to_owned()));
            }
            if super::staff::complaints::READERS.contains(&session.role) {
                areas.push((Area::Complaints, super::staff::complaints::PATH.to_owned()));
            }
            if super::staff::exclusions::READERS.contains(&session.role) {
                areas.push((Area::Exclusions, "/exclusions".to_owned()));
            }
            if APPRAISALS.contains(&session.role) {
                areas.push((Area::Periods, "/periods".to_owned()));
                areas.push((Area::Appraisals, "/appraisals".to_owned()));
            }
        }
        let reads_register =
            self.session.as_ref().is_some_and(|session| super::staff::commitments::READERS.contains(&session.role));
        let commitments = if reads_register { "/staff/commitments" } else { "/commitments" };
        areas.push((Area::Commitments, commitments.to_owned()));
        if self.web.demo.is_some() {
            areas.push((Area::Mail, "/dev/mail".to_owned()));
        }
        areas.into_iter().map(|(area, href)| NavEntry { current: current == Some(area), area, href }).collect()
    }

    fn in_other_language(&self) -> String {
        let kept = self.request.query_string().split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("lang="));
        let other = format!("lang={}", self.t.locale().other());
        let pairs: Vec<_> = kept.chain(std::iter::once(other.as_str())).collect();
        format!("{}?{}", self.request.uri().path(), pairs.join("&"))
    }

    /// A page, with its status. The language chosen by the link is kept in a cookie.
    pub fn html(&self, template: &impl Template, status: u16) -> Result<HttpResponse, Refusal> {
        let html = template.render()?;
        let mut response = HttpResponse::build(StatusCode::from_u16(status).unwrap_or_default());
        response
            .content_type("text/html; charset=utf-8")
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header((header::CONTENT_SECURITY_POLICY, views::CSP));
        if self.query(LANGUAGE).is_some() {
            let cookie = actix_web::cookie::Cookie::build(LANGUAGE, self.t.lang())
                .path("/")
                .http_only(true)
                .same_site(actix_web::cookie::SameSite::Lax)
                .max_age(actix_web::cookie::time::Duration::days(365))
                .finish();
            response.cookie(cookie);
        }
        Ok(response.body(html))
    }

    /// What a handler found, or the page that tells why not.
    pub fn answer(&self, result: Result<HttpResponse, Refusal>) -> HttpResponse {
        match result {
            Ok(response) => response,
            Err(Refusal::SignIn) => {
                let next = self.request.uri().path_and_query().map_or("/", |path| path.as_str());
                see_other(&format!("/sign-in?next={}", encode(next)))
            }
            Err(Refusal::Problem(problem, detail)) => self.problem(problem, detail, None),
            Err(Refusal::Internal(error)) => {
                let reference = hex::encode(crate::crypto::random::<4>());
                tracing::error!(%error, reference, "a page failed");
                self.problem(Problem::Internal, None, Some(reference))
            }
        }
    }

    fn problem(&self, problem: Problem, detail: Option<String>, reference: Option<String>) -> HttpResponse {
        let page = ErrorPage { shell: self.shell(None), problem, detail, reference, back_href: "/".into() };
        let mut response =
            self.html(&page, problem.status()).unwrap_or_else(|_| HttpResponse::InternalServerError().finish());
        if let Problem::TooMany(Some(wait)) | Problem::Unavailable(Some(wait)) = problem {
            response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from(wait));
        }
        response
    }
}

/// Who may pull figures of persons.
pub(super) const APPRAISALS: [Role; 4] = [Role::Admin, Role::Quality, Role::Hr, Role::Auditor];

/// A text as part of an address.
pub(super) fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
