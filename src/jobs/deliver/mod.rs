//! Delivering mail: claim by lease, render, send, mark. What is claimed is committed before anything goes over the wire,
//! so a worker that dies loses nothing; its Message-IDs stay the same, so what may arrive twice can be recognised.

use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::task::JoinSet;

use super::Step;
use crate::context::Context;
use crate::db::bounce::{Report, Source, hear};
use crate::db::outbox::{self, Claimed, Finish, Kind, Ticket};
use crate::db::{self, mail_queue, setting};
use crate::domain::bounce;
use crate::domain::invitation::State;
use crate::domain::period::local_date;
use crate::domain::questionnaire::Questionnaire;
use crate::domain::reminder::STALE_AFTER;
use crate::mail::render::{self, Links, Reminder};
use crate::mail::reply::{GIVE_UP_AFTER, NOT_STARTED_PAUSE, UNKNOWN_PAUSE, asked_pause, next_pause};
use crate::mail::{Address, Header, Mail, Outcome, Rejection, build};

/// Mails claimed at once: few enough to be sent well within the lease.
const CLAIM: i32 = 100;

/// An unknown outcome is tried again at most this often, so that duplicates stay bounded.
const MAX_UNKNOWN: i32 = 1;

/// Noted of a mail whose invitation was answered, declined or ended, or whose address is not to be written to.
const ENDED: &str = "no longer wanted when it was to be sent";

mod pace;

use pace::Pace;

/// Delivers the outbox.
pub struct Deliver {
    context: Context,
    pace: Pace,
}

/// A claimed mail on its way.
enum Prepared {
    /// To be sent.
    Send(Claimed, Box<Mail>),
    /// Settled without sending.
    Settled(Claimed, Finish, &'static str),
}

/// A claimed mail that waits for a connection.
type Waiting = VecDeque<(Claimed, Box<Mail>)>;

/// Key, lease, what became of a mail, and the server's words.
type Result = (i64, String, Finish, String);

impl Deliver {
    /// A worker's own deliverer; it remembers what it sent in the last minute and which domains asked to wait.
    pub fn new(context: Context) -> Self {
        Self { context, pace: Pace::default() }
    }

    /// Sends what is due, at most a hundred mails.
    pub async fn step(&self) -> db::Result<Step> {
        let Some(mailer) = &self.context.mailer else { return Ok(Step::Idle) };
        let (claimed, mut unwanted) = self.claim().await?;
        if claimed.is_empty() {
            return Ok(Step::Idle);
        }
        let (mut settled, mut waiting) = (Vec::new(), Waiting::new());
        for claimed in claimed {
            let gone = unwanted.remove(&claimed.id);
            match self.prepare(claimed, gone).await {
                Prepared::Settled(mail, finish, note) => settled.push(result(&mail, finish, note.to_owned())),
                Prepared::Send(claimed, mail) => waiting.push_back((claimed, mail)),
            }
        }
        self.mark(settled, &mut Waiting::new()).await?;
        // What was handed over and is not marked yet would be sent again after a crash. So the next mail waits for the
        // mark, and these are never more than the connections (RELIABILITY P3).
        let mut sending = JoinSet::new();
        loop {
            while sending.len() < mailer.connections()
                && let Some((claimed, mail)) = waiting.pop_front()
            {
                let mailer = mailer.clone();
                sending.spawn(async move {
                    let outcome = mailer.send(&mail).await;
                    (claimed, mail.to.domain(), outcome)
                });
            }
            let Some(first) = sending.join_next().await else { return Ok(Step::Ran) };
            let others: Vec<_> = std::iter::from_fn(|| sending.try_join_next()).collect();
            let mut results = Vec::with_capacity(1 + others.len());
            for sent in std::iter::once(first).chain(others) {
                // A send that panicked leaves its row claimed; it comes back when the lease ends.
                let Ok((claimed, domain, outcome)) = sent else { continue };
                let finish = self.judge(&claimed, &outcome);
                tracing::debug!(outbox = claimed.id, attempt = claimed.attempt, ?finish, "a mail was handed over");
                self.heed(&claimed, &domain, &outcome, &finish).await?;
                if self.refuses_us(&outcome) {
                    self.stop(&outcome).await?;
                    results.extend(waiting.drain(..).map(|(mail, _)| put_back(&mail, self.context.now())));
                }
                results.push(result(&claimed, finish, outcome.note()));
            }
            self.mark(results, &mut waiting).await?;
        }
    }

    /// Marks what became of claimed mails, and takes those out of `waiting` that are no longer to be sent.
    async fn mark(&self, results: Vec<Result>, waiting: &mut Waiting) -> db::Result<()> {
        if results.is_empty() {
            return Ok(());
        }
        let (context, now) = (self.context.clone(), self.context.now());
        let tickets: Vec<Ticket> = waiting.iter().map(|(mail, _)| mail.ticket()).collect();
        let work = move |conn: &mut db::Connection| -> db::Result<_> {
            let (rules, zone) = (&context.config.asking, context.config.time_zone);
            outbox::finish(conn, &results, rules, zone, now)?;
            let unwanted = outbox::unwanted(conn, &tickets, now)?;
            let gone = tickets.iter().filter_map(|ticket| Some((ticket, *unwanted.get(&ticket.id)?)));
            let gone = gone
                .map(|(ticket, state)| (ticket.id, ticket.lease_token.clone(), Finish::Ended(state), ENDED.to_owned()));
            outbox::finish(conn, &gone.collect::<Vec<_>>(), rules, zone, now)?;
            Ok(unwanted)
        };
        let unwanted = self.context.pool.write(work).await?;
        waiting.retain(|(mail, _)| !unwanted.contains_key(&mail.id));
        Ok(())
    }

    /// Claims what is due, with those of it that are not to be sent.
    async fn claim(&self) -> db::Result<(Vec<Claimed>, HashMap<i64, State>)> {
        let (context, secrets, now) = (self.context.clone(), self.context.secrets.clone(), self.context.now());
        let pool = &self.context.pool;
        if !pool.query(move |conn| outbox::any_due(conn, now)).await? {
            return Ok(Default::default());
        }
        let claim = move |conn: &mut db::Connection| -> db::Result<_> {
            if setting::get(conn, setting::MAIL_PAUSED)?.is_some() {
                return Ok(Default::default());
            }
            context.read_organisation(conn)?;
            let claimed = outbox::claim(conn, &secrets, now, CLAIM)?;
            let tickets: Vec<Ticket> = claimed.iter().map(Claimed::ticket).collect();
            let unwanted = outbox::unwanted(conn, &tickets, now)?;
            Ok((claimed, unwanted))
        };
        pool.write(claim).await
    }

    async fn prepare(&self, claimed: Claimed, unwanted: Option<State>) -> Prepared {
        let now = self.context.now();
        let rules = &self.context.config.asking;
        let ended = |claimed, state, note| Prepared::Settled(claimed, Finish::Ended(state), note);
        if let Some(state) = unwanted {
            return ended(claimed, state, ENDED);
        }
        if now > claimed.expires_at {
            return ended(claimed, State::Expired, "its time ran out before it was sent");
        }
        match claimed.kind {
            Kind::Invitation if claimed.completed_at + TimeDelta::days(rules.max_age_days + 1) < now => {
                return ended(claimed, State::Expired, "the service was too long ago when mail could go out again");
            }
            Kind::Reminder(step) if step > rules.reminders.count => {
                return ended(claimed, State::Expired, "nobody is reminded any more");
            }
            Kind::Reminder(_) if claimed.written_at + STALE_AFTER < now => {
                return ended(claimed, State::Expired, "the reminder was too late when mail could go out again");
            }
            _ => {}
        }
        let Some(to) = claimed.contact.email.as_deref().and_then(|email| email.parse::<Address>().ok()) else {
            return ended(claimed, State::NoAddress, "no address that mail can go to");
        };
        if let Some(at) = self.pace.wait_for(&to.domain(), &rules.domain_rate, now) {
            let finish = Finish::Retry { at, unknown: false, counts: false };
            return Prepared::Settled(claimed, finish, "waits for the domain");
        }
        let version = claimed.questionnaire_version_id;
        let questionnaires = self.context.questionnaires.clone();
        let questionnaire = self.context.pool.query(move |conn| questionnaires.get(conn, version)).await;
        // Whatever a name or a text does to what builds mails, the worker lives.
        let build = |questionnaire: &Questionnaire| {
            catch_unwind(AssertUnwindSafe(|| self.build(&claimed, &to, questionnaire))).ok().flatten()
        };
        match questionnaire.ok().and_then(|questionnaire| build(&questionnaire)) {
            Some(mail) => Prepared::Send(claimed, Box::new(mail)),
            None => ended(claimed, State::Failed, "the mail can't be put together"),
        }
    }

    fn build(&self, claimed: &Claimed, to: &Address, questionnaire: &Questionnaire) -> Option<Mail> {
        let Context { config, secrets, .. } = &self.context;
        let token = secrets.invitation_token(&claimed.salt);
        let links =
            Links::new(&self.context.base_url(), token.as_str(), &secrets.unsubscribe_token(claimed.invitation_id));
        let reference = render::mask(&claimed.external_id);
        let invitation = render::Invitation {
            locale: claimed.locale,
            organisation: &self.context.organisation(claimed.locale),
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
            unsubscribe_mail: bounce.as_ref(),
            dkim: self.context.dkim.as_deref(),
        };
        build(&header, &invitation.render().ok()?).ok()
    }

    /// What follows from the server's answer (RELIABILITY §3).
    fn judge(&self, mail: &Claimed, outcome: &Outcome) -> Finish {
        let now = self.context.now();
        let after = |pause: std::time::Duration| now + TimeDelta::from_std(pause).unwrap_or(TimeDelta::hours(4));
        let jitter = f64::from(u16::from_be_bytes(crate::crypto::random())) / f64::from(u16::MAX);
        let gave_up = TimeDelta::from_std(GIVE_UP_AFTER).is_ok_and(|most| now > mail.written_at + most);
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

    /// Keeps what a server's answer says of the address or of all mail to its domain.
    async fn heed(&self, mail: &Claimed, domain: &str, outcome: &Outcome, finish: &Finish) -> db::Result<()> {
        if let (Outcome::Transient { domain_wide: true, .. }, Finish::Retry { at, .. }) = (outcome, finish) {
            self.pace.hold(domain, *at);
        }
        let (kind, reply) = match (outcome, finish) {
            (Outcome::Permanent { kind: Rejection::Hard, reply }, _) => (bounce::Kind::Hard, reply),
            (Outcome::Permanent { kind: Rejection::MailboxFull, reply }, _) => (bounce::Kind::MailboxFull, reply),
            (Outcome::Transient { reply, .. }, Finish::Ended(_)) if reply.is_mailbox_full() => {
                (bounce::Kind::MailboxFull, reply)
            }
            _ => return Ok(()),
        };
        let status = reply.enhanced.map(|enhanced| enhanced.to_string());
        let report = Report { outbox_id: Some(mail.id), kind, status, source: Source::Smtp };
        let now = self.context.now();
        let day = local_date(now, self.context.config.time_zone);
        self.context.pool.write(move |conn| hear(conn, &report, day, now).map(drop)).await
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

fn result(mail: &Claimed, finish: Finish, note: String) -> Result {
    (mail.id, mail.lease_token.clone(), finish, note)
}

/// A mail that was not tried waits as before.
fn put_back(mail: &Claimed, now: DateTime<Utc>) -> Result {
    result(mail, Finish::Retry { at: now, unknown: false, counts: false }, "waits: mail is paused".to_owned())
}
