//! `/_mock/state` and `/_mock/reset`: the state read, replaced, and set back to the beginning.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use serde_json::Value;

use super::{body::BodyText, error::ControlError, health::ok, subject::Subject};
use crate::world::{Organization, World};

/// `POST /_mock/reset`
pub(super) async fn reset(subject: Subject) -> Json<Value> {
    subject.either(Organization::reset, World::reset);
    ok()
}

/// `GET /_mock/state`
pub(super) async fn get(subject: Subject) -> Response {
    // Serialized from the document itself; by way of a `Value` it takes several times as long.
    Json(subject.either(Organization::document, World::document)).into_response()
}

/// `PUT /_mock/state`
pub(super) async fn put(subject: Subject, BodyText(body): BodyText) -> Result<Json<Value>, ControlError> {
    subject.either(|one| one.put_state(&body), |all| all.put_state(&body))?;
    Ok(ok())
}
