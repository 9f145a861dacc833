//! CSV for people: UTF-8 with a byte order mark and CR LF, so that a Chinese Excel opens it; a text that a spreadsheet
//! would take for a formula gets an apostrophe (ASVS 1.2.10). Figures have the digits of the API.

use crate::domain::commitment::Metric;
use crate::domain::period::{Period, State};
use crate::domain::scorecard::Score;
use crate::domain::trend::Point;

/// The version of the columns: they are only ever appended to.
const SCHEMA_VERSION: &str = "1";

const SCORES: [&str; 27] = [
    "schema_version",
    "period",
    "period_start",
    "period_end",
    "period_status",
    "revision",
    "level",
    "department_code",
    "department_name",
    "employee_no",
    "channel",
    "base",
    "metric",
    "invited",
    "responded",
    "response_rate",
    "valid_n",
    "satisfied_n",
    "value",
    "ci_low",
    "ci_high",
    "target",
    "verdict",
    "evidence",
    "clause",
    "suppressed",
    "exclusions",
];

const TREND: [&str; 16] = [
    "department_code",
    "metric",
    "channel",
    "period",
    "n",
    "value",
    "ci_low",
    "ci_high",
    "target",
    "signal",
    "center",
    "lower",
    "upper",
    "average",
    "average_lower",
    "average_upper",
];

/// A file being written.
#[derive(Debug, Clone)]
pub struct Sheet(String);

impl Sheet {
    /// A file of scores, with its header.
    pub fn scores() -> Self {
        Self::with_header(&SCORES)
    }

    /// A file of a series, with its header.
    pub fn trend() -> Self {
        Self::with_header(&TREND)
    }

    /// A file with these columns.
    pub fn with_header(columns: &[&str]) -> Self {
        Self(format!("\u{feff}{}\r\n", columns.join(",")))
    }

    /// One figure.
    pub fn score(&mut self, period: Period, (state, revision): (State, i32), score: &Score, department: &str) {
        self.row(&[
            SCHEMA_VERSION.to_owned(),
            period.to_string(),
            period.start().to_string(),
            period.end().to_string(),
            status(state, revision),
            state.sealed_revision(revision).to_string(),
            score.level.as_str().to_owned(),
            text(score.department.as_deref()),
            text(Some(department)),
            text(score.employee.as_deref()),
            score.channel.to_owned(),
            score.base.as_str().to_owned(),
            score.metric.as_str().to_owned(),
            score.invited.to_string(),
            score.responded.to_string(),
            number(score.response_rate),
            score.n.to_string(),
            score.satisfied.map(|k| k.to_string()).unwrap_or_default(),
            number(score.value),
            number(score.ci_low),
            number(score.ci_high),
            number(score.target),
            score.verdict.map(|verdict| verdict.as_str().to_owned()).unwrap_or_default(),
            score.evidence.map(|evidence| evidence.as_str().to_owned()).unwrap_or_default(),
            score.commitment.clone().unwrap_or_default(),
            u8::from(score.suppressed).to_string(),
            score.excluded.to_string(),
        ]);
    }

    /// One period of a series.
    pub fn point(&mut self, (department, metric, channel): (&str, Metric, &str), point: &Point) {
        self.row(&[
            text(Some(department)),
            metric.as_str().to_owned(),
            channel.to_owned(),
            point.period.to_string(),
            point.n.to_string(),
            number(point.value),
            number(point.ci_low),
            number(point.ci_high),
            number(point.target),
            point.signal.unwrap_or_default().to_owned(),
            number(point.center),
            number(point.lower),
            number(point.upper),
            number(point.average.map(|average| average.value)),
            number(point.average.map(|average| average.lower)),
            number(point.average.map(|average| average.upper)),
        ]);
    }

    /// The file.
    pub fn bytes(self) -> Vec<u8> {
        self.0.into_bytes()
    }

    /// A row of written cells.
    pub fn row(&mut self, cells: &[String]) {
        self.0.push_str(&line(cells));
    }
}

/// One line of a file, with its end.
pub(super) fn line(cells: &[String]) -> String {
    let quoted: Vec<String> = cells.iter().map(|cell| quote(cell)).collect();
    format!("{}\r\n", quoted.join(","))
}

/// How far a period has come; whatever is not sealed says that it is provisional.
pub fn status(state: State, revision: i32) -> String {
    match (state, revision.saturating_sub(1)) {
        (State::Sealed, _) => "sealed".to_owned(),
        (_, before) if before > 0 => format!("{state} (provisional) after revision {before}"),
        _ => format!("{state} (provisional)"),
    }
}

/// A figure with the digits of the API; empty where there is none.
pub fn number(value: Option<f64>) -> String {
    value.map(|value| format!("{value:.4}")).unwrap_or_default()
}

/// A text that no spreadsheet takes for a formula.
pub fn text(value: Option<&str>) -> String {
    let value = value.unwrap_or_default();
    if value.starts_with(['=', '+', '-', '@', '\t', '\r', '\0']) { format!("'{value}") } else { value.to_owned() }
}

fn quote(cell: &str) -> String {
    if cell.contains(['"', ',', '\n', '\r', ';']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_defused_and_numbers_stay_numbers() {
        assert_eq!(text(Some("=1+1")), "'=1+1");
        assert_eq!(text(Some("@SUM(A1)")), "'@SUM(A1)");
        assert_eq!(number(Some(-4.5)), "-4.5000");
    }

    #[test]
    fn a_name_with_a_comma_stays_in_its_cell() {
        assert_eq!(quote("Repairs, \"North\""), "\"Repairs, \"\"North\"\"\"");
    }
}
