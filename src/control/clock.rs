//! `/_mock/clock`: read, moved, frozen, and set back to the system's.

use axum::Json;
use serde_json::{Value, json};

use super::{body::BodyText, error::ControlError, subject::Subject};
use crate::world::{Clock, Moment, Organization, World};

const EXPECTED: &str =
    "expected exactly one of \"advance\": \"22d\", \"now\": \"2026-01-01T00:00:00Z\" and \"system\": true";

/// `GET /_mock/clock`
pub(super) async fn get(subject: Subject) -> Json<Value> {
    shown(&subject)
}

fn shown(subject: &Subject) -> Json<Value> {
    let clock = subject.either(Organization::clock, World::clock);
    Json(json!({"now": clock.now(), "clock": clock.written()}))
}

/// `PUT /_mock/clock`
pub(super) async fn put(subject: Subject, BodyText(body): BodyText) -> Result<Json<Value>, ControlError> {
    let fields: Value = serde_json::from_str(&body)
        .map_err(|error| ControlError::input("", format!("the body is not JSON: {error}")))?;
    let fields = fields.as_object().filter(|fields| fields.len() == 1);
    let Some((name, value)) = fields.and_then(|fields| fields.iter().next()) else {
        return Err(ControlError::input("", EXPECTED));
    };
    match name.as_str() {
        "advance" => {
            let Some(text) = value.as_str() else {
                let message = format!("{value} is not a duration; expected one such as \"22d\" or \"-1h\"");
                return Err(ControlError::input("advance", message));
            };
            let moved = subject.either(|one| one.advance_clock(text), |all| all.advance_clock(text));
            moved.map_err(|error| ControlError::input("advance", error.to_string()))?;
        }
        "now" => {
            let Some(at @ Moment::At(_)) = value.as_str().and_then(|text| text.parse().ok()) else {
                let message =
                    format!("{value} is not a time; expected RFC 3339 such as \"2026-01-01T00:00:00Z\"");
                return Err(ControlError::input("now", message));
            };
            set(&subject, at.into());
        }
        "system" if *value == Value::Bool(true) => set(&subject, Clock::System),
        "system" => return Err(ControlError::input("system", "expected true")),
        other => return Err(ControlError::input(other, EXPECTED)),
    }
    Ok(shown(&subject))
}

fn set(subject: &Subject, clock: Clock) {
    subject.either(|one| one.set_clock(clock), |all| all.set_clock(clock));
}
