//! Bodies over the limit and bodies that break off: nothing is done, and the answer says so.

use std::{
    convert::Infallible,
    io::{Read, Write},
    net::Shutdown,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use anthropic_admin_mock::{World, router};
use axum::{
    body::{Body, Bytes, HttpBody},
    http::Request,
};
use hyper::body::Frame;
use tower::ServiceExt;

use super::{wire::replies, *};

#[tokio::test]
async fn a_body_over_the_limit_is_a_413_and_nothing_is_deleted() {
    let server = default_server().await;
    let key = new_key();
    let body = vec![b'x'; 1024 * 1024 + 1];
    let call = Call::delete_invite(PENDING, &key);

    let announced = call.clone().body(body.clone()).send(server.address());
    announced.refused(413, "request_too_large", "body-too-large").names_organization(true);

    let mut chunk = format!("{:x}\r\n", body.len()).into_bytes();
    chunk.extend(body);
    chunk.extend(b"\r\n0\r\n\r\n");
    let mut chunked = call.clone().header("transfer-encoding", "chunked").bytes();
    chunked.extend(chunk);
    let chunked = Answer::parse(&exchange(server.address(), &chunked), "DELETE", "/v1");
    chunked.refused(413, "request_too_large", "body-too-large");

    let never_sent = call.clone().header("content-length", "9000000").send(server.address());
    never_sent.refused(413, "request_too_large", "body-too-large");

    let waits = call.clone().header("content-length", "9000000").header("expect", "100-continue");
    waits.send(server.address()).refused(413, "request_too_large", "body-too-large");

    call.send(server.address()).invite_deleted(PENDING);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_a_400_and_nothing_is_deleted() {
    let server = default_server().await;
    let call = Call::delete_invite(PENDING, &new_key());
    let mut framed_wrongly = call.clone().header("transfer-encoding", "chunked").bytes();
    framed_wrongly.extend(b"nonsense\r\n");

    let answer = Answer::parse(&exchange(server.address(), &framed_wrongly), "DELETE", "/v1");

    answer.refused(400, "invalid_request_error", "body-unreadable");

    let mut broken_off = connect(server.address());
    broken_off.write_all(&call.clone().header("content-length", "4").bytes()).unwrap();
    broken_off.write_all(b"bo").unwrap();
    broken_off.shutdown(Shutdown::Write).unwrap();
    let mut answer = Vec::new();
    broken_off.read_to_end(&mut answer).unwrap();
    let answer = Answer::parse(&answer, "DELETE", "/v1");
    answer.refused(400, "invalid_request_error", "body-unreadable");

    call.send(server.address()).invite_deleted(PENDING);
}

#[tokio::test]
async fn a_client_that_waits_to_be_asked_for_its_body_is_asked() {
    let server = default_server().await;
    let key = new_key();
    let mut stream = connect(server.address());
    stream.write_all(&delete(&key, "expect: 100-continue\r\ncontent-length: 5\r\n", "")).unwrap();
    let mut interim = [0; 25];
    stream.read_exact(&mut interim).unwrap();
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"hello").unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut back = Vec::new();
    stream.read_to_end(&mut back).unwrap();
    assert!(replies(&back, |_| "DELETE".into())[0].deleted());
}

/// A body of 256 MiB in pieces of 64 KiB, which counts those that were read.
struct Huge(Arc<AtomicUsize>);

impl HttpBody for Huge {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        static PIECE: [u8; 64 * 1024] = [b'x'; 64 * 1024];
        let read = self.0.fetch_add(1, Ordering::Relaxed);
        Poll::Ready((read < 4096).then(|| Ok(Frame::data(Bytes::from_static(&PIECE)))))
    }
}

#[tokio::test]
async fn of_a_body_far_over_the_limit_64_mib_more_are_read_and_then_the_413_goes_out() {
    let pieces = Arc::new(AtomicUsize::new(0));
    let request = Request::delete(invite(PENDING))
        .header("x-api-key", new_key())
        .header("anthropic-version", "2023-06-01")
        .body(Body::new(Huge(pieces.clone())))
        .unwrap();

    let answer = router(World::default()).oneshot(request).await.unwrap();

    assert_eq!(answer.status(), 413);
    let (kept, beyond, dropped) = (16, 1, 64 * 16 + 1);
    assert_eq!(pieces.load(Ordering::Relaxed), kept + beyond + dropped);
}
