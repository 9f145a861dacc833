//! Links that are opened at the same time: each finds its own invitation, or none. On PostgreSQL they are looked up
//! together, on SQLite one by one.

use std::sync::mpsc::channel;

use diesel::prelude::*;
use manyi::db::invitation::Found;
use manyi::db::links::{LinkFinder, QUEUE};
use manyi::db::schema::invitation;
use manyi::db::{self, Error};

use crate::harness::TestApp;

/// What becomes of links that are opened at once: the number of the service record behind each.
fn open(app: &TestApp, tokens: &[String], read: fn(&Found) -> db::Result<String>) -> Vec<db::Result<Option<String>>> {
    let finder = LinkFinder::new(app.pool().clone());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut waiting = tokio::task::JoinSet::new();
        for (at, token) in tokens.iter().enumerate() {
            let (finder, hash) = (finder.clone(), manyi::crypto::Token::from_text(token).hash());
            let found = tokio::spawn(async move { finder.find(hash, move |_, found| read(&found)).await });
            // A panic ends a look-up by itself where each is made alone.
            waiting.spawn(async move { (at, found.await.unwrap_or(Err(Error::Stopped))) });
        }
        let mut opened = waiting.join_all().await;
        opened.sort_by_key(|(at, _)| *at);
        opened.into_iter().map(|(_, found)| found).collect()
    })
}

fn number(found: &Found) -> db::Result<String> {
    Ok(found.external_id.clone())
}

fn tokens(app: &TestApp, count: usize) -> (Vec<String>, Vec<String>) {
    app.department("客服");
    let token = |invitation_id| {
        let found = app.pool().query_now(|conn| db::invitation::by_id(conn, invitation_id)).unwrap().unwrap();
        app.context.secrets.invitation_token(&found.salt.unwrap()).as_str().to_owned()
    };
    let records = (1..=count).map(|n| app.record(n, "客服"));
    records.map(|record| (token(app.stored(&record).invitation_id), record.external_id)).unzip()
}

on_both!(each_of_many_finds_its_own, |app| {
    let (tokens, numbers) = tokens(app, 40);
    let opened = open(app, &tokens, number).into_iter().map(|found| found.unwrap().unwrap());
    assert_eq!(opened.collect::<Vec<_>>(), numbers);
});

on_both!(who_shares_a_link_shares_the_invitation, |app| {
    let (tokens, numbers) = tokens(app, 1);
    let opened = open(app, &vec![tokens[0].clone(); 600], number);
    assert!(opened.into_iter().all(|found| found.unwrap().as_ref() == Some(&numbers[0])));
});

on_both!(who_cannot_be_read_keeps_nobody_else_from_it, |app| {
    let (tokens, numbers) = tokens(app, 3);
    let opened = open(app, &tokens, |found| {
        assert!(!found.external_id.ends_with('2'), "as if a part of ours failed");
        number(found)
    });
    let [first, Err(Error::Stopped), third] = opened.as_slice() else { panic!("{opened:?}") };
    assert_eq!([first, third].map(|found| found.as_ref().unwrap().as_ref()), [Some(&numbers[0]), Some(&numbers[2])]);
});

on_both!(a_wrong_link_among_right_ones_finds_nothing, |app| {
    let (tokens, numbers) = tokens(app, 1);
    let opened = open(app, &["guessed".to_owned(), tokens[0].clone()], number);
    let opened: Vec<_> = opened.into_iter().map(Result::unwrap).collect();
    assert_eq!(opened, [None, Some(numbers[0].clone())]);
});

on_both!(one_whose_reading_fails_does_not_take_the_others_along, |app| {
    let (tokens, numbers) = tokens(app, 2);
    let picky: fn(&Found) -> db::Result<String> =
        |found| if found.external_id.ends_with('1') { Err(Error::Busy) } else { number(found) };
    let mut opened = open(app, &tokens, picky);
    assert_eq!(opened.pop().unwrap().unwrap(), Some(numbers[1].clone()));
    assert!(matches!(opened.pop().unwrap(), Err(Error::Busy)));
});

on_both!(one_that_is_stored_wrongly_does_not_take_the_others_along, |app| {
    let (tokens, numbers) = tokens(app, 3);
    let spoil = |conn: &mut db::Connection| -> db::Result<usize> {
        let first = invitation::table.filter(invitation::id.eq(1));
        Ok(diesel::update(first).set(invitation::locale.eq("xx")).execute(conn)?)
    };
    assert_eq!(app.pool().write_now(spoil).unwrap(), 1);
    let opened = open(app, &tokens, number);
    let read: Vec<_> = opened.iter().map(|found| found.as_ref().ok().cloned().flatten()).collect();
    assert_eq!(read, [None, Some(numbers[1].clone()), Some(numbers[2].clone())]);
    assert!(matches!(opened[0], Err(Error::Stored { column: "locale", .. })), "{:?}", opened[0]);
});

on_both!(on_a_server_so_many_wait_and_no_more, |app| {
    if app.pool().is_file() {
        return;
    }
    let (tokens, numbers) = tokens(app, 1);
    let hash = manyi::crypto::Token::from_text(&tokens[0]).hash();
    let finder = LinkFinder::new(app.pool().clone());
    let find = || {
        let (finder, hash) = (finder.clone(), hash.clone());
        async move { finder.find(hash, |_, found| number(&found)).await }
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let ((begin, begun), (end, ended)) = (channel(), channel());
        let (first, hash) = (finder.clone(), hash.clone());
        let slowly = move |_: &mut _, found| {
            begin.send(()).unwrap();
            ended.recv().unwrap();
            number(&found)
        };
        let mut waiting = tokio::task::JoinSet::new();
        waiting.spawn(async move { first.find(hash, slowly).await });
        tokio::task::yield_now().await;
        begun.recv().unwrap();
        for _ in 0..QUEUE {
            waiting.spawn(find());
            tokio::task::yield_now().await;
        }
        assert!(matches!(find().await, Err(Error::Busy)));
        end.send(()).unwrap();
        let found = waiting.join_all().await;
        assert!(found.into_iter().all(|found| found.unwrap().as_ref() == Some(&numbers[0])));
    });
});
