//! Answers that are left out of every figure, and what rate and points would be with them (FEATURES E6).

use super::{Line, Named, Rests, Scorebook, Slice};
use crate::domain::commitment::{Commitment, Metric};
use crate::domain::points::Exact;
use crate::domain::scorecard::{Score, Sums};
use crate::domain::service_record::Channel;
use crate::domain::verdict::Thresholds;

/// The points of an answer that could not be better, in hundredths.
const MOST_POINTS: i64 = 10_000;

/// A figure as it would be with the answers that are left out of it.
#[derive(Debug, Clone, PartialEq)]
pub enum WithLeftOut {
    /// They are enough, here and wherever they could be had by subtraction, to be told as a sum.
    Known(Box<Score>),
    /// They are too few for that. If every one of them were dissatisfied (had no points), and if every one were satisfied
    /// (had all): both follow from what everybody sees, and tell of no answer.
    Between(Box<(Score, Score)>),
}

impl Scorebook {
    /// Takes answers of a department into account that count in no figure.
    pub fn leave_out(&mut self, department_id: i64, line: Line) {
        self.small_numbers.leave_out(department_id, &line);
        self.left_out.entry(department_id).or_default().push(line);
    }

    /// The same of a department whose figures are not asked for.
    pub fn leave_out_beside(&mut self, department_id: i64, line: &Line) {
        self.small_numbers.leave_out(department_id, line);
    }

    /// Every sum that is left out, with its department.
    pub fn left_out_lines(&self) -> impl Iterator<Item = (i64, &Line)> {
        self.left_out.iter().flat_map(|(id, lines)| lines.iter().map(|line| (*id, line)))
    }

    /// How many answers are left out of a figure; of the gap between the channels, out of either rate.
    pub(super) fn excluded(&self, slice: &Slice<'_>, metric: Metric) -> u32 {
        let of = |channel| self.left_out(&Slice { channel, ..*slice });
        match metric {
            Metric::SatisfactionRate => of(slice.channel).n,
            Metric::Points => of(slice.channel).scored,
            Metric::ChannelGap => Channel::ALL.map(|channel| of(Some(channel)).n).iter().sum(),
            Metric::ResponseRate | Metric::ResolutionRate | Metric::ComplaintRate | Metric::ResponseTime => 0,
        }
    }

    /// The satisfaction rate or the points of a slice with what is left out of it; `None` if nothing is, if the figure
    /// without them is withheld, and for other metrics. Without this care the difference of two figures would be the score
    /// of a few answers.
    pub fn with_left_out(
        &self,
        slice: &Slice<'_>,
        named: &Named<'_>,
        metric: Metric,
        commitments: &[Commitment],
        thresholds: &Thresholds,
    ) -> Option<WithLeftOut> {
        let without = self.score(slice, named, metric, commitments, thresholds);
        let left_out = without.excluded;
        if without.suppressed || left_out == 0 {
            return None;
        }
        let counted = self.counted(slice, metric, &without)?;
        let with = |more: Sums| {
            let sums: Sums = [counted, more].into_iter().sum();
            let measure = if metric == Metric::Points { sums.points() } else { sums.rate() };
            self.made(slice, named, metric, &measure, commitments, thresholds)
        };
        let sums = self.left_out(slice);
        let (still, rests) = match metric {
            Metric::Points => (sums.scored, Rests::PointsLeftOut),
            _ => (sums.n, Rests::LeftOut),
        };
        // Of a sealed period the count is the seal's; only sums that still belong to it are told.
        if still == left_out && self.shows(slice, &rests, thresholds) {
            return Some(WithLeftOut::Known(Box::new(with(sums))));
        }
        let all_of = |satisfied: u32, points: i64| {
            let points_sum = i64::from(left_out) * points;
            Sums { n: left_out, satisfied, scored: left_out, points_sum, points_sq_sum: points_sum * points }
        };
        Some(WithLeftOut::Between(Box::new((with(all_of(0, 0)), with(all_of(left_out, MOST_POINTS))))))
    }

    /// The sums behind a figure; `None` where there are none, or they are no longer those of a sealed one.
    fn counted(&self, slice: &Slice<'_>, metric: Metric, without: &Score) -> Option<Sums> {
        match metric {
            Metric::SatisfactionRate => Some(Sums { n: without.n, satisfied: without.satisfied?, ..Sums::default() }),
            Metric::Points => {
                let sums = self.sums(slice, "");
                let is_it = sums.scored == without.n && sums.points().value().map(Exact::to_4dp) == without.value;
                is_it.then_some(sums)
            }
            _ => None,
        }
    }

    fn left_out(&self, slice: &Slice<'_>) -> Sums {
        let lines = slice.departments.iter().filter_map(|id| self.left_out.get(id)).flatten();
        lines.filter(|line| line.is_of(slice)).map(|line| line.sums).sum()
    }
}

impl Line {
    /// Whether it belongs to a slice, whatever its question.
    fn is_of(&self, slice: &Slice<'_>) -> bool {
        self.employee_id == slice.employee
            && self.base == slice.base
            && (slice.channel.is_none() || self.channel == slice.channel)
            && self.periods.include(slice.period)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::commitment::{Level, defaults};
    use crate::domain::period::Period;
    use crate::domain::response::Base;
    use crate::domain::verdict::Verdict;

    fn line(channel: Channel, month: &str, n: u32, satisfied: u32) -> Line {
        Line::answered(Base::Invited, Some(channel), month, (satisfied, n))
    }

    /// 54 of 60 online and 54 of 60 offline in July, and the lines left out.
    fn book(left_out: &[Line]) -> Scorebook {
        let mut book = Scorebook::of(vec![(1, None)]);
        for channel in Channel::ALL {
            book.add(1, line(channel, "2026-07", 60, 54));
        }
        left_out.iter().for_each(|line| book.leave_out(1, line.clone()));
        book
    }

    fn with(book: &Scorebook, channel: Option<Channel>, period: &str) -> Option<WithLeftOut> {
        let slice =
            Slice { departments: &[1], employee: None, channel, period: period.parse().unwrap(), base: Base::Invited };
        let named = Named { level: Level::Department, department: Some("D"), employee: None };
        book.with_left_out(
            &slice,
            &named,
            Metric::SatisfactionRate,
            &defaults("2000-01-01".parse().unwrap()),
            &Thresholds::default(),
        )
    }

    #[test]
    fn nothing_left_out_is_compared_with_nothing() {
        assert_eq!(with(&book(&[]), None, "2026-07"), None);
    }

    #[test]
    fn a_few_are_told_only_by_what_they_could_do() {
        let book = book(&[line(Channel::Online, "2026-07", 2, 0)]);
        let Some(WithLeftOut::Between(ends)) = with(&book, Some(Channel::Online), "2026-07") else { panic!() };
        let (low, high) = *ends;
        assert_eq!([(low.satisfied, low.n), (high.satisfied, high.n)], [(Some(54), 62), (Some(56), 62)]);
        assert_eq!([low.verdict, high.verdict], [Some(Verdict::MinorBreach), Some(Verdict::Met)]);
    }

    #[test]
    fn enough_of_them_are_told_unless_a_few_followed() {
        let six = line(Channel::Online, "2026-07", 6, 1);
        let Some(WithLeftOut::Known(score)) = with(&book(std::slice::from_ref(&six)), None, "2026-07") else {
            panic!()
        };
        assert_eq!((score.satisfied, score.n), (Some(109), 126));
        // From both channels and online the two offline would follow.
        let book = book(&[six, line(Channel::Offline, "2026-07", 2, 0)]);
        let known = [None, Some(Channel::Online), Some(Channel::Offline)]
            .map(|channel| matches!(with(&book, channel, "2026-07"), Some(WithLeftOut::Known(_))));
        assert!(known.iter().filter(|known| **known).count() < 2 && !known[2], "{known:?}");
    }

    /// Responses of one mean, all with points.
    fn worth(n: u32, points: i64) -> Line {
        let n_points = i64::from(n) * points;
        let sums = Sums { n, satisfied: n, scored: n, points_sum: n_points, points_sq_sum: n_points * points };
        Line { sums, ..line(Channel::Online, "2026-07", n, n) }
    }

    fn points(left_out: Line) -> Option<WithLeftOut> {
        let mut book = Scorebook::of(vec![(1, None)]);
        book.add(1, worth(60, 9_000));
        book.leave_out(1, left_out);
        let (channel, period) = (Some(Channel::Online), "2026-07".parse().unwrap());
        let slice = Slice { departments: &[1], employee: None, channel, period, base: Base::Invited };
        let named = Named { level: Level::Department, department: Some("D"), employee: None };
        book.with_left_out(&slice, &named, Metric::Points, &[], &Thresholds::default())
    }

    #[test]
    fn points_are_told_by_the_same_rule() {
        let Some(WithLeftOut::Known(score)) = points(worth(6, 1_000)) else { panic!() };
        assert_eq!((score.n, score.value), (66, Some(82.7273)));
        let Some(WithLeftOut::Between(ends)) = points(worth(2, 1_000)) else { panic!() };
        assert_eq!([(ends.0.n, ends.0.value), (ends.1.n, ends.1.value)], [(62, Some(87.0968)), (62, Some(90.3226))]);
        // Answers without points are left out of no points.
        assert_eq!(points(line(Channel::Online, "2026-07", 6, 6)), None);
    }

    #[test]
    fn a_month_and_its_quarter_do_not_give_a_later_one_away() {
        let mut book = book(&[line(Channel::Online, "2026-07", 6, 1), line(Channel::Online, "2026-08", 1, 0)]);
        book.add(1, line(Channel::Online, "2026-08", 60, 54));
        let known = ["2026-07", "2026-08", "2026-Q3"]
            .map(|period| matches!(with(&book, Some(Channel::Online), period), Some(WithLeftOut::Known(_))));
        assert!(!known[1], "{known:?}");
        assert!(!known[0] || !known[2], "{known:?}");
    }

    const UNITS: [&[i64]; 3] = [&[1, 2, 3], &[2], &[3]];
    const CHANNELS: [Option<Channel>; 3] = [None, Some(Channel::Online), Some(Channel::Offline)];

    proptest! {
        /// Department 1 with 2 and 3 in it, both channels, three months; up to eight left out in each place.
        #[test]
        fn no_few_follow_from_two_that_are_told(counts in proptest::collection::vec(0_u32..9, 12)) {
            let mut book = Scorebook::of(vec![(1, None), (2, Some(1)), (3, Some(1))]);
            let months = ["2026-07", "2026-08", "2026-09"];
            let places = months.into_iter().flat_map(|month| Channel::ALL.map(|channel| (month, channel)));
            let places = places.flat_map(|(month, channel)| [2, 3].map(|department| (department, month, channel)));
            let left: Vec<_> = places.zip(counts).collect();
            for ((department, month, channel), n) in &left {
                book.add(*department, line(*channel, month, 60, 54));
                book.leave_out(*department, line(*channel, month, *n, n / 2));
            }
            let commitments = defaults("2000-01-01".parse().unwrap());
            for period in ["2026-07", "2026-08", "2026-09", "2026-Q3"] {
                let within: Period = period.parse().unwrap();
                let holds = |(units, channel): (&[i64], Option<Channel>), (department, month, of): &(i64, &str, Channel)| {
                    units.contains(department)
                        && channel.is_none_or(|channel| channel == *of)
                        && within.months().any(|one| one.to_string() == *month)
                };
                let is_told = |units: &[i64], channel| {
                    let slice = Slice { departments: units, employee: None, channel, period: within, base: Base::Invited };
                    let named = Named { level: Level::Department, department: Some("D"), employee: None };
                    let with =
                        book.with_left_out(&slice, &named, Metric::SatisfactionRate, &commitments, &Thresholds::default());
                    matches!(with, Some(WithLeftOut::Known(_)))
                };
                let all = UNITS.into_iter().flat_map(|units| CHANNELS.map(|channel| (units, channel)));
                let told: Vec<_> = all.filter(|(units, channel)| is_told(units, *channel)).collect();
                for (whole, part) in told.iter().flat_map(|whole| told.iter().map(move |part| (*whole, *part))) {
                    if left.iter().any(|(place, _)| holds(part, place) && !holds(whole, place)) {
                        continue;
                    }
                    let rest = left.iter().filter(|(place, _)| holds(whole, place) && !holds(part, place));
                    let few: u32 = rest.map(|(_, n)| n).sum();
                    prop_assert!(few == 0 || few >= 5, "{few} follow in {period} from {whole:?} and {part:?}");
                }
            }
        }
    }
}
