//! The schema: one `schema.rs` that fits both databases, and what the database itself refuses.

use std::sync::{Arc, Mutex};

use diesel::connection::{InstrumentationEvent, SimpleConnection};
use diesel::prelude::*;
use manyi::db::response::{self, Voices};
use manyi::db::{self, schema};
use manyi::domain::period::Period;

use crate::harness::TestApp;

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

/// Everything that migrations make, as the database itself tells it.
fn made(conn: &mut db::Connection) -> Vec<String> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::Text)]
        told: String,
    }
    let query = match conn {
        db::Connection::Sqlite(_) => "SELECT sql AS told FROM sqlite_master WHERE sql IS NOT NULL",
        db::Connection::Postgres(_) => {
            "SELECT indexdef AS told FROM pg_indexes WHERE schemaname = current_schema() \
             UNION ALL SELECT format('%s %s', conrelid::regclass, pg_get_constraintdef(oid)) FROM pg_constraint \
             WHERE connamespace = current_schema()::regnamespace \
             UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal \
             UNION ALL SELECT format('%s %s %s %s', table_name, column_name, data_type, is_nullable) \
             FROM information_schema.columns WHERE table_schema = current_schema() \
             UNION ALL SELECT format('%s %s', relname, reloptions) FROM pg_class \
             WHERE relnamespace = current_schema()::regnamespace"
        }
    };
    let mut told: Vec<String> =
        diesel::sql_query(query).load::<Row>(conn).unwrap().into_iter().map(|row| row.told).collect();
    told.sort();
    told
}

on_both!(every_migration_can_be_taken_back_and_applied_again, |app| {
    let taken_back = app.pool().write_now(|conn| -> db::Result<()> {
        let database = if matches!(conn, db::Connection::Sqlite(_)) { "sqlite" } else { "postgres" };
        let folder = format!("{}/migrations/{database}", env!("CARGO_MANIFEST_DIR"));
        let mut names: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        names.sort();
        let before = made(conn);
        let downs = names.iter().rev().map(|name| name.join("down.sql"));
        for file in downs.chain(names.iter().map(|name| name.join("up.sql"))) {
            let text = std::fs::read_to_string(&file).unwrap();
            conn.batch_execute(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        }
        assert_eq!(made(conn), before);
        Ok(())
    });
    taken_back.unwrap();
});

/// How SQLite goes about everything that `work` asks for.
fn plans(conn: &mut db::Connection, work: impl FnOnce(&mut db::Connection)) -> Vec<String> {
    #[derive(QueryableByName)]
    struct Step {
        #[diesel(sql_type = diesel::sql_types::Text)]
        detail: String,
    }
    let asked = Arc::new(Mutex::new(Vec::new()));
    let listener = asked.clone();
    conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            listener.lock().unwrap().push(query.to_string());
        }
    });
    work(conn);
    conn.set_instrumentation(|_: InstrumentationEvent<'_>| {});
    let asked = std::mem::take(&mut *asked.lock().unwrap());
    let explain = |query: String| {
        let (text, _values) = query.split_once("-- binds").unwrap_or((&query, ""));
        let steps = diesel::sql_query(format!("EXPLAIN QUERY PLAN {text}")).load::<Step>(conn).unwrap();
        steps.into_iter().map(|step| step.detail).collect::<Vec<_>>().join("; ")
    };
    asked.into_iter().map(explain).collect()
}

#[test]
fn comments_are_read_in_the_order_of_an_index() {
    let year: Period = "2026".parse().unwrap();
    let comments = |conn: &mut db::Connection, voices| drop(response::comments(conn, &[1], year, voices, 30).unwrap());
    for (voices, index) in [(Voices::Asked, "response_comment ("), (Voices::WalkUp, "response_walk_up (")] {
        let plans = TestApp::on_sqlite()
            .pool()
            .query_now(|conn| db::Result::Ok(plans(conn, |conn| comments(conn, voices))))
            .unwrap();
        let is_read = |plan: &String| plan.contains(index) && !plan.contains("TEMP B-TREE");
        assert!(plans.len() == 2 && plans.iter().all(is_read), "{plans:?}");
    }
}
