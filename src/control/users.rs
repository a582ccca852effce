//! `/_mock/users/{user_id}/remove`: the removal of a user without a call of the API.

use axum::{
    Json,
    extract::{Path, rejection::PathRejection},
    http::StatusCode,
};
use serde_json::{Value, json};

use super::{error::ControlError, subject::Subject};
use crate::world::UserRefusal;

/// `POST /_mock/users/{user_id}/remove`
pub(super) async fn remove(
    subject: Subject,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<Value>, ControlError> {
    let not_found = |id: &str| {
        ControlError::new(StatusCode::NOT_FOUND, "user-unknown", format!("there is no user `{id}`"))
    };
    let Ok(Path(id)) = id else { return Err(not_found("(not UTF-8)")) };
    let organization = subject.the_one_with(|organization| organization.user(&id).is_some())?;
    let organization = organization.ok_or_else(|| not_found(&id))?;
    organization.remove_user(&id).map_err(|refusal| match refusal {
        UserRefusal::Unknown => not_found(&id),
        refusal => ControlError::new(StatusCode::CONFLICT, "user-stays", refusal.to_string()),
    })?;
    Ok(Json(json!({"id": id, "type": "user_deleted"})))
}
