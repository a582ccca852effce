//! DELETE of an invite: once, by its status, and one after the other when many ask at once.

use std::sync::Arc;

use anthropic_admin_mock::{InviteRefusal, InviteStatus, World};

use crate::harness::*;

#[tokio::test]
async fn a_pending_invite_is_deleted_once() {
    let server = default_server().await;
    let call = Call::delete_invite(PENDING, &new_key());

    call.send(server.address()).invite_deleted(PENDING);

    let again = call.send(server.address());
    again.refused(404, "not_found_error", "invite-deleted").names_organization(true);
    again.says(&format!("Invite `{PENDING}` not found."));
}

#[tokio::test]
async fn an_accepted_invite_is_a_400_that_sends_one_to_the_members() {
    let server = default_server().await;
    let key = new_key();

    let answer = Call::delete_invite(ACCEPTED, &key).send(server.address());

    answer.refused(400, "invalid_request_error", "invite-accepted").names_organization(true);
    assert!(answer.message().contains("accepted") && answer.message().contains("member"), "{answer:?}");
    let organization = server.world().organization(&key).unwrap();
    assert_eq!(organization.invite(ACCEPTED).unwrap().status, InviteStatus::Accepted);
}

#[tokio::test]
async fn an_expired_invite_is_a_400_that_says_so() {
    let server = default_server().await;
    let key = new_key();

    let answer = Call::delete_invite(EXPIRED, &key).send(server.address());

    answer.refused(400, "invalid_request_error", "invite-expired").names_organization(true);
    assert!(answer.message().contains("expired"), "{answer:?}");
    let organization = server.world().organization(&key).unwrap();
    assert_eq!(organization.invite(EXPIRED).unwrap().status, InviteStatus::Expired);
}

#[tokio::test]
async fn unknown_foreign_malformed_and_deleted_ids_are_told_apart_only_out_of_band() {
    let fixture = fixture("organizations.json");
    let server = server(&fixture).await;
    let foreign = "invite_01G1obexPendingG1obexPe1";
    let acme = "sk-ant-admin01-acme-ci";

    for (id, shown) in [
        ("invite_01111111111111111111111", "invite_01111111111111111111111"),
        (foreign, foreign),
        ("no-invite-at-all", "no-invite-at-all"),
        ("%00", "\u{0}"),
        ("..", ".."),
        ("%2E", "."),
        (";", ";"),
        ("%FF%FE", "\u{fffd}\u{fffd}"),
        ("%", "%"),
        ("%zz", "%zz"),
    ] {
        let answer = Call::delete_invite(id, acme).send(server.address());
        answer.refused(404, "not_found_error", "invite-unknown").names_organization(true);
        answer.says(&format!("Invite `{shown}` not found."));
    }
    Call::delete_invite(foreign, "sk-ant-admin01-globex-ci").send(server.address()).invite_deleted(foreign);
}

#[tokio::test]
async fn an_invite_that_the_fixture_calls_deleted_is_a_404() {
    let server = default_server().await;
    let answer = Call::delete_invite(DELETED, &new_key()).send(server.address());
    answer.refused(404, "not_found_error", "invite-deleted");
}

#[tokio::test]
async fn what_clients_add_to_the_call_changes_nothing() {
    let server = default_server().await;
    let plain = |query: &str| Call::delete_invite(&format!("{PENDING}{query}"), &new_key());
    for call in [
        plain("?beta=true"),
        plain("?unknown=1&x"),
        plain("?"),
        plain("").header("content-type", "application/json"),
        plain("").header("content-type", "text/plain; charset=nonsense").body("not json"),
        plain("").body(vec![b'x'; 1024 * 1024]),
        plain("").body(r#"{"extra": "body"}"#),
        plain("")
            .header("accept", "text/html")
            .header("anthropic-beta", "a,b")
            .header("x-stainless-lang", "python"),
        plain("").header("content-length", "0"),
    ] {
        call.send(server.address()).invite_deleted(PENDING);
    }
}

#[test]
fn of_32_parallel_deletes_exactly_one_succeeds() {
    // The built server, which answers on several threads.
    let served = Served::start(&[]);
    for _ in 0..50 {
        let call = Call::delete_invite(PENDING, &new_key());
        let answers = in_parallel(|_| call.send(served.address));
        let (good, bad): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
        assert_eq!(good.len(), 1);
        good[0].invite_deleted(PENDING);
        assert_eq!(bad.len(), PARALLEL - 1);
        for answer in bad {
            answer.refused(404, "not_found_error", "invite-deleted");
        }
    }
}

#[test]
fn a_new_key_on_32_threads_is_one_organization_whose_invite_is_deleted_once() {
    let world = World::default();
    for _ in 0..300 {
        let key = new_key();
        let results = in_parallel(|_| {
            let organization = world.organization(&key).unwrap();
            (Arc::as_ptr(&organization) as usize, organization.delete_invite(PENDING))
        });
        assert!(results.iter().all(|(organization, _)| *organization == results[0].0));
        assert_eq!(results.iter().filter(|(_, deleted)| deleted.is_ok()).count(), 1);
        assert!(results.iter().all(|(_, deleted)| matches!(deleted, Ok(()) | Err(InviteRefusal::Deleted))));
    }
}

#[tokio::test]
async fn the_oldest_of_over_10_000_deleted_invites_is_forgotten_and_still_a_404() {
    let invites: Vec<_> = (0..10_001)
        .map(|n| serde_json::json!({"id": format!("d{n}"), "email": "a@example.com", "status": "deleted"}))
        .collect();
    let fixture = serde_json::json!({ "invites": invites }).to_string();
    let server = server(&fixture).await;
    let key = new_key();

    Call::delete_invite("d0", &key).send(server.address()).refused(404, "not_found_error", "invite-unknown");
    Call::delete_invite("d1", &key).send(server.address()).refused(404, "not_found_error", "invite-deleted");
}

#[test]
fn of_thousands_of_invites_exactly_those_that_a_key_deletes_are_gone_and_only_for_it() {
    let of = |n: usize| serde_json::json!({"id": format!("i{n}"), "email": format!("{n}@example.com")});
    let invites: Vec<_> = (0..5_000).map(of).collect();
    let fixture = serde_json::json!({ "invites": invites }).to_string();
    let world = world(&fixture);
    let (one, other) = (new_key(), new_key());
    let gone = |n: usize| n.is_multiple_of(7) || matches!(n, 1023..=1025 | 4999);

    let organization = world.organization(&one).unwrap();
    for n in (0..5_000).filter(|n| gone(*n)) {
        organization.delete_invite(&format!("i{n}")).unwrap();
    }

    let deleted = |key: &str, n: usize| {
        let invite = world.organization(key).unwrap().invite(&format!("i{n}")).unwrap();
        invite.status == InviteStatus::Deleted
    };
    for n in 0..5_000 {
        assert_eq!((deleted(&one, n), deleted(&other, n)), (gone(n), false), "{n}");
    }
    world.put_state(&world.state().to_string()).unwrap();
    for n in 0..5_000 {
        assert_eq!(
            (deleted(&one, n), deleted(&other, n)),
            (gone(n), false),
            "{n} after its state was put back"
        );
    }
}
