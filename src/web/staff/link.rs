//! One-time links: the first set-up, and a user's first or forgotten password. Looking at one does not spend it.

use actix_web::HttpResponse;
use actix_web::web::{Bytes, Path};
use serde_json::json;

use super::super::frame::{Page, Refusal};
use super::super::session::{CSRF, Session};
use super::super::views::auth::MIN_LENGTH;
use super::super::views::{PasswordProblem, Problem, SetPassword, SetUp, SetUpProblem};
use super::{field, form as read_form, see_other};
use crate::crypto::{self, Token};
use crate::db::user::{self, NewUser, User};
use crate::db::{self, audit, setting};
use crate::domain::user::Role;

/// Longer than anyone types, and still quick to hash.
const MAX_LENGTH: usize = 256;

/// What leads in: nobody yet, or a user.
enum Guest {
    First,
    User(Box<User>),
}

/// `GET /link/{token}`
pub async fn form(page: Page, token: Path<String>) -> HttpResponse {
    let result = look(&page, &token).await.and_then(|guest| match guest {
        Guest::First => set_up(&page, &token, &[], Vec::new()),
        Guest::User(user) => set_password(&page, &token, &user, None),
    });
    page.answer(result)
}

/// `POST /link/{token}`
pub async fn spend(page: Page, token: Path<String>, body: Bytes) -> HttpResponse {
    let result = enter(&page, &token, &body).await;
    page.answer(result)
}

async fn look(page: &Page, token: &str) -> Result<Guest, Refusal> {
    let (token, now) = (Token::from_text(token), page.web.context.now());
    let look = move |conn: &mut db::Connection| -> db::Result<_> {
        Ok(match user::look_at_link(conn, &token, now)? {
            Some(Some(id)) => user::by_id(conn, id)?.map(|user| Guest::User(Box::new(user))),
            Some(None) if !user::any(conn)? => Some(Guest::First),
            _ => None,
        })
    };
    let found = page.pool().query(look).await?;
    if found.is_none()
        && let Err(wait) = page.web.guesses.check(page.web.client(&page.request))
    {
        return Err(Problem::TooMany(Some(wait)).into());
    }
    found.ok_or(Problem::LinkSpent.into())
}

async fn enter(page: &Page, token: &str, body: &[u8]) -> Result<HttpResponse, Refusal> {
    let guest = look(page, token).await?;
    let fields = read_form(body)?;
    let context = &page.web.context;
    let age = chrono::TimeDelta::hours(1);
    if !context.secrets.check_page_nonce(field(&fields, CSRF), &Token::from_text(token).hash(), context.now(), age) {
        return Err(Problem::Forbidden.into());
    }
    // Not trimmed: a password is what was typed.
    let typed = |name: &str| fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
    let (password, again) = (typed("password"), typed("password_again"));
    let (email, name) = match &guest {
        Guest::First => (field(&fields, "email"), field(&fields, "name")),
        Guest::User(user) => (user.email.as_str(), user.name.as_str()),
    };
    let password_problem = weakness(password, again, email, name);
    match &guest {
        Guest::User(user) => {
            if let Some(problem) = password_problem {
                return set_password(page, token, user, Some(problem));
            }
        }
        Guest::First => {
            let problems = set_up_problems(&fields, password_problem);
            if !problems.is_empty() {
                return set_up(page, token, &fields, problems);
            }
        }
    }
    let secret = password.to_owned();
    let hash = tokio::task::spawn_blocking(move || crypto::hash_password(&secret)).await;
    let hash = hash.map_err(|error| Refusal::Internal(error.to_string()))?;
    let hash = hash.map_err(|error| Refusal::Internal(error.to_string()))?;
    let new = NewUser {
        email: email.to_owned(),
        name: name.to_owned(),
        role: Role::Admin,
        department_id: None,
        client_id: None,
    };
    let organisation = field(&fields, "organisation").to_owned();
    let (token, web, now) = (Token::from_text(token), page.web.clone(), context.now());
    let cookie = page.pool().write(move |conn: &mut db::Connection| -> Result<_, Refusal> {
        if !user::spend_link(conn, &token)? {
            return Err(Problem::LinkSpent.into());
        }
        let id = match guest {
            Guest::User(user) => user.id,
            Guest::First => {
                setting::set(conn, setting::ORGANISATION, &organisation)?;
                let id = user::add(conn, &new, now)?.ok_or(Problem::Conflict)?;
                audit::append(conn, now, &new.email, "user.add", &new.email, &json!({ "role": "admin" }))?;
                id
            }
        };
        user::set_password(conn, id, &hash)?;
        Ok(Session::begin(&web, conn, id)?)
    });
    let cookie = cookie.await?;
    let learned = context.clone();
    let learn =
        move |conn: &mut db::Connection| learned.read_organisation(conn).and_then(|()| learned.keep_notice(conn));
    page.pool().write(learn).await?;
    let mut response = see_other("/");
    response.add_cookie(&cookie).map_err(|error| Refusal::Internal(error.to_string()))?;
    Ok(response)
}

fn set_up_problems(fields: &[(String, String)], password: Option<PasswordProblem>) -> Vec<SetUpProblem> {
    let mut problems = Vec::new();
    if field(fields, "organisation").is_empty() {
        problems.push(SetUpProblem::Organisation);
    }
    if field(fields, "name").is_empty() {
        problems.push(SetUpProblem::Name);
    }
    if crate::domain::address::email(field(fields, "email")).is_err() {
        problems.push(SetUpProblem::Email);
    }
    problems.extend(password.map(SetUpProblem::Password));
    problems
}

/// What is wrong with a password: its length, or that it is easily guessed (NIST SP 800-63B: no rules on its characters).
fn weakness(password: &str, again: &str, email: &str, name: &str) -> Option<PasswordProblem> {
    let length = password.chars().count();
    let lower = password.to_lowercase();
    let own = [email, name, email.split('@').next().unwrap_or_default()];
    if length < MIN_LENGTH {
        Some(PasswordProblem::TooShort)
    } else if length > MAX_LENGTH {
        Some(PasswordProblem::TooLong)
    } else if own.iter().any(|word| !word.is_empty() && *word.to_lowercase() == lower) || is_common(&lower) {
        Some(PasswordProblem::Guessable)
    } else if password != again {
        Some(PasswordProblem::Different)
    } else {
        None
    }
}

/// The most used passwords of eight characters or more, and runs of one character.
fn is_common(lower: &str) -> bool {
    const COMMON: &str = include_str!("common_passwords.txt");
    let mut characters = lower.chars();
    let first = characters.next();
    characters.all(|c| Some(c) == first) || COMMON.lines().any(|line| line == lower)
}

fn set_password(
    page: &Page,
    token: &str,
    user: &User,
    problem: Option<PasswordProblem>,
) -> Result<HttpResponse, Refusal> {
    let status = if problem.is_some() { 422 } else { 200 };
    let view = SetPassword {
        shell: page.shell(None),
        csrf: csrf(page, token),
        action: format!("/link/{token}"),
        name: user.name.clone(),
        email: user.email.clone(),
        problem,
    };
    page.html(&view, status)
}

fn set_up(
    page: &Page,
    token: &str,
    fields: &[(String, String)],
    problems: Vec<SetUpProblem>,
) -> Result<HttpResponse, Refusal> {
    let status = if problems.is_empty() { 200 } else { 422 };
    let view = SetUp {
        shell: page.shell(None),
        csrf: csrf(page, token),
        action: format!("/link/{token}"),
        organisation: field(fields, "organisation").to_owned(),
        name: field(fields, "name").to_owned(),
        email: field(fields, "email").to_owned(),
        problems,
    };
    page.html(&view, status)
}

fn csrf(page: &Page, token: &str) -> String {
    page.web.context.secrets.page_nonce(&Token::from_text(token).hash(), page.web.context.now())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weak(password: &str) -> Option<PasswordProblem> {
        weakness(password, password, "wang@example.com", "王芳")
    }

    #[test]
    fn length_and_guessing_decide_not_the_kinds_of_characters() {
        assert!(matches!(weak("七个字的密码短"), Some(PasswordProblem::TooShort)));
        assert!(weak("correct horse battery").is_none());
        assert!(matches!(weak("password"), Some(PasswordProblem::Guessable)));
        assert!(matches!(weak("aaaaaaaaaa"), Some(PasswordProblem::Guessable)));
        assert!(matches!(weak("Wang@example.com"), Some(PasswordProblem::Guessable)));
        assert!(weak(&"long enough ".repeat(20)).is_none());
    }

    #[test]
    fn both_entries_must_be_the_same() {
        assert!(matches!(weakness("correct horse", "correct house", "", ""), Some(PasswordProblem::Different)));
    }
}
