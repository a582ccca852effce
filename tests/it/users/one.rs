//! GET of one user: its six fields, and ids that belong to none.

use serde_json::json;

use super::{WORLD, dev};
use crate::harness::*;

#[tokio::test]
async fn a_user_has_six_fields_of_which_none_is_null_in_both_versions() {
    let server = server(WORLD).await;
    let call = Call::get(&user("dev"), "console");
    for answer in [call.send(server.address()), call.current().send(server.address())] {
        let expected = r#"{"id":"dev","type":"user","email":"dev@example.com","name":"Dev","role":"developer","added_at":"2025-12-24T00:00:00Z"}"#;
        assert_eq!((answer.status, answer.body.as_str()), (200, expected));
        assert_eq!(answer.good(), dev());
    }
    let ada = Call::get(&user("ada"), "console").send(server.address()).good();
    let expected = json!({"id": "ada", "type": "user", "email": "Ada+x@Example.com", "name": "Ada L.",
        "role": "admin", "added_at": "2025-12-23T00:00:00Z"});
    assert_eq!(ada, expected, "the address is echoed as it was written");
}

#[tokio::test]
async fn a_user_without_an_id_and_a_name_gets_both_of_them() {
    let fixture = r#"{"clock": "2026-01-01T00:00:00Z", "invites": [],
        "users": ["grace.brewster_murray-hopper+navy@example.com", "___@example.com", "o@example.com"]}"#;
    let server = server(fixture).await;
    let users = Call::get(USERS, &new_key()).send(server.address());
    assert_eq!(users.each("name"), ["O", "___", "Grace Brewster Murray Hopper"]);
    assert_eq!(users.each("added_at"), ["2026-01-01T00:00:00Z"; 3]);
    assert_eq!(users.each("role"), ["user"; 3]);
    for id in users.ids() {
        let drawn = id.strip_prefix("user_01").unwrap();
        assert!(drawn.len() == 22 && drawn.chars().all(|c| BASE58.contains(c)), "{id}");
    }
}

#[tokio::test]
async fn unknown_foreign_malformed_and_removed_ids_are_one_404() {
    let server = server(WORLD).await;
    Call::delete(&user("dev"), "console").send(server.address()).good();
    for (written, shown) in [
        ("user_01stranger", "user_01stranger"),
        ("uwe", "uwe"),
        ("dev", "dev"),
        ("Ada", "Ada"),
        ("ada@example.com", "ada@example.com"),
        ("%20", " "),
        ("%FF", "\u{fffd}"),
        ("a%2Fb%252F", "a/b%2F"),
    ] {
        for method in ["GET", "DELETE"] {
            let answer = Call::api(method, &user(written), "console").send(server.address());
            answer.unknown("user-unknown", &format!("User `{shown}` not found."));
        }
        let update = Call::post(&user(written), &json!({"role": "user"}), "console").send(server.address());
        update.unknown("user-unknown", &format!("User `{shown}` not found."));
    }
}

#[tokio::test]
async fn the_world_tells_a_user_without_http() {
    let world = world(WORLD);
    let organization = world.organization("console").unwrap();
    let user = organization.user("dev").unwrap();
    assert_eq!((&*user.email, &*user.name, user.role.name()), ("dev@example.com", "Dev", "developer"));
    assert_eq!(serde_json::to_value(&user).unwrap(), dev());
    assert!(organization.user("stranger").is_none());
}
