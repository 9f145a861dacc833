//! The scorebook: tallies of some departments over some months, from which every figure is made. There is one way to
//! score, and this is it; pages, API, charts and exports differ only in what they ask for.

use std::collections::HashMap;

use crate::domain::commitment::{Asked, Commitment, Level, Metric, in_force};
use crate::domain::estimate::Cell;
use crate::domain::period::{Grain, Period};
use crate::domain::response::{Base, Mode, Periods};
use crate::domain::scorecard::{Measure, Reach, Score, Subject, Sums};
use crate::domain::service_record::Channel;
use crate::domain::verdict::Thresholds;

mod left_out;
mod small_numbers;

pub use left_out::WithLeftOut;
pub use small_numbers::Rests;
use small_numbers::SmallNumbers;

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
    /// Complaints received, whenever the service was.
    pub complaints: u32,
}

/// What a quarter's sample was drawn from in one channel of a department.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// The quarter.
    pub quarter: Period,
    /// Online or offline.
    pub channel: Channel,
    /// Services.
    pub eligible: u32,
    /// Of these, drawn.
    pub drawn: u32,
}

/// Tallies by department, and the figures of sealed periods.
#[derive(Debug, Clone)]
pub struct Scorebook {
    lines: HashMap<i64, Vec<Line>>,
    services: HashMap<i64, Vec<ServiceLine>>,
    frames: HashMap<i64, Vec<Frame>>,
    left_out: HashMap<i64, Vec<Line>>,
    sealed: HashMap<Whose, Vec<Score>>,
    /// The first month, the first quarter and the first year in which a complaint of anyone in the organisation counts.
    complaints_since: Vec<Period>,
    small_numbers: SmallNumbers,
}

/// Whose sealed figures: period, level, department, employee and channel.
type Whose = (Period, Level, Option<String>, Option<String>, &'static str);

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
    /// A book of an organisation: keys of departments, each with the key of the one it is part of.
    pub fn of(tree: Vec<(i64, Option<i64>)>) -> Self {
        Self {
            lines: HashMap::new(),
            services: HashMap::new(),
            frames: HashMap::new(),
            left_out: HashMap::new(),
            sealed: HashMap::new(),
            complaints_since: Vec::new(),
            small_numbers: SmallNumbers::new(tree),
        }
    }

    /// Adds a tally of a department.
    pub fn add(&mut self, department_id: i64, line: Line) {
        self.small_numbers.add(department_id, &line);
        self.lines.entry(department_id).or_default().push(line);
    }

    /// Adds counts of service records of a department.
    pub fn add_services(&mut self, department_id: i64, line: ServiceLine) {
        self.small_numbers.add_services(department_id, &line);
        self.services.entry(department_id).or_default().push(line);
    }

    /// Says in which month, quarter and year the first complaint counts that the organisation handed in: none before it is
    /// no figure. One that came late may count in October and in the third quarter.
    pub fn tell_complaints_since(&mut self, first: impl IntoIterator<Item = Period>) {
        self.complaints_since = first.into_iter().collect();
    }

    /// The first period of a length in which a complaint counts.
    pub fn complaints_since(&self, grain: Grain) -> Option<Period> {
        self.complaints_since.iter().copied().find(|first| first.grain() == grain)
    }

    fn tells_complaints(&self, period: Period) -> bool {
        self.complaints_since(period.grain()).is_some_and(|first| first.start() <= period.start())
    }

    /// Adds what the sample of a quarter was drawn from in a department.
    pub fn add_frame(&mut self, department_id: i64, frame: Frame) {
        self.frames.entry(department_id).or_default().push(frame);
    }

    /// The strata of the sample drawn of a slice's services, with what its customers answered; none if none was drawn.
    pub fn sample(&self, slice: &Slice<'_>) -> Vec<Cell> {
        let cells = self.frames_of(slice).map(|(id, frame)| {
            let own = Slice {
                departments: std::slice::from_ref(id),
                employee: None,
                channel: Some(frame.channel),
                base: Base::Sample,
                ..*slice
            };
            let sums = self.sums(&own, "");
            Cell { eligible: frame.eligible, drawn: frame.drawn, n: sums.n, satisfied: sums.satisfied }
        });
        cells.collect()
    }

    /// Whether a sample was drawn of a slice's services.
    pub fn is_sampled(&self, slice: &Slice<'_>) -> bool {
        self.frames_of(slice).next().is_some()
    }

    fn frames_of<'a>(&'a self, slice: &Slice<'a>) -> impl Iterator<Item = (&'a i64, &'a Frame)> {
        let (period, channel) = (slice.period, slice.channel);
        let frames = slice.departments.iter().filter_map(|id| Some((id, self.frames.get(id)?)));
        let of_slice =
            move |frame: &&Frame| frame.quarter == period && channel.is_none_or(|channel| frame.channel == channel);
        frames.flat_map(move |(id, frames)| frames.iter().filter(of_slice).map(move |frame| (id, frame)))
    }

    /// Whose answers the commitment in force judges in a slice: the sample's or those of the invited.
    pub fn judged_base(
        &self,
        slice: &Slice<'_>,
        named: &Named<'_>,
        metric: Metric,
        commitments: &[Commitment],
    ) -> Base {
        let commitment = in_force(commitments, &asked(slice, named, metric));
        commitment.map_or(Base::Invited, |commitment| commitment.base(self.is_sampled(slice)))
    }

    /// Adds a figure of a sealed period, which from then on stands in place of what the tallies say.
    pub fn add_sealed(&mut self, period: Period, score: Score) {
        let whose = (period, score.level, score.department.clone(), score.employee.clone(), score.channel);
        self.sealed.entry(whose).or_default().push(score);
    }

    fn sealed(&self, slice: &Slice<'_>, named: &Named<'_>) -> Option<&Vec<Score>> {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let channel = slice.channel.map_or("all", Channel::as_str);
        self.sealed.get(&(slice.period, named.level, owned(named.department), owned(named.employee), channel))
    }

    /// Every tally with its department.
    pub fn lines(&self) -> impl Iterator<Item = (i64, &Line)> {
        self.lines.iter().flat_map(|(id, lines)| lines.iter().map(|line| (*id, line)))
    }

    /// All counts of service records with their departments.
    pub fn service_lines(&self) -> impl Iterator<Item = (i64, &ServiceLine)> {
        self.services.iter().flat_map(|(id, lines)| lines.iter().map(|line| (*id, line)))
    }

    /// What the samples were drawn from, with the departments.
    pub fn frames(&self) -> impl Iterator<Item = (i64, &Frame)> {
        self.frames.iter().flat_map(|(id, frames)| frames.iter().map(|frame| (*id, frame)))
    }

    /// Takes a tally of a department whose figures are not asked for into account where small numbers are hidden.
    pub fn add_beside(&mut self, department_id: i64, line: &Line) {
        self.small_numbers.add(department_id, line);
    }

    /// The same of counts of service records.
    pub fn add_services_beside(&mut self, department_id: i64, line: &ServiceLine) {
        self.small_numbers.add_services(department_id, line);
    }

    /// Whether a figure may be shown: it rests on enough, and no smaller group can be told from it and others
    /// (FEATURES F8).
    pub fn shows(&self, slice: &Slice<'_>, rests: &Rests, thresholds: &Thresholds) -> bool {
        self.small_numbers.shows(slice, rests, thresholds)
    }

    /// Whether the figure of a metric may be shown.
    pub fn shows_metric(&self, slice: &Slice<'_>, metric: Metric, thresholds: &Thresholds) -> bool {
        let Some(rests) = Rests::of(metric) else {
            // From the gap and the whole the two rates follow.
            let one = |channel| Slice { channel: Some(channel), ..*slice };
            return Channel::ALL.into_iter().all(|channel| self.shows(&one(channel), &Rests::RATE, thresholds));
        };
        self.shows(slice, &rests, thresholds)
    }

    /// The sums of a slice: of the response as a whole if `question` is empty, else of that question.
    pub fn sums(&self, slice: &Slice<'_>, question: &str) -> Sums {
        self.lines_of(slice, question).map(|line| line.sums).sum()
    }

    fn lines_of<'a>(&'a self, slice: &'a Slice<'_>, question: &'a str) -> impl Iterator<Item = &'a Line> {
        let lines = slice.departments.iter().filter_map(|id| self.lines.get(id)).flatten();
        lines.filter(move |line| {
            line.question == question
                && line.employee_id == slice.employee
                && line.base == slice.base
                && (slice.channel.is_none() || line.channel == slice.channel)
                && line.periods.include(slice.period)
        })
    }

    /// How many valid answers of a slice were entered in one way.
    pub fn entered(&self, slice: &Slice<'_>, mode: Mode) -> u32 {
        self.lines_of(slice, "").filter(|line| line.mode == mode).map(|line| line.sums.n).sum()
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
        codes.sort_by_key(|code| (code != crate::domain::questionnaire::OVERALL, code.clone()));
        codes.dedup();
        codes
    }

    /// The bases with answers in a slice, those asked by invitation first; `invited` always stands there, and `sample`
    /// where one was drawn.
    pub fn bases(&self, slice: &Slice<'_>) -> Vec<Base> {
        let all = [Base::Invited, Base::Sample, Base::WalkUp, Base::Complaint, Base::Imported];
        let is_drawn = slice.employee.is_none() && self.is_sampled(slice);
        let has = |base: &Base| {
            *base == Base::Invited
                || (*base == Base::Sample && is_drawn)
                || self.sums(&Slice { base: *base, ..*slice }, "").n > 0
        };
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
            // Where no complaint has ever been handed in nobody says that there were none.
            Metric::ComplaintRate if !self.tells_complaints(slice.period) => Measure::nothing(metric),
            Metric::ComplaintRate => {
                let Services { complaints, records, .. } = services();
                Measure::PerHundred { events: complaints, n: records }
            }
        }
    }

    /// What a figure is made of; a rate of a sealed period as it was sealed, and nothing where the seal does not say:
    /// what the tallies hold by now may differ.
    pub fn measured(&self, slice: &Slice<'_>, named: &Named<'_>, metric: Metric) -> Measure {
        let Some(sealed) = self.sealed(slice, named) else { return self.measure(slice, metric) };
        let score = sealed.iter().find(|score| score.metric == metric && score.base == slice.base);
        let rate = score.and_then(|score| Some(Measure::counted(metric, score.satisfied?, score.n)));
        rate.unwrap_or_else(|| Measure::nothing(metric))
    }

    /// How many were asked and how many answered; of a sealed period as it was sealed.
    pub fn reach(&self, slice: &Slice<'_>, named: &Named<'_>) -> Reach {
        let sealed = self.sealed(slice, named).and_then(|scores| scores.iter().find(|s| s.base == slice.base));
        sealed.map_or_else(|| self.asked(slice), |s| Reach { invited: s.invited, responded: s.responded })
    }

    /// One figure, judged by the commitment in force if that judges the answers of this base; of a sealed period as it
    /// was sealed.
    pub fn score(
        &self,
        slice: &Slice<'_>,
        named: &Named<'_>,
        metric: Metric,
        commitments: &[Commitment],
        thresholds: &Thresholds,
    ) -> Score {
        let sealed = self.sealed(slice, named);
        if let Some(score) = sealed.and_then(|all| all.iter().find(|s| s.metric == metric && s.base == slice.base)) {
            return score.clone();
        }
        let measure = if sealed.is_some() { Measure::nothing(metric) } else { self.measure(slice, metric) };
        let mut score = self.made(slice, named, metric, &measure, commitments, thresholds);
        score.excluded = self.excluded(slice, metric);
        if !self.shows_metric(slice, metric, thresholds) {
            score.suppress();
        }
        score
    }

    /// A figure made of a measure, judged by the commitment in force if that judges the answers of this base.
    fn made(
        &self,
        slice: &Slice<'_>,
        named: &Named<'_>,
        metric: Metric,
        measure: &Measure,
        commitments: &[Commitment],
        thresholds: &Thresholds,
    ) -> Score {
        let subject = Subject {
            level: named.level,
            department: named.department.map(str::to_owned),
            employee: named.employee.map(str::to_owned),
            client: None,
            channel: slice.channel,
            metric,
            base: slice.base,
        };
        let commitment = in_force(commitments, &asked(slice, named, metric));
        let mut score = Score::new(subject, measure, self.asked(slice), commitment, thresholds);
        if slice.base != self.judged_base(slice, named, metric, commitments) {
            (score.verdict, score.evidence) = (None, None);
        }
        score
    }

    /// Those who were asked in a slice, by its base, and those who answered. Of a sample, whole departments only.
    fn asked(&self, slice: &Slice<'_>) -> Reach {
        match slice.base {
            Base::Invited => self.services(slice).reach,
            Base::Sample if slice.employee.is_none() => {
                self.sample(slice).iter().fold(Reach::default(), |sum, cell| Reach {
                    invited: sum.invited + cell.drawn,
                    responded: sum.responded + cell.n,
                })
            }
            _ => Reach::default(),
        }
    }

    /// All figures of a slice: rate and points on every base that has answers, then those metrics that rest on anything.
    pub fn scores(
        &self,
        slice: &Slice<'_>,
        named: &Named<'_>,
        commitments: &[Commitment],
        thresholds: &Thresholds,
    ) -> Vec<Score> {
        if let Some(sealed) = self.sealed(slice, named) {
            return sealed.clone();
        }
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
        if slice.employee.is_none() {
            // A complaint is made to a department; who of it is at fault is found out later, if at all.
            others.push(Metric::ComplaintRate);
        }
        scores.extend(others.into_iter().map(|metric| one(slice, metric)).filter(|score| score.n > 0));
        scores
    }
}

fn asked<'a>(slice: &Slice<'_>, named: &Named<'a>, metric: Metric) -> Asked<'a> {
    Asked {
        metric,
        level: named.level,
        department: named.department,
        client: None,
        channel: slice.channel,
        period: slice.period,
    }
}

impl Services {
    /// Adds other counts.
    pub fn add(&mut self, other: &Self) {
        self.records += other.records;
        self.reach.invited += other.reach.invited;
        self.reach.responded += other.reach.responded;
        self.resolved = (self.resolved.0 + other.resolved.0, self.resolved.1 + other.resolved.1);
        self.timely = (self.timely.0 + other.timely.0, self.timely.1 + other.timely.1);
        self.complaints += other.complaints;
    }
}

#[cfg(test)]
mod tests;
