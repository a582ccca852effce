//! `GET /_mock/health`, and the answer that it shares with other routes.

use axum::Json;
use serde_json::{Value, json};

pub(super) const PATH: &str = "/_mock/health";

pub(super) async fn get() -> Json<Value> {
    ok()
}

/// The answer of a route without a result.
pub(super) fn ok() -> Json<Value> {
    Json(json!({"status": "ok"}))
}
