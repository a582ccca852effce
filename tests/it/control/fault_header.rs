//! `x-mock-fault`: a fault for one call alone, made by its header.

use std::time::{Duration, Instant};

use serde_json::json;

use super::*;

#[tokio::test]
async fn a_fault_in_a_header_strikes_that_call_alone() {
    let server = default_server().await;
    let key = new_key();
    let struck = |value: &str| Call::delete_invite(PENDING, &key).header("x-mock-fault", value);
    struck("overloaded_error").send(server.address()).refused(529, "overloaded_error", "fault");
    let limited = struck("rate_limit_error; retry-after=3").send(server.address());
    assert_eq!(limited.refused(429, "rate_limit_error", "fault").header("retry-after"), Some("3"));
    let edge = struck("response=520").send(server.address());
    assert_eq!((edge.status, edge.header("content-type"), edge.body.as_str()), (520, Some("text/html"), ""));
    assert_eq!(raw(server.address(), &struck("drop")), b"");
    let cut = text(&raw(server.address(), &struck("drop=mid_body")));
    assert!(cut.starts_with("HTTP/1.1 500"), "{cut}");
    let started = Instant::now();
    struck("delay=50ms").send(server.address()).invite_deleted(PENDING);
    assert!(started.elapsed() >= Duration::from_millis(50));

    let key = new_key();
    let lost = Call::delete_invite(PENDING, &key).header("x-mock-fault", "drop; after-commit");
    assert_eq!(raw(server.address(), &lost), b"");
    delete(&server, &key).refused(404, "not_found_error", "invite-deleted");

    let raced = Call::delete_invite(PENDING, &new_key()).header("x-mock-fault", "meanwhile=expire");
    raced.send(server.address()).refused(400, "invalid_request_error", "invite-expired");
}

#[tokio::test]
async fn each_option_of_a_fault_in_a_header_shows_in_the_answer() {
    let server = default_server().await;
    let struck = |value: &str| Call::retrieve_invite(PENDING, &new_key()).header("x-mock-fault", value);
    let every = "billing_error; status=503; retry-after=7; retry-after-ms=70; should-retry=true; error-code=no_credit";
    let answer = struck(every).send(server.address());
    answer.refused(503, "billing_error", "fault");
    for (header, value) in [("retry-after", "7"), ("retry-after-ms", "70"), ("x-should-retry", "true")] {
        assert_eq!(answer.header(header), Some(value));
    }
    assert_eq!(answer.json()["error"]["details"], json!({"error_code": "no_credit"}));
    let never = struck("api_error; should-retry=false").send(server.address());
    assert_eq!(never.header("x-should-retry"), Some("false"));
}

#[tokio::test]
async fn two_headers_are_joined_and_refused_since_one_of_them_would_be_passed_over() {
    let server = default_server().await;
    let key = new_key();
    for [first, second] in
        [["overloaded_error", "zzz"], ["delay=1ms", "nonsense"], ["delay=1ms", "drop"], ["drop", "drop"]]
    {
        let call =
            Call::delete_invite(PENDING, &key).header("x-mock-fault", first).header("x-mock-fault", second);
        let answer = call.send(server.address());
        answer.refused(400, "invalid_request_error", "fault-unknown");
        assert!(answer.message().contains(&format!("{first}, {second}")), "{answer:?}");
    }
    delete(&server, &key).invite_deleted(PENDING);
}

#[tokio::test]
async fn an_unknown_fault_in_a_header_is_a_400_that_names_it_and_nothing_is_done() {
    let server = default_server().await;
    let key = new_key();
    for unknown in [
        "",
        "overload",
        "drop=all",
        "delay=soon",
        "response=page",
        "response=99",
        "overloaded_error; status=503; status=504",
        "drop; after-commit; after-commit",
        "meanwhile=explode",
        "meanwhile=accept; after-commit",
        "overloaded_error; retry-after=x",
        "overloaded_error; x",
        "drop; retry-after=1",
        "api_error; status=200",
        "api_error; retry-after-ms=x",
        "api_error; should-retry=maybe",
        "api_error; error-code",
        "api_error; error-code=",
        "api_error; after-commit=1",
    ] {
        let call = Call::delete_invite(PENDING, &key).header("x-mock-fault", unknown);
        let answer = call.send(server.address());
        answer.refused(400, "invalid_request_error", "fault-unknown").names_organization(true);
        assert!(
            answer.message().contains("x-mock-fault") && answer.message().contains(unknown),
            "{answer:?}"
        );
    }
    delete(&server, &key).invite_deleted(PENDING);
}

#[tokio::test]
async fn a_race_in_a_header_is_refused_where_the_path_has_no_such_id() {
    let server = default_server().await;
    let key = new_key();
    for (race, id) in
        [("accept", "invite_id"), ("remove", "user_id"), ("archive", "api_key_id or workspace_id")]
    {
        let header = format!("meanwhile={race}");
        let answer = Call::list_invites("", &key).header("x-mock-fault", &header).send(server.address());
        answer.refused(400, "invalid_request_error", "fault-unknown");
        assert!(answer.message().contains(&header) && answer.message().contains(id), "{answer:?}");
    }
}

#[tokio::test]
async fn a_cut_answer_to_head_still_tells_the_length_that_get_has() {
    let server = default_server().await;
    let head = Call::retrieve_invite(PENDING, &new_key()).method("HEAD").send(server.address());
    let after_commit = "drop=mid_body; after-commit";
    let cut = Call::retrieve_invite(PENDING, &new_key()).method("HEAD").header("x-mock-fault", after_commit);
    let cut = cut.send(server.address());
    assert_eq!((cut.status, cut.header("content-length")), (200, head.header("content-length")));
    assert_ne!(cut.header("content-length"), Some("0"));
}

#[test]
fn without_control_routes_the_header_is_an_unknown_one_and_one_warning_says_so() {
    let served = Served::start(&["--no-control"]);
    for _ in 0..3 {
        let call = Call::delete_invite(PENDING, &new_key()).header("x-mock-fault", "drop");
        call.send(served.address).invite_deleted(PENDING);
    }
    let (_, log) = served.stop();
    let said: Vec<_> = log.lines().filter(|line| line.contains("x-mock-fault")).collect();
    let [line] = said[..] else { panic!("{log}") };
    assert!(line.contains("WARN") && line.contains("--no-control"), "{line}");
}
