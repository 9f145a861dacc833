//! What came back of mails, and what follows: addresses put on the suppression list, invitations that bounced.
//!
//! Kept is the kind, the status and the time, no address and no text. A bounce is only heard if its return path is
//! genuine; others are counted.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use diesel::prelude::*;

use super::schema::{bounce, bounce_signature, bounce_tally, invitation, outbox};
use super::suppression::Reason;
use super::{Connection, Result, parse, suppression, utc};
use crate::domain::bounce::{Kind, rests_until};
use crate::domain::invitation::State;

/// How it was heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The server refused the mail at once, or for good in the end.
    Smtp,
    /// A mail server put it into the directory.
    Directory,
    /// It was handed in over the API.
    Api,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The mail that its genuine return path names; `None` if it has none.
    pub outbox_id: Option<i64>,
    /// What it is.
    pub kind: Kind,
    /// RFC 3463: `5.1.1`.
    pub status: Option<String>,
    /// How it was heard.
    pub source: Source,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// It is kept, and what follows has been done.
    Noted,
    /// The same was heard before.
    Again,
    /// No genuine return path: it is counted and changes nothing.
    Forged,
    /// It says nothing of the address: it is counted.
    Passed,
}

impl Source {
    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Smtp => "smtp",
            Self::Directory => "directory",
            Self::Api => "api",
        }
    }
}

impl Heard {
    /// The word other systems see.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Noted => "noted",
            Self::Again => "again",
            Self::Forged => "forged",
            Self::Passed => "passed",
        }
    }
}

/// Takes what came back. Within a writing transaction.
///
/// # Errors
/// The database's.
pub fn hear(conn: &mut Connection, report: &Report, day: NaiveDate, now: DateTime<Utc>) -> Result<Heard> {
    let mail = report.outbox_id.map(|id| find(conn, id)).transpose()?.flatten();
    let Some(mail) = mail else {
        count(conn, day, "forged")?;
        return Ok(Heard::Forged);
    };
    match report.kind {
        Kind::AutoReply | Kind::Unknown => {
            count(conn, day, report.kind.as_str())?;
            return Ok(Heard::Passed);
        }
        Kind::Unsubscribe => {
            mail.suppress(conn, Reason::OptOut, None, now)?;
            super::invitation::decline(conn, mail.invitation_id, now)?;
            return Ok(Heard::Noted);
        }
        _ => {}
    }
    let row = (
        bounce::outbox_id.eq(mail.outbox_id),
        bounce::kind.eq(report.kind.as_str()),
        bounce::status.eq(report.status.as_deref()),
        bounce::source.eq(report.source.as_str()),
        bounce::received_at.eq(now.naive_utc()),
    );
    let kept = on_each!(conn, |c| diesel::insert_into(bounce::table).values(row).on_conflict_do_nothing().execute(c))?;
    if kept == 0 {
        return Ok(Heard::Again);
    }
    mail.follow(conn, report.kind, now)?;
    Ok(Heard::Noted)
}

/// Whether a signature is new; it is not, from then on.
///
/// # Errors
/// The database's.
pub fn is_new_signature(
    conn: &mut Connection,
    signature: &[u8],
    valid_for: TimeDelta,
    now: DateTime<Utc>,
) -> Result<bool> {
    // Twice the time: a signature may be from the future by as much.
    let over = (now - valid_for * 2).naive_utc();
    diesel::delete(bounce_signature::table.filter(bounce_signature::received_at.lt(over))).execute(conn)?;
    let row = (bounce_signature::signature.eq(signature), bounce_signature::received_at.eq(now.naive_utc()));
    let new = on_each!(conn, |c| {
        diesel::insert_into(bounce_signature::table).values(row).on_conflict_do_nothing().execute(c)
    })?;
    Ok(new > 0)
}

/// A mail that came back: what kind of answer, its status, and when it was heard.
pub type Told = (Kind, Option<String>, DateTime<Utc>);

/// What came back of an invitation's mails, the earliest first.
///
/// # Errors
/// The database's; [`Error::Stored`](super::Error::Stored) for a word that is no kind.
pub fn of_invitation(conn: &mut Connection, id: i64) -> Result<Vec<Told>> {
    let rows: Vec<(String, Option<String>, NaiveDateTime)> = bounce::table
        .inner_join(outbox::table)
        .filter(outbox::invitation_id.eq(id))
        .order((bounce::received_at, bounce::id))
        .select((bounce::kind, bounce::status, bounce::received_at))
        .load(conn)?;
    rows.into_iter().map(|(kind, status, at)| Ok((parse("bounce", "kind", &kind)?, status, utc(at)))).collect()
}

/// How many came back of each kind, and how many changed nothing.
///
/// # Errors
/// The database's.
pub fn totals(conn: &mut Connection) -> Result<Vec<(String, i64)>> {
    let kept: Vec<(String, i64)> =
        bounce::table.group_by(bounce::kind).select((bounce::kind, diesel::dsl::count_star())).load(conn)?;
    let passed: Vec<(String, i64)> = bounce_tally::table.select((bounce_tally::reason, bounce_tally::n)).load(conn)?;
    let mut totals = std::collections::BTreeMap::new();
    kept.into_iter().chain(passed).for_each(|(word, n)| *totals.entry(word).or_default() += n);
    Ok(totals.into_iter().collect())
}

/// A mail that something came back of.
struct Returned {
    outbox_id: i64,
    invitation_id: i64,
    state: State,
    email_hash: Option<Vec<u8>>,
}

impl Returned {
    fn follow(&self, conn: &mut Connection, kind: Kind, now: DateTime<Utc>) -> Result<()> {
        match kind {
            // Who has answered got the mail: what comes back is of another address that it was sent on to.
            Kind::Hard | Kind::MailboxFull if self.state == State::Answered => Ok(()),
            Kind::Hard => {
                self.suppress(conn, Reason::HardBounce, None, now)?;
                super::invitation::end(conn, self.invitation_id, State::Bounced, now)
            }
            Kind::MailboxFull => match self.rests_until(conn, now)? {
                Some(until) => self.suppress(conn, Reason::MailboxFull, Some(until), now),
                None => Ok(()),
            },
            Kind::Complaint => self.suppress(conn, Reason::Complaint, None, now),
            _ => Ok(()),
        }
    }

    fn suppress(
        &self,
        conn: &mut Connection,
        reason: Reason,
        until: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let Some(hash) = &self.email_hash else { return Ok(()) };
        suppression::add_until(conn, hash, reason, until, now)
    }

    /// Until when this address is left alone because its mailbox keeps being full. Everything is counted from the rows of
    /// the address, so that it does not matter in which order mails come back.
    fn rests_until(&self, conn: &mut Connection, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
        let Some(hash) = &self.email_hash else { return Ok(None) };
        let to_the_address = outbox::table.inner_join(invitation::table).filter(invitation::email_hash.eq(hash));
        let sent: Vec<(i64, String, Option<NaiveDateTime>)> = to_the_address
            .filter(outbox::state.eq("accepted"))
            .select((outbox::id, invitation::state, outbox::finished_at))
            .load(conn)?;
        let returned: Vec<(i64, String, String, NaiveDateTime, Option<NaiveDateTime>)> = bounce::table
            .inner_join(outbox::table.inner_join(invitation::table))
            .filter(invitation::email_hash.eq(hash))
            .select((outbox::id, invitation::state, bounce::kind, bounce::received_at, outbox::finished_at))
            .load(conn)?;
        let answered = State::Answered.as_str();
        let failures: Vec<_> = Kind::ALL.into_iter().filter(|kind| kind.is_failure()).map(Kind::as_str).collect();
        let failed = |id: i64| returned.iter().any(|(of, _, kind, ..)| *of == id && failures.contains(&kind.as_str()));
        let arrived = sent.iter().filter(|(id, state, _)| state == answered || !failed(*id));
        let last_arrived = arrived.filter_map(|(_, _, at)| *at).max().map(utc);
        let is_full = |kind: &str, state: &str| kind == Kind::MailboxFull.as_str() && state != answered;
        let full = returned.iter().filter(|(_, state, kind, ..)| is_full(kind, state));
        // By when the mails were sent: a later one that arrived says more than when a report came in.
        let full: Vec<_> = full.map(|(.., heard, sent)| utc(sent.unwrap_or(*heard))).collect();
        Ok(rests_until(&full, last_arrived, now))
    }
}

fn find(conn: &mut Connection, outbox_id: i64) -> Result<Option<Returned>> {
    let found: Option<(i64, String, Option<Vec<u8>>)> = outbox::table
        .inner_join(invitation::table)
        .filter(outbox::id.eq(outbox_id))
        .select((invitation::id, invitation::state, invitation::email_hash))
        .get_result(conn)
        .optional()?;
    let Some((invitation_id, state, email_hash)) = found else { return Ok(None) };
    Ok(Some(Returned { outbox_id, invitation_id, state: parse("invitation", "state", &state)?, email_hash }))
}

fn count(conn: &mut Connection, day: NaiveDate, reason: &str) -> Result<()> {
    let row = (bounce_tally::day.eq(day), bounce_tally::reason.eq(reason), bounce_tally::n.eq(1));
    on_each!(conn, |c| diesel::insert_into(bounce_tally::table)
        .values(row)
        .on_conflict((bounce_tally::day, bounce_tally::reason))
        .do_update()
        .set(bounce_tally::n.eq(bounce_tally::n + 1))
        .execute(c))?;
    Ok(())
}
