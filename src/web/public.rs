//! Pages for everybody: what is promised, and what happens to personal data.

use std::collections::HashMap;

use actix_web::HttpResponse;

use super::frame::{Page, Refusal};
use super::views::{Area, CommitmentRow, CommitmentsPage, PrivacyPage, Problem, ResultRow, Results, ShortNotice};
use crate::db::announcement::{self, Logged};
use crate::db::department::{Department, Departments};
use crate::db::period::Progress;
use crate::db::scores::{Request, scores};
use crate::db::{self, commitment};
use crate::domain::commitment::Level;
use crate::domain::notice::earliest;
use crate::domain::period::{Period, local_date};
use crate::domain::service_record::Channel;
use crate::domain::succession::is_ever_valid;
use crate::domain::verdict::Thresholds;

/// `GET /commitments?period=2026-Q3`: what is promised, and what a published period brought, the newest unless one is named.
pub async fn commitments(page: Page) -> HttpResponse {
    let result = promised(&page).await;
    page.answer(result)
}

/// `GET /privacy`
pub async fn privacy(page: Page) -> HttpResponse {
    let context = &page.web.context;
    let since = context.notice().map_or_else(|| context.now(), |notice| notice.since);
    let view = PrivacyPage {
        shell: page.shell(None),
        facts: context.privacy_facts(page.t.locale()),
        updated: local_date(since, context.config.time_zone),
    };
    page.answer(page.html(&view, 200))
}

async fn promised(page: &Page) -> Result<HttpResponse, Refusal> {
    let (t, thresholds) = (page.t, page.web.context.thresholds);
    let today = local_date(page.web.context.now(), page.web.context.config.time_zone);
    let asked = page.period()?;
    let load = move |conn: &mut db::Connection| -> Result<_, Refusal> {
        let all = commitment::all(conn)?;
        let departments = Departments::load(conn)?;
        let told = Progress::load(conn)?.told();
        let period = asked.or(told.first().copied());
        if asked.is_some_and(|asked| !told.contains(&asked)) {
            return Err(Problem::NotFound.into());
        }
        let results = match period {
            Some(period) => published(conn, period, &thresholds, &departments, t.locale())?,
            None => Vec::new(),
        };
        let name = |department: &Department| (department.code.clone(), department.name(t.locale()).to_owned());
        let names: HashMap<String, String> = departments.iter().map(name).collect();
        // Notice is public notice (A1-4.1): what is announced stands here from that day on.
        let (in_force, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| one.is_valid_on(today));
        let coming: Vec<_> = others.into_iter().filter(|one| one.valid_from > today && is_ever_valid(one)).collect();
        let clauses: Vec<&str> = in_force.iter().chain(&coming).map(|one| one.clause.as_str()).collect();
        let log = announcement::log_of(conn, &clauses)?;
        Ok(((in_force, coming), (told, period, results), names, log))
    };
    let ((in_force, coming), (told, period, results), names, log) = page.pool().read(load).await?;
    let zone = page.web.context.config.time_zone;
    let short = |id: i64| log.iter().filter(|one| one.commitment.id == id).filter_map(|one| short(one, zone)).collect();
    let name = |code: &str| names.get(code).cloned().unwrap_or_default();
    let view = CommitmentsPage {
        shell: page.shell(Some(Area::Commitments)),
        in_force: CommitmentRow::public(&in_force, name, short),
        coming: CommitmentRow::public(&coming, name, short),
        told,
        is_chosen: asked.is_some(),
        results: period.map(|period| Results::new(period, results)),
    };
    page.html(&view, 200)
}

/// What of a change came at short notice.
fn short(logged: &Logged, zone: chrono_tz::Tz) -> Option<ShortNotice> {
    let (of, announced) = (&logged.commitment, local_date(logged.at, zone));
    let begins = if logged.is_end { of.valid_to?.succ_opt()? } else { of.valid_from };
    // What was written before it stood here was meant for the audit log alone.
    let waiver = logged.waiver.filter(|_| logged.public && begins < earliest(announced))?;
    let is_backdated = begins < announced;
    Some(ShortNotice { announced, is_end: logged.is_end, is_backdated, waiver, note: logged.note.clone() })
}

/// What a published period brought, each department over each channel that is promised.
fn published(
    conn: &mut db::Connection,
    period: Period,
    thresholds: &Thresholds,
    departments: &Departments,
    locale: crate::i18n::Locale,
) -> Result<Vec<ResultRow>, Refusal> {
    let mut rows = Vec::new();
    for level in [Level::Organisation, Level::Department] {
        for channel in [Some(Channel::Online), Some(Channel::Offline), None] {
            let request = Request { period, department: None, channel, level };
            let found = scores(conn, &request, thresholds).map_err(|error| Refusal::Internal(error.to_string()))?;
            // Evidence is weighed for the base that the promise judges, and for no other.
            for score in found.scores.iter().filter(|score| score.evidence.is_some()) {
                let department = score.department.as_deref().and_then(|code| departments.by_code(code));
                rows.push(ResultRow {
                    department: department.map(|department| department.name(locale).to_owned()),
                    metric: score.metric,
                    channel,
                    figure: score.into(),
                });
            }
        }
    }
    Ok(rows)
}
