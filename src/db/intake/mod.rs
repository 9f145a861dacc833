//! Service records on their way in: resolved, told apart from what is there, stored with their invitation and outbox
//! row in one transaction, counted. Used by the file import, the API and the demo alike.

use std::collections::{HashMap, HashSet};
use std::sync::mpsc::sync_channel;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use diesel::prelude::*;

use super::department::Departments;
use super::instant::Instant;
use super::questionnaire::Current;
use super::schema::{client, employee, invitation, outbox, service_record};
use super::{Connection, Result, complaint, eligibility, employee as employees, questionnaire, suppression, tally};
use crate::crypto::{Secrets, random};
use crate::domain::eligibility::Rules as EligibilityRules;
use crate::domain::field::{FieldError, Reason};
use crate::domain::invitation::{Rules, State};
use crate::domain::locale::Locale;
use crate::domain::response::{Attribution, Periods};
use crate::domain::response_time;
use crate::domain::service_record::ServiceRecord;
use crate::domain::tally::{ServiceDelta, Tallies};

pub(super) use rows::open_contact;
use rows::{NewInvitation, NewMail, NewRecord, Sealed};

mod rows;

/// Records stored together; bounds the values in one statement.
const PART: usize = 500;

/// What a record is judged by: loaded once for an import, or for a request.
pub struct Intake<'a> {
    secrets: &'a Secrets,
    rules: &'a Rules,
    zone: Tz,
    locale: Locale,
    now: DateTime<Utc>,
    departments: Departments,
    employees: HashMap<String, i64>,
    staff_addresses: HashSet<String>,
    clients: HashMap<String, i64>,
    questionnaires: Current,
    eligibility: Eligibility,
}

/// The rules of who is asked, with the departments that each is about.
struct Eligibility {
    rules: EligibilityRules,
    departments: Vec<Vec<i64>>,
}

/// What became of a record that was handed in.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Stored now.
    Created(Stored),
    /// The same record again: nothing was changed.
    Unchanged,
    /// The same number with other content: nothing was changed.
    Conflict,
    /// It names a department or an employee that is not there.
    Invalid(Vec<FieldError>),
}

/// A record that was stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// Key of the record.
    pub id: i64,
    /// Key of its invitation.
    pub invitation_id: i64,
    /// What the invitation is now.
    pub state: State,
    /// Whom it is about.
    pub attribution: Attribution,
    /// The periods of the service.
    pub periods: Periods,
}

/// Whether customers are to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asking {
    /// Invitations go out as the rules say.
    Invite,
    /// The answers come along: the invitation is answered from the start.
    Answered,
}

/// A record whose codes are resolved.
struct Resolved<'a> {
    at: usize,
    record: &'a ServiceRecord,
    attribution: Attribution,
    sealed: Sealed,
}

/// What an invitation is to be.
struct Judged {
    state: State,
    due: DateTime<Utc>,
    /// The place of the rule that leaves the service out.
    rule: Option<usize>,
}

impl Eligibility {
    fn of(rules: EligibilityRules, departments: &Departments) -> Self {
        let about = |code: &Option<String>| {
            let department = code.as_deref().and_then(|code| departments.by_code(code));
            department.map(|department| departments.with_descendants(department.id)).unwrap_or_default()
        };
        let departments = rules.list.iter().map(|rule| about(&rule.department)).collect();
        Self { rules, departments }
    }

    fn leaves_out(&self, resolved: &Resolved<'_>) -> Option<usize> {
        let mut rules = self.rules.list.iter().zip(&self.departments);
        let department = resolved.attribution.department_id;
        rules.position(|(rule, about)| rule.leaves_out(resolved.record, |_| about.contains(&department)))
    }
}

impl<'a> Intake<'a> {
    /// Loads departments, staff, clients and the questionnaires in force.
    pub fn load(
        conn: &mut Connection,
        secrets: &'a Secrets,
        rules: &'a Rules,
        zone: Tz,
        locale: Locale,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let staff = employees::by_number(conn)?;
        let departments = Departments::load(conn)?;
        let clients: Vec<(String, i64)> = client::table.select((client::code, client::id)).load(conn)?;
        Ok(Self {
            secrets,
            rules,
            zone,
            locale,
            now,
            eligibility: Eligibility::of(eligibility::current(conn)?, &departments),
            departments,
            staff_addresses: staff.values().filter_map(|e| Some(e.email.as_ref()?.to_lowercase())).collect(),
            employees: staff.into_iter().map(|(number, employee)| (number, employee.id)).collect(),
            clients: clients.into_iter().collect(),
            questionnaires: questionnaire::current(conn)?,
        })
    }

    /// Stores records, each with its invitation; the outcomes are in their order. Beside each record stands what is hashed
    /// with its content: the answers of an imported rating, else nothing.
    ///
    /// `told` hears again and again how many more are stored.
    pub fn store(
        &mut self,
        conn: &mut Connection,
        records: &[(&ServiceRecord, &str)],
        asking: Asking,
        told: impl FnMut(usize),
    ) -> Result<Vec<Outcome>> {
        let mut tallies = Tallies::default();
        let outcomes = self.store_counting(conn, records, asking, &mut tallies, told)?;
        tally::add(conn, &tallies)?;
        Ok(outcomes)
    }

    /// The same with what the records count for added to `tallies`, which the caller stores with what else it counts, once
    /// for all records: PostgreSQL keeps every state of a row until the transaction ends, and looks through them at each
    /// further change.
    pub(super) fn store_counting(
        &mut self,
        conn: &mut Connection,
        records: &[(&ServiceRecord, &str)],
        asking: Asking,
        tallies: &mut Tallies,
        mut told: impl FnMut(usize),
    ) -> Result<Vec<Outcome>> {
        let secrets = self.secrets;
        let seal = move |part: &[(&ServiceRecord, &str)]| -> Result<Vec<Sealed>> {
            part.iter().map(|(record, extra)| Sealed::of(secrets, record, extra)).collect()
        };
        let mut outcomes = Vec::with_capacity(records.len());
        let mut store = |part: &[(&ServiceRecord, &str)], sealed: Vec<Sealed>| -> Result<()> {
            outcomes.extend(self.store_part(conn, part, sealed, asking, tallies)?);
            told(part.len());
            Ok(())
        };
        if records.len() <= PART {
            store(records, seal(records)?)?;
        } else {
            std::thread::scope(|scope| {
                // The next part is hashed and sealed while this one is stored.
                let (sender, receiver) = sync_channel(1);
                scope.spawn(move || records.chunks(PART).try_for_each(|part| sender.send((part, seal(part)))));
                receiver.into_iter().try_for_each(|(part, sealed)| store(part, sealed?))
            })?;
        }
        Ok(outcomes)
    }

    fn store_part(
        &mut self,
        conn: &mut Connection,
        records: &[(&ServiceRecord, &str)],
        sealed: Vec<Sealed>,
        asking: Asking,
        tallies: &mut Tallies,
    ) -> Result<Vec<Outcome>> {
        let mut outcomes: Vec<Option<Outcome>> = vec![None; records.len()];
        let mut set = |at: usize, outcome| {
            if let Some(slot) = outcomes.get_mut(at) {
                *slot = Some(outcome);
            }
        };
        let there = Self::there_already(conn, records)?;
        let mut fresh: Vec<Resolved<'_>> = Vec::with_capacity(records.len());
        let mut first: HashMap<&str, usize> = HashMap::new();
        let mut repeats = Vec::new();
        for (at, ((record, _), sealed)) in records.iter().zip(sealed).enumerate() {
            let hash = &sealed.content_hash;
            if let Some(known) = there.get(&record.external_id) {
                set(at, if known == hash { Outcome::Unchanged } else { Outcome::Conflict });
            } else if let Some(earlier) = first.get(record.external_id.as_str()) {
                repeats.push((at, *earlier, sealed.content_hash));
            } else {
                match self.resolve(conn, record)? {
                    Err(errors) => set(at, Outcome::Invalid(errors)),
                    Ok(attribution) => {
                        first.insert(&record.external_id, fresh.len());
                        fresh.push(Resolved { at, record, attribution, sealed });
                    }
                }
            }
        }
        let stored = self.insert(conn, &fresh, asking, tallies)?;
        for (at, earlier, hash) in repeats {
            let is_same = fresh.get(earlier).is_some_and(|first| first.sealed.content_hash == hash);
            set(at, if is_same { Outcome::Unchanged } else { Outcome::Conflict });
        }
        for (resolved, stored) in fresh.iter().zip(stored) {
            set(resolved.at, Outcome::Created(stored));
        }
        Ok(outcomes.into_iter().flatten().collect())
    }

    /// The attribution of a record, or what it names that is not there. Client organisations have no file of their own:
    /// the first good record that names one makes it.
    fn resolve(
        &mut self,
        conn: &mut Connection,
        record: &ServiceRecord,
    ) -> Result<std::result::Result<Attribution, Vec<FieldError>>> {
        let department = self.departments.by_code(&record.department_code).map(|department| department.id);
        let employee = record.employee_no.as_ref().map(|number| self.employees.get(number).copied().ok_or(number));
        let mut errors = Vec::new();
        if department.is_none() {
            errors.push(FieldError::new("department_code", &record.department_code, Reason::UnknownDepartment));
        }
        if let Some(Err(number)) = employee {
            errors.push(FieldError::new("employee_no", number, Reason::UnknownEmployee));
        }
        let Some(department_id) = department.filter(|_| errors.is_empty()) else { return Ok(Err(errors)) };
        let client_id = record.client_code.as_ref().map(|code| self.meet_client(conn, code)).transpose()?;
        Ok(Ok(Attribution {
            department_id,
            employee_id: employee.and_then(std::result::Result::ok),
            client_id,
            touchpoint: record.touchpoint,
            channel: Some(record.channel),
        }))
    }

    fn meet_client(&mut self, conn: &mut Connection, code: &str) -> Result<i64> {
        if let Some(id) = self.clients.get(code) {
            return Ok(*id);
        }
        let id = ensure_client(conn, code, self.now)?;
        self.clients.insert(code.to_owned(), id);
        Ok(id)
    }

    /// What records of these numbers are stored, by number: the hash of what each says.
    fn there_already(conn: &mut Connection, records: &[(&ServiceRecord, &str)]) -> Result<HashMap<String, Vec<u8>>> {
        let ids: Vec<&str> = records.iter().map(|(record, _)| record.external_id.as_str()).collect();
        let found: Vec<(String, Vec<u8>)> = service_record::table
            .filter(service_record::external_id.eq_any(ids))
            .select((service_record::external_id, service_record::content_hash))
            .load(conn)?;
        Ok(found.into_iter().collect())
    }

    /// The states of the invitations to be, and when they are due: rules, suppression, open complaints,
    /// cool-down, age, address (A4–A6).
    fn judge(&self, conn: &mut Connection, fresh: &[Resolved<'_>]) -> Result<Vec<Judged>> {
        let addresses = distinct(fresh.iter().map(|resolved| &resolved.sealed.email_hash));
        let customers = distinct(fresh.iter().map(|resolved| &resolved.sealed.customer_hash));
        let suppressed: HashSet<Vec<u8>> = suppression::among(conn, &addresses, self.now)?.into_iter().collect();
        let complaints = complaint::open_among(conn, &addresses, &customers, &[], self.now)?;
        let mut last_asked = self.last_asked(conn, &addresses, &customers)?;
        let cooldown = TimeDelta::days(self.rules.cooldown_days);
        let mut judged = Vec::with_capacity(fresh.len());
        for resolved in fresh {
            let contact = &resolved.record.contact;
            let due = self.rules.due(resolved.record.completed_at, self.now, self.zone);
            let is_staff = contact.email.as_ref().is_some_and(|e| self.staff_addresses.contains(&e.to_lowercase()));
            let rule = self.eligibility.leaves_out(resolved);
            let state = match (&resolved.sealed.email_hash, due) {
                _ if rule.is_some() || resolved.record.closed_automatically || is_staff => State::Ineligible,
                (None, _) => State::NoAddress,
                (Some(_), None) => State::TooOld,
                (Some(hash), _) if suppressed.contains(hash) => State::Suppressed,
                (Some(address), _)
                    if complaints.has_any(std::iter::once(address).chain(&resolved.sealed.customer_hash)) =>
                {
                    State::ComplaintOpen
                }
                (Some(address), Some(due)) => {
                    let whom = || std::iter::once(address).chain(&resolved.sealed.customer_hash);
                    let soon = |last: &DateTime<Utc>| (due - *last).abs() < cooldown;
                    if whom().filter_map(|hash| last_asked.get(hash)).any(soon) {
                        State::Throttled
                    } else {
                        last_asked.extend(whom().map(|hash| (hash.clone(), due)));
                        State::Scheduled
                    }
                }
            };
            judged.push(Judged { state, due: due.unwrap_or(self.now), rule });
        }
        Ok(judged)
    }

    /// When each of these addresses and persons was, or is to be, last asked.
    fn last_asked(
        &self,
        conn: &mut Connection,
        addresses: &[Vec<u8>],
        customers: &[Vec<u8>],
    ) -> Result<HashMap<Vec<u8>, DateTime<Utc>>> {
        type Rows = Vec<(Option<Vec<u8>>, Option<chrono::NaiveDateTime>)>;
        let asked = [State::Scheduled, State::Queued, State::Sent, State::Answered, State::Declined, State::Expired];
        let asked = || invitation::state.eq_any(asked.map(State::as_str));
        let mut rows: Rows = Vec::new();
        if self.rules.cooldown_days > 0 && !addresses.is_empty() {
            rows = invitation::table
                .filter(invitation::email_hash.eq_any(addresses))
                .filter(asked())
                .group_by(invitation::email_hash)
                .select((invitation::email_hash, diesel::dsl::max(invitation::due_at)))
                .load(conn)?;
        }
        if self.rules.cooldown_days > 0 && !customers.is_empty() {
            let of_persons: Rows = invitation::table
                .inner_join(service_record::table)
                .filter(service_record::customer_hash.eq_any(customers))
                .filter(asked())
                .group_by(service_record::customer_hash)
                .select((service_record::customer_hash, diesel::dsl::max(invitation::due_at)))
                .load(conn)?;
            rows.extend(of_persons);
        }
        Ok(rows.into_iter().filter_map(|(hash, due)| Some((hash?, super::utc(due?)))).collect())
    }

    fn insert(
        &self,
        conn: &mut Connection,
        fresh: &[Resolved<'_>],
        asking: Asking,
        tallies: &mut Tallies,
    ) -> Result<Vec<Stored>> {
        let judged = match asking {
            Asking::Invite => self.judge(conn, fresh)?,
            Asking::Answered => fresh
                .iter()
                .map(|r| Judged { state: State::Answered, due: r.record.completed_at, rule: None })
                .collect(),
        };
        let ids = reserve_keys!(conn, service_record, fresh.len())?;
        let invitation_ids = reserve_keys!(conn, invitation, fresh.len())?;
        let mut stored = Vec::with_capacity(fresh.len());
        let mut rows = Vec::with_capacity(fresh.len());
        let mut invitations = Vec::with_capacity(fresh.len());
        for ((resolved, judged), (id, invitation_id)) in
            fresh.iter().zip(judged).zip(ids.into_iter().zip(invitation_ids))
        {
            let periods = Periods::at(resolved.record.completed_at, self.zone);
            tallies.add_service(resolved.attribution, periods, counted(resolved.record));
            rows.push(self.record_row(id, resolved));
            invitations.push(self.invitation_row(invitation_id, resolved, id, &judged));
            let state = judged.state;
            stored.push(Stored { id, invitation_id, state, attribution: resolved.attribution, periods });
        }
        insert_rows!(conn, service_record::table, &rows)?;
        insert_rows!(conn, invitation::table, &invitations)?;
        let mails: Vec<NewMail> = stored
            .iter()
            .zip(&invitations)
            .filter(|(stored, _)| stored.state == State::Scheduled)
            .map(|(stored, row)| NewMail {
                invitation_id: stored.invitation_id,
                kind: "invitation",
                step: 0,
                state: "queued",
                due_at: row.due_at,
                attempt: 0,
                possible_duplicates: 0,
            })
            .collect();
        insert_rows!(conn, outbox::table, &mails)?;
        Ok(stored)
    }

    fn record_row<'r>(&self, id: i64, resolved: &'r Resolved<'_>) -> NewRecord<'r> {
        let Resolved { record, sealed, attribution, .. } = resolved;
        NewRecord {
            id,
            external_id: &record.external_id,
            content_hash: &sealed.content_hash,
            department_id: attribution.department_id,
            employee_id: attribution.employee_id,
            client_id: attribution.client_id,
            touchpoint: record.touchpoint.map(|touchpoint| touchpoint.as_str()),
            channel: record.channel.as_str(),
            service_type: record.service_type.as_deref(),
            completed_at: record.completed_at.into(),
            requested_at: record.requested_at.map(Instant::from),
            first_response_at: record.first_response_at.map(Instant::from),
            waiting_minutes: record.waiting_minutes,
            resolved: record.resolved,
            urgent: record.urgent,
            closed_automatically: record.closed_automatically,
            contact: sealed.contact.as_deref(),
            customer_hash: sealed.customer_hash.as_deref(),
            created_at: self.now.into(),
        }
    }

    fn invitation_row(
        &self,
        id: i64,
        resolved: &Resolved<'_>,
        service_record_id: i64,
        judged: &Judged,
    ) -> NewInvitation {
        let Judged { state, due, rule } = *judged;
        let salt = (state == State::Scheduled).then(|| random::<16>().to_vec());
        NewInvitation {
            id,
            service_record_id,
            purpose: SERVICE,
            state: state.as_str(),
            questionnaire_version_id: self.questionnaires.for_channel(resolved.record.channel),
            locale: resolved.record.locale.unwrap_or(self.locale).as_str(),
            token_hash: salt.as_ref().map(|salt| self.secrets.invitation_token(salt).hash()),
            salt,
            email_hash: resolved.sealed.email_hash.clone(),
            due_at: due.into(),
            expires_at: (due + TimeDelta::days(self.rules.expires_days)).into(),
            rules_version: self.eligibility.rules.version,
            rule: rule.and_then(|at| i64::try_from(at).ok()),
        }
    }
}

/// The purpose of the invitation that every service record has.
pub(super) const SERVICE: &str = "service";

fn distinct<'a>(hashes: impl Iterator<Item = &'a Option<Vec<u8>>>) -> Vec<Vec<u8>> {
    hashes.flatten().collect::<HashSet<_>>().into_iter().cloned().collect()
}

fn counted(record: &ServiceRecord) -> ServiceDelta {
    let timely = response_time::timely(record);
    ServiceDelta {
        records: 1,
        resolved: i64::from(record.resolved == Some(true)),
        resolution_known: i64::from(record.resolved.is_some()),
        timely: i64::from(timely == Some(true)),
        timed: i64::from(timely.is_some()),
        ..ServiceDelta::default()
    }
}

/// The client organisation with this code, made from the code if it is new.
pub fn ensure_client(conn: &mut Connection, code: &str, now: DateTime<Utc>) -> Result<i64> {
    let found = client::table.filter(client::code.eq(code)).select(client::id).get_result(conn).optional()?;
    if let Some(id) = found {
        return Ok(id);
    }
    let row = diesel::insert_into(client::table)
        .values((client::code.eq(code), client::name.eq(code), client::created_at.eq(now.naive_utc())))
        .returning(client::id);
    Ok(row.get_result(conn)?)
}

/// Counts of what there is: departments, employees, service records.
pub fn counts(conn: &mut Connection) -> Result<(i64, i64, i64)> {
    Ok((
        super::schema::department::table.count().get_result(conn)?,
        employee::table.count().get_result(conn)?,
        service_record::table.count().get_result(conn)?,
    ))
}
