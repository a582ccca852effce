//! POST of one API key: names, statuses, and what is refused.

use serde_json::{Value, json};

use super::WORLD;
use crate::harness::*;

fn update(server: &anthropic_admin_mock::MockServer, id: &str, body: &Value) -> Answer {
    Call::post(&api_key(id), body, "console").send(server.address())
}

fn read(server: &anthropic_admin_mock::MockServer, id: &str) -> Value {
    Call::get(&api_key(id), "console").send(server.address()).good()
}

#[tokio::test]
async fn a_name_is_changed_and_everything_else_stays() {
    let server = server(WORLD).await;
    for id in ["active", "inactive", "expired", "wide"] {
        for name in ["x", &"ö".repeat(500)] {
            let mut expected = read(&server, id);
            expected["name"] = json!(name);
            assert_eq!(update(&server, id, &json!({ "name": name })).good(), expected);
            assert_eq!(read(&server, id), expected);
        }
    }
}

#[tokio::test]
async fn an_empty_change_and_nulls_change_nothing() {
    let server = server(WORLD).await;
    for id in ["active", "inactive", "expired", "archived"] {
        for body in [json!({}), json!({"name": null, "status": null})] {
            let before = read(&server, id);
            assert_eq!(update(&server, id, &body).good(), before, "{id}");
        }
    }
}

#[tokio::test]
async fn a_key_goes_to_and_fro_between_active_and_inactive() {
    let server = server(WORLD).await;
    for status in ["inactive", "inactive", "active", "active", "inactive"] {
        assert_eq!(update(&server, "active", &json!({ "status": status })).good()["status"], status);
        assert_eq!(read(&server, "active")["status"], status);
    }
}

#[tokio::test]
async fn archived_is_final_and_only_the_values_that_the_key_has_are_taken() {
    let server = server(WORLD).await;
    for id in ["active", "inactive", "expired"] {
        assert_eq!(update(&server, id, &json!({"status": "archived"})).good()["status"], "archived");
    }
    for id in ["active", "inactive", "expired", "archived", "of-old"] {
        for body in [
            json!({"status": "active"}),
            json!({"status": "inactive"}),
            json!({"name": "other"}),
            json!({"name": "other", "status": "archived"}),
        ] {
            update(&server, id, &body).bad("api-key-archived");
        }
        let before = read(&server, id);
        for body in [json!({"status": "archived"}), json!({"name": before["name"]})] {
            assert_eq!(update(&server, id, &body).good(), before);
        }
    }
}

#[tokio::test]
async fn an_expired_key_is_never_active_again_and_can_be_inactive_or_archived() {
    let server = server(WORLD).await;
    for body in [json!({"status": "active"}), json!({"status": "active", "name": "other"})] {
        update(&server, "expired", &body).bad("api-key-expired");
    }
    assert_eq!(read(&server, "expired")["name"], "key", "a refused change changes nothing");
    // What is shown follows from the time as long as the key is not archived.
    assert_eq!(update(&server, "expired", &json!({"status": "inactive"})).good()["status"], "expired");
    update(&server, "expired", &json!({"status": "active"})).bad("api-key-expired");
    let organization = server.world().organization("console").unwrap();
    organization.advance_clock("-1d").unwrap();
    assert_eq!(read(&server, "expired")["status"], "inactive");
    organization.advance_clock("1d").unwrap();
    assert_eq!(update(&server, "expired", &json!({"status": "archived"})).good()["status"], "archived");
}

#[tokio::test]
async fn bad_input_is_a_400_that_names_the_field_before_the_lookup() {
    let server = server(WORLD).await;
    let statuses = "status: Input should be 'active', 'inactive' or 'archived'";
    for (body, message) in [
        (json!({"status": "expired"}), statuses),
        (json!({"status": "Active"}), statuses),
        (json!({"status": ""}), statuses),
        (json!({"status": 7}), "status: Input should be a valid string"),
        (json!({"name": ""}), "name: String should have at least 1 character"),
        (json!({"name": "x".repeat(501)}), "name: String should have at most 500 characters"),
        (json!({"name": ["x"]}), "name: Input should be a valid string"),
        (json!({"expires_at": null}), "expires_at: Extra inputs are not permitted"),
        (json!({"workspace_id": "w", "name": "x"}), "workspace_id: Extra inputs are not permitted"),
        (json!([]), "body: Input should be an object"),
    ] {
        for id in ["active", "archived", "unknown"] {
            update(&server, id, &body).bad_input(message);
        }
    }
    Call::api("POST", &api_key("active"), "console").send(server.address()).bad("json-invalid");
    assert_eq!(read(&server, "active")["name"], "ci");
}
