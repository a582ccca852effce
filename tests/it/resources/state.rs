//! Every resource through the state: a template of mixed times, and ids that a fixture takes from the generator.

use anthropic_admin_mock::World;
use serde_json::{Value, json};

use crate::harness::*;

const MIXED: &str = r#"{
    "clock": "2026-01-01T00:00:00Z",
    "invites": [{"email": "in@example.com", "status": "accepted", "invited_at": "2025-12-01T00:00:00Z"},
                {"email": "out@example.com", "invited_at": "-2d"}],
    "workspaces": [{"name": "Old", "created_at": "2025-01-01T00:00:00Z", "archived_at": "-3d"},
                   {"name": "W", "member_limit": 3, "members": ["in@example.com"]}],
    "api_keys": [{"workspace": "W", "expires_at": "2026-01-02T00:00:00Z", "created_by": "in@example.com"},
                 {"created_at": "-9d", "principal": "in@example.com", "workspace": null}, {"workspace": "Old"}]
}"#;

fn shown(world: &World, key: &str) -> Vec<Value> {
    let state = world.organization(key).unwrap().state();
    ["users", "invites", "workspaces", "api_keys"].map(|field| state[field].clone()).into()
}

#[test]
fn a_template_of_mixed_times_gives_every_new_organization_the_same_rows_also_from_its_state() {
    let before = world(MIXED);
    let expected = shown(&before, "sk-ant-admin01-one");
    assert_eq!(expected.iter().map(|rows| rows.as_array().unwrap().len()).collect::<Vec<_>>(), [1, 2, 3, 3]);
    let state = before.state();
    let after = world(r#"{"invites": []}"#);
    after.put_state(&state.to_string()).unwrap();
    for key in ["sk-ant-admin01-one", "sk-ant-admin01-another"] {
        assert_eq!(shown(&after, key), expected, "{key}");
    }
    assert_eq!(after.state()["workspaces"], state["workspaces"]);
}

#[test]
fn the_default_world_and_each_fixture_that_teaches_come_back_from_their_state() {
    for name in ["default.json", "company.json", "organizations.json", "every-status.json", "empty.json"] {
        let world = world(&fixture(name));
        for key in [
            "sk-ant-admin01-x",
            "sk-ant-admin01-kontoso",
            "sk-ant-admin01-acme-ci",
            "sk-ant-admin01-globex-ci",
        ] {
            let Some(organization) = world.organization(key) else { continue };
            let state = organization.state();
            organization.put_state(&state.to_string()).unwrap();
            assert_eq!(organization.state(), state, "{name} {key}");
        }
        let state = world.state();
        world.put_state(&state.to_string()).unwrap();
        assert_eq!(world.state(), state, "{name}");
    }
}

#[tokio::test]
async fn the_generated_default_workspace_never_has_the_id_of_one_that_the_fixture_gives() {
    let all = async |fixture: String| {
        let server = server(&fixture).await;
        let query = "include_default=true&include_archived=true";
        Call::get(WORKSPACES, "sk-ant-admin01-x").query(query).send(server.address()).ids()
    };
    let given = |id: &str| json!({"invites": [], "workspaces": [{"id": id, "name": "Given"}]}).to_string();
    let [_, drawn] = &all(given("first")).await[..] else { panic!("the default one is the older") };
    let ids = all(given(drawn)).await;
    assert_eq!(ids.len(), 2);
    assert_ne!(ids[0], ids[1]);
}
