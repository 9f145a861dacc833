//! Service records as other systems hand them in and read them back.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::intake::{Asking, Intake, Outcome, SERVICE, open_contact};
use super::invitation::{TIMES, state_at};
use super::schema::{client, department, employee, invitation, service_record};
use super::{Connection, Result, parse, utc};
use crate::crypto::Secrets;
use crate::domain::invitation::State;
use crate::domain::locale::Locale;
use crate::domain::service_record::{Contact, ServiceRecord};

/// A stored record with the codes it was handed in with.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredRecord {
    /// The record; its contact data may have been erased since.
    pub record: ServiceRecord,
    /// What has become of its invitation.
    pub invitation: State,
}

/// Stores records as [`Intake::store`] does, in the order of their numbers, so that two transactions with the same
/// records wait for each other and never crosswise. Each outcome stands where its record does, with the state of the
/// record's invitation, if the number is stored.
pub fn hand_in(
    conn: &mut Connection,
    intake: &mut Intake<'_>,
    records: &[ServiceRecord],
    now: DateTime<Utc>,
) -> Result<Vec<(Outcome, Option<State>)>> {
    let mut order: Vec<(usize, &ServiceRecord)> = records.iter().enumerate().collect();
    // A stable sort: of two with the same number the first stays first.
    order.sort_by(|(_, a), (_, b)| a.external_id.cmp(&b.external_id));
    let sorted: Vec<(&ServiceRecord, &str)> = order.iter().map(|(_, record)| (*record, "")).collect();
    let outcomes = intake.store(conn, &sorted, Asking::Invite, |_| ())?;
    let states = states(conn, records, now)?;
    let mut judged: Vec<_> = order
        .into_iter()
        .zip(outcomes)
        .map(|((at, record), outcome)| (at, (outcome, states.get(&record.external_id).copied())))
        .collect();
    judged.sort_by_key(|(at, _)| *at);
    Ok(judged.into_iter().map(|(_, judged)| judged).collect())
}

/// The record with this number.
pub fn find(
    conn: &mut Connection,
    secrets: &Secrets,
    external_id: &str,
    now: DateTime<Utc>,
) -> Result<Option<StoredRecord>> {
    let found = service_record::table
        .inner_join(department::table)
        .inner_join(invitation::table)
        .filter(service_record::external_id.eq(external_id))
        .filter(invitation::purpose.eq(SERVICE))
        .select((RecordRow::as_select(), department::code, InvitationRow::as_select()))
        .get_result::<(RecordRow, String, InvitationRow)>(conn)
        .optional()?;
    let Some((row, department_code, invited)) = found else { return Ok(None) };
    let employee_no = match row.employee_id {
        Some(id) => Some(employee::table.find(id).select(employee::employee_no).get_result(conn)?),
        None => None,
    };
    let client_code = match row.client_id {
        Some(id) => Some(client::table.find(id).select(client::code).get_result(conn)?),
        None => None,
    };
    let contact = match &row.contact {
        Some(sealed) => open_contact(secrets, &row.external_id, sealed)?,
        None => Contact::default(),
    };
    let invitation = state_at((&invited.state, invited.due_at, invited.expires_at), now)?;
    let locale: Locale = parse("invitation", "locale", &invited.locale)?;
    let record = row.read(department_code, employee_no, client_code, contact, locale)?;
    Ok(Some(StoredRecord { record, invitation }))
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = service_record)]
struct RecordRow {
    external_id: String,
    employee_id: Option<i64>,
    client_id: Option<i64>,
    touchpoint: Option<String>,
    channel: String,
    service_type: Option<String>,
    completed_at: NaiveDateTime,
    requested_at: Option<NaiveDateTime>,
    first_response_at: Option<NaiveDateTime>,
    waiting_minutes: Option<i32>,
    resolved: Option<bool>,
    urgent: bool,
    closed_automatically: bool,
    contact: Option<Vec<u8>>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = invitation)]
struct InvitationRow {
    state: String,
    locale: String,
    due_at: NaiveDateTime,
    expires_at: NaiveDateTime,
}

fn states(conn: &mut Connection, records: &[ServiceRecord], now: DateTime<Utc>) -> Result<HashMap<String, State>> {
    let numbers = records.iter().map(|record| record.external_id.as_str());
    type Found = (String, (String, NaiveDateTime, NaiveDateTime));
    let found: Vec<Found> = service_record::table
        .inner_join(invitation::table)
        .filter(service_record::external_id.eq_any(numbers))
        .filter(invitation::purpose.eq(SERVICE))
        .select((service_record::external_id, TIMES))
        .load(conn)?;
    let read = |(number, (word, due_at, expires_at)): Found| Ok((number, state_at((&word, due_at, expires_at), now)?));
    found.into_iter().map(read).collect()
}

impl RecordRow {
    fn read(
        self,
        department_code: String,
        employee_no: Option<String>,
        client_code: Option<String>,
        contact: Contact,
        locale: Locale,
    ) -> Result<ServiceRecord> {
        const TABLE: &str = "service_record";
        Ok(ServiceRecord {
            external_id: self.external_id,
            department_code,
            touchpoint: self.touchpoint.as_deref().map(|word| parse(TABLE, "touchpoint", word)).transpose()?,
            channel: parse(TABLE, "channel", &self.channel)?,
            completed_at: utc(self.completed_at),
            employee_no,
            service_type: self.service_type,
            contact,
            locale: Some(locale),
            requested_at: self.requested_at.map(utc),
            first_response_at: self.first_response_at.map(utc),
            waiting_minutes: self.waiting_minutes,
            resolved: self.resolved,
            client_code,
            urgent: self.urgent,
            closed_automatically: self.closed_automatically,
        })
    }
}
