//! `GET /record`: what HR is given about the reader, who is found among the employees by the address they sign in with.

use actix_web::HttpResponse;

use super::super::frame::{Page, Refusal};
use super::super::views::Area;
use super::super::views::record::{RecordPage, RecordRow, SealedPeriod};
use crate::db::appraisals::{Appraisals, appraisals, periods_of};
use crate::db::{self, employee};
use crate::domain::appraisal::Record;
use crate::domain::period::Period;

/// Sealed periods shown.
const SHOWN: usize = 12;

/// `GET /record`
pub async fn show(page: Page) -> HttpResponse {
    let result = build(&page).await;
    page.answer(result)
}

async fn build(page: &Page) -> Result<HttpResponse, Refusal> {
    let session = page.session.as_ref().ok_or(Refusal::SignIn)?;
    let (email, locale, now) = (session.user.email.clone(), page.t.locale(), page.web.context.now());
    let thresholds = page.web.context.thresholds;
    let load = move |conn: &mut db::Connection| -> db::Result<_> {
        let Some(employee) = employee::by_email(conn, &email)? else { return Ok(None) };
        let periods: Vec<Period> = periods_of(conn, &employee.employee_no, SHOWN)?;
        let found: db::Result<Vec<Appraisals>> =
            periods.into_iter().map(|period| appraisals(conn, period, locale, &thresholds, now)).collect();
        Ok(Some((employee, found?)))
    };
    let found = page.pool().read(load).await?;
    let view = RecordPage {
        shell: page.shell(Some(Area::Record)),
        minimum: thresholds.person_export,
        periods: found
            .iter()
            .flat_map(|(employee, all)| all.iter().filter_map(|found| sealed(page, found, &employee.employee_no)))
            .collect(),
        employee: found.as_ref().map(|(employee, _)| (employee.name.clone(), employee.employee_no.clone())),
    };
    page.html(&view, 200)
}

fn sealed(page: &Page, found: &Appraisals, number: &str) -> Option<SealedPeriod> {
    let seal = found.seal.as_ref()?;
    let own = found.rows.iter().filter(|(record, _)| record.employee.as_deref() == Some(number));
    Some(SealedPeriod {
        period: found.period,
        revision: u32::try_from(seal.revision).unwrap_or(0),
        at: seal.sealed_at.with_timezone(&page.web.context.config.time_zone).naive_local(),
        hash: hex::encode(&seal.hash),
        rows: own.map(|(record, department)| row(record, department)).collect(),
    })
}

fn row(record: &Record, department: &str) -> RecordRow {
    let rate = record.rate.k.zip(record.rate.value);
    RecordRow {
        department: department.to_owned(),
        channel: record.channel.parse().ok(),
        n: record.rate.n,
        rate: rate.map(|(k, value)| (k, value, record.rate.interval)),
        points: record.points.value.map(|value| (record.points.n, value)),
        withheld: record.withheld,
    }
}
