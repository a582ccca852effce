//! The tester's door, `/_mock`: only HTTP spelling of what the world can do.

use axum::{
    Json, Router,
    extract::Request,
    http::{StatusCode, header::ORIGIN},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::json;

/// The routes, without their common prefix.
pub(crate) fn router() -> Router {
    Router::new()
        .route("/health", get(health))
        .fallback(async || {
            refusal(StatusCode::NOT_FOUND, "no such control route; there is GET /_mock/health")
        })
        .method_not_allowed_fallback(async || {
            refusal(
                StatusCode::METHOD_NOT_ALLOWED,
                "the control route exists, the method does not; see the Allow header",
            )
        })
        .layer(middleware::from_fn(shut_to_web_pages))
}

/// `GET /_mock/health`: the world is seeded and the server listens, or nobody would answer.
async fn health() -> Response {
    Json(json!({"status": "ok"})).into_response()
}

/// A web page may not reach the door, whatever it asks for: the browser tells on it.
async fn shut_to_web_pages(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let foreign =
        headers.get_all("sec-fetch-site").iter().any(|site| site != "none" && site != "same-origin");
    if foreign || headers.contains_key(ORIGIN) {
        refusal(
            StatusCode::FORBIDDEN,
            "web pages may not use the control routes; call them without Origin and from the same site",
        )
    } else {
        tracing::debug!(method = %request.method(), path = request.uri().path(), "control");
        next.run(request).await
    }
}

fn refusal(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({"error": {"message": message}}))).into_response()
}
