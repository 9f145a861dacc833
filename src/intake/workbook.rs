//! XLSX files: inflated once under a limit before anything is parsed, cells as the texts a CSV would have held.

use std::borrow::Cow;
use std::io::{Cursor, Read};

use calamine::{DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx, XlsxError};

use super::FileError;
use super::table::{CellFault, MAX_COLUMNS};
use crate::domain::field::Reason;

/// Bytes that all parts of a workbook may inflate to.
const MAX_INFLATED: u64 = 512 * 1024 * 1024;
/// Parts of a workbook; real ones have some dozens.
const MAX_PARTS: usize = 4096;

/// An opened workbook and the sheet that is read.
pub struct Workbook {
    book: Xlsx<Cursor<Vec<u8>>>,
    sheet: String,
}

/// One row of the sheet: its number from 1, its cells up to the last that holds anything, what is wrong with them.
pub struct SheetRow<'a> {
    /// The row's number in the sheet, from 1.
    pub line: u64,
    /// The cells, the first column first.
    pub cells: Vec<Cow<'a, str>>,
    /// Formulas and error values among them.
    pub faults: Vec<CellFault>,
}

impl Workbook {
    /// Opens a workbook and chooses the first visible sheet.
    ///
    /// # Errors
    /// [`FileError::TooLarge`] if its parts inflate beyond measure, [`FileError::BadWorkbook`] if they are broken,
    /// [`FileError::Empty`] without a visible sheet.
    pub fn open(bytes: Vec<u8>) -> Result<Self, FileError> {
        inflate_within(&bytes, MAX_INFLATED)?;
        let book = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
        let sheet = (book.sheets_metadata().iter())
            .find(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible)
            .map(|sheet| sheet.name.clone())
            .ok_or(FileError::Empty)?;
        Ok(Self { book, sheet })
    }

    /// The name of the sheet that is read.
    pub fn sheet(&self) -> &str {
        &self.sheet
    }

    /// Hands each row that is not blank to `visit`, until it says `false`.
    ///
    /// # Errors
    /// [`FileError::BadWorkbook`].
    pub fn each_row(&mut self, mut visit: impl FnMut(SheetRow<'_>) -> bool) -> Result<(), FileError> {
        let mut reader = self.book.worksheet_cells_reader(&self.sheet).map_err(broken)?;
        let mut row = SheetRow { line: 0, cells: Vec::new(), faults: Vec::new() };
        while let Some(cell) = reader.next_cell_with_formula_metadata().map_err(broken)? {
            let (line, column) = cell.pos;
            let line = u64::from(line) + 1;
            if line < row.line {
                return Err(FileError::BadWorkbook("rows out of order".to_owned()));
            }
            if line > row.line {
                let next = SheetRow { line, cells: Vec::new(), faults: Vec::new() };
                let done = std::mem::replace(&mut row, next);
                if !is_blank(&done) && !visit(done) {
                    return Ok(());
                }
            }
            let column = usize::try_from(column).unwrap_or(usize::MAX);
            if column >= MAX_COLUMNS {
                return Err(FileError::TooWide);
            }
            let reason = match &cell.value {
                _ if cell.formula.is_some() => Some(Reason::Formula),
                DataRef::Error(_) => Some(Reason::CellError),
                _ => None,
            };
            let text = text_of(cell.value);
            if text.is_empty() && reason.is_none() {
                continue;
            }
            if let Some(reason) = reason {
                row.faults.push(CellFault { column, value: text.clone().into_owned(), reason });
            }
            if row.cells.len() <= column {
                row.cells.resize(column + 1, Cow::Borrowed(""));
            }
            if let Some(slot) = row.cells.get_mut(column) {
                *slot = text;
            }
        }
        if !is_blank(&row) {
            visit(row);
        }
        Ok(())
    }
}

fn is_blank(row: &SheetRow<'_>) -> bool {
    row.faults.is_empty() && row.cells.iter().all(|cell| cell.trim().is_empty())
}

/// Inflates every part and throws it away: what a zip archive says about its sizes cannot be trusted.
fn inflate_within(bytes: &[u8], limit: u64) -> Result<(), FileError> {
    let bad = |error: zip::result::ZipError| FileError::BadWorkbook(error.to_string());
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(bad)?;
    if archive.len() > MAX_PARTS {
        return Err(FileError::TooLarge);
    }
    let mut left = limit;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(bad)?;
        let read = std::io::copy(&mut part.take(left.saturating_add(1)), &mut std::io::sink());
        let read = read.map_err(|error| FileError::BadWorkbook(error.to_string()))?;
        left = left.checked_sub(read).ok_or(FileError::TooLarge)?;
    }
    Ok(())
}

fn broken(error: XlsxError) -> FileError {
    FileError::BadWorkbook(error.to_string())
}

fn text_of(value: DataRef<'_>) -> Cow<'_, str> {
    match value {
        DataRef::SharedString(text) => Cow::Borrowed(text),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Cow::Owned(text),
        DataRef::Int(number) => Cow::Owned(number.to_string()),
        DataRef::Float(number) => Cow::Owned(number_text(number)),
        DataRef::Bool(yes) => Cow::Borrowed(if yes { "true" } else { "false" }),
        DataRef::DateTime(moment) if moment.is_duration() => Cow::Owned(number_text(moment.as_f64())),
        DataRef::DateTime(moment) => Cow::Owned(moment_text(moment)),
        DataRef::Error(error) => Cow::Owned(error.to_string()),
        DataRef::Empty => Cow::Borrowed(""),
    }
}

/// A number as it would be typed. Excel keeps 15 figures: a longer one has lost its last, and is written as Excel shows
/// it, so that the rules for numbers of many figures refuse it.
fn number_text(number: f64) -> String {
    if number.abs() >= 1e15 { format!("{number:E}").replacen('E', "E+", 1) } else { number.to_string() }
}

/// ISO 8601; a cell at midnight is a date.
fn moment_text(moment: ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
    match (hour, minute, second, milli) {
        (0, 0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
        _ => format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}"),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write;

    use super::*;

    /// A workbook of one sheet whose `<sheetData>` is given.
    pub fn workbook(sheet_data: &str) -> Vec<u8> {
        let sheet = format!(
            "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">\
             <sheetData>{sheet_data}</sheetData></worksheet>"
        );
        let styles = "<styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">\
             <cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"22\"/></cellXfs></styleSheet>";
        archive(&[("xl/worksheets/sheet1.xml", sheet.as_bytes()), ("xl/styles.xml", styles.as_bytes())])
    }

    /// The parts given and those every workbook has.
    fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
        const BOOK: &str = "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
             xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\">\
             <sheets><sheet name=\"数据\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>";
        const RELS: &str = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
             <Relationship Id=\"rId1\" Target=\"worksheets/sheet1.xml\" \
             Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\"/></Relationships>";
        const PACKAGE: &str = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
             <Relationship Id=\"rId1\" Target=\"xl/workbook.xml\" \
             Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\"/>\
             </Relationships>";
        let fixed = [
            ("_rels/.rels", PACKAGE.as_bytes()),
            ("xl/workbook.xml", BOOK.as_bytes()),
            ("xl/_rels/workbook.xml.rels", RELS.as_bytes()),
        ];
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in fixed.iter().chain(parts) {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(content).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn rows(bytes: Vec<u8>) -> Vec<(u64, Vec<String>, Vec<Reason>)> {
        let mut rows = Vec::new();
        let visit = |row: SheetRow<'_>| {
            let cells = row.cells.iter().map(|c| c.to_string()).collect();
            rows.push((row.line, cells, row.faults.into_iter().map(|f| f.reason).collect()));
            true
        };
        Workbook::open(bytes).unwrap().each_row(visit).unwrap();
        rows
    }

    fn only_row(row: &str) -> (Vec<String>, Vec<Reason>) {
        let (_, cells, faults) = rows(workbook(&format!("<row r=\"1\">{row}</row>"))).swap_remove(0);
        (cells, faults)
    }

    #[test]
    fn cells_are_texts() {
        let cells = "<c r=\"A1\" t=\"inlineStr\"><is><t>王</t></is></c><c r=\"B1\"><v>13912345678</v></c>\
             <c r=\"D1\" t=\"b\"><v>1</v></c><c r=\"E1\"><v>2.5</v></c>";
        assert_eq!(only_row(cells).0, ["王", "13912345678", "", "true", "2.5"]);
    }

    #[test]
    fn dates_are_iso() {
        let cells = "<c r=\"A1\" s=\"1\"><v>46027.395833333336</v></c><c r=\"B1\" s=\"1\"><v>46027</v></c>";
        assert_eq!(only_row(cells).0, ["2026-01-05T09:30:00.000", "2026-01-05"]);
    }

    #[test]
    fn a_number_that_lost_its_figures_looks_like_it() {
        let (cells, _) = only_row("<c r=\"A1\"><v>4.4010119900101199E+17</v></c>");
        assert!(crate::domain::text::is_excel_number(&cells[0]), "{cells:?}");
    }

    #[test]
    fn formulas_and_errors_are_faults() {
        let cells = "<c r=\"A1\"><f>1+1</f><v>2</v></c><c r=\"B1\" t=\"e\"><v>#REF!</v></c>";
        assert_eq!(only_row(cells).1, [Reason::Formula, Reason::CellError]);
    }

    #[test]
    fn blank_rows_keep_the_count() {
        let data = "<row r=\"2\"><c r=\"A2\"><v>1</v></c></row><row r=\"3\"><c r=\"A3\"/></row>\
             <row r=\"9\"><c r=\"A9\"><v>2</v></c></row>";
        let lines: Vec<_> = rows(workbook(data)).into_iter().map(|(line, ..)| line).collect();
        assert_eq!(lines, [2, 9]);
    }

    #[test]
    fn a_bomb_is_refused_before_it_is_read() {
        let bomb = archive(&[("xl/sharedStrings.xml", &vec![b' '; 3_000_000])]);
        assert!(bomb.len() < 100_000);
        assert!(matches!(inflate_within(&bomb, 2_000_000), Err(FileError::TooLarge)));
        assert!(inflate_within(&bomb, 4_000_000).is_ok());
    }

    #[test]
    fn a_billion_laughs_stay_one() {
        let sheet = "<!DOCTYPE x [<!ENTITY a \"haha\"><!ENTITY b \"&a;&a;&a;&a;\">]>\
             <worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>&b;</t></is></c></row></sheetData>\
             </worksheet>";
        let mut book = Workbook::open(archive(&[("xl/worksheets/sheet1.xml", sheet.as_bytes())])).unwrap();
        let mut cells = Vec::new();
        let end = book.each_row(|row| {
            cells.extend(row.cells.iter().map(|c| c.to_string()));
            true
        });
        assert!(end.is_err() || !cells.concat().contains("haha"), "{cells:?}");
    }

    #[test]
    fn broken_archives_are_refused() {
        let whole = workbook("<row r=\"1\"><c r=\"A1\"><v>1</v></c></row>");
        for cut in [10, whole.len() / 2, whole.len() - 5] {
            assert!(Workbook::open(whole[..cut].to_vec()).is_err());
        }
    }
}
