//! `GET /comparison`: departments beside each other, by name.

use actix_web::HttpResponse;

use super::super::frame::{Page, Refusal, encode};
use super::super::pull::{self, Handed};
use super::super::views::comparison::{
    ChannelRow, Compared, ComparedRow, ComparisonPage, HeldRow, StandardisedRow, probability,
};
use super::super::views::{Area, Figure, format, words};
use super::insight::percent;
use super::{Choice, channel, choice};
use crate::chart::{self, Dot, Funnel, Size};
use crate::db::department::{Department, Departments};
use crate::db::period::Progress;
use crate::db::pull::{Kind, Pulled};
use crate::db::scorebook::{self, Wanted};
use crate::db::{self, seal};
use crate::domain::commitment::{Asked, Commitment, Level, Metric, in_force};
use crate::domain::comparison::{Against, Answers, Channels, Comparison, Held, Standing, channels, compare};
use crate::domain::period::Period;
use crate::domain::points::{Exact, from_hundredths, round_4dp};
use crate::domain::response::Base;
use crate::domain::scorecard::{Measure, Score, Subject};
use crate::domain::service_record::Channel;
use crate::domain::user::Role;
use crate::export::csv::{Sheet, number, status, text};
use crate::stats::funnel::Place;

/// Periods in a small line.
const LINE: usize = 12;

/// Who may see departments beside each other.
const READERS: [Role; 4] = [Role::Admin, Role::Quality, Role::Hr, Role::Auditor];

const COLUMNS: [&str; 35] = [
    "period",
    "channel",
    "against",
    "reference",
    "phi",
    "department_code",
    "department_name",
    "valid_n",
    "satisfied_n",
    "value",
    "ci_low",
    "ci_high",
    "limit_95_low",
    "limit_95_high",
    "limit_998_low",
    "limit_998_high",
    "place",
    "p",
    "p_adjusted",
    "standing",
    "steadied",
    "steadied_low",
    "steadied_high",
    "online",
    "offline",
    "gap",
    "gap_low",
    "gap_high",
    "standardised",
    "standardised_low",
    "standardised_high",
    "weight_covered",
    "period_status",
    "revision",
    "base",
];

/// `GET /comparison`
pub async fn show(page: Page) -> HttpResponse {
    let result = build(&page).await;
    page.answer(result)
}

/// `GET /comparison.csv`
pub async fn csv(page: Page) -> HttpResponse {
    let result = pull(&page).await;
    page.answer(result)
}

/// The file, handed out once it is noted who pulled it.
async fn pull(page: &Page) -> Result<HttpResponse, Refusal> {
    let figures = load(page).await?;
    let (period, bytes) = (figures.choice.period, figures.sheet(page).bytes());
    let course = figures.progress.course(period);
    let noted = Pulled::new(Kind::Comparison, (period, &course), "csv", figures.departments.len(), &bytes)
        .of(&[("channel", figures.channel.map_or("all", Channel::as_str))]);
    let of = figures.channel.map(|channel| format!("-{}", channel.as_str())).unwrap_or_default();
    let name = format!("manyi-comparison-{period}{of}.csv");
    pull::hand_out(page, Handed { name, media_type: pull::CSV, bytes, noted }).await
}

/// What the page is made of; departments and their answers in one order, by name.
struct Figures {
    departments: Vec<(Department, bool)>,
    answers: Vec<Answers>,
    lines: Vec<Vec<Option<f64>>>,
    channels: Vec<Channels>,
    comparison: Option<Comparison>,
    against: Against,
    promise: Option<f64>,
    channel: Option<Channel>,
    progress: Progress,
    choice: Choice,
}

async fn load(page: &Page) -> Result<Figures, Refusal> {
    page.reader(&READERS)?;
    let (channel, promised) = (channel(page)?, page.query("against").as_deref() == Some("promise"));
    let (wanted, now, zone) = (page.period()?, page.web.context.now(), page.web.context.config.time_zone);
    let (thresholds, locale) = (page.web.context.thresholds, page.t.locale());
    let load = move |conn: &mut db::Connection| -> db::Result<Figures> {
        let choice = choice(conn, wanted, now, zone)?;
        let (from, to) = choice.months(LINE);
        let roll = seal::departments_of(conn, choice.period)?;
        let book = scorebook::load(conn, &Wanted { departments: None, employees: None, questions: false, from, to })?;
        let target = promise(&seal::commitments_of(conn, choice.period)?, channel, choice.period);
        let against = target.filter(|_| promised).map_or(Against::Average, Against::Promise);
        let read = |department: &Department, period| Answers::read(&book, department.id, period, &thresholds);
        let mut departments: Vec<_> = roll.iter().map(|one| (one.clone(), has_parts(&roll, one))).collect();
        departments.retain(|(one, has_parts)| !has_parts || read(one, choice.period).all.1 > 0);
        departments.sort_by(|(a, _), (b, _)| a.name(locale).cmp(b.name(locale)));
        let answers: Vec<Answers> = departments.iter().map(|(one, _)| read(one, choice.period)).collect();
        let rate = |answers: Answers| {
            let (k, n) = answers.of(channel);
            Exact::rate(k, n).filter(|_| answers.shows(channel)).map(Exact::to_4dp)
        };
        let line = |one: &Department| choice.line(LINE).into_iter().map(|period| rate(read(one, period))).collect();
        Ok(Figures {
            lines: departments.iter().map(|(one, _)| line(one)).collect(),
            channels: channels(&answers),
            comparison: compare(&answers, channel, against, &thresholds),
            progress: Progress::load(conn)?,
            promise: target.map(from_hundredths),
            departments,
            answers,
            against,
            channel,
            choice,
        })
    };
    Ok(page.pool().read(load).await?)
}

/// What is promised of every department, in hundredths of a percent.
fn promise(commitments: &[Commitment], channel: Option<Channel>, period: Period) -> Option<i32> {
    let metric = Metric::SatisfactionRate;
    let asked = Asked { metric, level: Level::Department, department: None, client: None, channel, period };
    in_force(commitments, &asked).map(|commitment| commitment.target)
}

fn has_parts(roll: &Departments, department: &Department) -> bool {
    roll.iter().any(|other| other.parent_id == Some(department.id))
}

async fn build(page: &Page) -> Result<HttpResponse, Refusal> {
    let figures = load(page).await?;
    let period = figures.choice.period;
    let (state, revision) = (figures.progress.state(period), figures.progress.revision(period));
    let promised = figures.against != Against::Average;
    let channel_code = figures.channel.map_or("all", Channel::as_str);
    let against = if promised { "&against=promise" } else { "" };
    let view = ComparisonPage {
        shell: page.shell_of(Area::Comparison, period, state, revision),
        path: "/comparison".into(),
        period,
        periods: figures.choice.periods.clone(),
        channel: figures.channel,
        promised,
        promise: figures.promise,
        compared: figures.compared(page)?,
        rows: figures.rows(page),
        channels: figures.channel_rows(page),
        csv_href: format!("/comparison.csv?period={period}&channel={channel_code}{against}"),
    };
    page.html(&view, 200)
}

impl Figures {
    fn compared(&self, page: &Page) -> Result<Option<Compared>, Refusal> {
        let Some(comparison) = &self.comparison else { return Ok(None) };
        let t = &page.t;
        let reference = match self.against {
            Against::Average => percent(comparison.reference),
            Against::Promise(target) => format::target(from_hundredths(target)),
        };
        let key = match self.against {
            Against::Average => "comparison-line-average",
            Against::Promise(_) => "comparison-line-promise",
        };
        let metric = words::metric_of(t, &Metric::SatisfactionRate, &self.channel);
        let period = format::period(t, &self.choice.period);
        let spread = comparison.dispersion.map(|found| found.tau_squared).filter(|tau| *tau > 0.0);
        let funnel = Funnel {
            id: "funnel".to_owned(),
            title: t.with("comparison-funnel-title", &[("metric", metric), ("period", period)]),
            reference: comparison.reference,
            reference_words: t.with(key, &[("value", format::percent(t, &reference))]),
            spread,
            dots: self.dots(page, comparison),
            locale: t.locale(),
        };
        let failed = |error: chart::ChartError| Refusal::Internal(error.to_string());
        Ok(Some(Compared {
            reference,
            answers: comparison.total.1,
            phi: comparison.dispersion.map(|found| chart::format_value(found.phi, 1)),
            spread: spread.is_some(),
            wide: chart::funnel_svg(&funnel, Size::Wide).map_err(failed)?,
            narrow: chart::funnel_svg(&funnel, Size::Narrow).map_err(failed)?,
        }))
    }

    fn dots(&self, page: &Page, comparison: &Comparison) -> Vec<Dot> {
        let rows = self.departments.iter().zip(&comparison.rows);
        let dot = |((department, _), row): (&(Department, bool), &crate::domain::comparison::Row)| {
            let held = row.held?;
            Some(Dot {
                name: department.name(page.t.locale()).to_owned(),
                n: row.n,
                rate: f64::from(held.satisfied) / f64::from(row.n),
                shown: Exact::rate(held.satisfied, row.n)?.shown(&self.edges()),
                place: held.place,
            })
        };
        rows.filter_map(dot).collect()
    }

    /// What no figure may be rounded across.
    fn edges(&self) -> Vec<i32> {
        match self.against {
            Against::Promise(target) => vec![target],
            Against::Average => Vec::new(),
        }
    }

    fn held(&self, at: usize) -> Option<Held> {
        self.comparison.as_ref()?.rows.get(at)?.held
    }

    fn rows(&self, page: &Page) -> Vec<ComparedRow> {
        let all = self.lines.iter().flatten().copied().chain([self.promise]);
        let range = chart::sparkline_range(all);
        let row = |(at, (department, has_parts)): (usize, &(Department, bool))| {
            let answers = self.answers.get(at).copied().unwrap_or_default();
            let line = self.lines.get(at).filter(|line| line.iter().flatten().count() > 1);
            ComparedRow {
                name: department.name(page.t.locale()).to_owned(),
                href: format!("/departments/{}?period={}", encode(&department.code), self.choice.period),
                own_only: *has_parts,
                trend: line.zip(range.as_ref()).map(|(line, range)| chart::sparkline_svg(line, range, self.promise)),
                figure: (&self.score(page, department, answers, self.channel)).into(),
                held: self.held(at).map(|held| held_row(&held)),
            }
        };
        self.departments.iter().enumerate().map(row).collect()
    }

    fn channel_rows(&self, page: &Page) -> Vec<ChannelRow> {
        let rows = self.departments.iter().zip(&self.answers).zip(&self.channels);
        let row = |(((department, _), answers), channels): ((&(Department, bool), &Answers), &Channels)| {
            let figure = |channel| Figure::from(&self.score(page, department, *answers, channel));
            let gap = channels.gap.map(|gap| {
                let subject = subject(department, Metric::ChannelGap, None);
                (&Score::new(subject, &gap, Default::default(), None, &page.web.context.thresholds)).into()
            });
            ChannelRow {
                name: department.name(page.t.locale()).to_owned(),
                online: figure(Some(Channel::Online)),
                offline: figure(Some(Channel::Offline)),
                gap,
                crude: figure(None),
                standardised: channels.standardised.map(|found| StandardisedRow {
                    rate: percent(found.rate),
                    interval: (percent(found.interval.low), percent(found.interval.high)),
                    covered: percent(found.covered),
                }),
            }
        };
        rows.map(row).collect()
    }

    /// A department's own rate, withheld where it would give another figure away.
    fn score(&self, page: &Page, department: &Department, answers: Answers, channel: Option<Channel>) -> Score {
        let thresholds = &page.web.context.thresholds;
        let (k, n) = answers.of(channel);
        let subject = subject(department, Metric::SatisfactionRate, channel);
        let mut score = Score::new(subject, &Measure::Rate { k, n }, Default::default(), None, thresholds);
        if !answers.shows(channel) {
            score.suppress();
        }
        score
    }

    fn sheet(&self, page: &Page) -> Sheet {
        let mut sheet = Sheet::with_header(&COLUMNS);
        let course = self.progress.course(self.choice.period);
        let share = |value: f64| Some(round_4dp(value * 100.0));
        for (at, (department, _)) in self.departments.iter().enumerate() {
            let answers = self.answers.get(at).copied().unwrap_or_default();
            let score = self.score(page, department, answers, self.channel);
            let held = self.held(at);
            let line = |of: fn(&Held) -> f64| number(held.as_ref().map(of).and_then(share));
            let steadied = held.and_then(|held| held.steadied);
            let channels = self.channels.get(at);
            let rate = |measure: Option<Measure>| number(measure.and_then(|m| m.value()).map(Exact::to_4dp));
            let gap = channels.and_then(|channels| channels.gap);
            let ends = gap.and_then(|gap| gap.interval());
            let standardised = channels.and_then(|channels| channels.standardised);
            sheet.row(&[
                self.choice.period.to_string(),
                self.channel.map_or("all", Channel::as_str).to_owned(),
                if self.against == Against::Average { "average" } else { "promise" }.to_owned(),
                number(self.comparison.as_ref().and_then(|found| share(found.reference))),
                number(self.comparison.as_ref().and_then(|found| Some(found.dispersion?.phi))),
                text(Some(&department.code)),
                text(Some(department.name(page.t.locale()))),
                score.n.to_string(),
                score.satisfied.map(|k| k.to_string()).unwrap_or_default(),
                number(score.value),
                number(score.ci_low),
                number(score.ci_high),
                line(|held| held.limits.low_95),
                line(|held| held.limits.high_95),
                line(|held| held.limits.low_998),
                line(|held| held.limits.high_998),
                held.map(|held| place_code(held.place).to_owned()).unwrap_or_default(),
                held.and_then(|held| held.p).map(|p| format!("{p:.6}")).unwrap_or_default(),
                held.and_then(|held| held.adjusted).map(|p| format!("{p:.6}")).unwrap_or_default(),
                held.map(|held| standing_code(held.standing).to_owned()).unwrap_or_default(),
                number(steadied.and_then(|found| share(found.rate))),
                number(steadied.and_then(|found| share(found.interval.low))),
                number(steadied.and_then(|found| share(found.interval.high))),
                rate(channels.and_then(|channels| channels.online)),
                rate(channels.and_then(|channels| channels.offline)),
                rate(gap),
                number(ends.map(|ends| round_4dp(ends.low))),
                number(ends.map(|ends| round_4dp(ends.high))),
                number(standardised.and_then(|found| share(found.rate))),
                number(standardised.and_then(|found| share(found.interval.low))),
                number(standardised.and_then(|found| share(found.interval.high))),
                number(standardised.and_then(|found| share(found.covered))),
                status(course.state, course.revision),
                course.sealed_revision().to_string(),
                score.base.as_str().to_owned(),
            ]);
        }
        sheet
    }
}

fn subject(department: &Department, metric: Metric, channel: Option<Channel>) -> Subject {
    Subject {
        level: Level::Department,
        department: Some(department.code.clone()),
        employee: None,
        client: None,
        channel,
        metric,
        base: Base::Invited,
    }
}

fn held_row(held: &Held) -> HeldRow {
    HeldRow {
        standing: held.standing,
        p: held.p.zip(held.adjusted).map(|(raw, adjusted)| (probability(raw), probability(adjusted))),
        place: held.place,
        inner: (percent(held.limits.low_95), percent(held.limits.high_95)),
        outer: (percent(held.limits.low_998), percent(held.limits.high_998)),
        steadied: held
            .steadied
            .map(|found| (percent(found.rate), percent(found.interval.low), percent(found.interval.high))),
    }
}

const fn place_code(place: Place) -> &'static str {
    match place {
        Place::FarBelow => "below_99.8",
        Place::Below => "below_95",
        Place::Within => "within",
        Place::Above => "above_95",
        Place::FarAbove => "above_99.8",
    }
}

const fn standing_code(standing: Standing) -> &'static str {
    match standing {
        Standing::TooFew => "too_few",
        Standing::NotDistinguishable => "not_distinguishable",
        Standing::Below => "below",
        Standing::Above => "above",
    }
}
