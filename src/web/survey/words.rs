//! What options are called, and when a question is asked, in words and as rules of a style sheet.

use super::fields::label;
use super::form::ANSWER_PREFIX;
use crate::domain::questionnaire::{Condition, Kind, NO, NOT_APPLICABLE, Question, Questionnaire, ShowIf, Way, YES};
use crate::i18n::Texts;

/// The word of an option; empty if there is no such option.
pub fn word(t: Texts, question: &Question, value: &str) -> String {
    if question.offers_na() && value == NOT_APPLICABLE {
        return t.get("survey-not-applicable");
    }
    let own = question.options.iter().find(|option| option.value == value);
    match (own, question.kind, value) {
        (Some(option), ..) => option.text.text(t.locale()).to_owned(),
        (None, Kind::YesNo, YES) => t.get("survey-yes"),
        (None, Kind::YesNo, NO) => t.get("survey-no"),
        (None, Kind::Consent, YES) => t.get("survey-ticked"),
        (None, Kind::Nps | Kind::Ces, _) => value.to_owned(),
        _ => String::new(),
    }
}

/// When a question is asked, as it is told to who would see it in any case.
pub fn when(t: Texts, questionnaire: &Questionnaire, show_if: &ShowIf) -> String {
    let joint = match show_if {
        ShowIf::All(_) => t.get("survey-when-and"),
        ShowIf::Any(_) => t.get("survey-when-or"),
    };
    let conditions: Vec<String> = show_if.conditions().iter().map(|one| condition(t, questionnaire, one)).collect();
    t.with("survey-when", &[("conditions", conditions.join(&joint))])
}

fn condition(t: Texts, questionnaire: &Questionnaire, condition: &Condition) -> String {
    let question = questionnaire.item(&condition.question).map(|item| item.question);
    let values = question.map(Question::values).unwrap_or_default();
    // In the order of the page.
    let mut named: Vec<(usize, &String)> = condition
        .values
        .iter()
        .map(|value| (values.iter().position(|one| one == value).unwrap_or(values.len()), value))
        .collect();
    named.sort();
    let (places, named): (Vec<usize>, Vec<&String>) = named.into_iter().unzip();
    let is_run =
        |places: &[usize]| places.len() > 2 && places.windows(2).all(|two| matches!(two, [a, b] if a + 1 == *b));
    let is_scale = question.is_some_and(|question| question.kind.is_scale());
    let said = match named.as_slice() {
        [first, .., last] if is_scale && is_run(&places) => format!("{first}–{last}"),
        named => {
            let quoted = |value: &&String| {
                let word = question.map(|question| word(t, question, value)).unwrap_or_default();
                t.with("survey-when-word", &[("word", word)])
            };
            named.iter().map(quoted).collect::<Vec<_>>().join(&t.get("survey-when-words"))
        }
    };
    let number = label(questionnaire, &condition.question).unwrap_or_default();
    t.with("survey-when-condition", &[("number", number), ("answer", said)])
}

/// What makes the block of a question appear once the form is filled in on one of these ways; `None` if something in
/// them does not belong into a style sheet.
pub fn rule(number: usize, ways: &[Way]) -> Option<String> {
    let is_plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    let condition = |one: &Condition| {
        let values: Vec<String> = one.values.iter().map(|value| format!("[value=\"{value}\"]")).collect();
        let plain = is_plain(&one.question) && one.values.iter().all(|value| is_plain(value));
        let name = format!("[name=\"{ANSWER_PREFIX}{}\"]", one.question);
        plain.then(|| format!(":has({name}:is({}):checked)", values.join(",")))
    };
    let way = |way: &Way| {
        let conditions: Option<String> = way.iter().map(condition).collect();
        Some(format!("form{} #c{number}", conditions?))
    };
    let ways: Option<Vec<String>> = ways.iter().map(way).collect();
    Some(format!("{}{{display:block}}", ways?.join(",")))
}
