//! POST of a workspace: what is made, and what of the body is refused.

use serde_json::{Value, json};

use super::WORLD;
use crate::harness::*;

const PALETTE: [&str; 8] =
    ["#6C5BB9", "#D97757", "#3A7CA5", "#5B8C5A", "#B8860B", "#A23B72", "#2E86AB", "#8D6A9F"];

#[tokio::test]
async fn a_name_is_enough_and_the_workspace_has_eleven_fields_in_their_order() {
    let server = server(WORLD).await;
    let answer = Call::post(WORKSPACES, &json!({"name": "New"}), "console").send(server.address());
    let made = answer.good();
    let id = made["id"].as_str().unwrap();
    let drawn = id.strip_prefix("wrkspc_01").unwrap();
    assert!(drawn.len() == 22 && drawn.chars().all(|c| BASE58.contains(c)), "{id}");
    let (color, compartment) =
        (made["display_color"].as_str().unwrap(), made["compartment_id"].as_str().unwrap());
    assert!(PALETTE.contains(&color), "{color}");
    let groups: Vec<_> = compartment.split('-').map(str::len).collect();
    assert_eq!(groups, [8, 4, 4, 4, 12], "{compartment}");
    let expected = format!(
        r#"{{"id":"{id}","type":"workspace","name":"New","created_at":"2026-01-01T00:00:00.250001Z","archived_at":null,"display_color":"{color}","compartment_id":"{compartment}","data_residency":{{"workspace_geo":"us","allowed_inference_geos":"unrestricted","default_inference_geo":"global"}},"external_key_id":null,"tags":{{}},"user_profile_id":null}}"#
    );
    assert_eq!(answer.body, expected);
    let path = workspace(id);
    assert_eq!(Call::get(&path, "console").send(server.address()).body, expected);
    assert_eq!(Call::get(&path, "console").current().send(server.address()).body, expected);
    assert_eq!(Call::get(WORKSPACES, "console").send(server.address()).json()["data"][0], made);
}

#[tokio::test]
async fn every_field_is_kept_as_it_is_given() {
    let server = server(WORLD).await;
    let body = json!({"name": "Ö".repeat(255), "display_color": "#a1B2c3", "tags": {"team": "ops", "": "", "k": ""},
        "data_residency": {"workspace_geo": "us", "allowed_inference_geos": ["global", "us"], "default_inference_geo": "us"},
        "external_key_id": "ek_1", "user_profile_id": "up_1"});
    let made = Call::post(WORKSPACES, &body, "console").send(server.address()).good();
    for (field, value) in body.as_object().unwrap() {
        assert_eq!(made[field], *value, "{field}");
    }
}

#[tokio::test]
async fn what_is_optional_may_be_null_and_a_name_may_be_given_twice() {
    let server = server(WORLD).await;
    let body = json!({"name": "Plain", "display_color": null, "tags": null, "data_residency": null,
        "external_key_id": null, "user_profile_id": null});
    let made = Call::post(WORKSPACES, &body, "console").send(server.address()).good();
    assert_eq!([&made["external_key_id"], &made["user_profile_id"]], [&Value::Null, &Value::Null]);
    assert_eq!(made["tags"], json!({}));
    let inner = json!({"name": "Plain", "data_residency": {"workspace_geo": null, "allowed_inference_geos": null,
        "default_inference_geo": null}});
    let second = Call::post(WORKSPACES, &inner, "console").send(server.address()).good();
    assert_eq!(second["data_residency"], made["data_residency"]);
    assert_ne!(second["id"], made["id"]);
}

#[tokio::test]
async fn bad_input_is_a_400_that_names_the_field_and_nothing_is_made() {
    let server = server(WORLD).await;
    let color = "display_color: String should match pattern '^#[0-9A-Fa-f]{6}$'";
    let long = "x".repeat(256);
    for (body, message) in [
        (json!({}), "name: Field required"),
        (json!({"name": null}), "name: Field required"),
        (json!({"name": ""}), "name: String should have at least 1 character"),
        (json!({ "name": long }), "name: String should have at most 255 characters"),
        (json!({"name": 7}), "name: Input should be a valid string"),
        (json!({"name": "x", "display_color": ""}), color),
        (json!({"name": "x", "display_color": "a1B2c3"}), color),
        (json!({"name": "x", "display_color": "#a1B2c"}), color),
        (json!({"name": "x", "display_color": "#a1B2c3d"}), color),
        (json!({"name": "x", "display_color": "#a1B2cg"}), color),
        (json!({"name": "x", "display_color": "#a1B2c3\n"}), color),
        (json!({"name": "x", "display_color": 7}), "display_color: Input should be a valid string"),
        (json!({"name": "x", "tags": []}), "tags: Input should be a valid dictionary"),
        (json!({"name": "x", "tags": {"a": 7}}), "tags.a: Input should be a valid string"),
        (json!({"name": "x", "tags": {"a": null}}), "tags.a: Input should be a valid string"),
        (
            json!({"name": "x", "tags": {"anthropic": "a"}}),
            "tags.anthropic: Keys may not begin with 'anthropic'",
        ),
        (
            json!({"name": "x", "tags": {"anthropic_x": "a"}}),
            "tags.anthropic_x: Keys may not begin with 'anthropic'",
        ),
        (json!({"name": "x", "external_key_id": 7}), "external_key_id: Input should be a valid string"),
        (json!({"name": "x", "user_profile_id": {}}), "user_profile_id: Input should be a valid string"),
        (json!({"name": "x", "id": "y"}), "id: Extra inputs are not permitted"),
        (json!({"name": "x", "workspace_geo": null}), "workspace_geo: Extra inputs are not permitted"),
        // A field that only the beta has.
        (
            json!({"name": "x", "inference_data_privacy": {}}),
            "inference_data_privacy: Extra inputs are not permitted",
        ),
        (json!(["name"]), "body: Input should be an object"),
    ] {
        let answer = Call::post(WORKSPACES, &body, "console").send(server.address());
        answer.bad_input(message);
    }
    let beta = Call::post(WORKSPACES, &json!({"name": "x", "inference_data_privacy": null}), "console");
    let beta = beta.header("anthropic-beta", "admin-2026-01-01").query("beta=true").send(server.address());
    beta.bad_input("inference_data_privacy: Extra inputs are not permitted");
    Call::api("POST", WORKSPACES, "console").send(server.address()).bad("json-invalid");
    assert_eq!(Call::get(WORKSPACES, "console").send(server.address()).ids(), ["plain", "full"]);
}

#[tokio::test]
async fn the_101st_active_workspace_is_refused_and_neither_archived_ones_nor_the_default_one_count() {
    let server = server(WORLD).await;
    let to = server.address();
    let create = || Call::post(WORKSPACES, &json!({"name": "x"}), "console").send(to);
    // Two are active beside the default one.
    for _ in 0..98 {
        create().good();
    }
    let refused = create();
    refused.bad("workspace-limit");
    assert!(refused.message().contains("100"), "{refused:?}");
    let all = Call::get(WORKSPACES, "console").query("limit=1000").send(to).ids();
    assert_eq!(all.len(), 100, "nothing was made");
    Call::post(&archive("plain"), &json!({}), "console").send(to).good();
    create().good();
    create().bad("workspace-limit");
}

#[tokio::test]
async fn the_same_world_gives_the_same_workspace() {
    let made = async || {
        let server = server(WORLD).await;
        let body = json!({"name": "New"});
        [(); 2].map(|()| Call::post(WORKSPACES, &body, "console").send(server.address()).good())
    };
    let [first, second] = made().await;
    assert_eq!(made().await, [first.clone(), second.clone()]);
    assert_ne!(first["id"], second["id"]);
    assert_ne!(first["compartment_id"], second["compartment_id"]);
}
