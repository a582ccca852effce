//! The query of a control call: a name that its route does not know is refused, since what it was meant to narrow would be done to all.

use serde_json::json;

use super::*;

const ONE: &[&str] = &["organization"];
const FILTERS: &[&str] = &[
    "organization",
    "operation",
    "status",
    "reason",
    "after",
    "invite_id",
    "user_id",
    "workspace_id",
    "api_key_id",
];

#[tokio::test]
async fn a_query_name_that_a_route_does_not_know_is_refused_and_nothing_is_done() {
    let server = default_server().await;
    let key = new_key();
    delete(&server, &key).invite_deleted(PENDING);
    let id = server.world().organization(&key).unwrap().id().to_owned();
    for query in [format!("organizaton={id}"), format!("Organization={id}"), "=x".into(), "all".into()] {
        let answer = control(&server, "POST", &format!("reset?{query}"), "", Value::Null);
        let message = answer.control_refused(400, "input-invalid").message();
        assert_eq!(answer.json()["error"]["path"], query.split('=').next().unwrap());
        assert!(message.ends_with("expected organization"), "{message}");
    }
    let twice = control(&server, "POST", &format!("reset?organization={id}&organization=x"), "", Value::Null);
    assert!(twice.control_refused(400, "input-invalid").message().contains("twice"), "{twice:?}");
    delete(&server, &key).refused(404, "not_found_error", "invite-deleted");

    good(&server, "POST", &format!("reset?organization={id}"), "", Value::Null);
    delete(&server, &key).invite_deleted(PENDING);
}

#[tokio::test]
async fn a_key_beside_the_id_of_another_organization_is_refused_and_nothing_is_done() {
    let server = default_server().await;
    let (mine, theirs) = (new_key(), new_key());
    delete(&server, &mine).invite_deleted(PENDING);
    let id = |key: &str| server.world().organization(key).unwrap().id().to_owned();
    let answer = control(&server, "POST", &format!("reset?organization={}", id(&theirs)), &mine, Value::Null);
    let answer = answer.control_refused(400, "input-invalid");
    assert_eq!(answer.json()["error"]["path"], "organization");
    delete(&server, &mine).refused(404, "not_found_error", "invite-deleted");

    good(&server, "POST", &format!("reset?organization={}", id(&mine)), &mine, Value::Null);
    delete(&server, &mine).invite_deleted(PENDING);
}

#[tokio::test]
async fn the_index_says_of_each_route_which_query_names_it_knows_and_all_others_are_refused() {
    let server = default_server().await;
    let index = get(&server, "", "");
    for route in index["routes"].as_array().unwrap() {
        let (method, path) = (route["method"].as_str().unwrap(), route["path"].as_str().unwrap());
        let expected = match path {
            "/_mock/health" | "/_mock/organizations" => &[][..],
            "/_mock/requests" if method == "GET" => FILTERS,
            _ => ONE,
        };
        assert_eq!(route["query"], json!(expected), "{method} {path}");
        let path = path.replace("{invite_id}", "x").replace("{user_id}", "x");
        let answer = Call::bare(method, &format!("{path}?nothing=1")).send(server.address());
        if path == "/_mock/health" {
            assert_eq!(answer.status, 200, "health is asked by what adds a query of its own");
            continue;
        }
        let message = answer.control_refused(400, "input-invalid").message();
        let said = if expected.is_empty() { "expected none".into() } else { expected.join(", ") };
        assert!(message.ends_with(&said), "{message}");
        for name in expected {
            let answer = Call::bare(method, &format!("{path}?{name}=&{name}=")).send(server.address());
            assert_eq!(answer.control_refused(400, "input-invalid").json()["error"]["path"], *name);
        }
    }
    // The page's own address, and one with a slash.
    for path in ["/_mock?organization=x", "/_mock/?organization=x", "/_mock?"] {
        assert_eq!(Call::bare("GET", path).send(server.address()).status, 200, "{path}");
    }
}
