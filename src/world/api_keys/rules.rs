//! What may happen to an organization's API keys, and why it is refused.

use std::{fmt, sync::Arc};

use super::{Actor, ApiKey, ApiKeyFilter, ApiKeyName, ApiKeyRow, ApiKeyStatus};
use crate::world::{
    organization::Organization,
    table::{Groups, Page, Paging, Table, UnknownCursor},
    text::{WrongValue, check},
};

/// A change of an API key. What is left out stays as it is.
#[derive(Clone, Debug, Default)]
pub struct ApiKeyChange {
    /// Another name.
    pub name: Option<String>,
    /// Another status, which cannot be `expired`.
    pub status: Option<ApiKeyStatus>,
}

/// Why the world refuses to change an API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ApiKeyRefusal {
    /// The organization has no API key of that id.
    Unknown,
    /// It is archived, which is final.
    Archived,
    /// It has expired, and cannot be active again.
    Expired,
    /// The status `expired` is computed, and never assigned.
    StatusNotAssignable,
    /// A value is none that the API takes.
    Invalid(WrongValue),
}

impl fmt::Display for ApiKeyRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ApiKeyRefusal::Unknown => "the organization has no API key of that id",
            ApiKeyRefusal::Archived => "the API key is archived, which is final",
            ApiKeyRefusal::Expired => "the API key has expired and cannot be active again",
            ApiKeyRefusal::StatusNotAssignable => "the status expired is computed and never assigned",
            ApiKeyRefusal::Invalid(wrong) => return wrong.fmt(f),
        })
    }
}

impl std::error::Error for ApiKeyRefusal {}

/// The API keys of an organization.
#[derive(Clone, Debug, Default)]
pub(crate) struct ApiKeys {
    table: Table<ApiKeyRow>,
    of_user: Groups,
    of_workspace: Groups,
}

impl ApiKeys {
    pub(crate) fn insert(&mut self, row: ApiKeyRow) {
        if let Some(Actor::User(user)) = &row.principal {
            self.of_user.add(user, &row.id);
        }
        if let Some(workspace) = &row.workspace {
            self.of_workspace.add(workspace, &row.id);
        }
        self.table.insert(row);
    }

    pub(crate) fn len(&self) -> usize {
        self.table.len()
    }

    /// All rows, in the order of a document.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &ApiKeyRow> {
        self.table.oldest_first()
    }

    /// Archives the personal keys of a user.
    pub(crate) fn archive_those_of_user(&mut self, user: &str) {
        self.archive(&self.of_user.ids(user));
    }

    /// Archives the keys of a workspace.
    pub(crate) fn archive_those_of_workspace(&mut self, workspace: &str) {
        self.archive(&self.of_workspace.ids(workspace));
    }

    fn archive(&mut self, ids: &[Arc<str>]) {
        for id in ids {
            self.table.update(id, |row| row.status = ApiKeyStatus::Archived);
        }
    }
}

impl Organization {
    /// An API key; `None` for an id that the organization does not know.
    pub fn api_key(&self, id: &str) -> Option<ApiKey> {
        self.locked(|state, reading| Some(state.tables.api_keys.table.get(id)?.read(reading)))
    }

    /// A page of the API keys, newest first.
    ///
    /// # Errors
    /// When the organization does not know the cursor's id.
    pub fn list_api_keys(
        &self,
        filter: &ApiKeyFilter,
        paging: &Paging,
    ) -> Result<Page<ApiKey>, UnknownCursor> {
        // A copy, which shares, so that a filter which few rows pass holds up no other request.
        let (table, reading) = self.locked(|state, reading| (state.tables.api_keys.table.clone(), reading));
        let now = reading.tick_of_now();
        let made_by = |row: &ApiKeyRow, maker: &str| match &row.created_by {
            Some(Actor::User(id) | Actor::ServiceAccount(id)) => **id == *maker,
            None => false,
        };
        let keep = |row: &ApiKeyRow| {
            filter.status.is_none_or(|status| row.status(now) == status)
                && filter.workspace_id.as_ref().is_none_or(|workspace| row.is_of_workspace(workspace))
                && filter.created_by.as_ref().is_none_or(|maker| made_by(row, maker))
        };
        table.page(paging, keep, |row| row.read(reading))
    }

    /// Changes an API key. Values that it has already change nothing.
    ///
    /// # Errors
    /// The [`ApiKeyRefusal`] says why nothing has changed.
    pub fn update_api_key(&self, id: &str, change: ApiKeyChange) -> Result<ApiKey, ApiKeyRefusal> {
        if let Some(name) = &change.name {
            check::<ApiKeyName>("name", name).map_err(ApiKeyRefusal::Invalid)?;
        }
        self.locked(|state, reading| {
            if change.status == Some(ApiKeyStatus::Expired) {
                return Err(ApiKeyRefusal::StatusNotAssignable);
            }
            let keys = &mut state.tables.api_keys.table;
            let row = keys.get(id).ok_or(ApiKeyRefusal::Unknown)?;
            let renamed = change.name.as_deref().is_some_and(|name| *name != *row.name);
            let moved = change.status.is_some_and(|status| status != row.status);
            if row.is_archived() && (renamed || moved) {
                return Err(ApiKeyRefusal::Archived);
            }
            let expired = row.status(reading.tick_of_now()) == ApiKeyStatus::Expired;
            if expired && change.status == Some(ApiKeyStatus::Active) {
                return Err(ApiKeyRefusal::Expired);
            }
            keys.update(id, |row| {
                if let Some(name) = change.name {
                    row.name = name.into();
                }
                row.status = change.status.unwrap_or(row.status);
            });
            keys.get(id).map(|row| row.read(reading)).ok_or(ApiKeyRefusal::Unknown)
        })
    }
}
