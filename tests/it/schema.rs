//! The schema: one `schema.rs` that fits both databases, and what the database itself refuses.

use diesel::prelude::*;
use manyi::db;
use manyi::db::schema;

/// Loads no row of every table: proves that names and types of all columns fit.
macro_rules! load_every_table {
    ($conn:expr, $($table:ident),+ $(,)?) => {
        $(
            let columns = schema::$table::all_columns;
            let _ = schema::$table::table.select(columns).limit(0).execute($conn)
                .unwrap_or_else(|error| panic!("{}: {error}", stringify!($table)));
        )+
    };
}

on_both!(every_table_is_as_the_schema_says, |app| {
    app.pool()
        .query_now(|conn| -> db::Result<()> {
            load_every_table!(
                conn,
                department,
                employee,
                client,
                questionnaire,
                questionnaire_version,
                questionnaire_draft,
                questionnaire_choice,
                service_record,
                invitation,
                eligibility,
                outbox,
                bounce,
                bounce_tally,
                bounce_signature,
                suppression,
                response,
                pending_response,
                anonymous_response,
                counter,
                sent_page,
                exclusion,
                tally,
                service_tally,
                commitment,
                period,
                holiday,
                app_user,
                sign_in_link,
                session,
                api_token,
                audit_log,
                setting,
                sample,
                sample_stratum,
                sample_member,
                sample_attempt,
                period_seal,
                sealed_score,
                period_reopening,
                privacy_notice,
                response_correction,
                suspect_tally,
                mail_pace,
            );
            Ok(())
        })
        .unwrap();
});

on_both!(a_published_questionnaire_never_changes, |app| {
    let changed = app.pool().write_now(|conn| -> db::Result<()> {
        diesel::update(schema::questionnaire_version::table)
            .set(schema::questionnaire_version::definition.eq("{}"))
            .execute(conn)?;
        Ok(())
    });
    assert!(changed.is_err());
});

on_both!(the_audit_log_holds_and_cannot_be_changed, |app| {
    let now = app.now();
    app.pool()
        .write_now(|conn| -> db::Result<()> {
            for subject in ["a", "b"] {
                db::audit::append(conn, now, "tester", "test", subject, &serde_json::json!({}))?;
            }
            Ok(())
        })
        .unwrap();
    assert_eq!(app.pool().query_now(db::audit::first_break).unwrap(), None);
    let changed = app.pool().write_now(|conn| -> db::Result<()> {
        diesel::update(schema::audit_log::table).set(schema::audit_log::subject.eq("c")).execute(conn)?;
        Ok(())
    });
    assert!(changed.is_err());
});

on_both!(the_default_commitments_are_there_from_the_first_day, |app| {
    let all = app.pool().query_now(db::commitment::all).unwrap();
    assert_eq!(all.len(), 15);
    assert!(all.iter().all(|commitment| commitment.valid_from.to_string() == "2000-01-01"));
});

on_both!(migrating_again_does_nothing, |app| {
    assert!(app.pool().run_now(db::Connection::is_migrated).unwrap());
    assert!(app.pool().run_now(db::Connection::migrate).unwrap().is_empty());
});
