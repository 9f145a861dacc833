//! Who is asked: the rules in force, the ledger of a period, and how the rules came to be.

use askama::Template;
use chrono::NaiveDateTime;

use super::figure::Response;
use super::{choose, format, shell::Shell, words};
use crate::domain::eligibility::{InvalidRule, MAX_RULES, Outcome};
use crate::domain::invitation::State;
use crate::domain::ledger::Ledger;
use crate::domain::period::Period;
use crate::domain::scorecard::Reach;
use crate::domain::service_record::Touchpoint;
use crate::domain::text::{MAX_NAME, MAX_REASON};
use crate::domain::user::Role;
use crate::i18n::Texts;

/// `GET /asking`. Forms: `csrf`, `version`, `step` = `add` with the fields of [`RuleForm`], or `remove` with `at`.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/asking.html")]
pub struct AskingPage {
    /// The frame.
    pub shell: Shell,
    /// This page without its query.
    pub path: String,
    /// The period of the ledger.
    pub period: Period,
    /// Those to choose from, newest first.
    pub periods: Vec<Period>,
    /// The version of the rules in force.
    pub version: i64,
    /// The rules in force.
    pub rules: Vec<RuleRow>,
    /// To add one; `None` for those who may only look.
    pub form: Option<RuleForm>,
    /// Somebody else changed the rules before this change, which was not made.
    pub overtaken: bool,
    /// What else decides.
    pub timing: Timing,
    /// The organisation first, then the departments by name, each without those that are part of it.
    pub ledger: Vec<LedgerRow>,
    /// The changes, newest first.
    pub versions: Vec<VersionRow>,
}

/// A rule in force.
#[derive(Debug, Clone)]
pub struct RuleRow {
    /// The name of the department, of which all parts are meant too.
    pub department: Option<String>,
    /// A part of the kind of service.
    pub service_type: Option<String>,
    /// Where the service was given.
    pub touchpoint: Option<Touchpoint>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// Why nobody is asked.
    pub reason: String,
}

/// The form to add a rule, as typed. Form fields: `department`, `service_type`, `touchpoint`, `outcome`, `reason`.
#[derive(Debug, Clone, Default)]
pub struct RuleForm {
    /// Code.
    pub department: String,
    /// Code and name of all, by name.
    pub departments: Vec<(String, String)>,
    /// A part of the kind of service.
    pub service_type: String,
    /// Empty = any.
    pub touchpoint: Option<Touchpoint>,
    /// Empty = any.
    pub outcome: Option<Outcome>,
    /// Why nobody is asked.
    pub reason: String,
    /// Why the last attempt was refused.
    pub problems: Vec<InvalidRule>,
}

/// The rules of time, which are settings.
#[derive(Debug, Clone)]
pub struct Timing {
    /// Minutes from the end of the service to the mail.
    pub delay_minutes: i64,
    /// `20:00`, `09:00`: no mail between these.
    pub quiet_hours: Option<(String, String)>,
    /// Days between two invitations to one address or person; 0 = no such rule.
    pub cooldown_days: i64,
    /// Older services are not asked about, in days.
    pub max_age_days: i64,
    /// Days that a link is valid.
    pub expires_days: i64,
    /// How often who has not answered is reminded.
    pub reminders: u8,
    /// Days from one mail to the next.
    pub reminder_days: u32,
    /// `10:00`.
    pub reminder_time: String,
    /// Reminders go out on rest days too.
    pub reminder_rest_days: bool,
}

/// What became of the services of a department.
#[derive(Debug, Clone)]
pub struct LedgerRow {
    /// `None` = the organisation.
    pub department: Option<String>,
    /// The counts.
    pub ledger: Ledger,
}

/// A change of the rules.
#[derive(Debug, Clone)]
pub struct VersionRow {
    /// 1 for the first.
    pub version: i64,
    /// How many rules it has.
    pub rules: usize,
    /// When, in the organisation's zone.
    pub at: NaiveDateTime,
    /// A user's address.
    pub by: String,
}

impl AskingPage {
    /// The names of settings are for whoever can set them.
    fn is_for_admin(&self) -> bool {
        self.shell.account.as_ref().is_some_and(|account| account.role == Role::Admin)
    }
}

impl RuleRow {
    /// What it leaves out: `Repair Services · counter · “test” · not solved`.
    fn text(&self, t: &Texts) -> String {
        let kind = self.service_type.as_ref().map(|kind| t.with("asking-kind-with", &[("text", kind)]));
        let touchpoint = self.touchpoint.as_ref().map(|touchpoint| words::touchpoint(t, touchpoint));
        let outcome = self.outcome.map(|one| words::outcome(t, &one));
        [self.department.clone(), touchpoint, kind, outcome].into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }
}

impl VersionRow {
    fn text(&self, t: &Texts) -> String {
        let rules = t.count("asking-rule-count", i64::try_from(self.rules).unwrap_or(i64::MAX));
        let at = format::date_time(t, &self.at);
        let args = [("version", self.version.to_string()), ("rules", rules), ("time", at), ("by", self.by.clone())];
        t.with("asking-version", &args)
    }
}

impl RuleForm {
    fn problem_at(&self, t: &Texts, id: &str) -> Option<String> {
        self.problems.iter().find(|problem| field(**problem) == id).map(|problem| words_of(t, *problem))
    }

    /// What was wrong, each with the field to go to.
    fn errors(&self, t: &Texts) -> Vec<(&'static str, String)> {
        self.problems.iter().map(|problem| (field(*problem), words_of(t, *problem))).collect()
    }
}

impl Timing {
    fn lines(&self, t: &Texts) -> Vec<String> {
        let quiet = self.quiet_hours.as_ref();
        let quiet = quiet.map(|(from, to)| t.with("asking-timing-quiet", &[("from", from), ("to", to)]));
        let cooldown = (self.cooldown_days > 0).then(|| t.count("asking-timing-cooldown", self.cooldown_days));
        let days = t.count("asking-timing-days", self.reminder_days);
        let args = [("days", days), ("time", self.reminder_time.clone())];
        let reminders = match (self.reminders, self.reminder_rest_days) {
            (0, _) => t.get("asking-timing-no-reminder"),
            (1, true) => t.with("asking-timing-reminder-any", &args),
            (1, false) => t.with("asking-timing-reminder", &args),
            (_, true) => t.with("asking-timing-reminders-any", &args),
            (_, false) => t.with("asking-timing-reminders", &args),
        };
        let lines = [
            Some(t.count("asking-timing-delay", self.delay_minutes)),
            quiet,
            cooldown,
            Some(t.count("asking-timing-age", self.max_age_days)),
            Some(t.count("asking-timing-expiry", self.expires_days)),
            Some(reminders),
        ];
        lines.into_iter().flatten().collect()
    }
}

impl LedgerRow {
    /// Asked of those that could be asked.
    fn coverage(&self) -> Response {
        Reach { invited: self.ledger.eligible(), responded: self.ledger.asked() }.into()
    }

    /// `answered 30 · expired 5`.
    fn outcomes(&self, t: &Texts) -> String {
        listed(t, self.ledger.outcomes(), state)
    }

    /// `no address 4 · asked lately 2`.
    fn reasons(&self, t: &Texts) -> String {
        listed(t, self.ledger.reasons(), |t, reason| match reason {
            State::Answered => t.get("asking-state-handed-in"),
            State::Expired => t.get("asking-state-not-sent"),
            other => state(t, other),
        })
    }
}

fn listed(t: &Texts, counts: impl Iterator<Item = (State, u32)>, name: impl Fn(&Texts, State) -> String) -> String {
    let list: Vec<_> = counts
        .map(|(one, n)| t.with("asking-state-count", &[("state", name(t, one)), ("n", format::count(&n))]))
        .collect();
    if list.is_empty() { "—".to_owned() } else { list.join(" · ") }
}

fn state(t: &Texts, state: State) -> String {
    t.get(match state {
        State::Scheduled => "asking-state-scheduled",
        State::Queued => "asking-state-queued",
        State::Sent => "asking-state-sent",
        State::Answered => "asking-state-answered",
        State::Declined => "asking-state-declined",
        State::Expired => "asking-state-expired",
        State::Bounced => "asking-state-bounced",
        State::Throttled => "asking-state-throttled",
        State::Suppressed => "asking-state-suppressed",
        State::NotSampled => "asking-state-not-sampled",
        State::Ineligible => "asking-state-ineligible",
        State::NoAddress => "asking-state-no-address",
        State::TooOld => "asking-state-too-old",
        State::Failed => "asking-state-failed",
        State::ComplaintOpen => "asking-state-complaint-open",
    })
}

const fn field(problem: InvalidRule) -> &'static str {
    match problem {
        InvalidRule::Everything | InvalidRule::Department | InvalidRule::Repeated | InvalidRule::TooMany => {
            "department"
        }
        InvalidRule::ServiceType => "service_type",
        InvalidRule::Reason => "reason",
    }
}

fn words_of(t: &Texts, problem: InvalidRule) -> String {
    match problem {
        InvalidRule::Everything => t.get("asking-error-everything"),
        InvalidRule::Department => t.get("asking-error-department"),
        InvalidRule::Repeated => t.get("asking-error-repeated"),
        InvalidRule::TooMany => t.with("asking-error-too-many", &[("max", MAX_RULES)]),
        InvalidRule::ServiceType => t.with("asking-error-kind", &[("max", MAX_NAME)]),
        InvalidRule::Reason => t.with("asking-error-reason", &[("max", MAX_REASON)]),
    }
}
