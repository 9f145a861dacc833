//! `/samples`: the quarters' follow-up samples, drawn and looked at (B3-2.3.3).

use actix_web::HttpResponse;
use actix_web::web::{Bytes, Path};

use super::super::frame::{Page, Refusal, encode};
use super::super::views::follow_up::{
    CaseRow, DrawForm, DrawProblem, DrawRow, EstimateRow, SamplePage, SampleRow, SamplesPage,
};
use super::super::views::{Area, Done, Problem};
use super::{field, narrow, parse, posted, see_other};
use crate::db::department::{Department, Departments};
use crate::db::follow_up::{self, Case, List, Shown};
use crate::db::period::Progress;
use crate::db::sample::{self, DrawError, Request, Sample};
use crate::db::scorebook::{self, Wanted};
use crate::db::{self, commitment};
use crate::domain::commitment::{Commitment, Level, Metric};
use crate::domain::estimate::{Estimate, estimate};
use crate::domain::field::{mask_email, mask_name, mask_phone};
use crate::domain::period::{Grain, Period, local_date};
use crate::domain::response::Base;
use crate::domain::sample::Disposition;
use crate::domain::scorebook::{Named, Scorebook, Slice};
use crate::domain::scorecard::Score;
use crate::domain::service_record::{Channel, Contact};
use crate::domain::text;
use crate::domain::user::Role;
use crate::stats::sampling::sample_size;

/// Who may look.
pub(in crate::web) const READERS: [Role; 3] = [Role::Admin, Role::Quality, Role::Auditor];

/// Who may draw, call and note.
pub(super) const WRITERS: [Role; 2] = [Role::Admin, Role::Quality];

/// Customers on one page of the list.
const PAGE: usize = 20;

/// Quarters offered for a draw.
const OFFERED: usize = 6;

/// `GET /samples`
pub async fn index(page: Page) -> HttpResponse {
    let result = all(&page, None).await;
    page.answer(result)
}

/// `POST /samples`
pub async fn draw(page: Page, body: Bytes) -> HttpResponse {
    let result = async {
        let (_, fields) = posted(&page, &WRITERS, &body)?;
        let mut form = DrawForm { periods: offered(&page), ..first_form(&page) };
        form.period = field(&fields, "period").to_owned();
        match attempt(&page, &mut form, &fields).await? {
            Some(period) => Ok(see_other(&Done::Sample.on(&format!("/samples/{period}")))),
            None => all(&page, Some(form)).await,
        }
    };
    let result = result.await;
    page.answer(result)
}

/// `GET /samples/{period}`
pub async fn show(page: Page, period: Path<String>) -> HttpResponse {
    let result = async { one(&page, parse(&period)?, None).await };
    let result = result.await;
    page.answer(result)
}

/// `POST /samples/{period}/redraw`
pub async fn redraw(page: Page, period: Path<String>, body: Bytes) -> HttpResponse {
    let result = async {
        let (_, fields) = posted(&page, &WRITERS, &body)?;
        let period: Period = parse(&period)?;
        let mut form = DrawForm { reason: Some(field(&fields, "reason").to_owned()), ..first_form(&page) };
        form.action = format!("/samples/{period}/redraw");
        form.period = period.to_string();
        match attempt(&page, &mut form, &fields).await? {
            Some(period) => Ok(see_other(&Done::Sample.on(&format!("/samples/{period}")))),
            None => one(&page, period, Some(form)).await,
        }
    };
    let result = result.await;
    page.answer(result)
}

fn first_form(page: &Page) -> DrawForm {
    let periods = offered(page);
    DrawForm {
        action: "/samples".into(),
        // The last quarter that is over.
        period: periods.get(1).map(Period::to_string).unwrap_or_default(),
        periods: Vec::new(),
        fraction: "0.1".into(),
        seed: proposed_seed().to_string(),
        reason: None,
        problems: Vec::new(),
    }
}

/// Six digits that nobody chose.
fn proposed_seed() -> u32 {
    u32::from_be_bytes(crate::crypto::random::<4>()) % 1_000_000
}

/// The running quarter and those before it, newest first.
fn offered(page: &Page) -> Vec<Period> {
    let context = &page.web.context;
    let mut quarters = Period::at(context.now(), context.config.time_zone, Grain::Quarter).last_n(OFFERED);
    quarters.reverse();
    quarters
}

/// Draws what a form says; `None` with the problems noted in the form if it can't be.
async fn attempt(page: &Page, form: &mut DrawForm, fields: &[(String, String)]) -> Result<Option<Period>, Refusal> {
    form.fraction = narrow(fields, "fraction");
    form.seed = narrow(fields, "seed");
    let request = match read(form) {
        Ok(request) => request,
        Err(problems) => {
            form.problems = problems;
            return Ok(None);
        }
    };
    let period = request.period;
    let session = page.reader(&WRITERS)?;
    let (by, now, zone) = (session.user.email.clone(), page.web.context.now(), page.web.context.config.time_zone);
    let drawn = page.pool().write(move |conn| sample::draw(conn, &request, &by, now, zone)).await;
    form.problems.push(match drawn {
        Ok(_) => return Ok(Some(period)),
        Err(DrawError::Database(error)) => return Err(error.into()),
        Err(DrawError::NoQuarter(_)) => DrawProblem::Period,
        Err(DrawError::NoRecords(_)) => DrawProblem::NoRecords,
        Err(DrawError::AlreadyDrawn(_)) => DrawProblem::AlreadyDrawn,
        Err(DrawError::Told(..)) => DrawProblem::Told,
        Err(DrawError::LosesAnswers { count, .. }) => DrawProblem::LosesAnswers(count),
    });
    Ok(None)
}

/// What a form asks for, or everything that is wrong with it.
fn read(form: &DrawForm) -> Result<Request, Vec<DrawProblem>> {
    let period = form.period.parse().map_err(|_| DrawProblem::Period);
    let fraction = form.fraction.parse().map_err(|_| DrawProblem::Fraction);
    let seed = form.seed.parse::<i64>().ok().filter(|seed| *seed >= 0).ok_or(DrawProblem::Seed);
    let reason = |given: &String| {
        let line = text::line(text::trim(given), text::MAX_REASON).ok().filter(|line| !line.is_empty());
        line.map(|line| line.into_owned()).ok_or(DrawProblem::Reason)
    };
    match (period, fraction, seed, form.reason.as_ref().map(reason).transpose()) {
        (Ok(period), Ok(fraction), Ok(seed), Ok(redraw)) => Ok(Request { period, fraction, seed, redraw }),
        (period, fraction, seed, reason) => {
            Err([period.err(), fraction.err(), seed.err(), reason.err()].into_iter().flatten().collect())
        }
    }
}

async fn all(page: &Page, form: Option<DrawForm>) -> Result<HttpResponse, Refusal> {
    let session = page.reader(&READERS)?;
    let load = |conn: &mut db::Connection| -> db::Result<_> {
        let samples = sample::all(conn)?;
        samples.into_iter().map(|sample| Ok((follow_up::progress(conn, sample.id)?, sample))).collect()
    };
    let samples: Vec<_> = page.pool().read(load).await?;
    let zone = page.web.context.config.time_zone;
    let row = |(progress, sample): (crate::domain::sample::Progress, Sample)| SampleRow {
        period: sample.period,
        href: format!("/samples/{}", sample.period),
        drawn: progress.drawn(),
        answered: progress.count(Disposition::Answered),
        frame: sample.frame_size,
        drawn_at: sample.drawn_at.with_timezone(&zone).naive_local(),
        drawn_by: sample.drawn_by,
    };
    let status = if form.is_some() { 422 } else { 200 };
    let fresh = || WRITERS.contains(&session.role).then(|| DrawForm { periods: offered(page), ..first_form(page) });
    let view = SamplesPage {
        shell: page.shell(Some(Area::Samples)),
        samples: samples.into_iter().map(row).collect(),
        form: form.or_else(fresh),
    };
    page.html(&view, status)
}

/// What the page of a quarter is made of.
struct Figures {
    draws: Vec<Sample>,
    list: List,
    book: Scorebook,
    commitments: Vec<Commitment>,
    departments: Departments,
    takes_responses: bool,
}

async fn one(page: &Page, period: Period, form: Option<DrawForm>) -> Result<HttpResponse, Refusal> {
    let session = page.reader(&READERS)?;
    let shows_all = page.query("show").as_deref() == Some("all");
    let number = page.query("page").and_then(|text| text.parse().ok()).unwrap_or(1).clamp(1, 1_000_000);
    let figures = load(page, period, shows_all, (number - 1) * PAGE).await?;
    let zone = page.web.context.config.time_zone;
    let may_write = WRITERS.contains(&session.role) && figures.takes_responses;
    let redraw = || DrawForm {
        action: format!("/samples/{period}/redraw"),
        reason: Some(String::new()),
        fraction: figures.draws.first().map(|draw| draw.fraction.to_string()).unwrap_or_default(),
        seed: figures.draws.first().map(|draw| draw.seed.to_string()).unwrap_or_default(),
        ..first_form(page)
    };
    let status = if form.is_some() { 422 } else { 200 };
    let progress = &figures.list.progress;
    let rows = Disposition::ALL.map(|one| (Some(one), progress.count(one)));
    let view = SamplePage {
        shell: page.shell(Some(Area::Samples)),
        period,
        is_early: figures.draws.first().is_some_and(|draw| local_date(draw.drawn_at, zone) <= period.end()),
        draws: figures.draws.iter().map(|draw| draw_row(draw, zone)).collect(),
        progress: std::iter::once((None, progress.open)).chain(rows).collect(),
        response_rate: progress.response_rate(),
        estimates: estimates(page, &figures, period),
        cases: figures
            .list
            .cases
            .iter()
            .map(|case| case_row(page, &figures.departments, period, case, may_write))
            .collect(),
        matching: figures.list.matching,
        shows_all,
        path: format!("/samples/{period}"),
        page: (number, figures.list.matching.div_ceil(PAGE).max(1)),
        redraw: form.or_else(|| may_write.then(redraw)),
    };
    page.html(&view, status)
}

async fn load(page: &Page, period: Period, shows_all: bool, offset: usize) -> Result<Figures, Refusal> {
    let secrets = page.web.context.secrets.clone();
    let shown = if shows_all { Shown::All } else { Shown::ToCall };
    let load = move |conn: &mut db::Connection| -> Result<Figures, Refusal> {
        let draws = sample::draws(conn, period)?;
        let current = draws.first().ok_or(Problem::NotFound)?;
        let list = follow_up::list(conn, &secrets, current, shown, (offset, PAGE))?;
        let (from, to) = scorebook::months_to_read(conn, period, period)?;
        let wanted = Wanted { departments: None, employees: None, questions: false, from, to };
        Ok(Figures {
            list,
            book: scorebook::load(conn, &wanted)?,
            commitments: commitment::all(conn)?,
            departments: Departments::load(conn)?,
            takes_responses: Progress::load(conn)?.state(period).takes_responses(),
            draws,
        })
    };
    page.pool().read(load).await
}

fn draw_row(draw: &Sample, zone: chrono_tz::Tz) -> DrawRow {
    DrawRow {
        number: draw.number,
        seed: draw.seed,
        fraction: draw.fraction.to_string(),
        frame: draw.frame_size,
        hash: draw.frame_hash.clone(),
        at: draw.drawn_at.with_timezone(&zone).naive_local(),
        by: draw.drawn_by.clone(),
        reason: draw.reason.clone(),
    }
}

/// The organisation over both channels and each, then the departments by name.
fn estimates(page: &Page, figures: &Figures, period: Period) -> Vec<EstimateRow> {
    let everyone: Vec<i64> = figures.departments.iter().map(|department| department.id).collect();
    let thresholds = &page.web.context.thresholds;
    let row = |ids: &[i64], named: &Named<'_>, channel| {
        let slice = Slice { departments: ids, employee: None, channel, period, base: Base::Sample };
        let cells = figures.book.sample(&slice);
        let score = || figures.book.score(&slice, named, Metric::SatisfactionRate, &figures.commitments, thresholds);
        (!cells.is_empty()).then(|| (score(), estimate(&cells)))
    };
    let channels = [None, Some(Channel::Online), Some(Channel::Offline)];
    let organisation = Named { level: Level::Organisation, department: None, employee: None };
    let whole =
        channels.into_iter().filter_map(|channel| Some((row(&everyone, &organisation, channel)?, None, channel)));
    let mut rows: Vec<_> = whole.collect();
    let mut departments: Vec<_> = figures.departments.iter().collect();
    departments.sort_by_key(|department| department.name(page.t.locale()).to_owned());
    for department in departments {
        let named = Named { level: Level::Department, department: Some(&department.code), employee: None };
        for channel in Channel::ALL {
            let found = row(&[department.id], &named, Some(channel));
            rows.extend(found.map(|found| (found, Some(department), Some(channel))));
        }
    }
    rows.into_iter()
        .map(|((score, estimate), of, channel)| estimate_row(page, period, &score, estimate, of, channel))
        .collect()
}

fn estimate_row(
    page: &Page,
    period: Period,
    score: &Score,
    estimate: Estimate,
    of: Option<&Department>,
    channel: Option<Channel>,
) -> EstimateRow {
    let href = |department: &Department, channel: Channel| {
        format!("/departments/{}?period={period}&channel={}", encode(&department.code), channel.as_str())
    };
    EstimateRow {
        department: of.map(|department| department.name(page.t.locale()).to_owned()),
        href: of.zip(channel).map(|(department, channel)| href(department, channel)),
        channel,
        figure: score.into(),
        wanted: sample_size(Some(estimate.total.eligible.into()), 0.5, 0.05),
        estimate,
    }
}

/// A customer on the list, or on the page of an interview.
pub(super) fn case_row(
    page: &Page,
    departments: &Departments,
    period: Period,
    case: &Case,
    may_write: bool,
) -> CaseRow {
    let department = departments.by_id(case.attribution.department_id);
    CaseRow {
        position: case.position,
        href: may_write.then(|| format!("/samples/{period}/{}", case.record_id)),
        number: case.external_id.clone(),
        department: department.map(|department| department.name(page.t.locale()).to_owned()).unwrap_or_default(),
        channel: case.channel,
        completed_on: local_date(case.completed_at, page.web.context.config.time_zone),
        contact: masked(&case.contact),
        last: case.last,
    }
}

/// How to reach a customer, as far as a list shows it.
fn masked(contact: &Contact) -> String {
    let name = contact.name.as_deref().map(mask_name);
    let phone = contact.phone.as_deref().map(mask_phone);
    let email = contact.email.as_deref().map(mask_email);
    [name, phone, email].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}
