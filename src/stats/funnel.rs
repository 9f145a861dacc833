//! Departments of different size against one target: the funnel of Spiegelhalter 2005 (doi 10.1002/sim.1970).
//!
//! The target is either the pooled rate (a comparison) or the promise θ: two charts, never one. Lines are for drawing;
//! whether a department lies outside is decided by the exact tails ([`place`]).

use super::proportion::{EXACT_UP_TO, tail_ge, tail_le};
use super::{Count, Z95, quantile_7, real, real_len, real_signed};

/// z of the 99.8 % limits.
pub const Z998: f64 = 3.090_232_306_167_813;

/// Control limits for one n, proportions in 0..=1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FunnelLimits {
    /// Lower 99.8 % line.
    pub low_998: f64,
    /// Lower 95 % line.
    pub low_95: f64,
    /// Upper 95 % line.
    pub high_95: f64,
    /// Upper 99.8 % line.
    pub high_998: f64,
}

/// Where a department lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Below the 99.8 % limit.
    FarBelow,
    /// Below the 95 % limit.
    Below,
    /// Within the limits.
    Within,
    /// Above the 95 % limit.
    Above,
    /// Above the 99.8 % limit.
    FarAbove,
}

/// The exact limits at n: with r the least count whose P(X ≤ r) exceeds q, y = (r − (F(r)−q)/(F(r)−F(r−1)))/n, for
/// q = 0.001 and 0.025, not below 0. The upper lines are one minus the lower lines of the *dissatisfied*: the paper's
/// own upper quantile would put 1 of 1 satisfied above the 99.8 % line. Lines drawn so agree with [`place`].
///
/// `None` for n = 0 or a target outside 0..=1. Above 10^9 answers the normal limits θ ± z √(θ(1−θ)/n) stand in.
#[must_use]
pub fn funnel_limits(n: u64, target: f64) -> Option<FunnelLimits> {
    if n == 0 || !(0.0..=1.0).contains(&target) {
        return None;
    }
    if n > EXACT_UP_TO {
        return Some(limits_by(|z| {
            let half = z * (target * (1.0 - target) / real(n)).sqrt();
            ((target - half).max(0.0), (target + half).min(1.0))
        }));
    }
    Some(FunnelLimits {
        low_998: lower_line(n, target, 0.001),
        low_95: lower_line(n, target, 0.025),
        high_95: 1.0 - lower_line(n, 1.0 - target, 0.025),
        high_998: 1.0 - lower_line(n, 1.0 - target, 0.001),
    })
}

/// Where the count lies, by P(X ≤ k) and P(X ≥ k) at the target: beyond 95 % if at most 0.025, far beyond if at most
/// 0.001. `None` for n = 0 or a target outside 0..=1.
#[must_use]
pub fn place(count: Count, target: f64) -> Option<Place> {
    if count.n() == 0 || !(0.0..=1.0).contains(&target) {
        return None;
    }
    let (low, high) = (tail_le(count.k(), count.n(), target), tail_ge(count.k(), count.n(), target));
    Some(match () {
        () if low <= 0.001 => Place::FarBelow,
        () if high <= 0.001 => Place::FarAbove,
        () if low <= 0.025 => Place::Below,
        () if high <= 0.025 => Place::Above,
        () => Place::Within,
    })
}

fn lower_line(n: u64, target: f64, q: f64) -> f64 {
    // the least r with F(r) > q; F(n) = 1, so it exists
    let (mut below, mut r) = (0, n);
    if tail_le(0, n, target) > q {
        r = 0;
    }
    while r > 0 && r - below > 1 {
        let middle = below + (r - below) / 2;
        if tail_le(middle, n, target) > q {
            r = middle;
        } else {
            below = middle;
        }
    }
    let (at, before) = (tail_le(r, n, target), if r == 0 { 0.0 } else { tail_le(r - 1, n, target) });
    ((real(r) - (at - q) / (at - before)) / real(n)).clamp(0.0, 1.0)
}

fn limits_by(at: impl Fn(f64) -> (f64, f64)) -> FunnelLimits {
    let ((low_95, high_95), (low_998, high_998)) = (at(Z95), at(Z998));
    FunnelLimits { low_998, low_95, high_95, high_998 }
}

/// Spread between departments beyond chance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dispersion {
    /// φ: mean of the squared winsorised z; 1 is chance alone. Shown beside the chart.
    pub phi: f64,
    /// τ²: variance between departments on the arcsine scale, 0 unless mφ > m−1.
    pub tau_squared: f64,
}

/// Over-dispersion by Spiegelhalter's additive model: z = 2√n (asin√p − asin√θ), 10 % winsorised at each end (type 7
/// quantiles), φ = Σz²/m, τ² = (mφ − (m−1)) / (Σw − Σw²/Σw) with w = 4n (FunnelPlotR 0.6, `od_adjustment`).
///
/// Departments without answers are left out. `None` with fewer than 10 departments or a target outside 0..=1.
#[must_use]
pub fn dispersion(departments: &[Count], target: f64) -> Option<Dispersion> {
    if !(0.0..=1.0).contains(&target) {
        return None;
    }
    let middle = target.sqrt().asin();
    let filled: Vec<(f64, f64)> =
        departments.iter().filter_map(|c| Some((c.rate()?.sqrt().asin(), real(c.n())))).collect();
    let m = real_len(filled.len());
    if m < 10.0 {
        return None;
    }
    let z: Vec<f64> = filled.iter().map(|(y, n)| 2.0 * n.sqrt() * (y - middle)).collect();
    let (low, high) = (quantile_7(&z, 0.1)?, quantile_7(&z, 0.9)?);
    let phi = z.iter().map(|z| z.clamp(low, high).powi(2)).sum::<f64>() / m;
    let (w, ww) = filled.iter().fold((0.0, 0.0), |(w, ww), (_, n)| (w + 4.0 * n, ww + 16.0 * n * n));
    let excess = m * phi - (m - 1.0);
    let tau_squared = if excess > 0.0 { (excess / (w - ww / w)).max(0.0) } else { 0.0 };
    Some(Dispersion { phi, tau_squared })
}

/// Limits widened for over-dispersion: sin²(asin√θ ± z √(1/4n + τ²)), kept on the scale. `None` for n = 0, a target
/// outside 0..=1, or a τ² that is negative or not finite.
#[must_use]
pub fn dispersed_limits(n: u64, target: f64, tau_squared: f64) -> Option<FunnelLimits> {
    if n == 0 || !(0.0..=1.0).contains(&target) || !(tau_squared >= 0.0 && tau_squared.is_finite()) {
        return None;
    }
    let (middle, sigma) = (target.sqrt().asin(), (0.25 / real(n) + tau_squared).sqrt());
    let back = |y: f64| y.clamp(0.0, std::f64::consts::FRAC_PI_2).sin().powi(2);
    Some(limits_by(|z| (back(middle - z * sigma), back(middle + z * sigma))))
}

/// The target of a comparison: Σk/Σn, 0..=1. `None` when nobody answered.
#[must_use]
pub fn pooled_rate(departments: &[Count]) -> Option<f64> {
    let (yes, all) = Count::total(departments.iter().copied());
    (all > 0).then(|| real_signed(yes) / real_signed(all))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::vectors::{cases, close, counts, int, number, numbers};

    fn lines(l: FunnelLimits) -> [f64; 4] {
        [l.low_998, l.low_95, l.high_95, l.high_998]
    }

    #[test]
    fn limits_agree_with_scipy() {
        for c in cases("funnels") {
            let got = lines(funnel_limits(int(&c["n"]), number(&c["theta"])).unwrap());
            got.into_iter().zip(numbers(&c["lines"])).for_each(|(got, want)| close(got, want, 1e-11));
        }
    }

    #[test]
    fn one_of_one_satisfied_is_nothing_special() {
        assert_eq!(place(Count::new(1, 1).unwrap(), 0.85), Some(Place::Within));
        assert_eq!(funnel_limits(1, 0.85).unwrap().high_998, 1.0);
    }

    #[test]
    fn over_dispersion_agrees_with_numpy() {
        for c in cases("dispersions") {
            let (departments, theta) = (counts(&c["counts"]), number(&c["theta"]));
            close(pooled_rate(&departments).unwrap(), theta, 1e-15);
            let d = dispersion(&departments, theta).unwrap();
            close(d.phi, number(&c["phi"]), 1e-12);
            close(d.tau_squared, number(&c["tau2"]), 1e-14);
            for (n, want) in [5, 50, 500].into_iter().zip(c["lines"].as_array().unwrap()) {
                let got = lines(dispersed_limits(n, theta, d.tau_squared).unwrap());
                got.into_iter().zip(numbers(want)).for_each(|(got, want)| close(got, want, 1e-12));
            }
        }
    }

    #[test]
    fn nine_departments_say_nothing_about_dispersion() {
        assert_eq!(dispersion(&[Count::new(8, 10).unwrap(); 9], 0.8), None);
    }

    proptest! {
        #[test]
        fn lines_and_decisions_agree(n in 1_u64..3000, k: u64, theta in 0.01..0.99_f64) {
            let count = Count::new(k % (n + 1), n).unwrap();
            let (rate, l) = (count.rate().unwrap(), funnel_limits(n, theta).unwrap());
            let slack = 1e-9;
            match place(count, theta).unwrap() {
                Place::FarBelow => prop_assert!(rate <= l.low_998 + slack),
                Place::Below => prop_assert!(rate <= l.low_95 + slack && rate >= l.low_998 - slack),
                Place::Within => prop_assert!(rate >= l.low_95 - slack && rate <= l.high_95 + slack),
                Place::Above => prop_assert!(rate >= l.high_95 - slack && rate <= l.high_998 + slack),
                Place::FarAbove => prop_assert!(rate >= l.high_998 - slack),
            }
        }

        #[test]
        fn any_input_gives_an_answer(a: u64, b: u64, theta: f64, tau: f64) {
            let count = Count::new(a.min(b), a.max(b)).unwrap();
            let _ = (place(count, theta), dispersion(&[count; 12], theta), dispersed_limits(a, theta, tau));
            for theta in [theta, theta.abs().fract()] {
                if let Some(l) = funnel_limits(a, theta) {
                    prop_assert!(l.low_998 <= l.low_95 && l.low_95 <= l.high_95 && l.high_95 <= l.high_998);
                }
            }
        }
    }
}
