//! Of a quarter or a year: what follows about a unit from all that is shown of all units in it and in the shorter periods
//! inside it, taken together.
//!
//! The answers of a unit are counted in cells, one for each month (and quarter) they count in and each channel. What is
//! shown are sums of cells; of what is not known the cells may vary. For each unit those **variations** are a vector
//! space: what may vary inside it is the sum of what may vary in its parts, less what its own figures fix; what may vary
//! from outside is what may vary of the whole, and of the other parts. Both must agree. So what is inside
//! is worked out up the tree of units and what is outside down it, as far as it is asked for, and a sum of cells of a unit is known exactly if no variation that is left changes it. That
//! is the same as solving all figures as one system of equations, but its size is that of one unit's cells.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use self::departments::Departments;
use self::others::Others;
use self::persons::Staff;
use super::settle::Flags;
use super::space::{Cells, Space, cells_where, sum};
use super::{Node, Shown, Unit};

mod departments;
mod others;
mod persons;

/// A shorter period: its cells, and the units shown over all channels and by channel.
pub(super) struct Told {
    pub(super) cells: Cells,
    pub(super) shown: Arc<Shown>,
}

/// What is known of a period's units.
pub(super) struct Across<'a> {
    pub(super) units: &'a [Node],
    /// Answers of each unit, cell by cell.
    pub(super) sizes: Vec<Vec<u32>>,
    /// The cells of each channel, and those without one.
    pub(super) classes: [Cells; 3],
    /// The period that is decided.
    pub(super) cells: Cells,
    /// Those inside it.
    pub(super) shorter: Vec<Told>,
    pub(super) minimum: u32,
}

/// Candidates that are tried one by one before one is hidden untried.
const TRIED: usize = 8;

/// A unit's figure that could give way: only by channel, or altogether.
type Candidate = (usize, bool);

impl Across<'_> {
    /// Hides what it takes for no few answers of a unit to follow: of departments first, then of persons, who tell
    /// nothing of their department that is not told already. So what is shown of departments does not depend on persons.
    pub(super) fn mend(&self, shown: &mut Flags) {
        let groups = self.groups();
        let units: Vec<usize> = (0..self.units.len()).filter(|unit| !self.is_person(*unit)).collect();
        let mut departments = Departments::new(self, &units, shown.clone());
        // What gives way only ever tells less of all.
        for unit in units {
            while departments.tell(unit, &groups) {
                let candidates = self.near(unit, &departments.shown);
                let tried = candidates.iter().map(|candidate| departments.without(*candidate));
                let Some(chosen) = mending(tried, |tried| !tried.tell(unit, &groups)) else { break };
                departments = chosen;
            }
        }
        shown.clone_from(&departments.shown);
        for (unit, persons) in self.staff() {
            let staff = Staff::new(self, unit, &persons, departments.left(unit));
            let mut from = 0;
            while let Some(first) = staff.known(shown).first_told(from, &groups) {
                from = first;
                let candidates = self.of_persons(&persons, first.checked_sub(1), shown);
                let tried = candidates.iter().map(|candidate| without(shown, *candidate));
                let Some(chosen) = mending(tried, |tried| !staff.known(tried).tells(first, &groups)) else { break };
                *shown = chosen;
            }
        }
    }

    /// Departments without those that are part of them, each with its persons.
    fn staff(&self) -> Vec<(usize, Vec<usize>)> {
        let mut staff: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for person in (0..self.units.len()).filter(|unit| self.is_person(*unit)) {
            self.parent(person).into_iter().for_each(|unit| staff.entry(unit).or_default().push(person));
        }
        staff.into_iter().collect()
    }

    /// What could give way of departments: the one that is told of, its siblings and its parts from the smallest on, what
    /// it is part of, then all others.
    fn near(&self, unit: usize, shown: &Flags) -> Vec<Candidate> {
        let parent = self.parent(unit);
        let above: Vec<usize> = std::iter::successors(parent, |above| self.parent(*above)).collect();
        let distance = |one: usize| match self.parent(one) {
            _ if one == unit => 0,
            other if other.is_some() && other == parent => 1,
            Some(other) if other == unit => 2,
            _ if above.contains(&one) => 3,
            _ => 4,
        };
        let mut order: Vec<usize> = (0..self.units.len()).filter(|one| !self.is_person(*one)).collect();
        order.sort_by_key(|one| (distance(*one), self.size(*one), *one));
        shown_of(order.into_iter(), shown)
    }

    /// What could give way among persons: of the one that is told of, then of the others from the smallest on.
    fn of_persons(&self, persons: &[usize], first: Option<usize>, shown: &Flags) -> Vec<Candidate> {
        let first = first.and_then(|first| persons.get(first));
        let mut order = persons.to_vec();
        order.sort_by_key(|one| (Some(one) != first, self.size(*one), *one));
        shown_of(order.into_iter(), shown)
    }

    fn is_person(&self, unit: usize) -> bool {
        matches!(self.units.get(unit).map(|node| node.unit), Some(Unit::Person(..)))
    }

    fn parent(&self, unit: usize) -> Option<usize> {
        self.units.get(unit).and_then(|node| node.parent)
    }

    fn width(&self) -> usize {
        self.sizes.first().map_or(0, Vec::len)
    }

    /// Answers of a unit in the period.
    fn size(&self, unit: usize) -> u32 {
        self.sizes.get(unit).map_or(0, |sizes| sum(sizes, self.cells))
    }

    fn occupied(&self, unit: usize) -> Cells {
        self.sizes.get(unit).map_or(0, |sizes| cells_where(sizes, |n| n > 0))
    }

    /// The cells in which a unit has answers that none of its parts has.
    fn rest(&self, unit: usize, parts: &[usize]) -> Cells {
        let mut rest = self.sizes.get(unit).cloned().unwrap_or_default();
        for part in parts.iter().filter_map(|part| self.sizes.get(*part)) {
            rest.iter_mut().zip(part).for_each(|(rest, n)| *rest = rest.saturating_sub(*n));
        }
        cells_where(&rest, |n| n > 0)
    }

    /// What may vary of a unit by its own figures.
    fn alone(&self, unit: usize, shown: &Flags) -> Space {
        Space::beside(self.width(), self.occupied(unit), &self.sums(unit, shown))
    }

    /// The groups of cells nobody may know of where there are few answers in them: those of each figure, over any
    /// channel, and what one has more than another.
    fn groups(&self) -> Vec<Cells> {
        let [online, offline, none] = self.classes;
        let periods = self.shorter.iter().map(|told| told.cells).chain([self.cells]);
        let figures: BTreeSet<Cells> =
            periods.flat_map(|cells| [cells, cells & online, cells & offline, cells & none]).collect();
        let without = |one: &Cells| figures.iter().map(|other| *one & !*other).collect::<Vec<_>>();
        let differences: BTreeSet<Cells> = figures.iter().flat_map(without).collect();
        differences.union(&figures).copied().filter(|cells| *cells != 0).collect()
    }

    /// Whether there is a cell of which nothing may be told.
    fn has_few(&self, unit: usize) -> bool {
        self.sizes.get(unit).is_some_and(|sizes| sizes.iter().any(|n| (1..self.minimum).contains(n)))
    }

    /// Whether few answers of a unit follow where this is all that may vary of it: those of a few cells, or of a group.
    fn tells(&self, unit: usize, left: &Space, groups: &[Cells]) -> bool {
        let Some(sizes) = self.sizes.get(unit) else { return false };
        let (occupied, large) = (self.occupied(unit), cells_where(sizes, |n| n >= self.minimum));
        if left.dimensions() == occupied.count_ones() {
            return false;
        }
        let is_few = |cells: &Cells| {
            cells & large == 0 && cells & occupied != 0 && (1..self.minimum).contains(&sum(sizes, *cells))
        };
        let changes = left.changes();
        let mut few = groups.iter().filter(|cells| is_few(cells)).map(|cells| cells & occupied);
        few.any(|cells| !changes.of(cells)) || changes.leave_few(sizes, self.minimum)
    }

    /// What is shown of a unit, as sums of cells.
    fn sums(&self, unit: usize, shown: &Flags) -> Vec<Cells> {
        let [online, offline, _] = self.classes;
        let told = self.shorter.iter().map(|told| (told.cells, &told.shown.flags)).chain([(self.cells, shown)]);
        let mut sums = Vec::new();
        for (cells, (whole, split)) in told {
            sums.extend(is(whole, unit).then_some(cells));
            sums.extend(is(split, unit).then_some([cells & online, cells & offline]).into_iter().flatten());
        }
        sums
    }
}

/// The first of a few that mends it, or the very first; `None` if there is none.
fn mending<T>(mut tried: impl Iterator<Item = T>, is_mended: impl Fn(&T) -> bool) -> Option<T> {
    let first = tried.next()?;
    if is_mended(&first) { Some(first) } else { tried.take(TRIED - 1).find(is_mended).or(Some(first)) }
}

/// What is shown where a figure gives way.
fn without(shown: &Flags, (unit, only_split): Candidate) -> Flags {
    let mut left = shown.clone();
    left.1.get_mut(unit).into_iter().for_each(|flag| *flag = false);
    left.0.get_mut(unit).into_iter().filter(|_| !only_split).for_each(|flag| *flag = false);
    left
}

fn shown_of(units: impl Iterator<Item = usize>, shown: &Flags) -> Vec<Candidate> {
    let both = units.flat_map(|unit| [(unit, true), (unit, false)]);
    both.filter(|(unit, split)| is(if *split { &shown.1 } else { &shown.0 }, *unit)).collect()
}

fn is(flags: &[bool], at: usize) -> bool {
    flags.get(at) == Some(&true)
}
