//! Faults, races and the journal of the API keys' operations.

use serde_json::{Value, json};

use super::WORLD;
use crate::harness::*;

fn plan(server: &anthropic_admin_mock::MockServer, fault: &Value) {
    let planned = Call::control("POST", "faults", "console").body(fault.to_string()).send(server.address());
    assert_eq!(planned.status, 200, "{planned:?}");
}

#[tokio::test]
async fn a_fault_strikes_one_operation_or_one_key() {
    let server = server(WORLD).await;
    plan(&server, &json!({"operation": "api_keys.list", "error": "api_error"}));
    plan(&server, &json!({"operation": "*", "api_key_id": "active", "error": "overloaded_error"}));
    Call::get(&api_key("bare"), "console").send(server.address()).good();
    Call::get(API_KEYS, "console").send(server.address()).refused(500, "api_error", "fault");
    let update = Call::post(&api_key("active"), &json!({"status": "inactive"}), "console");
    update.send(server.address()).refused(529, "overloaded_error", "fault");
    assert_eq!(Call::get(&api_key("active"), "console").send(server.address()).good()["status"], "active");
}

#[tokio::test]
async fn the_limits_of_a_reactivation_are_codes_that_only_a_fault_gives() {
    let server = server(WORLD).await;
    for code in ["org_api_key_limit_exceeded", "workspace_api_key_limit_exceeded"] {
        plan(
            &server,
            &json!({"operation": "api_keys.update", "error": "invalid_request_error", "error_code": code}),
        );
        let update = Call::post(&api_key("inactive"), &json!({"status": "active"}), "console");
        let answer = update.send(server.address());
        answer.refused(400, "invalid_request_error", "fault");
        assert_eq!(answer.error_code().as_deref(), Some(code));
    }
    let update = Call::post(&api_key("inactive"), &json!({"status": "active"}), "console");
    assert_eq!(update.send(server.address()).good()["status"], "active");
}

#[tokio::test]
async fn a_key_is_archived_between_two_calls() {
    let server = server(WORLD).await;
    plan(&server, &json!({"operation": "api_keys.update", "meanwhile": "archive"}));
    Call::get(&api_key("active"), "console").send(server.address()).good();
    let update = Call::post(&api_key("active"), &json!({"status": "inactive"}), "console");
    update.send(server.address()).bad("api-key-archived");
    let header = Call::get(&api_key("inactive"), "console").header("x-mock-fault", "meanwhile=archive");
    assert_eq!(header.send(server.address()).good()["status"], "archived");
}

#[tokio::test]
async fn the_journal_tells_operation_id_and_query() {
    let server = server(WORLD).await;
    Call::get(API_KEYS, "console").query("status=active").send(server.address());
    Call::get(&api_key("active"), "console").send(server.address());
    Call::post(&api_key("active"), &json!({"status": "archived"}), "console").send(server.address());
    let answer = Call::control("GET", "requests", "console").send(server.address()).json();
    let told: Vec<_> = answer["requests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| json!([entry["operation"], entry["api_key_id"], entry["query"], entry["body"]]))
        .collect();
    let expected = json!([
        ["api_keys.list", null, "status=active", null],
        ["api_keys.retrieve", "active", null, null],
        ["api_keys.update", "active", null, "{\"status\":\"archived\"}"],
    ]);
    assert_eq!(json!(told), expected);
    let filtered =
        Call::control("GET", "requests?api_key_id=active", "console").send(server.address()).json();
    assert_eq!(filtered["requests"].as_array().unwrap().len(), 2);
}
