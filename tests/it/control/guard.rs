//! Who may use the control routes: the tester's programs with any key of the world, no web page, no public host name.

use anthropic_admin_mock::{Clock, JournalFilter, MockServer, Settings};
use serde_json::json;

use super::*;

/// Calls that would change something, each with its body.
const CHANGES: [(&str, &str, &str); 6] = [
    ("POST", "reset", ""),
    ("PUT", "state", r#"{"invites": []}"#),
    ("PUT", "clock", r#"{"advance": "1d"}"#),
    ("POST", "faults", r#"{"operation": "*", "drop": true}"#),
    ("DELETE", "requests", ""),
    ("POST", "invites/invite_015gWxCN9Hfg2QhZwTK7Mdeu/accept", ""),
];

/// A world in which something was done, to see that none of the calls changes it.
async fn used_server(key: &str) -> MockServer {
    let server = default_server().await;
    Call::delete_invite("unknown", key).send(server.address());
    server
}

fn is_untouched(server: &MockServer, key: &str) {
    let organization = server.world().organization(key).unwrap();
    assert!(organization.faults().is_empty());
    assert_eq!(organization.clock(), Clock::System);
    assert_eq!(organization.requests(&JournalFilter::default()).len(), 1);
    delete(server, key).invite_deleted(PENDING);
}

#[tokio::test]
async fn a_key_that_may_not_call_the_api_may_still_call_the_control_routes_unless_it_is_not_known() {
    let server = server(&fixture("organizations.json")).await;
    for key in ["sk-ant-admin01-acme-disabled", "sk-ant-admin01-acme-expired", "sk-ant-admin01-acme-reader"] {
        good(&server, "POST", "reset", key, Value::Null);
    }
    for key in ["sk-ant-admin01-unlisted", "nonsense", "sk-ant-api03-x"] {
        control(&server, "POST", "reset", key, Value::Null).control_refused(401, "key-unknown");
    }
    let call = Call::control("POST", "reset", "").header("authorization", "Basic x");
    call.send(server.address()).control_refused(401, "key-unknown");
    let call = Call::control("POST", "reset", "sk-ant-admin01-acme-ci");
    let two = call.header("authorization", "Bearer sk-ant-admin01-globex-ci").send(server.address());
    assert!(two.control_refused(401, "key-unknown").message().contains("different credentials"), "{two:?}");
}

#[tokio::test]
async fn a_web_page_of_another_origin_is_refused_and_changes_nothing() {
    let key = new_key();
    let server = used_server(&key).await;
    for (method, route, body) in CHANGES {
        for (name, value) in [
            ("origin", "http://localhost:3000"),
            ("origin", "https://example.com"),
            ("origin", "null"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            let call = Call::control(method, route, &key).header(name, value).body(body);
            let answer = call.send(server.address());
            assert!(answer.control_refused(403, "browser-origin").message().contains("web pages"));
            assert_eq!(answer.header("access-control-allow-origin"), None);
        }
    }
    is_untouched(&server, &key);
}

#[tokio::test]
async fn a_page_that_the_mock_itself_could_have_served_comes_in() {
    let server = default_server().await;
    for (host, origin) in [
        ("localhost", "http://localhost"),
        ("127.0.0.1:4010", "http://127.0.0.1:4010"),
        ("mock.internal:80", "http://MOCK.internal:80"),
        ("mock", "https://mock"),
    ] {
        let call = Call::control("GET", "state", "").header("host", host).header("origin", origin);
        for site in ["none", "same-origin"] {
            let call = call.clone().header("sec-fetch-site", site);
            assert_eq!(call.send(server.address()).status, 200, "{host} {origin} {site}");
        }
        let foreign = call.header("origin", "http://evil.example").send(server.address());
        foreign.control_refused(403, "browser-origin");
    }
    // An allowed origin does not make a foreign host good.
    let call = Call::control("GET", "state", "").header("host", "evil.example");
    let answer = call.header("origin", "http://evil.example").send(server.address());
    answer.control_refused(403, "host-foreign");
}

#[tokio::test]
async fn a_host_that_public_dns_could_hold_is_refused_and_changes_nothing() {
    let key = new_key();
    let server = used_server(&key).await;
    for (method, route, body) in CHANGES {
        let call = Call::control(method, route, &key).header("host", "evil.example").body(body);
        let answer = call.send(server.address());
        assert!(
            answer.control_refused(403, "host-foreign").message().contains("--control-host"),
            "{answer:?}"
        );
    }
    is_untouched(&server, &key);
    for host in [
        "evil.example:4010",
        "EVIL.EXAMPLE",
        "evil.example.",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "evil.contest",
        "evil.notlocal",
        "1.2.3.4.5",
        "two hosts",
        "b\u{fc}cher.example",
    ] {
        let answer = Call::control("GET", "state", "").header("host", host).send(server.address());
        answer.control_refused(403, "host-foreign");
    }
    let one_of_two =
        Call::control("GET", "state", "").header("host", "localhost").header("host", "evil.example");
    one_of_two.send(server.address()).control_refused(403, "host-foreign");
    let absolute = Call::bare("GET", "http://evil.example/_mock/state").bytes();
    let answer = text(&exchange(server.address(), &absolute));
    assert!(answer.starts_with("HTTP/1.1 403") && answer.contains("x-mock-reason: host-foreign"), "{answer}");
}

#[tokio::test]
async fn an_address_a_name_without_a_dot_and_a_private_domain_may_be_the_host() {
    let server = default_server().await;
    for host in [
        "127.0.0.1",
        "127.0.0.1:4010",
        "203.0.113.7",
        "[::1]",
        "[2001:db8::1]:4010",
        "localhost:4010",
        "LOCALHOST",
        "mock",
        "mock:4010",
        "app.localhost",
        "printer.local",
        "host.docker.internal",
        "mock.test",
        "mock.testing.svc",
        "mock.testing.svc.cluster.local",
        "mock.test.:80",
        "my_mock:80",
        "localhost:",
        "[::1]:",
        "[::ffff:127.0.0.1]:80",
        "",
    ] {
        let answer = Call::control("GET", "state", "").header("host", host).send(server.address());
        assert_eq!(answer.status, 200, "{host:?}: {answer:?}");
    }
    let without_host = exchange(server.address(), b"GET /_mock/state HTTP/1.1\r\nconnection: close\r\n\r\n");
    assert!(text(&without_host).starts_with("HTTP/1.1 200 OK\r\n"));
}

#[tokio::test]
async fn a_host_that_is_not_a_name_or_an_address_and_a_port_is_refused() {
    let server = default_server().await;
    for host in [
        "[::1].evil.example",
        "[::1]evil.example",
        "[::1]:evil.example",
        "[::1]:80:80",
        "[::1",
        "::1",
        "[::1]]",
        "[[::1]]",
        "[127.0.0.1]",
        "[localhost]",
        "[]",
        "[]:80",
        ":80",
        ":",
        ".",
        "..",
        "localhost:evil.example",
        "localhost:80.evil.example",
        "localhost:+80",
        "localhost:80:80",
        "localhost..",
        "127.0.0.1:x",
        "evil.example@localhost",
        "localhost@evil.example",
        "evil.example/.localhost",
        "evil%2eexample",
        "evil.example,localhost",
        "local host",
    ] {
        let answer = Call::control("GET", "state", "").header("host", host).send(server.address());
        answer.control_refused(403, "host-foreign");
        assert!(answer.message().starts_with(&format!("the host {host:?}")), "{answer:?}");
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
}

#[tokio::test]
async fn a_host_that_the_user_names_is_let_in() {
    let control_hosts = vec!["mock.example.com".into(), "Ci.Example.".into()];
    let server =
        server_with(&fixture("default.json"), Settings { control_hosts, ..Settings::default() }).await;
    let status =
        |host: &str| Call::control("GET", "state", "").header("host", host).send(server.address()).status;
    for host in ["mock.example.com", "MOCK.example.com:4010", "mock.example.com.", "ci.example", "localhost"]
    {
        assert_eq!(status(host), 200, "{host}");
    }
    for host in ["example.com", "other.mock.example.com", "mock.example.co"] {
        assert_eq!(status(host), 403, "{host}");
    }
}

#[test]
fn the_option_and_the_variable_name_hosts() {
    let by_variable = Served::spawn(
        command(&["--listen", "127.0.0.1:0"]).env("MOCK_CONTROL_HOST", "mock.example.com,ci.example"),
    );
    for served in
        [Served::start(&["--control-host", "mock.example.com", "--control-host", "ci.example"]), by_variable]
    {
        for (host, status) in [("mock.example.com", 200), ("ci.example", 200), ("evil.example", 403)] {
            let call = Call::control("GET", "state", "").header("host", host);
            assert_eq!(call.send(served.address).status, status, "{host}");
        }
    }
}

#[tokio::test]
async fn health_is_answered_whatever_the_host_the_origin_and_the_key() {
    let server = default_server().await;
    let health = Call::bare("GET", "/_mock/health");
    for call in [
        health.clone(),
        health.clone().header("host", "evil.example"),
        health.clone().header("origin", "https://evil.example"),
        health.clone().header("sec-fetch-site", "cross-site"),
        health.clone().header("x-api-key", "nonsense"),
    ] {
        let answer = call.send(server.address());
        assert_eq!((answer.status, answer.json()), (200, json!({"status": "ok"})), "{answer:?}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
}

#[tokio::test]
async fn the_api_is_open_to_every_host() {
    let server = default_server().await;
    let call = Call::delete_invite(PENDING, &new_key()).header("host", "api.example.com");
    call.send(server.address()).invite_deleted(PENDING);
}

#[test]
fn a_host_that_could_never_fit_is_bad_usage() {
    for host in ["http://mock.example.com", "*.example.com", "mock.example.com:4010", "a b"] {
        let output = run(&["--listen", "127.0.0.1:0", "--control-host", host]);
        assert_eq!(output.status.code(), Some(2), "{host}");
        assert!(text(&output.stderr).contains("expected a host name alone"), "{output:?}");
    }
}

#[test]
fn without_control_routes_a_foreign_host_and_a_web_page_are_told_the_same_as_all_others() {
    let served = Served::start(&["--no-control"]);
    for (name, value) in [("host", "evil.example"), ("origin", "https://evil.example")] {
        let call = Call::bare("GET", "/_mock").header(name, value).send(served.address);
        call.control_refused(404, "route-unknown");
    }
}
