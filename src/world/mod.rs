//! What the mock remembers: organizations, found by the credential that a caller sends. No HTTP here.

mod clock;
mod fixture;
mod ids;
mod invites;
mod keys;
mod organization;

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use dashmap::{DashMap, Entry};

pub use clock::{Clock, Moment, Reading};
#[cfg(feature = "cli")]
pub use fixture::schema;
pub use fixture::{Fixture, FixtureError, Problem, Settings};
pub use ids::Ids;
pub use invites::{Invite, Life, Refusal, Role, Status};
pub use keys::RedactedKey;
use keys::{KeyDigest, KeyKind};
pub use organization::Organization;
use organization::Seed;

/// How many organizations one world holds; the next new key is refused (design, section 2).
const MOST_ORGANIZATIONS: usize = 10_000;

/// All organizations, and what a new key gets. Clones are handles to the same world.
#[derive(Clone, Debug)]
pub struct World {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    seed: u64,
    /// Takes any non-empty credential for an admin key.
    any_key: bool,
    /// What each good key that nothing pins gets its own copy of; without one such keys are refused.
    template: Option<Seed>,
    keys: DashMap<KeyDigest, Key>,
    /// How many organizations there are. Kept beside the map because several keys may share one.
    organizations: AtomicUsize,
    request_ids: Ids,
}

/// A key that the world knows.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) organization: Arc<Organization>,
    pub(crate) state: KeyState,
    pub(crate) scopes: Scopes,
}

/// Whether a key still opens its organization.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
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
pub enum Scopes {
    /// An unscoped admin key.
    All,
    /// Just these.
    Only(Arc<[Box<str>]>),
}

impl Scopes {
    /// Whether the scope is among them.
    pub fn contains(&self, needed: &str) -> bool {
        match self {
            Scopes::All => true,
            Scopes::Only(scopes) => scopes.iter().any(|scope| &**scope == needed),
        }
    }
}

/// What a good credential opens.
#[derive(Clone, Debug)]
pub enum Access {
    /// An organization, within these scopes.
    Organization(Arc<Organization>, Scopes),
    /// Nothing here: an inference key is known to the service, but not allowed on the Admin API.
    Inference,
}

/// Why a credential opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
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

impl World {
    /// A world as the fixture describes it.
    pub fn new(fixture: Fixture) -> Self {
        let Fixture { settings, template, organizations } = fixture;
        let (seed, count) = (settings.seed, organizations.len());
        let keys = DashMap::new();
        for (index, pinned) in organizations.into_iter().enumerate() {
            let id = pinned.id.unwrap_or_else(|| {
                Ids::new(seed, format!("pinned organization {index}").as_bytes()).uuid().into()
            });
            let organization = Arc::new(Organization::new(id, pinned.seed));
            for key in pinned.keys {
                let (state, scopes) = (key.state, key.scopes);
                keys.insert(key.digest, Key { organization: organization.clone(), state, scopes });
            }
        }
        World {
            inner: Arc::new(Inner {
                seed,
                any_key: settings.any_key,
                template,
                keys,
                organizations: AtomicUsize::new(count),
                request_ids: Ids::new(seed, b"requests"),
            }),
        }
    }

    /// What a credential opens. A good key that is new gets its own copy of the template.
    ///
    /// # Errors
    /// The [`Denial`] says what is wrong with the credential, in the order of the contract's
    /// section 3: shape, then whether anybody knows it, then its state.
    pub fn admit(&self, secret: &[u8]) -> Result<Access, Denial> {
        let digest = KeyDigest::of(secret);
        if let Some(key) = self.inner.keys.get(&digest) {
            return key.access();
        }
        match KeyKind::of(secret) {
            _ if self.inner.any_key && !secret.is_empty() => {}
            KeyKind::Admin => {}
            KeyKind::Inference if self.inner.template.is_some() => return Ok(Access::Inference),
            KeyKind::Inference | KeyKind::Other => return Err(Denial::Unknown),
            KeyKind::Malformed => return Err(Denial::Malformed),
        }
        let template = self.inner.template.as_ref().ok_or(Denial::Unknown)?;
        match self.inner.keys.entry(digest) {
            Entry::Occupied(made_meanwhile) => made_meanwhile.get().access(),
            Entry::Vacant(place) => {
                self.inner
                    .organizations
                    .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |count| {
                        (count < MOST_ORGANIZATIONS).then_some(count + 1)
                    })
                    .map_err(|_| Denial::Full)?;
                let id = Ids::new(self.inner.seed, digest.bytes()).uuid();
                let organization = Arc::new(Organization::new(id, template.clone()));
                let key = Key { organization, state: KeyState::Active, scopes: Scopes::All };
                place.insert(key).access()
            }
        }
    }

    /// The organization that a credential opens, whatever its scopes; made if it is good and new.
    ///
    /// ```
    /// let world = anthropic_admin_mock::World::default();
    /// let organization = world.organization("sk-ant-admin01-doc").unwrap();
    /// assert!(organization.delete_invite("invite_015gWxCN9Hfg2QhZwTK7Mdeu").is_ok());
    /// ```
    pub fn organization(&self, key: &str) -> Option<Arc<Organization>> {
        match self.admit(key.as_bytes()) {
            Ok(Access::Organization(organization, _)) => Some(organization),
            Ok(Access::Inference) | Err(_) => None,
        }
    }

    /// The next request's id.
    pub(crate) fn request_id(&self) -> String {
        self.inner.request_ids.request()
    }
}

impl Default for World {
    /// The world of the compiled-in `fixtures/default.json`: one invite in each status for every key.
    fn default() -> Self {
        World::new(Fixture::default())
    }
}

impl From<Fixture> for World {
    fn from(fixture: Fixture) -> Self {
        World::new(fixture)
    }
}

impl Key {
    fn access(&self) -> Result<Access, Denial> {
        match self.state {
            KeyState::Active => Ok(Access::Organization(self.organization.clone(), self.scopes.clone())),
            KeyState::Disabled => Err(Denial::Disabled),
            KeyState::Expired => Err(Denial::Expired),
        }
    }
}
