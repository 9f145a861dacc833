//! A figure over successive periods, and the limits between which its movement is noise.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use super::commitment::{Direction, Metric};
use super::period::Period;
use super::points::round_4dp;
use super::scorecard::{Measure, Score};
use crate::stats::comparison::trend;
use crate::stats::control_chart::{ControlChart, ewma_chart, laney_chart, p_chart};
use crate::stats::signals::{Signals, assurance, signals};
use crate::stats::{ALPHA, Count};

pub use crate::stats::signals::{Assurance, Side, Variation};

/// Periods with a figure from which on limits can be drawn; with fewer they would move with every new one.
pub const MIN_FOR_LIMITS: usize = 12;

/// Periods over which a rise or a fall is looked for.
pub const LOOKED_BACK: usize = 12;

/// From this σ_z on, periods differ by more than sampling makes, and the p chart would take that for a change
/// (STATISTICS row 14).
const OVERDISPERSED: f64 = 1.2;

/// How much the latest period weighs in the moving average (STATISTICS row 15).
const WEIGHT: f64 = 0.2;

/// The moving average's limits lie so many standard deviations from the mean.
const WIDTH: f64 = 3.0;

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
    /// The moving average up to the period, with its limits; where the rate has limits.
    #[serde(skip)]
    pub average: Option<Average>,
    /// Why the period is more than noise: `outside`, `shift`, `trend` or `two_of_three`, the strongest of those that
    /// hold.
    pub signal: Option<&'static str>,
    /// A miss of up to this much is minor.
    #[serde(skip)]
    pub tolerance: Option<f64>,
    /// The value as people read it, on its side of every edge of the verdict.
    #[serde(skip)]
    pub shown: Option<String>,
    /// What the period says beside the others; `None` without limits.
    #[serde(skip)]
    pub variation: Option<Variation>,
    /// Versions of a questionnaire that were first sent out in this period and may explain a change.
    #[serde(skip)]
    pub editions: Vec<Edition>,
}

/// An exponentially weighted moving average (EWMA): it finds a small shift that lasts before any single period stands
/// out. In percent, rounded half up to four decimals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Average {
    /// The average: a fifth of it is the period's own rate.
    pub value: f64,
    /// Below this it is more than noise.
    pub lower: f64,
    /// Above this it is more than noise.
    pub upper: f64,
}

/// Whether a rate rose or fell over the last [`LOOKED_BACK`] periods (Cochran-Armitage).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Movement {
    /// What the test says at 5 %.
    pub heading: Heading,
    /// The first period with a figure that it looked at.
    pub since: Period,
    /// The periods with a figure from then on.
    pub periods: usize,
    /// The answers behind it.
    pub n: u32,
    /// Two-sided probability of so clear a rise or fall by chance.
    pub p: f64,
}

/// Where a rate goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heading {
    /// It rose by more than chance.
    Up,
    /// It fell by more than chance.
    Down,
    /// Neither can be told from chance.
    Level,
}

/// The moving average is outside its limits though no rule of the control chart holds yet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drift {
    /// Below or above.
    pub side: Side,
    /// The first period of the unbroken row outside.
    pub since: Period,
    /// The latest one.
    pub average: Average,
}

/// A version of a questionnaire, as it began to be sent out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition {
    /// Code of the questionnaire.
    pub questionnaire: String,
    /// Its version, from 1.
    pub version: i32,
    /// When it was published.
    pub published_at: DateTime<Utc>,
}

/// What a control chart says of its latest period with a figure (NHS England, Making Data Count): is it changing, and
/// can the target be relied on?
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// The latest period with a figure.
    pub latest: Period,
    /// Better, worse, or noise; with what is better low, a signal below the mean is the improvement.
    pub variation: Variation,
    /// The strongest rule that holds: `outside`, `shift`, `trend` or `two_of_three`.
    pub signal: Option<&'static str>,
    /// Where the figure lies to the mean.
    pub side: Side,
    /// The first period of the unbroken row of signals that says the same.
    pub since: Period,
    /// Whether the target can be expected to be kept; `None` without one.
    pub assurance: Option<Assurance>,
    /// A period rests on fewer than ten answers, so the limits are only roughly right.
    pub trial: bool,
    /// How many times wider than sampling alone would make them the limits are (Laney's p′); `None` where sampling
    /// explains how the periods differ.
    pub widened: Option<f64>,
    /// An early sign of a shift.
    pub drift: Option<Drift>,
}

/// Adds the control limits of a rate (p chart, of complaints u chart, or Laney's p′ and u′ where periods differ by more
/// than sampling makes), once there are [`MIN_FOR_LIMITS`] periods; `measures` stand where their points do. Periods whose figure is withheld stay out of the mean, or it would give them away. What the chart says is
/// given back, where it has limits.
pub fn draw_limits(points: &mut [Point], measures: &[Measure], metric: Metric) -> Option<Reading> {
    let counts = counts(points, measures)?;
    let widened = widened(&counts);
    let chart = if widened.is_some() { laney_chart(&counts)? } else { p_chart(&counts)? };
    if chart.points.iter().flatten().count() < MIN_FOR_LIMITS {
        return None;
    }
    let percent = |share: f64| round_4dp(share * 100.0);
    let found = signals(&chart);
    let averages = ewma_chart(&counts, WEIGHT, WIDTH * widened.unwrap_or(1.0))?;
    let lines = chart.points.iter().zip(&averages.points);
    for (point, ((limits, average), signals)) in points.iter_mut().zip(lines.zip(&found)) {
        let (Some(limits), Some(average), Some(signals)) = (limits, average, signals) else { continue };
        point.center = Some(percent(chart.centre));
        (point.lower, point.upper) = (Some(percent(limits.low)), Some(percent(limits.high)));
        let (value, lower, upper) = (percent(average.value), percent(average.low), percent(average.high));
        point.average = Some(Average { value, lower, upper });
        point.signal = strongest(*signals);
        point.variation = Some(toward(metric, signals.variation()));
    }
    let read = read(points, &chart, &found, metric)?;
    Some(Reading { widened, drift: drift(points), ..read })
}

/// Whether the rate rose or fell over the last [`LOOKED_BACK`] periods; `None` for what is no rate, with fewer than four
/// periods that have a figure, or where all are the same. Where periods differ by more than sampling makes, the test
/// allows for it.
pub fn movement(points: &[Point], measures: &[Measure]) -> Option<Movement> {
    let counts = counts(points, measures)?;
    let before = points.len().saturating_sub(LOOKED_BACK);
    let (points, looked_at) = (points.get(before..)?, counts.get(before..)?);
    let found = trend(looked_at)?.widened(widened(&counts).unwrap_or(1.0));
    let heading = match found.p <= ALPHA {
        true if found.z > 0.0 => Heading::Up,
        true => Heading::Down,
        false => Heading::Level,
    };
    let known: Vec<&Point> =
        points.iter().zip(looked_at).filter(|(_, count)| count.n() > 0).map(|(point, _)| point).collect();
    let (since, n) = (known.first()?.period, known.iter().map(|point| point.n).sum());
    Some(Movement { heading, since, periods: known.len(), n, p: found.p })
}

/// The counts of a rate; empty where the figure is withheld, or it would be given away. `None` for what is no rate.
fn counts(points: &[Point], measures: &[Measure]) -> Option<Vec<Count>> {
    let count = |(point, measure): (&Point, &Measure)| match *measure {
        Measure::Rate { k, n } if point.value.is_some() => Count::new(k.into(), n.into()),
        Measure::PerHundred { events, n } if point.value.is_some() => Some(Count::events(events.into(), n.into())),
        Measure::Rate { .. } | Measure::PerHundred { .. } => Count::new(0, 0),
        _ => None,
    };
    points.iter().zip(measures).map(count).collect()
}

/// Laney's σ_z, if it is more than sampling explains.
fn widened(counts: &[Count]) -> Option<f64> {
    laney_chart(counts)?.sigma_z.filter(|sigma| *sigma > OVERDISPERSED)
}

fn drift(points: &[Point]) -> Option<Drift> {
    let side = |average: Average| match average {
        Average { value, lower, .. } if value < lower => Side::Below,
        Average { value, upper, .. } if value > upper => Side::Above,
        _ => Side::On,
    };
    let mut drawn = points.iter().rev().filter_map(|point| Some((point, point.average?)));
    let (latest, average) = drawn.next()?;
    let of = side(average);
    if of == Side::On || latest.signal.is_some() {
        return None;
    }
    let since = drawn.take_while(|(_, average)| side(*average) == of).last().map_or(latest, |(point, _)| point).period;
    Some(Drift { side: of, since, average })
}

/// Notes on each period what began to be asked in it, by the organisation's calendar. What began before the series
/// explains nothing in it.
pub fn note_editions(points: &mut [Point], editions: &[Edition], zone: Tz) {
    for point in points {
        let (start, end) = point.period.bounds(zone);
        let within = |edition: &&Edition| (start..end).contains(&edition.published_at);
        point.editions = editions.iter().filter(within).cloned().collect();
    }
}

fn read(points: &[Point], chart: &ControlChart, found: &[Option<Signals>], metric: Metric) -> Option<Reading> {
    let (latest, signals) = points.iter().zip(found).rev().find_map(|(point, found)| Some((point, (*found)?)))?;
    let variation = latest.variation?;
    let drawn = points.iter().rev().filter(|point| point.variation.is_some());
    let since = drawn.take_while(|point| point.variation == Some(variation)).last()?.period;
    let kept = latest.target.and_then(|target| assurance(chart, target / 100.0));
    let assurance = match (metric.direction(), kept) {
        (Direction::AtMost, Some(Assurance::Hit)) => Some(Assurance::Missed),
        (Direction::AtMost, Some(Assurance::Missed)) => Some(Assurance::Hit),
        (_, kept) => kept,
    };
    Some(Reading {
        latest: latest.period,
        variation,
        signal: latest.signal,
        side: signals.side,
        since,
        assurance,
        trial: !chart.is_dependable(),
        widened: None,
        drift: None,
    })
}

/// Turned round for what is better low.
fn toward(metric: Metric, variation: Variation) -> Variation {
    match (metric.direction(), variation) {
        (Direction::AtMost, Variation::Improvement) => Variation::Concern,
        (Direction::AtMost, Variation::Concern) => Variation::Improvement,
        (_, variation) => variation,
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
            average: None,
            signal: None,
            tolerance: score.tolerance,
            shown: score.shown.clone(),
            variation: None,
            editions: Vec::new(),
        }
    }
}

/// Since when a promise has not been kept: the periods with a figure up to the latest one, all of which missed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missed {
    /// The first of them.
    pub since: Period,
    /// How many; at least two, as one is told elsewhere.
    pub periods: usize,
    /// In how many of them the whole interval misses it.
    pub surely: usize,
    /// No period before them has a figure.
    pub ever: bool,
}

/// Since when a figure has missed what was promised in each period; `None` if the latest figure keeps it, if only the
/// latest misses it, or where less is better.
pub fn missed(points: &[Point], metric: Metric) -> Option<Missed> {
    let judged = |point: &&Point| point.value.is_some() && point.target.is_some();
    let misses = |point: &&Point| point.value < point.target;
    let latest: Vec<&Point> = points.iter().rev().filter(judged).take_while(misses).collect();
    let since = latest.last().filter(|_| metric.direction() == Direction::AtLeast && latest.len() > 1)?;
    Some(Missed {
        since: since.period,
        periods: latest.len(),
        surely: latest.iter().filter(|point| point.ci_high < point.target).count(),
        ever: latest.len() == points.iter().filter(judged).count(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(counts: &[(u32, u32)]) -> Vec<Point> {
        drawn(counts, None).0
    }

    fn reading(counts: &[(u32, u32)], target: f64) -> Reading {
        drawn(counts, Some(target)).1.unwrap()
    }

    fn point(period: Period, n: u32, value: Option<f64>, target: Option<f64>) -> Point {
        Point {
            period,
            n,
            value,
            ci_low: None,
            ci_high: None,
            target,
            center: None,
            lower: None,
            upper: None,
            average: None,
            signal: None,
            tolerance: None,
            shown: None,
            variation: None,
            editions: Vec::new(),
        }
    }

    fn drawn(counts: &[(u32, u32)], target: Option<f64>) -> (Vec<Point>, Option<Reading>) {
        let measures: Vec<_> = counts.iter().map(|&(k, n)| Measure::Rate { k, n }).collect();
        let periods = std::iter::successors("2025-01".parse().ok(), |period: &Period| Some(period.next()));
        let mut points: Vec<_> = periods
            .zip(&measures)
            .map(|(period, measure)| {
                let value = measure.value().filter(|_| measure.n() >= 5).map(|value| value.to_4dp());
                point(period, measure.n(), value, target)
            })
            .collect();
        let reading = draw_limits(&mut points, &measures, Metric::SatisfactionRate);
        (points, reading)
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

    #[test]
    fn eleven_months_say_nothing() {
        assert_eq!(drawn(&[(90, 100); 11], Some(90.0)).1, None);
    }

    #[test]
    fn noise_is_steady_and_a_target_within_it_is_kept_by_chance() {
        let counts = [(90, 100), (91, 100), (89, 100)].repeat(5);
        let said = reading(&counts, 90.0);
        assert_eq!((said.variation, said.signal), (Variation::Steady, None));
        assert_eq!((said.assurance, said.trial), (Some(Assurance::ByChance), false));
        assert_eq!(reading(&counts, 75.0).assurance, Some(Assurance::Hit));
        assert_eq!(reading(&counts, 99.9).assurance, Some(Assurance::Missed));
    }

    #[test]
    fn a_lasting_fall_is_dated_from_its_first_period() {
        let mut counts = vec![(950, 1000); 9];
        counts.extend([(0, 0), (3, 4)]);
        counts.extend([(900, 1000); 7]);
        let said = reading(&counts, 90.0);
        assert_eq!((said.variation, said.signal, said.side), (Variation::Concern, Some("outside"), Side::Below));
        assert_eq!(said.since, "2025-12".parse().unwrap());
    }

    #[test]
    fn fewer_than_ten_answers_make_trial_limits() {
        let mut counts = vec![(90, 100); 12];
        counts.push((8, 9));
        assert!(reading(&counts, 90.0).trial);
    }

    #[test]
    fn what_is_better_low_is_read_the_other_way() {
        assert_eq!(toward(Metric::ComplaintRate, Variation::Concern), Variation::Improvement);
        assert_eq!(toward(Metric::ComplaintRate, Variation::Steady), Variation::Steady);
    }

    #[test]
    fn where_periods_differ_by_more_than_sampling_the_limits_are_wider() {
        let said = reading(&[(9_500, 10_000), (9_000, 10_000), (9_300, 10_000), (8_900, 10_000)].repeat(4), 90.0);
        assert_eq!(said.variation, Variation::Steady);
        assert!(said.widened.is_some_and(|times| times > 10.0), "{said:?}");
        assert_eq!(reading(&[(90, 100), (91, 100), (89, 100)].repeat(5), 90.0).widened, None);
    }

    fn moved(counts: &[(u32, u32)]) -> Option<Movement> {
        let measures: Vec<_> = counts.iter().map(|&(k, n)| Measure::Rate { k, n }).collect();
        movement(&series(counts), &measures)
    }

    #[test]
    fn a_rise_a_fall_and_neither() {
        let counts = |by: fn(u32) -> u32| (0..12).map(|i| (by(i), 100)).collect::<Vec<_>>();
        let heading = |by| moved(&counts(by)).unwrap().heading;
        assert_eq!(heading(|i| 80 + i), Heading::Up);
        assert_eq!(heading(|i| 95 - i), Heading::Down);
        assert_eq!(heading(|i| 90 + i % 2), Heading::Level);
    }

    #[test]
    fn what_lies_a_year_back_moves_nothing_and_what_is_withheld_is_in_no_test() {
        let mut counts = vec![(10, 100); 5];
        counts.push((0, 4));
        counts.extend([(90, 100); 11]);
        let found = moved(&counts).unwrap();
        assert_eq!((found.heading, found.n, found.since), (Heading::Level, 1_100, "2025-07".parse().unwrap()));
        assert_eq!(moved(&[(90, 100); 3]), None);
    }

    #[test]
    fn a_small_shift_that_lasts_is_an_early_sign_before_any_rule_holds() {
        let mut counts = [(934, 1000), (920, 1000), (934, 1000)].repeat(6);
        counts.extend([910, 912, 910, 912, 910, 911].map(|k| (k, 1000)));
        let (points, said) = drawn(&counts, Some(90.0));
        let drift = said.unwrap().drift.unwrap();
        assert_eq!((drift.side, points.last().unwrap().signal), (Side::Below, None));
        assert!(drift.average.value < drift.average.lower && Some(drift.average) == points.last().unwrap().average);
        assert_eq!(reading(&[(90, 100), (91, 100), (89, 100)].repeat(5), 90.0).drift, None);
    }

    #[test]
    fn a_new_version_is_noted_in_the_month_it_was_published_in_here() {
        let mut points = series(&[(90, 100); 3]);
        let edition =
            |version, at: &str| Edition { questionnaire: "online".into(), version, published_at: at.parse().unwrap() };
        let editions = [edition(2, "2025-01-31T16:00:00Z"), edition(3, "2026-01-31T16:00:00Z")];
        note_editions(&mut points, &editions, Tz::Asia__Shanghai);
        let noted: Vec<_> = points.iter().map(|p| p.editions.iter().map(|e| e.version).collect::<Vec<_>>()).collect();
        assert_eq!(noted, [vec![], vec![2], vec![]]);
    }

    #[test]
    fn a_miss_is_told_since_its_first_period() {
        let point = |month: u32, value: Option<f64>, high: f64| Point {
            ci_high: Some(high),
            ..point(format!("2026-{month:02}").parse().unwrap(), 50, value, Some(90.0))
        };
        let kept = point(1, Some(90.0), 95.0);
        let series = [kept, point(2, Some(80.0), 88.0), point(3, None, 0.0), point(4, Some(85.0), 92.0)];
        let found = missed(&series, Metric::SatisfactionRate).unwrap();
        assert_eq!(
            (found.since.to_string().as_str(), found.periods, found.surely, found.ever),
            ("2026-02", 2, 1, false)
        );
        assert!(missed(&series[1..], Metric::SatisfactionRate).unwrap().ever);
        assert_eq!(missed(&series[..2], Metric::SatisfactionRate), None);
    }
}
