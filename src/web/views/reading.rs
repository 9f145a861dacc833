//! What a control chart says, in words with an icon each: is the figure changing, and can the target be relied on?

use super::comparison::probability;
use super::{format, words};
use crate::chart::format_value;
use crate::db::trend::Trend;
use crate::domain::commitment::Metric;
use crate::domain::period::Period;
use crate::domain::trend::{self, Assurance, Drift, Heading, MIN_FOR_LIMITS, Movement, Side, Variation};
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
        /// Whether it rose or fell of late.
        movement: Option<Movement>,
    },
    /// A rate with too few periods for limits yet.
    TooFew {
        /// Whether it rose or fell of late.
        movement: Option<Movement>,
    },
    /// Not a rate, or nothing to read.
    None,
}

impl Reading {
    /// What is said of a series.
    pub fn of(trend: &Trend) -> Self {
        let Trend { metric, movement, .. } = *trend;
        let Some(said) = trend.reading else {
            let drawn = trend.points.iter().filter(|point| point.value.is_some()).count();
            let rate = !matches!(metric, Metric::Points | Metric::ChannelGap);
            return if rate && drawn > 0 { Self::TooFew { movement } } else { Self::None };
        };
        let latest = trend.points.iter().find(|point| point.period == said.latest);
        Self::Read { said, metric, target: latest.and_then(|point| point.target), movement }
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
        let (said, metric, target, movement) = match self {
            Self::Read { said, metric, target, movement } => (said, metric, target, movement),
            Self::TooFew { movement } => {
                return moved(t, movement.as_ref()) + &t.with("trend-says-few", &[("min", MIN_FOR_LIMITS)]);
            }
            Self::None => return String::new(),
        };
        let mut text = match (said.variation, said.signal) {
            (Variation::Steady, _) | (_, None) => t.get("trend-says-steady"),
            (changed, Some(signal)) => signalled(t, changed, signal, said.side, &said.since),
        };
        if let Some(drift) = &said.drift {
            text.push_str(&drifted(t, metric, drift));
        }
        text.push_str(&moved(t, movement.as_ref()));
        if let Some((assurance, target)) = said.assurance.zip(*target) {
            let target = [("target", words::with_unit(t, metric, &format::target(target)))];
            text.push_str(&match assurance {
                Assurance::Hit => t.with("trend-says-hit", &target),
                Assurance::Missed => t.with("trend-says-missed", &target),
                Assurance::ByChance => t.with("trend-says-by-chance", &target),
            });
        }
        if let Some(times) = said.widened {
            text.push_str(&t.with("trend-says-widened", &[("times", format_value(times, 1))]));
        }
        if said.trial {
            text.push_str(&t.get("trend-says-trial"));
        }
        text
    }
}

/// Whether the figure rose or fell over the last periods.
fn moved(t: &Texts, movement: Option<&Movement>) -> String {
    let Some(movement) = movement else { return String::new() };
    let args = [
        ("since", format::period(t, &movement.since)),
        ("periods", movement.periods.to_string()),
        ("n", format::count(&movement.n)),
        ("p", compared(probability(movement.p))),
    ];
    match movement.heading {
        Heading::Up => t.with("trend-says-rose", &args),
        Heading::Down => t.with("trend-says-fell", &args),
        Heading::Level => t.with("trend-says-level", &args),
    }
}

/// A probability after its letter: `p=0.012`, `p<0.001`.
fn compared(probability: String) -> String {
    if probability.starts_with('<') { probability } else { format!("={probability}") }
}

/// The early sign of a moving average outside its limits.
fn drifted(t: &Texts, metric: &Metric, drift: &Drift) -> String {
    let limit = if drift.side == Side::Below { drift.average.lower } else { drift.average.upper };
    // One decimal, unless the two would read the same.
    let digits = if format_value(drift.average.value, 1) == format_value(limit, 1) { 2 } else { 1 };
    let figure = |value| words::with_unit(t, metric, &format_value(value, digits));
    let args = [
        ("average", figure(drift.average.value)),
        ("limit", figure(limit)),
        ("since", format::period(t, &drift.since)),
    ];
    if drift.side == Side::Below {
        t.with("trend-says-drift-below", &args)
    } else {
        t.with("trend-says-drift-above", &args)
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
