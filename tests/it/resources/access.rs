//! Who may call what: the type of the organization, and scopes before it.

use serde_json::json;

use crate::harness::*;

const WORLD: &str = r#"{"organizations": [{"type": "enterprise",
    "keys": ["all", {"key": "members", "scopes": ["read:members", "write:members", "write:rbac_groups"]},
             {"key": "org", "scopes": ["org:admin"]}],
    "users": [{"id": "uwe", "email": "uwe@example.com"}, "owner@example.com"],
    "invites": [{"id": "i", "email": "i@example.com"}]}]}"#;

/// Every call of a resource that only Console organizations have; no id, body or query in them is good.
fn of_console(key: &str) -> Vec<Call> {
    let (workspace, member, api_key) = (workspace("w"), member("w", "uwe"), api_key("a"));
    [
        ("POST", WORKSPACES),
        ("GET", "/v1/organizations/workspaces?limit=0"),
        ("GET", &workspace),
        ("POST", &workspace),
        ("POST", &archive("w")),
        ("GET", &members("w")),
        ("POST", &members("w")),
        ("GET", &member),
        ("POST", &member),
        ("DELETE", &member),
        ("GET", API_KEYS),
        ("GET", &api_key),
        ("POST", &api_key),
        ("HEAD", API_KEYS),
    ]
    .map(|(method, path)| Call::api(method, path, key))
    .into()
}

#[tokio::test]
async fn workspaces_members_and_api_keys_are_refused_to_an_enterprise_organization() {
    let server = server(WORLD).await;
    for call in of_console("all") {
        for call in [call.clone(), call.current()] {
            let answer = call.send(server.address());
            if answer.body.is_empty() {
                assert_eq!((answer.status, answer.header("x-should-retry")), (400, Some("false")));
                continue;
            }
            answer.coded("organization_type_not_supported");
        }
    }
}

#[tokio::test]
async fn a_scoped_key_is_told_of_the_scope_before_the_type_of_the_organization() {
    let server = server(WORLD).await;
    for call in of_console("members").into_iter().filter(|call| !call.bytes().starts_with(b"HEAD")) {
        let answer = call.send(server.address());
        answer.refused(403, "permission_error", "scope-missing").names_organization(true);
        assert!(answer.message().ends_with("Needed: ['org:admin']"), "{answer:?}");
    }
    // With that scope the type is next.
    Call::get(API_KEYS, "org").send(server.address()).coded("organization_type_not_supported");
    Call::get(USERS, "org").send(server.address()).refused(403, "permission_error", "scope-missing");
}

#[tokio::test]
async fn invites_users_and_me_serve_both_types() {
    let server = server(WORLD).await;
    for call in [
        Call::get(ME, "all"),
        Call::get(USERS, "all"),
        Call::get(&user("uwe"), "all"),
        Call::post(&user("uwe"), &json!({"role": "managed"}), "all"),
        Call::delete(&user("uwe"), "all"),
        Call::list_invites("", "all"),
        Call::delete_invite("i", "all"),
    ] {
        call.send(server.address()).good();
    }
}

#[tokio::test]
async fn a_request_that_the_type_forbids_counts_toward_the_one_limit_of_all_routes() {
    use anthropic_admin_mock::Settings;

    let settings = Settings { rate_limit: "3/h".parse().unwrap(), ..Settings::default() };
    let server = server_with(WORLD, settings).await;
    for path in [ME, USERS, API_KEYS] {
        assert_ne!(Call::get(path, "all").send(server.address()).status, 429);
    }
    for path in [ME, USERS, WORKSPACES, API_KEYS, INVITES] {
        Call::get(path, "all").send(server.address()).refused(429, "rate_limit_error", "rate-limited");
    }
}

#[tokio::test]
async fn a_key_of_another_organization_sees_nothing_of_this_one() {
    let server = default_server().await;
    let (one, other) = (new_key(), new_key());
    let to = server.address();
    let made = Call::post(WORKSPACES, &json!({"name": "Mine"}), &one).send(to).good()["id"].clone();
    let path = workspace(made.as_str().unwrap());
    Call::get(&path, &one).send(to).good();
    Call::get(&path, &other).send(to).refused(404, "not_found_error", "workspace-unknown");
    let key = "apikey_01ActiveActiveActiveActi";
    Call::post(&api_key(key), &json!({"status": "archived"}), &one).send(to).good();
    assert_eq!(Call::get(&api_key(key), &other).send(to).good()["status"], "active");
}
