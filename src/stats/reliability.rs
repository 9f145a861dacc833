//! Do the items of a questionnaire measure one thing? Cronbach's alpha, over complete answers.

use super::special::f_quantile;
use super::{Interval, real_len, real_signed};

/// Alpha with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alpha {
    /// At most 1; 0.7 is the usual floor. Negative when items contradict each other.
    pub alpha: f64,
    /// Feldt's 95 % interval (Feldt 1965): 1 − (1−α) F with (n−1) and (n−1)(m−1) degrees of freedom.
    pub interval: Interval,
}

/// Cronbach's alpha m/(m−1) (1 − Σ s_j²/s_T²) (Cronbach 1951; R psych `alpha`) of answers given as points of each item
/// in hundredths.
///
/// `None` with fewer than 30 answers or 2 items, rows of unequal length, or totals without spread.
#[must_use]
pub fn cronbach(answers: &[Vec<i64>]) -> Option<Alpha> {
    let m = answers.first()?.len();
    if answers.len() < 30 || m < 2 || answers.iter().any(|a| a.len() != m) {
        return None;
    }
    let of_items = (0..m).map(|j| variance(&column(answers, j))).sum::<f64>();
    let totals: Vec<f64> = answers.iter().map(|a| real_signed(a.iter().map(|&x| i128::from(x)).sum())).collect();
    let of_total = variance(&totals);
    if of_total.is_nan() || of_total <= 0.0 {
        return None;
    }
    let (n, m) = (real_len(answers.len()), real_len(m));
    let alpha = m / (m - 1.0) * (1.0 - of_items / of_total);
    let (d1, d2) = (n - 1.0, (n - 1.0) * (m - 1.0));
    let end = |q: f64| 1.0 - (1.0 - alpha) * f_quantile(d1, d2, q);
    Some(Alpha { alpha, interval: Interval { low: end(0.975), high: end(0.025) } })
}

fn column(answers: &[Vec<i64>], j: usize) -> Vec<f64> {
    answers.iter().filter_map(|a| a.get(j)).map(|&x| real_signed(i128::from(x))).collect()
}

/// Sample variance in two passes.
fn variance(x: &[f64]) -> f64 {
    let n = real_len(x.len());
    let mean = x.iter().sum::<f64>() / n;
    x.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::vectors::{cases, close, close_interval, number, points};

    #[test]
    fn alpha_and_feldt_agree_with_scipy() {
        for c in cases("alphas") {
            let answers: Vec<_> = c["items"].as_array().unwrap().iter().map(points).collect();
            let a = cronbach(&answers).unwrap();
            close(a.alpha, number(&c["alpha"]), 1e-13);
            close_interval(a.interval, &c["interval"], 1e-11);
        }
    }

    #[test]
    fn few_or_equal_answers_have_no_alpha() {
        assert_eq!(cronbach(&[]), None);
        assert_eq!(cronbach(&vec![vec![1, 2]; 40]), None);
        assert_eq!(cronbach(&vec![vec![1]; 40]), None);
    }

    proptest! {
        #[test]
        fn any_answers_give_an_answer(
            rows in proptest::collection::vec(proptest::collection::vec(any::<i64>(), 3), 28..40),
        ) {
            if let Some(a) = cronbach(&rows) {
                prop_assert!(a.alpha <= 1.0 + 1e-9 && a.interval.low <= a.interval.high);
            }
        }
    }
}
