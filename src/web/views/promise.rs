//! A commitment in words, for the pages of staff.

use std::collections::BTreeMap;

use super::{format, words};
use crate::domain::announcement::number;
use crate::domain::commitment::{Commitment, Consequence, EvidenceRule, Level, Metric};
use crate::domain::notice::Waiver;
use crate::domain::period::Grain;
use crate::domain::points::Hundredths;
use crate::domain::succession::is_ever_valid;
use crate::i18n::Texts;

/// The departments that the reader may see: name by code.
pub type Names = BTreeMap<String, String>;

/// `≥ 92.55 %`, to the last digit that was promised.
pub fn target(t: &Texts, of: &Commitment) -> String {
    words::exact_target(t, &of.metric, &number(of.target))
}

/// `5 个百分点`: how far below is still a minor breach.
pub fn tolerance(t: &Texts, of: &Commitment) -> String {
    margin(t, &of.metric, of.tolerance)
}

/// A distance from the target, in the metric's unit.
pub fn margin(t: &Texts, metric: &Metric, value: Hundredths) -> String {
    match metric {
        Metric::Points | Metric::ComplaintRate => words::with_unit(t, metric, &number(value)),
        _ => words::with_unit(t, &Metric::ChannelGap, &number(value)),
    }
}

/// Whom it binds.
pub fn scope(t: &Texts, of: &Commitment, names: &Names) -> String {
    match (of.level, &of.department_code, &of.client_code) {
        (Level::Organisation, ..) => t.get("public-scope-organisation"),
        (Level::Client, _, code) => client(t, code.as_deref().unwrap_or_default()),
        (_, Some(code), _) => names.get(code).unwrap_or(code).clone(),
        (_, None, _) => t.get("public-scope-departments"),
    }
}

/// A client, by code.
pub fn client(t: &Texts, code: &str) -> String {
    t.with("commitment-client", &[("code", code)])
}

/// How often it is judged.
pub fn grain(t: &Texts, grain: &Grain) -> String {
    t.get(match grain {
        Grain::Month => "public-grain-month",
        Grain::Quarter => "public-grain-quarter",
        Grain::Year => "public-grain-year",
    })
}

/// What follows when it is missed.
pub fn consequence(t: &Texts, consequence: &Option<Consequence>) -> String {
    t.get(match consequence {
        None => "commitment-consequence-none",
        Some(Consequence::Disclosure) => "commitment-consequence-disclosure",
        Some(Consequence::Assessment) => "commitment-consequence-assessment",
        Some(Consequence::ImprovementPlan) => "commitment-consequence-plan",
        Some(Consequence::Remedy) => "commitment-consequence-remedy",
    })
}

/// What holds while there are too few answers.
pub fn evidence_rule(t: &Texts, rule: &EvidenceRule) -> String {
    t.get(match rule {
        EvidenceRule::VerdictStands => "commitment-rule-stands",
        EvidenceRule::NoVerdict => "commitment-rule-none",
    })
}

/// Why it may come without notice.
pub fn waiver(t: &Texts, waiver: &Waiver) -> String {
    t.get(match waiver {
        Waiver::Law => "commitment-waiver-law",
        Waiver::Consent => "commitment-waiver-consent",
        Waiver::Correction => "commitment-waiver-correction",
    })
}

/// From when to when it holds.
pub fn dates(t: &Texts, of: &Commitment) -> String {
    let since = format::date(t, &of.valid_from);
    match &of.valid_to {
        None => t.with("commitment-since", &[("date", since)]),
        Some(_) if !is_ever_valid(of) => t.with("commitment-never", &[("date", since)]),
        Some(until) => t.with("public-until-date", &[("from", since), ("to", format::date(t, until))]),
    }
}

/// "满意率，每个部门 · 线上，每月".
pub fn figure(t: &Texts, of: &Commitment, names: &Names) -> String {
    let metric = words::metric_of(t, &of.metric, &of.channel);
    t.with("commitment-figure", &[("metric", metric), ("scope", scope(t, of, names)), ("grain", grain(t, &of.grain))])
}

/// "法规或行业规定调整：……".
pub fn reason(t: &Texts, why: &Option<Waiver>, note: Option<&str>) -> Option<String> {
    match (why.map(|why| waiver(t, &why)), note) {
        (Some(why), Some(note)) => Some(t.with("commitment-reason", &[("reason", why.as_str()), ("note", note)])),
        (why, note) => why.or_else(|| note.map(str::to_owned)),
    }
}
