//! The API.

/// Its routes.
pub fn routes(_: &mut actix_web::web::ServiceConfig) {}
