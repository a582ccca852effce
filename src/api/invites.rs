//! The Invites resource on the wire: handlers, and the world's refusals in the API's words.

use std::fmt::Display;

use super::{
    answer::{Answer, Deleted, json},
    call::Call,
    error::{ApiError, one_of},
    page::{id_list, paging},
    people::{email, email_filter, role, roles_filter},
};
use crate::world::{
    CreateInviteRefusal, InviteFilter, InviteRefusal, InviteStatus, MOST_GROUPS, NewInvite, OrganizationType,
    Reason, Role,
};

/// `POST /v1/organizations/invites`
pub(super) fn create(call: &Call) -> Answer {
    let kind = call.organization.kind();
    let new = new_invite(call, kind)?;
    if new.role == Role::Managed || !new.rbac_group_ids.is_empty() {
        call.check_scope("write:rbac_groups")?;
    }
    let email = new.email.clone();
    json(&call.organization.create_invite(new).map_err(|refusal| not_created(refusal, &email, kind))?)
}

/// `GET /v1/organizations/invites/{invite_id}`
pub(super) fn retrieve(call: &Call) -> Answer {
    match call.organization.invite(call.id("invite_id")) {
        Some(invite) if invite.status == InviteStatus::Deleted => Err(refused(call, InviteRefusal::Deleted)),
        Some(invite) => json(&invite),
        None => Err(refused(call, InviteRefusal::Unknown)),
    }
}

/// `GET /v1/organizations/invites`
pub(super) fn list(call: &Call) -> Answer {
    let query = call.query();
    let paging = paging(&query)?;
    let kind = call.organization.kind();
    let status = |text: &str| {
        let listable = [InviteStatus::Accepted, InviteStatus::Expired, InviteStatus::Pending];
        let status = text.parse().ok().filter(|status| listable.contains(status));
        status.ok_or_else(|| ApiError::input("statuses", one_of(&listable)))
    };
    let filter = InviteFilter {
        email: email_filter(&query)?,
        roles: roles_filter(&query, kind)?,
        statuses: query.all("statuses").map(status).collect::<Result<_, _>>()?,
    };
    id_list(call.organization.list_invites(&filter, &paging), &paging, |invite| &invite.id)
}

/// `DELETE /v1/organizations/invites/{invite_id}`
pub(super) fn delete(call: &Call) -> Answer {
    let id = call.id("invite_id");
    call.organization.delete_invite(id).map_err(|refusal| refused(call, refusal))?;
    json(&Deleted { id, r#type: "invite_deleted" })
}

fn new_invite(call: &Call, kind: OrganizationType) -> Result<NewInvite, ApiError> {
    let mut fields = call.fields()?;
    let address = fields.string("email")?;
    email("email", &address)?;
    let role = role("role", &fields.string("role")?, kind.assignable())?;
    let rbac_group_ids = fields.strings("rbac_group_ids")?.unwrap_or_default();
    if rbac_group_ids.len() > MOST_GROUPS {
        let count = rbac_group_ids.len();
        let what = format_args!("List should have at most {MOST_GROUPS} items after validation, not {count}");
        return Err(ApiError::input("rbac_group_ids", what));
    }
    fields.no_more()?;
    Ok(NewInvite { email: address, role, rbac_group_ids })
}

fn refused(call: &Call, refusal: InviteRefusal) -> ApiError {
    let not_found = |reason, hint| ApiError::not_found(reason, "Invite", call.shown_id("invite_id"), hint);
    match refusal {
        InviteRefusal::Unknown => {
            let hint = "this key's organization has no such invite; another key's may have: a key is an organization";
            not_found(Reason::InviteUnknown, hint)
        }
        InviteRefusal::Deleted => {
            not_found(Reason::InviteDeleted, "the invite existed and was deleted before")
        }
        InviteRefusal::Accepted => {
            let message = "This invite has been accepted and can no longer be deleted. Remove the member from the organization instead.";
            ApiError::invalid(Reason::InviteAccepted, message, "only pending invites can be deleted")
        }
        InviteRefusal::Expired => {
            let message = "This invite has expired and can no longer be deleted.";
            let hint = "only pending invites can be deleted; the clock has passed expires_at";
            ApiError::invalid(Reason::InviteExpired, message, hint)
        }
    }
}

fn not_created(refusal: CreateInviteRefusal, email: &str, kind: OrganizationType) -> ApiError {
    let groups = |what: &dyn Display| ApiError::input("rbac_group_ids", what);
    match refusal {
        // The body was read by the same rules.
        CreateInviteRefusal::Invalid(wrong) => ApiError::input(wrong.field, wrong.expected),
        CreateInviteRefusal::RoleNotAssignable => ApiError::input("role", one_of(kind.assignable())),
        CreateInviteRefusal::GroupsNotSupported => {
            groups(&"only a Claude Enterprise organization has RBAC groups")
        }
        CreateInviteRefusal::GroupUnknown(group) => {
            groups(&format_args!("the organization has no RBAC group `{group}`"))
        }
        CreateInviteRefusal::GroupGrantsOwnerAccess(group) => {
            let message = format!(
                "The RBAC group {group} grants owner access; members cannot be added to it by this API"
            );
            let hint = "the fixture sets the group's \"grants_owner_access\": true";
            ApiError::invalid(Reason::RbacGroupGrantsOwnerAccess, message, hint)
                .coded("rbac_group_grants_owner_access")
        }
        CreateInviteRefusal::GroupOwnerAccessUnconfirmed(group) => {
            let message = format!(
                "Could not confirm whether the RBAC group {group} grants owner access; nothing was changed"
            );
            let hint = "the fixture sets the group's \"grants_owner_access\": \"unconfirmed\"";
            ApiError::invalid(Reason::RbacGroupOwnerAccessUnconfirmed, message, hint)
                .coded("rbac_group_owner_access_unconfirmed")
        }
        CreateInviteRefusal::DomainNotAllowed(domain) => {
            let message = format!("The email domain {domain} is not allowed by this organization");
            ApiError::invalid(Reason::EmailDomainNotAllowed, message, "the fixture sets \"allowed_domains\"")
                .coded("email_domain_not_allowed")
        }
        CreateInviteRefusal::DomainUnverified(domain) => {
            let message =
                format!("The email domain {domain} is not a verified domain of the parent organization");
            let reason = Reason::CannotInviteEmailsWithUnverifiedDomains;
            ApiError::invalid(reason, message, "the fixture sets \"verified_domains\"")
                .coded("cannot_invite_emails_with_unverified_domains")
        }
        CreateInviteRefusal::AlreadyMember => {
            let message = format!("{email} is already a member of this organization");
            let hint = "the fixture lists the address under \"users\", or it has accepted an invite";
            ApiError::invalid(Reason::AlreadyMember, message, hint).coded("already_member")
        }
        CreateInviteRefusal::AlreadyInvited(id) => {
            let message = format!("A pending invite already exists for {email}: {id}");
            let hint = "delete it, or let it be accepted or expire, before the address is invited again";
            ApiError::invalid(Reason::InviteAlreadyExists, message, hint).coded("invite_already_exists")
        }
        CreateInviteRefusal::MemberLimit(limit) => {
            let message = format!(
                "The organization has reached its limit of {limit} members, pending invites included"
            );
            ApiError::invalid(Reason::OrgMemberLimitExceeded, message, "the fixture sets \"member_limit\"")
                .coded("org_member_limit_exceeded")
        }
    }
}
