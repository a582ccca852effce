//! What the mock remembers: organizations, found by the credential that a caller sends. No HTTP here.

mod clock;
mod fixture;
mod ids;
mod invite;
mod invites;
mod keys;
mod limits;
mod organization;

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use dashmap::{DashMap, Entry};

pub use clock::{Clock, Moment};
#[cfg(feature = "cli")]
pub use fixture::schema;
pub use fixture::{Fixture, FixtureError, Problem, Settings};
use ids::Ids;
pub(crate) use invite::is_email;
pub use invite::{Invite, Role, Status};
pub use invites::{Cursor, Listing, Page, Refusal, UnknownCursor};
pub(crate) use keys::RedactedKey;
use keys::{KeyDigest, KeyKind};
pub use limits::RateLimit;
pub(crate) use limits::RateLimited;
use organization::OwnerAccess;
use organization::Seed;
pub use organization::{CreateRefusal, NewInvite, Organization, OrganizationType};

/// How many organizations one world holds; the next new key is refused.
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
    rate_limit: RateLimit,
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

impl World {
    /// A world as the fixture describes it.
    pub fn new(fixture: Fixture) -> Self {
        let Fixture { settings, template, organizations } = fixture;
        let (seed, rate_limit, count) = (settings.seed, settings.rate_limit, organizations.len());
        let keys = DashMap::new();
        for (index, pinned) in organizations.into_iter().enumerate() {
            let id = pinned.id.unwrap_or_else(|| {
                Ids::new(seed, format!("pinned organization {index}").as_bytes()).uuid().into()
            });
            let organization = Arc::new(Organization::new(id, pinned.seed, seed, rate_limit));
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
                rate_limit,
            }),
        }
    }

    /// What a credential opens. A good key that is new gets its own copy of the template.
    ///
    /// # Errors
    /// The [`Denial`] says what is wrong with the credential, in the order of the
    /// checks: shape, then whether anybody knows it, then its state.
    pub(crate) fn admit(&self, secret: &[u8]) -> Result<Access, Denial> {
        let Some(key) = self.key(secret)? else { return Ok(Access::Inference) };
        match key.state {
            KeyState::Active => Ok(Access::Organization(key.organization, key.scopes)),
            KeyState::Disabled => Err(Denial::Disabled),
            KeyState::Expired => Err(Denial::Expired),
        }
    }

    /// The organization that a credential belongs to, whatever its state and scopes; made if it is
    /// good and new.
    ///
    /// ```
    /// let world = anthropic_admin_mock::World::default();
    /// let organization = world.organization("sk-ant-admin01-doc").unwrap();
    /// assert!(organization.delete_invite("invite_015gWxCN9Hfg2QhZwTK7Mdeu").is_ok());
    /// ```
    pub fn organization(&self, key: &str) -> Option<Arc<Organization>> {
        self.organization_of(key.as_bytes())
    }

    /// The same for the bytes of a header.
    pub(crate) fn organization_of(&self, secret: &[u8]) -> Option<Arc<Organization>> {
        self.key(secret).ok().flatten().map(|key| key.organization)
    }

    /// All organizations that there are by now, in the order of their ids.
    pub fn organizations(&self) -> Vec<Arc<Organization>> {
        let mut all: Vec<_> = self.inner.keys.iter().map(|key| key.organization.clone()).collect();
        all.sort_by(|a, b| a.id().cmp(b.id()));
        // Several keys may share one.
        all.dedup_by(|a, b| Arc::ptr_eq(a, b));
        all
    }

    /// The key that a credential is; made if it is good and new. `None` for an inference key.
    fn key(&self, secret: &[u8]) -> Result<Option<Key>, Denial> {
        let digest = KeyDigest::of(secret);
        if let Some(key) = self.inner.keys.get(&digest) {
            return Ok(Some(key.clone()));
        }
        match KeyKind::of(secret) {
            _ if self.inner.any_key && !secret.is_empty() => {}
            KeyKind::Admin => {}
            KeyKind::Inference if self.inner.template.is_some() => return Ok(None),
            KeyKind::Inference | KeyKind::Other => return Err(Denial::Unknown),
            KeyKind::Malformed => return Err(Denial::Malformed),
        }
        let template = self.inner.template.as_ref().ok_or(Denial::Unknown)?;
        match self.inner.keys.entry(digest) {
            Entry::Occupied(made_meanwhile) => Ok(Some(made_meanwhile.get().clone())),
            Entry::Vacant(place) => {
                self.inner
                    .organizations
                    .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |count| {
                        (count < MOST_ORGANIZATIONS).then_some(count + 1)
                    })
                    .map_err(|_| Denial::Full)?;
                let (seed, rate_limit) = (self.inner.seed, self.inner.rate_limit);
                let id = Ids::new(seed, digest.bytes()).uuid();
                let organization = Arc::new(Organization::new(id, template.clone(), seed, rate_limit));
                let key = Key { organization, state: KeyState::Active, scopes: Scopes::All };
                Ok(Some(place.insert(key).clone()))
            }
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
