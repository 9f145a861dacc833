//! Moving what is committed from SQLite's write-ahead log into the database file, beside the writer instead of inside a
//! commit: there it would keep every answer of that moment waiting for tens of milliseconds.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use crossbeam_channel::{Receiver, Sender};
use diesel::QueryableByName;
use diesel::RunQueryDsl;
use diesel::sql_types::Integer;

use super::pool::Manager;
use super::{Connection, Result};

/// Commits after which the log is worth moving: some fifty megabytes of it under load, and less than what has the writer's
/// own commits move it (`wal_autocheckpoint`). Moved more often, pages that change with every batch are moved every time.
const COMMITS: u32 = 150;

/// The log begins anew once nothing of it is left to move, and a commit may come in between.
const TRIES: usize = 3;

/// Pages of the log that tell of somebody who has been reading for too long: nothing newer than what they see is moved.
const LONG: i32 = 100_000;

/// Counts commits, and wakes the thread that moves the log. It is started when there is something to move first, and ends
/// with the last [`Checkpoints`].
#[derive(Clone)]
pub(super) struct Checkpoints(Arc<Shared>);

struct Shared {
    manager: Manager,
    commits: AtomicU32,
    wake: OnceLock<Option<Sender<()>>>,
}

#[derive(QueryableByName)]
struct Moved {
    /// Pages in the log.
    #[diesel(sql_type = Integer)]
    log: i32,
    /// Those of them that are in the file, too.
    #[diesel(sql_type = Integer)]
    checkpointed: i32,
}

impl Checkpoints {
    pub fn new(manager: Manager) -> Self {
        Self(Arc::new(Shared { manager, commits: AtomicU32::new(0), wake: OnceLock::new() }))
    }

    /// Notes a commit.
    pub fn committed(&self) {
        let Shared { manager, commits, wake } = &*self.0;
        if commits.fetch_add(1, Ordering::Relaxed) % COMMITS < COMMITS - 1 {
            return;
        }
        if let Some(wake) = wake.get_or_init(|| start(manager.clone())) {
            // Full: it is at it.
            let _ = wake.try_send(());
        }
    }
}

fn start(manager: Manager) -> Option<Sender<()>> {
    let (wake, woken) = crossbeam_channel::bounded(1);
    let run = move || run(&manager, &woken);
    let started = std::thread::Builder::new().name("checkpoints".into()).spawn(run);
    // The writer's own commits move the log, too, once it has grown long.
    started.map(|_| wake).inspect_err(|error| tracing::warn!(%error, "nobody moves the write-ahead log")).ok()
}

fn run(manager: &Manager, woken: &Receiver<()>) {
    while woken.recv().is_ok() {
        match move_log(manager) {
            Ok(Moved { log, checkpointed }) if log - checkpointed > LONG => {
                tracing::warn!(pages = log, "somebody has been reading for long: the write-ahead log grows meanwhile");
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "the write-ahead log could not be moved"),
        }
    }
}

/// Over a connection that is closed again: open, it would keep the file from being tidied when the program ends.
fn move_log(manager: &Manager) -> Result<Moved> {
    let mut connection = manager.establish()?;
    let Connection::Sqlite(c) = &mut connection else { return Ok(Moved { log: 0, checkpointed: 0 }) };
    // Passive: neither the writer nor a reader waits for it.
    let mut once = || diesel::sql_query("PRAGMA wal_checkpoint(PASSIVE)").get_result::<Moved>(c);
    let mut moved = once()?;
    for _ in 1..TRIES {
        if moved.checkpointed == moved.log {
            break;
        }
        moved = once()?;
    }
    Ok(moved)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::{Pool, setting};
    use super::*;

    #[test]
    fn what_is_committed_is_moved_beside_the_writer() {
        let folder = tempfile::tempdir().unwrap();
        let pool = Pool::open(&format!("sqlite:{}/manyi.db", folder.path().display())).unwrap();
        pool.run_now(Connection::migrate).unwrap();
        let write = |n: u32| pool.write_now(|conn| setting::set(conn, "name", &n.to_string())).unwrap();
        let in_log = || {
            let look = |conn: &mut Connection| match conn {
                Connection::Sqlite(c) => Ok(diesel::sql_query("PRAGMA wal_checkpoint(NOOP)").get_result::<Moved>(c)?),
                Connection::Postgres(_) => unreachable!(),
            };
            pool.query_now::<_, super::super::Error>(look).unwrap().log
        };
        (1..COMMITS).for_each(write);
        let before = in_log();
        // Once all of the log is in the file, the next commit begins it anew.
        let begins_anew = (COMMITS..1_000).any(|n| {
            write(n);
            std::thread::sleep(Duration::from_millis(20));
            in_log() < before
        });
        assert!(begins_anew, "{before} pages in the log, then {}", in_log());
    }
}
