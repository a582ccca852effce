//! Faults on the wire: whether one strikes a request, and what becomes of its answer.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    body::{Body, HttpBody},
    http::{HeaderMap, HeaderName, HeaderValue, header::CONTENT_LENGTH},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http_body_util::{BodyExt, Collected};
use hyper::body::Frame;
use serde::{Deserialize, de::value::StrDeserializer};
use tokio::time::{Sleep, sleep};

use super::{error::ApiError, exchange::Exchange};
use crate::world::{Access, ErrorType, Fault, FaultError, Operation, Outcome, parse_delay};

/// The request header that makes a fault for one call alone.
const HEADER: HeaderName = HeaderName::from_static("x-mock-fault");

/// Marks an answer that must never be sent: the connection is to be closed instead.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dropped;

/// How long the first half of a body that is cut has to reach the client.
const CUT_PAUSE: Duration = Duration::from_millis(50);

/// Lets a planned fault, or one from the request's own header, strike. What is to happen after the work
/// is left with the exchange.
pub(super) async fn strike(
    exchange: &Exchange,
    headers: &HeaderMap,
    access: &Access,
    operation: Operation,
) -> Result<(), ApiError> {
    // Without the control routes there is no tester, and the header is one that nobody knows.
    let header = headers.get(HEADER).filter(|_| !exchange.world().settings().no_control);
    let fault = match (header, access) {
        (Some(value), _) => Some(of_header(value)?),
        (None, Access::Organization(organization, _)) => {
            organization.strike(operation, exchange.invite_id().map(|id| &**id))
        }
        (None, Access::Inference) => None,
    };
    let Some(fault) = fault else { return Ok(()) };
    exchange.note_fault(&fault);
    match fault.outcome {
        _ if fault.after_commit => Ok(()),
        Outcome::Error(error) => Err(ApiError::fault(&error)),
        Outcome::Delay(delay) => {
            sleep(delay).await;
            Ok(())
        }
        // The answer is only made so that it can be lost.
        Outcome::Drop | Outcome::DropMidBody => Err(ApiError::fault(&ErrorType::ApiError.into())),
    }
}

/// `overloaded_error`, `rate_limit_error; retry-after=1`, `delay=400ms`, `drop`, `drop=mid_body; after-commit`.
fn of_header(value: &HeaderValue) -> Result<Fault, ApiError> {
    let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
    let unknown = |what: &str| ApiError::fault_unknown(&text, what);
    let mut parts = text.split(';').map(str::trim);
    let first = parts.next().unwrap_or_default();
    let outcome = match first.split_once('=') {
        None if first == "drop" => Outcome::Drop,
        Some(("drop", "mid_body")) => Outcome::DropMidBody,
        Some(("delay", delay)) => Outcome::Delay(parse_delay(delay).ok_or_else(|| unknown(delay))?),
        Some(_) => return Err(unknown(first)),
        None => {
            let kind = ErrorType::deserialize(StrDeserializer::<serde::de::value::Error>::new(first));
            Outcome::Error(kind.map_err(|_| unknown(first))?.into())
        }
    };
    let mut fault = Fault { operation: None, invite_id: None, times: Some(1), after_commit: false, outcome };
    for part in parts {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        match (name.trim(), value.trim(), &mut fault.outcome) {
            ("after-commit", "", _) => fault.after_commit = true,
            (name, value, Outcome::Error(error)) => {
                option(error, name, value).ok_or_else(|| unknown(part))?
            }
            _ => return Err(unknown(part)),
        }
    }
    Ok(fault)
}

fn option(error: &mut FaultError, name: &str, value: &str) -> Option<()> {
    match name {
        "retry-after" => error.retry_after = Some(value.parse().ok()?),
        "retry-after-ms" => error.retry_after_ms = Some(value.parse().ok()?),
        "should-retry" => error.should_retry = Some(value.parse().ok()?),
        "error-code" if !value.is_empty() => error.error_code = Some(value.into()),
        _ => return None,
    }
    Some(())
}

/// What happens after the work: the answer is late, or another one takes its place.
pub(super) async fn after_commit(fault: &Fault, response: Response) -> Response {
    let Fault { after_commit: true, outcome, .. } = fault else { return response };
    match outcome {
        Outcome::Error(error) => ApiError::fault(error).into_response(),
        Outcome::Delay(delay) => {
            sleep(*delay).await;
            response
        }
        Outcome::Drop | Outcome::DropMidBody => response,
    }
}

/// What happens to the finished answer: it is dropped or cut.
pub(super) async fn lose(fault: &Fault, mut response: Response) -> Response {
    match fault.outcome {
        Outcome::Drop => {
            response.extensions_mut().insert(Dropped);
            response
        }
        Outcome::DropMidBody => {
            let (mut parts, body) = response.into_parts();
            let whole = body.collect().await.map(Collected::to_bytes).unwrap_or_default();
            parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(whole.len()));
            let half = Some(whole.slice(..whole.len() / 2));
            Response::from_parts(parts, Body::new(CutBody { half, pause: None }))
        }
        Outcome::Error(_) | Outcome::Delay(_) => response,
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
