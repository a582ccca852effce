//! Web pages as callers: when the service lets one in, and what it tells the browser (docs/fidelity.md).

use axum::http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ALLOW,
        ORIGIN,
    },
    request,
};
use axum::response::{IntoResponse, Response};

use super::error::ApiError;

const DIRECT_ACCESS: HeaderName = HeaderName::from_static("anthropic-dangerous-direct-browser-access");
const ANY: HeaderValue = HeaderValue::from_static("*");

fn direct_access(headers: &HeaderMap) -> bool {
    headers.get(DIRECT_ACCESS).is_some_and(|value| value == "true")
}

/// Refuses a web page that has not asked for direct access.
pub(super) fn check_origin(headers: &HeaderMap) -> Result<(), ApiError> {
    if headers.contains_key(ORIGIN) && !direct_access(headers) {
        return Err(ApiError::browser_origin());
    }
    Ok(())
}

/// What a browser needs to hear so that it hands the answer to a page that has asked for direct access.
pub(super) struct Browser {
    page: bool,
    preflight: Option<HeaderValue>,
}

impl Browser {
    pub(super) fn of(request: &request::Parts) -> Self {
        let headers = &request.headers;
        if !headers.contains_key(ORIGIN) {
            return Browser { page: false, preflight: None };
        }
        let asked: Vec<_> =
            headers.get_all(ACCESS_CONTROL_REQUEST_HEADERS).iter().map(|line| line.as_bytes()).collect();
        let preflight = HeaderValue::from_bytes(&asked.join(&b", "[..]))
            .ok()
            .filter(|_| request.method == Method::OPTIONS)
            .filter(|_| headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD))
            .filter(names_direct_access);
        Browser { page: direct_access(headers), preflight }
    }

    /// Turns the refusal of a good preflight on a known path into its answer.
    pub(super) fn preflight(&self, response: Response) -> Response {
        let (Some(asked), StatusCode::METHOD_NOT_ALLOWED) = (&self.preflight, response.status()) else {
            return response;
        };
        let mut answer = StatusCode::OK.into_response();
        let headers = answer.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, ANY);
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
        if let Some(methods) = response.headers().get(ALLOW) {
            headers.insert(ACCESS_CONTROL_ALLOW_METHODS, methods.clone());
        }
        answer
    }

    /// Lets the page read the answer, an error included.
    pub(super) fn expose(&self, headers: &mut HeaderMap) {
        if self.page {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, ANY);
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, ANY);
        }
    }
}

fn names_direct_access(asked: &HeaderValue) -> bool {
    let names = asked.as_bytes().split(|byte| *byte == b',');
    names.map(<[u8]>::trim_ascii).any(|name| name.eq_ignore_ascii_case(DIRECT_ACCESS.as_str().as_bytes()))
}
