//! `/appraisals`: what HR pulls, and the record of who pulled what.

use actix_web::HttpResponse;
use actix_web::web::Path;
use serde_json::json;

use super::super::download;
use super::super::frame::{APPRAISALS, Page, Refusal};
use super::super::pull::{self, PullError, Wanted};
use super::super::views::{AppraisalPeriod, Appraisals, Area, Download, FileFormat, Problem};
use super::choice;
use crate::crypto::sha256;
use crate::db::department::Departments;
use crate::db::period::Progress;
use crate::db::scores::{Request, scores};
use crate::db::{self, appraisals, audit, seal};
use crate::domain::commitment::Level;
use crate::domain::period::{Period, State};
use crate::domain::service_record::Channel;
use crate::export::appraisals::{Format, table_schema};
use crate::export::csv::Sheet;

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

/// `GET /appraisals/{period}/appraisals.{xlsx,csv,json}`: of a period that is not sealed every row says so.
pub async fn file(page: Page, place: Path<(String, String)>) -> HttpResponse {
    let (period, format) = place.into_inner();
    let result = hand_out(&page, &period, &format).await;
    page.answer(result)
}

/// `GET /appraisals/schema.json`: what the columns are.
pub async fn schema(page: Page) -> HttpResponse {
    let result = page.reader(&APPRAISALS).map(|_| HttpResponse::Ok().json(table_schema(page.t)));
    page.answer(result)
}

async fn hand_out(page: &Page, period: &str, format: &str) -> Result<HttpResponse, Refusal> {
    let session = page.reader(&APPRAISALS)?;
    let not_found = || Refusal::from(Problem::NotFound);
    let period: Period = period.parse().map_err(|_| not_found())?;
    let format: Format = format.parse().map_err(|_| not_found())?;
    let context = &page.web.context;
    let wanted = Wanted {
        period,
        format,
        only_sealed: false,
        t: page.t,
        actor: session.user.email.clone(),
        now: context.now(),
        thresholds: context.thresholds,
    };
    let work = move |conn: &mut db::Connection| -> Result<pull::Pulled, PullError> {
        let pulled = pull::file(conn, &wanted)?;
        pull::note(conn, &wanted, &pulled.noted)?;
        Ok(pulled)
    };
    let pulled = page.pool().write(work).await.map_err(|error| match error {
        PullError::Database(error) => error.into(),
        other => Refusal::Internal(other.to_string()),
    })?;
    Ok(download::file(&pulled.name, format.media_type(), pulled.bytes))
}

async fn build(page: &Page) -> Result<HttpResponse, Refusal> {
    page.reader(&APPRAISALS)?;
    let (now, zone) = (page.web.context.now(), page.web.context.config.time_zone);
    let load = move |conn: &mut db::Connection| -> db::Result<_> {
        let mut pulls = audit::latest(conn, PULLED, LISTED)?;
        pulls.extend(audit::latest(conn, appraisals::PULLED, LISTED)?);
        pulls.extend(audit::latest(conn, super::comparison::PULLED, LISTED)?);
        pulls.sort_by_key(|pull| std::cmp::Reverse(pull.id));
        Ok((choice(conn, None, now, zone)?, Progress::load(conn)?, seal::all(conn)?, pulls))
    };
    let (choice, progress, seals, pulls) = page.pool().read(load).await?;
    let row = |period: &Period| {
        let course = progress.course(*period);
        let of = seals.iter().find(|seal| seal.period == *period && seal.revision == course.revision);
        let seal = of.filter(|_| course.state == State::Sealed);
        let href = |format: FileFormat| (format, format!("/appraisals/{period}/appraisals.{}", format.extension()));
        AppraisalPeriod {
            period: *period,
            state: course.state,
            revision: u32::try_from(course.revision).unwrap_or(0),
            sealed: seal.map(|seal| (seal.sealed_at.with_timezone(&zone).naive_local(), seal.sealed_by.clone())),
            hash: seal.map(|seal| hex::encode(&seal.hash)),
            href: format!("/periods/{period}"),
            files: FileFormat::ALL.map(href).to_vec(),
        }
    };
    let periods = choice.periods.iter().map(row);
    let download = |entry: &audit::Entry| {
        let detail: serde_json::Value = serde_json::from_str(&entry.detail).ok()?;
        Some(Download {
            at: entry.at.and_utc().with_timezone(&zone).naive_local(),
            by: entry.actor.clone(),
            period: entry.subject.parse().ok()?,
            revision: u32::try_from(detail.get("revision")?.as_u64()?).ok()?,
            format: FileFormat::named(detail.get("format")?.as_str()?)?,
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
        let course = Progress::load(conn)?.course(period);
        let mut sheet = Sheet::scores();
        let mut rows = 0;
        for channel in [None, Some(Channel::Online), Some(Channel::Offline)] {
            let request = Request { period, department: None, channel, level: Level::Department };
            let found = scores(conn, &request, &thresholds).map_err(|error| Refusal::Internal(error.to_string()))?;
            for score in &found.scores {
                let department = score.department.as_deref().and_then(|code| departments.by_code(code));
                let name = department.map(|department| department.name(locale)).unwrap_or_default();
                sheet.score(period, (course.state, course.revision), score, name);
                rows += 1;
            }
        }
        let bytes = sheet.bytes();
        let detail = json!({
            "format": "csv",
            "rows": rows,
            "revision": course.revision,
            "sha256": hex::encode(sha256(&bytes)),
        });
        audit::append(conn, now, &actor, PULLED, &period.to_string(), &detail)?;
        Ok(bytes)
    };
    let bytes = page.pool().write(work).await?;
    Ok(download::csv(&format!("manyi-scores-{period}.csv"), bytes))
}
