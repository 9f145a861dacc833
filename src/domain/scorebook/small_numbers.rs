//! Which figures of a book may be shown: decided once for the whole organisation from how many answers there are.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use super::{Line, ServiceLine, Services, Slice};
use crate::domain::commitment::Metric;
use crate::domain::period::Period;
use crate::domain::response::{Base, Periods};
use crate::domain::service_record::Channel;
use crate::domain::suppression::{Answers, Count, Shown, Unit};
use crate::domain::verdict::Thresholds;

/// What a figure rests on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Rests {
    /// Valid answers to a question; empty = to `overall`, as a rate.
    Answers(String),
    /// Responses with points.
    Points,
    /// Invitations.
    Invited,
    /// Records that say whether the matter was solved.
    Resolution,
    /// Records with both times.
    Timed,
    /// Services; where there were none, the complaints. Of few services, or of the few who complained where nobody was
    /// served, nothing is told, nor can it be had by subtraction. A few complaints on many services are told, as a few
    /// dissatisfied of many answers are.
    Served,
    /// Answers that are left out.
    LeftOut,
    /// Responses with points that are left out.
    PointsLeftOut,
}

/// How many answers there are in every department, also in those whose figures are not asked for, and what follows.
#[derive(Debug, Clone)]
pub(super) struct SmallNumbers {
    /// Every department with the one it is part of.
    tree: Vec<(i64, Option<i64>)>,
    counts: HashMap<(Rests, Base), Vec<Count>>,
    decided: RefCell<Decided>,
}

/// What was decided, so that it is decided once.
#[derive(Debug, Clone, Default)]
struct Decided {
    answers: HashMap<(Rests, Base), Arc<Answers>>,
    shown: HashMap<(Rests, Base, u32), HashMap<Period, Arc<Shown>>>,
}

/// Where something is counted: department, person, channel, periods.
type Place = (i64, Option<i64>, Option<Channel>, Periods);

impl Rests {
    /// Valid answers to `overall`.
    pub const RATE: Self = Self::Answers(String::new());

    /// What the figure of a metric rests on; `None` of the channel gap, which rests on two rates.
    pub const fn of(metric: Metric) -> Option<Self> {
        match metric {
            Metric::SatisfactionRate => Some(Self::RATE),
            Metric::Points => Some(Self::Points),
            Metric::ResponseRate => Some(Self::Invited),
            Metric::ResolutionRate => Some(Self::Resolution),
            Metric::ResponseTime => Some(Self::Timed),
            Metric::ComplaintRate => Some(Self::Served),
            Metric::ChannelGap => None,
        }
    }

    /// Of records there is no base: the same ones stand behind every figure.
    const fn base(&self, base: Base) -> Base {
        match self {
            Self::Answers(_) | Self::Points | Self::LeftOut | Self::PointsLeftOut => base,
            Self::Invited | Self::Resolution | Self::Timed | Self::Served => Base::Invited,
        }
    }
}

impl SmallNumbers {
    pub(super) fn new(tree: Vec<(i64, Option<i64>)>) -> Self {
        Self { tree, counts: HashMap::new(), decided: RefCell::default() }
    }

    pub(super) fn add(&mut self, department: i64, line: &Line) {
        let place = (department, line.employee_id, line.channel, line.periods);
        if line.question.is_empty() {
            self.count(Rests::Points, line.base, place, line.sums.scored);
        }
        self.count(Rests::Answers(line.question.clone()), line.base, place, line.sums.n);
    }

    pub(super) fn leave_out(&mut self, department: i64, line: &Line) {
        let place = (department, line.employee_id, line.channel, line.periods);
        self.count(Rests::LeftOut, line.base, place, line.sums.n);
        self.count(Rests::PointsLeftOut, line.base, place, line.sums.scored);
    }

    pub(super) fn add_services(&mut self, department: i64, line: &ServiceLine) {
        let place = (department, line.employee_id, line.channel, line.periods);
        let Services { records, reach, resolved: (_, resolution_known), timely: (_, timed), complaints } =
            line.services;
        self.count(Rests::Invited, Base::Invited, place, reach.invited);
        self.count(Rests::Resolution, Base::Invited, place, resolution_known);
        self.count(Rests::Timed, Base::Invited, place, timed);
        // Of complaints a person has no figure. One that counts late has no services of its own anywhere: it is on those
        // of its quarter or year.
        if line.employee_id.is_none() {
            let alone = if line.periods.are_of_one_day() { complaints } else { 0 };
            self.count(Rests::Served, Base::Invited, place, if records == 0 { alone } else { records });
        }
    }

    fn count(&mut self, rests: Rests, base: Base, (department, person, channel, periods): Place, n: u32) {
        if n > 0 {
            let count = Count { department, person, channel, periods, n };
            self.counts.entry((rests, base)).or_default().push(count);
            self.decided = RefCell::default();
        }
    }

    pub(super) fn shows(&self, slice: &Slice<'_>, rests: &Rests, thresholds: &Thresholds) -> bool {
        let key = (rests.clone(), rests.base(slice.base));
        let answers = self.answers(&key);
        let shown = self.shown(&key, slice.period, thresholds.score);
        let is_shown = |unit| shown.has(unit, slice.channel);
        let Some(person) = slice.employee else { return answers.unit_of(slice.departments).is_some_and(is_shown) };
        // Of a person in several departments all is shown, or nothing that could tell of one of them.
        let rated = |department: &i64| answers.of_person(*department, person, slice.channel, slice.period) > 0;
        let mut places = slice.departments.iter().filter(|department| rated(department)).peekable();
        places.peek().is_some() && places.all(|department| is_shown(Unit::Person(*department, person)))
    }

    fn answers(&self, key: &(Rests, Base)) -> Arc<Answers> {
        if let Some(known) = self.decided.borrow().answers.get(key) {
            return known.clone();
        }
        let counts = self.counts.get(key).map(Vec::as_slice).unwrap_or_default();
        let answers = Arc::new(Answers::new(&self.tree, counts));
        self.decided.borrow_mut().answers.insert(key.clone(), answers.clone());
        answers
    }

    fn shown(&self, key: &(Rests, Base), period: Period, minimum: u32) -> Arc<Shown> {
        let answers = self.answers(key);
        let mut decided = self.decided.borrow_mut();
        let known = decided.shown.entry((key.0.clone(), key.1, minimum)).or_default();
        answers.decided(period, minimum, known)
    }
}
