//! Staff pages: who may see what, and that the figures are those of the API.

use manyi::db::scores::Request;
use manyi::domain::commitment::Level;
use manyi::domain::user::Role;

use crate::harness::TestApp;

/// Two departments with answers enough to be shown in one of them.
fn fill(app: &TestApp) -> (i64, i64) {
    let (ours, theirs) = (app.department("repair"), app.department("install"));
    app.employee("007", ours);
    for number in 0..10 {
        let mut record = app.record(number, "repair");
        record.employee_no = Some("007".into());
        let path = app.survey_path(&app.stored(&record));
        let word = if number == 0 { "2" } else { "5" };
        let fields = [("q.overall", word), ("q.comment", "<script>alert(1)</script>"), ("identity", "named")];
        assert_eq!(app.answer(&path, &fields).status, 303);
    }
    (ours, theirs)
}

on_both!(a_head_sees_the_own_department_and_no_other, |app| {
    let (ours, _) = fill(app);
    app.sign_in(Role::Head, Some(ours));
    assert_eq!(app.get("/").header("location"), "/departments/repair");
    assert_eq!(app.get("/departments/repair?period=2026-10").status, 200);
    for elsewhere in ["/departments/install", "/departments/no-such", "/overview", "/appraisals"] {
        assert_eq!(app.get(elsewhere).status, 403, "{elsewhere}");
    }
});

on_both!(the_department_page_shows_the_score_its_interval_and_comments_as_typed, |app| {
    let (ours, _) = fill(app);
    app.sign_in(Role::Head, Some(ours));
    let page = app.get("/departments/repair?period=2026-10&channel=online&lang=en");
    assert!(page.body.contains("90.0") && page.body.contains("59.6") && page.body.contains("98.2"), "{}", page.body);
    assert!(page.body.contains("&#60;script&#62;") || page.body.contains("&lt;script&gt;"));
    assert!(!page.body.contains("<script"));
});

on_both!(hr_sees_figures_but_not_what_customers_wrote, |app| {
    fill(app);
    app.sign_in(Role::Hr, None);
    let page = app.get("/departments/repair?period=2026-10");
    assert_eq!(page.status, 200);
    assert!(!page.body.contains("alert(1)"));
});

on_both!(the_csv_has_the_figures_of_the_api_and_the_pull_is_noted, |app| {
    fill(app);
    app.sign_in(Role::Hr, None);
    let csv = app.get("/appraisals/2026-10/scores.csv");
    assert!(csv.header("content-disposition").starts_with("attachment"));
    let request = Request {
        period: "2026-10".parse().unwrap(),
        department: Some("repair".into()),
        channel: None,
        level: Level::Department,
    };
    let score = app.scores(&request).scores.remove(0);
    let figures =
        format!(",10,9,{:.4},{:.4},{:.4},", score.value.unwrap(), score.ci_low.unwrap(), score.ci_high.unwrap());
    assert!(csv.body.contains(&figures), "{figures} in {}", csv.body);
    assert!(app.get("/appraisals").body.contains("hr@manyi.example"));
});

on_both!(without_a_session_everything_but_the_public_leads_to_the_sign_in, |app| {
    app.department("repair");
    for inside in ["/", "/overview", "/departments/repair", "/appraisals", "/appraisals/2026-10/scores.csv"] {
        let answer = app.get(inside);
        assert_eq!(answer.status, 303, "{inside}");
        assert!(answer.header("location").starts_with("/sign-in?next="), "{inside}");
    }
    for public in ["/sign-in", "/commitments", "/privacy", "/healthz", "/readyz"] {
        assert_eq!(app.get(public).status, 200, "{public}");
    }
    assert_eq!(app.get("/no-such-page").status, 404);
    assert_eq!(app.get("/dev/mail").status, 404);
});

on_both!(a_wrong_password_and_an_unknown_user_read_the_same, |app| {
    app.sign_in(Role::Quality, None);
    let fresh = TestApp::on_sqlite();
    let csrf = fresh.get("/sign-in").attribute("input[name=csrf]", "value");
    let refused = fresh.post("/sign-in", &[("csrf", &csrf), ("email", "nobody@manyi.example"), ("password", "x")]);
    assert_eq!(refused.status, 422);
});

on_both!(a_form_from_another_site_is_refused, |app| {
    app.sign_in(Role::Admin, None);
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let request = agent.post(format!("{}/sign-out", app.base)).header("Origin", "https://evil.example");
    assert_eq!(request.send(&b"csrf=x"[..]).unwrap().status(), 403);
});

on_both!(a_one_time_link_works_once, |app| {
    let now = app.now();
    let token = app.pool().write_now(|conn| manyi::db::user::make_link(conn, None, now)).unwrap();
    let path = format!("/link/{}", token.as_str());
    assert_eq!(app.get(&path).status, 200);
    assert_eq!(app.get(&path).status, 200, "looking does not spend it");
    let csrf = app.get(&path).attribute("input[name=csrf]", "value");
    let password = "correct horse battery staple";
    let fields = [
        ("csrf", csrf.as_str()),
        ("organisation", "示例公司"),
        ("name", "林一"),
        ("email", "lin@manyi.example"),
        ("password", password),
        ("password_again", password),
    ];
    assert_eq!(app.post(&path, &fields).status, 303);
    assert_eq!(app.get(&path).status, 410);
});
