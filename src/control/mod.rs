//! The tester's door, `/_mock`: only HTTP spelling of what the world can do.

use axum::{
    Json, Router,
    extract::{Path, Request, State, rejection::PathRejection},
    http::{HeaderMap, StatusCode, header::ORIGIN},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};

use crate::{
    credential::{Credential, NoCredential},
    world::{Invite, Refusal, World},
};

/// The routes, without their common prefix.
pub(crate) fn router(world: World) -> Router {
    Router::new()
        .route("/health", get(health))
        .route("/invites/{invite_id}/accept", post(accept))
        .fallback(async || {
            let routes = "GET /_mock/health, POST /_mock/invites/{invite_id}/accept";
            ControlError::new(
                StatusCode::NOT_FOUND,
                "route-unknown",
                format!("no such control route; there are: {routes}"),
            )
        })
        .method_not_allowed_fallback(async || {
            let message = "the control route exists, the method does not; see the Allow header";
            ControlError::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", message)
        })
        .layer(middleware::from_fn(shut_to_web_pages))
        .with_state(world)
}

/// An answer that refuses: a status, the slug in `x-mock-reason`, and a message in JSON.
struct ControlError {
    status: StatusCode,
    reason: &'static str,
    message: String,
}

impl ControlError {
    fn new(status: StatusCode, reason: &'static str, message: impl Into<String>) -> Self {
        ControlError { status, reason, message: message.into() }
    }
}

impl IntoResponse for ControlError {
    fn into_response(self) -> Response {
        let reason = [("x-mock-reason", self.reason)];
        (self.status, reason, Json(json!({"error": {"message": self.message}}))).into_response()
    }
}

/// `GET /_mock/health`: the world is seeded and the server listens, or nobody would answer.
async fn health() -> Json<Value> {
    Json(json!({"status": "ok"}))
}

/// `POST /_mock/invites/{invite_id}/accept`: what the invitee does by clicking the link in the e-mail.
///
/// With a credential, in its organization; without one, in the one organization that has the invite.
async fn accept(
    State(world): State<World>,
    headers: HeaderMap,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<Invite>, ControlError> {
    let not_found = |id: &str| {
        ControlError::new(StatusCode::NOT_FOUND, "invite-unknown", format!("there is no invite `{id}`"))
    };
    let Ok(Path(id)) = id else { return Err(not_found("(not UTF-8)")) };
    let organization = match Credential::of(&headers) {
        Ok(credential) => world.organization_of(credential.secret()).ok_or_else(|| {
            ControlError::new(
                StatusCode::UNAUTHORIZED,
                "key-unknown",
                "the credential belongs to no organization of this world",
            )
        })?,
        Err(NoCredential::NotBearer) => {
            let message = "Authorization has to be: Bearer <key>";
            return Err(ControlError::new(StatusCode::UNAUTHORIZED, "bearer-malformed", message));
        }
        Err(NoCredential::Missing) => {
            let mut having = world.organizations();
            having.retain(|organization| organization.invite(&id).is_some());
            let several = having.len() > 1;
            having.pop().filter(|_| !several).ok_or_else(|| match several {
                true => {
                    let message = "several organizations have this invite; send the key of one of them";
                    ControlError::new(StatusCode::CONFLICT, "organization-ambiguous", message)
                }
                false => not_found(&id),
            })?
        }
    };
    organization.accept_invite(&id).map(Json).map_err(|refusal| match refusal {
        Refusal::Unknown | Refusal::Deleted => not_found(&id),
        Refusal::Accepted => {
            ControlError::new(StatusCode::CONFLICT, "invite-accepted", "the invite has been accepted before")
        }
        Refusal::Expired => {
            ControlError::new(StatusCode::CONFLICT, "invite-expired", "the invite has expired")
        }
    })
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
