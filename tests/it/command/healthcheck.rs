//! `healthcheck`: one question to a server, answered by the exit code.

use std::{
    io::{Read, Write},
    net::TcpListener,
    time::Instant,
};

use crate::harness::*;

#[test]
fn healthcheck_follows_the_same_settings() {
    let served = Served::start(&[]);
    let here = served.address.to_string();
    let everywhere = format!("0.0.0.0:{}", served.address.port());
    for address in [&here, &everywhere] {
        assert_eq!(run(&["healthcheck", "--listen", address]).status.code(), Some(0));
        assert_eq!(run(&["--listen", address, "healthcheck"]).status.code(), Some(0));
        let by_variable = finished(command(&["healthcheck"]).env("MOCK_LISTEN", address));
        assert_eq!(by_variable.status.code(), Some(0));
    }
    drop(served);
    let gone = run(&["healthcheck", "--listen", &here]);
    assert_eq!(gone.status.code(), Some(1));
    assert!(text(&gone.stderr).contains(&format!("no healthy server at {here}")), "{}", text(&gone.stderr));
    assert_eq!(run(&["healthcheck", "--listen", "127.0.0.1:0"]).status.code(), Some(1));
}

#[test]
fn healthcheck_fails_for_a_frozen_server_and_for_another_program() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    // The system accepts the connection, and it is never read.
    let started = Instant::now();
    let frozen = run(&["healthcheck", "--listen", &address]);
    assert_eq!(frozen.status.code(), Some(1));
    assert!(text(&frozen.stderr).contains("timed out"), "{}", text(&frozen.stderr));
    assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());

    let other = std::thread::spawn(move || {
        // The first in the queue is the one above.
        for _ in 0..2 {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(b"HTTP/1.0 200 OK\r\n\r\nhello");
        }
    });
    let other_program = run(&["healthcheck", "--listen", &address]);
    other.join().unwrap();
    assert_eq!(other_program.status.code(), Some(1));
    assert!(text(&other_program.stderr).contains("it answered \"HTTP/1.0 200 OK\""));
}
