//! New invites: the fields of one, and the reasons to refuse it.

use std::{fmt, sync::Arc};

use super::{End, Invite, InviteRow, LIFETIME};
use crate::world::{
    email::{Email, domain, normalized},
    organization::Organization,
    policy::{OrganizationType, OwnerAccess, Policy, Role},
    text::{WrongValue, check},
};

/// An invitation to be made.
#[derive(Clone, Debug, Default)]
pub struct NewInvite {
    /// The address to invite.
    pub email: String,
    /// The role that the invitee shall get; by default `user`.
    pub role: Role,
    /// RBAC groups to be given on acceptance.
    pub rbac_group_ids: Vec<String>,
}

/// Why an invitation is not made (docs/fidelity.md, "Invites").
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CreateInviteRefusal {
    /// The role is not one that an organization of this type takes.
    RoleNotAssignable,
    /// RBAC groups are for Enterprise organizations.
    GroupsNotSupported,
    /// The organization has no such group.
    GroupUnknown(String),
    /// The group gives owner access.
    GroupGrantsOwnerAccess(String),
    /// The service could not find out whether the group gives owner access.
    GroupOwnerAccessUnconfirmed(String),
    /// The address's domain is not on the organization's list.
    DomainNotAllowed(String),
    /// The address's domain is not one of the parent organization's.
    DomainUnverified(String),
    /// The address belongs to a member.
    AlreadyMember,
    /// There is a pending invite for the address: this one.
    AlreadyInvited(Arc<str>),
    /// Members and pending invites have reached the limit.
    MemberLimit(usize),
    /// A value is none that the API takes.
    Invalid(WrongValue),
}

impl fmt::Display for CreateInviteRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CreateInviteRefusal::RoleNotAssignable => {
                f.write_str("the organization's type does not take the role")
            }
            CreateInviteRefusal::GroupsNotSupported => {
                f.write_str("only Enterprise organizations have RBAC groups")
            }
            CreateInviteRefusal::GroupUnknown(group) => {
                write!(f, "the organization has no RBAC group {group}")
            }
            CreateInviteRefusal::GroupGrantsOwnerAccess(group) => {
                write!(f, "the group {group} grants owner access")
            }
            CreateInviteRefusal::GroupOwnerAccessUnconfirmed(group) => {
                write!(f, "whether the group {group} grants owner access is not known")
            }
            CreateInviteRefusal::DomainNotAllowed(domain) => write!(f, "the domain {domain} is not allowed"),
            CreateInviteRefusal::DomainUnverified(domain) => write!(f, "the domain {domain} is not verified"),
            CreateInviteRefusal::AlreadyMember => f.write_str("the address belongs to a member"),
            CreateInviteRefusal::AlreadyInvited(id) => write!(f, "the address has a pending invite: {id}"),
            CreateInviteRefusal::MemberLimit(limit) => {
                write!(f, "the organization is limited to {limit} members")
            }
            CreateInviteRefusal::Invalid(wrong) => wrong.fmt(f),
        }
    }
}

impl std::error::Error for CreateInviteRefusal {}

impl Organization {
    /// Invites an address. Policy comes before the state of the address, and capacity last.
    ///
    /// # Errors
    /// The [`CreateInviteRefusal`] says why nothing was created.
    pub fn create_invite(&self, new: NewInvite) -> Result<Invite, CreateInviteRefusal> {
        self.locked(|state, reading| {
            check_values(&new).map_err(CreateInviteRefusal::Invalid)?;
            check_policy(&state.policy, &new)?;
            let email: Arc<str> = new.email.into();
            let address = normalized(&email);
            let tables = &mut state.tables;
            if tables.users.with_address(&address).is_some() {
                return Err(CreateInviteRefusal::AlreadyMember);
            }
            if let Some(pending) = tables.invites.pending_for(&address, reading) {
                return Err(CreateInviteRefusal::AlreadyInvited(pending.id.clone()));
            }
            if let Some(limit) = state.policy.member_limit
                && tables.are_full(limit, reading)
            {
                return Err(CreateInviteRefusal::MemberLimit(limit));
            }
            let id = state.ids.fresh("invite_01", |id| tables.invites.has(id));
            let row = InviteRow {
                id: id.into(),
                email,
                address,
                role: new.role,
                invited_at: reading.tick_of_now(),
                expires_at: reading.tick(reading.now.plus(LIFETIME)),
                end: End::Open,
                rbac_group_ids: new.rbac_group_ids.into_iter().map(Into::into).collect(),
            };
            let invite = row.read(reading);
            tables.invites.insert(row);
            Ok(invite)
        })
    }
}

/// The most RBAC groups of one invite (docs/fidelity.md).
pub(crate) const MOST_GROUPS: usize = 100;

/// Holds an invitation against the rules of its values.
fn check_values(new: &NewInvite) -> Result<(), WrongValue> {
    check::<Email>("email", &new.email)?;
    match new.rbac_group_ids.len() {
        ..=MOST_GROUPS => Ok(()),
        _ => Err(WrongValue { field: "rbac_group_ids", expected: "at most 100 groups" }),
    }
}

/// Holds an invitation against what the organization allows, without a look at members and invites.
fn check_policy(policy: &Policy, new: &NewInvite) -> Result<(), CreateInviteRefusal> {
    if !policy.kind.assignable().contains(&new.role) {
        return Err(CreateInviteRefusal::RoleNotAssignable);
    }
    if policy.kind != OrganizationType::Enterprise && !new.rbac_group_ids.is_empty() {
        return Err(CreateInviteRefusal::GroupsNotSupported);
    }
    for group in &new.rbac_group_ids {
        match policy.groups.get(group.as_str()) {
            None => return Err(CreateInviteRefusal::GroupUnknown(group.clone())),
            Some(OwnerAccess::Yes) => return Err(CreateInviteRefusal::GroupGrantsOwnerAccess(group.clone())),
            Some(OwnerAccess::Unconfirmed) => {
                return Err(CreateInviteRefusal::GroupOwnerAccessUnconfirmed(group.clone()));
            }
            Some(OwnerAccess::No) => {}
        }
    }
    let domain = domain(&new.email);
    let outside = |domains: &Option<Vec<Arc<str>>>| {
        domains.as_ref().is_some_and(|domains| !domains.iter().any(|allowed| **allowed == *domain))
    };
    if outside(&policy.allowed_domains) {
        return Err(CreateInviteRefusal::DomainNotAllowed(domain));
    }
    if outside(&policy.verified_domains) {
        return Err(CreateInviteRefusal::DomainUnverified(domain));
    }
    Ok(())
}
