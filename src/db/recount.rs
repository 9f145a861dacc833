//! The tallies counted again from the rows they are made of, page by page: whatever has happened, they must be the same.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDateTime;
use chrono_tz::Tz;
use diesel::prelude::*;
use serde::Serialize;

use super::intake::SERVICE;
use super::questionnaire::Published;
use super::schema::{anonymous_response, invitation, response, service_record, service_tally, tally, version_tally};
use super::{Connection, Result, parse, utc};
use crate::domain::questionnaire::Answers;
use crate::domain::response::{Attribution, Base, Mode, Periods, Response};
use crate::domain::response_time;
use crate::domain::service_record::{Channel, Contact, ServiceRecord, Touchpoint};
use crate::domain::tally::{Delta, Key, ServiceDelta, ServiceKey, Tallies};

/// Rows read at once.
const PAGE: i64 = 10_000;

/// A stored figure that is not what the rows say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Which figure: table, keys and column.
    pub what: String,
    /// As stored.
    pub stored: i64,
    /// As recounted.
    pub recounted: i64,
}

/// How the tallies compare with the rows they are made of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Recount {
    /// Responses that were counted.
    pub responses: i64,
    /// Service records that were counted.
    pub records: i64,
    /// Complaints that were counted.
    pub complaints: i64,
    /// Tallies that were compared.
    pub tallies: i64,
    /// What differs.
    pub differences: Vec<Difference>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = response)]
struct NamedRow {
    id: i64,
    department_id: i64,
    employee_id: Option<i64>,
    client_id: Option<i64>,
    channel: String,
    mode: String,
    base: String,
    questionnaire_version_id: i64,
    answers: String,
    points: Option<i32>,
    month: String,
    quarter: String,
    year: String,
    excluded: bool,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = anonymous_response)]
struct AnonymousRow {
    id: Vec<u8>,
    department_id: i64,
    employee_id: Option<i64>,
    client_id: Option<i64>,
    channel: Option<String>,
    mode: String,
    base: String,
    questionnaire_version_id: i64,
    answers: String,
    points: Option<i32>,
    month: String,
    quarter: String,
    year: String,
    excluded: bool,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = service_record)]
struct RecordRow {
    id: i64,
    department_id: i64,
    employee_id: Option<i64>,
    client_id: Option<i64>,
    touchpoint: Option<String>,
    channel: String,
    completed_at: NaiveDateTime,
    requested_at: Option<NaiveDateTime>,
    first_response_at: Option<NaiveDateTime>,
    resolved: Option<bool>,
    urgent: bool,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = tally)]
struct TallyRow {
    department_id: i64,
    employee_id: i64,
    client_id: i64,
    question: String,
    channel: String,
    base: String,
    mode: String,
    month: String,
    quarter: String,
    year: String,
    n: i64,
    satisfied: i64,
    scored: i64,
    points_sum: i64,
    points_sq_sum: i64,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = service_tally)]
struct ServiceTallyRow {
    department_id: i64,
    employee_id: i64,
    client_id: i64,
    channel: String,
    month: String,
    quarter: String,
    year: String,
    records: i64,
    invited: i64,
    responded: i64,
    resolved: i64,
    resolution_known: i64,
    timely: i64,
    timed: i64,
    complaints: i64,
}

/// A response as either table keeps it, without its id.
struct Counted {
    attribution: Attribution,
    mode: String,
    base: String,
    questionnaire_version_id: i64,
    answers: String,
    points: Option<i32>,
    periods: [String; 3],
}

/// Recounts the tallies from responses, service records, invitations and complaints.
pub fn recount(conn: &mut Connection, zone: Tz) -> Result<Recount> {
    let mut counting = Counting::default();
    counting.named(conn)?;
    counting.anonymous(conn)?;
    counting.services(conn, zone)?;
    counting.complaints(conn)?;
    counting.compare(conn)
}

/// Sums on their way.
#[derive(Default)]
struct Counting {
    found: Recount,
    tallies: Tallies,
    published: Published,
    /// Responses to invitations that went out, by department: an anonymous one has lost the month of its service.
    responded: BTreeMap<i64, i64>,
    /// All responses, by the version of their questionnaire.
    versions: BTreeMap<i64, i64>,
}

impl Counting {
    fn named(&mut self, conn: &mut Connection) -> Result<()> {
        let mut last = 0;
        loop {
            let rows: Vec<(NamedRow, Option<NaiveDateTime>)> = response::table
                .left_join(invitation::table.on(response::invitation_id.eq(invitation::id.nullable())))
                .filter(response::id.gt(last))
                .order(response::id)
                .limit(PAGE)
                .select((NamedRow::as_select(), invitation::sent_at.nullable()))
                .load(conn)?;
            let Some((row, _)) = rows.last() else { return Ok(()) };
            last = row.id;
            for (row, sent_at) in rows {
                *self.versions.entry(row.questionnaire_version_id).or_default() += 1;
                // Who was left out of the figures has answered all the same.
                if sent_at.is_some() {
                    *self.responded.entry(row.department_id).or_default() += 1;
                }
                if !row.excluded {
                    self.count(conn, row.counted()?)?;
                }
            }
        }
    }

    fn anonymous(&mut self, conn: &mut Connection) -> Result<()> {
        let mut last = Vec::new();
        loop {
            let rows: Vec<AnonymousRow> = anonymous_response::table
                .filter(anonymous_response::id.gt(&last))
                .order(anonymous_response::id)
                .limit(PAGE)
                .select(AnonymousRow::as_select())
                .load(conn)?;
            let Some(row) = rows.last() else { return Ok(()) };
            last.clone_from(&row.id);
            for row in rows {
                *self.versions.entry(row.questionnaire_version_id).or_default() += 1;
                if row.base == Base::Invited.as_str() {
                    *self.responded.entry(row.department_id).or_default() += 1;
                }
                if !row.excluded {
                    self.count(conn, row.counted()?)?;
                }
            }
        }
    }

    fn count(&mut self, conn: &mut Connection, counted: Counted) -> Result<()> {
        let questionnaire = self.published.get(conn, counted.questionnaire_version_id)?;
        let answers: Answers = serde_json::from_str(&counted.answers).map_err(|_| super::Error::Stored {
            table: "response",
            column: "answers",
            value: "no JSON object of texts".into(),
        })?;
        let scored = questionnaire.score(&answers);
        let points = scored.points.map(i64::from);
        if points != counted.points.map(i64::from) {
            let (stored, recounted) = (counted.points.map_or(-1, i64::from), points.unwrap_or(-1));
            self.found.differences.push(Difference { what: "response points".into(), stored, recounted });
        }
        let [month, quarter, year] = &counted.periods;
        let counts_in = periods("response", month, quarter, year)?;
        self.found.responses += 1;
        self.tallies.add_response(&Response {
            attribution: counted.attribution,
            served: counts_in,
            counts_in,
            mode: parse::<Mode>("response", "mode", &counted.mode)?,
            base: parse::<Base>("response", "base", &counted.base)?,
            questionnaire_version_id: counted.questionnaire_version_id,
            answers,
            comment: None,
            notice_id: None,
            counter_id: None,
            scored,
        });
        Ok(())
    }

    fn services(&mut self, conn: &mut Connection, zone: Tz) -> Result<()> {
        let mut last = 0;
        loop {
            let rows: Vec<(RecordRow, Option<NaiveDateTime>)> = service_record::table
                .left_join(
                    invitation::table
                        .on(invitation::service_record_id.eq(service_record::id).and(invitation::purpose.eq(SERVICE))),
                )
                .filter(service_record::id.gt(last))
                .order(service_record::id)
                .limit(PAGE)
                .select((RecordRow::as_select(), invitation::sent_at.nullable()))
                .load(conn)?;
            let Some((row, _)) = rows.last() else { return Ok(()) };
            last = row.id;
            for (row, sent_at) in rows {
                let (attribution, record) = row.read()?;
                let timely = response_time::timely(&record);
                let delta = ServiceDelta {
                    records: 1,
                    invited: i64::from(sent_at.is_some()),
                    responded: 0,
                    resolved: i64::from(record.resolved == Some(true)),
                    resolution_known: i64::from(record.resolved.is_some()),
                    timely: i64::from(timely == Some(true)),
                    timed: i64::from(timely.is_some()),
                    complaints: 0,
                };
                self.found.records += 1;
                self.tallies.add_service(attribution, Periods::at(record.completed_at, zone), delta);
            }
        }
    }

    fn complaints(&mut self, conn: &mut Connection) -> Result<()> {
        let mut last = 0;
        loop {
            let page = super::complaint::counted_after(conn, last, PAGE)?;
            let Some((id, ..)) = page.last() else { return Ok(()) };
            last = *id;
            for (_, attribution, [month, quarter, year]) in page {
                let counts_in = periods("complaint", &month, &quarter, &year)?;
                self.found.complaints += 1;
                self.tallies.add_service(attribution, counts_in, ServiceDelta { complaints: 1, ..Default::default() });
            }
        }
    }

    fn compare(mut self, conn: &mut Connection) -> Result<Recount> {
        let mut answers = BTreeMap::new();
        for row in tally::table.select(TallyRow::as_select()).load::<TallyRow>(conn)? {
            answers.insert(row.key()?, row);
        }
        let mut services = BTreeMap::new();
        let mut responded: BTreeMap<i64, i64> = BTreeMap::new();
        for row in service_tally::table.select(ServiceTallyRow::as_select()).load::<ServiceTallyRow>(conn)? {
            if row.employee_id == 0 && row.client_id == 0 {
                *responded.entry(row.department_id).or_default() += row.responded;
            }
            services.insert(row.key()?, row);
        }
        let versions: Vec<(i64, i64)> = version_tally::table.load(conn)?;
        let versions: BTreeMap<i64, i64> = versions.into_iter().collect();
        self.found.tallies = i64::try_from(answers.len() + services.len() + versions.len()).unwrap_or(i64::MAX);
        let mut told = Told(&mut self.found.differences);
        for key in union(&answers, &self.tallies.answers) {
            let recounted = self.tallies.answers.get(key).copied().unwrap_or_default();
            let stored = answers.get(key).map(TallyRow::delta).unwrap_or_default();
            let what = || {
                let question = if key.question.is_empty() { "all" } else { key.question.as_str() };
                let who = names(key.department_id, key.employee_id, key.client_id, key.channel);
                format!("tally {who}, question {question}, {}, {}, {}", key.base, key.mode, key.periods.month)
            };
            told.compare(&what, "n", stored.n, recounted.n);
            told.compare(&what, "satisfied", stored.satisfied, recounted.satisfied);
            told.compare(&what, "scored", stored.scored, recounted.scored);
            told.compare(&what, "points_sum", stored.points_sum, recounted.points_sum);
            told.compare(&what, "points_sq_sum", stored.points_sq_sum, recounted.points_sq_sum);
        }
        for key in union(&services, &self.tallies.services) {
            let recounted = self.tallies.services.get(key).copied().unwrap_or_default();
            let stored = services.get(key).map(ServiceTallyRow::delta).unwrap_or_default();
            let what = || {
                let who = names(key.department_id, key.employee_id, key.client_id, key.channel);
                format!("service_tally {who}, {}", key.periods.month)
            };
            told.compare(&what, "records", stored.records, recounted.records);
            told.compare(&what, "invited", stored.invited, recounted.invited);
            told.compare(&what, "resolved", stored.resolved, recounted.resolved);
            told.compare(&what, "resolution_known", stored.resolution_known, recounted.resolution_known);
            told.compare(&what, "timely", stored.timely, recounted.timely);
            told.compare(&what, "timed", stored.timed, recounted.timed);
            told.compare(&what, "complaints", stored.complaints, recounted.complaints);
        }
        let by_key = [
            ("service_tally department", "responded", &responded, &self.responded),
            ("version_tally questionnaire_version", "responses", &versions, &self.versions),
        ];
        for (table, column, stored, recounted) in by_key {
            for key in union(stored, recounted) {
                let of = |sums: &BTreeMap<i64, i64>| sums.get(key).copied().unwrap_or_default();
                told.compare(&|| format!("{table} {key}"), column, of(stored), of(recounted));
            }
        }
        Ok(self.found)
    }
}

/// Where differences are noted.
struct Told<'a>(&'a mut Vec<Difference>);

impl Told<'_> {
    fn compare(&mut self, what: &dyn Fn() -> String, column: &str, stored: i64, recounted: i64) {
        if stored != recounted {
            self.0.push(Difference { what: format!("{}: {column}", what()), stored, recounted });
        }
    }
}

impl NamedRow {
    fn counted(self) -> Result<Counted> {
        Ok(Counted {
            attribution: Attribution {
                department_id: self.department_id,
                employee_id: self.employee_id,
                client_id: self.client_id,
                touchpoint: None,
                channel: Some(parse::<Channel>("response", "channel", &self.channel)?),
            },
            mode: self.mode,
            base: self.base,
            questionnaire_version_id: self.questionnaire_version_id,
            answers: self.answers,
            points: self.points,
            periods: [self.month, self.quarter, self.year],
        })
    }
}

impl AnonymousRow {
    fn counted(self) -> Result<Counted> {
        let channel = self.channel.map(|word| parse::<Channel>("anonymous_response", "channel", &word));
        Ok(Counted {
            attribution: Attribution {
                department_id: self.department_id,
                employee_id: self.employee_id,
                client_id: self.client_id,
                touchpoint: None,
                channel: channel.transpose()?,
            },
            mode: self.mode,
            base: self.base,
            questionnaire_version_id: self.questionnaire_version_id,
            answers: self.answers,
            points: self.points,
            periods: [self.month, self.quarter, self.year],
        })
    }
}

impl RecordRow {
    fn read(self) -> Result<(Attribution, ServiceRecord)> {
        let touchpoint = self.touchpoint.map(|word| parse::<Touchpoint>("service_record", "touchpoint", &word));
        let (touchpoint, channel) = (touchpoint.transpose()?, parse("service_record", "channel", &self.channel)?);
        let attribution = Attribution {
            department_id: self.department_id,
            employee_id: self.employee_id,
            client_id: self.client_id,
            touchpoint,
            channel: Some(channel),
        };
        let record = ServiceRecord {
            external_id: String::new(),
            department_code: String::new(),
            touchpoint,
            channel,
            completed_at: utc(self.completed_at),
            employee_no: None,
            service_type: None,
            contact: Contact::default(),
            locale: None,
            requested_at: self.requested_at.map(utc),
            first_response_at: self.first_response_at.map(utc),
            waiting_minutes: None,
            resolved: self.resolved,
            client_code: None,
            urgent: self.urgent,
            closed_automatically: false,
        };
        Ok((attribution, record))
    }
}

impl TallyRow {
    fn key(&self) -> Result<Key> {
        Ok(Key {
            department_id: self.department_id,
            employee_id: one(self.employee_id),
            client_id: one(self.client_id),
            question: self.question.clone(),
            channel: channel("tally", &self.channel)?,
            base: parse::<Base>("tally", "base", &self.base)?.as_str(),
            mode: parse::<Mode>("tally", "mode", &self.mode)?.as_str(),
            periods: periods("tally", &self.month, &self.quarter, &self.year)?,
        })
    }

    fn delta(&self) -> Delta {
        Delta {
            n: self.n,
            satisfied: self.satisfied,
            scored: self.scored,
            points_sum: self.points_sum,
            points_sq_sum: self.points_sq_sum,
        }
    }
}

impl ServiceTallyRow {
    fn key(&self) -> Result<ServiceKey> {
        Ok(ServiceKey {
            department_id: self.department_id,
            employee_id: one(self.employee_id),
            client_id: one(self.client_id),
            channel: channel("service_tally", &self.channel)?,
            periods: periods("service_tally", &self.month, &self.quarter, &self.year)?,
        })
    }

    fn delta(&self) -> ServiceDelta {
        ServiceDelta {
            records: self.records,
            invited: self.invited,
            responded: self.responded,
            resolved: self.resolved,
            resolution_known: self.resolution_known,
            timely: self.timely,
            timed: self.timed,
            complaints: self.complaints,
        }
    }
}

/// 0 = all.
fn one(id: i64) -> Option<i64> {
    (id != 0).then_some(id)
}

fn channel(table: &'static str, word: &str) -> Result<&'static str> {
    if word.is_empty() { Ok("") } else { Ok(parse::<Channel>(table, "channel", word)?.as_str()) }
}

fn periods(table: &'static str, month: &str, quarter: &str, year: &str) -> Result<Periods> {
    Ok(Periods {
        month: parse(table, "month", month)?,
        quarter: parse(table, "quarter", quarter)?,
        year: parse(table, "year", year)?,
    })
}

fn names(department: i64, employee: Option<i64>, client: Option<i64>, channel: &str) -> String {
    let mut text = format!("department {department}");
    for (what, id) in [("employee", employee), ("client", client)] {
        if let Some(id) = id {
            text.push_str(&format!(", {what} {id}"));
        }
    }
    format!("{text}, channel {channel}")
}

fn union<'a, K: Ord, A, B>(stored: &'a BTreeMap<K, A>, recounted: &'a BTreeMap<K, B>) -> BTreeSet<&'a K> {
    stored.keys().chain(recounted.keys()).collect()
}
