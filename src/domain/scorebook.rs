//! The scorebook: tallies of some departments over some months, from which every figure is made. There is one way to
//! score, and this is it; pages, API, charts and exports differ only in what they ask for.

use std::collections::HashMap;

use super::commitment::{Asked, Commitment, Level, Metric, in_force};
use super::period::{Grain, Period};
use super::response::{Base, Mode, Periods};
use super::scorecard::{Measure, Reach, Score, Subject, Sums};
use super::service_record::Channel;
use super::verdict::Thresholds;

/// A tally as read.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Key of the employee; `None` = the department.
    pub employee_id: Option<i64>,
    /// A question's code; empty = the response as a whole.
    pub question: String,
    /// `None` where an anonymous answer was released without it.
    pub channel: Option<Channel>,
    /// How the customers came to be asked.
    pub base: Base,
    /// Who entered the answers.
    pub mode: Mode,
    /// The periods they count in.
    pub periods: Periods,
    /// The sums.
    pub sums: Sums,
}

/// Counts of service records as read.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceLine {
    /// Key of the employee; `None` = the department.
    pub employee_id: Option<i64>,
    /// `None` where a response was released without it.
    pub channel: Option<Channel>,
    /// The periods of the services.
    pub periods: Periods,
    /// The counts.
    pub services: Services,
}

/// Counts of service records.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Services {
    /// Records.
    pub records: u32,
    /// Invitations that went out, and responses to them.
    pub reach: Reach,
    /// Solved, of those that say.
    pub resolved: (u32, u32),
    /// First response in time, of those with both times.
    pub timely: (u32, u32),
}

/// Tallies by department.
#[derive(Debug, Clone, Default)]
pub struct Scorebook {
    lines: HashMap<i64, Vec<Line>>,
    services: HashMap<i64, Vec<ServiceLine>>,
}

/// Which figure: whose, over which channel, in which period, on which base.
#[derive(Debug, Clone, Copy)]
pub struct Slice<'a> {
    /// Keys of the department and all that are part of it.
    pub departments: &'a [i64],
    /// One employee in them.
    pub employee: Option<i64>,
    /// `None` = all channels together.
    pub channel: Option<Channel>,
    /// The period.
    pub period: Period,
    /// How the customers came to be asked.
    pub base: Base,
}

/// Who a slice is, in the words of other systems.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    /// Organisation, department or employee.
    pub level: Level,
    /// Code of the department.
    pub department: Option<&'a str>,
    /// Number of the employee.
    pub employee: Option<&'a str>,
}

impl Periods {
    /// The one of these that is as long as `period` is `period` itself.
    pub fn include(&self, period: Period) -> bool {
        period
            == match period.grain() {
                Grain::Month => self.month,
                Grain::Quarter => self.quarter,
                Grain::Year => self.year,
            }
    }
}

impl Scorebook {
    /// Adds a tally of a department.
    pub fn add(&mut self, department_id: i64, line: Line) {
        self.lines.entry(department_id).or_default().push(line);
    }

    /// Adds counts of service records of a department.
    pub fn add_services(&mut self, department_id: i64, line: ServiceLine) {
        self.services.entry(department_id).or_default().push(line);
    }

    /// The sums of a slice: of the response as a whole if `question` is empty, else of that question.
    pub fn sums(&self, slice: &Slice<'_>, question: &str) -> Sums {
        let lines = slice.departments.iter().filter_map(|id| self.lines.get(id)).flatten();
        lines
            .filter(|line| {
                line.question == question
                    && line.employee_id == slice.employee
                    && line.base == slice.base
                    && (slice.channel.is_none() || line.channel == slice.channel)
                    && line.periods.include(slice.period)
            })
            .map(|line| line.sums)
            .sum()
    }

    /// The counts of service records of a slice, whatever its base.
    pub fn services(&self, slice: &Slice<'_>) -> Services {
        let lines = slice.departments.iter().filter_map(|id| self.services.get(id)).flatten();
        let mut total = Services::default();
        for line in lines.filter(|line| {
            line.employee_id == slice.employee
                && (slice.channel.is_none() || line.channel == slice.channel)
                && line.periods.include(slice.period)
        }) {
            total.add(&line.services);
        }
        total
    }

    /// The employees with answers in a slice of departments, by key.
    pub fn employees(&self, slice: &Slice<'_>) -> Vec<i64> {
        let lines = slice.departments.iter().filter_map(|id| self.lines.get(id)).flatten();
        let mut ids: Vec<i64> =
            lines.filter(|line| line.periods.include(slice.period)).filter_map(|line| line.employee_id).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// The codes of the questions answered in the book, `overall` first and the others by name.
    pub fn questions(&self) -> Vec<String> {
        let mut codes: Vec<_> =
            self.lines.values().flatten().map(|line| line.question.clone()).filter(|code| !code.is_empty()).collect();
        codes.sort_by_key(|code| (code != super::questionnaire::OVERALL, code.clone()));
        codes.dedup();
        codes
    }

    /// The bases with answers in a slice, those asked by invitation first; `invited` always stands there.
    pub fn bases(&self, slice: &Slice<'_>) -> Vec<Base> {
        let all = [Base::Invited, Base::Sample, Base::WalkUp, Base::Complaint, Base::Imported];
        let has = |base: &Base| *base == Base::Invited || self.sums(&Slice { base: *base, ..*slice }, "").n > 0;
        all.into_iter().filter(has).collect()
    }

    /// What a metric is made of in a slice. A question's points are never asked for here.
    pub fn measure(&self, slice: &Slice<'_>, metric: Metric) -> Measure {
        let services = || self.services(slice);
        let rate = |channel| {
            let sums = self.sums(&Slice { channel: Some(channel), ..*slice }, "");
            (sums.satisfied, sums.n)
        };
        match metric {
            Metric::SatisfactionRate => self.sums(slice, "").rate(),
            Metric::Points => self.sums(slice, "").points(),
            Metric::ChannelGap => Measure::Gap { online: rate(Channel::Online), offline: rate(Channel::Offline) },
            Metric::ResponseRate => {
                let Reach { invited, responded } = services().reach;
                Measure::Rate { k: responded.min(invited), n: invited }
            }
            Metric::ResolutionRate => {
                let (k, n) = services().resolved;
                Measure::Rate { k, n }
            }
            Metric::ResponseTime => {
                let (k, n) = services().timely;
                Measure::Rate { k, n }
            }
            Metric::ComplaintRate => Measure::Rate { k: 0, n: 0 },
        }
    }

    /// One figure, judged by the commitment in force.
    pub fn score(
        &self,
        slice: &Slice<'_>,
        named: &Named<'_>,
        metric: Metric,
        commitments: &[Commitment],
        thresholds: &Thresholds,
    ) -> Score {
        let asked = Asked {
            metric,
            level: named.level,
            department: named.department,
            client: None,
            channel: slice.channel,
            period: slice.period,
        };
        let subject = Subject {
            level: named.level,
            department: named.department.map(str::to_owned),
            employee: named.employee.map(str::to_owned),
            client: None,
            channel: slice.channel,
            metric,
            base: slice.base,
        };
        let reach = if slice.base == Base::Invited { self.services(slice).reach } else { Reach::default() };
        let measure = self.measure(slice, metric);
        Score::new(subject, &measure, reach, in_force(commitments, &asked), thresholds)
    }

    /// All figures of a slice: rate and points on every base that has answers, then those metrics that rest on anything.
    pub fn scores(
        &self,
        slice: &Slice<'_>,
        named: &Named<'_>,
        commitments: &[Commitment],
        thresholds: &Thresholds,
    ) -> Vec<Score> {
        let one = |slice: &Slice<'_>, metric| self.score(slice, named, metric, commitments, thresholds);
        let mut scores = Vec::new();
        for base in self.bases(slice) {
            let slice = Slice { base, ..*slice };
            scores.extend([Metric::SatisfactionRate, Metric::Points].map(|metric| one(&slice, metric)));
        }
        let mut others = vec![Metric::ResponseRate, Metric::ResolutionRate, Metric::ResponseTime];
        if slice.channel.is_none() && slice.employee.is_none() {
            others.push(Metric::ChannelGap);
        }
        scores.extend(others.into_iter().map(|metric| one(slice, metric)).filter(|score| score.n > 0));
        scores
    }
}

impl Services {
    fn add(&mut self, other: &Self) {
        self.records += other.records;
        self.reach.invited += other.reach.invited;
        self.reach.responded += other.reach.responded;
        self.resolved = (self.resolved.0 + other.resolved.0, self.resolved.1 + other.resolved.1);
        self.timely = (self.timely.0 + other.timely.0, self.timely.1 + other.timely.1);
    }
}
