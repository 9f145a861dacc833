//! The demo's drafts: a next version of the online questionnaire, and one for closed complaints that is not asked yet.

use chrono::{DateTime, Utc};

use crate::db::{self, Connection, questionnaire, questionnaire_draft};
use crate::domain::questionnaire::{Condition, Kind, Localised, NO, OVERALL};
use crate::domain::questionnaire_draft::{Draft, DraftQuestion};
use crate::domain::questionnaire_preset::Preset;
use crate::domain::service_record::Channel;

/// Begins the drafts.
pub(super) fn draft(conn: &mut Connection, by: &str, now: DateTime<Utc>) -> db::Result<()> {
    let complaint = Preset::Complaint;
    if let Some(questionnaire) = complaint.questionnaire() {
        questionnaire_draft::begin(conn, complaint.as_str(), &Draft::of(&questionnaire), None, by, now)?;
    }
    let code = Channel::Online.as_str();
    let Some(published) = questionnaire::versions(conn)?.into_iter().find(|version| version.code == code) else {
        return Ok(());
    };
    let mut draft = Draft::of(&published.questionnaire);
    let again = add(&mut draft, Kind::YesNo, "again", ("以后还会再用我们的线上服务吗？", "Would you use it again?"));
    if let Some(id) = add(&mut draft, Kind::Text, "why_not", ("主要是因为什么？", ""))
        && let Some(mut why) = draft.question(id).cloned()
        && again.is_some()
    {
        why.conditions = vec![
            Condition { question: "again".into(), values: vec![NO.into()] },
            Condition { question: OVERALL.into(), values: vec!["1".into(), "2".into()] },
        ];
        why.any = true;
        draft.put(why);
    }
    questionnaire_draft::begin(conn, code, &draft, Some(published.version), by, now)?;
    Ok(())
}

fn add(draft: &mut Draft, kind: Kind, code: &str, (zh_cn, en): (&str, &str)) -> Option<u32> {
    let id = draft.add(kind)?;
    let text = Localised { zh_cn: zh_cn.to_owned(), en: en.to_owned() };
    let question = draft.question(id).cloned()?;
    draft.put(DraftQuestion { code: code.to_owned(), text, ..question });
    Some(id)
}
