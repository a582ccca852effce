//! `/_mock/invites/{invite_id}/…`: changes of an invite without a call of the API.

use axum::{
    Json,
    extract::{Path, rejection::PathRejection},
    http::StatusCode,
};
use serde::Serialize;
use serde_json::{Value, json};

use super::{error::ControlError, subject::Subject};
use crate::world::{InviteRefusal, Organization};

type Id = Result<Path<String>, PathRejection>;

/// `POST /_mock/invites/{invite_id}/accept`
pub(super) async fn accept(subject: Subject, id: Id) -> Result<Json<Value>, ControlError> {
    change_invite(subject, id, Organization::accept_invite)
}

/// `POST /_mock/invites/{invite_id}/expire`
pub(super) async fn expire(subject: Subject, id: Id) -> Result<Json<Value>, ControlError> {
    change_invite(subject, id, Organization::expire_invite)
}

/// `POST /_mock/invites/{invite_id}/delete`
pub(super) async fn delete(subject: Subject, id: Id) -> Result<Json<Value>, ControlError> {
    change_invite(subject, id, |organization, id| {
        organization.delete_invite(id).map(|()| json!({"id": id, "type": "invite_deleted"}))
    })
}

/// Changes the invite in the organization of the call or, without one, in the only one that has it.
fn change_invite<T: Serialize>(
    subject: Subject,
    id: Id,
    change: fn(&Organization, &str) -> Result<T, InviteRefusal>,
) -> Result<Json<Value>, ControlError> {
    let not_found = |id: &str| {
        ControlError::new(StatusCode::NOT_FOUND, "invite-unknown", format!("there is no invite `{id}`"))
    };
    let conflict = |reason, message| ControlError::new(StatusCode::CONFLICT, reason, message);
    let Ok(Path(id)) = id else { return Err(not_found("(not UTF-8)")) };
    let organization = subject.the_one_with(|organization| organization.invite(&id).is_some())?;
    let organization = organization.ok_or_else(|| not_found(&id))?;
    change(&organization, &id).map(|result| Json(json!(result))).map_err(|refusal| match refusal {
        InviteRefusal::Unknown | InviteRefusal::Deleted => not_found(&id),
        InviteRefusal::Accepted => conflict("invite-accepted", "the invite has been accepted before"),
        InviteRefusal::Expired => conflict("invite-expired", "the invite has expired"),
    })
}
