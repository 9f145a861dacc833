//! Figures with and without the answers that were left out of them (FEATURES E6).

use super::{figure::Figure, format, words};
use crate::domain::commitment::Metric;
use crate::domain::response::Base;
use crate::domain::scorecard;
use crate::domain::service_record::Channel;
use crate::i18n::Texts;

/// A figure that something was left out of.
#[derive(Debug, Clone)]
pub struct LeftOutRow {
    /// Satisfaction rate or points.
    pub metric: Metric,
    /// Over which channel; `None` = all.
    pub channel: Option<Channel>,
    /// How the customers came to be asked.
    pub base: Base,
    /// Answers left out.
    pub count: u32,
    /// As it counts.
    pub without: Side,
    /// With them; `None` where the figure without them is withheld.
    pub with: Option<With>,
}

/// A figure with what was left out.
#[derive(Debug, Clone)]
pub enum With {
    /// As it would be.
    Known(Side),
    /// If all of them were dissatisfied, and if all were satisfied; of points, if all had none, and if all had a hundred.
    Between(Side, Side),
}

/// A figure with its count.
#[derive(Debug, Clone)]
pub struct Side {
    /// The figure.
    pub figure: Figure,
    /// Satisfied answers, of a rate.
    pub satisfied: Option<u32>,
}

impl From<&scorecard::Score> for Side {
    fn from(score: &scorecard::Score) -> Self {
        Self { figure: score.into(), satisfied: score.satisfied }
    }
}

impl LeftOutRow {
    /// What is measured, over which channel and on which base.
    pub fn name(&self, t: &Texts) -> String {
        let name = words::metric_of(t, &self.metric, &self.channel);
        match self.base {
            Base::Invited => name,
            base => format!("{name} · {}", words::base(t, &base)),
        }
    }

    /// What the two ends suppose.
    pub fn ends(&self, t: &Texts) -> (String, String) {
        match self.metric {
            Metric::Points => (t.get("exclusion-least-points"), t.get("exclusion-most-points")),
            _ => (t.get("exclusion-least"), t.get("exclusion-most")),
        }
    }

    /// What the answers left out do to the verdict; nothing where none is given, or another promise held.
    pub fn verdicts(&self, t: &Texts) -> Option<String> {
        let target = |side: &Side| side.figure.judgement.as_ref().map(|judgement| judgement.target);
        let verdict = |side: &Side| side.figure.verdict();
        let (low, high) = match self.with.as_ref()? {
            With::Known(side) => (side, side),
            With::Between(low, high) => (low, high),
        };
        let (now, low_verdict, high_verdict) = (verdict(&self.without)?, verdict(low)?, verdict(high)?);
        if target(&self.without) != target(low) {
            return None;
        }
        if low_verdict == high_verdict {
            let key = if low_verdict == now { "exclusion-verdict-same" } else { "exclusion-verdict-other" };
            return Some(t.with(key, &[("verdict", words::verdict(t, &low_verdict))]));
        }
        let args = [("low", words::verdict(t, &low_verdict)), ("high", words::verdict(t, &high_verdict))];
        Some(t.with("exclusion-verdict-open", &args))
    }
}

impl Side {
    /// "36 of 40".
    pub fn counts(&self, t: &Texts) -> String {
        let n = format::count(&self.figure.n);
        match self.satisfied {
            Some(k) => t.with("exclusion-counts", &[("k", format::count(&k)), ("n", n)]),
            None => format!("n={n}"),
        }
    }
}
