//! What must hold in the database whatever has happened: the tallies are the sum of the responses, every record has its
//! invitation, every mail that is to go has its row, and no entry of the log was written later than now.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;

use super::intake::SERVICE;
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
pub fn sums(conn: &mut Connection) -> Result<Sums> {
    use diesel::dsl::{count_star, exists, not};
    let states: Vec<(String, i64)> = invitation::table
        .filter(invitation::purpose.eq(SERVICE))
        .group_by(invitation::state)
        .select((invitation::state, count_star()))
        .load(conn)?;
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
        invitations: states.into_iter().collect(),
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
