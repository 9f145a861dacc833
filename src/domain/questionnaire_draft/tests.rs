//! Drafts: what is typed becomes what is published.

use super::super::questionnaire_preset::Preset;
use super::*;

fn online() -> Questionnaire {
    serde_json::from_str(Questionnaire::ONLINE_JSON).unwrap()
}

#[test]
fn a_draft_that_nobody_touched_says_what_its_questionnaire_says() {
    for definition in [Questionnaire::ONLINE_JSON, Questionnaire::OFFLINE_JSON] {
        let questionnaire: Questionnaire = serde_json::from_str(definition).unwrap();
        let (read, unread) = Draft::of(&questionnaire).read(&questionnaire.code);
        assert_eq!((read, unread), (questionnaire, vec![]));
    }
}

#[test]
fn a_draft_keeps_everything_that_a_questionnaire_can_say() {
    let mut questionnaire = online();
    let text = |en: &str| Localised { zh_cn: "满意".into(), en: en.into() };
    let [first, second, third, ..] = questionnaire.questions.as_mut_slice() else { panic!() };
    (first.faces, first.new_page) = (true, true);
    (second.kind, second.rows) = (Kind::Matrix, vec![Row { code: "a".into(), text: text("Row") }]);
    second.show_if =
        Some(ShowIf::Any(vec![Condition { question: OVERALL.into(), values: vec!["1".into(), "2".into()] }]));
    (third.kind, third.weight, third.options) = (Kind::Nps, 0, Vec::new());
    third.ends = Some(Ends { low: text("Never"), high: text("Always") });
    for preset in Preset::ALL.into_iter().filter_map(Preset::questionnaire).chain([questionnaire]) {
        assert_eq!(Draft::of(&preset).read(&preset.code), (preset, vec![]));
    }
}

#[test]
fn the_five_words_offered_are_those_that_are_asked_by_default() {
    assert_eq!(Draft::of(&online()).questions[0].options, five_words());
}

#[test]
fn codes_of_imported_files_are_not_edited() {
    assert!(is_code("shop-visit") && is_code("online"));
    assert!(!is_code("ratings-online:overall") && !is_code("Shop") && !is_code(""));
}

#[test]
fn more_than_is_allowed_is_published_with_a_reason_only() {
    let mut draft = Draft::of(&online());
    for _ in 0..4 {
        let id = draft.add(Kind::Text).unwrap();
        let mut question = draft.question(id).unwrap().clone();
        question.text = Localised { zh_cn: "还有呢？".into(), en: "And?".into() };
        draft.put(question);
    }
    let problems = |draft: &Draft| draft.check("online").faults.into_iter().map(|f| f.problem).collect::<Vec<_>>();
    assert_eq!(problems(&draft), [DraftProblem::NeedsReason]);
    draft.long_because = "once a year".into();
    assert_eq!(problems(&draft), []);
}

#[test]
fn yes_and_no_have_points_once_they_count() {
    let mut draft = Draft::of(&online());
    let id = draft.add(Kind::YesNo).unwrap();
    let mut question = draft.question(id).unwrap().clone();
    assert!(question.options.is_empty());
    question.weight = "2".into();
    question.begin(&draft);
    question.text = Localised { zh_cn: "好吗？".into(), en: "Well?".into() };
    draft.put(question);
    assert_eq!(draft.check("online").faults, []);
}

#[test]
fn what_is_no_number_is_named_and_kept() {
    let mut draft = Draft::of(&online());
    draft.questions[0].options[1].points = "八十".into();
    draft.questions[0].options[2].points = "101".into();
    draft.questions[1].weight = "-1".into();
    let (read, unread) = draft.read("online");
    let fault =
        |question, part| Unread { place: Place { question: Some(question), part }, fault: Misread::Number(100) };
    assert_eq!(unread, [fault(0, Part::Points(1)), fault(0, Part::Points(2)), fault(1, Part::Weight)]);
    assert_eq!(read.questions[0].options[1].points, 0);
    assert_eq!(draft.questions[0].options[1].points, "八十");
}

#[test]
fn figures_of_a_chinese_input_method_are_numbers() {
    let mut draft = Draft::of(&online());
    draft.questions[0].options[1].points = " ９０ ".into();
    assert_eq!(draft.read("online").0.questions[0].options[1].points, 90);
}

#[test]
fn words_that_nobody_can_see_are_refused() {
    let mut draft = Draft::of(&online());
    draft.title.en = "a\u{202e}b".into();
    draft.questions[1].text.zh_cn = "满\0意".into();
    let (_, unread) = draft.read("online");
    let fault = |question, part| Unread { place: Place { question, part }, fault: Misread::Unprintable };
    assert_eq!(unread, [fault(None, Part::Title), fault(Some(1), Part::Text)]);
}

#[test]
fn a_question_moves_by_one_place_and_stays_at_the_ends() {
    let order = |draft: &Draft| draft.questions.iter().map(|question| question.id).collect::<Vec<_>>();
    let mut draft = Draft::of(&online());
    draft.shift(1, Toward::Up);
    draft.shift(5, Toward::Down);
    assert_eq!(order(&draft), [1, 2, 3, 4, 5]);
    draft.shift(3, Toward::Up);
    draft.shift(3, Toward::Up);
    assert_eq!(order(&draft), [3, 1, 2, 4, 5]);
}

#[test]
fn a_new_question_and_a_new_option_have_names_of_their_own() {
    let mut draft = Draft::of(&online());
    let id = draft.add(Kind::Rating).unwrap();
    assert_eq!((id, draft.question(id).unwrap().code.as_str()), (6, "q1"));
    assert_eq!(draft.add(Kind::Text).and_then(|id| draft.question(id)).unwrap().code, "q2");
    let mut question = draft.questions.remove(0);
    question.add_option();
    assert_eq!(question.options.last().unwrap().value, "6");
    let mut without_reasons = draft.questions.remove(0);
    without_reasons.add_reason();
    assert_eq!(without_reasons.reasons.last().unwrap().code, "reason1");
}

#[test]
fn a_draft_does_not_grow_without_end() {
    let mut draft = Draft::default();
    assert_eq!((0..100).filter_map(|_| draft.add(Kind::Text)).count(), MAX_QUESTIONS);
}
