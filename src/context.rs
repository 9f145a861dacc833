//! What handlers, jobs and commands are given.

use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, Utc};

use crate::clock::Clock;
use crate::config::{Config, Dkim};
use crate::crypto::{SecretFileError, Secrets};
use crate::db::bounce::{Report, Source};
use crate::db::privacy_notice::Notice;
use crate::db::questionnaire::Published;
use crate::db::{self, Pool};
use crate::domain::verdict::Thresholds;
use crate::i18n::privacy::{self, Facts};
use crate::i18n::{Locale, Texts};
use crate::mail::dkim::Signer;
use crate::mail::{self, Mailer};

/// Settings, storage, time, secrets and the way mail goes. Cheap to clone.
#[derive(Clone)]
pub struct Context {
    /// The checked settings.
    pub config: Arc<Config>,
    /// The database.
    pub pool: Pool,
    /// The time.
    pub clock: Clock,
    /// The keys.
    pub secrets: Secrets,
    /// Questionnaires in memory.
    pub questionnaires: Arc<Published>,
    /// Where mail goes; `None` = nowhere, it waits.
    pub mailer: Option<Arc<Mailer>>,
    /// Who signs mails; `None` = nobody here.
    pub dkim: Option<Arc<Signer>>,
    /// The organisation's name as the set-up page was told.
    told_organisation: Arc<RwLock<Option<String>>>,
    /// The privacy notice that customers are told now; `None` where nobody is told one, as in a command.
    notice: Arc<RwLock<Option<Notice>>>,
    /// From how many answers on something may be said.
    pub thresholds: Thresholds,
}

/// Why the program can't start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database can't be reached or brought up to date.
    #[error(transparent)]
    Database(#[from] db::Error),
    /// The secret file can't be used.
    #[error(transparent)]
    Secrets(#[from] SecretFileError),
    /// `MANYI_SMTP_URL` does not say where mail goes.
    #[error("MANYI_SMTP_URL: {0}")]
    Mail(#[from] mail::MailUrlError),
    /// `MANYI_DKIM_KEY` holds no key to sign with.
    #[error("MANYI_DKIM_KEY: {0}")]
    Dkim(#[from] mail::dkim::KeyError),
}

impl Context {
    /// Opens the database, brings its schema up to date, and puts in what every installation begins with.
    pub fn open(config: Config) -> Result<Self, StartError> {
        let context = Self::connect(config)?;
        let now = context.now();
        context.pool.run_now(|conn| conn.migrate().map(drop))?;
        context.pool.write_now(|conn| -> db::Result<()> {
            db::questionnaire::seed(conn, now)?;
            db::commitment::seed(conn, now)
        })?;
        context.pool.write_now(|conn| context.read_organisation(conn).and_then(|()| context.keep_notice(conn)))?;
        Ok(context)
    }

    /// Opens the database as it is.
    pub fn connect(config: Config) -> Result<Self, StartError> {
        let clock = config.clock.map_or_else(Clock::system, Clock::starting_at);
        let mailer = config.smtp_url.as_ref().map(|url| Mailer::from_url(&url.0)).transpose()?;
        let signer = |dkim: &Dkim| Signer::from_pem(&dkim.domain, &dkim.selector, &dkim.key.0);
        let dkim = config.dkim.as_ref().map(signer).transpose()?;
        Ok(Self {
            pool: Pool::open(&config.database_url.0).map_err(db::Error::from)?,
            secrets: Secrets::load_or_create(&config.secret_file)?,
            clock,
            questionnaires: Arc::default(),
            told_organisation: Arc::default(),
            notice: Arc::default(),
            mailer: mailer.map(Arc::new),
            dkim: dkim.map(Arc::new),
            thresholds: Thresholds::default(),
            config: Arc::new(config),
        })
    }

    /// The current instant.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// What a mail that came back says, and about which of ours, if its return path is genuine.
    pub fn returned(&self, bytes: &[u8], source: Source) -> Report {
        let bounce = mail::bounce::parse(bytes);
        Report {
            outbox_id: bounce.tags.iter().find_map(|tag| self.secrets.open_bounce_tag(tag)),
            kind: bounce.kind,
            status: bounce.status.map(|status| status.to_string()),
            source,
        }
    }

    /// What links begin with, without a slash at the end.
    pub fn base_url(&self) -> String {
        self.config.public_url.clone().unwrap_or_else(|| format!("http://{}", self.config.listen))
    }

    /// The organisation's name in a language: as set, as the set-up page was told, or the program's own.
    pub fn organisation(&self, locale: Locale) -> String {
        let told = || self.told_organisation.read().unwrap_or_else(PoisonError::into_inner).clone();
        self.config.organisation_name(locale).map(str::to_owned).or_else(told).unwrap_or_else(|| "manyi 满意".into())
    }

    /// Reads the organisation's name again: it may have been told since.
    pub fn read_organisation(&self, conn: &mut db::Connection) -> db::Result<()> {
        let name = db::setting::get(conn, db::setting::ORGANISATION)?;
        *self.told_organisation.write().unwrap_or_else(PoisonError::into_inner) = name;
        Ok(())
    }
    /// What the privacy notice depends on.
    pub fn privacy_facts(&self, locale: Locale) -> Facts {
        Facts {
            organisation: self.organisation(locale),
            email: Some(self.config.mail_from.clone()),
            phone: self.config.phone.clone(),
            retention_months: self.config.retention_months,
            link_days: self.config.asking.expires_days,
        }
    }

    /// The privacy notice that customers are told now.
    pub fn notice(&self) -> Option<Notice> {
        *self.notice.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stores the privacy notice as it reads now, if it has changed.
    pub fn keep_notice(&self, conn: &mut db::Connection) -> db::Result<()> {
        let text = |locale| privacy::text(&Texts::new(locale), &self.privacy_facts(locale));
        let notice = db::privacy_notice::keep(conn, &text(Locale::ZhCn), &text(Locale::En), self.now())?;
        *self.notice.write().unwrap_or_else(PoisonError::into_inner) = Some(notice);
        Ok(())
    }
}
