//! Lines and heads: which bytes are a request, which path and which id they name, and what is no HTTP/1.1 at all.

use super::{wire::*, *};

const HEADERS: &str = "x-api-key: KEY\r\nanthropic-version: 2023-06-01\r\nconnection: close\r\n\r\n";

/// A DELETE of the pending invite by a new key, with each byte in the place of the `@` in turn.
async fn with_every_byte(line: &str, expected: impl Fn(u8) -> (u16, &'static str)) {
    let server = default_server().await;
    for byte in 0..=255u8 {
        let bytes = format!("{line} HTTP/1.1\r\n{HEADERS}").replace("KEY", &new_key()).into_bytes();
        let at = bytes.iter().position(|byte| *byte == b'@').unwrap();
        let bytes = [&bytes[..at], &[byte], &bytes[at + 1..]].concat();
        let replies = ask(server.address(), &bytes);
        assert_eq!(all_told(&replies), [expected(byte)], "byte {byte:#04x} in {line:?}");
        if replies[0].deleted() {
            assert!(requests(&bytes)[0].is_a_good_delete(PENDING), "{byte:#04x} in {line:?}");
        }
    }
    still_serves(server.address());
}

/// A lone byte of those beyond ASCII is never UTF-8.
fn stands_in_a_path(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"<>`".contains(&byte)
}

#[tokio::test]
async fn every_byte_in_the_path_is_another_path_or_refused() {
    let line = format!("DELETE /v1/organizations@/invites/{PENDING}");
    with_every_byte(&line, |byte| if stands_in_a_path(byte) { api(404) } else { http(400) }).await;
}

#[tokio::test]
async fn every_byte_in_the_id_is_another_id_or_refused() {
    with_every_byte(&format!("DELETE {}@", invite(PENDING)), |byte| match byte {
        // A query and a fragment begin here, and are no part of the id.
        b'?' | b'#' => api(200),
        byte if stands_in_a_path(byte) => api(404),
        _ => http(400),
    })
    .await;
}

#[tokio::test]
async fn every_encoded_byte_in_the_id_is_another_id() {
    let server = default_server().await;
    for byte in 0..=255u8 {
        let answer = Call::delete_invite(&format!("{PENDING}%{byte:02X}"), &new_key()).send(server.address());
        answer.refused(404, "not_found_error", "invite-unknown");
    }
    still_serves(server.address());
}

#[tokio::test]
async fn a_key_with_one_byte_more_is_another_key() {
    let server = default_server().await;
    let key = new_key();
    for byte in (0x21..=0xff_u8).filter(|byte| ![b',', 0x7f].contains(byte)) {
        let call = Call::delete_invite(PENDING, "").with("x-api-key", [key.as_bytes(), &[byte]].concat());
        call.send(server.address()).invite_deleted(PENDING);
    }
    Call::delete_invite(PENDING, &key).send(server.address()).invite_deleted(PENDING);
}

#[tokio::test]
async fn what_is_not_http_1_is_refused_or_closed() {
    let server = default_server().await;
    let headers = format!("x-api-key: {}\r\nanthropic-version: 2023-06-01\r\n\r\n", new_key());
    let line = format!("DELETE {}", invite(PENDING));
    let lines = |ending: &str| format!("{line} HTTP/1.1\r\n{headers}").replace("\r\n", ending).into_bytes();
    for (bytes, expected) in [
        (tls_hello(), vec![http(400)]),
        (HTTP_2.to_vec(), vec![]),
        (format!("{line}\r\n").into_bytes(), vec![http(400)]),
        (format!("{line} HTTP/0.9\r\n{headers}").into_bytes(), vec![http(400)]),
        (format!("{line} HTTP/2\r\n{headers}").into_bytes(), vec![http(400)]),
        (format!("{line}  HTTP/1.1\r\n{headers}").into_bytes(), vec![http(400)]),
        (format!("{line} HTTP/1.1\r\nx: y\r\n folded\r\n{headers}").into_bytes(), vec![http(400)]),
        (format!("{line} HTTP/1.1\r\nx : y\r\n{headers}").into_bytes(), vec![http(400)]),
        (format!("{line} HTTP/1.1\r\nno colon\r\n{headers}").into_bytes(), vec![http(400)]),
        (lines("\r"), vec![http(400)]),
        (lines("\0"), vec![http(400)]),
        (vec![0; 1000], vec![http(400)]),
        (vec![b'\n'; 1000], vec![]),
        (vec![b'x'; 1000], vec![]),
        (Vec::new(), vec![]),
    ] {
        let replies = ask(server.address(), &bytes);
        assert_eq!(all_told(&replies), expected, "{:?}", String::from_utf8_lossy(&bytes));
        still_serves(server.address());
    }
}

const HTTP_2: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

fn tls_hello() -> Vec<u8> {
    [&b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..], &[7; 500]].concat()
}

#[test]
fn tls_and_http_2_at_the_port_leave_one_warning_each_that_says_what_the_mock_speaks() {
    let served = Served::start(&[]);
    for bytes in [&tls_hello(), HTTP_2] {
        ask(served.address, bytes);
    }
    let (_, log) = served.stop();
    let lines = after_the_start(&log);
    assert_eq!(lines.len(), 2, "{log}");
    for line in lines {
        assert!(line.contains("WARN") && line.contains("http://") && line.contains("HTTP/1.1"), "{line}");
    }
}

#[tokio::test]
async fn a_request_in_forms_that_a_front_end_might_refuse_is_still_read_in_one_way() {
    let server = default_server().await;
    let path = invite(PENDING);
    for line in [
        format!("DELETE {path} HTTP/1.1\r\nhost: one\r\nhost: two"),
        format!("DELETE {path} HTTP/1.1"),
        format!("DELETE http://elsewhere.example{path} HTTP/1.1\r\nhost: x"),
        format!("DELETE ftp://user:password@elsewhere{path}?a=b HTTP/1.1\r\nhost: x"),
        format!("DELETE {path}?a=b?c#d HTTP/1.1\r\nhost: x"),
        format!("\r\n\n\r\nDELETE {path} HTTP/1.1\r\nhost: x"),
        format!("DELETE {path} HTTP/1.1\r\nupgrade: h2c"),
        format!("DELETE {path} HTTP/1.0\r\nhost: x"),
    ] {
        let bytes = || format!("{line}\r\n{}", HEADERS.replace("KEY", &new_key()));
        assert!(ask_once(server.address(), bytes().as_bytes()).deleted(), "{line}");
        // Lines may end in LF alone.
        let bytes = bytes().replace("\r\n", "\n");
        assert!(ask_once(server.address(), bytes.as_bytes()).deleted(), "{line}");
    }
    for line in [
        "DELETE * HTTP/1.1".into(),
        "OPTIONS * HTTP/1.1".into(),
        "CONNECT localhost:80 HTTP/1.1".into(),
        format!("DELETE http://localhost?{path} HTTP/1.1"),
        format!("DELETE /{path} HTTP/1.1"),
        format!("DELETE {path}/ HTTP/1.1"),
        format!("DELETE /v1/organizations/invites/x/../{PENDING} HTTP/1.1"),
        format!("DELETE /v1/organizations/./invites/{PENDING} HTTP/1.1"),
        format!("DELETE /v1/organizations%2Finvites/{PENDING} HTTP/1.1"),
        format!("DELETE /v1/%6Frganizations/invites/{PENDING} HTTP/1.1"),
        format!("DELETE {path};a=b HTTP/1.1"),
        "DELETE /v1/organizations/invites/%C3%A9\u{e9}%C3 HTTP/1.1".into(),
    ] {
        let key = new_key();
        let bytes = format!("{line}\r\n{}", HEADERS.replace("KEY", &key));
        assert_eq!(ask_once(server.address(), bytes.as_bytes()).told(), api(404), "{line}");
        assert!(!is_deleted(&server, &key), "{line}");
    }
}

#[tokio::test]
async fn what_is_over_a_limit_of_hyper_is_refused_before_it_is_a_request() {
    let server = default_server().await;
    let to = server.address();
    let path = |length: usize| "/".to_owned() + &"x".repeat(length - 1);
    let bare = |path: &str| ask_once(to, &Call::bare("DELETE", path).bytes()).told();
    assert_eq!(
        [bare(&path(65_534)), bare(&path(65_535)), bare(&path(2_000_000))],
        [api(404), http(414), http(431)]
    );

    let delete = || Call::delete_invite(PENDING, &new_key());
    let with = |name: &str, value: &str| ask_once(to, &delete().header(name, value).bytes()).told();
    assert_eq!(with("x-foreign", &"x".repeat(300_000)), api(200));
    assert_eq!(with("x-foreign", &"x".repeat(2_000_000)), http(431));

    // Four of them are there already.
    let headers = |count: usize| {
        let call = (4..count).fold(delete(), |call, _| call.header("x-foreign", "x"));
        ask_once(to, &call.bytes()).told()
    };
    assert_eq!([headers(100), headers(101)], [api(200), http(431)]);
    still_serves(to);
}

#[test]
fn the_truth_page_lists_the_statuses_with_which_hyper_refuses() {
    let page = read("docs/fidelity.md");
    let section = page.split("## What HTTP refuses before there is a request").nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let listed = section.lines().filter_map(|line| line.strip_prefix("- ")?.split_once(':')?.0.parse().ok());
    assert_eq!(listed.collect::<Vec<u16>>(), REFUSALS);
}
