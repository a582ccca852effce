//! Parts of a request, taken apart so that what is wrong with them is told in the API's own words.

use std::{convert::Infallible, sync::Arc};

use axum::{extract::FromRequestParts, http::request::Parts};
use bytes::Bytes;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::{
    error::ApiError,
    exchange::Exchange,
    receive::{BODY_LIMIT, Received},
};

/// What the path of a request names.
pub(super) enum Path<'p> {
    /// `/v1/organizations/invites`
    Invites,
    /// `/v1/organizations/invites/{invite_id}`, and the id as it is written there.
    Invite(&'p str),
    /// Nothing that there is.
    Unknown,
}

impl Path<'_> {
    pub(super) fn of(path: &str) -> Path<'_> {
        match path.strip_prefix("/v1/organizations/invites") {
            Some("") => Path::Invites,
            Some(rest) => match rest.strip_prefix('/') {
                Some(id) if !id.is_empty() && !id.contains('/') => Path::Invite(id),
                _ => Path::Unknown,
            },
            None => Path::Unknown,
        }
    }

    /// The id, percent-decoded once, if it is one that can exist.
    pub(super) fn invite_id(&self) -> Option<Arc<str>> {
        match self {
            Path::Invite(id) => Some(percent_decode_str(id).decode_utf8().ok()?.into()),
            Path::Invites | Path::Unknown => None,
        }
    }
}

/// The body's bytes, whatever its content type says: check 8 of the order in docs/fidelity.md. An
/// operation without a body takes one too, since it has to end within the limit.
pub(super) struct Body(pub(super) Bytes);

impl FromRequestParts<Arc<Exchange>> for Body {
    type Rejection = ApiError;

    async fn from_request_parts(_: &mut Parts, exchange: &Arc<Exchange>) -> Result<Self, ApiError> {
        match exchange.received() {
            Received::Whole(bytes) => Ok(Body(bytes.clone())),
            Received::TooLarge => Err(ApiError::body_too_large(BODY_LIMIT)),
            Received::Broken => Err(ApiError::body_unreadable()),
        }
    }
}

/// The fields of a JSON object, taken one after the other.
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    pub(super) fn of(body: &Body) -> Result<Self, ApiError> {
        match serde_json::from_slice(&body.0) {
            Ok(Value::Object(fields)) => Ok(Fields(fields)),
            Ok(_) => Err(ApiError::input_invalid("body", "Input should be an object")),
            Err(error) => Err(ApiError::json_invalid(&error)),
        }
    }

    pub(super) fn string(&mut self, field: &str) -> Result<String, ApiError> {
        match self.0.remove(field) {
            Some(Value::String(text)) => Ok(text),
            Some(_) => Err(ApiError::input_invalid(field, "Input should be a valid string")),
            None => Err(ApiError::input_invalid(field, "Field required")),
        }
    }

    /// A list of strings; empty when the field is not there.
    pub(super) fn strings(&mut self, field: &str) -> Result<Vec<String>, ApiError> {
        let items = match self.0.remove(field) {
            Some(Value::Array(items)) => items,
            Some(_) => return Err(ApiError::input_invalid(field, "Input should be a valid list")),
            None => return Ok(Vec::new()),
        };
        let string = |item| match item {
            Value::String(text) => Ok(text),
            _ => Err(ApiError::input_invalid(field, "Input should be a valid string")),
        };
        items.into_iter().map(string).collect()
    }

    /// Refuses what nobody took.
    pub(super) fn no_more(self) -> Result<(), ApiError> {
        match self.0.keys().next() {
            Some(field) => Err(ApiError::input_invalid(field, "Extra inputs are not permitted")),
            None => Ok(()),
        }
    }
}

/// The query's pairs, decoded. Names that nobody asks for are ignored.
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    /// The last value of a name.
    pub(super) fn last(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// All values of a list, whose name may be written with or without brackets.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = move |given: &str| given.strip_suffix("[]").unwrap_or(given) == name;
        self.0.iter().filter(move |(given, _)| named(given)).map(|(_, value)| value.as_str())
    }
}

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let pairs = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        Ok(Query(pairs.into_owned().collect()))
    }
}

/// The id at the end of the path. It comes last among a handler's arguments: bytes that are not UTF-8 are an
/// unknown id, which is the lookup's answer (check 9).
pub(super) struct InviteId(pub(super) Arc<str>);

impl FromRequestParts<Arc<Exchange>> for InviteId {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, exchange: &Arc<Exchange>) -> Result<Self, ApiError> {
        exchange.invite_id().cloned().map(InviteId).ok_or_else(|| {
            let (_, raw) = parts.uri.path().rsplit_once('/').unwrap_or_default();
            ApiError::invite_unknown(&percent_decode_str(raw).decode_utf8_lossy())
        })
    }
}
