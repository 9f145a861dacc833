//! The arithmetic behind a score, pure: counts and sums go in, intervals, tests and limits come out.
//!
//! One file per family. Every function names its formula and source, says where it is valid, and answers outside
//! that range with `None` (or what its doc says): no finite input makes it panic or run without end. Tests hold the
//! values against scipy, statsmodels or the paper named.
//!
//! Two rules for callers. Draw with [`wilson`], decide with the exact tails [`tail_ge`] and [`tail_le`]. And never
//! take a verdict (met or missed) from here: that is a comparison of integers, and it belongs to the domain.

pub mod comparison;
pub mod control_chart;
pub mod drivers;
pub mod funnel;
mod hypergeometric;
pub mod loyalty;
mod matrix;
pub mod mean;
pub mod multiplicity;
pub mod poisson;
pub mod proportion;
pub mod reliability;
pub mod response_rate;
pub mod sampling;
pub mod shrinkage;
pub mod signals;
mod special;
pub mod standardisation;
#[cfg(test)]
pub(crate) mod vectors;

pub use mean::{mean_interval, mean_p_ge, mean_p_le};
pub use poisson::{events_ge, events_le, garwood};
pub use proportion::{clopper_pearson, needed, newcombe, tail_ge, tail_le, wilson};

/// The level of every test here, one side: 5 %.
pub const ALPHA: f64 = 0.05;

/// The 97.5 % point of the standard normal distribution, for two-sided 95 % intervals.
pub const Z95: f64 = 1.959_963_984_540_054;

/// A 95 % interval, both ends included; the unit is that of the estimate it belongs to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Interval {
    /// Whether `x` lies between the ends, ends included.
    #[must_use]
    pub fn contains(&self, x: f64) -> bool {
        self.low <= x && x <= self.high
    }

    /// The part of the interval a bounded scale can show, for drawing only.
    #[must_use]
    pub fn clip(&self, min: f64, max: f64) -> Interval {
        Interval { low: self.low.max(min).min(max), high: self.high.min(max).max(min) }
    }
}

/// k satisfied of n valid answers, k ≤ n; or k events that happened on n, which may be more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    k: u64,
    n: u64,
    law: Law,
}

/// How a count varies by chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Law {
    /// So many of all: binomial, at most 1.
    Share,
    /// So many on all: Poisson, without an upper end.
    Events,
}

impl Count {
    /// A share; `None` if k > n.
    #[must_use]
    pub fn new(k: u64, n: u64) -> Option<Count> {
        (k <= n).then_some(Count { k, n, law: Law::Share })
    }

    /// `k` events on `n`, such as complaints on services.
    #[must_use]
    pub fn events(k: u64, n: u64) -> Count {
        Count { k, n, law: Law::Events }
    }

    /// The satisfied, or the events.
    #[must_use]
    pub fn k(self) -> u64 {
        self.k
    }

    /// All valid answers, or what the events happened on.
    #[must_use]
    pub fn n(self) -> u64 {
        self.n
    }

    /// The variance of one answer (or service) around a rate: of the count's rate it is this by n.
    pub(crate) fn variance(self, rate: f64) -> f64 {
        match self.law {
            Law::Share => rate * (1.0 - rate),
            Law::Events => rate,
        }
    }

    /// The highest rate there can be.
    pub(crate) fn most(self) -> f64 {
        match self.law {
            Law::Share => 1.0,
            Law::Events => f64::INFINITY,
        }
    }

    /// k/n, of a share in 0..=1; `None` for n = 0.
    #[must_use]
    pub fn rate(self) -> Option<f64> {
        (self.n > 0).then(|| real(self.k) / real(self.n))
    }

    /// Both counts together, without overflow: (Σk, Σn).
    pub(crate) fn total(counts: impl IntoIterator<Item = Count>) -> (i128, i128) {
        counts.into_iter().fold((0, 0), |(k, n), c| (k + i128::from(c.k), n + i128::from(c.n)))
    }
}

/// A count as a float; exact up to 2^53, nearest above.
#[expect(clippy::as_conversions, reason = "std has no From<u64> for f64; rounding to nearest is what is meant")]
pub(crate) fn real(n: u64) -> f64 {
    n as f64
}

/// A length as a float.
pub(crate) fn real_len(len: usize) -> f64 {
    real(u64::try_from(len).unwrap_or(u64::MAX))
}

/// A signed sum as a float; exact up to 2^53, nearest above.
#[expect(clippy::as_conversions, reason = "std has no From<i128> for f64; rounding to nearest is what is meant")]
pub(crate) fn real_signed(n: i128) -> f64 {
    n as f64
}

/// A float that counts something, as an integer; `None` unless it is in 0..2^63.
#[expect(clippy::as_conversions, reason = "the range is checked; std has no TryFrom<f64>")]
pub(crate) fn whole(x: f64) -> Option<u64> {
    (0.0..9.2e18).contains(&x).then_some(x as u64)
}

/// The q-quantile by linear interpolation between order statistics (Hyndman & Fan 1996, type 7, as R and numpy);
/// `None` for an empty slice.
pub(crate) fn quantile_7(values: &[f64], q: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    let place = real_len(last) * q.clamp(0.0, 1.0);
    let below = usize::try_from(whole(place.floor())?).ok()?;
    let low = *sorted.get(below)?;
    let high = *sorted.get(below + 1).unwrap_or(&low);
    Some(low + (place - place.floor()) * (high - low))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_clipped_to_its_scale() {
        let shown = Interval { low: -3.0, high: 104.0 }.clip(0.0, 100.0);
        assert_eq!(shown, Interval { low: 0.0, high: 100.0 });
    }

    #[test]
    fn the_ends_belong_to_the_interval() {
        let i = Interval { low: 0.0, high: 1.0 };
        assert!(i.contains(0.0) && i.contains(1.0) && !i.contains(1.1) && !i.contains(f64::NAN));
    }
}
