//! The draft of a questionnaire, as a list of its questions and question by question. Every button saves what is typed.

use askama::Template;
use chrono::NaiveDateTime;

use super::super::{format, shell::Shell};
use super::{FaultLine, Sheet, words};
use crate::domain::questionnaire::{
    Kind, LOAD_ALLOWED, LOAD_OF_A_MINUTE, Localised, MAX_REASONS, Mismatch, NOT_APPLICABLE, OVERALL, Questionnaire,
};
use crate::domain::questionnaire_draft::{Checked, Draft, DraftFault, DraftQuestion};
use crate::i18n::Texts;

/// Somebody else was faster.
#[derive(Debug, Clone)]
pub enum Overtaken {
    /// Who has saved another revision, and when, in the organisation's zone.
    By(String, NaiveDateTime),
    /// The draft was published or thrown away.
    Gone,
}

/// `GET /staff/questionnaires/{code}/edit`. Form: `csrf`, `revision`, `title-zh`, `title-en`, `long`, `kind` and `step`:
/// `save`, `add`, `up 3`, `down 3`, `discard`, with a question's id.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/questionnaire_edit.html")]
pub struct EditPage {
    /// The frame.
    pub shell: Shell,
    /// Code of the questionnaire.
    pub code: String,
    /// The revision shown.
    pub revision: i64,
    /// When it was saved last, in the organisation's zone, and by whom.
    pub saved: (NaiveDateTime, String),
    /// The version it was begun from.
    pub base: Option<i32>,
    /// The title, as typed.
    pub title: Localised,
    /// Why it is longer than it should be, as typed.
    pub long_because: String,
    /// What it asks so far.
    pub sheet: Sheet,
    /// All that keeps it from being published.
    pub faults: Vec<FaultLine>,
    /// Somebody else saved before, and nothing was saved.
    pub overtaken: Option<Overtaken>,
}

/// `GET /staff/questionnaires/{code}/edit/{id}`. Form: `csrf`, `revision`, the fields of [`QuestionPage::question`] and
/// `step`: `save`, `close`, `remove`, `five`, `option-add`, `option-up 2`, … with a place.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/questionnaire_question.html")]
pub struct QuestionPage {
    /// The frame.
    pub shell: Shell,
    /// Code of the questionnaire.
    pub code: String,
    /// The revision that saving replaces.
    pub revision: i64,
    /// Place from 1, and of how many.
    pub place: (usize, usize),
    /// The ids of the questions before and after.
    pub neighbours: (Option<u32>, Option<u32>),
    /// As typed.
    pub question: DraftQuestion,
    /// Its code was published and stays.
    pub is_published: bool,
    /// What is wrong with it.
    pub faults: Vec<FaultHere>,
    /// The word of each option that its points contradict.
    pub mismatches: Vec<Option<String>>,
    /// Which of the options count as satisfied; empty where the question does not decide.
    pub satisfied: Vec<bool>,
    /// The earlier questions whose answers it may depend on.
    pub earlier: Vec<Earlier>,
    /// Somebody else saved before, and nothing was saved; how the question stands with them.
    pub overtaken: Option<(Overtaken, Option<super::Card>)>,
}

/// Something wrong with the question of a page.
#[derive(Debug, Clone)]
pub struct FaultHere {
    /// The id of the field.
    pub id: String,
    /// What is wrong, as it stands in a list.
    pub line: String,
    /// What is wrong, as it stands beside the field.
    pub what: String,
}

/// An earlier question that another may depend on.
#[derive(Debug, Clone)]
pub struct Earlier {
    /// As read, with its number.
    pub text: String,
    /// Field value, word, and whether it is chosen.
    pub answers: Vec<(String, String, bool)>,
}

/// What is said where word and points do not agree.
pub fn mismatch(t: &Texts, mismatch: Mismatch) -> String {
    t.get(match mismatch {
        Mismatch::SaysSatisfied => "questionnaire-says-satisfied",
        Mismatch::SaysLess => "questionnaire-says-less",
    })
}

/// The earlier questions that a question may depend on, with the answers chosen; those it names and that are no longer
/// there come last, so that they can be let go.
pub fn earlier(t: &Texts, draft: &Draft, checked: &Checked, question: &DraftQuestion) -> Vec<Earlier> {
    let before = draft.questions.iter().position(|one| one.id == question.id).unwrap_or(draft.questions.len());
    let chosen = |code: &str, value: &str| {
        question.conditions.iter().any(|one| one.question == code && one.values.iter().any(|known| known == value))
    };
    let mut offered = Vec::new();
    let mut known = Vec::new();
    for (number, one) in (1..).zip(checked.questionnaire.questions.iter().take(before)) {
        for item in one.items().filter(|item| item.question.kind.decides()) {
            let na = one.offers_na().then_some(NOT_APPLICABLE);
            let values: Vec<&str> = one.values().into_iter().chain(na).collect();
            let answer = |value: &&str| {
                known.push((item.code.to_owned(), (*value).to_owned()));
                (format!("{} {value}", item.code), words::value(t, one, value), chosen(item.code, value))
            };
            let text = format!("{number}. {}", words::words(t, item.text));
            offered.push(Earlier { text, answers: values.iter().map(answer).collect() });
        }
    }
    let lost = question.conditions.iter().flat_map(|one| one.values.iter().map(|value| (&one.question, value)));
    let lost = lost.filter(|(code, value)| !known.iter().any(|(a, b)| a == *code && b == *value));
    let lost: Vec<_> =
        lost.map(|(code, value)| (format!("{code} {value}"), format!("{code} = {value}"), true)).collect();
    if !lost.is_empty() {
        offered.push(Earlier { text: t.get("questionnaire-lost-conditions"), answers: lost });
    }
    offered
}

impl FaultHere {
    /// On the page of its question.
    pub fn of(t: &Texts, fault: &DraftFault) -> Self {
        Self { id: words::anchor(fault), line: words::fault_here(t, fault), what: words::what(t, fault) }
    }
}

impl Earlier {
    fn is_used(&self) -> bool {
        self.answers.iter().any(|(_, _, chosen)| *chosen)
    }
}

impl EditPage {
    fn path(&self) -> String {
        format!("{}/{}/edit", super::PATH, self.code)
    }

    fn csrf(&self) -> &str {
        self.shell.account.as_ref().map_or("", |account| account.csrf.as_str())
    }

    /// What is wrong with a field of this page.
    fn fault(&self, id: &str) -> Option<&str> {
        let line = self.faults.iter().find(|line| line.href.split('#').nth(1) == Some(id));
        line.map(|line| line.text.as_str())
    }

    fn saved(&self, t: &Texts) -> String {
        words::saved(t, &self.saved)
    }

    /// What the load means: how long it takes, and whether that is too long.
    fn load(&self, t: &Texts) -> String {
        let key = match self.sheet.load {
            load if load > LOAD_ALLOWED => "questionnaire-load-blocked",
            load if load > LOAD_OF_A_MINUTE => "questionnaire-load-long",
            _ => "questionnaire-load-short",
        };
        let load = self.sheet.load.to_string();
        t.with(key, &[("time", self.sheet.time(t)), ("load", load), ("most", LOAD_OF_A_MINUTE.to_string())])
    }

    fn is_long(&self) -> bool {
        self.sheet.load > LOAD_OF_A_MINUTE
    }

    fn asks_why_long(&self) -> bool {
        self.sheet.load > LOAD_ALLOWED || !self.long_because.is_empty()
    }

    fn overtaken(&self, t: &Texts) -> Option<String> {
        self.overtaken.as_ref().map(|overtaken| told(t, overtaken, "questionnaire-overtaken"))
    }
}

impl QuestionPage {
    fn csrf(&self) -> &str {
        self.shell.account.as_ref().map_or("", |account| account.csrf.as_str())
    }

    fn draft_path(&self) -> String {
        format!("{}/{}/edit", super::PATH, self.code)
    }

    fn action(&self) -> String {
        format!("{}/{}", self.draft_path(), self.question.id)
    }

    /// Where the preview shows the question.
    fn spot(&self) -> String {
        format!("#q{}", self.place.0)
    }

    /// The id of an entry of a list: `o2`.
    fn entry(&self, list: &str, at: &usize) -> String {
        format!("{list}{at}")
    }

    fn fault_of(&self, list: &str, at: &usize, part: &str) -> Option<&str> {
        self.fault(&format!("{list}{at}-{part}"))
    }

    fn heading(&self, t: &Texts) -> String {
        let (number, of) = self.place;
        t.with("questionnaire-question-of", &[("number", number), ("of", of)])
    }

    fn overtaken(&self, t: &Texts) -> Option<String> {
        self.overtaken.as_ref().map(|(overtaken, _)| told(t, overtaken, "questionnaire-overtaken-question"))
    }

    fn fault(&self, id: &str) -> Option<&str> {
        self.faults.iter().find(|fault| fault.id == id).map(|fault| fault.what.as_str())
    }

    fn is_kind(&self, kind: &Kind) -> bool {
        self.question.kind == *kind
    }

    fn has_points(&self) -> bool {
        self.question.kind.may_score()
    }

    fn decides(&self) -> bool {
        self.question.code == OVERALL
    }

    fn has_options(&self) -> bool {
        self.question.kind.has_options()
    }

    /// The options of yes and no can be worded and scored, but not moved.
    fn has_fixed_options(&self) -> bool {
        self.question.kind == Kind::YesNo && !self.question.options.is_empty()
    }

    fn conditions(&self) -> usize {
        self.question.conditions.len()
    }

    fn mismatch(&self, at: &usize) -> Option<&str> {
        self.mismatches.get(*at).and_then(|found| found.as_deref())
    }

    fn is_satisfied(&self, at: &usize) -> bool {
        self.satisfied.get(*at).copied().unwrap_or(false)
    }
}

/// Which options of a question count as satisfied, and which say something else.
pub fn judged(t: &Texts, questionnaire: &Questionnaire, code: &str) -> (Vec<bool>, Vec<Option<String>>) {
    if code != OVERALL {
        return (Vec::new(), Vec::new());
    }
    let judged = questionnaire.judged_options();
    let said = judged.iter().map(|one| one.mismatch.map(|found| mismatch(t, found))).collect();
    (judged.iter().map(|one| one.satisfied).collect(), said)
}

fn told(t: &Texts, overtaken: &Overtaken, key: &str) -> String {
    match overtaken {
        Overtaken::By(name, at) => t.with(key, &[("by", name.clone()), ("time", format::date_time(t, at))]),
        Overtaken::Gone => t.get("questionnaire-overtaken-gone"),
    }
}
