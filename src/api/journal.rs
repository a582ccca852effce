//! The record of a request: an entry of a journal and a line of the log.

use std::{borrow::Cow, sync::Arc};

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header::USER_AGENT, request::Parts};

use super::{body::Received, error::ApiError, version};
use crate::{
    credential::Credential,
    world::{
        Access, Clock, Fault, JournalEntry, Operation, Organization, PathIds, Reason, RedactedKey, World,
        lossy, redacted, scrubbed,
    },
};

/// How much of a path, an id or a header a record keeps.
const KEPT_TEXT: usize = 1024;
/// How much of a POST's body a record keeps.
const KEPT_BODY: usize = 4096;

const RETRY_COUNT: HeaderName = HeaderName::from_static("x-stainless-retry-count");

/// What the checks have found out about a request, for its record.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) operation: Option<Operation>,
    pub(super) ids: PathIds,
    pub(super) access: Option<Access>,
    pub(super) fault: Option<Fault>,
}

impl Seen {
    /// The organization, once the credential was recognized.
    pub(super) fn organization(&self) -> Option<&Arc<Organization>> {
        match self.access.as_ref()? {
            Access::Organization(organization, _) => Some(organization),
            Access::Inference => None,
        }
    }
}

/// How a request was answered.
pub(super) struct Outcome<'a> {
    pub(super) request_id: Option<String>,
    /// `None` where the connection was dropped without an answer.
    pub(super) status: Option<u16>,
    pub(super) reason: Option<Reason>,
    pub(super) error: Option<&'a ApiError>,
    pub(super) duration_ms: f64,
}

/// Records a request in the journal of its credential's organization, and in the log.
pub(super) fn record(
    world: &World,
    request: &Parts,
    credential: Option<&Credential<'_>>,
    body: &Received,
    seen: Seen,
    outcome: Outcome<'_>,
) {
    let organization = seen.organization().cloned().or_else(|| {
        // The request was refused before the credential was checked, or the key is disabled or expired.
        world.organization_of(&credential?.secret)
    });
    let clock = organization.as_ref().map_or(Clock::System, |organization| organization.clock());
    // A dropped answer is journalled without an error, because no byte of it was sent.
    let error = outcome.error.filter(|_| outcome.status.is_some());
    let entry = JournalEntry {
        number: world.next_number(),
        time: clock.now(),
        request_id: outcome.request_id,
        organization: organization.as_ref().map(|organization| organization.id().to_owned()),
        operation: seen.operation,
        method: match request.method {
            Method::DELETE => "DELETE".into(),
            Method::GET => "GET".into(),
            Method::POST => "POST".into(),
            ref other => kept(other.as_str().as_bytes()).into(),
        },
        path: kept(request.uri.path().as_bytes()),
        query: request.uri.query().map(|query| kept(query.as_bytes())),
        ids: seen.ids.map(|id| kept(id.as_bytes())),
        body: (request.method == Method::POST).then(|| beginning(body.beginning(), KEPT_BODY, redacted)),
        credential: credential.map(|credential| RedactedKey::of(&credential.secret).into()),
        version: header(&request.headers, &version::HEADER),
        user_agent: header(&request.headers, &USER_AGENT),
        retry: request.headers.get(RETRY_COUNT).and_then(|count| count.to_str().ok()?.parse().ok()),
        status: outcome.status,
        error_type: error.map(|error| error.kind).filter(|kind| !kind.is_empty()),
        message: error.map(|error| kept(error.message.as_bytes())).filter(|message| !message.is_empty()),
        reason: outcome.reason,
        hint: error.map(|error| match &error.hint {
            Cow::Borrowed(hint) => Cow::Borrowed(*hint),
            // It quotes what was sent.
            Cow::Owned(hint) => kept(hint.as_bytes()).into(),
        }),
        fault: seen.fault.as_ref().map(Fault::to_string),
        duration_ms: outcome.duration_ms,
    };
    log(&entry);
    world.record(organization.as_deref(), entry);
}

fn header(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name).map(HeaderValue::as_bytes).map(kept)
}

/// The beginning of a text as the log shows it.
fn kept(text: &[u8]) -> String {
    beginning(text, KEPT_TEXT, scrubbed)
}

fn beginning(text: &[u8], most: usize, shown: fn(&str) -> String) -> String {
    // Four bytes more than are kept, so that a character which the first cut breaks is cut off by the second.
    let text = lossy(&text[..text.len().min(most + 4)]);
    shown(&text[..text.floor_char_boundary(most)])
}

/// Logs one line for each request. Its level separates good answers, refusals and errors of the server.
fn log(entry: &JournalEntry) {
    macro_rules! line {
        ($level:ident) => {
            tracing::$level!(
                target: "anthropic_admin_mock::request",
                method = %entry.method,
                path = entry.path,
                query = entry.query,
                status = entry.status,
                operation = entry.operation.map(Operation::name),
                error = entry.error_type,
                reason = entry.reason.map(Reason::name),
                error_message = entry.message,
                hint = entry.hint.as_deref(),
                fault = entry.fault,
                request_id = entry.request_id,
                key = entry.credential.as_ref().map(tracing::field::display),
                organization = entry.organization,
                duration_ms = entry.duration_ms,
            )
        };
    }
    match entry.status {
        Some(500..) => line!(error),
        Some(400..) => line!(warn),
        _ => line!(info),
    }
}
