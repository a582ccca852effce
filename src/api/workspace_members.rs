//! The members of a workspace on the wire: handlers, and the world's refusals in the API's words.

use serde::Serialize;

use super::{
    answer::{Answer, json},
    call::Call,
    error::{ApiError, one_of},
    page::{id_list, paging},
    users, workspaces,
};
use crate::world::{Reason, WorkspaceMemberRefusal, WorkspaceRole};

/// The roles with which a member can be added.
const ADDABLE: &[WorkspaceRole] = &[
    WorkspaceRole::User,
    WorkspaceRole::Developer,
    WorkspaceRole::RestrictedDeveloper,
    WorkspaceRole::Admin,
];

/// The answer to a DELETE, which unlike that of other resources has no `id`.
#[derive(Serialize)]
struct MemberDeleted<'a> {
    r#type: &'static str,
    user_id: &'a str,
    workspace_id: &'a str,
}

/// `GET /v1/organizations/workspaces/{workspace_id}/members`
pub(super) fn list(call: &Call) -> Answer {
    let paging = paging(&call.query())?;
    let page = call.organization.list_workspace_members(call.id("workspace_id"), &paging);
    let page = page.ok_or_else(|| workspaces::unknown(call.shown_id("workspace_id")))?;
    id_list(page, &paging, |member| &member.user_id)
}

/// `POST /v1/organizations/workspaces/{workspace_id}/members`
pub(super) fn add(call: &Call) -> Answer {
    let mut fields = call.fields()?;
    let user = fields.string("user_id")?;
    let role = fields.word("workspace_role", ADDABLE)?;
    let role = role.ok_or_else(|| ApiError::input("workspace_role", "Field required"))?;
    fields.no_more()?;
    let added = call.organization.add_workspace_member(call.id("workspace_id"), &user, role);
    json(&added.map_err(|refusal| refused(call, &user, refusal))?)
}

/// `GET /v1/organizations/workspaces/{workspace_id}/members/{user_id}`
pub(super) fn retrieve(call: &Call) -> Answer {
    let member = call.organization.workspace_member(call.id("workspace_id"), call.id("user_id"));
    json(&member.map_err(|refusal| refused(call, call.shown_id("user_id"), refusal))?)
}

/// `POST /v1/organizations/workspaces/{workspace_id}/members/{user_id}`
pub(super) fn update(call: &Call) -> Answer {
    let mut fields = call.fields()?;
    let role = fields.word("workspace_role", WorkspaceRole::ALL)?;
    fields.no_more()?;
    let (workspace, user) = (call.id("workspace_id"), call.id("user_id"));
    let updated = call.organization.update_workspace_member(workspace, user, role);
    json(&updated.map_err(|refusal| refused(call, call.shown_id("user_id"), refusal))?)
}

/// `DELETE /v1/organizations/workspaces/{workspace_id}/members/{user_id}`
pub(super) fn remove(call: &Call) -> Answer {
    let (workspace_id, user_id) = (call.id("workspace_id"), call.id("user_id"));
    let removed = call.organization.remove_workspace_member(workspace_id, user_id);
    removed.map_err(|refusal| refused(call, call.shown_id("user_id"), refusal))?;
    json(&MemberDeleted { r#type: "workspace_member_deleted", user_id, workspace_id })
}

fn refused(call: &Call, user: &str, refusal: WorkspaceMemberRefusal) -> ApiError {
    match refusal {
        WorkspaceMemberRefusal::WorkspaceUnknown => workspaces::unknown(call.shown_id("workspace_id")),
        WorkspaceMemberRefusal::WorkspaceArchived => workspaces::archived(),
        WorkspaceMemberRefusal::WorkspaceIsDefault => {
            let message = "Members of the default workspace cannot be changed.";
            let hint = "everybody in the organization belongs to the default workspace; it lists no members";
            ApiError::invalid(Reason::WorkspaceDefault, message, hint)
        }
        WorkspaceMemberRefusal::UserUnknown => users::unknown(user),
        WorkspaceMemberRefusal::Implicit => {
            let message =
                "The user belongs to every workspace by the organization role, which cannot be changed here.";
            let hint = "organization admins and billing people are implicit members of every workspace; a billing user can be given workspace_admin";
            ApiError::invalid(Reason::MemberImplicit, message, hint)
        }
        WorkspaceMemberRefusal::BillingRole => ApiError::input("workspace_role", one_of(ADDABLE)),
        WorkspaceMemberRefusal::AlreadyMember => {
            let message = "The specified user is already a member of the Workspace.";
            ApiError::invalid(Reason::MemberExists, message, "update the member to change the role")
        }
        WorkspaceMemberRefusal::NotMember => {
            let hint = "the user exists and is not listed in this workspace; organization admins and billing people are not listed";
            ApiError::not_found(Reason::MemberUnknown, "Workspace member", user, hint)
        }
        WorkspaceMemberRefusal::MemberLimit(limit) => {
            let message = format!("The workspace has reached its limit of {limit} members");
            ApiError::invalid(
                Reason::WorkspaceMemberLimitExceeded,
                message,
                "the fixture sets the workspace's \"member_limit\"",
            )
            .coded("workspace_member_limit_exceeded")
        }
    }
}
