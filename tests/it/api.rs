//! The API, over HTTP, on both databases; every answer is held against the OpenAPI document.

use chrono::TimeDelta;
use manyi::db;
use manyi::domain::user::Scope;
use manyi::web::api::openapi_json;
use serde_json::{Value, json};

use crate::harness::{TestApp, at_once};
use crate::periods::{OCTOBER, close, october};

/// Another system with a token of its own.
#[derive(Clone)]
struct Machine {
    base: String,
    token: String,
    agent: ureq::Agent,
}

/// An answer.
struct Answer {
    status: u16,
    headers: ureq::http::HeaderMap,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{}: {}", self.status, self.body))
    }

    /// The problem of a refusal, which tells why in words.
    #[track_caller]
    fn problem(&self, status: u16) -> Value {
        assert_eq!((self.status, self.header("content-type")), (status, "application/problem+json"), "{}", self.body);
        let problem = self.json();
        conforms(&problem, &json!({ "$ref": "#/components/schemas/Problem" }), "problem");
        assert_eq!(problem["status"], status);
        problem
    }

    /// The body of an answer that went well.
    #[track_caller]
    fn ok(&self, status: u16, schema: &str) -> Value {
        assert_eq!((self.status, self.header("content-type")), (status, "application/json"), "{}", self.body);
        let body = self.json();
        conforms(&body, &json!({ "$ref": format!("#/components/schemas/{schema}") }), schema);
        body
    }
}

/// Holds a value against a schema of the document: as much of JSON Schema as the document uses.
#[track_caller]
fn conforms(value: &Value, schema: &Value, at: &str) {
    let document: Value = serde_json::from_str(&openapi_json()).unwrap();
    check(value, schema, at, &document).unwrap_or_else(|wrong| panic!("{wrong} in {value}"));
}

fn check(value: &Value, schema: &Value, at: &str, document: &Value) -> Result<(), String> {
    if let Some(reference) = schema["$ref"].as_str() {
        return check(value, document.pointer(&reference[1..]).ok_or(reference)?, at, document);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let fits = choices.iter().filter(|choice| check(value, choice, at, document).is_ok()).count();
        return if fits == 1 { Ok(()) } else { Err(format!("{at}: fits {fits} of the choices")) };
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    };
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let fits = types.contains(&kind) || (kind == "integer" && types.contains(&"number"));
    if !fits {
        return Err(format!("{at}: {kind} is not among {types:?}"));
    }
    if schema["enum"].as_array().is_some_and(|words| !words.contains(value)) {
        return Err(format!("{at}: {value} is not among {}", schema["enum"]));
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        check(item, &schema["items"], &format!("{at}/{index}"), document)?;
    }
    let Some(members) = value.as_object() else { return Ok(()) };
    for required in schema["required"].as_array().into_iter().flatten() {
        members.get(required.as_str().unwrap_or_default()).ok_or(format!("{at}: no {required}"))?;
    }
    for (name, member) in members {
        let known = &schema["properties"][name];
        let schema = if known.is_null() { &schema["additionalProperties"] } else { known };
        if schema.is_null() || *schema == json!(false) {
            return Err(format!("{at}: {name} is not in the document"));
        }
        check(member, schema, &format!("{at}/{name}"), document)?;
    }
    Ok(())
}

impl Machine {
    fn new(app: &TestApp, scopes: &[Scope]) -> Self {
        let name = format!("machine {}", hex::encode(manyi::crypto::random::<4>()));
        let now = app.now();
        let end = Some(now + TimeDelta::days(90));
        let made = app.pool().write_now(|conn| db::api_token::create(conn, &name, scopes, now, end)).unwrap();
        Self { base: app.base.clone(), token: made.unwrap().as_str().to_owned(), agent: agent() }
    }

    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let uri = if path.starts_with("/api") { path.to_owned() } else { format!("/api/v1{path}") };
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{uri}", self.base));
        if !self.token.is_empty() {
            request = request.header("Authorization", format!("Bearer {}", self.token));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = if body.is_empty() {
            self.agent.run(request.body(()).unwrap())
        } else {
            self.agent.run(request.body(body).unwrap())
        };
        let response = response.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = String::from_utf8(response.into_body().read_to_vec().unwrap()).unwrap();
        Answer { status, headers, body }
    }

    fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[("Accept-Language", "en")], b"")
    }

    fn post(&self, path: &str, body: &Value) -> Answer {
        self.post_raw(path, body.to_string().as_bytes())
    }

    fn post_raw(&self, path: &str, body: &[u8]) -> Answer {
        self.send("POST", path, &[("Accept-Language", "en"), ("Content-Type", "application/json")], body)
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).allow_non_standard_methods(true).build().into()
}

const RECORDS: &str = "/service-records";

/// A good record.
fn record(number: &str) -> Value {
    json!({
        "external_id": number, "department_code": "repair", "touchpoint": "web",
        "completed_at": "2026-10-08T09:00:00+08:00", "employee_no": null, "email": "zhang.wei@example.com",
        "phone": 13912341234_u64, "customer_name": "张伟", "waiting_minutes": 7, "resolved": true, "urgent": "false",
    })
}

fn changed(number: &str, field: &str, value: Value) -> Value {
    let mut record = record(number);
    record[field] = value;
    record
}

fn sender(app: &TestApp) -> Machine {
    app.department("repair");
    Machine::new(app, &[Scope::RecordsWrite])
}

on_both!(a_record_is_created_once_and_read_back, |app| {
    let machine = sender(app);
    let created = machine.post(RECORDS, &record("A/1"));
    let result = created.ok(201, "Results");
    assert_eq!(result, json!([{ "external_id": "A/1", "status": "created", "invitation": "queued", "errors": [] }]));
    assert_eq!(created.header("location"), "/api/v1/service-records/A%2F1");
    let again = machine.post(RECORDS, &record("A/1")).ok(200, "Results");
    assert_eq!(again[0]["status"], "unchanged");
    let read = machine.get(created.header("location")).ok(200, "ServiceRecord");
    assert_eq!((&read["completed_at"], &read["invitation"]), (&json!("2026-10-08T01:00:00Z"), &json!("queued")));
    assert_eq!((&read["email"], &read["phone"]), (&json!("z***@example.com"), &json!("139****1234")));
    assert_eq!(
        (&read["waiting_minutes"], &read["resolved"], &read["urgent"]),
        (&json!(7), &json!(true), &json!(false))
    );
    assert_eq!(app.deliver().len(), 1);
    assert_eq!(machine.get(created.header("location")).json()["invitation"], "sent");
});

on_both!(other_content_under_the_same_number_is_a_conflict, |app| {
    let machine = sender(app);
    machine.post(RECORDS, &record("A-1"));
    let conflict = machine.post(RECORDS, &changed("A-1", "touchpoint", json!("app"))).problem(409);
    assert_eq!(
        (&conflict["results"][0]["status"], &conflict["results"][0]["errors"][0]["pointer"]),
        (&json!("conflict"), &json!("/external_id"))
    );
    assert_eq!(machine.get("/service-records/A-1").json()["touchpoint"], "web");
});

on_both!(each_element_of_an_array_is_judged_alone, |app| {
    let machine = sender(app);
    let mixed = json!([
        record("B-2"),
        changed("B-1", "touchpoint", json!("pigeon")),
        changed("B-2", "urgent", json!(true)),
        record("B-2"),
        changed("B-0", "department_code", json!("nowhere")),
        7,
        record("A-0"),
    ]);
    let results = machine.post(RECORDS, &mixed).ok(200, "Results");
    let statuses: Vec<_> =
        results.as_array().unwrap().iter().map(|result| result["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["created", "invalid", "conflict", "unchanged", "invalid", "invalid", "created"]);
    assert_eq!(results[1]["errors"][0]["pointer"], "/1/touchpoint");
    assert_eq!(results[4]["errors"][0]["pointer"], "/4/department_code");
    assert_eq!((&results[5]["external_id"], &results[5]["errors"][0]["pointer"]), (&json!(null), &json!("/5")));
    assert_eq!(machine.post(RECORDS, &json!([])).ok(200, "Results"), json!([]));
});

// A hundred senders of the same record, and a hundred of arrays that overlap: one invitation each, no failure.
on_both!(concurrent_duplicates_make_one_invitation, |app| {
    let machine = sender(app);
    let same = machine.clone();
    let mut statuses = at_once(100, move |_| same.post(RECORDS, &record("A-1")).status);
    statuses.sort_unstable();
    assert_eq!((statuses[..99].iter().all(|status| *status == 200), statuses[99]), (true, 201), "{statuses:?}");
    let overlapping = machine.clone();
    let created = at_once(20, move |at| {
        let mut numbers: Vec<_> = (0..30).map(|number| record(&format!("B-{}", (number * 7 + at) % 30))).collect();
        numbers.rotate_left(at);
        let results = overlapping.post(RECORDS, &json!(numbers)).ok(200, "Results");
        results.as_array().unwrap().iter().filter(|result| result["status"] == "created").count()
    });
    assert_eq!(created.into_iter().sum::<usize>(), 30);
    let invitations = app.pool().query_now(db::invitation::counts_by_state).unwrap();
    assert_eq!(invitations.into_iter().map(|(_, count)| count).sum::<i64>(), 31);
});

#[test]
fn invalid_records_say_what_and_where() {
    let app = TestApp::on_sqlite();
    let machine = sender(&app);
    let long = "x".repeat(10_000);
    for (field, value) in [
        ("touchpoint", json!("pigeon")),
        ("completed_at", json!("2026-02-30T00:00:00Z")),
        ("completed_at", json!(5)),
        ("completed_at", json!("2027-01-01")),
        ("email", json!("a..b@c")),
        ("department_code", json!("NOPE")),
        ("external_id", json!("")),
        ("external_id", json!(long)),
        ("external_id", json!("a\0b")),
        ("external_id", json!(1.5)),
        ("waiting_minutes", json!(-1)),
        ("waiting_minutes", json!(1e308)),
        ("waiting_minutes", json!(1_u64 << 63)),
        ("urgent", json!("perhaps")),
        ("employee_no", json!(["E"])),
        ("customer_name", json!("\u{202e}gnaw")),
        ("locale", json!("tlh")),
        ("employee_no", json!("E404")),
        ("phone", json!(1.3e30)),
        ("email", json!({})),
        ("service_type", json!("x".repeat(101))),
    ] {
        let problem = machine.post(RECORDS, &changed("C-1", field, value.clone())).problem(422);
        let errors = problem["results"][0]["errors"].as_array().unwrap();
        assert_eq!((errors.len(), &errors[0]["pointer"]), (1, &json!(format!("/{field}"))), "{value}: {errors:?}");
    }
    for body in [json!({}), json!(null), json!(5), json!("x"), json!(true)] {
        machine.post(RECORDS, &body).problem(422);
    }
    assert_eq!(machine.get("/service-records/C-1").status, 404);
}

#[test]
fn an_unknown_field_names_the_nearest_and_a_double_one_is_told() {
    let app = TestApp::on_sqlite();
    let machine = sender(&app);
    let problem = machine.post(RECORDS, &changed("C-1", "departmentcode", json!("x"))).problem(422);
    let error = &problem["results"][0]["errors"][0];
    assert_eq!(error["pointer"], "/departmentcode");
    assert!(error["message"].as_str().unwrap().contains("department_code"), "{error}");
    let twice = record("C-1").to_string().replacen('{', "{\"external_id\":\"C-2\",", 1);
    let problem = machine.post_raw(RECORDS, twice.as_bytes()).problem(422);
    assert_eq!(problem["results"][0]["errors"][0]["message"], "It is given more than once.");
    let many: Vec<_> = (0..20_000).map(|n| format!("\"k~/{n}\":1")).collect();
    let problem = machine.post_raw(RECORDS, format!("{{{}}}", many.join(",")).as_bytes()).problem(422);
    let errors = problem["results"][0]["errors"].as_array().unwrap();
    assert_eq!((errors.len() < 40, &errors[0]["pointer"]), (true, &json!("/k~0~10")));
}

#[test]
fn bodies_that_cannot_be_read_are_refused_whole() {
    let app = TestApp::on_sqlite();
    let machine = sender(&app);
    let gbk = [&b"{\"external_id\": \""[..], &[0xd6, 0xd0, 0xce, 0xc4], b"\"}"].concat();
    let deep = format!("{{\"external_id\": {}{}}}", "[".repeat(50_000), "]".repeat(50_000));
    for body in
        [&b" "[..], b"{", b"nonsense", b"\xff\xfe", &gbk, deep.as_bytes(), br#"{"external_id": "\ud800"}"#, b"[{}] x"]
    {
        machine.post_raw(RECORDS, body).problem(400);
    }
    machine.send("POST", RECORDS, &[("Content-Type", "application/json")], b"").problem(400);
    let large = |size: usize| format!("\"{}\"", "x".repeat(size));
    machine.post_raw(RECORDS, large(260 * 1024).as_bytes()).problem(413);
    machine.post_raw(RECORDS, format!("[{}]", large(3_000_000)).as_bytes()).problem(413);
    machine.post(RECORDS, &json!(vec![record("A-1"); 1_001])).problem(413);
    assert_eq!(machine.post(RECORDS, &json!(vec![record("A-1"); 1_000])).status, 200);
    let good = record("D-1").to_string();
    for headers in [
        &[("Content-Type", "text/plain")][..],
        &[("Content-Type", "application/json; charset=gbk")],
        &[("Content-Type", "application/json"), ("Content-Encoding", "gzip")],
    ] {
        machine.send("POST", RECORDS, headers, good.as_bytes()).problem(415);
    }
    let utf8 = [("Content-Type", "application/json; charset=UTF-8")];
    assert_eq!(machine.send("POST", RECORDS, &utf8, good.as_bytes()).status, 201);
}

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

on_both!(scores_and_trend_are_those_of_the_command, |app| {
    let (online, person) = (app.department("repair"), "E-1");
    app.employee(person, online);
    app.department("silent");
    for number in 0..6 {
        let mut record = app.record(number, "repair");
        record.employee_no = Some(person.into());
        let stored = app.stored(&record);
        app.answer(&app.survey_path(&stored), &[("q.overall", "5"), ("q.speed", "4"), ("identity", "named")]);
    }
    let machine = Machine::new(app, &[Scope::ScoresRead, Scope::PeopleRead]);
    let body = machine.get("/scores?period=2026-10").ok(200, "Scores");
    assert_eq!(body["scores"].as_array().unwrap().iter().filter(|score| score["n"] == 6).count(), 2, "rate and points");
    let rate = &body["scores"][0];
    assert_eq!(
        (&rate["department"], &rate["metric"], &rate["value"]),
        (&json!("repair"), &json!("satisfaction_rate"), &json!(100.0))
    );
    for query in ["level=organisation", "level=employee", "channel=offline", "department=silent&channel=online"] {
        machine.get(&format!("/scores?period=2026-Q4&{query}")).ok(200, "Scores");
    }
    let trend = machine.get("/trend?department=repair&metric=satisfaction_rate&grain=month").ok(200, "Trend");
    assert_eq!((&trend["points"][0]["period"], &trend["points"][0]["n"]), (&json!("2026-10"), &json!(6)));
    machine
        .get("/trend?department=repair&metric=points&grain=quarter&from=2020-Q1&to=2026-Q4&channel=online")
        .ok(200, "Trend");
});

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

on_both!(responses_are_listed_once_each_and_the_anonymous_ones_without_a_trace, |app| {
    let department = app.department("repair");
    app.employee("E-1", department);
    for number in 0..14 {
        let mut record = app.record(number, "repair");
        record.employee_no = Some("E-1".into());
        let stored = app.stored(&record);
        let identity = if number % 2 == 0 { "named" } else { "anonymous" };
        let comment = format!("secret {number}");
        let answers = [("q.overall", "5"), ("q.speed", "3"), ("q.comment", comment.as_str()), ("identity", identity)];
        assert_eq!(app.answer(&app.survey_path(&stored), &answers).status, 303);
    }
    let machine = Machine::new(app, &[Scope::ResponsesRead]);
    let whole = machine.get("/responses").ok(200, "Responses");
    let items = whole["items"].as_array().unwrap();
    let named = items.iter().filter(|item| item.get("external_id").is_some()).count();
    assert_eq!((named, whole["next"].is_null()), (7, true));
    assert!(items.len() - named >= 5, "five or more anonymous ones are released together");
    assert!(!whole.to_string().contains("secret"));
    for item in items.iter().filter(|item| item.get("external_id").is_none()) {
        assert_eq!(item["id"].as_str().unwrap().len(), 32);
        assert!(item.get("employee").is_none() && item.get("responded_at").is_none(), "{item}");
    }
    assert_eq!((&items[0]["employee"], &items[0]["answers"]["speed"]), (&json!("E-1"), &json!("3")));
    for limit in 1..=items.len() {
        let mut paged = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = machine.get(&format!("/responses?limit={limit}{cursor}")).ok(200, "Responses");
            let got = page["items"].as_array().unwrap();
            assert!(!got.is_empty() && got.len() <= limit);
            paged.extend(got.iter().cloned());
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(&paged, items, "{limit}");
    }
});

/// The organisation's monthly rate, online, from a day on.
fn commitment(target: Value, valid_from: &str) -> Value {
    json!({
        "metric": "satisfaction_rate", "level": "organisation", "channel": "online", "grain": "month", "target": target,
        "consequence": "disclosure", "clause": "B3-2.3.3", "valid_from": valid_from,
    })
}

on_both!(a_commitment_ends_the_one_it_follows, |app| {
    let machine = Machine::new(app, &[Scope::Admin]);
    let before = machine.get("/commitments").ok(200, "Commitments");
    assert_eq!(before["items"].as_array().unwrap().len(), 15);
    let new = machine.post("/commitments", &commitment(json!(92.5), "2026-11-01")).ok(201, "Commitment");
    assert_eq!((&new["target"], &new["tolerance"]), (&json!(92.5), &json!(5.0)));
    assert_eq!(machine.post("/commitments", &commitment(json!("92.50"), "2026-11-01")).ok(200, "Commitment"), new);
    let after = machine.get("/commitments").ok(200, "Commitments");
    assert_eq!((&after["items"][0]["valid_to"], &after["items"][1]["valid_to"]), (&json!("2026-10-31"), &json!(null)));
    let body = machine.get("/scores?period=2026-11&level=organisation&channel=online").ok(200, "Scores");
    assert_eq!(body["scores"][0]["target"], 92.5);
    let log = app.pool().query_now(|conn| db::audit::latest(conn, "commitment.announce", 9)).unwrap();
    assert_eq!((log.len(), log[0].subject.as_str()), (1, "B3-2.3.3"));
    assert!(log[0].actor.starts_with("token:machine") && log[0].detail.contains("9250"), "{log:?}");
});

#[test]
fn a_weaker_commitment_needs_notice_or_a_reason() {
    let app = TestApp::on_sqlite();
    let machine = Machine::new(&app, &[Scope::Admin]);
    let problem = machine.post("/commitments", &commitment(json!(80), "2026-11-01")).problem(422);
    assert!(problem["detail"].as_str().unwrap().contains("2026-11-07"), "{problem}");
    machine.post("/commitments", &commitment(json!(80), "2026-11-07")).ok(201, "Commitment");
    let mut sooner = commitment(json!(70), "2026-11-07");
    sooner["reason"] = json!("law");
    sooner["note"] = json!("Regulation 12");
    machine.post("/commitments", &sooner).ok(201, "Commitment");
    machine.post("/commitments", &commitment(json!(95), "2026-10-20")).problem(409);
    machine.post("/commitments", &commitment(json!(95), "2026-10-07")).problem(409);
}

#[test]
fn a_wrong_commitment_says_everything_that_is_wrong() {
    let app = TestApp::on_sqlite();
    app.department("repair");
    let machine = Machine::new(&app, &[Scope::Admin]);
    let wrong = json!({
        "metric": "beauty", "level": "employee", "grain": "week", "target": 100.001, "tolerance": -1, "clause": "",
        "valid_from": "tomorrow", "valid_to": [], "colour": 1, "reason": "because", "department": "repair",
    });
    let problem = machine.post("/commitments", &wrong).problem(422);
    let pointers: Vec<_> =
        problem["errors"].as_array().unwrap().iter().map(|e| e["pointer"].as_str().unwrap()).collect();
    let named = [
        "/valid_to",
        "/colour",
        "/metric",
        "/level",
        "/grain",
        "/target",
        "/tolerance",
        "/clause",
        "/valid_from",
        "/reason",
    ];
    assert!(named.iter().all(|name| pointers.contains(name)), "{pointers:?}");
    let change = |field: &str, value: Value| {
        let mut new = commitment(json!(95), "2026-11-01");
        new[field] = value;
        machine.post("/commitments", &new).problem(422)["errors"][0]["pointer"].clone()
    };
    assert_eq!(change("department", json!("repair")), "/department");
    assert_eq!(change("client", json!("acme")), "/client");
    assert_eq!(change("metric", json!("channel_gap")), "/channel");
    let mut of_department = commitment(json!(95), "2026-11-01");
    of_department["level"] = json!("department");
    of_department["department"] = json!("nowhere");
    assert_eq!(machine.post("/commitments", &of_department).problem(422)["errors"][0]["pointer"], "/department");
    for body in [json!([]), json!(1), json!([commitment(json!(95), "2026-11-01")])] {
        machine.post("/commitments", &body).problem(422);
    }
    assert_eq!(machine.get("/commitments").json()["items"].as_array().unwrap().len(), 15);
}

#[test]
fn nothing_is_sealed_yet() {
    let app = TestApp::on_sqlite();
    let problem = Machine::new(&app, &[Scope::AppraisalsRead]).get("/appraisals?period=2026-09").problem(404);
    assert_eq!(problem["type"], "urn:manyi:problem:not-sealed");
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

on_both!(a_pull_is_noted_only_where_a_body_is_handed_out, |app| {
    october(app);
    close(app, OCTOBER);
    let machine = Machine::new(app, &[Scope::AppraisalsRead]);
    let noted = |app: &TestApp| {
        let log = app.pool().query_now(|conn| db::audit::latest(conn, db::appraisals::PULLED, 9)).unwrap();
        log.len()
    };
    let pulled = machine.get("/appraisals?period=2026-10");
    assert_eq!((pulled.status, noted(app)), (200, 1));
    let tag = [("If-None-Match", pulled.header("etag"))];
    let known = machine.send("GET", "/appraisals?period=2026-10", &[("Accept-Language", "en"), tag[0]], b"");
    assert_eq!((known.status, known.header("x-seal"), noted(app)), (304, pulled.header("x-seal"), 1));
    let head = machine.send("HEAD", "/appraisals?period=2026-10", &[], b"");
    assert_eq!((head.status, noted(app)), (200, 1));
});

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
