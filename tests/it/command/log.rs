//! The log: one line a request, what it tells, and what it keeps to itself.

use std::{
    io::Read,
    time::{Duration, Instant},
};

use crate::harness::*;

/// The lines of a JSON log after the start.
fn lines(log: &str) -> Vec<serde_json::Value> {
    after_the_start(log).iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_log_line_tells_the_request_the_decision_and_what_to_do() {
    let served = Served::start(&[]);
    let key = "sk-ant-admin01-abcdefghijklmnopqrstuvwxyz";
    Call::delete_invite(PENDING, key).query("beta=true").send(served.address).invite_deleted(PENDING);
    let inference = "sk-ant-api03-abcdefghijklmnopqrstuvwxyz";
    let refused = Call::delete_invite(PENDING, inference).send(served.address);
    Call::bare("GET", "/v1/nothing").send(served.address);
    Call::list_invites("limit=0", key).send(served.address);

    let (code, log) = served.stop();

    assert_eq!(code, Some(0));
    let lines = after_the_start(&log);
    assert_eq!(lines.len(), 4, "one line a request: {log}");
    for (line, parts) in lines.iter().zip([
        &[
            "INFO",
            "method=DELETE",
            PENDING,
            "query=\"beta=true\"",
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
            "Missing permissions. Please check",
            "admin key",
            refused.header("request-id").unwrap(),
        ],
        &[
            "WARN",
            "method=GET",
            "path=\"/v1/nothing\"",
            "status=404",
            "route-unknown",
            "hint=\"neither the mock",
        ],
        &[
            "WARN",
            "query=\"limit=0\"",
            "error_message=\"limit: Input should be greater than or equal to 1\"",
            "hint=\"the message names the field",
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
        ("/v1/x\\", r#""/v1/x\\""#),
        ("/v1/x=1", r#""/v1/x=1""#),
    ];
    for (path, _) in paths {
        Call::bare("GET", path).send(served.address);
    }

    let (_, log) = served.stop();

    let lines = after_the_start(&log);
    assert_eq!(lines.len(), paths.len(), "{log}");
    for (line, (_, path)) in lines.into_iter().zip(paths) {
        let (time, rest) = line.split_once("  ").unwrap();
        let time: jiff::Timestamp = time.parse().unwrap();
        assert!(jiff::Timestamp::now().duration_since(time).as_secs().abs() < 60, "{line}");
        assert!(rest.starts_with("WARN ") && rest.contains(&format!(" path={path} status=404")), "{line}");
        let (_, duration) = rest.rsplit_once(" duration_ms=").unwrap();
        assert!(duration.parse::<f64>().is_ok_and(|it| it > 0.0 && it < 10_000.0), "{line}");
    }
}

#[test]
fn the_level_of_a_log_line_tells_good_answers_from_refusals_and_from_errors_of_the_server() {
    let served = Served::start(&["--log", "json"]);
    let answers =
        [("delay=0ms", 200, "INFO"), ("conflict_error", 409, "WARN"), ("overloaded_error", 529, "ERROR")];
    for (fault, status, _) in answers {
        let call = Call::retrieve_invite(PENDING, &new_key()).header("x-mock-fault", fault);
        assert_eq!(call.send(served.address).status, status);
    }
    let (_, log) = served.stop();
    let lines = lines(&log);
    assert_eq!(lines.len(), 3, "{log}");
    for (line, (_, status, level)) in lines.iter().zip(answers) {
        assert_eq!((&line["status"], &line["level"]), (&status.into(), &level.into()), "{line}");
    }
}

#[test]
fn the_json_log_is_one_object_a_line() {
    let served = Served::start(&["--log", "json"]);
    let answer = Call::delete_invite("unknown", &new_key()).query("a=b").send(served.address);

    let (_, log) = served.stop();

    let lines = lines(&log);
    let [line] = &lines[..] else { panic!("{log}") };
    for (field, value) in [
        ("level", "WARN".into()),
        ("method", "DELETE".into()),
        ("query", "a=b".into()),
        ("status", 404.into()),
        ("operation", "invites.delete".into()),
        ("error", "not_found_error".into()),
        ("error_message", answer.message().into()),
        ("reason", "invite-unknown".into()),
        ("request_id", answer.header("request-id").into()),
        ("organization", answer.header("anthropic-organization-id").into()),
    ] as [(&str, serde_json::Value); 10]
    {
        assert_eq!(line[field], value, "{field} of {line}");
    }
    assert!(line["hint"].as_str().is_some_and(|hint| hint.contains("a key is an organization")), "{line}");
    assert!(line["duration_ms"].as_f64().is_some_and(|duration| duration > 0.0), "{line}");
}

#[test]
fn a_key_in_any_place_of_a_request_stays_out_of_the_log() {
    let served = Served::start(&[]);
    let secret = "sk-ant-admin01-abcdefghijklmnopqrstuvwxyz";
    Call::delete_invite(PENDING, secret).query(&format!("key={secret}")).send(served.address);
    Call::delete_invite(secret, secret).send(served.address);
    Call::delete_invite(PENDING, "")
        .without("x-api-key")
        .header("authorization", secret)
        .send(served.address);
    Call::control("GET", &format!("nothing/{secret}?key={secret}"), secret).send(served.address);
    Call::delete_invite(PENDING, "short").send(served.address);
    Call::delete_invite(PENDING, "sk-ant-admin01-short").send(served.address);
    let (_, log) = served.stop();
    for hidden in ["abcdefgh", "short"] {
        assert!(!log.contains(hidden), "{log}");
    }
}

#[test]
fn rust_log_sets_the_level() {
    let served = Served::spawn(command(&["--listen", "127.0.0.1:0"]).env("RUST_LOG", "warn"));
    Call::delete_invite(PENDING, &new_key()).send(served.address).invite_deleted(PENDING);
    Call::delete_invite("unknown", &new_key()).send(served.address);
    let (_, log) = served.stop();
    assert_eq!(log.lines().count(), 1, "{log}");
    assert!(log.contains("invite-unknown"), "{log}");
}

/// What a terminal gets to see of a start that warns and fails. `script`, which every Debian has, gives the command one.
#[cfg(target_os = "linux")]
fn on_a_terminal(no_color: Option<&str>) -> String {
    let failing = format!("{} --listen 192.0.2.1:1", env!("CARGO_BIN_EXE_anthropic-admin-mock"));
    let mut script = std::process::Command::new("script");
    script
        .args(["--quiet", "--command", &failing, "/dev/null"])
        .env("MOCK_FIXTURES", "x")
        .env_remove("NO_COLOR");
    if let Some(value) = no_color {
        script.env("NO_COLOR", value);
    }
    text(&finished(&mut script).stdout)
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_gets_colours_unless_no_color_is_set() {
    for (no_color, coloured) in [(None, true), (Some(""), true), (Some("1"), false)] {
        let said = on_a_terminal(no_color);
        assert!(said.contains("did you mean MOCK_FIXTURE?"), "{said:?}");
        assert_eq!(said.contains("\u{1b}["), coloured, "{no_color:?}: {said:?}");
    }
}

#[test]
fn a_file_or_a_pipe_gets_no_colours() {
    let served = Served::start(&[]);
    Call::delete_invite("unknown", &new_key()).send(served.address);
    let (_, log) = served.stop();
    assert!(!log.contains('\u{1b}'), "{log:?}");
}

#[test]
fn a_harness_that_never_reads_the_log_does_not_bring_the_server_to_a_halt() {
    // More than a pipe holds: about 64 KiB of lines of about 300 bytes.
    let mut served = Served::start(&[]);
    for _ in 0..1000 {
        Call::delete_invite("unknown", "sk-ant-admin01-unread").send(served.address);
    }
    let started = Instant::now();
    served.signal("TERM");
    assert_eq!(served.child.wait().unwrap().code(), Some(0));
    assert!(started.elapsed() < Duration::from_millis(1000), "{:?}", started.elapsed());
}

#[test]
fn a_reader_that_comes_late_gets_every_line_though_the_server_is_stopping() {
    let mut served = Served::start(&[]);
    for _ in 0..1000 {
        Call::delete_invite("unknown", "sk-ant-admin01-late").send(served.address);
    }
    let mut log = served.stderr.take().unwrap();
    served.signal("TERM");
    std::thread::sleep(Duration::from_millis(50));
    let mut text = String::new();
    log.read_to_string(&mut text).unwrap();
    assert_eq!(after_the_start(&text).len(), 1000);
    assert!(text.ends_with('\n'));
    assert_eq!(served.child.wait().unwrap().code(), Some(0));
}

#[test]
fn the_last_line_tells_how_many_requests_were_answered_and_which_routes_the_mock_does_not_serve() {
    let served = Served::start(&["--log", "json"]);
    Call::get(USERS, &new_key()).send(served.address).good();
    for path in ["/v1/messages", "/v1/messages", "/v1/nothing"] {
        Call::get(path, &new_key()).send(served.address);
    }
    let (_, log) = served.stop();
    let last: serde_json::Value = serde_json::from_str(log.lines().last().unwrap()).unwrap();
    assert_eq!((&last["message"], &last["level"]), (&"stopped".into(), &"INFO".into()), "{log}");
    assert_eq!(last["answered"], 4, "{last}");
    assert_eq!(last["unserved"], "GET /v1/messages, GET /v1/nothing", "{last}");
}
