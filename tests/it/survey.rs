//! The customer's page beyond the first answer: drafts, reasons, correction, thanks, robots, and hostile input.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use diesel::prelude::*;
use manyi::db;
use manyi::db::schema::{period, privacy_notice, response, response_correction, suspect_tally};
use manyi::domain::service_record::{ServiceRecord, Touchpoint};
use manyi::domain::user::Role;
use scraper::{Html, Selector};

use crate::harness::{Answer, TestApp, at_once};

/// A department with one customer who has been asked; the path of the questionnaire.
fn asked(app: &TestApp) -> String {
    app.department("客服");
    app.survey_path(&app.stored(&app.record(1, "客服")))
}

/// Satisfied and all valid answers, with the recount in agreement.
fn rate(app: &TestApp) -> (i64, i64) {
    let zone = app.context.config.time_zone;
    let recount = app.pool().read_now(|conn| db::doctor::recount(conn, zone)).unwrap();
    assert_eq!(recount.differences, []);
    let sums: Vec<(i64, i64)> = app
        .pool()
        .query_now(|conn| -> db::Result<_> {
            use manyi::db::schema::tally;
            let whole = tally::table.filter(tally::question.eq("")).filter(tally::employee_id.eq(0));
            Ok(whole.filter(tally::client_id.eq(0)).select((tally::satisfied, tally::n)).load(conn)?)
        })
        .unwrap();
    sums.into_iter().fold((0, 0), |(satisfied, n), row| (satisfied + row.0, n + row.1))
}

fn stored(app: &TestApp) -> Vec<(String, Option<String>)> {
    let rows = |conn: &mut db::Connection| -> db::Result<_> {
        Ok(response::table.order(response::id).select((response::answers, response::comment)).load(conn)?)
    };
    app.pool().query_now(rows).unwrap()
}

fn checked(page: &Answer, name: &str) -> Vec<String> {
    let selector = Selector::parse(&format!("input[name='{name}'][checked]")).unwrap();
    let html = Html::parse_document(&page.body);
    html.select(&selector).map(|input| input.attr("value").unwrap_or_default().to_owned()).collect()
}

fn text(page: &Answer, selector: &str) -> String {
    let html = Html::parse_document(&page.body);
    html.select(&Selector::parse(selector).unwrap()).flat_map(|element| element.text()).collect()
}

on_both!(another_language_brings_the_whole_draft_back_and_stores_nothing, |app| {
    let path = asked(app);
    let fields = [("draft", "1"), ("q.overall", "2"), ("q.overall.why", "slow"), ("q.comment", "等了三天")];
    let shown = app.post(&format!("{path}?lang=en&big=1"), &fields);
    assert_eq!((shown.status, shown.header("location")), (200, ""));
    assert_eq!((shown.attribute("html", "lang"), shown.attribute("html", "class")), ("en".into(), "big".into()));
    assert_eq!(
        (checked(&shown, "q.overall"), checked(&shown, "q.overall.why")),
        (vec!["2".into()], vec!["slow".into()])
    );
    assert_eq!(text(&shown, "textarea"), "等了三天");
    assert!(stored(app).is_empty() && rate(app) == (0, 0));
    let nonce = shown.attribute("input[name=nonce]", "value");
    let sent =
        app.post(&format!("{path}?lang=en&big=1"), &[("nonce", &nonce), ("q.overall", "2"), ("identity", "named")]);
    assert!(sent.header("location").ends_with("/thanks?lang=en&big=1"), "{}", sent.header("location"));
});

on_both!(a_low_answer_may_say_why_and_ask_to_be_contacted, |app| {
    let path = asked(app);
    let fields = [
        ("q.overall", "1"),
        ("q.overall.why", "manner"),
        ("q.overall.why", "slow"),
        ("q.overall.contact", "yes"),
        ("identity", "anonymous"),
    ];
    let sent = app.answer(&path, &fields);
    assert_eq!(sent.status, 303, "{}", sent.body);
    let answers = r#"{"overall":"1","overall.contact":"yes","overall.why":"slow manner"}"#;
    assert_eq!(stored(app), [(answers.to_owned(), None)], "who asks to be contacted answers by name");
    let thanks = text(&app.get(sent.header("location")), "main");
    assert!(thanks.contains("10月9日 10:00前处理") && thanks.contains("与您联系"), "{thanks}");
    assert!(thanks.contains("10月的结果会在11月13日前"), "the 14th is a Saturday: {thanks}");
});

on_both!(who_asks_to_be_contacted_is_shown_to_the_department, |app| {
    let department = app.department("客服");
    for (number, contact) in [(1, "yes"), (2, "")] {
        let path = app.survey_path(&app.stored(&app.record(number, "客服")));
        let fields =
            [("q.overall", "2"), ("q.overall.why", "slow"), ("q.overall.contact", contact), ("identity", "named")];
        assert_eq!(app.answer(&path, &fields).status, 303);
    }
    app.sign_in(Role::Head, Some(department));
    let wishes = text(&app.get("/departments/%E5%AE%A2%E6%9C%8D?period=2026-10"), "section[aria-labelledby=wishes]");
    for fact in ["A-00001", "等待或回复太慢", "10 月 9 日 10:00"] {
        assert!(wishes.contains(fact), "{fact} in {wishes}");
    }
    assert!(!wishes.contains("A-00002"), "{wishes}");
    app.advance(TimeDelta::days(20));
    assert!(!app.get("/departments/%E5%AE%A2%E6%9C%8D?period=2026-10").body.contains("A-00001"));
});

on_both!(a_wish_in_a_correction_counts_from_the_correction, |app| {
    let department = app.department("客服");
    let path = app.survey_path(&app.stored(&app.record(1, "客服")));
    assert_eq!(app.answer(&path, &[("q.overall", "2"), ("identity", "named")]).status, 303);
    app.advance(TimeDelta::days(12));
    let wish = [("q.overall", "2"), ("q.overall.contact", "yes"), ("identity", "named")];
    assert_eq!(app.answer(&format!("{path}/correct"), &wish).status, 303);
    app.advance(TimeDelta::days(5));
    app.sign_in(Role::Head, Some(department));
    let wishes = text(&app.get("/departments/%E5%AE%A2%E6%9C%8D?period=2026-10"), "section[aria-labelledby=wishes]");
    assert!(wishes.contains("A-00001") && wishes.contains("10 月 21 日 10:00"), "{wishes}");
});

on_both!(reasons_without_a_low_answer_are_left_out, |app| {
    let path = asked(app);
    let fields = [("q.overall", "5"), ("q.overall.why", "slow"), ("q.overall.contact", "yes"), ("identity", "named")];
    assert_eq!(app.answer(&path, &fields).status, 303);
    assert_eq!(stored(app), [(r#"{"overall":"5"}"#.to_owned(), None)]);
});

on_both!(a_named_answer_is_corrected_once_and_the_sums_move, |app| {
    let path = asked(app);
    let first = [("q.overall", "1"), ("q.speed", "2"), ("q.comment", "很慢"), ("identity", "named")];
    assert_eq!(app.answer(&path, &first).status, 303);
    assert_eq!(rate(app), (0, 1));
    app.advance(TimeDelta::days(1));
    let again = app.get(&path);
    assert!(text(&again, "main").contains("10月8日评价过") && text(&again, "main").contains("10月22日前修改一次"));
    let page = app.get(again.attribute("main a", "href").as_str());
    assert_eq!((checked(&page, "q.overall"), checked(&page, "q.speed")), (vec!["1".into()], vec!["2".into()]));
    assert!(!page.body.contains("很慢"), "a link that was passed on does not show what was written");
    let correct = format!("{path}/correct");
    let refused = app.answer(&correct, &[("q.speed", "5")]);
    assert_eq!((refused.status, checked(&refused, "q.speed")), (422, vec!["5".into()]));
    let sent = app.answer(&correct, &[("q.overall", "5"), ("identity", "anonymous")]);
    assert_eq!(sent.status, 303, "{}", sent.body);
    assert!(text(&app.get(sent.header("location")), "h1").contains("已经修改过"));
    assert_eq!(rate(app), (1, 1));
    assert_eq!(stored(app), [(r#"{"overall":"5"}"#.to_owned(), Some("很慢".to_owned()))]);
    let earlier: Vec<(String, Option<i16>)> = app
        .pool()
        .query_now(|conn| -> db::Result<_> {
            Ok(response_correction::table
                .select((response_correction::answers, response_correction::overall))
                .load(conn)?)
        })
        .unwrap();
    assert_eq!(earlier, [(r#"{"overall":"1","speed":"2"}"#.to_owned(), Some(0))]);
    for closed in [app.get(&path), app.get(&correct), app.post(&correct, &[("q.overall", "1")])] {
        assert_eq!(closed.status, 200);
        assert!(text(&closed, "h1").contains("已经修改过") && !closed.body.contains("name=\"nonce\""));
    }
    assert_eq!(rate(app), (1, 1));
});

on_both!(twenty_corrections_at_once_store_one, |app| {
    let path = asked(app);
    assert_eq!(app.answer(&path, &[("q.overall", "1"), ("identity", "named")]).status, 303);
    let nonce = app.get(&format!("{path}/correct")).attribute("input[name=nonce]", "value");
    let url = format!("{}{path}/correct", app.base);
    let statuses = at_once(20, move |_| send(&url, &format!("nonce={nonce}&q.overall=5")).0);
    assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| [200, 303].contains(status)), "{statuses:?}");
    assert_eq!(rate(app), (1, 1));
});

on_both!(no_correction_after_the_link_has_expired_or_the_period_was_told, |app| {
    let path = asked(app);
    assert_eq!(app.answer(&path, &[("q.overall", "1"), ("identity", "named")]).status, 303);
    let told = |state: &'static str| {
        app.pool()
            .write_now(|conn| -> db::Result<()> {
                diesel::delete(period::table).execute(conn)?;
                let row = (period::id.eq("2026-Q4"), period::state.eq(state), period::revision.eq(0));
                diesel::insert_into(period::table).values(row).execute(conn)?;
                Ok(())
            })
            .unwrap();
    };
    let correct = format!("{path}/correct");
    let page = app.get(&correct);
    let nonce = page.attribute("input[name=nonce]", "value");
    told("published");
    let late = app.post(&correct, &[("nonce", &nonce), ("q.overall", "5")]);
    assert!(late.status == 200 && !late.body.contains("/correct"), "{}", late.body);
    told("evaluating");
    assert!(app.get(&correct).body.contains("name=\"nonce\""));
    app.advance(TimeDelta::days(15));
    assert!(!app.get(&correct).body.contains("name=\"nonce\""));
    assert_eq!(rate(app), (0, 1));
});

on_both!(an_anonymous_answer_has_no_correction_and_its_link_says_nothing_of_it, |app| {
    let path = asked(app);
    let sent = app.answer(&path, &[("q.overall", "1"), ("q.comment", "很慢"), ("identity", "anonymous")]);
    assert_eq!(sent.header("location"), format!("{path}/thanks?lang=zh-CN"));
    let nonce = app
        .context
        .secrets
        .page_nonce(&manyi::crypto::Token::from_text(path.trim_start_matches("/s/")).hash(), app.now());
    let correct = format!("{path}/correct");
    for page in [app.get(&path), app.get(&correct), app.post(&correct, &[("nonce", &nonce), ("q.overall", "5")])] {
        assert_eq!(page.status, 200);
        assert!(!page.body.contains("/correct") && !page.body.contains("10月8日") && !page.body.contains("很慢"));
    }
    assert!(text(&app.get(sent.header("location")), "main").contains("24 小时"));
});

on_both!(an_answer_names_the_privacy_notice_word_for_word, |app| {
    let path = asked(app);
    assert_eq!(app.answer(&path, &[("q.overall", "5"), ("identity", "named")]).status, 303);
    let told: Vec<(String, String)> = app
        .pool()
        .query_now(|conn| -> db::Result<_> {
            let told = response::table
                .inner_join(privacy_notice::table.on(response::notice_id.eq(privacy_notice::id.nullable())));
            Ok(told.select((privacy_notice::zh_cn, privacy_notice::en)).load(conn)?)
        })
        .unwrap();
    let shown = app.get("/privacy?lang=zh-CN");
    let paragraphs: Vec<_> = told[0].0.lines().collect();
    assert!(paragraphs.len() > 10 && told[0].1.contains("示例公司"));
    assert!(paragraphs.iter().all(|line| text(&shown, "main").contains(line.split('：').next().unwrap())));
});

on_both!(a_scanner_leaves_no_answer_and_the_customer_wins, |app| {
    app.department("客服");
    let path = app.survey_path(&app.stored(&app.record(1, "客服")));
    let mail = app.deliver().remove(0);
    let caught = manyi::mail::directory::Caught::parse(&mail.raw);
    let text = caught.text.unwrap();
    let links: Vec<&str> =
        text.split_whitespace().filter_map(|word| word.strip_prefix(&app.base)).filter(|link| link.len() > 2).collect();
    assert!(links.iter().filter(|link| link.contains("q.overall=")).count() == 5, "{links:?}");
    // Every link, several times, as a scanner would.
    for link in links.iter().cycle().take(links.len() * 3) {
        let head = ureq::head(format!("{}{link}", app.base)).call().unwrap();
        assert_eq!(head.status().as_u16(), 200, "{link}");
        assert_eq!(app.get(link).status, 200, "{link}");
    }
    let nonce = app.get(&path).attribute("input[name=nonce]", "value");
    let named = ("identity", "named");
    for robot in [
        &[("q.overall", "1"), named][..],
        &[("nonce", &nonce), ("q.overall", "1"), named],
        &[("nonce", &nonce), ("q.overall", "1"), ("website", "http://x.example"), named],
    ] {
        assert_eq!(app.post(&path, robot).status, 422, "{robot:?}");
    }
    assert!(stored(app).is_empty());
    let aside: Vec<(String, i64)> = app.pool().query_now(db::suspect::totals).unwrap();
    assert_eq!(aside, [("hidden_field".to_owned(), 1), ("several_answers".to_owned(), 2)]);
    let customer = app.answer(&format!("{path}?q.overall=4"), &[("q.overall", "4"), named]);
    assert_eq!(customer.status, 303, "{}", customer.body);
    assert_eq!(app.post(&path, &[("nonce", &nonce), ("q.overall", "1"), named]).status, 200, "after the customer");
    assert_eq!((stored(app).len(), rate(app)), (1, (1, 1)));
});

on_both!(a_person_who_is_taken_for_a_robot_presses_once_more, |app| {
    let path = asked(app);
    app.get(&format!("{path}?q.overall=5"));
    let page = app.get(&format!("{path}?q.overall=4"));
    let nonce = page.attribute("input[name=nonce]", "value");
    let asked = app.post(&path, &[("nonce", &nonce), ("q.overall", "4"), ("q.comment", "好"), ("identity", "named")]);
    assert_eq!((asked.status, text(&asked, "textarea")), (422, "好".into()));
    let nonce = asked.attribute("input[name=nonce]", "value");
    assert_eq!(app.post(&path, &[("nonce", &nonce), ("q.overall", "4"), ("identity", "named")]).status, 303);
    let days: i64 =
        app.pool().query_now(|conn| -> db::Result<_> { Ok(suspect_tally::table.count().get_result(conn)?) }).unwrap();
    assert_eq!(days, 1);
});

on_both!(a_hundred_at_once_store_one_in_every_round, |app| {
    app.department("客服");
    // MANYI_TEST_ROUNDS=200 is the full number.
    let rounds = std::env::var("MANYI_TEST_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(4);
    for round in 0..rounds {
        let path = app.survey_path(&app.stored(&app.record(round, "客服")));
        let nonce = app.get(&path).attribute("input[name=nonce]", "value");
        let url = format!("{}{path}", app.base);
        let identity = if round % 2 == 0 { "named" } else { "anonymous" };
        let replies = at_once(100, move |_| send(&url, &format!("nonce={nonce}&q.overall=5&identity={identity}")));
        let statuses: Vec<u16> = replies.iter().map(|(status, _)| *status).collect();
        assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "round {round}: {statuses:?}");
        assert!(statuses.iter().all(|status| [200, 303].contains(status)), "round {round}: {statuses:?}");
    }
    let waiting = app.pool().query_now(db::pending::count).unwrap();
    let (_, n) = rate(app);
    assert_eq!(n + waiting, i64::try_from(rounds).unwrap());
});

on_both!(wrong_tokens_of_all_kinds_get_the_same_page_in_the_same_time, |app| {
    let path = asked(app);
    let right = path.trim_start_matches("/s/").to_owned();
    let foreign = manyi::crypto::Secrets::random().invitation_token(b"salt");
    let unsubscribe = app.context.secrets.unsubscribe_token(1);
    let wrong = [
        "A".repeat(22),
        right[..21].to_owned(),
        format!("{right}A"),
        right.chars().rev().collect(),
        foreign.as_str().to_owned(),
        unsubscribe,
        "%00".to_owned(),
    ];
    let unknown = app.get("/s/x").body;
    let mut spent = Vec::new();
    for token in &wrong {
        let begun = Instant::now();
        let answers = [app.get(&format!("/s/{token}")), app.post(&format!("/s/{token}"), &[("q.overall", "5")])];
        spent.push(begun.elapsed());
        assert!(answers.iter().all(|answer| answer.status == 404 && answer.body == unknown), "{token}");
    }
    let fastest = *spent.iter().min().unwrap();
    let second = {
        spent.sort();
        spent[spent.len() / 2]
    };
    assert!(second < fastest * 5 + Duration::from_millis(20), "{spent:?}");
});

const HOSTILE: [&str; 8] = [
    "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "=HYPERLINK(\"http://x.example\",\"点我\")",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "退款\u{202e}款退 ltr\u{200e} \u{2066}x\u{2069}",
    "{{7*7}} ${7*7} <%= 7 %> #{7}",
    "𠮷野家 👨‍👩‍👧‍👦 e\u{301}\u{301}\u{301} \u{2028} \u{ffff}",
    "'; DROP TABLE response; --",
    "-1+1\t\"引号\" & 'apostrophe' &amp; &#x3c;",
];

on_both!(hostile_comments_are_shown_as_typed_and_never_run, |app| {
    let department = app.department("客服");
    for (number, comment) in HOSTILE.into_iter().enumerate() {
        let record = ServiceRecord { touchpoint: Some(Touchpoint::Web), ..app.record(number, "客服") };
        let path = app.survey_path(&app.stored(&record));
        // Back on the page, with an answer forgotten.
        let kept = app.answer(&path, &[("q.comment", comment)]);
        assert_eq!((kept.status, text(&kept, "textarea")), (422, comment.to_owned()));
        assert!(!kept.body.contains("<script"));
        let fields = [("q.overall", "5"), ("q.comment", comment), ("identity", "named")];
        assert_eq!(app.answer(&path, &fields).status, 303);
    }
    let comments: Vec<_> = stored(app).into_iter().filter_map(|(_, comment)| comment).collect();
    assert_eq!(comments, HOSTILE);
    app.sign_in(Role::Head, Some(department));
    let page = app.get("/departments/%E5%AE%A2%E6%9C%8D?period=2026-10");
    assert_eq!(page.status, 200, "{}", page.body);
    let html = Html::parse_document(&page.body);
    let shown: Vec<String> =
        html.select(&Selector::parse("blockquote").unwrap()).map(|quote| quote.text().collect()).collect();
    assert!(HOSTILE.iter().all(|comment| shown.iter().any(|quote| quote == comment)), "{shown:?}");
    assert!(html.select(&Selector::parse("blockquote *, [onerror]").unwrap()).next().is_none());
});

on_both!(what_cannot_be_kept_is_refused_in_words, |app| {
    let path = asked(app);
    let nonce = app.get(&path).attribute("input[name=nonce]", "value");
    let form = "application/x-www-form-urlencoded";
    let begin = format!("nonce={nonce}&q.overall=5&q.comment=");
    let post = |rest: &[u8]| app.post_raw(&path, form, &[begin.as_bytes(), rest].concat());
    let many = "&a=1".repeat(10_000).into_bytes();
    for (what, rest, status) in [
        ("GBK", b"%C2%FA%D2%E2".to_vec(), 422),
        ("raw GBK", b"\xc2\xfa\xd2\xe2".to_vec(), 422),
        ("NUL", b"a%00b".to_vec(), 422),
        ("a lone surrogate", b"%ED%A0%80".to_vec(), 422),
        ("10,000 fields", many, 422),
        ("1 MB", vec![b'x'; 1024 * 1024], 413),
        ("100 kB, too long for a comment", vec![b'x'; 100 * 1024], 422),
    ] {
        let refused = post(&rest);
        assert_eq!(refused.status, status, "{what}");
        assert!(text(&refused, "[role=alert]").chars().count() > 10, "{what}: {}", refused.body);
        assert_eq!(refused.attribute("html", "lang"), "zh-CN", "{what}");
    }
    assert!(stored(app).is_empty() && app.get(&path).status == 200);
});

on_both!(a_paused_survey_takes_nothing_and_says_so, |app| {
    let path = asked(app);
    app.pool().write_now(|conn| db::setting::set(conn, db::setting::SURVEY_PAUSED, "now")).unwrap();
    for page in [app.get(&path), app.post(&path, &[("q.overall", "5")])] {
        assert_eq!((page.status, text(&page, "h1")), (503, "暂停收集评价".into()));
        assert!(!page.header("retry-after").is_empty());
    }
    app.pool().write_now(|conn| db::setting::remove(conn, db::setting::SURVEY_PAUSED)).unwrap();
    std::thread::sleep(Duration::from_millis(2_100));
    assert_eq!(app.answer(&path, &[("q.overall", "5"), ("identity", "named")]).status, 303);
});

/// Posts a form; status and body.
fn send(url: &str, body: &str) -> (u16, String) {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
    let form = "application/x-www-form-urlencoded";
    let reply = agent.post(url).header("Content-Type", form).send(body.as_bytes()).unwrap();
    (reply.status().as_u16(), reply.into_body().read_to_string().unwrap())
}
