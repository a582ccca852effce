//! What a key opens, how far, and why it opens nothing.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{keys::KeyDigest, organization::Organization};

/// A key that the world knows.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) organization: Arc<Organization>,
    pub(crate) state: KeyState,
    pub(crate) scopes: Scopes,
}

impl Key {
    /// What it opens.
    pub(super) fn open(self) -> Result<Access, Denial> {
        match self.state {
            KeyState::Active => Ok(Access::Organization(self.organization, self.scopes)),
            KeyState::Disabled => Err(Denial::Disabled),
            KeyState::Expired => Err(Denial::Expired),
        }
    }

    /// The key as a fixture writes it.
    pub(super) fn document(&self, digest: &KeyDigest) -> serde_json::Value {
        let key = serde_json::Value::from(digest.to_string());
        let mut entry = serde_json::json!({ "key": key });
        if self.state != KeyState::Active {
            entry["state"] = serde_json::json!(self.state);
        }
        if let Scopes::Only(scopes) = &self.scopes {
            entry["scopes"] = serde_json::json!(scopes);
        }
        if entry.as_object().is_some_and(|fields| fields.len() == 1) { key } else { entry }
    }
}

/// Whether a key still opens its organization.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(crate) enum KeyState {
    /// It does.
    #[default]
    Active,
    /// It was deactivated.
    Disabled,
    /// It has expired.
    Expired,
}

/// What a key may do: everything, or the scopes listed (`write:members`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Scopes {
    /// An unscoped admin key.
    All,
    /// Just these.
    Only(Arc<[Box<str>]>),
}

impl Scopes {
    /// Whether the scope is among them.
    pub(crate) fn contains(&self, needed: &str) -> bool {
        match self {
            Scopes::All => true,
            Scopes::Only(scopes) => scopes.iter().any(|scope| &**scope == needed),
        }
    }
}

/// What a good credential opens.
#[derive(Clone, Debug)]
pub(crate) enum Access {
    /// An organization, within these scopes.
    Organization(Arc<Organization>, Scopes),
    /// Nothing here: an inference key is known to the service, but not allowed on the Admin API.
    Inference,
}

/// Why a credential opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denial {
    /// It is not shaped `sk-ant-…`.
    Malformed,
    /// It is shaped like a key, and nobody's.
    Unknown,
    /// Its key was deactivated.
    Disabled,
    /// Its key has expired.
    Expired,
    /// It is good and new, and the world holds as many organizations as it can.
    Full,
}
