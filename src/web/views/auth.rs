//! Getting in: sign-in, the password page behind a one-time link, and the first administrator's set-up.

use askama::Template;

use super::shell::Shell;
use crate::i18n::Texts;

/// The shortest password taken, in characters; [`ADVISED_LENGTH`] is advised on the page.
pub const MIN_LENGTH: usize = 8;
/// The length advised for a password.
pub const ADVISED_LENGTH: usize = 15;

/// `GET /sign-in`, and the answer 422 to a POST that failed. Form fields: `csrf`, `next`, `email`, `password`.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/sign_in.html")]
pub struct SignIn {
    /// The frame, without an account.
    pub shell: Shell,
    /// The form's token.
    pub csrf: String,
    /// Where to go afterwards: a path of our own, checked by the handler.
    pub next: String,
    /// As typed.
    pub email: String,
    /// E-mail or password was wrong; the text never says which.
    pub failed: bool,
}

/// The page behind a one-time link, where a password is set. Form fields: `csrf`, `password`, `password_again`.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/set_password.html")]
pub struct SetPassword {
    /// The frame, without an account.
    pub shell: Shell,
    /// The form's token.
    pub csrf: String,
    /// Where the form is sent (percent-encoded).
    pub action: String,
    /// Whose password it is.
    pub name: String,
    /// For the password manager.
    pub email: String,
    /// Why the last attempt was refused.
    pub problem: Option<PasswordProblem>,
}

/// Why a password is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordProblem {
    /// Under [`MIN_LENGTH`] characters.
    TooShort,
    /// Longer than anyone types.
    TooLong,
    /// Among the most used ones, or the person's own e-mail address or name.
    Guessable,
    /// The two entries differ.
    Different,
}

/// The page behind the first start's link: organisation and first administrator. Form fields: `csrf`, `organisation`,
/// `name`, `email`, `password`, `password_again`.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/set_up.html")]
pub struct SetUp {
    /// The frame, without an account.
    pub shell: Shell,
    /// The form's token.
    pub csrf: String,
    /// Where the form is sent (percent-encoded).
    pub action: String,
    /// As typed.
    pub organisation: String,
    /// As typed.
    pub name: String,
    /// As typed.
    pub email: String,
    /// Why the last attempt was refused.
    pub problems: Vec<SetUpProblem>,
}

/// Why a set-up is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetUpProblem {
    /// The organisation has no name.
    Organisation,
    /// The administrator has no name.
    Name,
    /// Not an e-mail address.
    Email,
    /// The password.
    Password(PasswordProblem),
}

/// What a good password is.
fn password_hint(t: &Texts) -> String {
    t.with("staff-password-hint", &[("min", MIN_LENGTH), ("advised", ADVISED_LENGTH)])
}

/// Sign-in never says at which field it failed.
const fn no_problem() -> Option<String> {
    None
}

impl PasswordProblem {
    /// Its text.
    fn text(self, shell: &Shell) -> String {
        match self {
            Self::TooShort => shell.t.with("staff-password-too-short", &[("min", MIN_LENGTH)]),
            Self::TooLong => shell.t.get("staff-password-too-long"),
            Self::Guessable => shell.t.get("staff-password-guessable"),
            Self::Different => shell.t.get("staff-password-different"),
        }
    }

    /// The field to correct.
    fn field(self) -> &'static str {
        if self == Self::Different { "password_again" } else { "password" }
    }
}

impl SetPassword {
    fn problem_at(&self, field: &str) -> Option<String> {
        self.problem.filter(|problem| problem.field() == field).map(|problem| problem.text(&self.shell))
    }
}

impl SetUp {
    fn problem_at(&self, field: &str) -> Option<String> {
        self.problems.iter().find(|problem| problem.field() == field).map(|problem| problem.text(&self.shell))
    }
}

impl SetUpProblem {
    fn field(self) -> &'static str {
        match self {
            Self::Organisation => "organisation",
            Self::Name => "name",
            Self::Email => "email",
            Self::Password(problem) => problem.field(),
        }
    }

    fn text(self, shell: &Shell) -> String {
        match self {
            Self::Organisation => shell.t.get("staff-setup-organisation-missing"),
            Self::Name => shell.t.get("staff-setup-name-missing"),
            Self::Email => shell.t.get("staff-setup-email-invalid"),
            Self::Password(problem) => problem.text(shell),
        }
    }
}
