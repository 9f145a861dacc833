//! The small line beside a number in a table row.

use std::fmt::Write as _;
use std::ops::RangeInclusive;

const WIDTH: f64 = 96.0;
const HEIGHT: f64 = 24.0;
/// Room for the last mark and the stroke.
const MARGIN: f64 = 4.0;

/// One range for all the lines of a table, so that they may be compared: from the lowest to the highest value, at least
/// ten apart. None if there is no value.
pub fn sparkline_range(values: impl IntoIterator<Item = Option<f64>>) -> Option<RangeInclusive<f64>> {
    let finite = values.into_iter().flatten().filter(|value| value.is_finite());
    let (low, high) = finite.map(|v| (v, v)).reduce(|(low, high), (v, _)| (low.min(v), high.max(v)))?;
    let spare = (10.0 - (high - low)).max(0.0) / 2.0;
    Some(low - spare..=high + spare)
}

/// A line of 96 × 24 pixels over `values`, oldest first, on the vertical `range` of its whole table; a gap where there
/// is no value, a dot at the last one, and the `target` as a dashed line. Hidden from screen readers: the row's numbers
/// say the same. Values outside the range are drawn at its edge.
pub fn sparkline_svg(values: &[Option<f64>], range: &RangeInclusive<f64>, target: Option<f64>) -> String {
    let (low, high) = (*range.start(), *range.end());
    let height = |value: f64| {
        let share = if high > low { (value.clamp(low, high) - low) / (high - low) } else { 0.5 };
        HEIGHT - MARGIN - share * (HEIGHT - 2.0 * MARGIN)
    };
    let steps = values.len().saturating_sub(1).max(1);
    let step = (WIDTH - 2.0 * MARGIN) / f64::from(u32::try_from(steps).unwrap_or(u32::MAX));
    let mut path = String::new();
    let mut x = MARGIN;
    let mut drawing = false;
    let mut last = None;
    for value in values {
        match value.filter(|value| value.is_finite()) {
            Some(value) => {
                let command = if drawing { 'L' } else { 'M' };
                // A move that is followed by nothing shows nothing: "h0" with round ends makes a lone value a dot.
                let dot = if drawing { "" } else { "h0" };
                let _ = write!(path, "{command}{x:.1} {:.1}{dot}", height(value));
                last = Some((x, height(value)));
                drawing = true;
            }
            None => drawing = false,
        }
        x += step;
    }
    let mut out = format!(
        r#"<svg class="spark" aria-hidden="true" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" xmlns="http://www.w3.org/2000/svg" fill="none">"#
    );
    if let Some(y) = target.filter(|target| range.contains(target)).map(height) {
        let _ = write!(out, r#"<path d="M0 {y:.1}H{WIDTH}" stroke="var(--c-muted,#505a5f)" stroke-dasharray="3 3"/>"#);
    }
    if let Some((x, y)) = last {
        let _ = write!(
            out,
            r#"<path d="{path}" stroke="var(--c-line,#0072b2)" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"/><circle cx="{x:.1}" cy="{y:.1}" r="2.5" fill="var(--c-line,#0072b2)"/>"#
        );
    }
    out.push_str("</svg>");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_starts_a_new_stroke() {
        let svg = sparkline_svg(&[Some(90.0), None, Some(91.0), Some(92.0)], &(80.0..=100.0), None);
        assert_eq!(svg.matches('M').count(), 2, "{svg}");
    }

    #[test]
    fn nothing_is_an_empty_box() {
        assert!(!sparkline_svg(&[None, None], &(80.0..=100.0), None).contains("<path"));
    }

    #[test]
    fn a_value_outside_stays_inside_the_box() {
        let svg = sparkline_svg(&[Some(-1e300), Some(f64::NAN), Some(200.0)], &(80.0..=100.0), Some(90.0));
        assert!(svg.contains("M4.0 20.0") && svg.contains("M92.0 4.0"), "{svg}");
    }

    #[test]
    fn one_value_stands_alone() {
        assert!(sparkline_svg(&[Some(90.0)], &(90.0..=90.0), None).contains(r#"cx="4.0" cy="12.0""#));
    }

    #[test]
    fn small_changes_stay_small() {
        assert_eq!(sparkline_range([Some(90.0), None, Some(92.0)]), Some(86.0..=96.0));
        assert_eq!(sparkline_range([None]), None);
    }

    #[test]
    fn a_year_is_under_six_hundred_bytes() {
        let values: Vec<_> = (0..12).map(|i| Some(f64::from(i) + 85.0)).collect();
        assert!(sparkline_svg(&values, &(80.0..=100.0), Some(90.0)).len() < 700);
    }
}
