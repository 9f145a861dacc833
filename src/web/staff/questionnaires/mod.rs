//! `/staff/questionnaires`: what customers are asked, how the next version is written and published, and which
//! questionnaire each channel asks (FEATURES C1–C7).

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::web::{Bytes, Path};
use chrono::{DateTime, NaiveDateTime, Utc};

use super::super::frame::{Page, Refusal};
use super::super::see_other;
use super::super::views::questionnaires::{
    ChannelRow, ListPage, ListRow, NewPage, PATH, Sheet, VersionRow, ViewPage, publish::lines, words,
};
use super::super::views::{Area, Problem};
use super::{Fields, field, narrow, posted};
use crate::db::questionnaire::{self, Version};
use crate::db::questionnaire_choice::{self, ChoiceError};
use crate::db::questionnaire_draft::{self, Stored};
use crate::db::{self};
use crate::domain::questionnaire::Questionnaire;
use crate::domain::questionnaire_change::Changes;
use crate::domain::questionnaire_draft::{Draft, is_code};
use crate::domain::questionnaire_past::Past;
use crate::domain::questionnaire_preset::Preset;
use crate::domain::service_record::Channel;
use crate::domain::user::Role;

pub mod edit;
mod form;
pub mod publish;

/// Who writes what customers are asked; nobody else needs to see it before it is asked.
pub(in crate::web) const WRITERS: [Role; 2] = [Role::Admin, Role::Quality];

/// What a new questionnaire begins from if nothing else is chosen.
const EMPTY: &str = "empty";

/// All there is to know about questionnaires.
pub(super) struct Known {
    versions: Vec<Version>,
    drafts: Vec<Stored>,
    asked: Vec<(Channel, String)>,
}

/// `GET /staff/questionnaires`
pub async fn list(page: Page) -> HttpResponse {
    let result = show_list(&page, false).await;
    page.answer(result)
}

/// `POST /staff/questionnaires/choice`: which questionnaire a channel asks.
pub async fn choose(page: Page, body: Bytes) -> HttpResponse {
    let result = async {
        let (session, fields) = posted(&page, &WRITERS, &body)?;
        let channel: Channel = field(&fields, "channel").parse().map_err(|_| Problem::BadRequest)?;
        let [code, seen] = ["code", "seen"].map(|name| field(&fields, name).to_owned());
        let (by, now) = (session.user.email.clone(), page.web.context.now());
        let work = move |conn: &mut db::Connection| questionnaire_choice::choose(conn, channel, &code, &seen, &by, now);
        match page.pool().write(work).await {
            Ok(()) => Ok(see_other(PATH)),
            Err(ChoiceError::Changed) => show_list(&page, true).await,
            Err(ChoiceError::Unknown) => Err(Problem::BadRequest.into()),
            Err(ChoiceError::Database(error)) => Err(error.into()),
        }
    };
    let result = result.await;
    page.answer(result)
}

/// `GET /staff/questionnaires/{code}`
pub async fn show(page: Page, code: Path<String>) -> HttpResponse {
    let result = async {
        page.reader(&WRITERS)?;
        let known = known(&page).await?;
        let own: Vec<&Version> = known.of(&code).collect();
        let counts = counts(&page, own.iter().map(|version| version.id).collect()).await?;
        let draft = known.draft(&code);
        if own.is_empty() && draft.is_none() {
            return Err(Problem::NotFound.into());
        }
        let current = own
            .first()
            .map(|one| (version_row(&page, one, own.get(1), &counts), Sheet::of(&page.t, &one.questionnaire)));
        let before = own.iter().skip(1).map(Some).chain([None]);
        let view = ViewPage {
            shell: page.shell(Some(Area::Questionnaires)),
            title: known.title(&page, &code),
            channels: known.channels(&code),
            current,
            draft: draft.map(|stored| saved(&page, stored)),
            history: own.iter().zip(before).map(|(one, before)| version_row(&page, one, before, &counts)).collect(),
            code: code.into_inner(),
        };
        page.html(&view, 200)
    };
    let result = result.await;
    page.answer(result)
}

/// `POST /staff/questionnaires/{code}/draft`: begins the next version.
pub async fn begin(page: Page, code: Path<String>, body: Bytes) -> HttpResponse {
    let result = async {
        let (session, _) = posted(&page, &WRITERS, &body)?;
        let known = known(&page).await?;
        let newest = known.of(&code).next().ok_or(Problem::NotFound)?;
        let (draft, base) = (Draft::of(&newest.questionnaire), newest.version);
        let draft = Draft { long_because: newest.long_because.clone().unwrap_or_default(), ..draft };
        let (by, now, of) = (session.user.email.clone(), page.web.context.now(), code.clone());
        let work = move |conn: &mut db::Connection| questionnaire_draft::begin(conn, &of, &draft, Some(base), &by, now);
        page.pool().write(work).await?;
        Ok(see_other(&format!("{PATH}/{code}/edit")))
    };
    let result = result.await;
    page.answer(result)
}

/// `GET /staff/questionnaires/new`
pub async fn new(page: Page) -> HttpResponse {
    let result = async {
        page.reader(&WRITERS)?;
        let first = Preset::ALL.first().map_or(EMPTY, |preset| preset.as_str());
        show_new(&page, &vec![("from".to_owned(), first.to_owned())], Vec::new()).await
    };
    let result = result.await;
    page.answer(result)
}

/// `POST /staff/questionnaires/new`: makes a draft of a questionnaire that is not there yet.
pub async fn make(page: Page, body: Bytes) -> HttpResponse {
    let result = async {
        let (session, fields) = posted(&page, &WRITERS, &body)?;
        let known = known(&page).await?;
        let code = narrow(&fields, "code");
        let (draft, problems) = (known.draft_from(&fields), new_problems(&page, &known, &code, &fields));
        let Some(draft) = draft.filter(|_| problems.is_empty()) else {
            return show_new(&page, &fields, problems).await;
        };
        let (by, now, of) = (session.user.email.clone(), page.web.context.now(), code.clone());
        let work = move |conn: &mut db::Connection| questionnaire_draft::begin(conn, &of, &draft, None, &by, now);
        if page.pool().write(work).await? {
            return Ok(see_other(&format!("{PATH}/{code}/edit")));
        }
        show_new(&page, &fields, vec![("code", page.t.get("questionnaire-error-taken"))]).await
    };
    let result = result.await;
    page.answer(result)
}

async fn known(page: &Page) -> Result<Known, Refusal> {
    let load = |conn: &mut db::Connection| -> db::Result<Known> {
        let mut asked = Vec::new();
        for channel in Channel::ALL {
            asked.push((channel, questionnaire_choice::of_channel(conn, channel)?));
        }
        Ok(Known { versions: questionnaire::versions(conn)?, drafts: questionnaire_draft::all(conn)?, asked })
    };
    Ok(page.pool().read(load).await?)
}

impl Known {
    /// The versions of a questionnaire, newest first.
    fn of<'a>(&'a self, code: &str) -> impl Iterator<Item = &'a Version> {
        self.versions.iter().filter(move |version| version.code == code)
    }

    fn past(&self, code: &str) -> Past {
        Past(self.of(code).map(|version| (version.version, version.questionnaire.clone())).collect())
    }

    fn draft(&self, code: &str) -> Option<&Stored> {
        self.drafts.iter().find(|stored| stored.code == code)
    }

    fn channels(&self, code: &str) -> Vec<Channel> {
        self.asked.iter().filter(|(_, asked)| asked == code).map(|(channel, _)| *channel).collect()
    }

    /// All codes, those that are asked first.
    fn codes(&self) -> Vec<&str> {
        let versions = self.versions.iter().map(|version| version.code.as_str());
        let mut codes: Vec<&str> = versions.chain(self.drafts.iter().map(|stored| stored.code.as_str())).collect();
        codes.sort_by_key(|code| (self.channels(code).is_empty(), *code));
        codes.dedup();
        codes
    }

    fn title(&self, page: &Page, code: &str) -> String {
        let published = self.of(code).next().map(|version| &version.questionnaire.title);
        let title = published.or_else(|| self.draft(code).map(|stored| &stored.draft.title));
        title.map_or_else(|| code.to_owned(), |title| words::words(&page.t, title))
    }

    /// The draft that a form asks for; `None` if what is pasted is no questionnaire.
    fn draft_from(&self, fields: &Fields) -> Option<Draft> {
        let json = field(fields, "json");
        if !json.is_empty() {
            return serde_json::from_str::<Questionnaire>(json).ok().map(|read| Draft::of(&read));
        }
        let from = field(fields, "from");
        let preset = Preset::ALL.into_iter().find(|preset| preset.as_str() == from).and_then(Preset::questionnaire);
        let copied = || self.of(from.strip_prefix("copy ")?).next().map(|version| version.questionnaire.clone());
        Some(preset.or_else(copied).map(|questionnaire| Draft::of(&questionnaire)).unwrap_or_default())
    }
}

fn new_problems(page: &Page, known: &Known, code: &str, fields: &Fields) -> Vec<(&'static str, String)> {
    let is_taken = code == "new" || known.codes().contains(&code);
    let wrong_code = match () {
        () if !is_code(code) => Some(page.t.get("questionnaire-error-code")),
        () if is_taken => Some(page.t.get("questionnaire-error-taken")),
        () => None,
    };
    let wrong_json = known.draft_from(fields).is_none().then(|| page.t.get("questionnaire-error-json"));
    wrong_code.map(|text| ("code", text)).into_iter().chain(wrong_json.map(|text| ("json", text))).collect()
}

async fn show_new(
    page: &Page,
    fields: &Fields,
    problems: Vec<(&'static str, String)>,
) -> Result<HttpResponse, Refusal> {
    let known = known(page).await?;
    let preset = |preset: Preset| {
        let about = page.t.get(match preset {
            Preset::FiveOnline => "questionnaire-preset-online",
            Preset::FiveOffline => "questionnaire-preset-offline",
            Preset::Metrics => "questionnaire-preset-metrics",
            Preset::Complaint => "questionnaire-preset-complaint",
        });
        Some((preset.as_str().to_owned(), words::words(&page.t, &preset.questionnaire()?.title), about))
    };
    let published = known.codes().into_iter().filter(|code| known.of(code).next().is_some());
    let copy = |code: &str| {
        let title = page.t.with("questionnaire-copy-of", &[("title", known.title(page, code))]);
        (format!("copy {code}"), title, String::new())
    };
    let empty = (EMPTY.to_owned(), page.t.get("questionnaire-empty"), String::new());
    let view = NewPage {
        shell: page.shell(Some(Area::Questionnaires)),
        code: narrow(fields, "code"),
        offered: Preset::ALL.into_iter().filter_map(preset).chain(published.map(copy)).chain([empty]).collect(),
        from: field(fields, "from").to_owned(),
        json: field(fields, "json").to_owned(),
        problems,
    };
    let status = if view.problems.is_empty() { 200 } else { 422 };
    page.html(&view, status)
}

async fn show_list(page: &Page, overtaken: bool) -> Result<HttpResponse, Refusal> {
    page.reader(&WRITERS)?;
    let known = known(page).await?;
    let newest = known.codes().into_iter().filter_map(|code| known.of(code).next());
    let counts = counts(page, newest.map(|version| version.id).collect()).await?;
    let row = |code: &str| ListRow {
        code: code.to_owned(),
        title: known.title(page, code),
        version: known.of(code).next().map(|version| version_row(page, version, None, &counts)),
        draft: known.draft(code).map(|stored| saved(page, stored)),
        channels: known.channels(code),
    };
    let can_be_asked = |code: &&str| known.of(code).next().is_some();
    let offered: Vec<(String, String)> =
        known.codes().into_iter().filter(can_be_asked).map(|code| (code.to_owned(), known.title(page, code))).collect();
    let channel = |(channel, asked): &(Channel, String)| ChannelRow {
        channel: *channel,
        asked: asked.clone(),
        offered: offered.clone(),
    };
    let view = ListPage {
        shell: page.shell(Some(Area::Questionnaires)),
        rows: known.codes().into_iter().map(row).collect(),
        channels: known.asked.iter().map(channel).collect(),
        overtaken,
    };
    page.html(&view, if overtaken { 409 } else { 200 })
}

/// How many responses there are to each of these versions.
async fn counts(page: &Page, versions: Vec<i64>) -> Result<HashMap<i64, i64>, Refusal> {
    let count = move |conn: &mut db::Connection| questionnaire::responses(conn, &versions);
    Ok(page.pool().read(count).await?)
}

fn version_row(page: &Page, version: &Version, before: Option<&&Version>, counts: &HashMap<i64, i64>) -> VersionRow {
    let changes = before.map(|before| {
        let (before, after) = (&before.questionnaire, &version.questionnaire);
        lines(&page.t, before, after, &Changes::between(before, after))
    });
    VersionRow {
        version: version.version,
        at: local(page, version.published_at),
        by: version.published_by.clone(),
        responses: counts.get(&version.id).copied().unwrap_or(0),
        long_because: version.long_because.clone(),
        changes: changes.unwrap_or_default(),
    }
}

/// When a draft was saved last, and by whom.
fn saved(page: &Page, stored: &Stored) -> (NaiveDateTime, String) {
    (local(page, stored.changed_at), stored.changed_by.clone())
}

fn local(page: &Page, at: DateTime<Utc>) -> NaiveDateTime {
    at.with_timezone(&page.web.context.config.time_zone).naive_local()
}
