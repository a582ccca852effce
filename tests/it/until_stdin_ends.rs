//! `--until-stdin-ends`: a server that stops when the process which started it is gone.

#![cfg(unix)]

use std::{
    io::{Read, Write},
    net::TcpStream,
    process::{ChildStdin, Stdio},
    time::{Duration, Instant},
};

use crate::harness::{Call, PENDING, Served, command, finished, new_key};

/// A server that stops with its standard input.
fn served_until_stdin_ends() -> (Served, ChildStdin) {
    let mut server = command(&["--listen", "127.0.0.1:0", "--until-stdin-ends"]);
    let mut served = Served::spawn(server.stdin(Stdio::piped()));
    let stdin = served.child.stdin.take().unwrap();
    (served, stdin)
}

#[test]
fn a_server_until_stdin_ends_serves_and_then_stops_cleanly() {
    let (mut served, mut stdin) = served_until_stdin_ends();
    stdin.write_all(b"what comes is passed over\n").unwrap();
    std::thread::sleep(Duration::from_millis(100));
    Call::delete_invite(PENDING, &new_key()).send(served.address).invite_deleted(PENDING);
    assert_eq!(served.child.try_wait().unwrap(), None);

    drop(stdin);
    assert_eq!(served.child.wait().unwrap().code(), Some(0));
    let mut log = String::new();
    served.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    assert_eq!(log.matches("method=DELETE").count(), 1, "{log}");
}

#[test]
fn an_input_that_is_empty_from_the_start_ends_the_server_at_once_by_flag_or_variable() {
    let by_flag = finished(&mut command(&["--listen", "127.0.0.1:0", "--until-stdin-ends"]));
    assert_eq!(by_flag.status.code(), Some(0));
    let by_variable = finished(command(&["--listen", "127.0.0.1:0"]).env("MOCK_UNTIL_STDIN_ENDS", "1"));
    assert_eq!(by_variable.status.code(), Some(0));
    let off = Served::spawn(command(&["--listen", "127.0.0.1:0"]).env("MOCK_UNTIL_STDIN_ENDS", "false"));
    Call::delete_invite(PENDING, &new_key()).send(off.address).invite_deleted(PENDING);
}

#[test]
fn after_the_end_of_stdin_a_signal_is_the_second_that_asks_and_stops_it_at_once() {
    let (mut served, stdin) = served_until_stdin_ends();
    let mut hanging = TcpStream::connect(served.address).unwrap();
    hanging.write_all(b"DELETE /v1/organizations/inv").unwrap();
    std::thread::sleep(Duration::from_millis(100));
    let started = Instant::now();
    drop(stdin);
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(served.child.try_wait().unwrap(), None, "the request under way is waited for");
    served.signal("TERM");
    assert_eq!(served.child.wait().unwrap().code(), Some(0));
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
}
