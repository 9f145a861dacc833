//! The vertical axis: where it begins and ends, and which lines it shows.

use super::format::format_value;
use super::slots::Slot;
use super::trend::Unit;

/// How far below the lowest figure or line the axis follows an interval. A month with six answers would else press all
/// others flat; its exact bounds are in the table.
const BAND_REACH: f64 = 15.0;

/// The vertical axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scale {
    pub low: f64,
    pub high: f64,
    pub step: f64,
    /// The axis does not start at zero and does not pass it.
    pub broken: bool,
}

impl Scale {
    /// The values that get a line and a label, from low to high; at most eleven.
    pub fn ticks(&self) -> Vec<f64> {
        (0..=10_u8)
            .map(|i| self.low + self.step * f64::from(i))
            .take_while(|tick| *tick <= self.high + self.step / 1000.0)
            .collect()
    }

    /// A tick with as many decimals as the step needs.
    pub fn text(&self, tick: f64) -> String {
        let decimals = match self.step {
            step if step >= 1.0 => 0,
            step if step >= 0.1 => 1,
            _ => 2,
        };
        format_value(tick, decimals)
    }

    /// Brings a bound that reaches beyond the axis back to its edge.
    pub fn clip(&self, value: f64) -> f64 {
        value.clamp(self.low, self.high)
    }
}

/// The axis for these slots: 80–100 for good rates, lower where a figure asks for it, from zero where rates are low.
pub(super) fn scale(unit: Unit, from_zero: bool, slots: &[Slot<'_>]) -> Scale {
    let shown = slots.iter().flat_map(|slot| [slot.value(), slot.target, slot.minor_floor]);
    let usual = match unit {
        Unit::Percent | Unit::Points => 100.0,
        Unit::PerHundred | Unit::Difference => 0.0,
    };
    let (low, high) = extremes(shown.flatten()).unwrap_or((usual, usual));
    let limits = slots.iter().filter_map(Slot::limits).map(|limits| (limits.lower, limits.upper));
    let bands = slots.iter().filter_map(Slot::interval).chain(limits).flat_map(|(low, high)| [low, high]);
    let (band_low, band_high) = extremes(bands).unwrap_or((low, high));
    let low_with_band = low.min(band_low.max(low - BAND_REACH));
    let high_with_band = high.max(band_high.min(high + BAND_REACH));
    match unit {
        Unit::Percent | Unit::Points if high > 100.0 || low < 0.0 => round(low_with_band, high_with_band),
        Unit::Percent | Unit::Points if from_zero => Scale { low: 0.0, high: 100.0, step: 20.0, broken: false },
        Unit::Percent | Unit::Points if high < 60.0 => round(0.0, high_with_band.clamp(8.0, 100.0)),
        Unit::Percent | Unit::Points => below_hundred(low_with_band),
        Unit::PerHundred => round(0.0, high_with_band.max(1.0)),
        Unit::Difference => round(low_with_band.min(-5.0), high_with_band.max(5.0)),
    }
}

/// Least and greatest.
fn extremes(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.map(|value| (value, value)).reduce(|(low, high), (value, _)| (low.min(value), high.max(value)))
}

/// The axis of rates and points up to 100 that reaches down to `lowest`.
pub(super) fn below_hundred(lowest: f64) -> Scale {
    let (low, step) = match lowest {
        low if low >= 80.0 => (80.0, 5.0),
        low if low >= 70.0 => (70.0, 10.0),
        low if low >= 60.0 => (60.0, 10.0),
        low if low >= 50.0 => (50.0, 10.0),
        low if low >= 40.0 => (40.0, 20.0),
        low if low >= 20.0 => (20.0, 20.0),
        _ => (0.0, 20.0),
    };
    Scale { low, high: 100.0, step, broken: low > 0.0 }
}

/// Round limits around `low..=high` with a step of 1, 2 or 5 times a power of ten; zero is always within.
fn round(low: f64, high: f64) -> Scale {
    let (low, high) = (low.min(0.0), high.max(0.0));
    let rough = ((high - low) / 4.0).max(0.05);
    let power = 10_f64.powf(rough.log10().floor());
    let step =
        [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|step| *step >= rough * 0.999).unwrap_or(power);
    Scale { low: (low / step).floor() * step, high: (high / step).ceil() * step, step, broken: false }
}

#[cfg(test)]
mod tests {
    use super::super::slots::slots;
    use super::super::trend::{Trend, TrendPoint};
    use super::*;

    #[track_caller]
    fn check(unit: Unit, values: &[f64], low: f64, high: f64, ticks: usize) {
        let points: Vec<_> =
            values.iter().map(|v| TrendPoint { n: 50, value: Some(*v), ..TrendPoint::default() }).collect();
        let trend = Trend { points, ..Trend::default() };
        let scale = scale(unit, false, &slots(&trend).unwrap());
        assert_eq!((scale.low, scale.high, scale.ticks().len()), (low, high, ticks), "{scale:?}");
    }

    #[test]
    fn good_rates_have_a_broken_axis() {
        check(Unit::Percent, &[91.0, 96.0], 80.0, 100.0, 5);
    }

    #[test]
    fn nothing_has_the_usual_axis() {
        check(Unit::Percent, &[], 80.0, 100.0, 5);
        check(Unit::Difference, &[], -5.0, 5.0, 3);
        check(Unit::PerHundred, &[], 0.0, 1.0, 3);
    }

    #[test]
    fn a_low_figure_pulls_the_axis_down() {
        check(Unit::Points, &[91.0, 62.0], 60.0, 100.0, 5);
        check(Unit::Percent, &[91.0, 12.0], 0.0, 100.0, 6);
    }

    #[test]
    fn low_rates_start_at_zero() {
        check(Unit::Percent, &[31.0, 28.0], 0.0, 40.0, 5);
        check(Unit::PerHundred, &[0.0, 0.4], 0.0, 1.0, 3);
        check(Unit::Percent, &[0.0], 0.0, 8.0, 5);
    }

    #[test]
    fn differences_pass_zero() {
        check(Unit::Difference, &[-7.0, 3.0], -10.0, 5.0, 4);
    }

    #[test]
    fn an_interval_pulls_the_axis_only_so_far() {
        let point = TrendPoint { n: 6, value: Some(90.0), low: Some(40.0), high: Some(99.0), ..TrendPoint::default() };
        let trend = Trend { points: vec![point], ..Trend::default() };
        assert_eq!(scale(Unit::Percent, false, &slots(&trend).unwrap()).low, 70.0);
    }
}
