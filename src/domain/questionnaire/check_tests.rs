//! What may be published. Show-if is held against a brute force that tries all answers.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

/// A questionnaire with `overall` and whatever is added.
fn questionnaire(more: &str) -> Questionnaire {
    let overall = r#"{"code":"overall","kind":"rating","weight":1,"required":true,
        "text":{"zh-CN":"满意吗？","en":"Satisfied?"},"options":[
        {"value":"5","points":100,"text":{"zh-CN":"满意","en":"Satisfied"}},
        {"value":"1","points":0,"text":{"zh-CN":"不满意","en":"Dissatisfied"}}]}"#;
    let text = r#""text":{"zh-CN":"题","en":"Question"}"#;
    let more = more.replace("TEXT", text);
    let comma = if more.is_empty() { "" } else { "," };
    serde_json::from_str(&format!(
        r#"{{"code":"x","title":{{"zh-CN":"卷","en":"Form"}},"questions":[{overall}{comma}{more}]}}"#
    ))
    .unwrap()
}

fn faults(more: &str) -> Vec<(Option<usize>, Part, Problem)> {
    listed(&questionnaire(more))
}

fn listed(questionnaire: &Questionnaire) -> Vec<(Option<usize>, Part, Problem)> {
    questionnaire.faults().into_iter().map(|fault| (fault.place.question, fault.place.part, fault.problem)).collect()
}

const SINGLE: &str = r#"{"code":"a","kind":"single",TEXT,"options":[
    {"value":"x","text":{"zh-CN":"甲","en":"X"}},{"value":"y","text":{"zh-CN":"乙","en":"Y"}}]}"#;

fn after_single(show_if: &str) -> Vec<(Part, Problem)> {
    let more = format!(r#"{SINGLE},{{"code":"b","kind":"text",TEXT,"show_if":{show_if}}}"#);
    faults(&more).into_iter().map(|(_, part, problem)| (part, problem)).collect()
}

#[test]
fn the_defaults_may_be_published() {
    for definition in [Questionnaire::ONLINE_JSON, Questionnaire::OFFLINE_JSON] {
        assert_eq!(listed(&serde_json::from_str(definition).unwrap()), []);
    }
}

#[test]
fn every_kind_may_be_published() {
    let more = format!(
        r#"{SINGLE},{{"code":"m","kind":"multi",TEXT,"options":[
        {{"value":"x","text":{{"zh-CN":"甲","en":"X"}}}},{{"value":"y","text":{{"zh-CN":"乙","en":"Y"}}}}]}},
        {{"code":"grid","kind":"matrix","weight":1,TEXT,"options":[
        {{"value":"1","points":100,"text":{{"zh-CN":"甲","en":"X"}}}},{{"value":"0","text":{{"zh-CN":"乙","en":"Y"}}}}],
        "rows":[{{"code":"speed",TEXT}},{{"code":"care",TEXT}}]}},
        {{"code":"nps","kind":"nps",TEXT}},{{"code":"ces","kind":"ces",TEXT,"not_applicable":true}},
        {{"code":"solved","kind":"yes_no",TEXT}},{{"code":"ok","kind":"consent",TEXT}},
        {{"code":"comment","kind":"text",TEXT,"new_page":true}}"#
    );
    assert_eq!(faults(&more), []);
}

#[test]
fn overall_is_a_rating_that_everybody_answers() {
    let mut changed = questionnaire("");
    let overall = &mut changed.questions[0];
    (overall.required, overall.kind, overall.not_applicable) = (false, Kind::Single, true);
    let found = [
        (Some(0), Part::Kind, Problem::OverallIsNoRating),
        (Some(0), Part::Required, Problem::OverallIsOptional),
        (Some(0), Part::NotApplicable, Problem::OverallIsOptional),
    ];
    assert_eq!(listed(&changed), found);
    changed.questions.clear();
    let missing = [Problem::NoOverall, Problem::NothingScored].map(|problem| (None, Part::Questions, problem));
    assert_eq!(listed(&changed), missing);
}

#[test]
fn a_missing_translation_is_found_where_it_is_missing() {
    let mut changed = questionnaire("");
    changed.title.en = " ".into();
    changed.questions[0].options[1].text.zh_cn.clear();
    let found = [
        (None, Part::Title, Problem::Untranslated(Locale::En)),
        (Some(0), Part::Word(1), Problem::Untranslated(Locale::ZhCn)),
    ];
    assert_eq!(listed(&changed), found);
}

#[test]
fn codes_and_values_are_plain_and_not_repeated() {
    let more = SINGLE.replace("\"a\"", "\"A b\"").replace("\"y\"", "\"x\"");
    let found = [(Some(1), Part::Code, Problem::BadCode), (Some(1), Part::Value(1), Problem::RepeatedCode)];
    assert_eq!(faults(&more), found);
    let row = r#"{"code":"g","kind":"matrix",TEXT,"options":[{"value":"na","text":{"zh-CN":"甲","en":"X"}},
        {"value":"a b","text":{"zh-CN":"乙","en":"Y"}}],"rows":[{"code":"overall",TEXT}]}"#;
    let found = [
        (Some(1), Part::Value(0), Problem::BadCode),
        (Some(1), Part::Value(1), Problem::BadCode),
        (Some(1), Part::RowCode(0), Problem::RepeatedCode),
    ];
    assert_eq!(faults(row), found);
}

#[test]
fn what_a_kind_does_not_have_is_refused() {
    let text = r#"{"code":"t","kind":"text",TEXT,"weight":1,"not_applicable":true,"faces":true,
        "rows":[{"code":"r",TEXT}],"why":{"at_most":30,"reasons":[{"code":"s",TEXT}]}}"#;
    let parts: Vec<_> = faults(text).into_iter().map(|(_, part, problem)| (part, problem)).collect();
    let all = [Part::NotApplicable, Part::Weight, Part::Faces, Part::Rows, Part::Why];
    assert_eq!(parts, all.map(|part| (part, Problem::NotOfThisKind)));
}

#[test]
fn options_and_points_have_their_ranges() {
    let mut changed = questionnaire("");
    changed.questions[0].options[0].points = 101;
    changed.questions[0].options.truncate(1);
    let found = [(Some(0), Part::Options, Problem::TooFew(2)), (Some(0), Part::Points(0), Problem::PointsRange)];
    assert_eq!(listed(&changed), found);
    assert_eq!(faults(r#"{"code":"s","kind":"yes_no",TEXT,"weight":1}"#)[0].2, Problem::NeedsPoints);
}

#[test]
fn reasons_are_few_and_asked_for_by_somebody() {
    let mut changed = questionnaire("");
    let reason = |n: usize| Reason { code: format!("r{n}"), text: changed.title.clone() };
    let reasons: Vec<Reason> = (0..=MAX_REASONS).map(reason).collect();
    changed.questions[0].options[1].points = 40;
    changed.questions[0].why = Some(Why { at_most: 30, reasons });
    let problems: Vec<_> = listed(&changed).into_iter().map(|(_, _, problem)| problem).collect();
    assert_eq!(problems, [Problem::TooMany(MAX_REASONS), Problem::NeverLow]);
}

#[test]
fn a_condition_names_an_earlier_question_and_one_of_its_values() {
    let one = |question: &str, value: &str| {
        after_single(&format!(r#"{{"all":[{{"question":"{question}","values":["{value}"]}}]}}"#))
    };
    assert_eq!(one("a", "x"), []);
    assert_eq!(one("a", "z"), [(Part::Condition(0), Problem::UnknownValue("z".into()))]);
    assert_eq!(one("c", "x"), [(Part::Condition(0), Problem::UnknownQuestion)]);
    assert_eq!(one("b", "x"), [(Part::Condition(0), Problem::Cycle)]);
    assert_eq!(after_single(r#"{"any":[]}"#), [(Part::ShowIf, Problem::TooFew(1))]);
}

#[test]
fn questions_that_wait_for_each_other_are_a_cycle() {
    let more = r#"{"code":"a","kind":"yes_no",TEXT,"show_if":{"all":[{"question":"b","values":["yes"]}]}},
        {"code":"b","kind":"yes_no",TEXT,"show_if":{"all":[{"question":"a","values":["yes"]}]}}"#;
    assert_eq!(faults(more)[0], (Some(1), Part::Condition(0), Problem::Cycle));
    let later = r#"{"code":"a","kind":"yes_no",TEXT,"show_if":{"all":[{"question":"b","values":["yes"]}]}},
        {"code":"b","kind":"yes_no",TEXT}"#;
    assert_eq!(faults(later), [(Some(1), Part::Condition(0), Problem::LaterQuestion)]);
}

#[test]
fn conditions_that_contradict_each_other_are_found() {
    let both = r#"{"all":[{"question":"a","values":["x"]},{"question":"a","values":["y"]}]}"#;
    assert_eq!(after_single(both), [(Part::ShowIf, Problem::NeverShown)]);
    assert_eq!(after_single(&both.replace("all", "any")), []);
}

#[test]
fn what_depends_on_the_hidden_is_hidden() {
    let more = format!(
        r#"{SINGLE},{{"code":"b","kind":"yes_no",TEXT,"show_if":{{"all":[{{"question":"a","values":["x"]}}]}}}},
        {{"code":"c","kind":"text",TEXT,"show_if":{{"all":[{{"question":"b","values":["no"]}},
        {{"question":"a","values":["y"]}}]}}}}"#
    );
    assert_eq!(faults(&more), [(Some(3), Part::ShowIf, Problem::NeverShown)]);
}

#[test]
fn words_that_say_satisfied_are_held_against_their_points() {
    let mut changed = questionnaire("");
    let mismatches = |it: &Questionnaire| it.judged_options().iter().map(|one| one.mismatch).collect::<Vec<_>>();
    assert_eq!(mismatches(&changed), [None, None]);
    changed.questions[0].options[0].points = 80;
    changed.questions[0].options[1].points = 85;
    assert_eq!(mismatches(&changed), [Some(Mismatch::SaysSatisfied), Some(Mismatch::SaysLess)]);
    let online: Questionnaire = serde_json::from_str(Questionnaire::ONLINE_JSON).unwrap();
    let satisfied: Vec<bool> = online.judged_options().iter().map(|one| one.satisfied).collect();
    assert_eq!((satisfied, mismatches(&online)), (vec![true, true, false, false, false], vec![None; 5]));
}

#[test]
fn length_counts_ratings_reasons_texts_and_rows() {
    let online: Questionnaire = serde_json::from_str(Questionnaire::ONLINE_JSON).unwrap();
    assert_eq!((online.load(), online.length()), (8, Length::Long));
    assert_eq!((questionnaire("").load(), questionnaire("").length()), (1, Length::Short));
    let texts = [r#"{"code":"t","kind":"text",TEXT}"#; 5].join(",");
    assert_eq!(questionnaire(&texts).length(), Length::NeedsReason);
}

/// The values of a question in [`random`].
const VALUES: [&str; 3] = ["x", "y", "z"];

/// Questions that depend on earlier ones at random, some of which take several values.
fn random() -> impl Strategy<Value = Questionnaire> {
    let condition = (0..5_usize, proptest::sample::subsequence(VALUES.to_vec(), 1..=2));
    let show_if = proptest::option::of((any::<bool>(), proptest::collection::vec(condition, 1..4)));
    let question = (any::<bool>(), show_if);
    proptest::collection::vec(question, 2..6).prop_map(|questions| {
        let mut made = questionnaire("");
        for (at, (is_multi, show_if)) in questions.into_iter().enumerate() {
            let option = |value: &&str| Choice { value: (*value).into(), points: 0, text: made.title.clone() };
            let mut question = made.questions[0].clone();
            question.code = format!("q{at}");
            question.kind = if is_multi { Kind::Multi } else { Kind::Single };
            (question.weight, question.required) = (0, false);
            question.options = VALUES.iter().map(option).collect();
            question.show_if = show_if.filter(|_| at > 0).map(|(all, conditions)| {
                let conditions = conditions.into_iter().map(|(on, values)| Condition {
                    question: format!("q{}", on % at),
                    values: values.into_iter().map(str::to_owned).collect(),
                });
                if all { ShowIf::All(conditions.collect()) } else { ShowIf::Any(conditions.collect()) }
            });
            made.questions.push(question);
        }
        made
    })
}

/// The codes of the questions that some answers lead to, by trying all answers.
fn reached(questionnaire: &Questionnaire) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut all = vec![Answers::default()];
    for question in &questionnaire.questions {
        let several = question.kind == Kind::Multi;
        let chosen = (0..8_u32).filter(|set| several || set.count_ones() <= 1);
        let values: Vec<String> = chosen
            .map(|set| (0..3).filter(|bit| set & (1 << bit) != 0).map(|bit| VALUES[bit]).collect::<Vec<_>>().join(" "))
            .collect();
        let mut next = Vec::new();
        for answers in all {
            if !questionnaire.shown(&answers).iter().any(|shown| shown.code == question.code) {
                next.push(answers);
                continue;
            }
            reached.insert(question.code.clone());
            for value in &values {
                let mut answers = answers.clone();
                if !value.is_empty() {
                    answers.0.insert(question.code.clone(), value.clone());
                }
                next.push(answers);
            }
        }
        all = next;
    }
    reached
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn exactly_what_no_answers_lead_to_is_refused(questionnaire in random()) {
        let reached = reached(&questionnaire);
        let never: BTreeSet<String> = questionnaire.questions.iter().map(|q| q.code.clone())
            .filter(|code| !reached.contains(code)).collect();
        let found = questionnaire.faults().into_iter().filter(|fault| fault.problem == Problem::NeverShown);
        let found: BTreeSet<String> =
            found.map(|fault| questionnaire.questions[fault.place.question.unwrap()].code.clone()).collect();
        prop_assert_eq!(found, never);
    }

    #[test]
    fn every_way_leads_to_its_question(questionnaire in random()) {
        for (question, ways) in questionnaire.questions.iter().zip(questionnaire.ways()) {
            for way in ways.unwrap() {
                let mut answers = Answers::default();
                for condition in way {
                    let answer = answers.0.entry(condition.question).or_default();
                    *answer = format!("{answer} {}", condition.values[0]).trim().to_owned();
                }
                prop_assert!(questionnaire.shown(&answers).iter().any(|shown| shown.code == question.code));
            }
        }
    }
}
