//! An answer becomes bytes: the headers of every answer, and the envelope of an error.

use axum::{
    body::Body,
    http::{
        HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
        header::{CONTENT_LENGTH, CONTENT_TYPE},
        request::Parts,
    },
    response::Response,
};
use hyper::ext::ReasonPhrase;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{browser, error::ApiError};
use crate::world::{PlannedResponse, Reason};

const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
const ORGANIZATION_ID: HeaderName = HeaderName::from_static("anthropic-organization-id");
const SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");
const REASON: HeaderName = HeaderName::from_static("x-mock-reason");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The outcome of a request: an answer with 200, or an error.
pub(super) type Answer = Result<Success, ApiError>;

/// An answer with 200: its body, and headers besides those of every answer.
#[derive(Debug)]
pub(super) struct Success {
    pub(super) body: Vec<u8>,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
}

/// A handler's answer with 200 and this body.
pub(super) fn json(value: &impl Serialize) -> Answer {
    let body = serde_json::to_vec(value).map_err(|_| ApiError::internal())?;
    Ok(Success { body, headers: Vec::new() })
}

/// The answer to most DELETEs.
#[derive(Serialize)]
pub(super) struct Deleted<'a> {
    pub(super) id: &'a str,
    pub(super) r#type: &'static str,
}

/// The envelope of all errors.
#[derive(Serialize)]
struct Envelope<'a> {
    r#type: &'static str,
    error: ErrorObject<'a>,
    request_id: Option<&'a str>,
}

#[derive(Serialize)]
struct ErrorObject<'a> {
    r#type: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<&'a Map<String, Value>>,
}

/// The response, and the request id in it.
pub(super) fn respond(
    answer: &mut Answer,
    request: &Parts,
    request_id: String,
    organization: Option<&str>,
) -> (Response, Option<String>) {
    let more = answer.as_ref().err().and_then(ApiError::more);
    if let Some(planned) = more.and_then(|more| more.response.as_ref()) {
        return (edge(planned), None);
    }
    let request_id = Some(request_id).filter(|_| !more.is_some_and(|more| more.without_request_id));
    let mut headers = HeaderMap::with_capacity(8);
    headers.insert(CONTENT_TYPE, JSON);
    let mut insert = |name, value: Option<&str>| {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(value).ok()) {
            headers.insert(name, value);
        }
    };
    insert(REQUEST_ID, request_id.as_deref());
    insert(ORGANIZATION_ID, organization);
    let (status, body) = match answer {
        Ok(success) => {
            headers.extend(success.headers.drain(..));
            (StatusCode::OK, std::mem::take(&mut success.body))
        }
        Err(error) => {
            insert(REASON, Some(error.reason.name()));
            if matches!(error.status.as_u16(), 400 | 401 | 403 | 404 | 405) {
                insert(SHOULD_RETRY, Some("false"));
            }
            for (name, value) in error.more().map(|more| more.headers.as_slice()).unwrap_or_default() {
                headers.insert(name, value.clone());
            }
            (error.status, envelope(error, request_id.as_deref()))
        }
    };
    browser::expose(&request.headers, &mut headers);
    let body = if request.method == Method::HEAD {
        headers.insert(CONTENT_LENGTH, body.len().into());
        Body::empty()
    } else {
        Body::from(body)
    };
    let mut response = Response::new(body);
    (*response.status_mut(), *response.headers_mut()) = (status, headers);
    name_status(&mut response);
    (response, request_id)
}

fn envelope(error: &ApiError, request_id: Option<&str>) -> Vec<u8> {
    let details = error.more().map(|more| &more.details).filter(|details| !details.is_empty());
    let error = ErrorObject { r#type: error.kind, message: &error.message, details };
    let envelope = Envelope { r#type: "error", error, request_id };
    serde_json::to_vec(&envelope).expect("strings are always JSON")
}

/// A planned response, as an edge in front of the service sends it: no envelope and no request id.
fn edge(planned: &PlannedResponse) -> Response {
    let mut response = Response::new(Body::from(planned.body.clone().unwrap_or_default()));
    *response.status_mut() = StatusCode::from_u16(planned.status).unwrap_or(StatusCode::BAD_GATEWAY);
    let content_type = planned.content_type.as_deref().unwrap_or("text/html");
    if let Ok(content_type) = HeaderValue::from_str(content_type) {
        response.headers_mut().insert(CONTENT_TYPE, content_type);
    }
    response.headers_mut().insert(REASON, HeaderValue::from_static(Reason::Fault.name()));
    name_status(&mut response);
    response
}

/// Adds a reason phrase to a status that has no standard one, because some clients show it.
fn name_status(response: &mut Response) {
    if response.status().canonical_reason().is_none() {
        let phrase: &[u8] =
            if response.status().as_u16() == 529 { b"Overloaded" } else { b"Unofficial Status" };
        response.extensions_mut().insert(ReasonPhrase::from_static(phrase));
    }
}
