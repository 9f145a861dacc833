//! Secrets and what is made with them: sealed personal data, keyed look-up hashes, tokens, page nonces, passwords.
//!
//! One secret file (mode 600, made at first start) holds a 256-bit master key. Every use has a key of its own, derived
//! with HMAC-SHA-256 and a label. The file is never in the database nor in a backup of it: who has the database alone
//! reads no contact data, forges no link and opens no pending answer.

use std::io::Write;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

const KEY_ID: u8 = 1;
const NONCE_LEN: usize = 24;
const FILE_HEADER: &str = "manyi-secret-1";

/// The keys of this installation.
#[derive(Clone)]
pub struct Secrets {
    seal: [u8; 32],
    lookup: [u8; 32],
    token: [u8; 32],
    nonce: [u8; 32],
    message_id: [u8; 32],
    bounce: [u8; 32],
}

/// Where a sealed value lives. A value moved to another row, column or table does not open.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Table and column: `service_record.contact`.
    pub column: &'a str,
    /// What identifies the row.
    pub row: &'a str,
}

/// A sealed value that does not open here: other place, other key, or changed.
#[derive(Debug, thiserror::Error)]
#[error("a sealed value does not open: it was moved or changed, or the secret file is not the one it was made with")]
pub struct Unreadable;

/// Why the secret file can't be used.
#[derive(Debug, thiserror::Error)]
pub enum SecretFileError {
    /// Reading or making it failed.
    #[error("secret file {path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It is not a secret file.
    #[error("secret file {0} is damaged")]
    Damaged(PathBuf),
}

/// A bearer secret of at least 128 bits. What is stored is its [`hash`](Token::hash).
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

impl Token {
    /// 256 bits from the operating system.
    pub fn random() -> Self {
        Self(URL_SAFE_NO_PAD.encode(random::<32>()))
    }

    /// A token as it came in; any text may be tried.
    pub fn from_text(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The text to hand out, once.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// SHA-256 of the text: what is stored and looked up.
    pub fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0.as_bytes()).to_vec()
    }
}

impl Secrets {
    /// Fresh keys, for tests.
    pub fn random() -> Self {
        Self::from_master(&random())
    }

    /// Reads the file, or makes it with mode 600 if it is not there.
    pub fn load_or_create(path: &Path) -> Result<Self, SecretFileError> {
        let io = |source| SecretFileError::Io { path: path.to_owned(), source };
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self::create(path).map_err(io)?,
            Err(error) => return Err(io(error)),
        };
        let damaged = || SecretFileError::Damaged(path.to_owned());
        let hex_key = text.trim().strip_prefix(FILE_HEADER).ok_or_else(damaged)?;
        let master = hex::decode(hex_key.trim()).map_err(|_| damaged())?;
        Ok(Self::from_master(&master.try_into().map_err(|_| damaged())?))
    }

    /// Encrypts `plain` for one place.
    pub fn seal(&self, place: Place<'_>, plain: &[u8]) -> Result<Vec<u8>, Unreadable> {
        let nonce: [u8; NONCE_LEN] = random();
        let aad = place.associated_data();
        let sealed = XChaCha20Poly1305::new(&self.seal.into())
            .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: aad.as_bytes() })
            .map_err(|_| Unreadable)?;
        Ok([&[KEY_ID], nonce.as_slice(), &sealed].concat())
    }

    /// Decrypts what [`seal`](Self::seal) made for the same place.
    pub fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, Unreadable> {
        let rest = sealed.strip_prefix(&[KEY_ID]).ok_or(Unreadable)?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_LEN>().ok_or(Unreadable)?;
        let aad = place.associated_data();
        XChaCha20Poly1305::new(&self.seal.into())
            .decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: aad.as_bytes() })
            .map_err(|_| Unreadable)
    }

    /// A keyed hash to find a value by without storing it; `kind` keeps an e-mail from matching a customer number.
    /// Case and surrounding space do not matter.
    pub fn lookup(&self, kind: &str, value: &str) -> Vec<u8> {
        mac(&self.lookup, &[kind.as_bytes(), b"\0", value.trim().to_lowercase().as_bytes()]).to_vec()
    }

    /// A keyed hash of content, to tell the same again from something else without keeping it.
    pub fn content_hash(&self, parts: &[&str]) -> Vec<u8> {
        let parts: Vec<&[u8]> = parts.iter().flat_map(|part| [part.as_bytes(), b"\0"]).collect();
        mac(&self.lookup, &parts).to_vec()
    }

    /// The token of an invitation: 128 bits of HMAC over the invitation's random salt, so that the worker can write the
    /// link again while the database holds only the salt and the token's hash.
    pub fn invitation_token(&self, salt: &[u8]) -> Token {
        let [token @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = mac(&self.token, &[salt]);
        Token(URL_SAFE_NO_PAD.encode::<[u8; 16]>(token))
    }

    /// The token that stops mail about an invitation: it opens no questionnaire, and needs no row of its own.
    pub fn unsubscribe_token(&self, invitation_id: i64) -> String {
        let id = invitation_id.to_be_bytes();
        let [tag @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = mac(&self.token, &[b"unsubscribe", &id]);
        URL_SAFE_NO_PAD.encode([id.as_slice(), tag.as_slice()].concat())
    }

    /// The invitation that an [`unsubscribe_token`](Self::unsubscribe_token) was made for.
    pub fn open_unsubscribe_token(&self, token: &str) -> Option<i64> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let id = i64::from_be_bytes(*bytes.first_chunk::<8>()?);
        let genuine = self.unsubscribe_token(id).as_bytes().ct_eq(token.as_bytes());
        bool::from(genuine).then_some(id)
    }

    /// The lot that an invitation draws where mails are tried in two forms: the same for all its mails, known to nobody
    /// beforehand, and even.
    pub fn lot(&self, invitation_id: i64) -> bool {
        let [first, ..] = mac(&self.token, &[b"lot", &invitation_id.to_be_bytes()]);
        first & 1 == 1
    }

    /// The stable Message-ID (without angle brackets) of an outbox row: the same on every attempt.
    pub fn message_id(&self, outbox_id: i64, domain: &str) -> String {
        let [id @ .., _, _, _, _, _, _, _, _, _, _, _, _] = mac(&self.message_id, &[&outbox_id.to_be_bytes()]);
        format!("{}@{domain}", hex::encode::<[u8; 20]>(id))
    }

    /// What the return path of an outbox row carries (VERP): its key in base 32 and 80 bits of HMAC, in characters that every
    /// mail server leaves as they are. It opens nothing and tells no more than the key itself.
    pub fn bounce_tag(&self, outbox_id: i64) -> String {
        let [tag @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] =
            mac(&self.bounce, &[&outbox_id.to_be_bytes()]);
        format!("{}-{}", base32(outbox_id), hex::encode::<[u8; 10]>(tag))
    }

    /// The outbox row that a [`bounce_tag`](Self::bounce_tag) was made for; case does not matter.
    pub fn open_bounce_tag(&self, tag: &str) -> Option<i64> {
        let tag = tag.to_ascii_lowercase();
        let id = i64::from_str_radix(tag.split('-').next()?, 32).ok()?;
        let genuine = self.bounce_tag(id).as_bytes().ct_eq(tag.as_bytes());
        bool::from(genuine).then_some(id)
    }

    /// A nonce for a page: proves that the form was fetched for this subject, and when.
    pub fn page_nonce(&self, subject: &[u8], now: DateTime<Utc>) -> String {
        let stamp = now.timestamp().to_be_bytes();
        let [tag @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = mac(&self.nonce, &[subject, &stamp]);
        URL_SAFE_NO_PAD.encode([stamp.as_slice(), tag.as_slice()].concat())
    }

    /// Whether `nonce` was made for this subject at most `max_age` ago.
    pub fn check_page_nonce(
        &self,
        nonce: &str,
        subject: &[u8],
        now: DateTime<Utc>,
        max_age: chrono::TimeDelta,
    ) -> bool {
        let Ok(bytes) = URL_SAFE_NO_PAD.decode(nonce) else { return false };
        let Some((stamp, tag)) = bytes.split_first_chunk::<8>() else { return false };
        let expected = mac(&self.nonce, &[subject, stamp]);
        let genuine = expected.iter().take(16).copied().collect::<Vec<u8>>().ct_eq(tag).into();
        let age = now.timestamp() - i64::from_be_bytes(*stamp);
        genuine && (0..=max_age.num_seconds()).contains(&age)
    }

    fn create(path: &Path) -> std::io::Result<String> {
        if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            std::fs::create_dir_all(parent)?;
        }
        let text = format!("{FILE_HEADER} {}\n", hex::encode(random::<32>()));
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(path) {
            Ok(mut file) => {
                file.write_all(text.as_bytes())?;
                file.sync_all()?;
                Ok(text)
            }
            // Another process was first: theirs counts.
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => std::fs::read_to_string(path),
            Err(error) => Err(error),
        }
    }

    fn from_master(master: &[u8; 32]) -> Self {
        let key = |label: &str| mac(master, &[label.as_bytes()]);
        Self {
            seal: key("seal"),
            lookup: key("lookup"),
            token: key("invitation token"),
            nonce: key("page nonce"),
            message_id: key("message id"),
            bounce: key("bounce tag"),
        }
    }
}

impl Place<'_> {
    fn associated_data(&self) -> String {
        format!("{}\0{}", self.column, self.row)
    }
}

/// A number in base 32, `0-9a-v`; a negative one as nought.
fn base32(number: i64) -> String {
    let mut digits = Vec::new();
    let mut rest = u64::try_from(number).unwrap_or_default();
    loop {
        digits.extend(u32::try_from(rest % 32).ok().and_then(|digit| char::from_digit(digit, 32)));
        rest /= 32;
        if rest == 0 {
            return digits.into_iter().rev().collect();
        }
    }
}

/// Random bytes from the operating system's generator.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::fill(&mut bytes);
    bytes
}

/// SHA-256 of all that can be read, however much it is.
///
/// # Errors
/// Those of reading.
pub fn sha256_of(mut source: impl std::io::Read) -> std::io::Result<Vec<u8>> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let n = source.read(&mut buffer)?;
        match buffer.get(..n) {
            Some([]) | None => return Ok(hash.finalize().to_vec()),
            Some(bytes) => hash.update(bytes),
        }
    }
}

/// SHA-256, for hashes that need no key (content, files, seals).
pub fn sha256(bytes: &[u8]) -> Vec<u8> {
    Sha256::digest(bytes).to_vec()
}

/// The hash of a link of a chain: SHA-256 over the hash before it and the link's fields, each with its length before it,
/// so that no two links read the same: `previous`, then `5:hello` for each.
pub fn chained(previous: &[u8], fields: &[&str]) -> Vec<u8> {
    let mut bytes = previous.to_vec();
    for field in fields {
        bytes.extend(field.len().to_string().as_bytes());
        bytes.push(b':');
        bytes.extend(field.as_bytes());
    }
    sha256(&bytes)
}

/// Whether `signature` is the HMAC-SHA-256 in hex of these parts under a secret that was agreed on with another system.
pub fn is_signed(secret: &str, parts: &[&[u8]], signature: &str) -> bool {
    let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes()) else { return false };
    parts.iter().for_each(|part| mac.update(part));
    hex::decode(signature).is_ok_and(|signature| mac.verify_slice(&signature).is_ok())
}

/// argon2id of a password, in PHC form. About 30 ms of work: never on a thread that serves requests.
pub fn hash_password(password: &str) -> Result<String, argon2::password_hash::Error> {
    use argon2::password_hash::PasswordHasher;
    Ok(argon2::Argon2::default().hash_password(password.as_bytes())?.to_string())
}

/// Whether `password` is the one `hash` was made from. The same work is done when there is no hash, so that the time
/// taken does not tell whether a user exists.
pub fn check_password(password: &str, hash: Option<&str>) -> bool {
    use argon2::password_hash::PasswordVerifier;
    // argon2id at the default cost of a password nobody has.
    const NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$bWFueWktbm9ib2R5IQ$Q2p1Z4zZ1m0o8m9Cq3nYtW7y5xkFhVbqJr0sGdLwNfE";
    let Ok(parsed) = argon2::PasswordHash::new(hash.unwrap_or(NOBODY)) else { return false };
    argon2::Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok() && hash.is_some()
}

fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // One block of SHA-256, the key and zeros: the padding that HMAC itself would do.
    let mut block = [0; 64];
    let (head, _) = block.split_at_mut(key.len());
    head.copy_from_slice(key);
    let mut mac = <Hmac<Sha256> as KeyInit>::new(&block.into());
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    const HERE: Place<'_> = Place { column: "service_record.contact", row: "A-1" };

    #[test]
    fn a_sealed_value_opens_only_where_it_was_sealed() {
        let secrets = Secrets::random();
        let sealed = secrets.seal(HERE, b"zhang@example.com").unwrap();
        assert_eq!(secrets.open(HERE, &sealed).unwrap(), b"zhang@example.com");
        assert!(secrets.open(Place { row: "A-2", ..HERE }, &sealed).is_err());
    }

    #[test]
    fn a_flipped_bit_is_found() {
        let secrets = Secrets::random();
        let mut sealed = secrets.seal(HERE, b"x").unwrap();
        *sealed.last_mut().unwrap() ^= 1;
        assert!(secrets.open(HERE, &sealed).is_err());
    }

    #[test]
    fn an_invitation_token_has_22_characters_and_follows_from_its_salt() {
        let secrets = Secrets::random();
        let token = secrets.invitation_token(b"salt");
        assert_eq!(token.as_str().len(), 22);
        assert_eq!(token.hash(), secrets.invitation_token(b"salt").hash());
        assert_ne!(token.hash(), Secrets::random().invitation_token(b"salt").hash());
    }

    #[test]
    fn lots_are_even_and_stay_as_they_were_drawn() {
        let secrets = Secrets::random();
        let drawn = (0..10_000).filter(|id| secrets.lot(*id)).count();
        // Five standard deviations of 10,000 throws of a coin.
        assert!((4_750..=5_250).contains(&drawn), "{drawn}");
        assert!((0..100).all(|id| secrets.lot(id) == secrets.lot(id)));
    }

    #[test]
    fn a_bounce_tag_opens_only_where_it_was_made_and_survives_a_change_of_case() {
        let secrets = Secrets::random();
        for id in [0, 1, 31, 32, 1_000_000, i64::MAX] {
            let tag = secrets.bounce_tag(id);
            assert!(tag.len() <= 13 + 1 + 20 && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'), "{tag}");
            assert_eq!(secrets.open_bounce_tag(&tag), Some(id));
            assert_eq!(secrets.open_bounce_tag(&tag.to_uppercase()), Some(id));
            assert_eq!(Secrets::random().open_bounce_tag(&tag), None);
        }
        let tag = secrets.bounce_tag(1);
        for wrong in [tag.replacen('1', "2", 1), tag.replacen('1', "01", 1), "".into(), "-".into(), "é-1".into()] {
            assert_eq!(secrets.open_bounce_tag(&wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_signature_is_that_of_rfc_4231() {
        // Test case 2: key "Jefe".
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert!(is_signed("Jefe", &[b"what do ya want ", b"for nothing?"], expected));
        assert!(!is_signed("Jefe", &[b"what do ya want for something?"], expected));
        assert!(!is_signed("jefe", &[b"what do ya want for nothing?"], expected));
        assert!(!is_signed("Jefe", &[b""], "") && !is_signed("Jefe", &[b""], "é"));
    }

    #[test]
    fn a_nonce_is_for_one_subject_and_ages() {
        let (secrets, now) = (Secrets::random(), DateTime::UNIX_EPOCH);
        let nonce = secrets.page_nonce(b"subject", now);
        let day = TimeDelta::days(1);
        assert!(secrets.check_page_nonce(&nonce, b"subject", now + day, day));
        assert!(!secrets.check_page_nonce(&nonce, b"subject", now + day + TimeDelta::seconds(1), day));
        assert!(!secrets.check_page_nonce(&nonce, b"another", now, day));
        assert!(!secrets.check_page_nonce("…", b"subject", now, day));
    }

    #[test]
    fn a_password_is_checked_and_nobody_has_none() {
        let hash = hash_password("correct horse").unwrap();
        assert!(check_password("correct horse", Some(&hash)));
        assert!(!check_password("wrong horse", Some(&hash)));
        assert!(!check_password("correct horse", None));
    }

    #[test]
    fn the_secret_file_is_made_once_and_only_for_its_owner() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("sub/secret");
        let first = Secrets::load_or_create(&path).unwrap();
        let again = Secrets::load_or_create(&path).unwrap();
        assert_eq!(first.lookup("email", "A@b.c "), again.lookup("email", "a@b.c"));
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_secret_file_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secret");
        std::fs::write(&path, "manyi-secret-1 00").unwrap();
        assert!(matches!(Secrets::load_or_create(&path), Err(SecretFileError::Damaged(_))));
    }
}
