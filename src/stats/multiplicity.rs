//! Many departments at once: p-values adjusted so that, of those called different, about 5 % are so by chance.
//!
//! One family is one period and one direction, over all departments with an answer. The raw p-value stays visible.

use super::real_len;

/// Benjamini & Hochberg 1995: adj(i) = min over j ≥ i of m p(j)/j, at most 1, in the order of the input.
///
/// Values are held within 0..=1; NaN counts as 1.
#[must_use]
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    step_up(p, 1.0)
}

/// Benjamini & Yekutieli 2001, for tests that depend on each other (departments sharing customers): as
/// [`benjamini_hochberg`] with m multiplied by 1 + 1/2 + … + 1/m.
#[must_use]
pub fn benjamini_yekutieli(p: &[f64]) -> Vec<f64> {
    let harmonic = (1_u32..).zip(p).map(|(i, _)| 1.0 / f64::from(i)).sum();
    step_up(p, harmonic)
}

fn step_up(p: &[f64], factor: f64) -> Vec<f64> {
    let mut ranked: Vec<(usize, f64)> =
        p.iter().map(|&x| if x.is_nan() { 1.0 } else { x.clamp(0.0, 1.0) }).enumerate().collect();
    ranked.sort_by(|a, b| a.1.total_cmp(&b.1));
    let count = real_len(ranked.len()) * factor;
    let mut least = 1.0_f64;
    for (below, (_, value)) in ranked.iter_mut().enumerate().rev() {
        // the quotient first: it is at least 1, so rounding cannot take a value below the raw one
        least = least.min(*value * (count / real_len(below + 1)));
        *value = least;
    }
    ranked.sort_by_key(|&(place, _)| place);
    ranked.into_iter().map(|(_, value)| value).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::vectors::{cases, close, numbers};

    /// Benjamini & Hochberg 1995, section 3.1: fifteen tests, four rejected at 5 %.
    const PAPER: [f64; 15] = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590,
        1.0,
    ];

    #[test]
    fn the_paper_rejects_four_of_fifteen() {
        assert_eq!(benjamini_hochberg(&PAPER).iter().filter(|&&p| p <= 0.05).count(), 4);
    }

    #[test]
    fn both_agree_with_statsmodels() {
        for c in cases("adjusted") {
            let p = numbers(&c["p"]);
            for (got, want) in [(benjamini_hochberg(&p), &c["bh"]), (benjamini_yekutieli(&p), &c["by"])] {
                got.iter().zip(numbers(want)).for_each(|(&got, want)| close(got, want, 1e-14));
            }
        }
    }

    #[test]
    fn the_order_of_the_input_is_kept() {
        assert_eq!(benjamini_hochberg(&[0.04, 0.01]), vec![0.04, 0.02]);
    }

    #[test]
    fn nothing_in_nothing_out() {
        assert_eq!(benjamini_yekutieli(&[]), Vec::<f64>::new());
    }

    proptest! {
        #[test]
        fn adjusting_never_lowers_a_p_value(p in proptest::collection::vec(proptest::num::f64::ANY, 0..40)) {
            let (bh, by) = (benjamini_hochberg(&p), benjamini_yekutieli(&p));
            prop_assert_eq!(bh.len(), p.len());
            for ((raw, a), b) in p.iter().zip(bh).zip(by) {
                let raw = if raw.is_nan() { 1.0 } else { raw.clamp(0.0, 1.0) };
                prop_assert!(raw <= a && a <= b && b <= 1.0);
            }
        }
    }
}
