//! The few distribution functions the rest leans on, each bounded in work.
//!
//! statrs 0.19 is exact for the normal and the Student quantile in the range used here, but its beta quantile can run
//! without end and its beta distribution loses digits from shapes of about 10,000. The binomial mass here follows
//! Loader 2000 ("Fast and accurate computation of binomial probabilities", as in R), the incomplete beta function
//! Lentz's continued fraction; against mpmath the relative error stays below 1e-11 up to shapes of 100,000.

use statrs::distribution::{Continuous, ContinuousCDF, Normal, StudentsT};

use super::Z95;

/// Steps of the continued fraction, which needs some √min(a, b) of them.
const MAX_STEPS: u32 = 500_000;

/// From here on for both shapes the beta distribution is taken as normal on the arcsine scale (absolute error 1e-5).
const HUGE: f64 = 1e9;

/// Lower and upper tail of a continuous distribution; the smaller one keeps its relative accuracy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Tails {
    pub lower: f64,
    pub upper: f64,
}

/// What Stirling's formula misses: ln Γ(n+1) − (n+½) ln n + n − ½ ln 2π, for n > 0.
fn stirling_error(mut n: f64) -> f64 {
    // B_{2j} / (2j(2j−1)), from the last term to the first
    const SERIES: [f64; 8] = [
        -3617.0 / 122_400.0,
        1.0 / 156.0,
        -691.0 / 360_360.0,
        1.0 / 1188.0,
        -1.0 / 1680.0,
        1.0 / 1260.0,
        -1.0 / 360.0,
        1.0 / 12.0,
    ];
    let mut shift = 0.0;
    while n < 12.0 {
        shift += (n + 0.5) * (1.0 / n).ln_1p() - 1.0;
        n += 1.0;
    }
    let square = 1.0 / (n * n);
    shift + SERIES.iter().fold(0.0, |sum, c| sum * square + c) / n
}

/// Loader's deviance x ln(x/m) + m − x, without the cancellation near x = m.
fn deviance(x: f64, m: f64) -> f64 {
    if (x - m).abs() < 0.1 * (x + m) {
        let v = (x - m) / (x + m);
        let mut sum = (x - m) * v;
        let mut term = 2.0 * x * v;
        let mut odd = 1.0;
        for _ in 0..1000 {
            term *= v * v;
            odd += 2.0;
            let next = sum + term / odd;
            if next == sum {
                break;
            }
            sum = next;
        }
        return sum;
    }
    x * (x / m).ln() + m - x
}

/// Γ(n+1) / (Γ(x+1) Γ(n−x+1)) p^x q^(n−x), for real 0 ≤ x ≤ n and q = 1 − p.
pub(crate) fn binomial_mass(x: f64, n: f64, p: f64, q: f64) -> f64 {
    let y = n - x;
    if p <= 0.0 {
        return if x <= 0.0 { 1.0 } else { 0.0 };
    }
    if q <= 0.0 {
        return if y <= 0.0 { 1.0 } else { 0.0 };
    }
    if x <= 0.0 {
        return (n * if p < 0.5 { (-p).ln_1p() } else { q.ln() }).exp();
    }
    if y <= 0.0 {
        return (n * if q < 0.5 { (-q).ln_1p() } else { p.ln() }).exp();
    }
    let log = stirling_error(n) - stirling_error(x) - stirling_error(y) - deviance(x, n * p) - deviance(y, n * q);
    log.exp() * (n / (std::f64::consts::TAU * x * y)).sqrt()
}

/// mean^x e^(−mean) / Γ(x+1), for whole x ≥ 0 and mean > 0, in Loader's way.
pub(crate) fn poisson_mass(x: f64, mean: f64) -> f64 {
    if x <= 0.0 {
        return (-mean).exp();
    }
    (-stirling_error(x) - deviance(x, mean)).exp() / (std::f64::consts::TAU * x).sqrt()
}

/// The continued fraction of the incomplete beta function by Lentz's method, for x below the mean.
fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let keep = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / keep(1.0 - (a + b) * x / (a + 1.0));
    let mut h = d;
    for m in 1..=MAX_STEPS {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / keep(1.0 + even * d);
        c = keep(1.0 + even / c);
        h *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / keep(1.0 + odd * d);
        c = keep(1.0 + odd / c);
        let step = d * c;
        h *= step;
        if (step - 1.0).abs() <= 1.5 * f64::EPSILON {
            break;
        }
    }
    h
}

/// Both tails of Beta(a, b) at x, given also y = 1 − x; a and b positive, else both are NaN.
pub(crate) fn beta_tails(a: f64, b: f64, x: f64, y: f64) -> Tails {
    if !(a > 0.0 && b > 0.0 && a.is_finite() && b.is_finite()) || x.is_nan() {
        return Tails { lower: f64::NAN, upper: f64::NAN };
    }
    if x <= 0.0 {
        return Tails { lower: 0.0, upper: 1.0 };
    }
    if y <= 0.0 {
        return Tails { lower: 1.0, upper: 0.0 };
    }
    if a.min(b) > HUGE {
        let z = 2.0 * (a + b).sqrt() * (x.sqrt().asin() - (a / (a + b)).sqrt().asin());
        return Tails { lower: normal_upper(-z), upper: normal_upper(z) };
    }
    let mass = binomial_mass(a, a + b, x, y);
    if x < (a + 1.0) / (a + b + 2.0) {
        let lower = (mass * b / (a + b) * beta_fraction(a, b, x)).clamp(0.0, 1.0);
        Tails { lower, upper: 1.0 - lower }
    } else {
        let upper = (mass * a / (a + b) * beta_fraction(b, a, y)).clamp(0.0, 1.0);
        Tails { lower: 1.0 - upper, upper }
    }
}

/// The x with lower tail `q` of Beta(a, b), by Newton's method kept inside a shrinking bracket: 200 steps at most,
/// absolute error below 1e-14 for shapes up to 100,000. `q` outside (0, 1) gives the nearer end; bad shapes NaN.
pub(crate) fn beta_quantile(a: f64, b: f64, q: f64) -> f64 {
    if !(a > 0.0 && b > 0.0 && a.is_finite() && b.is_finite()) || q.is_nan() {
        return f64::NAN;
    }
    if q <= 0.0 {
        return 0.0;
    }
    if q >= 1.0 {
        return 1.0;
    }
    let (mut low, mut high) = (0.0, 1.0);
    let mut x = a / (a + b);
    for _ in 0..200 {
        let tails = beta_tails(a, b, x, 1.0 - x);
        let miss = if q < 0.5 { tails.lower - q } else { (1.0 - q) - tails.upper };
        if miss > 0.0 {
            high = x;
        } else {
            low = x;
        }
        // the density, from the same mass: b(x; a, b) = mass · ab / ((a+b) x (1−x))
        let density = binomial_mass(a, a + b, x, 1.0 - x) * a * b / ((a + b) * x * (1.0 - x));
        let step = miss / density;
        if step.abs() <= 1e-14 * x || high - low <= 1e-17 {
            break;
        }
        let newton = x - step;
        x = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
    }
    x
}

/// P(Z ≥ z) for the standard normal distribution; relative error below 1e-10.
pub(crate) fn normal_upper(z: f64) -> f64 {
    Normal::standard().sf(z)
}

/// P(T ≥ t) for Student's distribution with `df` > 0 degrees of freedom.
pub(crate) fn student_upper(t: f64, df: f64) -> f64 {
    let (square, sum) = (t * t, df + t * t);
    if !sum.is_finite() {
        return if t > 0.0 { 0.0 } else { 1.0 };
    }
    let outer = 0.5 * beta_tails(0.5 * df, 0.5, df / sum, square / sum).lower;
    if t > 0.0 { outer } else { 1.0 - outer }
}

/// The 97.5 % point of Student's distribution: statrs up to 1,000 degrees of freedom (relative error 5e-13), beyond
/// that the Cornish-Fisher series (Abramowitz & Stegun 26.7.5; error below 1e-15).
pub(crate) fn student_975(df: u64) -> f64 {
    let v = super::real(df.max(1));
    if df <= 1000
        && let Ok(student) = StudentsT::new(0.0, 1.0, v)
    {
        let t = student.inverse_cdf(0.975);
        // one Newton step takes the remaining error of the statrs root
        return t + (student_upper(t, v) - 0.025) / student.pdf(t);
    }
    let z = Z95;
    let s = z * z;
    let terms = [
        z * (s + 1.0) / 4.0,
        z * ((5.0 * s + 16.0) * s + 3.0) / 96.0,
        z * (((3.0 * s + 19.0) * s + 17.0) * s - 15.0) / 384.0,
        z * ((((79.0 * s + 776.0) * s + 1482.0) * s - 1920.0) * s - 945.0) / 92_160.0,
    ];
    z + terms.iter().rev().fold(0.0, |sum, c| (sum + c) / v)
}

/// The 2.5 % or other lower quantile of the F distribution with real degrees of freedom.
pub(crate) fn f_quantile(d1: f64, d2: f64, q: f64) -> f64 {
    let x = beta_quantile(0.5 * d1, 0.5 * d2, q);
    d2 * x / (d1 * (1.0 - x))
}

/// ψ(x), the derivative of ln Γ, for x > 0: shifted up, then its asymptotic series (Abramowitz & Stegun 6.3.18).
pub(crate) fn digamma(mut x: f64) -> f64 {
    const SERIES: [f64; 7] =
        [1.0 / 12.0, -691.0 / 32_760.0, 1.0 / 132.0, -1.0 / 240.0, 1.0 / 252.0, -1.0 / 120.0, 1.0 / 12.0];
    let mut shift = 0.0;
    while x < 12.0 {
        shift -= 1.0 / x;
        x += 1.0;
    }
    let square = 1.0 / (x * x);
    shift + x.ln() - 0.5 / x - square * SERIES.iter().fold(0.0, |sum, c| sum * square + c)
}

/// The root of a falling function between `low` and `high`, or the end nearest to it: the Illinois secant with
/// halving as a fallback, 200 steps at most.
pub(crate) fn falling_root(mut low: f64, mut high: f64, f: impl Fn(f64) -> f64) -> f64 {
    let (mut at_low, mut at_high) = (f(low), f(high));
    if at_low.is_nan() || at_low <= 0.0 {
        return low;
    }
    if at_high.is_nan() || at_high >= 0.0 {
        return high;
    }
    let mut last = 0;
    for step in 0..200 {
        let secant = (low * at_high - high * at_low) / (at_high - at_low);
        let inside = secant > low && secant < high && step % 4 != 3;
        let middle = if inside { secant } else { 0.5 * (low + high) };
        let value = f(middle);
        if value > 0.0 {
            (low, at_low) = (middle, value);
            if last == 1 {
                at_high *= 0.5;
            }
            last = 1;
        } else {
            (high, at_high) = (middle, value);
            if last == -1 {
                at_low *= 0.5;
            }
            last = -1;
        }
        if value == 0.0 {
            return middle;
        }
        if high - low <= 4.0 * f64::EPSILON * (low.abs() + high.abs()) {
            break;
        }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn close(a: f64, b: f64, relative: f64) {
        assert!((a / b - 1.0).abs() <= relative, "{a:e} is not {b:e}");
    }

    #[test]
    fn beta_tails_as_mpmath_gives_them() {
        close(beta_tails(90_000.0, 10_001.0, 0.9, 0.1).lower, 0.502_663_272_536_635, 1e-12);
        close(beta_tails(85_500.0, 14_501.0, 0.85, 0.15).lower, 4.432_934_542_792_174_5e-6, 1e-12);
        close(beta_tails(1.0, 100_000.0, 1e-5, 1.0 - 1e-5).lower, 0.632_122_398_233_427_8, 1e-13);
    }

    #[test]
    fn student_as_scipy_gives_it() {
        for (df, t) in [
            (1, 12.706_204_736_174_694),
            (2, 4.302_652_729_749_462),
            (30, 2.042_272_456_301_237_8),
            (1000, 1.962_339_080_826_408_3),
            (1001, 1.962_336_705_280_879_8),
            (100_000, 1.959_987_707_534_609_5),
        ] {
            close(student_975(df), t, 5e-13);
        }
    }

    #[test]
    fn quantiles_at_which_statrs_never_returns() {
        close(beta_quantile(1.0, 1e7, 0.975), 3.688_878_774_111_373_4e-7, 1e-9);
        let x = beta_quantile(2.0, 9_999_999.0, 0.975);
        close(beta_tails(2.0, 9_999_999.0, x, 1.0 - x).upper, 0.025, 1e-9);
        assert!(beta_quantile(200.0, 2.0, 1e-60) < 0.5);
    }

    proptest! {
        #[test]
        fn the_quantile_inverts_the_tail(a in 1e-2..2e3_f64, b in 1e-2..2e3_f64, q in 1e-6..0.999_999_f64) {
            let x = beta_quantile(a, b, q);
            let tails = beta_tails(a, b, x, 1.0 - x);
            // where the distribution is a step (tiny shapes) the nearest float is all there is
            let near = |d: f64| beta_tails(a, b, x + d, 1.0 - x - d).lower;
            prop_assert!((tails.lower - q).abs() < 1e-9 || (near(-1e-13) <= q && q <= near(1e-13)));
        }

        #[test]
        fn any_shapes_give_an_answer(a: f64, b: f64, x: f64, q: f64) {
            let _ = beta_tails(a, b, x, 1.0 - x);
            let _ = beta_quantile(a, b, q);
            let _ = student_upper(x, a.abs());
            let _ = binomial_mass(a.abs().min(b.abs()), b.abs(), x.clamp(0.0, 1.0), 1.0 - x.clamp(0.0, 1.0));
        }
    }
}
