//! A figure over successive periods, and the limits between which its movement is noise.

use serde::Serialize;

use super::period::Period;
use super::points::round_4dp;
use super::scorecard::{Measure, Score};
use crate::stats::Count;
use crate::stats::control_chart::p_chart;
use crate::stats::signals::{Signals, signals};

/// Periods with a figure from which on limits can be drawn; with fewer they would move with every new one.
pub const MIN_FOR_LIMITS: usize = 12;

/// One period. Rates in percent, points 0–100, rounded half up to four decimals.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Point {
    /// The period.
    pub period: Period,
    /// What the value rests on.
    pub n: u32,
    /// `None` where nobody answered, or too few to tell.
    pub value: Option<f64>,
    /// The lower end of the 95 % interval.
    pub ci_low: Option<f64>,
    /// Its upper end.
    pub ci_high: Option<f64>,
    /// The commitment in force in this period, also where nobody answered.
    pub target: Option<f64>,
    /// The mean of a rate over all periods shown; from twelve periods on.
    pub center: Option<f64>,
    /// Below this a rate is more than noise; by the period's n.
    pub lower: Option<f64>,
    /// Above this a rate is more than noise.
    pub upper: Option<f64>,
    /// Why the period is more than noise: `outside`, `shift`, `trend` or `two_of_three`, the strongest of those that
    /// hold.
    pub signal: Option<&'static str>,
    /// A miss of up to this much is minor.
    #[serde(skip)]
    pub tolerance: Option<f64>,
}

/// Adds the control limits of a rate (p chart), once there are [`MIN_FOR_LIMITS`] periods; `measures` stand where their
/// points do. Periods whose figure is withheld stay out of the mean, or it
/// would give them away.
pub fn draw_limits(points: &mut [Point], measures: &[Measure]) {
    let count = |(point, measure): (&Point, &Measure)| match *measure {
        Measure::Rate { k, n } if point.value.is_some() => Count::new(k.into(), n.into()),
        _ => Count::new(0, 0),
    };
    let Some(counts) = points.iter().zip(measures).map(count).collect::<Option<Vec<Count>>>() else { return };
    let Some(chart) = p_chart(&counts) else { return };
    if chart.points.iter().flatten().count() < MIN_FOR_LIMITS {
        return;
    }
    let percent = |share: f64| Some(round_4dp(share * 100.0));
    let drawn = chart.points.iter().zip(signals(&chart));
    for (point, (limits, signals)) in points.iter_mut().zip(drawn) {
        let Some(limits) = limits else { continue };
        (point.center, point.lower, point.upper) = (percent(chart.centre), percent(limits.low), percent(limits.high));
        point.signal = signals.and_then(strongest);
    }
}

fn strongest(signals: Signals) -> Option<&'static str> {
    let rules = [
        (signals.outside, "outside"),
        (signals.shift, "shift"),
        (signals.trend, "trend"),
        (signals.two_of_three, "two_of_three"),
    ];
    rules.into_iter().find(|(holds, _)| *holds).map(|(_, name)| name)
}

impl Point {
    /// The period's figure, still without limits.
    pub fn new(period: Period, score: &Score) -> Self {
        Self {
            period,
            n: score.n,
            value: score.value,
            ci_low: score.ci_low,
            ci_high: score.ci_high,
            target: score.target,
            center: None,
            lower: None,
            upper: None,
            signal: None,
            tolerance: score.tolerance,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(counts: &[(u32, u32)]) -> Vec<Point> {
        let measures: Vec<_> = counts.iter().map(|&(k, n)| Measure::Rate { k, n }).collect();
        let periods = std::iter::successors("2025-01".parse().ok(), |period: &Period| Some(period.next()));
        let mut points: Vec<_> = periods
            .zip(&measures)
            .map(|(period, measure)| Point {
                period,
                n: measure.n(),
                value: measure.value().filter(|_| measure.n() >= 5).map(|value| value.to_4dp()),
                ci_low: None,
                ci_high: None,
                target: None,
                center: None,
                lower: None,
                upper: None,
                signal: None,
                tolerance: None,
            })
            .collect();
        draw_limits(&mut points, &measures);
        points
    }

    #[test]
    fn eleven_months_have_no_limits_and_twelve_have() {
        assert!(series(&[(90, 100); 11]).iter().all(|point| point.center.is_none()));
        let twelve = series(&[(90, 100); 12]);
        assert_eq!((twelve[0].center, twelve[0].lower, twelve[0].upper), (Some(90.0), Some(81.0), Some(99.0)));
    }

    #[test]
    fn a_withheld_month_is_in_no_mean() {
        let mut counts = vec![(90, 100); 12];
        counts.push((0, 4));
        let points = series(&counts);
        assert_eq!((points[0].center, points[12].center), (Some(90.0), None));
    }

    #[test]
    fn a_month_far_below_is_a_signal_and_a_gap_is_none() {
        let mut counts = vec![(90, 100); 12];
        counts.extend([(0, 0), (60, 100)]);
        let points = series(&counts);
        assert_eq!((points[12].signal, points[12].lower, points[13].signal), (None, None, Some("outside")));
    }
}
