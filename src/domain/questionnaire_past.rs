//! What was published of a questionnaire before its draft. Answers are joined by code alone, so a code that is asked no more
//! still names what was asked under it: with another meaning it would join two trends that nobody could tell apart.

use super::questionnaire::{Item, Localised, Part, Place, Questionnaire};
use super::questionnaire_draft::{Checked, Draft, DraftFault, DraftProblem, DraftQuestion, free};

/// The published versions of a questionnaire with their numbers, the newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Past(pub Vec<(i32, Questionnaire)>);

/// What was asked under a code that the newest version does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retired {
    /// The code.
    pub code: String,
    /// The last version that asked it.
    pub version: i32,
    /// What it asked.
    pub text: Localised,
}

impl Past {
    /// Whether the newest version has a question or a row of this code, whose trend goes on.
    pub fn goes_on(&self, code: &str) -> bool {
        let newest = self.0.first();
        newest.is_some_and(|(_, newest)| newest.question(code).is_some() || newest.item(code).is_some())
    }

    /// What a code stood for that is asked no more.
    fn retired(&self, code: &str) -> Option<(i32, Item<'_>)> {
        if self.goes_on(code) {
            return None;
        }
        self.0.iter().find_map(|(version, before)| Some((*version, before.item(code)?)))
    }
}

impl Draft {
    /// As [`Draft::check`], with the codes that stood for something else before.
    pub fn check_after(&self, code: &str, past: &Past) -> Checked {
        let mut checked = self.check(code);
        let mut retired = Vec::new();
        for (at, question) in checked.questionnaire.questions.iter().enumerate() {
            for (row, item) in question.items().enumerate() {
                let Some((version, before)) = past.retired(item.code).filter(|(_, before)| !is_same(before, &item))
                else {
                    continue;
                };
                let part = if question.rows.is_empty() { Part::Code } else { Part::RowCode(row) };
                let stood = Retired { code: item.code.to_owned(), version, text: before.text.clone() };
                let place = Place { question: Some(at), part };
                retired.push(DraftFault { place, problem: DraftProblem::Retired(stood) });
            }
        }
        checked.faults.extend(retired);
        checked.faults.sort_by_key(|fault| fault.place);
        checked
    }
}

impl DraftQuestion {
    /// Gives other codes to what is still empty and has been given one that stood for something before.
    pub fn rename_retired(&mut self, draft: &Draft, past: &Past) {
        let taken = |code: &str| past.0.iter().any(|(_, before)| before.item(code).is_some());
        let is_empty = |text: &Localised| *text == Localised::default();
        let mut known: Vec<String> = draft.codes().map(str::to_owned).collect();
        let mut rename = |stem: &str, code: &mut String, text: &Localised| {
            if is_empty(text) && past.retired(code).is_some() {
                *code = free(stem, |code| known.iter().any(|known| known == code) || taken(code));
                known.push(code.clone());
            }
        };
        rename("q", &mut self.code, &self.text);
        for row in &mut self.rows {
            rename("row", &mut row.code, &row.text);
        }
    }
}

/// Whether two questions are one: asked in the same words, and answered on the same scale.
fn is_same(before: &Item<'_>, now: &Item<'_>) -> bool {
    let scale = |item: &Item<'_>| -> Vec<(String, u8)> {
        item.question.options.iter().map(|option| (option.value.clone(), option.points)).collect()
    };
    let asked = |item: &Item<'_>| (item.question.kind, item.question.text.clone(), item.text.clone(), scale(item));
    asked(before) == asked(now)
}

#[cfg(test)]
mod tests {
    use super::super::questionnaire::Kind;
    use super::*;

    fn online() -> Questionnaire {
        serde_json::from_str(Questionnaire::ONLINE_JSON).unwrap()
    }

    /// `speed` was asked in version 1 and is not in version 2.
    fn past() -> Past {
        let mut newest = online();
        newest.questions.retain(|question| question.code != "speed");
        Past(vec![(2, newest), (1, online())])
    }

    fn faults(draft: &Draft) -> Vec<(Place, DraftProblem)> {
        draft.check_after("online", &past()).faults.into_iter().map(|fault| (fault.place, fault.problem)).collect()
    }

    #[test]
    fn a_question_may_come_back_as_it_was() {
        assert_eq!(faults(&Draft::of(&online())), []);
    }

    #[test]
    fn a_code_that_stood_for_something_else_is_refused() {
        let mut draft = Draft::of(&online());
        let at = draft.questions.iter().position(|question| question.code == "speed").unwrap();
        let before = draft.questions[at].text.clone();
        draft.questions[at].text = Localised { zh_cn: "网速如何？".into(), en: "Was the network fast?".into() };
        let place = Place { question: Some(at), part: Part::Code };
        let stood = Retired { code: "speed".into(), version: 1, text: before.clone() };
        assert_eq!(faults(&draft), [(place, DraftProblem::Retired(stood))]);
        draft.questions[at].text = before;
        draft.questions[at].options[1].points = "90".into();
        assert_eq!(faults(&draft).len(), 1, "on another scale");
        assert_eq!(
            draft.check_after("online", &Past(vec![(1, online())])).faults,
            [],
            "while it is asked it may change"
        );
    }

    #[test]
    fn a_row_of_a_retired_code_is_refused_at_its_row() {
        let mut draft = Draft::of(&past().0[0].1);
        let id = draft.add(Kind::Matrix).unwrap();
        let mut matrix = draft.question(id).unwrap().clone();
        matrix.text = Localised { zh_cn: "各方面如何？".into(), en: "How was each?".into() };
        for (row, code) in matrix.rows.iter_mut().zip(["speed", "care"]) {
            row.code = code.into();
            row.text = matrix.text.clone();
        }
        draft.put(matrix);
        let found = faults(&draft);
        assert!(matches!(&found[..], [(Place { part: Part::RowCode(0), .. }, DraftProblem::Retired(_))]), "{found:?}");
    }

    #[test]
    fn what_is_added_gets_a_code_that_nothing_had() {
        let mut before = online();
        before.questions[1].code = "q1".into();
        let past = Past(vec![(2, online()), (1, before)]);
        let mut draft = Draft::of(&online());
        let id = draft.add(Kind::Text).unwrap();
        let mut question = draft.question(id).unwrap().clone();
        assert_eq!(question.code, "q1");
        question.rename_retired(&draft, &past);
        assert_eq!(question.code, "q2");
    }
}
