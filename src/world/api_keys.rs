//! API keys: what is shown and what is kept, and what may happen to them.

mod written;

use std::{fmt, sync::Arc};

use serde::{Serialize, Serializer, ser::SerializeStruct};
use serde_json::json;

use super::{
    clock::{Reading, Tick},
    organization::Organization,
    table::{Page, Paging, Row, UnknownCursor},
    time::Time,
    words::words,
};
pub(crate) use written::ApiKeyEntry;

words! {
    /// The status of an API key (docs/fidelity.md, "API keys").
    #[derive(Default)]
    pub enum ApiKeyStatus {
        #[default]
        Active = "active",
        Inactive = "inactive",
        /// Final.
        Archived = "archived",
        /// The clock has reached `expires_at`. Computed whenever it is asked for.
        Expired = "expired",
    }
}

/// An API key, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApiKey {
    /// The id.
    pub id: Arc<str>,
    /// The name.
    pub name: Arc<str>,
    /// When it was made.
    pub created_at: Time,
    /// When it expires.
    pub expires_at: Option<Time>,
    /// The status at the moment of asking.
    pub status: ApiKeyStatus,
    /// A part of its secret.
    pub partial_key_hint: Option<Arc<str>>,
    /// What made it.
    pub created_by: Option<Actor>,
    /// Whose it is.
    pub principal: Option<Actor>,
    /// The workspace that it belongs to; `None` for the whole organization.
    pub workspace_id: Option<Arc<str>>,
    /// Whether that is the default workspace.
    pub is_in_default_workspace: bool,
}

/// A user or a service account, by its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A user, who may have left.
    User(Arc<str>),
    /// A service account.
    ServiceAccount(Arc<str>),
}

/// A principal as the API shows it, its type first.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Principal<'a> {
    UserActor { user_id: &'a str },
    ServiceAccountActor { service_account_id: &'a str },
}

/// The ten fields of the API (docs/fidelity.md, "API keys").
impl Serialize for ApiKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("ApiKey", 10)?;
        fields.serialize_field("id", &self.id)?;
        fields.serialize_field("type", "api_key")?;
        fields.serialize_field("name", &self.name)?;
        fields.serialize_field("created_at", &self.created_at)?;
        fields.serialize_field("expires_at", &self.expires_at)?;
        fields.serialize_field("status", &self.status)?;
        fields.serialize_field("partial_key_hint", &self.partial_key_hint)?;
        let created_by = self.created_by.as_ref().map(|actor| match actor {
            Actor::User(id) => json!({"id": id, "type": "user"}),
            Actor::ServiceAccount(id) => json!({"id": id, "type": "service_account"}),
        });
        fields.serialize_field("created_by", &created_by)?;
        let principal = self.principal.as_ref().map(|actor| match actor {
            Actor::User(user_id) => Principal::UserActor { user_id },
            Actor::ServiceAccount(service_account_id) => {
                Principal::ServiceAccountActor { service_account_id }
            }
        });
        fields.serialize_field("principal", &principal)?;
        let scope = match &self.workspace_id {
            Some(id) => json!({"type": "workspace", "workspace_id": id}),
            None => json!({"type": "organization"}),
        };
        fields.serialize_field("scope", &scope)?;
        fields.end()
    }
}

/// Which API keys to list; by default all.
#[derive(Clone, Debug, Default)]
pub struct ApiKeyFilter {
    /// Only those with this status.
    pub status: Option<ApiKeyStatus>,
    /// Only those of this workspace.
    pub workspace_id: Option<String>,
    /// Only those that this user or service account made.
    pub created_by: Option<String>,
}

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
}

impl fmt::Display for ApiKeyRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ApiKeyRefusal::Unknown => "the organization has no API key of that id",
            ApiKeyRefusal::Archived => "the API key is archived, which is final",
            ApiKeyRefusal::Expired => "the API key has expired and cannot be active again",
            ApiKeyRefusal::StatusNotAssignable => "the status expired is computed and never assigned",
        })
    }
}

impl std::error::Error for ApiKeyRefusal {}

/// An API key as it is kept: whether it has expired is not yet known.
#[derive(Clone, Debug)]
pub(crate) struct ApiKeyRow {
    id: Arc<str>,
    name: Arc<str>,
    created_at: Tick,
    expires_at: Option<Tick>,
    /// Never `Expired`.
    status: ApiKeyStatus,
    partial_key_hint: Option<Arc<str>>,
    created_by: Option<Actor>,
    principal: Option<Actor>,
    workspace: Option<Arc<str>>,
    is_in_default_workspace: bool,
}

impl Row for ApiKeyRow {
    fn id(&self) -> &Arc<str> {
        &self.id
    }

    fn time(&self) -> Tick {
        self.created_at
    }
}

impl ApiKeyRow {
    /// Whether it is the personal key of a user.
    pub(crate) fn is_of_user(&self, user: &str) -> bool {
        matches!(&self.principal, Some(Actor::User(id)) if **id == *user)
    }

    pub(crate) fn is_of_workspace(&self, workspace: &str) -> bool {
        self.workspace.as_deref() == Some(workspace)
    }

    pub(crate) fn is_archived(&self) -> bool {
        self.status == ApiKeyStatus::Archived
    }

    pub(crate) fn archive(&mut self) {
        self.status = ApiKeyStatus::Archived;
    }

    fn status(&self, now: Tick) -> ApiKeyStatus {
        match (self.status, self.expires_at) {
            (ApiKeyStatus::Archived, _) => ApiKeyStatus::Archived,
            (_, Some(end)) if now >= end => ApiKeyStatus::Expired,
            (status, _) => status,
        }
    }

    fn read(&self, reading: Reading) -> ApiKey {
        let status = self.status(reading.tick_of_now());
        let row = self.clone();
        ApiKey {
            id: row.id,
            name: row.name,
            created_at: reading.time(row.created_at),
            expires_at: row.expires_at.map(|at| reading.time(at)),
            status,
            partial_key_hint: row.partial_key_hint,
            created_by: row.created_by,
            principal: row.principal,
            workspace_id: row.workspace,
            is_in_default_workspace: row.is_in_default_workspace,
        }
    }
}

impl Organization {
    /// An API key; `None` for an id that the organization does not know.
    pub fn api_key(&self, id: &str) -> Option<ApiKey> {
        self.locked(|state, reading| Some(state.tables.api_keys.get(id)?.read(reading)))
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
        let (table, reading) = self.locked(|state, reading| (state.tables.api_keys.clone(), reading));
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
        self.locked(|state, reading| {
            if change.status == Some(ApiKeyStatus::Expired) {
                return Err(ApiKeyRefusal::StatusNotAssignable);
            }
            let keys = &mut state.tables.api_keys;
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
