//! DELETE of a member: what it answers, and what is refused.

use super::*;

#[tokio::test]
async fn a_member_is_removed_once_and_the_answer_has_no_id() {
    let server = server(WORLD).await;
    let answer = remove(&server, "w", "dev");
    let expected = r#"{"type":"workspace_member_deleted","user_id":"dev","workspace_id":"w"}"#;
    assert_eq!((answer.status, answer.body.as_str()), (200, expected));
    assert_eq!(listed(&server, "w"), ["eve"]);
    let message = "Workspace member `dev` not found.";
    remove(&server, "w", "dev").unknown("member-unknown", message);
    read(&server, "w", "dev").unknown("member-unknown", message);
    assert_eq!(listed(&server, "full"), ["eve", "dev"], "other memberships stay");
    let user = Call::get(&user("dev"), "console").send(server.address());
    assert_eq!(user.good()["id"], "dev", "and so does the user");
    add(&server, "w", "dev", "workspace_user").good();
}

#[tokio::test]
async fn workspace_its_state_user_implicit_membership_and_membership_are_looked_at_in_this_order() {
    let server = server(WORLD).await;
    remove(&server, "unknown", "unknown").unknown("workspace-unknown", "Workspace `unknown` not found.");
    remove(&server, "elsewhere", "zoe").unknown("workspace-unknown", "Workspace `elsewhere` not found.");
    remove(&server, "old", "unknown").bad("workspace-archived");
    remove(&server, "old", "dev").bad("workspace-archived");
    remove(&server, "first", "unknown").bad("workspace-default");
    remove(&server, "w", "zoe").unknown("user-unknown", "User `zoe` not found.");
    remove(&server, "w", "ada").bad("member-implicit");
    remove(&server, "w", "bill").bad("member-implicit");
    remove(&server, "w", "code").unknown("member-unknown", "Workspace member `code` not found.");
    assert_eq!(listed(&server, "w"), ["eve", "dev"]);
    assert_eq!(listed(&server, "old"), ["dev"]);
}

#[tokio::test]
async fn a_body_is_ignored() {
    let server = server(WORLD).await;
    let call = Call::delete(&member("w", "dev"), "console").body("not json");
    call.send(server.address()).good();
}

#[test]
fn of_32_parallel_removals_exactly_one_succeeds_and_of_as_many_additions_too() {
    let world = world(WORLD);
    let organization = world.organization("console").unwrap();
    for _ in 0..50 {
        let removed = in_parallel(|_| organization.remove_workspace_member("w", "dev"));
        assert_eq!(removed.iter().filter(|removed| removed.is_ok()).count(), 1);
        let role = anthropic_admin_mock::WorkspaceRole::User;
        let added = in_parallel(|_| organization.add_workspace_member("w", "dev", role));
        assert_eq!(added.iter().filter(|added| added.is_ok()).count(), 1);
    }
}
