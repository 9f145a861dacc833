//! Files handed out: never shown by the browser, never kept.

use actix_web::HttpResponse;
use actix_web::http::header;

/// A file of a media type.
pub(super) fn file(name: &str, media_type: &str, bytes: Vec<u8>) -> HttpResponse {
    let safe: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c)).collect();
    HttpResponse::Ok()
        .content_type(media_type)
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{safe}\"")))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::CONTENT_SECURITY_POLICY, "sandbox"))
        .body(bytes)
}
