//! The life of the process: ready, logging, stopping.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    process::Stdio,
    time::{Duration, Instant},
};

use anthropic_admin_mock::{World, serve};

use crate::harness::*;

#[test]
fn the_first_line_on_stdout_says_where_and_from_then_on_it_answers() {
    let served = Served::start(&[]);
    assert_ne!(served.address.port(), 0);
    Call::delete(PENDING, &new_key()).send(served.address).deleted(PENDING);
}

#[test]
fn health_is_ok_as_soon_as_it_listens_and_stays_out_of_the_log() {
    let served = Served::start(&[]);
    let answer = Call::bare("GET", "/_mock/health").send(served.address);
    assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"status":"ok"}"#));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let (_, log) = served.stop();
    assert_eq!(log, "");
}

#[test]
fn the_control_prefix_answers_in_json_of_its_own() {
    let served = Served::start(&[]);
    let unknown = Call::bare("GET", "/_mock/nothing").send(served.address);
    assert_eq!(unknown.status, 404);
    assert!(unknown.message().contains("/_mock/health"), "{unknown:?}");
    assert_eq!(unknown.header("x-mock-reason"), Some("route-unknown"));
    for path in ["/_mock", "/_mock/"] {
        assert_eq!(
            Call::bare("GET", path).send(served.address).header("request-id"),
            None,
            "{path} is not the API's"
        );
    }
    let wrong = Call::bare("DELETE", "/_mock/health").send(served.address);
    assert_eq!((wrong.status, wrong.header("allow")), (405, Some("GET,HEAD")));
}

#[test]
fn sigterm_and_sigint_stop_an_idle_server_at_once_and_cleanly() {
    for signal in ["TERM", "INT"] {
        // The best of three: the machine may be busy, the server is not.
        let mut best = Duration::MAX;
        for _ in 0..3 {
            let mut served = Served::start(&[]);
            // Connections that are open without a request: one kept alive, one that never spoke.
            let kept = text(&Call::delete(PENDING, &new_key()).bytes()).replace("connection: close\r\n", "");
            let mut keeping = connect(served.address);
            keeping.write_all(kept.as_bytes()).unwrap();
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

/// A server whose time, like the test's, jumps to the next moment at which something happens.
async fn server_in_paused_time() -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve(listener, World::default(), std::future::pending()));
    address
}

/// What arrives next; nothing when the server has closed the connection.
async fn arriving(stream: &tokio::net::TcpStream) -> String {
    let mut bytes = [0; 4096];
    loop {
        stream.readable().await.unwrap();
        match stream.try_read(&mut bytes) {
            Ok(length) => return text(&bytes[..length]),
            Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_outlives_every_clients_patience_with_an_idle_one() {
    let stream = tokio::net::TcpStream::connect(server_in_paused_time().await).await.unwrap();
    let kept = text(&Call::retrieve(PENDING, &new_key()).bytes()).replace("connection: close\r\n", "");
    // Six minutes; of the usual clients one keeps an idle connection for five, the others for less.
    for idle in [0, 11, 91, 360] {
        tokio::time::sleep(Duration::from_secs(idle)).await;
        assert_eq!(stream.try_write(kept.as_bytes()).unwrap(), kept.len());
        assert!(arriving(&stream).await.starts_with("HTTP/1.1 200"), "after {idle} s");
    }
}

#[tokio::test(start_paused = true)]
async fn a_head_may_take_10_seconds_from_its_first_byte_and_a_connection_be_idle_for_400() {
    let address = server_in_paused_time().await;
    let kept = text(&Call::retrieve(PENDING, &new_key()).bytes()).replace("connection: close\r\n", "");
    // Nothing; a beginning; a whole request; one and the beginning of the next.
    for (request, beginning, closed_after) in
        [("", "", 400), ("", "\r\n", 300), ("", "DELETE /v1/organi", 10), (&kept, "", 400), (&kept, "D", 10)]
    {
        let stream = tokio::net::TcpStream::connect(address).await.unwrap();
        if !request.is_empty() {
            tokio::time::sleep(Duration::from_secs(100)).await;
            stream.try_write(request.as_bytes()).unwrap();
            assert!(arriving(&stream).await.starts_with("HTTP/1.1 200"));
        }
        if !beginning.is_empty() {
            tokio::time::sleep(Duration::from_secs(100)).await;
            stream.try_write(beginning.as_bytes()).unwrap();
        }
        let started = tokio::time::Instant::now();
        assert_eq!(arriving(&stream).await, "");
        assert_eq!(started.elapsed().as_secs(), closed_after, "{request}{beginning}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_head_that_trickles_is_given_up_after_10_seconds_too() {
    let stream = tokio::net::TcpStream::connect(server_in_paused_time().await).await.unwrap();
    let started = tokio::time::Instant::now();
    let mut request = Call::retrieve(PENDING, &new_key()).bytes().into_iter();
    let closed = loop {
        if stream.try_write(&[request.next().unwrap()]).is_err() {
            break started.elapsed();
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    };
    assert!((10..13).contains(&closed.as_secs()), "{closed:?}");
}

#[test]
fn a_request_under_way_is_answered_before_the_stop() {
    let mut served = Served::start(&[]);
    let call = text(&Call::delete(PENDING, &new_key()).header("content-length", "4").bytes());
    let mut slow = connect(served.address);
    slow.write_all(call.as_bytes()).unwrap();
    slow.write_all(b"bo").unwrap();
    std::thread::sleep(Duration::from_millis(100));

    served.signal("TERM");
    std::thread::sleep(Duration::from_millis(100));
    assert!(TcpStream::connect(served.address).is_err(), "no new connections");
    slow.write_all(b"dy").unwrap();
    let mut answer = Vec::new();
    slow.read_to_end(&mut answer).unwrap();

    Answer::parse(&answer, "DELETE", "/v1").deleted(PENDING);
    assert_eq!(served.child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_client_that_hangs_in_a_request_does_not_hold_the_stop_beyond_the_deadline() {
    let mut served = Served::start(&[]);
    let mut in_the_head = connect(served.address);
    in_the_head.write_all(b"DELETE /v1/organizations/inv").unwrap();
    let mut in_the_body = connect(served.address);
    let call = Call::delete(PENDING, &new_key()).header("content-length", "4");
    in_the_body.write_all(&call.bytes()).unwrap();
    std::thread::sleep(Duration::from_millis(100));

    let started = Instant::now();
    served.signal("TERM");
    let status = served.child.wait().unwrap();

    assert_eq!(status.code(), Some(0));
    assert!(started.elapsed() < Duration::from_millis(6500), "{:?}", started.elapsed());
}

#[test]
fn a_log_line_tells_the_request_the_decision_and_what_to_do() {
    let served = Served::start(&[]);
    let key = "sk-ant-admin01-abcdefghijklmnopqrstuvwxyz";
    Call::delete(PENDING, key).send(served.address).deleted(PENDING);
    let inference = "sk-ant-api03-abcdefghijklmnopqrstuvwxyz";
    let refused = Call::delete(PENDING, inference).send(served.address);
    Call::bare("GET", "/v1/nothing").send(served.address);

    let (code, log) = served.stop();

    assert_eq!(code, Some(0));
    let lines: Vec<_> = log.lines().collect();
    assert_eq!(lines.len(), 3, "one line a request: {log}");
    for (line, parts) in lines.iter().zip([
        &[
            "INFO",
            "method=DELETE",
            PENDING,
            "status=200",
            "invites.delete",
            "sk-ant-admin01-…wxyz",
            "organization=",
        ][..],
        &[
            "WARN",
            "status=403",
            "permission_error",
            "key-inference",
            "admin key",
            refused.header("request-id").unwrap(),
        ],
        &[
            "WARN",
            "method=GET",
            "path=\"/v1/nothing\"",
            "status=404",
            "route-unknown",
            "no route of this mock",
        ],
    ]) {
        for part in parts {
            assert!(line.contains(part), "{part} in {line}");
        }
    }
    assert!(!log.contains(key) && !log.contains(inference), "{log}");
}

#[test]
fn a_log_line_begins_with_the_time_and_quotes_what_could_be_taken_for_more_than_a_text() {
    let served = Served::start(&[]);
    let paths = [
        ("/v1/\"é\\x=1", r#""/v1/\"é\\x=1""#),
        ("/v1/\"", r#""/v1/\"""#),
        ("/v1/x\"", r#""/v1/x\"""#),
        ("/v1/x\\", r#""/v1/x\\""#),
        ("/v1/x=1", r#""/v1/x=1""#),
    ];
    for (path, _) in paths {
        Call::bare("GET", path).send(served.address);
    }

    let (_, log) = served.stop();

    assert_eq!(log.lines().count(), paths.len(), "{log}");
    for (line, (_, path)) in log.lines().zip(paths) {
        let (time, rest) = line.split_once("  ").unwrap();
        let time: jiff::Timestamp = time.parse().unwrap();
        assert!(jiff::Timestamp::now().duration_since(time).as_secs().abs() < 60, "{line}");
        assert!(rest.starts_with(&format!("WARN method=GET path={path} status=404 error=")), "{line}");
        assert!(rest.contains(" reason=\"route-unknown\" hint=\"no route"), "{line}");
        let (_, duration) = rest.rsplit_once(" duration_ms=").unwrap();
        assert!(
            duration.parse::<f64>().is_ok_and(|duration| duration > 0.0 && duration < 10_000.0),
            "{line}"
        );
    }
}

#[test]
fn the_level_of_a_log_line_tells_good_answers_from_refusals_and_from_errors_of_the_server() {
    let served = Served::start(&["--log", "json"]);
    let call = Call::retrieve(PENDING, &new_key());
    let call = |fault: &str| call.clone().header("x-mock-fault", fault).send(served.address).status;
    let answers =
        [("delay=0ms", 200, "INFO"), ("conflict_error", 409, "WARN"), ("overloaded_error", 529, "ERROR")];
    for (fault, status, _) in answers {
        assert_eq!(call(fault), status);
    }
    let (_, log) = served.stop();
    let lines: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3, "{log}");
    for (line, (_, status, level)) in lines.iter().zip(answers) {
        assert_eq!((&line["status"], &line["level"]), (&status.into(), &level.into()), "{line}");
    }
}

#[test]
fn the_json_log_is_one_object_a_line() {
    let served = Served::start(&["--log", "json"]);
    let answer = Call::delete("unknown", &new_key()).send(served.address);

    let (_, log) = served.stop();

    let lines: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let [line] = &lines[..] else { panic!("{log}") };
    assert_eq!(line["level"], "WARN");
    assert_eq!(line["method"], "DELETE");
    assert_eq!(line["status"], 404);
    assert_eq!(line["operation"], "invites.delete");
    assert_eq!(line["error"], "not_found_error");
    assert_eq!(line["reason"], "invite-unknown");
    assert_eq!(line["request_id"].as_str(), answer.header("request-id"));
    assert!(line["hint"].as_str().is_some_and(|hint| hint.contains("a key is an organization")), "{line}");
    assert!(line["duration_ms"].as_f64().is_some_and(|duration| duration > 0.0), "{line}");
}

#[test]
fn a_key_in_any_place_of_a_request_stays_out_of_the_log() {
    let served = Served::start(&[]);
    let secret = "sk-ant-admin01-abcdefghijklmnopqrstuvwxyz";
    Call::delete(&format!("{PENDING}?key={secret}"), secret).send(served.address);
    Call::delete(PENDING, "").without("x-api-key").header("authorization", secret).send(served.address);
    Call::delete(PENDING, "short").send(served.address);
    Call::delete(PENDING, "sk-ant-admin01-short").send(served.address);
    let (_, log) = served.stop();
    for hidden in ["abcdefgh", "short"] {
        assert!(!log.contains(hidden), "{log}");
    }
}

#[test]
fn rust_log_sets_the_level() {
    let served = Served::spawn(command(&["--listen", "127.0.0.1:0"]).env("RUST_LOG", "warn"));
    Call::delete(PENDING, &new_key()).send(served.address).deleted(PENDING);
    Call::delete("unknown", &new_key()).send(served.address);
    let (_, log) = served.stop();
    assert_eq!(log.lines().count(), 1, "{log}");
    assert!(log.contains("invite-unknown"), "{log}");
}

#[test]
fn a_harness_that_never_reads_the_log_does_not_bring_the_server_to_a_halt() {
    // More than a pipe holds: about 64 KiB of lines of about 300 bytes.
    let served = Served::start(&[]);
    for _ in 0..1000 {
        Call::delete("unknown", "sk-ant-admin01-unread").send(served.address);
    }
    still_stops(served);
}

#[test]
fn a_reader_that_comes_late_gets_every_line_though_the_server_is_stopping() {
    let mut served = Served::start(&[]);
    for _ in 0..1000 {
        Call::delete("unknown", "sk-ant-admin01-late").send(served.address);
    }
    let mut log = served.stderr.take().unwrap();
    served.signal("TERM");
    std::thread::sleep(Duration::from_millis(50));
    let mut text = String::new();
    log.read_to_string(&mut text).unwrap();
    assert_eq!(text.lines().count(), 1000);
    assert!(text.ends_with('\n'));
    assert_eq!(served.child.wait().unwrap().code(), Some(0));
}

fn still_stops(mut served: Served) {
    let started = Instant::now();
    served.signal("TERM");
    assert_eq!(served.child.wait().unwrap().code(), Some(0));
    assert!(started.elapsed() < Duration::from_millis(700), "{:?}", started.elapsed());
}

#[test]
fn a_closed_stdout_is_no_reason_to_fail() {
    let mut child =
        command(&["--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    drop(child.stdout.take());
    std::thread::sleep(Duration::from_millis(300));
    assert!(child.try_wait().unwrap().is_none(), "it still serves");
    child.kill().unwrap();
    child.wait().unwrap();
}
