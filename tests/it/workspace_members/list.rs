//! GET of the members and of one member. What all lists have in common is in `resources::lists`.

use serde_json::json;

use super::*;

#[tokio::test]
async fn a_member_has_four_fields_in_both_versions_and_the_one_added_last_comes_first() {
    let server = server(WORLD).await;
    let page = Call::get(&members("w"), "console").send(server.address());
    let expected = r#"{"data":[{"type":"workspace_member","user_id":"eve","workspace_id":"w","workspace_role":"workspace_user"},{"type":"workspace_member","user_id":"dev","workspace_id":"w","workspace_role":"workspace_admin"}],"has_more":false,"first_id":"eve","last_id":"dev"}"#;
    assert_eq!(page.body, expected, "the ends are ids of users");
    assert_eq!(Call::get(&members("w"), "console").current().send(server.address()).body, expected);
    assert_eq!(read(&server, "w", "dev").good(), shown("w", "dev", "workspace_admin"));
    add(&server, "w", "code", "workspace_user").good();
    assert_eq!(listed(&server, "w"), ["code", "eve", "dev"]);
    remove(&server, "w", "dev").good();
    add(&server, "w", "dev", "workspace_user").good();
    assert_eq!(listed(&server, "w"), ["dev", "code", "eve"]);
}

#[tokio::test]
async fn cursors_are_ids_of_users_who_are_listed() {
    let server = server(WORLD).await;
    let list = |query: &str| Call::get(&members("w"), "console").query(query).send(server.address());
    assert_eq!(list("after_id=eve").ids(), ["dev"]);
    assert_eq!(list("before_id=dev").ids(), ["eve"]);
    for query in ["after_id=ada", "after_id=unknown", "after_id=w", "after_id="] {
        list(query).bad("cursor-unknown").says("Invalid pagination cursor for 'after_id'");
    }
    remove(&server, "w", "eve").good();
    list("before_id=eve").bad("cursor-unknown").says("Invalid pagination cursor for 'before_id'");
}

#[tokio::test]
async fn of_workspace_user_and_membership_the_first_that_is_not_there_is_told() {
    let server = server(WORLD).await;
    for (workspace, user, reason, message) in [
        ("unknown", "unknown", "workspace-unknown", "Workspace `unknown` not found."),
        ("elsewhere", "zoe", "workspace-unknown", "Workspace `elsewhere` not found."),
        ("w", "zoe", "user-unknown", "User `zoe` not found."),
        ("w", "a%2Fb", "user-unknown", "User `a/b` not found."),
        ("w", "code", "member-unknown", "Workspace member `code` not found."),
        ("empty", "dev", "member-unknown", "Workspace member `dev` not found."),
        ("a%2Fb%252F", "dev", "workspace-unknown", "Workspace `a/b%2F` not found."),
        ("%FF", "%FF", "workspace-unknown", "Workspace `\u{fffd}` not found."),
        ("old", "unknown", "user-unknown", "User `unknown` not found."),
        ("old", "eve", "member-unknown", "Workspace member `eve` not found."),
    ] {
        read(&server, workspace, user).unknown(reason, message);
    }
    let list = Call::get(&members("unknown"), "console").send(server.address());
    list.unknown("workspace-unknown", "Workspace `unknown` not found.");
    // The query comes before the lookup.
    let list = Call::get(&members("unknown"), "console").query("limit=0").send(server.address());
    list.bad_input("limit: Input should be greater than or equal to 1");
}

#[tokio::test]
async fn an_archived_workspace_still_shows_its_members() {
    let server = server(WORLD).await;
    assert_eq!(listed(&server, "old"), ["dev"]);
    assert_eq!(read(&server, "old", "dev").good(), shown("old", "dev", "workspace_user"));
}

#[tokio::test]
async fn two_ids_in_one_path_are_each_decoded_once_by_itself() {
    let fixture = r#"{"invites": [], "users": [{"id": "u/%2F", "email": "u@example.com"}],
        "workspaces": [{"id": "w w", "name": "W", "members": ["u/%2F"]}]}"#;
    let server = server(fixture).await;
    let key = new_key();
    let found = Call::get(&member("w%20w", "u%2F%252F"), &key).send(server.address()).good();
    assert_eq!(found, shown("w w", "u/%2F", "workspace_user"));
    let deleted = Call::delete(&member("w%20w", "u%2F%252F"), &key).send(server.address()).good();
    let expected = json!({"type": "workspace_member_deleted", "user_id": "u/%2F", "workspace_id": "w w"});
    assert_eq!(deleted, expected);
}

#[tokio::test]
async fn no_scope_of_a_scoped_key_opens_them() {
    let server = server(WORLD).await;
    for call in [
        Call::get(&members("w"), "scoped"),
        Call::get(&member("w", "dev"), "scoped"),
        Call::api("POST", &members("w"), "scoped"),
        Call::api("POST", &member("w", "dev"), "scoped"),
        Call::delete(&member("w", "dev"), "scoped"),
    ] {
        let answer = call.send(server.address());
        answer.refused(403, "permission_error", "scope-missing");
        answer.says("Missing required scopes. Got: ['read:members', 'write:members'] Needed: ['org:admin']");
    }
}
