//! The organisation of the demo: who serves where, and how well.

use crate::domain::service_record::{Channel, Touchpoint};
use crate::domain::user::Role;

/// A department.
pub(super) struct Unit {
    pub(super) code: &'static str,
    pub(super) zh_cn: &'static str,
    pub(super) en: &'static str,
    /// Code of the department it is part of; that one stands before it.
    pub(super) parent: Option<&'static str>,
    pub(super) employees: usize,
    /// Where it serves.
    pub(super) services: &'static [Service],
    /// Share of those asked who answer.
    pub(super) answering: f64,
    /// Share of satisfied customers online and offline.
    pub(super) satisfied: (f64, f64),
    /// What happens to that share.
    pub(super) course: Course,
}

/// A kind of service that a department gives.
pub(super) struct Service {
    pub(super) touchpoint: Touchpoint,
    pub(super) zh_cn: &'static str,
    pub(super) en: &'static str,
    /// Service records in a month.
    pub(super) monthly: f64,
}

/// How the quality of a department moves over the months.
pub(super) enum Course {
    /// It does not.
    Steady,
    /// It falls by the share some months ago, and recovers.
    Drop(f64),
    /// It was lower by the share, until a change was made.
    Step(f64),
    /// It falls by up to the share when everyone orders at once: around 11 November, the Spring Festival, 18 June.
    Season(f64),
}

/// Someone who signs in.
pub(super) struct Staff {
    pub(super) email: &'static str,
    pub(super) name: &'static str,
    pub(super) role: Role,
    /// For a head: code of the department.
    pub(super) department: Option<&'static str>,
}

/// Those who sign in to the demo.
pub(super) const STAFF: [Staff; 4] = [
    Staff { email: "admin@example.com", name: "林静", role: Role::Admin, department: None },
    Staff { email: "quality@example.com", name: "沈怡", role: Role::Quality, department: None },
    Staff { email: "head@example.com", name: "周明远", role: Role::Head, department: Some("WX") },
    Staff { email: "hr@example.com", name: "何晓雯", role: Role::Hr, department: None },
];

/// The departments, parents first.
pub(super) const UNITS: [Unit; 12] = [
    Unit {
        code: "KF",
        zh_cn: "客服中心",
        en: "Customer Service Centre",
        parent: None,
        employees: 9,
        services: &[
            service(Touchpoint::CallCentre, "电话咨询", "Telephone enquiry", 170.0),
            service(Touchpoint::Web, "在线咨询", "Online enquiry", 160.0),
        ],
        answering: 0.33,
        satisfied: (0.965, 0.95),
        course: Course::Steady,
    },
    Unit {
        code: "FW",
        zh_cn: "上门服务部",
        en: "Field Services",
        parent: None,
        employees: 2,
        services: &[service(Touchpoint::CallCentre, "上门预约", "Visit booking", 60.0)],
        answering: 0.28,
        satisfied: (0.9, 0.9),
        course: Course::Steady,
    },
    Unit {
        code: "AZ",
        zh_cn: "安装部",
        en: "Installation",
        parent: Some("FW"),
        employees: 7,
        services: &[
            service(Touchpoint::OnSite, "上门安装", "Installation visit", 150.0),
            service(Touchpoint::MiniProgram, "安装进度查询", "Installation enquiry", 36.0),
        ],
        answering: 0.34,
        satisfied: (0.93, 0.95),
        course: Course::Steady,
    },
    Unit {
        code: "WX",
        zh_cn: "维修服务部",
        en: "Repair Services",
        parent: Some("FW"),
        employees: 7,
        services: &[
            service(Touchpoint::OnSite, "上门维修", "Repair visit", 150.0),
            service(Touchpoint::App, "线上报修", "Repair request in the app", 70.0),
        ],
        answering: 0.36,
        satisfied: (0.94, 0.93),
        course: Course::Drop(0.2),
    },
    Unit {
        code: "WL",
        zh_cn: "物流配送部",
        en: "Delivery & Logistics",
        parent: None,
        employees: 7,
        services: &[
            service(Touchpoint::OnSite, "送货上门", "Home delivery", 170.0),
            service(Touchpoint::App, "物流查询", "Delivery enquiry", 80.0),
        ],
        answering: 0.26,
        satisfied: (0.92, 0.9),
        course: Course::Season(0.14),
    },
    Unit {
        code: "XS",
        zh_cn: "网上商城",
        en: "Online Store",
        parent: None,
        employees: 7,
        services: &[
            service(Touchpoint::App, "App 订单服务", "Order in the app", 190.0),
            service(Touchpoint::MiniProgram, "小程序订单服务", "Order in the mini-program", 130.0),
            service(Touchpoint::Web, "网站订单服务", "Order on the web site", 70.0),
        ],
        answering: 0.28,
        satisfied: (0.862, 0.862),
        course: Course::Steady,
    },
    Unit {
        code: "YY",
        zh_cn: "中心营业厅",
        en: "Central Service Hall",
        parent: None,
        employees: 6,
        services: &[
            service(Touchpoint::Counter, "柜台业务办理", "Counter service", 160.0),
            service(Touchpoint::Web, "网上预约", "Online appointment", 50.0),
        ],
        answering: 0.27,
        satisfied: (0.93, 0.91),
        course: Course::Step(0.14),
    },
    Unit {
        code: "MDE",
        zh_cn: "城东门店",
        en: "East Gate Store",
        parent: None,
        employees: 4,
        services: &[
            service(Touchpoint::Shop, "门店购物", "Purchase in the store", 110.0),
            service(Touchpoint::MiniProgram, "到店自提", "Click and collect", 36.0),
        ],
        answering: 0.26,
        satisfied: (0.9, 0.88),
        course: Course::Steady,
    },
    Unit {
        code: "MDW",
        zh_cn: "城西门店",
        en: "West Gate Store",
        parent: None,
        employees: 2,
        services: &[service(Touchpoint::Shop, "门店购物", "Purchase in the store", 60.0)],
        answering: 0.22,
        satisfied: (0.87, 0.86),
        course: Course::Steady,
    },
    Unit {
        code: "HY",
        zh_cn: "会员服务部",
        en: "Member Services",
        parent: None,
        employees: 5,
        services: &[
            service(Touchpoint::App, "会员权益咨询", "Membership enquiry", 120.0),
            service(Touchpoint::CallCentre, "会员专线", "Members' line", 60.0),
        ],
        answering: 0.3,
        satisfied: (0.865, 0.83),
        course: Course::Steady,
    },
    Unit {
        code: "TH",
        zh_cn: "退换货中心",
        en: "Returns & Exchanges",
        parent: None,
        employees: 4,
        services: &[
            service(Touchpoint::Web, "线上退换货", "Online return", 100.0),
            service(Touchpoint::Counter, "柜台退换货", "Return at the counter", 60.0),
        ],
        answering: 0.36,
        satisfied: (0.78, 0.74),
        course: Course::Steady,
    },
    Unit {
        code: "CW",
        zh_cn: "财务服务部",
        en: "Billing & Finance",
        parent: None,
        employees: 3,
        services: &[
            service(Touchpoint::Email, "发票答复", "Invoice enquiry", 20.0),
            service(Touchpoint::Counter, "对账缴费", "Payment at the counter", 14.0),
        ],
        answering: 0.28,
        satisfied: (0.9, 0.88),
        course: Course::Steady,
    },
];

const fn service(touchpoint: Touchpoint, zh_cn: &'static str, en: &'static str, monthly: f64) -> Service {
    Service { touchpoint, zh_cn, en, monthly }
}

impl Unit {
    /// The share of satisfied customers in a month: which month of the year it is, and how many months ago.
    pub(super) fn satisfied(&self, channel: Channel, month: u32, ago: usize) -> f64 {
        let usual = match channel {
            Channel::Online => self.satisfied.0,
            Channel::Offline => self.satisfied.1,
        };
        usual - self.course.lost(month, ago)
    }
}

impl Course {
    fn lost(&self, month: u32, ago: usize) -> f64 {
        match self {
            Self::Steady => 0.0,
            Self::Drop(depth) => match ago {
                7 => depth * 0.5,
                5 | 6 => *depth,
                4 => depth * 0.6,
                3 => depth * 0.2,
                _ => 0.0,
            },
            Self::Step(depth) if ago > 5 => *depth,
            Self::Step(_) => 0.0,
            Self::Season(depth) => match month {
                11 => *depth,
                2 => depth * 0.9,
                1 | 6 => depth * 0.6,
                12 => depth * 0.4,
                _ => 0.0,
            },
        }
    }
}

/// Family and given names of employees, put together in order.
const FAMILY: [&str; 21] = [
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "郭", "马", "罗",
    "梁", "宋",
];
const GIVEN: [&str; 16] = [
    "建国", "秀英", "志强", "丽娜", "伟", "敏", "晓东", "雪梅", "海涛", "佳怡", "俊杰", "思雨", "文博", "玉兰", "子轩",
    "婷",
];

/// The number and the name of the employee hired as number `at`.
pub(super) fn employee(at: usize) -> (String, String) {
    let part = |names: &'static [&'static str], at: usize| names.get(at % names.len()).copied().unwrap_or_default();
    // 21 and 16 have no common divisor: the first 336 names differ.
    (format!("E{:04}", 1001 + at), format!("{}{}", part(&FAMILY, at), part(&GIVEN, at)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn twelve_departments_and_some_sixty_employees_of_different_names() {
        let codes: BTreeSet<_> = UNITS.iter().map(|unit| unit.code).collect();
        let employees: usize = UNITS.iter().map(|unit| unit.employees).sum();
        let names: BTreeSet<_> = (0..employees).map(|at| employee(at).1).collect();
        assert_eq!((codes.len(), names.len()), (12, employees));
        assert!((55..70).contains(&employees), "{employees}");
    }

    #[test]
    fn a_parent_with_two_parts_stands_before_them() {
        let parts: Vec<_> = UNITS.iter().filter_map(|unit| unit.parent).collect();
        assert_eq!(parts, ["FW", "FW"]);
        let place = |code| UNITS.iter().position(|unit| unit.code == code);
        assert!(place("FW") < place("AZ") && place("FW") < place("WX"));
    }

    #[test]
    fn one_department_drops_and_recovers() {
        let repairs = UNITS.iter().find(|unit| unit.code == "WX").unwrap();
        let at = |ago| repairs.satisfied(Channel::Offline, 3, ago);
        assert!(at(10) > 0.9 && at(5) < 0.75 && at(0) > 0.9);
    }
}
