//! Mail that was caught.

use askama::Template as _;

use super::{Rendered, Samples, moment};
use crate::web::views::captured_mail::{CapturedMail, CapturedMails, MailLine};
use crate::web::views::shell::Area;

pub(super) fn pages(samples: &Samples) -> Vec<(&'static str, Rendered)> {
    vec![
        ("mails", samples.mails().render()),
        ("mails-empty", samples.mails_empty().render()),
        ("mail", samples.mail().render()),
        ("mail-bare", samples.mail_bare().render()),
    ]
}

impl Samples {
    fn mails(&self) -> CapturedMails {
        let mail = |at, to: &str, zh, en| MailLine {
            href: "/dev/mail/7".to_owned(),
            at: moment(at),
            from: self.say(
                "维修服务部（示例公司） <feedback@example.com>",
                "Repair Service (Example) <feedback@example.com>",
            ),
            to: to.to_owned(),
            subject: self.say(zh, en),
        };
        CapturedMails {
            shell: self.shell(Area::Mail),
            total: 1128,
            mails: vec![
                mail(
                    "2026-11-18T10:00:00",
                    "wang@example.com",
                    "11月18日上门维修，您满意吗？",
                    "Your repair on 18 November: were you satisfied?",
                ),
                mail(
                    "2026-11-18T09:58:00",
                    "a.very.long.address.of.a.customer@mail.example-company.com",
                    "11月17日安装，您满意吗？",
                    "Your installation on 17 November: were you satisfied?",
                ),
            ],
        }
    }

    fn mails_empty(&self) -> CapturedMails {
        CapturedMails { mails: Vec::new(), total: 0, ..self.mails() }
    }

    pub(crate) fn mail(&self) -> CapturedMail {
        let word = self.say("非常满意", "Very satisfied");
        CapturedMail {
            shell: self.shell(Area::Mail),
            subject: self.say("11月18日上门维修，您满意吗？", "Your repair on 18 November: were you satisfied?"),
            headers: vec![
                (
                    "From".to_owned(),
                    self.say("维修服务部 <feedback@example.com>", "Repair Service <feedback@example.com>"),
                ),
                ("List-Unsubscribe".to_owned(), "<https://example.com/u/abcdefghijklmnopqrstuv>".to_owned()),
            ],
            html: Some(
                "<html><body style=\"font:16px sans-serif\"><p>您好！</p><table><tr>\
                 <td style=\"border:1px solid #666;padding:12px\">\
                 <a href=\"http://127.0.0.1:8080/s/abc?q.overall=5\">非常满意</a></td></tr></table></body></html>"
                    .to_owned(),
            ),
            text: Some(format!("{word}: http://127.0.0.1:8080/s/abc?q.overall=5\n{word}：https://example.com/x。\n")),
            raw: format!("Subject: =?utf-8?B?MTE=?=\r\nX-Long: {}\r\n\r\nbody", "x".repeat(300)),
            list_href: "/dev/mail".to_owned(),
        }
    }

    fn mail_bare(&self) -> CapturedMail {
        CapturedMail { html: None, text: None, ..self.mail() }
    }
}
