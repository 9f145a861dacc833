//! One proportion: k satisfied of n valid answers, held against a promised rate θ; and the difference of two.

use super::special::{beta_quantile, beta_tails, normal_upper};
use super::{ALPHA, Interval, Z95, real};

/// Up to this n the binomial tails are exact (incomplete beta function, relative error below 1e-11 to n = 100,000);
/// above it the normal approximation with continuity correction takes over (absolute error below 1e-5).
pub const EXACT_UP_TO: u64 = 1_000_000_000;

/// The 95 % Wilson score interval of the proportion k/n, in 0..=1 (Wilson 1927; Brown, Cai, DasGupta 2001). It is the
/// interval to draw; decisions are taken by [`tail_ge`] and [`tail_le`].
///
/// `None` for n = 0 or k > n. At k = 0 the lower end is exactly 0, at k = n the upper end exactly 1.
#[must_use]
pub fn wilson(k: u64, n: u64) -> Option<Interval> {
    if n == 0 || k > n {
        return None;
    }
    let bounds = wilson_of(real(k) / real(n), real(n));
    Some(Interval {
        low: if k == 0 { 0.0 } else { bounds.low.clamp(0.0, 1.0) },
        high: if k == n { 1.0 } else { bounds.high.clamp(0.0, 1.0) },
    })
}

/// The exact 95 % interval of k/n, in 0..=1 (Clopper & Pearson 1934): the rates that neither exact one-sided test at
/// 2.5 % rejects. Closed form at k = 0 and k = n; absolute error below 1e-12 to n = 100,000.
///
/// `None` for n = 0 or k > n. Above [`EXACT_UP_TO`] Wilson's interval stands in, which is the same there to 1e-5.
#[must_use]
pub fn clopper_pearson(k: u64, n: u64) -> Option<Interval> {
    if n == 0 || k > n {
        return None;
    }
    if n > EXACT_UP_TO {
        return wilson(k, n);
    }
    const SIDE: f64 = 0.025;
    let (satisfied, missed) = (real(k), real(n - k));
    // SIDE^(1/n), and what is left of 1 without cancellation
    let root = SIDE.ln() / real(n);
    Some(Interval {
        low: match k {
            0 => 0.0,
            _ if k == n => root.exp(),
            _ => beta_quantile(satisfied, missed + 1.0, SIDE),
        },
        high: match k {
            0 => -root.exp_m1(),
            _ if k == n => 1.0,
            _ => beta_quantile(satisfied + 1.0, missed, 1.0 - SIDE),
        },
    })
}

/// Wilson's formula for a real (effective) n > 0.
pub(crate) fn wilson_of(p: f64, n: f64) -> Interval {
    let zz = Z95 * Z95;
    let centre = p + zz / (2.0 * n);
    let half = Z95 * (p * (1.0 - p) / n + zz / (4.0 * n * n)).sqrt();
    let scale = 1.0 + zz / n;
    Interval { low: (centre - half) / scale, high: (centre + half) / scale }
}

/// P(X ≥ k) for X ~ Binomial(n, θ): the one-sided exact p-value that the true rate exceeds θ. A promise is clearly
/// kept if this is at most [`ALPHA`].
///
/// θ is held within 0..=1 (NaN gives NaN); k > n gives 0. Exact up to [`EXACT_UP_TO`].
#[must_use]
pub fn tail_ge(k: u64, n: u64, theta: f64) -> f64 {
    if theta.is_nan() {
        return theta;
    }
    if k == 0 {
        return 1.0;
    }
    if k > n {
        return 0.0;
    }
    let theta = theta.clamp(0.0, 1.0);
    if n <= EXACT_UP_TO {
        // P(X ≥ k) is the lower tail of Beta(k, n − k + 1) at θ
        return beta_tails(real(k), real(n - k) + 1.0, theta, 1.0 - theta).lower;
    }
    approximate_ge(real(k), real(n), theta)
}

/// P(X ≤ k) for X ~ Binomial(n, θ): the one-sided exact p-value that the true rate is below θ. A promise is clearly
/// broken if this is at most [`ALPHA`].
///
/// θ is held within 0..=1 (NaN gives NaN); k ≥ n gives 1. Exact up to [`EXACT_UP_TO`].
#[must_use]
pub fn tail_le(k: u64, n: u64, theta: f64) -> f64 {
    if theta.is_nan() {
        return theta;
    }
    if k >= n {
        return 1.0;
    }
    let theta = theta.clamp(0.0, 1.0);
    if n <= EXACT_UP_TO {
        return beta_tails(real(k) + 1.0, real(n - k), theta, 1.0 - theta).upper;
    }
    approximate_ge(real(n - k), real(n), 1.0 - theta)
}

fn approximate_ge(k: f64, n: f64, theta: f64) -> f64 {
    let deviation = (n * theta * (1.0 - theta)).sqrt();
    if deviation <= 0.0 {
        return if k <= n * theta { 1.0 } else { 0.0 };
    }
    normal_upper((k - 0.5 - n * theta) / deviation)
}

/// How many more answers, **all of them satisfied**, it takes until the promise θ is clearly kept: the least m with
/// n + m ≥ `minimum_n` and P(X ≥ k + m | n + m, θ) ≤ 5 %. 0 if that is so already.
///
/// `None` if no number suffices (θ ≥ 1), for θ that is NaN, k > n, or beyond 10^9 answers.
#[must_use]
pub fn needed(k: u64, n: u64, theta: f64, minimum_n: u64) -> Option<u64> {
    if k > n || theta.is_nan() || theta >= 1.0 {
        return None;
    }
    let shown = |m: u64| tail_ge(k.saturating_add(m), n.saturating_add(m), theta) <= ALPHA;
    let (mut low, mut high) = (0_u64, 1_u64);
    if !shown(0) {
        // the tail falls with every satisfied answer, so the least m can be bracketed and halved
        while !shown(high) {
            if n.saturating_add(high) > EXACT_UP_TO {
                return None;
            }
            (low, high) = (high, high * 2);
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if shown(middle) {
                high = middle;
            } else {
                low = middle;
            }
        }
    } else {
        high = 0;
    }
    Some(high.max(minimum_n.saturating_sub(n)))
}

/// The 95 % interval of the difference k1/n1 − k2/n2 of two independent proportions, in −1..=1: Newcombe's hybrid
/// score interval (Newcombe 1998, method 10). "Improved" or "worsened" may be said only if 0 lies outside.
///
/// `None` if either side has n = 0 or k > n.
#[must_use]
pub fn newcombe(k1: u64, n1: u64, k2: u64, n2: u64) -> Option<Interval> {
    let (first, second) = (wilson(k1, n1)?, wilson(k2, n2)?);
    let (p1, p2) = (real(k1) / real(n1), real(k2) / real(n2));
    let difference = p1 - p2;
    Some(Interval {
        low: (difference - (p1 - first.low).hypot(second.high - p2)).max(-1.0),
        high: (difference + (first.high - p1).hypot(p2 - second.low)).min(1.0),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::special::binomial_mass;
    use crate::stats::vectors::{cases, close, close_interval, int, number};

    fn percent(k: u64, n: u64) -> (f64, f64) {
        let i = wilson(k, n).unwrap();
        ((i.low * 1000.0).round() / 10.0, (i.high * 1000.0).round() / 10.0)
    }

    #[test]
    fn wilson_as_statsmodels_prints_it() {
        assert_eq!(percent(9, 10), (59.6, 98.2));
        assert_eq!(percent(13, 15), (62.1, 96.3));
        assert_eq!(percent(45, 50), (78.6, 95.7));
        assert_eq!(percent(18, 20), (69.9, 97.2));
        assert_eq!(percent(186, 203), (87.0, 94.7));
    }

    #[test]
    fn wilson_and_clopper_pearson_agree_with_statsmodels() {
        for c in cases("proportions") {
            let (k, n) = (int(&c["k"]), int(&c["n"]));
            close_interval(wilson(k, n).unwrap(), &c["wilson"], 1e-13);
            close_interval(clopper_pearson(k, n).unwrap(), &c["exact"], 1e-12);
        }
    }

    #[test]
    fn tails_agree_with_sums_in_forty_digits() {
        for c in cases("tails") {
            let (k, n, theta) = (int(&c["k"]), int(&c["n"]), number(&c["theta"]));
            for (got, want) in [(tail_ge(k, n, theta), number(&c["ge"])), (tail_le(k, n, theta), number(&c["le"]))] {
                assert!((got - want).abs() <= 1e-11 * want, "{k}/{n} at {theta}: {got:e}, {want:e}");
            }
        }
    }

    #[test]
    fn decisions_agree_with_scipy_for_every_n() {
        for c in cases("decisions") {
            let (theta, n) = (number(&c[0]), int(&c[1]));
            match u64::try_from(c[2].as_i64().unwrap()) {
                Ok(kept) => assert!(tail_ge(kept, n, theta) <= ALPHA && tail_ge(kept - 1, n, theta) > ALPHA),
                Err(_) => assert!(tail_ge(n, n, theta) > ALPHA),
            }
            match u64::try_from(c[3].as_i64().unwrap()) {
                Ok(broken) => assert!(tail_le(broken, n, theta) <= ALPHA && tail_le(broken + 1, n, theta) > ALPHA),
                Err(_) => assert!(tail_le(0, n, theta) > ALPHA),
            }
        }
    }

    /// The share of 95 % intervals that hold p, averaged over p = 0.005, 0.015, … 0.995: a sum, not a simulation.
    fn coverage(n: u64, interval: impl Fn(u64, u64) -> Option<Interval>) -> f64 {
        let intervals: Vec<_> = (0..=n).map(|k| interval(k, n).unwrap()).collect();
        let held = |p: f64| -> f64 {
            let masses = intervals.iter().zip(0_u64..).filter(|(i, _)| i.contains(p));
            masses.map(|(_, k)| binomial_mass(real(k), real(n), p, 1.0 - p)).sum()
        };
        (0..100).map(|i| held((f64::from(i) + 0.5) / 100.0)).sum::<f64>() / 100.0
    }

    #[test]
    fn wilson_covers_what_it_says() {
        for n in [10, 20, 30, 50, 100, 300, 1000] {
            let share = coverage(n, wilson);
            assert!((0.94..=0.97).contains(&share), "{n}: {share}");
        }
    }

    #[test]
    fn clopper_pearson_covers_at_least_what_it_says() {
        assert!([10, 100, 1000].iter().all(|&n| coverage(n, clopper_pearson) >= 0.95));
    }

    #[test]
    fn a_clear_breach_is_claimed_wrongly_in_at_most_one_of_twenty() {
        for n in [30, 100, 1000] {
            for theta in [0.85, 0.9] {
                let wrong: f64 = (0..=n)
                    .filter(|&k| tail_le(k, n, theta) <= ALPHA)
                    .map(|k| binomial_mass(real(k), real(n), theta, 1.0 - theta))
                    .sum();
                assert!(wrong <= ALPHA);
            }
        }
    }

    #[test]
    fn wilson_touches_the_ends_exactly() {
        assert_eq!(wilson(0, 7).unwrap().low, 0.0);
        assert_eq!(wilson(7, 7).unwrap().high, 1.0);
    }

    #[test]
    fn nothing_is_said_about_nobody() {
        assert_eq!(wilson(0, 0), None);
        assert_eq!(wilson(2, 1), None);
        assert_eq!(newcombe(1, 1, 0, 0), None);
    }

    #[test]
    fn clopper_pearson_as_statsmodels_prints_it() {
        let i = clopper_pearson(18, 20).unwrap();
        close(i.low, 0.683_017_285_980_917_7, 1e-12);
        close(i.high, 0.987_651_472_829_705_2, 1e-12);
        assert_eq!(clopper_pearson(0, 10).unwrap().low, 0.0);
        close(clopper_pearson(10, 10).unwrap().low, 0.025_f64.powf(0.1), 1e-15);
    }

    #[test]
    fn what_can_be_proven_begins_at_19_and_29() {
        assert!(tail_ge(18, 18, 0.85) > ALPHA && tail_ge(19, 19, 0.85) <= ALPHA);
        assert!(tail_ge(28, 28, 0.90) > ALPHA && tail_ge(29, 29, 0.90) <= ALPHA);
    }

    #[test]
    fn what_a_hundred_answers_can_show() {
        assert!(tail_ge(92, 100, 0.85) <= ALPHA && tail_ge(91, 100, 0.85) > ALPHA);
        assert!(tail_ge(96, 100, 0.90) <= ALPHA && tail_ge(95, 100, 0.90) > ALPHA);
        assert!(tail_le(78, 100, 0.85) <= ALPHA && tail_le(79, 100, 0.85) > ALPHA);
        assert!(tail_le(84, 100, 0.90) <= ALPHA && tail_le(85, 100, 0.90) > ALPHA);
    }

    #[test]
    fn tails_at_the_ends() {
        assert_eq!(tail_ge(0, 0, 0.9), 1.0);
        assert_eq!(tail_ge(3, 2, 0.9), 0.0);
        assert_eq!(tail_le(2, 2, 0.9), 1.0);
        assert_eq!(tail_ge(1, 2, 0.0), 0.0);
        assert_eq!(tail_le(1, 2, 1.0), 0.0);
        close(tail_ge(2, 2, 0.9), 0.81, 1e-15);
        close(tail_le(0, 2, 0.9), 0.01, 1e-15);
    }

    #[test]
    fn the_approximation_joins_the_exact_tail() {
        let (k, n) = (900_010_000, 1_000_000_000);
        close(tail_ge(k, n, 0.9), approximate_ge(real(k), real(n), 0.9), 1e-5);
    }

    #[test]
    fn needed_is_the_least_number_that_decides() {
        assert_eq!(needed(0, 0, 0.85, 0), Some(19));
        assert_eq!(needed(0, 0, 0.90, 0), Some(29));
        assert_eq!(needed(0, 0, 0.85, 30), Some(30));
        assert_eq!(needed(96, 100, 0.90, 30), Some(0));
        assert_eq!(needed(18, 20, 0.90, 30), Some(41));
        assert_eq!(needed(18, 20, 1.0, 30), None);
    }

    #[test]
    fn newcombe_1998_table_ii() {
        for ((k1, n1, k2, n2), (low, high)) in [
            ((56, 70, 48, 80), (0.0524, 0.3339)),
            ((9, 10, 3, 10), (0.1705, 0.8090)),
            ((6, 7, 2, 7), (0.0582, 0.8062)),
            ((5, 56, 0, 29), (-0.0381, 0.1926)),
            ((0, 10, 0, 20), (-0.1611, 0.2775)),
            ((0, 10, 0, 10), (-0.2775, 0.2775)),
            ((10, 10, 0, 20), (0.6791, 1.0)),
            ((10, 10, 0, 10), (0.6075, 1.0)),
        ] {
            let i = newcombe(k1, n1, k2, n2).unwrap();
            close(i.low, low, 5.01e-5);
            close(i.high, high, 5.01e-5);
        }
    }

    #[test]
    fn newcombe_agrees_with_statsmodels() {
        for c in cases("differences") {
            let i = newcombe(int(&c["k1"]), int(&c["n1"]), int(&c["k2"]), int(&c["n2"])).unwrap();
            close_interval(i, &c["interval"], 1e-13);
        }
    }

    proptest! {
        #[test]
        fn the_two_tails_share_one_point(n in 1_u64..100_000, share: u64, theta in 0.0..=1.0_f64) {
            let k = share % (n + 1);
            let below = if k == 0 { 0.0 } else { tail_le(k - 1, n, theta) };
            prop_assert!((tail_ge(k, n, theta) + below - 1.0).abs() < 1e-9);
        }

        #[test]
        fn any_input_gives_an_answer(k: u64, n: u64, theta: f64, min: u64) {
            for p in [tail_ge(k, n, theta), tail_le(k, n, theta)] {
                prop_assert!(theta.is_nan() || (0.0..=1.0).contains(&p));
            }
            if let Some(i) = wilson(k, n) {
                prop_assert!(0.0 <= i.low && i.low <= i.high && i.high <= 1.0);
            }
            let _ = (newcombe(k, n, k / 2, n / 3), clopper_pearson(k, n));
            let _ = needed(k, n, theta, min);
        }

        #[test]
        fn needed_is_least(n in 0_u64..400, missed in 0_u64..40, theta in 0.5..0.97_f64) {
            let k = n.saturating_sub(missed);
            let m = needed(k, n, theta, 0).unwrap();
            prop_assert!(tail_ge(k + m, n + m, theta) <= ALPHA);
            prop_assert!(m == 0 || tail_ge(k + m - 1, n + m - 1, theta) > ALPHA);
        }
    }
}
