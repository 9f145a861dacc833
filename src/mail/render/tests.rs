//! The mails as they are read.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::super::lint::{attribute, problems};
use super::*;
use crate::domain::mail_text::Block;
use crate::domain::questionnaire::Questionnaire;

fn question() -> Question {
    let questionnaire: Questionnaire = serde_json::from_str(Questionnaire::OFFLINE_JSON).unwrap();
    questionnaire.questions[0].clone()
}

fn links() -> Links {
    Links::new("https://survey.example.com/", "Zk3v9Qx0T1aBcDeFgHiJkL", "u7Yh2Wm5P8nRsTuVwXyZaB")
}

fn sample<'a>(locale: Locale, question: &'a Question, links: &'a Links) -> Invitation<'a> {
    let texts =
        [["示例公司", "维修服务部", "王女士", "上门维修"], ["Example Ltd", "Repairs", "Ms Wang", "On-site repair"]];
    let [organisation, department, name, service] = if locale == Locale::ZhCn { texts[0] } else { texts[1] };
    Invitation {
        locale,
        organisation,
        department,
        name: Some(name),
        service: Some(service),
        touchpoint: Some(Touchpoint::OnSite),
        served_on: NaiveDate::from_ymd_opt(2026, 11, 18).unwrap(),
        reference: Some("****0042"),
        question,
        open_until: NaiveDate::from_ymd_opt(2026, 12, 2).unwrap(),
        reminder: None,
        text: MailText::usual(),
        asks: true,
        links,
        phone: Some("400-000-0000"),
    }
}

fn rendered(locale: Locale) -> Content {
    sample(locale, &question(), &links()).render().unwrap()
}

fn reminder(locale: Locale, reminder: Reminder) -> Content {
    let (question, links) = (question(), links());
    Invitation { reminder: Some(reminder), ..sample(locale, &question, &links) }.render().unwrap()
}

/// The mail that only links to the questionnaire, with a closing of two lines.
fn linking(locale: Locale) -> Content {
    let (question, links) = (question(), links());
    let mut text = MailText::usual().clone();
    let closing = Block::Closing.read("请拨 [{电话}]\n谢谢", locale).unwrap();
    text.blocks_mut(locale).set(Block::Closing, closing);
    Invitation { text: &text, asks: false, ..sample(locale, &question, &links) }.render().unwrap()
}

/// Every mail there is, in both languages.
fn all() -> Vec<Content> {
    let mails = |locale| {
        let [only, further, last] =
            [Reminder::Only, Reminder::Further, Reminder::Last].map(|which| reminder(locale, which));
        [rendered(locale), linking(locale), only, further, last]
    };
    Locale::ALL.iter().flat_map(|locale| mails(*locale)).collect()
}

#[test]
fn every_mail_passes_the_lint() {
    for mail in all() {
        assert_eq!(problems(&mail.html), Vec::<String>::new(), "{}", mail.subject);
    }
}

/// What the links of the HTML part lead to.
fn hrefs(html: &str) -> BTreeSet<String> {
    html.split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .map(|link| link.replace("&amp;", "&"))
        .collect()
}

#[test]
fn both_parts_lead_to_the_same_places() {
    for mail in all() {
        let words = mail.text.split_whitespace().filter(|word| word.starts_with("https://"));
        assert_eq!(words.map(str::to_owned).collect::<BTreeSet<_>>(), hrefs(&mail.html), "{}", mail.subject);
    }
}

#[test]
fn every_invitation_and_reminder_says_why_and_how_to_stop() {
    for locale in Locale::ALL {
        let links = links();
        for mail in [rendered(locale), linking(locale), reminder(locale, Reminder::Only)] {
            for part in [&mail.text, &mail.html] {
                let said = [links.privacy.as_str(), &links.not_me, &links.unsubscribe, "400-000-0000", "****0042"];
                assert!(said.iter().all(|said| part.contains(said)), "{part}");
            }
            let unasked = if locale == Locale::ZhCn {
                "您收到这封邮件，是因为"
            } else {
                "You are receiving this email because"
            };
            assert!(mail.text.contains(unasked) && mail.html.contains(unasked), "{}", mail.text);
        }
    }
}

#[test]
fn subjects_are_short_and_the_line_beside_them_says_what_to_expect() {
    for locale in Locale::ALL {
        for mail in [rendered(locale), linking(locale), reminder(locale, Reminder::Only)] {
            assert!(width(&mail.subject) <= subject_width(locale), "{}", mail.subject);
            let beside = mail.html.split("mso-hide:all\">").nth(1).and_then(|rest| rest.split('<').next()).unwrap();
            let expected = if locale == Locale::ZhCn { ["1 分钟", "可匿名"] } else { ["a minute", "anonymous"] };
            assert!(expected.iter().all(|words| beside.contains(words)) && width(beside) <= 90, "{beside}");
        }
    }
}

#[test]
fn a_subject_is_cut_between_words() {
    let (question, links) = (question(), links());
    let mut mail = sample(Locale::En, &question, &links);
    mail.service = Some("Yearly boiler maintenance visit");
    assert_eq!(mail.render().unwrap().subject, "Yearly boiler…, 18 November: were you satisfied?");
}

#[test]
fn the_five_answers_look_the_same_and_lead_to_themselves() {
    for locale in Locale::ALL {
        let html = rendered(locale).html;
        let rows: Vec<&str> = html.lines().filter(|line| line.contains("?q.overall=")).collect();
        let style = |row: &&str| {
            (
                attribute(row, "style").map(str::to_owned),
                row.split("<a ").nth(1).and_then(|a| attribute(&format!(" {a}"), "style").map(str::to_owned)),
            )
        };
        assert_eq!(rows.len(), 5);
        assert!(rows.iter().all(|row| style(row) == style(&rows[0]) && style(row).1.is_some()));
        let value = |row: &&str| row.split("?q.overall=").nth(1).and_then(|rest| rest.chars().next());
        assert_eq!(rows.iter().filter_map(value).collect::<String>(), "54321");
    }
}

#[test]
fn the_text_part_says_the_same() {
    let text = rendered(Locale::ZhCn).text;
    let survey = "https://survey.example.com/s/Zk3v9Qx0T1aBcDeFgHiJkL";
    let start = format!(
        "示例公司 维修服务部\n\n王女士，您好：\n\n11 月 18 日，我们为您提供了上门维修（工单 ****0042）。\n\n\
         总体来说，您对这次服务满意吗？\n\n非常满意: {survey}?q.overall=5\n满意: {survey}?q.overall=4\n\
         基本满意: {survey}?q.overall=3\n不满意: {survey}?q.overall=2\n非常不满意: {survey}?q.overall=1\n\n\
         点选后会打开一页，可以改选、补充，按“提交评价”才算完成。\n12 月 2 日前有效。\n"
    );
    assert!(text.starts_with(&start), "{text}");
    assert!(text.contains("\n不方便上网？电话 400-000-0000\n"), "{text}");
    assert!(text.contains("不再接收评价邀请: https://survey.example.com/u/u7Yh2Wm5P8nRsTuVwXyZaB"), "{text}");
}

#[test]
fn a_mail_may_only_link_to_the_questionnaire() {
    let mail = linking(Locale::ZhCn);
    let survey = "https://survey.example.com/s/Zk3v9Qx0T1aBcDeFgHiJkL";
    assert!(!mail.html.contains("q.overall") && mail.html.contains(&format!("<a href=\"{survey}\"")), "{}", mail.html);
    let part = format!(
        "。\n\n开始评价: {survey}\n\n点“开始评价”打开问卷，答完按“提交评价”才算完成。\n12 月 2 日前有效。\n\n\
         请拨 400-000-0000\n谢谢\n\n不方便上网？"
    );
    assert!(mail.text.contains(&part), "{}", mail.text);
    assert!(mail.html.contains("请拨 400-000-0000<br>谢谢"), "{}", mail.html);
}

#[test]
fn a_first_question_that_is_no_rating_is_asked_on_the_page() {
    let (mut question, links) = (question(), links());
    question.kind = Kind::Text;
    let mail = sample(Locale::ZhCn, &question, &links).render().unwrap();
    assert!(mail.text.contains("开始评价: https://"), "{}", mail.text);
}

#[test]
fn the_english_mail_is_english_throughout() {
    for part in [rendered(Locale::En).text, rendered(Locale::En).html, rendered(Locale::En).subject] {
        assert!(!part.contains(|c| ('\u{2e80}'..='\u{9fff}').contains(&c)) && !part.contains("Unknown"), "{part}");
    }
}

#[test]
fn subjects_and_senders_are_as_agreed() {
    assert_eq!(rendered(Locale::ZhCn).subject, "11月18日上门维修，您满意吗？");
    assert_eq!(rendered(Locale::En).subject, "On-site repair, 18 November: were you satisfied?");
    let (question, links) = (question(), links());
    assert_eq!(sample(Locale::ZhCn, &question, &links).from_name(), "维修服务部（示例公司）");
    assert_eq!(sample(Locale::En, &question, &links).from_name(), "Repairs (Example Ltd)");
}

#[test]
fn a_reminder_has_a_subject_of_its_own_and_says_whether_more_will_come() {
    let (zh, en) = (reminder(Locale::ZhCn, Reminder::Only), reminder(Locale::En, Reminder::Last));
    assert_eq!(zh.subject, "11月18日上门维修，盼您评价");
    assert_eq!(en.subject, "On-site repair, 18 November: your view is still missing");
    for part in [&zh.text, &zh.html] {
        assert!(part.contains("这是唯一一次提醒。"), "{part}");
    }
    assert!(en.text.contains("This is the last reminder."), "{}", en.text);
}

#[test]
fn a_long_service_is_cut_in_the_subject_only() {
    let (question, links) = (question(), links());
    let mut mail = sample(Locale::ZhCn, &question, &links);
    mail.service = Some("空调压缩机上门更换与制冷剂加注");
    let content = mail.render().unwrap();
    assert_eq!(content.subject, "11月18日空调压缩机上门…，您满意吗？");
    assert!(content.text.contains("空调压缩机上门更换与制冷剂加注"));
}

#[test]
fn what_the_record_leaves_out_leaves_no_hole() {
    for locale in Locale::ALL {
        let (question, links) = (question(), links());
        let bare = Invitation {
            name: None,
            service: None,
            touchpoint: None,
            reference: None,
            phone: None,
            ..sample(locale, &question, &links)
        };
        let content = bare.render().unwrap();
        for part in [&content.subject, &content.text, &content.html] {
            assert!(!part.contains("****") && !part.contains("400-") && !part.contains("{"), "{part}");
        }
        assert!(!content.text.contains("\n\n\n") && problems(&content.html).is_empty(), "{}", content.text);
    }
}

#[test]
fn every_touchpoint_has_a_name_in_both_languages() {
    for locale in Locale::ALL {
        for touchpoint in Touchpoint::ALL.map(Some).into_iter().chain([None]) {
            let name = Texts::new(locale).get(service_key(touchpoint));
            assert!(!name.contains("mail-service"), "{name}");
        }
    }
}

#[test]
fn no_mail_pushes_bribes_or_lists_its_points() {
    for mail in all() {
        let all = format!("{}{}{}", mail.subject, mail.text, mail.html.replace("<!DOCTYPE", ""));
        for word in ["!", "！", "奖", "¥", "RE:", "回复：", "100 分", "五星", "好评"] {
            assert!(!all.contains(word), "{word} in {}", mail.subject);
        }
    }
}

#[test]
fn a_masked_number_shows_its_end_only() {
    assert_eq!(mask("WO-20261118-0042"), "****0042");
    assert_eq!(mask("12345"), "****45");
    assert_eq!(mask("工"), "****");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn hostile_names_add_no_tag_and_no_link(name in "\\PC{0,40}|[<>\"'&a-z/ =]{0,40}", zh in any::<bool>()) {
        let (question, links) = (question(), links());
        let locale = if zh { Locale::ZhCn } else { Locale::En };
        let mut mail = sample(locale, &question, &links);
        let name = name.as_str();
        (mail.name, mail.service, mail.department, mail.organisation) = (Some(name), Some(name), name, name);
        let content = mail.render().unwrap();
        let plain = rendered(locale).html;
        prop_assert_eq!(problems(&content.html), Vec::<String>::new());
        prop_assert_eq!(content.html.matches('<').count(), plain.matches('<').count());
        prop_assert!(width(&content.subject) <= 60 && !content.subject.contains('\n'));
    }
}
