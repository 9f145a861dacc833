//! Figures for the sample pages, judged by the default commitments as real ones are.

use super::{date, period};
use crate::domain::commitment::{self, Commitment, Level, Metric};
use crate::domain::response::Base;
use crate::domain::scorecard::{Measure, Reach, Score, Subject, Sums};
use crate::domain::service_record::Channel;
use crate::domain::verdict::Thresholds;
use crate::web::views::figure::{Change, Figure};

pub(in crate::web::views) fn measure((k, n): (u32, u32)) -> Measure {
    Measure::Rate { k, n }
}

fn in_force(metric: Metric, channel: Option<Channel>) -> Option<Commitment> {
    let mut all = commitment::defaults(date("2026-01-01")).into_iter();
    all.find(|c| c.metric == metric && c.channel == channel && c.level == Level::Department)
}

pub(in crate::web::views) fn score(level: Level, metric: Metric, channel: Option<Channel>, measure: &Measure) -> Score {
    let (department, employee, client, base) = (None, None, None, Base::Invited);
    let subject = Subject { level, department, employee, client, channel, metric, base };
    Score::new(subject, measure, Reach::default(), in_force(metric, channel).as_ref(), &Thresholds::default())
}

/// A department's rate, judged.
pub(in crate::web::views) fn rate(channel: Option<Channel>, counts: (u32, u32)) -> Figure {
    (&score(Level::Department, Metric::SatisfactionRate, channel, &measure(counts))).into()
}

pub(in crate::web::views) fn unjudged(k: u32, n: u32) -> Figure {
    (&score(Level::Department, Metric::ResolutionRate, None, &measure((k, n)))).into()
}

pub(in crate::web::views) fn person(k: u32, n: u32) -> Figure {
    (&score(Level::Employee, Metric::SatisfactionRate, None, &measure((k, n)))).into()
}

pub(in crate::web::views) fn points(mean: u32, n: u32) -> Figure {
    points_of(Level::Department, mean, n)
}

/// `n` responses around a mean of points.
pub(in crate::web::views) fn points_of(level: Level, mean: u32, n: u32) -> Figure {
    let mut sums = Sums::default();
    (0..n).for_each(|i| sums.add_response(None, Some(mean * 100 + (i % 5) * 400 - 800)));
    (&score(level, Metric::Points, None, &sums.points())).into()
}

pub(in crate::web::views) fn change(difference: f64, interval: (f64, f64)) -> Change {
    Change { from: period("2026-09"), difference, interval }
}
