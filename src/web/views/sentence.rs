//! The sentence at the top of a department's page, made from the page's own numbers.

use super::figure::{Change, MIN_EVIDENCE_N};
use super::{format, words};
use crate::domain::commitment::Metric;
use crate::domain::explanation::Part;
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
    /// Of the satisfaction rate: `domain::explanation::explain`.
    pub parts: Vec<Part>,
    /// Against the period before; `None` if either is suppressed.
    pub change: Option<Change>,
}

impl Sentence {
    /// The sentence: 「10 月线上满意率 91.6 %（n=203，95 % 区间 87.0–94.7），达到 90 % 承诺，但样本不足以区分。」
    pub fn text(&self, t: &Texts) -> String {
        let mut text: String = self.parts.iter().map(|part| self.part(t, part)).collect();
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

    /// How many more answers would decide; empty if enough have come.
    pub fn outlook(&self, t: &Texts) -> String {
        let said = self.parts.iter().filter_map(|part| match part {
            Part::MoreToSay { answers } => Some(t.with("staff-says-more-to-say", &[("n", format::count(answers))])),
            Part::MoreToShow { answers, target } => Some(
                t.with("staff-says-more-to-show", &[("n", format::count(answers)), ("target", percent(t, target))]),
            ),
            _ => None,
        });
        said.collect()
    }

    /// The verdict, if one is given.
    pub fn verdict(&self) -> Option<Verdict> {
        self.parts.iter().find_map(|part| if let Part::Judged { verdict, .. } = part { Some(*verdict) } else { None })
    }

    /// The evidence, if it is weighed.
    pub fn evidence(&self) -> Option<Evidence> {
        self.parts.iter().find_map(|part| if let Part::Supported { evidence } = part { Some(*evidence) } else { None })
    }

    fn part(&self, t: &Texts, part: &Part) -> String {
        match part {
            Part::NoAnswers => t.with("staff-says-nobody", &self.subject(t)),
            Part::Hidden { n, minimum } => {
                let [period, channel] = self.subject(t);
                let (n, minimum) = (("n", format::count(n)), ("min", format::count(minimum)));
                t.with("staff-says-few", &[period, channel, n, minimum])
            }
            Part::Withheld => t.with("staff-says-hidden", &self.subject(t)),
            Part::Counted { n, shown, .. } | Part::Valued { n, shown } => {
                let [period, channel] = self.subject(t);
                let key = if self.has_interval() { "staff-says-value" } else { "staff-says-value-only" };
                t.with(key, &[period, channel, ("n", format::count(n)), ("value", percent(t, shown))])
            }
            Part::Interval { low, high } => t.with("staff-says-interval", &[("interval", format::range(t, low, high))]),
            Part::NotPromised | Part::OfPerson { .. } => t.get("staff-says-no-commitment"),
            Part::Judged { verdict, target } => {
                let key = match verdict {
                    Verdict::Met => "staff-says-met",
                    Verdict::MinorBreach => "staff-says-minor",
                    Verdict::MajorBreach => "staff-says-major",
                };
                t.with(key, &[("target", percent(t, target))])
            }
            Part::Supported { evidence } => match (self.verdict(), evidence) {
                // Nothing was judged because of the few answers: the clause of the verdict is missing before it.
                (None, _) => t.with("staff-says-not-judged", &[("min", MIN_EVIDENCE_N)]),
                (_, Evidence::Clear) => t.get("staff-says-clear"),
                (_, Evidence::NotDistinguishable) => t.get("staff-says-not-distinguishable"),
                (_, Evidence::TooFew) => t.with("staff-says-too-few", &[("min", MIN_EVIDENCE_N)]),
            },
            Part::MoreToSay { .. } | Part::MoreToShow { .. } => String::new(),
        }
    }

    /// Nobody has answered.
    pub fn is_empty(&self) -> bool {
        self.parts.contains(&Part::NoAnswers)
    }

    fn has_interval(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Interval { .. }))
    }

    fn subject(&self, t: &Texts) -> [(&'static str, String); 2] {
        let channel = match self.channel {
            Some(Channel::Online) => t.get("staff-says-online"),
            Some(Channel::Offline) => t.get("staff-says-offline"),
            None => t.get("staff-says-all"),
        };
        [("period", format::short_period(t, &self.period)), ("channel", channel)]
    }
}

fn percent(t: &Texts, number: &str) -> String {
    words::with_unit(t, &Metric::SatisfactionRate, number)
}
