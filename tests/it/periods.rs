//! Periods are evaluated, published, sealed and reopened; a sealed one says the same for ever.

use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use manyi::db;
use manyi::db::closing::{Move, MoveError, Moved, Setting, take};
use manyi::db::department::NewDepartment;
use manyi::db::schema::{period, period_seal, sealed_score, service_record};
use manyi::db::scores::Request;
use manyi::db::seal::{self, Fault};
use manyi::db::user::NewUser;
use manyi::domain::commitment::{Level, Metric};
use manyi::domain::duty::Terms;
use manyi::domain::period::State;
use manyi::domain::period_step::{Refused, Step};
use manyi::domain::user::Role;

use crate::harness::{Beside, TestApp};

pub const OCTOBER: &str = "2026-10";

/// Ten answers by name in October, of which eight are satisfied; then it is 2 November. Returns the path of a
/// questionnaire that is still open.
pub fn october(app: &TestApp) -> String {
    let department = app.department("甲");
    app.department("乙");
    app.employee("E1", department);
    app.advance(TimeDelta::days(17));
    let mut paths = (0..11).map(|number| {
        let record = manyi::domain::service_record::ServiceRecord {
            employee_no: Some("E1".into()),
            ..app.record(number, "甲")
        };
        app.survey_path(&app.stored(&record))
    });
    let open = paths.next().unwrap();
    for (at, path) in paths.enumerate() {
        rate(app, &path, if at < 8 { "5" } else { "1" });
    }
    app.advance(TimeDelta::days(8));
    open
}

fn rate(app: &TestApp, path: &str, value: &str) {
    let thanks = app.answer(path, &[("q.overall", value), ("identity", "named")]);
    assert_eq!(thanks.status, 303, "{}", thanks.body);
}

fn user(app: &TestApp, email: &str, role: Role) {
    let new = NewUser { email: email.into(), name: "林一".into(), role, department_id: None, client_id: None };
    let now = app.now();
    app.pool().write_now(|conn| db::user::add(conn, &new, now)).unwrap();
}

fn go_by(
    app: &TestApp,
    period: &str,
    step: Step,
    reason: Option<&str>,
    (by, second): (Option<&str>, Option<&str>),
) -> Result<Moved, MoveError> {
    let context = &app.context;
    let setting = Setting {
        zone: context.config.time_zone,
        terms: Terms::default(),
        thresholds: context.thresholds,
        secrets: context.secrets.clone(),
    };
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let wanted =
        Move { period: period.parse().unwrap(), step, reason: owned(reason), by: owned(by), second: owned(second) };
    let now = app.now();
    app.pool().write_now(|conn| take(conn, &wanted, "cli", &setting, now))
}

pub fn go(app: &TestApp, period: &str, step: Step, reason: Option<&str>) -> Result<Moved, MoveError> {
    go_by(app, period, step, reason, (None, None))
}

pub fn close(app: &TestApp, period: &str) -> Moved {
    go(app, period, Step::Evaluate, None).unwrap();
    go(app, period, Step::Publish, None).unwrap();
    go(app, period, Step::Seal, Some("nobody objects")).unwrap()
}

/// Reopens October, asked for and confirmed by two users.
pub fn reopen(app: &TestApp) {
    user(app, "a@manyi.example", Role::Hr);
    user(app, "b@manyi.example", Role::Quality);
    let two = (Some("a@manyi.example"), Some("b@manyi.example"));
    go_by(app, OCTOBER, Step::Reopen, Some("a wrong import"), two).unwrap();
}

fn refused(result: Result<Moved, MoveError>) -> Refused {
    match result {
        Err(MoveError::Refused(refused)) => refused,
        other => panic!("{other:?}"),
    }
}

/// Every answer about a period, as other systems get it.
fn everything(app: &TestApp, period: &str) -> Vec<String> {
    everything_in(app, app.pool(), period)
}

fn everything_in(app: &TestApp, pool: &db::Pool, period: &str) -> Vec<String> {
    let mut all = Vec::new();
    for level in [Level::Organisation, Level::Department, Level::Employee] {
        for channel in [None, Some(manyi::domain::service_record::Channel::Online)] {
            let request = Request { period: period.parse().unwrap(), department: None, channel, level };
            let scores = pool.read_now(|conn| db::scores::scores(conn, &request, &app.context.thresholds)).unwrap();
            all.push(serde_json::to_string(&scores).unwrap());
        }
    }
    all
}

fn figures(all: &[String]) -> Vec<&str> {
    all.iter().map(|text| text.split_once("\"scores\":").unwrap().1).collect()
}

/// Takes away what guards the rows, as somebody with the whole database could.
fn without_guards(app: &TestApp, tables: &[&str]) {
    app.pool()
        .write_now(|conn| -> db::Result<()> {
            for table in tables {
                match conn {
                    db::Connection::Sqlite(c) => c.batch_execute(&format!("DROP TRIGGER {table}_frozen"))?,
                    db::Connection::Postgres(c) => {
                        c.batch_execute(&format!("DROP TRIGGER {table}_frozen ON {table}"))?
                    }
                }
            }
            Ok(())
        })
        .unwrap();
}

fn faults(app: &TestApp) -> Vec<(i64, Fault)> {
    let checked = app.pool().read_now(seal::check).unwrap();
    checked.broken.into_iter().map(|broken| (broken.number, broken.fault)).collect()
}

on_both!(a_sealed_period_says_what_was_published, |app| {
    october(app);
    let open = everything(app, OCTOBER);
    let moved = close(app, OCTOBER);
    let sealed = everything(app, OCTOBER);
    assert_eq!(figures(&open), figures(&sealed));
    assert!(sealed[0].starts_with(r#"{"period":"2026-10","state":"sealed","revision":1,"#), "{}", sealed[0]);
    assert_eq!(moved.hash.unwrap().len(), 32);
    assert_eq!(faults(app), []);
});

on_both!(a_sealed_period_survives_all_that_comes_later, |app| {
    let open = october(app);
    close(app, OCTOBER);
    let sealed = everything(app, OCTOBER);
    rate(app, &open, "1");
    reorganise_and_erase(app);
    assert_eq!(everything(app, OCTOBER), sealed);
    let trend = trend_point(app);
    assert_eq!((trend.n, trend.value, trend.target), (10, Some(80.0), Some(90.0)));
    assert_eq!(faults(app), []);
    // The late answer counts in the month that is open, and in the quarter.
    let n = |period: &str, level| {
        let request = Request { period: period.parse().unwrap(), department: None, channel: None, level };
        app.scores(&request).scores.first().unwrap().n
    };
    assert_eq!([n("2026-11", Level::Organisation), n("2026-Q4", Level::Organisation)], [1, 11]);
});

on_both!(a_sealed_quarter_survives_all_that_comes_later, |app| {
    const QUARTER: &str = "2026-Q4";
    october(app);
    app.advance(TimeDelta::days(57));
    let late = app.survey_path(&app.stored(&app.record(500, "甲")));
    app.advance(TimeDelta::days(7));
    for period in ["2026-10", "2026-11", "2026-12", QUARTER] {
        close(app, period);
    }
    let sealed = everything(app, QUARTER);
    rate(app, &late, "1");
    reorganise_and_erase(app);
    assert_eq!(everything(app, QUARTER), sealed);
    assert!(
        figures(&everything(app, "2027-Q1"))[0].contains(r#""n":1,"#),
        "the late answer counts in the next quarter"
    );
    let (directory, beside) = (tempfile::tempdir().unwrap(), Beside::of(app));
    let (place, secrets) = (directory.path().join("backup"), &app.context.secrets);
    db::backup::make(&app.context.config.database_url.0, &place, secrets, app.now()).unwrap();
    let (_, checked) = db::backup::restore(&beside.url, &place, secrets, "cli", app.now()).unwrap();
    assert_eq!((checked.seals, checked.broken.len()), (4, 0));
    assert_eq!(everything_in(app, &db::Pool::open(&beside.url).unwrap(), QUARTER), sealed);
    assert_eq!(faults(app), []);
});

/// Another target reaching back, another place in the tree, no contact data.
fn reorganise_and_erase(app: &TestApp) {
    let now = app.now();
    app.pool()
        .write_now(|conn| -> db::Result<()> {
            let departments = db::department::Departments::load(conn)?;
            let of = |code: &str| departments.by_code(code).unwrap().clone();
            let (a, b) = (of("甲"), of("乙"));
            let under = NewDepartment {
                code: a.code.clone(),
                name_zh: "新甲".into(),
                name_en: None,
                parent_id: Some(b.id),
                head_email: None,
            };
            db::department::update(conn, a.id, &under)?;
            for mut commitment in db::commitment::all(conn)? {
                commitment.target = 5_000;
                commitment.valid_from = "2026-10-01".parse().unwrap();
                db::commitment::insert(conn, &commitment, Some("correction"), now)?;
            }
            diesel::update(service_record::table)
                .set((service_record::contact.eq(None::<Vec<u8>>), service_record::customer_hash.eq(None::<Vec<u8>>)))
                .execute(conn)?;
            Ok(())
        })
        .unwrap();
}

fn trend_point(app: &TestApp) -> manyi::domain::trend::Point {
    let request = db::trend::TrendRequest {
        department: "甲".into(),
        metric: Metric::SatisfactionRate,
        grain: manyi::domain::period::Grain::Month,
        from: Some(OCTOBER.parse().unwrap()),
        to: Some(OCTOBER.parse().unwrap()),
        channel: None,
        zone: app.context.config.time_zone,
    };
    let thresholds = app.context.thresholds;
    let trend = app.pool().read_now(|conn| db::trend::trend(conn, &request, &thresholds)).unwrap();
    trend.points.into_iter().next().unwrap()
}

on_both!(a_seal_can_be_neither_changed_nor_deleted, |app| {
    october(app);
    close(app, OCTOBER);
    let write = |work: fn(&mut db::Connection) -> QueryResult<usize>| {
        app.pool().write_now(|conn| -> db::Result<usize> { Ok(work(conn)?) }).is_err()
    };
    assert!(write(|conn| diesel::update(period_seal::table).set(period_seal::rules.eq("{}")).execute(conn)));
    assert!(write(|conn| diesel::delete(period_seal::table).execute(conn)));
    assert!(write(|conn| diesel::update(sealed_score::table).set(sealed_score::score.eq("{}")).execute(conn)));
    assert!(write(|conn| diesel::delete(sealed_score::table).execute(conn)));
});

on_both!(one_flipped_byte_is_found, |app| {
    october(app);
    close(app, OCTOBER);
    without_guards(app, &["period_seal", "sealed_score"]);
    let inputs: String = app
        .pool()
        .query_now(|conn| -> db::Result<_> { Ok(period_seal::table.select(period_seal::inputs).first(conn)?) })
        .unwrap();
    // Nine of ten in place of eight: still readable JSON.
    let flipped = inputs.replacen(r#""satisfied":8"#, r#""satisfied":9"#, 1);
    assert_ne!(inputs, flipped);
    let put = |text: &str| {
        app.pool()
            .write_now(|conn| -> db::Result<_> {
                Ok(diesel::update(period_seal::table).set(period_seal::inputs.eq(text)).execute(conn)?)
            })
            .unwrap()
    };
    put(&flipped);
    assert_eq!(faults(app), [(1, Fault::Chain), (1, Fault::Results)]);
    put(&inputs.replacen("甲", "丙", 1));
    assert!(faults(app).contains(&(1, Fault::Chain)));
    put(&inputs);
    assert_eq!(faults(app), []);
});

on_both!(a_figure_or_a_state_that_differs_from_its_seal_is_found, |app| {
    october(app);
    close(app, OCTOBER);
    without_guards(app, &["sealed_score"]);
    app.pool()
        .write_now(|conn| -> db::Result<()> {
            let first = sealed_score::table.filter(sealed_score::position.eq(0));
            let text: String = first.select(sealed_score::score).first(conn)?;
            diesel::update(first).set(sealed_score::score.eq(text.replacen("80.0", "90.0", 1))).execute(conn)?;
            diesel::update(period::table).set(period::revision.eq(2)).execute(conn)?;
            Ok(())
        })
        .unwrap();
    assert_eq!(faults(app), [(1, Fault::Figures), (0, Fault::Period)]);
});

on_both!(steps_are_taken_in_order, |app| {
    october(app);
    let order = |step, state| Refused::OutOfOrder { step, state };
    assert_eq!(refused(go(app, OCTOBER, Step::Publish, None)), order(Step::Publish, State::Open));
    assert!(matches!(refused(go(app, "2026-11", Step::Evaluate, None)), Refused::NotOver { .. }));
    go(app, OCTOBER, Step::Evaluate, None).unwrap();
    assert_eq!(refused(go(app, OCTOBER, Step::Seal, None)), order(Step::Seal, State::Evaluating));
    go(app, OCTOBER, Step::Publish, None).unwrap();
    // Ten working days after 2 November.
    let until = "2026-11-16".parse().unwrap();
    assert_eq!(refused(go(app, OCTOBER, Step::Seal, None)), Refused::MayObject(until));
    app.advance(TimeDelta::days(15));
    assert_eq!(go(app, OCTOBER, Step::Seal, None).unwrap().course.revision, 1);
    assert_eq!(refused(go(app, OCTOBER, Step::Publish, None)), order(Step::Publish, State::Sealed));
});

on_both!(a_quarter_is_published_after_its_months, |app| {
    october(app);
    app.advance(TimeDelta::days(62));
    go(app, "2026-Q4", Step::Evaluate, None).unwrap();
    // November and December have no figures.
    let untold = Refused::ShorterFirst(vec![OCTOBER.parse().unwrap()]);
    assert_eq!(refused(go(app, "2026-Q4", Step::Publish, None)), untold);
    close(app, OCTOBER);
    close(app, "2026-Q4");
    let around = Refused::LongerFirst(vec!["2026-Q4".parse().unwrap()]);
    user(app, "a@manyi.example", Role::Hr);
    user(app, "b@manyi.example", Role::Quality);
    let two = (Some("a@manyi.example"), Some("b@manyi.example"));
    assert_eq!(refused(go_by(app, OCTOBER, Step::Reopen, Some("a wrong import"), two)), around);
    assert_eq!(faults(app), []);
});

on_both!(reopening_takes_two_users_and_makes_revision_two, |app| {
    let open = october(app);
    close(app, OCTOBER);
    user(app, "a@manyi.example", Role::Hr);
    user(app, "b@manyi.example", Role::Quality);
    user(app, "head@manyi.example", Role::Head);
    let (a, b) = (Some("a@manyi.example"), Some("b@manyi.example"));
    let reopen = |persons, reason| go_by(app, OCTOBER, Step::Reopen, reason, persons);
    assert_eq!(refused(reopen((a, b), None)), Refused::NoReason);
    assert_eq!(refused(reopen((a, a), Some("a wrong import"))), Refused::OnePerson);
    assert_eq!(refused(reopen((a, None), Some("a wrong import"))), Refused::OnePerson);
    let head = reopen((a, Some("head@manyi.example")), Some("a wrong import"));
    assert!(matches!(head, Err(MoveError::NotAllowed(_))));
    let nobody = reopen((a, Some("nobody@manyi.example")), Some("a wrong import"));
    assert!(matches!(nobody, Err(MoveError::UnknownUser(_))));

    let course = reopen((a, b), Some("a wrong import")).unwrap().course;
    assert_eq!((course.state, course.revision), (State::Evaluating, 2));
    rate(app, &open, "5");
    go(app, OCTOBER, Step::Publish, None).unwrap();
    go(app, OCTOBER, Step::Seal, Some("agreed")).unwrap();
    assert_eq!(faults(app), []);

    let first = |revision| {
        let content = app.pool().query_now(|conn| seal::content(conn, OCTOBER.parse().unwrap(), revision)).unwrap();
        let (seal, [.., results]) = content.unwrap();
        let results: serde_json::Value = serde_json::from_str(&results).unwrap();
        (seal, results[0]["score"]["n"].as_u64())
    };
    let ((_, before), (seal, after)) = (first(1), first(2));
    assert_eq!((before, after), (Some(10), Some(11)));
    let reopening = &seal.circumstances.reopenings[0];
    assert_eq!((reopening.requested_by.as_str(), reopening.confirmed_by.as_deref()), (a.unwrap(), b));
    assert!(everything(app, OCTOBER)[0].contains(r#""state":"sealed","revision":2,"#));
});

on_both!(a_period_is_moved_on_its_page, |app| {
    october(app);
    app.sign_in(Role::Head, None);
    assert_eq!(app.get("/periods").status, 403);
    app.sign_in(Role::Auditor, None);
    assert_eq!((app.get("/periods").status, app.get("/periods/2026-10").status), (200, 200));
    assert_eq!(press(app, "evaluate", "").status, 403);
    app.sign_in(Role::Quality, None);
    assert!(app.get("/periods?year=2026").body.contains("href=\"/periods/2026-10\""));
    let early = press(app, "seal", "");
    assert_eq!(early.status, 422);
    assert!(early.body.contains("role=\"alert\""), "{}", early.body);
    for step in ["evaluate", "publish"] {
        assert_eq!(press(app, step, "").status, 303, "{step}");
    }
    assert_eq!(press(app, "seal", "").status, 422);
    let own = press(app, "seal", "各部门均已确认");
    assert!(own.status == 422 && own.body.contains("须由另一人封存"), "{}", own.body);
    app.sign_in(Role::Hr, None);
    assert_eq!(press(app, "seal", "各部门均已确认").status, 303);
    assert_eq!(faults(app), []);
    let page = app.get("/periods/2026-10").body;
    assert!(page.contains("各部门均已确认") && page.contains("/periods/2026-10/seals/1.json"), "{page}");
    let seal: serde_json::Value = serde_json::from_str(&app.get("/periods/2026-10/seals/1.json").body).unwrap();
    assert!(page.contains(seal["hash"].as_str().unwrap()));
});

on_both!(a_seal_gives_away_no_more_than_the_export, |app| {
    october(app);
    close(app, OCTOBER);
    for role in [Role::Hr, Role::Auditor] {
        app.sign_in(role, None);
        let seal: serde_json::Value = serde_json::from_str(&app.get(SEAL).body).unwrap();
        assert!(seal.get("inputs").is_none() && seal["rules"].is_string(), "{seal}");
        let rows = seal["results"].as_array().unwrap();
        let person = rows.iter().find(|row| row["employee_no"] == "E1").unwrap();
        assert_eq!((&person["valid_n"], &person["satisfied_n"]), (&10.into(), &serde_json::Value::Null));
        let page = app.get("/periods/2026-10");
        assert!(!page.body.contains("method=\"post\" action=\"/periods/2026-10/seals"), "{}", page.body);
        let csrf = page.attribute("input[name=csrf]", "value");
        assert_eq!(app.post(SEAL, &[("csrf", &csrf)]).status, 403);
    }
    let noted = app.pool().query_now(|conn| db::audit::latest(conn, "export.seal", 9)).unwrap();
    assert!(noted.is_empty());
});

on_both!(an_administrator_takes_a_seal_whole_and_it_is_noted, |app| {
    october(app);
    close(app, OCTOBER);
    app.sign_in(Role::Admin, None);
    let csrf = app.get("/periods/2026-10").attribute(&format!("form[action='{SEAL}'] input[name=csrf]"), "value");
    assert_eq!(app.post(SEAL, &[("csrf", "forged")]).status, 403);
    let whole: serde_json::Value = serde_json::from_str(&app.post(SEAL, &[("csrf", &csrf)]).body).unwrap();
    assert!(whole["inputs"].as_str().unwrap().contains("E1") && whole["results"].is_string());
    let noted = app.pool().query_now(|conn| db::audit::latest(conn, "export.seal", 9)).unwrap();
    assert_eq!((noted.len(), noted[0].actor.as_str(), noted[0].subject.as_str()), (1, "admin@manyi.example", OCTOBER));
    assert!(noted[0].detail.contains(whole["hash"].as_str().unwrap()));
    assert_eq!(app.get("/periods/2026-10/seals/2.json").status, 404);
});

const SEAL: &str = "/periods/2026-10/seals/1.json";

on_both!(one_user_asks_and_another_confirms, |app| {
    october(app);
    close(app, OCTOBER);
    app.sign_in(Role::Quality, None);
    assert_eq!(press(app, "ask", "").status, 422);
    assert_eq!(press(app, "ask", "<b>导入有误</b>").status, 303);
    assert_eq!(press(app, "ask", "又一次").status, 422);
    assert_eq!(press(app, "confirm", "").status, 422);
    let own = app.get("/periods/2026-10").body;
    assert!(own.contains("&#60;b&#62;导入有误") && !own.contains("value=\"confirm\""), "{own}");
    app.sign_in(Role::Hr, None);
    assert_eq!(press(app, "confirm", "").status, 303);
    let progress = app.pool().query_now(db::period::Progress::load).unwrap();
    let course = progress.course(OCTOBER.parse().unwrap());
    assert_eq!((course.state, course.revision), (State::Evaluating, 2));
    assert_eq!(press(app, "confirm", "").status, 422);
    assert_eq!(app.post("/periods/2026-10", &[("step", "publish"), ("csrf", "forged")]).status, 403);
});

on_both!(a_request_to_reopen_ends_with_the_seal, |app| {
    october(app);
    app.sign_in(Role::Quality, None);
    assert_eq!([press(app, "evaluate", "").status, press(app, "publish", "").status], [303, 303]);
    assert_eq!(press(app, "ask", "a wrong import").status, 303);
    app.sign_in(Role::Hr, None);
    assert_eq!(press(app, "seal", "nobody objects").status, 303);
    assert_eq!(press(app, "confirm", "").status, 422);
    let course = app.pool().query_now(db::period::Progress::load).unwrap().course(OCTOBER.parse().unwrap());
    assert_eq!(course.state, State::Sealed);
});

on_both!(who_may_not_move_periods_any_more_has_not_asked, |app| {
    october(app);
    close(app, OCTOBER);
    app.sign_in(Role::Quality, None);
    assert_eq!(press(app, "ask", "a wrong import").status, 303);
    app.sign_in(Role::Hr, None);
    let now = app.now().naive_utc();
    app.pool()
        .write_now(|conn| -> db::Result<()> {
            use db::schema::app_user::{disabled_at, email, table};
            let asker = table.filter(email.eq("quality@manyi.example"));
            diesel::update(asker).set(disabled_at.eq(now)).execute(conn)?;
            Ok(())
        })
        .unwrap();
    let refused = press(app, "confirm", "");
    assert!(refused.status == 422 && refused.body.contains("quality@manyi.example"), "{}", refused.body);
    assert_eq!(press(app, "withdraw", "").status, 303);
});

on_both!(a_step_is_taken_only_with_its_box_ticked, |app| {
    october(app);
    app.sign_in(Role::Hr, None);
    let csrf = app.get("/periods/2026-10").attribute("input[name=csrf]", "value");
    let refused = app.post("/periods/2026-10", &[("csrf", &csrf), ("step", "evaluate")]);
    assert!(refused.status == 422 && refused.body.contains("请先勾选"), "{}", refused.body);
    assert_eq!(app.pool().query_now(db::period::Progress::load).unwrap().state(OCTOBER.parse().unwrap()), State::Open);
});

on_both!(a_department_reads_whether_a_review_may_rest_on_its_figures, |app| {
    october(app);
    app.sign_in(Role::Hr, None);
    let said = |app: &TestApp| app.get("/departments/%E7%94%B2?period=2026-10").text(".usable");
    assert!(said(app).starts_with("暂定：本期已结束，结果应在 2026 年 11 月 13 日前公布"), "{}", said(app));
    assert_eq!([press(app, "evaluate", "").status, press(app, "publish", "").status], [303, 303]);
    assert!(said(app).contains("异议期到 2026 年 11 月 16 日为止，2026 年 11 月 17 日起可以封存"), "{}", said(app));
    app.sign_in(Role::Quality, None);
    let sealed = press(app, "seal", "nobody objects");
    assert_eq!((sealed.status, sealed.header("location")), (303, "/periods/2026-10?done=sealed"));
    assert!(app.get(sealed.header("location")).text("[role=status]").contains("已保存：本期已封存"));
    assert!(
        said(app).starts_with("已提前封存（理由：nobody objects），异议期仍到 2026 年 11 月 16 日为止"),
        "{}",
        said(app)
    );
    for path in ["/periods", "/appraisals"] {
        let list = app.get(path).body;
        assert!(list.contains("提前封存，异议期到 2026 年 11 月 16 日"), "{path}: {list}");
    }
    assert!(!app.get("/appraisals").body.contains("<small>最终数值"));
    app.advance(TimeDelta::days(15));
    app.sign_in(Role::Auditor, None);
    assert_eq!(said(app), "已封存，可作为考核依据。");
    assert!(app.get("/appraisals").body.contains("<small>最终数值"));
});

/// Presses a button of the page of October, with its box ticked.
pub fn press(app: &TestApp, step: &str, reason: &str) -> crate::harness::Answer {
    let csrf = app.get("/periods/2026-10").attribute("input[name=csrf]", "value");
    app.post("/periods/2026-10", &[("csrf", &csrf), ("step", step), ("reason", reason), ("sure", "yes")])
}
