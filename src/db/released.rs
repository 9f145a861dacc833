//! Keys of released anonymous answers. What is read together stands together: a key begins with the department and the
//! month, which the row shows anyway, and goes on with what chance alone decides, so that among the answers of a department
//! and month neither key nor place tells who answered when.

use std::ops::RangeInclusive;

use crate::crypto::random;
use crate::domain::period::Period;

/// Bytes of a key: six of the department, two of the month, eight of chance.
const LENGTH: usize = 16;

/// The key of one more answer about this department that counts in this month.
pub(super) fn key(department_id: i64, month: Period) -> Vec<u8> {
    [begin(department_id, month).as_slice(), &random::<8>()].concat()
}

/// The keys of all answers about this department that count in this month.
pub(super) fn keys(department_id: i64, month: Period) -> RangeInclusive<Vec<u8>> {
    let filled = |byte| {
        let mut key = begin(department_id, month).to_vec();
        key.resize(LENGTH, byte);
        key
    };
    filled(0)..=filled(u8::MAX)
}

/// What chance decided of a key, for an order in which no department comes first.
pub(super) fn chance(key: &[u8]) -> &[u8] {
    key.get(8..).unwrap_or_default()
}

/// As the migration `released_together` writes it for what was there before.
fn begin(department_id: i64, month: Period) -> [u8; 8] {
    let months = i64::from(month.year()) * 12 + i64::from(month.number()) - 1;
    ((department_id << 16) | (months % 65_536)).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(text: &str) -> Period {
        text.parse().unwrap()
    }

    #[test]
    fn keys_of_a_department_and_month_stand_together() {
        let keys = keys(7, month("2026-09"));
        assert!(keys.contains(&key(7, month("2026-09"))));
        for (department, other) in [(7, "2026-08"), (7, "2026-10"), (6, "2026-09"), (8, "2026-09"), (7, "2025-09")] {
            assert!(!keys.contains(&key(department, month(other))), "{department} {other}");
        }
    }

    #[test]
    fn keys_are_in_the_order_of_departments_and_months() {
        let ends = [(1, "2025-12"), (1, "2026-01"), (1, "2026-10"), (2, "2025-01")].map(|(d, m)| keys(d, month(m)));
        assert!(ends.windows(2).all(|pair| pair[0].end() < pair[1].start()));
    }

    #[test]
    fn a_key_begins_as_the_migration_writes_it() {
        assert_eq!(hex::encode(begin(7, month("2026-09"))), format!("{:012x}{:04x}", 7, 2026 * 12 + 8));
    }
}
