//! Questionnaires with every type of question, on one page and on several: what is kept between pages, and what is not.

use chrono::TimeDelta;
use diesel::prelude::*;
use manyi::db;
use manyi::db::schema::{partial_response, pending_response, questionnaire, questionnaire_version, response};
use manyi::domain::questionnaire::Questionnaire;
use manyi::jobs::tidy;
use scraper::{Html, Selector};

use crate::harness::{Answer, TestApp, at_once};

/// `overall place | ways grid recommend effort solved | missing more | agree comment`
const PAGES: [&str; 4] = ["overall", "ways", "missing", "agree"];

/// Makes the questionnaire of all kinds what online customers are asked.
fn publish(app: &TestApp, first_of_page: &[&str]) {
    publish_changed(app, first_of_page, |_| ());
}

fn publish_changed(app: &TestApp, first_of_page: &[&str], change: impl Fn(&mut Questionnaire)) {
    let mut new: Questionnaire = serde_json::from_str(include_str!("../data/all-kinds.json")).unwrap();
    new.code = "online".into();
    for question in &mut new.questions {
        question.new_page = first_of_page.contains(&question.code.as_str());
    }
    change(&mut new);
    let now = app.now().naive_utc();
    app.pool()
        .write_now(|conn| -> db::Result<()> {
            let id: i64 = questionnaire::table
                .filter(questionnaire::code.eq("online"))
                .select(questionnaire::id)
                .get_result(conn)?;
            diesel::insert_into(questionnaire_version::table)
                .values((
                    questionnaire_version::questionnaire_id.eq(id),
                    questionnaire_version::version.eq(2),
                    questionnaire_version::definition.eq(serde_json::to_string(&new).unwrap()),
                    questionnaire_version::published_at.eq(now),
                ))
                .execute(conn)?;
            Ok(())
        })
        .unwrap();
}

/// The path of a customer's questionnaire on several pages.
fn asked(app: &TestApp) -> String {
    publish(app, &PAGES);
    app.department("客服");
    app.survey_path(&app.stored(&app.record(1, "客服")))
}

/// Sends a page and follows where it leads.
fn send(app: &TestApp, path: &str, page: &str, fields: &[(&str, &str)]) -> Answer {
    let mut all = vec![("page", page)];
    all.extend(fields);
    let sent = app.answer(path, &all);
    if sent.status == 303 { app.get(sent.header("location")) } else { sent }
}

/// The page that an answer shows, from 1.
fn page(answer: &Answer) -> String {
    answer.attribute("input[name=page]", "value")
}

fn checked(answer: &Answer) -> Vec<(String, String)> {
    let html = Html::parse_document(&answer.body);
    let chosen = Selector::parse("input[name^='q.'][checked]").unwrap();
    let attribute = |input: &scraper::ElementRef<'_>, name| input.attr(name).unwrap_or_default().to_owned();
    html.select(&chosen).map(|input| (attribute(&input, "name"), attribute(&input, "value"))).collect()
}

/// Length of what is kept under each invitation.
fn kept(app: &TestApp) -> Vec<usize> {
    let rows = |conn: &mut db::Connection| -> db::Result<Vec<Vec<u8>>> {
        Ok(partial_response::table.select(partial_response::sealed).load(conn)?)
    };
    app.pool().query_now(rows).unwrap().into_iter().map(|sealed| sealed.len()).collect()
}

fn stored(app: &TestApp) -> Vec<(String, Option<String>)> {
    let rows = |conn: &mut db::Connection| -> db::Result<_> {
        Ok(response::table.order(response::id).select((response::answers, response::comment)).load(conn)?)
    };
    app.pool().query_now(rows).unwrap()
}

fn tidy(app: &TestApp) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(tidy::step(&app.context)).unwrap();
}

on_both!(every_type_of_question_is_stored_under_its_code, |app| {
    publish(app, &[]);
    app.department("客服");
    let path = app.survey_path(&app.stored(&app.record(1, "客服")));
    let fields = [
        ("q.overall", "4"),
        ("q.place", "na"),
        ("q.ways", "letter"),
        ("q.ways", "app"),
        ("q.speed", "5"),
        ("q.recommend", "9"),
        ("q.effort", "2"),
        ("q.solved", "yes"),
        ("q.missing", "parts"),
        ("q.agree", "yes"),
        ("q.comment", "好"),
        ("identity", "named"),
    ];
    assert_eq!(app.answer(&path, &fields).status, 303);
    let [(answers, comment)] = &stored(app)[..] else { panic!() };
    assert_eq!(
        answers,
        r#"{"agree":"yes","effort":"2","overall":"4","place":"na","recommend":"9","solved":"yes","speed":"5","ways":"app letter"}"#
    );
    assert_eq!((comment.as_deref(), kept(app)), (Some("好"), vec![]));
});

on_both!(the_link_goes_on_where_one_left, |app| {
    let path = asked(app);
    let second = send(app, &path, "1", &[("q.overall", "2"), ("q.overall.why", "slow"), ("q.place", "home")]);
    assert_eq!(page(&second), "2");
    let third = send(app, &path, "2", &[("q.ways", "app"), ("q.ways", "letter"), ("q.solved", "no")]);
    assert_eq!(page(&third), "3");
    assert_eq!(page(&app.get(&path)), "3");
    let again = app.get(&format!("{path}?page=2"));
    let chosen = [("q.ways", "app"), ("q.ways", "letter"), ("q.solved", "no")];
    assert_eq!(checked(&again), chosen.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!((stored(app).len(), kept(app).len()), (0, 1));
});

on_both!(all_pages_are_one_answer_and_nothing_else_stays, |app| {
    let path = asked(app);
    send(app, &path, "1", &[("q.overall", "1"), ("q.overall.why", "slow"), ("q.overall.why", "manner")]);
    send(app, &path, "2", &[("q.speed", "4"), ("q.solved", "no")]);
    send(app, &path, "3", &[("q.missing", "advice"), ("q.more", "how it works")]);
    let thanks = send(app, &path, "4", &[("q.comment", "bye"), ("identity", "named")]);
    assert!(thanks.body.contains("谢谢"), "{}", thanks.body);
    let [(answers, comment)] = &stored(app)[..] else { panic!() };
    let all = r#"{"missing":"advice","overall":"1","overall.why":"slow manner","solved":"no","speed":"4"}"#;
    assert_eq!(answers, all);
    assert_eq!((comment.as_deref(), kept(app)), (Some("[more] how it works\n\nbye"), vec![]));
    let zone = app.context.config.time_zone;
    assert_eq!(app.pool().read_now(|conn| db::doctor::recount(conn, zone)).unwrap().differences, []);
});

on_both!(a_page_that_asks_nothing_is_passed_over, |app| {
    let path = asked(app);
    send(app, &path, "1", &[("q.overall", "5")]);
    let last = send(app, &path, "2", &[("q.solved", "yes")]);
    assert_eq!(page(&last), "4");
    let back = send(app, &path, "4", &[("back", "1"), ("q.comment", "later"), ("identity", "named")]);
    assert_eq!(page(&back), "2");
    let last = app.get(&path);
    assert_eq!((page(&last).as_str(), last.text("#q11").as_str()), ("4", "later"));
    assert_eq!(last.attribute("input[name=identity][checked]", "value"), "named");
});

on_both!(an_error_stays_on_its_page_and_loses_nothing, |app| {
    let path = asked(app);
    let refused = send(app, &path, "1", &[("q.place", "home")]);
    assert_eq!((refused.status, page(&refused).as_str()), (422, "1"));
    assert_eq!(checked(&refused), [("q.place".to_owned(), "home".to_owned())]);
    assert_eq!((kept(app), page(&app.get(&path)).as_str()), (vec![], "1"));
    send(app, &path, "1", &[("q.overall", "5")]);
    let wrong = send(app, &path, "2", &[("q.recommend", "11"), ("q.effort", "3")]);
    assert_eq!((wrong.status, page(&wrong).as_str()), (422, "2"));
    assert_eq!(checked(&wrong), [("q.effort".to_owned(), "3".to_owned())]);
});

on_both!(another_language_or_size_keeps_the_page_and_what_was_typed, |app| {
    let path = asked(app);
    send(app, &path, "1", &[("q.overall", "5")]);
    let fields = [("page", "2"), ("draft", "1"), ("q.effort", "3"), ("q.ways", "app")];
    let shown = app.post(&format!("{path}?lang=en&big=1"), &fields);
    assert_eq!((shown.status, page(&shown).as_str(), shown.attribute("html", "lang").as_str()), (200, "2", "en"));
    assert_eq!(checked(&shown).len(), 2);
    assert!(shown.body.contains("Page 2 of 4"));
});

on_both!(nobody_gets_further_than_they_have_answered, |app| {
    let path = asked(app);
    assert_eq!(page(&app.get(&format!("{path}?page=4"))), "1");
    let sent = send(app, &path, "4", &[("q.comment", "x")]);
    assert_eq!((sent.status, page(&sent).as_str(), stored(app).len()), (422, "1", 0));
});

on_both!(an_answer_that_is_changed_later_asks_for_what_is_missing_then, |app| {
    let path = asked(app);
    send(app, &path, "1", &[("q.overall", "5")]);
    send(app, &path, "2", &[("q.solved", "yes")]);
    let third = send(app, &path, "2", &[("q.solved", "no")]);
    assert_eq!(page(&third), "3");
    let sent = send(app, &path, "4", &[("q.comment", "kept"), ("identity", "named")]);
    assert_eq!((sent.status, page(&sent).as_str()), (422, "3"));
    assert_eq!(sent.attribute("[role=alert] a", "href"), "#q8");
    assert_eq!(page(&send(app, &path, "3", &[("q.missing", "parts")])), "4");
    assert_eq!(app.get(&path).text("#q11"), "kept");
});

on_both!(who_sends_everything_at_once_needs_no_pages, |app| {
    let path = asked(app);
    send(app, &path, "1", &[("q.overall", "5")]);
    assert_eq!(app.answer(&path, &[("q.overall", "4"), ("q.speed", "5"), ("identity", "named")]).status, 303);
    assert_eq!((stored(app).len(), kept(app)), (1, vec![]));
});

on_both!(an_answer_chosen_in_the_mail_shows_its_page_unless_it_is_kept_already, |app| {
    let path = asked(app);
    send(app, &path, "1", &[("q.overall", "5"), ("q.place", "home")]);
    assert_eq!(page(&app.get(&format!("{path}?q.overall=5"))), "2");
    let changed = app.get(&format!("{path}?q.overall=1"));
    assert_eq!(page(&changed), "1");
    assert_eq!(checked(&changed)[0], ("q.overall".to_owned(), "1".to_owned()));
});

on_both!(what_is_kept_has_one_length_and_says_nothing, |app| {
    let path = asked(app);
    let other = app.survey_path(&app.stored(&app.record(2, "客服")));
    send(app, &path, "1", &[("q.overall", "5")]);
    let long = "长".repeat(2000);
    for (page, fields) in [("1", ("q.overall", "1")), ("2", ("q.solved", "yes")), ("3", ("q.more", long.as_str()))] {
        send(app, &other, page, &[fields]);
    }
    let [short, full] = kept(app)[..] else { panic!() };
    assert_eq!(short, full);
});

on_both!(what_is_kept_goes_with_its_invitation, |app| {
    let path = asked(app);
    send(app, &path, "1", &[("q.overall", "5")]);
    tidy(app);
    assert_eq!(kept(app).len(), 1);
    app.advance(TimeDelta::days(30));
    tidy(app);
    assert_eq!(kept(app), [0; 0]);
});

on_both!(not_my_service_forgets_what_was_filled_in, |app| {
    let path = asked(app);
    let not_me = send(app, &path, "1", &[("q.overall", "5")]).attribute("footer .links a", "href");
    assert_eq!(app.post(not_me.split('?').next().unwrap(), &[]).status, 200);
    assert_eq!(kept(app), [0; 0]);
});

on_both!(a_page_sent_after_the_answer_keeps_nothing, |app| {
    let path = asked(app);
    let nonce = app.get(&path).attribute("input[name=nonce]", "value");
    assert_eq!(app.answer(&path, &[("q.overall", "4")]).status, 303);
    let late = app.post(&path, &[("nonce", nonce.as_str()), ("page", "1"), ("q.overall", "1")]);
    assert_eq!((late.status, kept(app)), (200, vec![]));
    let kept_after = app.pool().write_now(|conn| db::partial::keep(conn, &app.context.secrets, 1, 10_000, |kept| kept));
    assert!(!kept_after.unwrap());
});

on_both!(anonymous_answers_of_several_pages_leave_nothing_but_their_company, |app| {
    publish(app, &PAGES);
    app.department("客服");
    for number in 1..=5 {
        let path = app.survey_path(&app.stored(&app.record(number, "客服")));
        let typed = "长".repeat(400 * (number - 1));
        send(app, &path, "1", &[("q.overall", "1")]);
        send(app, &path, "2", &[("q.solved", "yes")]);
        send(app, &path, "3", &[("q.more", &typed)]);
        send(app, &path, "4", &[]);
        let lengths = |conn: &mut db::Connection| -> db::Result<Vec<Vec<u8>>> {
            Ok(pending_response::table.select(pending_response::sealed).load(conn)?)
        };
        let mut lengths: Vec<usize> = app.pool().query_now(lengths).unwrap().iter().map(Vec::len).collect();
        assert_eq!(lengths.len(), number % 5);
        lengths.dedup();
        assert!(lengths.len() <= 1);
    }
    assert_eq!((kept(app), stored(app).len()), (vec![], 0));
});

/// Fills in a wish to be contacted and goes on to the last page, which is returned.
fn wished(app: &TestApp, path: &str) -> Answer {
    send(app, path, "1", &[("q.overall", "1"), ("q.overall.contact", "yes")]);
    send(app, path, "2", &[("q.solved", "yes")]);
    send(app, path, "3", &[])
}

fn waiting(app: &TestApp) -> i64 {
    app.pool().query_now(db::pending::count).unwrap()
}

on_both!(who_wished_to_be_contacted_is_not_offered_to_be_anonymous, |app| {
    let path = asked(app);
    let last = wished(app, &path);
    assert_eq!(page(&last), "4");
    assert!(!last.body.contains("value=\"anonymous\"") && last.text("#sign").contains("实名"), "{}", last.body);
    let refused = send(app, &path, "4", &[("q.comment", "kept"), ("identity", "anonymous")]);
    assert_eq!((refused.status, refused.text("#q11").as_str()), (422, "kept"));
    assert_eq!(refused.attribute("[role=alert] a", "href"), "#sign");
    assert_eq!((stored(app).len(), waiting(app)), (0, 0));
    send(app, &path, "4", &[("q.comment", "kept")]);
    assert_eq!((stored(app).len(), waiting(app)), (1, 0));
});

on_both!(a_wish_can_be_taken_back_where_one_signs, |app| {
    let path = asked(app);
    wished(app, &path);
    let without = send(app, &path, "4", &[("drop-wish", "1"), ("q.comment", "kept")]);
    assert_eq!((without.status, page(&without).as_str(), without.text("#q11").as_str()), (200, "4", "kept"));
    assert_eq!(without.attribute("input[name=identity][checked]", "value"), "anonymous");
    let first = app.get(&format!("{path}?page=1"));
    assert_eq!(checked(&first), [("q.overall".to_owned(), "1".to_owned())]);
    let thanks = send(app, &path, "4", &[("q.comment", "kept"), ("identity", "anonymous")]);
    assert!(thanks.body.contains("匿名"), "{}", thanks.body);
    assert_eq!((stored(app).len(), waiting(app)), (0, 1));
});

on_both!(a_correction_keeps_each_text_that_is_not_written_anew, |app| {
    publish_changed(app, &[], |new| {
        let more = new.questions.iter_mut().find(|question| question.code == "more").unwrap();
        more.required = true;
    });
    app.department("客服");
    let path = app.survey_path(&app.stored(&app.record(1, "客服")));
    let low = [("q.overall", "1"), ("identity", "named")];
    assert_eq!(app.answer(&path, &[&low[..], &[("q.more", "no parts\n\n[comment] x")]].concat()).status, 303);
    let correct = format!("{path}/correct");
    let page = app.get(&correct);
    assert_eq!((page.text("#q9"), page.text("#q11")), (String::new(), String::new()));
    assert!(page.text("#h9").contains("会保留") && !page.text("#h11").contains("会保留"), "{}", page.body);
    let wrong = app.answer(&correct, &[("q.overall", "9"), ("q.comment", "new")]);
    assert_eq!((wrong.status, wrong.text("#q9"), wrong.text("#q11").as_str()), (422, String::new(), "new"));
    let sent = app.answer(&correct, &[&low[..], &[("q.comment", "new")]].concat());
    assert_eq!(sent.status, 303, "{}", sent.body);
    assert_eq!(stored(app)[0].1.as_deref(), Some("[more] no parts\n \n[comment] x\n\nnew"));
});

on_both!(who_pressed_once_more_is_not_asked_again_on_the_next_page, |app| {
    let path = asked(app);
    app.get(&format!("{path}?q.overall=5"));
    let page = app.get(&format!("{path}?q.overall=4"));
    let press = |page: &Answer, fields: &[(&str, &str)]| {
        let nonce = page.attribute("input[name=nonce]", "value");
        app.post(&path, &[&[("nonce", nonce.as_str())], fields].concat())
    };
    let asked = press(&page, &[("page", "1"), ("q.overall", "4")]);
    assert_eq!(asked.status, 422);
    let on = press(&asked, &[("page", "1"), ("q.overall", "4")]);
    assert_eq!(on.status, 303);
    let second = app.get(on.header("location"));
    assert_eq!(press(&second, &[("page", "2"), ("q.solved", "yes")]).status, 303);
});

on_both!(pages_sent_from_two_tabs_at_once_are_both_kept, |app| {
    let path = asked(app);
    send(app, &path, "1", &[("q.overall", "5")]);
    send(app, &path, "2", &[("q.solved", "yes")]);
    let nonce = app.get(&path).attribute("input[name=nonce]", "value");
    for round in 0..20 {
        let (url, nonce, value) = (format!("{}{path}", app.base), nonce.clone(), 1 + round % 2);
        let statuses = at_once(2, move |tab| {
            let agent: ureq::Agent =
                ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
            let field = if tab == 0 { "page=1&q.overall=" } else { "page=2&q.solved=yes&q.effort=" };
            let request = agent.post(&url).header("Content-Type", "application/x-www-form-urlencoded");
            request.send(format!("nonce={nonce}&{field}{value}").as_bytes()).unwrap().status().as_u16()
        });
        assert_eq!(statuses, [303, 303]);
        let value = value.to_string();
        let kept = [1, 2].map(|number| checked(&app.get(&format!("{path}?page={number}"))));
        assert!(kept[0].contains(&("q.overall".to_owned(), value.clone())), "{round}: {kept:?}");
        assert!(kept[1].contains(&("q.effort".to_owned(), value.clone())), "{round}: {kept:?}");
    }
});

on_both!(each_page_can_be_looked_at_before_it_is_asked, |app| {
    publish(app, &PAGES);
    app.sign_in(manyi::domain::user::Role::Quality, None);
    let page = |number: &str| app.get(&format!("/staff/questionnaires/online/preview/2?lang=en&page={number}"));
    let third = page("3");
    assert!(third.body.contains("name=\"q.missing\"") && third.body.contains("name=\"q.more\""), "{}", third.body);
    assert!(!third.body.contains("name=\"q.place\"") && third.text("[aria-current]").contains('3'));
    for other in ["1", "0", "99", "x"] {
        assert!(page(other).body.contains("name=\"q.place\""));
    }
});
