//! `/appraisals`: what HR pulls, and the record of who pulled what.

use actix_web::HttpResponse;
use actix_web::web::Path;
use serde_json::json;

use super::super::csv::{Sheet, attachment};
use super::super::frame::{APPRAISALS, Page, Refusal};
use super::super::views::{AppraisalPeriod, Appraisals, Area, Download, FileFormat, Problem};
use super::choice;
use crate::crypto::sha256;
use crate::db::department::Departments;
use crate::db::period::Progress;
use crate::db::scores::{Request, scores};
use crate::db::{self, audit};
use crate::domain::commitment::Level;
use crate::domain::period::Period;
use crate::domain::service_record::Channel;

/// The audit log's name of a pull.
const PULLED: &str = "export.scores";

/// Pulls listed.
const LISTED: i64 = 50;

/// `GET /appraisals`
pub async fn show(page: Page) -> HttpResponse {
    let result = build(&page).await;
    page.answer(result)
}

/// `GET /appraisals/{period}/scores.csv`: departments' figures over all channels and each of them.
pub async fn csv(page: Page, period: Path<String>) -> HttpResponse {
    let result = pull(&page, &period).await;
    page.answer(result)
}

async fn build(page: &Page) -> Result<HttpResponse, Refusal> {
    page.reader(&APPRAISALS)?;
    let (now, zone) = (page.web.context.now(), page.web.context.config.time_zone);
    let load = move |conn: &mut db::Connection| -> db::Result<_> {
        Ok((choice(conn, None, now, zone)?, Progress::load(conn)?, audit::latest(conn, PULLED, LISTED)?))
    };
    let (choice, progress, pulls) = page.pool().read(load).await?;
    let periods = choice.periods.iter().map(|period| AppraisalPeriod {
        period: *period,
        state: progress.state(*period),
        revision: u32::try_from(progress.revision(*period)).unwrap_or(0),
        sealed: None,
        csv_href: format!("/appraisals/{period}/scores.csv"),
    });
    let download = |entry: &audit::Entry| {
        let detail: serde_json::Value = serde_json::from_str(&entry.detail).ok()?;
        Some(Download {
            at: entry.at.and_utc().with_timezone(&zone).naive_local(),
            by: entry.actor.clone(),
            period: entry.subject.parse().ok()?,
            revision: u32::try_from(detail.get("revision")?.as_u64()?).ok()?,
            format: FileFormat::Csv,
            rows: u32::try_from(detail.get("rows")?.as_u64()?).ok()?,
            sha256: detail.get("sha256")?.as_str()?.to_owned(),
        })
    };
    let view = Appraisals {
        shell: page.shell(Some(Area::Appraisals)),
        periods: periods.collect(),
        downloads: pulls.iter().filter_map(download).collect(),
    };
    page.html(&view, 200)
}

/// The file, and in the same transaction the note of who pulled it.
async fn pull(page: &Page, period: &str) -> Result<HttpResponse, Refusal> {
    let session = page.reader(&APPRAISALS)?;
    let period: Period = period.parse().map_err(|_| Refusal::from(Problem::NotFound))?;
    let (actor, locale) = (session.user.email.clone(), page.t.locale());
    let (now, thresholds) = (page.web.context.now(), page.web.context.thresholds);
    let work = move |conn: &mut db::Connection| -> Result<Vec<u8>, Refusal> {
        let departments = Departments::load(conn)?;
        let progress = Progress::load(conn)?;
        let mut sheet = Sheet::scores();
        let mut rows = 0;
        for channel in [None, Some(Channel::Online), Some(Channel::Offline)] {
            let request = Request { period, department: None, channel, level: Level::Department };
            let found = scores(conn, &request, &thresholds).map_err(|error| Refusal::Internal(error.to_string()))?;
            for score in &found.scores {
                let department = score.department.as_deref().and_then(|code| departments.by_code(code));
                let name = department.map(|department| department.name(locale)).unwrap_or_default();
                sheet.score(period, &progress, score, name);
                rows += 1;
            }
        }
        let bytes = sheet.bytes();
        let detail = json!({
            "format": "csv",
            "rows": rows,
            "revision": progress.revision(period),
            "sha256": hex::encode(sha256(&bytes)),
        });
        audit::append(conn, now, &actor, PULLED, &period.to_string(), &detail)?;
        Ok(bytes)
    };
    let bytes = page.pool().write(work).await?;
    Ok(attachment(&format!("manyi-scores-{period}.csv"), bytes))
}
