//! The command line: options, their environment variables, exit codes.

use std::net::TcpListener;

use crate::harness::*;

/// Each option with its variable and a value for it.
const OPTIONS: &[(&str, &str, &str)] = &[
    ("--listen", "MOCK_LISTEN", "127.0.0.1:0"),
    ("--fixture", "MOCK_FIXTURE", "fixtures/empty.json"),
    ("--any-key", "MOCK_ANY_KEY", "true"),
    ("--now", "MOCK_NOW", "2026-01-01T00:00:00Z"),
    ("--seed", "MOCK_SEED", "7"),
    ("--journal", "MOCK_JOURNAL", "10"),
    ("--no-control", "MOCK_NO_CONTROL", "true"),
    ("--rate-limit", "MOCK_RATE_LIMIT", "documented"),
    ("--log", "MOCK_LOG", "json"),
];

fn path(name: &str) -> String {
    format!("{}/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn served_with(variable: &str, value: &str) -> Served {
    Served::spawn(command(&["--listen", "127.0.0.1:0"]).env(variable, value))
}

#[test]
fn help_and_readme_name_every_option_with_its_variable_and_no_other() {
    let help = text(&run(&["--help"]).stdout);
    let readme = std::fs::read_to_string(path("README.md")).unwrap();
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
            assert_eq!(
                Call::bare("GET", "/_mock/health").send(served.address).status,
                200,
                "{variable}={value}"
            );
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
    Call::delete(PENDING, &new_key()).send(served.address).deleted(PENDING);
    let pinned = "invite_01AcmePendingAcmePendin1";
    Call::delete(pinned, "sk-ant-admin01-acme-ci").send(served.address).deleted(pinned);
}

#[test]
fn a_fixture_replaces_the_default_world_and_may_be_a_folder_or_several() {
    let served = Served::start(&["--fixture", &path("fixtures/empty.json")]);
    let answer = Call::delete(PENDING, &new_key()).send(served.address);
    answer.refused(404, "not_found_error", "invite-unknown");

    let served = Served::start(&["--fixture", &path("fixtures")]);
    Call::delete(PENDING, &new_key()).send(served.address).deleted(PENDING);
    Call::delete("x", &new_key()).send(served.address).deleted("x");

    let (default, status) = (path("fixtures/default.json"), path("fixtures/every-status.json"));
    let served = Served::start(&["--fixture", &default, "--fixture", &status]);
    Call::delete(PENDING, &new_key()).send(served.address).deleted(PENDING);
    Call::delete("x", &new_key()).send(served.address).deleted("x");
}

#[test]
fn any_key_is_on_or_off_by_its_variable() {
    for (value, on) in [("1", true), ("true", true), ("0", false), ("false", false)] {
        let served = served_with("MOCK_ANY_KEY", value);
        let answer = Call::delete(PENDING, "nonsense").send(served.address);
        assert_eq!(answer.status == 200, on, "{value}: {answer:?}");
    }
    let served = Served::start(&["--any-key"]);
    Call::delete(PENDING, "nonsense").send(served.address).deleted(PENDING);
}

/// A fixture file with one invite that ends at a moment of the calendar.
fn ending_at(name: &str, moment: &str, status: &str) -> String {
    let path = std::env::temp_dir().join(format!("anthropic-admin-mock-{}-{name}.json", std::process::id()));
    let invite = format!(
        r#"{{"id": "x", "email": "x@example.com", "invited_at": "2020-01-01T00:00:00Z", "expires_at": "{moment}"{status}}}"#
    );
    std::fs::write(&path, format!(r#"{{"invites": [{invite}]}}"#)).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn now_freezes_or_shifts_every_clock() {
    let frozen = ending_at("frozen", "2030-01-01T00:00:00Z", "");
    let tomorrow = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24);
    let shifted = ending_at("shifted", &tomorrow.to_string(), "");
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
            let answer = Call::delete("x", &new_key()).send(served.address);
            match pending {
                true => drop(answer.deleted("x")),
                false => drop(answer.refused(400, "invalid_request_error", "invite-expired")),
            }
        }
    }
    for file in [frozen, shifted] {
        std::fs::remove_file(file).unwrap();
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
    for (option, variable, value) in OPTIONS.iter().filter(|(option, ..)| *option != "--fixture") {
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
fn an_address_that_cannot_be_had_is_one_clear_line_and_exit_1() {
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = other.local_addr().unwrap().to_string();
    for (address, why) in [(taken.as_str(), "in use"), ("192.0.2.1:4010", "assign requested address")] {
        let output = run(&["--listen", address]);
        assert_eq!(output.status.code(), Some(1), "{address}");
        let said = text(&output.stderr);
        assert!(said.contains(&format!("cannot listen on {address}")) && said.contains(why), "{said}");
        assert!(said.contains("--listen") && said.lines().count() == 1, "{said}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn healthcheck_follows_the_same_settings() {
    let served = Served::start(&[]);
    let here = served.address.to_string();
    let everywhere = format!("0.0.0.0:{}", served.address.port());
    for address in [&here, &everywhere] {
        assert_eq!(run(&["healthcheck", "--listen", address]).status.code(), Some(0));
        assert_eq!(run(&["--listen", address, "healthcheck"]).status.code(), Some(0));
        let by_variable = finished(command(&["healthcheck"]).env("MOCK_LISTEN", address));
        assert_eq!(by_variable.status.code(), Some(0));
    }
    drop(served);
    let gone = run(&["healthcheck", "--listen", &here]);
    assert_eq!(gone.status.code(), Some(1));
    assert!(text(&gone.stderr).contains(&format!("no healthy server at {here}")), "{}", text(&gone.stderr));
    assert_eq!(run(&["healthcheck", "--listen", "127.0.0.1:0"]).status.code(), Some(1));
}

#[test]
fn healthcheck_fails_for_a_frozen_server_and_for_somebody_else() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    // The system accepts the connection, and nobody ever reads it.
    let started = std::time::Instant::now();
    let frozen = run(&["healthcheck", "--listen", &address]);
    assert_eq!(frozen.status.code(), Some(1));
    assert!(text(&frozen.stderr).contains("timed out"), "{}", text(&frozen.stderr));
    assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());

    let other = std::thread::spawn(move || {
        use std::io::{Read, Write};
        // The first in the queue is the one above.
        for _ in 0..2 {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(b"HTTP/1.0 200 OK\r\n\r\nhello");
        }
    });
    let somebody_else = run(&["healthcheck", "--listen", &address]);
    other.join().unwrap();
    assert_eq!(somebody_else.status.code(), Some(1));
    assert!(text(&somebody_else.stderr).contains("it answered \"HTTP/1.0 200 OK\""));
}

#[test]
fn check_takes_the_clock_into_account() {
    let fixture = ending_at("check", "2030-01-01T00:00:00Z", r#", "status": "pending""#);
    assert!(run(&["check", "--now", "2029-01-01T00:00:00Z", &fixture]).status.success());
    let later = run(&["check", "--now", "2031-01-01T00:00:00Z", &fixture]);
    assert_eq!(later.status.code(), Some(1));
    let said = text(&later.stderr);
    assert!(
        said.contains("`expires_at` is 2030-01-01T00:00:00Z and the clock reads 2031-01-01T00:00:00Z"),
        "{said}"
    );
    let by_variable = finished(command(&["check", &fixture]).env("MOCK_NOW", "2031-01-01T00:00:00Z"));
    assert_eq!(by_variable.status.code(), Some(1));
    std::fs::remove_file(fixture).unwrap();
}

#[test]
fn version_and_help_exit_0() {
    let version = run(&["--version"]);
    assert_eq!(text(&version.stdout), concat!("anthropic-admin-mock ", env!("CARGO_PKG_VERSION"), "\n"));
    assert_eq!(run(&["help"]).status.code(), Some(0));
}
