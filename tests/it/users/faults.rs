//! Faults, races and the journal of the users' operations.

use serde_json::{Value, json};

use super::WORLD;
use crate::harness::*;

fn plan(to: std::net::SocketAddr, fault: &Value) {
    let planned = Call::control("POST", "faults", "console").body(fault.to_string()).send(to);
    assert_eq!(planned.status, 200, "{planned:?}");
}

#[tokio::test]
async fn a_fault_strikes_one_operation_or_one_user() {
    let server = server(WORLD).await;
    let to = server.address();
    plan(to, &json!({"operation": "users.list", "error": "api_error"}));
    plan(to, &json!({"operation": "*", "user_id": "dev", "error": "overloaded_error", "times": 2}));
    Call::get(&user("bill"), "console").send(to).good();
    Call::get(USERS, "console").send(to).refused(500, "api_error", "fault");
    Call::get(USERS, "console").send(to).good();
    Call::get(&user("%64ev"), "console").send(to).refused(529, "overloaded_error", "fault");
    Call::post(&user("dev"), &json!({}), "console").send(to).refused(529, "overloaded_error", "fault");
    Call::delete(&user("dev"), "console").send(to).good();
}

#[tokio::test]
async fn a_concurrent_change_is_a_409_that_only_a_fault_gives() {
    let server = server(WORLD).await;
    let to = server.address();
    plan(
        to,
        &json!({"operation": "users.remove", "error": "conflict_error", "error_code": "concurrent_membership_change"}),
    );
    let answer = Call::delete(&user("dev"), "console").send(to);
    answer.refused(409, "conflict_error", "fault");
    assert_eq!(answer.error_code().as_deref(), Some("concurrent_membership_change"));
    assert_eq!(answer.header("x-should-retry"), None, "the SDKs retry it by its status");
    Call::delete(&user("dev"), "console").send(to).good();
}

#[tokio::test]
async fn a_removal_whose_answer_is_lost_is_a_404_the_next_time() {
    let server = server(WORLD).await;
    let to = server.address();
    plan(to, &json!({"operation": "users.remove", "drop": true, "after_commit": true}));
    let call = Call::delete(&user("dev"), "console");
    assert_eq!(raw(to, &call), b"");
    call.send(to).unknown("user-unknown", "User `dev` not found.");
}

#[tokio::test]
async fn a_user_is_removed_between_two_calls() {
    let server = server(WORLD).await;
    let to = server.address();
    for (fault, call) in [
        (json!({"operation": "users.remove", "meanwhile": "remove"}), Call::delete(&user("dev"), "console")),
        (
            json!({"operation": "users.update", "meanwhile": "remove"}),
            Call::post(&user("bill"), &json!({"role": "user"}), "console"),
        ),
        (json!({"operation": "*", "meanwhile": "remove"}), Call::get(&user("code"), "console")),
    ] {
        plan(to, &fault);
        // A request whose path names no user is no chance for it.
        Call::get(USERS, "console").send(to).good();
        call.send(to).refused(404, "not_found_error", "user-unknown");
    }
    // An admin cannot be removed, so nothing happens.
    plan(to, &json!({"operation": "users.retrieve", "meanwhile": "remove"}));
    Call::get(&user("ada"), "console").send(to).good();
    let bad = json!({"operation": "users.list", "meanwhile": "remove"});
    let refused = Call::control("POST", "faults", "console").body(bad.to_string()).send(to);
    refused.control_refused(400, "input-invalid");
}

#[tokio::test]
async fn the_journal_tells_operation_id_and_body() {
    let server = server(WORLD).await;
    let to = server.address();
    Call::get(USERS, "console").query("roles[]=admin").send(to);
    Call::get(&user("a%2Fb"), "console").send(to);
    Call::post(&user("dev"), &json!({"role": "user"}), "console").send(to);
    Call::delete(&user("dev"), "console").send(to);
    let requests = |query: &str| {
        let answer = Call::control("GET", &format!("requests?{query}"), "console").send(to).json();
        answer["requests"].as_array().unwrap().clone()
    };
    let told: Vec<_> = requests("")
        .iter()
        .map(|entry| json!([entry["operation"], entry["user_id"], entry["status"], entry["body"]]))
        .collect();
    let expected = json!([
        ["users.list", null, 200, null],
        ["users.retrieve", "a/b", 404, null],
        ["users.update", "dev", 200, "{\"role\":\"user\"}"],
        ["users.remove", "dev", 200, null],
    ]);
    assert_eq!(json!(told), expected);
    assert_eq!(requests("user_id=dev").len(), 2);
    assert_eq!(requests("operation=users.remove&user_id=dev").len(), 1);
    assert!(requests("workspace_id=dev").is_empty());
}

#[tokio::test]
async fn the_tester_removes_a_user_outside_of_the_journal() {
    let server = server(WORLD).await;
    let to = server.address();
    let remove = |id: &str, key: &str| Call::control("POST", &format!("users/{id}/remove"), key).send(to);
    let removed = remove("dev", "console");
    assert_eq!((removed.status, removed.json()), (200, json!({"id": "dev", "type": "user_deleted"})));
    Call::get(&user("dev"), "console").send(to).unknown("user-unknown", "User `dev` not found.");
    remove("dev", "console").control_refused(404, "user-unknown");
    for (id, key) in [("ada", "console"), ("last", "alone"), ("dev", "scim")] {
        remove(id, key).control_refused(409, "user-stays");
    }
    assert_eq!(remove("uwe", "").status, 200, "the only organization that has the user is found");
    remove("ada", "").control_refused(409, "organization-ambiguous");
    remove("stranger", "").control_refused(404, "user-unknown");
    let entries = Call::control("GET", "requests?operation=users.remove", "console").send(to).json();
    assert_eq!(entries["requests"], json!([]));
}
