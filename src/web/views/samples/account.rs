//! Signing in and setting up.

use askama::Template as _;

use super::{Rendered, Samples};
use crate::web::views::auth::{PasswordProblem, SetPassword, SetUp, SetUpProblem, SignIn};

pub(super) fn pages(samples: &Samples) -> Vec<(&'static str, Rendered)> {
    vec![
        ("sign-in", samples.sign_in(false).render()),
        ("sign-in-failed", samples.sign_in(true).render()),
        ("set-password", samples.set_password(None).render()),
        ("set-password-refused", samples.set_password(Some(PasswordProblem::TooShort)).render()),
        ("set-up", samples.set_up(Vec::new()).render()),
        ("set-up-refused", samples.set_up(all_problems()).render()),
    ]
}

impl Samples {
    fn sign_in(&self, failed: bool) -> SignIn {
        SignIn {
            shell: self.outside(),
            csrf: "c5rf".to_owned(),
            next: "/overview".to_owned(),
            email: if failed { self.say("zhao@example.com", "zhao@example.com") } else { String::new() },
            failed,
        }
    }

    fn set_password(&self, problem: Option<PasswordProblem>) -> SetPassword {
        SetPassword {
            shell: self.outside(),
            csrf: "c5rf".to_owned(),
            action: "/welcome/abc".to_owned(),
            name: self.say("赵敏", "Zhao Min"),
            email: "zhao@example.com".to_owned(),
            problem,
        }
    }

    fn set_up(&self, problems: Vec<SetUpProblem>) -> SetUp {
        SetUp {
            shell: self.outside(),
            csrf: "c5rf".to_owned(),
            action: "/set-up/abc".to_owned(),
            organisation: if problems.is_empty() { String::new() } else { self.say("示例公司", "Example") },
            name: String::new(),
            email: "zhao@".to_owned(),
            problems,
        }
    }
}

fn all_problems() -> Vec<SetUpProblem> {
    vec![
        SetUpProblem::Organisation,
        SetUpProblem::Name,
        SetUpProblem::Email,
        SetUpProblem::Password(PasswordProblem::Different),
    ]
}
