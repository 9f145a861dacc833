//! The register of commitments as staff change it: nothing without its notice, nothing unseen, nothing that has been told.

use chrono::TimeDelta;
use diesel::prelude::*;
use manyi::db;
use manyi::db::schema::period;
use manyi::domain::commitment::Commitment;
use manyi::domain::user::Role;

use crate::harness::{Answer, TestApp};
use crate::periods::{OCTOBER, october};

const LIST: &str = "/staff/commitments";
const NEW: &str = "/staff/commitments/new";

/// The organisation's monthly rate, online, from a day on: it is 90 % now, and today is 2026-10-08.
const RIGHT: [(&str, &str); 8] = [
    ("metric", "satisfaction_rate"),
    ("scope", "organisation"),
    ("channel", "online"),
    ("grain", "month"),
    ("target", "92.5"),
    ("tolerance", "5"),
    ("clause", "B3-2.3.3"),
    ("valid_from", "2026-11-01"),
];

/// Sends the form with some of its fields in another way.
fn send(app: &TestApp, step: &str, changed: &[(&str, &str)]) -> Answer {
    let csrf = app.get(NEW).attribute("input[name=csrf]", "value");
    let mut fields = vec![("csrf", csrf.as_str()), ("step", step)];
    fields.extend(changed);
    fields.extend(RIGHT.iter().filter(|(name, _)| !changed.iter().any(|(other, _)| other == name)));
    app.post(NEW, &fields)
}

/// Sends it as the button on the preview does.
fn confirm(app: &TestApp, changed: &[(&str, &str)]) -> Answer {
    let seen = send(app, "preview", changed).attribute("input[name=seen]", "value");
    let mut changed = changed.to_vec();
    changed.push(("seen", &seen));
    send(app, "save", &changed)
}

fn all(app: &TestApp) -> Vec<Commitment> {
    app.pool().query_now(db::commitment::all).unwrap()
}

pub fn publish(app: &TestApp, which: &str) {
    let row = (period::id.eq(which), period::state.eq("published"), period::revision.eq(0));
    let insert = |conn: &mut db::Connection| -> db::Result<()> {
        diesel::insert_into(period::table).values(row).execute(conn)?;
        Ok(())
    };
    app.pool().write_now(insert).unwrap();
}

on_both!(a_preview_stores_nothing_and_its_button_does, |app| {
    app.sign_in(Role::Quality, None);
    let preview = send(app, "preview", &[]);
    assert_eq!((preview.status, all(app).len()), (200, 15), "{}", preview.body);
    for said in ["92.5", "2026 年 10 月 31 日", "2026 年 11 月", "判定不变"] {
        assert!(preview.body.contains(said), "{said}: {}", preview.body);
    }
    let saved = confirm(app, &[]);
    assert_eq!((saved.status, saved.header("location")), (303, "/staff/commitments?done=commitment&at=16"));
    let told = app.get(saved.header("location"));
    assert!(told.text("[role=status]").contains("已保存：承诺"), "{}", told.body);
    assert_eq!(told.attribute("[role=status] a", "href"), "#c16");
    assert_eq!(told.attribute("#c16", "role"), "row");
    let (known, new) = (all(app).remove(0), all(app).pop().unwrap());
    assert_eq!(known.valid_to.map(|day| day.to_string()).as_deref(), Some("2026-10-31"));
    assert_eq!((new.target, new.valid_from.to_string().as_str()), (9_250, "2026-11-01"));
    let log = app.pool().query_now(|conn| db::audit::latest(conn, "commitment.announce", 9)).unwrap();
    assert_eq!((log.len(), log[0].actor.as_str()), (1, "quality@manyi.example"));
    let list = app.get(LIST).body;
    assert!(list.contains("之后 ≥\u{a0}92.5\u{a0}%") && list.contains("quality@manyi.example"), "{list}");
});

on_both!(less_than_thirty_days_need_a_reason, |app| {
    app.sign_in(Role::Quality, None);
    let weaker = [("target", "85"), ("note", "Regulation 12")];
    let refused = send(app, "preview", &weaker);
    assert_eq!((refused.status, all(app).len()), (422, 15));
    assert!(refused.body.contains("2026 年 11 月 7 日"), "{}", refused.body);
    assert_eq!(refused.attribute("#valid_from", "aria-invalid"), "true");
    assert_eq!(refused.attribute("#note", "value"), "Regulation 12");
    let unexplained = send(app, "preview", &[("target", "85"), ("reason", "law"), ("note", " ")]);
    assert_eq!(unexplained.status, 422, "{}", unexplained.body);
    assert!(unexplained.text(".errors").contains("说明：请填写"), "{}", unexplained.body);
    let waived = [("target", "85"), ("note", "Regulation 12"), ("reason", "law")];
    let preview = send(app, "preview", &waived);
    assert!(preview.body.contains("不足 30 天，理由：法规或行业规定调整：Regulation 12"), "{}", preview.body);
    assert_eq!(confirm(app, &waived).status, 303);
    assert!(app.get(LIST).body.contains("法规或行业规定调整：Regulation 12"));
    let public = app.get("/commitments").text("section[aria-labelledby=coming]");
    assert!(public.contains("2026 年 10 月 8 日公布，提前不足 30 天"), "{public}");
    assert!(public.contains("法规或行业规定调整：Regulation 12"), "{public}");
    app.advance(TimeDelta::days(40));
    let public = app.get("/commitments").text("section[aria-labelledby=in-force]");
    assert!(public.contains("Regulation 12"), "also once it is in force: {public}");
});

on_both!(an_end_at_short_notice_is_explained_to_the_public, |app| {
    app.sign_in(Role::Quality, None);
    let path = format!("{LIST}/{}/end", all(app)[0].id);
    let csrf = app.get(&path).attribute("input[name=csrf]", "value");
    let end = |note: &str, step: &str, seen: &str| {
        let day = [("valid_to", "2026-10-31"), ("reason", "law"), ("note", note), ("seen", seen), ("step", step)];
        let mut fields = vec![("csrf", csrf.as_str())];
        fields.extend(day);
        app.post(&path, &fields)
    };
    assert_eq!(end("", "preview", "").status, 422);
    let seen = end("Regulation 13", "preview", "").attribute("input[name=seen]", "value");
    let saved = end("Regulation 13", "save", &seen);
    assert_eq!((saved.status, saved.header("location")), (303, "/staff/commitments?done=commitment-end&at=1"));
    let public = app.get("/commitments").text("section[aria-labelledby=in-force]");
    assert!(public.contains("Regulation 13") && public.contains("提前不足 30 天"), "{public}");
});

on_both!(a_reason_that_was_not_needed_is_no_short_notice, |app| {
    app.sign_in(Role::Quality, None);
    assert_eq!(confirm(app, &[("reason", "law"), ("note", "to be sure")]).status, 303);
    assert!(!app.get("/commitments").body.contains("不足 30 天"));
});

on_both!(a_preview_has_an_address_to_come_back_to, |app| {
    app.sign_in(Role::Quality, None);
    assert_eq!(app.get(NEW).attribute("form.card", "method"), "get");
    let query: Vec<_> = RIGHT.iter().map(|(name, text)| format!("{name}={}", crate::harness::encode(text))).collect();
    let preview = app.get(&format!("{NEW}?step=preview&{}", query.join("&")));
    assert_eq!((preview.status, all(app).len()), (200, 15), "{}", preview.body);
    assert!(preview.body.contains("保存前请核对") && preview.text("table").contains("92.5"), "{}", preview.body);
    let wrong = app.get(&format!("{NEW}?step=preview&target=x"));
    assert_eq!((wrong.status, wrong.attribute("#target", "value").as_str()), (422, "x"));
    assert_eq!(app.get(&format!("{NEW}?step=save&{}", query.join("&"))).status, 200);
    assert_eq!(all(app).len(), 15, "looking saves nothing");
});

#[test]
fn every_wrong_field_is_told_beside_it_and_keeps_its_text() {
    let mut app = TestApp::on_sqlite();
    app.sign_in(Role::Admin, None);
    let wrong = [("target", "100.5"), ("clause", ""), ("valid_from", "soon"), ("scope", "department:nowhere")];
    let refused = send(&app, "save", &wrong);
    assert_eq!(refused.status, 422);
    for field in ["target", "clause", "valid_from"] {
        assert_eq!(
            refused.attribute(&format!("#{field}"), "aria-describedby").split(' ').next(),
            Some(&*format!("{field}-error"))
        );
    }
    let summary = refused.text(".errors");
    for said in ["目标：请填 0 到 100", "条款：请填写", "生效日期：请填日期"] {
        assert!(summary.contains(said), "{said}: {summary}");
    }
    assert_eq!(refused.attribute("#target", "value"), "100.5");
    let nowhere = send(&app, "preview", &[("scope", "department:nowhere")]);
    assert_eq!(nowhere.attribute("#scope", "aria-invalid"), "true");
    let same = [("target", "９０"), ("valid_from", "2000-01-01"), ("consequence", "disclosure")];
    assert!(send(&app, "preview", &same).body.contains("一字不差"));
}

#[test]
fn a_register_that_changed_meanwhile_is_shown_again() {
    let mut app = TestApp::on_sqlite();
    app.sign_in(Role::Admin, None);
    let seen = send(&app, "preview", &[]).attribute("input[name=seen]", "value");
    assert_eq!(confirm(&app, &[("target", "91"), ("valid_from", "2026-10-20")]).status, 303);
    let again = send(&app, "save", &[("seen", &seen)]);
    assert!(again.status == 200 && again.body.contains("登记有了变动"), "{}", again.body);
    assert_eq!(all(&app).len(), 16);
}

on_both!(of_two_that_saw_the_same_register_one_is_stored, |app| {
    app.sign_in(Role::Admin, None);
    let targets = ["91", "92"];
    let seen = targets.map(|target| send(app, "preview", &[("target", target)]).attribute("input[name=seen]", "value"));
    let app = &*app;
    let statuses = std::thread::scope(|scope| {
        let sent = [0, 1].map(|at| {
            let (target, seen) = (targets[at], &seen[at]);
            scope.spawn(move || send(app, "save", &[("target", target), ("seen", seen)]).status)
        });
        sent.map(|thread| thread.join().unwrap())
    });
    // The other sees what has changed, or is told that less than the new promise needs notice.
    let others: Vec<u16> = statuses.into_iter().filter(|status| *status != 303).collect();
    assert!(others == [200] || others == [422], "{statuses:?}");
    assert_eq!(all(app).len(), 16);
});

on_both!(what_is_published_keeps_its_verdict, |app| {
    app.sign_in(Role::Quality, None);
    publish(app, "2026-09");
    let correction = [("target", "70"), ("valid_from", "2026-09-01"), ("reason", "correction"), ("note", "a slip")];
    let refused = send(app, "preview", &correction);
    assert!(refused.status == 422 && refused.body.contains("2026 年 9 月已公布"), "{}", refused.body);
    let from_october = [("target", "70"), ("valid_from", "2026-10-01"), ("reason", "correction"), ("note", "a slip")];
    assert_eq!(confirm(app, &from_october).status, 303);
});

on_both!(an_end_needs_notice_and_is_audited, |app| {
    app.sign_in(Role::Quality, None);
    let path = format!("{LIST}/{}/end", all(app)[0].id);
    let csrf = app.get(&path).attribute("input[name=csrf]", "value");
    let end = |day: &str, step: &str, seen: &str| {
        app.post(&path, &[("csrf", &csrf), ("step", step), ("valid_to", day), ("seen", seen)])
    };
    let refused = end("2026-10-31", "preview", "");
    assert!(refused.status == 422 && refused.body.contains("2026 年 11 月 6 日"), "{}", refused.body);
    let preview = end("2026-11-30", "preview", "");
    assert!(preview.status == 200 && preview.body.contains("承诺终止"), "{}", preview.body);
    let seen = preview.attribute("input[name=seen]", "value");
    let unseen = end("2026-11-30", "save", "");
    assert!(unseen.status == 200 && unseen.body.contains("登记有了变动"), "{}", unseen.body);
    assert_eq!(end("2026-11-30", "save", &seen).status, 303);
    assert_eq!(all(app)[0].valid_to.map(|day| day.to_string()).as_deref(), Some("2026-11-30"));
    let log = app.pool().query_now(|conn| db::audit::latest(conn, "commitment.end", 9)).unwrap();
    assert_eq!(log.len(), 1);
    assert!(end("2026-12-31", "save", &seen).body.contains("本来就到 2026 年 11 月 30 日为止"));
    app.advance(TimeDelta::days(60));
    app.sign_in(Role::Auditor, None);
    let list = app.get(LIST).body;
    assert!(list.split("id=\"past\"").nth(1).unwrap().contains("2026 年 11 月 30 日"), "{list}");
});

#[test]
fn readers_change_nothing_and_a_head_sees_what_binds_the_own_department() {
    let mut app = TestApp::on_sqlite();
    let (own, _) = (app.department("own"), app.department("other"));
    app.sign_in(Role::Admin, None);
    for scope in ["department:own", "department:other"] {
        assert_eq!(confirm(&app, &[("scope", scope), ("clause", scope)]).status, 303);
    }
    app.sign_in(Role::Head, Some(own));
    let seen = app.get(LIST).body;
    assert!(seen.contains("department:own") && !seen.contains("department:other"), "{seen}");
    for reader in [Role::Hr, Role::Auditor] {
        app.sign_in(reader, None);
        assert!(app.get(LIST).body.contains("department:other"), "{reader:?}");
        assert!(!app.get(LIST).body.contains(NEW));
        for path in [NEW, "/staff/commitments/1/end"] {
            assert_eq!((app.get(path).status, app.post(path, &RIGHT).status), (403, 403), "{reader:?}");
        }
    }
    app.sign_in(Role::Employee, None);
    assert_eq!(app.get(LIST).status, 403);
}

#[test]
fn the_department_page_leads_to_what_binds_it() {
    let mut app = TestApp::on_sqlite();
    app.department("repair");
    app.sign_in(Role::Quality, None);
    let href = "/staff/commitments?metric=satisfaction_rate&department=repair";
    let terms = app.get("/departments/repair").attribute(".terms a", "href");
    assert_eq!(terms, href);
    let shown = app.get("/staff/commitments?metric=points&department=repair").body;
    assert!(shown.contains("D-3.1") && !shown.contains("B3-2.3.3</div>"), "{shown}");
}

#[test]
fn what_is_announced_is_public_until_it_begins() {
    let mut app = TestApp::on_sqlite();
    app.sign_in(Role::Quality, None);
    assert!(!app.get("/commitments").body.contains("id=\"coming\""));
    assert_eq!(confirm(&app, &[]).status, 303);
    let coming = |app: &TestApp| app.get("/commitments").body.split("id=\"coming\"").nth(1).map(str::to_owned);
    assert!(coming(&app).unwrap().contains("92.5"));
    app.advance(TimeDelta::days(25));
    assert_eq!(coming(&app), None);
}

on_both!(the_public_reads_one_published_period_at_a_time, |app| {
    october(app);
    assert!(app.get("/commitments").body.contains("还没有公布过结果"));
    publish(app, OCTOBER);
    publish(app, "2026-Q3");
    let newest = app.get("/commitments");
    assert_eq!(newest.attribute("select[name=period] option[selected]", "value"), OCTOBER);
    assert!(
        newest.text("details").contains("各部门的结果") && newest.text("details").contains("甲"),
        "{}",
        newest.body
    );
    assert!(!newest.body.contains("<details open"), "{}", newest.body);
    let quarter = app.get("/commitments?period=2026-Q3");
    assert_eq!(quarter.attribute("select[name=period] option[selected]", "value"), "2026-Q3");
    assert!(quarter.text("section[aria-labelledby=results] caption").contains("2026 年第 3 季度"), "{}", quarter.body);
    assert!(app.get("/commitments?period=2026-10").body.contains("<details open"));
    assert_eq!(app.get("/commitments?period=2026-09").status, 404);
    assert_eq!(app.get("/commitments?period=soon").status, 400);
});
