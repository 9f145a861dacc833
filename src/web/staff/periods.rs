//! `/periods`: how far the judging of each period has come, its duties, and the steps that move it on.

use actix_web::HttpResponse;
use actix_web::web::{Bytes, Path};
use chrono::NaiveDateTime;

use super::super::frame::{APPRAISALS, Page, Refusal};
use super::super::session::{CSRF, Session};
use super::super::views::periods::{Action, Asked, DutyLine, PeriodPage, PeriodRow, PeriodsPage, SealRow};
use super::super::views::{Area, Done, Problem};
use super::usable::{self, stage};
use super::{field, form};
use crate::db::closing::{self, MOVERS, Move, MoveError, Outlook, Setting};
use crate::db::period::Progress;
use crate::db::seal::{self, Reopening, Seal};
use crate::db::{self, holiday, scorebook};
use crate::domain::duty::{DutyKind, Terms};
use crate::domain::period::{Grain, Period, State, local_date};
use crate::domain::period_step::Step;
use crate::domain::text;
use crate::domain::user::Role;
use crate::i18n::refusal;

/// Characters of a reason.
const MAX_REASON: usize = 500;

/// `GET /periods`
pub async fn list(page: Page) -> HttpResponse {
    let result = build_list(&page).await;
    page.answer(result)
}

/// `GET /periods/{period}`
pub async fn show(page: Page, period: Path<String>) -> HttpResponse {
    let result = match find(&page, &period) {
        Ok(period) => build(&page, period, None).await,
        Err(refusal) => Err(refusal),
    };
    page.answer(result)
}

/// `POST /periods/{period}`: takes a step.
pub async fn step(page: Page, period: Path<String>, body: Bytes) -> HttpResponse {
    let result = take(&page, &period, &body).await;
    page.answer(result)
}

fn find(page: &Page, text: &str) -> Result<Period, Refusal> {
    page.reader(&APPRAISALS)?;
    text.parse().map_err(|_| Problem::NotFound.into())
}

async fn build_list(page: &Page) -> Result<HttpResponse, Refusal> {
    page.reader(&APPRAISALS)?;
    let (now, zone) = (page.web.context.now(), page.web.context.config.time_zone);
    let today = local_date(now, zone);
    let load = |conn: &mut db::Connection| -> db::Result<_> {
        let (progress, calendar) = (Progress::load(conn)?, holiday::calendar(conn)?);
        Ok((scorebook::months(conn)?, progress, calendar, closing::all_asked(conn)?))
    };
    let (months, progress, calendar, asked) = page.pool().read(load).await?;
    let current = Period::containing(today, Grain::Month);
    let first = months.map_or(current, |(first, _)| first.min(current));
    let wanted = page.query("year").and_then(|year| year.parse().ok());
    let years: Vec<i32> = (first.year()..=current.year()).rev().collect();
    let year = wanted.filter(|year| years.contains(year)).unwrap_or(current.year());
    let mut periods: Vec<Period> = Grain::ALL
        .into_iter()
        .flat_map(|grain| Period::range(Period::containing(first.start(), grain), Period::containing(today, grain)))
        .filter(|period| period.year() == year)
        .collect();
    periods.sort_by_key(|period| std::cmp::Reverse((period.end(), period.grain())));
    let row = |period: Period| {
        let outlook = Outlook::new(period, progress.course(period), &calendar, &Terms::default(), zone);
        PeriodRow {
            period,
            href: format!("/periods/{period}"),
            stage: stage(&outlook, &asked, today),
            duties: duties(&outlook, page),
        }
    };
    let rows = if months.is_some() { periods.into_iter().map(row).collect() } else { Vec::new() };
    let view = PeriodsPage { shell: page.shell(Some(Area::Periods)), year, years, rows };
    page.html(&view, 200)
}

async fn build(
    page: &Page,
    period: Period,
    refused: Option<(Action, String, String)>,
) -> Result<HttpResponse, Refusal> {
    let session = page.reader(&APPRAISALS)?;
    let zone = page.web.context.config.time_zone;
    let load = move |conn: &mut db::Connection| -> db::Result<_> {
        let mut seals = seal::all(conn)?;
        seals.retain(|seal| seal.period == period);
        let background = closing::background(conn, period)?;
        Ok((Progress::load(conn)?.course(period), holiday::calendar(conn)?, background, seals))
    };
    let (course, calendar, background, seals) = page.pool().read(load).await?;
    let outlook = Outlook::new(period, course, &calendar, &Terms::default(), zone);
    let status = if refused.is_some() { 422 } else { 200 };
    let today = local_date(page.web.context.now(), zone);
    let reopened = usable::reopened(page, &outlook, &background);
    let asked = background.asked.map(|asked| waiting(asked, page, session));
    let view = PeriodPage {
        shell: page.shell(Some(Area::Periods)),
        path: format!("/periods/{period}"),
        period,
        stage: stage(&outlook, &[], today),
        reopened,
        duties: duties(&outlook, page),
        collide: outlook.end.collide() && course.state.takes_responses(),
        actions: actions(page, &outlook, asked.as_ref(), session),
        csrf: session.csrf(&page.web),
        whole: session.role == Role::Admin,
        refused,
        asked,
        seals: seals.into_iter().rev().map(|seal| seal_row(seal, page)).collect(),
    };
    page.html(&view, status)
}

/// What the reader can do with a period as it stands; a step that would be refused only for want of a reason is among
/// them.
fn actions(page: &Page, outlook: &Outlook, asked: Option<&Asked>, session: &Session) -> Vec<Action> {
    let today = local_date(page.web.context.now(), page.web.context.config.time_zone);
    if !MOVERS.contains(&session.role) {
        return Vec::new();
    }
    let mut actions = match outlook.course.state {
        State::Open if outlook.period.end() < today => vec![Action::Evaluate],
        State::Open | State::Sealed => Vec::new(),
        State::Evaluating => vec![Action::Publish],
        State::Published => vec![Action::Seal],
    };
    match asked {
        Some(Asked { own: true, .. }) => actions.push(Action::Withdraw),
        Some(_) => actions.extend([Action::Confirm, Action::Withdraw]),
        None if !outlook.course.state.takes_responses() => actions.push(Action::Ask),
        None => {}
    }
    actions
}

async fn take(page: &Page, period: &str, body: &[u8]) -> Result<HttpResponse, Refusal> {
    let period = find(page, period)?;
    let session = page.reader(&MOVERS)?;
    let fields = form(body)?;
    if !session.sent(&page.web, field(&fields, CSRF)) {
        return Err(Problem::Forbidden.into());
    }
    let wanted = Action::ALL.into_iter().find(|action| action.as_str() == field(&fields, "step"));
    let action = wanted.ok_or(Problem::BadRequest)?;
    let typed = field(&fields, "reason").to_owned();
    let Ok(reason) = text::line(&typed, MAX_REASON) else {
        let why = page.t.get("period-error-reason");
        return build(page, period, Some((action, why, typed))).await;
    };
    if action.is_grave() && field(&fields, "sure") != "yes" {
        let why = page.t.get("period-error-unsure");
        return build(page, period, Some((action, why, typed))).await;
    }
    let (reason, by, now) = (reason.into_owned(), session.user.email.clone(), page.web.context.now());
    let setting = setting(page);
    let work = move |conn: &mut db::Connection| carry_out(conn, (period, action), (&by, &reason), &setting, now);
    match page.pool().write(work).await {
        Ok(()) => Ok(super::see_other(&done(action).on(&format!("/periods/{period}")))),
        Err(MoveError::Database(error)) => Err(error.into()),
        Err(error) => build(page, period, Some((action, words(page, period, &error), typed))).await,
    }
}

fn done(action: Action) -> Done {
    match action {
        Action::Evaluate => Done::Evaluated,
        Action::Publish => Done::Published,
        Action::Seal => Done::Sealed,
        Action::Ask => Done::ReopeningAsked,
        Action::Confirm => Done::Reopened,
        Action::Withdraw => Done::ReopeningWithdrawn,
    }
}

fn carry_out(
    conn: &mut db::Connection,
    (period, action): (Period, Action),
    (by, reason): (&str, &str),
    setting: &Setting,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<(), MoveError> {
    let step = match action {
        Action::Evaluate => Step::Evaluate,
        Action::Publish => Step::Publish,
        Action::Seal => Step::Seal,
        Action::Ask => return closing::ask_to_reopen(conn, period, (by, reason), setting, now),
        Action::Confirm => return closing::confirm_reopening(conn, period, by, setting, now).map(drop),
        Action::Withdraw => return closing::withdraw_reopening(conn, period, by, now),
    };
    let reason = Some(reason.to_owned());
    let wanted = Move { period, step, reason, by: Some(by.to_owned()), second: None };
    closing::take(conn, &wanted, by, setting, now).map(drop)
}

fn setting(page: &Page) -> Setting {
    let context = &page.web.context;
    Setting {
        zone: context.config.time_zone,
        terms: Terms::default(),
        thresholds: context.thresholds,
        secrets: context.secrets.clone(),
    }
}

fn words(page: &Page, period: Period, error: &MoveError) -> String {
    match error {
        MoveError::Refused(refused) => refusal(&page.t, period, refused),
        MoveError::NothingAsked => page.t.with("period-error-nothing-asked", &[("period", period)]),
        MoveError::AskerMayNot(email) => page.t.with("period-error-asker", &[("email", email)]),
        MoveError::AlreadyAsked => page.t.with("period-error-already-asked", &[("period", period)]),
        _ => page.t.get("period-error-not-allowed"),
    }
}

fn local(page: &Page, instant: chrono::DateTime<chrono::Utc>) -> NaiveDateTime {
    instant.with_timezone(&page.web.context.config.time_zone).naive_local()
}

fn duties(outlook: &Outlook, page: &Page) -> Vec<DutyLine> {
    let today = local_date(page.web.context.now(), page.web.context.config.time_zone);
    let line = |(duty, done): (crate::domain::duty::Duty, Option<chrono::NaiveDate>)| DutyLine {
        kind: duty.kind,
        clause: duty.clause,
        due: duty.due,
        aim: if duty.kind == DutyKind::Evaluation { duty.aim.min(outlook.end.binding().aim) } else { duty.aim },
        done,
        standing: duty.standing(done, today),
        provisional: duty.provisional,
    };
    outlook.duties().into_iter().map(line).collect()
}

fn waiting(asked: Reopening, page: &Page, session: &Session) -> Asked {
    Asked {
        own: asked.requested_by == session.user.email,
        at: local(page, asked.requested_at),
        by: asked.requested_by,
        reason: asked.reason,
    }
}

fn seal_row(seal: Seal, page: &Page) -> SealRow {
    let Seal { period, revision, sealed_at, sealed_by, circumstances, hash, .. } = seal;
    let reopened = circumstances.reopenings.into_iter();
    SealRow {
        revision: u32::try_from(revision).unwrap_or(0),
        at: local(page, sealed_at),
        by: sealed_by,
        hash: hex::encode(hash),
        early: circumstances.early,
        reopened: reopened.map(|one| (one.requested_by, one.confirmed_by.unwrap_or_default(), one.reason)).collect(),
        href: format!("/periods/{period}/seals/{revision}.json"),
    }
}
