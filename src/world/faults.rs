//! What shall go wrong. One type is the plan, its written form and its dump.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use serde_with_macros::skip_serializing_none;

use super::{
    error::Error,
    fixture::optional_object,
    operation::{Operation, PATH_IDS, PathIds},
    outcome::{Delay, DropPoint, ErrorType, Meanwhile, PlannedResponse, Times, every_or_one, is_zero},
};

/// A plan for something to go wrong (docs/control.md, "Faults"). Exactly one of `error`, `delay`, `drop`, `response` and
/// `meanwhile` is set.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(extend("oneOf" = [
    {"required": ["error"], "properties": {"error": {"type": "string"}}},
    {"required": ["delay"], "properties": {"delay": {"type": "string"}}},
    {"required": ["drop"], "properties": {"drop": {"type": ["boolean", "string"]}}},
    {"required": ["response"], "properties": {"response": {"type": "object"}}},
    {"required": ["meanwhile"], "properties": {"meanwhile": {"type": "string"}}}
])))]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The operation that it strikes, or `*` (`None`) for every one.
    #[serde(with = "every_or_one")]
    #[serialize_always]
    #[cfg_attr(test, schemars(with = "every_or_one::Name"))]
    pub operation: Option<Operation>,
    /// The invite that the path of a struck request names.
    pub invite_id: Option<String>,
    /// The user that the path of a struck request names.
    pub user_id: Option<String>,
    /// The workspace that the path of a struck request names.
    pub workspace_id: Option<String>,
    /// The API key that the path of a struck request names.
    pub api_key_id: Option<String>,
    /// How often it strikes: a number from 1, 1 when left out, or `"always"`.
    #[serde(default)]
    pub times: Times,
    /// How many fitting requests it lets pass first.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub skip: u32,
    /// Whether the work is done before the answer is lost, late or replaced; `false` when left out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub after_commit: bool,
    /// The type of the error to answer with, which decides the status.
    pub error: Option<ErrorType>,
    /// With `error`: another status than the type's, from 400 to 599.
    pub status: Option<u16>,
    /// With `error`: whole seconds in `retry-after`.
    pub retry_after: Option<u32>,
    /// With `error`: milliseconds in `retry-after-ms`.
    pub retry_after_ms: Option<u32>,
    /// With `error`: `x-should-retry`, in place of what the status says.
    pub should_retry: Option<bool>,
    /// With `error`: `error.details.error_code`.
    pub error_code: Option<String>,
    /// With `error`: more of `error.details`.
    pub details: Option<Map<String, Value>>,
    /// With `error`: `error.message`, in place of the usual one.
    pub message: Option<String>,
    /// How much later to answer, such as `400ms` or `2s`.
    pub delay: Option<Delay>,
    /// `true` closes the connection before the first byte, `mid_body` in the middle of the body.
    pub drop: Option<DropPoint>,
    /// What is sent in place of an answer of the API, such as a page of an edge.
    #[serde(default, deserialize_with = "optional_object")]
    pub response: Option<PlannedResponse>,
    /// What happens to the resource of the path just before the request is handled.
    pub meanwhile: Option<Meanwhile>,
}

/// For logs and journals: `overloaded_error`, `delay 400ms`, `drop`, `drop mid_body`, `response 520`, `meanwhile delete`.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault { error: Some(error), .. } => error.fmt(f),
            Fault { delay: Some(delay), .. } => write!(f, "delay {delay}"),
            Fault { drop: Some(DropPoint::MidBody(_)), .. } => f.write_str("drop mid_body"),
            Fault { response: Some(response), .. } => write!(f, "response {}", response.status),
            Fault { meanwhile: Some(meanwhile), .. } => write!(f, "meanwhile {meanwhile}"),
            _ => f.write_str("drop"),
        }
    }
}

impl Fault {
    /// The id that a struck request's path must have, by its parameter's name.
    pub(crate) fn id(&self, name: &str) -> Option<&str> {
        match name {
            "invite_id" => self.invite_id.as_deref(),
            "user_id" => self.user_id.as_deref(),
            "workspace_id" => self.workspace_id.as_deref(),
            "api_key_id" => self.api_key_id.as_deref(),
            _ => None,
        }
    }

    /// Says which field does not fit the others, and why; an empty name stands for the plan as a whole.
    pub(crate) fn check(&self) -> Result<(), (&'static str, String)> {
        let outcomes = [
            self.error.is_some(),
            self.delay.is_some(),
            self.drop.is_some(),
            self.response.is_some(),
            self.meanwhile.is_some(),
        ];
        if outcomes.into_iter().filter(|set| *set).count() != 1 {
            return Err((
                "",
                "expected exactly one of `error`, `delay`, `drop`, `response` and `meanwhile`".into(),
            ));
        }
        let with_error = [
            ("status", self.status.is_some()),
            ("retry_after", self.retry_after.is_some()),
            ("retry_after_ms", self.retry_after_ms.is_some()),
            ("should_retry", self.should_retry.is_some()),
            ("error_code", self.error_code.is_some()),
            ("details", self.details.is_some()),
            ("message", self.message.is_some()),
        ];
        if let (None, Some((field, _))) = (self.error, with_error.into_iter().find(|(_, set)| *set)) {
            return Err((field, "goes with `error` alone".into()));
        }
        if let Some(status @ (..400 | 600..)) = self.status {
            return Err((
                "status",
                format!("{status} is no status of an error; expected one from 400 to 599"),
            ));
        }
        for (field, text) in [("error_code", &self.error_code), ("message", &self.message)] {
            if text.as_deref() == Some("") {
                return Err((field, "\"\" is not a non-empty string".into()));
            }
        }
        for field in PATH_IDS {
            match (self.id(field), self.operation) {
                (Some(""), _) => return Err((field, "\"\" is not a non-empty string".into())),
                (Some(_), Some(operation)) if !operation.path_ids().contains(&field) => {
                    return Err((field, format!("the path of `{operation}` has no {field}")));
                }
                _ => {}
            }
        }
        if self.drop == Some(DropPoint::BeforeTheFirstByte(false)) {
            return Err(("drop", "false drops nothing; expected true or \"mid_body\"".into()));
        }
        if let Some(response) = &self.response {
            response.check().map_err(|message| ("response", message))?;
        }
        self.check_meanwhile()
    }

    fn check_meanwhile(&self) -> Result<(), (&'static str, String)> {
        let Some(meanwhile) = self.meanwhile else { return Ok(()) };
        if self.after_commit {
            return Err(("after_commit", "`meanwhile` happens before the request is handled".into()));
        }
        let has_one =
            |operation: &Operation| operation.path_ids().iter().any(|id| meanwhile.path_ids().contains(id));
        if let Some(operation) = self.operation.filter(|operation| !has_one(operation)) {
            let needed = meanwhile.path_ids().join(" or ");
            let message = format!(
                "`{meanwhile}` needs an operation whose path has {needed}; that of `{operation}` has none"
            );
            return Err(("meanwhile", message));
        }
        Ok(())
    }

    pub(crate) fn fits(&self, operation: Operation, ids: &PathIds) -> bool {
        self.operation.is_none_or(|wanted| wanted == operation)
            && PATH_IDS.iter().all(|name| self.id(name).is_none_or(|wanted| ids.for_lookup(name) == wanted))
            && self
                .meanwhile
                .is_none_or(|meanwhile| meanwhile.path_ids().iter().any(|needed| ids.get(needed).is_some()))
    }
}

/// Refuses plans that contradict themselves.
pub(crate) fn check_faults(faults: &[Fault]) -> Result<(), Error> {
    faults.iter().try_for_each(Fault::check).map_err(|(field, message)| {
        Error::new(if field.is_empty() { message } else { format!("{field}: {message}") })
    })
}
