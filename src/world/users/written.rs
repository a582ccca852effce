//! A user as a document writes it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_with_macros::skip_serializing_none;

use super::UserRow;
use crate::world::{
    email::Email,
    fixture::{Checker, Element, Place, RowEntry},
    offset::Moment,
    policy::Role,
    text::{NonEmpty, Text},
    time::Time,
    words::words,
};

words! {
    /// What a user copied from an answer says that it is.
    enum UserType {
        User = "user",
    }
}

/// A user; for short, the address alone. Left out: a generated `id`, a `name` made from the address, `role` user, `added_at`
/// the clock's now.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct UserEntry {
    /// May be there, as in the API's answers.
    r#type: Option<UserType>,
    /// Any string; generated in the API's shape (`user_01…`) when left out.
    id: Option<Text<NonEmpty>>,
    /// The address.
    email: Text<Email>,
    /// Made from the address when left out.
    name: Option<Text<NonEmpty>>,
    /// `user` when left out.
    role: Option<Role>,
    /// The clock's now when left out.
    added_at: Option<Moment>,
}

impl Element for UserEntry {
    const EXPECTED: &'static str = "a user's address as a string, or an object";

    fn from_text(text: &str) -> Option<Result<Self, String>> {
        let user =
            |email| UserEntry { r#type: None, id: None, email, name: None, role: None, added_at: None };
        Some(text.parse().map(user))
    }
}

impl RowEntry for UserEntry {
    type Row = UserRow;
    const PREFIX: &'static str = "user_01";
    const CALLED: &'static str = "user";

    fn id(&self) -> Option<&Arc<str>> {
        self.id.as_ref().map(|id| &id.text)
    }

    fn row(&self, id: Arc<str>, place: Place, checker: &mut Checker) -> UserRow {
        let role = self.role.unwrap_or_default();
        let roles = checker.kind().listable();
        if !roles.contains(&role) {
            let roles: Vec<_> = roles.iter().map(|role| format!("`{role}`")).collect();
            let message = format!(
                "`{role}` is no role of a user in an organization of the type `{}`; expected one of {}",
                checker.kind(),
                roles.join(", ")
            );
            checker.refuse(place.field("role"), message);
        }
        let added_at = checker.tick(place.field("added_at"), self.added_at.unwrap_or(Moment::NOW));
        let mut row = UserRow::new(id, self.email.text.clone(), role, added_at);
        if let Some(name) = &self.name {
            row.name = name.text.clone();
        }
        checker.once("a user with the address", row.address.clone(), &row.email, place.field("email"));
        row
    }
}

impl UserEntry {
    pub(crate) fn of(row: &UserRow, origin: Option<Time>) -> Self {
        UserEntry {
            r#type: None,
            id: Some(row.id.clone().into()),
            email: row.email.clone().into(),
            name: Some(row.name.clone().into()),
            role: Some(row.role),
            added_at: Some(row.added_at.written(origin)),
        }
    }
}
