//! A workspace member as a document writes it, in its workspace.

use std::sync::Arc;

use foldhash::HashMap;
use serde::{Deserialize, Serialize};
use serde_with_macros::skip_serializing_none;

use super::{
    MemberRow, WorkspaceRole,
    rules::{can_be_listed, is_implicit},
};
use crate::world::{
    fixture::{Checker, Element, Place, first},
    text::{NonEmpty, Text},
};

/// A member of the workspace in which it is written.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct MemberEntry {
    /// The user, by address or id.
    user: Text<NonEmpty>,
    /// `workspace_user` when left out.
    workspace_role: Option<WorkspaceRole>,
}

impl Element for MemberEntry {
    const EXPECTED: &'static str =
        "a user's address or id as a string, or an object with `user` and `workspace_role`";

    fn from_text(text: &str) -> Option<Result<Self, String>> {
        Some(text.parse().map(|user| MemberEntry { user, workspace_role: None }))
    }
}

impl MemberEntry {
    pub(crate) fn of(row: &MemberRow) -> Self {
        MemberEntry { user: row.user_id.clone().into(), workspace_role: Some(row.role) }
    }

    /// Adds the member to a workspace that has those given before, or notes what is wrong.
    pub(crate) fn add(
        &self,
        workspace: &Arc<str>,
        place: Place,
        given: &mut HashMap<Arc<str>, Place>,
        checker: &mut Checker,
    ) {
        let Some(user) = checker.user(&self.user.text, place.field("user")) else { return };
        let role = self.workspace_role.unwrap_or_default();
        let held = checker.tables().users.get(&user).map(|user| user.role).unwrap_or_default();
        if is_implicit(held) && !can_be_listed(held, role) {
            let message = format!(
                "{:?} is {held} in the organization, and so a member of every workspace without being listed; expected no such entry",
                self.user.text
            );
            checker.refuse(place.field("user"), message);
        } else if !can_be_listed(held, role) {
            let message =
                format!("`{role}` is for users with the organization role billing; expected another role");
            checker.refuse(place.field("workspace_role"), message);
        }
        if let Some(first) = first(given, user.clone(), place.field("user")) {
            checker.refuse_second(&format!("the member {:?}", self.user.text), place.field("user"), first);
        }
        checker.tables_mut().members.set(workspace, &user, role);
    }
}
