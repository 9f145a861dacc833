//! `GET /api/v1/scores`: the figures of a period, the same as `manyi score --json` prints.

use actix_web::HttpResponse;

use super::problem::Refusal;
use super::query::Parameters;
use super::{Call, tagged};
use crate::db::period::Course;
use crate::db::pull::{Kind, Pulled};
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
    let (thresholds, of_persons) = (call.web.context.thresholds, request.level == Level::Employee);
    let found = call.pool().read(move |conn| scores::scores(conn, &request, &thresholds)).await?;
    let course = Course { state: found.state, revision: found.revision, ..Course::default() };
    let bytes = serde_json::to_vec(&found).map_err(|error| Refusal::Internal(error.to_string()))?;
    // Who took figures of persons is told to HR, like a file.
    let noted = Pulled::new(Kind::Persons, (found.period, &course), "json", found.scores.len(), &bytes);
    let response = tagged(&call.request, bytes);
    if of_persons {
        call.note(&response, noted).await?;
    }
    Ok(response)
}
