//! Connections: slow ones, half-closed ones, many requests on one, and a request that breaks off anywhere.

use std::{
    io::{Read, Write},
    net::Shutdown,
    time::{Duration, Instant},
};

use super::{wire::*, *};

fn answer_on(mut stream: std::net::TcpStream) -> Answer {
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    Answer::parse(&answer, "DELETE", "/v1")
}

#[tokio::test]
async fn a_request_that_comes_byte_by_byte_is_answered() {
    let server = default_server().await;
    let mut stream = connect(server.address());
    stream.set_nodelay(true).unwrap();
    for byte in Call::delete_invite(PENDING, &new_key()).bytes() {
        stream.write_all(&[byte]).unwrap();
    }
    answer_on(stream).invite_deleted(PENDING);
}

#[tokio::test]
async fn a_client_that_half_closes_after_its_request_is_answered() {
    let server = default_server().await;
    let mut stream = connect(server.address());
    stream.write_all(&Call::delete_invite(PENDING, &new_key()).bytes()).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    answer_on(stream).invite_deleted(PENDING);
}

#[tokio::test]
async fn http_1_0_is_answered() {
    let server = default_server().await;
    let old = text(&delete(&new_key(), "", "")).replace("HTTP/1.1", "HTTP/1.0");
    assert!(ask_once(server.address(), old.as_bytes()).deleted());
}

#[tokio::test]
async fn a_hundred_requests_in_one_write_are_answered_in_their_order() {
    let server = default_server().await;
    let key = new_key();
    let mut bytes = Vec::new();
    for number in 0..100 {
        let call = match number % 4 {
            0 => Call::delete_invite(&format!("unknown-{number}"), &key),
            1 => Call::delete_invite(PENDING, &key).method("PUT").body(format!("body {number}")),
            2 => Call::delete_invite(PENDING, &key).method("HEAD"),
            _ => {
                Call::delete_invite(&format!("chunked-{number}"), &key).header("transfer-encoding", "chunked")
            }
        };
        bytes.extend(call.kept_alive());
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
    let mut bytes: Vec<u8> = ids.iter().flat_map(|id| Call::delete_invite(id, &key).kept_alive()).collect();
    bytes.extend(delete(&key, "", ""));

    let replies = ask(server.address(), &bytes);

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
    let good = Call::retrieve_invite(PENDING, &key).kept_alive();
    let bytes = [&good[..], &good, b"not http\r\n\r\n", &delete(&key, "", "")].concat();
    assert_eq!(all_told(&ask(server.address(), &bytes)), [api(200), api(200), http(400)]);
    assert!(!is_deleted(&server, &key));
}

#[tokio::test]
async fn a_request_that_breaks_off_anywhere_deletes_nothing() {
    let server = default_server().await;
    let key = new_key();
    let whole = delete(&key, "content-length: 5\r\n", "hello");
    for end in 0..whole.len() {
        let replies = ask(server.address(), &whole[..end]);
        // In the middle of the head there is no request to answer yet.
        let in_the_body = end >= whole.len() - "hello".len();
        assert_eq!(all_told(&replies), if in_the_body { vec![api(400)] } else { vec![] }, "{end}");
        assert!(!is_deleted(&server, &key), "{end}");
    }
    assert!(ask_once(server.address(), &whole).deleted());
}

#[tokio::test]
async fn many_slow_clients_keep_no_other_waiting() {
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
    let started = Instant::now();
    assert!(ask_once(server.address(), &delete(&new_key(), "", "")).deleted());
    assert!(started.elapsed() < Duration::from_secs(5));
    let mut done = 0;
    for (stream, end) in &mut slow {
        stream.write_all(&bytes[*end..]).unwrap();
        let mut back = Vec::new();
        stream.read_to_end(&mut back).unwrap();
        done += usize::from(replies(&back, |_| "DELETE".into())[0].deleted());
    }
    assert_eq!(done, 1, "an invite is deleted once");
}
