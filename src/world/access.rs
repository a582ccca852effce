//! Keys: the organization and the scopes that each gives access to, and the reasons to deny it.

use std::sync::Arc;

use super::{fixture::KeyEntry, keys::KeyDigest, organization::Organization, words::words};

/// A key that the world knows.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) organization: Arc<Organization>,
    pub(crate) state: KeyState,
    pub(crate) scopes: Scopes,
    /// Whether a fixture lists it.
    pub(crate) pinned: bool,
    /// The key as logs may show it; of one that is known by its digest alone, the beginning of that.
    pub(crate) shown: Arc<str>,
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
    pub(super) fn document(&self, digest: &KeyDigest) -> KeyEntry {
        let text = |text: &str| Arc::<str>::from(text).into();
        KeyEntry {
            key: Arc::<str>::from(digest.to_string()).into(),
            state: (self.state != KeyState::Active).then_some(self.state),
            scopes: match &self.scopes {
                Scopes::All => None,
                Scopes::Only(scopes) => Some(scopes.iter().map(|scope| text(scope)).collect()),
            },
        }
    }
}

words! {
    /// The state of a key.
    #[derive(Default)]
    pub(crate) enum KeyState {
        /// The key gives access.
        #[default]
        Active = "active",
        /// The key was deactivated.
        Disabled = "disabled",
        /// The key has expired.
        Expired = "expired",
    }
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
    /// It is shaped like a key, and of no organization.
    Unknown,
    /// Its key was deactivated.
    Disabled,
    /// Its key has expired.
    Expired,
}
