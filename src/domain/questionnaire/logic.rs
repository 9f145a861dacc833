//! Show-if: which questions are asked, given the answers to earlier ones (FEATURES C2).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Answers, Kind, Question, Questionnaire};

/// The most ways to a question that are followed; more are too intricate to publish.
const MAX_WAYS: usize = 64;

/// When a question is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShowIf {
    /// All of these hold.
    All(Vec<Condition>),
    /// One of these holds.
    Any(Vec<Condition>),
}

/// Holds if the answer to an earlier question or row is one of these values; a question that is hidden or skipped has no
/// answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Condition {
    /// Code of the question or row.
    pub question: String,
    /// One of these, `na` among them where it is offered; of several chosen, one is enough.
    pub values: Vec<String>,
}

/// One way to a question: the answers that lead to it. Of a question that takes one answer there is at most one
/// condition, so that no way contradicts itself.
pub type Way = Vec<Condition>;

/// Whether a question is asked, as far as it is known before its page is filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// In any case.
    Always,
    /// In no case.
    Never,
    /// On one of these ways, all of them made of answers on the same page.
    On(Vec<Way>),
    /// There are too many ways to it to list.
    Perhaps,
}

/// There are more ways to a question than are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyWays;

impl ShowIf {
    /// The conditions, all or one of which must hold.
    pub fn conditions(&self) -> &[Condition] {
        match self {
            Self::All(conditions) | Self::Any(conditions) => conditions,
        }
    }

    fn holds(&self, holds: impl FnMut(&Condition) -> bool) -> bool {
        match self {
            Self::All(conditions) => conditions.iter().all(holds),
            Self::Any(conditions) => conditions.iter().any(holds),
        }
    }
}

impl Condition {
    /// Whether it holds for an answer as stored.
    pub fn holds(&self, answer: Option<&str>) -> bool {
        answer.is_some_and(|answer| answer.split(' ').any(|chosen| self.values.iter().any(|value| value == chosen)))
    }
}

impl Questionnaire {
    /// The questions that are asked of who gives these answers, in their order.
    pub fn shown(&self, answers: &Answers) -> Vec<&Question> {
        if self.questions.iter().all(|question| question.show_if.is_none()) {
            return self.questions.iter().collect();
        }
        let mut known = Answers::default();
        let mut shown = Vec::with_capacity(self.questions.len());
        for question in &self.questions {
            if !self.shows(question, &known) {
                continue;
            }
            shown.push(question);
            for item in question.items() {
                if let Some(answer) = answers.0.get(item.code) {
                    known.0.insert(item.code.to_owned(), answer.clone());
                }
            }
        }
        shown
    }

    /// Whether a question is asked after these answers, which are those to the questions shown before it.
    pub(super) fn shows(&self, question: &Question, before: &Answers) -> bool {
        let answer = |condition: &Condition| {
            let decides = self.item(&condition.question).is_some_and(|item| item.question.kind.decides());
            before.0.get(&condition.question).filter(|_| decides).map(String::as_str)
        };
        question.show_if.as_ref().is_none_or(|show_if| show_if.holds(|one| one.holds(answer(one))))
    }

    /// The ways to each question, in the order of the questions: none to one that is never asked, an empty one to one
    /// that is always asked. The ways of a question that a condition names are part of its own.
    pub fn ways(&self) -> Vec<Result<Vec<Way>, TooManyWays>> {
        let mut all: Vec<Result<Vec<Way>, TooManyWays>> = Vec::with_capacity(self.questions.len());
        for question in &self.questions {
            let to = |condition: &Condition| self.ways_through(condition, &all);
            let ways = match &question.show_if {
                None => Ok(vec![Way::new()]),
                Some(ShowIf::Any(conditions)) => conditions.iter().try_fold(Vec::new(), |mut ways, condition| {
                    ways.extend(to(condition)?);
                    limited(ways)
                }),
                Some(ShowIf::All(conditions)) => {
                    conditions.iter().try_fold(vec![Way::new()], |ways, condition| self.joined(&ways, &to(condition)?))
                }
            };
            all.push(ways);
        }
        all
    }

    /// Whether each question is asked of who has given the answers `known` to the first `before` questions.
    pub fn asked(&self, known: &Answers, before: usize) -> Vec<Asked> {
        let (earlier, _) = self.questions.split_at(before.min(self.questions.len()));
        let is_known = |one: &Condition| earlier.iter().flat_map(Question::items).any(|item| item.code == one.question);
        let holds = |one: &Condition| one.holds(known.0.get(&one.question).map(String::as_str));
        let left = |way: Way| {
            let (settled, open): (Way, Way) = way.into_iter().partition(is_known);
            settled.iter().all(holds).then_some(open)
        };
        let asked = |ways: Result<Vec<Way>, TooManyWays>| match ways.map(|ways| ways.into_iter().filter_map(left)) {
            Err(TooManyWays) => Asked::Perhaps,
            Ok(ways) => match ways.collect::<Vec<_>>() {
                ways if ways.iter().any(Vec::is_empty) => Asked::Always,
                ways if ways.is_empty() => Asked::Never,
                ways => Asked::On(ways),
            },
        };
        self.ways().into_iter().map(asked).collect()
    }

    /// The ways on which a condition holds, given those to the questions before.
    fn ways_through(
        &self,
        condition: &Condition,
        before: &[Result<Vec<Way>, TooManyWays>],
    ) -> Result<Vec<Way>, TooManyWays> {
        let named = |question: &Question| question.items().any(|item| item.code == condition.question);
        let Some(at) = self.questions.iter().position(named) else { return Ok(Vec::new()) };
        let Some((question, ways)) = self.questions.get(at).zip(before.get(at)) else { return Ok(Vec::new()) };
        let values: Vec<String> = condition.values.iter().filter(|value| question.offers(value)).cloned().collect();
        if values.is_empty() || !question.kind.decides() {
            return Ok(Vec::new());
        }
        self.joined(ways.as_ref().map_err(|many| *many)?, &[vec![Condition { values, ..condition.clone() }]])
    }

    /// Every way of the first that can be gone together with one of the second.
    fn joined(&self, first: &[Way], second: &[Way]) -> Result<Vec<Way>, TooManyWays> {
        let mut ways = Vec::new();
        for way in first {
            for other in second {
                ways.extend(other.iter().try_fold(way.clone(), |way, condition| self.and(way, condition)));
            }
            ways = limited(ways)?;
        }
        Ok(ways)
    }

    /// A way with one more condition; `None` if it contradicts one that is there.
    fn and(&self, mut way: Way, condition: &Condition) -> Option<Way> {
        let is_multi = self.item(&condition.question).is_some_and(|item| item.question.kind == Kind::Multi);
        let there = way.iter_mut().find(|one| one.question == condition.question).filter(|_| !is_multi);
        match there {
            Some(there) => {
                there.values.retain(|value| condition.values.contains(value));
                (!there.values.is_empty()).then_some(way)
            }
            None => {
                way.push(condition.clone());
                way.sort();
                way.dedup();
                Some(way)
            }
        }
    }
}

/// The ways without repetition.
fn limited(ways: Vec<Way>) -> Result<Vec<Way>, TooManyWays> {
    let ways: BTreeSet<Way> = ways.into_iter().collect();
    if ways.len() > MAX_WAYS { Err(TooManyWays) } else { Ok(ways.into_iter().collect()) }
}
