//! GET of the organization itself.

use serde_json::json;

use crate::harness::*;

const WORLD: &str = r#"{"organizations": [
    {"id": "6f1c2a34-5b6d-4e7f-8a90-b1c2d3e4f506", "name": "Zoë & Söhne",
     "keys": ["admin", {"key": "reader", "scopes": ["read:members"]}, {"key": "other", "scopes": ["read:usage"]},
              {"key": "none", "scopes": []}]},
    {"id": "org-2", "type": "enterprise", "name": "Globex", "keys": ["enterprise"]}
]}"#;

#[tokio::test]
async fn an_organization_tells_its_id_its_type_and_its_name_to_both_versions() {
    let server = server(WORLD).await;
    let call = Call::get(ME, "admin");
    for answer in [call.send(server.address()), call.current().send(server.address())] {
        let expected =
            r#"{"id":"6f1c2a34-5b6d-4e7f-8a90-b1c2d3e4f506","type":"organization","name":"Zoë & Söhne"}"#;
        assert_eq!((answer.status, answer.body.as_str()), (200, expected), "{answer:?}");
        let id = answer.header("anthropic-organization-id");
        assert_eq!(id, Some("6f1c2a34-5b6d-4e7f-8a90-b1c2d3e4f506"), "the id is the header's");
    }
}

#[tokio::test]
async fn an_organization_without_a_name_has_one_all_the_same_and_a_uuid() {
    let server = default_server().await;
    let answer = Call::get(ME, &new_key()).send(server.address());
    let me = answer.good();
    assert_eq!(me["name"], "Mock organization");
    assert_eq!(me["id"].as_str(), answer.header("anthropic-organization-id"));
    assert_eq!(me["id"].as_str().unwrap().len(), 36);
    let other = Call::get(ME, &new_key()).send(server.address()).good();
    assert_ne!(other["id"], me["id"], "another key is another organization");
}

#[tokio::test]
async fn every_admin_credential_may_ask_whatever_its_scopes_and_an_enterprise_organization_too() {
    let server = server(WORLD).await;
    for key in ["admin", "reader", "other", "none"] {
        assert_eq!(Call::get(ME, key).send(server.address()).good()["name"], "Zoë & Söhne", "{key}");
    }
    let enterprise = Call::get(ME, "enterprise").send(server.address()).good();
    assert_eq!(enterprise, json!({"id": "org-2", "type": "organization", "name": "Globex"}));
    let inference = Call::get(ME, "sk-ant-api03-x").send(default_server().await.address());
    inference.refused(403, "permission_error", "key-inference").names_organization(false);
}

#[tokio::test]
async fn nothing_but_get_and_head_is_allowed_and_nothing_lies_below() {
    let server = server(WORLD).await;
    for method in ["POST", "DELETE", "PUT", "PATCH"] {
        let answer = Call::api(method, ME, "admin").send(server.address());
        answer.refused(405, "invalid_request_error", "method-not-allowed");
        assert_eq!(answer.header("allow"), Some("GET,HEAD"));
    }
    for path in ["/v1/organizations/me/", "/v1/organizations/me/x"] {
        Call::get(path, "admin").send(server.address()).refused(404, "not_found_error", "route-unknown");
    }
    let (get, head) = (Call::get(ME, "admin"), Call::api("HEAD", ME, "admin"));
    let length = get.send(server.address()).body.len().to_string();
    assert_eq!(head.send(server.address()).header("content-length"), Some(&*length));
}

#[tokio::test]
async fn a_fault_strikes_the_operation_and_the_journal_names_it() {
    let server = server(WORLD).await;
    let fault = json!({"operation": "organization.retrieve", "error": "overloaded_error"});
    let plan = Call::control("POST", "faults", "admin").body(fault.to_string());
    assert_eq!(plan.send(server.address()).status, 200);
    Call::get(ME, "admin").send(server.address()).refused(529, "overloaded_error", "fault");
    Call::get(ME, "admin").send(server.address()).good();
    let journal = Call::control("GET", "requests?operation=organization.retrieve", "admin");
    let entries = journal.send(server.address()).json();
    assert_eq!(entries["requests"].as_array().unwrap().len(), 2);
    let ids = ["invite_id", "user_id", "workspace_id", "api_key_id"];
    assert!(ids.iter().all(|name| entries["requests"][1][name].is_null()), "{entries}");
}

#[tokio::test]
async fn the_name_survives_the_state_and_a_program_in_rust_reads_it() {
    let server = server(WORLD).await;
    let organization = server.world().organization("enterprise").unwrap();
    assert_eq!((organization.id(), organization.name().as_str()), ("org-2", "Globex"));
    organization.put_state(&organization.state().to_string()).unwrap();
    assert_eq!(Call::get(ME, "enterprise").send(server.address()).good()["name"], "Globex");
    organization.put_state(r#"{"name": "Initech", "invites": []}"#).unwrap();
    assert_eq!(Call::get(ME, "enterprise").send(server.address()).good()["name"], "Initech");
    organization.reset();
    assert_eq!(Call::get(ME, "enterprise").send(server.address()).good()["name"], "Globex");
}
