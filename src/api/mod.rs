//! The API, for the program under test: one request, from its checks to its answer.

mod admit;
mod answer;
mod api_keys;
mod body;
mod browser;
mod call;
mod error;
mod fault;
mod fields;
mod invites;
mod journal;
mod organization;
mod page;
mod people;
mod preflight;
mod routes;
mod users;
mod version;
mod workspace_members;
mod workspaces;

use std::{
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    task::Poll,
};

use axum::{
    body::Body,
    extract::Request,
    http::{StatusCode, request::Parts},
    response::Response,
};
use tokio::time::Instant;

use crate::{
    credential::{Credential, NoCredential},
    world::{Operation, Organization, OrganizationType, Reason, World},
};
use answer::Answer;
use body::Received;
use call::Call;
use error::ApiError;
pub(crate) use fault::Sent;
use journal::{Outcome, Seen};
use routes::Route;

/// Answers one request on a path that is not the tester's. Every error leaves in the API's envelope, a panic's too; only a
/// planned `response` has none.
pub(crate) async fn answer(world: World, request: Request) -> Response {
    let (request, body) = request.into_parts();
    let answered = caught(pin!(answered(&world, &request, body))).await;
    answered.unwrap_or_else(|| {
        let mut answer = Err(ApiError::internal());
        answer::respond(&mut answer, &request, world.request_id(), None).0
    })
}

/// The answer to a request, which by then is in the journal and in the log.
async fn answered(world: &World, request: &Parts, body: Body) -> Response {
    let started = Instant::now();
    let request_id = world.request_id();
    // The body is received first, so that the rest is done at once or, when the client leaves, not at all. Check 8 judges it.
    let body = body::receive(&request.headers, body).await;
    let credential = Credential::of(&request.headers);
    let mut seen = Seen::default();
    // Caught here already, so that a handler's panic is journalled like any other error.
    let checked = caught(pin!(checked(world, request, &credential, &body, &mut seen))).await;
    let mut answer = checked.unwrap_or_else(|| Err(ApiError::internal()));
    let mut sent = Sent::Whole;
    if let (Some(fault), Some(access)) = (&seen.fault, &seen.access) {
        // Boxed, so that only the few requests which a fault strikes need the memory.
        answer = Box::pin(fault::after(fault, access, answer)).await;
        sent = fault::sent(fault);
    }
    let organization = seen.organization().map(|organization| organization.id());
    let (response, request_id) = answer::respond(&mut answer, request, request_id, organization);
    let error = answer.as_ref().err();
    let outcome = Outcome {
        request_id: request_id.filter(|_| sent != Sent::Nothing),
        status: (sent != Sent::Nothing).then_some(response.status().as_u16()),
        reason: error.map(|error| error.reason).or((sent != Sent::Whole).then_some(Reason::Fault)),
        error,
        duration_ms: started.elapsed().as_micros() as f64 / 1000.0,
    };
    journal::record(world, request, credential.as_ref().ok(), &body, seen, outcome);
    match sent {
        Sent::Whole => response,
        sent => Box::pin(fault::cut(sent, response)).await,
    }
}

/// The checks, in their order (docs/fidelity.md), and the work.
async fn checked(
    world: &World,
    request: &Parts,
    credential: &Result<Credential<'_>, NoCredential>,
    body: &Received,
    seen: &mut Seen,
) -> Answer {
    if let Some(answer) = preflight::answer(request) {
        return Ok(answer);
    }
    let headers = &request.headers;
    let (route, ids) = routes::find(&request.method, request.uri.path())?; //                      1
    (seen.operation, seen.ids) = (Some(route.operation), ids);
    let credential = credential.as_ref().map_err(admit::no_credential)?; //                        2
    let access = seen.access.insert(admit::access(world, credential)?); //                         3, 4
    browser::check_origin(headers)?; //                                                            4
    seen.fault =
        fault::for_request(headers, access, route.operation, &seen.ids, world.settings().no_control)?;
    if let Some(fault) = &seen.fault {
        Box::pin(fault::before(fault, access, &seen.ids)).await?;
    }
    let has_old_version = version::check(headers, world.settings())?; //                           5
    let (organization, scopes) = admit::known_organization(access)?;
    count(organization, route.operation)?; //                                                      6
    call::check_scopes(scopes, route.needs.scopes)?; //                                            7
    check_type(organization, route)?; //                                                           7
    let query = request.uri.query().unwrap_or_default();
    let call = Call { organization, scopes, ids: &seen.ids, query, body: body.whole()?, has_old_version }; // 8
    (route.handler)(&call) //                                                                      8, 9, 10
}

/// The outcome of a future, or `None` after a panic in it, whose message is in the log by then. By hand, because the same
/// in futures-util would be one more dependency.
async fn caught<T>(mut future: Pin<&mut impl Future<Output = T>>) -> Option<T> {
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(poll) => poll.map(Some),
        Err(_) => Poll::Ready(None),
    })
    .await
}

/// The last part of check 7: some resources exist only in Console organizations.
fn check_type(organization: &Organization, route: &Route) -> Result<(), ApiError> {
    if !route.needs.console || organization.kind() == OrganizationType::Console {
        return Ok(());
    }
    Err(ApiError::type_not_supported())
}

fn count(organization: &Organization, operation: Operation) -> Result<(), ApiError> {
    organization.count_request(operation == Operation::InvitesCreate).map_err(|over| {
        let message = format!(
            "This request would exceed your organization's rate limit of {} {}",
            over.limit, over.counted
        );
        let hint = "the limit is --rate-limit's; it refills with time, and with every jump of the organization's clock";
        let status = StatusCode::TOO_MANY_REQUESTS;
        let error = ApiError::new(status, "rate_limit_error", Reason::RateLimited, message, hint);
        fault::with_limit(error, &over)
    })
}

#[cfg(test)]
mod tests {
    use std::{
        convert::Infallible,
        pin::{Pin, pin},
        task::{Context, Poll},
    };

    use axum::{
        body::{Body, HttpBody},
        extract::Request,
    };
    use bytes::Bytes;
    use hyper::body::Frame;

    use super::{answer, caught};
    use crate::World;

    /// A body that panics where it is read.
    struct Panicking;

    impl HttpBody for Panicking {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            panic!("on purpose")
        }
    }

    #[tokio::test]
    async fn a_panic_leaves_as_the_api_error_500_in_the_envelope() {
        let response = answer(World::default(), Request::new(Body::new(Panicking))).await;

        assert_eq!(response.status(), 500);
        let headers = response.headers().clone();
        assert_eq!(headers["content-type"], "application/json");
        assert_eq!(headers["x-mock-reason"], "internal");
        assert!(!headers.contains_key("x-should-retry"), "the SDKs decide by the status");
        let body = axum::body::to_bytes(response.into_body(), 1000).await.unwrap();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(
            body["error"],
            serde_json::json!({"type": "api_error", "message": "Internal server error"})
        );
        assert_eq!(body["request_id"], headers["request-id"].to_str().unwrap());
    }

    #[tokio::test]
    async fn a_panic_in_a_future_is_caught_at_whatever_point_it_comes() {
        assert_eq!(caught(pin!(async { 7 })).await, Some(7));
        assert_eq!(caught(pin!(async { panic!("on purpose") })).await, None::<()>);
        let later = async {
            tokio::task::yield_now().await;
            panic!("on purpose")
        };
        assert_eq!(caught(pin!(later)).await, None::<()>);
    }
}
