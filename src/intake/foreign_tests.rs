//! The map of a foreign table against a synthetic twin of it, always, and against the real file where
//! `MANYI_REAL_CSV` names it.

use std::path::Path;

use super::rows::RatingRow;
use super::stage::{Settings, Staged, stage};
use super::table::Table;
use crate::domain::field::Reason;
use crate::domain::service_record::Channel;

#[path = "../../tests/data/twin.rs"]
mod twin;

const MAP: &str = include_str!("../../tests/data/ecommerce-csat.map.toml");

fn ratings(table: Table) -> Staged<RatingRow> {
    let settings = Settings::new(chrono_tz::Tz::Asia__Shanghai, "2026-01-01T00:00:00Z".parse().unwrap());
    stage(table, Some(MAP), &settings).unwrap()
}

/// What holds for the file and its twin.
fn check(staged: &Staged<RatingRow>, lost_times: usize) {
    assert!(staged.errors.is_empty(), "{:?}", staged.errors.first());
    assert_eq!(staged.warnings.len(), lost_times);
    assert!(staged.warnings.iter().all(|w| w.reason == Reason::ResponseBeforeRequest && w.column == "issue_responded"));
    assert!(staged.create.departments && staged.create.staff);
    assert_eq!(staged.ignored.len(), 8);
    for (_, row) in &staged.rows {
        assert!(row.date_only && row.answers.len() == 1);
        assert!(row.service.record.first_response_at == Some(row.service.record.completed_at));
    }
}

#[test]
fn the_twin() {
    let staged = ratings(Table::from_bytes(twin::twin(2700, 1).into()).unwrap());
    check(&staged, 100);
    let first = &staged.rows[0].1.service.record;
    assert_eq!((staged.rows[0].0, first.service_type.is_some()), (2, true));
}

#[test]
fn a_bad_row_of_the_twin() {
    let text = twin::twin(3, 1) + "x,Fax,c,s,,31/02/2023 10:00,x,26-Aug-23,,,,A,S,M,t,s,6\r\n";
    let errors = ratings(Table::from_bytes(text.into()).unwrap()).errors;
    let told: Vec<_> = errors.iter().filter(|e| e.line == 5).map(|e| (e.column.as_str(), e.reason.code())).collect();
    assert_eq!(
        told,
        [
            ("channel_name", "unknown_channel"),
            ("issue_responded", "format_mismatch"),
            ("Issue_reported at", "no_such_time"),
            ("CSAT Score", "unknown_answer")
        ]
    );
}

#[test]
fn the_real_file() {
    let Some(path) = std::env::var_os("MANYI_REAL_CSV") else { return };
    let staged = ratings(Table::open(Path::new(&path)).unwrap());
    check(&staged, 635);
    assert_eq!(staged.rows.len(), 17_182);
    let online = staged.rows.iter().filter(|(_, row)| row.service.record.channel == Channel::Online).count();
    let fives = staged.rows.iter().filter(|(_, row)| row.answers.get("overall").is_some_and(|v| v == "5")).count();
    assert_eq!((online, fives), (595, 11_934));
}
