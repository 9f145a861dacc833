//! What is filled in of a questionnaire of several pages and not sent yet: kept under its invitation as ciphertext, and
//! gone with the answer. It has no time and a length that the questionnaire alone decides, so that nothing of it leads
//! from an invitation to a released answer.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::schema::{invitation, partial_response};
use super::{Connection, Result, padded};
use crate::crypto::{Place, Secrets};
use crate::domain::invitation::State;
use crate::domain::questionnaire::Partial;

const SEALED: &str = "partial_response.sealed";

/// Keys in one statement at most.
const CHUNK: usize = 1_000;

/// What is kept under an invitation.
///
/// # Errors
/// The database's; [`Unreadable`](crate::crypto::Unreadable) for what was not sealed here.
pub fn find(conn: &mut Connection, secrets: &Secrets, invitation_id: i64) -> Result<Option<Partial>> {
    let sealed: Option<Vec<u8>> =
        partial_response::table.find(invitation_id).select(partial_response::sealed).get_result(conn).optional()?;
    let Some(sealed) = sealed else { return Ok(None) };
    padded::open(secrets, place(&invitation_id.to_string()), &sealed).map(Some)
}

/// Keeps what `change` makes of what is kept, padded to `room` bytes. `false` if the invitation takes no answer any more.
///
/// # Errors
/// The database's.
pub fn keep(
    conn: &mut Connection,
    secrets: &Secrets,
    invitation_id: i64,
    room: usize,
    change: impl FnOnce(Partial) -> Partial,
) -> Result<bool> {
    // Holds the row, so that nothing is kept beside an answer that is being stored, and pages one after the other.
    let open = invitation::table.find(invitation_id).filter(invitation::state.eq_any(State::OPEN.map(State::as_str)));
    if diesel::update(open).set(invitation::state.eq(invitation::state)).execute(conn)? == 0 {
        return Ok(false);
    }
    let partial = change(find(conn, secrets, invitation_id)?.unwrap_or_default());
    let sealed = padded::seal(secrets, place(&invitation_id.to_string()), partial, room)?;
    forget(conn, &[invitation_id])?;
    diesel::insert_into(partial_response::table)
        .values((partial_response::invitation_id.eq(invitation_id), partial_response::sealed.eq(sealed)))
        .execute(conn)?;
    Ok(true)
}

/// Deletes what is kept under these invitations; returns how many.
///
/// # Errors
/// The database's.
pub fn forget(conn: &mut Connection, invitations: &[i64]) -> Result<usize> {
    let mut deleted = 0;
    for some in invitations.chunks(CHUNK) {
        let kept = partial_response::table.filter(partial_response::invitation_id.eq_any(some));
        deleted += diesel::delete(kept).execute(conn)?;
    }
    Ok(deleted)
}

/// Deletes what is kept under invitations that take no answer any more; returns how many.
///
/// # Errors
/// The database's.
pub fn forget_ended(conn: &mut Connection, now: DateTime<Utc>) -> Result<usize> {
    let kept: Vec<i64> = partial_response::table.select(partial_response::invitation_id).load(conn)?;
    let mut deleted = 0;
    for some in kept.chunks(CHUNK) {
        let open: Vec<i64> = invitation::table
            .filter(invitation::id.eq_any(some))
            .filter(invitation::state.eq_any(State::OPEN.map(State::as_str)))
            .filter(invitation::expires_at.ge(now.naive_utc()))
            .select(invitation::id)
            .load(conn)?;
        let ended: Vec<i64> = some.iter().copied().filter(|id| !open.contains(id)).collect();
        deleted += forget(conn, &ended)?;
    }
    Ok(deleted)
}

fn place(row: &str) -> Place<'_> {
    Place { column: SEALED, row }
}
