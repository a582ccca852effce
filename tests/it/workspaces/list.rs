//! GET of the workspaces: order and filters. What all lists have in common is in `resources::lists`.

use super::{WORLD, full};
use crate::harness::*;

#[track_caller]
fn ids(server: &anthropic_admin_mock::MockServer, query: &str) -> Vec<String> {
    Call::get(WORKSPACES, "console").query(query).send(server.address()).ids()
}

#[tokio::test]
async fn the_newest_comes_first_and_archived_and_default_ones_only_when_asked_for() {
    let server = server(WORLD).await;
    for (query, expected) in [
        ("", &["plain", "full"][..]),
        ("include_archived=false&include_default=false", &["plain", "full"]),
        ("include_archived=true", &["plain", "full", "old"]),
        ("include_default=true", &["plain", "full", "first"]),
        ("include_archived=true&include_default=true", &["plain", "full", "old", "first"]),
        ("include_archived=true&include_archived=false", &["plain", "full"]),
    ] {
        assert_eq!(ids(&server, query), expected, "{query}");
    }
    let page = Call::get(WORKSPACES, "console").send(server.address());
    assert_eq!(page.json()["data"][1], full());
    assert_eq!(Call::get(WORKSPACES, "console").current().send(server.address()).body, page.body);
}

#[tokio::test]
async fn ids_narrow_the_list_and_the_other_filters_hold() {
    let server = server(WORLD).await;
    for (query, expected) in [
        ("ids[]=full", &["full"][..]),
        ("ids=full&ids%5B%5D=plain&ids=full", &["plain", "full"]),
        ("ids=old&ids=first&ids=plain&ids=unknown&ids=", &["plain"]),
        ("ids=old&ids=first&include_archived=true", &["old"]),
        ("ids=old&ids=first&include_default=true&include_archived=true", &["old", "first"]),
        ("ids=unknown", &[]),
        ("ids=full&ids=plain&limit=1", &["plain"]),
        ("ids=full&ids=plain&after_id=plain", &["full"]),
    ] {
        assert_eq!(ids(&server, query), expected, "{query}");
    }
}

#[tokio::test]
async fn at_most_100_different_ids_are_taken() {
    let server = server(WORLD).await;
    let query = |count: usize| (0..count).map(|n| format!("ids[]=i{n}&")).collect::<String>();
    assert!(ids(&server, &query(100)).is_empty());
    assert_eq!(
        ids(&server, &format!("{}{}ids[]=full", query(99), query(99))),
        ["full"],
        "a second one counts once"
    );
    let answer = Call::get(WORKSPACES, "console").query(&query(101)).send(server.address());
    answer.bad_input("ids: List should have at most 100 items after validation, not 101");
}

#[tokio::test]
async fn a_boolean_is_true_or_false_and_nothing_else() {
    let server = server(WORLD).await;
    for name in ["include_archived", "include_default"] {
        for value in ["", "1", "True", "yes", "null"] {
            let answer = Call::get(WORKSPACES, "console").query(&format!("{name}={value}"));
            let answer = answer.send(server.address());
            answer.bad_input(&format!("{name}: Input should be a valid boolean, unable to interpret input"));
        }
    }
}

#[tokio::test]
async fn a_workspace_that_the_filters_hide_is_still_a_cursor() {
    let server = server(WORLD).await;
    assert_eq!(ids(&server, "before_id=old"), ["plain", "full"]);
    assert!(ids(&server, "after_id=old").is_empty());
    assert_eq!(ids(&server, "before_id=first&limit=1"), ["full"]);
}
