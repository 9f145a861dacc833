//! `GET /api/v1/trend`: the series behind a chart.

use actix_web::HttpResponse;

use super::Call;
use super::problem::Refusal;
use super::query::Parameters;
use crate::db::trend::{self, TrendRequest};
use crate::domain::user::Scope;

/// `GET /api/v1/trend`
pub(super) async fn show(call: Call) -> HttpResponse {
    call.answer(series(&call).await)
}

async fn series(call: &Call) -> Result<HttpResponse, Refusal> {
    call.enter(Scope::ScoresRead)?;
    let known = ["department", "metric", "grain", "from", "to", "channel"];
    let mut query = Parameters::read(&call.request, call.t, &known);
    let (department, metric, grain) = (query.required("department"), query.metric(), query.grain());
    let (from, to, channel) = (query.period("from"), query.period("to"), query.channel());
    let request = department.zip(metric.zip(grain)).map(|(department, (metric, grain))| TrendRequest {
        department,
        metric,
        grain,
        from,
        to,
        channel,
        zone: call.web.context.config.time_zone,
    });
    let request = query.finish(request)?;
    let thresholds = call.web.context.thresholds;
    call.json(&call.pool().read(move |conn| trend::trend(conn, &request, &thresholds)).await?)
}
