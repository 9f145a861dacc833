//! Rows of a delimited text. Of our own because messages need what readers of CSV do not tell: the physical line a row
//! begins on (blank lines and line breaks in quotes included), a quotation mark that is never closed, and the
//! full-width comma as delimiter. Quoting is RFC 4180's.

use std::borrow::Cow;

use crate::domain::field::Reason;

/// The delimiters looked for, the likeliest first.
pub const DELIMITERS: [char; 4] = [',', '\t', ';', '，'];

/// Reads rows one by one; cells borrow from the text where they can.
#[derive(Debug, Clone)]
pub struct Records<'a> {
    rest: &'a str,
    line: u64,
    delimiter: char,
}

/// Where a row begins, and what is wrong with its quotation marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// The physical line, from 1.
    pub line: u64,
    /// [`Reason::StrayQuote`] or [`Reason::OpenQuote`]; the cells are then not to be used.
    pub fault: Option<Reason>,
}

/// How a cell ended.
enum End {
    Cell,
    Row,
    Fault(Reason),
}

impl<'a> Records<'a> {
    /// Starts at the first line.
    pub const fn new(text: &'a str, delimiter: char) -> Self {
        Self { rest: text, line: 1, delimiter }
    }

    /// Reads the next row that is not blank into `cells`; `None` at the end.
    pub fn next_into(&mut self, cells: &mut Vec<Cow<'a, str>>) -> Option<Start> {
        loop {
            if self.rest.is_empty() {
                return None;
            }
            let (line, begin) = (self.line, self.rest);
            cells.clear();
            let fault = loop {
                match self.cell(cells) {
                    End::Cell => {}
                    End::Row => break None,
                    End::Fault(reason) => break Some(reason),
                }
            };
            if fault.is_some() {
                // Go on with the next physical line, so that one slip costs one row.
                (self.rest, self.line) = (begin, line);
                self.skip_line();
                return Some(Start { line, fault });
            }
            if cells.iter().any(|cell| !cell.trim().is_empty()) {
                return Some(Start { line, fault });
            }
        }
    }

    fn cell(&mut self, cells: &mut Vec<Cow<'a, str>>) -> End {
        if let Some(quoted) = self.rest.strip_prefix('"') {
            return self.quoted(quoted, cells);
        }
        let delimiter = self.delimiter;
        let end = self.rest.find([delimiter, '\n', '\r']).unwrap_or(self.rest.len());
        let (cell, rest) = self.rest.split_at(end);
        cells.push(Cow::Borrowed(cell));
        self.rest = rest;
        self.after_cell()
    }

    fn quoted(&mut self, mut rest: &'a str, cells: &mut Vec<Cow<'a, str>>) -> End {
        let mut cell = Cow::Borrowed("");
        loop {
            let Some((part, after)) = rest.split_once('"') else { return End::Fault(Reason::OpenQuote) };
            self.line = self.line.saturating_add(line_breaks(part));
            cell += part;
            let Some(doubled) = after.strip_prefix('"') else {
                cells.push(cell);
                self.rest = after;
                return self.after_cell();
            };
            cell += "\"";
            rest = doubled;
        }
    }

    /// What stands behind a cell: a delimiter, the end of the row, or, behind a quoted one, what must not be there.
    fn after_cell(&mut self) -> End {
        if let Some(rest) = self.rest.strip_prefix(self.delimiter) {
            self.rest = rest;
            return End::Cell;
        }
        if self.rest.is_empty() || self.rest.starts_with(['\n', '\r']) {
            self.skip_line();
            return End::Row;
        }
        End::Fault(Reason::StrayQuote)
    }

    /// Goes to the beginning of the next physical line.
    fn skip_line(&mut self) {
        let end = self.rest.find(['\n', '\r']).unwrap_or(self.rest.len());
        let rest = self.rest.split_at(end).1;
        self.rest = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix(['\n', '\r'])).unwrap_or(rest);
        self.line = self.line.saturating_add(1);
    }
}

/// The delimiter of a table: the one its first line has most of, outside quotation marks. A line without any is a
/// table of one column.
pub fn detect(text: &str) -> char {
    let mut counts = DELIMITERS.map(|delimiter| (delimiter, 0_usize));
    let mut quoted = false;
    for c in text.trim_start().chars() {
        match c {
            '"' => quoted = !quoted,
            '\n' | '\r' if !quoted => break,
            _ if quoted => {}
            _ => counts.iter_mut().filter(|(delimiter, _)| *delimiter == c).for_each(|(_, count)| *count += 1),
        }
    }
    // The first of equals wins: max_by_key takes the last.
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map_or(',', |(delimiter, _)| delimiter)
}

fn line_breaks(text: &str) -> u64 {
    let mut before = ' ';
    let breaks = text.chars().filter(|c| {
        let counts = *c == '\r' || (*c == '\n' && before != '\r');
        before = *c;
        counts
    });
    u64::try_from(breaks.count()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows(text: &str, delimiter: char) -> Vec<(u64, Option<Reason>, Vec<String>)> {
        let (mut records, mut cells, mut rows) = (Records::new(text, delimiter), Vec::new(), Vec::new());
        while let Some(start) = records.next_into(&mut cells) {
            rows.push((start.line, start.fault, cells.iter().map(|c| c.to_string()).collect()));
        }
        rows
    }

    fn good(text: &str, delimiter: char) -> Vec<(u64, Vec<String>)> {
        rows(text, delimiter).into_iter().map(|(line, fault, cells)| (line, fault.map_or(cells, |_| vec![]))).collect()
    }

    #[test]
    fn plain_rows_with_every_line_end() {
        for text in ["a,b\nc,d\n", "a,b\r\nc,d", "a,b\rc,d\r"] {
            assert_eq!(good(text, ','), [(1, vec!["a".into(), "b".into()]), (2, vec!["c".into(), "d".into()])]);
        }
    }

    #[test]
    fn quotes_hold_delimiters_quotes_and_line_breaks() {
        let text = "\"a,1\",\"say \"\"hi\"\"\"\n\"x\r\ny\nz\",b\nlast,row";
        assert_eq!(
            good(text, ','),
            [
                (1, vec!["a,1".into(), "say \"hi\"".into()]),
                (2, vec!["x\r\ny\nz".into(), "b".into()]),
                (5, vec!["last".into(), "row".into()]),
            ]
        );
    }

    #[test]
    fn blank_lines_count_but_are_no_rows() {
        assert_eq!(good("\n\na\n  \n,,\n\"\"\nb", ','), [(3, vec!["a".into()]), (7, vec!["b".into()])]);
    }

    #[test]
    fn empty_cells_at_the_ends() {
        assert_eq!(good(",a,", ','), [(1, vec!["".into(), "a".into(), "".into()])]);
    }

    #[test]
    fn the_full_width_comma() {
        assert_eq!(good("姓名，\"部门，二\"", '，'), [(1, vec!["姓名".into(), "部门，二".into()])]);
    }

    #[test]
    fn an_inch_is_no_quotation() {
        assert_eq!(good("a,5\" pipe,b", ','), [(1, vec!["a".into(), "5\" pipe".into(), "b".into()])]);
    }

    #[test]
    fn a_faulty_quotation_costs_one_line() {
        let all = rows("a,\"b\" c\nd,e\nf,\"g\nh,i\n", ',');
        let faults: Vec<_> = all.iter().map(|(line, fault, _)| (*line, fault.clone())).collect();
        assert_eq!(faults, [(1, Some(Reason::StrayQuote)), (2, None), (3, Some(Reason::OpenQuote)), (4, None)]);
    }

    #[test]
    fn delimiters_are_found() {
        assert_eq!(detect("a,b;c,d\n;;;;;;"), ',');
        assert_eq!(detect("a;b\n"), ';');
        assert_eq!(detect("\n a\tb\n"), '\t');
        assert_eq!(detect("姓名，部门"), '，');
        assert_eq!(detect("\"a,b,c\";d"), ';');
        assert_eq!(detect("alone"), ',');
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_or_loop(text in "[a,\"\r\n;，]{0,60}") {
            prop_assert!(rows(&text, ',').len() <= text.len());
            let _ = rows(&text, detect(&text));
        }

        #[test]
        fn what_is_quoted_comes_back(cells in proptest::collection::vec("[a-c,\"\r\n ]{1,8}z", 1..5)) {
            let quoted: Vec<_> = cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
            let text = format!("{}\n", quoted.join(","));
            prop_assert_eq!(rows(&text, ','), vec![(1, None, cells)]);
        }
    }
}
