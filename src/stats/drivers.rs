//! Which questions go with the overall answer: shares of R² by LMG and by Johnson's relative weights.
//!
//! Association, not cause; the page says so. Both split the R² of the linear regression of the overall points on the
//! points of the items, over complete answers only.

use super::{matrix::Matrix, real_len, real_signed};

/// Up to this many items LMG is computed (2^m regressions); beyond it Johnson's weights.
pub const LMG_ITEMS: usize = 8;

/// More items than this are refused.
const MOST_ITEMS: usize = 60;

/// One complete answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complete {
    /// Points of the items, in hundredths.
    pub items: Vec<i64>,
    /// Points of the overall question, in hundredths.
    pub overall: i64,
}

/// R² and the part of it that falls to each item.
#[derive(Debug, Clone, PartialEq)]
pub struct Drivers {
    /// 0..=1.
    pub r_squared: f64,
    /// In the order of the items; the sum is R². LMG parts are not negative, but for rounding.
    pub parts: Vec<f64>,
}

/// The house rule: LMG up to 8 items, Johnson beyond.
#[must_use]
pub fn drivers(answers: &[Complete]) -> Option<Drivers> {
    if answers.first()?.items.len() <= LMG_ITEMS { lmg(answers) } else { johnson(answers) }
}

/// LMG (Lindeman, Merenda & Gold 1980; R relaimpo, Grömping 2006): an item's gain in R², averaged over all orders of
/// entry.
///
/// `None` with fewer than max(50, 10 m) answers, more than 8 items, rows of unequal length, an item or overall answer
/// without spread, or items that determine each other.
#[must_use]
pub fn lmg(answers: &[Complete]) -> Option<Drivers> {
    let (among, with) = correlations(answers)?;
    let m = with.len();
    if m > LMG_ITEMS {
        return None;
    }
    let r2 = (0..1_usize << m).map(|set| r_squared(&among, &with, set)).collect::<Option<Vec<f64>>>()?;
    let factorials: Vec<f64> = (0..=u32::try_from(m).ok()?)
        .scan(1.0, |product, i| {
            *product *= f64::from(i.max(1));
            Some(*product)
        })
        .collect();
    let factorial = |i: usize| factorials.get(i).copied();
    let mut parts = Vec::with_capacity(m);
    for item in 0..m {
        let mut part = 0.0;
        for (set, without) in r2.iter().enumerate().filter(|(set, _)| set & (1 << item) == 0) {
            let size = usize::try_from(set.count_ones()).ok()?;
            let orders = factorial(size)? * factorial(m - size - 1)? / factorial(m)?;
            part += orders * (r2.get(set | 1 << item)? - without);
        }
        parts.push(part);
    }
    Some(Drivers { r_squared: *r2.last()?, parts })
}

/// Johnson's relative weights (Johnson 2000): with R = V Λ Vᵀ the correlations of the items and r those with the
/// overall answer, L = V Λ^½ Vᵀ and the parts are L² · (L⁻¹ r)², squares taken entry by entry.
///
/// `None` as for [`lmg`], but up to 60 items.
#[must_use]
pub fn johnson(answers: &[Complete]) -> Option<Drivers> {
    let (among, with) = correlations(answers)?;
    let m = with.len();
    let (values, vectors) = among.eigen();
    if values.iter().any(|&v| v.is_nan() || v <= 1e-10) {
        return None;
    }
    // L and its inverse share the eigenvectors
    let root = |power: f64| {
        Matrix::build(m, |i, j| {
            values.iter().enumerate().map(|(k, v)| vectors.at(i, k) * v.powf(power) * vectors.at(j, k)).sum()
        })
    };
    let (l, inverse) = (root(0.5), root(-0.5));
    let squared: Vec<f64> = inverse.times(&with).into_iter().map(|x| x * x).collect();
    let parts = Matrix::build(m, |i, j| l.at(i, j).powi(2)).times(&squared);
    Some(Drivers { r_squared: parts.iter().sum(), parts })
}

/// R² of the overall answer on the items in `set` (a bit each); `None` when they determine each other.
fn r_squared(among: &Matrix, with: &[f64], set: usize) -> Option<f64> {
    let chosen: Vec<usize> = (0..with.len()).filter(|i| set & (1 << i) != 0).collect();
    let at = |i: usize| chosen.get(i).copied().unwrap_or(0);
    let part = Matrix::build(chosen.len(), |i, j| among.at(at(i), at(j)));
    let right: Vec<f64> = chosen.iter().filter_map(|&i| with.get(i).copied()).collect();
    Some(part.half_solve(&right)?.iter().map(|x| x * x).sum::<f64>())
}

/// Pearson correlations among the items, and of each item with the overall answer.
fn correlations(answers: &[Complete]) -> Option<(Matrix, Vec<f64>)> {
    let m = answers.first()?.items.len();
    if m == 0 || m > MOST_ITEMS || answers.len() < (10 * m).max(50) || answers.iter().any(|a| a.items.len() != m) {
        return None;
    }
    let column = |i: usize| -> Vec<f64> { answers.iter().filter_map(|a| a.items.get(i).map(points)).collect() };
    let items = (0..m).map(|i| standard(column(i))).collect::<Option<Vec<_>>>()?;
    let overall = standard(answers.iter().map(|a| points(&a.overall)).collect())?;
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    let between = |i: usize, j: usize| match (items.get(i), items.get(j)) {
        (Some(a), Some(b)) if i != j => dot(a, b),
        _ => 1.0,
    };
    Some((Matrix::build(m, between), items.iter().map(|x| dot(x, &overall)).collect()))
}

fn points(hundredths: &i64) -> f64 {
    real_signed(i128::from(*hundredths))
}

/// Centred and scaled to length 1; `None` without spread.
fn standard(mut x: Vec<f64>) -> Option<Vec<f64>> {
    let mean = x.iter().sum::<f64>() / real_len(x.len());
    x.iter_mut().for_each(|v| *v -= mean);
    let length = x.iter().map(|v| v * v).sum::<f64>().sqrt();
    if !(length > 0.0 && length.is_finite()) {
        return None;
    }
    x.iter_mut().for_each(|v| *v /= length);
    Some(x)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::vectors::{cases, close, number, numbers, points};

    fn answers(items: Vec<Vec<i64>>, overall: Vec<i64>) -> Vec<Complete> {
        items.into_iter().zip(overall).map(|(items, overall)| Complete { items, overall }).collect()
    }

    #[test]
    fn parts_agree_with_their_definitions_in_numpy() {
        for c in cases("drivers") {
            let items = c["items"].as_array().unwrap().iter().map(points).collect();
            let answers = answers(items, points(&c["overall"]));
            let (lmg, johnson) = (lmg(&answers).unwrap(), johnson(&answers).unwrap());
            close(lmg.r_squared, number(&c["r2"]), 1e-12);
            close(johnson.r_squared, number(&c["r2"]), 1e-12);
            lmg.parts.iter().zip(numbers(&c["lmg"])).for_each(|(&got, want)| close(got, want, 1e-12));
            johnson.parts.iter().zip(numbers(&c["johnson"])).for_each(|(&got, want)| close(got, want, 1e-12));
        }
    }

    #[test]
    fn items_that_determine_each_other_are_refused() {
        let items: Vec<Vec<i64>> = (0..80).map(|i| vec![i * 37 % 100, 200 + 2 * (i * 37 % 100)]).collect();
        let rows = answers(items, (0..80).map(|i| i * 53 % 100).collect());
        assert_eq!((lmg(&rows), johnson(&rows)), (None, None));
    }

    #[test]
    fn few_answers_are_refused() {
        let rows = answers(vec![vec![1], vec![2], vec![4]], vec![1, 2, 3]);
        assert_eq!(drivers(&rows), None);
        assert_eq!(drivers(&[]), None);
    }

    #[test]
    fn more_than_eight_items_go_to_johnson() {
        let items: Vec<Vec<i64>> =
            (0..120_i64).map(|i| (1..=9).map(|j| (i * i * j + i * j * j * 7) % (101 + j)).collect()).collect();
        let rows = answers(items, (0..120).map(|i| i * 53 % 100).collect());
        assert_eq!(drivers(&rows), johnson(&rows));
        assert!(drivers(&rows).is_some() && lmg(&rows).is_none());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn any_answers_give_an_answer(
            rows in proptest::collection::vec((proptest::collection::vec(any::<i64>(), 3), any::<i64>()), 50..60),
        ) {
            let rows: Vec<_> = rows.into_iter().map(|(items, overall)| Complete { items, overall }).collect();
            for d in [lmg(&rows), johnson(&rows)].into_iter().flatten() {
                prop_assert!((d.parts.iter().sum::<f64>() - d.r_squared).abs() < 1e-9);
            }
        }
    }
}
