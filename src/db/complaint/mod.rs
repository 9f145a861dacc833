//! Complaints on their way in, by file, API and demo alike: resolved, told apart from what is there, stored, counted.
//! And whose are open: their customers are not asked.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDateTime, Utc};
use chrono_tz::Tz;
use diesel::prelude::*;

pub use self::list::{By, Closing, Listed, Which, close, counts, list};
use super::department::Departments;
use super::intake::{SERVICE, ensure_client};
use super::period::Progress;
use super::schema::{complaint, invitation, service_record};
use super::{Connection, Error, Result, parse, tally, utc};
use crate::crypto::{Place, Secrets};
use crate::domain::complaint::{Complaint, Details};
use crate::domain::field::{FieldError, Reason};
use crate::domain::response::{Attribution, Periods};
use crate::domain::service_record::Channel;
use crate::domain::tally::{ServiceDelta, Tallies};

mod list;

/// The column that personal data is sealed for.
const DETAILS: &str = "complaint.details";

/// Complaints handled together; bounds the values in one statement.
const PART: usize = 1000;

/// What became of a complaint that was handed in.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Stored now.
    Created,
    /// It was there, open; now it is closed.
    Closed,
    /// The same again, or the same without its end: nothing was changed.
    Unchanged,
    /// The same number with other content, or with another end: nothing was changed.
    Conflict,
    /// It names a department or a service that is not there.
    Invalid(Vec<FieldError>),
}

/// What complaints are judged by: loaded once for an import, or for a request.
pub struct Desk<'a> {
    secrets: &'a Secrets,
    zone: Tz,
    now: DateTime<Utc>,
    departments: Departments,
    progress: Progress,
}

/// Whom mail must not ask at the moment: addresses, customer numbers and services with an open complaint.
#[derive(Debug, Clone, Default)]
pub struct Open {
    people: HashSet<Vec<u8>>,
    services: HashSet<i64>,
}

new_row! {
    struct NewComplaint<'a> in complaint {
        id: i64,
        reference: &'a str,
        content_hash: Vec<u8>,
        department_id: i64,
        client_id: Option<i64>,
        channel: &'static str,
        service_record_id: Option<i64>,
        received_at: NaiveDateTime,
        closed_at: Option<NaiveDateTime>,
        kind: Option<&'a str>,
        urgent: bool,
        details: Option<Vec<u8>>,
        email_hash: Option<Vec<u8>>,
        customer_hash: Option<Vec<u8>>,
        month: String,
        quarter: String,
        year: String,
        created_at: NaiveDateTime,
    }
}

/// A complaint that is stored: what tells it from another.
struct Known {
    content_hash: Vec<u8>,
    closed_at: Option<DateTime<Utc>>,
}

/// The service that a complaint is about.
#[derive(Queryable)]
struct Service {
    id: i64,
    department_id: i64,
    client_id: Option<i64>,
    channel: String,
    customer_hash: Option<Vec<u8>>,
    email_hash: Option<Vec<u8>>,
}

impl<'a> Desk<'a> {
    /// Loads departments, and how far the judging of each period has come: until the transaction ends none moves.
    pub fn load(conn: &mut Connection, secrets: &'a Secrets, zone: Tz, now: DateTime<Utc>) -> Result<Self> {
        let (progress, departments) = (Progress::hold(conn)?, Departments::load(conn)?);
        Ok(Self { secrets, zone, now, departments, progress })
    }

    /// Stores complaints; the outcomes are in their order. A number that comes again may close the complaint, and change
    /// nothing else. `told` hears again and again how many more are stored.
    pub fn store(
        &self,
        conn: &mut Connection,
        complaints: &[&Complaint],
        mut told: impl FnMut(usize),
    ) -> Result<Vec<Outcome>> {
        let mut tallies = Tallies::default();
        let mut outcomes = Vec::with_capacity(complaints.len());
        for part in complaints.chunks(PART) {
            outcomes.extend(self.store_part(conn, part, &mut tallies)?);
            told(part.len());
        }
        tally::add(conn, &tallies)?;
        Ok(outcomes)
    }

    fn store_part(
        &self,
        conn: &mut Connection,
        complaints: &[&Complaint],
        tallies: &mut Tallies,
    ) -> Result<Vec<Outcome>> {
        let mut known = there_already(conn, complaints)?;
        let services = services(conn, complaints)?;
        let ids = reserve_keys!(conn, complaint, complaints.len())?;
        let mut rows = Vec::new();
        let (mut outcomes, mut closing) = (Vec::with_capacity(complaints.len()), Vec::new());
        for (complaint, id) in complaints.iter().zip(ids) {
            let content_hash = self.secrets.content_hash(&[&complaint.canonical()]);
            if let Some(known) = known.get_mut(&complaint.reference) {
                let outcome = known.meets(&content_hash, complaint.closed_at);
                if outcome == Outcome::Closed {
                    known.closed_at = complaint.closed_at;
                    closing.push((complaint.reference.as_str(), complaint.closed_at));
                }
                outcomes.push(outcome);
                continue;
            }
            let service = complaint.external_id.as_ref().and_then(|number| services.get(number));
            match self.row(conn, id, complaint, service, &content_hash)? {
                Err(errors) => outcomes.push(Outcome::Invalid(errors)),
                Ok((row, attribution, periods)) => {
                    tallies.add_service(
                        attribution,
                        periods,
                        ServiceDelta { complaints: 1, ..ServiceDelta::default() },
                    );
                    rows.push(row);
                    outcomes.push(Outcome::Created);
                    known.insert(complaint.reference.clone(), Known { content_hash, closed_at: complaint.closed_at });
                }
            }
        }
        // In one order, so that two transactions with the same numbers wait for each other and never crosswise.
        rows.sort_by(|a, b| a.reference.cmp(b.reference));
        insert_rows!(conn, complaint::table, &rows)?;
        closing.sort_unstable();
        for (reference, closed_at) in closing {
            let open =
                complaint::table.filter(complaint::reference.eq(reference)).filter(complaint::closed_at.is_null());
            diesel::update(open).set(complaint::closed_at.eq(closed_at.map(|at| at.naive_utc()))).execute(conn)?;
        }
        Ok(outcomes)
    }

    /// The row of a new complaint, whom it counts for and when; or what it names that is not there. A client organisation
    /// is made where it is named first, as by a service record.
    fn row<'r>(
        &self,
        conn: &mut Connection,
        id: i64,
        complaint: &'r Complaint,
        service: Option<&Service>,
        content_hash: &[u8],
    ) -> Result<std::result::Result<(NewComplaint<'r>, Attribution, Periods), Vec<FieldError>>> {
        let mut errors = Vec::new();
        if let (Some(number), None) = (&complaint.external_id, service) {
            errors.push(FieldError::new("external_id", number, Reason::UnknownServiceRecord));
        }
        let named = complaint.department_code.as_ref();
        let department = match named {
            Some(code) => self.departments.by_code(code).map(|department| department.id),
            None => service.map(|service| service.department_id),
        };
        if let (Some(code), None) = (named, department) {
            errors.push(FieldError::new("department_code", code, Reason::UnknownDepartment));
        }
        let of_service = service.map(|service| parse("service_record", "channel", &service.channel)).transpose()?;
        let (Some(department_id), Some(channel)) = (department, complaint.channel.or(of_service)) else {
            return Ok(Err(errors));
        };
        if !errors.is_empty() {
            return Ok(Err(errors));
        }
        let client_id = match &complaint.client_code {
            Some(code) => Some(ensure_client(conn, code, self.now)?),
            None => service.and_then(|service| service.client_id),
        };
        let contact = &complaint.details.contact;
        let email = contact.email.as_deref().map(|email| self.secrets.lookup("email", email));
        let customer = contact.customer_ref.as_deref().map(|number| self.secrets.lookup("customer", number));
        let periods = Periods::at(complaint.received_at, self.zone).counting(|period| self.progress.state(period));
        let row = NewComplaint {
            id,
            reference: &complaint.reference,
            content_hash: content_hash.to_vec(),
            department_id,
            client_id,
            channel: Channel::as_str(channel),
            service_record_id: service.map(|service| service.id),
            received_at: complaint.received_at.naive_utc(),
            closed_at: complaint.closed_at.map(|at| at.naive_utc()),
            kind: complaint.kind.as_deref(),
            urgent: complaint.urgent,
            details: self.seal(complaint)?,
            email_hash: email.or_else(|| service?.email_hash.clone()),
            customer_hash: customer.or_else(|| service?.customer_hash.clone()),
            month: periods.month.to_string(),
            quarter: periods.quarter.to_string(),
            year: periods.year.to_string(),
            created_at: self.now.naive_utc(),
        };
        let attribution =
            Attribution { department_id, employee_id: None, client_id, touchpoint: None, channel: Some(channel) };
        Ok(Ok((row, attribution, periods)))
    }

    fn seal(&self, complaint: &Complaint) -> Result<Option<Vec<u8>>> {
        if complaint.details == Details::default() {
            return Ok(None);
        }
        let plain = serde_json::to_vec(&complaint.details).map_err(|_| crate::crypto::Unreadable)?;
        Ok(Some(self.secrets.seal(Place { column: DETAILS, row: &complaint.reference }, &plain)?))
    }
}

impl Known {
    /// What a complaint with the same number is to this one.
    fn meets(&self, content_hash: &[u8], closed_at: Option<DateTime<Utc>>) -> Outcome {
        match (self.closed_at, closed_at) {
            _ if self.content_hash != content_hash => Outcome::Conflict,
            (None, Some(_)) => Outcome::Closed,
            // What was written down before it was closed does not open it again.
            (_, None) => Outcome::Unchanged,
            (Some(known), Some(given)) if known == given => Outcome::Unchanged,
            (Some(_), Some(_)) => Outcome::Conflict,
        }
    }
}

/// The personal part of a complaint; `None` if none has this number, or it has none (any more).
///
/// # Errors
/// The database's, or what is stored can't be opened.
pub fn details(conn: &mut Connection, secrets: &Secrets, reference: &str) -> Result<Option<Details>> {
    let sealed: Option<Option<Vec<u8>>> = complaint::table
        .filter(complaint::reference.eq(reference))
        .select(complaint::details)
        .first(conn)
        .optional()?;
    let Some(sealed) = sealed.flatten() else { return Ok(None) };
    let plain = secrets.open(Place { column: DETAILS, row: reference }, &sealed)?;
    Ok(serde_json::from_slice(&plain).map_err(|_| crate::crypto::Unreadable)?)
}

fn there_already(conn: &mut Connection, complaints: &[&Complaint]) -> Result<HashMap<String, Known>> {
    let numbers: Vec<&str> = complaints.iter().map(|complaint| complaint.reference.as_str()).collect();
    let found: Vec<(String, Vec<u8>, Option<NaiveDateTime>)> = complaint::table
        .filter(complaint::reference.eq_any(numbers))
        .select((complaint::reference, complaint::content_hash, complaint::closed_at))
        .load(conn)?;
    let known = |(number, content_hash, closed_at): (String, Vec<u8>, Option<NaiveDateTime>)| {
        (number, Known { content_hash, closed_at: closed_at.map(utc) })
    };
    Ok(found.into_iter().map(known).collect())
}

/// The services that complaints name, by number.
fn services(conn: &mut Connection, complaints: &[&Complaint]) -> Result<HashMap<String, Service>> {
    let numbers: Vec<&str> = complaints.iter().filter_map(|complaint| complaint.external_id.as_deref()).collect();
    if numbers.is_empty() {
        return Ok(HashMap::new());
    }
    let found: Vec<(String, Service)> = service_record::table
        .inner_join(invitation::table)
        .filter(service_record::external_id.eq_any(numbers))
        .filter(invitation::purpose.eq(SERVICE))
        .select((
            service_record::external_id,
            (
                service_record::id,
                service_record::department_id,
                service_record::client_id,
                service_record::channel,
                service_record::customer_hash,
                invitation::email_hash,
            ),
        ))
        .load(conn)?;
    Ok(found.into_iter().collect())
}

/// Which of these customers (addresses, customer numbers) and services have a complaint that is open: the same question
/// for a service that comes in and for a mail that is about to go out (FEATURES B3).
pub fn open_among(
    conn: &mut Connection,
    emails: &[Vec<u8>],
    customers: &[Vec<u8>],
    services: &[i64],
    now: DateTime<Utc>,
) -> Result<Open> {
    if emails.is_empty() && customers.is_empty() && services.is_empty() {
        return Ok(Open::default());
    }
    type Row = (Option<Vec<u8>>, Option<Vec<u8>>, Option<i64>);
    let whose = complaint::email_hash
        .eq_any(emails)
        .or(complaint::customer_hash.eq_any(customers))
        .or(complaint::service_record_id.eq_any(services));
    let is_open = complaint::closed_at.is_null().or(complaint::closed_at.gt(now.naive_utc()));
    let rows: Vec<Row> = complaint::table
        .filter(whose.assume_not_null())
        .filter(is_open.assume_not_null())
        .select((complaint::email_hash, complaint::customer_hash, complaint::service_record_id))
        .load(conn)?;
    let mut open = Open::default();
    for (email, customer, service) in rows {
        open.people.extend(email.into_iter().chain(customer));
        open.services.extend(service);
    }
    Ok(open)
}

impl Open {
    /// Whether somebody with one of these hashes complains.
    pub fn has_any<'h>(&self, hashes: impl IntoIterator<Item = &'h Vec<u8>>) -> bool {
        hashes.into_iter().any(|hash| self.people.contains(hash))
    }

    /// Whether there is an open complaint about this service.
    pub fn is_about(&self, service_record_id: i64) -> bool {
        self.services.contains(&service_record_id)
    }
}

/// The complaints of one page of a recount: for whom, and in which periods each counts.
pub(super) fn counted_after(
    conn: &mut Connection,
    last: i64,
    page: i64,
) -> Result<Vec<(i64, Attribution, [String; 3])>> {
    type Row = (i64, i64, Option<i64>, String, String, String, String);
    let rows: Vec<Row> = complaint::table
        .filter(complaint::id.gt(last))
        .order(complaint::id)
        .limit(page)
        .select((
            complaint::id,
            complaint::department_id,
            complaint::client_id,
            complaint::channel,
            complaint::month,
            complaint::quarter,
            complaint::year,
        ))
        .load(conn)?;
    let read = |(id, department_id, client_id, channel, month, quarter, year): Row| {
        let channel = Some(parse("complaint", "channel", &channel)?);
        let attribution = Attribution { department_id, employee_id: None, client_id, touchpoint: None, channel };
        Ok::<_, Error>((id, attribution, [month, quarter, year]))
    };
    rows.into_iter().map(read).collect()
}
