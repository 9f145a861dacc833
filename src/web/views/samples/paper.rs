//! The questionnaire on paper, and the page to key it in.

use askama::Template as _;

use super::{Rendered, Samples, date, period};
use crate::domain::questionnaire::Questionnaire;
use crate::domain::response::Mode;
use crate::i18n::{Locale, Texts};
use crate::web::views::paper;
use crate::web::views::shell::Area;

pub(super) fn pages(samples: &Samples) -> Vec<(&'static str, Rendered)> {
    vec![
        ("paper-form", samples.paper_form(Locale::ZhCn).render()),
        ("paper-form-en", samples.paper_form(Locale::En).render()),
        ("paper-entry", samples.paper_entry(false).render()),
        ("paper-entry-refused", samples.paper_entry(true).render()),
    ]
}

fn every_kind() -> Questionnaire {
    serde_json::from_str(include_str!("../../../../tests/data/all-kinds.json")).unwrap()
}

impl Samples {
    fn paper_form(&self, locale: Locale) -> paper::PaperFormPage {
        let on = Texts::new(locale);
        paper::PaperFormPage {
            shell: self.shell(Area::Counters),
            path: "/staff/counters/k7mxw3hrdt".to_owned(),
            organisation: self.say("示例家电服务公司", "Example Appliance Service"),
            department: self.say("维修服务部", "Repair Service"),
            counter: self.say("3 号窗口", "Window 3"),
            code: "k7mxw-3hrdt".to_owned(),
            form: "offline 2".to_owned(),
            lines: paper::lines(on, &every_kind(), &[], |_| None),
            phone: Some(self.say("400-000-0000", "400-000-0000")),
            retention_months: 24,
            privacy: "https://pingjia.example.com/privacy".to_owned(),
            on,
        }
    }

    fn paper_entry(&self, refused: bool) -> paper::EntryPage {
        let typed = [("comment".to_owned(), self.say("很好", "fine")), ("overall".to_owned(), self.say("9", "9"))];
        let wrong = |_: &str| refused.then(|| self.say("请重新选择", "choose again"));
        paper::EntryPage {
            shell: self.shell(Area::Counters),
            path: "/staff/counters/k7mxw3hrdt".to_owned(),
            counter: self.say("3 号窗口", "Window 3"),
            department: self.say("维修服务部", "Repair Service"),
            interviewer: self.say("沈怡", "Shen Yi"),
            mode: Mode::Paper,
            day: "2026-10-07".to_owned(),
            today: date("2026-10-08"),
            number: self.say("012", "012"),
            earlier: refused.then(|| (self.say("赵敏", "Zhao Min"), date("2026-10-06"))),
            forms: [(2, true), (1, false)]
                .map(|(id, current)| paper::FormChoice { id, name: format!("offline {id}"), current })
                .into(),
            form: 2,
            entry: "0".repeat(32),
            lines: paper::lines(self.t, &every_kind(), &typed, wrong),
            problems: if refused { vec![("day".to_owned(), self.say("日期", "date"))] } else { Vec::new() },
            saved: (!refused).then(|| (self.say("011", "011"), period("2026-10"))),
        }
    }
}
