//! The mails as they are read: view structs for the templates in `templates/mail/<mail>/`.
//!
//! HTML is written for mail programs, not browsers: tables, inline styles, no image, no class (EXPERIENCE §2). The five
//! answers are links with one style, so that none is suggested; a link only opens the page with that answer chosen.

use askama::Template;
use chrono::{Datelike, NaiveDate};

use super::message::{Content, one_line};
use crate::domain::questionnaire::{Kind, Question};
use crate::domain::service_record::Touchpoint;
use crate::i18n::{Locale, Texts};

/// The invitation to rate one service.
#[derive(Debug, Clone)]
pub struct Invitation<'a> {
    /// The customer's language.
    pub locale: Locale,
    /// The organisation's name in that language.
    pub organisation: &'a str,
    /// The department's name in that language.
    pub department: &'a str,
    /// How to address the customer, with title: `王女士`.
    pub name: Option<&'a str>,
    /// What was done, in the organisation's words: `上门维修`.
    pub service: Option<&'a str>,
    /// Where it was done; says what was done if `service` doesn't.
    pub touchpoint: Option<Touchpoint>,
    /// When it was done, in the organisation's zone.
    pub served_on: NaiveDate,
    /// The number of the service record, masked: see [`mask`].
    pub reference: Option<&'a str>,
    /// The first question of the questionnaire; its options become links if it is a rating.
    pub question: &'a Question,
    /// The last day on which the link works, in the organisation's zone.
    pub open_until: NaiveDate,
    /// It is another mail about the same service.
    pub reminder: Option<Reminder>,
    /// Where the links lead.
    pub links: &'a Links,
    /// A telephone number for those who would rather talk.
    pub phone: Option<&'a str>,
}

/// Which mail to who has not answered it is; the reader is told whether more will come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reminder {
    /// The only one.
    Only,
    /// Another will come.
    Further,
    /// The last of several.
    Last,
}

/// The addresses in an invitation, all absolute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Links {
    /// The questionnaire.
    pub survey: String,
    /// For somebody who got another's mail.
    pub not_me: String,
    /// Stops further invitations; also the address of one-click unsubscribing.
    pub unsubscribe: String,
    /// What happens to the data.
    pub privacy: String,
}

/// A one-time link for staff: first set-up, sign-in, new password.
#[derive(Debug, Clone)]
pub struct SignIn<'a> {
    /// The reader's language.
    pub locale: Locale,
    /// The organisation's name in that language.
    pub organisation: &'a str,
    /// The reader's name.
    pub name: Option<&'a str>,
    /// The absolute address.
    pub link: &'a str,
    /// How long it works, in minutes.
    pub minutes: u32,
}

/// The longest subject, in half-widths: 18 Chinese characters, or 60 letters in English.
const SUBJECT_WIDTH: [(Locale, usize); 2] = [(Locale::ZhCn, 36), (Locale::En, 60)];

/// One answer as a link.
struct Rating<'a> {
    label: &'a str,
    link: String,
}

#[derive(Template)]
#[template(path = "mail/invitation/subject.txt")]
struct InvitationSubject<'a> {
    t: Texts,
    reminder: bool,
    short_date: &'a str,
    short_service: &'a str,
}

/// The sentences of an invitation, the same in both parts.
struct InvitationParts<'a> {
    subject: String,
    preheader: String,
    sender: String,
    greeting: String,
    served: String,
    reminder: Option<String>,
    question: &'a str,
    ratings: Vec<Rating<'a>>,
    next: String,
    valid: String,
    why: String,
    phone: Option<String>,
    links: &'a Links,
}

#[derive(Template)]
#[template(path = "mail/invitation/body.txt")]
struct InvitationText<'a> {
    t: Texts,
    mail: &'a InvitationParts<'a>,
}

#[derive(Template)]
#[template(path = "mail/invitation/body.html")]
struct InvitationHtml<'a> {
    t: Texts,
    mail: &'a InvitationParts<'a>,
}

#[derive(Template)]
#[template(path = "mail/sign_in/subject.txt")]
struct SignInSubject<'a> {
    t: Texts,
    organisation: &'a str,
}

/// The sentences of a sign-in mail, the same in both parts.
struct SignInParts<'a> {
    organisation: &'a str,
    subject: String,
    greeting: String,
    lead: String,
    link: &'a str,
    valid: String,
}

#[derive(Template)]
#[template(path = "mail/sign_in/body.txt")]
struct SignInText<'a> {
    t: Texts,
    mail: &'a SignInParts<'a>,
}

#[derive(Template)]
#[template(path = "mail/sign_in/body.html")]
struct SignInHtml<'a> {
    t: Texts,
    mail: &'a SignInParts<'a>,
}

impl Links {
    /// The addresses below `base` (`MANYI_PUBLIC_URL`) for the invitation's two tokens.
    pub fn new(base: &str, survey_token: &str, unsubscribe_token: &str) -> Self {
        let base = base.trim_end_matches('/');
        Self {
            survey: format!("{base}/s/{survey_token}"),
            not_me: format!("{base}/u/{unsubscribe_token}/not-me"),
            unsubscribe: format!("{base}/u/{unsubscribe_token}"),
            privacy: format!("{base}/privacy"),
        }
    }

    /// The questionnaire with one answer chosen, which still has to be submitted there.
    fn answer(&self, code: &str, value: &str) -> String {
        format!("{}?q.{}={}", self.survey, escape(code), escape(value))
    }
}

impl Invitation<'_> {
    /// The sender's name to show: `维修服务部（示例公司）`.
    pub fn from_name(&self) -> String {
        let args = [("department", self.department), ("organisation", self.organisation)];
        self.texts().with("mail-from", &args)
    }

    /// Subject, text and HTML.
    pub fn render(&self) -> Result<Content, askama::Error> {
        let t = self.texts();
        let (served_on, service) = (day(self.served_on, self.locale), self.service());
        let (date, done) = (("date", served_on.as_str()), ("service", service.as_str()));
        let (organisation, department) = (("organisation", self.organisation), ("department", self.department));
        let (served, preheader) = match self.reference.map(|reference| ("reference", reference)) {
            Some(reference) => (
                t.with("mail-invitation-served-reference", &[date, done, reference]),
                t.with("mail-invitation-preheader-reference", &[reference]),
            ),
            None => (t.with("mail-invitation-served", &[date, done]), t.get("mail-invitation-preheader")),
        };
        let mail = &InvitationParts {
            subject: self.subject(&service)?,
            preheader,
            sender: t.with("mail-sender", &[organisation, department]),
            greeting: greeting(t, self.name),
            served,
            reminder: self.reminder.map(|reminder| reminder.text(t)),
            question: self.question.text.text(self.locale),
            ratings: self.ratings(),
            // The button is named as the page names it.
            next: t.with("mail-invitation-next", &[("button", t.get("survey-submit"))]),
            valid: t.with("mail-invitation-valid", &[("date", day(self.open_until, self.locale))]),
            why: t.with("mail-invitation-why", &[date, organisation, department]),
            phone: self.phone.map(|phone| t.with("mail-invitation-phone", &[("phone", phone)])),
            links: self.links,
        };
        let (text, html) = (InvitationText { t, mail }.render()?, InvitationHtml { t, mail }.render()?);
        Ok(Content { subject: mail.subject.clone(), text, html })
    }

    const fn texts(&self) -> Texts {
        Texts::new(self.locale)
    }

    fn ratings(&self) -> Vec<Rating<'_>> {
        let rating = self.question.kind == Kind::Rating;
        let options = self.question.options.iter().filter(|_| rating);
        let link = |value: &str| self.links.answer(&self.question.code, value);
        options.map(|option| Rating { label: option.text.text(self.locale), link: link(&option.value) }).collect()
    }

    fn service(&self) -> String {
        let named = self.service.map(one_line).filter(|service| !service.is_empty());
        named.unwrap_or_else(|| self.texts().get(service_key(self.touchpoint)))
    }

    /// The subject with the service cut so that the whole stays short.
    fn subject(&self, service: &str) -> Result<String, askama::Error> {
        let t = self.texts();
        let short_date = match self.locale {
            Locale::ZhCn => day(self.served_on, self.locale).replace(' ', ""),
            Locale::En => day(self.served_on, self.locale),
        };
        let subject = |short_service: &str| {
            InvitationSubject { t, reminder: self.reminder.is_some(), short_date: &short_date, short_service }
                .render()
                .map(|line| one_line(&line))
        };
        let limit = SUBJECT_WIDTH.iter().find(|(locale, _)| *locale == self.locale).map_or(36, |(_, limit)| *limit);
        let room = limit.saturating_sub(width(&subject("")?));
        subject(&shorten(service, room))
    }
}

impl Reminder {
    fn text(self, t: Texts) -> String {
        t.get(match self {
            Self::Only => "mail-reminder-only",
            Self::Further => "mail-reminder-further",
            Self::Last => "mail-reminder-last",
        })
    }
}

impl SignIn<'_> {
    /// Subject, text and HTML.
    pub fn render(&self) -> Result<Content, askama::Error> {
        let t = Texts::new(self.locale);
        let minutes = self.minutes;
        let mail = &SignInParts {
            organisation: self.organisation,
            subject: one_line(&SignInSubject { t, organisation: self.organisation }.render()?),
            greeting: greeting(t, self.name),
            lead: t.with("mail-sign-in-lead", &[("organisation", self.organisation)]),
            link: self.link,
            valid: if minutes >= 120 && minutes.is_multiple_of(60) {
                t.count("mail-sign-in-hours", minutes / 60)
            } else {
                t.count("mail-sign-in-minutes", minutes)
            },
        };
        let (text, html) = (SignInText { t, mail }.render()?, SignInHtml { t, mail }.render()?);
        Ok(Content { subject: mail.subject.clone(), text, html })
    }
}

/// A number with all but its last four characters hidden, so that a forwarded mail tells little: `****0042`.
pub fn mask(number: &str) -> String {
    let number = one_line(number);
    let count = number.chars().count();
    let shown = if count > 7 { 4 } else { count / 2 };
    format!("****{}", number.chars().skip(count - shown).collect::<String>())
}

/// The name of what was done where the service record doesn't say.
fn service_key(touchpoint: Option<Touchpoint>) -> &'static str {
    match touchpoint {
        None => "mail-service-unnamed",
        Some(Touchpoint::Web) => "mail-service-web",
        Some(Touchpoint::App) => "mail-service-app",
        Some(Touchpoint::MiniProgram) => "mail-service-mini-program",
        Some(Touchpoint::Email) => "mail-service-email",
        Some(Touchpoint::Counter) => "mail-service-counter",
        Some(Touchpoint::Shop) => "mail-service-shop",
        Some(Touchpoint::CallCentre) => "mail-service-call-centre",
        Some(Touchpoint::OnSite) => "mail-service-on-site",
    }
}

fn greeting(t: Texts, name: Option<&str>) -> String {
    match name.map(one_line).filter(|name| !name.is_empty()) {
        Some(name) => t.with("mail-greeting", &[("name", name)]),
        None => t.get("mail-greeting-nameless"),
    }
}

/// `11 月 18 日`, `18 November`.
fn day(date: NaiveDate, locale: Locale) -> String {
    match locale {
        Locale::ZhCn => format!("{} 月 {} 日", date.month(), date.day()),
        Locale::En => date.format("%-d %B").to_string(),
    }
}

/// Width in half-widths: 1 for ASCII, 2 for anything else.
fn width(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

/// `text` within `room` half-widths, cut with an ellipsis if need be.
fn shorten(text: &str, room: usize) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let mut used = 2;
    let fits = |c: &char| {
        used += if c.is_ascii() { 1 } else { 2 };
        used <= room
    };
    let short: String = text.chars().take_while(fits).collect();
    short.trim_end().to_owned() + "…"
}

/// Percent-encodes all but letters, digits and `-._~` (RFC 3986 §2.3).
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::lint::{attribute, problems};
    use super::*;
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

    /// Every mail there is, in both languages.
    fn all() -> Vec<Content> {
        let sign_in = |locale| SignIn {
            locale,
            organisation: "示例公司",
            name: Some("李工"),
            link: "https://survey.example.com/sign-in/Zk3v9Qx0T1aBcDeFgHiJkL",
            minutes: 30,
        };
        let mails = |locale| [rendered(locale), reminder(locale, Reminder::Only), sign_in(locale).render().unwrap()];
        Locale::ALL.iter().flat_map(|locale| mails(*locale)).collect()
    }

    #[test]
    fn every_mail_passes_the_lint() {
        for mail in all() {
            assert_eq!(problems(&mail.html), Vec::<String>::new(), "{}", mail.subject);
        }
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
    fn a_sign_in_link_says_how_long_it_works() {
        let mail = |minutes, locale| {
            SignIn { locale, organisation: "Example Ltd", name: None, link: "https://x.cn/y", minutes }
                .render()
                .unwrap()
                .text
        };
        assert!(mail(30, Locale::ZhCn).contains("30 分钟内有效"));
        assert!(mail(72 * 60, Locale::En).contains("within 72 hours"));
        assert!(mail(1, Locale::En).contains("within one minute"));
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
}
