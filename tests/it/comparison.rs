//! Departments beside each other, control charts and what stands behind a rate: on the page as in the file.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use manyi::db::schema::questionnaire_version;
use manyi::db::{self, tally};
use manyi::domain::questionnaire::{Answers, Questionnaire};
use manyi::domain::response::{Attribution, Periods, Response};
use manyi::domain::service_record::Channel;
use manyi::domain::tally::Tallies;
use manyi::domain::user::Role;

use crate::harness::TestApp;

/// `satisfied` fives and ones for the rest, as released anonymous answers of a month.
fn rate(app: &TestApp, department_id: i64, month: &str, channel: Channel, (satisfied, n): (usize, usize)) {
    let questionnaire: Questionnaire = serde_json::from_str(Questionnaire::ONLINE_JSON).unwrap();
    let instant: DateTime<Utc> = format!("{month}-15T00:00:00Z").parse().unwrap();
    let periods = Periods::at(instant, chrono_tz::Asia::Shanghai);
    let attribution =
        Attribution { department_id, employee_id: None, client_id: None, touchpoint: None, channel: Some(channel) };
    let mut tallies = Tallies::default();
    for at in 0..n {
        let value = if at < satisfied { "5" } else { "1" };
        let answers =
            Answers(["overall", "attitude", "speed", "solved"].map(|q| (q.to_owned(), value.to_owned())).into());
        tallies.add_response(&Response::own(attribution, periods, 1, &questionnaire, answers));
    }
    app.pool().write_now(|conn| tally::add(conn, &tallies)).unwrap();
}

/// One far above, one far below, one too small to be shown, one withheld since the total would tell of the small one,
/// and one that is only online.
fn fill(app: &TestApp) -> i64 {
    let codes = ["above", "below", "small", "beside", "web"];
    let [above, below, small, beside, online] = codes.map(|code| app.department(code));
    let all = [
        (above, (98, 100), (95, 100)),
        (below, (80, 100), (78, 100)),
        (small, (2, 2), (0, 2)),
        (beside, (3, 3), (3, 3)),
    ];
    for (department, on, off) in all {
        rate(app, department, "2026-09", Channel::Online, on);
        rate(app, department, "2026-09", Channel::Offline, off);
    }
    rate(app, online, "2026-09", Channel::Online, (88, 100));
    above
}

/// The cells of a department's row by column name.
fn row(csv: &str, code: &str) -> std::collections::HashMap<String, String> {
    let mut lines = csv.trim_start_matches('\u{feff}').lines();
    let columns: Vec<_> = lines.next().unwrap().split(',').map(str::to_owned).collect();
    let cells = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
    let place = columns.iter().position(|column| column == "department_code").unwrap();
    let found = lines.map(cells).find(|cells| cells[place] == code).unwrap_or_else(|| panic!("{code} in {csv}"));
    columns.into_iter().zip(found).collect()
}

on_both!(only_those_who_see_everything_compare_departments, |app| {
    let above = fill(app);
    for path in ["/comparison?period=2026-09", "/comparison.csv?period=2026-09"] {
        assert_eq!(app.get(path).status, 303, "{path}");
    }
    app.sign_in(Role::Head, Some(above));
    for path in ["/comparison?period=2026-09", "/comparison.csv?period=2026-09"] {
        assert_eq!(app.get(path).status, 403, "{path}");
    }
});

on_both!(an_auditor_sees_the_comparison_and_a_wrong_address_is_told, |app| {
    fill(app);
    app.sign_in(Role::Auditor, None);
    assert_eq!(app.get("/comparison?period=2026-09").status, 200);
    for wrong in ["period=x", "channel=x"] {
        assert_eq!(app.get(&format!("/comparison?{wrong}")).status, 400, "{wrong}");
    }
});

// The figures of scipy.stats.binom at 439/500 and of Benjamini and Hochberg over three departments.
on_both!(the_file_has_the_exact_figures, |app| {
    fill(app);
    app.sign_in(Role::Quality, None);
    let csv = app.get("/comparison.csv?period=2026-09").body;
    let (above, below, web) = (row(&csv, "above"), row(&csv, "below"), row(&csv, "web"));
    assert_eq!((above["reference"].as_str(), above["standing"].as_str()), ("87.8000", "above"));
    assert_eq!((below["value"].as_str(), below["standing"].as_str()), ("79.0000", "below"));
    assert_eq!((web["value"].as_str(), web["standing"].as_str()), ("88.0000", "not_distinguishable"));
    assert_eq!((below["gap"].as_str(), below["place"].as_str()), ("2.0000", "below_99.8"));
    // The mix of all is 305 online to 205 offline; small departments count in it, their answers are shown nowhere.
    assert_eq!(below["standardised"], format!("{:.4}", (305.0 * 80.0 + 205.0 * 78.0) / 510.0));
    assert_eq!((web["standardised"].as_str(), web["weight_covered"].as_str()), ("88.0000", "59.8039"));
    assert_eq!((row(&csv, "beside")["valid_n"].as_str(), row(&csv, "beside")["value"].as_str()), ("6", ""));
    assert_eq!(web["gap"], "");
    let promised = app.get("/comparison.csv?period=2026-09&against=promise&channel=online").body;
    assert_eq!(row(&promised, "below")["reference"], "90.0000");
});

on_both!(the_file_says_how_far_its_period_has_come_and_is_noted, |app| {
    fill(app);
    app.sign_in(Role::Quality, None);
    let csv = app.get("/comparison.csv?period=2026-09").body;
    let above = row(&csv, "above");
    let told = ["period_status", "revision", "base"].map(|column| above[column].as_str());
    assert_eq!(told, ["open (provisional)", "0", "invited"]);
    let log = app.pool().query_now(|conn| db::audit::latest(conn, "export.comparison", 9)).unwrap();
    assert_eq!((log.len(), log[0].actor.as_str(), log[0].subject.as_str()), (1, "quality@manyi.example", "2026-09"));
    assert!(app.get("/appraisals").body.contains("quality@manyi.example"));
});

on_both!(what_is_too_small_is_in_no_figure, |app| {
    fill(app);
    app.sign_in(Role::Hr, None);
    for query in ["", "&channel=online", "&against=promise"] {
        let csv = app.get(&format!("/comparison.csv?period=2026-09{query}")).body;
        let small = row(&csv, "small");
        let told = ["satisfied_n", "value", "ci_low", "p", "standing", "steadied", "online", "gap", "standardised"];
        assert!(told.iter().all(|column| small[*column].is_empty()), "{query}: {small:?}");
    }
    let page = app.get("/comparison?period=2026-09&lang=en").body;
    assert!(page.contains("Below average") && page.contains("Above average"), "{page}");
    assert_eq!(page.matches("<svg class=\"chart\"").count(), 2, "the funnel, wide and narrow");
    assert!(!page.contains("small department: "), "{page}");
});

on_both!(a_department_reads_its_control_chart_in_words, |app| {
    let department = app.department("repair");
    let months = ["2025-09", "2025-10", "2025-11", "2025-12", "2026-01", "2026-02", "2026-03", "2026-04", "2026-05"];
    for month in months {
        rate(app, department, month, Channel::Online, (192, 200));
    }
    for month in ["2026-06", "2026-07", "2026-08", "2026-09"] {
        rate(app, department, month, Channel::Online, (160, 200));
    }
    app.sign_in(Role::Head, Some(department));
    let page = app.get("/departments/repair?period=2026-09&channel=online&lang=en").body;
    assert!(page.contains("Concern: below the lower control limit, since June 2026."), "{page}");
    assert!(page.contains("Not reliably hit") && page.contains("Control limits"));
    // Each question stands month by month, and single answers are too few for key drivers.
    assert!(page.contains("<td class=\"num h4\">80.0</td>") && page.contains("This needs 50 answers"), "{page}");
});

on_both!(a_new_version_of_the_questionnaire_is_marked_on_the_chart, |app| {
    let department = app.department("repair");
    rate(app, department, "2026-08", Channel::Online, (90, 100));
    rate(app, department, "2026-09", Channel::Online, (90, 100));
    // Still August in UTC, already September here.
    let published: NaiveDateTime = "2026-08-31T16:30:00".parse().unwrap();
    app.pool()
        .write_now(|conn| -> db::Result<_> {
            let version = questionnaire_version::table
                .filter(questionnaire_version::questionnaire_id.eq(1))
                .select(questionnaire_version::definition);
            let definition: String = version.first(conn)?;
            let new = (
                questionnaire_version::questionnaire_id.eq(1),
                questionnaire_version::version.eq(2),
                questionnaire_version::definition.eq(definition),
                questionnaire_version::published_at.eq(Some(published)),
            );
            Ok(diesel::insert_into(questionnaire_version::table).values(new).execute(conn)?)
        })
        .unwrap();
    app.sign_in(Role::Head, Some(department));
    let page = app.get("/departments/repair?period=2026-09&channel=online").body;
    assert!(page.contains("2026 年 9 月起：线上问卷第 2 版"), "{page}");
    assert!(!page.contains("2026 年 8 月起"), "{page}");
});

// Speed alone moves the overall answer; attitude goes its own way.
on_both!(key_drivers_come_from_single_answers, |app| {
    app.department("repair");
    for number in 0..60_usize {
        let path = app.survey_path(&app.stored(&app.record(number, "repair")));
        let (speed, other, solved) =
            (["5", "4", "2"][number % 3], ["5", "3"][number / 3 % 2], ["4", "5"][number / 6 % 2]);
        let fields = [
            ("q.overall", speed),
            ("q.speed", speed),
            ("q.attitude", other),
            ("q.solved", solved),
            ("identity", "named"),
        ];
        assert_eq!(app.answer(&path, &fields).status, 303);
    }
    app.sign_in(Role::Quality, None);
    let page = app.get("/departments/repair?period=2026-10&lang=en").body;
    assert!(page.contains("From 60 complete answers") && page.contains("association, not cause"), "{page}");
    assert!(page.replace('\u{a0}', " ").contains("account for 100.0 % of the differences"), "{page}");
});
