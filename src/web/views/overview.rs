//! The company overview: every department of a period beside its commitments, by name.

use askama::Template;

use super::figure::{Figure, Response};
use super::{choose, format, shell::Shell, words};
use crate::domain::commitment::Metric;
use crate::domain::period::Period;
use crate::domain::verdict::{Evidence, Verdict};

/// `GET /overview?period=2026-10`.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/overview.html")]
pub struct Overview {
    /// The frame.
    pub shell: Shell,
    /// This page without its query.
    pub path: String,
    /// The period shown.
    pub period: Period,
    /// The periods to choose from, newest first, the shown one among them.
    pub periods: Vec<Period>,
    /// Responses of the period over all departments and channels.
    pub responses: u32,
    /// Of all invitations of the period.
    pub response: Response,
    /// A follow-up was drawn of the period, which promises on a channel are judged by (B3-2.3.3).
    pub is_sampled: bool,
    /// The departments, sorted by name by the caller.
    pub departments: Vec<DepartmentRow>,
}

/// A department in the overview.
#[derive(Debug, Clone)]
pub struct DepartmentRow {
    /// Its name in the reader's language.
    pub name: String,
    /// Departments below it, which its figures include.
    pub below: u32,
    /// Its page with the same period (percent-encoded).
    pub href: String,
    /// Satisfaction rate online.
    pub online: Figure,
    /// The rate online over the last months: an SVG that comes escaped; `None` if there is nothing to draw.
    pub online_trend: Option<String>,
    /// Satisfaction rate offline.
    pub offline: Figure,
    /// The rate offline over the last months, as `online_trend`.
    pub offline_trend: Option<String>,
    /// Points over all channels.
    pub points: Figure,
    /// Over all channels.
    pub response: Response,
}

/// How often a verdict or a strength of evidence occurs.
pub(super) struct Tally<T> {
    pub(super) kind: T,
    pub(super) count: u32,
}

impl Overview {
    /// The figures that are judged: each department's rate online and offline and its points.
    fn judged(&self) -> impl Iterator<Item = &Figure> {
        let figures = self.departments.iter().flat_map(|row| [&row.online, &row.offline, &row.points]);
        figures.filter(|figure| figure.judgement.is_some() && !figure.is_empty())
    }

    /// The target of a column, if it is the same in all its rows.
    fn common_target(&self, metric: Metric, figure: impl Fn(&DepartmentRow) -> &Figure) -> Option<String> {
        let mut targets = self.departments.iter().filter_map(|row| Some(figure(row).judgement.as_ref()?.target));
        let first = targets.next()?;
        targets.all(|target| target == first).then(|| words::target(&self.shell.t, &metric, &first))
    }

    fn online_target(&self) -> Option<String> {
        self.common_target(Metric::SatisfactionRate, |row| &row.online)
    }

    fn offline_target(&self) -> Option<String> {
        self.common_target(Metric::SatisfactionRate, |row| &row.offline)
    }

    fn points_target(&self) -> Option<String> {
        self.common_target(Metric::Points, |row| &row.points)
    }

    fn judged_count(&self) -> u32 {
        count_where(self.judged(), |_| true)
    }

    /// Something in the table is withheld for the sake of another figure.
    fn withholds(&self) -> bool {
        self.departments.iter().any(|row| [&row.online, &row.offline, &row.points].iter().any(|one| one.is_withheld()))
    }

    fn suppressed(&self) -> u32 {
        count_where(self.judged(), |figure| figure.verdict().is_none())
    }

    fn verdicts(&self) -> Vec<Tally<Verdict>> {
        let count = |kind| count_where(self.judged(), |figure| figure.verdict() == Some(kind));
        words::VERDICTS.into_iter().map(|kind| Tally { kind, count: count(kind) }).collect()
    }

    fn evidence(&self) -> Vec<Tally<Evidence>> {
        let count = |kind| count_where(self.judged(), |figure| figure.evidence() == Some(kind));
        words::EVIDENCE.into_iter().map(|kind| Tally { kind, count: count(kind) }).collect()
    }
}

fn count_where<'a>(figures: impl Iterator<Item = &'a Figure>, wanted: impl Fn(&Figure) -> bool) -> u32 {
    figures.filter(|figure| wanted(figure)).fold(0, |count, _| count + 1)
}
