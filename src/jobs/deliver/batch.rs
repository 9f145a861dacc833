//! A batch of claimed mails on its way: built beside each other, sent over the connections there are, marked together.

use std::collections::{HashMap, HashSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::{MutexGuard, mpsc, watch};
use tokio::time::Instant;

use super::claim::unwanted_note;
use super::wire::{Room, Wire};
use super::{Deliver, heard};
use crate::context::Context;
use crate::db::bounce::{Report, hear};
use crate::db::outbox::{self, Claimed, Finish, Ticket};
use crate::db::{self, mail_pace, setting};
use crate::domain::invitation::State;
use crate::domain::mail_note::Note;
use crate::domain::period::local_date;
use crate::domain::questionnaire::Questionnaire;
use crate::mail::reply::NOT_STARTED_PAUSE;
use crate::mail::{Address, Mail, Mailer, Outcome};

/// How long what is on the wire may take once we are told to stop.
const LAST_WORDS: Duration = Duration::from_secs(20);

/// How long to wait before a state that could not be stored is stored again.
const AGAIN: Duration = Duration::from_millis(500);

/// How often it is looked whether a domain is slow.
const LOOK: Duration = Duration::from_millis(250);

/// How long mail to a slow domain waits, while others go.
const SLOW_PAUSE: TimeDelta = TimeDelta::seconds(5);

/// Threads at most that render and sign.
const BUILDERS: usize = 4;

/// A claimed mail that may be sent.
pub(super) struct ToBuild {
    pub(super) mail: Claimed,
    pub(super) to: Address,
    pub(super) questionnaire: Arc<Questionnaire>,
}

/// What became of a claimed mail, to be stored.
#[derive(Clone)]
pub(super) struct Settled {
    id: i64,
    lease_token: String,
    finish: Finish,
    note: String,
    report: Option<Report>,
    /// A domain that asked us to wait, and until when.
    hold: Option<(String, DateTime<Utc>)>,
}

/// What is asked just before mails go over the wire.
struct Standing {
    /// Those that are no longer wanted.
    unwanted: HashMap<i64, State>,
    /// Their domains that are to be left alone, by keyed hash, until when.
    held: HashMap<Vec<u8>, DateTime<Utc>>,
    paused: bool,
}

/// A mail that is ready, or can't be made.
type Built = (Claimed, Option<Box<Mail>>);

/// Mails claimed together.
pub(super) struct Batch<'a> {
    deliver: &'a Deliver,
    mailer: Arc<Mailer>,
    /// When they were claimed.
    begun: DateTime<Utc>,
    /// Neither on their way nor settled.
    open: HashMap<i64, Ticket>,
    /// Built, and waiting for a connection.
    waiting: VecDeque<(Claimed, Box<Mail>)>,
    /// On their way, those of batches before included.
    wire: MutexGuard<'a, Wire>,
    /// Not stored yet.
    settled: Vec<Settled>,
    /// Domains that are to be left alone, as last heard of.
    held: HashMap<String, DateTime<Utc>>,
    /// Nothing more is begun.
    over: bool,
    /// Told to stop, and by when to have ended.
    last: Option<Instant>,
    /// Mails in a row for which no server was reached.
    unreached: usize,
}

impl Settled {
    /// Of a mail that was not sent.
    pub(super) fn of(mail: &Claimed, finish: Finish, note: &str) -> Self {
        Self {
            id: mail.id,
            lease_token: mail.lease_token.clone(),
            finish,
            note: note.to_owned(),
            report: None,
            hold: None,
        }
    }
}

impl<'a> Batch<'a> {
    /// `settled` = what became of those that are not to be sent.
    pub(super) async fn new(
        deliver: &'a Deliver,
        mailer: Arc<Mailer>,
        begun: DateTime<Utc>,
        settled: Vec<Settled>,
    ) -> Self {
        Self {
            wire: deliver.wire.lock().await,
            deliver,
            mailer,
            begun,
            open: HashMap::new(),
            waiting: VecDeque::new(),
            settled,
            held: HashMap::new(),
            over: false,
            last: None,
            unreached: 0,
        }
    }

    /// Notes what became of a mail; it is stored with the next mark.
    fn settle(&mut self, settled: Settled) {
        self.settled.push(settled);
    }

    /// Builds, sends and marks them all. What was handed over and is not marked yet would be sent again after a crash. So
    /// the next mail waits for the mark, and these are never more than the connections (RELIABILITY P3). Mails that are slow
    /// to be taken stay on their way when all others have ended, for the batch after this one.
    pub(super) async fn run(mut self, to_build: VecDeque<ToBuild>) -> db::Result<()> {
        self.open = to_build.iter().map(|one| (one.mail.id, one.mail.ticket())).collect();
        let mut built = build_all(&self.deliver.context, to_build, self.mailer.connections());
        let (mut building, stop) = (true, self.deliver.stop.clone());
        loop {
            self.watch_lease();
            let next = self.next();
            self.mark(next).await?;
            building &= !self.over;
            let idle = self.waiting.is_empty() && self.settled.is_empty();
            if idle && !building && (self.wire.is_empty() || (self.wire.is_slow() && !self.deliver.is_told())) {
                return Ok(());
            }
            if self.wire.is_empty() && !idle {
                continue;
            }
            let ready = self.wire.len() + self.waiting.len();
            tokio::select! {
                first = self.wire.ended(), if !self.wire.is_empty() => {
                    let others = self.wire.all_ended();
                    for (mail, domain, outcome) in first.into_iter().chain(others) {
                        self.sent(&mail, &domain, &outcome).await?;
                    }
                }
                // Who becomes slow gives way.
                () = tokio::time::sleep(LOOK), if !self.wire.is_empty() => {}
                one = built.recv(), if building && ready < self.mailer.connections() => match one {
                    None => building = false,
                    Some(one) => {
                        let others: Vec<_> = std::iter::from_fn(|| built.try_recv().ok()).collect();
                        std::iter::once(one).chain(others).for_each(|one| self.take(one));
                    }
                },
                () = told(stop.clone()), if self.last.is_none() => {
                    self.last = Some(Instant::now() + LAST_WORDS);
                    self.give_back(self.deliver.context.now(), Note::Stopped.as_str());
                }
                // What is still on the wire keeps its lease, and comes back when that ends.
                () = end(self.last), if self.last.is_some() => return Ok(()),
            }
        }
    }

    fn take(&mut self, (mail, built): Built) {
        match built {
            // Given back before it was ready.
            _ if !self.open.contains_key(&mail.id) => {}
            Some(built) => self.waiting.push_back((mail, built)),
            None => {
                self.open.remove(&mail.id);
                self.settle(Settled::of(&mail, Finish::Ended(State::Failed), Note::Unbuildable.as_str()));
            }
        }
    }

    /// A mail that is begun must have ended before another worker may take it. The rest goes back, to be claimed anew.
    fn watch_lease(&mut self) {
        let longest = TimeDelta::from_std(self.mailer.longest()).unwrap_or(outbox::LEASE);
        let now = self.deliver.context.now();
        if !self.over && now > self.begun + outbox::LEASE - longest {
            self.give_back(now, Note::Slow.as_str());
        }
    }

    /// What no connection has begun with waits until then.
    fn give_back(&mut self, at: DateTime<Utc>, note: &str) {
        self.over = true;
        self.waiting.clear();
        let finish = Finish::Retry { at, unknown: false, counts: false };
        let back = self.open.drain().map(|(id, ticket)| Settled {
            id,
            lease_token: ticket.lease_token,
            finish: finish.clone(),
            note: note.to_owned(),
            report: None,
            hold: None,
        });
        self.settled.extend(back);
    }

    /// As many mails as there are free connections; those to a domain that has asked us to wait do so.
    fn next(&mut self) -> Vec<(Claimed, Box<Mail>)> {
        let (connections, now) = (self.mailer.connections(), self.deliver.context.now());
        let free = connections.saturating_sub(self.wire.len());
        let (mut next, mut kept) = (Vec::with_capacity(free), VecDeque::new());
        let mut begun: HashMap<String, usize> = HashMap::new();
        while next.len() < free
            && let Some((mail, built)) = self.waiting.pop_front()
        {
            let domain = built.to.domain();
            let held = self.held.get(&domain).copied().filter(|until| *until > now);
            let more = begun.entry(domain.clone()).or_default();
            match (held, self.wire.room_for(&domain, *more, connections)) {
                (Some(until), _) => self.put_off(&mail, until, Note::Domain),
                (None, Room::Slow) => self.put_off(&mail, now + SLOW_PAUSE, Note::Slow),
                (None, Room::Soon) => kept.push_back((mail, built)),
                (None, Room::Free) => {
                    *more += 1;
                    next.push((mail, built));
                }
            }
        }
        kept.append(&mut self.waiting);
        self.waiting = kept;
        next
    }

    /// A mail waits for its domain.
    fn put_off(&mut self, mail: &Claimed, at: DateTime<Utc>, note: Note) {
        self.open.remove(&mail.id);
        let finish = Finish::Retry { at, unknown: false, counts: false };
        self.settle(Settled::of(mail, finish, note.as_str()));
    }

    /// Stores what became of mails, in one transaction, and sends the next ones if they are still wanted.
    async fn mark(&mut self, next: Vec<(Claimed, Box<Mail>)>) -> db::Result<()> {
        let settled: Arc<Vec<Settled>> = Arc::new(std::mem::take(&mut self.settled));
        if settled.is_empty() && next.is_empty() {
            return Ok(());
        }
        let tickets: Arc<Vec<Ticket>> = Arc::new(next.iter().map(|(mail, _)| mail.ticket()).collect());
        let domains: HashSet<String> = next.iter().map(|(_, built)| built.to.domain()).collect();
        let secrets = &self.deliver.context.secrets;
        let domains: HashMap<Vec<u8>, String> =
            domains.into_iter().map(|domain| (mail_pace::domain_hash(secrets, &domain), domain)).collect();
        let hashes: Arc<Vec<Vec<u8>>> = Arc::new(domains.keys().cloned().collect());
        let Standing { unwanted, held, paused } = loop {
            let (context, settled) = (self.deliver.context.clone(), settled.clone());
            let (tickets, hashes) = (tickets.clone(), hashes.clone());
            let writes = !settled.is_empty();
            let work = move |conn: &mut db::Connection| store(conn, &context, &settled, &tickets, &hashes);
            let pool = &self.deliver.context.pool;
            let stored = if writes { pool.write(work).await } else { pool.read(work).await };
            match stored {
                Ok(stored) => break stored,
                // A mail that was taken would go out again if its mark were lost with a database that restarts.
                Err(error) if self.has_time() => {
                    tracing::warn!(%error, "what became of mails can't be stored and will be tried again");
                    tokio::time::sleep(AGAIN).await;
                }
                Err(error) => return Err(error),
            }
        };
        // Storing may have taken long, or the machine slept.
        self.watch_lease();
        self.held.extend(held.into_iter().filter_map(|(hash, until)| Some((domains.get(&hash)?.clone(), until))));
        for (mail, built) in next {
            match (unwanted.get(&mail.id), self.held.get(&built.to.domain())) {
                (Some(state), _) => {
                    self.open.remove(&mail.id);
                    self.settle(Settled::of(&mail, Finish::Ended(*state), unwanted_note(*state).as_str()));
                }
                (None, _) if paused || self.over => {}
                (None, Some(until)) if *until > self.deliver.context.now() => self.put_off(&mail, *until, Note::Domain),
                (None, _) => self.send(mail, built),
            }
        }
        if paused && !self.over {
            self.give_back(self.deliver.context.now(), Note::Paused.as_str());
        }
        Ok(())
    }

    /// Whether it is worth to store a state again: the leases hold, and nobody waits for us to end.
    fn has_time(&self) -> bool {
        self.deliver.context.now() < self.begun + outbox::LEASE && !self.deliver.is_told()
    }

    fn send(&mut self, mail: Claimed, built: Box<Mail>) {
        self.open.remove(&mail.id);
        let mailer = self.mailer.clone();
        self.wire.begin(built.to.domain(), async move {
            let outcome = mailer.send(&built).await;
            (mail, built.to.domain(), outcome)
        });
    }

    /// What follows from how sending a mail ended.
    async fn sent(&mut self, mail: &Claimed, domain: &str, outcome: &Outcome) -> db::Result<()> {
        let (deliver, now) = (self.deliver, self.deliver.context.now());
        let finish = deliver.judge(mail, outcome);
        tracing::debug!(outbox = mail.id, attempt = mail.attempt, ?finish, "a mail was handed over");
        let report = heard(mail, outcome, &finish);
        let hold = match (outcome, &finish) {
            (Outcome::Transient { domain_wide: true, .. }, Finish::Retry { at, .. }) => Some((domain.to_owned(), *at)),
            _ => None,
        };
        self.settle(Settled { report, hold, ..Settled::of(mail, finish, &outcome.note()) });
        if deliver.refuses_us(outcome) {
            // Without it the next refusal stops mail; what is on the wire must not be given up for it.
            if let Err(error) = deliver.stop(outcome).await {
                tracing::error!(%error, "mail could not be paused");
            }
            self.give_back(now, Note::Paused.as_str());
        }
        // As many as may try at once have failed to find a server: the others would only wait in line for the same.
        self.unreached =
            if matches!(outcome, Outcome::NotStarted { relay_wide: true, .. }) { self.unreached + 1 } else { 0 };
        if self.unreached >= self.mailer.connections() && !self.over {
            let pause = TimeDelta::from_std(NOT_STARTED_PAUSE).unwrap_or(TimeDelta::minutes(1));
            self.give_back(now + pause, &outcome.note());
        }
        Ok(())
    }
}

/// Stores what became of mails; tells what has to be known of the next ones.
fn store(
    conn: &mut db::Connection,
    context: &Context,
    settled: &[Settled],
    next: &[Ticket],
    domains: &[Vec<u8>],
) -> db::Result<Standing> {
    let (now, zone, rules) = (context.now(), context.config.time_zone, &context.config.asking);
    for report in settled.iter().filter_map(|one| one.report.as_ref()) {
        hear(conn, report, local_date(now, zone), now)?;
    }
    let rows = settled.iter().map(|one| (one.id, one.lease_token.clone(), one.finish.clone(), one.note.clone()));
    outbox::finish(conn, &rows.collect::<Vec<_>>(), rules, zone, now)?;
    let (unwanted, paused) = (outbox::unwanted(conn, next, now)?, setting::get(conn, setting::MAIL_PAUSED)?.is_some());
    for (domain, until) in settled.iter().filter_map(|one| one.hold.as_ref()) {
        mail_pace::hold(conn, &mail_pace::domain_hash(&context.secrets, domain), *until, now)?;
    }
    Ok(Standing { unwanted, held: mail_pace::held(conn, domains, now)?, paused })
}

/// Renders and signs on other threads, no more ahead than can be sent soon. Whoever drops the receiver stops them.
fn build_all(context: &Context, to_build: VecDeque<ToBuild>, ahead: usize) -> mpsc::Receiver<Built> {
    let (sender, receiver) = mpsc::channel(ahead.max(1));
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get()).min(BUILDERS).min(to_build.len());
    let queue = Arc::new(Mutex::new(to_build));
    for _ in 0..threads {
        let (context, queue, sender) = (context.clone(), queue.clone(), sender.clone());
        tokio::task::spawn_blocking(move || {
            let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            while let Some(ToBuild { mail, to, questionnaire }) = next() {
                // Whatever a name or a text does to what builds mails, the worker lives.
                let built = catch_unwind(AssertUnwindSafe(|| Deliver::build(&context, &mail, &to, &questionnaire)));
                if sender.blocking_send((mail, built.ok().flatten().map(Box::new))).is_err() {
                    return;
                }
            }
        });
    }
    receiver
}

/// Ends when we are told to stop.
async fn told(stop: Option<watch::Receiver<bool>>) {
    if let Some(mut stop) = stop
        && stop.wait_for(|stop| *stop).await.is_ok()
    {
        return;
    }
    std::future::pending().await
}

async fn end(last: Option<Instant>) {
    match last {
        Some(last) => tokio::time::sleep_until(last).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_that_is_begun_at_once_ends_well_before_its_lease() {
        let longest = Mailer::from_url("smtp://mx.example.com").unwrap().longest();
        assert!(longest + Duration::from_secs(30) <= outbox::LEASE.to_std().unwrap());
    }
}
