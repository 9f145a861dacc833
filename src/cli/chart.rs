//! `manyi chart`

use std::path::{Path, PathBuf};

use super::words::{self, ChannelArg};
use super::{Failure, open, say, texts};
use crate::chart::{Size, Trend, trend_png, trend_svg};
use crate::db::department::Departments;
use crate::db::scores::RequestError;
use crate::db::trend::{TrendRequest, trend};
use crate::domain::commitment::Metric;
use crate::domain::period::{Grain, Period};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Code of the department
    #[arg(long, value_name = "CODE")]
    department: String,
    /// What to draw: satisfaction_rate, points, response_rate, channel_gap, resolution_rate, complaint_rate or response_time
    #[arg(long, value_name = "M")]
    metric: Metric,
    /// The length of one period: month, quarter or year
    #[arg(long)]
    grain: Grain,
    /// The first period [default: 14 months or 8 quarters back]
    #[arg(long, value_name = "P")]
    from: Option<Period>,
    /// The last period [default: the last with data]
    #[arg(long, value_name = "P")]
    to: Option<Period>,
    /// online, offline, or all together
    #[arg(long, default_value = "all")]
    channel: ChannelArg,
    /// The picture to write: FILE.svg or FILE.png
    #[arg(long, value_name = "FILE", value_parser = Picture::parse)]
    out: Picture,
}

/// A file whose name says what it holds.
#[derive(Debug, Clone)]
struct Picture {
    path: PathBuf,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Svg,
    Png,
}

impl Picture {
    fn parse(text: &str) -> Result<Self, String> {
        let path = PathBuf::from(text);
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        let kind = match ending.as_deref() {
            Some("svg") => Kind::Svg,
            Some("png") => Kind::Png,
            _ => return Err("the name must end in .svg or .png".to_owned()),
        };
        Ok(Self { path, kind })
    }
}

pub(super) fn run(args: Args) -> Result<(), Failure> {
    let t = texts();
    check_folder(&args.out.path)?;
    let context = open()?;
    let request = TrendRequest {
        department: args.department,
        metric: args.metric,
        grain: args.grain,
        from: args.from,
        to: args.to,
        channel: args.channel.0,
        zone: context.config.time_zone,
    };
    let thresholds = context.thresholds;
    let (found, departments) = context.pool.read_now(|conn| -> Result<_, RequestError> {
        Ok((trend(conn, &request, &thresholds)?, Departments::load(conn)?))
    })?;
    let name = departments.by_code(&found.department).map_or(found.department.as_str(), |d| d.name(t.locale()));
    let metric = words::metric_of(found.metric, request.channel, t);
    let (id, title) = (format!("trend-{}", found.department), format!("{name} · {metric}"));
    let picture = Trend::of(id, title, found.metric, &found.points, t.locale());
    let failed = |error: crate::chart::ChartError| Failure::new(t.with("cli-chart-failed", &[("cause", error)]));
    let bytes = match args.out.kind {
        Kind::Svg => trend_svg(&picture, Size::Wide).map_err(failed)?.into_bytes(),
        Kind::Png => trend_png(&picture).map_err(failed)?,
    };
    std::fs::write(&args.out.path, bytes).map_err(|error| Failure::file(&args.out.path, &error))?;
    let shown = found.points.iter().filter(|point| point.value.is_some()).count();
    let file = args.out.path.display().to_string();
    say(&t.with(
        "cli-chart-written",
        &[("file", file), ("shown", shown.to_string()), ("count", found.points.len().to_string())],
    ));
    Ok(())
}

/// A missing folder is told before anything is worked out.
fn check_folder(path: &Path) -> Result<(), Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::metadata(folder).map_err(|error| Failure::file(path, &error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_says_what_is_drawn() {
        assert_eq!(Picture::parse("a.SVG").unwrap().kind, Kind::Svg);
        assert_eq!(Picture::parse("a.b.png").unwrap().kind, Kind::Png);
        assert!(Picture::parse("a.bmp").is_err() && Picture::parse("svg").is_err());
    }
}
