//! Addresses and roles in a body or a query, shared by invites and users.

use super::{
    call::Query,
    error::{ApiError, one_of},
};
use crate::world::{OrganizationType, Role, is_email};

/// An address in a field.
pub(super) fn email<'t>(field: &str, text: &'t str) -> Result<&'t str, ApiError> {
    let what = "value is not a valid email address: expected one such as ada@example.com";
    if is_email(text) { Ok(text) } else { Err(ApiError::input(field, what)) }
}

/// One of several roles in a field.
pub(super) fn role(field: &str, text: &str, roles: &[Role]) -> Result<Role, ApiError> {
    let role = text.parse().ok().filter(|role| roles.contains(role));
    role.ok_or_else(|| ApiError::input(field, one_of(roles)))
}

/// The filter `email` of a list.
pub(super) fn email_filter(query: &Query) -> Result<Option<String>, ApiError> {
    query.last("email").map(|text| email("email", text).map(str::to_owned)).transpose()
}

/// The filter `roles` of a list.
pub(super) fn roles_filter(query: &Query, kind: OrganizationType) -> Result<Vec<Role>, ApiError> {
    query.all("roles").map(|text| role("roles", text, kind.listable())).collect()
}
