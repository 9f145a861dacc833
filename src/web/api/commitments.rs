//! `GET` and `POST /api/v1/commitments`: what was promised, by clause, from when to when; and what will be.

use std::borrow::Cow;

use actix_web::HttpResponse;
use actix_web::web::Payload;
use chrono::{Datelike, NaiveDate};
use serde::Serialize;

use super::Call;
use super::body::{self, Document, Element, Scalar};
use super::problem::{Fault, Refusal};
use super::query::{Parameters, channel};
use super::records::{plain, unknown};
use crate::db::announcement::{self, AnnounceError, Announced, Announcement, WAIVERS};
use crate::db::scores::RequestError;
use crate::db::{self, commitment};
use crate::domain::commitment::{Commitment, Consequence, DEFAULT_TOLERANCE, EvidenceRule, Level, Metric};
use crate::domain::period::{Grain, local_date};
use crate::domain::points::{Hundredths, from_hundredths};
use crate::domain::text;
use crate::domain::user::Scope;
use crate::i18n::Texts;

/// The members of a commitment that is announced.
const MEMBERS: [&str; 15] = [
    "metric",
    "level",
    "department",
    "client",
    "channel",
    "grain",
    "target",
    "tolerance",
    "consequence",
    "clause",
    "evidence_rule",
    "valid_from",
    "valid_to",
    "reason",
    "note",
];

/// Characters a note may have.
const MAX_NOTE: usize = 500;

/// Whose figures can be bound. A person's are never judged.
const LEVELS: [Level; 3] = [Level::Organisation, Level::Department, Level::Client];

/// All commitments.
#[derive(Debug, Serialize)]
pub(super) struct List {
    /// In the order they were stored.
    pub items: Vec<CommitmentView>,
}

/// A commitment as other systems read it.
#[derive(Debug, Serialize)]
pub(super) struct CommitmentView {
    id: i64,
    metric: Metric,
    level: Level,
    department: Option<String>,
    client: Option<String>,
    channel: &'static str,
    grain: Grain,
    target: f64,
    tolerance: f64,
    consequence: Option<Consequence>,
    clause: String,
    evidence_rule: EvidenceRule,
    valid_from: NaiveDate,
    valid_to: Option<NaiveDate>,
}

/// `GET /api/v1/commitments`
pub(super) async fn list(call: Call) -> HttpResponse {
    call.answer(all(&call).await)
}

/// `POST /api/v1/commitments`
pub(super) async fn announce(call: Call, payload: Payload) -> HttpResponse {
    call.answer(store(&call, payload).await)
}

async fn all(call: &Call) -> Result<HttpResponse, Refusal> {
    call.enter(Scope::ScoresRead)?;
    Parameters::read(&call.request, call.t, &[]).finish(Some(()))?;
    let all = call.pool().read(commitment::all).await?;
    call.json(&List { items: all.into_iter().map(CommitmentView::new).collect() })
}

async fn store(call: &Call, payload: Payload) -> Result<HttpResponse, Refusal> {
    call.enter(Scope::Admin)?;
    let announcement = match body::read(&call.request, payload).await? {
        Document::One(Element::Object(members)) => read(&members, call.t)?,
        _ => return Err(Refusal::Body(vec![Fault::of_value("", call.t.get("api-not-an-object"))])),
    };
    let (now, actor) = (call.web.context.now(), format!("token:{}", call.caller));
    let today = local_date(now, call.web.context.config.time_zone);
    let work = move |conn: &mut db::Connection| announcement::announce(conn, &announcement, &actor, today, now);
    match call.pool().write(work).await.map_err(|error| refused(error, call.t))? {
        Announced::Created(stored) => Ok(HttpResponse::Created().json(CommitmentView::new(stored))),
        Announced::Unchanged(stored) => Ok(HttpResponse::Ok().json(CommitmentView::new(stored))),
    }
}

/// What can't be found stands in the body, not in the address.
fn refused(error: AnnounceError, t: Texts) -> Refusal {
    match error {
        AnnounceError::Refused(refused) => Refusal::Announce(refused),
        AnnounceError::Request(RequestError::UnknownDepartment { .. }) => {
            Refusal::Body(vec![Fault::of_member("", "department", t.get("intake-reason-unknown-department"))])
        }
        AnnounceError::Request(error) => error.into(),
        AnnounceError::UnknownClient => {
            Refusal::Body(vec![Fault::of_member("", "client", t.get("intake-reason-unknown-client"))])
        }
    }
}

/// What is announced, or all that is wrong with it.
fn read(given: &[(String, Scalar)], t: Texts) -> Result<Announcement, Refusal> {
    let mut members = Members::read(given, t);
    let metric = members.required("metric", &Metric::ALL.map(Metric::as_str).join(", "), |text| text.parse().ok());
    let levels = LEVELS.map(Level::as_str).join(", ");
    let level = members.required("level", &levels, |text| LEVELS.into_iter().find(|level| level.as_str() == text));
    let department_code = members.optional("department", &t.get("api-allowed-code"), code);
    let client_code = members.optional("client", &t.get("api-allowed-code"), code);
    let channel = members.optional("channel", "online, offline, all", channel).flatten();
    let grains = Grain::ALL.map(Grain::as_str).join(", ");
    let grain = members.required("grain", &grains, |text| Grain::ALL.into_iter().find(|grain| grain.as_str() == text));
    let target = members.required("target", &t.get("api-allowed-number"), hundredths);
    let tolerance = members.optional("tolerance", &t.get("api-allowed-number"), hundredths);
    let consequences = Consequence::ALL.map(Consequence::as_str).join(", ");
    let consequence = members.optional("consequence", &consequences, |text| text.parse().ok());
    let clause = members.required("clause", &t.get("api-allowed-code"), code);
    let evidence_rule = members.optional("evidence_rule", "verdict_stands, no_verdict", |text| match text {
        "verdict_stands" => Some(EvidenceRule::VerdictStands),
        "no_verdict" => Some(EvidenceRule::NoVerdict),
        _ => None,
    });
    let valid_from = members.required("valid_from", &t.get("api-allowed-date"), date);
    let valid_to = members.optional("valid_to", &t.get("api-allowed-date"), date);
    let reasons = WAIVERS.map(announcement::word).join(", ");
    let waiver = members
        .optional("reason", &reasons, |text| WAIVERS.into_iter().find(|waiver| announcement::word(*waiver) == text));
    let note = members.optional("note", &t.with("api-allowed-note", &[("max", MAX_NOTE)]), |text| {
        text::line(text, MAX_NOTE).ok().map(Cow::into_owned)
    });
    members.agree("department", level != Some(Level::Department) && department_code.is_some());
    members.agree("client", (level == Some(Level::Client)) != client_code.is_some());
    members.agree("channel", metric == Some(Metric::ChannelGap) && channel.is_some());
    let commitment = metric.zip(level).zip(grain.zip(target)).zip(clause.zip(valid_from)).map(
        |(((metric, level), (grain, target)), (clause, valid_from))| Commitment {
            id: 0,
            metric,
            level,
            department_code,
            client_code,
            channel,
            grain,
            target,
            tolerance: tolerance.unwrap_or(DEFAULT_TOLERANCE),
            consequence,
            clause,
            evidence_rule: evidence_rule.unwrap_or_default(),
            valid_from,
            valid_to,
        },
    );
    members.finish(commitment.map(|commitment| Announcement { commitment, waiver, note }))
}

/// The members of a body, and what is wrong with them.
struct Members<'a> {
    t: Texts,
    given: Vec<(&'a str, Cow<'a, str>)>,
    faults: Vec<Fault>,
}

impl<'a> Members<'a> {
    fn read(members: &'a [(String, Scalar)], t: Texts) -> Self {
        let mut given: Vec<(&str, Cow<'_, str>)> = Vec::new();
        let mut faults = Vec::new();
        for (name, value) in members.iter().take(MEMBERS.len() * 2) {
            if !MEMBERS.contains(&name.as_str()) {
                faults.push(Fault::of_member("", name, unknown(name, MEMBERS, t)));
            } else if given.iter().any(|(other, _)| other == name) {
                faults.push(Fault::of_member("", name, t.get("api-given-twice")));
            } else if *value == Scalar::Nested {
                faults.push(Fault::of_member("", name, t.get("api-not-plain")));
            } else if let Some(text) = plain(value) {
                given.push((name, text));
            }
        }
        Self { t, given, faults }
    }

    /// What a member says, if it is there, or a fault with what would be allowed.
    fn optional<T>(&mut self, name: &str, allowed: &str, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let (_, text) = self.given.iter().find(|(given, _)| *given == name)?;
        let value = parse(text::trim(text));
        if value.is_none() {
            self.faults.push(Fault::of_member("", name, self.t.with("api-allowed", &[("allowed", allowed)])));
        }
        value
    }

    /// What a member says that must be there.
    fn required<T>(&mut self, name: &str, allowed: &str, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let is_known = |fault: &Fault| fault.pointer.as_deref() == Some(&format!("/{name}"));
        if !self.given.iter().any(|(given, _)| *given == name) && !self.faults.iter().any(is_known) {
            self.faults.push(Fault::of_member("", name, self.t.get("api-missing")));
        }
        self.optional(name, allowed, parse)
    }

    /// Notes that a member does not go with the others.
    fn agree(&mut self, name: &str, is_wrong: bool) {
        if is_wrong {
            self.faults.push(Fault::of_member("", name, self.t.get("api-does-not-agree")));
        }
    }

    fn finish<T>(self, value: Option<T>) -> Result<T, Refusal> {
        match value {
            Some(value) if self.faults.is_empty() => Ok(value),
            _ => Err(Refusal::Body(self.faults)),
        }
    }
}

fn code(text: &str) -> Option<String> {
    text::code(text, text::MAX_CODE).ok().filter(|code| !code.is_empty()).map(str::to_owned)
}

/// A day from 2000 on.
fn date(text: &str) -> Option<NaiveDate> {
    text.parse::<NaiveDate>().ok().filter(|date| (2000..=9999).contains(&date.year()))
}

/// A number from 0 to 100 with at most two decimals, in hundredths, without passing through a float.
fn hundredths(text: &str) -> Option<Hundredths> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let is_plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let decimals = decimals.trim_end_matches('0');
    if whole.is_empty() || !is_plain(whole) || !is_plain(decimals) || decimals.len() > 2 {
        return None;
    }
    let number: Hundredths = format!("{whole}{decimals:0<2}").parse().ok()?;
    (number <= 10_000).then_some(number)
}

impl CommitmentView {
    pub(super) fn new(one: Commitment) -> Self {
        Self {
            id: one.id,
            metric: one.metric,
            level: one.level,
            department: one.department_code,
            client: one.client_code,
            channel: one.channel.map_or("all", |channel| channel.as_str()),
            grain: one.grain,
            target: from_hundredths(one.target),
            tolerance: from_hundredths(one.tolerance),
            consequence: one.consequence,
            clause: one.clause,
            evidence_rule: one.evidence_rule,
            valid_from: one.valid_from,
            valid_to: one.valid_to,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_hundredths_exactly() {
        for (text, expected) in
            [("90", Some(9_000)), ("85.5", Some(8_550)), ("0.07", Some(7)), ("100.00", Some(10_000))]
        {
            assert_eq!(hundredths(text), expected, "{text}");
        }
        for text in ["", "-1", "100.01", "85.555", "1e2", ".5", "９０", "5 0", "99999999999"] {
            assert_eq!(hundredths(text), None, "{text}");
        }
    }
}
