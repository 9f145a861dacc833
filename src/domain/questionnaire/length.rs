//! How much a questionnaire asks of a customer (EXPERIENCE §1 "Length": a question takes about 10 s, Pew 2022-12-08).

use super::{Kind, MAX_TEXT, NOT_APPLICABLE, Question, Questionnaire};

/// Load that about a minute is enough for; more is warned of.
pub const LOAD_OF_A_MINUTE: usize = 6;

/// Load above which a questionnaire is published only with a reason.
pub const LOAD_ALLOWED: usize = 15;

/// Seconds that one unit of load takes to answer on a phone.
const SECONDS: usize = 10;

/// Sealed answers are padded to a multiple of this many bytes: with one free text they fit three of the pieces into which
/// PostgreSQL cuts long values (1,996 bytes), and one and a quarter of SQLite's pages.
const BLOCK: usize = 4_990;

/// Bytes of a unit of UTF-16.
const UNIT: usize = 2;

/// What a response takes beside its answers, in bytes.
const BESIDE: usize = 600;

/// How long a questionnaire is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// About a minute.
    Short,
    /// More than [`LOAD_OF_A_MINUTE`]: fewer will finish it.
    Long,
    /// More than [`LOAD_ALLOWED`]: to be published only with a reason.
    NeedsReason,
}

impl Questionnaire {
    /// What it asks of who is shown all: a choice 1, a list of reasons 1, a text 3, a matrix 1 for each row.
    pub fn load(&self) -> usize {
        self.questions.iter().map(Question::load).sum()
    }

    /// How long that takes, in seconds.
    pub fn seconds(&self) -> usize {
        self.load() * SECONDS
    }

    /// Whether that is too long.
    pub fn length(&self) -> Length {
        match self.load() {
            load if load > LOAD_ALLOWED => Length::NeedsReason,
            load if load > LOAD_OF_A_MINUTE => Length::Long,
            _ => Length::Short,
        }
    }

    /// Bytes that hold any answers to it, with what is stored beside them: sealed answers are padded to this length, so
    /// that it tells nothing about who has written how much.
    pub fn room(&self) -> usize {
        let texts = self.questions.iter().filter(|question| question.kind == Kind::Text).count();
        // Where there are several, each blank line in them is marked by a unit more.
        let text = if texts > 1 { 2 * MAX_TEXT } else { MAX_TEXT };
        let most = BESIDE + self.questions.iter().map(Question::room).sum::<usize>() + texts * text * UNIT;
        most.next_multiple_of(BLOCK)
    }
}

impl Question {
    /// The most bytes of its answer, without what is free text, as it is sealed with its points (`db/padded.rs`).
    fn room(&self) -> usize {
        let lengths = self.values().into_iter().chain([NOT_APPLICABLE]).map(|value| value.len() + 1);
        let value = if self.kind.takes_one() { lengths.max().unwrap_or_default() } else { lengths.sum() };
        let items = self.items().map(|item| 2 * item.code.len() + 16 + UNIT * value).sum::<usize>();
        let Some(why) = &self.why else { return items };
        let reasons = why.reasons.iter().map(|reason| reason.code.len() + 1).sum::<usize>();
        items + 2 * self.code.len() + 40 + UNIT * reasons
    }

    /// What it asks of a customer, in units of a rating.
    pub fn load(&self) -> usize {
        let own = match self.kind {
            Kind::Text => 3,
            Kind::Matrix => self.rows.len(),
            _ => 1,
        };
        own + usize::from(self.why.is_some())
    }
}
