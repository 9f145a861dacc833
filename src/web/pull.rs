//! A pull of appraisal data by page or API: the file, and the note of who took it, without which it is not handed out.

use chrono::{DateTime, Utc};

use crate::db::appraisals::{self, Puller, appraisals};
use crate::db::period::{Course, Progress};
use crate::db::{Connection, Error};
use crate::domain::period::{Period, State};
use crate::domain::verdict::Thresholds;
use crate::export::appraisals::{File, Format, Unwritable};
use crate::i18n::Texts;

/// What is wanted, and by whom.
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
    /// A user's address or a token's name.
    pub actor: String,
    /// When.
    pub now: DateTime<Utc>,
    /// From how many answers on something may be said.
    pub thresholds: Thresholds,
}

/// The file pulled.
#[derive(Debug, Clone)]
pub(super) struct Pulled {
    /// The name it is saved under.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The seal's hash in hexadecimal.
    pub seal: Option<String>,
    /// What is noted when it is handed out.
    pub noted: appraisals::Pulled,
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

/// The file. Whoever hands it out notes that first: [`note`].
///
/// # Errors
/// [`PullError`]
pub(super) fn file(conn: &mut Connection, wanted: &Wanted) -> Result<Pulled, PullError> {
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
    Ok(Pulled { name: file.name(format), bytes, seal: found.hash(), noted })
}

/// The note that a file is handed out.
pub(super) fn note(conn: &mut Connection, wanted: &Wanted, noted: &appraisals::Pulled) -> Result<(), Error> {
    appraisals::note(conn, &Puller { actor: &wanted.actor, now: wanted.now }, noted)
}
