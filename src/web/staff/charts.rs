//! From a series of scores to what a page draws of it.

use super::super::frame::{Refusal, encode};
use super::super::views::{Chart, Reading};
use crate::chart::{self, Size};
use crate::db::trend::Trend;
use crate::domain::service_record::Channel;
use crate::domain::trend::missed;
use crate::i18n::Locale;

/// The drawing of a series: wide and narrow, with its table and what it says.
pub(super) fn chart(trend: &Trend, channel: Option<Channel>, title: String, locale: Locale) -> Result<Chart, Refusal> {
    let id = format!("trend-{}-{}", trend.metric.as_str(), trend.channel);
    let drawing = chart::Trend::of(id, title, trend.metric, &trend.points, locale);
    let failed = |error: chart::ChartError| Refusal::Internal(error.to_string());
    let csv = format!(
        "/departments/{}/trend.csv?metric={}&channel={}",
        encode(&trend.department),
        trend.metric.as_str(),
        trend.channel
    );
    Ok(Chart {
        metric: trend.metric,
        channel,
        wide: chart::trend_svg(&drawing, Size::Wide).map_err(failed)?,
        narrow: chart::trend_svg(&drawing, Size::Narrow).map_err(failed)?,
        rows: chart::trend_table(&drawing).map_err(failed)?,
        reading: Reading::of(trend),
        missed: missed(&trend.points, trend.metric),
        csv_href: Some(csv),
    })
}

/// A small line over the last periods; `None` if there is nothing to draw.
pub(super) fn sparkline(values: &[Option<f64>], target: Option<f64>) -> Option<String> {
    let range = chart::sparkline_range(values.iter().copied().chain([target]))?;
    (values.iter().flatten().count() > 1).then(|| chart::sparkline_svg(values, &range, target))
}
