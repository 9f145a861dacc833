//! Key drivers: with which questions the overall answer goes together. Association, never cause.

use crate::stats::drivers::{Complete, drivers};

/// The fewest complete answers, whatever the number of questions; with many questions it is ten for each (STATISTICS row
/// 21).
pub const MIN_ANSWERS: usize = 50;

/// What may be said.
#[derive(Debug, Clone, PartialEq)]
pub enum KeyDrivers {
    /// There are not enough complete answers.
    TooFew {
        /// Complete answers there are.
        n: usize,
        /// Those that are needed.
        needed: usize,
    },
    /// The answers don't allow it: a question always answered alike, or two that are always answered the same.
    Undetermined {
        /// Complete answers there are.
        n: usize,
    },
    /// How much each question goes together with the overall answer.
    Found {
        /// Complete answers.
        n: usize,
        /// Share of the overall answer's variation that the questions account for together, 0..=1.
        r_squared: f64,
        /// Of that, the share that falls to each question, 0..=1, in the order of the items; the sum is 1.
        shares: Vec<f64>,
    },
}

/// The key drivers among `items` questions.
pub fn key_drivers(answers: &[Complete], items: usize) -> KeyDrivers {
    let (n, needed) = (answers.len(), MIN_ANSWERS.max(items * 10));
    if n < needed {
        return KeyDrivers::TooFew { n, needed };
    }
    match drivers(answers) {
        Some(found) if found.r_squared > 0.0 => KeyDrivers::Found {
            n,
            r_squared: found.r_squared.clamp(0.0, 1.0),
            shares: found.parts.iter().map(|part| (part / found.r_squared).clamp(0.0, 1.0)).collect(),
        },
        _ => KeyDrivers::Undetermined { n },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(count: i64) -> Vec<Complete> {
        (0..count).map(|i| Complete { items: vec![i * 37 % 101, i * 53 % 97], overall: i * 37 % 101 + i % 3 }).collect()
    }

    #[test]
    fn fifty_answers_are_needed_or_ten_for_each_question() {
        assert_eq!(key_drivers(&answers(49), 2), KeyDrivers::TooFew { n: 49, needed: 50 });
        assert_eq!(key_drivers(&answers(69), 7), KeyDrivers::TooFew { n: 69, needed: 70 });
    }

    #[test]
    fn the_shares_are_of_what_is_explained() {
        let KeyDrivers::Found { n, r_squared, shares } = key_drivers(&answers(200), 2) else { panic!() };
        assert!(n == 200 && r_squared > 0.99 && shares[0] > 0.9, "{r_squared} {shares:?}");
        assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn answers_that_never_differ_say_nothing() {
        let alike = vec![Complete { items: vec![10_000, 8_500], overall: 10_000 }; 60];
        assert_eq!(key_drivers(&alike, 2), KeyDrivers::Undetermined { n: 60 });
    }
}
