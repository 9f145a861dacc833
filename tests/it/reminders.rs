//! Who has not answered is written to once more, and nobody else is (FEATURES B3). Tests begin on a Thursday at ten.

use std::sync::Arc;

use chrono::TimeDelta;
use manyi::db;
use manyi::db::intake::{Outcome, Stored};
use manyi::domain::invitation::State;
use manyi::domain::service_record::{Contact, ServiceRecord};

use crate::harness::TestApp;

/// A service whose invitation has gone out.
fn invited(app: &TestApp) -> Stored {
    app.department("客服");
    let stored = app.stored(&app.record(1, "客服"));
    assert_eq!(app.deliver().len(), 1);
    stored
}

/// The mails after so many days.
fn mails_after(app: &TestApp, days: i64) -> Vec<manyi::mail::Mail> {
    app.advance(TimeDelta::days(days));
    app.deliver()
}

fn set_reminders(app: &mut TestApp, count: u8) {
    let mut config = (*app.context.config).clone();
    config.asking.reminders.count = count;
    app.context.config = Arc::new(config);
}

on_both!(who_has_not_answered_is_reminded_once_on_the_first_working_day_after_three, |app| {
    invited(app);
    // The third day is a Sunday.
    assert_eq!(mails_after(app, 3).len(), 1);
    let mails = mails_after(app, 2);
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[1].subject, "10月8日账户咨询，盼您评价");
    let thread = format!("In-Reply-To: <{}>", mails[0].message_id);
    assert!(mails[1].raw.contains(&thread) && mails[1].message_id != mails[0].message_id, "{}", mails[1].raw);
    assert_eq!(mails_after(app, 9).len(), 2);
});

on_both!(who_has_answered_or_declined_is_not_reminded, |app| {
    let first = invited(app);
    let second = app.stored(&ServiceRecord { ..app.record(2, "客服") });
    assert_eq!(app.deliver().len(), 2);
    let thanks = app.answer(&app.survey_path(&first), &[("q.overall", "5"), ("identity", "anonymous")]);
    assert_eq!(thanks.status, 303);
    let path = format!("/u/{}/not-me", app.context.secrets.unsubscribe_token(second.invitation_id));
    assert_eq!(app.post(&path, &[]).status, 200);
    assert_eq!(mails_after(app, 5).len(), 2);
});

on_both!(an_address_that_wants_no_more_is_not_reminded, |app| {
    let stored = invited(app);
    let path = format!("/u/{}", app.context.secrets.unsubscribe_token(stored.invitation_id));
    assert_eq!(app.post(&path, &[("List-Unsubscribe", "One-Click")]).status, 200);
    assert_eq!(mails_after(app, 5).len(), 1);
});

on_both!(a_reminder_that_comes_too_late_is_not_sent, |app| {
    invited(app);
    assert_eq!(mails_after(app, 8).len(), 1);
    let states = app.pool().query_now(db::outbox::counts_by_state).unwrap();
    assert_eq!(states.into_iter().collect::<std::collections::BTreeMap<_, _>>()["expired"], 1);
});

on_both!(reminders_can_be_none_or_two, |app| {
    set_reminders(app, 0);
    invited(app);
    assert_eq!(mails_after(app, 5).len(), 1);
    set_reminders(app, 2);
    app.stored(&app.record(2, "客服"));
    assert_eq!(app.deliver().len(), 2);
    assert_eq!([mails_after(app, 4).len(), mails_after(app, 4).len(), mails_after(app, 4).len()], [3, 4, 4]);
});

on_both!(a_person_is_asked_once_in_a_while_whatever_the_address, |app| {
    app.department("客服");
    let of = |number, customer: &str| {
        let record = app.record(number, "客服");
        ServiceRecord { contact: Contact { customer_ref: Some(customer.into()), ..record.contact }, ..record }
    };
    let outcomes = app.store(&[of(1, "C1"), of(2, "C1"), of(3, "C2")]);
    let state = |outcome: &Outcome| if let Outcome::Created(stored) = outcome { Some(stored.state) } else { None };
    let states: Vec<_> = outcomes.iter().filter_map(state).collect();
    assert_eq!(states, [State::Scheduled, State::Throttled, State::Scheduled]);
    assert_eq!(app.stored(&of(4, "C2")).state, State::Throttled);
    app.advance(TimeDelta::days(15));
    assert_eq!(app.stored(&of(5, "C2")).state, State::Scheduled);
});
