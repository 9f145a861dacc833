//! What answers are worth (CONTRACT §8.3).

use serde::{Deserialize, Serialize};

use super::{Answers, Item, OVERALL, Questionnaire, SATISFIED_POINTS};

/// Share of the weight that must be answered before a response has points, in percent (FEATURES §3.2).
pub const MIN_ANSWERED_WEIGHT_PERCENT: u32 = 60;

/// What a response is worth.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Scored {
    /// Points of the overall answer.
    pub overall: Option<u8>,
    /// Weighted mean in hundredths of a point, half up; `None` if too little is answered.
    pub points: Option<u32>,
    /// Points per scored question or row that was answered.
    pub items: Vec<(String, u8)>,
}

impl Questionnaire {
    /// What counts in the points, in the order asked.
    pub fn scored(&self) -> impl Iterator<Item = Item<'_>> {
        self.items().filter(|item| item.question.weight > 0 && item.question.kind.may_score())
    }

    /// What `answers` are worth. `na`, skipped and hidden questions are left out; below 60 % of the weight of what was
    /// asked there are no points.
    pub fn score(&self, answers: &Answers) -> Scored {
        let mut total = 0;
        let mut answered = 0;
        let mut sum = 0;
        let mut items = Vec::new();
        for question in self.shown(answers).into_iter().filter(|question| question.kind.may_score()) {
            let weight = u64::from(question.weight);
            for item in question.items().filter(|_| weight > 0) {
                total += weight;
                if let Some(points) = answers.0.get(item.code).and_then(|value| question.points(value)) {
                    answered += weight;
                    sum += weight * u64::from(points) * 100;
                    items.push((item.code.to_owned(), points));
                }
            }
        }
        let enough = answered > 0 && answered * 100 >= total * u64::from(MIN_ANSWERED_WEIGHT_PERCENT);
        let points = enough.then(|| (2 * sum + answered) / (2 * answered)).and_then(|mean| u32::try_from(mean).ok());
        let overall = answers.0.get(OVERALL).and_then(|value| self.question(OVERALL)?.points(value));
        Scored { overall, points, items }
    }
}

impl Scored {
    /// Whether the customer is satisfied; `None` without an overall answer.
    pub fn satisfied(&self) -> Option<bool> {
        self.overall.map(|points| points >= SATISFIED_POINTS)
    }
}
