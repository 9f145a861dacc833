//! The quarter's sampled follow-up: drawn so that it can be redone, never edited, answered by phone, judged apart.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use manyi::db;
use manyi::db::follow_up::{self, Interviewer, NoteError};
use manyi::db::sample::{DrawError, Drawn, Request};
use manyi::db::schema;
use manyi::db::scores::Request as Ask;
use manyi::domain::commitment::{Level, Metric};
use manyi::domain::period::Period;
use manyi::domain::response::Base;
use manyi::domain::sample::Disposition;
use manyi::domain::service_record::{Channel, Touchpoint};
use manyi::domain::user::Role;
use manyi::domain::verdict::Verdict;

use crate::harness::TestApp;

const QUARTER: &str = "2026-Q3";

fn quarter() -> Period {
    QUARTER.parse().unwrap()
}

/// Departments A and B: 30 online services of A in the quarter, 7 offline ones of B, and one of B after its end.
fn fill(app: &TestApp) {
    app.department("A");
    app.department("B");
    let mut records: Vec<_> = (0..38).map(|number| app.record(number, if number < 30 { "A" } else { "B" })).collect();
    for (number, record) in records.iter_mut().enumerate() {
        // The last second of the quarter in Shanghai, and the first after it.
        let at = if number == 37 { "2026-10-01T00:00:00+08:00" } else { "2026-09-30T23:59:59+08:00" };
        record.completed_at = at.parse::<DateTime<Utc>>().unwrap();
        record.contact.phone = Some(format!("1380000{number:04}"));
        if number >= 30 {
            (record.channel, record.touchpoint) = (Channel::Offline, Some(Touchpoint::Counter));
        }
    }
    app.store(&records);
}

fn request(fraction: &str, seed: i64, redraw: Option<&str>) -> Request {
    Request { period: quarter(), fraction: fraction.parse().unwrap(), seed, redraw: redraw.map(str::to_owned) }
}

fn draw(app: &TestApp, request: &Request) -> Result<Drawn, DrawError> {
    let (now, zone) = (app.now(), app.context.config.time_zone);
    app.pool().write_now(|conn| db::sample::draw(conn, request, "tester", now, zone))
}

/// The list by the description alone: rank by SHA-256 of seed and id, stratum after stratum.
fn independent(seed: i64, strata: &[(std::ops::Range<usize>, usize)]) -> Vec<String> {
    let mut drawn = Vec::new();
    for (numbers, size) in strata {
        let ranked: BTreeMap<Vec<u8>, String> = numbers
            .clone()
            .map(|number| format!("A-{number:05}"))
            .map(|id| (manyi::crypto::sha256(format!("{seed}\n{id}").as_bytes()), id))
            .collect();
        drawn.extend(ranked.into_values().take(*size));
    }
    drawn
}

on_both!(a_tenth_of_each_department_and_channel_is_drawn_rounded_up, |app| {
    fill(app);
    let found = draw(app, &request("0.1", 42, None)).unwrap();
    assert_eq!(found.drawn, independent(42, &[(0..30, 3), (30..37, 1)]));
    let lines: String = (0..37)
        .map(|number| format!("A-{number:05}\t{}\n", if number < 30 { "A\tonline" } else { "B\toffline" }))
        .collect();
    assert_eq!((found.frame_size, found.frame_hash), (37, hex::encode(manyi::crypto::sha256(lines.as_bytes()))));
});

on_both!(the_same_seed_and_frame_give_the_same_bytes, |app| {
    fill(app);
    let first = serde_json::to_string(&draw(app, &request("0.25", 7, None)).unwrap()).unwrap();
    let again = serde_json::to_string(&draw(app, &request("0.25", 7, Some("test"))).unwrap()).unwrap();
    assert_eq!(first, again);
    assert_ne!(first, serde_json::to_string(&draw(app, &request("0.25", 8, Some("test"))).unwrap()).unwrap());
});

on_both!(a_second_draw_needs_a_reason_and_the_first_stays_on_record, |app| {
    fill(app);
    draw(app, &request("0.1", 42, None)).unwrap();
    assert!(matches!(draw(app, &request("0.1", 43, None)), Err(DrawError::AlreadyDrawn(_))));
    draw(app, &request("0.2", 43, Some("记录补录后重抽"))).unwrap();
    let draws = app.pool().query_now(|conn| db::sample::draws(conn, quarter())).unwrap();
    let kept: Vec<_> = draws.into_iter().map(|draw| (draw.number, draw.seed, draw.reason)).collect();
    assert_eq!(kept, [(2, 43, Some("记录补录后重抽".into())), (1, 42, None)]);
});

on_both!(what_cannot_be_drawn_says_why, |app| {
    app.department("A");
    assert!(matches!(draw(app, &request("0.1", 1, None)), Err(DrawError::NoRecords(_))));
    let month = Request { period: "2026-09".parse().unwrap(), ..request("0.1", 1, None) };
    assert!(matches!(draw(app, &month), Err(DrawError::NoQuarter(_))));
});

on_both!(a_drawn_list_cannot_be_edited, |app| {
    fill(app);
    draw(app, &request("0.1", 42, None)).unwrap();
    let refused = |change: fn(&mut db::Connection) -> db::Result<usize>| app.pool().write_now(change).is_err();
    assert!(refused(|c| Ok(diesel::update(schema::sample::table).set(schema::sample::seed.eq(1)).execute(c)?)));
    assert!(refused(|c| Ok(diesel::delete(schema::sample_member::table).execute(c)?)));
    assert!(refused(|c| {
        Ok(diesel::update(schema::sample_member::table)
            .set(schema::sample_member::service_record_id.eq(1))
            .execute(c)?)
    }));
    assert!(refused(|c| Ok(diesel::delete(schema::sample_stratum::table).execute(c)?)));
    assert!(refused(|c| Ok(diesel::delete(schema::sample::table).execute(c)?)));
});

/// The draw of everything, and a signed-in reader.
fn drawn(app: &mut TestApp, role: Role) -> String {
    fill(app);
    draw(app, &request("1", 42, None)).unwrap();
    app.sign_in(role, None);
    app.get("/samples").attribute("input[name=csrf]", "value")
}

/// Addresses of interviews, in the order of the list.
fn cases(app: &TestApp) -> Vec<String> {
    let pages: String = (1..=3).map(|page| app.get(&format!("/samples/2026-Q3?show=all&page={page}")).body).collect();
    let links = pages.split("href=\"/samples/2026-Q3/").skip(1);
    let mut all: Vec<String> =
        links.map(|rest| format!("/samples/2026-Q3/{}", rest.split('"').next().unwrap())).collect();
    let mut seen = std::collections::HashSet::new();
    all.retain(|case| seen.insert(case.clone()));
    all
}

/// Key of the version that a channel asks.
fn current(app: &TestApp, channel: Channel) -> i64 {
    app.pool().query_now(db::questionnaire::current).unwrap().for_channel(channel)
}

fn interview(app: &TestApp, csrf: &str, case: &str, word: &str) -> u16 {
    let version = current(app, Channel::Online).to_string();
    app.post(&format!("{case}/interview"), &[("csrf", csrf), ("version", &version), ("q.overall", word)]).status
}

fn rates(app: &TestApp, channel: Channel) -> Vec<(Base, u32, Option<f64>, Option<Verdict>)> {
    let department = Some("A".into());
    let ask = Ask { period: quarter(), department, channel: Some(channel), level: Level::Department };
    let scores = app.scores(&ask).scores.into_iter();
    let rates = scores.filter(|score| score.metric == Metric::SatisfactionRate);
    rates.map(|score| (score.base, score.n, score.value, score.verdict)).collect()
}

on_both!(answers_by_phone_count_in_the_sample_and_judge_the_quarter, |app| {
    let csrf = drawn(app, Role::Quality);
    for (at, case) in cases(app).iter().take(10).enumerate() {
        assert_eq!(interview(app, &csrf, case, if at < 8 { "4" } else { "2" }), 303);
    }
    assert_eq!(
        rates(app, Channel::Online),
        [(Base::Invited, 0, None, None), (Base::Sample, 10, Some(80.0), Some(Verdict::MajorBreach))]
    );
    let stored: Vec<(String, String, bool)> = app
        .pool()
        .query_now(|conn| -> db::Result<_> {
            use schema::response::{base, entered_by, mode, table};
            Ok(table.select((mode, base, entered_by.is_not_null())).load(conn)?)
        })
        .unwrap();
    assert_eq!(stored, vec![("phone".to_owned(), "sample".to_owned(), true); 10]);
    let recount = app.pool().read_now(|conn| db::doctor::recount(conn, app.context.config.time_zone)).unwrap();
    assert_eq!(recount.differences, vec![]);
});

on_both!(a_list_nobody_has_answered_yet_does_not_speak_of_results, |app| {
    drawn(app, Role::Quality);
    let page = app.get("/departments/A?period=2026-Q3&channel=online").body;
    assert!(page.contains("目前还没有一份回访结果"), "{page}");
});

on_both!(a_customer_who_was_drawn_answers_once, |app| {
    let csrf = drawn(app, Role::Quality);
    let case = cases(app).remove(0);
    let version = current(app, Channel::Online).to_string();
    let empty = [("csrf", csrf.as_str()), ("version", &version)];
    assert_eq!(app.post(&format!("{case}/interview"), &empty).status, 422, "overall is missing");
    assert_eq!(interview(app, &csrf, &case, "5"), 303);
    assert_eq!(interview(app, &csrf, &case, "1"), 409);
    assert_eq!(app.post(&format!("{case}/note"), &[("csrf", &csrf), ("disposition", "refused")]).status, 409);
    assert!(!app.get(&case).body.contains("name=\"q.overall\""));
});

on_both!(what_came_of_a_call_is_noted_and_the_list_shows_who_is_left, |app| {
    let csrf = drawn(app, Role::Quality);
    let all = cases(app);
    for (case, word) in all.iter().zip(["refused", "not_reached"]) {
        assert_eq!(app.post(&format!("{case}/note"), &[("csrf", &csrf), ("disposition", word)]).status, 303);
    }
    let left = app.get("/samples/2026-Q3?lang=en").body;
    assert!(!left.contains(&format!("\"{}\"", all[0])) && left.contains(&format!("\"{}\"", all[1])));
    assert!(app.get(&all[0]).body.contains("· 林一 ·"));
    let wrong = app.post(&format!("{}/note", all[0]), &[("csrf", &csrf), ("disposition", "answered")]);
    assert_eq!(wrong.status, 400, "only an interview is an answer");
});

on_both!(contact_is_masked_until_asked_for_and_asking_is_noted, |app| {
    let csrf = drawn(app, Role::Quality);
    let case = cases(app).remove(0);
    let number = "1380000";
    assert!(!app.get(&case).body.contains(number) && !app.get("/samples/2026-Q3?show=all").body.contains(number));
    assert!(app.get(&case).body.contains("138****"));
    assert!(app.post(&format!("{case}/contact"), &[("csrf", &csrf)]).body.contains(number));
    let noted = app.pool().query_now(|conn| db::audit::latest(conn, "sample.contact", 9)).unwrap();
    assert_eq!(noted.into_iter().map(|entry| entry.actor).collect::<Vec<_>>(), ["quality@manyi.example"]);
});

on_both!(an_auditor_looks_and_others_do_not, |app| {
    fill(app);
    draw(app, &request("0.1", 42, None)).unwrap();
    app.sign_in(Role::Auditor, None);
    let page = app.get("/samples/2026-Q3?show=all");
    assert_eq!(page.status, 200);
    assert!(!page.body.contains("href=\"/samples/2026-Q3/") && !page.body.contains("name=\"seed\""));
    assert_eq!(app.post("/samples", &[("period", QUARTER)]).status, 403);
    assert_eq!(app.get("/samples/2026-Q3/1").status, 403);
});

on_both!(others_do_not_see_whom_the_sample_drew, |app| {
    fill(app);
    draw(app, &request("0.1", 42, None)).unwrap();
    app.sign_in(Role::Hr, None);
    assert_eq!([app.get("/samples").status, app.get("/samples/2026-Q3").status], [403, 403]);
    assert!(!app.get("/overview").body.contains("\"/samples\""));
});

on_both!(the_page_draws_what_the_command_draws, |app| {
    fill(app);
    app.sign_in(Role::Quality, None);
    let csrf = app.get("/samples").attribute("input[name=csrf]", "value");
    let fields = [("csrf", csrf.as_str()), ("period", QUARTER), ("fraction", "０．２"), ("seed", "２０２６")];
    let form = app.get("/samples").body;
    assert!(form.contains("抽样后，本季度按承诺的判定以抽样结果为准") && form.contains("不小于 0 的整数"), "{form}");
    assert_eq!(app.post("/samples", &fields).header("location"), "/samples/2026-Q3?done=sample");
    let by_page = app
        .pool()
        .query_now(|conn| {
            let sample = db::sample::current(conn, quarter())?.unwrap();
            db::sample::drawn(conn, &sample)
        })
        .unwrap();
    let config = &app.context.config;
    let command = std::process::Command::new(env!("CARGO_BIN_EXE_manyi"))
        .args(["sample", "--period", QUARTER, "--fraction", "0.2", "--seed", "2026", "--json"])
        .args(["--redraw", "--reason", "test"])
        .env_remove("MANYI_BIN") // the test runner's, and no setting
        .env("MANYI_DATABASE_URL", &config.database_url.0)
        .env("MANYI_SECRET_FILE", &config.secret_file)
        .output()
        .unwrap();
    let by_command: serde_json::Value = serde_json::from_slice(&command.stdout).unwrap();
    assert_eq!(by_command, serde_json::to_value(&by_page).unwrap());
    assert_eq!(by_page.drawn, independent(2026, &[(0..30, 6), (30..37, 2)]));
});

on_both!(a_wrong_form_says_what_is_wrong_and_keeps_what_was_typed, |app| {
    fill(app);
    app.sign_in(Role::Quality, None);
    let csrf = app.get("/samples").attribute("input[name=csrf]", "value");
    let fields = [("csrf", csrf.as_str()), ("period", QUARTER), ("fraction", "10%"), ("seed", "-1")];
    let refused = app.post("/samples?lang=en", &fields);
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("value=\"10%\"") && refused.body.contains("value=\"-1\""));
    assert!(refused.body.contains("#fraction") && refused.body.contains("#seed"));
});

on_both!(what_was_noted_is_told_on_the_list, |app| {
    let csrf = drawn(app, Role::Quality);
    let case = cases(app).remove(0);
    let version = current(app, Channel::Online).to_string();
    let fields = [("csrf", csrf.as_str()), ("version", &version), ("q.overall", "5")];
    let saved = app.post(&format!("{case}/interview"), &fields);
    assert_eq!(saved.header("location"), "/samples/2026-Q3?done=interview#list");
    let list = app.get("/samples/2026-Q3?done=interview");
    assert!(list.text("section[aria-labelledby=list] [role=status]").contains("已保存：电话问卷"), "{}", list.body);
    assert!(list.text("section[aria-labelledby=list] caption").contains("按部门代码"), "{}", list.body);
    let unheard = app.get("/samples/2026-Q3?done=nonsense");
    assert!(unheard.status == 200 && !unheard.body.contains("role=\"status\""));
});

on_both!(a_customer_without_a_number_is_told_before_the_questions, |app| {
    app.department("A");
    let mut record = app.record(0, "A");
    record.completed_at = "2026-09-30T23:59:59+08:00".parse::<DateTime<Utc>>().unwrap();
    record.contact.phone = None;
    app.store(&[record]);
    draw(app, &request("1", 42, None)).unwrap();
    app.sign_in(Role::Quality, None);
    let csrf = app.get("/samples").attribute("input[name=csrf]", "value");
    let shown = app.post(&format!("{}/contact", cases(app)[0]), &[("csrf", &csrf)]);
    assert!(shown.text(".contact").contains("没有电话号码"), "{}", shown.body);
});

on_both!(a_redraw_keeps_those_who_have_answered, |app| {
    let csrf = drawn(app, Role::Quality);
    for case in cases(app).iter().take(30) {
        assert_eq!(interview(app, &csrf, case, "5"), 303);
    }
    assert!(matches!(draw(app, &request("0.5", 42, Some("smaller"))), Err(DrawError::LosesAnswers { .. })));
    assert!(draw(app, &request("1", 43, Some("other order"))).is_ok());
});

on_both!(nothing_is_noted_once_the_quarter_is_told, |app| {
    let csrf = drawn(app, Role::Quality);
    let case = cases(app).remove(0);
    app.pool()
        .write_now(|conn| -> db::Result<()> {
            use schema::period::{id, revision, state, table};
            diesel::insert_into(table).values((id.eq(QUARTER), state.eq("published"), revision.eq(0))).execute(conn)?;
            Ok(())
        })
        .unwrap();
    assert_eq!(interview(app, &csrf, &case, "5"), 409);
    assert!(matches!(draw(app, &request("1", 43, Some("late"))), Err(DrawError::Told(..))));
});

on_both!(an_interview_of_a_draw_that_was_replaced_is_refused, |app| {
    drawn(app, Role::Quality);
    let (now, secrets) = (app.now(), app.context.secrets.clone());
    let by = Interviewer { id: 1, email: "quality@manyi.example".into() };
    let (old, case) = app
        .pool()
        .query_now(|conn| {
            let old = db::sample::current(conn, quarter())?.unwrap();
            let list = follow_up::list(conn, &secrets, &old, follow_up::Shown::All, (0, 1))?;
            db::Result::Ok((old, list.cases.into_iter().next().unwrap()))
        })
        .unwrap();
    draw(app, &request("1", 43, Some("other order"))).unwrap();
    let noted =
        app.pool().write_now(|conn| follow_up::note(conn, &old, &case, Disposition::CallBack, &by, now)).unwrap_err();
    assert!(matches!(noted, NoteError::NotDrawn), "{noted}");
});

on_both!(an_interview_is_read_as_it_was_asked_also_when_the_questionnaire_changes_meanwhile, |app| {
    let csrf = drawn(app, Role::Quality);
    let all = cases(app);
    // The offline ones stand at the end of the list.
    let (case, next) = (&all[all.len() - 1], &all[all.len() - 2]);
    let shown = app.get(case).attribute("input[name=version]", "value");
    crate::counters::publish_turned(app);
    let send = |case: &str, version: &str| {
        let fields = [("csrf", csrf.as_str()), ("version", version), ("q.overall", "5"), ("q.comment", "kept")];
        app.post(&format!("{case}/interview"), &fields)
    };
    assert_eq!(send(case, &shown).status, 303);
    let overall = |conn: &mut db::Connection| -> db::Result<Option<i16>> {
        Ok(schema::response::table.select(schema::response::overall).get_result(conn)?)
    };
    assert_eq!(app.pool().query_now(overall).unwrap(), Some(100));
    for version in ["", "x", "999999", &current(app, Channel::Online).to_string()] {
        let refused = send(next, version);
        assert_eq!((refused.status, refused.text("textarea").as_str()), (409, "kept"), "{version}");
        assert_eq!(refused.attribute("input[name=version]", "value"), current(app, Channel::Offline).to_string());
    }
});
