//! Why the program can't start, in words: settings, secrets, mail.

use super::Failure;
use super::failure::io_cause;
use crate::config::{ConfigError, Expected};
use crate::context::StartError;
use crate::crypto::SecretFileError;
use crate::i18n::Texts;
use crate::mail::MailUrlError;
use crate::mail::dkim::KeyError;

/// What is wrong with the settings.
pub(super) fn settings(error: &ConfigError, t: Texts) -> String {
    match error {
        ConfigError::Unknown { name, source_name, nearest } => {
            let known = nearest.map(|nearest| t.with("setting-nearest", &[("nearest", nearest)])).unwrap_or_default();
            let args = [("name", name.clone()), ("source", source(source_name, t)), ("nearest", known)];
            t.with("setting-unknown", &args)
        }
        ConfigError::Invalid { name, source_name, value, expected } => {
            let args = [
                ("name", (*name).to_owned()),
                ("source", source(source_name, t)),
                ("value", value.clone()),
                ("expected", should_be(*expected, t)),
            ];
            t.with(if value.is_empty() { "setting-missing" } else { "setting-invalid" }, &args)
        }
        ConfigError::File { path, cause } => t.with("setting-file", &[("path", path), ("cause", cause)]),
        ConfigError::NotPlain { path, key } => t.with("setting-not-plain", &[("path", path), ("key", key)]),
        ConfigError::ClockOutsideTest => t.get("setting-clock"),
    }
}

/// Where a setting comes from.
fn source(name: &str, t: Texts) -> String {
    match name {
        "environment" => t.get("setting-from-environment"),
        "flag" => t.get("setting-from-flag"),
        "default" => t.get("setting-from-default"),
        path => path.to_owned(),
    }
}

fn should_be(expected: Expected, t: Texts) -> String {
    t.get(match expected {
        Expected::DatabaseUrl => "setting-expects-database-url",
        Expected::Listen => "setting-expects-listen",
        Expected::PublicUrl => "setting-expects-public-url",
        Expected::Networks => "setting-expects-networks",
        Expected::Email => "setting-expects-email",
        Expected::Domain => "setting-expects-domain",
        Expected::BounceDomain => "setting-expects-bounce-domain",
        Expected::LongSecret => "setting-expects-long-secret",
        Expected::SigningKey => "setting-expects-signing-key",
        Expected::Selector => "setting-expects-selector",
        Expected::TimeZone => "setting-expects-time-zone",
        Expected::Locale => "setting-expects-locale",
        Expected::Minutes => "setting-expects-minutes",
        Expected::Days => "setting-expects-days",
        Expected::ReminderDays => "setting-expects-reminder-days",
        Expected::Reminders => "setting-expects-reminders",
        Expected::Months => "setting-expects-months",
        Expected::TimeOfDay => "setting-expects-time-of-day",
        Expected::QuietHours => "setting-expects-quiet-hours",
        Expected::TrueOrFalse => "setting-expects-true-or-false",
        Expected::DomainRates => "setting-expects-domain-rates",
        Expected::Instant => "setting-expects-instant",
    })
}

impl Failure {
    /// The program can't start.
    pub fn start(error: StartError, t: Texts) -> Self {
        Self::new(match error {
            StartError::Database(error) => return error.into(),
            StartError::Secrets(error) => secrets(&error, t),
            StartError::Mail(error) => mail_url(&error, t),
            StartError::Dkim(error) => signing_key(error, t),
        })
    }

    /// The address to listen on is taken, or not ours.
    pub fn listen(address: &str, error: &std::io::Error) -> Self {
        let t = super::texts();
        let cause = match error.kind() {
            std::io::ErrorKind::AddrInUse => t.get("setting-address-in-use"),
            std::io::ErrorKind::AddrNotAvailable => t.get("setting-address-not-ours"),
            _ => io_cause(error, t),
        };
        Self::new(t.with("setting-listen", &[("address", address), ("cause", &cause)]))
    }
}

fn secrets(error: &SecretFileError, t: Texts) -> String {
    match error {
        SecretFileError::Io { path, source } => {
            t.with("cli-error-file", &[("path", path.display().to_string()), ("cause", io_cause(source, t))])
        }
        SecretFileError::Damaged(path) => t.with("setting-secret-damaged", &[("path", path.display())]),
    }
}

/// What is wrong with `MANYI_DKIM_KEY`.
pub(super) fn signing_key(error: KeyError, t: Texts) -> String {
    t.get(match error {
        KeyError::Pem => "setting-dkim-pem",
        KeyError::Kind => "setting-dkim-kind",
    })
}

/// What is wrong with `MANYI_SMTP_URL`.
pub(super) fn mail_url(error: &MailUrlError, t: Texts) -> String {
    match error {
        MailUrlError::Scheme(scheme) => t.with("setting-mail-scheme", &[("scheme", scheme)]),
        MailUrlError::Host => t.get("setting-mail-host"),
        MailUrlError::Port => t.get("setting-mail-port"),
        MailUrlError::Credentials => t.get("setting-mail-credentials"),
        MailUrlError::Tls(value) => t.with("setting-mail-tls", &[("value", value)]),
        MailUrlError::Connections(value) => t.with("setting-mail-connections", &[("value", value)]),
        MailUrlError::Timeout(value) => t.with("setting-mail-timeout", &[("value", value)]),
        MailUrlError::Parameter => t.get("setting-mail-parameter"),
        MailUrlError::Directory => t.get("setting-mail-directory"),
        MailUrlError::TlsSetup(cause) => t.with("setting-mail-tls-set-up", &[("cause", cause)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::i18n::Locale;

    fn told(name: &str, value: &str, locale: Locale) -> String {
        let error = Config::from_layers(None, vec![(name.into(), value.into())], &[]).unwrap_err();
        settings(&error, Texts::new(locale))
    }

    #[test]
    fn a_wrong_setting_is_told_in_the_readers_language() {
        assert_eq!(
            told("MANYI_LISTEN", "8080", Locale::ZhCn),
            "环境变量中的 MANYI_LISTEN：“8080”不行，应为地址加端口，例如 127.0.0.1:8080。"
        );
        assert_eq!(
            told("MANYI_LISTEN", "8080", Locale::En),
            "MANYI_LISTEN in the environment: “8080” won’t do. It should be an address and a port such as 127.0.0.1:8080."
        );
    }

    #[test]
    fn an_unknown_setting_names_the_one_that_may_be_meant() {
        let text = told("MANYI_SMPT_URL", "x", Locale::ZhCn);
        assert!(text.contains("MANYI_SMPT_URL") && text.contains("MANYI_SMTP_URL") && text.contains("config print"));
    }

    #[test]
    fn no_secret_is_repeated() {
        for locale in [Locale::ZhCn, Locale::En] {
            assert!(!told("MANYI_BOUNCE_SECRET", "hush", locale).contains("hush"));
        }
    }
}
