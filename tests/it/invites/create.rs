//! POST of an invite: what is made, and what of the body is refused.

use serde_json::json;

use crate::harness::*;

const FROZEN: &str = r#"{"clock": "2026-01-01T00:00:00.250001Z", "invites": []}"#;
const NO_ADDRESS: &str = "email: value is not a valid email address: expected one such as ada@example.com";
const NO_ROLE: &str = "role: Input should be 'user', 'developer', 'billing' or 'claude_code_user'";
const NO_GROUPS: &str = "rbac_group_ids: only a Claude Enterprise organization has RBAC groups";

#[tokio::test]
async fn a_created_invite_has_the_nine_fields_and_is_found_again() {
    let server = server(FROZEN).await;
    let key = new_key();
    let body = json!({"email": "Ada+x@Example.com", "role": "developer"});

    let answer = Call::create_invite(body.to_string(), &key).send(server.address());

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
    assert_eq!(Call::retrieve_invite(id, &key).send(server.address()).good(), expected);
    assert_eq!(Call::list_invites("", &key).send(server.address()).good()["data"], json!([expected]));
    let other_key = Call::retrieve_invite(id, &new_key()).send(server.address());
    other_key.refused(404, "not_found_error", "invite-unknown").says(&format!("Invite `{id}` not found."));
}

#[tokio::test]
async fn a_field_of_the_wrong_shape_is_a_400_that_names_it() {
    let server = server(FROZEN).await;
    let key = new_key();
    let good = json!({"email": "a@example.com", "role": "user"});
    let with = |field: &str, value: serde_json::Value| {
        let mut body = good.clone();
        body[field] = value;
        body.to_string()
    };
    for (body, message) in [
        ("{}".into(), "email: Field required"),
        (r#"{"role": "user"}"#.into(), "email: Field required"),
        (r#"{"email": "a@example.com"}"#.into(), "role: Field required"),
        (with("email", json!(7)), "email: Input should be a valid string"),
        (with("email", json!(null)), "email: Input should be a valid string"),
        (with("role", json!("admin")), NO_ROLE),
        (with("role", json!("managed")), NO_ROLE),
        (with("role", json!(["user"])), "role: Input should be a valid string"),
        (with("rbac_group_ids", json!("g")), "rbac_group_ids: Input should be a valid list"),
        (with("rbac_group_ids", json!([7])), "rbac_group_ids: Input should be a valid string"),
        (
            with("rbac_group_ids", json!(vec!["g"; 101])),
            "rbac_group_ids: List should have at most 100 items after validation, not 101",
        ),
        (with("rbac_group_ids", json!(vec!["g"; 100])), NO_GROUPS),
        (with("rbac_group_ids", json!(["g"])), NO_GROUPS),
        (with("seat", json!(1)), "seat: Extra inputs are not permitted"),
        (with("seat", json!(null)), "seat: Extra inputs are not permitted"),
        ("[]".into(), "body: Input should be an object"),
        ("null".into(), "body: Input should be an object"),
    ] {
        let answer = Call::create_invite(body, &key).send(server.address());
        answer.refused(400, "invalid_request_error", "input-invalid").names_organization(true).says(message);
    }
    assert!(Call::list_invites("", &key).send(server.address()).ids().is_empty(), "nothing was made");
}

#[tokio::test]
async fn a_body_that_is_not_json_is_a_400_that_says_so() {
    let server = server(FROZEN).await;
    let key = new_key();
    let bodies: [&[u8]; 7] = [
        b"",
        b"{",
        b"email=a@example.com",
        b"\xef\xbb\xbf{}",
        b"{\"email\": \"\0\"}",
        b"{\"email\": \"\xff\"}",
        b"\x1f\x8b\x08\0",
    ];
    for body in bodies {
        let answer = Call::create_invite(body, &key).send(server.address());
        answer.refused(400, "invalid_request_error", "json-invalid").names_organization(true);
        assert!(answer.message().starts_with("The request body is not valid JSON: "), "{answer:?}");
    }
}

#[tokio::test]
async fn the_hint_to_a_body_that_is_sent_encoded_names_the_encoding() {
    let server = server(FROZEN).await;
    let key = new_key();
    let gzip = Call::create_invite(&b"\x1f\x8b\x08\0"[..], &key).header("content-encoding", "gzip");
    gzip.send(server.address()).refused(400, "invalid_request_error", "json-invalid");
    Call::create_invite("{", &key).send(server.address());
    let entries = Call::control("GET", "requests", &key).send(server.address()).json();
    let hint = |number: usize| entries["requests"][number]["hint"].as_str().unwrap();
    assert!(hint(0).contains("content-encoding: gzip"), "{}", hint(0));
    assert!(!hint(1).contains("content-encoding"), "{}", hint(1));
}

#[tokio::test]
async fn an_address_needs_one_at_sign_a_domain_with_a_dot_and_no_stray_signs() {
    let server = server(FROZEN).await;
    let key = new_key();
    let long_local = format!("{}@example.com", "x".repeat(65));
    let long = format!("ada@{}.example.com", "x".repeat(254 - "ada@.example.com".len() + 1));
    for bad in [
        "",
        "a",
        "@",
        "ada@",
        "@example.com",
        "ada@example",
        "ada@.",
        "ada@example.",
        "ada@.example.com",
        "ada@exa..mple.com",
        ".ada@example.com",
        "ada.@example.com",
        "a..b@example.com",
        "a@b@example.com",
        "<ada@example.com>",
        "ada<x@example.com",
        "Ada <ada@example.com>",
        "ada,bob@example.com",
        "ada@exam,ple.com",
        "a da@example.com",
        "ada@exam ple.com",
        " ada@example.com",
        "ada@example.com\n",
        "a\u{0}da@example.com",
        "a\u{7f}@example.com",
        "ada@b\u{a0}.com",
        &long_local,
        &long,
    ] {
        let answer = Call::invite(bad, &key).send(server.address());
        answer.refused(400, "invalid_request_error", "input-invalid").says(NO_ADDRESS);
    }
    for good in [
        "ada@example.com",
        "a@b.c",
        "a.b.c@d.e.f",
        "zoë@exämple.com",
        "a!#$%&'*+/=?^_`{|}~-b@example.com",
        "(x)@example.com",
        "\"a\"@example.com",
        "ada@-.-",
        &long_local[1..],
        &long.replacen('x', "", 1),
    ] {
        let invite = Call::invite(good, &key).send(server.address()).good();
        assert_eq!(invite["email"], *good, "echoed as it was written");
    }
}

#[tokio::test]
async fn the_content_type_is_not_looked_at_and_an_empty_list_of_groups_is_none() {
    let server = server(FROZEN).await;
    for groups in [json!([]), json!(null)] {
        let call = Call::invite("a@example.com", &new_key()).field("rbac_group_ids", groups);
        call.with("content-type", "text/plain").send(server.address()).good();
    }
}

#[tokio::test]
async fn of_a_field_given_twice_the_last_counts() {
    let server = server(FROZEN).await;
    let body = r#"{"email": "first@example.com", "role": "user", "email": "last@example.com"}"#;
    let invite = Call::create_invite(body, &new_key()).send(server.address()).good();
    assert_eq!(invite["email"], "last@example.com");
}
