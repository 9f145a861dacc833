//! Customers who ask to be contacted, on the page of the department that served them (C-3.3).

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::super::frame::Page;
use super::super::views::WishRow;
use crate::db;
use crate::db::contact_wish::{self, Wish};
use crate::db::questionnaire::Published;
use crate::domain::duty::LOW_ANSWER;
use crate::domain::questionnaire::{OVERALL, Questionnaire};

/// How long a wish is shown.
const SHOWN: TimeDelta = TimeDelta::days(14);

/// Wishes shown at most.
const MOST: i64 = 200;

/// Wishes, each with the questionnaire that was answered.
pub(super) type Wishes = Vec<(Wish, Arc<Questionnaire>)>;

/// The wishes of these departments, as they stand today, that are still shown.
pub(super) fn load(
    conn: &mut db::Connection,
    departments: &[i64],
    questionnaires: &Published,
    now: DateTime<Utc>,
) -> db::Result<Wishes> {
    let wishes = contact_wish::since(conn, departments, now - SHOWN, MOST)?;
    let with_version = |wish: Wish| {
        let questionnaire = questionnaires.get(conn, wish.version_id)?;
        Ok((wish, questionnaire))
    };
    wishes.into_iter().map(with_version).collect()
}

/// The wishes in words.
pub(super) fn rows(page: &Page, wishes: &Wishes) -> Vec<WishRow> {
    let (locale, zone) = (page.t.locale(), page.web.context.config.time_zone);
    let row = |(wish, questionnaire): &(Wish, Arc<Questionnaire>)| {
        let overall = questionnaire.question(OVERALL);
        let mut options = overall.iter().flat_map(|question| &question.options);
        let chosen = options.find(|option| Some(i16::from(option.points)) == wish.overall);
        let reason = |code: &String| {
            let mut offered = overall.iter().flat_map(|question| &question.why).flat_map(|why| &why.reasons);
            offered.find(|reason| reason.code == *code).map(|reason| reason.text.text(locale).to_owned())
        };
        WishRow {
            reference: wish.external_id.clone(),
            word: chosen.map(|option| option.text.text(locale).to_owned()).unwrap_or_default(),
            reasons: wish.why.iter().filter_map(reason).collect(),
            text: wish.comment.clone(),
            by: (wish.asked_at + LOW_ANSWER).with_timezone(&zone).naive_local(),
        }
    };
    wishes.iter().map(row).collect()
}
