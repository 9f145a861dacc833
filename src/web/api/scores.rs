//! `GET /api/v1/scores`: the figures of a period, the same as `manyi score --json` prints.

use actix_web::HttpResponse;

use super::Call;
use super::problem::Refusal;
use super::query::Parameters;
use crate::db::scores::{self, Request};
use crate::domain::commitment::Level;
use crate::domain::user::Scope;

/// `GET /api/v1/scores`
pub(super) async fn show(call: Call) -> HttpResponse {
    call.answer(figures(&call).await)
}

async fn figures(call: &Call) -> Result<HttpResponse, Refusal> {
    call.enter(Scope::ScoresRead)?;
    let mut query = Parameters::read(&call.request, call.t, &["period", "department", "channel", "level"]);
    let (period, department) = (query.required_period("period"), query.text("department"));
    let (channel, level) = (query.channel(), query.level());
    let request = query.finish(period.map(|period| Request { period, department, channel, level }))?;
    if request.level == Level::Employee {
        call.may(Scope::PeopleRead)?;
    }
    let thresholds = call.web.context.thresholds;
    call.json(&call.pool().read(move |conn| scores::scores(conn, &request, &thresholds)).await?)
}
