//! The body of a request: how long it is waited for, and what becomes of one that is too large.

use std::time::Duration;

use axum::{
    body::{Body, HttpBody},
    http::{
        HeaderMap,
        header::{CONTENT_LENGTH, EXPECT},
    },
};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use tokio::time::{Instant, timeout_at};

/// The most that a body may hold.
pub(super) const BODY_LIMIT: usize = 1024 * 1024;
/// How long a body may pause before it counts as broken off.
const BODY_PAUSE: Duration = Duration::from_secs(10);
/// How long a body may take in all.
const BODY_TIME: Duration = Duration::from_secs(30);
/// How much of a body over the limit is read and dropped, so that a client which sends first and
/// reads later gets its answer instead of a reset connection.
const DRAIN_LIMIT: usize = 64 * BODY_LIMIT;
/// How long such a body may pause, and how long it may take, before the answer goes out anyway.
const DRAIN_PAUSE: Duration = Duration::from_secs(1);
const DRAIN_TIME: Duration = Duration::from_secs(5);

/// What became of the request's body at the edge.
#[derive(Clone, Debug)]
pub(super) enum Received {
    /// It arrived, or there is none.
    Whole(Bytes),
    /// It is over the limit.
    TooLarge,
    /// It broke off, stalled, or was framed wrongly.
    Broken,
}

/// Waits for the end of the body.
pub(super) async fn receive(headers: &HeaderMap, mut body: Body) -> Received {
    if body.is_end_stream() {
        return Received::Whole(Bytes::new());
    }
    let announced = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    let mut too_large = announced.is_some_and(|length| length > BODY_LIMIT as u64);
    if too_large && headers.contains_key(EXPECT) {
        // The client waits to be told whether to send at all.
        return Received::TooLarge;
    }
    let started = Instant::now();
    let mut whole = BytesMut::new();
    let mut dropped = 0;
    loop {
        let (pause, in_all) = if too_large { (DRAIN_PAUSE, DRAIN_TIME) } else { (BODY_PAUSE, BODY_TIME) };
        let deadline = (Instant::now() + pause).min(started + in_all);
        let data = match timeout_at(deadline, body.frame()).await {
            Ok(Some(Ok(frame))) => frame.into_data().unwrap_or_default(),
            Ok(None) => break,
            Ok(Some(Err(_))) | Err(_) if too_large => break,
            Ok(Some(Err(_))) | Err(_) => return Received::Broken,
        };
        too_large |= whole.len() + data.len() > BODY_LIMIT;
        if too_large {
            dropped += data.len();
        } else {
            whole.extend_from_slice(&data);
        }
        if dropped > DRAIN_LIMIT {
            break;
        }
    }
    if too_large { Received::TooLarge } else { Received::Whole(whole.freeze()) }
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
    async fn a_body_that_stalls_is_given_up_after_10_seconds_and_one_that_trickles_after_30() {
        for (period, given_up_after) in [(11, 10), (9, 30)] {
            let period = Duration::from_secs(period);
            let started = Instant::now();

            let received =
                receive(&HeaderMap::new(), Body::new(Trickle { period, next: Box::pin(sleep(period)) }))
                    .await;

            assert!(matches!(received, Received::Broken));
            assert_eq!(started.elapsed().as_secs(), given_up_after);
        }
    }
}
