//! Servers that no longer want mail from us (RELIABILITY §3). Each instance counts for itself, what it stops is stopped
//! for all.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

/// So many refusals of us one after another stop all mail.
const REFUSED_IN_A_ROW: u32 = 20;

/// So many refusals of us within [`WATCHED`] stop all mail too, if they are more than one mail in this many.
const REFUSED_ONE_IN: u32 = 20;

/// How long refusals are counted together.
const WATCHED: TimeDelta = TimeDelta::hours(1);

/// The refusals that a worker has seen.
#[derive(Debug, Default)]
pub(super) struct Refusals(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    in_a_row: u32,
    /// Mails and refusals of us by minute, the oldest first.
    minutes: VecDeque<(DateTime<Utc>, u32, u32)>,
}

impl Refusals {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
    fn twenty_refusals_of_us_in_a_row_stop_mail() {
        let refusals = Refusals::default();
        assert!((0..19).all(|s| !refusals.counts_as_stop(true, at(s))));
        assert!(refusals.counts_as_stop(true, at(19)));
        assert!(!refusals.counts_as_stop(true, at(20)));
    }

    #[test]
    fn a_few_refusals_among_many_mails_stop_nothing() {
        let refusals = Refusals::default();
        assert!((0..3_000).all(|s| !refusals.counts_as_stop(s % 30 == 0, at(s))));
    }

    #[test]
    fn one_in_twenty_within_an_hour_stops_mail_once_there_are_twenty() {
        let refusals = Refusals::default();
        // Every tenth of 200 mails: the twentieth refusal is the last.
        let stopped: Vec<i64> = (1..=200).filter(|n| refusals.counts_as_stop(n % 10 == 0, at(n * 10))).collect();
        assert_eq!(stopped, [200]);
        // Spread over a day they stop nothing.
        let refusals = Refusals::default();
        assert!((1..=200).all(|n| !refusals.counts_as_stop(n % 10 == 0, at(n * 600))));
    }
}
