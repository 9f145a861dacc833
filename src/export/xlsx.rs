//! The workbook: data, what its columns mean, notes. Codes and numbers of persons are texts, so that 00123 survives;
//! nothing in it is a formula.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::appraisals::{Cell, File};

/// The workbook could not be written.
#[derive(Debug, thiserror::Error)]
#[error("the workbook could not be written: {0}")]
pub struct Unwritable(#[from] XlsxError);

/// The bytes of the workbook.
pub(super) fn workbook(file: &File) -> Result<Vec<u8>, Unwritable> {
    let mut workbook = Workbook::new();
    // Not the time of writing: a sealed period gives the same bytes whenever it is pulled.
    let made = ExcelDateTime::from_timestamp(file.computed_at.timestamp())?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let head = Format::new().set_bold().set_text_wrap();
    let text = Format::new().set_num_format("@");
    data(workbook.add_worksheet().set_name("appraisals")?, file, &head, &text)?;
    dictionary(workbook.add_worksheet().set_name(file.t.get("export-sheet-dictionary"))?, file, &head)?;
    notes(workbook.add_worksheet().set_name(file.t.get("export-sheet-notes"))?, file, &head)?;
    Ok(workbook.save_to_buffer()?)
}

fn data(sheet: &mut Worksheet, file: &File, head: &Format, text: &Format) -> Result<(), XlsxError> {
    let figures = Format::new().set_num_format("0.0000");
    for (column, (name, _, _)) in (0..).zip(file.dictionary()) {
        sheet.write_string_with_format(0, column, name, head)?;
        sheet.set_column_width(column, 16)?;
    }
    for (row, cells) in (1..).zip(file.cells()) {
        for (column, cell) in (0..).zip(cells) {
            match cell {
                Cell::Text(value) => sheet.write_string_with_format(row, column, value, text)?,
                Cell::Count(count) => sheet.write_number(row, column, count)?,
                Cell::Figure(figure) => sheet.write_number_with_format(row, column, figure, &figures)?,
                Cell::Flag(flag) => sheet.write_number(row, column, u8::from(flag))?,
                Cell::Nothing => continue,
            };
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

fn dictionary(sheet: &mut Worksheet, file: &File, head: &Format) -> Result<(), XlsxError> {
    let heads = ["export-head-column", "export-head-type", "export-head-meaning"].map(|key| file.t.get(key));
    for (column, name) in (0..).zip(&heads) {
        sheet.write_string_with_format(0, column, name, head)?;
    }
    let wrap = Format::new().set_text_wrap();
    for (row, (name, kind, meaning)) in (1..).zip(file.dictionary()) {
        sheet.write_string(row, 0, name)?;
        sheet.write_string(row, 1, kind)?;
        sheet.write_string_with_format(row, 2, meaning, &wrap)?;
    }
    sheet.set_column_width(0, 22)?;
    sheet.set_column_width(2, 100)?;
    Ok(())
}

fn notes(sheet: &mut Worksheet, file: &File, head: &Format) -> Result<(), XlsxError> {
    let wrap = Format::new().set_text_wrap();
    for (row, (name, text)) in (0..).zip(file.notes()) {
        sheet.write_string_with_format(row, 0, name, head)?;
        sheet.write_string_with_format(row, 1, text, &wrap)?;
    }
    sheet.set_column_width(0, 28)?;
    sheet.set_column_width(1, 100)?;
    Ok(())
}
