//! `/_mock/faults`: planned, listed, removed.

use axum::Json;
use serde_json::{Value, json};

use super::{body::BodyText, error::ControlError, subject::Subject};
use crate::world::{Fault, Organization, World};

/// `GET /_mock/faults`
pub(super) async fn get(subject: Subject) -> Json<Value> {
    shown(&subject)
}

fn shown(subject: &Subject) -> Json<Value> {
    Json(json!({"faults": subject.either(Organization::faults, World::faults)}))
}

/// `POST /_mock/faults`
pub(super) async fn plan(subject: Subject, BodyText(body): BodyText) -> Result<Json<Value>, ControlError> {
    let plans = Fault::parse(&body)?;
    subject.either(|one| one.plan_faults(&plans), |all| all.plan_faults(&plans))?;
    Ok(shown(&subject))
}

/// `DELETE /_mock/faults`
pub(super) async fn clear(subject: Subject) -> Json<Value> {
    subject.either(Organization::clear_faults, World::clear_faults);
    shown(&subject)
}
