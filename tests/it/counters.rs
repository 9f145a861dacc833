//! Counters: made by staff, answered by whoever comes by, shown apart, judged by nobody.

use chrono::TimeDelta;
use diesel::prelude::*;
use manyi::db;
use manyi::db::counter::{self, By};
use manyi::db::schema::{anonymous_response, response, sent_page};
use manyi::db::scores::Request;
use manyi::domain::commitment::{Level, Metric};
use manyi::domain::counter::NewCounter;
use manyi::domain::response::Base;
use manyi::domain::scorecard::Score;
use manyi::domain::service_record::{Channel, Touchpoint};
use manyi::domain::user::Role;
use manyi::jobs::tidy;
use manyi::web::views::qr::Qr;
use scraper::{Html, Selector};

use crate::harness::{Answer, TestApp, at_once};

const FIVE: [(&str, &str); 2] = [("q.overall", "5"), ("q.speed", "4")];

/// A counter of a department; the path of its questionnaire.
pub fn counter(app: &TestApp, department: &str, name: &str) -> String {
    let new = NewCounter {
        department: department.into(),
        touchpoint: Some(Touchpoint::Counter),
        name_zh: name.into(),
        name_en: format!("Window {name}"),
    };
    let by = By { email: "tester", departments: None, now: app.now() };
    let code = app.pool().write_now(|conn| counter::add(conn, new, by)).unwrap_or_else(|error| panic!("{error}"));
    format!("/q/{}", code.as_str())
}

fn text(page: &Answer, selector: &str) -> String {
    let html = Html::parse_document(&page.body);
    html.select(&Selector::parse(selector).unwrap()).flat_map(|element| element.text()).collect()
}

fn scores(app: &TestApp, department: &str) -> Vec<Score> {
    let request = Request {
        period: "2026-10".parse().unwrap(),
        department: Some(department.into()),
        channel: None,
        level: Level::Department,
    };
    app.scores(&request).scores
}

/// Answers of a base that count, and whether the rate is told.
fn counted(app: &TestApp, department: &str, base: Base) -> Option<(u32, bool)> {
    let all = scores(app, department);
    let rate = all.iter().find(|score| score.metric == Metric::SatisfactionRate && score.base == base);
    rate.map(|score| (score.n, score.value.is_some()))
}

fn recounts(app: &TestApp) {
    let zone = app.context.config.time_zone;
    let recount = app.pool().read_now(|conn| db::doctor::recount(conn, zone)).unwrap();
    assert_eq!(recount.differences, []);
}

fn waiting(app: &TestApp) -> i64 {
    app.pool().query_now(db::pending::count).unwrap()
}

fn tidy(app: &TestApp) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(tidy::step(&app.context)).unwrap();
}

on_both!(whoever_comes_by_answers_without_a_name, |app| {
    app.department("大厅");
    let path = counter(app, "大厅", "3 号窗口");
    let page = app.get(&format!("{path}?lang=zh-CN"));
    assert_eq!((page.status, page.header("set-cookie")), (200, ""));
    assert!(page.header("cache-control").contains("no-store"));
    let asked = text(&page, "main");
    assert!(asked.contains("3 号窗口") && asked.contains("大厅部") && asked.contains("不问您是谁"), "{asked}");
    for absent in ["identity", "contact", "not-me", "unsubscribe"] {
        assert!(!page.body.contains(absent), "{absent}");
    }
    let sent = app.answer(&path, &FIVE);
    assert_eq!(sent.status, 303, "{}", sent.body);
    let thanks = app.get(sent.header("location"));
    assert!(text(&thanks, "main").contains("不计入考核"), "{}", thanks.body);
    assert_eq!((thanks.header("refresh"), waiting(app)), ("", 1));
});

on_both!(looking_stores_nothing, |app| {
    app.department("大厅");
    let path = counter(app, "大厅", "3 号窗口");
    for query in ["", "?lang=en&big=1", "?q.overall=5", "?kiosk=1"] {
        assert_eq!(app.get(&format!("{path}{query}")).status, 200);
    }
    assert_eq!(app.post(&path, &[("draft", "1"), ("q.overall", "2")]).status, 200);
    assert_eq!(app.post(&path, &[("q.overall", "5")]).status, 422, "without a nonce");
    let pages: i64 =
        app.pool().query_now(|conn| -> db::Result<_> { Ok(sent_page::table.count().get_result(conn)?) }).unwrap();
    assert_eq!((waiting(app), pages), (0, 0));
});

on_both!(answers_of_a_counter_stand_apart_and_are_not_judged, |app| {
    app.department("大厅");
    for number in 0..6 {
        let stored = app.stored(&app.record(number, "大厅"));
        assert_eq!(app.answer(&app.survey_path(&stored), &[("q.overall", "1"), ("identity", "named")]).status, 303);
    }
    let path = counter(app, "大厅", "3 号窗口");
    for _ in 0..5 {
        assert_eq!(app.answer(&path, &FIVE).status, 303);
    }
    assert_eq!(counted(app, "大厅", Base::Invited), Some((6, true)));
    assert_eq!(counted(app, "大厅", Base::WalkUp), Some((5, true)));
    let all = scores(app, "大厅");
    let walk_up: Vec<_> = all.iter().filter(|score| score.base == Base::WalkUp).collect();
    assert!(walk_up.iter().all(|score| score.verdict.is_none() && score.evidence.is_none() && score.responded == 0));
    assert!(all.iter().any(|score| score.base == Base::Invited && score.verdict.is_some()));
    let rates = all.iter().find(|score| score.metric == Metric::ResponseRate).unwrap();
    assert_eq!((rates.n, rates.satisfied), (6, Some(6)), "nobody who came by responded to an invitation");
    recounts(app);
});

on_both!(walk_up_answers_wait_for_their_own_company, |app| {
    app.department("大厅");
    let mut record = app.record(1, "大厅");
    (record.touchpoint, record.channel) = (Some(Touchpoint::Counter), Channel::Offline);
    let invited = app.survey_path(&app.stored(&record));
    assert_eq!(app.answer(&invited, &[("q.overall", "1")]).status, 303);
    let path = counter(app, "大厅", "3 号窗口");
    for _ in 0..4 {
        assert_eq!(app.answer(&path, &FIVE).status, 303);
    }
    assert_eq!(waiting(app), 5, "four of the counter would give the one who was invited away");
    assert_eq!(app.answer(&path, &FIVE).status, 303);
    assert_eq!(waiting(app), 1);
    app.advance(TimeDelta::days(40));
    tidy(app);
    assert_eq!(waiting(app), 1);
});

on_both!(remainders_of_two_counters_are_released_without_telling_which, |app| {
    app.department("大厅");
    let paths = [counter(app, "大厅", "3 号窗口"), counter(app, "大厅", "4 号窗口")];
    for path in [0, 0, 0, 1, 1].map(|at: usize| &paths[at]) {
        assert_eq!(app.answer(path, &FIVE).status, 303);
    }
    assert_eq!((waiting(app), counted(app, "大厅", Base::WalkUp)), (5, None));
    app.advance(TimeDelta::days(30));
    tidy(app);
    type Row = (Option<i64>, Option<String>, Option<String>, String);
    let rows: Vec<Row> = app
        .pool()
        .query_now(|conn| -> db::Result<_> {
            use anonymous_response::{channel, counter_id, mode, touchpoint};
            Ok(anonymous_response::table.select((counter_id, touchpoint, channel, mode)).load(conn)?)
        })
        .unwrap();
    assert_eq!(rows, vec![(None, None, Some("offline".into()), "self".into()); 5]);
    recounts(app);
});

on_both!(a_page_is_good_for_one_answer, |app| {
    app.department("大厅");
    let path = counter(app, "大厅", "3 号窗口");
    let nonce = app.get(&path).attribute("input[name=nonce]", "value");
    let fields = [("nonce", nonce.as_str()), ("q.overall", "5")];
    assert_eq!(app.post(&path, &fields).status, 303);
    let again = app.post(&path, &fields);
    assert_eq!(again.status, 200);
    assert!(text(&again, "h1").contains("提交过"), "{}", again.body);
    assert_eq!(waiting(app), 1);
    let elsewhere = counter(app, "大厅", "4 号窗口");
    assert_eq!(app.post(&elsewhere, &fields).status, 422, "a page of another counter");
    app.advance(TimeDelta::days(3));
    assert_eq!(app.post(&path, &fields).status, 422, "an old page");
    tidy(app);
    let pages: i64 =
        app.pool().query_now(|conn| -> db::Result<_> { Ok(sent_page::table.count().get_result(conn)?) }).unwrap();
    assert_eq!((pages, waiting(app)), (0, 1));
});

on_both!(one_page_sent_twenty_times_at_once_is_stored_once, |app| {
    app.department("大厅");
    let path = counter(app, "大厅", "3 号窗口");
    let nonce = app.get(&path).attribute("input[name=nonce]", "value");
    let url = format!("{}{path}", app.base);
    let statuses = at_once(20, move |_| {
        let agent: ureq::Agent =
            ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
        let request = agent.post(&url).header("Content-Type", "application/x-www-form-urlencoded");
        request.send(format!("nonce={nonce}&q.overall=5").as_bytes()).unwrap().status().as_u16()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| [200, 303].contains(status)), "{statuses:?}");
    assert_eq!(waiting(app), 1);
});

on_both!(a_wrong_answer_keeps_what_was_entered, |app| {
    app.department("大厅");
    let path = counter(app, "大厅", "3 号窗口");
    let refused = app.answer(&path, &[("q.speed", "2"), ("q.comment", "等了半小时")]);
    assert_eq!(refused.status, 422);
    assert_eq!(text(&refused, "textarea"), "等了半小时");
    let nonce = refused.attribute("input[name=nonce]", "value");
    assert_eq!(app.post(&path, &[("nonce", &nonce), ("q.overall", "3"), ("q.speed", "2")]).status, 303);
});

on_both!(a_wish_to_be_contacted_has_no_name_to_go_with, |app| {
    app.department("大厅");
    let path = counter(app, "大厅", "3 号窗口");
    let fields = [("q.overall", "1"), ("q.overall.contact", "yes"), ("identity", "named")];
    assert_eq!(app.answer(&path, &fields).status, 303);
    let named: i64 =
        app.pool().query_now(|conn| -> db::Result<_> { Ok(response::table.count().get_result(conn)?) }).unwrap();
    assert_eq!((named, waiting(app)), (0, 1));
});

on_both!(wrong_codes_are_told_the_same_and_ended_ones_that_they_ended, |app| {
    app.department("大厅");
    let path = counter(app, "大厅", "3 号窗口");
    let bodies = ["/q/k7mxw3hrdt", "/q/x", "/q/%00", "/q/0000000000"].map(|wrong| {
        let answer = app.get(wrong);
        assert_eq!(answer.status, 404, "{wrong}");
        answer.body
    });
    assert!(bodies.iter().all(|body| *body == bodies[0]));
    assert_eq!(app.get(&path.to_uppercase().replace("/Q/", "/q/")).status, 200, "as people type it");
    app.sign_in(Role::Quality, None);
    let code = path.trim_start_matches("/q/").to_owned();
    let csrf = app.get("/staff/counters").attribute("input[name=csrf]", "value");
    assert_eq!(app.post(&format!("/staff/counters/{code}/end"), &[("csrf", &csrf)]).status, 303);
    for _ in 0..2 {
        assert_eq!((app.get(&path).status, app.post(&path, &FIVE).status), (410, 410));
    }
    assert_eq!(app.get(&format!("{path}/thanks")).status, 200, "who has just answered is thanked");
});

on_both!(too_many_answers_from_one_place_wait_and_lose_nothing, |app| {
    app.department("大厅");
    let path = counter(app, "大厅", "3 号窗口");
    for number in 0..60 {
        assert_eq!(app.answer(&path, &FIVE).status, 303, "{number}");
    }
    let refused = app.answer(&path, &[("q.overall", "2"), ("q.comment", "保留")]);
    assert_eq!((refused.status, text(&refused, "textarea").as_str()), (429, "保留"));
    let wait: u32 = refused.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert!(text(&refused, "[role=alert]").contains("1 分钟"), "{}", refused.body);
    let elsewhere = counter(app, "大厅", "4 号窗口");
    assert_eq!(app.answer(&elsewhere, &FIVE).status, 303);
});

on_both!(staff_make_counters_of_their_own_departments, |app| {
    let ours = app.department("大厅");
    app.department("别处");
    app.sign_in(Role::Head, Some(ours));
    let csrf = app.get("/staff/counters").attribute("input[name=csrf]", "value");
    let make = |department: &str, name: &str| {
        let fields = [("csrf", csrf.as_str()), ("department", department), ("touchpoint", "shop")];
        app.post("/staff/counters", &[&fields[..], &[("name_zh", name), ("name_en", "Window 3")]].concat())
    };
    assert_eq!(make("别处", "3 号窗口").status, 422);
    assert_eq!(make("大厅", "").status, 422);
    assert_eq!(make("大厅", "3 号窗口").status, 303);
    assert_eq!(make("大厅", "3 号窗口").status, 422, "customers could not tell them apart");
    let list = app.get("/staff/counters");
    assert!(text(&list, "table").contains("不足 5 份"), "{}", list.body);
    let sheet = app.get(&list.attribute("table a", "href"));
    assert_eq!(sheet.status, 200);
    let printed = text(&sheet, "article");
    for fact in ["3 号窗口", "Window 3", "大厅部", "400-000-0000", "约 1 分钟", "About 1 minute", &app.base] {
        assert!(printed.contains(fact), "{fact} in {printed}");
    }
    let stranger = counter(app, "别处", "5 号窗口").replace("/q/", "/staff/counters/");
    for path in ["/sheet", "/qr.svg"] {
        assert_eq!(app.get(&format!("{stranger}{path}")).status, 404);
    }
    assert_eq!(app.post(&format!("{stranger}/end"), &[("csrf", &csrf)]).status, 404);
    app.sign_in(Role::Hr, None);
    assert_eq!(app.get("/staff/counters").status, 403);
});

on_both!(the_list_and_the_department_tell_what_was_answered, |app| {
    let ours = app.department("大厅");
    let path = counter(app, "大厅", "3 号窗口");
    for _ in 0..8 {
        assert_eq!(app.answer(&path, &[("q.overall", "2"), ("q.comment", "排队太久")]).status, 303);
    }
    app.sign_in(Role::Head, Some(ours));
    let list = app.get("/staff/counters");
    assert!(text(&list, "td[data-label='本月评价']").contains('5'), "three still wait: {}", list.body);
    let address = "/departments/%E5%A4%A7%E5%8E%85?period=2026-10";
    let shown = text(&app.get(address), "section[aria-labelledby=counters]");
    assert!(shown.contains("n=5") && shown.contains("0.0") && !shown.contains("排队太久"), "{shown}");
    for _ in 0..2 {
        assert_eq!(app.answer(&path, &[("q.overall", "2"), ("q.comment", "排队太久")]).status, 303);
    }
    let page = app.get(address);
    assert!(text(&page, "section[aria-labelledby=counters]").contains("排队太久"), "{}", page.body);
    assert!(!text(&page, "section[aria-labelledby=comments]").contains("排队太久"), "{}", page.body);
    assert!(!text(&page, "section[aria-labelledby=scores]").contains("n=10"), "{}", page.body);
});

on_both!(a_kiosk_begins_anew_for_the_next_customer, |app| {
    app.department("大厅");
    let path = counter(app, "大厅", "3 号窗口");
    let page = app.get(&format!("{path}?kiosk=1&lang=en"));
    assert_eq!(page.attribute("html", "class"), "big kiosk");
    assert_eq!(page.attribute("form", "autocomplete"), "off");
    assert_eq!(page.header("refresh"), format!("900; url={path}?kiosk=1"));
    assert!(page.header("cache-control").contains("no-store") && !page.body.contains("<script"));
    let (html, anchors) = (Html::parse_document(&page.body), Selector::parse("a[href]").unwrap());
    let links = html.select(&anchors).filter_map(|link| link.attr("href"));
    let away: Vec<_> = links.filter(|href| !href.starts_with('?') && !href.starts_with("tel:")).collect();
    assert!(away.is_empty(), "{away:?}");
    let nonce = page.attribute("input[name=nonce]", "value");
    let sent = app.post(&format!("{path}?kiosk=1&lang=en"), &[("nonce", &nonce), ("q.overall", "5")]);
    let thanks = app.get(sent.header("location"));
    assert_eq!(thanks.header("refresh"), format!("10; url={path}?kiosk=1"), "in the language of the device");
    assert_eq!(thanks.attribute("html", "lang"), "en");
    assert_eq!(thanks.attribute("main a", "href"), format!("{path}?kiosk=1"));
});

/// Draws an SVG with another program's hands and reads the code in it with another program's eyes.
fn scanned(svg: &str, scale: u32) -> String {
    use resvg::{tiny_skia, usvg};
    let tree = usvg::Tree::from_str(svg, &usvg::Options::default()).unwrap();
    let side = tree.size().width().round() as u32 * scale;
    let mut pixels = tiny_skia::Pixmap::new(side, side).unwrap();
    let transform = tiny_skia::Transform::from_scale(scale as f32, scale as f32);
    resvg::render(&tree, transform, &mut pixels.as_mut());
    let grey = |x: usize, y: usize| pixels.pixels()[y * side as usize + x].red();
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(side as usize, side as usize, grey);
    let grids = image.detect_grids();
    assert_eq!(grids.len(), 1);
    let (meta, content) = grids[0].decode().unwrap();
    assert_eq!(meta.ecc_level, 0, "M, as the two bits of the format say it");
    content
}

#[test]
fn another_program_reads_what_a_code_says() {
    for address in [
        "http://127.0.0.1:8080/q/k7mxw3hrdt",
        "https://pingjia.example.gov.cn/q/k7mxw3hrdt",
        &format!("https://{}.example.com/q/k7mxw3hrdt", "a-very-long-name".repeat(12)),
    ] {
        for scale in [3, 8] {
            assert_eq!(scanned(&Qr::new(address).unwrap().svg("…"), scale), address);
        }
    }
}

on_both!(the_printed_code_leads_to_the_counter, |app| {
    app.department("大厅");
    let path = counter(app, "大厅", "3 号窗口");
    app.sign_in(Role::Admin, None);
    let file = app.get(&format!("{}/qr.svg", path.replace("/q/", "/staff/counters/")));
    assert_eq!(file.header("content-type"), "image/svg+xml");
    assert_eq!(scanned(&file.body, 6), format!("{}{path}", app.base));
});

/// Publishes a version of what counters ask in which the best word is worth nothing.
pub fn publish_turned(app: &TestApp) {
    use manyi::db::schema::{questionnaire, questionnaire_version};
    use manyi::domain::questionnaire::Questionnaire;
    let mut turned: Questionnaire = serde_json::from_str(Questionnaire::OFFLINE_JSON).unwrap();
    turned.questions[0].options.iter_mut().for_each(|option| option.points = 100 - option.points);
    let now = app.now().naive_utc();
    let publish = |conn: &mut db::Connection| -> db::Result<()> {
        let of = questionnaire::table.filter(questionnaire::code.eq("offline"));
        let id: i64 = of.select(questionnaire::id).get_result(conn)?;
        let row = (
            questionnaire_version::questionnaire_id.eq(id),
            questionnaire_version::version.eq(2),
            questionnaire_version::definition.eq(serde_json::to_string(&turned).unwrap()),
            questionnaire_version::published_at.eq(now),
        );
        diesel::insert_into(questionnaire_version::table).values(row).execute(conn)?;
        Ok(())
    };
    app.pool().write_now(publish).unwrap();
}

on_both!(an_answer_is_read_as_it_was_asked_also_when_the_questionnaire_changes_meanwhile, |app| {
    app.department("大厅");
    let path = counter(app, "大厅", "3 号窗口");
    let nonces: Vec<String> = (0..5).map(|_| app.get(&path).attribute("input[name=nonce]", "value")).collect();
    publish_turned(app);
    for nonce in &nonces {
        let shown = app.post(&path, &[("nonce", nonce), ("draft", "1"), ("q.overall", "5")]);
        let nonce = shown.attribute("input[name=nonce]", "value");
        assert_eq!(app.post(&path, &[("nonce", &nonce), ("q.overall", "5")]).status, 303);
    }
    let overall = |app: &TestApp| -> Vec<Option<i16>> {
        let load = |conn: &mut db::Connection| -> db::Result<_> {
            let rows = anonymous_response::table.order(anonymous_response::overall);
            Ok(rows.select(anonymous_response::overall).load(conn)?)
        };
        app.pool().query_now(load).unwrap()
    };
    assert_eq!(overall(app), [Some(100); 5]);
    for _ in 0..5 {
        assert_eq!(app.answer(&path, &[("q.overall", "5")]).status, 303);
    }
    assert_eq!(overall(app)[..5], [Some(0); 5], "who opens the page now is asked anew");
    let forged = nonces[0].replacen(|c: char| c.is_ascii_digit() && c != '7', "7", 1);
    assert_eq!(app.post(&path, &[("nonce", &forged), ("q.overall", "5")]).status, 422);
});

/// How many answers are taken at a counter from addresses that a header names, each another network, of 70.
fn taken(app: &TestApp) -> usize {
    app.department("大厅");
    let path = counter(app, "大厅", "3 号窗口");
    let taken = |number: &usize| {
        let nonce = app.get(&path).attribute("input[name=nonce]", "value");
        let address = format!("203.0.{number}.7");
        app.post_for(&address, &path, &[("nonce", nonce.as_str()), ("q.overall", "5")]).status == 303
    };
    (0..70).filter(taken).count()
}

#[test]
fn nobody_chooses_the_address_they_come_from() {
    assert_eq!(taken(&TestApp::on_sqlite()), 60);
}

#[test]
fn customers_behind_a_trusted_proxy_do_not_share_one_limit() {
    let settings = [("MANYI_TRUSTED_PROXIES", "127.0.0.1, ::1".to_owned())];
    assert_eq!(taken(&TestApp::on_sqlite_with(&settings)), 70);
}
