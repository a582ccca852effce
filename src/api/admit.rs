//! Checks 2 to 4, and the first part of 7: the credential, and the organization that it opens.

use std::sync::Arc;

use super::error::{ApiError, MISSING_PERMISSIONS};
use crate::{
    credential::{Credential, CredentialHeader, NoCredential},
    world::{Access, Denial, Organization, Reason, Scopes, World},
};

/// Check 2: no credential to look up.
pub(super) fn no_credential(none: &NoCredential) -> ApiError {
    match none {
        NoCredential::Missing => {
            let hint = "send x-api-key: <admin key> or Authorization: Bearer <admin key>";
            ApiError::unauthenticated(Reason::CredentialMissing, "x-api-key header is required", hint)
        }
        NoCredential::NotBearer => malformed(CredentialHeader::Authorization),
    }
}

fn malformed(header: CredentialHeader) -> ApiError {
    match header {
        CredentialHeader::ApiKey => {
            let hint = "a key begins with sk-ant-; any key like sk-ant-admin01-<something> will do, --any-key takes all others";
            ApiError::unauthenticated(Reason::KeyMalformed, "invalid x-api-key", hint)
        }
        CredentialHeader::Authorization => {
            let hint = "expected Authorization: Bearer sk-ant-admin01-<something>; --any-key takes any token, but only after Bearer";
            ApiError::unauthenticated(Reason::BearerMalformed, "Invalid bearer token", hint)
        }
    }
}

/// Checks 3 and 4: what a credential opens. Its shape comes first, then whether another one contradicts it.
pub(super) fn access(world: &World, credential: &Credential<'_>) -> Result<Access, ApiError> {
    let admitted = world.admit(&credential.secret);
    if let Err(Denial::Malformed) = admitted {
        return Err(malformed(credential.header));
    }
    if credential.contradicted {
        let message = "x-api-key and Authorization carry different credentials";
        let hint = "send one credential, or the same in both headers; an SDK takes ANTHROPIC_API_KEY and ANTHROPIC_AUTH_TOKEN from the environment";
        return Err(ApiError::unauthenticated(Reason::CredentialsContradict, message, hint));
    }
    admitted.map_err(|denial| {
        let error = match denial {
            Denial::Malformed | Denial::Unknown => {
                let hint = "the fixture does not list this key; it takes keys that it does not list only with a template (top-level \"invites\") and of an admin kind (sk-ant-admin…), or with --any-key; copies of a header make one key, joined with a comma";
                let oauth = credential.secret.starts_with(b"sk-ant-oat");
                let message = if oauth { "OAuth access token is invalid." } else { "API key is invalid." };
                ApiError::unauthenticated(Reason::KeyUnknown, message, hint)
            }
            Denial::Disabled => {
                let hint = "the fixture lists this key with \"state\": \"disabled\"";
                ApiError::unauthenticated(Reason::KeyDisabled, "API key has been deactivated.", hint)
            }
            Denial::Expired => {
                let hint = "the fixture lists this key with \"state\": \"expired\"";
                ApiError::unauthenticated(Reason::KeyExpired, "API key has expired.", hint)
            }
        };
        error.without_request_id()
    })
}

/// The organization that a key opens, or the refusal of an inference key.
pub(super) fn known_organization(access: &Access) -> Result<(&Arc<Organization>, &Scopes), ApiError> {
    match access {
        Access::Organization(organization, scopes) => Ok((organization, scopes)),
        Access::Inference => {
            let hint =
                "sk-ant-api03-… is an inference key; the Admin API needs an admin key (sk-ant-admin01-…)";
            Err(ApiError::forbidden(Reason::KeyInference, MISSING_PERMISSIONS, hint))
        }
    }
}
