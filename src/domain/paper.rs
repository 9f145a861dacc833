//! A questionnaire on paper: each box has a key, printed beside it, so that a form is keyed in as it was ticked, by
//! digits and letters alone (FEATURES D5).

use super::questionnaire::{Item, Kind, Localised, MAX_REASONS, NO, NOT_APPLICABLE, Question, Questionnaire, WHY};
use super::text;

/// A box to tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tick<'a> {
    /// What stands beside it, and is typed: a number where one box is ticked, a letter where several may be.
    pub key: Key<'a>,
    /// What is sent in its stead.
    pub value: &'a str,
    /// Its word.
    pub label: Label<'a>,
}

/// What is typed for a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key<'a> {
    /// The option's own value, which is a number already.
    Value(&'a str),
    /// Its place, from 1.
    Place(usize),
    /// Its place among letters, from 0.
    Letter(u8),
}

/// The word of a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label<'a> {
    /// As the questionnaire has it.
    Text(&'a Localised),
    /// The value is its own word, as of a scale of numbers.
    Value,
    /// Yes, or a box that stands alone.
    Yes,
    /// No.
    No,
    /// Not applicable, or can't say.
    NotApplicable,
}

/// The key of "not applicable", where no box has it for itself.
const NA: &str = "0";
/// The same on a scale that begins with it.
const NA_OF_SCALE: &str = "x";

impl std::fmt::Display for Key<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Value(value) => f.write_str(value),
            Self::Place(place) => write!(f, "{place}"),
            Self::Letter(place) => write!(f, "{}", char::from(b'a'.saturating_add(*place))),
        }
    }
}

impl Item<'_> {
    /// The boxes, in the order of the page; none of a text.
    pub fn ticks(&self) -> Vec<Tick<'_>> {
        let (question, values) = (self.question, self.question.values());
        let is_number = |value: &&str| value.len() <= 2 && value.bytes().all(|byte| byte.is_ascii_digit());
        let are_numbers = values.iter().all(is_number);
        let key = |place: usize, value| match question.kind {
            Kind::Multi => Key::Letter(u8::try_from(place).unwrap_or(u8::MAX)),
            _ if are_numbers => Key::Value(value),
            _ => Key::Place(place + 1),
        };
        let tick = |(place, value)| Tick { key: key(place, value), value, label: label(question, value) };
        let mut ticks: Vec<Tick<'_>> = values.into_iter().enumerate().map(tick).collect();
        if question.offers_na() {
            let is_taken = ticks.iter().any(|tick| tick.key.to_string() == NA);
            let key = Key::Value(if is_taken { NA_OF_SCALE } else { NA });
            ticks.push(Tick { key, value: NOT_APPLICABLE, label: Label::NotApplicable });
        }
        ticks
    }
}

impl Question {
    /// The boxes of the reasons for a low answer.
    pub fn why_ticks(&self) -> Vec<Tick<'_>> {
        let reasons = self.why.iter().flat_map(|why| &why.reasons).take(MAX_REASONS);
        (0..)
            .zip(reasons)
            .map(|(place, reason)| Tick {
                key: Key::Letter(place),
                value: &reason.code,
                label: Label::Text(&reason.text),
            })
            .collect()
    }
}

impl Questionnaire {
    /// What was typed, as a page would have sent it. A key that is none is passed on as it is, to be refused as an answer
    /// that is not offered; figures and letters of a Chinese input method count as plain ones.
    pub fn keyed<'a>(&self, typed: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<(String, String)> {
        let mut sent = Vec::new();
        for (code, typed) in typed {
            match self.keys_of(code) {
                None => sent.push((code.to_owned(), typed.to_owned())),
                Some((ticks, is_many)) => {
                    let plain = text::halfwidth(typed).to_lowercase();
                    let keys: Vec<String> = match is_many {
                        true => plain.chars().filter(|c| c.is_alphanumeric()).map(String::from).collect(),
                        false => vec![plain.trim().to_owned()],
                    };
                    let value = |key: String| {
                        let found = ticks.iter().find(|(known, _)| *known == key).map(|(_, value)| value.clone());
                        (code.to_owned(), found.unwrap_or(if key.is_empty() { key } else { format!("?{key}") }))
                    };
                    sent.extend(keys.into_iter().map(value));
                }
            }
        }
        sent
    }

    /// Keys and values of the boxes under a code, and whether several may be ticked; `None` of a text or an unknown code.
    fn keys_of(&self, code: &str) -> Option<(Vec<(String, String)>, bool)> {
        let pairs =
            |ticks: Vec<Tick<'_>>| ticks.iter().map(|one| (one.key.to_string(), one.value.to_owned())).collect();
        if let Some(question) = code.strip_suffix(WHY).and_then(|stem| self.question(stem)) {
            return Some((pairs(question.why_ticks()), true));
        }
        let item = self.item(code).filter(|item| item.question.kind != Kind::Text)?;
        Some((pairs(item.ticks()), item.question.kind == Kind::Multi))
    }
}

fn label<'a>(question: &'a Question, value: &str) -> Label<'a> {
    // The options of a yes or no have points, but no words of their own.
    match question.kind {
        Kind::YesNo | Kind::Consent if value == NO => Label::No,
        Kind::YesNo | Kind::Consent => Label::Yes,
        _ => {
            let option = question.options.iter().find(|option| option.value == value);
            option.map_or(Label::Value, |option| Label::Text(&option.text))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offline() -> Questionnaire {
        serde_json::from_str(Questionnaire::OFFLINE_JSON).unwrap()
    }

    fn keyed(typed: &[(&str, &str)]) -> Vec<(String, String)> {
        offline().keyed(typed.iter().copied())
    }

    fn pair(code: &str, value: &str) -> (String, String) {
        (code.to_owned(), value.to_owned())
    }

    #[test]
    fn a_box_is_keyed_by_what_stands_beside_it() {
        let typed = [("overall", "2"), ("speed", "0"), ("attitude", ""), ("overall.why", "ba"), ("comment", "很慢")];
        let why = &offline().questions[0].why.clone().unwrap().reasons;
        let expected = [
            pair("overall", "2"),
            pair("speed", "na"),
            pair("attitude", ""),
            pair("overall.why", &why[1].code),
            pair("overall.why", &why[0].code),
            pair("comment", "很慢"),
        ];
        assert_eq!(keyed(&typed), expected);
    }

    #[test]
    fn a_chinese_input_method_types_the_same() {
        assert_eq!(
            keyed(&[("overall", "５"), ("overall.why", "ａ、Ｂ")]),
            keyed(&[("overall", "5"), ("overall.why", "ab")])
        );
    }

    #[test]
    fn a_key_that_is_none_is_refused() {
        for (overall, why) in [("0", ""), ("6", ""), ("na", ""), ("1", "z"), ("1", "az")] {
            let sent = keyed(&[("overall", overall), ("overall.why", why)]);
            let read = offline().read(sent.iter().map(|(code, value)| (code.as_str(), value.as_str())));
            assert!(read.is_err(), "{overall} {why}");
        }
    }

    #[test]
    fn every_kind_of_question_has_keys_that_differ() {
        let all: Questionnaire = serde_json::from_str(include_str!("../../tests/data/all-kinds.json")).unwrap();
        for item in all.items() {
            let keys: Vec<String> = item.ticks().iter().map(|tick| tick.key.to_string()).collect();
            let mut once = keys.clone();
            once.sort();
            once.dedup();
            assert_eq!(once.len(), keys.len(), "{}: {keys:?}", item.code);
            for tick in item.ticks() {
                let key = tick.key.to_string();
                assert_eq!(all.keyed([(item.code, key.as_str())]), [pair(item.code, tick.value)], "{}", item.code);
            }
        }
    }
}
