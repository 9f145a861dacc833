//! A service record: one service given to one customer. Attribution (department, employee, client, touchpoint) is
//! frozen when it is stored, so a later move of an employee moves no past rating (FEATURES A8).

use chrono::{DateTime, Utc};

use super::locale::Locale;

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

    /// The channel this touchpoint belongs to.
    pub const fn channel(self) -> Channel {
        match self {
            Self::Web | Self::App | Self::MiniProgram | Self::Email => Channel::Online,
            Self::Counter | Self::Shop | Self::CallCentre | Self::OnSite => Channel::Offline,
        }
    }
}
