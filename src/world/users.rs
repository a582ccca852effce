//! Users: what is shown and what is kept, and what may happen to them.

mod written;

use std::{fmt, sync::Arc};

use foldhash::fast::RandomState;
use imbl::{GenericHashMap, shared_ptr::DefaultSharedPtr};
use serde::{Serialize, Serializer, ser::SerializeStruct};

use super::{
    clock::{Reading, Tick},
    email::normalized,
    organization::Organization,
    policy::Role,
    table::{Page, Paging, Row, Table, UnknownCursor},
    time::Time,
};
pub(crate) use written::UserEntry;

/// A user of an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct User {
    /// The id.
    pub id: Arc<str>,
    /// The address, as it was written.
    pub email: Arc<str>,
    /// The name.
    pub name: Arc<str>,
    /// The role in the organization.
    pub role: Role,
    /// When the user joined.
    pub added_at: Time,
}

/// The six fields of the API (docs/fidelity.md, "Users").
impl Serialize for User {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("User", 6)?;
        fields.serialize_field("id", &self.id)?;
        fields.serialize_field("type", "user")?;
        fields.serialize_field("email", &self.email)?;
        fields.serialize_field("name", &self.name)?;
        fields.serialize_field("role", &self.role)?;
        fields.serialize_field("added_at", &self.added_at)?;
        fields.end()
    }
}

/// Which users to list; by default all.
#[derive(Clone, Debug, Default)]
pub struct UserFilter {
    /// Only the one with this address, compared as the API does: any case, any `+tag`.
    pub email: Option<String>,
    /// Only those with one of these roles; empty for all.
    pub roles: Vec<Role>,
}

/// Why the world refuses to do something to a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UserRefusal {
    /// The organization has no user of that id.
    Unknown,
    /// The role is not one that can be given in an organization of this type.
    RoleNotAssignable,
    /// The user holds an admin role, which the API neither changes nor removes.
    Admin,
    /// It is the last user of the organization.
    Last,
    /// An identity provider governs the roles.
    RolesManagedByIdp,
    /// An identity provider governs who is a user.
    MembersManagedByScim,
}

impl fmt::Display for UserRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            UserRefusal::Unknown => "the organization has no user of that id",
            UserRefusal::RoleNotAssignable => "the role cannot be given in an organization of this type",
            UserRefusal::Admin => "the user holds an admin role",
            UserRefusal::Last => "it is the last user of the organization",
            UserRefusal::RolesManagedByIdp => "an identity provider governs the roles",
            UserRefusal::MembersManagedByScim => "an identity provider governs who is a user",
        })
    }
}

impl std::error::Error for UserRefusal {}

/// A user as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct UserRow {
    id: Arc<str>,
    email: Arc<str>,
    /// The email, normalized.
    address: Arc<str>,
    name: Arc<str>,
    pub(crate) role: Role,
    added_at: Tick,
}

impl Row for UserRow {
    fn id(&self) -> &Arc<str> {
        &self.id
    }

    fn time(&self) -> Tick {
        self.added_at
    }
}

impl UserRow {
    /// A user with a name made from the address: `ada.lovelace+x@example.com` is Ada Lovelace.
    pub(crate) fn new(id: Arc<str>, email: Arc<str>, role: Role, added_at: Tick) -> Self {
        let address = normalized(&email);
        let local = address.split('@').next().unwrap_or_default();
        let words = local.split(['.', '_', '-']).filter(|word| !word.is_empty());
        let capitalized = words.map(|word| {
            let mut letters = word.chars();
            let first = letters.next().into_iter().flat_map(char::to_uppercase);
            first.chain(letters).collect::<String>()
        });
        let name = capitalized.collect::<Vec<_>>().join(" ");
        // A local part of separators alone has no words.
        let name = if name.is_empty() { local.into() } else { name.into() };
        UserRow { id, email, address, name, role, added_at }
    }

    fn read(&self, reading: Reading) -> User {
        let UserRow { id, email, name, role, .. } = self.clone();
        User { id, email, name, role, added_at: reading.time(self.added_at) }
    }
}

/// The users of an organization, found by id and by address.
#[derive(Clone, Debug, Default)]
pub(crate) struct Users {
    table: Table<UserRow>,
    by_address: GenericHashMap<Arc<str>, Arc<str>, RandomState, DefaultSharedPtr>,
}

impl Users {
    pub(crate) fn insert(&mut self, row: UserRow) {
        self.by_address.insert(row.address.clone(), row.id.clone());
        self.table.insert(row);
    }

    pub(crate) fn get(&self, id: &str) -> Option<&UserRow> {
        self.table.get(id)
    }

    pub(crate) fn len(&self) -> usize {
        self.table.len()
    }

    /// The id of the user with a normalized address.
    pub(crate) fn with_address(&self, address: &str) -> Option<&Arc<str>> {
        self.by_address.get(address)
    }

    /// All rows, in the order of a document.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &UserRow> {
        self.table.oldest_first()
    }

    pub(crate) fn set_role(&mut self, id: &str, role: Role) {
        self.table.update(id, |row| row.role = role);
    }

    pub(crate) fn remove(&mut self, id: &str) {
        if let Some(row) = self.table.remove(id) {
            self.by_address.remove(&row.address);
        }
    }
}

impl Organization {
    /// A user; `None` for an id that the organization does not know.
    pub fn user(&self, id: &str) -> Option<User> {
        self.locked(|state, reading| Some(state.tables.users.get(id)?.read(reading)))
    }

    /// A page of the users, newest first.
    ///
    /// # Errors
    /// When the organization does not know the cursor's id.
    pub fn list_users(&self, filter: &UserFilter, paging: &Paging) -> Result<Page<User>, UnknownCursor> {
        let address = filter.email.as_deref().map(|email| normalized(&email.into()));
        // A copy, which shares, so that a filter which few rows pass holds up no other request.
        let (table, reading) = self.locked(|state, reading| (state.tables.users.table.clone(), reading));
        let keep = |row: &UserRow| {
            address.as_ref().is_none_or(|address| row.address == *address)
                && (filter.roles.is_empty() || filter.roles.contains(&row.role))
        };
        table.page(paging, keep, |row| row.read(reading))
    }

    /// Gives a user another role. The role that the user has already changes nothing.
    ///
    /// # Errors
    /// The [`UserRefusal`] says why nothing has changed.
    pub fn update_user(&self, id: &str, role: Option<Role>) -> Result<User, UserRefusal> {
        self.locked(|state, reading| {
            if role.is_some_and(|role| !state.policy.kind.assignable().contains(&role)) {
                return Err(UserRefusal::RoleNotAssignable);
            }
            let user = state.tables.users.get(id).ok_or(UserRefusal::Unknown)?;
            if let Some(role) = role.filter(|role| *role != user.role) {
                if state.policy.kind.is_admin(user.role) {
                    return Err(UserRefusal::Admin);
                }
                if state.policy.roles_managed_by_idp {
                    return Err(UserRefusal::RolesManagedByIdp);
                }
                state.tables.set_role(id, role);
            }
            let user = state.tables.users.get(id).ok_or(UserRefusal::Unknown)?;
            Ok(user.read(reading))
        })
    }

    /// Removes a user: personal API keys are archived, memberships in workspaces end, the address can be invited again.
    ///
    /// # Errors
    /// The [`UserRefusal`] says why nothing has changed.
    pub fn remove_user(&self, id: &str) -> Result<(), UserRefusal> {
        self.locked(|state, _| {
            let user = state.tables.users.get(id).ok_or(UserRefusal::Unknown)?;
            if state.tables.users.len() == 1 {
                return Err(UserRefusal::Last);
            }
            if state.policy.kind.is_admin(user.role) {
                return Err(UserRefusal::Admin);
            }
            if state.policy.members_managed_by_scim {
                return Err(UserRefusal::MembersManagedByScim);
            }
            state.tables.remove_user(id);
            Ok(())
        })
    }

    /// Whether the address belongs to a user, compared as the API does: any case, any `+tag`.
    pub fn is_member(&self, email: &str) -> bool {
        self.locked(|state, _| state.tables.users.with_address(&normalized(&email.into())).is_some())
    }
}
