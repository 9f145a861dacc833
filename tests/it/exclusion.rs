//! A response is left out by two persons, and comes back; figures and recount agree at every step.

use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use manyi::db;
use manyi::db::exclusion::{By, ExclusionError, request, step};
use manyi::db::schema::{anonymous_response, exclusion as exclusion_table, period, response};
use manyi::db::scores::Request;
use manyi::domain::commitment::{Level, Metric};
use manyi::domain::exclusion::{Reason, Refusal, Step};
use manyi::domain::user::Role;

use crate::harness::{Answer, TestApp};
use crate::periods::close;

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

/// What the department's rate and points say was left out of them in the quarter.
fn excluded(app: &TestApp) -> [u32; 2] {
    let request =
        Request { period: "2026-Q4".parse().unwrap(), department: None, channel: None, level: Level::Department };
    let scores = app.scores(&request).scores;
    [Metric::SatisfactionRate, Metric::Points]
        .map(|metric| scores.iter().find(|score| score.metric == metric).unwrap().excluded)
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
    assert_eq!(excluded(app), [1, 0], "one answered question has no points");
    take(app, &ids[0], Step::Restore, "a@x").unwrap();
    assert_eq!((rate(app), excluded(app)), ((Some(9), 10), [0, 0]));
    assert!(take(app, &ids[0], Step::Restore, "a@x").is_err());
}

on_both!(a_named_response_goes_and_comes_back, |app| {
    goes_and_comes_back(app, "named");
});

on_both!(an_anonymous_response_goes_and_comes_back, |app| {
    goes_and_comes_back(app, "anonymous");
});

/// Statements of the migration that gave released answers keys by department and month.
fn migrate(conn: &mut db::Connection, back: bool) {
    macro_rules! file {
        ($database:literal, $way:literal) => {
            include_str!(concat!("../../migrations/", $database, "/20261126100000_released_together/", $way, ".sql"))
        };
    }
    let text = match (&conn, back) {
        (db::Connection::Sqlite(_), false) => file!("sqlite", "up"),
        (db::Connection::Sqlite(_), true) => file!("sqlite", "down"),
        (db::Connection::Postgres(_), false) => file!("postgres", "up"),
        (db::Connection::Postgres(_), true) => file!("postgres", "down"),
    };
    conn.batch_execute(text).unwrap();
}

on_both!(an_anonymous_response_is_known_by_its_key_after_a_migration, |app| {
    let ids = fill(app, "anonymous");
    app.deliver();
    ask(app, &ids[0], "a@x").unwrap();
    take(app, &ids[0], Step::Approve, "b@x").unwrap();
    // Keys used to begin with chance.
    let before = |id: &str| format!("{}{}", &id[16..], &id[..16]);
    let key = |id: &str| hex::decode(id).unwrap();
    app.pool()
        .write_now(|conn| -> db::Result<()> {
            migrate(conn, true);
            for id in &ids {
                let row = anonymous_response::table.find(key(id));
                diesel::update(row).set(anonymous_response::id.eq(key(&before(id)))).execute(conn)?;
            }
            diesel::update(exclusion_table::table).set(exclusion_table::response.eq(before(&ids[0]))).execute(conn)?;
            migrate(conn, false);
            Ok(())
        })
        .unwrap();
    assert_eq!(rate(app), (Some(9), 9));
    take(app, &ids[0], Step::Restore, "a@x").unwrap();
    assert_eq!(rate(app), (Some(9), 10));
    ask(app, &ids[9], "a@x").unwrap();
});

/// October as published, forty days later.
fn publish(app: &TestApp) {
    app.advance(TimeDelta::days(40));
    app.pool()
        .write_now(|conn| -> db::Result<()> {
            diesel::insert_into(period::table)
                .values((period::id.eq("2026-10"), period::state.eq("published"), period::revision.eq(0)))
                .execute(conn)?;
            Ok(())
        })
        .unwrap();
}

on_both!(nothing_changes_in_a_published_month, |app| {
    let ids = fill(app, "named");
    ask(app, &ids[0], "a@x").unwrap();
    publish(app);
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

/// Posts a form of the page as whoever is signed in.
fn post(app: &TestApp, path: &str, fields: &[(&str, &str)]) -> Answer {
    let csrf = app.get("/exclusions").attribute("input[name=csrf]", "value");
    let mut all = vec![("csrf", csrf.as_str())];
    all.extend(fields);
    app.post(path, &all)
}

const PROPOSAL: [(&str, &str); 4] =
    [("kind", "record"), ("reference", "A-00000"), ("reason", "mistaken"), ("note", "call of 3 May")];

on_both!(the_page_takes_two_persons_and_shows_no_rating, |app| {
    fill(app, "named");
    app.sign_in(Role::Quality, None);
    let wide = PROPOSAL.map(|(name, text)| (name, if name == "reference" { "Ａ－０００００" } else { text }));
    let proposed = post(app, "/exclusions", &wide);
    assert_eq!(proposed.status, 303, "{}", proposed.body);
    let told = app.get(proposed.header("location"));
    assert!(told.text("[role=status]").contains("剔除申请已提交"), "{}", told.body);
    let page = app.get("/exclusions").body;
    assert!(page.contains("本页不显示评分，由决定的人") && !page.contains("特意不显示"), "{page}");
    assert!(page.contains("call of 3 May") && page.contains("须由另一人同意") && page.contains("撤回"), "{page}");
    assert!(!page.contains("非常不满意") && !page.contains("value=\"approve\""), "{page}");
    let same = post(app, "/exclusions/1", &[("step", "approve")]);
    assert!(same.status == 422 && same.body.contains("提出的人不能自己同意"), "{}", same.body);
    assert_eq!(rate(app), (Some(9), 10));
    app.sign_in(Role::Admin, None);
    let agreed = post(app, "/exclusions/1", &[("step", "approve")]);
    assert_eq!((agreed.status, agreed.header("location")), (303, "/exclusions?done=excluded"));
    assert!(app.get(agreed.header("location")).text("[role=status]").contains("已剔除"));
    assert_eq!(rate(app), (Some(9), 9));
    assert_eq!(post(app, "/exclusions/1", &[("step", "approve")]).status, 422);
    assert_eq!(post(app, "/exclusions/1", &[("step", "restore")]).status, 303);
    assert_eq!(rate(app), (Some(9), 10));
    let logged = |action: &str| app.pool().query_now(|conn| db::audit::latest(conn, action, 9)).unwrap().len();
    assert_eq!(["exclusion.request", "exclusion.approve", "exclusion.restore"].map(logged), [1, 1, 1]);
});

on_both!(the_page_says_when_a_period_is_published, |app| {
    let ids = fill(app, "named");
    ask(app, &ids[0], "a@x").unwrap();
    take(app, &ids[0], Step::Approve, "b@x").unwrap();
    publish(app);
    app.sign_in(Role::Quality, None);
    let page = app.get("/exclusions").body;
    assert!(page.contains("2026 年 10 月已公布，不再变动") && !page.contains("value=\"restore\""), "{page}");
    let refused = post(app, "/exclusions/1", &[("step", "restore")]);
    assert!(refused.status == 422 && refused.body.contains("其中的数值不再变动"), "{}", refused.body);
    let refused = post(app, "/exclusions", &[("kind", "response"), ("reference", &ids[1]), ("reason", "trial")]);
    assert!(refused.status == 422 && refused.body.contains("其中的数值不再变动"), "{}", refused.body);
});

#[test]
fn a_proposal_that_is_wrong_says_where_and_keeps_its_text() {
    let mut app = TestApp::on_sqlite();
    fill(&app, "anonymous");
    app.sign_in(Role::Quality, None);
    let nothing = post(&app, "/exclusions", &[("note", "why not")]);
    assert_eq!((nothing.status, nothing.attribute("#note", "value").as_str()), (422, "why not"));
    for field in ["#reference", "#reason"] {
        assert_eq!(nothing.attribute(field, "aria-invalid"), "true");
    }
    let unlinked = post(&app, "/exclusions", &PROPOSAL);
    assert!(unlinked.status == 422 && unlinked.body.contains("没有实名答卷"), "{}", unlinked.body);
}

#[test]
fn only_quality_and_administrators_propose_and_heads_see_nothing_of_it() {
    let mut app = TestApp::on_sqlite();
    let ids = fill(&app, "named");
    ask(&app, &ids[0], "a@x").unwrap();
    for role in [Role::Hr, Role::Auditor] {
        app.sign_in(role, None);
        let page = app.get("/exclusions").body;
        assert!(page.contains("call") && !page.contains("name=\"reference\""), "{page}");
        assert_eq!(app.post("/exclusions", &PROPOSAL).status, 403);
        assert_eq!(app.post("/exclusions/1", &[("step", "approve")]).status, 403);
    }
    app.sign_in(Role::Head, Some(1));
    assert_eq!(app.get("/exclusions").status, 403);
}

/// Leaves out the answers with these ids.
fn leave_out(app: &TestApp, ids: &[String]) {
    for id in ids {
        ask(app, id, "a@x").unwrap();
        take(app, id, Step::Approve, "b@x").unwrap();
    }
}

on_both!(the_scorecard_says_how_many_and_what_they_could_change, |app| {
    let ids = fill(app, "named");
    leave_out(app, &ids[..2]);
    app.sign_in(Role::Head, Some(1));
    let page = app.get("/departments/repair?period=2026-10").body;
    assert!(page.contains("剔除 2 份答卷"), "{page}");
    let compared = page.split("id=\"left-out\"").nth(1).unwrap().split("</section>").next().unwrap().to_owned();
    for ends in ["若都不满意：", "8 / 10", "若都满意：", "10 / 10"] {
        assert!(compared.contains(ends), "{ends}: {compared}");
    }
    assert!(!compared.contains("9 / 10"), "what the two said would follow: {compared}");
});

on_both!(five_are_told_as_a_sum, |app| {
    let ids = fill(app, "named");
    leave_out(app, &ids[..5]);
    app.sign_in(Role::Quality, None);
    let page = app.get("/departments/repair?period=2026-10").body;
    let compared = page.split("id=\"left-out\"").nth(1).unwrap();
    assert!(compared.contains("5 / 5") && compared.contains("9 / 10"), "{compared}");
});

on_both!(a_seal_keeps_the_count_and_hr_is_told, |app| {
    let ids = fill(app, "named");
    leave_out(app, &ids[..2]);
    app.advance(TimeDelta::days(40));
    close(app, "2026-10");
    let of_month = |app: &TestApp| {
        let period = "2026-10".parse().unwrap();
        let request = Request { period, department: None, channel: None, level: Level::Department };
        app.scores(&request).scores.iter().find(|score| score.metric == Metric::SatisfactionRate).unwrap().excluded
    };
    assert_eq!(of_month(app), 2);
    // Whatever the rows say later.
    app.pool()
        .write_now(|conn| -> db::Result<()> {
            diesel::update(response::table).set(response::excluded.eq(false)).execute(conn)?;
            diesel::update(db::schema::exclusion::table)
                .set(db::schema::exclusion::state.eq("restored"))
                .execute(conn)?;
            Ok(())
        })
        .unwrap();
    assert_eq!(of_month(app), 2);
    assert_eq!(app.pool().read_now(db::seal::check).unwrap().broken, []);
    app.sign_in(Role::Hr, None);
    let csv = app.get("/appraisals/2026-10/appraisals.csv").body;
    let (head, rows) = csv.trim_start_matches('\u{feff}').split_once("\r\n").unwrap();
    assert!(head.ends_with(",exclusions"), "{head}");
    assert!(rows.lines().any(|row| row.contains("repair") && row.trim_end().ends_with(",2")), "{rows}");
});
