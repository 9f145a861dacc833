//! `/appraisals`: what HR pulls, and the record of who pulled what.

use actix_web::HttpResponse;
use actix_web::web::Path;

use super::super::frame::{APPRAISALS, Page, Refusal};
use super::super::pull::{self, Handed, PullError, Wanted};
use super::super::views::{AppraisalPeriod, Appraisals, Area, Download, FileFormat, Problem};
use super::choice;
use super::usable::stage;
use crate::db::closing::{self, Outlook};
use crate::db::department::Departments;
use crate::db::period::Progress;
use crate::db::pull::{Kind, Note, Pulled};
use crate::db::scores::{Request, scores};
use crate::db::{self, holiday, seal};
use crate::domain::commitment::Level;
use crate::domain::duty::Terms;
use crate::domain::period::{Period, State, local_date};
use crate::domain::service_record::Channel;
use crate::export::appraisals::{Format, table_schema};
use crate::export::csv::Sheet;

/// Pulls listed, and those listed at first.
const LISTED: i64 = 50;
const LISTED_FIRST: i64 = 10;

/// Periods listed while no year is asked for.
const LATEST: usize = 6;

/// `GET /appraisals`
pub async fn show(page: Page) -> HttpResponse {
    let result = build(&page).await;
    page.answer(result)
}

/// `GET /appraisals/{period}/scores.csv`: departments' figures over all channels and each of them.
pub async fn csv(page: Page, period: Path<String>) -> HttpResponse {
    let result = pull_scores(&page, &period).await;
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
    page.reader(&APPRAISALS)?;
    let not_found = || Refusal::from(Problem::NotFound);
    let period: Period = period.parse().map_err(|_| not_found())?;
    let format: Format = format.parse().map_err(|_| not_found())?;
    let context = &page.web.context;
    let (now, thresholds) = (context.now(), context.thresholds);
    let wanted = Wanted { period, format, only_sealed: false, t: page.t, now, thresholds };
    let found = page.pool().read(move |conn| pull::file(conn, &wanted)).await;
    let (file, _) = found.map_err(|error| match error {
        PullError::Database(error) => error.into(),
        other => Refusal::Internal(other.to_string()),
    })?;
    pull::hand_out(page, file).await
}

async fn build(page: &Page) -> Result<HttpResponse, Refusal> {
    page.reader(&APPRAISALS)?;
    let (now, zone) = (page.web.context.now(), page.web.context.config.time_zone);
    let all = page.query("downloads").as_deref() == Some("all");
    let load = move |conn: &mut db::Connection| -> db::Result<_> {
        let pulls = db::pull::latest(conn, if all { LISTED } else { LISTED_FIRST })?;
        let (progress, calendar) = (Progress::load(conn)?, holiday::calendar(conn)?);
        let asked = closing::all_asked(conn)?;
        Ok((choice(conn, None, now, zone)?.periods, progress, seal::all(conn)?, pulls, calendar, asked))
    };
    let (periods, progress, seals, pulls, calendar, asked) = page.pool().read(load).await?;
    let mut years: Vec<i32> = periods.iter().map(|period| period.year()).collect();
    years.sort_unstable_by_key(|year| std::cmp::Reverse(*year));
    years.dedup();
    let wanted = page.query("year").and_then(|year| year.parse().ok());
    let year = wanted.filter(|year| years.contains(year));
    let shown = periods.iter().filter(|period| year.is_none_or(|year| period.year() == year));
    let shown = shown.take(if year.is_some() { usize::MAX } else { LATEST });
    let row = |period: &Period| {
        let course = progress.course(*period);
        let outlook = Outlook::new(*period, course, &calendar, &Terms::default(), zone);
        let of = seals.iter().find(|seal| seal.period == *period && seal.revision == course.revision);
        let seal = of.filter(|_| course.state == State::Sealed);
        let href = |format: FileFormat| (format, format!("/appraisals/{period}/appraisals.{}", format.extension()));
        AppraisalPeriod {
            period: *period,
            stage: stage(&outlook, &asked, local_date(now, zone)),
            sealed: seal.map(|seal| (seal.sealed_at.with_timezone(&zone).naive_local(), seal.sealed_by.clone())),
            hash: seal.map(|seal| hex::encode(&seal.hash)),
            href: format!("/periods/{period}"),
            files: FileFormat::ALL.map(href).to_vec(),
            scores_href: format!("/appraisals/{period}/scores.csv"),
        }
    };
    let download = |note: Note| Download {
        at: note.at.and_utc().with_timezone(&zone).naive_local(),
        by: note.by,
        kind: note.kind,
        part: note.part,
        period: note.period,
        revision: note.revision,
        format: note.format,
        rows: note.rows,
        sha256: note.sha256,
    };
    let view = Appraisals {
        shell: page.shell(Some(Area::Appraisals)),
        years,
        year,
        more: !all && pulls.len() >= usize::try_from(LISTED_FIRST).unwrap_or(usize::MAX),
        periods: shown.map(row).collect(),
        downloads: pulls.into_iter().map(download).collect(),
    };
    page.html(&view, 200)
}

async fn pull_scores(page: &Page, period: &str) -> Result<HttpResponse, Refusal> {
    page.reader(&APPRAISALS)?;
    let period: Period = period.parse().map_err(|_| Refusal::from(Problem::NotFound))?;
    let (locale, thresholds) = (page.t.locale(), page.web.context.thresholds);
    let read = move |conn: &mut db::Connection| -> Result<Handed, Refusal> {
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
        let noted = Pulled::new(Kind::Scores, (period, &course), "csv", rows, &bytes);
        Ok(Handed { name: format!("manyi-scores-{period}.csv"), media_type: pull::CSV, bytes, noted })
    };
    let file = page.pool().read(read).await?;
    pull::hand_out(page, file).await
}
