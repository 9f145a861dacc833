//! The questions and the key drivers of a sample department.

use super::{Samples, period};
use crate::chart::{self, Bar, Bars, Size};
use crate::web::views::insight::{DriverRow, DriversFound, DriversView, HeatCell, HeatMap, HeatRow};

impl Samples {
    pub(super) fn heat_map(&self) -> HeatMap {
        let periods = period("2026-10").last_n(12);
        let cells = |shift: u32| {
            let cell = |at: u32| {
                let value = (at != 3).then(|| 66.0 + f64::from((at * 7 + shift) % 33));
                HeatCell { n: if at == 3 { 4 } else { 180 }, value, shown: value.map(|value| format!("{value:.1}")) }
            };
            (0..12).map(cell).collect()
        };
        let row = |text, shift| HeatRow { text, cells: cells(shift) };
        let rows = vec![
            row(self.say("服务态度", "Attitude"), 3),
            row(self.say("响应和处理速度", "Speed"), 11),
            row(self.say("问题是否解决", "Solved"), 20),
        ];
        HeatMap { periods, rows }
    }

    pub(super) fn drivers(&self) -> DriversView {
        let shares = [
            (self.say("响应和处理速度", "Speed"), 0.52, "52.0"),
            (self.say("问题是否解决", "Solved"), 0.31, "31.0"),
            (self.say("服务态度", "Attitude"), 0.17, "17.0"),
        ];
        let bar = |(name, share, shown): &(String, f64, &str)| Bar {
            name: name.clone(),
            share: *share,
            shown: (*shown).to_owned(),
        };
        let bars = Bars {
            id: "drivers".to_owned(),
            title: self.say("关键驱动因素", "Key drivers"),
            bars: shares.iter().map(bar).collect(),
            locale: self.t.locale(),
        };
        DriversView::Found(DriversFound {
            n: 1240,
            explained: "61.3".to_owned(),
            wide: chart::bars_svg(&bars, Size::Wide).unwrap(),
            narrow: chart::bars_svg(&bars, Size::Narrow).unwrap(),
            rows: shares
                .into_iter()
                .map(|(text, _, share)| DriverRow { text, share: share.to_owned(), satisfied: Some("82.1".to_owned()) })
                .collect(),
        })
    }
}
