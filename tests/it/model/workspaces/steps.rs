//! Steps of a history that concern workspaces.

use anthropic_admin_mock::{
    AllowedGeos, DataResidency, InferenceGeo, NewWorkspace, Organization, Unrestricted, WorkspaceChange,
    WorkspaceFilter, WorkspaceGeo,
};
use proptest::{
    collection::{btree_map, vec},
    option,
    prelude::*,
    sample::select,
};

use super::super::{
    Model,
    compare::{both, pages},
    page::{AnySide, sides},
    pick,
};

#[derive(Clone, Debug)]
pub enum Step {
    Create(NewWorkspace),
    Update(usize, WorkspaceChange),
    Archive(usize),
    Retrieve(usize),
    List { include: (bool, bool), ids: Option<Vec<usize>>, side: AnySide },
}

fn residencies() -> impl Strategy<Value = (AllowedGeos, InferenceGeo)> {
    let geo = || select(vec![InferenceGeo::Us, InferenceGeo::Global]);
    let allowed = prop_oneof![
        Just(AllowedGeos::All(Unrestricted::Unrestricted)),
        vec(geo(), 0..3).prop_map(AllowedGeos::Only),
    ];
    (allowed, geo())
}

pub fn steps() -> impl Strategy<Value = Step> {
    let names = || select(vec!["Research", "Default", "Ops"]).prop_map(str::to_owned);
    let colors = || option::weighted(0.2, Just("#0a0B0c".to_owned()));
    // The empty text is a value like any other.
    let refs = || option::weighted(0.3, select(vec!["", "x", "y"]).prop_map(str::to_owned));
    let tag = || select(vec!["team", "", "é"]).prop_map(str::to_owned);
    let value = || select(vec!["a", ""]).prop_map(str::to_owned);
    let new = (names(), colors(), residencies(), btree_map(tag(), value(), 0..3), refs(), refs()).prop_map(
        |(
            name,
            display_color,
            (allowed_inference_geos, default_inference_geo),
            tags,
            external_key_id,
            user_profile_id,
        )| {
            let workspace_geo = WorkspaceGeo::Us;
            let data_residency =
                DataResidency { workspace_geo, allowed_inference_geos, default_inference_geo };
            NewWorkspace { name, display_color, data_residency, tags, external_key_id, user_profile_id }
        },
    );
    let change = (
        option::weighted(0.3, names()),
        colors(),
        option::weighted(0.3, residencies()),
        btree_map(tag(), option::of(value()), 0..3),
        refs(),
        refs(),
    )
        .prop_map(|(name, display_color, residency, tags, external_key_id, user_profile_id)| {
            let (allowed_inference_geos, default_inference_geo) = residency.unzip();
            WorkspaceChange {
                name,
                display_color,
                allowed_inference_geos,
                default_inference_geo,
                tags,
                external_key_id,
                user_profile_id,
            }
        });
    prop_oneof![
        3 => new.prop_map(Step::Create),
        5 => (any::<usize>(), change).prop_map(|(workspace, change)| Step::Update(workspace, change)),
        2 => any::<usize>().prop_map(Step::Archive),
        1 => any::<usize>().prop_map(Step::Retrieve),
        3 => (any::<(bool, bool)>(), option::of(vec(any::<usize>(), 0..4)), sides())
            .prop_map(|(include, ids, side)| Step::List { include, ids, side }),
    ]
}

pub fn take(organization: &Organization, model: &mut Model, step: &Step) {
    match step {
        Step::Create(new) => {
            let created = organization.create_workspace(new.clone());
            if let Some((shown, ())) = both(created, model.create_workspace(new)) {
                assert!(model.place_of_workspace(&shown.id).is_none(), "an id that is taken");
                model.workspaces.last_mut().unwrap().id = shown.id.to_string();
                model.shows_workspace(model.workspaces.len() - 1, &shown);
                model.workspaces.last_mut().unwrap().display_color = Some(shown.display_color.to_string());
            }
        }
        Step::Update(workspace, change) => {
            let id = model.any_workspace(*workspace);
            let updated = organization.update_workspace(&id, change.clone());
            if let Some((shown, place)) = both(updated, model.update_workspace(&id, change)) {
                model.shows_workspace(place, &shown);
            }
        }
        Step::Archive(workspace) => {
            let id = model.any_workspace(*workspace);
            let archived = organization.archive_workspace(&id);
            if let Some((shown, place)) = both(archived, model.archive_workspace(&id)) {
                model.shows_workspace(place, &shown);
            }
        }
        Step::Retrieve(workspace) => {
            let id = model.any_workspace(*workspace);
            let (shown, place) = (organization.workspace(&id), model.place_of_workspace(&id));
            assert_eq!(shown.is_some(), place.is_some());
            place.into_iter().zip(&shown).for_each(|(place, shown)| model.shows_workspace(place, shown));
        }
        Step::List { include: (include_archived, include_default), ids, side } => {
            let all: Vec<_> = model.workspaces.iter().map(|workspace| &*workspace.id).collect();
            let ids = ids.as_ref().map(|ids| ids.iter().map(|choice| pick(&all, *choice).into()).collect());
            let filter = WorkspaceFilter {
                include_archived: *include_archived,
                include_default: *include_default,
                ids,
            };
            let side = side.among(&all);
            let page = organization.list_workspaces(&filter, &side.paging());
            pages(page, model.list_workspaces(&filter, &side), |place, workspace| {
                model.shows_workspace(place, workspace);
            });
        }
    }
}
