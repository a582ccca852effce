//! The end of the process: at once when idle, after the requests under way, at the deadline, on a second signal.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use crate::harness::*;

#[test]
fn sigterm_and_sigint_stop_an_idle_server_at_once_and_cleanly() {
    for signal in ["TERM", "INT"] {
        // The best of three: the machine may be busy, the server is not.
        let mut best = Duration::MAX;
        for _ in 0..3 {
            let mut served = Served::start(&[]);
            // Connections that are open without a request: one kept alive, one that never spoke.
            let mut keeping = connect(served.address);
            keeping.write_all(&Call::delete_invite(PENDING, &new_key()).kept_alive()).unwrap();
            assert_ne!(keeping.read(&mut [0; 4096]).unwrap(), 0);
            let _silent = connect(served.address);
            std::thread::sleep(Duration::from_millis(50));

            let started = Instant::now();
            served.signal(signal);
            let status = served.child.wait().unwrap();

            assert_eq!(status.code(), Some(0));
            best = best.min(started.elapsed());
        }
        assert!(best < Duration::from_millis(100), "{signal}: {best:?}");
    }
}

#[test]
fn a_request_under_way_is_answered_before_the_stop() {
    let mut served = Served::start(&[]);
    let call = Call::delete_invite(PENDING, &new_key()).header("content-length", "4");
    let mut slow = connect(served.address);
    slow.write_all(&call.bytes()).unwrap();
    slow.write_all(b"bo").unwrap();
    std::thread::sleep(Duration::from_millis(100));

    served.signal("TERM");
    std::thread::sleep(Duration::from_millis(100));
    assert!(TcpStream::connect(served.address).is_err(), "no new connections");
    slow.write_all(b"dy").unwrap();
    let mut answer = Vec::new();
    slow.read_to_end(&mut answer).unwrap();

    Answer::parse(&answer, "DELETE", "/v1").invite_deleted(PENDING);
    assert_eq!(served.child.wait().unwrap().code(), Some(0));
}

/// Two clients that hang: one in the head, one in the body.
fn with_hanging_clients(served: &Served) -> [TcpStream; 2] {
    let mut in_the_head = connect(served.address);
    in_the_head.write_all(b"DELETE /v1/organizations/inv").unwrap();
    let mut in_the_body = connect(served.address);
    let call = Call::delete_invite(PENDING, &new_key()).header("content-length", "4");
    in_the_body.write_all(&call.bytes()).unwrap();
    std::thread::sleep(Duration::from_millis(100));
    [in_the_head, in_the_body]
}

#[test]
fn a_client_that_hangs_in_a_request_does_not_hold_the_stop_beyond_the_deadline() {
    let mut served = Served::start(&[]);
    let _hanging = with_hanging_clients(&served);

    let started = Instant::now();
    served.signal("TERM");
    let status = served.child.wait().unwrap();

    assert_eq!(status.code(), Some(0));
    assert!(started.elapsed() >= Duration::from_millis(4500), "{:?}", started.elapsed());
    assert!(started.elapsed() < Duration::from_millis(6500), "{:?}", started.elapsed());
}

#[test]
fn a_second_signal_ends_at_once_whatever_hangs() {
    for (first, second) in [("INT", "INT"), ("TERM", "INT"), ("TERM", "TERM")] {
        let mut served = Served::start(&[]);
        let _hanging = with_hanging_clients(&served);
        served.signal(first);
        std::thread::sleep(Duration::from_millis(100));
        assert!(served.child.try_wait().unwrap().is_none(), "it waits for the requests under way");

        let started = Instant::now();
        served.signal(second);
        let status = served.child.wait().unwrap();

        assert_eq!(status.code(), Some(0));
        assert!(started.elapsed() < Duration::from_secs(1), "{first} {second}: {:?}", started.elapsed());
    }
}
