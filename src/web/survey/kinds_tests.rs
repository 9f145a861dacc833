//! How questions of every kind look, and how those that depend on others unfold.

use scraper::Html;

use super::style::{CustomerPage, csp};
use super::view::{Problem, Stage, Step, SurveyPage};
use super::view_tests::{Sample, all, attributes, render, text, wrong};
use crate::domain::locale::Locale;
use crate::domain::questionnaire::{AnswerProblem, Answers, Questionnaire};

fn sample(locale: Locale) -> Sample {
    let questionnaire = serde_json::from_str(include_str!("../../../tests/data/all-kinds.json")).unwrap();
    Sample { questionnaire, ..Sample::new(locale) }
}

fn shown(answers: &[(&str, &str)], problems: &[Problem]) -> Html {
    render(&sample(Locale::ZhCn).page(answers, problems)).1
}

/// The all-kinds questionnaire on three pages: `overall place`, `ways … solved`, `missing …`.
fn paged(locale: Locale) -> Sample {
    let mut sample = sample(locale);
    for code in ["ways", "missing"] {
        sample.questionnaire.questions.iter_mut().find(|question| question.code == code).unwrap().new_page = true;
    }
    sample
}

fn step(page: usize, known: &[(&str, &str)]) -> Option<Step> {
    let known = known.iter().map(|(code, value)| ((*code).to_owned(), (*value).to_owned())).collect();
    Some(Step { page, of: 3, known: Answers(known) })
}

fn names(html: &Html) -> Vec<&str> {
    let mut names = attributes(html, "[name^='q.']", "name");
    names.dedup();
    names
}

#[test]
fn every_kind_has_its_controls_and_nothing_is_chosen() {
    let html = shown(&[], &[]);
    assert_eq!(attributes(&html, "[name^='q.'][checked]", "name"), [""; 0]);
    assert_eq!(attributes(&html, "[name='q.ways'][type=checkbox]", "value"), ["app", "phone", "letter"]);
    assert_eq!(attributes(&html, ".scale [name='q.recommend'][type=radio]", "value").len(), 11);
    assert_eq!(attributes(&html, ".scale [name='q.effort'][type=radio]", "value").len(), 7);
    assert_eq!(attributes(&html, "fieldset fieldset [name='q.speed']", "value"), ["5", "4", "3", "2", "1", "na"]);
    assert_eq!(attributes(&html, "[name='q.agree'][type=checkbox]", "value"), ["yes"]);
    assert_eq!(all(&html, "i[aria-hidden=true]").len(), 5);
}

#[test]
fn what_was_answered_is_chosen_again() {
    let html =
        shown(&[("ways", "app"), ("ways", "letter"), ("recommend", "10"), ("care", "na"), ("agree", "yes")], &[]);
    assert_eq!(attributes(&html, "input[checked]", "value"), ["app", "letter", "na", "10", "yes", "anonymous"]);
    let stored = shown(&[("ways", "app letter")], &[]);
    assert_eq!(attributes(&stored, "[name='q.ways'][checked]", "value"), ["app", "letter"]);
}

#[test]
fn the_ends_of_a_scale_are_said_with_their_numbers() {
    let html = shown(&[], &[]);
    assert_eq!(text(&html, "#h5"), "0 = 完全不可能 10 = 非常可能");
    assert_eq!(text(&html, "#h6"), "1 = 完全不同意 7 = 完全同意");
    assert_eq!(attributes(&html, "fieldset:has([name='q.recommend'])", "aria-describedby"), ["h5"]);
}

#[test]
fn what_only_some_are_asked_has_a_letter_and_says_when() {
    let html = shown(&[], &[]);
    let legends: Vec<String> = all(&html, "#c8 legend, #c9 .ask").iter().map(|e| e.text().collect()).collect();
    assert!(legends[0].starts_with("7a. ") && legends[1].starts_with("7b. "), "{legends:?}");
    assert_eq!(text(&html, "#c8 .when"), "只在第 7 题选“没有”时回答。");
    assert_eq!(text(&html, "#c9 .when"), "只在第 7a 题选“说明”，或者第 1 题选“不满意”或“非常不满意”时回答。");
    assert!(text(&html, "h1 ~ p.small:nth-of-type(2)").contains("共 9 题"));
}

#[test]
fn what_depends_on_an_answer_unfolds_by_rules_that_the_policy_allows() {
    let sample = sample(Locale::ZhCn);
    let page = sample.page(&[], &[]);
    let rules = page.rules();
    assert!(rules.contains(r#"form:has([name="q.solved"]:is([value="no"]):checked) #c8{display:block}"#), "{rules}");
    assert!(rules.contains(r#"form:has([name="q.missing"]:is([value="advice"]):checked):has([name="q.solved"]"#));
    let (raw, html) = render(&page);
    assert_eq!(all(&html, "style").len(), 2);
    assert!(raw.contains(&format!("<style>{rules}</style>")));
    let hashes = csp(&rules).matches("'sha256-").count();
    assert_eq!(hashes, 3);
}

#[test]
fn a_value_that_does_not_belong_into_a_style_sheet_makes_no_rule() {
    let mut sample = sample(Locale::ZhCn);
    let solved = sample.questionnaire.questions.iter_mut().find(|question| question.code == "place").unwrap();
    solved.options[0].value = "x\"]</style>".into();
    let condition = r#"{"all":[{"question":"place","values":["x\"]</style>"]}]}"#;
    sample.questionnaire.questions[7].show_if = serde_json::from_str(condition).unwrap();
    let (raw, html) = render(&sample.page(&[], &[]));
    assert_eq!(raw.matches("</style>").count(), 1);
    assert!(all(&html, ".if").is_empty() && names(&html).contains(&"q.missing"));
}

#[test]
fn errors_stand_at_their_row_box_and_text() {
    let missing = ["speed", "agree", "more", "ways"].map(|code| wrong(code, AnswerProblem::Missing));
    let html = shown(&[], &missing);
    assert_eq!(attributes(&html, "[role=alert] a", "href"), ["#q3", "#q4-1", "#q9", "#q10"]);
    assert_eq!(text(&html, "#e4-1"), "第 4.1 题：请选择一项");
    assert_eq!(text(&html, "#e10"), "第 8 题：勾选后才能提交");
    assert_eq!(text(&html, "#e9"), "第 7b 题：请填写");
}

#[test]
fn a_page_of_several_shows_its_own_questions() {
    let sample = paged(Locale::ZhCn);
    let page = |step| render(&SurveyPage { step, ..sample.page(&[], &[]) }).1;
    let first = page(step(0, &[]));
    assert_eq!(names(&first), ["q.overall", "q.overall.why", "q.overall.contact", "q.place"]);
    assert_eq!(text(&first, "#submit"), "下一页");
    assert!(all(&first, "[name=identity], [name=back]").is_empty());
    let second = page(step(1, &[("overall", "5")]));
    assert_eq!(names(&second), ["q.ways", "q.speed", "q.care", "q.recommend", "q.effort", "q.solved"]);
    assert_eq!(attributes(&second, "[name=page]", "value"), ["2"]);
    assert!(text(&second, "main").contains("第 2 页，共 3 页"));
}

#[test]
fn pages_before_decide_what_a_page_asks() {
    let sample = paged(Locale::ZhCn);
    let last = |known| render(&SurveyPage { step: step(2, known), ..sample.page(&[], &[]) }).1;
    let fine = last(&[("overall", "5"), ("solved", "yes")]);
    assert_eq!(names(&fine), ["q.agree", "q.comment"]);
    assert_eq!((text(&fine, "#submit").as_str(), all(&fine, "style").len()), ("提交评价", 1));
    let bad = last(&[("overall", "1"), ("solved", "no")]);
    assert_eq!(names(&bad), ["q.missing", "q.more", "q.agree", "q.comment"]);
    assert!(all(&bad, ".if, .when").is_empty());
}

#[test]
fn no_text_is_missing_whatever_the_kind() {
    for locale in Locale::ALL {
        let (plain, paged) = (sample(locale), paged(locale));
        let problems: Vec<Problem> = plain
            .questionnaire
            .items()
            .flat_map(|item| {
                [AnswerProblem::Missing, AnswerProblem::UnknownOption, AnswerProblem::BadText]
                    .map(|p| wrong(item.code, p))
            })
            .collect();
        let mut pages = vec![plain.page(&[("overall", "4")], &[]), plain.page(&[], &problems)];
        for page in 0..3 {
            pages.push(SurveyPage { step: step(page, &[]), stage: Stage::Draft, ..paged.page(&[], &[]) });
        }
        for page in pages {
            let (raw, html) = render(&page);
            assert!(!raw.contains("Unknown localization"), "{raw}");
            let ids = attributes(&html, "[id]", "id");
            assert_eq!(ids.iter().collect::<std::collections::HashSet<_>>().len(), ids.len());
            for target in attributes(&html, "[role=alert] a", "href") {
                assert_eq!(all(&html, target).len(), 1, "{target}");
            }
        }
    }
}

#[test]
fn the_usual_questionnaires_have_no_rules_of_their_own() {
    let sample = Sample::new(Locale::En);
    assert_eq!(sample.page(&[], &[]).rules(), "");
    assert_eq!(sample.questionnaire, serde_json::from_str::<Questionnaire>(Questionnaire::ONLINE_JSON).unwrap());
}
