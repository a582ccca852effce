//! Users of an Enterprise organization: its roles, and the scope that `managed` needs besides.

use serde_json::json;

use super::WORLD;
use crate::harness::*;

#[tokio::test]
async fn only_user_and_managed_can_be_given() {
    let server = server(WORLD).await;
    let change = |id: &str, role: &str| {
        Call::post(&user(id), &json!({ "role": role }), "enterprise").send(server.address())
    };
    assert_eq!(change("uwe", "managed").good()["role"], "managed");
    assert_eq!(change("uwe", "user").good()["role"], "user");
    for role in ["developer", "billing", "admin", "claude_code_user", "owner", "membership_admin"] {
        change("uwe", role).bad_input("role: Input should be 'user' or 'managed'");
    }
}

#[tokio::test]
async fn each_of_the_three_admin_roles_is_left_alone() {
    let server = server(WORLD).await;
    for id in ["owner", "primary", "keeper"] {
        for role in ["user", "managed"] {
            let change = Call::post(&user(id), &json!({ "role": role }), "enterprise");
            change.send(server.address()).bad("user-admin");
        }
        Call::delete(&user(id), "enterprise").send(server.address()).bad("user-admin");
        Call::get(&user(id), "enterprise").send(server.address()).good();
    }
    Call::delete(&user("mia"), "enterprise").send(server.address()).good();
}

#[tokio::test]
async fn giving_managed_needs_the_scope_of_groups_once_the_body_is_good() {
    let server = server(WORLD).await;
    let change = |id: &str, body: &serde_json::Value, key: &str| {
        Call::post(&user(id), body, key).send(server.address())
    };
    for id in ["uwe", "stranger", "owner"] {
        let refused = change(id, &json!({"role": "managed"}), "writer");
        refused.refused(403, "permission_error", "scope-missing").names_organization(true);
        refused.says("Missing required scopes. Got: ['write:members'] Needed: ['write:rbac_groups']");
    }
    change("uwe", &json!({"role": "managed", "x": 1}), "writer")
        .bad_input("x: Extra inputs are not permitted");
    assert_eq!(change("mia", &json!({"role": "user"}), "writer").good()["role"], "user");
    assert_eq!(change("uwe", &json!({"role": "managed"}), "groups").good()["role"], "managed");
}

#[tokio::test]
async fn a_change_and_a_removal_need_write_members() {
    let server = server(WORLD).await;
    for key in ["reader", "auditor"] {
        for call in [
            Call::post(&user("uwe"), &json!({"role": "user"}), key),
            Call::post(&user("uwe"), &json!({"role": "managed"}), key),
            Call::delete(&user("uwe"), key),
            Call::api("POST", &user("stranger"), key),
        ] {
            let refused = call.send(server.address());
            refused.refused(403, "permission_error", "scope-missing");
            assert!(refused.message().ends_with("Needed: ['write:members']"), "{refused:?}");
        }
    }
    Call::delete(&user("uwe"), "writer").send(server.address()).good();
}
