//! Questionnaires: the list, a published one, a draft with faults, each kind of question, and what publishing changes.

use askama::Template;

use super::super::questionnaires::edit::{EditPage, FaultHere, Overtaken, QuestionPage, earlier, judged};
use super::super::questionnaires::publish::PublishPage;
use super::super::questionnaires::{ChannelRow, ListPage, ListRow, NewPage, Sheet, VersionRow, ViewPage, faults};
use super::super::shell::Area;
use super::{Rendered, Samples, moment};
use crate::domain::questionnaire::{Condition, Kind, Questionnaire};
use crate::domain::questionnaire_change::Changes;
use crate::domain::questionnaire_draft::Draft;
use crate::domain::questionnaire_preset::Preset;
use crate::domain::service_record::Channel;

pub(super) fn pages(samples: &Samples) -> Vec<(&'static str, Rendered)> {
    let kinds = draft(samples).questions.len();
    let questions = (0..kinds).map(|at| ("questionnaire-question", samples.question(at, false).render()));
    let mut pages = vec![
        ("questionnaires", samples.questionnaires().render()),
        ("questionnaire", samples.questionnaire().render()),
        ("questionnaire-new", samples.new_questionnaire().render()),
        ("questionnaire-edit", samples.edit().render()),
        ("questionnaire-overtaken", samples.question(0, true).render()),
        ("questionnaire-publish", samples.publish().render()),
    ];
    pages.extend(questions);
    pages
}

/// The default questionnaire with a question of every kind, one of them without English, and one that asks too late.
fn draft(samples: &Samples) -> Draft {
    let mut draft = Draft::of(&online());
    draft.title.en = samples.say("", "Online service");
    for kind in Kind::ALL {
        let id = draft.add(kind).unwrap();
        let mut question = draft.question(id).unwrap().clone();
        question.text.zh_cn = samples.say("还有什么？", "还有什么？");
        question.add_reason();
        question.conditions = vec![Condition { question: "overall".into(), values: vec!["1".into(), "no".into()] }];
        draft.put(question);
    }
    draft.questions[0].options[1].points = "80".into();
    draft.questions[0].options[0].text.zh_cn = samples.say("非常满意", "非常满意");
    draft
}

fn online() -> Questionnaire {
    serde_json::from_str(Questionnaire::ONLINE_JSON).unwrap()
}

impl Samples {
    fn saved(&self) -> (chrono::NaiveDateTime, String) {
        (moment("2026-11-16T09:30:00"), self.say("赵敏", "Zhao Min"))
    }

    fn version(&self) -> VersionRow {
        VersionRow {
            version: 2,
            at: moment("2026-11-16T09:30:00"),
            by: Some(self.say("赵敏", "Zhao Min")),
            responses: 317,
            long_because: Some(self.say("每年一次的调查", "Once a year")),
            changes: vec![self.say("题目顺序变了。", "The questions come in another order.")],
        }
    }

    fn questionnaires(&self) -> ListPage {
        let row = |code: &str, version: bool| ListRow {
            code: code.to_owned(),
            title: self.say("线上服务评价", "Online service"),
            version: version.then(|| self.version()),
            draft: (!version).then(|| self.saved()),
            channels: if version { Channel::ALL.to_vec() } else { Vec::new() },
        };
        let channel = |channel: Channel| ChannelRow {
            channel,
            asked: channel.to_string(),
            offered: vec![("online".into(), self.say("线上服务评价", "Online service"))],
        };
        ListPage {
            shell: self.shell(Area::Questionnaires),
            rows: vec![row("online", true), row("shop", false)],
            channels: Channel::ALL.map(channel).to_vec(),
            overtaken: true,
        }
    }

    fn questionnaire(&self) -> ViewPage {
        ViewPage {
            shell: self.shell(Area::Questionnaires),
            code: "online".into(),
            title: self.say("线上服务评价", "Online service"),
            channels: vec![Channel::Online],
            current: Some((self.version(), Sheet::of(&self.t, &online()))),
            draft: Some(self.saved()),
            history: vec![self.version(), VersionRow { version: 1, by: None, ..self.version() }],
        }
    }

    fn new_questionnaire(&self) -> NewPage {
        let offered = Preset::ALL
            .map(|preset| (preset.as_str().to_owned(), self.say("预设", "Preset"), self.say("说明", "What it asks")));
        NewPage {
            shell: self.shell(Area::Questionnaires),
            code: self.say("商店", "Shop"),
            offered: offered.to_vec(),
            from: "complaint".into(),
            json: self.say("{", "{"),
            problems: vec![("code", self.say("代号不对", "Wrong")), ("json", self.say("文件不对", "Wrong"))],
        }
    }

    fn edit(&self) -> EditPage {
        let draft = draft(self);
        let checked = draft.check("online");
        EditPage {
            shell: self.shell(Area::Questionnaires),
            code: "online".into(),
            revision: 7,
            saved: self.saved(),
            base: Some(1),
            title: draft.title.clone(),
            long_because: String::new(),
            sheet: Sheet::of_draft(&self.t, "online", &draft, &checked),
            faults: faults(&self.t, "online", &draft, &checked),
            overtaken: Some(Overtaken::By(self.say("赵敏", "Zhao Min"), moment("2026-11-16T09:30:00"))),
        }
    }

    fn question(&self, at: usize, is_overtaken: bool) -> QuestionPage {
        let draft = draft(self);
        let checked = draft.check("online");
        let question = draft.questions[at].clone();
        let (satisfied, mismatches) = judged(&self.t, &checked.questionnaire, &question.code);
        let own = checked.faults.iter().filter(|fault| fault.place.question == Some(at));
        let sheet = Sheet::of_draft(&self.t, "online", &draft, &checked);
        QuestionPage {
            shell: self.shell(Area::Questionnaires),
            code: "online".into(),
            revision: 7,
            place: (at + 1, draft.questions.len()),
            neighbours: (Some(1), Some(3)),
            is_published: at == 0,
            faults: own.map(|fault| FaultHere::of(&self.t, fault)).collect(),
            earlier: earlier(&self.t, &draft, &checked, &question),
            question,
            satisfied,
            mismatches,
            overtaken: is_overtaken.then(|| (Overtaken::Gone, sheet.cards.into_iter().next())),
        }
    }

    fn publish(&self) -> PublishPage {
        let draft = draft(self);
        let checked = draft.check("online");
        let changes = Changes::between(&online(), &checked.questionnaire);
        PublishPage {
            shell: self.shell(Area::Questionnaires),
            code: "online".into(),
            revision: 7,
            version: 3,
            sheet: Sheet::of_draft(&self.t, "online", &draft, &checked),
            faults: Vec::new(),
            changes: Some((online(), changes)),
            questionnaire: checked.questionnaire,
            channels: vec![Channel::Online],
            overtaken: true,
        }
    }
}
