//! A table in a file, whatever it is saved as: a header and rows of texts with the line each begins on.

use std::borrow::Cow;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::FileError;
use super::delimited::{self, Records};
use super::encoding::{self, Encoding};
use super::workbook::Workbook;
use crate::domain::field::Reason;
use crate::domain::text;

/// Bytes a file may have: 64 MB.
pub const MAX_BYTES: u64 = 64 * 1024 * 1024;
/// Columns a table may have.
pub const MAX_COLUMNS: usize = 1000;

/// An opened file.
pub struct Table {
    header: Vec<String>,
    body: Body,
}

/// What a file was found to be, for the summary of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Layout {
    /// Delimited text.
    Text {
        /// Its encoding.
        encoding: Encoding,
        /// Its delimiter.
        delimiter: char,
    },
    /// A workbook.
    Sheet {
        /// The sheet that was read: the first visible one.
        name: String,
    },
}

/// One row that is not blank.
pub struct Row<'a> {
    /// Where it begins: physical line of a text, row number of a sheet; from 1.
    pub line: u64,
    /// Its cells, as many as the header has unless [`Row::fault`] says otherwise.
    pub cells: &'a [Cow<'a, str>],
    /// What is wrong with single cells.
    pub cell_faults: &'a [CellFault],
    /// What is wrong with the row as a whole; its cells are then not to be used.
    pub fault: Option<Reason>,
}

/// A cell that holds a formula or an error of the spreadsheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellFault {
    /// Which column, from 0.
    pub column: usize,
    /// What it shows.
    pub value: String,
    /// [`Reason::Formula`] or [`Reason::CellError`].
    pub reason: Reason,
}

enum Body {
    Text { text: String, encoding: Encoding, delimiter: char },
    Sheet(Box<Workbook>),
}

impl Table {
    /// Opens a file of at most 64 MB.
    ///
    /// # Errors
    /// As [`Table::from_bytes`], and [`FileError::Unreadable`].
    pub fn open(path: &Path) -> Result<Self, FileError> {
        let mut bytes = Vec::new();
        File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
        Self::from_bytes(bytes)
    }

    /// Finds out what the bytes are and reads the header: the first row that is not blank.
    ///
    /// # Errors
    /// Whatever makes the file as a whole unusable.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, FileError> {
        if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_BYTES {
            return Err(FileError::TooLarge);
        }
        let (header, body) = if bytes.starts_with(b"PK\x03\x04") {
            let mut workbook = Workbook::open(bytes)?;
            let mut header = Vec::new();
            workbook.each_row(|row| {
                header = row.cells.iter().map(|cell| header_text(cell)).collect();
                false
            })?;
            (header, Body::Sheet(Box::new(workbook)))
        } else if bytes.starts_with(b"\xd0\xcf\x11\xe0") {
            // The same container holds an .xls and an .xlsx under a password.
            let needle: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
            let locked = bytes.windows(needle.len()).any(|window| window == needle);
            return Err(if locked { FileError::Locked } else { FileError::OldExcel });
        } else {
            let (text, encoding) = encoding::decode(bytes)?;
            let delimiter = delimited::detect(&text);
            let mut cells = Vec::new();
            let start = Records::new(&text, delimiter).next_into(&mut cells).ok_or(FileError::Empty)?;
            if start.fault.is_some() {
                return Err(FileError::BadHeader);
            }
            let header = cells.iter().map(|cell| header_text(cell)).collect();
            (header, Body::Text { text, encoding, delimiter })
        };
        Self::checked(header, body)
    }

    fn checked(mut header: Vec<String>, body: Body) -> Result<Self, FileError> {
        while header.last().is_some_and(String::is_empty) {
            header.pop();
        }
        if header.is_empty() {
            return Err(FileError::Empty);
        }
        if header.len() > MAX_COLUMNS {
            return Err(FileError::TooWide);
        }
        for (index, name) in header.iter().enumerate() {
            if !name.is_empty() && header.iter().take(index).any(|other| other == name) {
                return Err(FileError::DuplicateColumn(name.clone()));
            }
        }
        Ok(Self { header, body })
    }

    /// The names of the columns; one without a name is empty.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// What the file was found to be.
    pub fn layout(&self) -> Layout {
        match &self.body {
            Body::Text { encoding, delimiter, .. } => Layout::Text { encoding: *encoding, delimiter: *delimiter },
            Body::Sheet(workbook) => Layout::Sheet { name: workbook.sheet().to_owned() },
        }
    }

    /// Hands each row after the header to `visit`, in order, until it says `false`.
    ///
    /// # Errors
    /// [`FileError::BadWorkbook`] if a workbook turns out to be damaged further down; a text cannot fail.
    pub fn each_row(&mut self, mut visit: impl FnMut(Row<'_>) -> bool) -> Result<(), FileError> {
        let width = self.header.len();
        match &mut self.body {
            Body::Text { text, delimiter, .. } => {
                let (mut records, mut cells) = (Records::new(text, *delimiter), Vec::new());
                records.next_into(&mut cells);
                while let Some(start) = records.next_into(&mut cells) {
                    let fault = start.fault.or_else(|| fit(&mut cells, width, false));
                    if !visit(Row { line: start.line, cells: &cells, cell_faults: &[], fault }) {
                        break;
                    }
                }
                Ok(())
            }
            Body::Sheet(workbook) => {
                let mut header = true;
                workbook.each_row(|mut row| {
                    if std::mem::take(&mut header) {
                        return true;
                    }
                    let fault = fit(&mut row.cells, width, true);
                    visit(Row { line: row.line, cells: &row.cells, cell_faults: &row.faults, fault })
                })
            }
        }
    }
}

fn header_text(cell: &str) -> String {
    let cell = text::trim(cell);
    text::line(cell, usize::MAX).unwrap_or(Cow::Borrowed(cell)).into_owned()
}

/// Makes the row as wide as the header. Empty cells too many do not count; a sheet has no empty cells at the end.
fn fit(cells: &mut Vec<Cow<'_, str>>, width: usize, is_sheet: bool) -> Option<Reason> {
    let found = cells.iter().rposition(|cell| !cell.trim().is_empty()).map_or(0, |last| last + 1);
    if found > width || (cells.len() < width && !is_sheet) {
        return Some(Reason::RaggedRow { expected: width, found: found.max(cells.len()) });
    }
    cells.resize(width, Cow::Borrowed(""));
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::workbook::tests::workbook;
    use super::*;

    fn rows(bytes: &[u8]) -> Vec<(u64, Vec<String>, Option<Reason>)> {
        let mut rows = Vec::new();
        let visit = |row: Row<'_>| {
            rows.push((row.line, row.cells.iter().map(|c| c.to_string()).collect(), row.fault));
            true
        };
        Table::from_bytes(bytes.to_vec()).unwrap().each_row(visit).unwrap();
        rows
    }

    #[test]
    fn header_and_rows_of_a_text() {
        let table = Table::from_bytes("\u{feff} 编码 ;\"名\n称\"\n1;2\n".into()).unwrap();
        assert_eq!(table.header(), ["编码", "名 称"]);
        assert_eq!(table.layout(), Layout::Text { encoding: Encoding::Utf8, delimiter: ';' });
    }

    #[test]
    fn header_and_rows_of_a_sheet() {
        let bytes = workbook(
            "<row r=\"3\"><c r=\"A3\" t=\"inlineStr\"><is><t>code</t></is></c>\
             <c r=\"B3\" t=\"inlineStr\"><is><t>name</t></is></c></row>\
             <row r=\"5\"><c r=\"A5\"><v>7</v></c></row>",
        );
        let mut table = Table::from_bytes(bytes.clone()).unwrap();
        assert_eq!(table.header(), ["code", "name"]);
        assert_eq!(table.layout(), Layout::Sheet { name: "数据".into() });
        assert_eq!(rows(&bytes), [(5, vec!["7".into(), "".into()], None)]);
        let mut again = 0;
        table
            .each_row(|_| {
                again += 1;
                true
            })
            .unwrap();
        assert_eq!(again, 1);
    }

    #[test]
    fn ragged_rows_are_told_with_their_line() {
        let ragged = |found| Some(Reason::RaggedRow { expected: 2, found });
        let faults: Vec<_> = rows(b"a,b\n1,2,,\n1\n\n1,2,3\n").into_iter().map(|(l, _, f)| (l, f)).collect();
        assert_eq!(faults, [(2, None), (3, ragged(1)), (5, ragged(3))]);
    }

    #[test]
    fn files_refused_as_a_whole() {
        let error = |bytes: &[u8]| Table::from_bytes(bytes.to_vec()).err().unwrap().to_string();
        assert!(error(b"").contains("no header"));
        assert!(error(b"\n \n,,\n").contains("no header"));
        assert!(error(b"a,b,a\n").contains("two columns"));
        assert!(error(b"a,\"b\n").contains("quotation"));
        assert!(error(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1").contains(".xls"));
        assert!(error(b"PK\x03\x04junk").contains("damaged"));
        assert!(error(&b"a,".repeat(1001)).contains("1000 columns"));
        assert!(error(&vec![b'a'; 64 * 1024 * 1024 + 1]).contains("too large"));
    }

    #[test]
    fn a_locked_workbook_is_told_apart_from_an_old_one() {
        let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let bytes = [b"\xd0\xcf\x11\xe0".to_vec(), name].concat();
        assert!(matches!(Table::from_bytes(bytes), Err(FileError::Locked)));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..300), magic in 0..3_u8) {
            let head: &[u8] = match magic { 0 => b"", 1 => b"PK\x03\x04", _ => b"\xd0\xcf\x11\xe0" };
            bytes.splice(0..0, head.iter().copied());
            if let Ok(mut table) = Table::from_bytes(bytes) {
                let _ = table.each_row(|_| true);
            }
        }

        #[test]
        fn a_damaged_workbook_does_not_panic(at in any::<proptest::sample::Index>(), byte in any::<u8>()) {
            let mut bytes = workbook(
                "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"2\"><c r=\"A2\"><v>2</v></c></row>",
            );
            let at = at.index(bytes.len());
            bytes[at] = byte;
            if let Ok(mut table) = Table::from_bytes(bytes) {
                let _ = table.each_row(|_| true);
            }
        }
    }
}
