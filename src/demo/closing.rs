//! What has been judged by now: every period that is over is told on the working day to aim at, and sealed on the day
//! after the last on which one may object.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::{FillError, MONTHS};
use crate::context::Context;
use crate::db::closing::{Move, MoveError, Setting, take};
use crate::db::{Connection, holiday};
use crate::domain::duty::{Terms, end_of_period, objection};
use crate::domain::period::{Grain, Period, local_date, start_of_day};
use crate::domain::period_step::Step;

/// Moves the periods on; `by` is the address of a user.
pub(super) fn close(conn: &mut Connection, context: &Context, by: &str, now: DateTime<Utc>) -> Result<(), FillError> {
    let zone = context.config.time_zone;
    let (calendar, terms) = (holiday::calendar(conn)?, Terms::default());
    let (thresholds, secrets) = (context.thresholds, context.secrets.clone());
    let setting = Setting { zone, terms, thresholds, secrets };
    let at = |day: NaiveDate| start_of_day(day, zone) + TimeDelta::hours(15);
    let mut steps: Vec<(DateTime<Utc>, Period, Step)> = Vec::new();
    for period in over(now, context) {
        let told = end_of_period(period, &calendar, &terms).binding().aim;
        let sealed = objection(told, &calendar, &terms).late_from(zone) + TimeDelta::hours(10);
        steps.extend([(at(told), period, Step::Evaluate), (at(told), period, Step::Publish)]);
        steps.push((sealed, period, Step::Seal));
    }
    steps.sort_by_key(|(when, period, _)| (*when, period.grain(), *period));
    for (when, period, step) in steps.into_iter().filter(|(when, ..)| *when <= now) {
        let wanted = Move { period, step, reason: None, by: Some(by.to_owned()), second: None };
        // Nothing forbids a step taken on its day; if something did, the demo would have one period less to show.
        if let Err(MoveError::Database(error)) = take(conn, &wanted, by, &setting, when) {
            return Err(error.into());
        }
    }
    Ok(())
}

/// The periods of the history that are over and whole.
fn over(now: DateTime<Utc>, context: &Context) -> Vec<Period> {
    let today = local_date(now, context.config.time_zone);
    let first = Period::containing(today, Grain::Month).last_n(MONTHS).first().map(|month| month.start());
    let Some(first) = first else { return Vec::new() };
    let of = |grain| Period::range(Period::containing(first, grain), Period::containing(today, grain));
    let all = Grain::ALL.into_iter().flat_map(of);
    // The last quarter is still being followed up by phone.
    let is_followed_up = |period: &Period| period.grain() == Grain::Quarter && period.next().contains(today);
    all.filter(|period| first <= period.start() && period.end() < today && !is_followed_up(period)).collect()
}
