use super::*;
use crate::domain::commitment::defaults;

impl Line {
    /// Satisfied and all answers of a department's customers in a month.
    pub(crate) fn answered(base: Base, channel: Option<Channel>, month: &str, (satisfied, n): (u32, u32)) -> Self {
        let month: Period = month.parse().unwrap();
        let containing = |grain| Period::containing(month.start(), grain);
        Self {
            employee_id: None,
            question: String::new(),
            channel,
            base,
            mode: Mode::Own,
            periods: Periods { month, quarter: containing(Grain::Quarter), year: containing(Grain::Year) },
            sums: Sums { n, satisfied, ..Sums::default() },
        }
    }
}

const DEPARTMENT: i64 = 1;

fn quarter() -> Period {
    "2026-Q3".parse().unwrap()
}

/// 36 of 40 of the invited satisfied online, and 30 of 40 in the sample.
fn book(is_drawn: bool) -> Scorebook {
    let mut book = Scorebook::of(Vec::new());
    for (base, satisfied) in [(Base::Invited, 36), (Base::Sample, 30)] {
        let line = Line::answered(base, Some(Channel::Online), "2026-07", (satisfied, 40));
        if is_drawn || base == Base::Invited {
            book.add(DEPARTMENT, line);
        }
    }
    if is_drawn {
        let frame = Frame { quarter: quarter(), channel: Channel::Online, eligible: 400, drawn: 50 };
        book.add_frame(DEPARTMENT, frame);
    }
    book
}

fn rates(book: &Scorebook, channel: Option<Channel>, period: Period) -> Vec<(Base, Option<f64>, bool)> {
    let slice = Slice { departments: &[DEPARTMENT], employee: None, channel, period, base: Base::Invited };
    let named = Named { level: Level::Department, department: Some("D"), employee: None };
    let commitments = defaults("2000-01-01".parse().unwrap());
    let scores = book.scores(&slice, &named, &commitments, &Thresholds::default());
    let rates = scores.into_iter().filter(|score| score.metric == Metric::SatisfactionRate);
    rates.map(|score| (score.base, score.value, score.verdict.is_some())).collect()
}

#[test]
fn where_a_sample_was_drawn_the_quarter_of_its_clause_is_judged_by_it() {
    let online = Some(Channel::Online);
    assert_eq!(rates(&book(false), online, quarter()), [(Base::Invited, Some(90.0), true)]);
    assert_eq!(
        rates(&book(true), online, quarter()),
        [(Base::Invited, Some(90.0), false), (Base::Sample, Some(75.0), true)]
    );
}

#[test]
fn other_promises_are_judged_by_the_invited_and_the_sample_stands_beside() {
    let of_both =
        |judged: [bool; 2]| vec![(Base::Invited, Some(90.0), judged[0]), (Base::Sample, Some(75.0), judged[1])];
    assert_eq!(rates(&book(true), None, quarter()), of_both([true, false]));
    assert_eq!(rates(&book(true), Some(Channel::Online), "2026-07".parse().unwrap()), of_both([true, false]));
}

#[test]
fn what_a_seal_does_not_say_is_not_made_up_from_the_tallies() {
    let mut book = book(false);
    let slice =
        Slice { departments: &[DEPARTMENT], employee: None, channel: None, period: quarter(), base: Base::Invited };
    let named = Named { level: Level::Department, department: Some("D"), employee: None };
    let rate = |book: &Scorebook| book.measured(&slice, &named, Metric::SatisfactionRate);
    assert_eq!(rate(&book), Measure::Rate { k: 36, n: 40 });
    let score = book.score(&slice, &named, Metric::SatisfactionRate, &[], &Thresholds::default());
    book.add_sealed(quarter(), Score { satisfied: None, suppressed: true, ..score });
    assert_eq!(rate(&book), Measure::Rate { k: 0, n: 0 });
    assert_eq!(book.measured(&slice, &named, Metric::Points), Measure::nothing(Metric::Points));
}

#[test]
fn a_sample_without_answers_is_shown_and_says_whom_it_asked() {
    let mut book = book(false);
    book.add_frame(DEPARTMENT, Frame { quarter: quarter(), channel: Channel::Online, eligible: 400, drawn: 50 });
    assert_eq!(
        rates(&book, Some(Channel::Online), quarter()),
        [(Base::Invited, Some(90.0), false), (Base::Sample, None, false)]
    );
    let slice =
        Slice { departments: &[DEPARTMENT], employee: None, channel: None, period: quarter(), base: Base::Sample };
    assert_eq!(book.asked(&slice), Reach { invited: 50, responded: 0 });
}

/// Satisfied answers of a sample or to invitations: department, channel, how many.
fn answered(base: Base, counts: &[(i64, Option<Channel>, u32)]) -> Scorebook {
    let mut departments: Vec<_> = counts.iter().map(|(id, ..)| (*id, None)).collect();
    departments.dedup();
    let mut book = Scorebook::of(departments);
    for (department, channel, n) in counts {
        let line = Line::answered(base, *channel, "2026-07", (*n, *n));
        book.add(*department, line);
    }
    book
}

/// Whether the rate of departments over a channel is shown.
fn is_shown(book: &Scorebook, departments: &[i64], channel: Option<Channel>, base: Base) -> bool {
    let slice = Slice { departments, employee: None, channel, period: quarter(), base };
    let named = Named { level: Level::Department, department: None, employee: None };
    let score = book.score(&slice, &named, Metric::SatisfactionRate, &[], &Thresholds::default());
    assert_eq!(score.value.is_none(), score.suppressed);
    !score.suppressed
}

#[test]
fn a_channel_is_withheld_where_the_total_would_give_the_other_away() {
    let (online, offline) = (Some(Channel::Online), Some(Channel::Offline));
    let shown = |counts: &[(i64, Option<Channel>, u32)]| {
        let book = answered(Base::Invited, counts);
        [None, online, offline].map(|channel| is_shown(&book, &[1], channel, Base::Invited))
    };
    assert_eq!(shown(&[(1, online, 100), (1, offline, 3)]), [true, false, false]);
    assert_eq!(shown(&[(1, online, 6), (1, offline, 6), (1, None, 2)]), [true, false, false]);
    assert_eq!(shown(&[(1, online, 100)]), [true, true, false]);
}

#[test]
fn a_small_group_of_a_sample_does_not_follow_from_its_total() {
    let online = Some(Channel::Online);
    let book = answered(Base::Sample, &[(1, online, 3), (2, online, 20), (3, online, 30)]);
    let shown = [[1, 2, 3].as_slice(), &[1], &[2], &[3]].map(|of| is_shown(&book, of, online, Base::Sample));
    assert_eq!(shown, [true, false, false, true]);
}
