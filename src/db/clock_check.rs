//! Whether our clock agrees with the database server's. Leases are told by each instance's own clock: who is ahead takes
//! for expired what another still holds.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::Timestamp;

use super::{Connection, Result, utc};
use crate::clock::Clock;

/// How far from the server's our clock may be: two instances are then apart by twice as much at most, far less than a
/// lease has to spare.
pub const MOST: TimeDelta = TimeDelta::seconds(30);

#[derive(QueryableByName)]
struct Now {
    #[diesel(sql_type = Timestamp)]
    now: NaiveDateTime,
}

/// How far our clock is ahead of the server's (below zero: behind); `None` on SQLite, which has no other clock, and of a
/// clock that is moved on purpose.
pub fn ahead(conn: &mut Connection, clock: &Clock) -> Result<Option<TimeDelta>> {
    let (Connection::Postgres(conn), Some(before)) = (conn, clock.machine()) else { return Ok(None) };
    let server: Now = diesel::sql_query("SELECT clock_timestamp() AT TIME ZONE 'UTC' AS now").get_result(conn)?;
    let after = clock.machine().unwrap_or(before);
    Ok(Some(nearest(utc(server.now), before, after)))
}

/// Whether our clock is too far off for leases.
pub fn is_off(ahead: Option<TimeDelta>) -> bool {
    ahead.is_some_and(|ahead| ahead.abs() > MOST)
}

/// The server answered at some moment between the two: only what lies outside is our clock's fault.
fn nearest(server: DateTime<Utc>, before: DateTime<Utc>, after: DateTime<Utc>) -> TimeDelta {
    server.clamp(before, after.max(before)) - server
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_answer_is_not_a_wrong_clock() {
        let at = |seconds| DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds);
        assert_eq!(nearest(at(50), at(0), at(60)), TimeDelta::zero());
        assert_eq!(nearest(at(50), at(90), at(91)), TimeDelta::seconds(40));
        assert_eq!(nearest(at(50), at(8), at(9)), TimeDelta::seconds(-41));
        assert!(is_off(Some(TimeDelta::seconds(-41))) && !is_off(Some(MOST)) && !is_off(None));
    }
}
