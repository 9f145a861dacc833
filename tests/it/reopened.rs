//! What is said of a period that is reopened, is asked to be, or is over.

use chrono::TimeDelta;
use manyi::domain::period_step::Step;
use manyi::domain::user::Role;

use crate::periods::{OCTOBER, close, go, october, press, reopen};

on_both!(a_reopened_period_says_who_reopened_it_and_why, |app| {
    october(app);
    close(app, OCTOBER);
    app.advance(TimeDelta::days(21));
    reopen(app);
    app.sign_in(Role::Hr, None);
    let happened = "本期曾于 2026 年 11 月 2 日公布、2026 年 11 月 2 日封存（修订 1）；2026 年 11 月 23 日由 a@manyi.example \
                    申请、b@manyi.example 同意重新打开，理由：a wrong import。修订 1 不再作为考核依据。";
    let said = app.get("/departments/%E7%94%B2?period=2026-10").text(".usable");
    assert!(said.starts_with(happened) && said.contains("现为暂定"), "{said}");
    assert!(!said.contains("至今未公布"), "{said}");
    assert_eq!(app.get("/periods/2026-10").text(".reopened"), happened);
    for path in ["/periods", "/appraisals"] {
        assert!(app.get(path).body.contains("重新打开过；修订 1 不再有效"), "{path}");
    }
});

on_both!(a_request_to_reopen_is_seen_wherever_the_period_is, |app| {
    october(app);
    close(app, OCTOBER);
    app.advance(TimeDelta::days(21));
    app.sign_in(Role::Quality, None);
    assert_eq!(press(app, "ask", "a wrong import").status, 303);
    for path in ["/periods", "/appraisals"] {
        let list = app.get(path).body;
        assert!(list.contains("有重新打开的申请，待另一人确认") && !list.contains("<small>最终数值"), "{path}: {list}");
    }
    let said = app.get("/departments/%E7%94%B2?period=2026-10").text(".usable");
    assert!(said.contains("有人申请重新打开本期"), "{said}");
    assert_eq!(press(app, "withdraw", "").status, 303);
    assert!(!app.get("/periods").body.contains("有重新打开的申请"));
});

on_both!(a_period_that_is_over_does_not_run, |app| {
    october(app);
    app.sign_in(Role::Hr, None);
    let list = app.get("/periods").body;
    assert!(list.contains("已结束，未开始评定") && list.contains("统计中"), "{list}");
    // Ten working days after September end on 20 October, but the result is told by the 14th.
    let page = app.get("/periods/2026-09").body;
    assert_eq!(page.matches("2026 年 10 月 20 日").count(), 1, "{page}");
    assert_eq!(page.matches("2026 年 10 月 14 日").count(), 3, "{page}");
});

on_both!(a_told_result_that_never_had_a_seal_is_reopened_too, |app| {
    october(app);
    for step in [Step::Evaluate, Step::Publish] {
        go(app, OCTOBER, step, None).unwrap();
    }
    reopen(app);
    app.sign_in(Role::Hr, None);
    for path in ["/periods", "/appraisals"] {
        assert!(app.get(path).body.contains("重新打开过；此前公布的结果不再有效"), "{path}");
    }
});
