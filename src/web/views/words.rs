//! The words for what the domain measures and judges, and the part of a style class that goes with each.

use super::format;
use crate::domain::commitment::{Direction, Metric};
use crate::domain::eligibility::Outcome;
use crate::domain::response::Base;
use crate::domain::service_record::{Channel, Touchpoint};
use crate::domain::trend::{Assurance, Variation};
use crate::domain::verdict::{Evidence, Verdict};
use crate::i18n::Texts;

/// The verdicts, the best first.
pub const VERDICTS: [Verdict; 3] = [Verdict::Met, Verdict::MinorBreach, Verdict::MajorBreach];

/// The strengths of evidence, the strongest first.
pub const EVIDENCE: [Evidence; 3] = [Evidence::Clear, Evidence::NotDistinguishable, Evidence::TooFew];

/// What is measured.
pub fn metric(t: &Texts, metric: &Metric) -> String {
    t.get(match metric {
        Metric::SatisfactionRate => "staff-metric-satisfaction-rate",
        Metric::Points => "staff-metric-points",
        Metric::ResponseRate => "staff-metric-response-rate",
        Metric::ChannelGap => "staff-metric-channel-gap",
        Metric::ResolutionRate => "staff-metric-resolution-rate",
        Metric::ComplaintRate => "staff-metric-complaint-rate",
        Metric::ResponseTime => "staff-metric-response-time",
    })
}

/// The metric with its channel: `线上满意率`, `Satisfaction rate, online`.
pub fn metric_of(t: &Texts, of: &Metric, channel: &Option<Channel>) -> String {
    let name = metric(t, of);
    let key = match channel {
        None => return name,
        Some(Channel::Online) => "staff-metric-online",
        Some(Channel::Offline) => "staff-metric-offline",
    };
    t.with(key, &[("metric", name)])
}

/// A name with the channel that is shown of it.
pub fn with_channel(t: &Texts, name: &str, channel: &Option<Channel>) -> String {
    channel.map_or_else(|| name.to_owned(), |_| format!("{name} · {}", format::channel(t, channel)))
}

/// A written number with the metric's unit.
pub fn with_unit(t: &Texts, metric: &Metric, number: &str) -> String {
    let key = match metric {
        Metric::Points => "staff-unit-points",
        Metric::ChannelGap => "staff-unit-gap",
        Metric::ComplaintRate => "staff-unit-per-hundred",
        _ => return format::percent(t, number),
    };
    t.with(key, &[("number", number)])
}

/// `≥ 90 %`; what is better low is promised from above.
pub fn target(t: &Texts, metric: &Metric, target: &f64) -> String {
    exact_target(t, metric, &format::target(*target))
}

/// As [`target`], of a number that is written already.
pub fn exact_target(t: &Texts, metric: &Metric, number: &str) -> String {
    let sign = match metric.direction() {
        Direction::AtLeast => '≥',
        Direction::AtMost => '≤',
        Direction::Within => '±',
    };
    format!("{sign}\u{a0}{}", with_unit(t, metric, number))
}

/// How the customers came to be asked.
pub fn base(t: &Texts, base: &Base) -> String {
    t.get(match base {
        Base::Invited => "staff-base-invited",
        Base::Sample => "staff-base-sample",
        Base::WalkUp => "staff-base-walk-up",
        Base::Complaint => "staff-base-complaint",
        Base::Imported => "staff-base-imported",
    })
}

/// The contract verdict.
pub fn verdict(t: &Texts, verdict: &Verdict) -> String {
    t.get(match verdict {
        Verdict::Met => "staff-verdict-met",
        Verdict::MinorBreach => "staff-verdict-minor",
        Verdict::MajorBreach => "staff-verdict-major",
    })
}

/// Of a verdict's style class and icon.
pub const fn verdict_class(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Met => "v-met",
        Verdict::MinorBreach => "v-minor",
        Verdict::MajorBreach => "v-major",
    }
}

/// What the answers say about the verdict.
pub fn evidence(t: &Texts, evidence: &Evidence) -> String {
    t.get(match evidence {
        Evidence::Clear => "staff-evidence-clear",
        Evidence::NotDistinguishable => "staff-evidence-open",
        Evidence::TooFew => "staff-evidence-few",
    })
}

/// Of the evidence's style class and icon.
pub const fn evidence_class(evidence: &Evidence) -> &'static str {
    match evidence {
        Evidence::Clear => "e-clear",
        Evidence::NotDistinguishable => "e-open",
        Evidence::TooFew => "e-few",
    }
}

/// Whether a figure is changing.
pub fn variation(t: &Texts, variation: &Variation) -> String {
    t.get(match variation {
        Variation::Improvement => "trend-improvement",
        Variation::Concern => "trend-concern",
        Variation::Steady => "trend-steady",
    })
}

/// Of its style class and icon.
pub const fn variation_class(variation: &Variation) -> &'static str {
    match variation {
        Variation::Improvement => "m-better",
        Variation::Concern => "m-worse",
        Variation::Steady => "m-steady",
    }
}

/// Whether a target can be relied on.
pub fn assurance(t: &Texts, assurance: &Assurance) -> String {
    t.get(match assurance {
        Assurance::Hit => "trend-hit",
        Assurance::Missed => "trend-missed",
        Assurance::ByChance => "trend-by-chance",
    })
}

/// Of its style class and icon.
pub const fn assurance_class(assurance: &Assurance) -> &'static str {
    match assurance {
        Assurance::Hit => "a-hit",
        Assurance::Missed => "a-missed",
        Assurance::ByChance => "a-chance",
    }
}

/// Where a service was given, in words.
pub fn touchpoint(t: &Texts, touchpoint: &Touchpoint) -> String {
    t.get(match touchpoint {
        Touchpoint::Web => "touchpoint-web",
        Touchpoint::App => "touchpoint-app",
        Touchpoint::MiniProgram => "touchpoint-mini-program",
        Touchpoint::Email => "touchpoint-email",
        Touchpoint::Counter => "touchpoint-counter",
        Touchpoint::Shop => "touchpoint-shop",
        Touchpoint::CallCentre => "touchpoint-call-centre",
        Touchpoint::OnSite => "touchpoint-on-site",
    })
}

/// How a service ended, in words.
pub fn outcome(t: &Texts, outcome: &Outcome) -> String {
    t.get(match outcome {
        Outcome::Resolved => "asking-outcome-resolved",
        Outcome::Unresolved => "asking-outcome-unresolved",
        Outcome::Unknown => "asking-outcome-unknown",
    })
}
