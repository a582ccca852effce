//! What an organization allows, and why an invitation is not made.

use std::{collections::HashMap, sync::Arc};

use serde::{Deserialize, Serialize};

use super::invite::Role;

/// The kind of an organization; it decides which roles exist (docs/fidelity.md, "Invites").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OrganizationType {
    /// Console and API organizations.
    #[default]
    Console,
    /// Claude Enterprise organizations.
    Enterprise,
}

impl OrganizationType {
    /// The roles that an invite can be created with.
    pub(crate) fn assignable(self) -> &'static [Role] {
        match self {
            OrganizationType::Console => &[Role::User, Role::Developer, Role::Billing, Role::ClaudeCodeUser],
            OrganizationType::Enterprise => &[Role::User, Role::Managed],
        }
    }

    /// The roles that a list can be filtered by.
    pub(crate) fn listable(self) -> &'static [Role] {
        match self {
            OrganizationType::Console => {
                &[Role::User, Role::Developer, Role::Billing, Role::Admin, Role::ClaudeCodeUser]
            }
            OrganizationType::Enterprise => {
                &[Role::User, Role::Owner, Role::PrimaryOwner, Role::MembershipAdmin, Role::Managed]
            }
        }
    }
}

/// Whether an RBAC group gives its members an owner's access.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum OwnerAccess {
    /// It does not.
    #[default]
    No,
    /// It does, so nobody can be invited into it.
    Yes,
    /// The service could not find out, so nobody can be invited into it either.
    Unconfirmed,
}

/// What an organization allows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Policy {
    pub(crate) kind: OrganizationType,
    /// The most members, pending invites included.
    pub(crate) member_limit: Option<usize>,
    /// Domains in lower case; `None` for any.
    pub(crate) allowed_domains: Option<Vec<Box<str>>>,
    /// The parent organization's verified domains in lower case; `None` without a parent that asks.
    pub(crate) verified_domains: Option<Vec<Box<str>>>,
    pub(crate) groups: HashMap<Box<str>, OwnerAccess>,
}

impl Policy {
    /// What can be said of an invitation without a look at members and invites.
    pub(super) fn permits(&self, new: &NewInvite) -> Result<(), CreateRefusal> {
        if !self.kind.assignable().contains(&new.role) {
            return Err(CreateRefusal::RoleNotAssignable);
        }
        if self.kind != OrganizationType::Enterprise && !new.rbac_group_ids.is_empty() {
            return Err(CreateRefusal::GroupsNotSupported);
        }
        for group in &new.rbac_group_ids {
            match self.groups.get(group.as_str()) {
                None => return Err(CreateRefusal::GroupUnknown(group.clone())),
                Some(OwnerAccess::Yes) => return Err(CreateRefusal::GroupGrantsOwnerAccess(group.clone())),
                Some(OwnerAccess::Unconfirmed) => {
                    return Err(CreateRefusal::GroupOwnerAccessUnconfirmed(group.clone()));
                }
                Some(OwnerAccess::No) => {}
            }
        }
        let domain = new.email.rsplit_once('@').map_or("", |(_, domain)| domain).to_lowercase();
        let outside = |domains: &Option<Vec<Box<str>>>| {
            domains.as_ref().is_some_and(|domains| !domains.iter().any(|allowed| **allowed == *domain))
        };
        if outside(&self.allowed_domains) {
            return Err(CreateRefusal::DomainNotAllowed(domain));
        }
        if outside(&self.verified_domains) {
            return Err(CreateRefusal::DomainUnverified(domain));
        }
        Ok(())
    }
}

/// An invitation to be made.
#[derive(Clone, Debug)]
pub struct NewInvite {
    /// The address to invite.
    pub email: String,
    /// The role that the invitee shall get.
    pub role: Role,
    /// RBAC groups to be given on acceptance.
    pub rbac_group_ids: Vec<String>,
}

/// Why an invitation is not made (docs/fidelity.md, "Invites").
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CreateRefusal {
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
}
