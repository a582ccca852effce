//! What a fault does to a request: an error, a delay, a lost answer, what an edge sends, a race.

use std::time::{Duration, Instant};

use serde_json::json;

use super::*;

#[tokio::test]
async fn every_error_of_the_vendor_can_be_planned_with_its_status_and_headers() {
    let server = default_server().await;
    for (kind, status, retry) in [
        ("invalid_request_error", 400, Some("false")),
        ("authentication_error", 401, Some("false")),
        ("billing_error", 402, None),
        ("permission_error", 403, Some("false")),
        ("not_found_error", 404, Some("false")),
        ("conflict_error", 409, None),
        ("request_too_large", 413, None),
        ("rate_limit_error", 429, Some("true")),
        ("api_error", 500, None),
        ("timeout_error", 504, None),
        ("overloaded_error", 529, None),
    ] {
        let key = new_key();
        plan(&server, &key, json!({"operation": "invites.delete", "error": kind}));
        let answer = delete(&server, &key);
        answer.refused(status, kind, "fault").names_organization(true);
        assert_eq!(answer.header("x-should-retry"), retry);
        assert_eq!(answer.header("retry-after"), (status == 429).then_some("1"));
        assert_eq!(answer.header("anthropic-ratelimit-requests-remaining"), (status == 429).then_some("0"));
        assert!(!answer.phrase.is_empty(), "{answer:?}");
        delete(&server, &key).invite_deleted(PENDING);
    }
}

#[tokio::test]
async fn an_error_has_the_headers_the_code_and_the_details_that_the_plan_says() {
    let server = default_server().await;
    let key = new_key();
    plan(
        &server,
        &key,
        json!({"operation": "*", "error": "permission_error", "error_code": "sandbox_egress_restricted",
            "message": "no way out", "retry_after": 7, "retry_after_ms": 70, "should_retry": true}),
    );
    let answer = delete(&server, &key);
    answer.refused(403, "permission_error", "fault").says("no way out");
    assert_eq!(answer.json()["error"]["details"], json!({"error_code": "sandbox_egress_restricted"}));
    for (header, value) in [("retry-after", "7"), ("retry-after-ms", "70"), ("x-should-retry", "true")] {
        assert_eq!(answer.header(header), Some(value));
    }

    // A 503 of the SDKs' list, and a type with another status.
    plan(
        &server,
        &key,
        json!({"operation": "*", "error": "api_error", "status": 503, "error_code": "workspace_created_incomplete",
            "details": {"workspace_id": "wrkspc_01"}}),
    );
    let answer = delete(&server, &key);
    answer.refused(503, "api_error", "fault");
    let details = json!({"workspace_id": "wrkspc_01", "error_code": "workspace_created_incomplete"});
    assert_eq!(answer.json()["error"]["details"], details);
    assert_eq!(answer.header("x-should-retry"), None);
    delete(&server, &key).invite_deleted(PENDING);
}

#[tokio::test]
async fn what_an_edge_sends_comes_without_envelope_and_request_id() {
    let server = default_server().await;
    let key = new_key();
    let page = "<html><head><title>520</title></head></html>";
    plan(
        &server,
        &key,
        json!([{"operation": "invites.delete", "response": {"status": 520, "content_type": "text/html; charset=UTF-8", "body": page}},
            {"operation": "invites.delete", "response": {"status": 502}},
            {"operation": "invites.delete", "after_commit": true, "response": {"status": 200, "content_type": "application/json", "body": "{}"}}]),
    );
    let answer = delete(&server, &key);
    assert_eq!((answer.status, answer.body.as_str()), (520, page));
    assert_eq!(answer.header("content-type"), Some("text/html; charset=UTF-8"));
    for header in ["request-id", "anthropic-organization-id", "x-should-retry"] {
        assert_eq!(answer.header(header), None, "{header}");
    }
    assert!(!answer.phrase.is_empty(), "{answer:?}");
    let answer = delete(&server, &key);
    assert_eq!(
        (answer.status, answer.body.as_str(), answer.header("content-type")),
        (502, "", Some("text/html"))
    );
    let answer = delete(&server, &key);
    assert_eq!((answer.status, answer.body.as_str()), (200, "{}"));
    delete(&server, &key).refused(404, "not_found_error", "invite-deleted");

    let entries = get(&server, "requests", &key);
    let told: Vec<_> = entries["requests"].as_array().unwrap()[..3]
        .iter()
        .map(|entry| {
            json!([
                entry["status"],
                entry["reason"],
                entry["fault"],
                entry["request_id"],
                entry["error_type"]
            ])
        })
        .collect();
    let expected = |status: u16| json!([status, "fault", format!("response {status}"), null, null]);
    assert_eq!(told, [expected(520), expected(502), expected(200)]);
}

#[tokio::test]
async fn a_race_is_lost_to_what_happens_to_the_invite_just_before_the_call() {
    let server = default_server().await;
    for (meanwhile, status, kind, reason) in [
        ("accept", 400, "invalid_request_error", "invite-accepted"),
        ("expire", 400, "invalid_request_error", "invite-expired"),
        ("delete", 404, "not_found_error", "invite-deleted"),
    ] {
        let key = new_key();
        plan(&server, &key, json!({"operation": "invites.delete", "meanwhile": meanwhile}));
        // What lists before the race still sees it pending.
        let listed = Call::list_invites("statuses=pending", &key).send(server.address()).ids();
        assert_eq!(listed, [PENDING]);
        delete(&server, &key).refused(status, kind, reason);
        let entries = get(&server, "requests", &key);
        assert_eq!(entries["requests"][1]["fault"], format!("meanwhile {meanwhile}"));
        assert_eq!(entries["requests"][1]["reason"], reason, "the answer is the API's own");
        assert_eq!(get(&server, "faults", &key)["faults"][0]["hits"], 1);
    }
    // An acceptance makes a member.
    let key = new_key();
    plan(&server, &key, json!({"operation": "*", "meanwhile": "accept"}));
    // A request whose path names no invite is no chance for a race.
    Call::list_invites("", &key).send(server.address()).good();
    assert_eq!(Call::retrieve_invite(PENDING, &key).send(server.address()).invite_status(), "accepted");
    assert!(server.world().organization(&key).unwrap().is_member("pending@example.com"));
}

#[tokio::test]
async fn a_race_about_an_invite_that_cannot_change_any_more_changes_nothing() {
    let server = default_server().await;
    let key = new_key();
    plan(&server, &key, json!({"operation": "*", "times": "always", "meanwhile": "delete"}));
    for (id, reason) in [(ACCEPTED, "invite-accepted"), (EXPIRED, "invite-expired")] {
        let answer = Call::delete_invite(id, &key).send(server.address());
        answer.refused(400, "invalid_request_error", reason);
    }
    let answer = Call::delete_invite("unknown", &key).send(server.address());
    answer.refused(404, "not_found_error", "invite-unknown");
}

#[tokio::test]
async fn bytes_that_are_no_utf_8_name_no_resource_and_fit_no_fault() {
    let odd = "invite_\u{fffd}";
    let fixture = json!({"invites": [{"id": odd, "email": "odd@example.com"}]});
    let server = server(&fixture.to_string()).await;
    let key = new_key();
    let by_id = json!({"operation": "*", "invite_id": odd, "error": "api_error"});
    plan(&server, &key, json!([by_id, {"operation": "*", "meanwhile": "delete"}]));
    let answer = Call::retrieve_invite("invite_%FF", &key).send(server.address());
    answer.refused(404, "not_found_error", "invite-unknown");
    let hits = |at: usize| get(&server, "faults", &key)["faults"][at]["hits"].clone();
    assert_eq!((hits(0), hits(1)), (json!(0), json!(1)));
    good(&server, "DELETE", "faults", &key, Value::Null);
    let replaced = Call::retrieve_invite("invite_%EF%BF%BD", &key).send(server.address());
    assert_eq!(replaced.invite_status(), "pending", "the race was about another invite");
}

#[tokio::test]
async fn a_dropped_connection_has_not_one_byte_and_a_cut_one_half_a_body() {
    let server = default_server().await;
    let key = new_key();
    let call = Call::delete_invite(PENDING, &key);
    plan(
        &server,
        &key,
        json!([{"operation": "*", "drop": true}, {"operation": "*", "drop": "mid_body", "after_commit": true}]),
    );

    assert_eq!(raw(server.address(), &call), b"", "nothing was sent");
    let cut = text(&raw(server.address(), &call));

    let (head, body) = cut.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}");
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let whole = format!(r#"{{"id":"{PENDING}","type":"invite_deleted"}}"#);
    assert_eq!(length.parse::<usize>().unwrap(), whole.len());
    assert_eq!(body, &whole[..whole.len() / 2]);
    delete(&server, &key).refused(404, "not_found_error", "invite-deleted");
}

#[tokio::test]
async fn before_the_commit_nothing_is_done_and_after_it_everything() {
    let server = default_server().await;
    for (outcome, done) in [
        (json!({"drop": true}), false),
        (json!({"drop": "mid_body"}), false),
        (json!({"error": "api_error"}), false),
        (json!({"response": {"status": 520}}), false),
        (json!({"drop": true, "after_commit": true}), true),
        (json!({"drop": "mid_body", "after_commit": true}), true),
        (json!({"error": "api_error", "after_commit": true}), true),
        (json!({"response": {"status": 520}, "after_commit": true}), true),
        (json!({"delay": "1ms", "after_commit": true}), true),
    ] {
        let key = new_key();
        let mut fault = outcome;
        fault["operation"] = json!("*");
        plan(&server, &key, fault.clone());
        raw(server.address(), &Call::delete_invite(PENDING, &key));
        let status = Call::retrieve_invite(PENDING, &key).send(server.address()).status;
        assert_eq!(status, if done { 404 } else { 200 }, "{fault}");
    }
}

#[tokio::test]
async fn a_delay_is_kept_and_the_call_goes_on() {
    let server = default_server().await;
    let key = new_key();
    plan(&server, &key, json!({"operation": "*", "delay": "300ms"}));
    let started = Instant::now();
    delete(&server, &key).invite_deleted(PENDING);
    assert!(started.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn a_status_that_no_standard_names_has_a_reason_phrase() {
    let server = default_server().await;
    let key = new_key();
    for (plan_of, phrase) in [
        (json!({"operation": "*", "error": "overloaded_error"}), "Overloaded"),
        (json!({"operation": "*", "error": "api_error", "status": 599}), "Unofficial Status"),
        (json!({"operation": "*", "response": {"status": 520}}), "Unofficial Status"),
        (json!({"operation": "*", "error": "api_error", "status": 503}), "Service Unavailable"),
    ] {
        plan(&server, &key, plan_of);
        let answer = delete(&server, &key);
        assert_eq!(answer.phrase, phrase, "{answer:?}");
    }
}
