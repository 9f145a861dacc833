//! `GET /overview`: all departments of a period, by name.

use actix_web::HttpResponse;

use super::super::frame::{Page, Refusal, encode};
use super::super::views::{Area, DepartmentRow, Overview};
use super::charts::sparkline;
use super::{Choice, choice};
use crate::db::department::Departments;
use crate::db::period::Progress;
use crate::db::scorebook::{self, Wanted};
use crate::db::{self, commitment, seal};
use crate::domain::commitment::{Commitment, Level, Metric};
use crate::domain::response::Base;
use crate::domain::scorebook::{Named, Scorebook, Slice};
use crate::domain::service_record::Channel;
use crate::domain::user::Role;

/// Months in a small line.
const LINE: usize = 12;

/// `GET /overview`
pub async fn show(page: Page) -> HttpResponse {
    let result = build(&page).await;
    page.answer(result)
}

/// What the page is made of.
struct Figures {
    departments: Departments,
    book: Scorebook,
    commitments: Vec<Commitment>,
    progress: Progress,
    choice: Choice,
}

async fn build(page: &Page) -> Result<HttpResponse, Refusal> {
    page.reader(&[Role::Admin, Role::Quality, Role::Hr, Role::Auditor])?;
    let (wanted, now, zone) = (page.period()?, page.web.context.now(), page.web.context.config.time_zone);
    let figures = page.pool().read(move |conn| -> db::Result<Figures> {
        let choice = choice(conn, wanted, now, zone)?;
        let (from, to) = choice.months(LINE);
        let wanted = Wanted { departments: None, employees: None, questions: false, from, to };
        Ok(Figures {
            departments: seal::departments_of(conn, choice.period)?,
            book: scorebook::load(conn, &wanted)?,
            commitments: commitment::all(conn)?,
            progress: Progress::load(conn)?,
            choice,
        })
    });
    let figures = figures.await?;
    let period = figures.choice.period;
    let all: Vec<i64> = figures.departments.iter().map(|department| department.id).collect();
    let whole = Slice { departments: &all, employee: None, channel: None, period, base: Base::Invited };
    let organisation = Named { level: Level::Organisation, department: None, employee: None };
    let mut departments: Vec<_> =
        figures.departments.iter().map(|department| row(page, &figures, department)).collect();
    departments.sort_by(|a, b| a.name.cmp(&b.name));
    let (state, revision) = (figures.progress.state(period), figures.progress.revision(period));
    let view = Overview {
        shell: page.shell_of(Area::Overview, period, state, revision),
        path: "/overview".into(),
        period,
        periods: figures.choice.periods.clone(),
        responses: figures.book.sums(&whole, "").n,
        response: figures.book.reach(&whole, &organisation).into(),
        is_sampled: figures.book.is_sampled(&whole),
        departments,
    };
    page.html(&view, 200)
}

fn row(page: &Page, figures: &Figures, department: &db::department::Department) -> DepartmentRow {
    let ids = figures.departments.with_descendants(department.id);
    let period = figures.choice.period;
    let slice = |channel| Slice { departments: &ids, employee: None, channel, period, base: Base::Invited };
    let named = Named { level: Level::Department, department: Some(&department.code), employee: None };
    let thresholds = &page.web.context.thresholds;
    let score = |slice: &Slice<'_>, metric| figures.book.score(slice, &named, metric, &figures.commitments, thresholds);
    let line = |channel| {
        let months = figures.choice.line(LINE);
        let scores: Vec<_> = months
            .into_iter()
            .map(|period| score(&Slice { period, ..slice(Some(channel)) }, Metric::SatisfactionRate))
            .collect();
        let target = scores.last().and_then(|score| score.target);
        sparkline(&scores.iter().map(|score| score.value).collect::<Vec<_>>(), target)
    };
    DepartmentRow {
        name: department.name(page.t.locale()).to_owned(),
        below: u32::try_from(ids.len().saturating_sub(1)).unwrap_or(0),
        href: format!("/departments/{}?period={period}", encode(&department.code)),
        online: (&score(&slice(Some(Channel::Online)), Metric::SatisfactionRate)).into(),
        online_trend: line(Channel::Online),
        offline: (&score(&slice(Some(Channel::Offline)), Metric::SatisfactionRate)).into(),
        offline_trend: line(Channel::Offline),
        points: (&score(&slice(None), Metric::Points)).into(),
        response: figures.book.reach(&slice(None), &named).into(),
    }
}
