//! Scorecards, from tallies.

use proptest::prelude::*;

use super::*;
use crate::domain::commitment;

fn subject(level: Level) -> Subject {
    Subject {
        level,
        department: Some("D1".into()),
        employee: (level == Level::Employee).then(|| "E1".into()),
        client: None,
        channel: None,
        metric: Metric::SatisfactionRate,
        base: Base::Invited,
    }
}

/// 90 % with a tolerance of 5, by C-3.1.
fn ninety() -> Commitment {
    let all = commitment::defaults("2026-01-01".parse().unwrap());
    all.into_iter().find(|commitment| commitment.clause == "C-3.1").unwrap()
}

fn sums(responses: &[(u8, u32)]) -> Sums {
    let mut sums = Sums::default();
    responses.iter().for_each(|&(overall, points)| sums.add_response(Some(overall), Some(points)));
    sums
}

fn score(k: u32, n: u32) -> Score {
    scored(subject(Level::Department), Measure::Rate { k, n })
}

fn scored(subject: Subject, measure: Measure) -> Score {
    let reach = Reach { invited: 200, responded: 50 };
    Score::new(subject, &measure, reach, Some(&ninety()), &Thresholds::default())
}

#[test]
fn an_element_has_the_names_of_the_contract() {
    let expected = serde_json::json!({
        "level": "department", "department": "D1", "employee": null, "channel": "all",
        "metric": "satisfaction_rate", "base": "invited", "n": 203, "satisfied": 186, "value": 91.6256,
        "ci_low": 86.9992, "ci_high": 94.7059, "target": 90.0, "tolerance": 5.0, "verdict": "met",
        "evidence": "not_distinguishable", "commitment": "C-3.1", "invited": 200, "responded": 50,
        "response_rate": 25.0, "suppressed": false,
    });
    assert_eq!(serde_json::to_value(score(186, 203)).unwrap(), expected);
}

#[test]
fn every_verdict_and_evidence_occurs() {
    use Evidence::{Clear, NotDistinguishable, TooFew};
    use Verdict::{MajorBreach, Met, MinorBreach};
    let found = |k, n| (score(k, n).verdict.unwrap(), score(k, n).evidence.unwrap());
    assert_eq!([found(96, 100), found(91, 100), found(10, 10)], [Clear, NotDistinguishable, TooFew].map(|e| (Met, e)));
    assert_eq!([found(840, 1_000), found(85, 100)], [(MajorBreach, Clear), (MinorBreach, NotDistinguishable)]);
    assert_eq!([found(860, 1_000), found(8, 10)], [(MinorBreach, Clear), (MajorBreach, TooFew)]);
    assert_eq!(found(28, 33), (MajorBreach, NotDistinguishable));
}

#[test]
fn four_answers_tell_nothing() {
    let hidden = score(4, 4);
    assert_eq!((hidden.n, hidden.satisfied, hidden.value, hidden.ci_low, hidden.ci_high), (4, None, None, None, None));
    assert_eq!((hidden.verdict, hidden.evidence, hidden.suppressed), (None, Some(Evidence::TooFew), true));
    assert_eq!((hidden.shown, hidden.target, hidden.invited), (None, Some(90.0), 200));
    assert!(!score(5, 5).suppressed);
}

#[test]
fn nobody_answered() {
    let empty = score(0, 0);
    assert_eq!((empty.n, empty.value, empty.verdict, empty.suppressed), (0, None, None, true));
}

#[test]
fn nobody_invited_has_no_response_rate() {
    assert_eq!(Reach::default().rate(), None);
    assert_eq!(Reach { invited: 3, responded: 4 }.rate(), Some(100.0));
}

#[test]
fn an_employee_sees_the_target_and_no_verdict() {
    let person = scored(subject(Level::Employee), Measure::Rate { k: 10, n: 40 });
    assert_eq!((person.target, person.verdict, person.evidence), (Some(90.0), None, None));
    assert_eq!(person.value, Some(25.0));
}

#[test]
fn walk_up_answers_are_never_judged() {
    let walk_up = scored(Subject { base: Base::WalkUp, ..subject(Level::Department) }, Measure::Rate { k: 9, n: 40 });
    assert_eq!((walk_up.target, walk_up.verdict, walk_up.evidence), (None, None, None));
}

#[test]
fn without_a_commitment_nothing_is_judged() {
    let measure = Measure::Rate { k: 9, n: 40 };
    let free = Score::new(subject(Level::Department), &measure, Reach::default(), None, &Thresholds::default());
    assert_eq!((free.target, free.tolerance, free.verdict, free.evidence), (None, None, None, None));
    assert_eq!((free.commitment, free.value), (None, Some(22.5)));
}

#[test]
fn an_organisation_may_give_no_verdict_on_too_few() {
    let quiet = Commitment { evidence_rule: EvidenceRule::NoVerdict, ..ninety() };
    let found = |k, n| {
        let measure = Measure::Rate { k, n };
        let thresholds = Thresholds::default();
        Score::new(subject(Level::Department), &measure, Reach::default(), Some(&quiet), &thresholds).verdict
    };
    assert_eq!([found(29, 29), found(30, 30)], [None, Some(Verdict::Met)]);
}

#[test]
fn a_shown_value_stays_below_the_target() {
    assert_eq!(score(8_996, 10_000).shown.as_deref(), Some("89.9"));
    assert_eq!(score(8_996, 10_000).value, Some(89.96));
}

#[test]
fn points_rest_on_responses_with_points() {
    let mut sums = sums(&[(100, 10_000), (85, 8_167), (0, 2_500)]);
    sums.add_response(Some(60), None);
    assert_eq!((sums.n, sums.satisfied, sums.scored, sums.points_sum), (4, 2, 3, 20_667));
    let measure = sums.points();
    assert_eq!((measure.n(), measure.value().unwrap().to_4dp()), (3, 68.89));
    let clipped = measure.interval().unwrap();
    assert_eq!((clipped.low, clipped.high), (0.0, 100.0));
}

#[test]
fn there_may_be_more_complaints_than_services() {
    let per_hundred = |events, n| Measure::PerHundred { events, n };
    assert_eq!(per_hundred(12, 8).value().unwrap().to_4dp(), 150.0);
    // scipy.stats.chi2.ppf(0.025, 24) / 2 and chi2.ppf(0.975, 26) / 2, each by 8 and times 100.
    let interval = per_hundred(12, 8).interval().unwrap();
    assert_eq!((round_4dp(interval.low), round_4dp(interval.high)), (77.5072, 262.0198));
    let none = per_hundred(0, 400).interval().unwrap();
    assert_eq!((none.low, round_4dp(none.high)), (0.0, 0.9222));
    assert_eq!(per_hundred(3, 0).interval(), None);
}

#[test]
fn complaints_are_judged_by_an_upper_limit() {
    let limit = Commitment { metric: Metric::ComplaintRate, target: 200, tolerance: 100, ..ninety() };
    let judged = |events, n| {
        let subject = Subject { metric: Metric::ComplaintRate, ..subject(Level::Department) };
        let measure = Measure::PerHundred { events, n };
        let score = Score::new(subject, &measure, Reach::default(), Some(&limit), &Thresholds::default());
        (score.verdict.unwrap(), score.evidence.unwrap())
    };
    use Evidence::{Clear, NotDistinguishable, TooFew};
    use Verdict::{MajorBreach, Met, MinorBreach};
    assert_eq!([judged(20, 1_000), judged(12, 1_000)], [(Met, NotDistinguishable), (Met, Clear)]);
    assert_eq!([judged(30, 1_000), judged(31, 1_000)], [(MinorBreach, Clear), (MajorBreach, Clear)]);
    assert_eq!([judged(3, 100), judged(0, 29)], [(MinorBreach, NotDistinguishable), (Met, TooFew)]);
}

#[test]
fn a_gap_rests_on_its_smaller_group() {
    let gap = Measure::Gap { online: (56, 70), offline: (48, 80) };
    assert_eq!((gap.n(), gap.value().unwrap().to_4dp()), (70, 20.0));
    let interval = gap.interval().unwrap();
    assert_eq!((round_4dp(interval.low), round_4dp(interval.high)), (5.2431, 33.3873));
}

#[test]
fn sums_add_up() {
    let whole = sums(&[(100, 9_000), (85, 8_000), (30, 1_000)]);
    let parts = [sums(&[(100, 9_000)]), sums(&[(85, 8_000), (30, 1_000)])];
    assert_eq!(parts.into_iter().sum::<Sums>(), whole);
}

#[test]
fn sums_that_cannot_be_are_refused() {
    assert_eq!(
        Sums::new(3, 2, 3, 20_667, 0),
        Ok(Sums { n: 3, satisfied: 2, scored: 3, points_sum: 20_667, points_sq_sum: 0 })
    );
    for (n, satisfied, scored, sum) in [(-1, 0, 0, 0), (1, 2, 0, 0), (1, 1, 1, 10_001), (1, 1, 1, -1)] {
        assert_eq!(Sums::new(n, satisfied, scored, sum, 0), Err(ImpossibleSums));
    }
}

proptest! {
    #[test]
    fn a_rate_lies_in_its_interval((k, n) in (1..100_000_u32).prop_flat_map(|n| (0..=n, Just(n)))) {
        let score = score(k, n.max(5));
        let (low, value, high) = (score.ci_low.unwrap(), score.value.unwrap(), score.ci_high.unwrap());
        prop_assert!(0.0 <= low && low <= value && value <= high && high <= 100.0);
    }

    #[test]
    fn a_mean_lies_in_its_interval(values in prop::collection::vec((0..=100_u8, 0..=10_000_u32), 2..60)) {
        let measure = sums(&values).points();
        let value = measure.value().unwrap().to_4dp();
        if let Some(interval) = measure.interval() {
            prop_assert!(interval.low <= value + 1e-4 && value <= interval.high + 1e-4);
        }
    }

    #[test]
    fn a_suppressed_score_tells_no_number((k, n) in (0..5_u32).prop_flat_map(|n| (0..=n, Just(n)))) {
        let mut other = score(0, n);
        other.shown.clone_from(&score(k, n).shown);
        prop_assert_eq!(score(k, n), other);
    }
}
