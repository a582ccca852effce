//! DELETE /v1/organizations/invites/{invite_id}, by the status of the invite and the spelling of its id.

use std::{
    io::{Read, Write},
    sync::Arc,
};

use anthropic_admin_mock::{Fixture, Refusal, Settings, Status, World};

use crate::harness::*;

#[tokio::test]
async fn a_pending_invite_is_deleted_once() {
    let server = default_server().await;
    let call = Call::delete(PENDING, &new_key());

    call.send(server.address()).deleted(PENDING);

    let again = call.send(server.address());
    again.refused(404, "not_found_error", "invite-deleted").names_organization(true);
    again.says(&format!("Invite `{PENDING}` not found."));
}

#[tokio::test]
async fn an_accepted_invite_is_a_400_that_sends_one_to_the_members() {
    let server = default_server().await;
    let key = new_key();

    let answer = Call::delete(ACCEPTED, &key).send(server.address());

    answer.refused(400, "invalid_request_error", "invite-accepted").names_organization(true);
    assert!(answer.message().contains("accepted") && answer.message().contains("member"), "{answer:?}");
    let organization = server.world().organization(&key).unwrap();
    assert_eq!(organization.invite(ACCEPTED).unwrap().status, Status::Accepted);
}

#[tokio::test]
async fn an_expired_invite_is_a_400_that_says_so() {
    let server = default_server().await;
    let key = new_key();

    let answer = Call::delete(EXPIRED, &key).send(server.address());

    answer.refused(400, "invalid_request_error", "invite-expired").names_organization(true);
    assert!(answer.message().contains("expired"), "{answer:?}");
    let organization = server.world().organization(&key).unwrap();
    assert_eq!(organization.invite(EXPIRED).unwrap().status, Status::Expired);
}

#[tokio::test]
async fn an_invite_expires_at_the_very_moment_of_expires_at() {
    let fixture = r#"{"clock": "2026-01-01T00:00:00Z", "invites": [
        {"id": "now", "email": "now@example.com", "expires_at": "2026-01-01T00:00:00Z"},
        {"id": "later", "email": "later@example.com", "expires_at": "2026-01-01T00:00:00.000001Z"}
    ]}"#;
    let server = server(fixture).await;
    let key = new_key();

    Call::delete("now", &key).send(server.address()).refused(400, "invalid_request_error", "invite-expired");
    Call::delete("later", &key).send(server.address()).deleted("later");
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
        let answer = Call::delete(id, acme).send(server.address());
        answer.refused(404, "not_found_error", "invite-unknown").names_organization(true);
        answer.says(&format!("Invite `{shown}` not found."));
    }
    Call::delete(foreign, "sk-ant-admin01-globex-ci").send(server.address()).deleted(foreign);
}

#[tokio::test]
async fn an_invite_that_the_fixture_calls_deleted_is_a_404() {
    let server = default_server().await;
    let answer = Call::delete(DELETED, &new_key()).send(server.address());
    answer.refused(404, "not_found_error", "invite-deleted");
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
        Call::delete(written, &new_key()).send(server.address()).deleted(id);
    }
    // Decoded twice, this would be the id above.
    let undecoded = Call::delete("100%25-percent", &new_key()).send(server.address());
    undecoded.refused(404, "not_found_error", "invite-unknown").says("Invite `100%-percent` not found.");
}

#[tokio::test]
async fn bytes_that_are_not_utf_8_never_match_an_id_with_a_replacement_character() {
    let server = server(r#"{"invites": [{"id": "\ufffd", "email": "ada@example.com"}]}"#).await;
    let key = new_key();

    Call::delete("%FF", &key).send(server.address()).refused(404, "not_found_error", "invite-unknown");
    Call::delete("%EF%BF%BD", &key).send(server.address()).deleted("\u{fffd}");
}

#[tokio::test]
async fn what_clients_add_to_the_call_changes_nothing() {
    let server = default_server().await;
    let plain = |query: &str| Call::delete(&format!("{PENDING}{query}"), &new_key());
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
        call.send(server.address()).deleted(PENDING);
    }
}

#[tokio::test]
async fn each_api_version_is_served() {
    let server = default_server().await;
    for version in ["2023-01-01", "2023-06-01", "2026-10-21"] {
        let call = Call::delete(PENDING, &new_key()).without("anthropic-version");
        call.header("anthropic-version", version).send(server.address()).deleted(PENDING);
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_a_413_and_nothing_is_deleted() {
    let server = default_server().await;
    let key = new_key();
    let body = vec![b'x'; 1024 * 1024 + 1];
    let call = Call::delete(PENDING, &key);

    let announced = call.clone().body(body.clone()).send(server.address());
    announced.refused(413, "request_too_large", "body-too-large").names_organization(true);

    let mut chunk = format!("{:x}\r\n", body.len()).into_bytes();
    chunk.extend(body);
    chunk.extend(b"\r\n0\r\n\r\n");
    let mut chunked = call.clone().header("transfer-encoding", "chunked").bytes();
    chunked.extend(chunk);
    let chunked = Answer::parse(&exchange(server.address(), &chunked), "DELETE", "/v1");
    chunked.refused(413, "request_too_large", "body-too-large");

    let never_sent = call.clone().header("content-length", "9000000").send(server.address());
    never_sent.refused(413, "request_too_large", "body-too-large");

    let waits = call.clone().header("content-length", "9000000").header("expect", "100-continue");
    waits.send(server.address()).refused(413, "request_too_large", "body-too-large");

    call.send(server.address()).deleted(PENDING);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_a_400_and_nothing_is_deleted() {
    let server = default_server().await;
    let call = Call::delete(PENDING, &new_key());
    let mut framed_wrongly = call.clone().header("transfer-encoding", "chunked").bytes();
    framed_wrongly.extend(b"nonsense\r\n");

    let answer = Answer::parse(&exchange(server.address(), &framed_wrongly), "DELETE", "/v1");

    answer.refused(400, "invalid_request_error", "body-unreadable");

    let mut broken_off = connect(server.address());
    broken_off.write_all(&call.clone().header("content-length", "4").bytes()).unwrap();
    broken_off.write_all(b"bo").unwrap();
    broken_off.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = Vec::new();
    broken_off.read_to_end(&mut answer).unwrap();
    let answer = Answer::parse(&answer, "DELETE", "/v1");
    answer.refused(400, "invalid_request_error", "body-unreadable");

    call.send(server.address()).deleted(PENDING);
}

#[tokio::test]
async fn an_unknown_path_is_a_404_that_is_no_api_404() {
    let server = default_server().await;
    for path in [
        "/",
        "/v1",
        "/v1/messages",
        "/v1/organizations/invites/",
        &format!("/v1/organizations/invites/{PENDING}/"),
        &format!("/v1/organizations/invites//{PENDING}"),
        &format!("//v1/organizations/invites/{PENDING}"),
        &format!("/v1/organizations/invites/{PENDING}/x"),
        &format!("/V1/organizations/invites/{PENDING}"),
        "/_mocked",
    ] {
        let answer = Call::bare("DELETE", path)
            .header("x-api-key", new_key())
            .header("anthropic-version", "2023-06-01")
            .send(server.address());
        answer.refused(404, "not_found_error", "route-unknown").says("Not found").names_organization(false);
    }
}

#[tokio::test]
async fn a_wrong_method_is_a_405_that_allows_the_right_ones() {
    let server = default_server().await;
    for method in ["POST", "PUT", "PATCH", "OPTIONS", "TRACE", "BREW"] {
        let answer = Call::bare(method, &invite(PENDING)).send(server.address());
        answer.refused(405, "invalid_request_error", "method-not-allowed").names_organization(false);
        answer.says("Method Not Allowed");
        assert_eq!(answer.header("allow"), Some("GET,HEAD,DELETE"));
    }
    for method in ["DELETE", "PUT", "PATCH", "OPTIONS"] {
        let answer = Call::bare(method, INVITES).send(server.address());
        answer.refused(405, "invalid_request_error", "method-not-allowed");
        assert_eq!(answer.header("allow"), Some("GET,HEAD,POST"));
    }
}

#[test]
fn of_32_parallel_deletes_exactly_one_succeeds() {
    // The built server, which answers on several threads.
    let served = Served::start(&[]);
    for _ in 0..50 {
        let call = Call::delete(PENDING, &new_key());
        let answers = in_parallel(|_| call.send(served.address));
        let (good, bad): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
        assert_eq!(good.len(), 1);
        good[0].deleted(PENDING);
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
        assert!(results.iter().all(|(_, deleted)| matches!(deleted, Ok(()) | Err(Refusal::Deleted))));
    }
}

#[tokio::test]
async fn the_oldest_of_over_10_000_deleted_invites_is_forgotten_and_still_a_404() {
    let invites: Vec<_> = (0..10_001)
        .map(|n| serde_json::json!({"id": format!("d{n}"), "email": "a@example.com", "status": "deleted"}))
        .collect();
    let fixture = serde_json::json!({ "invites": invites }).to_string();
    let server = server_with(&fixture, Settings::default()).await;
    let key = new_key();

    Call::delete("d0", &key).send(server.address()).refused(404, "not_found_error", "invite-unknown");
    Call::delete("d1", &key).send(server.address()).refused(404, "not_found_error", "invite-deleted");
}

#[test]
fn of_thousands_of_invites_exactly_those_that_a_key_deletes_are_gone_and_only_for_it() {
    let of = |n: usize| serde_json::json!({"id": format!("i{n}"), "email": format!("{n}@example.com")});
    let invites: Vec<_> = (0..5_000).map(of).collect();
    let fixture = serde_json::json!({ "invites": invites }).to_string();
    let world = World::new(Fixture::parse(&fixture, Settings::default()).unwrap());
    let (one, other) = (new_key(), new_key());
    let gone = |n: usize| n.is_multiple_of(7) || matches!(n, 1023..=1025 | 4999);

    let organization = world.organization(&one).unwrap();
    for n in (0..5_000).filter(|n| gone(*n)) {
        organization.delete_invite(&format!("i{n}")).unwrap();
    }

    let deleted = |key: &str, n: usize| {
        let invite = world.organization(key).unwrap().invite(&format!("i{n}")).unwrap();
        invite.status == Status::Deleted
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
