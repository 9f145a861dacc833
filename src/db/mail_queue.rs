//! How mail stands: whether it goes out, what waits, what became of it lately, and the way of one service's mails.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::prelude::*;
use serde_json::json;

use super::invitation::{TIMES, state_at};
use super::schema::{invitation, outbox, service_record};
use super::{Connection, Result, audit, bounce, setting, utc};
use crate::domain::invitation::State;

/// Mail as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Set while nothing is sent.
    pub stopped: Option<Stopped>,
    /// Due and not on its way yet.
    pub due: i64,
    /// To go out later, other tries included.
    pub later: i64,
    /// Of these and of what is due: tried before.
    pub retried: i64,
    /// On its way.
    pub claimed: i64,
    /// Taken by a server within the last hour.
    pub accepted_hour: i64,
    /// What became of the mails that ended within the last day, by state.
    pub day: Vec<(String, i64)>,
    /// When the mail that has waited longest was due.
    pub oldest_due: Option<DateTime<Utc>>,
    /// When the next mail is due that is not due yet.
    pub next_due: Option<DateTime<Utc>>,
}

/// Why nothing is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopped {
    /// Since when.
    pub since: DateTime<Utc>,
    /// Who paused it: a user's address, `cli`, or `worker`.
    pub by: String,
    /// What the servers said that refused us.
    pub reply: Option<String>,
}

/// A mail, without whom it goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailRow {
    /// Number of the service record.
    pub external_id: String,
    /// 0 for the invitation, then reminders.
    pub step: i32,
    /// The state of the mail.
    pub state: String,
    /// When it is, or was, due.
    pub due_at: DateTime<Utc>,
    /// How often it was tried.
    pub attempt: i32,
    /// What the server said last.
    pub reply: Option<String>,
    /// How often it may have arrived without our knowing.
    pub possible_duplicates: i32,
    /// When it came to its end.
    pub finished_at: Option<DateTime<Utc>>,
}

/// The way of one service's mails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// Number of the service record.
    pub external_id: String,
    /// What has become of the invitation.
    pub state: State,
    /// When the record was stored.
    pub stored_at: DateTime<Utc>,
    /// When the invitation was due.
    pub due_at: DateTime<Utc>,
    /// Until when it can be answered.
    pub expires_at: DateTime<Utc>,
    /// Its mails, the first one first.
    pub mails: Vec<MailRow>,
    /// What came back of them, the earliest first.
    pub returned: Vec<bounce::Told>,
}

/// States of mails that are still to go out.
const WAITING: [&str; 2] = ["queued", "retry"];

#[derive(Queryable, Selectable)]
#[diesel(table_name = outbox)]
struct MailPart {
    step: i32,
    state: String,
    due_at: NaiveDateTime,
    attempt: i32,
    reply: Option<String>,
    possible_duplicates: i32,
    finished_at: Option<NaiveDateTime>,
}

/// Reads how mail stands.
pub fn standing(conn: &mut Connection, now: DateTime<Utc>) -> Result<Standing> {
    let at = now.naive_utc();
    let waiting = || outbox::state.eq_any(WAITING);
    let due = outbox::table.filter(waiting()).filter(outbox::due_at.le(at)).count().get_result(conn)?;
    let later = outbox::table.filter(waiting()).filter(outbox::due_at.gt(at)).count().get_result(conn)?;
    let next = outbox::table.filter(waiting()).filter(outbox::due_at.gt(at)).select(diesel::dsl::min(outbox::due_at));
    let next: Option<NaiveDateTime> = next.get_result(conn)?;
    let lately = outbox::table.filter(outbox::finished_at.gt(at - TimeDelta::hours(1)));
    let ended: Vec<(String, i64)> = outbox::table
        .filter(outbox::finished_at.gt(at - TimeDelta::days(1)))
        .group_by(outbox::state)
        .select((outbox::state, diesel::dsl::count_star()))
        .order(outbox::state)
        .load(conn)?;
    Ok(Standing {
        stopped: stopped(conn)?,
        due,
        later,
        retried: outbox::table.filter(outbox::state.eq("retry")).count().get_result(conn)?,
        claimed: outbox::table.filter(outbox::state.eq("claimed")).count().get_result(conn)?,
        accepted_hour: lately.filter(outbox::state.eq("accepted")).count().get_result(conn)?,
        day: ended,
        oldest_due: super::outbox::oldest_due(conn, now)?,
        next_due: next.map(utc),
    })
}

fn stopped(conn: &mut Connection) -> Result<Option<Stopped>> {
    let Some(since) = setting::get(conn, setting::MAIL_PAUSED)? else { return Ok(None) };
    let since = DateTime::parse_from_rfc3339(&since).map(|since| since.to_utc()).unwrap_or_default();
    let noted = audit::latest_of(conn, &[PAUSE, STOP], 1)?.pop();
    let said = |entry: &audit::Entry| {
        let detail: serde_json::Value = serde_json::from_str(&entry.detail).ok()?;
        Some(detail.get("reply")?.as_str()?.to_owned())
    };
    let reply = noted.as_ref().and_then(said);
    Ok(Some(Stopped { since, by: noted.map(|entry| entry.actor).unwrap_or_default(), reply }))
}

/// The mails of a state, the latest first: those that wait for another try, or came to no good end.
pub fn of_state(conn: &mut Connection, state: &str, limit: i64) -> Result<Vec<MailRow>> {
    let rows: Vec<(String, MailPart)> = outbox::table
        .inner_join(invitation::table.inner_join(service_record::table))
        .filter(outbox::state.eq(state))
        .order((outbox::due_at.desc(), outbox::id.desc()))
        .limit(limit)
        .select((service_record::external_id, MailPart::as_select()))
        .load(conn)?;
    Ok(rows.into_iter().map(|(external_id, mail)| mail.of(external_id)).collect())
}

/// The way of a service's mails; `None` if there is no such record. Of an answer it does not tell when it came.
pub fn way(conn: &mut Connection, external_id: &str, now: DateTime<Utc>) -> Result<Option<Way>> {
    type Found = (i64, NaiveDateTime, (String, NaiveDateTime, NaiveDateTime));
    let found: Option<Found> = service_record::table
        .inner_join(invitation::table)
        .filter(service_record::external_id.eq(external_id))
        .filter(invitation::purpose.eq(super::intake::SERVICE))
        .select((invitation::id, service_record::created_at, TIMES))
        .first(conn)
        .optional()?;
    let Some((id, stored_at, (word, due_at, expires_at))) = found else { return Ok(None) };
    let mails: Vec<MailPart> = outbox::table
        .filter(outbox::invitation_id.eq(id))
        .order(outbox::step)
        .select(MailPart::as_select())
        .load(conn)?;
    Ok(Some(Way {
        external_id: external_id.to_owned(),
        state: state_at((&word, due_at, expires_at), now)?,
        stored_at: utc(stored_at),
        due_at: utc(due_at),
        expires_at: utc(expires_at),
        mails: mails.into_iter().map(|mail| mail.of(external_id.to_owned())).collect(),
        returned: bounce::of_invitation(conn, id)?,
    }))
}

impl MailPart {
    fn of(self, external_id: String) -> MailRow {
        MailRow {
            external_id,
            step: self.step,
            state: self.state,
            due_at: utc(self.due_at),
            attempt: self.attempt,
            reply: self.reply,
            possible_duplicates: self.possible_duplicates,
            finished_at: self.finished_at.map(utc),
        }
    }
}

/// Somebody paused mail.
const PAUSE: &str = "mail.pause";

/// Mail was paused because servers refuse us.
const STOP: &str = "mail.stop";

/// Pauses mail, or lets it go on; false = it stood so already.
pub fn switch(conn: &mut Connection, pause: bool, actor: &str, now: DateTime<Utc>) -> Result<bool> {
    if setting::get(conn, setting::MAIL_PAUSED)?.is_some() == pause {
        return Ok(false);
    }
    if pause {
        setting::set(conn, setting::MAIL_PAUSED, &now.to_rfc3339())?;
    } else {
        setting::remove(conn, setting::MAIL_PAUSED)?;
    }
    audit::append(conn, now, actor, if pause { PAUSE } else { "mail.resume" }, "", &json!({}))?;
    Ok(true)
}

/// Pauses mail because servers refuse us, with what they said.
pub fn stop(conn: &mut Connection, reply: &str, now: DateTime<Utc>) -> Result<()> {
    if setting::get(conn, setting::MAIL_PAUSED)?.is_none() {
        setting::set(conn, setting::MAIL_PAUSED, &now.to_rfc3339())?;
        audit::append(conn, now, "worker", STOP, "", &json!({ "reply": reply }))?;
    }
    Ok(())
}
