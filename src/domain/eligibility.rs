//! Which services customers are asked about (FEATURES A4): all, except those that a rule leaves out, those that the
//! source closed by itself, and those given to a colleague.

use serde::{Deserialize, Serialize};

use super::service_record::{ServiceRecord, Touchpoint};
use super::text;

/// The most rules there can be.
pub const MAX_RULES: usize = 50;

/// The rules of a version. Each change is a new version, which is kept with every invitation that it judged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// 0 = before the first change: nothing is left out.
    pub version: i64,
    /// A service is left out by the first that fits.
    pub list: Vec<Rule>,
}

/// Leaves out the services that fit all that it says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Code of a department, with all that are part of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// A part of the kind of service, in capitals or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_type: Option<String>,
    /// Where the service was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub touchpoint: Option<Touchpoint>,
    /// How it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Why nobody is asked; for those who read the register.
    pub reason: String,
}

/// How a service ended, as far as the source says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The matter was solved.
    Resolved,
    /// It was not.
    Unresolved,
    /// The source does not say.
    Unknown,
}

/// Why a rule is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRule {
    /// It says nothing, and would leave out every service.
    #[error("a rule must say which services it leaves out")]
    Everything,
    /// No department has this code.
    #[error("there is no such department")]
    Department,
    /// The kind of service is too long, or has characters that nobody can see.
    #[error("the kind of service can't be read")]
    ServiceType,
    /// There is no reason, or one that is too long.
    #[error("a rule needs a reason")]
    Reason,
    /// It is there already.
    #[error("there is such a rule already")]
    Repeated,
    /// There are [`MAX_RULES`] already.
    #[error("there are too many rules")]
    TooMany,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Resolved, Self::Unresolved, Self::Unknown];

    /// `resolved`, `unresolved` or `unknown`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Resolved => "resolved",
            Self::Unresolved => "unresolved",
            Self::Unknown => "unknown",
        }
    }

    const fn of(record: &ServiceRecord) -> Self {
        match record.resolved {
            Some(true) => Self::Resolved,
            Some(false) => Self::Unresolved,
            None => Self::Unknown,
        }
    }
}

impl Rule {
    /// Whether a service fits. `is_within` tells whether its department is, or is part of, that with a code.
    pub fn leaves_out(&self, record: &ServiceRecord, is_within: impl FnOnce(&str) -> bool) -> bool {
        let kind = record.service_type.as_deref().unwrap_or_default().to_lowercase();
        self.touchpoint.is_none_or(|touchpoint| record.touchpoint == Some(touchpoint))
            && self.outcome.is_none_or(|outcome| outcome == Outcome::of(record))
            && self.service_type.as_ref().is_none_or(|part| kind.contains(&part.to_lowercase()))
            && self.department.as_deref().is_none_or(is_within)
    }

    /// The rule with its texts as they are stored.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn checked(self) -> Result<Self, Vec<InvalidRule>> {
        let line = |given: &str, max| {
            let line = text::line(text::trim(given), max).ok().filter(|line| !line.is_empty());
            line.map(std::borrow::Cow::into_owned)
        };
        let service_type = self.service_type.as_deref().filter(|given| !text::trim(given).is_empty());
        let service_type = service_type.map(|given| line(given, text::MAX_NAME).ok_or(InvalidRule::ServiceType));
        let reason = line(&self.reason, text::MAX_REASON).ok_or(InvalidRule::Reason);
        let is_empty =
            self.department.is_none() && service_type.is_none() && self.touchpoint.is_none() && self.outcome.is_none();
        let says = if is_empty { Err(InvalidRule::Everything) } else { Ok(()) };
        match (says, service_type.transpose(), reason) {
            (Ok(()), Ok(service_type), Ok(reason)) => Ok(Self { service_type, reason, ..self }),
            (says, service_type, reason) => {
                Err([says.err(), service_type.err(), reason.err()].into_iter().flatten().collect())
            }
        }
    }

    fn says_what(&self, other: &Self) -> bool {
        let key = |rule: &Self| {
            let kind = rule.service_type.as_ref().map(|kind| kind.to_lowercase());
            (rule.department.clone(), kind, rule.touchpoint, rule.outcome)
        };
        key(self) == key(other)
    }
}

impl Rules {
    /// The list with one more.
    ///
    /// # Errors
    /// [`InvalidRule`]: everything that is wrong with it.
    pub fn with(&self, rule: Rule) -> Result<Vec<Rule>, Vec<InvalidRule>> {
        let rule = rule.checked()?;
        if self.list.iter().any(|known| known.says_what(&rule)) {
            return Err(vec![InvalidRule::Repeated]);
        }
        if self.list.len() >= MAX_RULES {
            return Err(vec![InvalidRule::TooMany]);
        }
        Ok(self.list.iter().cloned().chain([rule]).collect())
    }
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone, Utc};

    use super::*;
    use crate::domain::service_record::{Channel, Contact};

    fn record(service_type: &str, resolved: Option<bool>) -> ServiceRecord {
        ServiceRecord {
            external_id: "A".into(),
            department_code: "counter".into(),
            touchpoint: Some(Touchpoint::Counter),
            channel: Channel::Offline,
            completed_at: Utc.timestamp_opt(1_800_000_000, 0).unwrap(),
            employee_no: None,
            service_type: Some(service_type.into()),
            contact: Contact::default(),
            locale: None,
            requested_at: None,
            first_response_at: None,
            waiting_minutes: None,
            resolved,
            client_code: None,
            urgent: false,
            closed_automatically: false,
        }
    }

    fn rule() -> Rule {
        Rule { reason: "no customer".into(), ..Rule::default() }
    }

    #[test]
    fn a_rule_leaves_out_what_fits_all_of_it() {
        let rule = Rule { service_type: Some("Test".into()), outcome: Some(Outcome::Resolved), ..rule() };
        let leaves_out = |record: &ServiceRecord| rule.leaves_out(record, |_| false);
        assert!(leaves_out(&record("system test", Some(true))));
        assert!(!leaves_out(&record("system test", None)) && !leaves_out(&record("repair", Some(true))));
    }

    #[test]
    fn a_department_is_left_out_with_its_parts() {
        let rule = Rule { department: Some("shops".into()), ..rule() };
        assert!(rule.leaves_out(&record("", None), |code| code == "shops"));
        assert!(!rule.leaves_out(&record("", None), |_| false));
    }

    #[test]
    fn a_rule_says_something_and_why_and_nothing_twice() {
        let empty = Rule { reason: "  ".into(), ..rule() };
        assert_eq!(empty.checked(), Err(vec![InvalidRule::Everything, InvalidRule::Reason]));
        let one = Rule { service_type: Some(" Test ".into()), ..rule() };
        let rules = Rules { version: 1, list: Rules::default().with(one).unwrap() };
        assert_eq!(rules.list[0].service_type.as_deref(), Some("Test"));
        let again = Rule { service_type: Some("test".into()), ..rule() };
        assert_eq!(rules.with(again), Err(vec![InvalidRule::Repeated]));
    }
}
