//! Who is asked: rules leave services out, and every service stands in one place of the ledger.

use manyi::db::eligibility::{Change, ChangeError, change, current};
use manyi::domain::eligibility::{Outcome, Rule};
use manyi::domain::invitation::State;
use manyi::domain::ledger::Ledger;
use manyi::domain::period::Period;
use manyi::domain::service_record::ServiceRecord;
use manyi::domain::user::Role;
use manyi::{db, db::schema::invitation};

use diesel::prelude::*;

use crate::harness::TestApp;

const WHY: &str = "trial runs";

fn add(app: &TestApp, seen: i64, rule: Rule) -> Result<i64, ChangeError> {
    let (rule, now) = (Rule { reason: WHY.into(), ..rule }, app.now());
    app.pool().write_now(|conn| change(conn, seen, Change::Add(rule), "q@manyi.example", now))
}

fn by_type(service_type: &str) -> Rule {
    Rule { service_type: Some(service_type.into()), ..Rule::default() }
}

fn judged(app: &TestApp, invitation_id: i64) -> (String, i64, Option<i64>) {
    let columns = (invitation::state, invitation::rules_version, invitation::rule);
    app.pool()
        .query_now(|conn| -> db::Result<_> {
            Ok(invitation::table.find(invitation_id).select(columns).get_result(conn)?)
        })
        .unwrap()
}

/// The path of a record's questionnaire; empty where nobody is asked.
fn path_of(app: &TestApp, record: &ServiceRecord) -> String {
    let stored = app.stored(record);
    if stored.state == State::Scheduled { app.survey_path(&stored) } else { String::new() }
}

on_both!(a_rule_leaves_a_service_out_and_says_which_one_did, |app| {
    app.department("甲");
    let unsolved = Rule { outcome: Some(Outcome::Unresolved), ..Rule::default() };
    let version = add(app, add(app, 0, by_type("咨询")).unwrap(), unsolved).unwrap();
    let left_out =
        app.stored(&ServiceRecord {
            service_type: Some("维修".into()), resolved: Some(false), ..app.record(1, "甲")
        });
    let asked = app.stored(&ServiceRecord { service_type: Some("维修".into()), ..app.record(2, "甲") });
    assert_eq!(judged(app, left_out.invitation_id), ("ineligible".into(), version, Some(1)));
    assert_eq!(judged(app, asked.invitation_id), ("scheduled".into(), version, None));
});

on_both!(a_department_is_left_out_with_its_parts, |app| {
    let whole = app.department("门店");
    let part = db::department::NewDepartment {
        code: "东门店".into(),
        name_zh: "东门店".into(),
        name_en: None,
        parent_id: Some(whole),
        head_email: None,
    };
    let now = app.now();
    app.pool().write_now(|conn| db::department::insert(conn, &part, now)).unwrap();
    app.department("甲");
    add(app, 0, Rule { department: Some("门店".into()), ..Rule::default() }).unwrap();
    let states =
        [(1, "门店"), (2, "东门店"), (3, "甲")].map(|(number, code)| app.stored(&app.record(number, code)).state);
    assert_eq!(states, [State::Ineligible, State::Ineligible, State::Scheduled]);
});

on_both!(what_the_source_closed_by_itself_is_not_asked_about, |app| {
    app.department("甲");
    let record = ServiceRecord { closed_automatically: true, ..app.record(1, "甲") };
    assert_eq!(app.stored(&record).state, State::Ineligible);
});

on_both!(a_change_over_anothers_is_refused, |app| {
    add(app, 0, by_type("测试")).unwrap();
    assert!(matches!(add(app, 0, by_type("演练")), Err(ChangeError::Changed)));
    assert_eq!(app.pool().read_now(current).unwrap().list.len(), 1);
});

on_both!(the_states_add_up_to_the_services, |app| {
    app.department("甲");
    add(app, 0, by_type("测试")).unwrap();
    let without = |number| {
        let mut record = app.record(number, "甲");
        record.contact.email = None;
        record
    };
    let records = [
        app.record(1, "甲"),
        without(2),
        ServiceRecord { service_type: Some("测试".into()), ..app.record(3, "甲") },
        app.record(4, "甲"),
    ];
    let paths: Vec<String> = records.iter().map(|record| path_of(app, record)).collect();
    app.deliver();
    assert_eq!(app.answer(&paths[0], &[("q.overall", "5")]).status, 303);
    let period: Period = "2026-10".parse().unwrap();
    let bounds = period.bounds(app.context.config.time_zone);
    let ledgers = app.pool().read_now(|conn| db::ledger::of_departments(conn, bounds, app.now())).unwrap();
    let mut whole = Ledger::default();
    ledgers.values().for_each(|ledger| whole.merge(ledger));
    assert_eq!((whole.services(), whole.asked(), whole.eligible()), (4, 2, 3));
    assert_eq!(whole.outcomes().collect::<Vec<_>>(), [(State::Answered, 1), (State::Sent, 1)]);
});

on_both!(the_page_changes_the_rules_and_keeps_what_was_typed, |app| {
    app.department("甲");
    app.sign_in(Role::Quality, None);
    let page = app.get("/asking");
    let csrf = page.attribute("input[name=csrf]", "value");
    let post = |fields: &[(&str, &str)]| {
        let fixed = [("csrf", csrf.as_str()), ("version", "0"), ("step", "add")];
        app.post("/asking", &[&fixed, fields].concat())
    };
    let refused = post(&[("service_type", "测试")]);
    assert_eq!(refused.status, 422);
    assert_eq!(refused.attribute("#service_type", "value"), "测试");
    assert_eq!(refused.attribute(".errors a", "href"), "#reason");
    assert_eq!(post(&[("service_type", "测试"), ("reason", WHY)]).status, 303);
    let shown = app.get("/asking").body;
    assert!(shown.contains("服务类型含“测试”") && shown.contains(WHY), "{shown}");
    assert_eq!(post(&[("service_type", "演练"), ("reason", WHY)]).status, 409);
    let removed = [("csrf", csrf.as_str()), ("version", "1"), ("step", "remove"), ("at", "0")];
    assert_eq!(app.post("/asking", &removed).status, 303);
    assert!(!app.get("/asking").body.contains("服务类型含“测试”"));
});

on_both!(only_service_quality_and_administrators_change_the_rules, |app| {
    app.sign_in(Role::Hr, None);
    let page = app.get("/asking");
    assert_eq!(page.status, 200);
    assert!(!page.body.contains("name=\"step\""));
    let refused = app.post("/asking", &[("step", "add"), ("version", "0"), ("service_type", "a"), ("reason", WHY)]);
    assert_eq!(refused.status, 403);
});

on_both!(names_of_settings_are_for_administrators, |app| {
    for (role, names) in [(Role::Hr, false), (Role::Quality, false), (Role::Admin, true)] {
        app.sign_in(role, None);
        let page = app.get("/asking").body;
        assert_eq!(page.contains("MANYI_"), names, "{role:?}");
        assert!(page.contains("由管理员在系统设置中决定"), "{page}");
    }
});
