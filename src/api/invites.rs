//! The Invites resource on the wire: handlers, wire types, and the world's refusals as API errors.

use std::sync::Arc;

use axum::Json;
use serde::{Deserialize, Serialize, de::value::StrDeserializer};
use tokio::task::spawn_blocking;

use super::{
    caller::{Caller, Route},
    error::{ApiError, one_of},
    extract::{Body, Fields, InviteId, Query},
};
use crate::world::{
    CreateRefusal, Cursor, Invite, Listing, NewInvite, Operation, OrganizationType, Page, Refusal, Role,
    Status, is_email,
};

/// The most RBAC groups of one invite (docs/fidelity.md).
const MOST_GROUPS: usize = 100;
/// How many invites a page holds unless asked otherwise, and at the most.
const PAGE: usize = 20;
const LARGEST_PAGE: usize = 1000;

const READS: &[&str] = &["read:members", "read:org_audit"];
const WRITES: &[&str] = &["write:members"];

pub(super) struct Create;
impl Route for Create {
    const OPERATION: Operation = Operation::InvitesCreate;
    const SCOPES: &[&str] = WRITES;
}

pub(super) struct Retrieve;
impl Route for Retrieve {
    const OPERATION: Operation = Operation::InvitesRetrieve;
    const SCOPES: &[&str] = READS;
}

pub(super) struct List;
impl Route for List {
    const OPERATION: Operation = Operation::InvitesList;
    const SCOPES: &[&str] = READS;
}

pub(super) struct Delete;
impl Route for Delete {
    const OPERATION: Operation = Operation::InvitesDelete;
    const SCOPES: &[&str] = WRITES;
}

/// A page of invites (docs/fidelity.md). The ends are null when it is empty.
#[derive(Serialize)]
pub(super) struct PageBody {
    data: Vec<Invite>,
    has_more: bool,
    first_id: Option<Arc<str>>,
    last_id: Option<Arc<str>>,
}

/// `{"id":"…","type":"invite_deleted"}` (docs/fidelity.md).
#[derive(Serialize)]
pub(super) struct InviteDeleted {
    id: Arc<str>,
    r#type: &'static str,
}

/// `POST /v1/organizations/invites`
pub(super) async fn create(caller: Caller<Create>, body: Body) -> Result<Json<Invite>, ApiError> {
    let new = new_invite(&body, caller.organization.kind())?;
    if new.role == Role::Managed || !new.rbac_group_ids.is_empty() {
        caller.check_scope("write:rbac_groups")?;
    }
    let email = new.email.clone();
    match caller.organization.create_invite(new) {
        Ok(invite) => Ok(Json(invite)),
        Err(refusal) => Err(not_created(refusal, &email, caller.organization.kind())),
    }
}

/// `GET /v1/organizations/invites/{invite_id}`
pub(super) async fn retrieve(
    Caller { organization, .. }: Caller<Retrieve>,
    _: Body,
    InviteId(id): InviteId,
) -> Result<Json<Invite>, ApiError> {
    match organization.invite(&id) {
        Some(invite) if invite.status == Status::Deleted => Err(ApiError::invite_deleted(&id)),
        Some(invite) => Ok(Json(invite)),
        None => Err(ApiError::invite_unknown(&id)),
    }
}

/// `GET /v1/organizations/invites`
pub(super) async fn list(caller: Caller<List>, _: Body, query: Query) -> Result<Json<PageBody>, ApiError> {
    let listing = listing(&query, caller.organization.kind())?;
    let organization = caller.organization;
    let cursor = listing.cursor.clone();
    let filtered = listing.email.is_some() || !listing.roles.is_empty() || !listing.statuses.is_empty();
    let page = if filtered {
        // A filter that hardly anything passes looks at every invite; other requests go on meanwhile.
        let listed = spawn_blocking(move || organization.list_invites(&listing));
        listed.await.map_err(|_| ApiError::internal())?
    } else {
        organization.list_invites(&listing)
    };
    let page = page.map_err(|_| {
        ApiError::cursor_unknown(match cursor {
            Some(Cursor::Before(_)) => "before_id",
            _ => "after_id",
        })
    })?;
    let Page { invites: data, has_more } = page;
    let id = |invite: &Invite| invite.id.clone();
    let (first_id, last_id) = (data.first().map(id), data.last().map(id));
    Ok(Json(PageBody { data, has_more, first_id, last_id }))
}

/// `DELETE /v1/organizations/invites/{invite_id}`
pub(super) async fn delete(
    Caller { organization, .. }: Caller<Delete>,
    _: Body,
    InviteId(id): InviteId,
) -> Result<Json<InviteDeleted>, ApiError> {
    match organization.delete_invite(&id) {
        Ok(()) => Ok(Json(InviteDeleted { id, r#type: "invite_deleted" })),
        Err(Refusal::Unknown) => Err(ApiError::invite_unknown(&id)),
        Err(Refusal::Deleted) => Err(ApiError::invite_deleted(&id)),
        Err(Refusal::Accepted) => Err(ApiError::invite_accepted()),
        Err(Refusal::Expired) => Err(ApiError::invite_expired()),
    }
}

fn new_invite(body: &Body, kind: OrganizationType) -> Result<NewInvite, ApiError> {
    let mut fields = Fields::of(body)?;
    let email = fields.string("email")?;
    if !is_email(&email) {
        let what = "value is not a valid email address: expected one such as ada@example.com";
        return Err(ApiError::input_invalid("email", what));
    }
    let role = fields.string("role")?;
    let role = word(&role).filter(|role| kind.assignable().contains(role));
    let role = role.ok_or_else(|| ApiError::role_invalid("role", kind.assignable()))?;
    let rbac_group_ids = fields.strings("rbac_group_ids")?;
    if rbac_group_ids.len() > MOST_GROUPS {
        let what = format!(
            "List should have at most {MOST_GROUPS} items after validation, not {}",
            rbac_group_ids.len()
        );
        return Err(ApiError::input_invalid("rbac_group_ids", what));
    }
    fields.no_more()?;
    Ok(NewInvite { email, role, rbac_group_ids })
}

fn listing(query: &Query, kind: OrganizationType) -> Result<Listing, ApiError> {
    let cursor = match (query.last("after_id"), query.last("before_id")) {
        (Some(_), Some(_)) => return Err(ApiError::cursors_conflict()),
        (Some(after), None) => Some(Cursor::After(after.to_owned())),
        (None, Some(before)) => Some(Cursor::Before(before.to_owned())),
        (None, None) => None,
    };
    let role = |text: &str| {
        let role = word(text).filter(|role| kind.listable().contains(role));
        role.ok_or_else(|| ApiError::role_invalid("roles", kind.listable()))
    };
    let status = |text: &str| {
        let status = word(text).filter(|status| *status != Status::Deleted);
        let listable = [Status::Accepted, Status::Expired, Status::Pending];
        status.ok_or_else(|| ApiError::input_invalid("statuses", one_of(&listable)))
    };
    Ok(Listing {
        email: query.last("email").map(str::to_owned),
        roles: query.all("roles").map(role).collect::<Result<_, _>>()?,
        statuses: query.all("statuses").map(status).collect::<Result<_, _>>()?,
        cursor,
        limit: query.last("limit").map_or(Ok(PAGE), limit)?,
    })
}

fn limit(text: &str) -> Result<usize, ApiError> {
    let invalid = |what: String| Err(ApiError::input_invalid("limit", what));
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return invalid("Input should be a valid integer, unable to parse string as an integer".into());
    }
    // A number that fits no integer is over or under the bounds all the same.
    let huge = if text.starts_with('-') { i64::MIN } else { i64::MAX };
    match text.parse().unwrap_or(huge) {
        ..1 => invalid("Input should be greater than or equal to 1".into()),
        number => match usize::try_from(number) {
            Ok(limit) if limit <= LARGEST_PAGE => Ok(limit),
            _ => invalid(format!("Input should be less than or equal to {LARGEST_PAGE}")),
        },
    }
}

/// One of the API's words.
fn word<'de, T: Deserialize<'de>>(text: &'de str) -> Option<T> {
    T::deserialize(StrDeserializer::<serde::de::value::Error>::new(text)).ok()
}

fn not_created(refusal: CreateRefusal, email: &str, kind: OrganizationType) -> ApiError {
    match refusal {
        CreateRefusal::RoleNotAssignable => ApiError::role_invalid("role", kind.assignable()),
        CreateRefusal::GroupsNotSupported => {
            ApiError::input_invalid("rbac_group_ids", "only a Claude Enterprise organization has RBAC groups")
        }
        CreateRefusal::GroupUnknown(group) => ApiError::input_invalid(
            "rbac_group_ids",
            format_args!("the organization has no RBAC group `{group}`"),
        ),
        CreateRefusal::GroupGrantsOwnerAccess(group) => ApiError::rbac_group_grants_owner_access(&group),
        CreateRefusal::GroupOwnerAccessUnconfirmed(group) => {
            ApiError::rbac_group_owner_access_unconfirmed(&group)
        }
        CreateRefusal::DomainNotAllowed(domain) => ApiError::email_domain_not_allowed(&domain),
        CreateRefusal::DomainUnverified(domain) => {
            ApiError::cannot_invite_emails_with_unverified_domains(&domain)
        }
        CreateRefusal::AlreadyMember => ApiError::already_member(email),
        CreateRefusal::AlreadyInvited(id) => ApiError::invite_already_exists(email, &id),
        CreateRefusal::MemberLimit(limit) => ApiError::org_member_limit_exceeded(limit),
    }
}
