//! Web pages as callers: when the service lets one in, and what it tells the browser (docs/fidelity.md, "Browsers").

use axum::http::{
    HeaderMap, HeaderName, HeaderValue, Method,
    header::{
        ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN,
    },
    request::Parts,
};

use super::{answer::Success, error::ApiError, routes};
use crate::credential::all_copies;

const DIRECT_ACCESS: HeaderName = HeaderName::from_static("anthropic-dangerous-direct-browser-access");
const ANY: HeaderValue = HeaderValue::from_static("*");

/// Refuses a web page that has not asked for direct access.
pub(super) fn check_origin(headers: &HeaderMap) -> Result<(), ApiError> {
    if !headers.contains_key(ORIGIN) || asks_for_direct_access(headers) {
        return Ok(());
    }
    let message = "CORS requests must set 'anthropic-dangerous-direct-browser-access' header";
    let hint = "the request has an Origin; an SDK in a browser needs dangerouslyAllowBrowser";
    Err(ApiError::unauthenticated("browser-origin", message, hint))
}

fn asks_for_direct_access(headers: &HeaderMap) -> bool {
    headers.get(DIRECT_ACCESS).is_some_and(|value| value == "true")
}

/// The answer to a preflight for a path that is served, if the page is going to ask for direct access.
pub(super) fn preflight(request: &Parts) -> Option<Success> {
    let headers = &request.headers;
    if request.method != Method::OPTIONS
        || !headers.contains_key(ORIGIN)
        || !headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
    {
        return None;
    }
    let asked = all_copies(headers, &ACCESS_CONTROL_REQUEST_HEADERS)?;
    let mut names = asked.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
    if !names.any(|name| name.eq_ignore_ascii_case(DIRECT_ACCESS.as_str().as_bytes())) {
        return None;
    }
    let allowed = routes::methods(request.uri.path())?;
    let headers = vec![
        (ACCESS_CONTROL_ALLOW_ORIGIN, ANY),
        (ACCESS_CONTROL_ALLOW_METHODS, allowed.try_into().ok()?),
        (ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_bytes(&asked).ok()?),
    ];
    Some(Success { body: Vec::new(), headers })
}

/// Lets a page that has asked for direct access read the answer, an error included.
pub(super) fn expose(request: &HeaderMap, answer: &mut HeaderMap) {
    if request.contains_key(ORIGIN) && asks_for_direct_access(request) {
        answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, ANY);
        answer.insert(ACCESS_CONTROL_EXPOSE_HEADERS, ANY);
    }
}
