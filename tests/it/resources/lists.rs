//! Id lists: pages, cursors and limits are the same for users, workspaces, members, API keys and invites.

use anthropic_admin_mock::MockServer;
use serde_json::{Value, json};

use crate::harness::*;

/// Every list, each with 45 rows of which the last ten are of one moment, and one organization where each is empty.
fn fixture_of_lists() -> String {
    let added = |n: usize| format!("-{}h", 60 - n.min(35));
    let rows = |row: &dyn Fn(usize) -> Value| (0..45).map(row).collect::<Vec<_>>();
    let users =
        rows(&|n| json!({"id": format!("r{n}"), "email": format!("u{n}@example.com"), "added_at": added(n)}));
    let members: Vec<_> = (0..45).map(|n| format!("r{n}")).collect();
    let mut workspaces = rows(&|n| json!({"id": format!("r{n}"), "name": "x", "created_at": added(n)}));
    workspaces[0]["members"] = json!(members);
    let keys = rows(&|n| json!({"id": format!("r{n}"), "created_at": added(n)}));
    let invites = rows(
        &|n| json!({"id": format!("r{n}"), "email": format!("i{n}@example.com"), "invited_at": added(n)}),
    );
    json!({"clock": "2026-01-01T00:00:00Z", "organizations": [
        {"keys": ["many"], "users": users, "workspaces": workspaces, "api_keys": keys, "invites": invites},
        {"keys": ["none"], "workspaces": [{"id": "r0", "default": true}]},
    ]})
    .to_string()
}

fn lists() -> [String; 5] {
    [USERS.into(), WORKSPACES.into(), members("r0"), API_KEYS.into(), INVITES.into()]
}

fn list(server: &MockServer, path: &str, query: &str) -> Answer {
    Call::get(path, "many").query(query).send(server.address())
}

#[track_caller]
fn page(server: &MockServer, path: &str, query: &str) -> (Vec<String>, bool) {
    let answer = list(server, path, query);
    (answer.ids(), answer.json()["has_more"].as_bool().unwrap())
}

fn newest_first() -> Vec<String> {
    (0..45).rev().map(|n| format!("r{n}")).collect()
}

#[tokio::test]
async fn pages_follow_each_other_in_both_directions_and_has_more_looks_the_way_asked() {
    let server = server(&fixture_of_lists()).await;
    for path in lists() {
        for limit in [1, 7, 44, 45, 46] {
            let (mut forward, mut query) = (Vec::new(), format!("limit={limit}"));
            loop {
                let (ids, has_more) = page(&server, &path, &query);
                forward.extend(ids);
                query = format!("limit={limit}&after_id={}", forward.last().unwrap());
                if !has_more {
                    break;
                }
            }
            assert_eq!(forward, newest_first(), "{path} {limit}");
            assert_eq!(page(&server, &path, &query), (vec![], false), "{path} behind the oldest");

            let (mut backward, mut has_more) = (vec!["r0".to_owned()], true);
            while has_more {
                let query = format!("limit={limit}&before_id={}", backward[0]);
                let (ids, more) = page(&server, &path, &query);
                assert!(ids.len() == limit || !more, "{path}");
                (backward, has_more) = ([ids, backward].concat(), more);
            }
            assert_eq!(backward, newest_first(), "{path} {limit}");
        }
    }
}

#[tokio::test]
async fn a_page_holds_20_unless_asked_otherwise_and_between_1_and_1000() {
    let server = server(&fixture_of_lists()).await;
    for path in lists() {
        let (ids, has_more) = page(&server, &path, "");
        assert_eq!((ids.as_slice(), has_more), (&newest_first()[..20], true), "{path}");
        assert_eq!(page(&server, &path, "limit=1000").0.len(), 45);
        for (limit, message) in [
            ("0", "limit: Input should be greater than or equal to 1"),
            ("1001", "limit: Input should be less than or equal to 1000"),
            ("", "limit: Input should be a valid integer, unable to parse string as an integer"),
            ("ten", "limit: Input should be a valid integer, unable to parse string as an integer"),
        ] {
            list(&server, &path, &format!("limit={limit}")).bad_input(message);
        }
    }
}

#[tokio::test]
async fn an_empty_list_has_null_ends() {
    let server = server(&fixture_of_lists()).await;
    for path in lists() {
        let answer = Call::get(&path, "none").send(server.address());
        let empty = r#"{"data":[],"has_more":false,"first_id":null,"last_id":null}"#;
        assert_eq!((answer.status, answer.body.as_str()), (200, empty), "{path}");
    }
}

#[tokio::test]
async fn an_unknown_foreign_or_empty_cursor_is_a_400_and_so_are_two_at_once() {
    let server = server(&fixture_of_lists()).await;
    for path in lists() {
        for cursor in ["unknown", "", "R1", "r45"] {
            for field in ["after_id", "before_id"] {
                let answer = list(&server, &path, &format!("{field}={cursor}"));
                answer.bad("cursor-unknown").says(&format!("Invalid pagination cursor for '{field}'"));
            }
            let foreign = Call::get(&path, "none").query("after_id=r1").send(server.address());
            foreign.bad("cursor-unknown");
        }
        for query in ["after_id=r1&before_id=r9", "after_id=&before_id=", "after_id=x&before_id=r1&limit=0"] {
            list(&server, &path, query).bad("cursors-conflict");
        }
    }
}

#[tokio::test]
async fn a_user_and_a_member_who_were_removed_are_cursors_no_longer() {
    let server = server(&fixture_of_lists()).await;
    assert_eq!(page(&server, USERS, "after_id=r9&limit=1").0, ["r8"]);
    Call::delete(&user("r9"), "many").send(server.address()).good();
    for path in [USERS.into(), members("r0")] {
        list(&server, &path, "after_id=r9").bad("cursor-unknown");
        assert_eq!(page(&server, &path, "after_id=r10&limit=1").0, ["r8"], "{path}");
    }
}

#[tokio::test]
async fn unknown_names_in_the_query_and_beta_change_nothing_and_of_a_repeated_name_the_last_counts() {
    let server = server(&fixture_of_lists()).await;
    for path in lists() {
        assert_eq!(page(&server, &path, "beta=true&unknown=1&limit=3&limit=2").0, ["r44", "r43"], "{path}");
        let head = Call::api("HEAD", &path, "many").send(server.address());
        let length = list(&server, &path, "").body.len().to_string();
        assert_eq!((head.status, head.header("content-length")), (200, Some(&*length)), "{path}");
    }
}
