//! Bytes that no well-behaved client sends. The server answers or closes, and lives.

use std::io::{Read, Write};

use anthropic_admin_mock::{Fixture, Settings, World, router};
use axum::{
    body::{Body, to_bytes},
    http::Request,
};
use tower::ServiceExt;

use crate::{harness::*, wire::*};

fn still_serves(to: std::net::SocketAddr) {
    Call::delete(PENDING, &new_key()).send(to).deleted(PENDING);
}

/// A DELETE of the pending invite by a new key, with each byte in the place of the `@` in turn.
async fn with_every_byte(template: &str, expected: impl Fn(u8) -> (u16, &'static str)) {
    let server = default_server().await;
    for byte in 0..=255u8 {
        let bytes = template.replace("KEY", &new_key()).into_bytes();
        let at = bytes.iter().position(|byte| *byte == b'@').unwrap();
        let bytes = [&bytes[..at], &[byte], &bytes[at + 1..]].concat();
        let replies = ask(server.address(), &bytes);
        let told: Vec<_> = replies.iter().map(Reply::told).collect();
        assert_eq!(told, [expected(byte)], "byte {byte:#04x} in {template:?}");
        let sent = requests(&bytes);
        if replies[0].deleted() {
            assert!(sent[0].is_a_good_delete(PENDING), "{sent:?}");
        }
    }
    still_serves(server.address());
}

const DELETED: (u16, &str) = (200, "api");
const NOT_FOUND: (u16, &str) = (404, "api");
const REFUSED: (u16, &str) = (400, "http");

/// RFC 9110, section 5.6.2: what a method and a header's name are made of.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

const HEADERS: &str = "x-api-key: KEY\r\nanthropic-version: 2023-06-01\r\nconnection: close\r\n\r\n";

#[tokio::test]
async fn every_byte_in_the_path_is_another_path_or_refused() {
    let template = format!("DELETE /v1/organizations@/invites/{PENDING} HTTP/1.1\r\n{HEADERS}");
    with_every_byte(&template, |byte| if stands_in_a_path(byte) { NOT_FOUND } else { REFUSED }).await;
}

#[tokio::test]
async fn every_byte_in_the_id_is_another_id_or_refused() {
    let template = format!("DELETE {}@ HTTP/1.1\r\n{HEADERS}", invite(PENDING));
    with_every_byte(&template, |byte| match byte {
        // A query and a fragment begin here, and are no part of the id.
        b'?' | b'#' => DELETED,
        byte if stands_in_a_path(byte) => NOT_FOUND,
        _ => REFUSED,
    })
    .await;
}

/// A lone byte of those beyond ASCII is never UTF-8.
fn stands_in_a_path(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"<>`".contains(&byte)
}

#[tokio::test]
async fn every_byte_in_the_query_changes_nothing_or_is_refused() {
    let template = format!("DELETE {}?a=@ HTTP/1.1\r\n{HEADERS}", invite(PENDING));
    let stands = |byte: u8| byte.is_ascii_graphic() && !b"\"<>".contains(&byte);
    with_every_byte(&template, |byte| if stands(byte) { DELETED } else { REFUSED }).await;
}

#[tokio::test]
async fn every_byte_in_the_method_is_another_method_or_refused() {
    let template = format!("DEL@ETE {} HTTP/1.1\r\n{HEADERS}", invite(PENDING));
    with_every_byte(&template, |byte| if is_token(byte) { (405, "api") } else { REFUSED }).await;
}

#[tokio::test]
async fn every_byte_in_the_version_of_http_but_two_is_refused() {
    let template = format!("DELETE {} HTTP/1.@\r\n{HEADERS}", invite(PENDING));
    with_every_byte(&template, |byte| if b"01".contains(&byte) { DELETED } else { REFUSED }).await;
}

#[tokio::test]
async fn every_byte_in_a_headers_name_is_another_header_or_refused() {
    let template = format!("DELETE {} HTTP/1.1\r\nx-fo@reign: x\r\n{HEADERS}", invite(PENDING));
    with_every_byte(&template, |byte| if byte == b':' || is_token(byte) { DELETED } else { REFUSED }).await;
    // A credential whose name is another one is none.
    let template =
        format!("DELETE {} HTTP/1.1\r\n{}", invite(PENDING), HEADERS.replace("api-key", "api@-key"));
    with_every_byte(&template, |byte| if byte == b':' || is_token(byte) { (401, "api") } else { REFUSED })
        .await;
}

/// RFC 9110, section 5.5.
fn stands_in_a_value(byte: u8) -> bool {
    byte == b'\t' || byte >= b' ' && byte != 0x7f
}

#[tokio::test]
async fn every_byte_in_a_headers_value_belongs_to_it_or_is_refused() {
    let line = format!("DELETE {} HTTP/1.1\r\n", invite(PENDING));
    let bearer = HEADERS.replace("x-api-key: KEY", "authorization: Bearer KEY@more");
    for (headers, otherwise) in [
        (format!("x-foreign: a@b\r\n{HEADERS}"), DELETED),
        // Each is a key of its own, even one with a space in it.
        (HEADERS.replace("KEY", "KEY@more"), DELETED),
        (bearer, DELETED),
        (HEADERS.replace("2023", "20@23"), (400, "api")),
        // An x-api-key that is shaped like none.
        (HEADERS.replace("KEY", "sk-@ant-admin01-x"), (401, "api")),
        (HEADERS.replace("x-api-key: KEY", "authorization: Bear@er KEY"), (401, "api")),
    ] {
        let template = format!("{line}{headers}");
        with_every_byte(&template, |byte| if stands_in_a_value(byte) { otherwise } else { REFUSED }).await;
    }
}

#[tokio::test]
async fn every_encoded_byte_in_the_id_is_another_id() {
    let server = default_server().await;
    for byte in 0..=255u8 {
        let answer = Call::delete(&format!("{PENDING}%{byte:02X}"), &new_key()).send(server.address());
        answer.refused(404, "not_found_error", "invite-unknown");
    }
    still_serves(server.address());
}

#[tokio::test]
async fn every_method_but_the_routes_own_is_not_allowed() {
    let server = default_server().await;
    let long = "X".repeat(60_000);
    for method in [
        "POST",
        "PUT",
        "PATCH",
        "OPTIONS",
        "TRACE",
        "CONNECT",
        "PROPFIND",
        "QUERY",
        "PRI",
        "M-SEARCH",
        "delete",
        "Delete",
        "DELETE1",
        "X",
        "!#$%&'*+-.^_`|~",
        &long,
    ] {
        let key = new_key();
        let call = Call::delete(PENDING, &key).method(method);
        let answer = call.send(server.address());
        answer.refused(405, "invalid_request_error", "method-not-allowed");
        assert_eq!(answer.header("allow").map(|all| all.contains("DELETE")), Some(true));
        // What some frameworks take for the method is no header of ours.
        let answer = call.header("x-http-method-override", "DELETE").send(server.address());
        answer.refused(405, "invalid_request_error", "method-not-allowed");
        Call::delete(PENDING, &key).send(server.address()).deleted(PENDING);
    }
}

#[tokio::test]
async fn what_is_not_http_1_is_refused_or_closed() {
    let server = default_server().await;
    let headers = format!("x-api-key: {}\r\nanthropic-version: 2023-06-01\r\n\r\n", new_key());
    let line = format!("DELETE {}", invite(PENDING));
    let hello = [&b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..], &[7; 500]].concat();
    let lines = |ending: &str| format!("{line} HTTP/1.1\r\n{headers}").replace("\r\n", ending).into_bytes();
    for (bytes, expected) in [
        (hello, vec![400]),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".to_vec(), vec![]),
        (format!("{line}\r\n").into_bytes(), vec![400]),
        (format!("{line}\r\n{headers}").into_bytes(), vec![400]),
        (format!("{line} HTTP/0.9\r\n{headers}").into_bytes(), vec![400]),
        (format!("{line} HTTP/1.2\r\n{headers}").into_bytes(), vec![400]),
        (format!("{line} HTTP/2\r\n{headers}").into_bytes(), vec![400]),
        (format!("{line} HTTP/3.0\r\n{headers}").into_bytes(), vec![400]),
        (format!("{line} http/1.1\r\n{headers}").into_bytes(), vec![400]),
        (format!("{line}  HTTP/1.1\r\n{headers}").into_bytes(), vec![400]),
        (format!("{line}\tHTTP/1.1\r\n{headers}").into_bytes(), vec![400]),
        (format!(" {line} HTTP/1.1\r\n{headers}").into_bytes(), vec![400]),
        (format!("{line} HTTP/1.1\r\n folded: x\r\n{headers}").into_bytes(), vec![400]),
        (format!("{line} HTTP/1.1\r\nx: y\r\n folded\r\n{headers}").into_bytes(), vec![400]),
        (format!("{line} HTTP/1.1\r\nx : y\r\n{headers}").into_bytes(), vec![400]),
        (format!("{line} HTTP/1.1\r\nno colon\r\n{headers}").into_bytes(), vec![400]),
        (lines("\r"), vec![400]),
        (lines("\n\r"), vec![400]),
        (lines("\0"), vec![400]),
        (vec![0; 1000], vec![400]),
        (vec![b' '; 1000], vec![400]),
        (vec![b'\n'; 1000], vec![]),
        (vec![b'x'; 1000], vec![]),
        (Vec::new(), vec![]),
    ] {
        let replies = ask(server.address(), &bytes);
        let refusals = replies.iter().all(|reply| matches!(reply, Reply::Http(_)));
        let statuses: Vec<_> = replies.iter().map(Reply::status).collect();
        assert!(refusals && statuses == expected, "{replies:?} to {:?}", String::from_utf8_lossy(&bytes));
        still_serves(server.address());
    }
}

#[tokio::test]
async fn a_request_in_forms_that_a_front_end_might_refuse_is_still_read_in_one_way() {
    let server = default_server().await;
    let path = invite(PENDING);
    for line in [
        format!("DELETE {path} HTTP/1.1\r\nhost: one\r\nhost: two"),
        format!("DELETE {path} HTTP/1.1\r\nhost: no host/at all"),
        format!("DELETE {path} HTTP/1.1"),
        format!("DELETE http://elsewhere.example{path} HTTP/1.1\r\nhost: x"),
        format!("DELETE ftp://user:password@elsewhere{path}?a=b HTTP/1.1\r\nhost: x"),
        format!("DELETE {path}#fragment HTTP/1.1\r\nhost: x"),
        format!("DELETE {path}?a=b?c#d HTTP/1.1\r\nhost: x"),
        format!("\r\n\n\r\nDELETE {path} HTTP/1.1\r\nhost: x"),
        format!("DELETE {path} HTTP/1.1\r\nupgrade: h2c"),
        format!("DELETE {path} HTTP/1.0\r\nhost: x"),
    ] {
        let bytes = format!("{line}\r\n{}", HEADERS.replace("KEY", &new_key()));
        assert!(ask_once(server.address(), bytes.as_bytes()).deleted(), "{line}");
        // Lines may end in LF alone.
        let bytes = format!("{line}\r\n{}", HEADERS.replace("KEY", &new_key())).replace("\r\n", "\n");
        assert!(ask_once(server.address(), bytes.as_bytes()).deleted(), "{line}");
    }
    for (line, expected) in [
        (format!("DELETE {} HTTP/1.1", &path[1..]), REFUSED),
        ("DELETE * HTTP/1.1".into(), NOT_FOUND),
        ("OPTIONS * HTTP/1.1".into(), NOT_FOUND),
        ("CONNECT localhost:80 HTTP/1.1".into(), NOT_FOUND),
        ("DELETE localhost:80 HTTP/1.1".into(), NOT_FOUND),
        (format!("DELETE http://localhost?{path} HTTP/1.1"), NOT_FOUND),
        (format!("DELETE /{path} HTTP/1.1"), NOT_FOUND),
        (format!("DELETE {path}/ HTTP/1.1"), NOT_FOUND),
        (format!("DELETE /v1/organizations/invites/x/../{PENDING} HTTP/1.1"), NOT_FOUND),
        (format!("DELETE /v1/organizations/./invites/{PENDING} HTTP/1.1"), NOT_FOUND),
        (format!("DELETE /v1/organizations%2Finvites/{PENDING} HTTP/1.1"), NOT_FOUND),
        (format!("DELETE /v1/%6Frganizations/invites/{PENDING} HTTP/1.1"), NOT_FOUND),
        (format!("DELETE /V1/organizations/invites/{PENDING} HTTP/1.1"), NOT_FOUND),
        (format!("DELETE {path};a=b HTTP/1.1"), NOT_FOUND),
        ("DELETE /v1/organizations/invites/%C3%A9\u{e9}%C3 HTTP/1.1".into(), NOT_FOUND),
    ] {
        let key = new_key();
        let bytes = format!("{line}\r\n{}", HEADERS.replace("KEY", &key));
        assert_eq!(ask_once(server.address(), bytes.as_bytes()).told(), expected, "{line}");
        Call::delete(PENDING, &key).send(server.address()).deleted(PENDING);
    }
}

#[tokio::test]
async fn what_is_over_a_limit_of_hyper_is_refused_before_it_is_a_request() {
    let server = default_server().await;
    let to = server.address();
    let path = |length: usize| "/".to_owned() + &"x".repeat(length - 1);
    let bare = |path: &str| ask_once(to, &Call::bare("DELETE", path).bytes()).told();
    assert_eq!(bare(&path(65_534)), NOT_FOUND);
    assert_eq!(bare(&path(65_535)), (414, "http"));
    assert_eq!(bare(&path(300_000)), (414, "http"));
    assert_eq!(bare(&path(2_000_000)), (431, "http"));

    let delete = || Call::delete(PENDING, &new_key());
    let with = |name: &str, value: &str| ask_once(to, &delete().header(name, value).bytes()).told();
    assert_eq!(with("x-foreign", &"x".repeat(300_000)), DELETED);
    assert_eq!(with("x-foreign", &"x".repeat(2_000_000)), (431, "http"));
    assert_eq!(with("anthropic-version", &"x".repeat(100_000)), (400, "api"));
    assert_eq!(with(&"x".repeat(65_535), "x"), DELETED);
    assert_eq!(with(&"x".repeat(65_536), "x"), (431, "http"));

    // Four of them are there already.
    let headers = |count: usize| {
        let call = (4..count).fold(delete(), |call, _| call.header("x-foreign", "x"));
        ask_once(to, &call.bytes()).told()
    };
    assert_eq!((headers(100), headers(101), headers(5_000)), (DELETED, (431, "http"), (431, "http")));

    let endless = ask_once(to, &b"\r\n".repeat(1_000_000));
    assert_eq!(endless.told(), (431, "http"));
    still_serves(to);
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

#[test]
fn the_truth_page_lists_the_statuses_with_which_hyper_refuses() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/fidelity.md")).unwrap();
    let section = page.split("## What HTTP refuses before there is a request").nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let listed = section.lines().filter_map(|line| line.strip_prefix("- ")?.split_once(':')?.0.parse().ok());
    assert_eq!(listed.collect::<Vec<u16>>(), REFUSALS);
}

#[tokio::test]
async fn an_answer_to_head_has_no_body_within_the_process_either() {
    let fixture = Fixture::parse(r#"{"clock": "2026-01-01T00:00:00Z", "invites": []}"#, Settings::default());
    let world = World::new(fixture.unwrap());
    for (path, status) in
        [("/v1/organizations/invites", 200), ("/v1/organizations/invites/x", 404), ("/v1/x", 404)]
    {
        let call = |method: &str| {
            let request = Request::builder().method(method).uri(path);
            let request =
                request.header("x-api-key", "sk-ant-admin01-head").header("anthropic-version", "2023-06-01");
            router(world.clone()).oneshot(request.body(Body::empty()).unwrap())
        };
        let (got, head) = (call("GET").await.unwrap(), call("HEAD").await.unwrap());
        assert_eq!((got.status().as_u16(), head.status().as_u16()), (status, status), "{path}");
        let length = to_bytes(got.into_body(), usize::MAX).await.unwrap().len();
        assert_eq!(head.headers()["content-length"], length.to_string(), "{path}");
        assert!(to_bytes(head.into_body(), usize::MAX).await.unwrap().is_empty(), "{path}");
    }
}
