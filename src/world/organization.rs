//! One organization: everything that must happen at once happens under its one lock.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use serde_json::Value;

use super::{
    clock::{Clock, Reading},
    error::Error,
    faults::Fault,
    fixture::{Fixture, FixtureError, Purpose, Settings},
    ids::Ids,
    journal::{Journal, JournalEntry, JournalFilter},
    limits::{Limits, RateLimit, RateLimited},
    offset::{Moment, Offset},
    planned::PlannedFault,
    policy::{OrganizationType, Policy},
    seed::{self, Seed},
    tables::{Counts, Tables},
    time::Time,
};

/// An organization. Its methods are the API's operations and what the tester does; each is one step for all others.
pub struct Organization {
    id: Box<str>,
    /// What a reset brings back.
    seed: Seed,
    settings: OrganizationSettings,
    state: Mutex<State>,
    /// Looked at by every request, so its lock is another one, which is never held for long.
    faults: Mutex<Vec<PlannedFault>>,
    journal: Journal,
    /// The number of the world's latest use of a key when this organization was used last.
    last_used: AtomicU64,
}

/// What changes, behind the organization's lock.
pub(crate) struct State {
    clock: Clock,
    origin: Time,
    pub(crate) policy: Arc<Policy>,
    pub(crate) tables: Tables,
    pub(crate) ids: Ids,
    limits: Limits,
}

impl State {
    fn reading(&self) -> Reading {
        Reading { now: self.clock.now(), origin: self.origin }
    }
}

/// What all organizations of a world have in common.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OrganizationSettings {
    pub(crate) id_seed: u64,
    pub(crate) rate_limit: RateLimit,
    pub(crate) journal: usize,
    /// The clock that was chosen for all organizations.
    pub(crate) now: Option<Moment>,
}

impl std::fmt::Debug for Organization {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Organization").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Organization {
    /// An organization in the state that `first` describes; a reset brings back `seed`, which may be another one.
    pub(crate) fn new(
        id: impl Into<Box<str>>,
        first: &Seed,
        seed: Seed,
        settings: OrganizationSettings,
    ) -> Self {
        let id = id.into();
        let state = Mutex::new(new_state(&id, first, settings));
        let faults = Mutex::new(planned(&first.faults));
        let journal = Journal::new(settings.journal);
        Organization { id, seed, settings, state, faults, journal, last_used: AtomicU64::new(0) }
    }

    /// Does something to the state under the lock, by one reading of the clock.
    pub(crate) fn locked<T>(&self, work: impl FnOnce(&mut State, Reading) -> T) -> T {
        let mut state = self.lock();
        let reading = state.reading();
        work(&mut state, reading)
    }

    /// The id that the API shows in `anthropic-organization-id`: a UUID unless a fixture names another.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The organization's name.
    pub fn name(&self) -> String {
        self.lock().policy.name.to_string()
    }

    /// The organization's type.
    pub fn kind(&self) -> OrganizationType {
        self.lock().policy.kind
    }

    /// How many invites that are not deleted, users, active workspaces and API keys there are.
    pub fn counts(&self) -> Counts {
        self.locked(|state, _| state.tables.counts())
    }

    /// The organization's clock.
    pub fn clock(&self) -> Clock {
        self.lock().clock
    }

    /// Gives the organization another clock. Its rate limits refill by a jump forwards.
    pub fn set_clock(&self, clock: Clock) {
        self.change_clock(|_| clock);
    }

    /// Moves the clock by a duration such as `"22d"`, `"-1h"` or [`std::time::Duration`]. A frozen one stays frozen.
    ///
    /// # Errors
    /// When a text is no duration.
    pub fn advance_clock(&self, by: impl TryInto<Offset, Error: Into<Error>>) -> Result<(), Error> {
        let by = by.try_into().map_err(Into::into)?;
        self.change_clock(|clock| clock.advanced(by));
        Ok(())
    }

    pub(crate) fn change_clock(&self, change: impl FnOnce(Clock) -> Clock) {
        let mut state = self.lock();
        let clock = change(state.clock);
        let jump = clock.now().since(state.clock.now());
        state.limits.jump(jump);
        state.clock = clock;
    }

    /// Brings back everything that the organization began with, its faults and its clock included, and empties the
    /// journal. Times that count from its start are counted anew.
    pub fn reset(&self) {
        self.restart_from(&self.seed);
    }

    /// Puts what a seed describes in the place of the state, and empties the journal.
    pub(crate) fn restart_from(&self, seed: &Seed) {
        let next = new_state(&self.id, seed, self.settings);
        let mut state = self.lock();
        let before = std::mem::replace(&mut *state, next);
        *self.planned() = planned(&seed.faults);
        let entries = self.journal.clear();
        drop(state);
        // After the lock, since they may be large.
        drop((before, entries));
    }

    /// The organization as a fixture document: [`World::state`](super::World::state) for one.
    pub fn state(&self) -> Value {
        serde_json::to_value(self.document()).unwrap_or_default()
    }

    pub(crate) fn document(&self) -> super::fixture::Document {
        let state = self.lock();
        // Copies, which share, so that the lock is not held while they are written.
        let (clock, policy, tables, origin) =
            (state.clock, state.policy.clone(), state.tables.clone(), state.origin);
        let faults = seed::left(&self.planned());
        drop(state);
        seed::document(clock, &policy, faults, &tables, Some(origin))
    }

    /// Puts the organization into the state of a document, and empties the journal. A reset still brings back what the
    /// organization began with.
    ///
    /// # Errors
    /// All problems of the document; nothing changes then.
    pub fn put_state(&self, json: &str) -> Result<(), FixtureError> {
        let settings =
            Settings { seed: self.settings.id_seed, now: self.settings.now, ..Settings::default() };
        let fixture = Fixture::parse_state(json, settings, Purpose::Organization)?;
        self.restart_from(&fixture.template.unwrap_or_default());
        Ok(())
    }

    /// What was asked of the organization, oldest first.
    pub fn requests(&self, filter: &JournalFilter) -> Vec<JournalEntry> {
        self.journal.read(filter)
    }

    /// Empties the journal.
    pub fn clear_requests(&self) {
        drop(self.journal.clear());
    }

    pub(crate) fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Counts a request, and a creation of an invite where it is one.
    pub(crate) fn count_request(&self, creates: bool) -> Result<(), RateLimited> {
        if self.settings.rate_limit == RateLimit::default() {
            return Ok(());
        }
        let mut state = self.lock();
        let now = state.clock.now();
        state.limits.count(creates, now)
    }

    pub(crate) fn note_use(&self, number: u64) {
        self.last_used.store(number, Ordering::Relaxed);
    }

    pub(crate) fn last_used(&self) -> u64 {
        self.last_used.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere must not take the organization with it: every change is one step.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn planned(&self) -> MutexGuard<'_, Vec<PlannedFault>> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn new_state(id: &str, seed: &Seed, settings: OrganizationSettings) -> State {
    let start = seed.clock.now();
    let (tables, origin) = seed.tables(start, settings.id_seed);
    State {
        clock: seed.clock,
        origin,
        policy: seed.policy.clone(),
        tables,
        ids: Ids::new(settings.id_seed, id.as_bytes()),
        limits: Limits::new(settings.rate_limit),
    }
}

/// Faults before the first request.
fn planned(faults: &[Fault]) -> Vec<PlannedFault> {
    faults.iter().cloned().map(PlannedFault::new).collect()
}
