//! The mean of points: running sums in, interval and one-sided test out.
//!
//! Points are integers in **hundredths of a point** (85 points = 8500), so n, Σx and Σx² are exact and the variance
//! n Σx² − (Σx)² loses nothing; the only division is the last step. Results are in **points**.
//! The scale is bounded and skewed: below n = 30 an interval is rough, below 10 show the distribution instead.

use super::special::{student_975, student_upper};
use super::{Interval, real, real_signed};

/// Mean and standard error, in hundredths; `None` when there is no spread to judge by.
fn mean_and_error(n: u64, sum: i64, sum_sq: i64) -> Option<(f64, f64)> {
    if n < 2 {
        return None;
    }
    // n² times the variance, exact: n < 2^64 and Σx² < 2^63 fit in i128
    let spread = (i128::from(n) * i128::from(sum_sq)).checked_sub(i128::from(sum) * i128::from(sum))?;
    if spread <= 0 {
        return None;
    }
    let count = real(n);
    Some((real_signed(i128::from(sum)) / count, (real_signed(spread) / (count - 1.0)).sqrt() / count))
}

/// The 95 % t interval of the mean, x̄ ± t(n−1; .975) s/√n (Student 1908), in points, not clipped to the scale.
///
/// `sum` and `sum_sq` are Σx and Σx² of points in hundredths. `None` for n < 2, without spread (s = 0), or for sums
/// that no n values can have (n Σx² < (Σx)²).
#[must_use]
pub fn mean_interval(n: u64, sum: i64, sum_sq: i64) -> Option<Interval> {
    let (mean, error) = mean_and_error(n, sum, sum_sq)?;
    let half = student_975(n - 1) * error;
    Some(Interval { low: (mean - half) / 100.0, high: (mean + half) / 100.0 })
}

/// The one-sided p-value that the true mean exceeds `target` (in hundredths): P(T ≥ t), t = (x̄ − target) √n / s.
/// A promised mean is clearly kept if this is at most 5 %. `None` as for [`mean_interval`].
#[must_use]
pub fn mean_p_ge(n: u64, sum: i64, sum_sq: i64, target: i64) -> Option<f64> {
    Some(student_upper(t_value(n, sum, sum_sq, target)?, real(n) - 1.0))
}

/// The one-sided p-value that the true mean is below `target` (in hundredths): P(T ≤ t).
/// A promised mean is clearly broken if this is at most 5 %. `None` as for [`mean_interval`].
#[must_use]
pub fn mean_p_le(n: u64, sum: i64, sum_sq: i64, target: i64) -> Option<f64> {
    Some(student_upper(-t_value(n, sum, sum_sq, target)?, real(n) - 1.0))
}

fn t_value(n: u64, sum: i64, sum_sq: i64, target: i64) -> Option<f64> {
    let (_, error) = mean_and_error(n, sum, sum_sq)?;
    // Σx − n·target is exact, so a mean on the target gives t = 0 and not a rounding error
    let excess = i128::from(sum).saturating_sub(i128::from(n) * i128::from(target));
    Some(real_signed(excess) / real(n) / error)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::vectors::{cases, close, close_interval, int, number};

    fn sums(points: &[i64]) -> (u64, i64, i64) {
        (u64::try_from(points.len()).unwrap(), points.iter().sum(), points.iter().map(|x| x * x).sum())
    }

    #[test]
    fn the_interval_as_scipy_computes_it() {
        // scipy.stats.t.interval(.95, 9, loc=mean, scale=sem) of 100 85 85 60 100 30 85 100 85 0
        let (n, s, q) = sums(&[10_000, 8500, 8500, 6000, 10_000, 3000, 8500, 10_000, 8500, 0]);
        let i = mean_interval(n, s, q).unwrap();
        assert!(
            (i.low - 49.023_979_723_898_17).abs() < 1e-11 && (i.high - 96.976_020_276_101_82).abs() < 1e-11,
            "{i:?}"
        );
    }

    #[test]
    fn intervals_and_tests_agree_with_scipy() {
        for c in cases("means") {
            let (n, target) = (int(&c["n"]), c["target"].as_i64().unwrap());
            let (sum, squares) = (c["sum"].as_i64().unwrap(), c["squares"].as_i64().unwrap());
            close_interval(mean_interval(n, sum, squares).unwrap(), &c["interval"], 1e-11);
            close(mean_p_ge(n, sum, squares, target).unwrap(), number(&c["ge"]), 1e-11);
            close(mean_p_le(n, sum, squares, target).unwrap(), number(&c["le"]), 1e-11);
        }
    }

    #[test]
    fn without_spread_there_is_no_interval() {
        assert_eq!(mean_interval(3, 25_500, 3 * 8500 * 8500), None);
        assert_eq!(mean_interval(1, 8500, 8500 * 8500), None);
        assert_eq!(mean_interval(0, 0, 0), None);
    }

    #[test]
    fn impossible_sums_are_refused() {
        assert_eq!(mean_interval(3, 30_000, 5), None);
    }

    #[test]
    fn on_the_target_the_test_is_undecided() {
        let (n, s, q) = sums(&[8000, 9000]);
        assert_eq!(mean_p_ge(n, s, q, 8500), Some(0.5));
        assert_eq!(mean_p_le(n, s, q, 8500), Some(0.5));
    }

    proptest! {
        #[test]
        fn any_sums_give_an_answer(n: u64, sum: i64, sum_sq: i64, target: i64) {
            if let (Some(i), Some(p), Some(q)) =
                (mean_interval(n, sum, sum_sq), mean_p_ge(n, sum, sum_sq, target), mean_p_le(n, sum, sum_sq, target))
            {
                prop_assert!(i.low <= i.high && (p + q - 1.0).abs() < 1e-9);
            }
        }

        #[test]
        fn the_test_and_the_interval_agree(
            points in proptest::collection::vec(0_i64..=10_000, 2..60),
            target in 0_i64..=10_000,
        ) {
            let (n, s, q) = sums(&points);
            if let Some(i) = mean_interval(n, s, q) {
                let outside = f64::from(i32::try_from(target).unwrap()) / 100.0 < i.low;
                prop_assert_eq!(outside, mean_p_ge(n, s, q, target).unwrap() < 0.025);
            }
        }
    }
}
