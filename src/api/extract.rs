//! Parts of a request, taken apart so that what is wrong with them is told in the API's own words.

use std::convert::Infallible;

use axum::{extract::FromRequestParts, http::request::Parts};
use percent_encoding::percent_decode_str;

use super::error::ApiError;

/// The most that a body may hold.
pub(super) const BODY_LIMIT: usize = 1024 * 1024;

/// What became of the request's body at the edge.
#[derive(Clone, Copy, Debug)]
pub(super) enum Received {
    /// It arrived, or there is none.
    Whole,
    /// It is over the limit.
    TooLarge,
    /// It broke off, stalled, or was framed wrongly.
    Broken,
}

/// A body that has to be there whole, but that nobody looks at: check 8 of the contract's section 3.
pub(super) struct IgnoredBody;

impl<S: Sync> FromRequestParts<S> for IgnoredBody {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        match parts.extensions.get() {
            Some(Received::Whole) => Ok(IgnoredBody),
            Some(Received::TooLarge) => Err(ApiError::body_too_large(BODY_LIMIT)),
            Some(Received::Broken) => Err(ApiError::body_unreadable()),
            None => Err(ApiError::internal()),
        }
    }
}

/// The id at the end of the path, percent-decoded once. Bytes that are not UTF-8 are kept apart from
/// all ids, which are strings.
pub(super) struct InviteId {
    /// For messages; the id itself where `valid`.
    text: String,
    valid: bool,
}

impl InviteId {
    /// For messages.
    pub(super) fn shown(&self) -> &str {
        &self.text
    }

    /// For the lookup; `None` where no invite can have that id.
    pub(super) fn known(&self) -> Option<&str> {
        self.valid.then_some(&*self.text)
    }
}

impl<S: Sync> FromRequestParts<S> for InviteId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        // Not axum's `Path`, which answers bytes that are not UTF-8 in its own words.
        let (_, raw) = parts.uri.path().rsplit_once('/').unwrap_or_default();
        let bytes = percent_decode_str(raw);
        Ok(match bytes.clone().decode_utf8() {
            Ok(text) => InviteId { text: text.into_owned(), valid: true },
            Err(_) => InviteId { text: bytes.decode_utf8_lossy().into_owned(), valid: false },
        })
    }
}
