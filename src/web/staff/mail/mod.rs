//! `/mail`: mail on its way, for those who run it.

use actix_web::HttpResponse;
use actix_web::web::Bytes;
use chrono::{DateTime, NaiveDateTime, Utc};

use super::super::frame::{Page, Refusal, encode};
use super::super::see_other;
use super::super::views::mail_queue::{MailLine, MailQueuePage, MailWayPage, Sending, Tested, state};
use super::super::views::{Area, Problem};
use super::{field, posted};
use crate::db;
use crate::db::mail_queue::{self, MailRow, Standing};
use crate::db::questionnaire_choice;
use crate::domain::service_record::Channel;
use crate::domain::text;
use crate::domain::user::Role;

pub mod texts;
mod try_out;

/// Who may look.
pub(in crate::web) const READERS: [Role; 3] = [Role::Admin, Role::Quality, Role::Auditor];

/// Who may pause, resume and test.
const WRITERS: [Role; 2] = [Role::Admin, Role::Quality];

const PATH: &str = "/mail";

/// Mails listed of a kind.
const LISTED: i64 = 50;

/// `GET /mail`
pub async fn show(page: Page) -> HttpResponse {
    let result = build_page(&page, None, None).await;
    page.answer(result)
}

/// `POST /mail`: pauses or resumes.
pub async fn switch(page: Page, body: Bytes) -> HttpResponse {
    let result = take(&page, &body).await;
    page.answer(result)
}

/// `POST /mail/test`: an invented invitation in both languages to whoever asks.
pub async fn test(page: Page, body: Bytes) -> HttpResponse {
    let result = send_test(&page, &body).await;
    page.answer(result)
}

/// `GET /mail/way?number=A-1`
pub async fn way(page: Page) -> HttpResponse {
    let result = build_way(&page).await;
    page.answer(result)
}

async fn build_page(page: &Page, tested: Option<Tested>, unknown: Option<String>) -> Result<HttpResponse, Refusal> {
    let session = page.reader(&READERS)?;
    let now = page.web.context.now();
    let load = move |conn: &mut db::Connection| -> db::Result<_> {
        let retries = mail_queue::of_state(conn, "retry", LISTED)?;
        Ok((mail_queue::standing(conn, now)?, retries, mail_queue::of_state(conn, "failed", LISTED)?))
    };
    let (standing, retries, failed) = page.pool().read(load).await?;
    let status = if unknown.is_some() { 404 } else { 200 };
    let view = MailQueuePage {
        shell: page.shell(Some(Area::Queue)),
        sending: sending(page, &standing),
        counts: counts(page, &standing),
        minutes_left: (standing.due > 0 && standing.accepted_hour > 0)
            .then(|| (standing.due * 60).div_euclid(standing.accepted_hour).max(1)),
        oldest: standing.oldest_due.map(|due| local(page, due)),
        retries: retries.iter().map(|mail| line(page, mail)).collect(),
        failed: failed.iter().map(|mail| line(page, mail)).collect(),
        csrf: WRITERS.contains(&session.role).then(|| session.csrf(&page.web)),
        own_address: session.user.email.clone(),
        tested,
        unknown,
    };
    page.html(&view, status)
}

fn sending(page: &Page, standing: &Standing) -> Sending {
    match &standing.stopped {
        Some(stopped) => {
            Sending::Paused { since: local(page, stopped.since), by: stopped.by.clone(), reply: stopped.reply.clone() }
        }
        None if page.web.context.mailer.is_none() => Sending::Nowhere,
        None => Sending::On,
    }
}

fn counts(page: &Page, standing: &Standing) -> Vec<(String, i64)> {
    let t = &page.t;
    let mut counts = vec![
        (t.get("queue-count-due"), standing.due),
        (t.get("queue-count-later"), standing.later),
        (t.get("queue-count-retried"), standing.retried),
        (t.get("queue-count-claimed"), standing.claimed),
        (t.get("queue-count-hour"), standing.accepted_hour),
    ];
    let of_day = |(word, n): &(String, i64)| (t.with("queue-count-day", &[("state", state(t, word))]), *n);
    counts.extend(standing.day.iter().map(of_day));
    counts
}

async fn take(page: &Page, body: &[u8]) -> Result<HttpResponse, Refusal> {
    let (session, fields) = posted(page, &WRITERS, body)?;
    let pause = match field(&fields, "step") {
        "pause" => true,
        "resume" => false,
        _ => return Err(Problem::BadRequest.into()),
    };
    let (by, now) = (session.user.email.clone(), page.web.context.now());
    page.pool().write(move |conn| mail_queue::switch(conn, pause, &by, now)).await?;
    Ok(see_other(PATH))
}

async fn send_test(page: &Page, body: &[u8]) -> Result<HttpResponse, Refusal> {
    let (session, _) = posted(page, &WRITERS, body)?;
    let online = |conn: &mut db::Connection| questionnaire_choice::of_channel(conn, Channel::Online);
    let code = page.pool().read(online).await?;
    let Some(asked) = texts::open(page, &code).await? else { return Err(Problem::NotFound.into()) };
    let tested = try_out::send(page, &asked.written(), &session.user.email).await?;
    build_page(page, tested, None).await
}

async fn build_way(page: &Page) -> Result<HttpResponse, Refusal> {
    page.reader(&READERS)?;
    let number = text::trim(&page.query("number").unwrap_or_default()).to_owned();
    let (readings, now) = (text::readings(&number), page.web.context.now());
    let work = move |conn: &mut db::Connection| {
        readings.iter().find_map(|number| mail_queue::way(conn, number, now).transpose()).transpose()
    };
    let Some(way) = page.pool().read(work).await? else {
        return build_page(page, None, Some(number)).await;
    };
    let view = MailWayPage {
        shell: page.shell(Some(Area::Queue)),
        dates: [way.stored_at, way.due_at, way.expires_at].map(|at| local(page, at)),
        mails: way.mails.iter().map(|mail| line(page, mail)).collect(),
        returned: way.returned.into_iter().map(|(kind, status, at)| (local(page, at), kind, status)).collect(),
        external_id: way.external_id,
        state: way.state,
    };
    page.html(&view, 200)
}

fn line(page: &Page, mail: &MailRow) -> MailLine {
    MailLine {
        href: format!("{PATH}/way?number={}", encode(&mail.external_id)),
        external_id: mail.external_id.clone(),
        step: mail.step,
        state: mail.state.clone(),
        at: local(page, mail.finished_at.unwrap_or(mail.due_at)),
        attempt: mail.attempt,
        reply: mail.reply.clone(),
        possible_duplicates: mail.possible_duplicates,
    }
}

fn local(page: &Page, at: DateTime<Utc>) -> NaiveDateTime {
    at.with_timezone(&page.web.context.config.time_zone).naive_local()
}
