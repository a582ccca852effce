//! What control calls leave in the log: one line for what changes something and for what is refused.

use serde_json::{Value, json};

use super::*;

#[test]
fn each_control_call_that_changes_something_leaves_one_line_at_info() {
    let served = Served::start(&["--log", "json"]);
    let key = "sk-ant-admin01-abcdefghijklmnopqrstuvwxyz";
    let calls = [
        ("POST", "reset", ""),
        ("PUT", "clock", r#"{"advance": "22d"}"#),
        ("PUT", "state", r#"{"invites": [{"id": "x", "email": "x@example.com"}]}"#),
        ("POST", "faults", r#"{"operation": "*", "drop": true}"#),
        ("DELETE", "faults", ""),
        ("DELETE", "requests", ""),
        ("POST", "invites/x/accept", ""),
    ];
    for (method, route, body) in calls {
        assert_eq!(Call::control(method, route, key).body(body).send(served.address).status, 200, "{route}");
        // What only looks is not worth a line.
        assert_eq!(Call::control("GET", "state", key).send(served.address).status, 200);
    }

    let (_, log) = served.stop();

    let lines: Vec<Value> =
        after_the_start(&log).iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), calls.len(), "{log}");
    for (line, (method, route, _)) in lines.iter().zip(calls) {
        assert_eq!((&line["level"], &line["status"]), (&json!("INFO"), &json!(200)), "{line}");
        let path = format!("/_mock/{route}");
        assert_eq!((&line["method"], &line["path"]), (&json!(method), &json!(path)), "{line}");
        assert_eq!(line["key"], "sk-ant-admin01-…wxyz");
        assert!(line["duration_ms"].is_number(), "{line}");
    }
}

#[test]
fn each_control_call_that_is_refused_leaves_one_warning_with_reason_and_message() {
    let served = Served::start(&["--log", "json"]);
    let call = |method: &str, route: &str| Call::control(method, route, "");
    let refused = [
        (call("GET", "state").header("host", "evil.example"), "host-foreign"),
        (call("POST", "reset").header("origin", "https://evil.example"), "browser-origin"),
        (call("POST", "reset").header("x-api-key", "nonsense"), "key-unknown"),
        (call("PUT", "clock").body("{}"), "input-invalid"),
        (call("GET", "requests?status=all&reason=x"), "input-invalid"),
        (call("PUT", "state").body("{"), "input-invalid"),
        (call("POST", "invites/nothing/accept"), "invite-unknown"),
        (call("GET", "nothing"), "route-unknown"),
        (call("DELETE", "state"), "method-not-allowed"),
        (call("PUT", "clock").body(&b"\xff"[..]), "body-unreadable"),
    ];
    let messages = refused.each_ref().map(|(call, _)| call.send(served.address).message());

    let (_, log) = served.stop();

    let lines: Vec<Value> =
        after_the_start(&log).iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), refused.len(), "{log}");
    for ((line, (_, reason)), message) in lines.iter().zip(&refused).zip(messages) {
        assert_eq!((&line["level"], &line["reason"]), (&json!("WARN"), &json!(reason)), "{line}");
        assert_eq!(line["error_message"], message);
    }
    assert_eq!(lines[4]["query"], "status=all&reason=x");
}

#[test]
fn a_message_that_quotes_a_key_shows_it_to_the_caller_alone() {
    let served = Served::start(&[]);
    let key = "sk-ant-admin01-SECRETSECRETSECRET";
    let quoted = format!(r#"{{"invites": [], "organizations": [{{"keys": ["{key}", "{key}"]}}]}}"#);
    let calls = [
        Call::control("PUT", "state", "").body(quoted),
        Call::control("PUT", "clock", "").body(format!(r#"{{"now": "{key}"}}"#)),
        Call::control("POST", "faults", "").body(format!(r#"{{"operation": "{key}"}}"#)),
        Call::control("POST", &format!("invites/{key}/accept"), ""),
        Call::control("GET", &format!("state?organization={key}"), ""),
        Call::control("GET", &format!("state?{key}"), ""),
        Call::control("GET", "state", "").header("host", format!("{key}.example")),
        Call::control("GET", "requests?operation=sk%2Dant-admin01-SECRET%53ECRETSECRET", ""),
    ];
    for call in &calls {
        assert!(call.send(served.address).status >= 400);
    }
    let (_, log) = served.stop();
    assert!(!log.contains("SECRETSECRET"), "{log}");
    assert!(log.matches("…CRET").count() >= calls.len(), "{log}");
}

#[test]
fn health_leaves_no_line() {
    let served = Served::start(&[]);
    for _ in 0..3 {
        assert_eq!(Call::bare("GET", "/_mock/health").send(served.address).status, 200);
    }
    let (_, log) = served.stop();
    assert_eq!(after_the_start(&log), [""; 0], "{log}");
}
