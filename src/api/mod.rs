//! The API as the program under test sees it: routes, and the order of what happens around them.

mod browser;
mod caller;
mod error;
mod exchange;
mod extract;
mod fault;
mod finish;
mod invites;
mod receive;

use std::{future::ready, pin::Pin, sync::Arc};

use axum::{
    extract::Request,
    handler::Handler,
    http::{Method, header::ALLOW},
    response::{IntoResponse, Response},
};

use crate::world::World;
use error::ApiError;
use exchange::{Exchange, exchange};
use extract::Path;
pub(crate) use fault::Dropped;

/// An answer under way. Boxed, because it is large and handed on several times.
pub(crate) type Answer = Pin<Box<dyn Future<Output = Response> + Send>>;

/// Answers on every path that is not the tester's. Whatever happens inside the routes leaves in the API's envelope.
pub(crate) fn answers(world: World) -> impl Fn(Request) -> Answer + Clone + Send + Sync {
    move |request| Box::pin(exchange(world.clone(), routes, request))
}

/// The routes. The order of the checks is that of docs/fidelity.md: path and method here, then the arguments of
/// each handler from left to right.
fn routes(request: Request, exchange: Arc<Exchange>) -> Answer {
    match Path::of(request.uri().path()) {
        Path::Invites => match *request.method() {
            Method::GET | Method::HEAD => invites::list.call(request, exchange),
            Method::POST => invites::create.call(request, exchange),
            _ => refused(([(ALLOW, "GET,HEAD,POST")], ApiError::method_not_allowed())),
        },
        Path::Invite(_) => match *request.method() {
            Method::GET | Method::HEAD => invites::retrieve.call(request, exchange),
            Method::DELETE => invites::delete.call(request, exchange),
            _ => refused(([(ALLOW, "GET,HEAD,DELETE")], ApiError::method_not_allowed())),
        },
        Path::Unknown => refused(ApiError::route_unknown()),
    }
}

fn refused(refusal: impl IntoResponse) -> Answer {
    Box::pin(ready(refusal.into_response()))
}
