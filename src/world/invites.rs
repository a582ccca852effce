//! An organization's invites: what one is, and what may happen to it.

use std::sync::Arc;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::clock::{Moment, Reading};

/// How long an invite stays open: 21 days (contract, section 6).
pub(crate) const LIFETIME: SignedDuration = SignedDuration::from_hours(21 * 24);

/// How many deleted invites an organization remembers; the oldest are forgotten first.
const REMEMBERED_DELETED: usize = 10_000;

/// The roles that the API shows on an invite (contract, section 6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the vendor's words, with no more meaning than their names")]
pub enum Role {
    Admin,
    Billing,
    ClaudeCodeUser,
    Developer,
    Managed,
    MembershipAdmin,
    Owner,
    PrimaryOwner,
    #[default]
    User,
}

/// An invite's status (contract, section 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Open, and the only status in which an invite can be deleted.
    Pending,
    /// The invitee has joined the organization. Final.
    Accepted,
    /// The clock has reached `expires_at`. Computed whenever it is asked for.
    Expired,
    /// Gone for the API; remembered so that a refusal can say so.
    Deleted,
}

/// One invitation.
#[derive(Clone, Debug)]
pub struct Invite {
    /// The id; any string, though those that the world makes have the API's shape.
    pub id: Arc<str>,
    /// The address invited.
    pub email: Box<str>,
    /// The role that the invitee gets.
    pub role: Role,
    /// When the invitation was made.
    pub invited_at: Moment,
    /// When it stops being pending.
    pub expires_at: Moment,
    /// What became of it.
    pub life: Life,
    /// RBAC groups to be given on acceptance.
    pub rbac_group_ids: Box<[Box<str>]>,
}

/// What became of an invite, apart from the passing of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// Neither accepted nor deleted: pending or, by the clock, expired.
    Open,
    /// Accepted at that moment.
    Accepted(Moment),
    /// Deleted.
    Deleted,
}

impl Invite {
    /// The status at a reading of the organization's clock: expired from `expires_at` on.
    pub fn status(&self, reading: Reading) -> Status {
        match self.life {
            Life::Accepted(_) => Status::Accepted,
            Life::Deleted => Status::Deleted,
            Life::Open if reading.now >= reading.resolve(self.expires_at) => Status::Expired,
            Life::Open => Status::Pending,
        }
    }
}

/// Why the world refuses to do something to an invite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The organization never had an invite of that id, or has forgotten it.
    Unknown,
    /// It was deleted before.
    Deleted,
    /// It was accepted; its invitee is a member now.
    Accepted,
    /// It has expired.
    Expired,
}

/// The invites of one organization. A copy shares what neither side has changed since.
#[derive(Clone, Debug, Default)]
pub(crate) struct Invites {
    by_id: imbl::HashMap<Arc<str>, Arc<Invite>>,
    /// The ids of deleted invites, the longest deleted first.
    deleted: imbl::Vector<Arc<str>>,
}

impl Invites {
    /// Deletes a pending invite; anything else is refused and stays as it is.
    pub(crate) fn delete(&mut self, id: &str, reading: Reading) -> Result<(), Refusal> {
        let invite = self.by_id.get_mut(id).ok_or(Refusal::Unknown)?;
        match invite.status(reading) {
            Status::Pending => {}
            Status::Deleted => return Err(Refusal::Deleted),
            Status::Accepted => return Err(Refusal::Accepted),
            Status::Expired => return Err(Refusal::Expired),
        }
        let invite = Arc::make_mut(invite);
        invite.life = Life::Deleted;
        let id = invite.id.clone();
        self.remember_deleted(id);
        Ok(())
    }

    /// What the organization knows of an invite, deleted ones included.
    pub(crate) fn get(&self, id: &str) -> Option<&Arc<Invite>> {
        self.by_id.get(id)
    }

    /// All ids, in no order.
    pub(crate) fn ids(&self) -> Vec<Arc<str>> {
        self.by_id.keys().cloned().collect()
    }

    /// How many invites are held, deleted ones included.
    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Takes in a seeded invite. Its id must be new.
    pub(crate) fn seed(&mut self, invite: Invite) {
        let (id, deleted) = (invite.id.clone(), invite.life == Life::Deleted);
        self.by_id.insert(id.clone(), Arc::new(invite));
        if deleted {
            self.remember_deleted(id);
        }
    }

    fn remember_deleted(&mut self, id: Arc<str>) {
        self.deleted.push_back(id);
        if self.deleted.len() > REMEMBERED_DELETED
            && let Some(forgotten) = self.deleted.pop_front()
        {
            self.by_id.remove(&forgotten);
        }
    }
}

/// An address as the API compares it: in lower case and without a `+tag` (contract, section 4).
pub(crate) fn normalized(email: &str) -> String {
    let lower = email.to_lowercase();
    match lower.rsplit_once('@') {
        Some((local, domain)) => {
            let mailbox = local.split('+').next().unwrap_or(local);
            format!("{mailbox}@{domain}")
        }
        None => lower,
    }
}
