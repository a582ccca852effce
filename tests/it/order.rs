//! The order of the checks (docs/fidelity.md): who fails two of them hears of the earlier one.

use crate::harness::*;

const WORLD: &str = r#"{
    "invites": [
        {"id": "pending", "email": "pending@example.com"},
        {"id": "accepted", "email": "accepted@example.com", "status": "accepted"}
    ],
    "organizations": [{
        "keys": [{"key": "sk-ant-admin01-reader", "scopes": ["read:members"]},
                 {"key": "sk-ant-admin01-disabled", "state": "disabled"}],
        "invites": [{"id": "pending", "email": "pending@example.com"}]
    }]
}"#;

/// One way to fail one check.
struct Failure {
    check: u8,
    /// The part of the request that it spoils. Two failures of one part exclude each other.
    part: &'static str,
    name: &'static str,
    provoke: fn(Call) -> Call,
    answer: (u16, &'static str, &'static str),
}

fn key(call: Call, key: &str) -> Call {
    call.without("x-api-key").header("x-api-key", key)
}

const fn failure(
    check: u8,
    part: &'static str,
    name: &'static str,
    provoke: fn(Call) -> Call,
    answer: (u16, &'static str, &'static str),
) -> Failure {
    Failure { check, part, name, provoke, answer }
}

/// In the order of docs/fidelity.md. Failures of one check stand side by side and exclude each other.
const FAILURES: &[Failure] = &[
    failure(
        1,
        "path",
        "unknown path",
        |call| call.at("/v1/organizations/invite/x"),
        (404, "not_found_error", "route-unknown"),
    ),
    failure(
        1,
        "method",
        "wrong method",
        |call| call.method("PATCH"),
        (405, "invalid_request_error", "method-not-allowed"),
    ),
    failure(
        2,
        "key",
        "no credential",
        |call| call.without("x-api-key").without("authorization"),
        (401, "authentication_error", "credential-missing"),
    ),
    failure(
        3,
        "key",
        "malformed key",
        |call| key(call, "nonsense"),
        (401, "authentication_error", "key-malformed"),
    ),
    failure(
        3,
        "key",
        "malformed token",
        |call| call.without("x-api-key").header("authorization", "Basic x"),
        (401, "authentication_error", "bearer-malformed"),
    ),
    failure(
        4,
        "key",
        "unknown key",
        |call| key(call, "sk-ant-sid01-x"),
        (401, "authentication_error", "key-unknown"),
    ),
    failure(
        4,
        "key",
        "disabled key",
        |call| key(call, "sk-ant-admin01-disabled"),
        (401, "authentication_error", "key-disabled"),
    ),
    failure(
        5,
        "origin",
        "browser's origin",
        |call| call.header("origin", "https://example.com"),
        (401, "authentication_error", "browser-origin"),
    ),
    failure(
        6,
        "version",
        "no version",
        |call| call.without("anthropic-version"),
        (400, "invalid_request_error", "version-missing"),
    ),
    failure(
        6,
        "version",
        "unknown version",
        |call| call.without("anthropic-version").header("anthropic-version", "2020-01-01"),
        (400, "invalid_request_error", "version-unknown"),
    ),
    failure(
        7,
        "key",
        "inference key",
        |call| key(call, "sk-ant-api03-x"),
        (403, "permission_error", "key-inference"),
    ),
    failure(
        7,
        "key",
        "missing scope",
        |call| key(call, "sk-ant-admin01-reader"),
        (403, "permission_error", "scope-missing"),
    ),
    failure(
        8,
        "body",
        "body over the limit",
        |call| call.header("content-length", "1048577").header("expect", "100-continue"),
        (413, "request_too_large", "body-too-large"),
    ),
    failure(
        9,
        "path",
        "unknown id",
        |call| call.at(&invite("unknown")),
        (404, "not_found_error", "invite-unknown"),
    ),
    failure(
        10,
        "path",
        "accepted invite",
        |call| call.at(&invite("accepted")),
        (400, "invalid_request_error", "invite-accepted"),
    ),
];

#[tokio::test]
async fn each_check_alone_gives_its_own_answer() {
    let server = server(WORLD).await;
    for failure in FAILURES {
        let (status, kind, reason) = failure.answer;
        let call = (failure.provoke)(Call::delete("pending", &new_key()));
        call.send(server.address()).refused(status, kind, reason);
    }
}

#[tokio::test]
async fn of_two_failed_checks_the_earlier_one_answers() {
    let server = server(WORLD).await;
    let mut pairs = 0;
    for (at, earlier) in FAILURES.iter().enumerate() {
        let later = FAILURES[at + 1..]
            .iter()
            .filter(|later| later.check > earlier.check && later.part != earlier.part);
        for later in later {
            let call = (earlier.provoke)((later.provoke)(Call::delete("pending", &new_key())));
            let (status, kind, reason) = earlier.answer;
            let answer = call.send(server.address());
            let got = (answer.status, answer.header("x-mock-reason"));
            assert_eq!(got, (status, Some(reason)), "{} and {}", earlier.name, later.name);
            answer.refused(status, kind, reason);
            pairs += 1;
        }
    }
    // Every check has failed together with some later one, but for those that exclude all later ones.
    assert_eq!(pairs, 79);
}

#[tokio::test]
async fn an_unknown_path_is_unknown_for_every_method() {
    let server = server(WORLD).await;
    let call = Call::bare("PATCH", "/v1/organizations/nothing").send(server.address());
    call.refused(404, "not_found_error", "route-unknown");
}
