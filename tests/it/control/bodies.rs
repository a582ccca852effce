//! The bodies of control calls: each is read before the answer, so that the connection can be used again.

use std::{
    convert::Infallible,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    pin::Pin,
    task::{Context, Poll},
};

use anthropic_admin_mock::{World, router};
use axum::{
    body::{Body, Bytes, HttpBody},
    http::Request,
};
use hyper::body::Frame;
use tower::ServiceExt;

use super::*;

/// The next answer on a connection; an empty one where the server has closed it.
fn next_answer(stream: &mut BufReader<TcpStream>) -> String {
    let mut answer = String::new();
    while !answer.ends_with("\r\n\r\n") {
        if stream.read_line(&mut answer).unwrap_or(0) == 0 {
            return answer;
        }
    }
    let length = answer.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    stream.read_exact(&mut body).unwrap();
    answer + &text(&body)
}

fn parsed(answer: &str) -> Answer {
    Answer::parse(answer.as_bytes(), "GET", "/_mock")
}

/// Sends the head, a moment later the body, and then another request on the same connection.
#[track_caller]
fn is_answered_and_the_connection_stays(server: &MockServer, call: &Call, body: &[u8]) -> Answer {
    let stream = connect(server.address());
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    stream.set_nodelay(true).unwrap();
    stream.write_all(&call.kept_alive()).unwrap();
    // Long enough for an answer to go out that does not wait for the body.
    std::thread::sleep(std::time::Duration::from_millis(50));
    // What a closed connection refuses to take shows in the answers.
    let _ = stream.write_all(body);
    let answer = next_answer(&mut reader);
    let _ = stream.write_all(&Call::bare("GET", "/_mock/clock").kept_alive());
    let second = next_answer(&mut reader);
    assert!(second.starts_with("HTTP/1.1 200 OK\r\n"), "{:?} {second:?} after {answer}", text(&call.bytes()));
    parsed(&answer)
}

#[tokio::test]
async fn a_body_that_no_route_asks_for_is_read_and_the_connection_stays() {
    let server = default_server().await;
    let key = new_key();
    let call = |method: &str, route: &str| Call::control(method, route, &key);
    for (call, status) in [
        (call("POST", "reset"), 200),
        (call("POST", &format!("invites/{PENDING}/accept")), 200),
        (call("POST", "invites/unknown/expire"), 404),
        (call("POST", "users/unknown/remove"), 404),
        (call("DELETE", "faults"), 200),
        (call("DELETE", "requests"), 200),
        (call("GET", "state"), 200),
        (call("GET", "health"), 200),
        (call("GET", ""), 200),
        (Call::control("POST", "reset", "nonsense"), 401),
        (call("POST", "reset").header("origin", "https://evil.example"), 403),
        (call("PUT", "state").header("host", "evil.example"), 403),
        (call("POST", "nothing"), 404),
        (call("POST", "state"), 405),
    ] {
        let long = "x".repeat(100_000);
        let of_a_length = call.clone().header("content-length", "100000");
        let answer = is_answered_and_the_connection_stays(&server, &of_a_length, long.as_bytes());
        assert_eq!((answer.status, answer.header("connection")), (status, None), "{answer:?}");
    }
    let chunked = call("DELETE", "faults").header("transfer-encoding", "chunked");
    let answer = is_answered_and_the_connection_stays(&server, &chunked, b"3\r\nabc\r\n0\r\n\r\n");
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[tokio::test]
async fn a_body_over_the_limit_of_its_route_is_a_413_and_the_last_of_its_connection() {
    let server = default_server().await;
    let large = vec![b' '; 3_000_000];
    for (method, route) in [("POST", "reset"), ("DELETE", "faults"), ("PUT", "clock"), ("POST", "nothing")] {
        let mut stream = connect(server.address());
        let call = Call::control(method, route, "").body(large.clone());
        stream.write_all(&call.kept_alive()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = parsed(&text(&answer));
        answer.control_refused(413, "body-unreadable");
        assert_eq!(answer.header("connection"), Some("close"));
        assert!(answer.message().contains("2097152 bytes"), "{answer:?}");
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_is_refused_and_nothing_is_done() {
    let server = default_server().await;
    let key = new_key();
    delete(&server, &key).invite_deleted(PENDING);
    let call = Call::control("POST", "reset", &key).header("content-length", "4");
    let mut stream = connect(server.address());
    stream.write_all(&[&call.kept_alive()[..], b"bo"].concat()).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = parsed(&text(&answer));
    assert_eq!(answer.control_refused(400, "body-unreadable").header("connection"), Some("close"));
    delete(&server, &key).refused(404, "not_found_error", "invite-deleted");
}

/// A body of which nothing comes.
struct Stalled;

impl HttpBody for Stalled {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Pending
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_is_given_up_after_a_minute() {
    let started = tokio::time::Instant::now();
    for (host, status, reason) in
        [("localhost", 408, "body-unreadable"), ("evil.example", 403, "host-foreign")]
    {
        let request = Request::post("/_mock/reset").header("host", host).body(Body::new(Stalled)).unwrap();
        let answer = router(World::default()).oneshot(request).await.unwrap();
        assert_eq!(answer.status(), status);
        assert_eq!(answer.headers()["x-mock-reason"], reason);
        assert_eq!(answer.headers()["connection"], "close");
    }
    assert_eq!(started.elapsed().as_secs(), 120);
}
