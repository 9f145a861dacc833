//! Counters, and the sheet that hangs there.

use askama::Template as _;

use super::{Rendered, Samples, date};
use crate::domain::counter::InvalidCounter;
use crate::domain::service_record::Touchpoint;
use crate::i18n::{Locale, Texts};
use crate::web::views::counters;
use crate::web::views::qr::Qr;
use crate::web::views::shell::Area;

pub(super) fn pages(samples: &Samples) -> Vec<(&'static str, Rendered)> {
    vec![
        ("counters", samples.counters().render()),
        ("counters-refused", samples.counters_refused().render()),
        ("counter-sheet", samples.sheet().render()),
    ]
}

impl Samples {
    fn counters(&self) -> counters::CountersPage {
        let row = |zh, en, answers, ended_on| counters::CounterRow {
            name: self.say(zh, en),
            department: self.say("维修服务部", "Repair Service"),
            touchpoint: Touchpoint::Counter,
            code: "k7mxw-3hrdt".to_owned(),
            path: "/staff/counters/k7mxw3hrdt".to_owned(),
            survey: "/q/k7mxw3hrdt".to_owned(),
            answers,
            ended_on,
        };
        counters::CountersPage {
            shell: self.shell(Area::Counters),
            rows: vec![
                row("3 号窗口", "Window 3", 37, None),
                row("4 号窗口", "Window 4", 3, None),
                row("旧营业厅", "Old shop", 0, Some(date("2026-08-31"))),
            ],
            form: counters::CounterForm {
                departments: vec![("WX".to_owned(), self.say("维修服务部", "Repair Service"))],
                ..counters::CounterForm::default()
            },
        }
    }

    fn counters_refused(&self) -> counters::CountersPage {
        use InvalidCounter::{Department, NameEn, NameZh, Repeated, Touchpoint as Where};
        let mut page = self.counters();
        page.rows.clear();
        page.form.name_en = self.say("窗口", "Window");
        page.form.touchpoint = Some(Touchpoint::Shop);
        page.form.problems = vec![Department, Where, NameZh, NameEn, Repeated];
        page
    }

    fn sheet(&self) -> counters::SheetPage {
        let address = "https://pingjia.example.com/q/k7mxw3hrdt";
        let side = |locale: Locale| counters::SheetSide {
            t: Texts::new(locale),
            organisation: self.say("示例家电服务公司", "Example Appliance Service"),
            department: self.say("维修服务部", "Repair Service"),
            counter: self.say("3 号窗口", "Window 3"),
            minutes: 1,
        };
        counters::SheetPage {
            shell: self.shell(Area::Counters),
            code: "k7mxw-3hrdt".to_owned(),
            svg_href: "/staff/counters/k7mxw3hrdt/qr.svg".to_owned(),
            address: address.to_owned(),
            svg: Qr::new(address).unwrap().svg(&self.say("二维码", "QR code")),
            sides: Locale::ALL.map(side).into(),
            phone: Some(self.say("400-000-0000", "400-000-0000")),
        }
    }
}
