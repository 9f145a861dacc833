//! A figure as a page shows it: the value with its n and its interval, and beside it, never mixed, the contract verdict
//! and the evidence (DESIGN decision 6).

use super::{format, words};
use crate::domain::commitment::Metric;
use crate::domain::period::Period;
use crate::domain::points::Exact;
use crate::domain::scorecard;
use crate::domain::verdict::{Evidence, Thresholds, Verdict};
use crate::i18n::Texts;

/// Below this n no score is shown (DESIGN decision 7).
pub const MIN_SCORE_N: u32 = Thresholds::DEFAULT.score;

/// Below this n no comment is shown (DESIGN decision 7).
pub const MIN_COMMENT_N: u32 = Thresholds::DEFAULT.comment;

/// Below this n a person has no figure in what leaves for HR (STATISTICS §2).
pub const MIN_PERSON_N: u32 = Thresholds::DEFAULT.person_export;

/// Below this n the evidence is too thin for any conclusion (STATISTICS §2).
pub const MIN_EVIDENCE_N: u32 = Thresholds::DEFAULT.evidence;

/// A figure: how many answered, the score if it may be shown, and how it stands against a commitment.
#[derive(Debug, Clone)]
pub struct Figure {
    /// Valid answers.
    pub n: u32,
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
    /// The 95 % interval; `None` where there is none (a mean of one, or of equal values).
    pub interval: Option<Interval>,
}

/// A 95 % interval in the unit of its score.
#[derive(Debug, Clone)]
pub struct Interval {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// Both as people read them, each on its own side of the target.
    pub shown: (String, String),
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
    pub from: Period,
    /// Now minus then, in percentage points or points.
    pub difference: f64,
    /// The 95 % interval of the difference.
    pub interval: (f64, f64),
}

/// How many of those invited responded.
#[derive(Debug, Clone, Copy)]
pub struct Response {
    /// Invitations sent, by the completion of their service.
    pub invited: u32,
    /// Of these, answered.
    pub responded: u32,
    /// Percent; `None` if nobody was invited.
    pub rate: Option<f64>,
}

impl From<&scorecard::Score> for Figure {
    /// A figure without `shown` is a withheld one.
    fn from(score: &scorecard::Score) -> Self {
        let shown = score.shown.as_ref().filter(|_| !score.suppressed).zip(score.value);
        let judgement = score.target.map(|target| Judgement {
            target,
            verdict: score.verdict,
            evidence: score.evidence,
            clause: score.commitment.clone().unwrap_or_default(),
        });
        Self {
            n: score.n,
            score: shown.map(|(shown, value)| Score { value, shown: shown.clone(), interval: interval(score) }),
            judgement,
        }
    }
}

fn interval(score: &scorecard::Score) -> Option<Interval> {
    let target = score.target.and_then(Exact::from_4dp).and_then(Exact::to_hundredths);
    let targets: Vec<_> = target.into_iter().collect();
    let shown = |bound: f64| Some(Exact::from_4dp(bound)?.shown(&targets));
    let (low, high) = score.ci_low.zip(score.ci_high)?;
    Some(Interval { low, high, shown: (shown(low)?, shown(high)?) })
}

impl From<scorecard::Reach> for Response {
    fn from(reach: scorecard::Reach) -> Self {
        Self { invited: reach.invited, responded: reach.responded, rate: reach.rate() }
    }
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

    /// Enough answered for a score, and yet it is not shown, since another's could be had from it.
    pub const fn is_withheld(&self) -> bool {
        self.score.is_none() && !self.is_small()
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
        words::with_unit(t, metric, &self.text())
    }

    /// `87.0–94.7`; with signs in it `−9.0 to −1.2`.
    pub fn interval_text(&self, t: &Texts) -> Option<String> {
        let (low, high) = &self.interval.as_ref()?.shown;
        Some(format::range(t, &low.replace('-', "\u{2212}"), &high.replace('-', "\u{2212}")))
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
