//! The public key as it stands in DNS (RFC 6376 §3.6.1).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A key record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    kind: &'static str,
    key: Vec<u8>,
}

/// What is wrong with a record that was found in DNS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordFault {
    /// It is no DKIM record.
    NoRecord,
    /// Its key is empty: the key was revoked.
    Revoked,
    /// It has another key, or the right one in another kind.
    OtherKey,
    /// It says that the domain is only testing (`t=y`), so that mailbox providers may pass over it.
    Testing,
}

impl Record {
    /// RSA, from the `RSAPublicKey` of PKCS #1; it is published as `SubjectPublicKeyInfo` (RFC 6376 erratum 3017).
    pub(super) fn rsa(public: &[u8]) -> Self {
        const RSA_ENCRYPTION: [u8; 15] = [0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0];
        let bits = der(3, &[&[0], public].concat());
        Self { kind: "rsa", key: der(0x30, &[&RSA_ENCRYPTION, bits.as_slice()].concat()) }
    }

    /// Ed25519: the 32 bytes themselves (RFC 8463 §4).
    pub(super) fn ed25519(public: &[u8]) -> Self {
        Self { kind: "ed25519", key: public.to_vec() }
    }

    /// Holds what DNS says against this record. Quotes, line breaks and the pieces of at most 255 characters that zone
    /// files and `dig` write are joined first.
    ///
    /// # Errors
    /// [`RecordFault`]
    pub fn check(&self, found: &str) -> Result<(), RecordFault> {
        let joined = joined(found);
        let tags: Vec<(&str, String)> = joined
            .split(';')
            .filter_map(|tag| tag.split_once('='))
            .map(|(name, value)| (name.trim(), value.split_whitespace().collect()))
            .collect();
        let tag = |name: &str| tags.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
        if tag("v").is_some_and(|version| version != "DKIM1") {
            return Err(RecordFault::NoRecord);
        }
        let key = tag("p").ok_or(RecordFault::NoRecord)?;
        if key.is_empty() {
            return Err(RecordFault::Revoked);
        }
        if STANDARD.decode(key).ok().as_ref() != Some(&self.key) || tag("k").unwrap_or("rsa") != self.kind {
            return Err(RecordFault::OtherKey);
        }
        let flags = tag("t").unwrap_or_default();
        if flags.split(':').any(|flag| flag == "y") { Err(RecordFault::Testing) } else { Ok(()) }
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v=DKIM1; k={}; p={}", self.kind, STANDARD.encode(&self.key))
    }
}

/// A text as it stands in a zone file or in the answer of `dig`, in one piece: what is in quotes, joined; all of it where
/// nothing is.
pub(super) fn joined(text: &str) -> String {
    if !text.contains('"') {
        return text.trim().to_owned();
    }
    text.split('"').skip(1).step_by(2).collect()
}

/// A DER value of at most 65,535 bytes.
fn der(tag: u8, value: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(value.len()).unwrap_or(u16::MAX).to_be_bytes();
    let length: &[u8] = match (high, low) {
        (0, 0..=127) => &[low],
        (0, _) => &[0x81, low],
        _ => &[0x82, high, low],
    };
    [&[tag], length, value].concat()
}

#[cfg(test)]
mod tests {
    use super::super::Signer;
    use super::super::tests::ED25519;
    use super::*;

    fn record() -> Record {
        Signer::from_pem("example.com", "m1", ED25519).unwrap().record()
    }

    #[test]
    fn what_dns_tools_make_of_the_record_is_still_the_record() {
        let text = record().to_string();
        let (start, rest) = text.split_at(30);
        for found in [
            text.clone(),
            format!("\"{text}\""),
            format!("m1._domainkey.example.com. 300 IN TXT (\"{start}\"\n \"{rest}\")\n"),
            text.replace("v=DKIM1; ", ""),
            text.replace("; ", ";"),
        ] {
            assert_eq!(record().check(&found), Ok(()), "{found}");
        }
    }

    #[test]
    fn other_records_are_told_apart() {
        let text = record().to_string();
        assert_eq!(record().check("v=spf1 -all"), Err(RecordFault::NoRecord));
        assert_eq!(record().check("v=DKIM1; k=ed25519; p="), Err(RecordFault::Revoked));
        assert_eq!(record().check(&text.replace("k=ed25519", "k=rsa")), Err(RecordFault::OtherKey));
        assert_eq!(record().check("v=DKIM1; k=ed25519; p=AAAA"), Err(RecordFault::OtherKey));
        assert_eq!(record().check(&format!("{text}; t=y")), Err(RecordFault::Testing));
    }
}
