//! What is left out: waiting, in force, withdrawn and restored.

use askama::Template as _;

use super::{Rendered, Samples, moment, period};
use crate::domain::exclusion::{Reason, Stage, Step};
use crate::domain::service_record::Channel;
use crate::web::views::exclusions::{ExclusionRow, ExclusionsPage, Kind, ProposalForm};
use crate::web::views::shell::Area;

pub(super) fn pages(samples: &Samples) -> Vec<(&'static str, Rendered)> {
    let refused = ProposalForm {
        kind: Kind::Response,
        reference: samples.say("A-00017", "A-00017"),
        reason: "trial".to_owned(),
        note: samples.say("5 月 3 日来电", "call of 3 May"),
        problems: vec![("reference", samples.say("没有", "None such"))],
    };
    let empty = ExclusionsPage { rows: Vec::new(), ..samples.exclusions(None) };
    vec![
        ("exclusions", samples.exclusions(Some(ProposalForm::default())).render()),
        ("exclusions-refused", samples.exclusions(Some(refused)).render()),
        ("exclusions-empty", empty.render()),
    ]
}

impl Samples {
    fn exclusions(&self, form: Option<ProposalForm>) -> ExclusionsPage {
        let row = |id: i64, stage, steps: &[Step], told| ExclusionRow {
            id,
            response: self.say("00112233445566778899aabbccddeeff", "00112233445566778899aabbccddeeff"),
            record: Some(self.say("A-00017", "A-00017")),
            department: self.say("维修服务部", "Repair Service"),
            channel: Some(Channel::Online),
            month: period("2026-10"),
            reason: Some(Reason::Mistaken),
            note: Some(self.say("5 月 3 日来电", "call of 3 May")),
            stage,
            asked: (self.say("zhao@example.com", "zhao@example.com"), moment("2026-10-20T09:00:00")),
            decided: Some((self.say("wang@example.com", "wang@example.com"), moment("2026-10-21T09:00:00"))),
            restored: Some((self.say("zhao@example.com", "zhao@example.com"), moment("2026-10-22T09:00:00"))),
            steps: steps.to_vec(),
            own: id == 1,
            told,
        };
        ExclusionsPage {
            shell: self.shell(Area::Exclusions),
            refused: form.as_ref().map(|_| self.say("须由另一人决定", "Another person has to")),
            form,
            rows: vec![
                row(1, Stage::Requested, &[Step::Refuse], None),
                row(2, Stage::Requested, &[Step::Approve, Step::Refuse], None),
                row(3, Stage::Excluded, &[Step::Restore], None),
                row(4, Stage::Excluded, &[], Some(period("2026-10"))),
                row(5, Stage::Refused, &[], None),
                row(6, Stage::Restored, &[], None),
            ],
        }
    }
}
