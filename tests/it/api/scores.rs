//! Figures, responses and what HR pulls, over the API.

use manyi::db;
use manyi::db::pull::Kind;
use manyi::domain::user::Scope;
use serde_json::json;

use super::Machine;
use crate::harness::TestApp;
use crate::periods::{OCTOBER, close, october};

on_both!(scores_and_trend_are_those_of_the_command, |app| {
    let (online, person) = (app.department("repair"), "E-1");
    app.employee(person, online);
    app.department("silent");
    for number in 0..6 {
        let mut record = app.record(number, "repair");
        record.employee_no = Some(person.into());
        let stored = app.stored(&record);
        app.answer(&app.survey_path(&stored), &[("q.overall", "5"), ("q.speed", "4"), ("identity", "named")]);
    }
    let machine = Machine::new(app, &[Scope::ScoresRead, Scope::PeopleRead]);
    let body = machine.get("/scores?period=2026-10").ok(200, "Scores");
    assert_eq!(body["scores"].as_array().unwrap().iter().filter(|score| score["n"] == 6).count(), 2, "rate and points");
    let rate = &body["scores"][0];
    assert_eq!(
        (&rate["department"], &rate["metric"], &rate["value"]),
        (&json!("repair"), &json!("satisfaction_rate"), &json!(100.0))
    );
    for query in ["level=organisation", "level=employee", "channel=offline", "department=silent&channel=online"] {
        machine.get(&format!("/scores?period=2026-Q4&{query}")).ok(200, "Scores");
    }
    let trend = machine.get("/trend?department=repair&metric=satisfaction_rate&grain=month").ok(200, "Trend");
    assert_eq!((&trend["points"][0]["period"], &trend["points"][0]["n"]), (&json!("2026-10"), &json!(6)));
    machine
        .get("/trend?department=repair&metric=points&grain=quarter&from=2020-Q1&to=2026-Q4&channel=online")
        .ok(200, "Trend");
});

on_both!(responses_are_listed_once_each_and_the_anonymous_ones_without_a_trace, |app| {
    let department = app.department("repair");
    app.employee("E-1", department);
    for number in 0..14 {
        let mut record = app.record(number, "repair");
        record.employee_no = Some("E-1".into());
        let stored = app.stored(&record);
        let identity = if number % 2 == 0 { "named" } else { "anonymous" };
        let comment = format!("secret {number}");
        let answers = [("q.overall", "5"), ("q.speed", "3"), ("q.comment", comment.as_str()), ("identity", identity)];
        assert_eq!(app.answer(&app.survey_path(&stored), &answers).status, 303);
    }
    let machine = Machine::new(app, &[Scope::ResponsesRead]);
    let whole = machine.get("/responses").ok(200, "Responses");
    let items = whole["items"].as_array().unwrap();
    let named = items.iter().filter(|item| item.get("external_id").is_some()).count();
    assert_eq!((named, whole["next"].is_null()), (7, true));
    assert!(items.len() - named >= 5, "five or more anonymous ones are released together");
    assert!(!whole.to_string().contains("secret"));
    for item in items.iter().filter(|item| item.get("external_id").is_none()) {
        assert_eq!(item["id"].as_str().unwrap().len(), 32);
        assert!(item.get("employee").is_none() && item.get("responded_at").is_none(), "{item}");
    }
    assert_eq!((&items[0]["employee"], &items[0]["answers"]["speed"]), (&json!("E-1"), &json!("3")));
    for limit in 1..=items.len() {
        let mut paged = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = machine.get(&format!("/responses?limit={limit}{cursor}")).ok(200, "Responses");
            let got = page["items"].as_array().unwrap();
            assert!(!got.is_empty() && got.len() <= limit);
            paged.extend(got.iter().cloned());
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(&paged, items, "{limit}");
    }
});

#[test]
fn nothing_is_sealed_yet() {
    let app = TestApp::on_sqlite();
    let problem = Machine::new(&app, &[Scope::AppraisalsRead]).get("/appraisals?period=2026-09").problem(404);
    assert_eq!(problem["type"], "urn:manyi:problem:not-sealed");
}

on_both!(a_pull_is_noted_only_where_a_body_is_handed_out, |app| {
    october(app);
    close(app, OCTOBER);
    let machine = Machine::new(app, &[Scope::AppraisalsRead]);
    let noted = |app: &TestApp| {
        let log = app.pool().query_now(|conn| db::audit::latest(conn, "export.appraisals", 9)).unwrap();
        log.len()
    };
    let pulled = machine.get("/appraisals?period=2026-10");
    assert_eq!((pulled.status, noted(app)), (200, 1));
    let tag = [("If-None-Match", pulled.header("etag"))];
    let known = machine.send("GET", "/appraisals?period=2026-10", &[("Accept-Language", "en"), tag[0]], b"");
    assert_eq!((known.status, known.header("x-seal"), noted(app)), (304, pulled.header("x-seal"), 1));
    let head = machine.send("HEAD", "/appraisals?period=2026-10", &[], b"");
    assert_eq!((head.status, noted(app)), (200, 1));
});

on_both!(who_takes_figures_of_persons_is_noted, |app| {
    october(app);
    let machine = Machine::new(app, &[Scope::ScoresRead, Scope::PeopleRead]);
    let kinds = |app: &TestApp| {
        let notes = app.pool().query_now(|conn| db::pull::latest(conn, 9)).unwrap();
        notes.into_iter().map(|note| note.kind).collect::<Vec<_>>()
    };
    machine.get("/scores?period=2026-10").ok(200, "Scores");
    assert_eq!(kinds(app), []);
    let taken = machine.get("/scores?period=2026-10&level=employee");
    taken.ok(200, "Scores");
    let tag = [("If-None-Match", taken.header("etag"))];
    assert_eq!(machine.send("GET", "/scores?period=2026-10&level=employee", &tag, b"").status, 304);
    assert_eq!(kinds(app), [Kind::Persons]);
});
