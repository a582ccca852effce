//! The tester's door, `/_mock`: its routes, who may use them, and the line that each call leaves in the log.

mod access;
mod clock;
mod error;
mod faults;
mod invites;
mod organizations;
mod page;
mod requests;
mod scope;
mod state;
mod users;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{
        HeaderMap, Method, StatusCode,
        header::{CONTENT_TYPE, VARY},
    },
    middleware::{self, Next},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::{
    credential::Credential,
    world::{Operation, RedactedKey, World, scrubbed},
};
use error::{ControlError, Refusal};

/// The most that a state may hold; all other bodies have axum's limit of 2 MB.
const STATE_LIMIT: usize = 256 * 1024 * 1024;

/// Every route with what it does, for the index and for a caller that loses the way.
const ROUTES: &[(&str, &str, &str)] = &[
    ("GET", "/_mock", "this list; for a browser, the page"),
    ("GET", "/_mock/health", "whether the server is there"),
    ("GET", "/_mock/organizations", "which organizations there are, and what each holds"),
    ("POST", "/_mock/reset", "puts everything back and empties the journal"),
    ("GET", "/_mock/state", "the state as a fixture document"),
    ("PUT", "/_mock/state", "puts a fixture document in the place of the state and empties the journal"),
    ("POST", "/_mock/invites/{invite_id}/accept", "what the invitee does"),
    ("POST", "/_mock/invites/{invite_id}/expire", "lets a pending invite's time end now"),
    ("POST", "/_mock/invites/{invite_id}/delete", "deletes a pending invite, outside of the journal"),
    ("POST", "/_mock/users/{user_id}/remove", "removes a user, outside of the journal"),
    ("GET", "/_mock/clock", "what the clock reads"),
    (
        "PUT",
        "/_mock/clock",
        "{\"advance\": \"22d\"}, {\"now\": \"2026-01-01T00:00:00Z\"} or {\"system\": true}",
    ),
    ("GET", "/_mock/faults", "what is planned, with its hits"),
    ("POST", "/_mock/faults", "plans a fault, or a list of them"),
    ("DELETE", "/_mock/faults", "forgets all that is planned"),
    (
        "GET",
        "/_mock/requests",
        "what was asked; filters operation, status, reason, after and the ids of the path",
    ),
    ("DELETE", "/_mock/requests", "empties the journal"),
];

const HEALTH: &str = "/_mock/health";

/// Whether a path is one of the tester's.
pub(crate) fn is_path(path: &str) -> bool {
    path.strip_prefix("/_mock").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The routes. With `no_control` there is but the question for health.
pub(crate) fn router(world: World) -> Router {
    let open = !world.settings().no_control;
    let health = Router::new().route(HEALTH, get(async || ok()));
    let routes = if open {
        health
            .route("/_mock", get(index))
            .route("/_mock/", get(index))
            .route("/_mock/organizations", get(organizations::get))
            .route("/_mock/reset", post(state::reset))
            .route("/_mock/state", get(state::get).put(state::put).layer(DefaultBodyLimit::max(STATE_LIMIT)))
            .route("/_mock/invites/{invite_id}/accept", post(invites::accept))
            .route("/_mock/invites/{invite_id}/expire", post(invites::expire))
            .route("/_mock/invites/{invite_id}/delete", post(invites::delete))
            .route("/_mock/users/{user_id}/remove", post(users::remove))
            .route("/_mock/clock", get(clock::get).put(clock::put))
            .route("/_mock/faults", get(faults::get).post(faults::plan).delete(faults::clear))
            .route("/_mock/requests", get(requests::get).delete(requests::clear))
    } else {
        health
    };
    routes
        .fallback(async move || {
            let there = |path: &str| open || path == HEALTH;
            let routes = ROUTES.iter().filter(|(_, path, _)| there(path));
            let routes: Vec<_> = routes.map(|(method, path, _)| format!("{method} {path}")).collect();
            let message = format!("no such control route; there are: {}", routes.join(", "));
            ControlError::new(StatusCode::NOT_FOUND, "route-unknown", message)
        })
        .method_not_allowed_fallback(async || {
            let message = "the control route exists, the method does not; see the Allow header";
            ControlError::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", message)
        })
        .layer(middleware::from_fn_with_state(world.clone(), guarded))
        .with_state(world)
}

async fn index(headers: HeaderMap) -> Response {
    if page::is_wanted(&headers) {
        return page::response();
    }
    let routes: Vec<_> = ROUTES
        .iter()
        .map(|(method, path, what)| json!({"method": method, "path": path, "what": what}))
        .collect();
    let index = json!({
        "routes": routes,
        "operations": Operation::ALL,
        "scope": "with a credential a call is about its organization, with ?organization=<id> about that one, otherwise about the whole world",
    });
    let headers = [(CONTENT_TYPE, "application/json"), (VARY, "accept")];
    (headers, format!("{index:#}\n")).into_response()
}

/// Leads a browser that opens the server's address to the page.
pub(crate) fn lead_to_page(request: &Request, world: &World) -> Option<Response> {
    let wanted =
        request.method() == Method::GET && request.uri().path() == "/" && page::is_wanted(request.headers());
    (wanted && !world.settings().no_control).then(|| Redirect::to("/_mock").into_response())
}

/// The answer of a route that has nothing more to tell.
fn ok() -> Json<Value> {
    Json(json!({"status": "ok"}))
}

/// Refuses web pages and foreign hosts, and writes one line to the log for each call; the question for health is everybody's
/// and leaves none.
async fn guarded(State(world): State<World>, request: Request, next: Next) -> Response {
    if request.uri().path() == HEALTH {
        return next.run(request).await;
    }
    let started = Instant::now();
    let (method, path) = (request.method().clone(), scrubbed(request.uri().path()));
    let query = request.uri().query().map(scrubbed);
    let key = Credential::of(request.headers()).ok().map(|credential| RedactedKey::of(&credential.secret));
    let settings = world.settings();
    // Without the control routes there is nothing to guard: every caller gets the same 404.
    let access = if settings.no_control { Ok(()) } else { access::check(&request, settings) };
    let response = match access {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    };
    let refusal = response.extensions().get::<Refusal>();
    macro_rules! line {
        ($level:ident) => {
            tracing::$level!(
                target: "anthropic_admin_mock::control",
                %method,
                path,
                query,
                status = response.status().as_u16(),
                reason = refusal.map(|refusal| refusal.reason),
                error_message = refusal.map(|refusal| &*refusal.message),
                key = key.as_ref().map(tracing::field::display),
                duration_ms = started.elapsed().as_micros() as f64 / 1000.0,
            )
        };
    }
    if refusal.is_some() {
        line!(warn);
    } else if method.is_safe() {
        line!(debug);
    } else {
        line!(info);
    }
    response
}
