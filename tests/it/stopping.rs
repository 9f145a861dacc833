//! "No more of these": one click as mail programs do it (RFC 8058, RELIABILITY P11), and what the mail says about it.

use std::sync::Arc;

use chrono::TimeDelta;
use manyi::config::BounceAddress;
use manyi::domain::invitation::State;

use crate::harness::TestApp;

const MULTIPART: &[u8] =
    b"--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n";
const URLENCODED: &[u8] = b"List-Unsubscribe=One-Click";

/// Two services of one customer; the first one's mail is out, the second is due after the cool-down. Returns the way to
/// stop as the first mail names it.
fn asked_twice(app: &TestApp) -> String {
    app.department("D1");
    app.stored(&app.record(1, "D1"));
    let mail = app.deliver().remove(0);
    one_click(&mail.raw, &app.base)
}

/// The path in `List-Unsubscribe`, which comes with its twin.
fn one_click(raw: &str, base: &str) -> String {
    let raw = raw.replace("\r\n ", " ");
    assert!(raw.contains("\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
    let field = raw.split("\r\nList-Unsubscribe: <").nth(1).unwrap();
    field.split('>').next().unwrap().strip_prefix(base).unwrap().to_owned()
}

/// What becomes of the same customer's next service.
fn next_state(app: &TestApp) -> State {
    app.advance(TimeDelta::days(15));
    let again = manyi::domain::service_record::ServiceRecord { external_id: "B-1".into(), ..app.record(1, "D1") };
    app.stored(&again);
    app.deliver();
    state_of(app, "B-1")
}

fn state_of(app: &TestApp, record: &str) -> State {
    let now = app.now();
    app.pool().query_now(|conn| manyi::db::invitation::state_of(conn, record, now)).unwrap().unwrap()
}

on_both!(one_click_holds_for_the_next_mail, |app| {
    let path = asked_twice(app);
    let answer = app.post_raw(&path, "application/x-www-form-urlencoded", URLENCODED);
    assert_eq!((answer.status, answer.header("location")), (200, ""));
    assert_eq!((state_of(app, "A-00001"), next_state(app)), (State::Declined, State::Suppressed));
    assert_eq!(app.sent().len(), 1);
});

on_both!(one_click_may_come_as_multipart_and_twice, |app| {
    let path = asked_twice(app);
    let status = |_| app.post_raw(&path, "multipart/form-data; boundary=x", MULTIPART).status;
    assert_eq!([0, 1].map(status), [200, 200]);
    assert_eq!(next_state(app), State::Suppressed);
});

on_both!(looking_at_the_way_out_is_not_taking_it, |app| {
    let path = asked_twice(app);
    assert_eq!((app.get(&path).status, app.head(&path)), (200, 200));
    assert_eq!((state_of(app, "A-00001"), next_state(app)), (State::Sent, State::Sent));
});

on_both!(one_click_needs_no_cookie_and_no_origin_of_ours, |app| {
    let path = asked_twice(app);
    let answer = app.post_from("https://mail.example.org", &path, URLENCODED);
    assert_eq!(answer, 200);
    assert_eq!(state_of(app, "A-00001"), State::Declined);
});

on_both!(a_tampered_way_out_leads_nowhere, |app| {
    let path = asked_twice(app);
    let (start, token) = path.rsplit_once('/').unwrap();
    for wrong in [token.to_uppercase(), format!("{token}A"), token[1..].to_owned(), "x".into(), "%00".into()] {
        let path = format!("{start}/{wrong}");
        let answer = app.post_raw(&path, "application/x-www-form-urlencoded", URLENCODED);
        assert_eq!((answer.status, app.get(&path).status), (404, 404), "{wrong}");
    }
    assert_eq!(state_of(app, "A-00001"), State::Sent);
});

on_both!(a_mail_stopped_while_it_waits_is_not_sent, |app| {
    app.department("D1");
    let stored = app.stored(&app.record(1, "D1"));
    let token = app.context.secrets.unsubscribe_token(stored.invitation_id);
    assert_eq!(app.post_raw(&format!("/u/{token}"), "application/x-www-form-urlencoded", URLENCODED).status, 200);
    assert_eq!(app.deliver().len(), 0);
});

on_both!(without_a_place_for_bounces_they_come_to_the_sender, |app| {
    app.department("D1");
    app.stored(&app.record(1, "D1"));
    let mail = app.deliver().remove(0);
    assert_eq!(mail.return_path.as_str(), "feedback@manyi.example");
    assert!(!mail.raw.contains("mailto:"));
});

on_both!(each_mail_has_a_return_path_of_its_own_that_says_nothing_of_the_link, |app| {
    Arc::make_mut(&mut app.context.config).bounce =
        Some(BounceAddress { local: "b".into(), domain: "bounce.manyi.example".into() });
    app.department("D1");
    let stored = app.store(&[app.record(1, "D1"), app.record(2, "D1")]);
    let mails = app.deliver();
    let paths: Vec<_> = mails.iter().map(|mail| mail.return_path.as_str().to_owned()).collect();
    assert_ne!(paths[0], paths[1]);
    for (mail, path) in mails.iter().zip(&paths) {
        let (tag, domain) = path.strip_prefix("b+").unwrap().split_once('@').unwrap();
        assert_eq!(domain, "bounce.manyi.example");
        assert!(app.context.secrets.open_bounce_tag(tag).is_some());
        assert!(mail.raw.replace("\r\n ", " ").contains(&format!("<mailto:{path}?subject=unsubscribe>")));
        assert!(!mail.raw.replace(path.as_str(), "").contains(tag), "the tag stands nowhere else");
    }
    for outcome in stored {
        let manyi::db::intake::Outcome::Created(stored) = outcome else { panic!("new") };
        let link = app.survey_path(&stored);
        assert!(paths.iter().all(|path| !path.contains(link.trim_start_matches("/s/"))));
    }
});

on_both!(a_signed_mail_is_the_same_mail_with_one_more_field, |app| {
    let key = include_str!("../data/dkim/ed25519.pem");
    let signer = manyi::mail::dkim::Signer::from_pem("manyi.example", "m1", key).unwrap();
    app.context.dkim = Some(Arc::new(signer));
    app.department("D1");
    app.stored(&app.record(1, "D1"));
    let mail = app.deliver().remove(0);
    let (signature, rest) = mail.raw.split_once("\r\nFrom: ").unwrap();
    assert!(signature.starts_with("DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; d=manyi.example;"));
    assert!(!rest.contains("DKIM") && rest.ends_with("--\r\n"));
});

on_both!(who_wants_no_reminders_is_still_invited, |app| {
    let path = format!("{}/preferences", asked_twice(app));
    assert_eq!(app.get(&path).attribute("input[checked]", "value"), "all");
    let page = app.post(&path, &[("wanted", "invitations")]);
    assert!(page.status == 200 && page.text("h1") == "设置已保存", "{}", page.body);
    app.advance(TimeDelta::days(6));
    assert_eq!(app.deliver().len(), 1, "the reminder that was waiting");
    assert_eq!(next_state(app), State::Sent);
    app.advance(TimeDelta::days(6));
    assert_eq!(app.deliver().len(), 2, "and that of the next invitation");
});

on_both!(preferences_can_be_changed_back, |app| {
    let path = format!("{}/preferences", asked_twice(app));
    for wanted in ["nothing", "invitations", "all", "rubbish"] {
        assert_eq!(app.post(&path, &[("wanted", wanted)]).status, 200);
        let stands = if wanted == "rubbish" { "all" } else { wanted };
        assert_eq!(app.get(&path).attribute("input[checked]", "value"), stands);
    }
    assert_eq!(next_state(app), State::Sent);
});
