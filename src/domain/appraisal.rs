//! What HR pulls of a period: one record for each department, employee and channel, with what few answers may not say
//! taken out. There is no rank, no verdict on a person, and no comment among it (FEATURES J1, J3).

use std::collections::BTreeMap;

use serde::Serialize;

use super::commitment::{Level, Metric};
use super::response::Base;
use super::scorecard::{ChannelWord, Reach, Score};
use super::verdict::{Evidence, Thresholds, Verdict};

/// The figures of one department or employee over one channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Organisation, department or employee.
    pub level: Level,
    /// Code of the department.
    pub department: Option<String>,
    /// Number of the employee.
    pub employee: Option<String>,
    /// `online`, `offline` or `all`.
    pub channel: ChannelWord,
    /// How the customers came to be asked.
    pub base: Base,
    /// Invitations that went out, and responses to them.
    pub reach: Reach,
    /// Responded of invited, in percent.
    pub response_rate: Option<f64>,
    /// The satisfaction rate, in percent.
    pub rate: Figure,
    /// The mean points, 0–100.
    pub points: Figure,
    /// Answers that were left out; told also where the figures are withheld, since it tells of no answer.
    pub excluded: u32,
    /// Why what it has no value of is withheld: of a person all its figures, else those that the score withholds.
    pub withheld: Option<Withheld>,
}

/// One figure of a record.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Figure {
    /// What it rests on; told also where the figure is withheld.
    pub n: u32,
    /// Satisfied answers, of a rate.
    pub k: Option<u32>,
    /// The value.
    pub value: Option<f64>,
    /// The 95 % interval.
    pub interval: Option<(f64, f64)>,
    /// What was promised.
    pub target: Option<f64>,
    /// The value against the target; never on a person.
    pub verdict: Option<Verdict>,
    /// What the answers say about the verdict; never on a person.
    pub evidence: Option<Evidence>,
    /// The clause of the promise.
    pub clause: Option<String>,
}

/// Why figures are withheld.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Withheld {
    /// Too few answers for any score.
    TooFew,
    /// Too few answers for a figure of a person.
    TooFewForPerson,
    /// It would give away another that is withheld.
    Complementary,
}

impl Withheld {
    /// `too_few`, `too_few_for_person` or `complementary`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TooFew => "too_few",
            Self::TooFewForPerson => "too_few_for_person",
            Self::Complementary => "complementary",
        }
    }
}

/// The records of a period's figures, in the order in which their first figure stands. The figures must be those of all
/// departments and employees over all channels and each, or what is withheld could be had by subtraction.
pub fn records(scores: &[Score], thresholds: &Thresholds) -> Vec<Record> {
    let mut records: Vec<Record> = Vec::new();
    let mut places = BTreeMap::new();
    for score in scores {
        let of = (score.level, score.department.as_deref(), score.employee.as_deref(), score.channel, score.base);
        let at = *places.entry(of).or_insert_with(|| {
            records.push(Record::new(score));
            records.len() - 1
        });
        let Some(record) = records.get_mut(at) else { continue };
        record.excluded = record.excluded.max(score.excluded * u32::from(score.metric != Metric::ChannelGap));
        match score.metric {
            Metric::SatisfactionRate => record.rate = Figure::new(score),
            Metric::Points => record.points = Figure::new(score),
            _ => continue,
        }
        // Where there is nothing, nothing is withheld.
        if score.suppressed && score.n > 0 && record.withheld.is_none() {
            let few = score.n < thresholds.score;
            record.withheld = Some(if few { Withheld::TooFew } else { Withheld::Complementary });
        }
    }
    records.retain(|record| record.rate.n > 0 || record.points.n > 0 || record.reach.invited > 0);
    withhold_persons(&mut records, thresholds.person_export);
    name_reasons(&mut records, thresholds);
    let is_silent = |record: &&mut Record| record.level == Level::Employee && record.withheld.is_some();
    records.iter_mut().filter(is_silent).for_each(Record::silence);
    records
}

/// Says of each person that is withheld why, by the number of answers it rests on: nothing is withheld where there is
/// nothing.
fn name_reasons(records: &mut [Record], thresholds: &Thresholds) {
    for record in records.iter_mut().filter(|record| record.level == Level::Employee && record.withheld.is_some()) {
        record.withheld = match record.n() {
            0 => None,
            n if n < thresholds.score => Some(Withheld::TooFew),
            n if n < thresholds.person_export => Some(Withheld::TooFewForPerson),
            _ => Some(Withheld::Complementary),
        };
    }
}

/// Withholds persons with fewer than `minimum` answers, and as many others as it takes that these can't be worked out:
/// another figure of a person of whom one alone is withheld, and a colleague where those withheld would together be
/// fewer than `minimum`.
fn withhold_persons(records: &mut [Record], minimum: u32) {
    let mut departments: BTreeMap<(Option<String>, Base, ChannelWord), Vec<usize>> = BTreeMap::new();
    let mut persons: BTreeMap<(Option<String>, Option<String>, Base), Vec<usize>> = BTreeMap::new();
    for (at, record) in records.iter_mut().enumerate().filter(|(_, record)| record.level == Level::Employee) {
        if record.n() < minimum && record.withheld.is_none() {
            record.withheld = Some(Withheld::TooFewForPerson);
        }
        let (department, employee) = (record.department.clone(), record.employee.clone());
        departments.entry((department.clone(), record.base, record.channel)).or_default().push(at);
        persons.entry((department, employee, record.base)).or_default().push(at);
    }
    while withhold_one(records, &departments, &persons, minimum) {}
}

/// The records of each person in a department on a base, one for each channel.
type Persons = BTreeMap<(Option<String>, Option<String>, Base), Vec<usize>>;

/// Withholds one more record, if one has to be.
fn withhold_one(
    records: &mut [Record],
    departments: &BTreeMap<(Option<String>, Base, ChannelWord), Vec<usize>>,
    persons: &Persons,
    minimum: u32,
) -> bool {
    let of = |places: &[usize]| -> Vec<(usize, u32, bool, ChannelWord)> {
        let found = places.iter().filter_map(|at| Some((*at, records.get(*at)?)));
        found.filter(|(_, r)| r.n() > 0).map(|(at, r)| (at, r.n(), r.withheld.is_some(), r.channel)).collect()
    };
    // What is over all channels is the sum of the others: one alone that is hidden would follow.
    let channel = persons.values().find_map(|places| {
        let rows = of(places);
        let shown = || rows.iter().filter(|(.., withheld, _)| !withheld);
        let parts = shown().filter(|(.., channel)| *channel != "all").min_by_key(|(at, n, ..)| (*n, *at));
        parts.or(shown().next()).filter(|_| shown().count() + 1 == rows.len()).map(|(at, ..)| *at)
    });
    let colleague = || {
        departments.values().find_map(|places| {
            let rows = of(places);
            let hidden: u32 = rows.iter().filter(|(.., withheld, _)| *withheld).map(|(_, n, ..)| n).sum();
            let shown = rows.iter().filter(|(.., withheld, _)| !withheld).min_by_key(|(at, n, ..)| (*n, *at));
            shown.filter(|_| 0 < hidden && hidden < minimum).map(|(at, ..)| *at)
        })
    };
    let Some(at) = channel.or_else(colleague) else { return false };
    if let Some(record) = records.get_mut(at) {
        record.withheld = Some(Withheld::Complementary);
    }
    true
}

impl Record {
    fn new(score: &Score) -> Self {
        Self {
            level: score.level,
            department: score.department.clone(),
            employee: score.employee.clone(),
            channel: score.channel,
            base: score.base,
            reach: Reach { invited: score.invited, responded: score.responded },
            response_rate: score.response_rate,
            rate: Figure::default(),
            points: Figure::default(),
            excluded: 0,
            withheld: None,
        }
    }

    /// The smaller of the numbers of answers that its figures rest on, of those that rest on any.
    fn n(&self) -> u32 {
        match (self.rate.n, self.points.n) {
            (0, n) | (n, 0) => n,
            (rate, points) => rate.min(points),
        }
    }

    fn silence(&mut self) {
        for figure in [&mut self.rate, &mut self.points] {
            (figure.k, figure.value, figure.interval, figure.verdict) = (None, None, None, None);
            figure.evidence = figure.evidence.map(|_| Evidence::TooFew);
        }
    }
}

impl Figure {
    fn new(score: &Score) -> Self {
        Self {
            n: score.n,
            k: score.satisfied,
            value: score.value,
            interval: score.ci_low.zip(score.ci_high),
            target: score.target,
            verdict: score.verdict,
            evidence: score.evidence,
            clause: score.commitment.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::scorecard::{Measure, Subject};
    use crate::domain::service_record::Channel;

    fn score(employee: &str, channel: Option<Channel>, k: u32, n: u32) -> Score {
        let subject = Subject {
            level: Level::Employee,
            department: Some("a".into()),
            employee: Some(employee.into()),
            client: None,
            channel,
            metric: Metric::SatisfactionRate,
            base: Base::Invited,
        };
        Score::new(subject, &Measure::Rate { k, n }, Reach::default(), None, &Thresholds::default())
    }

    fn withheld(scores: &[Score]) -> Vec<Option<Withheld>> {
        records(scores, &Thresholds::default()).iter().map(|record| record.withheld).collect()
    }

    #[test]
    fn a_person_under_twenty_has_no_figure_and_an_n() {
        let found = records(&[score("1", None, 19, 19), score("2", None, 40, 40)], &Thresholds::default());
        assert_eq!(found[0].withheld, Some(Withheld::TooFewForPerson));
        assert_eq!((found[0].rate.n, found[0].rate.k, found[0].rate.value), (19, None, None));
    }

    #[test]
    fn twenty_are_enough_and_four_are_too_few_for_anything() {
        assert_eq!(withheld(&[score("1", None, 18, 20)]), [None]);
        assert_eq!(withheld(&[score("1", None, 3, 4)]), [Some(Withheld::TooFew)]);
    }

    #[test]
    fn the_reason_follows_the_smaller_number() {
        let asked = |n: u32| Score { invited: 9, suppressed: true, value: None, ..score(&n.to_string(), None, 0, n) };
        let points = |n: u32, rests: u32| Score { metric: Metric::Points, n: rests, ..asked(n) };
        let scores = [asked(0), asked(1), asked(5), points(5, 4), asked(7), asked(19), asked(30)];
        let expected = [
            None,
            Some(Withheld::TooFew),
            Some(Withheld::TooFew),
            Some(Withheld::TooFewForPerson),
            Some(Withheld::TooFewForPerson),
            Some(Withheld::Complementary),
        ];
        assert_eq!(withheld(&scores), expected);
    }

    #[test]
    fn answers_without_points_do_not_withhold_the_rate() {
        let points = Score { metric: Metric::Points, n: 0, suppressed: true, ..score("1", None, 0, 0) };
        assert_eq!(withheld(&[score("1", None, 18, 20), points]), [None]);
    }

    #[test]
    fn a_department_without_points_keeps_its_rate() {
        let rate = Score { level: Level::Department, employee: None, ..score("1", None, 18, 20) };
        let points =
            Score { metric: Metric::Points, n: 3, value: None, suppressed: true, verdict: None, ..rate.clone() };
        let found = records(&[rate, points], &Thresholds::default());
        assert_eq!((found[0].withheld, found[0].rate.value), (Some(Withheld::TooFew), Some(90.0)));
        assert_eq!(found[0].points.value, None);
    }

    #[test]
    fn a_lonely_small_one_takes_the_smallest_colleague_along() {
        let scores = [score("1", None, 9, 10), score("2", None, 30, 50), score("3", None, 20, 30)];
        assert_eq!(withheld(&scores), [Some(Withheld::TooFewForPerson), None, Some(Withheld::Complementary)]);
        let two_small = [score("1", None, 9, 10), score("2", None, 9, 12), score("3", None, 20, 30)];
        assert_eq!(withheld(&two_small)[2], None);
    }

    #[test]
    fn a_small_channel_takes_the_other_along() {
        let both = [
            score("1", None, 40, 50),
            score("1", Some(Channel::Online), 30, 40),
            score("1", Some(Channel::Offline), 10, 10),
        ];
        assert_eq!(withheld(&both), [None, Some(Withheld::Complementary), Some(Withheld::TooFewForPerson)]);
    }

    proptest! {
        /// Whoever knows the department's sum and every figure shown learns nothing of fewer than twenty answers.
        #[test]
        fn no_difference_of_what_is_shown_is_of_a_few(
            counts in prop::collection::vec((0..60_u32, 0..60_u32), 1..8)
        ) {
            let person = |at: usize, (on, off): (u32, u32)| {
                let name = at.to_string();
                [
                    score(&name, None, on + off, on + off),
                    score(&name, Some(Channel::Online), on, on),
                    score(&name, Some(Channel::Offline), off, off),
                ]
            };
            let scores: Vec<Score> = counts.iter().enumerate().flat_map(|(at, of)| person(at, *of)).collect();
            let found = records(&scores, &Thresholds::default());
            for channel in ["all", "online", "offline"] {
                let rows = || found.iter().filter(|record| record.channel == channel);
                let total: u32 = rows().map(|record| record.rate.n).sum();
                let shown: u32 = rows().filter_map(|record| record.rate.k).sum();
                let rest = total - shown;
                prop_assert!(rest == 0 || rest >= 20 || shown == 0, "{channel}: {rest}");
            }
            for at in 0..counts.len() {
                let name = at.to_string();
                let of = |channel| {
                    let own = |r: &&Record| r.employee.as_deref() == Some(&name) && r.channel == channel;
                    found.iter().find(own).map(|record| (record.rate.n, record.rate.k))
                };
                let (all, online, offline) = (of("all"), of("online"), of("offline"));
                if let (Some((n, Some(_))), Some((part, Some(_)))) = (all, online) {
                    prop_assert!(n == part || n - part >= 20);
                }
                let parts = [online, offline].into_iter().flatten().filter(|(n, _)| *n > 0);
                if all.is_some_and(|(n, k)| n > 0 && k.is_none()) {
                    prop_assert!(parts.into_iter().any(|(_, k)| k.is_none()), "the whole is the sum of its parts");
                }
            }
        }
    }
}
