//! API keys without HTTP, and through the state.

use anthropic_admin_mock::{Actor, ApiKeyChange, ApiKeyFilter, ApiKeyRefusal, ApiKeyStatus};

use super::WORLD;
use crate::harness::*;

fn to(status: ApiKeyStatus) -> ApiKeyChange {
    ApiKeyChange { status: Some(status), ..ApiKeyChange::default() }
}

#[test]
fn the_world_reads_lists_and_changes_without_http() {
    let organization = world(WORLD).organization("console").unwrap();
    let key = organization.api_key("active").unwrap();
    assert_eq!(
        (&*key.name, key.created_by, key.workspace_id.as_deref()),
        ("ci", Some(Actor::User("ada".into())), Some("w"))
    );
    assert_eq!(organization.api_key("wide").unwrap().workspace_id, None);
    let list = |filter: ApiKeyFilter| -> Vec<String> {
        let page = organization.list_api_keys(&filter, &everything()).unwrap();
        page.data.iter().map(|key| key.id.to_string()).collect()
    };
    assert_eq!(list(ApiKeyFilter::default()).len(), 8);
    let filter = ApiKeyFilter {
        status: Some(ApiKeyStatus::Active),
        workspace_id: Some("w".into()),
        created_by: Some("ada".into()),
    };
    assert_eq!(list(filter), ["active"]);
    let change = ApiKeyChange { name: Some("renamed".into()), status: Some(ApiKeyStatus::Inactive) };
    let changed = organization.update_api_key("active", change).unwrap();
    assert_eq!((&*changed.name, changed.status), ("renamed", ApiKeyStatus::Inactive));
    assert_eq!(organization.api_key("active").unwrap(), changed);
    assert_eq!(organization.update_api_key("active", ApiKeyChange::default()).unwrap(), changed);
    assert_eq!(organization.counts().api_keys, 8);
}

#[test]
fn each_refusal_says_why() {
    let organization = world(WORLD).organization("console").unwrap();
    for (id, status, refusal) in [
        ("unknown", ApiKeyStatus::Active, ApiKeyRefusal::Unknown),
        ("archived", ApiKeyStatus::Active, ApiKeyRefusal::Archived),
        ("expired", ApiKeyStatus::Active, ApiKeyRefusal::Expired),
        ("active", ApiKeyStatus::Expired, ApiKeyRefusal::StatusNotAssignable),
    ] {
        assert_eq!(organization.update_api_key(id, to(status)), Err(refusal), "{id}");
        assert!(!refusal.to_string().is_empty());
    }
    assert!(organization.api_key("unknown").is_none());
}

#[tokio::test]
async fn the_state_brings_every_key_back() {
    let server = server(WORLD).await;
    let organization = server.world().organization("console").unwrap();
    organization.update_api_key("inactive", to(ApiKeyStatus::Active)).unwrap();
    organization.update_api_key("active", to(ApiKeyStatus::Archived)).unwrap();
    organization.update_api_key("expired", to(ApiKeyStatus::Inactive)).unwrap();
    organization.advance_clock("2d").unwrap();
    let list = || Call::get(API_KEYS, "console").send(server.address()).good();
    let before = list();
    let state = organization.state();
    organization.reset();
    assert_ne!(list(), before);
    organization.put_state(&state.to_string()).unwrap();
    assert_eq!(list(), before);
    assert_eq!(organization.state(), state);
    organization.advance_clock("-9d").unwrap();
    assert_eq!(organization.api_key("expired").unwrap().status, ApiKeyStatus::Inactive);
    let back = organization.state().to_string();
    organization.put_state(&back).unwrap();
    assert_eq!(organization.state().to_string(), back, "also after the clock was set back");
}
