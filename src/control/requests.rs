//! `/_mock/requests`: the journal, filtered and emptied.

use std::fmt::Display;

use axum::{Json, extract::RawQuery};
use serde_json::{Value, json};

use super::{
    error::ControlError,
    scope::{ORGANIZATION, Scope},
};
use crate::world::{JournalFilter, PATH_IDS};

/// `GET /_mock/requests`
pub(super) async fn get(scope: Scope, RawQuery(query): RawQuery) -> Result<Json<Value>, ControlError> {
    let filter = filter(&query.unwrap_or_default())?;
    let entries = match scope {
        Scope::One(organization) => organization.requests(&filter),
        Scope::All(world) => world.requests(&filter),
    };
    Ok(Json(json!({ "requests": entries })))
}

fn filter(query: &str) -> Result<JournalFilter, ControlError> {
    fn number<T: std::str::FromStr>(
        name: &str,
        value: &str,
        example: impl Display,
    ) -> Result<T, ControlError> {
        let message = || format!("{value:?} is not a number such as {example}");
        value.parse().map_err(|_| ControlError::input(name, message()))
    }
    let mut filter = JournalFilter::default();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "operation" => {
                let operation = value.parse::<crate::world::Operation>();
                filter.operation =
                    Some(operation.map_err(|error| ControlError::input("operation", error.to_string()))?);
            }
            "status" => filter.status = Some(number("status", &value, 404)?),
            "reason" => filter.reason = Some(value.into_owned()),
            "after" => filter.after = Some(number("after", &value, 17)?),
            // The scope's, and no filter.
            ORGANIZATION => {}
            name if PATH_IDS.contains(&name) => filter.ids.push((name.into(), value.into_owned())),
            other => {
                let ids = PATH_IDS.join(", ");
                let message = format!("unknown filter; expected operation, status, reason, after, {ids}");
                return Err(ControlError::input(other, message));
            }
        }
    }
    Ok(filter)
}

/// `DELETE /_mock/requests`
pub(super) async fn clear(scope: Scope) -> Json<Value> {
    match scope {
        Scope::One(organization) => organization.clear_requests(),
        Scope::All(world) => world.clear_requests(),
    }
    Json(json!({"requests": []}))
}
