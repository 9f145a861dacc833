//! Optional questions with a scale of their own: recommendation (NPS), effort (CES), and a weighted index.

use super::mean::mean_interval;
use super::{Interval, Z95, real, real_signed, wilson};

/// Net promoter score, −100..=100 points, never shown without its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nps {
    /// 100 (promoters − detractors)/n (Reichheld 2003).
    pub score: f64,
    /// 100 √((P + D − (P−D)²)/n), from the multinomial variance.
    pub error: f64,
    /// Score ± 1.96 errors, cut to the scale; `None` below 30 answers and when all answers are of one kind, where the
    /// normal interval says too little (Rocks 2016).
    pub interval: Option<Interval>,
}

/// NPS from the counts of answers 9–10 (promoters), 7–8 (passives) and 0–6 (detractors) on 0..=10. `None` without
/// answers.
#[must_use]
pub fn nps(promoters: u64, passives: u64, detractors: u64) -> Option<Nps> {
    let n = real_signed(i128::from(promoters) + i128::from(passives) + i128::from(detractors));
    if n <= 0.0 {
        return None;
    }
    let (up, down) = (real(promoters) / n, real(detractors) / n);
    let difference = up - down;
    let error = 100.0 * ((up + down - difference * difference).max(0.0) / n).sqrt();
    let score = 100.0 * difference;
    let interval = (n >= 30.0 && error > 0.0)
        .then(|| Interval { low: score - Z95 * error, high: score + Z95 * error }.clip(-100.0, 100.0));
    Some(Nps { score, error, interval })
}

/// Customer effort score on 1..=7, "made it easy": 7 is full agreement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ces {
    /// Mean, 1..=7.
    pub mean: f64,
    /// The 95 % t interval of the mean, cut to the scale; `None` for fewer than two answers or without spread.
    pub interval: Option<Interval>,
    /// Share of answers 5, 6 and 7, 0..=1.
    pub agree: f64,
    /// Wilson's 95 % interval of that share.
    pub agree_interval: Interval,
}

/// CES from the counts of the answers 1 to 7 (CES 2.0, Dixon 2013). `None` without answers or beyond 10^12 of them.
#[must_use]
pub fn ces(counts: &[u64; 7]) -> Option<Ces> {
    let n: u64 =
        counts.iter().try_fold(0_u64, |n, &c| n.checked_add(c)).filter(|n| (1..=1_000_000_000_000).contains(n))?;
    // in hundredths, as means are kept everywhere
    let (mut sum, mut squares) = (0_i64, 0_i64);
    for (value, &count) in (1_i64..).zip(counts) {
        let count = i64::try_from(count).ok()?;
        sum += 100 * value * count;
        squares += 10_000 * value * value * count;
    }
    let agree = counts.iter().skip(4).sum();
    Some(Ces {
        mean: real_signed(i128::from(sum)) / 100.0 / real(n),
        interval: mean_interval(n, sum, squares).map(|i| i.clip(1.0, 7.0)),
        agree: real(agree) / real(n),
        agree_interval: wilson(agree, n)?,
    })
}

/// One question of an index: its mean on its own scale, and its fixed weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IndexPart {
    /// Mean answer.
    pub mean: f64,
    /// Least value of the scale.
    pub min: f64,
    /// Greatest value of the scale, above `min`.
    pub max: f64,
    /// Positive.
    pub weight: f64,
}

/// A weighted satisfaction index, 0..=100: 100 Σ w (x̄ − min) / Σ w (max − min) (the ACSI's form, Fornell et al. 1996;
/// weights are set, not estimated). `None` without parts, for a mean outside its scale, or weights that are not
/// positive.
#[must_use]
pub fn index(parts: &[IndexPart]) -> Option<f64> {
    let (mut reached, mut possible) = (0.0, 0.0);
    for p in parts {
        if !(p.weight > 0.0 && p.min < p.max && (p.min..=p.max).contains(&p.mean)) {
            return None;
        }
        reached += p.weight * (p.mean - p.min);
        possible += p.weight * (p.max - p.min);
    }
    let index = 100.0 * (reached / possible);
    index.is_finite().then_some(index)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::vectors::{cases, close, close_interval, int, number};

    #[test]
    fn nps_agrees_with_numpy() {
        for c in cases("loyalties") {
            let n = &c["counts"];
            let got = nps(int(&n[0]), int(&n[1]), int(&n[2])).unwrap();
            close(got.score, number(&c["score"]), 1e-14);
            close(got.error, number(&c["error"]), 1e-14);
            assert_eq!(got.interval.is_some(), c["interval"].is_array());
            if let Some(i) = got.interval {
                close_interval(i, &c["interval"], 1e-13);
            }
        }
    }

    #[test]
    fn ces_agrees_with_scipy() {
        for c in cases("efforts") {
            let counts: Vec<u64> = c["counts"].as_array().unwrap().iter().map(int).collect();
            let got = ces(&counts.try_into().unwrap()).unwrap();
            close(got.mean, number(&c["mean"]), 1e-15);
            close(got.agree, number(&c["agree"]), 1e-15);
            close_interval(got.interval.unwrap(), &c["interval"], 1e-11);
            close_interval(got.agree_interval, &c["agree_interval"], 1e-13);
        }
    }

    #[test]
    fn nobody_has_no_score() {
        assert_eq!(nps(0, 0, 0), None);
        assert_eq!(ces(&[0; 7]), None);
    }

    #[test]
    fn the_index_is_a_share_of_the_scales() {
        let part = |mean, weight| IndexPart { mean, min: 1.0, max: 10.0, weight };
        assert_eq!(index(&[part(10.0, 1.0), part(1.0, 3.0)]), Some(25.0));
        assert_eq!(index(&[]), None);
        assert_eq!(index(&[part(11.0, 1.0)]), None);
    }

    proptest! {
        #[test]
        fn any_counts_give_an_answer(a: u64, b: u64, c: u64, seven: [u64; 7], x: f64, y: f64) {
            if let Some(n) = nps(a, b, c) {
                prop_assert!((-100.0..=100.0).contains(&n.score));
            }
            let _ = (ces(&seven), ces(&seven.map(|v| v >> 30)));
            let part = |min, max, weight| IndexPart { mean: x, min, max, weight };
            let _ = index(&[part(y, x, y), part(x, y, x)]);
        }
    }
}
