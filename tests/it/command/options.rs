//! The command line: options, their environment variables, exit codes.

use crate::harness::*;

/// Each option with its variable and a value for it.
const OPTIONS: &[(&str, &str, &str)] = &[
    ("--listen", "MOCK_LISTEN", "127.0.0.1:0"),
    ("--fixture", "MOCK_FIXTURE", "fixtures/empty.json"),
    ("--any-key", "MOCK_ANY_KEY", "true"),
    ("--api-version", "MOCK_API_VERSION", "2027-04-01"),
    ("--now", "MOCK_NOW", "2026-01-01T00:00:00Z"),
    ("--seed", "MOCK_SEED", "7"),
    ("--journal", "MOCK_JOURNAL", "10"),
    ("--rate-limit", "MOCK_RATE_LIMIT", "documented"),
    ("--no-control", "MOCK_NO_CONTROL", "true"),
    ("--control-host", "MOCK_CONTROL_HOST", "mock.example.com"),
    // Off, since the input of these tests is empty.
    ("--until-stdin-ends", "MOCK_UNTIL_STDIN_ENDS", "false"),
    ("--log", "MOCK_LOG", "json"),
];
/// Those that take any text.
const ANY_TEXT: [&str; 3] = ["--fixture", "--api-version", "--control-host"];

fn served_with(variable: &str, value: &str) -> Served {
    Served::spawn(command(&["--listen", "127.0.0.1:0"]).env(variable, value))
}

#[test]
fn help_and_readme_name_every_option_with_its_variable_and_no_other() {
    let help = text(&run(&["--help"]).stdout);
    let readme = read("README.md");
    for (option, variable, _) in OPTIONS {
        assert!(
            help.contains(&format!("{option} ")) || help.contains(&format!("{option}\n")),
            "{option}\n{help}"
        );
        assert!(help.contains(&format!("[env: {variable}=")), "{variable}\n{help}");
        assert!(readme.contains(&format!("| `{option}")), "{option} in the README's table");
        assert!(readme.contains(&format!("| `{variable}`")), "{variable} in the README's table");
    }
    assert_eq!(help.matches("[env: MOCK_").count(), OPTIONS.len());
    assert_eq!(readme.matches("| `MOCK_").count(), OPTIONS.len());
}

#[test]
fn every_variable_is_accepted_and_one_set_to_nothing_is_not_set() {
    for (_, variable, value) in OPTIONS {
        let value = value.replace("fixtures/", &path("fixtures/"));
        for value in [value.as_str(), ""] {
            let served = served_with(variable, value);
            let health = Call::bare("GET", "/_mock/health").send(served.address);
            assert_eq!(health.status, 200, "{variable}={value}");
        }
    }
}

#[test]
fn the_address_comes_from_the_flag_before_the_variable() {
    let served = Served::spawn(command(&["--listen", "127.0.0.1:0"]).env("MOCK_LISTEN", "192.0.2.1:1"));
    drop(served);
    let served = Served::spawn(command(&[]).env("MOCK_LISTEN", "localhost:0"));
    assert!(served.address.ip().is_loopback());
}

#[test]
fn the_fixture_variable_is_a_list_like_path() {
    let list =
        std::env::join_paths([path("fixtures/default.json"), path("fixtures/organizations.json")]).unwrap();
    let served = served_with("MOCK_FIXTURE", list.to_str().unwrap());
    Call::delete_invite(PENDING, &new_key()).send(served.address).invite_deleted(PENDING);
    let pinned = "invite_01AcmePendingAcmePendin1";
    Call::delete_invite(pinned, "sk-ant-admin01-acme-ci").send(served.address).invite_deleted(pinned);
}

#[test]
fn a_fixture_replaces_the_default_world_and_may_be_a_folder_or_several() {
    let served = Served::start(&["--fixture", &path("fixtures/empty.json")]);
    let answer = Call::delete_invite(PENDING, &new_key()).send(served.address);
    answer.refused(404, "not_found_error", "invite-unknown");

    let served = Served::start(&["--fixture", &path("fixtures")]);
    Call::delete_invite(PENDING, &new_key()).send(served.address).invite_deleted(PENDING);
    Call::delete_invite("x", &new_key()).send(served.address).invite_deleted("x");

    let (default, status) = (path("fixtures/default.json"), path("fixtures/every-status.json"));
    let served = Served::start(&["--fixture", &default, "--fixture", &status]);
    Call::delete_invite(PENDING, &new_key()).send(served.address).invite_deleted(PENDING);
    Call::delete_invite("x", &new_key()).send(served.address).invite_deleted("x");
}

#[test]
fn any_key_is_on_or_off_by_its_variable() {
    for (value, on) in [("1", true), ("true", true), ("0", false), ("false", false)] {
        let served = served_with("MOCK_ANY_KEY", value);
        let answer = Call::delete_invite(PENDING, "nonsense").send(served.address);
        assert_eq!(answer.status == 200, on, "{value}: {answer:?}");
    }
    let served = Served::start(&["--any-key"]);
    Call::delete_invite(PENDING, "nonsense").send(served.address).invite_deleted(PENDING);
}

#[test]
fn now_freezes_or_shifts_every_clock() {
    let folder = Folder::new();
    let ending_at = |name: &str, moment: &str| {
        let invite = format!(
            r#"{{"id": "x", "email": "x@example.com", "invited_at": "2020-01-01T00:00:00Z", "expires_at": "{moment}"}}"#
        );
        folder.file(name, format!(r#"{{"invites": [{invite}]}}"#))
    };
    let frozen = ending_at("frozen.json", "2030-01-01T00:00:00Z");
    let tomorrow = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24);
    let shifted = ending_at("shifted.json", &tomorrow.to_string());
    for (fixture, now, pending) in [
        (&frozen, "2029-12-31T23:59:59Z", true),
        (&frozen, "2030-01-01T00:00:00Z", false),
        (&shifted, "+23h", true),
        (&shifted, "+25h", false),
        (&shifted, "-25h", true),
    ] {
        let by_variable = || {
            Served::spawn(command(&["--listen", "127.0.0.1:0", "--fixture", fixture]).env("MOCK_NOW", now))
        };
        for served in [Served::start(&["--fixture", fixture, "--now", now]), by_variable()] {
            let answer = Call::delete_invite("x", &new_key()).send(served.address);
            match pending {
                true => answer.invite_deleted("x"),
                false => answer.refused(400, "invalid_request_error", "invite-expired"),
            };
        }
    }
}

#[test]
fn seed_changes_the_ids() {
    let id = |arguments: &[&str]| {
        let served = Served::start(arguments);
        Call::bare("GET", "/").send(served.address).header("request-id").unwrap().to_owned()
    };
    assert_eq!(id(&[]), id(&["--seed", "0"]));
    assert_ne!(id(&[]), id(&["--seed", "1"]));
}

#[test]
fn unreadable_options_are_bad_usage_exit_2_with_the_option_named() {
    for (option, value) in [
        ("--listen", "nonsense"),
        ("--listen", "127.0.0.1"),
        ("--listen", "127.0.0.1:99999"),
        ("--listen", "999.0.0.1:80"),
        ("--now", "yesterday"),
        ("--now", "2026-02-30T00:00:00Z"),
        ("--seed", "-1"),
        ("--seed", "many"),
        ("--journal", "all"),
        ("--rate-limit", "fast"),
        ("--rate-limit", "0/s"),
        ("--rate-limit", "5/d"),
        ("--log", "xml"),
        ("--nonsense", "x"),
    ] {
        let output = run(&[&format!("{option}={value}")]);
        assert_eq!(output.status.code(), Some(2), "{option} {value}");
        let said = text(&output.stderr);
        assert!(said.contains(option) && output.stdout.is_empty(), "{said}");
    }
    for (option, variable, value) in OPTIONS.iter().filter(|(option, ..)| !ANY_TEXT.contains(option)) {
        let output = finished(command(&[]).env(variable, format!("{value}?")));
        assert_eq!(output.status.code(), Some(2), "{variable}");
        assert!(text(&output.stderr).contains(option), "{}", text(&output.stderr));
    }
    assert_eq!(run(&["check"]).status.code(), Some(2));
    assert_eq!(run(&["check", "--now", "noon", "x.json"]).status.code(), Some(2));
    assert_eq!(run(&["serve"]).status.code(), Some(2));
    let output = finished(command(&[]).env("RUST_LOG", "info=maybe"));
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("RUST_LOG"));
}

#[test]
fn version_and_help_exit_0() {
    let version = run(&["--version"]);
    assert_eq!(text(&version.stdout), concat!("anthropic-admin-mock ", env!("CARGO_PKG_VERSION"), "\n"));
    assert_eq!(run(&["help"]).status.code(), Some(0));
}

#[cfg(target_os = "linux")]
#[test]
fn bad_usage_is_told_also_where_an_argument_is_no_text() {
    use std::os::unix::ffi::OsStrExt;
    let mut odd = command(&["--no-such-option"]);
    odd.arg(std::ffi::OsStr::from_bytes(b"\xff"));
    let output = finished(&mut odd);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(text(&output.stderr).contains("--no-such-option"), "{output:?}");
}
