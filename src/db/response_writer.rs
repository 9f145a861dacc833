//! Group commit: one thread stores what customers answer. It takes all that waits, stores it in one durable
//! transaction, and only then tells each of them. While one batch is being written the next one gathers, so the number
//! of commits does not grow with the number of customers.

use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use chrono_tz::Tz;
use crossbeam_channel::{Receiver, Sender, TrySendError};
use tokio::sync::oneshot;

use super::period::Progress;
use super::questionnaire::Published;
use super::response::Named;
use super::{Connection, Error, Pool, Result, counter, invitation, outbox, partial, pending, response, tally};
use crate::crypto::Secrets;
use crate::domain::response::Response;
use crate::domain::tally::ServiceDelta;

/// Answers that may wait; beyond that customers are asked to come again in a moment.
const QUEUE: usize = 4096;

/// Answers in one transaction at most.
const BATCH: usize = 256;

/// An answer, checked and scored, and what gives the right to it: that right is good for one.
#[derive(Debug, Clone)]
pub enum Submission {
    /// To an invitation.
    Invited {
        /// Key of the invitation.
        invitation_id: i64,
        /// Whether its mail is known to have gone out.
        is_sent: bool,
        /// What was filled in before may be kept under the invitation, and goes.
        has_pages: bool,
        /// What was answered.
        answer: Answer,
    },
    /// At a counter, always anonymous.
    WalkUp {
        /// Keyed hash of the page that was sent.
        page: Vec<u8>,
        /// The day after which the page is too old anyway.
        until: NaiveDate,
        /// What was answered.
        response: Response,
    },
}

/// By name or not: the customer's choice.
#[derive(Debug, Clone)]
pub enum Answer {
    /// With record and time.
    Named(Named),
    /// Without.
    Anonymous(Response),
}

/// What fails sooner (crosswise locks, a server that was started again) is tried once more. Where the database is away or
/// held for long, everybody hears so at once: tried alone, each would wait as long again, and so would who ends the program.
const QUICK: Duration = Duration::from_secs(1);

/// What became of a submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receipt {
    /// It is stored.
    Stored,
    /// The invitation was answered, or ended, before; the page was sent before.
    Late,
}

/// The way to the writer. Cheap to clone; the writer stops when the last one is gone.
#[derive(Clone)]
pub struct ResponseWriter(Sender<Job>);

struct Job {
    submission: Submission,
    reply: oneshot::Sender<Result<Receipt>>,
}

/// What the writer needs beside the database.
struct Writer {
    pool: Pool,
    secrets: Secrets,
    questionnaires: Published,
    zone: Tz,
}

impl ResponseWriter {
    /// Starts the writer. Its thread ends, with everything stored, after the last [`ResponseWriter`] is dropped.
    pub fn start(pool: Pool, secrets: Secrets, zone: Tz) -> std::io::Result<(Self, JoinHandle<()>)> {
        let (sender, receiver) = crossbeam_channel::bounded(QUEUE);
        let writer = Writer { pool, secrets, questionnaires: Published::default(), zone };
        let work = move || writer.run(&receiver);
        let thread = std::thread::Builder::new().name("response-writer".into()).spawn(work)?;
        Ok((Self(sender), thread))
    }

    /// A writer that says of every answer that it is stored, and stores nothing: for measuring the route without storing.
    pub fn discarding() -> std::io::Result<(Self, JoinHandle<()>)> {
        let (sender, receiver) = crossbeam_channel::bounded::<Job>(QUEUE);
        let discard = move || {
            while let Ok(first) = receiver.recv() {
                // As many at once as the other takes.
                let batch: Vec<Job> = std::iter::once(first).chain(receiver.try_iter().take(BATCH - 1)).collect();
                for job in batch {
                    let _ = job.reply.send(Ok(Receipt::Stored));
                }
            }
        };
        let thread = std::thread::Builder::new().name("response-writer".into()).spawn(discard)?;
        Ok((Self(sender), thread))
    }

    /// Stores an answer; returns when it is durable. [`Error::Busy`] if too many wait.
    pub async fn submit(&self, submission: Submission) -> Result<Receipt> {
        let (reply, receipt) = oneshot::channel();
        self.0.try_send(Job { submission, reply }).map_err(|error| match error {
            TrySendError::Full(_) => Error::Busy,
            TrySendError::Disconnected(_) => Error::Stopped,
        })?;
        receipt.await.map_err(|_| Error::Stopped)?
    }
}

impl Writer {
    fn run(&self, queue: &Receiver<Job>) {
        while let Ok(first) = queue.recv() {
            let mut batch = vec![first];
            batch.extend(queue.try_iter().take(BATCH - 1));
            let (submissions, replies): (Vec<_>, Vec<_>) =
                batch.into_iter().map(|job| (job.submission, job.reply)).unzip();
            for (reply, receipt) in replies.into_iter().zip(self.settle(submissions)) {
                // Who has gone away in the meantime needs no answer; the response is stored all the same.
                let _ = reply.send(receipt);
            }
        }
    }

    /// What becomes of each.
    fn settle(&self, mut submissions: Vec<Submission>) -> Vec<Result<Receipt>> {
        let begun = Instant::now();
        let mut stored = self.store(&mut submissions);
        if stored.as_ref().is_err_and(Error::is_passing) && begun.elapsed() < QUICK {
            stored = self.store(&mut submissions);
        }
        match stored {
            Ok(receipts) => receipts.into_iter().map(Ok).collect(),
            Err(error) if error.is_passing() => {
                tracing::warn!(%error, batch = submissions.len(), "a batch of answers could not be stored");
                submissions.iter().map(|_| Err(Error::Busy)).collect()
            }
            Err(error) => {
                tracing::warn!(%error, batch = submissions.len(), "a batch of answers failed; each is tried alone");
                submissions.into_iter().map(|submission| self.store_one(submission)).collect()
            }
        }
    }

    fn store_one(&self, submission: Submission) -> Result<Receipt> {
        Ok(self.store(&mut [submission])?.into_iter().next().unwrap_or(Receipt::Late))
    }

    fn store(&self, submissions: &mut [Submission]) -> Result<Vec<Receipt>> {
        self.pool.write_now(|conn| store(conn, (&self.secrets, &self.questionnaires), self.zone, submissions))
    }
}

/// Stores a batch; each receipt stands where its submission does. Named answers are told in which periods they count.
fn store(
    conn: &mut Connection,
    (secrets, questionnaires): (&Secrets, &Published),
    zone: Tz,
    submissions: &mut [Submission],
) -> Result<Vec<Receipt>> {
    // First, as everywhere: whoever locks the periods last could wait crosswise with whoever moves one.
    let progress = Progress::hold(conn)?;
    let unsent: Vec<i64> = submissions.iter().filter_map(Submission::unsent).collect();
    let mut tallies = outbox::mark_sent(conn, &unsent, zone, None)?;
    let invitations = submissions.iter().filter_map(Submission::invitation_id).collect();
    let mut spent = invitation::answer(conn, invitations)?;
    let mut pages = spend_pages(conn, submissions)?;
    let paged: Vec<i64> = submissions.iter().filter_map(Submission::paged).collect();
    partial::forget(conn, &paged)?;
    let mut named = Vec::new();
    let mut anonymous = Vec::new();
    let mut receipts = Vec::with_capacity(submissions.len());
    for submission in submissions {
        // Taken out: a second answer to the same invitation in one batch is late too.
        let is_first = match submission {
            Submission::Invited { invitation_id, .. } => spent.remove(invitation_id),
            Submission::WalkUp { .. } => pages.next().unwrap_or(false),
        };
        if !is_first {
            receipts.push(Receipt::Late);
            continue;
        }
        receipts.push(Receipt::Stored);
        match submission {
            Submission::Invited { answer: Answer::Named(answer), .. } => {
                let response = &mut answer.response;
                response.counts_in = response.served.counting(|period| progress.state(period));
                tallies.add_response(response);
                let responded = ServiceDelta { responded: 1, ..ServiceDelta::default() };
                tallies.add_service(response.attribution, response.served, responded);
                named.push(&*answer);
            }
            Submission::Invited { answer: Answer::Anonymous(answer), .. } => anonymous.push(answer.clone()),
            Submission::WalkUp { response, .. } => anonymous.push(response.clone()),
        }
    }
    response::insert_named(conn, named, &mut tallies)?;
    if !anonymous.is_empty() {
        pending::accept(conn, (secrets, questionnaires), &progress, anonymous, &mut tallies)?;
    }
    tally::add(conn, &tallies)?;
    Ok(receipts)
}

/// Whether each walk-up answer is the first of its page, in their order.
fn spend_pages(conn: &mut Connection, submissions: &[Submission]) -> Result<std::vec::IntoIter<bool>> {
    let page = |submission: &'_ Submission| match submission {
        Submission::WalkUp { page, until, .. } => Some((page.clone(), *until)),
        Submission::Invited { .. } => None,
    };
    let pages: Vec<(Vec<u8>, NaiveDate)> = submissions.iter().filter_map(page).collect();
    let pages: Vec<(&[u8], NaiveDate)> = pages.iter().map(|(page, until)| (page.as_slice(), *until)).collect();
    Ok(counter::spend(conn, &pages)?.into_iter())
}

impl Submission {
    fn invitation_id(&self) -> Option<i64> {
        match self {
            Self::Invited { invitation_id, .. } => Some(*invitation_id),
            Self::WalkUp { .. } => None,
        }
    }

    /// The invitation under which something may be kept.
    fn paged(&self) -> Option<i64> {
        match self {
            Self::Invited { invitation_id, has_pages: true, .. } => Some(*invitation_id),
            _ => None,
        }
    }

    /// The invitation whose mail is not known to have gone out.
    fn unsent(&self) -> Option<i64> {
        match self {
            Self::Invited { invitation_id, is_sent: false, .. } => Some(*invitation_id),
            _ => None,
        }
    }
}
