//! The API's errors: each constructor fixes status, type and reason together (contract, section 4).

use std::borrow::Cow;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;

/// An error on its way out. It stays data until the edge, which alone knows the request's id.
#[derive(Clone, Debug)]
pub(super) struct ApiError {
    pub(super) status: StatusCode,
    /// `error.type`.
    pub(super) kind: &'static str,
    pub(super) message: Cow<'static, str>,
    /// The slug in `x-mock-reason`.
    pub(super) reason: &'static str,
    /// For the log: what the user may want to do.
    pub(super) hint: Cow<'static, str>,
    /// The service answers a credential that it does not know without a request id.
    pub(super) anonymous: bool,
}

/// The envelope of section 4.
#[derive(Serialize)]
struct Envelope<'a> {
    r#type: &'static str,
    error: Body<'a>,
    request_id: Option<&'a str>,
}

#[derive(Serialize)]
struct Body<'a> {
    r#type: &'static str,
    message: &'a str,
}

impl ApiError {
    fn new(
        status: StatusCode,
        kind: &'static str,
        message: impl Into<Cow<'static, str>>,
        reason: &'static str,
        hint: impl Into<Cow<'static, str>>,
    ) -> Self {
        let (message, hint) = (message.into(), hint.into());
        ApiError { status, kind, message, reason, hint, anonymous: false }
    }

    fn invalid_request(
        message: impl Into<Cow<'static, str>>,
        reason: &'static str,
        hint: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request_error", message, reason, hint)
    }

    fn authentication(message: &'static str, reason: &'static str, hint: &'static str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "authentication_error", message, reason, hint)
    }

    fn unrecognized(message: &'static str, reason: &'static str, hint: &'static str) -> Self {
        ApiError { anonymous: true, ..Self::authentication(message, reason, hint) }
    }

    /// Row 1: no such path.
    pub(super) fn route_unknown() -> Self {
        let hint = "no route of this mock has that path; it serves /v1/organizations/invites/{invite_id}, without a slash at the end";
        Self::new(StatusCode::NOT_FOUND, "not_found_error", "Not found", "route-unknown", hint)
    }

    /// Row 1: the path exists, the method does not. `Allow` comes from the routes.
    pub(super) fn method_not_allowed() -> Self {
        let hint = "the path is right, the method is not; the answer's Allow header lists those that are";
        let kind = "invalid_request_error";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, kind, "Method Not Allowed", "method-not-allowed", hint)
    }

    /// Row 2: neither credential header.
    pub(super) fn credential_missing() -> Self {
        let hint = "send x-api-key: <admin key> or Authorization: Bearer <admin key>";
        Self::authentication("x-api-key header is required", "credential-missing", hint)
    }

    /// Row 3: an `x-api-key` that is not shaped like a key.
    pub(super) fn api_key_malformed() -> Self {
        let hint = "a key begins with sk-ant-; any key like sk-ant-admin01-<something> will do, --any-key takes all others";
        Self::authentication("invalid x-api-key", "key-malformed", hint)
    }

    /// Row 3: an `Authorization` that is not a bearer token shaped like a key.
    pub(super) fn bearer_malformed() -> Self {
        let hint = "expected Authorization: Bearer sk-ant-admin01-<something>; --any-key takes any token, but only after Bearer";
        Self::authentication("Invalid bearer token", "bearer-malformed", hint)
    }

    /// Row 4: shaped like a key, and nobody's.
    pub(super) fn key_unknown(oauth: bool) -> Self {
        let message = if oauth { "OAuth access token is invalid." } else { "API key is invalid." };
        let hint = "the fixture does not list this key; it takes keys that it does not list only with a template (top-level \"invites\") and of an admin kind (sk-ant-admin…), or with --any-key";
        Self::unrecognized(message, "key-unknown", hint)
    }

    /// Row 4: the fixture pins the key as disabled.
    pub(super) fn key_disabled() -> Self {
        let hint = "the fixture lists this key with \"state\": \"disabled\"";
        Self::unrecognized("API key has been deactivated.", "key-disabled", hint)
    }

    /// Row 4: the fixture pins the key as expired.
    pub(super) fn key_expired() -> Self {
        let hint = "the fixture lists this key with \"state\": \"expired\"";
        Self::unrecognized("API key has expired.", "key-expired", hint)
    }

    /// No room for one more organization: the mock's own bound (design, section 2).
    pub(super) fn organizations_full() -> Self {
        let status = StatusCode::from_u16(529).expect("529 is a status");
        let hint = "every new key makes an organization, and this world is full; use fewer keys, or restart";
        Self::new(status, "overloaded_error", "Overloaded", "organizations-full", hint)
    }

    /// Section 5: a web page that has not said that it knows what it does.
    pub(super) fn browser_origin() -> Self {
        let message = "CORS requests must set 'anthropic-dangerous-direct-browser-access' header";
        let hint = "the request has an Origin; an SDK in a browser needs dangerouslyAllowBrowser";
        Self::authentication(message, "browser-origin", hint)
    }

    /// Row 5: no version, or an empty one.
    pub(super) fn version_missing() -> Self {
        let hint = "send anthropic-version: 2023-06-01 (or 2026-10-21, as the current SDKs do)";
        Self::invalid_request("anthropic-version: header is required", "version-missing", hint)
    }

    /// Row 5: a version that the service does not have; `given` is all of the header's copies.
    pub(super) fn version_unknown(given: &str) -> Self {
        let message = format!("anthropic-version: \"{given}\" is not a valid version");
        let hint = format!("known versions: {}", super::caller::VERSIONS.join(", "));
        Self::invalid_request(message, "version-unknown", hint)
    }

    /// Row 7: an inference key on the Admin API.
    pub(super) fn key_is_for_inference() -> Self {
        let message =
            "Missing permissions. Please check with Anthropic support if you think this is in error.";
        let hint = "sk-ant-api03-… is an inference key; the Admin API needs an admin key (sk-ant-admin01-…)";
        Self::new(StatusCode::FORBIDDEN, "permission_error", message, "key-inference", hint)
    }

    /// Row 7: a scoped key without a scope that the operation needs.
    pub(super) fn scope_missing(got: &[Box<str>], needed: &[&str]) -> Self {
        let list = |scopes: Vec<&str>| {
            let quoted: Vec<_> = scopes.iter().map(|scope| format!("'{scope}'")).collect();
            quoted.join(", ")
        };
        let got = list(got.iter().map(|scope| &**scope).collect());
        let needed = list(needed.to_vec());
        let message = format!("Missing required scopes. Got: [{got}] Needed: [{needed}]");
        let hint = format!("the fixture gives this key \"scopes\" without {needed}");
        Self::new(StatusCode::FORBIDDEN, "permission_error", message, "scope-missing", hint)
    }

    /// A body beyond the size limit.
    pub(super) fn body_too_large(limit: usize) -> Self {
        let message = format!("Request exceeds the maximum size of {limit} bytes");
        let hint = "the body is over the limit; nothing was done";
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "request_too_large", message, "body-too-large", hint)
    }

    /// A body that broke off, stalled or was framed wrongly.
    pub(super) fn body_unreadable() -> Self {
        let hint =
            "the body did not arrive whole, as its Content-Length or chunks promised; nothing was done";
        Self::invalid_request("Could not read the request body", "body-unreadable", hint)
    }

    /// Row 9: an id that the caller's organization does not have.
    pub(super) fn invite_unknown(id: &str) -> Self {
        let hint =
            "this key's organization has no such invite; another key's may have: a key is an organization";
        Self::invite_not_found(id, "invite-unknown", hint)
    }

    /// Row 9: an id that was deleted before, which the wire does not tell from an unknown one.
    pub(super) fn invite_deleted(id: &str) -> Self {
        Self::invite_not_found(id, "invite-deleted", "the invite existed and was deleted before")
    }

    fn invite_not_found(id: &str, reason: &'static str, hint: &'static str) -> Self {
        let message = format!("Invite `{id}` not found.");
        Self::new(StatusCode::NOT_FOUND, "not_found_error", message, reason, hint)
    }

    /// Row 10: an accepted invite cannot be deleted.
    pub(super) fn invite_accepted() -> Self {
        let message = "This invite has been accepted and can no longer be deleted. Remove the member from the organization instead.";
        Self::invalid_request(message, "invite-accepted", "only pending invites can be deleted")
    }

    /// Row 10: an expired invite cannot be deleted.
    pub(super) fn invite_expired() -> Self {
        let message = "This invite has expired and can no longer be deleted.";
        Self::invalid_request(
            message,
            "invite-expired",
            "only pending invites can be deleted; the clock has passed expires_at",
        )
    }

    /// Our own fault.
    pub(super) fn internal() -> Self {
        let hint = "the mock itself failed; the lines above say where, and a report would be welcome";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "api_error", "Internal server error", "internal", hint)
    }

    /// The body for the wire.
    pub(super) fn body(&self, request_id: Option<&str>) -> Vec<u8> {
        let error = Body { r#type: self.kind, message: &self.message };
        let envelope = Envelope { r#type: "error", error, request_id };
        serde_json::to_vec(&envelope).expect("strings are always JSON")
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
