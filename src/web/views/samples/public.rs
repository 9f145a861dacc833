//! What the public sees: commitments, the privacy notice, errors.

use askama::Template as _;

use super::figures::rate;
use super::{Rendered, Samples, date, period};
use crate::domain::commitment::{self, Commitment, Level, Metric};
use crate::domain::notice::Waiver;
use crate::domain::service_record::Channel;
use crate::web::views::error::{ErrorPage, Problem};
use crate::web::views::public;
use crate::web::views::shell::Area;

pub(super) fn pages(samples: &Samples) -> Vec<(&'static str, Rendered)> {
    vec![
        ("commitments", samples.commitments().render()),
        ("commitments-empty", samples.commitments_empty().render()),
        ("privacy", samples.privacy().render()),
    ]
}

pub(super) fn problems(samples: &Samples) -> Vec<(String, Rendered)> {
    let page = |problem: Problem| (format!("problem-{}", problem.status()), samples.error(problem).render());
    Problem::ALL.map(page).into()
}

impl Samples {
    fn commitments(&self) -> public::CommitmentsPage {
        let mut all = commitment::defaults(date("2026-01-01"));
        all.iter_mut().filter(|c| c.metric == Metric::Points).for_each(|c| c.valid_to = Some(date("2028-12-31")));
        all.extend(all.first().map(|first| Commitment {
            level: Level::Department,
            department_code: Some("MR".to_owned()),
            target: 9_250,
            ..first.clone()
        }));
        let result = |department, counts| public::ResultRow {
            department,
            metric: Metric::SatisfactionRate,
            channel: Some(Channel::Online),
            figure: rate(Some(Channel::Online), counts),
        };
        let short = |id| {
            let short = |is_end, waiver| public::ShortNotice {
                is_backdated: false,
                announced: date("2025-12-20"),
                is_end,
                waiver,
                note: Some(self.say("条例第 12 号", "Regulation 12")),
            };
            if id == 1 { vec![short(false, Waiver::Law), short(true, Waiver::Correction)] } else { Vec::new() }
        };
        public::CommitmentsPage {
            shell: self.shell(Area::Commitments),
            in_force: public::CommitmentRow::public(&all, |_| self.say("维修服务部", "Repair Service"), short),
            coming: public::CommitmentRow::public(
                all.get(13..).unwrap(),
                |_| self.say("维修服务部", "Repair Service"),
                |_| Vec::new(),
            ),
            told: vec![period("2026-10"), period("2026-09"), period("2026-Q3")],
            is_chosen: true,
            results: Some(public::Results::new(
                period("2026-09"),
                vec![result(None, (2800, 3100)), result(Some(self.say("维修服务部", "Repair Service")), (500, 600))],
            )),
        }
    }

    fn commitments_empty(&self) -> public::CommitmentsPage {
        public::CommitmentsPage {
            shell: self.outside(),
            in_force: Vec::new(),
            coming: Vec::new(),
            told: Vec::new(),
            is_chosen: false,
            results: None,
        }
    }

    pub(crate) fn privacy(&self) -> public::PrivacyPage {
        public::PrivacyPage {
            shell: self.outside(),
            facts: crate::i18n::privacy::Facts {
                organisation: self.outside().organisation,
                email: Some("privacy@example.com".to_owned()),
                phone: Some("400-000-0000".to_owned()),
                retention_months: 36,
                link_days: 14,
            },
            updated: date("2026-11-01"),
        }
    }

    fn error(&self, problem: Problem) -> ErrorPage {
        let internal = problem == Problem::Internal;
        ErrorPage {
            shell: if internal { self.outside() } else { self.shell(Area::Overview) },
            problem,
            detail: (problem == Problem::Conflict)
                .then(|| self.say("2026 年 10 月已经封存。", "October 2026 is already sealed.")),
            reference: internal.then(|| "7Q4K-2M9X".to_owned()),
            back_href: "/overview".to_owned(),
        }
    }
}
