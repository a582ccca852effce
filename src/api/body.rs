//! The body of a request: how large it may be, how long it may take, and the refusals of one that did not arrive whole.

use std::time::Duration;

use axum::{
    body::Body,
    http::{HeaderMap, StatusCode, header::CONTENT_ENCODING},
};
use bytes::Bytes;

use super::error::ApiError;
use crate::body;
use crate::world::Reason;

/// The most that a body may hold.
const LIMIT: usize = 1024 * 1024;
/// How long a body may take.
const TIME: Duration = Duration::from_secs(30);

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
pub(super) async fn receive(headers: &HeaderMap, body: Body) -> Received {
    match body::receive(headers, body, LIMIT, TIME).await {
        body::Received::Whole(bytes) => {
            let encoding = headers.get(CONTENT_ENCODING).filter(|_| !bytes.is_empty());
            let encoding = encoding.map(|value| String::from_utf8_lossy(value.as_bytes()).into());
            Received::Whole(ReceivedBody { bytes, encoding })
        }
        body::Received::TooLarge => Received::TooLarge,
        body::Received::Broken | body::Received::Late => Received::Broken,
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
                Err(ApiError::new(status, "request_too_large", Reason::BodyTooLarge, message, hint))
            }
            Received::Broken => {
                let hint = "the body did not arrive whole within 30 seconds, as its Content-Length or chunks promised; nothing was done";
                Err(ApiError::invalid(Reason::BodyUnreadable, "Could not read the request body", hint))
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
