//! Instants on their way into the database.

use chrono::{DateTime, Datelike, NaiveDateTime, Timelike, Utc};
use diesel::expression::AsExpression;
use diesel::pg::Pg;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::Timestamp;
use diesel::sqlite::Sqlite;

/// An instant, stored as `NaiveDateTime` is. SQLite keeps it as text, and of an import chrono's general formatting took a
/// tenth of the time.
#[derive(Debug, Clone, Copy, AsExpression)]
#[diesel(sql_type = Timestamp)]
pub(super) struct Instant(NaiveDateTime);

impl From<DateTime<Utc>> for Instant {
    fn from(at: DateTime<Utc>) -> Self {
        Self(at.naive_utc())
    }
}

impl ToSql<Timestamp, Sqlite> for Instant {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(text(self.0));
        Ok(IsNull::No)
    }
}

impl ToSql<Timestamp, Pg> for Instant
where
    NaiveDateTime: ToSql<Timestamp, Pg>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<Timestamp, Pg>::to_sql(&self.0, out)
    }
}

/// As chrono's `%F %T%.f`.
fn text(at: NaiveDateTime) -> String {
    let Some(year) = u32::try_from(at.year()).ok().filter(|year| *year <= 9999) else {
        return at.format("%F %T%.f").to_string();
    };
    let mut text = String::with_capacity(29);
    let mut put = |before: Option<char>, number: u32, digits: u32| {
        text.extend(before);
        text.extend((0..digits).rev().filter_map(|place| char::from_digit(number / 10_u32.pow(place) % 10, 10)));
    };
    put(None, year, 4);
    put(Some('-'), at.month(), 2);
    put(Some('-'), at.day(), 2);
    put(Some(' '), at.hour(), 2);
    put(Some(':'), at.minute(), 2);
    put(Some(':'), at.second() + at.nanosecond() / 1_000_000_000, 2);
    match at.nanosecond() % 1_000_000_000 {
        0 => {}
        nanos if nanos % 1_000_000 == 0 => put(Some('.'), nanos / 1_000_000, 3),
        nanos if nanos % 1_000 == 0 => put(Some('.'), nanos / 1_000, 6),
        nanos => put(Some('.'), nanos, 9),
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_instant_is_written_as_chrono_writes_it(
            seconds in -70_000_000_000_i64..300_000_000_000,
            nanos in prop_oneof![
                Just(0),
                (0..1_000_u32).prop_map(|n| n * 1_000_000),
                (0..1_000_000_u32).prop_map(|n| n * 1_000),
                0..2_000_000_000_u32,
            ],
        ) {
            let at = DateTime::from_timestamp(seconds, nanos).or_else(|| DateTime::from_timestamp(seconds, 0));
            let at = at.unwrap().naive_utc();
            prop_assert_eq!(text(at), at.format("%F %T%.f").to_string());
        }
    }
}
