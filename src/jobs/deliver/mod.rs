//! Delivering mail: claim by lease, render, send, mark. What is claimed is committed before anything goes over the wire,
//! so a worker that dies loses nothing; its Message-IDs stay the same, so what may arrive twice can be recognised.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;

use super::Step;
use crate::context::Context;
use crate::db::bounce::{Report, Source};
use crate::db::outbox::{Claimed, Finish, Kind};
use crate::db::{self, clock_check, mail_queue};
use crate::domain::bounce;
use crate::domain::invitation::State;
use crate::domain::period::local_date;
use crate::domain::questionnaire::Questionnaire;
use crate::mail::render::{self, Links, Reminder};
use crate::mail::reply::{GIVE_UP_AFTER, NOT_STARTED_PAUSE, UNKNOWN_PAUSE, asked_pause, next_pause};
use crate::mail::{Address, Header, Mail, Outcome, Rejection, build};

mod batch;
mod claim;
mod refusals;
mod wire;

use batch::Batch;
use claim::Claim;
use refusals::Refusals;
use wire::Wire;

/// How often our clock is compared with the database's.
const CLOCK_EVERY: TimeDelta = TimeDelta::minutes(1);

/// An unknown outcome is tried again at most this often, so that duplicates stay bounded.
const MAX_UNKNOWN: i32 = 1;

/// Delivers the outbox.
pub struct Deliver {
    context: Context,
    refusals: Refusals,
    wire: tokio::sync::Mutex<Wire>,
    /// When our clock was last compared with the database's, and whether it may be trusted.
    clock_seen: Mutex<Option<(DateTime<Utc>, bool)>>,
    stop: Option<watch::Receiver<bool>>,
}

impl Deliver {
    /// A worker's own deliverer; it counts by how many it was refused.
    pub fn new(context: Context) -> Self {
        Self {
            context,
            refusals: Refusals::default(),
            wire: tokio::sync::Mutex::default(),
            clock_seen: Mutex::default(),
            stop: None,
        }
    }

    /// From when `stop` turns true nothing more is begun: a step ends with what is on the wire.
    pub fn until(mut self, stop: watch::Receiver<bool>) -> Self {
        self.stop = Some(stop);
        self
    }

    /// Sends what is due, at most two hundred mails.
    pub async fn step(&self) -> db::Result<Step> {
        let Some(mailer) = &self.context.mailer else { return Ok(Step::Idle) };
        if !self.clock_is_right().await? {
            return Ok(Step::Idle);
        }
        let begun = self.context.now();
        let Claim { to_build, settled } = claim::claim(&self.context, begun).await?;
        let step = if to_build.is_empty() && settled.is_empty() { Step::Idle } else { Step::Ran };
        // What is slow on its way is looked after, and no reason to look for more at once.
        if step == Step::Ran || !self.wire.lock().await.is_empty() {
            Batch::new(self, mailer.clone(), begun, settled).await.run(to_build).await?;
        }
        Ok(step)
    }

    /// Ends with what is on the wire, once we are told to stop.
    pub async fn rest(&self) -> db::Result<()> {
        let Some(mailer) = &self.context.mailer else { return Ok(()) };
        Batch::new(self, mailer.clone(), self.context.now(), Vec::new()).await.run(VecDeque::new()).await
    }

    fn is_told(&self) -> bool {
        self.stop.as_ref().is_some_and(|stop| *stop.borrow())
    }

    /// Whether leases may be told by our clock, which is compared with the database's every minute.
    async fn clock_is_right(&self) -> db::Result<bool> {
        let now = self.context.now();
        let seen = *self.clock_seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, is_right)) = seen.filter(|(at, _)| (now - *at).abs() < CLOCK_EVERY) {
            return Ok(is_right);
        }
        let clock = self.context.clock.clone();
        let ahead = self.context.pool.query(move |conn| clock_check::ahead(conn, &clock)).await?;
        let is_right = !clock_check::is_off(ahead);
        if !is_right {
            let seconds = ahead.map(|ahead| ahead.num_seconds());
            tracing::error!(seconds, "this machine's clock is not the database's: no mail is sent from here");
        }
        *self.clock_seen.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, is_right));
        Ok(is_right)
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
        let may_have_come = matches!(outcome, Outcome::Unknown { possible_duplicate: true, .. });
        let given_up = if may_have_come { Finish::Perhaps } else { Finish::Ended(State::Failed) };
        match outcome {
            Outcome::Accepted { .. } => Finish::Accepted,
            Outcome::Permanent { kind: Rejection::Hard, .. } => Finish::Ended(State::Bounced),
            Outcome::Permanent { .. } => Finish::Ended(State::Failed),
            _ if gave_up => given_up,
            Outcome::Transient { pause, .. } => {
                let attempt = u32::try_from(mail.attempt).unwrap_or(1);
                let pause = pause.map_or_else(|| next_pause(attempt, jitter), |asked| asked_pause(asked, jitter));
                Finish::Retry { at: after(pause), unknown: false, counts: true }
            }
            Outcome::NotStarted { .. } => Finish::Retry { at: after(NOT_STARTED_PAUSE), unknown: false, counts: false },
            Outcome::Unknown { .. } if may_have_come && mail.possible_duplicates >= MAX_UNKNOWN => given_up,
            Outcome::Unknown { .. } if mail.attempt >= 3 => given_up,
            Outcome::Unknown { possible_duplicate, .. } => {
                Finish::Retry { at: after(UNKNOWN_PAUSE), unknown: *possible_duplicate, counts: true }
            }
        }
    }

    /// Whether servers refuse mail from us so often that it has to stop.
    fn refuses_us(&self, outcome: &Outcome) -> bool {
        match outcome {
            Outcome::Accepted { .. } => self.refusals.counts_as_stop(false, self.context.now()),
            Outcome::Permanent { kind, .. } => {
                self.refusals.counts_as_stop(*kind == Rejection::Policy, self.context.now())
            }
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

/// What a server's answer says of the address, to be kept.
fn heard(mail: &Claimed, outcome: &Outcome, finish: &Finish) -> Option<Report> {
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
