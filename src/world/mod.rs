//! What the mock remembers: organizations, found by the credential that a caller sends. No HTTP here.

mod access;
mod base;
mod clock;
mod faults;
mod fixture;
mod ids;
mod invite;
mod invites;
mod journal;
mod keys;
mod limits;
mod operation;
mod organization;
mod organizations;
mod policy;

use std::{
    collections::HashMap,
    sync::{
        Arc, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use jiff::{SignedDuration, Timestamp};

use access::Key;
pub(crate) use access::{Access, Denial, KeyState, Scopes};
pub use clock::{Clock, Moment};
use faults::MOST_FAULTS;
pub use faults::{ErrorType, Fault, FaultError, Outcome, PlannedFault, TooManyFaults};
pub(crate) use fixture::dump::fault as fault_document;
pub(crate) use fixture::parse_delay;
pub use fixture::{Fixture, FixtureError, Problem, Settings};
use ids::Ids;
pub(crate) use invite::is_email;
pub use invite::{Invite, Role, Status};
pub use invites::{Cursor, Listing, Page, Refusal, UnknownCursor};
pub(crate) use journal::KEPT_BODY;
pub use journal::{JournalEntry, JournalFilter};
pub(crate) use keys::{RedactedKey, lossy, scrubbed};
pub use limits::RateLimit;
pub(crate) use limits::RateLimited;
pub use operation::Operation;
pub use organization::Organization;
use organizations::{Organizations, read, write};
use policy::OwnerAccess;
pub use policy::{CreateRefusal, NewInvite, OrganizationType};

/// All organizations, and what a new key gets. Clones are handles to the same world.
#[derive(Clone, Debug)]
pub struct World {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// What a reset brings back.
    fixture: Fixture,
    /// The organizations that there are. A reset or a new state puts another in its place as a whole,
    /// so that nobody ever sees a part of each.
    now: RwLock<Arc<Organizations>>,
    request_ids: Ids,
    /// Numbers the entries of all journals.
    answered: AtomicU64,
}

impl World {
    /// A world as the fixture describes it.
    pub fn new(fixture: Fixture) -> Self {
        let seed = fixture.settings.seed;
        World {
            shared: Arc::new(Shared {
                now: RwLock::new(Arc::new(Organizations::new(fixture.clone()))),
                fixture,
                request_ids: Ids::new(seed, b"requests"),
                answered: AtomicU64::new(0),
            }),
        }
    }

    /// What a credential opens. A good key that is new gets its own copy of the template.
    ///
    /// # Errors
    /// The [`Denial`] says what is wrong with the credential, in the order of the
    /// checks: shape, then whether anybody knows it, then its state.
    pub(crate) fn admit(&self, secret: &[u8]) -> Result<Access, Denial> {
        self.now().key(secret)?.map_or(Ok(Access::Inference), Key::open)
    }

    /// The organization that a credential belongs to, whatever its state and scopes; made if it is
    /// good and new. After the whole world was reset or given another state, ask again.
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
        self.now().key(secret).ok().flatten().map(|key| key.organization)
    }

    /// All organizations that there are by now: those of the fixture first, the others by their ids.
    pub fn organizations(&self) -> Vec<Arc<Organization>> {
        self.now().all()
    }

    /// Puts everything back: all organizations, their clocks and faults, and empties all journals.
    /// Whoever is answered meanwhile sees the world before or the world after, never a part of each.
    pub fn reset(&self) {
        let beginning = Organizations::new(self.shared.fixture.clone());
        // Dropped after the lock, since it may be large.
        let _before = std::mem::replace(&mut *write(&self.shared.now), Arc::new(beginning));
    }

    /// The world as a fixture document: the template, and every organization with its keys' digests,
    /// its clock and what is left of its faults. Written to a file it is a fixture that brings the same
    /// world back.
    pub fn state(&self) -> serde_json::Value {
        let now = self.now();
        // A copy, which shares: whoever changes the template does not wait for the writing.
        let template = read(&now.template).clone();
        let mut document = template.map_or_else(|| serde_json::json!({}), |seed| seed.document());
        // One walk, so that an organization that comes meanwhile is there with its key or not at all.
        let mut made: HashMap<_, (Arc<Organization>, Vec<_>)> = HashMap::new();
        for key in &now.keys {
            let entry = made.entry(Arc::as_ptr(&key.organization));
            entry.or_insert_with(|| (key.organization.clone(), Vec::new())).1.push(key.document(key.key()));
        }
        let pinned = now.pinned.iter().map(|organization| {
            made.remove(&Arc::as_ptr(organization)).unwrap_or_else(|| (organization.clone(), Vec::new()))
        });
        let mut all: Vec<_> = pinned.collect();
        let mut others: Vec<_> = made.into_values().collect();
        others.sort_by(|(a, _), (b, _)| a.id().cmp(b.id()));
        all.extend(others);
        let entry = |(organization, mut keys): (Arc<Organization>, Vec<serde_json::Value>)| {
            let mut entry = organization.state_document();
            entry["id"] = organization.id().into();
            keys.sort_by_key(ToString::to_string);
            entry["keys"] = keys.into();
            entry
        };
        let organizations: serde_json::Value = all.into_iter().map(entry).collect();
        document["organizations"] = organizations;
        document
    }

    /// Puts another world in the place of this one. A reset still brings back what the world began with.
    /// Journals of organizations begin anew.
    ///
    /// # Errors
    /// All problems of the document; nothing changes then.
    pub fn put_state(&self, json: &str) -> Result<(), FixtureError> {
        let settings = self.shared.fixture.settings.clone();
        let mut next = Organizations::new(Fixture::parse_state(json, settings)?);
        let mut now = write(&self.shared.now);
        next.journal = now.journal.clone();
        let before = std::mem::replace(&mut *now, Arc::new(next));
        drop(now);
        drop(before);
        Ok(())
    }

    /// The clock that a new key's organization begins with; without a template, the first organization's.
    pub fn clock(&self) -> Clock {
        let now = self.now();
        let template = read(&now.template).as_ref().map(|seed| seed.clock);
        template.or_else(|| Some(now.pinned.first()?.clock())).unwrap_or_default()
    }

    /// Gives every organization another clock, those to come included.
    pub fn set_clock(&self, clock: Clock) {
        self.change_clocks(|_| clock);
    }

    /// Moves every organization's clock, those to come included.
    pub fn advance_clock(&self, by: SignedDuration) {
        self.change_clocks(|clock| clock.advanced(by));
    }

    fn change_clocks(&self, change: impl Fn(Clock) -> Clock) {
        let now = self.now();
        // Held throughout, so that no organization is made from the old clock after its turn.
        let mut template = write(&now.template);
        if let Some(seed) = template.as_mut() {
            seed.clock = change(seed.clock);
        }
        for organization in now.all() {
            organization.change_clock(&change);
        }
    }

    /// Plans faults for every organization that there is by now and, from its beginning, for each to come.
    ///
    /// # Errors
    /// When one of them would hold more than 1,000; nothing is planned then, unless somebody fills an
    /// organization at the same moment.
    pub fn plan_faults(&self, faults: &[Fault]) -> Result<(), TooManyFaults> {
        let now = self.now();
        let mut template = write(&now.template);
        let planned = |count: usize| count + faults.len() > MOST_FAULTS;
        if template.as_ref().is_some_and(|seed| planned(seed.faults.len()))
            || now.all().iter().any(|organization| planned(organization.faults().len()))
        {
            return Err(TooManyFaults);
        }
        if let Some(seed) = template.as_mut() {
            seed.faults = seed.faults.iter().chain(faults).cloned().collect();
        }
        for organization in now.all() {
            organization.plan_faults(faults.to_vec())?;
        }
        Ok(())
    }

    /// Forgets all that is planned, for organizations to come as well.
    pub fn clear_faults(&self) {
        let now = self.now();
        let mut template = write(&now.template);
        if let Some(seed) = template.as_mut() {
            seed.faults = Arc::default();
        }
        for organization in now.all() {
            organization.clear_faults();
        }
    }

    /// What is planned for organizations to come, then in each that there is.
    pub fn faults(&self) -> Vec<PlannedFault> {
        let now = self.now();
        let to_come = read(&now.template).as_ref().map(|seed| seed.faults.clone()).unwrap_or_default();
        let planned = now.all().into_iter().flat_map(|organization| organization.faults());
        to_come.iter().cloned().map(PlannedFault::new).chain(planned).collect()
    }

    /// What was asked of all organizations and of none, oldest first.
    pub fn requests(&self, filter: &JournalFilter) -> Vec<JournalEntry> {
        let now = self.now();
        let mut entries = now.journal.read(filter);
        entries.extend(now.all().iter().flat_map(|organization| organization.requests(filter)));
        entries.sort_by_key(|entry| entry.number);
        entries
    }

    /// Empties all journals.
    pub fn clear_requests(&self) {
        let now = self.now();
        drop(now.journal.clear());
        for organization in now.all() {
            organization.clear_requests();
        }
    }

    /// The number of the next entry of a journal, and the time by the organization's clock or, where a request
    /// reached none, by the system's.
    pub(crate) fn stamp(&self, organization: Option<&Organization>) -> (u64, Timestamp) {
        let number = self.shared.answered.fetch_add(1, Ordering::Relaxed);
        (number, organization.map_or(Clock::System, Organization::clock).now())
    }

    /// Writes down a request, in its organization's journal or, where it reached none, in the world's.
    pub(crate) fn record(&self, organization: Option<&Organization>, entry: JournalEntry) {
        match organization {
            Some(organization) => organization.journal().add(entry),
            None => self.now().journal.add(entry),
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

    fn now(&self) -> Arc<Organizations> {
        read(&self.shared.now).clone()
    }
}

impl Default for World {
    /// The world of the compiled-in `fixtures/default.json`: one invite in each status for every key.
    fn default() -> Self {
        World::new(Fixture::default())
    }
}
