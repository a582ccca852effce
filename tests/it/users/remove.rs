//! DELETE of a user: what it answers, what it refuses, and what goes with the user.

use anthropic_admin_mock::{UserRefusal, World};
use serde_json::{Value, json};

use super::WORLD;
use crate::harness::*;

const KEYS: &str = r#"{
    "clock": "2026-01-01T00:00:00Z", "invites": [{"id": "i", "email": "dev@example.com", "status": "accepted"}],
    "users": [{"id": "ada", "email": "ada@example.com", "role": "admin"}, {"id": "dev", "email": "dev@example.com"},
              {"id": "eve", "email": "eve@example.com"}],
    "workspaces": [{"id": "w", "name": "W", "members": ["dev", "eve"]}, {"id": "v", "name": "V", "members": ["dev"]},
                   {"id": "old", "name": "Old", "archived_at": "-1d", "members": ["dev"]}],
    "api_keys": [
        {"id": "made", "created_by": "dev", "workspace": "w"},
        {"id": "made-personal-of-eve", "created_by": "dev", "principal": "eve", "workspace": "w"},
        {"id": "personal", "principal": "dev", "workspace": "w"},
        {"id": "personal-inactive", "principal": "dev", "status": "inactive", "workspace": "v"},
        {"id": "personal-expired", "principal": "dev", "expires_at": "-1d"},
        {"id": "personal-organization", "created_by": "ada", "principal": "dev", "workspace": null},
        {"id": "service", "principal": {"service_account": "dev"}, "workspace": "w"}]
}"#;

#[tokio::test]
async fn a_user_is_removed_once() {
    let server = server(WORLD).await;
    let call = Call::delete(&user("dev"), "console").body("ignored");
    let answer = call.send(server.address());
    assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"id":"dev","type":"user_deleted"}"#));
    call.send(server.address()).unknown("user-unknown", "User `dev` not found.");
    let left = Call::get(USERS, "console").send(server.address()).ids();
    assert_eq!(left, ["tie-2", "tie-1", "code", "bill", "ada"]);
}

#[tokio::test]
async fn an_admin_stays() {
    let server = server(WORLD).await;
    Call::delete(&user("ada"), "console").send(server.address()).bad("user-admin");
    assert_eq!(Call::get(USERS, "console").send(server.address()).ids().len(), 6);
}

#[tokio::test]
async fn the_last_user_stays_also_one_who_is_an_admin_or_governed_from_elsewhere() {
    let fixture = r#"{"organizations": [
        {"keys": ["admin"], "users": [{"id": "last", "email": "a@b.c", "role": "admin"}]},
        {"keys": ["scim"], "members_managed_by_scim": true, "users": [{"id": "last", "email": "a@b.c"}]},
        {"keys": ["two"], "users": [{"id": "first", "email": "a@b.c"}, {"id": "last", "email": "d@b.c"}],
         "invites": [{"email": "e@b.c"}]}]}"#;
    let server = server(fixture).await;
    Call::delete(&user("first"), "two").send(server.address()).good();
    for key in ["admin", "scim", "two"] {
        let answer = Call::delete(&user("last"), key).send(server.address());
        answer.coded("cannot_remove_last_member");
        Call::get(&user("last"), key).send(server.address()).good();
        let other = Call::delete(&user("other"), key).send(server.address());
        other.unknown("user-unknown", "User `other` not found.");
    }
}

#[tokio::test]
async fn members_that_an_identity_provider_governs_stay_and_an_admin_is_told_first() {
    let server = server(WORLD).await;
    Call::delete(&user("dev"), "scim").send(server.address()).bad("members-managed-by-scim");
    Call::delete(&user("ada"), "scim").send(server.address()).bad("user-admin");
    assert_eq!(Call::get(USERS, "scim").send(server.address()).ids().len(), 3);
    // The flag of roles leaves removals alone.
    Call::delete(&user("dev"), "idp").send(server.address()).good();
}

#[tokio::test]
async fn a_removal_archives_the_personal_keys_for_good_and_no_others() {
    let server = server(KEYS).await;
    let (to, key) = (server.address(), new_key());
    let status = |id: &str| Call::get(&api_key(id), &key).send(to).good()["status"].clone();
    assert_eq!(status("personal-expired"), "expired");
    Call::delete(&user("dev"), &key).send(to).good();
    for (id, expected) in [
        ("made", "active"),
        ("made-personal-of-eve", "active"),
        ("personal", "archived"),
        ("personal-inactive", "archived"),
        ("personal-expired", "archived"),
        ("personal-organization", "archived"),
        ("service", "active"),
    ] {
        assert_eq!(status(id), expected, "{id}");
        let revived = Call::post(&api_key(id), &json!({"status": "active"}), &key).send(to);
        match expected {
            "archived" => drop(revived.bad("api-key-archived")),
            _ => drop(revived.good()),
        }
    }
    // A key still tells who made it and whose it was.
    let made = Call::get(&api_key("made"), &key).send(to).good();
    assert_eq!(made["created_by"], json!({"id": "dev", "type": "user"}));
    let personal = Call::get(&api_key("personal"), &key).send(to).good();
    assert_eq!(personal["principal"], json!({"type": "user_actor", "user_id": "dev"}));
}

#[tokio::test]
async fn a_removal_ends_memberships_frees_the_seat_and_the_address_and_leaves_the_invite_accepted() {
    let server = server(&KEYS.replacen('{', r#"{"member_limit": 3,"#, 1)).await;
    let (to, key) = (server.address(), new_key());
    Call::invite("new@example.com", &key).send(to).coded("org_member_limit_exceeded");
    Call::invite("dev@example.com", &key).send(to).coded("already_member");

    Call::delete(&user("dev"), &key).send(to).good();

    for (id, left) in [("w", &["eve"][..]), ("v", &[]), ("old", &[])] {
        assert_eq!(Call::get(&members(id), &key).send(to).ids(), left);
    }
    let gone = Call::get(&member("w", "dev"), &key).send(to);
    gone.unknown("user-unknown", "User `dev` not found.");
    assert_eq!(Call::retrieve_invite("i", &key).send(to).invite_status(), "accepted");
    let again = Call::invite("dev@example.com", &key).send(to).new_invite();
    assert_eq!(Call::accept_invite(&again, &key).send(to).status, 200);
    let [back] = &Call::get(USERS, &key).query("email=dev@example.com").send(to).ids()[..] else { panic!() };
    assert_ne!(back, "dev", "it is another user");
    assert!(Call::get(&members("v"), &key).send(to).ids().is_empty(), "who starts anew");
}

#[tokio::test]
async fn what_a_removal_left_behind_survives_the_state() {
    let server = server(KEYS).await;
    let (to, one, other) = (server.address(), new_key(), new_key());
    Call::delete(&user("dev"), &one).send(to).good();
    let state = Call::control("GET", "state", &one).send(to).json();
    let put = Call::control("PUT", "state", &other).body(state.to_string()).send(to);
    assert_eq!(put.status, 200, "{put:?}");
    let shown = |key: &str| -> Vec<Value> {
        let paths = [USERS, WORKSPACES, API_KEYS, &members("w")];
        paths.map(|path| Call::get(path, key).send(to).good()).into()
    };
    assert_eq!(shown(&other), shown(&one));
    assert_eq!(Call::control("GET", "state", &other).send(to).json(), state);
}

#[test]
fn of_32_parallel_removals_exactly_one_succeeds() {
    let world = World::default();
    for _ in 0..50 {
        let key = new_key();
        let results =
            in_parallel(|_| world.organization(&key).unwrap().remove_user("user_01DeveDeveDeveDeveDeveDe"));
        assert_eq!(results.iter().filter(|removed| removed.is_ok()).count(), 1);
        assert!(results.iter().all(|removed| matches!(removed, Ok(()) | Err(UserRefusal::Unknown))));
    }
}

#[test]
fn the_world_removes_without_http_and_says_why_not() {
    let world = world(WORLD);
    for (key, id, refusal) in [
        ("console", "stranger", UserRefusal::Unknown),
        ("console", "ada", UserRefusal::Admin),
        ("alone", "last", UserRefusal::Last),
        ("scim", "dev", UserRefusal::MembersManagedByScim),
    ] {
        assert_eq!(world.organization(key).unwrap().remove_user(id), Err(refusal), "{key} {id}");
    }
    let organization = world.organization("console").unwrap();
    assert!(organization.is_member("DEV@example.com"));
    organization.remove_user("dev").unwrap();
    assert!(!organization.is_member("dev@example.com"));
    assert_eq!(organization.counts().users, 5);
}
