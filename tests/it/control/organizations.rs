//! `GET /_mock/organizations`, `?organization=<id>`, and an invite that the tester deletes.

use serde_json::{Value, json};

use super::*;

#[tokio::test]
async fn the_organizations_are_listed_with_their_keys_clock_and_counts() {
    let server = server(&fixture("organizations.json")).await;
    let listed = get(&server, "organizations", "")["organizations"].clone();
    let [acme, globex] = &listed.as_array().unwrap()[..] else { panic!("{listed}") };
    assert_eq!([&acme["name"], &acme["type"]], ["Acme", "console"]);
    assert_eq!(acme["id"], "6f1c2a34-5b6d-4e7f-8a90-b1c2d3e4f506");
    assert_eq!(acme["counts"], json!({"invites": 2, "users": 2, "workspaces": 2, "api_keys": 2}));
    assert_eq!([&globex["name"], &globex["type"]], ["Globex", "enterprise"]);
    assert_eq!(globex["counts"], json!({"invites": 1, "users": 3, "workspaces": 0, "api_keys": 0}));
    assert!(acme["now"].is_string() && acme["keys"].as_array().is_some_and(|keys| keys.len() == 5), "{acme}");
    assert!(!listed.to_string().contains("sk-ant-admin01-acme-disabled"), "no key is shown whole: {listed}");
}

#[tokio::test]
async fn a_call_can_name_an_organization_by_its_id_in_place_of_a_key() {
    let server = server(&fixture("organizations.json")).await;
    let acme = "6f1c2a34-5b6d-4e7f-8a90-b1c2d3e4f506";
    let state = get(&server, &format!("state?organization={acme}"), "");
    assert_eq!(state, get(&server, "state", "sk-ant-admin01-acme-ci"));
    Call::get(USERS, "sk-ant-admin01-acme-ci").send(server.address()).good();
    Call::get(USERS, "sk-ant-admin01-globex-ci").send(server.address()).good();
    let requests = get(&server, &format!("requests?organization={acme}&operation=users.list"), "");
    assert_eq!(requests["requests"].as_array().unwrap().len(), 1);
    let unknown = control(&server, "GET", "state?organization=nowhere", "", Value::Null);
    unknown.control_refused(404, "organization-unknown");
}

#[tokio::test]
async fn the_tester_deletes_a_pending_invite_outside_of_the_journal() {
    let server = default_server().await;
    let key = new_key();
    let remove = |id: &str| control(&server, "POST", &format!("invites/{id}/delete"), &key, Value::Null);
    let deleted = remove(PENDING);
    assert_eq!((deleted.status, &deleted.json()["id"]), (200, &json!(PENDING)), "{deleted:?}");
    delete(&server, &key).refused(404, "not_found_error", "invite-deleted");
    remove(ACCEPTED).control_refused(409, "invite-accepted");
    remove(EXPIRED).control_refused(409, "invite-expired");
    for id in [PENDING, DELETED, "unknown"] {
        remove(id).control_refused(404, "invite-unknown");
    }
    let requests = get(&server, "requests", &key);
    assert_eq!(requests["requests"].as_array().unwrap().len(), 1, "the call of the API alone");
}
