//! A figure as a page shows it: the value with its n and its interval, and beside it, never mixed, the contract verdict
//! and the evidence (DESIGN decision 6).

use super::format;
use crate::domain::service_record::Channel;
use crate::i18n::Texts;

/// Below this n no score is shown (DESIGN decision 7).
pub const MIN_SCORE_N: u64 = 5;

/// Below this n no comment is shown (DESIGN decision 7).
pub const MIN_COMMENT_N: u64 = 8;

/// Below this n the evidence is too thin for any conclusion (STATISTICS §2).
pub const MIN_EVIDENCE_N: u64 = 30;

/// What is measured (CONTRACT §8.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// Share of satisfied among valid overall answers, percent.
    SatisfactionRate,
    /// Mean points of the responses, 0–100.
    Points,
    /// Responded of invited, percent.
    ResponseRate,
    /// Online rate minus offline rate, percentage points.
    ChannelGap,
    /// Records resolved among those that say, percent.
    ResolutionRate,
    /// Complaints per 100 service records.
    ComplaintRate,
    /// Records answered in time among those with both times, percent.
    ResponseTime,
}

/// Who gave the answers; bases are never pooled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base {
    /// Self answers to invitations.
    Invited,
    /// The quarter's follow-up sample.
    Sample,
    /// Answers at a counter's QR code.
    WalkUp,
    /// Follow-ups of complaints.
    Complaint,
}

/// The contract verdict, from the point value (B3-4.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// At or above the target.
    Met,
    /// Below it within the tolerance.
    MinorBreach,
    /// Below the tolerance.
    MajorBreach,
}

/// What n and the interval say about the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// The exact test supports the verdict.
    Clear,
    /// It does not.
    NotDistinguishable,
    /// n < 30.
    TooFew,
}

/// A figure: how many answered, the score if it may be shown, and how it stands against a commitment.
#[derive(Debug, Clone)]
pub struct Figure {
    /// Valid answers.
    pub n: u64,
    /// `None` if suppressed: n below [`MIN_SCORE_N`], or hidden so that another small group can't be worked out.
    pub score: Option<Score>,
    /// `None` if no commitment is in force.
    pub judgement: Option<Judgement>,
}

/// A score that may be shown.
#[derive(Debug, Clone)]
pub struct Score {
    /// Percent or points, rounded to four decimals, for machines that read the page.
    pub value: f64,
    /// As people read it, on the right side of every threshold: `domain::points::Exact::shown`.
    pub shown: String,
    /// The 95 % interval in the same unit; `None` where there is none (a mean of one, or of equal values).
    pub interval: Option<(f64, f64)>,
}

/// How a figure stands against a commitment.
#[derive(Debug, Clone)]
pub struct Judgement {
    /// In the unit of the figure.
    pub target: f64,
    /// `None` for a suppressed figure and for employees, on whom no verdict is given.
    pub verdict: Option<Verdict>,
    /// `None` for employees.
    pub evidence: Option<Evidence>,
    /// Key of the clause: `B3-2.3.3`.
    pub clause: String,
}

/// A change against an earlier period.
#[derive(Debug, Clone)]
pub struct Change {
    /// The earlier period.
    pub from: crate::domain::period::Period,
    /// Now minus then, in percentage points or points.
    pub difference: f64,
    /// The 95 % interval of the difference.
    pub interval: (f64, f64),
}

/// How many of those invited responded.
#[derive(Debug, Clone, Copy)]
pub struct Response {
    /// Invitations sent, by the completion of their service.
    pub invited: u64,
    /// Of these, answered.
    pub responded: u64,
    /// Percent; `None` if nobody was invited.
    pub rate: Option<f64>,
}

impl Figure {
    /// Nobody answered.
    pub const fn is_empty(&self) -> bool {
        self.n == 0
    }

    /// Too few answered for a score.
    pub const fn is_small(&self) -> bool {
        self.n < MIN_SCORE_N
    }

    /// The verdict, if one is given.
    pub fn verdict(&self) -> Option<Verdict> {
        self.judgement.as_ref().and_then(|judgement| judgement.verdict)
    }

    /// The evidence, if it is weighed.
    pub fn evidence(&self) -> Option<Evidence> {
        self.judgement.as_ref().and_then(|judgement| judgement.evidence)
    }
}

impl Score {
    /// The value as read, with a true minus sign.
    pub fn text(&self) -> String {
        self.shown.replace('-', "\u{2212}")
    }

    /// The value with its unit.
    pub fn with_unit(&self, t: &Texts, metric: &Metric) -> String {
        metric.with_unit(t, &self.text())
    }

    /// `87.0–94.7`; with signs in it `−9.0 to −1.2`.
    pub fn interval_text(&self, t: &Texts) -> Option<String> {
        self.interval.map(|(low, high)| format::range(t, low, high))
    }
}

impl Change {
    /// 0 is outside the interval.
    pub fn is_significant(&self) -> bool {
        self.interval.0 > 0.0 || self.interval.1 < 0.0
    }

    /// `−5.1, significantly down`: the difference and what it means.
    pub fn text(&self, t: &Texts) -> String {
        let key = match (self.is_significant(), self.difference < 0.0) {
            (false, _) => "staff-change-none",
            (true, true) => "staff-change-down",
            (true, false) => "staff-change-up",
        };
        t.with(key, &self.args(t))
    }

    /// The interval of the difference, in words.
    pub fn interval_text(&self, t: &Texts) -> String {
        t.with("staff-change-interval", &self.args(t))
    }

    /// The arguments of a sentence about the change.
    pub(super) fn args(&self, t: &Texts) -> [(&'static str, String); 5] {
        let (low, high) = self.interval;
        [
            ("period", format::short_period(t, &self.from)),
            ("difference", format::signed(self.difference)),
            ("size", format::decimal(self.difference.abs())),
            ("low", format::signed(low)),
            ("high", format::signed(high)),
        ]
    }
}

impl Response {
    /// `31.0 %`, or a dash if nobody was invited.
    pub fn text(&self, t: &Texts) -> String {
        self.rate.map_or_else(|| "—".to_owned(), |rate| format::percent(t, &format::decimal(rate)))
    }

    /// `203/655`.
    pub fn ratio(&self) -> String {
        format!("{}/{}", format::count(&self.responded), format::count(&self.invited))
    }
}

impl Metric {
    /// Its name.
    pub fn name(self, t: &Texts) -> String {
        t.get(match self {
            Self::SatisfactionRate => "staff-metric-satisfaction-rate",
            Self::Points => "staff-metric-points",
            Self::ResponseRate => "staff-metric-response-rate",
            Self::ChannelGap => "staff-metric-channel-gap",
            Self::ResolutionRate => "staff-metric-resolution-rate",
            Self::ComplaintRate => "staff-metric-complaint-rate",
            Self::ResponseTime => "staff-metric-response-time",
        })
    }

    /// A written number with this metric's unit.
    pub fn with_unit(self, t: &Texts, number: &str) -> String {
        match self {
            Self::Points => t.with("staff-unit-points", &[("number", number)]),
            Self::ChannelGap => t.with("staff-unit-gap", &[("number", number)]),
            Self::ComplaintRate => t.with("staff-unit-per-hundred", &[("number", number)]),
            _ => format::percent(t, number),
        }
    }

    /// `≥ 90 %`; a rate of complaints is promised from above.
    pub fn target(self, t: &Texts, target: &f64) -> String {
        let sign = if self == Self::ComplaintRate { '≤' } else { '≥' };
        format!("{sign}\u{a0}{}", self.with_unit(t, &format::target(*target)))
    }

    /// The metric with its channel: `线上满意率`, `Satisfaction rate, online`.
    pub fn of_channel(self, t: &Texts, channel: &Option<Channel>) -> String {
        let name = self.name(t);
        if channel.is_none() {
            return name;
        }
        t.with("staff-metric-of-channel", &[("channel", format::channel(t, channel)), ("metric", name)])
    }
}

impl Base {
    /// Its name.
    pub fn name(self, t: &Texts) -> String {
        t.get(match self {
            Self::Invited => "staff-base-invited",
            Self::Sample => "staff-base-sample",
            Self::WalkUp => "staff-base-walk-up",
            Self::Complaint => "staff-base-complaint",
        })
    }
}

impl Verdict {
    /// All of them, the best first.
    pub const ALL: [Self; 3] = [Self::Met, Self::MinorBreach, Self::MajorBreach];

    /// Its word.
    pub fn word(self, t: &Texts) -> String {
        t.get(match self {
            Self::Met => "staff-verdict-met",
            Self::MinorBreach => "staff-verdict-minor",
            Self::MajorBreach => "staff-verdict-major",
        })
    }

    /// The last part of its style class and icon.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::MinorBreach => "minor",
            Self::MajorBreach => "major",
        }
    }
}

impl Evidence {
    /// All of them, the strongest first.
    pub const ALL: [Self; 3] = [Self::Clear, Self::NotDistinguishable, Self::TooFew];

    /// Its word.
    pub fn word(self, t: &Texts) -> String {
        t.get(match self {
            Self::Clear => "staff-evidence-clear",
            Self::NotDistinguishable => "staff-evidence-open",
            Self::TooFew => "staff-evidence-few",
        })
    }

    /// The last part of its style class and icon.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::NotDistinguishable => "open",
            Self::TooFew => "few",
        }
    }
}
