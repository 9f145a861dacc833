//! What is noted of a mail by ourselves, beside what servers say: kept as a word, told in the reader's language.

/// Why a mail was not sent, or not yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note {
    /// Answered, declined or ended meanwhile, or written to an address that is suppressed now.
    Unwanted,
    /// The customer has complained, and the complaint is open.
    ComplaintOpen,
    /// Its time ran out before.
    Expired,
    /// The service was too long ago when mail could go out again.
    TooLongAgo,
    /// Nobody is reminded any more.
    NoReminders,
    /// The customer wants no reminders.
    RefusesReminders,
    /// The reminder was too late when mail could go out again.
    LateReminder,
    /// No address that mail can go to.
    NoAddress,
    /// What it asks can't be read.
    Unreadable,
    /// It can't be put together.
    Unbuildable,
    /// Waits for the domain, which takes no more for now.
    Domain,
    /// Waits for the end of the quiet hours.
    QuietHours,
    /// Waits until mail is resumed.
    Paused,
    /// Waits because the program was stopped.
    Stopped,
    /// Waits because the mails before it took long.
    Slow,
}

impl Note {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::Unwanted,
        Self::ComplaintOpen,
        Self::Expired,
        Self::TooLongAgo,
        Self::NoReminders,
        Self::RefusesReminders,
        Self::LateReminder,
        Self::NoAddress,
        Self::Unreadable,
        Self::Unbuildable,
        Self::Domain,
        Self::QuietHours,
        Self::Paused,
        Self::Stopped,
        Self::Slow,
    ];

    /// The stored word; no server's reply begins like it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unwanted => "manyi: unwanted",
            Self::ComplaintOpen => "manyi: complaint open",
            Self::Expired => "manyi: expired",
            Self::TooLongAgo => "manyi: too long ago",
            Self::NoReminders => "manyi: no reminders",
            Self::RefusesReminders => "manyi: refuses reminders",
            Self::LateReminder => "manyi: late reminder",
            Self::NoAddress => "manyi: no address",
            Self::Unreadable => "manyi: unreadable",
            Self::Unbuildable => "manyi: unbuildable",
            Self::Domain => "manyi: domain",
            Self::QuietHours => "manyi: quiet hours",
            Self::Paused => "manyi: paused",
            Self::Stopped => "manyi: stopped",
            Self::Slow => "manyi: slow",
        }
    }

    /// The note kept as this word; `None` for what a server said.
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|note| note.as_str() == word)
    }
}
