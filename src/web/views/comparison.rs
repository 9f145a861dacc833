//! Departments beside each other, by name: a funnel, what may be said of each, and how their channels stand.

use askama::Template;

use super::figure::Figure;
use super::{choose, format, shell::Shell};
use crate::domain::commitment::Metric;
use crate::domain::comparison::Standing;
use crate::domain::period::Period;
use crate::domain::service_record::Channel;
use crate::i18n::Texts;
use crate::stats::funnel::Place;

/// `GET /comparison?period=2026-10&channel=online&against=promise`.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/comparison.html")]
pub struct ComparisonPage {
    /// The frame.
    pub shell: Shell,
    /// This page without its query.
    pub path: String,
    /// The period shown.
    pub period: Period,
    /// The periods to choose from, newest first, the shown one among them.
    pub periods: Vec<Period>,
    /// The channel shown; `None` = all.
    pub channel: Option<Channel>,
    /// Held against the promise, not against each other.
    pub promised: bool,
    /// What is promised of every department over this channel and period, percent; `None` if nothing is.
    pub promise: Option<f64>,
    /// The figures; `None` if no department's may be shown.
    pub compared: Option<Compared>,
    /// The departments, sorted by name by the caller.
    pub rows: Vec<ComparedRow>,
    /// The channels of each department, in the same order.
    pub channels: Vec<ChannelRow>,
    /// The page's figures as CSV (percent-encoded).
    pub csv_href: String,
}

/// What all departments have in common.
#[derive(Debug, Clone)]
pub struct Compared {
    /// The rate they are held against, as people read it.
    pub reference: String,
    /// Answers of all departments whose figure is shown.
    pub answers: u32,
    /// How much they differ beyond chance, as people read it; `None` where that is not said.
    pub phi: Option<String>,
    /// They do differ beyond chance.
    pub spread: bool,
    /// SVG for wide screens and paper; its texts come escaped.
    pub wide: String,
    /// SVG for phones.
    pub narrow: String,
}

/// A department beside the others.
#[derive(Debug, Clone)]
pub struct ComparedRow {
    /// Its name in the reader's language.
    pub name: String,
    /// Its page (percent-encoded).
    pub href: String,
    /// Only its own services: what is part of it stands for itself.
    pub own_only: bool,
    /// The rate over the last periods: an SVG that comes escaped.
    pub trend: Option<String>,
    /// The rate.
    pub figure: Figure,
    /// What is said of it; `None` if its figure is withheld.
    pub held: Option<HeldRow>,
}

/// What is said of a department beside the others; numbers as people read them, in percent.
#[derive(Debug, Clone)]
pub struct HeldRow {
    /// Corrected for the number of departments.
    pub standing: Standing,
    /// One-sided and exact, then the same corrected; `None` where there are too few answers to say anything.
    pub p: Option<(String, String)>,
    /// Between the lines of the funnel.
    pub place: Place,
    /// The 95 % lines at its number of answers.
    pub inner: (String, String),
    /// The 99.8 % lines.
    pub outer: (String, String),
    /// Drawn towards what all departments are like, with its 95 % interval; `None` where that is not known.
    pub steadied: Option<(String, String, String)>,
}

/// The channels of a department.
#[derive(Debug, Clone)]
pub struct ChannelRow {
    /// Its name.
    pub name: String,
    /// Online rate.
    pub online: Figure,
    /// Offline rate.
    pub offline: Figure,
    /// Online minus offline.
    pub gap: Option<Figure>,
    /// The rate over all channels.
    pub crude: Figure,
    /// The rate with the channel mix of all departments, as people read it; `None` if withheld.
    pub standardised: Option<StandardisedRow>,
}

/// A standardised rate, in percent, as people read it.
#[derive(Debug, Clone)]
pub struct StandardisedRow {
    /// The rate.
    pub rate: String,
    /// The ends of its 95 % interval.
    pub interval: (String, String),
    /// Share of the common mix that lies in channels the department has.
    pub covered: String,
}

impl ComparisonPage {
    fn channels_offered(&self) -> [Option<Channel>; 3] {
        [None, Some(Channel::Online), Some(Channel::Offline)]
    }

    fn channel_href(&self, channel: &Option<Channel>) -> String {
        self.href(format::channel_code(channel), self.promised)
    }

    fn against_href(&self, promised: bool) -> String {
        self.href(format::channel_code(&self.channel), promised)
    }

    fn href(&self, channel: &str, promised: bool) -> String {
        let href = choose::href(&self.path, &self.period, channel);
        if promised { format!("{href}&against=promise") } else { href }
    }

    /// The number of departments said to be below or above.
    fn told(&self) -> usize {
        let told = |row: &&ComparedRow| {
            row.held.as_ref().is_some_and(|held| matches!(held.standing, Standing::Below | Standing::Above))
        };
        self.rows.iter().filter(told).count()
    }

    fn told_count(&self) -> u32 {
        u32::try_from(self.told()).unwrap_or(u32::MAX)
    }

    fn held(&self) -> usize {
        self.rows.iter().filter(|row| row.held.is_some()).count()
    }

    /// "低于平均", "Above the commitment".
    fn standing(&self, standing: &Standing) -> String {
        self.shell.t.get(match (standing, self.promised) {
            (Standing::TooFew, _) => "staff-evidence-few",
            (Standing::NotDistinguishable, _) => "staff-evidence-open",
            (Standing::Below, false) => "comparison-below-average",
            (Standing::Below, true) => "comparison-below-promise",
            (Standing::Above, false) => "comparison-above-average",
            (Standing::Above, true) => "comparison-above-promise",
        })
    }

    const fn standing_class(standing: &Standing) -> &'static str {
        match standing {
            Standing::TooFew => "e-few",
            Standing::NotDistinguishable => "e-open",
            Standing::Below => "m-worse",
            Standing::Above => "m-better",
        }
    }

    fn place(&self, place: &Place) -> String {
        self.shell.t.get(match place {
            Place::FarBelow => "comparison-place-far-below",
            Place::Below => "comparison-place-below",
            Place::Within => "comparison-place-within",
            Place::Above => "comparison-place-above",
            Place::FarAbove => "comparison-place-far-above",
        })
    }

    fn range(&self, (low, high): &(String, String)) -> String {
        format::range(&self.shell.t, low, high)
    }
}

impl ChannelRow {
    /// What the interval of the gap says.
    fn verdict(&self, t: &Texts) -> Option<String> {
        let gap = self.gap.as_ref()?;
        if gap.n < super::figure::MIN_EVIDENCE_N {
            return Some(t.get("staff-evidence-few"));
        }
        let interval = gap.score.as_ref()?.interval.as_ref()?;
        Some(t.get(match () {
            () if interval.low > 0.0 => "comparison-online-higher",
            () if interval.high < 0.0 => "comparison-offline-higher",
            () => "staff-evidence-open",
        }))
    }
}

/// A probability as people read it: three decimals, never across 0.05.
pub fn probability(p: f64) -> String {
    if p < 0.001 {
        return "<0.001".to_owned();
    }
    let text = format!("{p:.3}");
    if p > 0.05 && text == "0.050" { "0.051".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probability_stays_on_its_side_of_five_percent() {
        assert_eq!([0.0004, 0.0496, 0.0504, 1.0].map(probability), ["<0.001", "0.050", "0.051", "1.000"]);
    }
}
