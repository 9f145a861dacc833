//! A response is left out by two persons, and comes back; figures and recount agree at every step.

use chrono::TimeDelta;
use diesel::prelude::*;
use manyi::db;
use manyi::db::exclusion::{By, ExclusionError, left_out, request, step};
use manyi::db::schema::{anonymous_response, period, response};
use manyi::db::scores::Request;
use manyi::domain::commitment::{Level, Metric};
use manyi::domain::exclusion::{Reason, Refusal, Step};

use crate::harness::TestApp;

/// Ten answers, the first of them bad; their ids as other systems know them.
fn fill(app: &TestApp, identity: &str) -> Vec<String> {
    app.department("repair");
    for number in 0..10 {
        let path = app.survey_path(&app.stored(&app.record(number, "repair")));
        let word = if number == 0 { "1" } else { "5" };
        assert_eq!(app.answer(&path, &[("q.overall", word), ("identity", identity)]).status, 303);
    }
    app.pool()
        .query_now(|conn| -> db::Result<Vec<String>> {
            let named: Vec<i64> = response::table.select(response::id).order(response::overall).load(conn)?;
            let anonymous: Vec<Vec<u8>> = anonymous_response::table
                .select(anonymous_response::id)
                .order(anonymous_response::overall)
                .load(conn)?;
            Ok(named.iter().map(i64::to_string).chain(anonymous.iter().map(hex::encode)).collect())
        })
        .unwrap()
}

fn ask(app: &TestApp, id: &str, email: &str) -> Result<i64, ExclusionError> {
    let by = By { email, now: app.now() };
    app.pool().write_now(|conn| request(conn, id, Reason::Mistaken, Some("called to say so"), by))
}

fn take(app: &TestApp, id: &str, what: Step, email: &str) -> Result<(), ExclusionError> {
    let by = By { email, now: app.now() };
    app.pool().write_now(|conn| step(conn, id, what, by))
}

/// Satisfied and all answers of the rate, with the recount in agreement.
fn rate(app: &TestApp) -> (Option<u32>, u32) {
    let zone = app.context.config.time_zone;
    let recount = app.pool().read_now(|conn| db::doctor::recount(conn, zone)).unwrap();
    assert_eq!(recount.differences, []);
    let request =
        Request { period: "2026-10".parse().unwrap(), department: None, channel: None, level: Level::Department };
    let scores = app.scores(&request).scores;
    let rate = scores.into_iter().find(|score| score.metric == Metric::SatisfactionRate).unwrap();
    assert_eq!(rate.responded, 10, "who is left out has answered all the same");
    (rate.satisfied, rate.n)
}

fn goes_and_comes_back(app: &TestApp, identity: &str) {
    let ids = fill(app, identity);
    app.deliver();
    ask(app, &ids[0], "a@x").unwrap();
    assert_eq!(rate(app), (Some(9), 10), "one person is not enough");
    let same = take(app, &ids[0], Step::Approve, "a@x");
    assert!(matches!(same, Err(ExclusionError::Refused(Refusal::SamePerson))), "{same:?}");
    take(app, &ids[0], Step::Approve, "b@x").unwrap();
    assert_eq!(rate(app), (Some(9), 9));
    assert!(matches!(ask(app, &ids[0], "a@x"), Err(ExclusionError::Already)));
    let left = app
        .pool()
        .read_now(|conn| {
            let departments = db::department::Departments::load(conn)?;
            let ids: Vec<i64> = departments.iter().map(|one| one.id).collect();
            left_out(conn, &ids, "2026-Q4".parse().unwrap(), None)
        })
        .unwrap();
    assert_eq!((left.n, left.satisfied), (1, 0));
    take(app, &ids[0], Step::Restore, "a@x").unwrap();
    assert_eq!(rate(app), (Some(9), 10));
    assert!(take(app, &ids[0], Step::Restore, "a@x").is_err());
}

on_both!(a_named_response_goes_and_comes_back, |app| {
    goes_and_comes_back(app, "named");
});

on_both!(an_anonymous_response_goes_and_comes_back, |app| {
    goes_and_comes_back(app, "anonymous");
});

on_both!(nothing_changes_in_a_published_month, |app| {
    let ids = fill(app, "named");
    ask(app, &ids[0], "a@x").unwrap();
    app.advance(TimeDelta::days(40));
    app.pool()
        .write_now(|conn| -> db::Result<()> {
            diesel::insert_into(period::table)
                .values((period::id.eq("2026-10"), period::state.eq("published"), period::revision.eq(0)))
                .execute(conn)?;
            Ok(())
        })
        .unwrap();
    for refused in [take(app, &ids[0], Step::Approve, "b@x"), ask(app, &ids[1], "a@x").map(drop)] {
        let told =
            matches!(&refused, Err(ExclusionError::Refused(Refusal::Published(p))) if p.to_string() == "2026-10");
        assert!(told, "{refused:?}");
    }
});

on_both!(an_unknown_response_is_told, |app| {
    for id in ["", "4711", "no-number", "00112233445566778899aabbccddeeff"] {
        assert!(matches!(ask(app, id, "a@x"), Err(ExclusionError::Unknown)), "{id}");
    }
});
