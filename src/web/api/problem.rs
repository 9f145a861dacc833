//! Problems as RFC 9457 has them, in the reader's language. What the database or the system said is logged, never told;
//! no message repeats a customer's data.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use serde::Serialize;

use super::body::{MAX_ARRAY, MAX_MAIL, MAX_OBJECT, MAX_RECORDS};
use super::{complaints, records};
use crate::db::scores::RequestError;
use crate::db::{self};
use crate::domain::notice::NoticeRefused;
use crate::domain::period::{Period, State};
use crate::domain::succession;
use crate::domain::user::Scope;
use crate::i18n::Texts;

/// Why a request is refused.
#[derive(Debug)]
pub(super) enum Refusal {
    /// There is no token.
    NoToken,
    /// The token is none of ours, or has ended.
    BadToken,
    /// The token holds, but is not made for this.
    Scope(Scope),
    /// Too many requests; the seconds to wait.
    TooMany(u32),
    /// No such address.
    NoRoute,
    /// The address does not take this method, but these.
    Method(&'static str),
    /// No service record has this number.
    NoRecord,
    /// The period has no sealed figures.
    NotSealed(Period, State),
    /// The body is not JSON by its own account.
    ContentType,
    /// The body did not come whole.
    Broken,
    /// There is no body.
    Empty,
    /// The body is not UTF-8; the first wrong byte, counted from 0.
    Encoding(usize),
    /// The body is not JSON: line and column.
    Syntax(usize, usize),
    /// The body is nested too deeply.
    Depth,
    /// The body is too long.
    TooLarge,
    /// The body has too many records.
    TooManyRecords,
    /// Parameters of the address.
    Query(Vec<Fault>),
    /// Members of the body.
    Body(Vec<Fault>),
    /// The one record handed in, with its result, is not valid.
    Invalid(Results),
    /// The one record handed in, with its result, is stored with other content.
    Conflict(Results),
    /// The figures asked for can't be had.
    Request(RequestError),
    /// The commitment can't be announced.
    Announce(succession::Refused),
    /// No secret has been agreed on, so nothing can be signed with it.
    NoSecret,
    /// The signature is missing, wrong, or too old.
    Signature,
    /// The same was handed in before.
    Replayed,
    /// There is no mail in the body.
    NoMail,
    /// The mail is too long.
    MailTooLarge,
    /// Come again in so many seconds.
    Unavailable(u32),
    /// Our fault: logged, and not told.
    Internal(String),
}

/// What is wrong with one value, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Fault {
    /// JSON pointer (RFC 6901) into the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// Name of the parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// What is wrong and what to do.
    pub message: String,
}

/// The body.
#[derive(Debug, Serialize)]
struct Problem {
    r#type: String,
    title: String,
    status: u16,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Fault>,
    #[serde(skip_serializing_if = "Option::is_none")]
    results: Option<Results>,
}

/// What became of what was handed in.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Results {
    /// Service records.
    Records(Vec<records::Judgement>),
    /// Complaints.
    Complaints(Vec<complaints::Judgement>),
}

/// Seconds after which to come again when the database is busy.
const BUSY: u32 = 5;

/// Characters of a name that a message repeats.
const SHOWN: usize = 60;

/// The response that tells a problem.
pub(super) fn answer(t: Texts, refusal: Refusal) -> HttpResponse {
    let mut response = HttpResponse::build(refusal.status());
    response
        .content_type("application/problem+json")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::CONTENT_LANGUAGE, t.lang()));
    match &refusal {
        Refusal::NoToken => response.insert_header((header::WWW_AUTHENTICATE, r#"Bearer realm="manyi""#)),
        Refusal::BadToken => {
            response.insert_header((header::WWW_AUTHENTICATE, r#"Bearer realm="manyi", error="invalid_token""#))
        }
        Refusal::Scope(scope) => {
            let asks = format!(r#"Bearer realm="manyi", error="insufficient_scope", scope="{}""#, scope.as_str());
            response.insert_header((header::WWW_AUTHENTICATE, asks))
        }
        Refusal::Method(allowed) => response.insert_header((header::ALLOW, *allowed)),
        Refusal::TooMany(wait) | Refusal::Unavailable(wait) => {
            response.insert_header((header::RETRY_AFTER, wait.to_string()))
        }
        _ => &mut response,
    };
    response.body(serde_json::to_vec(&refusal.problem(t)).unwrap_or_default())
}

impl Fault {
    /// A fault of a parameter of the address.
    pub fn of_parameter(name: &str, message: String) -> Self {
        Self { pointer: None, parameter: Some(shorten(name)), message }
    }

    /// A fault of a member of the body: `place` is the object's own pointer.
    pub fn of_member(place: &str, name: &str, message: String) -> Self {
        let name = shorten(name).replace('~', "~0").replace('/', "~1");
        Self { pointer: Some(format!("{place}/{name}")), parameter: None, message }
    }

    /// A fault of a value as a whole.
    pub fn of_value(place: &str, message: String) -> Self {
        Self { pointer: Some(place.to_owned()), parameter: None, message }
    }
}

/// A text of the sender's at a length that a message can repeat.
fn shorten(text: &str) -> String {
    let mut short: String = text.chars().take(SHOWN).collect();
    if text.chars().nth(SHOWN).is_some() {
        short.push('…');
    }
    short
}

impl From<db::Error> for Refusal {
    fn from(error: db::Error) -> Self {
        if error.is_passing() { Self::Unavailable(BUSY) } else { Self::Internal(error.to_string()) }
    }
}

impl From<RequestError> for Refusal {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::Database(error) => error.into(),
            error => Self::Request(error),
        }
    }
}

impl Refusal {
    /// What HTTP calls it.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NoToken | Self::BadToken => StatusCode::UNAUTHORIZED,
            Self::Scope(_) | Self::Signature => StatusCode::FORBIDDEN,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::NoRoute
            | Self::NoSecret
            | Self::NoRecord
            | Self::NotSealed(..)
            | Self::Request(RequestError::UnknownDepartment { .. }) => StatusCode::NOT_FOUND,
            Self::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::ContentType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Broken
            | Self::Empty
            | Self::NoMail
            | Self::Encoding(_)
            | Self::Syntax(..)
            | Self::Depth
            | Self::Query(_) => StatusCode::BAD_REQUEST,
            Self::TooLarge | Self::TooManyRecords | Self::MailTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Conflict(_) | Self::Replayed | Self::Announce(succession::Refused::Later { .. }) => {
                StatusCode::CONFLICT
            }
            Self::Body(_) | Self::Invalid(_) | Self::Request(_) | Self::Announce(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The kind of problem, for machines; never changes its meaning.
    const fn name(&self) -> &'static str {
        match self {
            Self::NoToken | Self::BadToken => "unauthorized",
            Self::Scope(_) => "forbidden",
            Self::TooMany(_) => "too-many-requests",
            Self::NoRoute | Self::NoRecord | Self::NoSecret => "not-found",
            Self::Signature => "wrong-signature",
            Self::Replayed => "replayed",
            Self::Request(RequestError::UnknownDepartment { .. }) => "unknown-department",
            Self::NotSealed(..) => "not-sealed",
            Self::Method(_) => "method-not-allowed",
            Self::ContentType => "unsupported-media-type",
            Self::Broken | Self::Empty | Self::NoMail | Self::Encoding(_) | Self::Syntax(..) | Self::Depth => {
                "unreadable-body"
            }
            Self::TooLarge | Self::TooManyRecords | Self::MailTooLarge => "too-large",
            Self::Query(_) => "invalid-query",
            Self::Body(_) | Self::Invalid(_) => "invalid-content",
            Self::Conflict(_) => "conflict",
            Self::Request(_) => "impossible-request",
            Self::Announce(_) => "commitment-refused",
            Self::Unavailable(_) => "unavailable",
            Self::Internal(_) => "internal-error",
        }
    }

    fn title(&self, t: Texts) -> String {
        match self {
            Self::NoToken | Self::BadToken => t.get("api-title-unauthorized"),
            Self::Scope(_) => t.get("api-title-forbidden"),
            Self::TooMany(_) => t.get("api-title-too-many-requests"),
            Self::NoRoute | Self::NoRecord | Self::NoSecret => t.get("api-title-not-found"),
            Self::Signature => t.get("api-title-wrong-signature"),
            Self::Replayed => t.get("api-title-replayed"),
            Self::Request(RequestError::UnknownDepartment { .. }) => t.get("api-title-unknown-department"),
            Self::NotSealed(..) => t.get("api-title-not-sealed"),
            Self::Method(_) => t.get("api-title-method-not-allowed"),
            Self::ContentType => t.get("api-title-unsupported-media-type"),
            Self::Broken | Self::Empty | Self::NoMail | Self::Encoding(_) | Self::Syntax(..) | Self::Depth => {
                t.get("api-title-unreadable-body")
            }
            Self::TooLarge | Self::TooManyRecords | Self::MailTooLarge => t.get("api-title-too-large"),
            Self::Query(_) => t.get("api-title-invalid-query"),
            Self::Body(_) | Self::Invalid(_) => t.get("api-title-invalid-content"),
            Self::Conflict(_) => t.get("api-title-conflict"),
            Self::Request(_) => t.get("api-title-impossible-request"),
            Self::Announce(_) => t.get("api-title-commitment-refused"),
            Self::Unavailable(_) => t.get("api-title-unavailable"),
            Self::Internal(_) => t.get("api-title-internal-error"),
        }
    }

    fn detail(&self, t: Texts) -> String {
        match self {
            Self::NoToken => t.get("api-detail-no-token"),
            Self::BadToken => t.get("api-detail-bad-token"),
            Self::Scope(scope) => t.with("api-detail-scope", &[("scope", scope.as_str())]),
            Self::TooMany(wait) | Self::Unavailable(wait) => t.count("api-detail-wait", *wait),
            Self::NoRoute => t.get("api-detail-no-route"),
            Self::Method(allowed) => t.with("api-detail-method", &[("allowed", allowed)]),
            Self::NoRecord => t.get("api-detail-no-record"),
            Self::NotSealed(period, state) => {
                t.with("api-detail-not-sealed", &[("period", period.to_string()), ("state", state.as_str().to_owned())])
            }
            Self::ContentType => t.get("api-detail-content-type"),
            Self::NoSecret => t.get("api-detail-no-secret"),
            Self::Signature => t.get("api-detail-wrong-signature"),
            Self::Replayed => t.get("api-detail-replayed"),
            Self::NoMail => t.get("api-detail-no-mail"),
            Self::MailTooLarge => t.with("api-detail-mail-too-large", &[("max", MAX_MAIL / 1024 / 1024)]),
            Self::Broken => t.get("api-detail-broken"),
            Self::Empty => t.get("api-detail-empty"),
            Self::Encoding(byte) => t.with("api-detail-encoding", &[("byte", byte)]),
            Self::Syntax(line, column) => t.with("api-detail-syntax", &[("line", line), ("column", column)]),
            Self::Depth => t.get("api-detail-depth"),
            Self::TooLarge => {
                t.with("api-detail-too-large", &[("one", MAX_OBJECT / 1024), ("array", MAX_ARRAY / 1024)])
            }
            Self::TooManyRecords => t.with("api-detail-too-many-records", &[("max", MAX_RECORDS)]),
            Self::Query(_) => t.get("api-detail-query"),
            Self::Body(_) => t.get("api-detail-body"),
            Self::Invalid(_) => t.get("api-detail-invalid"),
            Self::Conflict(Results::Records(_)) => t.get("api-detail-conflict"),
            Self::Conflict(Results::Complaints(_)) => t.get("api-detail-conflict-complaint"),
            Self::Request(error) => request_error(error, t),
            Self::Announce(refused) => announce_refused(refused, t),
            Self::Internal(_) => t.get("api-detail-internal"),
        }
    }

    fn problem(self, t: Texts) -> Problem {
        let mut problem = Problem {
            r#type: format!("urn:manyi:problem:{}", self.name()),
            title: self.title(t),
            status: self.status().as_u16(),
            detail: self.detail(t),
            instance: None,
            errors: Vec::new(),
            results: None,
        };
        match self {
            Self::Query(faults) | Self::Body(faults) => problem.errors = faults,
            Self::Invalid(results) | Self::Conflict(results) => problem.results = Some(results),
            Self::Internal(error) => {
                let reference = hex::encode(crate::crypto::random::<4>());
                tracing::error!(%error, reference, "a request to the API failed");
                problem.instance = Some(format!("urn:manyi:error:{reference}"));
            }
            _ => {}
        }
        problem
    }
}

fn request_error(error: &RequestError, t: Texts) -> String {
    match error {
        RequestError::UnknownDepartment { code, nearest } => {
            let what = t.with("api-detail-unknown-department", &[("code", shorten(code))]);
            match nearest {
                Some(nearest) => what + &t.with("api-nearest", &[("nearest", nearest)]),
                None => what,
            }
        }
        RequestError::DepartmentOfOrganisation => t.get("api-detail-department-of-organisation"),
        RequestError::GapOfOneChannel => t.get("api-detail-gap-of-one-channel"),
        RequestError::Backwards { from, to } => t.with("api-detail-backwards", &[("from", from), ("to", to)]),
        RequestError::TooManyPeriods { count, max } => {
            t.with("api-detail-too-many-periods", &[("count", count), ("max", max)])
        }
        RequestError::Database(_) => t.get("api-detail-internal"),
    }
}

fn announce_refused(refused: &succession::Refused, t: Texts) -> String {
    match refused {
        succession::Refused::Notice(NoticeRefused::Backdated { earliest }) => {
            t.with("api-detail-backdated", &[("earliest", earliest)])
        }
        succession::Refused::Notice(NoticeRefused::TooShort { earliest, .. }) => {
            t.with("api-detail-too-short", &[("earliest", earliest)])
        }
        succession::Refused::Later { begins } => t.with("api-detail-later", &[("begins", begins)]),
        succession::Refused::Backwards => t.get("api-detail-ends-before-it-begins"),
        succession::Refused::Told { period } => t.with("api-detail-told", &[("period", period)]),
    }
}
