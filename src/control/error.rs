//! Errors of the control routes: a status, the slug in `x-mock-reason`, and what is wrong, in JSON.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use crate::world::{self, FixtureError};

/// A refusal on its way to an answer.
pub(super) struct ControlError {
    status: StatusCode,
    reason: &'static str,
    error: Value,
}

/// A refusal as the log shows it.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) reason: &'static str,
    pub(super) message: String,
}

impl ControlError {
    pub(super) fn new(status: StatusCode, reason: &'static str, message: impl Into<String>) -> Self {
        ControlError { status, reason, error: json!({"message": message.into()}) }
    }

    /// A wrong field of the body or the query; an empty path stands for the whole.
    pub(super) fn input(path: &str, message: impl Into<String>) -> Self {
        let error = json!({"message": message.into(), "path": path});
        ControlError { status: StatusCode::BAD_REQUEST, reason: "input-invalid", error }
    }
}

impl From<world::Error> for ControlError {
    fn from(error: world::Error) -> Self {
        ControlError::input("", error.to_string())
    }
}

/// The first problem's message and path, and the list of all.
impl From<FixtureError> for ControlError {
    fn from(refused: FixtureError) -> Self {
        let problem = |problem: &world::Problem| {
            let (line, column) = problem.place.unzip();
            json!({"path": problem.path, "message": problem.message, "line": line, "column": column})
        };
        let first = refused.problems.first();
        let error = json!({
            "message": first.map(|problem| &problem.message),
            "path": first.map(|problem| &problem.path),
            "problems": refused.problems.iter().map(problem).collect::<Vec<_>>(),
        });
        ControlError { status: StatusCode::BAD_REQUEST, reason: "input-invalid", error }
    }
}

impl IntoResponse for ControlError {
    fn into_response(self) -> Response {
        let message = self.error["message"].as_str().unwrap_or_default().to_owned();
        let body = Json(json!({"error": self.error}));
        let mut response = (self.status, [("x-mock-reason", self.reason)], body).into_response();
        response.extensions_mut().insert(Refusal { reason: self.reason, message });
        response
    }
}
