//! `/_mock/requests`: the journal, filtered and emptied.

use std::{fmt::Display, str::FromStr, sync::LazyLock};

use axum::{Json, extract::RawQuery};
use serde_json::{Value, json};

use super::{
    error::ControlError,
    subject::{ORGANIZATION, Subject},
};
use crate::world::{Error, JournalFilter, Organization, PATH_IDS, World};

/// The names that the query may have.
pub(super) static QUERY: LazyLock<Vec<&str>> =
    LazyLock::new(|| [&[ORGANIZATION, "operation", "status", "reason", "after"][..], &PATH_IDS].concat());

/// `GET /_mock/requests`
pub(super) async fn get(subject: Subject, RawQuery(query): RawQuery) -> Result<Json<Value>, ControlError> {
    let filter = filter(&query.unwrap_or_default())?;
    let entries = subject.either(|one| one.requests(&filter), |all| all.requests(&filter));
    Ok(Json(json!({ "requests": entries })))
}

fn filter(query: &str) -> Result<JournalFilter, ControlError> {
    fn number<T: FromStr>(name: &str, value: &str, example: impl Display) -> Result<T, ControlError> {
        let message = || format!("{value:?} is not a number such as {example}");
        value.parse().map_err(|_| ControlError::input(name, message()))
    }
    fn word<T: FromStr<Err = Error>>(name: &str, value: &str) -> Result<T, ControlError> {
        value.parse().map_err(|error: Error| ControlError::input(name, error.to_string()))
    }
    let mut filter = JournalFilter::default();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "operation" => filter.operation = Some(word("operation", &value)?),
            "status" => filter.status = Some(number("status", &value, 404)?),
            "reason" => filter.reason = Some(word("reason", &value)?),
            "after" => filter.after = Some(number("after", &value, 17)?),
            id if PATH_IDS.contains(&id) => filter.ids.push((id.into(), value.into_owned())),
            // `organization`, which is read as the subject of the call.
            _ => {}
        }
    }
    Ok(filter)
}

/// `DELETE /_mock/requests`
pub(super) async fn clear(subject: Subject) -> Json<Value> {
    subject.either(Organization::clear_requests, World::clear_requests);
    Json(json!({"requests": []}))
}
