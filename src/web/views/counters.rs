//! Counters: where customers may answer uninvited, and the sheet with the code that hangs there.

use askama::Template;
use chrono::NaiveDate;

use super::figure::MIN_SCORE_N;
use super::{format, shell::Shell, words};
use crate::domain::counter::{InvalidCounter, NewCounter};
use crate::domain::service_record::Touchpoint;
use crate::domain::text::MAX_NAME;
use crate::i18n::Texts;

/// `GET /staff/counters`.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/counters.html")]
pub struct CountersPage {
    /// The frame.
    pub shell: Shell,
    /// Those in use first.
    pub rows: Vec<CounterRow>,
    /// To make one.
    pub form: CounterForm,
}

/// A counter.
#[derive(Debug, Clone)]
pub struct CounterRow {
    /// As customers know it, in the reader's language.
    pub name: String,
    /// The department's name.
    pub department: String,
    /// Where the service is given.
    pub touchpoint: Touchpoint,
    /// As it is printed: `k7mxw-3hrdt`.
    pub code: String,
    /// Where its pages for staff begin: `/staff/counters/k7mxw3hrdt`.
    pub path: String,
    /// Where customers answer: `/q/k7mxw3hrdt`.
    pub survey: String,
    /// Answers that count in this month; told from five on.
    pub answers: i64,
    /// Since when no answers are taken, in the organisation's zone.
    pub ended_on: Option<NaiveDate>,
}

/// The form to make a counter, as typed. Form fields: `csrf`, `department`, `touchpoint`, `name_zh`, `name_en`.
#[derive(Debug, Clone, Default)]
pub struct CounterForm {
    /// Code.
    pub department: String,
    /// Code and name of all to choose from, by name.
    pub departments: Vec<(String, String)>,
    /// Where the service is given.
    pub touchpoint: Option<Touchpoint>,
    /// In Chinese.
    pub name_zh: String,
    /// In English.
    pub name_en: String,
    /// Why the last attempt was refused.
    pub problems: Vec<InvalidCounter>,
}

/// `GET /staff/counters/{code}/sheet`: to be printed and hung up, in both languages at once.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/counter_sheet.html")]
pub struct SheetPage {
    /// The frame.
    pub shell: Shell,
    /// As it is printed.
    pub code: String,
    /// Its file.
    pub svg_href: String,
    /// The address that the code holds.
    pub address: String,
    /// The code as SVG; its texts come escaped.
    pub svg: String,
    /// What stands there in each language.
    pub sides: Vec<SheetSide>,
    /// The number to call instead.
    pub phone: Option<String>,
}

/// What a sheet says in one language.
#[derive(Debug, Clone)]
pub struct SheetSide {
    /// The language.
    pub t: Texts,
    /// The organisation's name.
    pub organisation: String,
    /// The department's.
    pub department: String,
    /// The counter's.
    pub counter: String,
    /// Minutes that an answer takes.
    pub minutes: i64,
}

impl CounterRow {
    /// `37`, or that there are too few to tell.
    fn answers_text(&self, t: &Texts) -> String {
        if self.answers < i64::from(MIN_SCORE_N) {
            return t.with("counter-few", &[("min", MIN_SCORE_N)]);
        }
        self.answers.to_string()
    }

    fn state(&self, t: &Texts) -> String {
        match &self.ended_on {
            None => t.get("counter-in-use"),
            Some(day) => t.with("counter-ended-on", &[("date", format::date(t, day))]),
        }
    }
}

impl CounterForm {
    fn problem_at(&self, t: &Texts, id: &str) -> Option<String> {
        self.problems.iter().find(|problem| field(**problem) == id).map(|problem| words_of(t, *problem))
    }

    /// What was wrong, each with the field to go to.
    fn errors(&self, t: &Texts) -> Vec<(&'static str, String)> {
        self.problems.iter().map(|problem| (field(*problem), words_of(t, *problem))).collect()
    }
}

impl SheetSide {
    fn length(&self) -> String {
        self.t.count("survey-minutes", self.minutes)
    }
}

const fn field(problem: InvalidCounter) -> &'static str {
    match problem {
        InvalidCounter::Department => "department",
        InvalidCounter::Touchpoint => "touchpoint",
        InvalidCounter::NameZh | InvalidCounter::Repeated => "name_zh",
        InvalidCounter::NameEn => "name_en",
    }
}

fn words_of(t: &Texts, problem: InvalidCounter) -> String {
    match problem {
        InvalidCounter::Department => t.get("counter-error-department"),
        InvalidCounter::Touchpoint => t.get("counter-error-touchpoint"),
        InvalidCounter::NameZh => t.with("counter-error-name-zh", &[("max", MAX_NAME)]),
        InvalidCounter::NameEn => t.with("counter-error-name-en", &[("max", MAX_NAME)]),
        InvalidCounter::Repeated => t.get("counter-error-repeated"),
    }
}
