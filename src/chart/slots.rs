//! The positions on the horizontal axis: one per period, gaps included, with only what may be shown.

use super::format::figure_text;
use super::period::Period;
use super::trend::{ChartError, Limits, MIN_N, Trend, TrendPoint};

/// More would leave less than three pixels each on a desktop page.
pub(super) const MAX_SLOTS: usize = 180;

/// One position: a point of the input, or a period the input left out.
#[derive(Debug, Clone)]
pub(super) struct Slot<'a> {
    pub label: String,
    pub period: Option<Period>,
    pub point: Option<&'a TrendPoint>,
    /// The commitment: the point's own; in a period left out, that of both sides if they agree.
    pub target: Option<f64>,
    pub minor_floor: Option<f64>,
}

/// What may be shown of a point.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Figure {
    pub value: f64,
    /// The value as people read it.
    pub shown: String,
    pub interval: Option<(f64, f64)>,
    /// The interval as people read it.
    pub interval_shown: Option<(String, String)>,
}

impl Slot<'_> {
    /// None where the chart has a gap: no value, or too few answers.
    pub fn figure(&self) -> Option<Figure> {
        let point = self.point.filter(|point| point.n >= MIN_N)?;
        let value = point.value?;
        let lines = [self.target, self.minor_floor];
        let shown = point.shown.clone().unwrap_or_else(|| figure_text(value, &lines));
        let bound = |bound: f64| figure_text(bound, &[self.target]);
        let interval = point.low.zip(point.high);
        let interval_shown = interval.map(|(low, high)| (bound(low), bound(high)));
        Some(Figure { value, shown, interval, interval_shown })
    }

    /// Whether the chart has a mark here.
    pub fn value(&self) -> Option<f64> {
        self.point.filter(|point| point.n >= MIN_N)?.value
    }

    /// The ends of the interval, where there is a mark.
    pub fn interval(&self) -> Option<(f64, f64)> {
        let point = self.point.filter(|point| point.n >= MIN_N && point.value.is_some())?;
        point.low.zip(point.high)
    }

    /// The control limits, where there is a mark.
    pub fn limits(&self) -> Option<Limits> {
        self.value().and(self.point?.limits)
    }

    /// The moving average, where there is a mark.
    pub fn average(&self) -> Option<Limits> {
        self.value().and(self.point?.average)
    }

    pub fn note(&self) -> Option<&str> {
        self.point?.note.as_deref().filter(|note| !note.trim().is_empty())
    }

    /// There are answers enough for a figure.
    pub fn is_enough(&self) -> bool {
        self.point.is_some_and(|point| point.n >= MIN_N)
    }

    /// "203", "n<5", "0", or a dash for a period that the input left out.
    pub fn n(&self) -> String {
        match self.point.map(|point| point.n) {
            None => "–".to_owned(),
            Some(n) if (1..MIN_N).contains(&n) => format!("n<{MIN_N}"),
            Some(n) => n.to_string(),
        }
    }
}

/// The positions of a trend, checked: every number is finite and no interval is upside down.
pub(super) fn slots(trend: &Trend) -> Result<Vec<Slot<'_>>, ChartError> {
    let mut slots: Vec<Slot<'_>> = Vec::with_capacity(trend.points.len());
    for point in &trend.points {
        check(point)?;
        let period = Period::parse(&point.label);
        let before = slots.last().and_then(|slot| Some((slot.period?, slot.target, slot.minor_floor)));
        if let (Some(period), Some((before, target, floor))) = (period, before) {
            let distance = period.after(before).unwrap_or(1);
            let count = slots.len().saturating_add(usize::try_from(distance).unwrap_or(usize::MAX));
            if count > MAX_SLOTS {
                return Err(ChartError::TooManyPeriods { count, max: MAX_SLOTS });
            }
            slots.extend((1..distance).map(|step| before.plus(step)).map(|missing| Slot {
                label: missing.label(),
                period: Some(missing),
                point: None,
                target: target.filter(|_| target == point.target),
                minor_floor: floor.filter(|_| floor == point.minor_floor),
            }));
        }
        let TrendPoint { target, minor_floor, .. } = *point;
        slots.push(Slot { label: point.label.clone(), period, point: Some(point), target, minor_floor });
    }
    if slots.len() > MAX_SLOTS {
        return Err(ChartError::TooManyPeriods { count: slots.len(), max: MAX_SLOTS });
    }
    Ok(slots)
}

fn check(point: &TrendPoint) -> Result<(), ChartError> {
    let numbers = [point.value, point.low, point.high, point.target, point.minor_floor];
    let lines = point.limits.iter().flat_map(|limits| [limits.center, limits.lower, limits.upper]);
    let finite = numbers.into_iter().flatten().chain(lines).all(f64::is_finite);
    let upright = point.low.zip(point.high).is_none_or(|(low, high)| low <= high);
    if finite && upright { Ok(()) } else { Err(ChartError::NotANumber { label: point.label.clone() }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trend(labels: &[&str]) -> Trend {
        let point = |label: &&str| TrendPoint { label: (*label).to_owned(), n: 9, ..TrendPoint::default() };
        Trend { points: labels.iter().map(point).collect(), ..Trend::default() }
    }

    #[test]
    fn a_missing_month_has_its_place() {
        let trend = trend(&["2025-11", "2026-02"]);
        let labels: Vec<_> = slots(&trend).unwrap().into_iter().map(|slot| slot.label).collect();
        assert_eq!(labels, ["2025-11", "2025-12", "2026-01", "2026-02"]);
    }

    #[test]
    fn a_promise_holds_through_a_missing_month_if_both_sides_agree() {
        let mut trend = trend(&["2026-01", "2026-03", "2026-05"]);
        for (point, target) in trend.points.iter_mut().zip([90.0, 90.0, 85.0]) {
            point.target = Some(target);
        }
        let targets: Vec<_> = slots(&trend).unwrap().into_iter().map(|slot| slot.target).collect();
        assert_eq!(targets, [Some(90.0), Some(90.0), Some(90.0), None, Some(85.0)]);
    }

    #[test]
    fn foreign_labels_keep_their_order() {
        assert_eq!(slots(&trend(&["b", "a", "2026-02", "2026-01"])).unwrap().len(), 4);
    }

    #[test]
    fn a_span_of_centuries_is_refused() {
        assert!(matches!(slots(&trend(&["0001-01", "9999-12"])), Err(ChartError::TooManyPeriods { max: 180, .. })));
    }

    #[test]
    fn few_answers_have_no_figure() {
        let point = TrendPoint { n: 4, value: Some(100.0), ..TrendPoint::default() };
        let trend = Trend { points: vec![point], ..Trend::default() };
        let slot = &slots(&trend).unwrap()[0];
        assert_eq!((slot.figure(), slot.n()), (None, "n<5".to_owned()));
    }

    #[test]
    fn not_a_number_is_refused() {
        let mut trend = trend(&["2026-01"]);
        trend.points[0].high = Some(f64::NAN);
        assert!(matches!(slots(&trend), Err(ChartError::NotANumber { .. })));
    }
}
