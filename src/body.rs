//! The receiving of a request's body, for the API as for the control routes.

use std::time::Duration;

use axum::{
    body::{Body, HttpBody},
    http::{
        HeaderMap,
        header::{CONTENT_LENGTH, EXPECT},
    },
};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::time::timeout;

/// How much of a body over the limit is read and dropped, and for how long: a client that sends first and reads later gets
/// its answer then, instead of a reset connection.
const DRAIN_LIMIT: usize = 64 * 1024 * 1024;
const DRAIN_TIME: Duration = Duration::from_secs(5);

/// How the receiving of a body ended.
#[derive(Debug)]
pub(crate) enum Received {
    /// Without a body, the bytes are none.
    Whole(Bytes),
    TooLarge,
    /// The body broke off, or was framed wrongly.
    Broken,
    /// The body took too long.
    Late,
}

/// Waits for the end of the body.
pub(crate) async fn receive(headers: &HeaderMap, mut body: Body, limit: usize, time: Duration) -> Received {
    if body.is_end_stream() {
        return Received::Whole(Bytes::new());
    }
    let announced = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    let announced_too_large = announced.is_some_and(|length| length > limit as u64);
    if announced_too_large && headers.contains_key(EXPECT) {
        // With `Expect` the body follows only after `100 Continue`; a large one is refused before it is sent.
        return Received::TooLarge;
    }
    if !announced_too_large {
        match timeout(time, Limited::new(&mut body, limit).collect()).await {
            Ok(Ok(whole)) => return Received::Whole(whole.to_bytes()),
            Ok(Err(error)) if error.is::<LengthLimitError>() => {}
            Ok(Err(_)) => return Received::Broken,
            Err(_) => return Received::Late,
        }
    }
    // The answer is the same, whether the rest was read in time or not.
    let _ = timeout(DRAIN_TIME, drain(body)).await;
    Received::TooLarge
}

async fn drain(mut body: Body) {
    let mut dropped = 0;
    while let Some(Ok(frame)) = body.frame().await {
        dropped += frame.data_ref().map_or(0, Bytes::len);
        if dropped > DRAIN_LIMIT {
            break;
        }
    }
}
