//! What HR pulls of a sealed period: the same bytes each time, safe for spreadsheets, and noted.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use manyi::db;
use manyi::db::pull::Kind;
use manyi::domain::appraisal::Withheld;
use manyi::domain::user::Role;
use manyi::export::appraisals::{File, Format};
use manyi::i18n::{Locale, Texts};

use crate::harness::TestApp;
use crate::periods::{OCTOBER, close, october, reopen};

/// A file of October as the database has it.
fn file(app: &TestApp) -> File {
    let (now, thresholds) = (app.now(), app.context.thresholds);
    let found = app
        .pool()
        .read_now(|conn| db::appraisals::appraisals(conn, OCTOBER.parse().unwrap(), Locale::ZhCn, &thresholds, now))
        .unwrap();
    let (seal, computed_at) = (found.hash(), found.computed_at);
    let db::period::Course { state, revision, .. } = found.course;
    let t = Texts::new(Locale::ZhCn);
    File { t, period: found.period, state, revision, seal, computed_at, rows: found.rows }
}

/// The rows of a CSV file, each by column name.
fn rows(csv: &[u8]) -> Vec<std::collections::HashMap<String, String>> {
    let text = String::from_utf8(csv.to_vec()).unwrap();
    let mut lines = text.strip_prefix('\u{feff}').unwrap().split("\r\n").filter(|line| !line.is_empty());
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let row =
        |line: &str| names.iter().map(|name| (*name).to_owned()).zip(line.split(',').map(str::to_owned)).collect();
    lines.map(row).collect()
}

on_both!(a_sealed_file_is_the_same_bytes_and_a_person_of_ten_answers_is_withheld, |app| {
    october(app);
    let provisional = rows(&file(app).bytes(Format::Csv).unwrap());
    assert!(provisional.iter().all(|row| row["period_status"] == "open (provisional)"));
    close(app, OCTOBER);
    let first = file(app);
    app.advance(chrono::TimeDelta::days(3));
    for format in [Format::Csv, Format::Xlsx, Format::Json] {
        assert!(first.bytes(format).unwrap() == file(app).bytes(format).unwrap(), "{format:?}");
    }
    let found = rows(&first.bytes(Format::Csv).unwrap());
    let department = &found[1];
    let of = |name: &str| department[name].as_str();
    assert_eq!([of("level"), of("department_code"), of("department_name")], ["organisation", "", ""]);
    let department = found.iter().find(|row| row["level"] == "department" && row["channel"] == "all").unwrap();
    let cells = ["valid_n", "satisfied_n", "satisfaction_pct", "verdict", "evidence"].map(|name| &department[name][..]);
    assert_eq!(cells, ["10", "8", "80.0000", "major_breach", "too_few"]);
    let person = found.iter().find(|row| row["employee_no"] == "E1").unwrap();
    assert_eq!((person["valid_n"].as_str(), person["satisfied_n"].as_str()), ("10", ""));
    assert_eq!(person["suppressed_reason"], Withheld::TooFewForPerson.as_str());
    assert!(found.iter().all(|row| row["period_status"] == "sealed" && row["revision"] == "1"));
});

on_both!(a_workbook_has_codes_as_texts_and_no_formula, |app| {
    october(app);
    let now = app.now();
    app.pool()
        .write_now(|conn| -> db::Result<()> {
            let departments = db::department::Departments::load(conn)?;
            let one = departments.by_code("甲").unwrap();
            let evil = db::department::NewDepartment {
                code: "甲".into(),
                name_zh: "=HYPERLINK(\"http://x\")".into(),
                name_en: None,
                parent_id: None,
                head_email: None,
            };
            db::department::update(conn, one.id, &evil)?;
            let employee = db::employee::NewEmployee {
                employee_no: "00123".into(),
                name: "王".into(),
                department_id: one.id,
                email: None,
            };
            let id = db::employee::by_number(conn)?["E1"].id;
            db::employee::update(conn, id, &employee)?;
            let _ = now;
            Ok(())
        })
        .unwrap();
    close(app, OCTOBER);
    let file = file(app);
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file.bytes(Format::Xlsx).unwrap())).unwrap();
    assert_eq!(book.sheet_names(), ["appraisals", "数据字典", "说明"]);
    assert!(book.worksheet_formula("appraisals").unwrap().is_empty());
    let sheet = book.worksheet_range("appraisals").unwrap();
    let column = |name: &str| {
        let at = sheet.rows().next().unwrap().iter().position(|cell| *cell == *name).unwrap();
        sheet.rows().skip(1).map(|row| row[at].clone()).collect::<Vec<_>>()
    };
    assert!(column("employee_no").contains(&Data::String("00123".into())));
    assert!(column("department_name").contains(&Data::String("=HYPERLINK(\"http://x\")".into())));
    assert!(column("satisfaction_pct").contains(&Data::Float(80.0)));
    assert_eq!(book.worksheet_range("数据字典").unwrap().height(), 38);
    let notes = book.worksheet_range("说明").unwrap();
    assert!(notes.rows().flatten().any(|cell| cell.to_string().contains("没有渠道的答卷")));
    let csv = String::from_utf8(file.bytes(Format::Csv).unwrap()).unwrap();
    assert!(csv.contains("\"'=HYPERLINK(\"\"http://x\"\")\"") && !csv.contains(",=HYPERLINK"), "{csv}");
});

on_both!(a_file_of_a_reopened_period_has_the_number_of_no_seal, |app| {
    october(app);
    close(app, OCTOBER);
    reopen(app);
    app.sign_in(Role::Hr, None);
    let pulled = app.get("/appraisals/2026-10/appraisals.csv");
    let name = "attachment; filename=\"manyi-appraisals-2026-10-provisional.csv\"";
    assert_eq!(pulled.header("content-disposition"), name);
    let status = "evaluating (provisional) after revision 1";
    let found = rows(&file(app).bytes(Format::Csv).unwrap());
    assert!(found.iter().all(|row| row["period_status"] == status && row["revision"] == "0"), "{found:?}");
    let notes = app.pool().query_now(|conn| db::pull::latest(conn, 9)).unwrap();
    assert_eq!(notes.iter().map(|note| note.revision).collect::<Vec<_>>(), [0]);
});

on_both!(each_pull_from_the_page_is_noted, |app| {
    october(app);
    close(app, OCTOBER);
    app.sign_in(Role::Head, None);
    assert_eq!(app.get("/appraisals/2026-10/appraisals.csv").status, 403);
    app.sign_in(Role::Hr, None);
    for format in ["xlsx", "csv", "json"] {
        let pulled = app.get(&format!("/appraisals/2026-10/appraisals.{format}"));
        assert_eq!(pulled.status, 200);
        let name = format!("attachment; filename=\"manyi-appraisals-2026-10-r1.{format}\"");
        assert_eq!(pulled.header("content-disposition"), name);
    }
    let log = app.pool().query_now(|conn| db::audit::latest(conn, "export.appraisals", 9)).unwrap();
    assert_eq!(log.len(), 3);
    assert!(log.iter().all(|entry| entry.actor == "hr@manyi.example" && entry.subject == OCTOBER));
    let page = app.get("/appraisals").body;
    assert!(page.contains("hr@manyi.example") && page.contains("XLSX"), "{page}");
    assert_eq!(app.get("/appraisals/2026-10/appraisals.pdf").status, 404);
    assert_eq!(app.get("/appraisals/schema.json").status, 200);
});

on_both!(every_file_of_figures_is_noted_with_its_hash, |app| {
    october(app);
    close(app, OCTOBER);
    app.sign_in(Role::Hr, None);
    let files = [
        ("/appraisals/2026-10/appraisals.csv", Kind::Appraisals),
        ("/appraisals/2026-10/scores.csv", Kind::Scores),
        ("/departments/%E7%94%B2/scores.csv?period=2026-10", Kind::Department),
        ("/departments/%E7%94%B2/trend.csv?period=2026-10", Kind::Trend),
        ("/comparison.csv?period=2026-10", Kind::Comparison),
        ("/periods/2026-10/seals/1.json", Kind::Seal),
    ];
    for (at, (path, kind)) in files.into_iter().enumerate() {
        let file = app.get(path);
        assert!(file.header("content-disposition").starts_with("attachment"), "{path}");
        let notes = app.pool().query_now(|conn| db::pull::latest(conn, 99)).unwrap();
        let told = (notes.len(), notes[0].kind, notes[0].by.as_str(), notes[0].sha256.as_str());
        let hash = hex::encode(manyi::crypto::sha256(file.body.as_bytes()));
        assert_eq!(told, (at + 1, kind, "hr@manyi.example", hash.as_str()), "{path}");
    }
    let page = app.get("/appraisals").body;
    assert!(page.contains("href=\"/appraisals/2026-10/scores.csv\""), "{page}");
    assert!(["全部指标", "部门对照", "封存内容（不含小样本）"].iter().all(|what| page.contains(what)), "{page}");
});

on_both!(the_record_of_downloads_says_in_words_which_part_was_taken, |app| {
    october(app);
    app.sign_in(Role::Hr, None);
    let name = |path: &str| app.get(path).header("content-disposition").to_owned();
    let whole = name("/departments/%E7%94%B2/scores.csv?period=2026-10");
    assert_ne!(whole, name("/departments/%E7%94%B2/scores.csv?period=2026-10&channel=online"));
    name("/departments/%E7%94%B2/trend.csv?period=2026-10&channel=online&metric=satisfaction_rate");
    assert!(name("/comparison.csv?period=2026-10&channel=offline").contains("manyi-comparison-2026-10-offline.csv"));
    let page = app.get("/appraisals").body;
    for words in ["<small>甲 · 线上</small>", "<small>甲 · 满意率 · 线上</small>", "<small>线下</small>"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("satisfaction_rate") && page.contains("20 份"), "{page}");
});

on_both!(the_latest_periods_stand_first_and_the_others_are_linked, |app| {
    october(app);
    app.advance(chrono::TimeDelta::days(300));
    let record = app.record(99, "甲");
    let path = app.survey_path(&app.stored(&record));
    assert_eq!(app.answer(&path, &[("q.overall", "5"), ("identity", "named")]).status, 303);
    app.sign_in(Role::Hr, None);
    let rows = |path: &str| app.get(path).body.matches("/appraisals.xlsx\"").count();
    assert_eq!(rows("/appraisals"), 6);
    assert!(app.get("/appraisals").body.contains("href=\"/appraisals?year=2026\""));
    assert!(app.get("/appraisals?year=2026").body.contains("/appraisals/2026-10/appraisals.xlsx"));
    for _ in 0..12 {
        app.get("/appraisals/2026-10/scores.csv");
    }
    let page = app.get("/appraisals").body;
    assert!(page.contains("downloads=all#") && !app.get("/appraisals?downloads=all").body.contains("downloads=all#"));
});

on_both!(hr_sees_on_the_department_page_no_more_of_a_person_than_in_the_file, |app| {
    october(app);
    let rate = |app: &TestApp| {
        let page = app.get("/departments/%E7%94%B2?period=2026-10&lang=en").body;
        let (_, staff) = page.split_once("id=\"employees\"").unwrap();
        (staff.contains("80.0"), page.contains("id=\"comments\""))
    };
    app.sign_in(Role::Quality, None);
    assert_eq!(rate(app), (true, true));
    app.sign_in(Role::Hr, None);
    assert_eq!(rate(app), (false, false));
});

on_both!(an_employee_sees_the_own_record_and_no_other_page, |app| {
    october(app);
    let employees = app.pool().query_now(db::employee::by_number).unwrap();
    let one = &employees["E1"];
    let with_address = db::employee::NewEmployee {
        employee_no: "E1".into(),
        name: "王建国".into(),
        department_id: one.department_id,
        email: Some("Employee@manyi.example".into()),
    };
    app.pool().write_now(|conn| db::employee::update(conn, one.id, &with_address)).unwrap();
    close(app, OCTOBER);
    app.sign_in(Role::Employee, None);
    assert_eq!(app.get("/").header("location"), "/record");
    let page = app.get("/record");
    assert!(page.body.contains("王建国") && page.body.contains("不足 20 份"), "{}", page.body);
    for elsewhere in ["/overview", "/periods", "/appraisals", "/departments/%E7%94%B2"] {
        assert_eq!(app.get(elsewhere).status, 403, "{elsewhere}");
    }
});
