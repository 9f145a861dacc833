//! Reading a submission: every field must be a question's, with a valid value; what was not asked is left out.

use std::collections::BTreeMap;

use super::{Answers, CONTACT, Item, Kind, MAX_REASONS, MAX_TEXT, Question, Questionnaire, WHY, YES};

/// Why a field of a submission is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerError {
    /// The question or row, or the field as sent if there is no such question.
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
    /// A text longer than [`MAX_TEXT`], or one with control characters.
    BadText,
}

/// What a submission says, right or wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// What is valid and was asked.
    pub answers: Answers,
    /// Unknown fields first, then in the order of the questions.
    pub errors: Vec<AnswerError>,
}

/// What was sent under each code: values that are not empty.
type Sent<'a> = BTreeMap<&'a str, Vec<&'a str>>;

impl Questionnaire {
    /// Checks the fields of a submission: every one must be a question's, with a valid value.
    ///
    /// An empty value is a skipped question. An answer to a question that the other answers hide is left out without an
    /// error: a page without a script cannot take it back. All errors are returned.
    pub fn read<'a>(&self, fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Answers, Vec<AnswerError>> {
        let Reading { answers, errors } = self.reading(fields);
        if errors.is_empty() { Ok(answers) } else { Err(errors) }
    }

    /// As [`Questionnaire::read`], with what is valid beside what is not.
    pub fn reading<'a>(&self, fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Reading {
        let mut reading = Reading::default();
        let mut sent = Sent::new();
        for (code, value) in fields {
            if self.item(code).is_none() && self.asks_why(code).is_none() {
                reading.refuse(code, AnswerProblem::UnknownQuestion);
            } else if !value.is_empty() {
                sent.entry(code).or_default().push(value);
            }
        }
        for question in &self.questions {
            if self.shows(question, &reading.answers) {
                reading.read(question, &sent);
            }
        }
        reading
    }

    /// The question whose reasons or wish to be contacted a field holds.
    fn asks_why(&self, code: &str) -> Option<&Question> {
        let stem = code.strip_suffix(WHY).or_else(|| code.strip_suffix(CONTACT))?;
        self.question(stem).filter(|question| question.why.is_some())
    }
}

impl Reading {
    fn refuse(&mut self, code: &str, reason: AnswerProblem) {
        self.errors.push(AnswerError { code: code.to_owned(), reason });
    }

    /// Reads a question that was asked.
    fn read(&mut self, question: &Question, sent: &Sent<'_>) {
        for item in question.items() {
            match item.check(sent.get(item.code).map(Vec::as_slice).unwrap_or_default()) {
                Ok(Some(value)) => {
                    self.answers.0.insert(item.code.to_owned(), value);
                }
                Ok(None) if question.required => self.refuse(item.code, AnswerProblem::Missing),
                Ok(None) => {}
                Err(problem) => self.refuse(item.code, problem),
            }
        }
        if question.why.is_some() {
            self.read_why(question, sent);
        }
    }

    /// What was said about a low answer, as it is stored: the reasons once each, in the order of the page.
    fn read_why(&mut self, question: &Question, sent: &Sent<'_>) {
        let (why, contact) = (format!("{}{WHY}", question.code), format!("{}{CONTACT}", question.code));
        let said = |code: &String| sent.get(code.as_str()).map(Vec::as_slice).unwrap_or_default();
        let offered = || question.why.iter().flat_map(|why| &why.reasons).take(MAX_REASONS);
        let is_offered = |value: &&str| offered().any(|reason| reason.code == *value);
        if !said(&why).iter().all(is_offered) || !said(&contact).iter().all(|value| *value == YES) {
            return self.refuse(&question.code, AnswerProblem::UnknownOption);
        }
        if !question.is_low(self.answers.0.get(&question.code)) {
            return;
        }
        let chosen: Vec<&str> =
            offered().map(|reason| reason.code.as_str()).filter(|code| said(&why).contains(code)).collect();
        if !chosen.is_empty() {
            self.answers.0.insert(why.clone(), chosen.join(" "));
        }
        if !said(&contact).is_empty() {
            self.answers.0.insert(contact.clone(), YES.to_owned());
        }
    }
}

impl Item<'_> {
    /// The answer as it is stored; `None` for a skipped question.
    fn check(&self, sent: &[&str]) -> Result<Option<String>, AnswerProblem> {
        match (self.question.kind, sent) {
            (_, []) => Ok(None),
            (Kind::Multi, chosen) => {
                if !chosen.iter().all(|value| self.question.offers(value)) {
                    return Err(AnswerProblem::UnknownOption);
                }
                let values = self.question.values().into_iter().filter(|value| chosen.contains(value));
                Ok(Some(values.collect::<Vec<_>>().join(" ")))
            }
            (Kind::Text, [value]) => text(value),
            (_, [value]) if self.question.offers(value) => Ok(Some((*value).to_owned())),
            (_, [_]) => Err(AnswerProblem::UnknownOption),
            _ => Err(AnswerProblem::Duplicate),
        }
    }
}

/// How long a typed text is as it is kept, in characters as browsers count them for `maxlength`: units of UTF-16, of which
/// an emoji has two (HTML, "API value" of a `textarea`).
pub fn text_length(typed: &str) -> usize {
    as_kept(typed).encode_utf16().count()
}

/// Without space around it, lines ended in one way.
fn as_kept(typed: &str) -> String {
    typed.trim().replace("\r\n", "\n").replace('\r', "\n")
}

fn text(value: &str) -> Result<Option<String>, AnswerProblem> {
    let text = as_kept(value);
    let control = |c: char| c.is_control() && c != '\n' && c != '\t';
    if text.encode_utf16().count() > MAX_TEXT || text.contains(control) {
        return Err(AnswerProblem::BadText);
    }
    Ok(Some(text).filter(|text| !text.is_empty()))
}
