//! Instants on their way into the database and out of it, where there are many or a customer waits.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Timelike, Utc};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::Pg;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::Timestamp;
use diesel::sqlite::{Sqlite, SqliteValue};

use super::connection::AnyConnection;

/// The database of a connection to either.
type AnyBackend = <AnyConnection as diesel::Connection>::Backend;

/// An instant, stored as `NaiveDateTime` is. SQLite keeps it as text: chrono's general formatting took a tenth of an import,
/// and its general reading a twentieth of a customer's request.
#[derive(Debug, Clone, Copy, AsExpression, FromSqlRow)]
#[diesel(sql_type = Timestamp)]
pub(super) struct Instant(NaiveDateTime);

impl From<DateTime<Utc>> for Instant {
    fn from(at: DateTime<Utc>) -> Self {
        Self(at.naive_utc())
    }
}

impl From<Instant> for DateTime<Utc> {
    fn from(at: Instant) -> Self {
        at.0.and_utc()
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

impl FromSql<Timestamp, Sqlite> for Instant {
    fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        match read(value.read_text()) {
            Some(at) => Ok(Self(at)),
            None => FromSql::<Timestamp, Sqlite>::from_sql(value).map(Self),
        }
    }
}

impl FromSql<Timestamp, Pg> for Instant
where
    NaiveDateTime: FromSql<Timestamp, Pg>,
{
    fn from_sql(value: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        FromSql::<Timestamp, Pg>::from_sql(value).map(Self)
    }
}

impl FromSql<Timestamp, AnyBackend> for Instant {
    fn from_sql(value: <AnyBackend as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        value.from_sql::<Self, Timestamp>()
    }
}

/// What [`text`] writes; `None` for what anybody else may have written otherwise.
fn read(text: &str) -> Option<NaiveDateTime> {
    let number = |from: usize, to: usize| {
        let digits = text.get(from..to).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
        digits.parse::<u32>().ok()
    };
    let is = |at: usize, sign: u8| text.as_bytes().get(at) == Some(&sign);
    if !(is(4, b'-') && is(7, b'-') && is(10, b' ') && is(13, b':') && is(16, b':')) {
        return None;
    }
    let nanos = match text.len() {
        19 => 0,
        length @ 21..=29 if is(19, b'.') => number(20, length)? * 10_u32.pow(u32::try_from(29 - length).ok()?),
        _ => return None,
    };
    let day = NaiveDate::from_ymd_opt(i32::try_from(number(0, 4)?).ok()?, number(5, 7)?, number(8, 10)?)?;
    day.and_hms_nano_opt(number(11, 13)?, number(14, 16)?, number(17, 19)?, nanos)
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

        #[test]
        fn an_instant_is_read_as_chrono_reads_it_or_left_to_it(
            written in "[0-9]{4}-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{1,10})?|.{19,29}",
        ) {
            if let Some(at) = read(&written) {
                prop_assert_eq!(Ok(at), NaiveDateTime::parse_from_str(&written, "%F %T%.f"));
            }
        }

        #[test]
        fn what_is_written_is_read(seconds in -2_000_000_000_i64..9_000_000_000, nanos in 0..1_000_000_000_u32) {
            let at = DateTime::from_timestamp(seconds, nanos).unwrap().naive_utc();
            prop_assert_eq!(read(&text(at)), Some(at));
        }
    }
}
