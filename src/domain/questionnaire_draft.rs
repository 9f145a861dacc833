//! The draft of a questionnaire: what is typed while the next version is written. Numbers stay as typed, so that nothing
//! is lost on the way to a version that can be published.

use serde::{Deserialize, Serialize};

use super::questionnaire::{
    Choice, Condition, Ends, Kind, Length, Localised, MAX_OPTIONS, MAX_QUESTIONS, MAX_REASONS, MAX_ROWS, NO, OVERALL,
    Part, Place, Problem, Question, Questionnaire, Reason, Row, ShowIf, Why, YES,
};
use super::questionnaire_past::Retired;
use super::text;

/// Characters that are kept of a text; fewer can be published.
const MAX_TYPED: usize = 1000;

/// What of a question is not scored has this weight.
const UNSCORED: &str = "0";

/// A questionnaire as it is typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// What the questionnaire is about.
    pub title: Localised,
    /// In the order asked.
    pub questions: Vec<DraftQuestion>,
    /// Why customers are asked for more than they should be; empty while the questionnaire is short.
    #[serde(default)]
    pub long_because: String,
}

/// A question as it is typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftQuestion {
    /// Names the question while it is edited, whatever its code and place become.
    pub id: u32,
    /// As [`Question::code`].
    pub code: String,
    /// How it is answered.
    pub kind: Kind,
    /// Weight in the response's points, as typed.
    pub weight: String,
    /// An answer is needed.
    pub required: bool,
    /// Offers "not applicable / can't say".
    pub not_applicable: bool,
    /// The question as read.
    pub text: Localised,
    /// The options, most positive first.
    #[serde(default)]
    pub options: Vec<DraftOption>,
    /// The rows of a matrix.
    #[serde(default)]
    pub rows: Vec<DraftRow>,
    /// What the smallest number of a scale means; empty with [`high`](Self::high) = the usual words.
    #[serde(default)]
    pub low: Localised,
    /// What the largest number of a scale means.
    #[serde(default)]
    pub high: Localised,
    /// The five words carry faces.
    #[serde(default)]
    pub faces: bool,
    /// Answers worth at most these points are asked for a reason, as typed.
    #[serde(default)]
    pub at_most: String,
    /// The reasons offered; none = nothing is asked further.
    #[serde(default)]
    pub reasons: Vec<DraftRow>,
    /// One condition is enough, instead of all.
    #[serde(default)]
    pub any: bool,
    /// The answers to earlier questions after which it is asked; none = always.
    #[serde(default)]
    pub conditions: Vec<Condition>,
    /// A new page begins with it.
    #[serde(default)]
    pub new_page: bool,
}

/// An option as it is typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftOption {
    /// What is sent and stored.
    pub value: String,
    /// 0–100, as typed.
    pub points: String,
    /// The word.
    pub text: Localised,
}

/// A row of a matrix, or a reason for a low answer, as it is typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftRow {
    /// Under which its answer is stored, or what is stored.
    pub code: String,
    /// As read.
    pub text: Localised,
}

/// Where an entry of a list goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Toward {
    /// One place earlier.
    Up,
    /// One place later.
    Down,
}

/// Something typed that is no part of any questionnaire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub fault: Misread,
}

/// What is wrong with something typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misread {
    /// Not a whole number from 0 to this.
    Number(u32),
    /// It has characters that nobody can see.
    Unprintable,
}

/// Something that keeps a draft from being published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftFault {
    /// Where.
    pub place: Place,
    /// What.
    pub problem: DraftProblem,
}

/// What is wrong with a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DraftProblem {
    /// What is typed is part of no questionnaire.
    Misread(Misread),
    /// The questionnaire that it makes has this fault.
    Fault(Problem),
    /// It asks more than [`LOAD_ALLOWED`](super::questionnaire::LOAD_ALLOWED) without saying why.
    NeedsReason,
    /// The code stood for something else before ([`Draft::check_after`]).
    Retired(Retired),
}

/// What a draft comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The questionnaire it makes; where something can't be read, 0 and no words stand.
    pub questionnaire: Questionnaire,
    /// All that keeps it from being published, in the order of the page.
    pub faults: Vec<DraftFault>,
}

/// The largest weight.
pub const MAX_WEIGHT: u32 = 100;

/// The most points.
const MAX_POINTS: u32 = 100;

/// Whether a questionnaire may have this code. Those made for imported files have none that could be edited.
pub fn is_code(code: &str) -> bool {
    let own = Place { question: None, part: Part::Code };
    Draft::default().check(code).faults.iter().all(|fault| fault.place != own)
}

impl Draft {
    /// The draft that says what a questionnaire says.
    pub fn of(questionnaire: &Questionnaire) -> Self {
        let questions = (1..).zip(&questionnaire.questions);
        Self {
            title: questionnaire.title.clone(),
            questions: questions.map(|(id, question)| DraftQuestion::of(id, question)).collect(),
            long_because: String::new(),
        }
    }

    /// A question by its id.
    pub fn question(&self, id: u32) -> Option<&DraftQuestion> {
        self.questions.iter().find(|question| question.id == id)
    }

    /// Puts a question in the place of the one with its id, or at the end if that is gone. Conditions follow a code that
    /// is changed.
    pub fn put(&mut self, question: DraftQuestion) {
        let Some(one) = self.questions.iter_mut().find(|one| one.id == question.id) else {
            self.questions.push(question);
            return;
        };
        let (before, after) = (one.code.clone(), question.code.clone());
        *one = question;
        if before != after && !self.questions.iter().any(|one| one.code == before) {
            let conditions = self.questions.iter_mut().flat_map(|one| &mut one.conditions);
            conditions.filter(|one| one.question == before).for_each(|one| one.question.clone_from(&after));
        }
    }

    /// Adds an empty question at the end; its id, or `None` if there are [`MAX_QUESTIONS`].
    pub fn add(&mut self, kind: Kind) -> Option<u32> {
        if self.questions.len() >= MAX_QUESTIONS {
            return None;
        }
        let id = self.questions.iter().map(|question| question.id).max().unwrap_or(0) + 1;
        let is_first = kind == Kind::Rating && !self.codes().any(|code| code == OVERALL);
        let code =
            if is_first { OVERALL.to_owned() } else { free("q", |code| self.codes().any(|taken| taken == code)) };
        let mut question = DraftQuestion::empty(id, code, kind);
        question.begin(self);
        self.questions.push(question);
        Some(id)
    }

    /// The codes of all questions and rows.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.questions.iter().flat_map(|question| {
            std::iter::once(question.code.as_str()).chain(question.rows.iter().map(|row| row.code.as_str()))
        })
    }

    /// Takes a question away.
    pub fn remove(&mut self, id: u32) {
        self.questions.retain(|question| question.id != id);
    }

    /// Moves a question by one place.
    pub fn shift(&mut self, id: u32, toward: Toward) {
        if let Some(at) = self.questions.iter().position(|question| question.id == id) {
            shift(&mut self.questions, at, toward);
        }
    }

    /// What is typed, with all that keeps it from being published as the next version of `code`.
    pub fn check(&self, code: &str) -> Checked {
        let (questionnaire, unread) = self.read(code);
        let fault = |place, problem| DraftFault { place, problem };
        let is_read = |place: &Place| !unread.iter().any(|unread| unread.place == *place);
        let found = questionnaire.faults().into_iter().filter(|found| is_read(&found.place));
        let mut faults: Vec<DraftFault> =
            found.map(|found| fault(found.place, DraftProblem::Fault(found.problem))).collect();
        if questionnaire.length() == Length::NeedsReason && self.long_because.trim().is_empty() {
            faults.push(fault(Place { question: None, part: Part::Questions }, DraftProblem::NeedsReason));
        }
        faults.extend(unread.into_iter().map(|unread| fault(unread.place, DraftProblem::Misread(unread.fault))));
        faults.sort_by_key(|fault| fault.place);
        Checked { questionnaire, faults }
    }

    /// The questionnaire that is typed, and what of it is no number or no words: 0 and nothing stand in its place.
    pub fn read(&self, code: &str) -> (Questionnaire, Vec<Unread>) {
        let mut unread = Vec::new();
        let mut reader = Reader { question: None, unread: &mut unread };
        let title = reader.words(&self.title, Part::Title);
        let questions =
            self.questions.iter().enumerate().map(|(at, question)| question.read(at, &mut reader)).collect();
        (Questionnaire { code: code.to_owned(), title, questions }, unread)
    }
}

impl DraftQuestion {
    /// An empty question.
    pub fn empty(id: u32, code: String, kind: Kind) -> Self {
        Self {
            id,
            code,
            kind,
            weight: UNSCORED.into(),
            required: false,
            not_applicable: false,
            text: Localised::default(),
            options: Vec::new(),
            rows: Vec::new(),
            low: Localised::default(),
            high: Localised::default(),
            faces: false,
            at_most: String::new(),
            reasons: Vec::new(),
            any: false,
            conditions: Vec::new(),
            new_page: false,
        }
    }

    fn of(id: u32, question: &Question) -> Self {
        let option = |choice: &Choice| DraftOption {
            value: choice.value.clone(),
            points: choice.points.to_string(),
            text: choice.text.clone(),
        };
        let reason = |reason: &Reason| DraftRow { code: reason.code.clone(), text: reason.text.clone() };
        let row = |row: &Row| DraftRow { code: row.code.clone(), text: row.text.clone() };
        let end = |end: fn(&Ends) -> &Localised| question.ends.as_ref().map(end).cloned().unwrap_or_default();
        Self {
            weight: question.weight.to_string(),
            required: question.required,
            not_applicable: question.not_applicable,
            text: question.text.clone(),
            options: question.options.iter().map(option).collect(),
            rows: question.rows.iter().map(row).collect(),
            low: end(|ends| &ends.low),
            high: end(|ends| &ends.high),
            faces: question.faces,
            at_most: question.why.as_ref().map(|why| why.at_most.to_string()).unwrap_or_default(),
            reasons: question.why.iter().flat_map(|why| &why.reasons).map(reason).collect(),
            any: matches!(question.show_if, Some(ShowIf::Any(_))),
            conditions: question.show_if.iter().flat_map(ShowIf::conditions).cloned().collect(),
            new_page: question.new_page,
            ..Self::empty(id, question.code.clone(), question.kind)
        }
    }

    /// Gives a question what its kind usually has, where it has nothing yet.
    pub fn begin(&mut self, draft: &Draft) {
        if self.kind == Kind::Matrix && self.rows.is_empty() {
            (0..2).for_each(|_| self.add_row(draft));
        }
        match self.kind {
            Kind::Rating | Kind::Matrix if self.options.is_empty() => {
                self.options = five_words();
                self.weight = "1".into();
                self.required = self.code == OVERALL;
                self.not_applicable = !self.required;
            }
            Kind::Single | Kind::Multi if self.options.is_empty() => (0..2).for_each(|_| self.add_option()),
            Kind::YesNo if self.weight.trim() == UNSCORED => self.options.clear(),
            Kind::YesNo if !self.options.iter().all(|option| [YES, NO].contains(&option.value.as_str())) => {
                self.options.clear();
                self.begin(draft);
            }
            Kind::YesNo if self.options.is_empty() => {
                self.options = [(YES, "100", "是", "Yes"), (NO, "0", "否", "No")].map(option).to_vec();
            }
            _ => {}
        }
    }

    /// Puts the five words in the place of the options.
    pub fn use_five_words(&mut self) {
        self.options = five_words();
    }

    /// Adds an empty option with a value of its own, unless there are as many as can be published.
    pub fn add_option(&mut self) {
        if self.options.len() < MAX_OPTIONS {
            let numbers = self.options.iter().filter_map(|option| option.value.parse::<u32>().ok());
            let value = (numbers.max().unwrap_or(0) + 1).to_string();
            self.options.push(DraftOption { value, ..DraftOption::default() });
        }
    }

    /// Adds an empty row with a code that nothing in the draft has, unless there are as many as can be published.
    pub fn add_row(&mut self, draft: &Draft) {
        if self.rows.len() < MAX_ROWS {
            let own = |code: &str| self.rows.iter().any(|row| row.code == code);
            let code = free("row", |code| own(code) || draft.codes().any(|taken| taken == code));
            self.rows.push(DraftRow { code, ..DraftRow::default() });
        }
    }

    /// Adds an empty reason with a code of its own, unless there are as many as can be published.
    pub fn add_reason(&mut self) {
        if self.reasons.len() < MAX_REASONS {
            let code = free("reason", |code| self.reasons.iter().any(|reason| reason.code == code));
            self.reasons.push(DraftRow { code, ..DraftRow::default() });
        }
    }

    fn read(&self, at: usize, reader: &mut Reader<'_>) -> Question {
        reader.question = Some(at);
        let text = reader.words(&self.text, Part::Text);
        let weight = if self.kind.may_score() { reader.number(&self.weight, MAX_WEIGHT, Part::Weight) } else { 0 };
        let listed = self.options.iter().filter(|_| self.kind.has_options() || self.kind == Kind::YesNo).enumerate();
        let counts = self.kind.may_score() && (weight > 0 || !self.reasons.is_empty());
        let mut options = Vec::new();
        for (at, option) in listed {
            let has_points = counts || self.kind.may_score() && !option.points.is_empty();
            options.push(Choice {
                value: option.value.clone(),
                points: if has_points { reader.points(&option.points, Part::Points(at)) } else { 0 },
                text: reader.words(&option.text, Part::Word(at)),
            });
        }
        let mut rows = Vec::new();
        for (at, row) in self.rows.iter().filter(|_| self.kind == Kind::Matrix).enumerate() {
            rows.push(Row { code: row.code.clone(), text: reader.words(&row.text, Part::RowText(at)) });
        }
        let mut reasons = Vec::new();
        for (at, reason) in self.reasons.iter().filter(|_| self.kind == Kind::Rating).enumerate() {
            reasons.push(Reason { code: reason.code.clone(), text: reader.words(&reason.text, Part::ReasonText(at)) });
        }
        let (low, high) = (reader.words(&self.low, Part::LowEnd), reader.words(&self.high, Part::HighEnd));
        let says = [&low, &high].iter().any(|end| **end != Localised::default());
        let why = (!reasons.is_empty()).then(|| Why { at_most: reader.points(&self.at_most, Part::Why), reasons });
        let show_if = if self.any { ShowIf::Any } else { ShowIf::All };
        Question {
            code: text::trim(&self.code).to_owned(),
            kind: self.kind,
            weight,
            required: self.required,
            not_applicable: self.not_applicable && self.kind.takes_one(),
            text,
            options,
            rows,
            ends: (self.kind.is_scale() && says).then_some(Ends { low, high }),
            faces: self.faces && self.kind == Kind::Rating,
            why,
            show_if: (!self.conditions.is_empty()).then(|| show_if(self.conditions.clone())),
            new_page: self.new_page,
        }
    }
}

/// Moves an entry of a list by one place; at the ends it stays.
pub fn shift<T>(list: &mut [T], at: usize, toward: Toward) {
    let to = match toward {
        Toward::Up => at.checked_sub(1),
        Toward::Down => at.checked_add(1),
    };
    if let Some(to) = to.filter(|to| *to < list.len() && at < list.len()) {
        list.swap(at, to);
    }
}

impl Toward {
    /// Reads `up` or `down`.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "up" => Some(Self::Up),
            "down" => Some(Self::Down),
            _ => None,
        }
    }
}

struct Reader<'a> {
    question: Option<usize>,
    unread: &'a mut Vec<Unread>,
}

impl Reader<'_> {
    fn refuse(&mut self, part: Part, fault: Misread) {
        self.unread.push(Unread { place: Place { question: self.question, part }, fault });
    }

    fn number(&mut self, typed: &str, most: u32, part: Part) -> u32 {
        let read = text::halfwidth(text::trim(typed)).parse().ok().filter(|number| *number <= most);
        read.unwrap_or_else(|| {
            self.refuse(part, Misread::Number(most));
            0
        })
    }

    fn points(&mut self, typed: &str, part: Part) -> u8 {
        u8::try_from(self.number(typed, MAX_POINTS, part)).unwrap_or(0)
    }

    fn words(&mut self, typed: &Localised, part: Part) -> Localised {
        let read = |words: &str| text::line(text::trim(words), MAX_TYPED).map(std::borrow::Cow::into_owned);
        let (zh_cn, en) = (read(&typed.zh_cn), read(&typed.en));
        if zh_cn.is_err() || en.is_err() {
            self.refuse(part, Misread::Unprintable);
        }
        Localised { zh_cn: zh_cn.unwrap_or_default(), en: en.unwrap_or_default() }
    }
}

fn option((value, points, zh_cn, en): (&str, &str, &str, &str)) -> DraftOption {
    let text = Localised { zh_cn: zh_cn.to_owned(), en: en.to_owned() };
    DraftOption { value: value.to_owned(), points: points.to_owned(), text }
}

/// The five words in the order citizens know from 好差评, with their points.
fn five_words() -> Vec<DraftOption> {
    let words = [
        ("5", "100", "非常满意", "Very satisfied"),
        ("4", "85", "满意", "Satisfied"),
        ("3", "60", "基本满意", "Fairly satisfied"),
        ("2", "30", "不满意", "Dissatisfied"),
        ("1", "0", "非常不满意", "Very dissatisfied"),
    ];
    words.map(option).to_vec()
}

/// `stem` with the first number that nobody has.
pub(super) fn free(stem: &str, is_taken: impl Fn(&str) -> bool) -> String {
    (1..).map(|number: u32| format!("{stem}{number}")).find(|code| !is_taken(code)).unwrap_or_default()
}

#[cfg(test)]
mod tests;
