//! Faults on the wire: which one strikes a request, and what it does to the answer.

use std::{
    pin::Pin,
    sync::Once,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    body::{Body, HttpBody},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header::CONTENT_LENGTH},
    response::Response,
};
use bytes::Bytes;
use http_body_util::{BodyExt, Collected};
use hyper::body::Frame;
use tokio::time::{Sleep, sleep};

use super::{
    answer::Answer,
    error::{ApiError, MISSING_PERMISSIONS},
};
use crate::world::{
    Access, DropPoint, ErrorType, Fault, MidBody, Operation, PathIds, PlannedResponse, RateLimited, Reason,
};

/// The request header that makes a fault for one call alone.
pub(super) const HEADER: HeaderName = HeaderName::from_static("x-mock-fault");

/// How much of an answer is sent. A fault decides it; for `Nothing` server.rs closes the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    Whole,
    Half,
    Nothing,
}

/// The pause between the first half of a cut body and the end of the connection, in which the half reaches the client.
const CUT_PAUSE: Duration = Duration::from_millis(50);

/// The fault that strikes a request: the one in its header, or a planned one, which is counted.
pub(super) fn for_request(
    headers: &HeaderMap,
    access: &Access,
    operation: Operation,
    ids: &PathIds,
    no_control: bool,
) -> Result<Option<Fault>, ApiError> {
    static WARNED: Once = Once::new();
    let copies: Vec<_> = headers.get_all(HEADER).iter().map(HeaderValue::as_bytes).collect();
    if no_control && !copies.is_empty() {
        // Without the control routes there is no tester, and the header is an unknown one.
        WARNED.call_once(|| tracing::warn!("x-mock-fault is ignored, because of --no-control"));
    }
    if !copies.is_empty() && !no_control {
        // Joined as HTTP joins them, which makes an unknown fault of two.
        return in_header(&String::from_utf8_lossy(&copies.join(&b", "[..])), operation).map(Some);
    }
    match access {
        Access::Organization(organization, _) => Ok(organization.strike(operation, ids)),
        Access::Inference => Ok(None),
    }
}

/// Does what a fault does before the work.
pub(super) async fn before(fault: &Fault, access: &Access, ids: &PathIds) -> Result<(), ApiError> {
    if let (Some(what), Access::Organization(organization, _)) = (fault.meanwhile, access) {
        organization.meanwhile(what, ids);
    }
    if fault.after_commit {
        return Ok(());
    }
    if let Some(delay) = fault.delay {
        sleep(delay.0).await;
    }
    if fault.drop.is_some() {
        // The answer that is cut or dropped, since the handler is not called.
        return Err(error(ErrorType::ApiError, fault, access));
    }
    replacement(fault, access).map_or(Ok(()), Err)
}

/// Does what a fault does after the work: the answer is late, or another one takes its place.
pub(super) async fn after(fault: &Fault, access: &Access, answer: Answer) -> Answer {
    if !fault.after_commit {
        return answer;
    }
    if let Some(delay) = fault.delay {
        sleep(delay.0).await;
    }
    replacement(fault, access).map_or(answer, Err)
}

/// How much of the answer is sent.
pub(super) fn sent(fault: &Fault) -> Sent {
    match fault.drop {
        None => Sent::Whole,
        Some(DropPoint::MidBody(_)) => Sent::Half,
        Some(DropPoint::BeforeTheFirstByte(_)) => Sent::Nothing,
    }
}

/// The answer that a fault puts in the place of the service's.
fn replacement(fault: &Fault, access: &Access) -> Option<ApiError> {
    if let Some(response) = &fault.response {
        let status = StatusCode::from_u16(response.status).unwrap_or(StatusCode::BAD_GATEWAY);
        let mut error = ApiError::new(status, "", Reason::Fault, "", HINT);
        error.more_mut().response = Some(response.clone());
        return Some(error);
    }
    fault.error.map(|kind| error(kind, fault, access))
}

const HINT: &str = "a fault was planned for this request, by the fixture, /_mock/faults or x-mock-fault";

/// A planned error, in the vendor's envelope with the status of its type.
fn error(kind: ErrorType, fault: &Fault, access: &Access) -> ApiError {
    let (status, message) = match kind {
        ErrorType::InvalidRequestError => (400, "Invalid request"),
        ErrorType::AuthenticationError => (401, "Authentication failed"),
        ErrorType::BillingError => (402, "There is a problem with your organization's billing"),
        ErrorType::PermissionError => (403, MISSING_PERMISSIONS),
        ErrorType::NotFoundError => (404, "Not found"),
        ErrorType::ConflictError => (409, "The request conflicts with another one"),
        ErrorType::RequestTooLarge => (413, "Request exceeds the maximum size"),
        ErrorType::RateLimitError => (429, "This request would exceed your organization's rate limit"),
        ErrorType::ApiError => (500, "Internal server error"),
        ErrorType::TimeoutError => (504, "The request timed out"),
        ErrorType::OverloadedError => (529, "Overloaded"),
    };
    let status = StatusCode::from_u16(fault.status.unwrap_or(status)).unwrap_or(StatusCode::BAD_GATEWAY);
    let message = fault.message.clone().unwrap_or_else(|| message.into());
    let mut error = ApiError::new(status, kind.name(), Reason::Fault, message, HINT);
    if let Some(details) = &fault.details {
        error.more_mut().details = details.clone();
    }
    if let Some(code) = &fault.error_code {
        error = error.coded(code);
    }
    if let (429, Access::Organization(organization, _)) = (status.as_u16(), access) {
        let over = RateLimited::after(fault.retry_after.unwrap_or(1), organization.clock().now());
        error = with_limit(error, &over);
    }
    if let Some(seconds) = fault.retry_after.filter(|_| status.as_u16() != 429) {
        error = error.header("retry-after", seconds);
    }
    if let Some(milliseconds) = fault.retry_after_ms {
        error = error.header("retry-after-ms", milliseconds);
    }
    match fault.should_retry {
        Some(should_retry) => error.header("x-should-retry", should_retry),
        None => error,
    }
}

/// The headers of a 429: when to try again, and the limit.
pub(super) fn with_limit(error: ApiError, over: &RateLimited) -> ApiError {
    error
        .header("x-should-retry", true)
        .header("retry-after", over.retry_after)
        .header("anthropic-ratelimit-requests-limit", over.limit)
        .header("anthropic-ratelimit-requests-remaining", 0)
        .header("anthropic-ratelimit-requests-reset", over.reset)
}

/// `overloaded_error`, `rate_limit_error; retry-after=1`, `delay=400ms`, `drop`, `drop=mid_body; after-commit`,
/// `response=520`, `meanwhile=delete`.
fn in_header(text: &str, operation: Operation) -> Result<Fault, ApiError> {
    let refused = |message| {
        ApiError::invalid(Reason::FaultUnknown, message, "the message says what x-mock-fault takes")
    };
    let unknown = |what: &str| {
        refused(format!(
            "x-mock-fault: {what:?} in {text:?} is unknown; expected an error type such as overloaded_error with status, retry-after, retry-after-ms, should-retry or error-code after a semicolon, drop, drop=mid_body, delay=400ms, response=520 or meanwhile=delete, and after-commit if wanted"
        ))
    };
    let mut parts = text.split(';').map(str::trim);
    let first = parts.next().unwrap_or_default();
    let mut fault = Fault { operation: Some(operation), ..Fault::default() };
    let read = |fault: &mut Fault| {
        match first.split_once('=') {
            None if first == "drop" => fault.drop = Some(DropPoint::BeforeTheFirstByte(true)),
            Some(("drop", "mid_body")) => fault.drop = Some(DropPoint::MidBody(MidBody::MidBody)),
            Some(("delay", delay)) => fault.delay = Some(delay.parse().ok()?),
            Some(("meanwhile", what)) => fault.meanwhile = Some(what.parse().ok()?),
            Some(("response", status)) => {
                let status = status.parse().ok()?;
                fault.response = Some(PlannedResponse { status, content_type: None, body: None });
            }
            Some(_) => return None,
            None => fault.error = Some(first.parse().ok()?),
        }
        Some(())
    };
    read(&mut fault).ok_or_else(|| unknown(first))?;
    let mut given = Vec::new();
    for part in parts {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        if given.contains(&name.trim()) {
            return Err(refused(format!("x-mock-fault: {:?} is given twice in {text:?}", name.trim())));
        }
        given.push(name.trim());
        option(&mut fault, name.trim(), value.trim()).ok_or_else(|| unknown(part))?;
    }
    fault
        .check()
        .map_err(|(field, problem)| refused(format!("x-mock-fault: {text:?}: {field}: {problem}")))?;
    Ok(fault)
}

fn option(fault: &mut Fault, name: &str, value: &str) -> Option<()> {
    match name {
        "after-commit" if value.is_empty() => fault.after_commit = true,
        "status" => fault.status = Some(value.parse().ok()?),
        "retry-after" => fault.retry_after = Some(value.parse().ok()?),
        "retry-after-ms" => fault.retry_after_ms = Some(value.parse().ok()?),
        "should-retry" => fault.should_retry = Some(value.parse().ok()?),
        "error-code" if !value.is_empty() => fault.error_code = Some(value.into()),
        _ => return None,
    }
    Some(())
}

/// Cuts a response to as much as is sent. For `Nothing` it is only marked, and server.rs closes the connection.
pub(super) async fn cut(sent: Sent, mut response: Response) -> Response {
    match sent {
        Sent::Whole => response,
        Sent::Nothing => {
            response.extensions_mut().insert(Sent::Nothing);
            response
        }
        Sent::Half => {
            let (mut parts, body) = response.into_parts();
            let whole = body.collect().await.map(Collected::to_bytes).unwrap_or_default();
            // The answer to a HEAD has its length already, and no body to cut.
            parts.headers.entry(CONTENT_LENGTH).or_insert_with(|| whole.len().into());
            let half = Some(whole.slice(..whole.len() / 2));
            Response::from_parts(parts, Body::new(CutBody { half, pause: None }))
        }
    }
}

/// Half of a body, a pause in which it is sent, and an error.
struct CutBody {
    half: Option<Bytes>,
    pause: Option<Pin<Box<Sleep>>>,
}

impl HttpBody for CutBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        if let Some(half) = self.half.take() {
            return Poll::Ready(Some(Ok(Frame::data(half))));
        }
        let pause = self.pause.get_or_insert_with(|| Box::pin(sleep(CUT_PAUSE)));
        ready!(pause.as_mut().poll(context));
        Poll::Ready(Some(Err(std::io::ErrorKind::ConnectionAborted.into())))
    }
}
