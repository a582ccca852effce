//! Who calls: the credential and version headers into the one way to an organization.

use std::{marker::PhantomData, sync::Arc};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, HeaderValue, request::Parts},
};

use super::{error::ApiError, exchange::Exchange, fault};
use crate::{
    credential::{Credential, NoCredential},
    world::{Access, Denial, Operation, Organization, RedactedKey, Scopes},
};

/// The API versions that exist (docs/fidelity.md).
pub(super) const VERSIONS: [&str; 3] = ["2023-01-01", "2023-06-01", "2026-10-21"];

pub(super) const VERSION: HeaderName = HeaderName::from_static("anthropic-version");

/// What a route does, and what a scoped key needs for it (docs/fidelity.md, "Keys").
pub(super) trait Route {
    const OPERATION: Operation;
    /// Any one of these is enough.
    const SCOPES: &'static [&'static str];
}

/// A caller who may do what the route does. Extracting one is checks 2 to 7 of the order in docs/fidelity.md.
pub(super) struct Caller<R> {
    pub(super) organization: Arc<Organization>,
    scopes: Scopes,
    route: PhantomData<R>,
}

impl<R> Caller<R> {
    /// Refuses a key without a scope that the request's own content makes necessary.
    pub(super) fn check_scope(&self, needed: &str) -> Result<(), ApiError> {
        check_scopes(&self.scopes, &[needed])
    }
}

impl<R: Route> FromRequestParts<Arc<Exchange>> for Caller<R> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, exchange: &Arc<Exchange>) -> Result<Self, ApiError> {
        exchange.note_operation(R::OPERATION);

        let credential = Credential::of(&parts.headers)?;
        exchange.note_key(RedactedKey::of(credential.secret()));
        let access =
            exchange.world().admit(credential.secret()).map_err(|denial| refused(credential, denial))?;
        if let Access::Organization(organization, _) = &access {
            exchange.note_organization(organization);
        }
        exchange.browser().check_origin()?;
        fault::strike(exchange, &parts.headers, &access, R::OPERATION).await?;
        check_version(&parts.headers)?;
        match access {
            Access::Inference => Err(ApiError::key_is_for_inference()),
            Access::Organization(organization, scopes) => {
                let creates = R::OPERATION == Operation::InvitesCreate;
                organization.count_request(creates).map_err(ApiError::rate_limited)?;
                check_scopes(&scopes, R::SCOPES)?;
                Ok(Caller { organization, scopes, route: PhantomData })
            }
        }
    }
}

impl From<NoCredential> for ApiError {
    fn from(none: NoCredential) -> Self {
        match none {
            NoCredential::Missing => ApiError::credential_missing(),
            NoCredential::NotBearer => ApiError::bearer_malformed(),
        }
    }
}

fn refused(credential: Credential<'_>, denial: Denial) -> ApiError {
    match (denial, credential) {
        (Denial::Malformed, Credential::ApiKey(_)) => ApiError::api_key_malformed(),
        (Denial::Malformed, Credential::Bearer(_)) => ApiError::bearer_malformed(),
        (Denial::Unknown, _) => ApiError::key_unknown(credential.secret().starts_with(b"sk-ant-oat")),
        (Denial::Disabled, _) => ApiError::key_disabled(),
        (Denial::Expired, _) => ApiError::key_expired(),
        (Denial::Full, _) => ApiError::organizations_full(),
    }
}

fn check_version(headers: &HeaderMap) -> Result<(), ApiError> {
    let copies = || headers.get_all(VERSION).iter().map(HeaderValue::as_bytes);
    let mut first = copies();
    match (first.next(), first.next()) {
        (Some(one), None) if VERSIONS.iter().any(|version| version.as_bytes() == one) => Ok(()),
        (None | Some(b""), None) => Err(ApiError::version_missing()),
        _ => {
            let copies = copies().collect::<Vec<_>>().join(&b", "[..]);
            Err(ApiError::version_unknown(&String::from_utf8_lossy(&copies)))
        }
    }
}

/// Any one of the scopes will do; the answer names the first, which is the one made for it.
fn check_scopes(scopes: &Scopes, needed: &[&str]) -> Result<(), ApiError> {
    match scopes {
        Scopes::Only(got) if !needed.iter().any(|scope| scopes.contains(scope)) => {
            Err(ApiError::scope_missing(got, needed.first().unwrap_or(&"")))
        }
        Scopes::Only(_) | Scopes::All => Ok(()),
    }
}
