//! `GET /api/v1/appraisals`: the rows of a sealed period, with its hash as `X-Seal`; and what their columns mean.

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderName, HeaderValue};

use super::Call;
use super::problem::Refusal;
use super::query::Parameters;
use crate::domain::user::Scope;
use crate::export::appraisals::{Format, table_schema};
use crate::web::pull::{PullError, Wanted, file};

/// The header that carries the seal's hash.
const SEAL: HeaderName = HeaderName::from_static("x-seal");

/// `GET /api/v1/appraisals`
pub(super) async fn show(call: Call) -> HttpResponse {
    call.answer(sealed(&call).await)
}

/// `GET /api/v1/appraisals/schema`: the columns as a Table Schema.
pub(super) async fn schema(call: Call) -> HttpResponse {
    let result = call.enter(Scope::AppraisalsRead).and_then(|()| call.json(&table_schema(call.t)));
    call.answer(result)
}

async fn sealed(call: &Call) -> Result<HttpResponse, Refusal> {
    call.enter(Scope::AppraisalsRead)?;
    let mut query = Parameters::read(&call.request, call.t, &["period"]);
    let period = query.required_period("period");
    let period = query.finish(period)?;
    let context = &call.web.context;
    let wanted = Wanted {
        period,
        format: Format::Json,
        only_sealed: true,
        t: call.t,
        now: context.now(),
        thresholds: context.thresholds,
    };
    // A sealed period does not change between reading it and noting it, and who is handed nothing holds up no writer.
    let found = call.pool().read(move |conn| file(conn, &wanted)).await;
    let (handed, seal) = found.map_err(|error| match error {
        PullError::Database(error) => error.into(),
        PullError::NotSealed(state) => Refusal::NotSealed(period, state),
        PullError::Unwritable(error) => Refusal::Internal(error.to_string()),
    })?;
    let mut response = super::tagged(&call.request, handed.bytes);
    call.note(&response, handed.noted).await?;
    let seal = seal.and_then(|hash| HeaderValue::from_str(&hash).ok());
    seal.into_iter().for_each(|hash| {
        response.headers_mut().insert(SEAL, hash);
    });
    Ok(response)
}
