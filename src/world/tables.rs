//! Everything that an organization holds, and how its resources move each other. All of it is under one lock.

use serde::Serialize;

use super::{
    api_keys::ApiKeys,
    clock::{Reading, Tick},
    ids::Ids,
    invites::{Invite, InviteRefusal, Invites},
    policy::{OrganizationType, Role},
    table::{Row, Table},
    users::{UserRow, Users},
    workspace_members::{Members, WorkspaceRole},
    workspaces::WorkspaceRow,
};

/// The tables of an organization. A copy shares what neither side changes, which makes a new organization cheap.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tables {
    pub(crate) invites: Invites,
    pub(crate) users: Users,
    pub(crate) workspaces: Table<WorkspaceRow>,
    pub(crate) members: Members,
    pub(crate) api_keys: ApiKeys,
}

/// How many rows of each resource an organization shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Counts {
    /// Invites that are not deleted.
    pub invites: usize,
    /// Users.
    pub users: usize,
    /// Workspaces that are not archived, the default one included.
    pub workspaces: usize,
    /// API keys.
    pub api_keys: usize,
}

impl Tables {
    pub(crate) fn counts(&self) -> Counts {
        Counts {
            invites: self.invites.shown(),
            users: self.users.len(),
            workspaces: self.workspaces.oldest_first().filter(|row| !row.is_archived()).count(),
            api_keys: self.api_keys.len(),
        }
    }

    /// Lets the invitee of a pending invite join: a user with the invite's address and role.
    pub(crate) fn accept_invite(
        &mut self,
        id: &str,
        kind: OrganizationType,
        ids: &Ids,
        reading: Reading,
    ) -> Result<Invite, InviteRefusal> {
        let invite = self.invites.accept(id, reading)?;
        self.add_accepted_user(id, kind, ids);
        Ok(invite)
    }

    /// The invitees of all accepted invites as users, for a fixture that lists no users.
    pub(crate) fn add_accepted_users(&mut self, kind: OrganizationType, ids: &Ids) {
        let accepted: Vec<_> = self.invites.rows().map(|row| row.id().clone()).collect();
        accepted.iter().for_each(|id| self.add_accepted_user(id, kind, ids));
    }

    /// The invitee of an accepted invite as a user, unless the address is a user's already. A role that the organization's
    /// type does not have, which only a fixture can give an invite, becomes `user`.
    fn add_accepted_user(&mut self, invite: &str, kind: OrganizationType, ids: &Ids) {
        let Some((row, accepted_at)) = self.invites.accepted(invite) else { return };
        if self.users.with_address(row.address()).is_some() {
            return;
        }
        let role = if kind.listable().contains(&row.role()) { row.role() } else { Role::User };
        let id = ids.fresh("user_01", |id| self.users.get(id).is_some());
        self.users.insert(UserRow::new(id.into(), row.email().clone(), role, accepted_at));
    }

    /// Gives a user another role. One who is billing now is a member of every workspace without being listed, so listed
    /// memberships end, but for those of a workspace's admin.
    pub(crate) fn set_role(&mut self, user: &str, role: Role) {
        self.users.set_role(user, role);
        if role == Role::Billing {
            self.members.end(user, |workspace_role| workspace_role != WorkspaceRole::Admin);
        }
    }

    /// Removes a user: the personal API keys are archived for good, memberships end, the address is free. Keys that the
    /// user only made go on, and accepted invites stay accepted.
    pub(crate) fn remove_user(&mut self, user: &str) {
        self.api_keys.archive_those_of_user(user);
        self.members.end(user, |_| true);
        self.users.remove(user);
    }

    /// Archives a workspace, and its API keys with it. The first time counts.
    pub(crate) fn archive_workspace(&mut self, workspace: &str, now: Tick) {
        self.workspaces.update(workspace, |row| row.archive(now));
        self.api_keys.archive_those_of_workspace(workspace);
    }

    /// Whether users and pending invites together have reached a limit.
    pub(crate) fn are_full(&self, limit: usize, reading: Reading) -> bool {
        self.invites.are_pending(limit.saturating_sub(self.users.len()), reading)
    }
}
