//! An edition: all that a sealed period says, so that it stands by itself. What was counted (tallies and counts of
//! services), whose it was (departments with their parents), by which rules (commitments in force, thresholds), and
//! every figure that follows. Codes stand in place of keys, lists are in a fixed order, and each part is written as
//! JSON without white space: the same edition is always the same bytes, and the figures can be computed again from it.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::commitment::{Commitment, Level};
use super::figures::{Ask, Basis, Roll, Unit};
use super::locale::Locale;
use super::period::{Grain, Period};
use super::response::{Base, Mode, Periods};
use super::scorebook::{Frame, Line, Scorebook, ServiceLine, Services};
use super::scorecard::{Reach, Score, Sums};
use super::service_record::Channel;
use super::verdict::Thresholds;

/// All that a sealed period says.
#[derive(Debug, Clone, PartialEq)]
pub struct Edition {
    /// Month, quarter or year.
    pub period: Period,
    /// The departments, by code.
    pub organisation: Vec<Place>,
    /// What was counted.
    pub inputs: Inputs,
    /// By which rules.
    pub rules: Rules,
    /// Every figure that follows.
    pub results: Vec<Row>,
}

/// A department, its names and where it stood.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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
    /// Counts of service records.
    pub services: Vec<ServiceCount>,
    /// What the sample was drawn from, of a quarter with a follow-up.
    pub frames: Vec<SampleFrame>,
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
    /// The sums.
    pub sums: Sums,
}

/// Counts of service records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceCount {
    /// Whose.
    pub whose: Whose,
    /// Records.
    pub records: u32,
    /// Invitations that went out, and responses to them.
    pub reach: Reach,
    /// Solved, of those that say.
    pub resolved: (u32, u32),
    /// First response in time, of those with both times.
    pub timely: (u32, u32),
}

/// By which rules it was judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// The commitments in force in the period.
    pub commitments: Vec<Commitment>,
    /// From how many answers on something was said.
    pub thresholds: Thresholds,
}

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
        let mut organisation: Vec<Place> = departments.iter().map(|(_, place)| place.clone()).collect();
        organisation.sort();
        let last_day = period.end();
        let holds = |one: &&Commitment| one.grain == period.grain() && one.is_valid_on(last_day);
        let rules = Rules { commitments: commitments.iter().filter(holds).cloned().collect(), thresholds };
        let whose = |department: i64, employee: Option<i64>, channel| {
            let employee = employee.map(|id| numbers.get(&id).cloned().ok_or(()));
            Some(Whose { department: code(department)?, employee: employee.transpose().ok()?, channel })
        };
        let inputs = Inputs::of(period, book, whose);
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
        let mut numbers: Vec<&str> =
            self.inputs.tallies.iter().filter_map(|tally| tally.whose.employee.as_deref()).collect();
        numbers.extend(self.inputs.services.iter().filter_map(|count| count.whose.employee.as_deref()));
        numbers.sort_unstable();
        numbers.dedup();
        let employees: HashMap<&str, i64> = numbers.iter().copied().zip(1..).collect();
        let tree = units.clone().map(|unit| (unit.id, unit.parent_id)).collect();
        let book = self.inputs.book(Scorebook::of(tree), self.period, &keys, &employees);
        let roll = Roll::new(units, employees.iter().map(|(number, id)| (*id, (*number).to_owned())).collect());
        let Rules { commitments, thresholds } = &self.rules;
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
        let mut tallies: BTreeMap<(Whose, String, Base, Mode), Sums> = BTreeMap::new();
        for (department, line) in book.lines().filter(|(_, line)| line.periods.include(period)) {
            if let Some(whose) = whose(department, line.employee_id, line.channel) {
                *tallies.entry((whose, line.question.clone(), line.base, line.mode)).or_default() += line.sums;
            }
        }
        let mut services: BTreeMap<Whose, Services> = BTreeMap::new();
        for (department, line) in book.service_lines().filter(|(_, line)| line.periods.include(period)) {
            if let Some(whose) = whose(department, line.employee_id, line.channel) {
                services.entry(whose).or_default().add(&line.services);
            }
        }
        let tally = |((whose, question, base, mode), sums)| Tally { whose, question, base, mode, sums };
        let drawn = book.frames().filter(|(_, frame)| frame.quarter == period);
        let mut frames: Vec<SampleFrame> = drawn
            .filter_map(|(department, frame)| {
                let Frame { channel, eligible, drawn, .. } = *frame;
                Some(SampleFrame { department: whose(department, None, None)?.department, channel, eligible, drawn })
            })
            .collect();
        frames.sort();
        Self {
            tallies: tallies.into_iter().map(tally).collect(),
            services: services.into_iter().map(ServiceCount::from).collect(),
            frames,
        }
    }

    fn book(
        &self,
        mut book: Scorebook,
        period: Period,
        departments: &HashMap<&str, i64>,
        employees: &HashMap<&str, i64>,
    ) -> Scorebook {
        let containing = |grain| Period::containing(period.start(), grain);
        let periods = Periods {
            month: containing(Grain::Month),
            quarter: containing(Grain::Quarter),
            year: containing(Grain::Year),
        };
        let key = |whose: &Whose| departments.get(whose.department.as_str()).copied();
        let employee = |whose: &Whose| whose.employee.as_deref().and_then(|number| employees.get(number).copied());
        for Tally { whose, question, base, mode, sums } in &self.tallies {
            let Some(department) = key(whose) else { continue };
            let line = Line {
                employee_id: employee(whose),
                question: question.clone(),
                channel: whose.channel,
                base: *base,
                mode: *mode,
                periods,
                sums: *sums,
            };
            book.add(department, line);
        }
        for count in &self.services {
            let Some(department) = key(&count.whose) else { continue };
            let ServiceCount { whose, records, reach, resolved, timely } = count;
            let services = Services { records: *records, reach: *reach, resolved: *resolved, timely: *timely };
            let line = ServiceLine { employee_id: employee(whose), channel: whose.channel, periods, services };
            book.add_services(department, line);
        }
        for SampleFrame { department, channel, eligible, drawn } in &self.frames {
            let Some(department) = departments.get(department.as_str()) else { continue };
            let frame = Frame { quarter: period, channel: *channel, eligible: *eligible, drawn: *drawn };
            book.add_frame(*department, frame);
        }
        book
    }
}

impl From<(Whose, Services)> for ServiceCount {
    fn from((whose, services): (Whose, Services)) -> Self {
        let Services { records, reach, resolved, timely } = services;
        Self { whose, records, reach, resolved, timely }
    }
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
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::commitment::defaults;

    fn sums(n: u32, satisfied: u32) -> Sums {
        let points = i64::from(satisfied) * 10_000 + i64::from(n - satisfied) * 3_000;
        let squares = i64::from(satisfied) * 100_000_000 + i64::from(n - satisfied) * 9_000_000;
        Sums::new(n.into(), satisfied.into(), n.into(), points, squares).unwrap()
    }

    fn periods(month: &str) -> Periods {
        let month: Period = month.parse().unwrap();
        let containing = |grain| Period::containing(month.start(), grain);
        Periods { month, quarter: containing(Grain::Quarter), year: containing(Grain::Year) }
    }

    /// Two departments, one within the other, with two employees; every line twice, to be merged.
    fn live(counts: &[(u32, u32)]) -> (Scorebook, Vec<Unit>, HashMap<i64, String>) {
        let mut book = Scorebook::of(vec![(40, None), (41, Some(40))]);
        for (at, (n, k)) in counts.iter().enumerate() {
            let at = i64::try_from(at).unwrap();
            for employee_id in [None, Some(7 + at % 2)] {
                let line = Line {
                    employee_id,
                    question: String::new(),
                    channel: [Some(Channel::Online), Some(Channel::Offline), None]
                        .into_iter()
                        .cycle()
                        .nth(usize::try_from(at).unwrap())
                        .unwrap(),
                    base: Base::Invited,
                    mode: Mode::Own,
                    periods: periods(["2026-07", "2026-08", "2026-09"][usize::try_from(at).unwrap() % 3]),
                    sums: sums(*n, (*k).min(*n)),
                };
                book.add(40 + at % 2, line);
            }
            let services = Services {
                records: 50,
                reach: Reach { invited: 40, responded: (*n).min(40) },
                resolved: (3, 9),
                timely: (1, 2),
            };
            let line = ServiceLine {
                employee_id: None,
                channel: Some(Channel::Online),
                periods: periods("2026-08"),
                services,
            };
            book.add_services(40 + at % 2, line);
        }
        let quarter = "2026-Q3".parse().unwrap();
        book.add_frame(41, Frame { quarter, channel: Channel::Online, eligible: 90, drawn: 9 });
        let unit = |id, code: &str, parent_id| Unit { id, code: code.into(), parent_id };
        let units = vec![unit(41, "b", Some(40)), unit(40, "a", None)];
        (book, units, HashMap::from([(7, "E7".to_owned()), (8, "E8".to_owned())]))
    }

    fn sealed(counts: &[(u32, u32)], period: &str) -> Edition {
        let (book, units, numbers) = live(counts);
        let commitments = defaults("2026-01-01".parse().unwrap());
        let place = |unit: &Unit| Place {
            code: unit.code.clone(),
            name_zh: unit.code.clone(),
            name_en: None,
            parent: unit.parent_id.map(|_| "a".to_owned()),
        };
        let places: Vec<_> = units.iter().map(|unit| (unit.id, place(unit))).collect();
        Edition::of(period.parse().unwrap(), &book, &places, &numbers, &commitments, Thresholds::default())
    }

    #[test]
    fn an_edition_is_what_is_live() {
        let (book, units, numbers) = live(&[(30, 28), (9, 3), (12, 12), (6, 5)]);
        let commitments = defaults("2026-01-01".parse().unwrap());
        let thresholds = Thresholds::default();
        let edition = sealed(&[(30, 28), (9, 3), (12, 12), (6, 5)], "2026-Q3");
        let roll = Roll::new(units, numbers);
        let basis = Basis { book: &book, commitments: &commitments, thresholds: &thresholds };
        let mut live = Vec::new();
        for level in LEVELS {
            for channel in CHANNELS {
                let period = edition.period;
                live.extend(roll.scores(&Ask { period, level, channel, department: None }, &basis));
            }
        }
        assert_eq!(edition.results.iter().cloned().map(Score::from).collect::<Vec<_>>(), live);
        assert!(live.iter().any(|score| score.shown.is_some() && score.verdict.is_some()));
    }

    #[test]
    fn a_month_holds_only_what_counts_in_it() {
        let edition = sealed(&[(30, 28), (9, 3), (12, 12), (6, 5)], "2026-08");
        assert_eq!(edition.inputs.tallies.iter().map(|tally| tally.sums.n).sum::<u32>(), 18);
        assert!(edition.rules.commitments.iter().all(|one| one.grain == Grain::Month));
    }

    #[test]
    fn a_part_is_the_same_bytes_after_reading() {
        let edition = sealed(&[(30, 28), (9, 3), (12, 12)], "2026-Q3");
        let text = serde_json::to_string(&edition.results).unwrap();
        let back: Vec<Row> = serde_json::from_str(&text).unwrap();
        assert_eq!((serde_json::to_string(&back).unwrap(), &back), (text, &edition.results));
    }

    proptest! {
        #[test]
        fn any_edition_read_again_computes_the_same_bytes(
            counts in prop::collection::vec((0..200_u32, 0..200_u32), 0..12)
        ) {
            let edition = sealed(&counts, "2026-Q3");
            let inputs: Inputs = serde_json::from_str(&serde_json::to_string(&edition.inputs).unwrap()).unwrap();
            let rules: Rules = serde_json::from_str(&serde_json::to_string(&edition.rules).unwrap()).unwrap();
            let again = Edition { inputs, rules, results: Vec::new(), ..edition.clone() };
            let text = |rows: &[Row]| serde_json::to_string(rows).unwrap();
            prop_assert_eq!(text(&again.recompute()), text(&edition.results));
        }
    }
}
