//! The demo's complaints: some of those whom a service left without a solution, and a few others, complain within days,
//! and the last of them are still waiting. They have dice of their own, so that the rest of the demo stays as it is.

use chrono::{DateTime, TimeDelta, Utc};

use super::FillError;
use super::dice::Dice;
use crate::context::Context;
use crate::db::Connection;
use crate::db::complaint::{Desk, Outcome};
use crate::domain::complaint::{Complaint, Details};
use crate::domain::locale::Locale;
use crate::domain::service_record::ServiceRecord;

/// The same complaints every time.
const SEED: u64 = 0x6d61_6e79_6900_0002;

/// Kind, what it is about, what is demanded: in Chinese and in English.
const MATTERS: [[(&str, &str, &str); 2]; 5] = [
    [
        ("服务质量", "问题反复出现，处理后没有解决。", "请安排经验更丰富的人员重新处理。"),
        ("Quality", "The problem came back after it was dealt with.", "Send somebody more experienced."),
    ],
    [
        ("时效", "约定的时间没有人联系。", "请说明原因并尽快处理。"),
        ("Delay", "Nobody got in touch at the time agreed.", "Explain why, and deal with it soon."),
    ],
    [("态度", "沟通时很不耐烦。", "请当面道歉。"), ("Attitude", "They were impatient with me.", "An apology.")],
    [
        ("费用", "收费与事先告知的不一致。", "退还多收的费用。"),
        ("Charges", "I was charged more than I was told.", "Return the difference."),
    ],
    [
        ("信息", "前后几次得到的答复互相矛盾。", "给出书面的正式答复。"),
        ("Information", "I was given contradicting answers.", "A formal answer in writing."),
    ],
];

/// Those who complain, as their services pass by.
pub(super) struct Complaints {
    dice: Dice,
    now: DateTime<Utc>,
    made: Vec<Complaint>,
}

impl Complaints {
    pub(super) fn new(now: DateTime<Utc>) -> Self {
        Self { dice: Dice::new(SEED), now, made: Vec::new() }
    }

    /// Decides whether a service is complained about; what would be received later than now is not.
    pub(super) fn about(&mut self, record: &ServiceRecord) {
        let dice = &mut self.dice;
        let share = if record.resolved == Some(false) { 0.09 } else { 0.006 };
        if !dice.chance(share) {
            return;
        }
        let hours =
            |dice: &mut Dice, least: u32, most: u32| TimeDelta::hours((least + dice.below(most - least)).into());
        let received_at = record.completed_at + hours(dice, 2, 96);
        let closed_at = received_at + hours(dice, 8, 160);
        let matter = usize::try_from(dice.below(5)).unwrap_or(0);
        let place = usize::from(record.locale == Some(Locale::En));
        let urgent = dice.chance(0.1);
        let Some((kind, summary, demand)) = MATTERS.get(matter).and_then(|matter| matter.get(place)).copied() else {
            return;
        };
        if received_at > self.now {
            return;
        }
        self.made.push(Complaint {
            reference: format!("TS-{}-{:04}", received_at.format("%y%m"), self.made.len() + 1),
            department_code: None,
            channel: None,
            received_at,
            closed_at: Some(closed_at).filter(|closed| *closed <= self.now),
            external_id: Some(record.external_id.clone()),
            kind: Some(kind.to_owned()),
            urgent,
            client_code: None,
            details: Details {
                contact: record.contact.clone(),
                summary: Some(summary.to_owned()),
                demand: Some(demand.to_owned()),
            },
        });
    }

    /// Hands them in.
    pub(super) fn hand_in(&self, conn: &mut Connection, context: &Context) -> Result<(), FillError> {
        let desk = Desk::load(conn, &context.secrets, context.config.time_zone, self.now)?;
        let outcomes = desk.store(conn, &self.made.iter().collect::<Vec<_>>(), |_| ())?;
        match self.made.iter().zip(outcomes).find(|(_, outcome)| *outcome != Outcome::Created) {
            Some((complaint, _)) => Err(FillError::Refused(complaint.reference.clone())),
            None => Ok(()),
        }
    }
}
