//! What comes back of a mail, and what follows from it (RELIABILITY P10).

use chrono::{DateTime, TimeDelta, Utc};

/// What a mail to a return path is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// There is no such mailbox.
    Hard,
    /// It did not arrive, for a reason that may pass or that nobody knows.
    Soft,
    /// The mailbox is full.
    MailboxFull,
    /// The server does not want mail from us: our fault, never the address's.
    Policy,
    /// The reader called it spam (RFC 5965).
    Complaint,
    /// It has not arrived yet; the server goes on trying.
    Delay,
    /// A machine answered for the reader: away, received, moved.
    AutoReply,
    /// "No more of these", by mail.
    Unsubscribe,
    /// None of these: a person wrote, or it arrived after all.
    Unknown,
}

/// A word that is no kind of bounce.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no kind of bounce")]
pub struct UnknownKind(pub String);

/// Mails that a full mailbox sends back within [`FULL_WINDOW`] before it is left alone.
pub const FULL_BEFORE_REST: usize = 3;

/// How far back full mailboxes are counted, and how long one is left alone then.
pub const FULL_WINDOW: TimeDelta = TimeDelta::days(30);

impl Kind {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Hard,
        Self::Soft,
        Self::MailboxFull,
        Self::Policy,
        Self::Complaint,
        Self::Delay,
        Self::AutoReply,
        Self::Unsubscribe,
        Self::Unknown,
    ];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hard => "hard",
            Self::Soft => "soft",
            Self::MailboxFull => "mailbox_full",
            Self::Policy => "policy",
            Self::Complaint => "complaint",
            Self::Delay => "delay",
            Self::AutoReply => "auto_reply",
            Self::Unsubscribe => "unsubscribe",
            Self::Unknown => "unknown",
        }
    }

    /// Whether it says that the mail did not arrive.
    pub const fn is_failure(self) -> bool {
        matches!(self, Self::Hard | Self::Soft | Self::MailboxFull | Self::Policy)
    }
}

impl std::str::FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(word: &str) -> Result<Self, UnknownKind> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or_else(|| UnknownKind(word.to_owned()))
    }
}

/// Until when a mailbox that was full at these times is left alone, if it is: full for [`FULL_BEFORE_REST`] mails within
/// [`FULL_WINDOW`], none of them before the last mail that arrived.
pub fn rests_until(
    full: &[DateTime<Utc>],
    last_arrived: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let counts = |at: &&DateTime<Utc>| **at > now - FULL_WINDOW && last_arrived.is_none_or(|arrived| **at > arrived);
    (full.iter().filter(counts).count() >= FULL_BEFORE_REST).then(|| now + FULL_WINDOW)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rests(full: &[i64], last_arrived: Option<i64>) -> bool {
        let at = |day: i64| DateTime::UNIX_EPOCH + TimeDelta::days(day);
        let full: Vec<_> = full.iter().copied().map(at).collect();
        rests_until(&full, last_arrived.map(at), at(100)).is_some()
    }

    #[test]
    fn the_third_time_in_thirty_days_a_full_mailbox_is_left_alone() {
        assert!(!rests(&[99, 100], None));
        assert!(rests(&[80, 99, 100], None));
        assert!(!rests(&[70, 99, 100], None));
    }

    #[test]
    fn a_mail_that_arrived_begins_the_count_anew() {
        assert!(!rests(&[80, 99, 100], Some(90)));
        assert!(rests(&[91, 99, 100], Some(90)));
    }
}
