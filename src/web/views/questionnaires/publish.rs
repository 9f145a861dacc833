//! What publishing a draft changes, before it is done.

use askama::Template;

use super::super::shell::Shell;
use super::{FaultLine, Sheet, words};
use crate::domain::questionnaire::Questionnaire;
use crate::domain::questionnaire_change::Changes;
use crate::domain::service_record::Channel;
use crate::i18n::Texts;

/// `GET /staff/questionnaires/{code}/publish`. Form: `csrf`, `revision`.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/questionnaire_publish.html")]
pub struct PublishPage {
    /// The frame.
    pub shell: Shell,
    /// Code of the questionnaire.
    pub code: String,
    /// The revision to publish.
    pub revision: i64,
    /// The version that it becomes.
    pub version: i32,
    /// What it asks.
    pub sheet: Sheet,
    /// All that keeps it from being published.
    pub faults: Vec<FaultLine>,
    /// The published version and what changes; `None` for the first.
    pub changes: Option<(Questionnaire, Changes)>,
    /// What it will be.
    pub questionnaire: Questionnaire,
    /// The channels that ask this questionnaire.
    pub channels: Vec<Channel>,
    /// Somebody has saved it since the page was made: this is how it stands now.
    pub overtaken: bool,
}

impl PublishPage {
    fn csrf(&self) -> &str {
        self.shell.account.as_ref().map_or("", |account| account.csrf.as_str())
    }

    fn channels(&self, t: &Texts) -> String {
        words::channels(t, &self.channels)
    }

    fn heading(&self, t: &Texts) -> String {
        let args = [("code", self.code.clone()), ("version", self.version.to_string())];
        t.with("questionnaire-publish-heading", &args)
    }

    /// What changes, line by line.
    fn lines(&self, t: &Texts) -> Vec<String> {
        let changes = self.changes.as_ref();
        changes.map(|(before, changes)| lines(t, before, &self.questionnaire, changes)).unwrap_or_default()
    }

    fn is_unchanged(&self) -> bool {
        self.changes.as_ref().is_some_and(|(_, changes)| changes.is_empty())
    }
}

/// What changes, line by line.
pub fn lines(t: &Texts, before: &Questionnaire, after: &Questionnaire, changes: &Changes) -> Vec<String> {
    let named = |of: &Questionnaire, code: &String| {
        let text = of.item(code).map(|item| words::words(t, item.text));
        text.unwrap_or_else(|| of.question(code).map_or_else(|| code.clone(), |one| words::words(t, &one.text)))
    };
    let told = |key: &'static str, of: &Questionnaire, code: &String| {
        t.with(key, &[("question", named(of, code)), ("code", code.clone())])
    };
    let mut lines = Vec::new();
    lines.extend(changes.title.then(|| t.get("questionnaire-change-title")));
    lines.extend(changes.added.iter().map(|code| told("questionnaire-change-added", after, code)));
    lines.extend(changes.removed.iter().map(|code| told("questionnaire-change-removed", before, code)));
    lines.extend(changes.reordered.then(|| t.get("questionnaire-change-order")));
    for (code, found) in &changes.changed {
        let what: Vec<String> = found.iter().map(|change| words::change(t, change)).collect();
        let args = [("question", named(after, code)), ("changes", what.join(&t.get("questionnaire-and-also")))];
        lines.push(t.with("questionnaire-change-question", &args));
    }
    lines
}
