//! The API for other systems (CONTRACT §6): bearer tokens, JSON, problems in the reader's language. A handler asks for
//! its scope, reads what was sent, runs one use case and answers; it computes nothing.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::error::InternalError;
use actix_web::http::{Method, StatusCode, header};
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{FromRequest, HttpRequest, HttpResponse, Resource, Route, guard};
use serde::Serialize;

use self::problem::Refusal;
use super::{Web, pull};
use crate::crypto::{Token, sha256};
use crate::db::pull::Pulled;
use crate::db::{Pool, api_token};
use crate::domain::user::Scope;
use crate::i18n::{Locale, Texts};

mod appraisals;
mod body;
mod bounces;
mod commitments;
mod complaints;
mod element;
mod limits;
mod openapi;
mod problem;
mod query;
mod records;
mod responses;
mod scores;
mod trend;

pub use openapi::openapi_json;

/// Below what the routes stand.
const PREFIX: &str = "/api/v1";

/// Every route below [`PREFIX`] and its methods; a test holds it against the routes and the OpenAPI document.
const ROUTES: [(&str, &str); 11] = [
    ("/service-records", "POST"),
    ("/service-records/{external_id}", "GET, HEAD"),
    ("/complaints", "POST"),
    ("/scores", "GET, HEAD"),
    ("/trend", "GET, HEAD"),
    ("/appraisals", "GET, HEAD"),
    ("/appraisals/schema", "GET, HEAD"),
    ("/responses", "GET, HEAD"),
    ("/commitments", "GET, HEAD, POST"),
    ("/bounces", "POST"),
    ("/openapi.json", "GET, HEAD"),
];

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(at("/service-records").route(web::post().to(records::hand_in)))
        .service(at("/service-records/{external_id}").route(read().to(records::show)))
        .service(at("/complaints").route(web::post().to(complaints::hand_in)))
        .service(at("/scores").route(read().to(scores::show)))
        .service(at("/trend").route(read().to(trend::show)))
        .service(at("/appraisals").route(read().to(appraisals::show)))
        .service(at("/appraisals/schema").route(read().to(appraisals::schema)))
        .service(at("/responses").route(read().to(responses::list)))
        .service(at("/commitments").route(read().to(commitments::list)).route(web::post().to(commitments::announce)))
        .service(at("/bounces").route(web::post().to(bounces::hand_in)))
        .service(at("/openapi.json").route(read().to(openapi::show)))
        .default_service(web::to(not_found));
}

/// What answers below `/api` where no route is.
pub(super) async fn not_found(request: HttpRequest) -> HttpResponse {
    problem::answer(texts(&request), Refusal::NoRoute)
}

/// A resource that tells other methods which ones it has.
fn at(path: &'static str) -> Resource {
    let allowed = ROUTES.iter().find(|(known, _)| *known == path).map_or("", |(_, methods)| methods);
    let refuse = move |request: HttpRequest| async move { problem::answer(texts(&request), Refusal::Method(allowed)) };
    web::resource(path).default_service(web::to(refuse))
}

/// GET, and HEAD, which is the same without its body.
fn read() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

/// The reader's language: the first they name that we speak, else the organisation's.
fn texts(request: &HttpRequest) -> Texts {
    let named = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let own = || request.app_data::<Data<Web>>().map_or_else(Locale::default, |web| web.context.config.locale);
    Texts::new(named.and_then(Locale::from_accept_language).unwrap_or_else(own))
}

/// A request with a token that holds.
struct Call {
    web: Data<Web>,
    request: HttpRequest,
    t: Texts,
    /// The token's name, for the audit log.
    caller: String,
    scopes: Vec<Scope>,
    /// The token's hash: what its requests are counted by.
    key: Vec<u8>,
}

impl FromRequest for Call {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, actix_web::Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let t = texts(&request);
            Self::authenticate(request, t).await.map_err(|refusal| {
                let status = refusal.status();
                InternalError::from_response(status, problem::answer(t, refusal)).into()
            })
        })
    }
}

impl Call {
    async fn authenticate(request: HttpRequest, t: Texts) -> Result<Self, Refusal> {
        let no_data = || Refusal::Internal("no shared data".to_owned());
        let web = request.app_data::<Data<Web>>().cloned().ok_or_else(no_data)?;
        let token = bearer(&request).ok_or(Refusal::NoToken)?;
        let (key, now) = (token.hash(), web.context.now());
        match web.context.pool.query(move |conn| api_token::find(conn, &token, now)).await? {
            Some((caller, scopes)) => Ok(Self { web, request, t, caller, scopes, key }),
            None => Err(web.guesses.check(web.client(&request)).map_or_else(Refusal::TooMany, |()| Refusal::BadToken)),
        }
    }

    fn pool(&self) -> &Pool {
        &self.web.context.pool
    }

    /// Goes on only with a token of this scope that has not asked too often.
    fn enter(&self, scope: Scope) -> Result<(), Refusal> {
        self.may(scope)?;
        limits::check(scope, &self.key).map_err(Refusal::TooMany)
    }

    /// Goes on only with a token of this scope.
    fn may(&self, scope: Scope) -> Result<(), Refusal> {
        let holds = self.scopes.iter().any(|held| *held == scope || *held == Scope::Admin);
        if holds { Ok(()) } else { Err(Refusal::Scope(scope)) }
    }

    /// What was read, or nothing if the reader has it already.
    fn json(&self, body: &impl Serialize) -> Result<HttpResponse, Refusal> {
        let bytes = serde_json::to_vec(body).map_err(|error| Refusal::Internal(error.to_string()))?;
        Ok(tagged(&self.request, bytes))
    }

    /// Notes what is handed out; nothing is by HEAD, nor to who has it already.
    async fn note(&self, response: &HttpResponse, noted: Pulled) -> Result<(), Refusal> {
        if response.status() == StatusCode::OK && self.request.method() != Method::HEAD {
            pull::note(self.pool(), format!("token:{}", self.caller), self.web.context.now(), noted).await?;
        }
        Ok(())
    }

    /// What a handler found, or the problem that tells why not.
    fn answer(&self, result: Result<HttpResponse, Refusal>) -> HttpResponse {
        result.unwrap_or_else(|refusal| problem::answer(self.t, refusal))
    }
}

/// The token of `Authorization: Bearer …`.
fn bearer(request: &HttpRequest) -> Option<Token> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.trim().split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then(|| Token::from_text(token))
}

/// A JSON body with its tag; 304 without it for who names the tag. The tag is a weak one, as the body may be compressed
/// on its way.
fn tagged(request: &HttpRequest, body: Vec<u8>) -> HttpResponse {
    let hash = hex::encode(sha256(&body));
    let tag = format!("W/\"{}\"", hash.get(..32).unwrap_or(&hash));
    let known = request.headers().get_all(header::IF_NONE_MATCH).filter_map(|value| value.to_str().ok());
    let same = |one: &str| one.trim() == "*" || one.trim().trim_start_matches("W/") == tag.trim_start_matches("W/");
    let is_known = known.flat_map(|list| list.split(',')).any(same);
    let mut response = HttpResponse::build(if is_known { StatusCode::NOT_MODIFIED } else { StatusCode::OK });
    response
        .insert_header((header::ETAG, tag))
        .insert_header((header::CACHE_CONTROL, "private, no-cache"))
        .insert_header((header::VARY, "Authorization"));
    if is_known { response.finish() } else { response.content_type("application/json").body(body) }
}
