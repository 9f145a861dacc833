//! What is typed into the page of a question.

use super::super::{Fields, field};
use crate::domain::questionnaire::{Condition, Localised};
use crate::domain::questionnaire_draft::{DraftOption, DraftQuestion, DraftRow, Toward, shift};

/// A button of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Save and stay.
    Save,
    /// Save and go back to the list.
    Close,
    /// Take the question away.
    Remove,
    /// Put the five words in the place of the options.
    Five,
    /// Add an entry.
    Add(List),
    /// Move an entry.
    Shift(List, usize, Toward),
    /// Take an entry away.
    Drop(List, usize),
}

/// A list of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    Options,
    Rows,
    Reasons,
}

impl Step {
    /// The button that was pressed.
    pub fn read(fields: &Fields) -> Option<Self> {
        let (word, at) = split(field(fields, "step"));
        let (list, what) = match word.split_once('-') {
            None => {
                return match word {
                    "save" => Some(Self::Save),
                    "close" => Some(Self::Close),
                    "remove" => Some(Self::Remove),
                    "five" => Some(Self::Five),
                    _ => None,
                };
            }
            Some(("option", what)) => (List::Options, what),
            Some(("row", what)) => (List::Rows, what),
            Some(("reason", what)) => (List::Reasons, what),
            Some(_) => return None,
        };
        let at = || at.parse().ok();
        match what {
            "add" => Some(Self::Add(list)),
            "remove" => Some(Self::Drop(list, at()?)),
            other => Some(Self::Shift(list, at()?, Toward::from_word(other)?)),
        }
    }

    /// The field that the reader goes on from.
    pub fn anchor(self, question: &DraftQuestion) -> String {
        let entry = |list: List, at: usize| match list {
            List::Options => format!("o{at}-zh"),
            List::Rows => format!("r{at}-zh"),
            List::Reasons => format!("w{at}-zh"),
        };
        let last = |list: List| match list {
            List::Options => question.options.len(),
            List::Rows => question.rows.len(),
            List::Reasons => question.reasons.len(),
        };
        match self {
            Self::Save | Self::Close | Self::Remove => "main".into(),
            Self::Five => "options".into(),
            Self::Add(list) => entry(list, last(list).saturating_sub(1)),
            Self::Shift(list, at, Toward::Up) => entry(list, at.saturating_sub(1)),
            Self::Shift(list, at, Toward::Down) => entry(list, (at + 1).min(last(list).saturating_sub(1))),
            Self::Drop(list, at) => entry(list, at.min(last(list).saturating_sub(1))),
        }
    }

    /// Does to the lists what the button says; adding is left to who knows the draft.
    pub fn apply(self, question: &mut DraftQuestion) {
        let drop = |list: &mut Vec<DraftRow>, at: usize| {
            if at < list.len() {
                list.remove(at);
            }
        };
        match self {
            Self::Five => question.use_five_words(),
            Self::Shift(List::Options, at, toward) => shift(&mut question.options, at, toward),
            Self::Shift(List::Rows, at, toward) => shift(&mut question.rows, at, toward),
            Self::Shift(List::Reasons, at, toward) => shift(&mut question.reasons, at, toward),
            Self::Drop(List::Options, at) if at < question.options.len() => drop_option(question, at),
            Self::Drop(List::Rows, at) => drop(&mut question.rows, at),
            Self::Drop(List::Reasons, at) => drop(&mut question.reasons, at),
            Self::Save | Self::Close | Self::Remove | Self::Add(_) | Self::Drop(List::Options, _) => {}
        }
    }
}

fn drop_option(question: &mut DraftQuestion, at: usize) {
    question.options.remove(at);
}

/// A button's word and what follows it.
pub(super) fn split(step: &str) -> (&str, &str) {
    step.split_once(' ').unwrap_or((step, ""))
}

/// A text in both languages.
pub(super) fn words(fields: &Fields, id: &str) -> Localised {
    let part = |part: &str| field(fields, &format!("{id}-{part}")).to_owned();
    Localised { zh_cn: part("zh"), en: part("en") }
}

/// The question as typed; a code that was published stays.
pub(super) fn question(fields: &Fields, stored: &DraftQuestion, is_published: bool) -> DraftQuestion {
    let is_set = |name: &str| field(fields, name) == "1";
    let text = |name: &str| field(fields, name).to_owned();
    let option = |at: usize| DraftOption {
        value: text(&format!("o{at}-value")),
        points: text(&format!("o{at}-points")),
        text: words(fields, &format!("o{at}")),
    };
    DraftQuestion {
        id: stored.id,
        code: if is_published { stored.code.clone() } else { text("code") },
        kind: field(fields, "kind").parse().unwrap_or(stored.kind),
        weight: text("weight"),
        required: is_set("required"),
        not_applicable: is_set("na"),
        text: words(fields, "text"),
        options: (0..count(fields, "o", "value")).map(option).collect(),
        rows: rows(fields, "r"),
        low: words(fields, "low"),
        high: words(fields, "high"),
        faces: is_set("faces"),
        at_most: text("at_most"),
        reasons: rows(fields, "w"),
        any: is_set("any"),
        conditions: conditions(fields),
        new_page: is_set("new_page"),
    }
}

fn rows(fields: &Fields, prefix: &str) -> Vec<DraftRow> {
    let row = |at: usize| DraftRow {
        code: field(fields, &format!("{prefix}{at}-code")).to_owned(),
        text: words(fields, &format!("{prefix}{at}")),
    };
    (0..count(fields, prefix, "code")).map(row).collect()
}

/// How many entries of a list were sent, one after the other from 0.
fn count(fields: &Fields, prefix: &str, part: &str) -> usize {
    (0..).take_while(|at| fields.iter().any(|(name, _)| *name == format!("{prefix}{at}-{part}"))).count()
}

/// The answers that were ticked, by the question they are to.
fn conditions(fields: &Fields) -> Vec<Condition> {
    let mut conditions: Vec<Condition> = Vec::new();
    for (_, ticked) in fields.iter().filter(|(name, _)| name == "if") {
        let (question, value) = split(ticked);
        match conditions.iter_mut().find(|one| one.question == question) {
            Some(one) => one.values.push(value.to_owned()),
            None => {
                conditions.push(Condition { question: question.to_owned(), values: vec![value.to_owned()] });
            }
        }
    }
    conditions
}
