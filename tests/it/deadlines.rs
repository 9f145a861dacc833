//! Every deadline against an oracle that knows nothing of the calendar's code: it reads the list of special days by
//! itself and walks from day to day.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc, Weekday};
use chrono_tz::Tz;
use manyi::domain::duty::{Terms, end_of_period, objection};
use manyi::domain::period::{Grain, Period};
use manyi::domain::work_calendar::WorkCalendar;

/// Whether each special day is worked, from the text of the shipped file.
fn special_days() -> HashMap<NaiveDate, bool> {
    let text = include_str!("../../src/domain/holidays.csv");
    let rows = text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit()));
    rows.map(|row| (row[..10].parse().unwrap(), row[11..].starts_with("workday"))).collect()
}

struct Oracle(HashMap<NaiveDate, bool>);

impl Oracle {
    fn is_worked(&self, day: NaiveDate) -> bool {
        let plain = day.weekday() != Weekday::Sat && day.weekday() != Weekday::Sun;
        self.0.get(&day).copied().unwrap_or(plain)
    }

    fn after(&self, from: NaiveDate, mut workdays: u32) -> NaiveDate {
        let mut day = from;
        while workdays > 0 {
            day = day + Days::new(1);
            if self.is_worked(day) {
                workdays -= 1;
            }
        }
        day
    }

    fn at_or_before(&self, mut day: NaiveDate) -> NaiveDate {
        while !self.is_worked(day) {
            day = day - Days::new(1);
        }
        day
    }

    fn at_or_after(&self, mut day: NaiveDate) -> NaiveDate {
        while !self.is_worked(day) {
            day = day + Days::new(1);
        }
        day
    }
}

/// 100,000 days from 1900 on.
fn days() -> impl Iterator<Item = NaiveDate> {
    NaiveDate::from_ymd_opt(1900, 1, 1).unwrap().iter_days().take(100_000)
}

#[test]
fn every_term_of_working_days_agrees() {
    let (oracle, calendar) = (Oracle(special_days()), WorkCalendar::shipped());
    for (at, day) in days().enumerate() {
        assert_eq!(calendar.is_workday(day), oracle.is_worked(day), "{day}");
        let n = [1, 2, 5, 10, 15][at % 5];
        assert_eq!(calendar.add_workdays(day, n), oracle.after(day, n.into()), "{n} after {day}");
        assert_eq!(calendar.on_or_before(day), oracle.at_or_before(day), "{day}");
        let term = [1, 7, 10, 30][at % 4];
        let end = oracle.at_or_after(day + Days::new(term.into()));
        assert_eq!(calendar.add_days(day, term), end, "{term} days after {day}");
    }
}

#[test]
fn every_objection_and_every_end_of_a_period_agrees() {
    let (oracle, calendar, terms) = (Oracle(special_days()), WorkCalendar::shipped(), Terms::default());
    for day in days() {
        assert_eq!(objection(day, &calendar, &terms).due, oracle.after(day, 10), "{day}");
        if day.day() == 1 {
            let last = day - Days::new(1);
            for grain in Grain::ALL.into_iter().filter(|grain| Period::containing(last, *grain).end() == last) {
                let duties = end_of_period(Period::containing(last, grain), &calendar, &terms);
                let told = day.with_day(14).unwrap();
                assert_eq!((duties.evaluation.due, duties.notice.due), (oracle.after(last, 10), told), "{day}");
                assert_eq!(duties.notice.aim, oracle.at_or_before(told), "{day}");
                let binding = duties.notice.aim.min(duties.evaluation.aim);
                assert_eq!(duties.binding().aim, binding, "{day}");
            }
        }
    }
}

#[test]
fn a_duty_is_late_from_the_end_of_its_day_in_every_zone() {
    let zones = [
        Tz::Asia__Shanghai,
        Tz::UTC,
        Tz::America__New_York,
        Tz::Asia__Kolkata,
        Tz::Australia__Lord_Howe,
        Tz::Africa__Casablanca,
        Tz::Asia__Beirut,
    ];
    let (calendar, terms) = (WorkCalendar::shipped(), Terms::default());
    for (at, day) in days().enumerate() {
        let zone = zones[at % zones.len()];
        let duty = objection(day, &calendar, &terms);
        let late = duty.late_from(zone);
        let local = |instant: DateTime<Utc>| instant.with_timezone(&zone).date_naive();
        assert!(local(late) > duty.due, "{day} {zone}");
        assert!(local(late - TimeDelta::microseconds(1)) <= duty.due, "{day} {zone}");
    }
}
