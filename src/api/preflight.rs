//! Preflights: the question of a browser whether a page may send a request (docs/fidelity.md, "Browsers").

use axum::http::{
    HeaderValue, Method,
    header::{
        ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN,
    },
    request::Parts,
};

use super::{
    answer::Success,
    browser::{ANY, DIRECT_ACCESS},
    routes,
};
use crate::credential::all_copies;

/// The answer to a preflight for a path that is served, if the page is going to ask for direct access.
pub(super) fn answer(request: &Parts) -> Option<Success> {
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
