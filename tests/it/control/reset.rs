//! `POST /_mock/reset`: everything back to what the fixture says, for one organization or for all.

use serde_json::json;

use super::*;

#[tokio::test]
async fn reset_puts_back_one_organization_or_all() {
    let server = default_server().await;
    let (one, other) = (new_key(), new_key());
    for key in [&one, &other] {
        delete(&server, key).invite_deleted(PENDING);
        plan(&server, key, json!({"operation": "*", "error": "api_error", "times": "always"}));
        good(&server, "PUT", "clock", key, json!({"advance": "30d"}));
    }

    assert_eq!(good(&server, "POST", "reset", &one, Value::Null), json!({"status": "ok"}));
    assert_eq!(get(&server, "faults", &one), json!({"faults": []}));
    assert_eq!(get(&server, "requests", &one), json!({"requests": []}));
    delete(&server, &one).invite_deleted(PENDING);
    delete(&server, &other).refused(500, "api_error", "fault");

    good(&server, "POST", "reset", "", Value::Null);
    assert_eq!(get(&server, "requests", ""), json!({"requests": []}));
    delete(&server, &one).invite_deleted(PENDING);
    delete(&server, &other).invite_deleted(PENDING);
}

#[tokio::test]
async fn the_reset_of_a_new_key_brings_back_the_fixture_and_not_what_the_world_was_told_since() {
    let server = default_server().await;
    good(&server, "PUT", "clock", "", json!({"advance": "22d"}));
    plan(&server, "", json!({"operation": "*", "error": "api_error"}));
    assert_eq!(get(&server, "faults", "")["faults"].as_array().unwrap().len(), 1);
    let key = new_key();
    delete(&server, &key).refused(500, "api_error", "fault");
    delete(&server, &key).invite_deleted(PENDING);
    good(&server, "POST", "reset", &key, Value::Null);
    assert_eq!(get(&server, "clock", &key)["clock"], Value::Null);
    delete(&server, &key).invite_deleted(PENDING);
}

#[tokio::test]
async fn a_reset_counts_relative_times_anew() {
    let server =
        server(r#"{"invites": [{"id": "x", "email": "x@example.com", "invited_at": "-20d"}]}"#).await;
    let key = new_key();
    let organization = server.world().organization(&key).unwrap();
    organization.set_clock(frozen("2030-01-01T00:00:00Z"));
    let before = organization.invite("x").unwrap().invited_at;
    good(&server, "POST", "reset", &key, Value::Null);
    let after = organization.invite("x").unwrap();
    assert_eq!(after.status.name(), "pending");
    assert!(after.invited_at > before, "it was counted from this reset");
}
