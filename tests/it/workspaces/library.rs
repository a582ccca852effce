//! Workspaces without HTTP, and through the state.

use std::collections::BTreeMap;

use anthropic_admin_mock::{
    AllowedGeos, DataResidency, InferenceGeo, NewWorkspace, WorkspaceChange, WorkspaceFilter,
    WorkspaceRefusal,
};
use serde_json::json;

use super::{WORLD, full};
use crate::harness::*;

#[test]
fn the_world_makes_reads_changes_lists_and_archives_without_http() {
    let organization = world(WORLD).organization("console").unwrap();
    let new = NewWorkspace {
        name: "New".into(),
        tags: BTreeMap::from([("a".into(), "b".into())]),
        ..NewWorkspace::default()
    };
    let made = organization.create_workspace(new).unwrap();
    assert_eq!(organization.workspace(&made.id), Some(made.clone()));
    let change = WorkspaceChange { name: Some("Changed".into()), ..WorkspaceChange::default() };
    let changed = organization.update_workspace(&made.id, change).unwrap();
    assert_eq!((&*changed.name, &changed.tags), ("Changed", &made.tags));
    let archived = organization.archive_workspace(&made.id).unwrap();
    assert!(archived.archived_at.is_some());
    let list = |filter: &WorkspaceFilter| -> Vec<String> {
        let page = organization.list_workspaces(filter, &everything()).unwrap();
        page.data.iter().map(|workspace| workspace.id.to_string()).collect()
    };
    assert_eq!(list(&WorkspaceFilter::default()), ["plain", "full"]);
    let ids = Some(vec![made.id.to_string(), "first".into()]);
    let filter = WorkspaceFilter { include_archived: true, include_default: true, ids };
    assert_eq!(list(&filter), [&*made.id, "first"]);
    assert!(organization.workspace("first").unwrap().is_default);
    assert_eq!(serde_json::to_value(organization.workspace("full").unwrap()).unwrap(), full());
    assert_eq!(organization.counts().workspaces, 3, "active ones, the default one included");
}

#[test]
fn each_refusal_says_why() {
    let organization = world(WORLD).organization("console").unwrap();
    let nothing = WorkspaceChange::default;
    for (id, change, refusal) in [
        ("unknown", nothing(), WorkspaceRefusal::Unknown),
        ("old", nothing(), WorkspaceRefusal::Archived),
        ("first", WorkspaceChange { name: Some("x".into()), ..nothing() }, WorkspaceRefusal::Default),
        (
            "full",
            WorkspaceChange { default_inference_geo: Some(InferenceGeo::Global), ..nothing() },
            WorkspaceRefusal::Geos,
        ),
        (
            "full",
            WorkspaceChange { external_key_id: Some("x".into()), ..nothing() },
            WorkspaceRefusal::ExternalKeySet,
        ),
        (
            "full",
            WorkspaceChange { user_profile_id: Some("x".into()), ..nothing() },
            WorkspaceRefusal::UserProfileSet,
        ),
    ] {
        assert_eq!(organization.update_workspace(id, change), Err(refusal), "{id}");
        assert!(!refusal.to_string().is_empty());
    }
    assert_eq!(organization.archive_workspace("unknown"), Err(WorkspaceRefusal::Unknown));
    assert_eq!(organization.archive_workspace("first"), Err(WorkspaceRefusal::Default));
    let data_residency = DataResidency {
        allowed_inference_geos: AllowedGeos::Only(vec![InferenceGeo::Us]),
        ..DataResidency::default()
    };
    let new = NewWorkspace { name: "x".into(), data_residency, ..NewWorkspace::default() };
    assert_eq!(organization.create_workspace(new.clone()), Err(WorkspaceRefusal::Geos));
    let new = NewWorkspace { data_residency: DataResidency::default(), ..new };
    let last = (0..200).find_map(|_| organization.create_workspace(new.clone()).err());
    assert_eq!(last, Some(WorkspaceRefusal::Limit(100)));
}

#[tokio::test]
async fn the_state_brings_every_workspace_back() {
    let server = server(WORLD).await;
    let to = server.address();
    Call::post(&archive("plain"), &json!({}), "console").send(to).good();
    let body = json!({"name": "New", "tags": {"": ""}, "external_key_id": "ek"});
    Call::post(WORKSPACES, &body, "console").send(to).good();
    let query = "include_archived=true&include_default=true";
    let list = || Call::get(WORKSPACES, "console").query(query).send(to).good();
    let before = list();
    let state = Call::control("GET", "state", "console").send(to).json();
    let reset = Call::control("POST", "reset", "console").send(to);
    assert_eq!(reset.status, 200);
    assert_ne!(list(), before);
    let put = Call::control("PUT", "state", "console").body(state.to_string()).send(to);
    assert_eq!(put.status, 200, "{put:?}");
    assert_eq!(list(), before);
    assert_eq!(Call::control("GET", "state", "console").send(to).json(), state);
}
