//! Planned faults: counted, never drawn by chance, and what became of each.

use std::num::NonZeroU32;

use serde::Serialize;

use super::{
    api_keys::{ApiKeyChange, ApiKeyStatus},
    error::Error,
    faults::{Fault, check_faults},
    operation::{Operation, PathIds},
    organization::Organization,
    outcome::{Meanwhile, Times},
};

/// How many faults one organization holds, spent ones included.
const MOST_FAULTS: usize = 1000;

/// A planned fault and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PlannedFault {
    /// The plan, as it was given.
    #[serde(flatten)]
    pub fault: Fault,
    /// How often it has struck.
    pub hits: u32,
    #[serde(skip)]
    passed: u32,
}

impl PlannedFault {
    pub(crate) fn new(fault: Fault) -> Self {
        PlannedFault { fault, hits: 0, passed: 0 }
    }

    fn is_spent(&self) -> bool {
        matches!(self.fault.times, Times::Number(times) if self.hits >= times.get())
    }

    /// The plan for what is left of it; `None` when it is spent.
    pub(crate) fn left(&self) -> Option<Fault> {
        let times = match self.fault.times {
            Times::Number(times) => Times::Number(NonZeroU32::new(times.get().saturating_sub(self.hits))?),
            always => always,
        };
        let skip = self.fault.skip.saturating_sub(self.passed);
        Some(Fault { times, skip, ..self.fault.clone() })
    }
}

impl Organization {
    /// What is planned to go wrong, in order, with what became of it.
    pub fn faults(&self) -> Vec<PlannedFault> {
        self.planned().clone()
    }

    /// Plans things to go wrong, after what is planned already. Of several faults that fit a request the first that is
    /// not spent strikes. The oldest spent ones are dropped where the new ones need their places.
    ///
    /// # Errors
    /// When a plan contradicts itself, or more than 1,000 would not be spent; nothing is planned then.
    pub fn plan_faults(&self, faults: &[Fault]) -> Result<(), Error> {
        check_faults(faults)?;
        let mut planned = self.planned();
        room_for(unspent(&planned) + faults.len())?;
        let mut over = (planned.len() + faults.len()).saturating_sub(MOST_FAULTS);
        planned.retain(|fault| {
            let dropped = over > 0 && fault.is_spent();
            over -= usize::from(dropped);
            !dropped
        });
        planned.extend(faults.iter().cloned().map(PlannedFault::new));
        Ok(())
    }

    /// Refuses more faults than fit beside those that are not spent.
    pub(crate) fn room_for_faults(&self, more: usize) -> Result<(), Error> {
        room_for(unspent(&self.planned()) + more)
    }

    /// Forgets all that is planned.
    pub fn clear_faults(&self) {
        self.planned().clear();
    }

    /// The fault that strikes a request, which is counted.
    pub(crate) fn strike(&self, operation: Operation, ids: &PathIds) -> Option<Fault> {
        strike(&mut self.planned(), operation, ids)
    }

    /// Lets something happen to the resource of a path. Where it cannot happen any more, nothing does.
    pub(crate) fn meanwhile(&self, what: Meanwhile, ids: &PathIds) {
        let named = what.path_ids().iter().find(|name| ids.get(name).is_some());
        let named = named.map(|name| (*name, ids.for_lookup(name)));
        match (what, named) {
            (Meanwhile::Accept, Some((_, id))) => drop(self.accept_invite(id)),
            (Meanwhile::Expire, Some((_, id))) => drop(self.expire_invite(id)),
            (Meanwhile::Delete, Some((_, id))) => drop(self.delete_invite(id)),
            (Meanwhile::Remove, Some((_, id))) => drop(self.remove_user(id)),
            (Meanwhile::Archive, Some(("api_key_id", id))) => {
                let status = Some(ApiKeyStatus::Archived);
                drop(self.update_api_key(id, ApiKeyChange { status, ..ApiKeyChange::default() }));
            }
            (Meanwhile::Archive, Some((_, id))) => drop(self.archive_workspace(id)),
            (_, None) => {}
        }
    }
}

/// The fault that strikes a request: the first planned one that fits and is not spent. It is counted, as is each fitting
/// one that lets the request pass.
fn strike(planned: &mut [PlannedFault], operation: Operation, ids: &PathIds) -> Option<Fault> {
    for planned in planned.iter_mut().filter(|planned| !planned.is_spent()) {
        if !planned.fault.fits(operation, ids) {
            continue;
        }
        if planned.passed < planned.fault.skip {
            planned.passed += 1;
        } else {
            planned.hits = planned.hits.saturating_add(1);
            return Some(planned.fault.clone());
        }
    }
    None
}

fn unspent(planned: &[PlannedFault]) -> usize {
    planned.iter().filter(|fault| !fault.is_spent()).count()
}

/// Refuses more faults that are not spent than one organization holds.
pub(crate) fn room_for(faults: usize) -> Result<(), Error> {
    match faults > MOST_FAULTS {
        true => Err(Error::new(format!(
            "an organization holds {MOST_FAULTS} faults at the most that are not spent; forget some first"
        ))),
        false => Ok(()),
    }
}
