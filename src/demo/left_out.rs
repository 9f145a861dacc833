//! Answers of the running month that somebody asked to leave out: two that a second person agreed to, one that waits.

use chrono::{DateTime, Utc};

use super::{FillError, STAFF};
use crate::context::Context;
use crate::db::department::Departments;
use crate::db::exclusion::{By, ExclusionError, request, step};
use crate::db::{Connection, response};
use crate::domain::exclusion::{Reason, Step};
use crate::domain::period::{Grain, Period};
use crate::domain::user::Role;

/// Of which department.
const OF: &str = "WX";

/// Why, with what is noted, and whether a second person agreed.
const ASKED: [(Reason, &str, bool); 3] = [
    (Reason::WrongService, "说的是安装，不是维修；客户来电说明", true),
    (Reason::Duplicate, "同一次上门收到两份", true),
    (Reason::Mistaken, "客户来电说点错了", false),
];

/// Asks and agrees; the users are the demo's.
pub(super) fn make(conn: &mut Connection, context: &Context, now: DateTime<Utc>) -> Result<(), FillError> {
    let email = |role| STAFF.iter().find(|staff| staff.role == role).map(|staff| staff.email);
    let (Some(first), Some(second)) = (email(Role::Quality), email(Role::Admin)) else { return Ok(()) };
    let Some(department) = Departments::load(conn)?.by_code(OF).map(|department| department.id) else {
        return Ok(());
    };
    let month = Period::at(now, context.config.time_zone, Grain::Month);
    let found = response::comments(conn, &[department], month, response::Voices::Asked, 3)?;
    for (comment, (reason, note, is_agreed)) in found.iter().zip(ASKED) {
        taken(request(conn, &comment.id, reason, Some(note), By { email: first, now }).map(drop))?;
        if is_agreed {
            taken(step(conn, &comment.id, Step::Approve, By { email: second, now }))?;
        }
    }
    Ok(())
}

/// Nothing forbids it in a running month; if something did, the demo would have less to show.
fn taken(result: Result<(), ExclusionError>) -> Result<(), FillError> {
    match result {
        Err(ExclusionError::Database(error)) => Err(error.into()),
        _ => Ok(()),
    }
}
