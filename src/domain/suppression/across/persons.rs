//! What may vary of the persons of a department.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::super::settle::Flags;
use super::super::space::{Cells, Space};
use super::{Across, Others, is};

/// The persons of a department, as far as what is known of them stays the same while figures give way.
pub(super) struct Staff<'a> {
    across: &'a Across<'a>,
    unit: usize,
    persons: &'a [usize],
    /// What may vary of the department by all that is told of departments.
    varies: Space,
    /// What may vary of it beside its persons.
    rest: Space,
    /// What may vary of a person by the own figures, by whether these are shown.
    alone: RefCell<HashMap<(usize, bool, bool), Rc<Space>>>,
}

/// What follows about them from what is shown.
pub(super) struct Known<'a> {
    staff: &'a Staff<'a>,
    shown: &'a Flags,
    others: Others,
    /// What none of them changes.
    fixes: Vec<Vec<u64>>,
}

impl<'a> Staff<'a> {
    pub(super) fn new(across: &'a Across<'a>, unit: usize, persons: &'a [usize], varies: Space) -> Self {
        let rest = Space::of_cells(across.width(), across.rest(unit, persons));
        Self { across, unit, persons, varies, rest, alone: RefCell::default() }
    }

    pub(super) fn known(&'a self, shown: &'a Flags) -> Known<'a> {
        let cells = self.across.occupied(self.unit);
        let others = Others::new(self.rest.clone(), self.persons.len(), cells.count_ones(), |at| {
            self.persons.get(at).map(|person| self.alone(*person, shown)).unwrap_or_default()
        });
        let fixes = others.all().fixes(self.across.width(), cells);
        Known { staff: self, shown, others, fixes }
    }

    fn alone(&self, person: usize, shown: &Flags) -> Rc<Space> {
        let key = (person, is(&shown.0, person), is(&shown.1, person));
        let mut alone = self.alone.borrow_mut();
        alone.entry(key).or_insert_with(|| Rc::new(self.across.alone(person, shown))).clone()
    }
}

impl Known<'_> {
    /// The first, from a place on, of whom is told what may not be: zero is the department itself, of which persons tell
    /// what is not told, and then come those of whom few answers follow. What gives way only ever tells less of all.
    pub(super) fn first_told(&self, from: usize, groups: &[Cells]) -> Option<usize> {
        (from..=self.staff.persons.len()).find(|at| self.tells(*at, groups))
    }

    pub(super) fn tells(&self, at: usize, groups: &[Cells]) -> bool {
        let Staff { across, unit, persons, varies, .. } = self.staff;
        let Some(at) = at.checked_sub(1) else { return !varies.is_part_of(self.others.all()) };
        let Some(person) = persons.get(at).filter(|person| across.has_few(**person)) else { return false };
        let own = self.staff.alone(*person, self.shown);
        // As if all of the department were known: whatever a longer period tells of it, it tells of none of them.
        let less = self.others.but(at).map(|less| less.fixes(across.width(), across.occupied(*unit)));
        match less.as_ref().unwrap_or(&self.fixes).as_slice() {
            [] => across.tells(*person, &own, groups),
            fixes => across.tells(*person, &Space::clone(&own).within(fixes), groups),
        }
    }
}
