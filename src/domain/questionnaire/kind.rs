//! The ways a question can be answered, and which settings go with each (FEATURES C1).

use serde::{Deserialize, Serialize};

use super::{NO, YES};

/// How a question is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// One of the options, each worth explicit points: the five words, with faces or without.
    Rating,
    /// One of the options.
    Single,
    /// Any of the options.
    Multi,
    /// One of the options for each row.
    Matrix,
    /// 0 to 10: how likely to recommend (Reichheld 2003).
    Nps,
    /// 1 to 7: how easy it was (CES 2.0, Dixon 2013).
    Ces,
    /// Yes or no.
    YesNo,
    /// A box to tick.
    Consent,
    /// Free text, no longer than [`MAX_TEXT`](super::MAX_TEXT).
    Text,
}

const NPS: [&str; 11] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"];
const CES: [&str; 7] = ["1", "2", "3", "4", "5", "6", "7"];

impl Kind {
    /// All, in the order an editor offers them.
    pub const ALL: [Self; 9] = [
        Self::Rating,
        Self::Single,
        Self::Multi,
        Self::Matrix,
        Self::Nps,
        Self::Ces,
        Self::YesNo,
        Self::Consent,
        Self::Text,
    ];

    /// The word in a stored questionnaire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rating => "rating",
            Self::Single => "single",
            Self::Multi => "multi",
            Self::Matrix => "matrix",
            Self::Nps => "nps",
            Self::Ces => "ces",
            Self::YesNo => "yes_no",
            Self::Consent => "consent",
            Self::Text => "text",
        }
    }

    /// Whether it has options of its own.
    pub const fn has_options(self) -> bool {
        matches!(self, Self::Rating | Self::Single | Self::Multi | Self::Matrix)
    }

    /// The values of a kind whose values are always the same.
    pub const fn fixed_values(self) -> Option<&'static [&'static str]> {
        match self {
            Self::Nps => Some(&NPS),
            Self::Ces => Some(&CES),
            Self::YesNo => Some(&[YES, NO]),
            Self::Consent => Some(&[YES]),
            Self::Rating | Self::Single | Self::Multi | Self::Matrix | Self::Text => None,
        }
    }

    /// Whether exactly one value of several is chosen, so that "not applicable" can be one more.
    pub const fn takes_one(self) -> bool {
        matches!(self, Self::Rating | Self::Single | Self::Matrix | Self::Nps | Self::Ces | Self::YesNo)
    }

    /// Whether it is a row of numbers with words at its ends.
    pub const fn is_scale(self) -> bool {
        matches!(self, Self::Nps | Self::Ces)
    }

    /// Whether it may count in a response's points. Recommendation and effort have figures of their own (`stats::nps`,
    /// `stats::ces`) and are never mixed into points.
    pub const fn may_score(self) -> bool {
        matches!(self, Self::Rating | Self::Single | Self::Matrix | Self::YesNo)
    }

    /// Whether other questions can depend on its answer.
    pub const fn decides(self) -> bool {
        !matches!(self, Self::Text)
    }
}

impl std::str::FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(word: &str) -> Result<Self, UnknownKind> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or_else(|| UnknownKind(word.to_owned()))
    }
}

/// A word that is no kind of question.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown kind of question {0:?}")]
pub struct UnknownKind(pub String);
