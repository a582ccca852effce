//! Web pages as callers: which requests are refused, and which answers a page may read (docs/fidelity.md, "Browsers").

use axum::http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ORIGIN},
};

use super::error::ApiError;
use crate::world::Reason;

pub(super) const DIRECT_ACCESS: HeaderName =
    HeaderName::from_static("anthropic-dangerous-direct-browser-access");
/// For all origins, or all headers.
pub(super) const ANY: HeaderValue = HeaderValue::from_static("*");

/// Refuses a web page that has not asked for direct access.
pub(super) fn check_origin(headers: &HeaderMap) -> Result<(), ApiError> {
    if !headers.contains_key(ORIGIN) || asks_for_direct_access(headers) {
        return Ok(());
    }
    let message = "CORS requests must set 'anthropic-dangerous-direct-browser-access' header";
    let hint = "the request has an Origin; an SDK in a browser needs dangerouslyAllowBrowser";
    Err(ApiError::unauthenticated(Reason::BrowserOrigin, message, hint))
}

fn asks_for_direct_access(headers: &HeaderMap) -> bool {
    headers.get(DIRECT_ACCESS).is_some_and(|value| value == "true")
}

/// Adds the headers by which a page with direct access may read the answer, an error included.
pub(super) fn expose(request: &HeaderMap, answer: &mut HeaderMap) {
    if request.contains_key(ORIGIN) && asks_for_direct_access(request) {
        answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, ANY);
        answer.insert(ACCESS_CONTROL_EXPOSE_HEADERS, ANY);
    }
}
