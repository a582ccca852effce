//! POST of one workspace: name, colour, tags, and what of the body is refused.

use serde_json::{Value, json};

use super::{WORLD, full};
use crate::harness::*;

#[tokio::test]
async fn an_empty_change_and_nulls_change_nothing() {
    let server = server(WORLD).await;
    for body in [
        json!({}),
        json!({"name": null, "display_color": null, "data_residency": null, "tags": null,
            "external_key_id": null, "user_profile_id": null}),
        json!({"name": "Full", "tags": {"team": "ops"}}),
    ] {
        let answer = Call::post(&workspace("full"), &body, "console").send(server.address());
        assert_eq!(answer.good(), full(), "{body}");
    }
}

#[tokio::test]
async fn name_and_colour_are_changed_and_the_rest_stays() {
    let server = server(WORLD).await;
    let body = json!({"name": "Renamed", "display_color": "#000000"});
    let answer = Call::post(&workspace("full"), &body, "console").send(server.address());
    let mut expected = full();
    expected["name"] = json!("Renamed");
    expected["display_color"] = json!("#000000");
    assert_eq!(answer.good(), expected);
    assert_eq!(Call::get(&workspace("full"), "console").send(server.address()).good(), expected);
}

#[tokio::test]
async fn tags_are_merged_and_a_null_takes_one_away() {
    let server = server(WORLD).await;
    let update = |tags: Value| {
        let body = json!({ "tags": tags });
        Call::post(&workspace("full"), &body, "console").send(server.address())
    };
    for (given, all) in [
        (json!({}), json!({"": "", "team": "ops"})),
        (json!({"cost": "1"}), json!({"": "", "team": "ops", "cost": "1"})),
        (json!({"cost": "2", "": null}), json!({"team": "ops", "cost": "2"})),
        (json!({"absent": null}), json!({"team": "ops", "cost": "2"})),
        (json!({"team": "", "cost": null}), json!({"team": ""})),
        (json!({"team": null}), json!({})),
    ] {
        assert_eq!(update(given.clone()).good()["tags"], all, "{given}");
    }
    for value in [json!("x"), json!(null)] {
        update(json!({"ok": "y", "anthropic-x": value}))
            .bad_input("tags.anthropic-x: Keys may not begin with 'anthropic'");
    }
    update(json!({"ok": 7})).bad_input("tags.ok: Input should be a valid string");
    assert_eq!(update(json!({})).good()["tags"], json!({}), "a refused change sets no tag");
}

#[tokio::test]
async fn bad_input_is_a_400_that_names_the_field_and_changes_nothing() {
    let server = server(WORLD).await;
    for (body, message) in [
        (json!({"name": ""}), "name: String should have at least 1 character"),
        (json!({"name": "x".repeat(256)}), "name: String should have at most 255 characters"),
        (json!({"name": []}), "name: Input should be a valid string"),
        (json!({"display_color": "red"}), "display_color: String should match pattern '^#[0-9A-Fa-f]{6}$'"),
        (json!({"tags": "x"}), "tags: Input should be a valid dictionary"),
        (json!({"archived_at": null}), "archived_at: Extra inputs are not permitted"),
        (
            json!({"name": "x", "inference_data_privacy": 1}),
            "inference_data_privacy: Extra inputs are not permitted",
        ),
        (json!("x"), "body: Input should be an object"),
    ] {
        // The same for one that is not there: input comes before the lookup.
        for id in ["full", "unknown", "old"] {
            Call::post(&workspace(id), &body, "console").send(server.address()).bad_input(message);
        }
    }
    Call::api("POST", &workspace("full"), "console").send(server.address()).bad("json-invalid");
    assert_eq!(Call::get(&workspace("full"), "console").send(server.address()).good(), full());
}

#[tokio::test]
async fn an_archived_workspace_cannot_be_changed_not_even_to_what_it_is() {
    let server = server(WORLD).await;
    for body in [json!({}), json!({"name": "Old"}), json!({"tags": {"a": "b"}})] {
        Call::post(&workspace("old"), &body, "console").send(server.address()).bad("workspace-archived");
    }
}

#[tokio::test]
async fn unknown_foreign_and_malformed_ids_are_one_404() {
    let server = server(WORLD).await;
    for (written, shown) in [
        ("wrkspc_01unknown", "wrkspc_01unknown"),
        ("Full", "Full"),
        ("%FF", "\u{fffd}"),
        ("a%2Fb%252F", "a/b%2F"),
    ] {
        let message = format!("Workspace `{shown}` not found.");
        for call in [
            Call::get(&workspace(written), "console"),
            Call::post(&workspace(written), &json!({}), "console"),
            Call::post(&archive(written), &json!({}), "console"),
        ] {
            call.send(server.address()).unknown("workspace-unknown", &message);
        }
    }
}
