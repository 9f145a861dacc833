//! Mail that comes back (RELIABILITY P10): what is heard, what follows, and what must not.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::TimeDelta;
use manyi::config::BounceAddress;
use manyi::db::intake::{Outcome, Stored};
use manyi::db::{self, bounce, invitation, suppression};
use manyi::domain::bounce::Kind;
use manyi::domain::invitation::State;
use manyi::domain::service_record::ServiceRecord;
use manyi::jobs::Step;
use manyi::jobs::bounces::Bounces;

use crate::delivery::state;
use crate::harness::TestApp;

/// The tag in the mails of the corpus.
const TAG: &str = "a3-0123456789abcdef0123";

/// A mail of the corpus by its name, come back to a return path.
fn returned(name: &str, tag: &str) -> Vec<u8> {
    let path = format!("{}/tests/data/bounces/{name}.eml", env!("CARGO_MANIFEST_DIR"));
    let bytes = std::fs::read(path).unwrap();
    // Some are not UTF-8: byte by byte.
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes.as_slice();
    while !rest.is_empty() {
        match rest.strip_prefix(TAG.as_bytes()) {
            Some(after) => {
                out.extend(tag.as_bytes());
                rest = after;
            }
            None => {
                out.push(rest[0]);
                rest = &rest[1..];
            }
        }
    }
    out
}

/// Puts a mail where a mail server would.
fn drop_in(app: &TestApp, name: &str, bytes: &[u8]) -> PathBuf {
    let folder = app.context.config.bounce_dir.clone().unwrap().join("new");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(name), bytes).unwrap();
    folder.join(name)
}

fn listen(app: &TestApp) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let bounces = Bounces::new(app.context.clone());
    runtime.block_on(async { while bounces.step().await.unwrap() == Step::Ran {} });
}

/// Bounces come back to us, and customers may be asked at any time.
fn prepare(app: &mut TestApp) {
    let config = Arc::make_mut(&mut app.context.config);
    config.bounce = Some(BounceAddress { local: "b".into(), domain: "bounce.manyi.example".into() });
    config.asking.cooldown_days = 0;
    app.department("D1");
}

/// Asks about one more service of the customer `number`; its mail goes out. Returns its tag.
fn asked(app: &TestApp, number: usize, record: &str) -> (Stored, String) {
    let record = ServiceRecord { external_id: record.into(), ..app.record(number, "D1") };
    let stored = app.stored(&record);
    let before = app.sent().len();
    let mails = app.deliver();
    let path = mails[before..].last().unwrap().return_path.as_str().to_owned();
    (stored, path.split(['+', '@']).nth(1).unwrap().to_owned())
}

/// The customer's mail comes back as this one of the corpus.
fn comes_back(app: &TestApp, tag: &str, name: &str) {
    drop_in(app, name, &returned(name, tag));
    listen(app);
}

fn is_suppressed(app: &TestApp, stored: &Stored) -> bool {
    let now = app.now();
    app.pool()
        .query_now(|conn| -> db::Result<_> {
            let hash = invitation::by_id(conn, stored.invitation_id)?.unwrap().email_hash.unwrap();
            suppression::among(conn, &[hash], now)
        })
        .unwrap()
        .len()
        == 1
}

fn kinds(app: &TestApp, stored: &Stored) -> Vec<Kind> {
    let found = app.pool().query_now(|conn| bounce::of_invitation(conn, stored.invitation_id)).unwrap();
    found.into_iter().map(|(kind, ..)| kind).collect()
}

fn total(app: &TestApp, word: &str) -> i64 {
    let totals = app.pool().query_now(bounce::totals).unwrap();
    totals.into_iter().find(|(known, _)| known == word).map_or(0, |(_, n)| n)
}

on_both!(of_the_whole_corpus_only_dead_addresses_complaints_and_wishes_are_suppressed, |app| {
    prepare(app);
    let folder = format!("{}/tests/data/bounces", env!("CARGO_MANIFEST_DIR"));
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter_map(|name| Some(name.strip_suffix(".eml")?.to_owned())).collect();
    names.sort();
    let records: Vec<_> = (0..names.len()).map(|number| app.record(number, "D1")).collect();
    let stored: Vec<Stored> = app
        .store(&records)
        .into_iter()
        .map(|outcome| match outcome {
            Outcome::Created(stored) => stored,
            other => panic!("{other:?}"),
        })
        .collect();
    let mails = app.deliver();
    for (number, name) in names.iter().enumerate() {
        let to = format!("customer{number}@example.com");
        let mail = mails.iter().find(|mail| mail.to.as_str() == to).unwrap();
        let tag = mail.return_path.as_str().split(['+', '@']).nth(1).unwrap();
        drop_in(app, name, &returned(name, tag));
    }
    listen(app);
    for (name, stored) in names.iter().zip(&stored) {
        let expected = match name.split("--").next().unwrap() {
            "hard" => (true, State::Bounced),
            "complaint" => (true, State::Sent),
            "unsubscribe" => (true, State::Declined),
            _ => (false, State::Sent),
        };
        assert_eq!((is_suppressed(app, stored), state(app, stored)), expected, "{name}");
    }
    let processed = app.context.config.bounce_dir.clone().unwrap().join("processed");
    assert_eq!(std::fs::read_dir(processed).unwrap().count(), names.len());
    assert_eq!((total(app, "forged"), total(app, "auto_reply"), total(app, "unknown")), (0, 4, 3));
});

on_both!(a_forged_bounce_changes_nothing_and_is_counted, |app| {
    prepare(app);
    let (stored, tag) = asked(app, 1, "A-1");
    let (id, _) = tag.split_once('-').unwrap();
    comes_back(app, &format!("{id}-00000000000000000000"), "hard--postfix-remote-5.1.1");
    assert_eq!((state(app, &stored), is_suppressed(app, &stored), total(app, "forged")), (State::Sent, false, 1));
});

on_both!(a_bounce_does_not_undo_an_answer, |app| {
    prepare(app);
    let (stored, tag) = asked(app, 1, "A-1");
    let answered = app.answer(&app.survey_path(&stored), &[("q.overall", "5"), ("identity", "named")]);
    assert_eq!(answered.status, 303, "{}", answered.body);
    comes_back(app, &tag, "hard--gmail-dsn");
    assert_eq!((state(app, &stored), is_suppressed(app, &stored)), (State::Answered, false));
    assert_eq!(kinds(app, &stored), [Kind::Hard]);
});

on_both!(a_dead_address_gets_no_reminder_and_no_further_mail, |app| {
    prepare(app);
    let (stored, tag) = asked(app, 1, "A-1");
    comes_back(app, &tag, "hard--qq-gb18030-base64");
    app.advance(TimeDelta::days(4));
    app.deliver();
    let again = app.stored(&ServiceRecord { external_id: "A-2".into(), ..app.record(1, "D1") });
    assert_eq!((app.deliver().len(), state(app, &stored)), (1, State::Bounced));
    assert_eq!(state(app, &again), State::Suppressed);
});

on_both!(a_mailbox_full_three_times_rests_for_thirty_days, |app| {
    prepare(app);
    let mut last = None;
    for (n, name) in ["mailbox_full--postfix-5.2.2", "mailbox_full--qq-gb18030", "mailbox_full--163-quota-gbk"]
        .into_iter()
        .enumerate()
    {
        let (stored, tag) = asked(app, 1, &format!("A-{n}"));
        assert!(!is_suppressed(app, &stored));
        comes_back(app, &tag, name);
        assert_eq!(state(app, &stored), State::Sent);
        last = Some(stored);
        app.advance(TimeDelta::hours(1));
    }
    let last = last.unwrap();
    assert!(is_suppressed(app, &last));
    app.advance(TimeDelta::days(30));
    assert!(!is_suppressed(app, &last));
});

on_both!(a_mail_that_arrives_between_begins_the_count_anew, |app| {
    prepare(app);
    let mut last = None;
    for n in 0..4 {
        let (stored, tag) = asked(app, 1, &format!("A-{n}"));
        app.advance(TimeDelta::hours(1));
        if n != 2 {
            comes_back(app, &tag, "mailbox_full--postfix-5.2.2");
        }
        last = Some(stored);
        app.advance(TimeDelta::hours(1));
    }
    assert!(!is_suppressed(app, &last.unwrap()));
});

on_both!(what_comes_back_late_counts_all_the_same, |app| {
    prepare(app);
    let asked: Vec<_> = (0..3).map(|n| asked(app, 1, &format!("A-{n}"))).collect();
    app.advance(TimeDelta::hours(1));
    for (_, tag) in asked.iter().rev() {
        comes_back(app, tag, "mailbox_full--postfix-5.2.2");
    }
    assert!(is_suppressed(app, &asked[0].0));
});

on_both!(a_rest_does_not_outlive_the_wish_for_no_more_mail, |app| {
    prepare(app);
    let asked: Vec<_> = (0..4).map(|n| asked(app, 1, &format!("A-{n}"))).collect();
    app.advance(TimeDelta::hours(1));
    for (_, tag) in &asked[..3] {
        comes_back(app, tag, "mailbox_full--postfix-5.2.2");
    }
    // The fourth mail is not known to have failed yet.
    assert!(!is_suppressed(app, &asked[0].0));
    comes_back(app, &asked[3].1, "mailbox_full--exim-quota");
    assert!(is_suppressed(app, &asked[0].0));
    comes_back(app, &asked[3].1, "unsubscribe--by-mail");
    app.advance(TimeDelta::days(60));
    assert!(is_suppressed(app, &asked[0].0));
});

on_both!(the_same_bounce_twice_is_heard_once, |app| {
    prepare(app);
    let (stored, tag) = asked(app, 1, "A-1");
    comes_back(app, &tag, "complaint--arf-abuse");
    comes_back(app, &tag, "complaint--arf-abuse");
    assert_eq!((kinds(app, &stored), total(app, "complaint")), (vec![Kind::Complaint], 1));
});

on_both!(a_customer_takes_back_a_complaint_but_not_a_dead_address, |app| {
    prepare(app);
    for (number, (name, stays)) in [("complaint--arf-abuse", false), ("hard--exim-5.1.1", true)].into_iter().enumerate()
    {
        let (stored, tag) = asked(app, number, &format!("A-{number}"));
        comes_back(app, &tag, name);
        let path = format!("/u/{}", app.context.secrets.unsubscribe_token(stored.invitation_id));
        assert_eq!(app.post(&path, &[("action", "resume")]).status, 200);
        assert_eq!(is_suppressed(app, &stored), stays, "{name}");
    }
});

on_both!(what_is_no_mail_is_set_aside_and_what_is_being_written_is_left, |app| {
    prepare(app);
    let (stored, _) = asked(app, 1, "A-1");
    let gone = [drop_in(app, "noise", &[0, 255, 13, 10, 0]), drop_in(app, "empty", b"")];
    let left = [drop_in(app, ".hidden", b"x"), drop_in(app, "half.tmp", b"x")];
    listen(app);
    assert!(gone.iter().all(|path| !path.exists()) && left.iter().all(|path| path.exists()));
    assert_eq!((state(app, &stored), total(app, "forged")), (State::Sent, 2));
});

on_both!(what_was_read_is_deleted_after_thirty_days, |app| {
    prepare(app);
    let (_, tag) = asked(app, 1, "A-1");
    comes_back(app, &tag, "soft--no-reason-at-all");
    let processed = app.context.config.bounce_dir.clone().unwrap().join("processed");
    let forget = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(Bounces::new(app.context.clone()).forget());
        std::fs::read_dir(&processed).unwrap().count()
    };
    assert_eq!(forget(), 1);
    // Files are dated by the machine's clock, whatever that shows.
    app.advance(TimeDelta::days(100 * 365));
    assert_eq!(forget(), 0);
});
