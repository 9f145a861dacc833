//! What is kept as ciphertext and whose length, too, tells nothing.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Result;
use crate::crypto::{Place, Secrets, Unreadable};

/// No JSON holds it, and no time is lost in looking for where the value ends.
const FILL: u8 = 0;

/// Encrypts a value for one place, filled up to a multiple of `room` bytes.
///
/// # Errors
/// [`Unreadable`] for what has no JSON form or is too long to be encrypted.
pub(super) fn seal<T: Serialize>(secrets: &Secrets, place: Place<'_>, value: &T, room: usize) -> Result<Vec<u8>> {
    let mut plain = serde_json::to_vec(value).map_err(|_| Unreadable)?;
    plain.resize(plain.len().next_multiple_of(room.max(1)), FILL);
    Ok(secrets.seal(place, &plain)?)
}

/// Decrypts what [`seal`] made for the same place; earlier versions filled up with spaces.
///
/// # Errors
/// [`Unreadable`] for what was not sealed here.
pub(super) fn open<T: DeserializeOwned>(secrets: &Secrets, place: Place<'_>, sealed: &[u8]) -> Result<T> {
    let plain = secrets.open(place, sealed)?;
    let value = plain.split(|byte| *byte == FILL).next().unwrap_or_default();
    Ok(serde_json::from_slice(value).map_err(|_| Unreadable)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Place<'_> = Place { column: "table.column", row: "1" };

    #[test]
    fn all_values_have_one_length_and_come_back() {
        let secrets = Secrets::random();
        let seal = |text: &str| seal(&secrets, PLACE, &text, 100).unwrap();
        assert_eq!(seal("").len(), seal(&"x".repeat(98)).len());
        assert_ne!(seal("").len(), seal(&"x".repeat(99)).len());
        let opened: String = open(&secrets, PLACE, &seal("满意\0 ")).unwrap();
        assert_eq!(opened, "满意\0 ");
    }

    #[test]
    fn what_earlier_versions_kept_is_read() {
        let secrets = Secrets::random();
        let sealed = secrets.seal(PLACE, b"[1,2]     ").unwrap();
        assert_eq!(open::<Vec<u8>>(&secrets, PLACE, &sealed).unwrap(), [1, 2]);
    }
}
