//! Rows that are stored often: what SQLite prepares for one of a kind is kept, and nothing of it is written out again.

use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sqlite::{Sqlite, SqliteConnection};

/// A row on its way into a table, one value for each of its columns. Made by [`new_row!`].
pub(super) trait NewRow {
    /// A type of its own for each kind of row: what its statement is kept by.
    type Kind: 'static;

    /// The statement up to its values.
    const INTO: &'static str;

    /// Adds the values, with commas between them.
    ///
    /// # Errors
    /// What a value fails with on its way to SQLite.
    fn bind<'b>(&'b self, out: &mut AstPass<'_, 'b, Sqlite>) -> QueryResult<()>;
}

/// Stores one row on SQLite. diesel's own insert of one is kept too, but walks through all of its columns several times to
/// find out that it may be: without that an import is a fifth faster.
pub(super) struct One<'a, R>(pub &'a R);

impl<R: NewRow> QueryId for One<'_, R> {
    type QueryId = R::Kind;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<R: NewRow> QueryFragment<Sqlite> for One<'_, R> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(R::INTO);
        self.0.bind(&mut out)?;
        out.push_sql(")");
        Ok(())
    }
}

impl<R> RunQueryDsl<SqliteConnection> for One<'_, R> {}

/// A row of a table as diesel's `Insertable`, and as [`NewRow`]. Its fields are columns; what may be missing is an `Option`.
macro_rules! new_row {
    (
        $(#[$about:meta])*
        $visible:vis struct $row:ident $(<$life:lifetime>)? in $table:ident {
            $first_visible:vis $first:ident: $first_type:ty,
            $($field_visible:vis $field:ident: $type:ty,)*
        }
    ) => {
        $(#[$about])*
        #[derive(diesel::Insertable)]
        #[diesel(table_name = $table, treat_none_as_default_value = false)]
        $visible struct $row $(<$life>)? {
            $first_visible $first: $first_type,
            $($field_visible $field: $type,)*
        }

        const _: () = {
            use diesel::Expression;
            use diesel::query_builder::AstPass;
            use diesel::sqlite::Sqlite;

            pub struct Kind;

            impl $(<$life>)? $crate::db::new_row::NewRow for $row $(<$life>)? {
                type Kind = Kind;

                const INTO: &'static str = concat!(
                    "INSERT INTO ", stringify!($table), " (", stringify!($first), $(", ", stringify!($field),)* ") VALUES ("
                );

                fn bind<'b>(&'b self, out: &mut AstPass<'_, 'b, Sqlite>) -> diesel::QueryResult<()> {
                    out.push_bind_param::<<$table::$first as Expression>::SqlType, _>(&self.$first)?;
                    $(
                        out.push_sql(", ");
                        out.push_bind_param::<<$table::$field as Expression>::SqlType, _>(&self.$field)?;
                    )*
                    Ok(())
                }
            }
        };
    };
}
