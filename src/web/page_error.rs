//! Pages for what is not there and what is not allowed.

use actix_web::{HttpRequest, HttpResponse};

use super::frame::Page;
use super::views::Problem;

/// Any address without a route.
pub(super) async fn not_found(page: Page) -> HttpResponse {
    page.answer(Err(Problem::NotFound.into()))
}

/// A form that another site sent on our reader's behalf: without the frame, as nobody of ours is reading.
pub(super) fn refused(_: &HttpRequest) -> HttpResponse {
    HttpResponse::Forbidden()
        .content_type("text/plain; charset=utf-8")
        .body("此表单不是从本站发出的。\nThis form was not sent from our own page.\n")
}
