//! The API, over HTTP, on both databases; every answer is held against the OpenAPI document.

mod bounces;
mod commitments;
mod complaints;
mod records;
mod requests;
mod scores;
mod tokens;

use chrono::TimeDelta;
use manyi::db;
use manyi::domain::user::Scope;
use manyi::web::api::openapi_json;
use serde_json::{Value, json};

use crate::harness::TestApp;

const RECORDS: &str = "/service-records";

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
