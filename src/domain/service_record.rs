//! A service record: one service given to one customer. Attribution (department, employee, client, touchpoint) is
//! frozen when it is stored, so a later move of an employee moves no past rating (FEATURES A8).

use std::str::FromStr;

use chrono::{DateTime, SecondsFormat, Utc};

use super::field::{FieldError, Reason};
use super::locale::Locale;
use super::text;

/// How the organisation met the customer; follows from the touchpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Web, app, mini-program, e-mail.
    Online,
    /// Counter, shop, call centre, on site.
    Offline,
}

/// Where the service was given (A2-2.2, B3-2.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Touchpoint {
    /// The web site.
    Web,
    /// The mobile app.
    App,
    /// A mini-program (小程序).
    MiniProgram,
    /// E-mail.
    Email,
    /// A service counter.
    Counter,
    /// A shop.
    Shop,
    /// The call centre.
    CallCentre,
    /// At the customer's place.
    OnSite,
}

/// A service record that passed validation, not yet stored: departments, staff and clients are still codes.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceRecord {
    /// The number the source system gave it; unique.
    pub external_id: String,
    /// Code of the department that served.
    pub department_code: String,
    /// Where the service was given. `None` only in imported ratings that name just a channel.
    pub touchpoint: Option<Touchpoint>,
    /// Online or offline.
    pub channel: Channel,
    /// When the service ended; decides the periods it counts in.
    pub completed_at: DateTime<Utc>,
    /// Number of the employee who served.
    pub employee_no: Option<String>,
    /// What kind of service it was, in the organisation's own words.
    pub service_type: Option<String>,
    /// Who the customer is and how to reach them.
    pub contact: Contact,
    /// The customer's language.
    pub locale: Option<Locale>,
    /// When the customer asked.
    pub requested_at: Option<DateTime<Utc>>,
    /// When the customer was first answered.
    pub first_response_at: Option<DateTime<Utc>>,
    /// Minutes spent waiting at a counter or in a queue, 0 or more.
    pub waiting_minutes: Option<i32>,
    /// Whether the matter was solved, if the source says.
    pub resolved: Option<bool>,
    /// Code of the client organisation the customer belongs to.
    pub client_code: Option<String>,
    /// An urgent matter has shorter clocks (D-1.2).
    pub urgent: bool,
    /// The source closed it by itself, without a person: its customer is not asked (FEATURES A4).
    pub closed_automatically: bool,
}

/// A customer's personal data: encrypted where it is stored, never logged (hence no `Debug` of the values).
#[derive(Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Contact {
    /// The customer's number in the source system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_ref: Option<String>,
    /// The name to greet with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A deliverable address: one `@`, a dot in the domain, no literal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// A telephone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// The text names no touchpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown touchpoint: use web, app, mini_program, email, counter, shop, call_centre or on_site")]
pub struct UnknownTouchpoint;

/// The text names no channel.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown channel: use online or offline")]
pub struct UnknownChannel;

impl Channel {
    /// Both, online first.
    pub const ALL: [Self; 2] = [Self::Online, Self::Offline];

    /// `online` or `offline`, as files, API and tables write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Offline => "offline",
        }
    }
}

impl std::fmt::Display for Channel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Channel {
    type Err = UnknownChannel;

    /// Tolerates case, spaces and hyphens, and the Chinese words 线上 and 线下.
    fn from_str(text: &str) -> Result<Self, UnknownChannel> {
        match fold(text).as_str() {
            "online" | "线上" | "网上" | "在线" => Ok(Self::Online),
            "offline" | "线下" => Ok(Self::Offline),
            _ => Err(UnknownChannel),
        }
    }
}

impl std::fmt::Debug for Contact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Contact(…)")
    }
}

impl Touchpoint {
    /// All of them, online first.
    pub const ALL: [Self; 8] = [
        Self::Web,
        Self::App,
        Self::MiniProgram,
        Self::Email,
        Self::Counter,
        Self::Shop,
        Self::CallCentre,
        Self::OnSite,
    ];

    /// The name files, API and tables use: `web app mini_program email counter shop call_centre on_site`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::App => "app",
            Self::MiniProgram => "mini_program",
            Self::Email => "email",
            Self::Counter => "counter",
            Self::Shop => "shop",
            Self::CallCentre => "call_centre",
            Self::OnSite => "on_site",
        }
    }

    /// The channel this touchpoint belongs to.
    pub const fn channel(self) -> Channel {
        match self {
            Self::Web | Self::App | Self::MiniProgram | Self::Email => Channel::Online,
            Self::Counter | Self::Shop | Self::CallCentre | Self::OnSite => Channel::Offline,
        }
    }
}

impl std::fmt::Display for Touchpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Touchpoint {
    type Err = UnknownTouchpoint;

    /// Tolerates case, spaces, hyphens and full-width letters, both spellings of "centre", and the usual Chinese words.
    fn from_str(text: &str) -> Result<Self, UnknownTouchpoint> {
        match fold(text).as_str() {
            "web" | "website" | "网站" | "网页" | "官网" | "网上" | "门户网站" => Ok(Self::Web),
            "app" | "mobileapp" | "移动应用" | "手机app" | "移动端" | "手机应用" | "客户端" => {
                Ok(Self::App)
            }
            "miniprogram" | "小程序" | "微信小程序" => Ok(Self::MiniProgram),
            "email" | "mail" | "邮件" | "电子邮件" | "邮箱" => Ok(Self::Email),
            "counter" | "柜台" | "窗口" | "服务窗口" | "服务台" | "前台" => Ok(Self::Counter),
            "shop" | "store" | "门店" | "店铺" | "营业厅" | "商店" => Ok(Self::Shop),
            "callcentre" | "callcenter" | "hotline" | "呼叫中心" | "热线" | "客服热线" | "客服电话" | "电话" => {
                Ok(Self::CallCentre)
            }
            "onsite" | "上门" | "上门服务" | "现场" | "现场服务" => Ok(Self::OnSite),
            _ => Err(UnknownTouchpoint),
        }
    }
}

impl ServiceRecord {
    /// All content in one text, for the keyed hash that tells "the same again" from "same id, other content".
    ///
    /// One line per field that has a value, in a fixed order, so that a field added later changes no older text.
    /// Values hold no line break. It contains personal data: hash it, never store or log it.
    pub fn canonical(&self) -> String {
        let mut text = String::with_capacity(320);
        let mut line = |field: &str, value: Option<&str>| {
            if let Some(value) = value {
                for part in [field, "=", value, "\n"] {
                    text.push_str(part);
                }
            }
        };
        let time = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Micros, true);
        line("external_id", Some(&self.external_id));
        line("department_code", Some(&self.department_code));
        line("touchpoint", self.touchpoint.map(Touchpoint::as_str));
        line("channel", Some(self.channel.as_str()));
        line("completed_at", Some(&time(self.completed_at)));
        line("employee_no", self.employee_no.as_deref());
        line("service_type", self.service_type.as_deref());
        line("customer_ref", self.contact.customer_ref.as_deref());
        line("customer_name", self.contact.name.as_deref());
        line("email", self.contact.email.as_deref());
        line("phone", self.contact.phone.as_deref());
        line("locale", self.locale.map(Locale::as_str));
        line("requested_at", self.requested_at.map(time).as_deref());
        line("first_response_at", self.first_response_at.map(time).as_deref());
        line("waiting_minutes", self.waiting_minutes.map(|n| n.to_string()).as_deref());
        line("resolved", self.resolved.map(|yes| if yes { "true" } else { "false" }));
        line("client_code", self.client_code.as_deref());
        line("urgent", self.urgent.then_some("true"));
        line("closed_automatically", self.closed_automatically.then_some("true"));
        text
    }

    /// What is odd but no reason to refuse: an answer, or the end, before the question.
    pub fn warnings(&self) -> Vec<FieldError> {
        let before = |at: Option<DateTime<Utc>>| at.filter(|at| self.requested_at.is_some_and(|asked| *at < asked));
        let warning = |field: &'static str, at: DateTime<Utc>, reason| {
            FieldError::new(field, &at.to_rfc3339_opts(SecondsFormat::Secs, true), reason)
        };
        if let Some(at) = before(self.first_response_at) {
            vec![warning("first_response_at", at, Reason::ResponseBeforeRequest)]
        } else if let Some(at) = before(Some(self.completed_at)) {
            vec![warning("completed_at", at, Reason::CompletedBeforeRequest)]
        } else {
            Vec::new()
        }
    }
}

/// Lower case, half width, without space, hyphen, underscore, full stop and solidus.
pub(super) fn fold(text: &str) -> String {
    text::halfwidth(text)
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '_' | '.' | '/' | '\u{feff}' | '\u{200b}'))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> ServiceRecord {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        ServiceRecord {
            external_id: "A-1".into(),
            department_code: "D1".into(),
            touchpoint: Some(Touchpoint::Counter),
            channel: Channel::Offline,
            completed_at: at("2026-01-05T09:30:00Z"),
            employee_no: None,
            service_type: None,
            contact: Contact { name: Some("王女士".into()), ..Contact::default() },
            locale: Some(Locale::ZhCn),
            requested_at: Some(at("2026-01-05T09:00:00Z")),
            first_response_at: None,
            waiting_minutes: Some(12),
            resolved: Some(true),
            client_code: None,
            urgent: false,
            closed_automatically: false,
        }
    }

    #[test]
    fn names_come_back() {
        for touchpoint in Touchpoint::ALL {
            assert_eq!(touchpoint.as_str().parse(), Ok(touchpoint));
        }
        for channel in Channel::ALL {
            assert_eq!(channel.as_str().parse(), Ok(channel));
        }
    }

    #[test]
    fn serde_writes_the_same_names() {
        for touchpoint in Touchpoint::ALL {
            assert_eq!(serde_json::to_value(touchpoint).unwrap(), touchpoint.as_str());
        }
    }

    #[test]
    fn spellings_are_tolerated() {
        for (text, touchpoint) in [
            ("E-Mail", Touchpoint::Email),
            ("Call Center", Touchpoint::CallCentre),
            ("mini-program", Touchpoint::MiniProgram),
            (" ON_SITE ", Touchpoint::OnSite),
            ("ＷＥＢ", Touchpoint::Web),
            ("小程序", Touchpoint::MiniProgram),
            ("柜台", Touchpoint::Counter),
        ] {
            assert_eq!(text.parse(), Ok(touchpoint), "{text}");
        }
        assert_eq!("On-line".parse(), Ok(Channel::Online));
        assert_eq!("fax".parse::<Touchpoint>(), Err(UnknownTouchpoint));
    }

    #[test]
    fn the_canonical_text_never_changes() {
        assert_eq!(
            record().canonical(),
            "external_id=A-1\ndepartment_code=D1\ntouchpoint=counter\nchannel=offline\n\
             completed_at=2026-01-05T09:30:00.000000Z\ncustomer_name=王女士\nlocale=zh-CN\n\
             requested_at=2026-01-05T09:00:00.000000Z\nwaiting_minutes=12\nresolved=true\n"
        );
    }

    #[test]
    fn every_field_changes_the_canonical_text() {
        let changes: [fn(&mut ServiceRecord); 9] = [
            |r| r.urgent = true,
            |r| r.closed_automatically = true,
            |r| r.resolved = None,
            |r| r.touchpoint = None,
            |r| r.client_code = Some("C".into()),
            |r| r.contact.phone = Some("95588".into()),
            |r| r.contact.email = Some("a@b.cn".into()),
            |r| r.first_response_at = r.requested_at,
            |r| r.employee_no = Some("E".into()),
        ];
        for change in changes {
            let mut other = record();
            change(&mut other);
            assert_ne!(other.canonical(), record().canonical());
        }
    }

    #[test]
    fn an_answer_before_the_question_is_one_warning() {
        let mut early = record();
        early.first_response_at = "2026-01-05T08:59:59Z".parse().ok();
        early.completed_at = early.first_response_at.unwrap();
        let reasons: Vec<_> = early.warnings().into_iter().map(|w| w.reason).collect();
        assert_eq!(reasons, [Reason::ResponseBeforeRequest]);
        assert!(record().warnings().is_empty());
    }

    #[test]
    fn debug_shows_no_contact() {
        assert!(!format!("{:?}", record()).contains('王'));
    }
}
