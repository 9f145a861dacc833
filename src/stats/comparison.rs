//! Two periods, and many in a row: has the rate moved?
//!
//! Between two periods the message is [`newcombe`](super::newcombe)'s interval of the difference; the p-value here
//! goes into the correction for many departments.

use super::special::normal_upper;
use super::{Count, hypergeometric, real, real_signed};

/// Which test gave the p-value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Test {
    /// z with the pooled rate.
    PooledZ,
    /// Fisher's exact test, taken when an expected cell is below 5.
    Fisher,
}

/// A two-sided p-value and where it came from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// 0..=1.
    pub p: f64,
    /// The test used.
    pub test: Test,
}

/// The two-sided p-value that two independent rates differ: pooled z, or Fisher's exact test (Fisher 1935, R's
/// definition of "as extreme") if an expected cell is below 5. `None` if a side is empty. Two sides without any
/// spread (all or none satisfied in both) give p = 1. Beyond 10^9 answers the z test is always taken.
#[must_use]
pub fn compare(a: Count, b: Count) -> Option<Comparison> {
    if a.n() == 0 || b.n() == 0 {
        return None;
    }
    let (yes, all) = Count::total([a, b]);
    let small = a.n().min(b.n());
    // the least expected cell, times all, in integers
    let expected = i128::from(small).saturating_mul(yes.min(all - yes));
    if expected < all.saturating_mul(5)
        && let (Ok(yes), Ok(all)) = (u64::try_from(yes), u64::try_from(all))
        && let Some(draw) = hypergeometric::Draw::new(a.n(), yes, all)
        && draw.is_exact()
    {
        return Some(Comparison { p: draw.two_sided(a.k()), test: Test::Fisher });
    }
    let pooled = real_signed(yes) / real_signed(all);
    let error = (pooled * (1.0 - pooled) * (1.0 / real(a.n()) + 1.0 / real(b.n()))).sqrt();
    let p = if error > 0.0 { two_sided((a.rate()? - b.rate()?) / error) } else { 1.0 };
    Some(Comparison { p, test: Test::PooledZ })
}

/// A trend over periods.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trend {
    /// The standard normal statistic; positive when the rate rises.
    pub z: f64,
    /// Two-sided p-value, 0..=1.
    pub p: f64,
}

/// Cochran-Armitage test for a trend with the period's index as score (Cochran 1954, Armitage 1955; R
/// `prop.trend.test`, whose χ² is z²). Empty periods keep their place. `None` with fewer than four periods that have
/// answers, or without any spread. Of events the variance is Poisson's, with the same statistic (Armitage 1955, §5).
#[must_use]
pub fn trend(periods: &[Count]) -> Option<Trend> {
    let filled: Vec<(f64, Count)> =
        (0_u32..).map(f64::from).zip(periods.iter().copied()).filter(|(_, c)| c.n() > 0).collect();
    if filled.len() < 4 {
        return None;
    }
    let (yes, all) = Count::total(filled.iter().map(|&(_, c)| c));
    let (rate, all) = (real_signed(yes) / real_signed(all), real_signed(all));
    let mean = filled.iter().map(|(t, c)| t * real(c.n())).sum::<f64>() / all;
    let variance = filled.first()?.1.variance(rate);
    let (mut moved, mut spread) = (0.0, 0.0);
    for (t, c) in filled {
        moved += (t - mean) * (real(c.k()) - real(c.n()) * rate);
        spread += real(c.n()) * (t - mean) * (t - mean);
    }
    let deviation = (variance * spread).sqrt();
    (deviation > 0.0).then(|| Trend { z: moved / deviation, p: two_sided(moved / deviation) })
}

impl Trend {
    /// The same where periods differ by `factor` times what sampling makes (Laney's σ_z, never less than 1): z is that
    /// much smaller, as with over-dispersed counts (quasi-binomial, McCullagh & Nelder 1989, §4.5).
    #[must_use]
    pub fn widened(self, factor: f64) -> Self {
        let z = self.z / factor.max(1.0);
        Self { z, p: two_sided(z) }
    }
}

fn two_sided(z: f64) -> f64 {
    (2.0 * normal_upper(z.abs())).min(1.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::vectors::{cases, close, counts, events, int, number};

    fn count(k: u64, n: u64) -> Count {
        Count::new(k, n).unwrap()
    }

    #[test]
    fn the_trend_of_events_agrees_with_numpy() {
        for c in cases("event_charts") {
            close(trend(&events(&c["counts"])).unwrap().z, number(&c["z"]), 1e-12);
        }
    }

    #[test]
    fn p_values_agree_with_statsmodels_and_scipy() {
        for c in cases("differences") {
            let (a, b) = (count(int(&c["k1"]), int(&c["n1"])), count(int(&c["k2"]), int(&c["n2"])));
            let got = compare(a, b).unwrap();
            assert_eq!(got.test == Test::Fisher, c["fisher"].as_bool().unwrap());
            close(got.p, number(&c["p"]), 1e-10);
        }
    }

    #[test]
    fn fisher_s_tea() {
        assert!((compare(count(3, 4), count(1, 4)).unwrap().p - 34.0 / 70.0).abs() < 1e-14);
    }

    #[test]
    fn two_sides_without_spread_do_not_differ() {
        assert_eq!(compare(count(9, 9), count(4, 4)).unwrap().p, 1.0);
        assert_eq!(compare(count(0, 0), count(4, 4)), None);
    }

    #[test]
    fn the_trend_agrees_with_the_correlation_in_numpy() {
        for c in cases("trends") {
            let got = trend(&counts(&c["counts"])).unwrap();
            close(got.z, number(&c["z"]), 1e-11);
            close(got.p, number(&c["p"]), 1e-10);
        }
    }

    #[test]
    fn where_periods_differ_by_more_than_sampling_the_same_rise_says_less() {
        let rise = trend(&[count(80, 100), count(84, 100), count(88, 100), count(92, 100)]).unwrap();
        let widened = rise.widened(2.0);
        assert_eq!((widened.z, rise.widened(0.5)), (rise.z / 2.0, rise));
        assert!(rise.p < 0.05 && widened.p > 0.05);
    }

    #[test]
    fn three_periods_are_no_trend() {
        let c = count(1, 2);
        assert_eq!(trend(&[c, c, c, count(0, 0)]), None);
        assert_eq!(trend(&[count(2, 2); 4]), None);
    }

    proptest! {
        #[test]
        fn any_counts_give_an_answer(a: u64, b: u64, c: u64, d: u64, small in 0_u64..50) {
            let (one, two) = (count(a.min(b), a.max(b)), count(c.min(d), c.max(d)));
            for (x, y) in [(one, two), (count(0, small), one)] {
                if let Some(got) = compare(x, y) {
                    prop_assert!((0.0..=1.0).contains(&got.p));
                }
                let _ = trend(&[x, y, x, y, y]);
            }
        }

        #[test]
        fn comparing_is_symmetric(a in 0_u64..60, b in 0_u64..60, c in 0_u64..60, d in 0_u64..60) {
            let (x, y) = (count(a.min(b), a.max(b)), count(c.min(d), c.max(d)));
            if let (Some(there), Some(back)) = (compare(x, y), compare(y, x)) {
                prop_assert!((there.p - back.p).abs() < 1e-12);
            }
        }
    }
}
