//! The invitations behind links: what every customer's request begins with. In a file one is found at once; a server is
//! asked for all of those whose requests came while it was answering the question before, so that the number of questions
//! does not grow with the number of customers.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::timeout;

use super::invitation::{Found, by_token_hash, by_token_hashes};
use super::pool::PATIENCE;
use super::{Connection, Error, Pool, Result};

/// Links asked for in one question at most.
const BATCH: usize = 256;

/// Links that may wait on a server; beyond that customers are asked to come again in a moment.
pub const QUEUE: usize = 4096;

/// Finds invitations by the hash of their token. Cheap to clone; clones ask together.
#[derive(Clone)]
pub struct LinkFinder {
    pool: Pool,
    waiting: Arc<Mutex<Waiting>>,
}

#[derive(Default)]
struct Waiting {
    jobs: Vec<Job>,
    /// Whoever asks for all of them; it takes itself out before it ends.
    asking: Option<JoinHandle<()>>,
}

struct Job {
    token_hash: Vec<u8>,
    finish: Finish,
}

/// What is to be done with the invitation, on the same connection, or with the reason why it could not be looked up.
type Finish = Box<dyn FnOnce(Result<(&mut Connection, Option<Found>)>) + Send>;

impl LinkFinder {
    /// On this database.
    pub fn new(pool: Pool) -> Self {
        Self { pool, waiting: Arc::default() }
    }

    /// What `read` makes of the invitation whose token has this hash; `None` if no invitation has it.
    ///
    /// # Errors
    /// What `read` fails with, or the database; [`Error::Busy`] if too many wait, or no answer came in time;
    /// [`Error::Stopped`] if whoever asked for it panicked.
    pub async fn find<T: Send + 'static>(
        &self,
        token_hash: Vec<u8>,
        read: impl FnOnce(&mut Connection, Found) -> Result<T> + Send + 'static,
    ) -> Result<Option<T>> {
        if self.pool.is_file() {
            let find = move |conn: &mut Connection| {
                by_token_hash(conn, &token_hash)?.map(|found| read(conn, found)).transpose()
            };
            return self.pool.look_up(find).await;
        }
        let (reply, answer) = oneshot::channel();
        let finish = move |found: Result<(&mut Connection, Option<Found>)>| {
            // Who has gone away in the meantime needs no answer.
            if !reply.is_closed() {
                let read = |(conn, found): (_, Option<Found>)| found.map(|found| read(conn, found)).transpose();
                let _ = reply.send(found.and_then(read));
            }
        };
        self.wait(Job { token_hash, finish: Box::new(finish) })?;
        let answer = timeout(PATIENCE, answer).await.map_err(|_| Error::Busy)?;
        answer.map_err(|_| Error::Stopped)?
    }

    fn wait(&self, job: Job) -> Result<()> {
        let mut waiting = self.waiting();
        if waiting.jobs.len() >= QUEUE {
            return Err(Error::Busy);
        }
        waiting.jobs.push(job);
        if waiting.asking.as_ref().is_none_or(JoinHandle::is_finished) {
            let finder = self.clone();
            waiting.asking = Some(spawn_blocking(move || finder.ask()));
        }
        Ok(())
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks until nobody waits.
    fn ask(&self) {
        let _asking = Asking(self);
        while self.is_awaited() {
            // They are taken when there is a connection: who comes meanwhile is asked for with them.
            let asked = self.pool.query_now(|conn| -> Result<()> {
                answer(conn, self.next(BATCH));
                Ok(())
            });
            if let Err(error) = asked {
                let refused = self.next(QUEUE);
                tracing::warn!(%error, count = refused.len(), "there is no connection to look up links");
                refused.into_iter().for_each(|job| (job.finish)(Err(Error::Busy)));
            }
        }
    }

    /// Whether anybody waits; if not, nobody asks from here on.
    fn is_awaited(&self) -> bool {
        let mut waiting = self.waiting();
        if waiting.jobs.is_empty() {
            waiting.asking = None;
        }
        waiting.asking.is_some()
    }

    fn next(&self, most: usize) -> Vec<Job> {
        let mut waiting = self.waiting();
        let most = waiting.jobs.len().min(most);
        waiting.jobs.drain(..most).collect()
    }
}

/// Whoever asks. If it panics, who waits is let go, and the next one to come is asked for again.
struct Asking<'a>(&'a LinkFinder);

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let mut waiting = self.0.waiting();
            *waiting = Waiting::default();
        }
    }
}

fn answer(conn: &mut Connection, jobs: Vec<Job>) {
    let hashes: Vec<&[u8]> = jobs.iter().map(|job| job.token_hash.as_slice()).collect();
    let found: Result<HashMap<Vec<u8>, Found>> =
        by_token_hashes(conn, &hashes).map(Vec::into_iter).map(Iterator::collect);
    if let Err(error) = &found {
        tracing::warn!(%error, count = jobs.len(), "links could not be looked up together; each is looked up alone");
    }
    for job in jobs {
        let one = match &found {
            Ok(found) => Ok(found.get(&job.token_hash).cloned()),
            Err(_) => by_token_hash(conn, &job.token_hash),
        };
        // Who reads too much into one link must not cost the others theirs: whoever asked for it hears that it stopped.
        let finished = catch_unwind(AssertUnwindSafe(|| (job.finish)(one.map(|found| (&mut *conn, found)))));
        if finished.is_err() {
            tracing::error!("reading what a link leads to failed");
        }
    }
}
