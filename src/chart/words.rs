//! What a chart says in words: its title, its description, one sentence per point. All from the table's strings.

use super::format::{figure_text, format_target, format_value, typographic};
use super::labels::Labels;
use super::period::Period;
use super::slots::{Figure, Slot};
use super::trend::{Trend, Unit};
use crate::domain::trend::Variation;

/// Speaks about one trend in its language.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words {
    pub labels: &'static Labels,
    unit: Unit,
}

impl Words {
    pub fn new(trend: &Trend) -> Self {
        Self { labels: Labels::of(trend.locale), unit: trend.unit }
    }

    /// As pages write it, "2026 年 9 月", "September 2026"; a label that is no period as it stands.
    pub fn period(&self, slot: &Slot<'_>) -> String {
        let Some(period) = slot.period else { return slot.label.clone() };
        let year = period.year().to_string();
        match period.per_year() {
            12 => {
                let month = usize::try_from(period.part()).ok().and_then(|part| self.labels.full_months.get(part));
                self.labels.period_month.fill(&[&year, month.map_or("", String::as_str)])
            }
            4 => self.labels.period_quarter.fill(&[&year, &(period.part() + 1).to_string()]),
            _ => self.year(period),
        }
    }

    /// "9月", "3季度", "Sep", "Q3"; empty for a year.
    pub fn part(&self, period: Period) -> &str {
        let names = match period.per_year() {
            12 => &self.labels.months,
            4 => &self.labels.quarters,
            _ => return "",
        };
        usize::try_from(period.part()).ok().and_then(|part| names.get(part)).map_or("", String::as_str)
    }

    /// "2026 年", "2026".
    pub fn year(&self, period: Period) -> String {
        self.labels.period_year.fill(&[&period.year().to_string()])
    }

    /// A number with its unit: "91.6 %", "87.4 分".
    pub fn with_unit(&self, number: &str) -> String {
        let pattern = match self.unit {
            Unit::Percent => &self.labels.value_percent,
            Unit::Points => &self.labels.value_points,
            Unit::Difference => &self.labels.value_difference,
            Unit::PerHundred => &self.labels.value_per_hundred,
        };
        pattern.fill(&[&typographic(number)])
    }

    /// A target with its unit, as it was promised: "90 %".
    pub fn target(&self, target: f64) -> String {
        self.with_unit(&format_target(target))
    }

    /// A number on the axis: with "%" for rates, bare for all else.
    pub fn tick(&self, number: &str) -> String {
        match self.unit {
            Unit::Percent => self.with_unit(number),
            Unit::Points | Unit::Difference | Unit::PerHundred => typographic(number),
        }
    }

    /// A target on its line: short, since the axis names the unit.
    pub fn line(&self, target: f64) -> String {
        self.tick(&format_target(target))
    }

    /// What a period says beside the others: "改善：超出上控制界限", "正常波动".
    pub fn signal(&self, slot: &Slot<'_>) -> String {
        let labels = self.labels;
        let Some(point) = slot.point else { return String::new() };
        let above = slot.value().zip(slot.limits()).is_some_and(|(value, limits)| value > limits.center);
        let rule = match point.signal {
            Some("outside") if above => &labels.outside_above,
            Some("outside") => &labels.outside_below,
            Some("shift") if above => &labels.shift_above,
            Some("shift") => &labels.shift_below,
            Some("trend") => &labels.trend,
            Some(_) if above => &labels.two_of_three_above,
            Some(_) => &labels.two_of_three_below,
            None => return labels.steady.clone(),
        };
        let variation = match point.variation {
            Some(Variation::Improvement) => &labels.improvement,
            _ => &labels.concern,
        };
        labels.signal.fill(&[variation, rule])
    }

    /// "2026 年 9 月：91.6 %，n=203，95 % 区间 87.0–94.7，承诺 90 %".
    pub fn point(&self, slot: &Slot<'_>, figure: &Figure) -> String {
        let mut parts = vec![self.with_unit(&figure.shown), self.labels.n.fill(&[&slot.n()])];
        if let Some((low, high)) = &figure.interval_shown {
            parts.push(self.labels.interval.fill(&[&typographic(low), &typographic(high)]));
        }
        if let Some(target) = slot.target {
            parts.push(self.labels.point_target.fill(&[&self.target(target)]));
        }
        if slot.limits().is_some() {
            parts.push(self.signal(slot));
        }
        self.labels.point.fill(&[&self.period(slot), &parts.join(&self.labels.list_separator)])
    }

    /// Range, extremes, last value against its target, change, and what happened meanwhile.
    pub fn description(&self, slots: &[Slot<'_>]) -> String {
        let labels = self.labels;
        let figures: Vec<_> = slots.iter().filter_map(|slot| Some((slot, slot.figure()?))).collect();
        let mut sentences = Vec::new();
        match slots {
            [] => {}
            [only] => sentences.push(labels.desc_one.fill(&[&self.period(only)])),
            [first, .., last] => {
                let (count, shown) = (slots.len().to_string(), figures.len().to_string());
                sentences.push(labels.desc_span.fill(&[&self.period(first), &self.period(last), &count, &shown]));
            }
        }
        match figures.as_slice() {
            [] => sentences.push(labels.desc_none.clone()),
            [only] => self.latest(only, &mut sentences),
            [first, .., last] => {
                let by_value = |(_, a): &&(_, Figure), (_, b): &&(_, Figure)| a.value.total_cmp(&b.value);
                let said = |found: Option<&(_, Figure)>| found.map(|(_, figure)| self.with_unit(&figure.shown));
                let low = said(figures.iter().min_by(by_value)).unwrap_or_default();
                let high = said(figures.iter().max_by(by_value)).unwrap_or_default();
                sentences.push(labels.desc_range.fill(&[&low, &high]));
                self.latest(last, &mut sentences);
                if let [_, .., before, _] = figures.as_slice() {
                    sentences.push(self.change(before, last));
                }
                sentences.push(self.change(first, last));
            }
        }
        if let Some(limits) = slots.iter().rev().find_map(Slot::limits) {
            let [center, lower, upper] =
                [limits.center, limits.lower, limits.upper].map(|line| self.with_unit(&figure_text(line, &[])));
            sentences.push(labels.desc_limits.fill(&[&center, &lower, &upper]));
        }
        let mut promised = slots.first().and_then(|slot| slot.target);
        for slot in slots {
            let target = slot.target;
            if let Some(new) = target.filter(|_| target != promised) {
                sentences.push(labels.desc_target.fill(&[&self.period(slot), &self.target(new)]));
            }
            promised = target.or(promised);
            if let Some(note) = slot.note() {
                sentences.push(labels.desc_note.fill(&[&self.period(slot), note]));
            }
        }
        sentences.join(&labels.sentence_separator)
    }

    fn latest(&self, (slot, figure): &(&Slot<'_>, Figure), sentences: &mut Vec<String>) {
        let labels = self.labels;
        sentences.push(labels.desc_last.fill(&[&self.point(slot, figure)]));
        if let Some(target) = slot.target {
            // What is shown is never on the other side of the target; a value of four decimals may be.
            let shown = figure.shown.parse().unwrap_or(figure.value);
            let place = if shown < target { std::cmp::Ordering::Less } else { figure.value.total_cmp(&target) };
            let pattern = match place {
                std::cmp::Ordering::Greater => &labels.desc_above,
                std::cmp::Ordering::Equal => &labels.desc_equal,
                std::cmp::Ordering::Less => &labels.desc_below,
            };
            sentences.push(pattern.fill(&[&self.target(target)]));
        }
    }

    /// The difference of the two figures as they are shown, so that a reader who subtracts finds the same.
    fn change(&self, (then, old): &(&Slot<'_>, Figure), (_, new): &(&Slot<'_>, Figure)) -> String {
        let shown = |figure: &Figure| figure.shown.parse::<f64>().unwrap_or(figure.value);
        let difference = shown(new) - shown(old);
        let number = format_value(difference.abs(), 1);
        let size = match self.unit {
            Unit::Percent | Unit::Difference => self.labels.value_difference.fill(&[&number]),
            Unit::Points | Unit::PerHundred => self.with_unit(&number),
        };
        if number == format_value(0.0, 1) {
            return self.labels.desc_same.fill(&[&self.period(then)]);
        }
        let pattern = if difference > 0.0 { &self.labels.desc_up } else { &self.labels.desc_down };
        pattern.fill(&[&self.period(then), &size])
    }
}
