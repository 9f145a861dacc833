//! Reminders: when customers who have not answered are written to once more (FEATURES B3; EXPERIENCE §2).

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::invitation::Rules;
use super::work_calendar::WorkCalendar;

/// The most reminders of one invitation.
pub const MOST: u8 = 2;

/// A reminder that could not go out for so long is not sent any more: a late start does not spam.
pub const STALE_AFTER: TimeDelta = TimeDelta::days(2);

/// Rules of reminding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reminders {
    /// How often at most, 0–[`MOST`].
    pub count: u8,
    /// Days from one mail to the next.
    pub days: u32,
    /// At this time of day in the organisation's zone.
    pub at: NaiveTime,
    /// Also on rest days; else on the next working day.
    pub on_rest_days: bool,
}

/// When the reminder after a mail of `sent` is due; `None` if the invitation ends before.
///
/// The day of the mail is not counted. Quiet hours go before the time of day.
pub fn due(
    sent: DateTime<Utc>,
    expires: DateTime<Utc>,
    rules: &Rules,
    calendar: &WorkCalendar,
    zone: Tz,
) -> Option<DateTime<Utc>> {
    let Reminders { days, at, on_rest_days, .. } = rules.reminders;
    let day = sent.with_timezone(&zone).date_naive().checked_add_days(Days::new(days.into()))?;
    let day = if on_rest_days { day } else { calendar.on_or_after(day) };
    // A clock change may skip the hour: then an hour later.
    let local = [at, at.overflowing_add_signed(TimeDelta::hours(1)).0].map(|at| day.and_time(at));
    let due = local.into_iter().find_map(|local| local.and_local_timezone(zone).earliest())?.to_utc();
    let due = rules.after_quiet_hours(due, zone);
    // The end of the quiet hours may lie on the next day, which may be one of rest.
    let local = due.with_timezone(&zone).naive_local();
    let working = if on_rest_days { local.date() } else { calendar.on_or_after(local.date()) };
    let due = match working == local.date() {
        true => due,
        false => working.and_time(local.time()).and_local_timezone(zone).earliest()?.to_utc(),
    };
    Some(due).filter(|due| *due < expires)
}

#[cfg(test)]
mod tests {
    use chrono_tz::Asia::Shanghai;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(&format!("{text}:00+08:00")).unwrap().to_utc()
    }

    fn reminded(sent: &str, expires: &str, change: impl Fn(&mut Rules)) -> Option<String> {
        let mut rules = Rules::usual();
        change(&mut rules);
        let due = due(at(sent), at(expires), &rules, &WorkCalendar::shipped(), Shanghai)?;
        Some(due.with_timezone(&Shanghai).format("%Y-%m-%dT%H:%M").to_string())
    }

    #[test]
    fn it_comes_on_the_third_day_at_ten() {
        assert_eq!(reminded("2026-11-17T16:30", "2026-12-01T16:30", |_| ()).unwrap(), "2026-11-20T10:00");
    }

    #[test]
    fn it_waits_for_a_working_day() {
        let sent = "2026-11-18T09:00";
        assert_eq!(reminded(sent, "2026-12-02T09:00", |_| ()).unwrap(), "2026-11-23T10:00");
        let any_day = |rules: &mut Rules| rules.reminders.on_rest_days = true;
        assert_eq!(reminded(sent, "2026-12-02T09:00", any_day).unwrap(), "2026-11-21T10:00");
        assert_eq!(reminded("2026-09-28T09:00", "2026-10-12T09:00", |_| ()).unwrap(), "2026-10-08T10:00");
    }

    #[test]
    fn it_keeps_the_quiet_hours() {
        let early = |rules: &mut Rules| rules.reminders.at = NaiveTime::from_hms_opt(6, 0, 0).unwrap();
        assert_eq!(reminded("2026-11-17T16:30", "2026-12-01T16:30", early).unwrap(), "2026-11-20T09:00");
    }

    #[test]
    fn the_end_of_the_quiet_hours_is_a_working_day_too() {
        let late = |rules: &mut Rules| rules.reminders.at = NaiveTime::from_hms_opt(21, 0, 0).unwrap();
        // The third day is a Friday, and nine o'clock after its quiet hours is on Saturday.
        assert_eq!(reminded("2026-11-17T16:30", "2026-12-01T16:30", late).unwrap(), "2026-11-23T09:00");
    }

    #[test]
    fn it_does_not_come_after_the_end() {
        assert_eq!(reminded("2026-11-17T16:30", "2026-11-20T10:00", |_| ()), None);
        assert!(reminded("2026-11-17T16:30", "2026-11-20T10:01", |_| ()).is_some());
    }
}
