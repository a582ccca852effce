//! An invite's life: pending, accepted, expired or deleted, and what becomes of its address.

use crate::harness::*;

const FROZEN: &str = r#"{"clock": "2026-01-01T00:00:00.250001Z", "invites": []}"#;

#[tokio::test]
async fn an_invite_goes_from_pending_to_accepted_or_deleted_and_its_address_follows() {
    let server = server(FROZEN).await;
    let (to, key) = (server.address(), new_key());
    let id = Call::invite("ada@example.com", &key).send(to).new_invite();

    let twice = Call::invite("ADA+again@example.com", &key).send(to);
    twice.refused(400, "invalid_request_error", "invite-already-exists");
    assert_eq!(twice.error_code().as_deref(), Some("invite_already_exists"));
    assert!(twice.message().contains(&id), "the message names the invite: {twice:?}");

    Call::delete_invite(&id, &key).send(to).invite_deleted(&id);
    Call::retrieve_invite(&id, &key).send(to).refused(404, "not_found_error", "invite-deleted");
    assert!(Call::list_invites("", &key).send(to).ids().is_empty());

    let again = Call::invite("ada@example.com", &key).send(to).new_invite();
    assert_ne!(again, id);
    let accepted = Call::accept_invite(&again, &key).send(to);
    assert_eq!(accepted.status, 200, "{accepted:?}");
    let accepted = accepted.json();
    assert_eq!(accepted["status"], "accepted");
    assert_eq!(accepted["accepted_at"], "2026-01-01T00:00:00.250001Z");
    assert_eq!(Call::retrieve_invite(&again, &key).send(to).good(), accepted);

    let member = Call::invite("ada@example.com", &key).send(to);
    member.refused(400, "invalid_request_error", "already-member");
    Call::delete_invite(&again, &key).send(to).refused(400, "invalid_request_error", "invite-accepted");
    Call::accept_invite(&again, &key).send(to).control_refused(409, "invite-accepted");
}

#[tokio::test]
async fn an_invite_expires_by_the_organizations_clock_and_the_address_can_be_invited_again() {
    let server = server(r#"{"clock": "2026-01-01T00:00:00Z", "invites": []}"#).await;
    let (to, key) = (server.address(), new_key());
    let id = Call::invite("ada@example.com", &key).send(to).new_invite();
    let organization = server.world().organization(&key).unwrap();

    organization.set_clock(frozen("2026-01-21T23:59:59.999999Z"));
    assert_eq!(Call::retrieve_invite(&id, &key).send(to).invite_status(), "pending");
    organization.set_clock(frozen("2026-01-22T00:00:00Z"));
    assert_eq!(Call::retrieve_invite(&id, &key).send(to).invite_status(), "expired");
    Call::delete_invite(&id, &key).send(to).refused(400, "invalid_request_error", "invite-expired");
    Call::accept_invite(&id, &key).send(to).control_refused(409, "invite-expired");

    let again = Call::invite("ada@example.com", &key).send(to).good();
    assert_eq!(again["invited_at"], "2026-01-22T00:00:00Z");
    assert_eq!(Call::list_invites("", &key).send(to).ids(), [again["id"].as_str().unwrap(), &id]);
}

#[tokio::test]
async fn an_invite_expires_at_the_very_moment_of_expires_at() {
    let fixture = r#"{"clock": "2026-01-01T00:00:00Z", "invites": [
        {"id": "now", "email": "now@example.com", "expires_at": "2026-01-01T00:00:00Z"},
        {"id": "later", "email": "later@example.com", "expires_at": "2026-01-01T00:00:00.000001Z"}
    ]}"#;
    let server = server(fixture).await;
    let key = new_key();
    let now = Call::delete_invite("now", &key).send(server.address());
    now.refused(400, "invalid_request_error", "invite-expired");
    Call::delete_invite("later", &key).send(server.address()).invite_deleted("later");
}
