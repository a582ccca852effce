//! What may happen to an organization's invites, and why it is refused.

use std::{fmt, sync::Arc};

use foldhash::fast::RandomState;
use imbl::{GenericHashMap, Vector, shared_ptr::DefaultSharedPtr};

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
    /// The ids of an address's invites that were open when the last one came, that one included.
    by_address: GenericHashMap<Arc<str>, Vec<Arc<str>>, RandomState, DefaultSharedPtr>,
    /// The ids of the deleted ones, the one deleted first first.
    deleted: Vector<Arc<str>>,
}

impl Invites {
    pub(crate) fn insert(&mut self, row: InviteRow) {
        let (id, address, end) = (row.id.clone(), row.address.clone(), row.end);
        self.table.insert(row);
        match end {
            End::Open => {
                let ids = self.by_address.entry(address).or_default();
                ids.retain(|id| self.table.get(id).is_some_and(|row| row.end == End::Open));
                ids.push(id);
            }
            End::Deleted => self.remember(id),
            End::Accepted(_) => {}
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

    /// How many are pending.
    pub(crate) fn pending(&self, reading: Reading) -> usize {
        let now = reading.tick_of_now();
        let ids = self.by_address.values().flatten();
        ids.filter_map(|id| self.table.get(id)).filter(|row| row.status(now) == InviteStatus::Pending).count()
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

    /// The pending invite for a normalized address.
    pub(super) fn pending_for(&self, address: &str, reading: Reading) -> Option<&InviteRow> {
        let now = reading.tick_of_now();
        let mut rows = self.by_address.get(address)?.iter().rev().filter_map(|id| self.table.get(id));
        rows.find(|row| row.status(now) == InviteStatus::Pending)
    }

    /// Whether there is a row of that id, deleted ones included.
    pub(super) fn has(&self, id: &str) -> bool {
        self.table.get(id).is_some()
    }

    fn remember(&mut self, deleted: Arc<str>) {
        self.deleted.push_back(deleted);
        if self.deleted.len() > REMEMBERED_DELETED
            && let Some(first) = self.deleted.pop_front()
            && let Some(row) = self.table.remove(&first)
            && let Some(ids) = self.by_address.get_mut(&row.address)
        {
            ids.retain(|id| *id != first);
            if ids.is_empty() {
                self.by_address.remove(&row.address);
            }
        }
    }
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
        self.locked(|state, reading| {
            let invites = &mut state.tables.invites;
            invites.pending_row(id, reading)?;
            let now = reading.tick_of_now();
            invites.table.update(id, |row| {
                row.expires_at = now;
                // A clock that was set back must not let an invite end before it was made.
                row.invited_at = row.invited_at.min(now);
            });
            invites.table.get(id).map(|row| row.read(reading)).ok_or(InviteRefusal::Unknown)
        })
    }
}
