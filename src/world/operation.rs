//! What a caller can ask for: the one list of operations, and the ids that their paths have.

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::words::words;

words! {
    /// An operation of the API, in the words of the vendor's SDKs.
    pub enum Operation {
        OrganizationRetrieve = "organization.retrieve",
        InvitesCreate = "invites.create",
        InvitesRetrieve = "invites.retrieve",
        InvitesList = "invites.list",
        InvitesDelete = "invites.delete",
        UsersList = "users.list",
        UsersRetrieve = "users.retrieve",
        UsersUpdate = "users.update",
        UsersRemove = "users.remove",
        WorkspacesCreate = "workspaces.create",
        WorkspacesList = "workspaces.list",
        WorkspacesRetrieve = "workspaces.retrieve",
        WorkspacesUpdate = "workspaces.update",
        WorkspacesArchive = "workspaces.archive",
        WorkspaceMembersList = "workspaces.members.list",
        WorkspaceMembersAdd = "workspaces.members.add",
        WorkspaceMembersRetrieve = "workspaces.members.retrieve",
        WorkspaceMembersUpdate = "workspaces.members.update",
        WorkspaceMembersRemove = "workspaces.members.remove",
        ApiKeysList = "api_keys.list",
        ApiKeysRetrieve = "api_keys.retrieve",
        ApiKeysUpdate = "api_keys.update",
    }
}

/// The names of all ids that a path can have.
pub(crate) const PATH_IDS: [&str; 4] = ["invite_id", "user_id", "workspace_id", "api_key_id"];

impl Operation {
    /// The names of the ids that the operation's path has.
    pub fn path_ids(self) -> &'static [&'static str] {
        use Operation::*;
        match self {
            InvitesRetrieve | InvitesDelete => &["invite_id"],
            UsersRetrieve | UsersUpdate | UsersRemove => &["user_id"],
            WorkspacesRetrieve | WorkspacesUpdate | WorkspacesArchive => &["workspace_id"],
            WorkspaceMembersList | WorkspaceMembersAdd => &["workspace_id"],
            WorkspaceMembersRetrieve | WorkspaceMembersUpdate | WorkspaceMembersRemove => {
                &["workspace_id", "user_id"]
            }
            ApiKeysRetrieve | ApiKeysUpdate => &["api_key_id"],
            OrganizationRetrieve | InvitesCreate | InvitesList | UsersList | WorkspacesCreate
            | WorkspacesList | ApiKeysList => &[],
        }
    }
}

/// The ids in a request's path, each under its parameter's name, decoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PathIds(Vec<PathId>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct PathId {
    name: &'static str,
    /// With replacement characters where its bytes are no UTF-8.
    text: String,
    is_utf8: bool,
}

impl PathIds {
    /// The id of that name; `None` where the path has none.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.find(name).map(|id| id.text.as_str())
    }

    /// The id of that name for a lookup. Bytes that are no UTF-8 are the empty id, which no row has, so that a replacement
    /// character matches nothing.
    pub(crate) fn for_lookup(&self, name: &str) -> &str {
        self.find(name).filter(|id| id.is_utf8).map_or("", |id| &id.text)
    }

    fn find(&self, name: &str) -> Option<&PathId> {
        self.0.iter().find(|id| id.name == name)
    }

    /// Adds the bytes of an id.
    pub(crate) fn add(&mut self, name: &'static str, bytes: Vec<u8>) {
        let (text, is_utf8) = match String::from_utf8(bytes) {
            Ok(text) => (text, true),
            Err(error) => (String::from_utf8_lossy(error.as_bytes()).into_owned(), false),
        };
        self.0.push(PathId { name, text, is_utf8 });
    }

    /// Puts another text in the place of each.
    pub(crate) fn map(mut self, change: impl Fn(String) -> String) -> Self {
        for id in &mut self.0 {
            id.text = change(std::mem::take(&mut id.text));
        }
        self
    }
}

/// All names that there are, so that every entry of a journal has the same fields.
impl Serialize for PathIds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(PATH_IDS.len()))?;
        for name in PATH_IDS {
            map.serialize_entry(name, &self.get(name))?;
        }
        map.end()
    }
}
