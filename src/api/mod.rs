//! The API as the program under test sees it: routes, and the order of what happens around them.

mod browser;
mod caller;
mod error;
mod exchange;
mod extract;
mod fault;
mod invites;

use std::pin::Pin;

use axum::{Router, extract::Request, response::Response, routing::get};

use crate::world::World;
use error::ApiError;
use exchange::exchange;
pub(crate) use fault::Dropped;

/// An answer under way. Boxed, because it is large and handed on several times.
pub(crate) type Answer = Pin<Box<dyn Future<Output = Response> + Send>>;

/// Every path that is not the tester's. The order of the checks is that of docs/fidelity.md: routes here,
/// then the arguments of each handler from left to right.
pub(crate) fn service(world: World) -> impl Fn(Request) -> Answer + Clone + Send + Sync {
    let routes = Router::new()
        .route("/v1/organizations/invites", get(invites::list).post(invites::create))
        .route("/v1/organizations/invites/{invite_id}", get(invites::retrieve).delete(invites::delete));
    edged(routes, world)
}

/// Whatever happens inside the routes leaves in the API's envelope.
fn edged(routes: Router<World>, world: World) -> impl Fn(Request) -> Answer + Clone + Send + Sync {
    let routes = routes
        .fallback(async || ApiError::route_unknown())
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
        .with_state(world.clone());
    // Around the router as a whole: a layer of its own would miss the `Allow` that it adds to a 405.
    move |request| Box::pin(exchange(world.clone(), routes.clone(), request))
}
