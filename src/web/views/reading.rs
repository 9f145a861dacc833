//! What a control chart says, in words with an icon each: is the figure changing, and can the target be relied on?

use super::{format, words};
use crate::domain::commitment::Metric;
use crate::domain::period::Period;
use crate::domain::trend::{self, Assurance, MIN_FOR_LIMITS, Point, Side, Variation};
use crate::i18n::Texts;

/// What is said below a trend.
#[derive(Debug, Clone)]
pub enum Reading {
    /// A chart with limits.
    Read {
        /// What it says.
        said: trend::Reading,
        /// What is measured.
        metric: Metric,
        /// The target of the latest period.
        target: Option<f64>,
    },
    /// A rate with too few periods for limits yet.
    TooFew,
    /// Not a rate, or nothing to read.
    None,
}

impl Reading {
    /// What is said of a series.
    pub fn of(metric: Metric, points: &[Point], said: Option<trend::Reading>) -> Self {
        let Some(said) = said else {
            let drawn = points.iter().filter(|point| point.value.is_some()).count();
            let rate = !matches!(metric, Metric::Points | Metric::ChannelGap);
            return if rate && drawn > 0 { Self::TooFew } else { Self::None };
        };
        let latest = points.iter().find(|point| point.period == said.latest);
        Self::Read { said, metric, target: latest.and_then(|point| point.target) }
    }

    /// Better, worse or ordinary.
    pub(super) fn variation(&self) -> Option<Variation> {
        if let Self::Read { said, .. } = self { Some(said.variation) } else { None }
    }

    /// Whether the target can be relied on.
    pub(super) fn assurance(&self) -> Option<Assurance> {
        if let Self::Read { said, .. } = self { said.assurance } else { None }
    }

    /// The sentences below the chart; empty if there is nothing to say.
    pub(super) fn text(&self, t: &Texts) -> String {
        let (said, metric, target) = match self {
            Self::Read { said, metric, target } => (said, metric, target),
            Self::TooFew => return t.with("trend-says-few", &[("min", MIN_FOR_LIMITS)]),
            Self::None => return String::new(),
        };
        let mut text = match (said.variation, said.signal) {
            (Variation::Steady, _) | (_, None) => t.get("trend-says-steady"),
            (changed, Some(signal)) => signalled(t, changed, signal, said.side, &said.since),
        };
        if let Some((assurance, target)) = said.assurance.zip(*target) {
            let target = [("target", words::with_unit(t, metric, &format::target(target)))];
            text.push_str(&match assurance {
                Assurance::Hit => t.with("trend-says-hit", &target),
                Assurance::Missed => t.with("trend-says-missed", &target),
                Assurance::ByChance => t.with("trend-says-by-chance", &target),
            });
        }
        if said.trial {
            text.push_str(&t.get("trend-says-trial"));
        }
        text
    }
}

fn signalled(t: &Texts, changed: Variation, signal: &str, side: Side, since: &Period) -> String {
    let args = [
        ("variation", words::variation(t, &changed)),
        ("rule", rule(t, signal, side)),
        ("since", format::period(t, since)),
    ];
    t.with("trend-says-signal", &args)
}

fn rule(t: &Texts, signal: &str, side: Side) -> String {
    t.get(match (signal, side) {
        ("outside", Side::Above) => "trend-outside-above",
        ("outside", _) => "trend-outside-below",
        ("shift", Side::Above) => "trend-shift-above",
        ("shift", _) => "trend-shift-below",
        ("trend", _) => "trend-run",
        (_, Side::Above) => "trend-two-of-three-above",
        _ => "trend-two-of-three-below",
    })
}
