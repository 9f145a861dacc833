//! What a new version of a questionnaire changes, told before it is published.

use super::questionnaire::{Choice, Item, Question, Questionnaire};

/// What changes from one version to the next.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// The title reads otherwise.
    pub title: bool,
    /// Codes of questions and rows that were not asked before: their trends begin.
    pub added: Vec<String>,
    /// Codes of questions and rows that are asked no more: their trends end.
    pub removed: Vec<String>,
    /// The questions that stay have another order.
    pub reordered: bool,
    /// What changes in questions that stay, by code.
    pub changed: Vec<(String, Vec<Change>)>,
    /// Something other than words changes ([`Questionnaire::form`]): anonymous answers to the two versions wait apart.
    pub form: bool,
}

/// What changes in a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It is answered in another way.
    Kind,
    /// It reads otherwise.
    Text,
    /// It must be answered now, or need not be any more.
    Required(bool),
    /// "Not applicable" is offered now, or is not any more.
    NotApplicable(bool),
    /// Its weight.
    Weight {
        /// Before.
        from: u32,
        /// Now.
        to: u32,
    },
    /// An option is new.
    OptionAdded(Choice),
    /// An option is gone.
    OptionRemoved(Choice),
    /// An option is worth something else: the same answer will count otherwise.
    Points {
        /// The option as it is now.
        option: Choice,
        /// Points before.
        from: u8,
    },
    /// Options read otherwise, or stand in another order.
    Options,
    /// Other reasons are offered after a low answer, or after other answers.
    Why,
    /// It is asked of other customers.
    ShowIf,
    /// It looks otherwise: ends of the scale, faces, pages, rows.
    Look,
}

impl Changes {
    /// From one version to the next.
    pub fn between(before: &Questionnaire, after: &Questionnaire) -> Self {
        let codes = |of: &Questionnaire, not_in: &Questionnaire| -> Vec<String> {
            of.items().map(|item| item.code).filter(|code| not_in.item(code).is_none()).map(str::to_owned).collect()
        };
        let kept = |of: &Questionnaire, in_too: &Questionnaire| -> Vec<String> {
            let both = |question: &&Question| in_too.question(&question.code).is_some();
            of.questions.iter().filter(both).map(|question| question.code.clone()).collect()
        };
        let pairs = after.questions.iter().filter_map(|now| Some((before.question(&now.code)?, now)));
        let changed = pairs.map(|(was, now)| (now.code.clone(), changes(was, now)));
        Self {
            title: before.title != after.title,
            added: codes(after, before),
            removed: codes(before, after),
            reordered: kept(before, after) != kept(after, before),
            changed: changed.filter(|(_, changes)| !changes.is_empty()).collect(),
            form: before.form() != after.form(),
        }
    }

    /// Nothing changes at all.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn changes(was: &Question, now: &Question) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut note = |changed: bool, change: Change| changes.extend(changed.then_some(change));
    note(was.kind != now.kind, Change::Kind);
    note(was.text != now.text, Change::Text);
    note(was.required != now.required, Change::Required(now.required));
    note(was.not_applicable != now.not_applicable, Change::NotApplicable(now.not_applicable));
    note(was.weight != now.weight, Change::Weight { from: was.weight, to: now.weight });
    let option = |of: &Question, value: &str| of.options.iter().find(|option| option.value == value).cloned();
    for one in &now.options {
        match option(was, &one.value) {
            None => note(true, Change::OptionAdded(one.clone())),
            Some(old) => note(old.points != one.points, Change::Points { option: one.clone(), from: old.points }),
        }
    }
    for one in was.options.iter().filter(|one| option(now, &one.value).is_none()) {
        note(true, Change::OptionRemoved(one.clone()));
    }
    let words = |of: &Question, other: &Question| -> Vec<_> {
        let stays = of.options.iter().filter(|one| option(other, &one.value).is_some());
        stays.map(|one| (one.value.clone(), one.text.clone())).collect()
    };
    note(words(was, now) != words(now, was), Change::Options);
    note(was.why != now.why, Change::Why);
    note(was.show_if != now.show_if, Change::ShowIf);
    let rows =
        |of: &Question| of.items().map(|Item { code, text, .. }| (code.to_owned(), text.clone())).collect::<Vec<_>>();
    let looks = was.ends != now.ends || was.faces != now.faces || was.new_page != now.new_page;
    note(looks || !now.rows.is_empty() && rows(was) != rows(now), Change::Look);
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn online() -> Questionnaire {
        serde_json::from_str(Questionnaire::ONLINE_JSON).unwrap()
    }

    fn after(change: impl FnOnce(&mut Questionnaire)) -> Changes {
        let mut questionnaire = online();
        change(&mut questionnaire);
        Changes::between(&online(), &questionnaire)
    }

    #[test]
    fn the_same_questionnaire_changes_nothing() {
        assert!(after(|_| ()).is_empty());
    }

    #[test]
    fn another_wording_keeps_the_form() {
        let changes = after(|one| one.questions[1].text.en = "How friendly we were".into());
        assert_eq!(changes.changed, [("attitude".to_owned(), vec![Change::Text])]);
        assert!(!changes.form);
    }

    #[test]
    fn other_points_are_told_and_change_the_form() {
        let changes = after(|one| one.questions[0].options[1].points = 80);
        let option = Choice { points: 80, ..online().questions[0].options[1].clone() };
        assert_eq!(changes.changed, [("overall".to_owned(), vec![Change::Points { option, from: 85 }])]);
        assert!(changes.form);
    }

    #[test]
    fn another_code_is_a_question_that_goes_and_one_that_comes() {
        let changes = after(|one| one.questions[1].code = "manner".into());
        assert_eq!((changes.added, changes.removed), (vec!["manner".to_owned()], vec!["attitude".to_owned()]));
        assert!(changes.form && changes.changed.is_empty() && !changes.reordered);
    }

    #[test]
    fn a_new_order_is_told_of_what_stays() {
        let changes = after(|one| one.questions.swap(1, 2));
        assert!(changes.reordered && changes.added.is_empty());
    }

    #[test]
    fn options_that_come_and_go_are_told() {
        let changes = after(|one| {
            one.questions[1].options.remove(2);
            one.questions[1].options[0].value = "6".into();
        });
        let (_, told) = &changes.changed[0];
        assert!(matches!(
            told.as_slice(),
            [Change::OptionAdded(_), Change::OptionRemoved(_), Change::OptionRemoved(_)]
        ));
    }
}
