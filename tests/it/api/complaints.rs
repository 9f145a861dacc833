//! Complaints over the API: taken in once, closed later, refused with what and where.

use manyi::domain::user::Scope;
use serde_json::{Value, json};

use super::{Machine, RECORDS};
use crate::harness::TestApp;

const COMPLAINTS: &str = "/complaints";

fn complaint(number: &str) -> Value {
    json!({
        "reference": number, "department_code": "repair", "channel": "online", "urgent": true,
        "received_at": "2026-10-08T09:00:00+08:00", "email": "zhang.wei@example.com", "summary": "修了三次",
        "demand": "退款", "kind": "质量", "closed_at": null,
    })
}

fn changed(number: &str, field: &str, value: Value) -> Value {
    let mut complaint = complaint(number);
    complaint[field] = value;
    complaint
}

fn sender(app: &TestApp) -> Machine {
    app.department("repair");
    Machine::new(app, &[Scope::RecordsWrite])
}

on_both!(a_complaint_is_created_once_and_closed_once, |app| {
    let machine = sender(app);
    let status = |answer: crate::api::Answer, code| answer.ok(code, "ComplaintResults")[0]["status"].clone();
    assert_eq!(status(machine.post(COMPLAINTS, &complaint("T-1")), 201), "created");
    assert_eq!(status(machine.post(COMPLAINTS, &complaint("T-1")), 200), "unchanged");
    let closed = changed("T-1", "closed_at", json!("2026-10-08T09:50:00+08:00"));
    assert_eq!(status(machine.post(COMPLAINTS, &closed), 200), "closed");
    assert_eq!(status(machine.post(COMPLAINTS, &closed), 200), "unchanged");
    assert_eq!(status(machine.post(COMPLAINTS, &complaint("T-1")), 200), "unchanged");
    for other in
        [changed("T-1", "closed_at", json!("2026-10-08T09:40:00+08:00")), changed("T-1", "demand", json!("换货"))]
    {
        let conflict = machine.post(COMPLAINTS, &other).problem(409);
        assert_eq!(
            (&conflict["results"][0]["status"], &conflict["results"][0]["errors"][0]["pointer"]),
            (&json!("conflict"), &json!("/reference"))
        );
    }
    let details = app.pool().query_now(|conn| manyi::db::complaint::details(conn, &app.context.secrets, "T-1"));
    assert_eq!(details.unwrap().unwrap().summary.as_deref(), Some("修了三次"));
});

on_both!(each_complaint_of_an_array_is_judged_alone, |app| {
    let machine = sender(app);
    let all = json!([
        complaint("T-1"),
        changed("T-1", "closed_at", json!("2026-10-08T09:50:00+08:00")),
        changed("T-2", "department_code", json!("nowhere")),
        changed("T-3", "external_id", json!("A-404")),
        { "reference": "T-4", "received_at": "2026-10-08T09:00:00+08:00" },
        changed("T-5", "closed_at", json!("2026-10-07T09:00:00+08:00")),
        complaint("T-6"),
    ]);
    let results = machine.post(COMPLAINTS, &all).ok(200, "ComplaintResults");
    let statuses: Vec<_> =
        results.as_array().unwrap().iter().map(|result| result["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["created", "closed", "invalid", "invalid", "invalid", "invalid", "created"]);
    let pointers = |at: usize| {
        let errors = results[at]["errors"].as_array().unwrap().iter();
        errors.map(|error| error["pointer"].as_str().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!([pointers(2), pointers(3), pointers(5)], [["/2/department_code"], ["/3/external_id"], ["/5/closed_at"]]);
    assert_eq!(pointers(4), ["/4/department_code", "/4/channel"]);
});

on_both!(a_complaint_about_a_service_takes_what_it_does_not_say_from_there, |app| {
    let machine = sender(app);
    let record = json!({ "external_id": "A-1", "department_code": "repair", "touchpoint": "counter",
        "completed_at": "2026-10-08T08:00:00+08:00", "customer_ref": "C-7", "email": "li@example.com" });
    machine.post(RECORDS, &record).ok(201, "Results");
    let least = json!({ "reference": "T-1", "external_id": "A-1", "received_at": "2026-10-08T09:00:00+08:00" });
    machine.post(COMPLAINTS, &least).ok(201, "ComplaintResults");
    // The customer is known from the service: by address and by number.
    let again = |number: &str, field: &str, value: &str| {
        let mut record = json!({ "external_id": number, "department_code": "repair", "touchpoint": "web",
            "completed_at": "2026-10-08T09:00:00+08:00", "email": "other@example.com" });
        record[field] = json!(value);
        machine.post(RECORDS, &record).ok(201, "Results")[0]["invitation"].clone()
    };
    assert_eq!(again("A-2", "email", "LI@example.com"), "complaint_open");
    assert_eq!(again("A-3", "customer_ref", "C-7"), "complaint_open");
    assert_eq!(again("A-4", "customer_ref", "C-8"), "queued");
});

on_both!(only_a_token_that_may_write_hands_complaints_in, |app| {
    app.department("repair");
    let machine = Machine::new(app, &[Scope::ScoresRead]);
    machine.post(COMPLAINTS, &complaint("T-1")).problem(403);
    let problem = sender_of(app).post(COMPLAINTS, &changed("T-1", "kindd", json!("x"))).problem(422);
    assert!(problem["results"][0]["errors"][0]["message"].as_str().unwrap().contains("kind"), "{problem}");
});

fn sender_of(app: &TestApp) -> Machine {
    Machine::new(app, &[Scope::RecordsWrite])
}
