//! `GET /api/v1/appraisals`: the rows of a sealed period. No period is sealed before there is a seal to keep its
//! figures, so the answer says how far the period has come.

use actix_web::HttpResponse;

use super::Call;
use super::problem::Refusal;
use super::query::Parameters;
use crate::db::period::Progress;
use crate::domain::user::Scope;

/// `GET /api/v1/appraisals`
pub(super) async fn show(call: Call) -> HttpResponse {
    call.answer(sealed(&call).await)
}

async fn sealed(call: &Call) -> Result<HttpResponse, Refusal> {
    call.enter(Scope::AppraisalsRead)?;
    let mut query = Parameters::read(&call.request, call.t, &["period"]);
    let period = query.required_period("period");
    let period = query.finish(period)?;
    let progress = call.pool().read(Progress::load).await?;
    Err(Refusal::NotSealed(period, progress.state(period)))
}
