//! Wrong tokens are counted by where they come from: 30 a minute, then the door stays shut for a while. A right token is
//! never counted, for offices share an address (RELIABILITY §4).

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

const PER_MINUTE: NonZeroU32 = NonZeroU32::MIN.saturating_add(29);

/// How many keys are remembered before old ones are dropped.
const REMEMBERED: usize = 10_000;

/// Counts guesses. Cheap to clone; clones share the counts.
#[derive(Clone)]
pub(super) struct Guesses(Arc<DefaultKeyedRateLimiter<IpAddr>>);

impl Guesses {
    pub(super) fn new() -> Self {
        Self(Arc::new(RateLimiter::keyed(Quota::per_minute(PER_MINUTE))))
    }

    /// Counts a wrong token of a client; the seconds to wait if there were too many.
    pub(super) fn check(&self, client: Option<IpAddr>) -> Result<(), u32> {
        let Some(address) = client else { return Ok(()) };
        if self.0.len() > REMEMBERED {
            self.0.retain_recent();
        }
        self.0.check_key(&address).map_err(|not_until| {
            let wait = not_until.wait_time_from(DefaultClock::default().now());
            u32::try_from(wait.as_secs()).unwrap_or(60).max(1)
        })
    }
}
