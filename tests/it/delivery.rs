//! Sending by SMTP as the outbox sees it: late workers (RELIABILITY P5), late starts (P23), full mailboxes.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use chrono::{NaiveTime, TimeDelta};
use manyi::context::Context;
use manyi::db::intake::Stored;
use manyi::db::outbox::{self, Finish};
use manyi::db::{self, bounce, invitation, mail_queue, suppression};
use manyi::domain::bounce::Kind;
use manyi::domain::invitation::State;
use manyi::domain::service_record::ServiceRecord;
use manyi::mail::Mailer;

use crate::harness::TestApp;

/// Lets mail go to a server that says to `RCPT`, and to the end of a message (`.`), what it is told to. Counts what it
/// was asked to take.
pub(crate) fn send_to(app: &mut TestApp, say: impl Fn(&str) -> String + Send + Sync + 'static) -> Arc<AtomicUsize> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("smtp://127.0.0.1:{}?tls=none&connections=1", listener.local_addr().unwrap().port());
    let asked = Arc::new(AtomicUsize::new(0));
    let (count, say) = (asked.clone(), Arc::new(say));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (stream, say, count) = (stream.unwrap(), say.clone(), count.clone());
            std::thread::spawn(move || -> std::io::Result<()> {
                let mut out = stream.try_clone()?;
                out.write_all(b"220 hello\r\n")?;
                let mut lines = BufReader::new(stream).lines();
                while let Some(line) = lines.next() {
                    let reply = match line?.get(..4) {
                        Some("RCPT") => {
                            count.fetch_add(1, Ordering::SeqCst);
                            say("RCPT")
                        }
                        Some("DATA") => {
                            out.write_all(b"354 go on\r\n")?;
                            while lines.next().transpose()?.is_some_and(|line| line != ".") {}
                            say(".")
                        }
                        _ => "250 fine".to_owned(),
                    };
                    out.write_all(format!("{reply}\r\n").as_bytes())?;
                }
                Ok(())
            });
        }
    });
    app.context.mailer = Some(Arc::new(Mailer::from_url(&url).unwrap()));
    asked
}

/// One more service of customer 1.
pub(crate) fn again(app: &TestApp, n: usize) -> Stored {
    app.stored(&ServiceRecord { external_id: format!("A-{n}"), ..app.record(1, "D1") })
}

pub(crate) fn state(app: &TestApp, stored: &Stored) -> State {
    let state = |conn: &mut db::Connection| {
        let found = invitation::by_id(conn, stored.invitation_id)?.unwrap();
        invitation::state_of(conn, &found.external_id, app.now())
    };
    app.pool().query_now(state).unwrap().unwrap()
}

fn is_suppressed(app: &TestApp, stored: &Stored) -> bool {
    let now = app.now();
    let found = app.pool().query_now(|conn| -> db::Result<_> {
        let hash = invitation::by_id(conn, stored.invitation_id)?.unwrap().email_hash.unwrap();
        suppression::among(conn, &[hash], now)
    });
    !found.unwrap().is_empty()
}

/// Another worker takes all that is due, and sends it.
fn take_over(context: &Context) -> usize {
    let now = context.now();
    let (rules, zone) = (&context.config.asking, context.config.time_zone);
    context
        .pool
        .write_now(|conn| -> db::Result<_> {
            let claimed = outbox::claim(conn, &context.secrets, now, 10)?;
            let sent =
                claimed.iter().map(|mail| (mail.id, mail.lease_token.clone(), Finish::Accepted, "by another".into()));
            outbox::finish(conn, &sent.collect::<Vec<_>>(), rules, zone, now)?;
            Ok(claimed.len())
        })
        .unwrap()
}

on_both!(a_worker_that_was_asleep_past_its_lease_sends_nothing_more_and_changes_nothing, |app| {
    app.department("D1");
    for n in 0..3 {
        app.stored(&app.record(n, "D1"));
    }
    let (context, taken) = (app.context.clone(), Arc::new(Mutex::new(None)));
    let by_other = taken.clone();
    let asked = send_to(app, move |step| {
        if step == "." {
            // It falls asleep with the first mail on the wire, and wakes up after its lease.
            by_other.lock().unwrap().get_or_insert_with(|| {
                context.clock.advance(TimeDelta::minutes(6));
                take_over(&context)
            });
            "451 4.3.0 not now".into()
        } else {
            "250 fine".into()
        }
    });
    app.deliver();
    assert_eq!((*taken.lock().unwrap(), asked.load(Ordering::SeqCst)), (Some(3), 1));
    let rows = app.pool().query_now(|conn| mail_queue::of_state(conn, "accepted", 9)).unwrap();
    assert_eq!(rows.iter().map(|row| row.reply.as_deref()).collect::<Vec<_>>(), [Some("by another"); 3]);
});

on_both!(a_worker_that_died_gives_its_mails_back_when_the_lease_ends, |app| {
    app.department("D1");
    let stored = app.stored(&app.record(1, "D1"));
    let (secrets, now) = (app.context.secrets.clone(), app.now());
    app.pool().write_now(|conn| outbox::claim(conn, &secrets, now, 10).map(drop)).unwrap();
    app.advance(outbox::LEASE);
    assert_eq!((app.deliver().len(), state(app, &stored)), (0, State::Queued));
    app.advance(TimeDelta::seconds(1));
    assert_eq!((app.deliver().len(), state(app, &stored)), (1, State::Sent));
});

on_both!(a_start_after_days_does_not_ask_about_what_is_long_past, |app| {
    app.department("D1");
    let old = app.stored(&app.record(1, "D1"));
    let days = app.context.config.asking.max_age_days;
    app.advance(TimeDelta::days(days + 1) - TimeDelta::hours(2));
    let fresh = app.stored(&app.record(2, "D1"));
    app.advance(TimeDelta::hours(2));
    let sent = app.deliver();
    assert_eq!(sent.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), ["customer2@example.com"]);
    assert_eq!((state(app, &old), state(app, &fresh)), (State::Expired, State::Sent));
    let listed = app.pool().query_now(|conn| mail_queue::of_state(conn, "expired", 9)).unwrap();
    assert_eq!(listed.len(), 1);
});

on_both!(a_mailbox_that_a_server_calls_full_three_times_rests_for_thirty_days, |app| {
    app.department("D1");
    Arc::make_mut(&mut app.context.config).asking.cooldown_days = 0;
    send_to(app, |step| if step == "RCPT" { "552 5.2.2 mailbox full" } else { "250 fine" }.into());
    let asked: Vec<_> = (0..3)
        .map(|n| {
            let stored = again(app, n);
            app.deliver();
            app.advance(TimeDelta::days(2));
            (state(app, &stored), is_suppressed(app, &stored))
        })
        .collect();
    assert_eq!(asked, [(State::Failed, false), (State::Failed, false), (State::Failed, true)]);
    let rests = again(app, 3);
    app.deliver();
    assert_eq!(state(app, &rests), State::Suppressed);
    app.advance(TimeDelta::days(30));
    assert!(!is_suppressed(app, &rests));
});

on_both!(a_mailbox_that_stays_full_until_we_give_up_counts_once, |app| {
    app.department("D1");
    let asked = send_to(app, |step| if step == "RCPT" { "452 4.2.2 over quota" } else { "250 fine" }.into());
    let stored = again(app, 0);
    for _ in 0..40 {
        app.deliver();
        app.advance(TimeDelta::hours(3));
    }
    assert_eq!((state(app, &stored), is_suppressed(app, &stored)), (State::Failed, false));
    let heard = app.pool().query_now(|conn| bounce::of_invitation(conn, stored.invitation_id)).unwrap();
    assert_eq!(heard.into_iter().map(|(kind, ..)| kind).collect::<Vec<_>>(), [Kind::MailboxFull]);
    // Five tries within the first hours, then one every five hours or so by day, for four days.
    assert!((9..30).contains(&asked.load(Ordering::SeqCst)), "{asked:?}");
});

on_both!(what_was_put_off_into_the_night_waits_for_the_morning, |app| {
    let mut config = (*app.context.config).clone();
    config.asking.quiet_hours =
        Some((NaiveTime::from_hms_opt(20, 0, 0).unwrap(), NaiveTime::from_hms_opt(9, 0, 0).unwrap()));
    app.context.config = Arc::new(config);
    app.department("D1");
    app.stored(&app.record(1, "D1"));
    // Paused until eleven at night.
    app.advance(TimeDelta::hours(13));
    assert_eq!(app.deliver().len(), 0);
    app.advance(TimeDelta::hours(10));
    assert_eq!(app.deliver().len(), 1);
});

on_both!(a_mail_that_was_paused_for_days_is_given_a_second_try, |app| {
    app.department("D1");
    let stored = again(app, 1);
    app.advance(TimeDelta::days(5));
    let asked = send_to(app, |_| "450 4.2.1 later".to_owned());
    app.deliver();
    assert_eq!((asked.load(Ordering::SeqCst), state(app, &stored)), (1, State::Queued));
});
