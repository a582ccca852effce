//! The API's errors: each constructor fixes status, type and reason together (docs/fidelity.md).

use std::{borrow::Cow, fmt::Display};

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::world::{ErrorType, FaultError, RateLimited, Role};

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
    pub(super) without_request_id: bool,
    /// `error.details.error_code`.
    error_code: Option<Box<str>>,
    /// What a client is told of trying again.
    pub(super) retry: Option<Retry>,
}

/// What decides the headers about trying again, beside the status.
#[derive(Clone, Debug)]
pub(super) enum Retry {
    /// A client over the rate limit is told when to come back.
    Limited(Box<RateLimited>),
    /// A planned error says what its plan says.
    Planned(Box<FaultError>),
}

const MISSING_PERMISSIONS: &str =
    "Missing permissions. Please check with Anthropic support if you think this is in error.";

/// The envelope of all errors.
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
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<Details<'a>>,
}

#[derive(Serialize)]
struct Details<'a> {
    error_code: &'a str,
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
        ApiError {
            status,
            kind,
            message,
            reason,
            hint,
            without_request_id: false,
            error_code: None,
            retry: None,
        }
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

    fn authentication_without_request_id(
        message: &'static str,
        reason: &'static str,
        hint: &'static str,
    ) -> Self {
        ApiError { without_request_id: true, ..Self::authentication(message, reason, hint) }
    }

    /// Check 1: no such path.
    pub(super) fn route_unknown() -> Self {
        let hint = "no route of this mock has that path; it serves /v1/organizations/invites and /v1/organizations/invites/{invite_id}, without a slash at the end";
        Self::new(StatusCode::NOT_FOUND, "not_found_error", "Not found", "route-unknown", hint)
    }

    /// Check 1: the path exists, the method does not. `Allow` comes from the routes.
    pub(super) fn method_not_allowed() -> Self {
        let hint = "the path is right, the method is not; the answer's Allow header lists those that are";
        let kind = "invalid_request_error";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, kind, "Method Not Allowed", "method-not-allowed", hint)
    }

    /// Check 2: neither credential header.
    pub(super) fn credential_missing() -> Self {
        let hint = "send x-api-key: <admin key> or Authorization: Bearer <admin key>";
        Self::authentication("x-api-key header is required", "credential-missing", hint)
    }

    /// Check 3: an `x-api-key` that is not shaped like a key.
    pub(super) fn api_key_malformed() -> Self {
        let hint = "a key begins with sk-ant-; any key like sk-ant-admin01-<something> will do, --any-key takes all others";
        Self::authentication("invalid x-api-key", "key-malformed", hint)
    }

    /// Check 3: an `Authorization` that is not a bearer token shaped like a key.
    pub(super) fn bearer_malformed() -> Self {
        let hint = "expected Authorization: Bearer sk-ant-admin01-<something>; --any-key takes any token, but only after Bearer";
        Self::authentication("Invalid bearer token", "bearer-malformed", hint)
    }

    /// Check 4: shaped like a key, and nobody's.
    pub(super) fn key_unknown(oauth: bool) -> Self {
        let message = if oauth { "OAuth access token is invalid." } else { "API key is invalid." };
        let hint = "the fixture does not list this key; it takes keys that it does not list only with a template (top-level \"invites\") and of an admin kind (sk-ant-admin…), or with --any-key";
        Self::authentication_without_request_id(message, "key-unknown", hint)
    }

    /// Check 4: the fixture pins the key as disabled.
    pub(super) fn key_disabled() -> Self {
        let hint = "the fixture lists this key with \"state\": \"disabled\"";
        Self::authentication_without_request_id("API key has been deactivated.", "key-disabled", hint)
    }

    /// Check 4: the fixture pins the key as expired.
    pub(super) fn key_expired() -> Self {
        let hint = "the fixture lists this key with \"state\": \"expired\"";
        Self::authentication_without_request_id("API key has expired.", "key-expired", hint)
    }

    /// No room for one more organization: the mock's own bound.
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

    /// Check 5: no version, or an empty one.
    pub(super) fn version_missing() -> Self {
        let hint = "send anthropic-version: 2023-06-01 (or 2026-10-21, as the current SDKs do)";
        Self::invalid_request("anthropic-version: header is required", "version-missing", hint)
    }

    /// Check 5: a version that the service does not have; `given` is all of the header's copies.
    pub(super) fn version_unknown(given: &str) -> Self {
        let message = format!("anthropic-version: \"{given}\" is not a valid version");
        let hint = format!("known versions: {}", super::caller::VERSIONS.join(", "));
        Self::invalid_request(message, "version-unknown", hint)
    }

    /// Check 6: more requests than the organization may make.
    pub(super) fn rate_limited(over: RateLimited) -> Self {
        let RateLimited { limit, counted, .. } = over;
        let message =
            format!("This request would exceed your organization's rate limit of {limit} {counted}");
        let hint = "the limit is --rate-limit's, counted by the organization's clock";
        let status = StatusCode::TOO_MANY_REQUESTS;
        let error = Self::new(status, "rate_limit_error", message, "rate-limited", hint);
        ApiError { retry: Some(Retry::Limited(Box::new(over))), ..error }
    }

    /// Check 7: an inference key on the Admin API.
    pub(super) fn key_is_for_inference() -> Self {
        let hint = "sk-ant-api03-… is an inference key; the Admin API needs an admin key (sk-ant-admin01-…)";
        Self::new(StatusCode::FORBIDDEN, "permission_error", MISSING_PERMISSIONS, "key-inference", hint)
    }

    /// Check 7: a scoped key without a scope that the operation needs.
    pub(super) fn scope_missing(got: &[Box<str>], needed: &str) -> Self {
        let got: Vec<_> = got.iter().map(|scope| format!("'{scope}'")).collect();
        let message = format!("Missing required scopes. Got: [{}] Needed: ['{needed}']", got.join(", "));
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

    /// Check 9: an id that the caller's organization does not have.
    pub(super) fn invite_unknown(id: &str) -> Self {
        let hint =
            "this key's organization has no such invite; another key's may have: a key is an organization";
        Self::invite_not_found(id, "invite-unknown", hint)
    }

    /// Check 9: an id that was deleted before, which the wire does not tell from an unknown one.
    pub(super) fn invite_deleted(id: &str) -> Self {
        Self::invite_not_found(id, "invite-deleted", "the invite existed and was deleted before")
    }

    fn invite_not_found(id: &str, reason: &'static str, hint: &'static str) -> Self {
        let message = format!("Invite `{id}` not found.");
        Self::new(StatusCode::NOT_FOUND, "not_found_error", message, reason, hint)
    }

    /// Check 10: an accepted invite cannot be deleted.
    pub(super) fn invite_accepted() -> Self {
        let message = "This invite has been accepted and can no longer be deleted. Remove the member from the organization instead.";
        Self::invalid_request(message, "invite-accepted", "only pending invites can be deleted")
    }

    /// Check 10: an expired invite cannot be deleted.
    pub(super) fn invite_expired() -> Self {
        let message = "This invite has expired and can no longer be deleted.";
        Self::invalid_request(
            message,
            "invite-expired",
            "only pending invites can be deleted; the clock has passed expires_at",
        )
    }

    /// Check 8: something in the body or the query is not as it must be; `field: what is wrong`.
    pub(super) fn input_invalid(field: &str, what: impl Display) -> Self {
        let hint = "the message names the field of the body or the query and what it must be";
        Self::invalid_request(format!("{field}: {what}"), "input-invalid", hint)
    }

    /// Check 8: a role that does not fit; `roles` are those that do.
    pub(super) fn role_invalid(field: &str, roles: &[Role]) -> Self {
        Self::input_invalid(field, one_of(roles))
    }

    /// Check 8: a body that is not JSON.
    pub(super) fn json_invalid(error: &serde_json::Error) -> Self {
        let hint = "create takes a JSON object with email and role";
        Self::invalid_request(format!("The request body is not valid JSON: {error}"), "json-invalid", hint)
    }

    /// Check 8: a cursor that the organization does not know.
    pub(super) fn cursor_unknown(field: &str) -> Self {
        let message = format!("Invalid pagination cursor for '{field}'");
        let hint = "this key's organization never had an invite of that id, or has forgotten it";
        Self::invalid_request(message, "cursor-unknown", hint)
    }

    /// Check 8: both cursors at once.
    pub(super) fn cursors_conflict() -> Self {
        let message = "after_id: Only one of after_id and before_id can be given";
        Self::invalid_request(message, "cursors-conflict", "a page lies on one side of one invite")
    }

    fn coded(code: &'static str, message: String, reason: &'static str, hint: &'static str) -> Self {
        ApiError { error_code: Some(code.into()), ..Self::invalid_request(message, reason, hint) }
    }

    /// create: there is a pending invite for the address.
    pub(super) fn invite_already_exists(email: &str, id: &str) -> Self {
        let message = format!("A pending invite already exists for {email}: {id}");
        let hint = "delete it, or let it be accepted or expire, before the address is invited again";
        Self::coded("invite_already_exists", message, "invite-already-exists", hint)
    }

    /// create: the address is a member's.
    pub(super) fn already_member(email: &str) -> Self {
        let message = format!("{email} is already a member of this organization");
        let hint = "the fixture lists the address under \"members\", or it has accepted an invite";
        Self::coded("already_member", message, "already-member", hint)
    }

    /// create: members and pending invites fill the organization.
    pub(super) fn org_member_limit_exceeded(limit: usize) -> Self {
        let message =
            format!("The organization has reached its limit of {limit} members, pending invites included");
        let hint = "the fixture sets \"member_limit\"";
        Self::coded("org_member_limit_exceeded", message, "org-member-limit-exceeded", hint)
    }

    /// create: the organization's list of domains leaves this one out.
    pub(super) fn email_domain_not_allowed(domain: &str) -> Self {
        let message = format!("The email domain {domain} is not allowed by this organization");
        let hint = "the fixture sets \"allowed_domains\"";
        Self::coded("email_domain_not_allowed", message, "email-domain-not-allowed", hint)
    }

    /// create: the parent organization has not verified this domain.
    pub(super) fn cannot_invite_emails_with_unverified_domains(domain: &str) -> Self {
        let message =
            format!("The email domain {domain} is not a verified domain of the parent organization");
        let (code, reason) =
            ("cannot_invite_emails_with_unverified_domains", "cannot-invite-emails-with-unverified-domains");
        Self::coded(code, message, reason, "the fixture sets \"verified_domains\"")
    }

    /// create: a group gives owner access.
    pub(super) fn rbac_group_grants_owner_access(group: &str) -> Self {
        let message =
            format!("The RBAC group {group} grants owner access; members cannot be added to it by this API");
        let hint = "the fixture sets the group's \"grants_owner_access\": true";
        Self::coded("rbac_group_grants_owner_access", message, "rbac-group-grants-owner-access", hint)
    }

    /// create: nobody could find out whether a group gives owner access.
    pub(super) fn rbac_group_owner_access_unconfirmed(group: &str) -> Self {
        let message = format!(
            "Could not confirm whether the RBAC group {group} grants owner access; nothing was changed"
        );
        let hint = "the fixture sets the group's \"grants_owner_access\": \"unconfirmed\"";
        Self::coded(
            "rbac_group_owner_access_unconfirmed",
            message,
            "rbac-group-owner-access-unconfirmed",
            hint,
        )
    }

    /// A planned error, in the vendor's own dialect.
    pub(super) fn fault(planned: &FaultError) -> Self {
        let (status, message) = match planned.kind {
            ErrorType::InvalidRequestError => (400, "Invalid request"),
            ErrorType::AuthenticationError => (401, "Authentication failed"),
            ErrorType::BillingError => (402, "There is a problem with your organization's billing"),
            ErrorType::PermissionError => (403, MISSING_PERMISSIONS),
            ErrorType::NotFoundError => (404, "Not found"),
            ErrorType::ConflictError => (409, "The request conflicts with another one"),
            ErrorType::RequestTooLarge => (413, "Request exceeds the maximum size"),
            ErrorType::RateLimitError => (429, "This request would exceed your organization's rate limit"),
            ErrorType::ApiError => (500, "Internal server error"),
            ErrorType::TimeoutError => (504, "The request timed out"),
            ErrorType::OverloadedError => (529, "Overloaded"),
        };
        let status = StatusCode::from_u16(status).expect("a status of the table above");
        let message: Cow<'static, str> = match &planned.message {
            Some(message) => message.to_string().into(),
            None => message.into(),
        };
        let hint = "a fault was planned for this request, by the fixture, /_mock/faults or x-mock-fault";
        let error_code = planned.error_code.clone();
        let error = Self::new(status, planned.kind.name(), message, "fault", hint);
        ApiError { error_code, retry: Some(Retry::Planned(Box::new(planned.clone()))), ..error }
    }

    /// An `x-mock-fault` that means nothing. Not the vendor's error, but in its envelope.
    pub(super) fn fault_unknown(header: &str, what: &str) -> Self {
        let message = format!(
            "x-mock-fault: {what:?} in {header:?} is unknown; expected an error type such as overloaded_error with retry-after, retry-after-ms, should-retry or error-code after a semicolon, drop, drop=mid_body, or delay=400ms, and after-commit if wanted"
        );
        Self::invalid_request(message, "fault-unknown", "the message says what x-mock-fault takes")
    }

    /// Our own fault.
    pub(super) fn internal() -> Self {
        let hint = "the mock itself failed; the lines above say where, and a report would be welcome";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "api_error", "Internal server error", "internal", hint)
    }

    /// The body for the wire.
    pub(super) fn body(&self, request_id: Option<&str>) -> Vec<u8> {
        let details = self.error_code.as_deref().map(|error_code| Details { error_code });
        let error = Body { r#type: self.kind, message: &self.message, details };
        let envelope = Envelope { r#type: "error", error, request_id };
        serde_json::to_vec(&envelope).expect("strings are always JSON")
    }
}

/// `Input should be 'a', 'b' or 'c'`, as the service spells a choice between several.
pub(super) fn one_of<T: Serialize>(choices: &[T]) -> String {
    let mut quoted: Vec<_> = choices
        .iter()
        .map(|choice| serde_json::to_string(choice).unwrap_or_default().replace('"', "'"))
        .collect();
    let last = quoted.pop().unwrap_or_default();
    format!("Input should be {} or {last}", quoted.join(", "))
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
