//! The outbox: one row per mail with its own state, claimed with a lease, sent, marked. A worker that dies gives its
//! rows back when the lease ends; a worker that wakes up late finds that its lease token no longer matches.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use diesel::dsl::{self, case_when};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, Text, Timestamp};

use super::department::Department;
use super::invitation::RecordPart;
use super::mail_text::{self, Bound};
use super::schema::{department, invitation, outbox, service_record};
use super::{Connection, Error, Result, complaint, mail_preference, parse, reminder, suppression, utc};
use crate::crypto::Secrets;
use crate::domain::invitation::{Rules, State};
use crate::domain::locale::Locale;
use crate::domain::mail_note::Note;
use crate::domain::response::Periods;
use crate::domain::service_record::{Contact, Touchpoint};
use crate::domain::tally::{ServiceDelta, Tallies};

/// How long a claim holds: longer than any sending takes.
pub const LEASE: TimeDelta = TimeDelta::minutes(5);

/// What a mail of the outbox is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The first mail about a service.
    Invitation,
    /// Another to who has not answered: 1 for the first.
    Reminder(u8),
}

/// A mail that is ours to send until the lease ends.
#[derive(Debug)]
pub struct Claimed {
    /// Key.
    pub id: i64,
    /// What proves that the claim is still ours.
    pub lease_token: String,
    /// How many times it was claimed, this one included.
    pub attempt: i32,
    /// How many times it may have reached the customer without our knowing.
    pub possible_duplicates: i32,
    /// Whether a server has answered to it before.
    pub was_tried: bool,
    /// Whether it has waited for its domain already.
    pub has_waited: bool,
    /// What it is.
    pub kind: Kind,
    /// Key of the mail that a reminder follows.
    pub follows: Option<i64>,
    /// When it was first due: its date on every attempt.
    pub written_at: DateTime<Utc>,
    /// Key of the invitation.
    pub invitation_id: i64,
    /// The salt that its token follows from.
    pub salt: Vec<u8>,
    /// Key of the questionnaire's version.
    pub questionnaire_version_id: i64,
    /// The customer's language.
    pub locale: Locale,
    /// The last moment it can be answered.
    pub expires_at: DateTime<Utc>,
    /// Keyed hash of the address.
    pub email_hash: Option<Vec<u8>>,
    /// Number of the service record.
    pub external_id: String,
    /// Name, address and number of the customer.
    pub contact: Contact,
    /// What kind of service it was.
    pub service_type: Option<String>,
    /// Where it was given.
    pub touchpoint: Option<Touchpoint>,
    /// When it ended.
    pub completed_at: DateTime<Utc>,
    /// The department that served.
    pub department: Department,
    /// What it is written from.
    pub words: Bound,
}

/// What is needed to ask once more whether a claimed mail is to be sent.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// Key of the mail.
    pub id: i64,
    /// What proves that the claim is still ours.
    pub lease_token: String,
    invitation_id: i64,
    email_hash: Option<Vec<u8>>,
    is_reminder: bool,
}

/// What became of a claimed mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finish {
    /// The server took it.
    Accepted,
    /// It goes back until then; `unknown` if the server may have taken it.
    Retry {
        /// When it is due again.
        at: DateTime<Utc>,
        /// The server may have taken it.
        unknown: bool,
        /// Whether the try counts; a server that was not reached costs none.
        counts: bool,
    },
    /// It can't be delivered; the invitation ends in this state, unless an earlier try may have arrived.
    Ended(State),
    /// It is given up though the server may have taken it: the link stays good, as the customer may hold it.
    Perhaps,
}

/// A mail, its invitation, the record, the sealed contact data and the department.
type Parts = (MailPart, InvitationPart, RecordPart, Option<Vec<u8>>, Department);

#[derive(QueryableByName)]
struct ClaimedId {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

impl Claimed {
    /// To ask about it once more.
    pub fn ticket(&self) -> Ticket {
        let Self { id, lease_token, invitation_id, email_hash, kind, .. } = self;
        let (lease_token, email_hash) = (lease_token.clone(), email_hash.clone());
        Ticket { id: *id, lease_token, invitation_id: *invitation_id, email_hash, is_reminder: kind.step() > 0 }
    }
}

impl Kind {
    /// The stored word of a reminder.
    pub(super) const REMINDER: &str = "reminder";

    /// Reminders up to this mail: 0 of an invitation.
    pub const fn step(self) -> u8 {
        match self {
            Self::Invitation => 0,
            Self::Reminder(step) => step,
        }
    }

    fn read(word: &str, step: i32) -> Result<Self> {
        let stored = || Error::Stored { table: "outbox", column: "kind", value: format!("{word} {step}") };
        match (word, u8::try_from(step)) {
            ("invitation", Ok(0)) => Ok(Self::Invitation),
            (Self::REMINDER, Ok(step)) if step > 0 => Ok(Self::Reminder(step)),
            _ => Err(stored()),
        }
    }
}

/// Claims up to `limit` mails that are due, the oldest first.
pub fn claim(conn: &mut Connection, secrets: &Secrets, now: DateTime<Utc>, limit: i32) -> Result<Vec<Claimed>> {
    const SQLITE: &str = "UPDATE outbox SET state = 'claimed', lease_token = ?, lease_until = ?, attempt = attempt + 1 \
         WHERE id IN (SELECT id FROM outbox WHERE state IN ('queued', 'retry') AND due_at <= ? \
         ORDER BY due_at LIMIT ?) RETURNING id";
    const POSTGRES: &str = "UPDATE outbox SET state = 'claimed', lease_token = $1, lease_until = $2, attempt = attempt + 1 \
         WHERE id IN (SELECT id FROM outbox WHERE state IN ('queued', 'retry') AND due_at <= $3 \
         ORDER BY due_at LIMIT $4 FOR UPDATE SKIP LOCKED) RETURNING id";
    give_back(conn, now)?;
    let token = hex::encode(crate::crypto::random::<8>());
    let statement = match conn {
        Connection::Sqlite(_) => SQLITE,
        Connection::Postgres(_) => POSTGRES,
    };
    let now = now.naive_utc();
    let ids: Vec<ClaimedId> = diesel::sql_query(statement)
        .bind::<Text, _>(&token)
        .bind::<Timestamp, _>(now + LEASE)
        .bind::<Timestamp, _>(now)
        .bind::<Integer, _>(limit)
        .load(conn)?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<i64> = ids.into_iter().map(|row| row.id).collect();
    let rows: Vec<Parts> = outbox::table
        .inner_join(invitation::table.inner_join(service_record::table.inner_join(department::table)))
        .filter(outbox::id.eq_any(&ids))
        .order(outbox::due_at)
        .select((
            MailPart::as_select(),
            InvitationPart::as_select(),
            RecordPart::as_select(),
            service_record::contact,
            Department::as_select(),
        ))
        .load(conn)?;
    let first = first_mails(conn, &rows)?;
    let mut words = mail_text::bind(conn, secrets, &ids)?;
    rows.into_iter()
        .map(|(mail, invitation, record, contact, department)| {
            let contact = contact.map(|sealed| super::intake::open_contact(secrets, &record.external_id, &sealed));
            Ok(Claimed {
                id: mail.id,
                lease_token: token.clone(),
                attempt: mail.attempt,
                possible_duplicates: mail.possible_duplicates,
                was_tried: mail.attempt > 1 && mail.reply.as_deref().is_some_and(|reply| Note::read(reply).is_none()),
                has_waited: mail.reply.as_deref() == Some(Note::Domain.as_str()),
                kind: Kind::read(&mail.kind, mail.step)?,
                follows: first.get(&invitation.id).copied().filter(|first| *first != mail.id),
                written_at: utc(mail.first_due_at.unwrap_or(invitation.due_at)),
                invitation_id: invitation.id,
                salt: invitation.salt.unwrap_or_default(),
                questionnaire_version_id: invitation.questionnaire_version_id,
                locale: parse("invitation", "locale", &invitation.locale)?,
                expires_at: utc(invitation.expires_at),
                email_hash: invitation.email_hash,
                touchpoint: record.attribution()?.touchpoint,
                external_id: record.external_id,
                contact: contact.transpose()?.unwrap_or_default(),
                service_type: record.service_type,
                completed_at: record.completed_at.into(),
                department,
                words: words.remove(&mail.id).ok_or(diesel::result::Error::NotFound)?,
            })
        })
        .collect()
}

/// What a worker claimed and did not settle before its lease ended is due as before. Its token goes, so that whatever
/// that worker notes later changes nothing.
fn give_back(conn: &mut Connection, now: DateTime<Utc>) -> Result<()> {
    let stale = outbox::table.filter(outbox::state.eq("claimed")).filter(outbox::lease_until.lt(now.naive_utc()));
    diesel::update(stale)
        .set((
            outbox::state.eq("retry"),
            outbox::lease_token.eq(None::<String>),
            outbox::lease_until.eq(None::<NaiveDateTime>),
        ))
        .execute(conn)?;
    Ok(())
}

/// The invitations' own mails, by invitation, where a reminder is among these.
fn first_mails(conn: &mut Connection, rows: &[Parts]) -> Result<HashMap<i64, i64>> {
    let reminded: Vec<i64> = rows.iter().filter(|row| row.0.step > 0).map(|row| row.1.id).collect();
    if reminded.is_empty() {
        return Ok(HashMap::new());
    }
    let first = outbox::table.filter(outbox::invitation_id.eq_any(reminded)).filter(outbox::step.eq(0));
    let first: Vec<(i64, i64)> = first.select((outbox::invitation_id, outbox::id)).load(conn)?;
    Ok(first.into_iter().collect())
}

/// Those of claimed mails that are no longer to be sent: answered, declined or taken back meanwhile, written to an
/// address that is on the suppression list now, to a customer whose complaint is open, or reminders to one who wants
/// none. Asked again just before a mail goes over the wire.
pub fn unwanted(conn: &mut Connection, mails: &[Ticket], now: DateTime<Utc>) -> Result<HashMap<i64, State>> {
    if mails.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<i64> = mails.iter().map(|mail| mail.invitation_id).collect();
    let hashes: Vec<Vec<u8>> = mails.iter().filter_map(|mail| mail.email_hash.clone()).collect();
    let listed = suppression::among(conn, &hashes, now)?;
    let reminded: Vec<Vec<u8>> =
        mails.iter().filter(|mail| mail.is_reminder).filter_map(|mail| mail.email_hash.clone()).collect();
    let refusing = mail_preference::refusing(conn, &reminded)?;
    let rows: Vec<(i64, String, i64, Option<Vec<u8>>)> = invitation::table
        .inner_join(service_record::table)
        .filter(invitation::id.eq_any(ids))
        .select((invitation::id, invitation::state, service_record::id, service_record::customer_hash))
        .load(conn)?;
    let customers: Vec<Vec<u8>> = rows.iter().filter_map(|row| row.3.clone()).collect();
    let services: Vec<i64> = rows.iter().map(|row| row.2).collect();
    let complaints = complaint::open_among(conn, &hashes, &customers, &services, now)?;
    let rows: HashMap<i64, (String, i64, Option<Vec<u8>>)> =
        rows.into_iter().map(|(id, state, service, customer)| (id, (state, service, customer))).collect();
    let mut unwanted = HashMap::new();
    for mail in mails {
        let Some((word, service, customer)) = rows.get(&mail.invitation_id) else { continue };
        let state = parse("invitation", "state", word)?;
        let is_listed = mail.email_hash.as_ref().is_some_and(|hash| listed.contains(hash));
        let complains = complaints.is_about(*service) || complaints.has_any(mail.email_hash.iter().chain(customer));
        match state {
            state if !State::takes_answers(state) => unwanted.insert(mail.id, state),
            _ if is_listed => unwanted.insert(mail.id, State::Suppressed),
            _ if complains => unwanted.insert(mail.id, State::ComplaintOpen),
            _ if mail.is_reminder && mail.email_hash.as_ref().is_some_and(|hash| refusing.contains(hash)) => {
                unwanted.insert(mail.id, State::Declined)
            }
            _ => None,
        };
    }
    Ok(unwanted)
}

/// Marks what became of claimed mails, with the server's words (without addresses). Rows whose lease has passed to
/// someone else stay as they are. Invitations that went out are counted.
pub fn finish(
    conn: &mut Connection,
    results: &[(i64, String, Finish, String)],
    rules: &Rules,
    zone: Tz,
    now: DateTime<Utc>,
) -> Result<()> {
    let (mut sent, mut perhaps) = (Vec::new(), Vec::new());
    for (id, lease_token, finish, reply) in results {
        let ours = outbox::table.find(id).filter(outbox::lease_token.eq(lease_token));
        let state = match finish {
            Finish::Accepted => "accepted",
            Finish::Retry { .. } => "retry",
            Finish::Ended(State::Suppressed | State::ComplaintOpen) => "suppressed",
            Finish::Ended(State::Expired | State::Answered | State::Declined) => "expired",
            Finish::Ended(_) | Finish::Perhaps => "failed",
        };
        let over = !matches!(finish, Finish::Retry { .. });
        let marked: Option<(i64, String, i32, i32)> = diesel::update(ours)
            .set((
                outbox::state.eq(state),
                outbox::lease_token.eq(None::<String>),
                outbox::lease_until.eq(None::<NaiveDateTime>),
                outbox::reply.eq(reply),
                outbox::finished_at.eq(over.then(|| now.naive_utc())),
            ))
            .returning((outbox::invitation_id, outbox::kind, outbox::step, outbox::possible_duplicates))
            .get_result(conn)
            .optional()?;
        let Some((invitation_id, kind, step, before)) = marked else { continue };
        match finish {
            Finish::Accepted => sent.push((invitation_id, Kind::read(&kind, step)?)),
            Finish::Retry { at, unknown, counts } => {
                diesel::update(outbox::table.find(id))
                    .set((
                        outbox::due_at.eq(at.naive_utc()),
                        outbox::attempt.eq(outbox::attempt - i32::from(!counts)),
                        outbox::possible_duplicates.eq(outbox::possible_duplicates + i32::from(*unknown)),
                    ))
                    .execute(conn)?;
                if !counts {
                    mail_text::release(conn, *id)?;
                }
            }
            Finish::Perhaps => {
                diesel::update(outbox::table.find(id))
                    .set(outbox::possible_duplicates.eq(outbox::possible_duplicates + 1))
                    .execute(conn)?;
                perhaps.push(invitation_id);
            }
            // That there is no such address is true of the earlier tries as well.
            Finish::Ended(state) if before > 0 && *state != State::Bounced => perhaps.push(invitation_id),
            Finish::Ended(state) => {
                let open = [State::Scheduled, State::Queued].map(State::as_str);
                diesel::update(invitation::table.find(invitation_id).filter(invitation::state.eq_any(open)))
                    .set(invitation::state.eq(state.as_str()))
                    .execute(conn)?;
            }
        }
    }
    let ids: Vec<i64> = sent.iter().map(|(id, _)| *id).chain(perhaps).collect();
    let invited = mark_sent(conn, &ids, zone, Some(now))?;
    super::tally::add(conn, &invited)?;
    reminder::schedule(conn, &sent, rules, zone, now)
}

/// Notes that invitations went out, once each; returns what that adds to the tallies. Without a time (the customer
/// answered before we knew that the mail had arrived) the time is when it was due, so that it does not tell when the
/// answer came.
pub(super) fn mark_sent(conn: &mut Connection, ids: &[i64], zone: Tz, at: Option<DateTime<Utc>>) -> Result<Tallies> {
    let mut tallies = Tallies::default();
    if ids.is_empty() {
        return Ok(tallies);
    }
    let fresh = invitation::table.filter(invitation::id.eq_any(ids)).filter(invitation::sent_at.is_null());
    let fresh: Vec<i64> = match at {
        Some(at) => {
            let waits = invitation::state.eq_any([State::Scheduled, State::Queued].map(State::as_str));
            let state = case_when(waits, State::Sent.as_str().into_sql::<Text>()).otherwise(invitation::state);
            diesel::update(fresh)
                .set((invitation::sent_at.eq(Some(at.naive_utc())), invitation::state.eq(state)))
                .returning(invitation::id)
                .get_results(conn)?
        }
        None => diesel::update(fresh)
            .set(invitation::sent_at.eq(invitation::due_at.nullable()))
            .returning(invitation::id)
            .get_results(conn)?,
    };
    let records: Vec<RecordPart> = service_record::table
        .inner_join(invitation::table)
        .filter(invitation::id.eq_any(&fresh))
        .select(RecordPart::as_select())
        .load(conn)?;
    for record in records {
        let periods = Periods::at(record.completed_at.into(), zone);
        tallies.add_service(record.attribution()?, periods, ServiceDelta { invited: 1, ..ServiceDelta::default() });
    }
    Ok(tallies)
}

/// Puts invitations into the past: their mails were accepted when they were due, and were answered or not. For made-up
/// history; of the invitations only those are touched that would have been sent.
pub(crate) fn settle(conn: &mut Connection, answered: &[i64], unanswered: &[i64], zone: Tz) -> Result<()> {
    for (ids, state) in [(answered, State::Answered), (unanswered, State::Sent)] {
        diesel::update(outbox::table.filter(outbox::invitation_id.eq_any(ids)).filter(outbox::state.eq("queued")))
            .set((
                outbox::state.eq("accepted"),
                outbox::attempt.eq(1),
                outbox::finished_at.eq(outbox::due_at.nullable()),
            ))
            .execute(conn)?;
        diesel::update(invitation::table.filter(invitation::id.eq_any(ids)))
            .filter(invitation::state.eq(State::Scheduled.as_str()))
            .set(invitation::state.eq(state.as_str()))
            .execute(conn)?;
        let invited = mark_sent(conn, ids, zone, None)?;
        super::tally::add(conn, &invited)?;
    }
    Ok(())
}

/// How many mails stand in each state.
pub fn counts_by_state(conn: &mut Connection) -> Result<Vec<(String, i64)>> {
    Ok(outbox::table.group_by(outbox::state).select((outbox::state, dsl::count_star())).load(conn)?)
}

/// Whether there is anything to claim: one look before the writer is asked.
pub fn any_due(conn: &mut Connection, now: DateTime<Utc>) -> Result<bool> {
    let now = now.naive_utc();
    let due = outbox::state.eq_any(["queued", "retry"]).and(outbox::due_at.le(now));
    let stale = outbox::state.eq("claimed").and(outbox::lease_until.lt(now));
    let found: Option<i64> =
        outbox::table.filter(due.or(stale.assume_not_null())).select(outbox::id).first(conn).optional()?;
    Ok(found.is_some())
}

/// When the mail that has waited longest was due, if one is overdue. A mail for which no server was reached, or that we
/// gave back, was due when it was due first; one that waits for its domain, for the morning, or for another try after a
/// server's answer, is due when that is over.
pub fn oldest_due(conn: &mut Connection, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
    let oldest: Option<NaiveDateTime> = outbox::table
        .filter(outbox::state.eq_any(["queued", "retry"]))
        .filter(outbox::due_at.le(now.naive_utc()))
        .select(dsl::min(outbox::due_at))
        .get_result(conn)?;
    let ours = [Note::Domain, Note::QuietHours].map(Note::as_str);
    let first_due = dsl::sql::<Nullable<Timestamp>>("min(coalesce(outbox.first_due_at, invitation.due_at))");
    let given_back: Option<NaiveDateTime> = outbox::table
        .inner_join(invitation::table)
        .filter(outbox::state.eq("retry").and(outbox::attempt.eq(0)))
        .filter(outbox::reply.ne_all(ours))
        .select(first_due)
        .get_result(conn)?;
    Ok(oldest.into_iter().chain(given_back).min().map(utc))
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = outbox)]
struct MailPart {
    id: i64,
    attempt: i32,
    possible_duplicates: i32,
    kind: String,
    step: i32,
    first_due_at: Option<NaiveDateTime>,
    reply: Option<String>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = invitation)]
struct InvitationPart {
    id: i64,
    salt: Option<Vec<u8>>,
    questionnaire_version_id: i64,
    locale: String,
    due_at: NaiveDateTime,
    expires_at: NaiveDateTime,
    email_hash: Option<Vec<u8>>,
}
