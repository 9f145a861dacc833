//! What must hold in the database whatever has happened: the tallies are the sum of the responses, every record has its
//! invitation, every mail that is to go has its row, and no entry of the log was written later than now.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;

use super::invitation::counts_by_state;
use super::schema::{audit_log, invitation, outbox, service_record};
use super::{Connection, Result, utc};
use crate::domain::invitation::State;

pub use super::recount::{Difference, Recount, recount};

/// How records, invitations and mails fit together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Sums {
    /// Service records.
    pub records: i64,
    /// Invitations after a service, by state.
    pub invitations: BTreeMap<String, i64>,
    /// Mails, by state.
    pub mails: BTreeMap<String, i64>,
    /// Invitations that wait for a mail which is not in the outbox.
    pub without_mail: i64,
    /// Invitations that are said to be sent though no server took their mail, or may have taken it.
    pub unsent: i64,
}

/// Adds up records, invitations and mails.
pub fn sums(conn: &mut Connection, now: DateTime<Utc>) -> Result<Sums> {
    use diesel::dsl::{exists, not};
    let states = counts_by_state(conn, now)?;
    let waits = [State::Scheduled, State::Queued].map(State::as_str);
    let open = outbox::table
        .filter(outbox::invitation_id.eq(invitation::id))
        .filter(outbox::state.eq_any(["queued", "claimed", "retry"]));
    let taken = outbox::table
        .filter(outbox::invitation_id.eq(invitation::id))
        .filter(outbox::state.eq("accepted").or(outbox::possible_duplicates.gt(0)));
    let without_mail =
        invitation::table.filter(invitation::state.eq_any(waits)).filter(not(exists(open))).count().get_result(conn)?;
    let unsent = invitation::table
        .filter(invitation::state.eq(State::Sent.as_str()))
        .filter(not(exists(taken)))
        .count()
        .get_result(conn)?;
    Ok(Sums {
        records: service_record::table.count().get_result(conn)?,
        invitations: states.into_iter().map(|(state, n)| (state.as_str().to_owned(), n)).collect(),
        mails: super::outbox::counts_by_state(conn)?.into_iter().collect(),
        without_mail,
        unsent,
    })
}

/// When the last thing was written into the audit log.
pub fn last_entry(conn: &mut Connection) -> Result<Option<DateTime<Utc>>> {
    let last: Option<NaiveDateTime> = audit_log::table.select(diesel::dsl::max(audit_log::at)).get_result(conn)?;
    Ok(last.map(utc))
}

/// How many times the audit log has been written to.
pub fn entries(conn: &mut Connection) -> Result<i64> {
    Ok(audit_log::table.count().get_result(conn)?)
}

impl Sums {
    /// Whether everything fits.
    pub fn are_right(&self) -> bool {
        self.invitations.values().sum::<i64>() == self.records && self.without_mail == 0 && self.unsent == 0
    }
}
