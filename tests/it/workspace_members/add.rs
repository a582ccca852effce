//! POST to the members: who is added, and what is refused.

use serde_json::json;

use super::*;

const ROLES: &str = "workspace_role: Input should be 'workspace_user', 'workspace_developer', 'workspace_restricted_developer' or 'workspace_admin'";

#[tokio::test]
async fn a_user_is_added_with_each_role_but_that_of_billing() {
    for role in ["workspace_user", "workspace_developer", "workspace_restricted_developer", "workspace_admin"]
    {
        let server = server(WORLD).await;
        for user in ["dev", "eve", "code"] {
            assert_eq!(add(&server, "empty", user, role).good(), shown("empty", user, role));
            assert_eq!(read(&server, "empty", user).good(), shown("empty", user, role));
        }
        assert_eq!(listed(&server, "empty"), ["code", "eve", "dev"]);
    }
}

#[tokio::test]
async fn bad_input_is_a_400_that_names_the_field_before_anything_is_looked_up() {
    let server = server(WORLD).await;
    for (body, message) in [
        (json!({}), "user_id: Field required"),
        (json!({"workspace_role": "workspace_user"}), "user_id: Field required"),
        (json!({"user_id": "code"}), "workspace_role: Field required"),
        (json!({"user_id": "code", "workspace_role": null}), "workspace_role: Field required"),
        (
            json!({"user_id": null, "workspace_role": "workspace_user"}),
            "user_id: Input should be a valid string",
        ),
        (
            json!({"user_id": 7, "workspace_role": "workspace_user"}),
            "user_id: Input should be a valid string",
        ),
        (json!({"user_id": "code", "workspace_role": 7}), "workspace_role: Input should be a valid string"),
        (json!({"user_id": "code", "workspace_role": "workspace_billing"}), ROLES),
        (json!({"user_id": "bill", "workspace_role": "workspace_billing"}), ROLES),
        (json!({"user_id": "code", "workspace_role": "admin"}), ROLES),
        (json!({"user_id": "code", "workspace_role": ""}), ROLES),
        (
            json!({"user_id": "code", "workspace_role": "workspace_user", "type": null}),
            "type: Extra inputs are not permitted",
        ),
        (json!("code"), "body: Input should be an object"),
    ] {
        for workspace in ["empty", "unknown", "old", "first"] {
            let answer = Call::post(&members(workspace), &body, "console").send(server.address());
            answer.bad_input(message);
        }
    }
    Call::api("POST", &members("empty"), "console").send(server.address()).bad("json-invalid");
    assert!(listed(&server, "empty").is_empty());
}

#[tokio::test]
async fn a_member_is_not_added_twice_and_keeps_the_role() {
    let server = server(WORLD).await;
    for role in ["workspace_user", "workspace_admin"] {
        let again = add(&server, "w", "eve", role);
        again.bad("member-exists").says("The specified user is already a member of the Workspace.");
    }
    assert_eq!(read(&server, "w", "eve").good(), shown("w", "eve", "workspace_user"));
}

#[tokio::test]
async fn a_workspace_takes_as_many_as_its_limit_says() {
    let server = server(WORLD).await;
    add(&server, "full", "code", "workspace_user").coded("workspace_member_limit_exceeded");
    assert_eq!(listed(&server, "full"), ["eve", "dev"]);
    // What else is wrong is told first.
    add(&server, "full", "eve", "workspace_user").bad("member-exists");
    add(&server, "full", "ada", "workspace_user").bad("member-implicit");
    remove(&server, "full", "dev").good();
    add(&server, "full", "code", "workspace_user").good();
    add(&server, "full", "dev", "workspace_user").coded("workspace_member_limit_exceeded");
    assert_eq!(read(&server, "w", "dev").status, 200, "the limit is the workspace's own");
}

#[tokio::test]
async fn the_workspace_is_looked_up_first_then_its_state_then_the_user() {
    let server = server(WORLD).await;
    let unknown = "Workspace `unknown` not found.";
    add(&server, "unknown", "unknown", "workspace_user").unknown("workspace-unknown", unknown);
    add(&server, "elsewhere", "zoe", "workspace_user")
        .unknown("workspace-unknown", "Workspace `elsewhere` not found.");
    add(&server, "old", "unknown", "workspace_user").bad("workspace-archived");
    add(&server, "first", "unknown", "workspace_user").bad("workspace-default");
    for user in ["unknown", "zoe", "", "dev@example.com"] {
        let message = format!("User `{user}` not found.");
        add(&server, "w", user, "workspace_user").unknown("user-unknown", &message);
    }
}
