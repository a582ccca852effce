//! Who calls: the credential and version headers into the one way to an organization.

use std::{ops::Deref, sync::Arc};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, header::AUTHORIZATION, request::Parts},
};

use super::{Operation, browser, error::ApiError, exchange::Exchange};
use crate::world::{Access, Denial, Organization, RedactedKey, Scopes, World};

/// The API versions that exist (contract, section 2).
pub(super) const VERSIONS: [&str; 3] = ["2023-01-01", "2023-06-01", "2026-10-21"];

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");
const VERSION: HeaderName = HeaderName::from_static("anthropic-version");

/// A caller who may do what the route does. Extracting one is checks 2 to 7 of the contract's section 3.
pub(super) struct Caller {
    organization: Arc<Organization>,
}

impl Deref for Caller {
    type Target = Organization;

    fn deref(&self) -> &Organization {
        &self.organization
    }
}

impl FromRequestParts<World> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, world: &World) -> Result<Self, ApiError> {
        let exchange = parts.extensions.get::<Arc<Exchange>>().ok_or_else(ApiError::internal)?;
        let operation = *parts.extensions.get::<&Operation>().ok_or_else(ApiError::internal)?;
        exchange.note_operation(operation.name);

        let credential = Credential::of(&parts.headers)?;
        exchange.note_key(RedactedKey::of(credential.secret()));
        let access = world.admit(credential.secret()).map_err(|denial| credential.refused(denial))?;
        if let Access::Organization(organization, _) = &access {
            exchange.note_organization(organization);
        }
        browser::check_origin(&parts.headers)?;
        check_version(&parts.headers)?;
        match access {
            Access::Inference => Err(ApiError::key_is_for_inference()),
            Access::Organization(organization, scopes) => {
                check_scopes(&scopes, operation.scopes)?;
                Ok(Caller { organization })
            }
        }
    }
}

/// What the caller shows. `x-api-key` decides when both are sent; the first of repeated ones counts.
enum Credential<'r> {
    ApiKey(&'r [u8]),
    Bearer(&'r [u8]),
}

impl<'r> Credential<'r> {
    fn of(headers: &'r HeaderMap) -> Result<Self, ApiError> {
        if let Some(key) = headers.get(API_KEY) {
            return Ok(Credential::ApiKey(key.as_bytes()));
        }
        let authorization = headers.get(AUTHORIZATION).ok_or_else(ApiError::credential_missing)?;
        match authorization.as_bytes().split_first_chunk::<6>() {
            Some((scheme, [b' ', token @ ..])) if scheme.eq_ignore_ascii_case(b"bearer") => {
                Ok(Credential::Bearer(token.trim_ascii_start()))
            }
            _ => Err(ApiError::bearer_malformed()),
        }
    }

    fn secret(&self) -> &'r [u8] {
        match self {
            Credential::ApiKey(secret) | Credential::Bearer(secret) => secret,
        }
    }

    fn refused(&self, denial: Denial) -> ApiError {
        match (denial, self) {
            (Denial::Malformed, Credential::ApiKey(_)) => ApiError::api_key_malformed(),
            (Denial::Malformed, Credential::Bearer(_)) => ApiError::bearer_malformed(),
            (Denial::Unknown, _) => ApiError::key_unknown(self.secret().starts_with(b"sk-ant-oat")),
            (Denial::Disabled, _) => ApiError::key_disabled(),
            (Denial::Expired, _) => ApiError::key_expired(),
            (Denial::Full, _) => ApiError::organizations_full(),
        }
    }
}

fn check_version(headers: &HeaderMap) -> Result<(), ApiError> {
    let copies = headers.get_all(VERSION).iter().map(|value| value.as_bytes());
    let given = copies.collect::<Vec<_>>().join(&b", "[..]);
    if given.is_empty() {
        return Err(ApiError::version_missing());
    }
    if !VERSIONS.iter().any(|version| version.as_bytes() == given) {
        return Err(ApiError::version_unknown(&String::from_utf8_lossy(&given)));
    }
    Ok(())
}

fn check_scopes(scopes: &Scopes, needed: &[&str]) -> Result<(), ApiError> {
    match scopes {
        Scopes::Only(got) if !needed.iter().any(|scope| scopes.contains(scope)) => {
            Err(ApiError::scope_missing(got, needed))
        }
        Scopes::Only(_) | Scopes::All => Ok(()),
    }
}
