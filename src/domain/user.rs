//! Who uses it, and what each may see (COMMITMENTS §7).

/// What a user may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Sets it up, imports data, manages access.
    Admin,
    /// Service-quality staff: questionnaires, samples, cases, periods, reports.
    Quality,
    /// Head of a department: its figures and those of all that are part of it.
    Head,
    /// Human resources: periods and appraisal data, no comments.
    Hr,
    /// Reads what was committed and what was kept, and the log.
    Auditor,
    /// Sees a client organisation's own figures.
    Client,
    /// Serves customers: sees what HR is given about them, and nothing else (FEATURES J3).
    Employee,
}

/// A word that is no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown role {0:?}: use admin, quality, head, hr, auditor, client or employee")]
pub struct UnknownRole(pub String);

/// What an API token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Hand in service records.
    RecordsWrite,
    /// Read scores and trends.
    ScoresRead,
    /// Read figures of persons.
    PeopleRead,
    /// Read appraisal data.
    AppraisalsRead,
    /// Read responses.
    ResponsesRead,
    /// Hand in mail that came back.
    BouncesWrite,
    /// Everything.
    Admin,
}

/// A word that is no scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown scope {0:?}: use records:write, scores:read, people:read, appraisals:read, responses:read, \
     bounces:write or admin, separated by commas"
)]
pub struct UnknownScope(pub String);

impl Role {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Admin, Self::Quality, Self::Head, Self::Hr, Self::Auditor, Self::Client, Self::Employee];

    /// The word in commands and the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Quality => "quality",
            Self::Head => "head",
            Self::Hr => "hr",
            Self::Auditor => "auditor",
            Self::Client => "client",
            Self::Employee => "employee",
        }
    }
}

impl std::str::FromStr for Role {
    type Err = UnknownRole;

    fn from_str(word: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.as_str() == word).ok_or_else(|| UnknownRole(word.to_owned()))
    }
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::RecordsWrite,
        Self::ScoresRead,
        Self::PeopleRead,
        Self::AppraisalsRead,
        Self::ResponsesRead,
        Self::BouncesWrite,
        Self::Admin,
    ];

    /// The word in commands and the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RecordsWrite => "records:write",
            Self::ScoresRead => "scores:read",
            Self::PeopleRead => "people:read",
            Self::AppraisalsRead => "appraisals:read",
            Self::ResponsesRead => "responses:read",
            Self::BouncesWrite => "bounces:write",
            Self::Admin => "admin",
        }
    }

    /// Reads `records:write,scores:read`.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, UnknownScope> {
        text.split(',').map(|word| word.trim().parse()).collect()
    }
}

impl std::str::FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(word: &str) -> Result<Self, UnknownScope> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == word).ok_or_else(|| UnknownScope(word.to_owned()))
    }
}
