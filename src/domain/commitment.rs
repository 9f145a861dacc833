//! Commitments: what was promised, by clause, for whom, from when (COMMITMENTS §2). They are never changed in place,
//! only ended and followed by another, so that a past period is judged by what was in force in it (A1-4.1).

use std::{fmt, str::FromStr};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{
    period::{Grain, Period},
    points::Hundredths,
    response::Base,
    service_record::Channel,
};

/// What is measured (CONTRACT §8.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Satisfied among valid overall answers, in percent.
    SatisfactionRate,
    /// Mean points of the responses, 0–100.
    Points,
    /// Responded among invited, in percent.
    ResponseRate,
    /// Online satisfaction rate minus offline rate, in percentage points.
    ChannelGap,
    /// Solved among the service records that say, in percent.
    ResolutionRate,
    /// Complaints per 100 service records.
    ComplaintRate,
    /// Answered in time among the service records with both times, in percent.
    ResponseTime,
}

/// On which side of its target a metric is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The target or more.
    AtLeast,
    /// The target or less.
    AtMost,
    /// No further than the target from zero, either way.
    Within,
}

/// Whose figure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The whole organisation, from pooled counts.
    Organisation,
    /// A department with its descendants.
    Department,
    /// One employee. Never judged: shown against the target of the department.
    Employee,
    /// A client organisation, under its own contract (D).
    Client,
}

/// What follows when the commitment is missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consequence {
    /// The breach is made public with its rectification (B1-4.1, A1-3.2).
    Disclosure,
    /// It counts in the month's assessment and bonus (C-3.4).
    Assessment,
    /// The department hands in an improvement plan (A2-2.3.3).
    ImprovementPlan,
    /// Investigation, apology and remedy for the client (D-4.1).
    Remedy,
}

/// What holds while there are too few answers to say anything; the documents are silent (FEATURES §3.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceRule {
    /// The verdict stays that of the point value, and the evidence beside it says "too few". The default.
    #[default]
    VerdictStands,
    /// No verdict is given.
    NoVerdict,
}

/// One promise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commitment {
    /// Its number in the store.
    pub id: i64,
    /// What is measured.
    pub metric: Metric,
    /// Whose figures it binds.
    pub level: Level,
    /// Only this department, by code; `None` = every one.
    pub department_code: Option<String>,
    /// Only this client, by code; `None` = every one.
    pub client_code: Option<String>,
    /// The figure over one channel; `None` = the figure over all channels together, not each of them.
    pub channel: Option<Channel>,
    /// The length of the periods it is judged in.
    pub grain: Grain,
    /// In hundredths of the metric's unit: 90 % = 9,000.
    pub target: Hundredths,
    /// A miss of up to this much is a minor breach (B3-4.1.2), in hundredths: 5 percentage points = 500.
    pub tolerance: Hundredths,
    /// What follows when it is missed.
    pub consequence: Option<Consequence>,
    /// Key of the clause: `B3-2.3.3`.
    pub clause: String,
    /// What holds while there are too few answers.
    pub evidence_rule: EvidenceRule,
    /// The first day in force.
    pub valid_from: NaiveDate,
    /// The last day in force; `None` = until further notice.
    pub valid_to: Option<NaiveDate>,
}

/// The figure that a commitment is looked up for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked<'a> {
    /// What is measured.
    pub metric: Metric,
    /// Whose figure it is.
    pub level: Level,
    /// Code of the department, also for an employee.
    pub department: Option<&'a str>,
    /// Code of the client.
    pub client: Option<&'a str>,
    /// The channel; `None` = all together.
    pub channel: Option<Channel>,
    /// The period.
    pub period: Period,
}

/// A breach within five percentage points, or points, is minor (B3-4.1.2).
pub const DEFAULT_TOLERANCE: Hundredths = 500;

/// The clause that is judged by sampled follow-up.
pub const SAMPLED_CLAUSE: &str = "B3-2.3.3";

/// The commitments an organisation starts with (CONTRACT §8.1), numbered from 1, in force from `valid_from`.
pub fn defaults(valid_from: NaiveDate) -> Vec<Commitment> {
    let commitments =
        DEFAULTS.iter().zip(1..).map(|(&(metric, level, channel, grain, target, consequence, clause), id)| {
            Commitment {
                id,
                metric,
                level,
                department_code: None,
                client_code: None,
                channel,
                grain,
                target,
                tolerance: DEFAULT_TOLERANCE,
                consequence: Some(consequence),
                clause: clause.to_owned(),
                evidence_rule: EvidenceRule::default(),
                valid_from,
                valid_to: None,
            }
        });
    commitments.collect()
}

/// The commitment a figure is judged by: the one in force on the period's **last day**.
///
/// A period is judged whole, so a promise that begins within it binds all of it and one that ends within it no longer
/// does; the last day is the one on which the period's figure first exists. Of several the one that names the client
/// or the department wins, then the one that began last, then the one stored last. An employee's figure is shown
/// against the department's commitment.
pub fn in_force<'a>(commitments: &'a [Commitment], asked: &Asked<'_>) -> Option<&'a Commitment> {
    let level = if asked.level == Level::Employee { Level::Department } else { asked.level };
    let last_day = asked.period.end();
    let binding = commitments.iter().filter(|commitment| {
        commitment.metric == asked.metric
            && commitment.level == level
            && commitment.channel == asked.channel
            && commitment.grain == asked.period.grain()
            && commitment.is_valid_on(last_day)
            && names(commitment.department_code.as_deref(), asked.department)
            && names(commitment.client_code.as_deref(), asked.client)
    });
    binding.max_by_key(|commitment| (commitment.specificity(), commitment.valid_from, commitment.id))
}

type Row = (Metric, Level, Option<Channel>, Grain, Hundredths, Consequence, &'static str);

const DEFAULTS: &[Row] = {
    use Channel::{Offline, Online};
    use Consequence::{Assessment, Disclosure, ImprovementPlan, Remedy};
    use Grain::{Month, Quarter, Year};
    use Level::{Department, Organisation};
    use Metric::{Points, SatisfactionRate as Rate};
    &[
        (Rate, Organisation, Some(Online), Month, 9_000, Disclosure, "B3-2.3.3"),
        (Rate, Organisation, Some(Online), Quarter, 9_000, Disclosure, "B3-2.3.3"),
        (Rate, Organisation, Some(Online), Year, 9_000, Disclosure, "B3-2.3.3"),
        (Rate, Organisation, Some(Offline), Month, 8_500, Disclosure, "B3-2.3.3"),
        (Rate, Organisation, Some(Offline), Quarter, 8_500, Disclosure, "B3-2.3.3"),
        (Rate, Organisation, Some(Offline), Year, 8_500, Disclosure, "B3-2.3.3"),
        (Rate, Department, Some(Online), Month, 9_000, Disclosure, "B3-2.3.3"),
        (Rate, Department, Some(Online), Quarter, 9_000, Disclosure, "B3-2.3.3"),
        (Rate, Department, Some(Online), Year, 9_000, Disclosure, "B3-2.3.3"),
        (Rate, Department, Some(Offline), Month, 8_500, Disclosure, "B3-2.3.3"),
        (Rate, Department, Some(Offline), Quarter, 8_500, Disclosure, "B3-2.3.3"),
        (Rate, Department, Some(Offline), Year, 8_500, Disclosure, "B3-2.3.3"),
        (Rate, Department, None, Month, 9_000, Assessment, "C-3.1"),
        (Rate, Department, None, Quarter, 9_000, ImprovementPlan, "A2-2.3.3"),
        (Points, Department, None, Month, 8_500, Remedy, "D-3.1"),
    ]
};

fn names(named: Option<&str>, asked: Option<&str>) -> bool {
    named.is_none() || named == asked
}

impl Commitment {
    /// Whether it is in force on a day; both ends belong to it.
    pub fn is_valid_on(&self, day: NaiveDate) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|last| day <= last)
    }

    /// Whose answers it judges: the quarter's sample where one was drawn and the clause speaks of one, else all that were
    /// invited (COMMITMENTS §2). Never both: a promise has one verdict.
    pub fn base(&self, is_sampled: bool) -> Base {
        let by_sample = self.clause == SAMPLED_CLAUSE && self.metric == Metric::SatisfactionRate;
        if is_sampled && by_sample && self.grain == Grain::Quarter { Base::Sample } else { Base::Invited }
    }

    fn specificity(&self) -> usize {
        usize::from(self.client_code.is_some()) * 2 + usize::from(self.department_code.is_some())
    }
}

impl Metric {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::SatisfactionRate,
        Self::Points,
        Self::ResponseRate,
        Self::ChannelGap,
        Self::ResolutionRate,
        Self::ComplaintRate,
        Self::ResponseTime,
    ];

    /// The name in files, API, tables and commands: `satisfaction_rate`, …
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SatisfactionRate => "satisfaction_rate",
            Self::Points => "points",
            Self::ResponseRate => "response_rate",
            Self::ChannelGap => "channel_gap",
            Self::ResolutionRate => "resolution_rate",
            Self::ComplaintRate => "complaint_rate",
            Self::ResponseTime => "response_time",
        }
    }

    /// On which side of its target it is kept.
    pub const fn direction(self) -> Direction {
        match self {
            Self::ComplaintRate => Direction::AtMost,
            Self::ChannelGap => Direction::Within,
            _ => Direction::AtLeast,
        }
    }
}

impl Level {
    /// All of them, the widest first.
    pub const ALL: [Self; 4] = [Self::Organisation, Self::Department, Self::Employee, Self::Client];

    /// `organisation`, `department`, `employee` or `client`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Organisation => "organisation",
            Self::Department => "department",
            Self::Employee => "employee",
            Self::Client => "client",
        }
    }
}

impl Consequence {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Disclosure, Self::Assessment, Self::ImprovementPlan, Self::Remedy];

    /// `disclosure`, `assessment`, `improvement_plan` or `remedy`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Disclosure => "disclosure",
            Self::Assessment => "assessment",
            Self::ImprovementPlan => "improvement_plan",
            Self::Remedy => "remedy",
        }
    }
}

impl EvidenceRule {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::VerdictStands, Self::NoVerdict];

    /// `verdict_stands` or `no_verdict`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VerdictStands => "verdict_stands",
            Self::NoVerdict => "no_verdict",
        }
    }
}

/// A word that is none of the words allowed in its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what} {word:?}: use {}", allowed.join(", "))]
pub struct UnknownWord {
    /// What was expected: `metric`, `level`, `consequence`, `evidence rule`.
    pub what: &'static str,
    /// What was found.
    pub word: String,
    /// What is allowed.
    pub allowed: Vec<&'static str>,
}

macro_rules! words {
    ($($type:ty => $what:literal),*) => {$(
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $type {
            type Err = UnknownWord;

            fn from_str(word: &str) -> Result<Self, UnknownWord> {
                Self::ALL.into_iter().find(|value| value.as_str() == word).ok_or_else(|| UnknownWord {
                    what: $what,
                    word: word.to_owned(),
                    allowed: Self::ALL.map(Self::as_str).to_vec(),
                })
            }
        }
    )*};
}

words!(
    Metric => "metric", Level => "level", Consequence => "consequence", EvidenceRule => "evidence rule"
);

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn asked(channel: Option<Channel>, period: &str) -> Asked<'static> {
        let (metric, level) = (Metric::SatisfactionRate, Level::Department);
        Asked { metric, level, department: Some("D1"), client: None, channel, period: period.parse().unwrap() }
    }

    fn base() -> Vec<Commitment> {
        defaults(date("2026-01-01"))
    }

    /// The monthly commitment over all channels, changed.
    fn monthly(id: i64, change: impl Fn(&mut Commitment)) -> Commitment {
        let mut commitment = in_force(&base(), &asked(None, "2026-09")).unwrap().clone();
        commitment.id = id;
        change(&mut commitment);
        commitment
    }

    #[track_caller]
    fn binds(asked: &Asked<'_>, expected: Option<(Hundredths, &str)>) {
        let commitments = base();
        let found = in_force(&commitments, asked);
        assert_eq!(found.map(|c| (c.target, c.clause.as_str())), expected);
    }

    #[test]
    fn departments_by_channel_and_length() {
        for period in ["2026-09", "2026-Q3", "2026"] {
            binds(&asked(Some(Channel::Online), period), Some((9_000, "B3-2.3.3")));
            binds(&asked(Some(Channel::Offline), period), Some((8_500, "B3-2.3.3")));
        }
        binds(&asked(None, "2026-09"), Some((9_000, "C-3.1")));
        binds(&asked(None, "2026-Q3"), Some((9_000, "A2-2.3.3")));
        binds(&asked(None, "2026"), None);
    }

    #[test]
    fn the_organisation_is_bound_by_channel_only() {
        let organisation =
            |channel| Asked { level: Level::Organisation, department: None, ..asked(channel, "2026-Q3") };
        binds(&organisation(Some(Channel::Online)), Some((9_000, "B3-2.3.3")));
        binds(&organisation(None), None);
    }

    #[test]
    fn points_are_promised_by_month_over_all_channels() {
        let points = |channel, period| Asked { metric: Metric::Points, ..asked(channel, period) };
        binds(&points(None, "2026-09"), Some((8_500, "D-3.1")));
        binds(&points(None, "2026-Q3"), None);
        binds(&points(Some(Channel::Online), "2026-09"), None);
    }

    #[test]
    fn an_employee_is_shown_the_departments() {
        binds(&Asked { level: Level::Employee, ..asked(None, "2026-09") }, Some((9_000, "C-3.1")));
    }

    #[test]
    fn before_the_first_day_nothing_is_promised() {
        binds(&asked(None, "2025-12"), None);
    }

    #[test]
    fn the_last_day_of_the_period_decides() {
        let ended = monthly(1, |c| c.valid_to = Some(date("2026-09-29")));
        let begun = monthly(2, |c| (c.valid_from, c.target) = (date("2026-09-30"), 9_500));
        let commitments = [ended, begun];
        let target = |period| in_force(&commitments, &asked(None, period)).map(|c| c.target);
        assert_eq!([target("2026-08"), target("2026-09")], [Some(9_000), Some(9_500)]);
    }

    #[test]
    fn a_later_change_moves_no_past_period() {
        let before = base();
        let mut after = before.clone();
        after.push(monthly(99, |c| (c.valid_from, c.target) = (date("2026-10-01"), 9_500)));
        let target = |all: &[Commitment], period| in_force(all, &asked(None, period)).map(|c| c.target);
        assert_eq!(target(&before, "2026-09"), target(&after, "2026-09"));
        assert_eq!(target(&after, "2026-10"), Some(9_500));
    }

    #[test]
    fn the_one_that_names_the_department_wins() {
        let mut commitments = base();
        commitments.push(monthly(98, |c| (c.department_code, c.target) = (Some("D1".into()), 8_000)));
        commitments.push(monthly(99, |c| (c.department_code, c.target) = (Some("D2".into()), 7_000)));
        assert_eq!(in_force(&commitments, &asked(None, "2026-09")).unwrap().target, 8_000);
    }

    #[test]
    fn words_are_read_back() {
        assert!(Metric::ALL.iter().all(|metric| metric.as_str().parse() == Ok(*metric)));
        assert!(Level::ALL.iter().all(|level| level.as_str().parse() == Ok(*level)));
        let refused = "people".parse::<Level>().unwrap_err().to_string();
        assert_eq!(refused, r#"unknown level "people": use organisation, department, employee, client"#);
    }

    #[test]
    fn json_names_are_the_words() {
        for metric in Metric::ALL {
            assert_eq!(serde_json::to_string(&metric).unwrap(), format!("{:?}", metric.as_str()));
        }
    }
}
