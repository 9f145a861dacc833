//! `POST /api/v1/bounces`: a mail that came back, as a mail server or a sending service received it.

use actix_web::HttpResponse;
use actix_web::web::Payload;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::problem::Refusal;
use super::{Call, body};
use crate::config::Secret;
use crate::crypto::is_signed;
use crate::db;
use crate::db::bounce::{self, Source};
use crate::domain::bounce::Kind;
use crate::domain::period::local_date;
use crate::domain::user::Scope;

/// How far a signature's time may be from ours.
const VALID_FOR: TimeDelta = TimeDelta::minutes(5);

/// What became of it.
#[derive(Debug, Serialize)]
struct Heard {
    /// What the mail is.
    kind: &'static str,
    /// `noted`, `again`, `forged` or `passed`.
    result: &'static str,
}

/// `POST /api/v1/bounces`
pub(super) async fn hand_in(call: Call, payload: Payload) -> HttpResponse {
    call.answer(take(&call, payload).await)
}

async fn take(call: &Call, payload: Payload) -> Result<HttpResponse, Refusal> {
    call.enter(Scope::BouncesWrite)?;
    let context = &call.web.context;
    let secret = context.config.bounce_secret.clone().ok_or(Refusal::NoSecret)?;
    let bytes = body::mail(payload).await?;
    let now = context.now();
    let signature = signature(call, &secret, &bytes, now).ok_or(Refusal::Signature)?;
    let report = context.returned(&bytes, Source::Api);
    let day = local_date(now, context.config.time_zone);
    let kind = report.kind;
    let heard = call.pool().write(move |conn| -> db::Result<_> {
        let new = bounce::is_new_signature(conn, &signature, VALID_FOR, now)?;
        if new { bounce::hear(conn, &report, day, now).map(Some) } else { Ok(None) }
    });
    let heard = heard.await?.ok_or(Refusal::Replayed)?;
    Ok(HttpResponse::Ok().json(Heard { kind: Kind::as_str(kind), result: heard.as_str() }))
}

/// The signature in bytes, if it is right: HMAC-SHA-256 over the time, a dot and the body.
fn signature(call: &Call, secret: &Secret, body: &[u8], now: DateTime<Utc>) -> Option<Vec<u8>> {
    let header = |name: &str| call.request.headers().get(name)?.to_str().ok();
    let (time, signature) = (header("x-manyi-timestamp")?, header("x-manyi-signature")?);
    let signature = signature.strip_prefix("sha256=").unwrap_or(signature);
    let at = DateTime::from_timestamp(time.parse().ok()?, 0)?;
    let is_near = (now - at).abs() <= VALID_FOR;
    let signed = is_near && is_signed(&secret.0, &[time.as_bytes(), b".", body], signature);
    signed.then(|| hex::decode(signature).ok()).flatten()
}
