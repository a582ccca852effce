//! What an organization allows: members, domains, limits, groups, roles and scopes.

use serde_json::{Value, json};

use crate::harness::*;

/// One organization a policy, each with an admin key of its own.
const POLICIES: &str = r#"{
    "clock": "2026-01-01T00:00:00Z",
    "organizations": [
        {"keys": ["members"], "users": ["Mia+home@Example.com", "joined@example.com"],
         "invites": [{"id": "joined", "email": "joined@example.com", "status": "accepted"}]},
        {"keys": ["full"], "member_limit": 3, "users": ["mia@example.com"],
         "invites": [{"id": "open", "email": "open@example.com"},
                     {"id": "over", "email": "over@example.com", "status": "expired"}]},
        {"keys": ["domains"], "allowed_domains": ["Example.com", "example.org"]},
        {"keys": ["no-domains"], "allowed_domains": []},
        {"keys": ["parent"], "verified_domains": ["example.com"]},
        {"keys": ["enterprise", {"key": "no-groups", "scopes": ["write:members"]},
                  {"key": "groups", "scopes": ["write:members", "write:rbac_groups"]}],
         "type": "enterprise", "allowed_domains": ["example.com"], "verified_domains": ["example.com", "example.org"],
         "users": ["mia@example.com"], "member_limit": 9,
         "groups": ["plain", {"id": "plain-2", "grants_owner_access": false},
                    {"id": "owners", "grants_owner_access": true},
                    {"id": "unsure", "grants_owner_access": "unconfirmed"}]},
        {"keys": [{"key": "reader", "scopes": ["read:members"]}, {"key": "auditor", "scopes": ["read:org_audit"]},
                  {"key": "writer", "scopes": ["write:members"]}],
         "invites": [{"id": "kept", "email": "kept@example.com"}]}
    ]
}"#;

fn with_groups(email: &str, groups: &[&str]) -> Value {
    json!({"email": email, "role": "user", "rbac_group_ids": groups})
}

/// A refusal with a code, of which the reason is another spelling; nothing is made.
#[track_caller]
fn refused_with_code(
    server: &anthropic_admin_mock::MockServer,
    key: &str,
    body: &Value,
    code: &str,
) -> Answer {
    let ids = || Call::list_invites("", key).send(server.address()).ids();
    let before = ids();
    let answer = Call::create_invite(body.to_string(), key).send(server.address());
    answer.refused(400, "invalid_request_error", &code.replace('_', "-")).names_organization(true);
    assert_eq!(answer.error_code().as_deref(), Some(code), "{answer:?}");
    assert_eq!(ids(), before, "{code}");
    answer
}

#[tokio::test]
async fn policies_refuse_with_their_code_and_nothing_is_made() {
    let server = server(POLICIES).await;
    let to = server.address();
    let plain = |email: &str| json!({"email": email, "role": "user"});
    for (key, body, code) in [
        ("members", plain("mia@example.com"), "already_member"),
        ("members", plain("JOINED+x@example.com"), "already_member"),
        ("domains", plain("a@elsewhere.example"), "email_domain_not_allowed"),
        ("domains", plain("a@sub.example.com"), "email_domain_not_allowed"),
        ("no-domains", plain("a@example.com"), "email_domain_not_allowed"),
        ("parent", plain("a@example.org"), "cannot_invite_emails_with_unverified_domains"),
        ("enterprise", with_groups("a@example.com", &["plain", "owners"]), "rbac_group_grants_owner_access"),
        ("enterprise", with_groups("a@example.com", &["unsure"]), "rbac_group_owner_access_unconfirmed"),
    ] {
        refused_with_code(&server, key, &body, code);
    }
    Call::invite("a@EXAMPLE.org", "domains").send(to).good();
    Call::invite("a@Example.com", "parent").send(to).good();
    let unknown = with_groups("a@example.com", &["plain", "nowhere"]).to_string();
    let unknown = Call::create_invite(unknown, "enterprise").send(to);
    unknown.refused(400, "invalid_request_error", "input-invalid");
    unknown.says("rbac_group_ids: the organization has no RBAC group `nowhere`");
}

#[tokio::test]
async fn of_several_policies_groups_come_first_then_domains_then_the_member_then_the_invite() {
    let server = server(POLICIES).await;
    for (email, groups, code) in [
        ("a@elsewhere.example", &["owners"][..], "rbac_group_grants_owner_access"),
        ("a@elsewhere.example", &["plain"], "email_domain_not_allowed"),
        ("a@example.org", &["plain"], "email_domain_not_allowed"),
        ("mia@example.com", &["plain"], "already_member"),
    ] {
        refused_with_code(&server, "enterprise", &with_groups(email, groups), code);
    }
    Call::invite("third@example.com", "full").send(server.address()).good();
    for (email, code) in [
        ("mia@example.com", "already_member"),
        ("open@example.com", "invite_already_exists"),
        ("fourth@example.com", "org_member_limit_exceeded"),
    ] {
        refused_with_code(&server, "full", &json!({"email": email, "role": "user"}), code);
    }
}

#[tokio::test]
async fn members_and_pending_invites_count_toward_the_limit_and_expired_ones_do_not() {
    let server = server(POLICIES).await;
    let to = server.address();
    let id = Call::invite("third@example.com", "full").send(to).new_invite();
    let fourth = json!({"email": "fourth@example.com", "role": "user"});
    refused_with_code(&server, "full", &fourth, "org_member_limit_exceeded");

    // A member in place of a pending invite takes the same seat; a deleted invite gives it back.
    assert_eq!(Call::accept_invite("open", "full").send(to).status, 200);
    refused_with_code(&server, "full", &fourth, "org_member_limit_exceeded");
    Call::delete_invite(&id, "full").send(to).invite_deleted(&id);
    Call::create_invite(fourth.to_string(), "full").send(to).good();
}

#[tokio::test]
async fn an_enterprise_organization_has_roles_and_groups_of_its_own() {
    let server = server(POLICIES).await;
    let to = server.address();
    let managed =
        json!({"email": "m@example.com", "role": "managed", "rbac_group_ids": ["plain", "plain-2"]});

    let refused = Call::create_invite(managed.to_string(), "no-groups").send(to);
    refused.refused(403, "permission_error", "scope-missing");
    refused.says("Missing required scopes. Got: ['write:members'] Needed: ['write:rbac_groups']");
    let only_groups = with_groups("m@example.com", &["plain"]).to_string();
    let refused = Call::create_invite(only_groups, "no-groups").send(to);
    refused.refused(403, "permission_error", "scope-missing");
    Call::invite("u@example.com", "no-groups").send(to).good();

    let invite = Call::create_invite(managed.to_string(), "groups").send(to).good();
    assert_eq!([&invite["role"], &invite["rbac_group_ids"]], [&managed["role"], &managed["rbac_group_ids"]]);
    let developer = Call::invite("d@example.com", "enterprise").field("role", json!("developer")).send(to);
    developer.refused(400, "invalid_request_error", "input-invalid");
    developer.says("role: Input should be 'user' or 'managed'");
}

#[tokio::test]
async fn scopes_decide_for_each_operation() {
    let server = server(POLICIES).await;
    let to = server.address();
    for key in ["reader", "auditor"] {
        assert_eq!(Call::list_invites("", key).send(to).ids(), ["kept"]);
        Call::retrieve_invite("kept", key).send(to).good();
        for call in [Call::invite("a@example.com", key), Call::delete_invite("kept", key)] {
            call.send(to).refused(403, "permission_error", "scope-missing");
        }
    }
    for call in [Call::list_invites("", "writer"), Call::retrieve_invite("kept", "writer")] {
        let answer = call.send(to);
        answer.refused(403, "permission_error", "scope-missing");
        answer.says("Missing required scopes. Got: ['write:members'] Needed: ['read:members']");
    }
    Call::invite("a@example.com", "writer").send(to).good();
}
