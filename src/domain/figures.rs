//! All figures of one answer: the organisation's, each department's or each employee's, over one channel of a period.
//! The live tallies and a sealed edition are asked in the same way, so that a seal can be computed again.

use std::collections::HashMap;

use super::commitment::{Commitment, Level};
use super::period::Period;
use super::response::Base;
use super::scorebook::{Named, Scorebook, Slice};
use super::scorecard::Score;
use super::service_record::Channel;
use super::verdict::Thresholds;

/// A department as figures need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Its key in the scorebook.
    pub id: i64,
    /// What other systems call it by.
    pub code: String,
    /// The department it is part of.
    pub parent_id: Option<i64>,
}

/// Whose figures there can be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roll {
    units: Vec<Unit>,
    numbers: HashMap<i64, String>,
}

/// Which figures: of whom, over which channel, in which period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ask<'a> {
    /// Month, quarter or year.
    pub period: Period,
    /// Whose figures. A client's figures are not among these: they have a door of their own.
    pub level: Level,
    /// `None` = all channels together.
    pub channel: Option<Channel>,
    /// Code of one department (at the level of employees, with all that are part of it); `None` = all of them.
    pub department: Option<&'a str>,
}

/// What every figure of one answer is made with.
#[derive(Debug, Clone, Copy)]
pub struct Basis<'a> {
    /// Sums.
    pub book: &'a Scorebook,
    /// What was promised, at any time.
    pub commitments: &'a [Commitment],
    /// From how many answers on something may be said.
    pub thresholds: &'a Thresholds,
}

/// A department and all that are part of it, directly or not, by key or code; itself first. A circle of parents ends
/// where it began. `tree` names each department with its parent.
pub fn with_descendants<K: Copy + PartialEq>(of: K, tree: impl Iterator<Item = (K, Option<K>)> + Clone) -> Vec<K> {
    let mut found = vec![of];
    let mut next = 0;
    while let Some(parent) = found.get(next).copied() {
        let children = tree.clone().filter(|(_, above)| *above == Some(parent)).map(|(child, _)| child);
        let fresh: Vec<_> = children.filter(|child| !found.contains(child)).collect();
        found.extend(fresh);
        next += 1;
    }
    found
}

impl Roll {
    /// Departments, and the number of each employee by key.
    pub fn new(units: impl IntoIterator<Item = Unit>, numbers: HashMap<i64, String>) -> Self {
        let mut units: Vec<Unit> = units.into_iter().collect();
        units.sort_by(|a, b| a.code.cmp(&b.code));
        Self { units, numbers }
    }

    /// The figures asked for: the organisation's, or by department code, or by department code and employee number.
    pub fn scores(&self, ask: &Ask<'_>, basis: &Basis<'_>) -> Vec<Score> {
        match ask.level {
            Level::Organisation => self.organisation(ask, basis),
            Level::Department => self.departments(ask, basis),
            Level::Employee => self.employees(ask, basis),
            Level::Client => Vec::new(),
        }
    }

    fn organisation(&self, ask: &Ask<'_>, basis: &Basis<'_>) -> Vec<Score> {
        let all: Vec<i64> = self.units.iter().map(|unit| unit.id).collect();
        let named = Named { level: Level::Organisation, department: None, employee: None };
        basis.book.scores(&ask.slice(&all, None), &named, basis.commitments, basis.thresholds)
    }

    fn departments(&self, ask: &Ask<'_>, basis: &Basis<'_>) -> Vec<Score> {
        let shown = self.units.iter().filter(|unit| ask.department.is_none_or(|code| unit.code == code));
        let scores = shown.flat_map(|unit| {
            let ids = self.part_of(unit.id);
            let named = Named { level: Level::Department, department: Some(&unit.code), employee: None };
            basis.book.scores(&ask.slice(&ids, None), &named, basis.commitments, basis.thresholds)
        });
        scores.collect()
    }

    /// Each employee in each department that they served in, also before they moved.
    fn employees(&self, ask: &Ask<'_>, basis: &Basis<'_>) -> Vec<Score> {
        let chosen = ask.department.map(|code| {
            let unit = self.units.iter().find(|unit| unit.code == code);
            unit.map(|unit| self.part_of(unit.id)).unwrap_or_default()
        });
        let mut scores = Vec::new();
        for unit in self.units.iter().filter(|unit| chosen.as_ref().is_none_or(|ids| ids.contains(&unit.id))) {
            let own = [unit.id];
            let served = basis.book.employees(&ask.slice(&own, None)).into_iter();
            let mut staff: Vec<(&str, i64)> =
                served.filter_map(|id| Some((self.numbers.get(&id)?.as_str(), id))).collect();
            staff.sort_unstable();
            for (number, id) in staff {
                let named = Named { level: Level::Employee, department: Some(&unit.code), employee: Some(number) };
                let slice = ask.slice(&own, Some(id));
                scores.extend(basis.book.scores(&slice, &named, basis.commitments, basis.thresholds));
            }
        }
        scores
    }

    fn part_of(&self, id: i64) -> Vec<i64> {
        with_descendants(id, self.units.iter().map(|unit| (unit.id, unit.parent_id)))
    }
}

impl Ask<'_> {
    fn slice<'s>(&self, departments: &'s [i64], employee: Option<i64>) -> Slice<'s> {
        Slice { departments, employee, channel: self.channel, period: self.period, base: Base::Invited }
    }
}
