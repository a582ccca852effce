//! What may happen to an organization's invites, and why it is refused.

use std::{fmt, sync::Arc};

use imbl::{OrdSet, Vector};

use super::{End, Invite, InviteFilter, InviteRow, InviteStatus};
use crate::world::{
    clock::{Reading, Tick},
    email::normalized,
    organization::Organization,
    table::{Page, Paging, Table, UnknownCursor},
};

/// How many deleted invites an organization remembers; the one deleted first is forgotten first.
const REMEMBERED_DELETED: usize = 10_000;

/// Why the world refuses to do something to an invite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InviteRefusal {
    /// The organization never had an invite of that id, or has forgotten it.
    Unknown,
    /// It was deleted before.
    Deleted,
    /// It was accepted; its invitee is a member now.
    Accepted,
    /// It has expired.
    Expired,
}

impl fmt::Display for InviteRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            InviteRefusal::Unknown => "the organization has no invite of that id",
            InviteRefusal::Deleted => "the invite was deleted before",
            InviteRefusal::Accepted => "the invite was accepted before",
            InviteRefusal::Expired => "the invite has expired",
        })
    }
}

impl std::error::Error for InviteRefusal {}

/// The invites of one organization. Deleted ones are rows that lists leave out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Invites {
    table: Table<InviteRow>,
    /// Address, end and id of each open invite; those of an address that were decided since stay until its next invitation.
    open: OrdSet<(Arc<str>, Tick, Arc<str>)>,
    /// The ids of the deleted ones, the one deleted first first.
    deleted: Vector<Arc<str>>,
}

impl Invites {
    pub(crate) fn insert(&mut self, row: InviteRow) {
        let (id, end) = (row.id.clone(), row.end);
        if end == End::Open {
            self.open.insert(place(&row));
        }
        self.table.insert(row);
        if end == End::Deleted {
            self.remember(id);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.table.len()
    }

    /// How many are not deleted.
    pub(crate) fn shown(&self) -> usize {
        self.table.len() - self.deleted.len()
    }

    /// All rows, deleted ones included, in the order of a document.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &InviteRow> {
        self.table.oldest_first()
    }

    /// A row that was accepted, and when.
    pub(crate) fn accepted(&self, id: &str) -> Option<(&InviteRow, Tick)> {
        let row = self.table.get(id)?;
        match row.end {
            End::Accepted(at) => Some((row, at)),
            End::Open | End::Deleted => None,
        }
    }

    /// Whether there are at least so many pending ones.
    pub(crate) fn are_pending(&self, number: usize, reading: Reading) -> bool {
        let now = reading.tick_of_now();
        let pending = self.table.newest_first().filter(|row| row.status(now) == InviteStatus::Pending);
        pending.take(number).count() == number
    }

    /// Accepts a pending invite.
    pub(crate) fn accept(&mut self, id: &str, reading: Reading) -> Result<Invite, InviteRefusal> {
        let invited_at = self.pending_row(id, reading)?.invited_at;
        // A clock that was set back must not let an invitee join before the invitation.
        let at = reading.tick_of_now().max(invited_at);
        self.table.update(id, |row| row.end = End::Accepted(at));
        self.table.get(id).map(|row| row.read(reading)).ok_or(InviteRefusal::Unknown)
    }

    fn pending_row(&self, id: &str, reading: Reading) -> Result<&InviteRow, InviteRefusal> {
        let row = self.table.get(id).ok_or(InviteRefusal::Unknown)?;
        match row.status(reading.tick_of_now()) {
            InviteStatus::Pending => Ok(row),
            InviteStatus::Accepted => Err(InviteRefusal::Accepted),
            InviteStatus::Expired => Err(InviteRefusal::Expired),
            InviteStatus::Deleted => Err(InviteRefusal::Deleted),
        }
    }

    /// The pending invite for a normalized address. Those that were decided meanwhile are left out from then on.
    pub(super) fn pending_for(&mut self, address: &str, reading: Reading) -> Option<&InviteRow> {
        let after_now = (address.into(), reading.tick_of_now().next(), Arc::default());
        let mut found = None;
        let mut decided = Vec::new();
        for entry in self.open.range(after_now..).take_while(|(other, ..)| **other == *address) {
            match self.table.get(&entry.2) {
                Some(row) if row.end == End::Open => {
                    found = Some(row.id.clone());
                    break;
                }
                _ => decided.push(entry.clone()),
            }
        }
        for entry in decided {
            self.open.remove(&entry);
        }
        self.table.get(&found?)
    }

    /// Whether there is a row of that id, deleted ones included.
    pub(super) fn has(&self, id: &str) -> bool {
        self.table.get(id).is_some()
    }

    /// Remembers a deleted invite, and forgets another one where these are too many.
    fn remember(&mut self, deleted: Arc<str>) {
        self.deleted.push_back(deleted);
        if self.deleted.len() > REMEMBERED_DELETED
            && let Some(first) = self.deleted.pop_front()
            && let Some(row) = self.table.remove(&first)
        {
            self.open.remove(&place(&row));
        }
    }

    /// Ends the time of a pending invite.
    fn expire(&mut self, id: &str, reading: Reading) -> Result<Invite, InviteRefusal> {
        self.open.remove(&place(self.pending_row(id, reading)?));
        let now = reading.tick_of_now();
        self.table.update(id, |row| {
            row.expires_at = now;
            // A clock that was set back must not let an invite end before it was made.
            row.invited_at = row.invited_at.min(now);
        });
        let row = self.table.get(id).ok_or(InviteRefusal::Unknown)?;
        self.open.insert(place(row));
        Ok(row.read(reading))
    }
}

/// Where an open invite stands among all of them.
fn place(row: &InviteRow) -> (Arc<str>, Tick, Arc<str>) {
    (row.address.clone(), row.expires_at, row.id.clone())
}

impl Organization {
    /// An invite as it is now, deleted ones included; `None` for an id that the organization does not know.
    pub fn invite(&self, id: &str) -> Option<Invite> {
        self.locked(|state, reading| Some(state.tables.invites.table.get(id)?.read(reading)))
    }

    /// A page of the invites that are not deleted, newest first. A deleted one is still a cursor.
    ///
    /// # Errors
    /// When the organization does not know the cursor's id.
    pub fn list_invites(
        &self,
        filter: &InviteFilter,
        paging: &Paging,
    ) -> Result<Page<Invite>, UnknownCursor> {
        let address = filter.email.as_deref().map(|email| normalized(&email.into()));
        // A copy, which shares, so that a filter which few rows pass holds up no other request.
        let (table, reading) = self.locked(|state, reading| (state.tables.invites.table.clone(), reading));
        let now = reading.tick_of_now();
        let keep = |row: &InviteRow| {
            row.end != End::Deleted
                && address.as_ref().is_none_or(|address| row.address == *address)
                && (filter.roles.is_empty() || filter.roles.contains(&row.role))
                && (filter.statuses.is_empty() || filter.statuses.contains(&row.status(now)))
        };
        table.page(paging, keep, |row| row.read(reading))
    }

    /// Deletes a pending invite.
    ///
    /// # Errors
    /// The [`InviteRefusal`] says why nothing was deleted.
    pub fn delete_invite(&self, id: &str) -> Result<(), InviteRefusal> {
        self.locked(|state, reading| {
            let invites = &mut state.tables.invites;
            let id = invites.pending_row(id, reading)?.id.clone();
            invites.table.update(&id, |row| row.end = End::Deleted);
            invites.remember(id);
            Ok(())
        })
    }

    /// Accepts a pending invite as the invitee would: the address becomes a user's.
    ///
    /// # Errors
    /// The [`InviteRefusal`] says why nothing was accepted.
    pub fn accept_invite(&self, id: &str) -> Result<Invite, InviteRefusal> {
        self.locked(|state, reading| state.tables.accept_invite(id, state.policy.kind, &state.ids, reading))
    }

    /// Lets the time of a pending invite end now.
    ///
    /// # Errors
    /// The [`InviteRefusal`] says why nothing has changed.
    pub fn expire_invite(&self, id: &str) -> Result<Invite, InviteRefusal> {
        self.locked(|state, reading| state.tables.invites.expire(id, reading))
    }
}
