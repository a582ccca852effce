//! One organization: its clock and its invites behind one private lock.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::{
    clock::{Clock, Reading},
    invites::{Invite, Invites, Refusal, Status},
};

/// What an organization begins with, and what a copy of it begins with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seed {
    pub(crate) clock: Clock,
    pub(crate) invites: Invites,
}

/// An organization. Everything that must happen at once (look at the status, then delete) happens
/// under its lock, which never leaves this file.
#[derive(Debug)]
pub struct Organization {
    id: Box<str>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    clock: Clock,
    epoch: Timestamp,
    invites: Invites,
}

impl State {
    fn reading(&self) -> Reading {
        Reading { now: self.clock.now(), epoch: self.epoch }
    }
}

impl Organization {
    pub(crate) fn new(id: impl Into<Box<str>>, seed: Seed) -> Self {
        let Seed { clock, invites } = seed;
        let state = State { clock, epoch: clock.now(), invites };
        Organization { id: id.into(), state: Mutex::new(state) }
    }

    /// The id that the API shows in `anthropic-organization-id`: a UUID unless a fixture names another.
    pub fn id(&self) -> &str {
        &self.id
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

    /// An invite and its status now, deleted ones included; `None` for an id that the organization
    /// does not know.
    pub fn invite(&self, id: &str) -> Option<(Arc<Invite>, Status)> {
        let state = self.state();
        let invite = state.invites.get(id)?;
        Some((invite.clone(), invite.status(state.reading())))
    }

    /// The ids of all invites, deleted ones included, in the order of their bytes.
    pub fn invite_ids(&self) -> Vec<Arc<str>> {
        let mut ids = self.state().invites.ids();
        ids.sort();
        ids
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere must not take the organization with it: every change is one step.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
