//! How fast mail may go to each domain, for all instances: found by keyed hash, as a domain may be one person's.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::schema::mail_pace;
use super::{Connection, Result, utc};
use crate::crypto::Secrets;
use crate::domain::mail_pace::MailPace;

/// A mail that would go now.
#[derive(Debug, Clone)]
pub struct Asks {
    /// Keyed hash of the domain it goes to.
    pub domain_hash: Vec<u8>,
    /// The domain's limit per minute, if it has one.
    pub per_minute: Option<u32>,
    /// Whether it has waited for its turn already.
    pub has_waited: bool,
}

type Row = (Vec<u8>, NaiveDateTime, NaiveDateTime, NaiveDateTime);

/// The keyed hash that a mail domain is found by.
pub fn domain_hash(secrets: &Secrets, domain: &str) -> Vec<u8> {
    secrets.lookup("mail_domain", domain)
}

/// When each of these mails may go, in their order: `None` = now, and it is counted. Within a writing transaction, as its
/// last step: other instances wait for it.
pub fn turns(conn: &mut Connection, mails: &[Asks], now: DateTime<Utc>) -> Result<Vec<Option<DateTime<Utc>>>> {
    let limited: HashSet<&[u8]> =
        mails.iter().filter(|mail| mail.per_minute.is_some()).map(|mail| mail.domain_hash.as_slice()).collect();
    if let (false, Connection::Postgres(c)) = (limited.is_empty(), &mut *conn) {
        diesel::sql_query("LOCK TABLE mail_pace IN SHARE ROW EXCLUSIVE MODE").execute(c)?;
    }
    let hashes: HashSet<&[u8]> = mails.iter().map(|mail| mail.domain_hash.as_slice()).collect();
    let rows: Vec<Row> = mail_pace::table.filter(mail_pace::domain_hash.eq_any(hashes)).load(conn)?;
    let mut paces: BTreeMap<Vec<u8>, MailPace> = rows.into_iter().map(read).collect();
    let mut turn = |mail: &Asks| {
        let pace = paces.entry(mail.domain_hash.clone()).or_insert(MailPace::FRESH);
        pace.turn(mail.per_minute, mail.has_waited, now)
    };
    let turns = mails.iter().map(&mut turn).collect();
    for (hash, pace) in paces.iter().filter(|(hash, _)| limited.contains(hash.as_slice())) {
        store(conn, hash, pace)?;
    }
    Ok(turns)
}

/// Holds all mail to a domain back until then. What is known of domains that no longer matter goes. Within a writing
/// transaction, as its last step.
pub fn hold(conn: &mut Connection, domain_hash: &[u8], until: DateTime<Utc>, now: DateTime<Utc>) -> Result<()> {
    if let Connection::Postgres(c) = &mut *conn {
        diesel::sql_query("LOCK TABLE mail_pace IN SHARE ROW EXCLUSIVE MODE").execute(c)?;
    }
    let rows: Vec<Row> = mail_pace::table.load(conn)?;
    let paces: HashMap<Vec<u8>, MailPace> = rows.into_iter().map(read).collect();
    let over: Vec<&[u8]> =
        paces.iter().filter(|(_, pace)| pace.is_over(now)).map(|(hash, _)| hash.as_slice()).collect();
    diesel::delete(mail_pace::table.filter(mail_pace::domain_hash.eq_any(over))).execute(conn)?;
    let pace = paces.get(domain_hash).copied().unwrap_or(MailPace::FRESH);
    store(conn, domain_hash, &MailPace { held_until: pace.held_until.max(until), ..pace })
}

/// Until when mail to these domains is held back, where it is.
pub fn held(
    conn: &mut Connection,
    domain_hashes: &[Vec<u8>],
    now: DateTime<Utc>,
) -> Result<HashMap<Vec<u8>, DateTime<Utc>>> {
    if domain_hashes.is_empty() {
        return Ok(HashMap::new());
    }
    let held = mail_pace::table
        .filter(mail_pace::domain_hash.eq_any(domain_hashes))
        .filter(mail_pace::held_until.gt(now.naive_utc()));
    let rows: Vec<(Vec<u8>, NaiveDateTime)> =
        held.select((mail_pace::domain_hash, mail_pace::held_until)).load(conn)?;
    Ok(rows.into_iter().map(|(hash, until)| (hash, utc(until))).collect())
}

fn read((hash, next_at, booked_until, held_until): Row) -> (Vec<u8>, MailPace) {
    (hash, MailPace { next_at: utc(next_at), booked_until: utc(booked_until), held_until: utc(held_until) })
}

fn store(conn: &mut Connection, domain_hash: &[u8], pace: &MailPace) -> Result<()> {
    let times = (
        mail_pace::next_at.eq(pace.next_at.naive_utc()),
        mail_pace::booked_until.eq(pace.booked_until.naive_utc()),
        mail_pace::held_until.eq(pace.held_until.naive_utc()),
    );
    let row = (mail_pace::domain_hash.eq(domain_hash), times);
    on_each!(conn, |c| diesel::insert_into(mail_pace::table)
        .values(row)
        .on_conflict(mail_pace::domain_hash)
        .do_update()
        .set(times)
        .execute(c))?;
    Ok(())
}
