//! The questions of a questionnaire as form fields: on the customer's page, and on that of an interviewer.

use super::form::{ANSWER_PREFIX, offers};
use crate::domain::questionnaire::{
    AnswerError, AnswerProblem, CONTACT, Kind, MAX_REASONS, MAX_TEXT, NOT_APPLICABLE, Question, Questionnaire, WHY, YES,
};
use crate::i18n::Texts;

/// A question as a template writes it.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its place, from 1.
    pub number: usize,
    /// The name of the form field: `q.overall`.
    pub name: String,
    /// The question.
    pub legend: String,
    /// An answer is needed.
    pub required: bool,
    /// The options of a rating; `None` for a text.
    pub options: Option<Vec<Choice>>,
    /// What is asked further after a low answer.
    pub why: Option<WhyField>,
    /// What was typed into a text.
    pub text: String,
    /// What is wrong with the answer.
    pub error: Option<String>,
}

/// One option of a rating, or a reason.
#[derive(Debug, Clone)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// The word.
    pub label: String,
    /// It is selected.
    pub checked: bool,
    /// Further questions follow it.
    pub low: bool,
}

/// Reasons for a low answer, and the wish to be contacted.
#[derive(Debug, Clone)]
pub struct WhyField {
    /// The name of the reasons' form field: `q.overall.why`.
    pub name: String,
    /// The reasons.
    pub reasons: Vec<Choice>,
    /// The name of the wish's form field: `q.overall.contact`.
    pub contact_name: String,
    /// The customer asks to be contacted.
    pub contact: bool,
}

/// The questions with what was answered (code and value) and what is wrong with it.
pub fn fields(
    t: Texts,
    questionnaire: &Questionnaire,
    answers: &[(String, String)],
    errors: &[&AnswerError],
) -> Vec<Field> {
    let field = |(number, question): (usize, &Question)| {
        let answer = answer(answers, &question.code).unwrap_or_default();
        let error = errors.iter().find(|error| error.code == question.code);
        Field {
            number,
            name: format!("{ANSWER_PREFIX}{}", question.code),
            legend: question.text.text(t.locale()).to_owned(),
            required: question.required,
            options: (question.kind == Kind::Rating).then(|| choices(t, question, answer)),
            why: question.why.as_ref().map(|_| why(t, question, answers)),
            text: storable(answer),
            error: error.map(|error| explain(t, questionnaire, answers, error)),
        }
    };
    (1..).zip(&questionnaire.questions).map(field).collect()
}

/// What is wrong with an answer, in words.
pub fn explain(t: Texts, questionnaire: &Questionnaire, answers: &[(String, String)], error: &AnswerError) -> String {
    let number = [("number", number(questionnaire, &error.code).unwrap_or_default())];
    match error.reason {
        AnswerProblem::Missing => t.with("survey-error-missing", &number),
        AnswerProblem::UnknownOption => t.with("survey-error-option", &number),
        AnswerProblem::Duplicate => t.with("survey-error-repeated", &number),
        AnswerProblem::UnknownQuestion => t.get("survey-error-question"),
        AnswerProblem::BadText => {
            let length = answer(answers, &error.code).unwrap_or_default().replace("\r\n", "\n").chars().count();
            match number {
                [number] if length > MAX_TEXT => t.with("survey-error-too-long", &[number, ("count", length)]),
                number => t.with("survey-error-characters", &number),
            }
        }
    }
}

/// The place of a question, from 1.
pub fn number(questionnaire: &Questionnaire, code: &str) -> Option<usize> {
    questionnaire.questions.iter().position(|question| question.code == code).map(|index| index + 1)
}

/// What was answered to a question.
pub fn answer<'a>(answers: &'a [(String, String)], code: &str) -> Option<&'a str> {
    answers.iter().find(|(answered, _)| answered == code).map(|(_, value)| value.as_str())
}

fn choices(t: Texts, question: &Question, answer: &str) -> Vec<Choice> {
    let choice = |value: &str, label: String| Choice {
        value: value.to_owned(),
        label,
        checked: value == answer && offers(question, answer),
        low: question.is_low_option(value),
    };
    let listed = question.options.iter().map(|option| choice(&option.value, option.text.text(t.locale()).to_owned()));
    let opt_out = || choice(NOT_APPLICABLE, t.get("survey-not-applicable"));
    listed.chain(question.not_applicable.then(opt_out)).collect()
}

/// The reasons with those that were chosen: as a form sends them, one by one, or as they are stored, in one text.
fn why(t: Texts, question: &Question, answers: &[(String, String)]) -> WhyField {
    let (code, contact) = (format!("{}{WHY}", question.code), format!("{}{CONTACT}", question.code));
    let is_chosen = |value: &str| {
        let mut sent = answers.iter().filter(|(answered, _)| *answered == code);
        sent.any(|(_, chosen)| chosen.split(' ').any(|one| one == value))
    };
    let offered = question.why.iter().flat_map(|why| &why.reasons).take(MAX_REASONS);
    let reasons = offered.map(|reason| Choice {
        value: reason.code.clone(),
        label: reason.text.text(t.locale()).to_owned(),
        checked: is_chosen(&reason.code),
        low: false,
    });
    WhyField {
        name: format!("{ANSWER_PREFIX}{code}"),
        reasons: reasons.collect(),
        contact: answer(answers, &contact) == Some(YES),
        contact_name: format!("{ANSWER_PREFIX}{contact}"),
    }
}

/// A text as it is put back into its field: without the control characters that would be refused again.
fn storable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}
