//! What stands behind a department's rate: its questions month by month, and its key drivers.

use super::super::frame::{Page, Refusal};
use super::super::views::insight::{DriverRow, DriversFound, DriversView, HeatCell, HeatMap, HeatRow};
use super::super::views::words;
use super::department::Figures;
use crate::chart::{self, Bar, Bars, ChartError, Size};
use crate::domain::drivers::{KeyDrivers, key_drivers};
use crate::domain::period::{Grain, Period};
use crate::domain::points::{Exact, round_4dp};
use crate::domain::questionnaire::Item;
use crate::domain::scorebook::Slice;
use crate::i18n::Locale;

/// Months of answers that key drivers rest on.
const MONTHS: usize = 12;

/// The months of a period and those before it, a year in all; a year is its own.
pub(super) fn months(period: Period) -> Vec<Period> {
    Period::containing(period.end(), Grain::Month).last_n(MONTHS)
}

/// Each question by period; `None` without any answer.
pub(super) fn heat_map(page: &Page, figures: &Figures, periods: Vec<Period>) -> Option<HeatMap> {
    let row = |item: Item<'_>| HeatRow {
        text: item.text.text(page.t.locale()).to_owned(),
        cells: periods.iter().map(|period| cell(page, figures, item.code, *period)).collect(),
    };
    let rows: Vec<HeatRow> = figures.asked().map(row).collect();
    let answered = rows.iter().flat_map(|row| &row.cells).any(|cell| cell.n > 0);
    answered.then_some(HeatMap { periods, rows })
}

fn cell(page: &Page, figures: &Figures, question: &str, period: Period) -> HeatCell {
    let slice = Slice { period, ..figures.slice(figures.channel) };
    let score = figures.question_score(&slice, question, page);
    HeatCell { n: score.n, value: score.value, shown: score.shown.filter(|_| !score.suppressed) }
}

/// The key drivers, drawn with the strongest first.
pub(super) fn drivers(page: &Page, figures: &Figures) -> Result<DriversView, Refusal> {
    let items: Vec<Item<'_>> = figures.items().collect();
    let (n, r_squared, shares) = match key_drivers(&figures.answers, items.len()) {
        KeyDrivers::TooFew { n, needed } => return Ok(DriversView::TooFew { n, needed }),
        KeyDrivers::Undetermined { n } => return Ok(DriversView::Undetermined { n }),
        KeyDrivers::Found { n, r_squared, shares } => (n, r_squared, shares),
    };
    let mut found: Vec<(Item<'_>, f64)> = items.into_iter().zip(shares).collect();
    found.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    let failed = |error: ChartError| Refusal::Internal(error.to_string());
    let bars = bars(page, figures, &found);
    let slice = figures.slice(figures.channel);
    let row = |(item, share): &(Item<'_>, f64)| DriverRow {
        text: item.text.text(page.t.locale()).to_owned(),
        share: percent(*share),
        satisfied: figures.question_score(&slice, item.code, page).shown,
    };
    Ok(DriversView::Found(DriversFound {
        n,
        explained: percent(r_squared),
        wide: chart::bars_svg(&bars, Size::Wide).map_err(failed)?,
        narrow: chart::bars_svg(&bars, Size::Narrow).map_err(failed)?,
        rows: found.iter().map(row).collect(),
    }))
}

fn bars(page: &Page, figures: &Figures, found: &[(Item<'_>, f64)]) -> Bars {
    let locale: Locale = page.t.locale();
    let name = words::with_channel(&page.t, figures.department.name(locale), &figures.channel);
    Bars {
        id: "drivers".to_owned(),
        title: page.t.with("insight-drivers-title", &[("department", name)]),
        bars: found
            .iter()
            .map(|(item, share)| Bar { name: item.text.text(locale).to_owned(), share: *share, shown: percent(*share) })
            .collect(),
        locale,
    }
}

/// A share as people read it, in percent without unit.
pub(super) fn percent(share: f64) -> String {
    Exact::from_4dp(round_4dp(share * 100.0)).map(|exact| exact.shown(&[])).unwrap_or_default()
}
