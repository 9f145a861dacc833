//! Questionnaires: what is asked, which answers are valid, and what an answer is worth.
//!
//! A published version never changes; a question keeps its `code` across versions, and trends join by it (FEATURES C5).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::locale::Locale;

pub use super::points::SATISFIED as SATISFIED_POINTS;

/// The option value of "not applicable / can't say", valid where [`Question::not_applicable`] is set.
pub const NOT_APPLICABLE: &str = "na";

/// The question that decides whether a customer is satisfied (CONTRACT §8.3).
pub const OVERALL: &str = "overall";

/// The longest free text taken, in characters.
pub const MAX_TEXT: usize = 2000;

/// The most reasons offered for a low answer.
pub const MAX_REASONS: usize = 6;

/// What follows a question's code where its reasons are sent and stored: `overall.why` holds `slow manner`.
pub const WHY: &str = ".why";

/// What follows a question's code where the customer asks to be contacted about a low answer; holds [`YES`].
pub const CONTACT: &str = ".contact";

/// The only value of a wish to be contacted.
pub const YES: &str = "yes";

/// Share of the weight that must be answered before a response has points, in percent (FEATURES §3.2).
pub const MIN_ANSWERED_WEIGHT_PERCENT: u32 = 60;

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

/// One question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Stable across versions: `overall`, `speed`, …
    pub code: String,
    /// How it is answered.
    pub kind: Kind,
    /// Weight in the response's points; 0 = not scored.
    #[serde(default)]
    pub weight: u32,
    /// An answer is needed.
    #[serde(default)]
    pub required: bool,
    /// Offers "not applicable / can't say", which is no answer in any figure.
    #[serde(default)]
    pub not_applicable: bool,
    /// The question as read.
    pub text: Localised,
    /// The options of a rating, most positive first.
    #[serde(default)]
    pub options: Vec<Choice>,
    /// What is asked further after a low answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
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

/// How a question is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// One of the options.
    Rating,
    /// Free text, at most [`MAX_TEXT`] characters.
    Text,
}

/// An option of a rating.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// What is sent and stored.
    pub value: String,
    /// 0–100; explicit, never derived from the position.
    pub points: u8,
    /// The word.
    pub text: Localised,
}

/// Valid answers by question code: an option value, [`NOT_APPLICABLE`] or a text. A skipped question is absent. What was
/// said about a low answer stands under the question's code with [`WHY`] and [`CONTACT`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Answers(pub BTreeMap<String, String>);

/// Why a field of a submission is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerError {
    /// The question, or the field as sent if there is no such question.
    pub code: String,
    /// What is wrong with it.
    pub reason: AnswerProblem,
}

/// What is wrong with one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerProblem {
    /// A required question has no answer.
    Missing,
    /// Not an option of this question.
    UnknownOption,
    /// Answered twice.
    Duplicate,
    /// The questionnaire has no such question.
    UnknownQuestion,
    /// A text over [`MAX_TEXT`] characters, or one with control characters.
    BadText,
}

/// What a response is worth.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Scored {
    /// Points of the overall answer.
    pub overall: Option<u8>,
    /// Weighted mean in hundredths of a point, half up; `None` if too little is answered.
    pub points: Option<u32>,
    /// Points per scored question that was answered.
    pub items: Vec<(String, u8)>,
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
    pub const ONLINE_JSON: &str = include_str!("questionnaires/online.json");
    /// The default questionnaire of offline service.
    pub const OFFLINE_JSON: &str = include_str!("questionnaires/offline.json");

    /// The question with this code.
    pub fn question(&self, code: &str) -> Option<&Question> {
        self.questions.iter().find(|question| question.code == code)
    }

    /// What is asked, without its words: two questionnaires of one form cannot be told apart by answers to them.
    pub fn form(&self) -> String {
        let mut form = String::new();
        for question in &self.questions {
            let options = question.options.iter().map(|option| format!("{}={}", option.value, option.points));
            let reasons = question.why.iter().flat_map(|why| &why.reasons).map(|reason| reason.code.clone());
            let from = question.why.iter().map(|why| format!("why<={}", why.at_most));
            let parts: Vec<String> = options.chain(from).chain(reasons).collect();
            let Question { code, kind, weight, required, not_applicable, .. } = question;
            form.push_str(&format!("{code}:{kind:?}:{weight}:{required}:{not_applicable}:{}\n", parts.join(",")));
        }
        form
    }

    /// Checks the fields of a submission: every one must be a question's, at most once, with a valid value.
    ///
    /// An empty value is a skipped question. All errors are returned, in the order of the questions.
    pub fn read<'a>(&self, fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Answers, Vec<AnswerError>> {
        let mut answers = BTreeMap::new();
        let mut errors = Vec::new();
        let mut refuse = |code: &str, reason| errors.push(AnswerError { code: code.to_owned(), reason });
        let mut wishes: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (code, value) in fields {
            if let Some(question) = self.asks_why(code) {
                match value {
                    "" => {}
                    _ if question.offers_wish(code, value) => wishes.entry(code).or_default().push(value),
                    _ => refuse(&question.code, AnswerProblem::UnknownOption),
                }
                continue;
            }
            let Some(question) = self.question(code) else {
                refuse(code, AnswerProblem::UnknownQuestion);
                continue;
            };
            let value = if question.kind == Kind::Text { value.trim() } else { value };
            if value.is_empty() {
                continue;
            }
            match question.check(value) {
                Err(problem) => refuse(code, problem),
                Ok(value) => {
                    if answers.insert(code.to_owned(), value).is_some() {
                        refuse(code, AnswerProblem::Duplicate);
                    }
                }
            }
        }
        for question in self.questions.iter().filter(|question| question.required) {
            if !answers.contains_key(&question.code) && !errors.iter().any(|error| error.code == question.code) {
                errors.push(AnswerError { code: question.code.clone(), reason: AnswerProblem::Missing });
            }
        }
        for question in &self.questions {
            if question.is_low(answers.get(&question.code)) {
                answers.extend(question.wishes(&wishes));
            }
        }
        if errors.is_empty() { Ok(Answers(answers)) } else { Err(errors) }
    }

    /// Whether an answer is low, so that it is owed a reply (C-3.3).
    pub fn is_low(&self, answers: &Answers) -> bool {
        self.questions.iter().any(|question| question.is_low(answers.0.get(&question.code)))
    }

    /// The question whose reasons or wish to be contacted a field holds.
    fn asks_why(&self, code: &str) -> Option<&Question> {
        let stem = code.strip_suffix(WHY).or_else(|| code.strip_suffix(CONTACT))?;
        self.question(stem).filter(|question| question.why.is_some())
    }

    /// What `answers` are worth. `na` and skipped questions are left out; below 60 % of the weight there are no points.
    pub fn score(&self, answers: &Answers) -> Scored {
        let scored = self.questions.iter().filter(|question| question.weight > 0);
        let total: u64 = scored.clone().map(|question| u64::from(question.weight)).sum();
        let mut answered = 0;
        let mut sum = 0;
        let mut items = Vec::new();
        for question in scored {
            let points = answers.0.get(&question.code).and_then(|value| question.points(value));
            if let Some(points) = points {
                answered += u64::from(question.weight);
                sum += u64::from(question.weight) * u64::from(points) * 100;
                items.push((question.code.clone(), points));
            }
        }
        let enough = answered > 0 && answered * 100 >= total * u64::from(MIN_ANSWERED_WEIGHT_PERCENT);
        let points = enough.then(|| (2 * sum + answered) / (2 * answered)).and_then(|mean| u32::try_from(mean).ok());
        let overall = items.iter().find(|(code, _)| code == OVERALL).map(|(_, points)| *points);
        Scored { overall, points, items }
    }
}

impl Question {
    /// The points of an option value; `None` for `na`.
    pub fn points(&self, value: &str) -> Option<u8> {
        self.options.iter().find(|option| option.value == value).map(|option| option.points)
    }

    /// Whether an option is low: further questions follow it.
    pub fn is_low_option(&self, value: &str) -> bool {
        self.why.as_ref().is_some_and(|why| self.points(value).is_some_and(|points| points <= why.at_most))
    }

    fn is_low(&self, answer: Option<&String>) -> bool {
        answer.is_some_and(|value| self.is_low_option(value))
    }

    fn offers_wish(&self, code: &str, value: &str) -> bool {
        let reasons = self.why.iter().flat_map(|why| &why.reasons).take(MAX_REASONS);
        if code.ends_with(CONTACT) { value == YES } else { reasons.into_iter().any(|reason| reason.code == value) }
    }

    /// What was said about a low answer, as it is stored: the reasons once each, in the order of the page.
    fn wishes(&self, sent: &BTreeMap<&str, Vec<&str>>) -> Vec<(String, String)> {
        let said = |suffix: &str| {
            let code = format!("{}{suffix}", self.code);
            sent.get(code.as_str()).map(|values| (code, values))
        };
        let reasons = said(WHY).map(|(code, chosen)| {
            let offered = self.why.iter().flat_map(|why| &why.reasons).map(|reason| reason.code.as_str());
            (code, offered.filter(|reason| chosen.contains(reason)).collect::<Vec<_>>().join(" "))
        });
        reasons.into_iter().chain(said(CONTACT).map(|(code, _)| (code, YES.to_owned()))).collect()
    }

    fn check(&self, value: &str) -> Result<String, AnswerProblem> {
        match self.kind {
            Kind::Rating if self.not_applicable && value == NOT_APPLICABLE => Ok(value.to_owned()),
            Kind::Rating => self.points(value).map(|_| value.to_owned()).ok_or(AnswerProblem::UnknownOption),
            Kind::Text => {
                let text = value.replace("\r\n", "\n").replace('\r', "\n");
                let control = |c: char| c.is_control() && c != '\n' && c != '\t';
                if text.chars().count() > MAX_TEXT || text.contains(control) {
                    return Err(AnswerProblem::BadText);
                }
                Ok(text)
            }
        }
    }
}

impl Answers {
    /// Whether the customer asks to be contacted.
    pub fn wants_contact(&self) -> bool {
        self.0.keys().any(|code| code.ends_with(CONTACT))
    }
}

impl Scored {
    /// Whether the customer is satisfied; `None` without an overall answer.
    pub fn satisfied(&self) -> Option<bool> {
        self.overall.map(|points| points >= SATISFIED_POINTS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn online() -> Questionnaire {
        serde_json::from_str(Questionnaire::ONLINE_JSON).unwrap()
    }

    fn score(fields: &[(&str, &str)]) -> Scored {
        let questionnaire = online();
        questionnaire.score(&questionnaire.read(fields.iter().copied()).unwrap())
    }

    fn problem(fields: &[(&str, &str)]) -> Vec<(String, AnswerProblem)> {
        online().read(fields.iter().copied()).unwrap_err().into_iter().map(|e| (e.code, e.reason)).collect()
    }

    #[test]
    fn both_defaults_parse_and_ask_the_same_codes() {
        let offline: Questionnaire = serde_json::from_str(Questionnaire::OFFLINE_JSON).unwrap();
        let codes = |q: &Questionnaire| q.questions.iter().map(|q| q.code.clone()).collect::<Vec<_>>();
        assert_eq!(codes(&online()), ["overall", "attitude", "speed", "solved", "comment"]);
        assert_eq!(codes(&online()), codes(&offline));
    }

    #[test]
    fn both_defaults_have_one_form() {
        let offline: Questionnaire = serde_json::from_str(Questionnaire::OFFLINE_JSON).unwrap();
        assert_eq!(online().form(), offline.form());
        let mut other = online();
        other.questions[0].options[0].points = 90;
        assert_ne!(online().form(), other.form());
    }

    #[test]
    fn points_are_the_weighted_mean_in_hundredths_half_up() {
        let scored = score(&[("overall", "5"), ("attitude", "4"), ("speed", "3")]);
        assert_eq!(scored.points, Some(8167));
    }

    #[test]
    fn below_sixty_percent_of_the_weight_there_are_no_points() {
        assert_eq!(score(&[("overall", "5"), ("attitude", "na")]).points, None);
        assert_eq!(score(&[("overall", "5"), ("attitude", "5"), ("speed", "5")]).points, Some(10000));
    }

    #[test]
    fn satisfied_begins_at_the_word_satisfied() {
        assert_eq!(score(&[("overall", "4")]).satisfied(), Some(true));
        assert_eq!(score(&[("overall", "3")]).satisfied(), Some(false));
    }

    #[test]
    fn overall_must_be_answered_and_not_with_na() {
        assert_eq!(problem(&[("speed", "5")]), [("overall".into(), AnswerProblem::Missing)]);
        assert_eq!(problem(&[("overall", "na")]), [("overall".into(), AnswerProblem::UnknownOption)]);
    }

    #[test]
    fn unknown_and_repeated_fields_are_refused() {
        assert_eq!(problem(&[("overall", "5"), ("x", "1")]), [("x".into(), AnswerProblem::UnknownQuestion)]);
        assert_eq!(problem(&[("overall", "5"), ("overall", "4")]), [("overall".into(), AnswerProblem::Duplicate)]);
    }

    #[test]
    fn reasons_are_kept_for_a_low_answer_only() {
        let read = |overall| {
            let fields = [("overall", overall), ("overall.why", "manner"), ("overall.why", "slow")];
            online().read(fields.into_iter().chain([("overall.contact", "yes")])).unwrap()
        };
        let low = read("2");
        assert_eq!((low.0["overall.why"].as_str(), low.wants_contact()), ("slow manner", true));
        assert!(online().is_low(&low));
        assert_eq!(read("3").0.into_keys().collect::<Vec<_>>(), ["overall"]);
    }

    #[test]
    fn a_low_answer_needs_no_reason() {
        assert_eq!(online().read([("overall", "1"), ("overall.why", "")]).unwrap().0.len(), 1);
    }

    #[test]
    fn reasons_that_are_not_offered_are_refused() {
        for wrong in [("overall.why", "price"), ("overall.contact", "no")] {
            assert_eq!(problem(&[("overall", "1"), wrong]), [("overall".into(), AnswerProblem::UnknownOption)]);
        }
        assert_eq!(problem(&[("overall", "1"), ("speed.why", "slow")])[0].1, AnswerProblem::UnknownQuestion);
    }

    #[test]
    fn the_defaults_offer_at_most_six_reasons() {
        for definition in [Questionnaire::ONLINE_JSON, Questionnaire::OFFLINE_JSON] {
            let questionnaire: Questionnaire = serde_json::from_str(definition).unwrap();
            let why = questionnaire.question(OVERALL).unwrap().why.as_ref().unwrap();
            assert!(!why.reasons.is_empty() && why.reasons.len() <= MAX_REASONS);
            assert!(why.reasons.iter().all(|reason| !reason.code.contains(' ')));
        }
    }

    #[test]
    fn a_comment_keeps_its_lines_and_refuses_nul() {
        let answers = online().read([("overall", "5"), ("comment", " a\r\nb ")]).unwrap();
        assert_eq!(answers.0["comment"], "a\nb");
        assert_eq!(problem(&[("overall", "5"), ("comment", "a\0b")]), [("comment".into(), AnswerProblem::BadText)]);
    }
}
