//! Customers who ask to be contacted, on the page of the department that served them (C-3.3).

use chrono::{DateTime, TimeDelta, Utc};

use super::super::frame::Page;
use super::super::views::WishRow;
use crate::db;
use crate::db::contact_wish::{self, Wish};
use crate::domain::duty::LOW_ANSWER;
use crate::domain::questionnaire::{OVERALL, Questionnaire};

/// How long a wish is shown.
const SHOWN: TimeDelta = TimeDelta::days(14);

/// Wishes shown at most.
const MOST: i64 = 30;

/// The wishes of these departments that are still shown.
pub(super) fn load(conn: &mut db::Connection, departments: &[i64], now: DateTime<Utc>) -> db::Result<Vec<Wish>> {
    contact_wish::since(conn, departments, now - SHOWN, MOST)
}

/// The wishes in words.
pub(super) fn rows(page: &Page, questionnaire: &Questionnaire, wishes: &[Wish]) -> Vec<WishRow> {
    let (locale, zone) = (page.t.locale(), page.web.context.config.time_zone);
    let overall = questionnaire.question(OVERALL);
    let word = |points: Option<i16>| {
        let mut options = overall.iter().flat_map(|question| &question.options);
        let chosen = options.find(|option| Some(i16::from(option.points)) == points);
        chosen.map(|option| option.text.text(locale).to_owned()).unwrap_or_default()
    };
    let reason = |code: &String| {
        let mut offered = overall.iter().flat_map(|question| &question.why).flat_map(|why| &why.reasons);
        offered.find(|reason| reason.code == *code).map(|reason| reason.text.text(locale).to_owned())
    };
    let row = |wish: &Wish| WishRow {
        reference: wish.external_id.clone(),
        word: word(wish.overall),
        reasons: wish.why.iter().filter_map(reason).collect(),
        text: wish.comment.clone(),
        by: (wish.responded_at + LOW_ANSWER).with_timezone(&zone).naive_local(),
    };
    wishes.iter().map(row).collect()
}
