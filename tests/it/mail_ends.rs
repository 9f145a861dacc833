//! How mails end that no server plainly took or refused, and what a queue that waits says of itself.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::prelude::*;
use manyi::clock::Clock;
use manyi::db::intake::Stored;
use manyi::db::schema::invitation;
use manyi::db::{self, clock_check, mail_queue, outbox};
use manyi::domain::invitation::State;
use manyi::domain::period::{Grain, Period};
use manyi::domain::service_record::ServiceRecord;
use manyi::domain::user::Role;
use manyi::mail::Mailer;

use crate::complaints::complain;
use crate::delivery::{again, send_to, state};
use crate::harness::TestApp;

/// To the end of a message the server says nothing that can be read: the mail may have arrived.
fn unclear(step: &str) -> String {
    if step == "." { "999 what" } else { "250 fine" }.to_owned()
}

/// When an invitation is due, and over.
type Times = (NaiveDateTime, NaiveDateTime);

/// Doctor finds nothing wrong, and the ledger counts so many services as asked.
fn fits(app: &TestApp, asked: u32) {
    let month = Period::at(app.now(), app.context.config.time_zone, Grain::Month);
    let bounds = month.bounds(app.context.config.time_zone);
    let (sums, ledgers, recount) = app
        .pool()
        .read_now(|conn| -> db::Result<_> {
            let zone = app.context.config.time_zone;
            let recount = db::doctor::recount(conn, zone)?;
            Ok((db::doctor::sums(conn, app.now())?, db::ledger::of_departments(conn, bounds, app.now())?, recount))
        })
        .unwrap();
    assert!(sums.are_right(), "{sums:?}");
    assert!(recount.differences.is_empty(), "{recount:?}");
    assert_eq!(ledgers.values().map(|ledger| ledger.asked()).sum::<u32>(), asked);
}

on_both!(a_mail_that_may_have_arrived_keeps_its_link_when_it_is_given_up, |app| {
    app.department("D1");
    let asked = send_to(app, unclear);
    let stored = again(app, 1);
    app.deliver();
    app.advance(TimeDelta::minutes(20));
    app.deliver();
    let ended = app.pool().query_now(|conn| mail_queue::of_state(conn, "failed", 9)).unwrap();
    assert_eq!((asked.load(Ordering::SeqCst), ended.len(), ended[0].possible_duplicates), (2, 1, 2));
    assert_eq!(state(app, &stored), State::Sent);
    fits(app, 1);
    app.sign_in(Role::Auditor, None);
    let way = app.get("/mail/way?number=A-1").body;
    assert!(way.contains("可能已送达") && !way.contains("可能重复送达"), "{way}");
    let thanks = app.answer(&app.survey_path(&stored), &[("q.overall", "5"), ("identity", "named")]);
    assert_eq!((thanks.status, state(app, &stored)), (303, State::Answered));
});

on_both!(a_complaint_takes_no_link_that_may_have_arrived, |app| {
    app.department("客服");
    send_to(app, unclear);
    let stored = app.stored(&app.record(1, "客服"));
    app.deliver();
    complain(app, 1);
    app.advance(TimeDelta::minutes(20));
    app.deliver();
    assert_eq!((state(app, &stored), app.get(&app.survey_path(&stored)).status), (State::Sent, 200));
    fits(app, 1);
});

on_both!(time_alone_ends_an_invitation_and_what_comes_later_changes_nothing, |app| {
    app.department("客服");
    let stored = app.stored(&app.record(1, "客服"));
    app.deliver();
    app.advance(TimeDelta::days(14));
    assert_eq!(state(app, &stored), State::Sent);
    app.advance(TimeDelta::seconds(1));
    app.post(&format!("/u/{}/not-me", app.context.secrets.unsubscribe_token(stored.invitation_id)), &[]);
    assert_eq!(state(app, &stored), State::Expired);
    app.sign_in(Role::Quality, None);
    let way = app.get("/mail/way?number=A-00001");
    assert!(way.body.contains("邀请已到期，客户未评价"), "{}", way.body);
    let counts = app.pool().query_now(|conn| db::invitation::counts_by_state(conn, app.now())).unwrap();
    assert_eq!(counts, [(State::Expired, 1)].into());
    fits(app, 1);
});

on_both!(a_count_of_states_says_to_the_second_what_an_invitation_says, |app| {
    app.department("D1");
    let counted = |app: &TestApp, stored: &Stored, seconds: &[i64], at: fn(Times) -> NaiveDateTime| {
        let times = invitation::table.find(stored.invitation_id).select((invitation::due_at, invitation::expires_at));
        let moment =
            at(app.pool().query_now(|conn| times.get_result(conn).map_err(db::Error::from)).unwrap()).and_utc();
        let number = format!("A-{}", stored.invitation_id);
        let one = |seconds: &i64| {
            let now = moment + TimeDelta::seconds(*seconds);
            let (state, counts) = app
                .pool()
                .query_now(|conn| -> db::Result<_> {
                    Ok((db::invitation::state_of(conn, &number, now)?, db::invitation::counts_by_state(conn, now)?))
                })
                .unwrap();
            assert_eq!(counts, [(state.unwrap(), 1)].into());
            state.unwrap()
        };
        seconds.iter().map(one).collect::<Vec<_>>()
    };
    let stored = again(app, 1);
    let due = counted(app, &stored, &[-1, 0, 1], |(due, _)| due);
    assert_eq!(due, [State::Scheduled, State::Queued, State::Queued]);
    app.deliver();
    let over = counted(app, &stored, &[-1, 0, 1], |(_, over)| over);
    assert_eq!(over, [State::Sent, State::Sent, State::Expired]);
});

on_both!(an_address_that_is_not_there_never_got_the_mail, |app| {
    app.department("D1");
    send_to(app, unclear);
    let stored = again(app, 1);
    app.deliver();
    send_to(app, |_| "550 5.1.1 no such user".to_owned());
    app.advance(TimeDelta::minutes(20));
    app.deliver();
    assert_eq!(state(app, &stored), State::Bounced);
});

fn oldest_due(app: &TestApp) -> Option<DateTime<Utc>> {
    app.pool().query_now(|conn| outbox::oldest_due(conn, app.now())).unwrap()
}

on_both!(a_server_that_is_not_there_makes_the_queue_old, |app| {
    app.department("D1");
    again(app, 1);
    let due = app.now();
    let unreachable = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    app.context.mailer = Some(Arc::new(Mailer::from_url(&format!("smtp://{unreachable}?tls=none")).unwrap()));
    for _ in 0..16 {
        app.deliver();
        app.advance(TimeDelta::minutes(1));
    }
    assert_eq!(oldest_due(app), Some(due));
    assert_eq!(app.get("/readyz").status, 503);
    app.sign_in(Role::Auditor, None);
    assert!(app.get("/mail").body.contains("等候最久的一封，应于"));
    app.pool().write_now(|conn| mail_queue::switch(conn, true, "cli", app.now()).map(drop)).unwrap();
    assert_eq!(app.get("/readyz").status, 200);
});

on_both!(a_mail_that_a_server_put_off_does_not_make_the_queue_old, |app| {
    app.department("D1");
    again(app, 1);
    send_to(app, |_| "450 4.2.1 try again in 3600 seconds".to_owned());
    app.deliver();
    app.advance(TimeDelta::minutes(30));
    assert_eq!((oldest_due(app), app.get("/readyz").status), (None, 200));
});

on_both!(a_mail_that_is_tried_again_does_not_become_too_old_for_it, |app| {
    app.department("D1");
    let completed_at = app.now() - TimeDelta::days(6);
    let stored = app.stored(&ServiceRecord { completed_at, ..app.record(1, "D1") });
    let asked = send_to(app, |_| "450 4.2.1 later".to_owned());
    app.deliver();
    app.advance(TimeDelta::days(3));
    app.deliver();
    assert_eq!((asked.load(Ordering::SeqCst), state(app, &stored)), (2, State::Queued));
});

on_both!(a_worker_whose_clock_is_not_the_databases_sends_nothing, |app| {
    let config = Arc::make_mut(&mut app.context.config);
    config.asking.quiet_hours = None;
    // SQLite has no other clock than ours.
    let has_another = !config.database_url.0.starts_with("sqlite");
    app.department("D1");
    app.context.clock = Clock::System(TimeDelta::seconds(-125));
    let completed_at = app.now() - TimeDelta::hours(1);
    app.stored(&ServiceRecord { completed_at, ..app.record(1, "D1") });
    let ahead = app.pool().query_now(|conn| clock_check::ahead(conn, &app.context.clock)).unwrap();
    assert_eq!(ahead.map(|ahead| ahead.num_minutes()), has_another.then_some(-2));
    assert_eq!(app.deliver().len(), usize::from(!has_another));
    app.context.clock = Clock::System(TimeDelta::seconds(-20));
    assert_eq!(app.deliver().len(), 1);
});

#[test]
fn a_server_whose_clock_is_not_the_databases_is_not_ready_and_says_so() {
    for (milliseconds, is_ready) in [(40_500, false), (-40_500, false), (20_000, true), (-20_000, true)] {
        let clock = Clock::System(TimeDelta::milliseconds(milliseconds));
        let Some(app) = TestApp::on_postgres_at(clock) else { return };
        let answer = app.get("/readyz");
        let told = answer.body.contains("the clock is more than 30 seconds off the database's");
        assert_eq!((answer.status, told), if is_ready { (200, false) } else { (503, true) }, "{}", answer.body);
    }
}
