//! What every route says to a wrong address, a wrong method and a reader who has the answer already.

use manyi::domain::user::Scope;
use manyi::web::api::openapi_json;
use serde_json::Value;

use super::Machine;
use crate::harness::TestApp;

#[test]
fn a_wrong_address_says_what_is_allowed() {
    let app = TestApp::on_sqlite();
    app.department("repair");
    let machine = Machine::new(&app, &[Scope::Admin]);
    for (path, parameter, tells) in [
        ("/scores?period=banana", "period", "2026-Q3"),
        ("/scores?period=", "period", "2026-Q3"),
        ("/scores", "period", "missing"),
        ("/scores?period=2026-09&period=2026-08", "period", "more than once"),
        ("/scores?period=2026-09&departmnt=x", "departmnt", "Did you mean department?"),
        ("/scores?period=2026-09&channel=up", "channel", "online, offline, all"),
        ("/scores?period=2026-09&level=galaxy", "level", "organisation, department, employee"),
        ("/scores?period=2026-09&level=client", "level", "organisation, department, employee"),
        ("/scores?period=9999999-01", "period", "2026-09"),
        ("/trend?department=repair&metric=beauty&grain=month", "metric", "satisfaction_rate"),
        ("/trend?department=repair&metric=points&grain=week", "grain", "month, quarter, year"),
        ("/trend?metric=points&grain=month", "department", "missing"),
        ("/responses?limit=0", "limit", "1000"),
        ("/responses?limit=-1", "limit", "1000"),
        ("/responses?limit=1000000000", "limit", "1000"),
        ("/responses?cursor=nonsense", "cursor", "next"),
        ("/responses?cursor=%00", "cursor", "next"),
        ("/commitments?x=1", "x", "no such parameter"),
        ("/appraisals?period=2026-13", "period", "2026-09"),
    ] {
        let problem = machine.get(path).problem(400);
        let error = &problem["errors"][0];
        assert_eq!(error["parameter"], parameter, "{path}");
        assert!(error["message"].as_str().unwrap().contains(tells), "{path}: {error}");
    }
    for path in ["/scores?period=2026-09&department=repiar", "/trend?department=Repair2&metric=points&grain=month"] {
        let problem = machine.get(path).problem(404);
        assert!(problem["detail"].as_str().unwrap().contains("Did you mean repair?"), "{problem}");
    }
    for path in ["/scores?period=2026-09&department=%00", "/scores?period=2026-09&department=%ff"] {
        machine.get(path).problem(404);
    }
    for path in [
        "/scores?period=2026-09&department=repair&level=organisation",
        "/trend?department=repair&metric=channel_gap&grain=month&channel=online",
        "/trend?department=repair&metric=points&grain=month&from=2026-09&to=2026-01",
        "/trend?department=repair&metric=points&grain=month&from=1990-01&to=2026-01",
    ] {
        machine.get(path).problem(422);
    }
}

#[test]
fn problems_speak_the_readers_language() {
    let app = TestApp::on_sqlite();
    let machine = Machine::new(&app, &[Scope::Admin]);
    for (language, title) in [("en-GB,en;q=0.9", "The address has a wrong parameter"), ("fr", "查询参数有误")] {
        let answer = machine.send("GET", "/scores", &[("Accept-Language", language)], b"");
        assert_eq!(answer.problem(400)["title"], title);
    }
}

#[test]
fn what_a_reader_has_is_not_sent_again() {
    let app = TestApp::on_sqlite();
    let machine = Machine::new(&app, &[Scope::Admin]);
    let first = machine.get("/commitments");
    assert_eq!(first.header("cache-control"), "private, no-cache");
    for known in [first.header("etag"), first.header("etag").trim_start_matches("W/"), "*"] {
        let again = machine.send("GET", "/commitments", &[("If-None-Match", &format!("\"other\", {known}"))], b"");
        assert_eq!((again.status, again.body.as_str(), again.header("etag")), (304, "", first.header("etag")));
    }
    let other = machine.send("GET", "/commitments", &[("If-None-Match", "\"other\"")], b"");
    assert_eq!(other.status, 200);
    let head = machine.send("HEAD", "/commitments", &[], b"");
    assert_eq!((head.status, head.body.as_str(), head.header("etag")), (200, "", first.header("etag")));
}

#[test]
fn other_methods_and_addresses_are_told_what_there_is() {
    let app = TestApp::on_sqlite();
    let machine = Machine::new(&app, &[Scope::Admin]);
    let document: Value = serde_json::from_str(&openapi_json()).unwrap();
    for (path, operations) in document["paths"].as_object().unwrap() {
        let path = path.replace("{external_id}", "A-1");
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
            let answer = machine.send(method, &path, &[], b"");
            if operations.get(method.to_lowercase()).is_some() {
                assert_ne!(answer.status, 405, "{method} {path}");
                continue;
            }
            answer.problem(405);
            let allowed: Vec<_> = answer.header("allow").split(", ").filter(|m| *m != "HEAD").collect();
            let mut written: Vec<_> = operations.as_object().unwrap().keys().map(|m| m.to_uppercase()).collect();
            written.sort();
            assert_eq!(allowed, written, "{method} {path}");
        }
    }
    for path in ["/nothing", "/service-records/", "/scores/", ""] {
        assert_eq!(machine.get(path).problem(404)["type"], "urn:manyi:problem:not-found", "{path}");
    }
    let open = Machine { token: String::new(), ..machine };
    assert_eq!(open.get("/openapi.json").json(), document);
}
