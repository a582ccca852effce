//! Bytes that no well-behaved client sends. The server answers or closes, and lives.

use std::io::{Read, Write};

use crate::harness::*;

fn still_serves(to: std::net::SocketAddr) {
    Call::delete(PENDING, &new_key()).send(to).deleted(PENDING);
}

#[tokio::test]
async fn every_byte_in_the_path_and_in_the_key_leaves_in_the_envelope_or_before_any_request() {
    let server = default_server().await;
    let mut answered = 0;
    for byte in 0..=255u8 {
        let head = b"DELETE /v1/organizations/invites/x";
        let rest = b" HTTP/1.1\r\nhost: x\r\nconnection: close\r\nanthropic-version: 2023-06-01\r\nx-api-key: sk-ant-admin01-bytes";
        for request in [
            [&head[..], &[byte], rest, b"\r\n\r\n"].concat(),
            [&head[..], rest, &[byte], b"\r\n\r\n"].concat(),
        ] {
            let answer = exchange(server.address(), &request);
            // What hyper refuses, it refuses without a body and before a request exists.
            let refused_by_hyper =
                answer.starts_with(b"HTTP/1.1 400 Bad Request\r\n") && answer.ends_with(b"\r\n\r\n");
            if !refused_by_hyper {
                Answer::parse(&answer, "DELETE", "/v1");
                answered += 1;
            }
        }
    }
    // All but control characters may stand in a header's value, and printable ASCII in a path.
    assert!(answered > 300, "{answered}");
    still_serves(server.address());
}

#[tokio::test]
async fn a_request_that_comes_byte_by_byte_is_answered() {
    let server = default_server().await;
    let call = Call::delete(PENDING, &new_key());
    let mut stream = connect(server.address());
    stream.set_nodelay(true).unwrap();
    for byte in call.bytes() {
        stream.write_all(&[byte]).unwrap();
    }
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    Answer::parse(&answer, "DELETE", "/v1").deleted(PENDING);
}

#[tokio::test]
async fn a_client_that_half_closes_after_its_request_is_answered() {
    let server = default_server().await;
    let mut stream = connect(server.address());
    stream.write_all(&Call::delete(PENDING, &new_key()).bytes()).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    Answer::parse(&answer, "DELETE", "/v1").deleted(PENDING);
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let server = default_server().await;
    let key = new_key();
    let keep_alive = |id: &str| {
        let bytes = text(&Call::delete(id, &key).bytes());
        bytes.replace("connection: close\r\n", "")
    };
    let last = text(&Call::delete(EXPIRED, &key).bytes());
    let requests = [keep_alive(PENDING), keep_alive(PENDING), keep_alive(ACCEPTED), last].concat();

    let answers = text(&exchange(server.address(), requests.as_bytes()));

    let statuses: Vec<_> =
        answers.match_indices("HTTP/1.1 ").map(|(at, _)| &answers[at + 9..at + 12]).collect();
    assert_eq!(statuses, ["200", "404", "400", "400"]);
}

#[tokio::test]
async fn head_and_http_1_0_are_answered() {
    let server = default_server().await;
    let head = Call::delete(PENDING, &new_key()).method("HEAD").send(server.address());
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    let old = format!(
        "DELETE {} HTTP/1.0\r\nx-api-key: {}\r\nanthropic-version: 2023-06-01\r\n\r\n",
        invite(PENDING),
        new_key()
    );
    let answer = exchange(server.address(), old.as_bytes());
    Answer::parse(&answer, "DELETE", "/v1").deleted(PENDING);
}

#[tokio::test]
async fn long_ids_are_looked_up_like_any_other() {
    let server = default_server().await;
    let id = "x".repeat(8_000);
    let answer = Call::delete(&id, &new_key()).send(server.address());
    answer.refused(404, "not_found_error", "invite-unknown").says(&format!("Invite `{id}` not found."));
}
