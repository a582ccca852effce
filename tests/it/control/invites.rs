//! `POST /_mock/invites/{invite_id}/accept` and `/expire`: what happens to an invite without a call of the API.

use serde_json::json;

use super::*;

#[tokio::test]
async fn accepting_takes_the_key_of_the_organization_or_finds_the_only_one_that_has_the_invite() {
    let server = server(&fixture("organizations.json")).await;
    let accept = |id: &str, key: &str| Call::accept_invite(id, key).send(server.address());
    let (acme, globex) = ("invite_01AcmePendingAcmePendin1", "invite_01G1obexPendingG1obexPe1");

    accept(acme, "sk-ant-admin01-globex-ci").control_refused(404, "invite-unknown");
    accept(acme, "sk-ant-admin01-unlisted").control_refused(401, "key-unknown");
    assert_eq!(accept(acme, "sk-ant-admin01-acme-disabled").json()["status"], "accepted");
    assert_eq!(accept(globex, "").json()["status"], "accepted");
    accept("nothing", "").control_refused(404, "invite-unknown");
    accept("%FF", "").control_refused(404, "invite-unknown");
    Call::bare("GET", "/_mock/invites/x/accept")
        .send(server.address())
        .control_refused(405, "method-not-allowed");
    let organization = server.world().organization("sk-ant-admin01-acme-ci").unwrap();
    assert!(organization.is_member("ADA+work@acme.example"));
    assert!(!organization.is_member("eve@acme.example"));

    let templated = default_server().await;
    for key in [new_key(), new_key()] {
        Call::retrieve_invite(PENDING, &key).send(templated.address()).good();
    }
    let several = Call::accept_invite(PENDING, "").send(templated.address());
    several.control_refused(409, "organization-ambiguous");
    assert!(several.message().contains("several organizations"), "{several:?}");
}

#[tokio::test]
async fn an_invite_whose_time_is_ended_by_the_tester_is_expired_for_the_program() {
    let server = server(r#"{"clock": "2026-01-01T00:00:00Z", "invites": []}"#).await;
    let (to, key) = (server.address(), new_key());
    let id = Call::invite("ada@example.com", &key).send(to).new_invite();
    good(&server, "PUT", "clock", &key, json!({"advance": "1h"}));

    let expired = good(&server, "POST", &format!("invites/{id}/expire"), &key, Value::Null);

    assert_eq!([&expired["status"], &expired["expires_at"]], ["expired", "2026-01-01T01:00:00Z"]);
    assert_eq!(expired["invited_at"], "2026-01-01T00:00:00Z");
    assert_eq!(Call::retrieve_invite(&id, &key).send(to).good(), expired);
    Call::delete_invite(&id, &key).send(to).refused(400, "invalid_request_error", "invite-expired");
    assert_eq!(Call::list_invites("statuses=expired", &key).send(to).ids(), [id]);
    Call::invite("ada@example.com", &key).send(to).good();
}

#[tokio::test]
async fn only_a_pending_invite_can_be_expired_and_the_keyless_call_finds_its_organization() {
    let server = default_server().await;
    let key = new_key();
    let expire = |id: &str, key: &str| {
        Call::control("POST", &format!("invites/{id}/expire"), key).send(server.address())
    };
    for (id, status, reason) in [
        (ACCEPTED, 409, "invite-accepted"),
        (EXPIRED, 409, "invite-expired"),
        (DELETED, 404, "invite-unknown"),
        ("nothing", 404, "invite-unknown"),
    ] {
        expire(id, &key).control_refused(status, reason);
    }
    expire("nothing", "").control_refused(404, "invite-unknown");
    assert_eq!(expire(PENDING, "").json()["status"], "expired");
    expire(PENDING, &key).control_refused(409, "invite-expired");
}

#[tokio::test]
async fn an_invite_of_the_future_that_is_expired_was_made_no_later_than_it_ends() {
    let server = server(
        r#"{"clock": "2026-01-01T00:00:00Z", "invites": [
        {"id": "old", "email": "old@example.com", "invited_at": "-1d"}]}"#,
    )
    .await;
    let (to, key) = (server.address(), new_key());
    let id = Call::invite("ada@example.com", &key).send(to).new_invite();
    good(&server, "PUT", "clock", &key, json!({"now": "2025-06-01T00:00:00Z"}));

    let expired = good(&server, "POST", &format!("invites/{id}/expire"), &key, Value::Null);

    assert_eq!(expired["status"], "expired");
    assert_eq!([&expired["invited_at"], &expired["expires_at"]], ["2025-06-01T00:00:00Z"; 2]);
    assert_eq!(Call::list_invites("", &key).send(to).ids(), ["old", &id], "its place is that of its time");
    let state = get(&server, "state", &key);
    good(&server, "PUT", "state", &key, state);
}
