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

/// What there is to know of a browser, so that it hands the answer to a page that has asked for direct access.
pub(super) struct Browser {
    page: Page,
    preflight: Option<HeaderValue>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Page {
    /// The request has no `Origin`.
    None,
    WithDirectAccess,
    WithoutDirectAccess,
}

impl Browser {
    pub(super) fn of(request: &request::Parts) -> Self {
        let headers = &request.headers;
        if !headers.contains_key(ORIGIN) {
            return Browser { page: Page::None, preflight: None };
        }
        let direct_access = headers.get(DIRECT_ACCESS).is_some_and(|value| value == "true");
        let asked: Vec<_> =
            headers.get_all(ACCESS_CONTROL_REQUEST_HEADERS).iter().map(|line| line.as_bytes()).collect();
        let preflight = HeaderValue::from_bytes(&asked.join(&b", "[..]))
            .ok()
            .filter(|_| request.method == Method::OPTIONS)
            .filter(|_| headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD))
            .filter(names_direct_access);
        let page = if direct_access { Page::WithDirectAccess } else { Page::WithoutDirectAccess };
        Browser { page, preflight }
    }

    /// Refuses a web page that has not asked for direct access.
    pub(super) fn check_origin(&self) -> Result<(), ApiError> {
        match self.page {
            Page::None | Page::WithDirectAccess => Ok(()),
            Page::WithoutDirectAccess => Err(ApiError::browser_origin()),
        }
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
        if self.page == Page::WithDirectAccess {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, ANY);
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, ANY);
        }
    }
}

fn names_direct_access(asked: &HeaderValue) -> bool {
    let names = asked.as_bytes().split(|byte| *byte == b',');
    names.map(<[u8]>::trim_ascii).any(|name| name.eq_ignore_ascii_case(DIRECT_ACCESS.as_str().as_bytes()))
}
