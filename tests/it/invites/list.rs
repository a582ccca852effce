//! GET of the collection: order, pages, filters, and what is refused.

use anthropic_admin_mock::MockServer;
use serde_json::json;

use crate::harness::*;

const WORLD: &str = r#"{
    "clock": "2026-01-01T00:00:00Z",
    "invites": [
        {"id": "old", "email": "Jane+x@Example.com", "role": "billing", "invited_at": "-30d"},
        {"id": "tie-1", "email": "tie1@example.com", "invited_at": "-2d"},
        {"id": "absolute", "email": "absolute@example.com", "invited_at": "2025-12-31T12:00:00Z"},
        {"id": "tie-2", "email": "tie2@example.com", "invited_at": "-2d", "role": "admin"},
        {"id": "joined", "email": "joined@example.com", "status": "accepted"},
        {"id": "tie-3", "email": "tie3@example.com", "invited_at": "2025-12-30T00:00:00Z"},
        {"id": "gone", "email": "gone@example.com", "status": "deleted", "invited_at": "-36h"},
        {"id": "new", "email": "jane@example.com", "role": "developer", "invited_at": "-1h"}
    ]
}"#;
/// Newest first; of three at one moment the later in the document is the newer.
const ALL: [&str; 7] = ["new", "absolute", "joined", "tie-3", "tie-2", "tie-1", "old"];

#[track_caller]
fn page(server: &MockServer, query: &str) -> (Vec<String>, bool) {
    let answer = Call::list_invites(query, "sk-ant-admin01-list").send(server.address());
    (answer.ids(), answer.json()["has_more"].as_bool().unwrap())
}

#[tokio::test]
async fn the_newest_come_first_and_deleted_ones_never() {
    let server = server(WORLD).await;
    assert_eq!(page(&server, ""), (ALL.map(str::to_owned).to_vec(), false));
    assert_eq!(page(&server, "beta=true&unknown=1").0, ALL);
}

#[tokio::test]
async fn an_empty_page_has_null_ends() {
    let server = server(r#"{"invites": []}"#).await;
    let answer = Call::list_invites("", &new_key()).send(server.address());
    assert_eq!(answer.body, r#"{"data":[],"has_more":false,"first_id":null,"last_id":null}"#);
}

#[tokio::test]
async fn pages_follow_each_other_in_both_directions_and_has_more_looks_the_way_asked() {
    let server = server(WORLD).await;
    for limit in 1..=8 {
        let (mut forward, mut query) = (Vec::new(), format!("limit={limit}"));
        loop {
            let (ids, has_more) = page(&server, &query);
            assert!(ids.len() == limit || !has_more);
            forward.extend(ids);
            if !has_more {
                break;
            }
            query = format!("limit={limit}&after_id={}", forward.last().unwrap());
        }
        assert_eq!(forward, ALL, "limit {limit}");

        let (mut backward, mut first) = (vec!["old".to_owned()], String::from("old"));
        loop {
            let (ids, has_more) = page(&server, &format!("limit={limit}&before_id={first}"));
            backward.splice(0..0, ids.clone());
            if !has_more {
                break;
            }
            first = ids[0].clone();
        }
        assert_eq!(backward, ALL, "limit {limit}");
    }
    assert_eq!(page(&server, "limit=2&before_id=tie-1"), (vec!["tie-3".into(), "tie-2".into()], true));
    assert_eq!(page(&server, "after_id=old"), (vec![], false));
    assert_eq!(page(&server, "before_id=new"), (vec![], false));
}

#[tokio::test]
async fn a_page_holds_20_unless_asked_otherwise_and_1000_at_the_most() {
    let invites: Vec<_> = (0..1001).map(|n| json!({"email": format!("{n}@example.com")})).collect();
    let server = server(&json!({ "invites": invites }).to_string()).await;
    assert_eq!((page(&server, "").0.len(), page(&server, "").1), (20, true));
    assert_eq!(page(&server, "limit=1000").0.len(), 1000);
    assert_eq!(page(&server, "limit=%2B1").0.len(), 1);
}

#[tokio::test]
async fn a_cursor_keeps_its_place_when_its_invite_is_deleted_or_filtered_out() {
    let server = server(WORLD).await;
    assert_eq!(page(&server, "limit=3&after_id=gone").0, ["tie-3", "tie-2", "tie-1"]);
    assert_eq!(page(&server, "limit=2&before_id=gone").0, ["absolute", "joined"]);
    Call::delete_invite("tie-2", "sk-ant-admin01-list").send(server.address()).invite_deleted("tie-2");
    assert_eq!(page(&server, "after_id=tie-2").0, ["tie-1", "old"]);
    assert_eq!(page(&server, "limit=1&before_id=tie-2").0, ["tie-3"]);
    assert_eq!(page(&server, "after_id=new&statuses=accepted").0, ["joined"]);
}

#[tokio::test]
async fn no_invite_that_stays_is_skipped_or_shown_twice_while_others_come_and_go() {
    let invite = |n| json!({"id": format!("i{n}"), "email": format!("{n}@example.com"), "invited_at": format!("-{}m", 60 - n)});
    let invites: Vec<_> = (0..60).map(invite).collect();
    let server = server(&json!({ "invites": invites }).to_string()).await;
    let (mut seen, mut query, mut round) = (Vec::new(), String::from("limit=7"), 0);
    loop {
        let (ids, has_more) = page(&server, &query);
        seen.extend(ids.clone());
        let last = ids.last().unwrap().clone();
        // The cursor itself goes, and a new invite comes.
        Call::delete_invite(&last, "sk-ant-admin01-list").send(server.address()).invite_deleted(&last);
        let new = Call::invite(&format!("new{round}@example.com"), "sk-ant-admin01-list");
        new.send(server.address()).good();
        round += 1;
        if !has_more {
            break;
        }
        query = format!("limit=7&after_id={last}");
    }
    let expected: Vec<_> = (0..60).rev().map(|n| format!("i{n}")).collect();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn filters_narrow_and_their_values_are_or_ed() {
    let server = server(WORLD).await;
    for (query, ids) in [
        ("email=jane@example.com", &["new", "old"][..]),
        ("email=JANE%2By@EXAMPLE.COM", &["new", "old"]),
        ("email=jane@example.com&limit=1&after_id=new", &["old"]),
        ("email=jane@example.com&before_id=old", &["new"]),
        ("email=nobody@example.com", &[]),
        ("roles=developer", &["new"]),
        ("roles%5B%5D=developer&roles%5B%5D=billing", &["new", "old"]),
        ("roles=admin&roles[]=developer", &["new", "tie-2"]),
        ("statuses=expired", &["old"]),
        ("statuses=accepted&statuses=expired", &["joined", "old"]),
        (
            "statuses%5B%5D=pending&statuses%5B%5D=expired",
            &["new", "absolute", "tie-3", "tie-2", "tie-1", "old"],
        ),
        ("statuses=pending&roles=admin", &["tie-2"]),
        ("statuses=pending&email=jane@example.com", &["new"]),
    ] {
        assert_eq!(page(&server, query).0, ids, "{query}");
    }
    assert_eq!(page(&server, "statuses=pending&limit=2"), (vec!["new".into(), "absolute".into()], true));
    assert!(!page(&server, "statuses=pending&limit=5").1);
}

#[tokio::test]
async fn the_roles_to_filter_by_depend_on_the_organizations_type() {
    let fixture = r#"{"organizations": [{"keys": ["sk-ant-admin01-list"], "type": "enterprise",
        "invites": [{"id": "o", "email": "o@example.com", "role": "owner"}]}]}"#;
    let server = server(fixture).await;
    assert_eq!(
        page(&server, "roles=owner&roles=primary_owner&roles=membership_admin&roles=managed&roles=user").0,
        ["o"]
    );
    let answer = Call::list_invites("roles=developer", "sk-ant-admin01-list").send(server.address());
    answer.refused(400, "invalid_request_error", "input-invalid");
    answer.says("roles: Input should be 'user', 'owner', 'primary_owner', 'membership_admin' or 'managed'");
}

#[tokio::test]
async fn a_query_that_makes_no_sense_is_a_400_that_names_the_field() {
    let server = server(WORLD).await;
    let list = |query: &str| Call::list_invites(query, "sk-ant-admin01-list").send(server.address());
    for (query, message) in [
        ("limit=0", "limit: Input should be greater than or equal to 1"),
        ("limit=-1", "limit: Input should be greater than or equal to 1"),
        ("limit=1001", "limit: Input should be less than or equal to 1000"),
        ("limit=99999999999999999999999", "limit: Input should be less than or equal to 1000"),
        ("limit=-99999999999999999999999", "limit: Input should be greater than or equal to 1"),
        ("limit=", "limit: Input should be a valid integer, unable to parse string as an integer"),
        ("limit=ten", "limit: Input should be a valid integer, unable to parse string as an integer"),
        ("limit=1.5", "limit: Input should be a valid integer, unable to parse string as an integer"),
        ("statuses=open", "statuses: Input should be 'accepted', 'expired' or 'pending'"),
        (
            "statuses[]=pending&statuses[]=deleted",
            "statuses: Input should be 'accepted', 'expired' or 'pending'",
        ),
        ("email=", "email: value is not a valid email address: expected one such as ada@example.com"),
        (
            "email=jane@example",
            "email: value is not a valid email address: expected one such as ada@example.com",
        ),
        ("email=jane", "email: value is not a valid email address: expected one such as ada@example.com"),
        (
            "email=.jane@example.com",
            "email: value is not a valid email address: expected one such as ada@example.com",
        ),
        (
            "roles=boss",
            "roles: Input should be 'user', 'developer', 'billing', 'admin' or 'claude_code_user'",
        ),
        (
            "roles=owner",
            "roles: Input should be 'user', 'developer', 'billing', 'admin' or 'claude_code_user'",
        ),
    ] {
        list(query)
            .refused(400, "invalid_request_error", "input-invalid")
            .names_organization(true)
            .says(message);
    }
    for (query, field) in
        [("after_id=nowhere", "after_id"), ("before_id=nowhere", "before_id"), ("after_id=", "after_id")]
    {
        let answer = list(query);
        answer.refused(400, "invalid_request_error", "cursor-unknown");
        answer.says(&format!("Invalid pagination cursor for '{field}'"));
    }
    let both = list("after_id=nowhere&before_id=new&limit=0&statuses=open");
    both.refused(400, "invalid_request_error", "cursors-conflict");
}

#[tokio::test]
async fn of_a_repeated_name_the_last_counts() {
    let server = server(WORLD).await;
    assert_eq!(page(&server, "limit=5&limit=1").0, ["new"]);
    assert_eq!(page(&server, "email=nobody@example.com&email=tie1@example.com").0, ["tie-1"]);
}

#[tokio::test]
async fn another_organizations_invite_is_no_cursor() {
    let server = server(&fixture("organizations.json")).await;
    let call = Call::list_invites("after_id=invite_01G1obexPendingG1obexPe1", "sk-ant-admin01-acme-ci");
    call.send(server.address()).refused(400, "invalid_request_error", "cursor-unknown");
}
