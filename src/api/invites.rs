//! The Invites resource on the wire: handlers, wire types, and the world's refusals as API errors.

use axum::Json;
use serde::Serialize;

use super::{
    caller::Caller,
    error::ApiError,
    extract::{IgnoredBody, InviteId},
};
use crate::world::Refusal;

/// `{"id":"…","type":"invite_deleted"}` (contract, section 1).
#[derive(Serialize)]
pub(super) struct InviteDeleted {
    id: String,
    r#type: &'static str,
}

/// `DELETE /v1/organizations/invites/{invite_id}`
pub(super) async fn delete(
    caller: Caller,
    _: IgnoredBody,
    id: InviteId,
) -> Result<Json<InviteDeleted>, ApiError> {
    match id.known().ok_or(Refusal::Unknown).and_then(|known| caller.delete_invite(known)) {
        Ok(()) => Ok(Json(InviteDeleted { id: id.shown().to_owned(), r#type: "invite_deleted" })),
        Err(refusal) => Err(refused(refusal, id.shown())),
    }
}

fn refused(refusal: Refusal, id: &str) -> ApiError {
    match refusal {
        Refusal::Unknown => ApiError::invite_unknown(id),
        Refusal::Deleted => ApiError::invite_deleted(id),
        Refusal::Accepted => ApiError::invite_accepted(),
        Refusal::Expired => ApiError::invite_expired(),
    }
}
