//! The body of a control call: how large it may be, how long it may take, and its text.

use std::time::Duration;

use axum::{
    body::{Body, to_bytes},
    extract::{FromRequest, Request},
    http::{HeaderMap, StatusCode},
};
use bytes::Bytes;

use super::error::ControlError;
use crate::body::{self, Received};

/// The most that a body may hold, where its route says nothing else.
pub(super) const LIMIT: usize = 2 * 1024 * 1024;
/// The most that a state may hold.
pub(super) const STATE_LIMIT: usize = 256 * 1024 * 1024;
/// How long a body may take.
const TIME: Duration = Duration::from_secs(60);

/// Waits for the end of the body. Also one that no route asks for is read, or its bytes would stand where the connection's
/// next request begins.
pub(super) async fn receive(headers: &HeaderMap, body: Body, limit: usize) -> Result<Bytes, ControlError> {
    match body::receive(headers, body, limit, TIME).await {
        Received::Whole(bytes) => Ok(bytes),
        Received::TooLarge => {
            let message = format!("the body is over the limit of {limit} bytes");
            Err(unreadable(StatusCode::PAYLOAD_TOO_LARGE, message))
        }
        Received::Broken => Err(unreadable(StatusCode::BAD_REQUEST, "the body did not arrive whole")),
        Received::Late => {
            Err(unreadable(StatusCode::REQUEST_TIMEOUT, "the body did not arrive within a minute"))
        }
    }
}

fn unreadable(status: StatusCode, message: impl Into<String>) -> ControlError {
    ControlError::new(status, "body-unreadable", message)
}

/// The text of a body that has been received. A byte order mark is passed over.
pub(super) struct BodyText(pub(super) String);

impl<S: Send + Sync> FromRequest<S> for BodyText {
    type Rejection = ControlError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ControlError> {
        let refused = |message: String| unreadable(StatusCode::BAD_REQUEST, message);
        // In memory already, within the limit of its route.
        let bytes = to_bytes(request.into_body(), usize::MAX).await;
        let bytes = bytes.map_err(|error| refused(error.to_string()))?;
        let text = String::from_utf8(bytes.into());
        let text = text.map_err(|error| refused(format!("the body is not UTF-8: {}", error.utf8_error())))?;
        Ok(BodyText(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)))
    }
}
