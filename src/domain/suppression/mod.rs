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
//! taking them away leaves nothing or enough. Then all of them are taken together (`across`): whatever follows about
//! one unit from the figures of all units in the period and in the shorter ones inside it, however combined, is of
//! nobody or of enough. Persons tell nothing of their department that its own figures do not tell.
//!
//! What is not followed: groups made of several units *and* several periods that are no unit's; and quarters that share a
//! month because answers came late, before their year is settled.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use self::across::{Across, Told};
use self::settle::{Flags, Part, Place, Settling, Sizes, plus};
use self::space::{Cells, MOST};
use super::period::{Grain, Period};
use super::response::Periods;
use super::service_record::Channel;

mod across;
mod settle;
mod space;

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
    places: Arc<HashMap<Unit, usize>>,
    /// By the periods they count in; each in the order of the units.
    counts: BTreeMap<Periods, Vec<(usize, Count)>>,
}

/// The figures of a period that may be shown.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    places: Arc<HashMap<Unit, usize>>,
    flags: Flags,
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
        let mut of_periods: BTreeMap<Periods, Vec<(usize, Count)>> = BTreeMap::new();
        for (unit, count) in counts.iter().filter_map(|count| Some((at(count)?, *count))) {
            of_periods.entry(count.periods).or_default().push((unit, count));
        }
        of_periods.values_mut().for_each(|counts| counts.sort_by_key(|(unit, _)| *unit));
        Self { units, places: Arc::new(places), counts: of_periods }
    }

    /// What may be shown of a period, with what is known already: longer periods ask for the shorter ones inside them.
    pub fn decided(&self, period: Period, minimum: u32, known: &mut HashMap<Period, Arc<Shown>>) -> Arc<Shown> {
        if let Some(found) = known.get(&period) {
            return found.clone();
        }
        let found = Arc::new(self.shown(period, minimum, &mut |shorter| self.decided(shorter, minimum, known)));
        known.insert(period, found.clone());
        found
    }

    /// What may be shown of a period. `shorter` tells the same of a shorter period.
    pub fn shown(&self, period: Period, minimum: u32, shorter: &mut dyn FnMut(Period) -> Arc<Shown>) -> Shown {
        let parts = self.parts(period, shorter);
        let mut sizes = vec![Sizes::default(); self.units.len()];
        for part in parts.iter().filter(|part| part.place.is_inside()) {
            sizes.iter_mut().zip(&part.sizes).for_each(|(total, more)| plus(total, *more));
        }
        let mut settled = Settling { units: &self.units, parts: &parts, sizes: &sizes, minimum }.settled();
        match self.across(period, minimum, shorter) {
            Some(across) => across.mend(&mut settled),
            // So much came late that it can't be followed.
            None => settled = (vec![false; self.units.len()], vec![false; self.units.len()]),
        }
        Shown { places: self.places.clone(), flags: settled }
    }

    /// How many answers a person has in a department over a period.
    pub fn of_person(&self, department: i64, person: i64, channel: Option<Channel>, period: Period) -> u32 {
        let Some(place) = self.places.get(&Unit::Person(department, person)) else { return 0 };
        let counted = self.counts.iter().filter(|(periods, _)| periods.include(period)).flat_map(|(_, counts)| {
            let first = counts.partition_point(|(unit, _)| unit < place);
            counts.iter().skip(first).take_while(|(unit, _)| unit == place)
        });
        let of_channel = counted.filter(|(_, count)| channel.is_none() || count.channel == channel);
        of_channel.map(|(_, count)| count.n).sum()
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

    /// All figures of a period and of the shorter ones that share answers with it, as sums of cells; `None` of too many.
    fn across(
        &self,
        period: Period,
        minimum: u32,
        shorter: &mut dyn FnMut(Period) -> Arc<Shown>,
    ) -> Option<Across<'_>> {
        let is_year = period.grain() == Grain::Year;
        let quarter = |month: Period| Period::containing(month.start(), Grain::Quarter);
        let mut inside: BTreeSet<Period> = period.months().collect();
        inside.extend(period.months().filter(|_| is_year).map(quarter));
        for periods in self.counts.keys().filter(|periods| periods.include(period)) {
            inside.insert(periods.month);
            inside.extend(is_year.then_some(periods.quarter));
        }
        let has_a_share = |periods: &Periods| {
            periods.include(period) || inside.contains(&periods.month) || inside.contains(&periods.quarter)
        };
        // The cells there are: which periods they count in, and the channel's class.
        let counted: Vec<_> = self.counts.iter().filter(|(periods, _)| has_a_share(periods)).collect();
        let mut places: BTreeMap<(Periods, usize), usize> = BTreeMap::new();
        for (periods, counts) in &counted {
            places.extend(counts.iter().map(|(_, count)| ((**periods, class(count.channel)), 0)));
        }
        if places.len() > MOST {
            return None;
        }
        places.values_mut().zip(0..).for_each(|(place, at)| *place = at);
        let mut sizes = vec![vec![0_u32; places.len()]; self.units.len()];
        for (periods, counts) in counted {
            let of_class = [0, 1, 2].map(|class| places.get(&(*periods, class)).copied());
            for (unit, count) in counts {
                let Some(at) = of_class.get(class(count.channel)).copied().flatten() else { continue };
                for unit in with_wholes(&self.units, *unit, count) {
                    let n = sizes.get_mut(unit).and_then(|sizes| sizes.get_mut(at));
                    n.into_iter().for_each(|n| *n = n.saturating_add(count.n));
                }
            }
        }
        let cells = |holds: &dyn Fn(&Periods, usize) -> bool| {
            let held = places.iter().filter(|((periods, class), _)| holds(periods, *class));
            held.fold(0, |all: Cells, (_, at)| all | 1 << at)
        };
        let told = |one: &Period| Told { cells: cells(&|periods, _| periods.include(*one)), shown: shorter(*one) };
        let shorter = inside.iter().filter(|one| one.grain() < period.grain()).map(told).collect();
        Some(Across {
            units: &self.units,
            sizes,
            classes: [0, 1, 2].map(|wanted| cells(&|_, class| class == wanted)),
            cells: cells(&|periods, _| periods.include(period)),
            shorter,
            minimum,
        })
    }

    /// The answers of a period, and those that count only in a shorter one inside it, by the periods they share.
    fn parts(&self, period: Period, shorter: &mut dyn FnMut(Period) -> Arc<Shown>) -> Vec<Part> {
        let within = |one: Period| one.grain() < period.grain() && period.contains(one.start());
        let is_late = |periods: &Periods| periods.include(period) && !within(periods.month);
        let is_foreign = |periods: &Periods| !periods.include(period) && within(periods.month);
        let months_of = |holds: &dyn Fn(&Periods) -> bool| -> HashSet<Period> {
            self.counts.keys().filter(|periods| holds(periods)).map(|periods| periods.month).collect()
        };
        let late = if period.grain() == Grain::Month { HashSet::new() } else { months_of(&is_late) };
        let mixed = months_of(&is_foreign);
        let mut groups: BTreeMap<(Period, Period, Place), Vec<Sizes>> = BTreeMap::new();
        for (periods, counts) in &self.counts {
            let place = match (periods.include(period), within(periods.month)) {
                (true, _) if late.contains(&periods.month) && is_late(periods) => Place::Late,
                (true, _) if mixed.contains(&periods.month) => Place::Mixed,
                (true, _) => Place::Inside,
                (false, true) => Place::Foreign,
                (false, false) if within(periods.quarter) => Place::Foreign,
                (false, false) if late.contains(&periods.month) => Place::Beyond,
                (false, false) => continue,
            };
            let key = (periods.quarter, periods.month, place);
            let sizes = groups.entry(key).or_insert_with(|| vec![Sizes::default(); self.units.len()]);
            counts.iter().for_each(|(at, count)| add(&self.units, sizes, *at, count));
        }
        let mut known: HashMap<Period, Arc<Shown>> = HashMap::new();
        let mut read = |one: Period| known.entry(one).or_insert_with(|| shorter(one)).flags.clone();
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
        let (whole, split) = &self.flags;
        let flags = if channel.is_some() { split } else { whole };
        self.places.get(&unit).and_then(|place| flags.get(*place)) == Some(&true)
    }
}

/// Adds to a unit, and a department's answers also to all that it is part of.
fn add(units: &[Node], sizes: &mut [Sizes], place: usize, count: &Count) {
    for unit in with_wholes(units, place, count) {
        if let Some(n) = sizes.get_mut(unit).and_then(|sizes| sizes.get_mut(class(count.channel))) {
            *n = n.saturating_add(count.n);
        }
    }
}

/// A unit, and of a department's count all that it is part of: a person's answers are among its department's already.
fn with_wholes<'a>(units: &'a [Node], unit: usize, count: &Count) -> impl Iterator<Item = usize> + 'a {
    let is_department = count.person.is_none();
    std::iter::successors(Some(unit), move |unit| {
        units.get(*unit).filter(|_| is_department).and_then(|node| node.parent)
    })
}

const fn class(channel: Option<Channel>) -> usize {
    match channel {
        Some(Channel::Online) => 0,
        Some(Channel::Offline) => 1,
        None => 2,
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
