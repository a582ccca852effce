//! The outer edge: reads the body, gives the request its id, writes the log line and the journal.

use std::{
    borrow::Cow,
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, OnceLock},
    task::Poll,
};

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, Method, header::USER_AGENT, request},
    response::{IntoResponse, Response},
};
use tokio::time::Instant;

use super::{
    Answer, Dropped,
    browser::Browser,
    caller::{VERSION, VERSIONS},
    error::ApiError,
    extract::Path,
    fault,
    finish::{finish, without_body},
    receive::{Received, receive},
    refused,
};
use crate::world::{
    Fault, JournalEntry, KEPT_BODY, Operation, Organization, RedactedKey, World, lossy, scrubbed,
};

/// How much of a path, an id or a header a record keeps.
const KEPT_TEXT: usize = 1024;

/// What is known of one request inside the edge, and learned of it on its way in, for its answer's headers,
/// the log and the journal.
pub(super) struct Exchange {
    world: World,
    browser: Browser,
    /// The invite that the path names.
    invite_id: Option<Arc<str>>,
    received: Received,
    operation: OnceLock<Operation>,
    key: OnceLock<RedactedKey>,
    organization: OnceLock<Arc<Organization>>,
    fault: OnceLock<Fault>,
}

impl Exchange {
    fn new(world: World, request: &request::Parts, received: Received) -> Self {
        Exchange {
            world,
            browser: Browser::of(request),
            invite_id: Path::of(request.uri.path()).invite_id(),
            received,
            operation: OnceLock::new(),
            key: OnceLock::new(),
            organization: OnceLock::new(),
            fault: OnceLock::new(),
        }
    }

    pub(super) fn world(&self) -> &World {
        &self.world
    }

    pub(super) fn browser(&self) -> &Browser {
        &self.browser
    }

    pub(super) fn invite_id(&self) -> Option<&Arc<str>> {
        self.invite_id.as_ref()
    }

    pub(super) fn received(&self) -> &Received {
        &self.received
    }

    pub(super) fn note_operation(&self, operation: Operation) {
        let _ = self.operation.set(operation);
    }

    pub(super) fn note_key(&self, key: RedactedKey) {
        let _ = self.key.set(key);
    }

    /// From here on the answer names the organization.
    pub(super) fn note_organization(&self, organization: &Arc<Organization>) {
        let _ = self.organization.set(organization.clone());
    }

    pub(super) fn organization(&self) -> Option<&Organization> {
        self.organization.get().map(|organization| &**organization)
    }

    /// The fault that has struck.
    pub(super) fn note_fault(&self, fault: &Fault) {
        let _ = self.fault.set(fault.clone());
    }

    /// The beginning of a create's body.
    fn kept_body(&self) -> Option<String> {
        let creates = self.operation.get() == Some(&Operation::InvitesCreate);
        creates.then(|| match &self.received {
            Received::Whole(bytes) => kept(bytes, KEPT_BODY),
            Received::TooLarge | Received::Broken => String::new(),
        })
    }
}

/// One request and its answer.
pub(super) async fn exchange(
    world: World,
    routes: impl FnOnce(Request, Arc<Exchange>) -> Answer,
    request: Request,
) -> Response {
    let started = Instant::now();
    let request_id = world.request_id();
    let (parts, body) = request.into_parts();
    let method = match parts.method {
        Method::DELETE => "DELETE".into(),
        Method::GET => "GET".into(),
        Method::POST => "POST".into(),
        ref other => other.to_string().into(),
    };
    let path = kept(parts.uri.path().as_bytes(), KEPT_TEXT);
    let sent = |name| parts.headers.get(name).map(HeaderValue::as_bytes);
    let known = |version| VERSIONS.into_iter().find(|known| known.as_bytes() == version);
    let version = sent(VERSION).map(|version| match known(version) {
        Some(known) => Cow::Borrowed(known),
        None => kept(version, KEPT_TEXT).into(),
    });
    let user_agent = sent(USER_AGENT).map(|user_agent| kept(user_agent, KEPT_TEXT));
    let head = parts.method == Method::HEAD;
    // The body comes first, so that everything after it is done at once or not at all, and a
    // client that is slow with it holds nothing. Whether it matters is decided in its turn.
    let received = receive(&parts.headers, body).await;
    let noted = Arc::new(Exchange::new(world, &parts, received));

    let request = Request::from_parts(parts, Body::empty());
    let answer = catch_unwind(AssertUnwindSafe(|| routes(request, noted.clone())));
    let answer = answer.unwrap_or_else(|_| refused(ApiError::internal()));
    let mut response = noted.browser.preflight(caught(answer).await);
    // Boxed, so that only the few requests which a fault has struck need the room.
    let fault = noted.fault.get();
    if let Some(fault) = fault {
        response = Box::pin(fault::after_commit(fault, response)).await;
    }
    let withheld = response.extensions().get::<ApiError>().is_some_and(|error| error.without_request_id);
    let request_id = Some(request_id).filter(|_| !withheld);
    response = finish(response, request_id.as_deref(), &noted);
    if let Some(fault) = fault {
        response = Box::pin(fault::lose(fault, response)).await;
    }
    if head {
        response = without_body(response);
    }

    let dropped = response.extensions().get::<Dropped>().is_some();
    // What was never sent is no error that anybody got.
    let error = response.extensions().get::<ApiError>().filter(|_| !dropped);
    let organization = noted.organization();
    let (number, time) = noted.world.stamp(organization);
    let entry = JournalEntry {
        number,
        time,
        request_id,
        operation: noted.operation.get().copied(),
        method,
        path,
        invite_id: noted.invite_id().map(|id| scrubbed(&id[..id.floor_char_boundary(KEPT_TEXT)])),
        credential: noted.key.get().cloned().map(String::from),
        version,
        user_agent,
        status: (!dropped).then_some(response.status().as_u16()),
        error_type: error.map(|error| error.kind),
        reason: error.map(|error| error.reason).or(fault.map(|_| "fault")),
        fault: fault.map(|fault| fault.outcome.to_string()),
        duration_ms: started.elapsed().as_micros() as f64 / 1000.0,
        body: noted.kept_body(),
    };
    log(&entry, error, organization);
    noted.world.record(organization, entry);
    response
}

/// The answer, or that to our own fault. The panic's own message is in the log already.
async fn caught(mut answer: Answer) -> Response {
    poll_fn(|context| {
        let polled = catch_unwind(AssertUnwindSafe(|| answer.as_mut().poll(context)));
        polled.unwrap_or_else(|_| Poll::Ready(ApiError::internal().into_response()))
    })
    .await
}

/// What a record keeps of a text: its beginning, with every key in it redacted.
fn kept(text: &[u8], most: usize) -> String {
    // What cutting breaks at the end is cut off again.
    let text = lossy(&text[..text.len().min(most + 4)]);
    scrubbed(&text[..text.floor_char_boundary(most)])
}

/// One line for each request; its level tells good answers from refusals and from our own faults.
fn log(entry: &JournalEntry, error: Option<&ApiError>, organization: Option<&Organization>) {
    macro_rules! line {
        ($level:ident) => {
            tracing::$level!(
                target: "anthropic_admin_mock::request",
                method = %entry.method,
                path = entry.path,
                status = entry.status,
                operation = entry.operation.map(|operation| operation.name()),
                error = entry.error_type,
                reason = entry.reason,
                fault = entry.fault,
                hint = error.map(|error| &*error.hint),
                request_id = entry.request_id,
                key = entry.credential.as_ref().map(tracing::field::display),
                organization = organization.map(Organization::id),
                duration_ms = entry.duration_ms,
            )
        };
    }
    match error {
        None => line!(info),
        Some(error) if error.status.is_server_error() => line!(error),
        Some(_) => line!(warn),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::{body::Body, extract::Request, http::StatusCode};
    use http_body_util::BodyExt;

    use super::{Answer, Exchange, exchange};
    use crate::World;

    #[tokio::test]
    async fn a_panic_in_a_handler_leaves_as_the_api_error_500_in_the_envelope() {
        let in_its_future = |_, _| -> Answer { Box::pin(async { panic!("on purpose") }) };
        let before_it = |_, _| -> Answer { panic!("on purpose") };
        for routes in [in_its_future as fn(Request, Arc<Exchange>) -> Answer, before_it] {
            let request = Request::new(Body::empty());

            let response = exchange(World::default(), routes, request).await;

            assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
            let headers = response.headers().clone();
            assert_eq!(headers["content-type"], "application/json");
            assert_eq!(headers["x-mock-reason"], "internal");
            assert!(!headers.contains_key("x-should-retry"), "the SDKs decide by the status");
            let body = response.into_body().collect().await.unwrap().to_bytes();
            let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
            let expected = serde_json::json!({
                "type": "error",
                "error": {"type": "api_error", "message": "Internal server error"},
                "request_id": headers["request-id"].to_str().unwrap(),
            });
            assert_eq!(body, expected);
        }
    }
}
