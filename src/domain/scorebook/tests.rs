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

mod complaints {
    use proptest::prelude::*;

    use super::*;

    fn served(channel: Channel, month: &str, records: u32, complaints: u32) -> ServiceLine {
        let periods = Line::answered(Base::Invited, None, month, (0, 0)).periods;
        let services = Services { records, complaints, ..Services::default() };
        ServiceLine { employee_id: None, channel: Some(channel), periods, services }
    }

    fn score(book: &Scorebook, departments: &[i64], channel: Option<Channel>, period: &str) -> Score {
        let slice =
            Slice { departments, employee: None, channel, period: period.parse().unwrap(), base: Base::Invited };
        let named = Named { level: Level::Department, department: Some("D"), employee: None };
        book.score(&slice, &named, Metric::ComplaintRate, &[], &Thresholds::default())
    }

    /// A month, its quarter and its year.
    fn first(month: &str) -> [Period; 3] {
        let month: Period = month.parse().unwrap();
        Grain::ALL.map(|grain| Period::containing(month.start(), grain))
    }

    fn book(since: Option<&str>) -> Scorebook {
        let mut book = Scorebook::of(vec![(DEPARTMENT, None)]);
        book.add_services(DEPARTMENT, served(Channel::Online, "2026-07", 50, 0));
        book.add_services(DEPARTMENT, served(Channel::Online, "2026-08", 40, 3));
        book.tell_complaints_since(since.iter().flat_map(|month| first(month)));
        book
    }

    #[test]
    fn they_are_counted_per_hundred_services_of_the_period() {
        let book = book(Some("2026-08"));
        let found = |period| {
            let score = score(&book, &[DEPARTMENT], None, period);
            (score.satisfied, score.n, score.value)
        };
        assert_eq!(found("2026-08"), (Some(3), 40, Some(7.5)));
        assert_eq!(found("2026-Q3"), (Some(3), 90, Some(3.3333)));
    }

    #[test]
    fn before_the_first_was_handed_in_nobody_says_that_there_were_none() {
        assert_eq!(score(&book(Some("2026-08")), &[DEPARTMENT], None, "2026-07").n, 0);
        assert_eq!(score(&book(None), &[DEPARTMENT], None, "2026-08").n, 0);
        assert_eq!(score(&book(Some("2026-07")), &[DEPARTMENT], None, "2026-07").value, Some(0.0));
    }

    #[test]
    fn the_first_one_handed_in_late_counts_where_it_counts() {
        let mut book = book(None);
        // Received in August, which was published: it counts in October, and in the quarter, which was not.
        book.tell_complaints_since(["2026-10", "2026-Q3", "2026"].map(|first| first.parse().unwrap()));
        let told = |period| score(&book, &[DEPARTMENT], None, period).value;
        assert_eq!((told("2026-08"), told("2026-Q3"), told("2026")), (None, Some(3.3333), Some(3.3333)));
    }

    #[test]
    fn a_few_on_many_services_are_told_and_any_on_a_few_services_are_not() {
        let mut book = Scorebook::of(vec![(1, None), (2, Some(1)), (3, Some(1)), (4, Some(1))]);
        book.tell_complaints_since(first("2026-01"));
        for (department, records, complaints) in [(2, 90, 1), (3, 60, 0), (4, 3, 2)] {
            book.add_services(department, served(Channel::Offline, "2026-08", records, complaints));
        }
        let told = |ids: &[i64]| score(&book, ids, None, "2026-08").satisfied;
        assert_eq!((told(&[1, 2, 3, 4]), told(&[2]), told(&[4])), (Some(3), Some(1), None));
        // From the whole, 2 and 3 those of 4 would follow.
        assert_eq!(told(&[3]), None);
    }

    #[test]
    fn who_complained_where_nobody_was_served_does_not_follow_either() {
        let mut book = Scorebook::of(vec![(1, None), (2, Some(1)), (3, Some(1))]);
        book.tell_complaints_since(first("2026-01"));
        for (department, records, complaints) in [(2, 60, 1), (3, 0, 2)] {
            book.add_services(department, served(Channel::Offline, "2026-08", records, complaints));
        }
        let whole = score(&book, &[1, 2, 3], None, "2026-08").satisfied;
        let part = score(&book, &[2], None, "2026-08").satisfied;
        assert!(whole.is_none() || part.is_none(), "{whole:?} {part:?}");
    }

    const UNITS: [&[i64]; 3] = [&[1, 2, 3], &[2], &[3]];
    const CHANNELS: [Option<Channel>; 3] = [None, Some(Channel::Online), Some(Channel::Offline)];

    proptest! {
        /// Department 1 with 2 and 3 in it, both channels, three months; a few services and complaints in each place.
        #[test]
        fn no_few_services_follow_from_two_figures_that_are_told(
            counts in proptest::collection::vec((0_u32..12, 0_u32..4), 12),
        ) {
            let mut book = Scorebook::of(vec![(1, None), (2, Some(1)), (3, Some(1))]);
            book.tell_complaints_since(first("2026-01"));
            let months = ["2026-07", "2026-08", "2026-09"];
            let places = months.into_iter().flat_map(|month| Channel::ALL.map(|channel| (month, channel)));
            let places = places.flat_map(|(month, channel)| [2, 3].map(|department| (department, month, channel)));
            let all: Vec<_> = places.zip(counts).collect();
            for ((department, month, channel), (records, complaints)) in &all {
                book.add_services(*department, served(*channel, month, *records, *complaints));
            }
            for period in ["2026-07", "2026-08", "2026-09", "2026-Q3"] {
                let within: Period = period.parse().unwrap();
                let holds = |(units, channel): (&[i64], Option<Channel>), (department, month, of): &(i64, &str, Channel)| {
                    units.contains(department)
                        && channel.is_none_or(|channel| channel == *of)
                        && within.months().any(|one| one.to_string() == *month)
                };
                let slices = UNITS.into_iter().flat_map(|units| CHANNELS.map(|channel| (units, channel)));
                let is_told = |(units, channel): &(&[i64], _)| score(&book, units, *channel, period).satisfied.is_some();
                let told: Vec<_> = slices.filter(is_told).collect();
                for (whole, part) in told.iter().flat_map(|whole| told.iter().map(move |part| (*whole, *part))) {
                    if all.iter().any(|(place, _)| holds(part, place) && !holds(whole, place)) {
                        continue;
                    }
                    let rest = all.iter().filter(|(place, _)| holds(whole, place) && !holds(part, place));
                    let group: u32 = rest.map(|(_, (records, complaints))| if *records > 0 { *records } else { *complaints }).sum();
                    prop_assert!(group == 0 || group >= 5, "{group} follow in {period} from {whole:?} and {part:?}");
                }
            }
        }
    }
}
