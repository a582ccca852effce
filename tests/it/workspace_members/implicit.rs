//! Implicit members: organization admins and billing people, who belong to every workspace and are not listed.

use serde_json::json;

use super::*;

#[tokio::test]
async fn a_new_workspace_lists_no_one_and_an_implicit_member_is_none_to_a_read() {
    let server = server(WORLD).await;
    let made = Call::post(WORKSPACES, &json!({"name": "New"}), "console").send(server.address()).good();
    let id = made["id"].as_str().unwrap();
    assert!(listed(&server, id).is_empty());
    for user in ["ada", "bill"] {
        let message = format!("Workspace member `{user}` not found.");
        read(&server, id, user).unknown("member-unknown", &message);
    }
}

#[tokio::test]
async fn an_admin_is_neither_added_changed_nor_removed() {
    let server = server(WORLD).await;
    for role in ["workspace_user", "workspace_developer", "workspace_restricted_developer", "workspace_admin"]
    {
        add(&server, "w", "ada", role).bad("member-implicit");
        update(&server, "w", "ada", role).bad("member-implicit");
    }
    remove(&server, "w", "ada").bad("member-implicit");
    assert_eq!(listed(&server, "w"), ["eve", "dev"]);
}

#[tokio::test]
async fn a_billing_person_becomes_a_listed_admin_by_add_or_update_and_nothing_else() {
    for by_update in [false, true] {
        let server = server(WORLD).await;
        let give = |role: &str| match by_update {
            true => update(&server, "empty", "bill", role),
            false => add(&server, "empty", "bill", role),
        };
        for role in ["workspace_user", "workspace_developer", "workspace_restricted_developer"] {
            give(role).bad("member-implicit");
        }
        assert!(listed(&server, "empty").is_empty());
        let admin = shown("empty", "bill", "workspace_admin");
        assert_eq!(give("workspace_admin").good(), admin);
        assert_eq!(read(&server, "empty", "bill").good(), admin);
        assert_eq!(listed(&server, "empty"), ["bill"]);
        for role in ["workspace_user", "workspace_developer"] {
            update(&server, "empty", "bill", role).bad("member-implicit");
        }
        add(&server, "empty", "bill", "workspace_admin").bad("member-exists");
        assert_eq!(update(&server, "empty", "bill", "workspace_admin").good(), admin);
        let unchanged = Call::post(&member("empty", "bill"), &json!({}), "console").send(server.address());
        assert_eq!(unchanged.good(), admin);
    }
}

#[tokio::test]
async fn a_listed_billing_person_is_set_back_or_removed_which_ends_the_membership() {
    let server = server(WORLD).await;
    update(&server, "empty", "bill", "workspace_billing").bad("member-implicit");
    add(&server, "empty", "bill", "workspace_admin").good();
    let back = update(&server, "empty", "bill", "workspace_billing").good();
    assert_eq!(back, shown("empty", "bill", "workspace_billing"));
    assert!(listed(&server, "empty").is_empty());
    read(&server, "empty", "bill").unknown("member-unknown", "Workspace member `bill` not found.");
    update(&server, "empty", "bill", "workspace_billing").bad("member-implicit");
    add(&server, "empty", "bill", "workspace_admin").good();
    remove(&server, "empty", "bill").good();
    remove(&server, "empty", "bill").bad("member-implicit");
    assert!(listed(&server, "empty").is_empty());
}

#[tokio::test]
async fn implicit_members_do_not_count_toward_the_limit_and_a_listed_one_does() {
    let server = server(WORLD).await;
    for by in [add, update] {
        by(&server, "full", "bill", "workspace_admin").coded("workspace_member_limit_exceeded");
    }
    remove(&server, "full", "eve").good();
    update(&server, "full", "bill", "workspace_admin").good();
    assert_eq!(listed(&server, "full"), ["bill", "dev"]);
    add(&server, "full", "eve", "workspace_user").coded("workspace_member_limit_exceeded");
    // A change of one who is listed needs no room.
    update(&server, "full", "dev", "workspace_admin").good();
    update(&server, "full", "bill", "workspace_billing").good();
    add(&server, "full", "eve", "workspace_user").good();
}

#[tokio::test]
async fn one_who_leaves_billing_keeps_listed_memberships_and_loses_the_others() {
    let server = server(WORLD).await;
    add(&server, "empty", "bill", "workspace_admin").good();
    Call::post(&user("bill"), &json!({"role": "user"}), "console").send(server.address()).good();
    assert_eq!(read(&server, "empty", "bill").good(), shown("empty", "bill", "workspace_admin"));
    update(&server, "empty", "bill", "workspace_developer").good();
    let message = "Workspace member `bill` not found.";
    update(&server, "w", "bill", "workspace_admin").unknown("member-unknown", message);
    remove(&server, "w", "bill").unknown("member-unknown", message);
    add(&server, "w", "bill", "workspace_user").good();
}

#[tokio::test]
async fn one_who_comes_to_billing_is_listed_no_longer_but_as_a_workspaces_admin() {
    let server = server(WORLD).await;
    Call::post(&user("dev"), &json!({"role": "billing"}), "console").send(server.address()).good();
    assert_eq!(read(&server, "w", "dev").good(), shown("w", "dev", "workspace_admin"));
    assert_eq!(listed(&server, "full"), ["eve"]);
    update(&server, "full", "dev", "workspace_user").bad("member-implicit");
    let state = Call::control("GET", "state", "console").send(server.address()).json();
    let put = Call::control("PUT", "state", "console").body(state.to_string()).send(server.address());
    assert_eq!(put.status, 200, "such a world can be written: {put:?}");
}
