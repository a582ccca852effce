//! POST of one user: roles that can be given in a Console organization, and what of the body is refused.

use anthropic_admin_mock::{Role, UserRefusal};
use serde_json::json;

use super::{WORLD, dev};
use crate::harness::*;

const ASSIGNABLE: &str = "role: Input should be 'user', 'developer', 'billing' or 'claude_code_user'";

#[tokio::test]
async fn each_role_that_can_be_given_is_given_and_stays() {
    let server = server(WORLD).await;
    for role in ["user", "billing", "claude_code_user", "developer", "developer"] {
        let answer = Call::post(&user("dev"), &json!({ "role": role }), "console").send(server.address());
        let mut expected = dev();
        expected["role"] = json!(role);
        assert_eq!(answer.good(), expected, "all six fields");
        assert_eq!(Call::get(&user("dev"), "console").send(server.address()).good(), expected);
    }
}

#[tokio::test]
async fn an_empty_change_and_a_null_change_nothing() {
    let server = server(WORLD).await;
    for (id, body) in [
        ("dev", json!({})),
        ("dev", json!({"role": null})),
        ("ada", json!({})),
        ("ada", json!({"role": null})),
    ] {
        let before = Call::get(&user(id), "console").send(server.address()).good();
        let answer = Call::post(&user(id), &body, "console").send(server.address());
        assert_eq!(answer.good(), before, "{id} {body}");
    }
}

#[tokio::test]
async fn an_admin_role_is_neither_given_nor_taken_away() {
    let server = server(WORLD).await;
    for id in ["dev", "ada", "stranger"] {
        // Bad input comes before the lookup.
        let answer = Call::post(&user(id), &json!({"role": "admin"}), "console").send(server.address());
        answer.bad_input(ASSIGNABLE);
    }
    for role in ["user", "developer", "billing", "claude_code_user"] {
        let answer = Call::post(&user("ada"), &json!({ "role": role }), "console").send(server.address());
        answer.bad("user-admin");
    }
    let ada = Call::get(&user("ada"), "console").send(server.address()).good();
    assert_eq!(ada["role"], "admin");
}

#[tokio::test]
async fn a_field_of_the_wrong_shape_is_a_400_that_names_it_and_changes_nothing() {
    let server = server(WORLD).await;
    for (body, message) in [
        (json!({"role": "managed"}), ASSIGNABLE),
        (json!({"role": "owner"}), ASSIGNABLE),
        (json!({"role": "User"}), ASSIGNABLE),
        (json!({"role": ""}), ASSIGNABLE),
        (json!({"role": 7}), "role: Input should be a valid string"),
        (json!({"role": ["user"]}), "role: Input should be a valid string"),
        (json!({"role": "user", "name": "D"}), "name: Extra inputs are not permitted"),
        (json!({"email": null}), "email: Extra inputs are not permitted"),
        (json!([]), "body: Input should be an object"),
    ] {
        let answer = Call::post(&user("dev"), &body, "console").send(server.address());
        answer.bad_input(message);
    }
    let answer = Call::api("POST", &user("dev"), "console").send(server.address());
    answer.bad("json-invalid");
    assert_eq!(Call::get(&user("dev"), "console").send(server.address()).good(), dev());
}

#[tokio::test]
async fn where_an_identity_provider_governs_the_roles_only_the_same_role_is_taken() {
    let server = server(WORLD).await;
    let change = |id: &str, role: &str, key: &str| {
        Call::post(&user(id), &json!({ "role": role }), key).send(server.address())
    };
    change("dev", "user", "idp").bad("roles-managed-by-idp");
    assert_eq!(change("dev", "developer", "idp").good()["role"], "developer");
    change("stranger", "user", "idp").unknown("user-unknown", "User `stranger` not found.");
    Call::delete(&user("dev"), "idp").send(server.address()).good();
    // The flag of members leaves roles alone.
    assert_eq!(change("dev", "user", "scim").good()["role"], "user");
    change("ada", "user", "scim").bad("user-admin");
}

#[tokio::test]
async fn the_world_changes_a_role_without_http() {
    let organization = world(WORLD).organization("console").unwrap();
    let changed = organization.update_user("dev", Some(Role::Billing)).unwrap();
    assert_eq!((changed.role, &*changed.name), (Role::Billing, "Dev"));
    assert_eq!(organization.update_user("dev", None).unwrap(), changed);
    for (id, role, refusal) in [
        ("stranger", Role::User, UserRefusal::Unknown),
        ("dev", Role::Admin, UserRefusal::RoleNotAssignable),
        ("dev", Role::Managed, UserRefusal::RoleNotAssignable),
        ("ada", Role::User, UserRefusal::Admin),
    ] {
        assert_eq!(organization.update_user(id, Some(role)), Err(refusal), "{id}");
        assert!(!refusal.to_string().is_empty());
    }
}
