//! What the mock remembers: organizations, found by the credential that a caller sends. No HTTP here.

mod access;
mod api_keys;
mod clock;
mod email;
mod error;
mod faults;
mod fixture;
mod ids;
mod invites;
mod journal;
mod keys;
mod limits;
mod offset;
mod operation;
mod organization;
mod organizations;
mod outcome;
mod planned;
mod policy;
mod reason;
mod seed;
mod table;
mod tables;
mod text;
mod time;
mod users;
mod whole;
mod words;
mod workspace_members;
mod workspaces;

use std::{
    collections::HashMap,
    sync::{
        Arc, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use serde_json::Value;

use access::Key;
pub(crate) use access::{Access, Denial, Scopes};
pub(crate) use api_keys::ApiKeyName;
pub use api_keys::{Actor, ApiKey, ApiKeyChange, ApiKeyFilter, ApiKeyRefusal, ApiKeyStatus};
pub use clock::Clock;
pub(crate) use email::is_email;
pub use error::Error;
pub use faults::Fault;
use fixture::Purpose;
pub use fixture::{Fixture, FixtureError, Problem, Settings};
use ids::Ids;
pub(crate) use invites::MOST_GROUPS;
pub use invites::{CreateInviteRefusal, Invite, InviteFilter, InviteRefusal, InviteStatus, NewInvite};
pub use journal::{JournalEntry, JournalFilter};
pub(crate) use keys::{RedactedKey, lossy, redacted, scrubbed};
pub use limits::RateLimit;
pub(crate) use limits::RateLimited;
pub use offset::{Moment, Offset};
pub(crate) use operation::PATH_IDS;
pub use operation::{Operation, PathIds};
pub use organization::Organization;
use organizations::{Organizations, read, write};
pub use outcome::{Always, Delay, DropPoint, ErrorType, Meanwhile, MidBody, PlannedResponse, Times};
pub use planned::PlannedFault;
pub use policy::{OrganizationType, Role};
pub use reason::Reason;
pub use table::{Cursor, Page, Paging, UnknownCursor};
pub use tables::Counts;
pub(crate) use text::Rule;
pub use text::WrongValue;
pub use time::Time;
pub use users::{User, UserFilter, UserRefusal};
pub use workspace_members::{WorkspaceMember, WorkspaceMemberRefusal, WorkspaceRole};
pub use workspaces::{
    AllowedGeos, DataResidency, InferenceGeo, NewWorkspace, Unrestricted, Workspace, WorkspaceChange,
    WorkspaceFilter, WorkspaceGeo, WorkspaceRefusal,
};
pub(crate) use workspaces::{Color, TagName, WorkspaceName};

/// All organizations, and what a new key gets. Clones are handles to the same world.
#[derive(Clone)]
pub struct World {
    shared: Arc<Shared>,
}

struct Shared {
    /// What a reset brings back.
    fixture: Fixture,
    /// The organizations that there are. A reset or a new state replaces it as a whole, so that no request sees a part of
    /// each.
    organizations: RwLock<Arc<Organizations>>,
    request_ids: Ids,
    /// Numbers the entries of all journals.
    answered: AtomicU64,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let organizations = self.organizations().len();
        f.debug_struct("World").field("organizations", &organizations).finish_non_exhaustive()
    }
}

impl World {
    /// A world as the fixture describes it.
    pub fn new(fixture: Fixture) -> Self {
        let seed = fixture.settings.seed;
        World {
            shared: Arc::new(Shared {
                organizations: RwLock::new(Arc::new(Organizations::new(fixture.clone()))),
                fixture,
                request_ids: Ids::new(seed, b"requests"),
                answered: AtomicU64::new(1),
            }),
        }
    }

    /// What a credential opens. A good key that is new gets its own copy of the template.
    ///
    /// # Errors
    /// The [`Denial`] says what is wrong with the credential, in the order of the checks: shape, then whether it is known,
    /// then its state.
    pub(crate) fn admit(&self, secret: &[u8]) -> Result<Access, Denial> {
        self.current().key(secret)?.map_or(Ok(Access::Inference), Key::open)
    }

    /// The organization that a credential belongs to, whatever its state and scopes; made if it is good and new. After the
    /// whole world was reset or given another state, ask again.
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
        self.current().key(secret).ok().flatten().map(|key| key.organization)
    }

    /// All organizations that there are by now: those of the fixture first, the others by their ids.
    pub fn organizations(&self) -> Vec<Arc<Organization>> {
        self.current().all()
    }

    /// The organization of an id.
    pub fn organization_with_id(&self, id: &str) -> Option<Arc<Organization>> {
        self.organizations().into_iter().find(|organization| organization.id() == id)
    }

    /// The keys of each organization, by its id, as logs may show them.
    pub(crate) fn shown_keys(&self) -> HashMap<String, Vec<Arc<str>>> {
        self.current().shown_keys()
    }

    /// Puts everything back: all organizations, their clocks and faults, and empties all journals. A request that is
    /// answered meanwhile sees the world before or the world after, never a part of each.
    pub fn reset(&self) {
        self.replace(self.shared.fixture.clone());
    }

    fn replace(&self, fixture: Fixture) {
        let next = Arc::new(Organizations::new(fixture));
        // Dropped after the lock, since it may be large.
        let _before = std::mem::replace(&mut *write(&self.shared.organizations), next);
    }

    /// The world as a fixture document: the template, and every organization with its keys' digests, its clock and what is
    /// left of its faults. Written to a file it is a fixture that brings the same world back.
    pub fn state(&self) -> Value {
        serde_json::to_value(self.document()).unwrap_or_default()
    }

    pub(crate) fn document(&self) -> fixture::Document {
        self.current().document()
    }

    /// Puts another world in the place of this one, and empties all journals. A reset still brings back what the world
    /// began with.
    ///
    /// # Errors
    /// All problems of the document; nothing changes then.
    pub fn put_state(&self, json: &str) -> Result<(), FixtureError> {
        self.replace(Fixture::parse_state(json, self.settings().clone(), Purpose::World)?);
        Ok(())
    }

    /// How many requests of the API were answered.
    pub fn answered(&self) -> u64 {
        self.shared.answered.load(Ordering::Relaxed) - 1
    }

    /// The number of the next entry of a journal.
    pub(crate) fn next_number(&self) -> u64 {
        self.shared.answered.fetch_add(1, Ordering::Relaxed)
    }

    /// Writes down a request, in its organization's journal or, where its credential belongs to none, in the world's.
    pub(crate) fn record(&self, organization: Option<&Organization>, entry: JournalEntry) {
        match organization {
            Some(organization) => organization.journal().add(entry),
            None => self.current().journal.add(entry),
        }
    }

    /// The next request's id.
    pub(crate) fn request_id(&self) -> String {
        self.shared.request_ids.request()
    }

    /// What the user chose.
    pub(crate) fn settings(&self) -> &Settings {
        &self.shared.fixture.settings
    }

    fn current(&self) -> Arc<Organizations> {
        read(&self.shared.organizations).clone()
    }
}

impl Default for World {
    /// The world of the compiled-in `fixtures/default.json`: for every key some rows in each list.
    fn default() -> Self {
        World::new(Fixture::default())
    }
}
