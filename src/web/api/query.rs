//! Parameters of an address. What is not known, given twice or not understood is refused, all of it at once: a slip
//! that is ignored would give the wrong figures.

use actix_web::HttpRequest;
use actix_web::web::Query;

use super::problem::{Fault, Refusal};
use crate::domain::commitment::{Level, Metric};
use crate::domain::period::{Grain, Period};
use crate::domain::service_record::Channel;
use crate::i18n::Texts;
use crate::intake::kind::nearest;

/// The most faults told of; who made more knows by then.
const MOST: usize = 20;

/// The parameters of one request, and what is wrong with them.
pub(super) struct Parameters {
    t: Texts,
    given: Vec<(String, String)>,
    faults: Vec<Fault>,
}

impl Parameters {
    /// Reads the address; `known` are those that may be there.
    pub fn read(request: &HttpRequest, t: Texts, known: &[&'static str]) -> Self {
        let pairs = Query::<Vec<(String, String)>>::from_query(request.query_string());
        let mut given: Vec<(String, String)> = Vec::new();
        let mut faults = Vec::new();
        for (name, value) in pairs.map(Query::into_inner).unwrap_or_default() {
            if !known.contains(&name.as_str()) {
                let mut message = t.with("api-query-unknown", &[("allowed", known.join(", "))]);
                if let Some(nearest) = nearest(&name, known.iter().copied()) {
                    message += &t.with("api-nearest", &[("nearest", nearest)]);
                }
                faults.push(Fault::of_parameter(&name, message));
            } else if given.iter().any(|(other, _)| *other == name) {
                faults.push(Fault::of_parameter(&name, t.get("api-given-twice")));
            } else {
                given.push((name, value));
            }
        }
        faults.truncate(MOST);
        Self { t, given, faults }
    }

    /// A parameter as text, if it is there.
    pub fn text(&mut self, name: &'static str) -> Option<String> {
        let at = self.given.iter().position(|(given, _)| given == name)?;
        Some(self.given.swap_remove(at).1)
    }

    /// A parameter that must be there.
    pub fn required(&mut self, name: &'static str) -> Option<String> {
        let value = self.text(name);
        if value.is_none() {
            self.faults.push(Fault::of_parameter(name, self.t.get("api-missing")));
        }
        value
    }

    /// What a text says, or a fault with what would be allowed.
    pub fn parsed<T>(
        &mut self,
        name: &'static str,
        text: Option<String>,
        allowed: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let text = text?;
        let value = parse(&text);
        if value.is_none() {
            self.faults.push(Fault::of_parameter(name, self.t.with("api-allowed", &[("allowed", allowed)])));
        }
        value
    }

    /// A period, if it is there.
    pub fn period(&mut self, name: &'static str) -> Option<Period> {
        let text = self.text(name);
        self.period_of(name, text)
    }

    /// A period that must be there.
    pub fn required_period(&mut self, name: &'static str) -> Option<Period> {
        let text = self.required(name);
        self.period_of(name, text)
    }

    fn period_of(&mut self, name: &'static str, text: Option<String>) -> Option<Period> {
        let allowed = self.t.get("api-allowed-period");
        self.parsed(name, text, &allowed, |text| text.parse().ok())
    }

    /// `channel`: one, or all together if it is `all` or not there.
    pub fn channel(&mut self) -> Option<Channel> {
        let text = self.text("channel");
        self.parsed("channel", text, "online, offline, all", channel).flatten()
    }

    /// `metric`, which must be there.
    pub fn metric(&mut self) -> Option<Metric> {
        let text = self.required("metric");
        self.parsed("metric", text, &Metric::ALL.map(Metric::as_str).join(", "), |text| text.parse().ok())
    }

    /// `grain`, which must be there.
    pub fn grain(&mut self) -> Option<Grain> {
        let text = self.required("grain");
        let find = |text: &str| Grain::ALL.into_iter().find(|grain| grain.as_str() == text);
        self.parsed("grain", text, &Grain::ALL.map(Grain::as_str).join(", "), find)
    }

    /// `level`; the department's if it is not there.
    pub fn level(&mut self) -> Level {
        const LEVELS: [Level; 3] = [Level::Organisation, Level::Department, Level::Employee];
        let text = self.text("level");
        let find = |text: &str| LEVELS.into_iter().find(|level| level.as_str() == text);
        self.parsed("level", text, &LEVELS.map(Level::as_str).join(", "), find).unwrap_or(Level::Department)
    }

    /// The value, if nothing was wrong anywhere.
    pub fn finish<T>(self, value: Option<T>) -> Result<T, Refusal> {
        match value {
            Some(value) if self.faults.is_empty() => Ok(value),
            _ => Err(Refusal::Query(self.faults)),
        }
    }
}

/// `online`, `offline` or `all`.
pub(super) fn channel(text: &str) -> Option<Option<Channel>> {
    if text == "all" {
        return Some(None);
    }
    Channel::ALL.into_iter().find(|channel| channel.as_str() == text).map(Some)
}
