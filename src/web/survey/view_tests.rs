//! The questionnaire page as a browser, a screen reader and an attacker see it.

use std::collections::HashSet;

use askama::Template;
use chrono::NaiveDate;
use scraper::{ElementRef, Html, Selector};

use super::form::{FormError, Identity, Preselection, SurveyForm};
use super::frame::Frame;
use super::style::{SURVEY_CSS, csp};
use super::view::{About, Links, Privacy, Problem, Service, Stage, SurveyPage, day, day_and_year, mask};
use crate::domain::locale::Locale;
use crate::domain::questionnaire::{AnswerError, AnswerProblem, Questionnaire};
use crate::i18n::Texts;

const HOSTILE: &str = r#"</textarea></title></style><script>alert(1)</script>"><img src=x onerror=a()>'&{{7*7}}"#;

/// What a page is made from; the tests change what they are about.
pub(super) struct Sample {
    pub(super) frame: Frame,
    pub(super) questionnaire: Questionnaire,
    pub(super) service: Service,
    pub(super) links: Links,
    pub(super) privacy: Privacy,
}

impl Sample {
    pub(super) fn new(locale: Locale) -> Self {
        Self {
            frame: Frame {
                t: Texts::new(locale),
                organisation: "示例公司".into(),
                phone: Some("400-000-0000".into()),
                big: false,
                kiosk: false,
            },
            questionnaire: serde_json::from_str(Questionnaire::ONLINE_JSON).unwrap(),
            service: Service {
                department: "维修服务部".into(),
                service_type: Some("上门维修".into()),
                completed_on: date(11, 18),
                reference: mask("WO-2026-0042"),
            },
            links: Links { not_me: "/u/T/not-me".into(), unsubscribe: Some("/u/T".into()), privacy: "/privacy".into() },
            privacy: Privacy { company: "示例公司".into(), purpose: None, retention_months: 24 },
        }
    }

    pub(super) fn page(&self, answers: &[(&str, &str)], problems: &[Problem]) -> SurveyPage<'_> {
        SurveyPage {
            frame: &self.frame,
            questionnaire: &self.questionnaire,
            about: About::Service { service: &self.service, expires_on: date(12, 2) },
            links: &self.links,
            privacy: &self.privacy,
            nonce: "n0nce".into(),
            answers: answers.iter().map(|(code, value)| ((*code).into(), (*value).into())).collect(),
            identity: Identity::Anonymous,
            stage: Stage::Opened,
            kept_texts: Vec::new(),
            problems: problems.to_vec(),
            step: None,
        }
    }
}

fn date(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).unwrap()
}

fn zh() -> Sample {
    Sample::new(Locale::ZhCn)
}

pub(super) fn wrong(code: &str, reason: AnswerProblem) -> Problem {
    Problem::Answer(AnswerError { code: code.into(), reason })
}

fn every_problem() -> Vec<Problem> {
    let mut problems = vec![Problem::StaleNonce, Problem::UnknownIdentity, Problem::Busy];
    problems.extend([FormError::TooLarge, FormError::TooManyFields, FormError::NotUtf8].map(Problem::Form));
    for reason in [
        AnswerProblem::Missing,
        AnswerProblem::UnknownOption,
        AnswerProblem::Duplicate,
        AnswerProblem::UnknownQuestion,
        AnswerProblem::BadText,
    ] {
        problems.extend(["overall", "comment", "elsewhere"].map(|code| wrong(code, reason)));
    }
    problems
}

pub(super) fn render(page: &SurveyPage<'_>) -> (String, Html) {
    let html = page.render().unwrap();
    let parsed = Html::parse_document(&html);
    (html, parsed)
}

pub(super) fn all<'a>(html: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    html.select(&Selector::parse(selector).unwrap()).collect()
}

pub(super) fn text(html: &Html, selector: &str) -> String {
    all(html, selector).first().map(|element| element.text().collect()).unwrap_or_default()
}

pub(super) fn attributes<'a>(html: &'a Html, selector: &str, name: &str) -> Vec<&'a str> {
    all(html, selector).into_iter().filter_map(|element| element.attr(name)).collect()
}

#[test]
fn nothing_is_chosen_on_an_opened_page_but_to_stay_anonymous() {
    let sample = zh();
    let (_, html) = render(&sample.page(&[], &[]));
    assert_eq!(attributes(&html, "input[checked]", "value"), ["anonymous"]);
    assert_eq!(attributes(&html, "[name='q.overall']", "value"), ["5", "4", "3", "2", "1"]);
    assert_eq!(attributes(&html, "[name='q.speed']", "value"), ["5", "4", "3", "2", "1", "na"]);
}

#[test]
fn an_answer_from_the_mail_is_checked_and_said_not_to_be_sent() {
    let sample = zh();
    let seen = Preselection::from_query("q.overall=4", &sample.questionnaire);
    let (_, html) = render(&SurveyPage { answers: seen.answers, ..sample.page(&[], &[]) });
    assert_eq!(attributes(&html, "[name='q.overall'][checked]", "value"), ["4"]);
    assert!(text(&html, ".note").contains("“满意”") && text(&html, ".note").contains("尚未提交"));
}

#[test]
fn another_language_and_size_are_sent_with_the_form_and_keep_it() {
    let sample = zh();
    let (_, html) = render(&sample.page(&[("comment", "x")], &[]));
    let switches = "nav button[form=survey][name=draft]";
    assert_eq!(attributes(&html, switches, "formaction"), ["?lang=zh-CN&big=1", "?lang=en"]);
    assert_eq!(attributes(&html, "form", "id"), ["survey"]);
}

#[test]
fn the_first_button_of_the_form_submits_it() {
    // Enter presses it, wherever one is.
    let sample = zh();
    let (_, html) = render(&sample.page(&[], &[]));
    let first = all(&html, "button")[0];
    assert_eq!((first.attr("form"), first.attr("name"), first.attr("tabindex")), (Some("survey"), None, Some("-1")));
}

#[test]
fn a_draft_comes_back_whole_without_an_error() {
    let sample = zh();
    let answers = [("overall", "2"), ("overall.why", "slow"), ("comment", "等了三天")];
    let page = SurveyPage { stage: Stage::Draft, ..sample.page(&answers, &[]) };
    assert_eq!(page.status(), 200);
    let (_, html) = render(&page);
    assert_eq!(attributes(&html, "input[checked]", "value"), ["2", "slow", "anonymous"]);
    assert_eq!(text(&html, "textarea"), "等了三天");
    assert!(text(&html, ".note").contains("尚未提交") && all(&html, "[role=alert]").is_empty());
}

#[test]
fn reasons_follow_the_low_answers_of_their_question() {
    let sample = zh();
    let (_, html) = render(&sample.page(&[("overall", "1"), ("overall.why", "slow manner")], &[]));
    assert_eq!(attributes(&html, "input.low", "value"), ["2", "1"]);
    assert_eq!(all(&html, "fieldset:has(.low) + .why [name='q.overall.why']").len(), 6);
    assert_eq!(attributes(&html, ".why input[checked]", "value"), ["slow", "manner"]);
    assert_eq!(attributes(&html, "[name='q.overall.contact']", "value"), ["yes"]);
    assert!(SURVEY_CSS.contains("fieldset:has(.low:checked)+.why{display:block}"));
}

#[test]
fn a_correction_keeps_the_comment_to_itself() {
    let sample = zh();
    let (stage, kept_texts) = (Stage::Correction, vec!["comment".to_owned()]);
    let (_, html) = render(&SurveyPage { stage, kept_texts, ..sample.page(&[("overall", "4")], &[]) });
    assert_eq!(text(&html, "textarea"), "");
    assert!(text(&html, "#h5").contains("会保留"));
}

#[test]
fn a_refused_form_keeps_everything() {
    let sample = zh();
    let answers = [("speed", "2"), ("solved", "na"), ("comment", "一\n二")];
    let page =
        SurveyPage { identity: Identity::Named, ..sample.page(&answers, &[wrong("overall", AnswerProblem::Missing)]) };
    assert_eq!(page.status(), 422);
    let (_, html) = render(&page);
    assert_eq!(attributes(&html, "input[checked]", "value"), ["2", "na", "named"]);
    assert_eq!(text(&html, "textarea"), "一\n二");
}

#[test]
fn the_error_summary_comes_first_and_leads_to_the_field() {
    let sample = zh();
    let (_, html) = render(&sample.page(
        &[],
        &[Problem::StaleNonce, wrong("comment", AnswerProblem::BadText), wrong("overall", AnswerProblem::Missing)],
    ));
    assert!(text(&html, "title").starts_with("错误："));
    assert_eq!(attributes(&html, "[role=alert] a", "href"), ["#q1", "#q5", "#submit"]);
    assert_eq!(text(&html, "#e1"), "第 1 题：请选择一项");
}

#[test]
fn every_problem_is_explained_at_a_field_that_exists() {
    for locale in Locale::ALL {
        let sample = Sample::new(locale);
        for problem in every_problem() {
            let (_, html) = render(&sample.page(&[], std::slice::from_ref(&problem)));
            let [target] = attributes(&html, "[role=alert] a", "href")[..] else { panic!("{problem:?}") };
            assert_eq!(all(&html, target).len(), 1, "{problem:?}");
            assert!(!text(&html, "[role=alert] a").is_empty(), "{problem:?}");
        }
    }
}

#[test]
fn the_status_follows_the_problem() {
    let sample = zh();
    let status = |problems: &[Problem]| sample.page(&[], problems).status();
    assert_eq!(status(&[]), 200);
    assert_eq!(status(&[Problem::Form(FormError::NotUtf8)]), 422);
    assert_eq!(status(&[Problem::Form(FormError::TooLarge)]), 413);
    assert_eq!(status(&[Problem::StaleNonce, Problem::Busy]), 503);
}

#[test]
fn characters_that_cannot_be_saved_are_not_put_back() {
    let sample = zh();
    let (_, html) = render(&sample.page(&[("comment", "a\0b\u{7f}\n谢")], &[wrong("comment", AnswerProblem::BadText)]));
    assert_eq!(text(&html, "textarea"), "ab\n谢");
    assert!(text(&html, "#e5").contains("已替您去掉"));
}

#[test]
fn a_text_that_is_too_long_is_told_its_length() {
    let sample = zh();
    let long = "长".repeat(2001);
    let (_, html) = render(&sample.page(&[("comment", &long)], &[wrong("comment", AnswerProblem::BadText)]));
    assert!(text(&html, "#e5").contains("2001"));
    assert_eq!(text(&html, "textarea"), long);
}

#[test]
fn a_correction_cannot_change_the_signature() {
    let sample = zh();
    let (_, html) = render(&SurveyPage { stage: Stage::Correction, ..sample.page(&[("overall", "5")], &[]) });
    assert_eq!(attributes(&html, "[name=identity]", "type"), ["hidden"]);
    assert_eq!(attributes(&html, "[name=identity]", "value"), ["named"]);
    assert!(text(&html, "#submit").contains("修改"));
}

#[test]
fn every_control_has_a_label_and_every_id_is_unique() {
    for locale in Locale::ALL {
        let sample = Sample::new(locale);
        let (_, html) = render(&sample.page(&[("overall", "4")], &every_problem()));
        let ids = attributes(&html, "[id]", "id");
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
        for control in all(&html, "input:not([type=hidden]), textarea") {
            let labelled =
                control.ancestors().filter_map(ElementRef::wrap).any(|above| above.value().name() == "label");
            let named = || all(&html, "label[for]").iter().any(|label| label.attr("for") == control.attr("id"));
            assert!(labelled || named(), "{}", control.html());
        }
        for described in attributes(&html, "[aria-describedby]", "aria-describedby") {
            assert!(described.split(' ').all(|id| ids.contains(&id)), "{described}");
        }
    }
}

#[test]
fn the_field_that_people_do_not_see_is_out_of_the_way_of_everybody() {
    let sample = zh();
    let (_, html) = render(&sample.page(&[], &[]));
    let trap = "[aria-hidden=true] input[name=website][tabindex='-1'][autocomplete=off]";
    assert_eq!(all(&html, trap).len(), 1);
    assert!(SURVEY_CSS.contains(".trap{position:absolute;left:-9999px}"));
}

#[test]
fn hostile_text_stays_text() {
    let mut sample = zh();
    let clean = render(&sample.page(&[], &[])).1;
    let elements = |html: &Html| all(html, "*").iter().map(|e| e.value().name().to_owned()).collect::<Vec<_>>();
    sample.frame.organisation = HOSTILE.into();
    sample.service.department = HOSTILE.into();
    sample.service.service_type = Some(HOSTILE.into());
    sample.service.reference = HOSTILE.into();
    sample.privacy = Privacy { company: HOSTILE.into(), purpose: Some(HOSTILE.into()), retention_months: 1 };
    sample.links.privacy = HOSTILE.into();
    let (raw, html) = render(&SurveyPage { nonce: HOSTILE.into(), ..sample.page(&[("comment", HOSTILE)], &[]) });
    assert_eq!(elements(&html), elements(&clean));
    assert_eq!(text(&html, "textarea"), HOSTILE);
    assert!(!raw.contains("<script"));
}

#[test]
fn hostile_question_codes_and_values_stay_in_their_attributes() {
    let mut sample = zh();
    sample.questionnaire.questions[1].code = HOSTILE.into();
    sample.questionnaire.questions[1].options[0].value = HOSTILE.into();
    let (_, html) = render(&sample.page(&[(HOSTILE, HOSTILE)], &[wrong(HOSTILE, AnswerProblem::Duplicate)]));
    assert!(all(&html, "script, img").is_empty());
    assert_eq!(attributes(&html, "fieldset.wrong input[checked]", "value"), [HOSTILE]);
}

#[test]
fn no_text_is_missing_in_either_language() {
    for locale in Locale::ALL {
        let mut sample = Sample::new(locale);
        for (big, phone) in [(false, Some("400-000-0000".to_owned())), (true, None)] {
            sample.frame.big = big;
            sample.frame.phone = phone;
            for stage in [Stage::Opened, Stage::Draft, Stage::Correction] {
                for answers in [&[][..], &[("overall", "5")], &[("overall", "5"), ("speed", "na")]] {
                    let (raw, html) = render(&SurveyPage { stage, ..sample.page(answers, &every_problem()) });
                    assert!(!raw.contains("Unknown localization"), "{raw}");
                    assert_eq!(attributes(&html, "html", "lang"), [locale.as_str()]);
                }
            }
        }
    }
}

#[test]
fn the_page_is_one_request_that_fits_the_first_window() {
    for locale in Locale::ALL {
        let sample = Sample::new(locale);
        let (raw, html) = render(&sample.page(&[("overall", "5")], &[]));
        assert!(raw.len() <= 16 * 1024, "{} bytes before compression", raw.len());
        assert!(all(&html, "script, img, iframe, object, [style], link:not([rel=icon])").is_empty());
        assert_eq!(attributes(&html, "link", "href"), ["data:,"]);
    }
}

#[test]
fn the_policy_allows_exactly_the_style_in_the_page() {
    use base64::Engine;
    use sha2::Digest;
    let hash = |css: &str| base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(css));
    let mut sample = zh();
    sample.frame.kiosk = true;
    let (_, html) = render(&sample.page(&[], &[]));
    let styles: Vec<String> = all(&html, "style").iter().map(|style| style.text().collect()).collect();
    assert_eq!(styles.len(), 2, "a kiosk has one more than other pages");
    assert!(csp("").contains(&format!("style-src 'sha256-{}' 'sha256-{}';", hash(&styles[0]), hash(&styles[1]))));
}

#[test]
fn what_a_browser_sends_back_is_what_was_shown() {
    let sample = zh();
    let (_, html) = render(&sample.page(&[("overall", "4"), ("speed", "na")], &[]));
    assert_eq!(attributes(&html, "form", "action"), ["?lang=zh-CN"]);
    let pairs = all(&html, "form input[type=hidden], form input[checked], form input[name=website]").into_iter();
    let body: Vec<String> = pairs
        .map(|input| format!("{}={}", input.attr("name").unwrap(), input.attr("value").unwrap_or_default()))
        .collect();
    let form = SurveyForm::parse(body.join("&").as_bytes()).unwrap();
    assert_eq!(form.nonce, "n0nce");
    assert_eq!(form.answers, [("overall".into(), "4".into()), ("speed".into(), "na".into())]);
    assert!(!form.is_suspect());
}

#[test]
fn large_text_has_no_way_off_the_page_but_the_notice_and_the_phone() {
    let mut sample = zh();
    sample.frame.big = true;
    let (_, html) = render(&sample.page(&[], &[]));
    assert_eq!(attributes(&html, "html", "class"), ["big"]);
    assert_eq!(attributes(&html, "footer a", "href"), ["/privacy?lang=zh-CN&big=1", "tel:4000000000"]);
    assert_eq!(attributes(&html, "form", "action"), ["?lang=zh-CN&big=1"]);
}

#[test]
fn the_privacy_lines_name_company_purpose_and_the_configured_months() {
    let sample = zh();
    let line = text(&render(&sample.page(&[], &[])).1, "footer p.small");
    assert!(line.contains("示例公司") && line.contains("改进服务") && line.contains("24 个月"), "{line}");
}

#[test]
fn the_heading_names_day_and_service_without_saying_service_twice() {
    let heading = |locale, kind: Option<&str>| {
        let mut sample = Sample::new(locale);
        sample.service.service_type = kind.map(str::to_owned);
        text(&render(&sample.page(&[], &[])).1, "h1")
    };
    assert_eq!(heading(Locale::ZhCn, Some("上门维修")), "11月18日上门维修服务评价");
    assert_eq!(heading(Locale::ZhCn, Some("咨询服务")), "11月18日咨询服务评价");
    assert_eq!(heading(Locale::ZhCn, Some("Order Related")), "11月18日 Order Related 服务评价");
    assert_eq!(heading(Locale::ZhCn, Some(" ")), "11月18日服务评价");
    assert_eq!(heading(Locale::En, Some("on-site repair")), "Your feedback: on-site repair, 18 November");
    assert_eq!(heading(Locale::En, None), "Your feedback on our service of 18 November");
}

#[test]
fn a_reference_is_masked_to_its_last_four_characters_at_most() {
    assert_eq!(mask("WO-2026-0042"), "****0042");
    assert_eq!(mask("工单7"), "****7");
    assert_eq!(mask("7"), "****");
    assert_eq!(mask(""), "****");
}

#[test]
fn days_are_written_as_people_write_them() {
    assert_eq!((day(Locale::ZhCn, date(12, 2)), day(Locale::En, date(12, 2))), ("12月2日".into(), "2 December".into()));
    assert_eq!(day_and_year(Locale::ZhCn, date(12, 2)), "2026年12月2日");
    assert_eq!(day_and_year(Locale::En, date(12, 2)), "2 December 2026");
}

#[test]
fn a_number_is_dialled_without_its_extension() {
    let dial = |phone: &str| Frame { phone: Some(phone.into()), ..zh().frame }.dial();
    assert_eq!(dial("+86 (10) 6666-8888 转 801").as_deref(), Some("+861066668888"));
    assert_eq!(dial("请致电总台"), None);
}
