//! The pages of complaints: who sees which, one is closed once, one is entered by the rules of the import.

use chrono::TimeDelta;
use diesel::prelude::*;
use manyi::db;
use manyi::db::complaint::{Outcome, details};
use manyi::db::schema::{audit_log, complaint};
use manyi::domain::complaint::Complaint;
use manyi::domain::invitation::State;
use manyi::domain::user::Role;

use crate::commitments::publish;
use crate::complaints::{complaint as made, hand_in, recounts};
use crate::harness::{Answer, TestApp};

/// Three complaints about one department, the second closed, and one about another.
fn fill(app: &TestApp) -> (i64, i64) {
    let (ours, theirs) = (app.department("repair"), app.department("install"));
    let received_at = app.now() - TimeDelta::hours(50);
    let kind = Some("态度".to_owned());
    let first = Complaint { received_at, kind, ..made(app, 1, "repair") };
    let second = Complaint { received_at, closed_at: Some(app.now()), ..made(app, 2, "repair") };
    let third = Complaint { urgent: true, ..made(app, 3, "repair") };
    let all = [first, second, third, made(app, 4, "install")];
    assert_eq!(hand_in(app, &all), [Outcome::Created, Outcome::Created, Outcome::Created, Outcome::Created]);
    (ours, theirs)
}

/// The numbers of the complaints listed, in their order.
fn listed(page: &Answer) -> Vec<String> {
    let html = scraper::Html::parse_document(&page.body);
    let rows = scraper::Selector::parse("tbody th").unwrap();
    html.select(&rows).filter_map(|cell| cell.text().next()).map(|text| text.trim().to_owned()).collect()
}

fn key(app: &TestApp, reference: &str) -> i64 {
    let key = |conn: &mut db::Connection| -> db::Result<i64> {
        Ok(complaint::table.filter(complaint::reference.eq(reference)).select(complaint::id).first(conn)?)
    };
    app.pool().query_now(key).unwrap()
}

fn post(app: &TestApp, path: &str, fields: &[(&str, &str)]) -> Answer {
    let csrf = app.get("/complaints/new").attribute("input[name=csrf]", "value");
    let mut all = vec![("csrf", csrf.as_str())];
    all.extend(fields);
    app.post(path, &all)
}

/// What was noted about complaints: by whom, what, on which.
fn noted(app: &TestApp) -> Vec<(String, String, String)> {
    let read = |conn: &mut db::Connection| -> db::Result<Vec<(String, String, String)>> {
        let of_complaints = audit_log::table.filter(audit_log::action.like("complaint.%")).order(audit_log::id);
        Ok(of_complaints.select((audit_log::actor, audit_log::action, audit_log::subject)).load(conn)?)
    };
    app.pool().query_now(read).unwrap()
}

on_both!(open_ones_come_first_urgent_before_old, |app| {
    fill(app);
    app.sign_in(Role::Quality, None);
    let page = app.get("/complaints?lang=en");
    assert_eq!(listed(&page), ["T-3", "T-1", "T-4", "T-2"]);
    for said in ["Open: 3", "Closed: 1", "2 days", "less than an hour", "态度", "Urgent"] {
        assert!(page.body.contains(said), "{said}: {}", page.body);
    }
    assert!(!page.body.contains("customer1"), "nothing personal: {}", page.body);
    assert_eq!(listed(&app.get("/complaints?state=closed")), ["T-2"]);
    assert_eq!(listed(&app.get("/complaints?department=install")), ["T-4"]);
    assert_eq!(listed(&app.get("/complaints?number=T-2&department=repair")), ["T-2"]);
    assert_eq!(listed(&app.get("/complaints?number=T-2&department=install")), Vec::<String>::new());
    assert_eq!(app.get("/complaints?state=lost").status, 400);
    assert_eq!(app.get("/complaints?department=no-such").status, 404);
});

on_both!(long_lists_have_pages, |app| {
    app.department("repair");
    let received = |number| app.now() - TimeDelta::minutes(200 - i64::try_from(number).unwrap());
    let all: Vec<_> =
        (0..120).map(|number| Complaint { received_at: received(number), ..made(app, number, "repair") }).collect();
    hand_in(app, &all);
    app.sign_in(Role::Quality, None);
    let numbers = |from: usize, to: usize| (from..to).map(|number| format!("T-{number}")).collect::<Vec<_>>();
    assert_eq!(listed(&app.get("/complaints")), numbers(0, 50));
    let last = app.get("/complaints?page=3&lang=en");
    assert_eq!(listed(&last), numbers(100, 120));
    assert_eq!(last.attribute("a[rel=prev]", "href"), "/complaints?state=open&page=2");
    assert!(last.body.contains("Page 3 of 3") && !last.body.contains("rel=\"next\""), "{}", last.body);
    assert_eq!(app.get("/complaints?page=0").status, 200);
    assert_eq!(app.get("/complaints?page=999999999999").status, 200);
    assert_eq!(app.get("/complaints?page=x").status, 400);
});

on_both!(a_head_sees_the_own_ones_and_closes_none, |app| {
    let (ours, _) = fill(app);
    app.sign_in(Role::Head, Some(ours));
    let page = app.get("/complaints");
    assert_eq!(listed(&page), ["T-3", "T-1", "T-2"]);
    assert!(!page.body.contains("/close") && !page.body.contains("/complaints/new"), "{}", page.body);
    assert_eq!(app.get("/complaints?department=install").status, 404);
    assert_eq!(listed(&app.get("/complaints?number=T-4")), Vec::<String>::new());
    assert_eq!(app.get("/complaints/new").status, 403);
    assert_eq!(app.post(&format!("/complaints/{}/close", key(app, "T-1")), &[]).status, 403);
    assert_eq!(app.post("/complaints", &[]).status, 403);
});

on_both!(hr_and_auditors_see_none, |app| {
    fill(app);
    assert_eq!(app.get("/complaints").status, 303);
    for role in [Role::Hr, Role::Auditor, Role::Employee] {
        app.sign_in(role, None);
        assert_eq!(app.get("/complaints").status, 403, "{role:?}");
    }
});

on_both!(one_is_closed_once_and_its_customer_is_asked_again, |app| {
    fill(app);
    assert_eq!(app.stored(&app.record(1, "repair")).state, State::ComplaintOpen);
    app.sign_in(Role::Quality, None);
    let path = format!("/complaints/{}/close?state=open&department=repair", key(app, "T-1"));
    // The test's clock stands at nine in the morning of 8 October.
    let closed = post(app, &path, &[("closed_at", "2026-10-08T08:30")]);
    assert_eq!(
        (closed.status, closed.header("location")),
        (303, "/complaints?state=open&department=repair&done=complaint-closed")
    );
    assert_eq!(listed(&app.get("/complaints?state=closed")), ["T-2", "T-1"]);
    let next = manyi::domain::service_record::ServiceRecord { external_id: "next".into(), ..app.record(1, "repair") };
    assert_eq!(app.stored(&next).state, State::Scheduled);
    // The same again is no fault; another end is.
    assert_eq!(post(app, &path, &[("closed_at", "2026-10-08T08:30")]).status, 303);
    let again = post(app, &format!("{path}&lang=en"), &[("closed_at", "2026-10-08T08:45")]);
    assert_eq!(again.status, 422);
    assert!(again.body.contains("It was closed already, 8 October 2026, 08:30"), "{}", again.body);
    assert_eq!(noted(app), [("quality@manyi.example".into(), "complaint.close".into(), "T-1".into())]);
    recounts(app);
});

on_both!(an_end_must_be_a_time_after_it_came_and_not_to_come, |app| {
    fill(app);
    app.sign_in(Role::Admin, None);
    let path = format!("/complaints/{}/close?lang=en", key(app, "T-1"));
    for (typed, said) in [
        ("", "please fill this in"),
        ("soon", "not a date or time"),
        ("2026-10-09T09:00", "later than now"),
        ("2026-10-01T09:00", "It was received 6 October 2026"),
    ] {
        let refused = post(app, &path, &[("closed_at", typed)]);
        assert_eq!(refused.status, 422, "{typed}");
        assert!(refused.body.contains(said), "{typed}: {}", refused.body);
        assert_eq!(
            refused.attribute("details[open] input[type=datetime-local]", "value"),
            typed,
            "what was typed stays"
        );
    }
    assert_eq!(post(app, "/complaints/4711/close", &[("closed_at", "2026-10-08T08:30")]).status, 404);
    assert_eq!(app.post(&path, &[("closed_at", "2026-10-08T08:30")]).status, 403, "no form of this session");
    assert_eq!(noted(app), []);
});

const TYPED: [(&str, &str); 11] = [
    ("reference", "TS-9"),
    ("department_code", "repair"),
    ("channel", "offline"),
    ("received_at", "2026-10-08T08:15"),
    ("external_id", ""),
    ("kind", "迟到"),
    ("urgent", "true"),
    ("customer_name", "王小明"),
    ("email", "customer7@example.com"),
    ("summary", "师傅没有来"),
    ("demand", "退款"),
];

on_both!(one_that_is_entered_counts_and_stops_mail, |app| {
    app.department("repair");
    app.sign_in(Role::Quality, None);
    let entered = post(app, "/complaints", &TYPED);
    assert_eq!((entered.status, entered.header("location")), (303, "/complaints?number=TS-9&done=complaint"));
    assert_eq!(listed(&app.get("/complaints?number=TS-9")), ["TS-9"]);
    assert!(app.get(entered.header("location")).text("[role=status]").contains("已保存：投诉已登记"));
    assert!(!app.get(entered.header("location")).body.contains("已公布，计入"));
    let again = post(app, "/complaints", &TYPED);
    assert_eq!(again.header("location"), "/complaints?number=TS-9&done=complaint-known", "sent twice, stored once");
    let secrets = &app.context.secrets;
    let kept = app.pool().query_now(|conn| details(conn, secrets, "TS-9")).unwrap().unwrap();
    assert_eq!((kept.contact.name.as_deref(), kept.demand.as_deref()), (Some("王小明"), Some("退款")));
    assert_eq!(app.stored(&app.record(7, "repair")).state, State::ComplaintOpen);
    assert_eq!(noted(app), [("quality@manyi.example".into(), "complaint.enter".into(), "TS-9".into())]);
    recounts(app);
});

on_both!(what_is_wrong_with_an_entry_is_told_and_kept, |app| {
    app.department("repair");
    app.sign_in(Role::Quality, None);
    let with = |field: &'static str, value: &'static str| {
        TYPED.map(|(name, typed)| if name == field { (name, value) } else { (name, typed) })
    };
    for (field, value, said) in [
        ("reference", "", "投诉编号：请填写"),
        ("summary", " ", "事情经过：请填写"),
        ("department_code", "", "部门：请填写"),
        ("department_code", "no-such", "部门："),
        ("external_id", "A-404", "服务记录编号："),
        ("received_at", "2027-01-01T00:00", "受理时间："),
        ("email", "wang", "邮箱："),
    ] {
        let refused = post(app, "/complaints", &with(field, value));
        assert_eq!(refused.status, 422, "{field}");
        assert!(refused.text(".errors").contains(said), "{field}: {}", refused.text(".errors"));
        assert_eq!(refused.attribute("input[name=customer_name]", "value"), "王小明");
        assert_eq!(refused.text("textarea[name=demand]"), "退款");
    }
    assert_eq!(post(app, "/complaints", &TYPED).status, 303);
    let other = post(app, "/complaints", &with("demand", "道歉"));
    assert!(other.status == 422 && other.text(".errors").contains("该编号已登记过"), "{}", other.body);
    recounts(app);
});

on_both!(one_of_a_published_month_says_where_it_counts, |app| {
    app.department("repair");
    app.sign_in(Role::Quality, None);
    let form = app.get("/complaints/new").body;
    assert!(form.contains("所属月份已公布时，计入下一个未公布的月份"), "{form}");
    publish(app, "2026-10");
    let entered = post(app, "/complaints", &TYPED);
    let listed = app.get(entered.header("location"));
    assert!(listed.text("tbody").contains("2026 年 10 月已公布，计入 2026 年 11 月"), "{}", listed.body);
    assert!(listed.text(".note").contains("所属月份已公布时，计入下一个未公布的月份"), "{}", listed.body);
    let english = app.get("/complaints?lang=en");
    assert!(english.text("tbody").contains("October 2026 is published: counts in November 2026"), "{}", english.body);
});

on_both!(numbers_of_a_chinese_keyboard_are_the_same_numbers, |app| {
    app.department("repair");
    app.store(&[app.record(5, "repair")]);
    app.sign_in(Role::Quality, None);
    let wide = [
        ("reference", "ＴＳ－９"),
        ("external_id", "Ａ－００００５"),
        ("received_at", "２０２６－１０－０８Ｔ０８：１５"),
    ];
    let typed =
        TYPED.map(|(name, text)| (name, wide.iter().find(|(other, _)| *other == name).map_or(text, |one| one.1)));
    let entered = post(app, "/complaints", &typed);
    assert_eq!(entered.header("location"), "/complaints?number=TS-9&done=complaint", "{}", entered.body);
    assert_eq!(listed(&app.get(&format!("/complaints?number={}", crate::harness::encode("ＴＳ－９")))), ["TS-9"]);
    let other = post(app, "/complaints", &TYPED);
    assert!(other.status == 422 && other.text(".errors").contains("该编号已登记过"), "{}", other.body);
});

on_both!(the_department_page_leads_to_its_complaints, |app| {
    let (ours, _) = fill(app);
    app.store(&(0..40).map(|number| app.record(number, "repair")).collect::<Vec<_>>());
    app.sign_in(Role::Head, Some(ours));
    assert!(app.get("/departments/repair?period=2026-10").body.contains("/complaints?department=repair"));
    app.sign_in(Role::Hr, None);
    assert!(!app.get("/departments/repair?period=2026-10").body.contains("/complaints?department=repair"));
});
