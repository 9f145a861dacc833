//! What became of the service records of a period: each stands in exactly one place, so that the sums agree
//! (FEATURES A5, A6).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::intake::SERVICE;
use super::invitation::by_state;
use super::schema::{invitation, service_record};
use super::{Connection, Result, parse};
use crate::domain::invitation::State;
use crate::domain::ledger::Ledger;

/// The ledger of each department as it stands now, of the services that ended from `from` to before `to`.
pub fn of_departments(
    conn: &mut Connection,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    now: DateTime<Utc>,
) -> Result<BTreeMap<i64, Ledger>> {
    let mut ledgers: BTreeMap<i64, Ledger> = BTreeMap::new();
    for sent in [true, false] {
        let rows: Vec<(i64, (String, i64, i64))> = service_record::table
            .inner_join(invitation::table)
            .filter(invitation::purpose.eq(SERVICE))
            .filter(service_record::completed_at.ge(from.naive_utc()))
            .filter(service_record::completed_at.lt(to.naive_utc()))
            .filter(invitation::sent_at.is_not_null().eq(sent))
            .group_by((service_record::department_id, invitation::state))
            .select((service_record::department_id, by_state!(now)))
            .load(conn)?;
        for (department, (word, all, moved)) in rows {
            let state: State = parse("invitation", "state", &word)?;
            for (state, n) in state.settled(all, moved) {
                ledgers.entry(department).or_default().add(state, sent, u32::try_from(n).unwrap_or(0));
            }
        }
    }
    Ok(ledgers)
}
