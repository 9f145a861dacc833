//! What goes wrong, as one line for the person at the terminal, in their language.

use std::io::ErrorKind;
use std::path::Path;

use super::output::one_line;
use super::settings::settings;
use super::texts;
use crate::config::ConfigError;
use crate::context::StartError;
use crate::db::scores::RequestError;
use crate::db::{self, ConnectError};
use crate::i18n::Texts;

/// Why a command ended, and the exit code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What, where and what to do: one line.
    pub message: String,
    /// 1 = failed, 2 = wrong use.
    pub exit_code: u8,
}

impl Failure {
    /// It failed.
    pub fn new(message: impl AsRef<str>) -> Self {
        Self { message: one_line(message.as_ref()), exit_code: 1 }
    }

    /// It was asked for in a way that can't be.
    pub fn wrong_use(message: impl AsRef<str>) -> Self {
        Self { message: one_line(message.as_ref()), exit_code: 2 }
    }

    /// A file can't be read or written.
    pub(super) fn file(path: &Path, error: &std::io::Error) -> Self {
        let t = texts();
        let args = [("path", path.display().to_string()), ("cause", io_cause(error, t))];
        Self::new(t.with("cli-error-file", &args))
    }
}

impl From<db::Error> for Failure {
    fn from(error: db::Error) -> Self {
        let t = texts();
        match error {
            db::Error::Connect(ConnectError::Refused { place, cause }) => {
                Self::new(t.with("cli-error-connect", &[("place", place), ("cause", cause)]))
            }
            db::Error::Connect(ConnectError::Busy) | db::Error::Busy => Self::new(t.get("cli-error-busy")),
            other => Self::new(t.with("cli-error-database", &[("cause", other)])),
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let t = texts();
        Self::new(t.with("cli-error-settings", &[("cause", settings(&error, t))]))
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        Self::start(error, texts())
    }
}

impl From<RequestError> for Failure {
    fn from(error: RequestError) -> Self {
        let t = texts();
        match error {
            RequestError::Database(error) => error.into(),
            RequestError::UnknownDepartment { code, nearest } => Self::unknown_department(&code, nearest.as_deref()),
            RequestError::DepartmentOfOrganisation => Self::wrong_use(t.get("cli-error-department-of-organisation")),
            RequestError::GapOfOneChannel => Self::wrong_use(t.get("cli-error-gap-of-one-channel")),
            RequestError::Backwards { from, to } => {
                Self::wrong_use(t.with("cli-error-backwards", &[("from", from), ("to", to)]))
            }
            RequestError::TooManyPeriods { count, max } => {
                Self::wrong_use(t.with("cli-error-too-many-periods", &[("count", count), ("max", max)]))
            }
        }
    }
}

impl Failure {
    /// No department has this code.
    fn unknown_department(code: &str, nearest: Option<&str>) -> Self {
        let t = texts();
        Self::new(match nearest {
            Some(nearest) => t.with("cli-error-unknown-department-nearest", &[("code", code), ("nearest", nearest)]),
            None => t.with("cli-error-unknown-department", &[("code", code)]),
        })
    }
}

/// What the system said about a file, for people.
pub(super) fn io_cause(error: &std::io::Error, t: Texts) -> String {
    match error.kind() {
        ErrorKind::NotFound => t.get("cli-io-not-found"),
        ErrorKind::PermissionDenied => t.get("cli-io-not-allowed"),
        ErrorKind::IsADirectory => t.get("cli-io-directory"),
        ErrorKind::StorageFull => t.get("cli-io-full"),
        ErrorKind::InvalidData => t.get("cli-io-not-utf8"),
        _ => error.to_string(),
    }
}
