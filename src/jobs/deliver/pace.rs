//! How fast mail may go, and when not at all: limits per domain, domains that asked us to wait, and servers that no
//! longer want mail from us (RELIABILITY §3). Kept in memory: an instance that starts anew learns it again.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

/// So many refusals of us one after another stop all mail.
const REFUSED_IN_A_ROW: u32 = 20;

/// So many refusals of us within [`WATCHED`] stop all mail too, if they are more than one mail in this many.
const REFUSED_ONE_IN: u32 = 20;

/// How long refusals are counted together.
const WATCHED: TimeDelta = TimeDelta::hours(1);

/// What a worker knows of servers.
#[derive(Debug, Default)]
pub(super) struct Pace(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    sent_lately: HashMap<String, Vec<DateTime<Utc>>>,
    held: HashMap<String, DateTime<Utc>>,
    in_a_row: u32,
    /// Mails and refusals of us by minute, the oldest first.
    minutes: VecDeque<(DateTime<Utc>, u32, u32)>,
}

impl Pace {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When the next mail may go to a domain that is held back or has a limit per minute; `None` = now, and it is
    /// counted.
    pub(super) fn wait_for(
        &self,
        domain: &str,
        rates: &BTreeMap<String, u32>,
        now: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let domain = domain.to_lowercase();
        let mut known = self.known();
        known.held.retain(|_, until| *until > now);
        if let Some(until) = known.held.get(&domain) {
            return Some(*until);
        }
        let limit = usize::try_from(*rates.get(&domain)?).ok()?;
        let minute = TimeDelta::minutes(1);
        let times = known.sent_lately.entry(domain).or_default();
        times.retain(|at| *at + minute > now);
        if times.len() < limit {
            times.push(now);
            return None;
        }
        times.first().map(|oldest| *oldest + minute)
    }

    /// Until when all mail to a domain is held back, if it is.
    pub(super) fn held(&self, domain: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.known().held.get(&domain.to_lowercase()).copied().filter(|until| *until > now)
    }

    /// Holds all mail to a domain back, which refused for a reason of its own or ours.
    pub(super) fn hold(&self, domain: &str, until: DateTime<Utc>) {
        self.known().held.insert(domain.to_lowercase(), until);
    }

    /// Counts a mail that a server took or refused; true = servers refuse us so often that mail has to stop.
    pub(super) fn counts_as_stop(&self, refused_us: bool, now: DateTime<Utc>) -> bool {
        let mut known = self.known();
        known.in_a_row = if refused_us { known.in_a_row.saturating_add(1) } else { 0 };
        known.minutes.retain(|(begun, ..)| *begun + WATCHED > now);
        let refused = u32::from(refused_us);
        match known.minutes.back_mut().filter(|(begun, ..)| *begun + TimeDelta::minutes(1) > now) {
            Some((_, mails, refusals)) => (*mails, *refusals) = (*mails + 1, *refusals + refused),
            None => known.minutes.push_back((now, 1, refused)),
        }
        let sum =
            |(mails, refusals): (u32, u32), (_, more, refused): &(_, u32, u32)| (mails + more, refusals + refused);
        let (mails, refusals) = known.minutes.iter().fold((0, 0), sum);
        let often = refusals >= REFUSED_IN_A_ROW && refusals.saturating_mul(REFUSED_ONE_IN) > mails;
        let stop = refused_us && (known.in_a_row >= REFUSED_IN_A_ROW || often);
        if stop {
            // Whoever resumes begins to count anew.
            (known.in_a_row, known.minutes) = (0, VecDeque::new());
        }
        stop
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    #[test]
    fn a_limited_domain_waits_a_minute() {
        let (pace, rates) = (Pace::default(), BTreeMap::from([("qq.com".to_owned(), 2)]));
        assert_eq!([0, 1].map(|s| pace.wait_for("QQ.com", &rates, at(s))), [None, None]);
        assert_eq!(pace.wait_for("qq.com", &rates, at(2)), Some(at(60)));
        assert_eq!(pace.wait_for("other.cn", &rates, at(2)), None);
        assert_eq!(pace.wait_for("qq.com", &rates, at(60)), None);
    }

    #[test]
    fn a_domain_that_asked_to_wait_is_left_alone_until_then() {
        let (pace, rates) = (Pace::default(), BTreeMap::new());
        pace.hold("QQ.com", at(300));
        assert_eq!(pace.wait_for("qq.com", &rates, at(299)), Some(at(300)));
        assert_eq!(pace.wait_for("163.com", &rates, at(299)), None);
        assert_eq!(pace.wait_for("qq.com", &rates, at(300)), None);
    }

    #[test]
    fn twenty_refusals_of_us_in_a_row_stop_mail() {
        let pace = Pace::default();
        assert!((0..19).all(|s| !pace.counts_as_stop(true, at(s))));
        assert!(pace.counts_as_stop(true, at(19)));
        assert!(!pace.counts_as_stop(true, at(20)));
    }

    #[test]
    fn a_few_refusals_among_many_mails_stop_nothing() {
        let pace = Pace::default();
        assert!((0..3_000).all(|s| !pace.counts_as_stop(s % 30 == 0, at(s))));
    }

    #[test]
    fn one_in_twenty_within_an_hour_stops_mail_once_there_are_twenty() {
        let pace = Pace::default();
        // Every tenth of 200 mails: the twentieth refusal is the last.
        let stopped: Vec<i64> = (1..=200).filter(|n| pace.counts_as_stop(n % 10 == 0, at(n * 10))).collect();
        assert_eq!(stopped, [200]);
        // Spread over a day they stop nothing.
        let pace = Pace::default();
        assert!((1..=200).all(|n| !pace.counts_as_stop(n % 10 == 0, at(n * 600))));
    }
}
