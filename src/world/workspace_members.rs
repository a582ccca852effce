//! Workspace members: what is shown and what is kept of a membership.

mod rules;
mod written;

use std::sync::Arc;

use foldhash::fast::RandomState;
use imbl::{GenericHashMap, shared_ptr::DefaultSharedPtr};
use serde::{Serialize, Serializer, ser::SerializeStruct};

use super::{
    clock::Tick,
    table::{Groups, Row, Table},
    words::words,
};
pub use rules::WorkspaceMemberRefusal;
pub(crate) use written::MemberEntry;

words! {
    /// The roles in a workspace (docs/fidelity.md, "Workspace members").
    #[derive(Default)]
    pub enum WorkspaceRole {
        #[default]
        User = "workspace_user",
        Developer = "workspace_developer",
        RestrictedDeveloper = "workspace_restricted_developer",
        Admin = "workspace_admin",
        Billing = "workspace_billing",
    }
}

/// A listed member of a workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WorkspaceMember {
    /// The user.
    pub user_id: Arc<str>,
    /// The workspace.
    pub workspace_id: Arc<str>,
    /// The role there.
    pub workspace_role: WorkspaceRole,
}

/// The four fields of the API (docs/fidelity.md, "Workspace members").
impl Serialize for WorkspaceMember {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("WorkspaceMember", 4)?;
        fields.serialize_field("type", "workspace_member")?;
        fields.serialize_field("user_id", &self.user_id)?;
        fields.serialize_field("workspace_id", &self.workspace_id)?;
        fields.serialize_field("workspace_role", &self.workspace_role)?;
        fields.end()
    }
}

/// A membership as it is kept. Lists order memberships as they were added.
#[derive(Clone, Debug)]
pub(crate) struct MemberRow {
    user_id: Arc<str>,
    role: WorkspaceRole,
}

impl Row for MemberRow {
    fn id(&self) -> &Arc<str> {
        &self.user_id
    }

    fn time(&self) -> Tick {
        Tick::ZERO
    }
}

/// The listed members of each workspace.
#[derive(Clone, Debug, Default)]
pub(crate) struct Members {
    by_workspace: GenericHashMap<Arc<str>, Table<MemberRow>, RandomState, DefaultSharedPtr>,
    /// The workspaces of each user.
    of_user: Groups,
}

impl Members {
    fn get(&self, workspace: &str, user: &str) -> Option<&MemberRow> {
        self.by_workspace.get(workspace)?.get(user)
    }

    pub(crate) fn count(&self, workspace: &str) -> usize {
        self.by_workspace.get(workspace).map_or(0, Table::len)
    }

    /// The members of a workspace, in the order of a document.
    pub(crate) fn rows(&self, workspace: &str) -> impl Iterator<Item = &MemberRow> {
        self.by_workspace.get(workspace).into_iter().flat_map(Table::oldest_first)
    }

    fn set(&mut self, workspace: &Arc<str>, user: &Arc<str>, role: WorkspaceRole) {
        let table = self.by_workspace.entry(workspace.clone()).or_default();
        if table.get(user).is_some() {
            table.update(user, |row| row.role = role);
        } else {
            table.insert(MemberRow { user_id: user.clone(), role });
            self.of_user.add(user, workspace);
        }
    }

    fn remove(&mut self, workspace: &Arc<str>, user: &str) {
        if let Some(table) = self.by_workspace.get_mut(workspace)
            && let Some(row) = table.remove(user)
        {
            self.of_user.remove(&row.user_id, workspace);
        }
    }

    /// Ends the memberships of a user that fit.
    pub(crate) fn end(&mut self, user: &str, fits: impl Fn(WorkspaceRole) -> bool) {
        for workspace in self.of_user.ids(user) {
            if self.get(&workspace, user).is_some_and(|row| fits(row.role)) {
                self.remove(&workspace, user);
            }
        }
    }
}
