//! POST of one member: roles, and what is refused.

use serde_json::json;

use super::*;

const ROLES: &str = "workspace_role: Input should be 'workspace_user', 'workspace_developer', 'workspace_restricted_developer' or 'workspace_admin'";

#[tokio::test]
async fn each_role_is_given_and_the_place_in_the_list_stays() {
    let server = server(WORLD).await;
    for role in [
        "workspace_developer",
        "workspace_restricted_developer",
        "workspace_user",
        "workspace_admin",
        "workspace_admin",
    ] {
        assert_eq!(update(&server, "w", "dev", role).good(), shown("w", "dev", role));
        assert_eq!(read(&server, "w", "dev").good(), shown("w", "dev", role));
        assert_eq!(listed(&server, "w"), ["eve", "dev"]);
    }
    assert_eq!(read(&server, "full", "dev").good(), shown("full", "dev", "workspace_user"));
}

#[tokio::test]
async fn an_empty_change_and_a_null_change_nothing() {
    let server = server(WORLD).await;
    for body in [json!({}), json!({"workspace_role": null})] {
        let answer = Call::post(&member("w", "dev"), &body, "console").send(server.address());
        assert_eq!(answer.good(), shown("w", "dev", "workspace_admin"));
        // A change that changes nothing is one all the same.
        let of = |workspace: &str, user: &str| {
            Call::post(&member(workspace, user), &body, "console").send(server.address())
        };
        of("old", "dev").bad("workspace-archived");
        of("first", "dev").bad("workspace-default");
        of("w", "ada").bad("member-implicit");
        of("w", "bill").bad("member-implicit");
        of("w", "code").unknown("member-unknown", "Workspace member `code` not found.");
    }
}

#[tokio::test]
async fn workspace_billing_is_only_for_people_of_billing() {
    let server = server(WORLD).await;
    for user in ["dev", "eve", "ada"] {
        update(&server, "w", user, "workspace_billing").bad_input(ROLES);
    }
    assert_eq!(listed(&server, "w"), ["eve", "dev"]);
}

#[tokio::test]
async fn bad_input_is_a_400_that_names_the_field_before_anything_is_looked_up() {
    let server = server(WORLD).await;
    let all = "workspace_role: Input should be 'workspace_user', 'workspace_developer', 'workspace_restricted_developer', 'workspace_admin' or 'workspace_billing'";
    for (body, message) in [
        (json!({"workspace_role": "user"}), all),
        (json!({"workspace_role": ""}), all),
        (json!({"workspace_role": 7}), "workspace_role: Input should be a valid string"),
        (
            json!({"workspace_role": "workspace_user", "user_id": "dev"}),
            "user_id: Extra inputs are not permitted",
        ),
        (json!([]), "body: Input should be an object"),
    ] {
        for (workspace, user) in
            [("w", "dev"), ("unknown", "dev"), ("old", "dev"), ("first", "dev"), ("w", "ada")]
        {
            let answer = Call::post(&member(workspace, user), &body, "console").send(server.address());
            answer.bad_input(message);
        }
    }
    Call::api("POST", &member("w", "dev"), "console").send(server.address()).bad("json-invalid");
    assert_eq!(read(&server, "w", "dev").good(), shown("w", "dev", "workspace_admin"));
}

#[tokio::test]
async fn workspace_its_state_user_implicit_membership_and_membership_are_looked_at_in_this_order() {
    let server = server(WORLD).await;
    let role = "workspace_user";
    update(&server, "unknown", "unknown", role)
        .unknown("workspace-unknown", "Workspace `unknown` not found.");
    update(&server, "old", "unknown", role).bad("workspace-archived");
    update(&server, "first", "unknown", role).bad("workspace-default");
    update(&server, "w", "zoe", role).unknown("user-unknown", "User `zoe` not found.");
    update(&server, "empty", "ada", role).bad("member-implicit");
    update(&server, "empty", "bill", role).bad("member-implicit");
    update(&server, "empty", "dev", role).unknown("member-unknown", "Workspace member `dev` not found.");
    // No refused change made a membership.
    assert!(listed(&server, "empty").is_empty());
}
