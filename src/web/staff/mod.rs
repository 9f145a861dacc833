//! Pages for staff: who may see what is decided here and in `session`, what is shown in `views`.

use actix_web::HttpResponse;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::frame::{Page, Refusal, encode};
use super::see_other;
use super::session::{CSRF, Session};
use super::views::Problem;
use crate::db::department::Departments;
use crate::db::{self, scorebook};
use crate::domain::period::{Grain, Period};
use crate::domain::service_record::Channel;
use crate::domain::text;
use crate::domain::user::Role;

pub mod appraisals;
pub mod asking;
mod charts;
pub mod commitments;
pub mod comparison;
pub mod complaints;
pub mod counters;
pub mod department;
pub mod exclusions;
mod headlines;
mod insight;
pub mod interview;
pub mod link;
pub mod mail;
pub mod overview;
pub mod paper;
pub mod periods;
pub mod questionnaires;
pub mod record;
pub mod sample;
pub mod seals;
pub mod sign_in;
mod usable;
mod wishes;

/// `GET /`: where a reader belongs.
pub async fn home(page: Page) -> HttpResponse {
    let path = home_of(&page).await.map(|path| see_other(&path));
    page.answer(path)
}

async fn home_of(page: &Page) -> Result<String, Refusal> {
    let session = page.session.as_ref().ok_or(Refusal::SignIn)?;
    match (session.role, session.user.department_id) {
        (Role::Head, Some(id)) => {
            let departments = page.pool().query(Departments::load).await?;
            let own = departments.by_id(id).ok_or(Problem::NotFound)?;
            Ok(format!("/departments/{}", encode(&own.code)))
        }
        (Role::Head, None) => Err(Problem::Forbidden.into()),
        (Role::Employee, _) => Ok("/record".into()),
        (Role::Client, _) => Ok("/commitments".into()),
        _ => Ok("/overview".into()),
    }
}

/// The channel in the address: `None` for all of them, a refusal if it is none.
fn channel(page: &Page) -> Result<Option<Channel>, Refusal> {
    match page.query("channel").as_deref() {
        None | Some("" | "all") => Ok(None),
        Some(word) => word.parse().map(Some).map_err(|_| Problem::BadRequest.into()),
    }
}

/// The names and values of a form.
type Fields = Vec<(String, String)>;

/// A form posted by a user with one of these roles, from a page of the session; a refusal otherwise.
fn posted<'a>(page: &'a Page, roles: &[Role], body: &[u8]) -> Result<(&'a Session, Fields), Refusal> {
    let session = page.reader(roles)?;
    let fields = form(body)?;
    if !session.sent(&page.web, field(&fields, CSRF)) {
        return Err(Problem::Forbidden.into());
    }
    Ok((session, fields))
}

/// A part of an address; what can't be read leads nowhere.
fn parse<T: std::str::FromStr>(text: &str) -> Result<T, Refusal> {
    text.parse().map_err(|_| Problem::NotFound.into())
}

/// A body of a form, as names and values; a refusal if it can't be read.
fn form(body: &[u8]) -> Result<Vec<(String, String)>, Refusal> {
    super::survey::form::fields(body).map_err(|_| Problem::BadRequest.into())
}

/// A field of a form, without space around it.
fn field<'a>(fields: &'a [(String, String)], name: &str) -> &'a str {
    fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim())
}

/// A field with a number, a code or an address, in half width and without space around it.
fn narrow(fields: &[(String, String)], name: &str) -> String {
    text::halfwidth(field(fields, name)).trim().to_owned()
}

/// A field of a form as it is meant: what is named here is a number, a code or a day, and reads the same in full width.
fn plain(named: &[&str], (name, text): (String, String)) -> (String, String) {
    let text = if named.contains(&name.as_str()) { text::halfwidth(&text).into_owned() } else { text };
    (name, text)
}

/// The period a page shows, and those it offers.
struct Choice {
    period: Period,
    /// Newest first: the months with figures, their quarters and years.
    periods: Vec<Period>,
    newest: Period,
}

/// The period asked for, else the last month that is over and has figures.
fn choice(conn: &mut db::Connection, asked: Option<Period>, now: DateTime<Utc>, zone: Tz) -> db::Result<Choice> {
    let current = Period::at(now, zone, Grain::Month);
    let (first, newest) = scorebook::months(conn)?.unwrap_or((current, current));
    let usual = if newest >= current && first < current { current.prev() } else { newest };
    let period = asked.unwrap_or(usual);
    let mut periods: Vec<Period> = Grain::ALL
        .into_iter()
        .flat_map(|grain| {
            Period::range(Period::containing(first.start(), grain), Period::containing(newest.start(), grain))
        })
        .collect();
    if !periods.contains(&period) {
        periods.push(period);
    }
    periods.sort_by_key(|period| std::cmp::Reverse((period.start(), period.grain())));
    Ok(Choice { period, periods, newest })
}

impl Choice {
    /// The months to read for the period and a line of so many periods before it; late answers may stand in later months.
    fn months(&self, line: usize) -> (Period, Period) {
        let month = |period: Period, last: bool| {
            let day = if last { period.end() } else { period.start() };
            Period::containing(day, Grain::Month)
        };
        let first = self.line(line).first().copied().unwrap_or(self.period);
        (month(first, false), month(self.period, true).max(self.newest))
    }

    /// The last periods up to the one shown, oldest first.
    fn line(&self, length: usize) -> Vec<Period> {
        self.period.last_n(length)
    }
}
