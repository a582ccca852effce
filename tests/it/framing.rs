//! Where a body ends: lengths, chunks, and requests behind each other in one write.

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

use anthropic_admin_mock::{MockServer, Status, World, router};
use axum::{
    body::{Body, Bytes, HttpBody},
    http::Request,
};
use hyper::body::Frame;
use tower::ServiceExt;

use crate::{harness::*, wire::*};

/// A DELETE of the pending invite with these header lines and these bytes as its body.
fn delete(key: &str, headers: &str, body: &str) -> Vec<u8> {
    let head = text(&Call::delete(PENDING, key).bytes());
    [head.replace("connection: close\r\n\r\n", headers), "connection: close\r\n\r\n".into(), body.into()]
        .concat()
        .into_bytes()
}

/// The answer to such a DELETE, which has to agree with what has become of the invite.
#[track_caller]
fn told(server: &MockServer, headers: &str, body: &str) -> (u16, &'static str) {
    let key = new_key();
    let reply = ask_once(server.address(), &delete(&key, headers, body));
    let status = server.world().organization(&key).unwrap().invite(PENDING).unwrap().status;
    assert_eq!(status == Status::Deleted, reply.deleted(), "{reply:?}");
    let after = ask_once(server.address(), &delete(&key, "", ""));
    assert_eq!(after.deleted(), !reply.deleted());
    reply.told()
}

const DONE: (u16, &str) = (200, "api");
const UNREADABLE: (u16, &str) = (400, "api");
const TOO_LARGE: (u16, &str) = (413, "api");
const REFUSED: (u16, &str) = (400, "http");
const REFUSED_AS_TOO_LARGE: (u16, &str) = (431, "http");

#[tokio::test]
async fn a_length_is_one_number_that_the_body_keeps_to() {
    let server = default_server().await;
    for (length, expected) in [
        ("0", DONE),
        ("5", DONE),
        // Longer than what came, and shorter: the rest would be another request.
        ("6", UNREADABLE),
        ("4", DONE),
        ("05", DONE),
        ("0000000000000000000005", DONE),
        ("-1", REFUSED),
        ("+5", REFUSED),
        ("0x5", REFUSED),
        ("5.0", REFUSED),
        ("5, 5", REFUSED),
        ("5;", REFUSED),
        ("five", REFUSED),
        ("", REFUSED),
        ("1048577", TOO_LARGE),
        ("9223372036854775808", TOO_LARGE),
        ("18446744073709551613", TOO_LARGE),
        ("18446744073709551614", REFUSED_AS_TOO_LARGE),
        ("18446744073709551615", REFUSED_AS_TOO_LARGE),
        ("18446744073709551616", REFUSED),
        ("99999999999999999999999999", REFUSED),
    ] {
        assert_eq!(told(&server, &format!("content-length: {length}\r\n"), "hello"), expected, "{length:?}");
    }
}

#[tokio::test]
async fn lengths_that_contradict_each_other_are_refused_and_equal_ones_are_one() {
    let server = default_server().await;
    for (headers, expected) in [
        ("content-length: 5\r\ncontent-length: 5\r\n", DONE),
        ("content-length: 5\r\nContent-Length: 05\r\n", DONE),
        ("content-length: 5\r\ncontent-length: 6\r\n", REFUSED),
        ("content-length: 5\r\ncontent-length: 0\r\n", REFUSED),
        ("content-length: 5\r\ncontent-length: x\r\n", REFUSED),
    ] {
        assert_eq!(told(&server, headers, "hello"), expected, "{headers:?}");
    }
}

#[tokio::test]
async fn chunks_decide_over_a_length_and_the_connection_ends_after_both() {
    let server = default_server().await;
    let chunks = "5\r\nhello\r\n0\r\n\r\n";
    for headers in [
        "transfer-encoding: chunked\r\ncontent-length: 5\r\n",
        "content-length: 5\r\ntransfer-encoding: chunked\r\n",
        "transfer-encoding: chunked\r\ncontent-length: nonsense\r\n",
    ] {
        assert_eq!(told(&server, headers, chunks), DONE, "{headers:?}");
        // What follows may be anybody's, and is answered to nobody.
        let key = new_key();
        let both = text(&delete(&new_key(), headers, chunks)).replace("connection: close\r\n", "");
        let second = text(&delete(&key, "", ""));
        assert_eq!(ask(server.address(), [both, second].concat().as_bytes()).len(), 1);
        let untouched = server.world().organization(&key).unwrap().invite(PENDING).unwrap().status;
        assert_eq!(untouched, Status::Pending);
    }
    let headers = "content-length: nonsense\r\ntransfer-encoding: chunked\r\n";
    assert_eq!(told(&server, headers, chunks), REFUSED);
}

#[tokio::test]
async fn only_a_transfer_encoding_that_ends_in_chunked_is_taken() {
    let server = default_server().await;
    for (coding, expected) in [
        ("chunked", DONE),
        ("CHUNKED", DONE),
        ("gzip, chunked", DONE),
        ("chunked, chunked", DONE),
        (", chunked", DONE),
        ("identity\r\ntransfer-encoding: chunked", DONE),
        ("chunked\r\ntransfer-encoding: identity", REFUSED),
        ("chunked, gzip", REFUSED),
        ("identity", REFUSED),
        ("xchunked", REFUSED),
        ("chunked;q=1", REFUSED),
        ("chunked,", REFUSED),
        ("\"chunked\"", REFUSED),
        ("\u{b}chunked", REFUSED),
        ("", REFUSED),
    ] {
        let headers = format!("transfer-encoding: {coding}\r\n");
        assert_eq!(told(&server, &headers, "5\r\nhello\r\n0\r\n\r\n"), expected, "{coding:?}");
    }
    // HTTP/1.0 has none.
    let bytes = text(&delete(&new_key(), "transfer-encoding: chunked\r\n", "0\r\n\r\n"));
    let old = bytes.replace("HTTP/1.1", "HTTP/1.0");
    assert_eq!(ask_once(server.address(), old.as_bytes()).told(), REFUSED);
}

#[tokio::test]
async fn chunks_that_are_framed_wrongly_delete_nothing() {
    let server = default_server().await;
    let many = format!("0\r\n{}\r\n", "a: b\r\n".repeat(2000));
    let long_extension = format!("5;{}\r\nhello\r\n0\r\n\r\n", "a".repeat(20_000));
    let over_the_limit = format!("100001\r\n{}\r\n0\r\n\r\n", "x".repeat(0x10_0001));
    let in_small_ones = format!("{}0\r\n\r\n", "1\r\nx\r\n".repeat(5000));
    for (body, expected) in [
        ("0\r\n\r\n", DONE),
        ("5\r\nhello\r\n0\r\n\r\n", DONE),
        ("0A\r\n0123456789\r\n00\r\n\r\n", DONE),
        ("5;a=b;c=\"d\"\r\nhello\r\n0;e\r\n\r\n", DONE),
        ("5 \r\nhello\r\n0\r\n\r\n", DONE),
        ("5\r\nhello\r\n0\r\nx-api-key: other\r\ncontent-length: 9\r\n\r\n", DONE),
        (&in_small_ones, DONE),
        ("", UNREADABLE),
        ("5\r\nhello\r\n", UNREADABLE),
        ("5\r\nhello\r\n0\r\n", UNREADABLE),
        ("5\r\nhello\r\n0\r\n\r", UNREADABLE),
        ("5\r\nhel", UNREADABLE),
        ("6\r\nhello\r\n0\r\n\r\n", UNREADABLE),
        ("4\r\nhello\r\n0\r\n\r\n", UNREADABLE),
        ("5\r\nhello0\r\n\r\n", UNREADABLE),
        ("5\nhello\n0\n\n", UNREADABLE),
        ("5;a\nhello\r\n0\r\n\r\n", UNREADABLE),
        ("5;a\rb\r\nhello\r\n0\r\n\r\n", UNREADABLE),
        ("\r\nhello\r\n0\r\n\r\n", UNREADABLE),
        (" 5\r\nhello\r\n0\r\n\r\n", UNREADABLE),
        ("-5\r\nhello\r\n0\r\n\r\n", UNREADABLE),
        ("+5\r\nhello\r\n0\r\n\r\n", UNREADABLE),
        ("0x5\r\nhello\r\n0\r\n\r\n", UNREADABLE),
        ("g\r\nhello\r\n0\r\n\r\n", UNREADABLE),
        ("5 5\r\nhello\r\n0\r\n\r\n", UNREADABLE),
        ("7FFFFFFFFFFFFFFF\r\nhello", UNREADABLE),
        ("FFFFFFFFFFFFFFFF\r\nhello", UNREADABLE),
        ("10000000000000000\r\nhello\r\n0\r\n\r\n", UNREADABLE),
        ("5\r\nhello\r\n0\r\nno colon\r\n\r\n", UNREADABLE),
        (&many, UNREADABLE),
        (&long_extension, UNREADABLE),
        (&over_the_limit, TOO_LARGE),
    ] {
        let got = told(&server, "transfer-encoding: chunked\r\n", body);
        assert_eq!(got, expected, "{:?}", &body[..body.len().min(60)]);
    }
}

#[tokio::test]
async fn what_is_left_of_a_body_is_the_next_request() {
    let server = default_server().await;
    let (one, other) = (new_key(), new_key());
    let smuggled = text(&delete(&other, "", ""));
    let kept_alive = |length: usize| {
        let head = text(&delete(&one, &format!("content-length: {length}\r\n"), ""));
        head.replace("connection: close\r\n", "") + &smuggled
    };
    let is_there = || server.world().organization(&other).unwrap().invite(PENDING).unwrap().status;

    let within = ask(server.address(), kept_alive(smuggled.len()).as_bytes());
    assert_eq!((within.len(), is_there()), (1, Status::Pending));
    let behind = ask(server.address(), kept_alive(0).as_bytes());
    assert_eq!((behind.len(), is_there()), (2, Status::Deleted));
}

#[tokio::test]
async fn a_hundred_requests_in_one_write_are_answered_in_their_order() {
    let server = default_server().await;
    let key = new_key();
    let mut bytes = Vec::new();
    for number in 0..100 {
        let call = match number % 4 {
            0 => Call::delete(&format!("unknown-{number}"), &key),
            1 => Call::delete(PENDING, &key).method("PUT").body(format!("body {number}")),
            2 => Call::delete(PENDING, &key).method("HEAD"),
            _ => Call::delete(&format!("chunked-{number}"), &key).header("transfer-encoding", "chunked"),
        };
        bytes.extend(text(&call.bytes()).replace("connection: close\r\n", "").into_bytes());
        if number % 4 == 3 {
            bytes.extend(b"3\r\nabc\r\n0\r\n\r\n");
        }
    }
    bytes.extend(delete(&key, "", ""));

    let replies = ask(server.address(), &bytes);

    assert_eq!(replies.len(), 101);
    for (number, reply) in replies.iter().enumerate() {
        let Reply::Api { status, body } = reply else { panic!("{reply:?}") };
        let (expected, words) = match number {
            100 => (200, format!("{PENDING}\",\"type\":\"invite_deleted")),
            _ if number % 4 == 0 => (404, format!("`unknown-{number}`")),
            _ if number % 4 == 1 => (405, "Method Not Allowed".into()),
            _ if number % 4 == 2 => (200, String::new()),
            _ => (404, format!("`chunked-{number}`")),
        };
        assert!(*status == expected && body.contains(&words), "{number}: {reply:?}");
    }
}

#[tokio::test]
async fn an_answer_of_any_size_arrives_whole() {
    let server = default_server().await;
    let key = new_key();
    let ids: Vec<_> = (1..=1000).map(|length| "i".repeat(length)).collect();
    let call = |id: &String| text(&Call::delete(id, &key).bytes()).replace("connection: close\r\n", "");
    let mut bytes: String = ids.iter().map(call).collect();
    bytes += &text(&delete(&key, "", ""));

    let replies = ask(server.address(), bytes.as_bytes());

    assert_eq!(replies.len(), 1001);
    for (id, reply) in ids.iter().zip(&replies) {
        let Reply::Api { status: 404, body } = reply else { panic!("{} bytes: {reply:?}", id.len()) };
        assert!(body.contains(&format!("`{id}` not found")), "{} bytes: {body}", id.len());
    }
}

#[tokio::test]
async fn pipelined_requests_stop_at_the_first_that_is_not_http() {
    let server = default_server().await;
    let key = new_key();
    let good = text(&Call::retrieve(PENDING, &key).bytes()).replace("connection: close\r\n", "");
    let bytes = [&good, &good, "not http\r\n\r\n", &text(&delete(&key, "", ""))].concat();
    let told: Vec<_> = ask(server.address(), bytes.as_bytes()).iter().map(Reply::told).collect();
    assert_eq!(told, [DONE, DONE, REFUSED]);
    assert!(ask_once(server.address(), &delete(&key, "", "")).deleted());
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

#[tokio::test]
async fn a_request_that_breaks_off_anywhere_deletes_nothing() {
    let server = default_server().await;
    let key = new_key();
    let organization = server.world().organization(&key).unwrap();
    let whole = delete(&key, "content-length: 5\r\n", "hello");
    for end in 0..whole.len() {
        let replies = ask(server.address(), &whole[..end]);
        // In the middle of the head there is nobody to answer yet.
        let told: Vec<_> = replies.iter().map(Reply::told).collect();
        let in_the_body = end >= whole.len() - "hello".len();
        assert_eq!(told, if in_the_body { vec![UNREADABLE] } else { vec![] }, "{end}");
        assert_eq!(organization.invite(PENDING).unwrap().status, Status::Pending);
    }
    assert!(ask_once(server.address(), &whole).deleted());
}

#[tokio::test]
async fn many_slow_clients_keep_nobody_waiting() {
    let server = default_server().await;
    let bytes = delete(&new_key(), "content-length: 5\r\n", "hello");
    // Each has stopped at another place.
    let mut slow: Vec<_> = (1..bytes.len())
        .step_by(5)
        .map(|end| {
            let mut stream = connect(server.address());
            stream.write_all(&bytes[..end]).unwrap();
            (stream, end)
        })
        .collect();
    let started = std::time::Instant::now();
    assert!(ask_once(server.address(), &delete(&new_key(), "", "")).deleted());
    assert!(started.elapsed() < std::time::Duration::from_secs(5));
    let mut done = 0;
    for (stream, end) in &mut slow {
        stream.write_all(&bytes[*end..]).unwrap();
        let mut back = Vec::new();
        stream.read_to_end(&mut back).unwrap();
        done += usize::from(replies(&back, |_| "DELETE".into())[0].deleted());
    }
    assert_eq!(done, 1, "an invite is deleted once");
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
    let (kept, dropped) = (16, 64 * 16);
    assert_eq!(pieces.load(Ordering::Relaxed), kept + dropped + 1);
}
