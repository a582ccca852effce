//! Methods of each path, and the coded refusal that every POST and DELETE may answer.

use serde_json::json;

use crate::harness::*;

#[tokio::test]
async fn allow_names_the_methods_of_each_path_and_head_where_get_is() {
    let server = default_server().await;
    for (path, allowed) in [
        (ME.into(), "GET,HEAD"),
        (INVITES.into(), "GET,HEAD,POST"),
        (invite("x"), "GET,HEAD,DELETE"),
        (USERS.into(), "GET,HEAD"),
        (user("x"), "GET,HEAD,POST,DELETE"),
        (WORKSPACES.into(), "GET,HEAD,POST"),
        (workspace("x"), "GET,HEAD,POST"),
        (archive("x"), "POST"),
        (members("x"), "GET,HEAD,POST"),
        (member("x", "y"), "GET,HEAD,POST,DELETE"),
        (API_KEYS.into(), "GET,HEAD"),
        (api_key("x"), "GET,HEAD,POST"),
    ] {
        for method in ["GET", "HEAD", "POST", "DELETE", "PUT", "PATCH", "OPTIONS"] {
            if allowed.split(',').any(|known| known == method) {
                continue;
            }
            // Check 1, so no credential is asked for.
            let answer = Call::bare(method, &path).send(server.address());
            assert_eq!(answer.status, 405, "{method} {path}");
            assert_eq!(answer.header("allow"), Some(allowed), "{method} {path}");
            if method != "HEAD" {
                answer.refused(405, "invalid_request_error", "method-not-allowed");
            }
        }
    }
}

#[tokio::test]
async fn every_post_and_delete_can_be_planned_to_answer_that_egress_is_restricted() {
    let server = default_server().await;
    for (operation, method, path) in [
        ("invites.create", "POST", INVITES.into()),
        ("invites.delete", "DELETE", invite("x")),
        ("users.update", "POST", user("x")),
        ("users.remove", "DELETE", user("x")),
        ("workspaces.create", "POST", WORKSPACES.into()),
        ("workspaces.update", "POST", workspace("x")),
        ("workspaces.archive", "POST", archive("x")),
        ("workspaces.members.add", "POST", members("x")),
        ("workspaces.members.update", "POST", member("x", "y")),
        ("workspaces.members.remove", "DELETE", member("x", "y")),
        ("api_keys.update", "POST", api_key("x")),
    ] {
        let key = new_key();
        let fault = json!({"operation": operation, "error": "permission_error", "error_code": "sandbox_egress_restricted"});
        let plan = Call::control("POST", "faults", &key).body(fault.to_string()).send(server.address());
        assert_eq!(plan.status, 200, "{plan:?}");
        let call = Call::api(method, &path, &key);
        let answer = call.send(server.address());
        answer.refused(403, "permission_error", "fault").names_organization(true);
        assert_eq!(answer.error_code().as_deref(), Some("sandbox_egress_restricted"), "{operation}");
        assert_ne!(call.send(server.address()).header("x-mock-reason"), Some("fault"), "{operation}");
    }
}
