//! The credential among a request's headers, which both doors of the mock look at.

use axum::http::{HeaderMap, HeaderName, header::AUTHORIZATION};

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// What the caller shows. `x-api-key` decides when both headers are sent; the first of repeated ones
/// counts (docs/fidelity.md).
#[derive(Clone, Copy, Debug)]
pub(crate) enum Credential<'r> {
    ApiKey(&'r [u8]),
    Bearer(&'r [u8]),
}

/// Why there is no credential to look up.
#[derive(Clone, Copy, Debug)]
pub(crate) enum NoCredential {
    /// Neither header was sent.
    Missing,
    /// `Authorization` is not of the scheme `Bearer`, in any case.
    NotBearer,
}

impl<'r> Credential<'r> {
    pub(crate) fn of(headers: &'r HeaderMap) -> Result<Self, NoCredential> {
        if let Some(key) = headers.get(API_KEY) {
            return Ok(Credential::ApiKey(key.as_bytes()));
        }
        let authorization = headers.get(AUTHORIZATION).ok_or(NoCredential::Missing)?;
        match authorization.as_bytes().split_first_chunk::<6>() {
            Some((scheme, [b' ', token @ ..])) if scheme.eq_ignore_ascii_case(b"bearer") => {
                Ok(Credential::Bearer(token.trim_ascii_start()))
            }
            _ => Err(NoCredential::NotBearer),
        }
    }

    pub(crate) fn secret(self) -> &'r [u8] {
        match self {
            Credential::ApiKey(secret) | Credential::Bearer(secret) => secret,
        }
    }
}
