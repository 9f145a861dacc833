//! Arguments that several commands take, and the words for what they name.

use std::str::FromStr;

use crate::domain::commitment::{Level, Metric};
use crate::domain::service_record::Channel;
use crate::domain::verdict::{Evidence, Verdict};
use crate::i18n::Texts;

/// `online`, `offline` or `all`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChannelArg(pub Option<Channel>);

/// No channel.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("use online, offline or all")]
pub struct UnknownChannelArg;

impl FromStr for ChannelArg {
    type Err = UnknownChannelArg;

    fn from_str(word: &str) -> Result<Self, UnknownChannelArg> {
        if word == "all" {
            return Ok(Self(None));
        }
        let channel = Channel::ALL.into_iter().find(|channel| channel.as_str() == word);
        channel.map(|channel| Self(Some(channel))).ok_or(UnknownChannelArg)
    }
}

/// The levels whose scores can be asked for.
pub fn level(word: &str) -> Result<Level, String> {
    let levels = [Level::Organisation, Level::Department, Level::Employee];
    let found = levels.into_iter().find(|level| level.as_str() == word);
    found.ok_or_else(|| "use organisation, department or employee".to_owned())
}

/// What is measured.
pub fn metric(metric: Metric, t: Texts) -> String {
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

/// What is measured, and in which channel.
pub fn metric_of(of: Metric, channel: Option<Channel>, t: Texts) -> String {
    let name = metric(of, t);
    match channel {
        None => name,
        Some(Channel::Online) => t.with("staff-metric-online", &[("metric", name)]),
        Some(Channel::Offline) => t.with("staff-metric-offline", &[("metric", name)]),
    }
}

/// The contract verdict.
pub fn verdict(verdict: Verdict, t: Texts) -> String {
    t.get(match verdict {
        Verdict::Met => "staff-verdict-met",
        Verdict::MinorBreach => "staff-verdict-minor",
        Verdict::MajorBreach => "staff-verdict-major",
    })
}

/// What the answers say about the verdict.
pub fn evidence(evidence: Evidence, t: Texts) -> String {
    t.get(match evidence {
        Evidence::Clear => "staff-evidence-clear",
        Evidence::NotDistinguishable => "staff-evidence-open",
        Evidence::TooFew => "staff-evidence-few",
    })
}

/// The channel.
pub fn channel(channel: Option<Channel>, t: Texts) -> String {
    t.get(match channel {
        None => "channel-all",
        Some(Channel::Online) => "channel-online",
        Some(Channel::Offline) => "channel-offline",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_is_every_channel_and_sideways_is_none() {
        assert_eq!("all".parse(), Ok(ChannelArg(None)));
        assert_eq!("online".parse(), Ok(ChannelArg(Some(Channel::Online))));
        assert_eq!("sideways".parse::<ChannelArg>(), Err(UnknownChannelArg));
    }

    #[test]
    fn a_clients_figures_are_asked_for_elsewhere() {
        assert_eq!(level("employee"), Ok(Level::Employee));
        assert!(level("client").is_err());
    }
}
