//! Two truths, side by side, never mixed (DESIGN decision 6): the **verdict** is the point value against the clause, in
//! integers; the **evidence** is what the number of answers and an exact test say about that verdict.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::{
    commitment::{Commitment, Direction},
    points::{Edge, Exact, Hundredths, from_hundredths},
};
use crate::stats;

/// How the value stands to its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// 达标: the target is reached; exactly on it passes (A2-2.3.3).
    Met,
    /// 轻微违约: missed by no more than the tolerance (B3-4.1.2).
    MinorBreach,
    /// 重大违约: missed by more.
    MajorBreach,
}

/// How far the answers support the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// 明确: chance alone would hardly give this (one-sided test at 5 %).
    Clear,
    /// 无法区分: the value may be on the other side of the target by chance.
    NotDistinguishable,
    /// 样本不足: fewer answers than the minimum for any statement.
    TooFew,
}

/// From how many answers on something may be said; an organisation's setting (STATISTICS §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thresholds {
    /// A score is shown. Default 5.
    pub score: u32,
    /// A comment is shown. Default 8.
    pub comment: u32,
    /// A person's figure stands in an appraisal export. Default 20.
    pub person_export: u32,
    /// Evidence other than "too few", and a comparison by name. Default 30.
    pub evidence: u32,
}

/// The yardstick of a figure: on which side of what it has to stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Yardstick {
    /// On which side.
    pub direction: Direction,
    /// In hundredths of the figure's unit.
    pub target: Hundredths,
    /// Up to how much beyond it is a minor breach, in hundredths.
    pub tolerance: Hundredths,
}

/// The verdict on `k` of `n` against a rate to be reached, in hundredths of a percent; `None` if `n` is 0.
pub fn judge_rate(k: u32, n: u32, target: Hundredths, tolerance: Hundredths) -> Option<Verdict> {
    Exact::rate(k, n).map(|rate| Yardstick::at_least(target, tolerance).judge(rate))
}

/// The verdict on the mean of `n` responses whose points sum to `sum` hundredths, against points to be reached, in
/// hundredths; `None` if `n` is 0.
pub fn judge_mean(sum: i64, n: u32, target: Hundredths, tolerance: Hundredths) -> Option<Verdict> {
    Exact::mean(sum, n).map(|mean| Yardstick::at_least(target, tolerance).judge(mean))
}

/// The evidence for a verdict on a rate: the exact one-sided binomial test at the target (STATISTICS §1.1). The edge
/// between minor and major is not tested.
pub fn evidence_rate(k: u32, n: u32, verdict: Verdict, yardstick: &Yardstick, minimum: u32) -> Evidence {
    if n < minimum {
        return Evidence::TooFew;
    }
    let share = from_hundredths(yardstick.target) / 100.0;
    let p = if yardstick.speaks_for_more(verdict) {
        stats::tail_ge(k.into(), n.into(), share)
    } else {
        stats::tail_le(k.into(), n.into(), share)
    };
    clear_if(p <= stats::ALPHA)
}

/// The evidence for a verdict on events per hundred services: the exact one-sided Poisson test at the target. `minimum` is
/// of services: without a complaint on a handful of them nothing is shown.
pub fn evidence_events(events: u32, n: u32, verdict: Verdict, yardstick: &Yardstick, minimum: u32) -> Evidence {
    if n < minimum {
        return Evidence::TooFew;
    }
    let expected = from_hundredths(yardstick.target) / 100.0 * f64::from(n);
    let p = if yardstick.speaks_for_more(verdict) {
        stats::events_ge(events.into(), expected)
    } else {
        stats::events_le(events.into(), expected)
    };
    clear_if(p <= stats::ALPHA)
}

/// The evidence for a verdict on a mean of points: the one-sided t test at the target (STATISTICS §1.1).
///
/// `sum` and `sq_sum` are of hundredths. If all responses are worth the same, the test's limit decides: clear unless
/// they stand exactly on the target.
pub fn evidence_points(
    sum: i64,
    sq_sum: i64,
    n: u32,
    verdict: Verdict,
    yardstick: &Yardstick,
    minimum: u32,
) -> Evidence {
    if n < minimum {
        return Evidence::TooFew;
    }
    let test = if yardstick.speaks_for_more(verdict) { stats::mean_p_ge } else { stats::mean_p_le };
    let without_spread = i128::from(n) * i128::from(sq_sum) == i128::from(sum) * i128::from(sum);
    match test(n.into(), sum, sq_sum, yardstick.target.into()) {
        Some(p) => clear_if(p <= stats::ALPHA),
        None => clear_if(without_spread && sum != i64::from(n) * i64::from(yardstick.target)),
    }
}

/// The evidence for a verdict on a difference that is to stay within the target either way: clear if the whole 95 %
/// interval, in the unit of the target, lies on the verdict's side.
pub fn evidence_gap(
    interval: stats::Interval,
    n: u32,
    verdict: Verdict,
    yardstick: &Yardstick,
    minimum: u32,
) -> Evidence {
    if n < minimum {
        return Evidence::TooFew;
    }
    let target = from_hundredths(yardstick.target);
    clear_if(match verdict {
        Verdict::Met => -target <= interval.low && interval.high <= target,
        _ => interval.high < -target || target < interval.low,
    })
}

fn clear_if(supported: bool) -> Evidence {
    if supported { Evidence::Clear } else { Evidence::NotDistinguishable }
}

impl Yardstick {
    /// A target to be reached.
    pub const fn at_least(target: Hundredths, tolerance: Hundredths) -> Self {
        Self { direction: Direction::AtLeast, target, tolerance }
    }

    /// Compares without rounding (STATISTICS §1.3).
    pub fn judge(&self, value: Exact) -> Verdict {
        let holds = |slack: Hundredths| match self.direction {
            Direction::AtLeast => value.compare(self.target.saturating_sub(slack)) != Ordering::Less,
            Direction::AtMost => value.compare(self.target.saturating_add(slack)) != Ordering::Greater,
            Direction::Within => value.abs().compare(self.target.saturating_add(slack)) != Ordering::Greater,
        };
        if holds(0) {
            Verdict::Met
        } else if holds(self.tolerance) {
            Verdict::MinorBreach
        } else {
            Verdict::MajorBreach
        }
    }

    /// The value as shown to people, never across an edge of the verdict.
    pub fn show(&self, value: Exact) -> String {
        let Self { direction, target, tolerance } = *self;
        let outer = target.saturating_add(tolerance);
        match direction {
            Direction::AtLeast => value.shown(&[target, target.saturating_sub(tolerance)]),
            Direction::AtMost => value.shown_between(&[Edge::AtMost(target), Edge::AtMost(outer)]),
            Direction::Within => value.shown_between(&[
                Edge::AtMost(target),
                Edge::AtMost(outer),
                Edge::AtLeast(target.saturating_neg()),
                Edge::AtLeast(outer.saturating_neg()),
            ]),
        }
    }

    /// Whether the verdict says that the true figure is above the target.
    fn speaks_for_more(&self, verdict: Verdict) -> bool {
        (verdict == Verdict::Met) == (self.direction == Direction::AtLeast)
    }
}

impl From<&Commitment> for Yardstick {
    fn from(commitment: &Commitment) -> Self {
        Self { direction: commitment.metric.direction(), target: commitment.target, tolerance: commitment.tolerance }
    }
}

impl Default for Thresholds {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl Thresholds {
    /// What holds where nothing else is set.
    pub const DEFAULT: Self = Self { score: 5, comment: 8, person_export: 20, evidence: 30 };
}

impl Verdict {
    /// `met`, `minor_breach` or `major_breach`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::MinorBreach => "minor_breach",
            Self::MajorBreach => "major_breach",
        }
    }
}

impl Evidence {
    /// `clear`, `not_distinguishable` or `too_few`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::NotDistinguishable => "not_distinguishable",
            Self::TooFew => "too_few",
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn rate(k: u32, n: u32, target: Hundredths, expected: Verdict) {
        assert_eq!(judge_rate(k, n, target, 500), Some(expected), "{k}/{n} against {target}");
    }

    #[track_caller]
    fn mean(hundredths: i64, n: u32, expected: Verdict) {
        assert_eq!(judge_mean(hundredths, n, 8_500, 500), Some(expected), "{hundredths}/{n}");
    }

    fn evidence(k: u32, n: u32, target: Hundredths) -> Evidence {
        let yardstick = Yardstick::at_least(target, 500);
        evidence_rate(k, n, judge_rate(k, n, target, 500).unwrap(), &yardstick, 30)
    }

    /// P(X ≤ k) of `n` answers each satisfied with chance `p`, added up term by term.
    fn at_most(k: u32, n: u32, p: f64) -> f64 {
        let mut term = (1.0 - p).powi(n.cast_signed());
        let mut sum = term;
        for i in 0..k {
            term *= f64::from(n - i) / f64::from(i + 1) * p / (1.0 - p);
            sum += term;
        }
        sum
    }

    #[test]
    fn who_keeps_the_promise_is_told_of_a_clear_breach_in_at_most_one_of_twenty_periods() {
        for (n, target) in (30..=300).flat_map(|n| [8_500, 9_000].map(|target| (n, target))) {
            let wrongly = clear_bounds(n, target).0.map_or(0.0, |k| at_most(k, n, f64::from(target) / 10_000.0));
            assert!(wrongly <= 0.05, "{wrongly} of {n} against {target}");
        }
    }

    /// The most satisfied with which the breach is clear, and the fewest with which keeping is.
    fn clear_bounds(n: u32, target: Hundredths) -> (Option<u32>, Option<u32>) {
        let clear = |verdict: Verdict| {
            (0..=n)
                .filter(move |&k| evidence(k, n, target) == Evidence::Clear)
                .filter(move |&k| (judge_rate(k, n, target, 500) == Some(Verdict::Met)) == (verdict == Verdict::Met))
        };
        (clear(Verdict::MajorBreach).next_back(), clear(Verdict::Met).next())
    }

    #[test]
    fn the_target_itself_is_met() {
        rate(9, 10, 9_000, Verdict::Met);
        rate(17, 20, 8_500, Verdict::Met);
        mean(8_500, 1, Verdict::Met);
    }

    #[test]
    fn a_hair_below_the_target_is_a_minor_breach() {
        rate(89_999, 100_000, 9_000, Verdict::MinorBreach);
        rate(84_999, 100_000, 8_500, Verdict::MinorBreach);
        mean(84_999, 10, Verdict::MinorBreach);
        rate(u32::MAX / 10 * 9 - 1, u32::MAX / 10 * 10, 9_000, Verdict::MinorBreach);
    }

    #[test]
    fn five_points_below_is_still_minor_and_a_hair_more_is_major() {
        rate(17, 20, 9_000, Verdict::MinorBreach);
        rate(84_999, 100_000, 9_000, Verdict::MajorBreach);
        rate(4, 5, 8_500, Verdict::MinorBreach); // 0.85 - 0.05 as f64 is less than 0.8
        rate(79_999, 100_000, 8_500, Verdict::MajorBreach);
        mean(8_000, 1, Verdict::MinorBreach);
        mean(79_999, 10, Verdict::MajorBreach);
    }

    #[test]
    fn all_none_and_nobody() {
        rate(7, 7, 9_000, Verdict::Met);
        rate(0, 7, 9_000, Verdict::MajorBreach);
        assert_eq!((judge_rate(0, 0, 9_000, 500), judge_mean(0, 0, 8_500, 500)), (None, None));
    }

    #[test]
    fn fewer_is_better_for_complaints() {
        let yardstick = Yardstick { direction: Direction::AtMost, target: 200, tolerance: 100 };
        let judged = |k| yardstick.judge(Exact::rate(k, 1_000).unwrap());
        assert_eq!([20, 21, 30, 31].map(judged), {
            use Verdict::{MajorBreach, Met, MinorBreach};
            [Met, MinorBreach, MinorBreach, MajorBreach]
        });
    }

    #[test]
    fn a_gap_is_judged_either_way() {
        let yardstick = Yardstick { direction: Direction::Within, target: 300, tolerance: 200 };
        let judged = |a, b| yardstick.judge(Exact::gap((a, 100), (b, 100)).unwrap());
        assert_eq!([judged(93, 90), judged(90, 93)], [Verdict::Met; 2]);
        assert_eq!([judged(95, 90), judged(90, 95)], [Verdict::MinorBreach; 2]);
        assert_eq!([judged(96, 90), judged(90, 96)], [Verdict::MajorBreach; 2]);
    }

    #[test]
    fn below_thirty_answers_it_is_too_few() {
        assert_eq!(evidence(29, 29, 9_000), Evidence::TooFew);
        assert_eq!(evidence(0, 29, 9_000), Evidence::TooFew);
        assert_eq!(evidence(30, 30, 9_000), Evidence::Clear);
    }

    #[test]
    fn what_thirty_fifty_and_a_hundred_answers_can_show() {
        // STATISTICS §1.1
        assert_eq!(clear_bounds(30, 8_500).0, Some(21));
        assert_eq!(clear_bounds(30, 9_000).0, Some(23));
        assert_eq!(clear_bounds(50, 8_500).1, Some(47));
        assert_eq!(clear_bounds(50, 9_000).1, Some(49));
        assert_eq!(clear_bounds(100, 8_500), (Some(78), Some(92)));
        assert_eq!(clear_bounds(100, 9_000), (Some(84), Some(96)));
    }

    #[test]
    fn nineteen_of_nineteen_is_the_first_proof_of_85_and_29_of_29_of_90() {
        let clear = |k, target| {
            let yardstick = Yardstick::at_least(target, 500);
            evidence_rate(k, k, Verdict::Met, &yardstick, 0) == Evidence::Clear
        };
        assert_eq!([clear(18, 8_500), clear(19, 8_500)], [false, true]);
        assert_eq!([clear(28, 9_000), clear(29, 9_000)], [false, true]);
    }

    #[test]
    fn the_interval_is_not_the_test() {
        // Wilson's lower bound of 34 of 34 is 89.85 %, below the target; the exact test is clear all the same.
        assert!(stats::wilson(34, 34).unwrap().low < 0.9);
        assert_eq!(evidence(34, 34, 9_000), Evidence::Clear);
        assert_eq!(evidence(85, 100, 9_000), Evidence::NotDistinguishable);
    }

    #[test]
    fn everything_promised_can_be_missed_but_never_proven() {
        assert_eq!(evidence(40, 40, 10_000), Evidence::NotDistinguishable);
        assert_eq!(evidence(39, 40, 10_000), Evidence::Clear);
    }

    #[test]
    fn complaints_are_tested_from_the_other_side() {
        let yardstick = Yardstick { direction: Direction::AtMost, target: 1_000, tolerance: 500 };
        let found = |k, verdict| evidence_rate(k, 100, verdict, &yardstick, 30);
        assert_eq!([found(4, Verdict::Met), found(5, Verdict::Met)], [Evidence::Clear, Evidence::NotDistinguishable]);
        assert_eq!(found(16, Verdict::MajorBreach), Evidence::Clear);
        assert_eq!(found(15, Verdict::MinorBreach), Evidence::NotDistinguishable);
    }

    fn points(values: &[i64]) -> Evidence {
        let (n, sum) = (u32::try_from(values.len()).unwrap(), values.iter().sum());
        let sq_sum = values.iter().map(|value| value * value).sum();
        let verdict = judge_mean(sum, n, 8_500, 500).unwrap();
        evidence_points(sum, sq_sum, n, verdict, &Yardstick::at_least(8_500, 500), 30)
    }

    #[test]
    fn points_are_tested_by_t() {
        let half_and_half = |a, b| [[a; 20], [b; 20]].concat();
        assert_eq!(points(&half_and_half(10_000, 8_500)), Evidence::Clear); // t = 6.2
        assert_eq!(points(&half_and_half(10_000, 7_200)), Evidence::NotDistinguishable); // t = 0.45
        assert_eq!(points(&half_and_half(10_000, 3_000)), Evidence::Clear); // t = -3.6
        assert_eq!(points(&[10_000; 29]), Evidence::TooFew);
    }

    #[test]
    fn points_without_spread_are_clear_unless_on_the_target() {
        assert_eq!(points(&[10_000; 30]), Evidence::Clear);
        assert_eq!(points(&[8_499; 30]), Evidence::Clear);
        assert_eq!(points(&[8_500; 30]), Evidence::NotDistinguishable);
    }

    #[test]
    fn a_gap_is_clear_when_its_interval_is() {
        let yardstick = Yardstick { direction: Direction::Within, target: 500, tolerance: 0 };
        let found = |low, high, verdict| evidence_gap(stats::Interval { low, high }, 30, verdict, &yardstick, 30);
        assert_eq!(found(-4.0, 5.0, Verdict::Met), Evidence::Clear);
        assert_eq!(found(-4.0, 6.0, Verdict::Met), Evidence::NotDistinguishable);
        assert_eq!(found(5.1, 9.0, Verdict::MajorBreach), Evidence::Clear);
        assert_eq!(found(-9.0, -4.0, Verdict::MinorBreach), Evidence::NotDistinguishable);
    }

    #[test]
    fn a_shown_value_never_looks_better_than_its_verdict() {
        let complaints = Yardstick { direction: Direction::AtMost, target: 500, tolerance: 100 };
        assert_eq!(complaints.show(Exact::rate(502, 10_000).unwrap()), "5.1");
        assert_eq!(Yardstick::at_least(9_000, 500).show(Exact::rate(8_499, 10_000).unwrap()), "84.9");
    }

    proptest! {
        #[test]
        fn more_satisfied_is_never_a_worse_verdict(n in 1..5_000_u32, a in 0..5_000_u32, b in 0..5_000_u32,
                                                   target in 0..=10_000_i32, tolerance in 0..=1_000_i32) {
            let (less, more) = (a.min(b).min(n), a.max(b).min(n));
            // Met < minor < major
            prop_assert!(judge_rate(more, n, target, tolerance) <= judge_rate(less, n, target, tolerance));
        }

        #[test]
        fn a_verdict_is_the_comparison_of_fractions(k in 0..=400_u32, n in 400..800_u32, target in 0..=10_000_i32) {
            let met = i64::from(k) * 10_000 >= i64::from(n) * i64::from(target);
            prop_assert_eq!(judge_rate(k, n, target, 500) == Some(Verdict::Met), met);
        }

        #[test]
        fn points_and_rate_agree_on_the_same_fraction(k in 0..500_u32, n in 500..900_u32, target in 0..=10_000_i32) {
            prop_assert_eq!(judge_rate(k, n, target, 500), judge_mean(i64::from(k) * 10_000, n, target, 500));
        }

        #[test]
        fn any_sums_get_an_evidence(sum: i64, sq_sum: i64, n: u32, k: u32, target: i32, minimum: u32) {
            for verdict in [Verdict::Met, Verdict::MajorBreach] {
                let yardstick = Yardstick::at_least(target, 500);
                evidence_points(sum, sq_sum, n, verdict, &yardstick, minimum);
                evidence_rate(k, n, verdict, &yardstick, minimum);
                evidence_events(k, n, verdict, &yardstick, minimum);
            }
        }
    }
}
