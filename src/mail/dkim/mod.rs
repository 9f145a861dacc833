//! DKIM (RFC 6376, Ed25519 by RFC 8463): a mail is signed over the fields that readers and mailbox providers act on,
//! both unsubscribe fields among them (RFC 8058 §4).
//!
//! Made here over the finished bytes, with ring, which TLS brings anyway: lettre's own signing takes the time from the
//! system's clock, so that a second attempt would differ from the first, and it reads neither PKCS #8 nor Ed25519 in PEM.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use sha2::{Digest, Sha256};

pub mod dns;
mod record;

pub use record::{Record, RecordFault};

/// What is signed, in the order of `h=`. A field that a mail lacks is signed as absent, so that none can be added on the
/// way; a second From can't be added either.
pub const SIGNED: [&str; 13] = [
    "from",
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "reply-to",
    "in-reply-to",
    "mime-version",
    "content-type",
    "auto-submitted",
    "list-unsubscribe",
    "list-unsubscribe-post",
];

/// Signs mail for one domain.
pub struct Signer {
    domain: String,
    selector: String,
    key: Key,
}

/// Why a key can't be used. The message holds nothing of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// No PEM block of a private key.
    #[error("no private key in PEM")]
    Pem,
    /// A PEM block, but of no key that DKIM can use here.
    #[error("the private key is neither RSA of 2048 to 4096 bits nor Ed25519, or it is damaged")]
    Kind,
}

enum Key {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Ed25519KeyPair),
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signer({})", self.record_name())
    }
}

impl Signer {
    /// Reads the key: RSA (PKCS #1 or #8) or Ed25519 (PKCS #8), in PEM.
    ///
    /// # Errors
    /// [`KeyError`]
    pub fn from_pem(domain: &str, selector: &str, pem: &str) -> Result<Self, KeyError> {
        let (label, der) = pem_block(pem).ok_or(KeyError::Pem)?;
        let key = match label {
            "RSA PRIVATE KEY" => rsa(RsaKeyPair::from_der(&der))?,
            "PRIVATE KEY" => match Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der) {
                Ok(pair) => Key::Ed25519(pair),
                Err(_) => rsa(RsaKeyPair::from_pkcs8(&der))?,
            },
            _ => return Err(KeyError::Pem),
        };
        Ok(Self { domain: domain.to_ascii_lowercase(), selector: selector.to_ascii_lowercase(), key })
    }

    /// The domain that vouches (`d=`).
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// Where the public key is published: `selector._domainkey.domain`.
    pub fn record_name(&self) -> String {
        format!("{}._domainkey.{}", self.selector, self.domain)
    }

    /// What is published there.
    pub fn record(&self) -> Record {
        match &self.key {
            Key::Rsa(pair) => Record::rsa(pair.public_key().as_ref()),
            Key::Ed25519(pair) => Record::ed25519(pair.public_key().as_ref()),
        }
    }

    /// The `DKIM-Signature` field of a message, with its line end. The same message and time give the same bytes.
    pub fn field(&self, raw: &str, signed_at: DateTime<Utc>) -> String {
        let (head, body) = raw.split_once("\r\n\r\n").unwrap_or((raw, ""));
        let algorithm = match self.key {
            Key::Rsa(_) => "rsa-sha256",
            Key::Ed25519(_) => "ed25519-sha256",
        };
        let mut field = format!(
            "DKIM-Signature: v=1; a={algorithm}; c=relaxed/relaxed; d={};\r\n\ts={}; t={};\r\n\th={};\r\n\tbh={};\r\n\tb=",
            self.domain,
            self.selector,
            signed_at.timestamp(),
            SIGNED.join(":"),
            STANDARD.encode(Sha256::digest(relaxed_body(body))),
        );
        let mut signed = signed_fields(head);
        signed.push_str(&relaxed_field(&field));
        for (at, c) in self.sign(signed.as_bytes()).chars().enumerate() {
            if at > 0 && at % 72 == 0 {
                field.push_str("\r\n\t");
            }
            field.push(c);
        }
        field.push_str("\r\n");
        field
    }

    /// The signature in base64: of the bytes for RSA, of their hash for Ed25519 (RFC 8463 §3).
    fn sign(&self, signed: &[u8]) -> String {
        match &self.key {
            Key::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                // Fails only for a buffer of another length.
                let _ = pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed, &mut signature);
                STANDARD.encode(signature)
            }
            Key::Ed25519(pair) => STANDARD.encode(pair.sign(&Sha256::digest(signed))),
        }
    }
}

fn rsa(pair: Result<RsaKeyPair, ring::error::KeyRejected>) -> Result<Key, KeyError> {
    pair.map(|pair| Key::Rsa(Box::new(pair))).map_err(|_| KeyError::Kind)
}

/// The label and the bytes of the first PEM block of a private key.
fn pem_block(text: &str) -> Option<(&str, Vec<u8>)> {
    let (label, rest) = text.split("-----BEGIN ").skip(1).find_map(|block| {
        let (label, rest) = block.split_once("-----")?;
        label.ends_with("PRIVATE KEY").then_some((label, rest))
    })?;
    let (data, _) = rest.split_once("-----END ")?;
    let data: String = data.split_whitespace().collect();
    Some((label, STANDARD.decode(data).ok()?))
}

/// The signed fields in the order of [`SIGNED`]; of fields with one name the last comes first (RFC 6376 §5.4.2).
fn signed_fields(head: &str) -> String {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in head.split("\r\n") {
        match fields.last_mut().filter(|_| line.starts_with([' ', '\t'])) {
            Some((_, field)) => {
                field.push_str("\r\n");
                field.push_str(line);
            }
            None => {
                let name = line.split(':').next().unwrap_or_default();
                fields.push((name.trim_end().to_ascii_lowercase(), line.to_owned()));
            }
        }
    }
    let mut signed = String::new();
    for name in SIGNED {
        if let Some(at) = fields.iter().rposition(|(known, _)| known == name) {
            signed.push_str(&relaxed_field(&fields.remove(at).1));
            signed.push_str("\r\n");
        }
    }
    signed
}

/// RFC 6376 §3.4.2: name in lower case, unfolded, white space joined.
fn relaxed_field(field: &str) -> String {
    let (name, value) = field.split_once(':').unwrap_or((field, ""));
    let words: Vec<&str> = value.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty()).collect();
    format!("{}:{}", name.trim_end().to_ascii_lowercase(), words.join(" "))
}

/// RFC 6376 §3.4.4: white space joined, none at the end of a line, no empty lines at the end.
fn relaxed_body(body: &str) -> String {
    let mut relaxed = String::with_capacity(body.len());
    for line in body.split("\r\n") {
        let mut gap = false;
        for c in line.chars() {
            if c == ' ' || c == '\t' {
                gap = true;
            } else {
                if gap {
                    relaxed.push(' ');
                    gap = false;
                }
                relaxed.push(c);
            }
        }
        relaxed.push_str("\r\n");
    }
    let text = relaxed.trim_end_matches("\r\n").len();
    relaxed.truncate(text);
    if !relaxed.is_empty() {
        relaxed.push_str("\r\n");
    }
    relaxed
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Made for these tests: `openssl genpkey -algorithm ed25519`.
    pub(crate) const ED25519: &str = include_str!("../../../tests/data/dkim/ed25519.pem");
    /// Made for these tests: `openssl genpkey -algorithm rsa -pkeyopt rsa_keygen_bits:2048`.
    const RSA: &str = include_str!("../../../tests/data/dkim/rsa.pem");
    /// The same key as OpenSSL 1 wrote it: `openssl rsa -traditional`.
    const RSA_PKCS1: &str = include_str!("../../../tests/data/dkim/rsa-pkcs1.pem");

    const RAW: &str =
        "From: a <a@example.com>\r\nSubject: =?utf-8?b?5ruh?=\r\n =?utf-8?b?5oSP?=\r\nX: y\r\n\r\nHello  \r\n\r\n";

    fn field(pem: &str, raw: &str) -> String {
        let signer = Signer::from_pem("Example.com", "M1", pem).unwrap();
        signer.field(raw, DateTime::from_timestamp(1_795_000_000, 0).unwrap())
    }

    #[test]
    fn both_kinds_of_key_sign_and_the_same_mail_gives_the_same_bytes() {
        for (pem, algorithm) in [(ED25519, "ed25519-sha256"), (RSA, "rsa-sha256"), (RSA_PKCS1, "rsa-sha256")] {
            let signed = field(pem, RAW);
            assert_eq!(signed, field(pem, RAW));
            assert!(
                signed.starts_with(&format!("DKIM-Signature: v=1; a={algorithm}; c=relaxed/relaxed; d=example.com;"))
            );
            assert!(signed.ends_with("\r\n") && signed.split("\r\n").all(|line| line.len() < 250), "{signed}");
        }
        assert_eq!(field(RSA, RAW), field(RSA_PKCS1, RAW));
    }

    #[test]
    fn both_unsubscribe_fields_are_covered() {
        let signed = field(ED25519, RAW).replace("\r\n\t", " ");
        let list = signed.split("h=").nth(1).unwrap().split(';').next().unwrap();
        for name in ["list-unsubscribe", "list-unsubscribe-post", "from", "to", "subject", "date", "message-id"] {
            assert!(list.split(':').any(|one| one == name), "{name} is not in {list}");
        }
    }

    #[test]
    fn what_a_relay_may_do_to_white_space_leaves_the_signature_valid() {
        let changed = RAW.replace("\r\n =?", "\r\n\t  =?").replace("Hello  \r\n\r\n", "Hello\r\n\r\n\r\n");
        assert_eq!(field(ED25519, RAW), field(ED25519, &changed));
        assert_ne!(field(ED25519, RAW), field(ED25519, &RAW.replace("Hello", "hello")));
        assert_ne!(field(ED25519, RAW), field(ED25519, &RAW.replace("a@example.com", "b@example.com")));
        assert_eq!(field(ED25519, RAW), field(ED25519, &RAW.replace("X: y", "X: z")));
    }

    #[test]
    fn canonical_forms_are_those_of_the_rfc() {
        // The example of RFC 6376 §3.4.5.
        let head = "A: X\r\nB : Y\t\r\n\tZ  ";
        assert_eq!(relaxed_field("A: X"), "a:X");
        assert_eq!(relaxed_field(head.split_once("\r\n").unwrap().1), "b:Y Z");
        assert_eq!(relaxed_body(" C \r\nD \t E\r\n\r\n\r\n"), " C\r\nD E\r\n");
        assert_eq!(relaxed_body(""), "");
        assert_eq!(relaxed_body("\r\n\r\n"), "");
    }

    #[test]
    fn a_wrong_key_is_told_without_repeating_it() {
        assert_eq!(Signer::from_pem("a.cn", "s", "hush").unwrap_err(), KeyError::Pem);
        assert_eq!(Signer::from_pem("a.cn", "s", &RSA.replace("MII", "AAA")).unwrap_err(), KeyError::Kind);
        let public = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----";
        assert_eq!(Signer::from_pem("a.cn", "s", public).unwrap_err(), KeyError::Pem);
    }

    #[test]
    fn the_record_is_the_one_that_openssl_makes_of_the_key() {
        let record = |pem| Signer::from_pem("example.com", "m1", pem).unwrap().record().to_string();
        assert_eq!(record(ED25519), "v=DKIM1; k=ed25519; p=gtQm8RozrdSifKxB4NPu2gprZm5QnWsnfLZQmqwlpV4=");
        assert_eq!(
            record(RSA),
            "v=DKIM1; k=rsa; p=\
             MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAq69SL7ZK39WOt4DbceTX8kIxhEOyYi/wLVg6KWf3w2ZPL27iSLhg5dl3\
             xisp3gbXxpdoMxOFdIkN2TpVQx8+AgNLi5CHCJntsFaiUZLo9hEmB/8YPe9Wd61Jipg/24HxB3I6LPVhJxc8eUbs+DbQylLC0uqI\
             uZpfo2LDIFMsBkXS2q9mLghPSDnuBUdn5dKOoDZ4iolO4P98G5rRKgcQS080vbfCNPjBEPnu9TOreYVgYGZVf18jt7YIqgEavQ8C\
             sp9tQo6wlTGLWcABsmYUHvzbzpmAre3zg3A4qmOwhJdgAoi2AdBwjvLjbdzD8VZ0WJQaG+stmv81LcSK1+gRmwIDAQAB"
        );
    }
}
