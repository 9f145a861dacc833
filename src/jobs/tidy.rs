//! What time brings: what was filled in and not sent goes when its invitation ends; anonymous answers that found no company
//! in their month are released with less said about them; pages that are too old to be sent need not be remembered.

use super::Step;
use crate::context::Context;
use crate::db::{self, counter, partial, pending, period::Progress};
use crate::domain::period::{Grain, Period};

/// Looks once.
pub async fn step(context: &Context) -> db::Result<Step> {
    let (now, secrets) = (context.now(), context.secrets.clone());
    let month = Period::at(now, context.config.time_zone, Grain::Month);
    let work = move |conn: &mut db::Connection| -> db::Result<_> {
        let progress = Progress::hold(conn)?;
        counter::forget_pages(conn, now.date_naive())?;
        let forgotten = partial::forget_ended(conn, now)?;
        let released = pending::release_remainders(conn, &secrets, &progress, month)?;
        Ok((forgotten, released))
    };
    let (forgotten, released) = context.pool.write(work).await?;
    if forgotten + released == 0 {
        return Ok(Step::Idle);
    }
    tracing::info!(forgotten, released, "what was not sent was forgotten, anonymous answers were released");
    Ok(Step::Ran)
}
