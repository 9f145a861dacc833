//! Events that happen on something, such as complaints on services: there may be more of them than services, so they
//! are no share, and their number is taken as Poisson.

use super::special::{Tails, falling_root, normal_upper, poisson_mass};
use super::{Interval, real};

/// Up to this many events the tails are exact (relative error below 1e-11); above it the normal approximation with
/// continuity correction takes over (absolute error below 1e-5).
pub const EXACT_UP_TO: u64 = 1_000_000_000;

/// Terms of a tail's series, which needs some 9 √k of them.
const MAX_TERMS: u32 = 500_000;

/// The exact 95 % interval of the number of events to be expected where `k` were counted (Garwood 1936): the means that
/// neither exact one-sided test at 2.5 % rejects. Divided by what the events happened on it is the interval of the rate.
/// Held against `scipy.stats.chi2`; at k = 0 the lower end is exactly 0 and the upper −ln 0.025.
#[must_use]
pub fn garwood(k: u64) -> Interval {
    const SIDE: f64 = 0.025;
    let counted = real(k);
    let far = counted + 12.0 * (counted + 1.0).sqrt();
    Interval {
        low: if k == 0 { 0.0 } else { falling_root(0.0, counted, |mean| SIDE - events_ge(k, mean)) },
        high: if k == 0 { -SIDE.ln() } else { falling_root(counted, far, |mean| events_le(k, mean) - SIDE) },
    }
}

/// P(X ≥ k) for X ~ Poisson(`mean`): the one-sided exact p-value that more is to be expected than `mean`.
///
/// A mean below 0 counts as 0; NaN gives NaN.
#[must_use]
pub fn events_ge(k: u64, mean: f64) -> f64 {
    if mean.is_nan() { mean } else { tails(k, mean.max(0.0)).upper }
}

/// P(X ≤ k) for X ~ Poisson(`mean`): the one-sided exact p-value that less is to be expected than `mean`.
///
/// A mean below 0 counts as 0; NaN gives NaN.
#[must_use]
pub fn events_le(k: u64, mean: f64) -> f64 {
    if mean.is_nan() { mean } else { tails(k, mean.max(0.0)).lower }
}

/// P(X ≤ k) and P(X ≥ k); the smaller one keeps its relative accuracy.
fn tails(k: u64, mean: f64) -> Tails {
    let counted = real(k);
    if mean <= 0.0 {
        return Tails { lower: 1.0, upper: if k == 0 { 1.0 } else { 0.0 } };
    }
    if k > EXACT_UP_TO || mean > real(EXACT_UP_TO) {
        let z = |edge: f64| (edge - mean) / mean.sqrt();
        return Tails { lower: normal_upper(-z(counted + 0.5)), upper: normal_upper(z(counted - 0.5)) };
    }
    // Each tail is summed on the side where its terms fall; the other one is what is left, and the mass at k is in both.
    let mass = poisson_mass(counted, mean);
    if counted < mean {
        let lower = mass * falling(|i| (counted - i) / mean);
        Tails { lower, upper: (1.0 - lower + mass).clamp(0.0, 1.0) }
    } else {
        let upper = mass * falling(|i| mean / (counted + 1.0 + i));
        Tails { lower: (1.0 - upper + mass).clamp(0.0, 1.0), upper: upper.min(1.0) }
    }
}

/// 1 + r0 + r0 r1 + …, for ratios below 1 that fall.
fn falling(ratio: impl Fn(f64) -> f64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    for i in 0..MAX_TERMS {
        term *= ratio(f64::from(i));
        sum += term;
        if term <= f64::EPSILON * 0.01 * sum {
            break;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::vectors::{cases, close, close_interval, int, number};

    fn same(got: f64, want: f64) {
        // scipy's own gamma function is good to some 1e-13 in the far tails.
        assert!((got - want).abs() <= 1e-11 * want.abs() || (got - want).abs() < 1e-300, "{got:e} is not {want:e}");
    }

    #[test]
    fn intervals_agree_with_scipy() {
        for c in cases("event_intervals") {
            close_interval(garwood(int(&c["k"])), &c["interval"], 1e-12);
        }
    }

    #[test]
    fn intervals_as_the_tables_print_them() {
        // Exact Poisson limits for 0, 1, 5 and 10 counts (Documenta Geigy, as in Breslow & Day 1987, table 2.10).
        let printed = |k| (garwood(k).low, garwood(k).high);
        for (k, low, high) in [(0, 0.0, 3.689), (1, 0.0253, 5.572), (5, 1.623, 11.668), (10, 4.795, 18.390)] {
            close(printed(k).0, low, 5e-4);
            close(printed(k).1, high, 5e-4);
        }
    }

    #[test]
    fn tails_agree_with_mpmath() {
        for c in cases("event_tails") {
            let (k, mean) = (int(&c["k"]), number(&c["mean"]));
            same(events_ge(k, mean), number(&c["ge"]));
            same(events_le(k, mean), number(&c["le"]));
        }
    }

    #[test]
    fn nothing_expected_and_nothing_counted() {
        assert_eq!((events_ge(0, 0.0), events_le(0, 0.0), events_ge(1, 0.0)), (1.0, 1.0, 0.0));
        assert_eq!((events_ge(0, 3.0), events_le(5, -1.0)), (1.0, 1.0));
        assert!(events_ge(3, f64::NAN).is_nan());
    }

    proptest! {
        #[test]
        fn the_interval_holds_what_was_counted_and_neither_test_rejects_its_ends(k in 1..100_000_u64) {
            let Interval { low, high } = garwood(k);
            prop_assert!(low < real(k) && real(k) < high);
            prop_assert!((events_ge(k, low) - 0.025).abs() < 1e-9 && (events_le(k, high) - 0.025).abs() < 1e-9);
        }

        #[test]
        fn any_counts_and_means_give_an_answer(k: u64, mean: f64) {
            for p in [events_ge(k, mean), events_le(k, mean)] {
                prop_assert!((mean.is_nan() && p.is_nan()) || (0.0..=1.0).contains(&p));
            }
            let _ = garwood(k);
        }
    }
}
