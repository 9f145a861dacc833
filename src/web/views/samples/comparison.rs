//! The comparison page with plausible data, for tests.

use super::figures::unjudged;
use super::{Rendered, Samples, period};
use crate::chart::{self, Dot, Funnel, Size};
use crate::domain::comparison::Standing;
use crate::stats::Count;
use crate::stats::funnel::place;
use crate::web::views::comparison::{ChannelRow, Compared, ComparedRow, ComparisonPage, HeldRow, StandardisedRow};
use crate::web::views::figure::Figure;
use crate::web::views::shell;

const DEPARTMENTS: [(&str, &str, u32, u32, Standing); 4] = [
    ("安装部", "Installation", 228, 240, Standing::Above),
    ("财务部", "Finance", 3, 3, Standing::TooFew),
    ("客户服务部", "Customer Service", 205, 252, Standing::Below),
    ("会员运营部", "Membership", 25, 29, Standing::TooFew),
];

pub(super) fn pages(samples: &Samples) -> Vec<(&'static str, Rendered)> {
    use askama::Template as _;
    let empty = ComparisonPage {
        compared: None,
        rows: Vec::new(),
        channels: Vec::new(),
        promise: None,
        promised: false,
        ..page(samples)
    };
    vec![("comparison", page(samples).render()), ("comparison-empty", empty.render())]
}

fn page(samples: &Samples) -> ComparisonPage {
    let dots = DEPARTMENTS.iter().filter(|(.., n, _)| *n >= 5).map(|(zh, en, k, n, _)| Dot {
        name: samples.say(zh, en),
        n: *n,
        rate: f64::from(*k) / f64::from(*n),
        shown: "91.6".to_owned(),
        place: place(Count::new((*k).into(), (*n).into()).unwrap(), 0.9).unwrap(),
    });
    let funnel = Funnel {
        id: "funnel".to_owned(),
        title: samples.say("各部门满意率", "Satisfaction by department"),
        reference: 0.9,
        reference_words: samples.say("承诺 90 %", "Commitment 90 %"),
        spread: Some(0.002),
        dots: dots.collect(),
        locale: samples.t.locale(),
    };
    ComparisonPage {
        shell: samples.shell(shell::Area::Comparison),
        path: "/comparison".to_owned(),
        period: period("2026-10"),
        periods: vec![period("2026-10"), period("2026-09")],
        channel: None,
        promised: true,
        promise: Some(90.0),
        compared: Some(Compared {
            reference: "90".to_owned(),
            answers: 521,
            phi: Some("2.3".to_owned()),
            spread: true,
            wide: chart::funnel_svg(&funnel, Size::Wide).unwrap(),
            narrow: chart::funnel_svg(&funnel, Size::Narrow).unwrap(),
        }),
        rows: DEPARTMENTS.iter().map(|sample| row(samples, sample)).collect(),
        channels: DEPARTMENTS.iter().map(|sample| channels(samples, sample)).collect(),
        csv_href: "/comparison.csv?period=2026-10".to_owned(),
    }
}

fn row(samples: &Samples, (zh, en, k, n, standing): &(&str, &str, u32, u32, Standing)) -> ComparedRow {
    let pair = |low: &str, high: &str| (low.to_owned(), high.to_owned());
    ComparedRow {
        name: samples.say(zh, en),
        href: "/departments/MR?period=2026-10".to_owned(),
        own_only: *n == 240,
        trend: Some(chart::sparkline_svg(&[Some(90.0), None, Some(91.0)], &(80.0..=100.0), Some(90.0))),
        figure: unjudged(*k, *n),
        held: (*n >= 5).then(|| HeldRow {
            standing: *standing,
            p: (*n >= 30).then(|| pair("0.002", "0.009")),
            place: place(Count::new((*k).into(), (*n).into()).unwrap(), 0.9).unwrap(),
            inner: pair("86.1", "93.4"),
            outer: pair("83.7", "95.1"),
            steadied: (*n > 30).then(|| ("91.2".to_owned(), "88.0".to_owned(), "94.1".to_owned())),
        }),
    }
}

fn channels(samples: &Samples, (zh, en, k, n, _): &(&str, &str, u32, u32, Standing)) -> ChannelRow {
    let standardised = StandardisedRow {
        rate: "90.4".to_owned(),
        interval: ("86.0".to_owned(), "93.9".to_owned()),
        covered: "100.0".to_owned(),
    };
    let shown = *n >= 5;
    let gap = Figure { judgement: None, ..unjudged(*k, *n) };
    ChannelRow {
        name: samples.say(zh, en),
        online: unjudged(*k, *n),
        offline: unjudged(0, 0),
        gap: shown.then_some(gap),
        crude: unjudged(*k, *n),
        standardised: shown.then_some(standardised),
    }
}
