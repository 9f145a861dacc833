//! Group commit: what is acknowledged is stored, once.

use diesel::RunQueryDsl;
use manyi::db;
use manyi::db::response::Named;
use manyi::db::response_writer::{Answer, Receipt, ResponseWriter, Submission};
use manyi::domain::questionnaire::{Answers, Questionnaire};
use manyi::domain::response::Response;

use crate::harness::TestApp;

/// A submission of five stars, by name.
fn submission(app: &TestApp, number: usize) -> Submission {
    let stored = app.stored(&app.record(number, "客服"));
    let found = app.pool().query_now(|conn| db::invitation::by_id(conn, stored.invitation_id)).unwrap().unwrap();
    let questionnaire: Questionnaire = serde_json::from_str(Questionnaire::ONLINE_JSON).unwrap();
    let answers = Answers([("overall".to_owned(), "5".to_owned())].into());
    let version = found.questionnaire_version_id;
    let response = Response::own(stored.attribution, stored.periods, version, &questionnaire, answers);
    let named = Named {
        invitation_id: Some(stored.invitation_id),
        service_record_id: stored.id,
        responded_at: app.now(),
        entered_by: None,
        response,
    };
    Submission::Invited {
        invitation_id: stored.invitation_id,
        is_sent: false,
        has_pages: false,
        answer: Answer::Named(named),
    }
}

fn submit(app: &TestApp, submissions: Vec<Submission>) -> Vec<Receipt> {
    let config = &app.context.config;
    let (writer, thread) =
        ResponseWriter::start(app.pool().clone(), app.context.secrets.clone(), config.time_zone).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let receipts = runtime.block_on(async {
        let mut waiting = tokio::task::JoinSet::new();
        for (at, submission) in submissions.into_iter().enumerate() {
            let writer = writer.clone();
            waiting.spawn(async move { (at, writer.submit(submission).await.unwrap()) });
        }
        let mut receipts = waiting.join_all().await;
        receipts.sort_by_key(|(at, _)| *at);
        receipts.into_iter().map(|(_, receipt)| receipt).collect()
    });
    drop(writer);
    thread.join().unwrap();
    receipts
}

on_both!(two_answers_to_one_invitation_in_one_batch_store_one, |app| {
    app.department("客服");
    let one = submission(app, 1);
    let mut receipts = submit(app, vec![one.clone(), one]);
    receipts.sort_by_key(|receipt| *receipt == Receipt::Late);
    assert_eq!(receipts, [Receipt::Stored, Receipt::Late]);
});

on_both!(a_bad_submission_does_not_take_its_batch_along, |app| {
    app.department("客服");
    let good = submission(app, 1);
    let mut bad = submission(app, 2);
    if let Submission::Invited { answer: Answer::Named(named), .. } = &mut bad {
        named.response.questionnaire_version_id = -1;
    }
    let (writer, thread) =
        ResponseWriter::start(app.pool().clone(), app.context.secrets.clone(), app.context.config.time_zone).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (good, bad) = runtime.block_on(async { tokio::join!(writer.submit(good), writer.submit(bad)) });
    assert_eq!(good.unwrap(), Receipt::Stored);
    assert!(bad.is_err());
    drop(writer);
    thread.join().unwrap();
});

on_both!(a_server_that_was_started_again_takes_the_next_answer, |app| {
    app.department("客服");
    let submissions = [1, 2].map(|number| submission(app, number));
    let [first, second] = submissions.map(|one| vec![one]);
    assert_eq!(submit(app, first), [Receipt::Stored]);
    if !app.pool().is_file() {
        // As if the server had been started again: it closes every connection but the one that asks, also those that
        // nobody has used since.
        let meeting = std::sync::Barrier::new(3);
        std::thread::scope(|threads| {
            for _ in 0..3 {
                threads.spawn(|| app.pool().write_now(|_| db::Result::Ok(meeting.wait())).unwrap());
            }
        });
        let close = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                     WHERE datname = current_database() AND pid <> pg_backend_pid()";
        let close = |conn: &mut db::Connection| -> db::Result<usize> { Ok(diesel::sql_query(close).execute(conn)?) };
        app.pool().query_now(close).unwrap();
    }
    assert_eq!(submit(app, second), [Receipt::Stored]);
});
