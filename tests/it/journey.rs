//! From a service record to a department's score, over the public surface.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use manyi::db;
use manyi::db::intake::Outcome;
use manyi::db::scores::Request;
use manyi::domain::commitment::{Level, Metric};
use manyi::domain::invitation::State;
use manyi::domain::scorecard::Score;
use manyi::domain::service_record::{Channel, ServiceRecord};

use crate::harness::{TestApp, at_once};

fn rate(app: &TestApp, channel: Option<Channel>) -> Score {
    let request = Request {
        period: "2026-10".parse().unwrap(),
        department: Some("客服".into()),
        channel,
        level: Level::Department,
    };
    let scores = app.scores(&request).scores;
    scores.into_iter().find(|score| score.metric == Metric::SatisfactionRate).unwrap()
}

on_both!(a_service_becomes_a_mail_an_answer_and_a_score, |app| {
    app.department("客服");
    let records: Vec<_> = (0..6).map(|number| app.record(number, "客服")).collect();
    let stored: Vec<_> = records.iter().map(|record| app.stored(record)).collect();
    assert_eq!(app.deliver().len(), 6);
    for (at, stored) in stored.iter().enumerate() {
        let word = if at == 0 { "3" } else { "5" };
        let thanks = app.answer(&app.survey_path(stored), &[("q.overall", word), ("identity", "named")]);
        assert_eq!(thanks.status, 303, "{}", thanks.body);
        assert_eq!(app.get(thanks.header("location")).status, 200);
    }
    let score = rate(app, Some(Channel::Online));
    assert_eq!((score.n, score.satisfied, score.value), (6, Some(5), Some(83.3333)));
    assert_eq!((score.invited, score.responded, score.response_rate), (6, 6, Some(100.0)));
});

on_both!(the_mail_leads_to_the_page_with_the_answer_chosen_and_nothing_stored, |app| {
    app.department("客服");
    let stored = app.stored(&app.record(1, "客服"));
    let mail = app.deliver().remove(0);
    let caught = manyi::mail::directory::Caught::parse(&mail.raw);
    let path = app.survey_path(&stored);
    assert!(caught.text.unwrap().contains(&format!("{}{path}?q.overall=5", app.base)));
    let page = app.get(&format!("{path}?q.overall=5"));
    assert_eq!(page.attribute("input[name='q.overall'][checked]", "value"), "5");
    assert_eq!(rate(app, None).n, 0);
});

on_both!(the_same_record_again_changes_nothing_and_other_content_is_a_conflict, |app| {
    app.department("客服");
    let record = app.record(1, "客服");
    app.stored(&record);
    assert_eq!(app.store(std::slice::from_ref(&record)), [Outcome::Unchanged]);
    let other = ServiceRecord { urgent: true, ..record };
    assert_eq!(app.store(&[other]), [Outcome::Conflict]);
    assert_eq!(app.deliver().len(), 1);
});

on_both!(each_record_that_is_not_asked_about_says_why, |app| {
    app.department("客服");
    let mut unreachable = app.record(1, "客服");
    unreachable.contact.email = None;
    let mut old = app.record(2, "客服");
    old.completed_at = app.now() - TimeDelta::days(8);
    let first = app.record(3, "客服");
    let mut soon_again = app.record(4, "客服");
    soon_again.contact.email = first.contact.email.clone();
    let states: Vec<_> = app
        .store(&[unreachable, old, first, soon_again])
        .into_iter()
        .map(|outcome| if let Outcome::Created(stored) = outcome { stored.state } else { panic!("{outcome:?}") })
        .collect();
    assert_eq!(states, [State::NoAddress, State::TooOld, State::Scheduled, State::Throttled]);
});

on_both!(an_invitation_is_answered_once, |app| {
    app.department("客服");
    let path = app.survey_path(&app.stored(&app.record(1, "客服")));
    let named = [("q.overall", "5"), ("identity", "named")];
    assert_eq!(app.answer(&path, &named).status, 303);
    assert_eq!(app.get(&path).status, 200);
    assert_eq!(app.post(&path, &named).status, 200);
    assert_eq!(rate(app, None).n, 1);
});

on_both!(a_hundred_at_once_store_one, |app| {
    app.department("客服");
    let path = app.survey_path(&app.stored(&app.record(1, "客服")));
    let nonce = app.get(&path).attribute("input[name=nonce]", "value");
    let url = format!("{}{path}", app.base);
    let statuses = at_once(100, move |_| {
        let body = format!("nonce={nonce}&q.overall=5&identity=named");
        let agent: ureq::Agent =
            ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
        let form = "application/x-www-form-urlencoded";
        agent.post(&url).header("Content-Type", form).send(body.as_bytes()).unwrap().status().as_u16()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| [200, 303].contains(status)), "{statuses:?}");
    assert_eq!(rate(app, None).n, 1);
});

on_both!(a_refused_form_keeps_what_was_typed, |app| {
    app.department("客服");
    let path = app.survey_path(&app.stored(&app.record(1, "客服")));
    let refused = app.answer(&path, &[("q.speed", "4"), ("q.comment", "等了三天")]);
    assert_eq!(refused.status, 422);
    assert_eq!(refused.attribute("input[name='q.speed'][checked]", "value"), "4");
    assert!(refused.body.contains("等了三天"));
    let stale = app.post(&path, &[("nonce", "made up"), ("q.overall", "5")]);
    assert_eq!(stale.status, 422);
    assert_eq!(stale.attribute("input[name='q.overall'][checked]", "value"), "5");
});

on_both!(wrong_old_and_declined_links_say_what_they_are, |app| {
    app.department("客服");
    assert_eq!(app.get("/s/AAAAAAAAAAAAAAAAAAAAAA").status, 404);
    let stored = app.stored(&app.record(1, "客服"));
    let path = app.survey_path(&stored);
    app.advance(TimeDelta::days(15));
    assert_eq!(app.get(&path).status, 410);
    assert_eq!(app.post(&path, &[("q.overall", "5")]).status, 410);
});

on_both!(who_stops_invitations_gets_no_more, |app| {
    app.department("客服");
    let stored = app.stored(&app.record(1, "客服"));
    let link = format!("/u/{}", app.context.secrets.unsubscribe_token(stored.invitation_id));
    assert_eq!(app.get(&link).status, 200);
    assert_eq!(app.post_raw(&link, "application/x-www-form-urlencoded", b"List-Unsubscribe=One-Click").status, 200);
    assert_eq!(app.deliver().len(), 0);
    app.advance(TimeDelta::days(20));
    let mut again = app.record(2, "客服");
    again.contact.email = Some("customer1@example.com".into());
    assert_eq!(app.stored(&again).state, State::Suppressed);
});

on_both!(every_state_is_counted_and_the_sum_is_the_records, |app| {
    app.department("客服");
    let stored = app.stored(&app.record(1, "客服"));
    app.stored(&app.record(2, "客服"));
    app.deliver();
    app.answer(&app.survey_path(&stored), &[("q.overall", "5"), ("identity", "named")]);
    let counts = app.pool().query_now(|conn| db::invitation::counts_by_state(conn, app.now())).unwrap();
    assert_eq!(counts, BTreeMap::from([(State::Answered, 1), (State::Sent, 1)]));
});
