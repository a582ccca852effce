//! The full circle: invited, accepted, a user, a member of a workspace, removed, invited again.

use serde_json::json;

use crate::harness::*;

const FROZEN: &str = r#"{"clock": "2026-01-01T00:00:00Z", "invites": [], "users": [
    {"id": "ada", "email": "ada@example.com", "role": "admin"}], "workspaces": [{"id": "w", "name": "W"}]}"#;

#[tokio::test]
async fn an_acceptance_makes_a_user_with_the_invites_address_and_role() {
    let server = server(FROZEN).await;
    let (to, key) = (server.address(), new_key());
    let body = json!({"email": "Grace.Hopper+navy@Example.com", "role": "developer"});
    let invite = Call::create_invite(body.to_string(), &key).send(to).new_invite();
    assert_eq!(Call::get(USERS, &key).send(to).ids(), ["ada"], "an invitation alone makes no user");
    let organization = server.world().organization(&key).unwrap();
    organization.advance_clock("36h").unwrap();

    assert_eq!(Call::accept_invite(&invite, &key).send(to).status, 200);

    let users = Call::get(USERS, &key).query("email=grace.hopper@example.com").send(to);
    let id = users.ids()[0].clone();
    let drawn = id.strip_prefix("user_01").unwrap();
    assert!(drawn.len() == 22 && drawn.chars().all(|c| BASE58.contains(c)), "{id}");
    let accepted_at = Call::retrieve_invite(&invite, &key).send(to).good()["accepted_at"].clone();
    assert_eq!(accepted_at, "2026-01-02T12:00:00Z");
    let expected = json!({"id": id, "type": "user", "email": "Grace.Hopper+navy@Example.com",
        "name": "Grace Hopper", "role": "developer", "added_at": accepted_at});
    assert_eq!(users.json()["data"], json!([expected]));
}

#[tokio::test]
async fn a_person_goes_the_full_circle_twice() {
    let server = server(FROZEN).await;
    let (to, key) = (server.address(), new_key());
    let mut before = Vec::new();
    for _ in 0..2 {
        let invite = Call::invite("dev@example.com", &key).send(to).new_invite();
        assert_eq!(Call::accept_invite(&invite, &key).send(to).status, 200);
        Call::invite("dev@example.com", &key).send(to).coded("already_member");
        Call::delete_invite(&invite, &key).send(to).bad("invite-accepted");
        let id = Call::get(USERS, &key).query("email=dev@example.com").send(to).ids()[0].clone();
        let add = json!({"user_id": id, "workspace_role": "workspace_user"});
        Call::post(&members("w"), &add, &key).send(to).good();
        assert_eq!(Call::get(&members("w"), &key).send(to).ids().concat(), id);
        Call::delete(&user(&id), &key).send(to).good();
        assert!(Call::get(&members("w"), &key).send(to).ids().is_empty());
        assert!(!before.contains(&id), "each time another user");
        before.push(id);
    }
    assert_eq!(Call::list_invites("statuses=accepted", &key).send(to).ids().len(), 2);
}

#[tokio::test]
async fn without_a_list_of_users_the_invitees_of_accepted_invites_are_the_users() {
    let invites =
        r#""invites": [{"email": "in@b.c", "role": "billing", "status": "accepted"}, {"email": "out@b.c"}]"#;
    let fixture = format!(
        r#"{{"clock": "2026-01-02T00:00:00Z", "organizations": [{{"keys": ["left-out"], {invites}}},
            {{"keys": ["given"], "users": [], {invites}}}]}}"#
    );
    let server = server(&fixture).await;
    let users = Call::get(USERS, "left-out").send(server.address()).good();
    let user = &users["data"][0];
    assert_eq!([&user["email"], &user["role"], &user["name"]], ["in@b.c", "billing", "In"]);
    assert_eq!(user["added_at"], "2026-01-01T01:00:00Z", "when the invite was accepted");
    assert!(Call::get(USERS, "given").send(server.address()).ids().is_empty(), "the list is the whole truth");
}

#[tokio::test]
async fn the_users_of_the_default_world_are_seen_removed_and_brought_back() {
    let server = default_server().await;
    let (to, one, other) = (server.address(), new_key(), new_key());
    let ids = Call::get(USERS, &one).send(to).ids();
    assert_eq!(ids.len(), 4);
    Call::delete(&user(&ids[0]), &one).send(to).good();
    assert_eq!(Call::get(USERS, &one).send(to).ids(), ids[1..]);
    assert_eq!(Call::get(USERS, &other).send(to).ids(), ids, "another key is another organization");
    assert_eq!(Call::control("POST", "reset", &one).send(to).status, 200);
    assert_eq!(Call::get(USERS, &one).send(to).ids(), ids);
}
