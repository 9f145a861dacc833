//! Which options count as satisfied, and whether their words say the same (FEATURES C6).

use super::{Choice, OVERALL, Questionnaire, SATISFIED_POINTS};

/// An option of the question that decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JudgedOption<'a> {
    /// The option.
    pub option: &'a Choice,
    /// It has the points of a satisfied customer.
    pub satisfied: bool,
    /// Its word says something else.
    pub mismatch: Option<Mismatch>,
}

/// Word and points do not agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mismatch {
    /// It says "satisfied" and does not count so.
    SaysSatisfied,
    /// It counts as satisfied and says less: 基本满意, 不满意, "dissatisfied".
    SaysLess,
}

impl Questionnaire {
    /// The options of `overall` in their order, with what they count as.
    pub fn judged_options(&self) -> Vec<JudgedOption<'_>> {
        let options = self.question(OVERALL).map(|question| question.options.as_slice()).unwrap_or_default();
        let judged = |option| {
            let (satisfied, says) = (Choice::is_satisfied(option), option.says_satisfied());
            let mismatch = match says {
                Some(true) if !satisfied => Some(Mismatch::SaysSatisfied),
                Some(false) if satisfied => Some(Mismatch::SaysLess),
                _ => None,
            };
            JudgedOption { option, satisfied, mismatch }
        };
        options.iter().map(judged).collect()
    }
}

impl Choice {
    /// Whether it has the points of a satisfied customer (D-3.1).
    pub const fn is_satisfied(&self) -> bool {
        self.points >= SATISFIED_POINTS
    }

    /// Whether the words, in either language, say "satisfied" (`true`) or less (`false`); `None` if they don't say.
    fn says_satisfied(&self) -> Option<bool> {
        let en = self.text.en.trim().to_lowercase();
        let says = [(says(&self.text.zh_cn, "满意", &ZH)), (says(&en, "satisfied", &EN))];
        let said: Vec<bool> = says.into_iter().flatten().collect();
        if said.is_empty() { None } else { Some(said.into_iter().all(|satisfied| satisfied)) }
    }
}

/// Degrees of being satisfied. 基本 is none of them: 基本满意 is the middle of the five words (好差评).
const ZH: [&str; 7] = ["非常", "很", "十分", "特别", "比较", "较", "极其"];
const EN: [&str; 6] = ["very ", "extremely ", "completely ", "highly ", "quite ", "rather "];

/// Whether a text is the word, perhaps with a degree before it; `None` if it is about something else.
fn says(text: &str, word: &str, degrees: &[&str]) -> Option<bool> {
    let text = text.trim();
    text.contains(word).then(|| degrees.iter().find_map(|degree| text.strip_prefix(degree)).unwrap_or(text) == word)
}
