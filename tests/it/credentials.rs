//! Who may come in, with which key, and what the answer gives away.

use std::collections::HashSet;

use anthropic_admin_mock::Settings;

use crate::harness::*;

const ROW_3: (u16, &str, &str) = (401, "authentication_error", "key-malformed");

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
        answer.refused(ROW_3.0, ROW_3.1, ROW_3.2).says("invalid x-api-key").names_organization(false);
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
        with_authorization(format!("{scheme} {}", new_key())).send(server.address()).deleted(PENDING);
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
async fn an_organization_id_is_a_uuid_and_the_same_in_every_run() {
    let mut runs = HashSet::new();
    for _ in 0..2 {
        let server = default_server().await;
        let answer = with_key("sk-ant-admin01-again").send(server.address());
        let id = answer.header("anthropic-organization-id").unwrap().to_owned();
        let groups: Vec<_> = id.split('-').map(str::len).collect();
        assert_eq!(groups, [8, 4, 4, 4, 12], "{id}");
        assert!(id.chars().all(|c| c == '-' || c.is_ascii_digit() || ('a'..='f').contains(&c)), "{id}");
        assert_eq!(&id[14..15], "4", "{id}");
        assert!("89ab".contains(&id[19..20]), "{id}");
        runs.insert((id, answer.header("request-id").unwrap().to_owned()));
    }
    assert_eq!(runs.len(), 1, "the same world gives the same ids: {runs:?}");
}

#[tokio::test]
async fn another_seed_gives_other_ids() {
    let ids = |seed| async move {
        let server = server_with(&fixture("default.json"), Settings { seed, ..Settings::default() }).await;
        let answer = with_key("sk-ant-admin01-seeded").send(server.address());
        (
            answer.header("anthropic-organization-id").unwrap().to_owned(),
            answer.header("request-id").unwrap().to_owned(),
        )
    };
    let (first, second) = (ids(0).await, ids(1).await);
    assert_ne!(first.0, second.0);
    assert_ne!(first.1, second.1);
}

#[tokio::test]
async fn a_seed_gives_the_same_ids_in_every_version_on_every_machine() {
    // Worked out apart from the mock: SHA-256 of seed and owner, SplitMix64, base58.
    let document = r#"{"invites": [{"email": "a@example.com"}], "organizations": [{"keys": ["pinned"]}]}"#;
    for (seed, [request, template, made, pinned, created]) in [
        (
            0,
            [
                "req_011CsSFPYYqVTMUJJdeeXJSm",
                "invite_01Bn8HsjkvtPvgAhcU4WvAjZ",
                "ed137dee-93fa-4ae9-96a3-a5da92a34fc5",
                "c034ae8d-f995-4355-ab7c-206ed4b893e3",
                "invite_01jmsAkVGjDoLq6PXo26F5VV",
            ],
        ),
        (
            7,
            [
                "req_011CJn9tqLwWmY2be2jS4rbz",
                "invite_01WRWKXTLGLugd3d3P1sTZNy",
                "19e7dc43-65b8-4dfb-8801-fd87a758ef50",
                "9de7c1b7-df1f-4054-b6ad-bc1c5418b8c8",
                "invite_017GfezffmWRnTS13NJ19Vgc",
            ],
        ),
    ] {
        let server = server_with(document, Settings { seed, ..Settings::default() }).await;
        let of_template = Call::list("", "sk-ant-admin01-golden").send(server.address());
        assert_eq!(of_template.header("request-id"), Some(request));
        assert_eq!(of_template.ids(), [template]);
        assert_eq!(of_template.header("anthropic-organization-id"), Some(made));
        let of_pinned = Call::list("", "pinned").send(server.address());
        assert_eq!(of_pinned.header("anthropic-organization-id"), Some(pinned));
        let create = Call::create(r#"{"email": "b@example.com", "role": "user"}"#, "sk-ant-admin01-golden");
        assert_eq!(create.send(server.address()).good()["id"], created);
        let organization = server.world().organization("pinned").unwrap();
        organization.put_state(r#"{"invites": [{"email": "a@example.com"}]}"#).unwrap();
        assert_eq!(Call::list("", "pinned").send(server.address()).ids(), [template], "also in a new state");
    }
}

#[tokio::test]
async fn request_ids_differ_from_request_to_request() {
    let server = default_server().await;
    let ids: HashSet<_> = (0..200)
        .map(|_| Call::bare("GET", "/v1/x").send(server.address()).header("request-id").unwrap().to_owned())
        .collect();
    assert_eq!(ids.len(), 200);
}

#[tokio::test]
async fn two_keys_never_meet() {
    let server = default_server().await;
    with_key(new_key()).send(server.address()).deleted(PENDING);
    with_key(new_key()).send(server.address()).deleted(PENDING);
}

#[tokio::test]
async fn a_key_that_nobody_knows_is_a_401_without_a_request_id() {
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

    let reader = Call::delete(id, "sk-ant-admin01-acme-reader").send(server.address());
    reader.refused(403, "permission_error", "scope-missing").names_organization(true);
    reader.says("Missing required scopes. Got: ['read:members'] Needed: ['write:members']");
    assert_eq!(reader.header("anthropic-organization-id"), Some("6f1c2a34-5b6d-4e7f-8a90-b1c2d3e4f506"));

    Call::delete(id, "sk-ant-admin01-acme-writer").send(server.address()).deleted(id);
    // Keys of one entry share its organization.
    let sibling = Call::delete(id, "sk-ant-admin01-acme-ci").send(server.address());
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
    Call::delete("a", "sk-ant-api03-pinned").send(server.address()).deleted("a");
    for key in ["x", "schlüssel", "with space", "by digest"] {
        Call::delete("a", key).send(server.address()).refused(404, "not_found_error", "invite-deleted");
    }
    let by_token = Call::delete("a", "").without("x-api-key").header("authorization", "Bearer x");
    by_token.send(server.address()).refused(404, "not_found_error", "invite-deleted");
}

#[tokio::test]
async fn x_api_key_decides_over_authorization_and_the_first_of_two_over_the_second() {
    let server = default_server().await;
    let bad_key = with_key("nonsense").header("authorization", format!("Bearer {}", new_key()));
    bad_key.send(server.address()).refused(ROW_3.0, ROW_3.1, ROW_3.2);

    let bad_token = with_key(new_key()).header("authorization", "Basic x");
    bad_token.send(server.address()).deleted(PENDING);

    with_key(new_key()).header("x-api-key", "nonsense").send(server.address()).deleted(PENDING);
    let bad_first = with_key("nonsense").header("x-api-key", new_key());
    bad_first.send(server.address()).refused(ROW_3.0, ROW_3.1, ROW_3.2);
}

#[tokio::test]
async fn any_key_takes_every_credential_that_is_not_empty() {
    let any_key = Settings { any_key: true, ..Settings::default() };
    let server = server_with(&fixture("default.json"), any_key.clone()).await;
    for key in ["nonsense", "sk-ant-api03-x", "sk-ant-sid01-x"] {
        with_key(key).send(server.address()).deleted(PENDING);
    }
    with_authorization("Bearer token").send(server.address()).deleted(PENDING);
    with_key("").send(server.address()).refused(ROW_3.0, ROW_3.1, ROW_3.2);
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
async fn a_missing_or_empty_version_is_a_400() {
    let server = default_server().await;
    let call = Call::delete(PENDING, &new_key()).without("anthropic-version");
    for call in [call.clone(), call.clone().header("anthropic-version", "")] {
        let answer = call.send(server.address());
        answer.refused(400, "invalid_request_error", "version-missing").names_organization(true);
        answer.says("anthropic-version: header is required");
    }
}

#[tokio::test]
async fn an_unknown_version_is_a_400_that_quotes_all_copies() {
    let server = default_server().await;
    let call = Call::delete(PENDING, &new_key()).without("anthropic-version");
    for (copies, quoted) in [
        (&["2023-10-01"][..], "2023-10-01"),
        (&["2023-06-01", "2023-06-01"], "2023-06-01, 2023-06-01"),
        (&["latest", "2023-06-01"], "latest, 2023-06-01"),
        (&["2023-06-01,"], "2023-06-01,"),
        (&["\"é"], "\"é"),
    ] {
        let call = copies.iter().fold(call.clone(), |call, copy| call.header("anthropic-version", copy));
        let answer = call.send(server.address());
        answer.refused(400, "invalid_request_error", "version-unknown").names_organization(true);
        answer.says(&format!("anthropic-version: \"{quoted}\" is not a valid version"));
    }
}

#[tokio::test]
async fn the_10_001st_organization_is_refused_and_the_others_stay() {
    let server = default_server().await;
    let world = server.world();
    for n in 0..10_000 {
        assert!(world.organization(&format!("sk-ant-admin01-{n}")).is_some());
    }

    let answer = with_key("sk-ant-admin01-one-too-many").send(server.address());

    answer
        .refused(529, "overloaded_error", "organizations-full")
        .says("Overloaded")
        .names_organization(false);
    with_key("sk-ant-admin01-0").send(server.address()).deleted(PENDING);
}
