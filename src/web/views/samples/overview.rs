//! The overview of twelve departments.

use askama::Template as _;

use super::figures::{points, rate};
use super::{Rendered, Samples, period, periods};
use crate::chart;
use crate::domain::scorecard::Reach;
use crate::domain::service_record::Channel;
use crate::web::views::figure::Response;
use crate::web::views::overview::{DepartmentRow, Overview};
use crate::web::views::shell::Area;

/// Name (zh, en), satisfied of answers online and offline, mean points of how many, invited.
type DepartmentSample = (&'static str, &'static str, (u32, u32), (u32, u32), (u32, u32), u32);

const DEPARTMENTS: [DepartmentSample; 12] = [
    ("安装部", "Installation", (228, 240), (54, 60), (88, 300), 905),
    ("仓储物流部", "Warehousing and Logistics", (1400, 1600), (260, 320), (84, 1920), 5880),
    ("财务部", "Finance", (3, 3), (0, 0), (90, 3), 25),
    ("大客户服务中心", "Key Account Service Centre", (27, 28), (26, 29), (92, 57), 120),
    ("会员运营部", "Membership", (25, 29), (21, 25), (83, 54), 210),
    ("客户服务部", "Customer Service", (212, 252), (77, 110), (79, 362), 1240),
    ("配件供应部", "Parts Supply", (24, 30), (24, 30), (81, 60), 190),
    ("维修服务部", "Repair Service", (186, 203), (36, 41), (87, 244), 787),
    ("线上商城", "Online Shop", (655, 690), (0, 0), (91, 690), 2070),
    ("信息技术部", "Information Technology", (17, 22), (13, 17), (78, 39), 95),
    ("营业厅（城东）", "Service Hall East", (31, 35), (118, 131), (89, 166), 640),
    ("质量监督与投诉处理中心", "Quality Supervision and Complaints Centre", (44, 50), (43, 50), (85, 100), 333),
];

pub(super) fn pages(samples: &Samples) -> Vec<(&'static str, Rendered)> {
    vec![("overview", samples.overview().render()), ("overview-empty", samples.overview_empty().render())]
}

impl Samples {
    pub(crate) fn overview(&self) -> Overview {
        let departments = DEPARTMENTS.iter().map(|(zh, en, online, offline, (mean, scored), invited)| {
            let values = |(k, n): (u32, u32), shift: u32| -> Vec<Option<f64>> {
                let rate = f64::from(k) * 100.0 / f64::from(n.max(1));
                let wave = |i: u32| f64::from((i * 7 + shift) % 5) * 1.6 - 3.0;
                (0..12).map(|i| (n >= 5).then(|| (rate + wave(i)).min(100.0))).collect()
            };
            let spark = |(k, n), shift, target| {
                (n >= 5).then(|| chart::sparkline_svg(&values((k, n), shift), &(70.0..=100.0), Some(target)))
            };
            DepartmentRow {
                name: self.say(zh, en),
                below: if *en == "Customer Service" { 2 } else { 0 },
                href: "/departments/MR?period=2026-10".to_owned(),
                online: rate(Some(Channel::Online), *online),
                online_trend: spark(*online, 1, 90.0),
                offline: rate(Some(Channel::Offline), *offline),
                offline_trend: spark(*offline, 3, 85.0),
                points: points(*mean, *scored),
                response: Reach { invited: *invited, responded: online.1 + offline.1 }.into(),
            }
        });
        Overview {
            shell: self.shell(Area::Overview),
            path: "/overview".to_owned(),
            period: period("2026-10"),
            periods: periods(),
            responses: 3923,
            response: Reach { invited: 12_495, responded: 3923 }.into(),
            is_sampled: true,
            departments: departments.collect(),
        }
    }

    fn overview_empty(&self) -> Overview {
        let response = Response { invited: 0, responded: 0, rate: None };
        Overview { departments: Vec::new(), responses: 0, response, ..self.overview() }
    }
}
