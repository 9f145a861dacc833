//! What the default questionnaires take, and what answers to them are worth.

use super::*;

fn online() -> Questionnaire {
    serde_json::from_str(Questionnaire::ONLINE_JSON).unwrap()
}

fn score(fields: &[(&str, &str)]) -> Scored {
    let questionnaire = online();
    questionnaire.score(&questionnaire.read(fields.iter().copied()).unwrap())
}

fn problem(fields: &[(&str, &str)]) -> Vec<(String, AnswerProblem)> {
    online().read(fields.iter().copied()).unwrap_err().into_iter().map(|e| (e.code, e.reason)).collect()
}

#[test]
fn both_defaults_parse_and_ask_the_same_codes() {
    let offline: Questionnaire = serde_json::from_str(Questionnaire::OFFLINE_JSON).unwrap();
    let codes = |q: &Questionnaire| q.questions.iter().map(|q| q.code.clone()).collect::<Vec<_>>();
    assert_eq!(codes(&online()), ["overall", "attitude", "speed", "solved", "comment"]);
    assert_eq!(codes(&online()), codes(&offline));
}

#[test]
fn both_defaults_have_one_form() {
    let offline: Questionnaire = serde_json::from_str(Questionnaire::OFFLINE_JSON).unwrap();
    assert_eq!(online().form(), offline.form());
    let mut other = online();
    other.questions[0].options[0].points = 90;
    assert_ne!(online().form(), other.form());
}

#[test]
fn points_are_the_weighted_mean_in_hundredths_half_up() {
    let scored = score(&[("overall", "5"), ("attitude", "4"), ("speed", "3")]);
    assert_eq!(scored.points, Some(8167));
}

#[test]
fn below_sixty_percent_of_the_weight_there_are_no_points() {
    assert_eq!(score(&[("overall", "5"), ("attitude", "na")]).points, None);
    assert_eq!(score(&[("overall", "5"), ("attitude", "5"), ("speed", "5")]).points, Some(10000));
}

#[test]
fn satisfied_begins_at_the_word_satisfied() {
    assert_eq!(score(&[("overall", "4")]).satisfied(), Some(true));
    assert_eq!(score(&[("overall", "3")]).satisfied(), Some(false));
}

#[test]
fn overall_must_be_answered_and_not_with_na() {
    assert_eq!(problem(&[("speed", "5")]), [("overall".into(), AnswerProblem::Missing)]);
    assert_eq!(problem(&[("overall", "na")]), [("overall".into(), AnswerProblem::UnknownOption)]);
}

#[test]
fn unknown_and_repeated_fields_are_refused() {
    assert_eq!(problem(&[("overall", "5"), ("x", "1")]), [("x".into(), AnswerProblem::UnknownQuestion)]);
    assert_eq!(problem(&[("overall", "5"), ("overall", "4")]), [("overall".into(), AnswerProblem::Duplicate)]);
}

#[test]
fn reasons_are_kept_for_a_low_answer_only() {
    let read = |overall| {
        let fields = [("overall", overall), ("overall.why", "manner"), ("overall.why", "slow")];
        online().read(fields.into_iter().chain([("overall.contact", "yes")])).unwrap()
    };
    let low = read("2");
    assert_eq!((low.0["overall.why"].as_str(), low.wants_contact()), ("slow manner", true));
    assert!(online().is_low(&low));
    assert_eq!(read("3").0.into_keys().collect::<Vec<_>>(), ["overall"]);
}

#[test]
fn a_low_answer_needs_no_reason() {
    assert_eq!(online().read([("overall", "1"), ("overall.why", "")]).unwrap().0.len(), 1);
}

#[test]
fn reasons_that_are_not_offered_are_refused() {
    for wrong in [("overall.why", "price"), ("overall.contact", "no")] {
        assert_eq!(problem(&[("overall", "1"), wrong]), [("overall".into(), AnswerProblem::UnknownOption)]);
    }
    assert_eq!(problem(&[("overall", "1"), ("speed.why", "slow")])[0].1, AnswerProblem::UnknownQuestion);
}

#[test]
fn the_defaults_offer_at_most_six_reasons() {
    for definition in [Questionnaire::ONLINE_JSON, Questionnaire::OFFLINE_JSON] {
        let questionnaire: Questionnaire = serde_json::from_str(definition).unwrap();
        let why = questionnaire.question(OVERALL).unwrap().why.as_ref().unwrap();
        assert!(!why.reasons.is_empty() && why.reasons.len() <= MAX_REASONS);
        assert!(why.reasons.iter().all(|reason| !reason.code.contains(' ')));
    }
}

#[test]
fn a_comment_keeps_its_lines_and_refuses_nul() {
    let answers = online().read([("overall", "5"), ("comment", " a\r\nb ")]).unwrap();
    assert_eq!(answers.0["comment"], "a\nb");
    assert_eq!(problem(&[("overall", "5"), ("comment", "a\0b")]), [("comment".into(), AnswerProblem::BadText)]);
}

#[test]
fn a_comment_is_as_long_as_a_browser_lets_it_be() {
    let is_taken = |text: &str| online().read([("overall", "5"), ("comment", text)]).is_ok();
    for (character, most) in [("满", MAX_TEXT), ("😀", MAX_TEXT / 2)] {
        assert!(is_taken(&format!("\r\n{} ", character.repeat(most))));
        assert!(!is_taken(&character.repeat(most + 1)));
    }
}
