//! Questionnaires are written as drafts, published as versions that never change, and chosen for channels.

use chrono::TimeDelta;
use diesel::prelude::*;
use manyi::db::questionnaire_choice::{self, ChoiceError};
use manyi::db::questionnaire_draft::{self, PublishError, SaveError};
use manyi::db::schema::{questionnaire_choice as choices, questionnaire_version};
use manyi::db::{self, questionnaire};
use manyi::domain::questionnaire::Questionnaire;
use manyi::domain::questionnaire_draft::Draft;
use manyi::domain::service_record::{Channel, Touchpoint};
use manyi::domain::user::Role;

use crate::harness::TestApp;

const BY: &str = "q@manyi.example";

fn online() -> Draft {
    Draft::of(&serde_json::from_str::<Questionnaire>(Questionnaire::ONLINE_JSON).unwrap())
}

fn begin(app: &TestApp, code: &str, base: Option<i32>) {
    let now = app.now();
    assert!(app.pool().write_now(|conn| questionnaire_draft::begin(conn, code, &online(), base, BY, now)).unwrap());
}

fn save(app: &TestApp, code: &str, seen: i64, draft: &Draft) -> Result<i64, SaveError> {
    let now = app.now();
    app.pool().write_now(|conn| questionnaire_draft::save(conn, code, seen, draft, BY, now))
}

fn publish(app: &TestApp, code: &str, seen: i64) -> Result<i32, PublishError> {
    let now = app.now();
    app.pool().write_now(|conn| questionnaire_draft::publish(conn, code, seen, BY, now))
}

/// Publishes a next version of `code` that says what `change` makes of the default one.
fn published(app: &TestApp, code: &str, base: Option<i32>, change: impl FnOnce(&mut Draft)) -> i32 {
    begin(app, code, base);
    let mut draft = online();
    change(&mut draft);
    let revision = save(app, code, 1, &draft).unwrap();
    publish(app, code, revision).unwrap()
}

fn choose(app: &TestApp, channel: Channel, code: &str, seen: &str) -> Result<(), ChoiceError> {
    let now = app.now();
    app.pool().write_now(|conn| questionnaire_choice::choose(conn, channel, code, seen, BY, now))
}

fn current(app: &TestApp) -> questionnaire::Current {
    app.pool().read_now(questionnaire::current).unwrap()
}

on_both!(a_version_that_is_published_is_asked_in_new_invitations_only, |app| {
    app.department("甲");
    let before = app.survey_path(&app.stored(&app.record(1, "甲")));
    let version = published(app, "online", Some(1), |draft| draft.questions[1].text.zh_cn = "客服有没有耐心".into());
    let after = app.survey_path(&app.stored(&app.record(2, "甲")));
    assert_eq!(version, 2);
    assert!(!app.get(&before).body.contains("客服有没有耐心"));
    assert!(app.get(&after).body.contains("客服有没有耐心"));
});

on_both!(the_database_refuses_to_change_or_delete_what_is_published, |app| {
    published(app, "online", Some(1), |draft| draft.title.en = "Changed".into());
    let newest = questionnaire_version::table.filter(questionnaire_version::version.eq(2));
    let changed = app.pool().write_now(|conn| -> db::Result<_> {
        Ok(diesel::update(newest).set(questionnaire_version::definition.eq("{}")).execute(conn)?)
    });
    let deleted = app.pool().write_now(|conn| -> db::Result<_> { Ok(diesel::delete(newest).execute(conn)?) });
    assert!(changed.is_err() && deleted.is_err());
});

on_both!(the_second_editor_is_told_and_loses_nothing, |app| {
    begin(app, "online", Some(1));
    let mut first = online();
    first.title.en = "First".into();
    assert_eq!(save(app, "online", 1, &first).unwrap(), 2);
    let Err(SaveError::Changed(stored)) = save(app, "online", 1, &online()) else { panic!() };
    assert_eq!((stored.revision, stored.draft, stored.changed_by.as_str()), (2, first, BY));
});

on_both!(what_is_faulty_or_says_nothing_new_is_not_published, |app| {
    begin(app, "online", Some(1));
    assert!(matches!(publish(app, "online", 1), Err(PublishError::Faulty)));
    let mut draft = online();
    draft.questions[0].options[1].points = "many".into();
    let revision = save(app, "online", 1, &draft).unwrap();
    assert!(matches!(publish(app, "online", revision), Err(PublishError::Faulty)));
    assert!(app.pool().read_now(|conn| questionnaire_draft::get(conn, "online")).unwrap().is_some());
});

on_both!(a_channel_asks_what_was_chosen_for_it_from_then_on, |app| {
    app.department("甲");
    published(app, "shop", None, |draft| draft.title.en = "Shop".into());
    assert!(matches!(choose(app, Channel::Offline, "nothing", "offline"), Err(ChoiceError::Unknown)));
    choose(app, Channel::Offline, "shop", "offline").unwrap();
    assert!(matches!(choose(app, Channel::Offline, "online", "offline"), Err(ChoiceError::Changed)));
    let mut record = app.record(1, "甲");
    (record.channel, record.touchpoint) = (Channel::Offline, Some(Touchpoint::Counter));
    app.stored(&record);
    let versions = app.pool().read_now(questionnaire::versions).unwrap();
    let shop = versions.iter().find(|version| version.code == "shop").unwrap();
    assert_eq!(current(app).offline, shop.id);
    assert_ne!(current(app).online, shop.id);
});

on_both!(which_questionnaire_was_asked_is_never_forgotten, |app| {
    published(app, "shop", None, |_| ());
    choose(app, Channel::Online, "shop", "online").unwrap();
    let changed = app.pool().write_now(|conn| -> db::Result<_> {
        Ok(diesel::update(choices::table).set(choices::channel.eq("offline")).execute(conn)?)
    });
    let deleted = app.pool().write_now(|conn| -> db::Result<_> { Ok(diesel::delete(choices::table).execute(conn)?) });
    assert!(changed.is_err() && deleted.is_err());
});

on_both!(a_chart_marks_new_versions_and_other_questionnaires, |app| {
    let marks = |app: &TestApp, channel| -> Vec<(String, i32)> {
        let editions = app.pool().read_now(|conn| questionnaire::editions(conn, channel)).unwrap();
        editions.into_iter().map(|edition| (edition.questionnaire, edition.version)).collect()
    };
    assert_eq!(marks(app, None), []);
    app.advance(TimeDelta::days(1));
    published(app, "online", Some(1), |draft| draft.title.en = "Two".into());
    published(app, "shop", None, |_| ());
    assert_eq!(marks(app, Some(Channel::Online)), [("online".to_owned(), 2)]);
    app.advance(TimeDelta::days(1));
    choose(app, Channel::Offline, "shop", "offline").unwrap();
    app.advance(TimeDelta::days(1));
    published(app, "shop", Some(1), |draft| draft.title.en = "Shop".into());
    published(app, "offline", Some(1), |draft| draft.title.en = "No longer asked".into());
    assert_eq!(marks(app, Some(Channel::Offline)), [("shop".to_owned(), 1), ("shop".to_owned(), 2)]);
    assert_eq!(marks(app, None).len(), 3);
});

on_both!(every_step_is_in_the_audit_log, |app| {
    published(app, "online", Some(1), |draft| draft.title.en = "Two".into());
    published(app, "shop", None, |_| ());
    choose(app, Channel::Online, "shop", "online").unwrap();
    let actions = ["questionnaire.draft", "questionnaire.save", "questionnaire.publish", "questionnaire.choose"];
    let entries = app.pool().read_now(|conn| db::audit::latest_of(conn, &actions, 20)).unwrap();
    let told: Vec<(&str, &str)> =
        entries.iter().rev().map(|entry| (entry.action.as_str(), entry.subject.as_str())).collect();
    assert_eq!(
        told,
        [
            ("questionnaire.draft", "online"),
            ("questionnaire.save", "online"),
            ("questionnaire.publish", "online"),
            ("questionnaire.draft", "shop"),
            ("questionnaire.publish", "shop"),
            ("questionnaire.choose", "shop"),
        ]
    );
    assert!(entries.iter().all(|entry| entry.actor == BY));
});

on_both!(only_service_quality_and_administrators_see_the_editor, |app| {
    begin(app, "online", Some(1));
    app.sign_in(Role::Hr, None);
    for path in [
        "",
        "/new",
        "/online",
        "/online/edit",
        "/online/edit/1",
        "/online/publish",
        "/online/preview",
        "/online/preview/1",
    ] {
        let path = format!("/staff/questionnaires{path}");
        assert_eq!(app.get(&path).status, 403, "{path}");
    }
    for path in ["/choice", "/new", "/online/draft", "/online/edit", "/online/edit/1", "/online/publish"] {
        let path = format!("/staff/questionnaires{path}");
        assert_eq!(app.post(&path, &[]).status, 403, "{path}");
    }
});

/// The fields of the first form of a page that has a revision, as a browser would send them.
fn filled(page: &str) -> Vec<(String, String)> {
    use scraper::{Html, Selector};
    let html = Html::parse_document(page);
    let select = |css: &str| Selector::parse(css).unwrap();
    let form = html.select(&select("main form[method=post]")).next().unwrap();
    let mut fields = Vec::new();
    for input in form.select(&select("input, select, textarea")) {
        let element = input.value();
        let (Some(name), kind) = (element.attr("name"), element.attr("type").unwrap_or("")) else { continue };
        let ticks = matches!(kind, "checkbox" | "radio");
        if ticks && element.attr("checked").is_none() {
            continue;
        }
        let value = if element.name() == "select" {
            let chosen = input.select(&select("option[selected]")).next();
            let chosen = chosen.or_else(|| input.select(&select("option")).next()).unwrap();
            chosen.value().attr("value").unwrap().to_owned()
        } else {
            element.attr("value").unwrap_or_default().to_owned()
        };
        fields.push((name.to_owned(), value));
    }
    fields
}

/// Presses a button of a page after typing into some of its fields.
fn press(app: &TestApp, path: &str, page: &str, typed: &[(&str, &str)], step: &str) -> crate::harness::Answer {
    let mut fields = filled(page);
    for (name, text) in typed {
        match fields.iter_mut().find(|(known, _)| known == name) {
            Some((_, value)) => (*text).clone_into(value),
            None => fields.push(((*name).to_owned(), (*text).to_owned())),
        }
    }
    fields.push(("step".to_owned(), step.to_owned()));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    app.post(path, &fields)
}

const EDIT: &str = "/staff/questionnaires/online/edit";

on_both!(a_version_is_written_checked_and_published_by_pages_alone, |app| {
    app.department("甲");
    app.sign_in(Role::Quality, None);
    let view = app.get("/staff/questionnaires/online");
    let begun = press(app, "/staff/questionnaires/online/draft", &view.body, &[], "");
    assert_eq!(begun.header("location"), EDIT);
    let added = press(app, EDIT, &app.get(EDIT).body, &[("title-en", "Online, better"), ("kind", "nps")], "add");
    assert_eq!(added.header("location"), format!("{EDIT}/6"));
    let question = format!("{EDIT}/6");
    let typed = [("text-zh", "您会推荐我们吗？"), ("text-en", "Would you recommend us?"), ("code", "recommend")];
    assert_eq!(press(app, &question, &app.get(&question).body, &typed, "save").status, 303);
    let list = app.get(EDIT).body;
    assert!(list.contains("您会推荐我们吗？") && list.contains("Online, better"), "{list}");
    assert_eq!(press(app, EDIT, &list, &[], "up 6").header("location"), format!("{EDIT}#question-5"));
    let publish = "/staff/questionnaires/online/publish";
    let confirm = app.get(publish);
    assert_eq!(confirm.status, 200);
    assert!(confirm.body.contains("您会推荐我们吗？") && confirm.body.contains("recommend"));
    assert_eq!(press(app, publish, &confirm.body, &[], "").status, 303);
    let asked = app.get(&app.survey_path(&app.stored(&app.record(1, "甲")))).body;
    assert!(asked.contains("您会推荐我们吗？"));
    assert!(app.get("/staff/questionnaires/online").body.contains("第 2 版"));
    assert_eq!(app.get(EDIT).status, 404);
});

on_both!(what_is_typed_is_kept_though_it_is_no_number, |app| {
    app.sign_in(Role::Quality, None);
    begin(app, "online", Some(1));
    let path = format!("{EDIT}/1");
    let typed = [("o1-points", "八五"), ("text-en", "")];
    let saved = press(app, &path, &app.get(&path).body, &typed, "option-add");
    assert_eq!(saved.header("location"), format!("{path}#o5-zh"));
    let page = app.get(&path);
    assert_eq!(page.attribute("#o1-points", "value"), "八五");
    assert!(page.body.contains("href=\"#o1-points\"") && page.body.contains("href=\"#text-en\""), "{}", page.body);
    assert_eq!(page.attribute("input[name=o5-value]", "value"), "6");
    let publish = app.get("/staff/questionnaires/online/publish");
    assert_eq!(publish.status, 200, "nothing was asked to be published yet");
    assert!(!publish.text("#faults").is_empty() && !publish.body.contains("name=\"revision\""));
});

on_both!(points_that_say_otherwise_than_the_words_are_warned_of, |app| {
    app.sign_in(Role::Quality, None);
    begin(app, "online", Some(1));
    let path = format!("{EDIT}/1");
    assert_eq!(press(app, &path, &app.get(&path).body, &[("o1-points", "80")], "save").status, 303);
    assert!(app.get(&path).body.contains("却不算满意"));
});

on_both!(the_page_of_an_overtaken_editor_keeps_what_was_typed, |app| {
    app.sign_in(Role::Quality, None);
    begin(app, "online", Some(1));
    let path = format!("{EDIT}/2");
    let page = app.get(&path).body;
    let mut other = online();
    other.questions[1].text.en = "Theirs".into();
    save(app, "online", 1, &other).unwrap();
    let refused = press(app, &path, &page, &[("text-en", "Mine")], "save");
    assert_eq!(refused.status, 409);
    assert_eq!(refused.attribute("#text-en", "value"), "Mine");
    assert!(refused.body.contains("Theirs") && refused.body.contains(BY), "{}", refused.body);
    assert_eq!(press(app, &path, &refused.body, &[], "save").status, 303);
    assert_eq!(app.get(&path).attribute("#text-en", "value"), "Mine");
});

on_both!(a_code_that_was_published_stays_and_a_new_one_takes_its_conditions_along, |app| {
    app.sign_in(Role::Quality, None);
    begin(app, "online", Some(1));
    let path = format!("{EDIT}/2");
    press(app, &path, &app.get(&path).body, &[("code", "other")], "save");
    assert_eq!(app.get(&path).attribute("#code", "value"), "attitude");
    press(app, EDIT, &app.get(EDIT).body, &[("kind", "yes_no")], "add");
    press(app, EDIT, &app.get(EDIT).body, &[("kind", "text")], "add");
    let depends = format!("{EDIT}/7");
    press(app, &depends, &app.get(&depends).body, &[("if", "q1 yes")], "save");
    let renamed = format!("{EDIT}/6");
    press(app, &renamed, &app.get(&renamed).body, &[("code", "again")], "save");
    assert_eq!(app.get(&depends).attribute("input[name=if][checked]", "value"), "again yes");
});

on_both!(the_preview_is_the_real_page_and_sends_nothing, |app| {
    app.sign_in(Role::Quality, None);
    begin(app, "online", Some(1));
    let mut draft = online();
    draft.questions[0].text.en = "Are you <b>happy</b>?".into();
    save(app, "online", 1, &draft).unwrap();
    let preview = app.get("/staff/questionnaires/online/preview?lang=en&big=1");
    assert!(preview.body.contains("class=\"big\"") && preview.body.contains("Are you &#60;b&#62;happy"));
    assert_eq!(preview.attribute("input[name=nonce]", "value"), "");
    assert!(preview.body.contains("id=\"submit\" disabled"), "{}", preview.body);
    let policy = preview.header("content-security-policy");
    assert!(policy.contains("form-action 'none'") && policy.contains("frame-ancestors 'self'"), "{policy}");
    assert_eq!(preview.header("x-frame-options"), "SAMEORIGIN");
    assert!(app.get(EDIT).header("content-security-policy").contains("frame-src 'self'"));
    let first = app.get("/staff/questionnaires/online/preview/1?lang=en");
    assert!(!first.body.contains("happy"));
});

on_both!(a_new_questionnaire_begins_from_a_preset_or_from_a_file, |app| {
    app.sign_in(Role::Quality, None);
    let path = "/staff/questionnaires/new";
    let page = app.get(path).body;
    let refused = press(app, path, &page, &[("code", "Not a code")], "");
    assert_eq!(refused.status, 422);
    assert_eq!(refused.attribute("#code", "value"), "Not a code");
    let made = press(app, path, &page, &[("code", "calls"), ("from", "csat-nps-ces")], "");
    assert_eq!(made.header("location"), "/staff/questionnaires/calls/edit");
    assert_eq!(app.get("/staff/questionnaires/calls/publish").status, 200);
    let file = app.get("/staff/questionnaires/calls/draft.json");
    assert!(file.header("content-disposition").contains("calls.json"));
    let copied = press(app, path, &page, &[("code", "copies"), ("json", &file.body)], "");
    assert_eq!(copied.status, 303);
    assert!(app.get("/staff/questionnaires/copies/draft.json").body.contains("\"recommend\""));
    assert_eq!(press(app, path, &page, &[("code", "broken"), ("json", "{")], "").status, 422);
    assert_eq!(press(app, path, &page, &[("code", "calls")], "").status, 422);
});

/// The cells of a question in the months of a department's page.
fn months(page: &str, question: &str) -> Vec<String> {
    use scraper::{Html, Selector};
    let html = Html::parse_document(page);
    let (rows, cells) = (Selector::parse("table.heat tbody tr").unwrap(), Selector::parse("td").unwrap());
    let row = html.select(&rows).find(|row| row.text().any(|text| text == question));
    let text = |cell: scraper::ElementRef<'_>| cell.text().collect::<String>();
    row.map(|row| row.select(&cells).map(text).collect()).unwrap_or_default()
}

on_both!(a_trend_goes_on_under_the_same_code_and_begins_anew_under_another, |app| {
    app.department("repair");
    let answer = |app: &TestApp, from: usize, third: &str| {
        for number in from..from + 6 {
            let path = app.survey_path(&app.stored(&app.record(number, "repair")));
            let fields = [("q.overall", "5"), ("q.speed", "5"), (third, "5"), ("identity", "named")];
            assert_eq!(app.answer(&path, &fields).status, 303);
        }
    };
    answer(app, 1, "q.attitude");
    published(app, "online", Some(1), |draft| {
        draft.questions[1].code = "patience".into();
        draft.questions[1].text.en = "Our patience".into();
        draft.questions[2].text.en = "Our speed".into();
    });
    app.advance(TimeDelta::days(31));
    answer(app, 11, "q.patience");
    app.sign_in(Role::Quality, None);
    let page = app.get("/departments/repair?period=2026-11&channel=online&lang=en").body;
    let last = |question: &str| months(&page, question).into_iter().rev().take(2).collect::<Vec<_>>();
    assert_eq!(last("Our speed").len(), 2, "{page}");
    assert!(last("Our speed").iter().all(|cell| cell.contains("100")), "{:?}", last("Our speed"));
    let begun = last("Our patience");
    assert!(begun[0].contains("100") && !begun[1].contains("100"), "{begun:?}");
    assert_eq!(last("How courteous and patient we were"), Vec::<String>::new());
});

on_both!(questions_that_only_one_channel_asks_stand_on_the_page_of_both, |app| {
    app.department("repair");
    published(app, "shop", None, |draft| {
        draft.questions[1].code = "place".into();
        draft.questions[1].text.en = "Our shop".into();
    });
    choose(app, Channel::Offline, "shop", "offline").unwrap();
    for number in 1..7 {
        let mut record = app.record(number, "repair");
        (record.channel, record.touchpoint) = (Channel::Offline, Some(Touchpoint::Counter));
        let path = app.survey_path(&app.stored(&record));
        assert_eq!(app.answer(&path, &[("q.overall", "5"), ("q.place", "5"), ("identity", "named")]).status, 303);
    }
    app.sign_in(Role::Quality, None);
    let page = app.get("/departments/repair?period=2026-10&lang=en").body;
    assert!(months(&page, "Our shop").last().unwrap().contains("100"), "{page}");
});

on_both!(a_code_that_is_asked_no_more_names_nothing_else, |app| {
    let at = online().questions.iter().position(|question| question.code == "speed").unwrap();
    published(app, "online", Some(1), |draft| drop(draft.questions.remove(at)));
    begin(app, "online", Some(2));
    let mut draft = online();
    let before = std::mem::replace(&mut draft.questions[at].text, draft.title.clone());
    let revision = save(app, "online", 1, &draft).unwrap();
    app.sign_in(Role::Quality, None);
    for path in [EDIT, &format!("{EDIT}/{}", at + 1), "/staff/questionnaires/online/publish"] {
        let page = app.get(path);
        assert!(page.text("#faults").contains("“speed”在第 1 版"), "{path}: {}", page.body);
    }
    assert!(matches!(publish(app, "online", revision), Err(PublishError::Faulty)));
    draft.questions[at].text = before;
    let revision = save(app, "online", revision, &draft).unwrap();
    assert_eq!(publish(app, "online", revision).unwrap(), 3, "its trend goes on");
});

on_both!(what_was_answered_is_counted_by_version, |app| {
    app.department("甲");
    let paths: Vec<String> = (1..=3).map(|number| app.survey_path(&app.stored(&app.record(number, "甲")))).collect();
    published(app, "online", Some(1), |draft| draft.title.en = "Two".into());
    let newer = app.survey_path(&app.stored(&app.record(4, "甲")));
    for path in paths.iter().chain([&newer]) {
        assert_eq!(app.answer(path, &[("q.overall", "5"), ("identity", "named")]).status, 303);
    }
    app.sign_in(Role::Quality, None);
    let view = app.get("/staff/questionnaires/online").body;
    assert!(view.contains("1 份答卷") && view.contains("3 份答卷"), "{view}");
    for number in 5..=9 {
        let path = app.survey_path(&app.stored(&app.record(number, "甲")));
        assert_eq!(app.answer(&path, &[("q.overall", "5"), ("identity", "anonymous")]).status, 303);
        let told = if number < 9 { "1 份答卷" } else { "6 份答卷" };
        let view = app.get("/staff/questionnaires/online").body;
        assert!(view.contains(told), "anonymous ones are told of together: {view}");
    }
});
