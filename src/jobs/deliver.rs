//! Delivering mail: claim by lease, render, send, mark. What is claimed is committed before anything goes over the wire,
//! so a worker that dies loses nothing; its Message-IDs stay the same, so what may arrive twice can be recognised.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::task::JoinSet;

use super::Step;
use crate::context::Context;
use crate::db::outbox::{self, Claimed, Finish};
use crate::db::{self, setting, suppression};
use crate::domain::invitation::State;
use crate::domain::period::local_date;
use crate::domain::questionnaire::Questionnaire;
use crate::mail::render::{self, Links};
use crate::mail::reply::{GIVE_UP_AFTER, NOT_STARTED_PAUSE, UNKNOWN_PAUSE, asked_pause, next_pause};
use crate::mail::{Address, Header, Mail, Outcome, Rejection, build};

/// Mails claimed at once: few enough to be sent well within the lease.
const CLAIM: i32 = 100;

/// An unknown outcome is tried again at most this often, so that duplicates stay bounded.
const MAX_UNKNOWN: i32 = 1;

/// Delivers the outbox.
pub struct Deliver {
    context: Context,
    sent_lately: Mutex<HashMap<String, Vec<DateTime<Utc>>>>,
}

/// A claimed mail on its way.
enum Prepared {
    /// To be sent.
    Send(Claimed, Box<Mail>),
    /// Settled without sending.
    Settled(Claimed, Finish, &'static str),
}

impl Deliver {
    /// A worker's own deliverer; it remembers what it sent in the last minute.
    pub fn new(context: Context) -> Self {
        Self { context, sent_lately: Mutex::default() }
    }

    /// Sends what is due, at most a hundred mails.
    pub async fn step(&self) -> db::Result<Step> {
        let Some(mailer) = &self.context.mailer else { return Ok(Step::Idle) };
        let claimed = self.claim().await?;
        if claimed.is_empty() {
            return Ok(Step::Idle);
        }
        let (mut settled, mut waiting) = (Vec::new(), VecDeque::new());
        for (claimed, suppressed) in claimed {
            match self.prepare(claimed, suppressed).await {
                Prepared::Settled(mail, finish, note) => {
                    settled.push((mail.id, mail.lease_token, finish, note.to_owned()));
                }
                Prepared::Send(claimed, mail) => waiting.push_back((claimed, mail)),
            }
        }
        self.mark(settled).await?;
        // What was handed over and is not marked yet would be sent again after a crash. So the next mail waits for the
        // mark, and these are never more than the connections (RELIABILITY P3).
        let mut sending = JoinSet::new();
        loop {
            while sending.len() < mailer.connections()
                && let Some((claimed, mail)) = waiting.pop_front()
            {
                let mailer = mailer.clone();
                sending.spawn(async move { (claimed, mailer.send(&mail).await) });
            }
            let Some(first) = sending.join_next().await else { return Ok(Step::Ran) };
            let others: Vec<_> = std::iter::from_fn(|| sending.try_join_next()).collect();
            let mut results = Vec::with_capacity(1 + others.len());
            for sent in std::iter::once(first).chain(others) {
                // A send that panicked leaves its row claimed; it comes back when the lease ends.
                let Ok((claimed, outcome)) = sent else { continue };
                let finish = self.judge(&claimed, &outcome);
                tracing::debug!(outbox = claimed.id, attempt = claimed.attempt, ?finish, "a mail was handed over");
                if let Finish::Ended(State::Bounced) = finish {
                    self.suppress(&claimed).await?;
                }
                results.push((claimed.id, claimed.lease_token, finish, outcome.note()));
            }
            self.mark(results).await?;
        }
    }

    /// Marks what became of claimed mails.
    async fn mark(&self, results: Vec<(i64, String, Finish, String)>) -> db::Result<()> {
        if results.is_empty() {
            return Ok(());
        }
        let (zone, now) = (self.context.config.time_zone, self.context.now());
        self.context.pool.write(move |conn| outbox::finish(conn, &results, zone, now)).await
    }

    /// Claims what is due, each with whether its address may not be written to.
    async fn claim(&self) -> db::Result<Vec<(Claimed, bool)>> {
        let (context, secrets, now) = (self.context.clone(), self.context.secrets.clone(), self.context.now());
        let pool = &self.context.pool;
        if !pool.query(move |conn| outbox::any_due(conn, now)).await? {
            return Ok(Vec::new());
        }
        let claim = move |conn: &mut db::Connection| -> db::Result<_> {
            if setting::get(conn, setting::MAIL_PAUSED)?.is_some() {
                return Ok(Vec::new());
            }
            context.read_organisation(conn)?;
            let claimed = outbox::claim(conn, &secrets, now, CLAIM)?;
            let hashes: Vec<_> = claimed.iter().filter_map(|mail| mail.email_hash.clone()).collect();
            let listed = suppression::among(conn, &hashes, now)?;
            let is_listed = |mail: &Claimed| mail.email_hash.as_ref().is_some_and(|hash| listed.contains(hash));
            Ok(claimed.into_iter().map(|mail| (is_listed(&mail), mail)).map(|(listed, mail)| (mail, listed)).collect())
        };
        pool.write(claim).await
    }

    async fn prepare(&self, claimed: Claimed, suppressed: bool) -> Prepared {
        let now = self.context.now();
        let rules = &self.context.config.asking;
        let ended = |claimed, state, note| Prepared::Settled(claimed, Finish::Ended(state), note);
        if !claimed.invitation_state.takes_answers() {
            let state = claimed.invitation_state;
            return ended(claimed, state, "the invitation ended before it was sent");
        }
        if now > claimed.expires_at {
            return ended(claimed, State::Expired, "its time ran out before it was sent");
        }
        if claimed.completed_at + TimeDelta::days(rules.max_age_days + 1) < now {
            return ended(claimed, State::Expired, "the service was too long ago when mail could go out again");
        }
        if suppressed {
            return ended(claimed, State::Suppressed, "the address is on the suppression list");
        }
        let Some(to) = claimed.contact.email.as_deref().and_then(|email| email.parse::<Address>().ok()) else {
            return ended(claimed, State::NoAddress, "no address that mail can go to");
        };
        if let Some(at) = self.wait_for(&to.domain(), now) {
            let finish = Finish::Retry { at, unknown: false, counts: false };
            return Prepared::Settled(claimed, finish, "waits for the domain's rate");
        }
        let version = claimed.questionnaire_version_id;
        let questionnaires = self.context.questionnaires.clone();
        let questionnaire = self.context.pool.query(move |conn| questionnaires.get(conn, version)).await;
        let built = questionnaire.ok().and_then(|questionnaire| self.build(&claimed, &to, &questionnaire));
        match built {
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
            links: &links,
            phone: config.phone.as_deref(),
        };
        let from: Address = config.mail_from.parse().ok()?;
        let header = Header {
            from_name: &invitation.from_name(),
            from: &from,
            reply_to: None,
            return_path: &from,
            to_name: claimed.contact.name.as_deref(),
            to,
            message_id: &secrets.message_id(claimed.id, &from.domain()),
            in_reply_to: None,
            date: claimed.due_at,
            unsubscribe: Some(&links.unsubscribe),
        };
        build(&header, &invitation.render().ok()?).ok()
    }

    /// When the next mail may go to a limited domain; `None` = now, and it is counted.
    fn wait_for(&self, domain: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let domain = domain.to_lowercase();
        let limit = usize::try_from(*self.context.config.asking.domain_rate.get(&domain)?).ok()?;
        let minute = TimeDelta::minutes(1);
        let mut sent = self.sent_lately.lock().unwrap_or_else(PoisonError::into_inner);
        let times = sent.entry(domain).or_default();
        times.retain(|at| *at + minute > now);
        if times.len() < limit {
            times.push(now);
            return None;
        }
        times.first().map(|oldest| *oldest + minute)
    }

    /// What follows from the server's answer (RELIABILITY §3).
    fn judge(&self, mail: &Claimed, outcome: &Outcome) -> Finish {
        let now = self.context.now();
        let after = |pause: std::time::Duration| now + TimeDelta::from_std(pause).unwrap_or(TimeDelta::hours(4));
        let jitter = f64::from(u16::from_be_bytes(crate::crypto::random())) / f64::from(u16::MAX);
        let gave_up = TimeDelta::from_std(GIVE_UP_AFTER).is_ok_and(|most| now > mail.due_at + most);
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

    async fn suppress(&self, mail: &Claimed) -> db::Result<()> {
        let Some(hash) = mail.email_hash.clone() else { return Ok(()) };
        let now = self.context.now();
        let work = move |conn: &mut db::Connection| suppression::add(conn, &hash, suppression::Reason::HardBounce, now);
        self.context.pool.write(work).await
    }
}
