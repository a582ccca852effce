//! Faults, races and the journal of the members' operations.

use serde_json::{Value, json};

use super::*;

fn plan(server: &MockServer, fault: &Value) {
    let planned = Call::control("POST", "faults", "console").body(fault.to_string()).send(server.address());
    assert_eq!(planned.status, 200, "{planned:?}");
}

#[tokio::test]
async fn a_fault_strikes_one_operation_one_workspace_one_user_or_both_together() {
    let server = server(WORLD).await;
    plan(&server, &json!({"operation": "workspaces.members.add", "error": "api_error"}));
    add(&server, "empty", "dev", "workspace_user").refused(500, "api_error", "fault");
    add(&server, "empty", "dev", "workspace_user").good();
    let both = json!({"operation": "*", "workspace_id": "w", "user_id": "dev", "error": "overloaded_error"});
    plan(&server, &both);
    read(&server, "w", "eve").good();
    read(&server, "full", "dev").good();
    assert_eq!(listed(&server, "w"), ["eve", "dev"]);
    Call::get(&user("dev"), "console").send(server.address()).good();
    remove(&server, "w", "dev").refused(529, "overloaded_error", "fault");
    plan(&server, &json!({"operation": "*", "user_id": "dev", "error": "timeout_error"}));
    update(&server, "full", "dev", "workspace_admin").refused(504, "timeout_error", "fault");
}

#[tokio::test]
async fn an_addition_whose_answer_is_lost_meets_a_member_the_next_time() {
    let server = server(WORLD).await;
    plan(&server, &json!({"operation": "workspaces.members.add", "drop": "mid_body", "after_commit": true}));
    let body = json!({"user_id": "dev", "workspace_role": "workspace_user"});
    raw(server.address(), &Call::post(&members("empty"), &body, "console"));
    add(&server, "empty", "dev", "workspace_user").bad("member-exists");
}

#[tokio::test]
async fn a_user_is_removed_or_the_workspace_archived_between_two_calls() {
    let server = server(WORLD).await;
    plan(&server, &json!({"operation": "workspaces.members.update", "meanwhile": "remove"}));
    read(&server, "w", "dev").good();
    let answer = update(&server, "w", "dev", "workspace_user");
    answer.unknown("user-unknown", "User `dev` not found.");
    plan(&server, &json!({"operation": "workspaces.members.remove", "meanwhile": "archive"}));
    remove(&server, "w", "eve").bad("workspace-archived");
    assert_eq!(listed(&server, "w"), ["eve"]);
}

#[tokio::test]
async fn the_journal_tells_operation_and_both_ids() {
    let server = server(WORLD).await;
    listed(&server, "w");
    add(&server, "empty", "dev", "workspace_user");
    read(&server, "empty", "dev");
    update(&server, "empty", "dev", "workspace_admin");
    remove(&server, "empty", "dev");
    let answer = Call::control("GET", "requests", "console").send(server.address()).json();
    let told: Vec<_> = answer["requests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| json!([entry["operation"], entry["workspace_id"], entry["user_id"]]))
        .collect();
    let expected = json!([
        ["workspaces.members.list", "w", null],
        ["workspaces.members.add", "empty", null],
        ["workspaces.members.retrieve", "empty", "dev"],
        ["workspaces.members.update", "empty", "dev"],
        ["workspaces.members.remove", "empty", "dev"],
    ]);
    assert_eq!(json!(told), expected);
    let filtered = Call::control("GET", "requests?workspace_id=empty&user_id=dev", "console");
    assert_eq!(filtered.send(server.address()).json()["requests"].as_array().unwrap().len(), 3);
}
