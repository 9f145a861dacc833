//! The register of commitments and the forms that change it.

use askama::Template as _;

use super::{Rendered, Samples, date, moment, period};
use crate::domain::commitment::{self, Commitment, EvidenceRule, Level};
use crate::domain::notice::Waiver;
use crate::domain::period::State;
use crate::web::views::commitment_form::{EndPage, Form, FormPage};
use crate::web::views::commitments::{LogRow, Preview, PreviewPage, RegisterPage, Row};
use crate::web::views::promise::Names;
use crate::web::views::shell::Area;

pub(super) fn pages(samples: &Samples) -> Vec<(&'static str, Rendered)> {
    vec![
        ("register", samples.register().render()),
        ("register-form", samples.register_form(Vec::new()).render()),
        ("register-form-refused", samples.register_form(vec![("target", samples.say("90", "90"))]).render()),
        ("register-preview", samples.register_preview().render()),
        ("register-end-preview", samples.register_end_preview().render()),
        ("register-end", samples.register_end().render()),
    ]
}

impl Samples {
    fn names(&self) -> Names {
        Names::from([(self.say("MR", "MR"), self.say("维修服务部", "Repair Service"))])
    }

    /// In force, to come, over, replaced before it began, and of a client.
    fn promised(&self) -> Vec<Commitment> {
        let mut all = commitment::defaults(date("2026-01-01"));
        let first = all.first().unwrap().clone();
        let of = |id, from: &str, to: Option<&str>, target| Commitment {
            id,
            valid_from: date(from),
            valid_to: to.map(date),
            target,
            ..first.clone()
        };
        all[0].valid_to = Some(date("2026-12-31"));
        all.push(of(20, "2027-01-01", None, 9_255));
        all.push(of(21, "2025-01-01", Some("2025-12-31"), 8_500));
        all.push(of(22, "2027-01-01", Some("2026-12-31"), 8_000));
        all.push(Commitment {
            level: Level::Department,
            department_code: Some(self.say("MR", "MR")),
            clause: self.say("C-3.1", "C-3.1"),
            consequence: None,
            evidence_rule: EvidenceRule::NoVerdict,
            ..of(23, "2026-02-01", None, 9_000)
        });
        all.push(Commitment {
            level: Level::Client,
            client_code: Some(self.say("K1", "K1")),
            ..of(24, "2026-02-01", None, 9_000)
        });
        all
    }

    fn register(&self) -> RegisterPage {
        let all = self.promised();
        let row = |one: &Commitment| Row { commitment: one.clone(), next: (one.id == 1).then(|| all[15].clone()) };
        let log = |is_end, waiver| LogRow {
            at: moment("2026-11-01T09:00:00"),
            by: self.say("zhao@example.com", "zhao@example.com"),
            is_end,
            commitment: all[0].clone(),
            waiver,
            note: Some(self.say("条例第 12 号", "Regulation 12")),
        };
        RegisterPage {
            shell: self.shell(Area::Commitments),
            today: date("2026-11-16"),
            may_write: true,
            rows: all.iter().map(row).collect(),
            metric: None,
            department: None,
            log: vec![log(true, None), log(false, Some(Waiver::Law))],
            names: self.names(),
        }
    }

    fn register_form(&self, problems: Vec<(&'static str, String)>) -> FormPage {
        let fields = [("metric", "points"), ("scope", "departments"), ("target", "90"), ("valid_from", "2027-01-01")];
        let mut fields: Vec<_> = fields.map(|(name, text)| (name.to_owned(), text.to_owned())).to_vec();
        fields.push(("note".to_owned(), self.say("条例第 12 号", "Regulation 12")));
        let clients = vec![self.say("K1", "K1")];
        FormPage {
            shell: self.shell(Area::Commitments),
            action: "/staff/commitments/new".to_owned(),
            form: Form { fields, problems, names: self.names(), clients },
        }
    }

    fn preview(&self, change: Preview) -> PreviewPage {
        PreviewPage {
            shell: self.shell(Area::Commitments),
            action: "/staff/commitments/new".to_owned(),
            fields: vec![("note".to_owned(), self.say("条例第 12 号", "Regulation 12"))],
            seen: "1".to_owned(),
            is_late: true,
            today: date("2026-11-16"),
            change,
            waiver: Some(Waiver::Correction),
            note: Some(self.say("条例第 12 号", "Regulation 12")),
            over: vec![(period("2026-10"), State::Evaluating), (period("2026-09"), State::Sealed)],
            names: self.names(),
        }
    }

    fn register_preview(&self) -> PreviewPage {
        let all = self.promised();
        let new = Commitment { target: 8_500, tolerance: 600, valid_from: date("2026-09-01"), ..all[18].clone() };
        self.preview(Preview::Begins {
            new,
            before: Some(all[0].clone()),
            ended: vec![all[0].clone(), all[15].clone()],
        })
    }

    fn register_end_preview(&self) -> PreviewPage {
        let ended = self.promised()[18].clone();
        self.preview(Preview::Ends { ended, after: None, last_day: date("2026-11-30") })
    }

    fn register_end(&self) -> EndPage {
        let form = self.register_form(vec![("valid_to", self.say("过早", "Too early"))]).form;
        EndPage {
            shell: self.shell(Area::Commitments),
            action: "/staff/commitments/19/end".to_owned(),
            commitment: self.promised()[18].clone(),
            form,
        }
    }
}
