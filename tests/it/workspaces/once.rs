//! `external_key_id` and `user_profile_id`, which stay once they are set.

use serde_json::json;

use super::WORLD;
use crate::harness::*;

const FIELDS: [&str; 2] = ["external_key_id", "user_profile_id"];

#[tokio::test]
async fn one_that_is_not_set_can_be_set_once_and_given_again() {
    let server = server(WORLD).await;
    for field in FIELDS {
        let update = |value: serde_json::Value| {
            Call::post(&workspace("plain"), &json!({ field: value }), "console").send(server.address())
        };
        assert!(update(json!(null)).good()[field].is_null());
        assert_eq!(update(json!("one")).good()[field], "one");
        assert_eq!(update(json!("one")).good()[field], "one");
        assert_eq!(update(json!(null)).good()[field], "one", "null is no change");
        for other in ["two", "One", ""] {
            update(json!(other)).bad_input(&format!("{field}: cannot be changed once it is set"));
        }
        update(json!(7)).bad_input(&format!("{field}: Input should be a valid string"));
        assert_eq!(update(json!({})["none"].clone()).good()[field], "one");
    }
}

#[tokio::test]
async fn one_that_is_set_when_the_workspace_is_made_stays_too() {
    let server = server(WORLD).await;
    let body = json!({"name": "x", "external_key_id": "ek", "user_profile_id": "up"});
    let made = Call::post(WORKSPACES, &body, "console").send(server.address()).good();
    for field in FIELDS {
        let change =
            Call::post(&workspace(made["id"].as_str().unwrap()), &json!({ field: "other" }), "console");
        change.send(server.address()).bad_input(&format!("{field}: cannot be changed once it is set"));
    }
}

#[tokio::test]
async fn a_change_that_is_refused_for_one_of_them_changes_nothing_else() {
    let server = server(WORLD).await;
    let body = json!({"name": "Renamed", "tags": {"new": "x"}, "external_key_id": "other"});
    Call::post(&workspace("full"), &body, "console").send(server.address()).bad("input-invalid");
    assert_eq!(Call::get(&workspace("full"), "console").send(server.address()).good(), super::full());
}

#[tokio::test]
async fn an_empty_one_is_kept_as_it_was_given_also_through_the_state() {
    let server = server(WORLD).await;
    let body = json!({"name": "x", "external_key_id": "", "user_profile_id": ""});
    let made = Call::post(WORKSPACES, &body, "console").send(server.address()).good();
    assert_eq!([&made["external_key_id"], &made["user_profile_id"]], ["", ""]);
    let state = Call::control("GET", "state", "console").send(server.address()).json();
    let put = Call::control("PUT", "state", "console").body(state.to_string()).send(server.address());
    assert_eq!(put.status, 200, "{put:?}");
    let path = workspace(made["id"].as_str().unwrap());
    assert_eq!(Call::get(&path, "console").send(server.address()).good(), made);
}
