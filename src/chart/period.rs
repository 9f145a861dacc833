//! Period labels of the input: `2026-09`, `2026-Q3`, `2026`.

/// A month, quarter or year, as a position on its own calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    per_year: u32,
    ordinal: u32,
}

impl Period {
    /// None for a label of another form.
    pub fn parse(label: &str) -> Option<Self> {
        let (year, part, per_year) = match label.split_once('-') {
            None => (label, "1", 1),
            Some((year, part)) => match part.strip_prefix('Q') {
                Some(quarter) if quarter.len() == 1 => (year, quarter, 4),
                None if part.len() == 2 => (year, part, 12),
                _ => return None,
            },
        };
        if year.len() != 4 || !year.bytes().chain(part.bytes()).all(|b| b.is_ascii_digit()) {
            return None;
        }
        let part: u32 = part.parse().ok()?;
        let inside = (1..=per_year).contains(&part);
        inside.then_some(Self { per_year, ordinal: year.parse::<u32>().ok()? * per_year + part - 1 })
    }

    /// 12, 4 or 1: which calendar this is a position on.
    pub fn per_year(self) -> u32 {
        self.per_year
    }

    pub fn year(self) -> u32 {
        self.ordinal / self.per_year
    }

    /// Counted from 0 within the year.
    pub fn part(self) -> u32 {
        self.ordinal % self.per_year
    }

    /// How many periods later than `earlier`; none if it is not later or of another grain.
    pub fn after(self, earlier: Self) -> Option<u32> {
        let same = self.per_year == earlier.per_year;
        same.then(|| self.ordinal.checked_sub(earlier.ordinal)).flatten().filter(|distance| *distance > 0)
    }

    pub fn plus(self, periods: u32) -> Self {
        Self { ordinal: self.ordinal + periods, ..self }
    }

    /// The label it was parsed from.
    pub fn label(self) -> String {
        let (year, part) = (self.year(), self.part() + 1);
        match self.per_year {
            12 => format!("{year:04}-{part:02}"),
            4 => format!("{year:04}-Q{part}"),
            _ => format!("{year:04}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_survive() {
        for label in ["2026-09", "2026-Q3", "2026", "0001-12"] {
            assert_eq!(Period::parse(label).unwrap().label(), label);
        }
    }

    #[test]
    fn other_texts_are_not_periods() {
        for label in ["", "2026-13", "2026-00", "2026-9", "2026-Q5", "2026-Q10", "26", "2026-09-01", "第1周", "+026-01"]
        {
            assert_eq!(Period::parse(label), None, "{label}");
        }
    }

    #[test]
    fn distance_crosses_the_year() {
        let months = |later: &str, earlier: &str| Period::parse(later)?.after(Period::parse(earlier)?);
        assert_eq!(months("2026-02", "2025-11"), Some(3));
        assert_eq!(months("2025-11", "2026-02"), None);
        assert_eq!(months("2026-02", "2026-02"), None);
        assert_eq!(months("2026-Q2", "2026-01"), None);
    }
}
