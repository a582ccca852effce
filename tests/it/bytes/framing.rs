//! Where a body ends: lengths, chunks, and what is left of one.

use super::{wire::*, *};

#[tokio::test]
async fn a_body_that_is_shorter_than_its_length_deletes_nothing_and_one_over_the_limit_is_a_413() {
    let server = default_server().await;
    for (length, expected) in [
        ("0", api(200)),
        ("5", api(200)),
        // The rest would be another request.
        ("4", api(200)),
        ("6", api(400)),
        ("five", http(400)),
        ("-1", http(400)),
        ("5\r\ncontent-length: 6", http(400)),
        ("1048577", api(413)),
        ("18446744073709551613", api(413)),
        ("18446744073709551615", http(431)),
    ] {
        assert_eq!(told(&server, &format!("content-length: {length}\r\n"), "hello"), expected, "{length:?}");
    }
}

#[tokio::test]
async fn chunks_decide_over_a_length_and_the_connection_ends_after_both() {
    let server = default_server().await;
    let chunks = "5\r\nhello\r\n0\r\n\r\n";
    for headers in [
        "transfer-encoding: chunked\r\ncontent-length: 5\r\n",
        "content-length: 5\r\ntransfer-encoding: chunked\r\n",
    ] {
        assert_eq!(told(&server, headers, chunks), api(200), "{headers:?}");
        // What follows may come from anywhere, and is not answered.
        let key = new_key();
        let both = text(&delete(&new_key(), headers, chunks)).replace("connection: close\r\n", "");
        let second = text(&delete(&key, "", ""));
        assert_eq!(ask(server.address(), [both, second].concat().as_bytes()).len(), 1);
        assert!(!is_deleted(&server, &key));
    }
}

#[tokio::test]
async fn chunks_that_are_framed_wrongly_delete_nothing() {
    let server = default_server().await;
    let over_the_limit = format!("100001\r\n{}\r\n0\r\n\r\n", "x".repeat(0x10_0001));
    let in_small_ones = format!("{}0\r\n\r\n", "1\r\nx\r\n".repeat(5000));
    for (body, expected) in [
        ("0\r\n\r\n", api(200)),
        ("5\r\nhello\r\n0\r\n\r\n", api(200)),
        // A trailer is no header.
        ("5\r\nhello\r\n0\r\nx-api-key: other\r\ncontent-length: 9\r\n\r\n", api(200)),
        (&in_small_ones, api(200)),
        ("", api(400)),
        ("5\r\nhello\r\n", api(400)),
        ("5\r\nhello\r\n0\r\n", api(400)),
        ("5\r\nhel", api(400)),
        ("6\r\nhello\r\n0\r\n\r\n", api(400)),
        ("4\r\nhello\r\n0\r\n\r\n", api(400)),
        ("five\r\nhello\r\n0\r\n\r\n", api(400)),
        ("FFFFFFFFFFFFFFFF\r\nhello", api(400)),
        (&over_the_limit, api(413)),
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
    let within = ask(server.address(), kept_alive(smuggled.len()).as_bytes());
    assert_eq!((within.len(), is_deleted(&server, &other)), (1, false));
    let behind = ask(server.address(), kept_alive(0).as_bytes());
    assert_eq!((behind.len(), is_deleted(&server, &other)), (2, true));
}
