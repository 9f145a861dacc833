//! A questionnaire on paper, and the page where staff key in what was ticked: by keys, not by mouse.

use askama::Template;
use chrono::NaiveDate;

use super::{format, shell::Shell};
use crate::domain::locale::Locale;
use crate::domain::paper::{Label, Tick};
use crate::domain::period::Period;
use crate::domain::questionnaire::{Item, Kind, MAX_TEXT, Question, Questionnaire, WHY};
use crate::domain::response::Mode;
use crate::i18n::Texts;

/// Characters that the number of a form may have.
pub const MAX_NUMBER: usize = 20;

/// `GET /staff/counters/{code}/form?in=en`: to be printed, in one language.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/paper_form.html")]
pub struct PaperFormPage {
    /// The frame.
    pub shell: Shell,
    /// Where the counter's pages begin.
    pub path: String,
    /// The language of the form.
    pub on: Texts,
    /// The organisation's name.
    pub organisation: String,
    /// The department's.
    pub department: String,
    /// The counter's.
    pub counter: String,
    /// The counter's code, as it is printed.
    pub code: String,
    /// Code and version of the questionnaire: `offline 2`.
    pub form: String,
    /// The questions.
    pub lines: Vec<Line>,
    /// The number to call instead.
    pub phone: Option<String>,
    /// How long answers are kept at most, in months.
    pub retention_months: u32,
    /// Where the privacy notice stands.
    pub privacy: String,
}

/// What is asked, on paper or to be keyed in.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its place, from 1; none of what belongs to the line before.
    pub number: Option<usize>,
    /// Of the form field: `q.overall`.
    pub name: String,
    /// Of the input: `q-overall`.
    pub id: String,
    /// The question.
    pub text: String,
    /// The boxes with their keys; none of a text.
    pub boxes: Vec<(String, String)>,
    /// Several boxes may be ticked.
    pub is_many: bool,
    /// An answer is needed.
    pub required: bool,
    /// Only some are asked.
    pub is_conditional: bool,
    /// What was typed.
    pub typed: String,
    /// What is wrong with it.
    pub error: Option<String>,
}

/// `GET /staff/counters/{code}/entry`. Form fields: `csrf`, `form`, `entry`, `mode`, `day`, `number`, `repeated`, and the keys that
/// were ticked under the names of the questions.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/paper_entry.html")]
pub struct EntryPage {
    /// The frame.
    pub shell: Shell,
    /// Where the counter's pages begin.
    pub path: String,
    /// The counter's name.
    pub counter: String,
    /// The department's.
    pub department: String,
    /// Who enters.
    pub interviewer: String,
    /// On paper or by phone.
    pub mode: Mode,
    /// The day on the form, as typed.
    pub day: String,
    /// The latest day that can be.
    pub today: NaiveDate,
    /// The number on the form, as typed.
    pub number: String,
    /// The number is there already: who entered it, and the day on it. It can be entered all the same.
    pub earlier: Option<(String, NaiveDate)>,
    /// The versions of the form, the newest first.
    pub forms: Vec<FormChoice>,
    /// Key of the version keyed in.
    pub form: i64,
    /// Random, of this page: what is sent twice is entered once.
    pub entry: String,
    /// The questions.
    pub lines: Vec<Line>,
    /// The field to go to and what to say.
    pub problems: Vec<(String, String)>,
    /// The form before was stored: its number, and the month it counts in.
    pub saved: Option<(String, Period)>,
}

/// A version of the form.
#[derive(Debug, Clone)]
pub struct FormChoice {
    /// Its key.
    pub id: i64,
    /// Code and version: `offline 2`.
    pub name: String,
    /// It is keyed in.
    pub current: bool,
}

/// The lines of a questionnaire, with what was typed and what is wrong with it, by code.
pub fn lines(
    t: Texts,
    questionnaire: &Questionnaire,
    typed: &[(String, String)],
    error: impl Fn(&str) -> Option<String>,
) -> Vec<Line> {
    let value = |code: &str| typed.iter().find(|(known, _)| known == code).map(|(_, value)| value.clone());
    let mut lines = Vec::new();
    for (number, question) in (1..).zip(&questionnaire.questions) {
        for (at, item) in question.items().enumerate() {
            let line = line(t, (at == 0).then_some(number), &item);
            lines.push(Line { typed: value(item.code).unwrap_or_default(), error: error(item.code), ..line });
        }
        if question.why.is_some() {
            let code = format!("{}{WHY}", question.code);
            let line = Line {
                text: t.get("paper-why"),
                boxes: boxes(t, &question.why_ticks()),
                is_many: true,
                ..named(&code, question)
            };
            lines.push(Line { typed: value(&code).unwrap_or_default(), error: error(&code), ..line });
        }
    }
    lines
}

fn line(t: Texts, number: Option<usize>, item: &Item<'_>) -> Line {
    let (question, locale) = (item.question, t.locale());
    let own = item.text.text(locale);
    // A row of a matrix is read after its question.
    let text = match question.kind {
        Kind::Matrix => format!("{} – {own}", question.text.text(locale)),
        _ => own.to_owned(),
    };
    Line {
        number,
        text,
        boxes: boxes(t, &item.ticks()),
        is_many: question.kind == Kind::Multi,
        required: question.required,
        is_conditional: question.show_if.is_some(),
        ..named(item.code, question)
    }
}

fn named(code: &str, question: &Question) -> Line {
    Line {
        number: None,
        name: format!("q.{code}"),
        id: format!("q-{}", code.replace('.', "-")),
        text: String::new(),
        boxes: Vec::new(),
        is_many: false,
        required: false,
        is_conditional: question.show_if.is_some(),
        typed: String::new(),
        error: None,
    }
}

fn boxes(t: Texts, ticks: &[Tick<'_>]) -> Vec<(String, String)> {
    let word = |tick: &Tick<'_>| match tick.label {
        Label::Text(text) => text.text(t.locale()).to_owned(),
        Label::Value => tick.value.to_owned(),
        Label::Yes => t.get("paper-yes"),
        Label::No => t.get("paper-no"),
        Label::NotApplicable => t.get("survey-not-applicable"),
    };
    ticks.iter().map(|tick| (tick.key.to_string(), word(tick))).collect()
}

impl Line {
    /// `5 Very satisfied · 4 Satisfied …`.
    fn keys(&self) -> String {
        self.boxes.iter().map(|(key, word)| format!("{key} {word}")).collect::<Vec<_>>().join(" · ")
    }
}

impl PaperFormPage {
    /// The languages of the form: code, name, and whether it is this one.
    fn languages(&self) -> [(Locale, &'static str, bool); 2] {
        [(Locale::ZhCn, "中文"), (Locale::En, "English")].map(|(one, name)| (one, name, one == self.on.locale()))
    }
}

impl EntryPage {
    /// There is another version to choose, or the one that was chosen is gone.
    fn offers_forms(&self) -> bool {
        self.forms.len() > 1 || self.problems.iter().any(|(id, _)| id == "forms")
    }

    fn saved_text(&self, t: &Texts) -> Option<String> {
        let (number, month) = self.saved.as_ref()?;
        let args = [("number", number.clone()), ("month", format::period(t, month))];
        Some(t.with(if number.is_empty() { "paper-saved" } else { "paper-saved-number" }, &args))
    }

    fn earlier_text(&self, t: &Texts) -> Option<String> {
        let (by, day) = self.earlier.as_ref()?;
        let args = [("number", self.number.clone()), ("name", by.clone()), ("date", format::date(t, day))];
        Some(t.with("paper-repeated", &args))
    }
}
