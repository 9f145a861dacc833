//! Limits per domain and domains that ask to wait, as all instances see them (RELIABILITY P13).

use std::sync::Arc;

use chrono::TimeDelta;
use manyi::db::schema::mail_pace;
use manyi::db::{self, mail_queue};
use manyi::domain::mail_note::Note;
use manyi::jobs::Step;
use manyi::jobs::deliver::Deliver;

use crate::delivery::send_to;
use crate::harness::TestApp;

/// A limit per minute to the domain of all customers.
fn limit(app: &mut TestApp, per_minute: u32) {
    let rates = &mut Arc::make_mut(&mut app.context.config).asking.domain_rate;
    *rates = [("example.com".to_owned(), per_minute)].into();
}

/// Two instances take turns until neither finds anything due.
fn deliver_by_two(app: &TestApp) {
    let two = [0, 1].map(|_| Deliver::new(app.context.clone()));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        while two[0].step().await.unwrap() == Step::Ran || two[1].step().await.unwrap() == Step::Ran {}
    });
}

fn accepted(app: &TestApp) -> usize {
    app.pool().query_now(|conn| mail_queue::of_state(conn, "accepted", 99)).unwrap().len()
}

on_both!(two_instances_share_the_limit_of_a_domain, |app| {
    app.department("D1");
    limit(app, 20);
    app.store(&(0..7).map(|n| app.record(n, "D1")).collect::<Vec<_>>());
    let sent: Vec<usize> = (0..5)
        .map(|_| {
            deliver_by_two(app);
            app.advance(TimeDelta::seconds(6));
            accepted(app)
        })
        .collect();
    // One at once, then what has waited: a turn every three seconds, looked for every six.
    assert_eq!(sent, [1, 2, 3, 4, 5]);
    let waits = app.pool().query_now(|conn| mail_queue::of_state(conn, "retry", 9)).unwrap();
    assert!(waits.iter().all(|mail| mail.attempt == 0 && mail.reply.as_deref() == Some(Note::Domain.as_str())));
});

on_both!(a_domain_that_asked_one_instance_to_wait_is_left_alone_by_all, |app| {
    app.department("D1");
    app.stored(&app.record(1, "D1"));
    let asked = send_to(app, |_| "421 4.7.0 try again in 300 seconds".to_owned());
    app.deliver();
    app.stored(&app.record(2, "D1"));
    deliver_by_two(app);
    assert_eq!(asked.load(std::sync::atomic::Ordering::SeqCst), 1);
    let waits = app.pool().query_now(|conn| mail_queue::of_state(conn, "retry", 9)).unwrap();
    assert_eq!(waits.iter().filter(|mail| mail.reply.as_deref() == Some(Note::Domain.as_str())).count(), 1);
});

on_both!(nothing_is_kept_of_a_domain_without_a_limit, |app| {
    app.department("D1");
    app.stored(&app.record(1, "D1"));
    assert_eq!(app.deliver().len(), 1);
    let kept: i64 = app.pool().query_now(|conn| -> db::Result<_> { Ok(count(conn)?) }).unwrap();
    assert_eq!(kept, 0);
});

fn count(conn: &mut db::Connection) -> diesel::QueryResult<i64> {
    use diesel::prelude::*;
    mail_pace::table.count().get_result(conn)
}
