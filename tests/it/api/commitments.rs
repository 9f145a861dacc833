//! Commitments over the API.

use manyi::db;
use manyi::domain::user::Scope;
use serde_json::{Value, json};

use super::Machine;
use crate::harness::TestApp;

/// The organisation's monthly rate, online, from a day on.
fn commitment(target: Value, valid_from: &str) -> Value {
    json!({
        "metric": "satisfaction_rate", "level": "organisation", "channel": "online", "grain": "month", "target": target,
        "consequence": "disclosure", "clause": "B3-2.3.3", "valid_from": valid_from,
    })
}

on_both!(a_commitment_ends_the_one_it_follows, |app| {
    let machine = Machine::new(app, &[Scope::Admin]);
    let before = machine.get("/commitments").ok(200, "Commitments");
    assert_eq!(before["items"].as_array().unwrap().len(), 15);
    let new = machine.post("/commitments", &commitment(json!(92.5), "2026-11-01")).ok(201, "Commitment");
    assert_eq!((&new["target"], &new["tolerance"]), (&json!(92.5), &json!(5.0)));
    assert_eq!(machine.post("/commitments", &commitment(json!("92.50"), "2026-11-01")).ok(200, "Commitment"), new);
    let after = machine.get("/commitments").ok(200, "Commitments");
    assert_eq!((&after["items"][0]["valid_to"], &after["items"][1]["valid_to"]), (&json!("2026-10-31"), &json!(null)));
    let body = machine.get("/scores?period=2026-11&level=organisation&channel=online").ok(200, "Scores");
    assert_eq!(body["scores"][0]["target"], 92.5);
    let log = app.pool().query_now(|conn| db::audit::latest(conn, "commitment.announce", 9)).unwrap();
    assert_eq!((log.len(), log[0].subject.as_str()), (1, "B3-2.3.3"));
    assert!(log[0].actor.starts_with("token:machine") && log[0].detail.contains("9250"), "{log:?}");
});

#[test]
fn a_weaker_commitment_needs_notice_or_a_reason() {
    let app = TestApp::on_sqlite();
    let machine = Machine::new(&app, &[Scope::Admin]);
    let problem = machine.post("/commitments", &commitment(json!(80), "2026-11-01")).problem(422);
    assert!(problem["detail"].as_str().unwrap().contains("2026-11-07"), "{problem}");
    machine.post("/commitments", &commitment(json!(80), "2026-11-07")).ok(201, "Commitment");
    let mut sooner = commitment(json!(70), "2026-11-07");
    sooner["reason"] = json!("law");
    let unexplained = machine.post("/commitments", &sooner).problem(422);
    assert_eq!(unexplained["errors"][0]["pointer"], "/note", "{unexplained}");
    sooner["note"] = json!("Regulation 12");
    machine.post("/commitments", &sooner).ok(201, "Commitment");
    machine.post("/commitments", &commitment(json!(95), "2026-10-20")).problem(409);
    machine.post("/commitments", &commitment(json!(95), "2026-10-07")).problem(409);
}

#[test]
fn a_wrong_commitment_says_everything_that_is_wrong() {
    let app = TestApp::on_sqlite();
    app.department("repair");
    let machine = Machine::new(&app, &[Scope::Admin]);
    let wrong = json!({
        "metric": "beauty", "level": "employee", "grain": "week", "target": 100.001, "tolerance": -1, "clause": "",
        "valid_from": "tomorrow", "valid_to": [], "colour": 1, "reason": "because", "department": "repair",
    });
    let problem = machine.post("/commitments", &wrong).problem(422);
    let pointers: Vec<_> =
        problem["errors"].as_array().unwrap().iter().map(|e| e["pointer"].as_str().unwrap()).collect();
    let named = [
        "/valid_to",
        "/colour",
        "/metric",
        "/level",
        "/grain",
        "/target",
        "/tolerance",
        "/clause",
        "/valid_from",
        "/reason",
    ];
    assert!(named.iter().all(|name| pointers.contains(name)), "{pointers:?}");
    let change = |field: &str, value: Value| {
        let mut new = commitment(json!(95), "2026-11-01");
        new[field] = value;
        machine.post("/commitments", &new).problem(422)["errors"][0]["pointer"].clone()
    };
    assert_eq!(change("department", json!("repair")), "/department");
    assert_eq!(change("client", json!("acme")), "/client");
    assert_eq!(change("metric", json!("channel_gap")), "/channel");
    let mut of_department = commitment(json!(95), "2026-11-01");
    of_department["level"] = json!("department");
    of_department["department"] = json!("nowhere");
    assert_eq!(machine.post("/commitments", &of_department).problem(422)["errors"][0]["pointer"], "/department");
    for body in [json!([]), json!(1), json!([commitment(json!(95), "2026-11-01")])] {
        machine.post("/commitments", &body).problem(422);
    }
    assert_eq!(machine.get("/commitments").json()["items"].as_array().unwrap().len(), 15);
}
