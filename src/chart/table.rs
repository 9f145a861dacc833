//! The numbers behind a chart, as text: what the page's data table and the CSV show, and what the chart says.

use super::format::{figure_text, format_target};
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
    /// The mean over all periods, of a chart with limits.
    pub center: Option<String>,
    /// Between which the figure moves by chance, of a chart with limits.
    pub limits: Option<(String, String)>,
    /// The moving average up to the period with its limits, of a chart with limits.
    pub average: Option<(String, (String, String))>,
    /// What the period says beside the others, in words; none without limits.
    pub signal: Option<String>,
    /// There are enough answers for a figure, and it is not shown.
    pub withheld: bool,
}

/// The rows of a trend in order, missing periods included.
///
/// # Errors
/// As [`trend_svg`](super::trend_svg).
pub fn trend_table(trend: &Trend) -> Result<Vec<TrendRow>, ChartError> {
    let words = Words::new(trend);
    let rows = slots(trend)?.into_iter().map(|slot| {
        let figure = slot.figure();
        let (low, high) = figure.as_ref().and_then(|figure| figure.interval_shown.clone()).unzip();
        let limits = slot.limits();
        let text = |value| figure_text(value, &[]);
        TrendRow {
            average: slot.average().map(|one| (text(one.center), (text(one.lower), text(one.upper)))),
            period: words.period(&slot),
            n: slot.n(),
            withheld: figure.is_none() && slot.is_enough(),
            value: figure.map(|figure| figure.shown),
            low,
            high,
            target: slot.target.map(format_target),
            minor_floor: slot.minor_floor.map(format_target),
            center: limits.map(|limits| text(limits.center)),
            limits: limits.map(|limits| (text(limits.lower), text(limits.upper))),
            signal: limits.map(|_| words.signal(&slot)),
            label: slot.label,
        }
    });
    Ok(rows.collect())
}
