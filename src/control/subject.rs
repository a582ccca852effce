//! The subject of a call: an organization, or the whole world.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{StatusCode, request::Parts},
};

use super::error::ControlError;
use crate::{
    credential::{Credential, NoCredential},
    world::{Organization, World},
};

/// The query parameter that names an organization by its id.
pub(super) const ORGANIZATION: &str = "organization";

/// What a call is about: an organization, or the whole world.
pub(super) enum Subject {
    /// The organization of the credential, whatever the key's state; without a credential that of `?organization=<id>`.
    One(Arc<Organization>),
    /// Without either, the whole world.
    All(World),
}

impl FromRequestParts<World> for Subject {
    type Rejection = ControlError;

    async fn from_request_parts(parts: &mut Parts, world: &World) -> Result<Self, ControlError> {
        let query = parts.uri.query().unwrap_or_default();
        let named = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == ORGANIZATION);
        let refused = |message| Err(ControlError::new(StatusCode::UNAUTHORIZED, "key-unknown", message));
        match Credential::of(&parts.headers) {
            Ok(credential) if credential.contradicted => {
                refused("x-api-key and Authorization carry different credentials; send one")
            }
            Ok(credential) => match world.organization_of(&credential.secret) {
                Some(organization) if named.is_some_and(|(_, id)| id != organization.id()) => {
                    let message = "the key's organization is another one; send the key or the id, or both of one organization";
                    Err(ControlError::input(ORGANIZATION, message))
                }
                Some(organization) => Ok(Subject::One(organization)),
                None => refused(
                    "the credential belongs to no organization of this world; take one that the fixture lists or, where it has a template, any admin key",
                ),
            },
            Err(NoCredential::NotBearer) => refused("Authorization has to be: Bearer <key>"),
            Err(NoCredential::Missing) => {
                let Some((_, id)) = named else { return Ok(Subject::All(world.clone())) };
                world.organization_with_id(&id).map(Subject::One).ok_or_else(|| {
                    let message = format!("there is no organization {id:?}");
                    ControlError::new(StatusCode::NOT_FOUND, "organization-unknown", message)
                })
            }
        }
    }
}

impl Subject {
    /// What `one` says of an organization, or `all` of the whole world.
    pub(super) fn either<T>(&self, one: impl FnOnce(&Organization) -> T, all: impl FnOnce(&World) -> T) -> T {
        match self {
            Subject::One(organization) => one(organization),
            Subject::All(world) => all(world),
        }
    }

    /// The organization that the call is about; for the whole world, the only one that has what the call names.
    pub(super) fn the_one_with(
        self,
        has: impl Fn(&Organization) -> bool,
    ) -> Result<Option<Arc<Organization>>, ControlError> {
        match self {
            Subject::One(organization) => Ok(Some(organization)),
            Subject::All(world) => {
                let mut having = world.organizations();
                having.retain(|organization| has(organization));
                if having.len() > 1 {
                    let message = "several organizations have it; send the key of one of them";
                    return Err(ControlError::new(StatusCode::CONFLICT, "organization-ambiguous", message));
                }
                Ok(having.pop())
            }
        }
    }
}
