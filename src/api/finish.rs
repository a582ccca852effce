//! What every answer gets on its way out: its headers, and the body of an error.

use axum::{
    body::{Body, HttpBody},
    http::{
        HeaderName, HeaderValue,
        header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER},
    },
    response::Response,
};
use jiff::Timestamp;

use super::{
    error::{ApiError, Retry},
    exchange::Exchange,
};
use crate::world::{ErrorType, FaultError, Organization, RateLimited};

const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
const ORGANIZATION_ID: HeaderName = HeaderName::from_static("anthropic-organization-id");
const SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");
const REASON: HeaderName = HeaderName::from_static("x-mock-reason");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The headers of every answer (docs/fidelity.md), and the body of an error.
pub(super) fn finish(response: Response, request_id: Option<&str>, noted: &Exchange) -> Response {
    let (mut parts, mut body) = response.into_parts();
    if let Some(error) = parts.extensions.get::<ApiError>() {
        body = error.body(request_id).into();
        parts.headers.insert(REASON, HeaderValue::from_static(error.reason));
    }
    let headers = &mut parts.headers;
    headers.insert(CONTENT_TYPE, JSON);
    let mut insert = |name, value: Option<&str>| {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(value).ok()) {
            headers.insert(name, value);
        }
    };
    insert(REQUEST_ID, request_id);
    insert(ORGANIZATION_ID, noted.organization().map(Organization::id));
    insert(SHOULD_RETRY, matches!(parts.status.as_u16(), 400 | 401 | 403 | 404 | 405).then_some("false"));
    match parts.extensions.get::<ApiError>().and_then(|error| error.retry.as_ref()) {
        Some(Retry::Planned(planned)) => {
            let now = noted.organization().map(|organization| organization.clock().now());
            planned_headers(&mut insert, planned, now);
        }
        Some(Retry::Limited(over)) => limit_headers(&mut insert, over),
        None => {}
    }
    noted.browser().expose(headers);
    Response::from_parts(parts, body)
}

/// The answer to a HEAD: the length that the body would have, and no body.
pub(super) fn without_body(mut response: Response) -> Response {
    if let Some(length) = response.body().size_hint().exact() {
        response.headers_mut().insert(CONTENT_LENGTH, length.into());
    }
    *response.body_mut() = Body::empty();
    response
}

/// What a client over the rate limit is told.
fn limit_headers(insert: &mut impl FnMut(HeaderName, Option<&str>), over: &RateLimited) {
    insert(SHOULD_RETRY, Some("true"));
    insert(RETRY_AFTER, Some(&over.retry_after.to_string()));
    insert(HeaderName::from_static("anthropic-ratelimit-requests-limit"), Some(&over.limit.to_string()));
    insert(HeaderName::from_static("anthropic-ratelimit-requests-remaining"), Some("0"));
    insert(HeaderName::from_static("anthropic-ratelimit-requests-reset"), Some(&over.reset.to_string()));
}

/// What a planned error says to retries; over a rate limit, besides what the service says there.
fn planned_headers(
    insert: &mut impl FnMut(HeaderName, Option<&str>),
    planned: &FaultError,
    now: Option<Timestamp>,
) {
    if let (ErrorType::RateLimitError, Some(now)) = (planned.kind, now) {
        let retry_after = u64::from(planned.retry_after.unwrap_or(1));
        limit_headers(insert, &RateLimited::after(retry_after, now));
    }
    if let Some(seconds) = planned.retry_after {
        insert(RETRY_AFTER, Some(&seconds.to_string()));
    }
    if let Some(milliseconds) = planned.retry_after_ms {
        insert(HeaderName::from_static("retry-after-ms"), Some(&milliseconds.to_string()));
    }
    if let Some(should_retry) = planned.should_retry {
        insert(SHOULD_RETRY, Some(if should_retry { "true" } else { "false" }));
    }
}
