//! Questionnaires of several pages: which page comes next, and what is kept between them. What is kept is never counted
//! and never scored (FEATURES D3).

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{Answers, Asked, CONTACT, Kind, Questionnaire, WHY};

/// What is filled in of a questionnaire of several pages and not sent yet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partial {
    /// The furthest page reached, from 0.
    pub reached: usize,
    /// Valid answers to the pages that were sent.
    pub answers: Answers,
    /// The answer is to be given by name.
    pub named: bool,
}

impl Questionnaire {
    /// The places of the questions page by page; one page unless a question begins a new one.
    pub fn pages(&self) -> Vec<Range<usize>> {
        let begins = |at: &usize| self.questions.get(*at).is_some_and(|question| question.new_page);
        let starts: Vec<usize> = std::iter::once(0).chain((1..self.questions.len()).filter(begins)).collect();
        let ends = starts.iter().skip(1).copied().chain([self.questions.len()]);
        starts.iter().zip(ends).map(|(start, end)| *start..end).collect()
    }

    /// Whether it has more than one page.
    pub fn has_pages(&self) -> bool {
        self.questions.iter().skip(1).any(|question| question.new_page)
    }

    /// The page, from 0, that holds the question or row of this code, or what is asked about a low answer to it.
    pub fn page_of(&self, code: &str) -> Option<usize> {
        let stem = code.strip_suffix(WHY).or_else(|| code.strip_suffix(CONTACT)).unwrap_or(code);
        let at = self.questions.iter().position(|question| question.items().any(|item| item.code == stem))?;
        self.pages().iter().position(|page| page.contains(&at))
    }

    /// The page after `page` for who gives these answers: one that asks something, or else the last, where all sign and
    /// send.
    pub fn page_after(&self, page: usize, answers: &Answers) -> usize {
        let last = self.pages().len().saturating_sub(1);
        (page + 1..last).find(|next| self.asks_on(*next, answers)).unwrap_or(last)
    }

    /// The page before `page` for who gives these answers: one that asks something, or else the first.
    pub fn page_before(&self, page: usize, answers: &Answers) -> usize {
        (1..page).rev().find(|previous| self.asks_on(*previous, answers)).unwrap_or(0)
    }

    /// Whether a page may ask something of who gives these answers to the pages before it.
    fn asks_on(&self, page: usize, answers: &Answers) -> bool {
        let questions = self.pages().into_iter().nth(page).unwrap_or_default();
        let asked = self.asked(answers, questions.start);
        asked.iter().skip(questions.start).take(questions.len()).any(|asked| *asked != Asked::Never)
    }

    /// Whether a page other than this one holds a wish to be contacted.
    pub fn wishes_elsewhere(&self, page: usize, answers: &Answers) -> bool {
        answers.0.keys().any(|code| code.ends_with(CONTACT) && self.page_of(code) != Some(page))
    }

    /// These answers with those to one page in the place of what they say about it. What they hide then is left out.
    pub fn with_page(&self, others: &Answers, page: usize, answers: &Answers) -> Answers {
        let is_here = |code: &str| self.page_of(code) == Some(page);
        let others = self.sent(others).into_iter().filter(|(code, _)| !is_here(code));
        let sent: Vec<_> = others.chain(self.sent(answers).into_iter().filter(|(code, _)| is_here(code))).collect();
        self.reading(sent.iter().map(|(code, value)| (code.as_str(), value.as_str()))).answers
    }

    /// Answers as a form sends them: one field for each value.
    pub fn sent(&self, answers: &Answers) -> Vec<(String, String)> {
        let is_several =
            |code: &str| code.ends_with(WHY) || self.item(code).is_some_and(|item| item.question.kind == Kind::Multi);
        let values = |(code, value): (&String, &String)| -> Vec<(String, String)> {
            match is_several(code) {
                true => value.split(' ').map(|one| (code.clone(), one.to_owned())).collect(),
                false => vec![(code.clone(), value.clone())],
            }
        };
        answers.0.iter().flat_map(values).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `overall place | ways grid recommend effort solved | missing more | agree comment`
    fn paged() -> Questionnaire {
        let mut questionnaire: Questionnaire =
            serde_json::from_str(include_str!("../../../tests/data/all-kinds.json")).unwrap();
        for question in &mut questionnaire.questions {
            question.new_page = ["overall", "ways", "missing", "agree"].contains(&question.code.as_str());
        }
        questionnaire
    }

    fn answers(fields: &[(&str, &str)]) -> Answers {
        paged().reading(fields.iter().copied()).answers
    }

    #[test]
    fn pages_begin_where_a_question_says_so() {
        assert_eq!(paged().pages(), [0..2, 2..7, 7..9, 9..11]);
        let page = |code| paged().page_of(code);
        assert_eq!([page("overall.why"), page("care"), page("more"), page("x")], [Some(0), Some(1), Some(2), None]);
    }

    #[test]
    fn a_page_that_asks_nothing_is_passed_over_both_ways() {
        let fine = answers(&[("overall", "5"), ("solved", "yes")]);
        assert_eq!((paged().page_after(1, &fine), paged().page_before(3, &fine)), (3, 1));
        let bad = answers(&[("overall", "5"), ("solved", "no")]);
        assert_eq!((paged().page_after(1, &bad), paged().page_before(3, &bad)), (2, 2));
    }

    #[test]
    fn the_first_and_the_last_page_are_always_there() {
        let none = Answers::default();
        assert_eq!((paged().page_after(3, &none), paged().page_before(0, &none)), (3, 0));
    }

    #[test]
    fn a_wish_is_elsewhere_on_every_page_but_its_own() {
        let wish = answers(&[("overall", "1"), ("overall.contact", "yes")]);
        assert_eq!([0, 1, 3].map(|page| paged().wishes_elsewhere(page, &wish)), [false, true, true]);
        assert!(!paged().wishes_elsewhere(3, &answers(&[("overall", "1"), ("overall.why", "slow")])));
    }

    #[test]
    fn one_page_takes_the_place_of_what_was_said_on_it() {
        let before = answers(&[("overall", "1"), ("solved", "no"), ("missing", "advice"), ("more", "x")]);
        let now = answers(&[("overall", "5"), ("solved", "yes")]);
        let first = answers(&[("overall", "5"), ("solved", "no"), ("missing", "advice"), ("more", "x")]);
        assert_eq!(
            (paged().with_page(&before, 0, &now), paged().with_page(&before, 1, &now)),
            (first, answers(&[("overall", "1"), ("solved", "yes"), ("more", "x")]),)
        );
    }

    #[test]
    fn what_was_read_is_sent_again_as_it_was() {
        let fields = [
            ("overall", "1"),
            ("overall.why", "manner"),
            ("overall.why", "slow"),
            ("ways", "app"),
            ("ways", "letter"),
            ("more", "two words"),
        ];
        let read = answers(&fields);
        let sent = paged().sent(&read);
        let again = sent.iter().map(|(code, value)| (code.as_str(), value.as_str()));
        assert_eq!(paged().reading(again).answers, read);
        assert!(sent.contains(&("more".into(), "two words".into())));
    }
}
