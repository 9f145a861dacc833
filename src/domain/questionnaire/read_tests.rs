//! How answers of every kind are read, and what is hidden.

use proptest::prelude::*;

use super::*;

/// Every kind, and questions that depend on others.
const ALL_KINDS: &str = include_str!("../../../tests/data/all-kinds.json");

fn all_kinds() -> Questionnaire {
    serde_json::from_str(ALL_KINDS).unwrap()
}

fn read(fields: &[(&str, &str)]) -> Answers {
    all_kinds().read([("overall", "5")].into_iter().chain(fields.iter().copied())).unwrap()
}

fn refused(fields: &[(&str, &str)]) -> Vec<(String, AnswerProblem)> {
    let read = all_kinds().read([("overall", "5")].into_iter().chain(fields.iter().copied()));
    read.unwrap_err().into_iter().map(|error| (error.code, error.reason)).collect()
}

#[test]
fn the_questionnaire_of_all_kinds_may_be_published() {
    assert_eq!(all_kinds().faults(), []);
    let kinds: Vec<Kind> =
        Kind::ALL.into_iter().filter(|kind| !all_kinds().questions.iter().any(|q| q.kind == *kind)).collect();
    assert_eq!(kinds, []);
}

#[test]
fn scales_take_their_numbers_only() {
    assert_eq!(read(&[("recommend", "10"), ("effort", "7")]).0["recommend"], "10");
    for wrong in [("recommend", "11"), ("recommend", "05"), ("effort", "0"), ("effort", "na")] {
        assert_eq!(refused(&[wrong]), [(wrong.0.into(), AnswerProblem::UnknownOption)]);
    }
}

#[test]
fn several_values_are_kept_once_each_in_the_order_of_the_page() {
    let answers = read(&[("ways", "phone"), ("ways", "app"), ("ways", "phone")]);
    assert_eq!(answers.0["ways"], "app phone");
    assert_eq!(refused(&[("ways", "app"), ("ways", "fax")]), [("ways".into(), AnswerProblem::UnknownOption)]);
}

#[test]
fn rows_of_a_matrix_are_answered_under_their_own_codes() {
    let answers = read(&[("speed", "4"), ("care", "na")]);
    assert_eq!((answers.0["speed"].as_str(), answers.0["care"].as_str()), ("4", "na"));
    assert_eq!(refused(&[("grid", "4")]), [("grid".into(), AnswerProblem::UnknownQuestion)]);
    let scored = all_kinds().score(&answers);
    assert_eq!(scored.items, [("overall".to_owned(), 100), ("speed".to_owned(), 85)]);
}

#[test]
fn recommendation_and_effort_are_no_points() {
    let with = all_kinds().score(&read(&[("recommend", "0"), ("effort", "1"), ("solved", "yes"), ("speed", "5")]));
    let without = all_kinds().score(&read(&[("solved", "yes"), ("speed", "5")]));
    assert_eq!(with, without);
}

#[test]
fn a_consent_is_ticked_or_absent() {
    assert_eq!(read(&[("agree", "yes")]).0["agree"], "yes");
    assert!(!read(&[("agree", "")]).0.contains_key("agree"));
    assert_eq!(refused(&[("agree", "no")]), [("agree".into(), AnswerProblem::UnknownOption)]);
}

#[test]
fn what_is_hidden_is_left_out_without_an_error_even_if_it_is_wrong() {
    let answers = read(&[("solved", "yes"), ("missing", "nonsense"), ("more", "text")]);
    assert_eq!(answers.0.into_keys().collect::<Vec<_>>(), ["overall", "solved"]);
}

#[test]
fn a_required_question_is_required_where_it_is_shown() {
    assert_eq!(refused(&[("solved", "no")]), [("missing".into(), AnswerProblem::Missing)]);
    assert_eq!(read(&[("solved", "no"), ("missing", "parts")]).0["missing"], "parts");
    assert_eq!(read(&[]).0.len(), 1);
}

#[test]
fn reading_gives_what_is_right_beside_what_is_wrong() {
    let questionnaire = all_kinds();
    let reading = questionnaire.reading([("overall", "5"), ("recommend", "11"), ("effort", "3")]);
    assert_eq!(reading.answers.0.len(), 2);
    assert_eq!(reading.errors.len(), 1);
}

#[test]
fn hidden_weight_is_not_owed() {
    // The weight of what was not asked would leave too little answered.
    let mut questionnaire = all_kinds();
    for question in &mut questionnaire.questions {
        question.weight = u32::from(question.code == "overall" || question.code == "solved");
    }
    let solved = questionnaire.questions.iter_mut().find(|question| question.code == "solved").unwrap();
    let only_low = Condition { question: OVERALL.into(), values: vec!["1".into()] };
    solved.show_if = Some(ShowIf::All(vec![only_low]));
    let points = |value| {
        let answers = questionnaire.read([("overall", value)]).unwrap();
        questionnaire.score(&answers).points
    };
    assert_eq!((points("5"), points("1")), (Some(10000), None));
}

#[test]
fn what_is_known_decides_before_the_page_is_filled_in() {
    let questionnaire = all_kinds();
    let asked = |known: &[(&str, &str)], before| {
        let known = known.iter().map(|(code, value)| ((*code).to_owned(), (*value).to_owned())).collect();
        questionnaire.asked(&Answers(known), before).into_iter().nth(8).unwrap()
    };
    let on = |question: &str, values: &[&str]| Condition {
        question: question.into(),
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    };
    let advice = vec![on("missing", &["advice"]), on("solved", &["no"])];
    assert_eq!(asked(&[], 0), Asked::On(vec![advice.clone(), vec![on("overall", &["1", "2"])]]));
    assert_eq!(asked(&[("overall", "5")], 1), Asked::On(vec![advice]));
    assert_eq!(asked(&[("overall", "1")], 1), Asked::Always);
    assert_eq!(asked(&[("overall", "5"), ("solved", "yes")], 8), Asked::Never);
}

#[test]
fn answers_have_room_that_does_not_depend_on_them() {
    let online: Questionnaire = serde_json::from_str(Questionnaire::ONLINE_JSON).unwrap();
    assert_eq!((online.room(), all_kinds().room()), (4_990, 19_960));
}

#[test]
fn what_is_stored_has_not_grown_for_those_that_use_nothing_new() {
    let online: Questionnaire = serde_json::from_str(Questionnaire::ONLINE_JSON).unwrap();
    let form = online.form();
    assert_eq!(
        form.lines().next().unwrap(),
        "overall:Rating:1:true:false:5=100,4=85,3=60,2=30,1=0,why<=30,slow,manner,unsolved,mistakes,effort,other"
    );
    assert_eq!(form.lines().last().unwrap(), "comment:Text:0:false:false:");
    let written = serde_json::to_string(&online).unwrap();
    assert!(["rows", "show_if", "new_page", "ends", "faces"].iter().all(|word| !written.contains(word)));
}

proptest! {
    /// Whatever is sent, an answer that is kept belongs to a question that the kept answers show.
    #[test]
    fn a_hidden_answer_never_counts(fields in proptest::collection::vec((0..12_usize, 0..12_usize), 0..24)) {
        let questionnaire = all_kinds();
        let codes: Vec<&str> = questionnaire.items().map(|item| item.code).collect();
        let values = ["1", "2", "4", "5", "yes", "no", "app", "phone", "parts", "advice", "na", "words"];
        let sent = fields.into_iter().map(|(code, value)| (codes[code % codes.len()], values[value]));
        let reading = questionnaire.reading(sent);
        let shown: Vec<&str> =
            questionnaire.shown(&reading.answers).into_iter().flat_map(Question::items).map(|item| item.code).collect();
        prop_assert!(reading.answers.0.keys().all(|code| shown.contains(&code.split('.').next().unwrap())));
        prop_assert!(reading.errors.iter().all(|error| shown.contains(&error.code.as_str())));
        let again = questionnaire.reading(
            reading.answers.0.iter().flat_map(|(code, value)| value.split(' ').map(move |one| (code.as_str(), one))));
        prop_assert_eq!(again.answers, reading.answers);
    }
}
