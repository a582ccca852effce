//! `/_mock/faults`: planned, looked at, forgotten.

use axum::Json;
use serde_json::{Value, json};

use super::{
    error::ControlError,
    scope::{Scope, Text},
};
use crate::world::Fault;

/// `GET /_mock/faults`
pub(super) async fn get(scope: Scope) -> Json<Value> {
    shown(&scope)
}

fn shown(scope: &Scope) -> Json<Value> {
    let planned = match scope {
        Scope::One(organization) => organization.faults(),
        Scope::All(world) => world.faults(),
    };
    Json(json!({ "faults": planned }))
}

/// `POST /_mock/faults`
pub(super) async fn plan(scope: Scope, Text(body): Text) -> Result<Json<Value>, ControlError> {
    let plans = Fault::parse(&body)?;
    match &scope {
        Scope::One(organization) => organization.plan_faults(&plans)?,
        Scope::All(world) => world.plan_faults(&plans)?,
    }
    Ok(shown(&scope))
}

/// `DELETE /_mock/faults`
pub(super) async fn clear(scope: Scope) -> Json<Value> {
    match &scope {
        Scope::One(organization) => organization.clear_faults(),
        Scope::All(world) => world.clear_faults(),
    }
    shown(&scope)
}
