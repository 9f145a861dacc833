//! What happened in the demo today: services whose customers are asked now, so that a visitor can answer.

use chrono::{DateTime, TimeDelta, Utc};

use super::organisation::{Service, UNITS, Unit};
use crate::context::Context;
use crate::db::intake::{Asking, Intake, Outcome};
use crate::db::{self, Connection};
use crate::domain::invitation::State;
use crate::domain::locale::Locale;
use crate::domain::service_record::{Contact, ServiceRecord};

/// A customer of today.
struct Customer {
    name: &'static str,
    email: &'static str,
    locale: Locale,
}

const CUSTOMERS: [Customer; 25] = [
    zh_cn("王女士", "wang.fang@example.cn"),
    zh_cn("李先生", "li.jun@example.cn"),
    en("Ms Carter", "emily.carter@example.com"),
    zh_cn("张女士", "zhang.li@example.cn"),
    zh_cn("刘先生", "liu.yang@example.cn"),
    zh_cn("陈女士", "chen.xi@example.cn"),
    zh_cn("杨先生", "yang.bo@example.cn"),
    en("Mr Novak", "peter.novak@example.com"),
    zh_cn("赵女士", "zhao.min@example.cn"),
    zh_cn("黄先生", "huang.tao@example.cn"),
    zh_cn("周女士", "zhou.ying@example.cn"),
    zh_cn("吴先生", "wu.peng@example.cn"),
    zh_cn("徐女士", "xu.jing@example.cn"),
    en("Ms Rossi", "giulia.rossi@example.com"),
    zh_cn("孙先生", "sun.lei@example.cn"),
    zh_cn("马女士", "ma.yan@example.cn"),
    zh_cn("朱先生", "zhu.kai@example.cn"),
    zh_cn("胡女士", "hu.na@example.cn"),
    en("Mr Tanaka", "ken.tanaka@example.com"),
    zh_cn("郭先生", "guo.feng@example.cn"),
    zh_cn("何女士", "he.ping@example.cn"),
    zh_cn("高先生", "gao.yuan@example.cn"),
    zh_cn("林女士", "lin.qing@example.cn"),
    en("Ms Müller", "anna.mueller@example.com"),
    zh_cn("罗先生", "luo.gang@example.cn"),
];

/// How many of them there are.
#[cfg(test)]
pub(super) const COUNT: usize = CUSTOMERS.len();

const fn zh_cn(name: &'static str, email: &'static str) -> Customer {
    Customer { name, email, locale: Locale::ZhCn }
}

const fn en(name: &'static str, email: &'static str) -> Customer {
    Customer { name, email, locale: Locale::En }
}

/// Hands in the services of the last hours, one for each customer. Returns the keys of the invitations, the latest
/// service's first.
pub(super) fn hand_in(conn: &mut Connection, context: &Context, now: DateTime<Utc>) -> db::Result<Vec<i64>> {
    let services = || UNITS.iter().flat_map(|unit| unit.services.iter().map(move |service| (unit, service)));
    let ago = |at: usize| TimeDelta::minutes(i64::try_from(at).unwrap_or(0) * 7 + 2);
    let records: Vec<_> = CUSTOMERS
        .iter()
        .zip(services().cycle())
        .enumerate()
        .map(|(at, (customer, (unit, service)))| customer.record(unit, service, now - ago(at)))
        .collect();
    store(conn, context, &records, now)
}

/// Hands in one more service: the invitation of another visit has been used.
pub(super) fn hand_in_one(conn: &mut Connection, context: &Context, now: DateTime<Utc>) -> db::Result<Vec<i64>> {
    let unit = UNITS.iter().find(|unit| unit.code == "WX");
    let found = unit.and_then(|unit| Some((unit, unit.services.first()?)));
    let Some((unit, service)) = found else { return Ok(Vec::new()) };
    // An address of its own: nobody is asked twice within the cool-down.
    let email = format!("visitor.{}@example.cn", now.timestamp());
    let mut record = zh_cn("王女士", "").record(unit, service, now);
    record.contact.email = Some(email);
    store(conn, context, &[record], now)
}

fn store(
    conn: &mut Connection,
    context: &Context,
    records: &[ServiceRecord],
    now: DateTime<Utc>,
) -> db::Result<Vec<i64>> {
    let config = &context.config;
    let mut intake = Intake::load(conn, &context.secrets, &config.asking, config.time_zone, config.locale, now)?;
    let records: Vec<_> = records.iter().map(|record| (record, "")).collect();
    let outcomes = intake.store(conn, &records, Asking::Invite, |_| ())?;
    let asked = outcomes.into_iter().filter_map(|outcome| match outcome {
        Outcome::Created(stored) if stored.state == State::Scheduled => Some(stored.invitation_id),
        _ => None,
    });
    Ok(asked.collect())
}

impl Customer {
    fn record(&self, unit: &Unit, service: &Service, completed_at: DateTime<Utc>) -> ServiceRecord {
        ServiceRecord {
            external_id: format!("{}-{}", unit.code, completed_at.format("%y%m%d-%H%M%S")),
            department_code: unit.code.to_owned(),
            touchpoint: Some(service.touchpoint),
            channel: service.touchpoint.channel(),
            completed_at,
            employee_no: None,
            service_type: Some(match self.locale {
                Locale::ZhCn => service.zh_cn.to_owned(),
                Locale::En => service.en.to_owned(),
            }),
            contact: Contact {
                name: Some(self.name.to_owned()),
                email: Some(self.email.to_owned()),
                ..Contact::default()
            },
            locale: Some(self.locale),
            requested_at: Some(completed_at - TimeDelta::minutes(50)),
            first_response_at: Some(completed_at - TimeDelta::minutes(45)),
            waiting_minutes: None,
            resolved: None,
            client_code: None,
            urgent: false,
            closed_automatically: false,
        }
    }
}
