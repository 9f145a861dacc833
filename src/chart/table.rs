//! The numbers behind a chart, as text: what the page's data table and the CSV show, and what the chart says.

use super::format::{format_target, format_value};
use super::slots::slots;
use super::trend::{ChartError, Trend};
use super::words::Words;

/// One period of the data table. Numbers carry no unit and use `.` and `-`; none is a gap (a dash on a page, an empty
/// cell in a CSV, never zero).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrendRow {
    /// The period as in the input: `2026-09`.
    pub label: String,
    /// The period for people: "2026年9月", "Sep 2026".
    pub period: String,
    /// "203"; "n<5" below the minimum; "–" for a period without data.
    pub n: String,
    /// One decimal, as plotted.
    pub value: Option<String>,
    /// Lower bound of the 95 % interval, one decimal.
    pub low: Option<String>,
    /// Upper bound of the 95 % interval, one decimal.
    pub high: Option<String>,
    /// The commitment in force.
    pub target: Option<String>,
    /// Where a major breach begins.
    pub minor_floor: Option<String>,
}

/// The rows of a trend in order, missing periods included.
///
/// # Errors
/// As [`trend_svg`](super::trend_svg).
pub fn trend_table(trend: &Trend) -> Result<Vec<TrendRow>, ChartError> {
    let words = Words::new(trend);
    let rows = slots(trend)?.into_iter().map(|slot| {
        let figure = slot.figure();
        let interval = figure.and_then(|figure| figure.interval);
        TrendRow {
            period: words.period(&slot),
            n: slot.n(),
            value: figure.map(|figure| figure_text(figure.value)),
            low: interval.map(|(low, _)| figure_text(low)),
            high: interval.map(|(_, high)| figure_text(high)),
            target: slot.target.map(format_target),
            minor_floor: slot.minor_floor.map(format_target),
            label: slot.label,
        }
    });
    Ok(rows.collect())
}

/// A figure as charts and tables show it: one decimal.
pub(super) fn figure_text(value: f64) -> String {
    format_value(value, 1)
}
