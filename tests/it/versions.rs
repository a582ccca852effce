//! `anthropic-version`: which are served, and what the answer says of the others.

use anthropic_admin_mock::Settings;

use crate::harness::*;

#[tokio::test]
async fn each_api_version_is_served() {
    let server = default_server().await;
    for version in ["2023-01-01", "2023-06-01", "2026-10-21"] {
        let call = Call::delete_invite(PENDING, &new_key()).with("anthropic-version", version);
        call.send(server.address()).invite_deleted(PENDING);
    }
}

#[tokio::test]
async fn a_missing_or_empty_version_is_a_400() {
    let server = default_server().await;
    let call = Call::delete_invite(PENDING, &new_key());
    for call in [call.clone().without("anthropic-version"), call.with("anthropic-version", "")] {
        let answer = call.send(server.address());
        answer.refused(400, "invalid_request_error", "version-missing").names_organization(true);
        answer.says("anthropic-version: header is required");
    }
}

#[test]
fn an_empty_part_of_the_list_of_versions_lets_no_request_without_one_pass() {
    for mock in [
        Served::start(&["--api-version", ""]),
        Served::spawn(command(&["--listen", "127.0.0.1:0"]).env("MOCK_API_VERSION", "2027-01-01,")),
    ] {
        let call = Call::delete_invite(PENDING, &new_key());
        for call in [call.clone().without("anthropic-version"), call.with("anthropic-version", "")] {
            call.send(mock.address).refused(400, "invalid_request_error", "version-missing");
        }
    }
}

#[tokio::test]
async fn an_unknown_version_is_a_400_that_quotes_all_copies() {
    let server = default_server().await;
    let call = Call::delete_invite(PENDING, &new_key()).without("anthropic-version");
    for (copies, quoted) in [
        (&["2023-10-01"][..], "2023-10-01"),
        (&["2023-06-01", "2023-06-01"], "2023-06-01, 2023-06-01"),
        (&["latest", "2023-06-01"], "latest, 2023-06-01"),
        (&["2023-06-01,"], "2023-06-01,"),
        (&["\"é"], "\"é"),
    ] {
        let call = copies.iter().fold(call.clone(), |call, copy| call.header("anthropic-version", copy));
        let answer = call.send(server.address());
        answer.refused(400, "invalid_request_error", "version-unknown").names_organization(true);
        answer.says(&format!("anthropic-version: \"{quoted}\" is not a valid version"));
    }
}

#[tokio::test]
async fn a_version_that_the_user_names_is_served_besides_the_known_ones() {
    let api_versions = vec!["2027-04-01".into(), "preview".into()];
    let server =
        server_with(&fixture("default.json"), Settings { api_versions, ..Settings::default() }).await;
    let call = |version: &str| Call::delete_invite(PENDING, &new_key()).with("anthropic-version", version);
    for version in ["2027-04-01", "preview", "2023-06-01", "2026-10-21"] {
        call(version).send(server.address()).invite_deleted(PENDING);
    }
    for version in ["2027-04-02", "2027-04-01, preview"] {
        call(version).send(server.address()).refused(400, "invalid_request_error", "version-unknown");
    }
}

#[test]
fn the_option_and_the_variable_name_versions_and_the_refusals_hint_names_the_option() {
    let call = |version: &str| Call::delete_invite(PENDING, &new_key()).with("anthropic-version", version);
    let by_variable =
        Served::spawn(command(&["--listen", "127.0.0.1:0"]).env("MOCK_API_VERSION", "2027-04-01,2027-05-01"));
    for served in
        [Served::start(&["--api-version", "2027-04-01", "--api-version", "2027-05-01"]), by_variable]
    {
        for version in ["2027-04-01", "2027-05-01", "2023-06-01"] {
            call(version).send(served.address).invite_deleted(PENDING);
        }
        call("2027-06-01").send(served.address).refused(400, "invalid_request_error", "version-unknown");
        let journal = Call::control("GET", "requests?reason=version-unknown", "").send(served.address).json();
        let hint = journal["requests"][0]["hint"].as_str().unwrap();
        assert!(hint.contains("--api-version (MOCK_API_VERSION)"), "{hint}");
    }
}
