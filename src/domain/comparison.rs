//! Departments beside each other in one period, by name and never by rank: which differ from what they are held
//! against by more than chance, with the number of departments allowed for, and how their channels stand to each other.
//!
//! Only figures that stand on a page may enter: what is withheld is in no mean, no family of tests and no limit, or it
//! could be worked out from them.

use super::commitment::Metric;
use super::period::Period;
use super::points::{Hundredths, from_hundredths};
use super::response::Base;
use super::scorebook::{Scorebook, Slice};
use super::scorecard::Measure;
use super::service_record::Channel;
use super::verdict::Thresholds;
use crate::stats::funnel::{Dispersion, FunnelLimits, Place, dispersion, funnel_limits, place, pooled_rate};
use crate::stats::multiplicity::benjamini_hochberg;
use crate::stats::shrinkage::{Shrunk, prior, shrink};
use crate::stats::standardisation::{Cell, Standardised, standardise};
use crate::stats::{ALPHA, Count, tail_ge, tail_le};

/// Satisfied and all valid answers of one department in one period, by channel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Answers {
    /// Over all channels, those without one included.
    pub all: (u32, u32),
    /// Online.
    pub online: (u32, u32),
    /// Offline.
    pub offline: (u32, u32),
    /// What the scorebook withholds of it: all, online, offline.
    pub withheld: (bool, bool, bool),
}

/// What departments are held against. Two questions and two charts, never mixed (STATISTICS row 17).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Against {
    /// The rate of all of them together: do they differ from each other?
    Average,
    /// What was promised: who keeps it?
    Promise(Hundredths),
}

/// All departments held against one rate.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The rate, 0..=1.
    pub reference: f64,
    /// Satisfied and answers of all departments whose figure is shown.
    pub total: (u32, u32),
    /// How much departments differ beyond chance; `None` with fewer than ten, and against a promise, where the spread
    /// of the departments excuses nobody.
    pub dispersion: Option<Dispersion>,
    /// In the order of the input.
    pub rows: Vec<Row>,
}

/// One department.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// Valid answers.
    pub n: u32,
    /// `None` if the figure is withheld.
    pub held: Option<Held>,
}

/// A department whose figure is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Held {
    /// Satisfied answers.
    pub satisfied: u32,
    /// What may be said of it beside the others.
    pub standing: Standing,
    /// One-sided exact probability of so few, or so many, satisfied answers at the reference; the smaller one. `None`
    /// where there are too few answers to compare a department by name.
    pub p: Option<f64>,
    /// The same, corrected for the number of departments (Benjamini-Hochberg, one family per direction).
    pub adjusted: Option<f64>,
    /// Where it lies between the lines of the funnel: uncorrected, so that chance alone puts one in twenty outside.
    pub place: Place,
    /// The lines at its number of answers, 0..=1.
    pub limits: FunnelLimits,
    /// Drawn towards what all departments are like; `None` where that is not known.
    pub steadied: Option<Shrunk>,
}

/// What may be said of a department beside what it is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Fewer answers than any statement needs.
    TooFew,
    /// Chance could have made the difference.
    NotDistinguishable,
    /// Below, by more than chance.
    Below,
    /// Above, by more than chance.
    Above,
}

/// The channels of one department.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Channels {
    /// Online rate; `None` if withheld or nobody answered.
    pub online: Option<Measure>,
    /// Offline rate; as `online`.
    pub offline: Option<Measure>,
    /// Online minus offline; only where both are shown.
    pub gap: Option<Measure>,
    /// The rate with the channel mix of all departments, and how much of that mix the department has.
    pub standardised: Option<Standardised>,
}

impl Answers {
    /// The answers that customers of a department itself gave to invitations in a period; what is part of it stands for
    /// itself, so that nobody's answer is in two departments.
    pub fn read(book: &Scorebook, department: i64, period: Period, thresholds: &Thresholds) -> Self {
        let departments = &[department];
        let slice = |channel| Slice { departments, employee: None, channel, period, base: Base::Invited };
        let read = |channel| {
            let sums = book.sums(&slice(channel), "");
            let is_shown = book.shows_metric(&slice(channel), Metric::SatisfactionRate, thresholds);
            // Where nobody answered there is no figure to show.
            ((sums.satisfied, sums.n), !is_shown || sums.n == 0)
        };
        let (all, online, offline) = (read(None), read(Some(Channel::Online)), read(Some(Channel::Offline)));
        Self { all: all.0, online: online.0, offline: offline.0, withheld: (all.1, online.1, offline.1) }
    }

    /// The counts of a channel, or of all together.
    pub const fn of(&self, channel: Option<Channel>) -> (u32, u32) {
        match channel {
            None => self.all,
            Some(Channel::Online) => self.online,
            Some(Channel::Offline) => self.offline,
        }
    }

    /// Whether the figure of a channel, or of all together, may be shown.
    pub const fn shows(&self, channel: Option<Channel>) -> bool {
        !match channel {
            None => self.withheld.0,
            Some(Channel::Online) => self.withheld.1,
            Some(Channel::Offline) => self.withheld.2,
        }
    }
}

/// Departments held against each other or against a promise, by their rate over `channel`; `None` if no figure may be
/// shown.
pub fn compare(
    departments: &[Answers],
    channel: Option<Channel>,
    against: Against,
    thresholds: &Thresholds,
) -> Option<Comparison> {
    let shown: Vec<Option<Count>> = departments
        .iter()
        .map(|answers| {
            let (k, n) = answers.of(channel);
            if answers.shows(channel) { Count::new(k.into(), n.into()) } else { None }
        })
        .collect();
    let counts: Vec<Count> = shown.iter().copied().flatten().collect();
    let pooled = pooled_rate(&counts)?;
    let reference = match against {
        Against::Average => pooled,
        Against::Promise(target) => from_hundredths(target) / 100.0,
    };
    let low: Vec<f64> = counts.iter().map(|count| tail_le(count.k(), count.n(), reference)).collect();
    let high: Vec<f64> = counts.iter().map(|count| tail_ge(count.k(), count.n(), reference)).collect();
    let corrected = benjamini_hochberg(&low).into_iter().zip(benjamini_hochberg(&high));
    let tested: Vec<Tested> = low.iter().copied().zip(high.iter().copied()).zip(corrected).collect();
    let prior = prior(&counts);
    let mut tested = counts.iter().zip(tested).map(|(count, tested)| {
        let steadied = prior.as_ref().and_then(|prior| shrink(*count, prior));
        held(*count, reference, tested, steadied, thresholds)
    });
    let rows = departments
        .iter()
        .zip(&shown)
        .map(|(answers, shown)| Row { n: answers.of(channel).1, held: shown.and_then(|_| tested.next().flatten()) });
    let rows = rows.collect();
    let total =
        departments.iter().zip(&shown).filter(|(_, shown)| shown.is_some()).fold((0, 0), |total, (answers, _)| {
            let (k, n) = answers.of(channel);
            (total.0 + k, total.1 + n)
        });
    let dispersion = if against == Against::Average { dispersion(&counts, reference) } else { None };
    Some(Comparison { reference, total, dispersion, rows })
}

/// The channels of each department beside each other, and its rate as if it had the mix of all departments together.
pub fn channels(departments: &[Answers]) -> Vec<Channels> {
    let weight = |of: fn(&Answers) -> u32| departments.iter().map(|answers| u64::from(of(answers))).sum::<u64>();
    let (online, offline) = (weight(|answers| answers.online.1), weight(|answers| answers.offline.1));
    let one = |answers: &Answers| {
        let shown = |channel| answers.shows(Some(channel)).then(|| answers.of(Some(channel)));
        let (on, off) = (shown(Channel::Online), shown(Channel::Offline));
        let rate = |counts: Option<(u32, u32)>| counts.map(|(k, n)| Measure::Rate { k, n });
        let cell = |counts: Option<(u32, u32)>, weight| {
            let (k, n) = counts.unwrap_or_default();
            Count::new(k.into(), n.into()).map(|count| Cell { count, weight })
        };
        // A department without any part that may be shown has no standardised rate either.
        let cells: Vec<Cell> = [cell(on, online), cell(off, offline)].into_iter().flatten().collect();
        Channels {
            online: rate(on),
            offline: rate(off),
            gap: on.zip(off).map(|(online, offline)| Measure::Gap { online, offline }),
            standardised: standardise(&cells),
        }
    };
    departments.iter().map(one).collect()
}

/// Probabilities of so few and so many, then both corrected.
type Tested = ((f64, f64), (f64, f64));

fn held(
    count: Count,
    reference: f64,
    ((low, high), (low_adjusted, high_adjusted)): Tested,
    steadied: Option<Shrunk>,
    thresholds: &Thresholds,
) -> Option<Held> {
    let standing = if count.n() < u64::from(thresholds.evidence) {
        Standing::TooFew
    } else if low_adjusted <= ALPHA {
        Standing::Below
    } else if high_adjusted <= ALPHA {
        Standing::Above
    } else {
        Standing::NotDistinguishable
    };
    let (p, adjusted) = if low <= high { (low, low_adjusted) } else { (high, high_adjusted) };
    Some(Held {
        satisfied: u32::try_from(count.k()).ok()?,
        standing,
        p: (standing != Standing::TooFew).then_some(p),
        adjusted: (standing != Standing::TooFew).then_some(adjusted),
        place: place(count, reference)?,
        limits: funnel_limits(count.n(), reference)?,
        steadied,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::scorebook::Line;

    const LIMITS: Thresholds = Thresholds::DEFAULT;

    /// As a book of this one department would give it.
    fn both(online: (u32, u32), offline: (u32, u32)) -> Answers {
        let mut book = Scorebook::of(vec![(1, None)]);
        for (channel, counts) in [(Channel::Online, online), (Channel::Offline, offline)] {
            book.add(1, Line::answered(Base::Invited, Some(channel), "2026-09", counts));
        }
        Answers::read(&book, 1, "2026-09".parse().unwrap(), &LIMITS)
    }

    fn all(k: u32, n: u32) -> Answers {
        both((k, n), (0, 0))
    }

    fn against_average(departments: &[Answers]) -> Comparison {
        compare(departments, None, Against::Average, &LIMITS).unwrap()
    }

    fn standings(comparison: &Comparison) -> Vec<Option<Standing>> {
        comparison.rows.iter().map(|row| row.held.map(|held| held.standing)).collect()
    }

    #[test]
    fn a_difference_beyond_chance_is_told_and_a_small_one_is_not() {
        let departments = [all(900, 1000), all(895, 1000), all(700, 1000), all(27, 29), all(3, 4)];
        let found = standings(&against_average(&departments));
        let expected = [Standing::Above, Standing::Above, Standing::Below, Standing::TooFew].map(Some);
        assert_eq!(found, [expected.as_slice(), &[None]].concat());
        assert_eq!(standings(&against_average(&[all(90, 100), all(88, 100)])), [Some(Standing::NotDistinguishable); 2]);
    }

    #[test]
    fn one_in_twenty_is_not_enough_among_twenty() {
        // 92 of 100 at 85 %: outside the 95 % limits alone, within them once twenty are compared.
        let mut departments = vec![all(85, 100); 19];
        departments.push(all(92, 100));
        let promise = compare(&departments, None, Against::Promise(8_500), &LIMITS).unwrap();
        let last = promise.rows[19].held.unwrap();
        assert!(last.p.unwrap() < 0.05 && last.adjusted.unwrap() > 0.05, "{last:?}");
        assert_eq!(last.standing, Standing::NotDistinguishable);
    }

    #[test]
    fn what_is_withheld_moves_nothing() {
        let shown = [all(90, 100), all(40, 60)];
        let (with, without) = ([shown[0], shown[1], all(0, 4)], shown);
        let (with, without) = (against_average(&with), against_average(&without));
        assert_eq!((with.reference, with.total), (without.reference, without.total));
        assert_eq!(with.rows[..2], without.rows[..]);
        assert_eq!((with.rows[2].n, with.rows[2].held), (4, None));
    }

    #[test]
    fn what_the_book_withholds_is_not_shown() {
        let answers = both((92, 100), (1, 3));
        assert!(answers.shows(None) && !answers.shows(Some(Channel::Online)));
        assert!(both((92, 100), (0, 0)).shows(Some(Channel::Online)));
    }

    #[test]
    fn the_mix_of_channels_is_taken_out() {
        // Both keep 95 % online and 80 % offline; only their mix differs.
        let departments = [both((190, 200), (16, 20)), both((19, 20), (160, 200))];
        let found = channels(&departments);
        let rates: Vec<_> = found.iter().map(|one| one.standardised.unwrap()).collect();
        assert!((rates[0].rate - 0.875).abs() < 1e-12 && (rates[1].rate - 0.875).abs() < 1e-12);
        assert!(rates[0].crude > 0.93 && rates[1].crude < 0.82 && rates[0].covered == 1.0);
        assert_eq!(found[0].gap.unwrap().value().unwrap().to_4dp(), 15.0);
    }

    #[test]
    fn a_missing_channel_is_told_and_not_made_up() {
        let found = channels(&[both((90, 100), (40, 50)), both((27, 30), (0, 0))]);
        let second = found[1].standardised.unwrap();
        assert_eq!((second.rate, found[1].gap), (0.9, None));
        assert!((second.covered - 130.0 / 180.0).abs() < 1e-12);
    }

    #[test]
    fn nobody_to_compare() {
        assert_eq!(compare(&[all(3, 4)], None, Against::Average, &LIMITS), None);
        assert_eq!(compare(&[], None, Against::Promise(9_000), &LIMITS), None);
    }

    proptest! {
        #[test]
        fn correcting_never_makes_a_difference_stronger(raw in prop::collection::vec((0_u32..300, 0_u32..300), 1..30)) {
            let departments: Vec<_> = raw.iter().map(|&(a, b)| all(a.min(b), a.max(b))).collect();
            if let Some(found) = compare(&departments, None, Against::Average, &LIMITS) {
                prop_assert_eq!(found.rows.len(), departments.len());
                for (row, answers) in found.rows.iter().zip(&departments) {
                    prop_assert_eq!(row.held.is_some(), answers.all.1 >= 5);
                    if let Some(held) = row.held {
                        prop_assert_eq!(held.p.is_some(), answers.all.1 >= 30);
                        prop_assert!(held.adjusted >= held.p && held.adjusted <= Some(1.0));
                    }
                }
            }
        }
    }
}
