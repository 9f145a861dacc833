//! A reader who takes every shown figure away from every other, and one who solves all of them as equations.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use proptest::prelude::*;

use super::period::{Grain, Period};
use super::response::Periods;
use super::service_record::Channel;
use super::suppression::{Answers, Count, Unit};

const MINIMUM: u32 = 5;

/// Answers that nobody can tell apart: a department's own or a person's, of one channel, in one set of periods.
#[derive(Debug, Clone)]
struct Atom {
    department: usize,
    person: Option<i64>,
    channel: Option<Channel>,
    periods: Periods,
    n: u32,
}

#[derive(Debug, Clone)]
struct Organisation {
    /// Each department's parent, which stands before it.
    parents: Vec<Option<usize>>,
    atoms: Vec<Atom>,
}

/// A figure: whose, over which channel, in which period, and which atoms it is over.
#[derive(Clone)]
struct Figure {
    name: String,
    of: (Unit, Option<Channel>),
    period: Period,
    atoms: BTreeSet<usize>,
    n: u32,
    is_shown: bool,
}

fn month(number: u32) -> Period {
    format!("2026-{number:02}").parse().unwrap()
}

/// Where an answer counts: in one month, and in the quarter of another.
fn periods(of_quarter: u32, counted: u32) -> Periods {
    let quarter = Period::containing(month(of_quarter).start(), Grain::Quarter);
    Periods { month: month(counted), quarter, year: "2026".parse().unwrap() }
}

fn id(department: usize) -> i64 {
    i64::try_from(department).unwrap() + 1
}

impl Atom {
    fn name(&self) -> String {
        let Periods { month, quarter, .. } = self.periods;
        format!("{} {:?} {:?} {month} {quarter} n={}", id(self.department), self.person, self.channel, self.n)
    }
}

impl Organisation {
    fn answers(&self) -> Answers {
        let departments: Vec<_> =
            self.parents.iter().enumerate().map(|(at, parent)| (id(at), parent.map(id))).collect();
        let mut counts = Vec::new();
        for atom in &self.atoms {
            let of = |person| Count {
                department: id(atom.department),
                person,
                channel: atom.channel,
                periods: atom.periods,
                n: atom.n,
            };
            counts.push(of(None));
            counts.extend(atom.person.map(|person| of(Some(person))));
        }
        Answers::new(&departments, &counts)
    }

    fn is_in(&self, unit: Unit, atom: &Atom) -> bool {
        match unit {
            Unit::Organisation => true,
            Unit::Own(department) => id(atom.department) == department,
            Unit::Person(department, person) => id(atom.department) == department && atom.person == Some(person),
            Unit::Department(department) => {
                let chain = std::iter::successors(Some(atom.department), |at| self.parents[*at]);
                chain.into_iter().any(|at| id(at) == department)
            }
        }
    }

    fn units(&self) -> Vec<Unit> {
        let mut units = vec![Unit::Organisation];
        for at in 0..self.parents.len() {
            units.push(Unit::Department(id(at)));
            units.extend(self.parents.contains(&Some(at)).then_some(Unit::Own(id(at))));
            units.extend((1..=3).map(|person| Unit::Person(id(at), person)));
        }
        units
    }

    fn figures(&self) -> Vec<Figure> {
        let answers = self.answers();
        let mut known = HashMap::new();
        let mut figures = Vec::new();
        let months = (1..=6).map(month);
        for period in months.chain(["2026-Q1", "2026-Q2", "2026"].map(|text| text.parse().unwrap())) {
            let shown = answers.decided(period, MINIMUM, &mut known);
            for unit in self.units() {
                for channel in [None, Some(Channel::Online), Some(Channel::Offline)] {
                    let is_over = |atom: &Atom| {
                        atom.n > 0
                            && self.is_in(unit, atom)
                            && (channel.is_none() || atom.channel == channel)
                            && atom.periods.include(period)
                    };
                    let atoms: BTreeSet<usize> = (0..self.atoms.len()).filter(|at| is_over(&self.atoms[*at])).collect();
                    let n = self.size(&atoms);
                    let is_shown = shown.has(unit, channel) && n >= MINIMUM;
                    figures.push(Figure {
                        period,
                        of: (unit, channel),
                        name: format!("{unit:?} {channel:?} {period}"),
                        atoms,
                        n,
                        is_shown,
                    });
                }
            }
        }
        figures
    }

    fn size(&self, atoms: &BTreeSet<usize>) -> u32 {
        atoms.iter().map(|at| self.atoms[*at].n).sum()
    }
}

fn atoms(departments: usize, sizes: BoxedStrategy<u32>, late: bool) -> impl Strategy<Value = Vec<Atom>> {
    let channel = prop_oneof![4 => Just(Some(Channel::Online)), 3 => Just(Some(Channel::Offline)), 1 => Just(None)];
    let person = prop_oneof![1 => Just(None), 2 => (1..=3_i64).prop_map(Some)];
    let on_time = (0_u32, 0_u32);
    // In a later month, a later quarter, or both.
    let delays = prop_oneof![18 => Just(on_time), 2 => Just((0, 1)), 1 => Just((1, 0)), 1 => Just((3, 2))];
    let delay = if late { delays.boxed() } else { Just(on_time).boxed() };
    let atom = (0..departments, person, channel, 1..=6_u32, delay, sizes).prop_map(
        |(department, person, channel, served, (quarter, month), n)| Atom {
            department,
            person,
            channel,
            periods: periods((served + quarter).min(6), (served + month).min(6)),
            n,
        },
    );
    prop::collection::vec(atom, 1..60)
}

fn organisation(sizes: BoxedStrategy<u32>, late: bool) -> impl Strategy<Value = Organisation> {
    prop::collection::vec(prop::option::of(0..6_usize), 1..6).prop_flat_map(move |parents| {
        let parents: Vec<_> =
            parents.iter().enumerate().map(|(at, parent)| parent.filter(|parent| *parent < at)).collect();
        let count = parents.len();
        atoms(count, sizes.clone(), late).prop_map(move |atoms| Organisation { parents: parents.clone(), atoms })
    })
}

fn few() -> BoxedStrategy<u32> {
    prop_oneof![3 => 0..5_u32, 2 => 5..12_u32, 1 => 12..60_u32].boxed()
}

/// What is known of the sums of groups, as rows of an echelon form over a prime field.
struct Equations(Vec<Vec<i64>>);

const PRIME: i64 = 1_000_003;

impl Equations {
    fn new(groups: impl Iterator<Item = BTreeSet<usize>>, atoms: usize) -> Self {
        let mut equations = Self(Vec::new());
        for group in groups {
            let rest = equations.reduced(&group, atoms);
            if let Some(lead) = rest.iter().position(|value| *value != 0) {
                let inverse = power(rest[lead], PRIME - 2);
                equations.0.push(rest.iter().map(|value| value * inverse % PRIME).collect());
            }
        }
        equations
    }

    fn reduced(&self, group: &BTreeSet<usize>, atoms: usize) -> Vec<i64> {
        let mut row: Vec<i64> = (0..atoms).map(|at| i64::from(group.contains(&at))).collect();
        for known in &self.0 {
            let lead = known.iter().position(|value| *value != 0).unwrap();
            let factor = row[lead];
            if factor != 0 {
                row.iter_mut().zip(known).for_each(|(a, b)| *a = (*a - factor * b).rem_euclid(PRIME));
            }
        }
        row
    }

    fn tell(&self, group: &BTreeSet<usize>, atoms: usize) -> bool {
        self.reduced(group, atoms).iter().all(|value| *value == 0)
    }
}

fn power(base: i64, exponent: i64) -> i64 {
    (0..63).rev().fold(1, |result, bit| {
        let squared = result * result % PRIME;
        if exponent >> bit & 1 == 1 { squared * base % PRIME } else { squared }
    })
}

fn is_small(n: u32) -> bool {
    n > 0 && n < MINIMUM
}

/// No shown figure taken from another leaves a few answers: any two of one period, or any two of the same unit.
fn no_pair_tells(organisation: &Organisation) -> Result<(), TestCaseError> {
    let figures = organisation.figures();
    let shown: Vec<_> = figures.iter().filter(|figure| figure.is_shown).collect();
    for whole in &shown {
        for part in &shown {
            let comparable = part.period == whole.period || part.of == whole.of;
            if comparable && part.atoms.is_subset(&whole.atoms) {
                let left = whole.n - part.n;
                let names: Vec<_> = organisation.atoms.iter().map(Atom::name).collect();
                let (whole, part) = (&whole.name, &part.name);
                prop_assert!(!is_small(left), "{whole} without {part} leaves {left} of {names:#?}");
            }
        }
    }
    Ok(())
}

/// No few answers, of a figure that is hidden or of what one figure has more than another, follow from all that is
/// shown of some figures.
fn no_equation_tells(organisation: &Organisation, figures: &[Figure]) -> Result<(), TestCaseError> {
    let count = organisation.atoms.len();
    let shown = figures.iter().filter(|figure| figure.is_shown).map(|figure| figure.atoms.clone());
    let equations = Equations::new(shown, count);
    let mut groups: BTreeSet<BTreeSet<usize>> = BTreeSet::new();
    for figure in figures {
        groups.insert(figure.atoms.clone());
        groups.extend(figures.iter().map(|other| figure.atoms.difference(&other.atoms).copied().collect()));
    }
    for group in groups.iter().filter(|group| is_small(organisation.size(group))) {
        let all: Vec<_> = figures.iter().filter(|figure| figure.is_shown).map(|figure| &figure.name).collect();
        let names: Vec<_> = organisation.atoms.iter().map(Atom::name).collect();
        prop_assert!(!equations.tell(group, count), "{group:?} of {names:#?} follow from {all:#?}");
    }
    Ok(())
}

/// What a figure is over, as bits: at most 64 atoms.
fn bits(atoms: &BTreeSet<usize>) -> u64 {
    atoms.iter().fold(0, |bits, at| bits | 1 << at)
}

/// The few answers of a unit that follow from all figures that are shown, over all units, channels and
/// periods together: those of its figures, and what one of its figures has more than another.
fn few_that_follow(organisation: &Organisation, figures: &[Figure]) -> Vec<String> {
    let count = organisation.atoms.len();
    let shown = figures.iter().filter(|figure| figure.is_shown).map(|figure| figure.atoms.clone());
    let equations = Equations::new(shown, count);
    let mut groups: HashMap<u64, String> = HashMap::new();
    for figure in figures {
        let of_unit = figures.iter().filter(|other| other.of.0 == figure.of.0);
        let without = of_unit.map(|other| (bits(&figure.atoms) & !bits(&other.atoms), &other.name));
        let all = without.map(|(left, name)| (left, format!("{} without {name}", figure.name)));
        for (group, name) in all.chain([(bits(&figure.atoms), figure.name.clone())]) {
            groups.entry(group).or_insert(name);
        }
    }
    let members = |group: u64| (0..count).filter(move |at| group >> at & 1 == 1).collect::<BTreeSet<usize>>();
    let small = groups.into_iter().filter(|(group, _)| is_small(organisation.size(&members(*group))));
    small.filter(|(group, _)| equations.tell(&members(*group), count)).map(|(_, name)| name).collect()
}

fn is_person(unit: Unit) -> bool {
    matches!(unit, Unit::Person(..))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn no_pair_of_figures_leaves_a_few_answers(organisation in organisation(few(), false)) {
        no_pair_tells(&organisation)?;
    }

    #[test]
    fn no_figures_of_a_period_together_tell_of_a_few_answers(organisation in organisation(few(), true)) {
        let figures = organisation.figures();
        for period in ["2026-01", "2026-02", "2026-Q1", "2026"] {
            let of_period = figures.iter().filter(|figure| figure.period.to_string() == period).cloned();
            no_equation_tells(&organisation, &of_period.collect::<Vec<_>>())?;
        }
    }

    #[test]
    fn a_period_without_the_shorter_ones_shown_leaves_no_few_answers(organisation in organisation(few(), false)) {
        let figures = organisation.figures();
        for whole in figures.iter().filter(|figure| figure.is_shown) {
            let inside = |part: &&Figure| {
                let (of_same, shorter) = (part.of == whole.of, part.period.grain() < whole.period.grain());
                part.is_shown && of_same && shorter && whole.period.contains(part.period.start())
            };
            let known: BTreeSet<usize> = figures.iter().filter(inside).flat_map(|part| part.atoms.clone()).collect();
            let left: BTreeSet<usize> = whole.atoms.difference(&known).copied().collect();
            prop_assert!(!is_small(organisation.size(&left)), "{} leaves {left:?}", whole.name);
        }
    }

    #[test]
    fn no_few_answers_of_a_unit_follow_from_all_figures_together(organisation in organisation(few(), false)) {
        let figures = organisation.figures();
        let found = few_that_follow(&organisation, &figures);
        let shown: Vec<_> = figures.iter().filter(|figure| figure.is_shown).map(|figure| &figure.name).collect();
        prop_assert!(found.is_empty(), "{found:?} follow from {shown:?}");
    }

    #[test]
    fn nor_from_those_of_a_quarter_and_all_months_where_some_came_late(organisation in organisation(few(), true)) {
        let figures = organisation.figures();
        for quarter in ["2026-Q1", "2026-Q2"] {
            let is_of = |period: Period| period.grain() == Grain::Month || period.to_string() == quarter;
            let of_quarter: Vec<_> = figures.iter().filter(|figure| is_of(figure.period)).cloned().collect();
            let found = few_that_follow(&organisation, &of_quarter);
            prop_assert!(found.is_empty(), "{found:?} follow from {quarter} and the months");
        }
    }

    #[test]
    fn what_is_shown_of_departments_does_not_depend_on_persons(organisation in organisation(few(), true)) {
        let mut without = organisation.clone();
        without.atoms.iter_mut().for_each(|atom| atom.person = None);
        let shown = |organisation: &Organisation| {
            let figures = organisation.figures().into_iter().filter(|figure| !is_person(figure.of.0));
            figures.filter(|figure| figure.is_shown).map(|figure| figure.name).collect::<Vec<_>>()
        };
        prop_assert_eq!(shown(&organisation), shown(&without));
    }

    #[test]
    fn where_no_group_is_small_nothing_is_hidden(organisation in organisation((5..40_u32).boxed(), false)) {
        for figure in organisation.figures() {
            prop_assert_eq!(figure.is_shown, figure.n > 0, "{}", figure.name);
        }
    }

    #[test]
    fn a_month_of_the_organisation_gives_way_to_nothing(organisation in organisation(few(), true)) {
        for figure in organisation.figures() {
            if figure.name.starts_with("Organisation None 2026-0") {
                prop_assert_eq!(figure.is_shown, figure.n >= MINIMUM, "{}", figure.name);
            }
        }
    }
}

/// A month of twelve departments: of one, most came without a channel; another has hardly any services of its own.
fn twelve() -> Answers {
    let (online, offline) = (Some(Channel::Online), Some(Channel::Offline));
    let counts = [
        (1, online, 48),
        (1, offline, 51),
        (2, offline, 2),
        (3, online, 13),
        (3, offline, 46),
        (4, online, 23),
        (4, offline, 50),
        (5, online, 20),
        (5, offline, 43),
        (6, online, 104),
        (7, online, 15),
        (7, offline, 37),
        (8, online, 7),
        (8, offline, 33),
        (9, offline, 14),
        (10, online, 34),
        (10, offline, 22),
        (11, online, 40),
        (11, offline, 15),
        (12, online, 2),
        (12, None, 8),
    ];
    let tree: Vec<_> = (1..=12).map(|id| (id, matches!(id, 3 | 4).then_some(2))).collect();
    let count = |(department, channel, n)| Count { department, person: None, channel, periods: periods(8, 8), n };
    Answers::new(&tree, &counts.map(count))
}

#[test]
fn a_few_small_groups_hide_a_few_figures_and_not_all() {
    let shown = twelve().shown(month(8), MINIMUM, &mut |_| Arc::default());
    let of = |channel| (1..=12).filter(|id| shown.has(Unit::Department(*id), channel)).collect::<Vec<_>>();
    let online = Some(Channel::Online);
    // The third gives way to the two answers of the second. The twelfth, with two online and eight of no channel, would
    // tell of the two beside the organisation's channels: it and the next smallest are hidden, and those that go with it.
    assert_eq!(of(None), [1, 2, 4, 5, 6, 7, 8, 10, 11]);
    assert_eq!(of(online), [1, 2, 4, 5, 6, 7, 10, 11]);
    assert!(shown.has(Unit::Organisation, None) && shown.has(Unit::Organisation, online));
}
