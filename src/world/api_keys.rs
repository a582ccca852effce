//! API keys: what is shown and what is kept of them.

mod actor;
mod rules;
mod written;

use std::sync::Arc;

use serde::{Serialize, Serializer, ser::SerializeStruct};
use serde_json::json;

use super::{
    clock::{Reading, Tick},
    table::Row,
    time::Time,
    words::words,
};
pub(crate) use rules::ApiKeys;
pub use rules::{ApiKeyChange, ApiKeyRefusal};
pub(crate) use written::{ApiKeyEntry, ApiKeyName};

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

/// An API key as it is kept. Whether it has expired is computed whenever it is read, because that changes with the clock.
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
    fn is_of_workspace(&self, workspace: &str) -> bool {
        self.workspace.as_deref() == Some(workspace)
    }

    fn is_archived(&self) -> bool {
        self.status == ApiKeyStatus::Archived
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
