//! How much a questionnaire asks of a customer (EXPERIENCE §1 "Length": a question takes about 10 s, Pew 2022-12-08).

use super::{Kind, MAX_TEXT, Question, Questionnaire};

/// Load that about a minute is enough for; more is warned of.
pub const LOAD_OF_A_MINUTE: usize = 6;

/// Load above which a questionnaire is published only with a reason.
pub const LOAD_ALLOWED: usize = 15;

/// Seconds that one unit of load takes to answer on a phone.
const SECONDS: usize = 10;

/// Sealed answers are padded to a multiple of this many bytes: with one free text they fit four of the pieces into which
/// PostgreSQL cuts long values (1,996 bytes), and two of SQLite's pages beside the row's own.
const BLOCK: usize = 7_900;

/// The most bytes that one unit of UTF-16 has in UTF-8. Four make two units, and what JSON escapes has two.
const MOST_OF_A_UNIT: usize = 3;

/// What a response takes beside its answers, in bytes.
const BESIDE: usize = 1_000;

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
        let most = BESIDE + self.questions.iter().map(Question::room).sum::<usize>();
        most.next_multiple_of(BLOCK)
    }
}

impl Question {
    /// The most bytes of its answer, written as JSON, with its points.
    fn room(&self) -> usize {
        let values = self.values().iter().map(|value| value.len() + 1).sum::<usize>();
        let reasons = self.why.iter().flat_map(|why| &why.reasons).map(|reason| reason.code.len() + 1).sum::<usize>();
        let text = if self.kind == Kind::Text { MAX_TEXT * MOST_OF_A_UNIT } else { 0 };
        self.items().map(|item| 2 * item.code.len() + 20 + values + text).sum::<usize>()
            + reasons
            + self.code.len()
            + 20
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
