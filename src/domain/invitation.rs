//! An invitation: the right to answer once, for one service record. It ends in exactly one state, so that the states
//! of all invitations always sum to the records (FEATURES A6).

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::reminder::Reminders;

/// What has become of an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// Waits for its time.
    Scheduled,
    /// Is being sent, or waits for another try.
    Queued,
    /// The mail server took it.
    Sent,
    /// The customer has answered.
    Answered,
    /// The customer said no: not me, or no more of these.
    Declined,
    /// Its time ran out without an answer.
    Expired,
    /// The address does not exist.
    Bounced,
    /// This address was asked a short while ago (A5).
    Throttled,
    /// The address is on the suppression list.
    Suppressed,
    /// Not drawn for the sample.
    NotSampled,
    /// The rules leave this service out.
    Ineligible,
    /// There is no address to write to.
    NoAddress,
    /// The service was too long ago when it was reported.
    TooOld,
    /// The mail could not be delivered.
    Failed,
    /// The customer has a complaint that was open when the mail was due: first it is dealt with (EXPERIENCE §2).
    ComplaintOpen,
}

/// A word that is no state of an invitation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a state of an invitation")]
pub struct UnknownState(pub String);

/// Rules of asking (FEATURES A2, A4, A5), in the organisation's time zone.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// Minutes from the end of the service to the invitation.
    pub delay_minutes: i64,
    /// No mail between these times of day; `None` = at any time.
    pub quiet_hours: Option<(NaiveTime, NaiveTime)>,
    /// Older service records get no mail, in days.
    pub max_age_days: i64,
    /// Days from the invitation to the end of its validity.
    pub expires_days: i64,
    /// Days between two invitations to one address or one person; 0 = no such rule.
    pub cooldown_days: i64,
    /// Mails per minute to a domain; others are not limited.
    pub domain_rate: BTreeMap<String, u32>,
    /// Who has not answered is reminded.
    pub reminders: Reminders,
}

impl State {
    /// All of them, in the order of the journey.
    pub const ALL: [Self; 15] = [
        Self::Scheduled,
        Self::Queued,
        Self::Sent,
        Self::Answered,
        Self::Declined,
        Self::Expired,
        Self::Bounced,
        Self::Throttled,
        Self::Suppressed,
        Self::NotSampled,
        Self::Ineligible,
        Self::NoAddress,
        Self::TooOld,
        Self::Failed,
        Self::ComplaintOpen,
    ];

    /// The word other systems see (CONTRACT §6).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Answered => "answered",
            Self::Declined => "declined",
            Self::Expired => "expired",
            Self::Bounced => "bounced",
            Self::Throttled => "throttled",
            Self::Suppressed => "suppressed",
            Self::NotSampled => "not_sampled",
            Self::Ineligible => "ineligible",
            Self::NoAddress => "no_address",
            Self::TooOld => "too_old",
            Self::Failed => "failed",
            Self::ComplaintOpen => "complaint_open",
        }
    }

    /// What is stored says what happened; what it is at a moment follows from that and its times: one that is due waits to
    /// be sent, one that was sent and not answered ends when its time is over.
    pub fn at(self, now: DateTime<Utc>, due_at: DateTime<Utc>, expires_at: DateTime<Utc>) -> Self {
        match self {
            Self::Scheduled if due_at <= now => Self::Queued,
            Self::Sent if expires_at < now => Self::Expired,
            stored => stored,
        }
    }

    /// So many in this stored state, by what they are at a moment that has moved `moved` of them on as [`State::at`] says.
    pub fn settled(self, all: i64, moved: i64) -> [(Self, i64); 2] {
        let next = match self {
            Self::Scheduled => Self::Queued,
            Self::Sent => Self::Expired,
            stored => stored,
        };
        [(self, all - moved), (next, moved)]
    }

    /// In which it may still be answered, declined, and ended.
    pub const OPEN: [Self; 3] = [Self::Scheduled, Self::Queued, Self::Sent];

    /// Whether its link takes an answer (while it has not expired).
    pub fn takes_answers(self) -> bool {
        Self::OPEN.contains(&self)
    }
}

impl std::str::FromStr for State {
    type Err = UnknownState;

    fn from_str(word: &str) -> Result<Self, UnknownState> {
        Self::ALL.into_iter().find(|state| state.as_str() == word).ok_or_else(|| UnknownState(word.to_owned()))
    }
}

impl Rules {
    /// When the mail about a service that ended at `completed_at` is due; `None` if that was too long ago.
    ///
    /// Not before `now`, and moved to the end of the quiet hours if it falls into them.
    pub fn due(&self, completed_at: DateTime<Utc>, now: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
        if completed_at + TimeDelta::days(self.max_age_days) < now {
            return None;
        }
        let due = now.max(completed_at + TimeDelta::minutes(self.delay_minutes));
        Some(self.after_quiet_hours(due, zone))
    }

    /// The first moment at or after `at` outside the quiet hours.
    pub fn after_quiet_hours(&self, at: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
        let Some((from, to)) = self.quiet_hours else { return at };
        let local = at.with_timezone(&zone);
        let (date, time) = (local.date_naive(), local.time());
        let end_date = match from < to {
            true if from <= time && time < to => date,
            false if time < to => date,
            false if time >= from => date.succ_opt().unwrap_or(date),
            _ => return at,
        };
        // A clock change may skip the hour: then the mail goes at once rather than never.
        end_date.and_time(to).and_local_timezone(zone).earliest().map_or(at, |end| end.to_utc())
    }
}

#[cfg(test)]
impl Rules {
    /// As they are if nobody has set them, but for domains, which have no limit.
    pub fn usual() -> Self {
        let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
        Self {
            delay_minutes: 30,
            quiet_hours: Some((time(20), time(9))),
            max_age_days: 7,
            expires_days: 14,
            cooldown_days: 14,
            domain_rate: BTreeMap::new(),
            reminders: Reminders { count: 1, days: 3, at: time(10), on_rest_days: false },
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Asia::Shanghai;

    use super::*;

    fn due(completed: &str, now: &str) -> Option<String> {
        let at = |text: &str| DateTime::parse_from_rfc3339(&format!("{text}:00+08:00")).unwrap().to_utc();
        let due = Rules::usual().due(at(completed), at(now), Shanghai)?;
        Some(due.with_timezone(&Shanghai).format("%Y-%m-%dT%H:%M").to_string())
    }

    #[test]
    fn time_alone_queues_what_is_due_and_ends_what_was_sent() {
        let at = |second: i64| DateTime::from_timestamp(second, 0).unwrap();
        let state = |stored: State, now: i64| stored.at(at(now), at(10), at(20));
        assert_eq!([9, 10].map(|now| state(State::Scheduled, now)), [State::Scheduled, State::Queued]);
        assert_eq!([20, 21].map(|now| state(State::Sent, now)), [State::Sent, State::Expired]);
        assert_eq!(state(State::Answered, 21), State::Answered);
    }

    #[test]
    fn a_mail_waits_for_its_delay() {
        assert_eq!(due("2026-10-08T10:00", "2026-10-08T10:05").unwrap(), "2026-10-08T10:30");
    }

    #[test]
    fn an_older_service_is_asked_about_at_once() {
        assert_eq!(due("2026-10-07T10:00", "2026-10-08T10:05").unwrap(), "2026-10-08T10:05");
    }

    #[test]
    fn a_service_of_last_week_is_too_old() {
        assert_eq!(due("2026-10-01T10:00", "2026-10-08T10:01"), None);
        assert!(due("2026-10-01T10:00", "2026-10-08T10:00").is_some());
    }

    #[test]
    fn quiet_hours_over_midnight_end_in_the_morning() {
        assert_eq!(due("2026-10-08T19:40", "2026-10-08T19:40").unwrap(), "2026-10-09T09:00");
        assert_eq!(due("2026-10-08T07:00", "2026-10-08T07:00").unwrap(), "2026-10-08T09:00");
        assert_eq!(due("2026-10-08T08:30", "2026-10-08T08:30").unwrap(), "2026-10-08T09:00");
        assert_eq!(due("2026-10-08T19:29", "2026-10-08T19:29").unwrap(), "2026-10-08T19:59");
    }

    #[test]
    fn every_state_reads_back() {
        State::ALL.into_iter().for_each(|state| assert_eq!(state.as_str().parse(), Ok(state)));
    }
}
