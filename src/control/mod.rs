//! The tester's door, `/_mock`: its routes, their index, and the answers where there is no route.

mod body;
mod clock;
mod error;
mod faults;
mod guard;
mod health;
mod host;
mod invites;
mod organizations;
mod page;
mod query;
mod requests;
mod state;
mod subject;
mod users;

use std::sync::LazyLock;

use axum::{
    Router,
    extract::Request,
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
use guard::Guard;
use subject::ORGANIZATION;

/// A route, with what it does for the index.
struct Route {
    method: Method,
    path: &'static str,
    /// The names that its query may have.
    query: &'static [&'static str],
    what: &'static str,
    /// The most that its body may hold.
    limit: usize,
    handler: MethodRouter<World>,
}

/// A query without a name, and one that may name an organization.
const NONE: &[&str] = &[];
const ONE: &[&str] = &[ORGANIZATION];

/// Every route, for the router, for the index and for the answer to an unknown route.
#[rustfmt::skip]
static ROUTES: LazyLock<Vec<Route>> = LazyLock::new(|| {
    vec![
        route(Method::GET, "/_mock", ONE, "this list; for a browser, the page", index),
        route(Method::GET, health::PATH, NONE, "whether the server is there", health::get),
        route(Method::GET, "/_mock/organizations", NONE, "which organizations there are, and what each holds", organizations::get),
        route(Method::POST, "/_mock/reset", ONE, "puts everything back and empties the journal", state::reset),
        route(Method::GET, "/_mock/state", ONE, "the state as a fixture document", state::get),
        route(Method::PUT, "/_mock/state", ONE, "puts a fixture document in the place of the state and empties the journal", state::put).limited(body::STATE_LIMIT),
        route(Method::POST, "/_mock/invites/{invite_id}/accept", ONE, "what the invitee does", invites::accept),
        route(Method::POST, "/_mock/invites/{invite_id}/expire", ONE, "lets a pending invite's time end now", invites::expire),
        route(Method::POST, "/_mock/invites/{invite_id}/delete", ONE, "deletes a pending invite, outside of the journal", invites::delete),
        route(Method::POST, "/_mock/users/{user_id}/remove", ONE, "removes a user, outside of the journal", users::remove),
        route(Method::GET, "/_mock/clock", ONE, "what the clock reads", clock::get),
        route(Method::PUT, "/_mock/clock", ONE, r#"{"advance": "22d"}, {"now": "2026-01-01T00:00:00Z"} or {"system": true}"#, clock::put),
        route(Method::GET, "/_mock/faults", ONE, "what is planned, with its hits", faults::get),
        route(Method::POST, "/_mock/faults", ONE, "plans a fault, or a list of them", faults::plan),
        route(Method::DELETE, "/_mock/faults", ONE, "forgets all that is planned", faults::clear),
        route(Method::GET, "/_mock/requests", &requests::QUERY, "what was asked, oldest first, filtered by the query", requests::get),
        route(Method::DELETE, "/_mock/requests", ONE, "empties the journal", requests::clear),
    ]
});

fn route<T: 'static>(
    method: Method,
    path: &'static str,
    query: &'static [&'static str],
    what: &'static str,
    handler: impl Handler<T, World>,
) -> Route {
    let filter = MethodFilter::try_from(method.clone()).expect("a standard method");
    Route { method, path, query, what, limit: body::LIMIT, handler: on(filter, handler) }
}

impl Route {
    fn limited(self, limit: usize) -> Self {
        Route { limit, ..self }
    }
}

/// Whether a path is one of the tester's.
pub(crate) fn is_path(path: &str) -> bool {
    path.strip_prefix("/_mock").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The routes. With `no_control` only the one for health is served.
pub(crate) fn router(world: World) -> Router {
    let no_control = world.settings().no_control;
    let served = move || ROUTES.iter().filter(move |route| !no_control || route.path == health::PATH);
    // Around each handler and not around the router, so that the guard knows which route it guards.
    let guard = |limit, query| {
        middleware::from_fn_with_state(Guard { world: world.clone(), limit, query }, guard::guarded)
    };
    let no_route = || guard(body::LIMIT, None);
    let mut router = Router::new();
    for route in served() {
        let guard = guard(route.limit, Some(route.query));
        router = router.route(route.path, route.handler.clone().route_layer(guard));
    }
    if !no_control {
        router = router.route("/_mock/", get(index).route_layer(guard(body::LIMIT, Some(ONE))));
    }
    let not_found = async move || {
        let routes: Vec<_> = served().map(|route| format!("{} {}", route.method, route.path)).collect();
        let message = format!("no such control route; there are: {}", routes.join(", "));
        ControlError::new(StatusCode::NOT_FOUND, "route-unknown", message)
    };
    let not_allowed = async || {
        let message = "the control route exists, the method does not; see the Allow header";
        ControlError::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", message)
    };
    router
        .fallback(not_found.layer(no_route()))
        .method_not_allowed_fallback(not_allowed.layer(no_route()))
        .with_state(world)
}

async fn index(headers: HeaderMap) -> Response {
    if page::is_wanted(&headers) {
        return page::response();
    }
    let shown = |Route { method, path, query, what, .. }: &Route| json!({"method": method.as_str(), "path": path, "query": query, "what": what});
    let index = json!({
        "routes": ROUTES.iter().map(shown).collect::<Vec<_>>(),
        "operations": Operation::ALL,
        "scope": "with a credential a call is about its organization, with ?organization=<id> about that one, otherwise about the whole world",
    });
    let headers = [(CONTENT_TYPE, "application/json"), (VARY, "accept")];
    (headers, format!("{index:#}\n")).into_response()
}

/// The answer to what only a browser asks: a redirect from the server's address to the page, and a 404 for an icon. Neither
/// is a call of the API, so that no journal and no summary has it.
pub(crate) fn answer_to_browser(request: &Request, world: &World) -> Option<Response> {
    if world.settings().no_control {
        return None;
    }
    match (request.method(), request.uri().path()) {
        (&Method::GET, "/") => {
            page::is_wanted(request.headers()).then(|| Redirect::to("/_mock").into_response())
        }
        (&Method::GET | &Method::HEAD, "/favicon.ico") => Some(StatusCode::NOT_FOUND.into_response()),
        _ => None,
    }
}
