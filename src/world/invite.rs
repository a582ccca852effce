//! What an invite is: as it is kept, and as its organization's clock shows it.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize, Serializer, ser::SerializeStruct};

use super::clock::{KeptMoment, Reading};

/// How long an invite stays open: 21 days (docs/fidelity.md).
pub(crate) const LIFETIME: SignedDuration = SignedDuration::from_hours(21 * 24);

/// The roles that the API shows on an invite (docs/fidelity.md).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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

/// An invite's status (docs/fidelity.md).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Open, and the only status in which an invite can be accepted or deleted.
    Pending,
    /// The invitee has joined the organization. Final.
    Accepted,
    /// The clock has reached `expires_at`. Computed whenever it is asked for.
    Expired,
    /// Gone for the API; remembered so that a refusal can say so.
    Deleted,
}

/// An invite as its organization's clock shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invite {
    /// The id; any string, though those that the world makes have the API's shape.
    pub id: Arc<str>,
    /// The address invited, as it was written.
    pub email: Arc<str>,
    /// The role that the invitee gets.
    pub role: Role,
    /// The status at the moment of asking.
    pub status: Status,
    /// When the invitation was made.
    pub invited_at: Timestamp,
    /// When it stops being pending.
    pub expires_at: Timestamp,
    /// When it was accepted.
    pub accepted_at: Option<Timestamp>,
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

/// An invite as it is kept: times may hang on the organization's beginning, the status is not yet known.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) id: Arc<str>,
    pub(crate) email: Arc<str>,
    /// The same as it is compared.
    pub(crate) address: Arc<str>,
    pub(crate) role: Role,
    pub(crate) invited_at: KeptMoment,
    pub(crate) expires_at: KeptMoment,
    pub(crate) life: Life,
    pub(crate) rbac_group_ids: Arc<[Box<str>]>,
}

/// What became of an invite, apart from the passing of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Life {
    /// Neither accepted nor deleted: pending or, by the clock, expired.
    Open,
    /// Accepted at that moment.
    Accepted(KeptMoment),
    /// Deleted.
    Deleted,
}

impl Record {
    /// The status at a reading of the organization's clock: expired from `expires_at` on.
    pub(crate) fn status(&self, reading: Reading) -> Status {
        match self.life {
            Life::Accepted(_) => Status::Accepted,
            Life::Deleted => Status::Deleted,
            Life::Open if reading.now >= reading.resolve(self.expires_at) => Status::Expired,
            Life::Open => Status::Pending,
        }
    }

    /// The invite at a reading of the organization's clock.
    pub(crate) fn read(&self, reading: Reading) -> Invite {
        Invite {
            id: self.id.clone(),
            email: self.email.clone(),
            role: self.role,
            status: self.status(reading),
            invited_at: reading.resolve(self.invited_at),
            expires_at: reading.resolve(self.expires_at),
            accepted_at: match self.life {
                Life::Accepted(at) => Some(reading.resolve(at)),
                Life::Open | Life::Deleted => None,
            },
            rbac_group_ids: self.rbac_group_ids.clone(),
        }
    }
}

/// An address as the API compares it: in lower case and without a `+tag` (docs/fidelity.md).
pub(crate) fn normalized(email: &Arc<str>) -> Arc<str> {
    if !email.bytes().any(|byte| byte.is_ascii_uppercase() || byte == b'+' || !byte.is_ascii()) {
        return email.clone();
    }
    let lower = email.to_lowercase();
    match lower.rsplit_once('@') {
        Some((local, domain)) => {
            let mailbox = local.split('+').next().filter(|mailbox| !mailbox.is_empty()).unwrap_or(local);
            format!("{mailbox}@{domain}").into()
        }
        None => lower.into(),
    }
}

/// Whether a text has the shape of an address: something, one `@`, and names with dots between them,
/// without white space or control characters.
pub(crate) fn is_email(text: &str) -> bool {
    let hidden = |c: char| c.is_whitespace() || c.is_control();
    let visible = text.bytes().all(|byte| byte.is_ascii_graphic()) || !text.contains(hidden);
    let ends = |domain: &str| domain.starts_with('.') || domain.ends_with('.');
    let names =
        |domain: &str| !domain.is_empty() && !domain.contains('@') && !ends(domain) && !domain.contains("..");
    visible && text.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && names(domain))
}
