//! A rate over time: which movement is noise? p chart, Laney's p′ and EWMA, with limits for every period by its n.
//! Of counts of events ([`Count::events`]) the same are u chart, u′ and EWMA: √(c̄/n_i) stands in place of
//! √(c̄(1−c̄)/n_i), and there is no upper end (Shewhart; Laney 2002; Montgomery, *Statistical Quality Control*, §7.3).
//!
//! Empty periods are left out, never drawn as 0. From 12 periods with 10 answers each the limits can be trusted
//! ([`ControlChart::is_dependable`]), 20 periods are good; with fewer show the run of points without limits.
//! The rules that tell signal from noise are in [`signals`](super::signals).

use super::{Count, real, real_len, real_signed};

/// One period with answers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChartPoint {
    /// Its answers.
    pub count: Count,
    /// What is plotted: the rate, or the moving average for EWMA.
    pub value: f64,
    /// One standard deviation of the value around the centre, after Laney's factor if any.
    pub sigma: f64,
    /// Lower control limit, not below 0.
    pub low: f64,
    /// Upper control limit, of a share not above 1.
    pub high: f64,
}

/// Limits around a common centre; one entry per period, `None` for an empty one.
#[derive(Debug, Clone, PartialEq)]
pub struct ControlChart {
    /// Σk/Σn over all periods.
    pub centre: f64,
    /// Laney's σ_z as measured, before it is kept from shrinking the limits; `None` on other charts or when fewer than
    /// two periods or no spread define it. Above 1.2 prefer p′ to the p chart.
    pub sigma_z: Option<f64>,
    /// The periods in order.
    pub points: Vec<Option<ChartPoint>>,
}

impl ControlChart {
    /// At least 12 periods, each with 10 answers or more.
    #[must_use]
    pub fn is_dependable(&self) -> bool {
        let mut filled = self.points.iter().flatten();
        self.points.iter().flatten().count() >= 12 && filled.all(|p| p.count.n() >= 10)
    }
}

/// The p chart: c̄ ± 3 √(c̄(1−c̄)/n_i), cut to 0..=1 (Shewhart; R qcc). `None` when no period has answers.
#[must_use]
pub fn p_chart(periods: &[Count]) -> Option<ControlChart> {
    let centre = centre(periods)?;
    Some(chart(periods, centre, 1.0, None))
}

/// Laney's p′ chart (Laney 2002): the p chart with limits widened by σ_z = mean|z_i − z_{i−1}|/1.128, the short-term
/// spread beyond the binomial. A σ_z below 1 does not narrow the limits (our choice; qicharts2 and Minitab let it).
/// `None` when no period has answers.
#[must_use]
pub fn laney_chart(periods: &[Count]) -> Option<ControlChart> {
    let centre = centre(periods)?;
    let z: Vec<f64> = periods
        .iter()
        .filter_map(|c| Some((c.rate()? - centre) / sigma(centre, *c)))
        .filter(|z| z.is_finite())
        .collect();
    let steps: Vec<f64> = z.iter().zip(z.iter().skip(1)).map(|(a, b)| (b - a).abs()).collect();
    let sigma_z = (!steps.is_empty()).then(|| steps.iter().sum::<f64>() / real_len(steps.len()) / 1.128);
    Some(chart(periods, centre, sigma_z.unwrap_or(1.0).max(1.0), sigma_z))
}

/// The exponentially weighted moving average z_i = λ p_i + (1−λ) z_{i−1} from z_0 = c̄, with limits c̄ ± L √Var_i,
/// Var_i = λ² c̄(1−c̄)/n_i + (1−λ)² Var_{i−1} (Roberts 1959, Lucas & Saccucci 1990; R qcc `ewma` for equal n).
/// It finds small lasting shifts; usual are λ = 0.2 and L = 3 (2.962 for one false alarm in 500 periods).
///
/// `None` when no period has answers, λ is outside (0, 1] or L is not positive.
#[must_use]
pub fn ewma_chart(periods: &[Count], lambda: f64, limit: f64) -> Option<ControlChart> {
    if !(lambda > 0.0 && lambda <= 1.0 && limit > 0.0 && limit.is_finite()) {
        return None;
    }
    let centre = centre(periods)?;
    let (mut value, mut variance) = (centre, 0.0);
    let points = periods.iter().map(|&count| {
        let rate = count.rate()?;
        let own = sigma(centre, count);
        value = lambda * rate + (1.0 - lambda) * value;
        variance = lambda * lambda * own * own + (1.0 - lambda) * (1.0 - lambda) * variance;
        Some(point(count, value, centre, variance.sqrt(), limit))
    });
    Some(ControlChart { centre, sigma_z: None, points: points.collect() })
}

fn centre(periods: &[Count]) -> Option<f64> {
    let (yes, all) = Count::total(periods.iter().copied());
    (all > 0).then(|| real_signed(yes) / real_signed(all))
}

fn sigma(centre: f64, count: Count) -> f64 {
    (count.variance(centre) / real(count.n())).sqrt()
}

fn chart(periods: &[Count], centre: f64, factor: f64, sigma_z: Option<f64>) -> ControlChart {
    let points =
        periods.iter().map(|&count| Some(point(count, count.rate()?, centre, factor * sigma(centre, count), 3.0)));
    ControlChart { centre, sigma_z, points: points.collect() }
}

fn point(count: Count, value: f64, centre: f64, sigma: f64, limit: f64) -> ChartPoint {
    ChartPoint {
        count,
        value,
        sigma,
        low: (centre - limit * sigma).clamp(0.0, count.most()),
        high: (centre + limit * sigma).clamp(0.0, count.most()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::special::binomial_mass;
    use crate::stats::vectors::{cases, close, counts, events, number};

    fn limits_are(chart: &ControlChart, want: &serde_json::Value, tolerance: f64) {
        for (point, want) in chart.points.iter().flatten().zip(want.as_array().unwrap()) {
            close(point.low, number(&want[0]), tolerance);
            close(point.high, number(&want[1]), tolerance);
        }
    }

    #[test]
    fn limits_agree_with_numpy() {
        for c in cases("charts") {
            let periods = counts(&c["counts"]);
            let (p, laney) = (p_chart(&periods).unwrap(), laney_chart(&periods).unwrap());
            close(p.centre, number(&c["centre"]), 1e-15);
            close(laney.sigma_z.unwrap(), number(&c["sigma_z"]), 1e-13);
            limits_are(&p, &c["p"], 1e-14);
            limits_are(&laney, &c["laney"], 1e-14);
            let ewma = ewma_chart(&periods, 0.2, 2.962).unwrap();
            for (point, want) in ewma.points.iter().flatten().zip(c["ewma"].as_array().unwrap()) {
                close(point.value, number(&want[0]), 1e-14);
                close(point.low, number(&want[1]), 1e-14);
                close(point.high, number(&want[2]), 1e-14);
            }
        }
    }

    #[test]
    fn limits_of_events_agree_with_numpy() {
        for c in cases("event_charts") {
            let periods = events(&c["counts"]);
            let (u, laney) = (p_chart(&periods).unwrap(), laney_chart(&periods).unwrap());
            close(u.centre, number(&c["centre"]), 1e-15);
            close(laney.sigma_z.unwrap(), number(&c["sigma_z"]), 1e-13);
            limits_are(&u, &c["u"], 1e-14);
            limits_are(&laney, &c["laney"], 1e-14);
        }
    }

    #[test]
    fn an_empty_period_is_no_point() {
        let chart = p_chart(&[Count::new(8, 10).unwrap(), Count::new(0, 0).unwrap()]).unwrap();
        assert!(chart.points[0].is_some() && chart.points[1].is_none());
        assert_eq!(p_chart(&[Count::new(0, 0).unwrap()]), None);
    }

    #[test]
    fn twelve_periods_of_ten_can_be_depended_on() {
        let period = Count::new(9, 10).unwrap();
        assert!(p_chart(&[period; 12]).unwrap().is_dependable());
        assert!(!p_chart(&[period; 11]).unwrap().is_dependable());
    }

    #[test]
    fn a_point_of_a_steady_process_is_outside_in_less_than_one_percent() {
        // what three sigma promise of a normal value is 0.27 %; of a rate near its end more, here at most 0.9 %
        for (n, p) in [(30_u64, 0.9), (50, 0.85), (100, 0.9), (1000, 0.9)] {
            let (n_real, sigma) = (real(n), sigma(p, Count::new(0, n).unwrap()));
            let outside = |k: &u64| (real(*k) / n_real - p).abs() > 3.0 * sigma;
            let alarm: f64 = (0..=n).filter(outside).map(|k| binomial_mass(real(k), n_real, p, 1.0 - p)).sum();
            assert!(alarm < 0.009, "{n} {p}: {alarm}");
        }
    }

    proptest! {
        #[test]
        fn any_counts_give_limits_around_the_centre(
            raw in proptest::collection::vec((any::<u64>(), any::<u64>()), 0..30),
            lambda: f64,
            limit: f64,
        ) {
            let periods: Vec<_> = raw.iter().map(|(a, b)| Count::new(*a.min(b), *a.max(b)).unwrap()).collect();
            let _ = ewma_chart(&periods, lambda, limit);
            let charts = [p_chart(&periods), laney_chart(&periods), ewma_chart(&periods, 0.2, 3.0)];
            for chart in charts.into_iter().flatten() {
                for p in chart.points.iter().flatten() {
                    prop_assert!(p.low <= chart.centre && chart.centre <= p.high && p.value.is_finite());
                }
            }
        }
    }
}
