//! What is on its way, and how much of it may go to one domain: who answers slowly must not keep the others waiting
//! (RELIABILITY P13).

use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::time::Duration;

use tokio::task::{Id, JoinSet};
use tokio::time::Instant;

use crate::db::outbox::Claimed;
use crate::mail::Outcome;

/// A mail that takes longer than this is slow.
const SLOW: Duration = Duration::from_secs(1);

/// How long it is remembered that a domain was not slow.
const LATELY: Duration = Duration::from_secs(60);

/// A mail that has ended.
type Sent = (Claimed, String, Outcome);

/// Mails on their way. What is slow stays here while other mails are claimed and sent.
#[derive(Default)]
pub(super) struct Wire {
    sending: JoinSet<Sent>,
    /// By task: which domain it goes to, and since when.
    since: HashMap<Id, (String, Instant)>,
    /// The last two domains that answered without being slow, the latest last.
    fast: VecDeque<(String, Instant)>,
}

/// Whether another mail to a domain may be begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    /// It may.
    Free,
    /// Not before one of those on their way has ended.
    Soon,
    /// Not soon: the domain is slow while others are not.
    Slow,
}

impl Wire {
    pub(super) fn len(&self) -> usize {
        self.sending.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sending.is_empty()
    }

    pub(super) fn begin(&mut self, domain: String, sending: impl Future<Output = Sent> + Send + 'static) {
        let task = self.sending.spawn(sending);
        self.since.insert(task.id(), (domain, Instant::now()));
    }

    /// The next mail that ends; `None` if its sending panicked: its row stays claimed, and comes back when the lease ends.
    /// Waits for ever if nothing is on its way.
    pub(super) async fn ended(&mut self) -> Option<Sent> {
        match self.sending.join_next_with_id().await {
            Some(ended) => self.take(ended),
            None => std::future::pending().await,
        }
    }

    /// All that have ended by now.
    pub(super) fn all_ended(&mut self) -> Vec<Sent> {
        let mut all = Vec::new();
        while let Some(ended) = self.sending.try_join_next_with_id() {
            all.extend(self.take(ended));
        }
        all
    }

    fn take(&mut self, ended: Result<(Id, Sent), tokio::task::JoinError>) -> Option<Sent> {
        let id = ended.as_ref().map_or_else(tokio::task::JoinError::id, |(id, _)| *id);
        if let Some((domain, _)) = self.since.remove(&id).filter(|(_, since)| since.elapsed() < SLOW) {
            self.fast.retain(|(known, _)| *known != domain);
            self.fast.push_back((domain, Instant::now()));
            self.fast.drain(..self.fast.len().saturating_sub(2));
        }
        ended.ok().map(|(_, sent)| sent)
    }

    /// Whether all that is on its way is slow.
    pub(super) fn is_slow(&self) -> bool {
        self.since.values().all(|(_, since)| since.elapsed() >= SLOW)
    }

    /// Whether a mail to the domain may be begun beside those on their way and `more` to it that are about to be. One
    /// domain never has all connections, and neither have all slow ones together while others are quick. Where all are
    /// slow, none is.
    pub(super) fn room_for(&self, domain: &str, more: usize, connections: usize) -> Room {
        let most = connections.saturating_sub((connections / 8).max(1)).max(1);
        let its = more + self.since.values().filter(|(to, _)| to == domain).count();
        if !self.lags(domain) {
            return if its < most { Room::Free } else { Room::Soon };
        }
        let slow = more + self.since.values().filter(|(to, _)| self.lags(to)).count();
        if slow < most { Room::Free } else { Room::Slow }
    }

    /// Whether a mail to the domain is slow, while another domain was not lately.
    fn lags(&self, domain: &str) -> bool {
        self.since.values().any(|(to, since)| to == domain && since.elapsed() >= SLOW)
            && self.fast.iter().any(|(other, at)| other != domain && at.elapsed() < LATELY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many mails on their way to each domain, for so long.
    fn wire(on_the_way: &[(&str, usize, Duration)]) -> Wire {
        let mut wire = Wire::default();
        for (domain, mails, time) in on_the_way {
            for _ in 0..*mails {
                let task = wire.sending.spawn(std::future::pending());
                wire.since.insert(task.id(), ((*domain).to_owned(), Instant::now() - *time));
            }
        }
        wire
    }

    fn answered(mut wire: Wire, domain: &str) -> Wire {
        wire.fast.push_back((domain.to_owned(), Instant::now()));
        wire
    }

    #[tokio::test]
    async fn one_domain_never_has_all_connections() {
        let quick = wire(&[("a.cn", 13, Duration::ZERO)]);
        assert_eq!([0, 1].map(|more| quick.room_for("a.cn", more, 16)), [Room::Free, Room::Soon]);
        assert_eq!(quick.room_for("b.cn", 0, 16), Room::Free);
        // Where there is but one connection, whoever comes has it.
        assert_eq!(wire(&[]).room_for("a.cn", 0, 1), Room::Free);
    }

    #[tokio::test]
    async fn slow_domains_together_leave_room_for_quick_ones() {
        let slow = answered(wire(&[("a.cn", 8, SLOW), ("b.cn", 6, SLOW)]), "c.cn");
        assert_eq!(["a.cn", "b.cn", "c.cn"].map(|to| slow.room_for(to, 0, 16)), [Room::Slow, Room::Slow, Room::Free]);
        assert!(slow.is_slow());
    }

    #[tokio::test]
    async fn where_all_are_slow_none_is() {
        let slow = answered(wire(&[("a.cn", 14, SLOW)]), "a.cn");
        assert_eq!(["a.cn", "b.cn"].map(|to| slow.room_for(to, 0, 16)), [Room::Soon, Room::Free]);
    }
}
