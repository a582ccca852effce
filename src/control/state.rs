//! `/_mock/state` and `/_mock/reset`: the state out and in, and back to the beginning.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use serde_json::Value;

use super::{
    error::ControlError,
    health::ok,
    scope::{Scope, Text},
};

/// `POST /_mock/reset`
pub(super) async fn reset(scope: Scope) -> Json<Value> {
    match scope {
        Scope::One(organization) => organization.reset(),
        Scope::All(world) => world.reset(),
    }
    ok()
}

/// `GET /_mock/state`
pub(super) async fn get(scope: Scope) -> Response {
    // Written from the document itself: as a value first it takes several times as long.
    match scope {
        Scope::One(organization) => Json(organization.document()).into_response(),
        Scope::All(world) => Json(world.document()).into_response(),
    }
}

/// `PUT /_mock/state`
pub(super) async fn put(scope: Scope, Text(body): Text) -> Result<Json<Value>, ControlError> {
    match scope {
        Scope::One(organization) => organization.put_state(&body)?,
        Scope::All(world) => world.put_state(&body)?,
    }
    Ok(ok())
}
