//! Who looks at a link as no person would (RELIABILITY §4): two or more answers of one mail opened by the same client
//! within a minute. Kept in memory only. Whoever is taken for a robot is asked to press the button once more, so that a
//! person loses nothing, and a robot's form counts in no figure.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::HttpRequest;
use actix_web::http::header;
use chrono::{DateTime, TimeDelta, Utc};

use super::Web;
use crate::crypto::sha256;

/// Two answers opened within this time are one too many.
const TOGETHER: TimeDelta = TimeDelta::seconds(60);

/// How long a client is remembered for a link.
const MEMORY: TimeDelta = TimeDelta::minutes(10);

/// How many clients are remembered at most.
const REMEMBERED: usize = 10_000;

/// Remembers who opened which answers. Cheap to clone; clones share what they know.
#[derive(Clone, Default)]
pub(in crate::web) struct Suspects(Arc<Mutex<HashMap<Vec<u8>, Visits>>>);

struct Visits {
    /// The answer opened last, and when.
    last: (String, DateTime<Utc>),
    /// Another one was opened shortly before.
    is_suspect: bool,
    /// It was asked to press the button once more.
    was_asked: bool,
}

impl Suspects {
    /// Notes that a client has opened a link, perhaps with an answer chosen. Who opens it again after having been asked
    /// begins anew.
    pub(super) fn opened(&self, client: &Client, link: &[u8], chosen: &[(String, String)], now: DateTime<Utc>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.is_empty() && chosen.is_empty() {
            return;
        }
        let client = client.at(link);
        if known.get(&client).is_some_and(|visits| visits.was_asked) {
            known.remove(&client);
        }
        let [(_, value), ..] = chosen else { return };
        if known.len() >= REMEMBERED {
            known.retain(|_, visits| now - visits.last.1 <= MEMORY);
            if known.len() >= REMEMBERED {
                known.clear();
            }
        }
        let new = || Visits { last: (value.clone(), now), is_suspect: false, was_asked: false };
        let visits = known.entry(client).or_insert_with(new);
        let (last, at) = &visits.last;
        visits.is_suspect |= last != value && now - *at <= TOGETHER;
        visits.last = (value.clone(), now);
    }

    /// Whether a client has opened more answers of a link than a person would; it is asked to press the button once more.
    pub(super) fn ask(&self, client: &Client, link: &[u8], now: DateTime<Utc>) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.is_empty() {
            return false;
        }
        let Some(visits) = known.get_mut(&client.at(link)) else { return false };
        let is_suspect = visits.is_suspect && now - visits.last.1 <= MEMORY;
        visits.was_asked |= is_suspect;
        is_suspect
    }
}

/// A browser, or another program, at an address.
pub(super) struct Client(Vec<u8>);

/// Who sends a request.
pub(super) fn client(web: &Web, request: &HttpRequest) -> Client {
    Client::new(web.client(request), request)
}

impl Client {
    fn new(address: Option<IpAddr>, request: &HttpRequest) -> Self {
        let address = address.map(|address| address.to_string()).unwrap_or_default();
        let program = request.headers().get(header::USER_AGENT).map(|value| value.as_bytes()).unwrap_or_default();
        Self([b"\0", address.as_bytes(), b"\0", program].concat())
    }

    /// A client at a link, without its address.
    fn at(&self, link: &[u8]) -> Vec<u8> {
        sha256(&[link, self.0.as_slice()].concat())
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn opens(suspects: &Suspects, program: &str, value: &str, second: i64) -> bool {
        let request = TestRequest::default().insert_header((header::USER_AGENT, program)).to_http_request();
        let now = DateTime::UNIX_EPOCH + TimeDelta::seconds(second);
        let client = Client::new(None, &request);
        suspects.opened(&client, b"link", &[("overall".into(), value.into())], now);
        suspects.ask(&client, b"link", now)
    }

    #[test]
    fn two_answers_within_a_minute_are_suspect() {
        let suspects = Suspects::default();
        assert!(!opens(&suspects, "scanner", "5", 0));
        assert!(opens(&suspects, "scanner", "4", 1));
        assert!(!opens(&suspects, "browser", "4", 2), "another client is not");
    }

    #[test]
    fn who_thinks_again_after_a_minute_is_not() {
        let suspects = Suspects::default();
        assert!(!opens(&suspects, "browser", "5", 0));
        assert!(!opens(&suspects, "browser", "5", 1));
        assert!(!opens(&suspects, "browser", "4", 62));
    }

    #[test]
    fn who_opens_the_link_again_after_being_asked_begins_anew() {
        let suspects = Suspects::default();
        opens(&suspects, "browser", "5", 0);
        assert!(opens(&suspects, "browser", "4", 1));
        let request = TestRequest::default().insert_header((header::USER_AGENT, "browser")).to_http_request();
        let client = Client::new(None, &request);
        assert!(suspects.ask(&client, b"link", DateTime::UNIX_EPOCH), "the same form again is no better");
        assert!(!opens(&suspects, "browser", "3", 2));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let suspects = Suspects::default();
        for client in 0..REMEMBERED + 5 {
            opens(&suspects, &client.to_string(), "5", 0);
        }
        assert!(suspects.0.lock().unwrap().len() <= REMEMBERED);
    }
}
