//! From a series of scores to what a page draws of it.

use super::super::frame::{Refusal, encode};
use super::super::views::Chart;
use crate::chart::{self, Size, TrendPoint, Unit};
use crate::db::trend::Trend;
use crate::domain::commitment::Metric;
use crate::domain::service_record::Channel;
use crate::domain::trend::Point;
use crate::i18n::Locale;

/// The drawing of a series: wide and narrow, with its table.
pub(super) fn chart(trend: &Trend, channel: Option<Channel>, title: String, locale: Locale) -> Result<Chart, Refusal> {
    let drawing = chart::Trend {
        id: format!("trend-{}-{}", trend.metric.as_str(), trend.channel),
        title,
        subtitle: None,
        unit: unit(trend.metric),
        points: trend.points.iter().map(point).collect(),
        locale,
        from_zero: false,
    };
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
        csv_href: Some(csv),
    })
}

/// A small line over the last periods; `None` if there is nothing to draw.
pub(super) fn sparkline(values: &[Option<f64>], target: Option<f64>) -> Option<String> {
    let range = chart::sparkline_range(values.iter().copied().chain([target]))?;
    (values.iter().flatten().count() > 1).then(|| chart::sparkline_svg(values, &range, target))
}

/// What a metric's values are counted in.
const fn unit(metric: Metric) -> Unit {
    match metric {
        Metric::Points => Unit::Points,
        Metric::ChannelGap => Unit::Difference,
        Metric::ComplaintRate => Unit::PerHundred,
        _ => Unit::Percent,
    }
}

fn point(point: &Point) -> TrendPoint {
    TrendPoint {
        label: point.period.to_string(),
        n: point.n.into(),
        value: point.value,
        low: point.ci_low,
        high: point.ci_high,
        target: point.target,
        minor_floor: point.target.map(|target| target - 5.0),
        note: None,
    }
}
