//! What may happen to an organization's workspaces, and why it is refused.

use std::{collections::BTreeMap, fmt, sync::Arc};

use super::{
    AllowedGeos, Color, DataResidency, InferenceGeo, TagName, Workspace, WorkspaceName, WorkspaceRow,
};
use crate::world::{
    organization::Organization,
    policy::OrganizationType,
    table::{Page, Paging, UnknownCursor},
    text::{WrongValue, check},
};

/// The most active workspaces, the default one not counted (docs/fidelity.md, "Workspaces").
const MOST_ACTIVE: usize = 100;

/// A workspace to be made.
#[derive(Clone, Debug, Default)]
pub struct NewWorkspace {
    /// The name.
    pub name: String,
    /// `#RRGGBB`; drawn when left out.
    pub display_color: Option<String>,
    /// Where data stays and where inference runs.
    pub data_residency: DataResidency,
    /// Tags with their values.
    pub tags: BTreeMap<String, String>,
    /// The key that encrypts its data.
    pub external_key_id: Option<String>,
    /// The user profile.
    pub user_profile_id: Option<String>,
}

/// A change of a workspace. What is left out stays as it is.
#[derive(Clone, Debug, Default)]
pub struct WorkspaceChange {
    /// Another name.
    pub name: Option<String>,
    /// Another colour.
    pub display_color: Option<String>,
    /// Other geos in which inference may run.
    pub allowed_inference_geos: Option<AllowedGeos>,
    /// Another geo in which inference runs unless asked otherwise.
    pub default_inference_geo: Option<InferenceGeo>,
    /// Tags to set, and those to take away (`None`).
    pub tags: BTreeMap<String, Option<String>>,
    /// The key that encrypts its data; one that is set cannot be changed.
    pub external_key_id: Option<String>,
    /// The user profile; one that is set cannot be changed.
    pub user_profile_id: Option<String>,
}

/// Which workspaces to list; by default the active ones but for the default one.
#[derive(Clone, Debug, Default)]
pub struct WorkspaceFilter {
    /// Archived ones as well.
    pub include_archived: bool,
    /// The default one as well.
    pub include_default: bool,
    /// Only these.
    pub ids: Option<Vec<String>>,
}

/// Why the world refuses to do something to a workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WorkspaceRefusal {
    /// Workspaces are for Console organizations.
    NotSupported,
    /// The organization has no workspace of that id.
    Unknown,
    /// It is archived.
    Archived,
    /// It is the default workspace, which keeps its name, has no user profile and is never archived.
    Default,
    /// The default geo would not be among the allowed ones.
    Geos,
    /// The external key is set, and cannot be changed.
    ExternalKeySet,
    /// The user profile is set, and cannot be changed.
    UserProfileSet,
    /// The organization has as many active workspaces as it may.
    Limit(usize),
    /// A value is none that the API takes.
    Invalid(WrongValue),
}

impl fmt::Display for WorkspaceRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            WorkspaceRefusal::NotSupported => "only Console organizations have workspaces",
            WorkspaceRefusal::Unknown => "the organization has no workspace of that id",
            WorkspaceRefusal::Archived => "the workspace is archived",
            WorkspaceRefusal::Default => {
                "the default workspace keeps its name, has no user profile and is never archived"
            }
            WorkspaceRefusal::Geos => "default_inference_geo must be one of allowed_inference_geos",
            WorkspaceRefusal::ExternalKeySet => "the external key is set and cannot be changed",
            WorkspaceRefusal::UserProfileSet => "the user profile is set and cannot be changed",
            WorkspaceRefusal::Limit(limit) => {
                return write!(f, "the organization is limited to {limit} active workspaces");
            }
            WorkspaceRefusal::Invalid(wrong) => return wrong.fmt(f),
        })
    }
}

impl std::error::Error for WorkspaceRefusal {}

/// Holds what a workspace is given against the rules that need no look at any workspace.
fn check_values<'t>(
    name: Option<&str>,
    color: Option<&str>,
    tags: impl Iterator<Item = &'t String>,
) -> Result<(), WorkspaceRefusal> {
    name.map_or(Ok(()), |name| check::<WorkspaceName>("name", name))
        .and_then(|()| color.map_or(Ok(()), |color| check::<Color>("display_color", color)))
        .and_then(|()| tags.into_iter().try_for_each(|tag| check::<TagName>("tags", tag)))
        .map_err(WorkspaceRefusal::Invalid)
}

impl Organization {
    /// Makes a workspace.
    ///
    /// # Errors
    /// The [`WorkspaceRefusal`] says why nothing was made.
    pub fn create_workspace(&self, new: NewWorkspace) -> Result<Workspace, WorkspaceRefusal> {
        self.locked(|state, reading| {
            if state.policy.kind != OrganizationType::Console {
                return Err(WorkspaceRefusal::NotSupported);
            }
            check_values(Some(&new.name), new.display_color.as_deref(), new.tags.keys())?;
            if !new.data_residency.holds() {
                return Err(WorkspaceRefusal::Geos);
            }
            let workspaces = &mut state.tables.workspaces;
            let active = workspaces.oldest_first().filter(|row| !row.is_archived() && !row.is_default);
            if active.count() >= MOST_ACTIVE {
                return Err(WorkspaceRefusal::Limit(MOST_ACTIVE));
            }
            let id = state.ids.fresh("wrkspc_01", |id| workspaces.get(id).is_some());
            let mut row = WorkspaceRow::new(id.into(), new.name.into(), reading.tick_of_now(), &state.ids);
            if let Some(color) = new.display_color {
                row.display_color = color.into();
            }
            row.data_residency = new.data_residency;
            row.tags = new.tags.into_iter().map(|(tag, value)| (tag.into(), value.into())).collect();
            row.external_key_id = new.external_key_id.map(Into::into);
            row.user_profile_id = new.user_profile_id.map(Into::into);
            let workspace = row.read(reading);
            workspaces.insert(row);
            Ok(workspace)
        })
    }

    /// A workspace, archived and default ones included; `None` for an id that the organization does not know.
    pub fn workspace(&self, id: &str) -> Option<Workspace> {
        self.locked(|state, reading| Some(state.tables.workspaces.get(id)?.read(reading)))
    }

    /// A page of the workspaces, newest first.
    ///
    /// # Errors
    /// When the organization does not know the cursor's id.
    pub fn list_workspaces(
        &self,
        filter: &WorkspaceFilter,
        paging: &Paging,
    ) -> Result<Page<Workspace>, UnknownCursor> {
        let (table, reading) = self.locked(|state, reading| (state.tables.workspaces.clone(), reading));
        let keep = |row: &WorkspaceRow| {
            (filter.include_archived || !row.is_archived())
                && (filter.include_default || !row.is_default)
                && filter.ids.as_ref().is_none_or(|ids| ids.iter().any(|id| **id == *row.id))
        };
        table.page(paging, keep, |row| row.read(reading))
    }

    /// Changes a workspace.
    ///
    /// # Errors
    /// The [`WorkspaceRefusal`] says why nothing has changed.
    pub fn update_workspace(&self, id: &str, change: WorkspaceChange) -> Result<Workspace, WorkspaceRefusal> {
        check_values(change.name.as_deref(), change.display_color.as_deref(), change.tags.keys())?;
        self.locked(|state, reading| {
            let workspaces = &mut state.tables.workspaces;
            let before = workspaces.get(id).ok_or(WorkspaceRefusal::Unknown)?;
            let after = changed(before, change)?;
            let workspace = after.read(reading);
            workspaces.update(id, |row| *row = after);
            Ok(workspace)
        })
    }

    /// Archives a workspace and its API keys for good. One that is archived stays as it is.
    ///
    /// # Errors
    /// The [`WorkspaceRefusal`] says why nothing has changed.
    pub fn archive_workspace(&self, id: &str) -> Result<Workspace, WorkspaceRefusal> {
        self.locked(|state, reading| {
            let workspace = state.tables.workspaces.get(id).ok_or(WorkspaceRefusal::Unknown)?;
            if workspace.is_default {
                return Err(WorkspaceRefusal::Default);
            }
            state.tables.archive_workspace(id, reading.tick_of_now());
            state.tables.workspaces.get(id).map(|row| row.read(reading)).ok_or(WorkspaceRefusal::Unknown)
        })
    }
}

/// The workspace after a change, whose result as a whole must hold.
fn changed(before: &WorkspaceRow, change: WorkspaceChange) -> Result<WorkspaceRow, WorkspaceRefusal> {
    let mut row = before.clone();
    if row.is_archived() {
        return Err(WorkspaceRefusal::Archived);
    }
    if let Some(name) = change.name.map(Arc::from) {
        if row.is_default && row.name != name {
            return Err(WorkspaceRefusal::Default);
        }
        row.name = name;
    }
    if row.is_default && change.user_profile_id.is_some() {
        return Err(WorkspaceRefusal::Default);
    }
    if let Some(color) = change.display_color {
        row.display_color = color.into();
    }
    if let Some(allowed) = change.allowed_inference_geos {
        row.data_residency.allowed_inference_geos = allowed;
    }
    if let Some(default) = change.default_inference_geo {
        row.data_residency.default_inference_geo = default;
    }
    if !row.data_residency.holds() {
        return Err(WorkspaceRefusal::Geos);
    }
    for (tag, value) in change.tags {
        match value {
            Some(value) => drop(row.tags.insert(tag.into(), value.into())),
            None => drop(row.tags.remove(tag.as_str())),
        }
    }
    set_once(&mut row.external_key_id, change.external_key_id)
        .map_err(|()| WorkspaceRefusal::ExternalKeySet)?;
    set_once(&mut row.user_profile_id, change.user_profile_id)
        .map_err(|()| WorkspaceRefusal::UserProfileSet)?;
    Ok(row)
}

/// Sets a value that stays. The same value again is fine.
fn set_once(slot: &mut Option<Arc<str>>, value: Option<String>) -> Result<(), ()> {
    match (&slot, value) {
        (Some(set), Some(value)) if **set != *value => return Err(()),
        (None, Some(value)) => *slot = Some(value.into()),
        _ => {}
    }
    Ok(())
}
