//! The sentence at the top of a department's page, made from the page's own numbers.

use super::figure::{Change, Figure, Judgement, MIN_EVIDENCE_N, MIN_SCORE_N, Score};
use super::{format, words};
use crate::domain::commitment::Metric;
use crate::domain::period::Period;
use crate::domain::service_record::Channel;
use crate::domain::verdict::{Evidence, Verdict};
use crate::i18n::Texts;

/// What the sentence says: how satisfied the customers of a period and channel were, whether that keeps the promise,
/// whether there are answers enough to be sure, and what changed.
#[derive(Debug, Clone)]
pub struct Sentence {
    /// The period shown.
    pub period: Period,
    /// `None` = all channels.
    pub channel: Option<Channel>,
    /// The satisfaction rate.
    pub figure: Figure,
    /// Against the period before; `None` if either is suppressed.
    pub change: Option<Change>,
}

impl Sentence {
    /// The sentence: 「10 月线上满意率 91.6 %（n=203，95 % 区间 87.0–94.7），达到 90 % 承诺，但样本不足以区分。」
    pub fn text(&self, t: &Texts) -> String {
        let Some(score) = &self.figure.score else { return self.suppressed(t) };
        let mut text = self.value(t, score);
        text.push_str(&match &self.figure.judgement {
            Some(judgement) => judged(t, judgement),
            None => t.get("staff-says-no-commitment"),
        });
        if let Some(change) = &self.change {
            let key = match (change.is_significant(), change.difference < 0.0) {
                (false, _) => "staff-says-change-none",
                (true, true) => "staff-says-change-down",
                (true, false) => "staff-says-change-up",
            };
            text.push_str(&t.with(key, &change.args(t)));
        }
        text
    }

    fn subject(&self, t: &Texts) -> [(&'static str, String); 4] {
        let channel = match self.channel {
            Some(Channel::Online) => t.get("staff-says-online"),
            Some(Channel::Offline) => t.get("staff-says-offline"),
            None => t.get("staff-says-all"),
        };
        [
            ("period", format::short_period(t, &self.period)),
            ("channel", channel),
            ("n", format::count(&self.figure.n)),
            ("min", MIN_SCORE_N.to_string()),
        ]
    }

    fn value(&self, t: &Texts, score: &Score) -> String {
        let [period, channel, n, _] = self.subject(t);
        let value = ("value", score.with_unit(t, &Metric::SatisfactionRate));
        match score.interval_text(t) {
            Some(interval) => t.with("staff-says-value", &[period, channel, n, value, ("interval", interval)]),
            None => t.with("staff-says-value-only", &[period, channel, n, value]),
        }
    }

    fn suppressed(&self, t: &Texts) -> String {
        let key = match self.figure.n {
            0 => "staff-says-nobody",
            n if n < MIN_SCORE_N => "staff-says-few",
            _ => "staff-says-hidden",
        };
        t.with(key, &self.subject(t))
    }
}

fn judged(t: &Texts, judgement: &Judgement) -> String {
    let target = [("target", words::with_unit(t, &Metric::SatisfactionRate, &format::target(judgement.target)))];
    let Some(verdict) = judgement.verdict else { return t.get("staff-says-end") };
    let verdict_key = match verdict {
        Verdict::Met => "staff-says-met",
        Verdict::MinorBreach => "staff-says-minor",
        Verdict::MajorBreach => "staff-says-major",
    };
    let evidence = match judgement.evidence {
        Some(Evidence::Clear) => t.get("staff-says-clear"),
        Some(Evidence::NotDistinguishable) => t.get("staff-says-not-distinguishable"),
        Some(Evidence::TooFew) => t.with("staff-says-too-few", &[("min", MIN_EVIDENCE_N)]),
        None => t.get("staff-says-end"),
    };
    t.with(verdict_key, &target) + &evidence
}
