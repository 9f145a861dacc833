//! Limits how many answers come to one counter from one place, without knowing who sends them: kept in memory only,
//! under a hash whose key is thrown away every day.
//!
//! It keeps a single browser or network from filling a counter's figures in an hour. It does not keep a person from
//! answering twice, nor someone with many networks from answering often; for that one would have to know people, and the
//! figures of counters are judged by nobody for this reason.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::crypto::{random, sha256};

/// Answers that may come at once: a bus has arrived, and they share the wireless network.
const AT_ONCE: NonZeroU32 = NonZeroU32::MIN.saturating_add(59);

/// After that, one in this time: a kiosk that is never left alone.
const EACH: Duration = Duration::from_secs(10);

/// How many places are remembered before old ones are dropped.
const REMEMBERED: usize = 10_000;

/// Counts answers by place and counter. Cheap to clone; clones share the counts.
#[derive(Clone)]
pub(in crate::web) struct Crowds(Arc<Mutex<Today>>);

struct Today {
    day: NaiveDate,
    key: [u8; 32],
    limiter: DefaultKeyedRateLimiter<Vec<u8>>,
}

impl Crowds {
    pub(in crate::web) fn new() -> Self {
        Self(Arc::new(Mutex::new(Today::begin(NaiveDate::MIN))))
    }

    /// Counts an answer of a client; the seconds to wait if there were too many.
    pub(super) fn check(&self, client: Option<IpAddr>, counter: &str, now: DateTime<Utc>) -> Result<(), u32> {
        let Some(address) = client else { return Ok(()) };
        self.count(&network(address), counter, now)
    }

    fn count(&self, network: &[u8], counter: &str, now: DateTime<Utc>) -> Result<(), u32> {
        let mut today = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if today.day != now.date_naive() {
            *today = Today::begin(now.date_naive());
        }
        if today.limiter.len() > REMEMBERED {
            today.limiter.retain_recent();
        }
        let place = sha256(&[today.key.as_slice(), counter.as_bytes(), b"\0", network].concat());
        today.limiter.check_key(&place).map_err(|not_until| {
            let wait = not_until.wait_time_from(DefaultClock::default().now());
            u32::try_from(wait.as_secs()).unwrap_or(60).max(1)
        })
    }
}

impl Today {
    fn begin(day: NaiveDate) -> Self {
        let quota = Quota::with_period(EACH).unwrap_or_else(|| Quota::per_minute(AT_ONCE)).allow_burst(AT_ONCE);
        Self { day, key: random(), limiter: RateLimiter::keyed(quota) }
    }
}

/// The network an address belongs to: the first 24 bits of four bytes, the first 56 of sixteen.
fn network(address: IpAddr) -> Vec<u8> {
    let (bytes, kept) = match address.to_canonical() {
        IpAddr::V4(address) => (address.octets().to_vec(), 3),
        IpAddr::V6(address) => (address.octets().to_vec(), 7),
    };
    bytes.into_iter().take(kept).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(crowds: &Crowds, address: &str, counter: &str, day: i64) -> usize {
        let now = DateTime::UNIX_EPOCH + chrono::TimeDelta::days(day);
        let network = network(address.parse().unwrap());
        (0..100).filter(|_| crowds.count(&network, counter, now).is_ok()).count()
    }

    #[test]
    fn a_network_fills_one_counter_and_no_other() {
        let crowds = Crowds::new();
        assert_eq!(taken(&crowds, "10.1.2.3", "a", 0), 60);
        assert_eq!(taken(&crowds, "10.1.2.99", "a", 0), 0, "the same network");
        assert_eq!(taken(&crowds, "10.1.3.3", "a", 0), 60);
        assert_eq!(taken(&crowds, "10.1.2.3", "b", 0), 60);
        assert_eq!(taken(&crowds, "2001:db8:1:2::1", "a", 0), 60);
        assert_eq!(taken(&crowds, "2001:db8:1:2:3::1", "a", 0), 0);
    }

    #[test]
    fn every_day_begins_with_another_key() {
        let crowds = Crowds::new();
        assert_eq!(taken(&crowds, "10.1.2.3", "a", 0), 60);
        let key = crowds.0.lock().unwrap().key;
        assert_eq!(taken(&crowds, "10.1.2.3", "a", 1), 60);
        assert_ne!(crowds.0.lock().unwrap().key, key);
    }
}
