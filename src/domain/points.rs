//! Points and rates as exact fractions. A verdict, a printed figure and a chart all start from the same fraction, so
//! none of them can be rounded across a target (STATISTICS §1.3: 0.85 − 0.05 as `f64` is 0.7999…).

use std::cmp::Ordering;

/// Whole points of one answer, 0–100.
pub type Points = u8;

/// An answer of this many points or more counts as satisfied, inclusive (D-3.1(2)).
pub const SATISFIED: Points = 85;

/// Hundredths of a point or of a percent: 90 % = 9,000, 85 points = 8,500.
pub type Hundredths = i32;

/// An exact figure: a rate in percent, a mean in points, or the difference of two rates.
///
/// Counts are `u32`, sums of hundredths `i64`; with these no operation here can overflow.
#[derive(Debug, Clone, Copy)]
pub struct Exact {
    /// In hundredths of the unit, times the denominator.
    numerator: i128,
    /// Greater than zero.
    denominator: i128,
}

/// A value that no shown figure may cross, in hundredths, and the side it belongs to itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// Reached from this value up: a target to be reached.
    AtLeast(Hundredths),
    /// Kept up to this value: a limit not to be exceeded.
    AtMost(Hundredths),
}

/// `k` of `n` in percent, rounded half up to four decimals from the exact value; `None` if `n` is 0.
pub fn percent_4dp(k: u32, n: u32) -> Option<f64> {
    Exact::rate(k, n).map(Exact::to_4dp)
}

/// The mean of `n` responses whose points sum to `sum` hundredths, 0–100, rounded half up to four decimals from the
/// exact value; `None` if `n` is 0.
pub fn mean_4dp(sum: i64, n: u32) -> Option<f64> {
    Exact::mean(sum, n).map(Exact::to_4dp)
}

/// A computed figure (a bound of an interval) rounded half up to four decimals.
pub fn round_4dp(value: f64) -> f64 {
    let scaled = value * 10_000.0;
    if scaled.is_finite() { (scaled + 0.5).floor() / 10_000.0 } else { value }
}

/// Hundredths as the number that is printed: 9,000 → 90.0.
pub fn from_hundredths(value: Hundredths) -> f64 {
    f64::from(value) / 100.0
}

impl Exact {
    /// `k` of `n` in percent; `None` if `n` is 0.
    pub fn rate(k: u32, n: u32) -> Option<Self> {
        Self::new(i128::from(k) * 10_000, i128::from(n))
    }

    /// The mean in points of `n` responses whose points sum to `sum` hundredths; `None` if `n` is 0.
    pub fn mean(sum: i64, n: u32) -> Option<Self> {
        Self::new(i128::from(sum), i128::from(n))
    }

    /// The rate of the first group minus that of the second, in percentage points (`channel_gap`: online minus
    /// offline); `None` if either group is empty.
    pub fn gap((k1, n1): (u32, u32), (k2, n2): (u32, u32)) -> Option<Self> {
        let product = |a: u32, b: u32| i128::from(a) * i128::from(b);
        Self::new((product(k1, n2) - product(k2, n1)) * 10_000, product(n1, n2))
    }

    /// A figure that is known to four decimals only, such as a bound of an interval; `None` if it is not finite.
    pub fn from_4dp(value: f64) -> Option<Self> {
        let digits = format!("{value:.4}").replace('.', "");
        Self::new(digits.parse().ok()?, 100)
    }

    /// In hundredths, half up; `None` beyond their range.
    pub fn to_hundredths(self) -> Option<Hundredths> {
        self.scaled(2).try_into().ok()
    }

    /// Without its sign.
    pub fn abs(self) -> Self {
        Self { numerator: self.numerator.abs(), ..self }
    }

    fn new(numerator: i128, denominator: i128) -> Option<Self> {
        (denominator > 0).then_some(Self { numerator, denominator })
    }

    /// How the figure stands to a threshold, without rounding.
    pub fn compare(self, threshold: Hundredths) -> Ordering {
        self.numerator.cmp(&(i128::from(threshold) * self.denominator))
    }

    /// Rounded half up (a negative one as its mirror image) to four decimals, from the exact value.
    pub fn to_4dp(self) -> f64 {
        to_f64(self.scaled(4)) / 10_000.0
    }

    /// As shown to people: one decimal, on the same side of every target as the exact figure.
    ///
    /// 89.96 % against 90 is `89.9`, never `90.0`; 99.96 % is `99.9` and 0.04 % is `0.1`, since all and none are
    /// targets too. More decimals are shown only where targets stand so close that no single one fits.
    pub fn shown(self, targets: &[Hundredths]) -> String {
        let edges: Vec<_> = targets.iter().map(|&target| Edge::AtLeast(target)).collect();
        self.shown_between(&edges)
    }

    /// As [`Self::shown`], for edges of either kind.
    pub fn shown_between(self, edges: &[Edge]) -> String {
        for decimals in 1..=4 {
            let nearest = self.scaled(decimals);
            let fits = |&candidate: &i128| self.same_side(candidate, decimals, edges);
            if let Some(fitting) = [nearest, nearest - 1, nearest + 1].into_iter().find(fits) {
                return written(fitting, decimals);
            }
        }
        written(self.scaled(4), 4)
    }

    /// In units of 10^-`decimals`, half away from zero.
    fn scaled(self, decimals: u32) -> i128 {
        let numerator = self.numerator * 10_i128.pow(decimals);
        let denominator = self.denominator * 100;
        let half_up = (2 * numerator.abs() + denominator) / (2 * denominator);
        half_up * numerator.signum()
    }

    fn same_side(self, candidate: i128, decimals: u32, edges: &[Edge]) -> bool {
        let unit = 10_i128.pow(decimals);
        let stands = |edge: Edge| match edge {
            Edge::AtLeast(value) => {
                (candidate * 100 < i128::from(value) * unit) == (self.compare(value) == Ordering::Less)
            }
            Edge::AtMost(value) => {
                (candidate * 100 > i128::from(value) * unit) == (self.compare(value) == Ordering::Greater)
            }
        };
        candidate.signum() == self.numerator.signum()
            && stands(Edge::AtLeast(10_000))
            && edges.iter().all(|&edge| stands(edge))
    }
}

fn written(value: i128, decimals: u32) -> String {
    let unit = 10_u128.pow(decimals);
    let (sign, size) = (if value < 0 { "-" } else { "" }, value.unsigned_abs());
    let width = usize::try_from(decimals).unwrap_or_default();
    format!("{sign}{}.{:0width$}", size / unit, size % unit)
}

/// Exact up to 2^53, which is beyond any figure with four decimals.
fn to_f64(value: i128) -> f64 {
    let value = i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX });
    let high = i32::try_from(value >> 32).unwrap_or_default();
    let low = u32::try_from(value & 0xffff_ffff).unwrap_or_default();
    f64::from(high) * 4_294_967_296.0 + f64::from(low)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn shown(k: u32, n: u32, expected: &str) {
        assert_eq!(Exact::rate(k, n).unwrap().shown(&[9000, 8500]), expected);
    }

    #[test]
    fn nothing_of_nothing_is_no_figure() {
        assert_eq!((percent_4dp(0, 0), mean_4dp(0, 0)), (None, None));
        assert!(Exact::gap((1, 2), (0, 0)).is_none());
    }

    #[test]
    fn four_decimals_half_up() {
        assert_eq!(percent_4dp(1, 3), Some(33.3333));
        assert_eq!(percent_4dp(2, 3), Some(66.6667));
        assert_eq!(percent_4dp(1, 64_000), Some(0.0016)); // 0.0015625
        assert_eq!(percent_4dp(1, 2_000_000), Some(0.0001)); // 0.00005, a tie
        assert_eq!(mean_4dp(8_500 * 3 - 1, 3), Some(84.9967));
    }

    #[test]
    fn ends_are_exact() {
        assert_eq!(percent_4dp(0, 7), Some(0.0));
        assert_eq!(percent_4dp(u32::MAX, u32::MAX), Some(100.0));
        assert_eq!(mean_4dp(10_000 * i64::from(u32::MAX), u32::MAX), Some(100.0));
    }

    #[test]
    fn a_rate_above_one_hundred_is_kept() {
        assert_eq!(percent_4dp(u32::MAX, 1), Some(429_496_729_500.0));
    }

    #[test]
    fn a_gap_has_a_sign_and_mirrors() {
        assert_eq!(Exact::gap((9, 10), (17, 20)).unwrap().to_4dp(), 5.0);
        assert_eq!(Exact::gap((17, 20), (9, 10)).unwrap().to_4dp(), -5.0);
        assert_eq!(Exact::gap((1, 3), (2, 3)).unwrap().shown(&[]), "-33.3");
    }

    #[test]
    fn a_shown_figure_never_crosses_a_target() {
        shown(8_996, 10_000, "89.9");
        shown(89_999, 100_000, "89.9");
        shown(9, 10, "90.0");
        shown(84_999, 100_000, "84.9");
        shown(17, 20, "85.0");
    }

    #[test]
    fn a_shown_figure_is_all_or_none_only_if_it_is() {
        shown(9_999, 10_000, "99.9");
        shown(1, 10_000, "0.1");
        shown(10, 10, "100.0");
        shown(0, 10, "0.0");
    }

    #[test]
    fn a_limit_is_not_crossed_from_above() {
        let complaints = Exact::rate(502, 10_000).unwrap();
        assert_eq!(complaints.shown_between(&[Edge::AtMost(500)]), "5.1");
        assert_eq!(complaints.shown(&[500]), "5.0");
    }

    #[test]
    fn close_thresholds_get_more_decimals() {
        assert_eq!(Exact::rate(8852, 10_000).unwrap().shown(&[8851, 8853]), "88.52");
    }

    #[test]
    fn elsewhere_it_is_plain_rounding() {
        shown(203 - 17, 203, "91.6");
        shown(2, 3, "66.7");
    }

    #[test]
    fn a_bound_is_shown_on_its_side_too() {
        let shown = |bound| Exact::from_4dp(bound).map(|exact| exact.shown(&[9000]));
        assert_eq!(shown(89.9568), Some("89.9".into()));
        assert_eq!(shown(-0.25), Some("-0.3".into()));
        assert_eq!((shown(f64::NAN), shown(f64::INFINITY)), (None, None));
    }

    #[test]
    fn bounds_round_half_up() {
        assert_eq!(round_4dp(69.895_050_4), 69.8951);
        assert_eq!(round_4dp(0.0), 0.0);
        assert!(round_4dp(f64::NAN).is_nan());
    }

    proptest! {
        #[test]
        fn rounding_is_within_half_a_unit((k, n) in (1..=u32::MAX).prop_flat_map(|n| (0..=n, Just(n)))) {
            let exact = f64::from(k) * 100.0 / f64::from(n);
            prop_assert!((percent_4dp(k, n).unwrap() - exact).abs() <= 0.000_050_001);
        }

        #[test]
        fn shown_stands_where_the_figure_stands(
            (k, n) in (1..2_000_u32).prop_flat_map(|n| (0..=n, Just(n))),
            thresholds in prop::collection::vec(0..10_000_i32, 0..3),
        ) {
            let exact = Exact::rate(k, n).unwrap();
            let shown: f64 = exact.shown(&thresholds).parse().unwrap();
            for threshold in thresholds {
                prop_assert_eq!(shown < from_hundredths(threshold), exact.compare(threshold) == Ordering::Less);
            }
            prop_assert!((shown - exact.to_4dp()).abs() < 0.1001);
        }

        #[test]
        fn a_gap_mirrors(k1 in 0..50_u32, k2 in 0..50_u32, n1 in 50..90_u32, n2 in 50..90_u32) {
            let gap = |a, b| Exact::gap(a, b).unwrap().to_4dp();
            prop_assert_eq!(gap((k1, n1), (k2, n2)), -gap((k2, n2), (k1, n1)));
        }
    }
}
