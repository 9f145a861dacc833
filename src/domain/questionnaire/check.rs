//! What keeps a questionnaire from being published (FEATURES C1–C6).

use std::collections::BTreeSet;

use super::{
    Choice, Condition, Kind, Localised, MAX_REASONS, NO, NOT_APPLICABLE, OVERALL, Question, Questionnaire, YES,
};
use crate::domain::locale::Locale;

/// The most questions.
pub const MAX_QUESTIONS: usize = 40;

/// The most options of a question.
pub const MAX_OPTIONS: usize = 20;

/// The most rows of a matrix.
pub const MAX_ROWS: usize = 12;

/// The most conditions of a question.
pub const MAX_CONDITIONS: usize = 6;

/// The longest wording of a question, an option or a title, in characters.
pub const MAX_WORDING: usize = 300;

/// The longest code or option value, in characters.
const MAX_CODE: usize = 40;

/// Faces stand beside this many words.
const FACES: usize = 5;

/// Something that keeps a questionnaire from being published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub place: Place,
    /// What.
    pub problem: Problem,
}

/// A field of a questionnaire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Which question, from 0; `None` = the questionnaire itself.
    pub question: Option<usize>,
    /// What of it.
    pub part: Part,
}

/// What of a question, or of the questionnaire itself. Numbers count from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Its code.
    Code,
    /// The title of the questionnaire.
    Title,
    /// All its questions.
    Questions,
    /// How it is answered.
    Kind,
    /// Its wording.
    Text,
    /// Whether it must be answered.
    Required,
    /// Whether "not applicable" is offered.
    NotApplicable,
    /// Its weight.
    Weight,
    /// Whether its words carry faces.
    Faces,
    /// All its options.
    Options,
    /// The value of an option.
    Value(usize),
    /// The points of an option.
    Points(usize),
    /// The word of an option.
    Word(usize),
    /// All its rows.
    Rows,
    /// The code of a row.
    RowCode(usize),
    /// The wording of a row.
    RowText(usize),
    /// The words at the smallest number.
    LowEnd,
    /// The words at the largest number.
    HighEnd,
    /// What is asked after a low answer.
    Why,
    /// The code of a reason.
    ReasonCode(usize),
    /// The wording of a reason.
    ReasonText(usize),
    /// When it is asked.
    ShowIf,
    /// One condition of that.
    Condition(usize),
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// No question `overall`, by which figures judge.
    NoOverall,
    /// `overall` is not a rating.
    OverallIsNoRating,
    /// `overall` may be left out.
    OverallIsOptional,
    /// Nothing counts in the points.
    NothingScored,
    /// Not small letters, digits and `_`, beginning with a letter; or, of an option, not letters, digits, `-` and `_`; or
    /// too long.
    BadCode,
    /// There is another of this code.
    RepeatedCode,
    /// The wording is missing in a language.
    Untranslated(Locale),
    /// The wording has more than [`MAX_WORDING`] characters.
    TooWordy,
    /// More than this many.
    TooMany(usize),
    /// Fewer than this many.
    TooFew(usize),
    /// A question of this kind has no such thing.
    NotOfThisKind,
    /// Points above 100.
    PointsRange,
    /// Its weight needs options with points: of yes or no, `yes` and `no`.
    NeedsPoints,
    /// No option has so few points that reasons would be asked for.
    NeverLow,
    /// The question is not there.
    UnknownQuestion,
    /// The question does not come before this one.
    LaterQuestion,
    /// The question depends on this one.
    Cycle,
    /// Nothing can depend on a free text.
    FreeText,
    /// The question does not offer this value.
    UnknownValue(String),
    /// No answers lead to the question.
    NeverShown,
    /// Too many ways lead to the question to be sure of it.
    TooIntricate,
}

impl Questionnaire {
    /// All that keeps it from being published, in the order of the page; empty if it may be.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut add = |question, part, problem| faults.push(Fault { place: Place { question, part }, problem });
        if !is_code(&self.code, true) {
            add(None, Part::Code, Problem::BadCode);
        }
        wording(&self.title).into_iter().for_each(|problem| add(None, Part::Title, problem));
        if self.questions.len() > MAX_QUESTIONS {
            add(None, Part::Questions, Problem::TooMany(MAX_QUESTIONS));
        }
        if self.question(OVERALL).is_none() {
            add(None, Part::Questions, Problem::NoOverall);
        }
        if self.scored().next().is_none() {
            add(None, Part::Questions, Problem::NothingScored);
        }
        let mut codes = BTreeSet::new();
        for (at, question) in self.questions.iter().enumerate() {
            let mut add = |part, problem| add(Some(at), part, problem);
            if !codes.insert(&question.code) {
                add(Part::Code, Problem::RepeatedCode);
            }
            for (number, row) in question.rows.iter().enumerate() {
                if !codes.insert(&row.code) {
                    add(Part::RowCode(number), Problem::RepeatedCode);
                }
            }
            question.check(&mut add);
        }
        self.check_logic(&mut |at, part, problem| add(Some(at), part, problem));
        faults.sort_by_key(|fault| fault.place);
        faults
    }

    fn check_logic(&self, add: &mut impl FnMut(usize, Part, Problem)) {
        for ((at, question), ways) in self.questions.iter().enumerate().zip(self.ways()) {
            let Some(show_if) = &question.show_if else { continue };
            let mut is_sound = true;
            let count = show_if.conditions().len();
            if count == 0 || count > MAX_CONDITIONS {
                let problem = if count == 0 { Problem::TooFew(1) } else { Problem::TooMany(MAX_CONDITIONS) };
                add(at, Part::ShowIf, problem);
                is_sound = false;
            }
            for (number, condition) in show_if.conditions().iter().enumerate() {
                for problem in self.check_condition(at, condition) {
                    add(at, Part::Condition(number), problem);
                    is_sound = false;
                }
            }
            match ways {
                Err(_) => add(at, Part::ShowIf, Problem::TooIntricate),
                Ok(ways) if ways.is_empty() && is_sound => add(at, Part::ShowIf, Problem::NeverShown),
                Ok(_) => {}
            }
        }
    }

    fn check_condition(&self, at: usize, condition: &Condition) -> Vec<Problem> {
        let Some((named, question)) = self.owner(&condition.question) else { return vec![Problem::UnknownQuestion] };
        if named >= at {
            return vec![if self.depends(named, at) { Problem::Cycle } else { Problem::LaterQuestion }];
        }
        if !question.kind.decides() {
            return vec![Problem::FreeText];
        }
        if condition.values.is_empty() {
            return vec![Problem::TooFew(1)];
        }
        let unknown = condition.values.iter().filter(|value| !question.offers(value));
        unknown.map(|value| Problem::UnknownValue(value.clone())).collect()
    }

    /// The question that an answer of this code belongs to.
    fn owner(&self, code: &str) -> Option<(usize, &Question)> {
        self.questions.iter().enumerate().find(|(_, question)| question.items().any(|item| item.code == code))
    }

    /// Whether a question is another, or depends on it, directly or by way of others.
    fn depends(&self, from: usize, on: usize) -> bool {
        let mut seen = BTreeSet::new();
        let mut open = vec![from];
        while let Some(at) = open.pop() {
            if at == on {
                return true;
            }
            if !seen.insert(at) {
                continue;
            }
            let conditions = self.questions.get(at).and_then(|question| question.show_if.as_ref());
            let named = conditions.iter().flat_map(|show_if| show_if.conditions());
            open.extend(named.filter_map(|condition| Some(self.owner(&condition.question)?.0)));
        }
        false
    }
}

impl Question {
    /// What is wrong with the question by itself.
    fn check(&self, add: &mut impl FnMut(Part, Problem)) {
        if !is_code(&self.code, false) {
            add(Part::Code, Problem::BadCode);
        }
        wording(&self.text).into_iter().for_each(|problem| add(Part::Text, problem));
        if self.code == OVERALL {
            self.check_overall(add);
        }
        self.check_settings(add);
        self.check_options(add);
        self.check_rows(add);
        self.check_why(add);
        for (part, end) in self.ends.iter().flat_map(|ends| [(Part::LowEnd, &ends.low), (Part::HighEnd, &ends.high)]) {
            wording(end).into_iter().for_each(|problem| add(part, problem));
        }
    }

    fn check_overall(&self, add: &mut impl FnMut(Part, Problem)) {
        if self.kind != Kind::Rating {
            add(Part::Kind, Problem::OverallIsNoRating);
        }
        let optional = [
            (!self.required, Part::Required),
            (self.not_applicable, Part::NotApplicable),
            (self.show_if.is_some(), Part::ShowIf),
        ];
        for (_, part) in optional.into_iter().filter(|(is_optional, _)| *is_optional) {
            add(part, Problem::OverallIsOptional);
        }
    }

    /// Settings that a question of its kind does not have.
    fn check_settings(&self, add: &mut impl FnMut(Part, Problem)) {
        let kind = self.kind;
        let foreign = [
            (self.weight > 0 && !kind.may_score(), Part::Weight),
            (self.not_applicable && !kind.takes_one(), Part::NotApplicable),
            (self.faces && kind != Kind::Rating, Part::Faces),
            (!self.options.is_empty() && !kind.has_options() && kind != Kind::YesNo, Part::Options),
            (!self.rows.is_empty() && kind != Kind::Matrix, Part::Rows),
            (self.ends.is_some() && !kind.is_scale(), Part::LowEnd),
            (self.why.is_some() && kind != Kind::Rating, Part::Why),
        ];
        for (_, part) in foreign.into_iter().filter(|(is_foreign, _)| *is_foreign) {
            add(part, Problem::NotOfThisKind);
        }
        if self.faces && kind == Kind::Rating && self.options.len() != FACES {
            let few = self.options.len() < FACES;
            add(Part::Faces, if few { Problem::TooFew(FACES) } else { Problem::TooMany(FACES) });
        }
    }

    fn check_options(&self, add: &mut impl FnMut(Part, Problem)) {
        if self.kind.has_options() && self.options.len() < 2 {
            add(Part::Options, Problem::TooFew(2));
        }
        if self.options.len() > MAX_OPTIONS {
            add(Part::Options, Problem::TooMany(MAX_OPTIONS));
        }
        if self.kind == Kind::YesNo && (self.weight > 0 || !self.options.is_empty()) && !self.has_both() {
            add(Part::Options, Problem::NeedsPoints);
        }
        let mut values = BTreeSet::new();
        for (number, Choice { value, points, text }) in self.options.iter().enumerate() {
            if !is_value(value) || value == NOT_APPLICABLE {
                add(Part::Value(number), Problem::BadCode);
            }
            if !values.insert(value) {
                add(Part::Value(number), Problem::RepeatedCode);
            }
            if *points > 100 {
                add(Part::Points(number), Problem::PointsRange);
            }
            wording(text).into_iter().for_each(|problem| add(Part::Word(number), problem));
        }
    }

    /// Whether the options are `yes` and `no`.
    fn has_both(&self) -> bool {
        let mut values: Vec<&str> = self.options.iter().map(|option| option.value.as_str()).collect();
        values.sort_unstable();
        values == [NO, YES]
    }

    fn check_rows(&self, add: &mut impl FnMut(Part, Problem)) {
        if self.kind == Kind::Matrix && self.rows.is_empty() {
            add(Part::Rows, Problem::TooFew(1));
        }
        if self.rows.len() > MAX_ROWS {
            add(Part::Rows, Problem::TooMany(MAX_ROWS));
        }
        for (number, row) in self.rows.iter().enumerate() {
            if !is_code(&row.code, false) {
                add(Part::RowCode(number), Problem::BadCode);
            }
            wording(&row.text).into_iter().for_each(|problem| add(Part::RowText(number), problem));
        }
    }

    fn check_why(&self, add: &mut impl FnMut(Part, Problem)) {
        let Some(why) = &self.why else { return };
        if why.reasons.is_empty() {
            add(Part::Why, Problem::TooFew(1));
        }
        if why.reasons.len() > MAX_REASONS {
            add(Part::Why, Problem::TooMany(MAX_REASONS));
        }
        if self.kind == Kind::Rating && !self.options.iter().any(|option| option.points <= why.at_most) {
            add(Part::Why, Problem::NeverLow);
        }
        let mut codes = BTreeSet::new();
        for (number, reason) in why.reasons.iter().enumerate() {
            if !is_value(&reason.code) {
                add(Part::ReasonCode(number), Problem::BadCode);
            }
            if !codes.insert(&reason.code) {
                add(Part::ReasonCode(number), Problem::RepeatedCode);
            }
            wording(&reason.text).into_iter().for_each(|problem| add(Part::ReasonText(number), problem));
        }
    }
}

/// What is wrong with a text in both languages.
fn wording(text: &Localised) -> Vec<Problem> {
    let both = [Locale::ZhCn, Locale::En];
    let missing = both.into_iter().filter(|locale| text.text(*locale).trim().is_empty()).map(Problem::Untranslated);
    let wordy = both.into_iter().any(|locale| text.text(locale).chars().count() > MAX_WORDING);
    missing.chain(wordy.then_some(Problem::TooWordy)).collect()
}

/// Small letters, digits and `_`, beginning with a letter; `-` besides in the name of a questionnaire.
fn is_code(code: &str, with_dash: bool) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || with_dash && c == '-';
    code.starts_with(|c: char| c.is_ascii_lowercase()) && code.chars().all(allowed) && code.len() <= MAX_CODE
}

/// Letters, digits, `-` and `_`: several values are kept in one text, and a value stands in a style sheet.
fn is_value(value: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    !value.is_empty() && value.chars().all(allowed) && value.len() <= MAX_CODE
}
