//! The rows that a service record becomes, and what of it is hashed and sealed.

use super::super::Result;
use super::super::instant::Instant;
use super::super::schema::{invitation, outbox, service_record};
use crate::crypto::{Place, Secrets};
use crate::domain::service_record::{Contact, ServiceRecord};

/// The column that contact data is sealed for.
const CONTACT: &str = "service_record.contact";

new_row! {
    pub(super) struct NewRecord<'a> in service_record {
        pub id: i64,
        pub external_id: &'a str,
        pub content_hash: &'a [u8],
        pub department_id: i64,
        pub employee_id: Option<i64>,
        pub client_id: Option<i64>,
        pub touchpoint: Option<&'static str>,
        pub channel: &'static str,
        pub service_type: Option<&'a str>,
        pub completed_at: Instant,
        pub requested_at: Option<Instant>,
        pub first_response_at: Option<Instant>,
        pub waiting_minutes: Option<i32>,
        pub resolved: Option<bool>,
        pub urgent: bool,
        pub closed_automatically: bool,
        pub contact: Option<&'a [u8]>,
        pub customer_hash: Option<&'a [u8]>,
        pub created_at: Instant,
    }
}

new_row! {
    pub(super) struct NewInvitation in invitation {
        pub id: i64,
        pub service_record_id: i64,
        pub purpose: &'static str,
        pub state: &'static str,
        pub questionnaire_version_id: i64,
        pub locale: &'static str,
        pub salt: Option<Vec<u8>>,
        pub token_hash: Option<Vec<u8>>,
        pub email_hash: Option<Vec<u8>>,
        pub due_at: Instant,
        pub expires_at: Instant,
        pub rules_version: i64,
        pub rule: Option<i64>,
    }
}

new_row! {
    pub(super) struct NewMail in outbox {
        pub invitation_id: i64,
        pub kind: &'static str,
        pub step: i32,
        pub state: &'static str,
        pub due_at: Instant,
        pub attempt: i32,
        pub possible_duplicates: i32,
    }
}

/// What is stored of a record instead of its contact data, and to tell it apart.
pub(super) struct Sealed {
    pub content_hash: Vec<u8>,
    pub email_hash: Option<Vec<u8>>,
    pub customer_hash: Option<Vec<u8>>,
    pub contact: Option<Vec<u8>>,
}

impl Sealed {
    pub fn of(secrets: &Secrets, record: &ServiceRecord, extra: &str) -> Result<Self> {
        let contact = &record.contact;
        let is_empty = *contact == Default::default();
        Ok(Self {
            content_hash: secrets.content_hash(&[&record.canonical(), extra]),
            email_hash: contact.email.as_deref().map(|email| secrets.lookup("email", email)),
            customer_hash: contact.customer_ref.as_deref().map(|customer| secrets.lookup("customer", customer)),
            contact: if is_empty { None } else { Some(seal_contact(secrets, record)?) },
        })
    }
}

/// The contact data of a record, sealed for its place.
fn seal_contact(secrets: &Secrets, record: &ServiceRecord) -> Result<Vec<u8>> {
    let plain = serde_json::to_vec(&record.contact).map_err(|_| crate::crypto::Unreadable)?;
    Ok(secrets.seal(Place { column: CONTACT, row: &record.external_id }, &plain)?)
}

/// The contact data of a stored record.
pub(in crate::db) fn open_contact(secrets: &Secrets, external_id: &str, sealed: &[u8]) -> Result<Contact> {
    let plain = secrets.open(Place { column: CONTACT, row: external_id }, sealed)?;
    Ok(serde_json::from_slice(&plain).map_err(|_| crate::crypto::Unreadable)?)
}
