//! What time brings: invitations run out, anonymous answers that found no company in their month are released with less
//! said about them, and pages that are too old to be sent need not be remembered.

use super::Step;
use crate::context::Context;
use crate::db::{self, counter, invitation, pending, period::Progress};
use crate::domain::period::{Grain, Period};

/// Looks once.
pub async fn step(context: &Context) -> db::Result<Step> {
    let (now, secrets) = (context.now(), context.secrets.clone());
    let month = Period::at(now, context.config.time_zone, Grain::Month);
    let work = move |conn: &mut db::Connection| -> db::Result<_> {
        let progress = Progress::hold(conn)?;
        let expired = invitation::expire(conn, now)?;
        counter::forget_pages(conn, now.date_naive())?;
        let released = pending::release_remainders(conn, &secrets, &progress, month)?;
        Ok((expired, released))
    };
    let (expired, released) = context.pool.write(work).await?;
    if expired + released == 0 {
        return Ok(Step::Idle);
    }
    tracing::info!(expired, released, "invitations ran out, anonymous answers were released");
    Ok(Step::Ran)
}
