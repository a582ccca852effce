//! Workspaces in the model, and what moves with them: their API keys.

mod steps;

use std::collections::BTreeMap;

use anthropic_admin_mock::{
    AllowedGeos, ApiKeyStatus, InferenceGeo, NewWorkspace, Organization, Workspace, WorkspaceChange,
    WorkspaceFilter, WorkspaceRefusal as Refusal, WorkspaceRole,
};

use super::{
    Model, at,
    compare::pages,
    page::{EVERYTHING, Side, newest_first, page},
    pick,
};
pub use steps::{Step, steps, take};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Kept {
    pub id: String,
    pub name: String,
    pub created_at: i64,
    pub archived_at: Option<i64>,
    /// `None` until it is known what was drawn.
    pub display_color: Option<String>,
    /// The geos in which inference may run; `None` for all.
    pub allowed: Option<Vec<InferenceGeo>>,
    pub default_geo: InferenceGeo,
    pub external_key_id: Option<String>,
    pub user_profile_id: Option<String>,
    pub tags: BTreeMap<String, String>,
    pub is_default: bool,
    pub member_limit: Option<usize>,
    /// Users with their roles, the one added last last.
    pub members: Vec<(String, WorkspaceRole)>,
}

impl Kept {
    pub fn new(id: &str, name: &str, created_at: i64) -> Self {
        Kept {
            id: id.into(),
            name: name.into(),
            created_at,
            archived_at: None,
            display_color: None,
            allowed: None,
            default_geo: InferenceGeo::Global,
            external_key_id: None,
            user_profile_id: None,
            tags: BTreeMap::new(),
            is_default: false,
            member_limit: None,
            members: Vec::new(),
        }
    }

    fn geos_hold(&self) -> bool {
        self.allowed.as_ref().is_none_or(|allowed| allowed.contains(&self.default_geo))
    }
}

fn geos(allowed: &AllowedGeos) -> Option<Vec<InferenceGeo>> {
    match allowed {
        AllowedGeos::All(_) => None,
        AllowedGeos::Only(geos) => Some(geos.clone()),
    }
}

impl Model {
    pub fn place_of_workspace(&self, id: &str) -> Option<usize> {
        self.workspaces.iter().position(|workspace| workspace.id == id)
    }

    pub fn create_workspace(&mut self, new: &NewWorkspace) -> Result<(), Vec<Refusal>> {
        if !self.policy.is_console() {
            return Err(vec![Refusal::NotSupported]);
        }
        let made = Kept {
            display_color: new.display_color.clone(),
            allowed: geos(&new.data_residency.allowed_inference_geos),
            default_geo: new.data_residency.default_inference_geo,
            external_key_id: new.external_key_id.clone(),
            user_profile_id: new.user_profile_id.clone(),
            tags: new.tags.clone(),
            ..Kept::new("", &new.name, self.now)
        };
        let counted = self.workspaces.iter().filter(|kept| kept.archived_at.is_none() && !kept.is_default);
        let mut reasons = Vec::new();
        if !made.geos_hold() {
            reasons.push(Refusal::Geos);
        }
        if counted.count() >= 100 {
            reasons.push(Refusal::Limit(100));
        }
        if !reasons.is_empty() {
            return Err(reasons);
        }
        self.workspaces.push(made);
        Ok(())
    }

    pub fn update_workspace(&mut self, id: &str, change: &WorkspaceChange) -> Result<usize, Vec<Refusal>> {
        let place = self.place_of_workspace(id).ok_or(vec![Refusal::Unknown])?;
        let before = &self.workspaces[place];
        let mut after = before.clone();
        after.name = change.name.clone().unwrap_or(after.name);
        after.display_color = change.display_color.clone().or(after.display_color);
        after.allowed = change.allowed_inference_geos.as_ref().map_or(after.allowed, geos);
        after.default_geo = change.default_inference_geo.unwrap_or(after.default_geo);
        after.external_key_id = change.external_key_id.clone().or(after.external_key_id);
        after.user_profile_id = change.user_profile_id.clone().or(after.user_profile_id);
        for (tag, value) in &change.tags {
            match value {
                Some(value) => after.tags.insert(tag.clone(), value.clone()),
                None => after.tags.remove(tag),
            };
        }
        let replaced = |before: &Option<String>, after: &Option<String>| before.is_some() && before != after;
        let renamed = before.is_default && after.name != before.name;
        let profiled = before.is_default && change.user_profile_id.is_some();
        let reasons: Vec<_> = [
            (before.archived_at.is_some(), Refusal::Archived),
            (renamed || profiled, Refusal::Default),
            (!after.geos_hold(), Refusal::Geos),
            (replaced(&before.external_key_id, &after.external_key_id), Refusal::ExternalKeySet),
            (replaced(&before.user_profile_id, &after.user_profile_id), Refusal::UserProfileSet),
        ]
        .into_iter()
        .filter_map(|(holds, reason)| holds.then_some(reason))
        .collect();
        if !reasons.is_empty() {
            return Err(reasons);
        }
        self.workspaces[place] = after;
        Ok(place)
    }

    pub fn archive_workspace(&mut self, id: &str) -> Result<usize, Vec<Refusal>> {
        let place = self.place_of_workspace(id).ok_or(vec![Refusal::Unknown])?;
        let workspace = &mut self.workspaces[place];
        if workspace.is_default {
            return Err(vec![Refusal::Default]);
        }
        workspace.archived_at = workspace.archived_at.or(Some(self.now));
        for key in self.api_keys.iter_mut().filter(|key| key.workspace.as_deref() == Some(id)) {
            key.status = ApiKeyStatus::Archived;
        }
        Ok(place)
    }

    pub fn list_workspaces(&self, filter: &WorkspaceFilter, side: &Side) -> Option<(Vec<usize>, bool)> {
        let keep = |place: usize| {
            let workspace = &self.workspaces[place];
            (filter.include_archived || workspace.archived_at.is_none())
                && (filter.include_default || !workspace.is_default)
                && filter.ids.as_ref().is_none_or(|ids| ids.contains(&workspace.id))
        };
        let newest = newest_first(self.workspaces.iter().map(|workspace| workspace.created_at));
        page(&newest, |place| &self.workspaces[place].id, keep, side)
    }

    fn shows_workspace(&self, place: usize, workspace: &Workspace) {
        let kept = &self.workspaces[place];
        let shown = (&*workspace.id, &*workspace.name, workspace.created_at, workspace.archived_at);
        assert_eq!(shown, (&*kept.id, &*kept.name, at(kept.created_at), kept.archived_at.map(at)));
        let shown = (workspace.external_key_id.as_deref(), workspace.user_profile_id.as_deref());
        assert_eq!(shown, (kept.external_key_id.as_deref(), kept.user_profile_id.as_deref()));
        let residency = &workspace.data_residency;
        assert_eq!(geos(&residency.allowed_inference_geos), kept.allowed);
        assert_eq!(
            (residency.default_inference_geo, workspace.is_default),
            (kept.default_geo, kept.is_default)
        );
        let tags = workspace.tags.iter().map(|(tag, value)| (tag.to_string(), value.to_string()));
        assert_eq!(tags.collect::<BTreeMap<_, _>>(), kept.tags);
        assert!(kept.display_color.as_ref().is_none_or(|color| **color == *workspace.display_color));
        assert!(workspace.display_color.starts_with('#') && workspace.compartment_id.len() == 36);
    }

    /// One of the workspaces that there are, or one that never was.
    pub fn any_workspace(&self, choice: usize) -> String {
        let ids: Vec<_> = self.workspaces.iter().map(|workspace| &*workspace.id).collect();
        pick(&ids, choice).to_owned()
    }
}

pub fn are_the_same(organization: &Organization, model: &Model) {
    let all = WorkspaceFilter { include_archived: true, include_default: true, ids: None };
    let page = organization.list_workspaces(&all, &EVERYTHING.paging());
    pages(page, model.list_workspaces(&all, &EVERYTHING), |place, workspace| {
        model.shows_workspace(place, workspace);
    });
}
