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
    http::Method,
    middleware,
    routing::{MethodFilter, MethodRouter},
};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;

use crate::world::World;
use error::ApiError;

/// What a route does, in the words of the vendor's SDKs, and what a scoped key needs for it
/// (contract, sections 1 and 4 row 7).
#[derive(Debug)]
struct Operation {
    name: &'static str,
    method: Method,
    /// Any one of these is enough.
    scopes: &'static [&'static str],
}

const INVITES_DELETE: &Operation =
    &Operation { name: "invites.delete", method: Method::DELETE, scopes: &["write:members"] };

/// Every path that is not the tester's. The order of the checks is the contract's section 3: routes
/// here, then the arguments of each handler from left to right.
pub(crate) fn router(world: World) -> Router {
    let routes =
        Router::new().route("/v1/organizations/invites/{invite_id}", on(INVITES_DELETE, invites::delete));
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
    let method = MethodFilter::try_from(operation.method.clone()).expect("an API method is a standard one");
    MethodRouter::new().on(method, handler).route_layer(Extension(operation))
}
