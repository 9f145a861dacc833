//! A seal computes to what was live.

use proptest::prelude::*;

use super::*;
use crate::domain::commitment::{Metric, defaults};

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

/// Answers to invitations: department, employee, channel, month of the service, months they came late, how many,
/// and how many satisfied.
type Answered = (i64, i64, Option<Channel>, &'static str, u32, u32, u32);

/// Three departments, one within another, with two employees.
fn live(answers: &[Answered]) -> (Scorebook, Vec<Unit>, HashMap<i64, String>) {
    let units = [(40, "z", None), (41, "b", Some(40)), (42, "a", None)];
    let units = units.map(|(id, code, parent_id)| Unit { id, code: code.into(), parent_id });
    let mut book = Scorebook::of(units.iter().map(|unit| (unit.id, unit.parent_id)).collect());
    for (department, employee, channel, month, late, n, k) in answers.iter().copied() {
        let mut periods = periods(month);
        for _ in 0..late {
            periods.month = periods.month.next();
        }
        for employee_id in [None, Some(employee)] {
            let line = Line {
                employee_id,
                question: String::new(),
                channel,
                base: Base::Invited,
                mode: Mode::Own,
                periods,
                sums: sums(n, k.min(n)),
            };
            book.add(department, line);
        }
        let services = Services {
            records: 50,
            reach: Reach { invited: 40, responded: n.min(40) },
            resolved: (3, 9),
            timely: (1, 2),
            complaints: 0,
        };
        book.add_services(department, ServiceLine { employee_id: None, channel, periods, services });
    }
    let quarter = "2026-Q3".parse().unwrap();
    book.add_frame(41, Frame { quarter, channel: Channel::Online, eligible: 90, drawn: 9 });
    // The numbers stand in another order than the keys.
    (book, units.to_vec(), HashMap::from([(7, "E8".to_owned()), (8, "E7".to_owned())]))
}

fn sealed(answers: &[Answered], period: &str) -> Edition {
    let (book, units, numbers) = live(answers);
    let commitments = defaults("2026-01-01".parse().unwrap());
    let place = |unit: &Unit| Place {
        code: unit.code.clone(),
        name_zh: unit.code.clone(),
        name_en: None,
        parent: unit.parent_id.map(|_| "z".to_owned()),
    };
    let places: Vec<_> = units.iter().map(|unit| (unit.id, place(unit))).collect();
    Edition::of(period.parse().unwrap(), &book, &places, &numbers, &commitments, Thresholds::default())
}

/// Every figure of a period as the open book gives it.
fn scores(answers: &[Answered], period: &str) -> Vec<Score> {
    let (book, units, numbers) = live(answers);
    let commitments = defaults("2026-01-01".parse().unwrap());
    let thresholds = Thresholds::default();
    let (roll, period) = (Roll::new(units, numbers), period.parse().unwrap());
    let basis = Basis { book: &book, commitments: &commitments, thresholds: &thresholds };
    let asks = LEVELS.into_iter().flat_map(|level| CHANNELS.map(|channel| (level, channel)));
    asks.flat_map(|(level, channel)| roll.scores(&Ask { period, level, channel, department: None }, &basis)).collect()
}

fn results(edition: &Edition) -> Vec<Score> {
    edition.results.iter().cloned().map(Score::from).collect()
}

const ONLINE: Option<Channel> = Some(Channel::Online);
const OFFLINE: Option<Channel> = Some(Channel::Offline);
const SOME: [Answered; 4] = [
    (40, 7, ONLINE, "2026-07", 0, 30, 28),
    (41, 8, OFFLINE, "2026-08", 0, 9, 3),
    (40, 7, None, "2026-09", 0, 12, 12),
    (41, 8, ONLINE, "2026-07", 0, 6, 5),
];

#[test]
fn an_edition_is_what_is_live() {
    let live = scores(&SOME, "2026-Q3");
    assert_eq!(results(&sealed(&SOME, "2026-Q3")), live);
    assert!(live.iter().any(|score| score.shown.is_some() && score.verdict.is_some()));
}

#[test]
fn what_a_month_would_tell_of_a_quarter_stays_hidden_in_its_seal() {
    // July and August are shown; of September there are too few, and the quarter would tell them.
    let answers = ["2026-07", "2026-08"].map(|month| (42, 7, ONLINE, month, 0, 20, 18));
    let answers = [answers.as_slice(), &[(42, 7, ONLINE, "2026-09", 0, 3, 0)]].concat();
    let results = results(&sealed(&answers, "2026-Q3"));
    let rates = results.iter().filter(|score| score.metric == Metric::SatisfactionRate && score.n == 43);
    assert!(rates.clone().count() > 0 && rates.into_iter().all(|score| score.suppressed));
}

#[test]
fn a_month_holds_only_what_counts_in_it() {
    let edition = sealed(&SOME, "2026-08");
    assert_eq!(edition.inputs.tallies.iter().map(|tally| tally.sums.n).sum::<u32>(), 18);
    assert!(edition.rules.commitments.iter().all(|one| one.grain == Grain::Month));
}

#[test]
fn a_part_is_the_same_bytes_after_reading() {
    let edition = sealed(&SOME, "2026-Q3");
    let text = serde_json::to_string(&edition.results).unwrap();
    let back: Vec<Row> = serde_json::from_str(&text).unwrap();
    assert_eq!((serde_json::to_string(&back).unwrap(), &back), (text, &edition.results));
}

fn answered() -> impl Strategy<Value = Vec<Answered>> {
    let channel = prop_oneof![Just(ONLINE), Just(OFFLINE), Just(None)];
    let month = prop_oneof![Just("2026-07"), Just("2026-08"), Just("2026-09"), Just("2026-12")];
    let late = prop_oneof![4 => Just(0_u32), 1 => 1..3_u32];
    let n = prop_oneof![3 => 0..8_u32, 1 => 8..200_u32];
    prop::collection::vec((40..43_i64, 7..9_i64, channel, month, late, n, 0..200_u32), 0..24)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_edition_read_again_computes_the_same_bytes(answers in answered()) {
        let edition = sealed(&answers, "2026-Q3");
        let inputs: Inputs = serde_json::from_str(&serde_json::to_string(&edition.inputs).unwrap()).unwrap();
        let rules: Rules = serde_json::from_str(&serde_json::to_string(&edition.rules).unwrap()).unwrap();
        let again = Edition { inputs, rules, results: Vec::new(), ..edition.clone() };
        let text = |rows: &[Row]| serde_json::to_string(rows).unwrap();
        prop_assert_eq!(text(&again.recompute()), text(&edition.results));
    }

    #[test]
    fn a_seal_shows_and_hides_what_was_shown_and_hidden(answers in answered()) {
        for period in ["2026-08", "2026-Q3", "2026"] {
            prop_assert_eq!(results(&sealed(&answers, period)), scores(&answers, period), "{}", period);
        }
    }
}
