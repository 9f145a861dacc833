//! Figures are made from tallies: what they cost must not grow with the number of responses behind them.
//! `load` prints the same over HTTP; here is the time inside, at ten thousand and at a million responses on SQLite.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::as_conversions)]

use std::hint::black_box;

use criterion::Criterion;
use manyi::db::{scores, trend};
use manyi::domain::commitment::{Level, Metric};
use manyi::domain::period::{Grain, Period};
use target::{ROUND, Target};

#[allow(dead_code, reason = "shared with the load script")]
#[path = "load/target.rs"]
mod target;

fn main() {
    // A million responses are stored first: only where times are asked for.
    if !std::env::args().any(|argument| argument == "--bench") || std::env::args().any(|argument| argument == "--test")
    {
        return;
    }
    let mut criterion = Criterion::default().sample_size(20).configure_from_args();
    let target = Target::start(false).unwrap();
    target.fill(1);
    scorecard(&mut criterion, &target, ROUND);
    target.fill(99);
    scorecard(&mut criterion, &target, ROUND * 100);
    criterion.final_summary();
}

fn scorecard(criterion: &mut Criterion, target: &Target, responses: usize) {
    let context = target.context();
    let month = Period::at(context.now(), context.config.time_zone, Grain::Month).prev();
    let mut group = criterion.benchmark_group(format!("scorecard of {responses} responses"));
    for level in [Level::Organisation, Level::Department, Level::Employee] {
        let request = scores::Request { period: month, department: None, channel: None, level };
        group.bench_function(format!("{level} scores of a month"), |b| {
            let ask = || context.pool.read_now(|conn| scores::scores(conn, &request, &context.thresholds)).unwrap();
            b.iter(|| black_box(ask()));
        });
    }
    let request = trend::TrendRequest {
        department: target::code(3),
        metric: Metric::SatisfactionRate,
        grain: Grain::Month,
        from: None,
        to: None,
        channel: None,
        zone: chrono_tz::UTC,
    };
    group.bench_function("trend of a department over 14 months", |b| {
        let ask = || context.pool.read_now(|conn| trend::trend(conn, &request, &context.thresholds)).unwrap();
        b.iter(|| black_box(ask()));
    });
    group.finish();
}
