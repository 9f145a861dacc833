//! What a control chart says, by the four rules of NHS England's Making Data Count, in words instead of colours.
//!
//! The rules as in NHSRplotthedots: a point outside the limits; seven on one side of the centre; seven rising or
//! falling in a row; of three in a row on one side, two beyond two standard deviations (outside the limits included).
//! Sides and slopes are compared in integers, so that a rate equal to the centre is on neither side.

use std::cmp::Ordering;

use super::Count;
use super::control_chart::{ChartPoint, ControlChart};

/// Points in a row that make a shift or a trend.
const RUN: usize = 7;

/// The rules a point takes part in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Signals {
    /// Outside the control limits.
    pub outside: bool,
    /// One of seven or more on the same side of the centre.
    pub shift: bool,
    /// One of seven or more that rise, or fall, in a row.
    pub trend: bool,
    /// One of two beyond two standard deviations among three in a row on the same side.
    pub two_of_three: bool,
    /// Above the centre, on it or below.
    pub side: Side,
}

impl Signals {
    /// Whether any rule holds: the point is more than noise.
    #[must_use]
    pub fn any(&self) -> bool {
        self.outside || self.shift || self.trend || self.two_of_three
    }

    /// What the point says where more is better: a signal above the centre is an improvement, any other a concern.
    #[must_use]
    pub fn variation(&self) -> Variation {
        match (self.any(), self.side) {
            (false, _) => Variation::Steady,
            (true, Side::Above) => Variation::Improvement,
            (true, _) => Variation::Concern,
        }
    }
}

/// Where a rate lies relative to the centre.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Side {
    /// Below it.
    Below,
    /// Exactly on it.
    #[default]
    On,
    /// Above it.
    Above,
}

/// Is the rate changing? (the *variation* icon)
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variation {
    /// The latest period signals, and is above the centre.
    Improvement,
    /// The latest period signals, and is not above the centre.
    Concern,
    /// Noise only.
    Steady,
}

/// Can the target be expected to be kept? (the *assurance* icon)
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assurance {
    /// The target lies below the lower limit.
    Hit,
    /// The target lies above the upper limit.
    Missed,
    /// The target lies between the limits: kept or missed by chance.
    ByChance,
}

/// The rules for every period of a p or p′ chart, `None` for an empty one; empty periods do not break a run.
/// On an EWMA chart only [`Signals::outside`] has a meaning, as its points depend on each other.
#[must_use]
pub fn signals(chart: &ControlChart) -> Vec<Option<Signals>> {
    let points: Vec<ChartPoint> = chart.points.iter().flatten().copied().collect();
    let (yes, all) = Count::total(points.iter().map(|p| p.count));
    let side = |p: &ChartPoint| match order((i128::from(p.count.k()), i128::from(p.count.n())), (yes, all)) {
        Ordering::Less => Side::Below,
        Ordering::Equal => Side::On,
        Ordering::Greater => Side::Above,
    };
    let sides: Vec<Side> = points.iter().map(side).collect();
    let slopes: Vec<Ordering> = points
        .iter()
        .zip(points.iter().skip(1))
        .map(|(a, b)| {
            order(
                (i128::from(b.count.k()), i128::from(b.count.n())),
                (i128::from(a.count.k()), i128::from(a.count.n())),
            )
        })
        .collect();

    let mut found: Vec<Signals> = points
        .iter()
        .zip(&sides)
        .map(|(p, &side)| Signals { outside: p.value < p.low || p.value > p.high, side, ..Signals::default() })
        .collect();
    mark_runs(&mut found, &sides, RUN, |side| side != Side::On, |s| s.shift = true);
    // six equal steps join seven points
    mark_runs(&mut found, &slopes, RUN - 1, |slope| slope != Ordering::Equal, |s| s.trend = true);
    mark_two_of_three(&mut found, &points, &sides, chart.centre);

    let mut found = found.into_iter();
    chart.points.iter().map(|p| p.as_ref().and_then(|_| found.next())).collect()
}

/// What the latest period with answers says about change; `None` on an empty chart. More satisfied is better.
#[must_use]
pub fn variation(chart: &ControlChart) -> Option<Variation> {
    signals(chart).into_iter().flatten().next_back().map(|latest| latest.variation())
}

/// What the limits of the latest period with answers say about `target` (0..=1); `None` on an empty chart or for NaN.
#[must_use]
pub fn assurance(chart: &ControlChart, target: f64) -> Option<Assurance> {
    let latest = chart.points.iter().flatten().next_back()?;
    match () {
        () if target.is_nan() => None,
        () if target < latest.low => Some(Assurance::Hit),
        () if target > latest.high => Some(Assurance::Missed),
        () => Some(Assurance::ByChance),
    }
}

/// a/b against c/d in integers; saturates where the product of two 64-bit counts cannot overflow anyway.
fn order((a, b): (i128, i128), (c, d): (i128, i128)) -> Ordering {
    a.saturating_mul(d).cmp(&c.saturating_mul(b))
}

/// Marks the points of every run of at least `length` equal `keys`; a run of steps includes the point it starts from.
fn mark_runs<K: PartialEq + Copy>(
    found: &mut [Signals],
    keys: &[K],
    length: usize,
    counts: impl Fn(K) -> bool,
    mark: impl Fn(&mut Signals),
) {
    let extra = found.len().saturating_sub(keys.len());
    let mut start = 0;
    for run in keys.chunk_by(|a, b| a == b) {
        if run.len() >= length && run.first().is_some_and(|&key| counts(key)) {
            found.iter_mut().skip(start).take(run.len() + extra).for_each(&mark);
        }
        start += run.len();
    }
}

fn mark_two_of_three(found: &mut [Signals], points: &[ChartPoint], sides: &[Side], centre: f64) {
    let far: Vec<bool> = points.iter().map(|p| (p.value - centre).abs() > 2.0 * p.sigma).collect();
    for (start, (side, window)) in sides.windows(3).zip(far.windows(3)).enumerate() {
        let together = side.iter().all(|s| Some(s) == side.first() && *s != Side::On);
        if together && window.iter().filter(|&&f| f).count() >= 2 {
            let marked = found.iter_mut().skip(start).zip(window).filter(|(_, far)| **far);
            marked.for_each(|(s, _)| s.two_of_three = true);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::control_chart::p_chart;

    fn chart(satisfied: &[u64], n: u64) -> ControlChart {
        p_chart(&satisfied.iter().map(|&k| Count::new(k, n).unwrap()).collect::<Vec<_>>()).unwrap()
    }

    fn marked(chart: &ControlChart, rule: impl Fn(&Signals) -> bool) -> Vec<usize> {
        signals(chart).iter().enumerate().filter(|(_, s)| s.as_ref().is_some_and(&rule)).map(|(i, _)| i).collect()
    }

    /// Of the points of steady processes (24 periods of `n` answers, each satisfied with chance `percent`), the share
    /// outside the limits, and that with any signal: 2,000 charts from fixed random numbers.
    fn false_alarms(n: u64, percent: u64) -> (f64, f64) {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut below = |bound: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 33) % bound
        };
        let (mut outside, mut any) = (0_u32, 0_u32);
        for _ in 0..2_000 {
            let satisfied: Vec<u64> = (0..24).map(|_| (0..n).map(|_| u64::from(below(100) < percent)).sum()).collect();
            for signals in signals(&chart(&satisfied, n)).into_iter().flatten() {
                outside += u32::from(signals.outside);
                any += u32::from(signals.any());
            }
        }
        (f64::from(outside) / 48_000.0, f64::from(any) / 48_000.0)
    }

    #[test]
    fn a_steady_process_seldom_looks_otherwise() {
        let shares = [(50, 85), (100, 90), (400, 90)].map(|(n, percent)| false_alarms(n, percent));
        println!("{shares:?}");
        assert!(shares.iter().all(|(outside, any)| *outside <= 0.01 && *any <= 0.06), "{shares:?}");
    }

    #[test]
    fn seven_on_one_side_are_a_shift_and_six_are_not() {
        let long = chart(&[50, 50, 50, 50, 50, 50, 50, 40, 60, 40, 40, 40, 40], 100);
        assert_eq!(marked(&long, |s| s.shift), [0, 1, 2, 3, 4, 5, 6]);
        let short = chart(&[50, 50, 50, 50, 50, 50, 40, 60, 40, 40, 40], 100);
        assert!(marked(&short, |s| s.shift).is_empty());
    }

    #[test]
    fn a_point_on_the_centre_ends_a_run() {
        let c = chart(&[60, 60, 60, 50, 60, 60, 60, 60, 40, 40, 40, 40, 40, 40, 40], 100);
        assert_eq!(c.centre, 0.5);
        assert_eq!(marked(&c, |s| s.side == Side::On), [3]);
        assert_eq!(marked(&c, |s| s.shift), [8, 9, 10, 11, 12, 13, 14]);
    }

    #[test]
    fn seven_rising_are_a_trend() {
        let c = chart(&[50, 44, 45, 46, 47, 48, 49, 50, 49], 100);
        assert_eq!(marked(&c, |s| s.trend), [1, 2, 3, 4, 5, 6, 7]);
        assert!(marked(&chart(&[44, 45, 46, 46, 47, 48, 49], 100), |s| s.trend).is_empty());
    }

    #[test]
    fn two_of_three_far_out_on_one_side() {
        // sigma is 5 points here
        let c = chart(&[50, 50, 50, 61, 51, 61, 50, 46, 46, 46, 46, 46, 46], 100);
        assert_eq!(marked(&c, |s| s.two_of_three), [3, 5]);
    }

    #[test]
    fn a_single_point_outside() {
        let c = chart(&[50, 51, 49, 50, 90, 50, 49, 51, 50, 49, 50, 51], 100);
        assert_eq!(marked(&c, |s| s.outside), [4]);
    }

    #[test]
    fn the_latest_period_names_the_variation() {
        assert_eq!(variation(&chart(&[50, 51, 49, 50, 51, 90], 100)), Some(Variation::Improvement));
        assert_eq!(variation(&chart(&[50, 51, 49, 50, 51, 10], 100)), Some(Variation::Concern));
        assert_eq!(variation(&chart(&[50, 51, 49, 90, 51, 52], 100)), Some(Variation::Steady));
    }

    #[test]
    fn the_limits_say_whether_the_target_can_be_relied_on() {
        let c = chart(&[90, 91, 89, 90], 100);
        assert_eq!(assurance(&c, 0.7), Some(Assurance::Hit));
        assert_eq!(assurance(&c, 0.9), Some(Assurance::ByChance));
        assert_eq!(assurance(&c, 0.999), Some(Assurance::Missed));
    }

    #[test]
    fn empty_periods_do_not_break_a_run() {
        let mut periods = vec![Count::new(50, 100).unwrap(); 4];
        periods.push(Count::new(0, 0).unwrap());
        periods.extend([50, 50, 50, 40, 41, 40, 41].map(|k| Count::new(k, 100).unwrap()));
        let found = signals(&p_chart(&periods).unwrap());
        assert!(found[0].unwrap().shift && found[4].is_none() && found[7].unwrap().shift);
    }

    proptest! {
        #[test]
        fn any_chart_can_be_read(raw in proptest::collection::vec((any::<u64>(), any::<u64>()), 0..40), target: f64) {
            let periods: Vec<_> = raw.iter().map(|(a, b)| Count::new(*a.min(b), *a.max(b)).unwrap()).collect();
            if let Some(chart) = p_chart(&periods) {
                prop_assert_eq!(signals(&chart).len(), periods.len());
                let _ = (variation(&chart), assurance(&chart, target));
            }
        }
    }
}
