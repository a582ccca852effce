//! The order of the checks (docs/fidelity.md), for every operation: of two that fail the earlier one answers.
//!
//! Each resource has a file of samples: a good request for each of its operations, and how it fails the checks that depend
//! on the operation.

mod api_keys;
mod invites;
mod organization;
mod users;
mod workspace_members;
mod workspaces;

use anthropic_admin_mock::{JournalFilter, MockServer, Operation, Settings};

use crate::harness::*;

/// The organization of all keys here is one, so that a spent limit is the limit of each of them.
const WORLD: &str = r#"{
    "invites": [],
    "organizations": [{
        "keys": ["sk-ant-admin01-checks", {"key": "sk-ant-admin01-disabled", "state": "disabled"},
                 {"key": "sk-ant-admin01-reads", "scopes": ["read:members"]},
                 {"key": "sk-ant-admin01-writes", "scopes": ["write:members"]}],
        "users": [{"id": "mia", "email": "mia@example.com"}, {"id": "zoe", "email": "zoe@example.com"},
                  {"id": "adm", "email": "adm@example.com", "role": "admin"}],
        "workspaces": [{"id": "default", "default": true}, {"id": "archived", "name": "A", "archived_at": "-1d"},
                       {"id": "open", "name": "O", "members": [{"user": "mia", "workspace_role": "workspace_user"}]}],
        "api_keys": [{"id": "active"}, {"id": "archived", "status": "archived"},
                     {"id": "expired", "created_at": "-2d", "expires_at": "-1d"}],
        "invites": [{"id": "pending", "email": "pending@example.com"},
                    {"id": "accepted", "email": "accepted@example.com", "status": "accepted"},
                    {"id": "deleted", "email": "deleted@example.com", "status": "deleted"}]
    }, {
        "keys": ["sk-ant-admin01-enterprise"], "type": "enterprise", "invites": []
    }]
}"#;
const KEY: &str = "sk-ant-admin01-checks";

/// A key that may only read members, and one that may only change them.
fn only_reads(call: Call) -> Call {
    call.with("x-api-key", "sk-ant-admin01-reads")
}
fn only_writes(call: Call) -> Call {
    call.with("x-api-key", "sk-ant-admin01-writes")
}

/// Status, type and reason of a refusal.
type Told = (u16, &'static str, &'static str);
const NOT_FOUND: &str = "not_found_error";
const INVALID: &str = "invalid_request_error";
const UNAUTHENTICATED: &str = "authentication_error";
const INPUT: Told = (400, INVALID, "input-invalid");

/// The samples of all resources.
const SAMPLES: &[&[Sample]] = &[
    organization::SAMPLES,
    invites::SAMPLES,
    users::SAMPLES,
    workspaces::SAMPLES,
    workspace_members::SAMPLES,
    api_keys::SAMPLES,
];

/// For every list.
const UNKNOWN_CURSOR: Failure = failure(
    Lookup,
    "unknown cursor",
    &["cursor"],
    |call| call.query("after_id=unknown"),
    (400, INVALID, "cursor-unknown"),
);

/// For what only Console organizations have.
const ENTERPRISE: Failure = failure(
    Permission,
    "Enterprise organization",
    // It is another one than that of the spent limit.
    &["key", "spent"],
    |call| call.with("x-api-key", "sk-ant-admin01-enterprise"),
    (400, INVALID, "organization-type-not-supported"),
);

#[derive(Clone, Copy)]
struct Sample {
    operation: Operation,
    good: fn() -> Call,
    /// Shows a key that lacks the scope; `None` where none is needed.
    unscoped: Option<fn(Call) -> Call>,
    of_its_own: &'static [Failure],
}

/// A way to fail one check.
#[derive(Clone, Copy)]
struct Failure {
    check: Check,
    name: &'static str,
    /// The parts of the request that it spoils. Two failures of one part exclude each other.
    parts: &'static [&'static str],
    spoil: fn(Call) -> Call,
    told: Told,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Check {
    Route,
    CredentialPresent,
    CredentialShape,
    CredentialKnown,
    BrowserOrigin,
    Version,
    RateLimit,
    Permission,
    Input,
    Lookup,
    State,
}
use Check::*;

const fn failure(
    check: Check,
    name: &'static str,
    parts: &'static [&'static str],
    spoil: fn(Call) -> Call,
    told: Told,
) -> Failure {
    Failure { check, name, parts, spoil, told }
}

/// What fails in the same way whatever is asked.
const OF_ALL: &[Failure] = &[
    failure(
        Route,
        "unknown path",
        &["prefix"],
        |call| call.below("/v1/nowhere"),
        (404, NOT_FOUND, "route-unknown"),
    ),
    failure(
        Route,
        "path of the service",
        &["prefix"],
        |call| call.below("/v1/messages"),
        (501, "api_error", "route-unserved"),
    ),
    failure(Route, "method", &["method"], |call| call.method("PATCH"), (405, INVALID, "method-not-allowed")),
    failure(
        CredentialPresent,
        "no credential",
        &["key", "token"],
        |call| call.without("x-api-key").without("authorization"),
        (401, UNAUTHENTICATED, "credential-missing"),
    ),
    failure(
        CredentialShape,
        "malformed key",
        &["key"],
        |call| call.with("x-api-key", "nonsense"),
        (401, UNAUTHENTICATED, "key-malformed"),
    ),
    failure(
        CredentialShape,
        "malformed token",
        &["key", "token"],
        |call| call.without("x-api-key").with("authorization", "Basic x"),
        (401, UNAUTHENTICATED, "bearer-malformed"),
    ),
    failure(
        CredentialKnown,
        "two credentials",
        &["token"],
        |call| call.header("authorization", "Bearer sk-ant-admin01-another"),
        (401, UNAUTHENTICATED, "credentials-contradict"),
    ),
    failure(
        CredentialKnown,
        "unknown key",
        &["key"],
        |call| call.with("x-api-key", "sk-ant-sid01-x"),
        (401, UNAUTHENTICATED, "key-unknown"),
    ),
    failure(
        CredentialKnown,
        "disabled key",
        &["key"],
        |call| call.with("x-api-key", "sk-ant-admin01-disabled"),
        (401, UNAUTHENTICATED, "key-disabled"),
    ),
    failure(
        BrowserOrigin,
        "origin",
        &["origin"],
        |call| call.header("origin", "https://example.com"),
        (401, UNAUTHENTICATED, "browser-origin"),
    ),
    failure(
        Version,
        "no version",
        &["version"],
        |call| call.without("anthropic-version"),
        (400, INVALID, "version-missing"),
    ),
    failure(
        Version,
        "unknown version",
        &["version"],
        |call| call.with("anthropic-version", "2020-01-01"),
        (400, INVALID, "version-unknown"),
    ),
    // The limit is spent before the request; see `told`.
    failure(RateLimit, "spent limit", &["spent"], |call| call, (429, "rate_limit_error", "rate-limited")),
    failure(
        Permission,
        "inference key",
        // It has no organization, so it has no limit either.
        &["key", "spent"],
        |call| call.with("x-api-key", "sk-ant-api03-x"),
        (403, "permission_error", "key-inference"),
    ),
    failure(
        Input,
        "body over the limit",
        &["length"],
        |call| call.with("content-length", "1048577").header("expect", "100-continue"),
        (413, "request_too_large", "body-too-large"),
    ),
];

impl Sample {
    /// Every way to fail, in the order of the checks.
    fn failures(&self) -> Vec<Failure> {
        let told = (403, "permission_error", "scope-missing");
        let unscoped = self.unscoped.map(|show| failure(Permission, "missing scope", &["key"], show, told));
        let name = self.operation.name();
        let of_console = name.starts_with("workspaces.") || name.starts_with("api_keys.");
        let enterprise = if of_console { &[ENTERPRISE][..] } else { &[] };
        let mut failures = [OF_ALL, self.of_its_own, unscoped.as_slice(), enterprise].concat();
        failures.sort_by_key(|failure| failure.check);
        failures
    }
}

async fn checking() -> MockServer {
    server_with(WORLD, Settings { rate_limit: "1/h".parse().unwrap(), ..Settings::default() }).await
}

/// What a good request is told when it fails in these ways.
fn told(server: &MockServer, good: Call, failures: &[&Failure]) -> Answer {
    server.world().reset();
    if failures.iter().any(|failure| failure.check == RateLimit) {
        Call::get(ME, KEY).send(server.address()).good();
    }
    // Those of the earlier checks are made last, so that they are what is sent.
    let call = failures.iter().rev().fold(good, |call, failure| (failure.spoil)(call));
    call.send(server.address())
}

#[tokio::test]
async fn every_operation_has_a_sample_that_is_good() {
    let mut operations: Vec<_> = SAMPLES.concat().iter().map(|sample| sample.operation.name()).collect();
    let mut all: Vec<_> = Operation::ALL.iter().map(|operation| operation.name()).collect();
    operations.sort_unstable();
    all.sort_unstable();
    assert_eq!(operations, all, "each operation has one sample");
    let server = checking().await;
    for sample in SAMPLES.iter().copied().flatten() {
        told(&server, (sample.good)(), &[]).good();
        let entries = server.world().requests(&JournalFilter::default());
        assert_eq!(entries[0].operation, Some(sample.operation));
    }
}

#[tokio::test]
async fn each_check_alone_gives_its_own_answer() {
    let server = checking().await;
    for sample in SAMPLES.iter().copied().flatten() {
        for failure in sample.failures() {
            let (status, kind, reason) = failure.told;
            told(&server, (sample.good)(), &[&failure]).refused(status, kind, reason);
        }
    }
}

#[tokio::test]
async fn of_two_failed_checks_the_earlier_one_answers() {
    let server = checking().await;
    for sample in SAMPLES.iter().copied().flatten() {
        let failures = sample.failures();
        let mut provoked = Vec::new();
        for (at, earlier) in failures.iter().enumerate() {
            let later = failures[at + 1..].iter().filter(|later| {
                later.check > earlier.check && !earlier.parts.iter().any(|part| later.parts.contains(part))
            });
            for later in later {
                let answer = told(&server, (sample.good)(), &[earlier, later]);
                let got = (answer.status, answer.header("x-mock-reason"));
                let expected = (earlier.told.0, Some(earlier.told.2));
                assert_eq!(got, expected, "{}: {} and {}", sample.operation, earlier.name, later.name);
                provoked.push((earlier.check, later.check));
            }
        }
        let mut checks: Vec<_> = failures.iter().map(|failure| failure.check).collect();
        checks.dedup();
        for pair in checks.windows(2) {
            let neighbours = (pair[0], pair[1]);
            // A credential that is not there has no shape; an object that is not there has no state.
            // Nor has an inference key an organization with a limit.
            let exclusive = [(CredentialPresent, CredentialShape), (Lookup, State)].contains(&neighbours)
                || neighbours == (RateLimit, Permission) && sample.unscoped.is_none();
            assert!(
                provoked.contains(&neighbours) || exclusive,
                "{}: {neighbours:?} is not provoked",
                sample.operation
            );
        }
    }
}
