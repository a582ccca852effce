//! Who may come in, with which key, and what the answer gives away.

use std::collections::HashSet;

use anthropic_admin_mock::Settings;

use crate::harness::*;

fn with_key(key: impl AsRef<[u8]>) -> Call {
    Call::bare("DELETE", &invite(PENDING)).header("anthropic-version", "2023-06-01").header("x-api-key", key)
}

fn with_authorization(value: impl AsRef<[u8]>) -> Call {
    with_key("").without("x-api-key").header("authorization", value)
}

#[tokio::test]
async fn no_credential_is_a_401() {
    let server = default_server().await;
    let answer = with_key("").without("x-api-key").send(server.address());
    answer.refused(401, "authentication_error", "credential-missing").names_organization(false);
    answer.says("x-api-key header is required");
    assert!(answer.header("request-id").is_some());
}

#[tokio::test]
async fn an_api_key_of_another_shape_is_a_401() {
    let server = default_server().await;
    for key in [
        &b""[..],
        b"nonsense",
        b"sk-ant",
        b"sk-ant-",
        b"SK-ANT-ADMIN01-X",
        b"\xff\xfe",
        b"Bearer sk-ant-admin01-x",
    ] {
        let answer = with_key(key).send(server.address());
        answer
            .refused(401, "authentication_error", "key-malformed")
            .says("invalid x-api-key")
            .names_organization(false);
        assert!(answer.header("request-id").is_some());
    }
}

#[tokio::test]
async fn an_authorization_that_is_no_bearer_token_of_the_shape_is_a_401() {
    let server = default_server().await;
    for value in [
        "",
        "Bearer",
        "Bearer ",
        "Bearer nonsense",
        "Basic c2stYW50",
        "sk-ant-admin01-x",
        "Bearersk-ant-admin01-x",
    ] {
        let answer = with_authorization(value).send(server.address());
        answer.refused(401, "authentication_error", "bearer-malformed").says("Invalid bearer token");
        answer.names_organization(false);
        assert!(answer.header("request-id").is_some());
    }
}

#[tokio::test]
async fn a_bearer_token_is_taken_in_any_case_of_the_scheme() {
    let server = default_server().await;
    for scheme in ["Bearer", "bearer", "BEARER", "bEaReR"] {
        with_authorization(format!("{scheme} {}", new_key())).send(server.address()).invite_deleted(PENDING);
    }
}

#[tokio::test]
async fn all_admin_kinds_of_keys_open_an_organization_of_their_own() {
    let server = default_server().await;
    let mut seen = HashSet::new();
    for key in [
        "sk-ant-admin01-a",
        "sk-ant-admin",
        "sk-ant-admin99",
        "sk-ant-api01-a",
        "sk-ant-oat01-a",
        "sk-ant-oat",
    ] {
        for call in [with_key(key), with_authorization(format!("Bearer {key}"))] {
            let answer = call.send(server.address());
            assert!(answer.status == 200 || answer.status == 404, "{answer:?}");
            seen.insert(answer.header("anthropic-organization-id").unwrap().to_owned());
        }
    }
    assert_eq!(seen.len(), 6, "one organization a key, whichever header carries it");
}

#[tokio::test]
async fn a_key_that_is_not_known_is_a_401_without_a_request_id() {
    let templated = default_server().await;
    let pinned_only = server(&fixture("organizations.json")).await;
    for (server, key, message) in [
        (&templated, "sk-ant-sid01-x", "API key is invalid."),
        (&templated, "sk-ant-api02-x", "API key is invalid."),
        (&templated, "sk-ant-api03", "API key is invalid."),
        (&pinned_only, "sk-ant-admin01-unlisted", "API key is invalid."),
        (&pinned_only, "sk-ant-api03-unlisted", "API key is invalid."),
        (&pinned_only, "sk-ant-oat01-unlisted", "OAuth access token is invalid."),
    ] {
        for call in [with_key(key), with_authorization(format!("Bearer {key}"))] {
            let answer = call.send(server.address());
            answer
                .refused(401, "authentication_error", "key-unknown")
                .says(message)
                .names_organization(false);
            assert_eq!(answer.header("request-id"), None);
        }
    }
}

#[tokio::test]
async fn a_disabled_or_expired_key_is_a_401_without_a_request_id() {
    let server = server(&fixture("organizations.json")).await;
    for (key, reason, message) in [
        ("sk-ant-admin01-acme-disabled", "key-disabled", "API key has been deactivated."),
        ("sk-ant-admin01-acme-expired", "key-expired", "API key has expired."),
    ] {
        let answer = with_key(key).send(server.address());
        answer.refused(401, "authentication_error", reason).says(message).names_organization(false);
        assert_eq!(answer.header("request-id"), None);
    }
}

#[tokio::test]
async fn an_inference_key_is_a_403_without_an_organization() {
    let server = default_server().await;
    let answer = with_key("sk-ant-api03-an-ordinary-key").send(server.address());
    answer.refused(403, "permission_error", "key-inference").names_organization(false);
    answer.says("Missing permissions. Please check with Anthropic support if you think this is in error.");
    assert!(answer.header("request-id").is_some());
}

#[tokio::test]
async fn a_scoped_key_needs_write_members_to_delete() {
    let server = server(&fixture("organizations.json")).await;
    let id = "invite_01AcmePendingAcmePendin1";

    let reader = Call::delete_invite(id, "sk-ant-admin01-acme-reader").send(server.address());
    reader.refused(403, "permission_error", "scope-missing").names_organization(true);
    reader.says("Missing required scopes. Got: ['read:members'] Needed: ['write:members']");
    assert_eq!(reader.header("anthropic-organization-id"), Some("6f1c2a34-5b6d-4e7f-8a90-b1c2d3e4f506"));

    Call::delete_invite(id, "sk-ant-admin01-acme-writer").send(server.address()).invite_deleted(id);
    // Keys of one entry share its organization.
    let sibling = Call::delete_invite(id, "sk-ant-admin01-acme-ci").send(server.address());
    sibling.refused(404, "not_found_error", "invite-deleted");
}

#[tokio::test]
async fn a_key_with_several_scopes_or_none_is_told_what_it_has() {
    let fixture = r#"{"organizations": [{"keys": [
        {"key": "two", "scopes": ["read:members", "read:org_audit"]}, {"key": "none", "scopes": []}
    ]}]}"#;
    let server = server(fixture).await;
    for (key, got) in [("two", "['read:members', 'read:org_audit']"), ("none", "[]")] {
        let answer = with_key(key).send(server.address());
        answer.refused(403, "permission_error", "scope-missing");
        answer.says(&format!("Missing required scopes. Got: {got} Needed: ['write:members']"));
    }
}

#[tokio::test]
async fn a_pinned_key_is_good_whatever_its_shape_and_may_be_pinned_by_its_digest() {
    // sha256 of "by digest"
    let digest = "3062c4709a591f0b60f834f01b0b971446cb31dacf5f929e245d07e9b9302135";
    let fixture = format!(
        r#"{{"organizations": [{{"keys": ["x", "sk-ant-api03-pinned", "schl\u00fcssel", "with space", "sha256:{digest}"],
            "invites": [{{"id": "a", "email": "a@example.com"}}]}}]}}"#
    );
    let server = server(&fixture).await;
    Call::delete_invite("a", "sk-ant-api03-pinned").send(server.address()).invite_deleted("a");
    for key in ["x", "schlüssel", "with space", "by digest"] {
        Call::delete_invite("a", key).send(server.address()).refused(
            404,
            "not_found_error",
            "invite-deleted",
        );
    }
    let by_token = Call::delete_invite("a", "").without("x-api-key").header("authorization", "Bearer x");
    by_token.send(server.address()).refused(404, "not_found_error", "invite-deleted");
}

#[tokio::test]
async fn any_key_takes_every_credential_that_is_not_empty() {
    let any_key = Settings { any_key: true, ..Settings::default() };
    let server = server_with(&fixture("default.json"), any_key.clone()).await;
    for key in ["nonsense", "sk-ant-api03-x", "sk-ant-sid01-x"] {
        with_key(key).send(server.address()).invite_deleted(PENDING);
    }
    with_authorization("Bearer token").send(server.address()).invite_deleted(PENDING);
    with_key("").send(server.address()).refused(401, "authentication_error", "key-malformed");
    with_authorization("Basic x").send(server.address()).refused(
        401,
        "authentication_error",
        "bearer-malformed",
    );

    let without_template = server_with(&fixture("organizations.json"), any_key).await;
    let answer = with_key("anything").send(without_template.address());
    answer.refused(404, "not_found_error", "invite-unknown").names_organization(true);
    let disabled = with_key("sk-ant-admin01-acme-disabled").send(without_template.address());
    disabled.refused(401, "authentication_error", "key-disabled");
}

#[tokio::test]
async fn copies_of_a_credential_are_joined_and_the_joined_text_is_an_unknown_key() {
    let server = default_server().await;
    let key = new_key();
    let bearer = format!("Bearer {key}");
    for call in [
        with_key(&key).header("x-api-key", &key),
        with_key(&key).header("x-api-key", "nonsense"),
        with_key(&key).header("x-api-key", ""),
        with_authorization(&bearer).header("authorization", &bearer),
        with_key(format!("{key}, {key}")),
        with_authorization(format!("{bearer}, {key}")),
    ] {
        let answer = call.send(server.address());
        answer.refused(401, "authentication_error", "key-unknown").says("API key is invalid.");
        assert_eq!(answer.names_organization(false).header("request-id"), None);
    }
    // What the first copy is shaped like, the joined text is shaped like.
    let malformed = with_key("nonsense").header("x-api-key", &key).send(server.address());
    malformed.refused(401, "authentication_error", "key-malformed");
    with_key(&key).send(server.address()).invite_deleted(PENDING);
}

#[tokio::test]
async fn the_same_secret_in_both_headers_is_served_and_two_different_ones_are_a_401() {
    let server = server(&fixture("organizations.json")).await;
    let id = "invite_01AcmePendingAcmePendin1";
    let (key, sibling) = ("sk-ant-admin01-acme-ci", "sk-ant-admin01-acme-writer");
    let both = |key: &str, token: &str| {
        Call::delete_invite(id, key).header("authorization", format!("Bearer {token}")).send(server.address())
    };
    for (key, token) in [
        (key, sibling),
        (key, "nonsense"),
        ("sk-ant-admin01-unlisted", key),
        ("sk-ant-admin01-acme-disabled", key),
    ] {
        let answer = both(key, token);
        answer.refused(401, "authentication_error", "credentials-contradict").names_organization(false);
        assert!(answer.message().contains("different credentials"), "{answer:?}");
        assert!(answer.header("request-id").is_some());
    }
    both(key, key).invite_deleted(id);
}

#[tokio::test]
async fn x_api_key_is_looked_at_first_and_another_scheme_beside_a_good_one_is_passed_over() {
    let server = default_server().await;
    for key in ["", "nonsense"] {
        let call = with_key(key).header("authorization", format!("Bearer {}", new_key()));
        call.send(server.address()).refused(401, "authentication_error", "key-malformed");
    }
    for passed_over in ["Basic cHJveHk6c2VjcmV0", "Negotiate x", "sk-ant-admin01-no-scheme", ""] {
        let call = with_key(new_key()).header("authorization", passed_over);
        call.send(server.address()).invite_deleted(PENDING);
    }
}
