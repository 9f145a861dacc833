//! The sampled follow-up: n drawn at random from a frame of N services, how many to draw, and weights by stratum.
//!
//! The correction for a finite population removes sampling error only. Use it when the frame and the seeded draw are
//! recorded and n/N exceeds 5 %; it says nothing about those who were drawn and did not answer.

use super::proportion::wilson_of;
use super::{Count, Interval, Z95, hypergeometric, real, real_signed, whole};

/// A share of a frame, estimated from a random draw without replacement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FrameEstimate {
    /// k/n, 0..=1.
    pub rate: f64,
    /// √((1 − n/N) p(1−p)/(n−1)), 0..=1 (Cochran 1977, eq. 3.8; R survey `svymean`); `None` for n = 1.
    pub error: Option<f64>,
    /// Wilson's 95 % interval with n(N−1)/(N−n) in the place of n; a point when the whole frame answered.
    pub interval: Interval,
}

/// The estimate from `sample` out of a frame of `frame` services. `None` for an empty sample or one larger than the
/// frame.
#[must_use]
pub fn of_frame(sample: Count, frame: u64) -> Option<FrameEstimate> {
    let rate = sample.rate()?;
    let left = frame.checked_sub(sample.n())?;
    let (n, all) = (real(sample.n()), real(frame));
    let error = (sample.n() > 1).then(|| (real(left) / all * rate * (1.0 - rate) / (n - 1.0)).sqrt());
    let interval = if left == 0 {
        Interval { low: rate, high: rate }
    } else {
        let i = wilson_of(rate, n * (all - 1.0).max(1.0) / real(left));
        Interval {
            low: if sample.k() == 0 { 0.0 } else { i.low.clamp(0.0, 1.0) },
            high: if sample.k() == sample.n() { 1.0 } else { i.high.clamp(0.0, 1.0) },
        }
    };
    Some(FrameEstimate { rate, error, interval })
}

/// P(X ≥ k): the chance of k or more satisfied in a draw of n when `satisfied` of the `frame` services are
/// (hypergeometric). Exact for frames up to 10^9, above that the normal approximation with continuity correction.
/// `None` if n or `satisfied` exceeds the frame.
#[must_use]
pub fn frame_tail_ge(k: u64, n: u64, satisfied: u64, frame: u64) -> Option<f64> {
    Some(hypergeometric::Draw::new(n, satisfied, frame)?.tail_ge(k))
}

/// P(X ≤ k), as [`frame_tail_ge`].
#[must_use]
pub fn frame_tail_le(k: u64, n: u64, satisfied: u64, frame: u64) -> Option<f64> {
    Some(hypergeometric::Draw::new(n, satisfied, frame)?.tail_le(k))
}

/// How many answers give a 95 % interval of ± `half_width` (both as proportions): n0 = z² p(1−p)/e², then
/// n = ⌈n0 / (1 + (n0−1)/N)⌉ (Cochran 1977). `frame` is N, `None` for a stream without end; without knowledge of the
/// rate take `p` = 0.5. `None` unless 0 < p < 1, 0 < e < 1 and N > 0.
#[must_use]
pub fn sample_size(frame: Option<u64>, p: f64, half_width: f64) -> Option<u64> {
    let open = |x: f64| x > 0.0 && x < 1.0;
    if !open(p) || !open(half_width) || frame == Some(0) {
        return None;
    }
    let endless = Z95 * Z95 * p * (1.0 - p) / (half_width * half_width);
    match frame {
        None => whole(endless.ceil()),
        Some(all) => Some(whole((endless / (1.0 + (endless - 1.0) / real(all))).ceil())?.clamp(1, all)),
    }
}

/// How many to invite for `answers` answers when `responded` of `invited` answered before: ⌈answers/rate⌉.
/// `None` if nobody answered, more answered than were invited, or the number exceeds 64 bits.
#[must_use]
pub fn invitations(answers: u64, responded: u64, invited: u64) -> Option<u64> {
    if responded == 0 || responded > invited {
        return None;
    }
    u64::try_from((u128::from(answers) * u128::from(invited)).div_ceil(u128::from(responded))).ok()
}

/// Answers of one stratum (a channel) and the services it had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stratum {
    /// Its answers.
    pub count: Count,
    /// Its eligible services, N_h.
    pub eligible: u64,
}

/// A rate weighted to the services instead of the answers; shown beside the plain one, never in its place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weighted {
    /// Σ W_h p_h with W_h = N_h/N, 0..=1 (Holt & Smith 1979).
    pub rate: f64,
    /// √Σ W_h² (1 − n_h/N_h) p_h(1−p_h)/(n_h−1), 0..=1 (R survey); `None` where a stratum has one answer.
    pub error: Option<f64>,
    /// Kish's design effect n Σw²/(Σw)² of the weights N_h/n_h, at least 1 (Kish 1965).
    pub design_effect: f64,
    /// n over the design effect.
    pub effective_n: f64,
    /// Wilson's 95 % interval with the effective n: on the safe side, as it takes no credit for the strata or the
    /// finite frame.
    pub interval: Interval,
}

/// Post-stratification. `None` without eligible services, when a stratum that has some has no answer ([`collapse`]
/// first), or when it has more answers than services.
#[must_use]
pub fn post_stratified(strata: &[Stratum]) -> Option<Weighted> {
    let strata: Vec<_> = strata.iter().filter(|s| s.eligible > 0 || s.count.n() > 0).collect();
    if strata.iter().any(|s| s.count.n() == 0 || s.count.n() > s.eligible) {
        return None;
    }
    let all = real_signed(strata.iter().map(|s| i128::from(s.eligible)).sum());
    if all <= 0.0 {
        return None;
    }
    let (mut rate, mut variance, mut n, mut squares) = (0.0, Some(0.0), 0.0, 0.0);
    for stratum in strata {
        let (size, eligible) = (real(stratum.count.n()), real(stratum.eligible));
        let (share, p) = (eligible / all, stratum.count.rate()?);
        rate += share * p;
        let part = share * share * (1.0 - size / eligible) * p * (1.0 - p) / (size - 1.0);
        variance = variance.filter(|_| stratum.count.n() > 1).map(|v| v + part);
        n += size;
        squares += eligible * eligible / size;
    }
    let design_effect = (n * squares / (all * all)).max(1.0);
    let effective_n = n / design_effect;
    let i = wilson_of(rate.clamp(0.0, 1.0), effective_n);
    Some(Weighted {
        rate,
        error: variance.map(f64::sqrt),
        design_effect,
        effective_n,
        interval: Interval { low: i.low.clamp(0.0, 1.0), high: i.high.clamp(0.0, 1.0) },
    })
}

/// Joins the two smallest strata until each has `floor` answers or one is left; 10 is the house's floor, 5 the least.
#[must_use]
pub fn collapse(strata: &[Stratum], floor: u64) -> Vec<Stratum> {
    let mut left: Vec<_> = strata.to_vec();
    left.sort_by_key(|s| std::cmp::Reverse(s.count.n()));
    while left.len() > 1 && left.last().is_some_and(|s| s.count.n() < floor) {
        if let (Some(a), Some(b)) = (left.pop(), left.pop()) {
            let (k, n) = (a.count.k.saturating_add(b.count.k), a.count.n.saturating_add(b.count.n));
            let joined = Stratum { count: Count { k, n, ..a.count }, eligible: a.eligible.saturating_add(b.eligible) };
            let place = left.partition_point(|s| s.count.n() >= joined.count.n());
            left.insert(place, joined);
        }
    }
    left
}

/// Cuts weights at five times their median, against a few answers carrying the whole figure. Weights that are not
/// positive and finite count as 0.
#[must_use]
pub fn trim_weights(weights: &[f64]) -> Vec<f64> {
    let clean: Vec<f64> = weights.iter().map(|&w| if w.is_finite() { w.max(0.0) } else { 0.0 }).collect();
    let most = 5.0 * super::quantile_7(&clean, 0.5).unwrap_or(0.0);
    clean.into_iter().map(|w| w.min(most)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::vectors::{cases, close, close_interval, int, number};

    fn count(k: u64, n: u64) -> Count {
        Count::new(k, n).unwrap()
    }

    #[test]
    fn the_corrected_interval_agrees_with_statsmodels_at_the_effective_n() {
        for c in cases("frames") {
            let e = of_frame(count(int(&c["k"]), int(&c["n"])), int(&c["frame"])).unwrap();
            close_interval(e.interval, &c["interval"], 1e-13);
            assert_eq!(e.error.is_some(), c["error"].is_number());
            if let Some(error) = e.error {
                close(error, number(&c["error"]), 1e-14);
            }
        }
    }

    #[test]
    fn a_whole_frame_has_no_sampling_error() {
        let e = of_frame(count(9, 10), 10).unwrap();
        assert_eq!((e.error, e.interval), (Some(0.0), Interval { low: 0.9, high: 0.9 }));
    }

    #[test]
    fn a_sample_larger_than_its_frame_is_refused() {
        assert_eq!(of_frame(count(5, 10), 9), None);
        assert_eq!(of_frame(count(0, 0), 9), None);
    }

    #[test]
    fn hypergeometric_tails_agree_with_scipy() {
        for c in cases("hypergeometric") {
            let (k, n, yes, frame) = (int(&c["k"]), int(&c["n"]), int(&c["yes"]), int(&c["frame"]));
            close(frame_tail_ge(k, n, yes, frame).unwrap(), number(&c["ge"]), 1e-11);
            close(frame_tail_le(k, n, yes, frame).unwrap(), number(&c["le"]), 1e-11);
        }
    }

    #[test]
    fn sizes_of_the_handbook() {
        let sizes: Vec<_> = [None, Some(1000), Some(300), Some(100), Some(50)]
            .into_iter()
            .map(|frame| sample_size(frame, 0.5, 0.05).unwrap())
            .collect();
        assert_eq!(sizes, [385, 278, 169, 80, 45]);
    }

    #[test]
    fn sizes_agree_with_the_formula_in_scipy() {
        for c in cases("sizes") {
            let frame = c[0].as_u64();
            assert_eq!(sample_size(frame, number(&c[1]), number(&c[2])), Some(int(&c[3])), "{c}");
        }
    }

    #[test]
    fn invitations_are_counted_in_integers() {
        assert_eq!(invitations(45, 15, 100), Some(300));
        assert_eq!(invitations(46, 15, 100), Some(307));
        assert_eq!(invitations(1, 0, 100), None);
    }

    #[test]
    fn weighting_agrees_with_numpy() {
        for c in cases("strata") {
            let strata: Vec<_> = c["strata"]
                .as_array()
                .unwrap()
                .iter()
                .map(|s| Stratum { count: count(int(&s[0]), int(&s[1])), eligible: int(&s[2]) })
                .collect();
            let w = post_stratified(&strata).unwrap();
            close(w.rate, number(&c["rate"]), 1e-14);
            close(w.error.unwrap(), number(&c["error"]), 1e-14);
            close(w.design_effect, number(&c["deff"]), 1e-13);
            assert!(w.interval.contains(w.rate));
        }
    }

    #[test]
    fn a_stratum_without_answers_must_be_joined_first() {
        let strata = [
            Stratum { count: count(8, 10), eligible: 50 },
            Stratum { count: count(0, 0), eligible: 30 },
            Stratum { count: count(20, 20), eligible: 40 },
        ];
        assert_eq!(post_stratified(&strata), None);
        let joined = collapse(&strata, 10);
        assert_eq!(joined.iter().map(|s| (s.count.n(), s.eligible)).collect::<Vec<_>>(), [(20, 40), (10, 80)]);
        assert!(post_stratified(&joined).is_some());
    }

    #[test]
    fn weights_are_cut_at_five_medians() {
        assert_eq!(trim_weights(&[1.0, 1.0, 9.0, f64::NAN, 1.0]), [1.0, 1.0, 5.0, 0.0, 1.0]);
    }

    proptest! {
        #[test]
        fn any_input_gives_an_answer(a: u64, b: u64, c: u64, d: u64, p: f64, e: f64) {
            let (k, n) = (a.min(b), a.max(b));
            if let Some(estimate) = of_frame(count(k, n), c) {
                prop_assert!(estimate.interval.low <= estimate.interval.high);
            }
            for tail in [frame_tail_ge(a, b, c, d), frame_tail_le(a, b, c, d)].into_iter().flatten() {
                prop_assert!((0.0..=1.0).contains(&tail));
            }
            let _ = (sample_size(Some(c), p, e), sample_size(None, p, e), invitations(a, b, c), trim_weights(&[p, e]));
            let strata = [Stratum { count: count(k, n), eligible: c }, Stratum { count: count(n, n), eligible: d }];
            let _ = (post_stratified(&strata), collapse(&strata, a));
        }

        #[test]
        fn tails_of_a_frame_share_one_point(frame in 1_u64..5000, n: u64, yes: u64, k: u64) {
            let (n, yes) = (n % (frame + 1), yes % (frame + 1));
            let k = k % (n + 1) + 1;
            let sum = frame_tail_ge(k, n, yes, frame).unwrap() + frame_tail_le(k - 1, n, yes, frame).unwrap();
            prop_assert!((sum - 1.0).abs() < 1e-10);
        }
    }
}
