//! A figure in words a head of department understands, as parts of a sentence; the words themselves are made where the
//! reader's language is known. Every number comes from the score, so that sentence, chart and table agree.

use super::{
    commitment::{Direction, Level, Metric},
    points::Exact,
    scorecard::Score,
    verdict::{Evidence, Thresholds, Verdict},
};
use crate::stats;

/// One part of the sentence, in the order they are said.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Nobody has answered.
    NoAnswers,
    /// Too few have answered for a score to be shown.
    Hidden {
        /// How many have.
        n: u32,
        /// From how many on it is shown.
        minimum: u32,
    },
    /// The score is withheld because another one could be worked out from it.
    Withheld,
    /// "18 of 20 satisfied": the count that a rate is made of.
    Counted {
        /// Those that count.
        k: u32,
        /// All.
        n: u32,
        /// The rate in percent, as shown.
        shown: String,
    },
    /// A figure that is no count of some among all: points, a gap.
    Valued {
        /// The value, as shown.
        shown: String,
        /// What it rests on.
        n: u32,
    },
    /// "70–97 %": the 95 % interval, its ends on their own side of the target.
    Interval {
        /// The lower end, as shown.
        low: String,
        /// The upper end, as shown.
        high: String,
    },
    /// Nothing is promised for this figure.
    NotPromised,
    /// A person's figure beside the department's target; never judged.
    OfPerson {
        /// The target, as shown.
        target: String,
    },
    /// The point value against the promise.
    Judged {
        /// The verdict.
        verdict: Verdict,
        /// The target, as shown.
        target: String,
    },
    /// What the answers say about the verdict.
    Supported {
        /// The evidence.
        evidence: Evidence,
    },
    /// So many more answers until anything can be said.
    MoreToSay {
        /// At least one.
        answers: u32,
    },
    /// Even if every further customer were satisfied, so many more answers would be needed to show the target.
    MoreToShow {
        /// At least one.
        answers: u32,
        /// The target, as shown.
        target: String,
    },
}

/// The parts of the sentence about a score.
pub fn explain(score: &Score, thresholds: &Thresholds) -> Vec<Part> {
    if score.n == 0 {
        return vec![Part::NoAnswers];
    }
    let (Some(value), false) = (value(score), score.suppressed) else {
        let few = score.n < thresholds.score;
        return vec![if few { Part::Hidden { n: score.n, minimum: thresholds.score } } else { Part::Withheld }];
    };
    let mut parts = vec![value];
    parts.extend(interval(score));
    match score.target {
        None => parts.push(Part::NotPromised),
        Some(target) if score.level == Level::Employee => parts.push(Part::OfPerson { target: target.to_string() }),
        Some(target) => {
            parts.extend(score.verdict.map(|verdict| Part::Judged { verdict, target: target.to_string() }));
            parts.extend(score.evidence.map(|evidence| Part::Supported { evidence }));
            parts.extend(more_to_say(score, thresholds));
            parts.extend(more_to_show(score, target, thresholds));
        }
    }
    parts
}

fn value(score: &Score) -> Option<Part> {
    let shown = score.shown.clone()?;
    Some(match score.satisfied {
        // Complaints per 100 services are no share of them.
        Some(k) if score.metric != Metric::ComplaintRate => Part::Counted { k, n: score.n, shown },
        _ => Part::Valued { shown, n: score.n },
    })
}

fn interval(score: &Score) -> Option<Part> {
    let target = score.target.and_then(Exact::from_4dp);
    let targets: Vec<_> = target.and_then(Exact::to_hundredths).into_iter().collect();
    let shown = |bound: Option<f64>| Some(Exact::from_4dp(bound?)?.shown(&targets));
    Some(Part::Interval { low: shown(score.ci_low)?, high: shown(score.ci_high)? })
}

fn more_to_say(score: &Score, thresholds: &Thresholds) -> Option<Part> {
    let answers = thresholds.evidence.checked_sub(score.n).filter(|&answers| answers > 0)?;
    (score.evidence == Some(Evidence::TooFew)).then_some(Part::MoreToSay { answers })
}

/// Only for a rate to be reached that is not yet clear: more answers of the same kind would not show it sooner.
fn more_to_show(score: &Score, target: f64, thresholds: &Thresholds) -> Option<Part> {
    let open = score.evidence.is_some_and(|evidence| evidence != Evidence::Clear);
    if !open || score.metric.direction() != Direction::AtLeast {
        return None;
    }
    let answers = stats::needed(score.satisfied?.into(), score.n.into(), target / 100.0, thresholds.evidence.into())?;
    let answers = u32::try_from(answers).ok().filter(|&answers| answers > 0)?;
    Some(Part::MoreToShow { answers, target: target.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        commitment::{self, Commitment},
        response::Base,
        scorecard::{Measure, Reach, Subject, Sums},
    };

    fn ninety() -> Commitment {
        let all = commitment::defaults("2026-01-01".parse().unwrap());
        all.into_iter().find(|commitment| commitment.clause == "C-3.1").unwrap()
    }

    fn parts_of(level: Level, metric: Metric, measure: Measure, commitment: Option<&Commitment>) -> Vec<Part> {
        let (department, employee, client, channel, base) = (None, None, None, None, Base::Invited);
        let subject = Subject { level, department, employee, client, channel, metric, base };
        let thresholds = Thresholds::default();
        explain(&Score::new(subject, &measure, Reach::default(), commitment, &thresholds), &thresholds)
    }

    fn parts(k: u32, n: u32) -> Vec<Part> {
        parts_of(Level::Department, Metric::SatisfactionRate, Measure::Rate { k, n }, Some(&ninety()))
    }

    fn counted(k: u32, n: u32, shown: &str) -> Part {
        Part::Counted { k, n, shown: shown.into() }
    }

    fn judged(verdict: Verdict) -> Part {
        Part::Judged { verdict, target: "90".into() }
    }

    fn between(low: &str, high: &str) -> Part {
        Part::Interval { low: low.into(), high: high.into() }
    }

    #[test]
    fn eighteen_of_twenty_are_too_few_to_say() {
        let expected = [
            counted(18, 20, "90.0"),
            between("69.9", "97.2"),
            judged(Verdict::Met),
            Part::Supported { evidence: Evidence::TooFew },
            Part::MoreToSay { answers: 10 },
            Part::MoreToShow { answers: 41, target: "90".into() },
        ];
        assert_eq!(parts(18, 20), expected);
    }

    #[test]
    fn a_clear_breach_needs_no_more() {
        let evidence = Part::Supported { evidence: Evidence::Clear };
        assert_eq!(
            parts(60, 100),
            [counted(60, 100, "60.0"), between("50.2", "69.1"), judged(Verdict::MajorBreach), evidence]
        );
    }

    #[test]
    fn an_undecided_figure_tells_what_would_decide() {
        let last = parts(88, 100).pop();
        // 179 of 191 is the first that shows 90 %
        assert_eq!(last, Some(Part::MoreToShow { answers: 91, target: "90".into() }));
    }

    #[test]
    fn a_bound_stays_on_its_side_of_the_target() {
        // Wilson's lower bound of 34 of 34 is 89.85 %
        assert_eq!(parts(34, 34)[1], between("89.8", "100.0"));
    }

    #[test]
    fn a_few_answers_are_hidden() {
        assert_eq!(parts(0, 0), [Part::NoAnswers]);
        assert_eq!(parts(4, 4), [Part::Hidden { n: 4, minimum: 5 }]);
    }

    #[test]
    fn a_withheld_score_says_only_that() {
        let subject = Subject {
            level: Level::Department,
            department: None,
            employee: None,
            client: None,
            channel: None,
            metric: Metric::SatisfactionRate,
            base: Base::Invited,
        };
        let thresholds = Thresholds::default();
        let measure = Measure::Rate { k: 30, n: 40 };
        let mut score = Score::new(subject, &measure, Reach::default(), Some(&ninety()), &thresholds);
        score.suppress();
        assert_eq!(explain(&score, &thresholds), [Part::Withheld]);
    }

    #[test]
    fn a_person_is_never_judged() {
        let person =
            parts_of(Level::Employee, Metric::SatisfactionRate, Measure::Rate { k: 9, n: 40 }, Some(&ninety()));
        assert_eq!(person[2..], [Part::OfPerson { target: "90".into() }]);
    }

    #[test]
    fn without_a_promise_the_figure_stands_alone() {
        let free = parts_of(Level::Department, Metric::ResolutionRate, Measure::Rate { k: 9, n: 40 }, None);
        assert_eq!(free[2..], [Part::NotPromised]);
    }

    #[test]
    fn points_are_a_value_without_a_count() {
        let mut sums = Sums::default();
        [9_000, 8_000, 9_500, 7_000, 10_000].iter().for_each(|&points| sums.add_response(None, Some(points)));
        let points = parts_of(Level::Department, Metric::Points, sums.points(), None);
        assert_eq!(points[0], Part::Valued { shown: "87.0".into(), n: 5 });
    }
}
