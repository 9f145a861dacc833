//! How often one token may ask: figures are computed, so they are dearer than records, which come in bursts when a
//! source system has been away.

use std::num::NonZeroU32;
use std::sync::LazyLock;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::domain::user::Scope;

const fn count(n: u32) -> NonZeroU32 {
    match NonZeroU32::new(n) {
        Some(n) => n,
        None => NonZeroU32::MIN,
    }
}

/// Requests per second in the long run, and at once.
const READING: (NonZeroU32, NonZeroU32) = (count(50), count(500));
const RECORDS: (NonZeroU32, NonZeroU32) = (count(200), count(2_000));

/// Counts requests by token. Every thread of the server configures its own routes, so this is the process's own.
static LIMITS: LazyLock<Limits> = LazyLock::new(|| Limits { reading: limiter(READING), records: limiter(RECORDS) });

type Limiter = DefaultKeyedRateLimiter<Vec<u8>>;

struct Limits {
    reading: Limiter,
    records: Limiter,
}

fn limiter((per_second, burst): (NonZeroU32, NonZeroU32)) -> Limiter {
    RateLimiter::keyed(Quota::per_second(per_second).allow_burst(burst))
}

/// Counts a request of a token that holds; the seconds to wait if there were too many.
pub(super) fn check(scope: Scope, token: &Vec<u8>) -> Result<(), u32> {
    let limiter = if scope == Scope::RecordsWrite { &LIMITS.records } else { &LIMITS.reading };
    limiter.check_key(token).map_err(|not_until| {
        let wait = not_until.wait_time_from(DefaultClock::default().now());
        u32::try_from(wait.as_secs()).unwrap_or(60).saturating_add(1)
    })
}
