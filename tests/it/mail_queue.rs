//! The page of those who run the mail.

use chrono::TimeDelta;
use manyi::db::bounce::{Report, Source, hear};
use manyi::db::{self, mail_queue};
use manyi::domain::bounce;
use manyi::domain::user::Role;

use crate::harness::{Answer, TestApp};

fn press(app: &TestApp, path: &str, step: &str) -> Answer {
    let csrf = app.get("/mail").attribute("input[name=csrf]", "value");
    app.post(path, &[("csrf", &csrf), ("step", step)])
}

on_both!(mail_is_paused_and_resumed_by_those_who_run_it, |app| {
    app.department("客服");
    app.stored(&app.record(1, "客服"));
    app.sign_in(Role::Quality, None);
    assert_eq!(press(app, "/mail", "pause").status, 303);
    assert!(app.get("/mail").text(".errors").contains("quality@manyi.example"));
    assert_eq!(app.deliver().len(), 0);
    assert_eq!(press(app, "/mail", "resume").status, 303);
    assert_eq!(app.deliver().len(), 1);
    let noted = app.pool().query_now(|conn| db::audit::latest_of(conn, &["mail.pause", "mail.resume"], 9)).unwrap();
    assert_eq!(noted.len(), 2);
});

on_both!(a_test_goes_to_whoever_asks_in_both_languages, |app| {
    app.sign_in(Role::Admin, None);
    let page = press(app, "/mail/test", "");
    assert!(page.status == 200 && page.text("[role=status]").contains("两封测试邮件都已被服务器接收"), "{}", page.body);
    let sent = app.sent();
    assert!(sent.len() == 2 && sent.iter().all(|mail| mail.to.as_str() == "admin@manyi.example"), "{sent:?}");
});

on_both!(the_way_of_a_services_mail_is_shown_without_when_it_was_answered, |app| {
    app.department("客服");
    let stored = app.stored(&app.record(1, "客服"));
    app.deliver();
    let thanks = app.answer(&app.survey_path(&stored), &[("q.overall", "5"), ("identity", "anonymous")]);
    assert_eq!(thanks.status, 303);
    app.advance(TimeDelta::days(5));
    app.deliver();
    app.sign_in(Role::Auditor, None);
    let page = app.get("/mail/way?number=A-00001");
    assert!(
        page.status == 200 && page.body.contains("客户已评价") && page.body.contains("服务器已接收"),
        "{}",
        page.body
    );
    assert!(!page.body.contains("customer1@") && page.body.contains("第 1 次提醒"), "{}", page.body);
    let wide = app.get(&format!("/mail/way?number={}", crate::harness::encode("Ａ－００００１")));
    assert!(wide.status == 200 && wide.body.contains("A-00001"), "{}", wide.body);
    assert_eq!(app.get("/mail/way?number=nothing").status, 404);
});

on_both!(what_came_back_of_a_mail_is_part_of_its_way, |app| {
    app.department("客服");
    app.stored(&app.record(1, "客服"));
    app.deliver();
    let (kind, status, source) = (bounce::Kind::MailboxFull, Some("5.2.2".to_owned()), Source::Api);
    let report = Report { outbox_id: Some(1), kind, status, source };
    let (now, day) = (app.now(), app.now().date_naive());
    app.pool().write_now(|conn| hear(conn, &report, day, now)).unwrap();
    app.sign_in(Role::Quality, None);
    let page = app.get("/mail/way?number=A-00001");
    assert!(page.body.contains("退信：邮箱已满") && page.body.contains("5.2.2"), "{}", page.body);
});

on_both!(only_those_who_run_it_see_mail, |app| {
    app.sign_in(Role::Hr, None);
    assert_eq!(app.get("/mail").status, 403);
    app.sign_in(Role::Auditor, None);
    assert!(!app.get("/mail").body.contains("name=\"csrf\" value=\"\""));
    assert_eq!(app.post("/mail", &[("step", "pause")]).status, 403);
});

on_both!(refusals_pause_mail_with_what_the_server_said, |app| {
    let now = app.now();
    app.pool().write_now(|conn| mail_queue::stop(conn, "554 5.7.1 blocked", now)).unwrap();
    app.sign_in(Role::Quality, None);
    assert!(app.get("/mail").text(".errors").contains("554 5.7.1 blocked"));
});
