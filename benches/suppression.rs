//! What small numbers cost: deciding which figures of a month, a quarter and a year may be shown. It is decided once for
//! a page, for each thing that figures rest on, so that it must not be felt.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::as_conversions)]

use std::collections::HashMap;
use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use manyi::domain::period::{Grain, Period};
use manyi::domain::response::Periods;
use manyi::domain::service_record::Channel;
use manyi::domain::suppression::{Answers, Count};

const MINIMUM: u32 = 5;

/// The same numbers every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((self.0 >> 33) % most).unwrap()
    }
}

/// Fourteen months from November 2025 to December 2026. Each person has from none to `most` answers in a month and
/// channel; of each department one in ten answers names no person.
fn organisation(departments: i64, persons: i64, most: u64) -> Answers {
    let mut dice = Dice(7);
    let tree: Vec<(i64, Option<i64>)> = (1..=departments).map(|id| (id, (id % 4 == 0).then_some(id - 1))).collect();
    let months = (0..14).scan("2025-11".parse::<Period>().unwrap(), |month, _| {
        let this = *month;
        *month = month.next();
        Some(this)
    });
    let mut counts = Vec::new();
    for month in months {
        let longer = |grain| Period::containing(month.start(), grain);
        let periods = Periods { month, quarter: longer(Grain::Quarter), year: longer(Grain::Year) };
        for channel in Channel::ALL {
            for department in 1..=departments {
                let count = |person, n| Count { department, person, channel: Some(channel), periods, n };
                let mut all = 0;
                for person in (department..=persons).step_by(usize::try_from(departments).unwrap()) {
                    let n = dice.below(most);
                    all += n;
                    counts.push(count(Some(person), n));
                }
                counts.push(count(None, all + all / 10 + dice.below(12)));
            }
        }
    }
    counts.retain(|count| count.n > 0);
    Answers::new(&tree, &counts)
}

fn decide(criterion: &mut Criterion) {
    for (departments, persons, most) in [(12, 0, 0), (200, 0, 0), (12, 3_000, 9), (200, 3_000, 9), (12, 3_000, 30)] {
        let answers = organisation(departments, persons, most.max(1));
        let name = format!("{departments} departments, {persons} persons with fewer than {most} answers");
        let mut group = criterion.benchmark_group(name);
        group.sample_size(10);
        for period in ["2026-08", "2026-Q3", "2026"] {
            let wanted: Period = period.parse().unwrap();
            group.bench_function(period, |b| {
                b.iter(|| black_box(answers.decided(wanted, MINIMUM, &mut HashMap::new())))
            });
        }
        group.finish();
    }
}

criterion_group!(benches, decide);
criterion_main!(benches);
