//! The tester's door, `/_mock`: the routes, who may use them, and how they refuse.

mod handlers;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Request},
    http::{StatusCode, header::ORIGIN},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};

use crate::world::{FixtureError, TooManyFaults, World};

/// The most that a state may hold; all other bodies have axum's limit of 2 MB.
const STATE_LIMIT: usize = 256 * 1024 * 1024;

/// What there is, for the index and for whoever loses the way.
const ROUTES: &[(&str, &str, &str)] = &[
    ("GET", "/_mock", "this list"),
    ("GET", "/_mock/health", "whether the server is there"),
    ("POST", "/_mock/reset", "puts everything back and empties the journal"),
    ("GET", "/_mock/state", "the state as a fixture document"),
    ("PUT", "/_mock/state", "puts a fixture document in the place of the state"),
    ("POST", "/_mock/invites/{invite_id}/accept", "what the invitee does"),
    ("GET", "/_mock/clock", "what the clock reads"),
    (
        "PUT",
        "/_mock/clock",
        "{\"advance\": \"22d\"}, {\"now\": \"2026-01-01T00:00:00Z\"} or {\"system\": true}",
    ),
    ("GET", "/_mock/faults", "what is planned, with its hits"),
    ("POST", "/_mock/faults", "plans a fault, or a list of them"),
    ("DELETE", "/_mock/faults", "forgets all that is planned"),
    ("GET", "/_mock/requests", "what was asked; filters operation, status, invite_id"),
    ("DELETE", "/_mock/requests", "empties the journal"),
];

/// Whether a path is one of the tester's.
pub(crate) fn is_path(path: &str) -> bool {
    path.strip_prefix("/_mock").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The routes. Shut, the door lets nothing in but the question for health.
pub(crate) fn router(world: World, open: bool) -> Router {
    let health = Router::new().route("/_mock/health", get(handlers::health));
    let routes = if open {
        health
            .route("/_mock", get(index))
            .route("/_mock/", get(index))
            .route("/_mock/reset", post(handlers::reset))
            .route(
                "/_mock/state",
                get(handlers::state).put(handlers::put_state).layer(DefaultBodyLimit::max(STATE_LIMIT)),
            )
            .route("/_mock/invites/{invite_id}/accept", post(handlers::accept))
            .route("/_mock/clock", get(handlers::clock).put(handlers::put_clock))
            .route(
                "/_mock/faults",
                get(handlers::faults).post(handlers::plan_faults).delete(handlers::clear_faults),
            )
            .route("/_mock/requests", get(handlers::requests).delete(handlers::clear_requests))
    } else {
        health
    };
    routes
        .fallback(async move || {
            let there = |path: &str| open || path == "/_mock/health";
            let routes = ROUTES.iter().filter(|(_, path, _)| there(path));
            let routes: Vec<_> = routes.map(|(method, path, _)| format!("{method} {path}")).collect();
            let message = format!("no such control route; there are: {}", routes.join(", "));
            ControlError::new(StatusCode::NOT_FOUND, "route-unknown", message)
        })
        .method_not_allowed_fallback(async || {
            let message = "the control route exists, the method does not; see the Allow header";
            ControlError::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", message)
        })
        .layer(middleware::from_fn(shut_to_web_pages))
        .with_state(world)
}

async fn index() -> Json<Value> {
    let routes: Vec<_> = ROUTES
        .iter()
        .map(|(method, path, what)| json!({"method": method, "path": path, "what": what}))
        .collect();
    Json(
        json!({"routes": routes, "scope": "with a credential a call is about its organization, without one about the whole world"}),
    )
}

/// An answer that refuses: a status, the slug in `x-mock-reason`, and what is wrong, in JSON.
struct ControlError {
    status: StatusCode,
    reason: &'static str,
    error: Value,
}

impl ControlError {
    fn new(status: StatusCode, reason: &'static str, message: impl Into<String>) -> Self {
        ControlError { status, reason, error: json!({"message": message.into()}) }
    }

    /// Something wrong with a field of the body or the query.
    fn field(path: &str, message: impl Into<String>) -> Self {
        let error = json!({"message": message.into(), "path": path});
        ControlError { status: StatusCode::BAD_REQUEST, reason: "input-invalid", error }
    }
}

impl From<TooManyFaults> for ControlError {
    fn from(refused: TooManyFaults) -> Self {
        ControlError::field("", refused.to_string())
    }
}

/// The first problem's message and path, and the list of all.
impl From<FixtureError> for ControlError {
    fn from(refused: FixtureError) -> Self {
        let problem = |problem: &crate::world::Problem| {
            let (line, column) = problem.place.unzip();
            json!({"path": problem.path, "message": problem.message, "line": line, "column": column})
        };
        let first = refused.problems.first();
        let error = json!({
            "message": first.map(|problem| &problem.message),
            "path": first.map(|problem| &problem.path),
            "problems": refused.problems.iter().map(problem).collect::<Vec<_>>(),
        });
        ControlError { status: StatusCode::BAD_REQUEST, reason: "input-invalid", error }
    }
}

impl IntoResponse for ControlError {
    fn into_response(self) -> Response {
        (self.status, [("x-mock-reason", self.reason)], Json(json!({"error": self.error}))).into_response()
    }
}

/// A web page may not reach the door, whatever it asks for: the browser tells on it.
async fn shut_to_web_pages(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let foreign =
        headers.get_all("sec-fetch-site").iter().any(|site| site != "none" && site != "same-origin");
    if foreign || headers.contains_key(ORIGIN) {
        let message =
            "web pages may not use the control routes; call them without Origin and from the same site";
        return ControlError::new(StatusCode::FORBIDDEN, "browser-origin", message).into_response();
    }
    tracing::debug!(method = %request.method(), path = request.uri().path(), "control");
    next.run(request).await
}
