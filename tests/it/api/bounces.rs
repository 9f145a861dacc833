//! Mail that came back, handed in over the API.

use hmac::{Hmac, KeyInit, Mac};
use manyi::domain::invitation::State;
use manyi::domain::user::Scope;

use super::{Answer, Machine};
use crate::harness::{BOUNCE_SECRET, TestApp};

const MAIL: &str = include_str!("../../data/bounces/hard--postfix-remote-5.1.1.eml");

/// A mail of ours that came back.
fn returned(app: &TestApp) -> (String, i64) {
    app.department("D1");
    let stored = app.stored(&app.record(1, "D1"));
    app.deliver();
    // The first mail of all.
    let tag = app.context.secrets.bounce_tag(1);
    (MAIL.replace("a3-0123456789abcdef0123", &tag), stored.invitation_id)
}

fn signed(time: i64, body: &[u8]) -> String {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(BOUNCE_SECRET.as_bytes()).unwrap();
    mac.update(format!("{time}.").as_bytes());
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

fn hand_in(machine: &Machine, time: i64, signature: &str, body: &[u8]) -> Answer {
    let time = time.to_string();
    let headers =
        [("Content-Type", "message/rfc822"), ("X-Manyi-Timestamp", time.as_str()), ("X-Manyi-Signature", signature)];
    machine.send("POST", "/bounces", &headers, body)
}

fn state(app: &TestApp, invitation: i64) -> State {
    app.pool().query_now(|conn| manyi::db::invitation::by_id(conn, invitation)).unwrap().unwrap().state
}

on_both!(a_signed_bounce_is_heard_once, |app| {
    let (mail, invitation) = returned(app);
    let machine = Machine::new(app, &[Scope::BouncesWrite]);
    let (time, body) = (app.now().timestamp(), mail.as_bytes());
    let heard = hand_in(&machine, time, &signed(time, body), body).ok(200, "HeardBounce");
    assert_eq!((&heard["kind"], &heard["result"]), (&"hard".into(), &"noted".into()));
    assert_eq!(state(app, invitation), State::Bounced);
    let problem = hand_in(&machine, time, &signed(time, body), body).problem(409);
    assert_eq!(problem["type"], "urn:manyi:problem:replayed");
    let later = time + 1;
    let again = hand_in(&machine, later, &signed(later, body), body).ok(200, "HeardBounce");
    assert_eq!(again["result"], "again");
});

on_both!(what_is_not_signed_now_or_by_us_changes_nothing, |app| {
    let (mail, invitation) = returned(app);
    let machine = Machine::new(app, &[Scope::BouncesWrite]);
    let (time, body) = (app.now().timestamp(), mail.as_bytes());
    for (time, signature) in [
        (time, "sha256=00".to_owned()),
        (time, signed(time, b"another body")),
        (time, signed(time + 1, body)),
        (time - 301, signed(time - 301, body)),
        (time + 301, signed(time + 301, body)),
    ] {
        hand_in(&machine, time, &signature, body).problem(403);
    }
    machine.send("POST", "/bounces", &[("Content-Type", "message/rfc822")], body).problem(403);
    let other = Machine::new(app, &[Scope::RecordsWrite]);
    hand_in(&other, time, &signed(time, body), body).problem(403);
    assert_eq!(state(app, invitation), State::Sent);
});

on_both!(a_forged_return_path_is_told_and_a_huge_mail_refused, |app| {
    let machine = Machine::new(app, &[Scope::BouncesWrite]);
    let time = app.now().timestamp();
    let heard = hand_in(&machine, time, &signed(time, MAIL.as_bytes()), MAIL.as_bytes()).ok(200, "HeardBounce");
    assert_eq!((&heard["kind"], &heard["result"]), (&"hard".into(), &"forged".into()));
    let mut large = MAIL.as_bytes().to_vec();
    large.resize(10 * 1024 * 1024, b'x');
    hand_in(&machine, time, &signed(time, &large), &large).ok(200, "HeardBounce");
    large.push(b'x');
    hand_in(&machine, time, &signed(time, &large), &large).problem(413);
    hand_in(&machine, time, &signed(time, b""), b"").problem(400);
});
