//! Delivering mail: claim by lease, render, send, mark. What is claimed is committed before anything goes over the wire,
//! so a worker that dies loses nothing; its Message-IDs stay the same, so what may arrive twice can be recognised.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;

use super::Step;
use crate::context::Context;
use crate::db::bounce::{Report, Source};
use crate::db::outbox::{self, Claimed, Finish, Kind, Ticket};
use crate::db::{self, mail_queue, setting};
use crate::domain::bounce;
use crate::domain::invitation::State;
use crate::domain::mail_note::Note;
use crate::domain::period::local_date;
use crate::domain::questionnaire::Questionnaire;
use crate::domain::reminder::STALE_AFTER;
use crate::mail::render::{self, Links, Reminder};
use crate::mail::reply::{GIVE_UP_AFTER, NOT_STARTED_PAUSE, UNKNOWN_PAUSE, asked_pause, next_pause};
use crate::mail::{Address, Header, Mail, Outcome, Rejection, build};

mod batch;
mod pace;

use batch::{Batch, Settled, ToBuild};
use pace::Pace;

/// Mails claimed at once: few enough that other instances get their share, and enough to keep all connections busy.
const CLAIM: i32 = 200;

/// An unknown outcome is tried again at most this often, so that duplicates stay bounded.
const MAX_UNKNOWN: i32 = 1;

/// Delivers the outbox.
pub struct Deliver {
    context: Context,
    pace: Pace,
    stop: Option<watch::Receiver<bool>>,
}

/// What is due and ours now.
#[derive(Default)]
struct Claim {
    mails: Vec<Claimed>,
    /// Those of them that are not to be sent.
    unwanted: HashMap<i64, State>,
    /// What the mails ask, by version.
    questionnaires: HashMap<i64, Arc<Questionnaire>>,
}

impl Deliver {
    /// A worker's own deliverer; it remembers what it sent in the last minute and which domains asked to wait.
    pub fn new(context: Context) -> Self {
        Self { context, pace: Pace::default(), stop: None }
    }

    /// From when `stop` turns true nothing more is begun: a step ends with what is on the wire.
    pub fn until(mut self, stop: watch::Receiver<bool>) -> Self {
        self.stop = Some(stop);
        self
    }

    /// Sends what is due, at most two hundred mails.
    pub async fn step(&self) -> db::Result<Step> {
        let Some(mailer) = &self.context.mailer else { return Ok(Step::Idle) };
        let begun = self.context.now();
        let Claim { mails, mut unwanted, questionnaires } = self.claim(begun).await?;
        if mails.is_empty() {
            return Ok(Step::Idle);
        }
        let mut batch = Batch::new(self, mailer.clone(), begun);
        let mut to_build = VecDeque::with_capacity(mails.len());
        for mail in mails {
            let asked = questionnaires.get(&mail.questionnaire_version_id);
            match self.look(&mail, unwanted.remove(&mail.id), asked) {
                Ok((to, questionnaire)) => to_build.push_back(ToBuild { mail, to, questionnaire }),
                Err((finish, note)) => batch.settle(Settled::of(&mail, finish, note.as_str())),
            }
        }
        batch.run(to_build).await?;
        Ok(Step::Ran)
    }

    /// Claims what is due, and learns what is needed to write it.
    async fn claim(&self, now: DateTime<Utc>) -> db::Result<Claim> {
        let (context, secrets) = (self.context.clone(), self.context.secrets.clone());
        let pool = &self.context.pool;
        if !pool.query(move |conn| outbox::any_due(conn, now)).await? {
            return Ok(Claim::default());
        }
        let claim = move |conn: &mut db::Connection| -> db::Result<_> {
            if setting::get(conn, setting::MAIL_PAUSED)?.is_some() {
                return Ok(Claim::default());
            }
            context.read_organisation(conn)?;
            let mails = outbox::claim(conn, &secrets, now, CLAIM)?;
            let tickets: Vec<Ticket> = mails.iter().map(Claimed::ticket).collect();
            let unwanted = outbox::unwanted(conn, &tickets, now)?;
            let mut questionnaires = HashMap::new();
            for version in mails.iter().map(|mail| mail.questionnaire_version_id) {
                if let std::collections::hash_map::Entry::Vacant(free) = questionnaires.entry(version) {
                    match context.questionnaires.get(conn, version) {
                        Ok(questionnaire) => drop(free.insert(questionnaire)),
                        // Of one that is not there, the mail's own end tells.
                        Err(error) if error.is_passing() => return Err(error),
                        Err(error) => tracing::error!(%error, version, "a questionnaire can't be read"),
                    }
                }
            }
            Ok(Claim { mails, unwanted, questionnaires })
        };
        pool.write(claim).await
    }

    /// Whom a claimed mail goes to and what it asks, or what becomes of it without being sent.
    fn look(
        &self,
        claimed: &Claimed,
        unwanted: Option<State>,
        questionnaire: Option<&Arc<Questionnaire>>,
    ) -> Result<(Address, Arc<Questionnaire>), (Finish, Note)> {
        let now = self.context.now();
        let rules = &self.context.config.asking;
        let ended = |state, note| Err((Finish::Ended(state), note));
        if let Some(state) = unwanted {
            return ended(state, unwanted_note(state));
        }
        if now > claimed.expires_at {
            return ended(State::Expired, Note::Expired);
        }
        match claimed.kind {
            Kind::Invitation if claimed.completed_at + TimeDelta::days(rules.max_age_days + 1) < now => {
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
        let awake = rules.after_quiet_hours(now, self.context.config.time_zone);
        if awake > now {
            return Err((Finish::Retry { at: awake, unknown: false, counts: false }, Note::QuietHours));
        }
        if let Some(at) = self.pace.wait_for(&to.domain(), &rules.domain_rate, now) {
            return Err((Finish::Retry { at, unknown: false, counts: false }, Note::Domain));
        }
        match questionnaire {
            Some(questionnaire) => Ok((to, questionnaire.clone())),
            None => ended(State::Failed, Note::Unreadable),
        }
    }

    fn build(context: &Context, claimed: &Claimed, to: &Address, questionnaire: &Questionnaire) -> Option<Mail> {
        let Context { config, secrets, .. } = context;
        let token = secrets.invitation_token(&claimed.salt);
        let links = Links::new(&context.base_url(), token.as_str(), &secrets.unsubscribe_token(claimed.invitation_id));
        let reference = render::mask(&claimed.external_id);
        let invitation = render::Invitation {
            locale: claimed.locale,
            organisation: &context.organisation(claimed.locale),
            department: claimed.department.name(claimed.locale),
            name: claimed.contact.name.as_deref(),
            service: claimed.service_type.as_deref(),
            touchpoint: claimed.touchpoint,
            served_on: local_date(claimed.completed_at, config.time_zone),
            reference: Some(&reference),
            question: questionnaire.questions.first()?,
            open_until: local_date(claimed.expires_at, config.time_zone),
            reminder: match claimed.kind {
                Kind::Invitation => None,
                Kind::Reminder(step) if config.asking.reminders.count == 1 => {
                    Some(Reminder::Only).filter(|_| step == 1)
                }
                Kind::Reminder(step) if step == config.asking.reminders.count => Some(Reminder::Last),
                Kind::Reminder(_) => Some(Reminder::Further),
            },
            text: &claimed.words.text,
            asks: claimed.words.asks,
            links: &links,
            phone: config.phone.as_deref(),
        };
        let from: Address = config.mail_from.parse().ok()?;
        let follows = claimed.follows.map(|first| secrets.message_id(first, &from.domain()));
        let bounce = config.bounce.as_ref().map(|to| to.with(&secrets.bounce_tag(claimed.id)));
        let bounce: Option<Address> = bounce.map(|address| address.parse()).transpose().ok()?;
        let header = Header {
            from_name: &invitation.from_name(),
            from: &from,
            reply_to: None,
            return_path: bounce.as_ref().unwrap_or(&from),
            to_name: claimed.contact.name.as_deref(),
            to,
            message_id: &secrets.message_id(claimed.id, &from.domain()),
            in_reply_to: follows.as_deref(),
            date: claimed.written_at,
            unsubscribe: Some(&links.unsubscribe),
            // A wish by mail has to be heard by somebody.
            unsubscribe_mail: bounce.as_ref().filter(|_| config.hears_mail()),
            dkim: context.dkim.as_deref(),
        };
        build(&header, &invitation.render().ok()?).ok()
    }

    /// What follows from the server's answer (RELIABILITY §3).
    fn judge(&self, mail: &Claimed, outcome: &Outcome) -> Finish {
        let now = self.context.now();
        let after = |pause: std::time::Duration| now + TimeDelta::from_std(pause).unwrap_or(TimeDelta::hours(4));
        let jitter = f64::from(u16::from_be_bytes(crate::crypto::random())) / f64::from(u16::MAX);
        // Mail that was paused for days has been tried but once.
        let is_old = TimeDelta::from_std(GIVE_UP_AFTER).is_ok_and(|most| now > mail.written_at + most);
        let gave_up = is_old && mail.attempt > 1;
        match outcome {
            Outcome::Accepted { .. } => Finish::Accepted,
            Outcome::Permanent { kind: Rejection::Hard, .. } => Finish::Ended(State::Bounced),
            Outcome::Permanent { .. } => Finish::Ended(State::Failed),
            _ if gave_up => Finish::Ended(State::Failed),
            Outcome::Transient { pause, .. } => {
                let attempt = u32::try_from(mail.attempt).unwrap_or(1);
                let pause = pause.map_or_else(|| next_pause(attempt, jitter), |asked| asked_pause(asked, jitter));
                Finish::Retry { at: after(pause), unknown: false, counts: true }
            }
            Outcome::NotStarted { .. } => Finish::Retry { at: after(NOT_STARTED_PAUSE), unknown: false, counts: false },
            Outcome::Unknown { possible_duplicate: true, .. } if mail.possible_duplicates >= MAX_UNKNOWN => {
                Finish::Ended(State::Failed)
            }
            Outcome::Unknown { .. } if mail.attempt >= 3 => Finish::Ended(State::Failed),
            Outcome::Unknown { possible_duplicate, .. } => {
                Finish::Retry { at: after(UNKNOWN_PAUSE), unknown: *possible_duplicate, counts: true }
            }
        }
    }

    /// What a server's answer says of the address, to be kept; what it says of all mail to the domain is remembered.
    fn heed(&self, mail: &Claimed, domain: &str, outcome: &Outcome, finish: &Finish) -> Option<Report> {
        if let (Outcome::Transient { domain_wide: true, .. }, Finish::Retry { at, .. }) = (outcome, finish) {
            self.pace.hold(domain, *at);
        }
        let (kind, reply) = match (outcome, finish) {
            (Outcome::Permanent { kind: Rejection::Hard, reply }, _) => (bounce::Kind::Hard, reply),
            (Outcome::Permanent { kind: Rejection::MailboxFull, reply }, _) => (bounce::Kind::MailboxFull, reply),
            (Outcome::Transient { reply, .. }, Finish::Ended(_)) if reply.is_mailbox_full() => {
                (bounce::Kind::MailboxFull, reply)
            }
            _ => return None,
        };
        let status = reply.enhanced.map(|enhanced| enhanced.to_string());
        Some(Report { outbox_id: Some(mail.id), kind, status, source: Source::Smtp })
    }

    /// Whether servers refuse mail from us so often that it has to stop.
    fn refuses_us(&self, outcome: &Outcome) -> bool {
        match outcome {
            Outcome::Accepted { .. } => self.pace.counts_as_stop(false, self.context.now()),
            Outcome::Permanent { kind, .. } => self.pace.counts_as_stop(*kind == Rejection::Policy, self.context.now()),
            _ => false,
        }
    }

    /// Pauses all mail until somebody has found out why it is refused, and resumes it.
    async fn stop(&self, outcome: &Outcome) -> db::Result<()> {
        let (now, words) = (self.context.now(), outcome.note());
        tracing::error!(reply = words, "servers refuse mail from us: mail is paused until `manyi mail resume`");
        let work = move |conn: &mut db::Connection| mail_queue::stop(conn, &words, now);
        self.context.pool.write(work).await
    }
}

/// What is noted of a mail that is not to be sent any more.
const fn unwanted_note(state: State) -> Note {
    match state {
        State::ComplaintOpen => Note::ComplaintOpen,
        _ => Note::Unwanted,
    }
}
