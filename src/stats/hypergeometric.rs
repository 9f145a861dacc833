//! Drawing without replacement, exactly: sums of masses from the observed count outwards.

use super::special::{binomial_mass, normal_upper};
use super::{proportion::EXACT_UP_TO, real};

/// A draw of n from a frame in which `satisfied` are satisfied.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Draw {
    n: u64,
    satisfied: u64,
    frame: u64,
}

impl Draw {
    /// `None` if n or `satisfied` exceeds the frame.
    pub(crate) fn new(n: u64, satisfied: u64, frame: u64) -> Option<Draw> {
        (n <= frame && satisfied <= frame).then_some(Draw { n, satisfied, frame })
    }

    /// Whether sums are exact here.
    pub(crate) fn is_exact(&self) -> bool {
        self.frame <= EXACT_UP_TO
    }

    fn least(&self) -> u64 {
        self.n.saturating_sub(self.frame - self.satisfied)
    }

    fn most(&self) -> u64 {
        self.n.min(self.satisfied)
    }

    /// P(X = x), by three binomial masses as in R (`dhyper`).
    fn mass(&self, x: u64) -> f64 {
        if x < self.least() || x > self.most() {
            return 0.0;
        }
        if self.n == 0 || self.n == self.frame {
            return 1.0;
        }
        let (n, yes, all) = (real(self.n), real(self.satisfied), real(self.frame));
        let (p, q) = (n / all, real(self.frame - self.n) / all);
        binomial_mass(real(x), yes, p, q) * binomial_mass(n - real(x), all - yes, p, q) / binomial_mass(n, all, p, q)
    }

    /// Σ of the masses from x away from the mode; stops when a term no longer counts, after about 10 √n of them.
    fn outwards(&self, x: u64, up: bool) -> f64 {
        let (n, yes, all) = (real(self.n), real(self.satisfied), real(self.frame));
        let (mut at, mut term, mut sum) = (real(x), self.mass(x), 0.0);
        for _ in 0..1_000_000 {
            sum += term;
            term *= if up {
                (yes - at) * (n - at) / ((at + 1.0) * (all - yes - n + at + 1.0))
            } else {
                at * (all - yes - n + at) / ((yes - at + 1.0) * (n - at + 1.0))
            };
            at += if up { 1.0 } else { -1.0 };
            // also ends the walk at the last possible count, where the ratio is 0
            if term <= sum * 1e-18 {
                break;
            }
        }
        sum.clamp(0.0, 1.0)
    }

    fn above_the_mean(&self, k: u64) -> bool {
        u128::from(k) * u128::from(self.frame) > u128::from(self.n) * u128::from(self.satisfied)
    }

    fn approximate_ge(&self, k: f64) -> f64 {
        let (n, yes, all) = (real(self.n), real(self.satisfied), real(self.frame));
        let share = yes / all;
        let deviation = (n * share * (1.0 - share) * (real(self.frame - self.n) / (all - 1.0))).sqrt();
        if deviation > 0.0 { normal_upper((k - 0.5 - n * share) / deviation) } else { 0.5 }
    }

    /// P(X ≥ k).
    pub(crate) fn tail_ge(&self, k: u64) -> f64 {
        match k {
            _ if k <= self.least() => 1.0,
            _ if k > self.most() => 0.0,
            _ if !self.is_exact() => self.approximate_ge(real(k)),
            _ if self.above_the_mean(k) => self.outwards(k, true),
            _ => 1.0 - self.outwards(k - 1, false),
        }
    }

    /// P(X ≤ k).
    pub(crate) fn tail_le(&self, k: u64) -> f64 {
        match k {
            _ if k >= self.most() => 1.0,
            _ if k < self.least() => 0.0,
            _ if !self.is_exact() => 1.0 - self.approximate_ge(real(k) + 1.0),
            _ if self.above_the_mean(k) => 1.0 - self.outwards(k + 1, true),
            _ => self.outwards(k, false),
        }
    }

    /// The two-sided p-value of Fisher 1935: Σ of all masses not above that of k (with R's slack of 1e-7 for ties).
    pub(crate) fn two_sided(&self, k: u64) -> f64 {
        let cut = self.mass(k) * (1.0 + 1e-7);
        let up = self.above_the_mean(k);
        // from the far end towards the mode the masses rise, so the first one too high can be found by halving
        let (mut in_tail, mut beyond) = if up { (self.least(), k) } else { (self.most(), k) };
        let own = if up { self.tail_ge(k) } else { self.tail_le(k) };
        if in_tail == k || self.mass(in_tail) > cut {
            return own.min(1.0);
        }
        while in_tail.abs_diff(beyond) > 1 {
            let middle = in_tail.midpoint(beyond);
            if self.mass(middle) > cut || (up && self.above_the_mean(middle)) || (!up && !self.above_the_mean(middle)) {
                beyond = middle;
            } else {
                in_tail = middle;
            }
        }
        let other = if up { self.outwards(in_tail, false) } else { self.outwards(in_tail, true) };
        (own + other).min(1.0)
    }
}
