//! Departments with a different mix of channels, compared as if they had the same one.

use super::proportion::wilson_of;
use super::{Count, Interval, real, real_signed};

/// One channel of one department, and that channel's weight for everyone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// The department's answers in the channel.
    pub count: Count,
    /// The channel's size over all departments (answers or services), the same for each department.
    pub weight: u64,
}

/// A directly standardised rate, shown beside the crude one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standardised {
    /// Σk/Σn as it is, 0..=1.
    pub crude: f64,
    /// Σ W_h p_h over the channels the department has, W rescaled to sum to 1; 0..=1.
    pub rate: f64,
    /// √Σ W_h² p_h(1−p_h)/n_h, 0..=1.
    pub error: f64,
    /// Wilson's 95 % interval with 1/Σ(W_h²/n_h) in the place of n; it has a width also when the error is 0.
    pub interval: Interval,
    /// Share of the common weight that lies in channels the department has, 0..=1; nothing is extrapolated to the rest.
    pub covered: f64,
}

/// Direct standardisation (Fay & Feuer 1997). `None` when no channel with a weight has answers.
#[must_use]
pub fn standardise(channels: &[Cell]) -> Option<Standardised> {
    let weight = |cells: &mut dyn Iterator<Item = &Cell>| real_signed(cells.map(|c| i128::from(c.weight)).sum());
    let all = weight(&mut channels.iter());
    let shared = weight(&mut channels.iter().filter(|c| c.count.n() > 0));
    if shared <= 0.0 {
        return None;
    }
    let (yes, answers) = Count::total(channels.iter().map(|c| c.count));
    let (mut rate, mut variance, mut squares) = (0.0, 0.0, 0.0);
    for cell in channels {
        let Some(p) = cell.count.rate() else { continue };
        let (share, n) = (real(cell.weight) / shared, real(cell.count.n()));
        rate += share * p;
        variance += share * share * p * (1.0 - p) / n;
        squares += share * share / n;
    }
    let rate = rate.clamp(0.0, 1.0);
    let i = wilson_of(rate, 1.0 / squares);
    Some(Standardised {
        crude: real_signed(yes) / real_signed(answers),
        rate,
        error: variance.sqrt(),
        interval: Interval { low: i.low.clamp(0.0, 1.0), high: i.high.clamp(0.0, 1.0) },
        covered: shared / all,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::vectors::{cases, close, int, number};

    fn cell(k: u64, n: u64, weight: u64) -> Cell {
        Cell { count: Count::new(k, n).unwrap(), weight }
    }

    #[test]
    fn admissions_at_berkeley() {
        for c in cases("standardised") {
            let cells: Vec<_> =
                c["cells"].as_array().unwrap().iter().map(|x| cell(int(&x[0]), int(&x[1]), int(&x[2]))).collect();
            let s = standardise(&cells).unwrap();
            close(s.crude, number(&c["crude"]), 1e-15);
            close(s.rate, number(&c["rate"]), 1e-14);
            close(s.error, number(&c["error"]), 1e-14);
            assert!(s.covered == 1.0 && s.interval.contains(s.rate));
        }
    }

    #[test]
    fn a_missing_channel_is_left_out_and_told() {
        let s = standardise(&[cell(8, 10, 75), cell(0, 0, 25)]).unwrap();
        assert_eq!((s.rate, s.covered), (0.8, 0.75));
        assert_eq!(standardise(&[cell(0, 0, 25)]), None);
        assert_eq!(standardise(&[cell(1, 2, 0)]), None);
    }

    proptest! {
        #[test]
        fn any_cells_give_an_answer(raw: [(u64, u64, u64); 5]) {
            let cells: Vec<_> = raw.iter().map(|(a, b, w)| cell(*a.min(b), *a.max(b), *w)).collect();
            if let Some(s) = standardise(&cells) {
                prop_assert!((0.0..=1.0).contains(&s.rate) && s.interval.low <= s.interval.high);
            }
        }
    }
}
