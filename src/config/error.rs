//! Why settings can't be used. `cli/settings.rs` has the words for whoever starts the program.

/// Why the settings can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// No such setting.
    #[error("{source_name}: unknown setting {name}")]
    Unknown {
        /// The name as written.
        name: String,
        /// Where it stands.
        source_name: String,
        /// The known name it resembles most.
        nearest: Option<&'static str>,
    },
    /// A value that the setting can't have.
    #[error("{name} ({source_name}): {value:?} is not {expected:?}")]
    Invalid {
        /// `MANYI_…`
        name: &'static str,
        /// Where it comes from.
        source_name: String,
        /// The value; `***` if secret.
        value: String,
        /// What it should be.
        expected: Expected,
    },
    /// A file that can't be read.
    #[error("settings file {path}: {cause}")]
    File {
        /// The file.
        path: String,
        /// What is wrong, in the words of the system or of the TOML reader.
        cause: String,
    },
    /// A value in the file that is neither a text nor a number nor true or false.
    #[error("settings file {path}: {key} is no plain value")]
    NotPlain {
        /// The file.
        path: String,
        /// The key.
        key: String,
    },
    /// `MANYI_CLOCK` outside a test.
    #[error("MANYI_CLOCK outside a test")]
    ClockOutsideTest,
}

/// What a value should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// `sqlite:PATH` or `postgres://…`
    DatabaseUrl,
    /// An address and a port.
    Listen,
    /// An address of the web.
    PublicUrl,
    /// Addresses or networks.
    Networks,
    /// An e-mail address.
    Email,
    /// A domain.
    Domain,
    /// A domain or a mailbox.
    BounceDomain,
    /// Sixteen characters and more.
    LongSecret,
    /// A private key, which a domain to sign for needs.
    SigningKey,
    /// A word of DNS labels.
    Selector,
    /// A name of the time zone database.
    TimeZone,
    /// `zh-CN` or `en`
    Locale,
    /// A whole number from 0.
    Minutes,
    /// A whole number from 0.
    Days,
    /// 1 to 30.
    ReminderDays,
    /// 0 to [`MOST`](crate::domain::reminder::MOST).
    Reminders,
    /// A whole number from 1.
    Months,
    /// `10:00`
    TimeOfDay,
    /// `20:00-09:00`, or `off`.
    QuietHours,
    /// `true` or `false`
    TrueOrFalse,
    /// Domains with a rate for each.
    DomainRates,
    /// A time with its offset.
    Instant,
}
