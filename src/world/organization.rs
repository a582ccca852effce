//! One organization: its clock, its policy and its invites, behind one private lock.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::{
    clock::{Clock, Moment, Reading},
    faults::{self, Fault, MOST_FAULTS, PlannedFault, TooManyFaults},
    fixture::{Fixture, FixtureError, Settings, dump},
    ids::Ids,
    invite::{Invite, LIFETIME, Life, Record, normalized},
    invites::{Invites, Listing, Page, Refusal, UnknownCursor},
    journal::{Journal, JournalEntry, JournalFilter},
    limits::{Limits, RateLimit, RateLimited},
    operation::Operation,
    policy::{CreateRefusal, NewInvite, OrganizationType, Policy},
};

/// What an organization begins with, and what a copy of it begins with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seed {
    pub(crate) clock: Clock,
    pub(crate) policy: Arc<Policy>,
    pub(crate) invites: Invites,
    pub(crate) faults: Arc<[Fault]>,
}

impl Seed {
    /// The seed as a fixture's template; times that hang on an organization's beginning stay so.
    pub(crate) fn document(&self) -> serde_json::Value {
        dump::organization(self.clock, &self.policy, &self.invites, &planned(&self.faults), None)
    }
}

/// An organization. Everything that must happen at once (look at the status, then delete) happens
/// under its state's lock. Its locks never leave this file; the state's is taken first.
#[derive(Debug)]
pub struct Organization {
    id: Box<str>,
    /// What it begins with, and what a reset brings back.
    seed: Seed,
    common: Common,
    state: Mutex<State>,
    /// Every request asks whether one strikes, so they have a lock that is never held for long.
    faults: Mutex<Vec<PlannedFault>>,
    journal: Journal,
}

#[derive(Debug)]
struct State {
    clock: Clock,
    epoch: Timestamp,
    policy: Arc<Policy>,
    invites: Invites,
    ids: Ids,
    limits: Limits,
}

impl State {
    fn reading(&self) -> Reading {
        Reading { now: self.clock.now(), epoch: self.epoch }
    }
}

/// What every organization of a world has in common.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Common {
    pub(crate) id_seed: u64,
    pub(crate) rate_limit: RateLimit,
    pub(crate) journal: usize,
    /// The clock that was chosen for all organizations.
    pub(crate) now: Option<Moment>,
}

impl Organization {
    pub(crate) fn new(id: impl Into<Box<str>>, seed: Seed, common: Common) -> Self {
        let id = id.into();
        let state = Mutex::new(Self::beginning(&id, &seed, common));
        let faults = Mutex::new(planned(&seed.faults));
        Organization { id, seed, common, state, faults, journal: Journal::new(common.journal) }
    }

    /// Puts a seed in the place of the state; a reset still brings back the one that it began with.
    pub(crate) fn begin_with(&self, seed: &Seed) {
        let mut state = self.state();
        let before = std::mem::replace(&mut *state, Self::beginning(&self.id, seed, self.common));
        *self.planned() = planned(&seed.faults);
        drop(state);
        // After the lock, since it may be large.
        drop(before);
    }

    fn beginning(id: &str, seed: &Seed, common: Common) -> State {
        let epoch = seed.clock.now();
        State {
            clock: seed.clock,
            epoch,
            policy: seed.policy.clone(),
            invites: seed.invites.clone(),
            ids: Ids::new(common.id_seed, id.as_bytes()),
            limits: Limits::new(common.rate_limit, epoch),
        }
    }

    /// The id that the API shows in `anthropic-organization-id`: a UUID unless a fixture names another.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The organization's type.
    pub fn kind(&self) -> OrganizationType {
        self.state().policy.kind
    }

    /// Invites an address. Policy comes before the state of the address, and capacity last.
    ///
    /// # Errors
    /// The [`CreateRefusal`] says why nothing was created.
    pub fn create_invite(&self, new: NewInvite) -> Result<Invite, CreateRefusal> {
        let mut state = self.state();
        state.policy.permits(&new)?;
        let reading = state.reading();
        let email: Arc<str> = new.email.into();
        let address = normalized(&email);
        if state.invites.is_member(&address) {
            return Err(CreateRefusal::AlreadyMember);
        }
        if let Some(pending) = state.invites.pending_for(&address, reading) {
            return Err(CreateRefusal::AlreadyInvited(pending.id.clone()));
        }
        if let Some(limit) = state.policy.member_limit
            && state.invites.fills(limit, reading)
        {
            return Err(CreateRefusal::MemberLimit(limit));
        }
        let invited_at = Moment::At(reading.now);
        let mut id = state.ids.invite();
        while state.invites.knows(&id) {
            id = state.ids.invite();
        }
        let record = Record {
            id: id.into(),
            email,
            address,
            role: new.role,
            invited_at: invited_at.into(),
            expires_at: invited_at.plus(LIFETIME).into(),
            life: Life::Open,
            rbac_group_ids: new.rbac_group_ids.into_iter().map(Into::into).collect(),
        };
        let invite = record.read(reading);
        state.invites.insert(record);
        Ok(invite)
    }

    /// An invite as it is now, deleted ones included; `None` for an id that the organization does not know.
    pub fn invite(&self, id: &str) -> Option<Invite> {
        let state = self.state();
        state.invites.get(id, state.reading())
    }

    /// A page of the invites that are not deleted, newest first.
    ///
    /// # Errors
    /// When the organization does not know the cursor's id.
    pub fn list_invites(&self, listing: &Listing) -> Result<Page, UnknownCursor> {
        let state = self.state();
        let (invites, reading) = (state.invites.clone(), state.reading());
        // A filter that hardly anything passes may look at every invite; nobody has to wait for it.
        drop(state);
        invites.list(listing, reading)
    }

    /// Deletes a pending invite.
    ///
    /// # Errors
    /// The [`Refusal`] says why nothing was deleted.
    pub fn delete_invite(&self, id: &str) -> Result<(), Refusal> {
        let mut state = self.state();
        let reading = state.reading();
        state.invites.delete(id, reading)
    }

    /// Accepts a pending invite as the invitee would: the address becomes a member.
    ///
    /// # Errors
    /// The [`Refusal`] says why nothing was accepted.
    pub fn accept_invite(&self, id: &str) -> Result<Invite, Refusal> {
        let mut state = self.state();
        let reading = state.reading();
        state.invites.accept(id, reading)
    }

    /// Whether the address belongs to a member, compared as the API does: any case, any `+tag`.
    pub fn is_member(&self, email: &str) -> bool {
        self.state().invites.is_member(&normalized(&email.into()))
    }

    /// The organization's clock.
    pub fn clock(&self) -> Clock {
        self.state().clock
    }

    /// Gives the organization another clock. For its rate limits time has passed, or, where the new
    /// clock is behind the old one, begins anew.
    pub fn set_clock(&self, clock: Clock) {
        self.change_clock(|_| clock);
    }

    /// Moves the clock by a duration, which may be negative. A frozen one stays frozen.
    pub fn advance_clock(&self, by: SignedDuration) {
        self.change_clock(|clock| clock.advanced(by));
    }

    pub(crate) fn change_clock(&self, change: impl FnOnce(Clock) -> Clock) {
        let mut state = self.state();
        // Each is read once, the old one first: a clock set to itself must not seem to run backwards.
        let clock = change(state.clock);
        let (was, is) = (state.clock.now(), clock.now());
        if is < was {
            state.limits = Limits::new(self.common.rate_limit, is);
        }
        state.clock = clock;
    }

    /// Brings back the invites, the members, the faults and the clock that the organization began with,
    /// and empties the journal. Times that hang on its beginning are counted anew.
    pub fn reset(&self) {
        let mut state = self.state();
        let before = std::mem::replace(&mut *state, Self::beginning(&self.id, &self.seed, self.common));
        *self.planned() = planned(&self.seed.faults);
        let entries = self.journal.clear();
        drop(state);
        // After the lock, since they may be many.
        drop((before, entries));
    }

    /// The organization as a fixture document, as its template: [`World::state`](super::World::state).
    pub fn state_document(&self) -> serde_json::Value {
        let state = self.state();
        let (clock, policy, invites) = (state.clock, state.policy.clone(), state.invites.clone());
        let (faults, reading) = (self.faults(), state.reading());
        // Copies share; nobody has to wait for the writing.
        drop(state);
        dump::organization(clock, &policy, &invites, &faults, Some(reading))
    }

    /// Puts the organization into the state of a document's template. A reset still brings back what the
    /// organization began with. The journal stays.
    ///
    /// # Errors
    /// All problems of the document; nothing changes then.
    pub fn put_state(&self, json: &str) -> Result<(), FixtureError> {
        let settings = Settings { seed: self.common.id_seed, now: self.common.now, ..Settings::default() };
        let fixture = Fixture::parse_state(json, settings)?;
        let Fixture { template: Some(seed), organizations, .. } = fixture else {
            return Err(FixtureError::of_state("invites", "the state of one organization needs `invites`"));
        };
        if !organizations.is_empty() {
            let message = "the state of one organization has no others; send it without a credential";
            return Err(FixtureError::of_state("organizations", message));
        }
        self.begin_with(&seed);
        Ok(())
    }

    /// What is planned to go wrong, in order, with what became of it.
    pub fn faults(&self) -> Vec<PlannedFault> {
        self.planned().clone()
    }

    /// Plans things to go wrong, after what is planned already. Of several faults that fit a request the
    /// first that is not spent strikes.
    ///
    /// # Errors
    /// When there would be more than 1,000; nothing is planned then.
    pub fn plan_faults(&self, faults: Vec<Fault>) -> Result<(), TooManyFaults> {
        let mut planned = self.planned();
        if planned.len() + faults.len() > MOST_FAULTS {
            return Err(TooManyFaults);
        }
        planned.extend(faults.into_iter().map(PlannedFault::new));
        Ok(())
    }

    /// Forgets all that is planned.
    pub fn clear_faults(&self) {
        self.planned().clear();
    }

    /// The fault that strikes a request, which is counted.
    pub(crate) fn strike(&self, operation: Operation, invite_id: Option<&str>) -> Option<Fault> {
        faults::strike(&mut self.planned(), operation, invite_id)
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

    /// Counts a request, and a creation where it is one.
    pub(crate) fn count_request(&self, creates: bool) -> Result<(), RateLimited> {
        if self.common.rate_limit == RateLimit::default() {
            return Ok(());
        }
        let mut state = self.state();
        let now = state.clock.now();
        state.limits.count(creates, now)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere must not take the organization with it: every change is one step.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn planned(&self) -> MutexGuard<'_, Vec<PlannedFault>> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Faults before the first request.
fn planned(faults: &[Fault]) -> Vec<PlannedFault> {
    faults.iter().cloned().map(PlannedFault::new).collect()
}
