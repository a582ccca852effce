//! An error of the API on its way out, and the errors that any route can have.

use std::{borrow::Cow, fmt::Display};

use axum::http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Map, Value, json};

use crate::world::{PlannedResponse, Reason};

/// An error as data; answer.rs turns it into bytes. The check that finds it also writes its status, its type and the reason
/// in `x-mock-reason`, which docs/fidelity.md explains.
#[derive(Debug)]
pub(super) struct ApiError {
    pub(super) status: StatusCode,
    /// `error.type`.
    pub(super) kind: &'static str,
    /// The word in `x-mock-reason`.
    pub(super) reason: Reason,
    /// `error.message`.
    pub(super) message: Cow<'static, str>,
    /// For the log and the journal: what to do about it.
    pub(super) hint: Cow<'static, str>,
    /// Boxed, because every result of a check has room for an error.
    more: Option<Box<More>>,
}

/// The parts that few errors have.
#[derive(Debug, Default)]
pub(super) struct More {
    /// `error.details`, left out when empty.
    pub(super) details: Map<String, Value>,
    /// Headers of the answer, in place of those that follow from the status.
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    /// The service answers a credential that it does not know without a request id.
    pub(super) without_request_id: bool,
    /// What is sent instead of the envelope.
    pub(super) response: Option<PlannedResponse>,
}

pub(super) const MISSING_PERMISSIONS: &str =
    "Missing permissions. Please check with Anthropic support if you think this is in error.";

impl ApiError {
    pub(super) fn new(
        status: StatusCode,
        kind: &'static str,
        reason: Reason,
        message: impl Into<Cow<'static, str>>,
        hint: impl Into<Cow<'static, str>>,
    ) -> Self {
        ApiError { status, kind, reason, message: message.into(), hint: hint.into(), more: None }
    }

    /// 400 `invalid_request_error`.
    pub(super) fn invalid(
        reason: Reason,
        message: impl Into<Cow<'static, str>>,
        hint: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request_error", reason, message, hint)
    }

    /// 401 `authentication_error`.
    pub(super) fn unauthenticated(reason: Reason, message: &'static str, hint: &'static str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "authentication_error", reason, message, hint)
    }

    /// 403 `permission_error`.
    pub(super) fn forbidden(
        reason: Reason,
        message: impl Into<Cow<'static, str>>,
        hint: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::new(StatusCode::FORBIDDEN, "permission_error", reason, message, hint)
    }

    /// 404 `not_found_error` for an id.
    pub(super) fn not_found(reason: Reason, thing: &str, id: &str, hint: &'static str) -> Self {
        let message = format!("{thing} `{id}` not found.");
        Self::new(StatusCode::NOT_FOUND, "not_found_error", reason, message, hint)
    }

    /// Check 8: a wrong field of the body or the query; the message is `field: what is wrong`.
    pub(super) fn input(field: &str, what: impl Display) -> Self {
        let hint = "the message names the field of the body or the query and what it must be";
        Self::invalid(Reason::InputInvalid, format!("{field}: {what}"), hint)
    }

    /// Check 7: the resource belongs to organizations of another type.
    pub(super) fn type_not_supported() -> Self {
        let message = "This resource is not available for organizations of this type";
        let hint = "workspaces, their members and API keys belong to Console organizations; the fixture says \"type\": \"enterprise\"";
        Self::invalid(Reason::OrganizationTypeNotSupported, message, hint)
            .coded("organization_type_not_supported")
    }

    /// The mock's own failure.
    pub(super) fn internal() -> Self {
        let hint = "the mock itself failed; the lines above say where, and a report would be welcome";
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Self::new(status, "api_error", Reason::Internal, "Internal server error", hint)
    }

    /// With `error.details.error_code`.
    pub(super) fn coded(mut self, code: &str) -> Self {
        self.more_mut().details.insert("error_code".into(), json!(code));
        self
    }

    /// With a header, in place of the one that follows from the status.
    pub(super) fn header(mut self, name: &'static str, value: impl ToString) -> Self {
        if let Ok(value) = value.to_string().try_into() {
            self.more_mut().headers.push((HeaderName::from_static(name), value));
        }
        self
    }

    pub(super) fn without_request_id(mut self) -> Self {
        self.more_mut().without_request_id = true;
        self
    }

    pub(super) fn more(&self) -> Option<&More> {
        self.more.as_deref()
    }

    pub(super) fn more_mut(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }
}

/// `Input should be 'a', 'b' or 'c'`, as the service spells a choice between several.
pub(super) fn one_of<T: Display>(choices: &[T]) -> String {
    let mut quoted: Vec<_> = choices.iter().map(|choice| format!("'{choice}'")).collect();
    let last = quoted.pop().unwrap_or_default();
    match quoted.is_empty() {
        true => format!("Input should be {last}"),
        false => format!("Input should be {} or {last}", quoted.join(", ")),
    }
}
