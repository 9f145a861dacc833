//! Reminders on their way: written into the outbox in the transaction that notes the mail before them as sent.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDateTime, Utc};
use chrono_tz::Tz;
use diesel::prelude::*;

use super::outbox::Kind;
use super::schema::{invitation, outbox};
use super::{Connection, Result, holiday, mail_preference, utc};
use crate::domain::invitation::{Rules, State};
use crate::domain::reminder;

new_row! {
    struct NewReminder in outbox {
        invitation_id: i64,
        kind: &'static str,
        step: i32,
        state: &'static str,
        due_at: NaiveDateTime,
        attempt: i32,
        possible_duplicates: i32,
        first_due_at: Option<NaiveDateTime>,
    }
}

/// Writes the next reminder of each of these invitations whose mail `kind` went out `now`, unless there is to be none:
/// they are reminded often enough, want no reminders, were answered meanwhile, or end before. One that is written already stays.
pub(super) fn schedule(
    conn: &mut Connection,
    sent: &[(i64, Kind)],
    rules: &Rules,
    zone: Tz,
    now: DateTime<Utc>,
) -> Result<()> {
    let next = |kind: Kind| Some(kind.step() + 1).filter(|step| *step <= rules.reminders.count);
    let wanted: Vec<(i64, u8)> = sent.iter().filter_map(|(id, kind)| Some((*id, next(*kind)?))).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = wanted.iter().map(|(id, _)| *id).collect();
    let open: Vec<(i64, NaiveDateTime, Option<Vec<u8>>)> = invitation::table
        .filter(invitation::id.eq_any(&ids))
        .filter(invitation::state.eq(State::Sent.as_str()))
        .select((invitation::id, invitation::expires_at, invitation::email_hash))
        .load(conn)?;
    let hashes: Vec<Vec<u8>> = open.iter().filter_map(|(_, _, hash)| hash.clone()).collect();
    let refusing = mail_preference::refusing(conn, &hashes)?;
    let calendar = holiday::calendar(conn)?;
    // Asked once, so that each row is written by a statement that is kept: one that may meet a conflict is not.
    let there: HashSet<(i64, i32)> = outbox::table
        .filter(outbox::invitation_id.eq_any(&ids))
        .filter(outbox::kind.eq(Kind::REMINDER))
        .select((outbox::invitation_id, outbox::step))
        .load(conn)?
        .into_iter()
        .collect();
    let steps: HashMap<i64, u8> = wanted.into_iter().collect();
    let mut rows = Vec::with_capacity(open.len());
    for (id, expires, hash) in open {
        if hash.is_some_and(|hash| refusing.contains(&hash)) {
            continue;
        }
        let Some(step) = steps.get(&id).copied().filter(|step| !there.contains(&(id, i32::from(*step)))) else {
            continue;
        };
        let Some(due) = reminder::due(now, utc(expires), rules, &calendar, zone) else { continue };
        rows.push(NewReminder {
            invitation_id: id,
            kind: Kind::REMINDER,
            step: step.into(),
            state: "queued",
            due_at: due.naive_utc(),
            attempt: 0,
            possible_duplicates: 0,
            first_due_at: Some(due.naive_utc()),
        });
    }
    insert_rows!(conn, outbox::table, &rows)?;
    Ok(())
}
