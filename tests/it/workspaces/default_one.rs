//! The default workspace, which every Console organization has.

use serde_json::json;

use super::WORLD;
use crate::harness::*;

#[tokio::test]
async fn every_console_organization_has_one_with_a_real_id_whether_its_fixture_says_so_or_not() {
    for fixture in [r#"{"invites": []}"#, r#"{"invites": [], "workspaces": ["Other"]}"#] {
        let server = server(fixture).await;
        let key = new_key();
        let page = Call::get(WORKSPACES, &key).query("include_default=true").send(server.address());
        let rows = page.good()["data"].as_array().unwrap().clone();
        let defaults: Vec<_> = rows.iter().filter(|row| row["name"] == "Default").collect();
        let [default] = defaults[..] else { panic!("{rows:?}") };
        let id = default["id"].as_str().unwrap();
        let drawn = id.strip_prefix("wrkspc_01").unwrap();
        assert!(drawn.len() == 22 && drawn.chars().all(|c| BASE58.contains(c)), "{id}");
        assert_eq!(Call::get(&workspace(id), &key).send(server.address()).good(), *default);
    }
}

#[tokio::test]
async fn its_tags_colour_residency_and_external_key_can_be_changed() {
    let server = server(WORLD).await;
    let body = json!({"name": "Default", "display_color": "#123456", "tags": {"a": "b"}, "external_key_id": "ek",
        "data_residency": {"default_inference_geo": "us"}});
    let changed = Call::post(&workspace("first"), &body, "console").send(server.address()).good();
    assert_eq!([&changed["display_color"], &changed["external_key_id"]], ["#123456", "ek"]);
    assert_eq!(changed["tags"], json!({"a": "b"}));
    assert_eq!(changed["data_residency"]["default_inference_geo"], "us");
}

#[tokio::test]
async fn it_is_not_renamed_not_archived_and_gets_no_user_profile() {
    let server = server(WORLD).await;
    let before = Call::get(&workspace("first"), "console").send(server.address()).good();
    for body in [
        json!({"name": "Other"}),
        json!({"user_profile_id": "up"}),
        json!({"name": "default", "tags": {"a": "b"}}),
    ] {
        Call::post(&workspace("first"), &body, "console").send(server.address()).bad("workspace-default");
    }
    Call::post(&archive("first"), &json!({}), "console").send(server.address()).bad("workspace-default");
    let after = Call::get(&workspace("first"), "console").send(server.address()).good();
    assert_eq!(after, before);
    assert_eq!(after["archived_at"], json!(null));
}

#[tokio::test]
async fn it_lists_no_members_and_none_can_be_read_added_changed_or_removed() {
    let server = server(WORLD).await;
    let to = server.address();
    let empty = r#"{"data":[],"has_more":false,"first_id":null,"last_id":null}"#;
    assert_eq!(Call::get(&members("first"), "console").send(to).body, empty);
    for id in ["dev", "ada"] {
        let read = Call::get(&member("first", id), "console").send(to);
        read.unknown("member-unknown", &format!("Workspace member `{id}` not found."));
    }
    for id in ["dev", "ada", "unknown"] {
        let add = json!({"user_id": id, "workspace_role": "workspace_user"});
        Call::post(&members("first"), &add, "console").send(to).bad("workspace-default");
        let change = json!({"workspace_role": "workspace_user"});
        Call::post(&member("first", id), &change, "console").send(to).bad("workspace-default");
        Call::delete(&member("first", id), "console").send(to).bad("workspace-default");
    }
}
