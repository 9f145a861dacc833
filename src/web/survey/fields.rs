//! The questions of a questionnaire as form fields: on the customer's page, and on that of an interviewer.

use super::form::ANSWER_PREFIX;
use super::words;
use crate::domain::questionnaire::{
    AnswerError, AnswerProblem, CONTACT, Ends, Item, Kind, MAX_REASONS, MAX_TEXT, NOT_APPLICABLE, Question,
    Questionnaire, WHY, YES, text_length,
};
use crate::i18n::Texts;

/// A question as a template writes it.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its place, from 1, for the names of elements.
    pub number: usize,
    /// Its number as read: `2`; `2a` if it is only asked of some.
    pub label: String,
    /// The name of the form field: `q.overall`.
    pub name: String,
    /// The question.
    pub legend: String,
    /// An answer is needed.
    pub required: bool,
    /// How it is answered.
    pub input: Input,
    /// What is asked further after a low answer.
    pub why: Option<WhyField>,
    /// What is wrong with the answer.
    pub error: Option<String>,
    /// When it is asked, in words; `None` = always.
    pub when: Option<String>,
}

/// The controls of a question.
#[derive(Debug, Clone)]
pub enum Input {
    /// One of these.
    One(Vec<Choice>),
    /// Any of these.
    Several(Vec<Choice>),
    /// One of a row of numbers.
    Scale(Scale),
    /// One for each row.
    Rows(Vec<RowField>),
    /// A box to tick; whether it is.
    Tick(bool),
    /// What was typed.
    Text(String),
}

/// An option, or a reason.
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
    /// Decoration.
    pub face: Option<&'static str>,
}

/// A row of numbers.
#[derive(Debug, Clone)]
pub struct Scale {
    /// The numbers.
    pub numbers: Vec<Choice>,
    /// What the smallest means, with the number: `0 = not at all likely`.
    pub low: String,
    /// What the largest means.
    pub high: String,
    /// "Not applicable", if it is offered.
    pub apart: Option<Choice>,
}

/// A row of a matrix.
#[derive(Debug, Clone)]
pub struct RowField {
    /// Its place, for the names of elements: `4-1`.
    pub id: String,
    /// Its number as read: `4.1`.
    pub label: String,
    /// The name of the form field.
    pub name: String,
    /// The row.
    pub legend: String,
    /// The options.
    pub options: Vec<Choice>,
    /// What is wrong with the answer.
    pub error: Option<String>,
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

impl Field {
    /// Whether any of the options may be chosen.
    pub fn is_several(&self) -> bool {
        matches!(self.input, Input::Several(_))
    }

    /// Whether something is typed.
    pub fn is_text(&self) -> bool {
        matches!(self.input, Input::Text(_))
    }

    /// Whether it is a matrix.
    pub fn is_rows(&self) -> bool {
        matches!(self.input, Input::Rows(_))
    }

    /// The elements that say more about it: what the ends of a scale mean, and what is wrong.
    pub fn described_by(&self) -> Option<String> {
        let ends = matches!(self.input, Input::Scale(_)).then(|| format!("h{}", self.number));
        let error = self.error.as_ref().map(|_| format!("e{}", self.number));
        let all: Vec<String> = ends.into_iter().chain(error).collect();
        if all.is_empty() { None } else { Some(all.join(" ")) }
    }
}

/// Beside the five words, the most positive first; of Unicode 6.0, which old phones have too.
const FACES: [&str; 5] = ["😄", "😊", "😐", "😞", "😣"];

/// The questions with what was answered (code and value) and what is wrong with it.
pub fn fields(
    t: Texts,
    questionnaire: &Questionnaire,
    answers: &[(String, String)],
    errors: &[&AnswerError],
) -> Vec<Field> {
    let explain = |code: &str| {
        let error = errors.iter().find(|error| error.code == code)?;
        Some(explain(t, questionnaire, answers, error))
    };
    let field = |((number, question), label): ((usize, &Question), String)| Field {
        number,
        name: format!("{ANSWER_PREFIX}{}", question.code),
        legend: question.text.text(t.locale()).to_owned(),
        required: question.required,
        input: match question.kind {
            Kind::Rating | Kind::Single | Kind::YesNo => Input::One(choices(t, question, answers, &question.code)),
            Kind::Multi => Input::Several(choices(t, question, answers, &question.code)),
            Kind::Nps | Kind::Ces => Input::Scale(scale(t, question, answers)),
            Kind::Consent => Input::Tick(answer(answers, &question.code) == Some(YES)),
            Kind::Text => Input::Text(storable(answer(answers, &question.code).unwrap_or_default())),
            Kind::Matrix => {
                let row = |(row, item): (usize, Item<'_>)| RowField {
                    id: format!("{number}-{row}"),
                    label: format!("{label}.{row}"),
                    name: format!("{ANSWER_PREFIX}{}", item.code),
                    legend: item.text.text(t.locale()).to_owned(),
                    options: choices(t, question, answers, item.code),
                    error: explain(item.code),
                };
                Input::Rows((1..).zip(question.items()).map(row).collect())
            }
        },
        why: question.why.as_ref().map(|_| why(t, question, answers)),
        error: explain(&question.code),
        when: question.show_if.as_ref().map(|show_if| words::when(t, questionnaire, show_if)),
        label,
    };
    (1..).zip(&questionnaire.questions).zip(labels(questionnaire)).map(field).collect()
}

/// What is wrong with an answer, in words.
pub fn explain(t: Texts, questionnaire: &Questionnaire, answers: &[(String, String)], error: &AnswerError) -> String {
    let number = [("number", label(questionnaire, &error.code).unwrap_or_default())];
    let kind = questionnaire.item(&error.code).map(|item| item.question.kind);
    match (error.reason, kind) {
        (AnswerProblem::Missing, Some(Kind::Text)) => t.with("survey-error-no-text", &number),
        (AnswerProblem::Missing, Some(Kind::Consent)) => t.with("survey-error-no-consent", &number),
        (AnswerProblem::Missing, _) => t.with("survey-error-missing", &number),
        (AnswerProblem::UnknownOption, _) => t.with("survey-error-option", &number),
        (AnswerProblem::Duplicate, _) => t.with("survey-error-repeated", &number),
        (AnswerProblem::UnknownQuestion, _) => t.get("survey-error-question"),
        (AnswerProblem::BadText, _) => {
            let length = text_length(answer(answers, &error.code).unwrap_or_default());
            match number {
                [number] if length > MAX_TEXT => {
                    t.with("survey-error-too-long", &[number, ("count", length.to_string())])
                }
                number => t.with("survey-error-characters", &number),
            }
        }
    }
}

/// The numbers of the questions as read. What is only asked of some has a letter after the number before it, so that no
/// number is missing where it is not asked.
pub fn labels(questionnaire: &Questionnaire) -> Vec<String> {
    let (mut number, mut letters) = (0, 'a'..='z');
    let label = |question: &Question| {
        if question.show_if.is_none() {
            (number, letters) = (number + 1, 'a'..='z');
            return number.to_string();
        }
        letters.next().map_or_else(|| number.to_string(), |letter| format!("{number}{letter}"))
    };
    questionnaire.questions.iter().map(label).collect()
}

/// The number of a question or row as read.
pub fn label(questionnaire: &Questionnaire, code: &str) -> Option<String> {
    let (number, row) = place(questionnaire, code)?;
    let label = labels(questionnaire).into_iter().nth(number.checked_sub(1)?)?;
    Some(row.map_or_else(|| label.clone(), |row| format!("{label}.{row}")))
}

/// The place of a question on the page, from 1, and the name of its first element.
pub fn target(questionnaire: &Questionnaire, code: &str) -> Option<(usize, String)> {
    let (number, row) = place(questionnaire, code)?;
    Some((number, row.map_or_else(|| format!("q{number}"), |row| format!("q{number}-{row}"))))
}

/// The place of a question, and of its row if it is one of a matrix, each from 1.
fn place(questionnaire: &Questionnaire, code: &str) -> Option<(usize, Option<usize>)> {
    (1..).zip(&questionnaire.questions).find_map(|(number, question)| {
        let row = question.items().position(|item| item.code == code)?;
        Some((number, (question.kind == Kind::Matrix).then_some(row + 1)))
    })
}

/// What was answered to a question.
pub fn answer<'a>(answers: &'a [(String, String)], code: &str) -> Option<&'a str> {
    answers.iter().find(|(answered, _)| answered == code).map(|(_, value)| value.as_str())
}

/// Whether a value was chosen: as a form sends several, one by one, or as they are stored, in one text.
fn is_chosen(answers: &[(String, String)], code: &str, value: &str) -> bool {
    let mut sent = answers.iter().filter(|(answered, _)| answered == code);
    sent.any(|(_, chosen)| chosen.split(' ').any(|one| one == value))
}

fn choices(t: Texts, question: &Question, answers: &[(String, String)], code: &str) -> Vec<Choice> {
    let one = answer(answers, code).unwrap_or_default();
    let chosen = |value: &str| match question.kind {
        Kind::Multi => is_chosen(answers, code, value),
        _ => value == one,
    };
    let values = question.values().into_iter().map(str::to_owned);
    let na = question.offers_na().then(|| NOT_APPLICABLE.to_owned());
    let faces = FACES.into_iter().filter(|_| question.faces).map(Some).chain(std::iter::repeat(None));
    let choice = |(value, face): (String, _)| Choice {
        label: words::word(t, question, &value),
        checked: chosen(&value),
        low: question.is_low_option(&value),
        face: if value == NOT_APPLICABLE { None } else { face },
        value,
    };
    values.chain(na).zip(faces).map(choice).collect()
}

fn scale(t: Texts, question: &Question, answers: &[(String, String)]) -> Scale {
    let (na, numbers): (Vec<Choice>, _) = choices(t, question, answers, &question.code)
        .into_iter()
        .partition(|choice| question.offers_na() && choice.value == NOT_APPLICABLE);
    let end = |number: Option<&Choice>, word: String| {
        let number = number.map(|choice| choice.value.clone()).unwrap_or_default();
        t.with("survey-scale-end", &[("number", number), ("word", word)])
    };
    let said = |pick: fn(&Ends) -> &crate::domain::questionnaire::Localised, usual: String| {
        question.ends.as_ref().map_or(usual, |ends| pick(ends).text(t.locale()).to_owned())
    };
    let (low, high) = match question.kind {
        Kind::Nps => (t.get("survey-nps-low"), t.get("survey-nps-high")),
        _ => (t.get("survey-ces-low"), t.get("survey-ces-high")),
    };
    Scale {
        low: end(numbers.first(), said(|ends| &ends.low, low)),
        high: end(numbers.last(), said(|ends| &ends.high, high)),
        apart: na.into_iter().next(),
        numbers,
    }
}

fn why(t: Texts, question: &Question, answers: &[(String, String)]) -> WhyField {
    let (code, contact) = (format!("{}{WHY}", question.code), format!("{}{CONTACT}", question.code));
    let offered = question.why.iter().flat_map(|why| &why.reasons).take(MAX_REASONS);
    let reasons = offered.map(|reason| Choice {
        value: reason.code.clone(),
        label: reason.text.text(t.locale()).to_owned(),
        checked: is_chosen(answers, &code, &reason.code),
        low: false,
        face: None,
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
