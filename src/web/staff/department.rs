//! `GET /departments/{code}`: what a head of department needs to know.

use std::collections::{HashMap, HashSet};

use actix_web::HttpResponse;
use actix_web::web::Path;

use super::super::frame::{Page, Refusal, encode};
use super::super::pull::{self, Handed};
use super::super::session::Session;
use super::super::views::figure::MIN_COMMENT_N;
use super::super::views::finality::Usable;
use super::super::views::{
    Area, Change, Chart, Comment, Comments, DepartmentPage, EmployeeRow, Problem, QuestionRow, Sentence, words,
};
use super::charts::{chart, sparkline};
use super::usable::usable;
use super::{Choice, channel, choice, complaints, headlines, insight, wishes};
use crate::db::closing::{self, Background, Outlook};
use crate::db::department::{Department, Departments};
use crate::db::employee::{self, Employee};
use crate::db::period::{Course, Progress};
use crate::db::pull::{Kind, Pulled};
use crate::db::questionnaire::Asked;
use crate::db::response::Voices;
use crate::db::scorebook::{self, Wanted};
use crate::db::scores::RequestError;
use crate::db::trend::{TrendRequest, trends};
use crate::db::{self, commitment, drivers, holiday, questionnaire, response, seal};
use crate::domain::appraisal::records;
use crate::domain::commitment::{self as promise, Commitment, Consequence, Level, Metric, in_force};
use crate::domain::duty::Terms;
use crate::domain::explanation::explain;
use crate::domain::period::Period;
use crate::domain::questionnaire::{Item, OVERALL};
use crate::domain::response::Base;
use crate::domain::scorebook::{Named, Rests, Scorebook, Slice};
use crate::domain::scorecard::{Measure, Score, Subject};
use crate::domain::service_record::Channel;
use crate::domain::user::Role;
use crate::domain::verdict::Thresholds;
use crate::domain::work_calendar::WorkCalendar;
use crate::export::csv::Sheet;
use crate::stats;
use crate::stats::drivers::Complete;

/// Periods in a small line, and in a chart.
const LINE: usize = 12;
const CHART: usize = 14;

/// Comments shown.
const COMMENTS: usize = 30;

/// `GET /departments/{code}`
pub async fn show(page: Page, code: Path<String>) -> HttpResponse {
    let result = build(&page, &code).await;
    page.answer(result)
}

/// `GET /departments/{code}/scores.csv`
pub async fn csv(page: Page, code: Path<String>) -> HttpResponse {
    let result = pull_scores(&page, &code).await;
    page.answer(result)
}

/// `GET /departments/{code}/trend.csv`
pub async fn trend_csv(page: Page, code: Path<String>) -> HttpResponse {
    let result = pull_trend(&page, &code).await;
    page.answer(result)
}

async fn pull_scores(page: &Page, code: &str) -> Result<HttpResponse, Refusal> {
    let figures = load(page, code, channel(page)?).await?;
    let (department, period) = (&figures.department, figures.choice.period);
    let (course, scores) = (figures.progress.course(period), figures.scores(page));
    let mut sheet = Sheet::scores();
    for score in &scores {
        sheet.score(period, (course.state, course.revision), score, department.name(page.t.locale()));
    }
    let mut part = vec![("department", department.code.as_str())];
    part.extend(figures.channel.map(|channel| ("channel", channel.as_str())));
    let name = format!("manyi-{}-{period}{}.csv", department.code, suffix(figures.channel));
    hand_out(page, name, sheet, (Kind::Department, (period, &course), scores.len()), &part).await
}

async fn pull_trend(page: &Page, code: &str) -> Result<HttpResponse, Refusal> {
    let figures = load(page, code, channel(page)?).await?;
    let metric = page.query("metric").and_then(|word| word.parse().ok()).unwrap_or(Metric::SatisfactionRate);
    let mut trends = series(page, &figures, &[(metric, figures.channel)]).await?;
    let trend = trends.pop().ok_or(Problem::NotFound)?;
    let mut sheet = Sheet::trend();
    trend.points.iter().for_each(|point| sheet.point((&trend.department, trend.metric, trend.channel), point));
    let period = figures.choice.period;
    let course = figures.progress.course(period);
    let part = [("department", trend.department.as_str()), ("metric", metric.as_str()), ("channel", trend.channel)];
    let (code, of) = (&figures.department.code, suffix(figures.channel));
    let name = format!("manyi-{code}-{}{of}.csv", metric.as_str());
    hand_out(page, name, sheet, (Kind::Trend, (period, &course), trend.points.len()), &part).await
}

/// What a file's name adds of the channel: `-online`.
fn suffix(channel: Option<Channel>) -> String {
    channel.map(|channel| format!("-{}", channel.as_str())).unwrap_or_default()
}

async fn hand_out(
    page: &Page,
    name: String,
    sheet: Sheet,
    (kind, of, rows): (Kind, (Period, &Course), usize),
    part: &[(&str, &str)],
) -> Result<HttpResponse, Refusal> {
    let bytes = sheet.bytes();
    let noted = Pulled::new(kind, of, "csv", rows, &bytes).of(part);
    pull::hand_out(page, Handed { name, media_type: pull::CSV, bytes, noted }).await
}

/// What the page is made of.
pub(super) struct Figures {
    pub(super) department: Department,
    /// Its key and those of all that are part of it.
    ids: Vec<i64>,
    pub(super) channel: Option<Channel>,
    /// Complete single answers of a year, for key drivers.
    pub(super) answers: Vec<Complete>,
    pub(super) book: Scorebook,
    pub(super) commitments: Vec<Commitment>,
    progress: Progress,
    calendar: WorkCalendar,
    background: Background,
    choice: Choice,
    employees: HashMap<i64, Employee>,
    asked: Asked,
    comments: Vec<response::Comment>,
    /// Of whoever came by a counter.
    walk_up: Vec<response::Comment>,
    wishes: wishes::Wishes,
}

async fn load(page: &Page, code: &str, channel: Option<Channel>) -> Result<Figures, Refusal> {
    let session = page.session.as_ref().ok_or(Refusal::SignIn)?;
    let departments = page.pool().query(Departments::load).await?;
    let department = departments.by_code(code).cloned();
    let Some(department) = department.filter(|department| session.sees(&departments, department.id)) else {
        // A head learns nothing about which other departments there are.
        return Err(if session.sees_everything() { Problem::NotFound } else { Problem::Forbidden }.into());
    };
    let (wanted, now, zone) = (page.period()?, page.web.context.now(), page.web.context.config.time_zone);
    let (with_comments, questionnaires) = (session.sees_comments(), page.web.context.questionnaires.clone());
    let load = move |conn: &mut db::Connection| -> db::Result<Figures> {
        let choice = choice(conn, wanted, now, zone)?;
        let ids = seal::departments_of(conn, choice.period)?.with_descendants(department.id);
        let (from, to) = choice.months(LINE);
        let employees = Some(choice.period);
        let book = scorebook::load(conn, &Wanted { departments: Some(&ids), employees, questions: true, from, to })?;
        let slice = Slice { departments: &ids, employee: None, channel, period: choice.period, base: Base::Invited };
        let staff = book.employees(&slice);
        let said = |conn: &mut db::Connection, voices| match with_comments {
            true => response::comments(conn, &ids, choice.period, voices, COMMENTS),
            false => Ok(Vec::new()),
        };
        let (comments, walk_up) = (said(conn, Voices::Asked)?, said(conn, Voices::WalkUp)?);
        let wishes = if with_comments {
            wishes::load(conn, &departments.with_descendants(department.id), &questionnaires, now)?
        } else {
            Vec::new()
        };
        let asked = questionnaire::asked(conn, &questionnaires, channel)?;
        let year = insight::months(choice.period);
        let wanted = drivers::Wanted { departments: &ids, months: &year, channel, items: &asked.of_all };
        Ok(Figures {
            answers: drivers::answers(conn, &wanted, &questionnaires)?,
            employees: employee::by_ids(conn, &staff)?,
            asked,
            commitments: commitment::all(conn)?,
            progress: Progress::load(conn)?,
            calendar: holiday::calendar(conn)?,
            background: closing::background(conn, choice.period)?,
            comments,
            walk_up,
            wishes,
            book,
            choice,
            channel,
            department,
            ids,
        })
    };
    Ok(page.pool().read(load).await?)
}

async fn build(page: &Page, code: &str) -> Result<HttpResponse, Refusal> {
    let figures = load(page, code, channel(page)?).await?;
    let session = page.session.as_ref().ok_or(Refusal::SignIn)?;
    let period = figures.choice.period;
    let (state, revision) = (figures.progress.state(period), figures.progress.revision(period));
    let area = if session.sees_everything() { Area::Overview } else { Area::Department };
    let path = format!("/departments/{}", encode(&figures.department.code));
    let slice = figures.slice(figures.channel);
    let query = format!("period={period}{}", figures.channel.map(|c| format!("&channel={c}")).unwrap_or_default());
    let view = DepartmentPage {
        shell: page.shell_of(area, period, state, revision),
        name: figures.department.name(page.t.locale()).to_owned(),
        overview_href: session.sees_everything().then(|| format!("/overview?period={period}")),
        period,
        periods: figures.choice.periods.clone(),
        channel: figures.channel,
        base: figures.judged_base(&slice, Metric::SatisfactionRate),
        sentence: figures.sentence(page),
        usable: figures.usable(page, &path),
        headlines: headlines::headlines(page, &figures),
        left_out: headlines::left_out(page, &figures),
        walk_up: headlines::walk_up(page, &figures, figures.said_at_counters(page, session)),
        response: figures.book.reach(&slice, &figures.named()).into(),
        charts: charts(page, &figures).await?,
        questions: figures.questions(page),
        heat_map: insight::heat_map(page, &figures, figures.choice.line(LINE)),
        drivers: insight::drivers(page, &figures)?,
        wishes: wishes::rows(page, &figures.wishes),
        comments: figures.said(page, session),
        employees: figures.staff(page, session),
        person_minimum: (session.role == Role::Hr).then_some(page.web.context.thresholds.person_export),
        csv_href: format!("{path}/scores.csv?{query}"),
        complaints_href: complaints::READERS
            .contains(&session.role)
            .then(|| format!("{}?department={}", complaints::PATH, encode(&figures.department.code))),
        path,
    };
    page.html(&view, 200)
}

/// The trends: satisfaction by channel (or of the one shown), then points.
async fn charts(page: &Page, figures: &Figures) -> Result<Vec<Chart>, Refusal> {
    let mut wanted = match figures.channel {
        Some(channel) => vec![(Metric::SatisfactionRate, Some(channel))],
        None => vec![
            (Metric::SatisfactionRate, None),
            (Metric::SatisfactionRate, Some(Channel::Online)),
            (Metric::SatisfactionRate, Some(Channel::Offline)),
        ],
    };
    wanted.push((Metric::Points, figures.channel));
    let mut charts = Vec::new();
    for ((metric, channel), trend) in wanted.iter().zip(series(page, figures, &wanted).await?) {
        if trend.points.iter().any(|point| point.n > 0) {
            let title = words::metric_of(&page.t, metric, channel);
            let title = format!("{} · {title}", figures.department.name(page.t.locale()));
            charts.push(chart(&trend, *channel, title, page.t.locale())?);
        }
    }
    Ok(charts)
}

/// Figures over the last periods as long as the one shown, up to it.
async fn series(
    page: &Page,
    figures: &Figures,
    of: &[(Metric, Option<Channel>)],
) -> Result<Vec<db::trend::Trend>, Refusal> {
    let period = figures.choice.period;
    let request = TrendRequest {
        department: figures.department.code.clone(),
        metric: Metric::SatisfactionRate,
        grain: period.grain(),
        from: period.last_n(CHART).first().copied(),
        to: Some(period),
        channel: None,
        zone: page.web.context.config.time_zone,
    };
    let (of, thresholds) = (of.to_vec(), page.web.context.thresholds);
    page.pool().read(move |conn| trends(conn, &request, &of, &thresholds)).await.map_err(refusal)
}

/// The questions that count in points.
fn refusal(error: RequestError) -> Refusal {
    match error {
        RequestError::Database(error) => error.into(),
        _ => Problem::BadRequest.into(),
    }
}

impl Figures {
    pub(super) fn slice(&self, channel: Option<Channel>) -> Slice<'_> {
        Slice { departments: &self.ids, employee: None, channel, period: self.choice.period, base: Base::Invited }
    }

    pub(super) fn named(&self) -> Named<'_> {
        Named { level: Level::Department, department: Some(&self.department.code), employee: None }
    }

    /// Whose answers the promise judges.
    pub(super) fn judged_base(&self, slice: &Slice<'_>, metric: Metric) -> Base {
        self.book.judged_base(slice, &self.named(), metric, &self.commitments)
    }

    pub(super) fn score(&self, page: &Page, slice: &Slice<'_>, metric: Metric) -> Score {
        self.book.score(slice, &self.named(), metric, &self.commitments, &page.web.context.thresholds)
    }

    /// What follows when the promise on a metric is missed.
    pub(super) fn consequence(&self, metric: Metric, channel: Option<Channel>) -> Option<Consequence> {
        let asked = promise::Asked {
            metric,
            level: Level::Department,
            department: Some(&self.department.code),
            client: None,
            channel,
            period: self.choice.period,
        };
        in_force(&self.commitments, &asked).and_then(|one| one.consequence)
    }

    /// All figures of the period and channel, as the CSV gives them.
    fn scores(&self, page: &Page) -> Vec<Score> {
        let slice = self.slice(self.channel);
        self.book.scores(&slice, &self.named(), &self.commitments, &page.web.context.thresholds)
    }

    fn sentence(&self, page: &Page) -> Sentence {
        let slice = self.slice(self.channel);
        let base = self.judged_base(&slice, Metric::SatisfactionRate);
        let slice = Slice { base, ..slice };
        let score = self.score(page, &slice, Metric::SatisfactionRate);
        Sentence {
            period: self.choice.period,
            channel: self.channel,
            parts: explain(&score, &page.web.context.thresholds),
            change: self.change(&slice, "", &page.web.context.thresholds),
        }
    }

    fn usable(&self, page: &Page, path: &str) -> Usable {
        let (period, zone) = (self.choice.period, page.web.context.config.time_zone);
        let outlook = Outlook::new(period, self.progress.course(period), &self.calendar, &Terms::default(), zone);
        let newest = self.progress.newest_sealed(period.grain());
        usable(page, &outlook, &self.background, newest.map(|newest| (newest, format!("{path}?period={newest}"))))
    }

    /// The change of the satisfied share against the period before; `None` where either rests on too few.
    fn change(&self, slice: &Slice<'_>, question: &str, thresholds: &Thresholds) -> Option<Change> {
        let from = slice.period.prev();
        let before = Slice { period: from, ..*slice };
        let rests = Rests::Answers(question.to_owned());
        if ![*slice, before].iter().all(|slice| self.book.shows(slice, &rests, thresholds)) {
            return None;
        }
        let (now, then) = (self.rate(slice, question)?, self.rate(&before, question)?);
        if now.1.min(then.1) < thresholds.score {
            return None;
        }
        let interval = stats::newcombe(now.0.into(), now.1.into(), then.0.into(), then.1.into())?;
        let gap = Measure::Gap { online: now, offline: then };
        let difference = gap.value()?.to_4dp();
        Some(Change { from, difference, interval: (interval.low * 100.0, interval.high * 100.0) })
    }

    /// The satisfied of all who answered: of the figure as a whole (`question` empty or `overall`) as it was sealed.
    fn rate(&self, slice: &Slice<'_>, question: &str) -> Option<(u32, u32)> {
        let measure = match question {
            "" | OVERALL => self.book.measured(slice, &self.named(), Metric::SatisfactionRate),
            _ => self.book.sums(slice, question).rate(),
        };
        if let Measure::Rate { k, n } = measure { Some((k, n)) } else { None }
    }

    /// The scored questions and rows that were answered at all, in the order of the questionnaire.
    pub(super) fn asked(&self) -> impl Iterator<Item = Item<'_>> {
        let answered = self.book.questions();
        self.asked.questionnaire.scored().filter(move |item| answered.iter().any(|code| code == item.code))
    }

    /// Those that may be key drivers.
    pub(super) fn items(&self) -> impl Iterator<Item = Item<'_>> {
        self.asked.questionnaire.scored().filter(|item| self.asked.of_all.iter().any(|code| code == item.code))
    }

    fn questions(&self, page: &Page) -> Vec<QuestionRow> {
        let thresholds = &page.web.context.thresholds;
        let row = |item: Item<'_>| {
            let figure = |period: Period| {
                let slice = Slice { period, ..self.slice(self.channel) };
                self.question_score(&slice, item.code, page)
            };
            let line: Vec<_> = self.choice.line(LINE).into_iter().map(|period| figure(period).value).collect();
            QuestionRow {
                text: item.text.text(page.t.locale()).to_owned(),
                trend: sparkline(&line, None),
                figure: (&figure(self.choice.period)).into(),
                change: self.change(&self.slice(self.channel), item.code, thresholds),
            }
        };
        self.asked().map(row).collect()
    }

    /// A question's share of satisfied answers. The promise on `overall` is the department's; others have none.
    pub(super) fn question_score(&self, slice: &Slice<'_>, question: &str, page: &Page) -> Score {
        if question == OVERALL {
            return self.score(page, slice, Metric::SatisfactionRate);
        }
        let subject = Subject {
            level: Level::Department,
            department: Some(self.department.code.clone()),
            employee: None,
            client: None,
            channel: slice.channel,
            metric: Metric::SatisfactionRate,
            base: slice.base,
        };
        let thresholds = &page.web.context.thresholds;
        let sums = self.book.sums(slice, question);
        let mut score = Score::new(subject, &sums.rate(), Default::default(), None, thresholds);
        if !self.book.shows(slice, &Rests::Answers(question.to_owned()), thresholds) {
            score.suppress();
        }
        score
    }

    fn said(&self, page: &Page, session: &Session) -> Comments {
        if !session.sees_comments() {
            return Comments::NotForReader;
        }
        let n = self.book.sums(&self.slice(None), "").n;
        if n < MIN_COMMENT_N {
            return Comments::TooFew;
        }
        Comments::Shown(self.written(page, session, &self.comments))
    }

    /// What was written at counters; nothing while too few answered there.
    fn said_at_counters(&self, page: &Page, session: &Session) -> Vec<Comment> {
        let slice = Slice { base: Base::WalkUp, ..self.slice(self.channel) };
        let may_see = session.sees_comments() && self.book.sums(&slice, "").n >= MIN_COMMENT_N;
        if may_see { self.written(page, session, &self.walk_up) } else { Vec::new() }
    }

    /// Comments as the page shows them.
    fn written(&self, page: &Page, session: &Session, comments: &[response::Comment]) -> Vec<Comment> {
        let overall = self.asked.questionnaire.question(OVERALL);
        let word = |points: Option<i16>| {
            let options = overall.map(|question| question.options.as_slice()).unwrap_or_default();
            let chosen = options.iter().find(|option| Some(i16::from(option.points)) == points);
            chosen.map(|option| option.text.text(page.t.locale()).to_owned()).unwrap_or_default()
        };
        let may_exclude = super::exclusions::WRITERS.contains(&session.role);
        let shown = comments.iter().filter_map(|comment| {
            Some(Comment {
                text: comment.text.clone(),
                word: word(comment.overall),
                satisfied: comment.overall.is_some_and(|points| points >= 85),
                service_type: comment
                    .touchpoint
                    .as_deref()
                    .and_then(|word| word.parse().ok())
                    .map(|at| words::touchpoint(&page.t, &at)),
                month: comment.month.parse().ok()?,
                exclude_href: may_exclude.then(|| format!("/exclusions?response={}#propose", comment.id)),
            })
        });
        shown.collect()
    }

    /// HR is shown a person's figure only where the export gives it.
    fn staff(&self, page: &Page, session: &Session) -> Vec<EmployeeRow> {
        let thresholds = &page.web.context.thresholds;
        let withheld = if session.role == Role::Hr { self.withheld(thresholds) } else { HashSet::new() };
        let row = |employee: &Employee| {
            let slice = Slice { employee: Some(employee.id), ..self.slice(self.channel) };
            let named = Named {
                level: Level::Employee,
                department: Some(&self.department.code),
                employee: Some(&employee.employee_no),
            };
            let score = |metric| {
                let mut score = self.book.score(&slice, &named, metric, &self.commitments, thresholds);
                if withheld.contains(&employee.employee_no) {
                    score.suppress();
                }
                score
            };
            EmployeeRow {
                name: employee.name.clone(),
                rate: (&score(Metric::SatisfactionRate)).into(),
                points: (&score(Metric::Points)).into(),
            }
        };
        let mut rows: Vec<_> = self.employees.values().map(row).filter(|row| row.rate.n > 0).collect();
        rows.sort_by(|a, b| a.name.cmp(&b.name));
        rows
    }

    /// The numbers of the employees whose figures the export withholds: the others over all channels and each are looked
    /// at too, or what is withheld could be had by subtraction.
    fn withheld(&self, thresholds: &Thresholds) -> HashSet<String> {
        let mut scores = Vec::new();
        for employee in self.employees.values() {
            let (code, number) = (Some(self.department.code.as_str()), Some(employee.employee_no.as_str()));
            let named = Named { level: Level::Employee, department: code, employee: number };
            for channel in [None, Some(Channel::Online), Some(Channel::Offline)] {
                let slice = Slice { employee: Some(employee.id), ..self.slice(channel) };
                for metric in [Metric::SatisfactionRate, Metric::Points] {
                    scores.push(self.book.score(&slice, &named, metric, &self.commitments, thresholds));
                }
            }
        }
        let channel = self.channel.map_or("all", Channel::as_str);
        let withheld = records(&scores, thresholds).into_iter();
        let withheld = withheld.filter(|record| record.channel == channel && record.withheld.is_some());
        withheld.filter_map(|record| record.employee).collect()
    }
}
