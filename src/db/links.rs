//! The invitations behind links: what every customer's request begins with. In a file one is found at once; a server is
//! asked for all of those whose requests came while it was answering the question before, so that the number of questions
//! does not grow with the number of customers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;
use tokio::task::{JoinHandle, spawn_blocking};

use super::invitation::{Found, by_token_hash, by_token_hashes};
use super::{Connection, Error, Pool, Result};

/// Links asked for in one question at most.
const BATCH: usize = 256;

/// Finds invitations by the hash of their token. Cheap to clone; clones ask together.
#[derive(Clone)]
pub struct Links {
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

/// What is to be done with the invitation, on the same connection, and with what came of it.
type Finish = Box<dyn FnOnce(&mut Connection, Option<Found>) + Send>;

impl Links {
    /// On this database.
    pub fn new(pool: Pool) -> Self {
        Self { pool, waiting: Arc::default() }
    }

    /// What `read` makes of the invitation whose token has this hash; `None` if no invitation has it.
    ///
    /// # Errors
    /// What `read` fails with, or the database; [`Error::Stopped`] if a server did not answer, whose words are in the log.
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
        let finish = move |conn: &mut Connection, found: Option<Found>| {
            // Who has gone away in the meantime needs no answer.
            let _ = reply.send(found.map(|found| read(conn, found)).transpose());
        };
        self.wait(Job { token_hash, finish: Box::new(finish) });
        answer.await.map_err(|_| Error::Stopped)?
    }

    fn wait(&self, job: Job) {
        let mut waiting = self.waiting();
        waiting.jobs.push(job);
        if waiting.asking.as_ref().is_none_or(JoinHandle::is_finished) {
            let links = self.clone();
            waiting.asking = Some(spawn_blocking(move || links.ask()));
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks until nobody waits.
    fn ask(&self) {
        while let Some(jobs) = self.next() {
            let count = jobs.len();
            if let Err(error) = self.pool.query_now(|conn| answer(conn, jobs)) {
                tracing::error!(%error, count, "links could not be looked up");
            }
        }
    }

    fn next(&self) -> Option<Vec<Job>> {
        let mut waiting = self.waiting();
        if waiting.jobs.is_empty() {
            waiting.asking = None;
            return None;
        }
        let most = waiting.jobs.len().min(BATCH);
        Some(waiting.jobs.drain(..most).collect())
    }
}

fn answer(conn: &mut Connection, jobs: Vec<Job>) -> Result<()> {
    let hashes: Vec<&[u8]> = jobs.iter().map(|job| job.token_hash.as_slice()).collect();
    let found: HashMap<Vec<u8>, Found> = by_token_hashes(conn, &hashes)?.into_iter().collect();
    for job in jobs {
        (job.finish)(conn, found.get(&job.token_hash).cloned());
    }
    Ok(())
}
