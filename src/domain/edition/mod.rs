//! An edition: all that a sealed period says, so that it stands by itself. What was counted (tallies and counts of
//! services), whose it was (departments with their parents), by which rules (commitments in force, thresholds), and
//! every figure that follows. Codes stand in place of keys, lists are in a fixed order, and each part is written as
//! JSON without white space: the same edition is always the same bytes, and the figures can be computed again from it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use crate::domain::commitment::{Commitment, Level};
use crate::domain::figures::{Ask, Basis, Roll, Unit};
use crate::domain::locale::Locale;
use crate::domain::period::{Grain, Period};
use crate::domain::response::{Base, Mode, Periods};
use crate::domain::scorebook::{Frame, Line, Scorebook, ServiceLine, Services};
use crate::domain::scorecard::{Reach, Score, Sums};
use crate::domain::service_record::Channel;
use crate::domain::verdict::Thresholds;

/// All that a sealed period says.
#[derive(Debug, Clone, PartialEq)]
pub struct Edition {
    /// Month, quarter or year.
    pub period: Period,
    /// The departments, in the order in which they were entered: between two of the same size it decides which one
    /// gives way where small numbers are hidden.
    pub organisation: Vec<Place>,
    /// What was counted.
    pub inputs: Inputs,
    /// By which rules.
    pub rules: Rules,
    /// Every figure that follows.
    pub results: Vec<Row>,
}

/// A department, its names and where it stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Its code.
    pub code: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name, if it has one.
    pub name_en: Option<String>,
    /// Code of the department it was part of.
    pub parent: Option<String>,
}

/// What was counted in the period.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inputs {
    /// Sums of responses.
    pub tallies: Vec<Tally>,
    /// Sums that count in a shorter period inside this one, or in a month together with late answers of this one, and
    /// not in it: what may be shown depends on them.
    pub beside: Vec<Tally>,
    /// Numbers of the employees among these, in the order in which they were entered.
    pub employees: Vec<String>,
    /// Counts of service records.
    pub services: Vec<ServiceCount>,
    /// What the sample was drawn from, of a quarter with a follow-up.
    pub frames: Vec<SampleFrame>,
    /// Sums of responses that were left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<Tally>,
    /// The first period of this length in which a complaint counts, by then; in older seals its first month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complaints_since: Option<Period>,
}

/// What a quarter's sample was drawn from in one channel of a department.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SampleFrame {
    /// Code of the department.
    pub department: String,
    /// Online or offline.
    pub channel: Channel,
    /// Services.
    pub eligible: u32,
    /// Of these, drawn.
    pub drawn: u32,
}

/// Whose sums: the key of a line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Whose {
    /// Code of the department.
    pub department: String,
    /// Number of the employee; `None` = the department as a whole.
    pub employee: Option<String>,
    /// `None` where an anonymous answer was released without it.
    pub channel: Option<Channel>,
}

/// Sums of responses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Whose.
    pub whose: Whose,
    /// A question's code; empty = the response as a whole.
    pub question: String,
    /// How the customers came to be asked.
    pub base: Base,
    /// Who entered the answers.
    pub mode: Mode,
    /// The periods they count in.
    pub periods: Periods,
    /// The sums.
    pub sums: Sums,
}

/// Counts of service records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceCount {
    /// Whose.
    pub whose: Whose,
    /// The periods of the services.
    pub periods: Periods,
    /// Records.
    pub records: u32,
    /// Invitations that went out, and responses to them.
    pub reach: Reach,
    /// Solved, of those that say.
    pub resolved: (u32, u32),
    /// First response in time, of those with both times.
    pub timely: (u32, u32),
    /// Complaints received; said only where there are some.
    #[serde(default, skip_serializing_if = "is_none")]
    pub complaints: u32,
}

/// By which rules it was judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// The commitments in force in the period.
    pub commitments: Vec<Commitment>,
    /// From how many answers on something was said.
    pub thresholds: Thresholds,
    /// The number of the rule by which small groups were hidden: [`HIDING`] when it was sealed.
    pub hiding: u32,
}

/// The number of the rule by which small groups are hidden. A seal by another one stands as it is: its figures can't be
/// computed again by this version.
pub const HIDING: u32 = 1;

/// A figure, with its value as people are shown it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The figure as other systems read it.
    score: Score,
    /// One decimal, never across an edge of the verdict.
    shown: Option<String>,
}

/// The levels and channels whose figures are sealed, in the order of the results.
const LEVELS: [Level; 3] = [Level::Organisation, Level::Department, Level::Employee];
const CHANNELS: [Option<Channel>; 3] = [None, Some(Channel::Online), Some(Channel::Offline)];

impl Edition {
    /// The edition of a period from the live book, which must hold every line that counts in it.
    pub fn of(
        period: Period,
        book: &Scorebook,
        departments: &[(i64, Place)],
        numbers: &HashMap<i64, String>,
        commitments: &[Commitment],
        thresholds: Thresholds,
    ) -> Self {
        let codes: HashMap<i64, &str> = departments.iter().map(|(id, place)| (*id, place.code.as_str())).collect();
        let code = |id: i64| codes.get(&id).map(|code| (*code).to_owned());
        let mut organisation = departments.to_vec();
        organisation.sort_by_key(|(id, _)| *id);
        let organisation = organisation.into_iter().map(|(_, place)| place).collect();
        let last_day = period.end();
        let holds = |one: &&Commitment| one.grain == period.grain() && one.is_valid_on(last_day);
        let rules =
            Rules { commitments: commitments.iter().filter(holds).cloned().collect(), thresholds, hiding: HIDING };
        let whose = |department: i64, employee: Option<i64>, channel| {
            let employee = employee.map(|id| numbers.get(&id).cloned().ok_or(()));
            Some(Whose { department: code(department)?, employee: employee.transpose().ok()?, channel })
        };
        let mut inputs = Inputs::of(period, book, whose);
        let mut employees: Vec<(&i64, &String)> = numbers.iter().collect();
        employees.sort_unstable();
        let named = inputs.employees_named();
        inputs.employees =
            employees.into_iter().map(|(_, number)| number.clone()).filter(|one| named.contains(one)).collect();
        let mut edition = Self { period, organisation, inputs, rules, results: Vec::new() };
        edition.results = edition.recompute();
        edition
    }

    /// Every figure, computed from the inputs and the rules alone.
    pub fn recompute(&self) -> Vec<Row> {
        let keys: HashMap<&str, i64> = self.organisation.iter().map(|place| place.code.as_str()).zip(1..).collect();
        let units = self.organisation.iter().zip(1..).map(|(place, id)| Unit {
            id,
            code: place.code.clone(),
            parent_id: place.parent.as_deref().and_then(|code| keys.get(code).copied()),
        });
        let employees: HashMap<&str, i64> = self.inputs.employees.iter().map(String::as_str).zip(1..).collect();
        let tree = units.clone().map(|unit| (unit.id, unit.parent_id)).collect();
        let book = self.inputs.book(Scorebook::of(tree), self.period, &keys, &employees);
        let roll = Roll::new(units, employees.iter().map(|(number, id)| (*id, (*number).to_owned())).collect());
        let Rules { commitments, thresholds, .. } = &self.rules;
        let basis = Basis { book: &book, commitments, thresholds };
        let asks = LEVELS.into_iter().flat_map(|level| CHANNELS.map(|channel| (level, channel)));
        let scores = asks.flat_map(|(level, channel)| {
            roll.scores(&Ask { period: self.period, level, channel, department: None }, &basis)
        });
        scores.map(Row::from).collect()
    }
}

impl Place {
    /// The name in a language; the Chinese one where there is no English.
    pub fn name(&self, locale: Locale) -> &str {
        match locale {
            Locale::ZhCn => &self.name_zh,
            Locale::En => self.name_en.as_deref().unwrap_or(&self.name_zh),
        }
    }
}

impl Inputs {
    fn of(
        period: Period,
        book: &Scorebook,
        whose: impl Fn(i64, Option<i64>, Option<Channel>) -> Option<Whose>,
    ) -> Self {
        let mut tallies: BTreeMap<_, Sums> = BTreeMap::new();
        let mut beside: BTreeMap<_, Sums> = BTreeMap::new();
        let beside_months = months_beside(period, book);
        for (department, line) in book.lines() {
            let counted = match line.periods.include(period) {
                true => &mut tallies,
                false if beside_months.contains(&line.periods.month) || is_within(line.periods, period) => &mut beside,
                false => continue,
            };
            if let Some(whose) = whose(department, line.employee_id, line.channel) {
                let key = (whose, line.question.clone(), line.base, line.mode, line.periods);
                *counted.entry(key).or_default() += line.sums;
            }
        }
        let mut services: BTreeMap<_, Services> = BTreeMap::new();
        for (department, line) in book.service_lines().filter(|(_, line)| line.periods.include(period)) {
            if let Some(whose) = whose(department, line.employee_id, line.channel) {
                services.entry((whose, line.periods)).or_default().add(&line.services);
            }
        }
        let mut left_out: BTreeMap<_, Sums> = BTreeMap::new();
        for (department, line) in book.left_out_lines().filter(|(_, line)| line.periods.include(period)) {
            if let Some(whose) = whose(department, line.employee_id, line.channel) {
                let key = (whose, line.question.clone(), line.base, line.mode, line.periods);
                *left_out.entry(key).or_default() += line.sums;
            }
        }
        let listed = |sums: BTreeMap<_, Sums>| {
            let tally =
                |((whose, question, base, mode, periods), sums)| Tally { whose, question, base, mode, periods, sums };
            sums.into_iter().map(tally).collect()
        };
        let drawn = book.frames().filter(|(_, frame)| frame.quarter == period);
        let mut frames: Vec<SampleFrame> = drawn
            .filter_map(|(department, frame)| {
                let Frame { channel, eligible, drawn, .. } = *frame;
                Some(SampleFrame { department: whose(department, None, None)?.department, channel, eligible, drawn })
            })
            .collect();
        frames.sort();
        Self {
            tallies: listed(tallies),
            beside: listed(beside),
            employees: Vec::new(),
            services: services.into_iter().map(ServiceCount::from).collect(),
            frames,
            left_out: listed(left_out),
            complaints_since: book.complaints_since(period.grain()),
        }
    }

    /// The numbers of all employees that something was counted of.
    fn employees_named(&self) -> BTreeSet<String> {
        let tallies = self.tallies.iter().chain(&self.beside).chain(&self.left_out).map(|tally| &tally.whose);
        let all = tallies.chain(self.services.iter().map(|count| &count.whose));
        all.filter_map(|whose| whose.employee.clone()).collect()
    }

    fn book(
        &self,
        mut book: Scorebook,
        period: Period,
        departments: &HashMap<&str, i64>,
        employees: &HashMap<&str, i64>,
    ) -> Scorebook {
        let key = |whose: &Whose| departments.get(whose.department.as_str()).copied();
        let employee = |whose: &Whose| whose.employee.as_deref().and_then(|number| employees.get(number).copied());
        let line = |tally: &Tally| Line {
            employee_id: employee(&tally.whose),
            question: tally.question.clone(),
            channel: tally.whose.channel,
            base: tally.base,
            mode: tally.mode,
            periods: tally.periods,
            sums: tally.sums,
        };
        for tally in &self.tallies {
            if let Some(department) = key(&tally.whose) {
                book.add(department, line(tally));
            }
        }
        for tally in &self.beside {
            if let Some(department) = key(&tally.whose) {
                book.add_beside(department, &line(tally));
            }
        }
        for tally in &self.left_out {
            if let Some(department) = key(&tally.whose) {
                book.leave_out(department, line(tally));
            }
        }
        for count in &self.services {
            let Some(department) = key(&count.whose) else { continue };
            let (employee_id, channel) = (employee(&count.whose), count.whose.channel);
            let line = ServiceLine { employee_id, channel, periods: count.periods, services: count.services() };
            book.add_services(department, line);
        }
        let first = self.complaints_since.map(|first| Period::containing(first.start(), period.grain()));
        book.tell_complaints_since(first);
        for SampleFrame { department, channel, eligible, drawn } in &self.frames {
            let Some(department) = departments.get(department.as_str()) else { continue };
            let frame = Frame { quarter: period, channel: *channel, eligible: *eligible, drawn: *drawn };
            book.add_frame(*department, frame);
        }
        book
    }
}

impl From<((Whose, Periods), Services)> for ServiceCount {
    fn from(((whose, periods), services): ((Whose, Periods), Services)) -> Self {
        let Services { records, reach, resolved, timely, complaints } = services;
        Self { whose, periods, records, reach, resolved, timely, complaints }
    }
}

impl ServiceCount {
    const fn services(&self) -> Services {
        let Self { records, reach, resolved, timely, complaints, .. } = *self;
        Services { records, reach, resolved, timely, complaints }
    }
}

fn is_none(count: &u32) -> bool {
    *count == 0
}

/// Whether something counts in a shorter period inside `period`.
fn is_within(periods: Periods, period: Period) -> bool {
    [periods.month, periods.quarter].iter().any(|one| one.grain() < period.grain() && period.contains(one.start()))
}

/// The months in which something of a period, or of a shorter one inside it, counts: also later ones, of late answers.
fn months_beside(period: Period, book: &Scorebook) -> BTreeSet<Period> {
    if period.grain() == Grain::Month {
        return BTreeSet::new();
    }
    let of_it = |line: &Line| line.periods.include(period) || is_within(line.periods, period);
    book.lines().filter(|(_, line)| of_it(line)).map(|(_, line)| line.periods.month).collect()
}

impl From<Score> for Row {
    fn from(score: Score) -> Self {
        let shown = score.shown.clone();
        Self { score: Score { shown: None, ..score }, shown }
    }
}

impl From<Row> for Score {
    fn from(row: Row) -> Self {
        Self { shown: row.shown, ..row.score }
    }
}

impl Row {
    /// Whose figure it is and over which channel.
    pub const fn score(&self) -> &Score {
        &self.score
    }
}

#[cfg(test)]
mod tests;
