//! Reading a table: bytes in, typed and judged rows out, on one core. Target: 100,000 service records a second.

use std::hint::black_box;

use chrono::{DateTime, Utc};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use manyi::intake::rows::{RatingRow, ServiceRow};
use manyi::intake::stage::{Settings, stage};
use manyi::intake::table::Table;

#[path = "../tests/data/twin.rs"]
mod twin;

const ROWS: usize = 20_000;
const MAP: &str = include_str!("../tests/data/ecommerce-csat.map.toml");

fn records() -> String {
    let mut csv = String::from(
        "external_id,department_code,touchpoint,completed_at,employee_no,service_type,customer_ref,customer_name,email,\
         phone,locale,requested_at,first_response_at,waiting_minutes,resolved,client_code,urgent\n",
    );
    for n in 0..ROWS {
        let (day, minute) = (n % 28 + 1, n % 50);
        csv.push_str(&format!(
            "SR-{n:08},repair-{},counter,2026-01-{day:02}T10:{minute:02}:00+08:00,E{:05},上门维修,C{n:08},王女士,\
             customer{n}@example.com,139{n:08},zh-CN,2026/1/{day} 9:00,2026/1/{day} 9:{minute:02},12,true,,false\n",
            n % 12,
            n % 300
        ));
    }
    csv
}

fn intake(c: &mut Criterion) {
    let now: DateTime<Utc> = DateTime::from_timestamp(1_772_000_000, 0).unwrap_or_default();
    let settings = Settings::new(chrono_tz::Tz::Asia__Shanghai, now);
    let rows = |bytes: &[u8]| Table::from_bytes(bytes.to_vec()).ok();
    let utf8 = records();
    let gb18030 = encoding_rs::GB18030.encode(&utf8).0.into_owned();
    let ratings = twin::twin(ROWS, 1);

    let mut group = c.benchmark_group("intake");
    group.throughput(Throughput::Elements(ROWS.try_into().unwrap_or(0))).sample_size(20);
    for (name, bytes) in [("service-records", utf8.as_bytes()), ("service-records, GB18030", &gb18030)] {
        group.bench_function(name, |b| {
            b.iter(|| {
                let staged = rows(bytes).map(|table| stage::<ServiceRow>(table, None, &settings));
                assert!(staged.as_ref().is_some_and(|s| s.as_ref().is_ok_and(|s| s.rows.len() == ROWS)));
                black_box(staged)
            });
        });
    }
    group.bench_function("ratings with a map file", |b| {
        b.iter(|| {
            let staged = rows(ratings.as_bytes()).map(|table| stage::<RatingRow>(table, Some(MAP), &settings));
            assert!(staged.as_ref().is_some_and(|s| s.as_ref().is_ok_and(|s| s.rows.len() == ROWS)));
            black_box(staged)
        });
    });
    group.finish();
}

criterion_group!(benches, intake);
criterion_main!(benches);
