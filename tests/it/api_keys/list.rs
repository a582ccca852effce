//! GET of the API keys: order and filters. What all lists have in common is in `resources::lists`.

use super::WORLD;
use crate::harness::*;

const ALL: [&str; 8] = ["of-old", "bare", "ending", "wide", "archived", "expired", "inactive", "active"];

#[tokio::test]
async fn the_newest_comes_first_and_each_is_shown_as_by_itself() {
    let server = server(WORLD).await;
    let page = Call::get(API_KEYS, "console").send(server.address());
    assert_eq!(page.ids(), ALL);
    let active = Call::get(&api_key("active"), "console").send(server.address()).good();
    assert_eq!(page.json()["data"][7], active);
    let current = Call::get(API_KEYS, "console").current().send(server.address());
    assert_eq!(current.ids(), ALL);
    assert!(current.json()["data"].as_array().unwrap().iter().all(|key| key.get("workspace_id").is_none()));
}

#[tokio::test]
async fn status_workspace_and_maker_narrow_the_list() {
    let server = server(WORLD).await;
    for (query, ids) in [
        ("status=active", &["bare", "ending", "wide", "active"][..]),
        ("status=inactive", &["inactive"]),
        ("status=archived", &["of-old", "archived"]),
        ("status=expired", &["expired"]),
        ("status=inactive&status=expired", &["expired"]),
        ("workspace_id=w", &["ending", "archived", "inactive", "active"]),
        ("workspace_id=first", &["bare", "expired"]),
        ("workspace_id=old", &["of-old"]),
        ("workspace_id=unknown", &[]),
        ("workspace_id=", &[]),
        ("workspace_id=W", &[]),
        ("created_by_user_id=ada", &["expired", "active"]),
        ("created_by_user_id=svac_1", &["inactive"]),
        ("created_by_user_id=gone", &["of-old"]),
        ("created_by_user_id=dev", &[]),
        ("created_by_user_id=", &[]),
        ("status=active&workspace_id=w", &["ending", "active"]),
        ("status=active&workspace_id=w&created_by_user_id=ada", &["active"]),
        ("workspace_id=w&limit=2", &["ending", "archived"]),
        ("workspace_id=w&after_id=wide", &["archived", "inactive", "active"]),
        ("workspace_id=w&before_id=wide", &["ending"]),
    ] {
        let page = Call::get(API_KEYS, "console").query(query).send(server.address());
        assert_eq!(page.ids(), ids, "{query}");
    }
    for status in ["", "Active", "disabled", "all"] {
        let answer = Call::get(API_KEYS, "console").query(&format!("status={status}"));
        let answer = answer.send(server.address());
        answer.bad_input("status: Input should be 'active', 'inactive', 'archived' or 'expired'");
    }
}

#[tokio::test]
async fn the_filter_for_expired_ones_follows_the_clock() {
    let server = server(WORLD).await;
    let expired = || Call::get(API_KEYS, "console").query("status=expired").send(server.address()).ids();
    server.world().organization("console").unwrap().advance_clock("1d").unwrap();
    assert_eq!(expired(), ["ending", "expired"]);
    server.world().organization("console").unwrap().advance_clock("-2d").unwrap();
    assert!(expired().is_empty());
}
