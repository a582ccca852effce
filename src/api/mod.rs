//! The API as the program under test sees it: routes, and the order of what happens around them.

mod browser;
mod caller;
mod error;
mod exchange;
mod extract;
mod fault;
mod invites;

use std::convert::Infallible;

use axum::{
    Extension, Router,
    extract::Request,
    handler::Handler,
    middleware,
    response::Response,
    routing::{MethodFilter, MethodRouter},
};
use tower::{Service, ServiceBuilder};
use tower_http::catch_panic::CatchPanicLayer;

use crate::world::{Operation, World};
use error::ApiError;
pub(crate) use fault::Dropped;

/// A route's operation, and what a scoped key needs for it (docs/fidelity.md, "Keys").
#[derive(Debug)]
struct Route {
    operation: Operation,
    method: MethodFilter,
    /// Any one of these is enough.
    scopes: &'static [&'static str],
}

const WRITES: &[&str] = &["write:members"];
const READS: &[&str] = &["read:members", "read:org_audit"];

const CREATE: &Route =
    &Route { operation: Operation::InvitesCreate, method: MethodFilter::POST, scopes: WRITES };
const LIST: &Route = &Route { operation: Operation::InvitesList, method: MethodFilter::GET, scopes: READS };
const RETRIEVE: &Route =
    &Route { operation: Operation::InvitesRetrieve, method: MethodFilter::GET, scopes: READS };
const DELETE: &Route =
    &Route { operation: Operation::InvitesDelete, method: MethodFilter::DELETE, scopes: WRITES };

/// Every path that is not the tester's, for a router to fall back to. The order of the checks is that of docs/fidelity.md: routes
/// here, then the arguments of each handler from left to right.
pub(crate) fn service(
    world: World,
) -> impl Service<Request, Response = Response, Error = Infallible, Future: Send> + Clone + Send + Sync {
    let invites = on(LIST, invites::list).merge(on(CREATE, invites::create));
    let invite = on(RETRIEVE, invites::retrieve).merge(on(DELETE, invites::delete));
    let routes = Router::new()
        .route("/v1/organizations/invites", invites)
        .route("/v1/organizations/invites/{invite_id}", invite);
    edged(routes, world)
}

/// The layers around the routes: whatever happens inside leaves in the API's envelope.
fn edged(
    routes: Router<World>,
    world: World,
) -> impl Service<Request, Response = Response, Error = Infallible, Future: Send> + Clone + Send + Sync {
    let routes = routes
        .fallback(async || ApiError::route_unknown())
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
        .with_state(world.clone());
    // Around the router as a whole: layers of its own would miss the `Allow` that it adds to a 405.
    ServiceBuilder::new()
        .layer(middleware::from_fn_with_state(world, exchange::exchange))
        .layer(CatchPanicLayer::custom(exchange::on_panic))
        .service(routes)
}

fn on<H, T>(route: &'static Route, handler: H) -> MethodRouter<World>
where
    H: Handler<T, World>,
    T: 'static,
{
    MethodRouter::new().on(route.method, handler).route_layer(Extension(route))
}
