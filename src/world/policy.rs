//! What an organization allows: its type, the roles of that type, limits, domains and groups.

use std::{collections::BTreeMap, sync::Arc};

use super::words::words;

words! {
    /// The type of an organization; it decides which roles exist (docs/fidelity.md).
    #[derive(Default)]
    pub enum OrganizationType {
        /// Console and API organizations.
        #[default]
        Console = "console",
        /// Claude Enterprise organizations.
        Enterprise = "enterprise",
    }
}

words! {
    /// The roles that the API shows on invites and users (docs/fidelity.md).
    #[derive(Default)]
    pub enum Role {
        Admin = "admin",
        Billing = "billing",
        ClaudeCodeUser = "claude_code_user",
        Developer = "developer",
        Managed = "managed",
        MembershipAdmin = "membership_admin",
        Owner = "owner",
        PrimaryOwner = "primary_owner",
        #[default]
        User = "user",
    }
}

impl OrganizationType {
    /// Whether a role is an admin's, which the API neither gives nor takes away.
    pub(crate) fn is_admin(self, role: Role) -> bool {
        match self {
            OrganizationType::Console => role == Role::Admin,
            OrganizationType::Enterprise => {
                matches!(role, Role::Owner | Role::PrimaryOwner | Role::MembershipAdmin)
            }
        }
    }

    /// The roles that can be given.
    pub(crate) fn assignable(self) -> &'static [Role] {
        match self {
            OrganizationType::Console => &[Role::User, Role::Developer, Role::Billing, Role::ClaudeCodeUser],
            OrganizationType::Enterprise => &[Role::User, Role::Managed],
        }
    }

    /// The roles that users have, and that a list can be filtered by.
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
    /// It does, so an invite into it is refused.
    Yes,
    /// The service could not find out, so an invite into it is refused as well.
    Unconfirmed,
}

/// What an organization allows.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    pub(crate) name: Arc<str>,
    pub(crate) kind: OrganizationType,
    /// The most members, pending invites included.
    pub(crate) member_limit: Option<usize>,
    /// Domains in lower case; `None` for any.
    pub(crate) allowed_domains: Option<Vec<Arc<str>>>,
    /// The parent organization's verified domains in lower case; `None` without a parent that asks.
    pub(crate) verified_domains: Option<Vec<Arc<str>>>,
    pub(crate) groups: BTreeMap<Arc<str>, OwnerAccess>,
    /// An identity provider governs the roles of users.
    pub(crate) roles_managed_by_idp: bool,
    /// An identity provider governs who is a user.
    pub(crate) members_managed_by_scim: bool,
}

/// An organization's name unless a fixture gives another.
pub(crate) const DEFAULT_NAME: &str = "Mock organization";

impl Default for Policy {
    fn default() -> Self {
        Policy {
            name: DEFAULT_NAME.into(),
            kind: OrganizationType::default(),
            member_limit: None,
            allowed_domains: None,
            verified_domains: None,
            groups: BTreeMap::new(),
            roles_managed_by_idp: false,
            members_managed_by_scim: false,
        }
    }
}
