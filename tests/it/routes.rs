//! Paths and methods: what is served, what only the service serves, what neither does, and the ids in a path.

use anthropic_admin_mock::JournalFilter;

use crate::harness::*;

/// What the service has and the mock does not serve (docs/fidelity.md); all below each is not served either.
const UNSERVED: &[&str] = &[
    "/v1/organizations/rbac_groups",
    "/v1/organizations/rbac_roles",
    "/v1/organizations/service_accounts",
    "/v1/organizations/federation_issuers",
    "/v1/organizations/federation_rules",
    "/v1/organizations/external_keys",
    "/v1/organizations/rate_limits",
    "/v1/organizations/spend_limits",
    "/v1/organizations/spend_limit_increase_requests",
    "/v1/organizations/compliance_settings",
    "/v1/organizations/analytics",
    "/v1/organizations/usage_report",
    "/v1/organizations/cost_report",
    "/v1/organizations/plugins",
    "/v1/organizations/plugin_marketplaces",
    "/v1/organizations/webhooks",
    "/v1/organizations/telemetry_destinations",
    "/v1/organizations/claude_code",
    "/v1/organizations/claude_tag",
    "/v1/organizations/external_storage",
    "/v1/organizations/providers",
    "/v1/organizations/users/user_01/sign_out",
    "/v1/organizations/workspaces/wrkspc_01/rate_limits",
    "/v1/organizations/workspaces/wrkspc_01/service_accounts",
    "/v1/messages",
    "/v1/complete",
    "/v1/models",
    "/v1/files",
    "/v1/skills",
    "/v1/agents",
    "/v1/sessions",
    "/v1/environments",
    "/v1/vaults",
    "/v1/user_profiles",
    "/v1/memory_stores",
    "/v1/compliance",
    "/v1/dreams",
    "/v1/deployments",
    "/v1/deployment_runs",
    "/v1/tunnels",
];

#[tokio::test]
async fn a_path_of_the_service_that_the_mock_does_not_serve_is_a_501_whatever_the_method_and_the_key() {
    let server = default_server().await;
    for path in UNSERVED {
        for below in ["", "/", "/x", "/x/y"] {
            let path = format!("{path}{below}");
            // Check 1, so no credential is asked for.
            let answer = Call::bare("DELETE", &path).send(server.address());
            answer.refused(501, "api_error", "route-unserved").names_organization(false);
            let message = answer.message();
            assert!(message.contains("anthropic-admin-mock") && message.contains(&path), "{message}");
            assert_eq!(answer.header("x-should-retry"), Some("false"));
        }
        for method in ["GET", "POST", "PUT", "PATCH", "OPTIONS"] {
            let call = Call::api(method, path, &new_key());
            call.send(server.address()).refused(501, "api_error", "route-unserved");
        }
        let preflight = Call::bare("OPTIONS", path)
            .header("origin", "https://example.com")
            .header("access-control-request-method", "GET")
            .header("access-control-request-headers", "anthropic-dangerous-direct-browser-access");
        preflight.send(server.address()).refused(501, "api_error", "route-unserved");
    }
}

#[tokio::test]
async fn a_path_that_not_even_the_service_has_is_a_404_that_is_no_api_404() {
    let server = default_server().await;
    for path in [
        "/",
        "/v1",
        "/v1/organizations",
        "/v1/organizations/settings",
        "/v1/organizations/users/",
        "/v1/organizations/users/user_01/x",
        "/v1/organizations/users//sign_out",
        "/v1/organizations/workspaces/wrkspc_01/restore",
        "/v1/organizations/workspaces/wrkspc_01/archive/",
        "/v1/organizations/workspaces//archive",
        "/v1/organizations/workspaces//rate_limits",
        "/v1/organizations/workspaces/wrkspc_01/members/",
        "/v1/organizations/workspaces/wrkspc_01/members/user_01/x",
        "/v1/organizations/api_keys/apikey_01/disable",
        "/v1/organizations/me/x",
        "/v1/organizations/user",
        "/v1/organizations/usersx",
        "/v1/message",
        "/v1//messages",
        "/V1/messages",
        "/v1/organizations/invites/",
        &format!("/v1/organizations/invites/{PENDING}/"),
        &format!("/v1/organizations/invites//{PENDING}"),
        &format!("//v1/organizations/invites/{PENDING}"),
        &format!("/v1/organizations/invites/{PENDING}/x"),
        &format!("/V1/organizations/invites/{PENDING}"),
        "/_mocked",
    ] {
        for method in ["DELETE", "PATCH"] {
            let answer = Call::api(method, path, &new_key()).send(server.address());
            answer.refused(404, "not_found_error", "route-unknown");
            answer.says("Not found").names_organization(false);
        }
    }
}

#[tokio::test]
async fn a_wrong_path_stands_in_the_journal_of_the_organization_whose_key_it_carried() {
    let server = default_server().await;
    let key = new_key();
    for (method, path) in
        [("GET", "/v1/nothing"), ("DELETE", "/v1/organizations/users/user_01/sign_out"), ("PATCH", INVITES)]
    {
        Call::api(method, path, &key).send(server.address());
    }
    let organization = server.world().organization(&key).unwrap();
    let entries = organization.requests(&JournalFilter::default());
    let told: Vec<_> =
        entries.iter().map(|entry| (entry.status.unwrap(), entry.reason.unwrap().name())).collect();
    assert_eq!(told, [(404, "route-unknown"), (501, "route-unserved"), (405, "method-not-allowed")]);
    assert!(entries.iter().all(|entry| entry.organization.as_deref() == Some(organization.id())));
}

#[tokio::test]
async fn a_wrong_method_is_a_405_that_allows_the_right_ones_and_does_nothing() {
    let server = default_server().await;
    let key = new_key();
    let long = "X".repeat(60_000);
    for method in [
        "POST",
        "PUT",
        "PATCH",
        "OPTIONS",
        "TRACE",
        "CONNECT",
        "PROPFIND",
        "QUERY",
        "delete",
        "Delete",
        "DELETE1",
        "BREW",
        "!#$%&'*+-.^_`|~",
        &long,
    ] {
        let call = Call::delete_invite(PENDING, &key).method(method);
        // What some frameworks take for the method is no header of ours.
        for call in [call.clone(), call.header("x-http-method-override", "DELETE")] {
            let answer = call.send(server.address());
            answer.refused(405, "invalid_request_error", "method-not-allowed").names_organization(false);
            answer.says("Method Not Allowed");
            assert_eq!(answer.header("allow"), Some("GET,HEAD,DELETE"));
        }
    }
    for method in ["DELETE", "PUT", "PATCH", "OPTIONS"] {
        let answer = Call::bare(method, INVITES).send(server.address());
        answer.refused(405, "invalid_request_error", "method-not-allowed");
        assert_eq!(answer.header("allow"), Some("GET,HEAD,POST"));
    }
    Call::delete_invite(PENDING, &key).send(server.address()).invite_deleted(PENDING);
}

#[tokio::test]
async fn head_goes_where_get_does_and_has_no_body() {
    let server = server(r#"{"clock": "2026-01-01T00:00:00Z", "invites": []}"#).await;
    for (path, status) in [(INVITES, 200), (&invite("unknown"), 404), ("/v1/unknown", 404)] {
        let [got, head] = ["GET", "HEAD"]
            .map(|method| Call::api(method, path, "sk-ant-admin01-head").send(server.address()));
        assert_eq!((got.status, head.status, head.body.as_str()), (status, status, ""), "{path}");
        assert_eq!(head.header("content-length"), Some(&*got.body.len().to_string()), "{path}");
    }
}

#[tokio::test]
async fn an_id_is_percent_decoded_exactly_once() {
    let server = server(&fixture("every-status.json")).await;
    for (written, id) in [
        ("team%2Fplatform%20invite", "team/platform invite"),
        ("einladung-f%C3%BCr-zo%C3%AB-%E2%9C%89", "einladung-für-zoë-✉"),
        ("100%2525-percent", "100%25-percent"),
        ("a+b&c=d%3Fe%23f;g:h@i,j", "a+b&c=d?e#f;g:h@i,j"),
        ("invite_%22quoted%22%5Cback", "invite_\"quoted\"\\back"),
        ("%78", "x"),
    ] {
        Call::delete_invite(written, &new_key()).send(server.address()).invite_deleted(id);
    }
    // Decoded twice, this would be the id above.
    let undecoded = Call::delete_invite("100%25-percent", &new_key()).send(server.address());
    undecoded.refused(404, "not_found_error", "invite-unknown").says("Invite `100%-percent` not found.");
}

#[tokio::test]
async fn bytes_that_are_not_utf_8_never_match_an_id_with_a_replacement_character() {
    let server = server(r#"{"invites": [{"id": "\ufffd", "email": "ada@example.com"}]}"#).await;
    let key = new_key();
    let call = Call::delete_invite("%FF", &key);
    call.send(server.address()).refused(404, "not_found_error", "invite-unknown");
    Call::delete_invite("%EF%BF%BD", &key).send(server.address()).invite_deleted("\u{fffd}");
}

#[tokio::test]
async fn long_ids_are_looked_up_like_any_other() {
    let server = default_server().await;
    let id = "x".repeat(8_000);
    let answer = Call::delete_invite(&id, &new_key()).send(server.address());
    answer.refused(404, "not_found_error", "invite-unknown").says(&format!("Invite `{id}` not found."));
}
