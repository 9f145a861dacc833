//! The style sheet, in the binary, under a name that changes with its content.

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Path;

const CSS: &str = include_str!("../../static/app.css");

static NAME: LazyLock<String> = LazyLock::new(|| {
    format!("app.{}.css", hex::encode(crate::crypto::sha256(CSS.as_bytes()).get(..8).unwrap_or(b"0")))
});

/// The address of the style sheet.
pub(super) fn stylesheet() -> String {
    format!("/static/{}", *NAME)
}

/// `GET /static/{name}`
pub(super) async fn serve(name: Path<String>) -> HttpResponse {
    if *name != *NAME {
        return HttpResponse::NotFound().content_type("text/plain; charset=utf-8").body("not found");
    }
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .body(CSS)
}
