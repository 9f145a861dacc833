//! Periods and their duties, what HR pulls of them, and the own record.

use askama::Template as _;

use super::{Rendered, Samples, moment, period};
use crate::db::pull::Kind;
use crate::domain::appraisal::Withheld;
use crate::domain::duty::{DutyKind, Standing};
use crate::domain::period::State;
use crate::web::views::shell::Area;
use crate::web::views::{appraisals, periods, record};

pub(super) fn pages(samples: &Samples) -> Vec<(&'static str, Rendered)> {
    vec![
        ("appraisals", samples.appraisals().render()),
        ("periods", samples.periods_page(2).render()),
        ("periods-empty", samples.periods_page(0).render()),
        ("period", samples.period_page(false).render()),
        ("period-refused", samples.period_page(true).render()),
        ("record", samples.record(true).render()),
        ("record-none", samples.record(false).render()),
        ("appraisals-empty", samples.appraisals_empty().render()),
    ]
}

fn stage(state: State, revision: u32) -> periods::Stage {
    periods::Stage { state, revision, over: false, reopened: false, early: None, asked: false }
}

impl Samples {
    fn appraisals(&self) -> appraisals::Appraisals {
        let row = |text, state, revision, sealed: Option<(&str, String)>| appraisals::AppraisalPeriod {
            period: period(text),
            stage: stage(state, revision),
            sealed: sealed.map(|(at, by)| (moment(at), by)),
            hash: (state == State::Sealed).then(|| "9f2c6a0be1d3470f".repeat(4)),
            href: format!("/periods/{text}"),
            files: appraisals::FileFormat::ALL.map(|format| (format, format!("/appraisals/{text}"))).to_vec(),
            scores_href: format!("/appraisals/{text}/scores.csv"),
        };
        let part = || {
            let of = [("department", "MR"), ("metric", "satisfaction_rate"), ("channel", "online")];
            of.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
        };
        let download = |at, revision, (kind, format): (Kind, &str), rows| appraisals::Download {
            at: moment(at),
            by: self.say("赵敏", "Zhao Min"),
            kind,
            part: if kind == Kind::Trend { part() } else { Vec::new() },
            period: period("2026-09"),
            revision,
            format: format.to_owned(),
            rows,
            sha256: "9f2c6a0be1d3470f9f2c6a0be1d3470f9f2c6a0be1d3470f9f2c6a0be1d3470f".to_owned(),
        };
        appraisals::Appraisals {
            shell: self.shell(Area::Appraisals),
            years: vec![2026, 2025],
            year: None,
            more: true,
            periods: vec![
                row("2026-11", State::Open, 0, None),
                row("2026-10", State::Published, 0, None),
                row("2026-Q3", State::Evaluating, 0, None),
                row("2026-09", State::Sealed, 1, Some(("2026-10-30T17:20:00", self.say("李工", "Li Gong")))),
                row("2026-08", State::Sealed, 2, Some(("2026-10-12T09:05:00", self.say("王工", "Wang Gong")))),
            ],
            downloads: vec![
                download("2026-11-16T09:12:00", 1, (Kind::Appraisals, "xlsx"), 34),
                download("2026-11-15T18:40:00", 0, (Kind::Trend, "csv"), 14),
                download("2026-11-02T08:00:00", 1, (Kind::Seal, "json"), 34),
            ],
        }
    }

    fn appraisals_empty(&self) -> appraisals::Appraisals {
        appraisals::Appraisals { periods: Vec::new(), downloads: Vec::new(), ..self.appraisals() }
    }

    fn record(&self, found: bool) -> record::RecordPage {
        let row = |n, withheld: Option<Withheld>| record::RecordRow {
            department: self.say("维修服务部", "Repair Service"),
            channel: None,
            n,
            rate: withheld.is_none().then_some((18, 90.0, Some((69.9, 97.2)))),
            points: withheld.is_none().then_some((20, 88.25)),
            withheld,
        };
        let sealed = record::SealedPeriod {
            period: period("2026-Q3"),
            revision: 1,
            at: moment("2026-11-02T10:00:00"),
            hash: "9f2c6a0be1d3470f".repeat(4),
            rows: vec![row(20, None), row(7, Some(Withheld::TooFewForPerson))],
        };
        record::RecordPage {
            shell: self.shell(Area::Record),
            employee: found.then(|| (self.say("李工", "Li Gong"), "00123".to_owned())),
            minimum: 20,
            periods: if found { vec![sealed] } else { Vec::new() },
        }
    }

    fn duties(&self) -> Vec<periods::DutyLine> {
        let duty = |kind, clause, due: &str, done: Option<&str>, standing| periods::DutyLine {
            kind,
            clause,
            due: due.parse().unwrap(),
            aim: due.parse().unwrap(),
            done: done.map(|day| day.parse().unwrap()),
            standing,
            provisional: standing == Standing::Late,
        };
        vec![
            duty(DutyKind::Evaluation, "D-3.1(3)", "2026-10-20", Some("2026-10-16"), Standing::OnTime),
            duty(DutyKind::Notice, "D-3.1(3)", "2026-10-14", Some("2026-10-16"), Standing::Late),
            duty(DutyKind::Objection, "D-4.1", "2026-10-30", None, Standing::Open),
        ]
    }

    fn periods_page(&self, rows: usize) -> periods::PeriodsPage {
        let row = |text: &str, state, duties: usize| periods::PeriodRow {
            period: period(text),
            href: format!("/periods/{text}"),
            stage: stage(state, 1),
            duties: self.duties().into_iter().take(duties).collect(),
        };
        let all = [row("2026-10", State::Open, 2), row("2026-09", State::Published, 3)];
        periods::PeriodsPage {
            shell: self.shell(Area::Periods),
            year: 2026,
            years: vec![2026, 2025],
            rows: all.into_iter().take(rows).collect(),
        }
    }

    fn period_page(&self, refused: bool) -> periods::PeriodPage {
        let why = self.say("异议期到 2026-10-30 当日结束", "Objections may come until 2026-10-30");
        let person = |zh, en| self.say(zh, en);
        periods::PeriodPage {
            shell: self.shell(Area::Periods),
            path: "/periods/2026-09".to_owned(),
            period: period("2026-09"),
            stage: stage(State::Published, 0),
            reopened: None,
            duties: self.duties(),
            collide: true,
            actions: periods::Action::ALL.to_vec(),
            csrf: "c5rf".to_owned(),
            whole: refused,
            refused: refused.then(|| (periods::Action::Seal, why, self.say("无异议", "No objection"))),
            asked: Some(periods::Asked {
                by: person("赵敏", "Zhao Min"),
                at: moment("2026-11-16T09:12:00"),
                reason: person("导入有误", "A wrong import"),
                own: refused,
            }),
            seals: vec![periods::SealRow {
                revision: 1,
                at: moment("2026-11-02T10:00:00"),
                by: person("李工", "Li Gong"),
                hash: "9f2c6a0be1d3470f9f2c6a0be1d3470f9f2c6a0be1d3470f9f2c6a0be1d3470f".to_owned(),
                early: Some(person("各部门均已确认", "All departments agreed")),
                reopened: vec![(person("赵", "Zhao"), person("钱", "Qian"), person("导入有误", "A wrong import"))],
                href: "/periods/2026-09/seals/1.json".to_owned(),
            }],
        }
    }
}
