//! The API Keys resource on the wire: handlers, the older field of a key, and the world's refusals in the API's words.

use std::sync::Arc;

use serde::Serialize;

use super::{
    answer::{Answer, json},
    call::Call,
    error::{ApiError, one_of},
    page::{id_list, paging},
};
use crate::world::{ApiKey, ApiKeyChange, ApiKeyFilter, ApiKeyName, ApiKeyRefusal, ApiKeyStatus, Reason};

/// The statuses that can be given.
const ASSIGNABLE: &[ApiKeyStatus] = &[ApiKeyStatus::Active, ApiKeyStatus::Inactive, ApiKeyStatus::Archived];

/// A key as a version of the API shows it (docs/fidelity.md, "API keys").
#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    key: ApiKey,
    /// For the versions before `2026-10-21`: the workspace, null for the default one and for the whole organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    workspace_id: Option<Option<Arc<str>>>,
}

impl Shown {
    fn new(call: &Call, key: ApiKey) -> Self {
        let workspace_id =
            call.has_old_version.then(|| key.workspace_id.clone().filter(|_| !key.is_in_default_workspace));
        Shown { key, workspace_id }
    }
}

/// `GET /v1/organizations/api_keys`
pub(super) fn list(call: &Call) -> Answer {
    let query = call.query();
    let paging = paging(&query)?;
    let status = |text: &str| text.parse().map_err(|_| ApiError::input("status", one_of(ApiKeyStatus::ALL)));
    let filter = ApiKeyFilter {
        status: query.last("status").map(status).transpose()?,
        workspace_id: query.last("workspace_id").map(str::to_owned),
        created_by: query.last("created_by_user_id").map(str::to_owned),
    };
    let page = call.organization.list_api_keys(&filter, &paging);
    let page = page.map(|page| page.map(|key| Shown::new(call, key)));
    id_list(page, &paging, |shown| &shown.key.id)
}

/// `GET /v1/organizations/api_keys/{api_key_id}`
pub(super) fn retrieve(call: &Call) -> Answer {
    let key = call.organization.api_key(call.id("api_key_id"));
    json(&Shown::new(call, key.ok_or_else(|| refused(call, ApiKeyRefusal::Unknown))?))
}

/// `POST /v1/organizations/api_keys/{api_key_id}`
pub(super) fn update(call: &Call) -> Answer {
    let mut fields = call.fields()?;
    let change = ApiKeyChange {
        name: fields.text("name", ApiKeyName::MOST)?,
        status: fields.word("status", ASSIGNABLE)?,
    };
    fields.no_more()?;
    let updated = call.organization.update_api_key(call.id("api_key_id"), change);
    json(&Shown::new(call, updated.map_err(|refusal| refused(call, refusal))?))
}

fn refused(call: &Call, refusal: ApiKeyRefusal) -> ApiError {
    match refusal {
        ApiKeyRefusal::Unknown => {
            let hint = "this key's organization has no such API key; another key's may have: a key is an organization";
            ApiError::not_found(Reason::ApiKeyUnknown, "API key", call.shown_id("api_key_id"), hint)
        }
        ApiKeyRefusal::Archived => {
            let message = "The API key is archived and can no longer be changed.";
            ApiError::invalid(Reason::ApiKeyArchived, message, "archiving an API key is final")
        }
        ApiKeyRefusal::Expired => {
            let message = "The API key has expired and cannot be made active again.";
            ApiError::invalid(Reason::ApiKeyExpired, message, "the clock has passed expires_at")
        }
        // The body was read by the same rules.
        ApiKeyRefusal::Invalid(wrong) => ApiError::input(wrong.field, wrong.expected),
        ApiKeyRefusal::StatusNotAssignable => ApiError::input("status", one_of(ASSIGNABLE)),
    }
}
