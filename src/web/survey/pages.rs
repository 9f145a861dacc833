//! A questionnaire of several pages. Each page that is sent is kept under the invitation, sealed, and whoever opens the
//! link again goes on where they left. Nothing of it is an answer before the last page is sent.

use actix_web::{HttpRequest, HttpResponse};

use super::form::{Identity, Preselection, SurveyForm};
use super::notice::State;
use super::view::{Problem, Stage, Step};
use super::{Body, Filled, Opened, Trust, Web, here, notice, page, parse, see_other, send, trust};
use crate::db::{self, partial};
use crate::domain::questionnaire::{AnswerError, AnswerProblem, Answers, Partial, Questionnaire, Reading};

/// Answers as sent: question code and value.
type Sent = Vec<(String, String)>;

/// A page that was sent, and what was kept before.
struct Turn<'a> {
    web: &'a Web,
    request: &'a HttpRequest,
    opened: &'a Opened,
    kept: Partial,
    page: usize,
    /// The form, with the answers of the other pages.
    form: SurveyForm,
}

/// `GET` of a link: the page asked for or the furthest one reached; an answer chosen in the mail shows its page.
pub(super) async fn open(web: &Web, request: &HttpRequest, opened: &Opened, seen: Preselection) -> HttpResponse {
    let kept = match find(web, opened).await {
        Ok(kept) => kept,
        Err(busy) => return notice(web, request, Some(opened), &busy),
    };
    let new = |(code, value): &&(String, String)| kept.answers.0.get(code) != Some(value);
    let chosen = seen.answers.iter().find(new).and_then(|(code, _)| opened.questionnaire.page_of(code));
    let asked_for = chosen.or(seen.page.map(|page| page.saturating_sub(1)));
    let at = asked_for.unwrap_or(kept.reached).min(kept.reached);
    let is_chosen = |code: &str| seen.answers.iter().any(|(chosen, _)| chosen == code);
    let before = opened.questionnaire.sent(&kept.answers).into_iter().filter(|(code, _)| !is_chosen(code));
    let answers = before.chain(seen.answers.clone()).collect();
    let identity = if kept.named { Identity::Named } else { Identity::Anonymous };
    let step = Some(step(&opened.questionnaire, at, &kept.answers));
    page(web, request, opened, Filled { answers, identity, step, ..Filled::default() })
}

/// `POST` of a page: on, back, shown otherwise, or sent.
pub(super) async fn answer(web: &Web, request: &HttpRequest, opened: &Opened, body: &Body) -> HttpResponse {
    let kept = match find(web, opened).await {
        Ok(kept) => kept,
        Err(busy) => return notice(web, request, Some(opened), &busy),
    };
    let questionnaire = &opened.questionnaire;
    let form = match parse(body, Stage::Opened) {
        Ok(form) => form,
        Err(shown) => {
            let (answers, step) = (questionnaire.sent(&kept.answers), step(questionnaire, kept.reached, &kept.answers));
            return page(web, request, opened, Filled { answers, step: Some(step), ..shown });
        }
    };
    match form.page {
        Some(number) => {
            let page = number.saturating_sub(1).min(kept.reached);
            let form = SurveyForm { answers: joined(questionnaire, &kept, page, &form.answers), ..form };
            let turn = Turn { web, request, opened, kept, page, form };
            if turn.form.is_draft { turn.show(Stage::Draft, Vec::new(), false) } else { turn.take().await }
        }
        // Who sends all questions at once has no need of pages.
        None if form.is_draft => page(web, request, opened, Filled { stage: Stage::Draft, ..form.filled(Vec::new()) }),
        None => send(web, request, opened, &form).await,
    }
}

impl Turn<'_> {
    /// Checks the page and goes where its button leads.
    async fn take(self) -> HttpResponse {
        let Self { web, request, opened, .. } = self;
        let questionnaire = &opened.questionnaire;
        let Trust { mut problems, is_confirmed } = trust(web, request, opened, &self.form).await;
        let reading = questionnaire.reading(self.form.fields());
        let is_back = self.form.is_back || self.form.drops_wish;
        let is_here = |code: &str| questionnaire.page_of(code).is_none_or(|page| page == self.page);
        let wrong = reading.errors.iter().filter(|error| is_here(&error.code));
        // Whoever goes back, or thinks again about being contacted, has not answered yet.
        let wrong = wrong.filter(|error| !(is_back && error.reason == AnswerProblem::Missing));
        problems.extend(wrong.cloned().map(Problem::Answer));
        let is_last = self.page + 1 >= questionnaire.pages().len();
        let signs = is_last && !is_back;
        if signs && self.form.is_anonymous() && questionnaire.wishes_elsewhere(self.page, &reading.answers) {
            problems.push(Problem::WishNeedsName);
        }
        if !problems.is_empty() {
            return self.show(Stage::Opened, problems, is_confirmed);
        }
        let elsewhere = reading.errors.iter().filter_map(|error| questionnaire.page_of(&error.code)).min();
        match (is_back, is_last, elsewhere) {
            _ if self.form.drops_wish => {
                let page = self.page;
                self.go(page, reading.answers.without_wishes()).await
            }
            (true, ..) => {
                let before = questionnaire.page_before(self.page, &reading.answers);
                self.go(before, reading.answers).await
            }
            (_, false, _) => {
                let next = questionnaire.page_after(self.page, &reading.answers);
                self.go(next, reading.answers).await
            }
            (_, _, Some(page)) => self.go_wrong(page, reading).await,
            (_, _, None) => send(web, request, opened, &self.form).await,
        }
    }

    /// Keeps what is filled in and leads to another page.
    async fn go(self, next: usize, answers: Answers) -> HttpResponse {
        let Self { web, request, opened, .. } = self;
        let to = format!("/s/{}?{}", opened.token.as_str(), here(web, request, opened));
        match self.keep(next, answers).await {
            Ok(true) => see_other(&format!("{to}&page={}", next + 1)),
            // It was answered in the meantime, and says so itself.
            Ok(false) => see_other(&to),
            Err(error) => {
                tracing::error!(%error, "a page could not be kept");
                self.show(Stage::Opened, vec![Problem::Busy], false)
            }
        }
    }

    /// Keeps what is filled in and shows what is wrong on another page: an answer that was changed asks for more there.
    async fn go_wrong(self, page: usize, reading: Reading) -> HttpResponse {
        let questionnaire = self.opened.questionnaire.clone();
        if let Err(error) = self.keep(page, reading.answers).await {
            tracing::error!(%error, "a page could not be kept");
        }
        let is_there = |error: &AnswerError| questionnaire.page_of(&error.code) == Some(page);
        let problems = reading.errors.into_iter().filter(is_there).map(Problem::Answer).collect();
        Self { page, ..self }.show(Stage::Opened, problems, false)
    }

    /// Keeps what is filled in; `false` if no answer is taken any more.
    async fn keep(&self, next: usize, answers: Answers) -> db::Result<bool> {
        let Opened { invitation, questionnaire, .. } = self.opened;
        // How to sign is asked on the last page, unless a wish has decided it.
        let signed = self.form.is_signed.then_some(self.form.identity == Ok(Identity::Named));
        let (page, drops_wish) = (self.page, self.form.drops_wish);
        let (secrets, id, asked) = (self.web.context.secrets.clone(), invitation.id, questionnaire.clone());
        // Another page may have been kept since this one was read: of what is kept only this page is replaced.
        let change = move |kept: Partial| {
            let others = if drops_wish { kept.answers.without_wishes() } else { kept.answers };
            let answers = asked.with_page(&others, page, &answers);
            Partial { reached: kept.reached.max(next), answers, named: signed.unwrap_or(kept.named) }
        };
        let room = questionnaire.room();
        self.web.context.pool.write(move |conn| partial::keep(conn, &secrets, id, room, change)).await
    }

    /// The page again, with all that was filled in.
    fn show(self, stage: Stage, problems: Vec<Problem>, is_confirmed: bool) -> HttpResponse {
        let step = Some(step(&self.opened.questionnaire, self.page, &self.kept.answers));
        let filled = Filled { stage, is_confirmed, step, ..self.form.filled(problems) };
        page(self.web, self.request, self.opened, filled)
    }
}

/// What is kept under the invitation; nothing yet if it was only opened.
async fn find(web: &Web, opened: &Opened) -> Result<Partial, State> {
    let (secrets, invitation_id) = (web.context.secrets.clone(), opened.invitation.id);
    let find = move |conn: &mut db::Connection| partial::find(conn, &secrets, invitation_id);
    match web.context.pool.query(find).await {
        Ok(found) => Ok(found.unwrap_or_default()),
        Err(error) => {
            tracing::error!(%error, "a page could not be looked up");
            Err(State::Busy)
        }
    }
}

/// What was sent with a page, and what was kept of the others.
fn joined(questionnaire: &Questionnaire, kept: &Partial, page: usize, sent: &Sent) -> Sent {
    let is_here = |code: &str| questionnaire.page_of(code).is_none_or(|at| at == page);
    let others = questionnaire.sent(&kept.answers).into_iter().filter(|(code, _)| !is_here(code));
    others.chain(sent.iter().filter(|(code, _)| is_here(code)).cloned()).collect()
}

fn step(questionnaire: &Questionnaire, page: usize, known: &Answers) -> Step {
    Step { page, of: questionnaire.pages().len(), known: known.clone() }
}
