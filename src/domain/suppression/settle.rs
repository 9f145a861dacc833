//! Of one period: which parts give way so that what remains of every whole is empty or large enough.

use super::{Node, Unit};

/// Online, offline, without a channel.
pub(super) type Sizes = [u32; 3];

/// A part of a period, or beside it: answers that share their month and quarter.
pub(super) struct Part {
    pub(super) sizes: Vec<Sizes>,
    pub(super) place: Place,
    /// Units shown over all channels in a shorter period that holds them.
    pub(super) whole: Vec<bool>,
    /// Units shown by channel in it.
    pub(super) split: Vec<bool>,
    /// Which month and which quarter of the year it is, as far as these are shorter than the period.
    pub(super) bits: (u16, u16),
}

/// Where a part stands to a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// In it, and in a shorter period inside it.
    Inside,
    /// The same, where answers that came late to another period count in the same month.
    Mixed,
    /// In it, but came late, and counts in a month after it.
    Late,
    /// Counts in a shorter period inside it, and not in it.
    Foreign,
    /// Neither: beside late answers, in the month they count in.
    Beyond,
}

/// What is left of a remainder when shorter periods that are shown are taken away.
#[derive(Debug, Clone, Copy, Default)]
struct Left {
    /// The month that late answers count in is taken away too, or it is not.
    with_late: Sizes,
    without_late: Sizes,
    late: Sizes,
    beyond: Sizes,
    /// In the shorter periods where it is hidden, what surrounds it in the smallest shown group that holds it.
    around: Sizes,
    /// No shown group holds it there.
    is_open: bool,
    /// A bit for each month and quarter it is hidden in: by channel.
    hidden: [(u16, u16); 3],
}

impl Left {
    fn add(&mut self, rest: Sizes, place: Place, is_known: bool) {
        match (place, is_known) {
            (Place::Inside | Place::Mixed, false) => {
                plus(&mut self.with_late, rest);
                plus(&mut self.without_late, rest);
            }
            (Place::Mixed, true) => plus(&mut self.without_late, rest),
            (Place::Foreign, true) => plus(&mut self.with_late, rest),
            (Place::Late, known) => {
                plus(&mut self.without_late, rest);
                plus(if known { &mut self.late } else { &mut self.with_late }, rest);
            }
            (Place::Beyond, true) => plus(&mut self.beyond, rest),
            (Place::Inside, true) | (Place::Foreign | Place::Beyond, false) => {}
        }
    }
}

/// What is told where the channels are known together, and over smaller groups and shorter periods inside only their
/// sum: a group without answers over some channels has all of them over the others, and can be taken away from those.
/// For each choice of channels (a bit for each), the answers over them in groups that have others too.
#[derive(Clone, Copy, Default)]
struct Crossed([u32; 8]);

impl Crossed {
    fn add(&mut self, sizes: Sizes) {
        for (choice, left) in (0_u8..).zip(&mut self.0) {
            let over = |wanted: bool| {
                let chosen = (0_u8..).zip(sizes).filter(|(class, _)| (choice & (1 << class) != 0) == wanted);
                chosen.map(|(_, n)| n).fold(0, u32::saturating_add)
            };
            if over(false) > 0 {
                *left = left.saturating_add(over(true));
            }
        }
    }

    fn tells(self, minimum: u32) -> bool {
        self.0.into_iter().any(|left| left > 0 && left < minimum)
    }
}

impl Part {
    /// The same of the first units alone.
    fn of_first(&self, count: usize) -> Self {
        let first = |flags: &[bool]| flags.iter().copied().take(count).collect();
        let sizes = self.sizes.iter().copied().take(count).collect();
        Self { sizes, whole: first(&self.whole), split: first(&self.split), ..*self }
    }
}

impl Place {
    pub(super) const fn is_inside(self) -> bool {
        matches!(self, Self::Inside | Self::Mixed | Self::Late)
    }
}

/// What is settled of one period.
pub(super) struct Settling<'a> {
    pub(super) units: &'a [Node],
    pub(super) parts: &'a [Part],
    pub(super) sizes: &'a [Sizes],
    pub(super) minimum: u32,
}

/// Units shown over all channels, and by channel.
pub(super) type Flags = (Vec<bool>, Vec<bool>);

/// The place of the organisation.
const ORGANISATION: usize = 0;

/// The smallest departments, of which hiding one or two may save the organisation's channels.
const SUSPECTS: usize = 3;

/// The units shown, and which of them stand within which.
struct Cover {
    shown: Vec<bool>,
    /// The smallest shown unit that a unit is a proper part of.
    above: Vec<Option<usize>>,
    by_channel: bool,
}

impl Cover {
    fn new(units: &[Node], shown: &[bool], by_channel: bool) -> Self {
        let mut above: Vec<Option<usize>> = Vec::with_capacity(units.len());
        for node in units {
            let parent = node.parent.filter(|parent| is(shown, *parent));
            above.push(parent.or_else(|| node.parent.and_then(|parent| above.get(parent).copied().flatten())));
        }
        Self { shown: shown.to_vec(), above, by_channel }
    }

    /// The whole that a shown unit is taken away from.
    fn whole(&self, part: usize) -> Option<usize> {
        self.above.get(part).copied().flatten().filter(|_| is(&self.shown, part))
    }

    /// The smallest shown unit that a unit is or is part of.
    fn owner(&self, unit: usize) -> Option<usize> {
        if is(&self.shown, unit) { Some(unit) } else { self.above.get(unit).copied().flatten() }
    }

    /// Whether a shown unit is one of the largest inside another.
    fn is_under(&self, units: &[Node], part: usize, whole: usize) -> bool {
        let mut above = units.get(part).and_then(|node| node.parent);
        while let Some(unit) = above.filter(|unit| *unit != whole && !is(&self.shown, *unit)) {
            above = units.get(unit).and_then(|node| node.parent);
        }
        above == Some(whole)
    }

    fn without_parts(&self, sizes: &[Sizes]) -> Vec<Sizes> {
        let mut rest = sizes.to_vec();
        for (part, size) in sizes.iter().enumerate() {
            if let Some(whole) = self.whole(part).and_then(|whole| rest.get_mut(whole)) {
                *whole = less(*whole, *size);
            }
        }
        rest
    }
}

impl Settling<'_> {
    /// The units shown over all channels, and those shown by channel. Departments are settled first, and nothing of
    /// theirs is hidden for the sake of a person.
    pub(super) fn settled(&self) -> (Vec<bool>, Vec<bool>) {
        let nothing = vec![false; self.units.len()];
        let alone = |by_channel| {
            let small = self.too_small(&Cover::new(self.units, &nothing, by_channel));
            let fits = |(small, sizes): (bool, &Sizes)| !small && total(*sizes) >= self.minimum;
            small.into_iter().zip(self.sizes).map(fits).collect::<Vec<bool>>()
        };
        let may = (alone(false), alone(true));
        let persons = (0..self.units.len()).find(|unit| self.is_person(*unit));
        let Some(count) = persons else { return self.departments(&may) };
        // As where no persons are read: what is shown of departments must not depend on it.
        let parts: Vec<Part> = self.parts.iter().map(|part| part.of_first(count)).collect();
        let units = self.units.get(..count).unwrap_or_default();
        let sizes = self.sizes.get(..count).unwrap_or_default();
        let mut shown = Settling { units, parts: &parts, sizes, minimum: self.minimum }.settled();
        shown.0.resize(self.units.len(), false);
        shown.1.resize(self.units.len(), false);
        self.stage(true, &may, &mut shown);
        shown
    }

    /// Where a department would cost the organisation its channels, its own figure gives way instead: with the channels
    /// of all, a department that may not be split would tell what it has of each.
    fn departments(&self, may: &Flags) -> Flags {
        let settled = |may: &Flags| {
            let nothing = vec![false; self.units.len()];
            let mut shown = (nothing.clone(), nothing);
            self.stage(false, may, &mut shown);
            self.show_again(&mut shown, may);
            shown
        };
        let is_split = |shown: &Flags| is(&shown.1, ORGANISATION);
        let shown = settled(may);
        if is_split(&shown) || !is(&may.1, ORGANISATION) {
            return shown;
        }
        let mut smallest: Vec<usize> =
            (0..self.units.len()).filter(|unit| !self.is_person(*unit) && is(&may.0, *unit)).collect();
        smallest.sort_by_key(|unit| (self.size(*unit), *unit));
        let without = |hidden: [usize; 2]| {
            let mut may = may.clone();
            hidden.into_iter().for_each(|unit| may.0.get_mut(unit).into_iter().for_each(|may| *may = false));
            settled(&may)
        };
        // Alone, it would follow from the figures of all others.
        let pairs = smallest.iter().filter(|unit| !is(&may.1, **unit)).take(SUSPECTS).flat_map(|suspect| {
            let others = smallest.iter().filter(move |other| *other != suspect).take(SUSPECTS);
            std::iter::once(suspect).chain(others).map(move |other| [*suspect, *other])
        });
        pairs.map(without).find(is_split).unwrap_or(shown)
    }

    /// Settles departments, or persons beside the departments that are settled.
    fn stage(&self, persons: bool, (may_whole, may_split): &Flags, (whole, split): &mut Flags) {
        let of_stage = |unit: usize| self.is_person(unit) == persons;
        for (unit, shown) in whole.iter_mut().enumerate().filter(|(unit, _)| of_stage(*unit)) {
            *shown = is(may_whole, unit);
        }
        loop {
            self.give_way(whole, may_whole, None, of_stage);
            for (unit, shown) in split.iter_mut().enumerate().filter(|(unit, _)| of_stage(*unit)) {
                *shown = is(may_split, unit) && is(whole, unit);
            }
            let stuck = self.give_way(split, may_split, Some(whole), of_stage);
            // A person's figure over all channels may be one over a single channel.
            let cover = Cover::new(self.units, split, true);
            let parts = |owner: usize| {
                let parts = (0..self.units.len()).filter(|unit| is(whole, *unit) && of_stage(*unit));
                parts
                    .filter(|unit| cover.owner(*unit) == Some(owner))
                    .min_by_key(|unit| self.size(*unit))
                    .or_else(|| of_stage(owner).then_some(owner))
            };
            let hidden: Vec<usize> = stuck.into_iter().filter_map(parts).collect();
            if hidden.is_empty() {
                break;
            }
            hidden.into_iter().filter_map(|unit| whole.get_mut(unit).map(|whole| *whole = false)).count();
        }
    }

    /// Shows departments again, the largest first, that gave way in vain.
    fn show_again(&self, shown: &mut Flags, may: &Flags) {
        let mut hidden: Vec<usize> = (0..self.units.len()).filter(|unit| !self.is_person(*unit)).collect();
        hidden.retain(|unit| is(&may.0, *unit) && !is(&shown.0, *unit) || is(&may.1, *unit) && !is(&shown.1, *unit));
        hidden.sort_by_key(|unit| (std::cmp::Reverse(self.size(*unit)), *unit));
        for unit in hidden {
            for by_channel in [false, true] {
                let before = shown.clone();
                let (flags, may_be) = if by_channel { (&mut shown.1, &may.1) } else { (&mut shown.0, &may.0) };
                if let Some(flag) = flags.get_mut(unit).filter(|_| is(may_be, unit)) {
                    *flag = true;
                }
                if *shown != before && !(is(&shown.0, unit) && self.is_safe(shown, may)) {
                    *shown = before;
                }
            }
        }
    }

    /// Whether nothing that is shown tells too much.
    fn is_safe(&self, shown: &Flags, may: &Flags) -> bool {
        let holds = |flags: &[bool], may: &[bool], together: Option<&[bool]>| {
            let cover = Cover::new(self.units, flags, together.is_some());
            let small = self.small(&cover, together);
            let is_quiet = |unit: usize| !(is(flags, unit) && is(&small, unit));
            (0..self.units.len()).all(is_quiet) && self.sums(&cover).into_iter().all(|unit| is(may, unit))
        };
        holds(&shown.0, &may.0, None) && holds(&shown.1, &may.1, Some(&shown.0))
    }

    /// The units of whose remainder too little is left, or is told by sums over all channels.
    fn small(&self, cover: &Cover, together: Option<&[bool]>) -> Vec<bool> {
        let mut small = self.too_small(cover);
        if let Some(together) = together {
            let crossed = self.crossed(together, cover);
            small.iter_mut().zip(crossed).for_each(|(small, crossed)| *small |= crossed.tells(self.minimum));
        }
        small
    }

    fn is_person(&self, unit: usize) -> bool {
        matches!(self.units.get(unit).map(|node| node.unit), Some(Unit::Person(..)))
    }

    /// Hides the smallest parts of every whole of which too little would remain, until enough does; and the whole, if
    /// it has none to hide. Gives the wholes that nothing may be done about.
    fn give_way(
        &self,
        shown: &mut [bool],
        fits: &[bool],
        together: Option<&[bool]>,
        may: impl Fn(usize) -> bool,
    ) -> Vec<usize> {
        loop {
            let cover = Cover::new(self.units, shown, together.is_some());
            let rest = cover.without_parts(self.sizes);
            let small = self.small(&cover, together);
            let mut stuck = Vec::new();
            let mut is_done = true;
            // What must not be shown must not be the sum of what is.
            for whole in self.sums(&cover).into_iter().filter(|whole| !is(fits, *whole)) {
                let parts = (0..self.units.len()).filter(|part| is(&cover.shown, *part) && may(*part));
                let parts = parts.filter(|part| cover.is_under(self.units, *part, whole));
                if let Some(shown) = parts.min_by_key(|part| (self.size(*part), *part)).and_then(|at| shown.get_mut(at))
                {
                    (*shown, is_done) = (false, false);
                }
            }
            if !is_done {
                continue;
            }
            for whole in (0..self.units.len()).filter(|unit| is(&cover.shown, *unit) && is(&small, *unit)) {
                let parts = (0..self.units.len()).filter(|part| cover.whole(*part) == Some(whole) && may(*part));
                let is_empty = |part: &usize| rest.get(*part).is_none_or(|rest| total(*rest) == 0);
                let smallest = parts.min_by_key(|part| (is_empty(part), self.size(*part), *part));
                match shown.get_mut(smallest.unwrap_or(whole)).filter(|_| smallest.is_some() || may(whole)) {
                    Some(shown) => (*shown, is_done) = (false, false),
                    None => stuck.push(whole),
                }
            }
            if is_done {
                return stuck;
            }
        }
    }

    /// The hidden units that have no answers beside those of shown ones inside them, over all channels or over one.
    fn sums(&self, cover: &Cover) -> Vec<usize> {
        let mut rest = self.sizes.to_vec();
        for part in (0..self.units.len()).filter(|unit| is(&cover.shown, *unit)) {
            let mut above = self.units.get(part).and_then(|node| node.parent);
            while let Some(unit) = above.filter(|unit| !is(&cover.shown, *unit)) {
                if let (Some(rest), Some(size)) = (rest.get_mut(unit), self.sizes.get(part)) {
                    *rest = less(*rest, *size);
                }
                above = self.units.get(unit).and_then(|node| node.parent);
            }
        }
        let is_sum = |unit: usize| {
            let (rest, sizes) = (rest.get(unit).copied().unwrap_or_default(), self.sizes.get(unit).copied());
            let mut classes = rest.into_iter().zip(sizes.unwrap_or_default());
            let is_empty =
                if cover.by_channel { classes.any(|(rest, n)| n > 0 && rest == 0) } else { total(rest) == 0 };
            is_empty && !is(&cover.shown, unit) && self.size(unit) >= self.minimum
        };
        (0..self.units.len()).filter(|unit| is_sum(*unit)).collect()
    }

    /// The units whose remainder is too small, alone or when shorter periods that are shown are taken away.
    fn too_small(&self, cover: &Cover) -> Vec<bool> {
        let is_small = |sizes: Sizes| {
            let small = |n: u32| n > 0 && n < self.minimum;
            if cover.by_channel { sizes.into_iter().any(small) } else { small(total(sizes)) }
        };
        let mut left = vec![Left::default(); self.units.len()];
        for part in self.parts {
            let shown = if cover.by_channel { &part.split } else { &part.whole };
            let known = self.known(part, cover, shown);
            let there = Cover::new(self.units, shown, cover.by_channel);
            let blocks = there.without_parts(&part.sizes);
            let rests = cover.without_parts(&part.sizes);
            for (unit, ((left, rest), known)) in left.iter_mut().zip(rests).zip(known).enumerate() {
                left.add(rest, part.place, known);
                if !known && part.place.is_inside() && total(rest) > 0 {
                    for ((months, quarters), _) in left.hidden.iter_mut().zip(rest).filter(|(_, n)| *n > 0) {
                        (*months, *quarters) = (*months | part.bits.0, *quarters | part.bits.1);
                    }
                    match there.owner(unit).and_then(|owner| blocks.get(owner)) {
                        Some(block) => plus(&mut left.around, less(*block, rest)),
                        None => left.is_open = true,
                    }
                }
            }
        }
        let small = |(rest, left): (Sizes, Left)| {
            let late = total(left.late) > 0 && is_small(left.beyond);
            let told = !left.is_open && is_small(left.around);
            // Of one shorter period only: then it would tell what is hidden there.
            let is_one = |(months, quarters): (u16, u16)| months.count_ones() == 1 || quarters.count_ones() == 1;
            let whole = left.hidden.into_iter().fold((0, 0), |a, b| (a.0 | b.0, a.1 | b.1));
            let of_one = is_one(whole) || cover.by_channel && left.hidden.into_iter().any(is_one);
            late || told || of_one || is_small(rest) || is_small(left.with_late) || is_small(left.without_late)
        };
        cover.without_parts(self.sizes).into_iter().zip(left).map(small).collect()
    }

    /// What the sums over all channels tell of the remainder of each unit that is shown by channel.
    fn crossed(&self, together: &[bool], cover: &Cover) -> Vec<Crossed> {
        let pieces = Cover::new(self.units, together, false);
        let mut crossed = vec![Crossed::default(); self.units.len()];
        let mut unknown = vec![Sizes::default(); self.units.len()];
        for part in self.parts.iter().filter(|part| part.place.is_inside()) {
            let whole = self.known(part, &pieces, &part.whole);
            let split = self.known(part, cover, &part.split);
            for (piece, rest) in pieces.without_parts(&part.sizes).into_iter().enumerate() {
                let Some(owner) = cover.owner(piece).filter(|_| is(together, piece)) else { continue };
                if !is(&whole, piece) {
                    unknown.get_mut(piece).into_iter().for_each(|unknown| plus(unknown, rest));
                } else if !is(&split, owner) {
                    crossed.get_mut(owner).into_iter().for_each(|crossed| crossed.add(rest));
                }
            }
        }
        for (piece, rest) in unknown.into_iter().enumerate() {
            if let Some(crossed) = cover.owner(piece).and_then(|owner| crossed.get_mut(owner)) {
                crossed.add(rest);
            }
        }
        crossed
    }

    /// The units of whose remainder in a part the shorter periods tell.
    fn known(&self, part: &Part, cover: &Cover, shown: &[bool]) -> Vec<bool> {
        // That there are no answers is known too.
        let is_empty = |unit: usize| part.sizes.get(unit).is_some_and(|sizes| total(*sizes) == 0);
        let is_known = |unit: usize| is(shown, unit) || is_empty(unit);
        let mut known: Vec<bool> = (0..self.units.len()).map(is_known).collect();
        for unit in 0..self.units.len() {
            if let Some(whole) = cover.whole(unit).and_then(|whole| known.get_mut(whole)) {
                *whole &= is_known(unit);
            }
        }
        // Or it is the sum of what is shown there.
        let there = Cover::new(self.units, shown, cover.by_channel);
        let mut rest = cover.without_parts(&part.sizes);
        for unit in (0..self.units.len()).filter(|unit| is(shown, *unit) && !is(&cover.shown, *unit)) {
            let owner = cover.owner(unit).filter(|owner| there.is_under(self.units, unit, *owner));
            if let (Some(rest), Some(size)) = (owner.and_then(|owner| rest.get_mut(owner)), part.sizes.get(unit)) {
                *rest = less(*rest, *size);
            }
        }
        for (known, rest) in known.iter_mut().zip(rest) {
            *known |= total(rest) == 0;
        }
        known
    }

    fn size(&self, unit: usize) -> u32 {
        self.sizes.get(unit).copied().map_or(0, total)
    }
}

fn is(flags: &[bool], at: usize) -> bool {
    flags.get(at) == Some(&true)
}

fn total(sizes: Sizes) -> u32 {
    sizes.into_iter().fold(0, u32::saturating_add)
}

pub(super) fn plus(sizes: &mut Sizes, more: Sizes) {
    sizes.iter_mut().zip(more).for_each(|(total, more)| *total = total.saturating_add(more));
}

fn less(sizes: Sizes, part: Sizes) -> Sizes {
    let ([a, b, c], [x, y, z]) = (sizes, part);
    [a.saturating_sub(x), b.saturating_sub(y), c.saturating_sub(z)]
}
