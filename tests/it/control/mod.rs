//! The tester's door, `/_mock`: a file a subject, and here what all its routes have in common.

mod bodies;
mod clock;
mod fault_header;
mod faults;
mod guard;
mod invites;
mod log;
mod organizations;
mod outcomes;
mod queries;
mod requests;
mod reset;
mod spent_faults;
mod state;

use anthropic_admin_mock::MockServer;
use serde_json::{Value, json};

use crate::harness::*;

/// A call of a control route; about the whole world when the key is empty.
pub fn control(server: &MockServer, method: &str, route: &str, key: &str, body: Value) -> Answer {
    let call = Call::control(method, route, key);
    let call = if body.is_null() { call } else { call.body(body.to_string()) };
    call.send(server.address())
}

/// A control call that succeeds.
#[track_caller]
pub fn good(server: &MockServer, method: &str, route: &str, key: &str, body: Value) -> Value {
    let answer = control(server, method, route, key, body);
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

/// A control call that asks and succeeds.
#[track_caller]
pub fn get(server: &MockServer, route: &str, key: &str) -> Value {
    good(server, "GET", route, key, Value::Null)
}

#[track_caller]
pub fn plan(server: &MockServer, key: &str, fault: Value) {
    good(server, "POST", "faults", key, fault);
}

fn delete(server: &MockServer, key: &str) -> Answer {
    Call::delete_invite(PENDING, key).send(server.address())
}

fn new_invite(server: &MockServer, key: &str) -> String {
    Call::invite(&format!("{}@example.com", new_key()), key).send(server.address()).new_invite()
}

#[tokio::test]
async fn the_index_names_every_route_and_each_of_them_is_there() {
    let server = default_server().await;
    let index = get(&server, "", &new_key());
    assert_eq!(get(&server, "", ""), index);
    let routes = index["routes"].as_array().unwrap();
    assert_eq!(routes.len(), 17);
    for route in routes {
        let path = route["path"].as_str().unwrap().replace("{invite_id}", "unknown");
        let path = path.replace("{user_id}", "unknown");
        let answer = Call::bare(route["method"].as_str().unwrap(), &path).send(server.address());
        assert_ne!(answer.status, 405, "{answer:?}");
        assert_ne!(answer.header("x-mock-reason"), Some("route-unknown"), "{answer:?}");
    }
}

#[test]
fn the_control_prefix_answers_in_json_of_its_own() {
    let served = Served::start(&[]);
    let unknown = Call::bare("GET", "/_mock/nothing").send(served.address);
    unknown.control_refused(404, "route-unknown");
    assert!(unknown.message().contains("/_mock/health"), "{unknown:?}");
    for path in ["/_mock", "/_mock/"] {
        let index = Call::bare("GET", path).send(served.address);
        assert_eq!((index.status, index.header("request-id")), (200, None), "{path} is not the API's");
    }
    let wrong = Call::bare("DELETE", "/_mock/state").send(served.address);
    assert_eq!(wrong.control_refused(405, "method-not-allowed").header("allow"), Some("GET,HEAD,PUT"));
}

#[tokio::test]
async fn a_body_that_is_no_text_is_refused_in_json() {
    let server = default_server().await;
    for (method, route) in [("PUT", "clock"), ("PUT", "state"), ("POST", "faults")] {
        let answer = Call::control(method, route, &new_key()).body(&b"\xff"[..]).send(server.address());
        assert!(answer.control_refused(400, "body-unreadable").message().contains("UTF-8"), "{answer:?}");
    }
}

#[tokio::test]
async fn a_byte_order_mark_before_a_body_is_passed_over() {
    let server = default_server().await;
    for (method, route, body) in [
        ("PUT", "clock", json!({"advance": "1d"})),
        ("PUT", "state", json!({"invites": []})),
        ("POST", "faults", json!({"operation": "*", "drop": true})),
    ] {
        for key in [new_key().as_str(), ""] {
            let call = Call::control(method, route, key).body(format!("\u{feff}{body}"));
            assert_eq!(call.send(server.address()).status, 200, "{method} {route}");
        }
    }
}

#[test]
fn only_a_state_may_be_large() {
    let served = Served::start(&[]);
    let large = vec![b' '; 3_000_000];
    let send = |method: &str, route: &str, body: Vec<u8>| {
        Call::control(method, route, &new_key()).body(body).send(served.address)
    };
    for (method, route) in [("POST", "faults"), ("PUT", "clock")] {
        send(method, route, large.clone()).control_refused(413, "body-unreadable");
    }
    let state = [&large[..], br#"{"invites": []}"#].concat();
    assert_eq!(send("PUT", "state", state).status, 200);
}

#[test]
fn without_control_routes_there_is_health_alone() {
    for served in [
        Served::start(&["--no-control"]),
        Served::spawn(command(&["--listen", "127.0.0.1:0"]).env("MOCK_NO_CONTROL", "1")),
    ] {
        assert_eq!(Call::bare("GET", "/_mock/health").send(served.address).status, 200);
        for (method, route) in
            [("POST", "reset"), ("GET", "state"), ("GET", "faults"), ("GET", "requests"), ("GET", "")]
        {
            let answer = Call::control(method, route, "sk-ant-admin01-x").send(served.address);
            answer.control_refused(404, "route-unknown");
            assert!(answer.message().ends_with("there are: GET /_mock/health"), "{answer:?}");
        }
    }
}

#[test]
fn the_icon_that_a_browser_asks_for_is_no_call_of_the_api_unless_the_control_routes_are_off() {
    for (options, is_a_call) in [(&[][..], false), (&["--no-control"], true)] {
        let served = Served::start(options);
        for method in ["GET", "HEAD"] {
            let answer = exchange(served.address, &Call::bare(method, "/favicon.ico").bytes());
            let answer = text(&answer);
            assert!(answer.starts_with("HTTP/1.1 404 Not Found\r\n"), "{answer}");
            assert_eq!(answer.contains("request-id: "), is_a_call, "{answer}");
        }
        // What no browser sends is a call like any other.
        let post = Call::bare("POST", "/favicon.ico").send(served.address);
        post.refused(404, "not_found_error", "route-unknown");
        let (_, log) = served.stop();
        assert_eq!(after_the_start(&log).len(), if is_a_call { 3 } else { 1 }, "{log}");
    }
}
