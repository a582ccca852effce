//! Archiving: for good, with the API keys, and only the first time counts.

use anthropic_admin_mock::World;
use serde_json::json;

use super::WORLD;
use crate::harness::*;

#[tokio::test]
async fn an_archived_workspace_has_a_time_and_leaves_the_list() {
    let server = server(WORLD).await;
    let mut expected = Call::get(&workspace("plain"), "console").send(server.address()).good();
    expected["archived_at"] = json!("2026-01-01T00:00:00.250001Z");

    let archived = Call::post(&archive("plain"), &json!({}), "console").send(server.address());

    assert_eq!(archived.good(), expected, "all eleven fields");
    assert_eq!(Call::get(WORKSPACES, "console").send(server.address()).ids(), ["full"]);
    assert_eq!(Call::get(&workspace("plain"), "console").send(server.address()).good(), expected);
}

#[tokio::test]
async fn archiving_again_is_a_200_with_the_first_time() {
    let server = server(WORLD).await;
    let call = Call::post(&archive("plain"), &json!({}), "console");
    let first = call.send(server.address()).good();
    server.world().organization("console").unwrap().advance_clock("3d").unwrap();
    assert_eq!(call.send(server.address()).good(), first);
    let old = Call::post(&archive("old"), &json!({}), "console").send(server.address()).good();
    assert_eq!(old["archived_at"], "2025-12-31T00:00:00Z", "also one that the fixture gives");
}

#[tokio::test]
async fn its_keys_are_archived_with_it_for_good_and_no_others() {
    let server = server(WORLD).await;
    Call::post(&archive("plain"), &json!({}), "console").send(server.address()).good();
    for (id, status) in [
        ("live", "archived"),
        ("off", "archived"),
        ("late", "archived"),
        ("other", "active"),
        ("of-default", "active"),
        ("wide", "active"),
    ] {
        let key = Call::get(&api_key(id), "console").send(server.address()).good();
        assert_eq!(key["status"], status, "{id}");
    }
    let revived = Call::post(&api_key("live"), &json!({"status": "active"}), "console");
    revived.send(server.address()).bad("api-key-archived");
    let live = Call::get(&api_key("live"), "console").send(server.address()).good();
    assert_eq!(live["scope"], json!({"type": "workspace", "workspace_id": "plain"}));
}

#[tokio::test]
async fn a_body_is_ignored_whatever_it_holds_and_so_is_its_absence() {
    for body in ["", "not json", "[]", r#"{"name": 7}"#] {
        let server = server(WORLD).await;
        let call = Call::api("POST", &archive("plain"), "console").body(body);
        assert!(call.send(server.address()).good()["archived_at"].is_string(), "{body}");
    }
    let server = server(WORLD).await;
    let large = Call::api("POST", &archive("plain"), "console").body(vec![b'x'; 1024 * 1024 + 1]);
    large.send(server.address()).refused(413, "request_too_large", "body-too-large");
    let plain = Call::get(&workspace("plain"), "console").send(server.address()).good();
    assert_eq!(plain["archived_at"], json!(null));
}

#[tokio::test]
async fn its_members_are_still_read_and_no_longer_changed() {
    let server = server(WORLD).await;
    let to = server.address();
    Call::post(&archive("plain"), &json!({}), "console").send(to).good();
    assert_eq!(Call::get(&members("plain"), "console").send(to).ids(), ["dev"]);
    Call::get(&member("plain", "dev"), "console").send(to).good();
    for id in ["dev", "ada", "unknown"] {
        let add = json!({"user_id": id, "workspace_role": "workspace_user"});
        Call::post(&members("plain"), &add, "console").send(to).bad("workspace-archived");
        let change = json!({"workspace_role": "workspace_admin"});
        Call::post(&member("plain", id), &change, "console").send(to).bad("workspace-archived");
        Call::delete(&member("plain", id), "console").send(to).bad("workspace-archived");
    }
    // A removal from the organization still ends the membership.
    Call::delete(&user("dev"), "console").send(to).good();
    assert!(Call::get(&members("plain"), "console").send(to).ids().is_empty());
}

#[test]
fn of_32_parallel_archivings_all_tell_the_first_time() {
    let world = World::default();
    for _ in 0..20 {
        let key = new_key();
        let times = in_parallel(|_| {
            let organization = world.organization(&key).unwrap();
            organization.archive_workspace("wrkspc_01ResearchResearchResear").unwrap().archived_at
        });
        assert!(times[0].is_some());
        assert!(times.iter().all(|time| *time == times[0]), "{times:?}");
    }
}
