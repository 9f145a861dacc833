//! Whether answers are taken at all. The database is asked every few seconds at most, on the look-up of a link, so that
//! a link costs no second query.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use crate::db::{self, setting};

/// How long an answer of the database is believed.
const BELIEVED: Duration = Duration::from_secs(2);

/// What was known last. Cheap to clone; clones share it.
#[derive(Clone, Default)]
pub(in crate::web) struct Pause(Arc<Known>);

#[derive(Default)]
struct Known {
    is_paused: AtomicBool,
    /// Milliseconds of this process until when that is believed.
    until: AtomicU64,
}

impl Pause {
    /// Whether answers are taken now.
    pub(super) fn is_on(&self, conn: &mut db::Connection) -> db::Result<bool> {
        static BEGUN: LazyLock<Instant> = LazyLock::new(Instant::now);
        let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let now = millis(BEGUN.elapsed());
        if now >= self.0.until.load(Ordering::Relaxed) {
            self.0.until.store(now.saturating_add(millis(BELIEVED)), Ordering::Relaxed);
            let paused = setting::get(conn, setting::SURVEY_PAUSED)?.is_some();
            self.0.is_paused.store(paused, Ordering::Relaxed);
        }
        Ok(self.0.is_paused.load(Ordering::Relaxed))
    }
}
