//! Tables on a terminal, where a Chinese character is as wide as two Latin letters.

use super::output::one_line;

/// Rows under a header, in columns.
#[derive(Debug, Clone)]
pub struct TextTable {
    rows: Vec<Vec<String>>,
    right: Vec<bool>,
}

/// Between two columns.
const GAP: &str = "  ";

impl TextTable {
    /// A table with these columns; those marked hold numbers and stand to the right.
    pub fn new(columns: &[(String, bool)]) -> Self {
        let header = columns.iter().map(|(name, _)| name.clone()).collect();
        Self { rows: vec![header], right: columns.iter().map(|(_, right)| *right).collect() }
    }

    /// Adds a row; line breaks and control characters are taken out.
    pub fn row(&mut self, cells: &[&str]) {
        self.rows.push(cells.iter().map(|cell| one_line(cell)).collect());
    }
}

impl std::fmt::Display for TextTable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let cells_of = |at: usize| self.rows.iter().filter_map(move |row| row.get(at));
        let widths: Vec<usize> =
            (0..self.right.len()).map(|at| cells_of(at).map(|cell| width(cell)).max().unwrap_or_default()).collect();
        for (line, row) in self.rows.iter().enumerate() {
            if line > 0 {
                writeln!(f)?;
            }
            let mut text = String::new();
            for ((cell, widest), right) in row.iter().zip(&widths).zip(&self.right) {
                let blank = " ".repeat(widest.saturating_sub(width(cell)));
                let (before, after) = if *right { (blank.as_str(), "") } else { ("", blank.as_str()) };
                text.extend([before, cell.as_str(), after, GAP]);
            }
            f.write_str(text.trim_end())?;
        }
        Ok(())
    }
}

/// Columns a text takes.
fn width(text: &str) -> usize {
    text.chars().map(|c| if is_wide(c) { 2 } else { 1 }).sum()
}

/// The blocks that terminals draw two columns wide (Unicode UAX #11, W and F), as far as our texts use them.
const fn is_wide(c: char) -> bool {
    matches!(c,
        '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{303e}' | '\u{3041}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe4f}' | '\u{ff00}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1faff}' | '\u{20000}'..='\u{3fffd}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_and_latin_stand_in_line() {
        let mut table = TextTable::new(&[("部门".into(), false), ("n".into(), true), ("满意率".into(), false)]);
        table.row(&["安装部", "7", "90.1"]);
        table.row(&["repair", "203", "–"]);
        assert_eq!(table.to_string(), "部门      n  满意率\n安装部    7  90.1\nrepair  203  –");
    }
}
