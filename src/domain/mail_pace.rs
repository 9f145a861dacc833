//! How fast mail may go to a domain, and from when on again (RELIABILITY P13).

use chrono::{DateTime, TimeDelta, Utc};

/// What may go at once after a rest: as much as the limit allows in this time, but one mail in any case. Longer than a
/// worker sleeps, or the limit would not be reached; well below a second, so that ten seconds never see more than eleven
/// seconds' worth, whatever a claimed mail has to wait for before it is sent.
const BURST: TimeDelta = TimeDelta::milliseconds(700);

/// No mail is put off longer than this for a limit: one that was raised is felt within the hour.
const FURTHEST: TimeDelta = TimeDelta::hours(1);

/// How mail to a domain stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailPace {
    /// When the next mail is in turn by the limit.
    pub next_at: DateTime<Utc>,
    /// The last turn that was given to a mail which waits for it.
    pub booked_until: DateTime<Utc>,
    /// Nothing goes to the domain before.
    pub held_until: DateTime<Utc>,
}

impl MailPace {
    /// Of a domain that nothing is known of.
    pub const FRESH: Self =
        Self { next_at: DateTime::UNIX_EPOCH, booked_until: DateTime::UNIX_EPOCH, held_until: DateTime::UNIX_EPOCH };

    /// When a mail may go that would go now: `None` = now, and it is counted. Those that have to wait get turns one after
    /// another, and who has waited for a turn goes before who comes new.
    pub fn turn(&mut self, per_minute: Option<u32>, has_waited: bool, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if self.held_until > now {
            return Some(self.held_until);
        }
        let each = TimeDelta::microseconds(60_000_000_i64.checked_div(i64::from(per_minute?))?);
        let early = (BURST - each).max(TimeDelta::zero());
        if self.next_at <= now + early && (has_waited || self.booked_until <= now) {
            self.next_at = self.next_at.max(now) + each;
            return None;
        }
        self.booked_until = (self.booked_until.max(self.next_at).max(now) + each).min(now + FURTHEST);
        Some(self.booked_until)
    }

    /// Whether nothing has to be known of the domain any more.
    pub fn is_over(&self, now: DateTime<Utc>) -> bool {
        self.next_at.max(self.booked_until).max(self.held_until) <= now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::milliseconds(millis)
    }

    #[test]
    fn a_domain_without_a_limit_waits_for_nothing() {
        let mut pace = MailPace::FRESH;
        assert!((0..1000).all(|_| pace.turn(None, false, at(0)).is_none()));
        assert_eq!(pace, MailPace::FRESH);
    }

    #[test]
    fn twenty_a_minute_go_one_by_one() {
        let mut pace = MailPace::FRESH;
        let turns: Vec<_> = (0..3).map(|_| pace.turn(Some(20), false, at(0))).collect();
        assert_eq!(turns, [None, Some(at(6_000)), Some(at(9_000))]);
    }

    #[test]
    fn who_has_waited_goes_before_who_comes_new() {
        let mut pace = MailPace::FRESH;
        let waits = (0..2).filter_map(|_| pace.turn(Some(20), false, at(0))).next().unwrap();
        assert_eq!(waits, at(6_000));
        assert_eq!(pace.turn(Some(20), false, at(5_000)), Some(at(9_000)));
        assert_eq!(pace.turn(Some(20), true, waits), None);
    }

    #[test]
    fn a_domain_that_asked_to_wait_is_left_alone_until_then() {
        let mut pace = MailPace { held_until: at(300), ..MailPace::FRESH };
        assert_eq!(pace.turn(None, false, at(299)), Some(at(300)));
        assert_eq!(pace.turn(None, false, at(300)), None);
        assert!(pace.is_over(at(300)) && !pace.is_over(at(299)));
    }

    #[test]
    fn nobody_is_put_off_for_more_than_an_hour() {
        let mut pace = MailPace::FRESH;
        let last = (0..5_000).filter_map(|_| pace.turn(Some(20), false, at(0))).max();
        assert_eq!(last, Some(at(3_600_000)));
    }

    /// 2,000 mails that come at once, looked at every half second: no ten seconds see more than 110, and the limit is used.
    #[test]
    fn ten_a_second_are_never_more_than_a_tenth_above_it_and_hardly_below() {
        let (mut pace, mut sent) = (MailPace::FRESH, Vec::new());
        let mut waiting: Vec<(i64, bool)> = vec![(0, false); 2_000];
        for now in (0..).step_by(500) {
            let (due, later): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|(due, _)| *due <= now);
            waiting = later;
            for (_, has_waited) in due {
                match pace.turn(Some(600), has_waited, at(now)) {
                    None => sent.push(now),
                    Some(turn) => waiting.push(((turn - at(0)).num_milliseconds(), true)),
                }
            }
            if waiting.is_empty() {
                break;
            }
        }
        let most = sent.iter().map(|from| sent.iter().filter(|at| (*from..from + 10_000).contains(*at)).count()).max();
        assert!(most.unwrap() <= 110, "{most:?}");
        assert!(*sent.last().unwrap() <= 205_000, "{:?}", sent.last());
    }
}
