//! The Workspaces resource on the wire: handlers, the fields of its bodies, and the world's refusals in the API's words.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    answer::{Answer, json},
    call::{Call, Fields, Query},
    error::{ApiError, one_of},
    page::{id_list, paging},
};
use crate::world::{
    AllowedGeos, Color, DataResidency, InferenceGeo, NewWorkspace, Reason, Rule, TagName, Unrestricted,
    WorkspaceChange, WorkspaceFilter, WorkspaceGeo, WorkspaceName, WorkspaceRefusal,
};

/// The most ids that a list can be narrowed to (docs/fidelity.md, "Workspaces").
const MOST_IDS: usize = 100;

/// `POST /v1/organizations/workspaces`
pub(super) fn create(call: &Call) -> Answer {
    let mut fields = call.fields()?;
    let name =
        fields.text("name", WorkspaceName::MOST)?.ok_or_else(|| ApiError::input("name", "Field required"))?;
    let display_color = color(&mut fields)?;
    let data_residency = match fields.object("data_residency")? {
        None => DataResidency::default(),
        Some(mut residency) => {
            let workspace_geo: Option<WorkspaceGeo> = residency.word("workspace_geo", WorkspaceGeo::ALL)?;
            let (allowed, default) = geos(residency)?;
            DataResidency {
                workspace_geo: workspace_geo.unwrap_or_default(),
                allowed_inference_geos: allowed.unwrap_or_default(),
                default_inference_geo: default.unwrap_or_default(),
            }
        }
    };
    let mut set_tags = BTreeMap::new();
    for (tag, value) in tags(&mut fields)? {
        let Some(value) = value else {
            return Err(ApiError::input(&format!("tags.{tag}"), "Input should be a valid string"));
        };
        set_tags.insert(tag, value);
    }
    let new = NewWorkspace {
        name,
        display_color,
        data_residency,
        tags: set_tags,
        external_key_id: fields.optional_string("external_key_id")?,
        user_profile_id: fields.optional_string("user_profile_id")?,
    };
    fields.no_more()?;
    json(&call.organization.create_workspace(new).map_err(|refusal| refused(call, refusal))?)
}

/// `GET /v1/organizations/workspaces`
pub(super) fn list(call: &Call) -> Answer {
    let query = call.query();
    let paging = paging(&query)?;
    // The same id twice counts once.
    let ids: BTreeSet<_> = query.all("ids").map(str::to_owned).collect();
    if ids.len() > MOST_IDS {
        let count = ids.len();
        let what = format_args!("List should have at most {MOST_IDS} items after validation, not {count}");
        return Err(ApiError::input("ids", what));
    }
    let filter = WorkspaceFilter {
        include_archived: boolean(&query, "include_archived")?,
        include_default: boolean(&query, "include_default")?,
        ids: (!ids.is_empty()).then(|| ids.into_iter().collect()),
    };
    id_list(call.organization.list_workspaces(&filter, &paging), &paging, |workspace| &workspace.id)
}

/// `GET /v1/organizations/workspaces/{workspace_id}`
pub(super) fn retrieve(call: &Call) -> Answer {
    let workspace = call.organization.workspace(call.id("workspace_id"));
    json(&workspace.ok_or_else(|| refused(call, WorkspaceRefusal::Unknown))?)
}

/// `POST /v1/organizations/workspaces/{workspace_id}`
pub(super) fn update(call: &Call) -> Answer {
    let mut fields = call.fields()?;
    let name = fields.text("name", WorkspaceName::MOST)?;
    let display_color = color(&mut fields)?;
    // A workspace's own geo is chosen when it is made, so here it is an unknown field.
    let (allowed_inference_geos, default_inference_geo) =
        fields.object("data_residency")?.map(geos).transpose()?.unwrap_or_default();
    let change = WorkspaceChange {
        name,
        display_color,
        allowed_inference_geos,
        default_inference_geo,
        tags: tags(&mut fields)?,
        external_key_id: fields.optional_string("external_key_id")?,
        user_profile_id: fields.optional_string("user_profile_id")?,
    };
    fields.no_more()?;
    let updated = call.organization.update_workspace(call.id("workspace_id"), change);
    json(&updated.map_err(|refusal| refused(call, refusal))?)
}

/// `POST /v1/organizations/workspaces/{workspace_id}/archive`
pub(super) fn archive(call: &Call) -> Answer {
    let archived = call.organization.archive_workspace(call.id("workspace_id"));
    json(&archived.map_err(|refusal| refused(call, refusal))?)
}

fn color(fields: &mut Fields) -> Result<Option<String>, ApiError> {
    let color = fields.optional_string("display_color")?;
    match color {
        Some(text) if !Color::holds(&text) => {
            Err(ApiError::input("display_color", "String should match pattern '^#[0-9A-Fa-f]{6}$'"))
        }
        color => Ok(color),
    }
}

/// The geos of inference in a body: those that are allowed, and the default.
fn geos(mut residency: Fields) -> Result<(Option<AllowedGeos>, Option<InferenceGeo>), ApiError> {
    let default = residency.word("default_inference_geo", InferenceGeo::ALL)?;
    let allowed = match residency.strings_or_string("allowed_inference_geos")? {
        None => None,
        Some(Ok(list)) => {
            let geo = |text: &String| {
                text.parse().map_err(|_| {
                    ApiError::input("data_residency.allowed_inference_geos", one_of(InferenceGeo::ALL))
                })
            };
            Some(AllowedGeos::Only(list.iter().map(geo).collect::<Result<_, _>>()?))
        }
        Some(Err(text)) => match text.parse() {
            Ok(Unrestricted::Unrestricted) => Some(AllowedGeos::default()),
            Err(_) => {
                let what = "Input should be 'unrestricted' or a valid list";
                return Err(ApiError::input("data_residency.allowed_inference_geos", what));
            }
        },
    };
    residency.no_more()?;
    Ok((allowed, default))
}

/// The tags in a body: their values, and null for a tag to take away.
fn tags(fields: &mut Fields) -> Result<BTreeMap<String, Option<String>>, ApiError> {
    let Some(tags) = fields.object("tags")? else { return Ok(BTreeMap::new()) };
    let mut read = BTreeMap::new();
    for (tag, value) in tags.nullable_strings()? {
        if !TagName::holds(&tag) {
            return Err(ApiError::input(&format!("tags.{tag}"), "Keys may not begin with 'anthropic'"));
        }
        read.insert(tag, value);
    }
    Ok(read)
}

fn boolean(query: &Query, name: &str) -> Result<bool, ApiError> {
    match query.last(name) {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(ApiError::input(name, "Input should be a valid boolean, unable to interpret input")),
    }
}

/// Check 9: no workspace of that id.
pub(super) fn unknown(id: &str) -> ApiError {
    let hint =
        "this key's organization has no such workspace; another key's may have: a key is an organization";
    ApiError::not_found(Reason::WorkspaceUnknown, "Workspace", id, hint)
}

/// Check 10: the workspace is archived, for a change of it or of its members.
pub(super) fn archived() -> ApiError {
    let message = "The workspace is archived and can no longer be changed.";
    ApiError::invalid(Reason::WorkspaceArchived, message, "archiving a workspace is final")
}

fn refused(call: &Call, refusal: WorkspaceRefusal) -> ApiError {
    match refusal {
        // Check 7 has passed; the organization was given another state since.
        WorkspaceRefusal::NotSupported => ApiError::type_not_supported(),
        // The body was read by the same rules.
        WorkspaceRefusal::Invalid(wrong) => ApiError::input(wrong.field, wrong.expected),
        WorkspaceRefusal::Unknown => unknown(call.shown_id("workspace_id")),
        WorkspaceRefusal::Archived => archived(),
        WorkspaceRefusal::Default => {
            let message =
                "The default workspace can be neither renamed nor archived, and cannot have a user profile.";
            let hint =
                "every Console organization has a default workspace; its tags and colour can be changed";
            ApiError::invalid(Reason::WorkspaceDefault, message, hint)
        }
        WorkspaceRefusal::Geos => {
            let what = "must be one of allowed_inference_geos";
            ApiError::input("data_residency.default_inference_geo", what)
        }
        WorkspaceRefusal::ExternalKeySet => {
            ApiError::input("external_key_id", "cannot be changed once it is set")
        }
        WorkspaceRefusal::UserProfileSet => {
            ApiError::input("user_profile_id", "cannot be changed once it is set")
        }
        WorkspaceRefusal::Limit(limit) => {
            let message = format!("The organization has reached its limit of {limit} active workspaces");
            let hint = "archive one; the default workspace and archived ones do not count";
            ApiError::invalid(Reason::WorkspaceLimit, message, hint)
        }
    }
}
