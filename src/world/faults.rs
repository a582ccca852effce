//! What shall go wrong: planned, counted, and never left to dice.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

use super::operation::Operation;

/// How many faults one organization holds, spent ones included.
pub(crate) const MOST_FAULTS: usize = 1000;

/// An organization holds as many faults as it can.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyFaults;

impl fmt::Display for TooManyFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an organization holds {MOST_FAULTS} faults at the most; forget some first")
    }
}

impl std::error::Error for TooManyFaults {}

/// A plan for something to go wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The operation that it strikes; `None` for every one.
    pub operation: Option<Operation>,
    /// The invite that a struck request must name; `None` for any request.
    pub invite_id: Option<Box<str>>,
    /// How often it strikes; `None` for always.
    pub times: Option<u32>,
    /// Whether the request does its work before its answer is lost or replaced.
    pub after_commit: bool,
    /// What happens.
    pub outcome: Outcome,
}

/// What a fault does to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// An error in the vendor's own dialect.
    Error(FaultError),
    /// The request is answered, but later.
    Delay(Duration),
    /// The connection is closed before the answer's first byte.
    Drop,
    /// The connection is closed in the middle of the answer's body.
    DropMidBody,
}

/// For logs and journals: `overloaded_error`, `delay 400ms`, `drop`, `drop mid_body`.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Error(error) => f.write_str(error.kind.name()),
            Outcome::Delay(delay) => write!(f, "delay {}ms", delay.as_millis()),
            Outcome::Drop => f.write_str("drop"),
            Outcome::DropMidBody => f.write_str("drop mid_body"),
        }
    }
}

/// The error that a fault answers with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultError {
    /// `error.type`, which decides the status.
    pub kind: ErrorType,
    /// Whole seconds in `retry-after`.
    pub retry_after: Option<u32>,
    /// Milliseconds in `retry-after-ms`.
    pub retry_after_ms: Option<u32>,
    /// `x-should-retry`, in place of what the status says.
    pub should_retry: Option<bool>,
    /// `error.details.error_code`.
    pub error_code: Option<Box<str>>,
    /// `error.message`, in place of the usual one.
    pub message: Option<Box<str>>,
}

impl From<ErrorType> for FaultError {
    fn from(kind: ErrorType) -> Self {
        FaultError {
            kind,
            retry_after: None,
            retry_after_ms: None,
            should_retry: None,
            error_code: None,
            message: None,
        }
    }
}

/// The vendor's types of errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the vendor's words, with no more meaning than their names")]
pub enum ErrorType {
    InvalidRequestError,
    AuthenticationError,
    BillingError,
    PermissionError,
    NotFoundError,
    ConflictError,
    RequestTooLarge,
    RateLimitError,
    ApiError,
    TimeoutError,
    OverloadedError,
}

impl ErrorType {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            ErrorType::InvalidRequestError => "invalid_request_error",
            ErrorType::AuthenticationError => "authentication_error",
            ErrorType::BillingError => "billing_error",
            ErrorType::PermissionError => "permission_error",
            ErrorType::NotFoundError => "not_found_error",
            ErrorType::ConflictError => "conflict_error",
            ErrorType::RequestTooLarge => "request_too_large",
            ErrorType::RateLimitError => "rate_limit_error",
            ErrorType::ApiError => "api_error",
            ErrorType::TimeoutError => "timeout_error",
            ErrorType::OverloadedError => "overloaded_error",
        }
    }
}

/// A planned fault and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedFault {
    /// The plan, as it was given.
    pub fault: Fault,
    /// How often it has struck.
    pub hits: u32,
}

impl PlannedFault {
    pub(crate) fn new(fault: Fault) -> Self {
        PlannedFault { fault, hits: 0 }
    }

    fn is_spent(&self) -> bool {
        self.fault.times.is_some_and(|times| self.hits >= times)
    }

    /// The plan for what is left of it; `None` when it is spent.
    pub(crate) fn left(&self) -> Option<Fault> {
        let times = self.fault.times.map(|times| times.saturating_sub(self.hits));
        (!self.is_spent()).then(|| Fault { times, ..self.fault.clone() })
    }
}

/// The fault that strikes a request: the first planned one that fits and is not spent. It is counted.
pub(crate) fn strike(
    planned: &mut [PlannedFault],
    operation: Operation,
    invite_id: Option<&str>,
) -> Option<Fault> {
    let fits = |planned: &&mut PlannedFault| {
        let fault = &planned.fault;
        !planned.is_spent()
            && fault.operation.is_none_or(|wanted| wanted == operation)
            && fault.invite_id.as_deref().is_none_or(|wanted| Some(wanted) == invite_id)
    };
    let struck = planned.iter_mut().find(fits)?;
    struck.hits = struck.hits.saturating_add(1);
    Some(struck.fault.clone())
}
