//! Planned faults: which request one strikes, how often, in what order, and which plans are refused.

use std::{
    sync::{
        Barrier,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use anthropic_admin_mock::{Delay, Fault, Settings, World};
use serde_json::json;

use super::*;

#[tokio::test]
async fn a_fault_strikes_where_and_as_often_as_it_says_and_in_order() {
    let server = default_server().await;
    let key = new_key();
    plan(
        &server,
        &key,
        json!([
        {"operation": "invites.list", "error": "api_error", "times": "always"},
        {"operation": "*", "invite_id": EXPIRED, "error": "timeout_error"},
        {"operation": "invites.delete", "error": "overloaded_error", "times": 2},
        {"operation": "invites.delete", "error": "conflict_error"}]),
    );
    delete(&server, &key).refused(529, "overloaded_error", "fault");
    Call::retrieve_invite(PENDING, &key).send(server.address()).good();
    Call::retrieve_invite(EXPIRED, &key).send(server.address()).refused(504, "timeout_error", "fault");
    Call::retrieve_invite(EXPIRED, &key).send(server.address()).good();
    delete(&server, &key).refused(529, "overloaded_error", "fault");
    delete(&server, &key).refused(409, "conflict_error", "fault");
    delete(&server, &key).invite_deleted(PENDING);
    for _ in 0..3 {
        Call::list_invites("", &key).send(server.address()).refused(500, "api_error", "fault");
    }
    let planned = get(&server, "faults", &key);
    let hits: Vec<_> = planned["faults"].as_array().unwrap().iter().map(|fault| &fault["hits"]).collect();
    assert_eq!(hits, [3, 1, 2, 1]);
    delete(&server, &new_key()).invite_deleted(PENDING);
    assert_eq!(good(&server, "DELETE", "faults", &key, Value::Null), json!({"faults": []}));
    Call::list_invites("", &key).send(server.address()).good();
}

#[tokio::test]
async fn a_fault_lets_as_many_fitting_requests_pass_first_as_it_says() {
    let server = default_server().await;
    let key = new_key();
    plan(
        &server,
        &key,
        json!({"operation": "invites.list", "skip": 2, "times": 2, "error": "overloaded_error"}),
    );
    let list = || Call::list_invites("", &key).send(server.address()).status;
    let mut seen = Vec::new();
    for _ in 0..6 {
        // One of another operation does not count.
        Call::retrieve_invite(PENDING, &key).send(server.address()).good();
        seen.push(list());
    }
    assert_eq!(seen, [200, 200, 529, 529, 200, 200]);
    let planned = get(&server, "faults", &key)["faults"][0].clone();
    assert_eq!((&planned["skip"], &planned["hits"]), (&json!(2), &json!(2)));

    // What passes one fault may be struck by the next, and the state has what is left of both counts.
    good(&server, "DELETE", "faults", &key, Value::Null);
    let both = json!([{"operation": "*", "skip": 2, "error": "api_error"}, {"operation": "*", "error": "conflict_error"}]);
    plan(&server, &key, both);
    assert_eq!(list(), 409);
    let left = get(&server, "state", &key)["faults"].clone();
    assert_eq!(left, json!([{"operation": "*", "times": 1, "skip": 1, "error": "api_error"}]));
    assert_eq!([list(), list(), list()], [200, 500, 200]);
}

#[tokio::test]
async fn a_fault_comes_after_the_credential_and_before_the_version_and_the_rate_limit() {
    let settings = Settings { rate_limit: "1/h".parse().unwrap(), ..Settings::default() };
    let server = server_with(&fixture("organizations.json"), settings).await;
    let (key, disabled) = ("sk-ant-admin01-acme-reader", "sk-ant-admin01-acme-disabled");
    plan(&server, key, json!({"operation": "*", "error": "overloaded_error", "times": "always"}));
    delete(&server, disabled).refused(401, "authentication_error", "key-disabled");
    let no_version = Call::delete_invite(PENDING, key).without("anthropic-version").send(server.address());
    no_version.refused(529, "overloaded_error", "fault");
    for _ in 0..3 {
        delete(&server, key).refused(529, "overloaded_error", "fault");
    }
    good(&server, "DELETE", "faults", key, Value::Null);
    Call::list_invites("", key).send(server.address()).good();
    let limited = Call::list_invites("", key).send(server.address());
    limited.refused(429, "rate_limit_error", "rate-limited");
}

#[tokio::test]
async fn faults_of_a_fixture_and_of_the_whole_world_reach_every_organization() {
    let server =
        server(r#"{"invites": [], "faults": [{"operation": "invites.list", "error": "overloaded_error"}]}"#)
            .await;
    let list = |key: &str| Call::list_invites("", key).send(server.address()).status;
    let (first, second) = (new_key(), new_key());
    assert_eq!([list(&first), list(&first), list(&second), list(&second)], [529, 200, 529, 200]);
    good(&server, "POST", "reset", &first, Value::Null);
    assert_eq!([list(&first), list(&first)], [529, 200]);
    plan(&server, "", json!({"operation": "*", "error": "api_error"}));
    let later = new_key();
    let seen = [list(&first), list(&first), list(&later), list(&later), list(&later)];
    assert_eq!(seen, [500, 200, 529, 500, 200]);
    good(&server, "DELETE", "faults", "", Value::Null);
    assert_eq!(list(&new_key()), 200);
}

#[test]
fn two_times_under_50_parallel_calls_are_exactly_two() {
    let served = Served::start(&[]);
    for _ in 0..10 {
        let key = new_key();
        let body = r#"{"operation": "invites.list", "times": 2, "error": "overloaded_error"}"#;
        assert_eq!(Call::control("POST", "faults", &key).body(body).send(served.address).status, 200);
        let (together, struck) = (Barrier::new(50), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..50 {
                scope.spawn(|| {
                    together.wait();
                    if Call::list_invites("", &key).send(served.address).status == 529 {
                        struck.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
        });
        assert_eq!(struck.into_inner(), 2);
    }
}

#[test]
fn a_delay_counts_milliseconds_seconds_or_minutes() {
    for (text, milliseconds) in [("0ms", 0), ("400ms", 400), ("2s", 2_000), ("99m", 99 * 60_000)] {
        let fault = Fault::parse(&json!({"operation": "*", "delay": text}).to_string()).unwrap().remove(0);
        assert_eq!(fault.delay, Some(Delay(Duration::from_millis(milliseconds))), "{text}");
    }
}

#[test]
fn an_organization_holds_a_thousand_faults_and_the_world_plans_none_that_do_not_fit_everywhere() {
    let fault = Fault::parse(r#"{"operation": "*", "delay": "0ms"}"#).unwrap().remove(0);
    let some = |count| vec![fault.clone(); count];
    let world = World::default();
    let organization = world.organization("sk-ant-admin01-full").unwrap();
    let is_full = |refused: Result<(), anthropic_admin_mock::Error>| {
        let said = refused.unwrap_err().to_string();
        assert!(said.contains("1000 faults at the most"), "{said}");
    };

    organization.plan_faults(&some(400)).unwrap();
    organization.plan_faults(&some(600)).unwrap();
    is_full(organization.plan_faults(&some(1)));
    assert_eq!(organization.faults().len(), 1000);

    // Full in one place; for organizations to come there is room.
    is_full(world.plan_faults(&some(1)));
    assert_eq!(world.faults().len(), 1000);
    organization.clear_faults();
    world.plan_faults(&some(400)).unwrap();
    world.plan_faults(&some(600)).unwrap();
    is_full(world.plan_faults(&some(1)));
    assert_eq!(world.faults().len(), 2000, "planned for those to come, and in the one that there is");

    // Here there is room; for organizations to come there is none.
    organization.clear_faults();
    is_full(world.plan_faults(&some(1)));
    assert_eq!(organization.faults(), []);
}

#[tokio::test]
async fn more_faults_than_an_organization_holds_are_refused_and_none_of_them_is_planned() {
    let server = default_server().await;
    let key = new_key();
    let many = json!(vec![json!({"operation": "*", "times": "always", "delay": "0ms"}); 600]);
    plan(&server, &key, many.clone());
    let over = control(&server, "POST", "faults", &key, many);
    assert!(over.control_refused(400, "input-invalid").message().contains("1000"), "{over:?}");
    assert_eq!(get(&server, "faults", &key)["faults"].as_array().unwrap().len(), 600);
}

#[tokio::test]
async fn a_bad_plan_is_refused_with_the_fields_path_and_plans_nothing() {
    let server = default_server().await;
    let key = new_key();
    let one_outcome = "exactly one of `error`, `delay`, `drop`, `response` and `meanwhile`";
    // What is wrong, beside `"operation": "*"` unless it says another; the path; a part of the message.
    for (wrong, path, message) in [
        (
            json!({"operation": "invites.update", "drop": true}),
            "operation",
            "unknown variant `invites.update`",
        ),
        (json!({"error": "teapot"}), "error", "unknown variant `teapot`"),
        (json!({}), "", one_outcome),
        (json!({"drop": true, "delay": "1s"}), "", one_outcome),
        (json!({"response": {"status": 520}, "meanwhile": "accept"}), "", one_outcome),
        (json!({"drop": false}), "drop", "false drops nothing"),
        (json!({"drop": "all"}), "drop", "expected true or \"mid_body\""),
        (json!({"drop": true, "retry_after": 1}), "retry_after", "goes with `error` alone"),
        (json!({"drop": true, "status": 503}), "status", "goes with `error` alone"),
        (json!({"delay": "1s", "details": {"a": 1}}), "details", "goes with `error` alone"),
        (json!({"error": "api_error", "status": 200}), "status", "200 is no status of an error"),
        (json!({"error": "api_error", "status": 600}), "status", "600 is no status of an error"),
        (json!({"error": "api_error", "message": ""}), "message", "a non-empty string"),
        (json!({"error": "api_error", "error_code": ""}), "error_code", "a non-empty string"),
        (json!({"error": "api_error", "details": "x"}), "details", "expected a map"),
        (json!({"drop": true, "times": 0}), "times", "a whole number from 1, or \"always\""),
        (json!({"drop": true, "skip": -1}), "skip", "invalid value"),
        (json!({"delay": "soon"}), "delay", "a delay such as"),
        (json!({"drop": true, "often": 3}), "often", "unknown field `often`"),
        (json!({"drop": true, "invite_id": ""}), "invite_id", "a non-empty string"),
        (
            json!({"operation": "invites.list", "drop": true, "invite_id": "x"}),
            "invite_id",
            "the path of `invites.list` has no invite_id",
        ),
        (json!({"drop": true, "user_id": ""}), "user_id", "a non-empty string"),
        (
            json!({"drop": true, "service_account_id": "x"}),
            "service_account_id",
            "unknown field `service_account_id`",
        ),
        (
            json!({"operation": "workspaces.members.list", "drop": true, "user_id": "x"}),
            "user_id",
            "the path of `workspaces.members.list` has no user_id",
        ),
        (
            json!({"operation": "users.remove", "drop": true, "api_key_id": "x"}),
            "api_key_id",
            "the path of `users.remove` has no api_key_id",
        ),
        (
            json!({"operation": "users.remove", "meanwhile": "archive"}),
            "meanwhile",
            "needs an operation whose path has api_key_id or workspace_id",
        ),
        (json!({"meanwhile": "explode"}), "meanwhile", "unknown variant `explode`"),
        (
            json!({"operation": "invites.create", "meanwhile": "accept"}),
            "meanwhile",
            "needs an operation whose path has invite_id",
        ),
        (
            json!({"meanwhile": "accept", "after_commit": true}),
            "after_commit",
            "`meanwhile` happens before the request is handled",
        ),
        (json!({"response": {"status": 99}}), "response", "99 is no status of an answer"),
        (json!({"response": {"status": 520, "content_type": "a\nb"}}), "response", "is not a content type"),
        (json!({"response": {}}), "response", "missing field `status`"),
        (json!({"response": {"status": 520, "headers": {}}}), "response.headers", "unknown field `headers`"),
    ] {
        let mut bad = json!({"operation": "*"});
        bad.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
        let good = json!({"operation": "*", "drop": true});
        for (body, within) in [(bad.clone(), ""), (json!([good, bad]), "[1]")] {
            let joint = if within.is_empty() || path.is_empty() { "" } else { "." };
            let answer = control(&server, "POST", "faults", &key, body);
            let error = &answer.control_refused(400, "input-invalid").json()["error"];
            assert_eq!(error["path"], format!("{within}{joint}{path}"), "{answer:?}");
            assert!(answer.message().contains(message), "{message:?} in {answer:?}");
            assert_eq!(error["problems"].as_array().unwrap().len(), 1, "{answer:?}");
        }
    }
    for (body, message) in
        [(json!({"drop": true}), "missing field `operation`"), (json!("drop"), "expected an object")]
    {
        let answer = control(&server, "POST", "faults", &key, body);
        assert!(answer.control_refused(400, "input-invalid").message().contains(message), "{answer:?}");
    }
    assert_eq!(get(&server, "faults", &key), json!({"faults": []}));
}
