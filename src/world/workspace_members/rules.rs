//! What may happen to the members of a workspace, and why it is refused.

use std::{fmt, sync::Arc};

use super::{MemberRow, WorkspaceMember, WorkspaceRole};
use crate::world::{
    organization::{Organization, State},
    policy::{OrganizationType, Role},
    table::{Page, Paging, Row, UnknownCursor},
};

/// Why the world refuses to do something to a membership.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WorkspaceMemberRefusal {
    /// The organization has no workspace of that id.
    WorkspaceUnknown,
    /// The workspace is archived.
    WorkspaceArchived,
    /// It is the default workspace, which has no members of its own.
    WorkspaceIsDefault,
    /// The organization has no user of that id.
    UserUnknown,
    /// The user's role in the organization makes a member of every workspace without being listed.
    Implicit,
    /// Only users with the organization role billing hold the role `workspace_billing`.
    BillingRole,
    /// The user is a member already.
    AlreadyMember,
    /// The user is no listed member.
    NotMember,
    /// The workspace has as many members as it takes.
    MemberLimit(usize),
}

impl fmt::Display for WorkspaceMemberRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            WorkspaceMemberRefusal::WorkspaceUnknown => "the organization has no workspace of that id",
            WorkspaceMemberRefusal::WorkspaceArchived => "the workspace is archived",
            WorkspaceMemberRefusal::WorkspaceIsDefault => "the default workspace has no members of its own",
            WorkspaceMemberRefusal::UserUnknown => "the organization has no user of that id",
            WorkspaceMemberRefusal::Implicit => {
                "the user's organization role makes a member of every workspace"
            }
            WorkspaceMemberRefusal::BillingRole => {
                "only users with the organization role billing have that role"
            }
            WorkspaceMemberRefusal::AlreadyMember => "the user is a member already",
            WorkspaceMemberRefusal::NotMember => "the user is no listed member",
            WorkspaceMemberRefusal::MemberLimit(limit) => {
                return write!(f, "the workspace is limited to {limit} members");
            }
        })
    }
}

impl std::error::Error for WorkspaceMemberRefusal {}

/// Whether a user with this organization role is a member of every workspace without being listed.
pub(super) fn is_implicit(role: Role) -> bool {
    OrganizationType::Console.is_admin(role) || role == Role::Billing
}

/// Whether a user with this organization role can be listed with that role in a workspace.
pub(super) fn can_be_listed(role: Role, workspace_role: WorkspaceRole) -> bool {
    match role {
        Role::Billing => workspace_role == WorkspaceRole::Admin,
        role => !is_implicit(role) && workspace_role != WorkspaceRole::Billing,
    }
}

impl State {
    /// The workspace, if its members can be changed, and the user's id and role.
    fn membership_to_change(
        &self,
        workspace: &str,
        user: &str,
    ) -> Result<(Arc<str>, Arc<str>, Role), WorkspaceMemberRefusal> {
        let workspace =
            self.tables.workspaces.get(workspace).ok_or(WorkspaceMemberRefusal::WorkspaceUnknown)?;
        if workspace.is_archived() {
            return Err(WorkspaceMemberRefusal::WorkspaceArchived);
        }
        if workspace.is_default() {
            return Err(WorkspaceMemberRefusal::WorkspaceIsDefault);
        }
        let user = self.tables.users.get(user).ok_or(WorkspaceMemberRefusal::UserUnknown)?;
        Ok((workspace.id().clone(), user.id().clone(), user.role))
    }

    fn check_room(&self, workspace: &str) -> Result<(), WorkspaceMemberRefusal> {
        match self.tables.workspaces.get(workspace).and_then(|workspace| workspace.member_limit()) {
            Some(limit) if self.tables.members.count(workspace) >= limit => {
                Err(WorkspaceMemberRefusal::MemberLimit(limit))
            }
            _ => Ok(()),
        }
    }

    fn member(&self, workspace: &str, user: &str) -> Option<WorkspaceMember> {
        let workspace_id = self.tables.workspaces.get(workspace)?.id().clone();
        let row = self.tables.members.get(workspace, user)?;
        Some(WorkspaceMember { user_id: row.user_id.clone(), workspace_id, workspace_role: row.role })
    }
}

impl Organization {
    /// A page of the listed members of a workspace, the one added last first. The cursors are user ids.
    ///
    /// # Errors
    /// `None` for an unknown workspace; or when no member of it has the cursor's id.
    pub fn list_workspace_members(
        &self,
        workspace_id: &str,
        paging: &Paging,
    ) -> Option<Result<Page<WorkspaceMember>, UnknownCursor>> {
        let (id, table) = self.locked(|state, _| {
            let id = state.tables.workspaces.get(workspace_id)?.id().clone();
            let table = state.tables.members.by_workspace.get(workspace_id).cloned().unwrap_or_default();
            Some((id, table))
        })?;
        let show = |row: &MemberRow| WorkspaceMember {
            user_id: row.user_id.clone(),
            workspace_id: id.clone(),
            workspace_role: row.role,
        };
        Some(table.page(paging, |_| true, show))
    }

    /// A listed member of a workspace.
    ///
    /// # Errors
    /// When the organization does not know the workspace or the user, or the user is not listed there.
    pub fn workspace_member(
        &self,
        workspace_id: &str,
        user_id: &str,
    ) -> Result<WorkspaceMember, WorkspaceMemberRefusal> {
        self.locked(|state, _| {
            state.tables.workspaces.get(workspace_id).ok_or(WorkspaceMemberRefusal::WorkspaceUnknown)?;
            state.tables.users.get(user_id).ok_or(WorkspaceMemberRefusal::UserUnknown)?;
            state.member(workspace_id, user_id).ok_or(WorkspaceMemberRefusal::NotMember)
        })
    }

    /// Adds a user to a workspace.
    ///
    /// # Errors
    /// The [`WorkspaceMemberRefusal`] says why nothing has changed.
    pub fn add_workspace_member(
        &self,
        workspace_id: &str,
        user_id: &str,
        role: WorkspaceRole,
    ) -> Result<WorkspaceMember, WorkspaceMemberRefusal> {
        self.locked(|state, _| {
            if role == WorkspaceRole::Billing {
                return Err(WorkspaceMemberRefusal::BillingRole);
            }
            let (workspace, user, held) = state.membership_to_change(workspace_id, user_id)?;
            if !can_be_listed(held, role) {
                return Err(WorkspaceMemberRefusal::Implicit);
            }
            if state.member(&workspace, &user).is_some() {
                return Err(WorkspaceMemberRefusal::AlreadyMember);
            }
            state.check_room(&workspace)?;
            state.tables.members.set(&workspace, &user, role);
            state.member(&workspace, &user).ok_or(WorkspaceMemberRefusal::NotMember)
        })
    }

    /// Gives a member another role; without one nothing changes. A user with the organization role billing becomes a listed
    /// member by `workspace_admin`, and is one no longer by `workspace_billing`.
    ///
    /// # Errors
    /// The [`WorkspaceMemberRefusal`] says why nothing has changed.
    pub fn update_workspace_member(
        &self,
        workspace_id: &str,
        user_id: &str,
        role: Option<WorkspaceRole>,
    ) -> Result<WorkspaceMember, WorkspaceMemberRefusal> {
        self.locked(|state, _| {
            let (workspace, user, held) = state.membership_to_change(workspace_id, user_id)?;
            let listed = state.member(&workspace, &user);
            if role == Some(WorkspaceRole::Billing) && held != Role::Billing {
                return Err(WorkspaceMemberRefusal::BillingRole);
            }
            match (role, listed) {
                (Some(WorkspaceRole::Billing), Some(member)) => {
                    state.tables.members.remove(&workspace, &user);
                    return Ok(WorkspaceMember { workspace_role: WorkspaceRole::Billing, ..member });
                }
                (Some(role), _) if !can_be_listed(held, role) => {
                    return Err(WorkspaceMemberRefusal::Implicit);
                }
                (None, None) if is_implicit(held) => return Err(WorkspaceMemberRefusal::Implicit),
                (Some(role), None) if held == Role::Billing => {
                    state.check_room(&workspace)?;
                    state.tables.members.set(&workspace, &user, role);
                }
                (Some(role), Some(_)) => state.tables.members.set(&workspace, &user, role),
                (_, None) => return Err(WorkspaceMemberRefusal::NotMember),
                (None, Some(_)) => {}
            }
            state.member(&workspace, &user).ok_or(WorkspaceMemberRefusal::NotMember)
        })
    }

    /// Removes a user from a workspace.
    ///
    /// # Errors
    /// The [`WorkspaceMemberRefusal`] says why nothing has changed.
    pub fn remove_workspace_member(
        &self,
        workspace_id: &str,
        user_id: &str,
    ) -> Result<(), WorkspaceMemberRefusal> {
        self.locked(|state, _| {
            let (workspace, user, held) = state.membership_to_change(workspace_id, user_id)?;
            match state.member(&workspace, &user) {
                Some(_) => state.tables.members.remove(&workspace, &user),
                None if is_implicit(held) => return Err(WorkspaceMemberRefusal::Implicit),
                None => return Err(WorkspaceMemberRefusal::NotMember),
            }
            Ok(())
        })
    }
}
