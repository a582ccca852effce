//! POST and GET of single invites: what is made, what is refused, and an invite's whole life.

use anthropic_admin_mock::{Fixture, MockServer, NewInvite, Role, Settings, World};
use serde_json::{Value, json};

use crate::harness::*;

/// One organization a policy, each with an admin key of its own.
const POLICIES: &str = r#"{
    "clock": "2026-01-01T00:00:00.250001Z",
    "invites": [],
    "organizations": [
        {"keys": ["members"], "members": ["Mia+home@Example.com"],
         "invites": [{"id": "joined", "email": "joined@example.com", "status": "accepted"}]},
        {"keys": ["full"], "member_limit": 3, "members": ["mia@example.com"],
         "invites": [{"id": "open", "email": "open@example.com"},
                     {"id": "over", "email": "over@example.com", "status": "expired"}]},
        {"keys": ["domains"], "allowed_domains": ["Example.com", "example.org"]},
        {"keys": ["no-domains"], "allowed_domains": []},
        {"keys": ["parent"], "verified_domains": ["example.com"]},
        {"keys": ["enterprise", {"key": "no-groups", "scopes": ["write:members"]},
                  {"key": "groups", "scopes": ["write:members", "write:rbac_groups"]}],
         "type": "enterprise",
         "groups": ["plain", {"id": "plain-2", "grants_owner_access": false},
                    {"id": "owners", "grants_owner_access": true},
                    {"id": "unsure", "grants_owner_access": "unconfirmed"}]},
        {"keys": [{"key": "reader", "scopes": ["read:members"]}, {"key": "auditor", "scopes": ["read:org_audit"]},
                  {"key": "writer", "scopes": ["write:members"]}],
         "invites": [{"id": "kept", "email": "kept@example.com"}]}
    ]
}"#;

fn body(email: &str) -> String {
    json!({"email": email, "role": "user"}).to_string()
}

#[track_caller]
fn created(server: &MockServer, email: &str, key: &str) -> Value {
    Call::create(&body(email), key).send(server.address()).good()
}

#[tokio::test]
async fn a_created_invite_has_the_nine_fields_and_is_found_again() {
    let server = server(POLICIES).await;
    let key = new_key();

    let answer =
        Call::create(r#"{"email": "Ada+x@Example.com", "role": "developer"}"#, &key).send(server.address());

    let invite = answer.good();
    let id = invite["id"].as_str().unwrap();
    let drawn = id.strip_prefix("invite_01").unwrap();
    assert!(drawn.len() == 22 && drawn.chars().all(|c| BASE58.contains(c)), "{id}");
    let expected = json!({
        "id": id, "type": "invite", "email": "Ada+x@Example.com", "role": "developer",
        "invited_at": "2026-01-01T00:00:00.250001Z", "expires_at": "2026-01-22T00:00:00.250001Z",
        "status": "pending", "rbac_group_ids": [], "accepted_at": null,
    });
    assert_eq!(invite, expected);
    assert_eq!(Call::retrieve(id, &key).send(server.address()).good(), expected);
    assert_eq!(Call::list("", &key).send(server.address()).good()["data"], json!([expected]));
    let other_key = Call::retrieve(id, &new_key()).send(server.address());
    other_key.refused(404, "not_found_error", "invite-unknown").says(&format!("Invite `{id}` not found."));
}

#[tokio::test]
async fn created_ids_are_the_same_in_every_run_and_differ_between_keys() {
    let ids = |key: &'static str| async move {
        let server = server(POLICIES).await;
        ["a@example.com", "b@example.com"].map(|email| created(&server, email, key)["id"].clone())
    };
    let first = ids("sk-ant-admin01-one").await;
    assert_eq!(ids("sk-ant-admin01-one").await, first);
    assert_ne!(first[0], first[1]);
    assert_ne!(ids("sk-ant-admin01-two").await[0], first[0]);
}

#[tokio::test]
async fn an_invite_lives_from_pending_to_accepted_or_deleted_and_its_address_follows() {
    let server = server(POLICIES).await;
    let key = new_key();
    let to = server.address();
    let id = created(&server, "ada@example.com", &key)["id"].as_str().unwrap().to_owned();

    let twice = Call::create(&body("ADA+again@example.com"), &key).send(to);
    twice.refused(400, "invalid_request_error", "invite-already-exists");
    assert_eq!(twice.error_code().as_deref(), Some("invite_already_exists"));
    assert!(twice.message().contains(&id), "the message names the invite: {twice:?}");

    Call::delete(&id, &key).send(to).deleted(&id);
    Call::retrieve(&id, &key).send(to).refused(404, "not_found_error", "invite-deleted");
    assert_eq!(Call::list("", &key).send(to).ids(), Vec::<String>::new());

    let again = created(&server, "ada@example.com", &key)["id"].as_str().unwrap().to_owned();
    assert_ne!(again, id);
    let accepted = Call::accept(&again, &key).send(to);
    assert_eq!(accepted.status, 200, "{accepted:?}");
    assert_eq!(accepted.json()["status"], "accepted");
    assert_eq!(accepted.json()["accepted_at"], "2026-01-01T00:00:00.250001Z");
    assert_eq!(Call::retrieve(&again, &key).send(to).good(), accepted.json());

    let member = Call::create(&body("ada@example.com"), &key).send(to);
    member.refused(400, "invalid_request_error", "already-member");
    assert_eq!(member.error_code().as_deref(), Some("already_member"));
    Call::delete(&again, &key).send(to).refused(400, "invalid_request_error", "invite-accepted");
    assert_eq!(Call::accept(&again, &key).send(to).status, 409);
}

#[tokio::test]
async fn an_invite_expires_by_the_organizations_clock_and_the_address_can_be_invited_again() {
    let server = server(r#"{"clock": "2026-01-01T00:00:00Z", "invites": []}"#).await;
    let key = new_key();
    let to = server.address();
    let id = created(&server, "ada@example.com", &key)["id"].as_str().unwrap().to_owned();
    let organization = server.world().organization(&key).unwrap();

    organization
        .set_clock("2026-01-21T23:59:59.999999Z".parse::<anthropic_admin_mock::Moment>().unwrap().into());
    assert_eq!(Call::retrieve(&id, &key).send(to).good()["status"], "pending");
    organization.set_clock("2026-01-22T00:00:00Z".parse::<anthropic_admin_mock::Moment>().unwrap().into());
    assert_eq!(Call::retrieve(&id, &key).send(to).good()["status"], "expired");
    Call::delete(&id, &key).send(to).refused(400, "invalid_request_error", "invite-expired");
    assert_eq!(Call::accept(&id, &key).send(to).status, 409);

    let again = created(&server, "ada@example.com", &key);
    assert_eq!(again["invited_at"], "2026-01-22T00:00:00Z");
    assert_eq!(Call::list("", &key).send(to).ids(), [again["id"].as_str().unwrap(), &id]);
}

#[tokio::test]
async fn accepting_takes_the_key_of_the_organization_or_finds_the_only_one_that_has_the_invite() {
    let server = server(&fixture("organizations.json")).await;
    let to = server.address();
    let keyless = |id: &str| Call::accept(id, "").without("x-api-key").send(to);
    let (acme, globex) = ("invite_01AcmePendingAcmePendin1", "invite_01G1obexPendingG1obexPe1");

    assert_eq!(Call::accept(acme, "sk-ant-admin01-globex-ci").send(to).status, 404);
    assert_eq!(Call::accept(acme, "sk-ant-admin01-unlisted").send(to).status, 401);
    assert_eq!(Call::accept(acme, "sk-ant-admin01-acme-disabled").send(to).json()["status"], "accepted");
    assert_eq!(keyless(globex).json()["status"], "accepted");
    assert_eq!(keyless("nothing").status, 404);
    assert_eq!(Call::bare("GET", "/_mock/invites/x/accept").send(to).status, 405);
    let organization = server.world().organization("sk-ant-admin01-acme-ci").unwrap();
    assert!(organization.is_member("ADA+work@acme.example"));
    assert!(!organization.is_member("eve@acme.example"));

    let templated = default_server().await;
    for key in [new_key(), new_key()] {
        Call::retrieve(PENDING, &key).send(templated.address()).good();
    }
    let several = Call::accept(PENDING, "").without("x-api-key").send(templated.address());
    assert_eq!(several.status, 409);
    assert!(several.message().contains("several organizations"), "{several:?}");
}

#[tokio::test]
async fn a_web_page_can_not_accept() {
    let server = default_server().await;
    let key = new_key();
    let answer = Call::accept(PENDING, &key).header("origin", "http://localhost").send(server.address());
    assert_eq!(answer.status, 403);
    assert_eq!(Call::retrieve(PENDING, &key).send(server.address()).good()["status"], "pending");
}

#[tokio::test]
async fn input_of_the_wrong_shape_is_a_400_that_names_the_field() {
    let server = server(POLICIES).await;
    let key = new_key();
    let groups = |count| {
        json!({"email": "a@example.com", "role": "user", "rbac_group_ids": vec!["plain"; count]}).to_string()
    };
    for (body, message) in [
        ("{}", "email: Field required"),
        (r#"{"role": "user"}"#, "email: Field required"),
        (r#"{"email": "a@example.com"}"#, "role: Field required"),
        (r#"{"email": 7, "role": "user"}"#, "email: Input should be a valid string"),
        (r#"{"email": null, "role": "user"}"#, "email: Input should be a valid string"),
        (
            r#"{"email": "a", "role": "user"}"#,
            "email: value is not a valid email address: expected one such as ada@example.com",
        ),
        (
            r#"{"email": "a\u0000@b.c", "role": "user"}"#,
            "email: value is not a valid email address: expected one such as ada@example.com",
        ),
        (
            r#"{"email": "a@.", "role": "user"}"#,
            "email: value is not a valid email address: expected one such as ada@example.com",
        ),
        (
            r#"{"email": "", "role": "user"}"#,
            "email: value is not a valid email address: expected one such as ada@example.com",
        ),
        (
            r#"{"email": "a@example.com", "role": "admin"}"#,
            "role: Input should be 'user', 'developer', 'billing' or 'claude_code_user'",
        ),
        (
            r#"{"email": "a@example.com", "role": "managed"}"#,
            "role: Input should be 'user', 'developer', 'billing' or 'claude_code_user'",
        ),
        (r#"{"email": "a@example.com", "role": ["user"]}"#, "role: Input should be a valid string"),
        (
            r#"{"email": "a@example.com", "role": "user", "rbac_group_ids": "g"}"#,
            "rbac_group_ids: Input should be a valid list",
        ),
        (
            r#"{"email": "a@example.com", "role": "user", "rbac_group_ids": [7]}"#,
            "rbac_group_ids: Input should be a valid string",
        ),
        (&groups(101), "rbac_group_ids: List should have at most 100 items after validation, not 101"),
        (&groups(100), "rbac_group_ids: only a Claude Enterprise organization has RBAC groups"),
        (
            r#"{"email": "a@example.com", "role": "user", "rbac_group_ids": ["plain"]}"#,
            "rbac_group_ids: only a Claude Enterprise organization has RBAC groups",
        ),
        (r#"{"email": "a@example.com", "role": "user", "seat": 1}"#, "seat: Extra inputs are not permitted"),
        ("[]", "body: Input should be an object"),
        ("null", "body: Input should be an object"),
    ] {
        let answer = Call::create(body, &key).send(server.address());
        answer.refused(400, "invalid_request_error", "input-invalid").names_organization(true).says(message);
    }
    for body in ["", "{", "email=a@example.com", "\u{feff}{}", "{\"email\": \"\u{0}\"}"] {
        let answer = Call::create(body, &key).send(server.address());
        answer.refused(400, "invalid_request_error", "json-invalid");
        assert!(answer.message().starts_with("The request body is not valid JSON: "), "{answer:?}");
    }
    let not_utf_8 = Call::create("", &key).without("content-length").body(&b"{\"email\": \"\xff\"}"[..]);
    not_utf_8.send(server.address()).refused(400, "invalid_request_error", "json-invalid");
    assert_eq!(Call::list("", &key).send(server.address()).ids(), Vec::<String>::new(), "nothing was made");
}

#[tokio::test]
async fn the_content_type_is_not_looked_at_and_an_empty_list_of_groups_is_none() {
    let server = server(POLICIES).await;
    let plain =
        Call::create(r#"{"email": "a@example.com", "role": "billing", "rbac_group_ids": []}"#, &new_key());
    plain.without("content-type").header("content-type", "text/plain").send(server.address()).good();
}

#[tokio::test]
async fn of_a_field_given_twice_the_last_counts() {
    let server = server(POLICIES).await;
    let body = r#"{"email": "first@example.com", "role": "user", "email": "last@example.com"}"#;
    assert_eq!(Call::create(body, &new_key()).send(server.address()).good()["email"], "last@example.com");
}

#[tokio::test]
async fn policies_and_state_refuse_with_their_code_and_nothing_is_made() {
    let server = server(POLICIES).await;
    let to = server.address();
    let with_group =
        |group: &str| json!({"email": "a@example.com", "role": "user", "rbac_group_ids": ["plain", group]});
    for (key, body, code) in [
        ("members", body("mia@example.com"), "already_member"),
        ("members", body("JOINED+x@example.com"), "already_member"),
        ("domains", body("a@elsewhere.example"), "email_domain_not_allowed"),
        ("domains", body("a@sub.example.com"), "email_domain_not_allowed"),
        ("no-domains", body("a@example.com"), "email_domain_not_allowed"),
        ("parent", body("a@example.org"), "cannot_invite_emails_with_unverified_domains"),
        ("enterprise", with_group("owners").to_string(), "rbac_group_grants_owner_access"),
        ("enterprise", with_group("unsure").to_string(), "rbac_group_owner_access_unconfirmed"),
    ] {
        let before = Call::list("", key).send(to).ids();
        let answer = Call::create(&body, key).send(to);
        answer.refused(400, "invalid_request_error", &code.replace('_', "-")).names_organization(true);
        assert_eq!(answer.error_code().as_deref(), Some(code), "{answer:?}");
        assert_eq!(Call::list("", key).send(to).ids(), before, "{code}");
    }
    created(&server, "a@EXAMPLE.org", "domains");
    created(&server, "a@Example.com", "parent");
    let unknown = Call::create(&with_group("nowhere").to_string(), "enterprise").send(to);
    unknown.refused(400, "invalid_request_error", "input-invalid");
    unknown.says("rbac_group_ids: the organization has no RBAC group `nowhere`");
}

#[tokio::test]
async fn members_and_pending_invites_count_toward_the_limit_and_expired_ones_do_not() {
    let server = server(POLICIES).await;
    let to = server.address();
    let third = created(&server, "third@example.com", "full");
    let id = third["id"].as_str().unwrap();

    let full = Call::create(&body("fourth@example.com"), "full").send(to);
    full.refused(400, "invalid_request_error", "org-member-limit-exceeded");
    assert_eq!(full.error_code().as_deref(), Some("org_member_limit_exceeded"));

    // A member in place of a pending invite takes the same seat; a deleted invite gives it back.
    assert_eq!(Call::accept("open", "full").send(to).status, 200);
    Call::create(&body("fourth@example.com"), "full").send(to).refused(
        400,
        "invalid_request_error",
        "org-member-limit-exceeded",
    );
    Call::delete(id, "full").send(to).deleted(id);
    created(&server, "fourth@example.com", "full");
}

#[tokio::test]
async fn an_enterprise_organization_has_roles_and_groups_of_its_own() {
    let server = server(POLICIES).await;
    let to = server.address();
    let managed = r#"{"email": "m@example.com", "role": "managed", "rbac_group_ids": ["plain", "plain-2"]}"#;

    let refused = Call::create(managed, "no-groups").send(to);
    refused.refused(403, "permission_error", "scope-missing");
    refused.says("Missing required scopes. Got: ['write:members'] Needed: ['write:rbac_groups']");
    let only_groups = r#"{"email": "m@example.com", "role": "user", "rbac_group_ids": ["plain"]}"#;
    Call::create(only_groups, "no-groups").send(to).refused(403, "permission_error", "scope-missing");
    Call::create(&body("u@example.com"), "no-groups").send(to).good();

    let invite = Call::create(managed, "groups").send(to).good();
    assert_eq!(
        (&invite["role"], &invite["rbac_group_ids"]),
        (&json!("managed"), &json!(["plain", "plain-2"]))
    );
    let developer = Call::create(r#"{"email": "d@example.com", "role": "developer"}"#, "enterprise").send(to);
    developer
        .refused(400, "invalid_request_error", "input-invalid")
        .says("role: Input should be 'user' or 'managed'");
}

#[tokio::test]
async fn scopes_decide_for_each_operation() {
    let server = server(POLICIES).await;
    let to = server.address();
    for key in ["reader", "auditor"] {
        assert_eq!(Call::list("", key).send(to).ids(), ["kept"]);
        Call::retrieve("kept", key).send(to).good();
        for call in [Call::create(&body("a@example.com"), key), Call::delete("kept", key)] {
            call.send(to).refused(403, "permission_error", "scope-missing");
        }
    }
    for call in [Call::list("", "writer"), Call::retrieve("kept", "writer")] {
        let answer = call.send(to);
        answer.refused(403, "permission_error", "scope-missing");
        answer.says("Missing required scopes. Got: ['write:members'] Needed: ['read:members']");
    }
    created(&server, "a@example.com", "writer");
}

#[tokio::test]
async fn the_body_is_checked_after_the_scope_and_before_the_state() {
    let server = server(POLICIES).await;
    let to = server.address();
    Call::create("{", "reader").send(to).refused(403, "permission_error", "scope-missing");
    let bad_and_a_member = r#"{"email": "mia@example.com", "role": "boss"}"#;
    Call::create(bad_and_a_member, "members").send(to).refused(400, "invalid_request_error", "input-invalid");
    let too_large = Call::create("{", "writer").without("content-length").header("content-length", "2000000");
    too_large.header("expect", "100-continue").send(to).refused(413, "request_too_large", "body-too-large");
}

#[test]
fn a_new_invite_never_gets_the_id_of_one_that_the_fixture_gave() {
    let create = |document: &str| {
        let world = World::new(Fixture::parse(document, Settings::default()).unwrap());
        let organization = world.organization("sk-ant-admin01-ids").unwrap();
        let new =
            |email: &str| NewInvite { email: email.into(), role: Role::User, rbac_group_ids: Vec::new() };
        let [first, second] =
            ["a@b.c", "b@b.c"].map(|email| organization.create_invite(new(email)).unwrap().id);
        (first.to_string(), second.to_string())
    };
    let (first, second) = create(r#"{"invites": []}"#);
    for status in ["pending", "deleted"] {
        let document =
            format!(r#"{{"invites": [{{"id": "{first}", "email": "c@b.c", "status": "{status}"}}]}}"#);
        assert_eq!(create(&document).0, second, "{status}");
    }
}
