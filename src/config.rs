//! Settings: compiled-in defaults < `manyi.toml` < environment < flags, checked once at start.
//!
//! Every setting is one line of [`SETTINGS`]. In the file a setting is its name without `MANYI_`, in lower case.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveTime, Utc};
use chrono_tz::Tz;

use crate::domain::invitation::Rules;
use crate::domain::locale::Locale;
use crate::domain::network::Network;
use crate::domain::reminder::{self, Reminders};

pub use error::{ConfigError, Expected};

mod error;

/// One setting: its name in the environment, its default and what it means.
#[derive(Debug)]
pub struct Setting {
    /// `MANYI_…`
    pub name: &'static str,
    /// What holds when nobody says otherwise; empty = not set.
    pub default: &'static str,
    /// Never printed, and may come from a file named by `<name>_FILE`.
    pub secret: bool,
}

const fn setting(name: &'static str, default: &'static str) -> Setting {
    Setting { name, default, secret: false }
}

const fn secret(name: &'static str, default: &'static str) -> Setting {
    Setting { name, default, secret: true }
}

/// Every setting there is.
pub const SETTINGS: &[Setting] = &[
    secret("MANYI_DATABASE_URL", "sqlite:manyi-data/manyi.db"),
    setting("MANYI_LISTEN", "127.0.0.1:8080"),
    setting("MANYI_PUBLIC_URL", ""),
    setting("MANYI_TRUSTED_PROXIES", ""),
    secret("MANYI_SMTP_URL", ""),
    setting("MANYI_MAIL_FROM", "feedback@localhost.localdomain"),
    setting("MANYI_DKIM_DOMAIN", ""),
    setting("MANYI_DKIM_SELECTOR", "manyi"),
    secret("MANYI_DKIM_KEY", ""),
    setting("MANYI_BOUNCE_DOMAIN", ""),
    setting("MANYI_BOUNCE_DIR", ""),
    secret("MANYI_BOUNCE_SECRET", ""),
    setting("MANYI_SECRET_FILE", "manyi-data/secret"),
    setting("MANYI_TIME_ZONE", "Asia/Shanghai"),
    setting("MANYI_LOCALE", "zh-CN"),
    setting("MANYI_LOG", "info"),
    setting("MANYI_INVITE_DELAY_MINUTES", "30"),
    setting("MANYI_QUIET_HOURS", "20:00-09:00"),
    setting("MANYI_INVITE_MAX_AGE_DAYS", "7"),
    setting("MANYI_INVITE_EXPIRES_DAYS", "14"),
    setting("MANYI_COOLDOWN_DAYS", "14"),
    setting("MANYI_DOMAIN_RATE", "qq.com=20,163.com=20,126.com=20"),
    setting("MANYI_REMINDERS", "1"),
    setting("MANYI_REMINDER_DAYS", "3"),
    setting("MANYI_REMINDER_TIME", "10:00"),
    setting("MANYI_REMINDER_REST_DAYS", "false"),
    setting("MANYI_ORGANISATION", ""),
    setting("MANYI_ORGANISATION_EN", ""),
    setting("MANYI_PHONE", ""),
    setting("MANYI_RETENTION_MONTHS", "24"),
    setting("MANYI_ENV", "production"),
    setting("MANYI_CLOCK", ""),
];

/// The checked settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// Which database.
    pub database_url: Secret,
    /// Address and port to listen on; port 0 picks a free one.
    pub listen: String,
    /// What links in mails begin with, without a slash at the end; `None` = `http://` and the bound address.
    pub public_url: Option<String>,
    /// Who is believed about where a request comes from (`X-Forwarded-For`); by default nobody.
    pub trusted_proxies: Vec<Network>,
    /// Where mail goes; `None` = nowhere, invitations wait.
    pub smtp_url: Option<Secret>,
    /// The address that mails come from.
    pub mail_from: String,
    /// Who vouches for mails; `None` = they are not signed here.
    pub dkim: Option<Dkim>,
    /// Where bounces come back to; `None` = to `mail_from`.
    pub bounce: Option<BounceAddress>,
    /// The directory that a mail server puts bounces into.
    pub bounce_dir: Option<PathBuf>,
    /// What `POST /api/v1/bounces` is signed with; `None` = it takes none.
    pub bounce_secret: Option<Secret>,
    /// Where the master key is kept.
    pub secret_file: PathBuf,
    /// The organisation's time zone: periods, quiet hours and dates on pages.
    pub time_zone: Tz,
    /// The language of pages and mails when the reader's is not known.
    pub locale: Locale,
    /// Log filter, as of tracing's `EnvFilter`.
    pub log: String,
    /// When and whom to ask.
    pub asking: Rules,
    /// The organisation's name in Chinese and English, where it is set here and not on the set-up page.
    pub organisation: (Option<String>, Option<String>),
    /// The telephone number printed on every page and mail for those who would rather call.
    pub phone: Option<String>,
    /// Months that contact data is kept.
    pub retention_months: u32,
    /// A clock to start at, in tests.
    pub clock: Option<DateTime<Utc>>,
    /// This is a test run: the clock may be set.
    pub test: bool,
    printed: Vec<Printed>,
}

/// A DKIM signature's domain, selector and private key (PEM, not read yet).
#[derive(Debug, Clone)]
pub struct Dkim {
    /// `d=`; by default the domain of the address that mails come from.
    pub domain: String,
    /// `s=`
    pub selector: String,
    /// The key.
    pub key: Secret,
}

/// Where bounces come back to: `local+tag@domain`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BounceAddress {
    /// What stands before the plus.
    pub local: String,
    /// The domain.
    pub domain: String,
}

impl BounceAddress {
    /// The return path of one mail.
    pub fn with(&self, tag: &str) -> String {
        format!("{}+{tag}@{}", self.local, self.domain)
    }
}

/// A value that does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A setting as `manyi config print` shows it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Printed {
    /// `MANYI_…`
    pub name: &'static str,
    /// The value; `***` for a secret that is set.
    pub value: String,
    /// Where it comes from: `default`, a file's path, `environment` or `flag`.
    pub source: String,
}

/// Settings on their way to being checked: value and source by name.
#[derive(Debug)]
struct Layers(BTreeMap<&'static str, (String, String)>);

impl Config {
    /// Whether anybody reads the mail that comes to return paths.
    pub const fn hears_mail(&self) -> bool {
        self.bounce_dir.is_some() || self.bounce_secret.is_some()
    }

    /// Reads `manyi.toml` in the working directory if it is there, then the environment, then `flags` (by `MANYI_…` name).
    pub fn load(flags: &[(&'static str, String)]) -> Result<Self, ConfigError> {
        let file = Path::new("manyi.toml");
        Self::from_layers(file.exists().then_some(file), std::env::vars().collect(), flags)
    }

    /// As [`load`](Self::load), with every source given.
    pub fn from_layers(
        file: Option<&Path>,
        environment: Vec<(String, String)>,
        flags: &[(&'static str, String)],
    ) -> Result<Self, ConfigError> {
        let mut layers =
            Layers(SETTINGS.iter().map(|s| (s.name, (s.default.to_owned(), "default".to_owned()))).collect());
        if let Some(path) = file {
            layers.add_file(path)?;
        }
        for (name, value) in environment.into_iter().filter(|(name, _)| name.starts_with("MANYI_")) {
            layers.add_variable(&name, value)?;
        }
        for (name, value) in flags {
            layers.0.insert(name, (value.clone(), "flag".to_owned()));
        }
        layers.check()
    }

    /// Every setting with its value and source, secrets masked.
    pub fn printed(&self) -> &[Printed] {
        &self.printed
    }

    /// The organisation's name in a language, or in the other one, if it is set here.
    pub fn organisation_name(&self, locale: Locale) -> Option<&str> {
        let (zh_cn, en) = (self.organisation.0.as_deref(), self.organisation.1.as_deref());
        match locale {
            Locale::ZhCn => zh_cn.or(en),
            Locale::En => en.or(zh_cn),
        }
    }
}

impl Layers {
    /// Takes one setting, or the text of the file that its twin names.
    fn add(&mut self, name: &str, value: String, source: &str) -> Result<bool, ConfigError> {
        if let Some(setting) = known(name) {
            self.0.insert(setting.name, (value, source.to_owned()));
            return Ok(true);
        }
        let twin = name.strip_suffix("_FILE").and_then(known).filter(|setting| setting.secret);
        let Some(setting) = twin else { return Ok(false) };
        let text = std::fs::read_to_string(&value)
            .map_err(|error| ConfigError::File { path: value.clone(), cause: error.to_string() })?;
        self.0.insert(setting.name, (text.trim().to_owned(), value));
        Ok(true)
    }

    fn add_file(&mut self, path: &Path) -> Result<(), ConfigError> {
        let failed = |cause: String| ConfigError::File { path: path.display().to_string(), cause };
        let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| failed(error.to_string()))?;
        for (key, value) in table {
            let name = format!("MANYI_{}", key.to_uppercase());
            let value = match value {
                toml::Value::String(text) => text,
                toml::Value::Integer(number) => number.to_string(),
                toml::Value::Boolean(flag) => flag.to_string(),
                _ => return Err(ConfigError::NotPlain { path: path.display().to_string(), key }),
            };
            let source = path.display().to_string();
            if !self.add(&name, value, &source)? {
                return Err(unknown(&key, &source, &name.to_lowercase()));
            }
        }
        Ok(())
    }

    fn add_variable(&mut self, name: &str, value: String) -> Result<(), ConfigError> {
        const SOURCE: &str = "environment";
        if self.add(name, value, SOURCE)? {
            return Ok(());
        }
        // The test runner's own variables are not settings.
        if name.starts_with("MANYI_TEST_") || name == "MANYI_REAL_CSV" {
            return Ok(());
        }
        Err(unknown(name, SOURCE, name))
    }

    fn check(self) -> Result<Config, ConfigError> {
        let test = self.get("MANYI_ENV") == "test";
        let clock = self.optional("MANYI_CLOCK", Expected::Instant, |text| {
            DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc())
        })?;
        if clock.is_some() && !test {
            return Err(ConfigError::ClockOutsideTest);
        }
        let text = |name| self.get(name).to_owned();
        let some = |name| Some(self.get(name).to_owned()).filter(|text| !text.is_empty());
        Ok(Config {
            database_url: Secret(self.parse("MANYI_DATABASE_URL", Expected::DatabaseUrl, |url| {
                let known = ["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme));
                known.then(|| url.to_owned())
            })?),
            listen: self.parse("MANYI_LISTEN", Expected::Listen, |address| {
                let (host, port) = address.rsplit_once(':')?;
                (!host.is_empty() && port.parse::<u16>().is_ok()).then(|| address.to_owned())
            })?,
            public_url: self.optional("MANYI_PUBLIC_URL", Expected::PublicUrl, |url| {
                let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
                let plain = !rest.is_empty() && !rest.contains(['?', '#', ' ']);
                plain.then(|| url.trim_end_matches('/').to_owned())
            })?,
            trusted_proxies: self.parse("MANYI_TRUSTED_PROXIES", Expected::Networks, |list| {
                list.split(',').map(str::trim).filter(|one| !one.is_empty()).map(|one| one.parse().ok()).collect()
            })?,
            smtp_url: some("MANYI_SMTP_URL").map(Secret),
            mail_from: self.parse("MANYI_MAIL_FROM", Expected::Email, |address| {
                crate::domain::address::email(address).ok().map(str::to_owned)
            })?,
            dkim: self.dkim()?,
            bounce: self.optional("MANYI_BOUNCE_DOMAIN", Expected::BounceDomain, bounce_address)?,
            bounce_dir: some("MANYI_BOUNCE_DIR").map(PathBuf::from),
            bounce_secret: self
                .optional("MANYI_BOUNCE_SECRET", Expected::LongSecret, |text| {
                    (text.len() >= 16).then(|| text.to_owned())
                })?
                .map(Secret),
            secret_file: PathBuf::from(text("MANYI_SECRET_FILE")),
            time_zone: self.parse("MANYI_TIME_ZONE", Expected::TimeZone, |name| name.parse().ok())?,
            locale: self.parse("MANYI_LOCALE", Expected::Locale, |tag| tag.parse().ok())?,
            log: text("MANYI_LOG"),
            asking: Rules {
                delay_minutes: self.whole("MANYI_INVITE_DELAY_MINUTES", Expected::Minutes)?,
                quiet_hours: self.parse("MANYI_QUIET_HOURS", Expected::QuietHours, quiet_hours)?,
                max_age_days: self.whole("MANYI_INVITE_MAX_AGE_DAYS", Expected::Days)?,
                expires_days: self.whole("MANYI_INVITE_EXPIRES_DAYS", Expected::Days)?,
                cooldown_days: self.whole("MANYI_COOLDOWN_DAYS", Expected::Days)?,
                domain_rate: self.parse("MANYI_DOMAIN_RATE", Expected::DomainRates, domain_rate)?,
                reminders: Reminders {
                    count: self.parse("MANYI_REMINDERS", Expected::Reminders, |text| {
                        text.parse().ok().filter(|count| *count <= reminder::MOST)
                    })?,
                    days: self.parse("MANYI_REMINDER_DAYS", Expected::ReminderDays, |text| {
                        text.parse().ok().filter(|days| (1..=30).contains(days))
                    })?,
                    at: self.parse("MANYI_REMINDER_TIME", Expected::TimeOfDay, time_of_day)?,
                    on_rest_days: self
                        .parse("MANYI_REMINDER_REST_DAYS", Expected::TrueOrFalse, |text| text.parse().ok())?,
                },
            },
            organisation: (some("MANYI_ORGANISATION"), some("MANYI_ORGANISATION_EN")),
            phone: some("MANYI_PHONE"),
            retention_months: self.parse("MANYI_RETENTION_MONTHS", Expected::Months, |text| {
                text.parse().ok().filter(|months| *months > 0)
            })?,
            clock,
            test,
            printed: self.printed(),
        })
    }

    /// The DKIM settings: a key alone is enough, the rest without a key is a slip.
    fn dkim(&self) -> Result<Option<Dkim>, ConfigError> {
        let own = || self.get("MANYI_MAIL_FROM").rsplit('@').next().unwrap_or_default().trim().to_lowercase();
        let domain = self.optional("MANYI_DKIM_DOMAIN", Expected::Domain, domain)?;
        let selector = self.parse("MANYI_DKIM_SELECTOR", Expected::Selector, |text| {
            let text = text.to_ascii_lowercase();
            text.split('.').all(is_label).then_some(text)
        })?;
        let key = self.get("MANYI_DKIM_KEY");
        if key.is_empty() && domain.is_some() {
            return self.parse("MANYI_DKIM_KEY", Expected::SigningKey, |_| None);
        }
        let dkim = || Dkim { domain: domain.unwrap_or_else(own), selector, key: Secret(key.to_owned()) };
        Ok((!key.is_empty()).then(dkim))
    }

    fn get(&self, name: &str) -> &str {
        self.0.get(name).map(|(value, _)| value.as_str()).unwrap_or_default()
    }

    fn whole(&self, name: &'static str, expected: Expected) -> Result<i64, ConfigError> {
        self.parse(name, expected, |text| text.parse().ok().filter(|number| (0..=100_000).contains(number)))
    }

    fn optional<T>(
        &self,
        name: &'static str,
        expected: Expected,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, ConfigError> {
        if self.get(name).is_empty() { Ok(None) } else { self.parse(name, expected, read).map(Some) }
    }

    fn parse<T>(
        &self,
        name: &'static str,
        expected: Expected,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<T, ConfigError> {
        let value = self.get(name).trim();
        read(value).ok_or_else(|| ConfigError::Invalid {
            name,
            source_name: self.0.get(name).map(|(_, source)| source.clone()).unwrap_or_default(),
            value: if known(name).is_some_and(|setting| setting.secret) { "***".into() } else { value.into() },
            expected,
        })
    }

    fn printed(&self) -> Vec<Printed> {
        let shown = |setting: &Setting| {
            let (value, source) = self.0.get(setting.name).cloned().unwrap_or_default();
            let masked = setting.secret && source != "default" && !value.is_empty();
            Printed { name: setting.name, value: if masked { "***".into() } else { value }, source }
        };
        SETTINGS.iter().map(shown).collect()
    }
}

fn known(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name == name)
}

fn unknown(shown: &str, source: &str, resembling: &str) -> ConfigError {
    let resembling = resembling.to_uppercase();
    let nearest = SETTINGS
        .iter()
        .map(|setting| (strsim::damerau_levenshtein(setting.name, &resembling), setting.name))
        .min()
        .filter(|(distance, _)| *distance <= 6)
        .map(|(_, name)| name);
    ConfigError::Unknown { name: shown.to_owned(), source_name: source.to_owned(), nearest }
}

/// A domain name with a dot, in lower case.
fn domain(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches('.').to_ascii_lowercase();
    (text.contains('.') && text.len() <= 253 && text.split('.').all(is_label)).then_some(text)
}

fn is_label(label: &str) -> bool {
    let word = label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    word && !label.is_empty() && label.len() <= 63 && !label.starts_with('-') && !label.ends_with('-')
}

/// A domain of its own for bounces (`b+tag@domain`), or a mailbox that takes what follows a plus.
fn bounce_address(text: &str) -> Option<BounceAddress> {
    let (local, host) = text.trim().rsplit_once('@').unwrap_or(("b", text.trim()));
    let word = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    // A tag has up to 34 characters, and a local part may have 64.
    let plain = (1..=28).contains(&local.len()) && local.chars().all(word);
    let dots = local.starts_with('.') || local.ends_with('.') || local.contains("..");
    let domain = domain(host)?;
    (plain && !dots).then(|| BounceAddress { local: local.to_ascii_lowercase(), domain })
}

fn quiet_hours(text: &str) -> Option<Option<(NaiveTime, NaiveTime)>> {
    if text == "off" {
        return Some(None);
    }
    let (from, to) = text.split_once('-')?;
    Some(Some((time_of_day(from)?, time_of_day(to)?)).filter(|(from, to)| from != to))
}

fn time_of_day(text: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(text.trim(), "%H:%M").ok()
}

fn domain_rate(text: &str) -> Option<BTreeMap<String, u32>> {
    text.split(',')
        .map(str::trim)
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (domain, rate) = pair.split_once('=')?;
            Some((domain.trim().to_lowercase(), rate.trim().parse().ok().filter(|rate| *rate > 0)?))
        })
        .collect()
}

#[cfg(test)]
mod tests;
