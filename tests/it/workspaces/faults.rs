//! Faults, races and the journal of the workspaces' operations.

use std::net::SocketAddr;

use serde_json::{Value, json};

use super::WORLD;
use crate::harness::*;

fn plan(to: SocketAddr, fault: &Value) {
    let planned = Call::control("POST", "faults", "console").body(fault.to_string()).send(to);
    assert_eq!(planned.status, 200, "{planned:?}");
}

fn create(to: SocketAddr) -> Answer {
    Call::post(WORKSPACES, &json!({"name": "Twice"}), "console").send(to)
}

#[tokio::test]
async fn a_fault_strikes_one_operation_or_one_workspace() {
    let server = server(WORLD).await;
    let to = server.address();
    plan(to, &json!({"operation": "workspaces.archive", "error": "timeout_error"}));
    plan(to, &json!({"operation": "*", "workspace_id": "plain", "error": "overloaded_error"}));
    Call::get(&workspace("full"), "console").send(to).good();
    Call::post(&archive("plain"), &json!({}), "console").send(to).refused(504, "timeout_error", "fault");
    Call::get(&members("plain"), "console").send(to).refused(529, "overloaded_error", "fault");
    Call::get(&members("plain"), "console").send(to).good();
}

#[tokio::test]
async fn a_second_create_after_an_answer_that_was_incomplete_makes_a_second_workspace() {
    let server = server(WORLD).await;
    let to = server.address();
    plan(
        to,
        &json!({"operation": "workspaces.create", "after_commit": true, "error": "api_error", "status": 503,
            "error_code": "workspace_created_incomplete", "details": {"workspace_id": "wrkspc_01incomplete"}}),
    );
    let answer = create(to);
    answer.refused(503, "api_error", "fault").names_organization(true);
    let details =
        json!({"error_code": "workspace_created_incomplete", "workspace_id": "wrkspc_01incomplete"});
    assert_eq!(answer.json()["error"]["details"], details);
    assert_eq!(answer.header("x-should-retry"), None, "the SDKs retry it by its status");
    let second = create(to).good()["id"].clone();
    let named: Vec<_> = Call::get(WORKSPACES, "console").send(to).each("name");
    assert_eq!(named, ["Twice", "Twice", "Plain", "Full"]);
    assert_eq!(Call::get(WORKSPACES, "console").send(to).ids()[0], second.as_str().unwrap());
}

#[tokio::test]
async fn each_code_that_only_a_fault_gives_comes_with_its_status_and_details() {
    let server = server(WORLD).await;
    let to = server.address();
    for (operation, kind, status, code) in [
        ("workspaces.create", "invalid_request_error", 400, "external_key_validation_failed"),
        ("workspaces.create", "invalid_request_error", 400, "external_key_validation_timed_out"),
        ("workspaces.update", "invalid_request_error", 400, "key_profile_mismatch"),
        ("workspaces.update", "invalid_request_error", 400, "storage_profile_mismatch"),
        ("workspaces.update", "invalid_request_error", 400, "user_profile_not_found"),
        ("workspaces.create", "invalid_request_error", 400, "workspace_policy_violation"),
        ("workspaces.update", "conflict_error", 409, "external_key_changed"),
        ("workspaces.update", "api_error", 503, "change_outcome_unknown"),
        ("workspaces.archive", "conflict_error", 409, "storage_attached_during_archive"),
    ] {
        plan(
            to,
            &json!({"operation": operation, "error": kind, "status": status, "error_code": code,
                "details": {"field": "name"}}),
        );
        let answer = match operation {
            "workspaces.create" => create(to),
            "workspaces.update" => Call::post(&workspace("full"), &json!({}), "console").send(to),
            _ => Call::post(&archive("full"), &json!({}), "console").send(to),
        };
        answer.refused(status, kind, "fault");
        assert_eq!(answer.json()["error"]["details"], json!({"error_code": code, "field": "name"}));
    }
    assert_eq!(Call::get(WORKSPACES, "console").send(to).ids(), ["plain", "full"], "nothing was done");
}

#[tokio::test]
async fn a_workspace_is_archived_between_two_calls() {
    let server = server(WORLD).await;
    let to = server.address();
    plan(to, &json!({"operation": "workspaces.update", "meanwhile": "archive"}));
    Call::get(&workspace("plain"), "console").send(to).good();
    let update = Call::post(&workspace("plain"), &json!({"name": "x"}), "console").send(to);
    update.bad("workspace-archived");
    let key = Call::get(&api_key("live"), "console").send(to).good();
    assert_eq!(key["status"], "archived");
    plan(to, &json!({"operation": "workspaces.members.add", "meanwhile": "archive"}));
    let add = json!({"user_id": "dev", "workspace_role": "workspace_user"});
    Call::post(&members("full"), &add, "console").send(to).bad("workspace-archived");
    // The default one cannot be archived, so nothing happens.
    plan(to, &json!({"operation": "*", "meanwhile": "archive"}));
    let default = Call::get(&workspace("first"), "console").send(to).good();
    assert_eq!(default["archived_at"], json!(null));
}

#[tokio::test]
async fn the_journal_tells_operation_and_id() {
    let server = server(WORLD).await;
    let to = server.address();
    create(to);
    Call::get(WORKSPACES, "console").send(to);
    for call in [
        Call::get(&workspace("full"), "console"),
        Call::post(&workspace("full"), &json!({"name": "x"}), "console"),
        Call::post(&archive("full"), &json!({}), "console"),
    ] {
        call.send(to);
    }
    let answer = Call::control("GET", "requests", "console").send(to).json();
    let told: Vec<_> = answer["requests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| json!([entry["operation"], entry["workspace_id"], entry["body"]]))
        .collect();
    let expected = json!([
        ["workspaces.create", null, "{\"name\":\"Twice\"}"],
        ["workspaces.list", null, null],
        ["workspaces.retrieve", "full", null],
        ["workspaces.update", "full", "{\"name\":\"x\"}"],
        ["workspaces.archive", "full", "{}"],
    ]);
    assert_eq!(json!(told), expected);
    let filtered = Call::control("GET", "requests?workspace_id=full", "console").send(to).json();
    assert_eq!(filtered["requests"].as_array().unwrap().len(), 3);
}
