//! Who may ask the API, for what and how often.

use chrono::TimeDelta;
use manyi::domain::user::Scope;
use serde_json::json;

use super::{Machine, RECORDS, agent};
use crate::harness::{TestApp, at_once};

#[test]
fn nobody_enters_without_a_token_of_the_scope() {
    let app = TestApp::on_sqlite();
    let none = Machine { base: app.base.clone(), token: String::new(), agent: agent() };
    let wrong = Machine { token: "nonsense".into(), ..none.clone() };
    // This scope alone opens nothing.
    let nobody = Machine::new(&app, &[Scope::PeopleRead]);
    let admin = Machine::new(&app, &[Scope::Admin]);
    let ended = Machine::new(&app, &[Scope::Admin]);
    for path in ["/scores", "/trend", "/responses", "/commitments", "/appraisals", "/service-records/A-1"] {
        for machine in [&none, &wrong] {
            let answer = machine.get(path);
            answer.problem(401);
            assert!(answer.header("www-authenticate").starts_with("Bearer realm=\"manyi\""));
        }
        let answer = nobody.get(path);
        answer.problem(403);
        assert!(answer.header("www-authenticate").contains("insufficient_scope"));
        assert!(![401, 403].contains(&admin.get(path).status), "{path}");
    }
    for (path, scope) in [(RECORDS, Scope::ScoresRead), ("/commitments", Scope::RecordsWrite)] {
        none.post(path, &json!({})).problem(401);
        Machine::new(&app, &[scope]).post(path, &json!({})).problem(403);
    }
    app.advance(TimeDelta::days(90));
    ended.get("/scores?period=2026-10").problem(401);
}

#[test]
fn figures_of_persons_need_their_own_scope() {
    let app = TestApp::on_sqlite();
    let scores = Machine::new(&app, &[Scope::ScoresRead]);
    let people = Machine::new(&app, &[Scope::ScoresRead, Scope::PeopleRead]);
    scores.get("/scores?period=2026-10&level=employee").problem(403);
    people.get("/scores?period=2026-10&level=employee").ok(200, "Scores");
    Machine::new(&app, &[Scope::PeopleRead]).get("/scores?period=2026-10&level=employee").problem(403);
}

#[test]
fn wrong_tokens_are_counted() {
    let app = TestApp::on_sqlite();
    let wrong = Machine { base: app.base.clone(), token: "nonsense".into(), agent: agent() };
    let last = (0..40).fold(None, |_, _| Some(wrong.get("/scores"))).unwrap();
    last.problem(429);
    assert!(last.header("retry-after").parse::<u32>().unwrap() >= 1);
    Machine::new(&app, &[Scope::Admin]).get("/scores?period=2026-10").ok(200, "Scores");
}

#[test]
fn a_token_that_asks_without_end_has_to_wait() {
    let app = TestApp::on_sqlite();
    let machine = Machine::new(&app, &[Scope::AppraisalsRead]);
    let answers: Vec<_> =
        at_once(8, move |_| (0..120).fold(None, |_, _| Some(machine.get("/appraisals?period=2026-09"))).unwrap());
    let waiting = answers.iter().find(|answer| answer.status == 429).expect("960 at once are too many");
    waiting.problem(429);
    assert!(waiting.header("retry-after").parse::<u32>().unwrap() >= 1);
}
