//! The page of a department, large and small.

use askama::Template as _;

use super::figures::{change, measure, person, points, points_of, rate, score, unjudged};
use super::{Rendered, Samples, period, periods};
use crate::chart::{self, Size, Trend, TrendPoint, Unit};
use crate::domain::commitment::{Consequence, Level, Metric};
use crate::domain::explanation::explain;
use crate::domain::finality::Finality;
use crate::domain::response::Base;
use crate::domain::scorecard::Reach;
use crate::domain::service_record::Channel;
use crate::domain::verdict::Thresholds;
use crate::web::views::figure::Response;
use crate::web::views::finality::Usable;
use crate::web::views::insight::DriversView;
use crate::web::views::left_out::{LeftOutRow, Side, With};
use crate::web::views::shell::Area;
use crate::web::views::{self, Sentence, department};

const TREND: [(u32, u32); 14] = [
    (168, 188),
    (183, 201),
    (158, 176),
    (170, 190),
    (3, 4),
    (171, 185),
    (0, 0),
    (166, 192),
    (181, 198),
    (175, 189),
    (160, 184),
    (178, 195),
    (182, 200),
    (186, 203),
];

pub(super) fn pages(samples: &Samples) -> Vec<(&'static str, Rendered)> {
    vec![("department", samples.department().render()), ("department-small", samples.department_small().render())]
}

fn side(channel: Option<Channel>, counts: (u32, u32)) -> Side {
    Side { figure: rate(channel, counts), satisfied: Some(counts.0) }
}

fn left_out(channel: Option<Channel>, with: Option<With>) -> LeftOutRow {
    let without = if with.is_some() { side(channel, (186, 203)) } else { side(channel, (2, 3)) };
    LeftOutRow { metric: Metric::SatisfactionRate, channel, base: Base::Invited, count: 2, without, with }
}

impl Samples {
    pub(crate) fn department(&self) -> department::DepartmentPage {
        let channel = Some(Channel::Online);
        let headline = |metric, channel, figure| department::Headline {
            consequence: Some(Consequence::ImprovementPlan),
            metric,
            channel,
            base: Base::Invited,
            judged: Base::Invited,
            excluded: 2,
            figure,
        };
        let question = |zh, en, k, n, change| department::QuestionRow {
            text: self.say(zh, en),
            trend: Some(chart::sparkline_svg(&sample_rates(), &(75.0..=100.0), None)),
            figure: unjudged(k, n),
            change,
        };
        department::DepartmentPage {
            shell: self.shell(Area::Department),
            path: "/departments/MR".to_owned(),
            name: self.say("维修服务部", "Repair Service"),
            overview_href: Some("/overview?period=2026-10".to_owned()),
            period: period("2026-10"),
            periods: periods(),
            channel,
            base: Base::Invited,
            usable: Usable {
                finality: Finality::Contestable {
                    until: "2026-11-27".parse().unwrap(),
                    seal_from: "2026-11-28".parse().unwrap(),
                },
                early: None,
                reopened: None,
                asked: false,
                sealed: Some((period("2026-08"), "/departments/MR?period=2026-08".to_owned())),
            },
            sentence: self.sentence((186, 203), channel),
            headlines: vec![
                headline(Metric::SatisfactionRate, channel, rate(channel, (186, 203))),
                headline(Metric::SatisfactionRate, Some(Channel::Offline), rate(Some(Channel::Offline), (20, 29))),
                headline(Metric::SatisfactionRate, None, rate(None, (206, 244))),
                headline(Metric::Points, None, points(87, 244)),
                headline(Metric::ResolutionRate, channel, unjudged(190, 199)),
            ],
            walk_up: Some(department::WalkUp {
                rate: unjudged(11, 17),
                points: points_of(Level::Employee, 78, 17),
                keyed: (4, 1),
                comments: self.comments(),
            }),
            left_out: vec![
                left_out(None, Some(With::Known(side(None, (206, 250))))),
                left_out(channel, Some(With::Between(side(channel, (186, 205)), side(channel, (188, 205))))),
                left_out(Some(Channel::Offline), None),
            ],
            response: Reach { invited: 655, responded: 203 }.into(),
            charts: vec![self.chart(Metric::SatisfactionRate, channel)],
            questions: vec![
                question("服务态度", "Attitude", 193, 203, Some(change(0.4, (-3.1, 3.9)))),
                question("响应和处理速度", "Speed", 165, 201, Some(change(-5.1, (-9.0, -1.2)))),
                question("问题是否解决", "Solved", 180, 199, Some(change(6.2, (1.1, 11.0)))),
                question("上门守时", "Punctuality", 4, 4, None),
            ],
            heat_map: Some(self.heat_map()),
            drivers: self.drivers(),
            wishes: vec![department::WishRow {
                reference: "WO-2026-0042".to_owned(),
                word: self.say("不满意", "Dissatisfied"),
                reasons: vec![self.say("等候时间太长", "The wait was too long")],
                text: Some(self.say("请给我打电话。", "Please call me.")),
                by: "2026-11-19T14:30:00".parse().unwrap(),
            }],
            comments: department::Comments::Shown(self.comments()),
            employees: [
                ("陈建国", "Chen Jianguo", 61, 66),
                ("李娜", "Li Na", 58, 64),
                ("欧阳文静", "Ouyang Wenjing", 64, 70),
                ("王芳", "Wang Fang", 3, 3),
            ]
            .into_iter()
            .map(|(zh, en, k, n)| department::EmployeeRow {
                name: self.say(zh, en),
                rate: person(k, n),
                points: points_of(Level::Employee, 86, n),
            })
            .collect(),
            person_minimum: None,
            csv_href: "/departments/MR.csv?period=2026-10".to_owned(),
            complaints_href: Some("/complaints?department=MR".to_owned()),
        }
    }

    fn department_small(&self) -> department::DepartmentPage {
        department::DepartmentPage {
            overview_href: None,
            base: Base::Invited,
            sentence: self.sentence((3, 3), None),
            headlines: vec![department::Headline {
                metric: Metric::SatisfactionRate,
                channel: None,
                base: Base::Sample,
                judged: Base::Invited,
                excluded: 0,
                consequence: None,
                figure: rate(None, (3, 3)),
            }],
            channel: None,
            response: Response { invited: 0, responded: 0, rate: None },
            charts: Vec::new(),
            questions: Vec::new(),
            heat_map: None,
            drivers: DriversView::TooFew { n: 3, needed: 50 },
            wishes: Vec::new(),
            comments: department::Comments::TooFew,
            employees: Vec::new(),
            ..self.department()
        }
    }

    pub(crate) fn sentence(&self, counts: (u32, u32), channel: Option<Channel>) -> Sentence {
        let score = score(Level::Department, Metric::SatisfactionRate, channel, &measure(counts));
        let change = (counts.1 >= 5).then(|| change(-0.4, (-5.6, 4.9)));
        let parts = explain(&score, &Thresholds::default());
        Sentence { period: period("2026-10"), channel, parts, change }
    }

    fn chart(&self, metric: Metric, channel: Option<Channel>) -> department::Chart {
        let points = period("2026-10").last_n(TREND.len()).into_iter().zip(TREND).map(|(period, counts)| {
            let figure = score(Level::Department, metric, channel, &measure(counts));
            TrendPoint {
                label: period.to_string(),
                n: figure.n.into(),
                value: figure.value,
                low: figure.ci_low,
                high: figure.ci_high,
                target: Some(90.0),
                minor_floor: Some(85.0),
                ..TrendPoint::default()
            }
        });
        let trend = Trend {
            id: "trend-MR-online".to_owned(),
            title: self.say("维修服务部 · 线上满意率", "Repair Service · satisfaction rate, online"),
            subtitle: None,
            unit: Unit::Percent,
            points: points.collect(),
            locale: self.t.locale(),
            from_zero: false,
        };
        department::Chart {
            missed: None,
            metric,
            channel,
            wide: chart::trend_svg(&trend, Size::Wide).unwrap(),
            narrow: chart::trend_svg(&Trend { id: "narrow".to_owned(), ..trend.clone() }, Size::Narrow).unwrap(),
            rows: chart::trend_table(&trend).unwrap(),
            reading: sample_reading(channel),
            csv_href: Some("/departments/MR/trend.csv".to_owned()),
        }
    }

    fn comments(&self) -> Vec<department::Comment> {
        let comment = |(zh, en): (&str, &str), (word_zh, word_en): (&str, &str), satisfied| department::Comment {
            text: self.say(zh, en),
            word: self.say(word_zh, word_en),
            satisfied,
            service_type: Some(self.say("上门维修", "On-site repair")),
            month: period("2026-10"),
            exclude_href: Some("/exclusions?response=17".to_owned()),
        };
        vec![
            comment(
                (
                    "等了三天才有人上门，中间没有人打电话说明情况。\n师傅的手艺很好。",
                    "Three days until anyone came, and nobody called in between.\nThe technician knew his job.",
                ),
                ("不满意", "Dissatisfied"),
                false,
            ),
            comment(
                ("谢谢，一次就修好了。", "Thank you, fixed at the first visit."),
                ("非常满意", "Very satisfied"),
                true,
            ),
            comment(("预约时间可以再准一点。", "The appointment could be more precise."), ("满意", "Satisfied"), true),
        ]
    }
}

/// Worse since March, with a target that only chance reaches.
fn sample_reading(channel: Option<Channel>) -> views::Reading {
    use crate::domain::trend::{Assurance, Heading, Movement, Reading, Side, Variation};
    let said = Reading {
        latest: period("2026-10"),
        variation: Variation::Concern,
        signal: Some("shift"),
        side: Side::Below,
        since: period("2026-03"),
        assurance: Some(Assurance::ByChance),
        trial: channel.is_none(),
        widened: Some(1.4),
        drift: None,
    };
    let movement = Movement { heading: Heading::Down, since: period("2025-11"), periods: 12, n: 2_107, p: 0.012 };
    views::Reading::Read { said, metric: Metric::SatisfactionRate, target: Some(90.0), movement: Some(movement) }
}

fn sample_rates() -> Vec<Option<f64>> {
    TREND.iter().map(|&(k, n)| (n >= 5).then(|| f64::from(k) * 100.0 / f64::from(n))).collect()
}
