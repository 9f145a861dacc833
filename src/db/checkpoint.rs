//! Moving what is committed from SQLite's write-ahead log into the database file, beside the writer instead of inside a
//! commit: there it would keep every answer of that moment waiting for tens of milliseconds.

use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender};
use diesel::connection::SimpleConnection;

use super::{Connection, Error, Pool};

/// Commits after which the log is worth moving: some fifty megabytes of it under load, and less than what has the writer's
/// own commits move it (`wal_autocheckpoint`). Moved more often, pages that change with every batch are moved every time.
const COMMITS: u32 = 150;

/// Counts commits, and wakes the thread that moves the log.
pub(super) struct Checkpoints {
    commits: u32,
    wake: Sender<()>,
}

impl Checkpoints {
    /// Starts the thread; it ends with the last [`Checkpoints`]. On PostgreSQL it has nothing to do and ends at once.
    pub fn start(pool: Pool) -> std::io::Result<(Self, JoinHandle<()>)> {
        let (wake, woken) = crossbeam_channel::bounded(1);
        let thread = std::thread::Builder::new().name("checkpoints".into()).spawn(move || run(&pool, &woken))?;
        Ok((Self { commits: 0, wake }, thread))
    }

    /// Notes a commit.
    pub fn committed(&mut self) {
        self.commits += 1;
        if self.commits >= COMMITS {
            self.commits = 0;
            // Full: it is at it. Gone: it has nothing to do.
            let _ = self.wake.try_send(());
        }
    }
}

fn run(pool: &Pool, woken: &Receiver<()>) {
    while woken.recv().is_ok() {
        let moved = pool.query_now(|conn| match conn {
            // Passive: neither the writer nor a reader waits for it.
            Connection::Sqlite(c) => {
                c.batch_execute("PRAGMA wal_checkpoint(PASSIVE)").map(|()| true).map_err(Error::from)
            }
            Connection::Postgres(_) => Ok(false),
        });
        match moved {
            Ok(true) => {}
            Ok(false) => return,
            // The writer's own commits move it too, once it has grown long.
            Err(error) => tracing::warn!(%error, "the write-ahead log could not be moved"),
        }
    }
}
