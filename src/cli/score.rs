//! `manyi score`

use super::output::say_json;
use super::text_table::TextTable;
use super::words::{self, ChannelArg};
use super::{Failure, open, say, texts};
use crate::chart::format_value;
use crate::db::department::Departments;
use crate::db::scores::{Request, RequestError, Scores, scores};
use crate::domain::commitment::{Level, Metric};
use crate::domain::period::{Period, State};
use crate::domain::response::Base;
use crate::domain::scorecard::Score;
use crate::i18n::Texts;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Month, quarter or year: 2026-09, 2026-Q3, 2026
    #[arg(long, value_name = "P")]
    period: Period,
    /// Code of one department; without, all of them
    #[arg(long, value_name = "CODE")]
    department: Option<String>,
    /// online, offline, or all together
    #[arg(long, default_value = "all")]
    channel: ChannelArg,
    /// Whose scores: organisation, department or employee
    #[arg(long, default_value = "department", value_parser = words::level)]
    level: Level,
    /// Print JSON: the body of /api/v1/scores
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: Args) -> Result<(), Failure> {
    let request =
        Request { period: args.period, department: args.department, channel: args.channel.0, level: args.level };
    let context = open()?;
    let thresholds = context.thresholds;
    let (found, departments) = context.pool.read_now(|conn| -> Result<_, RequestError> {
        Ok((scores(conn, &request, &thresholds)?, Departments::load(conn)?))
    })?;
    if args.json {
        return say_json(&found);
    }
    print(&found, &request, &departments);
    Ok(())
}

fn print(found: &Scores, request: &Request, departments: &Departments) {
    let t = texts();
    let state = t.get(match found.state {
        State::Open => "cli-score-open",
        State::Evaluating => "cli-score-evaluating",
        State::Published => "cli-score-published",
        State::Sealed => "cli-score-sealed",
    });
    let channel = words::channel(request.channel, t);
    say(&format!("{} · {channel} · {state}", found.period));
    if found.scores.is_empty() {
        let none = departments.iter().next().is_none();
        say(&t.get(if none { "cli-score-none" } else { "cli-score-nobody" }));
        return;
    }
    let column = |key: &str, right| (t.get(key), right);
    let mut table = TextTable::new(&[
        column("cli-score-who", false),
        column("cli-score-metric", false),
        column("cli-score-n", true),
        column("cli-score-value", true),
        column("cli-score-interval", true),
        column("cli-score-target", true),
        column("staff-verdict", false),
        column("staff-evidence", false),
    ]);
    for score in &found.scores {
        let interval = score.ci_low.zip(score.ci_high);
        let interval = interval.map(|(low, high)| format!("{} – {}", number(low), number(high)));
        let value = match (&score.shown, score.n) {
            (Some(shown), _) => with_unit(&shown.replace('-', "−"), score.metric),
            (None, 0) => String::new(),
            (None, _) => t.get("cli-score-too-few"),
        };
        table.row(&[
            &who(score, departments, t),
            &what(score, t),
            &score.n.to_string(),
            &value,
            &interval.unwrap_or_default(),
            &score.target.map(|target| with_unit(&number(target), score.metric)).unwrap_or_default(),
            &score.verdict.map(|verdict| words::verdict(verdict, t)).unwrap_or_default(),
            &score.evidence.map(|evidence| words::evidence(evidence, t)).unwrap_or_default(),
        ]);
    }
    say(&table.to_string());
}

fn who(score: &Score, departments: &Departments, t: Texts) -> String {
    let Some(code) = &score.department else { return t.get("cli-score-organisation") };
    match (&score.employee, departments.by_code(code)) {
        (Some(employee), _) => format!("{code} / {employee}"),
        (None, Some(department)) if department.name(t.locale()) != code => {
            format!("{code} {}", department.name(t.locale()))
        }
        (None, _) => code.clone(),
    }
}

/// The metric, and how the customers came to be asked where that was not by invitation.
fn what(score: &Score, t: Texts) -> String {
    let metric = words::metric(score.metric, t);
    let base = match score.base {
        Base::Invited => return metric,
        Base::Sample => t.get("staff-base-sample"),
        Base::WalkUp => t.get("staff-base-walk-up"),
        Base::Complaint => t.get("staff-base-complaint"),
        Base::Imported => t.get("staff-base-imported"),
    };
    format!("{metric} · {base}")
}

/// With a true minus sign, so that it is not taken for the dash of an interval.
fn number(value: f64) -> String {
    format_value(value, 1).replace('-', "−")
}

fn with_unit(number: &str, metric: Metric) -> String {
    match metric {
        Metric::Points | Metric::ChannelGap | Metric::ComplaintRate => number.to_owned(),
        _ => format!("{number}%"),
    }
}
