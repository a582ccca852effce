//! Invites: what is shown and what is kept, and how the status follows from it.

mod create;
mod rules;
mod written;

use std::sync::Arc;

use serde::{Serialize, Serializer, ser::SerializeStruct};

use super::{
    clock::{Reading, Tick},
    offset::Offset,
    policy::Role,
    table::Row,
    time::Time,
    words::words,
};
pub(crate) use create::MOST_GROUPS;
pub use create::{CreateInviteRefusal, NewInvite};
pub use rules::InviteRefusal;
pub(crate) use rules::Invites;
pub(crate) use written::InviteEntry;

/// How long an invite stays open: 21 days (docs/fidelity.md).
const LIFETIME: Offset = Offset::from_hours(21 * 24);

words! {
    /// An invite's status (docs/fidelity.md).
    pub enum InviteStatus {
        /// Open, and the only status in which an invite can be accepted or deleted.
        Pending = "pending",
        /// The invitee has joined the organization. Final.
        Accepted = "accepted",
        /// The clock has reached `expires_at`. Computed whenever it is asked for.
        Expired = "expired",
        /// Gone for the API; remembered so that a refusal can say so.
        Deleted = "deleted",
    }
}

/// An invite as its organization's clock shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Invite {
    /// The id; any string, though those that the world makes have the API's shape.
    pub id: Arc<str>,
    /// The address invited, as it was written.
    pub email: Arc<str>,
    /// The role that the invitee gets.
    pub role: Role,
    /// The status at the moment of asking.
    pub status: InviteStatus,
    /// When the invitation was made.
    pub invited_at: Time,
    /// When it stops being pending.
    pub expires_at: Time,
    /// When it was accepted.
    pub accepted_at: Option<Time>,
    /// RBAC groups to be given on acceptance.
    pub rbac_group_ids: Arc<[Box<str>]>,
}

/// The nine fields of the API (docs/fidelity.md).
impl Serialize for Invite {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Invite", 9)?;
        fields.serialize_field("id", &self.id)?;
        fields.serialize_field("type", "invite")?;
        fields.serialize_field("email", &self.email)?;
        fields.serialize_field("role", &self.role)?;
        fields.serialize_field("invited_at", &self.invited_at)?;
        fields.serialize_field("expires_at", &self.expires_at)?;
        fields.serialize_field("status", &self.status)?;
        fields.serialize_field("rbac_group_ids", &self.rbac_group_ids)?;
        fields.serialize_field("accepted_at", &self.accepted_at)?;
        fields.end()
    }
}

/// Which invites to list; by default all that are not deleted.
#[derive(Clone, Debug, Default)]
pub struct InviteFilter {
    /// Only those for this address, compared as the API does: any case, any `+tag`.
    pub email: Option<String>,
    /// Only those with one of these roles; empty for all.
    pub roles: Vec<Role>,
    /// Only those with one of these statuses; empty for all.
    pub statuses: Vec<InviteStatus>,
}

/// An invite as it is kept. Its status is computed whenever it is read, because it changes with the clock.
#[derive(Clone, Debug)]
pub(crate) struct InviteRow {
    id: Arc<str>,
    email: Arc<str>,
    /// The email, normalized.
    address: Arc<str>,
    role: Role,
    invited_at: Tick,
    expires_at: Tick,
    end: End,
    rbac_group_ids: Arc<[Box<str>]>,
}

/// What became of an invite, apart from the passing of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// Neither accepted nor deleted: pending or, by the clock, expired.
    Open,
    Accepted(Tick),
    Deleted,
}

impl Row for InviteRow {
    fn id(&self) -> &Arc<str> {
        &self.id
    }

    fn time(&self) -> Tick {
        self.invited_at
    }
}

impl InviteRow {
    /// The address as it is compared.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn email(&self) -> &Arc<str> {
        &self.email
    }

    pub(crate) fn role(&self) -> Role {
        self.role
    }

    fn status(&self, now: Tick) -> InviteStatus {
        match self.end {
            End::Accepted(_) => InviteStatus::Accepted,
            End::Deleted => InviteStatus::Deleted,
            End::Open if now >= self.expires_at => InviteStatus::Expired,
            End::Open => InviteStatus::Pending,
        }
    }

    fn read(&self, reading: Reading) -> Invite {
        Invite {
            id: self.id.clone(),
            email: self.email.clone(),
            role: self.role,
            status: self.status(reading.tick_of_now()),
            invited_at: reading.time(self.invited_at),
            expires_at: reading.time(self.expires_at),
            accepted_at: match self.end {
                End::Accepted(at) => Some(reading.time(at)),
                End::Open | End::Deleted => None,
            },
            rbac_group_ids: self.rbac_group_ids.clone(),
        }
    }
}
