//! The organization itself on the wire.

use serde::Serialize;

use super::{
    answer::{Answer, json},
    call::Call,
};

/// The three fields of the API (docs/fidelity.md, "The organization").
#[derive(Serialize)]
struct OrganizationBody<'a> {
    id: &'a str,
    r#type: &'static str,
    name: String,
}

/// `GET /v1/organizations/me`
pub(super) fn retrieve(call: &Call) -> Answer {
    let (id, name) = (call.organization.id(), call.organization.name());
    json(&OrganizationBody { id, r#type: "organization", name })
}
