//! The header `anthropic-version`: check 5.

use axum::http::{HeaderMap, HeaderName};

use super::error::ApiError;
use crate::{
    credential::all_copies,
    world::{Reason, Settings, lossy},
};

pub(super) const HEADER: HeaderName = HeaderName::from_static("anthropic-version");

/// The API versions that exist (docs/fidelity.md).
const KNOWN: [&str; 3] = ["2023-01-01", "2023-06-01", "2026-10-21"];

/// Versions whose answers carry older fields as well.
const OLD: [&str; 2] = ["2023-01-01", "2023-06-01"];

/// Refuses a version that neither exists nor was allowed by `--api-version`. Says whether it is an old one.
pub(super) fn check(headers: &HeaderMap, settings: &Settings) -> Result<bool, ApiError> {
    let version = all_copies(headers, &HEADER).unwrap_or_default();
    if version.is_empty() {
        let hint = "send anthropic-version: 2023-06-01 (or 2026-10-21, as the current SDKs do)";
        return Err(ApiError::invalid(Reason::VersionMissing, "anthropic-version: header is required", hint));
    }
    let mut taken = KNOWN.into_iter().chain(settings.api_versions.iter().map(String::as_str));
    if taken.any(|known| known.as_bytes() == &*version) {
        return Ok(OLD.iter().any(|old| old.as_bytes() == &*version));
    }
    let message = format!("anthropic-version: \"{}\" is not a valid version", lossy(&version));
    let hint =
        format!("known versions: {}; --api-version (MOCK_API_VERSION) takes another one", KNOWN.join(", "));
    Err(ApiError::invalid(Reason::VersionUnknown, message, hint))
}
