//! The start: where it listens, which world it serves, what it says of that, and what looks like a mistake.

use std::{net::TcpListener, process::Stdio, time::Duration};

use crate::harness::*;

/// Starts the command with variables.
fn served_with(variables: &[(&str, &str)]) -> Served {
    Served::spawn(command(&["--listen", "127.0.0.1:0"]).envs(variables.iter().copied()))
}

#[test]
fn the_first_line_on_stdout_says_where_and_from_then_on_it_answers() {
    let served = Served::start(&[]);
    assert_ne!(served.address.port(), 0);
    let health = Call::bare("GET", "/_mock/health").send(served.address);
    assert_eq!((health.status, health.body.as_str()), (200, r#"{"status":"ok"}"#));
    Call::delete_invite(PENDING, &new_key()).send(served.address).invite_deleted(PENDING);
}

#[test]
fn one_line_says_which_files_it_serves_what_they_hold_which_clock_and_which_seed() {
    let (default, organizations) = (path("fixtures/default.json"), path("fixtures/organizations.json"));
    for (arguments, parts) in [
        (
            &[][..],
            &[
                "fixtures/default.json (compiled in)",
                "0 pinned organizations, 4 invites, 4 users, 3 workspaces, 4 API keys",
                "clock=system",
                "seed=0",
            ][..],
        ),
        (
            &[
                "--fixture",
                &default,
                "--fixture",
                &organizations,
                "--now",
                "2026-01-01T00:00:00Z",
                "--seed",
                "7",
            ],
            &[
                &default,
                &organizations,
                "2 pinned organizations, 7 invites, 9 users, 5 workspaces, 6 API keys",
                "clock=frozen",
                "now=2026-01-01T00:00:00Z",
                "seed=7",
            ],
        ),
        (&["--now", "+22d"], &["clock=system +22d"]),
    ] {
        let served = Served::start(arguments);
        let address = served.address.to_string();
        let (_, log) = served.stop();
        let [line, _] = log.lines().collect::<Vec<_>>()[..] else { panic!("{log}") };
        assert!(line.contains("INFO") && line.contains("started") && line.contains(&address), "{line}");
        for part in parts {
            assert!(line.contains(part), "{part} in {line}");
        }
    }
}

#[test]
fn what_is_mounted_is_the_world_and_where_nothing_is_the_default_is() {
    let folder = Folder::new();
    let only =
        r#"{"organizations": [{"keys": ["only"], "invites": [{"id": "x", "email": "x@example.com"}]}]}"#;
    folder.file("world.json", only);
    // A folder, as for the image; and a file.
    for mounted in [folder.path(), &folder.at("world.json")] {
        let served = served_with(&[("MOCK_DEFAULT_FIXTURE", mounted)]);
        Call::delete_invite("x", "only").send(served.address).invite_deleted("x");
        let unlisted = Call::delete_invite(PENDING, &new_key()).send(served.address);
        unlisted.refused(401, "authentication_error", "key-unknown");
    }
    for absent in [folder.at("nothing"), String::new()] {
        let served = served_with(&[("MOCK_DEFAULT_FIXTURE", &absent)]);
        Call::delete_invite(PENDING, &new_key()).send(served.address).invite_deleted(PENDING);
    }
    let by_option = Served::start(&["--default-fixture", folder.path()]);
    Call::delete_invite("x", "only").send(by_option.address).invite_deleted("x");
    // What the user names wins.
    let empty = path("fixtures/empty.json");
    let named = served_with(&[("MOCK_DEFAULT_FIXTURE", folder.path()), ("MOCK_FIXTURE", &empty)]);
    let answer = Call::delete_invite("x", "only").send(named.address);
    answer.refused(401, "authentication_error", "key-malformed");
    assert!(!text(&run(&["--help"]).stdout).contains("default-fixture"), "it is for the image alone");
}

#[test]
fn an_empty_folder_that_is_mounted_ends_the_start_with_exit_1() {
    let folder = Folder::new();
    let output = finished(command(&["--listen", "127.0.0.1:0"]).env("MOCK_DEFAULT_FIXTURE", folder.path()));
    assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(1), ""));
    let said = text(&output.stderr);
    assert!(said.contains(&format!("{}: the folder holds no *.json file", folder.path())), "{said}");
}

#[test]
fn a_variable_that_is_nearly_one_of_ours_is_warned_about() {
    for (wrong, ours) in [
        ("MOCK_FIXTURES", "MOCK_FIXTURE"),
        ("MOCK_FIXTURE_PATH", "MOCK_FIXTURE"),
        ("MOCK_FIXTRUE", "MOCK_FIXTURE"),
        ("MOCK_ANYKEY", "MOCK_ANY_KEY"),
        ("MOCK_LISTENS", "MOCK_LISTEN"),
        ("MOCK_API_VERSIONS", "MOCK_API_VERSION"),
        ("MOCK_CONTROL_HOSTS", "MOCK_CONTROL_HOST"),
        ("MOCK_RATELIMIT", "MOCK_RATE_LIMIT"),
    ] {
        let (_, log) = served_with(&[(wrong, "x")]).stop();
        let warnings: Vec<_> = log.lines().filter(|line| line.contains("WARN")).collect();
        let [line] = warnings[..] else { panic!("{wrong}: {log}") };
        assert!(line.contains(wrong) && line.contains(&format!("did you mean {ours}?")), "{line}");
    }
}

#[test]
fn what_an_orchestrator_injects_for_a_service_called_mock_is_not_warned_about() {
    let injected = [
        ("MOCK_PORT", "tcp://10.0.0.1:4010"),
        ("MOCK_PORT_4010_TCP", "tcp://10.0.0.1:4010"),
        ("MOCK_PORT_4010_TCP_ADDR", "10.0.0.1"),
        ("MOCK_SERVICE_HOST", "10.0.0.1"),
        ("MOCK_SERVICE_PORT", "4010"),
        ("MOCK_SERVICE_PORT_HTTP", "4010"),
        ("MOCK_THE_WEATHER", "1"),
        ("MOCKS", "1"),
    ];
    let (_, log) = served_with(&injected).stop();
    assert!(!log.contains("WARN"), "{log}");
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
fn a_closed_stdout_is_no_reason_to_fail() {
    let mut child =
        command(&["--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    drop(child.stdout.take());
    std::thread::sleep(Duration::from_millis(300));
    assert!(child.try_wait().unwrap().is_none(), "it still serves");
    child.kill().unwrap();
    child.wait().unwrap();
}
