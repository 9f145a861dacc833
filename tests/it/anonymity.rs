//! Anonymous answers wait for company, and come out of it without a way back.

use chrono::TimeDelta;
use manyi::db;
use manyi::db::scores::Request;
use manyi::domain::commitment::{Level, Metric};
use manyi::jobs::tidy;

use crate::harness::TestApp;

fn counted(app: &TestApp) -> u32 {
    let request = Request {
        period: "2026-10".parse().unwrap(),
        department: Some("客服".into()),
        channel: None,
        level: Level::Department,
    };
    let scores = app.scores(&request).scores;
    scores.into_iter().find(|score| score.metric == Metric::SatisfactionRate).unwrap().n
}

fn answer(app: &TestApp, numbers: std::ops::Range<usize>) {
    for number in numbers {
        let path = app.survey_path(&app.stored(&app.record(number, "客服")));
        let thanks = app.answer(&path, &[("q.overall", "5"), ("q.comment", "很好"), ("identity", "anonymous")]);
        assert_eq!(thanks.status, 303, "{}", thanks.body);
    }
}

fn waiting(app: &TestApp) -> i64 {
    app.pool().query_now(db::pending::count).unwrap()
}

on_both!(four_wait_and_the_fifth_releases_all, |app| {
    app.department("客服");
    answer(app, 0..4);
    assert_eq!((counted(app), waiting(app)), (0, 4));
    answer(app, 4..5);
    assert_eq!((counted(app), waiting(app)), (5, 0));
});

on_both!(a_remainder_of_a_month_is_released_without_its_channel_once_five_meet, |app| {
    use manyi::domain::service_record::{Channel, Touchpoint};
    app.department("客服");
    answer(app, 0..3);
    for number in 3..5 {
        let mut record = app.record(number, "客服");
        (record.touchpoint, record.channel) = (Some(Touchpoint::Counter), Channel::Offline);
        let path = app.survey_path(&app.stored(&record));
        assert_eq!(app.answer(&path, &[("q.overall", "1")]).status, 303);
    }
    assert_eq!((counted(app), waiting(app)), (0, 5));
    app.advance(TimeDelta::days(30));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(tidy::step(&app.context)).unwrap();
    assert_eq!((counted(app), waiting(app)), (5, 0));
});

on_both!(no_row_of_an_anonymous_answer_names_a_record_a_time_or_a_person, |app| {
    use diesel::prelude::*;
    use manyi::db::schema::{anonymous_response, response};
    app.department("客服");
    answer(app, 0..5);
    let named: i64 =
        app.pool().query_now(|conn| -> db::Result<_> { Ok(response::table.count().get_result(conn)?) }).unwrap();
    assert_eq!(named, 0);
    type Row = (Vec<u8>, Option<i64>, Option<i64>, String);
    let rows: Vec<Row> = app
        .pool()
        .query_now(|conn| -> db::Result<_> {
            let columns = (
                anonymous_response::id,
                anonymous_response::employee_id,
                anonymous_response::client_id,
                anonymous_response::month,
            );
            Ok(anonymous_response::table.select(columns).load(conn)?)
        })
        .unwrap();
    assert_eq!(rows.len(), 5);
    assert!(rows.iter().all(|(id, employee, client, month)| {
        id.len() == 16 && employee.is_none() && client.is_none() && month == "2026-10"
    }));
});
