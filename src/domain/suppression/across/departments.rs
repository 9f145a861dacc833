//! What may vary of departments, worked out as far as it is asked for.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::super::settle::Flags;
use super::super::space::{Cells, Space, places};
use super::{Across, Candidate, Others, without};

/// What may vary of each department where some figures are shown.
pub(super) struct Departments<'a> {
    across: &'a Across<'a>,
    /// The departments each one, and the organisation, is made of.
    parts: Rc<Vec<Vec<usize>>>,
    pub(super) shown: Flags,
    /// By what is inside each one and its own figures.
    inside: RefCell<HashMap<usize, Rc<Space>>>,
    /// By all that is outside each one.
    outside: RefCell<HashMap<usize, Rc<Space>>>,
    /// Of each one that has parts.
    others: RefCell<HashMap<usize, Rc<Others>>>,
}

impl<'a> Departments<'a> {
    pub(super) fn new(across: &'a Across<'a>, units: &[usize], shown: Flags) -> Self {
        let mut parts: Vec<Vec<usize>> = vec![Vec::new(); across.units.len()];
        for unit in units {
            let place = across.parent(*unit).and_then(|parent| parts.get_mut(parent));
            place.into_iter().for_each(|parts| parts.push(*unit));
        }
        let (inside, outside, others) = Default::default();
        Self { across, parts: Rc::new(parts), shown, inside, outside, others }
    }

    /// The same where a figure gives way: only what is inside it, and what that is part of, is worked out anew.
    pub(super) fn without(&self, candidate: Candidate) -> Self {
        let mut inside = self.inside.borrow().clone();
        for unit in std::iter::successors(Some(candidate.0), |unit| self.across.parent(*unit)) {
            inside.remove(&unit);
        }
        Self {
            across: self.across,
            parts: self.parts.clone(),
            shown: without(&self.shown, candidate),
            inside: RefCell::new(inside),
            outside: RefCell::default(),
            others: RefCell::default(),
        }
    }

    /// What may vary of a unit, all told.
    pub(super) fn left(&self, unit: usize) -> Space {
        Space::clone(&self.inside(unit)).within(&self.outside(unit).fixes(self.across.width(), self.of_whole(unit)))
    }

    /// Whether few answers of a unit follow.
    pub(super) fn tell(&self, unit: usize, groups: &[Cells]) -> bool {
        self.across.has_few(unit) && self.across.tells(unit, &self.left(unit), groups)
    }

    fn parts(&self, unit: usize) -> &[usize] {
        self.parts.get(unit).map(Vec::as_slice).unwrap_or_default()
    }

    /// The cells of what a unit is part of: from outside nothing else can vary of it.
    fn of_whole(&self, unit: usize) -> Cells {
        self.across.occupied(self.across.parent(unit).unwrap_or(unit))
    }

    /// What may vary of a unit beside its parts.
    fn rest(&self, unit: usize) -> Space {
        Space::of_cells(self.across.width(), self.across.rest(unit, self.parts(unit)))
    }

    fn inside(&self, unit: usize) -> Rc<Space> {
        if let Some(known) = self.inside.borrow().get(&unit) {
            return known.clone();
        }
        let parts = self.parts(unit);
        let space = Rc::new(if parts.is_empty() {
            self.across.alone(unit, &self.shown)
        } else {
            let all = parts.iter().fold(self.rest(unit), |all, part| all.with(&self.inside(*part)));
            all.fixed(&self.across.sums(unit, &self.shown))
        });
        self.inside.borrow_mut().insert(unit, space.clone());
        space
    }

    fn outside(&self, unit: usize) -> Rc<Space> {
        if let Some(known) = self.outside.borrow().get(&unit) {
            return known.clone();
        }
        let space = Rc::new(match self.across.parent(unit) {
            None => Space::of_cells(self.across.width(), self.across.occupied(unit)),
            Some(whole) => {
                let others = self.others(whole);
                let at = self.parts(whole).iter().position(|part| *part == unit);
                at.and_then(|at| others.but(at)).unwrap_or_else(|| others.all().clone())
            }
        });
        self.outside.borrow_mut().insert(unit, space.clone());
        space
    }

    fn others(&self, whole: usize) -> Rc<Others> {
        if let Some(known) = self.others.borrow().get(&whole) {
            return known.clone();
        }
        let occupied = self.across.occupied(whole);
        // It does not vary where it has nothing.
        let empty = places(self.of_whole(whole) & !occupied).map(|at| 1 << at);
        let fixed: Vec<Cells> = self.across.sums(whole, &self.shown).into_iter().chain(empty).collect();
        let base = Space::clone(&self.outside(whole)).fixed(&fixed).with(&self.rest(whole));
        let parts = self.parts(whole);
        let others = Rc::new(Others::new(base, parts.len(), occupied.count_ones(), |at| {
            parts.get(at).map(|part| self.inside(*part)).unwrap_or_default()
        }));
        self.others.borrow_mut().insert(whole, others.clone());
        others
    }
}
