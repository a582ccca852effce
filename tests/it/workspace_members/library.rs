//! Workspace members without HTTP, and through the state.

use anthropic_admin_mock::{Cursor, Paging, WorkspaceMemberRefusal as Refusal, WorkspaceRole as Role};

use super::*;

#[test]
fn the_world_adds_reads_changes_lists_and_removes_without_http() {
    let organization = world(WORLD).organization("console").unwrap();
    let added = organization.add_workspace_member("empty", "dev", Role::User).unwrap();
    assert_eq!(organization.workspace_member("empty", "dev").unwrap(), added);
    assert_eq!(serde_json::to_value(&added).unwrap(), shown("empty", "dev", "workspace_user"));
    let changed = organization.update_workspace_member("empty", "dev", Some(Role::Admin)).unwrap();
    assert_eq!(changed.workspace_role, Role::Admin);
    assert_eq!(organization.update_workspace_member("empty", "dev", None).unwrap(), changed);
    organization.add_workspace_member("empty", "eve", Role::User).unwrap();
    let list = |paging: &Paging| -> Vec<String> {
        let page = organization.list_workspace_members("empty", paging).unwrap().unwrap();
        page.data.iter().map(|member| member.user_id.to_string()).collect()
    };
    assert_eq!(list(&everything()), ["eve", "dev"]);
    assert_eq!(list(&Paging { cursor: Some(Cursor::After("eve".into())), limit: 9 }), ["dev"]);
    assert!(organization.list_workspace_members("unknown", &everything()).is_none());
    organization.remove_workspace_member("empty", "dev").unwrap();
    assert_eq!(list(&everything()), ["eve"]);
}

#[test]
fn each_refusal_says_why() {
    let organization = world(WORLD).organization("console").unwrap();
    for (workspace, user, role, refusal) in [
        ("unknown", "dev", Role::User, Refusal::WorkspaceUnknown),
        ("old", "dev", Role::User, Refusal::WorkspaceArchived),
        ("first", "dev", Role::User, Refusal::WorkspaceIsDefault),
        ("w", "zoe", Role::User, Refusal::UserUnknown),
        ("w", "ada", Role::Admin, Refusal::Implicit),
        ("w", "code", Role::Billing, Refusal::BillingRole),
        ("w", "dev", Role::User, Refusal::AlreadyMember),
        ("full", "code", Role::User, Refusal::MemberLimit(2)),
    ] {
        assert_eq!(organization.add_workspace_member(workspace, user, role), Err(refusal), "{refusal}");
        assert!(!refusal.to_string().is_empty());
    }
    let update = |user: &str, role| organization.update_workspace_member("w", user, Some(role));
    assert_eq!(update("dev", Role::Billing), Err(Refusal::BillingRole));
    assert_eq!(update("code", Role::User), Err(Refusal::NotMember));
    assert_eq!(update("bill", Role::User), Err(Refusal::Implicit));
    assert_eq!(organization.workspace_member("w", "ada"), Err(Refusal::NotMember));
    assert_eq!(organization.remove_workspace_member("w", "code"), Err(Refusal::NotMember));
    assert!(!Refusal::NotMember.to_string().is_empty());
}

#[tokio::test]
async fn the_state_brings_every_membership_and_every_limit_back_in_order() {
    let server = server(WORLD).await;
    add(&server, "empty", "eve", "workspace_admin").good();
    add(&server, "empty", "bill", "workspace_admin").good();
    remove(&server, "w", "dev").good();
    add(&server, "w", "dev", "workspace_restricted_developer").good();
    let pages = || {
        ["w", "empty", "full", "old"]
            .map(|id| Call::get(&members(id), "console").send(server.address()).good())
    };
    let before = pages();
    let state = Call::control("GET", "state", "console").send(server.address()).json();
    assert_eq!(Call::control("POST", "reset", "console").send(server.address()).status, 200);
    assert_ne!(pages(), before);
    let put = Call::control("PUT", "state", "console").body(state.to_string()).send(server.address());
    assert_eq!(put.status, 200, "{put:?}");
    assert_eq!(pages(), before);
    add(&server, "full", "code", "workspace_user").coded("workspace_member_limit_exceeded");
}
