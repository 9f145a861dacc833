//! Questionnaires: what is asked, which answers are valid, and what an answer is worth.
//!
//! A published version never changes; a question keeps its `code` across versions, and trends join by it (FEATURES C5).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::locale::Locale;

pub use self::check::{Fault, MAX_CONDITIONS, MAX_OPTIONS, MAX_QUESTIONS, MAX_ROWS, MAX_WORDING, Part, Place, Problem};
pub use self::kind::{Kind, UnknownKind};
pub use self::length::{LOAD_ALLOWED, LOAD_OF_A_MINUTE, Length};
pub use self::logic::{Asked, Condition, ShowIf, TooManyWays, Way};
pub use self::partial::Partial;
pub use self::preview::{JudgedOption, Mismatch};
pub use self::read::{AnswerError, AnswerProblem, Reading, text_length};
pub use self::score::Scored;
pub use super::points::SATISFIED as SATISFIED_POINTS;

mod check;
#[cfg(test)]
mod check_tests;
mod kind;
mod length;
mod logic;
mod partial;
mod preview;
mod read;
#[cfg(test)]
mod read_tests;
mod score;
#[cfg(test)]
mod tests;

/// The option value of "not applicable / can't say", valid where [`Question::not_applicable`] is set.
pub const NOT_APPLICABLE: &str = "na";

/// The question that decides whether a customer is satisfied (CONTRACT §8.3).
pub const OVERALL: &str = "overall";

/// The longest free text taken, in [`text_length`].
pub const MAX_TEXT: usize = 2000;

/// The most reasons offered for a low answer.
pub const MAX_REASONS: usize = 6;

/// What follows a question's code where its reasons are sent and stored: `overall.why` holds `slow manner`.
pub const WHY: &str = ".why";

/// What follows a question's code where the customer asks to be contacted about a low answer; holds [`YES`].
pub const CONTACT: &str = ".contact";

/// The value of a wish to be contacted, of a consent, and of "yes".
pub const YES: &str = "yes";

/// The value of "no".
pub const NO: &str = "no";

/// A text in both languages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Localised {
    /// Simplified Chinese.
    #[serde(rename = "zh-CN")]
    pub zh_cn: String,
    /// English.
    pub en: String,
}

/// One version of a questionnaire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Questionnaire {
    /// Stable name: `online`, `offline`.
    pub code: String,
    /// What the questionnaire is about.
    pub title: Localised,
    /// In the order asked; codes are unique.
    pub questions: Vec<Question>,
}

/// One question. A setting that its kind does not have is left at its default ([`Questionnaire::faults`]).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Stable across versions: `overall`, `speed`, …
    pub code: String,
    /// How it is answered.
    pub kind: Kind,
    /// Weight in the response's points; 0 = not scored. Each row of a matrix has this weight.
    #[serde(default)]
    pub weight: u32,
    /// An answer is needed, if the question is shown.
    #[serde(default)]
    pub required: bool,
    /// Offers "not applicable / can't say", which is no answer in any figure.
    #[serde(default)]
    pub not_applicable: bool,
    /// The question as read.
    pub text: Localised,
    /// The options, of a rating the most positive first. Of yes or no: none, or both with their points.
    #[serde(default)]
    pub options: Vec<Choice>,
    /// The rows of a matrix.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<Row>,
    /// What the ends of a scale of numbers mean; `None` for the usual words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<Ends>,
    /// The five words of a rating carry faces. Decoration only: the words stay.
    #[serde(default, skip_serializing_if = "is_false")]
    pub faces: bool,
    /// What is asked further after a low answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
    /// When it is asked; `None` = always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub show_if: Option<ShowIf>,
    /// A new page begins with it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub new_page: bool,
}

/// A row of a matrix: asked with the options of all rows, and answered under its own code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Stable across versions, and unique among the codes of questions: a trend goes on where a question becomes a row.
    pub code: String,
    /// As read.
    pub text: Localised,
}

/// What the ends of a scale of numbers mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ends {
    /// Of the smallest number.
    pub low: Localised,
    /// Of the largest number.
    pub high: Localised,
}

/// What is asked further after a low answer to a rating; nothing of it is mandatory (FEATURES C3, GB/T 39734 annex A).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// Answers worth at most these points are low.
    pub at_most: u8,
    /// What may have been wrong, at most [`MAX_REASONS`].
    pub reasons: Vec<Reason>,
}

/// A reason for a low answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Stable across versions; what is sent and stored, without a space.
    pub code: String,
    /// As read.
    pub text: Localised,
}

/// An option.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// What is sent and stored, without a space.
    pub value: String,
    /// 0–100; explicit, never derived from the position. Without meaning where the question has no weight and no reasons.
    #[serde(default)]
    pub points: u8,
    /// The word.
    pub text: Localised,
}

/// Valid answers by code of question or row: an option value, several of them separated by spaces, [`NOT_APPLICABLE`]
/// or a text. What was skipped or hidden is absent. What was said about a low answer stands under the question's code
/// with [`WHY`] and [`CONTACT`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Answers(pub BTreeMap<String, String>);

/// What takes one answer: a question, or a row of a matrix.
#[derive(Debug, Clone, Copy)]
pub struct Item<'a> {
    /// Under which the answer is sent and stored.
    pub code: &'a str,
    /// As read.
    pub text: &'a Localised,
    /// The question it belongs to.
    pub question: &'a Question,
}

impl Localised {
    /// The text in one language.
    pub fn text(&self, locale: Locale) -> &str {
        match locale {
            Locale::ZhCn => &self.zh_cn,
            Locale::En => &self.en,
        }
    }
}

impl Questionnaire {
    /// The default questionnaire of online service (好差评 five words).
    pub const ONLINE_JSON: &str = include_str!("../questionnaires/online.json");
    /// The default questionnaire of offline service.
    pub const OFFLINE_JSON: &str = include_str!("../questionnaires/offline.json");

    /// The question with this code.
    pub fn question(&self, code: &str) -> Option<&Question> {
        self.questions.iter().find(|question| question.code == code)
    }

    /// What takes an answer, in the order asked.
    pub fn items(&self) -> impl Iterator<Item = Item<'_>> {
        self.questions.iter().flat_map(Question::items)
    }

    /// What takes the answers of this code.
    pub fn item(&self, code: &str) -> Option<Item<'_>> {
        self.items().find(|item| item.code == code)
    }

    /// What is asked, without its words: two questionnaires of one form cannot be told apart by answers to them.
    pub fn form(&self) -> String {
        let mut form = String::new();
        for question in &self.questions {
            let options = question.options.iter().map(|option| format!("{}={}", option.value, option.points));
            let reasons = question.why.iter().flat_map(|why| &why.reasons).map(|reason| reason.code.clone());
            let from = question.why.iter().map(|why| format!("why<={}", why.at_most));
            let rows = question.rows.iter().map(|row| format!("row {}", row.code));
            let shown = question.show_if.iter().map(|show_if| format!("if {show_if:?}"));
            let parts: Vec<String> = options.chain(from).chain(reasons).chain(rows).chain(shown).collect();
            let Question { code, kind, weight, required, not_applicable, .. } = question;
            form.push_str(&format!("{code}:{kind:?}:{weight}:{required}:{not_applicable}:{}\n", parts.join(",")));
        }
        form
    }

    /// Whether an answer is low, so that it is owed a reply (C-3.3).
    pub fn is_low(&self, answers: &Answers) -> bool {
        self.questions.iter().any(|question| question.is_low(answers.0.get(&question.code)))
    }
}

impl Question {
    /// What takes an answer: the question itself, or each row of a matrix.
    pub fn items(&self) -> impl Iterator<Item = Item<'_>> {
        let own = (self.kind != Kind::Matrix).then_some(Item { code: &self.code, text: &self.text, question: self });
        let rows = self.rows.iter().filter(|_| self.kind == Kind::Matrix);
        own.into_iter().chain(rows.map(|row| Item { code: &row.code, text: &row.text, question: self }))
    }

    /// The points of an option value; `None` for `na` and for what has no points.
    pub fn points(&self, value: &str) -> Option<u8> {
        let mut options = self.options.iter().filter(|_| self.kind.may_score());
        options.find(|option| option.value == value).map(|option| option.points)
    }

    /// The values offered, without `na`, in the order of the page; none of a text.
    pub fn values(&self) -> Vec<&str> {
        match self.kind.fixed_values() {
            Some(fixed) => fixed.to_vec(),
            None => self.options.iter().map(|option| option.value.as_str()).collect(),
        }
    }

    /// Whether a value can be chosen.
    pub fn offers(&self, value: &str) -> bool {
        self.offers_na() && value == NOT_APPLICABLE
            || self.options.iter().any(|option| option.value == value) && self.kind.has_options()
            || self.kind.fixed_values().is_some_and(|fixed| fixed.contains(&value))
    }

    /// Whether "not applicable / can't say" is offered.
    pub fn offers_na(&self) -> bool {
        self.not_applicable && self.kind.takes_one()
    }

    /// Whether an option is low: further questions follow it.
    pub fn is_low_option(&self, value: &str) -> bool {
        self.why.as_ref().is_some_and(|why| self.points(value).is_some_and(|points| points <= why.at_most))
    }

    fn is_low(&self, answer: Option<&String>) -> bool {
        answer.is_some_and(|value| self.is_low_option(value))
    }
}

impl Answers {
    /// Whether the customer asks to be contacted.
    pub fn wants_contact(&self) -> bool {
        self.0.keys().any(|code| code.ends_with(CONTACT))
    }

    /// The same answers of a customer who does not ask to be contacted any more.
    pub fn without_wishes(mut self) -> Self {
        self.0.retain(|code, _| !code.ends_with(CONTACT));
        self
    }
}

#[allow(clippy::trivially_copy_pass_by_ref)] // as serde calls it
const fn is_false(value: &bool) -> bool {
    !*value
}
