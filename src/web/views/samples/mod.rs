//! Pages full of plausible data, for tests: twelve departments, every verdict with every strength of evidence.
//! One file per area; each gives its pages by name.

mod account;
mod commitments;
mod comparison;
mod counters;
mod department;
mod exclusions;
pub(super) mod figures;
mod follow_up;
mod insight;
mod mail;
mod overview;
mod paper;
mod periods;
mod public;
mod questionnaires;

use chrono::{NaiveDate, NaiveDateTime};

use super::shell;
use crate::domain::period::{Period, State};
use crate::domain::user::Role;
use crate::i18n::{Locale, Texts};

/// A page as HTML.
type Rendered = askama::Result<String>;

/// What a hostile source would put into every text it controls.
pub(crate) const HOSTILE: &str = "</title></svg><script>alert(1)</script>\"'onload=x&{{7*7}}";

/// Makes pages in one language, from friendly or hostile texts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Samples {
    pub(crate) t: Texts,
    pub(crate) hostile: bool,
}

impl Samples {
    pub(crate) fn new(locale: Locale) -> Self {
        Self { t: Texts::new(locale), hostile: false }
    }

    /// Every page in every state, by name.
    pub(crate) fn pages(&self) -> Vec<(String, String)> {
        let areas = [
            account::pages,
            overview::pages,
            department::pages,
            follow_up::pages,
            paper::pages,
            periods::pages,
            mail::pages,
            public::pages,
            commitments::pages,
            exclusions::pages,
            comparison::pages,
            counters::pages,
            questionnaires::pages,
        ];
        let pages = areas.iter().flat_map(|pages| pages(self)).map(|(name, html)| (name.to_owned(), html));
        pages.chain(public::problems(self)).map(|(name, html)| (name, html.unwrap())).collect()
    }

    pub(super) fn say(&self, zh: &str, en: &str) -> String {
        let text = if self.t.locale() == Locale::ZhCn { zh } else { en };
        if self.hostile { format!("{text}{HOSTILE}") } else { text.to_owned() }
    }

    pub(crate) fn shell(&self, current: shell::Area) -> shell::Shell {
        use shell::Area::{Appraisals, Commitments, Department, Mail, Overview, Periods};
        let entry = |area, href: &str| shell::NavEntry { area, href: href.to_owned(), current: area == current };
        shell::Shell {
            account: Some(shell::Account {
                name: self.say("赵敏", "Zhao Min"),
                role: Role::Head,
                csrf: "c5rf".to_owned(),
            }),
            nav: vec![
                entry(Overview, "/overview"),
                entry(Department, "/departments/MR"),
                entry(Periods, "/periods"),
                entry(Appraisals, "/appraisals"),
                entry(Commitments, "/commitments"),
                entry(Mail, "/dev/mail"),
            ],
            freshness: Some(shell::Freshness {
                as_of: moment("2026-11-16T21:00:00"),
                period: Some((period("2026-10"), State::Published, 0)),
            }),
            told: super::Told::read("commitment", Some("20")),
            ..self.outside()
        }
    }

    pub(crate) fn outside(&self) -> shell::Shell {
        shell::Shell {
            t: self.t,
            organisation: self.say("示例家电服务公司", "Example Appliance Service"),
            stylesheet: "/static/app.css".to_owned(),
            demo: true,
            language_href: "?lang=en".to_owned(),
            account: None,
            nav: Vec::new(),
            freshness: None,
            told: None,
        }
    }
}

pub(crate) fn period(text: &str) -> Period {
    text.parse().unwrap()
}

fn periods() -> Vec<Period> {
    let months = period("2026-11").last_n(14).into_iter().rev();
    months.chain(["2026-Q4", "2026-Q3", "2026"].map(period)).collect()
}

pub(super) fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn moment(text: &str) -> NaiveDateTime {
    text.parse().unwrap()
}
