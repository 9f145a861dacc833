//! Paper forms of counters, and staff keying in what came back.

use chrono::TimeDelta;
use diesel::prelude::*;
use manyi::db;
use manyi::db::schema::{app_user, period, response};
use manyi::db::scores::Request;
use manyi::domain::commitment::{Level, Metric};
use manyi::domain::response::Base;
use manyi::domain::service_record::Channel;
use manyi::domain::user::Role;
use scraper::{Html, Selector};

use crate::counters::{counter, publish_turned};
use crate::harness::{Answer, TestApp, at_once, encode};

/// Quality staff at a counter: where its pages for staff begin.
fn desk(app: &mut TestApp) -> String {
    app.department("大厅");
    let path = counter(app, "大厅", "3 号窗口").replace("/q/", "/staff/counters/");
    app.sign_in(Role::Quality, None);
    path
}

fn key_in(app: &TestApp, desk: &str, fields: &[(&str, &str)]) -> Answer {
    let path = format!("{desk}/entry");
    let page = app.get(&path);
    let hidden = hidden(&page);
    let mut all: Vec<(&str, &str)> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    all.extend(fields);
    app.post(&path, &all)
}

/// What a page sends without being typed.
fn hidden(page: &Answer) -> Vec<(String, String)> {
    let html = Html::parse_document(&page.body);
    let inputs = Selector::parse("form.keyed input[type=hidden]").unwrap();
    let value = |input: scraper::ElementRef<'_>, name| input.attr(name).unwrap_or_default().to_owned();
    html.select(&inputs).map(|input| (value(input, "name"), value(input, "value"))).collect()
}

fn text(page: &Answer, selector: &str) -> String {
    let html = Html::parse_document(&page.body);
    html.select(&Selector::parse(selector).unwrap()).flat_map(|element| element.text()).collect()
}

const PAPER: [(&str, &str); 3] = [("mode", "paper"), ("day", "2026-10-07"), ("number", "011")];

fn with<'a>(sheet: &[(&'a str, &'a str)], keys: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [sheet, keys].concat()
}

type Row = (String, String, String, String, Option<String>, Option<String>, Option<i64>);

fn stored(app: &TestApp) -> Vec<Row> {
    let rows = |conn: &mut db::Connection| -> db::Result<_> {
        use response::{answers, base, comment, entered_by, form_number, mode, month};
        Ok(response::table
            .order(response::id)
            .select((mode, base, month, answers, comment, form_number, entered_by))
            .load(conn)?)
    };
    app.pool().query_now(rows).unwrap()
}

fn recounts(app: &TestApp) {
    let zone = app.context.config.time_zone;
    assert_eq!(app.pool().read_now(|conn| db::doctor::recount(conn, zone)).unwrap().differences, []);
}

on_both!(a_paper_form_is_keyed_in_as_it_was_ticked, |app| {
    let desk = desk(app);
    let keys = [("q.overall", "２"), ("q.overall.why", "a"), ("q.speed", "0"), ("q.comment", "窗口太少")];
    let saved = key_in(app, &desk, &with(&PAPER, &keys));
    assert_eq!(saved.status, 303, "{}", saved.body);
    let next = app.get(saved.header("location"));
    assert_eq!(next.attribute("#number", "value"), "012", "the next form of the pile");
    assert_eq!((next.attribute("#day", "value"), text(&next, "textarea")), ("2026-10-07".into(), String::new()));
    assert!(text(&next, "[role=status]").contains("011 号问卷已保存"), "{}", next.body);
    let user: i64 = app
        .pool()
        .query_now(|conn| -> db::Result<_> { Ok(app_user::table.select(app_user::id).get_result(conn)?) })
        .unwrap();
    let row = stored(app).remove(0);
    assert!(
        row.3.contains(r#""overall":"2""#) && row.3.contains(r#""speed":"na""#) && row.3.contains("overall.why"),
        "{row:?}"
    );
    assert_eq!((row.0.as_str(), row.1.as_str(), row.2.as_str()), ("paper", "walk_up", "2026-10"));
    assert_eq!((row.4.as_deref(), row.5.as_deref(), row.6), (Some("窗口太少"), Some("011"), Some(user)));
    recounts(app);
});

on_both!(what_is_keyed_in_stands_with_the_counter_and_says_so, |app| {
    let desk = desk(app);
    for number in 1..=4 {
        let number = number.to_string();
        let sheet = [("mode", "paper"), ("day", "2026-10-07"), ("number", number.as_str())];
        assert_eq!(key_in(app, &desk, &with(&sheet, &[("q.overall", "5")])).status, 303);
    }
    let request = Request {
        period: "2026-10".parse().unwrap(),
        department: Some("大厅".into()),
        channel: None,
        level: Level::Department,
    };
    let rate = |base| {
        let mut scores = app.scores(&request).scores.into_iter();
        scores.find(|score| score.base == base && score.metric == Metric::SatisfactionRate).unwrap()
    };
    assert_eq!((rate(Base::WalkUp).n, rate(Base::WalkUp).value, rate(Base::WalkUp).suppressed), (4, None, true));
    let call = [("mode", "phone"), ("day", "2026-10-08"), ("number", ""), ("q.overall", "1")];
    assert_eq!(key_in(app, &desk, &call).status, 303);
    assert_eq!((rate(Base::WalkUp).n, rate(Base::WalkUp).satisfied, rate(Base::WalkUp).verdict), (5, Some(4), None));
    assert_eq!(rate(Base::Invited).n, 0);
    let page = app.get("/departments/%E5%A4%A7%E5%8E%85?period=2026-10");
    let said = text(&page, "section[aria-labelledby=counters]");
    assert!(said.contains("纸质 4 份，电话 1 份"), "{said}");
});

on_both!(the_same_number_again_is_asked_about_and_can_be_another_form, |app| {
    let desk = desk(app);
    let keys = [("q.overall", "5"), ("q.comment", "很好")];
    assert_eq!(key_in(app, &desk, &with(&PAPER, &keys)).status, 303);
    let asked = key_in(app, &desk, &with(&PAPER, &keys));
    assert_eq!((asked.status, text(&asked, "textarea").as_str()), (422, "很好"));
    assert!(text(&asked, "[role=alert]").contains("林一"), "{}", asked.body);
    assert_eq!(asked.attribute("#q-overall", "value"), "5");
    assert_eq!(stored(app).len(), 1);
    assert_eq!(key_in(app, &desk, &[&with(&PAPER, &keys)[..], &[("repeated", "yes")]].concat()).status, 303);
    assert_eq!(stored(app).len(), 2);
});

on_both!(a_form_of_a_month_that_is_told_counts_in_the_next, |app| {
    let desk = desk(app);
    let told = |conn: &mut db::Connection| -> db::Result<()> {
        let row = (period::id.eq("2026-09"), period::state.eq("published"), period::revision.eq(0));
        diesel::insert_into(period::table).values(row).execute(conn)?;
        Ok(())
    };
    app.pool().write_now(told).unwrap();
    let sheet = [("mode", "paper"), ("day", "2026-09-30"), ("number", "7"), ("q.overall", "4")];
    let saved = key_in(app, &desk, &sheet);
    assert_eq!(saved.status, 303, "{}", saved.body);
    assert!(text(&app.get(saved.header("location")), "[role=status]").contains("计入2026 年 10 月"));
    assert_eq!(stored(app)[0].2, "2026-10");
    recounts(app);
});

on_both!(what_cannot_be_is_refused_and_kept, |app| {
    let desk = desk(app);
    let wrong = [
        ([("mode", "self"), ("day", "2026-10-07"), ("number", "1"), ("q.overall", "5")], "mode"),
        ([("mode", "paper"), ("day", "2026-10-09"), ("number", "1"), ("q.overall", "5")], "day"),
        ([("mode", "paper"), ("day", "2025-09-01"), ("number", "1"), ("q.overall", "5")], "day"),
        ([("mode", "paper"), ("day", "yesterday"), ("number", "1"), ("q.overall", "5")], "day"),
        ([("mode", "paper"), ("day", "2026-10-07"), ("number", ""), ("q.overall", "5")], "number"),
        ([("mode", "paper"), ("day", "2026-10-07"), ("number", "1"), ("q.overall", "6")], "q-overall"),
        ([("mode", "paper"), ("day", "2026-10-07"), ("number", "1"), ("q.overall", "")], "q-overall"),
    ];
    for (fields, at) in wrong {
        let refused = key_in(app, &desk, &fields);
        assert_eq!(refused.status, 422, "{fields:?}");
        assert_eq!(refused.attribute("[role=alert] a", "href"), format!("#{at}"), "{fields:?}");
        assert_eq!(refused.attribute("#q-overall", "value"), fields[3].1);
    }
    assert!(stored(app).is_empty());
});

on_both!(forms_from_before_the_end_of_a_counter_can_still_be_keyed_in, |app| {
    let desk = desk(app);
    let csrf = app.get("/staff/counters").attribute("input[name=csrf]", "value");
    assert_eq!(app.post(&format!("{desk}/end"), &[("csrf", &csrf)]).status, 303);
    app.advance(TimeDelta::days(2));
    app.sign_in(Role::Admin, None);
    let sheet = |day| [("mode", "paper"), ("day", day), ("number", "1"), ("q.overall", "5")];
    assert_eq!(key_in(app, &desk, &sheet("2026-10-10")).status, 422);
    assert_eq!(key_in(app, &desk, &sheet("2026-10-08")).status, 303);
});

on_both!(the_printed_form_has_every_key_that_can_be_typed, |app| {
    let desk = desk(app);
    for (language, words) in [
        ("zh-CN", ["非常满意", "不适用/说不清", "工作人员填写"]),
        ("en", ["Very satisfied", "Not applicable", "staff"]),
    ] {
        let page = app.get(&format!("{desk}/form?in={language}"));
        assert_eq!((page.status, page.attribute("article", "lang")), (200, language.to_owned()));
        let printed = text(&page, "article");
        for word in words
            .iter()
            .chain(&["offline 1", "3 号窗口", "400-000-0000"])
            .filter(|word| language == "zh-CN" || !word.contains("窗口"))
        {
            assert!(printed.contains(word), "{word} in {printed}");
        }
        let keys: Vec<String> = {
            let html = Html::parse_document(&page.body);
            let small = Selector::parse(".boxes small").unwrap();
            html.select(&small).map(|key| key.text().collect()).collect()
        };
        assert_eq!(keys.iter().take(5).map(String::as_str).collect::<Vec<_>>(), ["5", "4", "3", "2", "1"]);
    }
});

on_both!(a_head_keys_in_for_the_own_department_only, |app| {
    let ours = app.department("大厅");
    app.department("别处");
    let [own, other] = [counter(app, "大厅", "3 号窗口"), counter(app, "别处", "4 号窗口")]
        .map(|path| path.replace("/q/", "/staff/counters/"));
    app.sign_in(Role::Head, Some(ours));
    assert_eq!((app.get(&format!("{own}/entry")).status, app.get(&format!("{own}/form")).status), (200, 200));
    assert_eq!((app.get(&format!("{other}/entry")).status, app.get(&format!("{other}/form")).status), (404, 404));
    assert_eq!(key_in(app, &own, &with(&PAPER, &[("q.overall", "5")])).status, 303);
});

on_both!(a_form_that_is_not_known_is_stored_under_no_other, |app| {
    let desk = desk(app);
    let page = app.get(&format!("{desk}/entry"));
    let hidden: Vec<_> = hidden(&page).into_iter().filter(|(name, _)| name != "form").collect();
    let mut fields: Vec<(&str, &str)> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    fields.extend(with(&PAPER, &[("q.overall", "5"), ("q.comment", "很好")]));
    for form in [None, Some("999999"), Some("x")] {
        let fields = [&fields[..], &form.map(|form| ("form", form)).into_iter().collect::<Vec<_>>()].concat();
        let refused = app.post(&format!("{desk}/entry"), &fields);
        assert_eq!((refused.status, text(&refused, "textarea").as_str()), (409, "很好"), "{form:?}");
        assert!(text(&refused, "[role=alert]").contains("问卷印自"), "{}", refused.body);
    }
    assert!(stored(app).is_empty());
});

on_both!(a_version_replaced_while_it_is_keyed_in_is_the_one_that_counts, |app| {
    let desk = desk(app);
    let page = app.get(&format!("{desk}/entry"));
    publish_turned(app);
    let hidden = hidden(&page);
    let mut fields: Vec<(&str, &str)> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    fields.extend(with(&PAPER, &[("q.overall", "5")]));
    assert_eq!(app.post(&format!("{desk}/entry"), &fields).status, 303);
    let overall = |conn: &mut db::Connection| -> db::Result<Option<i16>> {
        Ok(response::table.select(response::overall).get_result(conn)?)
    };
    assert_eq!(app.pool().query_now(overall).unwrap(), Some(100));
});

on_both!(old_paper_can_be_keyed_in_after_the_counters_ask_something_else, |app| {
    use manyi::db::questionnaire_choice::{choose, forms};
    let desk = desk(app);
    app.advance(TimeDelta::days(30));
    let now = app.now();
    app.pool().write_now(|conn| choose(conn, Channel::Offline, "online", "offline", "tester", now)).unwrap();
    app.sign_in(Role::Admin, None);
    let offered = text(&app.get(&format!("{desk}/entry")), "nav.note");
    assert!(offered.contains("online 1") && offered.contains("offline 1"), "{offered}");
    let asked = |since| app.pool().read_now(|conn| forms(conn, Channel::Offline, since)).unwrap();
    let codes = |since| asked(since).into_iter().map(|form| form.code).collect::<Vec<_>>();
    assert_eq!(codes(now - TimeDelta::days(1)), ["online", "offline"]);
    assert_eq!(codes(now + TimeDelta::days(1)), ["online"]);
});

on_both!(one_page_is_one_entry_however_often_it_is_sent, |app| {
    let desk = desk(app);
    let path = format!("{desk}/entry");
    let call = [("mode", "phone"), ("day", "2026-10-08"), ("number", ""), ("q.overall", "5")];
    let page = app.get(&path);
    let hidden = hidden(&page);
    let own: Vec<(&str, &str)> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let body = |fields: &[(&str, &str)]| {
        let pairs: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        pairs.join("&")
    };
    let all = body(&[&own[..], &call].concat());
    let (url, cookie, origin) = (format!("{}{path}", app.base), app.cookie_header(), app.base.clone());
    let sent = all.clone();
    let statuses = at_once(8, move |_| {
        let agent: ureq::Agent =
            ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
        let request = agent.post(&url).header("Content-Type", "application/x-www-form-urlencoded");
        let request = request.header("Cookie", &cookie).header("Origin", &origin);
        request.send(sent.as_bytes()).unwrap().status().as_u16()
    });
    assert_eq!((statuses, stored(app).len()), (vec![303; 8], 1));
    let other = [("mode", "phone"), ("day", "2026-10-08"), ("number", ""), ("q.overall", "1")];
    let changed = app.post(&path, &[&own[..], &other].concat());
    assert_eq!((changed.status, changed.attribute("#q-overall", "value").as_str()), (409, "1"));
    assert_eq!(stored(app).len(), 1);
    let again: Vec<_> = self::hidden(&changed);
    let again: Vec<(&str, &str)> = again.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(app.post(&path, &[&again[..], &other].concat()).status, 303, "another call that is meant");
    assert_eq!(stored(app).len(), 2);
    recounts(app);
});
