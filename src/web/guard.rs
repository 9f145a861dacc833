//! What stands before every handler: forms come from our own pages, and no request takes for ever.

use std::time::Duration;

use actix_web::Error;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::Next;

/// The longest a request may take, its body included: a byte a second is no way to send a form.
const LONGEST: Duration = Duration::from_secs(30);

/// Refuses what changes something on behalf of another site. Customers' links prove themselves by nonce or token, the API
/// by its bearer token; neither carries a cookie.
pub(super) async fn same_origin<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let without_cookie = ["/s/", "/u/", "/q/", "/api/"].iter().any(|prefix| request.path().starts_with(prefix));
    if reads || without_cookie || is_own(&request) {
        return next.call(request).await.map(ServiceResponse::map_into_left_body);
    }
    let refused = super::page_error::refused(request.request());
    Ok(request.into_response(refused).map_into_right_body())
}

fn is_own(request: &ServiceRequest) -> bool {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = header("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = header(header::ORIGIN.as_str()) else { return true };
    let host = request.connection_info().host().to_owned();
    origin.split_once("://").is_some_and(|(_, origin)| origin == host)
}

/// Ends requests that take too long.
pub(super) async fn time_limit<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let late = |_| actix_web::error::ErrorRequestTimeout("the request took too long\n");
    tokio::time::timeout(LONGEST, next.call(request)).await.map_err(late)?
}
