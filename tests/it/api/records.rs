//! Service records over the API: taken in once, judged one by one, refused with what and where.

use manyi::db;
use manyi::domain::user::Scope;
use serde_json::{Value, json};

use super::{Machine, RECORDS};
use crate::harness::{TestApp, at_once};

/// A good record.
fn record(number: &str) -> Value {
    json!({
        "external_id": number, "department_code": "repair", "touchpoint": "web",
        "completed_at": "2026-10-08T09:00:00+08:00", "employee_no": null, "email": "zhang.wei@example.com",
        "phone": 13912341234_u64, "customer_name": "张伟", "waiting_minutes": 7, "resolved": true, "urgent": "false",
    })
}

fn changed(number: &str, field: &str, value: Value) -> Value {
    let mut record = record(number);
    record[field] = value;
    record
}

fn sender(app: &TestApp) -> Machine {
    app.department("repair");
    Machine::new(app, &[Scope::RecordsWrite])
}

on_both!(a_record_is_created_once_and_read_back, |app| {
    let machine = sender(app);
    let created = machine.post(RECORDS, &record("A/1"));
    let result = created.ok(201, "Results");
    assert_eq!(result, json!([{ "external_id": "A/1", "status": "created", "invitation": "queued", "errors": [] }]));
    assert_eq!(created.header("location"), "/api/v1/service-records/A%2F1");
    let again = machine.post(RECORDS, &record("A/1")).ok(200, "Results");
    assert_eq!(again[0]["status"], "unchanged");
    let read = machine.get(created.header("location")).ok(200, "ServiceRecord");
    assert_eq!((&read["completed_at"], &read["invitation"]), (&json!("2026-10-08T01:00:00Z"), &json!("queued")));
    assert_eq!((&read["email"], &read["phone"]), (&json!("z***@example.com"), &json!("139****1234")));
    assert_eq!(
        (&read["waiting_minutes"], &read["resolved"], &read["urgent"]),
        (&json!(7), &json!(true), &json!(false))
    );
    assert_eq!(app.deliver().len(), 1);
    assert_eq!(machine.get(created.header("location")).json()["invitation"], "sent");
});

on_both!(other_content_under_the_same_number_is_a_conflict, |app| {
    let machine = sender(app);
    machine.post(RECORDS, &record("A-1"));
    let conflict = machine.post(RECORDS, &changed("A-1", "touchpoint", json!("app"))).problem(409);
    assert_eq!(
        (&conflict["results"][0]["status"], &conflict["results"][0]["errors"][0]["pointer"]),
        (&json!("conflict"), &json!("/external_id"))
    );
    assert_eq!(machine.get("/service-records/A-1").json()["touchpoint"], "web");
});

on_both!(each_element_of_an_array_is_judged_alone, |app| {
    let machine = sender(app);
    let mixed = json!([
        record("B-2"),
        changed("B-1", "touchpoint", json!("pigeon")),
        changed("B-2", "urgent", json!(true)),
        record("B-2"),
        changed("B-0", "department_code", json!("nowhere")),
        7,
        record("A-0"),
    ]);
    let results = machine.post(RECORDS, &mixed).ok(200, "Results");
    let statuses: Vec<_> =
        results.as_array().unwrap().iter().map(|result| result["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["created", "invalid", "conflict", "unchanged", "invalid", "invalid", "created"]);
    assert_eq!(results[1]["errors"][0]["pointer"], "/1/touchpoint");
    assert_eq!(results[4]["errors"][0]["pointer"], "/4/department_code");
    assert_eq!((&results[5]["external_id"], &results[5]["errors"][0]["pointer"]), (&json!(null), &json!("/5")));
    assert_eq!(machine.post(RECORDS, &json!([])).ok(200, "Results"), json!([]));
});

// A hundred senders of the same record, and a hundred of arrays that overlap: one invitation each, no failure.
on_both!(concurrent_duplicates_make_one_invitation, |app| {
    let machine = sender(app);
    let same = machine.clone();
    let mut statuses = at_once(100, move |_| same.post(RECORDS, &record("A-1")).status);
    statuses.sort_unstable();
    assert_eq!((statuses[..99].iter().all(|status| *status == 200), statuses[99]), (true, 201), "{statuses:?}");
    let overlapping = machine.clone();
    let created = at_once(20, move |at| {
        let mut numbers: Vec<_> = (0..30).map(|number| record(&format!("B-{}", (number * 7 + at) % 30))).collect();
        numbers.rotate_left(at);
        let results = overlapping.post(RECORDS, &json!(numbers)).ok(200, "Results");
        results.as_array().unwrap().iter().filter(|result| result["status"] == "created").count()
    });
    assert_eq!(created.into_iter().sum::<usize>(), 30);
    let invitations = app.pool().query_now(|conn| db::invitation::counts_by_state(conn, app.now())).unwrap();
    assert_eq!(invitations.values().sum::<i64>(), 31);
});

#[test]
fn invalid_records_say_what_and_where() {
    let app = TestApp::on_sqlite();
    let machine = sender(&app);
    let long = "x".repeat(10_000);
    for (field, value) in [
        ("touchpoint", json!("pigeon")),
        ("completed_at", json!("2026-02-30T00:00:00Z")),
        ("completed_at", json!(5)),
        ("completed_at", json!("2027-01-01")),
        ("email", json!("a..b@c")),
        ("department_code", json!("NOPE")),
        ("external_id", json!("")),
        ("external_id", json!(long)),
        ("external_id", json!("a\0b")),
        ("external_id", json!(1.5)),
        ("waiting_minutes", json!(-1)),
        ("waiting_minutes", json!(1e308)),
        ("waiting_minutes", json!(1_u64 << 63)),
        ("urgent", json!("perhaps")),
        ("employee_no", json!(["E"])),
        ("customer_name", json!("\u{202e}gnaw")),
        ("locale", json!("tlh")),
        ("employee_no", json!("E404")),
        ("phone", json!(1.3e30)),
        ("email", json!({})),
        ("service_type", json!("x".repeat(101))),
    ] {
        let problem = machine.post(RECORDS, &changed("C-1", field, value.clone())).problem(422);
        let errors = problem["results"][0]["errors"].as_array().unwrap();
        assert_eq!((errors.len(), &errors[0]["pointer"]), (1, &json!(format!("/{field}"))), "{value}: {errors:?}");
    }
    for body in [json!({}), json!(null), json!(5), json!("x"), json!(true)] {
        machine.post(RECORDS, &body).problem(422);
    }
    assert_eq!(machine.get("/service-records/C-1").status, 404);
}

#[test]
fn an_unknown_field_names_the_nearest_and_a_double_one_is_told() {
    let app = TestApp::on_sqlite();
    let machine = sender(&app);
    let problem = machine.post(RECORDS, &changed("C-1", "departmentcode", json!("x"))).problem(422);
    let error = &problem["results"][0]["errors"][0];
    assert_eq!(error["pointer"], "/departmentcode");
    assert!(error["message"].as_str().unwrap().contains("department_code"), "{error}");
    let twice = record("C-1").to_string().replacen('{', "{\"external_id\":\"C-2\",", 1);
    let problem = machine.post_raw(RECORDS, twice.as_bytes()).problem(422);
    assert_eq!(problem["results"][0]["errors"][0]["message"], "It is given more than once.");
    let many: Vec<_> = (0..20_000).map(|n| format!("\"k~/{n}\":1")).collect();
    let problem = machine.post_raw(RECORDS, format!("{{{}}}", many.join(",")).as_bytes()).problem(422);
    let errors = problem["results"][0]["errors"].as_array().unwrap();
    assert_eq!((errors.len() < 40, &errors[0]["pointer"]), (true, &json!("/k~0~10")));
}

#[test]
fn bodies_that_cannot_be_read_are_refused_whole() {
    let app = TestApp::on_sqlite();
    let machine = sender(&app);
    let gbk = [&b"{\"external_id\": \""[..], &[0xd6, 0xd0, 0xce, 0xc4], b"\"}"].concat();
    let deep = format!("{{\"external_id\": {}{}}}", "[".repeat(50_000), "]".repeat(50_000));
    for body in
        [&b" "[..], b"{", b"nonsense", b"\xff\xfe", &gbk, deep.as_bytes(), br#"{"external_id": "\ud800"}"#, b"[{}] x"]
    {
        machine.post_raw(RECORDS, body).problem(400);
    }
    machine.send("POST", RECORDS, &[("Content-Type", "application/json")], b"").problem(400);
    let large = |size: usize| format!("\"{}\"", "x".repeat(size));
    machine.post_raw(RECORDS, large(260 * 1024).as_bytes()).problem(413);
    machine.post_raw(RECORDS, format!("[{}]", large(3_000_000)).as_bytes()).problem(413);
    machine.post(RECORDS, &json!(vec![record("A-1"); 1_001])).problem(413);
    assert_eq!(machine.post(RECORDS, &json!(vec![record("A-1"); 1_000])).status, 200);
    let good = record("D-1").to_string();
    for headers in [
        &[("Content-Type", "text/plain")][..],
        &[("Content-Type", "application/json; charset=gbk")],
        &[("Content-Type", "application/json"), ("Content-Encoding", "gzip")],
    ] {
        machine.send("POST", RECORDS, headers, good.as_bytes()).problem(415);
    }
    let utf8 = [("Content-Type", "application/json; charset=UTF-8")];
    assert_eq!(machine.send("POST", RECORDS, &utf8, good.as_bytes()).status, 201);
}
