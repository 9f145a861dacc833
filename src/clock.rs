//! The only place that reads the time. Everything else is passed a [`Clock`] or an instant.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

/// A source of the current instant, in UTC, in whole microseconds (what both databases keep).
#[derive(Debug, Clone)]
pub enum Clock {
    /// The machine's clock; wrong by so much, which is zero outside tests.
    System(TimeDelta),
    /// The machine's clock, moved on purpose (`MANYI_CLOCK`).
    Shifted(TimeDelta),
    /// A clock that moves only when told, for tests: microseconds since 1970.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    pub const fn system() -> Self {
        Self::System(TimeDelta::zero())
    }

    /// A clock that shows `start` now and runs on (`MANYI_CLOCK`).
    pub fn starting_at(start: DateTime<Utc>) -> Self {
        Self::Shifted(start - Utc::now())
    }

    /// A clock that stands at `start`.
    pub fn manual(start: DateTime<Utc>) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(start.timestamp_micros())))
    }

    /// The current instant.
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            Self::System(offset) | Self::Shifted(offset) => {
                let now = Utc::now() + *offset;
                now.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(now)
            }
            Self::Manual(micros) => DateTime::from_timestamp_micros(micros.load(Ordering::SeqCst)).unwrap_or_default(),
        }
    }

    /// What the machine's clock shows; `None` of a clock that is not meant to agree with others.
    pub fn machine(&self) -> Option<DateTime<Utc>> {
        matches!(self, Self::System(_)).then(|| self.now())
    }

    /// Moves a manual clock; the machine's clock stays as it is.
    pub fn advance(&self, by: TimeDelta) {
        if let Self::Manual(micros) = self {
            micros.fetch_add(by.num_microseconds().unwrap_or(0), Ordering::SeqCst);
        }
    }
}
