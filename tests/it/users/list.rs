//! GET of the users: order and filters. What all lists have in common is in `resources::lists`.

use anthropic_admin_mock::{Paging, Role, UserFilter};

use super::{WORLD, dev};
use crate::harness::*;

const ALL: [&str; 6] = ["tie-2", "tie-1", "code", "bill", "dev", "ada"];
const CONSOLE_ROLES: &str =
    "roles: Input should be 'user', 'developer', 'billing', 'admin' or 'claude_code_user'";
const NO_ADDRESS: &str = "email: value is not a valid email address: expected one such as ada@example.com";

#[tokio::test]
async fn the_newest_user_comes_first_and_each_is_shown_as_by_itself() {
    let server = server(WORLD).await;
    let page = Call::get(USERS, "console").send(server.address());
    assert_eq!(page.ids(), ALL);
    assert_eq!(page.json()["data"][4], dev());
    assert_eq!(Call::get(USERS, "console").current().send(server.address()).body, page.body);
}

#[tokio::test]
async fn an_address_is_compared_in_lower_case_and_without_a_tag() {
    let server = server(WORLD).await;
    for (email, ids) in [
        ("ada@example.com", &["ada"][..]),
        ("ADA%2Bother@EXAMPLE.COM", &["ada"]),
        ("dev@example.com", &["dev"]),
        ("uwe@example.com", &[]),
    ] {
        let page = Call::get(USERS, "console").query(&format!("email={email}")).send(server.address());
        assert_eq!(page.ids(), ids, "{email}");
    }
    for bad in ["", "ada", "ada@example"] {
        let answer = Call::get(USERS, "console").query(&format!("email={bad}")).send(server.address());
        answer.bad_input(NO_ADDRESS);
    }
}

#[tokio::test]
async fn roles_are_or_ed_with_and_without_brackets_and_depend_on_the_type() {
    let server = server(WORLD).await;
    for (key, query, ids) in [
        ("console", "roles=admin", &["ada"][..]),
        ("console", "roles[]=admin&roles[]=billing", &["bill", "ada"]),
        ("console", "roles%5B%5D=developer&roles=claude_code_user", &["code", "dev"]),
        ("console", "roles=user&limit=1", &["tie-2"]),
        ("console", "roles=user&email=dev@example.com", &[]),
        ("enterprise", "roles=managed&roles=user", &["uwe", "mia"]),
        (
            "enterprise",
            "roles[]=owner&roles[]=primary_owner&roles[]=membership_admin",
            &["keeper", "primary", "owner"],
        ),
    ] {
        let page = Call::get(USERS, key).query(query).send(server.address());
        assert_eq!(page.ids(), ids, "{query}");
    }
    let more = Call::get(USERS, "console").query("roles=user&limit=1").send(server.address());
    assert_eq!(more.json()["has_more"], true);
    for role in ["boss", "owner", "managed", ""] {
        let answer = Call::get(USERS, "console").query(&format!("roles={role}")).send(server.address());
        answer.bad_input(CONSOLE_ROLES);
    }
    let other = Call::get(USERS, "enterprise").query("roles[]=user&roles[]=developer").send(server.address());
    other.bad_input(
        "roles: Input should be 'user', 'owner', 'primary_owner', 'membership_admin' or 'managed'",
    );
}

#[tokio::test]
async fn scopes_of_members_read_and_no_others() {
    let server = server(WORLD).await;
    for key in ["reader", "auditor"] {
        assert_eq!(Call::get(USERS, key).send(server.address()).ids().len(), 5);
        Call::get(&user("mia"), key).send(server.address()).good();
    }
    for path in [USERS, &user("mia"), &user("stranger")] {
        let answer = Call::get(path, "writer").send(server.address());
        answer.refused(403, "permission_error", "scope-missing").names_organization(true);
        answer.says("Missing required scopes. Got: ['write:members'] Needed: ['read:members']");
    }
}

#[tokio::test]
async fn the_world_lists_users_without_http() {
    let organization = world(WORLD).organization("console").unwrap();
    let ids = |filter: &UserFilter| -> Vec<String> {
        let page = organization.list_users(filter, &everything()).unwrap();
        page.data.iter().map(|user| user.id.to_string()).collect()
    };
    assert_eq!(ids(&UserFilter::default()), ALL);
    let filter = UserFilter { email: Some("ADA@example.com".into()), ..UserFilter::default() };
    assert_eq!(ids(&filter), ["ada"]);
    let filter = UserFilter { roles: vec![Role::Billing, Role::Admin], ..UserFilter::default() };
    assert_eq!(ids(&filter), ["bill", "ada"]);
    let first = Paging { limit: 1, ..Paging::default() };
    let page = organization.list_users(&UserFilter::default(), &first).unwrap();
    assert!(page.has_more && page.data.len() == 1);
}
