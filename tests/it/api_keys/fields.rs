//! GET of one API key: its fields in both versions, and ids that belong to none.

use serde_json::{Value, json};

use super::WORLD;
use crate::harness::*;

fn read(server: &anthropic_admin_mock::MockServer, id: &str) -> Value {
    Call::get(&api_key(id), "console").current().send(server.address()).good()
}

#[tokio::test]
async fn the_current_version_shows_ten_fields_and_earlier_ones_the_workspace_besides() {
    let server = server(WORLD).await;
    let expected = json!({"id": "active", "type": "api_key", "name": "ci", "created_at": "2025-12-23T00:00:00Z",
        "expires_at": null, "status": "active", "partial_key_hint": "sk-ant-api03-R2D...igAA",
        "created_by": {"id": "ada", "type": "user"},
        "principal": {"type": "service_account_actor", "service_account_id": "svac_1"},
        "scope": {"type": "workspace", "workspace_id": "w"}});
    assert_eq!(read(&server, "active"), expected);
    for (id, workspace) in [
        ("active", json!("w")),
        ("of-old", json!("old")),
        // The default workspace's, and one of the whole organization.
        ("bare", json!(null)),
        ("wide", json!(null)),
    ] {
        let mut expected = read(&server, id);
        assert_eq!(expected.get("workspace_id"), None);
        expected["workspace_id"] = workspace;
        for version in ["2023-01-01", "2023-06-01"] {
            let call = Call::get(&api_key(id), "console").with("anthropic-version", version);
            assert_eq!(call.send(server.address()).good(), expected, "{version} {id}");
        }
    }
}

#[tokio::test]
async fn each_operation_shows_the_fields_of_the_version() {
    let server = server(WORLD).await;
    let of = |call: Call| {
        let answer = call.send(server.address()).good();
        let key = answer.get("data").map_or(&answer, |rows| &rows[0]);
        key.as_object().unwrap().contains_key("workspace_id")
    };
    for call in [
        Call::get(API_KEYS, "console"),
        Call::get(&api_key("active"), "console"),
        Call::post(&api_key("active"), &json!({}), "console"),
    ] {
        assert!(of(call.clone()));
        assert!(!of(call.current()));
    }
}

#[tokio::test]
async fn maker_principal_and_scope_are_shown_by_their_kinds_or_as_null() {
    let server = server(WORLD).await;
    for (id, made_by, principal, scope) in [
        (
            "inactive",
            json!({"id": "svac_1", "type": "service_account"}),
            json!({"type": "user_actor", "user_id": "dev"}),
            json!({"type": "workspace", "workspace_id": "w"}),
        ),
        (
            "wide",
            json!(null),
            json!({"type": "user_actor", "user_id": "dev"}),
            json!({"type": "organization"}),
        ),
        ("bare", json!(null), json!(null), json!({"type": "workspace", "workspace_id": "first"})),
        (
            "of-old",
            json!({"id": "gone", "type": "user"}),
            json!(null),
            json!({"type": "workspace", "workspace_id": "old"}),
        ),
    ] {
        let key = read(&server, id);
        assert_eq!([&key["created_by"], &key["principal"], &key["scope"]], [&made_by, &principal, &scope]);
    }
}

#[tokio::test]
async fn a_key_of_which_the_fixture_says_nothing_gets_an_id_a_name_a_hint_and_the_clocks_time() {
    let server = server(r#"{"clock": "2026-01-01T00:00:00Z", "invites": [], "api_keys": [{}, {}]}"#).await;
    let keys = Call::get(API_KEYS, &new_key()).send(server.address());
    for id in keys.ids() {
        let drawn = id.strip_prefix("apikey_01").unwrap();
        assert!(drawn.len() == 22 && drawn.chars().all(|c| BASE58.contains(c)), "{id}");
    }
    let hints = keys.each("partial_key_hint");
    for hint in &hints {
        let hint = hint.as_str().unwrap();
        let (start, end) = hint.strip_prefix("sk-ant-api03-").unwrap().split_once("...").unwrap();
        assert!(start.len() == 3 && end.len() == 4, "{hint}");
    }
    assert_ne!(hints[0], hints[1]);
    assert_eq!(keys.each("name"), ["key"; 2]);
    assert_eq!(keys.each("status"), ["active"; 2]);
    assert_eq!(keys.each("created_at"), ["2026-01-01T00:00:00Z"; 2]);
}

#[tokio::test]
async fn a_hint_that_the_fixture_calls_null_is_null() {
    assert!(read(&server(WORLD).await, "bare")["partial_key_hint"].is_null());
}

#[tokio::test]
async fn the_status_follows_from_the_clock_at_the_very_moment_unless_the_key_is_archived() {
    let server = server(WORLD).await;
    let organization = server.world().organization("console").unwrap();
    let statuses = || {
        ["active", "inactive", "expired", "archived", "ending", "of-old"]
            .map(|id| read(&server, id)["status"].clone())
    };
    assert_eq!(statuses(), ["active", "inactive", "expired", "archived", "active", "archived"]);
    organization.set_clock(frozen("2026-01-01T23:59:59.999999Z"));
    assert_eq!(read(&server, "ending")["status"], "active");
    organization.set_clock(frozen("2026-01-02T00:00:00Z"));
    assert_eq!(statuses(), ["active", "inactive", "expired", "archived", "expired", "archived"]);
    assert_eq!(read(&server, "ending")["expires_at"], "2026-01-02T00:00:00Z");
    organization.set_clock(frozen("2025-12-31T00:00:00Z"));
    assert_eq!(read(&server, "expired")["status"], "active", "a clock that is set back");
}

#[tokio::test]
async fn unknown_foreign_and_malformed_ids_are_one_404() {
    let server = server(WORLD).await;
    for (written, shown) in [
        ("apikey_01x", "apikey_01x"),
        ("foreign", "foreign"),
        ("ci", "ci"),
        ("%FF", "\u{fffd}"),
        ("a%2Fb%252F", "a/b%2F"),
    ] {
        let message = format!("API key `{shown}` not found.");
        for call in [
            Call::get(&api_key(written), "console"),
            Call::post(&api_key(written), &json!({"status": "archived"}), "console"),
            Call::post(&api_key(written), &json!({}), "console"),
        ] {
            call.send(server.address()).unknown("api-key-unknown", &message);
        }
    }
}

#[tokio::test]
async fn no_key_is_created_or_deleted_and_no_scope_of_a_scoped_key_opens_them() {
    let server = server(WORLD).await;
    for (method, path, allowed) in [
        ("POST", API_KEYS, "GET,HEAD"),
        ("DELETE", API_KEYS, "GET,HEAD"),
        ("DELETE", &api_key("active"), "GET,HEAD,POST"),
        ("PUT", &api_key("active"), "GET,HEAD,POST"),
    ] {
        let answer = Call::api(method, path, "console").send(server.address());
        answer.refused(405, "invalid_request_error", "method-not-allowed");
        assert_eq!(answer.header("allow"), Some(allowed), "{method} {path}");
    }
    for call in [
        Call::get(API_KEYS, "scoped"),
        Call::get(&api_key("unknown"), "scoped"),
        Call::api("POST", &api_key("active"), "scoped"),
    ] {
        let answer = call.send(server.address());
        answer.refused(403, "permission_error", "scope-missing");
        answer.says("Missing required scopes. Got: ['read:members', 'write:members'] Needed: ['org:admin']");
    }
}
