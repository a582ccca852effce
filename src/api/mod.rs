//! The API as the program under test sees it: routes, and the order of what happens around them.

mod browser;
mod caller;
mod error;
mod exchange;
mod extract;
mod invites;

use axum::{
    Extension, Router,
    handler::Handler,
    middleware,
    routing::{MethodFilter, MethodRouter},
};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;

use crate::world::World;
use error::ApiError;

/// What a route does, in the words of the vendor's SDKs, and what a scoped key needs for it
/// (docs/fidelity.md).
#[derive(Debug)]
struct Operation {
    name: &'static str,
    method: MethodFilter,
    /// Any one of these is enough.
    scopes: &'static [&'static str],
    /// Whether it makes an invite, which has a limit of its own.
    creates: bool,
}

const WRITES: &[&str] = &["write:members"];
const READS: &[&str] = &["read:members", "read:org_audit"];

const CREATE: &Operation =
    &Operation { name: "invites.create", method: MethodFilter::POST, scopes: WRITES, creates: true };
const LIST: &Operation =
    &Operation { name: "invites.list", method: MethodFilter::GET, scopes: READS, creates: false };
const RETRIEVE: &Operation =
    &Operation { name: "invites.retrieve", method: MethodFilter::GET, scopes: READS, creates: false };
const DELETE: &Operation =
    &Operation { name: "invites.delete", method: MethodFilter::DELETE, scopes: WRITES, creates: false };

/// Every path that is not the tester's. The order of the checks is that of docs/fidelity.md: routes
/// here, then the arguments of each handler from left to right.
pub(crate) fn router(world: World) -> Router {
    let invites = on(LIST, invites::list).merge(on(CREATE, invites::create));
    let invite = on(RETRIEVE, invites::retrieve).merge(on(DELETE, invites::delete));
    let routes = Router::new()
        .route("/v1/organizations/invites", invites)
        .route("/v1/organizations/invites/{invite_id}", invite);
    edged(routes, world)
}

/// The layers around the routes: whatever happens inside leaves in the API's envelope.
fn edged(routes: Router<World>, world: World) -> Router {
    let routes = routes
        .fallback(async || ApiError::route_unknown())
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
        .with_state(world.clone());
    // Around the router as a whole: layers of its own would miss the `Allow` that it adds to a 405.
    let edge = ServiceBuilder::new()
        .layer(middleware::from_fn_with_state(world, exchange::exchange))
        .layer(CatchPanicLayer::custom(exchange::on_panic));
    Router::new().fallback_service(edge.service(routes))
}

fn on<H, T>(operation: &'static Operation, handler: H) -> MethodRouter<World>
where
    H: Handler<T, World>,
    T: 'static,
{
    MethodRouter::new().on(operation.method, handler).route_layer(Extension(operation))
}
