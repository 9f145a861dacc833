//! A department page draws a dozen charts while its reader waits: each has 200 µs.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use manyi::chart::{Limits, Size, Trend, TrendPoint, Unit, sparkline_svg, trend_png, trend_svg, trend_table};
use manyi::domain::trend::Variation;
use manyi::i18n::Locale;

/// Fourteen months with everything a chart may have: two gaps, a change of the target, a note.
fn trend(locale: Locale) -> Trend {
    let point = |month: u32| {
        let value = 88.0 + f64::from(month * 31 % 17) / 2.0;
        TrendPoint {
            label: format!("{}-{:02}", 2025 + (month + 8) / 12, (month + 8) % 12 + 1),
            n: if month == 5 { 3 } else { 180 + u64::from(month) },
            value: Some(value),
            low: Some(value - 4.5),
            high: Some((value + 3.5).min(100.0)),
            target: Some(if month < 4 { 85.0 } else { 90.0 }),
            minor_floor: Some(if month < 4 { 80.0 } else { 85.0 }),
            note: (month == 7).then(|| "问卷第 2 版".to_owned()),
            limits: Some(Limits { center: 92.0, lower: 84.5, upper: 99.5 }),
            variation: Some(Variation::Steady),
            ..TrendPoint::default()
        }
    };
    Trend {
        id: "bench".to_owned(),
        title: "维修服务部 · 线上满意率".to_owned(),
        subtitle: Some("2026年10月已公布，异议期至 11 月 27 日".to_owned()),
        unit: Unit::Percent,
        points: (0..14).filter(|month| *month != 9).map(point).collect(),
        locale,
        from_zero: false,
    }
}

fn chart(c: &mut Criterion) {
    let mut group = c.benchmark_group("chart");
    for locale in Locale::ALL {
        let trend = trend(locale);
        group.bench_function(format!("svg wide {locale}"), |b| b.iter(|| trend_svg(black_box(&trend), Size::Wide)));
        group.bench_function(format!("svg narrow {locale}"), |b| b.iter(|| trend_svg(black_box(&trend), Size::Narrow)));
        group.bench_function(format!("table {locale}"), |b| b.iter(|| trend_table(black_box(&trend))));
    }
    let values: Vec<_> = trend(Locale::ZhCn).points.iter().map(|point| point.value).collect();
    group.bench_function("sparkline", |b| b.iter(|| sparkline_svg(black_box(&values), &(80.0..=100.0), Some(90.0))));
    let zh = trend(Locale::ZhCn);
    group.sample_size(10).bench_function("png", |b| b.iter(|| trend_png(black_box(&zh))));
    group.finish();
}

criterion_group!(benches, chart);
criterion_main!(benches);
