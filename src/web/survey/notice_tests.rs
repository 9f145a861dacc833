//! The states of a link: status, words in both languages, and at most one action.

use askama::Template;
use chrono::NaiveDate;
use scraper::{Html, Selector};

use super::notice::{Correction, Notice, RESUME, State};
use super::view::Frame;
use crate::domain::locale::Locale;
use crate::i18n::Texts;

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).unwrap()
}

fn correction() -> Option<Correction> {
    Some(Correction { until: day(12, 2), path: "/s/T/correct".into() })
}

/// Every state with the status that EXPERIENCE §1 gives it.
fn states() -> Vec<(State, u16)> {
    vec![
        (State::ThanksAnonymous, 200),
        (State::ThanksNamed { correction: correction() }, 200),
        (State::ThanksNamed { correction: None }, 200),
        (State::Answered { on: Some(day(11, 20)), correction: correction() }, 200),
        (State::Answered { on: None, correction: None }, 200),
        (State::Corrected, 200),
        (State::Expired { on: day(12, 2) }, 410),
        (State::Paused, 503),
        (State::Withdrawn, 410),
        (State::Unknown, 404),
        (State::NotMeAsk { back: "/s/T".into() }, 200),
        (State::NotMeDone, 200),
        (State::StopAsk, 200),
        (State::StopDone, 200),
        (State::Resumed, 200),
        (State::TooMany { wait: 61 }, 429),
        (State::Busy, 503),
    ]
}

fn frame(locale: Locale) -> Frame {
    let t = Texts::new(locale);
    Frame { t, organisation: "示例公司".into(), phone: Some("400-000-0000".into()), big: false }
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
    let (_, named) = render(Locale::ZhCn, &State::ThanksNamed { correction: correction() });
    assert_eq!(attributes(&named, "main a", "href"), ["/s/T/correct?lang=zh-CN"]);
    assert!(texts(&named, "main")[0].contains("12月2日前修改一次"));
    let (_, anonymous) = render(Locale::ZhCn, &State::ThanksAnonymous);
    assert!(attributes(&anonymous, "main a", "href").is_empty());
    assert!(texts(&anonymous, "main")[0].contains("不能再修改"));
}

#[test]
fn asking_pages_post_to_themselves_and_keep_the_language() {
    for state in [State::NotMeAsk { back: "/s/T".into() }, State::StopAsk, State::StopDone] {
        let (_, html) = render(Locale::En, &state);
        assert_eq!(attributes(&html, "form", "action"), ["?lang=en"], "{state:?}");
        assert_eq!(attributes(&html, "form", "method"), ["post"]);
    }
    let (_, undo) = render(Locale::En, &State::StopDone);
    assert_eq!(attributes(&undo, "button[name=action]", "value"), [RESUME]);
}

#[test]
fn a_named_answer_is_thanked_as_such_in_the_other_language_too() {
    let (_, html) = render(Locale::ZhCn, &State::ThanksNamed { correction: None });
    assert!(attributes(&html, "nav a", "href").iter().all(|link| link.ends_with("&identity=named")));
    let (_, html) = render(Locale::ZhCn, &State::ThanksAnonymous);
    assert_eq!(attributes(&html, "nav a", "href"), ["?lang=zh-CN&big=1", "?lang=en"]);
}

#[test]
fn a_page_that_a_post_made_offers_no_link_that_would_lose_it() {
    for (state, _) in states() {
        let posted = matches!(state, State::NotMeDone | State::StopDone | State::Resumed);
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
