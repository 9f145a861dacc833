//! Which of our mails a customer wants; mail about orders and complaints is not ours to offer here.

use std::str::FromStr;

/// What a customer wants to get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailPreference {
    /// Invitations, and a reminder where there was no answer.
    All,
    /// Invitations only.
    Invitations,
    /// Neither.
    Nothing,
}

/// There is no such choice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not all, invitations or nothing")]
pub struct UnknownPreference(pub String);

impl MailPreference {
    /// All of them, in the order a page lists them.
    pub const ALL: [Self; 3] = [Self::All, Self::Invitations, Self::Nothing];

    /// The word in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Invitations => "invitations",
            Self::Nothing => "nothing",
        }
    }
}

impl FromStr for MailPreference {
    type Err = UnknownPreference;

    fn from_str(word: &str) -> Result<Self, UnknownPreference> {
        let found = Self::ALL.into_iter().find(|choice| choice.as_str() == word);
        found.ok_or_else(|| UnknownPreference(word.to_owned()))
    }
}
