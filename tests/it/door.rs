//! The tester's door: reset, state, clock, faults, journal, each tied to the credential.

use std::{
    io::Read,
    sync::{
        Barrier,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anthropic_admin_mock::{
    ErrorType, Fault, Fixture, JournalFilter, MockServer, Operation, Outcome, Settings, TooManyFaults, World,
    router,
};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::harness::*;

fn control(server: &MockServer, method: &str, route: &str, key: &str, body: Value) -> Answer {
    let call = Call::control(method, route, key);
    let call = if body.is_null() { call } else { call.body(body.to_string()) };
    let call = if key.is_empty() { call.without("x-api-key") } else { call };
    call.send(server.address())
}

fn good(server: &MockServer, method: &str, route: &str, key: &str, body: Value) -> Value {
    let answer = control(server, method, route, key, body);
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

fn plan(server: &MockServer, key: &str, fault: Value) {
    good(server, "POST", "faults", key, fault);
}

fn delete(server: &MockServer, key: &str) -> Answer {
    Call::delete(PENDING, key).send(server.address())
}

fn new_invite(server: &MockServer, key: &str) -> String {
    let body = json!({"email": format!("{}@example.com", new_key()), "role": "user"}).to_string();
    Call::create(&body, key).send(server.address()).good()["id"].as_str().unwrap().to_owned()
}

/// What arrives on a connection whose answer is lost.
fn raw(server: &MockServer, call: &Call) -> Vec<u8> {
    let mut stream = connect(server.address());
    std::io::Write::write_all(&mut stream, &call.bytes()).unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    answer
}

#[tokio::test]
async fn the_index_names_every_route_and_each_of_them_is_there() {
    let server = default_server().await;
    let index = good(&server, "GET", "", &new_key(), Value::Null);
    assert_eq!(good(&server, "GET", "", "", Value::Null), index);
    let routes = index["routes"].as_array().unwrap();
    assert_eq!(routes.len(), 13);
    for route in routes {
        let path = route["path"].as_str().unwrap().replace("{invite_id}", PENDING);
        let answer = Call::bare(route["method"].as_str().unwrap(), &path).send(server.address());
        assert!(answer.status != 404 || path.contains("accept"), "{answer:?}");
        assert_ne!(answer.status, 405, "{answer:?}");
    }
}

#[tokio::test]
async fn reset_puts_back_one_organization_or_all() {
    let server = default_server().await;
    let (one, other) = (new_key(), new_key());
    let spoil = |key: &str| {
        delete(&server, key).deleted(PENDING);
        plan(&server, key, json!({"operation": "*", "error": "api_error", "times": "always"}));
        good(&server, "PUT", "clock", key, json!({"advance": "30d"}));
    };
    spoil(&one);
    spoil(&other);

    good(&server, "POST", "reset", &one, Value::Null);
    assert_eq!(good(&server, "GET", "faults", &one, Value::Null), json!({"faults": []}));
    assert_eq!(good(&server, "GET", "requests", &one, Value::Null), json!({"requests": []}));
    delete(&server, &one).deleted(PENDING);
    delete(&server, &other).refused(500, "api_error", "fault");

    good(&server, "POST", "reset", "", Value::Null);
    delete(&server, &one).deleted(PENDING);
    delete(&server, &other).deleted(PENDING);
}

#[tokio::test]
async fn a_key_that_may_not_call_the_api_may_still_use_the_door_unless_nobody_knows_it() {
    let server = server(&fixture("organizations.json")).await;
    for key in ["sk-ant-admin01-acme-disabled", "sk-ant-admin01-acme-expired", "sk-ant-admin01-acme-reader"] {
        good(&server, "POST", "reset", key, Value::Null);
    }
    for key in ["sk-ant-admin01-unlisted", "nonsense", "sk-ant-api03-x"] {
        let answer = control(&server, "POST", "reset", key, Value::Null);
        assert_eq!((answer.status, answer.header("x-mock-reason")), (401, Some("key-unknown")));
    }
}

#[tokio::test]
async fn the_state_saved_to_a_file_is_a_fixture_that_brings_the_same_world_back() {
    let server = server(
        r#"{"invites": [{"id": "t", "email": "t@example.com", "invited_at": "-3d"}], "members": ["m@example.com"],
            "organizations": [{"id": "o-1", "clock": "2026-01-01T00:00:00Z", "type": "enterprise",
                "keys": ["pinned", {"key": "reader", "state": "disabled", "scopes": ["read:members"]}],
                "member_limit": 9, "allowed_domains": ["example.com"], "verified_domains": ["example.com"],
                "groups": ["g", {"id": "o", "grants_owner_access": true}, {"id": "u", "grants_owner_access": "unconfirmed"}],
                "invites": [{"id": "a", "email": "a@example.com", "status": "accepted"},
                            {"id": "e", "email": "e@example.com", "status": "expired"},
                            {"id": "p", "email": "p@example.com", "role": "managed", "rbac_group_ids": ["g"]},
                            {"id": "q", "email": "q@example.com"}]},
              {"id": "keyless", "invites": []}]}"#,
    )
    .await;
    let key = new_key();
    new_invite(&server, &key);
    Call::delete("q", "pinned").send(server.address()).deleted("q");
    good(&server, "POST", "invites/p/accept", "pinned", Value::Null);
    plan(
        &server,
        "pinned",
        json!([
        {"operation": "invites.delete", "times": 3, "error": "overloaded_error", "retry_after_ms": 5, "message": "m"},
        {"operation": "*", "invite_id": "x", "times": "always", "after_commit": true, "drop": "mid_body"}]),
    );
    Call::delete("a", "pinned").send(server.address()).refused(529, "overloaded_error", "fault");
    let state = good(&server, "GET", "state", "", Value::Null);
    assert_eq!(state["organizations"][0]["faults"][0]["times"], 2, "what is left of three: {state}");
    assert!(!state.to_string().contains("pinned"), "no key is dumped: {state}");
    assert!(state.to_string().contains("sha256:"), "{state}");

    let saved = std::env::temp_dir().join(format!("anthropic-admin-mock-{}-state.json", std::process::id()));
    std::fs::write(&saved, state.to_string()).unwrap();
    let again = MockServer::start(World::new(
        Fixture::read(std::slice::from_ref(&saved), Settings::default()).unwrap(),
    ))
    .await;
    std::fs::remove_file(saved).unwrap();

    assert_eq!(good(&again, "GET", "state", "", Value::Null), state);
    let list = |server: &MockServer, key: &str| Call::list("", key).send(server.address()).good();
    assert_eq!(list(&again, &key), list(&server, &key));
    assert_eq!(list(&again, "pinned"), list(&server, "pinned"));
    Call::delete("a", "pinned").send(again.address()).refused(529, "overloaded_error", "fault").says("m");
    let validator = jsonschema::validator_for(&serde_json::from_str(Fixture::SCHEMA).unwrap()).unwrap();
    assert!(validator.is_valid(&state), "{state}");
}

#[tokio::test]
async fn the_state_is_a_good_fixture_also_after_the_clock_was_moved_about() {
    let server = server(
        r#"{"clock": "2026-01-01T00:00:00Z", "invites": [
            {"id": "t", "email": "t@example.com", "expires_at": "2026-01-01T00:00:10Z"},
            {"id": "j", "email": "j@example.com", "invited_at": "2025-12-10T00:00:00Z", "accepted_at": "2025-12-11T00:00:00Z"}]}"#,
    )
    .await;
    let key = new_key();
    let create = |email: &str| {
        let body = json!({"email": email, "role": "user"}).to_string();
        Call::create(&body, &key).send(server.address()).good()["id"].as_str().unwrap().to_owned()
    };
    create("a@example.com");
    good(&server, "PUT", "clock", &key, json!({"advance": "22d"}));
    create("a@example.com");
    let joined = create("+b@example.com");
    good(&server, "POST", &format!("invites/{joined}/accept"), &key, Value::Null);
    good(&server, "PUT", "clock", "", json!({"now": "2025-06-01T00:00:00Z"}));
    new_invite(&server, &new_key());
    for key in [key.as_str(), ""] {
        let state = good(&server, "GET", "state", key, Value::Null);
        good(&server, "PUT", "state", key, state.clone());
        assert_eq!(good(&server, "GET", "state", key, Value::Null), state);
        Fixture::parse(&state.to_string(), Settings::default()).unwrap();
    }
    for _ in 0..3 {
        good(&server, "PUT", "clock", "", json!({"system": true}));
        good(&server, "PUT", "clock", "", json!({"advance": "9999w"}));
        good(&server, "PUT", "clock", "", json!({"advance": "9999w"}));
        let state = good(&server, "GET", "state", "", Value::Null);
        Fixture::parse(&state.to_string(), Settings::default()).unwrap();
    }
}

#[tokio::test]
async fn a_deleted_invite_keeps_its_place_as_a_cursor_in_the_state() {
    let server = server(r#"{"clock": "2026-01-01T00:00:00Z", "invites": []}"#).await;
    let key = new_key();
    let [a, b, c] = [0; 3].map(|_| new_invite(&server, &key));
    Call::delete(&b, &key).send(server.address()).deleted(&b);
    let state = good(&server, "GET", "state", &key, Value::Null);
    good(&server, "PUT", "state", &key, state);
    assert_eq!(Call::list(&format!("after_id={b}"), &key).send(server.address()).ids(), [a]);
    assert_eq!(Call::list(&format!("before_id={b}"), &key).send(server.address()).ids(), [c]);
}

#[tokio::test]
async fn a_chosen_clock_yields_to_the_states_and_stays_where_it_has_none() {
    let now = Some("2020-01-01T00:00:00Z".parse().unwrap());
    let server = server_with(&fixture("default.json"), Settings { now, ..Settings::default() }).await;
    let key = new_key();
    for key in [key.as_str(), ""] {
        good(&server, "PUT", "state", key, json!({"invites": []}));
        assert_eq!(good(&server, "GET", "clock", key, Value::Null)["now"], "2020-01-01T00:00:00Z");
        good(&server, "PUT", "clock", key, json!({"system": true}));
        let state = good(&server, "GET", "state", key, Value::Null);
        good(&server, "PUT", "state", key, state);
        assert_ne!(good(&server, "GET", "clock", key, Value::Null)["now"], "2020-01-01T00:00:00Z");
    }
}

#[tokio::test]
async fn the_reset_of_a_new_key_brings_back_the_fixture_and_not_what_the_world_was_told_since() {
    let server = default_server().await;
    good(&server, "PUT", "clock", "", json!({"advance": "22d"}));
    plan(&server, "", json!({"operation": "*", "error": "api_error"}));
    assert_eq!(good(&server, "GET", "faults", "", Value::Null)["faults"].as_array().unwrap().len(), 1);
    let key = new_key();
    delete(&server, &key).refused(500, "api_error", "fault");
    delete(&server, &key).deleted(PENDING);
    good(&server, "POST", "reset", &key, Value::Null);
    assert_eq!(good(&server, "GET", "clock", &key, Value::Null)["clock"], Value::Null);
    delete(&server, &key).deleted(PENDING);
}

#[tokio::test]
async fn what_the_door_keeps_is_bounded_and_shows_no_key() {
    let server = default_server().await;
    let key = "sk-ant-admin01-SECRETSECRETSECRET";
    let many = vec![json!({"operation": "*", "times": "always", "delay": "0ms"}); 600];
    plan(&server, key, json!(many));
    let over = control(&server, "POST", "faults", key, json!(many));
    assert_eq!((over.status, over.message().contains("1000")), (400, true), "{over:?}");
    assert_eq!(good(&server, "GET", "faults", key, Value::Null)["faults"].as_array().unwrap().len(), 600);
    good(&server, "DELETE", "faults", key, Value::Null);

    let long = "x".repeat(20_000);
    Call::retrieve(&format!("{key}%2F{long}"), key)
        .header("user-agent", format!("{key} {long}"))
        .send(server.address());
    Call::create(&format!(r#"{{"email": "{key}@example.com"}}"#), key).send(server.address());
    let entries = good(&server, "GET", "requests", key, Value::Null)["requests"].to_string();
    assert!(!entries.contains("SECRETSECRET"), "{}", &entries[..500]);
    assert!(entries.len() < 8_000, "{}", entries.len());
}

#[test]
fn a_delay_counts_milliseconds_seconds_or_minutes() {
    for (text, milliseconds) in [("0ms", 0), ("400ms", 400), ("2s", 2_000), ("99m", 99 * 60_000)] {
        let fault = Fault::parse(&json!({"operation": "*", "delay": text}).to_string()).unwrap().remove(0);
        assert_eq!(fault.outcome, Outcome::Delay(Duration::from_millis(milliseconds)), "{text}");
    }
}

#[test]
fn an_organization_holds_a_thousand_faults_and_the_world_plans_none_that_do_not_fit_everywhere() {
    let fault = Fault::parse(r#"{"operation": "*", "delay": "0ms"}"#).unwrap().remove(0);
    let some = |count| vec![fault.clone(); count];
    let world = World::default();
    let organization = world.organization("sk-ant-admin01-full").unwrap();

    organization.plan_faults(some(400)).unwrap();
    organization.plan_faults(some(600)).unwrap();
    assert_eq!(organization.plan_faults(some(1)), Err(TooManyFaults));
    assert_eq!(organization.faults().len(), 1000);

    // Full in one place, for those to come there is room.
    assert_eq!(world.plan_faults(&some(1)), Err(TooManyFaults));
    assert_eq!(world.faults().len(), 1000);
    organization.clear_faults();
    world.plan_faults(&some(400)).unwrap();
    world.plan_faults(&some(600)).unwrap();
    assert_eq!(world.plan_faults(&some(1)), Err(TooManyFaults));
    assert_eq!(world.faults().len(), 2000, "planned for those to come, and in the one that there is");

    // Here there is room, for those to come there is none.
    organization.clear_faults();
    assert_eq!(world.plan_faults(&some(1)), Err(TooManyFaults));
    assert_eq!(organization.faults(), []);
    assert!(TooManyFaults.to_string().contains("1000 faults at the most"));
}

#[tokio::test]
async fn a_body_that_is_no_text_is_refused_in_json() {
    let server = default_server().await;
    for (method, route) in [("PUT", "clock"), ("PUT", "state"), ("POST", "faults")] {
        let answer = Call::control(method, route, &new_key()).body(&b"\xff"[..]).send(server.address());
        assert_eq!((answer.status, answer.header("x-mock-reason")), (400, Some("body-unreadable")));
        assert!(answer.message().contains("UTF-8"), "{answer:?}");
    }
}

#[tokio::test]
async fn the_state_of_one_organization_is_put_back_under_any_key_and_reset_knows_the_beginning() {
    let server = default_server().await;
    let (one, other) = (new_key(), new_key());
    let id = new_invite(&server, &one);
    delete(&server, &one).deleted(PENDING);
    let state = good(&server, "GET", "state", &one, Value::Null);

    good(&server, "PUT", "state", &other, state.clone());

    assert_eq!(good(&server, "GET", "state", &other, Value::Null), state);
    Call::delete(&id, &other).send(server.address()).deleted(&id);
    delete(&server, &other).refused(404, "not_found_error", "invite-deleted");
    good(&server, "POST", "reset", &other, Value::Null);
    delete(&server, &other).deleted(PENDING);
}

#[tokio::test]
async fn a_bad_state_is_refused_with_its_path_and_changes_nothing() {
    let server = default_server().await;
    let key = new_key();
    let before = good(&server, "GET", "state", &key, Value::Null);
    let whole = good(&server, "GET", "state", "", Value::Null);
    for (body, path) in [
        (json!({"invites": [{"email": "a@b.c"}, {"email": 7}]}), "invites[1].email"),
        (json!({"invites": [{"email": "a@b.c", "colour": 1}]}), "invites[0].colour"),
        (json!({}), ""),
        (json!([]), ""),
    ] {
        for key in [key.as_str(), ""] {
            let answer = control(&server, "PUT", "state", key, body.clone());
            assert_eq!((answer.status, answer.header("x-mock-reason")), (400, Some("input-invalid")));
            assert_eq!(answer.json()["error"]["path"], path, "{answer:?}");
            assert!(!answer.message().is_empty());
        }
    }
    let organizations = json!({"invites": [], "organizations": [{"keys": ["k"]}]});
    assert_eq!(
        control(&server, "PUT", "state", &key, organizations).json()["error"]["path"],
        "organizations"
    );
    let no_template = json!({"organizations": []});
    assert_eq!(control(&server, "PUT", "state", &key, no_template).json()["error"]["path"], "invites");
    let not_json = Call::control("PUT", "state", &key).body("{").send(server.address());
    assert!(not_json.message().starts_with("bad JSON"), "{not_json:?}");
    assert_eq!(good(&server, "GET", "state", &key, Value::Null), before);
    assert_eq!(
        good(&server, "GET", "state", "", Value::Null)["organizations"].as_array().unwrap().len(),
        whole["organizations"].as_array().unwrap().len()
    );
}

#[tokio::test]
async fn the_whole_world_can_be_replaced_and_reset() {
    let server = default_server().await;
    let key = new_key();
    delete(&server, &key).deleted(PENDING);
    let world =
        json!({"organizations": [{"keys": ["only"], "invites": [{"id": "x", "email": "x@example.com"}]}]});
    good(&server, "PUT", "state", "", world);
    delete(&server, &key).refused(401, "authentication_error", "key-unknown");
    Call::delete("x", "only").send(server.address()).deleted("x");
    good(&server, "POST", "reset", "", Value::Null);
    delete(&server, &key).deleted(PENDING);
    Call::delete("x", "only").send(server.address()).refused(401, "authentication_error", "key-malformed");
}

#[tokio::test]
async fn the_clock_is_advanced_frozen_and_given_back_for_one_organization_or_all() {
    let server = default_server().await;
    let (one, other) = (new_key(), new_key());
    let expired =
        |key: &str| Call::retrieve(PENDING, key).send(server.address()).good()["status"] == "expired";
    assert!(!expired(&one) && !expired(&other));

    let moved = good(&server, "PUT", "clock", &one, json!({"advance": "22d"}));
    assert_eq!(moved["clock"], "+1900800000ms");
    assert!(expired(&one) && !expired(&other));
    good(&server, "PUT", "clock", &one, json!({"advance": "-10d"}));
    assert!(!expired(&one));
    let frozen = good(&server, "PUT", "clock", &one, json!({"now": "2099-01-01T00:00:00Z"}));
    assert_eq!(frozen, json!({"now": "2099-01-01T00:00:00Z", "clock": "2099-01-01T00:00:00Z"}));
    assert_eq!(good(&server, "PUT", "clock", &one, json!({"advance": "1h"}))["now"], "2099-01-01T01:00:00Z");
    assert_eq!(good(&server, "GET", "clock", &one, Value::Null)["now"], "2099-01-01T01:00:00Z");
    assert!(expired(&one));
    assert_eq!(good(&server, "PUT", "clock", &one, json!({"system": true}))["clock"], Value::Null);
    assert!(!expired(&one));

    good(&server, "PUT", "clock", "", json!({"now": "2099-01-01T00:00:00Z"}));
    assert!(expired(&one) && expired(&other));
    let later = new_key();
    let invite = new_invite(&server, &later);
    let invite = Call::retrieve(&invite, &later).send(server.address()).good();
    assert_eq!(invite["invited_at"], "2099-01-01T00:00:00Z", "also for organizations to come");

    for (body, path) in [
        (json!({"advance": "soon"}), "advance"),
        (json!({"advance": 5}), "advance"),
        (json!({"now": "+5d"}), "now"),
        (json!({"system": false}), "system"),
        (json!({"tomorrow": true}), "tomorrow"),
        (json!({"advance": "1d", "system": true}), ""),
        (json!({}), ""),
        (json!([]), ""),
    ] {
        let answer = control(&server, "PUT", "clock", &one, body);
        assert_eq!((answer.status, &answer.json()["error"]["path"]), (400, &json!(path)), "{answer:?}");
    }
}

#[tokio::test]
async fn every_error_of_the_vendor_can_be_planned_with_its_status_and_headers() {
    let server = default_server().await;
    for (kind, status, retry) in [
        ("invalid_request_error", 400, Some("false")),
        ("authentication_error", 401, Some("false")),
        ("billing_error", 402, None),
        ("permission_error", 403, Some("false")),
        ("not_found_error", 404, Some("false")),
        ("conflict_error", 409, None),
        ("request_too_large", 413, None),
        ("rate_limit_error", 429, Some("true")),
        ("api_error", 500, None),
        ("timeout_error", 504, None),
        ("overloaded_error", 529, None),
    ] {
        let key = new_key();
        plan(&server, &key, json!({"operation": "invites.delete", "error": kind}));
        let answer = delete(&server, &key);
        answer.refused(status, kind, "fault").names_organization(true);
        assert_eq!(answer.header("x-should-retry"), retry);
        assert_eq!(answer.header("retry-after"), (status == 429).then_some("1"));
        assert_eq!(answer.header("anthropic-ratelimit-requests-remaining"), (status == 429).then_some("0"));
        delete(&server, &key).deleted(PENDING);
    }
    let key = new_key();
    plan(
        &server,
        &key,
        json!({"operation": "*", "error": "permission_error", "error_code": "sandbox_egress_restricted",
        "message": "no way out", "retry_after": 7, "retry_after_ms": 70, "should_retry": true}),
    );
    let call = Call::delete(PENDING, &key).bytes();
    let answer = text(&exchange(server.address(), &call));
    for part in [
        "retry-after: 7\r\n",
        "retry-after-ms: 70\r\n",
        "x-should-retry: true\r\n",
        r#""message":"no way out""#,
        r#""details":{"error_code":"sandbox_egress_restricted"}"#,
        "HTTP/1.1 403",
    ] {
        assert!(answer.contains(part), "{part} in {answer}");
    }
}

#[tokio::test]
async fn a_fault_strikes_where_and_as_often_as_it_says_and_in_order() {
    let server = default_server().await;
    let key = new_key();
    plan(
        &server,
        &key,
        json!([
        {"operation": "invites.list", "error": "api_error", "times": "always"},
        {"operation": "*", "invite_id": EXPIRED, "error": "timeout_error"},
        {"operation": "invites.delete", "error": "overloaded_error", "times": 2},
        {"operation": "invites.delete", "error": "conflict_error"}]),
    );
    delete(&server, &key).refused(529, "overloaded_error", "fault");
    Call::retrieve(PENDING, &key).send(server.address()).good();
    Call::retrieve(EXPIRED, &key).send(server.address()).refused(504, "timeout_error", "fault");
    Call::retrieve(EXPIRED, &key).send(server.address()).good();
    delete(&server, &key).refused(529, "overloaded_error", "fault");
    delete(&server, &key).refused(409, "conflict_error", "fault");
    delete(&server, &key).deleted(PENDING);
    for _ in 0..3 {
        Call::list("", &key).send(server.address()).refused(500, "api_error", "fault");
    }
    let hits: Vec<_> = good(&server, "GET", "faults", &key, Value::Null)["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| fault["hits"].as_u64().unwrap())
        .collect();
    assert_eq!(hits, [3, 1, 2, 1]);
    delete(&server, &new_key()).deleted(PENDING);
    assert_eq!(good(&server, "DELETE", "faults", &key, Value::Null), json!({"faults": []}));
    Call::list("", &key).send(server.address()).good();
}

#[tokio::test]
async fn a_fault_comes_after_the_credential_and_before_the_version_and_the_rate_limit() {
    let settings = Settings { rate_limit: "1/h".parse().unwrap(), ..Settings::default() };
    let server = server_with(&fixture("organizations.json"), settings).await;
    let (key, disabled) = ("sk-ant-admin01-acme-reader", "sk-ant-admin01-acme-disabled");
    plan(&server, key, json!({"operation": "*", "error": "overloaded_error", "times": "always"}));
    delete(&server, disabled).refused(401, "authentication_error", "key-disabled");
    let no_version = Call::delete(PENDING, key).without("anthropic-version").send(server.address());
    no_version.refused(529, "overloaded_error", "fault");
    for _ in 0..3 {
        delete(&server, key).refused(529, "overloaded_error", "fault");
    }
    good(&server, "DELETE", "faults", key, Value::Null);
    Call::list("", key).send(server.address()).good();
    Call::list("", key).send(server.address()).refused(429, "rate_limit_error", "rate-limited");
}

#[test]
fn two_times_under_50_parallel_calls_are_exactly_two() {
    let served = Served::start(&[]);
    for _ in 0..10 {
        let key = new_key();
        let body = r#"{"operation": "invites.list", "times": 2, "error": "overloaded_error"}"#;
        assert_eq!(Call::control("POST", "faults", &key).body(body).send(served.address).status, 200);
        let (together, struck) = (Barrier::new(50), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..50 {
                scope.spawn(|| {
                    together.wait();
                    if Call::list("", &key).send(served.address).status == 529 {
                        struck.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
        });
        assert_eq!(struck.into_inner(), 2);
    }
}

#[tokio::test]
async fn a_dropped_connection_has_not_one_byte_and_a_cut_one_half_a_body() {
    let server = default_server().await;
    let key = new_key();
    let call = Call::delete(PENDING, &key);
    plan(
        &server,
        &key,
        json!([{"operation": "*", "drop": true}, {"operation": "*", "drop": "mid_body", "after_commit": true}]),
    );

    assert_eq!(raw(&server, &call), b"", "nothing was sent");
    let cut = text(&raw(&server, &call));

    let (head, body) = cut.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}");
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let whole = format!(r#"{{"id":"{PENDING}","type":"invite_deleted"}}"#);
    assert_eq!(length.parse::<usize>().unwrap(), whole.len());
    assert_eq!(body, &whole[..whole.len() / 2]);
    delete(&server, &key).refused(404, "not_found_error", "invite-deleted");
}

#[tokio::test]
async fn before_the_commit_nothing_is_done_and_after_it_everything() {
    let server = default_server().await;
    for (fault, done) in [
        (json!({"operation": "*", "drop": true}), false),
        (json!({"operation": "*", "drop": "mid_body"}), false),
        (json!({"operation": "*", "error": "api_error"}), false),
        (json!({"operation": "*", "drop": true, "after_commit": true}), true),
        (json!({"operation": "*", "error": "api_error", "after_commit": true}), true),
        (json!({"operation": "*", "delay": "1ms", "after_commit": true}), true),
    ] {
        let key = new_key();
        plan(&server, &key, fault.clone());
        raw(&server, &Call::delete(PENDING, &key));
        let status = Call::retrieve(PENDING, &key).send(server.address()).status;
        assert_eq!(status, if done { 404 } else { 200 }, "{fault}");
    }
}

#[tokio::test]
async fn a_delay_is_kept_and_the_call_goes_on() {
    let server = default_server().await;
    let key = new_key();
    plan(&server, &key, json!({"operation": "*", "delay": "300ms"}));
    let started = Instant::now();
    delete(&server, &key).deleted(PENDING);
    assert!(started.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn a_fault_in_a_header_strikes_that_call_alone() {
    let server = default_server().await;
    let key = new_key();
    let struck = |value: &str| Call::delete(PENDING, &key).header("x-mock-fault", value);
    struck("overloaded_error").send(server.address()).refused(529, "overloaded_error", "fault");
    let limited = struck("rate_limit_error; retry-after=3").send(server.address());
    assert_eq!(limited.refused(429, "rate_limit_error", "fault").header("retry-after"), Some("3"));
    assert_eq!(raw(&server, &struck("drop")), b"");
    let started = Instant::now();
    struck("delay=50ms").send(server.address()).deleted(PENDING);
    assert!(started.elapsed() >= Duration::from_millis(50));
    for unknown in [
        "",
        "overload",
        "drop=all",
        "delay=soon",
        "overloaded_error; retry-after=x",
        "overloaded_error; x",
        "drop; retry-after=1",
    ] {
        let answer = struck(unknown).send(server.address());
        answer.refused(400, "invalid_request_error", "fault-unknown").names_organization(true);
        assert!(answer.message().contains("x-mock-fault"), "{answer:?}");
    }
    let key = new_key();
    let lost = Call::delete(PENDING, &key).header("x-mock-fault", "drop; after-commit");
    assert_eq!(raw(&server, &lost), b"");
    delete(&server, &key).refused(404, "not_found_error", "invite-deleted");
}

#[tokio::test]
async fn each_option_of_a_fault_in_a_header_shows_in_the_answer() {
    let server = default_server().await;
    let key = new_key();
    let every = "billing_error; retry-after=7; retry-after-ms=70; should-retry=true; error-code=no_credit";
    let call = Call::retrieve(PENDING, &key);
    let answer = text(&exchange(server.address(), &call.clone().header("x-mock-fault", every).bytes()));
    for part in [
        "HTTP/1.1 402",
        "retry-after: 7\r\n",
        "retry-after-ms: 70\r\n",
        "x-should-retry: true\r\n",
        r#""details":{"error_code":"no_credit"}"#,
    ] {
        assert!(answer.contains(part), "{part} in {answer}");
    }
    let never = "api_error; should-retry=false";
    let answer = text(&exchange(server.address(), &call.clone().header("x-mock-fault", never).bytes()));
    assert!(answer.contains("x-should-retry: false\r\n"), "{answer}");
    for unknown in ["retry-after-ms=x", "should-retry=maybe", "error-code", "error-code=", "retry=1"] {
        let answer =
            call.clone().header("x-mock-fault", format!("api_error; {unknown}")).send(server.address());
        answer.refused(400, "invalid_request_error", "fault-unknown");
    }
}

#[tokio::test]
async fn a_bad_plan_is_refused_with_the_fields_path_and_plans_nothing() {
    let server = default_server().await;
    let key = new_key();
    for (body, path, message) in [
        (
            json!({"operation": "invites.update", "drop": true}),
            "operation",
            "unknown variant `invites.update`",
        ),
        (json!({"operation": "*", "error": "teapot"}), "error", "unknown variant `teapot`"),
        (json!({"drop": true}), "", "missing field `operation`"),
        (json!({"operation": "*"}), "", "exactly one of `error`, `delay` and `drop`"),
        (json!({"operation": "*", "drop": true, "delay": "1s"}), "", "exactly one of"),
        (json!({"operation": "*", "drop": false}), "drop", "false drops nothing"),
        (json!({"operation": "*", "drop": "all"}), "drop", "expected true or \"mid_body\""),
        (json!({"operation": "*", "drop": true, "retry_after": 1}), "retry_after", "goes with `error` alone"),
        (
            json!({"operation": "*", "drop": true, "times": 0}),
            "times",
            "a whole number from 1, or \"always\"",
        ),
        (json!({"operation": "*", "delay": "soon"}), "delay", "a delay such as"),
        (json!({"operation": "*", "drop": true, "often": 3}), "often", "unknown field `often`"),
        (
            json!([{"operation": "*", "drop": true}, {"operation": "*", "error": "teapot"}]),
            "[1].error",
            "unknown variant",
        ),
        (
            json!([{"operation": "*", "drop": true}, {"operation": "*", "drop": false}]),
            "[1].drop",
            "false drops nothing",
        ),
        (json!([{"operation": "*", "drop": true}, {"operation": "*"}]), "[1]", "exactly one of"),
        (json!("drop"), "", "expected an object"),
    ] {
        let answer = control(&server, "POST", "faults", &key, body.clone());
        let error = &answer.json()["error"];
        assert_eq!((answer.status, error["path"].as_str()), (400, Some(path)), "{body} {answer:?}");
        assert!(answer.message().contains(message), "{body} {answer:?}");
        assert_eq!(error["problems"].as_array().unwrap().len(), 1, "{body} {answer:?}");
    }
    assert_eq!(good(&server, "GET", "faults", &key, Value::Null), json!({"faults": []}));
}

#[tokio::test]
async fn faults_of_a_fixture_and_of_the_whole_world_reach_every_organization() {
    let server =
        server(r#"{"invites": [], "faults": [{"operation": "invites.list", "error": "overloaded_error"}]}"#)
            .await;
    let list = |key: &str| Call::list("", key).send(server.address()).status;
    let (first, second) = (new_key(), new_key());
    assert_eq!([list(&first), list(&first), list(&second), list(&second)], [529, 200, 529, 200]);
    good(&server, "POST", "reset", &first, Value::Null);
    assert_eq!([list(&first), list(&first)], [529, 200]);
    plan(&server, "", json!({"operation": "*", "error": "api_error"}));
    let later = new_key();
    assert_eq!(
        [list(&first), list(&first), list(&later), list(&later), list(&later)],
        [500, 200, 529, 500, 200]
    );
    good(&server, "DELETE", "faults", "", Value::Null);
    assert_eq!(list(&new_key()), 200);
}

#[tokio::test]
async fn the_journal_says_what_was_asked_and_what_became_of_it() {
    let server = default_server().await;
    let key = "sk-ant-admin01-abcdefghijklmnopqrstuvwxyz";
    Call::delete(PENDING, key).header("user-agent", "terraform/1").send(server.address()).deleted(PENDING);
    delete(&server, key).refused(404, "not_found_error", "invite-deleted");
    Call::create(r#"{"email": "ada@example.com", "role": "user"}"#, key).send(server.address()).good();
    raw(&server, &Call::delete(EXPIRED, key).header("x-mock-fault", "drop"));
    Call::bare("GET", "/v1/nothing").send(server.address());
    delete(&server, "nonsense");

    let all = good(&server, "GET", "requests", "", Value::Null)["requests"].as_array().unwrap().clone();
    assert_eq!(all.len(), 6, "control calls are in no journal");
    let entries = good(&server, "GET", "requests", key, Value::Null)["requests"].as_array().unwrap().clone();
    assert_eq!(entries.len(), 4);
    assert_eq!(all[..4], entries[..]);
    let first = &entries[0];
    for (field, value) in [
        ("operation", json!("invites.delete")),
        ("method", json!("DELETE")),
        ("path", json!(invite(PENDING))),
        ("invite_id", json!(PENDING)),
        ("credential", json!("sk-ant-admin01-…wxyz")),
        ("version", json!("2023-06-01")),
        ("user_agent", json!("terraform/1")),
        ("status", json!(200)),
        ("error_type", Value::Null),
        ("reason", Value::Null),
        ("fault", Value::Null),
        ("body", Value::Null),
    ] {
        assert_eq!(first[field], value, "{field}");
    }
    assert!(first["request_id"].as_str().unwrap().starts_with("req_011C"));
    assert!(first["duration_ms"].as_f64().unwrap() > 0.0);
    assert!(first["time"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok());
    assert_eq!(
        (&entries[1]["status"], &entries[1]["error_type"], &entries[1]["reason"]),
        (&json!(404), &json!("not_found_error"), &json!("invite-deleted"))
    );
    assert_eq!(entries[2]["body"], r#"{"email": "ada@example.com", "role": "user"}"#);
    let lost = &entries[3];
    assert_eq!((&lost["status"], &lost["error_type"]), (&Value::Null, &Value::Null), "nobody got an answer");
    assert_eq!((&lost["reason"], &lost["fault"]), (&json!("fault"), &json!("drop")));
    let nowhere = format!("{}/x", invite(PENDING));
    Call::bare("DELETE", &nowhere).send(server.address());
    let last = good(&server, "GET", "requests?status=404", "", Value::Null)["requests"]
        .as_array()
        .unwrap()
        .last()
        .unwrap()
        .clone();
    assert_eq!((&last["path"], &last["invite_id"]), (&json!(nowhere), &Value::Null), "no route, no invite");
    assert_eq!((&all[4]["reason"], &all[5]["reason"]), (&json!("route-unknown"), &json!("key-malformed")));
    assert!(!all.iter().any(|entry| entry.to_string().contains("abcdefgh")));

    let count = |query: &str| {
        good(&server, "GET", &format!("requests?{query}"), key, Value::Null)["requests"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(
        [
            count("operation=invites.delete"),
            count("status=404"),
            count(&format!("invite_id={PENDING}")),
            count(&format!("operation=invites.delete&status=200&invite_id={PENDING}"))
        ],
        [3, 1, 2, 1]
    );
    for (query, path) in
        [("operation=delete", "operation"), ("status=bad", "status"), ("colour=red", "colour")]
    {
        let answer = control(&server, "GET", &format!("requests?{query}"), key, Value::Null);
        assert_eq!((answer.status, answer.json()["error"]["path"].as_str()), (400, Some(path)));
    }
    good(&server, "DELETE", "requests", key, Value::Null);
    assert_eq!(good(&server, "GET", "requests", "", Value::Null)["requests"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn the_journal_is_a_ring_and_a_body_is_kept_up_to_a_bound() {
    let settings = Settings { journal: Some(3), ..Settings::default() };
    let server = server_with(r#"{"invites": []}"#, settings).await;
    let key = new_key();
    for n in 0..5 {
        Call::retrieve(&format!("i{n}"), &key).send(server.address());
    }
    let ids: Vec<_> = good(&server, "GET", "requests", &key, Value::Null)["requests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["invite_id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ids, ["i2", "i3", "i4"]);
    for beyond in ["", "x", "xxxx", "é", &"x".repeat(10_000)] {
        let body = format!(r#"{{"email": "{}{beyond}"#, "x".repeat(4096 - 11));
        Call::create(&body, &key).send(server.address());
        let last = good(&server, "GET", "requests?operation=invites.create", &key, Value::Null);
        assert_eq!(last["requests"].as_array().unwrap().last().unwrap()["body"], body[..4096]);
    }
}

#[tokio::test]
async fn the_journals_of_all_organizations_are_read_in_the_order_of_the_answers() {
    let server = server(r#"{"clock": "2026-01-01T00:00:00Z", "invites": []}"#).await;
    let (one, other) = (new_key(), new_key());
    let asked = [one.as_str(), &other, "nonsense", &other, &one, "nonsense", &one];
    for (number, key) in asked.iter().enumerate() {
        Call::retrieve(&format!("i{number}"), key).send(server.address());
    }
    let entries = server.world().requests(&JournalFilter::default());
    let ids: Vec<_> = entries.iter().map(|entry| entry.invite_id.clone().unwrap()).collect();
    assert_eq!(ids, ["i0", "i1", "i2", "i3", "i4", "i5", "i6"]);
    for (entry, key) in entries.iter().zip(asked) {
        let by_the_organizations_clock = entry.time.to_string() == "2026-01-01T00:00:00Z";
        assert_eq!(by_the_organizations_clock, key != "nonsense", "{entry:?}");
        assert!(entry.time > "2025-12-31T00:00:00Z".parse().unwrap(), "{entry:?}");
    }
}

#[tokio::test]
async fn a_credential_is_shown_by_its_kind_and_its_last_four_characters_where_eight_more_stay_hidden() {
    let server = default_server().await;
    for (key, shown) in [
        ("sk-ant-admin01-abcdefghijkl", "sk-ant-admin01-…ijkl"),
        ("sk-ant-admin01-abcdefghijk", "sk-ant-admin01-…"),
        ("sk-ant-api03-abcdefgh-ijkl", "sk-ant-api03-…ijkl"),
        ("sk-ant-eightlet-abcdefghijkl", "sk-ant-eightlet-…ijkl"),
        ("sk-ant-nineletts-abcdefghijkl", "sk-ant-…ijkl"),
        ("sk-ant-abcdefghijkl", "sk-ant-…ijkl"),
        ("sk-ant-", "sk-ant-…"),
        ("nobody-abcdefghijkl", "…ijkl"),
        ("abcdefghijk", "…"),
        ("abcdefghéjkl", "…éjkl"),
    ] {
        Call::list("", key).send(server.address());
        let entries = server.world().requests(&JournalFilter::default());
        assert_eq!(entries.last().unwrap().credential.as_deref(), Some(shown), "{key}");
    }
}

#[tokio::test]
async fn what_stands_around_a_key_in_a_body_stays_readable() {
    let server = default_server().await;
    let key = new_key();
    let (sent, kept) = ("sk-ant-admin01-abcdefghijkl", "sk-ant-admin01-…ijkl");
    let body = |key: &str| {
        let ends = [" ", "\"", "`", "'", "\\", "/", "%", "?", "&", ",", ";", "\u{3000}"];
        ends.map(|end| format!("<{key}{end}>")).concat()
    };
    Call::create(&body(sent), &key).send(server.address());
    let entries = server.world().requests(&JournalFilter::default());
    assert_eq!(entries[0].body, Some(body(kept)));
}

#[tokio::test]
async fn what_would_move_a_terminals_cursor_is_escaped_wherever_it_stands() {
    let server = default_server().await;
    let key = new_key();
    for (body, kept) in
        [("\u{1b}[2J", "\\u{1b}[2J"), ("a\u{1b}[2J", "a\\u{1b}[2J"), ("\t\t", "\\t\\t"), ("a\r\n", "a\\r\\n")]
    {
        Call::create(body, &key).send(server.address());
        let entries = server.world().requests(&JournalFilter::default());
        assert_eq!(entries.last().unwrap().body.as_deref(), Some(kept));
    }
}

#[tokio::test]
async fn a_journal_of_no_entries_keeps_none() {
    let settings = Settings { journal: Some(0), ..Settings::default() };
    let server = server_with(r#"{"invites": []}"#, settings).await;
    for _ in 0..3 {
        Call::list("", &new_key()).send(server.address()).good();
    }
    assert!(server.world().requests(&JournalFilter::default()).is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_journal_tells_how_many_milliseconds_an_answer_took() {
    let world = World::default();
    let request = axum::http::Request::get(invite(PENDING))
        .header("x-api-key", new_key())
        .header("anthropic-version", "2023-06-01")
        .header("x-mock-fault", "delay=2500ms")
        .body(axum::body::Body::empty())
        .unwrap();
    let answer = router(world.clone()).oneshot(request).await.unwrap();
    assert_eq!(answer.status(), 200);
    let took = world.requests(&JournalFilter::default())[0].duration_ms;
    assert!((2500.0..2600.0).contains(&took), "{took}");
}

#[tokio::test]
async fn a_web_page_is_refused_and_changes_nothing() {
    let server = default_server().await;
    let key = new_key();
    delete(&server, &key).deleted(PENDING);
    for (method, route, body) in [
        ("POST", "reset", ""),
        ("PUT", "state", r#"{"invites": []}"#),
        ("PUT", "clock", r#"{"advance": "1d"}"#),
        ("POST", "faults", r#"{"operation": "*", "drop": true}"#),
        ("DELETE", "requests", ""),
    ] {
        for (name, value) in [
            ("origin", "http://localhost"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            let call = Call::control(method, route, &key).header(name, value).body(body);
            let answer = call.send(server.address());
            assert_eq!((answer.status, answer.header("x-mock-reason")), (403, Some("browser-origin")));
            assert_eq!(answer.header("access-control-allow-origin"), None);
        }
    }
    let organization = server.world().organization(&key).unwrap();
    assert!(organization.faults().is_empty());
    assert_eq!(organization.clock(), anthropic_admin_mock::Clock::System);
    assert_eq!(organization.requests(&JournalFilter::default()).len(), 1);
    delete(&server, &key).refused(404, "not_found_error", "invite-deleted");
}

#[test]
fn no_control_takes_the_door_away_health_aside() {
    for served in [
        Served::start(&["--no-control"]),
        Served::spawn(command(&["--listen", "127.0.0.1:0"]).env("MOCK_NO_CONTROL", "1")),
    ] {
        assert_eq!(Call::bare("GET", "/_mock/health").send(served.address).status, 200);
        for (method, route) in
            [("POST", "reset"), ("GET", "state"), ("GET", "faults"), ("GET", "requests"), ("GET", "")]
        {
            assert_eq!(
                Call::control(method, route, "sk-ant-admin01-x").send(served.address).status,
                404,
                "{route}"
            );
        }
        Call::delete(PENDING, "sk-ant-admin01-x")
            .header("x-mock-fault", "drop")
            .send(served.address)
            .deleted(PENDING);
    }
}

#[tokio::test]
async fn a_rust_test_does_the_same_without_http() {
    let server = default_server().await;
    let key = new_key();
    let organization = server.world().organization(&key).unwrap();

    let mut faults = Fault::parse(r#"{"operation": "invites.delete", "error": "overloaded_error"}"#).unwrap();
    faults.push(Fault {
        operation: Some(Operation::InvitesDelete),
        invite_id: None,
        times: Some(1),
        after_commit: false,
        outcome: Outcome::Error(ErrorType::ConflictError.into()),
    });
    organization.plan_faults(faults).unwrap();
    delete(&server, &key).refused(529, "overloaded_error", "fault");
    delete(&server, &key).refused(409, "conflict_error", "fault");
    assert!(organization.faults().iter().all(|planned| planned.hits == 1));
    organization.advance_clock(jiff::SignedDuration::from_hours(22 * 24));
    delete(&server, &key).refused(400, "invalid_request_error", "invite-expired");
    let filter = JournalFilter { status: Some(400), ..JournalFilter::default() };
    assert_eq!(organization.requests(&filter).len(), 1);
    let state = organization.state_document().to_string();
    organization.reset();
    delete(&server, &key).deleted(PENDING);
    organization.put_state(&state).unwrap();
    delete(&server, &key).refused(400, "invalid_request_error", "invite-expired");
    server.world().reset();
    delete(&server, &key).deleted(PENDING);
    server.world().put_state(r#"{"invites": []}"#).unwrap();
    delete(&server, &key).refused(404, "not_found_error", "invite-unknown");
}

#[test]
fn sixty_four_tests_in_parallel_with_a_key_each_never_interfere() {
    let served = Served::start(&[]);
    let to = served.address;
    std::thread::scope(|scope| {
        for _ in 0..64 {
            scope.spawn(move || {
                let key = new_key();
                for round in 0..6 {
                    let body = json!({"email": format!("r{round}@example.com"), "role": "user"}).to_string();
                    let id = Call::create(&body, &key).send(to).good()["id"].as_str().unwrap().to_owned();
                    let fault = r#"{"operation": "invites.delete", "times": 1, "error": "overloaded_error"}"#;
                    assert_eq!(Call::control("POST", "faults", &key).body(fault).send(to).status, 200);
                    Call::delete(&id, &key).send(to).refused(529, "overloaded_error", "fault");
                    Call::delete(&id, &key).send(to).deleted(&id);
                    let clock = Call::control("PUT", "clock", &key).body(r#"{"advance": "22d"}"#).send(to);
                    assert_eq!(clock.status, 200);
                    Call::delete(PENDING, &key).send(to).refused(
                        400,
                        "invalid_request_error",
                        "invite-expired",
                    );
                    assert_eq!(
                        Call::control("GET", "requests", &key).send(to).json()["requests"]
                            .as_array()
                            .unwrap()
                            .len(),
                        4
                    );
                    assert_eq!(Call::control("POST", "reset", &key).send(to).status, 200);
                    Call::delete(PENDING, &key).send(to).deleted(PENDING);
                    assert_eq!(Call::control("POST", "reset", &key).send(to).status, 200);
                }
            });
        }
    });
}

#[test]
fn reset_and_a_new_state_racing_32_writers_are_seen_whole_or_not_at_all() {
    // Each world names itself in all of its invites; a page with two names would be a mix.
    let invites = |name: &str| -> Vec<Value> {
        (0..20)
            .map(|n| json!({"id": format!("{name}-{n}"), "email": format!("{name}{n}@example.com")}))
            .collect()
    };
    let old = json!({"invites": invites("old")}).to_string();
    let new = json!({"invites": invites("new")}).to_string();
    let world = World::new(Fixture::parse(&old, Settings::default()).unwrap());
    let (done, pages) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for writer in 0..32 {
            let (world, done, pages) = (&world, &done, &pages);
            scope.spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    let organization = world.organization("sk-ant-admin01-race").unwrap();
                    let page = organization.list_invites(&everything()).unwrap();
                    let names: std::collections::HashSet<_> =
                        page.invites.iter().map(|invite| invite.id.split('-').next().unwrap()).collect();
                    assert!(names.len() <= 1, "{names:?}");
                    pages.fetch_add(1, Ordering::Relaxed);
                    let name = names.into_iter().next().unwrap_or("old");
                    let _ = organization.delete_invite(&format!("{name}-{}", writer % 20));
                }
            });
        }
        for round in 0..300 {
            let organization = world.organization("sk-ant-admin01-race").unwrap();
            match round % 4 {
                0 => organization.reset(),
                1 => organization.put_state(&new).unwrap(),
                2 => world.put_state(&new).unwrap(),
                _ => world.reset(),
            }
            std::thread::yield_now();
        }
        done.store(true, Ordering::Relaxed);
    });
    assert!(pages.into_inner() > 100);
}

#[tokio::test]
async fn a_new_key_costs_the_same_with_ten_invites_and_with_a_hundred_thousand() {
    let made_in = |count: usize| {
        let invites: Vec<_> =
            (0..count).map(|n| json!({"id": format!("i{n}"), "email": format!("{n}@example.com")})).collect();
        let world = World::new(
            Fixture::parse(&json!({ "invites": invites }).to_string(), Settings::default()).unwrap(),
        );
        let keys: Vec<_> = (0..2000).map(|n| format!("sk-ant-admin01-cost-{n}")).collect();
        let started = Instant::now();
        for key in &keys {
            world.organization(key).unwrap();
        }
        started.elapsed()
    };
    let (few, many) = (made_in(10), made_in(100_000));
    // Copying would cost thousands of times as much; the factor leaves room for a busy machine.
    assert!(many < few * 10 + Duration::from_millis(50), "{few:?} {many:?}");
}

#[test]
fn a_large_state_that_comes_or_goes_holds_up_no_request_of_the_program_under_test() {
    let served = Served::start(&[]);
    let invites: Vec<Value> = (0..100_000).map(|n| json!({"email": format!("e{n}@example.com")})).collect();
    let body = json!({ "invites": invites }).to_string();
    let put = Call::control("PUT", "state", "").without("x-api-key").body(body);
    let reset = Call::control("POST", "reset", "").without("x-api-key");
    let took_and_longest = |call: &Call| {
        std::thread::scope(|scope| {
            let calling = scope.spawn(|| {
                let started = Instant::now();
                assert_eq!(call.send(served.address).status, 200);
                started.elapsed()
            });
            let mut longest = Duration::ZERO;
            while !calling.is_finished() {
                let started = Instant::now();
                Call::delete("unknown", "sk-ant-admin01-meanwhile").send(served.address);
                longest = longest.max(started.elapsed());
            }
            (calling.join().unwrap(), longest)
        })
    };
    // Another test may have the machine for a while; a server that waits does so every time.
    let mut seen = Vec::new();
    let goes_on = (0..5).any(|_| {
        let both = [&put, &reset].map(took_and_longest);
        seen.push(both);
        both.iter().all(|(took, longest)| *longest < *took / 2)
    });
    assert!(goes_on, "a call took, and the longest request meanwhile: {seen:?}");
}

#[test]
fn only_a_state_may_be_large() {
    let served = Served::start(&[]);
    let large = vec![b' '; 3_000_000];
    let send = |method: &str, route: &str, body: Vec<u8>| {
        Call::control(method, route, &new_key()).body(body).send(served.address)
    };
    for (method, route) in [("POST", "faults"), ("PUT", "clock")] {
        let answer = send(method, route, large.clone());
        assert_eq!(
            (answer.status, answer.header("x-mock-reason")),
            (413, Some("body-unreadable")),
            "{route}"
        );
    }
    let state = [&large[..], br#"{"invites": []}"#].concat();
    assert_eq!(send("PUT", "state", state).status, 200);
}
