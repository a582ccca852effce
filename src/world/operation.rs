//! What a caller can ask for, in the words of the vendor's SDKs.

use serde::{Deserialize, Serialize};

/// An operation of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[allow(missing_docs, reason = "the vendor's words, with no more meaning than their names")]
pub enum Operation {
    #[serde(rename = "invites.create")]
    InvitesCreate,
    #[serde(rename = "invites.retrieve")]
    InvitesRetrieve,
    #[serde(rename = "invites.list")]
    InvitesList,
    #[serde(rename = "invites.delete")]
    InvitesDelete,
}

impl Operation {
    /// The name as the SDKs spell it: `invites.delete`.
    pub fn name(self) -> &'static str {
        match self {
            Operation::InvitesCreate => "invites.create",
            Operation::InvitesRetrieve => "invites.retrieve",
            Operation::InvitesList => "invites.list",
            Operation::InvitesDelete => "invites.delete",
        }
    }
}
