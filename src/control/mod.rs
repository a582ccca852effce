//! The tester's door, `/_mock`: its routes, their index, and the answers where there is no route.

mod clock;
mod error;
mod faults;
mod guard;
mod health;
mod host;
mod invites;
mod organizations;
mod page;
mod requests;

mod state;
mod subject;
mod users;

use std::sync::LazyLock;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    handler::Handler,
    http::{
        HeaderMap, Method, StatusCode,
        header::{CONTENT_TYPE, VARY},
    },
    middleware,
    response::{IntoResponse, Redirect, Response},
    routing::{MethodFilter, MethodRouter, get, on},
};
use serde_json::json;

use crate::world::{Operation, World};
use error::ControlError;

/// The most that a state may hold; all other bodies have axum's limit of 2 MB.
const STATE_LIMIT: usize = 256 * 1024 * 1024;

/// A route, with what it does for the index.
struct Route {
    method: Method,
    path: &'static str,
    what: &'static str,
    handler: MethodRouter<World>,
}

/// Every route, for the router, for the index and for the answer to an unknown route.
#[rustfmt::skip]
static ROUTES: LazyLock<Vec<Route>> = LazyLock::new(|| {
    let large = DefaultBodyLimit::max(STATE_LIMIT);
    vec![
        route(Method::GET, "/_mock", "this list; for a browser, the page", index),
        route(Method::GET, health::PATH, "whether the server is there", health::get),
        route(Method::GET, "/_mock/organizations", "which organizations there are, and what each holds", organizations::get),
        route(Method::POST, "/_mock/reset", "puts everything back and empties the journal", state::reset),
        route(Method::GET, "/_mock/state", "the state as a fixture document", state::get),
        route(Method::PUT, "/_mock/state", "puts a fixture document in the place of the state and empties the journal", state::put.layer(large)),
        route(Method::POST, "/_mock/invites/{invite_id}/accept", "what the invitee does", invites::accept),
        route(Method::POST, "/_mock/invites/{invite_id}/expire", "lets a pending invite's time end now", invites::expire),
        route(Method::POST, "/_mock/invites/{invite_id}/delete", "deletes a pending invite, outside of the journal", invites::delete),
        route(Method::POST, "/_mock/users/{user_id}/remove", "removes a user, outside of the journal", users::remove),
        route(Method::GET, "/_mock/clock", "what the clock reads", clock::get),
        route(Method::PUT, "/_mock/clock", r#"{"advance": "22d"}, {"now": "2026-01-01T00:00:00Z"} or {"system": true}"#, clock::put),
        route(Method::GET, "/_mock/faults", "what is planned, with its hits", faults::get),
        route(Method::POST, "/_mock/faults", "plans a fault, or a list of them", faults::plan),
        route(Method::DELETE, "/_mock/faults", "forgets all that is planned", faults::clear),
        route(Method::GET, "/_mock/requests", "what was asked; filters operation, status, reason, after and the ids of the path", requests::get),
        route(Method::DELETE, "/_mock/requests", "empties the journal", requests::clear),
    ]
});

fn route<T: 'static>(
    method: Method,
    path: &'static str,
    what: &'static str,
    handler: impl Handler<T, World>,
) -> Route {
    let filter = MethodFilter::try_from(method.clone()).expect("a standard method");
    Route { method, path, what, handler: on(filter, handler) }
}

/// Whether a path is one of the tester's.
pub(crate) fn is_path(path: &str) -> bool {
    path.strip_prefix("/_mock").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The routes. With `no_control` only the one for health is served.
pub(crate) fn router(world: World) -> Router {
    let no_control = world.settings().no_control;
    let served = move || ROUTES.iter().filter(move |route| !no_control || route.path == health::PATH);
    let mut router = Router::new();
    for route in served() {
        router = router.route(route.path, route.handler.clone());
    }
    if !no_control {
        router = router.route("/_mock/", get(index));
    }
    router
        .fallback(async move || {
            let routes: Vec<_> = served().map(|route| format!("{} {}", route.method, route.path)).collect();
            let message = format!("no such control route; there are: {}", routes.join(", "));
            ControlError::new(StatusCode::NOT_FOUND, "route-unknown", message)
        })
        .method_not_allowed_fallback(async || {
            let message = "the control route exists, the method does not; see the Allow header";
            ControlError::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", message)
        })
        .layer(middleware::from_fn_with_state(world.clone(), guard::guarded))
        .with_state(world)
}

async fn index(headers: HeaderMap) -> Response {
    if page::is_wanted(&headers) {
        return page::response();
    }
    let shown =
        |route: &Route| json!({"method": route.method.as_str(), "path": route.path, "what": route.what});
    let index = json!({
        "routes": ROUTES.iter().map(shown).collect::<Vec<_>>(),
        "operations": Operation::ALL,
        "scope": "with a credential a call is about its organization, with ?organization=<id> about that one, otherwise about the whole world",
    });
    let headers = [(CONTENT_TYPE, "application/json"), (VARY, "accept")];
    (headers, format!("{index:#}\n")).into_response()
}

/// The redirect of a browser from the server's address to the page.
pub(crate) fn redirect_to_page(request: &Request, world: &World) -> Option<Response> {
    let wanted =
        request.method() == Method::GET && request.uri().path() == "/" && page::is_wanted(request.headers());
    (wanted && !world.settings().no_control).then(|| Redirect::to("/_mock").into_response())
}
