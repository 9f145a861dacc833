//! Questionnaires: which there are, what each asks, and how the next version is written and published.

use askama::Template;
use chrono::NaiveDateTime;

use super::{format, shell::Shell};
use crate::domain::questionnaire::{Kind, OVERALL, Questionnaire};
use crate::domain::questionnaire_draft::{Checked, Draft};
use crate::domain::service_record::Channel;
use crate::i18n::Texts;

pub mod edit;
pub mod publish;
pub mod words;

/// Where all of it is.
pub const PATH: &str = "/staff/questionnaires";

/// `GET /staff/questionnaires`. Form of a channel: `csrf`, `channel`, `code`, `seen`.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/questionnaires.html")]
pub struct ListPage {
    /// The frame.
    pub shell: Shell,
    /// By code, the channels' own first.
    pub rows: Vec<ListRow>,
    /// What each channel asks.
    pub channels: Vec<ChannelRow>,
    /// Somebody else chose in the meantime, and nothing was changed.
    pub overtaken: bool,
}

/// A questionnaire in the list.
#[derive(Debug, Clone)]
pub struct ListRow {
    /// Its code.
    pub code: String,
    /// Its title in the reader's language.
    pub title: String,
    /// The newest published version.
    pub version: Option<VersionRow>,
    /// The draft: when it was saved last, in the organisation's zone, and by whom.
    pub draft: Option<(NaiveDateTime, String)>,
    /// The channels that ask it.
    pub channels: Vec<Channel>,
}

/// A published version.
#[derive(Debug, Clone)]
pub struct VersionRow {
    /// 1 for the first.
    pub version: i32,
    /// Since when, in the organisation's zone.
    pub at: NaiveDateTime,
    /// A user's address; `None` where manyi brought it along.
    pub by: Option<String>,
    /// Responses that are told of.
    pub responses: i64,
    /// Why it is longer than it should be.
    pub long_because: Option<String>,
    /// What it changed, in a line; empty for the first.
    pub changes: Vec<String>,
}

/// What a channel asks.
#[derive(Debug, Clone)]
pub struct ChannelRow {
    /// The channel.
    pub channel: Channel,
    /// Code of its questionnaire.
    pub asked: String,
    /// Code and title of all that are published.
    pub offered: Vec<(String, String)>,
}

/// `GET /staff/questionnaires/{code}`: what is asked now, and what was before.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/questionnaire.html")]
pub struct ViewPage {
    /// The frame.
    pub shell: Shell,
    /// Its code.
    pub code: String,
    /// Its title in the reader's language.
    pub title: String,
    /// The channels that ask it.
    pub channels: Vec<Channel>,
    /// The newest published version and what it asks; `None` before the first.
    pub current: Option<(VersionRow, Sheet)>,
    /// There is a draft.
    pub draft: Option<(NaiveDateTime, String)>,
    /// All versions, newest first.
    pub history: Vec<VersionRow>,
}

/// `GET /staff/questionnaires/new`. Form: `csrf`, `code`, `from`, `json`.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/questionnaire_new.html")]
pub struct NewPage {
    /// The frame.
    pub shell: Shell,
    /// The code, as typed.
    pub code: String,
    /// Value, title and description of what it can begin from.
    pub offered: Vec<(String, String, String)>,
    /// The value chosen.
    pub from: String,
    /// A file's text, as pasted.
    pub json: String,
    /// Field and what is wrong with it.
    pub problems: Vec<(&'static str, String)>,
}

/// A questionnaire as it is shown to who writes it.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// The questions, in the order asked.
    pub cards: Vec<Card>,
    /// Units of load.
    pub load: usize,
    /// Seconds that it takes.
    pub seconds: usize,
}

/// A question as it is shown to who writes it.
#[derive(Debug, Clone)]
pub struct Card {
    /// The draft's name for it; 0 of a published one.
    pub id: u32,
    /// From 1.
    pub number: usize,
    /// Its code.
    pub code: String,
    /// In Chinese; empty if it is not written yet.
    pub zh: String,
    /// In English.
    pub en: String,
    /// How it is answered.
    pub kind: Kind,
    /// What else there is to say: weight, required, …
    pub marks: Vec<String>,
    /// The options.
    pub options: Vec<CardOption>,
    /// The rows of a matrix, in the reader's language.
    pub rows: Vec<String>,
    /// How many reasons are offered, and up to how many points.
    pub why: Option<String>,
    /// When it is asked.
    pub show_if: Option<String>,
    /// A new page begins with it.
    pub new_page: bool,
    /// What is wrong with it.
    pub faults: Vec<FaultLine>,
}

/// An option in a card.
#[derive(Debug, Clone)]
pub struct CardOption {
    /// In the reader's language.
    pub word: String,
    /// Its points, where they count.
    pub points: Option<u8>,
    /// It counts as satisfied.
    pub satisfied: bool,
    /// Word and points do not agree.
    pub mismatch: Option<String>,
}

/// Something wrong, with the way to it.
#[derive(Debug, Clone)]
pub struct FaultLine {
    /// Where it can be put right.
    pub href: String,
    /// What is wrong.
    pub text: String,
}

impl Sheet {
    /// What a published questionnaire asks.
    pub fn of(t: &Texts, questionnaire: &Questionnaire) -> Self {
        let cards = (1..).zip(&questionnaire.questions).map(|(number, _)| card(t, questionnaire, number));
        Self { cards: cards.flatten().collect(), load: questionnaire.load(), seconds: questionnaire.seconds() }
    }

    /// What a draft asks so far.
    pub fn of_draft(t: &Texts, code: &str, draft: &Draft, checked: &Checked) -> Self {
        let mut sheet = Self::of(t, &checked.questionnaire);
        for (at, (card, question)) in sheet.cards.iter_mut().zip(&draft.questions).enumerate() {
            card.id = question.id;
            let own = checked.faults.iter().filter(|fault| fault.place.question == Some(at));
            card.faults = own.map(|fault| line(t, code, draft, fault)).collect();
        }
        sheet
    }

    /// `约 50 秒`.
    pub fn time(&self, t: &Texts) -> String {
        t.count("questionnaire-seconds", i64::try_from(self.seconds).unwrap_or(i64::MAX))
    }
}

/// All that is wrong with a draft, each with the way to it.
pub fn faults(t: &Texts, code: &str, draft: &Draft, checked: &Checked) -> Vec<FaultLine> {
    checked.faults.iter().map(|fault| line(t, code, draft, fault)).collect()
}

fn line(t: &Texts, code: &str, draft: &Draft, fault: &crate::domain::questionnaire_draft::DraftFault) -> FaultLine {
    let question = fault.place.question.and_then(|at| draft.questions.get(at));
    let page = question.map(|question| format!("/{}", question.id)).unwrap_or_default();
    FaultLine { href: format!("{PATH}/{code}/edit{page}#{}", words::anchor(fault)), text: words::fault(t, fault) }
}

fn card(t: &Texts, questionnaire: &Questionnaire, number: usize) -> Option<Card> {
    let question = questionnaire.questions.get(number.checked_sub(1)?)?;
    let scores = question.kind.may_score() && (question.weight > 0 || question.why.is_some());
    let judged = if question.code == OVERALL { questionnaire.judged_options() } else { Vec::new() };
    let option = |(at, option): (usize, &crate::domain::questionnaire::Choice)| CardOption {
        word: words::words(t, &option.text),
        points: scores.then_some(option.points),
        satisfied: scores && option.is_satisfied(),
        mismatch: judged.get(at).and_then(|judged| judged.mismatch).map(|mismatch| edit::mismatch(t, mismatch)),
    };
    let weight = (question.weight > 0).then(|| t.with("questionnaire-mark-weight", &[("weight", question.weight)]));
    let marks = [
        Some(words::kind(t, &question.kind)),
        question.required.then(|| t.get("questionnaire-mark-required")),
        question.offers_na().then(|| t.get("questionnaire-mark-na")),
        weight.or_else(|| question.kind.may_score().then(|| t.get("questionnaire-mark-unscored"))),
    ];
    let why = question.why.as_ref().map(|why| {
        let args = [("count", why.reasons.len().to_string()), ("points", why.at_most.to_string())];
        t.with("questionnaire-mark-why", &args)
    });
    Some(Card {
        id: 0,
        number,
        code: question.code.clone(),
        zh: question.text.zh_cn.clone(),
        en: question.text.en.clone(),
        kind: question.kind,
        marks: marks.into_iter().flatten().collect(),
        options: question.options.iter().enumerate().map(option).collect(),
        rows: question.rows.iter().map(|row| words::words(t, &row.text)).collect(),
        why,
        show_if: words::show_if(t, questionnaire, question),
        new_page: question.new_page,
        faults: Vec::new(),
    })
}

impl ListPage {
    fn csrf(&self) -> &str {
        self.shell.account.as_ref().map_or("", |account| account.csrf.as_str())
    }
}

impl ViewPage {
    fn csrf(&self) -> &str {
        self.shell.account.as_ref().map_or("", |account| account.csrf.as_str())
    }

    /// `第 2 版，2026 年 11 月 22 日 10:00 起`.
    fn since(&self, t: &Texts, version: &VersionRow) -> String {
        version.since(t)
    }
}

impl VersionRow {
    fn since(&self, t: &Texts) -> String {
        let args = [("version", self.version.to_string()), ("time", format::date_time(t, &self.at))];
        t.with("questionnaire-version-since", &args)
    }

    fn answered(&self) -> String {
        format::count(&u32::try_from(self.responses).unwrap_or(u32::MAX))
    }

    fn author(&self, t: &Texts) -> String {
        self.by.clone().unwrap_or_else(|| t.get("questionnaire-by-manyi"))
    }
}

impl NewPage {
    fn csrf(&self) -> &str {
        self.shell.account.as_ref().map_or("", |account| account.csrf.as_str())
    }

    fn problem(&self, field: &str) -> Option<String> {
        self.problems.iter().find(|(at, _)| *at == field).map(|(_, text)| text.clone())
    }
}
