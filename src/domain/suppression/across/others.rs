//! What may vary of a whole without one of its parts, for each of them.

use std::rc::Rc;

use super::super::space::Space;

/// What may vary of a whole by its parts, from the first on and from the last on, until that is all there is.
pub(super) struct Others {
    all: Rc<Space>,
    /// By none of them, the first, the first two …
    first: Vec<Rc<Space>>,
    /// By none of them, the last, the last two …
    last: Vec<Rc<Space>>,
    parts: usize,
}

impl Others {
    /// Without its parts a whole varies by `base`, and never by more than so many dimensions; `part` tells of each part,
    /// as far as it is asked for.
    pub(super) fn new(base: Space, parts: usize, most: u32, part: impl Fn(usize) -> Rc<Space>) -> Self {
        let base = Rc::new(base);
        let first = sums(base.clone(), (0..parts).map(&part), most);
        let all = first.last().unwrap_or(&base).clone();
        let last = sums(base, (0..parts).rev().map(&part), all.dimensions());
        Self { all, first, last, parts }
    }

    /// By all parts.
    pub(super) fn all(&self) -> &Space {
        &self.all
    }

    /// By all parts but one; `None` if that is no less.
    pub(super) fn but(&self, at: usize) -> Option<Space> {
        let from_last = self.parts.checked_sub(at + 1)?;
        let before = before_more(&self.first, at)?;
        let after = before_more(&self.last, from_last)?;
        Some(before.clone().with(after))
    }
}

/// A space, the same with a further one, with another … until it has so many dimensions.
fn sums(base: Rc<Space>, more: impl Iterator<Item = Rc<Space>>, most: u32) -> Vec<Rc<Space>> {
    let mut sums = Vec::new();
    let mut sum = base;
    for one in more {
        sums.push(sum.clone());
        if sum.dimensions() >= most {
            return sums;
        }
        if !one.is_part_of(&sum) {
            Rc::make_mut(&mut sum).add(&one);
        }
    }
    sums.push(sum);
    sums
}

/// The sum of so many, if the next one adds to it.
fn before_more(sums: &[Rc<Space>], count: usize) -> Option<&Space> {
    let (before, with) = (sums.get(count)?, sums.get(count + 1)?);
    (before.dimensions() < with.dimensions()).then_some(before)
}
