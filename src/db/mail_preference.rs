//! Which of our mails a customer wants, by keyed hash of the address.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::invitation::{self, Found};
use super::outbox::Kind;
use super::schema::{self, outbox, reminder_refusal};
use super::suppression::{self, Reason};
use super::{Connection, Result};
use crate::domain::mail_note::Note;
use crate::domain::mail_preference::MailPreference;

/// What the customer at this address gets now.
pub fn get(conn: &mut Connection, email_hash: &[u8], now: DateTime<Utc>) -> Result<MailPreference> {
    let hashes = [email_hash.to_vec()];
    if !suppression::among(conn, &hashes, now)?.is_empty() {
        return Ok(MailPreference::Nothing);
    }
    let refuses = !refusing(conn, &hashes)?.is_empty();
    Ok(if refuses { MailPreference::Invitations } else { MailPreference::All })
}

/// Keeps what a customer wants, as said on the page of one of their invitations. An address that is suppressed for
/// another reason than the customer's wish stays so.
pub fn set(conn: &mut Connection, found: &Found, wanted: MailPreference, now: DateTime<Utc>) -> Result<()> {
    let Some(hash) = &found.email_hash else { return Ok(()) };
    if wanted == MailPreference::Nothing {
        suppression::add(conn, hash, Reason::OptOut, now)?;
        return invitation::decline(conn, found.id, now);
    }
    suppression::resume(conn, hash)?;
    if wanted == MailPreference::All {
        diesel::delete(reminder_refusal::table.find(hash)).execute(conn)?;
        return Ok(());
    }
    on_each!(conn, |c| diesel::insert_into(reminder_refusal::table)
        .values((reminder_refusal::email_hash.eq(hash), reminder_refusal::created_at.eq(now.naive_utc())))
        .on_conflict_do_nothing()
        .execute(c))?;
    let theirs = schema::invitation::table.filter(schema::invitation::email_hash.eq(hash));
    let waiting = outbox::table
        .filter(outbox::kind.eq(Kind::REMINDER))
        .filter(outbox::state.eq_any(["queued", "retry"]))
        .filter(outbox::invitation_id.eq_any(theirs.select(schema::invitation::id)));
    diesel::update(waiting)
        .set((
            outbox::state.eq("expired"),
            outbox::reply.eq(Note::RefusesReminders.as_str()),
            outbox::finished_at.eq(now.naive_utc()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Those of these addresses whose customers want no reminders.
pub(super) fn refusing(conn: &mut Connection, email_hashes: &[Vec<u8>]) -> Result<HashSet<Vec<u8>>> {
    if email_hashes.is_empty() {
        return Ok(HashSet::new());
    }
    let refusing = reminder_refusal::table.filter(reminder_refusal::email_hash.eq_any(email_hashes));
    Ok(refusing.select(reminder_refusal::email_hash).load(conn)?.into_iter().collect())
}
