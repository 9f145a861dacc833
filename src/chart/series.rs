//! From the domain's series to what is drawn of it: the same for pages, files and commands.

use super::labels::Labels;
use super::trend::{Limits, Trend, TrendPoint, Unit};
use crate::domain::commitment::{Direction, Metric};
use crate::domain::locale::Locale;
use crate::domain::trend::{Average, Edition, Point};

impl Trend {
    /// The drawing of a metric's series, with its control limits where it has them. `id` is unique on its page.
    pub fn of(id: String, title: String, metric: Metric, points: &[Point], locale: Locale) -> Self {
        let labels = Labels::of(locale);
        Self {
            id,
            title,
            subtitle: None,
            unit: Unit::of(metric),
            points: points.iter().map(|point| drawn(point, metric, labels)).collect(),
            locale,
            from_zero: false,
        }
    }
}

impl Unit {
    /// What a metric's values are counted in.
    pub const fn of(metric: Metric) -> Self {
        match metric {
            Metric::Points => Self::Points,
            Metric::ChannelGap => Self::Difference,
            Metric::ComplaintRate => Self::PerHundred,
            _ => Self::Percent,
        }
    }
}

fn drawn(point: &Point, metric: Metric, labels: &Labels) -> TrendPoint {
    let floor = point.target.zip(point.tolerance).map(|(target, tolerance)| target - tolerance);
    let limits = point.center.zip(point.lower.zip(point.upper));
    let notes: Vec<_> = point.editions.iter().map(|edition| noted(edition, labels)).collect();
    TrendPoint {
        label: point.period.to_string(),
        n: point.n.into(),
        value: point.value,
        shown: point.shown.clone(),
        low: point.ci_low,
        high: point.ci_high,
        target: point.target,
        minor_floor: floor.filter(|_| metric.direction() == Direction::AtLeast),
        note: (!notes.is_empty()).then(|| notes.join(&labels.list_separator)),
        limits: limits.map(|(center, (lower, upper))| Limits { center, lower, upper }),
        average: point.average.map(|Average { value, lower, upper }| Limits { center: value, lower, upper }),
        signal: point.signal,
        variation: point.variation,
    }
}

fn noted(edition: &Edition, labels: &Labels) -> String {
    let version = edition.version.to_string();
    match edition.questionnaire.as_str() {
        "online" => labels.edition_online.fill(&[&version]),
        "offline" => labels.edition_offline.fill(&[&version]),
        other => labels.edition.fill(&[other, &version]),
    }
}
