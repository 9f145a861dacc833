//! `manyi sample`

use super::output::say_json;
use super::{ACTOR, Failure, complain, open, say, texts};
use crate::db::sample::{DrawError, Drawn, Request, draw};
use crate::domain::period::{Period, local_date};
use crate::domain::sample::Fraction;
use crate::domain::text;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The quarter: 2026-Q3
    #[arg(long, value_name = "P")]
    period: Period,
    /// The share of each department and channel, above 0 and at most 1: 0.1
    #[arg(long, value_name = "F")]
    fraction: Fraction,
    /// A whole number that makes the draw: with it anyone can draw the same list again
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(0..))]
    seed: i64,
    /// Draw again though the quarter was drawn before; the reason may stand here or after --reason
    #[arg(long, value_name = "REASON", num_args = 0..=1, default_missing_value = "")]
    redraw: Option<String>,
    /// Why it is drawn again
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: Args) -> Result<(), Failure> {
    let request = request(&args)?;
    let context = open()?;
    let (now, zone) = (context.now(), context.config.time_zone);
    let drawn = context.pool.write_now(|conn| draw(conn, &request, ACTOR, now, zone))?;
    if local_date(now, zone) <= request.period.end() {
        complain(&texts().with("cli-sample-running", &[("period", request.period)]));
    }
    if args.json {
        return say_json(&drawn);
    }
    print(&drawn);
    Ok(())
}

fn request(args: &Args) -> Result<Request, Failure> {
    let t = texts();
    let reason = args.redraw.as_ref().map(|given| args.reason.as_deref().unwrap_or(given));
    if args.redraw.is_none() && args.reason.is_some() {
        return Err(Failure::wrong_use(t.get("cli-sample-reason-alone")));
    }
    let redraw = match reason {
        None => None,
        Some(reason) => {
            let line = text::line(text::trim(reason), text::MAX_REASON).ok().filter(|line| !line.is_empty());
            let missing = || Failure::wrong_use(t.with("cli-sample-reason", &[("max", text::MAX_REASON)]));
            Some(line.ok_or_else(missing)?.into_owned())
        }
    };
    Ok(Request { period: args.period, fraction: args.fraction, seed: args.seed, redraw })
}

fn print(drawn: &Drawn) {
    let t = texts();
    let args = [
        ("period", drawn.period.to_string()),
        ("drawn", drawn.drawn.len().to_string()),
        ("frame", drawn.frame_size.to_string()),
        ("fraction", drawn.fraction.to_string()),
        ("seed", drawn.seed.to_string()),
    ];
    say(&t.with("cli-sample-drawn", &args));
    say(&t.with("cli-sample-frame", &[("hash", &drawn.frame_hash)]));
    drawn.drawn.iter().for_each(|id| say(id));
}

impl From<DrawError> for Failure {
    fn from(error: DrawError) -> Self {
        let t = texts();
        let of = |key: &str, period: Period| t.with(key, &[("period", period)]);
        match error {
            DrawError::Database(error) => error.into(),
            DrawError::NoQuarter(period) => Self::wrong_use(of("cli-sample-no-quarter", period)),
            DrawError::NoRecords(period) => Self::new(of("cli-sample-no-records", period)),
            DrawError::AlreadyDrawn(period) => Self::new(of("cli-sample-already-drawn", period)),
            DrawError::Told(period, _) => Self::new(of("cli-sample-told", period)),
            DrawError::LosesAnswers { period, count } => {
                let args = [("period", period.to_string()), ("count", count.to_string())];
                Self::new(t.with("cli-sample-loses", &args))
            }
        }
    }
}
