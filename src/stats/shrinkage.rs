//! Small departments seen through what all departments are like: empirical Bayes with a beta-binomial model.
//!
//! It steadies the picture of small teams and stands beside the raw rate: never a rank, never a verdict.

use super::special::{beta_quantile, digamma, falling_root};
use super::{Count, Interval, real};

/// α + β from which departments count as all alike.
const ALIKE: f64 = 1e4;

/// The spread of departments: rates follow Beta(alpha, beta).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prior {
    /// Satisfied answers the prior is worth.
    pub alpha: f64,
    /// Dissatisfied answers the prior is worth.
    pub beta: f64,
}

/// A department's rate drawn towards the others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shrunk {
    /// (k + α)/(n + α + β), 0..=1.
    pub rate: f64,
    /// The middle 95 % of Beta(k + α, n − k + β).
    pub interval: Interval,
}

/// α and β by maximum likelihood of the beta-binomial over all departments with answers (Kleinman 1973; Efron & Morris
/// 1975), relative accuracy about 1e-8.
///
/// `None`: no shrinkage. That is with fewer than five departments, when all answers are alike, when departments differ
/// no more than chance (α + β would exceed 10,000), and when they have nothing in common (α + β below 0.001).
#[must_use]
pub fn prior(departments: &[Count]) -> Option<Prior> {
    let filled: Vec<[f64; 2]> =
        departments.iter().filter(|c| c.n() > 0).map(|c| [real(c.k()), real(c.n() - c.k())]).collect();
    let (yes, all) = Count::total(departments.iter().copied());
    if filled.len() < 5 || yes == 0 || yes == all {
        return None;
    }
    // given α + β = size, the likelihood is concave in the mean, so its slope has one root
    let mean_at = |size: f64| {
        falling_root(1e-12, 1.0 - 1e-12, |mean| {
            filled.iter().map(|&[k, miss]| gain(k, mean * size) - gain(miss, (1.0 - mean) * size)).sum()
        })
    };
    let slope = |log_size: f64| {
        let size = log_size.exp();
        let mean = mean_at(size);
        filled
            .iter()
            .map(|&[k, miss]| {
                mean * gain(k, mean * size) + (1.0 - mean) * gain(miss, (1.0 - mean) * size) - gain(k + miss, size)
            })
            .sum::<f64>()
            * size
    };
    let (low, high) = (1e-3_f64.ln(), ALIKE.ln());
    if !(slope(low) > 0.0 && slope(high) < 0.0) {
        return None;
    }
    let size = falling_root(low, high, slope).exp();
    let mean = mean_at(size);
    Some(Prior { alpha: mean * size, beta: (1.0 - mean) * size })
}

/// The department's rate under the prior. `None` unless α and β are positive and finite; a department without answers
/// gets the prior itself.
#[must_use]
pub fn shrink(count: Count, prior: &Prior) -> Option<Shrunk> {
    let usable = |x: f64| x > 0.0 && x.is_finite();
    if !usable(prior.alpha) || !usable(prior.beta) {
        return None;
    }
    let (a, b) = (real(count.k()) + prior.alpha, real(count.n() - count.k()) + prior.beta);
    Some(Shrunk {
        rate: a / (a + b),
        interval: Interval { low: beta_quantile(a, b, 0.025), high: beta_quantile(a, b, 0.975) },
    })
}

/// ψ(a + k) − ψ(a).
fn gain(k: f64, a: f64) -> f64 {
    if k > 0.0 { digamma(a + k) - digamma(a) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::vectors::{cases, close, counts, number};

    #[test]
    fn the_maximum_agrees_with_scipy_and_mpmath() {
        for c in cases("shrunk") {
            let departments = counts(&c["counts"]);
            let p = prior(&departments).unwrap();
            assert!((p.alpha / number(&c["alpha"]) - 1.0).abs() < 1e-8, "{p:?} {}", c["alpha"]);
            assert!((p.beta / number(&c["beta"]) - 1.0).abs() < 1e-8);
            for (&department, want) in departments.iter().zip(c["shrunk"].as_array().unwrap()) {
                let s = shrink(department, &p).unwrap();
                close(s.rate, number(&want[0]), 1e-9);
                close(s.interval.low, number(&want[1]), 1e-9);
                close(s.interval.high, number(&want[2]), 1e-9);
            }
        }
    }

    #[test]
    fn departments_that_are_all_alike_are_not_shrunk() {
        assert_eq!(prior(&[Count::new(80, 100).unwrap(); 20]), None);
        assert_eq!(prior(&[Count::new(9, 9).unwrap(); 20]), None);
    }

    #[test]
    fn four_departments_are_too_few() {
        assert_eq!(prior(&[1, 9, 4, 7].map(|k| Count::new(k, 10).unwrap())), None);
    }

    proptest! {
        #[test]
        fn any_departments_give_an_answer(raw in proptest::collection::vec((any::<u64>(), any::<u64>()), 0..9)) {
            let departments: Vec<_> = raw.iter().map(|(a, b)| Count::new(*a.min(b), *a.max(b)).unwrap()).collect();
            if let Some(p) = prior(&departments) {
                for &d in &departments {
                    let _ = shrink(d, &p);
                }
            }
        }

        #[test]
        fn a_rate_is_drawn_towards_the_prior_mean(
            raw in proptest::collection::vec((0_u64..400, 0_u64..400), 5..20),
        ) {
            let departments: Vec<_> = raw.iter().map(|(a, b)| Count::new(*a.min(b), *a.max(b)).unwrap()).collect();
            if let Some(p) = prior(&departments) {
                let mean = p.alpha / (p.alpha + p.beta);
                for &d in departments.iter().filter(|d| d.n() > 0) {
                    let (raw, s) = (d.rate().unwrap(), shrink(d, &p).unwrap());
                    prop_assert!((s.rate - mean).abs() <= (raw - mean).abs() + 1e-12);
                    prop_assert!(s.interval.low <= s.interval.high);
                }
            }
        }
    }
}
