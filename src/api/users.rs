//! The Users resource on the wire: handlers, and the world's refusals in the API's words.

use super::{
    answer::{Answer, Deleted, json},
    call::Call,
    error::{ApiError, one_of},
    page::{id_list, paging},
    people::{email_filter, role, roles_filter},
};
use crate::world::{Reason, Role, UserFilter, UserRefusal};

/// `GET /v1/organizations/users`
pub(super) fn list(call: &Call) -> Answer {
    let query = call.query();
    let paging = paging(&query)?;
    let kind = call.organization.kind();
    let filter = UserFilter { email: email_filter(&query)?, roles: roles_filter(&query, kind)? };
    id_list(call.organization.list_users(&filter, &paging), &paging, |user| &user.id)
}

/// `GET /v1/organizations/users/{user_id}`
pub(super) fn retrieve(call: &Call) -> Answer {
    json(&call.organization.user(call.id("user_id")).ok_or_else(|| unknown(call.shown_id("user_id")))?)
}

/// `POST /v1/organizations/users/{user_id}`
pub(super) fn update(call: &Call) -> Answer {
    let mut fields = call.fields()?;
    let assignable = call.organization.kind().assignable();
    let new = fields.optional_string("role")?.map(|text| role("role", &text, assignable)).transpose()?;
    fields.no_more()?;
    if new == Some(Role::Managed) {
        call.check_scope("write:rbac_groups")?;
    }
    let updated = call.organization.update_user(call.id("user_id"), new);
    json(&updated.map_err(|refusal| refused(call, refusal))?)
}

/// `DELETE /v1/organizations/users/{user_id}`
pub(super) fn remove(call: &Call) -> Answer {
    let id = call.id("user_id");
    call.organization.remove_user(id).map_err(|refusal| refused(call, refusal))?;
    json(&Deleted { id, r#type: "user_deleted" })
}

/// Check 9: no user of that id.
pub(super) fn unknown(id: &str) -> ApiError {
    let hint = "this key's organization has no such user; another key's may have: a key is an organization";
    ApiError::not_found(Reason::UserUnknown, "User", id, hint)
}

fn refused(call: &Call, refusal: UserRefusal) -> ApiError {
    match refusal {
        UserRefusal::Unknown => unknown(call.shown_id("user_id")),
        UserRefusal::RoleNotAssignable => {
            ApiError::input("role", one_of(call.organization.kind().assignable()))
        }
        UserRefusal::Admin => {
            let message = "Users with an admin role can be neither changed nor removed by this API.";
            let hint =
                "the fixture gives this user an admin role; the service leaves such users to its own pages";
            ApiError::invalid(Reason::UserAdmin, message, hint)
        }
        UserRefusal::Last => {
            let message = "The last member of an organization cannot be removed.";
            let hint = "the organization has one user; add another one to the fixture, or accept an invite";
            ApiError::invalid(Reason::CannotRemoveLastMember, message, hint)
                .coded("cannot_remove_last_member")
        }
        UserRefusal::RolesManagedByIdp => {
            let message = "Roles in this organization are managed by its identity provider.";
            ApiError::invalid(Reason::RolesManagedByIdp, message, "the fixture sets \"roles_managed_by_idp\"")
        }
        UserRefusal::MembersManagedByScim => {
            let message = "Members of this organization are managed by its identity provider (SCIM).";
            ApiError::invalid(
                Reason::MembersManagedByScim,
                message,
                "the fixture sets \"members_managed_by_scim\"",
            )
        }
    }
}
