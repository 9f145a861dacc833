//! Small numbers: which figures may be shown so that none of a small group can be had, not even by subtraction
//! (FEATURES F7, F8; STATISTICS §2, last paragraph).
//!
//! A figure is over a group of answers: those of the organisation, of a department with all that are part of it, or of
//! a person in a department; over all channels or one; in a month, a quarter or a year. From figures that are shown a
//! reader can take others away. What is decided here is that **no group that can be had so has fewer than the minimum,
//! unless it has none**. It is decided from the whole organisation, never from what somebody asked for, so that every
//! page, file and address gives the same answer.
//!
//! Within a period, the groups over all channels form a tree (a person is part of a department, a department of another,
//! all of the organisation). Of a tree, all that can be had is made of remainders: a group without the largest shown
//! ones inside it. So each remainder must be empty or large enough; where it is not, the smallest part gives way, and
//! the whole keeps its figure. The two channels of a unit are shown together or not at all, and only where the unit as
//! a whole is shown; then what can be had is made of remainders over all channels and of remainders over one channel,
//! and the same rule holds for the latter. That is exact: of all figures of one period, however combined, none of a
//! small group follows.
//!
//! A quarter or a year gives way to the shorter periods inside it, which were known before it: it is shown only where
//! taking them away leaves nothing or enough. Differences of differences, over several units *and* several periods,
//! are not followed any further.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use self::settle::{Part, Place, Settling, Sizes, plus};
use super::period::{Grain, Period};
use super::response::Periods;
use super::service_record::Channel;

mod settle;

/// Answers of one group, as a tally has them.
#[derive(Debug, Clone, Copy)]
pub struct Count {
    /// Key of the department.
    pub department: i64,
    /// Key of the person; `None` = the department, its persons included.
    pub person: Option<i64>,
    /// `None` where an answer was released without it.
    pub channel: Option<Channel>,
    /// The periods they count in.
    pub periods: Periods,
    /// How many.
    pub n: u32,
}

/// Whose figure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// All departments together.
    Organisation,
    /// A department with all that are part of it.
    Department(i64),
    /// A department without those that are part of it.
    Own(i64),
    /// A person's services in a department: department, person.
    Person(i64, i64),
}

/// All answers to one question on one base, in the tree of departments.
#[derive(Debug, Clone)]
pub struct Answers {
    units: Vec<Node>,
    places: HashMap<Unit, usize>,
    counts: Vec<(usize, Count)>,
}

/// The figures of a period that may be shown.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    whole: HashSet<Unit>,
    split: HashSet<Unit>,
}

#[derive(Debug, Clone)]
struct Node {
    unit: Unit,
    /// Stands before it in the list; the organisation has none.
    parent: Option<usize>,
}
impl Answers {
    /// `departments` are keys, each with the key of the department it is part of.
    pub fn new(departments: &[(i64, Option<i64>)], counts: &[Count]) -> Self {
        let mut units = vec![Node { unit: Unit::Organisation, parent: None }];
        let mut places = HashMap::from([(Unit::Organisation, 0)]);
        let parents: HashMap<i64, Option<i64>> = departments.iter().copied().collect();
        let mut ids: Vec<i64> = parents.keys().copied().chain(counts.iter().map(|count| count.department)).collect();
        ids.sort_unstable();
        ids.dedup();
        for id in ids {
            place(id, &parents, &mut units, &mut places);
        }
        let mut persons: Vec<(i64, i64)> =
            counts.iter().filter_map(|count| Some((count.department, count.person?))).collect();
        persons.sort_unstable();
        persons.dedup();
        let wholes: Vec<Unit> = units.iter().filter_map(|node| Some(units.get(node.parent?)?.unit)).collect();
        for whole in wholes {
            if let (Unit::Department(id), Some(place)) = (whole, places.get(&whole).copied()) {
                places.entry(Unit::Own(id)).or_insert_with(|| {
                    units.push(Node { unit: Unit::Own(id), parent: Some(place) });
                    units.len() - 1
                });
            }
        }
        let own = |places: &HashMap<Unit, usize>, id| {
            places.get(&Unit::Own(id)).or_else(|| places.get(&Unit::Department(id))).copied()
        };
        for (department, person) in persons {
            let unit = Unit::Person(department, person);
            let parent = own(&places, department);
            places.insert(unit, units.len());
            units.push(Node { unit, parent });
        }
        let at = |count: &Count| match count.person {
            Some(person) => places.get(&Unit::Person(count.department, person)).copied(),
            None => own(&places, count.department),
        };
        let counts = counts.iter().filter_map(|count| Some((at(count)?, *count))).collect();
        Self { units, places, counts }
    }

    /// What may be shown of a period. `shorter` tells the same of a shorter period.
    pub fn shown(&self, period: Period, minimum: u32, shorter: &mut dyn FnMut(Period) -> Arc<Shown>) -> Shown {
        let parts = self.parts(period, shorter);
        let mut sizes = vec![Sizes::default(); self.units.len()];
        for part in parts.iter().filter(|part| part.place.is_inside()) {
            sizes.iter_mut().zip(&part.sizes).for_each(|(total, more)| plus(total, *more));
        }
        let (shown, apart) = Settling { units: &self.units, parts: &parts, sizes: &sizes, minimum }.settled();
        let units = |shown: &[bool]| {
            let kept = self.units.iter().zip(shown).filter(|(_, shown)| **shown);
            kept.map(|(node, _)| node.unit).collect()
        };
        Shown { whole: units(&shown), split: units(&apart) }
    }

    /// How many answers a person has in a department over a period.
    pub fn of_person(&self, department: i64, person: i64, channel: Option<Channel>, period: Period) -> u32 {
        let place = self.places.get(&Unit::Person(department, person));
        let counted = self.counts.iter().filter(|(at, count)| {
            Some(at) == place && count.periods.include(period) && (channel.is_none() || count.channel == channel)
        });
        counted.map(|(_, count)| count.n).sum()
    }

    /// The unit that a set of departments is, if it is one.
    pub fn unit_of(&self, departments: &[i64]) -> Option<Unit> {
        if let ([id], Some(own)) = (departments, departments.first().map(|id| Unit::Own(*id))) {
            return Some(if self.places.contains_key(&own) { own } else { Unit::Department(*id) });
        }
        let wanted: HashSet<usize> =
            departments.iter().filter_map(|id| self.places.get(&Unit::Department(*id)).copied()).collect();
        let all = self.units.iter().filter(|node| matches!(node.unit, Unit::Department(_))).count();
        if wanted.len() == all {
            return Some(Unit::Organisation);
        }
        let parent = |place: &usize| self.units.get(*place).and_then(|node| node.parent);
        let mut tops = wanted.iter().filter(|place| parent(place).is_none_or(|above| !wanted.contains(&above)));
        let (Some(top), None) = (tops.next(), tops.next()) else { return None };
        let closed = (0..self.units.len()).all(|place| {
            let is_department = self.units.get(place).is_some_and(|node| matches!(node.unit, Unit::Department(_)));
            !is_department || wanted.contains(&place) || !parent(&place).is_some_and(|above| wanted.contains(&above))
        });
        self.units.get(*top).filter(|_| closed).map(|node| node.unit)
    }

    /// The answers of a period, and those that count only in a shorter one inside it, by the periods they share.
    fn parts(&self, period: Period, shorter: &mut dyn FnMut(Period) -> Arc<Shown>) -> Vec<Part> {
        let within = |one: Period| one.grain() < period.grain() && period.contains(one.start());
        let is_late = |count: &Count| count.periods.include(period) && !within(count.periods.month);
        let late: HashSet<Period> = if period.grain() == Grain::Month {
            HashSet::new()
        } else {
            self.counts.iter().filter(|(_, count)| is_late(count)).map(|(_, count)| count.periods.month).collect()
        };
        let foreign = |count: &Count| !count.periods.include(period) && within(count.periods.month);
        let mixed: HashSet<Period> =
            self.counts.iter().filter(|(_, count)| foreign(count)).map(|(_, count)| count.periods.month).collect();
        let mut groups: BTreeMap<(Period, Period, Place), Vec<Sizes>> = BTreeMap::new();
        for (at, count) in &self.counts {
            let place = match (count.periods.include(period), within(count.periods.month)) {
                (true, _) if late.contains(&count.periods.month) && is_late(count) => Place::Late,
                (true, _) if mixed.contains(&count.periods.month) => Place::Mixed,
                (true, _) => Place::Inside,
                (false, true) => Place::Foreign,
                (false, false) if within(count.periods.quarter) => Place::Foreign,
                (false, false) if late.contains(&count.periods.month) => Place::Beyond,
                (false, false) => continue,
            };
            let key = (count.periods.quarter, count.periods.month, place);
            let sizes = groups.entry(key).or_insert_with(|| vec![Sizes::default(); self.units.len()]);
            add(&self.units, sizes, *at, count);
        }
        let mut known: HashMap<Period, (Vec<bool>, Vec<bool>)> = HashMap::new();
        let mut read = |one: Period| {
            known
                .entry(one)
                .or_insert_with(|| {
                    let shown = shorter(one);
                    let of = |set: &HashSet<Unit>| self.units.iter().map(|node| set.contains(&node.unit)).collect();
                    (of(&shown.whole), of(&shown.split))
                })
                .clone()
        };
        let part = |((quarter, month, place), sizes): ((Period, Period, Place), Vec<Sizes>)| {
            // Where the quarter is shown, it is what one takes away.
            let calendar = Period::containing(month.start(), Grain::Quarter);
            let by_quarter = Some(quarter).filter(|quarter| within(*quarter)).map(&mut read);
            let over_month = Some(calendar).filter(|calendar| within(*calendar) && *calendar != quarter).map(&mut read);
            let is_apart = matches!(place, Place::Late | Place::Beyond);
            let by_month = Some(month).filter(|month| within(*month) || is_apart).map(&mut read);
            let by_month = by_month.map(|(whole, split)| match &over_month {
                Some((above, above_split)) => (minus(&whole, above), minus(&split, above_split)),
                None => (whole, split),
            });
            let none = || vec![false; self.units.len()];
            let (whole, split) = match (by_quarter, by_month) {
                (Some(a), Some(b)) => (either(&a.0, &b.0), either(&a.1, &b.1)),
                (one, other) => one.or(other).unwrap_or_else(|| (none(), none())),
            };
            let bit = |one: Period| if one.grain() < period.grain() { 1_u16 << one.number() } else { 0 };
            Part { sizes, place, whole, split, bits: (bit(month), bit(quarter)) }
        };
        groups.into_iter().map(part).collect()
    }
}

impl Shown {
    /// Whether a unit's figure over all channels, or over one of them, may be shown.
    pub fn has(&self, unit: Unit, channel: Option<Channel>) -> bool {
        if channel.is_some() { self.split.contains(&unit) } else { self.whole.contains(&unit) }
    }
}

/// Adds to a unit, and a department's answers also to all that it is part of.
fn add(units: &[Node], sizes: &mut [Sizes], place: usize, count: &Count) {
    let class = match count.channel {
        Some(Channel::Online) => 0,
        Some(Channel::Offline) => 1,
        None => 2,
    };
    let mut at = Some(place);
    while let Some(place) = at {
        if let Some(n) = sizes.get_mut(place).and_then(|sizes| sizes.get_mut(class)) {
            *n = n.saturating_add(count.n);
        }
        at = if count.person.is_some() { None } else { units.get(place).and_then(|node| node.parent) };
    }
}

/// Lists a department after the one it is part of. A circle of parents begins at the organisation.
fn place(id: i64, parents: &HashMap<i64, Option<i64>>, units: &mut Vec<Node>, places: &mut HashMap<Unit, usize>) {
    let mut chain = vec![id];
    while let Some(parent) = chain.last().and_then(|last| parents.get(last).copied().flatten()) {
        if chain.contains(&parent) || places.contains_key(&Unit::Department(parent)) || !parents.contains_key(&parent) {
            break;
        }
        chain.push(parent);
    }
    for id in chain
        .into_iter()
        .rev()
        .map(|id| (id, Unit::Department(id)))
        .filter_map(|(id, unit)| (!places.contains_key(&unit)).then_some(id))
        .collect::<Vec<_>>()
    {
        let above = parents.get(&id).copied().flatten().and_then(|parent| places.get(&Unit::Department(parent)));
        let parent = Some(above.copied().unwrap_or(0));
        places.insert(Unit::Department(id), units.len());
        units.push(Node { unit: Unit::Department(id), parent });
    }
}

fn either(a: &[bool], b: &[bool]) -> Vec<bool> {
    a.iter().zip(b).map(|(a, b)| *a || *b).collect()
}

fn minus(a: &[bool], b: &[bool]) -> Vec<bool> {
    a.iter().zip(b).map(|(a, b)| *a && !*b).collect()
}
