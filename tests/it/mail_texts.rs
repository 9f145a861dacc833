//! The words of mails: edited in both languages, kept for every attempt, and tried in two forms.

use chrono::TimeDelta;
use manyi::db::mail_text;
use manyi::db::outbox::{self, Claimed};
use manyi::domain::mail_text::{FirstQuestion, MailText, Trial};
use manyi::domain::user::Role;

use crate::harness::{Answer, TestApp};

const PATH: &str = "/mail/texts/online";

/// Presses a button of the form with the texts as they stand, but for those given.
fn press(app: &TestApp, step: &str, changed: &[(&str, &str)]) -> Answer {
    let page = app.get(PATH);
    let csrf = page.attribute("input[name=csrf]", "value");
    let revision = page.attribute("input[name=revision]", "value");
    let names = ["subject", "reminder_subject", "preheader", "greeting", "opening", "closing"];
    let names: Vec<String> =
        names.iter().flat_map(|name| ["zh-CN", "en"].map(|locale| format!("{name}-{locale}"))).collect();
    let texts: Vec<String> = names.iter().map(|name| page.text(&format!("textarea[name=\"{name}\"]"))).collect();
    let mut fields: Vec<(&str, &str)> = vec![("csrf", &csrf), ("revision", &revision), ("step", step)];
    fields.push(("first", "in_mail"));
    fields.extend(names.iter().map(String::as_str).zip(texts.iter().map(String::as_str)));
    fields.retain(|(name, _)| changed.iter().all(|(other, _)| other != name));
    fields.extend(changed);
    app.post(PATH, &fields)
}

fn claim(app: &TestApp) -> Vec<Claimed> {
    let (secrets, now) = (app.context.secrets.clone(), app.now());
    app.pool().write_now(|conn| outbox::claim(conn, &secrets, now, 100)).unwrap()
}

fn save(app: &TestApp, text: &MailText) {
    let now = app.now();
    let save = |conn: &mut manyi::db::Connection| {
        let seen = mail_text::current(conn, "online")?.unwrap().revision;
        mail_text::save(conn, "online", seen, text, "quality@manyi.example", now)
    };
    app.pool().write_now(save).unwrap();
}

fn trying() -> MailText {
    MailText { first_question: FirstQuestion::Trial, ..MailText::usual().clone() }
}

on_both!(what_is_saved_is_what_customers_read, |app| {
    app.department("客服");
    app.sign_in(Role::Quality, None);
    let saved =
        press(app, "save", &[("subject-zh-CN", "{服务}做得怎么样？"), ("closing-zh-CN", "谢谢您，[{称呼}|朋友]。")]);
    assert_eq!((saved.status, saved.header("location")), (303, "/mail/texts/online?saved=1"));
    app.stored(&app.record(1, "客服"));
    let mail = app.deliver().remove(0);
    assert_eq!(mail.subject, "账户咨询做得怎么样？");
    assert_eq!(app.get(PATH).attribute("input[name=revision]", "value"), "1");
});

on_both!(what_is_wrong_is_said_at_its_place_and_nothing_is_lost, |app| {
    app.sign_in(Role::Quality, None);
    let page = press(app, "save", &[("greeting-zh-CN", "{姓名}，您好"), ("subject-en", "Win a prize")]);
    assert_eq!(page.status, 422);
    assert!(page.text(".errors").contains("没有名为“姓名”的内容"), "{}", page.body);
    assert!(page.text("#subject-en-error").contains("prize"), "{}", page.body);
    assert_eq!(page.text("textarea[name=greeting-zh-CN]"), "{姓名}，您好");
    assert_eq!(app.get(PATH).attribute("input[name=revision]", "value"), "0");
});

on_both!(a_preview_shows_what_is_typed_and_saves_nothing, |app| {
    app.sign_in(Role::Quality, None);
    let page = press(app, "look", &[("opening-en", "Thank you for your visit on {date}."), ("first", "trial")]);
    assert!(page.status == 200 && page.body.contains("Thank you for your visit on 8 October."), "{}", page.body);
    assert!(page.body.contains("开始评价"), "the other half is shown too: {}", page.body);
    assert_eq!(app.get(PATH).attribute("input[name=revision]", "value"), "0");
});

on_both!(a_test_is_sent_of_what_is_typed, |app| {
    app.sign_in(Role::Quality, None);
    let page = press(app, "try", &[("subject-zh-CN", "试一试")]);
    assert!(page.text("[role=status]").contains("两封测试邮件都已被服务器接收"), "{}", page.body);
    assert_eq!(app.sent().iter().filter(|mail| mail.subject == "试一试").count(), 1);
});

on_both!(nobody_overwrites_what_another_has_saved_unseen, |app| {
    app.sign_in(Role::Quality, None);
    let csrf = app.get(PATH).attribute("input[name=csrf]", "value");
    save(app, &trying());
    let page = press(app, "save", &[("csrf", &csrf), ("revision", "0"), ("closing-en", "Mine")]);
    assert!(page.status == 409 && page.text("textarea[name=closing-en]") == "Mine", "{}", page.body);
    assert_eq!(press(app, "save", &[("closing-en", "Mine")]).status, 303);
});

on_both!(the_words_that_came_along_come_back, |app| {
    app.sign_in(Role::Quality, None);
    press(app, "save", &[("closing-en", "Mine")]);
    assert_eq!(press(app, "usual", &[]).status, 303);
    assert_eq!(app.get(PATH).text("textarea[name=closing-en]"), "");
});

on_both!(only_those_who_write_to_customers_see_the_words, |app| {
    for role in [Role::Hr, Role::Auditor] {
        app.sign_in(role, None);
        assert_eq!([app.get("/mail/texts").status, app.get(PATH).status], [403, 403]);
    }
    app.sign_in(Role::Admin, None);
    assert_eq!(app.get("/mail/texts").status, 200);
    assert_eq!(app.get("/mail/texts/nothing").status, 404);
});

on_both!(a_mail_keeps_the_words_of_its_first_attempt, |app| {
    app.department("客服");
    app.stored(&app.record(1, "客服"));
    let first = claim(app).remove(0);
    save(app, &MailText { first_question: FirstQuestion::Link, ..MailText::usual().clone() });
    app.advance(outbox::LEASE + TimeDelta::seconds(1));
    let second = claim(app).remove(0);
    assert_eq!((second.attempt, second.words.asks), (2, true));
    assert_eq!(first.words.text, second.words.text);
});

on_both!(a_trial_draws_lots_and_counts_those_whose_time_is_over, |app| {
    app.department("客服");
    save(app, &trying());
    let stored: Vec<_> = (1..=40).map(|number| app.stored(&app.record(number, "客服"))).collect();
    app.deliver();
    let asked: Vec<bool> = stored.iter().map(|stored| app.context.secrets.lot(stored.invitation_id)).collect();
    let mails = app.sent();
    // Both parts are encoded; five answers make a mail half as long again.
    let sizes: Vec<usize> = mails.iter().map(|mail| mail.raw.len()).collect();
    let middle = usize::midpoint(*sizes.iter().min().unwrap(), *sizes.iter().max().unwrap());
    let with_answers: u64 = sizes.iter().map(|size| u64::from(*size > middle)).sum();
    let in_mail: u64 = asked.iter().map(|asked| u64::from(*asked)).sum();
    assert_eq!(with_answers, in_mail);
    for one in stored.iter().zip(&asked).filter(|(_, asked)| **asked).map(|(stored, _)| stored).take(6) {
        app.answer(&app.survey_path(one), &[("q.overall", "5"), ("identity", "named")]);
    }
    let trial = |app: &TestApp| {
        let now = app.now();
        app.pool().query_now(|conn| mail_text::trial(conn, "online", now)).unwrap().unwrap()
    };
    let before = trial(app);
    assert_eq!((before.in_mail.open, before.link.open), (in_mail, 40 - in_mail));
    app.advance(TimeDelta::days(60));
    let after: Trial = trial(app);
    assert_eq!((after.in_mail.invited, after.in_mail.answered), (in_mail, 6));
    assert_eq!((after.link.invited, after.link.answered, after.link.open), (40 - in_mail, 0, 0));
});
