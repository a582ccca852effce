//! What concerns all organizations at once, those to come included: clock, faults and journal.

use std::sync::Arc;

use super::{
    World,
    clock::Clock,
    error::Error,
    faults::{Fault, check_faults},
    journal::{JournalEntry, JournalFilter},
    offset::Offset,
    organizations::{read, write},
    planned::{PlannedFault, room_for},
};

impl World {
    /// The clock that a new key's organization begins with; without a template, the first organization's.
    pub fn clock(&self) -> Clock {
        let current = self.current();
        let template = read(&current.template).as_ref().map(|seed| seed.clock);
        template.or_else(|| Some(current.pinned.first()?.clock())).unwrap_or_default()
    }

    /// Gives every organization another clock, those to come included.
    pub fn set_clock(&self, clock: Clock) {
        self.change_clocks(|_| clock);
    }

    /// Moves every organization's clock, those to come included, by a duration such as `"22d"`.
    ///
    /// # Errors
    /// When a text is no duration.
    pub fn advance_clock(&self, by: impl TryInto<Offset, Error: Into<Error>>) -> Result<(), Error> {
        let by = by.try_into().map_err(Into::into)?;
        self.change_clocks(|clock| clock.advanced(by));
        Ok(())
    }

    fn change_clocks(&self, change: impl Fn(Clock) -> Clock) {
        let current = self.current();
        // Held throughout, so that no organization is made from the old clock after its turn.
        let mut template = write(&current.template);
        if let Some(seed) = template.as_mut() {
            seed.clock = change(seed.clock);
        }
        for organization in current.all() {
            organization.change_clock(&change);
        }
    }

    /// Plans faults for every organization that there is by now and, from its start, for each to come.
    ///
    /// # Errors
    /// When a plan contradicts itself, or one of the organizations would hold more than 1,000 that are not spent; nothing is planned then,
    /// unless another thread fills an organization at the same moment.
    pub fn plan_faults(&self, faults: &[Fault]) -> Result<(), Error> {
        check_faults(faults)?;
        let current = self.current();
        let mut template = write(&current.template);
        if let Some(seed) = template.as_ref() {
            room_for(seed.faults.len() + faults.len())?;
        }
        for organization in current.all() {
            organization.room_for_faults(faults.len())?;
        }
        if let Some(seed) = template.as_mut() {
            seed.faults = seed.faults.iter().chain(faults).cloned().collect();
        }
        current.all().iter().try_for_each(|organization| organization.plan_faults(faults))
    }

    /// Forgets all that is planned, for organizations to come as well.
    pub fn clear_faults(&self) {
        let current = self.current();
        let mut template = write(&current.template);
        if let Some(seed) = template.as_mut() {
            seed.faults = Arc::default();
        }
        for organization in current.all() {
            organization.clear_faults();
        }
    }

    /// What is planned for organizations to come, then in each that there is.
    pub fn faults(&self) -> Vec<PlannedFault> {
        let current = self.current();
        let to_come = read(&current.template).as_ref().map(|seed| seed.faults.clone()).unwrap_or_default();
        let planned = current.all().into_iter().flat_map(|organization| organization.faults());
        to_come.iter().cloned().map(PlannedFault::new).chain(planned).collect()
    }

    /// What was asked of all organizations and of none, oldest first.
    pub fn requests(&self, filter: &JournalFilter) -> Vec<JournalEntry> {
        let current = self.current();
        let mut entries = current.journal.read(filter);
        entries.extend(current.all().iter().flat_map(|organization| organization.requests(filter)));
        entries.sort_by_key(|entry| entry.number);
        entries
    }

    /// Empties all journals.
    pub fn clear_requests(&self) {
        let current = self.current();
        drop(current.journal.clear());
        for organization in current.all() {
            organization.clear_requests();
        }
    }
}
