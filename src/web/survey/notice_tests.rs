//! The states of a link: status, words in both languages, and at most one action.

use askama::Template;
use chrono::NaiveDate;
use scraper::{Html, Selector};

use super::frame::Frame;
use super::notice::{Correction, Notice, RESUME, Receipt, Reply, State};
use crate::domain::locale::Locale;
use crate::domain::mail_preference::MailPreference;
use crate::domain::period::Period;
use crate::i18n::Texts;

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).unwrap()
}

fn correction() -> Option<Correction> {
    Some(Correction { until: day(12, 2), path: "/s/T/correct".into() })
}

fn results() -> (Period, NaiveDate) {
    ("2026-11".parse().unwrap(), day(12, 14))
}

fn reply(contact: bool) -> Reply {
    Reply { by: day(11, 23).and_hms_opt(14, 30, 0).unwrap(), contact }
}

fn receipt(reply: Option<Reply>) -> Receipt {
    Receipt {
        reference: "****0042".into(),
        ratings: 4,
        has_comment: true,
        reply,
        results: results(),
        correction: correction(),
    }
}

/// Every state with the status that EXPERIENCE §1 gives it.
fn states() -> Vec<(State, u16)> {
    vec![
        (State::ThanksAnonymous { results: results() }, 200),
        (State::ThanksNamed(receipt(None)), 200),
        (State::ThanksNamed(receipt(Some(reply(false)))), 200),
        (State::ThanksNamed(receipt(Some(reply(true)))), 200),
        (State::ThanksNamed(Receipt { correction: None, ..receipt(None) }), 200),
        (State::Answered { on: Some(day(11, 20)), correction: correction() }, 200),
        (State::Answered { on: None, correction: None }, 200),
        (State::Corrected { reply: None }, 200),
        (State::Corrected { reply: Some(reply(false)) }, 200),
        (State::Expired { on: day(12, 2) }, 410),
        (State::Paused, 503),
        (State::Withdrawn, 410),
        (State::Unknown, 404),
        (State::NotMeAsk { back: "/s/T".into() }, 200),
        (State::NotMeDone, 200),
        (State::StopAsk { preferences: "/u/T/preferences".into() }, 200),
        (State::StopDone { preferences: "/u/T/preferences".into() }, 200),
        (State::Preferences { wanted: MailPreference::Invitations, saved: false }, 200),
        (State::Preferences { wanted: MailPreference::All, saved: true }, 200),
        (State::Resumed, 200),
        (State::TooMany { wait: 61 }, 429),
        (State::Busy, 503),
    ]
}

fn frame(locale: Locale) -> Frame {
    let t = Texts::new(locale);
    Frame { t, organisation: "示例公司".into(), phone: Some("400-000-0000".into()), big: false, kiosk: false }
}

fn render(locale: Locale, state: &State) -> (String, Html) {
    let html = Notice { frame: &frame(locale), state }.render().unwrap();
    let parsed = Html::parse_document(&html);
    (html, parsed)
}

fn texts(html: &Html, selector: &str) -> Vec<String> {
    html.select(&Selector::parse(selector).unwrap()).map(|element| element.text().collect()).collect()
}

fn attributes<'a>(html: &'a Html, selector: &str, name: &str) -> Vec<&'a str> {
    html.select(&Selector::parse(selector).unwrap()).filter_map(|element| element.attr(name)).collect()
}

#[test]
fn every_state_has_its_status_title_text_and_phone_in_both_languages() {
    for locale in Locale::ALL {
        for (state, status) in states() {
            let (raw, html) = render(locale, &state);
            assert_eq!(state.status(), status, "{state:?}");
            assert!(!raw.contains("Unknown localization"), "{raw}");
            assert!(raw.len() <= 14 * 1024);
            assert_eq!(texts(&html, "h1").len(), 1);
            assert!(texts(&html, "title")[0].starts_with(&texts(&html, "h1")[0]));
            assert!(texts(&html, "main p").iter().all(|paragraph| !paragraph.is_empty()));
            assert_eq!(attributes(&html, "footer a", "href"), ["tel:4000000000"]);
            assert_eq!(attributes(&html, "html", "lang"), [locale.as_str()]);
        }
    }
}

#[test]
fn every_state_reads_differently() {
    for locale in Locale::ALL {
        let mut bodies: Vec<_> = states().iter().map(|(state, _)| texts(&render(locale, state).1, "main")).collect();
        bodies.sort();
        bodies.dedup();
        assert_eq!(bodies.len(), states().len());
    }
}

#[test]
fn what_asks_to_wait_says_how_long() {
    for (state, status) in states() {
        assert_eq!(state.retry_after().is_some(), matches!(status, 429 | 503), "{state:?}");
    }
    assert!(texts(&render(Locale::En, &State::TooMany { wait: 61 }).1, "main")[0].contains("2 minutes"));
    assert!(texts(&render(Locale::En, &State::TooMany { wait: 1 }).1, "main")[0].contains("1 minute."));
}

#[test]
fn a_named_answer_may_be_corrected_until_its_day_and_an_anonymous_one_may_not() {
    let (_, named) = render(Locale::ZhCn, &State::ThanksNamed(receipt(None)));
    assert_eq!(attributes(&named, "main a", "href"), ["/s/T/correct?lang=zh-CN"]);
    assert!(texts(&named, "main")[0].contains("12月2日前修改一次"));
    let (_, anonymous) = render(Locale::ZhCn, &State::ThanksAnonymous { results: results() });
    assert!(attributes(&anonymous, "main a", "href").is_empty());
    assert!(texts(&anonymous, "main")[0].contains("不能再修改"));
}

#[test]
fn asking_pages_post_to_themselves_and_keep_the_language() {
    let preferences = || "/u/T/preferences".to_owned();
    let ask = State::StopAsk { preferences: preferences() };
    let done = State::StopDone { preferences: preferences() };
    for state in [State::NotMeAsk { back: "/s/T".into() }, ask, done.clone()] {
        let (_, html) = render(Locale::En, &state);
        assert_eq!(attributes(&html, "form", "action"), ["?lang=en"], "{state:?}");
        assert_eq!(attributes(&html, "form", "method"), ["post"]);
    }
    let (_, undo) = render(Locale::En, &done);
    assert_eq!(attributes(&undo, "button[name=action]", "value"), [RESUME]);
}

#[test]
fn thanks_say_what_came_in_and_what_happens_when() {
    let said = |locale, state: &State| texts(&render(locale, state).1, "main")[0].clone();
    let low = State::ThanksNamed(receipt(Some(reply(true))));
    for fact in ["****0042", "4 项评分和一条意见", "11月23日 14:30前处理", "与您联系", "11月的结果会在12月14日前"]
    {
        assert!(said(Locale::ZhCn, &low).contains(fact), "{fact}");
    }
    for fact in ["****0042", "Ratings: 4, and a comment", "by 14:30 on 23 November", "November", "by 14 December"] {
        assert!(said(Locale::En, &low).contains(fact), "{fact}");
    }
    let anonymous = said(Locale::ZhCn, &State::ThanksAnonymous { results: results() });
    assert!(anonymous.contains("24 小时") && !anonymous.contains("14:30"));
}

#[test]
fn a_page_that_a_post_made_offers_no_link_that_would_lose_it() {
    for (state, _) in states() {
        let posted = matches!(state, State::NotMeDone | State::StopDone { .. } | State::Resumed);
        let (_, html) = render(Locale::En, &state);
        assert_eq!(attributes(&html, "nav a", "href").is_empty(), posted, "{state:?}");
    }
}

#[test]
fn a_page_can_be_made_without_a_database() {
    let frame = Frame { organisation: String::new(), phone: None, ..frame(Locale::ZhCn) };
    let html = Notice { frame: &frame, state: &State::Busy }.render().unwrap();
    assert!(html.contains("<title>系统正忙</title>") && !html.contains("tel:"));
}
