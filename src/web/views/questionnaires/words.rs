//! The words for kinds of questions, for what is wrong with a draft, and for what a new version changes.

use chrono::NaiveDateTime;

use super::super::format;
use crate::domain::questionnaire::{
    Choice, Condition, Kind, Localised, Part, Place, Problem, Question, Questionnaire, ShowIf,
};
use crate::domain::questionnaire_change::Change;
use crate::domain::questionnaire_draft::{DraftFault, DraftProblem, Misread};
use crate::domain::service_record::Channel;
use crate::i18n::{Locale, Texts};

/// How a question is answered.
pub fn kind(t: &Texts, kind: &Kind) -> String {
    t.get(match kind {
        Kind::Rating => "questionnaire-kind-rating",
        Kind::Single => "questionnaire-kind-single",
        Kind::Multi => "questionnaire-kind-multi",
        Kind::Matrix => "questionnaire-kind-matrix",
        Kind::Nps => "questionnaire-kind-nps",
        Kind::Ces => "questionnaire-kind-ces",
        Kind::YesNo => "questionnaire-kind-yes-no",
        Kind::Consent => "questionnaire-kind-consent",
        Kind::Text => "questionnaire-kind-text",
    })
}

/// What is wrong, as it stands in a list.
pub fn fault(t: &Texts, fault: &DraftFault) -> String {
    match fault.place.question {
        None => fault_here(t, fault),
        Some(at) => {
            let args = [("number", (at + 1).to_string()), ("place", part(t, &fault.place)), ("what", what(t, fault))];
            t.with("questionnaire-fault-question", &args)
        }
    }
}

/// What is wrong, on the page of the question itself.
pub fn fault_here(t: &Texts, fault: &DraftFault) -> String {
    t.with("questionnaire-fault-title", &[("place", part(t, &fault.place)), ("what", what(t, fault))])
}

/// What is wrong, beside the field.
pub fn what(t: &Texts, fault: &DraftFault) -> String {
    match &fault.problem {
        DraftProblem::Misread(Misread::Number(most)) => t.with("questionnaire-fault-number", &[("most", most)]),
        DraftProblem::Misread(Misread::Unprintable) => t.get("questionnaire-fault-unprintable"),
        DraftProblem::NeedsReason => t.get("questionnaire-fault-too-long"),
        DraftProblem::Retired(stood) => {
            let args = [
                ("code", stood.code.clone()),
                ("question", words(t, &stood.text)),
                ("version", stood.version.to_string()),
            ];
            match fault.place.part {
                Part::RowCode(_) => t.with("questionnaire-fault-retired-row", &args),
                _ => t.with("questionnaire-fault-retired", &args),
            }
        }
        DraftProblem::Fault(problem) => self::problem(t, problem),
    }
}

/// The id of the field that a fault is about.
pub fn anchor(fault: &DraftFault) -> String {
    let language = match fault.problem {
        DraftProblem::Fault(Problem::Untranslated(Locale::En)) => "en",
        _ => "zh",
    };
    match fault.place.part {
        Part::Code => "code".into(),
        Part::Title => format!("title-{language}"),
        Part::Questions if fault.problem == DraftProblem::NeedsReason => "long".into(),
        Part::Questions => "questions".into(),
        Part::Kind => "kind".into(),
        Part::Text => format!("text-{language}"),
        Part::Required => "required".into(),
        Part::NotApplicable => "na".into(),
        Part::Weight => "weight".into(),
        Part::Faces => "faces".into(),
        Part::Options => "options".into(),
        Part::Points(at) => format!("o{at}-points"),
        Part::Value(at) | Part::Word(at) => format!("o{at}-{language}"),
        Part::Rows => "rows".into(),
        Part::RowCode(at) | Part::RowText(at) => format!("r{at}-{language}"),
        Part::LowEnd => format!("low-{language}"),
        Part::HighEnd => format!("high-{language}"),
        Part::Why => "at_most".into(),
        Part::ReasonCode(at) | Part::ReasonText(at) => format!("w{at}-{language}"),
        Part::ShowIf | Part::Condition(_) => "show-if".into(),
    }
}

fn part(t: &Texts, place: &Place) -> String {
    let numbered = |key: &str, at: usize| t.with(key, &[("number", at + 1)]);
    match place.part {
        Part::Code => t.get("questionnaire-code"),
        Part::Title => t.get("questionnaire-name"),
        Part::Questions => t.get("questionnaire-questions"),
        Part::Kind => t.get("questionnaire-kind"),
        Part::Text => t.get("questionnaire-text"),
        Part::Required => t.get("questionnaire-required"),
        Part::NotApplicable => t.get("questionnaire-na"),
        Part::Weight => t.get("questionnaire-weight"),
        Part::Faces => t.get("questionnaire-faces"),
        Part::Options => t.get("questionnaire-options"),
        Part::Value(at) | Part::Word(at) => numbered("questionnaire-option-number", at),
        Part::Points(at) => numbered("questionnaire-points-number", at),
        Part::Rows => t.get("questionnaire-rows"),
        Part::RowCode(at) | Part::RowText(at) => numbered("questionnaire-row-number", at),
        Part::LowEnd => t.get("questionnaire-low-end"),
        Part::HighEnd => t.get("questionnaire-high-end"),
        Part::Why => t.get("questionnaire-at-most"),
        Part::ReasonCode(at) | Part::ReasonText(at) => numbered("questionnaire-reason-number", at),
        Part::ShowIf | Part::Condition(_) => t.get("questionnaire-show-if"),
    }
}

fn problem(t: &Texts, problem: &Problem) -> String {
    match problem {
        Problem::NoOverall => t.get("questionnaire-fault-no-overall"),
        Problem::OverallIsNoRating => t.get("questionnaire-fault-overall-kind"),
        Problem::OverallIsOptional => t.get("questionnaire-fault-overall-optional"),
        Problem::NothingScored => t.get("questionnaire-fault-unscored"),
        Problem::BadCode => t.get("questionnaire-fault-code"),
        Problem::RepeatedCode => t.get("questionnaire-fault-repeated"),
        Problem::Untranslated(Locale::ZhCn) => t.get("questionnaire-fault-no-chinese"),
        Problem::Untranslated(Locale::En) => t.get("questionnaire-fault-no-english"),
        Problem::TooWordy => t.get("questionnaire-fault-wordy"),
        Problem::TooMany(most) => t.with("questionnaire-fault-many", &[("most", most)]),
        Problem::TooFew(least) => t.with("questionnaire-fault-few", &[("least", least)]),
        Problem::NotOfThisKind => t.get("questionnaire-fault-kind"),
        Problem::PointsRange => t.with("questionnaire-fault-number", &[("most", 100)]),
        Problem::NeedsPoints => t.get("questionnaire-fault-needs-points"),
        Problem::NeverLow => t.get("questionnaire-fault-never-low"),
        Problem::UnknownQuestion => t.get("questionnaire-fault-unknown"),
        Problem::LaterQuestion => t.get("questionnaire-fault-later"),
        Problem::Cycle => t.get("questionnaire-fault-cycle"),
        Problem::FreeText => t.get("questionnaire-fault-free-text"),
        Problem::UnknownValue(value) => t.with("questionnaire-fault-value", &[("value", value)]),
        Problem::NeverShown => t.get("questionnaire-fault-never"),
        Problem::TooIntricate => t.get("questionnaire-fault-intricate"),
    }
}

/// What changes in a question.
pub fn change(t: &Texts, change: &Change) -> String {
    let named = |key: &str, option: &Choice| t.with(key, &[("option", words(t, &option.text))]);
    match change {
        Change::Kind => t.get("questionnaire-change-kind"),
        Change::Text => t.get("questionnaire-change-text"),
        Change::Required(true) => t.get("questionnaire-change-required"),
        Change::Required(false) => t.get("questionnaire-change-optional"),
        Change::NotApplicable(true) => t.get("questionnaire-change-na"),
        Change::NotApplicable(false) => t.get("questionnaire-change-no-na"),
        Change::Weight { from, to } => t.with("questionnaire-change-weight", &[("from", from), ("to", to)]),
        Change::OptionAdded(option) => named("questionnaire-change-option-added", option),
        Change::OptionRemoved(option) => named("questionnaire-change-option-removed", option),
        Change::Points { option, from } => {
            let args =
                [("option", words(t, &option.text)), ("from", from.to_string()), ("to", option.points.to_string())];
            t.with("questionnaire-change-points", &args)
        }
        Change::Options => t.get("questionnaire-change-options"),
        Change::Why => t.get("questionnaire-change-why"),
        Change::ShowIf => t.get("questionnaire-change-show-if"),
        Change::Look => t.get("questionnaire-change-look"),
    }
}

/// When a question is asked: `Asked if “…” is 不满意 or 非常不满意`.
pub fn show_if(t: &Texts, questionnaire: &Questionnaire, question: &Question) -> Option<String> {
    let show_if = question.show_if.as_ref()?;
    let said = |condition: &Condition| {
        let item = questionnaire.item(&condition.question);
        let asked = item.map_or_else(|| condition.question.clone(), |item| words(t, item.text));
        let value = |value: &String| item.map_or_else(|| value.clone(), |item| self::value(t, item.question, value));
        let values: Vec<String> = condition.values.iter().map(value).collect();
        t.with("questionnaire-condition", &[("question", asked), ("values", values.join(" / "))])
    };
    let joint = t.get(match show_if {
        ShowIf::All(_) => "questionnaire-and",
        ShowIf::Any(_) => "questionnaire-or",
    });
    let conditions: Vec<String> = show_if.conditions().iter().map(said).collect();
    Some(t.with("questionnaire-asked-if", &[("conditions", conditions.join(&joint))]))
}

/// An answer as the customer reads it.
pub fn value(t: &Texts, question: &Question, value: &str) -> String {
    let word = question.options.iter().find(|option| option.value == value).map(|option| words(t, &option.text));
    word.unwrap_or_else(|| match value {
        "na" => t.get("survey-not-applicable"),
        "yes" if question.kind == Kind::Consent => t.get("questionnaire-ticked"),
        "yes" => t.get("questionnaire-yes"),
        "no" => t.get("questionnaire-no"),
        other => other.to_owned(),
    })
}

/// A text in the reader's language, or in the other one while it is not translated.
pub fn words(t: &Texts, text: &Localised) -> String {
    let [own, other] = [t.locale(), t.locale().other()].map(|locale| text.text(locale).trim());
    match (own, other) {
        ("", "") => t.get("questionnaire-untitled"),
        ("", other) => other.to_owned(),
        (own, _) => own.to_owned(),
    }
}

/// `王敏 11 月 22 日 10:00 保存`.
pub fn saved(t: &Texts, (at, by): &(NaiveDateTime, String)) -> String {
    t.with("questionnaire-saved", &[("time", format::date_time(t, at)), ("by", by.clone())])
}

/// The names of channels.
pub fn channels(t: &Texts, channels: &[Channel]) -> String {
    let names: Vec<String> = channels.iter().map(|channel| self::channel(t, channel)).collect();
    names.join(" · ")
}

/// The name of a channel.
pub fn channel(t: &Texts, channel: &Channel) -> String {
    format::channel(t, &Some(*channel))
}
