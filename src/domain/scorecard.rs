//! Scorecards: the figures of a department, a channel and a period, each with its n, interval, verdict and evidence.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use super::{
    commitment::{Commitment, EvidenceRule, Level, Metric},
    points::{self, Exact, from_hundredths, percent_4dp, round_4dp},
    response::Base,
    service_record::Channel,
    verdict::{self, Evidence, Thresholds, Verdict, Yardstick},
};
use crate::stats::{self, Interval};

/// Running sums of responses: all that a rate and a mean need.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sums {
    /// Valid answers to `overall`.
    pub n: u32,
    /// Of these, 85 points or more.
    pub satisfied: u32,
    /// Responses that have points.
    pub scored: u32,
    /// Their points, in hundredths.
    pub points_sum: i64,
    /// The squares of those.
    pub points_sq_sum: i64,
}

/// Sums that no responses can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("these sums belong to no set of responses; `manyi doctor` recounts them")]
pub struct ImpossibleSums;

/// How many were asked and how many answered, by the completion of the service.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// Invitations that went out.
    pub invited: u32,
    /// Of these, answered.
    pub responded: u32,
}

/// What a figure is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Measure {
    /// `k` of `n`, in percent.
    Rate {
        /// Those that count.
        k: u32,
        /// All.
        n: u32,
    },
    /// Events on services, per hundred of these: complaints, of which there may be more than services.
    PerHundred {
        /// The events.
        events: u32,
        /// The services.
        n: u32,
    },
    /// Mean points of the responses that have any.
    Points(Sums),
    /// The first rate minus the second, each as (k, n), in percentage points.
    Gap {
        /// Online.
        online: (u32, u32),
        /// Offline.
        offline: (u32, u32),
    },
}

/// Whose figure it is, and of what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Organisation, department, employee or client.
    pub level: Level,
    /// Code of the department, also of an employee.
    pub department: Option<String>,
    /// Number of the employee.
    pub employee: Option<String>,
    /// Code of the client organisation.
    pub client: Option<String>,
    /// `None` = all channels together.
    pub channel: Option<Channel>,
    /// What is measured.
    pub metric: Metric,
    /// How the customers came to be asked.
    pub base: Base,
}

/// `online`, `offline` or `all`.
pub type ChannelWord = &'static str;

/// One figure as other systems read it: an element of `scores` (CONTRACT §6).
///
/// Rates are in percent, points 0–100, all rounded half up to four decimals from the exact value. Below the minimum
/// number of answers everything that tells the score is absent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// Whose figure it is.
    pub level: Level,
    /// Code of the department.
    pub department: Option<String>,
    /// Number of the employee.
    pub employee: Option<String>,
    /// Code of the client organisation; only in a client's figures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// `online`, `offline` or `all`.
    #[serde(deserialize_with = "read_channel_word")]
    pub channel: ChannelWord,
    /// What is measured.
    pub metric: Metric,
    /// How the customers came to be asked.
    pub base: Base,
    /// What the value rests on: valid answers, responses with points, or services.
    pub n: u32,
    /// The count that a rate is made of, of the complaint rate the complaints; `None` for points and gaps.
    pub satisfied: Option<u32>,
    /// The point value; `None` if nobody answered.
    pub value: Option<f64>,
    /// The lower end of the 95 % interval.
    pub ci_low: Option<f64>,
    /// Its upper end.
    pub ci_high: Option<f64>,
    /// What was promised; `None` without a commitment in force.
    pub target: Option<f64>,
    /// A miss of up to this much is minor.
    pub tolerance: Option<f64>,
    /// The point value against the target; never given on a person.
    pub verdict: Option<Verdict>,
    /// What the answers say about the verdict; never given on a person.
    pub evidence: Option<Evidence>,
    /// Key of the commitment's clause.
    pub commitment: Option<String>,
    /// Invitations that went out.
    pub invited: u32,
    /// Of these, answered.
    pub responded: u32,
    /// Responded of invited, in percent; `None` if nobody was invited.
    pub response_rate: Option<f64>,
    /// Answers that were left out of it by two persons (FEATURES E6); said only where there are some.
    #[serde(default, skip_serializing_if = "is_none")]
    pub excluded: u32,
    /// The score is withheld because too few answered, or because it would give away another that is.
    pub suppressed: bool,
    /// The value for people, one decimal, never across an edge of the verdict.
    #[serde(skip)]
    pub shown: Option<String>,
}

fn is_none(count: &u32) -> bool {
    *count == 0
}

impl Sums {
    /// Checks sums as they come from storage.
    pub fn new(
        n: i64,
        satisfied: i64,
        scored: i64,
        points_sum: i64,
        points_sq_sum: i64,
    ) -> Result<Self, ImpossibleSums> {
        let count = |value: i64| u32::try_from(value).map_err(|_| ImpossibleSums);
        let sums =
            Self { n: count(n)?, satisfied: count(satisfied)?, scored: count(scored)?, points_sum, points_sq_sum };
        let most = i128::from(sums.scored) * 10_000;
        let possible = sums.satisfied <= sums.n
            && (0..=most).contains(&points_sum.into())
            && (0..=most * 10_000).contains(&points_sq_sum.into());
        if possible { Ok(sums) } else { Err(ImpossibleSums) }
    }

    /// Adds one response: the points of its overall answer, and its own points in hundredths.
    pub fn add_response(&mut self, overall: Option<points::Points>, points: Option<u32>) {
        let satisfied = overall.is_some_and(|points| points >= points::SATISFIED);
        let hundredths = i64::from(points.unwrap_or_default());
        *self += Self {
            n: overall.is_some().into(),
            satisfied: satisfied.into(),
            scored: points.is_some().into(),
            points_sum: hundredths,
            points_sq_sum: hundredths * hundredths,
        };
    }

    /// The satisfaction rate.
    pub const fn rate(&self) -> Measure {
        Measure::Rate { k: self.satisfied, n: self.n }
    }

    /// The mean points.
    pub const fn points(&self) -> Measure {
        Measure::Points(*self)
    }
}

impl std::ops::AddAssign for Sums {
    /// Held at the largest count there is: 4,294,967,295.
    fn add_assign(&mut self, other: Self) {
        self.n = self.n.saturating_add(other.n);
        self.satisfied = self.satisfied.saturating_add(other.satisfied);
        self.scored = self.scored.saturating_add(other.scored);
        self.points_sum = self.points_sum.saturating_add(other.points_sum);
        self.points_sq_sum = self.points_sq_sum.saturating_add(other.points_sq_sum);
    }
}

impl std::iter::Sum for Sums {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |mut total, sums| {
            total += sums;
            total
        })
    }
}

impl Reach {
    /// Responded of invited in percent, never above 100; `None` if nobody was invited.
    pub fn rate(&self) -> Option<f64> {
        percent_4dp(self.responded.min(self.invited), self.invited)
    }
}

impl Measure {
    /// What a figure is made of where there is nothing.
    pub fn nothing(metric: Metric) -> Self {
        match metric {
            Metric::Points => Self::Points(Sums::default()),
            Metric::ChannelGap => Self::Gap { online: (0, 0), offline: (0, 0) },
            Metric::ComplaintRate => Self::PerHundred { events: 0, n: 0 },
            _ => Self::Rate { k: 0, n: 0 },
        }
    }

    /// A figure made of a count again: `k` of `n`, or on `n`.
    pub const fn counted(metric: Metric, k: u32, n: u32) -> Self {
        match metric {
            Metric::ComplaintRate => Self::PerHundred { events: k, n },
            _ => Self::Rate { k, n },
        }
    }

    /// What the figure rests on; for a gap, the smaller of the two groups.
    pub fn n(&self) -> u32 {
        match *self {
            Self::Rate { n, .. } | Self::PerHundred { n, .. } => n,
            Self::Points(sums) => sums.scored,
            Self::Gap { online: (_, n1), offline: (_, n2) } => n1.min(n2),
        }
    }

    /// The point value, exact; `None` if it rests on nothing.
    pub fn value(&self) -> Option<Exact> {
        match *self {
            Self::Rate { k, n } | Self::PerHundred { events: k, n } => Exact::rate(k, n),
            Self::Points(sums) => Exact::mean(sums.points_sum, sums.scored),
            Self::Gap { online, offline } => Exact::gap(online, offline),
        }
    }

    /// The 95 % interval in the unit of the value: Wilson for a rate, t for a mean (held within 0–100; `None` for one
    /// response or without spread), Newcombe for a gap, Garwood for events. `None` where it rests on nothing.
    pub fn interval(&self) -> Option<Interval> {
        let percent = |share: Interval| Interval { low: share.low * 100.0, high: share.high * 100.0 };
        match *self {
            Self::Rate { k, n } => stats::wilson(k.into(), n.into()).map(percent),
            Self::PerHundred { events, n } => (n > 0).then(|| {
                let Interval { low, high } = stats::garwood(events.into());
                percent(Interval { low: low / f64::from(n), high: high / f64::from(n) })
            }),
            Self::Points(sums) => {
                let interval = stats::mean_interval(sums.scored.into(), sums.points_sum, sums.points_sq_sum);
                interval.map(|interval| interval.clip(0.0, 100.0))
            }
            Self::Gap { online: (k1, n1), offline: (k2, n2) } => {
                stats::newcombe(k1.into(), n1.into(), k2.into(), n2.into()).map(percent)
            }
        }
    }

    /// What the answers say about a verdict.
    pub fn evidence(&self, verdict: Verdict, yardstick: &Yardstick, thresholds: &Thresholds) -> Evidence {
        let minimum = thresholds.evidence;
        match *self {
            Self::Rate { k, n } => verdict::evidence_rate(k, n, verdict, yardstick, minimum),
            Self::PerHundred { events, n } => verdict::evidence_events(events, n, verdict, yardstick, minimum),
            Self::Points(Sums { scored, points_sum, points_sq_sum, .. }) => {
                verdict::evidence_points(points_sum, points_sq_sum, scored, verdict, yardstick, minimum)
            }
            Self::Gap { .. } => self.interval().map_or(Evidence::TooFew, |interval| {
                verdict::evidence_gap(interval, self.n(), verdict, yardstick, minimum)
            }),
        }
    }
}

impl Score {
    /// The figure of `subject`, judged by the commitment in force if there is one.
    ///
    /// Only what was asked by invitation or in the follow-up sample is judged (FEATURES E4). An employee's figure shows
    /// the department's target and is never judged.
    pub fn new(
        subject: Subject,
        measure: &Measure,
        reach: Reach,
        commitment: Option<&Commitment>,
        thresholds: &Thresholds,
    ) -> Self {
        let commitment = commitment.filter(|_| matches!(subject.base, Base::Invited | Base::Sample));
        let yardstick = commitment.map(Yardstick::from);
        let value = measure.value();
        let interval = measure.interval();
        let judged = subject.level != Level::Employee;
        let verdict = yardstick.as_ref().filter(|_| judged).zip(value).map(|(stick, value)| stick.judge(value));
        let evidence = match (&yardstick, verdict) {
            (Some(stick), Some(verdict)) => Some(measure.evidence(verdict, stick, thresholds)),
            (Some(_), None) if judged => Some(Evidence::TooFew),
            _ => None,
        };
        let silent = commitment.is_some_and(|commitment| commitment.evidence_rule == EvidenceRule::NoVerdict);
        let mut score = Self {
            level: subject.level,
            department: subject.department,
            employee: subject.employee,
            client: subject.client,
            channel: subject.channel.map_or("all", channel_word),
            metric: subject.metric,
            base: subject.base,
            n: measure.n(),
            satisfied: match measure {
                Measure::Rate { k, .. } | Measure::PerHundred { events: k, .. } => Some(*k),
                Measure::Points(_) | Measure::Gap { .. } => None,
            },
            value: value.map(Exact::to_4dp),
            ci_low: interval.map(|interval| round_4dp(interval.low)),
            ci_high: interval.map(|interval| round_4dp(interval.high)),
            target: commitment.map(|commitment| from_hundredths(commitment.target)),
            tolerance: commitment.map(|commitment| from_hundredths(commitment.tolerance)),
            verdict: verdict.filter(|_| !(silent && evidence == Some(Evidence::TooFew))),
            evidence,
            commitment: commitment.map(|commitment| commitment.clause.clone()),
            invited: reach.invited,
            responded: reach.responded,
            response_rate: reach.rate(),
            excluded: 0,
            suppressed: false,
            shown: value.map(|value| yardstick.map_or_else(|| value.shown(&[]), |stick| stick.show(value))),
        };
        if score.n < thresholds.score {
            score.suppress();
        }
        score
    }

    /// Withholds everything that tells the score, also where a small group could be worked out from it (F8).
    pub fn suppress(&mut self) {
        self.suppressed = true;
        self.satisfied = None;
        (self.value, self.ci_low, self.ci_high, self.shown) = (None, None, None, None);
        self.verdict = None;
        self.evidence = self.evidence.map(|_| Evidence::TooFew);
    }
}

fn read_channel_word<'de, D: Deserializer<'de>>(input: D) -> Result<ChannelWord, D::Error> {
    let word = String::deserialize(input)?;
    let all = [None, Some(Channel::Online), Some(Channel::Offline)];
    let words = all.map(|channel| channel.map_or("all", channel_word));
    words.into_iter().find(|known| *known == word).ok_or_else(|| D::Error::custom("no channel"))
}

const fn channel_word(channel: Channel) -> &'static str {
    match channel {
        Channel::Online => "online",
        Channel::Offline => "offline",
    }
}

#[cfg(test)]
mod tests;
