//! What is due becomes ours: claimed, looked at, and let through at the pace that its domain bears, in one transaction.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::batch::{Settled, ToBuild};
use crate::context::Context;
use crate::db::mail_pace::{self, Asks};
use crate::db::outbox::{self, Claimed, Finish, Kind, Ticket};
use crate::db::{self, setting};
use crate::domain::invitation::State;
use crate::domain::mail_note::Note;
use crate::domain::questionnaire::Questionnaire;
use crate::domain::reminder::STALE_AFTER;
use crate::mail::Address;

/// Mails claimed at once: few enough that other instances get their share, and enough to keep all connections busy.
const CLAIM: i32 = 200;

/// What is due and ours now.
#[derive(Default)]
pub(super) struct Claim {
    /// To be sent.
    pub(super) to_build: VecDeque<ToBuild>,
    /// Not to be sent, or not now.
    pub(super) settled: Vec<Settled>,
}

/// Claims what is due, and learns what is needed to write it.
pub(super) async fn claim(context: &Context, now: DateTime<Utc>) -> db::Result<Claim> {
    let pool = &context.pool;
    if !pool.query(move |conn| outbox::any_due(conn, now)).await? {
        return Ok(Claim::default());
    }
    let context = context.clone();
    pool.write(move |conn: &mut db::Connection| -> db::Result<_> {
        if setting::get(conn, setting::MAIL_PAUSED)?.is_some() {
            return Ok(Claim::default());
        }
        context.read_organisation(conn)?;
        let mails = outbox::claim(conn, &context.secrets, now, CLAIM)?;
        let tickets: Vec<Ticket> = mails.iter().map(Claimed::ticket).collect();
        let mut unwanted = outbox::unwanted(conn, &tickets, now)?;
        let questionnaires = questionnaires(conn, &context, &mails)?;
        let mut claim = Claim::default();
        for mail in mails {
            let asked = questionnaires.get(&mail.questionnaire_version_id);
            match look(&context, &mail, unwanted.remove(&mail.id), asked, now) {
                Ok((to, questionnaire)) => claim.to_build.push_back(ToBuild { mail, to, questionnaire }),
                Err((finish, note)) => claim.settled.push(Settled::of(&mail, finish, note.as_str())),
            }
        }
        claim.wait_for_turns(conn, &context, now)?;
        Ok(claim)
    })
    .await
}

/// What these mails ask, by version.
fn questionnaires(
    conn: &mut db::Connection,
    context: &Context,
    mails: &[Claimed],
) -> db::Result<HashMap<i64, Arc<Questionnaire>>> {
    let mut questionnaires = HashMap::new();
    for version in mails.iter().map(|mail| mail.questionnaire_version_id) {
        if let Entry::Vacant(free) = questionnaires.entry(version) {
            match context.questionnaires.get(conn, version) {
                Ok(questionnaire) => drop(free.insert(questionnaire)),
                // Of one that is not there, the mail's own end tells.
                Err(error) if error.is_passing() => return Err(error),
                Err(error) => tracing::error!(%error, version, "a questionnaire can't be read"),
            }
        }
    }
    Ok(questionnaires)
}

impl Claim {
    /// Puts off what is not in turn: its domain has a limit, or asked us to wait.
    fn wait_for_turns(&mut self, conn: &mut db::Connection, context: &Context, now: DateTime<Utc>) -> db::Result<()> {
        let rates = &context.config.asking.domain_rate;
        let mut hashes: HashMap<String, Vec<u8>> = HashMap::new();
        let asks = |one: &ToBuild| {
            let domain = one.to.domain();
            let (per_minute, has_waited) = (rates.get(&domain).copied(), one.mail.has_waited);
            let hash = hashes.entry(domain).or_insert_with_key(|name| mail_pace::domain_hash(&context.secrets, name));
            Asks { domain_hash: hash.clone(), per_minute, has_waited }
        };
        let asks: Vec<Asks> = self.to_build.iter().map(asks).collect();
        let turns = mail_pace::turns(conn, &asks, now)?;
        for (one, turn) in std::mem::take(&mut self.to_build).into_iter().zip(turns) {
            match turn {
                None => self.to_build.push_back(one),
                Some(at) => {
                    let finish = Finish::Retry { at, unknown: false, counts: false };
                    self.settled.push(Settled::of(&one.mail, finish, Note::Domain.as_str()));
                }
            }
        }
        Ok(())
    }
}

/// Whom a claimed mail goes to and what it asks, or what becomes of it without being sent.
fn look(
    context: &Context,
    claimed: &Claimed,
    unwanted: Option<State>,
    questionnaire: Option<&Arc<Questionnaire>>,
    now: DateTime<Utc>,
) -> Result<(Address, Arc<Questionnaire>), (Finish, Note)> {
    let rules = &context.config.asking;
    let ended = |state, note| Err((Finish::Ended(state), note));
    if let Some(state) = unwanted {
        return ended(state, unwanted_note(state));
    }
    if now > claimed.expires_at {
        return ended(State::Expired, Note::Expired);
    }
    match claimed.kind {
        // A late start asks about nothing that is long past; a mail that is tried again ends by giving up.
        Kind::Invitation
            if !claimed.was_tried && claimed.completed_at + TimeDelta::days(rules.max_age_days + 1) < now =>
        {
            return ended(State::Expired, Note::TooLongAgo);
        }
        Kind::Reminder(step) if step > rules.reminders.count => {
            return ended(State::Expired, Note::NoReminders);
        }
        Kind::Reminder(_) if claimed.written_at + STALE_AFTER < now => {
            return ended(State::Expired, Note::LateReminder);
        }
        _ => {}
    }
    let Some(to) = claimed.contact.email.as_deref().and_then(|email| email.parse::<Address>().ok()) else {
        return ended(State::NoAddress, Note::NoAddress);
    };
    // Tries again, pauses and limits may have carried it into the night (E-3.3.2).
    let awake = rules.after_quiet_hours(now, context.config.time_zone);
    if awake > now {
        return Err((Finish::Retry { at: awake, unknown: false, counts: false }, Note::QuietHours));
    }
    match questionnaire {
        Some(questionnaire) => Ok((to, questionnaire.clone())),
        None => ended(State::Failed, Note::Unreadable),
    }
}

/// What is noted of a mail that is not to be sent any more.
pub(super) const fn unwanted_note(state: State) -> Note {
    match state {
        State::ComplaintOpen => Note::ComplaintOpen,
        _ => Note::Unwanted,
    }
}
