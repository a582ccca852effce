//! What a handler gets: an organization, the key's scopes, the ids of the path, the query, the fields of the body.

use serde_json::Value;

pub(super) use super::fields::Fields;
use super::{body::ReceivedBody, error::ApiError};
use crate::world::{Organization, PathIds, Reason, Scopes};

/// A call that has passed the checks before its handler.
pub(super) struct Call<'r> {
    pub(super) organization: &'r Organization,
    pub(super) scopes: &'r Scopes,
    pub(super) ids: &'r PathIds,
    pub(super) query: &'r str,
    pub(super) body: &'r ReceivedBody,
    /// Whether `anthropic-version` is one whose answers carry older fields as well.
    pub(super) has_old_version: bool,
}

impl Call<'_> {
    /// The id of a name in the path, for a lookup.
    pub(super) fn id(&self, name: &str) -> &str {
        self.ids.for_lookup(name)
    }

    /// The id of a name in the path, for a message.
    pub(super) fn shown_id(&self, name: &str) -> &str {
        self.ids.get(name).unwrap_or_default()
    }

    /// Refuses a key without a scope that only this request's body needs.
    pub(super) fn check_scope(&self, needed: &'static str) -> Result<(), ApiError> {
        check_scopes(self.scopes, &[needed])
    }

    pub(super) fn query(&self) -> Query {
        Query(form_urlencoded::parse(self.query.as_bytes()).into_owned().collect())
    }

    /// The fields of a JSON object. The content type is not looked at.
    pub(super) fn fields(&self) -> Result<Fields, ApiError> {
        match serde_json::from_slice(&self.body.bytes) {
            Ok(Value::Object(fields)) => Ok(Fields::new(fields)),
            Ok(_) => Err(ApiError::input("body", "Input should be an object")),
            Err(error) => {
                let hint = match &self.body.encoding {
                    Some(encoding) => format!(
                        "the body is sent with content-encoding: {encoding}, which the mock does not undo; send it as it is"
                    ),
                    None => "the route takes a JSON object, whatever the content type".into(),
                };
                let message = format!("The request body is not valid JSON: {error}");
                Err(ApiError::invalid(Reason::JsonInvalid, message, hint))
            }
        }
    }
}

/// Check 7: a key with any one of the scopes passes. The message names the first scope, the narrowest.
pub(super) fn check_scopes(scopes: &Scopes, needed: &[&str]) -> Result<(), ApiError> {
    let Scopes::Only(got) = scopes else { return Ok(()) };
    let Some(first) = needed.first() else { return Ok(()) };
    if needed.iter().any(|scope| scopes.contains(scope)) {
        return Ok(());
    }
    let got: Vec<_> = got.iter().map(|scope| format!("'{scope}'")).collect();
    let message = format!("Missing required scopes. Got: [{}] Needed: ['{first}']", got.join(", "));
    Err(ApiError::forbidden(
        Reason::ScopeMissing,
        message,
        format!("the fixture gives this key \"scopes\" without {first}"),
    ))
}

/// The query's pairs, decoded. Unknown names are ignored.
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
