//! A pull of figures: the file, and the note of who took it, without which it is not handed out. Every download of
//! figures goes through here, whoever offers it.

use actix_web::HttpResponse;
use chrono::{DateTime, Utc};

use super::download;
use super::frame::{Page, Refusal};
use crate::db::appraisals::appraisals;
use crate::db::period::{Course, Progress};
use crate::db::pull::{self, Pulled, Puller};
use crate::db::{Connection, Error, Pool};
use crate::domain::period::{Period, State};
use crate::domain::verdict::Thresholds;
use crate::export::appraisals::{File, Format, Unwritable};
use crate::i18n::Texts;

/// A file as it is handed out.
#[derive(Debug, Clone)]
pub(super) struct Handed {
    /// The name it is saved under.
    pub name: String,
    /// Its media type.
    pub media_type: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What is noted of it.
    pub noted: Pulled,
}

/// The media type of a CSV file.
pub(super) const CSV: &str = "text/csv; charset=utf-8";

/// Hands a file to who is signed in, once it is noted.
pub(super) async fn hand_out(page: &Page, file: Handed) -> Result<HttpResponse, Refusal> {
    let session = page.session.as_ref().ok_or(Refusal::SignIn)?;
    note(page.pool(), session.user.email.clone(), page.web.context.now(), file.noted).await?;
    Ok(download::file(&file.name, file.media_type, file.bytes))
}

/// Notes that something is handed to a user or a token.
pub(super) async fn note(pool: &Pool, actor: String, now: DateTime<Utc>, noted: Pulled) -> Result<(), Error> {
    pool.write(move |conn| pull::note(conn, &Puller { actor: &actor, now }, &noted)).await
}

/// Which appraisal data is wanted.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// Of which period.
    pub period: Period,
    /// As what.
    pub format: Format,
    /// Nothing of a period that is not sealed.
    pub only_sealed: bool,
    /// In which language.
    pub t: Texts,
    /// When.
    pub now: DateTime<Utc>,
    /// From how many answers on something may be said.
    pub thresholds: Thresholds,
}

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub(super) enum PullError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] Error),
    /// The file could not be written.
    #[error(transparent)]
    Unwritable(#[from] Unwritable),
    /// The period has no seal; how far it has come.
    #[error("not sealed: {0}")]
    NotSealed(State),
}

/// The file of a period's appraisal data, and the seal's hash in hexadecimal.
///
/// # Errors
/// [`PullError`]
pub(super) fn file(conn: &mut Connection, wanted: &Wanted) -> Result<(Handed, Option<String>), PullError> {
    let Wanted { period, format, t, now, .. } = *wanted;
    // Before anything is computed: it may be asked for again and again.
    let state = Progress::load(conn)?.state(period);
    if wanted.only_sealed && state != State::Sealed {
        return Err(PullError::NotSealed(state));
    }
    let found = appraisals(conn, period, t.locale(), &wanted.thresholds, now)?;
    let Course { state, revision, .. } = found.course;
    let (seal, computed_at, rows) = (found.hash(), found.computed_at, found.rows.clone());
    let file = File { t, period, state, revision, seal, computed_at, rows };
    let bytes = file.bytes(format)?;
    let noted = found.pulled(format.as_str(), &bytes);
    Ok((Handed { name: file.name(format), media_type: format.media_type(), bytes, noted }, found.hash()))
}
