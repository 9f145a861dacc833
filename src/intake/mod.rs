//! Files in: a CSV or XLSX table becomes typed rows and, row by row, what is wrong with it. Nothing here stores
//! anything; the caller hands the rows to the database, adds what only the database can find, and tells the rest.
//!
//! The line a file travels: bytes → [`table::Table`] (encoding, delimiter, physical lines) → [`map::Map`] (which column
//! is which field) → [`rows`] (typed, by the rules of the domain) → [`stage::Staged`].
//!
//! ```
//! use manyi::intake::{rows::DepartmentRow, stage::{Settings, stage}, table::Table};
//! let settings = Settings::new(chrono_tz::Tz::Asia__Shanghai, "2026-02-01T00:00:00Z".parse().unwrap());
//! let table = Table::from_bytes("部门编码;部门名称\nrepair;维修服务部\n".into()).unwrap();
//! let staged = stage::<DepartmentRow>(table, None, &settings).unwrap();
//! assert_eq!(staged.rows[0].1.name_zh, "维修服务部");
//! ```

mod delimited;
pub mod encoding;
#[cfg(test)]
mod foreign_tests;
pub mod kind;
pub mod map;
pub mod message;
pub mod rows;
pub mod stage;
pub mod table;
mod workbook;

use self::kind::Kind;
use self::map::MapError;

/// Why a file as a whole was refused; a fault of one row is a [`stage::RowError`]. For people: [`message::file_error`].
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The file cannot be opened or read.
    #[error("the file cannot be read")]
    Unreadable(#[from] std::io::Error),
    /// More than 64 MB, or a workbook that inflates beyond measure.
    #[error("the file is too large")]
    TooLarge,
    /// More columns than any table of ours needs.
    #[error("the table has more than {} columns", table::MAX_COLUMNS)]
    TooWide,
    /// Neither text nor XLSX.
    #[error("the file is neither CSV text nor an XLSX workbook")]
    NotATable,
    /// The old binary format of Excel 97–2003.
    #[error("the file is an old .xls workbook")]
    OldExcel,
    /// A workbook under a password.
    #[error("the workbook is protected by a password")]
    Locked,
    /// An XLSX file that is damaged.
    #[error("the workbook is damaged: {0}")]
    BadWorkbook(String),
    /// Mostly UTF-8, but not throughout.
    #[error("the text is UTF-8 but broken on line {line}")]
    MixedEncoding {
        /// The first broken line.
        line: u64,
    },
    /// Neither UTF-8 nor GB18030, nor UTF-16 with a mark.
    #[error("the encoding is neither UTF-8 nor GB18030")]
    UnknownEncoding,
    /// No header row.
    #[error("the file has no header row")]
    Empty,
    /// The header row has a faulty quotation mark.
    #[error("the header row has a quotation mark out of place")]
    BadHeader,
    /// Two columns claim to be the same.
    #[error("two columns are {0:?}")]
    DuplicateColumn(String),
    /// Required fields that no column holds.
    #[error("columns are missing: {}", missing.join(", "))]
    MissingColumns {
        /// What is being imported.
        kind: Kind,
        /// The fields.
        missing: Vec<&'static str>,
    },
    /// The map file names a column that the table does not have.
    #[error("the map file names the column {column:?}, which the file does not have")]
    UnknownColumn {
        /// As the map file has it.
        column: String,
        /// The most similar column there is.
        nearest: Option<String>,
    },
    /// The map file is wrong.
    #[error("the map file is wrong")]
    Map(#[from] MapError),
    /// So many faults that this cannot be the right file.
    #[error("more than {} values are faulty", stage::MAX_ERRORS)]
    Hopeless,
}
