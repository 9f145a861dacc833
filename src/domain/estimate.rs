//! What the sampled follow-up says of all services of the quarter: the plain share with its error as a draw from a
//! finite frame, and beside it the share weighted by stratum (STATISTICS rows 6 and 8). The verdict stays with the plain
//! share.

use super::points::{percent_4dp, round_4dp};
use crate::stats::sampling::{self, Stratum};
use crate::stats::{Count, Interval};

/// A stratum has at least so many answers before it has a weight of its own; smaller ones are joined.
const FLOOR: u64 = 10;

/// Below this share of the frame, in percent, the correction changes nothing worth showing.
const CORRECTED_FROM: u64 = 5;

/// One stratum: a department and a channel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cell {
    /// Services in the frame.
    pub eligible: u32,
    /// Of these, drawn.
    pub drawn: u32,
    /// Of these, answered with a valid overall answer.
    pub n: u32,
    /// Of these, satisfied.
    pub satisfied: u32,
}

/// What a sample says, in percent rounded to four decimals; intervals are those of 95 %.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Estimate {
    /// The sums of its strata.
    pub total: Cell,
    /// The plain share; `None` if nobody answered.
    pub value: Option<f64>,
    /// The interval with the correction for a finite frame; `None` where answers are 5 % of the frame or less, or more
    /// than the frame.
    pub corrected: Option<(f64, f64)>,
    /// The standard error with that correction, in percentage points; `None` likewise, and for one answer.
    pub error: Option<f64>,
    /// The weighted share; `None` with a single stratum, or where too few answered for a weight.
    pub weighted: Option<WeightedShare>,
}

/// The share weighted by the services of each stratum.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightedShare {
    /// In percent.
    pub value: f64,
    /// The 95 % interval.
    pub interval: (f64, f64),
    /// Kish's design effect, at least 1.
    pub design_effect: f64,
    /// Strata that have a weight; small ones count together.
    pub strata: usize,
}

/// The estimate from some strata.
pub fn estimate(cells: &[Cell]) -> Estimate {
    let mut total = Cell::default();
    for cell in cells {
        total.eligible += cell.eligible;
        total.drawn += cell.drawn;
        total.n += cell.n;
        total.satisfied += cell.satisfied;
    }
    let (n, frame) = (u64::from(total.n), u64::from(total.eligible));
    let corrected = Count::new(total.satisfied.into(), n)
        .filter(|_| n * 100 > frame * CORRECTED_FROM)
        .and_then(|count| sampling::of_frame(count, frame));
    Estimate {
        value: percent_4dp(total.satisfied, total.n),
        corrected: corrected.map(|estimate| percent(estimate.interval)),
        error: corrected.and_then(|estimate| estimate.error).map(|error| round_4dp(error * 100.0)),
        weighted: weighted(cells),
        total,
    }
}

fn weighted(cells: &[Cell]) -> Option<WeightedShare> {
    let strata: Vec<Stratum> = cells
        .iter()
        .filter_map(|cell| {
            let count = Count::new(cell.satisfied.into(), cell.n.into())?;
            Some(Stratum { count, eligible: cell.eligible.into() })
        })
        .collect();
    let joined = sampling::collapse(&strata, FLOOR);
    if joined.len() < 2 {
        return None;
    }
    let found = sampling::post_stratified(&joined)?;
    Some(WeightedShare {
        value: round_4dp(found.rate * 100.0),
        interval: percent(found.interval),
        design_effect: found.design_effect,
        strata: joined.len(),
    })
}

fn percent(share: Interval) -> (f64, f64) {
    (round_4dp(share.low * 100.0), round_4dp(share.high * 100.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::vectors::{cases, int, number};

    fn cell(eligible: u32, n: u32, satisfied: u32) -> Cell {
        Cell { eligible, drawn: n, n, satisfied }
    }

    fn small(value: &serde_json::Value) -> u32 {
        u32::try_from(int(value)).unwrap()
    }

    /// The values are those of numpy and statsmodels; R's `svymean` with a finite population has the same formula.
    #[test]
    fn error_and_interval_are_corrected_for_the_frame() {
        for c in cases("frames") {
            let found = estimate(&[cell(small(&c["frame"]), small(&c["n"]), small(&c["k"]))]);
            if found.total.n * 20 <= found.total.eligible {
                assert_eq!(found.corrected, None, "{c}");
                continue;
            }
            let expected = |value: &serde_json::Value| round_4dp(number(value) * 100.0);
            assert_eq!(found.corrected, Some((expected(&c["interval"][0]), expected(&c["interval"][1]))), "{c}");
            assert_eq!(found.error, c["error"].as_f64().map(|error| round_4dp(error * 100.0)), "{c}");
        }
    }

    #[test]
    fn the_weighted_share_is_that_of_numpy() {
        for c in cases("strata") {
            let strata = c["strata"].as_array().unwrap();
            let cells: Vec<_> = strata.iter().map(|s| cell(small(&s[2]), small(&s[1]), small(&s[0]))).collect();
            if cells.iter().all(|cell| u64::from(cell.n) >= FLOOR) {
                let value = estimate(&cells).weighted.unwrap().value;
                assert_eq!(value, round_4dp(number(&c["rate"]) * 100.0), "{c}");
            }
        }
    }

    #[test]
    fn a_small_part_of_the_frame_needs_no_correction_and_a_whole_one_has_no_error() {
        assert_eq!(estimate(&[cell(1000, 50, 40)]).corrected, None);
        let whole = estimate(&[cell(10, 10, 9)]);
        assert_eq!((whole.corrected, whole.error), (Some((90.0, 90.0)), Some(0.0)));
    }

    /// Worked by hand: (600 · 0.9 + 200 · 0.5) / 800.
    #[test]
    fn weights_follow_the_services_and_not_the_answers() {
        let found = estimate(&[cell(600, 20, 18), cell(200, 20, 10)]);
        assert_eq!(found.value, Some(70.0));
        assert_eq!(found.weighted.map(|w| (w.value, w.strata)), Some((80.0, 2)));
    }

    #[test]
    fn strata_with_few_answers_are_joined_before_they_are_weighted() {
        let found = estimate(&[cell(600, 20, 18), cell(200, 20, 10), cell(50, 3, 3)]);
        assert_eq!(found.weighted.map(|w| w.strata), Some(2));
        assert_eq!(estimate(&[cell(600, 9, 9), cell(200, 9, 9)]).weighted, None, "one stratum is left");
    }

    #[test]
    fn nobody_answered_and_nothing_is_said() {
        let found = estimate(&[cell(600, 0, 0)]);
        assert_eq!((found.value, found.corrected, found.weighted), (None, None, None));
    }
}
