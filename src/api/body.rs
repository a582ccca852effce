//! The body of a request: how long it may take, and what is done with one that is too large.

use std::time::Duration;

use axum::{
    body::{Body, HttpBody},
    http::{
        HeaderMap, StatusCode,
        header::{CONTENT_ENCODING, CONTENT_LENGTH, EXPECT},
    },
};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::time::timeout;

use super::error::ApiError;

/// The most that a body may hold.
const LIMIT: usize = 1024 * 1024;
/// How long a body may take.
const TIME: Duration = Duration::from_secs(30);
/// How much of a body over the limit is read and dropped, and for how long: a client that sends first and reads later gets
/// its answer then, instead of a reset connection.
const DRAIN_LIMIT: usize = 64 * LIMIT;
const DRAIN_TIME: Duration = Duration::from_secs(5);

/// How the receiving of a body ended.
#[derive(Debug)]
pub(super) enum Received {
    Whole(ReceivedBody),
    TooLarge,
    /// The body broke off, stalled, or was framed wrongly.
    Broken,
}

/// A body that arrived whole. A request without a body has an empty one.
#[derive(Debug, Default)]
pub(super) struct ReceivedBody {
    pub(super) bytes: Bytes,
    /// `content-encoding`; the body is kept as it was sent, not decoded.
    pub(super) encoding: Option<String>,
}

/// Waits for the end of the body.
pub(super) async fn receive(headers: &HeaderMap, mut body: Body) -> Received {
    if body.is_end_stream() {
        return Received::Whole(ReceivedBody::default());
    }
    let announced = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    let announced_too_large = announced.is_some_and(|length| length > LIMIT as u64);
    if announced_too_large && headers.contains_key(EXPECT) {
        // With `Expect` the body follows only after `100 Continue`; a large one is refused before it is sent.
        return Received::TooLarge;
    }
    if !announced_too_large {
        match timeout(TIME, Limited::new(&mut body, LIMIT).collect()).await {
            Ok(Ok(whole)) => {
                let encoding = headers
                    .get(CONTENT_ENCODING)
                    .map(|value| String::from_utf8_lossy(value.as_bytes()).into());
                return Received::Whole(ReceivedBody { bytes: whole.to_bytes(), encoding });
            }
            Ok(Err(error)) if error.is::<LengthLimitError>() => {}
            Ok(Err(_)) | Err(_) => return Received::Broken,
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

impl Received {
    /// The body. An unfinished or too large one is refused even where the operation takes none.
    pub(super) fn whole(&self) -> Result<&ReceivedBody, ApiError> {
        match self {
            Received::Whole(whole) => Ok(whole),
            Received::TooLarge => {
                let message = format!("Request exceeds the maximum size of {LIMIT} bytes");
                let hint = "the body is over the limit; nothing was done";
                let status = StatusCode::PAYLOAD_TOO_LARGE;
                Err(ApiError::new(status, "request_too_large", "body-too-large", message, hint))
            }
            Received::Broken => {
                let hint = "the body did not arrive whole within 30 seconds, as its Content-Length or chunks promised; nothing was done";
                Err(ApiError::invalid("body-unreadable", "Could not read the request body", hint))
            }
        }
    }

    /// The beginning of the body, for the journal.
    pub(super) fn beginning(&self) -> &[u8] {
        match self {
            Received::Whole(whole) => &whole.bytes,
            Received::TooLarge | Received::Broken => b"",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        convert::Infallible,
        pin::Pin,
        task::{Context, Poll, ready},
        time::Duration,
    };

    use axum::{
        body::{Body, HttpBody},
        http::HeaderMap,
    };
    use bytes::Bytes;
    use hyper::body::Frame;
    use tokio::time::{Instant, Sleep, sleep};

    use super::{Received, receive};

    /// A body of one byte in each period, without an end.
    struct Trickle {
        period: Duration,
        next: Pin<Box<Sleep>>,
    }

    impl HttpBody for Trickle {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            ready!(self.next.as_mut().poll(context));
            self.next = Box::pin(sleep(self.period));
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"x")))))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_stalls_or_trickles_is_given_up_after_30_seconds() {
        for period in [9, 1000] {
            let period = Duration::from_secs(period);
            let started = Instant::now();

            let received =
                receive(&HeaderMap::new(), Body::new(Trickle { period, next: Box::pin(sleep(period)) }))
                    .await;

            assert!(matches!(received, Received::Broken));
            assert_eq!(started.elapsed().as_secs(), 30);
        }
    }
}
