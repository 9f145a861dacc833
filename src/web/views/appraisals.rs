//! HR's page: the periods that can be pulled, and the record of what was pulled (EXPERIENCE §4).

use askama::Template;
use chrono::NaiveDateTime;

use super::periods::Stage;
use super::{format, shell::Shell, words};
use crate::db::pull::Kind;
use crate::domain::period::{Period, State};
use crate::i18n::Texts;

/// `GET /appraisals`.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/appraisals.html")]
pub struct Appraisals {
    /// The frame.
    pub shell: Shell,
    /// The years to choose from, newest first.
    pub years: Vec<i32>,
    /// The year shown; `None` = the latest periods.
    pub year: Option<i32>,
    /// There may be more downloads than are listed.
    pub more: bool,
    /// Newest first.
    pub periods: Vec<AppraisalPeriod>,
    /// Newest first.
    pub downloads: Vec<Download>,
}

/// A period that can be pulled.
#[derive(Debug, Clone)]
pub struct AppraisalPeriod {
    /// The period.
    pub period: Period,
    /// How far its judging has come; a file of one that is not sealed is marked provisional in every row.
    pub stage: Stage,
    /// When it was sealed and by whom.
    pub sealed: Option<(NaiveDateTime, String)>,
    /// The seal's hash in hexadecimal.
    pub hash: Option<String>,
    /// Its page.
    pub href: String,
    /// Its files for appraisals, each with its address.
    pub files: Vec<(FileFormat, String)>,
    /// The file of every figure of departments.
    pub scores_href: String,
}

/// A file that someone pulled.
#[derive(Debug, Clone)]
pub struct Download {
    /// When, in the organisation's zone.
    pub at: NaiveDateTime,
    /// Who.
    pub by: String,
    /// What the file holds.
    pub kind: Kind,
    /// Of which `department`, `metric` and `channel`, where it is not of everything.
    pub part: Vec<(String, String)>,
    /// Of which period.
    pub period: Period,
    /// The revision whose seal the figures have; 0 = provisional.
    pub revision: u32,
    /// `csv`, `xlsx` or `json`.
    pub format: String,
    /// Rows in the file.
    pub rows: u32,
    /// Hash of the file, in hexadecimal.
    pub sha256: String,
}

/// The formats of a pulled file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFormat {
    /// Comma-separated values.
    Csv,
    /// An Excel workbook.
    Xlsx,
    /// JSON.
    Json,
}

impl AppraisalPeriod {
    fn provisional(&self) -> bool {
        self.stage.state != State::Sealed
    }

    /// It is sealed, and nothing is known that may change it.
    fn is_final(&self) -> bool {
        !self.provisional() && self.stage.early.is_none() && !self.stage.asked
    }
}

impl AppraisalPeriod {
    /// The first characters of the seal's hash.
    fn short_hash(&self) -> &str {
        self.hash.as_deref().and_then(|hash| hash.get(..12)).unwrap_or_default()
    }
}

impl Download {
    /// What was taken, in words.
    fn what(&self, t: &Texts) -> String {
        t.get(match self.kind {
            Kind::Appraisals => "staff-download-appraisals",
            Kind::Scores => "staff-download-scores",
            Kind::Department => "staff-download-department",
            Kind::Trend => "staff-download-trend",
            Kind::Comparison => "staff-download-comparison",
            Kind::Persons => "staff-download-persons",
            Kind::Seal => "staff-download-seal",
            Kind::WholeSeal => "staff-download-whole-seal",
        })
    }

    /// Of which part: `WX · 满意率 · 线上`.
    fn of(&self, t: &Texts) -> String {
        let part = |name: &str| self.part.iter().find(|(of, _)| of == name).map(|(_, value)| value.as_str());
        let metric = part("metric").and_then(|code| code.parse().ok()).map(|metric| words::metric(t, &metric));
        let channel = part("channel").map(|code| format::channel(t, &code.parse().ok()));
        let all = [part("department").map(str::to_owned), metric, channel];
        all.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }

    /// The first characters of the hash, enough to compare by eye.
    fn short_hash(&self) -> &str {
        self.sha256.get(..12).unwrap_or(&self.sha256)
    }
}

impl FileFormat {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Xlsx, Self::Csv, Self::Json];

    /// `xlsx`, `csv` or `json`.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Json => "json",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Xlsx => "XLSX",
            Self::Json => "JSON",
        }
    }
}
