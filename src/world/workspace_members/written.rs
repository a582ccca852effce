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
    words::words,
};

words! {
    /// What a member copied from an answer says that it is.
    enum MemberType {
        WorkspaceMember = "workspace_member",
    }
}

/// A member of the workspace in which it is written.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(extend("anyOf" = [
    {"required": ["user"], "properties": {"user": {"type": "string"}}},
    {"required": ["user_id"], "properties": {"user_id": {"type": "string"}}}
])))]
#[serde(deny_unknown_fields)]
pub(crate) struct MemberEntry {
    /// May be there, as in the API's answers.
    r#type: Option<MemberType>,
    /// The user, by address or id.
    user: Option<Text<NonEmpty>>,
    /// The same as `user`, as in the API's answers.
    user_id: Option<Text<NonEmpty>>,
    /// May say the id of the workspace in which it is written, as in the API's answers.
    workspace_id: Option<Text<NonEmpty>>,
    /// `workspace_user` when left out.
    workspace_role: Option<WorkspaceRole>,
}

impl Element for MemberEntry {
    const EXPECTED: &'static str =
        "a user's address or id as a string, or an object with `user` and `workspace_role`";

    fn from_text(text: &str) -> Option<Result<Self, String>> {
        Some(text.parse().map(|user| MemberEntry { user: Some(user), ..MemberEntry::default() }))
    }
}

impl MemberEntry {
    pub(crate) fn of(row: &MemberRow) -> Self {
        MemberEntry {
            user: Some(row.user_id.clone().into()),
            workspace_role: Some(row.role),
            ..MemberEntry::default()
        }
    }

    /// Adds the member to a workspace that has those given before, or notes what is wrong.
    pub(crate) fn add(
        &self,
        workspace: &Arc<str>,
        place: Place,
        given: &mut HashMap<Arc<str>, Place>,
        checker: &mut Checker,
    ) {
        if let Some(id) = self.workspace_id.as_ref().filter(|id| id.text != *workspace) {
            let message = format!(
                "{:?} is not the workspace in which the member is written; expected {workspace:?}, or none",
                id.text
            );
            checker.refuse(place.field("workspace_id"), message);
        }
        let (field, named) = match (&self.user, &self.user_id) {
            (Some(user), None) => ("user", user),
            (None, Some(id)) => ("user_id", id),
            (Some(_), Some(id)) => {
                let message = format!("{:?} is given beside `user`; expected one of them", id.text);
                checker.refuse(place.field("user_id"), message);
                return;
            }
            (None, None) => {
                checker.refuse_unless(&["user", "user_id"], place, place, "missing field `user`");
                return;
            }
        };
        let Some(user) = checker.user(&named.text, place.field(field)) else { return };
        let role = self.workspace_role.unwrap_or_default();
        let held = checker.tables().users.get(&user).map(|user| user.role).unwrap_or_default();
        if is_implicit(held) && !can_be_listed(held, role) {
            let message = format!(
                "{:?} is {held} in the organization, and so a member of every workspace without being listed; expected no such entry",
                named.text
            );
            checker.refuse(place.field(field), message);
        } else if !can_be_listed(held, role) {
            let message =
                format!("`{role}` is for users with the organization role billing; expected another role");
            checker.refuse(place.field("workspace_role"), message);
        }
        if let Some(first) = first(given, user.clone(), place.field(field)) {
            checker.refuse_second(&format!("the member {:?}", named.text), place.field(field), first);
        }
        checker.tables_mut().members.set(workspace, &user, role);
    }
}
